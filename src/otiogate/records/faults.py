"""Everything that is wrong with records, in sentences: one at a time by its schema, and all of a ledger together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from otiogate.documents.schemas import Path, at, located_faults
from otiogate.evidence.vocabulary import source_type
from otiogate.records.model import DECISIONS, KINDS, Record, RecordSet

_NUMBERED = re.compile(r"([^0-9]*)([0-9]{0,18})")
"""What stands before a number, and the number."""

Place = Callable[[Path], str]
"""From the path of a value in a record to where it stands, such as ``records/DIS-001.yaml:12``."""


class RecordFault(NamedTuple):
    """One thing that is wrong: where, what, and what is to be done. ``unknown_version``: it may be right for a newer
    otiogate."""

    where: str
    what: str
    next_step: str = ""
    unknown_version: bool = False


def record_faults(item: Any, place: Place) -> list[RecordFault]:
    """Everything that keeps ``item`` from being a record."""
    if not isinstance(item, dict):
        return [RecordFault(place(()), "a record is a mapping with the keys 'record', 'schema_version' and 'id'")]
    kind = item.get("record")
    if kind not in KINDS:
        what = f"'record' is {str(kind)[:80]!r}" if "record" in item else "'record' is missing"
        return [RecordFault(place(()), what, "known: " + ", ".join(KINDS))]
    version = item.get("schema_version")
    if version != 1 and isinstance(version, int):
        what = f"schema_version {version} is not known to this otiogate"
        return [RecordFault(place(()), what, unknown_version=True)]
    found = []
    for fault in located_faults(kind, item):
        field = f"{at(fault.path)}: " if fault.path else ""
        meant = f"did you mean {fault.meant!r}? " if fault.meant else ""
        what = f"{kind} {item.get('id', '')!s}: {field}{fault.sentence}"
        found.append(RecordFault(place(fault.culprit), what, f"{meant}see 'otiogate schema {kind}'"))
    if not found and kind == "disclosure" and not source_type(item.get("digital_source_type", "digitalCapture")):
        what = f"disclosure {item['id']}: digital_source_type: not an IPTC digital source type"
        found.append(RecordFault(place(()), what))
    return found


def by_line(fault: RecordFault) -> tuple[tuple[str, int], ...]:
    """Faults in the order in which people read: by file, then by line, row or cell, whose numbers count as such."""
    return tuple((word, int(number or 0)) for word, number in _NUMBERED.findall(fault.where))


def repeated_ids(records: Iterable[Record]) -> Iterator[RecordFault]:
    """Records whose id another has too."""
    seen: dict[str, Record] = {}
    for record in records:
        first = seen.setdefault(record.id, record)
        if first is record:
            continue
        if (first.envelope is None) != (record.envelope is None):
            signed, copy = (first, record) if first.envelope else (record, first)
            yield RecordFault(
                copy.where,
                f"{record.id} says otherwise here than in its envelope {signed.where}, as it was signed",
                "undo the change, or take the envelope away and have the record signed anew; "
                "only 'revoked' and 'suspensions' may be added to a record that is signed",
            )
        else:
            yield RecordFault(
                record.where,
                f"the id {record.id} is given twice, here and in {first.where}",
                "give it another id; what replaces a record names the old one under 'supersedes'",
            )


def succession_faults(found: RecordSet) -> Iterator[RecordFault]:
    """A record takes the place of an older one of its sort, and never, by any way round, of itself: what is superseded
    no longer counts, and a disclosure must not vanish by a slip or by two records that supersede each other."""
    older: dict[str, list[str]] = {}
    for key, record in found.records.items():
        for old in (str(each).upper() for each in record.data.get("supersedes", ())):
            other = found.records.get(old)
            if other is None:
                continue  # it was put away
            if _sort(other.kind) != _sort(record.kind):
                what = f"{record.kind} {key} supersedes {old}, which is of another sort: {other.kind}"
                yield RecordFault(record.where, what, "a record supersedes records of its own sort only")
            older.setdefault(key, []).append(old)
    for key in older:
        pending, seen = list(older[key]), set[str]()
        while pending:
            each = pending.pop()
            if each == key:
                what = f"{key} supersedes itself, or something that supersedes it"
                yield RecordFault(found.records[key].where, what)
                break
            if each not in seen:
                seen.add(each)
                pending += older.get(each, ())


def _sort(kind: str) -> str:
    return "decision" if kind in DECISIONS else kind
