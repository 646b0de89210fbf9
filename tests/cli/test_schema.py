"""``otiogate schema``: every schema can be had, as it is shipped."""

from __future__ import annotations

import json

import pytest

from otiogate.documents.schemas import at, schema, schema_names
from otiogate.documents.strict import parse_yaml
from otiogate.records.adding import prepared
from otiogate.records.model import KINDS
from tests.builders import disclosure, records
from tests.cli.running import call


def test_without_a_name_it_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split() == schema_names()
    settings = {"config", "context_map", "policy", "trust"}
    others = {"report", "diff", "request", "ledger_index", "sidecar", "receipt", "common", *settings}
    assert {*KINDS, *others} == set(schema_names())


@pytest.mark.parametrize("name", schema_names())
def test_each_schema_is_printed_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == schema(name)


@pytest.mark.parametrize("name", KINDS)
def test_the_form_of_each_record_is_one_that_can_be_added(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema", name, "--form")
    assert (ran.code, ran.err) == (0, "")
    [document] = parse_yaml(ran.out)
    covered = [str(each) for each in document.value.get("covers", ())]
    held = records(*(disclosure(each) for each in covered))
    made, faults = prepared([(document.value, at)], held)
    assert faults == []
    assert not {"revoked", "supersedes"} & made[0].data.keys()
    asked = set(document.value) | {"schema_version"}
    told = {line.removeprefix("#   ").partition(":")[0] for line in ran.out.splitlines() if line.startswith("#   ")}
    known = set(resolved(name))
    assert known - asked <= told, "every field that may be stated besides is told"


def test_a_form_lists_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema", "consent", "--form")
    assert "gen.element" in ran.out
    assert "Also: " in call(capsys, "schema", "clearance", "--form").out
    assert call(capsys, "schema", "common", "--form").code == 2


def resolved(name: str) -> list[str]:
    whole = schema(name)
    base = schema("common")["$defs"]["decision"]["properties"] if "$ref" in whole else {}
    return [*base, *whole["properties"]]


@pytest.mark.parametrize("name", ["consents", "Consent", "?", "../config", "common.json"])
def test_an_unknown_name_is_a_usage_error_that_lists_the_known_ones(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "schema", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"otiogate: there is no schema {name!r} (known: {', '.join(schema_names())})\n"
