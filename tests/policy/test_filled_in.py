"""Ways to fill in a disclosure, or a record, that must not lead past a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    CONTEXT,
    SUBJECT,
    clearance,
    cleared,
    clip,
    consent,
    decision,
    disclosure,
    finding,
    judged,
    notice,
    notification,
    raised,
    reasons,
    replica,
    scope,
    timeline,
)

Data = dict[str, Any]
TAG = {"id": "DIS-001"}
LIVING = {"id": SUBJECT, "capacity": "principal", "living": "yes", "minor": "no", "recognisable": "yes"}
PRINCIPLES = dict.fromkeys(
    ("no_unowned_material", "no_training_or_retention", "enterprise_secured", "temporary_only", "no_talent_replaced"),
    "yes",
)


def report(*records: Data, tag: Any = TAG, **changes: Any) -> Any:
    return judged(timeline(clip(tag)), *records, **changes)


@pytest.mark.parametrize(
    "kind",
    ["gen.shot", "gen.still", "gen.element", "gen.environment", "gen.key_visual", "gen.creature", "gen.music"],
)
def test_a_living_person_in_anything_generated_consents_to_that_kind(kind: str) -> None:
    about = disclosure(use_kind=[kind], identity="identifiable_living", subjects=[LIVING])
    assert finding(report(*cleared(about)), "NFX-030").effect == "block"
    assert finding(report(*cleared(about)), "SAG-010").effect == "block"
    other = report(*cleared(about), consent(kinds=("alter.cosmetic",)))
    assert ("CON-001", "", f"does not allow {kind}") in reasons(other, "SAG-010")
    assert finding(report(*cleared(about), consent(kinds=(kind,))), "SAG-010").status == "met"


def test_a_consent_to_play_one_character_is_none_to_play_another_of_the_same_disclosure() -> None:
    about = replica(characters=["Mara", "Tom"], subjects=[LIVING | {"character": "Tom"}])
    mara, tom = (consent(scope=scope("consent", characters=[each])) for each in ("Mara", "Tom"))
    assert finding(report(*cleared(about), mara), "SAG-010").effect == "block"
    assert finding(report(*cleared(about), tom), "SAG-010").status == "met"


def test_where_nobody_says_who_plays_whom_each_consent_is_for_all_characters() -> None:
    about = replica(characters=["Mara", "Tom"])
    assert finding(report(*cleared(about), consent(scope=scope("consent", characters=["Tom"]))), "SAG-010").missing


def test_each_work_of_others_is_cleared_by_itself() -> None:
    about = disclosure(third_party_ip=[{"work": "A poster"}, {"work": "urn:work:2"}])
    held = [about, notification(about), decision("approval", about, ["NFX-020", "NFX-044"])]
    one, two = clearance(about), clearance(about, "CLR-002", work={"id": "URN:WORK:2", "title": "A song"})
    assert finding(report(*held, one), "NFX-044").missing == (
        "clearance of third_party_ip or archive or music or sound rights in urn:work:2 by the rights holder",
    )
    assert ("CLR-001", "", "clears A poster, not urn:work:2") in reasons(report(*held, one), "NFX-044")
    assert report(*held, one, two).verdict == "allow"


@pytest.mark.parametrize(("at", "verdict"), [("2026-12-09T09:00:00Z", "allow"), ("2026-12-11T09:00:00Z", "block")])
def test_a_refused_approval_undoes_an_earlier_word_that_none_is_needed(at: str, verdict: str) -> None:
    about = disclosure(use_kind=["gen.element"])
    incidental = decision("incidental", about, ["NFX-021"])
    refused = decision("approval", about, ["NFX-020"], decision="rejected", granted_at=at)
    assert report(about, notification(about), incidental).verdict == "allow"
    assert report(about, notification(about), incidental, refused).verdict == verdict


@pytest.mark.parametrize(
    ("principle", "rule"),
    [
        ("no_unowned_material", "NFX-044"),
        ("no_training_or_retention", "NFX-043A"),
        ("enterprise_secured", "NFX-040"),
        ("no_talent_replaced", "NFX-051"),
    ],
)
def test_a_principle_that_was_not_kept_is_as_good_as_the_fact_behind_it(principle: str, rule: str) -> None:
    flags = {"input.proprietary": "yes"}
    assert rule not in raised(report(*cleared(disclosure(principles=PRINCIPLES, flags=flags))))
    broken = disclosure(principles=PRINCIPLES | {principle: "no"}, flags=flags)
    assert finding(report(*cleared(broken)), rule).effect == "block"
    unsure = disclosure(principles=PRINCIPLES | {principle: "unsure"}, flags=flags)
    assert report(*cleared(unsure)).verdict == "block"


WHOLE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
OPEN = "http://cv.iptc.org/newscodes/digitalsourcetype/composite"


def evidenced(source_type: str, **changes: Any) -> bool:
    """Whether a clip whose metadata has ``source_type`` is undisclosed beside a disclosure with ``changes``."""
    made = clip(TAG)
    made.media_reference.metadata["source"] = source_type
    return "GEN-001" in raised(judged(timeline(made), disclosure(**changes)))


@pytest.mark.parametrize(
    ("changes", "undisclosed"),
    [
        ({"use_kind": ["gen.shot"]}, False),
        ({"use_kind": ["alter.cosmetic"]}, True),
        ({"use_kind": ["enhance.upscale"]}, True),
        ({"use_kind": ["gen.shot"], "digital_source_type": "trainedAlgorithmicMedia"}, False),
        ({"use_kind": ["gen.shot"], "digital_source_type": "compositeSynthetic"}, True),
        ({"use_kind": ["alter.cosmetic"], "digital_source_type": "trainedAlgorithmicMedia"}, False),
    ],
)
def test_media_that_says_it_is_generated_whole_is_not_disclosed_as_less(changes: Data, undisclosed: bool) -> None:
    assert evidenced(WHOLE, **changes) == undisclosed


@pytest.mark.parametrize(
    ("changes", "undisclosed"),
    [
        ({}, False),
        ({"digital_source_type": "compositeCapture"}, False),
        ({"digital_source_type": "composite"}, True),
    ],
)
def test_a_disclosure_that_leaves_the_source_type_as_open_resolves_nothing(changes: Data, undisclosed: bool) -> None:
    assert evidenced(OPEN, **changes) == undisclosed


def test_of_a_tag_and_a_ledger_that_differ_one_is_corrected_and_no_record_stands_in() -> None:
    about = disclosure()
    escalation = decision("escalation", about, ["GEN-002"], resolves={"prominence": "incidental"})
    differs = report(*cleared(about), escalation, tag="GENAI gen.environment id=DIS-001 prominence=featured")
    assert finding(differs, "GEN-002").effect == "block"
    assert "escalation" not in finding(differs, "GEN-002").remedy


def test_notice_and_consent_of_a_living_person_in_a_shot_are_enough_with_the_studios_word() -> None:
    about = disclosure(
        use_kind=["gen.creature"],
        identity="identifiable_living",
        subjects=[LIVING],
        work_started_at="2026-11-20T09:00:00Z",
    )
    held = [
        about,
        notification(about),
        notice(),
        consent(kinds=("gen.creature",)),
        decision("approval", about, ["NFX-020", "NFX-030"]),
        decision("legal_review", about, ["NFX-030"]),
    ]
    assert report(*held).verdict == "allow"


@pytest.mark.parametrize("kind", ["gen.shot", "gen.person.crowd", "alter.identity_mask", "gen.factual"])
@pytest.mark.parametrize("identity", ["none", "nonidentifiable_human"])
def test_who_can_be_recognised_consents_whatever_the_identity_says(kind: str, identity: str) -> None:
    about = disclosure(use_kind=[kind], identity=identity, subjects=[LIVING])
    assert finding(report(*cleared(about)), "SAG-010").effect == "block"
    hidden = disclosure(use_kind=[kind], identity=identity, subjects=[LIVING | {"recognisable": "no"}])
    assert "SAG-010" not in raised(report(*cleared(hidden)))


def test_who_is_filed_as_a_writer_and_can_be_recognised_consents_like_a_performer() -> None:
    other = LIVING | {"id": "P-002", "capacity": "writer"}
    one, two = consent(), consent("P-002", id="CON-002")
    seen = replica(subjects=[LIVING, other])
    assert finding(report(*cleared(seen), one), "SAG-010").effect == "block"
    assert finding(report(*cleared(seen), one, two), "SAG-010").status == "met"
    unseen = replica(subjects=[LIVING, other | {"recognisable": "no"}])
    assert finding(report(*cleared(unseen), one), "SAG-010").status == "met"


def test_a_character_that_the_disclosure_does_not_know_adds_to_those_that_it_does() -> None:
    about = replica(characters=["Tom"], subjects=[LIVING | {"character": "Mara"}])
    for characters, status in ((["Mara"], "open"), (["Tom"], "open"), (["Mara", "Tom"], "met")):
        held = consent(scope=scope("consent", characters=characters))
        assert finding(report(*cleared(about), held), "SAG-010").status == status


MODELS = [
    {"id": "M-MARA", "production": "MYSHOW", "trained_on": [SUBJECT]},
    {"id": "M-TOM", "production": "MYSHOW", "trained_on": ["P-002"]},
]


def test_a_performer_s_consent_names_the_models_that_were_trained_on_them() -> None:
    about = replica(subjects=[LIVING, LIVING | {"id": "P-002"}], models=MODELS)
    mara = consent(scope=scope("consent", models=["M-MARA"]))
    tom, wrong = (consent("P-002", id="CON-002", scope=scope("consent", models=[each])) for each in ("M-TOM", "M-MARA"))
    assert finding(report(*cleared(about), mara, tom), "SAG-010").status == "met"
    assert finding(report(*cleared(about), mara, wrong), "SAG-010").status == "open"


@pytest.mark.parametrize("model", [{"id": "M-9"}, {"id": "M-9", "production": "OTHER"}])
def test_a_model_of_no_known_production_is_a_question_that_blocks(model: Data) -> None:
    unsure = report(*cleared(disclosure(models=[model])))
    assert (unsure.verdict, "NFX-032" in finding(unsure, "GEN-002").what) == ("block", True)


def test_everybody_on_whom_a_foreign_model_was_trained_consents_seen_or_not() -> None:
    models = [{"id": "M-9", "production": "OTHER", "trained_on": [SUBJECT, "P-777"]}]
    about = replica(models=models)
    here = consent(training=True, scope=scope("consent", models=["M-9"]))
    there = consent("P-777", id="CON-777", training=True, scope=scope("consent", models=["M-9"]))
    missing = finding(report(*cleared(about), here), "NFX-032").missing
    assert [each.split(" that")[0] for each in missing] == ["consent of P-777"]
    assert finding(report(*cleared(about), here, there), "NFX-032").status == "met"


def test_a_flag_takes_nobody_back_whom_a_foreign_model_names() -> None:
    models = [{"id": "M-9", "production": "OTHER", "trained_on": ["P-777"]}]
    about = disclosure(models=models, flags={"model.trained_on_performer": "no"})
    assert finding(report(*cleared(about)), "NFX-032").effect == "block"


def test_a_licence_of_a_picture_clears_no_style() -> None:
    about = disclosure(flags={"input.artist_style": "yes"}, third_party_ip=[{"work": "A poster"}])
    held = [about, notification(about), decision("approval", about, ["NFX-020", "NFX-044"]), clearance(about)]
    assert finding(report(*held), "NFX-044").missing == ("clearance of style rights by the rights holder",)
    assert report(*held, clearance(about, "CLR-002", rights_type="style")).verdict == "allow"


@pytest.mark.parametrize(
    ("plan", "delivery", "status"),
    [
        (["US"], ("US",), "met"),
        (["US"], ("US", "FR"), "open"),
        (["US"], ("worldwide",), "open"),
        (["US"], (), "open"),
        (["worldwide"], (), "met"),
        (None, ("US", "FR"), "met"),
    ],
)
def test_a_label_plan_is_for_everywhere_that_is_delivered_to(plan: Any, delivery: tuple[str, ...], status: str) -> None:
    about = disclosure(use_kind=["gen.factual"])
    held = [*cleared(about, "NFX-050"), decision("legal_review", about, ["NFX-050"])]
    stated = {} if plan is None else {"territories": plan}
    label = decision("label_plan", about, ["NFX-050"], **stated)
    found = finding(report(*held, label, context=replace(CONTEXT, territories=delivery)), "NFX-050")
    assert found.status == status


def test_two_bodies_of_one_disclosure_are_two_findings_that_can_be_told_apart() -> None:
    about = disclosure()
    found = [
        each
        for each in report(*cleared(about), tag=disclosure(prominence="featured")).findings
        if each.rule == "NFX-020"
    ]
    assert sorted(each.status for each in found) == ["met", "open"]
    assert len({each.fingerprint for each in found}) == 2
    assert [each.what.startswith("as the timeline has it") for each in found if each.status == "open"] == [True]
