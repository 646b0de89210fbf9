"""The ledger as a facility trusts it: records with their signatures held against its trust file, and its index."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from otiogate.errors import StoreError
from otiogate.records.dates import instant
from otiogate.records.index import INDEX, Index
from otiogate.records.model import RecordSet
from otiogate.records.signed import trusted
from otiogate.records.trust import Trust, read_trust
from otiogate.signing.memory import Memory
from otiogate.timeline.media import fold

_trusts: dict[Path, tuple[Any, Trust]] = {}
_held: dict[tuple[tuple[str, ...], Path | None], tuple[RecordSet, Trust, RecordSet]] = {}


def held(found: RecordSet, trust: Trust, state: Path | None) -> RecordSet:
    """``found`` with what ``trust`` makes of its signatures. The same is not worked out twice: every export asks
    anew."""
    key = (found.sources, state)
    before = _held.get(key)
    if before is None or before[0] is not found or before[1] is not trust:
        before = _held[key] = found, trust, trusted(found, trust, Memory(state))
    return before[2]


def trust_in(path: Path) -> Trust:
    """The trust file ``path``, read again only when it has changed. Raises ``UsageError``."""
    try:
        stat = path.stat()
        state = stat.st_size, stat.st_mtime_ns, stat.st_ino
    except OSError:
        state = None  # whoever reads it will say so
    before = _trusts.get(path)
    if before is None or before[0] != state:
        before = _trusts[path] = state, read_trust(path)
    return before[1]


def with_index(
    records: RecordSet, trust: Trust, state: Path | None, production: str, now: datetime | None
) -> RecordSet:
    """``records``, which the index of each of their folders bears out, with a note on what no index names yet. ``now``
    is ``None`` where the time is overridden: of times nothing is asked then. Raises ``StoreError``."""
    if not trust.wants_index:
        return records
    memory, named = Memory(state), set[str]()
    for folder in records.sources:
        index = next((each for each in records.indexes if each.folder == folder), None)
        if index is None:
            raise _lost("there is no index, which the trust file demands", folder)
        _bear_out(index, trust, production, now, memory)
        named |= index.entries.keys()
    new = sorted(records.records.keys() - named)
    if not new:
        return records
    more = f" and {len(new) - 5} more" if len(new) > 5 else ""
    return replace(
        records,
        notes=(
            *records.notes,
            f"No index names {', '.join(new[:5])}{more} yet.",
        ),
    )


def _bear_out(index: Index, trust: Trust, production: str, now: datetime | None, memory: Memory) -> None:
    folder = index.folder
    if index.distrust:
        raise _lost(f"cannot be trusted: {index.distrust}", folder)
    if index.production != "any" and fold(index.production) != fold(production):
        raise _lost(
            f"is the index of {index.production}, not of {production or '(no production is configured)'}", folder
        )
    issued = instant(index.issued_at)
    if now is not None and issued > now:
        raise _lost(f"was issued at {index.issued_at}, which is still to come: a clock is wrong", folder)
    if now is not None and trust.max_age is not None and now - issued > trust.max_age:
        raise _lost(f"was issued at {index.issued_at}, which is longer ago than the trust file allows", folder)
    place = folder if _is_url(folder) else os.path.realpath(folder)
    seen = memory.ledger(place)
    if seen is not None:
        ledger, serial, at = seen
        if ledger != index.ledger:
            raise _lost(f"is the index of {index.ledger}; the ledger that stood here was {ledger}", folder)
        if index.serial < serial or (index.serial == serial and index.issued_at != at):
            raise _lost(f"is number {index.serial} of {index.issued_at}, but number {serial} of {at} was seen", folder)
    if index.gone:
        raise _lost(f"names records that are gone: {_listed(index.gone)}", folder)
    if index.changed:
        raise _lost(f"names records that were changed since: {_listed(index.changed)}", folder)
    if seen is None or index.serial > seen[1]:
        memory.saw(place, index.ledger, index.serial, index.issued_at)


def _listed(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    return f"{', '.join(ids[:5])}{more}"


def _lost(what: str, folder: str) -> StoreError:
    step = (
        "if the ledger is as it should be, make the index anew with 'otiogate record index'; else put back what is gone"
    )
    return StoreError(what, where=folder if _is_url(folder) else str(Path(folder) / INDEX), next_step=step)


def _is_url(source: str) -> bool:
    return "://" in source
