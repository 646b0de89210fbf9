"""The statement about one export that travels with it: what was let out, by which rules, on which records.

An in-toto statement, its predicate shaped on SLSA's Verification Summary. What it says of the file are digests, so that
the other end needs to trust nobody but whoever signed it. This module makes and reads statements; it opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from otiogate.documents.chain import Checkpoint
from otiogate.documents.schemas import at, located_faults
from otiogate.documents.strict import DocumentError
from otiogate.policy.model import SEVERITIES, Severity
from otiogate.records.context import Context
from otiogate.records.dates import end, instant
from otiogate.records.model import RecordSet
from otiogate.records.scope import beyond, languages_beyond
from otiogate.records.status import last_moment
from otiogate.report.model import BasisLine, Report
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


@dataclass(frozen=True)
class Asked:
    """What a configuration asks for beyond its rule packs: records bound to media, a declaration for every clip,
    handles in frames, and the rules that it makes stricter than their packs do."""

    by_media: bool = False
    declaration: bool = False
    handles: int = 0
    severity: Mapping[str, Severity] = field(default_factory=dict)


def receipt(
    report: Report, records: RecordSet, exported: Exported, checkpoint: Checkpoint | None, asked: Asked
) -> Statement:
    """The statement that ``exported`` was allowed by ``report``, which rests on ``records`` and on what was ``asked``
    for. Raises ``ValueError`` for a report that is advisory, or not allowed."""
    if report.verdict != "allow" or report.advisory:
        raise ValueError("only an export that is allowed, by nothing advisory, has a receipt")
    waived = sorted({(by.id, each.rule, by.role, by.until) for each in report.findings for by in each.waivers})
    used = sorted({each for line in report.basis for each in line.records} | {id for id, *_ in waived})
    predicate: dict[str, Any] = {
        "verifier": {"id": "https://otiogate.dev", "version": {"otiogate": report.tool_version}},
        "timeVerified": report.judged_at,
        "resourceUri": exported.name,
        "policy": [{"pack": each.pack, "version": each.version, "digest": each.digest} for each in report.packs],
        "verificationResult": "PASSED",
        "stage": report.stage,
        "authority": report.authority,
        "binding": report.binding,
        "asked": {
            "declaration": "required" if asked.declaration else "off",
            "handles": asked.handles,
            "severity": dict(asked.severity),
        },
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
                "waivers": list(each.waivers),
                "signatures": _signatures_of(each, records),
            }
            for each in report.basis
        ],
        "waivers": [dict(zip(("id", "rule", "role", "until"), each, strict=True)) for each in waived],
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


def _signatures_of(line: BasisLine, records: RecordSet) -> int:
    """How many signatures count on the disclosure of ``line``; none on what only the timeline says."""
    known = records.disclosures.get(line.disclosure)
    return len(records.records[line.disclosure].signers) if known and known.digest == line.digest else 0


def _used(key: str, records: RecordSet) -> dict[str, Any]:
    record = records.records[key]
    until = last_moment(record)
    return {"id": key, "kind": record.kind, "signatures": len(record.signers)} | ({"until": until} if until else {})


def checked(statement: Statement) -> Statement:
    """``statement``, which has the form of a receipt. Raises ``DocumentError``."""
    faults = located_faults("receipt", dict(statement.predicate))
    if faults:
        raise DocumentError(f"{at(faults[0].path)}: {faults[0].sentence}")
    return statement


@dataclass(frozen=True)
class Here:
    """What the end that verifies asks for: the delivery as it knows it, the packs and their digests that have to have
    been active, what it asks for beyond them, and how many signatures of which kinds of record. ``now`` has a zone."""

    context: Context
    packs: Mapping[str, str]
    asked: Asked
    signatures: Mapping[str, int]
    now: datetime


def refusals(statement: Statement, found: Exported, here: Here) -> Iterator[str]:
    """Why the receipt, whose signature is another matter, does not stand for the file ``found`` here and now; nothing
    where it does."""
    said = statement.predicate
    yield from _of_another_file(statement, found)
    if said["verificationResult"] != "PASSED":
        yield f"says {said['verificationResult']}, not PASSED"
    if instant(said["timeVerified"]) > here.now + _DRIFT:
        yield f"is of {said['timeVerified']}, which is still to come: a clock is wrong"
    if here.context.stage == "final" and said["stage"] != "final":
        yield f"is for a {said['stage']} delivery, not for a final one"
    yield from _of_another_delivery(stated(statement), here.context)
    yield from _of_milder_rules(said, here)
    for each in said["records"]["used"]:
        yield from _not_to_rest_on(each, here)
    for each in said["aiUses"]:
        if each["disclosure"]:
            yield from _unsigned("disclosure", each["disclosure"], each["signatures"], here)


def stated(statement: Statement) -> Context:
    """The delivery as the receipt states it."""
    said = statement.predicate["context"]
    lists = {name: tuple(said.get(name, ())) for name in ("territories", "languages")}
    times = {name: instant(said[name]) for name in ("release_date", "licence_end") if name in said}
    return Context(**{**said, **lists, **times, "stage": statement.predicate["stage"]})


_NAMED = {"season": "season", "episode": "episode", "cut": "cut", "deliverable_type": "deliverable", "medium": "medium"}
"""What a delivery has a name for, beside its production, and the word for it."""

_LISTED = ("territories", "languages", "release_date", "licence_end")


def untold(statement: Statement, here: Context) -> tuple[str, ...]:
    """What is known of the delivery here, and does not stand in the receipt: nothing can be said of it."""
    there = stated(statement)
    return tuple(
        name.replace("_", " ") for name in (*_NAMED, *_LISTED) if getattr(here, name) and not getattr(there, name)
    )


def _of_another_delivery(there: Context, here: Context) -> Iterator[str]:
    """Only what both state can differ, but for the production."""
    if here.production and fold(there.production) != fold(here.production):
        yield f"is for the production {there.production or '(none)'}, not for {here.production}"
    for name, word in _NAMED.items():
        given, wanted = getattr(there, name), getattr(here, name)
        if given and wanted and fold(given) != fold(wanted):
            yield f"is for the {word} {given}, not for {wanted}"
    more = beyond(here.territories, there.territories) if there.territories else ()
    if more:
        yield f"is for the territories {', '.join(there.territories)}, not for {', '.join(more)}"
    more = languages_beyond(here.languages, there.languages) if there.languages else ()
    if more:
        yield f"is for the languages {', '.join(there.languages)}, not for {', '.join(more)}"
    if there.release_date and here.release_date and there.release_date != here.release_date:
        yield f"is for a release on {there.release_date.isoformat()}, not on {here.release_date.isoformat()}"
    if there.licence_end and here.licence_end and there.licence_end < here.licence_end:
        yield f"is for a licence until {there.licence_end.isoformat()}, not until {here.licence_end.isoformat()}"


def _of_milder_rules(said: Mapping[str, Any], here: Here) -> Iterator[str]:
    held = {each["pack"]: each for each in said["policy"]}
    for pack, digest in sorted(here.packs.items()):
        if pack not in held:
            yield f"was given without the rule pack {pack}, which holds here"
        elif held[pack]["digest"] != digest:
            yield f"was given under another version of the rule pack {pack} ({held[pack]['version']}) than holds here"
    given, wanted = said["asked"], here.asked
    if wanted.by_media and said["binding"] != "media":
        yield "was given for media by its names, and is to be for its content here (binding: media)"
    if wanted.declaration and given["declaration"] != "required":
        yield "was given without a declaration for every clip, which is required here"
    if wanted.handles > given["handles"]:
        yield f"was given with handles of {given['handles']} frames, and {wanted.handles} are asked for here"
    for rule, severity in sorted(wanted.severity.items()):
        milder = given["severity"].get(rule)
        if milder is None or SEVERITIES.index(milder) < SEVERITIES.index(severity):
            yield f"was given with {rule} as {milder or 'its pack has it'}, which is {severity} here"


def _not_to_rest_on(used: Mapping[str, Any], here: Here) -> Iterator[str]:
    release = here.context.release_date
    if "until" in used and end(used["until"]) <= here.now:
        yield f"rests on the {used['kind']} {used['id']}, which expired at {used['until']}"
    elif "until" in used and release and end(used["until"]) <= release:
        yield f"rests on the {used['kind']} {used['id']}, which expires at {used['until']}, before the release"
    yield from _unsigned(used["kind"], used["id"], used["signatures"], here)


def _unsigned(kind: str, id: str, signatures: int, here: Here) -> Iterator[str]:
    wanted = here.signatures.get(kind, 0)
    if signatures < wanted:
        count = f"{signatures} signatures" if signatures > 1 else "one signature" if signatures else "no signature"
        yield f"rests on the {kind} {id}, which had {count} that counted there, and needs {wanted} here"


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
