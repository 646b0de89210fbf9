"""An OpenTimelineIO timeline as a CMX 3600 EDL: all that an EDL can hold, in time that grows with the events alone.

What no EDL can hold, such as a nested sequence, stops the writing with a text that says where it stands. What an EDL
can hold as a remark alone, such as the name of an effect, becomes a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otiogate.host.edl import CHANNELS, KEY, OURS
from otiogate.host.edl_comments import file_of
from otiogate.host.errors import EdlError
from otiogate.host.walk import plain
from otiogate.timeline.edl_lines import is_channel
from otiogate.timeline.time import exact_rate, timecode, timecode_base

_BREAKS = re.compile("[\0-\x08\n-\r\x1a\x1c-\x1e\x85\u2028\u2029]+")
_NUMBER = re.compile(r"\d{1,6}\Z", re.ASCII)
_WIPE = re.compile(r"W\d{1,3}\Z", re.ASCII)
_KEY = re.compile(r"K ?[BO]?\Z")
_TOGETHER = {tracks: channel for channel, tracks in CHANNELS.items()}
_FLATTEN = "flatten the timeline, or write it as .otio"


def edl_text(timeline: Any, rate: float | None = None) -> str:
    """The EDL of ``timeline``, at ``rate`` frames a second or that of its first clip. What is disabled is left out.
    Raises ``EdlError``."""
    if not isinstance(timeline, otio.schema.Timeline):
        raise EdlError(f"an EDL holds a timeline, not a {type(timeline).__name__}", next_step="put it into a timeline")
    return _Writer(timeline, rate).text()


@dataclass
class _Side:
    """One clip as an event shows it. Times in frames: ``record`` and ``source`` are first frames."""

    reel: str
    record: int
    source: int
    length: int
    taken: int
    clip: Any = None
    where: str = ""
    edit: str = "C"
    hint: str = ""
    is_empty: bool = False


@dataclass
class _Event:
    """The lines of one event, but for its number and channel. ``before`` is the side that a transition comes from."""

    side: _Side
    before: _Side | None = None
    edit: str = "C"
    remarks: list[str] = field(default_factory=list)


class _Writer:
    def __init__(self, timeline: Any, rate: float | None) -> None:
        self._timeline = timeline
        ours = _block(timeline, OURS)
        self._rate = exact_rate(rate) if rate else self._own_rate()
        self._is_drop = ours.get("drop_frame") is True and timecode_base(self._rate) % 30 == 0

    def text(self) -> str:
        """All of it."""
        lines = [f"TITLE: {_line(self._timeline.name)}"] if self._timeline.name else []
        lines.append(f"FCM: {'' if self._is_drop else 'NON-'}DROP FRAME")
        lines += _remarks(self._timeline)
        if self._timeline.tracks.source_range is not None:
            raise EdlError("the timeline is trimmed as a whole", next_step=_FLATTEN)
        number = ""
        for count, (event, channel) in enumerate(self._merged(), 1):
            hint = event.side.hint
            number = hint if _NUMBER.match(hint) and hint != number else f"{count:03d}"
            lines += self._lines(event, number, channel)
        return "\n".join(lines) + "\n"

    def _own_rate(self) -> Fraction:
        for track in self._timeline.tracks:
            for each in track:
                if isinstance(each, otio.core.Item):
                    return exact_rate(each.trimmed_range().duration.rate)
        return Fraction(24)

    def _merged(self) -> Iterator[tuple[_Event, str]]:
        """The events by record time, each with its channel; what several tracks show alike is one event."""
        alike: dict[tuple[int, str, str], list[tuple[str, _Event]]] = {}
        if self._timeline.tracks.enabled:
            for track, channel in _channels(self._timeline.tracks):
                for event in self._events(track):
                    body = "\n".join(self._lines(event, "", ""))
                    key = ((event.before or event.side).record, event.side.hint, body)
                    alike.setdefault(key, []).append((channel, event))
        # Stable: on one channel and place the order of the tracks stays.
        for _, found in sorted(alike.items(), key=lambda each: each[0][0]):
            together = _TOGETHER.get(tuple(channel for channel, _ in found))
            if together:
                yield found[0][1], together
            else:
                yield from ((event, _TOGETHER.get((channel,), channel)) for channel, event in found)

    def _events(self, track: Any) -> Iterator[_Event]:
        place = f"track {track.name!r}"
        position = self._begin(track, place)
        above: _Side | None = None
        transition: Any = None
        children = list(track)
        for number, child in enumerate(children):
            where = f"{place}, item {number + 1}"
            if isinstance(child, otio.schema.Transition):
                if transition is not None:
                    raise EdlError("two transitions stand one after the other", where=where, next_step=_FLATTEN)
                transition = child
                continue
            length = self._frames(_range_of(child, where).duration)
            follows = children[number + 1] if number + 1 < len(children) else None
            shortened = self._frames(follows.in_offset) if isinstance(follows, otio.schema.Transition) else 0
            side = self._side(child, position, length, where)
            if side is not None:
                side.length -= shortened
                side.taken -= shortened if side.taken == length else 0
                if not (length == 0 and isinstance(follows, otio.schema.Transition)):
                    yield self._event(side, above, transition)
            elif transition is not None and above is not None:
                yield self._to_black(above, transition, position)
            above, transition = side, None
            position += length
        if transition is not None and above is not None:
            yield self._to_black(above, transition, position)

    def _begin(self, track: Any, place: str) -> int:
        """The record time of the first item of a track: as a start before its beginning, as the EDL adapters have it,
        or from the timeline's own start."""
        own = track.source_range
        if own is None:
            start = self._timeline.global_start_time
            return self._frames(start) if start is not None else 0
        if own.start_time.value > 0 or own.duration < track.available_range().duration:
            raise EdlError("trims what stands on it", where=place, next_step=_FLATTEN)
        return -self._frames(own.start_time)

    def _event(self, side: _Side, above: _Side | None, transition: Any) -> _Event:
        if transition is None:
            return _Event(side, edit=side.edit)
        early, late = self._frames(transition.in_offset), self._frames(transition.out_offset)
        side.record, side.source = side.record - early, side.source - early
        side.length, side.taken = side.length + early, side.taken + early
        return _Event(side, _outgoing(above, side.record), *_kind(transition, early + late))

    def _to_black(self, above: _Side, transition: Any, position: int) -> _Event:
        length = self._frames(transition.out_offset) + self._frames(transition.in_offset)
        start = position - self._frames(transition.in_offset)
        black = _Side("BL", start, 0, length, length)
        return _Event(black, _outgoing(above, start), *_kind(transition, length))

    def _side(self, child: Any, position: int, length: int, where: str) -> _Side | None:
        """The side of a clip; ``None`` for what shows nothing."""
        if isinstance(child, otio.schema.Gap):
            return None
        if not isinstance(child, otio.schema.Clip):
            raise EdlError(f"an EDL holds no {child.schema_name()} inside of a track", where=where, next_step=_FLATTEN)
        if not child.enabled:
            return None
        own = _block(child, KEY)
        source = self._frames(child.trimmed_range().start_time)
        if source < 0 or position < 0:
            raise EdlError("begins before 00:00:00:00", where=where, next_step="move it to where timecode counts")
        taken = length
        speed, frozen = _retimed(child, where)
        if frozen:
            taken = 1
        elif speed is not None:
            taken = round(abs(length * speed))
        if own.get("record_duration") == length and isinstance(own.get("source_duration"), int):
            taken = own["source_duration"]
        edit = own.get("transition")
        key = edit if isinstance(edit, str) and _KEY.match(edit) else "C"
        return _Side(
            _reel(child, own),
            position,
            source,
            length,
            taken,
            child,
            where,
            key,
            str(own.get("event") or ""),
            not length,
        )

    def _lines(self, event: _Event, number: str, channel: str) -> list[str]:
        before, lines = event.before, list[str]()
        if before is not None:
            lines.append(self._row(before, number, channel, "C"))
            is_own = before.clip is not None and before.is_empty  # a clip that no other event shows
            lines += self._about(before, "FROM") if is_own else []
        lines.append(self._row(event.side, number, channel, event.edit))
        if before is not None and before.clip is not None and not before.is_empty and before.clip.name != before.hint:
            lines += _names(before.clip, "FROM")
        if event.side.clip is not None:
            lines += self._about(event.side, "TO" if event.before is not None else "FROM")
        return [*lines, *event.remarks]

    def _row(self, side: _Side, number: str, channel: str, edit: str) -> str:
        times = (side.source, side.source + side.taken, side.record, side.record + side.length)
        shown = " ".join(timecode(each, self._rate, self._is_drop) for each in times)
        return f"{number}  {_word(side.reel):8} {channel:5} {edit:8} {shown}"

    def _about(self, side: _Side, word: str) -> list[str]:
        """The comment lines of a clip."""
        clip, lines = side.clip, []
        speed, frozen = _retimed(clip, side.where)
        if speed is not None:
            lines.append(
                f"M2   {_word(side.reel):8} {self._speed(speed)} {timecode(side.source, self._rate, self._is_drop)}"
            )
        if clip.name != side.hint:
            lines += _names(clip, word, " FF" if frozen else "")
        if frozen:
            lines.append("* * FREEZE FRAME")
        file = file_of(clip.media_reference)
        if file:
            lines.append(f"* {word} FILE: {_line(file)}")
        if " " in side.reel:
            lines.append(f"* FINAL CUT PRO REEL: {_line(side.reel)} REPLACED BY: {_word(side.reel)}")
        lines += _colour(clip)
        for marker in clip.markers:
            lines += self._marker(marker, side)
        return [*lines, *_remarks(clip), *(f"* EFFECT NAME: {_line(each)}" for each in _effects(clip))]

    def _speed(self, scalar: float) -> str:
        base = timecode_base(self._rate)
        texts = (f"{scalar * base:.{digits}f}" for digits in range(1, 15))
        return next((text for text in texts if float(text) / base == scalar), repr(scalar * base)).rjust(5, "0")

    def _marker(self, marker: Any, side: _Side) -> Iterator[str]:
        colour = _block(marker, KEY).get("color")
        start = self._frames(marker.marked_range.start_time)
        if isinstance(colour, str) and colour.startswith("ResolveColor"):
            frames = self._frames(marker.marked_range.duration)
            note = f"{_line(marker.comment)} " if marker.comment else ""
            yield f"* {note}|C:{_word(colour)} |M:{_line(marker.name)} |D:{frames}"
            return
        if not isinstance(colour, str):  # no EDL adapter made it: it stands in the time of the clip's media
            colour, start = str(marker.color or ""), side.record + start - side.source
        place = timecode(start, self._rate, self._is_drop)
        for text in [each for each in (marker.name, marker.comment) if each] or [""]:
            yield (
                f"* LOC: {place} {_word(colour):7} {_line(text)}".rstrip()
                if colour
                else f"* LOC: {place} {_line(text)}"
            )

    def _frames(self, time: Any) -> int:
        return round(time.rescaled_to(float(self._rate)).value) if time.rate else 0


def _channels(stack: Any) -> Iterator[tuple[Any, str]]:
    """The enabled tracks of a timeline, each with its channel: its name, where that is one, else by its kind and
    order."""
    taken = {"Video": 0, "Audio": 0}
    for number, track in enumerate(stack, 1):
        if not isinstance(track, otio.schema.Track) or track.kind not in taken:
            what = f"an EDL has video and audio, not {getattr(track, 'kind', '') or track.schema_name()}"
            raise EdlError(what, where=f"track {number} {track.name!r}", next_step=_FLATTEN)
        taken[track.kind] += 1
        count, letter = taken[track.kind], track.kind[0]
        named = _block(track, OURS).get("channel") or ("V" if track.name == "V1" else track.name)
        if not (isinstance(named, str) and is_channel(named) and (named[:1].upper() == "A") == (letter == "A")):
            named = f"{letter}{'' if letter == 'V' and count == 1 else count}"
        if track.enabled:
            yield track, named


def _range_of(child: Any, where: str) -> Any:
    try:
        return child.trimmed_range()
    except otio.exceptions.OTIOError as fault:
        raise EdlError(f"its length is not known: {fault}", where=where, next_step="give it a source range") from fault


def _outgoing(above: _Side | None, record: int) -> _Side:
    """The first line of a transition: the end of what stands above it, or black."""
    if above is None:
        return _Side("BL", record, 0, 0, 0)
    if above.is_empty:
        return above
    end = above.source + above.taken
    return _Side(above.reel, record, end, 0, 0, above.clip, above.where, hint=above.hint)


def _kind(transition: Any, length: int) -> tuple[str, list[str]]:
    """The edit of a transition, with its length, and what a comment has to say of it."""
    wanted = _block(transition, KEY).get("transition")
    if transition.transition_type == "SMPTE_Wipe" or (isinstance(wanted, str) and _WIPE.match(wanted)):
        return f"{wanted if isinstance(wanted, str) and _WIPE.match(wanted) else 'W001'} {length:03d}", []
    known = transition.transition_type in ("", otio.schema.TransitionTypes.SMPTE_Dissolve)
    return f"D    {length:03d}", [] if known else [f"* EFFECT NAME: {_line(transition.transition_type)}"]


def _retimed(clip: Any, where: str) -> tuple[float | None, bool]:
    """The speed of a clip, where it has one of its own, and whether it is frozen."""
    effects = [each for each in clip.effects if isinstance(each, otio.schema.TimeEffect)]
    if not effects:
        return None, False
    if len(effects) > 1 or not isinstance(effects[0], otio.schema.LinearTimeWarp):
        raise EdlError("an EDL holds one linear retime or freeze a clip", where=where, next_step="render the retime")
    frozen = isinstance(effects[0], otio.schema.FreezeFrame)
    return (None if frozen else float(effects[0].time_scalar)), frozen


def _effects(clip: Any) -> list[str]:
    return [
        each.effect_name or each.name or each.schema_name()
        for each in clip.effects
        if not isinstance(each, otio.schema.TimeEffect)
    ]


def _reel(clip: Any, own: Mapping[str, Any]) -> str:
    reel = own.get("reel")
    if isinstance(reel, str) and reel.strip():
        return _line(reel)
    kinds = {"black": "BL", "SMPTEBars": "BARS"}
    return kinds.get(str(getattr(clip.media_reference, "generator_kind", "")), "AX")


def _names(clip: Any, word: str, suffix: str = "") -> list[str]:
    return [f"* {word} CLIP NAME: {_line(clip.name)}{suffix}"] if clip.name else []


def _colour(clip: Any) -> Iterator[str]:
    """The colour decision, as ``cmx_3600`` keeps it in metadata."""
    held = _block(clip, "cdl")
    sop = held.get("asc_sop")
    try:
        if sop:
            triples = (" ".join(str(float(each)) for each in sop[name]) for name in ("slope", "offset", "power"))
            yield f"*ASC_SOP {' '.join(f'({each})' for each in triples)}"
        if held.get("asc_sat") is not None:
            yield f"*ASC_SAT {float(held['asc_sat'])}"
    except (KeyError, TypeError, ValueError) as fault:
        raise EdlError(f"metadata['cdl'] is no ASC CDL: {fault!r}", where=clip.name, next_step="correct it") from fault


def _remarks(thing: Any) -> list[str]:
    """The comments that ``cmx_3600`` keeps in metadata."""
    comments = _block(thing, KEY).get("comments")
    return [f"* {_line(str(each))}" for each in comments] if isinstance(comments, list) else []


def _block(thing: Any, key: str) -> Mapping[str, Any]:
    """A part of an object's metadata as plain data; nothing where it is something else."""
    found = thing.metadata.get(key)
    data = plain(found) if found is not None else None
    return data if isinstance(data, dict) else {}


def _line(text: str) -> str:
    """``text`` on one line: a break in it would begin an event of its own."""
    return _BREAKS.sub(" ", text).strip()


def _word(text: str) -> str:
    return re.sub(r"\s+", "_", _line(text))
