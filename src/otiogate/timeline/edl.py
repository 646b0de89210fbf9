"""Reads CMX 3600 EDLs from their bytes alone, without OpenTimelineIO.

Real EDLs bend the format in every way, and a strict parser gives up on a whole file for one event. Here
every line that may be an event is a use or a ``lost`` problem, never nothing; whatever else a line is, its
text is kept, so that a tag on it is found. One pass finds where the events are; one is parsed when
something asks for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.timeline.edl_lines import (
    FCM_DROP,
    FRAME_NUMBER,
    HEADER,
    LINE,
    EventLine,
    Named,
    carriers_of,
    event_of,
    is_marker,
    like_event,
    named_in,
    reels_of,
)
from otiogate.timeline.media import basenames, file_names, has_extension, names_nobody
from otiogate.timeline.model import ClipUse, Key, Known, Media, MediaPlace, Origin, Problem, Snapshot, Subject, Timing
from otiogate.timeline.time import Span, TimeError, frames_of

_BASES = (24, 25, 30, 50, 60, 100, 120)
_MOST_LINES = 4
"""An event has no more lines; a key has three. This bounds the cost of a file that repeats one number."""

_MOST_PROBLEMS = 50
_NO_EDL = "export the timeline as a CMX 3600 EDL, or name the file for what it is"


@dataclass(frozen=True)
class _Cut:
    """An EDL, found but not parsed. Node 0 is what stands before the first event.

    ``lines`` are line numbers from 1. ``leads[i]`` is the node of the first line of the event that node ``i``
    is a line of: another than ``i`` for the later lines of a transition or key.
    """

    text: bytes
    starts: Sequence[int]
    lines: Sequence[int]
    leads: Sequence[int]
    rate: Fraction

    def part(self, first: int, last: int) -> bytes:
        """The text of nodes ``first`` to ``last``, both included."""
        return self.text[self.starts[first] : self.starts[last + 1] if last + 1 < len(self.starts) else None]

    def sides(self, node: int) -> range:
        """The nodes of all lines of the event that ``node`` is a line of."""
        lead = end = self.leads[node]
        while end < len(self.leads) and self.leads[end] == lead:
            end += 1
        return range(lead, end)

    def event(self, node: int) -> EventLine:
        """The event line of ``node``, which is not 0."""
        found = LINE.match(b"\n" + self.part(node, node))
        if found is None or found["edit"] is None:
            raise AssertionError("a node begins with its event line")
        return event_of(found)


def read_edl(data: bytes, name: str, path: str = "", *, rate: Fraction | None = None) -> Snapshot:
    """The snapshot of a CMX 3600 EDL: a node for each event line under node 0, the whole timeline.

    ``rate`` is in frames a second. An EDL does not state its own, so that without it the rate is taken from
    ``FCM`` and the frame numbers that occur. Raises ``ReadError`` if ``data`` is no EDL, or if nothing of it
    is read.
    """
    where = path or name
    text = _text_of(data, where)
    cut, problems, strange = _survey(text, rate)
    events = len(cut.starts) - 1
    if not events and not any(problem.severity == "lost" for problem in problems):
        if strange:
            what = f"holds no EDL event, and its line {strange} is nothing that a CMX 3600 EDL has"
            raise ReadError(what, where=where, next_step=_NO_EDL)
        if not HEADER.search(b"\n" + text):
            raise ReadError("holds no EDL event and no EDL header", where=where, next_step=_NO_EDL)
    return Snapshot(
        origin=Origin(name, "edl", sha256(data), path),
        text=text,
        starts=cut.starts,
        parents=(-1, *(0,) * events),
        is_use=(False, *(True,) * events),
        eager=(0,),
        build=partial(_build, cut),
        keys=partial(_keys, cut),
        problems=problems,
    )


def _text_of(data: bytes, where: str) -> bytes:
    """``data`` as UTF-8 with LF line ends, without the control-Z and NUL that old systems pad files with."""
    text = _decoded(data, where).replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    text = text.rstrip("\0\x1a \t\v\f\n")
    if not text:
        raise ReadError("is empty", where=where, next_step="export the EDL again")
    if "\0" in text:
        raise ReadError("is binary data, not a CMX 3600 EDL", where=where, next_step=_NO_EDL)
    if "\x1a" in text:
        text = re.sub("\n?\x1a+", "\n", text)
    return text.encode("utf-8")


def _decoded(data: bytes, where: str) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            what = f"begins as UTF-16 text but does not go on so: {error.reason}"
            raise ReadError(what, where=where, next_step="export the EDL again") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.removeprefix(BOM_UTF8).decode("windows-1252", errors="replace")


def _survey(text: bytes, given: Fraction | None) -> tuple[_Cut, tuple[Problem, ...], int]:
    """The one pass: where the events are, what is wrong, and the first line that no EDL has (0: none)."""
    starts, lines, leads = [0], [1], [0]
    lost: list[Problem] = []
    odd: list[Problem] = []
    frames: set[tuple[bytes, bytes]] = set()
    line, counted, number, strange = 1, 0, b"", 0
    body = b"\n" + text
    for match in LINE.finditer(body):
        start = match.start()
        line += text.count(b"\n", counted, start)
        counted = start
        if match.lastgroup == "other":
            other = match["other"].decode()
            if like_event(other):
                what = f"this looks like an event but cannot be read: {other[:80]!r}"
                lost.append(Problem("lost", what, f"line {line}"))
            elif other.strip() and not is_marker(other):
                what = f"nothing that a CMX 3600 EDL has: {other[:80]!r}"
                odd.append(Problem("odd", what, f"line {line}"))
                strange = strange or line
            continue
        later = match["edit"] not in b"Cc" and match["number"] == number
        leads.append(leads[-1] if later and len(starts) - leads[-1] < _MOST_LINES else len(starts))
        starts.append(start)
        lines.append(line)
        number = match["number"]
        frames.update(FRAME_NUMBER.findall(body, *match.span("times")))
    rate, contradiction = _rate(given, frames, FCM_DROP.search(body) is not None)
    problems = (*_few(lost), *_few(odd), *contradiction)
    return _Cut(text, starts, lines, leads, rate), problems, strange


def _few(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    more = len(problems) - _MOST_PROBLEMS
    if more <= 0:
        return tuple(problems)
    last = Problem(problems[0].severity, f"{more} more lines like the {_MOST_PROBLEMS} before")
    return (*problems[:_MOST_PROBLEMS], last)


def _rate(given: Fraction | None, frames: set[tuple[bytes, bytes]], drop: bool) -> tuple[Fraction, tuple[Problem, ...]]:
    """The rate to count in; ``frames`` are the frame numbers that occur, each after its separator."""
    largest = max((int(frame) for _, frame in frames), default=0)
    base = next((base for base in _BASES if largest < base), largest + 1)
    if given is not None:
        if largest < round(given):
            return given, ()
        what = f"a timecode has frame {largest}, beyond the {float(given):g} frames a second that were given"
        return given, (Problem("odd", what),)
    if not drop and not any(separator in b";," for separator, _ in frames):
        return Fraction(base), ()
    if largest < 30:
        return Fraction(30000, 1001), ()
    rate = Fraction(60000, 1001) if base <= 60 else Fraction(base)
    what = f"drop-frame at 29.97 frames a second has no frame {largest}: read at {float(rate):.4g}"
    return rate, (Problem("odd", what),)


def _build(cut: _Cut, node: int) -> Subject:
    """Parses the lines of one node."""
    rows = cut.part(node, node).decode().split("\n")
    line = cut.lines[node]
    if node == 0:
        carriers, problems = carriers_of(rows, line, cut.rate, ())
        return Subject("timeline", carriers, problems=problems)
    event = cut.event(node)
    sides = cut.sides(node)
    others = tuple(side for side in sides if side != node)
    carriers, odd = carriers_of(rows[1:], line + 1, cut.rate, others)
    name, media, faults = _media(cut, node, event, sides)
    source, source_fault = _span(event.times[0], event.times[1], cut.rate, "source")
    record, record_fault = _span(event.times[2], event.times[3], cut.rate, "record")
    faults += source_fault + record_fault
    # The outgoing side is written with the frames before the transition only, but is seen through all of it.
    tail = max((cut.event(side).length for side in others if side > node), default=0)
    source, record = _longer(source, tail), _longer(record, tail)
    problems = (*odd, *(Problem("odd", fault, f"line {line}") for fault in faults))
    address = f"event {event.number}, line {line}"
    use = ClipUse(
        address,
        name,
        kind="video" if event.shows_video else "audio",
        track=event.channel,
        media=media,
        timing=lambda: Timing(record, source, source),
        line=line,
        event=event.number,
    )
    return Subject(address, carriers, use, problems)


def _media(cut: _Cut, node: int, event: EventLine, sides: range) -> tuple[str, Media, list[str]]:
    """The clip name, what the event points at, and what is odd about either."""
    named = list(named_in(cut.part(sides[0], sides[-1])))
    own = [item for item in named if len(sides) == 1 or item.side in ("", _side(event, node, sides))]
    clips = _clip_names(cut, node, event, sides, named)
    reels = [] if names_nobody(event.reel) else [event.reel]
    for found in (reels_of(item.value) for item in own if item.field == "reel"):
        elsewhere = found and any(cut.event(side).reel.upper() == found[-1].upper() for side in sides)
        if not elsewhere or event.reel.upper() == found[-1].upper():
            reels += found
    named_files = [item.value for item in own if item.field == "file"]
    references = [each for value in named_files for each in basenames(value)]
    for clip in clips:
        if not named_files or len(clips) > 1 or has_extension(clip):
            references += (clip, *basenames(clip))
    files = tuple(dict.fromkeys(filter(None, map(file_names, named_files or clips))))
    faults = [f"the event has {len(clips)} clip names: {', '.join(clips)[:200]}"] if len(clips) > 1 else []
    places = tuple(MediaPlace(each) for each in dict.fromkeys(named_files or clips) if each)
    media = Media(tuple(dict.fromkeys(references)), tuple(dict.fromkeys(reels)), files=files, places=places)
    return clips[0] if clips else "", media, faults


def _side(event: EventLine, node: int, sides: range) -> str:
    if len(sides) > 1:
        return "from" if node == sides[0] else "to"
    return "from" if event.is_cut else "to"


def _clip_names(cut: _Cut, node: int, event: EventLine, sides: range, named: Sequence[Named]) -> list[str]:
    """The clip names of one side of an event. The comments of both sides mostly stand after its last line."""
    clips = [item for item in named if item.field == "clip"]
    side = _side(event, node, sides)
    own = [item.value for item in clips if item.side == side]
    if own:
        return own
    if len(sides) == 1:
        return [item.value for item in clips]
    # Black has no name; and where the first line brought its own, a FROM below the second is the second's.
    here = cut.starts[node] - cut.starts[sides[0]]
    if side == "to" and (cut.event(sides[0]).is_black or any(item.offset < here for item in clips)):
        return [item.value for item in clips if item.offset >= here]
    return []


def _span(first: str, last: str, rate: Fraction, which: str) -> tuple[Span | None, list[str]]:
    """The stretch between two timecodes, and what is odd about it."""
    try:
        start, drop = frames_of(first, rate)
        end, late_drop = frames_of(last, rate)
        day, _ = frames_of("24:00:00;00" if drop else "24:00:00:00", rate)
    except TimeError as error:
        return None, [f"the {which} time is not read: {error}"]
    if end < start and 2 * (start - end) > day:
        end += day
    if end >= start:
        return Span(start, end - start, rate, drop or late_drop), []
    if which == "source":
        fault = f"the source runs backwards, {first} to {last}"
        return Span(end, start - end, rate, drop or late_drop), [fault]
    return None, [f"the record time ends before it begins, {first} to {last}"]


def _longer(span: Span | None, frames: int) -> Span | None:
    return replace(span, duration=span.duration + frames) if span is not None and frames else span


def _keys(cut: _Cut, known: Known | None = None) -> Iterator[Key]:
    """Every name that a built event goes by, and some more: both sides of a transition get all its names."""
    node = 0
    for match in LINE.finditer(b"\n" + cut.text):
        if match["edit"] is not None:
            node += 1
            reel = event_of(match).reel
            if not names_nobody(reel):
                yield Key(node, "reel", reel)
    for item in named_in(cut.text):
        node = bisect_right(cut.starts, item.offset) - 1
        for side in cut.sides(node) if node else ():
            if item.field == "reel":
                yield from (Key(side, "reel", reel) for reel in reels_of(item.value))
                continue
            if item.field == "clip":
                yield Key(side, "name", item.value)
            yield from (Key(side, "reference", each) for each in {item.value, *basenames(item.value)})
