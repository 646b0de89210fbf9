"""The library's two calls: a path, or an object of OpenTimelineIO, to a report."""

from __future__ import annotations

from datetime import datetime, timezone
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from otiogate.config.layers import settings
from otiogate.report.model import Report
from otiogate.scan.judging import judge_path, judge_snapshot


def scan_path(
    path: str | PathLike[str], *, config: str | PathLike[str] | None = None, now: datetime | None = None
) -> Report:
    """The report on the timeline in ``path``, under the configuration near it, or ``config``.

    ``now`` (with a zone) judges as of another time and marks the report advisory. A file that cannot be read is a
    report with the verdict ``cannot_judge``. Raises ``UsageError`` for a broken configuration.
    """
    found = settings([fspath(path)], config=[fspath(config)] if config else [], as_of=now is not None)
    return judge_path(Path(path), found, now or datetime.now(timezone.utc))


def scan_object(
    timeline: Any, *, near: str = "", config: str | PathLike[str] | None = None, now: datetime | None = None
) -> Report:
    """The report on an OpenTimelineIO object: a timeline, stack, track, clip, collection, or a list of them.

    ``near`` is a path whose configuration applies. Raises ``CannotJudge`` for an object in which nothing can be read.
    """
    from otiogate.host.read import snapshot_of

    found = settings([near] if near else [], config=[fspath(config)] if config else [], as_of=now is not None)
    return judge_snapshot(snapshot_of(timeline), found, now or datetime.now(timezone.utc))
