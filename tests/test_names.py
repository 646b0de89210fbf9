"""Every numbered paragraph of the semantics, line of the rules about records, and fact about the host has a test that
names it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

NUMBERED = {
    "paragraph of the semantics": (
        ("semantics", "config/test_mapping.py"),
        r"test_(\d+)_(?:and_(\d+)_)?",
        range(1, 27),
    ),
    "line of section 4 of the rules": (("records/test_rules_4.py",), r"test_4_(\d+)_", range(1, 10)),
    "fact about the host": ((".",), r"test_fact_(\d\d)_", range(1, 21)),
}
"""What is numbered, where its tests stand, how they are named, and the numbers."""


def names(places: tuple[str, ...]) -> list[str]:
    """The names of the test functions in the files, and in all files below the folders, that are named."""
    starts = [TESTS / each for each in places]
    files = [path for each in starts for path in ([each] if each.is_file() else sorted(each.rglob("test_*.py")))]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    return [
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


@pytest.mark.parametrize(("places", "pattern", "numbers"), NUMBERED.values(), ids=list(NUMBERED))
def test_every_number_has_a_test_that_names_it_and_no_test_names_another(
    places: tuple[str, ...], pattern: str, numbers: range
) -> None:
    matches = [match for name in names(places) if (match := re.match(pattern, name))]
    named = {int(number) for match in matches for number in match.groups() if number}
    assert named == set(numbers)
