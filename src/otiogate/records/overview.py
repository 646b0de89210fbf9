"""A ledger as people look through it: what each record is about, how it stands, and what it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from otiogate.records.model import Record, RecordSet
from otiogate.records.status import Status, status
from otiogate.timeline.media import fold


@dataclass(frozen=True)
class Row:
    """One record of a list. ``about`` are the people, media or disclosures that it is about; of a waiver its rule,
    too."""

    record: Record
    about: tuple[str, ...]
    status: Status


@dataclass(frozen=True)
class Cover:
    """One disclosure that a record covers, and how the two fit: ``unknown`` to the ledger, ``superseded``,
    ``outdated`` (given for another version), ``current``, or ``any version`` where it names no digest."""

    disclosure: str
    state: Literal["current", "outdated", "any version", "superseded", "unknown"]
    detail: str = ""


def rows(records: RecordSet, now: datetime, *, kind: str = "", about: str = "") -> list[Row]:
    """The records of ``kind`` that are about ``about``: a disclosure, a person, a medium, or the record itself."""
    wanted = fold(about)
    return [
        Row(each, subjects(each), status(each, records, now))
        for _, each in sorted(records.records.items())
        if (not kind or each.kind == kind) and (not wanted or wanted in map(fold, _names(each)))
    ]


def subjects(record: Record) -> tuple[str, ...]:
    """What ``record`` is about, as lists show it: the disclosures it covers, the media, or the person."""
    data = record.data
    if record.kind == "disclosure":
        return (*dict.fromkeys(map(str, data["media"].values())), *_people(record))
    if record.kind == "waiver":
        return str(data["rule"]), *(str(data["clip"][key]) for key in _MEDIA if key in data["clip"])
    covered = tuple(dict.fromkeys(str(each["disclosure"]).upper() for each in data.get("covers", ())))
    return covered or _people(record)


_MEDIA = ("sha256", "reference", "reel")


def _people(record: Record) -> tuple[str, ...]:
    data = record.data
    if record.kind == "disclosure":
        return tuple(str(each["id"]) for each in data.get("subjects", ()))
    subject = data.get("subject")
    return (str(subject["id"] if isinstance(subject, dict) else subject),) if subject else ()


def _names(record: Record) -> Iterator[str]:
    yield record.id
    yield from subjects(record)
    for each in record.data.get("covers", ()):
        yield from map(str, each.get("media", {}).values())


def covers(record: Record, records: RecordSet) -> list[Cover]:
    """What ``record`` covers, held against the ledger as it is now."""
    found = []
    for entry in record.data.get("covers", ()):
        key, wanted = str(entry["disclosure"]).upper(), entry.get("digest")
        disclosure, by = records.disclosures.get(key), records.superseded.get(key)
        if by:
            found.append(Cover(key, "superseded", f"by {by}"))
        elif disclosure is None:
            found.append(Cover(key, "unknown"))
        elif wanted is None:
            found.append(Cover(key, "any version"))
        else:
            is_current = wanted == disclosure.digest
            found.append(Cover(key, "current" if is_current else "outdated", "" if is_current else disclosure.digest))
    return found


def named_by(key: str, records: RecordSet) -> list[Record]:
    """The records that cover the disclosure ``key``."""
    held = sorted(records.records.items())
    return [
        each for _, each in held if any(cover["disclosure"].upper() == key for cover in each.data.get("covers", ()))
    ]


def described(row: Row, records: RecordSet) -> dict[str, Any]:
    """One record as plain data, with everything that ``show`` tells of it."""
    record = row.record
    found: dict[str, Any] = listed(row)
    if record.kind == "disclosure":
        disclosure = records.disclosures.get(record.id)
        found["digest"] = disclosure.digest if disclosure else None
        found["covered_by"] = [{"id": each.id, "record": each.kind} for each in named_by(record.id, records)]
    else:
        found["covers"] = [
            {"disclosure": each.disclosure, "state": each.state, "detail": each.detail}
            for each in covers(record, records)
        ]
    return found | {"data": dict(record.data)}


def listed(row: Row) -> dict[str, Any]:
    """One record as plain data, as a list tells it."""
    return {
        "id": row.record.id,
        "record": row.record.kind,
        "about": list(row.about),
        "status": row.status.word,
        "detail": row.status.detail,
        "where": row.record.where,
    }
