"""DSSE envelopes, read strictly: one form for each, a closed set of keys, bounded size, no key named twice.

https://github.com/secure-systems-lab/dsse: what is signed is the type of the payload and its bytes, so that neither can
be taken for another. There is no field that names an algorithm: a key brings its own.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.documents.strict import MAX_BYTES, DocumentError, decode, parse_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The only type of payload that is read: an in-toto statement."""

SUFFIX = ".dsse.json"
"""How the names of files with an envelope end."""

MAX_SIGNATURES = 16

_MAX_SIGNATURE = 4096
_KEYID = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


@dataclass(frozen=True)
class Seal:
    """One signature of an envelope; ``keyid`` only says which key to try."""

    keyid: str
    signature: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload and the signatures over it and its type, none of which is checked yet."""

    payload: bytes
    seals: tuple[Seal, ...]

    @cached_property
    def signed_bytes(self) -> bytes:
        """What is signed: DSSE's pre-authentication encoding."""
        kind = PAYLOAD_TYPE.encode("ascii")
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    @cached_property
    def digest(self) -> str:
        """Digest of what is signed."""
        return sha256(self.signed_bytes)

    def text(self) -> str:
        """The envelope as it is written."""
        data = {
            "payloadType": PAYLOAD_TYPE,
            "payload": _encoded(self.payload),
            "signatures": [{"keyid": each.keyid, "sig": _encoded(each.signature)} for each in self.seals],
        }
        return json.dumps(data, indent=1) + "\n"


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def read_envelope(data: bytes) -> Envelope:
    """The envelope in ``data``. Raises ``DocumentError`` for anything that ``Envelope.text`` would not have meant."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1024 // 1024} MiB, the limit for an envelope")
    found = parse_json(decode(data))
    _closed(found, ("payloadType", "payload", "signatures"), "an envelope")
    if found["payloadType"] != PAYLOAD_TYPE:
        raise DocumentError(f"the payloadType is {str(found['payloadType'])[:80]!r}, not {PAYLOAD_TYPE}")
    seals = found["signatures"]
    if not isinstance(seals, list) or not 1 <= len(seals) <= MAX_SIGNATURES:
        raise DocumentError(f"an envelope has 1 to {MAX_SIGNATURES} signatures")
    read = tuple(map(_seal, seals))
    if len({each.keyid for each in read}) != len(read):
        raise DocumentError("two signatures name the same key")
    return Envelope(_decoded(found["payload"], "payload"), read)


def _seal(item: Any) -> Seal:
    _closed(item, ("keyid", "sig"), "a signature")
    if not isinstance(item["keyid"], str) or not _KEYID.match(item["keyid"]):
        raise DocumentError("a keyid is 64 small hexadecimal digits")
    signature = _decoded(item["sig"], "sig")
    if not 1 <= len(signature) <= _MAX_SIGNATURE:
        raise DocumentError(f"a signature has 1 to {_MAX_SIGNATURE:,} bytes")
    return Seal(item["keyid"], signature)


def _closed(item: Any, keys: tuple[str, ...], what: str) -> None:
    if not isinstance(item, dict) or set(item) != set(keys):
        raise DocumentError(f"{what} is an object with the keys {', '.join(keys)}, and no other")


def _decoded(text: Any, name: str) -> bytes:
    """Base64 that has one spelling: standard alphabet, padded, no spaces, no bits left over."""
    if not isinstance(text, str):
        raise DocumentError(f"{name} is not text")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise DocumentError(f"{name} is not base64") from fault
    if _encoded(data) != text:
        raise DocumentError(f"{name} is base64 in another spelling than the usual one")
    return data
