"""Delivered files verified: the receipt held against the file, whoever signed it against the facility's trust, and the
file judged again with the records of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from otiogate.errors import CannotJudge, OtiogateError
from otiogate.report.text import headline
from otiogate.scan.delivery import Refused
from otiogate.scan.judging import Judging, judge_path
from otiogate.scan.receipts import verified
from otiogate.scan.workers import Failed, Limits, Workers

Outcome = Literal["verified", "refused", "cannot_verify"]

EXIT_CODES: dict[Outcome, int] = {"verified": 0, "refused": 1, "cannot_verify": 3}


@dataclass(frozen=True)
class Verification:
    """What came of one file. ``reasons`` are why it is refused, or why nothing can be said; ``receipt`` is what the
    receipt states, where it could be read; ``again`` is the verdict of today, empty where no records are configured;
    ``digest`` is of the file as it was verified."""

    path: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    receipt: Mapping[str, Any] = field(default_factory=dict)
    again: str = ""
    advisory: bool = False
    digest: str = ""

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
    found = verified(Path(path), settings, under.now, beside=receipt)
    reasons, again = list(found.refused), ""
    outcome: Outcome = "refused" if reasons else "verified"
    if settings.has_records:
        report = judge_path(Path(path), settings, under.now, list_met=False)
        again = report.verdict
        if again != "allow":
            reasons.append(f"judged again with the records of today: {headline(report)}")
            outcome = "refused" if reasons[:-1] or again == "block" else "cannot_verify"
    said = found.statement.predicate
    return Verification(path, outcome, tuple(reasons), found.signers, said, again, settings.advisory, found.digest)
