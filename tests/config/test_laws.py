"""Each key of the configuration has one law, by which the layers that set it combine."""

from __future__ import annotations

from typing import Any

import pytest

from otiogate.config.laws import (
    BUILT_IN,
    COMMAND,
    FACILITY,
    LAWS,
    PROJECT,
    SEVERITY_ORDER,
    Layer,
    agreed,
    facility_first,
    facility_only,
    facility_or_command,
    largest,
    strictest,
    strictest_of_each,
    union,
)
from otiogate.documents.schemas import schema
from otiogate.errors import CannotJudge, UsageError

HOUSE = Layer("facility.yaml", FACILITY, {})
ADDED = Layer("added.yaml", FACILITY, {}, added=True)
ONE = Layer("one.yaml", PROJECT, {})
TWO = Layer("two.yaml", PROJECT, {})
TYPED = Layer("command line", COMMAND, {})


def test_every_key_that_a_configuration_may_have_has_a_law() -> None:
    keys = dict(schema("config")["properties"])
    inside = keys.pop("deliverable")["properties"]
    keys.pop("format")
    assert set(LAWS) == {*keys, *(f"deliverable.{key}" for key in inside)}


def test_what_the_schema_calls_facility_only_is_and_nothing_else() -> None:
    told = {key for key, each in schema("config")["properties"].items() if "Facility only" in each["description"]}
    assert told == {key for key, law in LAWS.items() if law is facility_only}
    facility = {"registry", "stages", "working_paths", "replaced_packs", "pins", "log", "receipt_key", "trust", "state"}
    assert told == facility


def test_the_laws_are_those_of_the_design() -> None:
    assert {key for key, law in LAWS.items() if law is union} == {
        *("packs", "policy", "deliverable.territories", "deliverable.languages")
    }
    assert {key for key, law in LAWS.items() if law is facility_first} == {"records"}
    assert {key for key, law in LAWS.items() if law is facility_or_command} == {"cache", "media"}
    assert {key for key, law in LAWS.items() if law is agreed} == {
        *("production", "season", "episode", "cut", "deliverable.type", "deliverable.medium"),
        *("stage", "release_date", "licence_end", "requested_by", "frame_rate"),
    }
    assert {key for key, law in LAWS.items() if law is largest} == {"handles"}


def test_the_ranks_run_from_the_built_in_to_the_command_line() -> None:
    assert BUILT_IN < FACILITY < PROJECT < COMMAND
    assert HOUSE.facility
    assert not any(layer.facility for layer in (ADDED, ONE, TYPED))


def test_union_takes_what_any_layer_names_once_and_sorted() -> None:
    assert union("packs", [(HOUSE, ["netflix", "us_states"]), (ONE, ["cue_sheet", "netflix"])]) == (
        *("cue_sheet", "netflix", "us_states"),
    )
    assert union("packs", [(ONE, [])]) == ()


@pytest.mark.parametrize("key", ["on_export", "declaration"])
def test_the_strictest_wins_whoever_sets_it(key: str) -> None:
    mild, strict = {"on_export": ("report", "block"), "declaration": ("off", "required")}[key]
    for first, second in ((HOUSE, ONE), (ONE, TWO), (ONE, TYPED)):
        assert LAWS[key](key, [(first, strict), (second, mild)]) == strict
        assert LAWS[key](key, [(first, mild), (second, strict)]) == strict
        assert LAWS[key](key, [(first, mild), (second, mild)]) == mild


def test_strictest_follows_the_order_it_is_given() -> None:
    assert strictest(("b", "a"))("x", [(ONE, "a"), (TWO, "b")]) == "a"


def test_severity_is_the_strictest_of_each_rule() -> None:
    law = strictest_of_each(SEVERITY_ORDER)
    found = law(
        "severity", [(HOUSE, {"NFX-020": "block", "NFX-035": "warn"}), (ONE, {"NFX-020": "info", "A": "final"})]
    )
    assert found == {"NFX-020": "block", "NFX-035": "warn", "A": "final"}
    assert LAWS["severity"]("severity", [(ONE, {"A": "warn"}), (TWO, {"A": "final"})]) == {"A": "final"}


@pytest.mark.parametrize("key", sorted(key for key, law in LAWS.items() if law is facility_only))
@pytest.mark.parametrize("layer", [ADDED, ONE, TYPED])
def test_a_facility_only_key_elsewhere_is_a_usage_error_that_names_the_file(key: str, layer: Layer) -> None:
    for said in ([(layer, "x")], [(HOUSE, "x"), (layer, "x")]):
        with pytest.raises(UsageError, match=rf"^{layer.name}: only the facility may set '{key}' \(take it out"):
            LAWS[key](key, said)
    assert LAWS[key](key, [(HOUSE, "x")]) == "x"


def test_records_are_the_facility_s_where_it_sets_them() -> None:
    assert facility_first("records", [(HOUSE, ["/ledger"])]) == ["/ledger"]
    for layer in (ADDED, ONE):
        with pytest.raises(UsageError, match="only the facility may set 'records'"):
            facility_first("records", [(HOUSE, ["/ledger"]), (layer, ["/ledger"])])


def test_only_the_facility_or_the_command_line_may_set_what_is_neither_the_projects_nor_the_editors() -> None:
    assert facility_or_command("cache", [(HOUSE, "a")]) == "a"
    assert facility_or_command("cache", [(TYPED, "b")]) == "b"
    assert facility_or_command("cache", [(HOUSE, "a"), (TYPED, "b")]) == "b"
    for layer in (ONE, ADDED):
        with pytest.raises(UsageError, match="only the facility may set 'cache'"):
            facility_or_command("cache", [(layer, "c"), (TYPED, "b")])


def test_records_are_the_project_s_where_the_facility_says_nothing() -> None:
    assert facility_first("records", [(ONE, ["records"])]) == ["records"]
    assert facility_first("records", [(ADDED, ["show"])]) == ["show"]


def test_the_command_line_may_look_at_other_records_whoever_set_them() -> None:
    for layer in (HOUSE, ONE):
        assert facility_first("records", [(layer, ["/ledger"]), (TYPED, ["draft"])]) == ["draft"]


def test_a_stronger_layer_is_agreed_with() -> None:
    assert agreed("cut", [(HOUSE, "a"), (ONE, "b")]) == "b"
    assert agreed("cut", [(HOUSE, "a"), (ONE, "b"), (TWO, "b")]) == "b"
    assert agreed("cut", [(ONE, "b"), (TWO, "c"), (TYPED, "d")]) == "d"


@pytest.mark.parametrize(("one", "other"), [("b", "c"), (12, 0), ("1", ""), (["a"], ["b"])])
def test_two_layers_of_a_rank_that_differ_leave_no_verdict(one: Any, other: Any) -> None:
    with pytest.raises(CannotJudge, match=r"^'cut' is .* in one\.yaml, but .* in two\.yaml \(both") as caught:
        agreed("cut", [(HOUSE, one), (ONE, one), (TWO, other)])
    assert caught.value.exit_code == 3
