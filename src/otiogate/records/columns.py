"""What the columns of a table mean: dotted names of fields, and how the text of a cell becomes a value of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from otiogate.documents.schemas import BASE, Path, schema
from otiogate.errors import UsageError

Form = Literal["text", "list", "any or list", "yes or no", "number", "fields"]

SEPARATOR = ";"
"""Between the items of a list in one cell."""

_ZONE = re.compile(r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])\Z", re.ASCII)
_DATES = ("when", "moment", "zoned_date")
"""The shared pieces of the schemas that are a day or a time in a zone."""

_TRUE, _FALSE = ("true", "yes"), ("false", "no")


@dataclass(frozen=True)
class Field:
    """One field of a record. ``path`` goes into the first item of a list of objects, or into the one that a number in
    the name says. ``is_date``: it takes a day or a time."""

    path: Path
    form: Form
    is_date: bool = False


class ColumnError(Exception):
    """A column that names no field; its text says what is allowed."""


def field(kind: str, name: str) -> Field:
    """The field ``name``, such as ``scope.territories`` or ``evidence.2.uri``, of records of ``kind``. Raises
    ``ColumnError``."""
    parts, rest = _parts(schema(kind)), name.strip()
    path: list[str | int] = []
    while rest:
        items = _items(parts)
        if items and not _properties(parts):
            number, _, after = rest.partition(".")
            is_number = number.isascii() and number.isdigit() and len(number) < 4
            if is_number and not int(number):
                raise ColumnError(f"{name!r}: items count from 1")
            path.append(int(number) - 1 if is_number else 0)
            parts, rest = items, after if is_number else rest
            continue
        known = _properties(parts)
        key = max((each for each in known if rest == each or rest.startswith(f"{each}.")), key=len, default="")
        if not key:
            raise ColumnError(_unknown(name, path, rest, list(known)))
        path.append(key)
        parts, rest = known[key], rest[len(key) + 1 :]
    found = Field(tuple(path), _form(parts), _is_date(parts))
    if found.form == "fields" and path != ["covers"]:
        below = _properties(parts) or _properties(_items(parts))
        raise ColumnError(f"{name!r} has fields of its own: {', '.join(f'{name}.{each}' for each in below)}")
    return Field(found.path, "list") if found.form == "fields" else found


def value(found: Field, cell: str) -> Any:
    """The text of a cell, which is not empty, as a value of the field; as it stands where it cannot be one, so that
    the schema says what is allowed."""
    text = cell.strip()
    if found.form == "yes or no" and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    if found.form == "number" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if found.form == "list" or (found.form == "any or list" and text != "any"):
        return [item for each in text.split(SEPARATOR) if (item := each.strip())]
    return text


def dated(found: Field, text: str, zone: str) -> str:
    """The day or time ``text`` of a spreadsheet, which has no zone, as text of the field. Raises ``ColumnError`` where
    that would be a guess."""
    if not found.is_date:
        raise ColumnError(
            f"the cell holds the date {text}, and this field takes none; format the cell as text, and write it again"
        )
    if not zone:
        raise ColumnError(
            f"{text} has no zone; name that of all date cells with --zone, or write it as text, such as {text}Z"
        )
    return text + zone


def zone_of(text: str) -> str:
    """``text``, which is a zone or empty. Raises ``UsageError``."""
    if text and not _ZONE.match(text):
        raise UsageError(f"--zone {text!r} is no zone", next_step="write --zone=Z or --zone=-08:00")
    return text


def _is_date(parts: list[dict[str, Any]]) -> bool:
    return any(str(part.get("$ref", "")).rpartition("/")[2] in _DATES for part in parts)


def _unknown(name: str, path: list[str | int], rest: str, known: list[str]) -> str:
    if not known:
        return f"{name!r} has no field {rest!r}: it is a value by itself"
    before = "".join(f"{each}." for each in path if isinstance(each, str))
    near = get_close_matches(rest, known, n=1, cutoff=0.6)
    meant = f"did you mean {before + near[0]!r}? " if near else ""
    return f"no field is called {name!r}; {meant}allowed: {', '.join(before + each for each in known)}"


def _parts(part: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema and everything that it refers to: together they say what a value is."""
    return list(_followed(part))


def _followed(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    if "$ref" in part:
        name, _, pointer = str(part["$ref"]).removeprefix(BASE).partition("#")
        target = schema(name)
        for step in filter(None, pointer.split("/")):
            target = target[step]
        yield from _followed(target)


def _properties(parts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for key, each in part.get("properties", {}).items():
            found.setdefault(key, []).extend(_parts(each))
    return found


def _items(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for part in parts if "items" in part for each in _parts(part["items"])]


def _form(parts: list[dict[str, Any]]) -> Form:
    types: set[str] = set()
    for part in parts:
        said = part.get("type", ())
        types.update([said] if isinstance(said, str) else said)
        if isinstance(part.get("const"), bool):
            types.add("boolean")
        elif isinstance(part.get("const"), int):
            types.add("integer")
    if "object" in types or _properties(parts) or _properties(_items(parts)):
        return "fields"
    if "array" in types:
        return "any or list" if "string" in types else "list"
    if "boolean" in types:
        return "yes or no"
    return "number" if "integer" in types else "text"
