"""A delivery scanned: each of its timelines judged in a process that is watched, one report after another."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

from otiogate.config.layers import facility_settings
from otiogate.errors import OtiogateError, ReadError
from otiogate.policy.load import DEFAULT, policy
from otiogate.report.model import Report
from otiogate.scan.desk import Desk
from otiogate.scan.judging import Judging
from otiogate.scan.read import MEDIA_INSIDE
from otiogate.scan.workers import ALONE, Failed, Limits, Workers
from otiogate.timeline.formats import BUNDLES, READ

Told = TypeVar("Told")

_LIGHT = 64 * 1024
"""Bytes of a timeline that is read in no time, whatever reads it."""

_PLENTY = 1024**2
"""Bytes of timelines that are read at one go."""

_FAST = (".edl", ".fcpxml", ".otio")
"""Formats of which as much as that is read in no time."""

_FETCHED = 64 * 1024**2
"""Bytes that are fetched ahead of a timeline's turn."""

_FETCHABLE = tuple(each for each in READ if each not in (*MEDIA_INSIDE, *BUNDLES))
"""Formats of which the whole file is read."""

_SHORT = 200
"""Characters of a path of which many can be sent to a process that is busy."""


@dataclass(frozen=True)
class Refused:
    """A timeline without a report: the configuration for it is broken, or we are, and ``exit_code`` is 2 or 70.
    In a watch it may be 3, where something could not be done with it, or 0, where it only waits."""

    text: str
    exit_code: int

    @property
    def is_bug(self) -> bool:
        """Whether it is an error of our own, whose traceback the text is."""
        return self.exit_code == OtiogateError.exit_code


def scan(
    paths: Iterable[str],
    under: Judging,
    told: Callable[[Report], Told],
    *,
    jobs: int = 1,
    limits: Limits | None = None,
) -> Iterator[tuple[str, Told | Refused]]:
    """Each of ``paths`` with what is ``told`` of its report, in their order, as soon as all before it are there.

    Whatever a file does to the process that reads it, is said in its report and ends nothing else. ``told`` is called
    in that process, so that what is written is made there, and not by the one process that writes it.
    """
    rest = iter(paths)
    first = next(rest, None)
    if first is None:
        return
    if sys.platform == "linux":
        _prepare(first, under)
    work = _Work(under, told)
    workers = Workers(work, jobs, limits, weight=_weight, after=work.after)
    for path, found in workers.results(chain([first], rest)):
        if not isinstance(found, Failed):
            yield path, found
        elif found.bug:
            yield path, Refused(found.why, OtiogateError.exit_code)
        else:
            yield path, told(under.unread(Path(path), found.why))


def _prepare(path: str, under: Judging) -> None:
    """Looks up, before processes are forked, what each of them would for itself. The ledger of a registry is the
    facility's; records in folders may be of the delivery, and are read by processes that are watched."""
    policy(DEFAULT)
    with contextlib.suppress(OtiogateError):  # whoever judges the timeline says so
        if facility_settings().registry is not None:
            under.settings(Path(path)).ask_ahead()


def watched(work: Callable[[Path], Told], path: Path, limits: Limits | None = None) -> Told:
    """What ``work`` makes of the one timeline in ``path``, in a process that is watched as those of a scan are.

    Raises what ``work`` raises of ours, and ``ReadError`` for a timeline that brings its process down, takes too long
    or needs too much memory.
    """
    attempt: Callable[[Path], Told | OtiogateError] = partial(_tried, work)
    ((_, done),) = Workers(attempt, 1, limits).results([path])
    if isinstance(done, Failed) and done.bug:
        raise RuntimeError(done.why)
    if isinstance(done, Failed):
        raise ReadError(done.why, where=str(path), next_step="ask who delivered it for another export")
    if isinstance(done, OtiogateError):
        raise done
    return done


def watched_report(under: Judging, path: Path) -> Report:
    """The report on the one timeline in ``path``, judged in a process that is watched. Raises ``UsageError`` for a
    broken configuration."""
    try:
        return watched(under.report, path)
    except ReadError as fault:
        return under.unread(path, fault.what)


def _tried(work: Callable[[Path], Told], path: Path) -> Told | OtiogateError:
    try:
        return work(path)
    except OtiogateError as fault:
        return fault


class _Work(Generic[Told]):
    """What the processes do; each has its own desk."""

    def __init__(self, under: Judging, told: Callable[[Report], Told]) -> None:
        self._desk = Desk(under)
        self._told = told

    def __call__(self, path: str) -> Told | Refused:
        try:
            return self._told(self._desk.report(path))
        except OtiogateError as fault:
            return Refused(str(fault), fault.exit_code)

    def after(self) -> None:
        """Called after every few."""
        self._desk.write()


def _weight(path: str) -> float:
    """How much the timeline in ``path`` is of what is read at one go. One that is large will be next, and is fetched
    from the disk while those before it are judged."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of files: no Path for each
    except (OSError, ValueError):
        return ALONE
    if not stat.S_ISREG(found.st_mode):
        return ALONE
    if found.st_size > _LIGHT:
        lower = path.lower()
        if lower.endswith(_FETCHABLE):
            _fetch(path)
        if not lower.endswith(_FAST):
            return ALONE
    return min(found.st_size / _PLENTY, ALONE) if len(path) <= _SHORT else ALONE


def _fetch(path: str) -> None:
    """Asks the system, where it can be asked, to have the file ready in memory."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # it may be a pipe by now, which never ends
            try:
                os.posix_fadvise(descriptor, 0, _FETCHED, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(descriptor)
