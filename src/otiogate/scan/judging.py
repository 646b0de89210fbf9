"""One timeline judged: the way from a snapshot, or a path, to a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from otiogate import __version__
from otiogate.config import layers
from otiogate.config.laws import COMMAND
from otiogate.config.mapping import ContextMap
from otiogate.config.model import Settings
from otiogate.errors import CannotJudge, OtiogateError, ReadError
from otiogate.evidence.collect import Collected, collect
from otiogate.gate import Question, judge
from otiogate.policy.model import Policy
from otiogate.records.model import RecordSet, media_digests
from otiogate.report.base import count
from otiogate.report.model import HintLine, InputLine, ProblemLine, Report
from otiogate.scan.media import Opens, looks_at_media, media_lines, with_media
from otiogate.scan.read import read_timeline
from otiogate.scan.receipts import demanded
from otiogate.scan.stored import hint_lines
from otiogate.timeline.model import Origin, Snapshot


@dataclass(frozen=True)
class Basis:
    """What a verdict rests on beside the timeline: the settings, and the rules and records that they name."""

    settings: Settings
    policy: Policy
    records: RecordSet


def basis(settings: Settings, now: datetime) -> Basis:
    """What ``settings`` name, as it stands at ``now``. Raises ``CannotJudge``, and ``UsageError`` for a pack that is
    not there."""
    return Basis(settings, settings.policy(), settings.ledger(now))


def _new_run() -> str:
    return uuid4().hex


@dataclass(frozen=True)
class Judging:
    """What a run judges under, beside the configuration near each timeline.

    ``now`` has a zone; ``as_of``: it is another time than now. ``config`` names project files in place of those near,
    ``command`` is what the command line sets, and ``opens`` which media is read. Under one ``run`` a registry is asked
    once. ``put_away`` are folders, each with the one from which its timelines came: what they are judged under is what
    lies near there.
    """

    now: datetime
    as_of: bool = False
    config: tuple[str, ...] = ()
    command: dict[str, Any] = field(default_factory=dict)
    context_map: ContextMap | None = None
    opens: Opens = "nothing"
    run: str = field(default_factory=_new_run)
    put_away: tuple[tuple[Path, Path], ...] = ()

    def anew(self) -> Judging:
        """The same, for another run: what a registry has may have changed since."""
        return replace(self, run=_new_run())

    def settings(self, path: Path) -> Settings:
        """The settings for the timeline in ``path``. Raises ``UsageError`` for a broken configuration, ``CannotJudge``
        where two conflict or no line of the map fits."""
        place = self._came_from(path)
        mapped = self.context_map.layers(place) if self.context_map else ()
        found = layers.settings([str(place)], config=self.config, mapped=mapped, command=self.command, as_of=self.as_of)
        return replace(found, run=self.run)

    def _came_from(self, path: Path) -> Path:
        for place, before in sorted(self.put_away, key=lambda each: -len(each[0].parts)):
            stayed = before.is_relative_to(place) and path.is_relative_to(before)
            if path.is_relative_to(place) and not stayed:
                return before / path.relative_to(place)
        return path

    def report(self, path: Path) -> Report:
        """The report on the timeline in ``path``. What cannot be read or judged, two configurations that conflict, and
        a map in which no line fits, are a report that says so. Raises ``UsageError`` for a broken configuration."""
        try:
            found = self.settings(path)
        except CannotJudge as fault:
            return self.refused(path, fault)
        return demanded(judge_path(path, found, self.now, opens=self.opens), path, found, self.now)

    def unread(self, path: Path, why: str) -> Report:
        """The report on a timeline that could not be read at all, and why."""
        return self.refused(path, ReadError(why, where=str(path), next_step="ask who delivered it for another export"))

    def refused(self, path: Path, fault: OtiogateError) -> Report:
        """The report on a timeline of which not even the settings are known, and why."""
        return cannot_judge(origin_of(path), fault, self.now)


def judge_path(
    path: Path, settings: Settings, now: datetime, *, list_met: bool = True, opens: Opens = "nothing"
) -> Report:
    """The report on the timeline in ``path``. What cannot be read or judged is a report that says so. ``list_met`` and
    ``opens`` are told at ``judge_snapshot``."""
    try:
        snapshot = read_timeline(path, settings.frame_rate)
        return judge_snapshot(snapshot, settings, now, list_met=list_met, opens=opens)
    except CannotJudge as fault:
        return unreadable(path, fault, settings, now)


def unreadable(path: Path, fault: CannotJudge, settings: Settings, now: datetime) -> Report:
    """The report on a timeline that could not be judged, and why."""
    return cannot_judge(origin_of(path), fault, now, settings)


def origin_of(path: Path) -> Origin:
    """Where a timeline came from of which nothing was read."""
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
    """The report on one snapshot, as ``judged`` tells."""
    return judged(
        snapshot,
        basis(settings, now),
        now,
        carries_media=carries_media,
        shows_trimmed=shows_trimmed,
        everything=everything,
        list_met=list_met,
        opens=opens,
    )[0]


def judged(
    snapshot: Snapshot,
    on: Basis,
    now: datetime,
    *,
    carries_media: bool = False,
    shows_trimmed: bool = False,
    everything: bool = False,
    list_met: bool = True,
    opens: Opens = "nothing",
) -> tuple[Report, Collected]:
    """The report on one snapshot, and what was said in it. ``carries_media``: what is written from it ships the media.
    ``shows_trimmed``: what is written brings back into sight what is trimmed out. ``list_met``: findings that are met
    are listed, not only counted, and so are cues and hints. Raises ``CannotJudge``.

    ``everything`` builds every node of it, which is slow and, as a test holds, changes nothing. ``opens`` says which
    media is read, where folders of media are known.
    """
    settings = on.settings
    records, snapshot, collected = _collected(
        snapshot, on, now, opens, everything=everything, shows_trimmed=shows_trimmed
    )
    carries_media = carries_media or snapshot.carries_media
    terms = settings.terms(shows_trimmed=shows_trimmed)
    question = Question(records, on.policy, settings.context, now, carries_media, terms)
    report = judge(
        collected,
        question,
        source=input_of(snapshot.origin),
        notes=(*_notes(settings), *records.notes, *_inert(records)),
        config=settings.sources,
        facility=settings.facility,
        advisory=settings.advisory,
        tool_version=__version__,
        list_met=list_met,
        hints=_hints(snapshot, collected) if list_met else (),
        media=media_lines(collected) if looks_at_media(settings, opens, ships=snapshot.carries_media) else (),
    )
    return report, collected


def records_for(snapshot: Snapshot, on: Basis, now: datetime) -> RecordSet:
    """The records that ``snapshot`` is judged with: the ledger, and what a registry has besides of what is named in it.
    Raises ``CannotJudge``."""
    return _collected(snapshot, on, now, "nothing")[0]


def _collected(
    snapshot: Snapshot,
    on: Basis,
    now: datetime,
    opens: Opens,
    *,
    everything: bool = False,
    shows_trimmed: bool = False,
) -> tuple[RecordSet, Snapshot, Collected]:
    """The records, the snapshot with what is known of its media, and what is said in it."""
    settings, told = on.settings, set[str]()
    look = partial(
        collect,
        handles=settings.handles,
        declaration_required=settings.declaration_required,
        everything=everything,
        shows_trimmed=shows_trimmed,
    )

    def said(source: Snapshot, known: RecordSet) -> tuple[RecordSet, Collected]:
        """``known``, with what a registry adds to it, and what is said in ``source``."""
        found, further = look(source, known.standing, known.matcher), known
        if settings.registry is not None:
            ids, digests = _unknown(source, found, known)
            further = settings.further(known, ids - told, digests - told)
            told.update(ids, digests)
        return further, found if further is known else look(source, further.standing, further.matcher)

    records, collected = said(snapshot, on.records)
    if looks_at_media(settings, opens, ships=snapshot.carries_media):
        opened = with_media(snapshot, collected, records.matcher, settings, now, opens)
        if opened is not snapshot:  # a registry may know what was read, too
            snapshot = opened
            records, collected = said(snapshot, records)
    return records, snapshot, collected


def _unknown(snapshot: Snapshot, collected: Collected, records: RecordSet) -> tuple[set[str], set[str]]:
    """The ids and the digests of media that the timeline names, and that ``records`` do not have."""
    disclosures = [each.disclosure for each in collected.declared]
    disclosures += [each.disclosure for each in collected.undisclosed if each.disclosure]
    named = {each.id for each in disclosures} | {key for each in collected.declared for key in each.pointed}
    about = {sha for each in records.disclosures.values() for sha in media_digests(each.data)}
    return named - {""} - set(records.records), snapshot.digests() - about


def _hints(snapshot: Snapshot, collected: Collected) -> Iterator[HintLine]:
    """What sounds like AI on uses of which nothing says so."""
    raised = (*collected.undisclosed, *collected.invalid)
    said = [*(each.points for each in collected.declared), *(each.points for each in raised)]
    yield from (line for _, line in hint_lines(snapshot, {point.node for points in said for point in points}))


def cannot_judge(origin: Origin, fault: OtiogateError, now: datetime, found: Settings | None = None) -> Report:
    """The report that says why there is no verdict on ``origin``; ``found`` are the settings, where they are known. It
    asks neither policy nor records, which may be what is broken."""
    known = found or Settings()
    report = judge(
        Collected(uses=-1),
        Question(RecordSet({}), Policy(()), known.context, now, terms=known.terms()),
        source=input_of(origin),
        notes=_notes(found) if found else (),
        config=known.sources,
        facility=known.facility,
        advisory=known.advisory,
        tool_version=__version__,
    )
    problem = ProblemLine("lost", fault.what, fault.where or origin.path, fault.next_step)
    return replace(report, verdict="cannot_judge", problems=(problem,))


def input_of(origin: Origin) -> InputLine:
    """What a report says of where its timeline came from."""
    return InputLine(origin.name, origin.format, origin.path, origin.digest, origin.rate)


def _inert(records: RecordSet) -> Iterator[str]:
    waivers = 0 if records.is_held else records.number_of("waiver")
    if waivers:
        said = f"{count(waivers, 'waiver')} {'is' if waivers == 1 else 'are'} on record"
        yield f"{said}; waivers have no effect until they are signed and the facility has a trust file."


def _notes(settings: Settings) -> Iterable[str]:
    if all(layer.rank == COMMAND for layer in settings.layers):
        named = " but what the command line names" if settings.layers else ""
        yield f"No configuration was found: built-in packs, no production, no records{named}."
    elif not settings.has_records:
        yield "No folder of records is configured: nothing can be cleared."
    if settings.cache_named:
        yield "A cache was named for this run: whoever can write it can change what is found, so this is no proof."
