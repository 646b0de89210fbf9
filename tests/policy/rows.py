"""A row for every shipped rule and situation: the disclosure, what clears the delivery, and what the rule asks for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Literal, NamedTuple

from otiogate.policy.load import DEFAULT, policy, shipped
from otiogate.records.context import Context
from otiogate.report.model import Report
from tests.builders import (
    CONTEXT,
    EVIDENCE,
    NOW,
    SUBJECT,
    TEMP,
    clearance,
    clip,
    consent,
    decision,
    disclosure,
    judged,
    notice,
    notification,
    replica,
    timeline,
    waiver,
    without,
)

Data = dict[str, Any]
PACKS = shipped()
PRINCIPLES = (
    "no_unowned_material",
    "no_training_or_retention",
    "enterprise_secured",
    "temporary_only",
    "no_talent_replaced",
)


class Row(NamedTuple):
    """A disclosure under a rule, and what clears the delivery whole.

    ``asks`` are the ids of the records, or changes of records, without each of which the rule is open; ``faulty`` is
    a disclosure that lacks a statement which the rule asks for. ``on_temp`` is what an open ``final`` rule comes to
    on a temp delivery. ``packs`` are those that the rule is judged with; the default ones are among them, so that what
    clears the delivery clears it whole. ``waivers`` are there in any case, signed for a facility with a trust file.
    """

    rule: str
    severity: str
    about: Data
    clearing: Callable[[Data], list[Data]]
    asks: tuple[str | tuple[str, Data], ...] = ()
    faulty: tuple[Data, ...] = ()
    on_temp: Literal["warn", "silent"] = "warn"
    context: Context = CONTEXT
    tag: Any = None
    open_tag: Any = None
    declaration: bool = False
    packs: tuple[str, ...] = DEFAULT
    now: datetime = NOW
    waivers: tuple[Data, ...] = ()


def approved(*answers: str, **changes: Any) -> Callable[[Data], list[Data]]:
    """The notification and an approval."""
    return lambda about: [notification(about), decision("approval", about, ["NFX-020", *answers], **changes)]


def both(*parts: Callable[[Data], list[Data]]) -> Callable[[Data], list[Data]]:
    return lambda about: [record for part in parts for record in part(about)]


def also(*records: Data) -> Callable[[Data], list[Data]]:
    return lambda about: [copy.deepcopy(each) for each in records]


def decided(kind: str, *answers: str, **changes: Any) -> Callable[[Data], list[Data]]:
    return lambda about: [decision(kind, about, list(answers), **changes)]


def rights(kind: str, **changes: Any) -> Callable[[Data], list[Data]]:
    return lambda about: [clearance(about, rights_type=kind, **changes)]


def person(**changes: Any) -> Data:
    return {"id": SUBJECT, "capacity": "principal", "living": "yes", "minor": "no", "recognisable": "yes"} | changes


def altered(*kinds: str, **changes: Any) -> Data:
    return replica(use_kind=list(kinds), fidelity="substantive", **changes)


def tools(**changes: Any) -> list[Data]:
    return [disclosure()["tools"][0] | changes]


def element(prominence: str, **changes: Any) -> Data:
    return disclosure(use_kind=["gen.element"], prominence=prominence, **changes)


CREATURE = disclosure(use_kind=["gen.creature"], prominence="story_critical")
ESTATE = {"kind": "estate", "id": "person-estate", "authority": EVIDENCE}
GUARDIAN = {"kind": "guardian", "id": "person-guardian", "authority": EVIDENCE}
DECEASED = replica(use_kind=["replica.deceased"], identity="identifiable_deceased", subjects=[person(living="no")])
BACKGROUND = replica(replica_class="background", subjects=[person(capacity="background")])
MINOR = replica(identity="minor", subjects=[person(minor="yes")])
INTIMATE = altered("alter.intimate")
TWO_TOOLS = [*tools(), *tools(system="SecondGen", step="2")]
UNSURE = disclosure(identity="unsure", use_kind=["gen.shot"])
SYNTHETIC = disclosure(
    use_kind=["gen.person.synthetic"],
    identity="nonidentifiable_human",
    value_rationale="She is seen through a window for a second, and changes into the next character in the shot.",
)
PROMPTED = {"prompt.names_person": "yes", "prompt.names_facial_feature": "yes"}
PRODUCER = {"id": "P-RODUCER", "organisation": "Production", "role": "studio_contact"}
TRANSLATED = replica(use_kind=["alter.lipsync.translation"], fidelity="non_substantive", target_language="fr")
CLEAR = ("clear_and_conspicuous", "separately_signed")

ROWS = (
    Row(
        "GEN-001",
        "final",
        disclosure(),
        approved(),
        open_tag="GENAI gen.environment",
    ),
    Row("GEN-001", "final", disclosure(), approved(), open_tag={"id": "DIS-404"}),
    Row(
        "GEN-001",
        "final",
        disclosure(),
        approved(),
        open_tag=[{"id": "DIS-001"}, "GENAI gen.shot"],
    ),
    Row("GEN-002", "block", disclosure(), approved(), open_tag="GENAI gen.environmet id=DIS-001"),
    Row("GEN-002", "block", disclosure(), approved(), open_tag={"id": "DIS-001", "stage": "final"}),
    Row("GEN-002", "block", disclosure(), approved(), open_tag=without(disclosure(), "use_kind")),
    Row(
        "GEN-002",
        "block",
        UNSURE,
        both(approved(), decided("escalation", "GEN-002", resolves={"identity": "none"})),
        asks=("ESC-001", ("ESC-001", {"resolves": {"prominence": "none"}}), ("ESC-001", {"decision": "rejected"})),
    ),
    Row(
        "GEN-002",
        "final",
        disclosure(),
        approved(),
        tag="GENAI gen.environment prominence=incidental id=DIS-001",
        open_tag="GENAI gen.environment prominence=featured id=DIS-001",
    ),
    Row("GEN-002", "final", disclosure(), approved(), open_tag=[{"id": "DIS-001"}, "GENAI none"]),
    Row("GEN-003", "final", disclosure(), approved(), open_tag=(), declaration=True),
    Row("NFX-010", "final", disclosure(), approved(), asks=("NTF-001", ("NTF-001", {"production": "OTHER"}))),
    Row(
        "NFX-011",
        "info",
        disclosure(output_stage="temp", principles=dict.fromkeys(PRINCIPLES, "yes")),
        approved(),
        asks=("NTF-001",),
        context=TEMP,
    ),
    Row(
        "NFX-020",
        "final",
        disclosure(),
        approved(),
        asks=("APR-001", ("APR-001", {"answers": ["NFX-021"]})),
        on_temp="silent",
    ),
    Row(
        "NFX-020",
        "final",
        disclosure(use_kind=["enhance.upscale"], digital_source_type="compositeWithTrainedAlgorithmicMedia"),
        approved(),
        asks=("APR-001",),
        on_temp="silent",
    ),
    Row(
        "NFX-021",
        "final",
        element("incidental"),
        both(also(), lambda about: [notification(about)], decided("incidental", "NFX-021")),
        asks=("INC-001", ("INC-001", {"answers": ["NFX-020"]})),
        on_temp="silent",
    ),
    Row("NFX-021", "final", element("incidental"), approved(), asks=("APR-001",), on_temp="silent"),
    Row(
        "NFX-021",
        "final",
        element("incidental"),
        lambda about: [notification(about), decision("approval", about, ["NFX-021"])],
        asks=("APR-001",),
        on_temp="silent",
    ),
    Row(
        "NFX-022",
        "final",
        element("featured", human_input="Two designers drew the page and chose the words."),
        both(approved("NFX-022"), decided("legal_review", "NFX-022"), rights("third_party_ip")),
        asks=("APR-001", "LGL-001", "CLR-001", ("CLR-001", {"rights_type": "music"})),
        faulty=(element("featured"), element("story_critical")),
    ),
    *(
        Row(
            "NFX-023",
            "final",
            about,
            both(approved("NFX-023"), decided("legal_review", "NFX-023"), decided("consultation", "NFX-023")),
            asks=("APR-001", "LGL-001", "CNS-001"),
        )
        for about in (
            disclosure(use_kind=["gen.key_visual"]),
            CREATURE,
            disclosure(prominence="story_critical"),
        )
    ),
    Row(
        "NFX-030",
        "block",
        replica(),
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent())),
        asks=(
            "CON-001",
            "APR-001",
            "LGL-001",
            ("CON-001", {"allowed_use_kinds": ["replica.voice"]}),
            ("CON-001", {"use": False}),
            ("CON-001", {"creation": False}),
        ),
    ),
    Row(
        "NFX-030",
        "block",
        replica(),
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(without(consent(), "notice"), notice())),
        asks=("NTC-001", ("NTC-001", {"given_at": "2026-11-18T09:00:01Z"}), ("NTC-001", {"production": "OTHER"})),
    ),
    Row(
        "NFX-031",
        "final",
        replica(exceptions=["unsafe_for_humans"]),
        both(
            approved("NFX-030"),
            decided("legal_review", "NFX-030"),
            decided("exception", "NFX-031"),
            also(consent()),
        ),
        asks=("EXC-001", "CON-001", ("CON-001", {"creation": False}), ("EXC-001", {"kinds": ["as_scripted"]})),
    ),
    Row(
        "NFX-032",
        "block",
        replica(models=[{"id": "M-9", "production": "OTHER"}], flags={"model.trained_on_performer": "yes"}),
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent(training=True))),
        asks=("CON-001", ("CON-001", {"training": False}), ("CON-001", {"training": None})),
    ),
    Row(
        "NFX-033",
        "block",
        altered("alter.age"),
        both(approved("NFX-033"), decided("legal_review", "NFX-033"), also(consent(kinds=("alter.age",)))),
        asks=("CON-001", "APR-001", "LGL-001"),
    ),
    *(
        Row(
            "NFX-034",
            "block",
            altered(kind),
            both(approved("NFX-034"), decided("legal_review", "NFX-034"), also(consent(kinds=(kind,)))),
            asks=("CON-001", "APR-001", "LGL-001"),
        )
        for kind in ("alter.lipsync.new_dialogue", "alter.performance", "alter.voice")
    ),
    Row(
        "NFX-035",
        "warn",
        disclosure(use_kind=["alter.cosmetic"], fidelity="as_performed"),
        approved(),
        open_tag="GENAI alter.cosmetic",
        context=TEMP,
    ),
    Row(
        "NFX-035",
        "warn",
        disclosure(use_kind=["alter.voice"], fidelity="non_substantive"),
        approved(),
        open_tag="GENAI alter.voice fidelity=non_substantive",
        context=TEMP,
    ),
    *(
        Row(
            "NFX-040",
            "block",
            disclosure(tools=tools(security_class=security), **proprietary),
            approved("NFX-040", names=["input.proprietary"]),
            asks=("APR-001", ("APR-001", {"names": ["input.personal_data"]}), ("APR-001", {"names": None})),
        )
        for security in ("consumer", "commercial_no_train", "unknown")
        for proprietary in (
            {"flags": {"input.proprietary": "yes"}},
            {"inputs": [{"reference": "dailies.mov", "sensitivity": "unreleased_footage"}]},
        )
    ),
    *(
        Row(
            "NFX-041",
            "final",
            disclosure(inputs=[{"reference": "scan.obj", "sensitivity": sensitivity}]),
            both(approved(), decided("escalation", "NFX-041", resolves={"input.proprietary": "yes"})),
            asks=("ESC-001", ("ESC-001", {"answers": ["GEN-002"]})),
        )
        for sensitivity in ("likeness", "unreleased_footage", "contract")
    ),
    Row(
        "NFX-042",
        "block",
        disclosure(flags={"input.personal_data": "yes"}),
        approved("NFX-042", names=["input.personal_data"]),
        asks=("APR-001", ("APR-001", {"names": None})),
    ),
    *(
        Row("NFX-043A", "block", disclosure(tools=tools(**{key: "yes"})), approved("NFX-043A"), asks=("APR-001",))
        for key in ("trains", "retains")
    ),
    Row(
        "NFX-043B",
        "final",
        disclosure(tools=[without(tools()[0], "terms")]),
        both(approved(), decided("escalation", "NFX-043B", resolves={"input.proprietary": "no"})),
        asks=("ESC-001",),
    ),
    Row(
        "NFX-043B",
        "final",
        disclosure(),
        approved(),
        faulty=(
            disclosure(tools=tools(trains="unsure")),
            disclosure(tools=tools(retains="unsure")),
            disclosure(tools=[without(tools()[0], "terms")]),
        ),
    ),
    *(
        Row(
            "NFX-044",
            "block",
            about,
            both(approved("NFX-044"), rights(kind)),
            asks=("CLR-001", "APR-001", ("CLR-001", {"permits": forbids}), ("CLR-001", {"rights_type": other})),
        )
        for about, kind, other, forbids in (
            (
                disclosure(flags={"input.third_party_ip": "yes"}),
                "third_party_ip",
                "training_data",
                {"ai_input": False, "alteration": True, "training": True},
            ),
            (
                disclosure(third_party_ip=[{"work": "A poster"}]),
                "archive",
                "style",
                {"ai_input": False, "alteration": True, "training": True},
            ),
            (
                disclosure(flags={"input.artist_style": "yes"}),
                "style",
                "archive",
                {"ai_input": False, "alteration": True, "training": True},
            ),
            (
                disclosure(flags={"model.unowned_training_data": "yes"}),
                "training_data",
                "style",
                {"ai_input": True, "alteration": True, "training": False},
            ),
        )
    ),
    Row(
        "NFX-045",
        "final",
        disclosure(tools=TWO_TOOLS),
        approved(),
        faulty=(
            disclosure(tools=[*tools(), without(tools()[0], "step")]),
            disclosure(tools=[*tools(), without(tools()[0], "terms")]),
            disclosure(tools=[*tools(), *tools(retains="unsure")]),
        ),
    ),
    *(
        Row(
            "NFX-050",
            "block",
            about,
            both(approved("NFX-050"), decided("legal_review", "NFX-050"), decided("label_plan", "NFX-050")),
            asks=("APR-001", "LGL-001", "LBL-001"),
        )
        for about in (
            disclosure(use_kind=["gen.factual"]),
            disclosure(flags={"real_event": "yes"}),
            disclosure(use_kind=["enhance.denoise"], flags={"real_event": "yes"}),
        )
    ),
    Row(
        "NFX-050",
        "block",
        replica(flags={"real_event": "yes"}),
        both(
            approved("NFX-050", "NFX-030"),
            decided("legal_review", "NFX-050", "NFX-030"),
            decided("label_plan", "NFX-050"),
            also(consent()),
        ),
        asks=("CON-001",),
    ),
    *(
        Row("NFX-051", "final", about, approved("NFX-051"), asks=("APR-001", ("APR-001", {"answers": ["NFX-020"]})))
        for about in (
            disclosure(use_kind=["gen.person.crowd"], identity="nonidentifiable_human"),
            disclosure(union_impact="replaced"),
            disclosure(principles=dict.fromkeys(PRINCIPLES, "yes") | {"no_talent_replaced": "no"}),
        )
    ),
    *(
        Row(
            "AUD-001",
            "final",
            disclosure(use_kind=[kind]),
            both(approved("AUD-001"), rights(clears)),
            asks=("CLR-001", ("CLR-001", {"rights_type": "third_party_ip"})),
        )
        for kind, clears in (("gen.music", "music"), ("gen.sfx", "sound"), ("gen.voice.synthetic", "sound"))
    ),
    Row(
        "AUD-001",
        "final",
        disclosure(use_kind=["gen.music"]),
        both(approved("AUD-001"), rights("music")),
        asks=(("APR-001", {"answers": ["NFX-020"]}),),
        on_temp="silent",
    ),
    Row(
        "SAG-010",
        "block",
        replica(),
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent())),
        asks=("CON-001", ("CON-001", {"allowed_use_kinds": ["alter.age"]})),
    ),
    Row(
        "SAG-010",
        "block",
        altered("alter.age"),
        both(approved("NFX-033"), decided("legal_review", "NFX-033"), also(consent(kinds=("alter.age",)))),
        asks=("CON-001",),
    ),
    Row(
        "SAG-010",
        "block",
        altered("alter.performance"),
        both(approved("NFX-034"), decided("legal_review", "NFX-034"), also(consent(kinds=("alter.performance",)))),
        asks=("CON-001",),
    ),
    Row(
        "SAG-012",
        "block",
        DECEASED,
        both(
            approved(),
            also(
                consent(kinds=("replica.deceased",), grantor=ESTATE)
                | {"subject": {"id": SUBJECT, "status": "deceased"}}
            ),
        ),
        asks=(
            "CON-001",
            ("CON-001", {"grantor": without(ESTATE, "authority")}),
            ("CON-001", {"grantor": {"kind": "self", "id": SUBJECT}, "survives_death": True}),
            ("CON-001", {"grantor": ESTATE | {"kind": "union"}}),
        ),
    ),
    Row(
        "SAG-013",
        "block",
        BACKGROUND,
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent(replica_class="background"))),
        asks=(
            "CON-001",
            ("CON-001", {"replica_class": "ebdr"}),
            ("CON-001", {"scope": consent()["scope"] | {"production": "LAST-YEAR"}}),
        ),
    ),
    Row(
        "SAG-014",
        "block",
        MINOR,
        both(
            approved("NFX-030"),
            decided("legal_review", "NFX-030", "SAG-014"),
            also(consent(grantor=GUARDIAN) | {"subject": {"id": SUBJECT, "status": "minor"}}),
        ),
        asks=(
            "CON-001",
            "LGL-001",
            ("CON-001", {"grantor": {"kind": "self", "id": SUBJECT}}),
            ("CON-001", {"grantor": GUARDIAN | {"kind": "agent"}}),
            ("CON-001", {"grantor": without(GUARDIAN, "authority")}),
        ),
    ),
    Row(
        "SAG-016",
        "block",
        INTIMATE,
        both(
            approved(),
            decided("legal_review", "SAG-016"),
            also(consent(kinds=("alter.intimate",), riders=["intimate"])),
        ),
        asks=("CON-001", "LGL-001", ("CON-001", {"riders": []}), ("CON-001", {"riders": None})),
    ),
    Row(
        "SAG-020",
        "block",
        SYNTHETIC,
        both(approved("SAG-020"), decided("union_notice", "SAG-020"), decided("bargaining", "SAG-020")),
        asks=(
            "UNO-001",
            "BRG-001",
            ("APR-001", {"answers": ["NFX-020"]}),
            ("BRG-001", {"decision": "rejected"}),
            ("BRG-001", {"approver": PRODUCER}),
            ("UNO-001", {"approver": PRODUCER}),
        ),
        faulty=(without(SYNTHETIC, "value_rationale"),),
    ),
    Row(
        "SAG-020",
        "block",
        SYNTHETIC,
        both(approved("SAG-020"), decided("union_notice", "SAG-020", window_ends="2027-01-14Z")),
        asks=(
            "UNO-001",
            ("UNO-001", {"window_ends": "2027-01-15Z"}),
            ("UNO-001", {"window_ends": None}),
        ),
    ),
    Row(
        "SAG-021",
        "block",
        disclosure(use_kind=["gen.shot"], flags=PROMPTED, subjects=[person(recognisable="no")]),
        both(approved(), decided("bargaining", "SAG-021"), also(consent(kinds=("gen.shot",)))),
        asks=("CON-001", "BRG-001", ("CON-001", {"allowed_use_kinds": ["replica.likeness"]})),
    ),
    *(
        Row(
            "SAG-030",
            "final",
            about,
            both(approved(), also(consent(kinds=("alter.lipsync.translation",)))),
            asks=("CON-001", ("CON-001", {"scope": consent()["scope"] | {"languages": ["de"]}})),
            now=now,
        )
        for about, now in ((TRANSLATED, NOW), (TRANSLATED, datetime(2027, 7, 1, tzinfo=timezone.utc)))
    ),
    Row(
        "SAG-030",
        "final",
        TRANSLATED | {"existing_agreement": "Dubbing agreement 2026, clause 7."},
        approved(),
        faulty=(TRANSLATED,),
    ),
    Row(
        "SAG-030",
        "final",
        replica(use_kind=["replica.voice"], target_language="fr"),
        both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent(kinds=("replica.voice",)))),
        asks=("CON-001",),
    ),
    *(
        Row(
            "WGA-001",
            "final",
            disclosure(use_kind=["gen.text"], subjects=[person(capacity="writer", recognisable="no")], **stated),
            both(approved(), also(without(consent(kinds=("gen.text",)), "notice"), notice())),
            asks=(
                "NTC-001",
                "CON-001",
                ("CON-001", {"allowed_use_kinds": ["gen.shot"]}),
                ("NTC-001", {"production": "OTHER"}),
                ("NTC-001", {"given_at": "2027-01-16T00:00:00Z"}),
            ),
            packs=(*DEFAULT, "guilds"),
        )
        for stated in ({}, {"script_material": "yes"})
    ),
    *(
        Row(
            "SRC-001",
            "final",
            disclosure(inputs=[{"reference": "newsreel.mov"} | stated]),
            both(approved(), rights("archive")),
            asks=(
                "CLR-001",
                ("CLR-001", {"permits": {"ai_input": True, "alteration": False, "training": True}}),
                ("CLR-001", {"permits": {"ai_input": False, "alteration": True, "training": True}}),
            ),
            packs=(*DEFAULT, "provenance"),
        )
        for stated in ({"forbids_ai": "yes", "mark_stripped": "no"}, {"mark_stripped": "no"})
    ),
    Row(
        "SRC-002",
        "warn",
        disclosure(
            inputs=[{"reference": "plate.exr", "mark_stripped": "yes", "forbids_ai": "no"}], preservation_note="C2PA."
        ),
        approved(),
        faulty=(
            disclosure(inputs=[{"reference": "plate.exr", "mark_stripped": "yes", "forbids_ai": "no"}]),
            disclosure(inputs=[{"reference": "plate.exr", "forbids_ai": "no"}]),
        ),
        packs=(*DEFAULT, "provenance"),
    ),
    *(
        Row(
            "EU-001",
            "final",
            disclosure(**stated),
            both(approved(), decided("label_plan", "EU-001", **{"territories": ["EU"]})),
            asks=("LBL-001", ("LBL-001", {"territories": ["DE", "US"]}), ("LBL-001", {"answers": ["CN-001"]})),
            context=replace(CONTEXT, territories=("US", "FR")),
            packs=(*DEFAULT, "eu_ai_act"),
        )
        for stated in ({}, {"deepfake": "yes"}, {"use_kind": ["gen.text"], "deepfake": "yes"})
    ),
    Row(
        "CN-001",
        "final",
        disclosure(),
        both(approved(), decided("label_plan", "CN-001", territories=["CN"], means=["visible_label", "aigc_metadata"])),
        asks=(
            "LBL-001",
            ("LBL-001", {"means": ["visible_label"]}),
            ("LBL-001", {"means": ["aigc_metadata"]}),
            ("LBL-001", {"means": None}),
            ("LBL-001", {"territories": ["EU"]}),
        ),
        context=replace(CONTEXT, territories=("worldwide",)),
        packs=(*DEFAULT, "cn_labelling"),
    ),
    *(
        Row(
            "CA-001",
            "block",
            replica(**stated),
            both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent(**represented))),
            asks=(
                "CON-001",
                ("CON-001", {"representation": None}),
                *((("CON-001", {key: False}) for key in CLEAR) if "counsel" in represented["representation"] else ()),
            ),
            packs=(*DEFAULT, "us_states"),
        )
        for stated in ({}, {"in_place_of_performer": "yes"})
        for represented in (
            {"representation": {"counsel": "Counsel & Co"}, **dict.fromkeys(CLEAR, True)},
            {"representation": {"union": "SAG-AFTRA"}},
        )
    ),
    *(
        Row(
            "NY-001",
            "final",
            about,
            both(approved("NFX-051"), clears),
            asks=asks,
            context=replace(CONTEXT, deliverable_type="advertisement"),
            packs=(*DEFAULT, "us_states"),
        )
        for about in (
            disclosure(use_kind=["gen.person.crowd"], identity="nonidentifiable_human"),
            disclosure(use_kind=["gen.still"], identity="nonidentifiable_human"),
        )
        for clears, asks in (
            (
                decided("label_plan", "NY-001", territories=["US"], means=["conspicuous_label"]),
                ("LBL-001", ("LBL-001", {"means": ["visible_label"]}), ("LBL-001", {"territories": ["US-CA"]})),
            ),
            (
                decided("exception", "NY-001", kinds=["statutory"]),
                ("EXC-001", ("EXC-001", {"kinds": ["as_scripted"]}), ("EXC-001", {"approver": PRODUCER})),
            ),
        )
    ),
)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


DATED = (
    *(
        (next(row for row in ROWS if row.rule == rule), day(first), False)
        for rule, first in (
            ("CA-001", "2025-01-01"),
            ("CN-001", "2025-09-01"),
            ("NY-001", "2026-06-09"),
            ("EU-001", "2026-08-02"),
        )
    ),
    (Row("SAG-030", "final", TRANSLATED | {"existing_agreement": "Clause 7."}, approved()), day("2027-07-01"), True),
)
"""A row, the first day of its rule or variant, and whether another variant held before and was met."""

IMPOSSIBLE = (
    ("NFX-012", disclosure(output_stage="temp")),
    ("NFX-012", disclosure(output_stage="ideation")),
    ("NFX-012", replica(output_stage="temp")),
    ("SAG-015", altered("alter.intimate", identity="minor", subjects=[person(minor="yes")])),
    ("SAG-015", altered("alter.intimate", subjects=[person(minor="yes")])),
    ("SAG-015", altered("alter.intimate", identity="minor")),
)
"""Rules that nothing satisfies."""

NEEDS_NOTHING = (
    Row("CUE-001", "info", disclosure(use_kind=["enhance.denoise"]), also()),
    Row("TRUST-002", "info", disclosure(use_kind=["enhance.denoise"]), also(), waivers=(waiver("NFX-021"),)),
)

_CLEARING = both(approved("NFX-030"), decided("legal_review", "NFX-030"), also(consent()))
AS_REASONS = (
    Row("TRUST-001", "block", replica(), _CLEARING, asks=(("APR-001", {"requested_by": "S-APPROVER"}),)),
    Row("SAG-011", "block", replica(), _CLEARING, asks=(("CON-001", {"expires_at": "2026-12-31Z"}),)),
)
"""Rules that are the reason why a record does not count, beside the rule that demanded the record."""


def named(row: Row) -> str:
    return f"{row.rule}-{'+'.join(row.about['use_kind'])}"


def changed(records: list[Data], ask: str | tuple[str, Data]) -> list[Data]:
    """``records`` without, or with another form of, one of them."""
    wanted, changes = (ask, None) if isinstance(ask, str) else ask
    assert wanted in [each["id"] for each in records]
    if changes is None:
        return [each for each in records if each["id"] != wanted]
    merged = [each | changes if each["id"] == wanted else each for each in records]
    return [{key: value for key, value in each.items() if value is not None} for each in merged]


def report_on(row: Row, about: Data, records: list[Data], tag: Any = None, context: Context | None = None) -> Report:
    said = tag if tag is not None else row.tag if row.tag is not None else {"id": about["id"]}
    # What names no disclosure stands on media that none is about, or the ledger would know it all the same.
    made = clip(said) if "DIS-" in str(said) else clip(said or None, "other", "other.mov", "B009")
    return judged(
        timeline(made),
        about,
        *records,
        *row.waivers,
        signed=[each["id"] for each in row.waivers] if row.waivers else None,
        context=context or row.context,
        packs=row.packs,
        now=row.now,
        declaration_required=row.declaration,
    )


def by(role: str, id: str = "S-APPROVER") -> Data:
    return {"id": id, "organisation": "Studio", "role": role}


def pile(about: Data, rule: str) -> list[Data]:
    """Every granting record that there is, for everything, by everybody entitled."""
    everything = sorted({each.id for each in policy(PACKS).rules} | {rule})
    kinds = tuple(about["use_kind"])
    escalated = {"output_stage": "final", "identity": "identifiable_living", "input.proprietary": "no"}
    return [
        notification(about),
        notice(),
        clearance(about),
        consent(kinds=kinds, riders=["intimate"], training=True),
        consent(
            id="CON-002",
            kinds=kinds,
            riders=["intimate"],
            training=True,
            grantor=GUARDIAN,
        )
        | {"subject": {"id": SUBJECT, "status": "minor"}},
        decision("approval", about, everything, names=["input.proprietary", "input.personal_data"]),
        decision("approval", about, everything, id="APR-002", approver=by("studio_legal")),
        decision("legal_review", about, everything),
        decision("legal_review", about, everything, id="LGL-002", approver=by("studio_legal")),
        decision("incidental", about, everything),
        decision("escalation", about, everything, resolves=escalated),
        decision("exception", about, everything, kinds=["as_scripted", "unsafe_for_humans", "unrecognisable"]),
        decision("label_plan", about, everything),
        decision("consultation", about, everything),
        decision("union_notice", about, everything, window_ends="2026-12-31Z"),
        decision("bargaining", about, everything),
    ]
