"""What is written as YAML is read back as it was, or is not written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.documents.emit import yaml_text
from otiogate.documents.schemas import schema
from otiogate.documents.strict import parse_yaml
from otiogate.records.model import KINDS

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
WORDS = st.sampled_from(
    ["no", "NO", "~", "null", "1", "01", "0x1F", "1e3", "2027-01-01", "-", "a: b", "# x", "*a", "!b"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(DATA)
def test_it_is_read_back_as_it_was_or_refused(value: Any) -> None:
    try:
        text = yaml_text(value)
    except ValueError:
        return
    [read] = parse_yaml(text)
    assert read.value == value


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_a_record_can_be_written(kind: str) -> None:
    for example in schema(kind)["examples"]:
        assert next(iter(example)) in yaml_text(example)


def test_what_occurs_twice_is_written_twice() -> None:
    one = {"reel": "A001"}
    assert yaml_text([one, one]) == "- reel: A001\n- reel: A001\n"


def test_what_has_no_place_in_a_record_is_refused() -> None:
    for bad in (1.5, "a\0b", {1: "a"}):
        with pytest.raises(ValueError):
            yaml_text(bad)
