"""What stands in a file itself, beside what an adapter makes of it.

An adapter keeps what its author had a use for. Whatever else a file says is looked for in its own text, so that no
clip loses its tag on the way: an adapter tells where the clips are, the file what is said of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from otiogate.timeline.model import Carrier, Problem
from otiogate.timeline.notes import tags_in


@dataclass(frozen=True)
class RawClip:
    """A clip as it stands in a file: the name that it has there, its line, where a file has lines, and the id that an
    adapter keeps with it."""

    name: str
    line: int | None = None
    id: str = ""


@dataclass(frozen=True)
class Said:
    """One place in a file, and of which clips it speaks: by their numbers in ``Raw.clips``, or by a text that stands
    in their metadata (``marks``). Where there are none it speaks of the whole."""

    carrier: Carrier
    clips: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """A file, read without an adapter: its clips in the order in which they stand there, and all that is said.

    ``instead``: the adapter puts texts where they mean something else, so that only the file is asked.
    """

    clips: tuple[RawClip, ...]
    said: tuple[Said, ...]
    problems: tuple[Problem, ...] = ()
    instead: bool = False


def carrier_of(where: str, values: Mapping[str, str], line: int | None = None) -> Carrier:
    """A carrier of ``values``, by their keys. A text of several lines is a tag from the line on that begins one; one
    that is JSON is read too, and notes in HTML are read as they are shown."""
    metadata: dict[str, Any] = dict(values)
    texts: list[str] = []
    for key, value in values.items():
        texts += tags_in(value)
        if _MARKUP.search(value):
            texts += tags_in(unescape(_MARKUP.sub(_shown, value)))
        if value[:1] in ("{", "[") and value.strip()[-1:] in ("}", "]"):
            found = _json(value)
            if found is not None:
                metadata[key] = found
                texts += [tag for text in _texts(found) for tag in tags_in(text)]
    return Carrier(where, tuple(dict.fromkeys(texts)), metadata, line)


_MARKUP = re.compile(r"</?([A-Za-z!?][\w:-]{0,20})[^<>]*>")
_IN_LINE = frozenset({"a", "b", "em", "font", "i", "span", "strong", "u"})


def _shown(mark: re.Match[str]) -> str:
    """What a mark of HTML does to the text around it: where it does not only dress it, a line begins."""
    return "" if mark[1].lower() in _IN_LINE else "\n"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _texts(thing: Any) -> list[str]:
    found: list[str] = []
    pending = [thing]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            pending += reversed(each.values())
        elif isinstance(each, list):
            pending += reversed(each)
    return found
