"""Whatever is done to what others hand in, no reader crashes, and nothing is taken for what it is not."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.changing import changed
from tests.fuzz.seeds import REFUSED, TARGETS, Target

each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.__name__)


@each_target
def test_what_is_as_it_should_be_is_taken(target: Target) -> None:
    for data in TARGETS[target]:
        assert target(data), data


@each_target
def test_what_is_not_is_refused(target: Target) -> None:
    for data in (b"", b"{", b"\xff\xfe", b"[" * 100_000, *REFUSED.get(target, ())):
        assert not target(data), data


@st.composite
def altered(draw: st.DrawFn, target: Target) -> bytes:
    """One of the things that the target takes or refuses, with up to three changes."""
    data = draw(st.sampled_from(TARGETS[target] + REFUSED.get(target, [])))
    random = Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 3))):
        data = changed(data, random)
    return data


@each_target
@given(data=st.data())
def test_what_was_altered_is_refused_or_means_nothing_else(target: Target, data: st.DataObject) -> None:
    target(data.draw(altered(target)))


@pytest.mark.slow
@each_target
@settings(max_examples=2_000)
@given(data=st.data())
def test_what_was_altered_is_refused_or_means_nothing_else_at_length(target: Target, data: st.DataObject) -> None:
    target(data.draw(altered(target)))


@each_target
@given(data=st.binary(max_size=64))
def test_any_bytes_are_refused(target: Target, data: bytes) -> None:
    assert not target(data)
