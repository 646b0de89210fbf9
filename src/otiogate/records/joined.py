"""Several stores that make one ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from otiogate.records.model import Record, RecordSet
from otiogate.records.signed import paired
from otiogate.records.store import RecordStore, checked_set


class JoinedStore(RecordStore):
    """What all of its stores hold. One record may stand in several of them, if it is the same in each; an id with two
    bodies is an error."""

    _joined: dict[tuple[str, ...], tuple[list[RecordSet], RecordSet]] = {}  # noqa: RUF012 - shared, as by other stores

    def __init__(self, stores: Iterable[RecordStore]) -> None:
        self._stores = tuple(stores)

    def fetch(self) -> RecordSet:
        """All that they hold together."""
        sets = [each.fetch() for each in self._stores]
        key = tuple(source for each in sets for source in each.sources)
        held = self._joined.get(key)
        if held is None or any(one is not other for one, other in zip(held[0], sets, strict=True)):
            held = self._joined[key] = sets, joined(sets)
        return held[1]

    def look_up(self, ids: Iterable[str], media: Iterable[str]) -> RecordSet:
        """What any of them has."""
        ids, media = tuple(ids), tuple(media)
        return joined([each.look_up(ids, media) for each in self._stores])


def joined(sets: Iterable[RecordSet]) -> RecordSet:
    """The records of all ``sets``. Raises ``StoreError`` for an id with two bodies, and where what supersedes what goes
    round."""
    listed = list(sets)
    found: dict[str, list[Record]] = {}
    for record in (record for each in listed for record in each.records.values()):
        same = found.setdefault(record.id, [])
        twin = next((each for each in same if (each.kind, each.data) == (record.kind, record.data)), None)
        if twin is None:
            same.append(record)
        elif _seals(record) > _seals(twin):
            same[same.index(twin)] = record
    records = paired(record for same in found.values() for record in same)
    made = checked_set(records, dict.fromkeys(source for each in listed for source in each.sources))
    return replace(
        made,
        indexes=tuple(index for each in listed for index in each.indexes),
        demanded=frozenset().union(*(each.demanded for each in listed)),
        notes=tuple(dict.fromkeys(note for each in listed for note in each.notes)),
        is_held=any(each.is_held for each in listed),
    )


def _seals(record: Record) -> int:
    return len(record.envelope.seals) if record.envelope else 0
