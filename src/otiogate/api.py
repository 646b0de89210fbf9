"""The library's two calls: a path, or an object of OpenTimelineIO, to a report."""

from __future__ import annotations

from datetime import datetime, timezone
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from otiogate.config.layers import facility_settings, settings
from otiogate.errors import UsageError
from otiogate.report.model import Report
from otiogate.scan.decision_log import note
from otiogate.scan.judging import Judging, judge_snapshot


def scan_path(
    path: str | PathLike[str], *, config: str | PathLike[str] | None = None, now: datetime | None = None
) -> Report:
    """The report on the timeline in ``path``, under the configuration near it, or ``config``.

    ``now`` (with a zone) judges as of another time and marks the report advisory. What cannot be read or judged is a
    report with the verdict ``cannot_judge``. The decision stands in the facility's log, where it keeps one. Raises
    ``UsageError`` for a broken configuration, ``CannotJudge`` where that log cannot be written.
    """
    files = (fspath(config),) if config else ()
    return _noted(Judging(_time(now), as_of=now is not None, config=files).report(Path(path)))


def scan_object(
    timeline: Any,
    *,
    near: str | PathLike[str] = "",
    config: str | PathLike[str] | None = None,
    now: datetime | None = None,
) -> Report:
    """The report on an OpenTimelineIO object: a timeline, stack, track, clip, collection, or a list of them.

    ``near`` is a path whose configuration applies. The decision is noted as that of ``scan_path`` is. Raises
    ``CannotJudge`` for an object in which nothing can be read, for records that cannot be read, for configurations
    that conflict, and for a log that cannot be written; ``UsageError`` for a broken configuration.
    """
    from otiogate.host.read import snapshot_of

    files = [fspath(config)] if config else []
    found = settings([fspath(near)] if near else [], config=files, as_of=now is not None)
    return _noted(judge_snapshot(snapshot_of(timeline), found, _time(now)))


def _noted(report: Report) -> Report:
    """``report``, which stands in the facility's log when this returns."""
    log = facility_settings().log
    if log is not None:
        note(log, report, "scan")
    return report


def _time(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(timezone.utc)
    if now.utcoffset() is None:
        raise UsageError("'now' names no zone", next_step="pass a datetime with a tzinfo, such as timezone.utc")
    return now
