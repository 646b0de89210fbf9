"""What the check of rule packs finds, and that it finds nothing in the packs that are shipped."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from otiogate.evidence.disclosure import Disclosure
from otiogate.policy.conditions import condition
from otiogate.policy.derived import Truth
from otiogate.policy.lint import can_hold, lint
from otiogate.policy.load import policy, read_pack, shipped
from otiogate.records.context import Context

PACK = "pack: house\nformat: 1\nversion: '1'\nissued: '2026-11-22'\ntitle: House rules\nrules:\n"


def rule(id: str, when: str = "{disclosure: {use_kind: gen.shot}}", **more: str) -> str:
    """One rule of a pack, six lines; ``more`` are further keys."""
    extra = "".join(f", {key.rstrip('_')}: {value}" for key, value in more.items())
    return (
        f"  - {{id: {id}, title: A rule, severity: block{extra},\n"
        f"     when: {when},\n"
        "     require: [{record: approval}],\n"
        "     why: Because.,\n"
        "     remedy: Ask.,\n"
        "     source: {title: House}}\n"
    )


def found(tmp_path: Path, *rules: str, pack: str = PACK) -> list[tuple[int, str, str]]:
    path = tmp_path / "house.yaml"
    path.write_text(pack + "".join(rules), encoding="utf-8")
    return [tuple(each) for each in lint(path)]


@pytest.mark.parametrize("name", shipped())
def test_nothing_is_wrong_with_a_shipped_pack(name: str) -> None:
    assert lint(Path(str(files("otiogate.policy.packs") / f"{name}.yaml"))) == []


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_pack_fits_the_schema_against_which_it_is_not_held_when_it_is_used(name: str) -> None:
    pack = read_pack(Path(str(files("otiogate.policy.packs") / f"{name}.yaml")))
    assert pack.digest == {each.name: each.digest for each in policy([name]).packs}[name]


def test_a_sound_pack_has_no_flaw(tmp_path: Path) -> None:
    assert found(tmp_path, rule("HSE-001"), rule("HSE-002", replaces="[HSE-001]")) == []


NEVER = (
    "{disclosure: {prominence: featured}, not: {disclosure: {prominence: [featured, story_critical]}}}",
    "{disclosure: {prominence: featured}, any_of: [{disclosure: {prominence: incidental}}]}",
    "{disclosure: {use_kind: gen.shot}, not: {disclosure: {use_kind: gen.*}}}",
    "{disclosure: {use_kind: gen.*}, not: {disclosure: {use_kind: [gen.*, alter.age]}}}",
    "{disclosure: {use_kind: replica.*}, derived: {likeness: false}}",
    "{derived: {multi_tool: true}, not: {derived: {multi_tool: true}}}",
    "{derived: {multi_tool: true}, any_of: [{derived: {multi_tool: false}}]}",
    "{not: {any_of: [{derived: {multi_tool: true}}, {derived: {multi_tool: false}}]}}",
    "{not: {context: {stage: [temp, final]}}}",
    "{context: {stage: temp}, any_of: [{context: {stage: final}}]}",
    "{disclosure: {deepfake: yes}, not: {not: {disclosure: {deepfake: no}}}}",
    "{disclosure: {flags: real_event}, not: {any_of: [{disclosure: {flags: real_event}}]}}",
    "{context: {territory: CN}, not: {context: {territory: [CN, EU]}}}",
    "{any_of: [{disclosure: {fidelity: substantive}}], not: {disclosure: {fidelity: substantive}}}",
)

MAY = (
    "{disclosure: {use_kind: gen.shot}, any_of: [{disclosure: {use_kind: alter.age}}]}",
    "{disclosure: {use_kind: gen.*}, not: {disclosure: {use_kind: gen.shot}}}",
    "{disclosure: {flags: real_event}, any_of: [{disclosure: {flags: prompt.names_person}}]}",
    "{disclosure: {minor: yes}, any_of: [{disclosure: {minor: no}}]}",
    "{context: {territory: CN}, any_of: [{context: {territory: EU}}]}",
    "{not: {disclosure: {prominence: [none, incidental, featured, story_critical]}}}",
    "{not: {disclosure: {prominence: none, identity: none}}}",
    "{disclosure: {use_kind: [replica.*, gen.shot]}, derived: {likeness: false}}",
    "{any_of: [{disclosure: {deepfake: yes}}, {not: {disclosure: {deepfake: no}}}]}",
    "{disclosure: {trains: yes}, any_of: [{disclosure: {trains: unsure}}]}",
)


@pytest.mark.parametrize("when", NEVER)
def test_a_condition_that_can_never_hold_is_found(when: str, tmp_path: Path) -> None:
    [(line, id, text)] = found(tmp_path, rule("HSE-001", when))
    assert (line, id) == (8, "HSE-001")
    assert text == "rules[0].when: this can never hold, so the rule never applies"


@pytest.mark.parametrize("when", MAY)
def test_a_condition_that_can_hold_is_no_flaw(when: str, tmp_path: Path) -> None:
    assert found(tmp_path, rule("HSE-001", when)) == []


def test_a_branch_that_can_never_hold_is_found(tmp_path: Path) -> None:
    when = (
        "{disclosure: {prominence: featured},"
        " any_of: [{disclosure: {deepfake: yes}}, {disclosure: {prominence: none}}]}"
    )
    [(line, id, text)] = found(tmp_path, rule("HSE-001", when))
    assert (line, id) == (8, "HSE-001")
    assert text == "rules[0].when.any_of[1]: this can never hold beside the rest of the condition"


def test_a_demand_that_is_never_made_is_found(tmp_path: Path) -> None:
    demand = "{record: approval, when: {context: {stage: temp}}}"
    one = rule("HSE-001", "{context: {stage: final}}").replace("{record: approval}", demand)
    [(line, id, text)] = found(tmp_path, one)
    assert (line, id) == (9, "HSE-001")
    assert text.startswith("rules[0].require[0]: this is never asked for: ")


def test_a_condition_with_more_ways_than_can_be_looked_at_counts_as_one_that_can_hold() -> None:
    branch = {"any_of": [{"disclosure": {"prominence": each}} for each in ("none", "incidental", "featured")]}
    inner: dict[str, Any] = {"disclosure": {"deepfake": "yes"}, "not": {"disclosure": {"deepfake": "yes"}}}
    assert not can_hold(inner)
    for _ in range(12):
        inner = {"any_of": [inner, inner, branch], "not": {"not": branch}}
    assert can_hold(inner)


KINDS = ["gen.shot", "gen.still", "replica.voice", "alter.age"]
ASKED = {
    "use_kind": [*KINDS, "gen.*", "replica.*"],
    "prominence": ["none", "incidental"],
    "minor": ["yes", "no"],
    "deepfake": ["yes", "no"],
}


def any_condition(draw: random.Random, depth: int = 0) -> dict[str, Any]:
    asked = {field: draw.sample(values, 2) for field, values in ASKED.items() if draw.random() < 0.4}
    when: dict[str, Any] = {"disclosure": asked} if asked else {"context": {"stage": draw.choice(["temp", "final"])}}
    if draw.random() < 0.3:
        when["derived"] = {draw.choice(["likeness", "multi_tool", "translated"]): draw.random() < 0.5}
    if depth < 2 and draw.random() < 0.5:
        when["any_of"] = [any_condition(draw, depth + 1) for _ in range(2)]
    if depth < 2 and draw.random() < 0.5:
        when["not"] = any_condition(draw, depth + 1)
    return when


def any_use(draw: random.Random) -> tuple[Disclosure, Context]:
    data: dict[str, Any] = {"id": "DIS-001", "use_kind": sorted(draw.sample(KINDS, draw.randint(0, 3)))}
    data |= {field: draw.choice(ASKED[field]) for field in ("prominence", "deepfake") if draw.random() < 0.6}
    minors = draw.sample(["yes", "no"], draw.randint(0, 2))
    data["subjects"] = [{"id": "P-1", "minor": each, "recognisable": draw.choice(["yes", "no"])} for each in minors]
    data["tools"] = [{}] * draw.randint(0, 2)
    return Disclosure("DIS-001", "ledger", data), Context(stage=draw.choice(["temp", "final"]))


def test_no_condition_that_some_use_meets_is_said_never_to_hold() -> None:
    draw = random.Random(1)  # the same conditions in every run
    uses = [any_use(draw) for _ in range(150)]
    never = 0
    for _ in range(600):
        when = any_condition(draw)
        if not can_hold(when):
            never += 1
            meets = condition(when)
            assert not any(meets(*use) is Truth.YES for use in uses), when
    assert never > 20


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("use_kind: gen.shot", "usekind: gen.shot", "'usekind' is not known here; allowed: use_kind, "),
        ("     why: Because.,\n", "", "is missing 'why'"),
        ("     remedy: Ask.,\n", "", "is missing 'remedy'"),
        ("remedy: Ask.", 'remedy: "  "', "text that is not empty"),
        ("source: {title: House}", "source: {url: 'https://post.example/'}", "is missing 'title'"),
        (",\n     source: {title: House}", "", "is missing 'source'"),
        ("record: approval", "record: waiver", '"waiver" is not one of disclosure, consent, '),
    ],
)
def test_what_breaks_the_schema_is_found_with_its_rule(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = rule("HSE-001")
    assert old in text
    flaws = found(tmp_path, text.replace(old, new), rule("HSE-002"))
    assert [id for _, id, _ in flaws] == ["HSE-001"]
    assert says in flaws[0][2]
    assert flaws[0][0] >= 7


VARIANTS = (
    ({}, {}, True),
    ({"until": "'2027-06-30'"}, {"from_": "'2027-07-01'"}, False),
    ({"until": "'2027-07-01'"}, {"from_": "'2027-07-01'"}, True),
    ({"from_": "'2027-01-01'"}, {"until": "'2027-12-31'"}, True),
    ({"from_": "'2027-01-01'", "until": "'2027-12-31'"}, {"from_": "'2028-01-01'"}, False),
)


@pytest.mark.parametrize(("one", "two", "overlap"), VARIANTS)
def test_variants_that_are_in_force_on_the_same_day_are_found(
    one: dict[str, str], two: dict[str, str], overlap: bool, tmp_path: Path
) -> None:
    flaws = found(tmp_path, rule("HSE-001", **one), rule("HSE-001", **two))
    wanted = [(13, "HSE-001", "rules[1]: is in force on the same days as its variant rules[0]")]
    assert flaws == (wanted if overlap else [])


def test_a_rule_that_ends_before_it_begins_is_found(tmp_path: Path) -> None:
    flaws = found(tmp_path, rule("HSE-001", from_="'2027-07-01'", until="'2027-06-30'"))
    assert flaws == [(7, "HSE-001", "rules[0]: ends on 2027-06-30, before it begins on 2027-07-01")]


def test_an_id_that_a_shipped_pack_has_is_found_unless_the_pack_stands_in_for_it(tmp_path: Path) -> None:
    flaws = found(tmp_path, rule("NFX-020"))
    assert flaws == [(7, "NFX-020", "rules[0]: the shipped pack netflix has a rule of this id")]
    assert found(tmp_path, rule("NFX-020"), pack=PACK.replace("house", "netflix")) == []


def test_a_rule_that_replaces_what_is_not_in_its_pack_is_found(tmp_path: Path) -> None:
    [(_, _, elsewhere)] = found(tmp_path, rule("HSE-001", replaces="[NFX-020]"))
    assert elsewhere == "rules[0]: replaces NFX-020, which this pack does not have"
    [(_, _, itself)] = found(tmp_path, rule("HSE-001", replaces="[HSE-001]"))
    assert itself == "rules[0]: replaces itself"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("pack: house\npack: house\n", 2, "the key 'pack' is given twice"),
        ("a: [\n", 2, "not YAML"),
        ("", 0, "holds no documents where one belongs"),
        ("- 1\n", 1, "(top): a list is not an object"),
        ("pack: house\nformat: 2\n", 2, "format: 2 is not 1"),
    ],
)
def test_a_file_that_is_no_pack_is_a_flaw_and_no_error(text: str, line: int, says: str, tmp_path: Path) -> None:
    flaws = found(tmp_path, pack=text)
    assert any(each[0] == line and says in each[2] for each in flaws), flaws


def test_a_file_that_is_not_there_is_a_flaw_and_no_error(tmp_path: Path) -> None:
    [(line, id, text)] = lint(tmp_path / "absent.yaml")
    assert (line, id) == (0, "")
    assert text.startswith("cannot be read: ")


def test_what_loading_alone_would_find_is_found(tmp_path: Path) -> None:
    flaws = found(tmp_path, rule("HSE-001").replace("severity: block", "severity: worst"))
    assert [id for _, id, _ in flaws] == ["HSE-001"]
