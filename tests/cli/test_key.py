"""``otiogate key``: a private key for its owner alone, and its public part as the trust file takes it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml
from securesystemslib.signer import CryptoSigner

from otiogate.cli import key as command
from otiogate.errors import UsageError
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import load, public_of, sign, signed_by
from tests.cli.running import call


def no_secret(name: str) -> str:
    raise AssertionError(f"asked for a {name}")


def test_a_new_key_is_its_owners_alone_and_its_stanza_fits_the_trust_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "key", "new", "person-51c2", "-o", "own.pem")
    assert (ran.code, ran.err) == (0, "")
    assert stat.S_IMODE((tmp_path / "own.pem").stat().st_mode) == 0o600
    [said] = yaml.safe_load(ran.out)
    signer = load("file2:own.pem", no_secret)
    assert (said["keyid"], said["owner"]) == (public_of(signer).keyid, "person-51c2")
    assert said["kinds"] == said["roles"] == said["productions"] == []
    signed = sign(Envelope(b"x", ()), signer)
    assert signed_by(signed, signed.seals[0], public_of(load("own.pem", no_secret)))
    assert call(capsys, "key", "show", "own.pem", "--owner", "person-51c2").out == ran.out
    assert "PRIVATE" not in ran.out


def test_a_key_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.pem").write_text("precious", encoding="utf-8")
    ran = call(capsys, "key", "new", "person-51c2", "-o", "own.pem")
    assert (ran.code, ran.out) == (2, "")
    assert "exists already (choose another name" in ran.err
    assert (tmp_path / "own.pem").read_text(encoding="utf-8") == "precious"


def test_a_key_under_a_password_opens_with_it_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIOGATE_KEY_PASSWORD", "correct horse")
    made = call(capsys, "key", "new", "person-51c2", "--encrypt", "-o", "own.pem")
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / "own.pem").read_bytes()
    assert call(capsys, "key", "show", "own.pem", "--owner", "person-51c2").out == made.out
    monkeypatch.setenv("OTIOGATE_KEY_PASSWORD", "wrong")
    ran = call(capsys, "key", "show", "own.pem")
    assert (ran.code, ran.out) == (2, "")
    assert "own.pem: cannot be opened with this password" in ran.err
    monkeypatch.delenv("OTIOGATE_KEY_PASSWORD")
    assert "the key asks for its password (set OTIOGATE_KEY_PASSWORD)" in call(capsys, "key", "show", "own.pem").err
    monkeypatch.setenv("OTIOGATE_KEY_PASSWORD", "")
    assert "the password is empty" in call(capsys, "key", "new", "person-51c2", "--encrypt", "-o", "b.pem").err
    assert not (tmp_path / "b.pem").exists()


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "own.pem").write_text(text, encoding="utf-8")
    ran = call(capsys, "key", "show", "own.pem")
    assert ran.code == 2
    assert "own.pem: holds no private key that can sign" in ran.err
    assert "holds no public key" in call(capsys, "key", "show", "--public", "own.pem").err
    assert "cannot be read" in call(capsys, "key", "show", "missing.pem").err


def test_a_key_of_a_cloud_is_shown_by_its_public_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = CryptoSigner.generate_ecdsa()
    (tmp_path / "public.pem").write_text(made.public_key.keyval["public"], encoding="utf-8")
    ran = call(capsys, "key", "show", "--public", "public.pem", "--owner", "person-51c2")
    [said] = yaml.safe_load(ran.out)
    assert (said["scheme"], said["keyid"]) == ("ecdsa-sha2-nistp256", made.public_key.keyid)
    ran = call(capsys, "key", "show", "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k")
    assert (ran.code, "the public part of the key is not known" in ran.err) == (2, True)
    assert "no key is named" in call(capsys, "key", "show").err


def test_a_name_is_no_owner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "key", "new", "Jane Doe", "-o", "own.pem")
    assert (ran.code, "'Jane Doe' is no owner (an opaque id" in ran.err) == (2, True)
    assert not (tmp_path / "own.pem").exists()


def test_where_nobody_sits_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTIOGATE_KEY_PIN", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError, match=r"asks for its pin \(set OTIOGATE_KEY_PIN\)"):
        command.secret("pin")
