"""One timeline judged: the way from a snapshot, or a path, to a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from otiogate import __version__
from otiogate.config.model import Settings
from otiogate.errors import CannotJudge
from otiogate.evidence.collect import Collected, collect
from otiogate.gate import Question, judge
from otiogate.records.model import RecordSet
from otiogate.report.model import InputLine, Report
from otiogate.scan.read import read_timeline
from otiogate.timeline.model import Origin, Problem, Snapshot


def judge_path(path: Path, settings: Settings, now: datetime) -> Report:
    """The report on the timeline in ``path``. What cannot be read or judged is a report that says so."""
    try:
        return judge_snapshot(read_timeline(path), settings, now)
    except CannotJudge as fault:
        origin = Origin(path.name, path.suffix.lower().removeprefix("."), "", str(path))
        return cannot_judge(origin, fault, settings, now)


def judge_snapshot(
    snapshot: Snapshot, settings: Settings, now: datetime, *, carries_media: bool = False, everything: bool = False
) -> Report:
    """The report on one snapshot. ``carries_media``: what is written from it ships the media. Raises ``CannotJudge``.

    ``everything`` builds every node of it, which is slow and, as a test holds, changes nothing.
    """
    policy = settings.policy()
    records = settings.store().fetch()
    collected = collect(
        snapshot,
        records.disclosures,
        records.matcher,
        handles=settings.handles,
        declaration_required=settings.declaration_required,
        everything=everything,
    )
    question = Question(records, policy, settings.context, now, carries_media or snapshot.carries_media)
    return judge(
        collected,
        question,
        source=_input(snapshot.origin),
        notes=_notes(settings),
        config=settings.sources,
        facility=settings.facility,
        advisory=settings.advisory,
        tool_version=__version__,
    )


def cannot_judge(origin: Origin, fault: CannotJudge, settings: Settings, now: datetime) -> Report:
    """The report that says why there is no verdict on ``origin``."""
    what = f"{fault.what} ({fault.next_step})" if fault.next_step else fault.what
    collected = Collected(problems=[Problem("lost", what, fault.where or origin.path)], uses=-1)
    return judge(
        collected,
        Question(RecordSet({}), settings.policy(), settings.context, now),
        source=_input(origin),
        notes=_notes(settings),
        config=settings.sources,
        facility=settings.facility,
        advisory=settings.advisory,
        tool_version=__version__,
    )


def _input(origin: Origin) -> InputLine:
    return InputLine(origin.name, origin.format, origin.path, origin.digest)


def _notes(settings: Settings) -> Iterable[str]:
    if not settings.sources:
        yield "No configuration was found: built-in packs, no production, no records."
    elif not settings.records:
        yield "No folder of records is configured: nothing can be cleared."
