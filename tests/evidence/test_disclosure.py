"""The digest of a disclosure: what changes it, what does not; and where a tag and the ledger differ."""

from __future__ import annotations

import copy
import hashlib
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.documents.schemas import schema
from otiogate.evidence.disclosure import (
    DIGEST_DOMAIN,
    NOT_DIGESTED,
    Disclosure,
    canonical_form,
    differences,
    from_tag,
    whole,
)
from otiogate.evidence.tag import parse_tag
from tests.builders import digest_of, disclosure, replica, without

Data = dict[str, Any]
PRINCIPLES = schema("disclosure")["properties"]["principles"]["required"]
FULL = replica(
    note="For people.",
    supersedes=["DIS-000"],
    match=[{"reference": "vfx_010.mov"}],
    ranges=["00:00:01:00-00:00:02:00"],
    effect="FaceAge",
    digital_source_type="compositeSynthetic",
    replica_class="ebdr",
    target_language="fr",
    prompt={"text": "A bridge.", "writer": "V-WRITER"},
    inputs=[{"reference": "scan.obj", "sensitivity": "likeness"}],
    flags={"real_event": "no"},
    third_party_ip=[{"work": "A film"}],
    union_impact="replaced",
    principles=dict.fromkeys(PRINCIPLES, "yes"),
    human_input="A design.",
    exceptions=["as_scripted"],
    existing_agreement="Clause 5.",
    deepfake="yes",
    in_place_of_performer="yes",
    script_material="yes",
    value_rationale="A reason.",
    preservation_note="A note.",
    labels=[{"territory": "EU", "form": "opening card"}],
    consents=["CON-001"],
    clearances=["CLR-001"],
    approvals=["APR-001"],
    notification=["NTF-001"],
    requested_by="E-EDITOR",
)
OTHER: Data = {
    "id": "DIS-999",
    "production": "OTHER",
    "media": {"reference": "vfx_011.mov"},
    "ranges": ["00:00:01:00-00:00:03:00"],
    "effect": "FaceFix",
    "use_kind": ["replica.voice"],
    "output_stage": "temp",
    "prominence": "incidental",
    "identity": "public_figure",
    "fidelity": "substantive",
    "digital_source_type": "trainedAlgorithmicMedia",
    "replica_class": "icdr",
    "target_language": "de",
    "tools": [{"system": "X", "security_class": "consumer", "trains": "yes", "retains": "yes"}],
    "models": [{"id": "M-2"}],
    "prompt": {"text": "A river."},
    "inputs": [{"reference": "other.obj"}],
    "flags": {"real_event": "yes"},
    "subjects": [],
    "third_party_ip": [{"work": "A book"}],
    "union_impact": "none",
    "principles": dict.fromkeys(PRINCIPLES, "no"),
    "human_input": "None.",
    "exceptions": ["unrecognisable"],
    "existing_agreement": "Clause 6.",
    "deepfake": "unsure",
    "in_place_of_performer": "no",
    "script_material": "unsure",
    "value_rationale": "Another reason.",
    "preservation_note": "Another note.",
    "labels": [],
    "scenes": ["13"],
    "characters": ["Tom"],
    "work_started_at": "2026-11-21T09:00:00Z",
    "declared_by": "V-OTHER",
    "requested_by": "E-OTHER",
}
FREE: Data = {
    "note": "Other words.",
    "declared_at": "2027-01-01T00:00:00Z",
    "consents": ["CON-009"],
    "clearances": [],
    "approvals": ["APR-009"],
    "notification": ["NTF-009"],
    "match": [{"clip_name": "x"}],
    "supersedes": ["DIS-998"],
}


def test_the_tables_name_every_field_of_the_schema() -> None:
    fields = set(schema("disclosure")["properties"]) - {"record", "schema_version"}
    assert fields == set(OTHER) | set(FREE)
    assert set(FULL) == set(schema("disclosure")["properties"])
    assert set(FREE) == set(NOT_DIGESTED)


@pytest.mark.parametrize("field", OTHER)
def test_another_answer_changes_the_digest(field: str) -> None:
    assert digest_of(FULL | {field: OTHER[field]}) != digest_of(FULL)


@pytest.mark.parametrize("field", [each for each in OTHER if each != "id"])
def test_an_answer_that_is_taken_away_changes_the_digest(field: str) -> None:
    assert Disclosure("DIS-001", "ledger", without(FULL, field)).digest != digest_of(FULL)


@pytest.mark.parametrize("field", ["deepfake", "in_place_of_performer", "script_material"])
@pytest.mark.parametrize("answer", ["yes", "no", "unsure"])
def test_an_answer_that_is_not_stated_is_not_no_and_no_other_answer(field: str, answer: str) -> None:
    bare = without(disclosure(), field)
    assert digest_of(bare | {field: answer}) != digest_of(bare)


@pytest.mark.parametrize("field", FREE)
def test_what_may_be_added_later_does_not_change_the_digest(field: str) -> None:
    assert digest_of(FULL | {field: FREE[field]}) == digest_of(FULL) == digest_of(without(FULL, field))


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("exceptions", []),
        ("flags", {}),
        ("inputs", []),
        ("labels", []),
        ("models", []),
        ("subjects", []),
        ("third_party_ip", []),
        ("union_impact", "none"),
    ],
)
def test_a_default_that_is_written_out_is_the_same_as_one_left_out(field: str, default: Any) -> None:
    bare = without(disclosure(), field)
    assert digest_of(bare | {field: default}) == digest_of(bare)


@pytest.mark.parametrize(
    "field, one, two",
    [
        ("use_kind", ["gen.shot", "relight"], ["relight", "gen.shot"]),
        ("scenes", ["12", "13"], ["13", "12"]),
        ("characters", ["A", "B"], ["B", "A"]),
        ("exceptions", ["as_scripted", "unrecognisable"], ["unrecognisable", "as_scripted"]),
        (
            "ranges",
            ["00:00:01:00-00:00:02:00", "00:00:05:00-00:00:06:00"],
            ["00:00:05:00-00:00:06:00", "00:00:01:00-00:00:02:00"],
        ),
        ("id", "DIS-001", "dis-001"),
        ("digital_source_type", "compositeSynthetic", "digsrctype:compositeSynthetic"),
        (
            "digital_source_type",
            "compositeSynthetic",
            "https://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic/",
        ),
        ("human_input", "caf\u00e9", "cafe\u0301"),
    ],
)
def test_the_order_of_sets_and_the_spelling_of_the_same_do_not_change_the_digest(
    field: str, one: Any, two: Any
) -> None:
    assert digest_of(FULL | {field: one}) == digest_of(FULL | {field: two})


@pytest.mark.parametrize("field", ["tools", "subjects", "inputs"])
def test_the_order_of_what_is_in_an_order_counts(field: str) -> None:
    first = FULL[field][0]
    second = first | {"system": "B"} if field == "tools" else first | {"reference": "b"} | {}
    if field == "subjects":
        second = first | {"id": "P-002"}
    assert digest_of(FULL | {field: [first, second]}) != digest_of(FULL | {field: [second, first]})


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return [reordered(each) for each in value] if isinstance(value, list) else value


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    assert list(reordered(FULL)) != list(FULL)
    assert digest_of(reordered(FULL)) == digest_of(FULL)


def rfc_digest(data: Data) -> str:
    text = rfc8785.dumps(_nfc(canonical_form(data)))
    return "sha256:" + hashlib.sha256(DIGEST_DOMAIN.encode() + b"\n" + text).hexdigest()


def _nfc(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nfc(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_nfc(each) for each in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


@pytest.mark.parametrize("data", [FULL, disclosure(), replica(), reordered(FULL)])
def test_the_digest_is_that_of_another_writer_of_rfc_8785(data: Data) -> None:
    assert digest_of(data) == rfc_digest(data)


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=3), LINES, LINES)
def test_the_digest_of_any_text_is_that_of_another_writer_of_rfc_8785(scenes: list[str], tool: str, text: str) -> None:
    data = disclosure(scenes=sorted(set(scenes)), human_input=text, prompt={"text": tool})
    assert digest_of(data) == rfc_digest(data)


def test_the_digest_leaves_the_disclosure_as_it_was() -> None:
    data = copy.deepcopy(FULL)
    digest_of(data)
    assert data == FULL


def test_what_only_a_tag_states_has_a_digest_of_its_own_and_no_error() -> None:
    stated = from_tag(parse_tag("GENAI gen.environment id=DIS-001 prominence=incidental"))
    assert stated.digest != digest_of(disclosure())


# Disclosures given whole


def test_a_whole_disclosure_is_read_with_its_id_in_upper_case_and_its_kinds_sorted() -> None:
    found = whole(disclosure("dis-001", use_kind=["relight", "gen.shot"]), "timeline", "clip metadata")
    assert isinstance(found, Disclosure)
    assert (found.id, found.kinds, found.where) == ("DIS-001", ("gen.shot", "relight"), "clip metadata")


@pytest.mark.parametrize("broken", [{}, [], None, "text", 7, disclosure(id="x"), disclosure(more=1)])
def test_what_is_no_disclosure_is_told_why(broken: Any) -> None:
    found = whole(broken, "timeline")
    assert isinstance(found, list) and found and all(found)


# Answers of an escalation


def test_an_escalation_answers_only_what_is_unsure() -> None:
    stated = Disclosure("DIS-001", "ledger", disclosure(identity="unsure", flags={"real_event": "unsure"}))
    found = stated.resolved({"identity": "minor", "real_event": "no", "prominence": "none", "deepfake": "yes"})
    assert (found.data["identity"], found.data["flags"]) == ("minor", {"real_event": "no"})
    assert (found.data["prominence"], "deepfake" in found.data) == ("incidental", False)
    assert stated.data["identity"] == "unsure" and found.digest != stated.digest


# Where a tag and the ledger differ


@pytest.mark.parametrize(
    ("tag", "count"),
    [
        ("GENAI id=DIS-001", 0),
        ("GENAI gen.environment stage=final prominence=incidental identity=none fidelity=not_performed", 0),
        ("GENAI gen.shot", 1),
        ("GENAI gen.shot,gen.environment", 1),
        ("GENAI gen.environment stage=temp", 1),
        ("GENAI prominence=unsure", 1),
        ("GENAI identity=minor fidelity=as_performed", 2),
        ("GENAI dst=compositeSynthetic", 0),
    ],
)
def test_a_tag_that_contradicts_the_ledger_is_said_axis_by_axis(tag: str, count: int) -> None:
    ledger = Disclosure("DIS-001", "ledger", disclosure())
    assert len(differences(from_tag(parse_tag(tag)), ledger)) == count


def test_source_types_are_compared_where_both_state_one() -> None:
    ledger = Disclosure("DIS-001", "ledger", disclosure(digital_source_type="compositeSynthetic"))
    assert not differences(from_tag(parse_tag("GENAI dst=digsrctype:compositeSynthetic")), ledger)
    assert differences(from_tag(parse_tag("GENAI dst=trainedAlgorithmicMedia")), ledger)
