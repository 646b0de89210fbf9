"""The table of every rule: no empty cell, every rule of every shipped pack, and the page that readers see."""

from __future__ import annotations

import pytest

from otiogate.policy.load import policy
from tests.policy.rows import AS_REASONS, DATED, PACKS
from tests.policy.rule_table import COLUMNS, PAGE, Line, page, table

RULES = {rule.id: rule for pack in policy(PACKS).packs for rule in pack.rules if rule.id != "GEN-002"}
DATES = {row.rule for row, _, _ in DATED}
REASONS = {row.rule for row in AS_REASONS}
NEVER = {"NFX-012", "SAG-015"}


def lines() -> dict[str, Line]:
    return {each.rule: each for each in table()}


def test_the_table_has_the_46_shipped_rules_and_no_empty_cell() -> None:
    assert [each.rule for each in table()] == sorted({rule.id for pack in policy(PACKS).packs for rule in pack.rules})
    assert len(table()) == 46
    assert all(len(each) == len(COLUMNS) for each in table())
    assert [(each.rule, cell) for each in table() for cell in each if not cell.strip()] == []


@pytest.mark.parametrize("rule", sorted(set(RULES) - REASONS))
def test_what_a_rule_comes_to_is_what_its_severity_says(rule: str) -> None:
    severity, line = RULES[rule].severity, lines()[rule]
    assert line.stopped_without == ("block" if severity in ("block", "final") else severity)
    on_temp = {"block": {"block"}, "final": {"warn", "not raised"}}.get(severity, {severity})
    assert line.on_temp in (on_temp if rule != "NFX-012" else {"not raised"})


def test_every_rule_passes_but_those_that_nothing_satisfies() -> None:
    assert {rule for rule, line in lines().items() if line.passes_with == "never"} == NEVER
    for rule in set(lines()) - NEVER:
        assert all(each.startswith("allow: ") for each in lines()[rule].passes_with.split(" / "))


def test_only_the_cue_sheet_and_idle_waivers_ask_for_nothing() -> None:
    assert [rule for rule, line in lines().items() if "nothing is asked" in line.passes_with] == [
        "CUE-001",
        "TRUST-002",
    ]


def test_a_reason_stops_where_the_record_was_demanded_and_on_temp_too() -> None:
    for rule in REASONS:
        assert lines()[rule].stopped_without.startswith("block, at ")
        assert lines()[rule].on_temp.startswith("block, at ")


def test_only_the_date_of_a_rule_changes_what_it_comes_to() -> None:
    assert {rule for rule, line in lines().items() if line.first_day != "same"} == DATES
    for rule in DATES:
        before, first = lines()[rule].day_before, lines()[rule].first_day
        assert before.split(": ")[1] in ("not raised", "met")
        assert first.split(": ")[1] == "block"


def test_the_page_that_readers_see_is_the_table_that_is_judged_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.policy.rule_table --write"
