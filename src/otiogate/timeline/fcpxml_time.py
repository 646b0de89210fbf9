"""How FCPXML tells time: exact fractions of a second, and a format that says how long a frame lasts."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from otiogate.timeline.fcpxml_xml import Element
from otiogate.timeline.time import Frames, Span, TimeError

_SECONDS = re.compile(r"\s*(-?\d{1,20})(?:/(\d{1,12})|(\.\d{1,12}))?s?\s*\Z", re.ASCII)
_NAMED_RATE = re.compile(r"\d[pi](\d{2,5})\Z", re.ASCII)
_RATES = {
    "2398": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "2997": Fraction(30000, 1001),
    "30": Fraction(30),
    "4795": Fraction(48000, 1001),
    "48": Fraction(48),
    "50": Fraction(50),
    "5994": Fraction(60000, 1001),
    "60": Fraction(60),
    "90": Fraction(90),
    "100": Fraction(100),
    "11988": Fraction(120000, 1001),
    "120": Fraction(120),
}
"""The rates in the names of Final Cut's own formats (``FFVideoFormat1080p2398``). Of an interlaced one it is the
fields that are counted."""


@lru_cache(maxsize=65536)
def seconds(text: str) -> Fraction:
    """``1001/24000s`` or ``5s`` as seconds. Raises ``TimeError``."""
    found = _SECONDS.match(text)
    if found is None or (found[2] and int(found[2]) == 0):
        raise TimeError(f"{text[:60]!r} is not a time")
    return Fraction(int(found[1]), int(found[2])) if found[2] else Fraction(found[1] + (found[3] or ""))


def told(element: Element, attribute: str) -> Fraction | None:
    """A time of ``element``; ``None`` where it has none, or none that can be read."""
    text = element.attributes.get(attribute)
    try:
        return None if text is None else seconds(text)
    except TimeError:
        return None


def rate_of(format: Element | None) -> Fraction | None:
    """Frames a second of a ``format``: by its frame duration, else by its name; ``None`` where neither tells."""
    if format is None:
        return None
    duration = told(format, "frameDuration")
    if duration is not None and duration > 0:
        return 1 / duration
    found = _NAMED_RATE.search(format.name)
    rate = _RATES.get(found[1]) if found else None
    return rate / 2 if rate is not None and found is not None and "i" in found[0] else rate


class Stretch(NamedTuple):
    """A half-open stretch of time, in seconds."""

    begin: Fraction
    end: Fraction

    def within(self, other: Stretch | None) -> Stretch:
        """The part of it that lies in ``other``; empty, at its begin or its end, where they do not meet."""
        if other is None:
            return self
        begin = min(max(self.begin, other.begin), self.end)
        return Stretch(begin, max(begin, min(self.end, other.end)))

    def meets(self, other: Stretch | None) -> bool:
        """Whether the two share some time; an empty one counts where it stands."""
        if other is None:
            return True
        if self.begin == self.end or other.begin == other.end:
            return self.begin <= other.end and other.begin <= self.end
        return self.begin < other.end and other.begin < self.end

    def moved(self, by: Fraction) -> Stretch:
        """The stretch, ``by`` seconds later."""
        return Stretch(self.begin + by, self.end + by)

    def wider(self, before: Fraction, after: Fraction) -> Stretch:
        """The stretch, and so much more on both sides."""
        return Stretch(self.begin - before, self.end + after)

    def span(self, clock: Clock) -> Span:
        """The stretch in frames."""
        begin = _frames(self.begin * clock.rate)
        return Span(begin, _frames(self.end * clock.rate) - begin, clock.rate, clock.drop)


class Clock(NamedTuple):
    """Frames a second, and whether timecode drops numbers."""

    rate: Fraction
    drop: bool = False


def _frames(count: Fraction) -> Frames:
    return int(count) if count.denominator == 1 else count
