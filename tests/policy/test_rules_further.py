"""What the table of rules cannot say: what is not stated is never milder, who stands for whom, and where a label is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from otiogate.policy.conditions import kinds_of
from otiogate.policy.load import DEFAULT, policy
from otiogate.records.scope import beyond, delivered_of
from otiogate.report.model import Report
from tests.builders import (
    CONTEXT,
    SUBJECT,
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
    timeline,
    without,
)
from tests.policy.rows import CLEAR, PACKS, PROMPTED, SYNTHETIC, TRANSLATED, person
from tests.policy.test_lint import PACK, rule

Data = dict[str, Any]


def report_on(about: Data, *records: Data, **changes: Any) -> Report:
    """The report with every shipped pack, on a delivery to the whole world."""
    context = replace(CONTEXT, territories=("worldwide",), **changes)
    return judged(timeline(clip({"id": about["id"]})), about, *records, context=context, packs=PACKS)


# What is not stated


def with_input(**stated: str) -> Data:
    return disclosure(inputs=[{"reference": "plate.exr"} | stated])


ANSWERED = (
    ("CA-001", "block", "in_place_of_performer", replica),
    ("WGA-001", "final", "script_material", lambda **stated: disclosure(use_kind=["gen.text"], **stated)),
    ("EU-001", "final", "deepfake", disclosure),
    ("SRC-001", "final", "forbids_ai", with_input),
    ("SRC-002", "warn", "mark_stripped", with_input),
)


@pytest.mark.parametrize(("rule", "severity", "field", "about"), ANSWERED)
def test_an_answer_that_is_not_stated_asks_for_as_much_as_yes_and_only_a_sure_no_asks_for_less(
    rule: str, severity: str, field: str, about: Any
) -> None:
    silent, yes, no = (report_on(about(**stated)) for stated in ({}, {field: "yes"}, {field: "no"}))
    assert finding(silent, rule).status == finding(yes, rule).status == "open"
    assert finding(silent, rule).severity == severity
    assert rule not in raised(no)
    assert raised(yes) <= raised(silent)


@pytest.mark.parametrize(("rule", "severity", "field", "about"), ANSWERED)
def test_an_unsure_answer_is_a_question_as_severe_as_the_rule_that_hangs_on_it(
    rule: str, severity: str, field: str, about: Any
) -> None:
    found = finding(report_on(about(**{field: "unsure"})), "GEN-002")
    assert found.severity == severity
    assert field in found.what and rule in found.what


@pytest.mark.parametrize(("rule", "field", "about"), [(each[0], each[2], each[3]) for each in ANSWERED[:3]])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_escalation_answers_in_its_place(rule: str, field: str, about: Any, answer: str) -> None:
    unsure = about(**{field: "unsure"})
    report = report_on(unsure, decision("escalation", unsure, ["GEN-002"], resolves={field: answer}))
    assert finding(report, "GEN-002").status == "met" or finding(report, "GEN-002").effect in ("none", "info")
    assert (rule in raised(report)) == (answer == "yes")


@pytest.mark.parametrize(
    "changes",
    [
        {"deepfake": "no"},
        {"in_place_of_performer": "no"},
        {"script_material": "no"},
        {"value_rationale": "None."},
        {"preservation_note": "None."},
        {"inputs": [{"reference": "plate.exr", "forbids_ai": "no"}]},
        {"inputs": [{"reference": "plate.exr", "mark_stripped": "no"}]},
    ],
)
def test_an_answer_given_after_the_approval_voids_it(changes: Data) -> None:
    before = disclosure(inputs=[{"reference": "plate.exr"}])
    after = before | changes
    assert digest_of(before) != digest_of(after)
    report = judged(timeline(clip({"id": "DIS-001"})), after, *cleared(before)[1:])
    assert ("APR-001", "TRUST-001") in [(id, says) for id, says, _ in reasons(report, "NFX-020")]


@pytest.mark.parametrize("kind", ["alter.age", "extend.video", "replica.voice", "enhance.upscale", "remove.object"])
def test_what_is_made_from_something_has_an_input_whether_or_not_it_is_listed(kind: str) -> None:
    assert {"SRC-001", "SRC-002"} <= raised(report_on(disclosure(use_kind=[kind])))


@pytest.mark.parametrize("kind", ["gen.shot", "gen.music", "assist.transcribe"])
def test_what_is_made_from_nothing_has_no_source_that_could_forbid_it(kind: str) -> None:
    assert not {"SRC-001", "SRC-002"} & raised(report_on(disclosure(use_kind=[kind])))


def test_one_input_that_forbids_it_is_enough() -> None:
    inputs = [{"reference": "a.mov", "forbids_ai": "no"}, {"reference": "b.mov", "forbids_ai": "yes"}]
    assert "SRC-001" in raised(report_on(disclosure(inputs=inputs)))


def test_a_tag_is_not_asked_about_its_sources_but_for_its_disclosure() -> None:
    report = judged(timeline(clip("GENAI alter.age")), packs=PACKS)
    assert "GEN-001" in raised(report)
    assert not {"SRC-001", "SRC-002"} & raised(report)


@pytest.mark.parametrize(
    ("type_", "fires"),
    [("advertisement", True), ("Advertisement", True), ("trailer", True), ("", True), ("episode", False)],
)
def test_a_delivery_whose_type_nobody_stated_may_be_an_advertisement(type_: str, fires: bool) -> None:
    about = disclosure(use_kind=["gen.person.crowd"], identity="nonidentifiable_human")
    assert ("NY-001" in raised(report_on(about, deliverable_type=type_))) == fires


# Synthetic performers


def test_a_prompt_needs_a_name_and_a_feature_to_ask_for_a_performer() -> None:
    for flag in PROMPTED:
        assert "SAG-021" not in raised(report_on(SYNTHETIC | {"flags": {flag: "yes"}}))
    assert "SAG-021" in raised(report_on(SYNTHETIC | {"flags": PROMPTED}))
    unsure = report_on(SYNTHETIC | {"flags": PROMPTED | {"prompt.names_person": "unsure"}})
    assert finding(unsure, "GEN-002").severity == "block"


def bargained(**changes: Any) -> list[Data]:
    answers = ["SAG-020"]
    return [
        notification(SYNTHETIC),
        decision("approval", SYNTHETIC, ["NFX-020", *answers]),
        decision("union_notice", SYNTHETIC, answers, window_ends="2027-01-10Z"),
        decision("bargaining", SYNTHETIC, answers, **changes),
    ]


def test_a_window_that_is_over_counts_no_longer_where_the_union_bargained_and_did_not_agree() -> None:
    about = SYNTHETIC
    refused = bargained(decision="rejected", granted_at="2027-01-09T09:00:00Z")
    assert finding(report_on(about, *refused[:3]), "SAG-020").status == "met"
    report = report_on(about, *refused)
    assert finding(report, "SAG-020").status == "open"
    assert "the union did not agree: BRG-001 says rejected" in [text for _, _, text in reasons(report, "SAG-020")]
    again = decision("bargaining", about, ["SAG-020"], id="BRG-002", granted_at="2027-01-12T09:00:00Z")
    assert finding(report_on(about, *refused, again), "SAG-020").status == "met"


def test_the_union_alone_says_that_it_was_told_and_that_it_agreed() -> None:
    for kind in ("union_notice", "bargaining"):
        for role in ("studio_legal", "production_legal", "post_supervisor", "director"):
            by = {"id": "P-RODUCER", "organisation": "Production", "role": role}
            records = [each | ({"approver": by} if each["record"] == kind else {}) for each in bargained()]
            if kind == "bargaining":
                records = [without(each, "window_ends") for each in records]
            assert finding(report_on(SYNTHETIC, *records), "SAG-020").status == "open"


def test_a_replica_that_speaks_its_own_language_is_no_dub() -> None:
    assert "SAG-030" not in raised(report_on(replica(use_kind=["replica.voice"])))
    assert "SAG-030" in raised(report_on(replica(use_kind=["replica.voice"], target_language="fr")))


def test_an_existing_agreement_stands_for_a_consent_only_until_the_agreement_s_own_terms_begin() -> None:
    about = TRANSLATED | {"existing_agreement": "Dubbing agreement 2026, clause 7."}
    cut = timeline(clip({"id": "DIS-001"}))
    before = judged(cut, about, *cleared(about), now=datetime(2027, 6, 30, 23, 59, 59, tzinfo=timezone.utc))
    after = judged(cut, about, *cleared(about), now=datetime(2027, 7, 1, tzinfo=timezone.utc))
    assert finding(before, "SAG-030").status == "met"
    assert finding(after, "SAG-030").status == "open"


# Writers and performers


WRITER = person(id="W-001", capacity="writer", recognisable="no")


def test_a_performer_s_consent_is_not_the_writer_s_and_a_writer_s_is_not_the_performer_s() -> None:
    both = replica(use_kind=["gen.text", "replica.likeness"], subjects=[person(), WRITER])
    kinds = ("gen.text", "replica.likeness")
    performer = report_on(both, consent(kinds=kinds), notice())
    assert finding(performer, "SAG-010").status == "met"
    assert [each.subject for each in performer.missing if "WGA-001" in each.required_by] == ["W-001", "W-001"]
    writer = report_on(both, consent("W-001", kinds), notice("W-001"))
    assert finding(writer, "WGA-001").status == "met"
    assert [each.subject for each in writer.missing if "SAG-010" in each.required_by] == [SUBJECT]


def test_a_writer_consents_to_the_text_alone() -> None:
    both = replica(use_kind=["gen.text", "replica.likeness"], subjects=[person(), WRITER], replica_class="ebdr")
    report = report_on(both, consent("W-001", ("gen.text",)), notice("W-001"))
    assert finding(report, "WGA-001").status == "met"


@pytest.mark.parametrize("rule", ["NFX-030", "SAG-010", "CA-001"])
def test_a_performer_s_rule_is_never_met_by_a_disclosure_that_names_a_writer_alone(rule: str) -> None:
    about = replica(subjects=[WRITER])
    found = finding(report_on(about, consent("W-001"), notice("W-001")), rule)
    assert found.status == "open"
    assert "consent: the disclosure names no subject whose it could be" in found.missing


@pytest.mark.parametrize("subjects", [[], [person()]])
def test_a_text_without_a_writer_is_nobody_s_to_allow(subjects: list[Data]) -> None:
    about = disclosure(use_kind=["gen.text"], subjects=subjects)
    found = finding(report_on(about, consent(kinds=("gen.text",)), notice()), "WGA-001")
    assert sorted(found.missing) == [
        "consent: the disclosure names no writer whose it could be",
        "notice: the disclosure names no writer who could have had it",
    ]


def test_a_writer_is_told_at_any_time_and_a_performer_48_hours_before() -> None:
    late = {"given_at": "2026-11-20T09:00:00Z"}
    about = disclosure(use_kind=["gen.text"], subjects=[WRITER])
    writer = without(consent("W-001", ("gen.text",)), "notice")
    assert finding(report_on(about, writer, notice("W-001", **late)), "WGA-001").status == "met"
    report = report_on(replica(), without(consent(), "notice"), notice(**late))
    assert "NTC-001" in [id for id, _, _ in reasons(report, "NFX-030")]


# Representation


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "names neither counsel nor a union that represented the person"),
        ({"representation": {"counsel": "C"}}, "does not say that its terms are clear and conspicuous"),
        ({"representation": {"counsel": "C"}, "clear_and_conspicuous": True}, "its terms are signed separately"),
        (
            {"representation": {"union": "SAG-AFTRA"}, "intended_use": "A" + " " * 30 + "double."},
            "does not describe the intended use in a reasonably specific way",
        ),
    ],
)
def test_a_consent_without_representation_says_what_it_lacks(changes: Data, says: str) -> None:
    report = report_on(replica(), consent(**changes))
    assert any(says in text for _, _, text in reasons(report, "CA-001"))
    assert finding(report, "SAG-010").status == "met"


def test_of_two_performers_each_is_represented() -> None:
    about = replica(subjects=[person(), person(id="P-002")])
    union = {"representation": {"union": "SAG-AFTRA"}}
    report = report_on(about, consent(**union), consent("P-002", id="CON-002", **dict.fromkeys(CLEAR, True)))
    assert [each.subject for each in report.missing if "CA-001" in each.required_by] == ["P-002"]


# Where a label is


@pytest.mark.parametrize(
    ("listed", "delivered", "wanted"),
    [
        (["EU"], ["FR", "US"], ("FR",)),
        (["EU"], ["worldwide"], ("EU",)),
        (["EU"], [], ("EU",)),
        (["EU"], ["US"], ()),
        (["US-NY"], ["US"], ("US-NY",)),
        (["US"], ["US-NY"], ("US-NY",)),
        (["CN", "EU"], ["EU", "CN"], ("CN", "EU")),
        (["EU"], ["DE", "DE-BY"], ("DE", "DE-BY")),
    ],
)
def test_of_the_territories_of_a_rule_those_count_that_are_delivered_to(
    listed: list[str], delivered: list[str], wanted: tuple[str, ...]
) -> None:
    assert delivered_of(listed, delivered) == wanted


def test_a_territory_lies_in_what_holds_it() -> None:
    assert beyond(["FR", "US-NY", "CN"], ["EU", "US"]) == ("CN",)
    assert beyond(["EU"], ["FR", "DE"]) == ("EU",)
    assert beyond(["EU", "CN"], ["worldwide"]) == ()


@pytest.mark.parametrize(
    ("territories", "met"), [(["EU"], True), (["worldwide"], True), (None, True), (["FR"], False), (["US"], False)]
)
def test_a_label_plan_is_for_all_of_the_union_that_is_delivered_to(territories: list[str] | None, met: bool) -> None:
    about = disclosure()
    plan = decision("label_plan", about, ["EU-001"], **({"territories": territories} if territories else {}))
    assert (finding(report_on(about, plan), "EU-001").status == "met") == met


def test_a_statutory_exception_is_of_no_help_to_a_claimed_one() -> None:
    about = replica(exceptions=["as_scripted"])
    report = report_on(about, decision("exception", about, ["NFX-031"], kinds=["statutory"]), consent())
    assert finding(report, "NFX-031").status == "open"


# Packs of one's own


def test_a_rule_about_two_kinds_is_met_by_a_disclosure_of_two_kinds(tmp_path: Path) -> None:
    when = "{disclosure: {use_kind: [gen.shot, gen.still]}, any_of: [{disclosure: {use_kind: [alter.age, gen.still]}}]}"
    path = tmp_path / "house.yaml"
    path.write_text(PACK + rule("HSE-001", when), encoding="utf-8")
    active = policy(("core",), [path])
    for kinds, fires in ((["gen.still"], True), (["alter.age", "gen.shot"], True), (["gen.shot"], False)):
        report = judged(timeline(clip({"id": "DIS-001"})), disclosure(use_kind=kinds), policy=active)
        assert ("HSE-001" in raised(report)) == fires


def test_the_kinds_of_a_rule_are_those_without_which_it_cannot_hold() -> None:
    one = {"disclosure": {"use_kind": ["gen.shot", "gen.still"]}}
    assert kinds_of(one | {"any_of": [{"disclosure": {"use_kind": "alter.age"}}]}) == {"alter.age"}
    assert kinds_of(one | {"any_of": [{"derived": {"likeness": True}}]}) == {"gen.shot", "gen.still"}
    assert kinds_of({"not": one}) is None


def test_the_packs_of_law_ask_for_nothing_where_they_are_not_chosen() -> None:
    about = disclosure(use_kind=["gen.person.crowd", "gen.text"], identity="nonidentifiable_human", deepfake="yes")
    context = replace(CONTEXT, territories=("worldwide",), deliverable_type="advertisement")
    report = judged(timeline(clip({"id": "DIS-001"})), about, context=context, packs=DEFAULT)
    assert not {each for each in raised(report) if each.startswith(("CA-", "CN-", "EU-", "NY-", "SRC-", "WGA-"))}
