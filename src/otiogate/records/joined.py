"""Several stores that make one ledger."""

from __future__ import annotations

from collections.abc import Iterable

from otiogate.records.model import Record, RecordSet
from otiogate.records.store import RecordStore, checked_set


class JoinedStore(RecordStore):
    """What all of its stores hold. One record may stand in several of them, if it is the same in each; an id with two
    bodies is an error."""

    def __init__(self, stores: Iterable[RecordStore]) -> None:
        self._stores = tuple(stores)

    @property
    def reaches_further(self) -> bool:
        """Whether any of them does."""
        return any(each.reaches_further for each in self._stores)

    def fetch(self) -> RecordSet:
        """All that they hold together."""
        return joined([each.fetch() for each in self._stores])

    def look_up(self, ids: Iterable[str], media: Iterable[str]) -> RecordSet:
        """What any of them has."""
        ids, media = tuple(ids), tuple(media)
        return joined([each.look_up(ids, media) for each in self._stores])


def joined(sets: Iterable[RecordSet]) -> RecordSet:
    """The records of all ``sets``. Raises ``StoreError`` for an id with two bodies, and where what supersedes what goes
    round."""
    found: list[Record] = []
    first: dict[str, Record] = {}
    sources: dict[str, None] = {}
    for each in sets:
        sources.update(dict.fromkeys(each.sources))
        for record in each.records.values():
            held = first.setdefault(record.id, record)
            if held is record or (held.kind, held.data) != (record.kind, record.data):
                found.append(record)
    return checked_set(found, sources)
