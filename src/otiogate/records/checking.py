"""A whole ledger gone through: everything that is wrong with it at once, and what will soon be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from otiogate.errors import StoreError
from otiogate.records.dates import end, instant
from otiogate.records.faults import RecordFault, record_faults, repeated_ids, succession_faults
from otiogate.records.index import INDEX
from otiogate.records.model import Record, RecordSet, record_set
from otiogate.records.overview import covers
from otiogate.records.signed import paired, trusted
from otiogate.records.status import last_moment, status
from otiogate.records.store import entries_in, index_in, record_files, record_of
from otiogate.records.trust import Trust
from otiogate.records.waivers import LONGEST
from otiogate.signing.memory import Memory
from otiogate.timeline.media import fold

SOON = timedelta(days=30)


Waivers = Mapping[str, Collection[str]]
"""Id of a rule -> the roles that may waive it."""

NO_RULES: Waivers = MappingProxyType({})

_RULES = "'otiogate rules' lists the rules that are active, 'explain' knows all"


@dataclass(frozen=True)
class Checked:
    """``faults`` keep the ledger from being used, all of it; ``warnings`` do not."""

    files: int
    records: int
    faults: tuple[RecordFault, ...]
    warnings: tuple[RecordFault, ...]


def checked(
    folders: Iterable[Path],
    now: datetime,
    rules: Waivers = NO_RULES,
    trust: Trust | None = None,
    memory: Memory | None = None,
) -> Checked:
    """Goes through every file below ``folders``. ``rules`` are the ids that decisions may answer, where they are known,
    and ``trust`` is whose signatures count. Raises ``StoreError`` where a folder cannot be listed."""
    folders = list(folders)
    files = [path for folder in folders for path in record_files(folder)]
    faults: list[RecordFault] = []
    records: list[Record] = []
    for path in files:
        try:
            found = list(entries_in(path))
        except StoreError as fault:
            faults.append(RecordFault(fault.where, fault.what, fault.next_step))
            continue
        for item, place, envelope in found:
            wrong = record_faults(item, place)
            faults += wrong
            if not wrong:
                records.append(record_of(item, place, envelope))
    records = paired(records)
    faults += repeated_ids(records)
    first = {each.id: each for each in reversed(records)}
    held = record_set(first.values())
    for folder in folders:
        try:
            held = replace(held, indexes=(*held.indexes, *index_in(folder)))
        except StoreError as fault:
            faults.append(RecordFault(fault.where, fault.what, fault.next_step))
    faults += succession_faults(held)
    if trust is not None:
        held = trusted(held, trust, memory or Memory())
    soon = list(_of_indexes(held))
    soon += [each for _, record in sorted(held.records.items()) for each in warnings_of(record, held, now, rules)]
    return Checked(len(files), len(records), tuple(faults), tuple(soon))


def _of_production(record: Record, what: str, held: RecordSet) -> Iterator[RecordFault]:
    """That its production is none of any disclosure, and only written like one: it would count in no cut."""
    own = str(record.data.get("production") or record.data.get("scope", {}).get("production", ""))
    if record.kind == "disclosure" or not own or fold(own) in held.productions:
        return
    for near in get_close_matches(fold(own), list(held.productions), n=1, cutoff=0.75):
        said = f"{what} is for the production {own}, of which there is no disclosure, but of {held.productions[near]}"
        yield RecordFault(record.where, said, "correct it, if that one is meant: no other production counts")


def _of_waiver(record: Record, what: str, rules: Waivers) -> Iterator[RecordFault]:
    """That nobody may waive the rule, or not the one who did."""
    rule, role = str(record.data["rule"]), str(record.data["approver"]["role"])
    if rule not in rules:
        yield RecordFault(record.where, f"{what} waives {rule}, which no rule pack has", _RULES)
    elif not rules[rule]:
        said = f"{what} waives {rule}, which cannot be waived, and so does nothing"
        yield RecordFault(record.where, said, f"'otiogate explain {rule}' tells what the rule asks for instead")
    elif role not in rules[rule]:
        said = f"{what} is given by {role}, where {' or '.join(sorted(rules[rule]))} may waive {rule}"
        yield RecordFault(record.where, said, "ask somebody who may")
    if end(record.data["expires_at"]) - instant(record.data["granted_at"]) > LONGEST:
        said = f"{what} runs until {record.data['expires_at']}, longer than the five years that a waiver may"
        yield RecordFault(record.where, said, "ask for one that ends, and have it renewed")


def _of_indexes(held: RecordSet) -> Iterator[RecordFault]:
    for index in held.indexes:
        where = str(Path(index.folder) / INDEX)
        if index.distrust:
            yield RecordFault(where, f"cannot be trusted: {index.distrust}", "have it made anew with 'record index'")
        for ids, what in ((index.gone, "is gone"), (index.changed, "was changed")):
            for each in ids:
                said = f"{each} {what} since index {index.serial}"
                yield RecordFault(where, said, "put it back; or make the index anew, if that is meant")


def warnings_of(record: Record, held: RecordSet, now: datetime, rules: Waivers = NO_RULES) -> Iterator[RecordFault]:
    """What keeps no record of ``held`` from being used, and lets this one answer nothing, today or soon."""
    known, what = status(record, held, now), f"{record.kind} {record.id}"
    until = last_moment(record)
    if known.word in ("expires on", "suspended", "conditions open") and until and end(until) - now <= SOON:
        yield RecordFault(record.where, f"{what} expires at {until}", "ask for a new one that 'supersedes' it")
    if known.word in ("superseded", "revoked", "expired"):
        return  # what it covers no longer matters
    if record.distrust:
        yield RecordFault(record.where, f"{what} {record.distrust}, and so answers nothing", "'otiogate record verify'")
    approver, asked_by = record.data.get("approver", {}).get("id", ""), record.data.get("requested_by", "")
    if approver and fold(approver) == fold(asked_by):
        said = f"{what} is given by {approver}, who requested it, and so answers nothing"
        yield RecordFault(record.where, said, "ask somebody who is entitled and independent")
    for old in record.data.get("supersedes", ()):
        if str(old).upper() not in held.records:
            said = f"{what} supersedes {old}, which is not in the ledger"
            yield RecordFault(record.where, said, "correct the id; or leave it, if that one was put away")
    unknown = sorted(set(record.data.get("answers", ())) - set(rules)) if rules else []
    if unknown:
        said = f"{what} answers {', '.join(unknown)}, which no rule pack has"
        yield RecordFault(record.where, said, _RULES)
    if record.kind == "waiver" and rules:
        yield from _of_waiver(record, what, rules)
    starts = record.data.get("granted_at") or record.data.get("signed_at")
    if starts and instant(starts) > now:
        yield RecordFault(record.where, f"{what} counts only from {starts}", "correct the time, if that is in the past")
    yield from _of_production(record, what, held)
    for cover in covers(record, held):
        if cover.state == "unknown":
            said = f"{what} covers {cover.disclosure}, which is not in the ledger"
            yield RecordFault(record.where, said, "correct the id, or add the disclosure")
        elif cover.state == "superseded":
            said = f"{what} covers {cover.disclosure}, which was superseded {cover.detail}"
            yield RecordFault(record.where, said, "ask for one that covers the new one")
        elif cover.state == "outdated":
            said = f"{what} was given for another version of {cover.disclosure} (its digest is now {cover.detail})"
            yield RecordFault(record.where, said, "ask for a new one, or undo the change to the disclosure")
