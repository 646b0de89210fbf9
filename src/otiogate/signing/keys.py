"""Keys: public ones as the trust file has them, and private ones, found by a URI, that sign.

A key has one id: the SHA-256 of its type, its scheme and its public part. So an id stands for one key under one scheme,
and a signature cannot be checked with another algorithm than the one that its key was trusted for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.errors import CannotJudge, OtiogateError, UsageError
from otiogate.signing.envelope import Envelope, Seal

if TYPE_CHECKING:
    from securesystemslib.signer import Signer, SSlibKey

SCHEMES = {
    "ed25519": "ed25519",
    "ecdsa-sha2-nistp256": "ecdsa",
    "ecdsa-sha2-nistp384": "ecdsa",
    "ecdsa-sha2-nistp521": "ecdsa",
    "rsassa-pss-sha256": "rsa",
    "rsassa-pss-sha384": "rsa",
    "rsassa-pss-sha512": "rsa",
}
"""Signature schemes -> the type of key that each is for."""

INSTALL = "python -m pip install 'otiogate[sign]'"

FILE = "file2:"
"""How the URI of a key in a file begins; a path alone means the same."""

Secrets = Callable[[str], str]
"""Asks for a secret, such as ``pin`` or ``password``, and gives it."""


@dataclass(frozen=True)
class PublicKey:
    """A public key: of Ed25519 its 64 hexadecimal digits, of any other scheme its PEM text."""

    scheme: str
    public: str

    @property
    def keyid(self) -> str:
        """64 hexadecimal digits: securesystemslib's own id, over the key's type, scheme and public part."""
        # Its canonical JSON escapes quotes and backslashes, of which a key has none, and no line breaks.
        said = f'{{"keytype":"{SCHEMES[self.scheme]}","keyval":{{"public":"{self.public}"}},"scheme":"{self.scheme}"}}'
        return hashlib.sha256(said.encode("utf-8")).hexdigest()


def signed_by(envelope: Envelope, seal: Seal, key: PublicKey) -> bool:
    """Whether ``seal`` is the signature of ``key`` over what is in ``envelope``. Raises ``CannotJudge`` without the
    extra, and for a key that is none."""
    signer = _library()
    if seal.keyid != key.keyid:
        return False
    try:
        _sslib(key).verify_signature(signer.Signature(key.keyid, seal.signature.hex()), envelope.signed_bytes)
    except _exceptions().UnverifiedSignatureError:
        return False
    return True


def sound(key: PublicKey) -> str:
    """Why ``key`` is no key of its scheme; nothing where it is one. Raises ``CannotJudge`` without the extra."""
    signer = _library()
    try:
        own = signer.SSlibKey.from_crypto(_sslib(key)._crypto_key(), scheme=key.scheme)
    except Exception as fault:  # noqa: BLE001 - whatever the library makes of bytes that are no key
        return f"is no public key: {fault}" if str(fault) else "is no public key"
    if (own.keytype, own.keyval["public"]) != (SCHEMES[key.scheme], key.public):
        return f"is no key for {key.scheme} as 'otiogate key show' prints one"
    return ""


def sign(envelope: Envelope, signer: Signer) -> Envelope:
    """``envelope`` with one signature more; one of the same key is taken out for it. Raises ``UsageError`` where the
    key cannot be used."""
    made = _asked(lambda: signer.sign(envelope.signed_bytes), "the key could not sign")
    key = public_of(signer)
    seal = Seal(key.keyid, bytes.fromhex(made.signature))  # a cloud may call the key by a name of its own
    if not signed_by(envelope, seal, key):
        raise UsageError("what the key signed does not verify", next_step="name the public part of this very key")
    return replace(envelope, seals=(*(each for each in envelope.seals if each.keyid != seal.keyid), seal))


def public_of(signer: Signer) -> PublicKey:
    """The public part of the key behind ``signer``. Raises ``UsageError`` for a scheme not in ``SCHEMES``."""
    key: Any = signer.public_key
    if SCHEMES.get(key.scheme) != key.keytype:
        raise UsageError(f"a key for {key.scheme} is not supported", next_step="known: " + ", ".join(SCHEMES))
    return PublicKey(key.scheme, key.keyval["public"])


def load(uri: str, secrets: Secrets, public: Path | None = None) -> Signer:
    """The signer of the key at ``uri``: a PEM file (``file2:PATH`` or a path; encrypted ones ask for the password), a
    PKCS#11 token (``hsm:2?label=NAME``), or any other that securesystemslib knows, with its public part in the PEM
    file ``public``. Raises ``UsageError``, and ``CannotJudge`` without the extra."""
    signer = _library()
    scheme = uri.partition(":")[0]
    if scheme not in signer.SIGNER_FOR_URI_SCHEME or uri.startswith(FILE):
        return _from_file(Path(uri.removeprefix(FILE)), secrets)
    if public is not None:
        key = signer.SSlibKey.from_crypto(_public_pem(public))
    elif scheme == "hsm":
        uri, key = _asked(lambda: _on_token(uri, secrets), f"{uri}: the key cannot be found")
    else:
        step = "write it as PEM into a file, and name that with --public"
        raise UsageError(f"{uri}: the public part of the key is not known", next_step=step)
    found: Signer = _asked(lambda: signer.Signer.from_priv_key_uri(uri, key, secrets), f"{uri}: cannot be used")
    return found


def new(password: str = "") -> tuple[bytes, PublicKey]:
    """A new Ed25519 key: its private part as PEM (PKCS#8, encrypted where there is a ``password``), and its public
    part."""
    signer = _library()
    from cryptography.hazmat.primitives import serialization

    made = signer.CryptoSigner.generate_ed25519()
    lock: Any = serialization.NoEncryption()
    if password:
        lock = serialization.BestAvailableEncryption(password.encode("utf-8"))
    pem: bytes = made._private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return pem, public_of(made)


def write_private(path: Path, pem: bytes) -> None:
    """Writes a new file that only its owner can read. Raises ``UsageError`` where there is one: a key that is written
    over is lost."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as fault:
        step = "choose another name; a key that is written over is lost"
        raise UsageError("exists already", where=str(path), next_step=step) from fault
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", where=str(path)) from fault


def public_from(path: Path) -> PublicKey:
    """The public key in the PEM file ``path``. Raises ``UsageError``."""
    key = _library().SSlibKey.from_crypto(_public_pem(path))
    return PublicKey(key.scheme, key.keyval["public"])


def _from_file(path: Path, secrets: Secrets) -> Signer:
    signer = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = _read(path)
    locked = b"ENCRYPTED" in pem
    password = secrets("password").encode("utf-8") if locked else None
    try:
        found: Signer = signer.CryptoSigner(load_pem_private_key(pem, password))
    except Exception as fault:
        # Whatever the library makes of it; its text may hold parts of what was read, so it is not repeated.
        what = "cannot be opened with this password" if locked else "holds no private key that can sign (PEM, PKCS#8)"
        raise UsageError(what, where=str(path), next_step="'otiogate key new' makes one") from fault
    return found


def _public_pem(path: Path) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return load_pem_public_key(_read(path))
    except OtiogateError:
        raise
    except Exception as fault:
        raise UsageError("holds no public key (PEM)", where=str(path)) from fault


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(1 << 20)
    except (OSError, ValueError) as fault:
        what = getattr(fault, "strerror", None) or fault
        raise UsageError(f"cannot be read: {what}", where=str(path)) from fault


def _on_token(uri: str, secrets: Secrets) -> tuple[str, SSlibKey]:
    from urllib.parse import parse_qsl, urlparse

    from securesystemslib.signer import HSMSigner

    parts = urlparse(uri)
    label = dict(parse_qsl(parts.query)).get("label")
    return HSMSigner.import_(int(parts.path) if parts.path else None, label, secrets)


def _asked(ask: Callable[[], Any], what: str) -> Any:
    """What ``ask`` gives. Signers raise what their devices and clouds raise, which is any exception."""
    try:
        return ask()
    except OtiogateError:
        raise
    except Exception as fault:
        raise UsageError(f"{what}: {str(fault) or type(fault).__name__}", next_step="look at the key's URI") from fault


def _sslib(key: PublicKey) -> SSlibKey:
    found: SSlibKey = _library().SSlibKey(key.keyid, SCHEMES[key.scheme], key.scheme, {"public": key.public})
    return found


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401 - without it, checking is slow
        from securesystemslib import signer
    except ImportError as fault:
        raise CannotJudge("signatures cannot be checked or made without securesystemslib", next_step=INSTALL) from fault
    return signer


def _exceptions() -> Any:
    from securesystemslib import exceptions

    return exceptions
