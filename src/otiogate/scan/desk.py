"""One process of a run, which judges one timeline after another: what it need not look up anew for each."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from otiogate.documents.digest import sha256
from otiogate.errors import CannotJudge, OtiogateError, ReadError
from otiogate.report.model import Counts, InputLine, ProblemLine, Report
from otiogate.scan.cache import Cache, key_of
from otiogate.scan.judging import Basis, Judging, basis, cannot_judge, judged, origin_of
from otiogate.scan.media import looks_at_media
from otiogate.scan.read import MEDIA_INSIDE, content, hashed, read_bytes, read_timeline
from otiogate.scan.sidecar import has_astray, has_sidecar
from otiogate.scan.stored import MALFORMED, NotStored, Stored, refused, restored, stored
from otiogate.timeline.formats import BUNDLES, READ
from otiogate.timeline.model import Problem, Snapshot

_LOOK_AGAIN = 0.5
"""Seconds for which the configuration and the records of a folder are taken to be what they were."""

_MOST = 1000
"""Folders that are kept in mind."""


_HELD = 1024**2
"""Bytes of a timeline that are held while others are opened; of one that was smaller when it was found, no more."""

_READ_HERE = (".edl", ".fcpxml")
"""Formats that we read ourselves, from the content and nothing else: no plugin may know more of it tomorrow."""


@dataclass
class _Folder:
    """What the timelines in one folder are judged on, until when, and the report on one of which nothing is said.
    ``begin`` is what stands before their names in a report. ``astray``: a sidecar without its timeline lies there."""

    begin: str
    on: Basis
    cache: Cache | None
    astray: bool
    until: float
    silent: Report | None = None


class _Opened:
    """A timeline that is to be judged: where it stands and, if it is looked for in a cache, the digest of its content,
    that itself where it is not large, the key, and what was found. Without a ``key`` it is read anew, with its
    sidecar."""

    __slots__ = ("data", "digest", "folder", "held", "key", "name", "place", "suffix")

    def __init__(self, name: str, suffix: str, folder: _Folder) -> None:
        self.name, self.suffix, self.folder = name, suffix, folder
        self.place = folder.begin + name
        self.digest, self.key = "", b""
        self.data: bytes | None = None
        self.held: Stored | None = None


class Desk:
    """Judges as ``Judging.report`` does, and faster where many timelines lie in one folder: a test holds that the
    reports are the same."""

    def __init__(self, under: Judging) -> None:
        self._under = under
        self._folders: dict[str, _Folder] = {}
        self._caches: dict[Path, Cache] = {}

    def report(self, path: str | Path) -> Report:
        """The report on the timeline in ``path``. Raises ``UsageError`` for a broken configuration."""
        (found,) = self.reports([str(path)])
        if isinstance(found, OtiogateError):
            raise found
        return found

    def reports(self, paths: Sequence[str]) -> Iterator[Report | OtiogateError]:
        """The report on the timeline in each of ``paths``, or what is wrong with the configuration for it. All of them
        are opened first, and looked up at once: several are files that are not large, as was just seen."""
        light = len(paths) > 1
        opened = [self._opened(path, light) for path in paths]
        self._look_up(opened)
        for path, first in zip(paths, opened, strict=True):
            each = self._anew(path) if first is not None and first.folder.until < time.monotonic() else first
            found: Report | OtiogateError
            try:
                found = self._under.report(Path(path)) if each is None else self._judged(each)
            except OtiogateError as fault:
                found = fault
            yield found

    def _anew(self, path: str) -> _Opened | None:
        """The timeline in ``path``, opened again: those before it took so long that its folder may be another."""
        found = self._opened(path, light=False)
        self._look_up([found])
        return found

    def write(self) -> None:
        """Writes to the cache what was read since the last time."""
        for each in self._caches.values():
            each.write()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        """Writes, and lets go of the cache."""
        self.write()
        for each in self._caches.values():
            each.close()

    def _folder(self, base: str, name: str) -> _Folder:
        """The folder ``base``, in which a timeline ``name`` lies."""
        found, now = self._folders.get(base), time.monotonic()
        if found is None or found.until < now:
            if len(self._folders) >= _MOST:
                self._folders.clear()
            path = Path(base, name)
            on = basis(self._under.settings(path), self._under.now)
            cache = self._cache(on.settings.cache)
            fresh = _Folder(str(path).removesuffix(name), on, cache, has_astray(base), now + _LOOK_AGAIN)
            if found is not None and found.on == on:
                fresh.silent = found.silent
            found = self._folders[base] = fresh
        return found

    def _cache(self, file: Path | None) -> Cache | None:
        return None if file is None else self._caches.setdefault(file, Cache(file))

    def _opened(self, path: str, light: bool) -> _Opened | None:
        """The timeline in ``path``, hashed where it is looked for in a cache; nothing where it is to be judged as if
        it were the only one."""
        base, name = os.path.split(path)  # here and below: thousands of files, no Path for each
        suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
        if self._under.context_map is not None or suffix in BUNDLES or suffix not in READ:
            return None
        try:
            folder = self._folder(base, name)
            settings = folder.on.settings
            if settings.incoming == "receipt":
                return None
            found = _Opened(name, suffix, folder)
            # A declaration is asked of every use, what a sidecar says is read with it, a registry is asked for what
            # stands in the text, and where its media stands is asked of the timeline.
            looked_at = looks_at_media(settings, self._under.opens, ships=suffix in MEDIA_INSIDE)
            asks = settings.registry or looked_at or settings.declaration_required
            if folder.cache is None or asks or folder.astray:
                return found
            digest, data = hashed(found.place, suffix, light=light)
            if not has_sidecar(found.place):  # asked once it is read: it may have come with its sidecar just now
                found.digest = digest
                found.data = data if data is not None and (not light or len(data) <= _HELD) else None
                found.key = key_of(suffix, digest, str(settings.frame_rate or ""))
        except OtiogateError:
            return None  # whoever judges it alone finds the same, or what comes before it
        return found

    def _look_up(self, opened: Iterable[_Opened | None]) -> None:
        """Asks each cache once for all that is looked for in it."""
        asked: dict[Cache, list[_Opened]] = {}
        for each in opened:
            if each is not None and each.key and each.folder.cache is not None:
                asked.setdefault(each.folder.cache, []).append(each)
        for cache, some in asked.items():
            held = cache.get([each.key for each in some])
            for each in some:
                each.held = held.get(each.key)

    def _judged(self, opened: _Opened) -> Report:
        folder = opened.folder
        try:
            if not opened.key:
                return self._read(opened.place, folder)
            if opened.held is not None:
                try:
                    return self._found(opened, opened.held)
                except (NotStored, *MALFORMED):  # the ledger asks for more than was stored, or that is not what it was
                    pass
            return self._new(opened)
        except CannotJudge as fault:
            return cannot_judge(origin_of(Path(opened.place)), fault, self._under.now, folder.on.settings)

    def _found(self, opened: _Opened, held: Stored) -> Report:
        """The report on a timeline that was read before."""
        folder = opened.folder
        if folder.silent is not None and held.is_quiet(folder.on.records.matcher):
            source = InputLine(opened.name, held.format, opened.place, opened.digest, held.rate)
            return _like(folder.silent, source, held.quiet, held.met(opened.place))
        return self._decided(restored(held, Path(opened.place), opened.digest), folder)

    def _new(self, opened: _Opened) -> Report:
        """The report on a timeline that was not read before, which is kept."""
        folder, data, path = opened.folder, opened.data, Path(opened.place)
        if data is None:
            data = content(opened.place)
            if sha256(data) != opened.digest:  # it is another by now, and may have come with a sidecar
                return self._read(opened.place, folder)
        try:
            snapshot = read_bytes(data, path, folder.on.settings.frame_rate)
        except ReadError as fault:
            # Why the host or an adapter gives up may lie in more than what it was given.
            if opened.suffix in _READ_HERE:
                self._keep(opened, refused(fault, path))
            raise
        report = self._decided(snapshot, folder)
        kept = stored(snapshot, folder.on.records.matcher)
        if kept is not None:
            self._keep(opened, kept)
        return report

    def _keep(self, opened: _Opened, kept: Stored) -> None:
        if opened.folder.cache is not None:
            opened.folder.cache.put(opened.key, kept)

    def _read(self, place: str, folder: _Folder) -> Report:
        """The report on the timeline in ``place`` as it is read anew, with its sidecar."""
        return self._decided(read_timeline(Path(place), folder.on.settings.frame_rate), folder)

    def _decided(self, snapshot: Snapshot, folder: _Folder) -> Report:
        report = judged(snapshot, folder.on, self._under.now, opens=self._under.opens)[0]
        if folder.silent is None and _is_silent(report):
            folder.silent = report
        return report


def _like(silent: Report, source: InputLine, uses: int, problems: Sequence[Problem]) -> Report:
    """The gate's report on a timeline of which nothing is said. The gate is a pure function: two such reports differ in
    the names, the counts and what is odd alone."""
    found = Report.__new__(Report)  # a tenth of the time of dataclasses.replace
    vars(found).update(vars(silent), input=source, counts=_counts(uses))
    if problems:
        vars(found)["problems"] = tuple(ProblemLine(each.severity, each.what, each.where) for each in problems)
    return found


@lru_cache(maxsize=1000)
def _counts(uses: int) -> Counts:
    """Those of a timeline of which nothing is said: one object for each number, which is written to JSON once."""
    return Counts(uses, 0, 0, 0, 0, 0)


def _is_silent(report: Report) -> bool:
    """Whether nothing is said of a timeline but how many uses of media it makes, and that these are some."""
    said = (report.findings, report.cues, report.hints, report.problems)
    return (
        report.verdict == "allow"
        and report.counts == _counts(report.counts.uses)
        and not any(said)
        and report.counts.uses > 0
    )
