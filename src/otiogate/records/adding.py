"""New records: what a form leaves out is filled in, all are checked against their schemas and the ledger, and they are
written as one file, so that either all of them are there or none."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from otiogate.documents.emit import yaml_text
from otiogate.documents.write import write_text
from otiogate.errors import UsageError
from otiogate.evidence.disclosure import Disclosure
from otiogate.records.faults import Place, RecordFault, record_faults, repeated_ids, succession_faults
from otiogate.records.model import DECISIONS, Record, RecordSet, record_set
from otiogate.records.store import record_of

_COVERED = dict.fromkeys(DECISIONS, ("digest", "media")) | dict.fromkeys(
    ("clearance", "notification", "waiver"), ("digest",)
)
"""What is filled in for a disclosure that a record of each kind covers."""


def prepared(forms: Iterable[tuple[Any, Place]], held: RecordSet) -> tuple[list[Record], list[RecordFault]]:
    """The records that ``forms`` become beside those that are ``held``, or everything that is wrong with them.

    A form may leave out ``schema_version``, and name in ``covers`` nothing but ids: the digest, and for a decision the
    media, are those of the disclosure as it stands in the ledger or among the forms.
    """
    filled = [({"schema_version": 1} | item if isinstance(item, dict) else item, place) for item, place in forms]
    disclosures = [each for each in filled if _is_disclosure(each[0])]
    others = [each for each in filled if not _is_disclosure(each[0])]
    made, faults = _checked(disclosures, {})
    together = _together(held, made)
    # What covers them is bound to what they say.
    more, wrong = _checked(others, together.disclosures, together.standing)
    made, faults = made + more, faults + wrong
    faults += _against(held, made)
    return ([], faults) if faults else (made, [])


def _checked(
    forms: Iterable[tuple[Any, Place]],
    known: Mapping[str, Disclosure],
    standing: Mapping[str, tuple[Disclosure, ...]] = MappingProxyType({}),
) -> tuple[list[Record], list[RecordFault]]:
    made: list[Record] = []
    faults: list[RecordFault] = []
    for item, place in forms:
        form, found = _with_covers(item, place, known, standing) if isinstance(item, dict) else (item, [])
        # Of covers that are wrong already, no more is said; what else is wrong with the record is.
        found += [each for each in record_faults(form, place) if not (found and ": covers" in each.what)]
        faults += found
        if not found:
            made.append(record_of(_in_order(form), place))
    return made, faults


def _is_disclosure(item: Any) -> bool:
    return isinstance(item, dict) and item.get("record") == "disclosure"


def _in_order(form: dict[str, Any]) -> dict[str, Any]:
    """What every record begins with, first."""
    return {key: form[key] for key in ("record", "schema_version", "id")} | form


def _together(held: RecordSet, made: Sequence[Record]) -> RecordSet:
    return record_set([*held.records.values(), *(each for each in made if each.id not in held.records)])


def _against(held: RecordSet, made: Sequence[Record]) -> list[RecordFault]:
    new = {each.where for each in made}
    faults = [each for each in repeated_ids([*held.records.values(), *made]) if each.where in new]
    return faults or list(succession_faults(_together(held, made)))


def _with_covers(
    item: dict[str, Any],
    place: Place,
    known: Mapping[str, Disclosure],
    standing: Mapping[str, tuple[Disclosure, ...]],
) -> tuple[dict[str, Any], list[RecordFault]]:
    """``item`` with what its ``covers`` leave out, and where that cannot be told."""
    covers, wanted = item.get("covers"), _COVERED.get(str(item.get("record")), ())
    if not isinstance(covers, list) or not wanted:
        return item, []
    entries: list[Any] = []
    faults = []
    for index, entry in enumerate(covers):
        short = isinstance(entry, str)
        named = {"disclosure": entry} if short else entry
        is_open = isinstance(named, dict) and isinstance(named.get("disclosure"), str)
        # Beside decisions, an entry that is written out may leave its digest out on purpose.
        if not is_open or not (short or item["record"] in DECISIONS) or all(each in named for each in wanted):
            entries.append(named)
            continue
        disclosure = known.get(named["disclosure"].upper())
        if disclosure is None:
            named_id = repr(named["disclosure"][:80])
            newer = " and ".join(each.id for each in standing.get(named["disclosure"].upper(), ()))
            state = f"was superseded by {newer}" if newer else "is not in the ledger"
            what = f"{item['record']} {item.get('id', '')!s}: covers[{index}]: {named_id} {state}"
            step = f"name {newer}" if newer else "add the disclosure first; known: " + (", ".join(known) or "none")
            faults.append(RecordFault(place(("covers", index)), what, step[:600]))
            continue
        own = {"digest": disclosure.digest, "media": copy.deepcopy(disclosure.data["media"])}
        entries.append(
            {"disclosure": disclosure.id}
            | {each: own[each] for each in wanted}
            | {**named, "disclosure": disclosure.id}
        )
    return item | {"covers": entries}, faults


def write_records(folder: Path, records: Sequence[Record]) -> tuple[Path, str]:
    """Writes ``records`` as one new file into ``folder``; gives the file and its text. Raises ``UsageError``."""
    more = f"_and_{len(records) - 1}_more" if len(records) > 1 else ""
    path = folder / f"{records[0].id}{more}.yaml"
    data = [dict(each.data) for each in records]
    try:
        text = yaml_text(data if len(data) > 1 else data[0])
    except ValueError as fault:
        raise UsageError(f"{records[0].id} cannot be written as YAML: {fault}", where=records[0].where) from fault
    if path.exists():
        raise UsageError(
            "exists already, so nothing was written", where=str(path), next_step="move it, or choose another id"
        )
    try:
        write_text(path, text)
    except OSError as fault:
        step = "ask for the right to write there, or name another folder"
        raise UsageError(f"cannot be written: {fault.strerror}", where=str(path), next_step=step) from fault
    return path, text
