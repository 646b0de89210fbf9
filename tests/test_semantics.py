"""What things mean exactly: at least one test for every paragraph, by its number.

Paragraphs 19 to 22 are about configuration and hooks, and stand in their tests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.errors import UsageError
from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.host.read import snapshot_of
from otiogate.policy.derived import DERIVED
from otiogate.policy.load import policy
from otiogate.records.demands import ROLES
from otiogate.records.model import record_set
from otiogate.report.json import JsonWriter, read_reports
from otiogate.report.model import EXIT_CODES, Report
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Problem
from tests.builders import (
    CONTEXT,
    SUBJECT,
    TEMP,
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
    time_range,
    timeline,
    waiver,
    without,
)

Data = dict[str, Any]
TAGGED = {"id": "DIS-001"}
ALL_PACKS = ("core", "netflix", "sag_aftra", "cue_sheet")
RULES = {rule.id: rule for rule in policy(ALL_PACKS).rules}


def cut(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    return timeline(*clips or (clip(TAGGED),))


def effects(report: Report) -> dict[str, str]:
    return {each.rule: each.effect for each in report.findings}


def moved(about: Data, **changes: Any) -> Data:
    return about | changes


def other(about: Data, id: str) -> Data:
    return about | {"id": id}


# Stage and severity


def test_1_the_stage_is_final_unless_the_context_says_temp() -> None:
    assert type(CONTEXT)().stage == "final"
    assert judged(cut(), disclosure()).stage == "final"
    assert judged(cut(), disclosure(), context=TEMP).stage == "temp"


def test_1_final_in_a_rule_reads_the_delivery_and_not_the_disclosure() -> None:
    for stage in ("ideation", "temp", "final"):
        about = disclosure(output_stage=stage)
        assert "NFX-020" not in raised(judged(cut(), about, context=TEMP))
    assert finding(judged(cut(), disclosure()), "NFX-010").effect == "block"
    assert finding(judged(cut(), disclosure(), context=TEMP), "NFX-010").effect == "warn"


@pytest.mark.parametrize("stage", ["ideation", "temp"])
def test_1_the_output_stage_is_read_by_nfx_011_and_nfx_012_only(stage: str) -> None:
    principles = dict.fromkeys(
        (
            "no_unowned_material",
            "no_training_or_retention",
            "enterprise_secured",
            "temporary_only",
            "no_talent_replaced",
        ),
        "yes",
    )
    for kind in USE_KINDS:
        about = disclosure(use_kind=[kind], principles=principles)
        final = raised(judged(cut(), about))
        temp = raised(judged(cut(), moved(about, output_stage=stage)))
        assert final - temp <= {"NFX-020"}
        assert temp - final <= {"NFX-011", "NFX-012"}


def test_1_in_a_final_delivery_nfx_012_takes_the_place_of_nfx_020_for_temp_items() -> None:
    report = judged(cut(), *cleared(disclosure(output_stage="temp")))
    assert finding(report, "NFX-012").effect == "block"
    assert "NFX-020" not in raised(report)


def test_1_reports_carry_the_stage() -> None:
    report = judged(cut(), disclosure(), context=TEMP)
    assert report.to_data()["stage"] == "temp" == report.to_data()["context"]["stage"]


def test_2_each_severity_comes_to_its_effect_by_the_stage() -> None:
    about = disclosure(use_kind=["alter.age", "enhance.denoise"])
    final, temp = judged(cut(), about), judged(cut(), about, context=TEMP)
    assert (effects(final)["NFX-033"], effects(temp)["NFX-033"]) == ("block", "block")
    assert (effects(final)["NFX-010"], effects(temp)["NFX-010"]) == ("block", "warn")
    assert (effects(final)["CUE-001"], effects(temp)["CUE-001"]) == ("info", "info")


def test_2_a_finding_carries_severity_status_and_effect() -> None:
    about = disclosure()
    report = judged(cut(), about, notification(about))
    carried = {each.rule: (each.severity, each.status, each.effect) for each in report.findings}
    assert carried == {"NFX-010": ("final", "met", "none"), "NFX-020": ("final", "open", "block")}


def test_2_nfx_043_is_two_rules() -> None:
    assert (RULES["NFX-043A"].severity, RULES["NFX-043B"].severity) == ("block", "final")
    trains = disclosure(tools=[disclosure()["tools"][0] | {"trains": "yes"}])
    unsure = disclosure(tools=[disclosure()["tools"][0] | {"trains": "unsure"}])
    assert raised(judged(cut(), trains)) >= {"NFX-043A"}
    assert "NFX-043A" not in raised(judged(cut(), unsure))
    assert "NFX-043B" in raised(judged(cut(), unsure))


def test_3_rules_of_severity_block_cannot_be_waived_and_the_others_by_studio_legal() -> None:
    for rule in policy(ALL_PACKS).rules:
        if rule.severity == "block":
            assert rule.waivable == ()
        elif rule.id == "NFX-021":
            assert set(rule.waivable) == {"studio_contact", "studio_legal"}
        else:
            assert rule.waivable == ("studio_legal",)


def test_3_a_rule_that_a_facility_makes_block_can_no_longer_be_waived() -> None:
    stricter = policy(("core", "netflix"), severities={"NFX-021": "block"})
    assert next(rule for rule in stricter.rules if rule.id == "NFX-021").waivable == ()


# Uses and disclosures


@pytest.mark.parametrize("context", [CONTEXT, TEMP])
@pytest.mark.parametrize(
    "about",
    [
        replica(),
        disclosure(),
        disclosure(use_kind=["gen.element"]),
        disclosure(use_kind=["alter.cosmetic"]),
        disclosure(output_stage="temp"),
        disclosure(prominence="unsure"),
    ],
)
def test_3_waivers_are_inert_until_records_are_signed(about: Data, context: Any) -> None:
    without_any = judged(cut(clip(TAGGED), clip({"use_kind": "none"})), about, context=context)
    assert without_any.counts.block + without_any.counts.warn
    waivers = [
        waiver(rule, f"WVR-{rule}-{number}", approver={"id": "S-LEGAL", "organisation": "Studio", "role": role})
        for rule in sorted(raised(without_any))
        for number, role in enumerate(("studio_legal", "studio_contact"))
    ]
    report = judged(cut(clip(TAGGED), clip({"use_kind": "none"})), about, *waivers, context=context)
    assert report.verdict == without_any.verdict
    assert (report.findings, report.missing, report.cues) == (
        without_any.findings,
        without_any.missing,
        without_any.cues,
    )
    assert report.counts == without_any.counts


def test_4_a_use_has_the_disclosures_of_everything_on_it_and_around_it() -> None:
    ids = [f"DIS-00{number}" for number in range(1, 9)]
    made = clip({"id": ids[0]})
    made.media_reference.metadata["genai"] = {"id": ids[1]}
    made.effects.append(otio.schema.Effect("fix", "Fix", {"genai": {"id": ids[2]}}))
    made.markers.append(otio.schema.Marker(f"GENAI id={ids[3]}", time_range(0, 1)))
    whole = cut(made)
    whole.tracks[0].metadata["genai"] = {"id": ids[4]}
    whole.tracks.metadata["genai"] = {"id": ids[5]}
    whole.metadata["genai"] = {"id": ids[6]}
    about = disclosure(match=[{"reference": "vfx_010.mov"}])
    report = judged(whole, *[other(about if id == ids[7] else disclosure(), id) for id in ids])
    judged_on_it = {each.disclosure for each in report.findings if each.rule == "NFX-020"}
    assert judged_on_it == set(ids)
    assert all(each.uses[0].name == "vfx_010" for each in report.findings)


def test_4_a_transition_speaks_for_both_its_sides() -> None:
    sides = cut(clip(name="one"), clip(name="two", reference="two.mov"))
    offset = otio.opentime.RationalTime(4, 24)
    sides.tracks[0].insert(1, otio.schema.Transition("t", "SMPTE_Dissolve", offset, offset, {"genai": TAGGED}))
    report = judged(sides, disclosure())
    assert [line.name for line in finding(report, "NFX-020").uses] == ["one", "two"]


def test_4_the_marker_of_a_container_speaks_for_the_uses_that_it_meets_else_for_the_container() -> None:
    def marked(start: int) -> Report:
        held = cut(clip(name="one"), clip(name="two"))
        held.tracks[0].markers.append(otio.schema.Marker("GENAI id=DIS-001", time_range(start, 10)))
        return judged(held, disclosure())

    assert [line.name for line in finding(marked(50), "NFX-020").uses] == ["two"]
    beyond = marked(900)
    assert [line.name for line in finding(beyond, "NFX-020").uses] == ["one", "two"]
    assert [each.severity for each in beyond.problems] == ["odd"]


def test_4_a_disclosure_on_a_container_is_reported_once_with_the_uses_that_it_covers() -> None:
    held = cut(clip(name="one"), clip(name="two"), clip(name="three"))
    held.tracks[0].metadata["genai"] = TAGGED
    report = judged(held, disclosure())
    assert [line.name for line in finding(report, "NFX-020").uses] == ["one", "two", "three"]


def test_4_nothing_lowers_another() -> None:
    strict, mild = replica("DIS-001"), disclosure("DIS-002", use_kind=["enhance.denoise"])
    alone = judged(cut(), strict)
    both = judged(cut(clip([TAGGED, {"id": "DIS-002"}])), strict, mild)
    assert effects(alone).items() <= effects(both).items()


def test_4_a_tag_that_differs_from_the_ledger_is_judged_beside_it_and_named() -> None:
    about = disclosure(use_kind=["gen.element"])
    tag = "GENAI gen.element,alter.age id=DIS-001 prominence=featured"
    report = judged(cut(clip(tag)), *cleared(about, "NFX-021"))
    assert finding(report, "GEN-002").what.startswith("DIS-001: the tag says alter.age")
    assert "prominence: the tag says featured, the ledger incidental" in finding(report, "GEN-002").what
    assert {"NFX-033", "NFX-022", "NFX-021"} <= raised(report)
    assert report.verdict == "block"


def test_4_records_for_the_ledgers_disclosure_do_not_answer_what_a_tag_says_otherwise() -> None:
    about = disclosure()
    tag = "GENAI gen.environment,gen.music id=DIS-001"
    answers = ["NFX-020", "AUD-001", "GEN-002"]
    report = judged(
        cut(clip(tag)),
        about,
        notification(about),
        decision("approval", about, answers),
        without(clearance(about, rights_type="music"), "covers") | {"covers": [{"disclosure": "DIS-001"}]},
    )
    assert finding(report, "AUD-001").effect == "block"
    assert "not for what a tag says otherwise" in " ".join(text for _, _, text in reasons(report, "AUD-001"))


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        ({"reference": "vfx_010.mov"}, "block"),
        ({"reel": "A001", "source_range": "00:00:00:00-00:00:10:00"}, "block"),
        ({"clip_name": "vfx_010"}, "block"),
        ({"reference": "other.mov"}, "allow"),
        ({"reel": "A001", "source_range": "00:00:15:00-00:00:16:00"}, "allow"),
    ],
)
def test_5_every_use_is_matched_tagged_or_not(entry: Data, verdict: str) -> None:
    assert judged(cut(clip()), disclosure(match=[entry])).verdict == verdict


@pytest.mark.parametrize("reel", ["AX", "BL", "BLACK", "BARS"])
def test_5_reels_that_name_nobody_never_match(reel: str) -> None:
    about = disclosure(match=[{"reel": reel, "source_range": "00:00:00:00-23:59:59:00"}])
    assert judged(cut(clip(reel=reel)), about).verdict == "allow"


def test_5_a_match_by_clip_name_alone_attaches_and_requires_but_clears_no_gen_001() -> None:
    about = disclosure(match=[{"clip_name": "vfx_010"}])
    report = judged(cut(clip("GENAI gen.environment")), *cleared(about))
    assert effects(report)["GEN-001"] == "block"
    assert "NFX-020" in raised(report)


@pytest.mark.parametrize("kind", [kind for kind in USE_KINDS if kind.startswith(("enhance.", "assist."))])
def test_6_a_tag_without_id_of_what_adds_nothing_is_the_cue_sheet_alone(kind: str) -> None:
    report = judged(cut(clip(f"GENAI {kind}")))
    assert (raised(report), report.verdict) == ({"CUE-001"}, "allow")


def test_6_with_a_genai_source_type_it_is_undisclosed() -> None:
    report = judged(cut(clip("GENAI enhance.upscale dst=compositeSynthetic")))
    assert {"GEN-001", "NFX-010", "NFX-020"} <= raised(report)


def test_6_none_is_nothing_and_beside_anything_else_a_contradiction() -> None:
    assert raised(judged(cut(clip("GENAI none")))) == set()
    about = disclosure()
    report = judged(cut(clip(["GENAI none", TAGGED])), *cleared(about))
    assert finding(report, "GEN-002").effect == "block"


def test_6_any_other_tag_without_id_is_undisclosed_and_meets_the_rules_of_what_it_states() -> None:
    report = judged(cut(clip("GENAI alter.age")), context=TEMP)
    assert {"GEN-001", "NFX-010", "NFX-033", "SAG-010"} == raised(report)
    assert report.verdict == "block"


def test_6_an_axis_that_a_tag_does_not_state_meets_no_condition() -> None:
    assert "NFX-022" not in raised(judged(cut(clip("GENAI gen.element"))))
    assert "NFX-022" in raised(judged(cut(clip("GENAI gen.element prominence=featured"))))
    assert "NFX-034" not in raised(judged(cut(clip("GENAI alter.voice"))))
    assert "NFX-034" in raised(judged(cut(clip("GENAI alter.voice fidelity=substantive"))))


def test_6_an_id_that_the_ledger_does_not_know_is_undisclosed() -> None:
    report = judged(cut(clip({"id": "DIS-404"})), *cleared(disclosure()))
    assert finding(report, "GEN-001").what == "DIS-404 is not in the ledger"
    assert report.verdict == "block"


def test_6_a_full_disclosure_states_all_five_axes() -> None:
    for axis in ("use_kind", "output_stage", "prominence", "identity", "fidelity"):
        report = judged(cut(clip(without(disclosure(), axis))), context=TEMP)
        assert finding(report, "GEN-002").effect == "block"


@pytest.mark.parametrize(
    ("unsure", "kinds", "severity", "names"),
    [
        ("identity", ["gen.shot"], "block", "NFX-030"),
        ("prominence", ["gen.element"], "final", "NFX-022"),
        ("fidelity", ["alter.voice"], "block", "NFX-034"),
        ("output_stage", ["gen.shot"], "block", "NFX-012"),
        ("union_impact", ["gen.shot"], "final", "NFX-051"),
    ],
)
def test_7_unsure_matches_every_value_and_is_one_finding_of_the_worst_severity(
    unsure: str, kinds: list[str], severity: str, names: str
) -> None:
    report = judged(cut(), *cleared(disclosure(use_kind=kinds, **{unsure: "unsure"}), "NFX-021"))
    found = finding(report, "GEN-002")
    assert (found.severity, found.effect) == (severity, "block")
    assert names in found.what and unsure in found.what
    assert names not in raised(report)


@pytest.mark.parametrize("flag", ["input.personal_data", "input.third_party_ip", "real_event"])
def test_7_a_flag_that_is_unsure_is_as_severe_as_its_rule(flag: str) -> None:
    report = judged(cut(), *cleared(disclosure(flags={flag: "unsure"})), context=TEMP)
    assert finding(report, "GEN-002").effect == "block"


@pytest.mark.parametrize("answer", ["minor", "living", "recognisable"])
def test_7_a_person_of_whom_something_is_unsure_is_as_severe_as_the_worst_rule(answer: str) -> None:
    person = replica()["subjects"][0] | {answer: "unsure"}
    about = replica(subjects=[person], flags={"real_event": "no"})
    report = judged(cut(), about, consent(), context=TEMP)
    assert finding(report, "GEN-002").what.startswith(f"unsure: subject {answer}")


def test_7_a_minor_who_may_be_one_is_not_uncovered_by_an_escalation() -> None:
    person = replica()["subjects"][0] | {"minor": "unsure"}
    about = replica(use_kind=["alter.intimate"], fidelity="substantive", subjects=[person])
    answers = {"identity": "identifiable_living", "real_event": "no"}
    escalation = decision("escalation", about, ["GEN-002", "SAG-015"], resolves=answers)
    report = judged(cut(), about, escalation, consent(kinds=("alter.intimate",), riders=["intimate"]))
    assert (finding(report, "GEN-002").severity, report.verdict) == ("block", "block")


def test_7_an_escalation_supplies_the_answer_and_the_disclosure_is_judged_with_it() -> None:
    about = disclosure(use_kind=["gen.element"], prominence="unsure")

    def answered(prominence: str) -> Report:
        escalation = decision("escalation", about, ["GEN-002"], resolves={"prominence": prominence})
        return judged(cut(), *cleared(about, "NFX-021", "NFX-022"), escalation)

    assert answered("incidental").verdict == "allow"
    assert finding(answered("featured"), "NFX-022").effect == "block"


def test_7_an_escalation_does_not_change_an_answer_that_is_sure() -> None:
    about = disclosure(use_kind=["gen.element"], prominence="featured", deepfake="unsure")
    escalation = decision("escalation", about, ["GEN-002"], resolves={"prominence": "incidental", "deepfake": "no"})
    report = judged(cut(), *cleared(about, "NFX-021", "NFX-022"), escalation)
    assert finding(report, "NFX-022").effect == "block"


@pytest.mark.parametrize("context", [CONTEXT, TEMP])
@pytest.mark.parametrize(
    "said",
    [
        "GENAI replica.vioce",
        "GENAI gen.shot colour=red",
        'GENAI enhance.denoise note="open',
        "GENAI none gen.shot",
        disclosure(use_kind=["replica.vioce"]),
        disclosure(use_kind=[]),
        disclosure(use_kind="gen.shot"),
        disclosure(identity=None),
        disclosure(flags={"input.personal_data": False}),
        without(disclosure(), "use_kind"),
        {"id": 7},
        {"id": ""},
        {"id": "DIS-001", "use_kind": ["gen.shot"]},
        [],
        {},
        None,
        True,
        7,
        [[]],
        [TAGGED, {}],
    ],
)
def test_7_what_cannot_be_understood_blocks_at_every_stage(said: Any, context: Any) -> None:
    made = clip()
    made.metadata["genai"] = said
    report = judged(cut(made), *cleared(disclosure()), context=context)
    found = [each for each in report.findings if each.rule == "GEN-002" and each.severity == "block"]
    assert [each.effect for each in found] == ["block"]
    assert report.verdict == "block"


@pytest.mark.parametrize("key", ["composite", "virtualRecording", "screenCapture"])
def test_7_none_never_answers_evidence_and_ambiguous_types_count_as_addresses_only(key: str) -> None:
    def report(value: str, tag: Any = None) -> Report:
        made = clip(tag)
        made.metadata["effect"] = value
        return judged(cut(made))

    address = f"http://cv.iptc.org/newscodes/digitalsourcetype/{key}"
    assert raised(report(key)) == set()
    assert effects(report(address)) == {"GEN-001": "block"}
    assert raised(report(address, "GENAI none")) == {"GEN-001", "GEN-002"}


def unseen(how: str) -> otio.schema.Timeline:
    made = clip(TAGGED)
    held = cut(made)
    if how == "disabled":
        made.enabled = False
    elif how == "on a disabled track":
        held.tracks[0].enabled = False
    elif how == "trimmed out":
        held.tracks[0].append(clip(name="seen", reference="seen.mov"))
        held.tracks[0].source_range = time_range(48, 48)
    elif how == "an inactive reference":
        made.metadata.clear()
        made.metadata["cmx_3600"] = {"reel": "A001"}
        inactive = otio.schema.ExternalReference("file:///show/vfx_010.mov", time_range(0, 500), {"genai": TAGGED})
        made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "old": inactive}, "DEFAULT_MEDIA")
    return held


@pytest.mark.parametrize("how", ["disabled", "on a disabled track", "trimmed out", "an inactive reference"])
def test_8_on_what_is_not_seen_final_rules_and_nfx_012_warn_and_block_rules_stay(how: str) -> None:
    report = judged(unseen(how), disclosure(output_stage="temp", use_kind=["gen.shot", "alter.age"]))
    found = effects(report)
    assert (found["NFX-010"], found["NFX-012"], found["NFX-033"]) == ("warn", "warn", "block")
    assert [line.visible for line in finding(report, "NFX-010").uses] == [False]
    assert judged(unseen(how), disclosure()).verdict == "allow"


@pytest.mark.parametrize("how", ["disabled", "on a disabled track", "trimmed out", "an inactive reference"])
def test_8_in_exports_that_carry_media_nothing_is_softened(how: str) -> None:
    report = judged(unseen(how), disclosure(output_stage="temp"), carries_media=True)
    assert (effects(report)["NFX-010"], effects(report)["NFX-012"]) == ("block", "block")


def test_8_one_use_that_is_seen_is_enough() -> None:
    hidden = clip(TAGGED)
    hidden.enabled = False
    assert effects(judged(cut(hidden, clip(TAGGED)), disclosure()))["NFX-020"] == "block"


OUTSIDE, INSIDE = "00:00:10:00-00:00:12:00", "00:00:01:00-00:00:01:12"


@pytest.mark.parametrize(
    ("ranges", "handles", "effect"),
    [
        ([OUTSIDE], 0, "info"),
        ([INSIDE], 0, "block"),
        ([OUTSIDE, INSIDE], 0, "block"),
        (["00:00:02:10-00:00:03:00"], 0, "info"),
        (["00:00:02:10-00:00:03:00"], 1, "block"),
        (["00:00:00:00-00:00:00:10"], 0, "info"),
        (["00:00:00:00-00:00:00:10"], 1, "block"),
        (["00:00:05:00-00:00:05:00"], 0, "block"),
        (["00:00:12:00-00:00:10:00"], 0, "block"),
        (["00:00:10:99-00:00:12:99"], 0, "block"),
    ],
)
def test_8_a_range_outside_of_the_cut_and_its_handles_is_info(ranges: list[str], handles: int, effect: str) -> None:
    report = judged(cut(), disclosure(ranges=ranges), handles=handles)
    assert effects(report)["NFX-020"] == effect
    assert (report.verdict == "allow") == (effect == "info")


def test_8_a_range_outside_of_the_cut_is_carried_where_the_media_is() -> None:
    assert judged(cut(), disclosure(ranges=[OUTSIDE]), carries_media=True).verdict == "block"


def test_8_only_the_ledger_says_that_the_rest_of_the_media_is_real() -> None:
    whole = disclosure(ranges=[OUTSIDE])
    assert judged(cut(clip(whole))).verdict == "block"
    tag = f"GENAI alter.age range={OUTSIDE}"
    assert effects(judged(cut(clip(tag)), context=TEMP))["NFX-033"] == "block"


def test_8_a_range_that_only_a_trim_hides_is_in_sight_where_the_trim_is_lost() -> None:
    stack = otio.schema.Stack("nested", source_range=time_range(24, 24))
    track = otio.schema.Track("V1", kind="Video")
    track.append(clip(TAGGED))
    stack.append(track)
    about = disclosure(ranges=["00:00:00:12-00:00:00:20"])
    assert judged(timeline(stack), about).verdict == "allow"
    assert judged(timeline(stack), about, shows_trimmed=True).verdict == "block"


def test_8_a_clip_that_is_retimed_hides_no_range() -> None:
    made = clip(TAGGED)
    made.effects.append(otio.schema.LinearTimeWarp("fast", time_scalar=2.0))
    assert effects(judged(cut(made), disclosure(ranges=[OUTSIDE])))["NFX-020"] == "block"


@pytest.mark.parametrize("name", ["sora_shot_010", "AI generated", "midjourney.png", "GENAI gen.shot", "deepfake"])
def test_9_a_name_that_sounds_like_ai_is_never_a_finding(name: str) -> None:
    report = judged(cut(clip(name=name, reference=f"{name}.mov")))
    assert (raised(report), report.verdict) == (set(), "allow")


def test_10_declaration_asks_that_every_use_has_a_disclosure_or_the_timeline_says_none() -> None:
    bare, tagged = clip(name="bare", reference="bare.mov"), clip(TAGGED)
    report = judged(cut(bare, tagged), *cleared(disclosure()), declaration_required=True)
    found = finding(report, "GEN-003")
    assert (found.severity, found.effect, [line.name for line in found.uses]) == ("final", "block", ["bare"])
    assert judged(cut(clip()), declaration_required=True, context=TEMP).verdict == "allow"
    said = cut(clip(), clip(name="two"))
    said.metadata["genai"] = "GENAI none"
    assert judged(said, declaration_required=True).verdict == "allow"


def test_6_and_10_a_timeline_that_says_none_contradicts_the_clips_in_it_that_say_more() -> None:
    said = cut(clip(TAGGED), clip(name="bare", reference="bare.mov"))
    said.metadata["genai"] = "GENAI none"
    found = finding(judged(said, *cleared(disclosure()), declaration_required=True), "GEN-002")
    assert (found.severity, [line.name for line in found.uses]) == ("final", ["vfx_010"])


def test_10_by_itself_silence_is_allowed() -> None:
    assert judged(cut(clip())).verdict == "allow"


# Records

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
    from otiogate.documents.schemas import faults

    assert not faults("consent", consent())
    assert faults("consent", without(consent(), key))


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


def test_15_ids_that_differ_only_in_case_are_one_id() -> None:
    about = disclosure("dis-001")
    records = [about, notification(about), decision("approval", about, ["NFX-020"], id="apr-001")]
    for tag in ({"id": "DIS-001"}, {"id": "Dis-001"}, "GENAI id=dis-001 approval=APR-001"):
        assert judged(cut(clip(tag)), *records).verdict == "allow"


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


# Policy


def test_17_core_is_always_active_and_aud_001_belongs_to_the_studio() -> None:
    assert {pack.name for pack in policy(()).packs} == {"core"}
    assert {rule.id for pack in policy(("cue_sheet",)).packs for rule in pack.rules} >= {"GEN-001", "TRUST-001"}
    assert RULES["AUD-001"].pack == "netflix"


def test_17_authority_scope_and_binding_are_checked_whatever_the_packs() -> None:
    about = replica()
    for changes in (
        {"grantor": {"kind": "agent", "id": "P-AGENT"}},
        {"scope": scope("consent", production="OTHER")},
    ):
        report = judged(cut(), about, consent(**changes), packs=("sag_aftra",))
        assert finding(report, "SAG-010").effect == "block"


def test_18_the_derived_facts_are_a_closed_set() -> None:
    assert set(DERIVED) == {
        "likeness",
        "model_foreign",
        "tool_not_enterprise",
        "terms_missing",
        "multi_tool",
        "union_replaced",
        "principles_all_yes",
        "translated",
        "source_forbids",
        "mark_stripped",
    }


def test_18_every_condition_of_a_rule_must_match_and_rules_are_found_by_their_kinds() -> None:
    assert RULES["NFX-033"].kinds == {"alter.age"}
    assert RULES["NFX-042"].kinds is None
    assert "NFX-040" not in raised(judged(cut(), disclosure(flags={"input.proprietary": "yes"})))
    consumer = [disclosure()["tools"][0] | {"security_class": "consumer"}]
    assert "NFX-040" not in raised(judged(cut(), disclosure(tools=consumer)))
    both = disclosure(flags={"input.proprietary": "yes"}, tools=consumer)
    assert "NFX-040" in raised(judged(cut(), both))


# Outcomes


def test_23_each_verdict_has_its_exit_code() -> None:
    assert EXIT_CODES == {"allow": 0, "block": 1, "cannot_judge": 3}


def test_23_a_timeline_without_uses_is_allowed_and_says_so() -> None:
    report = judged(cut())
    empty = judged(timeline())
    assert (empty.verdict, empty.counts.uses) == ("allow", 0)
    assert "The timeline makes no use of media." in empty.notes
    assert "The timeline makes no use of media." not in report.notes


def test_23_an_unknown_pack_is_an_error_of_usage() -> None:
    with pytest.raises(UsageError):
        policy(("netflixx",))


def test_24_what_was_lost_leaves_no_verdict_and_what_is_odd_changes_none() -> None:
    snapshot = snapshot_of(cut())
    odd = judged(snapshot.with_problems([Problem("odd", "bent")]), *cleared(disclosure()))
    lost = judged(snapshot.with_problems([Problem("lost", "cut off")]), *cleared(disclosure()))
    assert (odd.verdict, lost.verdict) == ("allow", "cannot_judge")


def test_24_something_lost_weighs_more_than_a_block() -> None:
    lost = snapshot_of(cut()).with_problems([Problem("lost", "cut off")])
    report = judged(lost, disclosure())
    assert (report.verdict, report.exit_code) == ("cannot_judge", 3)
    assert finding(report, "NFX-020").effect == "block"


def test_25_a_finding_is_one_rule_and_one_disclosure_with_its_uses() -> None:
    report = judged(cut(clip(TAGGED, name="one"), clip(TAGGED, name="two")), disclosure())
    keys = [(each.rule, each.disclosure) for each in report.findings]
    assert len(keys) == len(set(keys))
    line = finding(report, "NFX-020").uses[1]
    assert (line.name, line.reel, line.track) == ("two", "A001", "V1")
    assert (line.record, line.source) == ("01:00:02:00-01:00:04:00", "00:00:00:10-00:00:02:10")
    assert "item 2" in line.address


def test_25_an_edl_use_names_its_event_and_line() -> None:
    edl = (
        "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
        "007  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
        "* GENAI: gen.environment id=DIS-001\n"
    )
    line = finding(judged(read_edl(edl.encode(), "cut.edl"), disclosure()), "NFX-020").uses[0]
    assert (line.event, line.line) == ("007", 4)


def test_25_a_missing_record_is_named_once_with_all_that_ask_for_it() -> None:
    report = judged(cut(), replica())
    asked = {(each.record, each.subject): each.required_by for each in report.missing}
    assert asked["consent", SUBJECT] == ("NFX-030", "SAG-010")
    assert len(asked) == len(report.missing)


def test_25_a_report_survives_json() -> None:
    report = judged(cut(), replica(), consent(expires_at="2026-01-01Z"))
    assert read_reports(JsonWriter().write([report])) == [report]


# EDL


def test_26_a_tag_before_the_first_event_speaks_for_the_whole_timeline() -> None:
    edl = (
        "TITLE: CUT\nFCM: NON-DROP FRAME\n* GENAI id=DIS-001\n\n"
        "001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n"
        "002  A001     V     C        00:00:00:10 00:00:02:10 01:00:02:00 01:00:04:00\n"
    )
    report = judged(read_edl(edl.encode(), "cut.edl"), disclosure())
    assert len(finding(report, "NFX-020").uses) == 2


DISSOLVE = (
    "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
    "001  PLATE    V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
    "002  PLATE    V     C        00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00\n"
    "002  {reel}     V     D    024 00:00:00:10 00:00:02:10 01:00:02:00 01:00:04:00\n"
    "* FROM CLIP NAME: plate.mov\n* TO CLIP NAME: {name}\n* GENAI: gen.environment id=DIS-001\n"
)


def test_26_a_tag_in_a_dissolve_speaks_for_both_sides_and_its_approval_for_the_one_that_it_is_about() -> None:
    about = disclosure()
    right = read_edl(DISSOLVE.format(reel="A001", name="vfx_010.mov").encode(), "cut.edl")
    report = judged(right, *cleared(about))
    assert len(finding(report, "NFX-020").uses) == 2
    assert report.verdict == "allow"
    wrong = read_edl(DISSOLVE.format(reel="B009", name="evil.mov").encode(), "cut.edl")
    assert judged(wrong, *cleared(about)).verdict == "block"


def test_no_record_at_all_and_nothing_said_is_an_empty_report() -> None:
    report = judged(cut(clip()))
    assert (report.findings, report.missing, report.records_digest) == ((), (), record_set(()).digest)
