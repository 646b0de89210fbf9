"""An EDL as an OpenTimelineIO timeline, laid out as the adapter ``cmx_3600`` lays it out, and nothing lost.

Whatever the EDL reader takes in has its place here: events that overlap go to further tracks, comments that name
nothing known are kept, and each problem stands in the timeline's metadata.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.host.annotate import add_tags
from otiogate.host.edl_comments import Said, said_of
from otiogate.host.errors import EdlError
from otiogate.timeline.edl import read_edl
from otiogate.timeline.edl_lines import LINE, EventLine, event_of
from otiogate.timeline.edl_times import stretch
from otiogate.timeline.media import names_nobody
from otiogate.timeline.model import ClipUse, Problem, Snapshot
from otiogate.timeline.time import SpanIndex, TimeError, exact_rate, timecode_base

KEY = "cmx_3600"
OURS = "otiogate"
CHANNELS = {
    "A": ("A1",),
    "AA": ("A1", "A2"),
    "B": ("V", "A1"),
    "A2/V": ("V", "A2"),
    "AA/V": ("V", "A1", "A2"),
}
"""What short channel names stand for, as ``cmx_3600`` names its tracks; any other channel is a track of its name."""

_BLACK = ("BL", "BLACK")
_SEQUENCE = re.compile(r"(?P<range>\[(?P<start>[0-9]+)-[0-9]+\])\.\w+\Z", re.ASCII)
_REPLACED = re.compile(r"FINAL CUT PRO REEL:\s*(.*?)\s+REPLACED BY:\s*(\S+)\Z", re.IGNORECASE)
_MOTION = re.compile(r"M2\s.*?(?<!\S)([-+]?\d+(?:\.\d*)?)(?:\s+\d+[:;][\d:;.]+)?\s*\Z", re.IGNORECASE | re.ASCII)
_Time = otio.opentime.RationalTime
_Range = otio.opentime.TimeRange


def read_file(filepath: str, rate: float | None = None, allow_lost: bool = False) -> Any:
    """The timeline in the EDL at ``filepath``, whatever its encoding. Raises as ``timeline_of`` does, and
    ``OSError``."""
    path = Path(filepath)
    return timeline_of(path.read_bytes(), str(path), rate=rate, allow_lost=allow_lost)


def read_text(text: str, rate: float | None = None, allow_lost: bool = False) -> Any:
    """The timeline in the text of an EDL. Raises as ``timeline_of`` does."""
    return timeline_of(text.encode("utf-8", "replace"), "EDL", rate=rate, allow_lost=allow_lost)


def timeline_of(data: bytes, name: str, *, rate: float | None = None, allow_lost: bool = False) -> Any:
    """The timeline in the EDL ``data``; ``rate`` is for EDLs that do not tell theirs. Raises ``EdlError`` for what
    is no EDL, and for an event that is lost unless ``allow_lost`` says that the rest is wanted all the same."""
    try:
        snapshot = read_edl(data, name, rate=exact_rate(rate) if rate else None)
    except ReadError as fault:
        raise EdlError(fault.what, where=fault.where, next_step=fault.next_step) from fault
    return _Builder(snapshot).timeline(allow_lost)


@dataclass
class _Event:
    """A line of an event, and what becomes a clip of it. ``before`` is the line that a transition comes from, ``also``
    are the nodes of all other lines of the event, where something is said on this one."""

    node: int
    line: EventLine
    use: ClipUse
    said: Said
    source: tuple[int, int] | None
    record: tuple[int, int] | None
    before: _Event | None = None
    also: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """Frames in the record. The line of the side that a transition comes from has none, mostly."""
        return self.record[1] if self.record else 0

    @property
    def file(self) -> str:
        """What it points at, by a path."""
        return self.said.to_file if self.is_transition else self.said.file

    @property
    def is_transition(self) -> bool:
        return self.line.edit[0] in "DdWw"

    @property
    def is_black(self) -> bool:
        return self.line.reel.upper() in _BLACK


@dataclass
class _Track:
    """A track that is being filled. ``end`` is in record time; ``last`` the event whose clip stands last on it."""

    track: Any
    start: int
    end: int
    last: _Event | None = None


@dataclass
class _Channel:
    """The tracks of one channel: the first, and those that take what overlaps, by their ends."""

    tracks: list[_Track] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)


class _Builder:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._problems: dict[Problem, None] = dict.fromkeys(snapshot.problems)
        self._channels: dict[str, _Channel] = {}
        uses = [use for node in range(1, len(snapshot.starts)) if (use := snapshot.subject(node).use) is not None]
        spans = [each.record or each.source for each in uses]
        self._rate = next((each.rate for each in spans if each is not None), Fraction(24))
        self._is_drop = any(each.drop for each in spans if each is not None)
        self._events = [self._read(node, use) for node, use in enumerate(uses, 1)]
        self._clips: dict[int, list[Any]] = {}
        self._share()

    def timeline(self, allow_lost: bool) -> Any:
        """All of it."""
        made = otio.schema.Timeline()
        header = self._snapshot.subject(0)
        self._problems.update(dict.fromkeys(header.problems))
        said = said_of(header.carriers, self._part(0).split("\n"), 1)
        title = next((each for each in said.comments if each.upper().startswith("TITLE:")), "")
        comments = [each for each in said.comments if each != title and not each.upper().startswith("FCM")]
        made.name = title[len("TITLE:") :].strip()
        comments += [f"LOC: {each.place} {each.colour} {each.name}" for each in said.locators]
        if comments:
            made.metadata[KEY] = {"comments": comments}
        add_tags(made, said.other_tags)
        for event in self._in_order():
            for track_name in CHANNELS.get(event.line.channel.upper(), (event.line.channel or "V",)):
                self._place(event, track_name)
        self._locate()
        for channel in self._channels.values():
            for each in channel.tracks:
                _settle(each.track, each, float(self._rate))
                made.tracks.append(each.track)
        return self._finished(made, allow_lost)

    def _finished(self, made: Any, allow_lost: bool) -> Any:
        lost = [each for each in self._problems if each.severity == "lost"]
        if lost and not allow_lost:
            more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
            step = "correct it there, or read it with allow_lost=True and look at metadata['otiogate']['problems']"
            raise EdlError(f"{lost[0].what}{more}", where=lost[0].where, next_step=step)
        ours: dict[str, Any] = {"rate": self._snapshot.origin.rate}
        if self._is_drop:
            ours["drop_frame"] = True
        if self._problems:
            ours["problems"] = [vars(each) for each in self._problems]
        made.metadata[OURS] = ours
        return made

    def _part(self, node: int) -> str:
        starts = self._snapshot.starts
        return self._snapshot.text[starts[node] : starts[node + 1] if node + 1 < len(starts) else None].decode()

    def _read(self, node: int, use: ClipUse) -> _Event:
        part = self._part(node)
        match = LINE.match(b"\n" + part.encode())
        if match is None or use.line is None:
            raise AssertionError("a node below the first is an event")
        line, subject = event_of(match), self._snapshot.subject(node)
        self._problems.update(dict.fromkeys(subject.problems))
        is_transition = line.edit[0] in "DdWw"
        rows = [line.rest, *part.split("\n")[1:]]
        said = said_of(subject.carriers, rows, use.line, is_transition=is_transition)
        first, last, begin, end = line.times
        also = subject.carriers[0].also if subject.carriers else ()
        return _Event(node, line, use, said, self._stretch(first, last), self._stretch(begin, end), also=also)

    def _share(self) -> None:
        """Gives every line of an event that is split into its channels the file and the tags that stand below its last
        line."""
        for event in self._events:
            others = (self._events[node - 1] for node in event.also if event.line.is_cut)
            tags = event.said.own_tags if event.also else []
            for other in others:
                if other.line.is_cut:
                    other.said.file = other.said.file or event.said.file
                    other.said.comments += [tag for tag in tags if tag not in other.said.own_tags]

    def _stretch(self, first: str, last: str) -> tuple[int, int] | None:
        """The first frame between two times, and how many there are; of a source that runs backwards, too."""
        try:
            start, frames, _ = stretch(first, last, self._rate)
        except TimeError:
            return None
        start, frames = int(start), int(frames)
        return (start, frames) if frames >= 0 else (start + frames, -frames)

    def _in_order(self) -> Iterator[_Event]:
        """The events by record time, the two lines of a transition joined where the first shows nothing of its own."""
        whole: list[_Event] = []
        for event in self._events:
            above = whole[-1] if whole else None
            if above is not None and above.line.number == event.line.number and event.is_transition:
                event.before = above
                if above.length == 0 and above.said.is_remark and not above.before:
                    event.said.comments[:0] = above.said.comments
                    event.said.other_tags += above.said.other_tags
                    above.said = Said()
                    whole.pop()
            whole.append(event)
        return iter(sorted(whole, key=lambda each: (each.record is None, each.record[:1] if each.record else ())))

    def _place(self, event: _Event, track_name: str) -> None:
        channel = self._channels.setdefault(track_name, _Channel())
        start = event.record[0] if event.record else max((each.end for each in channel.tracks), default=0)
        place = self._free(channel, track_name, start)
        gap = start - place.end
        if gap > 0 and len(place.track):
            place.track.append(otio.schema.Gap(source_range=self._range(0, gap)))
        if event.before is not None:
            self._lead_in(event, place, gap)
        clip = self._clip(event)
        place.track.append(clip)
        place.end, place.last = start + event.length, event
        heapq.heappush(channel.ends, (place.end, channel.tracks.index(place)))
        self._clips.setdefault(event.node, []).append(clip)

    def _free(self, channel: _Channel, track_name: str, start: int) -> _Track:
        """A track of the channel on which nothing stands at ``start`` any more: the first if that may be."""
        if channel.tracks and channel.tracks[0].end <= start:
            return channel.tracks[0]
        while channel.ends and channel.ends[0][0] <= start:
            end, number = heapq.heappop(channel.ends)
            if number and channel.tracks[number].end == end:
                return channel.tracks[number]
        number = len(channel.tracks) + 1
        kind = otio.schema.TrackKind.Audio if track_name[:1].upper() == "A" else otio.schema.TrackKind.Video
        track = otio.schema.Track(track_name if number == 1 else f"{track_name} ({number})", kind=kind)
        if number > 1 or track_name == "V1":  # by that name alone, the first video track of any program
            track.metadata[OURS] = {"channel": track_name}
        channel.tracks.append(_Track(track, start, start))
        return channel.tracks[-1]

    def _lead_in(self, event: _Event, place: _Track, gap: int) -> None:
        """The transition into ``event``, and the side that it comes from where that is no clip yet."""
        before = event.before
        assert before is not None
        last = place.last if gap <= 0 else None
        if before.length == 0 and not before.is_black and (last is None or not _same(last, before)):
            place.track.append(self._clip(before))
            self._clips.setdefault(before.node, []).append(place.track[-1])
        wipe = event.line.edit[0] in "Ww"
        name = "SMPTE_Wipe" if wipe else otio.schema.TransitionTypes.SMPTE_Dissolve
        names = (before.use.name, event.use.name)
        title = f"{name} from {names[0]} to {names[1]}" if all(names) else f"{name} to {_name(event)}"
        transition = otio.schema.Transition(title, name, self._time(0), self._time(event.line.length))
        transition.metadata[KEY] = {"transition": event.line.edit, "transition_duration": float(event.line.length)}
        add_tags(transition, event.said.tags)
        place.track.append(transition)

    def _clip(self, event: _Event) -> Any:
        said, (begin, taken) = event.said, event.source or (0, event.length)
        clip = otio.schema.Clip(_name(event), source_range=self._range(begin, event.length))
        clip.media_reference = self._media(event, taken)
        own: dict[str, Any] = {"event": event.line.number}
        comments = list(said.comments)
        if said.motion and _speed(said.motion) is None:
            comments.append(said.motion)
        reel = _whole_reel(event.line.reel, comments)
        if reel and reel != "AX":
            own["reel"] = reel
        if comments:
            own["comments"] = comments
        if event.line.edit[0] in "Kk":
            own["transition"] = event.line.edit
        if taken != self._retime(clip, event):
            own |= {"source_duration": taken, "record_duration": event.length}
        clip.metadata[KEY] = own
        if said.cdl:
            clip.metadata["cdl"] = said.cdl
        add_tags(clip, said.other_tags)
        return clip

    def _retime(self, clip: Any, event: _Event) -> int:
        """Puts the retime on ``clip``; gives the frames that its source then has to last."""
        speed = _speed(event.said.motion)
        if event.said.is_frozen:
            clip.effects.append(otio.schema.FreezeFrame())
            clip.name = clip.name.removesuffix(" FF")
            return 1
        if speed is None:
            return event.length
        scalar = speed / timecode_base(self._rate)
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
        return round(abs(event.length * scalar))

    def _media(self, event: _Event, taken: int) -> Any:
        if event.is_black:
            return otio.schema.GeneratorReference(generator_kind="black")
        if event.line.reel.upper() == "BARS":
            return otio.schema.GeneratorReference(generator_kind="SMPTEBars")
        sequence = _SEQUENCE.search(event.file)
        if sequence:
            folder, _, name = event.file.rpartition("/")
            prefix, suffix = name.split(sequence["range"])
            return otio.schema.ImageSequenceReference(
                target_url_base=folder,
                name_prefix=prefix,
                name_suffix=suffix,
                rate=float(self._rate),
                start_frame=int(sequence["start"]),
                frame_zero_padding=len(sequence["start"]),
                available_range=self._range(event.source[0] if event.source else 0, taken),
            )
        return otio.schema.ExternalReference(target_url=event.file) if event.file else otio.schema.MissingReference()

    def _locate(self) -> None:
        """Puts each locator on the clip that it stands on; on that of its own event if it stands on that too, or on
        none. On all others on which it stands, a tag in it is said again."""
        rated = ((each.use.record, each.node) for each in self._events if each.use.record is not None)
        index = SpanIndex((span, node) for span, node in rated if span is not None and node in self._clips)
        for event in self._events:
            for locator in event.said.locators:
                nodes = list(index.meeting(locator.span)) if locator.span is not None else []
                home = event.node if event.node in nodes or not nodes else nodes[0]
                marker = locator.marker(event.use.record, float(self._rate))
                for clip in self._clips.get(home, self._clips.get(event.node, self._clips.get(event.node + 1, ()))):
                    clip.markers.append(marker.deepcopy())
                for node in nodes:
                    if node != home:
                        for clip in self._clips[node]:
                            add_tags(clip, locator.tags)

    def _time(self, frames: int) -> Any:
        return _Time(frames, float(self._rate))

    def _range(self, start: int, frames: int) -> Any:
        return _Range(self._time(start), self._time(frames))


def _settle(track: Any, place: _Track, rate: float) -> None:
    """The record time of a track stands in its source range, as a start before the beginning: ``cmx_3600`` does so."""
    if place.start:
        track.source_range = _Range(_Time(-place.start, rate), _Time(place.end - place.start, rate))


def _name(event: _Event) -> str:
    return event.use.name or PurePosixPath(event.file.replace("\\", "/")).stem or event.line.number


def _whole_reel(reel: str, comments: list[str]) -> str:
    """The reel in full, where a comment tells that the line has a shorter one in its place; that is taken out."""
    for comment in comments:
        found = _REPLACED.match(comment)
        if found and found[2] == reel and " " in found[1]:
            comments.remove(comment)
            return found[1]
    return reel


def _same(one: _Event, other: _Event) -> bool:
    """Whether two lines show the same media, by their reels, or by their names where they have none."""
    if one.line.reel != other.line.reel:
        return False
    return not names_nobody(one.line.reel) or one.use.name in ("", other.use.name) or not other.use.name


def _speed(motion: str) -> float | None:
    """The frames a second of an M2 line; its first word after M2 is a reel, and mostly a number too."""
    found = _MOTION.match(motion)
    return float(found[1]) if found else None
