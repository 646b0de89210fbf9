"""Every field of every record has a column, and a table says what its records say."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otiogate.documents.schemas import schema
from otiogate.records.columns import ColumnError, field
from otiogate.records.model import KINDS
from otiogate.records.table import read_table

EXAMPLES = [(kind, number) for kind in KINDS for number in range(len(schema(kind)["examples"]))]


def cells(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The columns of a record, and what is in them."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from cells(each, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value, 1):
            yield from cells(each, f"{name}.{number}")
    elif isinstance(value, list):
        yield name, "; ".join(value)
    else:
        yield name, {True: "TRUE", False: "FALSE"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def without_empty(value: Any) -> Any:
    """A cell cannot say that a list is there and empty, and ends without a line break."""
    if isinstance(value, dict):
        return {key: without_empty(each) for key, each in value.items() if each != []}
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    return value.strip() if isinstance(value, str) else value


@pytest.mark.parametrize(("kind", "number"), EXAMPLES)
def test_a_record_goes_through_a_table_and_is_the_same(kind: str, number: int, tmp_path: Path) -> None:
    example = schema(kind)["examples"][number]
    columns = dict(cells(example))
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns.keys(), columns.values()])
    forms, faults = read_table(tmp_path / "t.csv")
    assert not faults
    [(form, place)] = forms
    assert form == without_empty(example)
    assert place(("id",)).endswith(f"t.csv {'ABCDEFGH'[list(columns).index('id')]}2")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("evidence.uri", ("evidence", 0, "uri")),
        ("evidence.2.uri", ("evidence", 1, "uri")),
        ("scope.excludes.territories", ("scope", "excludes", "territories")),
        ("covers", ("covers",)),
        ("covers.media.reel", ("covers", 0, "media", "reel")),
    ],
)
def test_where_a_column_leads(name: str, path: tuple[str | int, ...]) -> None:
    assert field("approval", name).path == path


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("evidence", "has fields of its own: evidence.uri, evidence.sha256"),
        ("evidence.0.uri", "items count from 1"),
        ("aprover.id", "did you mean 'approver'"),
        ("approver.nam", "allowed: approver.id"),
    ],
)
def test_a_column_that_is_none(name: str, says: str) -> None:
    with pytest.raises(ColumnError, match=says):
        field("approval", name)


def test_columns_after_z_have_two_letters(tmp_path: Path) -> None:
    names = [f"x{number}" for number in range(27)]
    (tmp_path / "t.csv").write_text(",".join(["record", *names]) + "\nconsent," + ",".join("1" * 27) + "\n")
    _, faults = read_table(tmp_path / "t.csv")
    assert faults[-1].where.endswith("t.csv AB1")


@pytest.mark.parametrize(
    ("header", "row"),
    [("covers,covers.digest", "DIS-001,x"), ("covers.disclosure,covers", "DIS-001,DIS-001")],
)
def test_two_columns_that_contradict_each_other(header: str, row: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"record,{header}\napproval,{row}\n")
    _, [fault] = read_table(tmp_path / "t.csv")
    assert fault.where.endswith("t.csv C2")
    assert "another column says this too" in fault.what
