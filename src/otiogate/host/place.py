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


@dataclass(frozen=True)
class _Frame:
    """How the time of a holder's children becomes record time: by adding ``offset``, and only within ``window``."""

    offset: Frames
    window: Span | None


class Placer:
    """Finds record ranges; asks each holder once for the ranges of all its children, and for its own place."""

    def __init__(self, walked: Walked) -> None:
        self._walked = walked
        self._ranges: dict[int, dict[Any, Any]] = {}
        self._frames: dict[tuple[int, Fraction], _Frame] = {}

    def record(self, node: int, *, with_handles: bool = False) -> Placed | None:
        """The record range of a node, or ``None`` where the timeline does not tell. ``with_handles``: and what
        transitions show of it beside its cuts."""
        parent = self._walked.parents[node]
        try:
            if parent >= 0 and isinstance(self._walked.objects[parent], otio.core.Composition):
                own = span_of(self._ranges_in(parent)[self._walked.objects[node]])
            else:
                own = span_of(self._walked.objects[node].trimmed_range())
            if with_handles:
                own = self._with_handles(node, own)
        except _UNTOLD:
            return None
        return self.within(parent, own)

    def within(self, node: int, span: Span) -> Placed | None:
        """A stretch in the time of the children of holder ``node`` (-1: of nothing), in record time."""
        try:
            frame = self._frame(node, span.rate)
        except _UNTOLD:
            return None
        whole = span.moved(frame.offset) if frame.offset else span
        return Placed(whole, whole.within(frame.window) if frame.window else whole)

    def _with_handles(self, node: int, span: Span) -> Span:
        parent = self._walked.parents[node]
        if parent < 0:
            return span
        before, after = handles(self._walked.objects[parent], self._walked.places[node], span.rate)
        return Span(span.start - before, span.duration + before + after, span.rate, span.drop)

    def _ranges_in(self, holder: int) -> dict[Any, Any]:
        found = self._ranges.get(holder)
        if found is None:
            found = self._ranges[holder] = self._walked.objects[holder].range_of_all_children()
        return found

    def _frame(self, node: int, rate: Fraction) -> _Frame:
        found = self._frames.get((node, rate))
        if found is None:
            found = self._frames[node, rate] = self._made(node, rate)
        return found

    def _made(self, node: int, rate: Fraction) -> _Frame:
        if node < 0:
            return _Frame(0, None)
        thing, parent = self._walked.objects[node], self._walked.parents[node]
        if isinstance(thing, otio.schema.Timeline):
            start = thing.global_start_time
            return _Frame(0 if start is None else frames_at(start, rate), None)
        around = self._frame(parent, rate)
        if not isinstance(thing, otio.core.Composition):
            return around
        if any(isinstance(each, otio.schema.TimeEffect) for each in thing.effects):
            raise TimeError("what is in a retimed holder is shown at another time than OpenTimelineIO tells")
        offset = around.offset
        if parent >= 0 and isinstance(self._walked.objects[parent], otio.core.Composition):
            offset += span_of(self._ranges_in(parent)[thing]).at(rate).start
        if thing.source_range is None:
            return _Frame(offset, around.window)
        own = span_of(thing.source_range).at(rate)
        offset -= own.start
        if not _is_trim(thing, own):
            return _Frame(offset, around.window)
        window = self._with_handles(node, own).moved(offset)
        return _Frame(offset, window.within(around.window) if around.window else window)


def _is_trim(holder: Any, own: Span) -> bool:
    """Whether the source range ``own`` of ``holder`` cuts something away.

    One that begins outside of what the holder has does not: the host's EDL reader writes the record time of the first
    event into it, with a minus sign.
    """
    return 0 <= own.start < span_of(holder.available_range()).at(own.rate).end


_UNTOLD = (TimeError, KeyError, ValueError, otio.exceptions.OTIOError)
"""What the host and we raise where a timeline does not tell a range."""


def handles(track: Any, place: int, rate: Fraction) -> tuple[Frames, Frames]:
    """The frames that transitions add before and after the item at ``place`` of ``track``."""
    before: Frames = 0
    after: Frames = 0
    if isinstance(track, otio.schema.Track):
        if place > 0 and isinstance(track[place - 1], otio.schema.Transition):
            before = max(0, frames_at(track[place - 1].in_offset, rate))
        if place + 1 < len(track) and isinstance(track[place + 1], otio.schema.Transition):
            after = max(0, frames_at(track[place + 1].out_offset, rate))
    return before, after
