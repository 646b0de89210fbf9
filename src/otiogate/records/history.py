"""The life of records, told from the ledger alone: who approved what, when, for what, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from otiogate.records.dates import begin, end
from otiogate.records.model import DECISIONS, Record, RecordSet
from otiogate.records.overview import covers, named_by
from otiogate.records.signed import dated_text, given_by
from otiogate.records.status import Status, last_moment, status


@dataclass(frozen=True)
class Event:
    """Something that happened to a record: ``at``, as it was written and empty where that is not told; who did it."""

    at: str
    what: str
    by: str = ""


@dataclass(frozen=True)
class Life:
    """One record: what it is for, what happened to it in the order of time, who signed it, and how it stands."""

    record: Record
    purpose: str
    events: tuple[Event, ...]
    signed_by: tuple[str, ...]
    status: Status


def history(key: str, records: RecordSet, now: datetime) -> list[Life]:
    """The life of the record ``key``; of a disclosure, and of every record that covers it or any of its versions, in
    the order in which they were given."""
    wanted = [records.records[key]]
    if wanted[0].kind == "disclosure":
        for version in _versions(key, records):
            wanted += [records.records[version]] if version != key and version in records.records else []
            wanted += named_by(version, records)
            wanted += _of_people(records.records.get(version), records)
    lives = [_life(each, records, now) for each in {each.id: each for each in wanted}.values()]
    return sorted(lives, key=lambda each: (_when(dated_text(each.record)), each.record.id))


def _when(text: str) -> datetime:
    return begin(text) if text else datetime.min.replace(tzinfo=timezone.utc)


def _versions(key: str, records: RecordSet) -> list[str]:
    """``key``, what it took the place of, and what took its place."""
    found, pending = [key], [key]
    while pending:
        each = pending.pop()
        older = (
            [str(old).upper() for old in records.records[each].data.get("supersedes", ())]
            if each in records.records
            else []
        )
        newer = [
            new.id
            for new in records.records.values()
            if each in map(str.upper, map(str, new.data.get("supersedes", ())))
        ]
        new = [other for other in (*older, *newer) if other not in found]
        found += new
        pending += new
    return found


def _of_people(record: Record | None, records: RecordSet) -> Iterator[Record]:
    for subject in record.data.get("subjects", ()) if record else ():
        yield from records.of("consent", str(subject["id"]))
        yield from records.of("notice", str(subject["id"]))


def _life(record: Record, records: RecordSet, now: datetime) -> Life:
    events = sorted(_events(record, records), key=lambda each: _when(each.at))
    return Life(record, _purpose(record, records), tuple(events), record.signers, status(record, records, now))


def _purpose(record: Record, records: RecordSet) -> str:
    data, parts = record.data, []
    if "answers" in data:
        parts.append(f"answers {', '.join(data['answers'])}")
    if record.kind == "waiver":
        parts.append(f"waives {data['rule']} for {_clip(data['clip'])}")
    if "allowed_use_kinds" in data:
        parts.append(f"allows {', '.join(data['allowed_use_kinds'])} of {data['subject']['id']}")
    if "use_kind" in data:
        parts.append(f"declares {', '.join(data['use_kind'])}")
    parts += [f"for {each.disclosure} ({each.state})" for each in covers(record, records)]
    scope: dict[str, Any] = {"production": data.get("production"), **data.get("scope", {})}
    limits = [f"{key} {_said(value)}" for key, value in scope.items() if value not in (None, "any")]
    return "; ".join([*parts, *([f"in {', '.join(limits)}"] if limits else [])])


def _clip(data: Mapping[str, Any]) -> str:
    """The clip that a waiver is for."""
    parts = [str(data[key]) for key in ("reference", "sha256") if key in data]
    parts += [f"{word} {data[key]}" for key, word in (("reel", "reel"), ("source_range", "range")) if key in data]
    return ", ".join(parts)


def _said(value: Any) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)


def _events(record: Record, records: RecordSet) -> Iterator[Event]:
    data, (person, role) = record.data, given_by(record)
    by = f"{person} as {role}" if role else person
    if data.get("requested_by"):
        yield Event("", "requested", str(data["requested_by"]))
    if "declared_at" in data:
        yield Event(data["declared_at"], "declared", data["declared_by"])
    if record.kind in DECISIONS:
        yield Event(data["granted_at"], str(data["decision"]), by)
    elif record.kind == "waiver":
        yield Event(data["granted_at"], f"waived: {data['reason']}", by)
    elif record.kind == "clearance":
        yield Event(data["reviewed"]["at"], f"reviewed: {data['status']}", by)
    elif record.kind == "consent":
        yield Event(data["signed_at"], "consented", str(data["grantor"]["id"]))
    elif record.kind in ("notice", "notification"):
        yield Event(str(data.get("given_at") or data.get("at") or ""), "given", by)
    for each in data.get("conditions", ()):
        if "met_at" in each:
            yield Event(each["met_at"], f"condition met: {each['text']}")
    for each in data.get("suspensions", ()):
        yield Event(each["from"], f"suspended{' until ' + each['until'] if 'until' in each else ''}: {each['reason']}")
    if "revoked" in data:
        yield Event(data["revoked"]["at"], "revoked")
    for newer in sorted(records.records.values(), key=lambda each: each.id):
        if record.id in map(str.upper, map(str, newer.data.get("supersedes", ()))):
            yield Event(dated_text(newer), f"superseded by {newer.id}", given_by(newer)[0])
    if last_moment(record):
        yield Event(last_moment(record), "ends")


def expiring(records: RecordSet, now: datetime, until: datetime) -> list[tuple[Record, str]]:
    """The records that count today and end by ``until``, the first to end first, each with its last day or time."""
    found = []
    for record in records.records.values():
        last = last_moment(record)
        if last and now < end(last) <= until and status(record, records, now).counts:
            found.append((record, last))
    return sorted(found, key=lambda each: (end(each[1]), each[0].id))


def described(life: Life) -> dict[str, Any]:
    """One life as plain data."""
    return {
        "id": life.record.id,
        "record": life.record.kind,
        "purpose": life.purpose,
        "events": [{"at": each.at, "what": each.what, "by": each.by} for each in life.events],
        "signed_by": list(life.signed_by),
        "distrust": life.record.distrust,
        "status": life.status.word,
        "detail": life.status.detail,
        "where": life.record.where,
    }
