"""What things mean exactly: uses and disclosures, paragraphs 4 to 10."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.report.model import Report
from otiogate.report.text import TextWriter
from otiogate.scan.judging import Judging
from otiogate.scan.read import read_timeline
from otiogate.timeline.edl import read_edl
from tests.builders import (
    CONTEXT,
    ELSEWHERE,
    NOW,
    TEMP,
    clearance,
    cleared,
    clip,
    consent,
    decision,
    disclosure,
    finding,
    judged,
    notification,
    raised,
    reasons,
    replica,
    time_range,
    timeline,
    without,
)
from tests.semantics.shared import TAGGED, Data, cut, effects


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
    report = judged(whole, *[(about if id == ids[7] else disclosure()) | {"id": id} for id in ids])
    judged_on_it = {each.disclosure for each in report.findings if each.rule == "NFX-020"}
    assert judged_on_it == set(ids)
    assert all(each.uses[0].name == "vfx_010" for each in report.findings)


def test_4_every_tagged_object_is_judged_even_where_it_holds_no_use() -> None:
    for empty in (otio.schema.Gap(metadata={"genai": TAGGED}), otio.schema.Stack(metadata={"genai": TAGGED})):
        held = cut(clip(name="bare", reference="bare.mov"))
        held.tracks[0].append(empty)
        report = judged(held, disclosure())
        assert effects(report)["NFX-020"] == "block"
        assert "bare" not in [line.name for line in finding(report, "NFX-020").uses]


def test_4_a_disclosure_on_a_reference_that_is_not_active_is_one_of_the_use() -> None:
    made = clip()
    inactive = otio.schema.ExternalReference("file:///show/vfx_010.mov", time_range(0, 500), {"genai": TAGGED})
    made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "old": inactive}, "DEFAULT_MEDIA")
    assert effects(judged(cut(made), replica()))["NFX-030"] == "block"


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
        return judged(held, disclosure(media=ELSEWHERE))

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


def test_4_of_two_disclosures_each_has_its_own_findings_and_its_own_records() -> None:
    one, two = disclosure("DIS-001"), disclosure("DIS-002")
    report = judged(cut(clip([TAGGED, {"id": "DIS-002"}])), *cleared(one), two)
    status = {each.disclosure: each.status for each in report.findings if each.rule == "NFX-020"}
    assert status == {"DIS-001": "met", "DIS-002": "open"}


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
    assert judged(cut(clip()), disclosure(media=ELSEWHERE, match=[entry])).verdict == verdict


def test_5_a_use_is_matched_whatever_its_tag_says_of_another_disclosure() -> None:
    report = judged(
        cut(clip({"id": "DIS-002"})), *cleared(disclosure("DIS-002")), disclosure(match=[{"reference": "vfx_010.mov"}])
    )
    assert {each.disclosure for each in report.findings if each.effect == "block"} == {"DIS-001"}


def test_5_an_edl_that_was_stripped_of_its_tags_still_meets_its_records() -> None:
    event = "001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n"
    edl = f"TITLE: CUT\nFCM: NON-DROP FRAME\n\n{event}"
    about = disclosure(media=ELSEWHERE, match=[{"reel": "A001", "source_range": "00:00:00:00-00:00:10:00"}])
    report = judged(read_edl(edl.encode(), "cut.edl"), about)
    assert (effects(report)["NFX-020"], report.verdict) == ("block", "block")
    assert judged(read_edl(edl.encode(), "cut.edl"), disclosure(media=ELSEWHERE)).verdict == "allow"


@pytest.mark.parametrize("name", ["* FROM CLIP NAME: vfx_010.mov\n", ""])
def test_5_media_is_met_without_a_match_entry_that_says_it_again(name: str) -> None:
    event = f"001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n{name}"
    stripped = read_edl(f"TITLE: CUT\nFCM: NON-DROP FRAME\n\n{event}".encode(), "cut.edl")
    assert judged(stripped, disclosure()).verdict == "block"


def test_5_a_use_without_a_reel_is_matched_by_none() -> None:
    about = disclosure(media=ELSEWHERE, match=[{"reel": "A001", "source_range": "00:00:00:00-23:59:59:00"}])
    assert judged(cut(clip(reel="")), about).verdict == "allow"
    assert judged(cut(clip()), about).verdict == "block"


@pytest.mark.parametrize("reel", ["AX", "BL", "BLACK", "BARS"])
def test_5_reels_that_name_nobody_never_match(reel: str) -> None:
    about = disclosure(media={"reel": reel}, match=[{"reel": reel, "source_range": "00:00:00:00-23:59:59:00"}])
    assert judged(cut(clip(reel=reel)), about).verdict == "allow"


def test_5_a_match_by_clip_name_alone_attaches_and_requires_but_clears_no_gen_001() -> None:
    about = disclosure(media=ELSEWHERE, match=[{"clip_name": "vfx_010"}])
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


@pytest.mark.parametrize("kinds", [["unsure"], ["gen.shot", "unsure"]])
def test_7_kinds_never_expand_and_unsure_is_none_of_them(kinds: list[str]) -> None:
    report = judged(cut(clip(disclosure(use_kind=kinds))), context=TEMP)
    assert {each.rule for each in report.findings} == {"GEN-002"}
    assert report.verdict == "block"


def test_7_many_unsure_answers_are_one_finding() -> None:
    about = disclosure(use_kind=["gen.element"], prominence="unsure", identity="unsure", union_impact="unsure")
    found = finding(judged(cut(), *cleared(about)), "GEN-002")
    assert found.severity == "block"
    assert all(axis in found.what for axis in ("prominence", "identity", "union_impact"))


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


@pytest.mark.parametrize("key", ["digitalSourceType", "digital_source_type", "Iptc4xmpExt:DigitalSourceType"])
def test_7_an_ambiguous_type_counts_under_a_key_that_means_digital_source_type(key: str) -> None:
    made = clip()
    made.metadata[key] = "composite"
    assert effects(judged(cut(made))) == {"GEN-001": "block"}


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
        made.media_reference.target_url = "file:///show/seen.mov"
        inactive = otio.schema.ExternalReference("file:///show/vfx_010.mov", time_range(0, 500), {"genai": TAGGED})
        made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "old": inactive}, "DEFAULT_MEDIA")
    return held


@pytest.mark.parametrize("how", ["disabled", "on a disabled track", "trimmed out", "an inactive reference"])
def test_8_on_what_is_not_seen_final_rules_and_nfx_012_warn_and_block_rules_stay(how: str) -> None:
    about = disclosure(media=ELSEWHERE, output_stage="temp", use_kind=["gen.shot", "alter.age"])
    report = judged(unseen(how), about)
    found = effects(report)
    assert (found["NFX-010"], found["NFX-012"], found["NFX-033"]) == ("warn", "warn", "block")
    assert [line.visible for line in finding(report, "NFX-010").uses] == [False]
    assert judged(unseen(how), disclosure(media=ELSEWHERE)).verdict == "allow"


@pytest.mark.parametrize("how", ["disabled", "on a disabled track", "trimmed out", "an inactive reference"])
def test_8_in_exports_that_carry_media_nothing_is_softened(how: str) -> None:
    report = judged(unseen(how), disclosure(output_stage="temp"), carries_media=True)
    assert (effects(report)["NFX-010"], effects(report)["NFX-012"]) == ("block", "block")


@pytest.mark.parametrize(("suffix", "effect"), [("otioz", "block"), ("otio", "warn")])
def test_8_a_bundle_carries_its_media(suffix: str, effect: str, tmp_path: Path) -> None:
    path = tmp_path / f"cut.{suffix}"
    text = unseen("disabled").to_json_string()
    if suffix == "otio":
        path.write_text(text, encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w") as bundle:
            bundle.writestr("version.txt", "1.0.0")
            bundle.writestr("content.otio", text)
    assert effects(judged(read_timeline(path), disclosure()))["NFX-020"] == effect


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


def test_9_it_is_a_hint_of_the_report_which_changes_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    cut(clip(name="midjourney sky", reference="sky.png"), clip(name="plain", reference="plain.mov")).to_json_file(
        str(path)
    )
    report = Judging(NOW).report(path)
    assert [hint.clip for hint in report.hints] == ["midjourney sky"]
    assert (report.findings, report.verdict) == ((), "allow")


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


def test_10_allow_is_said_to_verify_no_absence() -> None:
    says = "Allowed means: no uncleared AI use is declared or found. That there is none is not verified."
    assert says in TextWriter().write([judged(cut(clip()))])
    assert says not in TextWriter().write([judged(cut(), disclosure())])


def test_10_gen_003_is_off_until_a_configuration_asks_for_declarations(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    cut(clip()).to_json_file(str(path))
    assert raised(Judging(NOW).report(path)) == set()
    (tmp_path / "otiogate.yaml").write_text("format: 1\ndeclaration: required\n", encoding="utf-8")
    found = finding(Judging(NOW).report(path), "GEN-003")
    assert (found.severity, found.effect) == ("final", "block")


def test_10_by_itself_silence_is_allowed() -> None:
    assert judged(cut(clip())).verdict == "allow"
