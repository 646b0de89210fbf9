"""Canonical form and digests: RFC 8785 as another implementation writes it, and nothing inexact."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from otiogate.documents.digest import canonical, digest, sha256

SAFE = 2**53 - 1

# Private, unassigned and lone surrogate characters have no stable form; keys stay in the Basic Multilingual Plane.
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
KEYS = st.text(st.characters(exclude_categories=("Cs",), max_codepoint=0xFFFF), max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
SCALARS = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | TEXT
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


def is_plain(key: str) -> bool:
    return all(ord(char) <= 0xFFFF for char in key)


@given(DATA)
def test_the_canonical_form_is_that_of_rfc8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(KEYS.filter(is_plain), st.integers(-SAFE, SAFE), max_size=8))
def test_the_order_of_keys_does_not_count(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize("value", [0, 1, -1, SAFE, -SAFE])
def test_a_whole_float_is_the_integer_that_rfc8785_writes(value: int) -> None:
    assert canonical(float(value)) == canonical(value) == rfc8785.dumps(float(value))
    assert canonical([-0.0]) == b"[0]"


def test_tuples_are_lists() -> None:
    assert canonical(("a", ("b",))) == canonical(["a", ["b"]]) == b'["a",["b"]]'


def test_truth_is_no_number() -> None:
    assert canonical([True, 1, False, 0]) == b"[true,1,false,0]"


def test_text_is_taken_in_nfc_in_keys_and_values() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert canonical({decomposed: decomposed}) == canonical({composed: composed})
    assert digest("otiogate/test", [decomposed]) == digest("otiogate/test", [composed])


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        float("inf"),
        float("-inf"),
        1e300,
        2**53,
        -(2**53),
        float(2**53),
        b"bytes",
        {1, 2},
        object(),
        "\ud800",
        {"\ud800": 1},
        {1: "a"},
        {None: "a"},
        {True: "a"},
        {"\U0001f3ac": "a"},
        {"caf\u00e9": 1, "cafe\u0301": 2},
    ],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"a": {"b": value}}])
def test_what_cannot_be_written_exactly_is_refused(value: Any, wrap: Any) -> None:
    with pytest.raises(ValueError):
        canonical(wrap(value))


def test_a_digest_is_the_sha256_of_the_domain_line_and_the_canonical_form() -> None:
    expected = hashlib.sha256(b'otiogate/test/v1\n{"a":1,"b":[]}').hexdigest()
    assert digest("otiogate/test/v1", {"b": [], "a": 1}) == f"sha256:{expected}"


def test_the_same_data_in_two_domains_has_two_digests() -> None:
    assert digest("otiogate/disclosure/v1", {}) != digest("otiogate/policy/v1", {})


def test_a_digest_of_bytes_is_written_with_its_algorithm() -> None:
    assert sha256(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(DATA, DATA)
def test_two_values_share_a_digest_only_where_rfc8785_writes_them_alike(one: Any, two: Any) -> None:
    alike = rfc8785.dumps(one) == rfc8785.dumps(two)
    assert (digest("otiogate/test", one) == digest("otiogate/test", two)) == alike
