"""A folder that is watched: each timeline is judged once it has stopped growing, and what is not allowed is judged
again when something may have changed.

What was done stands in the reports beside the timelines and nowhere else, so that a run that is ended at any moment
is taken up by the next one. A report that lies there is not believed, since whoever delivers a timeline may deliver one
too: a run that starts judges anew, and says nothing where it comes to the same.
"""

from __future__ import annotations

import contextlib
import glob
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timezone
from itertools import chain
from pathlib import Path

from otiogate.documents.write import write_text
from otiogate.errors import CannotJudge, OtiogateError, ReadError
from otiogate.report.json import JsonWriter, read_reports
from otiogate.report.model import PackLine, Report
from otiogate.scan.delivery import Judged, Refused, scan
from otiogate.scan.find import Met, Wanted, timelines
from otiogate.scan.judging import Judging
from otiogate.scan.late import Late, orphans
from otiogate.scan.moving import State, companions, copy_companions, free, moved, state_of
from otiogate.scan.workers import Limits

REPORT = ".otiogate.json"
"""What the name of a report ends with; it begins with that of its timeline."""

_LOOK_AGAIN = 60.0
"""Seconds between two looks at the records of what is not allowed."""

_MOMENT = 1_000_000_000
"""Nanoseconds that no clock of a file system is too coarse for."""

_WITHOUT = "is about no timeline that is here: it waits for that; if that was taken in already, scan the two together"
"""What is said of a sidecar without its timeline."""


@dataclass(frozen=True)
class Places:
    """Where timelines arrive, and where to those go that are allowed or not; they stay where no place is named."""

    inbox: Path
    allowed: Path | None = None
    blocked: Path | None = None


@dataclass(frozen=True)
class Done:
    """One timeline judged: where it stands now, and its report; or why there is none."""

    path: Path
    report: Report | Refused


class Watch:
    """The watch over one inbox. ``settle`` is for how many seconds a file has not grown before it is read; ``under``
    gives what to judge under, and is asked anew for every round; ``noted`` is told each decision before it is carried
    out."""

    def __init__(
        self,
        places: Places,
        under: Callable[[], Judging],
        *,
        settle: float = 10.0,
        jobs: int = 1,
        limits: Limits | None = None,
        noted: Callable[[Report], None] = lambda _: None,
    ) -> None:
        self._places = places
        self._noted = noted
        self._under = under
        self._settle = settle
        self._jobs = jobs
        self._limits = limits
        self._seen: dict[str, tuple[State, float]] = {}
        self._judged: dict[str, State] = {}
        self._refused: dict[str, tuple[State | None, str]] = {}
        self._unlisted: dict[str, ReadError] = {}
        self._said: set[str] = set()
        self._looked = float("-inf")
        self._late = Late(places.inbox, places.blocked, places.allowed)

    def look(self) -> bool:
        """Notes what is there, so that a round as much later as a file has to settle finds what grew meanwhile, as one
        after another does. Whether there is anything."""
        late = map(str, orphans(self._places.inbox, self._others()))
        there = {*self._timelines(self._places.inbox), *self._held(), *late}
        for path in there:
            self._has_settled(path, state_of(Path(path)))
        return bool(there)

    def growing(self) -> list[str]:
        """What has not settled, and waits for a later round."""
        now = time.monotonic()
        young = [path for path, (_, since) in self._seen.items() if now - since < self._settle]
        return sorted(path for path in young if os.path.lexists(path))

    def step(self) -> Iterator[Done]:
        """One round: everything that has arrived, has settled and is not judged yet; and now and then what was not
        allowed, where its records, its rules or the day are others, or its receipt or sidecar has come late."""
        under = self._under().anew()
        under = replace(under, put_away=tuple((each, self._places.inbox) for each in self._others()))
        look = time.monotonic() - self._looked >= _LOOK_AGAIN
        self._unlisted.clear()
        ready = [path for path in self._timelines(self._places.inbox) if self._is_new(path, look)]
        late: set[str] = set()  # what has to be judged before that which came late for it is removed
        if look:
            self._looked = time.monotonic()
            taken_to, without = self._take_up_late()
            yield from (Done(path, Refused(_WITHOUT, 0)) for path in without)
            late.update(map(str, taken_to))
            ready += sorted(late)
            ready += [path for path in self._held() if path not in ready and self._is_stale(path, under)]
        yield from self._newly_unlisted()
        states = {path: state_of(Path(path)) for path in ready}
        judged = scan(ready, under, _themselves, jobs=self._jobs, limits=self._limits)
        for path, report, refused in chain.from_iterable(judged):
            if states[path] is not None and state_of(Path(path)) == states[path]:
                done = self._carried_out(Path(path), states[path], refused or report)
                if path not in self._refused:
                    late.discard(path)
                if done is not None:
                    yield done
        if not late:
            self._late.done()

    def _newly_unlisted(self) -> Iterator[Done]:
        """The folders that cannot be listed, each once for as long as that lasts."""
        for where, fault in self._unlisted.items():
            if where not in self._said:
                yield Done(Path(where), Refused(f"{fault.what}: nothing in it is judged", CannotJudge.exit_code))
        self._said = set(self._unlisted)

    def _others(self) -> list[Path]:
        return [each for each in (self._places.allowed, self._places.blocked) if each]

    def _take_up_late(self) -> tuple[list[Path], list[Path]]:
        """Takes what has arrived in the inbox to the timeline that it belongs to, where that was moved already."""
        arrived = orphans(self._places.inbox, self._others())
        return self._late.take_up(arrived, lambda path: self._has_settled(str(path), state_of(path)))

    def _timelines(self, place: Path) -> Iterator[str]:
        others = (each for each in (self._places.allowed, self._places.blocked) if each and each != place)
        inside = [each for each in (os.path.relpath(other, place) for other in others) if not each.startswith("..")]
        left_out = tuple(f"{glob.escape(each.replace(os.sep, '/'))}/*" for each in inside)
        met = Met(unlisted=lambda fault: self._unlisted.setdefault(fault.where, fault))
        return timelines([str(place)], Wanted(exclude=left_out), met)

    def _held(self) -> Iterator[str]:
        for place in {self._places.inbox, self._places.blocked or self._places.inbox}:
            yield from (path for path in self._timelines(place) if report_of(Path(path)).exists())

    def _is_new(self, path: str, look: bool) -> bool:
        """Whether ``path`` has settled, and this run has not judged what it holds. What was refused is only tried again
        when it is time to ``look``."""
        state = state_of(Path(path))
        if state is None or self._judged.get(path) == state:
            return False
        if not look and path in self._refused and self._refused[path][0] == state:
            return False
        return self._has_settled(path, state)

    def _has_settled(self, path: str, state: State | None) -> bool:
        """Whether what is now in ``state`` has been so for as long as it has to."""
        before, since = self._seen.get(path, (None, 0.0))
        if state is not None and before != state:
            self._seen[path] = state, time.monotonic()
            return self._settle <= 0
        return state is not None and time.monotonic() - since >= self._settle

    def _is_stale(self, path: str, under: Judging) -> bool:
        """Whether what was not allowed may be judged otherwise today."""
        known = last_report(Path(path))
        if known is None or known.verdict == "allow":
            return False
        if _has_late(Path(path)) and self._has_settled(path, state_of(Path(path))):
            return True
        if known.judged_at[:10] != under.now.astimezone(timezone.utc).date().isoformat():
            return True
        if known.verdict == "cannot_judge" and _is_its_own(known):
            return False  # it is what it was, or it would be new
        try:
            found = under.settings(Path(path))
            packs = [(each.name, each.digest) for each in found.policy().packs]
            digest = found.ledger(under.now).digest
        except OtiogateError:
            return False  # neither records nor rules can be had: the verdict stands
        return known.verdict == "cannot_judge" or (known.records_digest, list(map(_pack, known.packs))) != (
            digest,
            packs,
        )

    def _carried_out(self, path: Path, state: State | None, found: Report | Refused) -> Done | None:
        """As ``_filed``; a report that cannot be written, or a place that cannot be used, leaves the timeline where it
        is, and is said."""
        before = self._refused.get(str(path))
        try:
            return self._filed(path, state, found)
        except OSError as fault:
            if before is not None:
                self._refused[str(path)] = before  # what was said already is not said again
            what = f"judged, but neither moved nor reported: {fault.strerror or fault}"
            where = f" ({fault.filename2 or fault.filename})" if fault.filename else ""
            step = "it is tried again: make room, or give the right to write there"
            return self._filed(path, state, Refused(f"{what}{where}; {step}", CannotJudge.exit_code))

    def _filed(self, path: Path, state: State | None, found: Report | Refused) -> Done | None:
        """Writes the report and moves the timeline; nothing where it stays and its report says so already. Whatever
        comes between leaves the timeline where it was."""
        if isinstance(found, Refused):
            repeated = self._refused.get(str(path)) == (state, found.text)
            self._refused[str(path)] = state, found.text
            return None if repeated else Done(path, found)
        self._refused.pop(str(path), None)
        self._noted(found)
        place = self._place(path, allowed=found.verdict == "allow")
        if place is None or place.resolve() == path.parent.resolve():
            repeated = _repeats(last_report(path), found)
            if not repeated or _has_late(path):
                _write_report(path, found)
            if state is not None:
                self._judged[str(path)] = state
            return None if repeated else Done(path, found)
        place.mkdir(parents=True, exist_ok=True)
        target = free(place / path.name)
        is_there = False
        try:
            copy_companions(path, target)  # first, so that the timeline never stands there without them
            _write_report(target, found)
            is_there = state_of(path) == state and moved(path, target, found.input.digest)
        finally:
            for each in () if is_there else (report_of(target), *companions(target)):
                each.unlink(missing_ok=True)
        if not is_there:
            return Done(path, Refused("changed while it was moved; it is judged again", CannotJudge.exit_code))
        for each in (report_of(path), *companions(path)):
            each.unlink(missing_ok=True)
        now = state_of(target)
        if self._places.blocked is None and found.verdict != "allow" and now is not None:
            self._judged[str(target)] = now  # it is in the inbox again
        return Done(target, found)

    def _place(self, path: Path, *, allowed: bool) -> Path | None:
        """The folder to which the timeline in ``path`` goes: below the one that is named, as it stands below the inbox,
        since what it is judged under may depend on that. ``None`` where none is named."""
        # What was allowed and no longer is goes back to the inbox where no other place is named.
        place = self._places.allowed if allowed else self._places.blocked or self._places.inbox
        bases = (each for each in (self._places.inbox, *self._others()) if path.is_relative_to(each))
        base = max(bases, key=lambda each: len(each.parts))
        return place and place / path.parent.relative_to(base)


def _themselves(judged: list[Judged]) -> list[Judged]:
    return judged


def report_of(path: Path) -> Path:
    """Where the report on the timeline in ``path`` stands."""
    return path.with_name(path.name + REPORT)


def last_report(path: Path) -> Report | None:
    """The report beside a timeline, where there is one that can be read."""
    try:
        [found] = read_reports(report_of(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, OtiogateError):
        return None
    return found


def _repeats(known: Report | None, found: Report) -> bool:
    """Whether ``found`` says nothing but what is known; what is not allowed is said every day."""
    if known is None or (found.verdict != "allow" and known.judged_at[:10] != found.judged_at[:10]):
        return False
    return replace(known, judged_at=found.judged_at) == found


def _pack(line: PackLine) -> tuple[str, str]:
    return line.pack, line.digest


def _is_its_own(report: Report) -> bool:
    """Whether it is the timeline itself that could not be judged, and neither its records nor its configuration."""
    places = (each.where for each in report.problems if each.severity == "lost")
    return any(each.startswith(("line ", report.input.path, report.input.name)) for each in places)


def _write_report(path: Path, found: Report) -> None:
    """Writes the report on the timeline in ``path``. It is dated a little back, and no older than what belongs to the
    timeline: what comes at the very moment at which it is written is younger, and what was judged is not."""
    target = report_of(path)
    write_text(target, JsonWriter().write([found]))
    with contextlib.suppress(OSError):  # without it, what comes late is seen on the next day
        own = target.stat()
        os.utime(target, ns=(own.st_atime_ns, max([own.st_mtime_ns - _MOMENT, *_dates(path)])))


def _has_late(path: Path) -> bool:
    """Whether anything that belongs to ``path`` was put there, or changed, since its report was written."""
    try:
        return max(_dates(path), default=0) > report_of(path).stat().st_mtime_ns
    except OSError:
        return False  # one of them has just gone


def _dates(path: Path) -> list[int]:
    """When each thing that belongs to ``path`` came there, in nanoseconds; the time at which it was changed can be that
    of wherever it came from."""
    return [each.lstat().st_ctime_ns for each in companions(path) if os.path.lexists(each)]
