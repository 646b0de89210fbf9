"""Whatever a registry answers, its ledger is whole, and what was looked up is about what was asked; or nothing is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from otiogate.errors import CannotJudge, StoreError
from otiogate.records.asking import RegistryRequests
from otiogate.records.model import RecordSet
from otiogate.records.registry import RegistryStore
from tests.builders import cleared, consent, disclosure, notice, notification, replica
from tests.registry.told import ACCESS, PLAIN, told

LEDGER = cleared(disclosure(), "NFX-030")
SHA = "sha256:" + "a" * 64
ASKS = [("id", "DIS-900"), ("media", SHA)]
ABOUT = replica("DIS-900", media={"sha256": SHA})
OTHERS = [disclosure("DIS-901"), consent("P-002"), notice("P-002"), notification(disclosure("DIS-902")), *LEDGER]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def page(records: list[dict[str, Any]], **said: Any) -> dict[str, Any]:
    return {"format": 1, "production": "MYSHOW", "revision": "r1", "total": len(LEDGER), "records": records} | said


def answer(records: list[dict[str, Any]], *found: list[str], asks: list[tuple[str, str]] = ASKS) -> dict[str, Any]:
    said = [{"by": by, "value": value, "records": ids} for (by, value), ids in zip(asks, found, strict=True)]
    return {"format": 1, "answers": said, "records": records}


def fetched(*bodies: Any, headers: Mapping[str, str] = PLAIN) -> RecordSet:
    with told([each if isinstance(each, bytes) else json.dumps(each).encode() for each in bodies], headers):
        return RegistryStore(ACCESS, "MYSHOW").fetch()


def looked_up(*bodies: Any) -> RecordSet:
    with told([json.dumps(each).encode() for each in bodies]):
        return RegistryStore(ACCESS, "MYSHOW").look_up(["DIS-900"], [SHA])


def test_no_beginning_of_a_page_is_a_page() -> None:
    whole = json.dumps(page(LEDGER)).encode()
    assert len(fetched(whole).records) == 3
    for length in range(len(whole)):
        with pytest.raises(StoreError):
            fetched(whole[:length])


@given(JSON)
def test_any_json_is_no_answer(data: Any) -> None:
    with pytest.raises(StoreError):
        fetched(data)
    with pytest.raises(StoreError):
        looked_up(data)
    with told([json.dumps(data).encode()]), pytest.raises(StoreError):
        RegistryRequests(ACCESS).make({"key": SHA})


@given(st.sampled_from(sorted(page(LEDGER))), JSON)
def test_a_page_with_something_else_in_one_field_is_refused(key: str, value: Any) -> None:
    assume(value != page(LEDGER)[key])
    with pytest.raises(CannotJudge):
        fetched(page(LEDGER) | {key: value})


@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(["next", "index", "Total"]), JSON, min_size=1, max_size=2))
def test_a_page_with_something_more_is_refused(more: dict[str, Any]) -> None:
    assume(more.keys().isdisjoint(page(LEDGER)))
    with pytest.raises(CannotJudge):
        fetched(page(LEDGER) | more)


@given(st.text(st.characters(codec="latin-1"), max_size=6) | st.sampled_from(['"r1"', 'W/"r1"', "r1", '"r1', '"R1"']))
def test_an_etag_stands_for_the_revision_or_the_page_is_refused(etag: str) -> None:
    same = etag.removeprefix("W/").strip('"') == "r1"
    try:
        fetched(page(LEDGER), headers=PLAIN | {"ETag": etag})
    except StoreError:
        assert not same
    else:
        assert same


@given(st.permutations(LEDGER) | st.lists(st.sampled_from(LEDGER), max_size=4), st.sets(st.integers(1, 3)))
def test_a_ledger_in_pages_is_whole_or_refused(records: list[dict[str, Any]], cuts: set[int]) -> None:
    """Pages that leave out or repeat records."""
    places = [0, *sorted(each for each in cuts if each < len(records)), len(records)]
    bodies = [page(records[first:last], next=str(last)) for first, last in pairwise(places)]
    del bodies[-1]["next"]
    whole = sorted(each["id"] for each in records) == ["APR-001", "DIS-001", "NTF-001"]
    try:
        found = fetched(*bodies)
    except StoreError:
        assert not whole
    else:
        assert whole and [each.data for each in found.records.values()] == records


@given(st.lists(st.sampled_from([ABOUT, *OTHERS]), max_size=3), st.data())
def test_a_look_up_gives_nothing_that_is_about_something_else(
    records: list[dict[str, Any]], data: st.DataObject
) -> None:
    ids = st.lists(st.sampled_from([each["id"] for each in [ABOUT, *OTHERS]]), max_size=3)
    asks = [("disclosure", "DIS-900"), ("subject", "P-001")]
    about = answer(records, data.draw(ids), data.draw(ids), asks=asks)
    try:
        found = looked_up(answer([ABOUT], ["DIS-900"], ["DIS-900"]), about)
    except StoreError:
        assert records or any(each["records"] for each in about["answers"])
        return
    assert found.records.keys() == {"DIS-900"}


@given(st.sampled_from(OTHERS), st.sampled_from([0, 1]))
def test_no_record_stands_for_a_thing_that_it_is_not_about(other: dict[str, Any], place: int) -> None:
    found: list[list[str]] = [["DIS-900"], ["DIS-900"]]
    found[place] = [*found[place], other["id"]]
    with pytest.raises(StoreError, match="which it is not about"):
        looked_up(answer([ABOUT, other], *found))
