"""The library's two calls: a path, or an object of OpenTimelineIO, to a report."""

from __future__ import annotations

from datetime import datetime, timezone
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from otiogate.config.layers import settings
from otiogate.errors import UsageError
from otiogate.report.model import Report
from otiogate.scan.judging import Judging, judge_snapshot


def scan_path(
    path: str | PathLike[str], *, config: str | PathLike[str] | None = None, now: datetime | None = None
) -> Report:
    """The report on the timeline in ``path``, under the configuration near it, or ``config``.

    ``now`` (with a zone) judges as of another time and marks the report advisory. What cannot be read or judged is a
    report with the verdict ``cannot_judge``. Raises ``UsageError`` for a broken configuration.
    """
    files = (fspath(config),) if config else ()
    return Judging(_time(now), as_of=now is not None, config=files).report(Path(path))


def scan_object(
    timeline: Any,
    *,
    near: str | PathLike[str] = "",
    config: str | PathLike[str] | None = None,
    now: datetime | None = None,
) -> Report:
    """The report on an OpenTimelineIO object: a timeline, stack, track, clip, collection, or a list of them.

    ``near`` is a path whose configuration applies. Raises ``CannotJudge`` for an object in which nothing can be read,
    for records that cannot be read, and for configurations that conflict; ``UsageError`` for a broken one.
    """
    from otiogate.host.read import snapshot_of

    files = [fspath(config)] if config else []
    found = settings([fspath(near)] if near else [], config=files, as_of=now is not None)
    return judge_snapshot(snapshot_of(timeline), found, _time(now))


def _time(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(timezone.utc)
    if now.utcoffset() is None:
        raise UsageError("'now' names no zone", next_step="pass a datetime with a tzinfo, such as timezone.utc")
    return now
