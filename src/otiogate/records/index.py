"""The signed index of a ledger: every record and its digest, so that one that somebody deleted is missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from otiogate.documents.schemas import at, faults
from otiogate.documents.strict import DocumentError
from otiogate.records.dates import instant
from otiogate.signing.envelope import SUFFIX, Envelope, read_envelope
from otiogate.signing.statement import statement_in

INDEX = f"index{SUFFIX}"
"""The name of the file, in each folder of records."""

INDEX_TYPE = "https://otiogate.dev/index/v1"


@dataclass(frozen=True)
class Entry:
    """One record that an index names: its digest, and since when an index has named it with it under each key that had
    signed it."""

    digest: str
    signed_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Index:
    """What stood in one index. ``folder`` is where it stood; ``production`` is one, or ``any``; ``serial`` counts the
    indexes of this ledger.

    ``records.signed.trusted`` adds why it cannot be trusted, and the ids of records that are gone since or were
    changed.
    """

    folder: str
    ledger: str
    production: str
    serial: int
    issued_at: str
    entries: Mapping[str, Entry] = field(repr=False)
    envelope: Envelope = field(repr=False)
    distrust: str = ""
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def read_index(data: bytes, folder: str) -> Index:
    """The index in ``data``. Raises ``DocumentError``."""
    envelope = read_envelope(data)
    statement = statement_in(envelope, INDEX_TYPE)
    said: Mapping[str, Any] = statement.predicate
    for path, sentence in faults("ledger_index", dict(said)):
        raise DocumentError(f"{at(path)}: {sentence}" if path else sentence)
    entries: dict[str, Entry] = {}
    for each in statement.subjects:
        if each.name != each.name.upper() or each.name in entries:
            raise DocumentError(f"names {each.name[:80]!r} twice, or not in upper case")
        entries[each.name] = Entry(each.digest, _signed_by(each.annotations))
    return Index(folder, said["ledger"], said["production"], said["serial"], said["issued_at"], entries, envelope)


def _signed_by(annotations: Mapping[str, Any]) -> dict[str, str]:
    found = annotations.get("signed_by", {})
    try:
        if set(annotations) <= {"signed_by"} and isinstance(found, dict):
            for since in found.values():
                instant(since)
            return found
    except (AttributeError, TypeError, ValueError):
        pass
    raise DocumentError("an annotation of an index is signed_by: the time for each key")
