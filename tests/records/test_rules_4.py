"""What a record must satisfy beyond being there: a test for every line of section 4 of the rules, by its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.documents.schemas import faults
from otiogate.errors import StoreError
from otiogate.records.context import Context
from otiogate.records.store import FolderStore
from otiogate.report.model import Report
from tests.builders import (
    CONTEXT,
    EVIDENCE,
    MEDIA,
    NOW,
    SUBJECT,
    TEMP,
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
    timeline,
    without,
)

Data = dict[str, Any]
TAGGED = {"id": "DIS-001"}
FACTUAL = ("approval", "legal_review", "label_plan")
"""The decisions that material taken for fact needs."""


def cut(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    return timeline(*clips or (clip(TAGGED),))


def replica_records(about: Data, *consents: Data) -> list[Data]:
    """Everything that a replica needs but its consents, and the consents."""
    return [
        *cleared(about, "NFX-030", "SAG-014"),
        decision("legal_review", about, ["NFX-030", "SAG-014", "SAG-016"]),
        *consents,
    ]


def person(id: str = SUBJECT, **changes: Any) -> Data:
    return {"id": id, "capacity": "principal", "living": "yes", "minor": "no", "recognisable": "yes"} | changes


def why(report: Report, rule: str) -> str:
    return " | ".join(text for _, _, text in reasons(report, rule))


def with_approval(**changes: Any) -> list[Data]:
    about = disclosure()
    return [about, notification(about), decision("approval", about, ["NFX-020"], **changes)]


# 1. Scope is a subset check, on every axis at once; excludes beat includes; worldwide and groups expand.


@pytest.mark.parametrize(
    ("axis", "other"),
    [
        ("season", ["2"]),
        ("episodes", ["102"]),
        ("scenes", ["13"]),
        ("characters", ["Tom"]),
        ("media", ["theatrical"]),
        ("deliverables", ["trailer"]),
        ("territories", ["GB"]),
        ("languages", ["fr"]),
        ("models", ["M-2"]),
    ],
)
def test_4_1_a_consent_that_misses_one_axis_of_nine_does_not_count(axis: str, other: list[str]) -> None:
    about = replica()
    full = scope(
        "consent",
        season=["1"],
        episodes=["101"],
        scenes=["12"],
        characters=["Mara"],
        media=["streaming"],
        deliverables=["episode"],
        territories=["US"],
        languages=["en"],
        models=["M-1"],
    )
    assert judged(cut(), *replica_records(about, consent(scope=full))).verdict == "allow"
    for scoped in (full | {axis: other}, without(full, axis)):
        report = judged(cut(), *replica_records(about, consent(scope=scoped)))
        assert report.verdict == "block"
        assert axis in why(report, "SAG-010")


@pytest.mark.parametrize(
    ("axis", "excluded"),
    [
        ("season", ["1"]),
        ("episodes", ["101"]),
        ("scenes", ["12"]),
        ("characters", ["MARA"]),
        ("media", ["Streaming"]),
        ("deliverables", ["episode"]),
        ("territories", ["US-NY"]),
        ("languages", ["en-GB"]),
        ("models", ["m-1"]),
    ],
)
def test_4_1_excludes_beat_any(axis: str, excluded: list[str]) -> None:
    about = replica()
    narrowed = scope("consent", excludes={axis: excluded})
    report = judged(cut(), *replica_records(about, consent(scope=narrowed)))
    assert report.verdict == "block"
    assert "exclude" in why(report, "SAG-010")


@pytest.mark.parametrize(
    ("delivered", "allowed", "verdict"),
    [
        (("US",), ["worldwide"], "allow"),
        (("US-NY",), ["US"], "allow"),
        (("US",), ["US-NY", "US-CA"], "block"),
        (("DE", "FR"), ["EU"], "allow"),
        (("GB",), ["EU"], "block"),
        (("EU",), ["EU"], "allow"),
        (("EU",), ["DE", "FR"], "block"),
        (("US", "CN"), ["US"], "block"),
        (("worldwide",), ["US", "EU"], "block"),
        (("worldwide",), ["worldwide"], "allow"),
    ],
)
def test_4_1_territories_and_groups_expand_to_lists(
    delivered: tuple[str, ...], allowed: list[str], verdict: str
) -> None:
    records = with_approval(scope=scope("decision", territories=allowed))
    report = judged(cut(), *records, context=replace(CONTEXT, territories=delivered))
    assert report.verdict == verdict


def test_4_1_a_consent_to_one_language_is_none_to_a_dub_into_another() -> None:
    about = replica(use_kind=["alter.lipsync.translation"], fidelity="substantive", target_language="fr")
    records = [*cleared(about), decision("legal_review", about, ["SAG-010"])]
    kinds = ("alter.lipsync.translation",)
    report = judged(cut(), *records, consent(kinds=kinds))
    assert report.verdict == "allow"
    dubbed = replica(target_language="fr")
    english = consent(scope=scope("consent", languages=["en"]))
    assert "do not include fr" in why(judged(cut(), *replica_records(dubbed, english)), "SAG-010")
    both = consent(scope=scope("consent", languages=["en", "fr"]))
    assert judged(cut(), *replica_records(dubbed, both)).verdict == "allow"


@pytest.mark.parametrize("stated", ["icdr", None])
def test_4_1_a_consent_to_one_class_of_replica_is_none_to_another_or_to_one_that_is_not_stated(
    stated: str | None,
) -> None:
    about = replica(replica_class=stated) if stated else replica()
    for given, verdict in (("ebdr", "block"), (stated, "allow")):
        held = consent(replica_class=given) if given else consent()
        assert judged(cut(), *replica_records(about, held)).verdict == verdict


def test_4_1_what_fits_on_every_axis_but_one_fits_on_none() -> None:
    about = replica()
    elsewhere = consent(scope=scope("consent", episodes=["102"]))
    here = consent(id="CON-002", scope=scope("consent", territories=["GB"]))
    assert judged(cut(), *replica_records(about, elsewhere, here)).verdict == "block"


# 2. Three dates; expires <= now means expired; a missing end is not forever; a date ends at the end of its day.


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [
        ("2027-01-15T12:00:00Z", "block"),
        ("2027-01-15T12:00:01Z", "allow"),
        ("2027-01-15Z", "allow"),
        ("2027-01-14Z", "block"),
        ("2027-01-15+14:00", "block"),
        ("2027-01-14-14:00", "allow"),
    ],
)
def test_4_2_an_approval_expires_at_its_end_in_the_zone_it_names(expires: str, verdict: str) -> None:
    context = replace(CONTEXT, release_date=None)
    assert judged(cut(), *with_approval(expires_at=expires), context=context).verdict == verdict


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [("2027-02-28Z", "block"), ("2027-03-01T00:00:00Z", "block"), ("2027-03-01Z", "allow")],
)
def test_4_2_an_approval_still_holds_at_the_release(expires: str, verdict: str) -> None:
    assert judged(cut(), *with_approval(expires_at=expires)).verdict == verdict


@pytest.mark.parametrize(
    ("until", "verdict"),
    [("2029-02-28T23:59:59Z", "block"), ("2029-03-01T00:00:00Z", "allow"), ("2029-02-28Z", "allow")],
)
def test_4_2_a_clearance_holds_until_the_licence_ends(until: str, verdict: str) -> None:
    about = disclosure(flags={"input.third_party_ip": "yes"})
    rights = clearance(about, term={"from": "2026-01-01Z", "until": until})
    assert judged(cut(), *cleared(about, "NFX-044"), rights).verdict == verdict


def test_4_2_a_clearance_whose_term_begins_after_the_release_does_not_count() -> None:
    about = disclosure(flags={"input.third_party_ip": "yes"})
    late = clearance(about, term={"from": "2027-03-02Z", "until": "2030-12-31Z"})
    assert judged(cut(), *cleared(about, "NFX-044"), late).verdict == "block"


@pytest.mark.parametrize(
    ("record", "keys"),
    [(consent(), ("expires_at",)), (decision("approval", disclosure(), ["NFX-020"]), ("expires_at",))],
)
def test_4_2_a_record_without_an_end_says_why_or_is_no_record(tmp_path: Path, record: Data, keys: tuple[str]) -> None:
    endless = without(record, *keys)
    assert faults(record["record"], endless)
    assert not faults(record["record"], endless | {"no_expiry_reason": "Bought out."})


@pytest.mark.parametrize("end", [{"no_expiry_reason": "For the life of the programme."}, {"expires_at": "2027-12-31Z"}])
def test_4_2_a_consent_with_an_end_or_a_reason_why_not_counts(end: Data) -> None:
    about = replica()
    report = judged(cut(), *replica_records(about, without(consent(), "expires_at") | end))
    assert report.verdict == "allow"


@pytest.mark.parametrize(
    ("suspension", "verdict"),
    [
        ({"from": "2027-01-15T12:00:00Z"}, "block"),
        ({"from": "2027-01-10Z", "until": "2027-01-15T12:00:00Z"}, "allow"),
        ({"from": "2027-01-10Z", "until": "2027-01-14Z"}, "allow"),
        ({"from": "2027-01-10Z", "until": "2027-01-15Z"}, "block"),
        ({"from": "2027-02-01Z"}, "block"),
        ({"from": "2027-02-01Z", "until": "2027-02-27Z"}, "allow"),
        ({"from": "2027-02-01Z", "until": "2027-03-01Z"}, "block"),
        ({"from": "2027-03-02Z"}, "allow"),
    ],
)
def test_4_2_a_consent_is_not_suspended_today_nor_at_the_release(suspension: Data, verdict: str) -> None:
    about = replica()
    held = consent(suspensions=[suspension | {"reason": "Strike."}])
    assert judged(cut(), *replica_records(about, held)).verdict == verdict


@pytest.mark.parametrize("kind", ["approval", "legal_review", "label_plan"])
@pytest.mark.parametrize("end", [{"expires_at": "2027-01-15T12:00:00Z"}, {"granted_at": "2027-01-15T12:00:01Z"}])
def test_4_2_every_decision_is_held_against_the_day_of_the_export(kind: str, end: Data) -> None:
    about = disclosure(flags={"real_event": "yes"})
    records = [notification(about), *(decision(each, about, ["NFX-020", "NFX-050"]) for each in FACTUAL)]
    assert judged(cut(), about, *records).verdict == "allow"
    changed = [each | end if each["record"] == kind else each for each in records]
    assert judged(cut(), about, *changed).verdict == "block"


def test_4_2_a_clearance_without_an_end_says_that_it_is_perpetual_and_why() -> None:
    about = disclosure(flags={"input.third_party_ip": "yes"})
    endless = {"from": "2026-01-01Z"}
    assert faults("clearance", clearance(about, term=endless))
    reasoned = clearance(about, term=endless | {"perpetual_reason": "Bought out."})
    assert judged(cut(), *cleared(about, "NFX-044"), reasoned).verdict == "allow"


@pytest.mark.parametrize("day", ["2028-12-31", "2028-12-31T12:00:00", "31.12.2028", "tomorrow"])
def test_4_2_a_date_that_names_no_zone_is_none(day: str) -> None:
    assert faults("consent", consent(expires_at=day))


# 3. Bound to what was approved: the hash of the disclosure and of the media; an edit after the approval voids it.


@pytest.mark.parametrize(
    "edit",
    [
        {"prominence": "featured"},
        {"use_kind": ["gen.environment", "relight"]},
        {"identity": "nonidentifiable_human"},
        {"fidelity": "as_performed"},
        {"media": MEDIA | {"reel": "A002"}},
        {"flags": {"input.proprietary": "no"}},
        {"ranges": ["00:00:00:00-00:00:20:00"]},
        {"declared_by": "V-OTHER"},
    ],
)
def test_4_3_an_edit_of_the_disclosure_voids_the_approval(edit: Data) -> None:
    edited = disclosure(**edit)
    approval = decision("approval", disclosure(), ["NFX-020"])
    report = judged(cut(), edited, notification(edited), approval)
    assert report.verdict == "block"
    assert "another version" in why(report, "NFX-020")


@pytest.mark.parametrize(
    "media",
    [
        {"reference": "vfx_010_v2.mov", "reel": "A001"},
        {"reference": "vfx_010.mov", "reel": "A002"},
        {"reference": "vfx_010.mxf"},
        {"sha256": "sha256:" + "7" * 64},
        {"reel": "BL"},
    ],
)
def test_4_3_an_approval_that_was_given_for_other_media_does_not_count(media: Data) -> None:
    about = disclosure()
    entry = {"disclosure": "DIS-001", "digest": digest_of(about), "media": media}
    report = judged(cut(), *with_approval(covers=[entry]))
    assert report.verdict == "block"
    assert ("APR-001", "TRUST-001") in [(id, rule) for id, rule, _ in reasons(report, "NFX-020")]


@pytest.mark.parametrize(
    "other",
    [
        clip(TAGGED, reference="evil.mov", reel="A001"),
        clip(TAGGED, reference="vfx_010.mov", reel="B009"),
        clip(TAGGED, name="evil", reference="", reel=""),
    ],
)
def test_4_3_the_tag_of_an_approved_clip_on_other_media_is_not_approved(other: otio.schema.Clip) -> None:
    assert judged(timeline(other), *with_approval()).verdict == "block"


def test_4_3_a_clip_name_binds_an_approval_only_where_the_timeline_names_no_file_and_no_reel() -> None:
    about = disclosure()
    by_name = [{"disclosure": "DIS-001", "digest": digest_of(about), "media": {"clip_name": "vfx_010"}}]
    records = with_approval(covers=by_name)
    other_file = clip(TAGGED, reference="evil.mov", reel="B009")
    assert judged(timeline(other_file), *records).verdict == "block"
    assert judged(timeline(clip(TAGGED, reference="", reel="")), *records).verdict == "allow"


def test_4_3_an_approval_that_names_the_reel_alone_is_for_the_file_that_the_disclosure_names() -> None:
    about = disclosure()
    by_reel = [{"disclosure": "DIS-001", "digest": digest_of(about), "media": {"reel": "A001"}}]
    records = with_approval(covers=by_reel)
    assert judged(cut(), *records).verdict == "allow"
    assert judged(cut(clip(TAGGED, reference="evil.mov", reel="A001")), *records).verdict == "block"


def test_4_3_an_approval_that_covers_one_of_two_clips_does_not_clear_the_other() -> None:
    report = judged(cut(clip(TAGGED), clip(TAGGED, reference="evil.mov", reel="B009")), *with_approval())
    assert report.verdict == "block"


def test_4_3_an_approval_may_name_each_of_several_media_of_one_disclosure() -> None:
    about = disclosure(effect="Morph")
    entry = {"disclosure": "DIS-001", "digest": digest_of(about)}
    named = [entry | {"media": MEDIA}, entry | {"media": {"reference": "vfx_020.mov", "reel": "A002"}}]
    two = cut(clip(TAGGED), clip(TAGGED, reference="vfx_020.mov", reel="A002"))
    records = [about, notification(about), decision("approval", about, ["NFX-020"], covers=named)]
    assert judged(two, *records).verdict == "allow"
    three = cut(clip(TAGGED), clip(TAGGED, reference="vfx_020.mov", reel="A002"), clip(TAGGED, reference="evil.mov"))
    assert judged(three, *records).verdict == "block"


def test_4_3_an_effect_in_the_disclosure_does_not_carry_an_approval_to_other_clips() -> None:
    about = disclosure(effect="FaceFix")
    assert judged(cut(), *cleared(about)).verdict == "allow"
    report = judged(cut(clip(TAGGED), clip(TAGGED, reference="evil.mov", reel="B009")), *cleared(about))
    assert report.verdict == "block"


def test_4_3_a_transition_is_approved_for_the_one_of_its_two_sides_that_the_disclosure_is_about() -> None:
    about = disclosure(effect="Morph")
    sides = timeline(clip(), clip(reference="plate.mov", reel="C001"))
    sides.tracks[0].insert(1, otio.schema.Transition("Morph", "Custom", *offsets(), metadata={"genai": TAGGED}))
    assert judged(sides, *cleared(about)).verdict == "allow"
    other = timeline(clip(reference="evil.mov", reel="D001"), clip(reference="plate.mov", reel="C001"))
    other.tracks[0].insert(1, otio.schema.Transition("Morph", "Custom", *offsets(), metadata={"genai": TAGGED}))
    assert judged(other, *cleared(about)).verdict == "block"
    both = timeline(clip(), clip(reference="plate.mov", reel="C001"), clip(reference="evil.mov"), clip(reference="e2"))
    both.tracks[0].insert(3, otio.schema.Transition("Morph", "Custom", *offsets(), metadata={"genai": TAGGED}))
    both.tracks[0].insert(1, otio.schema.Transition("Morph", "Custom", *offsets(), metadata={"genai": TAGGED}))
    assert judged(both, *cleared(about)).verdict == "block"


def offsets() -> tuple[otio.opentime.RationalTime, otio.opentime.RationalTime]:
    return otio.opentime.RationalTime(4, 24), otio.opentime.RationalTime(4, 24)


def test_4_3_adding_an_approval_or_a_match_to_the_disclosure_does_not_void_what_was_approved() -> None:
    records = with_approval()
    later = disclosure(
        approvals=["APR-001"],
        notification=["NTF-001"],
        match=[{"reference": "vfx_010.mov"}],
        note="Seen by all.",
        declared_at="2026-12-20T09:00:00Z",
    )
    assert judged(cut(), later, *records[1:]).verdict == "allow"


@pytest.mark.parametrize("record", ["legal_review", "label_plan", "clearance"])
def test_4_3_an_edit_voids_every_decision_and_every_clearance(record: str) -> None:
    before = disclosure(flags={"real_event": "yes", "input.third_party_ip": "yes"})
    after = before | {"prominence": "featured"}

    def given(about: Data) -> list[Data]:
        answers = ["NFX-020", "NFX-044", "NFX-050"]
        return [notification(about), clearance(about), *(decision(each, about, answers) for each in FACTUAL)]

    assert judged(cut(), after, *given(after)).verdict == "allow"
    old = [each for each in given(before) if each["record"] == record]
    new = [each for each in given(after) if each["record"] != record]
    report = judged(cut(), after, *new, *old)
    assert report.verdict == "block"
    assert "another version" in why(report, "NFX-044" if record == "clearance" else "NFX-050")


def test_4_3_an_approved_file_beside_the_one_that_is_shown_does_not_carry_its_approval() -> None:
    made = clip(TAGGED, reference="vfx_010_v2.mov")
    old = otio.schema.ExternalReference("file:///show/vfx_010.mov", made.media_reference.available_range)
    made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "old": old}, "DEFAULT_MEDIA")
    assert judged(cut(made), *with_approval()).verdict == "block"


@pytest.mark.parametrize(
    ("url", "label"), [("evil.mov", "vfx_010.mov"), ("https://a.example/evil.mov?x=/vfx_010.mov", "")]
)
def test_4_3_a_file_is_told_by_its_own_name_and_not_by_a_label_or_a_query(url: str, label: str) -> None:
    made = clip(TAGGED)
    made.media_reference.target_url = url
    made.media_reference.name = label
    assert judged(cut(made), *with_approval()).verdict == "block"


# 4. Authority: the role may answer; the requester cannot approve; an agent or estate proves its authority.


@pytest.mark.parametrize("id", ["E-COORDINATOR", "e-coordinator", "V-VENDOR", "v-vendor", "E-EDITOR", "E-ASKED"])
def test_4_4_nobody_approves_what_they_asked_for_or_declared(id: str) -> None:
    about = disclosure(requested_by="E-EDITOR")
    approval = decision(
        "approval", about, ["NFX-020"], approver={"id": id, "organisation": "Studio", "role": "studio_contact"}
    )
    context = replace(CONTEXT, requested_by="E-Asked")
    report = judged(cut(), about, notification(about), approval, context=context)
    assert report.verdict == "block"
    assert ("APR-001", "TRUST-001") in [(id, rule) for id, rule, _ in reasons(report, "NFX-020")]


@pytest.mark.parametrize(
    ("kind", "rule", "about"),
    [
        ("incidental", "NFX-021", disclosure(use_kind=["gen.element"])),
        ("escalation", "NFX-041", disclosure(inputs=[{"reference": "scan.obj", "sensitivity": "likeness"}])),
        ("legal_review", "NFX-030", replica()),
        ("exception", "NFX-031", replica(exceptions=["as_scripted"])),
        ("label_plan", "NFX-050", disclosure(flags={"real_event": "yes"})),
        ("consultation", "NFX-023", disclosure(use_kind=["gen.key_visual"])),
    ],
)
@pytest.mark.parametrize("who", ["post_supervisor", "union_rep"])
def test_4_4_every_decision_is_checked_for_its_role_and_its_requester(
    kind: str, rule: str, about: Data, who: str
) -> None:
    changes = {"resolves": {"input.proprietary": "yes"}} if kind == "escalation" else {}
    wrong_role = decision(
        kind, about, [rule], approver={"id": "S-OTHER", "organisation": "Post", "role": who}, **changes
    )
    asker = decision(kind, about, [rule], requested_by="S-APPROVER", **changes)
    for record in (wrong_role, asker):
        report = judged(cut(), about, record)
        assert (record["id"], "TRUST-001") in [(id, says) for id, says, _ in reasons(report, rule)]


def test_4_4_nobody_reviews_a_clearance_for_their_own_use() -> None:
    about = disclosure(flags={"input.third_party_ip": "yes"})
    own = clearance(
        about,
        reviewed={
            "by": {"id": "v-vendor", "organisation": "Vendor", "role": "clearance"},
            "at": "2026-12-05T09:00:00Z",
        },
    )
    report = judged(cut(), *cleared(about, "NFX-044"), own)
    assert report.verdict == "block"
    assert ("CLR-001", "TRUST-001") in [(id, rule) for id, rule, _ in reasons(report, "NFX-044")]


@pytest.mark.parametrize("kind", ["agent", "union", "guardian"])
def test_4_4_who_grants_for_somebody_else_proves_the_authority(kind: str) -> None:
    about = replica()
    grantor = {"kind": kind, "id": "P-OTHER"}
    assert judged(cut(), *replica_records(about, consent(grantor=grantor))).verdict == "block"
    proved = consent(grantor=grantor | {"authority": EVIDENCE})
    assert judged(cut(), *replica_records(about, proved)).verdict == "allow"


def test_4_4_a_consent_that_says_self_is_signed_by_the_person_themselves() -> None:
    about = replica()
    other = consent(grantor={"kind": "self", "id": "V-VENDOR"})
    report = judged(cut(), *replica_records(about, other))
    assert report.verdict == "block"
    assert ("CON-001", "TRUST-001") in [(id, rule) for id, rule, _ in reasons(report, "SAG-010")]
    same = consent(grantor={"kind": "self", "id": SUBJECT.lower()})
    assert judged(cut(), *replica_records(about, same)).verdict == "allow"


def test_4_4_an_estate_does_not_grant_for_the_living() -> None:
    about = replica()
    estate = {"kind": "estate", "id": "P-WIDOW", "authority": EVIDENCE}
    for status in ("living", "deceased"):
        held = consent(grantor=estate) | {"subject": {"id": SUBJECT, "status": status}}
        assert judged(cut(), *replica_records(about, held)).verdict == "block", status


def test_4_4_an_estate_proves_its_authority() -> None:
    about = replica(use_kind=["replica.deceased"], identity="identifiable_deceased", subjects=[person(living="no")])
    for authority, status in (({"authority": EVIDENCE}, "met"), ({}, "open")):
        estate = {"kind": "estate", "id": "P-WIDOW"} | authority
        held = consent(kinds=("replica.deceased",), grantor=estate) | {"subject": {"id": SUBJECT, "status": "deceased"}}
        assert finding(judged(cut(), *cleared(about), held), "SAG-012").status == status


def test_4_4_what_was_revoked_counts_until_its_revocation() -> None:
    context = replace(CONTEXT, release_date=None)
    revoked = with_approval(revoked={"at": "2027-01-15T12:00:00Z"})
    assert judged(cut(), *revoked, context=context).verdict == "block"
    assert judged(cut(), *revoked, context=context, now=NOW - timedelta(seconds=1)).verdict == "allow"


@pytest.mark.parametrize("record", ["consent", "clearance"])
def test_4_4_a_revocation_counts_from_its_day_on_whatever_was_revoked(record: str) -> None:
    about = replica(flags={"input.third_party_ip": "yes"})
    context = replace(CONTEXT, release_date=None, licence_end=None)
    revoked = {"revoked": {"at": "2027-01-15T12:00:00Z"}}
    held = [consent(), clearance(about)]
    held = [each | revoked if each["record"] == record else each for each in held]
    records = [
        *cleared(about, "NFX-030", "NFX-044"),
        decision("legal_review", about, ["NFX-030"]),
        *held,
    ]
    assert judged(cut(), *records, context=context, now=NOW - timedelta(seconds=1)).verdict == "allow"
    assert judged(cut(), *records, context=context).verdict == "block"


# 5. One person each; a face is not a voice; a scan is not a use; a double has two.


def test_4_5_two_performers_need_two_consents() -> None:
    about = replica(subjects=[person(), person("P-002")])
    one = consent()
    report = judged(cut(), *replica_records(about, one))
    assert [(each.subject, each.record) for each in report.missing if each.record == "consent"] == [
        ("P-002", "consent")
    ]
    assert report.verdict == "block"
    two = consent("P-002", id="CON-002")
    assert judged(cut(), *replica_records(about, one, two)).verdict == "allow"


def test_4_5_a_consent_to_a_face_is_none_to_a_voice() -> None:
    about = replica(use_kind=["replica.likeness", "replica.voice"])
    assert judged(cut(), *replica_records(about, consent())).verdict == "block"
    both = consent(kinds=("replica.likeness", "replica.voice"))
    assert judged(cut(), *replica_records(about, both)).verdict == "allow"


def test_4_5_two_consents_do_not_add_up_to_one() -> None:
    about = replica(use_kind=["replica.likeness", "replica.voice"])
    face, voice = consent(), consent(kinds=("replica.voice",), id="CON-002")
    assert judged(cut(), *replica_records(about, face, voice)).verdict == "block"


@pytest.mark.parametrize("harmless", ["alter.cosmetic", "alter.wardrobe", "alter.archive"])
@pytest.mark.parametrize("kind", ["gen.shot", "gen.still", "gen.key_visual", "gen.person.crowd"])
def test_4_5_consent_to_a_touch_up_is_none_to_being_generated(kind: str, harmless: str) -> None:
    about = replica(use_kind=sorted([kind, harmless]))
    records = [*cleared(about, "NFX-030", "NFX-023", "NFX-051"), decision("legal_review", about, ["NFX-030"])]
    report = judged(cut(), *records, consent(kinds=(harmless,)))
    assert f"does not allow {kind}" in why(report, "SAG-010")
    assert finding(judged(cut(), *records, consent(kinds=(kind, harmless))), "SAG-010").status == "met"


def test_4_5_a_scan_is_not_a_use_and_a_use_is_not_a_scan() -> None:
    about = replica()
    for half in ({"use": False}, {"creation": False}):
        assert judged(cut(), *replica_records(about, consent(**half))).verdict == "block"


@pytest.mark.parametrize("second", [None, "P-001", "p-001"])
def test_4_5_a_double_has_two_people_whatever_the_case_of_their_ids(second: str | None) -> None:
    subjects = [person(), *([person(second, capacity="double")] if second else [])]
    about = replica(replica_class="double", subjects=subjects)
    report = judged(cut(), *replica_records(about, consent(replica_class="double")))
    assert report.verdict == "block"
    assert any("double" in each.text for each in report.missing)


def test_4_5_a_double_with_both_consents_is_allowed() -> None:
    about = replica(replica_class="double", subjects=[person(), person("P-002", capacity="double")])
    held = [consent(replica_class="double"), consent("P-002", id="CON-002", replica_class="double")]
    assert judged(cut(), *replica_records(about, *held)).verdict == "allow"


def test_4_5_the_double_of_a_minor_is_allowed_with_both_consents() -> None:
    about = replica(
        replica_class="double",
        identity="minor",
        subjects=[person(minor="yes"), person("P-002", capacity="double")],
    )
    guardian = {"kind": "guardian", "id": "P-PARENT", "authority": EVIDENCE}
    child = consent(replica_class="double", grantor=guardian) | {"subject": {"id": SUBJECT, "status": "minor"}}
    adult = consent("P-002", id="CON-002", replica_class="double")
    assert judged(cut(), *replica_records(about, child, adult)).verdict == "allow"
    assert judged(cut(), *replica_records(about, child)).verdict == "block"


def test_4_5_a_replica_without_a_named_person_has_no_consent() -> None:
    for about in (replica(subjects=[]), without(replica(), "subjects")):
        assert judged(cut(), *replica_records(about, consent())).verdict == "block"


@pytest.mark.parametrize(
    ("status", "grantor", "stated"),
    [
        ("minor", {"kind": "guardian", "id": "P-PARENT", "authority": EVIDENCE}, {"minor": "no"}),
        ("deceased", {"kind": "agent", "id": "P-AGENT", "authority": EVIDENCE}, {"living": "yes"}),
    ],
)
def test_4_5_a_consent_for_another_sort_of_person_than_the_disclosure_names_does_not_count(
    status: str, grantor: Data, stated: Data
) -> None:
    about = replica(subjects=[person(**stated)])
    held = consent(grantor=grantor) | {"subject": {"id": SUBJECT, "status": status}}
    assert judged(cut(), *replica_records(about, held)).verdict == "block"


def test_4_5_the_guardian_of_a_minor_cannot_consent_to_nudity_by_calling_them_an_adult() -> None:
    about = replica(use_kind=["alter.intimate"], fidelity="substantive")
    guardian = {"kind": "guardian", "id": "P-PARENT", "authority": EVIDENCE}
    held = consent(kinds=("alter.intimate",), riders=["intimate"], grantor=guardian)
    for status in ("minor", "living"):
        report = judged(cut(), *replica_records(about, held | {"subject": {"id": SUBJECT, "status": status}}))
        assert finding(report, "SAG-016").status == ("open" if status == "minor" else "met")


def test_4_5_the_consent_of_one_performer_is_none_of_another() -> None:
    assert judged(cut(), *replica_records(replica(), consent("P-002"))).verdict == "block"


# 6. No replay: another project, cut or episode does not count; one id with two bodies is an error.


@pytest.mark.parametrize(
    "change",
    [
        {"production": "OTHERSHOW"},
        {"production": "MYSHOW2"},
        {"episodes": ["102"]},
        {"cuts": ["v3"]},
        {"deliverables": ["trailer"]},
    ],
)
def test_4_6_an_approval_of_another_production_episode_cut_or_deliverable_does_not_count(change: Data) -> None:
    assert judged(cut(), *with_approval(scope=scope("decision", **change))).verdict == "block"


@pytest.mark.parametrize("record", ["consent", "clearance"])
@pytest.mark.parametrize("change", [{"production": "OTHERSHOW"}, {"episodes": ["102"]}, {"deliverables": ["trailer"]}])
def test_4_6_neither_does_a_consent_or_a_clearance(record: str, change: Data) -> None:
    about = replica(flags={"input.third_party_ip": "yes"})
    records = [*cleared(about, "NFX-030", "NFX-044"), decision("legal_review", about, ["NFX-030"])]
    held = {"consent": consent(), "clearance": clearance(about)}
    assert judged(cut(), *records, *held.values()).verdict == "allow"
    held[record] = held[record] | {"scope": scope(record, **change)}
    assert judged(cut(), *records, *held.values()).verdict == "block"


def test_4_6_the_name_of_a_production_is_compared_without_case_and_spaces_around_it() -> None:
    for name in ("myshow", "MyShow"):
        assert judged(cut(), *with_approval(scope=scope("decision", production=name))).verdict == "allow"
    assert judged(cut(), *with_approval(scope=scope("decision", production="MY SHOW"))).verdict == "block"


def test_4_6_a_notification_of_another_production_does_not_count() -> None:
    about = disclosure()
    approval = decision("approval", about, ["NFX-020"])
    report = judged(cut(), about, notification(about, production="OTHERSHOW"), approval)
    assert report.verdict == "block"


def test_4_6_the_notice_in_a_consent_to_another_production_does_not_count() -> None:
    about = replica()
    here = without(consent(), "notice")
    elsewhere = consent(id="CON-000", scope=scope("consent", production="OTHERSHOW"))
    report = judged(cut(), *replica_records(about, here, elsewhere))
    assert report.verdict == "block"
    assert "OTHERSHOW" in why(report, "NFX-030")


@pytest.mark.parametrize("record", ["consent", "notice"])
def test_4_6_a_notice_that_was_superseded_does_not_count(record: str) -> None:
    about = replica()
    here = without(consent(), "notice")
    if record == "notice":
        others = [notice(), notice(id="NTC-002", supersedes=["NTC-001"], given_at="2026-11-19T09:00:00Z")]
    else:
        others = [consent(id="CON-000"), without(consent(id="CON-002", supersedes=["con-000"]), "notice")]
    report = judged(cut(), *replica_records(about, here, *others))
    assert report.verdict == "block"
    missing = finding(report, "NFX-030").missing
    assert any(each.startswith("notice to P-001") for each in missing)


def test_4_6_of_a_record_and_what_superseded_it_the_newer_is_told() -> None:
    old, new = consent(expires_at="2027-01-01Z"), consent(id="CON-002", supersedes=["CON-001"], use=False)
    tried = [each.id for each in finding(judged(cut(), *replica_records(replica(), old, new)), "SAG-010").tried]
    assert tried == ["CON-002"]


def test_4_6_an_approval_of_another_disclosure_does_not_count() -> None:
    about, other = disclosure(), disclosure("DIS-002")
    report = judged(cut(), about, other, notification(about), decision("approval", other, ["NFX-020"]))
    assert report.verdict == "block"


def test_4_6_one_id_with_two_bodies_is_an_error_in_the_ledger(tmp_path: Path) -> None:
    import json

    (tmp_path / "one.json").write_text(json.dumps(disclosure("DIS-001")), encoding="utf-8")
    (tmp_path / "two.json").write_text(json.dumps(disclosure("dis-001", prominence="featured")), encoding="utf-8")
    with pytest.raises(StoreError, match="given twice"):
        FolderStore((tmp_path,)).fetch()


def test_4_6_one_id_with_two_bodies_in_the_timeline_is_judged_as_both_and_said() -> None:
    harmless = disclosure(use_kind=["enhance.denoise"])
    two = timeline(clip(harmless), clip(replica(), reference="evil.mov", reel="B009"))
    report = judged(two, context=TEMP)
    assert finding(report, "NFX-030").effect == "block"
    assert "two" in finding(report, "GEN-002").what
    assert judged(timeline(clip(harmless), clip(harmless))).verdict == "allow"


def test_4_6_the_old_body_of_a_superseded_disclosure_does_not_stand_in_the_timeline() -> None:
    old, new = disclosure(), disclosure("DIS-002", prominence="featured", supersedes=["DIS-001"])
    records = [old, new, notification(old), decision("approval", old, ["NFX-020"])]
    report = judged(timeline(clip(old)), *records)
    assert report.verdict == "block"
    assert "DIS-002" in finding(report, "GEN-002").what


@pytest.mark.parametrize("context", [CONTEXT, TEMP], ids=["final", "temp"])
def test_4_6_the_id_of_a_superseded_disclosure_stands_for_what_superseded_it(context: Context) -> None:
    old, new = disclosure(), replica("DIS-002", supersedes=["dis-001"])
    report = judged(cut(), *cleared(old), new, context=context)
    assert finding(report, "NFX-030").effect == "block"
    assert "DIS-001 was superseded by DIS-002" in report.problems[0].what
    new = disclosure("DIS-002", supersedes=["dis-001"])
    assert judged(cut(), old, *cleared(new), context=context).verdict == "allow"


def test_4_6_of_two_disclosures_that_supersede_one_each_is_judged() -> None:
    one, two = disclosure("DIS-002", supersedes=["DIS-001"]), replica("DIS-003", supersedes=["DIS-001"])
    report = judged(cut(), disclosure(), *cleared(one), two)
    assert finding(report, "NFX-030").disclosure == "DIS-003"


def test_4_6_what_superseded_is_found_through_any_number_of_steps() -> None:
    steps = [disclosure(), disclosure("DIS-002", supersedes=["DIS-001"]), replica("DIS-003", supersedes=["DIS-002"])]
    assert finding(judged(cut(), *steps), "NFX-030").disclosure == "DIS-003"


# 7. Disclosure does not replace consent, nor consent the duty to tell viewers.


def test_4_7_a_disclosure_in_full_with_approvals_does_not_replace_consent() -> None:
    about = replica(consents=["CON-001"])
    report = judged(cut(), *replica_records(about))
    assert report.verdict == "block"
    assert finding(report, "SAG-010").effect == "block"


def test_4_7_consent_does_not_replace_the_plan_that_tells_viewers() -> None:
    about = replica(flags={"real_event": "yes"})
    records = [*cleared(about, "NFX-030", "NFX-050"), decision("legal_review", about, ["NFX-030", "NFX-050"])]
    report = judged(cut(), *records, consent())
    assert [each.record for each in report.missing] == ["label_plan"]
    plan = decision("label_plan", about, ["NFX-050"])
    assert judged(cut(), *records, consent(), plan).verdict == "allow"


def test_4_7_a_plan_that_tells_viewers_replaces_no_consent() -> None:
    about = replica(flags={"real_event": "yes"})
    records = [
        *cleared(about, "NFX-030", "NFX-050"),
        *(decision(each, about, ["NFX-030", "NFX-050"]) for each in ("legal_review", "label_plan")),
    ]
    report = judged(cut(), *records)
    assert "consent" in [each.record for each in report.missing]
    assert report.verdict == "block"


# 8. An exception or "incidental" claimed by the editor is a claim; only a role grants it.


def test_4_8_incidental_in_the_disclosure_is_only_a_claim() -> None:
    about = disclosure(use_kind=["gen.element"], prominence="incidental")
    assert judged(cut(), about, notification(about)).verdict == "block"


def test_4_8_incidental_in_a_tag_lowers_nothing() -> None:
    about = disclosure(use_kind=["gen.element"], prominence="featured")
    tag = "GENAI gen.element prominence=incidental id=DIS-001"
    incidental = decision("incidental", about, ["NFX-021", "NFX-022"])
    report = judged(timeline(clip(tag)), about, notification(about), incidental)
    assert finding(report, "NFX-022").effect == "block"
    assert "GEN-002" in raised(report)


def test_4_8_an_exception_is_a_claim_until_a_role_grants_that_very_kind() -> None:
    about = replica(exceptions=["as_scripted", "unrecognisable"])
    records = replica_records(about, consent())
    assert judged(cut(), *records).verdict == "block"
    half = decision("exception", about, ["NFX-031"], kinds=["as_scripted"])
    assert judged(cut(), *records, half).verdict == "block"
    whole = decision("exception", about, ["NFX-031"])
    assert judged(cut(), *records, whole).verdict == "allow"


# 9. Removing a granting record, adding a negative one or an untagged clip never unblocks.


@pytest.mark.parametrize("taken", ["CON-001", "LGL-001", "APR-001", "NTF-001"])
def test_4_9_removing_a_granting_record_never_unblocks(taken: str) -> None:
    records = replica_records(replica(), consent())
    assert judged(cut(), *records).verdict == "allow"
    assert judged(cut(), *[each for each in records if each["id"] != taken]).verdict == "block"


@pytest.mark.parametrize("revoked", ["CON-001", "LGL-001", "APR-001"])
def test_4_9_a_revocation_never_unblocks(revoked: str) -> None:
    records = [
        each | {"revoked": {"at": "2027-01-01T00:00:00Z"}} if each["id"] == revoked else each
        for each in replica_records(replica(), consent())
    ]
    assert judged(cut(), *records).verdict == "block"


@pytest.mark.parametrize("negative", ["rejected", "withdrawn"])
@pytest.mark.parametrize(
    ("at", "verdict"),
    [("2026-12-09T09:00:00Z", "allow"), ("2026-12-10T10:00:00+01:00", "block"), ("2026-12-20T09:00:00Z", "block")],
)
def test_4_9_a_later_no_beats_an_earlier_yes(negative: str, at: str, verdict: str) -> None:
    records = with_approval()
    no = decision("approval", disclosure(), ["NFX-020"], id="APR-002", decision=negative, granted_at=at)
    assert judged(cut(), *records, no).verdict == verdict


def test_4_9_a_no_cannot_be_superseded_away() -> None:
    records = with_approval()
    no = decision("approval", disclosure(), ["NFX-020"], id="APR-002", decision="rejected")
    again = decision("approval", disclosure(), ["NFX-020"], id="APR-003", supersedes=["APR-002"])
    assert judged(cut(), *records, no, again).verdict == "block"


def test_4_9_a_no_to_another_episode_or_version_of_this_disclosure_counts_as_a_no() -> None:
    no = decision(
        "approval",
        disclosure(prominence="featured"),
        ["NFX-020"],
        id="APR-002",
        decision="rejected",
        scope=scope("decision", episodes=["102"]),
    )
    assert judged(cut(), *with_approval(), no).verdict == "block"


def test_4_9_a_no_of_another_production_does_not() -> None:
    no = decision(
        "approval",
        disclosure(),
        ["NFX-020"],
        id="APR-002",
        decision="rejected",
        scope=scope("decision", production="OTHERSHOW"),
    )
    assert judged(cut(), *with_approval(), no).verdict == "allow"


def test_4_9_adding_an_untagged_clip_never_unblocks_even_where_it_is_the_approved_one() -> None:
    about = disclosure(effect="FaceFix")
    held = timeline(clip(reference="evil.mov", reel="B009"))
    held.tracks[0].metadata["genai"] = TAGGED
    assert judged(held, *cleared(about)).verdict == "block"
    held.tracks[0].append(clip())
    assert judged(held, *cleared(about)).verdict == "block"


def test_4_9_two_escalations_that_contradict_each_other_leave_the_question_open() -> None:
    about = disclosure(identity="unsure", use_kind=["gen.shot"])
    records = cleared(about)
    nobody = decision("escalation", about, ["GEN-002"], resolves={"identity": "none"})
    somebody = decision("escalation", about, ["GEN-002"], id="ESC-002", resolves={"identity": "public_figure"})
    assert judged(cut(), *records, nobody).verdict == "allow"
    for order in ((nobody, somebody), (somebody, nobody)):
        assert judged(cut(), *records, *order).verdict == "block"


def test_4_9_an_untagged_clip_beside_a_blocked_one_never_unblocks() -> None:
    about = replica()
    blocked = judged(cut(), about)
    beside = judged(cut(clip(TAGGED), clip(name="bare", reference="bare.mov", reel="C001")), about)
    assert (blocked.verdict, beside.verdict) == ("block", "block")
    assert raised(blocked) == raised(beside)


# Time that is not the machine's


def test_a_judging_time_in_another_zone_is_the_same_instant() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    for expires in ("2027-01-15T12:00:00Z", "2027-01-15T21:00:01+09:00"):
        records = with_approval(expires_at=expires)
        context = replace(CONTEXT, release_date=None)
        one, two = (judged(cut(), *records, context=context, now=now) for now in (NOW, tokyo))
        assert one.to_data() == two.to_data()


def test_a_release_date_in_another_zone_is_the_same_instant() -> None:
    local = datetime(2027, 3, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    records = with_approval(expires_at="2027-03-01T00:00:00Z")
    assert judged(cut(), *records, context=replace(CONTEXT, release_date=local)).verdict == "block"
