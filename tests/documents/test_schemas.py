"""The shipped schemas: sound, closed, described, true to the vocabulary; and what they say of a document."""

from __future__ import annotations

import copy
import re
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from otiogate.documents.schemas import BASE, _validator, at, faults, schema, schema_names
from otiogate.errors import UsageError
from otiogate.evidence.vocabulary import AXES, FLAGS, SOURCE_TYPES, UNSURE, USE_KINDS, source_type

COMMON = f"{BASE}common#/$defs/"
DECISIONS = (
    "approval",
    "legal_review",
    "incidental",
    "escalation",
    "exception",
    "consultation",
    "label_plan",
    "union_notice",
    "bargaining",
)
RECORDS = ("disclosure", "consent", "clearance", *DECISIONS, "notice", "notification", "waiver")
NAMES = schema_names()
DEFS = schema("common")["$defs"]


# Walking a schema


class Part(NamedTuple):
    """A schema inside a schema file. ``refines``: it stands below if, allOf and the like."""

    file: str
    pointer: str
    role: str
    body: Any
    refines: bool


MAPS = {"properties": "property", "patternProperties": "property", "$defs": "def", "dependentSchemas": "refining"}
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = (
    "items",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "contains",
    "if",
    "then",
    "else",
    "not",
)
ABOUT = ("$schema", "$id", "$ref", "$comment", "title", "description", "examples", "default")
TESTS = (
    *("type", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "uniqueItems"),
    *("minItems", "maxItems", "minProperties", "maxProperties", "required", "dependentRequired"),
)
KNOWN = {*MAPS, *LISTS, *SINGLE, *ABOUT, *TESTS}
REFINING = ("if", "then", "else", "not", "allOf", "anyOf", "oneOf")


def walk(file: str, body: Any, pointer: str = "#", role: str = "root", refines: bool = False) -> Iterator[Part]:
    yield Part(file, pointer, role, body, refines)
    if not isinstance(body, dict):
        return
    for key, value in body.items():
        below = refines or key in REFINING
        if key in MAPS:
            for name, inner in value.items():
                yield from walk(file, inner, f"{pointer}/{key}/{name}", MAPS[key], below)
        elif key in LISTS:
            for index, inner in enumerate(value):
                yield from walk(file, inner, f"{pointer}/{key}/{index}", key, below)
        elif key in SINGLE:
            yield from walk(file, value, f"{pointer}/{key}", key, below)


PARTS = [part for name in NAMES for part in walk(name, schema(name))]
OBJECTS = [part for part in PARTS if isinstance(part.body, dict)]


def where(part: Part) -> str:
    return f"{part.file}{part.pointer}"


# The schemas themselves


def test_the_schemas_of_every_document_are_there() -> None:
    assert {*RECORDS, "common", "policy", "config", "context_map"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_valid_under_the_metaschema_and_says_what_it_is(name: str) -> None:
    body = schema(name)
    Draft202012Validator.check_schema(body)
    assert body["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert body["$id"] == f"{BASE}{name}"
    assert body["title"]
    assert body["description"]


def test_fact_20_no_keyword_is_misspelt() -> None:
    assert [f"{where(part)}: {sorted(part.body.keys() - KNOWN)}" for part in OBJECTS if part.body.keys() - KNOWN] == []


def test_every_property_has_a_description_of_its_own() -> None:
    lacking = [
        where(part)
        for part in OBJECTS
        if part.role == "property" and not part.refines and not part.body.get("description", "").strip()
    ]
    assert lacking == []


def test_every_shared_piece_has_a_description_and_an_example() -> None:
    assert [name for name, each in DEFS.items() if not each.get("description")] == []
    assert [name for name, each in DEFS.items() if not each.get("examples") and name != "decision"] == []


def test_every_object_is_closed() -> None:
    def is_open(part: Part) -> bool:
        describes_object = part.body.get("type") == "object" or "properties" in part.body
        closed = False in (part.body.get("additionalProperties"), part.body.get("unevaluatedProperties"))
        return describes_object and not closed

    found = [where(part) for part in OBJECTS if not part.refines and is_open(part)]
    assert found == ["common#/$defs/decision"]


def test_whoever_refers_to_the_open_decision_closes_it() -> None:
    users = [part for part in OBJECTS if part.body.get("$ref") == f"{COMMON}decision"]
    assert sorted(part.file for part in users) == sorted(DECISIONS)
    assert all(part.body["unevaluatedProperties"] is False and part.role == "root" for part in users)


def test_every_key_that_is_demanded_is_known() -> None:
    for part in OBJECTS:
        if not part.refines and "properties" in part.body:
            shared = DEFS["decision"]["properties"] if "unevaluatedProperties" in part.body else {}
            known = {*part.body["properties"], *shared}
            demanded = set(part.body.get("required", ()))
            for branch in part.body.get("oneOf", ()):
                demanded |= set(branch.get("required", ()))
            if where(part) == "common#/$defs/decision":
                demanded.discard("record")
            assert demanded <= known, where(part)


END = r"(?![\s\S])"
PATTERNS = sorted(
    {(where(part), part.body["pattern"]) for part in OBJECTS if "pattern" in part.body}
    | {(where(part), key) for part in OBJECTS for key in part.body.get("patternProperties", {})}
)


@pytest.mark.parametrize(("place", "pattern"), PATTERNS)
def test_every_pattern_is_anchored_at_both_ends(place: str, pattern: str) -> None:
    re.compile(pattern)
    assert pattern.startswith("^"), place
    assert pattern.endswith(END), place
    inside = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern.removesuffix(END))  # without character classes
    assert not re.search(r"\$|\\[ZzAbBdDwW]", inside), f"{place}: $ and \\d mean other things elsewhere"
    depth = 0
    for char in inside:
        depth += {"(": 1, ")": -1}.get(char, 0)
        assert not (char == "|" and depth == 0), f"{place}: an alternative escapes the anchors"
    assert depth == 0


LINES = [
    (name, example)
    for name, each in sorted(DEFS.items())
    for example in each.get("examples", ())
    if isinstance(example, str) and name not in ("text", "verbatim")
]


@pytest.mark.parametrize(("name", "text"), LINES)
@pytest.mark.parametrize("ending", ["\n", "\r", "\0", " ", "\u2028"])
def test_a_trailing_newline_or_space_is_refused(name: str, text: str, ending: str) -> None:
    assert broken(name, text) == []
    assert broken(name, text + ending) != []


def test_prose_may_end_in_a_newline_as_yaml_blocks_do_but_is_never_blank() -> None:
    assert broken("text", "Two lines\nof text.\n") == []
    for blank in ("", "\n", "  \t\n", "\0", "a\0"):
        assert broken("text", blank) != [], blank


def shared(name: str) -> Draft202012Validator:
    """A validator for one shared piece, with formats and our schemas alone."""
    resources = [(f"{BASE}{each}", DRAFT202012.create_resource(schema(each))) for each in NAMES]
    registry: Registry[Any] = Registry().with_resources(resources)
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator({"$ref": f"{COMMON}{name}"}, registry=registry, format_checker=checker)


def broken(name: str, value: Any) -> list[str]:
    return [fault.message for fault in shared(name).iter_errors(value)]


@pytest.mark.parametrize("name", sorted(set(DEFS) - {"decision"}))
def test_the_examples_of_shared_pieces_fit_them(name: str) -> None:
    assert [broken(name, example) for example in DEFS[name]["examples"] if broken(name, example)] == []


def test_every_reference_is_one_of_ours_and_leads_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a schema reached for the network")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    _validator.cache_clear()
    resources = [(f"{BASE}{each}", DRAFT202012.create_resource(schema(each))) for each in NAMES]
    registry: Registry[Any] = Registry().with_resources(resources).crawl()
    for part in OBJECTS:
        if "$ref" in part.body:
            assert registry.resolver(f"{BASE}{part.file}").lookup(part.body["$ref"]).contents, where(part)
    for name in NAMES:
        faults(name, {})


def test_fact_20_a_reference_to_elsewhere_fails_instead_of_being_fetched() -> None:
    registry: Registry[Any] = Registry()
    elsewhere = Draft202012Validator({"$ref": "https://example.invalid/schema"}, registry=registry)
    with pytest.raises(Exception, match=r"example\.invalid"):
        elsewhere.is_valid({})


def test_fact_20_the_formats_that_the_schemas_use_are_checked() -> None:
    used = {part.body["format"] for part in OBJECTS if "format" in part.body}
    assert used == {"date", "date-time", "uri"}
    assert used <= set(Draft202012Validator.FORMAT_CHECKER.checkers)


# True to the vocabulary


def enum_of(name: str, *path: str) -> list[str]:
    body = schema(name)
    for step in path:
        body = body[step]
    return body["enum"]


def test_shared_enums_equal_the_vocabulary() -> None:
    assert tuple(DEFS["use_kind"]["enum"]) == USE_KINDS
    assert tuple(DEFS["flag"]["enum"]) == FLAGS
    assert set(DEFS["source_type_key"]["enum"]) == SOURCE_TYPES
    assert DEFS["answer"]["enum"] == ["yes", "no", UNSURE]


@pytest.mark.parametrize("axis", AXES)
def test_the_axes_equal_the_vocabulary_wherever_they_are_spelled_out(axis: str) -> None:
    assert enum_of("disclosure", "properties", axis) == [*AXES[axis], UNSURE]
    assert enum_of("escalation", "properties", "resolves", "properties", axis) == list(AXES[axis])
    assert enum_of("policy", "$defs", axis) == list(AXES[axis])


QUESTIONS = ("union_impact", "deepfake", "in_place_of_performer", "script_material")


def test_flags_equal_the_vocabulary_wherever_they_are_spelled_out() -> None:
    assert tuple(schema("disclosure")["properties"]["flags"]["properties"]) == FLAGS
    resolves = schema("escalation")["properties"]["resolves"]["properties"]
    assert set(resolves) == {*AXES, *QUESTIONS, *FLAGS}
    assert all(resolves[flag]["enum"] == ["yes", "no"] for flag in FLAGS)


def test_a_rule_can_name_every_closed_answer_of_a_disclosure_but_unsure() -> None:
    tools = schema("disclosure")["properties"]["tools"]["items"]["properties"]
    inputs = schema("disclosure")["properties"]["inputs"]["items"]["properties"]
    subjects = schema("disclosure")["properties"]["subjects"]["items"]["properties"]
    assert enum_of("policy", "$defs", "security_class") == tools["security_class"]["enum"]
    assert [*enum_of("policy", "$defs", "sensitivity"), UNSURE] == inputs["sensitivity"]["enum"]
    assert enum_of("policy", "$defs", "capacity") == subjects["capacity"]["enum"]
    assert [*enum_of("policy", "$defs", "union_impact"), UNSURE] == enum_of("disclosure", "properties", "union_impact")


def test_families_of_use_kinds_are_exactly_those_that_exist() -> None:
    families = {f"{kind.rsplit('.', depth)[0]}.*" for kind in USE_KINDS for depth in (1, 2) if kind.count(".") >= depth}
    assert set(schema("policy")["$defs"]["kind_or_family"]["anyOf"][1]["enum"]) == families


@pytest.mark.parametrize("key", sorted(SOURCE_TYPES))
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "digsrctype:{}",
        "http://cv.iptc.org/newscodes/digitalsourcetype/{}",
        "https://cv.iptc.org/newscodes/digitalsourcetype/{}/",
        "http://c2pa.org/digitalsourcetype/{}",
        "https://example.com/digitalsourcetype/{}",
        "x{}",
        "digsrctype:{}x",
    ],
)
def test_a_digital_source_type_fits_the_schema_where_the_vocabulary_knows_it(key: str, form: str) -> None:
    text = form.format(key)
    own_home = key != "trainedAlgorithmicData" or "iptc.org" not in form
    known = source_type(text) is not None and own_home
    assert (changed_faults("disclosure", "digital_source_type", text) == []) == known


# Examples


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"common"}))
def test_each_schema_has_examples_and_they_are_valid(name: str) -> None:
    examples = schema(name)["examples"]
    assert examples
    assert [faults(name, example) for example in examples if faults(name, example)] == []


@pytest.mark.parametrize("name", [*RECORDS, "policy", "config", "context_map", "sidecar"])
def test_the_examples_show_every_key(name: str) -> None:
    shown = {key for example in schema(name)["examples"] for key in example}
    assert set(schema(name)["properties"]) <= shown


def test_the_examples_show_every_key_of_a_decision() -> None:
    shown = {key for name in DECISIONS for example in schema(name)["examples"] for key in example}
    assert set(DEFS["decision"]["properties"]) <= shown


# What is said of documents that do not fit


class _Gone:
    def __repr__(self) -> str:
        return "GONE"


GONE = _Gone()


def changed(name: str, path: str, value: Any) -> Any:
    """The first example of ``name`` with the value at ``path`` (as ``at`` writes it, ``/`` between steps) changed."""
    body = copy.deepcopy(schema(name)["examples"][0])
    steps = [int(step) if step.isdigit() else step for step in path.split("/")]
    inner = body
    for step in steps[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[steps[-1]]
    else:
        inner[steps[-1]] = value
    return body


def changed_faults(name: str, path: str, value: Any) -> list[tuple[str, str]]:
    return [(at(place), sentence) for place, sentence in faults(name, changed(name, path, value))]


RECORD_CASES = [
    ("surprise", 1, "(top)", "'surprise' is not known here; allowed: "),
    ("id", "AB", "id", '"AB" does not fit: an id of 3 to 64 letters, digits, dots, dashes and underscores'),
    ("id", "DIS-0042\n", "id", r'"DIS-0042\n" does not fit: an id'),
    ("id", "DIS 0042", "id", '"DIS 0042" does not fit: an id'),
    ("id", 42, "id", "42 is not text; put it in quotes"),
    ("id", GONE, "(top)", "is missing 'id'"),
    ("record", "memo", "record", '"memo" is not "'),
    ("record", GONE, "(top)", "is missing 'record'"),
    ("schema_version", 2, "schema_version", "2 is not 1"),
    ("schema_version", "1", "schema_version", '"1" is not 1'),
    ("schema_version", True, "schema_version", "true is not 1"),
    ("schema_version", float("nan"), "schema_version", "NaN is not 1"),
    ("supersedes", ["DIS-1", "DIS-1"], "supersedes", "names something twice"),
    ("supersedes", "DIS-0001", "supersedes", '"DIS-0001" is not a list'),
    ("note", "   ", "note", '"   " does not fit: text that is not empty'),
]


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize(("path", "value", "place", "sentence"), RECORD_CASES)
def test_every_record_refuses(name: str, path: str, value: Any, place: str, sentence: str) -> None:
    found = changed_faults(name, path, value)
    assert [each for each, _ in found] == [place]
    assert sentence in found[0][1]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (name, key)
        for name in NAMES
        for key in schema(name).get("required", DEFS["decision"]["required"] if name in DECISIONS else ())
        if name != "common"
    ],
)
def test_a_missing_key_is_named(name: str, key: str) -> None:
    example = schema(name)["examples"][0]
    assert ((), f"is missing {key!r}") in faults(name, {each: example[each] for each in example if each != key})


SHA = "sha256:" + "0" * 64

CASES: list[tuple[str, str, Any, str, str]] = [
    # disclosure
    ("disclosure", "use_kind", [], "use_kind", "needs at least 1"),
    ("disclosure", "use_kind", "gen.shot", "use_kind", '"gen.shot" is not a list'),
    ("disclosure", "use_kind/0", "replica.*", "use_kind[0]", '"replica.*" is not one of gen.shot, gen.still, '),
    ("disclosure", "use_kind/0", "gen.shot\n", "use_kind[0]", "is not one of gen.shot, "),
    ("disclosure", "output_stage", "finl", "output_stage", '"finl" is not one of ideation, temp, final, unsure'),
    ("disclosure", "prominence", None, "prominence", "null is not one of none, incidental, "),
    ("disclosure", "fidelity", GONE, "(top)", "is missing 'fidelity'"),
    ("disclosure", "media", {}, "media", "needs at least 1 of sha256, reference, reel, clip_name"),
    ("disclosure", "media", {"path": "a.mov"}, "media", "'path' is not known here; allowed: sha256, reference, "),
    ("disclosure", "media/sha256", "0" * 64, "media.sha256", "does not fit: sha256: and 64 small hexadecimal digits"),
    ("disclosure", "media/sha256", SHA.upper(), "media.sha256", "does not fit: sha256: and 64 small"),
    ("disclosure", "match/0", {"reel": "A"}, "match[0]", "'reel' needs 'source_range'"),
    (
        "disclosure",
        "match/0",
        {"reference": "a.mov", "clip_name": "a"},
        "match[0]",
        "needs exactly one of sha256, reference, reel, clip_name, not reference and clip_name",
    ),
    ("disclosure", "match/0", {}, "match[0]", "needs exactly one of sha256, reference, reel, clip_name"),
    ("disclosure", "ranges/0", "01:00:10:00", "ranges[0]", "does not fit: source timecodes in-out, such as 01:00:10"),
    ("disclosure", "ranges/0", "01:00:61:00-01:02:00:00", "ranges[0]", "does not fit: source timecodes"),
    ("disclosure", "ranges", [], "ranges", "needs at least 1"),
    ("disclosure", "digital_source_type", "generated", "digital_source_type", "does not fit: An IPTC digital source"),
    ("disclosure", "tools", [], "tools", "needs at least 1"),
    ("disclosure", "tools/0/trains", True, "tools[0].trains", "true is not one of yes, no, unsure"),
    ("disclosure", "tools/0/retains", GONE, "tools[0]", "is missing 'retains'"),
    ("disclosure", "tools/0/version", 4.2, "tools[0].version", "4.2 is not text; put it in quotes"),
    ("disclosure", "tools/0/terms/uri", "terms.pdf", "tools[0].terms.uri", "does not fit: an absolute URI, such as"),
    ("disclosure", "tools/0/terms/sha256", GONE, "tools[0].terms", "is missing 'sha256'"),
    ("disclosure", "prompt", {}, "prompt", "needs at least 1 of text, sha256, writer"),
    ("disclosure", "inputs/0/sensitivity", "high", "inputs[0].sensitivity", "is not one of none, likeness, "),
    ("disclosure", "flags/real_event", "maybe", "flags.real_event", '"maybe" is not one of yes, no, unsure'),
    ("disclosure", "flags/input.private", "yes", "flags", "'input.private' is not known here; allowed: input.prop"),
    ("disclosure", "in_place_of_performer", False, "in_place_of_performer", "false is not one of yes, no, unsure"),
    ("disclosure", "script_material", "maybe", "script_material", '"maybe" is not one of yes, no, unsure'),
    ("disclosure", "inputs/0/forbids_ai", "perhaps", "inputs[0].forbids_ai", "is not one of yes, no, unsure"),
    ("disclosure", "value_rationale", " ", "value_rationale", "does not fit: text that is not empty"),
    ("disclosure", "subjects/0/id", "Ada Example", "subjects[0].id", "an opaque id of 3 to 64"),
    ("disclosure", "subjects/0/minor", GONE, "subjects[0]", "is missing 'minor'"),
    ("disclosure", "subjects/0/name", "Ada", "subjects[0]", "'name' is not known here; allowed: id, capacity, "),
    ("disclosure", "principles/temporary_only", GONE, "principles", "is missing 'temporary_only'"),
    ("disclosure", "labels/0/territory", "US\n", "labels[0].territory", r'"US\n" does not fit: worldwide, EU, an ISO'),
    (
        "disclosure",
        "labels/0/territory",
        "UK",
        "labels[0].territory",
        '"UK" does not fit: worldwide, EU, an ISO 3166-1',
    ),
    ("disclosure", "labels/0/territory", False, "labels[0].territory", "false does not fit: worldwide, EU, "),
    ("disclosure", "target_language", "FR", "target_language", '"FR" does not fit: a BCP 47 language'),
    ("disclosure", "scenes/0", 42, "scenes[0]", "42 is not text; put it in quotes"),
    ("disclosure", "declared_at", "2026-10-20", "declared_at", "does not fit: a date and time with its zone"),
    ("disclosure", "declared_at", "2026-10-20T17:05:00", "declared_at", "does not fit: a date and time with its zone"),
    ("disclosure", "declared_at", "2026-02-30T00:00:00Z", "declared_at", '"2026-02-30T00:00:00Z" does not fit: a date'),
    ("disclosure", "declared_at", "2026-10-20T25:00:00Z", "declared_at", "does not fit: a date and time"),
    ("disclosure", "declared_at", "2026-10-20T17:05:00Z\n", "declared_at", "does not fit: a date and time"),
    ("disclosure", "declared_at", "9999-12-31T23:59:59-14:00", "declared_at", "does not fit: a date and time"),
    ("disclosure", "declared_at", 20261020, "declared_at", "20261020 is not text; put it in quotes"),
    # consent
    ("consent", "creation", "yes", "creation", '"yes" is not true or false'),
    ("consent", "intended_use", "For the film.", "intended_use", "is too short: it needs at least 20 characters"),
    ("consent", "expires_at", GONE, "(top)", "needs exactly one of expires_at, no_expiry_reason"),
    ("consent", "no_expiry_reason", "x", "(top)", "no_expiry_reason, not expires_at and no_expiry_reason"),
    (
        "consent",
        "expires_at",
        "2027-03-01",
        "expires_at",
        "does not fit: a date with its zone, such as 2027-03-01-08:00",
    ),
    ("consent", "expires_at", "2027-02-29Z", "expires_at", "does not fit: a date with its zone"),
    ("consent", "expires_at", "2027-04-31Z", "expires_at", "does not fit: a date with its zone"),
    ("consent", "expires_at", "2027-02-30T00:00:00Z", "expires_at", "does not fit: a date with its zone"),
    ("consent", "expires_at", "9999-12-31Z", "expires_at", "does not fit: a date with its zone"),
    ("consent", "expires_at", "2027-03-01Z\n", "expires_at", "does not fit: a date with its zone"),
    ("consent", "expires_at", None, "expires_at", "null is not text"),
    (
        "consent",
        "grantor/kind",
        "manager",
        "grantor.kind",
        '"manager" is not one of self, agent, estate, guardian, union',
    ),
    ("consent", "subject/status", GONE, "subject", "is missing 'status'"),
    ("consent", "allowed_use_kinds/0", "alter.*", "allowed_use_kinds[0]", '"alter.*" is not one of gen.shot'),
    ("consent", "scope/production", GONE, "scope", "is missing 'production'"),
    ("consent", "scope/episodes", "101", "scope.episodes", '"101" does not fit: the word any, or a list'),
    ("consent", "scope/episodes", "any\n", "scope.episodes", "does not fit: the word any, or a list"),
    ("consent", "scope/episodes", [], "scope.episodes", "needs at least 1"),
    ("consent", "scope/episodes/0", 101, "scope.episodes[0]", "101 is not text; put it in quotes"),
    ("consent", "scope/episodes/0", "101 ", "scope.episodes[0]", "one line of text, without spaces at its ends"),
    ("consent", "scope/territories/0", "US\n", "scope.territories[0]", r'"US\n" does not fit: worldwide, EU, '),
    ("consent", "scope/territories/0", "us", "scope.territories[0]", '"us" does not fit: worldwide, EU, '),
    ("consent", "scope/excludes", {}, "scope.excludes", "needs at least 1 of season, episodes, "),
    ("consent", "scope/excludes/territories", "any", "scope.excludes.territories", '"any" is not a list'),
    ("consent", "scope/excludes/territories/0", "UK", "scope.excludes.territories[0]", '"UK" does not fit'),
    ("consent", "scope/cuts", "any", "scope", "'cuts' is not known here; allowed: production, season, "),
    ("consent", "riders", ["nude"], "riders[0]", '"nude" is not one of intimate'),
    (
        "consent",
        "notice",
        {"given_at": "2026-09-28T10:00:00Z", "at_engagement": True},
        "notice",
        "needs exactly one of",
    ),
    ("consent", "notice", {"at_engagement": False}, "notice.at_engagement", "false is not true"),
    ("consent", "evidence", [], "evidence", "needs at least 1"),
    (
        "consent",
        "evidence/0/uri",
        "contracts/7.pdf",
        "evidence[0].uri",
        '"contracts/7.pdf" does not fit: an absolute URI',
    ),
    ("consent", "evidence/0/uri", "C:/contracts/7.pdf", "evidence[0].uri", "does not fit: an absolute URI"),
    ("consent", "evidence/0/uri", "https://a b", "evidence[0].uri", "does not fit: an absolute URI"),
    ("consent", "evidence/0/sha256", GONE, "evidence[0]", "is missing 'sha256'"),
    ("consent", "suspensions/0/reason", GONE, "suspensions[0]", "is missing 'reason'"),
    # clearance
    ("clearance", "rights_type", "film", "rights_type", '"film" is not one of third_party_ip, archive, '),
    ("clearance", "permits/training", GONE, "permits", "is missing 'training'"),
    ("clearance", "permits/training", "no", "permits.training", '"no" is not true or false'),
    ("clearance", "term/until", GONE, "term", "needs exactly one of until, perpetual_reason"),
    ("clearance", "term/from", "2026-09-01", "term.from", "does not fit: a date with its zone"),
    ("clearance", "covers", [], "covers", "needs at least 1"),
    ("clearance", "covers/0/disclosure", GONE, "covers[0]", "is missing 'disclosure'"),
    ("clearance", "status", "ok", "status", '"ok" is not one of granted, pending, refused'),
    ("clearance", "reviewed/by/role", "lawyer", "reviewed.by.role", "is not one of studio_contact, studio_legal, "),
    # decisions
    ("approval", "decision", "yes", "decision", '"yes" is not one of approved, conditional, rejected, withdrawn'),
    ("approval", "conditions", GONE, "(top)", "is missing 'conditions'"),
    ("approval", "answers", [], "answers", "needs at least 1"),
    ("approval", "answers/0", "NFX-20", "answers[0]", '"NFX-20" does not fit: the id of a rule, such as NFX-020'),
    ("approval", "covers/0/digest", GONE, "covers[0]", "is missing 'digest'"),
    ("approval", "covers/0/media", GONE, "covers[0]", "is missing 'media'"),
    ("approval", "approver/role", "editor", "approver.role", '"editor" is not one of studio_contact, '),
    ("approval", "approver/name", "Ada", "approver", "'name' is not known here; allowed: id, organisation, role"),
    ("approval", "scope/production", GONE, "scope", "is missing 'production'"),
    ("approval", "scope/languages", "any", "scope", "'languages' is not known here; allowed: production, episodes, "),
    ("approval", "names/0", "likeness", "names[0]", '"likeness" is not one of input.proprietary, '),
    ("approval", "granted_at", "2026-11-02-08:00", "granted_at", "does not fit: a date and time with its zone"),
    ("approval", "expires_at", GONE, "(top)", "needs exactly one of expires_at, no_expiry_reason"),
    (
        "approval",
        "resolves",
        {"deepfake": "no"},
        "(top)",
        "'resolves' is not known here; allowed: record, schema_version",
    ),
    ("legal_review", "text", "Reviewed.", "(top)", "'text' is not known here; allowed: record, schema_version, "),
    ("incidental", "kinds", ["as_scripted"], "(top)", "'kinds' is not known here; allowed: record, "),
    ("consultation", "evidence/0/media_type", "pdf", "evidence[0].media_type", '"pdf" does not fit'),
    ("escalation", "resolves", {}, "resolves", "needs at least 1 of output_stage, prominence, "),
    ("escalation", "resolves/deepfake", "unsure", "resolves.deepfake", '"unsure" is not one of yes, no'),
    (
        "escalation",
        "resolves/use_kind",
        ["gen.shot"],
        "resolves",
        "'use_kind' is not known here; allowed: output_stage",
    ),
    ("escalation", "resolves", GONE, "(top)", "is missing 'resolves'"),
    ("exception", "kinds", GONE, "(top)", "is missing 'kinds'"),
    ("exception", "kinds/0", "urgent", "kinds[0]", '"urgent" is not one of as_scripted, unsafe_for_humans, unrecog'),
    ("label_plan", "text", GONE, "(top)", "is missing 'text'"),
    ("label_plan", "territories", "any", "territories", '"any" is not a list'),
    ("label_plan", "means", ["label"], "means[0]", '"label" is not one of visible_label, conspicuous_label, aigc_'),
    ("union_notice", "window_ends", "2026-12-02", "window_ends", "does not fit: a date with its zone"),
    ("bargaining", "window_ends", "2026-12-02Z", "(top)", "'window_ends' is not known here; allowed: record, "),
    # notice and notification
    ("notice", "given_at", GONE, "(top)", "needs exactly one of given_at, at_engagement"),
    ("notice", "at_engagement", True, "(top)", "at_engagement, not given_at and at_engagement"),
    ("notice", "subject", {"id": "person-7f3a"}, "subject", "an object is not text"),
    ("notification", "at", "yesterday", "at", '"yesterday" does not fit: a date and time with its zone'),
    (
        "notification",
        "covers/0/media",
        {"reel": "A"},
        "covers[0]",
        "'media' is not known here; allowed: disclosure, digest",
    ),
    ("notification", "filed_by/organisation", GONE, "filed_by", "is missing 'organisation'"),
    # waiver
    ("waiver", "rule", "NFX-21", "rule", '"NFX-21" does not fit: the id of a rule, such as NFX-020'),
    ("waiver", "rule", ["NFX-021"], "rule", "a list is not text"),
    ("waiver", "clip", {}, "clip", "needs exactly one of sha256, reference"),
    ("waiver", "clip", {"sha256": SHA, "reel": "A001"}, "clip", "'reel' needs 'reference'"),
    ("waiver", "clip/reel", GONE, "clip", "'reference' needs 'reel'"),
    ("waiver", "clip/source_range", GONE, "clip", "'reference' needs 'source_range'"),
    ("waiver", "clip/source_range", "01:00:10:00", "clip.source_range", "does not fit: source timecodes in-out"),
    ("waiver", "clip/sha256", SHA, "clip", "needs exactly one of sha256, reference, not sha256 and reference"),
    ("waiver", "clip/clip_name", "vfx_010", "clip", "'clip_name' is not known here; allowed: sha256, reference, reel"),
    ("waiver", "reason", " ", "reason", "does not fit: text that is not empty"),
    ("waiver", "approver", "person-1e9a", "approver", '"person-1e9a" is not an object'),
    ("waiver", "approver/role", GONE, "approver", "is missing 'role'"),
    ("waiver", "approver/role", "editor", "approver.role", '"editor" is not one of studio_contact, studio_legal'),
    ("waiver", "expires_at", "2027-03-01", "expires_at", "does not fit: a date with its zone"),
    ("waiver", "no_expiry_reason", "For good.", "(top)", "'no_expiry_reason' is not known here"),
    # policy
    ("policy", "pack", "House", "pack", '"House" does not fit: the id of a rule pack: small letters, '),
    ("policy", "format", 2, "format", "2 is not 1"),
    ("policy", "version", 1.0, "version", "1.0 is not text; put it in quotes"),
    ("policy", "issued", "2026-02-30", "issued", '"2026-02-30" does not fit: a date as YYYY-MM-DD'),
    ("policy", "issued", "2026-11-22T00:00:00Z", "issued", "does not fit: a date as YYYY-MM-DD"),
    ("policy", "issued", "20261122", "issued", "does not fit: a date as YYYY-MM-DD"),
    ("policy", "rules", [], "rules", "needs at least 1"),
    ("policy", "rules/0/requires", [], "rules[0]", "'requires' is not known here; allowed: id, title, severity, "),
    ("policy", "rules/0/remedy", GONE, "rules[0]", "is missing 'remedy'"),
    ("policy", "rules/0/severity", "stop", "rules[0].severity", '"stop" is not one of block, final, warn, info, worst'),
    ("policy", "rules/0/on", "unsure", "rules[0]", "needs exactly one of when, on, not when and on"),
    ("policy", "rules/0/when", GONE, "rules[0]", "needs exactly one of when, on"),
    ("policy", "rules/2/on", "invalid", "rules[2].on", '"invalid" is not "unsure"'),
    ("policy", "rules/0/when", {}, "rules[0].when", "needs at least 1 of disclosure, context, derived, any_of, not"),
    (
        "policy",
        "rules/0/when/disclosure/identity",
        "identifable_living",
        "rules[0].when.disclosure.identity",
        '"identifable_living" is not one of none, nonidentifiable_human, ',
    ),
    (
        "policy",
        "rules/0/when/disclosure/identity/1",
        "unsure",
        "rules[0].when.disclosure.identity[1]",
        '"unsure" is not one of none, ',
    ),
    (
        "policy",
        "rules/0/when/disclosure/use_kind/0",
        "replcia.*",
        "rules[0].when.disclosure.use_kind[0]",
        '"replcia.*" does not fit: a use kind such as gen.shot, or a family of them',
    ),
    (
        "policy",
        "rules/0/when/disclosure/use_kind",
        "gen.*.*",
        "rules[0].when.disclosure.use_kind",
        '"gen.*.*" does not fit: a use kind such as',
    ),
    ("policy", "rules/0/when/disclosure/identity", [], "rules[0].when.disclosure.identity", "needs at least 1"),
    ("policy", "rules/0/when/disclosure/stage", "final", "rules[0].when.disclosure", "'stage' is not known here"),
    (
        "policy",
        "rules/0/when/context/territory",
        "UK",
        "rules[0].when.context.territory",
        '"UK" does not fit: worldwide',
    ),
    (
        "policy",
        "rules/0/when/context/stage",
        "draft",
        "rules[0].when.context.stage",
        '"draft" is not one of temp, final',
    ),
    ("policy", "rules/0/when/derived/likeness", "yes", "rules[0].when.derived.likeness", '"yes" is not true or false'),
    ("policy", "rules/0/when/any_of", [], "rules[0].when.any_of", "needs at least 1"),
    ("policy", "rules/0/when/not", {}, "rules[0].when.not", "needs at least 1 of disclosure, "),
    (
        "policy",
        "rules/0/require/0/record",
        "waiver",
        "rules[0].require[0].record",
        '"waiver" is not one of disclosure, ',
    ),
    (
        "policy",
        "rules/0/require/0/roles",
        ["director"],
        "rules[0].require[0]",
        "'roles' does not belong here; allowed: record, ",
    ),
    (
        "policy",
        "rules/0/require/3/roles",
        ["director"],
        "rules[0].require[3]",
        "'roles' does not belong here; allowed: record",
    ),
    (
        "policy",
        "rules/0/require/2/statement",
        "human_input",
        "rules[0].require[2]",
        "needs exactly one of record, statement, any_of, impossible, not statement and any_of",
    ),
    (
        "policy",
        "rules/0/require/2/any_of/0/when",
        {"derived": {"likeness": True}},
        "rules[0].require[2].any_of[0]",
        "'when' does not belong here",
    ),
    ("policy", "rules/0/require/0/authority", False, "rules[0].require[0].authority", "false is not true"),
    ("policy", "rules/0/require/1/names", ["real_event"], "rules[0].require[1].names", "a list is not one of input."),
    (
        "policy",
        "rules/0/require/1",
        {"record": "approval", "territories": ["EU"]},
        "rules[0].require[1]",
        "'territories' does not belong here; allowed: record, ",
    ),
    (
        "policy",
        "rules/0/require/1",
        {"record": "exception", "window_over": True},
        "rules[0].require[1]",
        "'window_over' does not belong here; allowed: record, kinds, ",
    ),
    (
        "policy",
        "rules/0/require/3",
        {"record": "notice", "of": "director"},
        "rules[0].require[3].of",
        '"director" is not one of deceased, minor, writer',
    ),
    ("policy", "rules/0/source/url", "rules.html", "rules[0].source.url", "does not fit: an absolute URI"),
    ("policy", "rules/0/waivable", ["editor"], "rules[0].waivable[0]", '"editor" is not one of studio_contact, '),
    # config
    ("config", "format", GONE, "(top)", "is missing 'format'"),
    ("config", "format", "1", "format", '"1" is not 1'),
    ("config", "pack", ["netflix"], "(top)", "'pack' is not known here; allowed: format, production, "),
    ("config", "episode", 101, "episode", "101 is not text; put it in quotes"),
    (
        "config",
        "deliverable/territory",
        ["US"],
        "deliverable",
        "'territory' is not known here; allowed: type, medium, ",
    ),
    ("config", "deliverable/territories", "US", "deliverable.territories", '"US" is not a list'),
    (
        "config",
        "deliverable/territories/0",
        "US\n",
        "deliverable.territories[0]",
        r'"US\n" does not fit: worldwide, EU',
    ),
    ("config", "deliverable/territories/0", False, "deliverable.territories[0]", "false does not fit: worldwide, EU"),
    ("config", "deliverable/languages/0", "English", "deliverable.languages[0]", '"English" does not fit: a BCP 47'),
    ("config", "stage", "draft", "stage", '"draft" is not one of temp, final'),
    ("config", "release_date", "2027-03-01", "release_date", "does not fit: a date with its zone"),
    ("config", "packs", [], "packs", "needs at least 1"),
    ("config", "packs/0", "Netflix", "packs[0]", '"Netflix" does not fit: the id of a rule pack'),
    ("config", "severity/NFX_020", "block", "severity", "'NFX_020' is not known here; allowed: ids of rules, such as"),
    ("config", "severity/NFX-035", "worst", "severity.NFX-035", '"worst" is not one of block, final, warn, info'),
    ("config", "severity/NFX-035\n", "warn", "severity", r"'NFX-035\n' is not known here"),
    ("config", "on_export", "ignore", "on_export", '"ignore" is not one of block, report'),
    ("config", "declaration", False, "declaration", "false is not one of required, off"),
    ("config", "handles", -1, "handles", "-1 is less than 0"),
    ("config", "handles", "12", "handles", '"12" is not a whole number'),
    ("config", "handles", float("nan"), "handles", "NaN is not a whole number"),
    ("config", "handles", float("inf"), "handles", "Infinity is not a whole number"),
    ("config", "handles", True, "handles", "true is not a whole number"),
    ("config", "pins", {"netflix": "abc"}, "pins.netflix", '"abc" does not fit: sha256: and 64'),
    ("config", "replaced_packs", {"Netflix": "a.yaml"}, "replaced_packs", "allowed: Facility only: ids of rule packs"),
]


@pytest.mark.parametrize(("name", "path", "value", "place", "sentence"), CASES)
def test_a_fault_is_named_once_with_its_place_and_what_is_allowed(
    name: str, path: str, value: Any, place: str, sentence: str
) -> None:
    found = changed_faults(name, path, value)
    assert [each for each, _ in found] == [place], found
    assert sentence in found[0][1]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"common"}))
@pytest.mark.parametrize("value", [None, [], "text", 1, float("nan"), True])
def test_what_is_no_object_is_one_fault(name: str, value: Any) -> None:
    found = faults(name, value)
    assert len(found) == 1
    assert found[0][0] == ()
    assert found[0][1].endswith("is not an object of keys and values")


def test_an_unknown_event_of_the_gate_is_a_fault() -> None:
    body = changed("policy", "rules/2/severity", "block")
    body["rules"][2]["on"] = "sometimes"
    [(place, sentence)] = faults("policy", body)
    assert at(place) == "rules[2].on"
    assert sentence.startswith('"sometimes" is not one of undisclosed, invalid, unsure, differs, ')


def test_a_wrong_value_is_shown_shortened_and_a_whole_object_not_at_all() -> None:
    [(_, sentence)] = changed_faults("notification", "reference", "x\n" * 500)
    assert len(sentence) < 200
    [(_, sentence)] = changed_faults("notification", "reference", {"secret": "text"})
    assert "secret" not in sentence


def test_a_deeply_nested_value_is_a_fault_and_no_crash() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert changed_faults("disclosure", "note", deep) == [("(top)", "is nested too deeply")]


def test_faults_come_in_the_order_of_their_places() -> None:
    body = changed("disclosure", "use_kind", ["wrong"] * 11 + ["gen.shot"])
    places = [at(place) for place, _ in faults("disclosure", body) if place[-1] != "use_kind"]
    assert places == [f"use_kind[{index}]" for index in range(11)]


def test_every_choice_says_in_words_what_is_allowed() -> None:
    for part in OBJECTS:
        for branch in part.body.get("anyOf", []):
            if set(branch) != {"required"}:
                assert part.body.get("description"), where(part)


def test_places_are_written_as_people_write_them() -> None:
    assert at(("scope", "territories", 2)) == "scope.territories[2]"
    assert at((0, "id")) == "[0].id"
    assert at(()) == "(top)"


def test_an_unknown_schema_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no schema 'memo'.*approval"):
        schema("memo")
