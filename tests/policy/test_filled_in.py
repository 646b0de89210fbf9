"""Ways to fill in a disclosure, or a record, that must not lead past a rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
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
