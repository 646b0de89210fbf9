"""Reads CMX 3600 EDLs from their bytes alone, without OpenTimelineIO.

Real EDLs bend the format in every way, and a strict parser gives up on a whole file for one event. Here
every line that may be an event is a use or a ``lost`` problem, never nothing; whatever else a line is, its
text is kept, so that a tag on it is found. One pass finds where the events are; one is parsed when
something asks for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate, pairwise

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.timeline.edl_lines import (
    FCM_DROP,
    HEADER,
    LINE,
    RETIMED,
    EventLine,
    Named,
    carriers_of,
    event_of,
    is_marker,
    like_event,
    named_for,
    named_in,
    names_in,
    reel_of,
    reels_of,
    times_of,
)
from otiogate.timeline.edl_text import NO_EDL, text_of
from otiogate.timeline.edl_times import irregular, rate_of, stretch
from otiogate.timeline.media import basenames, file_names, has_extension, names_nobody
from otiogate.timeline.model import ClipUse, Key, Known, Media, MediaPlace, Origin, Problem, Snapshot, Subject, Timing
from otiogate.timeline.time import Span, TimeError

_NUMBER, _CHANNEL, _EDIT, _TIMES = map(LINE.groupindex.__getitem__, ("number", "channel", "edit", "times"))
"""Groups by their numbers, which are found faster than names."""

_MOST_LINES = 4
_MOST_CHANNELS = 24
"""An event has no more lines: a key has three, and a split event one for each channel. This bounds the cost of a file
that repeats one number."""

_MOST_PROBLEMS = 50
_MAY_HIDE = re.compile(rb"^[\s*]*\d|\d[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d", re.MULTILINE)
"""Without which no line is like an event: a number at its begin, or a timecode."""


@dataclass(frozen=True)
class _Cut:
    """An EDL, found but not parsed. Node 0 is what stands before the first event.

    ``leads[i]`` is the node of the first line of the event that node ``i`` is a line of: another than ``i`` for the
    later lines of a transition, a key or an event that is split into its channels.
    """

    text: bytes
    starts: Sequence[int]
    leads: Sequence[int]
    rate: Fraction

    @cached_property
    def lines(self) -> Sequence[int]:
        """The line, from 1, with which each node begins."""
        between = (self.text.count(b"\n", *pair) for pair in pairwise(self.starts))
        return list(accumulate(between, initial=1))

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

    def reels(self) -> list[str]:
        """The reels of all events; empty for one that has none."""
        return [reel_of(match) for match in LINE.finditer(b"\n" + self.text) if match[_EDIT] is not None]

    def is_later_side(self, place: int) -> bool:
        """Whether the event line at ``place``, from 0, is a further line of a transition or key."""
        node = place + 1
        return self.leads[node] != node and not self.event(node).is_cut

    def is_retimed(self, node: int) -> bool:
        """Whether an M2 or a freeze frame explains that the event of ``node`` is not as long as its source."""
        sides = self.sides(node)
        return RETIMED.search(self.part(sides[0], sides[-1])) is not None


def read_edl(data: bytes, name: str, path: str = "", *, rate: Fraction | None = None) -> Snapshot:
    """The snapshot of a CMX 3600 EDL: a node for each event line under node 0, the whole timeline.

    ``rate`` is in frames a second, for files that do not tell theirs: without it, it is inferred from the frame numbers
    that occur. Raises ``ReadError`` if ``data`` is no EDL, or if nothing of it is read.
    """
    where = path or name
    text = text_of(data, where)
    cut, rate_origin, problems, strange = _survey(text, rate)
    events = len(cut.starts) - 1
    if not events and not any(problem.severity == "lost" for problem in problems):
        if strange:
            what = f"holds no EDL event, and its line {strange} is nothing that a CMX 3600 EDL has"
            raise ReadError(what, where=where, next_step=NO_EDL)
        if not HEADER.search(b"\n" + text):
            raise ReadError("holds no EDL event and no EDL header", where=where, next_step=NO_EDL)
    return Snapshot(
        origin=Origin(name, "edl", sha256(data), path, rate_origin if events else ""),
        text=text,
        starts=cut.starts,
        parents=(-1, *(0,) * events),
        is_use=(False, *(True,) * events),
        eager=(0,),
        build=partial(_build, cut),
        keys=partial(_keys, cut),
        names=partial(_names, cut),
        problems=problems,
    )


def _survey(text: bytes, given: Fraction | None) -> tuple[_Cut, str, tuple[Problem, ...], int]:
    """The one pass: where the events are, where their rate was taken from, what is wrong, and the first line that no
    EDL has (0: none)."""
    body = b"\n" + text
    matches = list(LINE.finditer(body))
    others = [match for match in matches if match[_EDIT] is None]
    if others:
        matches = [match for match in matches if match[_EDIT] is not None]
    starts = [0, *[match.start() for match in matches]]
    channels = [match[_CHANNEL] for match in matches]
    leads = _leads(body, matches, channels)
    times, blanks = _times([match[_TIMES] for match in matches])
    rate, origin, contradiction = rate_of(times, FCM_DROP.search(body) is not None, given)
    cut = _Cut(text, starts, leads, rate)
    lost, odd, strange = _unread(text, others, starts)
    lost = lost or _hidden(cut.part(0, 0), is_all=not matches)
    odd += [
        Problem("odd", "a timecode has a blank in place of a colon", f"line {cut.lines[place + 1]}")
        for place in blanks[: _MOST_PROBLEMS + 1]
    ]
    problems = (*_few(lost), *_few(odd), *contradiction, *_irregular(cut, times, channels))
    return cut, f"{_shown(rate)}, {origin}", problems, strange


def leads_in(text: bytes) -> Sequence[int]:
    """For each node of the EDL ``text``, as a snapshot holds it, the node of the first line of its event."""
    body = b"\n" + text
    matches = [match for match in LINE.finditer(body) if match[_EDIT] is not None]
    return _leads(body, matches, [match[_CHANNEL] for match in matches])


def _leads(body: bytes, matches: Sequence[re.Match[bytes]], channels: Sequence[bytes]) -> list[int]:
    """For each node the node of the first line of its event; node 0 is the timeline.

    A cut of the same number as the line above is a new event, unless the two stand together and are of different
    channels: then the event is split, and what is said below its lines is said of all of them.
    """
    leads = list(range(len(matches) + 1))
    numbers = [match[_NUMBER] for match in matches]
    again = (node for node, (above, number) in enumerate(pairwise(numbers), 2) if above == number)
    for node in again:
        above, match, lead = matches[node - 2], matches[node - 1], leads[node - 1]
        if match[_EDIT] not in b"Cc":
            if node - lead < _MOST_LINES:
                leads[node] = lead
        elif (
            above[_EDIT] in b"Cc"
            and node - lead < _MOST_CHANNELS
            and channels[node - 1] not in channels[lead - 1 : node - 1]
            and not body[above.end() : match.start()].strip()
        ):
            leads[node] = lead
    return leads


def _times(parts: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
    """The times of all events, four to each, and the places of events of which one is broken by a blank."""
    times = b" ".join(parts).split()
    if len(times) == 4 * len(parts):
        return times, []
    whole = [times_of(part) for part in parts]
    return (
        [each.encode() for row in whole for each in row],
        [place for place, part in enumerate(parts) if len(part.split()) > 4],
    )


def _unread(
    text: bytes, others: Sequence[re.Match[bytes]], starts: Sequence[int]
) -> tuple[list[Problem], list[Problem], int]:
    """What is lost and what is odd in lines that are nothing an EDL has, and the first that is odd (0: none)."""
    lost, odd, strange, line, counted = list[Problem](), list[Problem](), 0, 1, 0
    markers = [match.start() for match in re.finditer(rb"\|M:", text)] if others else []
    for match in others:
        line += text.count(b"\n", counted, match.start())
        counted = match.start()
        other = match["other"].decode()
        if like_event(other):
            what = f"this looks like an event but cannot be read: {other[:80]!r}"
            lost.append(Problem("lost", what, f"line {line}"))
        elif other.strip() and not is_marker(other) and not _is_noted(match.start(), markers, starts):
            odd.append(Problem("odd", f"nothing that a CMX 3600 EDL has: {other[:80]!r}", f"line {line}"))
            strange = strange or line
    return lost, odd, strange


def _is_noted(place: int, markers: Sequence[int], starts: Sequence[int]) -> bool:
    """Whether a marker of Resolve follows in the same event: the note that it begins with may have many lines."""
    event, marker = bisect_right(starts, place), bisect_right(markers, place)
    return marker < len(markers) and event > 1 and (event == len(starts) or markers[marker] < starts[event])


def _hidden(head: bytes, *, is_all: bool) -> list[Problem]:
    """Events above the first one that is read: run together with a title into one line, as files are that lost their
    line ends; or, in a file in which no other is (``is_all``), made comments."""
    found: list[Problem] = []
    if not _MAY_HIDE.search(head):
        return found
    for line, row in enumerate(head.decode().split("\n"), 1):
        said = row.lstrip(" \t*")
        if like_event(said) and (is_all or said == row.lstrip()):
            found.append(Problem("lost", f"this holds an event that is not read: {row.strip()[:80]!r}", f"line {line}"))
    return found


def _irregular(cut: _Cut, times: Sequence[bytes], channels: Sequence[bytes]) -> Iterator[Problem]:
    """What is irregular about the times of events, a problem a kind: there may be as many as events."""
    found = irregular(times, channels, cut.is_later_side, cut.rate)
    unexplained = [place for place in found.unequal if not cut.is_retimed(place + 1)]
    for what, places in (
        ("lasts no frame in the record", found.empty),
        ("begins in the record before the one above ends: they overlap, or stand out of order", found.early),
        ("is not as long in its source as in the record, and no M2 says why", unexplained),
    ):
        if places:
            more = f", the first of {len(places)} such events" if len(places) > 1 else ""
            node = places[0] + 1
            number = cut.event(node).number
            yield Problem("odd", f"event {number} {what}{more}", f"line {cut.lines[node]}")


def _few(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    more = len(problems) - _MOST_PROBLEMS
    if more <= 0:
        return tuple(problems)
    last = Problem(problems[0].severity, f"{more} more lines like the {_MOST_PROBLEMS} before")
    return (*problems[:_MOST_PROBLEMS], last)


def _shown(rate: Fraction) -> str:
    return str(rate) if rate.denominator == 1 or rate.denominator == 1001 else f"{float(rate):g}"


def _build(cut: _Cut, node: int) -> Subject:
    """Parses the lines of one node."""
    rows = cut.part(node, node).decode().split("\n")
    line = cut.lines[node] if node else 1  # the lines of all nodes are counted when the first event is built
    if node == 0:
        like = cut.event(1).times[2] if len(cut.starts) > 1 else ""
        carriers, problems = carriers_of(rows, line, cut.rate, (), like)
        return Subject("timeline", carriers, problems=problems)
    event = cut.event(node)
    sides = cut.sides(node)
    others = tuple(side for side in sides if side != node)
    carriers, odd = carriers_of([event.rest, *rows[1:]], line, cut.rate, others, event.times[2])
    name, media, faults = _media(cut, node, event, sides)
    source, source_fault = _span(event.times[0], event.times[1], cut.rate, "source")
    record, record_fault = _span(event.times[2], event.times[3], cut.rate, "record")
    faults += source_fault + record_fault
    retimed = _is_retimed(cut.part(sides[0], sides[-1]), source, record)
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
        timing=lambda: Timing(record, source, None if retimed else source),
        line=line,
        event=event.number,
    )
    return Subject(address, carriers, use, problems)


def _media(cut: _Cut, node: int, event: EventLine, sides: range) -> tuple[str, Media, list[str]]:
    """The clip name, what the event points at, and what is odd about either."""
    text = cut.part(sides[0], sides[-1])
    is_last = sides[-1] == len(cut.starts) - 1
    named = named_for(text, {cut.event(side).reel for side in sides}) if is_last else list(named_in(text))
    is_whole = len(sides) == 1 or all(cut.event(side).is_cut for side in sides)
    own = [item for item in named if is_whole or item.side in ("", _side(event, node, sides))]
    clips = list(dict.fromkeys(_clip_names(cut, node, event, sides, named, is_whole=is_whole)))
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
    media = Media(tuple(dict.fromkeys(references)), tuple(dict.fromkeys(reels)), files=files, locate=lambda: places)
    return clips[0] if clips else "", media, faults


def _side(event: EventLine, node: int, sides: range) -> str:
    return "from" if event.is_cut or (len(sides) > 1 and node == sides[0]) else "to"


def _clip_names(
    cut: _Cut, node: int, event: EventLine, sides: range, named: Sequence[Named], *, is_whole: bool
) -> list[str]:
    """The clip names of one side of an event; ``is_whole``: it has no sides. The comments of both sides mostly stand
    after its last line, and a name that tells no side may be that of either."""
    clips = [item for item in named if item.field == "clip"]
    side = _side(event, node, sides)
    own = [item.value for item in clips if item.side in ("", side)]
    if any(item.side == side for item in clips):
        return own
    if is_whole:
        return [item.value for item in clips]
    # Black has no name; and where the first line brought its own, a FROM below the second is the second's.
    here = cut.starts[node] - cut.starts[sides[0]]
    if side == "to" and (cut.event(sides[0]).is_black or any(item.offset < here for item in clips)):
        return [item.value for item in clips if item.offset >= here]
    second = cut.starts[sides[1]] - cut.starts[sides[0]]
    return [item.value for item in clips if not item.side and item.offset < second] or own if side == "from" else own


def _span(first: str, last: str, rate: Fraction, which: str) -> tuple[Span | None, list[str]]:
    """The stretch between two timecodes, and what is odd about it."""
    try:
        start, frames, drop = stretch(first, last, rate)
    except TimeError as error:
        return None, [f"the {which} time is not read: {error}"]
    if frames >= 0:
        return Span(start, frames, rate, drop), []
    if which == "source":
        return Span(start + frames, -frames, rate, drop), [f"the source runs backwards, {first} to {last}"]
    return None, [f"the record time ends before it begins, {first} to {last}"]


def _is_retimed(lines: bytes, source: Span | None, record: Span | None) -> bool:
    """Whether an event plays its source at another speed than its own, as a motion line (M2), a freeze frame or
    its times say: which part of the source is seen is not told then."""
    if RETIMED.search(b"\n" + lines):
        return True
    return source is not None and record is not None and source.duration != record.duration


def _longer(span: Span | None, frames: int) -> Span | None:
    return replace(span, duration=span.duration + frames) if span is not None and frames else span


def _keys(cut: _Cut, known: Known | None = None) -> Iterator[Key]:
    """Every name that a built event goes by, and some more: both sides of a transition get all its names."""
    for node, reel in enumerate(cut.reels(), 1):
        if not names_nobody(reel):
            yield Key(node, "reel", reel)
    for item in named_in(cut.text, known):
        node = bisect_right(cut.starts, item.offset) - 1
        for side in cut.sides(node) if node else ():
            if item.field == "reel":
                yield from (Key(side, "reel", reel) for reel in reels_of(item.value))
                continue
            if item.field == "clip":
                yield Key(side, "name", item.value)
            yield from (Key(side, "reference", each) for each in {item.value, *basenames(item.value)})


def _names(cut: _Cut) -> set[str]:
    """The texts of all keys, and some more."""
    return names_in(cut.text).union(cut.reels())
