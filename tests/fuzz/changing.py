"""Something changed in what is well formed, so that most of it still is: bytes alone seldom get past a parser."""

from __future__ import annotations

import base64
import binascii
import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 2**63, 1e300, 0.1, "", " ", "any", "id", [], {}, [[]], {"": None}),
    *("9999-12-31Z", "0001-01-01Z", "0001-01-01+23:59", "9999-12-31T23:59:59-23:59", "2026-06-30T23:59:60Z"),
    *("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00+00:60", "2026-01-01t00:00:00z", "2026-02-30Z"),
    *("sha256:" + "0" * 64, "0" * 64, "\u0130", "\U0001f3ac", "\x85", "a" * 300, "DIS-001", "dis-001"),
    *("00:00:00:00-00:00:10:00", "99:99:99:99-00:00:00:00", "https://[", "http://a:b", "x://\u2100"),
]
"""Values at the edges of what the forms take, and beyond."""

_TOKENS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"- ",
    b"\n",
    b"&a ",
    b"*a",
]


def changed(data: bytes, random: Random) -> bytes:
    """``data`` with one thing changed: in JSON, in one line of it, in the base64 in it, or in its bytes."""
    lines = [data] if random.randrange(2) else data.split(b"\n")
    number = random.randrange(len(lines))
    if random.randrange(8):
        try:
            lines[number] = json.dumps(_other(json.loads(lines[number]), random)).encode("ascii")
            return b"\n".join(lines)
        except (ValueError, RecursionError):
            pass
    return _bytes(data, random)


def _bytes(data: bytes, random: Random) -> bytes:
    first, last = sorted(random.randrange(len(data) + 1) for _ in range(2))
    last = min(last, first + random.choice([0, 1, 1, 8, len(data)]))
    return data[:first] + random.choice([b"", b"", random.choice(_TOKENS), data[first:last] * 2]) + data[last:]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


def _other(whole: Any, random: Random) -> Any:
    """Plain data with one value, key or item in it left out, repeated, moved, or another."""
    whole = copy.deepcopy(whole)
    places = list(_places(whole))
    path = random.choice(places)
    if not path:
        return random.choice(ODD)
    holder = _at(whole, path[:-1])
    key, value = path[-1], holder[path[-1]]
    way = random.randrange(6)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), copy.deepcopy(value))
    elif way == 1:
        holder[str(random.choice(ODD))] = value
    elif way == 2:
        holder[key] = copy.deepcopy(_at(whole, random.choice(places)))
    elif way == 3 and isinstance(value, int):
        holder[key] = value + random.choice([-1, 1])
    elif isinstance(value, str) and way < 5:
        holder[key] = _text(value, random)
    else:
        holder[key] = random.choice(ODD)
    return whole


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _text(text: str, random: Random) -> str:
    """``text`` with a change in it; where it is the base64 of JSON, in that."""
    try:
        inner = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return _bytes(text.encode("utf-8", "replace"), random).decode("utf-8", "replace")
    made = json.dumps(_other(inner, random), separators=(",", ":"), sort_keys=True)
    return base64.b64encode(made.encode("ascii")).decode("ascii")
