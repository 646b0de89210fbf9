"""Delivered files verified: the receipt held against the file, whoever signed it against the facility's trust, and the
file judged again with the records of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from otiogate.config.layers import named
from otiogate.config.model import Settings
from otiogate.errors import CannotJudge, OtiogateError
from otiogate.receipt import stated
from otiogate.records.context import Context
from otiogate.records.model import RecordSet
from otiogate.report.model import Report
from otiogate.report.text import headline
from otiogate.scan.delivery import Refused
from otiogate.scan.judging import Judging, basis, judged, unreadable
from otiogate.scan.read import read_timeline
from otiogate.scan.receipts import Receipt, verified
from otiogate.scan.workers import Failed, Limits, Workers

Outcome = Literal["verified", "refused", "cannot_verify"]

EXIT_CODES: dict[Outcome, int] = {"verified": 0, "refused": 1, "cannot_verify": 3}


@dataclass(frozen=True)
class WaiverOf:
    """A waiver that the receipt names; ``reason`` is empty where it is not on record here."""

    id: str
    rule: str
    role: str
    until: str
    reason: str

    def __str__(self) -> str:
        reason = self.reason or "its reason is not on record here"
        return f"{self.rule} by {self.id} ({self.role}) until {self.until}: {reason}"


@dataclass(frozen=True)
class Verification:
    """What came of one file. ``reasons`` are why it is refused, or why nothing can be said; ``receipt`` is what the
    receipt states, where it could be read, and ``untold`` what it does not, and is known here.

    ``again`` is the verdict of today, empty where no records are configured; ``near``: those records are named only by
    a project file that was found, and may be of the delivery. ``config`` are the files and options that decided, and
    ``found`` the project files that could only ask for more. ``waivers`` are those of the receipt, with their reasons
    as far as these are on record here.
    """

    path: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    receipt: Mapping[str, Any] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    again: str = ""
    near: bool = False
    waivers: tuple[WaiverOf, ...] = ()
    config: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    authority: Literal["facility", "project"] = "project"
    advisory: bool = False

    @property
    def exit_code(self) -> int:
        """0 verified, 1 refused, 3 could not verify."""
        return EXIT_CODES[self.outcome]


def verify(
    paths: Iterable[str], under: Judging, *, receipt: Path | None = None, jobs: int = 1, limits: Limits | None = None
) -> Iterator[Verification | tuple[str, Refused]]:
    """Each of ``paths`` with what came of it, in their order; each read in a process that is watched. ``receipt`` is
    the file of the receipt, where it does not stand beside the one path."""
    for path, found in Workers(partial(_verification, under, receipt), jobs, limits).results(paths):
        if not isinstance(found, Failed):
            yield found if isinstance(found, Verification) else (path, found)
        elif found.bug:
            yield path, Refused(found.why, OtiogateError.exit_code)
        else:
            yield Verification(path, "cannot_verify", (found.why,))


def _verification(under: Judging, receipt: Path | None, path: str) -> Verification | Refused:
    try:
        return _verified(under, receipt, path)
    except CannotJudge as fault:
        return Verification(path, "cannot_verify", (str(fault),))
    except OtiogateError as fault:
        return Refused(str(fault), fault.exit_code)


def _verified(under: Judging, receipt: Path | None, path: str) -> Verification:
    settings = under.settings(Path(path))
    own = named(settings)
    found = verified(Path(path), settings, under.now, beside=receipt)
    reasons, verdict, on_record = [f"its receipt {each}" for each in found.refused], "", RecordSet({})
    outcome: Outcome = "refused" if reasons else "verified"
    if settings.has_records:
        report, on_record = _again(Path(path), found, settings, under.now)
        verdict = report.verdict
        if verdict != "allow":
            outcome = "refused" if reasons or verdict == "block" else "cannot_verify"
            reasons += [f"judged again with the records of today: {headline(report)}", *_open(report)]
    return Verification(
        path,
        outcome,
        tuple(reasons),
        found.signers,
        found.statement.predicate,
        found.untold,
        verdict,
        bool(verdict) and not own.has_records,
        tuple(_waivers(found, on_record)),
        own.sources,
        tuple(each for each in settings.sources if each not in own.sources),
        "facility" if own.facility else "project",
        settings.advisory,
    )


def _again(path: Path, receipt: Receipt, settings: Settings, now: datetime) -> tuple[Report, RecordSet]:
    """The file judged for the delivery that is asked for here, and, where nothing is, that the receipt states: no file
    that was merely found says what it is. Where only such a file names records, they can still refuse."""
    own = named(settings)
    there, here = vars(stated(receipt.statement)), vars(own.context)
    context = Context(**{name: here[name] or there[name] for name in here})
    context = replace(context, requested_by=context.requested_by or settings.context.requested_by)
    on = own if own.has_records else settings
    on = replace(on, context=context, frame_rate=own.frame_rate or settings.frame_rate)
    try:
        rests = basis(on, now)
        return judged(read_timeline(path, on.frame_rate), rests, now, list_met=False)[0], rests.records
    except CannotJudge as fault:
        return unreadable(path, fault, on, now), RecordSet({})


def _open(report: Report) -> Iterator[str]:
    """What blocks today, each with the records that do not count any more."""
    for each in report.findings:
        if each.effect == "block":
            tried = [f"{one.id} {reason.text}" for one in each.tried for reason in one.reasons]
            yield f"{each.rule} for {each.disclosure or each.what}: {'; '.join(tried or each.missing)}"


def _waivers(receipt: Receipt, on_record: RecordSet) -> Iterator[WaiverOf]:
    for each in receipt.statement.predicate["waivers"]:
        record = on_record.records.get(each["id"])
        yield WaiverOf(**each, reason=str(record.data.get("reason", "")) if record else "")
