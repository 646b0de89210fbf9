"""A delivery scanned: its timelines judged in processes that are watched, one report after another.

To give a process a small timeline takes about as long as to find it in the cache: several of them are one handful.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from otiogate.config.layers import facility_settings
from otiogate.errors import OtiogateError, ReadError
from otiogate.policy.load import DEFAULT, policy
from otiogate.report.model import Report
from otiogate.scan.desk import Desk
from otiogate.scan.judging import Judging
from otiogate.scan.read import MEDIA_INSIDE
from otiogate.scan.workers import Failed, Limits, Workers
from otiogate.timeline.formats import BUNDLES, BY_SUFFIX, READ

Told = TypeVar("Told")
Handful = tuple[str, ...]

_LIGHT = 64 * 1024
"""Bytes of a timeline that is read in no time, whatever reads it."""

_HANDFUL = 32
"""Timelines that are given to a process together, at most."""

_PLENTY = 1024**2
"""Bytes of timelines that are given to a process together, at most."""

_FETCHED = 64 * 1024**2
"""Bytes that are fetched ahead of a timeline's turn."""

_FETCHABLE = tuple(each for each in READ if each not in (*MEDIA_INSIDE, *BUNDLES))
"""Formats of which the whole file is read."""

_FAST = tuple(each for each in _FETCHABLE if not BY_SUFFIX[each].adapter)
"""Formats of which so much is read in no time."""

_PATHS = 4096
"""Bytes of paths that can be sent to a process that is busy: on no system do they fill a pipe, so nobody waits for it
to be emptied."""


@dataclass(frozen=True)
class Refused:
    """Why a timeline was not judged: the configuration for it is broken, or we are, and ``exit_code`` is 2 or 70.
    In a watch it may be 3, where something could not be done with it, or 0, where it only waits."""

    text: str
    exit_code: int

    @property
    def is_bug(self) -> bool:
        """Whether it is an error of our own, whose traceback the text is."""
        return self.exit_code == OtiogateError.exit_code


Judged = tuple[str, Report, Refused | None]
"""The path of a timeline, its report and, where that only says that it was not judged, what is to be told besides."""


def scan(
    paths: Sequence[str],
    under: Judging,
    told: Callable[[list[Judged]], Told],
    *,
    jobs: int = 1,
    limits: Limits | None = None,
) -> Generator[Told, None, None]:
    """What is ``told`` of all of ``paths``, a few at one time, in their order, as soon as all before them are there.

    Whatever a file does to the process that reads it, is said in its report and ends nothing else. ``told`` is called
    in that process, so that what is written is made there, and not by the one process that writes it.
    """
    if paths and sys.platform == "linux":
        _prepare(paths[0], under)
    workers = Workers(_Work(under, told), jobs, limits, parts=_each)
    for handful, found in workers.results(_handfuls(paths, _together(under, len(paths) // max(1, jobs)))):
        if not isinstance(found, Failed):
            yield found
        elif found.bug:
            bug = OtiogateError("a bug in otiogate, and no verdict", next_step="report it, with what stderr says")
            refused = Refused(found.why, OtiogateError.exit_code)
            yield told([(handful[0], under.refused(Path(handful[0]), bug), refused)])
        else:
            yield told([(handful[0], under.unread(Path(handful[0]), found.why), None)])


def _prepare(path: str, under: Judging) -> None:
    """Looks up, before processes are forked, what each of them would for itself. The ledger of a registry is the
    facility's; records in folders may be of the delivery, and are read by processes that are watched."""
    policy(DEFAULT)
    with contextlib.suppress(OtiogateError):  # whoever judges the timeline says so
        if facility_settings().registry is not None:
            under.settings(Path(path)).ask_ahead()


def _together(under: Judging, share: int) -> int:
    """How many timelines may be given to a process together: no more than half of its ``share``, so that none is left
    without, and one where media is read or a registry is asked, which may take long for each."""
    try:
        facility = facility_settings()
    except OtiogateError:  # whoever judges a timeline says so
        return 1
    asks = facility.registry or facility.media or under.command.get("media") or under.opens == "all"
    return 1 if asks else max(1, min(_HANDFUL, share // 2))


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

    def __init__(self, under: Judging, told: Callable[[list[Judged]], Told]) -> None:
        self._under = under
        self._desk = Desk(under)
        self._told = told

    def __call__(self, handful: Handful) -> Told:
        judged: list[Judged] = []
        for path, found in zip(handful, self._desk.reports(handful), strict=True):
            if isinstance(found, OtiogateError):
                report = self._under.refused(Path(path), found)
                judged.append((path, report, Refused(str(found), found.exit_code)))
            else:
                judged.append((path, found, None))
        told = self._told(judged)
        self._desk.write()
        return told


def _each(handful: Handful) -> list[Handful]:
    return [(path,) for path in handful]


def _handfuls(paths: Iterable[str], most: int) -> Iterator[Handful]:
    """``paths`` in their order, those that are light together, ``most`` of them at a time."""
    found: list[str] = []
    bytes_of_them = of_paths = 0
    for path in paths:
        size, long = _size(path), len(path if path.isascii() else os.fsencode(path))
        if found and (bytes_of_them + size > _PLENTY or of_paths + long > _PATHS or len(found) == most):
            yield tuple(found)
            found, bytes_of_them, of_paths = [], 0, 0
        found.append(path)
        bytes_of_them += size
        of_paths += long
    if found:
        yield tuple(found)


def _size(path: str) -> int:
    """The bytes of the timeline in ``path``, one at least, and ``_PLENTY`` of one that is to be read alone. One that is
    large will be next, and is fetched from the disk while those before it are judged."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of files: no Path for each
    except (OSError, ValueError):
        return _PLENTY
    size, lower = found.st_size, path.lower()
    if not stat.S_ISREG(found.st_mode) or lower.endswith(MEDIA_INSIDE):
        return _PLENTY  # an archive is larger than it looks
    if size <= _LIGHT:
        return size or 1
    if lower.endswith(_FETCHABLE):
        _fetch(path)
    return min(size, _PLENTY) if lower.endswith(_FAST) else _PLENTY


def _fetch(path: str) -> None:
    """Asks the system, where it can be asked, to have the file ready in memory."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # it may be a pipe by now, which never ends
            try:
                os.posix_fadvise(descriptor, 0, _FETCHED, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(descriptor)
