"""Scope: a subset on every axis; excludes beat includes; groups expand; what is not known is not granted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.evidence.disclosure import Disclosure
from otiogate.records.context import Context
from otiogate.records.scope import AXES, EU, outside, territories_meet
from tests.builders import CONTEXT, disclosure, replica, scope

ABOUT = Disclosure("DIS-001", "ledger", replica())
NOBODY = Disclosure("DIS-001", "ledger", disclosure())
STATED = {
    "season": "1",
    "episodes": "101",
    "scenes": "12",
    "characters": "Mara",
    "media": "streaming",
    "deliverables": "episode",
    "territories": "US",
    "languages": "en",
    "models": "M-1",
    "cuts": "v4",
}
CONTEXT_KEYS = {
    "season": ("season", "season"),
    "episodes": ("episode", "episode"),
    "cuts": ("cut", "cut"),
    "media": ("medium", "deliverable.medium"),
    "deliverables": ("deliverable_type", "deliverable.type"),
    "territories": ("territories", "deliverable.territories"),
    "languages": ("languages", "deliverable.languages"),
}
EVERY = [(family, axis) for family, axes in AXES.items() for axis in axes]


def said(family: str, given_scope: dict[str, Any], context: Context = CONTEXT, about: Disclosure = ABOUT) -> list[str]:
    return list(outside(family, given_scope, about, context))


@pytest.mark.parametrize("family", AXES)
def test_any_on_every_axis_holds_every_delivery(family: str) -> None:
    assert said(family, scope(family)) == []
    assert said(family, scope(family), Context(production="MYSHOW"), NOBODY) == []


@pytest.mark.parametrize(("family", "axis"), EVERY)
def test_an_omitted_axis_fails(family: str, axis: str) -> None:
    given_scope = scope(family)
    del given_scope[axis]
    assert said(family, given_scope) == [f"its scope does not state {axis}; write the list, or 'any'"]


@pytest.mark.parametrize(("family", "axis"), EVERY)
def test_a_list_holds_what_is_in_it_and_nothing_else(family: str, axis: str) -> None:
    assert said(family, scope(family, **{axis: [STATED[axis]]})) == []
    other = {"territories": "GB", "languages": "fr"}.get(axis, "something else")
    assert said(family, scope(family, **{axis: [other]})) == [f"its {axis} ({other}) do not include {STATED[axis]}"]


@pytest.mark.parametrize(("family", "axis"), EVERY)
@pytest.mark.parametrize("allowed", ["any", "listed"])
def test_excludes_beat_includes(family: str, axis: str, allowed: str) -> None:
    value = "any" if allowed == "any" else [STATED[axis]]
    given_scope = scope(family, **{axis: value}, excludes={axis: [STATED[axis]]})
    assert said(family, given_scope) == [f"its {axis} exclude {STATED[axis]}"]


@pytest.mark.parametrize(("family", "axis"), [each for each in EVERY if each[1] in CONTEXT_KEYS])
def test_a_limit_on_what_the_context_does_not_know_fails_and_names_the_key(family: str, axis: str) -> None:
    field, key = CONTEXT_KEYS[axis]
    empty: Any = () if isinstance(getattr(CONTEXT, field), tuple) else ""
    unknown = replace(CONTEXT, **{field: empty})
    for limited in (
        scope(family, **{axis: [STATED[axis]]}),
        scope(family, excludes={axis: [STATED[axis]]}),
    ):
        (text,) = said(family, limited, unknown)
        assert f"'{key}' is not set in the configuration" in text
    assert said(family, scope(family), unknown) == []


@pytest.mark.parametrize("axis", ["scenes", "characters", "models"])
def test_a_limit_on_what_the_disclosure_does_not_state_fails(axis: str) -> None:
    for limited in (
        scope("consent", **{axis: [STATED[axis]]}),
        scope("consent", excludes={axis: [STATED[axis]]}),
    ):
        (text,) = said("consent", limited, about=NOBODY)
        assert f"the disclosure states no {axis}" in text


def test_a_record_without_a_known_production_fails_and_names_the_key() -> None:
    (text,) = said("decision", scope("decision"), replace(CONTEXT, production=""))
    assert text == "is for the production MYSHOW, but 'production' is not set in the configuration"


@pytest.mark.parametrize("name", ["MYSHOW", "myshow", " MyShow "])
def test_the_production_is_compared_without_case_and_blanks_at_its_ends(name: str) -> None:
    assert said("decision", scope("decision"), replace(CONTEXT, production=name)) == []


def test_the_production_is_compared_in_one_unicode_form() -> None:
    composed, decomposed = "CAF\u00c9", "cafe\u0301"
    assert said("decision", scope("decision", production=composed), replace(CONTEXT, production=decomposed)) == []


@pytest.mark.parametrize("name", ["MY SHOW", "MYSHOW-2", "MYSHO", "MYSHOW/", "any"])
def test_another_production_never_counts(name: str) -> None:
    assert said("decision", scope("decision", production=name)) == [f"is for the production {name}, not MYSHOW"]


def test_a_list_that_holds_the_word_any_does_not_mean_any() -> None:
    assert said("decision", scope("decision", episodes=["any"])) != []


def test_all_of_several_values_have_to_be_in_scope() -> None:
    about = Disclosure("DIS-001", "ledger", replica(scenes=["12", "13"]))
    assert said("consent", scope("consent", scenes=["12"]), about=about) == ["its scenes (12) do not include 13"]
    two = replace(CONTEXT, territories=("US", "GB"), languages=("en", "fr"))
    assert said("clearance", scope("clearance", territories=["US"]), two) == ["its territories (US) do not include GB"]
    assert said("clearance", scope("clearance", languages=["en"]), two) == ["its languages (en) do not include fr"]


def test_every_axis_that_fails_is_said() -> None:
    open_scope = said("consent", {"production": "MYSHOW"})
    assert open_scope == [f"its scope does not state {', '.join(AXES['consent'])}; write the list, or 'any'"]
    limited = {"production": "MYSHOW", **{axis: ["elsewhere"] for axis in AXES["consent"]}}
    assert len(said("consent", limited)) == len(AXES["consent"])


def test_of_another_production_nothing_else_is_said() -> None:
    assert said("consent", {"production": "OTHER"}) == ["is for the production OTHER, not MYSHOW"]


def test_worldwide_limits_nothing_where_nobody_knows_where_the_delivery_goes() -> None:
    nowhere = replace(CONTEXT, territories=())
    for excluded, holds in (([], True), (["CN"], False)):
        limited = scope("decision", territories=["worldwide"], excludes={"territories": excluded})
        assert (not said("decision", limited, nowhere)) == holds


@pytest.mark.parametrize(
    ("delivered", "allowed", "holds"),
    [
        ("US", ["US"], True),
        ("us", ["US"], True),
        ("US-NY", ["US"], True),
        ("US", ["US-NY"], False),
        ("US-NY", ["US-CA"], False),
        ("DE", ["EU"], True),
        ("NO", ["EU"], False),
        ("GB", ["EU"], False),
        ("EU", ["EU"], True),
        ("EU", sorted(EU), True),
        ("EU", sorted(EU - {"MT"}), False),
        ("EU", ["worldwide"], True),
        ("worldwide", ["worldwide"], True),
        ("worldwide", ["EU", "US", "CN"], False),
        ("DE-BY", ["EU"], True),
        ("CN", ["worldwide"], True),
    ],
)
def test_territories_are_held_by_their_groups_and_countries(delivered: str, allowed: list[str], holds: bool) -> None:
    found = said("decision", scope("decision", territories=allowed), replace(CONTEXT, territories=(delivered,)))
    assert (found == []) == holds


@pytest.mark.parametrize(
    ("delivered", "excluded", "meets"),
    [
        ("US", ["US-NY"], True),
        ("US-NY", ["US"], True),
        ("US-NY", ["US-CA"], False),
        ("EU", ["DE"], True),
        ("DE", ["EU"], True),
        ("DE", ["FR"], False),
        ("worldwide", ["CN"], True),
        ("CN", ["worldwide"], True),
        ("GB", ["EU"], False),
    ],
)
def test_an_excluded_territory_is_met_by_any_part_of_it(delivered: str, excluded: list[str], meets: bool) -> None:
    limited = scope("decision", territories=["worldwide"], excludes={"territories": excluded})
    found = said("decision", limited, replace(CONTEXT, territories=(delivered,)))
    assert (found != []) == meets == territories_meet(delivered, excluded)


@pytest.mark.parametrize(
    ("delivered", "allowed", "holds"),
    [
        ("en", ["en"], True),
        ("en-GB", ["en"], True),
        ("EN-gb", ["en-GB"], True),
        ("en", ["en-GB"], False),
        ("eng", ["en"], False),
        ("zh-Hant-TW", ["zh-Hant"], True),
        ("zh-Hans", ["zh-Hant"], False),
    ],
)
def test_a_language_holds_its_variants(delivered: str, allowed: list[str], holds: bool) -> None:
    found = said("consent", scope("consent", languages=allowed), replace(CONTEXT, languages=(delivered,)))
    assert (found == []) == holds


@pytest.mark.parametrize(("delivered", "excluded"), [("en", "en-GB"), ("en-GB", "en"), ("en", "EN")])
def test_an_excluded_language_is_met_by_any_part_of_it(delivered: str, excluded: str) -> None:
    limited = scope("consent", excludes={"languages": [excluded]})
    assert said("consent", limited, replace(CONTEXT, languages=(delivered,))) != []


def test_the_union_has_27_countries() -> None:
    assert len(EU) == 27 and "GB" not in EU


TERRITORIES = st.sampled_from(["worldwide", "EU", "US", "US-NY", "US-CA", "DE", "FR", "GB", "CN", "DE-BY"])


@settings(deadline=None, derandomize=True)
@given(TERRITORIES, st.lists(TERRITORIES, min_size=1, max_size=4, unique=True))
def test_what_is_listed_is_met_and_no_longer_held_once_it_is_excluded(delivered: str, listed: list[str]) -> None:
    context = replace(CONTEXT, territories=(delivered,))
    held = said("decision", scope("decision", territories=listed), context) == []
    if held:
        assert territories_meet(delivered, listed)
    both = scope("decision", territories=listed, excludes={"territories": listed})
    assert said("decision", both, context) != []


@settings(deadline=None, derandomize=True)
@given(TERRITORIES, st.lists(TERRITORIES, min_size=1, max_size=3, unique=True), TERRITORIES)
def test_a_longer_list_of_exclusions_never_lets_more_through(delivered: str, excluded: list[str], more: str) -> None:
    context = replace(CONTEXT, territories=(delivered,))
    few = said("decision", scope("decision", excludes={"territories": excluded}), context)
    many = said("decision", scope("decision", excludes={"territories": [*excluded, more]}), context)
    assert not few or many
