"""The page of ways past the gate names tests that there are, and enough of them."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "attacks.md"
ROW = re.compile(r"\| (?P<way>[^|]+) \| (?P<stops>[^|]+) \| `(?P<file>[^`:]+)::(?P<test>\w+)` \|")

ROWS = [found for line in PAGE.read_text(encoding="utf-8").splitlines() if (found := ROW.fullmatch(line))]


def test_every_row_names_a_test_that_there_is() -> None:
    absent = [
        row["test"]
        for row in ROWS
        if not re.search(rf"^def {row['test']}\(", (TESTS / row["file"]).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert absent == []


def test_no_row_is_left_out_by_the_way_it_is_written() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    heads = sum(line.startswith(("| way ", "| --- ")) for line in lines)
    assert len(lines) - heads == len(ROWS)


def test_there_are_forty_ways_and_more_each_with_a_test_of_its_own() -> None:
    assert len(ROWS) >= 40
    assert len({row["test"] for row in ROWS}) == len(ROWS)
    assert len({row["way"] for row in ROWS}) == len(ROWS)
