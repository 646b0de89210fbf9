"""What each target takes, and so what is altered."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, derive_private_key
from securesystemslib.signer import CryptoSigner

from otiogate.documents.emit import yaml_text
from otiogate.signing.keys import public_of
from tests.builders import consent, decision, replica
from tests.fuzz import material, targets
from tests.fuzz.material import LEDGER, RECORDS, REPLICA, SHA, SIGNED, WHO
from tests.records.test_workbook import SHEET

Target = Callable[[bytes], bool]


def _lines(*data: Any) -> bytes:
    """JSON, one value a line."""
    return b"\n".join(json.dumps(each).encode("ascii") for each in data)


def _csv(*records: dict[str, Any]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(material.table(*records))
    return stream.getvalue().encode("utf-8")


def _page(records: list[Any], **said: Any) -> dict[str, Any]:
    return {"format": 1, "production": "MYSHOW", "revision": "r1", "total": 3, "records": records} | said


def _answers(answers: list[tuple[str, str, list[str]]], *records: dict[str, Any]) -> dict[str, Any]:
    said = [{"by": by, "value": value, "records": ids} for by, value, ids in answers]
    return {"format": 1, "answers": said, "records": list(records)}


ENVELOPES = [each.text().encode("ascii") for each in SIGNED]
ITEMS = [json.loads(each) for each in ENVELOPES]
INDEX, RECEIPT, TRUSTED = material.index(), material.delivery()[1], json.loads(material.TRUST_FILE.read_text())
LIMITED = {"from": "2026-01-01Z", "until": "2027-12-31Z", "productions": ["MYSHOW"]}
REVOKED = {"revoked": {"at": "2027-01-01T00:00:00Z", "reason": "compromised"}}
TRUSTS = [
    TRUSTED,
    TRUSTED | {"profile": "strict", "keys": [TRUSTED["keys"][0] | LIMITED, TRUSTED["keys"][1] | REVOKED]},
]
CONSENT, APPROVAL = consent(), decision("approval", REPLICA, ["NFX-020"])
NEWER = replica("DIS-901", production="OTHER", media={"sha256": SHA}, supersedes=["DIS-900"])

SIGNERS = [WHO.signer, *(CryptoSigner(derive_private_key(7, each())) for each in (SECP256R1, SECP384R1, SECP521R1))]

TARGETS: dict[Target, list[bytes]] = {
    targets.envelope: ENVELOPES,
    targets.statement: [SIGNED[0].payload, INDEX.payload, RECEIPT.payload],
    targets.record_envelope: ENVELOPES,
    targets.record_signed: [_lines(each) for each in RECORDS + LEDGER],
    targets.record_forged: [_lines(each) for each in LEDGER],
    targets.record_json: [_lines(RECORDS), _lines(LEDGER), *(_lines(each) for each in RECORDS)],
    targets.record_yaml: [yaml_text(RECORDS).encode(), "---\n".join(map(yaml_text, LEDGER)).encode()],
    targets.table_csv: [*(_csv(each) for each in RECORDS), _csv(*RECORDS)],
    targets.table_sheet: [material.workbook()[SHEET]],
    targets.index: [INDEX.text().encode("ascii")],
    targets.index_signed: [INDEX.payload],
    targets.trust_json: [_lines(each) for each in TRUSTS],
    targets.trust_yaml: [yaml_text(each).encode() for each in TRUSTS],
    targets.public_key: [public_of(each).public.encode("ascii") for each in SIGNERS],
    targets.receipt: [RECEIPT.text().encode("ascii")],
    targets.receipt_signed: [RECEIPT.payload],
    targets.page: [
        _lines(_page(LEDGER)),
        _lines(_page(ITEMS, index=json.loads(INDEX.text()))),
        _lines(_page(ITEMS[:1], next="2"), _page(ITEMS[1:2], next="3"), _page(ITEMS[2:])),
        _lines(_page([*ITEMS, LEDGER[2] | {"revoked": {"at": "2027-02-01T00:00:00Z"}}], total=4)),
        _lines(_page([LEDGER[0]], next="2"), _page([LEDGER[1]], total=4), _page(LEDGER)),
    ],
    targets.answers: [
        _lines(
            _answers([("id", "DIS-900", ["DIS-900", "DIS-901"]), ("media", SHA, ["DIS-900"])], REPLICA, NEWER),
            _answers(
                [
                    ("disclosure", "DIS-900", ["APR-001"]),
                    ("disclosure", "DIS-901", []),
                    ("subject", "P-001", ["CON-001"]),
                ],
                APPROVAL,
                CONSENT,
            ),
        ),
        _lines(_answers([("id", "DIS-900", []), ("media", SHA, [])])),
    ],
    targets.asked: [_lines({"format": 1, "key": SHA, "id": "REQ-1"})],
    targets.reply: [b'200\nContent-Type: application/json; ETag: "r1"\n{}'],
}

REFUSED: dict[Target, list[bytes]] = {
    targets.public_key: [public_of(WHO.signer).public.upper().encode("ascii")],
    targets.reply: [
        b'503\nContent-Type: application/problem+json; Retry-After: Fri, 31 Dec 2199 23:59:59 GMT\n{"title": "no"}',
        b"302\nLocation: https://[\n",
        b"200\nContent-Type: text/html\n<html>",
    ],
}
"""What is refused, and worth altering all the same."""
