"""Records in envelopes: what was signed, and whether it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from otiogate.documents.digest import canonical, sha256
from otiogate.documents.strict import DocumentError
from otiogate.records.dates import instant
from otiogate.records.index import Entry, Index
from otiogate.records.model import Record, RecordSet, Signature
from otiogate.records.trust import INDEX_KIND, Key, Trust
from otiogate.signing.envelope import Envelope, Seal, read_envelope
from otiogate.signing.keys import signed_by
from otiogate.signing.memory import Memory, mark
from otiogate.signing.statement import Statement, Subject, statement_in
from otiogate.timeline.media import fold

RECORD_TYPE = "https://otiogate.dev/record/v1"


def record_digest(data: Mapping[str, Any]) -> str:
    """The digest of a record: of its canonical form (RFC 8785)."""
    return sha256(canonical(dict(data)))


def enclosed(data: Mapping[str, Any]) -> Statement:
    """The record ``data`` as a statement. Raises ``ValueError`` for a record that has no canonical form."""
    return Statement((Subject(str(data["id"]).upper(), record_digest(data)),), RECORD_TYPE, dict(data))


def record_in(text: bytes) -> tuple[dict[str, Any], Envelope]:
    """The record in the envelope ``text``, not yet held against its schema, and the envelope, whose signatures are not
    checked. Raises ``DocumentError`` where it is no envelope of one record."""
    envelope = read_envelope(text)
    statement = statement_in(envelope, RECORD_TYPE)
    data = dict(statement.predicate)
    try:
        own = enclosed(data)
    except (KeyError, ValueError) as fault:
        raise DocumentError(f"the record in it cannot be signed: {fault}") from fault
    if statement.subjects != own.subjects:
        raise DocumentError("what it says to be about is not the record in it")
    return data, envelope


LATER = ("revoked", "suspensions")
"""What may stand in the unsigned copy of a signed record and not in the envelope: it only takes away."""


def paired(records: Iterable[Record]) -> list[Record]:
    """``records``, a signed one and an unsigned copy of it being one. The copy may say besides that it was revoked or
    is suspended. Where the two differ otherwise both are left, as one id with two bodies."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.id, []).append(record)
    return [each for same in found.values() for each in _one(same)]


def _one(same: list[Record]) -> list[Record]:
    if len(same) != 2 or (same[0].envelope is None) == (same[1].envelope is None):
        return same
    signed, copy = same if same[0].envelope else reversed(same)
    if not tightened(copy.data, record_digest(signed.data), signed.data):
        return same
    return [replace(signed, data=copy.data)]


def tightened(data: Mapping[str, Any], digest: str, before: Mapping[str, Any] | None = None) -> bool:
    """Whether ``data`` is the record of ``digest``, or that with a revocation or suspensions added. ``before`` is that
    record, where it is known: what it said of these itself is not taken away."""
    added = [each for each in LATER if each in data and not (before and each in before)]
    # Of an index only the digest is known: either may have stood in what it names.
    kept = [dict(data)] + [
        {key: data[key] for key in data if key not in some} for some in (*([each] for each in added), added)
    ]
    return any(digest == _digest(each) for each in kept)


def _digest(data: Mapping[str, Any]) -> str:
    try:
        return record_digest(data)
    except ValueError:  # a number that no canonical form has: it never was signed
        return ""


def trusted(records: RecordSet, trust: Trust, memory: Memory) -> RecordSet:
    """``records``, each with its signatures and why it is not to be trusted, if it is not. Raises ``CannotJudge``
    where signatures have to be checked and cannot be."""
    envelopes = [each.envelope for each in records.records.values() if each.envelope is not None]
    envelopes += [each.envelope for each in records.indexes]
    good = _verified(envelopes, trust, memory)
    indexes = [_with_faults(each, records, trust, good) for each in records.indexes]
    named = {key: each for index in indexes if not index.distrust for key, each in index.entries.items()}
    held = {key: _held_against(each, trust, good, named.get(key)) for key, each in records.records.items()}
    demanded = frozenset(trust.demands)
    found = replace(records, records=held, indexes=tuple(indexes), demanded=demanded, is_held=True)
    notes = (
        f"{new} does not take the place of {old}: {old} is signed or named by an index, and {new} is neither."
        for new, old in found.in_vain
        if not held[new].distrust
    )
    return replace(found, notes=(*records.notes, *notes))


def _verified(envelopes: Iterable[Envelope], trust: Trust, memory: Memory) -> set[bytes]:
    """The marks of all signatures by known keys that verify; those that were verified before are not verified again."""
    asked: dict[bytes, tuple[Envelope, Seal, Key]] = {}
    for envelope in envelopes:
        for seal in envelope.seals:
            if seal.keyid in trust.keys:
                asked[mark(envelope, seal)] = envelope, seal, trust.keys[seal.keyid]
    good = memory.known(asked.keys())
    new = {
        each for each, (envelope, seal, key) in asked.items() if each not in good and signed_by(envelope, seal, key.key)
    }
    memory.add(new)
    return good | new


def _with_faults(index: Index, records: RecordSet, trust: Trust, good: set[bytes]) -> Index:
    """``index`` with why it is not to be trusted, and where the ledger is not as it says."""
    signatures = list(
        _signatures(index.envelope, trust, good, (INDEX_KIND, index.production, "", instant(index.issued_at)), {})
    )
    why = "" if any(not each.fault for each in signatures) else "; ".join(map(str, signatures))
    if why or not trust.wants_index:
        return replace(index, distrust=why)
    gone = sorted(set(index.entries) - set(records.records))
    held = ((key, records.records[key].data, each) for key, each in index.entries.items() if key in records.records)
    changed = sorted(key for key, data, each in held if not tightened(data, each.digest))
    return replace(index, gone=tuple(gone), changed=tuple(changed))


def _held_against(record: Record, trust: Trust, good: set[bytes], named: Entry | None) -> Record:
    wanted = trust.demands.get(record.kind, 0)
    is_named = named is not None and tightened(record.data, named.digest)
    if record.envelope is None:
        return replace(record, distrust=f"is not signed{_asked(wanted)}" if wanted else "", vouched=is_named)
    since = named.signed_by if named and named.digest == _digest(record.data) else {}
    person, role = given_by(record)
    about = (record.kind, production_of(record), role, dated(record))
    requester = str(record.data.get("requested_by", "")) if "approver" in record.data else ""
    found = tuple(_signatures(record.envelope, trust, good, about, since, requester))
    vouched = is_named or any(not each.fault for each in found)
    return replace(record, signatures=found, distrust=_distrust(found, wanted, person), vouched=vouched)


def _distrust(found: tuple[Signature, ...], wanted: int, person: str) -> str:
    broken = [each for each in found if each.fault == BROKEN]
    if broken:
        return f"was changed after it was signed, or never was signed: {broken[0]}"
    owners = {fold(each.owner) for each in found if not each.fault}
    if len(owners) < wanted:
        why = "; ".join(str(each) for each in found if each.fault)
        number = "no signature that counts" if not owners else f"{len(owners)} of its signers counting"
        return f"has {number}{_asked(wanted)}" + (f": {why}" if why else "")
    if wanted and person and fold(person) not in owners:
        signers = ", ".join(sorted({each.owner for each in found if not each.fault}))
        return f"is given by {person}, who has not signed it; it is signed by {signers}"
    return ""


def _asked(wanted: int) -> str:
    return f", where {wanted} signatures are demanded" if wanted > 1 else ", where a signature is demanded"


BROKEN = "does not verify"
UNKNOWN = "is not in the trust file"


def _signatures(
    envelope: Envelope,
    trust: Trust,
    good: set[bytes],
    about: tuple[str, str, str, datetime | None],
    since: Mapping[str, str],
    requester: str = "",
) -> Iterator[Signature]:
    """The signatures of ``envelope`` on something of one kind, for one production, given in one role at one time. Since
    when an index names it with a key is in ``since``."""
    for seal in envelope.seals:
        key = trust.keys.get(seal.keyid)
        if key is None:
            yield Signature(seal.keyid, "", UNKNOWN)
        elif mark(envelope, seal) not in good:
            yield Signature(seal.keyid, key.owner, BROKEN)
        else:
            named_at = instant(since[seal.keyid]) if seal.keyid in since else None
            faults = key.faults(*about, named_at)
            if requester and fold(requester) == fold(key.owner):
                faults.append("belongs to whoever requested it")
            yield Signature(seal.keyid, key.owner, ", and ".join(faults))


def given_by(record: Record) -> tuple[str, str]:
    """Who gave or filed ``record``, and in which role; empty where it does not say."""
    data = record.data
    person = data.get("approver") or data.get("reviewed", {}).get("by") or data.get("filed_by") or {}
    return str(person.get("id", "")), str(person.get("role", ""))


def production_of(record: Record) -> str:
    """The production that ``record`` is for."""
    return str(record.data.get("production") or record.data.get("scope", {}).get("production", ""))


def dated(record: Record) -> datetime | None:
    """When ``record`` was granted, signed, reviewed, given or declared, as it says itself."""
    text = dated_text(record)
    return instant(text) if text else None


def dated_text(record: Record) -> str:
    """As ``dated``, as it was written; empty where the record does not say."""
    data = record.data
    said = (data.get(key) for key in ("granted_at", "signed_at", "given_at", "at", "declared_at"))
    return str(data.get("reviewed", {}).get("at") or next(filter(None, said), ""))
