"""``otiogate schema``: every schema can be had, as it is shipped."""

from __future__ import annotations

import json

import pytest

from otiogate.documents.schemas import schema, schema_names
from otiogate.records.model import KINDS
from tests.cli.running import call


def test_without_a_name_it_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split() == schema_names()
    assert {*KINDS, "config", "context_map", "policy", "report", "diff", "common"} == set(schema_names())


@pytest.mark.parametrize("name", schema_names())
def test_each_schema_is_printed_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == schema(name)


@pytest.mark.parametrize("name", ["consents", "Consent", "", "../config", "common.json"])
def test_an_unknown_name_is_a_usage_error_that_lists_the_known_ones(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "schema", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"otiogate: there is no schema {name!r} (known: {', '.join(schema_names())})\n"
