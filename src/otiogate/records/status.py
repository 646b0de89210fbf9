"""How a record stands at one time: in force, expired, revoked, ..., without asking what it is needed for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from otiogate.records.dates import begin, end, instant
from otiogate.records.model import Record, RecordSet
from otiogate.timeline.media import fold


@dataclass(frozen=True)
class Status:
    """``word`` is one of those below; ``detail`` is the time or the record that it hangs on, as it was written.

    in force, expires on, expired, revoked, rejected, withdrawn, pending, superseded, suspended, not yet in force,
    conditions open, not trusted: its signatures are not what is demanded; inert: a waiver that whoever grants it has
    not signed, or that no trust file was held against
    """

    word: str
    detail: str = ""

    @property
    def counts(self) -> bool:
        """Whether a record of this status can answer a demand."""
        return self.word in ("in force", "expires on")

    def __str__(self) -> str:
        return f"{self.word} {self.detail}".rstrip()


def status(record: Record, records: RecordSet, now: datetime) -> Status:
    """How ``record`` stands at ``now``: what takes it out of force for good comes first."""
    by = records.superseded.get(record.id)
    if by:
        return Status("superseded", f"by {by}")
    for found in (_taken_back(record.data, now), _refused(record.data), _ended(record.data, now)):
        if found:
            return found
    if record.distrust:
        return Status("not trusted", f"it {record.distrust}")
    waiting = next(_waiting(record.data, now), None)
    if waiting is None and record.kind == "waiver" and not_signed(record):
        return Status("inert", "until it is signed, for a facility with a trust file")
    return waiting or _running(record.data)


def last_moment(record: Record) -> str:
    """The day or time at which ``record`` ends, as it was written; empty where it does not end."""
    return str(record.data.get("expires_at") or record.data.get("term", {}).get("until") or "")


def not_signed(record: Record) -> str:
    """Why ``record``, a waiver, is not signed by whoever grants it; nothing where it is. A project cannot waive for
    itself: without a trust file of the facility, nothing is signed."""
    if record.distrust:
        return record.distrust
    person = str(record.data["approver"]["id"])
    if fold(person) in map(fold, record.signers):
        return ""
    if not record.signatures:
        return "is not signed, and a waiver counts only where it is"
    found = (str(each) if each.fault else f"{each.owner} signed it" for each in record.signatures)
    return f"has no signature of {person} that counts: {'; '.join(found)}"


def _taken_back(data: Mapping[str, Any], now: datetime) -> Status | None:
    revoked = data.get("revoked")
    return Status("revoked", f"at {revoked['at']}") if revoked and instant(revoked["at"]) <= now else None


def _refused(data: Mapping[str, Any]) -> Status | None:
    if data.get("decision") in ("rejected", "withdrawn"):
        return Status(str(data["decision"]), f"at {data['granted_at']}")
    if data.get("status") == "refused":
        return Status("rejected", f"at {data['reviewed']['at']}")
    return None


def _ended(data: Mapping[str, Any], now: datetime) -> Status | None:
    until = data.get("expires_at") or data.get("term", {}).get("until")
    return Status("expired", f"at {until}") if until and end(until) <= now else None


def _waiting(data: Mapping[str, Any], now: datetime) -> Iterator[Status]:
    """Why it is not in force yet, or not just now."""
    if data.get("status") == "pending":
        yield Status("pending")
    starts = [data.get(key) for key in ("signed_at", "granted_at", "given_at", "at", "effective_from")]
    starts += [data.get("term", {}).get("from"), data.get("reviewed", {}).get("at")]
    for text in starts:
        if text and begin(text) > now:
            yield Status("not yet in force", f"until {text}")
    for suspension in data.get("suspensions", ()):
        until = suspension.get("until")
        if begin(suspension["from"]) <= now and (until is None or now < end(until)):
            yield Status("suspended", f"since {suspension['from']}")
    if any("met_at" not in each or instant(each["met_at"]) > now for each in data.get("conditions", ())):
        yield Status("conditions open")


def _running(data: Mapping[str, Any]) -> Status:
    until = data.get("expires_at") or data.get("term", {}).get("until")
    return Status("expires on", str(until)) if until else Status("in force")
