"""What things mean exactly: policy, paragraphs 17 and 18."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from otiogate.policy.derived import DERIVED
from otiogate.policy.load import policy
from otiogate.policy.model import Policy
from tests.builders import CONTEXT, consent, decision, disclosure, finding, judged, raised, reasons, replica, scope
from tests.policy.rows import SYNTHETIC
from tests.policy.test_lint import PACK, rule
from tests.semantics.shared import RULES, cut


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


@pytest.mark.parametrize("packs", [("netflix",), ("sag_aftra",), ("netflix", "sag_aftra")])
def test_17_binding_is_checked_whatever_the_packs(packs: tuple[str, ...]) -> None:
    about = SYNTHETIC | {"prominence": "featured"}
    answers = ["NFX-020", "SAG-020"]
    rule = "NFX-020" if "netflix" in packs else "SAG-020"
    report = judged(cut(), about, decision("approval", SYNTHETIC, answers), packs=packs)
    assert "TRUST-001" in [says for _, says, _ in reasons(report, rule)]
    assert finding(report, rule).effect == "block"


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


def house(tmp_path: Path, when: str) -> Policy:
    """The pack ``core`` and one rule of the house."""
    path = tmp_path / "house.yaml"
    path.write_text(PACK + rule("HSE-001", when), encoding="utf-8")
    return policy(("core",), [path])


@pytest.mark.parametrize(
    ("when", "shot", "still", "elsewhere"),
    [
        ("{disclosure: {use_kind: gen.shot}}", True, False, True),
        ("{disclosure: {use_kind: [gen.shot, gen.still]}}", True, True, True),
        ("{disclosure: {use_kind: gen.*}, context: {territory: US}}", True, True, False),
        ("{disclosure: {use_kind: gen.*}, derived: {multi_tool: true}}", False, False, False),
        ("{any_of: [{disclosure: {use_kind: gen.still}}, {context: {territory: FR}}]}", False, True, True),
        ("{disclosure: {use_kind: gen.*}, not: {disclosure: {use_kind: gen.still}}}", True, False, True),
        ("{disclosure: {use_kind: gen.*}, not: {context: {territory: US}}}", False, False, True),
    ],
)
def test_18_maps_must_all_match_a_list_by_any_of_it_and_any_of_and_not_stand_over_maps(
    when: str, shot: bool, still: bool, elsewhere: bool, tmp_path: Path
) -> None:
    active = house(tmp_path, when)

    def fires(kind: str, territory: str = "US") -> bool:
        context = replace(CONTEXT, territories=(territory,))
        return "HSE-001" in raised(judged(cut(), disclosure(use_kind=[kind]), context=context, policy=active))

    assert (fires("gen.shot"), fires("gen.still"), fires("gen.shot", "FR")) == (shot, still, elsewhere)


@pytest.mark.parametrize(("answer", "rules"), [("yes", {"EU-001"}), ("no", set()), ("unsure", {"GEN-002"})])
def test_18_the_disclosure_says_for_eu_001_whether_it_is_a_deepfake(answer: str, rules: set[str]) -> None:
    context = replace(CONTEXT, territories=("FR",))
    report = judged(cut(), disclosure(deepfake=answer), context=context, packs=("eu_ai_act",))
    assert raised(report) == rules
    assert all("EU-001" in each.what for each in report.findings if each.rule == "GEN-002")


def test_18_cn_001_needs_generated_content() -> None:
    context = replace(CONTEXT, territories=("CN",))
    for kind, fires in (("gen.shot", True), ("alter.age", True), ("enhance.denoise", False), ("assist.matte", False)):
        report = judged(cut(), disclosure(use_kind=[kind]), context=context, packs=("cn_labelling",))
        assert ("CN-001" in raised(report)) == fires


def test_18_the_variants_of_a_rule_by_date_share_its_id() -> None:
    variants = [each for each in policy(("sag_aftra",)).rules if each.id == "SAG-030"]
    assert [(str(each.since or ""), str(each.until or "")) for each in variants] == [
        ("", "2027-06-30"),
        ("2027-07-01", ""),
    ]
