"""Picking uses of media in a timeline by what people know them by: name, reel, track, event, record time, metadata."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from otiogate.errors import UsageError
from otiogate.timeline.media import fold
from otiogate.timeline.model import ClipUse, Snapshot, Subject, plain_key
from otiogate.timeline.time import TimeError, frames_of


@dataclass(frozen=True)
class Selection:
    """What a use must fit, all of it; what is empty is not asked. ``name`` is a glob, ``at`` a record timecode, and
    ``metadata`` are (key, value) pairs."""

    name: str = ""
    reel: str = ""
    track: str = ""
    event: str = ""
    at: str = ""
    metadata: tuple[tuple[str, str], ...] = ()

    def tests(self) -> Iterator[_Test]:
        """One test for each thing that is asked, as the command line says it."""
        if self.name:
            yield _Test(f"--name {self.name}", lambda each: _named(each, self.name), _names)
        if self.reel:
            yield _Test(f"--reel {self.reel}", lambda each: fold(self.reel) in map(fold, _reels(each)), _reels)
        if self.track:
            yield _Test(f"--track {self.track}", lambda each: fold(self.track) in map(fold, _tracks(each)), _tracks)
        if self.event:
            yield _Test(
                f"--event {self.event}",
                lambda each: event_number(self.event) in map(event_number, _events(each)),
                _events,
            )
        if self.at:
            yield _Test(f"--at {self.at}", lambda each: _holds(_use(each), self.at), _records)
        yield from (_metadata_test(key, value) for key, value in self.metadata)


@dataclass(frozen=True)
class _Test:
    """``shown`` is how it was asked; ``near`` gives what a subject has in its place."""

    shown: str
    fits: Callable[[Subject], bool]
    near: Callable[[Subject], Iterable[str]]


def _metadata_test(key: str, value: str) -> _Test:
    return _Test(
        f"--metadata {key}={value}",
        lambda each: fold(value) in map(fold, _said(each, key)),
        lambda each: (f"{key}={said}" for said in _said(each, key)),
    )


def select(snapshot: Snapshot, selection: Selection) -> list[int]:
    """The nodes of the uses that fit, in document order. Raises ``UsageError`` where none does, with what there is."""
    tests = list(selection.tests())
    where = snapshot.origin.path or snapshot.origin.name
    if not tests:
        raise UsageError(
            "nothing says which clips are meant",
            where=where,
            next_step="give --name, --reel, --track, --event, --at or --metadata; --name '*' means every clip",
        )
    subjects = {node: snapshot.subject(node) for node, is_use in enumerate(snapshot.is_use) if is_use}
    found = [node for node, each in subjects.items() if all(test.fits(each) for test in tests)]
    if not found:
        what, step = _why_none(tests, list(subjects.values()))
        raise UsageError(what, where=where, next_step=step)
    return found


def _why_none(tests: Sequence[_Test], subjects: Sequence[Subject]) -> tuple[str, str]:
    if not subjects:
        return "the timeline has no clips", "name another timeline"
    counts = {test.shown: sum(map(test.fits, subjects)) for test in tests}
    for test in tests:
        if not counts[test.shown]:
            return f"no clip fits {test.shown}", _near(test, subjects)
    each = ", ".join(f"{shown} {count}" for shown, count in counts.items())
    return f"no clip fits all of it; each alone fits: {each}", "take one away"


def _near(test: _Test, subjects: Sequence[Subject]) -> str:
    there = list(dict.fromkeys(text for each in subjects for text in test.near(each) if text))
    if not there:
        return f"no clip has anything for {test.shown.split()[0]}"
    wanted = test.shown.split(" ", 1)[1]
    folded = {fold(each): each for each in there}
    alike = difflib.get_close_matches(fold(wanted), list(folded), n=5, cutoff=0.5)
    near = [] if test.shown.startswith("--at ") else [folded[each] for each in alike]  # all timecodes are alike
    shown = near or there[:8]
    more = f" and {len(there) - len(shown)} more" if len(there) > len(shown) else ""
    return "there is " + ", ".join(shown) + more


def _use(subject: Subject) -> ClipUse:
    assert subject.use is not None
    return subject.use


def _names(subject: Subject) -> list[str]:
    return [_use(subject).name]


def _named(subject: Subject, glob: str) -> bool:
    return fnmatchcase(fold(_use(subject).name), fold(glob))


def _reels(subject: Subject) -> Sequence[str]:
    return _use(subject).media.reels


def _tracks(subject: Subject) -> list[str]:
    return [_use(subject).track]


def _events(subject: Subject) -> list[str]:
    return [_use(subject).event] if _use(subject).event else []


def event_number(event: str) -> str:
    """``event`` as it compares: editors leave zeros away that an EDL has."""
    return event.strip().upper().lstrip("0")


def _records(subject: Subject) -> list[str]:
    record = _use(subject).record
    return [f"{record.first}-{record.last}"] if record else []


def _holds(use: ClipUse, at: str) -> bool:
    """Whether the record timecode ``at`` is shown by ``use``; its out point is the next clip's."""
    if use.record is None:
        return False
    try:
        frame, _ = frames_of(at, use.record.rate)
    except TimeError as fault:
        raise UsageError(f"--at {at}: {fault}", next_step="write a record timecode, such as 01:00:10:00") from fault
    return use.record.start <= frame < use.record.end


def _said(subject: Subject, key: str) -> Iterator[str]:
    """What stands under ``key`` in the metadata of the clip, its media and its effects, or in a comment ``KEY: value``
    of an EDL. A key of several steps is written with dots, and the first steps may be left out."""
    wanted = [plain_key(each) for each in key.split(".")]
    for carrier in subject.carriers:
        yield from _below(carrier.metadata, wanted, [])
        for text in carrier.texts:
            name, colon, value = text.partition(":")
            if colon and plain_key(name) == plain_key(key):
                yield value.strip()


def _below(value: Any, wanted: Sequence[str], path: list[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _below(item, wanted, [*path, *(plain_key(each) for each in str(name).split("."))])
    elif isinstance(value, list):
        for item in value:
            yield from _below(item, wanted, path)
    elif path[-len(wanted) :] == wanted:
        yield ("true" if value else "false") if isinstance(value, bool) else str(value)
