"""The published contract: sound, true to our own schemas, and kept by what the tests answer and otiogate asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV31SpecValidator

from otiogate.documents.schemas import BASE, CONTRACT, contract, contract_faults, schema, schema_names
from otiogate.records.model import KINDS
from otiogate.records.registry import RegistryStore
from tests.builders import cleared, consent, disclosure, replica
from tests.registry.running import Registry

SHAPES = contract()["components"]["schemas"]
OPERATIONS = [each for path in contract()["paths"].values() for each in path.values()]


def ours(uri: str) -> Any:
    return schema(uri.removeprefix(BASE))


def test_it_is_sound_openapi() -> None:
    whole = SchemaPath.from_dict(contract(), handlers={"https": ours})
    assert [each.message for each in OpenAPIV31SpecValidator(whole).iter_errors()] == []


def test_every_kind_of_record_may_be_answered() -> None:
    assert {each["$ref"] for each in SHAPES["Record"]["oneOf"]} == {
        *(f"{BASE}{kind}" for kind in KINDS),
        "#/components/schemas/Envelope",
    }


def test_it_is_no_schema_of_a_document() -> None:
    assert CONTRACT not in schema_names()


def test_what_is_answered_is_closed() -> None:
    open_ones = [name for name, each in SHAPES.items() if "properties" in each and "additionalProperties" not in each]
    assert open_ones == ["Problem", "Envelope"], "what a problem holds besides is not ours to say"


def test_every_operation_demands_a_token_and_tells_its_failures() -> None:
    assert contract()["security"] == [{"bearer": []}]
    for each in OPERATIONS:
        assert "security" not in each
        assert {"401", "403", "429", "503", "default"} <= set(each["responses"])


@pytest.mark.parametrize("name", ["Question", "Answers", "Page"])
def test_what_goes_over_the_line_keeps_it(registry: Registry, name: str) -> None:
    sha = "sha256:" + "a" * 64
    plan = registry.plan(*cleared(disclosure()), elsewhere=[replica("DIS-900", media={"sha256": sha}), consent()])
    store = RegistryStore(plan.access(), "MYSHOW")
    store.fetch()
    store.look_up(["DIS-900"], [sha])
    assert [each["path"] for each in plan.asked] == ["v1/productions/MYSHOW/records", "v1/lookup", "v1/lookup"]
    bodies = [json.loads(each["body"]) for each in plan.asked if each["body"]]
    assert len(bodies) == 2
    if name == "Question":
        assert [contract_faults(name, each) for each in bodies] == [[], []]
    assert contract_faults(name, {}) != []


def test_a_record_in_a_page_is_held_against_its_schema() -> None:
    page = {"format": 1, "production": "MYSHOW", "revision": "r1", "total": 1, "records": [disclosure()]}
    assert contract_faults("Page", page) == []
    assert contract_faults("Page", page | {"records": [disclosure(use_kind=["gen.nonsense"])]}) != []
