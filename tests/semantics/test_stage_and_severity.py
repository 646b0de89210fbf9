"""What things mean exactly: stage and severity, paragraphs 1 to 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from otiogate.config import layers
from otiogate.config.layers import settings
from otiogate.errors import PolicyError, UsageError
from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.policy.load import policy
from otiogate.report.model import WaiverLine
from tests.builders import (
    CONTEXT,
    TEMP,
    cleared,
    clip,
    decision,
    disclosure,
    finding,
    judged,
    notification,
    raised,
    reasons,
    replica,
    time_range,
    waiver,
)
from tests.policy import test_lint as packs
from tests.semantics.shared import ALL_PACKS, RULES, TAGGED, Data, cut, effects


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
        temp = raised(judged(cut(), about | {"output_stage": stage}))
        assert final - temp <= {"NFX-020"}
        assert temp - final <= {"NFX-011", "NFX-012"}


def test_1_in_a_final_delivery_nfx_012_takes_the_place_of_nfx_020_for_temp_items() -> None:
    report = judged(cut(), *cleared(disclosure(output_stage="temp")))
    assert finding(report, "NFX-012").effect == "block"
    assert "NFX-020" not in raised(report)


def test_1_reports_carry_the_stage() -> None:
    report = judged(cut(), disclosure(), context=TEMP)
    assert report.to_data()["stage"] == "temp" == report.to_data()["context"]["stage"]


@pytest.mark.parametrize("where", ["project", "command"])
def test_1_a_project_or_the_command_line_may_say_temp_unless_the_facility_allows_only_final(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "otiogate.yaml"
    project.write_text("format: 1\n" + ("stage: temp\n" if where == "project" else ""), encoding="utf-8")
    command = {"stage": "temp"} if where == "command" else None
    assert settings([str(tmp_path)], command=command).context.stage == "temp"
    facility = tmp_path / "facility.yaml"
    facility.write_text("format: 1\nstages: [final]\n", encoding="utf-8")
    monkeypatch.setattr(layers, "facility_file", lambda: facility)
    with pytest.raises(UsageError, match="the facility allows the stage final, not temp"):
        settings([str(tmp_path)], command=command)


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


def test_2_what_blocks_stops_any_delivery_and_what_only_warns_or_informs_stops_none() -> None:
    blocking = disclosure(use_kind=["alter.age"])
    for context in (CONTEXT, TEMP):
        assert judged(cut(), blocking, context=context).verdict == "block"
        assert judged(cut(clip("GENAI enhance.denoise")), context=context).verdict == "allow"
    found = finding(judged(cut(clip("GENAI alter.cosmetic")), context=TEMP), "NFX-035")
    assert (found.severity, found.effect) == ("warn", "warn")
    assert judged(cut(clip("GENAI alter.cosmetic")), context=TEMP).verdict == "allow"


def test_2_an_entry_of_the_cue_sheet_has_the_status_info() -> None:
    found = finding(judged(cut(clip("GENAI enhance.denoise"))), "CUE-001")
    assert (found.severity, found.status, found.effect) == ("info", "info", "info")


def test_2_nfx_043_is_two_rules() -> None:
    assert (RULES["NFX-043A"].severity, RULES["NFX-043B"].severity) == ("block", "final")
    trains = disclosure(tools=[disclosure()["tools"][0] | {"trains": "yes"}])
    unsure = disclosure(tools=[disclosure()["tools"][0] | {"trains": "unsure"}])
    assert raised(judged(cut(), trains)) >= {"NFX-043A"}
    assert "NFX-043A" not in raised(judged(cut(), unsure))
    assert "NFX-043B" in raised(judged(cut(), unsure))


def test_2_nfx_043_b_is_about_terms_that_are_missing_too_and_a_about_keeping() -> None:
    tool = disclosure()["tools"][0]
    untold = disclosure(tools=[{key: value for key, value in tool.items() if key != "terms"}])
    keeps = disclosure(tools=[tool | {"retains": "yes"}])
    assert effects(judged(cut(), *cleared(untold)))["NFX-043B"] == "block"
    assert effects(judged(cut(), *cleared(untold), context=TEMP))["NFX-043B"] == "warn"
    assert effects(judged(cut(), *cleared(keeps), context=TEMP))["NFX-043A"] == "block"


def test_3_rules_of_severity_block_cannot_be_waived_and_the_others_by_studio_legal() -> None:
    for rule in policy(ALL_PACKS).rules:
        if rule.severity == "block" or rule.id in ("GEN-001", "GEN-002"):
            assert rule.waivable == ()
        elif rule.id == "NFX-021":
            assert set(rule.waivable) == {"studio_contact", "studio_legal"}
        else:
            assert rule.waivable == ("studio_legal",)


def test_3_a_rule_that_a_facility_makes_block_can_no_longer_be_waived() -> None:
    stricter = policy(("core", "netflix"), severities={"NFX-021": "block"})
    assert next(rule for rule in stricter.rules if rule.id == "NFX-021").waivable == ()


def test_3_a_rule_says_itself_where_somebody_else_may_waive_it(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        packs.PACK + packs.rule("HSE-001", waivable="[clearance]").replace("block", "warn"), encoding="utf-8"
    )
    (house,) = (each for each in policy(("core",), [path]).rules if each.id == "HSE-001")
    assert (house.severity, house.waivable) == ("warn", ("clearance",))


def test_3_a_pack_in_which_somebody_may_waive_a_rule_of_severity_block_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(packs.PACK + packs.rule("HSE-001", waivable="[studio_legal]"), encoding="utf-8")
    with pytest.raises(PolicyError, match="HSE-001: severity 'block' cannot be waived"):
        policy(("core",), [path])


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
def test_3_waivers_are_inert_where_the_facility_has_no_trust_file(about: Data, context: Any) -> None:
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


ABOUT = disclosure()
ONE, TWO = "WVR-001", "WVR-002"


def untold(*waivers: Data, **others: Any) -> Any:
    """The report on an approved use of which the studio was not told (NFX-010), with ``waivers``, which are signed."""
    held = [ABOUT, decision("approval", ABOUT, ["NFX-020"]), *waivers]
    return judged(others.pop("cut", cut()), *held, **{"signed": [each["id"] for each in waivers]} | others)


def test_3_a_signed_waiver_takes_its_clip_out_of_its_rule_and_the_report_says_so() -> None:
    assert untold().verdict == "block"
    report = untold(waiver("NFX-010"))
    found = finding(report, "NFX-010")
    assert (report.verdict, report.counts.waived, report.counts.block) == ("allow", 1, 0)
    assert (found.status, found.effect, found.severity) == ("waived", "none", "final")
    assert found.records == (ONE,)
    assert found.waivers == (WaiverLine(ONE, "It cannot be told from the plate.", "studio_legal", "2028-12-31Z"),)
    assert not report.missing


@pytest.mark.parametrize(("role", "counts"), [("studio_legal", True), ("studio_contact", True), ("clearance", False)])
def test_3_nfx_021_is_waived_by_the_studio_contact_too(role: str, counts: bool) -> None:
    by = {"id": "S-LEGAL", "organisation": "Studio", "role": role}
    report = judged(cut(), disclosure(use_kind=["gen.element"]), waiver("NFX-021", approver=by), signed=[ONE])
    assert (finding(report, "NFX-021").status == "waived") is counts


def test_3_other_final_rules_are_waived_by_studio_legal_alone() -> None:
    contact = {"id": "S-LEGAL", "organisation": "Studio", "role": "studio_contact"}
    for changes, status in (({}, "waived"), ({"approver": contact}, "open")):
        report = judged(cut(), disclosure(), waiver("NFX-020", **changes), signed=[ONE])
        assert finding(report, "NFX-020").status == status
        assert report.verdict == "block"  # NFX-010 is not waived


def test_3_a_rule_that_a_facility_makes_block_is_waived_no_more() -> None:
    stricter = policy(ALL_PACKS, severities={"NFX-010": "block"})
    report = untold(waiver("NFX-010"), policy=stricter)
    assert reasons(report, "NFX-010") == [(ONE, "", "waives NFX-010, which cannot be waived")]


def test_3_a_rule_of_severity_warn_is_waived_too() -> None:
    tagged = clip("GENAI alter.cosmetic")
    assert finding(judged(cut(tagged), waiver("NFX-035"), signed=[ONE]), "NFX-035").status == "waived"


@pytest.mark.parametrize("context", [CONTEXT, TEMP])
def test_3_no_waiver_takes_anything_out_of_a_rule_of_severity_block(context: Any) -> None:
    without_any = judged(cut(), replica(), context=context)
    blocking = sorted({each.rule for each in without_any.findings if each.severity == "block"})
    waivers = [waiver(rule, f"WVR-{rule}") for rule in blocking]
    report = judged(cut(), replica(), *waivers, context=context, signed=[each["id"] for each in waivers])
    assert (report.verdict, report.counts.block) == ("block", without_any.counts.block)
    assert report.counts.waived == 0
    for rule in blocking:
        assert (f"WVR-{rule}", "", f"waives {rule}, which cannot be waived") in reasons(report, rule)


@pytest.mark.parametrize(
    ("source_range", "status"),
    [
        ("00:00:00:10-00:00:02:10", "waived"),
        ("00:00:00:00-00:00:10:00", "waived"),
        ("00:00:00:11-00:00:02:10", "open"),
        ("00:00:00:10-00:00:02:09", "open"),
        ("01:00:00:10-01:00:02:10", "open"),
    ],
)
def test_3_a_use_inside_the_range_is_covered_and_none_that_is_a_frame_longer(source_range: str, status: str) -> None:
    clip = {"reference": "vfx_010.mov", "reel": "A001", "source_range": source_range}
    assert finding(untold(waiver("NFX-010", clip=clip)), "NFX-010").status == status


def test_3_of_several_uses_those_that_are_not_covered_stay_open() -> None:
    inside, wider = clip(TAGGED), clip(TAGGED)
    wider.source_range = time_range(10, 480)
    report = untold(waiver("NFX-010"), cut=cut(inside, wider))
    found = {each.status: each for each in report.findings if each.rule == "NFX-010"}
    assert {status: [use.address for use in each.uses] for status, each in found.items()} == {
        "waived": ["track 1 'V1' / item 1"],
        "open": ["track 1 'V1' / item 2"],
    }
    assert (report.verdict, found["open"].effect, found["waived"].effect) == ("block", "block", "none")
    assert found["open"].fingerprint != found["waived"].fingerprint
    assert [each.required_by for each in report.missing] == [("NFX-010",)]


def test_3_a_warning_on_temp_is_waived_as_well() -> None:
    assert finding(untold(context=TEMP), "NFX-010").effect == "warn"
    report = untold(waiver("NFX-010"), context=TEMP)
    assert (finding(report, "NFX-010").status, report.counts.warn, report.counts.waived) == ("waived", 0, 1)


def test_3_unused_and_expired_waivers_are_a_finding_that_stops_nothing() -> None:
    idle = waiver("NFX-022", TWO), waiver("NFX-010", "WVR-003", expires_at="2027-01-01Z")
    report = untold(waiver("NFX-010"), *idle)
    found = [each for each in report.findings if each.rule == "TRUST-002"]
    assert [(each.severity, each.effect, each.status) for each in found] == [("info", "info", "info")] * 2
    assert {tried.id: tried.reasons[0].text for each in found for tried in each.tried} == {
        TWO: "nothing here needs a waiver of NFX-022",
        "WVR-003": "expired at 2027-01-01Z",
    }
    assert report.verdict == "allow"


@pytest.mark.parametrize("changes", [{"production": "OTHER"}, {"revoked": {"at": "2027-01-01T00:00:00Z"}}])
def test_3_a_waiver_of_another_production_or_a_revoked_one_is_not_looked_for(changes: Data) -> None:
    assert "TRUST-002" not in raised(untold(waiver("NFX-022", **changes)))
