"""Image sequences: how people write their names, and which frames of one are there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from otiogate.errors import ReadError
from otiogate.timeline.media import fold

_NUMBER = re.compile(r"%0?(?P<width>\d{0,2})d|(?P<marks>#+|@+)|\[(?P<first>\d+)-(?P<last>\d+)\]", re.ASCII)


@dataclass(frozen=True)
class Pattern:
    """The name of a sequence: what stands before and behind the number of a frame, and how many digits that has at
    least. ``stated`` are the first and last frame, where the name tells them: ``shot.[1001-1100].exr``."""

    prefix: str
    suffix: str
    digits: int
    stated: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """With ``%04d``, as the host writes it."""
        return f"{self.prefix}%0{self.digits}d{self.suffix}"

    @property
    def skeleton(self) -> str:
        """What the names of all its frames have in common, as ``skeleton`` gives it of one."""
        return skeleton(f"{self.prefix}0{self.suffix}")


def skeleton(name: str) -> str:
    """``name`` without case, each run of digits in it replaced by one mark."""
    return re.sub(r"[0-9]+", "#", fold(name))


def pattern_in(name: str) -> Pattern | None:
    """The sequence that ``name`` stands for: ``shot.####.exr``, ``shot.%04d.exr``, ``shot.@@@@.exr`` or
    ``shot.[1001-1100].exr``; ``None`` where it is the name of one file."""
    match = None
    for match in _NUMBER.finditer(name):  # noqa: B007 - the last one; what stands before it is a part of the name
        pass
    if match is None:
        return None
    first, last = match["first"], match["last"]
    digits = len(match["marks"] or "") or int(match["width"] or 1)
    if first:
        digits = len(first) if len(first) == len(last) else 1
    stated = (int(first), int(last)) if first else None
    return Pattern(name[: match.start()], name[match.end() :], max(digits, 1), stated)


def frames_of(names: Iterable[str], pattern: Pattern) -> list[tuple[int, str]]:
    """The frames of ``pattern`` among the files ``names`` of one folder, in order; none where it has none there. Raises
    ``ReadError`` where a frame is there twice, is written otherwise, or is missing between two others."""
    before, behind = fold(pattern.prefix + "0")[:-1], fold("0" + pattern.suffix)[1:]
    found: dict[int, str] = {}
    for name in sorted(names):
        folded = fold(name)
        digits = folded[len(before) : len(folded) - len(behind)]
        if not (folded.startswith(before) and folded.endswith(behind) and digits.isascii() and digits.isdigit()):
            continue
        number = int(digits)
        if number in found:
            what = f"frame {number} is there twice: {found[number]} and {name}"
            raise ReadError(what, where=pattern.name, next_step="take away the one that is not of this sequence")
        if digits != f"{number:0{pattern.digits}d}":
            what = f"{name} is not numbered with {pattern.digits} digits, as the others are"
            raise ReadError(what, where=pattern.name, next_step="take it away, or name the sequence as its frames are")
        found[number] = name
    numbers = sorted(found)
    for one, other in pairwise(numbers):
        if other != one + 1:
            gap = f"{one + 1}" if other == one + 2 else f"{one + 1}-{other - 1}"
            raise ReadError(f"frames are missing: {gap}", where=pattern.name, next_step="render what is missing")
    return [(number, found[number]) for number in numbers]


def has_all(frames: list[tuple[int, str]], wanted: tuple[int, int], pattern: Pattern) -> None:
    """Raises ``ReadError`` where ``frames``, of which none is missing between two, do not reach from the first to the
    last that is ``wanted``."""
    first, last = frames[0][0], frames[-1][0]
    if wanted[0] < first or wanted[1] > last:
        what = f"frames {wanted[0]}-{wanted[1]} are asked for, but {first}-{last} are there"
        raise ReadError(what, where=pattern.name, next_step="render what is missing, or correct the range")
