"""What things mean exactly: stage and severity, paragraphs 1 to 3."""

from __future__ import annotations

import pytest

from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.policy.load import policy
from tests.builders import CONTEXT, TEMP, cleared, disclosure, finding, judged, notification, raised
from tests.semantics.shared import ALL_PACKS, RULES, cut, effects


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
