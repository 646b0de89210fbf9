"""One timeline judged: the way from a snapshot, or a path, to a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from otiogate import __version__
from otiogate.config import layers
from otiogate.config.mapping import ContextMap
from otiogate.config.model import Settings
from otiogate.errors import CannotJudge, ReadError
from otiogate.evidence.collect import Collected, collect
from otiogate.evidence.footprints import hints
from otiogate.gate import Question, judge
from otiogate.policy.model import Policy
from otiogate.records.model import RecordSet
from otiogate.report.base import count
from otiogate.report.model import HintLine, InputLine, ProblemLine, Report
from otiogate.scan.media import Opens, media_lines, with_media
from otiogate.scan.read import read_timeline
from otiogate.timeline.model import Origin, Snapshot

_LONGEST_HINT = 500
"""Characters of a remark that a hint repeats."""


@dataclass(frozen=True)
class Judging:
    """What a run judges under, beside the configuration near each timeline.

    ``now`` has a zone; ``as_of``: it is another time than now. ``config`` names project files in place of those near,
    ``command`` is what the command line sets, and ``opens`` which media is read.
    """

    now: datetime
    as_of: bool = False
    config: tuple[str, ...] = ()
    command: dict[str, Any] = field(default_factory=dict)
    context_map: ContextMap | None = None
    opens: Opens = "nothing"

    def settings(self, path: Path) -> Settings:
        """The settings for the timeline in ``path``. Raises ``UsageError`` for a broken configuration, ``CannotJudge``
        where two conflict or no line of the map fits."""
        mapped = self.context_map.layers(path) if self.context_map else ()
        return layers.settings([str(path)], config=self.config, mapped=mapped, command=self.command, as_of=self.as_of)

    def report(self, path: Path) -> Report:
        """The report on the timeline in ``path``. What cannot be read or judged, two configurations that conflict, and
        a map in which no line fits, are a report that says so. Raises ``UsageError`` for a broken configuration."""
        try:
            found = self.settings(path)
        except CannotJudge as fault:
            return cannot_judge(_origin(path), fault, self.now)
        return judge_path(path, found, self.now, opens=self.opens)

    def unread(self, path: Path, why: str) -> Report:
        """The report on a timeline that could not be read at all, and why."""
        fault = ReadError(why, where=str(path), next_step="ask who delivered it for another export")
        return cannot_judge(_origin(path), fault, self.now)


def judge_path(
    path: Path, settings: Settings, now: datetime, *, list_met: bool = True, opens: Opens = "nothing"
) -> Report:
    """The report on the timeline in ``path``. What cannot be read or judged is a report that says so. ``list_met`` and
    ``opens`` are told at ``judge_snapshot``."""
    try:
        return judge_snapshot(read_timeline(path), settings, now, list_met=list_met, opens=opens)
    except CannotJudge as fault:
        return cannot_judge(_origin(path), fault, now, settings)


def _origin(path: Path) -> Origin:
    return Origin(path.name, path.suffix.lower().removeprefix("."), "", str(path))


def judge_snapshot(
    snapshot: Snapshot,
    settings: Settings,
    now: datetime,
    *,
    carries_media: bool = False,
    shows_trimmed: bool = False,
    everything: bool = False,
    list_met: bool = True,
    opens: Opens = "nothing",
) -> Report:
    """The report on one snapshot. ``carries_media``: what is written from it ships the media. ``shows_trimmed``: what
    is written brings back into sight what is trimmed out. ``list_met``: findings that are met are listed, not only
    counted, and so are cues and hints. Raises ``CannotJudge``.

    ``everything`` builds every node of it, which is slow and, as a test holds, changes nothing. ``opens`` says which
    media is read, where folders of media are known.
    """
    policy = settings.policy()
    records = settings.ledger(now)

    def collected_from(source: Snapshot) -> Collected:
        return collect(
            source,
            records.standing,
            records.matcher,
            handles=settings.handles,
            declaration_required=settings.declaration_required,
            everything=everything,
            shows_trimmed=shows_trimmed,
        )

    collected = collected_from(snapshot)
    if settings.media:
        snapshot = with_media(snapshot, collected, records.matcher, settings, now, opens)
        collected = collected_from(snapshot)
    terms = settings.terms(shows_trimmed=shows_trimmed)
    question = Question(records, policy, settings.context, now, carries_media or snapshot.carries_media, terms)
    return judge(
        collected,
        question,
        source=_input(snapshot.origin),
        notes=(*_notes(settings), *records.notes, *_inert(records)),
        config=settings.sources,
        facility=settings.facility,
        advisory=settings.advisory,
        tool_version=__version__,
        list_met=list_met,
        hints=_hints(snapshot, collected) if list_met else (),
        media=media_lines(collected) if settings.media else (),
    )


def _hints(snapshot: Snapshot, collected: Collected) -> Iterator[HintLine]:
    """What sounds like AI on uses of which nothing says so."""
    raised = (*collected.undisclosed, *collected.invalid)
    said = [*(each.points for each in collected.declared), *(each.points for each in raised)]
    for hint in hints(snapshot, {point.node for points in said for point in points}):
        record = f"{hint.use.record.first}-{hint.use.record.last}" if hint.use.record else ""
        yield HintLine(hint.use.address, hint.use.name, record, hint.text[:_LONGEST_HINT], hint.footprint)


def cannot_judge(origin: Origin, fault: CannotJudge, now: datetime, found: Settings | None = None) -> Report:
    """The report that says why there is no verdict on ``origin``; ``found`` are the settings, where they are known. It
    asks neither policy nor records, which may be what is broken."""
    known = found or Settings()
    report = judge(
        Collected(uses=-1),
        Question(RecordSet({}), Policy(()), known.context, now, terms=known.terms()),
        source=_input(origin),
        notes=_notes(found) if found else (),
        config=known.sources,
        facility=known.facility,
        advisory=known.advisory,
        tool_version=__version__,
    )
    problem = ProblemLine("lost", fault.what, fault.where or origin.path, fault.next_step)
    return replace(report, verdict="cannot_judge", problems=(problem,))


def _input(origin: Origin) -> InputLine:
    return InputLine(origin.name, origin.format, origin.path, origin.digest)


def _inert(records: RecordSet) -> Iterator[str]:
    waivers = records.number_of("waiver")
    if waivers:
        said = f"{count(waivers, 'waiver')} {'is' if waivers == 1 else 'are'} on record"
        yield f"{said}; waivers have no effect until records are signed."


def _notes(settings: Settings) -> Iterable[str]:
    if not settings.sources:
        yield "No configuration was found: built-in packs, no production, no records."
    elif not settings.records:
        yield "No folder of records is configured: nothing can be cleared."
