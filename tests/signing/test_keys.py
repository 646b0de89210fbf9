"""Signers are found by URI, be they files, tokens or clouds; whatever goes wrong in them is said, and is no crash."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, SecretsHandler, Signature, Signer

from otiogate.errors import CannotJudge, UsageError
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import load, public_of, sign, signed_by
from tests.builders import decision, disclosure
from tests.signing.keyring import held, person, put, trust


class Cloud(Signer):
    """A key that is reached by its URI; its cloud calls keys by names of its own."""

    SCHEME = "cloudkms"
    real = CryptoSigner.generate_ecdsa()

    def __init__(self, broken: bool, public_key: Any) -> None:
        self.broken = broken
        self._public_key = public_key

    @property
    def public_key(self) -> Any:
        return self._public_key

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Any, secrets_handler: SecretsHandler | None = None
    ) -> Any:
        if priv_key_uri.endswith("nowhere"):
            raise RuntimeError("no such key")
        return cls(priv_key_uri.endswith("broken"), public_key)

    def sign(self, payload: bytes) -> Signature:
        if self.broken:
            raise TimeoutError("the cloud does not answer")
        return Signature("its own name", self.real.sign(payload).signature)


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(SIGNER_FOR_URI_SCHEME, "cloudkms", Cloud)
    path = tmp_path / "public.pem"
    path.write_text(Cloud.real.public_key.keyval["public"], encoding="utf-8")
    return path


def secret(name: str) -> str:
    raise AssertionError(f"asked for {name}")


def test_a_key_of_a_cloud_signs_with_its_public_part_from_a_file(public: Path) -> None:
    signer = load("cloudkms:projects/p/keys/k", secret, public)
    signed = sign(Envelope(b"x", ()), signer)
    assert signed_by(signed, signed.seals[0], public_of(signer))


def test_what_a_cloud_makes_of_it_is_said(public: Path) -> None:
    with pytest.raises(UsageError, match="cannot be used: no such key"):
        load("cloudkms:nowhere", secret, public)
    with pytest.raises(UsageError, match="the key could not sign: the cloud does not answer"):
        sign(Envelope(b"x", ()), load("cloudkms:broken", secret, public))


def test_the_public_part_of_another_key_signs_nothing(public: Path) -> None:
    public.write_text(CryptoSigner.generate_ecdsa().public_key.keyval["public"], encoding="utf-8")
    with pytest.raises(UsageError, match="what the key signed does not verify"):
        sign(Envelope(b"x", ()), load("cloudkms:k", secret, public))


def test_without_the_extra_what_has_to_be_checked_cannot_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = person()
    put(tmp_path / "ledger", decision("approval", disclosure(), ["NFX-020"]), who)
    known = trust(tmp_path, who)
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] in ("securesystemslib", "cryptography"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CannotJudge, match=r"without securesystemslib \(python -m pip install 'otiogate\[sign\]'\)"):
        held(tmp_path / "ledger", known)
    assert held(tmp_path / "ledger", trust(tmp_path, person())).records["APR-001"].distrust.endswith("the trust file")
