"""An envelope has one form; whatever is not in it is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.documents.strict import MAX_BYTES, DocumentError
from otiogate.signing.envelope import PAYLOAD_TYPE, Envelope, Seal, read_envelope
from otiogate.signing.keys import public_of, sign, signed_by
from otiogate.signing.statement import STATEMENT, Statement, Subject, statement_in
from tests.signing.keyring import person

WHO = person()
KEY = public_of(WHO.signer)
KIND = "https://otiogate.dev/record/v1"
STATED = Statement((Subject("A-1", "sha256:" + "0" * 64),), KIND, {"id": "A-1"})
SIGNED = sign(Envelope(STATED.payload(), ()), WHO.signer)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The envelope with one thing changed."""
    data = json.loads(SIGNED.text())
    change(data)
    return json.dumps(data).encode("utf-8")


def test_what_is_written_is_read_back() -> None:
    assert read_envelope(SIGNED.text().encode("utf-8")) == SIGNED
    assert statement_in(SIGNED, KIND) == STATED


def test_what_is_signed_is_the_type_and_the_payload_with_their_lengths() -> None:
    kind = PAYLOAD_TYPE.encode()
    assert Envelope(b"hello", ()).signed_bytes == b"DSSEv1 28 " + kind + b" 5 hello"


CHANGES: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("another type", lambda d: d.update(payloadType="application/json"), "the payloadType is 'application/json'"),
    ("no type", lambda d: d.pop("payloadType"), "an envelope is an object with the keys"),
    ("a key too much", lambda d: d.update(alg="none"), "an envelope is an object with the keys"),
    ("a key too much in a signature", lambda d: d["signatures"][0].update(alg="none"), "a signature is an object"),
    ("no signature", lambda d: d.update(signatures=[]), "1 to 16 signatures"),
    ("too many", lambda d: d.update(signatures=d["signatures"] * 17), "1 to 16 signatures"),
    ("one twice", lambda d: d.update(signatures=d["signatures"] * 2), "two signatures name the same key"),
    ("signatures by name", lambda d: d.update(signatures={"a": d["signatures"][0]}), "1 to 16 signatures"),
    ("a keyid in capitals", lambda d: d["signatures"][0].update(keyid="A" * 64), "a keyid is 64 small"),
    ("a keyid that ends with a line break", lambda d: d["signatures"][0].update(keyid="a" * 64 + "\n"), "a keyid is"),
    ("a keyid that is a number", lambda d: d["signatures"][0].update(keyid=1), "a keyid is 64 small"),
    ("an empty signature", lambda d: d["signatures"][0].update(sig=""), "a signature has 1 to"),
    ("a huge signature", lambda d: d["signatures"][0].update(sig="AAAA" * 4000), "a signature has 1 to"),
    ("a payload that is an object", lambda d: d.update(payload={}), "payload is not text"),
    ("base64 with a space", lambda d: d.update(payload=" " + d["payload"]), "payload is not base64"),
    ("base64 in lines", lambda d: d.update(payload=d["payload"][:40] + "\n" + d["payload"][40:]), "not base64"),
    ("base64 for URLs", lambda d: d.update(payload=base64.urlsafe_b64encode(b"\xfb\xff\xfe").decode()), "not base64"),
    ("base64 with bits left over", lambda d: d.update(payload="QQ=="[:1] + "R=="), "in another spelling"),
    ("base64 without its padding", lambda d: d.update(payload="QQ"), "payload is not base64"),
    ("base64 that goes on after its end", lambda d: d.update(payload="QQ==QQ=="), "base64"),
]


@pytest.mark.parametrize(("change", "said"), [each[1:] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_another_form_is_refused(change: Callable[[dict[str, Any]], object], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        read_envelope(changed(change))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "ends in the middle"),
        (b"[]", "an envelope is an object"),
        (SIGNED.text().encode()[:-40], "not JSON"),
        (SIGNED.text().encode() + b"{}", "not JSON"),
        (SIGNED.text().encode("utf-16"), "not UTF-8"),
        (SIGNED.text().replace('"payload":', '"payload": "QQ==", "payload":').encode(), "given twice"),
        (SIGNED.text().replace('"sig":', '"sig": "QQ==", "sig":').encode(), "given twice"),
        (b" " * (MAX_BYTES + 1), "larger than 8 MiB"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "nested"),
    ],
    ids=range(10),
)
def test_what_is_no_such_json_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        read_envelope(data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "the _type is"),
        ({"predicateType": "https://otiogate.dev/index/v1"}, "where https://otiogate.dev/record/v1 belongs"),
        ({"predicate": []}, "the predicate of a statement is an object"),
        ({"subject": {}}, "the predicate of a statement is an object, and its subject a list"),
        ({"subject": [{"name": "A-1", "digest": {"sha1": "0" * 40}}]}, "a subject is an object"),
        ({"subject": [{"name": "A-1", "digest": {"sha256": "0" * 63}}]}, "a subject is an object"),
        ({"subject": [{"name": "A-1", "digest": {"sha256": "0" * 64, "md5": "0"}}]}, "a subject is an object"),
        ({"subject": [{"name": 1, "digest": {"sha256": "0" * 64}}]}, "a subject is an object"),
        ({"subject": ["A-1"]}, "a subject is an object"),
        ({"more": 1}, "a statement is an object with the keys"),
    ],
    ids=range(10),
)
def test_another_statement_is_refused(change: dict[str, Any], said: str) -> None:
    plain = {
        "_type": STATEMENT,
        "subject": [{"name": "A-1", "digest": {"sha256": "0" * 64}}],
        "predicateType": KIND,
        "predicate": {},
    }
    statement_in(Envelope(json.dumps(plain).encode(), ()), KIND)
    with pytest.raises(DocumentError, match=said):
        statement_in(Envelope(json.dumps(plain | change).encode(), ()), KIND)


@given(place=st.integers(0, len(SIGNED.text().encode()) - 1), other=st.integers(1, 255))
def test_no_byte_of_an_envelope_can_be_changed_unnoticed(place: int, other: int) -> None:
    data = bytearray(SIGNED.text().encode())
    data[place] ^= other
    try:
        found = read_envelope(bytes(data))
    except DocumentError:
        return
    same = found == SIGNED  # a blank became another
    good = any(signed_by(found, each, KEY) for each in found.seals)
    assert good == same


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(PAYLOAD_TYPE),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", "x"]), inner)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=400) | PIECES.map(lambda each: json.dumps(each).encode()))
def test_whatever_stands_there_is_an_envelope_or_refused(data: bytes) -> None:
    _refused_or_unsigned(data)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(st.binary(max_size=4_000) | PIECES.map(lambda each: json.dumps(each).encode()))
def test_whatever_stands_there_is_an_envelope_or_refused_at_length(data: bytes) -> None:
    _refused_or_unsigned(data)


def _refused_or_unsigned(data: bytes) -> None:
    try:
        found = read_envelope(data)
        statement_in(found, KIND)
    except DocumentError:
        return
    assert not any(signed_by(found, each, KEY) for each in found.seals)


def test_a_seal_of_another_key_is_not_tried_with_this_one() -> None:
    seal = SIGNED.seals[0]
    assert signed_by(SIGNED, seal, KEY)
    assert not signed_by(SIGNED, Seal("0" * 64, seal.signature), KEY)
