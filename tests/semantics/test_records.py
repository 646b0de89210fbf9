"""What things mean exactly: records, paragraphs 11 to 16."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
import rfc8785

from otiogate.documents.schemas import faults
from otiogate.errors import StoreError
from otiogate.evidence.disclosure import DIGEST_DOMAIN, canonical_form
from otiogate.policy.load import policy
from otiogate.records.demands import ROLES
from otiogate.records.store import FolderStore
from otiogate.report.text import TextWriter
from tests.builders import (
    CONTEXT,
    clearance,
    cleared,
    clip,
    consent,
    decision,
    digest_of,
    disclosure,
    finding,
    judged,
    notice,
    notification,
    raised,
    reasons,
    replica,
    scope,
    without,
)
from tests.policy import test_lint as packs
from tests.policy.rows import SYNTHETIC
from tests.semantics.shared import ALL_PACKS, RULES, Data, cut

GRANTS = (
    ("approval", "NFX-020", disclosure(), ("studio_contact", "studio_legal")),
    ("incidental", "NFX-021", disclosure(use_kind=["gen.element"]), ("studio_contact", "studio_legal")),
    (
        "escalation",
        "NFX-041",
        disclosure(inputs=[{"reference": "scan.obj", "sensitivity": "likeness"}]),
        ("studio_contact", "studio_legal"),
    ),
    ("legal_review", "NFX-030", replica(), ("studio_legal", "production_legal")),
    (
        "exception",
        "NFX-031",
        replica(exceptions=["as_scripted"]),
        ("clearance", "production_legal", "studio_legal"),
    ),
    (
        "clearance",
        "NFX-044",
        disclosure(flags={"input.third_party_ip": "yes"}),
        ("clearance", "production_legal", "studio_legal"),
    ),
    (
        "label_plan",
        "NFX-050",
        disclosure(flags={"real_event": "yes"}),
        ("clearance", "production_legal", "studio_legal"),
    ),
    ("consultation", "NFX-023", disclosure(use_kind=["gen.key_visual"]), ("director",)),
    ("union_notice", "SAG-020", SYNTHETIC, ("union_rep",)),
    ("bargaining", "SAG-020", SYNTHETIC, ("union_rep",)),
)
EVERY_ROLE = (
    "studio_contact",
    "studio_legal",
    "production_legal",
    "clearance",
    "director",
    "union_rep",
    "post_supervisor",
)


@pytest.mark.parametrize("role", EVERY_ROLE)
@pytest.mark.parametrize(("kind", "rule", "about", "roles"), GRANTS, ids=[each[0] for each in GRANTS])
def test_11_who_may_grant(kind: str, rule: str, about: Data, roles: tuple[str, ...], role: str) -> None:
    who = {"id": "S-SOMEBODY", "organisation": "Somewhere", "role": role}
    if kind == "clearance":
        record = clearance(about, reviewed={"by": who, "at": "2026-12-05T09:00:00Z"})
    else:
        changes = {"resolves": {"input.proprietary": "yes"}} if kind == "escalation" else {}
        record = decision(kind, about, [rule], approver=who, **changes)
    found = finding(judged(cut(), about, record), rule)
    refused = [tried.id for tried in found.tried if any(why.rule == "TRUST-001" for why in tried.reasons)]
    assert (record["id"] in refused) == (role not in roles)
    assert set(ROLES[kind]) == set(roles)


def test_11_every_kind_of_decision_has_its_roles() -> None:
    assert {kind: set(roles) for kind, _, _, roles in GRANTS} == {key: set(ROLES[key]) for key in ROLES}


def test_11_the_roles_that_a_rule_names_take_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        packs.PACK + packs.rule("HSE-001").replace("record: approval", "record: approval, roles: [director]"),
        encoding="utf-8",
    )
    active = policy(("core",), [path])
    about = disclosure(use_kind=["gen.shot"])
    for role, status in (("director", "met"), ("studio_contact", "open")):
        who = {"id": "D-IRECTOR", "organisation": "Production", "role": role}
        report = judged(cut(), about, decision("approval", about, ["HSE-001"], approver=who), policy=active)
        assert finding(report, "HSE-001").status == status


def test_11_a_post_supervisor_never_grants() -> None:
    assert all("post_supervisor" not in roles for roles in ROLES.values())
    assert all("post_supervisor" not in rule.waivable for rule in RULES.values())


def test_11_the_approver_is_neither_who_asked_nor_who_declared() -> None:
    about = disclosure()
    for changes in ({"requested_by": "S-APPROVER"}, {"approver": decision("approval", about, ["NFX-020"])["approver"]}):
        declared = disclosure(declared_by="S-APPROVER" if "approver" in changes else "V-VENDOR")
        report = judged(cut(), declared, notification(declared), decision("approval", declared, ["NFX-020"], **changes))
        assert report.verdict == "block"


def test_12_an_approval_that_is_added_to_the_disclosure_does_not_void_itself() -> None:
    before = disclosure()
    approval = decision("approval", before, ["NFX-020"])
    after = disclosure(approvals=["APR-001"], consents=["CON-001"], notification=["NTF-001"])
    assert judged(cut(), after, notification(after), approval).verdict == "allow"


LATER = {
    "consents": ["CON-001"],
    "clearances": ["CLR-001"],
    "approvals": ["APR-001"],
    "notification": ["NTF-001"],
    "match": [{"clip_name": "vfx_010"}],
    "supersedes": ["DIS-000"],
}


@pytest.mark.parametrize("field", LATER)
def test_12_the_digest_is_of_one_disclosure_without_what_may_be_added_later(field: str) -> None:
    assert digest_of(disclosure(**{field: LATER[field]})) == digest_of(disclosure())
    assert digest_of(disclosure("DIS-002")) != digest_of(disclosure())


def test_12_the_digest_is_sha256_over_rfc_8785() -> None:
    form = canonical_form(disclosure())
    text = DIGEST_DOMAIN.encode() + b"\n" + rfc8785.dumps(form)
    assert digest_of(disclosure()) == f"sha256:{hashlib.sha256(text).hexdigest()}"


def test_12_the_export_hook_never_opens_media(tmp_path: Path) -> None:
    media = tmp_path / "vfx_010.mov"
    media.write_bytes(b"a small picture")
    made = clip()
    made.media_reference.target_url = str(media)
    opened: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(str(tmp_path)):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)  # for good: there is no way back, and of other tests it sees nothing
    otio.adapters.write_to_file(cut(made), str(tmp_path / "cut.edl"))
    assert str(tmp_path / "cut.edl") in opened
    assert str(media) not in opened
    media.read_bytes()
    assert str(media) in opened


@pytest.mark.parametrize(
    ("media", "verdict"),
    [
        ({"reference": "vfx_010.mov", "reel": "A001"}, "allow"),
        ({"reference": "vfx_010.mov"}, "allow"),
        ({"reference": "file:///other/folder/VFX_010.mov"}, "allow"),
        ({"reference": "vfx_010"}, "allow"),
        ({"reference": "vfx_010.mov", "reel": "A002"}, "block"),
        ({"reference": "vfx_011.mov", "reel": "A001"}, "block"),
        ({"sha256": "sha256:" + "2" * 64}, "block"),
    ],
)
def test_12_the_media_is_told_by_its_digest_else_by_name_and_reel(media: Data, verdict: str) -> None:
    about = disclosure(media=media)
    assert judged(cut(), *cleared(about)).verdict == verdict


def test_13_a_record_that_is_limited_on_what_the_context_does_not_know_names_the_key() -> None:
    unknown = replace(CONTEXT, episode="")
    about = disclosure()
    limited = decision("approval", about, ["NFX-020"], scope=scope("decision", episodes=["101"]))
    report = judged(cut(), about, notification(about), limited, context=unknown)
    assert "'episode' is not set in the configuration" in reasons(report, "NFX-020")[0][2]
    assert judged(cut(), *cleared(about), context=unknown).verdict == "allow"


@pytest.mark.parametrize("record", ["approval", "clearance", "consent", "notification", "notice"])
def test_13_records_state_their_production_and_without_a_known_one_none_counts(record: str) -> None:
    about = replica(flags={"input.third_party_ip": "yes"})
    records = [
        *cleared(about, "NFX-030", "NFX-044"),
        decision("legal_review", about, ["NFX-030"]),
        clearance(about),
        without(consent(), "notice"),
        notice(),
    ]
    assert judged(cut(), *records).verdict == "allow"
    report = judged(cut(), *records, context=replace(CONTEXT, production=""))
    rule = {"approval": "NFX-044", "clearance": "NFX-044", "notification": "NFX-010"}.get(record, "NFX-030")
    said = [
        text
        for tried in finding(report, rule).tried
        for text in [why.text for why in tried.reasons]
        if tried.kind == record
    ]
    assert any("'production' is not set in the configuration" in text for text in said)
    assert report.verdict == "block"


@pytest.mark.parametrize("axis", ["episodes", "cuts", "deliverables", "territories"])
def test_13_an_omitted_axis_fails_and_any_passes(axis: str) -> None:
    about = disclosure()
    for value, verdict in (("any", "allow"), (None, "block")):
        given = scope("decision", **{axis: value})
        approval = decision(
            "approval", about, ["NFX-020"], scope={key: each for key, each in given.items() if each is not None}
        )
        assert judged(cut(), about, notification(about), approval).verdict == verdict


def test_13_an_unknown_delivery_territory_fires_every_rule_of_a_territory(tmp_path: Any) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "pack: house\nformat: 1\nversion: '1'\nissued: '2026-11-22'\ntitle: House\nrules:\n"
        "  - id: HSE-001\n    title: China\n    severity: block\n"
        "    when: {disclosure: {use_kind: gen.*}, context: {territory: CN}}\n"
        "    require: [{record: label_plan}]\n    why: w\n    remedy: r\n    source: {title: s}\n",
        encoding="utf-8",
    )
    active = policy(("core",), [path])

    def fires(*territories: str) -> bool:
        context = replace(CONTEXT, territories=territories)
        return "HSE-001" in raised(judged(cut(), disclosure(), context=context, policy=active))

    assert fires() and fires("CN") and fires("worldwide") and fires("US", "CN")
    assert not fires("US")


def test_13_scene_and_character_come_from_the_disclosure_and_the_cut_from_the_context() -> None:
    about = replica()
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"])]
    for axis, value in (("scenes", "13"), ("characters", "Tom")):
        assert judged(cut(), *records, consent(scope=scope("consent", **{axis: [value]}))).verdict == "block"
    assert judged(cut(), *records, consent(scope=scope("consent", scenes=["12"], characters=["mara"]))).verdict == (
        "allow"
    )
    earlier = decision("approval", disclosure(), ["NFX-020"], scope=scope("decision", cuts=["v3"]))
    assert judged(cut(), disclosure(), notification(disclosure()), earlier).verdict == "block"
    assert judged(
        cut(), disclosure(), notification(disclosure()), earlier, context=replace(CONTEXT, cut="V3")
    ).verdict == ("allow")


def test_13_without_a_release_date_only_the_export_is_checked_and_that_is_said() -> None:
    about = disclosure()
    approval = decision("approval", about, ["NFX-020"], expires_at="2027-02-01Z")
    undated = judged(
        cut(), about, notification(about), approval, context=replace(CONTEXT, release_date=None, licence_end=None)
    )
    assert undated.verdict == "allow"
    assert any("'release_date' is not set" in note for note in undated.notes)
    dated = judged(cut(), about, notification(about), approval)
    assert dated.verdict == "block"
    assert not any("release_date" in note for note in dated.notes)


@pytest.mark.parametrize(
    ("term", "verdict"),
    [
        ({"from": "2027-03-01Z", "until": "2029-03-01Z"}, "allow"),
        ({"from": "2027-03-02Z", "until": "2030-03-01Z"}, "block"),
        ({"from": "2026-01-01Z", "until": "2029-02-27Z"}, "block"),
        ({"from": "2026-01-01Z", "until": "2027-01-14Z"}, "block"),
        ({"from": "2026-01-01Z", "perpetual_reason": "Bought out."}, "allow"),
    ],
)
def test_13_a_clearance_holds_from_the_release_to_the_end_of_the_licence(term: Data, verdict: str) -> None:
    about = disclosure(flags={"input.third_party_ip": "yes"})
    assert judged(cut(), *cleared(about, "NFX-044"), clearance(about, term=term)).verdict == verdict


def test_13_a_consent_and_an_approval_hold_at_the_export_and_at_the_release_and_need_not_until_the_licence_ends() -> (
    None
):
    about = replica()
    review = decision("legal_review", about, ["NFX-030"], expires_at="2027-03-02Z")
    report = judged(cut(), *cleared(about, "NFX-030"), review, consent(expires_at="2027-03-02Z"))
    assert report.verdict == "allow"


REQUIRED_OF_A_CONSENT = (
    "subject",
    "grantor",
    "allowed_use_kinds",
    "scope",
    "intended_use",
    "creation",
    "use",
    "signed_at",
    "evidence",
    "expires_at",
)


@pytest.mark.parametrize("key", REQUIRED_OF_A_CONSENT)
def test_14_a_consent_has_all_that_it_must_have(key: str) -> None:
    assert not faults("consent", consent())
    assert faults("consent", without(consent(), key))


def test_14_a_consent_states_its_production_and_an_end_or_the_reason_why_there_is_none() -> None:
    assert faults("consent", consent() | {"scope": without(scope("consent"), "production")})
    assert not faults("consent", without(consent(), "expires_at") | {"no_expiry_reason": "Bought out."})


@pytest.mark.parametrize(
    ("given_at", "verdict"),
    [
        ("2026-11-18T09:00:00Z", "allow"),
        ("2026-11-18T09:00:01Z", "block"),
        ("2026-11-18T10:00:00+01:00", "allow"),
        ("2026-11-20T09:00:00Z", "block"),
        ("2027-06-01T09:00:00Z", "block"),
    ],
)
def test_14_notice_is_given_48_hours_before_the_work_or_at_engagement(given_at: str, verdict: str) -> None:
    about = replica()
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"])]
    assert judged(cut(), *records, consent(notice={"given_at": given_at})).verdict == verdict
    assert judged(cut(), *records, consent(notice={"at_engagement": True})).verdict == "allow"


def test_14_notice_at_a_time_needs_the_time_at_which_the_work_began() -> None:
    about = without(replica(), "work_started_at")
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"])]
    held = consent(notice={"given_at": "2020-01-01T00:00:00Z"})
    assert judged(cut(), *records, held).verdict == "block"


def test_14_representation_and_a_separate_signature_are_not_asked_for_by_the_default_packs() -> None:
    about = replica()
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"])]
    assert "representation" not in consent()
    assert judged(cut(), *records, consent()).verdict == "allow"


def test_14_representation_and_a_separate_signature_are_asked_for_by_the_pack_of_the_states() -> None:
    about = replica()
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"])]
    by_counsel = {"representation": {"counsel": "Counsel & Co"}, "clear_and_conspicuous": True}
    for stated, verdict in (
        ({}, "block"),
        (by_counsel, "block"),
        (by_counsel | {"separately_signed": True}, "allow"),
    ):
        assert judged(cut(), *records, consent(**stated), packs=(*ALL_PACKS, "us_states")).verdict == verdict


def test_15_ids_that_differ_only_in_case_are_one_id() -> None:
    about = disclosure("dis-001")
    records = [about, notification(about), decision("approval", about, ["NFX-020"], id="apr-001")]
    for tag in ({"id": "DIS-001"}, {"id": "Dis-001"}, "GENAI id=dis-001 approval=APR-001"):
        assert judged(cut(clip(tag)), *records).verdict == "allow"


def test_15_one_id_twice_in_a_store_is_an_error_even_in_another_case(tmp_path: Path) -> None:
    for name, id in (("one", "DIS-001"), ("two", "dis-001")):
        (tmp_path / f"{name}.json").write_text(json.dumps(disclosure(id)), encoding="utf-8")
    with pytest.raises(StoreError, match="given twice"):
        FolderStore((tmp_path,)).fetch()


@pytest.mark.parametrize("taken", ["CON-001", "APR-001", "LGL-001", "NTF-001"])
def test_15_a_granting_record_that_is_removed_never_unblocks(taken: str) -> None:
    about = replica()
    records = [*cleared(about, "NFX-030"), decision("legal_review", about, ["NFX-030"]), consent()]
    assert judged(cut(), *records).verdict == "allow"
    assert judged(cut(), *[each for each in records if each["id"] != taken]).verdict == "block"


def test_15_a_rejection_or_withdrawal_that_is_added_never_unblocks() -> None:
    about = disclosure()
    for says in ("rejected", "withdrawn"):
        no = decision("approval", about, ["NFX-020"], id="APR-002", decision=says)
        assert judged(cut(), *cleared(about), no).verdict == "block"
        assert judged(cut(), about, no).verdict == "block"


@pytest.mark.parametrize("rule", ["SAG-011", "TRUST-001"])
def test_15_the_rule_that_demanded_a_record_keeps_its_severity_and_says_why_it_does_not_count(rule: str) -> None:
    about = replica(exceptions=["as_scripted"])
    changes = {"expires_at": "2026-12-31Z"} if rule == "SAG-011" else {"grantor": {"kind": "self", "id": "P-OTHER"}}
    report = judged(cut(), about, consent(**changes))
    for demanded, severity in (("NFX-030", "block"), ("NFX-031", "final"), ("SAG-010", "block")):
        assert finding(report, demanded).severity == severity
        assert rule in [says for id, says, _ in reasons(report, demanded) if id == "CON-001"]
    assert rule not in raised(report)


@pytest.mark.parametrize("kinds", [["replica.likeness"], ["alter.age"], ["alter.lipsync.new_dialogue"]])
def test_15_sag_010_demands_consent_wherever_the_studio_does(kinds: list[str]) -> None:
    about = replica(use_kind=kinds)
    studio = judged(cut(), about, packs=("netflix",))
    union = judged(cut(), about, packs=("sag_aftra",))
    assert any(each.record == "consent" for each in studio.missing)
    assert "SAG-010" in raised(union)


def test_15_records_that_the_tag_names_and_the_ledger_does_not_know_are_said_to_be_absent() -> None:
    about = disclosure(approvals=["APR-404"])
    report = judged(cut(clip("GENAI gen.environment id=DIS-001 approval=APR-405")), about)
    absent = [id for id, _, text in reasons(report, "NFX-020") if text.endswith("not in the ledger")]
    assert absent == ["APR-404", "APR-405"]


def test_16_the_report_says_that_records_are_unsigned() -> None:
    assert judged(cut(), disclosure()).trust == "unsigned"


def test_16_so_does_the_text_that_people_read() -> None:
    assert "records: unsigned" in TextWriter().write([judged(cut(), disclosure())])
