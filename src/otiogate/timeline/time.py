"""Time as editors count it: whole frames at an exact rate, shown as SMPTE timecode."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

_NTSC = tuple(Fraction(base * 1000, 1001) for base in (12, 24, 30, 48, 60, 90, 96, 120, 240))
_TIMECODE = re.compile(r"(\d{1,3})[:;](\d{2})[:;](\d{2})([:;.,])(\d{2,3})\Z", re.ASCII)

Frames = int | Fraction
"""A count of frames: whole in nearly every timeline, and an ``int`` then, since arithmetic on it is ten times as
fast."""


class TimeError(ValueError):
    """A number or text that is no time."""


@lru_cache(maxsize=256)
def exact_rate(rate: float) -> Fraction:
    """The exact rate that a host's float stands for: 23.976 is 24000/1001. Frames a second; raises ``TimeError``."""
    if not math.isfinite(rate) or rate <= 0:
        raise TimeError(f"{rate} is not a frame rate")
    if rate == int(rate):
        return Fraction(int(rate))
    for candidate in _NTSC:
        if abs(float(candidate) - rate) < 0.005:
            return candidate
    found = Fraction(rate).limit_denominator(100_000)
    if not found:
        raise TimeError(f"{rate} is not a frame rate")
    return found


@lru_cache(maxsize=65536)
def exact_frames(value: float) -> Frames:
    """A host's float as an exact count of frames; what float arithmetic left over is snapped. Raises ``TimeError``."""
    if not math.isfinite(value):
        raise TimeError(f"{value} is not a count of frames")
    whole = round(value)
    if abs(value - whole) < 1e-4:
        return whole
    return Fraction(value).limit_denominator(100_000)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time: ``start`` and ``duration`` in frames at ``rate`` frames a second."""

    start: Frames
    duration: Frames
    rate: Fraction
    drop: bool = False

    @property
    def end(self) -> Frames:
        """The first frame after the span."""
        return self.start + self.duration

    def at(self, rate: Fraction) -> Span:
        """The same stretch counted in frames of ``rate``."""
        if rate is self.rate or rate == self.rate:
            return self
        factor = rate / self.rate
        return Span(self.start * factor, self.duration * factor, rate, self.drop)

    def moved(self, frames: Frames) -> Span:
        """The span, ``frames`` later."""
        return Span(self.start + frames, self.duration, self.rate, self.drop)

    def within(self, other: Span) -> Span:
        """The part of this span that lies in ``other``; its duration is 0 where they do not meet."""
        other = other.at(self.rate)
        start = max(self.start, other.start)
        return Span(start, max(0, min(self.end, other.end) - start), self.rate, self.drop)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least a part of a frame; an empty span counts where it stands."""
        other = other.at(self.rate)
        if self.duration == 0 or other.duration == 0:
            return (
                self.start <= other.start < self.end
                or other.start <= self.start < other.end
                or (self.start == other.start)
            )
        return self.start < other.end and other.start < self.end

    @property
    def first(self) -> str:
        """Timecode of the first frame."""
        return timecode(self.start, self.rate, self.drop)

    @property
    def last(self) -> str:
        """Timecode of the out point, exclusive as in an EDL."""
        return timecode(self.end, self.rate, self.drop)


class SpanIndex:
    """Finds which of many spans meet a given one, without looking at all of them."""

    def __init__(self, spans: Iterable[tuple[Span, int]]) -> None:
        self._spans = sorted(spans, key=lambda each: (each[0].start / each[0].rate, each[1]))
        self._starts = [span.start / span.rate for span, _ in self._spans]
        ends = (span.end / span.rate for span, _ in self._spans)
        self._latest = list(accumulate(ends, max))

    def meeting(self, span: Span) -> Iterator[int]:
        """The numbers of the spans that ``span`` overlaps, in ascending order."""
        begin, end = span.start / span.rate, span.end / span.rate
        found = []
        for place in range(bisect_right(self._starts, end) - 1, -1, -1):
            if self._latest[place] < begin:
                break
            if self._spans[place][0].overlaps(span):
                found.append(self._spans[place][1])
        return iter(sorted(found))


def timecode(frames: Frames, rate: Fraction, drop: bool = False) -> str:
    """SMPTE ST 12-1 timecode of ``frames``; part frames are cut off, negative counts carry a sign."""
    base = timecode_base(rate)
    count = int(frames if frames >= 0 else -frames)
    if drop and base % 30 == 0:
        skip = base // 15
        tens, rest = divmod(count, base * 600 - skip * 9)
        count += skip * 9 * tens
        if rest >= base * 60:
            count += skip * ((rest - skip) // (base * 60 - skip))
    seconds, frame = divmod(count, base)
    sign, mark = "-" if frames < 0 else "", ";" if drop else ":"
    place = (sign, seconds // 3600, seconds // 60 % 60, seconds % 60, mark, frame)
    return "%s%02d:%02d:%02d%s%02d" % place  # noqa: UP031 - in two thirds of the time


def frames_of(text: str, rate: Fraction) -> tuple[Frames, bool]:
    """The frame count of timecode or of a plain frame number, and whether it was drop-frame; raises ``TimeError``."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text), False
    match = _TIMECODE.match(text)
    if match is None:
        raise TimeError(f"{text!r} is not a timecode")
    base = timecode_base(rate)
    hour, minute, second, frame = map(int, match.group(1, 2, 3, 5))
    if minute > 59 or second > 59 or frame >= base:
        raise TimeError(f"{text!r} is not a timecode at {float(rate):g} frames a second")
    drop = match.group(4) in ";,"
    count = ((hour * 60 + minute) * 60 + second) * base + frame
    if drop and base % 30 == 0:
        minutes = hour * 60 + minute
        count -= base // 15 * (minutes - minutes // 10)
    return count, drop


def timecode_base(rate: Fraction) -> int:
    """How many frames timecode counts in a second: the nearest whole number. ``round`` takes ten times as long."""
    if rate.denominator == 1:
        return max(1, rate.numerator)
    return max(1, (2 * rate.numerator + rate.denominator) // (2 * rate.denominator))
