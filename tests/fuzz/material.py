"""What the targets hold things against: people whose keys are the same in every process, so that what was found can be
shown again; a ledger that they signed, its index, and a delivery with its receipt."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from otiogate.config.model import Settings
from otiogate.host.read import snapshot_of
from otiogate.policy import load
from otiogate.receipt import receipt
from otiogate.records.index import read_index
from otiogate.records.model import RecordSet
from otiogate.records.signed import trusted
from otiogate.records.signing import new_index
from otiogate.records.store import checked_set, read_file
from otiogate.records.trust import read_trust
from otiogate.scan.judging import judge_path
from otiogate.scan.receipts import exported
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import sign
from tests import builders
from tests.builders import CONTEXT, NOW
from tests.records.test_table import cells
from tests.records.test_workbook import book
from tests.signing import keyring
from tests.signing.keyring import Fresh, Person, person, put, trust_file


def _person(owner: str, number: int, **may: Any) -> Person:
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)))
    return replace(person(owner, **may), signer=signer)


FOLDER = Path(tempfile.mkdtemp(prefix="otiogate-fuzz-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

WHO = _person("S-APPROVER", 1)
HOUSE = _person("EXPORTING-HOUSE", 2, kinds=["receipt"])
DEMANDS = {each: {"signatures": 1} for each in keyring.ALL if each != "index"}
TRUST_FILE = trust_file(FOLDER, WHO, HOUSE, demands=DEMANDS, index={})
TRUST = read_trust(TRUST_FILE)

ABOUT = builders.disclosure()
LEDGER = builders.cleared(ABOUT, "NFX-030")
SIGNED = [keyring.envelope(each, WHO) for each in LEDGER]

SHA = "sha256:" + "a" * 64
REPLICA = builders.replica("DIS-900", production="OTHER", media={"sha256": SHA})
_MET = {"text": "Blur it.", "met_at": "2027-01-01T00:00:00Z"}
_BREAK = {"from": "2026-12-20Z", "until": "2026-12-24Z", "reason": "Strike."}
RECORDS = [
    REPLICA,
    builders.disclosure("DIS-901", supersedes=["DIS-902"], match=[{"sha256": SHA}]),
    builders.consent(suspensions=[_BREAK]),
    builders.clearance(REPLICA),
    builders.notice(),
    builders.notification(REPLICA),
    builders.waiver("NFX-020"),
    builders.decision("approval", REPLICA, ["NFX-020"], revoked={"at": "2027-02-01T00:00:00Z"}),
    builders.decision("label_plan", REPLICA, ["NFX-020"]),
    builders.decision("legal_review", REPLICA, ["NFX-020"], conditions=[_MET]),
]
"""Records of every form that nobody signed."""

CUT = snapshot_of(builders.timeline(builders.clip({"id": "DIS-001"})))
POLICY = load.policy(load.DEFAULT)


@cache
def ledger() -> RecordSet:
    """The signed records, as they are read."""
    files = [put(FOLDER / "ledger", each, WHO) for each in LEDGER]
    return checked_set([each for file in files for each in read_file(file)], ("here",))


@cache
def index() -> Envelope:
    """The index of the signed records."""
    held = trusted(ledger(), TRUST, Fresh())
    return sign(new_index(held, None, "myshow", "MYSHOW", 1, NOW), WHO.signer)


def indexed(data: bytes) -> RecordSet:
    """The signed records, with ``data`` as their index, as the facility trusts them. Raises ``DocumentError``."""
    return trusted(replace(ledger(), indexes=(read_index(data, "here"),)), TRUST, Fresh())


def settings(**said: Any) -> Settings:
    """What the facility that receives the delivery sets."""
    return Settings(CONTEXT, trust=TRUST_FILE, **said)


@cache
def delivery() -> tuple[Path, Envelope]:
    """A cut that rests on the signed records, and its receipt."""
    ledger()
    path = FOLDER / "cut.otio"
    path.write_text(builders.timeline(builders.clip({"id": "DIS-001"})).to_json_string(), encoding="utf-8")
    here = Settings(CONTEXT, records=(FOLDER / "ledger",))
    report = judge_path(path, here, NOW)
    statement = receipt(report, here.ledger(NOW), exported(path), None)
    return path, sign(Envelope(statement.payload(), ()), HOUSE.signer)


def table(*records: dict[str, Any]) -> list[list[Any]]:
    """The rows of a table of ``records``."""
    rows = [dict(cells(each)) for each in records]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [header, *([row.get(name) for name in header] for row in rows)]


@cache
def workbook() -> dict[str, bytes]:
    """The parts of a workbook, which has records in its one sheet."""
    with zipfile.ZipFile(book(FOLDER / "book.xlsx", *table(*RECORDS))) as archive:
        return {each: archive.read(each) for each in archive.namelist()}
