"""The trust file: read strictly, each key under its own id, and nothing in it that is not understood."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner, SSlibKey

from otiogate.config.layers import settings as configured
from otiogate.documents.schemas import schema
from otiogate.errors import OtiogateError, UsageError
from otiogate.records.model import DECISIONS, KINDS
from otiogate.records.trust import STRICT, read_trust
from otiogate.signing.keys import SCHEMES, PublicKey, public_of, sound
from tests.signing.keyring import Person, person, trust, trust_file


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_trust(path)
    return str(caught.value)


def changed(tmp_path: Path, **stanza: Any) -> Path:
    who = person()
    return trust_file(tmp_path, Person(who.owner, who.may | stanza, who.signer))


def test_a_key_is_known_by_the_id_that_its_library_gives_it() -> None:
    for signer in (CryptoSigner.generate_ed25519(), CryptoSigner.generate_ecdsa(), CryptoSigner.generate_rsa()):
        key = signer.public_key
        assert isinstance(key, SSlibKey)
        assert PublicKey(key.scheme, key.keyval["public"]).keyid == key.keyid
        assert sound(public_of(signer)) == ""


def test_the_id_of_one_key_is_not_the_id_of_another(tmp_path: Path) -> None:
    said = refusal(changed(tmp_path, keyid="0" * 64))
    assert "trust.json: the keyid of S-APPROVER's key is 0000000000000000..., but the key is" in said


def test_a_key_stands_there_once(tmp_path: Path) -> None:
    who = person()
    assert "stands there twice" in refusal(trust_file(tmp_path, who, who))


@pytest.mark.parametrize(
    ("stanza", "said"),
    [
        ({"scheme": "none"}, "keys[0].scheme"),
        ({"scheme": "hmac-sha256"}, "keys[0].scheme"),
        ({"public": "00"}, "keys[0].public"),
        ({"owner": "Jane Doe"}, "keys[0].owner"),
        ({"kinds": []}, "keys[0].kinds"),
        ({"kinds": ["aproval"]}, "keys[0].kinds[0]"),
        ({"roles": ["editor"]}, "keys[0].roles[0]"),
        ({"productions": "all"}, "keys[0].productions"),
        ({"from": "2026-01-01"}, "keys[0].from"),
        ({"revoked": {"at": "2026-01-01T00:00:00Z"}}, "keys[0].revoked"),
        ({"revoked": {"at": "2026-01-01T00:00:00Z", "reason": "lost"}}, "keys[0].revoked.reason"),
        ({"untill": "2026-01-01Z"}, "'untill' is not known here"),
    ],
)
def test_what_a_stanza_cannot_mean_is_refused(tmp_path: Path, stanza: dict[str, Any], said: str) -> None:
    assert said in refusal(changed(tmp_path, **stanza))


def test_a_key_under_another_scheme_has_another_id(tmp_path: Path) -> None:
    signer = CryptoSigner.generate_ecdsa()
    who = Person("S-APPROVER", {"scheme": "rsassa-pss-sha256"}, signer)
    assert "the keyid of S-APPROVER's key is" in refusal(trust_file(tmp_path, who))
    lying = PublicKey("rsassa-pss-sha256", public_of(signer).public)
    assert "is no key for rsassa-pss-sha256" in sound(lying)
    assert "is no public key" in sound(PublicKey("ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\n"))


def test_a_demand_asks_for_more_than_the_profile_and_never_for_less(tmp_path: Path) -> None:
    known = trust(tmp_path, person(), profile="strict", demands={"approval": {"signatures": 3}})
    assert known.demands == dict.fromkeys(STRICT, 1) | {"approval": 3}
    assert set(STRICT) == {"consent", "clearance", "waiver", *DECISIONS}
    path = trust_file(tmp_path, person(), demands={"approval": {"signatures": 0}})
    assert "0 is less than 1" in refusal(path)


def test_the_age_of_an_index_is_in_days_or_hours(tmp_path: Path) -> None:
    assert trust(tmp_path, person(), index={"max_age": "7d"}).max_age == timedelta(days=7)
    assert trust(tmp_path, person(), index={"max_age": "36h"}).max_age == timedelta(hours=36)
    assert trust(tmp_path, person(), index={}).max_age is None
    assert trust(tmp_path, person(), index={}).wants_index
    assert not trust(tmp_path, person()).wants_index


def test_the_schema_knows_every_kind_of_record_and_every_scheme() -> None:
    body = schema("trust")
    stanza = body["$defs"]["key"]["properties"]
    assert {*KINDS, "index", "receipt"} == set(stanza["kinds"]["items"]["enum"])
    assert list(SCHEMES) == stanza["scheme"]["enum"]
    [pattern] = body["properties"]["demands"]["patternProperties"]
    assert pattern == f"^(?:{'|'.join(KINDS[:3] + KINDS[3:])})(?![\\s\\S])"


def test_a_file_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = trust_file(tmp_path, person())
    path.write_text(path.read_text().replace('"format": 1', '"format": 1, "format": 1'), encoding="utf-8")
    assert "given twice" in refusal(path)


def test_only_the_facility_says_whose_signatures_count(tmp_path: Path) -> None:
    for key in ("trust", "state"):
        (tmp_path / "otiogate.yaml").write_text(f"format: 1\n{key}: x\n", encoding="utf-8")
        with pytest.raises(UsageError, match=f"only the facility may set '{key}'"):
            configured()


def test_its_path_counts_from_the_folder_of_the_facilitys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "house").mkdir()
    file = tmp_path / "house" / "facility.yaml"
    file.write_text("format: 1\ntrust: trust.yaml\nstate: state.sqlite3\n", encoding="utf-8")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(file))
    found = configured()
    assert (found.trust, found.state) == (tmp_path / "house/trust.yaml", tmp_path / "house/state.sqlite3")


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from(["any", "1d", "strict"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "format",
                    "keys",
                    "profile",
                    "demands",
                    "index",
                    "keyid",
                    "scheme",
                    "public",
                    "owner",
                    "kinds",
                    "productions",
                ]
            ),
            inner,
        )
    ),
    max_leaves=16,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300) | PIECES.map(lambda each: json.dumps(each).encode()))
def test_whatever_stands_in_a_trust_file_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    for name in ("trust.json", "trust.yaml"):
        (tmp_path / name).write_bytes(data)
        try:
            known = read_trust(tmp_path / name)
        except OtiogateError:
            continue
        assert all(key == each.key.keyid for key, each in known.keys.items())
