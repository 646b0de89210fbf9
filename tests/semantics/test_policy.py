"""What things mean exactly: policy, paragraphs 17 and 18."""

from __future__ import annotations

from otiogate.policy.derived import DERIVED
from otiogate.policy.load import policy
from tests.builders import consent, disclosure, finding, judged, raised, replica, scope
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
