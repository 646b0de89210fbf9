"""People with keys, trust files that know them, and records in envelopes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from securesystemslib.signer import CryptoSigner

from otiogate.records.model import DECISIONS, RecordSet
from otiogate.records.signed import enclosed, trusted
from otiogate.records.store import FolderStore
from otiogate.records.trust import Trust, read_trust
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import public_of, sign
from otiogate.signing.memory import Memory

ALL = ("disclosure", "consent", "clearance", *DECISIONS, "notice", "notification", "waiver", "index")


@dataclass(frozen=True)
class Person:
    """Somebody with a key; ``may`` is what the trust file says of it beside whose it is."""

    owner: str
    may: dict[str, Any]
    signer: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)

    @property
    def keyid(self) -> str:
        return public_of(self.signer).keyid

    def stanza(self) -> dict[str, Any]:
        key = public_of(self.signer)
        said = {"keyid": key.keyid, "scheme": key.scheme, "public": key.public, "owner": self.owner}
        return said | {"kinds": list(ALL), "productions": "any"} | self.may


def person(owner: str = "S-APPROVER", *roles: str, **may: Any) -> Person:
    """Somebody whose key may sign everything, in ``roles``, unless ``may`` says otherwise."""
    return Person(owner, {"roles": list(roles or ("studio_contact", "studio_legal", "clearance"))} | may)


def key_file(path: Path, who: Person) -> Path:
    """Writes the private key of ``who`` as a PEM file."""
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(who.signer._private_key.private_bytes(encoding, form, serialization.NoEncryption()))
    return path


def trust_file(folder: Path, *people: Person, **said: Any) -> Path:
    """A trust file that knows ``people``, and by default demands a signature of every approval."""
    path = folder / "trust.json"
    said = {"demands": {"approval": {"signatures": 1}}} | said
    path.write_text(json.dumps({"format": 1, "keys": [each.stanza() for each in people]} | said), encoding="utf-8")
    return path


def trust(folder: Path, *people: Person, **said: Any) -> Trust:
    """As ``trust_file``, read."""
    return read_trust(trust_file(folder, *people, **said))


def envelope(data: dict[str, Any], *people: Person) -> Envelope:
    """The record ``data``, signed by ``people``."""
    found = Envelope(enclosed(data).payload(), ())
    for each in people:
        found = sign(found, each.signer)
    return found


def put(folder: Path, data: dict[str, Any], *people: Person) -> Path:
    """Writes ``data`` into ``folder``, signed where there are ``people``."""
    folder.mkdir(parents=True, exist_ok=True)
    if not people:
        path = folder / f"{data['id']}.json"
        path.write_text(json.dumps(data), encoding="utf-8")
    else:
        path = folder / f"{data['id']}.dsse.json"
        path.write_text(envelope(data, *people).text(), encoding="utf-8")
    return path


def held(folder: Path, known: Trust) -> RecordSet:
    """The records in ``folder`` as ``known`` trusts them; nothing is remembered."""
    return trusted(FolderStore((folder,)).fetch(), known, Fresh())


class Fresh(Memory):
    """Remembers nothing of what others verified."""

    def __init__(self) -> None:
        super().__init__()
        self._known = set()


def distrusts(records: RecordSet, ids: Iterable[str]) -> list[str]:
    """Why each of ``ids`` is not trusted."""
    return [records.records[each].distrust for each in ids]
