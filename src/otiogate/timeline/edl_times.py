"""What the times of a whole EDL tell: the rate that they are counted at, and which events are irregular.

Both are asked of every EDL that is read, so that they work on all of its times at once, and parse a timecode only
where plain comparison cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter, sub
from typing import NamedTuple

from otiogate.timeline.model import Problem
from otiogate.timeline.time import Frames, TimeError, frames_of, timecode_base

_BASES = (24, 25, 30, 50, 60, 100, 120)
_END = itemgetter(slice(-3, None))
_FRAMES = re.compile(rb"([:;.,])(\d\d)\Z")
_FRAME = re.compile(rb"\d[:;]\d\d[:;]\d\d([:;.,])(\d{2,3})\Z")
_NTSC = Fraction(30000, 1001)


class Rate(NamedTuple):
    """Frames a second, where that was taken from (for people), and what speaks against it."""

    rate: Fraction
    origin: str
    problems: tuple[Problem, ...] = ()


def rate_of(times: Sequence[bytes], fcm_drop: bool, given: Fraction | None) -> Rate:
    """The rate at which ``times`` are counted: from the file where it tells, else as ``given``, else the lowest usual
    one that has all their frames.

    Drop-frame is what a file can tell, by ``FCM`` or by its separators: it exists at 29.97 frames a second and at its
    multiples alone. A rate without a frame that occurs is not taken.
    """
    ends = set(map(_END, times))
    frames = {found.groups() for found in map(_FRAMES.match, ends) if found}
    if any(len(end) == 3 and end.isdigit() for end in ends):  # three digits of frames: all times have to be looked at
        frames = {found.groups() for found in map(_FRAME.search, times) if found}
    largest = max((int(frame) for _, frame in frames), default=0)
    separated = any(separator in b";," for separator, _ in frames)
    drop = fcm_drop or separated
    if given is not None and largest < round(given) and (not drop or round(given) % 30 == 0):
        return Rate(given, "as configured")
    found = _told(largest, "FCM" if fcm_drop else "its timecodes") if drop else _inferred(largest)
    if given is None:
        return found
    why = f"a timecode has frame {largest}" if largest >= round(given) else "the times are drop-frame"
    what = f"{why}, which {_shown(given)} frames a second, as configured, do not have: read at {_shown(found.rate)}"
    return found._replace(problems=(*found.problems, Problem("odd", what)))


def _told(largest: int, by: str) -> Rate:
    if largest < 30:
        return Rate(_NTSC, f"drop-frame by {by}")
    rate = 2 * _NTSC if largest < 60 else Fraction(_lowest(largest))
    what = f"drop-frame at 29.97 frames a second has no frame {largest}: read at {_shown(rate)}"
    return Rate(rate, f"drop-frame by {by}", (Problem("odd", what),))


def _inferred(largest: int) -> Rate:
    return Rate(Fraction(_lowest(largest)), f"inferred from the frames that occur, up to {largest}")


def _lowest(largest: int) -> int:
    return next((base for base in _BASES if largest < base), largest + 1)


def _shown(rate: Fraction) -> str:
    return f"{float(rate):.4g}"


class Irregular(NamedTuple):
    """Places of events, among all of an EDL, whose times are irregular although each is read whole: they last no frame
    in the record; begin there before the event above ends on their channel; last differently long in source and
    record."""

    empty: list[int]
    early: list[int]
    unequal: list[int]


def irregular(
    times: Sequence[bytes], channels: Sequence[bytes], is_later: Callable[[int], bool], rate: Fraction
) -> Irregular:
    """The irregular events of an EDL. ``times`` are four to an event: source in and out, record in and out;
    ``is_later`` tells whether an event is a further line of the one above, as the second side of a dissolve is."""
    numbers = _packed(times)
    first, last, begins, ends = (numbers[part::4] for part in range(4))
    lengths = _Lengths(times, rate)
    fair = lengths.fair
    differences = map(sub, map(sub, last, first), map(sub, ends, begins))
    unequal = [place for place, each in enumerate(differences) if each not in fair and not lengths.agree(place, each)]
    count = len(channels)
    empty = [place for place, length in enumerate(map(sub, ends, begins)) if not length]
    sides = [place for place in empty if is_later(place) or (place + 1 < count and is_later(place + 1))]
    early = [
        place
        for places in _on_channels(channels)
        for above, place in pairwise(places)
        if begins[place] < ends[above] < begins[place] + _HALF_A_DAY and not is_later(place)
    ]
    return Irregular(sorted(set(empty).difference(sides)), sorted(early), unequal)


def _on_channels(channels: Sequence[bytes]) -> Iterable[Sequence[int]]:
    """The places of the events on each channel."""
    if len(set(channels)) <= 1:
        return [range(len(channels))]
    found: dict[bytes, list[int]] = {}
    for place, channel in enumerate(channels):
        found.setdefault(channel, []).append(place)
    return found.values()


_HALF_A_DAY = 12 * 10**12


def _packed(times: Sequence[bytes]) -> list[int]:
    """Times as integers in the same order: four decimal digits for each of hours, minutes, seconds and frames, so that
    the difference of two tells all four differences."""
    joined = b" ".join(times)
    for separator in b":;.,":
        joined = joined.replace(bytes([separator]), b"00")
    return list(map(int, joined.split()))


class _Lengths:
    """Compares how long events last in source and record. Most agree in the digits already; most others differ by what
    is carried from frames to seconds and minutes, in few ways, each of which is worked out once."""

    def __init__(self, times: Sequence[bytes], rate: Fraction) -> None:
        self._times = times
        self._rate, self._base = rate, timecode_base(rate)
        # Drop-frame skips numbers, and in plain frame numbers there are no digits of seconds.
        self._is_plain = min(map(len, times), default=0) == 11 and b";" not in b"".join(times)
        self.fair: set[int] = {0} if self._is_plain else set()

    def agree(self, place: int, difference: int) -> bool:
        """Whether the event at ``place``, whose packed lengths differ by ``difference``, one not in ``fair``, is as
        long in its source as in the record. Of times that cannot be read it is not said that they differ."""
        if self._is_plain and not _count(difference, self._base):
            self.fair.add(difference)
            return True
        times = self._times[4 * place : 4 * place + 4]
        if self._is_plain and times[0] <= times[1] and times[2] <= times[3]:
            return False
        first, last, begin, end = (each.decode() for each in times)
        try:
            return abs(stretch(first, last, self._rate)[1]) == abs(stretch(begin, end, self._rate)[1])
        except TimeError:
            return True


def _count(packed: int, base: int) -> int:
    """The frames that a difference of packed times comes to, of which every part may be negative."""
    frames, weight = 0, 1
    for size in (base, 60, 60, 24):
        part = (packed + 5000) % 10000 - 5000
        frames += part * weight
        packed = (packed - part) // 10000
        weight *= size
    return frames


def stretch(first: str, last: str, rate: Fraction) -> tuple[Frames, Frames, bool]:
    """The first frame from one time to another, how many there are, and whether either is drop-frame. It goes on past
    midnight where that is nearer, and is negative where it runs backwards. Raises ``TimeError``."""
    start, drop = frames_of(first, rate)
    end, late_drop = frames_of(last, rate)
    if end < start:
        day, _ = frames_of("24:00:00;00" if drop else "24:00:00:00", rate)
        if 2 * (start - end) > day:
            end += day
    return start, end - start, drop or late_drop
