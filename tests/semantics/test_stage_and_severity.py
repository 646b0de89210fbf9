"""What things mean exactly: stage and severity, paragraphs 1 to 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from otiogate.config import layers
from otiogate.config.layers import settings
from otiogate.errors import UsageError
from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.policy.load import policy
from tests.builders import (
    CONTEXT,
    TEMP,
    cleared,
    clip,
    disclosure,
    finding,
    judged,
    notification,
    raised,
    replica,
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
        if rule.severity == "block":
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
