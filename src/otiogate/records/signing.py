"""Signing what stands in a ledger: records, each into an envelope of its own, and the index of all of them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

from otiogate.documents.write import write_text
from otiogate.errors import UsageError
from otiogate.records.index import INDEX_TYPE, Index
from otiogate.records.model import Record, RecordSet
from otiogate.records.signed import enclosed, record_digest, tightened
from otiogate.signing.envelope import SUFFIX, Envelope
from otiogate.signing.statement import Statement, Subject

_LINE = re.compile(r":[0-9]+\Z")


def envelope_of(record: Record) -> Envelope:
    """What is to be signed of ``record``: the envelope that it stands in, so that signatures come together, or a new
    one. Raises ``UsageError``."""
    if record.envelope is None:
        try:
            return Envelope(enclosed(record.data).payload(), ())
        except ValueError as fault:
            raise UsageError(f"{record.id} cannot be signed: {fault}", where=record.where) from fault
    if enclosed(record.data).payload() != record.envelope.payload:
        step = "take the envelope away and sign the record as it is now, if that is meant"
        raise UsageError(
            f"{record.id} was revoked or suspended after it was signed", where=record.where, next_step=step
        )
    return record.envelope


def write_envelope(path: Path, envelope: Envelope) -> None:
    """Writes ``envelope``, whole or not at all. Raises ``UsageError``."""
    try:
        write_text(path, envelope.text())
    except OSError as fault:
        raise UsageError(f"cannot be written: {fault.strerror}", where=str(path)) from fault


def envelope_file(record: Record) -> Path:
    """Where the envelope of ``record`` stands, or belongs: beside the file that the record is in."""
    file = Path(_LINE.sub("", record.where))
    return file if file.name.lower().endswith(SUFFIX) else file.parent / f"{record.id}{SUFFIX}"


def new_index(
    held: RecordSet, before: Index | None, ledger: str, production: str, serial: int, now: datetime
) -> Envelope:
    """The index of ``held``, not yet signed. ``before`` is the one that it takes the place of: since when it has named
    a record with a signature is carried on."""
    issued = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    subjects = []
    for key, record in sorted(held.records.items()):
        digest = record_digest(record.data)
        known = before.entries.get(key) if before else None
        since = known.signed_by if known and known.digest == digest else {}
        good = [each.keyid for each in record.signatures if not each.fault]
        signed = {each: since.get(each, issued) for each in sorted(good)}
        subjects.append(Subject(key, digest, {"signed_by": signed} if signed else {}))
    said = {"ledger": ledger, "production": production, "serial": serial, "issued_at": issued}
    return Envelope(Statement(tuple(subjects), INDEX_TYPE, said).payload(), ())


def unexplained(held: RecordSet, before: Index | None) -> dict[str, str]:
    """What ``before`` names and is gone or changed in ``held``: the id, and what became of it."""
    found: dict[str, str] = {}
    for key, entry in sorted(before.entries.items()) if before else ():
        record = held.records.get(key)
        if record is None:
            found[key] = f"{key} is gone"
        elif not tightened(record.data, entry.digest):
            found[key] = f"{key} was changed"
    return found
