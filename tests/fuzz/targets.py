"""Every reader of what others hand in, as a function of bytes that says whether they were taken.

Each fails where a reader raises anything but what otiogate says in one line, and where something counts as signed,
answered or verified that nobody signed, gave or delivered.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from otiogate.documents.strict import DocumentError, decode, parse_json
from otiogate.errors import OtiogateError
from otiogate.evidence.collect import collect
from otiogate.gate import Question, judge
from otiogate.receipt import RECEIPT_TYPE, checked
from otiogate.records.adding import prepared, write_records
from otiogate.records.asking import RegistryRequests
from otiogate.records.checking import warnings_of
from otiogate.records.client import Conversation
from otiogate.records.history import expiring, history
from otiogate.records.index import read_index
from otiogate.records.ledger import with_index
from otiogate.records.model import Record, RecordSet, media_digests
from otiogate.records.overview import rows
from otiogate.records.registry import RegistryStore
from otiogate.records.signed import LATER, enclosed, paired, record_in, trusted
from otiogate.records.status import status
from otiogate.records.store import checked_set, read_file
from otiogate.records.table import read_table
from otiogate.records.trust import read_trust
from otiogate.report.model import InputLine
from otiogate.scan.receipts import receipt_of, verified
from otiogate.signing.envelope import Envelope, read_envelope
from otiogate.signing.keys import SCHEMES, PublicKey, public_of, sign, signed_by, sound
from otiogate.signing.statement import statement_in
from tests.builders import CONTEXT, NOW
from tests.fuzz import material
from tests.fuzz.material import FOLDER, HOUSE, LEDGER, SHA, SIGNED, TRUST, WHO
from tests.records.test_workbook import SHEET
from tests.registry.told import ACCESS, told
from tests.signing.keyring import Fresh

WAIVABLE = {"NFX-020": ("studio_legal",)}


def _counts(record: Record) -> bool:
    return bool(record.signers and not record.distrust)


def _used(found: RecordSet) -> RecordSet:
    """``found`` as the facility trusts it, once everything was asked that the gate and the commands ask of records."""
    held = trusted(found, TRUST, Fresh())
    for key, each in held.records.items():
        status(each, held, NOW)
        history(key, held, NOW)
        list(warnings_of(each, held, NOW, WAIVABLE))
    rows(held, NOW)
    expiring(held, NOW, NOW)
    collected = collect(material.CUT, held.standing, held.matcher)
    question = Question(held, material.POLICY, CONTEXT, NOW, False)
    report = judge(collected, question, source=InputLine("cut", "otio", "", held.digest))
    if report.verdict == "allow":
        assert _counts(held.records["DIS-001"]), "allowed on what nobody signed"
    return held


def _only_what_was_signed(held: RecordSet) -> None:
    """Nothing counts but what was signed, to which a revocation may have come."""
    for each in filter(_counts, held.records.values()):
        assert {key: value for key, value in each.data.items() if key not in LATER} in LEDGER


def _file(name: str, data: bytes) -> RecordSet:
    """A ledger of one file, after it was used; an empty one where it is refused."""
    path = FOLDER / name
    path.write_bytes(data)
    try:
        return _used(checked_set(paired(read_file(path)), (name,)))
    except OtiogateError:
        return RecordSet({})


# Envelopes, and what is in them


def envelope(data: bytes) -> bool:
    """An envelope has one meaning, and the key verifies what it signed and nothing else."""
    try:
        found = read_envelope(data)
    except DocumentError:
        return False
    assert read_envelope(found.text().encode("ascii")) == found
    if any(signed_by(found, each, public_of(WHO.signer)) for each in found.seals):
        assert found.payload in [each.payload for each in SIGNED]
    return True


def statement(data: bytes) -> bool:
    """What somebody trusted signed, whatever it is, is a record, an index or a receipt, and no two of them."""
    made = sign(Envelope(data, ()), WHO.signer)
    text = made.text().encode("ascii")
    readers: list[Callable[[], object]] = [
        lambda: record_in(text),
        lambda: read_index(text, "here"),
        lambda: checked(statement_in(made, RECEIPT_TYPE)),
    ]
    taken = 0
    for read in readers:
        try:
            read()
            taken += 1
        except DocumentError:
            continue
    assert taken <= 1
    return taken == 1


# Records


def record_envelope(data: bytes) -> bool:
    """An envelope in a ledger."""
    held = _file("record.dsse.json", data)
    _only_what_was_signed(held)
    return bool(held.records)


def record_signed(data: bytes) -> bool:
    """A record that somebody trusted signed, whatever it says."""
    payload = _enclosed(data)
    held = _file("signed.dsse.json", sign(Envelope(payload, ()), WHO.signer).text().encode("ascii"))
    assert all(each.data == json.loads(payload)["predicate"] for each in held.records.values())
    return bool(held.records)


def record_forged(data: bytes) -> bool:
    """A record with the signature of another."""
    forged = Envelope(_enclosed(data), SIGNED[-1].seals)
    held = _file("forged.dsse.json", forged.text().encode("ascii"))
    _only_what_was_signed(held)
    return bool(held.records)


def _enclosed(data: bytes) -> bytes:
    try:
        return enclosed(parse_json(decode(data))).payload()
    except (DocumentError, KeyError, TypeError, ValueError):
        return b""


def record_json(data: bytes) -> bool:
    """Records in JSON that nobody signed."""
    return _unsigned("records.json", data)


def record_yaml(data: bytes) -> bool:
    """Records in YAML that nobody signed."""
    return _unsigned("records.yaml", data)


def _unsigned(name: str, data: bytes) -> bool:
    held = _file(name, data)
    assert not any(map(_counts, held.records.values()))
    return bool(held.records)


def table_csv(data: bytes) -> bool:
    """A table of new records."""
    path = FOLDER / "records.csv"
    path.write_bytes(data)
    return _imported(path)


def table_sheet(data: bytes) -> bool:
    """The XML of a sheet with new records, in a workbook."""
    path = FOLDER / "records.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in material.workbook().items():
            archive.writestr(name, data if name == SHEET else part)
    return _imported(path)


def _imported(path: Path) -> bool:
    """Records are written as what they are, or none is."""
    try:
        forms, faults = read_table(path)
        made, wrong = prepared(forms, RecordSet({}))
        assert not (made and wrong)
        folder = FOLDER / "imported"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if made and not faults:
            written, _ = write_records(folder, made)
            assert [each.data for each in read_file(written)] == [each.data for each in made]
            _used(checked_set(made, ()))
            return True
    except OtiogateError:
        pass
    return False


# Indexes, trust files, receipts


def index(data: bytes) -> bool:
    """The index of a ledger: none but the one that was signed."""
    if not _is_borne_out(data):
        return False
    assert read_envelope(data).payload == material.index().payload
    return True


def index_signed(data: bytes) -> bool:
    """What somebody trusted signed as an index: it may leave records out, and tells of no others."""
    if not _is_borne_out(sign(Envelope(data, ()), WHO.signer).text().encode("ascii")):
        return False
    own, said = json.loads(material.index().payload), json.loads(data.decode("utf-8-sig"))
    assert said["predicate"]["production"].lower() in ("any", "myshow")
    known = [(each["name"], each["digest"]) for each in own["subject"]]
    assert all((each["name"], each["digest"]) in known for each in said["subject"])
    return True


def _is_borne_out(data: bytes) -> bool:
    try:
        with_index(material.indexed(data), TRUST, None, "MYSHOW", NOW)
    except (DocumentError, OtiogateError):
        return False
    return True


def trust_json(data: bytes) -> bool:
    """A trust file in JSON."""
    return _trust("other.json", data)


def trust_yaml(data: bytes) -> bool:
    """A trust file in YAML."""
    return _trust("other.yaml", data)


def _trust(name: str, data: bytes) -> bool:
    """Records count only by the key that signed them, for what the file says of it."""
    path = FOLDER / name
    path.write_bytes(data)
    try:
        known = read_trust(path)
        known.ending(NOW, NOW)
        held = trusted(material.ledger(), known, Fresh())
    except OtiogateError:
        return False
    for each in filter(_counts, held.records.values()):
        key = known.keys[WHO.keyid]
        assert each.kind in key.kinds and (key.productions is None or "myshow" in key.productions)
    return True


def public_key(data: bytes) -> bool:
    """The public key of a trust file, under each scheme: none verifies what another signed."""
    taken = False
    for scheme in SCHEMES:
        made = PublicKey(scheme, data.decode("utf-8", "replace"))
        taken |= not sound(made)
        seal = replace(SIGNED[0].seals[0], keyid=made.keyid)
        if signed_by(SIGNED[0], seal, made):  # in whatever spelling of its digits; a trust file may have one only
            assert bytes.fromhex(made.public) == bytes.fromhex(public_of(WHO.signer).public)
    return taken


def receipt(data: bytes) -> bool:
    """The receipt of a delivered file: none but the one that was signed."""
    if not _is_verified(data):
        return False
    assert read_envelope(data).payload == material.delivery()[1].payload
    return True


def receipt_signed(data: bytes) -> bool:
    """What somebody trusted signed as a receipt: it names the bytes that are there."""
    if not _is_verified(sign(Envelope(data, ()), HOUSE.signer).text().encode("ascii")):
        return False
    own, said = json.loads(material.delivery()[1].payload), json.loads(data.decode("utf-8-sig"))
    assert {each["digest"]["sha256"] for each in own["subject"]} == {
        each["digest"]["sha256"] for each in said["subject"]
    }
    assert said["predicate"]["verificationResult"] == "PASSED"
    assert said["predicate"]["context"]["production"].lower() == "myshow"
    return True


def _is_verified(data: bytes) -> bool:
    path, _ = material.delivery()
    receipt_of(path).write_bytes(data)
    try:
        return not verified(path, material.settings(), NOW).refused
    except OtiogateError:
        return False


# Answers of a registry


def _bodies(given: list[bytes]) -> list[Any]:
    """The records in ``given``, as they are signed where they are."""
    items = [item for each in given for item in json.loads(each.decode("utf-8-sig"))["records"]]
    return [_inner(each) if "payload" in each else each for each in items]


def _inner(item: Any) -> Any:
    return json.loads(read_envelope(json.dumps(item).encode("ascii")).payload)["predicate"]


def page(data: bytes) -> bool:
    """The ledger in a registry, a page a line: whole, of one revision and for this production, or not at all."""
    with told(data.split(b"\n")) as given:
        try:
            found = RegistryStore(ACCESS, "MYSHOW").fetch()
        except OtiogateError:
            return False
    said, items = [json.loads(each.decode("utf-8-sig")) for each in given], _bodies(given)
    count = sum(len(each["records"]) for each in said)
    assert all((each["production"], each["revision"], each["total"]) == ("MYSHOW", "r1", count) for each in said)
    assert ["next" in each for each in said] == [True] * (len(said) - 1) + [False]
    assert set(found.records) == {each["id"].upper() for each in items}
    assert all(each.data in items for each in found.records.values())
    _only_what_was_signed(_used(found))
    return True


def answers(data: bytes) -> bool:
    """What a registry has of a thing that a timeline names, a batch a line: nothing that is not about it."""
    with told(data.split(b"\n")) as given:
        try:
            found = RegistryStore(ACCESS, "MYSHOW").look_up(["DIS-900"], [SHA])
        except OtiogateError:
            return False
    items = _bodies(given)
    assert all(each.data in items for each in found.records.values())
    about, reached = {"DIS-900", SHA}, 0
    while len(about) > reached:
        reached = len(about)
        for key, each in found.records.items():
            if key in about or not about.isdisjoint(_named(each)):
                about |= {key, *(str(one["id"]).upper() for one in each.data.get("subjects", ()))}
    assert found.records.keys() <= about
    return True


def _named(record: Record) -> set[str]:
    """What the record is about: disclosures, media, a person, and records that it takes the place of."""
    data = record.data
    subject = data.get("subject", "")
    named = [subject["id"] if isinstance(subject, dict) else subject, *data.get("supersedes", ())]
    named += [each["disclosure"] for each in data.get("covers", ())]
    media = media_digests(data) if record.kind == "disclosure" else set()
    return {str(each).upper() for each in named} | media


def asked(data: bytes) -> bool:
    """The answer to a clearance request: it is about this one."""
    with told([data]):
        try:
            RegistryRequests(ACCESS).make({"key": SHA})
        except OtiogateError:
            return False
    assert json.loads(data.decode("utf-8-sig"))["key"] == SHA
    return True


def reply(data: bytes) -> bool:
    """Status, headers and body of any answer, a line each for the first two."""
    first, _, rest = data.partition(b"\n")
    head, _, body = rest.partition(b"\n")
    number = int(first) if first.isdigit() and len(first) == 3 else 200
    headers = dict(each.partition(": ")[::2] for each in head.decode("latin-1").split("; "))
    with told([body], headers, number):
        try:
            Conversation(ACCESS).get("/v1", {})
        except OtiogateError:
            return False
    assert number == 200
    return True
