"""One process of a run, which judges one timeline after another: what it need not look up anew for each."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from otiogate.documents.digest import sha256
from otiogate.errors import CannotJudge, OtiogateError
from otiogate.report.model import Counts, Report
from otiogate.scan.cache import Cache, key_of
from otiogate.scan.judging import Basis, Judging, basis, cannot_judge, input_of, judged, origin_of
from otiogate.scan.read import content, read_bytes, read_timeline
from otiogate.scan.sidecar import sidecar_of
from otiogate.scan.stored import MALFORMED, NotStored, Restored, restored, stored
from otiogate.timeline.formats import BUNDLES, READ
from otiogate.timeline.model import Snapshot

_LOOK_AGAIN = 0.5
"""Seconds for which the configuration and the records of a folder are taken to be what they were."""

_MOST = 1000
"""Folders that are kept in mind."""


@dataclass
class _Folder:
    """What the timelines in one folder are judged on, until when, and the report on one of which nothing is said."""

    on: Basis
    until: float
    silent: Report | None = None


class Desk:
    """Judges as ``Judging.report`` does, and faster where many timelines lie in one folder: a test holds that the
    reports are the same."""

    def __init__(self, under: Judging) -> None:
        self._under = under
        self._folders: dict[str, _Folder] = {}
        self._caches: dict[Path, Cache] = {}

    def report(self, path: Path) -> Report:
        """The report on the timeline in ``path``. Raises ``UsageError`` for a broken configuration."""
        suffix = path.suffix.lower()
        if self._under.context_map is not None or suffix in BUNDLES or suffix not in READ:
            return self._under.report(path)
        try:
            folder = self._folder(path)
        except OtiogateError:
            return self._under.report(path)  # it finds the same, or what comes before it
        if folder.on.settings.incoming == "receipt":
            return self._under.report(path)
        try:
            return self._judged(path, suffix, folder)
        except CannotJudge as fault:
            return cannot_judge(origin_of(path), fault, self._under.now, folder.on.settings)

    def write(self) -> None:
        """Writes to the cache what was read since the last time."""
        for each in self._caches.values():
            each.write()

    def _folder(self, path: Path) -> _Folder:
        name, now = str(path.parent), time.monotonic()
        found = self._folders.get(name)
        if found is None or found.until < now:
            if len(self._folders) >= _MOST:
                self._folders.clear()
            on = basis(self._under.settings(path), self._under.now)
            if found is not None and found.on == on:
                found.until = now + _LOOK_AGAIN
            else:
                found = self._folders[name] = _Folder(on, now + _LOOK_AGAIN)
        return found

    def _judged(self, path: Path, suffix: str, folder: _Folder) -> Report:
        settings = folder.on.settings
        # A declaration is asked of every use, what a sidecar says is read with it, a registry is asked for what stands
        # in the text, and where its media stands is asked of the timeline.
        plain = not (
            settings.registry or settings.media or settings.declaration_required or os.path.lexists(sidecar_of(path))
        )
        if settings.cache is None or not plain:
            return self._decided(read_timeline(path, settings.frame_rate), folder)
        cache = self._caches.setdefault(settings.cache, Cache(settings.cache))
        data = content(path)
        digest = sha256(data)
        key = key_of(suffix, digest, str(settings.frame_rate or ""))
        held = cache.get(key)
        if held is not None:
            try:
                return self._decided(restored(held, path, digest), folder)
            except (NotStored, *MALFORMED):  # the ledger asks for more than was stored, or the cache is not what it was
                pass
        snapshot = read_bytes(data, path, settings.frame_rate)
        report = self._decided(snapshot, folder)
        kept = stored(snapshot)
        if kept is not None:
            cache.put(key, kept)
        return report

    def _decided(self, snapshot: Snapshot, folder: _Folder) -> Report:
        """The gate's report. It is a pure function: on timelines of which nothing is said it differs in their names and
        counts alone."""
        known, origin = folder.silent, snapshot.origin
        if known is not None and isinstance(snapshot, Restored) and snapshot.is_silent(folder.on.records.matcher):
            counts = replace(known.counts, uses=snapshot.uses)
            return replace(known, input=input_of(origin), counts=counts)
        report = judged(snapshot, folder.on, self._under.now, opens=self._under.opens)[0]
        if known is None and _is_silent(report):
            folder.silent = report
        return report


def _is_silent(report: Report) -> bool:
    """Whether nothing is said of a timeline but how many uses of media it makes, and that these are some."""
    said = (report.findings, report.cues, report.hints, report.problems)
    return (
        report.verdict == "allow"
        and report.counts == Counts(report.counts.uses, 0, 0, 0, 0, 0)
        and not any(said)
        and report.counts.uses > 0
    )
