"""Valid records and small timelines for tests, each with one thing to be changed.

Every record is about ``MEDIA`` and the production ``MYSHOW``; ``NOW`` is the time at which tests judge.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import opentimelineio as otio

from otiogate.documents.schemas import faults
from otiogate.evidence.collect import collect
from otiogate.evidence.disclosure import Disclosure
from otiogate.gate import Question, judge
from otiogate.host.read import snapshot_of
from otiogate.policy import load
from otiogate.policy.load import DEFAULT
from otiogate.policy.model import Policy
from otiogate.records.binding import BY_NAME, Terms
from otiogate.records.context import Context
from otiogate.records.model import Record, RecordSet, Signature, record_set
from otiogate.report.model import Finding, InputLine, Report

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)
MEDIA = {"reference": "vfx_010.mov", "reel": "A001"}
ELSEWHERE = {"reference": "elsewhere.mov"}
"""Media that no timeline here uses: a disclosure of them is found by its ``match`` alone."""
SUBJECT = "P-001"
CONTEXT = Context(
    production="MYSHOW",
    season="1",
    episode="101",
    cut="v4",
    deliverable_type="episode",
    medium="streaming",
    territories=("US",),
    languages=("en",),
    release_date=datetime(2027, 3, 1, tzinfo=timezone.utc),
    licence_end=datetime(2029, 3, 1, tzinfo=timezone.utc),
)

CONFIG = """\
format: 1
production: MYSHOW
season: "1"
episode: "101"
cut: v4
deliverable: {type: episode, medium: streaming, territories: [US], languages: [en]}
records: [records]
"""
"""The configuration of a project that delivers what ``CONTEXT`` is."""

TEMP = replace(CONTEXT, stage="temp")

EVIDENCE = [{"uri": "https://clearance.example/doc/1", "sha256": "sha256:" + "0" * 64, "media_type": "application/pdf"}]


def disclosure(id: str = "DIS-001", **changes: Any) -> dict[str, Any]:
    """A final, generated environment by an enterprise tool with known terms; nobody is in it."""
    return {
        "record": "disclosure",
        "schema_version": 1,
        "id": id,
        "production": "MYSHOW",
        "media": dict(MEDIA),
        "use_kind": ["gen.environment"],
        "output_stage": "final",
        "prominence": "incidental",
        "identity": "none",
        "fidelity": "not_performed",
        "tools": [
            {
                "system": "StudioGen",
                "version": "3",
                "security_class": "studio_enterprise",
                "trains": "no",
                "retains": "no",
                "terms": {"uri": "https://vendor.example/terms", "sha256": "sha256:" + "1" * 64},
                "step": "1",
            }
        ],
        "declared_by": "V-VENDOR",
        "declared_at": "2026-12-01T09:00:00Z",
    } | copy.deepcopy(changes)


def replica(id: str = "DIS-001", **changes: Any) -> dict[str, Any]:
    """A replica of the likeness of one living performer."""
    return disclosure(
        id,
        **{
            "use_kind": ["replica.likeness"],
            "prominence": "featured",
            "identity": "identifiable_living",
            "fidelity": "not_performed",
            "subjects": [
                {"id": SUBJECT, "capacity": "principal", "living": "yes", "minor": "no", "recognisable": "yes"}
            ],
            "scenes": ["12"],
            "characters": ["Mara"],
            "models": [{"id": "M-1", "production": "MYSHOW"}],
            "work_started_at": "2026-11-20T09:00:00Z",
        }
        | changes,
    )


def digest_of(data: dict[str, Any]) -> str:
    """The digest that an approval of ``data`` names."""
    return Disclosure(data["id"], "ledger", data).digest


def covers(data: dict[str, Any]) -> list[dict[str, Any]]:
    """What a decision about the disclosure ``data`` covers."""
    return [{"disclosure": data["id"], "digest": digest_of(data), "media": dict(data["media"])}]


_SCOPES = {
    "decision": ("episodes", "cuts", "deliverables", "territories"),
    "clearance": ("episodes", "media", "deliverables", "territories", "languages"),
    "consent": (
        "season",
        "episodes",
        "scenes",
        "characters",
        "media",
        "deliverables",
        "territories",
        "languages",
        "models",
    ),
}


def scope(family: str, **changes: Any) -> dict[str, Any]:
    """The scope of a record: any, on every axis, in the production."""
    return {"production": "MYSHOW"} | dict.fromkeys(_SCOPES[family], "any") | changes


_ROLE = {
    "approval": "studio_contact",
    "incidental": "studio_contact",
    "escalation": "studio_contact",
    "legal_review": "production_legal",
    "exception": "clearance",
    "label_plan": "clearance",
    "consultation": "director",
    "union_notice": "union_rep",
    "bargaining": "union_rep",
}
_PREFIX = {
    "approval": "APR",
    "incidental": "INC",
    "escalation": "ESC",
    "legal_review": "LGL",
    "exception": "EXC",
    "label_plan": "LBL",
    "consultation": "CNS",
    "union_notice": "UNO",
    "bargaining": "BRG",
}


def decision(kind: str, about: dict[str, Any], answers: list[str], id: str = "", **changes: Any) -> dict[str, Any]:
    """An approval, legal review, ... that answers the rules ``answers`` for the disclosure ``about``."""
    extra: dict[str, Any] = {}
    if kind == "label_plan":
        extra = {"text": "A card before the programme says which pictures are generated."}
    if kind == "exception":
        extra = {"kinds": about.get("exceptions", ["as_scripted"])}
    return (
        {
            "record": kind,
            "schema_version": 1,
            "id": id or f"{_PREFIX[kind]}-001",
            "decision": "approved",
            "approver": {"id": "S-APPROVER", "organisation": "Studio", "role": _ROLE[kind]},
            "requested_by": "E-COORDINATOR",
            "answers": answers,
            "covers": covers(about),
            "scope": scope("decision"),
            "granted_at": "2026-12-10T09:00:00Z",
            "expires_at": "2028-12-31Z",
            "evidence": EVIDENCE,
        }
        | extra
        | copy.deepcopy(changes)
    )


def consent(
    subject: str = SUBJECT, kinds: tuple[str, ...] = ("replica.likeness",), id: str = "CON-001", **changes: Any
) -> dict[str, Any]:
    """A living performer's own consent to creation and use, with notice at engagement."""
    return {
        "record": "consent",
        "schema_version": 1,
        "id": id,
        "subject": {"id": subject, "status": "living"},
        "grantor": {"kind": "self", "id": subject},
        "allowed_use_kinds": list(kinds),
        "intended_use": "A double of the performer's face in the fall from the bridge in scene 12.",
        "scope": scope("consent"),
        "creation": True,
        "use": True,
        "notice": {"at_engagement": True},
        "signed_at": "2026-11-01T09:00:00Z",
        "expires_at": "2028-12-31Z",
        "evidence": EVIDENCE,
    } | copy.deepcopy(changes)


def clearance(about: dict[str, Any], id: str = "CLR-001", **changes: Any) -> dict[str, Any]:
    """A third party's permission for everything, for as long as the licence."""
    return {
        "record": "clearance",
        "schema_version": 1,
        "id": id,
        "rights_type": "third_party_ip",
        "work": {"id": "urn:work:1", "title": "A poster"},
        "rights_holder": "R-HOLDER",
        "grantor": {"id": "R-HOLDER", "authority": "owner"},
        "permits": {"ai_input": True, "alteration": True, "training": True},
        "covers": [{"disclosure": about["id"], "digest": digest_of(about)}],
        "scope": scope("clearance"),
        "term": {"from": "2026-01-01Z", "until": "2030-12-31Z"},
        "status": "granted",
        "reviewed": {
            "by": {"id": "C-LEARANCE", "organisation": "Production", "role": "clearance"},
            "at": "2026-12-05T09:00:00Z",
        },
        "evidence": EVIDENCE,
    } | copy.deepcopy(changes)


def notification(about: dict[str, Any], id: str = "NTF-001", **changes: Any) -> dict[str, Any]:
    """Word to the studio about one disclosure."""
    return {
        "record": "notification",
        "schema_version": 1,
        "id": id,
        "production": "MYSHOW",
        "to": "S-CONTACT",
        "at": "2026-12-02T09:00:00Z",
        "reference": "mail 4711",
        "filed_by": {"id": "E-POST", "organisation": "Post house", "role": "post_supervisor"},
        "covers": [{"disclosure": about["id"]}],
    } | copy.deepcopy(changes)


def notice(subject: str = SUBJECT, id: str = "NTC-001", **changes: Any) -> dict[str, Any]:
    """Word to a performer, a week before the work on ``replica()`` began."""
    return {
        "record": "notice",
        "schema_version": 1,
        "id": id,
        "subject": subject,
        "production": "MYSHOW",
        "given_at": "2026-11-13T09:00:00Z",
        "evidence": EVIDENCE,
    } | copy.deepcopy(changes)


def waiver(rule: str, id: str = "WVR-001", **changes: Any) -> dict[str, Any]:
    """A waiver of one rule for the clip that ``clip()`` makes."""
    return {
        "record": "waiver",
        "schema_version": 1,
        "id": id,
        "production": "MYSHOW",
        "rule": rule,
        "clip": {**MEDIA, "source_range": "00:00:00:00-00:00:10:00"},
        "reason": "It cannot be told from the plate.",
        "approver": {"id": "S-LEGAL", "organisation": "Studio", "role": "studio_legal"},
        "requested_by": "E-COORDINATOR",
        "granted_at": "2026-12-10T09:00:00Z",
        "expires_at": "2028-12-31Z",
        "evidence": EVIDENCE,
    } | copy.deepcopy(changes)


def without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """``data`` without ``keys``."""
    return {key: value for key, value in data.items() if key not in keys}


_SOUND: set[str] = set()
"""Records, as text, that their schemas have passed: most tests judge the same ones."""


def records(*data: dict[str, Any], check: bool = True, signed: Collection[str] | None = None) -> RecordSet:
    """The records as the store would hand them over, checked against their schemas. Those that are ``signed``, by id,
    are so by their approver under a trust file, which there is none of without it."""
    for each in data if check else ():
        if repr(each) not in _SOUND:
            assert not faults(each["record"], each), (each["id"], faults(each["record"], each))
            _SOUND.add(repr(each))
    made = [Record(each["record"], str(each["id"]).upper(), each, f"{each['id']}.yaml") for each in data]
    if signed is None:
        return record_set(made)
    return replace(record_set(_signed(each) if each.id in signed else each for each in made), is_held=True)


def _signed(record: Record) -> Record:
    return replace(record, signatures=(Signature("0" * 64, record.data["approver"]["id"]),))


def time_range(start: float, duration: float, rate: float = 24) -> otio.opentime.TimeRange:
    """A range in frames."""
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(duration, rate))


def clip(
    genai: Any = None, name: str = "vfx_010", reference: str = "vfx_010.mov", reel: str = "A001"
) -> otio.schema.Clip:
    """Two seconds of one file, from frame 10; tagged with ``genai`` if it is given."""
    media = otio.schema.ExternalReference(f"file:///show/{reference}", time_range(0, 500)) if reference else None
    made = otio.schema.Clip(name, media, time_range(10, 48))
    if reel:
        made.metadata["cmx_3600"] = {"reel": reel}
    if genai is not None:
        made.metadata["genai"] = genai
    return made


def timeline(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    """The clips on one video track, from 01:00:00:00."""
    made = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(86400, 24))
    track = otio.schema.Track("V1", kind="Video")
    track.extend(list(clips))
    made.tracks.append(track)
    return made


def judged(
    thing: Any,
    *data: dict[str, Any],
    context: Context = CONTEXT,
    packs: tuple[str, ...] = DEFAULT,
    policy: Policy | None = None,
    now: datetime = NOW,
    carries_media: bool = False,
    handles: int = 0,
    declaration_required: bool = False,
    everything: bool = False,
    shows_trimmed: bool = False,
    check: bool = True,
    signed: Collection[str] | None = None,
    terms: Terms = BY_NAME,
) -> Report:
    """The report on an OpenTimelineIO object, or on a snapshot, with the records ``data``."""
    snapshot = thing if hasattr(thing, "origin") else snapshot_of(thing)
    held = records(*data, check=check, signed=signed)
    collected = collect(
        snapshot,
        held.standing,
        held.matcher,
        handles=handles,
        declaration_required=declaration_required,
        everything=everything,
        shows_trimmed=shows_trimmed,
    )
    active = policy or load.policy(packs)
    question = Question(held, active, context, now, carries_media or snapshot.carries_media, terms)
    return judge(collected, question, source=InputLine("cut", "otio", "", snapshot.origin.digest))


def raised(report: Report) -> set[str]:
    """The rules that the report has findings of."""
    return {each.rule for each in report.findings}


def reasons(report: Report, rule: str) -> list[tuple[str, str, str]]:
    """(record, rule that says so, sentence) of everything that was tried for the one finding of ``rule``."""
    return [(tried.id, why.rule, why.text) for tried in finding(report, rule).tried for why in tried.reasons]


def finding(report: Report, rule: str) -> Finding:
    """The one finding of ``rule``."""
    found = [each for each in report.findings if each.rule == rule]
    assert len(found) == 1, (rule, [(each.rule, each.status, each.effect) for each in report.findings])
    return found[0]


def cleared(about: dict[str, Any], *answers: str) -> list[dict[str, Any]]:
    """The disclosure, its notification, and an approval that answers NFX-020 and ``answers``."""
    return [about, notification(about), decision("approval", about, ["NFX-020", *answers])]
