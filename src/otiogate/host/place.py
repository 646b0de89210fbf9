"""Where things stand in time: record range, source range, and what of it a viewer can reach.

OpenTimelineIO's own transforms do not stop at the edges of what encloses a clip (frame 50 of a stack of 10), so
ranges are intersected here at every level.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio as otio

from otiogate.host.walk import Walked
from otiogate.timeline.time import Frames, Span, TimeError, exact_frames, exact_rate


def span_of(time_range: Any) -> Span:
    """A host's TimeRange, exactly; at the rate of its start. Raises ``TimeError``."""
    rate = exact_rate(time_range.start_time.rate)
    start = exact_frames(time_range.start_time.value)
    duration = exact_frames(time_range.duration.value)
    duration_rate = exact_rate(time_range.duration.rate)
    if duration_rate is not rate:
        duration = duration * rate / duration_rate
    return Span(start, duration, rate, _drops(rate))


def frames_at(time: Any, rate: Fraction) -> Frames:
    """A host's RationalTime in frames of ``rate``. Raises ``TimeError``."""
    frames, own = exact_frames(time.value), exact_rate(time.rate)
    return frames if own == rate else frames * rate / own


@lru_cache(maxsize=256)
def _drops(rate: Fraction) -> bool:
    """Drop-frame is not recorded in OTIO; as in its own timecode, 29.97 and 59.94 are taken to drop."""
    return rate in (Fraction(30000, 1001), Fraction(60000, 1001))


@dataclass(frozen=True)
class Placed:
    """A stretch in record time as it would be without trims, and the part of it that remains."""

    whole: Span
    shown: Span


class Placer:
    """Finds record ranges; asks each holder once for the ranges of all its children."""

    def __init__(self, walked: Walked) -> None:
        self._walked = walked
        self._ranges: dict[int, dict[Any, Any]] = {}

    def record(self, node: int) -> Placed | None:
        """The record range of a node, or ``None`` where the timeline does not tell."""
        parent = self._walked.parents[node]
        thing = self._walked.objects[node]
        try:
            if parent < 0 or not isinstance(self._walked.objects[parent], otio.core.Composition):
                own = span_of(thing.trimmed_range())
                return self._outward(parent, Placed(own, own)) if parent >= 0 else Placed(own, own)
            if parent not in self._ranges:
                self._ranges[parent] = self._walked.objects[parent].range_of_all_children()
            own = span_of(self._ranges[parent][thing])
            return self._outward(parent, Placed(own, own))
        except (TimeError, KeyError, ValueError, otio.exceptions.OTIOError):
            return None

    def within(self, node: int, span: Span) -> Placed | None:
        """A stretch in the time of the children of holder ``node``, in record time."""
        try:
            return self._outward(node, Placed(span, span))
        except (TimeError, KeyError, ValueError, otio.exceptions.OTIOError):
            return None

    def _outward(self, node: int, placed: Placed) -> Placed:
        """``placed`` from the time of the children of ``node`` to record time."""
        while node >= 0:
            thing = self._walked.objects[node]
            if isinstance(thing, otio.schema.Timeline):
                if thing.global_start_time is None:
                    return placed
                offset = frames_at(thing.global_start_time, placed.whole.rate)
                return Placed(placed.whole.moved(offset), placed.shown.moved(offset))
            if isinstance(thing, otio.core.Composition):
                placed = self._through(node, thing, placed)
            node = self._walked.parents[node]
        return placed

    def _through(self, node: int, holder: Any, placed: Placed) -> Placed:
        offset: Frames = 0
        shown = placed.shown
        if holder.source_range is not None:
            window = span_of(holder.source_range).at(placed.whole.rate)
            shown = shown.within(window)
            offset -= window.start
        parent = self._walked.parents[node]
        if parent >= 0 and isinstance(self._walked.objects[parent], otio.core.Composition):
            if parent not in self._ranges:
                self._ranges[parent] = self._walked.objects[parent].range_of_all_children()
            offset += span_of(self._ranges[parent][holder]).at(placed.whole.rate).start
        return Placed(placed.whole.moved(offset), shown.moved(offset))


def handles(track: Any, place: int, rate: Fraction) -> tuple[Frames, Frames]:
    """The frames that transitions add before and after the item at ``place`` of ``track``."""
    before: Frames = 0
    after: Frames = 0
    if isinstance(track, otio.schema.Track):
        if place > 0 and isinstance(track[place - 1], otio.schema.Transition):
            before = frames_at(track[place - 1].in_offset, rate)
        if place + 1 < len(track) and isinstance(track[place + 1], otio.schema.Transition):
            after = frames_at(track[place + 1].out_offset, rate)
    return before, after
