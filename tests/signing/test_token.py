"""A key on a PKCS#11 token signs, and never leaves it: a real module, SoftHSM's. ``make token`` runs this."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pkcs11
import pytest
import yaml
from pkcs11.util.ec import encode_named_curve_parameters

from otiogate.errors import UsageError
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import load, public_of, sign, signed_by
from tests.builders import decision, disclosure
from tests.cli.running import call
from tests.signing.keyring import Person, held, put, trust

PIN = "1234"
URI = "hsm:2?label=desk"


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new token with one key on it; SoftHSM reads its configuration once a process."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    os.environ["PYKCS11LIB"] = os.environ["OTIOGATE_PKCS11"]
    made = ("--init-token", "--free", "--label", "desk", "--pin", PIN, "--so-pin", "5678")
    subprocess.run(["softhsm2-util", *made], check=True, capture_output=True)
    found: Any = pkcs11.lib(os.environ["PYKCS11LIB"]).get_token(token_label="desk")
    with found.open(user_pin=PIN, rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        domain = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        domain.generate_keypair(mechanism=pkcs11.Mechanism.EC_KEY_PAIR_GEN, store=True, id=b"\x02", label="desk")
    return URI


def test_a_record_signed_on_a_token_is_trusted(token: str, tmp_path: Path) -> None:
    who = Person("S-APPROVER", {"roles": ["studio_contact"]}, load(token, lambda _: PIN))
    put(tmp_path / "ledger", decision("approval", disclosure(), ["NFX-020"]), who)
    assert held(tmp_path / "ledger", trust(tmp_path, who)).records["APR-001"].distrust == ""


def test_the_pin_is_asked_for_and_a_wrong_one_signs_nothing(token: str) -> None:
    asked: list[str] = []
    signed = sign(Envelope(b"x", ()), load(token, lambda name: asked.append(name) or PIN))
    assert asked == ["pin"]
    assert signed_by(signed, signed.seals[0], public_of(load(token, lambda _: PIN)))
    with pytest.raises(UsageError, match="the key could not sign: PinIncorrect"):
        sign(Envelope(b"x", ()), load(token, lambda _: "0000"))


def test_a_token_or_key_that_is_not_there_is_said_to_be_missing(token: str) -> None:
    with pytest.raises(UsageError, match="No PKCS#11 token found for label other"):
        load("hsm:2?label=other", lambda _: PIN)
    with pytest.raises(UsageError, match="could not find ECDSA key"):
        load("hsm:7?label=desk", lambda _: PIN)


def test_the_command_signs_with_it(
    token: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIOGATE_KEY_PIN", PIN)
    put(tmp_path / "ledger", decision("approval", disclosure(), ["NFX-020"]))
    ran = call(capsys, "record", "sign", "APR-001", "--records", "ledger", "--key", token)
    assert (ran.code, ran.err) == (0, "")
    [stanza] = yaml.safe_load(call(capsys, "key", "show", token, "--owner", "S-APPROVER").out)
    assert stanza["scheme"] == "ecdsa-sha2-nistp256"
    may = {"kinds": ["approval"], "roles": ["studio_contact"], "productions": "any"}
    (tmp_path / "trust.yaml").write_text(
        yaml.safe_dump({"format": 1, "demands": {"approval": {"signatures": 1}}, "keys": [stanza | may]})
    )
    assert call(capsys, "record", "verify", "--records", "ledger", "--trust", "trust.yaml").code == 0
