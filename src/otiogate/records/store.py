"""Where records come from. A store either answers for everything or raises: half a ledger clears nothing."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from otiogate.documents.strict import MAX_BYTES, Document, DocumentError, load_documents
from otiogate.errors import CannotJudge, StoreError, VersionError
from otiogate.records.faults import Place, RecordFault, record_faults, repeated_ids, succession_faults
from otiogate.records.index import INDEX, Index, read_index
from otiogate.records.model import Record, RecordSet, record_set
from otiogate.records.signed import paired, record_in
from otiogate.signing.envelope import SUFFIX, Envelope

SUFFIXES = (".yaml", ".yml", ".json")


class RecordStore(ABC):
    """Holds records; the gate does not know which kind of store it asks."""

    @abstractmethod
    def fetch(self) -> RecordSet:
        """All records that may be needed. Raises ``StoreError`` where the store cannot answer."""

    def look_up(self, ids: Iterable[str], media: Iterable[str]) -> RecordSet:
        """What is on record beside all that ``fetch`` gives: of the ``ids`` that a timeline names, and of the digests
        of its ``media``. Raises ``StoreError`` where the store cannot answer."""
        return RecordSet({})


class FolderStore(RecordStore):
    """Folders of YAML and JSON files, each with one record or a list of them, and of envelopes (``.dsse.json``) with a
    signed one. Read again only when a file has changed."""

    _read: dict[tuple[str, ...], tuple[Any, RecordSet]] = {}  # noqa: RUF012 - shared on purpose: every export asks anew

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def fetch(self) -> RecordSet:
        """Reads every file below the folders."""
        files = [path for folder in self.folders for path in record_files(folder)]
        indexes = [folder / INDEX for folder in self.folders]
        state = [(str(path), *_state(path)) for path in (*files, *filter(os.path.lexists, indexes))]
        key = tuple(str(folder) for folder in self.folders)
        held = self._read.get(key)
        if held is not None and held[0] == state:
            return held[1]
        records = paired(each for path in files for each in read_file(path))
        found = checked_set(records, key, [each for folder in self.folders for each in index_in(folder)])
        self._read[key] = (state, found)
        return found


def record_files(folder: Path) -> Iterator[Path]:
    """The files of records below ``folder``, in order. Raises ``StoreError``."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path's own raises for a name that is too long
        raise StoreError(
            "the folder of records does not exist",
            where=str(folder),
            next_step="create it, or correct 'records' in the configuration, or the option that names it",
        )

    def fail(fault: OSError) -> None:
        raise StoreError(f"cannot be listed: {fault.strerror}", where=str(fault.filename)) from fault

    seen: set[str] = set()
    # A folder that is linked in is read too: what stands in it may be a revocation.
    for base, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        real = os.path.realpath(base)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            path = Path(base) / name
            if name.lower().endswith(SUFFIXES) and not name.startswith(".") and path != folder / INDEX:
                yield path


def _state(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError as fault:
        raise StoreError(f"cannot be read: {fault.strerror}", where=str(path)) from fault
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def read_file(path: Path) -> Iterator[Record]:
    """The records in one file, each checked against the schema of its kind."""
    for item, place, envelope in entries_in(path):
        found = record_faults(item, place)
        if found:
            raise refusal(found)
        yield record_of(item, place, envelope)


def entries_in(path: Path) -> Iterator[tuple[Any, Place, Envelope | None]]:
    """As ``items_in``, and the record in an envelope with that. What cannot be read is refused, as in any file: it may
    be a rejection."""
    if not path.name.lower().endswith(SUFFIX):
        yield from ((item, place, None) for item, place in items_in(path))
        return
    try:
        item, envelope = record_in(_bytes(path))
    except DocumentError as fault:
        step = "'otiogate record sign' makes the envelopes of records; nothing was taken from this file"
        raise StoreError(fault.what, where=str(path), next_step=step) from fault
    yield item, lambda _: str(path), envelope


def index_in(folder: Path) -> list[Index]:
    """The index of the records in ``folder``, if there is one. Raises ``StoreError``."""
    path = folder / INDEX
    if not os.path.lexists(path):
        return []
    try:
        return [read_index(_bytes(path), str(folder))]
    except DocumentError as fault:
        raise StoreError(fault.what, where=str(path), next_step="'otiogate record index' makes it anew") from fault


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as fault:
        raise StoreError(f"cannot be read: {fault.strerror}", where=str(path)) from fault


def items_in(path: Path) -> Iterator[tuple[Any, Place]]:
    """What stands in one file where records belong, unchecked, and where. Raises ``StoreError``."""
    for document in load_documents(path, StoreError):
        value = document.value
        if value is None:
            continue
        listed = isinstance(value, list)
        for index, item in enumerate(value if listed else [value]):
            yield item, partial(_place, path, document, (index,) if listed else ())


def _place(path: Path, document: Document, start: tuple[int, ...], inner: tuple[str | int, ...]) -> str:
    line = document.line((*start, *inner))
    return f"{path}:{line}" if line else str(path)


def record_of(item: dict[str, Any], place: Place, envelope: Envelope | None = None) -> Record:
    """``item``, which has no faults, as a record."""
    return Record(str(item["record"]), str(item["id"]).upper(), item, place(()), envelope)


def refusal(found: list[RecordFault]) -> CannotJudge:
    """Why a record with these faults, and so no record, can be used."""
    first = found[0]
    if first.unknown_version:
        return VersionError(first.what, where=first.where)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    step = first.next_step
    if "see 'otiogate schema" in step:
        step += "; no record is used until this one is right"
    return StoreError(first.what + more, where=first.where, next_step=step)


def checked_set(records: Iterable[Record], sources: Iterable[str], indexes: Iterable[Index] = ()) -> RecordSet:
    """``records`` as a set. Raises ``StoreError`` where together they cannot be used."""
    listed = list(records)
    _refuse(repeated_ids(listed))
    found = record_set(listed, sources, indexes)
    _refuse(succession_faults(found))
    return found


def _refuse(found: Iterable[RecordFault]) -> None:
    for fault in found:
        raise StoreError(fault.what, where=fault.where, next_step=fault.next_step)
