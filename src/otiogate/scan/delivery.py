"""A delivery scanned: each of its timelines judged in a process that is watched, one report after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from otiogate.errors import OtiogateError
from otiogate.report.model import Report
from otiogate.scan.judging import Judging
from otiogate.scan.workers import Failed, Limits, Workers


@dataclass(frozen=True)
class Refused:
    """A timeline without a report: the configuration for it is broken, or we are. ``exit_code`` is 2 or 70."""

    text: str
    exit_code: int

    @property
    def is_bug(self) -> bool:
        """Whether it is an error of our own, whose traceback the text is."""
        return self.exit_code == OtiogateError.exit_code


def scan(
    paths: Iterable[str], under: Judging, *, jobs: int = 1, limits: Limits | None = None
) -> Iterator[tuple[str, Report | Refused]]:
    """Each of ``paths`` with its report, in their order, as soon as all before it are there.

    Whatever a file does to the process that reads it, is said in its report and ends nothing else.
    """
    for path, found in Workers(partial(_judged, under), jobs, limits).results(paths):
        if isinstance(found, Failed):
            yield (
                path,
                Refused(found.why, OtiogateError.exit_code) if found.bug else under.unread(Path(path), found.why),
            )
        else:
            yield path, found


def _judged(under: Judging, path: str) -> Report | Refused:
    try:
        return under.report(Path(path))
    except OtiogateError as fault:
        return Refused(str(fault), fault.exit_code)
