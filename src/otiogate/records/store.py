"""Where records come from. A store either answers for everything or raises: half a ledger clears nothing."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otiogate.documents.schemas import at, located_faults
from otiogate.documents.strict import Document, load_documents
from otiogate.errors import StoreError, VersionError
from otiogate.evidence.vocabulary import source_type
from otiogate.records.model import DECISIONS, KINDS, Record, RecordSet, record_set

SUFFIXES = (".yaml", ".yml", ".json")


class RecordStore(ABC):
    """Holds records; the gate does not know which kind of store it asks."""

    @abstractmethod
    def fetch(self) -> RecordSet:
        """All records that may be needed. Raises ``StoreError`` where the store cannot answer."""


class FolderStore(RecordStore):
    """Folders of YAML and JSON files, each with one record or a list of them. Read again only when a file has
    changed."""

    _read: dict[tuple[str, ...], tuple[Any, RecordSet]] = {}  # noqa: RUF012 - shared on purpose: every export asks anew

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def fetch(self) -> RecordSet:
        """Reads every file below the folders."""
        files = [path for folder in self.folders for path in _files(folder)]
        state = [(str(path), *_state(path)) for path in files]
        key = tuple(str(folder) for folder in self.folders)
        held = self._read.get(key)
        if held is not None and held[0] == state:
            return held[1]
        found = record_set(_distinct(each for path in files for each in read_file(path)), key)
        _check_succession(found)
        self._read[key] = (state, found)
        return found


def _files(folder: Path) -> Iterator[Path]:
    if not os.path.isdir(folder):  # noqa: PTH112 - Path's own raises for a name that is too long
        raise StoreError(
            "the folder of records does not exist",
            where=str(folder),
            next_step="create it, or correct 'records' in the configuration",
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
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(base) / name


def _state(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError as fault:
        raise StoreError(f"cannot be read: {fault.strerror}", where=str(path)) from fault
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def read_file(path: Path) -> Iterator[Record]:
    """The records in one file, each checked against the schema of its kind."""
    for document in load_documents(path, StoreError):
        value = document.value
        if value is None:
            continue
        listed = isinstance(value, list)
        for index, item in enumerate(value if listed else [value]):
            yield _record(path, document, item, (index,) if listed else ())


def _record(path: Path, document: Document, item: Any, start: tuple[int, ...]) -> Record:
    line = document.line(start)
    where = f"{path}:{line}" if line else str(path)
    if not isinstance(item, dict):
        raise StoreError("a record is a mapping with the keys 'record', 'schema_version' and 'id'", where=where)
    kind = item.get("record")
    if kind not in KINDS:
        what = f"'record' is {str(kind)[:80]!r}" if "record" in item else "'record' is missing"
        raise StoreError(what, where=where, next_step="known: " + ", ".join(KINDS))
    version = item.get("schema_version")
    if version != 1 and isinstance(version, int):
        raise VersionError(f"schema_version {version} is not known to this otiogate", where=where)
    found = located_faults(kind, item)
    if found:
        first = found[0]
        line = document.line((*start, *first.culprit))
        place = f"{at(first.path)}: " if first.path else ""
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        meant = f"did you mean {first.meant!r}? " if first.meant else ""
        raise StoreError(
            f"{kind} {item.get('id', '')!s}: {place}{first.sentence}{more}",
            where=f"{path}:{line}" if line else str(path),
            next_step=f"{meant}see 'otiogate schema {kind}'; no record is used until this one is right",
        )
    if kind == "disclosure" and not source_type(item.get("digital_source_type", "digitalCapture")):
        raise StoreError(f"disclosure {item['id']}: digital_source_type: not an IPTC digital source type", where=where)
    return Record(kind, str(item["id"]).upper(), item, where)


def _distinct(records: Iterator[Record]) -> Iterator[Record]:
    seen: dict[str, Record] = {}
    for record in records:
        first = seen.setdefault(record.id, record)
        if first is not record:
            raise StoreError(
                f"the id {record.id} is given twice, here and in {first.where}",
                where=record.where,
                next_step="ids differ in more than case; a record is replaced by a new one that 'supersedes' it",
            )
        yield record


def _check_succession(found: RecordSet) -> None:
    """A record takes the place of an older one of its sort, and never, by any way round, of itself: what is superseded
    no longer counts, and a disclosure must not vanish by a slip or by two records that supersede each other."""
    older: dict[str, list[str]] = {}
    for key, record in found.records.items():
        for old in (str(each).upper() for each in record.data.get("supersedes", ())):
            other = found.records.get(old)
            if other is None:
                continue  # it was put away
            if _sort(other.kind) != _sort(record.kind):
                raise StoreError(
                    f"{record.kind} {key} supersedes {old}, which is of another sort: {other.kind}",
                    where=record.where,
                    next_step="a record supersedes records of its own sort only",
                )
            older.setdefault(key, []).append(old)
    for key in older:
        pending, seen = list(older[key]), set[str]()
        while pending:
            each = pending.pop()
            if each == key:
                raise StoreError(
                    f"{key} supersedes itself, or something that supersedes it", where=found.records[key].where
                )
            if each not in seen:
                seen.add(each)
                pending += older.get(each, ())


def _sort(kind: str) -> str:
    return "decision" if kind in DECISIONS else kind
