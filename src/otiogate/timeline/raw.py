"""What stands in a file itself, beside what an adapter makes of it.

An adapter keeps what its author had a use for. Whatever else a file says is looked for in its own text, so that no
clip loses its tag on the way: an adapter tells where the clips are, the file what is said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    """A carrier of ``values``, by their keys. A text of several lines is a tag from the line on that begins one."""
    texts = dict.fromkeys(tag for value in values.values() for tag in tags_in(value))
    return Carrier(where, tuple(texts), dict(values), line)
