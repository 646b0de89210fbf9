"""The statement about one export that travels with it: what was let out, by which rules, on which records.

An in-toto statement, its predicate shaped on SLSA's Verification Summary. What it says of the file are digests, so that
the other end needs to trust nobody but whoever signed it. This module makes and reads statements; it opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from otiogate.documents.chain import Checkpoint
from otiogate.documents.schemas import at, located_faults
from otiogate.documents.strict import DocumentError
from otiogate.records.dates import end, instant
from otiogate.records.model import RecordSet
from otiogate.records.status import last_moment
from otiogate.report.model import Report
from otiogate.signing.statement import Statement, Subject
from otiogate.timeline.media import fold

RECEIPT_TYPE = "https://otiogate.dev/receipt/v1"

SUFFIX = ".receipt.json"
"""What the name of a receipt ends with; it begins with that of the exported file."""

CUT = "#cut"
"""What the name of the subject ends with that is the cut, in whatever bytes."""

_DRIFT = timedelta(minutes=5)
"""The clocks of two facilities differ."""


@dataclass(frozen=True)
class Exported:
    """A delivered file as it is found: digests of its bytes, of its cut (empty where it cannot be read), and of
    its sidecar where it has one."""

    name: str
    digest: str
    cut: str
    sidecar: str = ""
    sidecar_name: str = ""

    def subjects(self) -> tuple[Subject, ...]:
        """What a statement about it is about."""
        found = [Subject(self.name, self.digest), Subject(self.name + CUT, self.cut)]
        if self.sidecar:
            found.append(Subject(self.sidecar_name, self.sidecar))
        return tuple(found)


def receipt(report: Report, records: RecordSet, exported: Exported, checkpoint: Checkpoint | None) -> Statement:
    """The statement that ``exported`` was allowed by ``report``, which rests on ``records``. Raises ``ValueError`` for
    a report that is advisory, or not allowed."""
    if report.verdict != "allow" or report.advisory:
        raise ValueError("only an export that is allowed, by nothing advisory, has a receipt")
    used = sorted({each for line in report.basis for each in line.records})
    predicate: dict[str, Any] = {
        "verifier": {"id": "https://otiogate.dev", "version": {"otiogate": report.tool_version}},
        "timeVerified": report.judged_at,
        "resourceUri": exported.name,
        "policy": [{"pack": each.pack, "version": each.version, "digest": each.digest} for each in report.packs],
        "verificationResult": "PASSED",
        "stage": report.stage,
        "authority": report.authority,
        "binding": report.binding,
        "context": {
            key: value for key, value in report.context.items() if value and key not in ("stage", "requested_by")
        },
        "uses": report.counts.uses,
        "aiUses": [
            {
                "disclosure": each.disclosure,
                "digest": each.digest,
                "records": list(each.records),
                "media": list(each.media),
                "verified": list(each.verified),
            }
            for each in report.basis
        ],
        "warnings": report.counts.warn,
        "records": {
            "digest": report.records_digest,
            "trust": report.trust,
            "used": [_used(key, records) for key in used],
        },
    }
    if checkpoint is not None:
        predicate["log"] = {"id": checkpoint.log, "entry": checkpoint.seq, "hash": checkpoint.hash}
    return Statement(exported.subjects(), RECEIPT_TYPE, predicate)


def _used(key: str, records: RecordSet) -> dict[str, str]:
    record = records.records[key]
    until = last_moment(record)
    return {"id": key, "kind": record.kind} | ({"until": until} if until else {})


def checked(statement: Statement) -> Statement:
    """``statement``, which has the form of a receipt. Raises ``DocumentError``."""
    faults = located_faults("receipt", dict(statement.predicate))
    if faults:
        raise DocumentError(f"{at(faults[0].path)}: {faults[0].sentence}")
    return statement


@dataclass(frozen=True)
class Here:
    """What the end that verifies asks for: its production (none: any), the packs and their digests that have to have
    been active, and its stage. ``now`` has a zone."""

    production: str
    packs: Mapping[str, str]
    stage: str
    now: datetime


def refusals(statement: Statement, found: Exported, here: Here) -> Iterator[str]:
    """Why the receipt, whose signature is another matter, does not stand for the file ``found`` here and now; nothing
    where it does."""
    said = statement.predicate
    yield from _of_another_file(statement, found)
    if said["verificationResult"] != "PASSED":
        yield f"says {said['verificationResult']}, not PASSED"
    made = instant(said["timeVerified"])
    if made > here.now + _DRIFT:
        yield f"is of {said['timeVerified']}, which is still to come: a clock is wrong"
    production = str(said["context"].get("production", ""))
    if here.production and fold(production) != fold(here.production):
        yield f"is for the production {production or '(none)'}, not for {here.production}"
    if here.stage == "final" and said["stage"] != "final":
        yield f"is for a {said['stage']} delivery, not for a final one"
    held = {each["pack"]: each for each in said["policy"]}
    for pack, digest in sorted(here.packs.items()):
        if pack not in held:
            yield f"was given without the rule pack {pack}, which holds here"
        elif held[pack]["digest"] != digest:
            yield f"was given under another version of the rule pack {pack} ({held[pack]['version']}) than holds here"
    for each in said["records"]["used"]:
        if "until" in each and end(each["until"]) <= here.now:
            yield f"rests on the {each['kind']} {each['id']}, which expired at {each['until']}"


def _of_another_file(statement: Statement, found: Exported) -> Iterator[str]:
    """The name does not count: a file may be renamed on its way."""
    named = {each.name: each.digest for each in statement.subjects}
    name = str(statement.predicate["resourceUri"])
    if len(named) != len(statement.subjects) or not {name, name + CUT} <= named.keys():
        yield "does not name the file that it is for, and its cut, each once"
        return
    sidecars = set(named) - {name, name + CUT}
    if named[name] != found.digest:
        same = named[name + CUT] == found.cut
        other = ", and for another cut" if found.cut else ", which cannot be read"
        yield "is for other bytes than these" + ("; the cut is the same" if same else other)
    elif not found.cut:
        yield "is for these bytes, which cannot be read here"
    elif named[name + CUT] != found.cut:
        yield "names another cut for these bytes"
    if {named[each] for each in sidecars} != ({found.sidecar} if found.sidecar else set()):
        yield (
            "is for another sidecar than the one beside the file" if found.sidecar else "is for a sidecar that is gone"
        )
