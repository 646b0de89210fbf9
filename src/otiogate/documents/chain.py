"""Texts in a chain: each is hashed with the one before it, so that none can be changed, taken out or put in between.

The chain is a table of SQLite that takes appends alone. Triggers keep mistakes from it; against somebody who writes the
file itself they are nothing, and there the hashes tell. That its end was cut off, no chain can tell by itself:
whoever holds a ``Checkpoint`` of it, can.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import sqlite3
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from otiogate.documents.strict import DocumentError, parse_json
from otiogate.errors import StoreError, VersionError

_DOMAIN = "otiogate/log/v1"
_APPLICATION = 0x4F47_4C31
"""What SQLite keeps in the file's head: whose file it is."""

_VERSION = 1

_PATIENCE = 30.0
"""Seconds to wait for others who append."""

_TABLES = """
CREATE TABLE log (id TEXT NOT NULL);
CREATE TABLE entries (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries) BEGIN
    SELECT raise(ABORT, 'entries are appended');
END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are appended'); END;
CREATE TRIGGER entries_last BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are appended'); END;
CREATE TRIGGER log_stays BEFORE UPDATE ON log BEGIN SELECT raise(ABORT, 'a log keeps its id'); END;
CREATE TRIGGER log_lasts BEFORE DELETE ON log BEGIN SELECT raise(ABORT, 'a log keeps its id'); END;
"""


class Checkpoint(NamedTuple):
    """How far a chain had come: its id, the number of its last entry, from 1, and that entry's hash."""

    log: str
    seq: int
    hash: str


@dataclass(frozen=True)
class Link:
    """One entry of a chain. ``entry`` is its text, as it was hashed."""

    seq: int
    entry: str
    hash: str


@dataclass(frozen=True)
class Chain:
    """A chain as it was read: its id and its links, in order."""

    log: str
    links: tuple[Link, ...]


def append(path: Path, entry: str, *further: str) -> Checkpoint:
    """Appends ``entry`` and the ``further`` ones to the chain in the file ``path``, made if it is not there: all or
    none of them, and on disk when this returns. Safe with several processes. Raises ``StoreError`` and
    ``VersionError``."""
    try:
        if not path.exists():
            _make(path)
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous = FULL")
            base.execute("BEGIN IMMEDIATE")
            log = _id(base, path)
            last = base.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")
            made = Checkpoint(log, *last)
            for each in (entry, *further):
                made = Checkpoint(log, made.seq + 1, _hash(log, made.hash, each))
                base.execute("INSERT INTO entries VALUES (?, ?, ?)", (made.seq, each, made.hash))
            base.execute("COMMIT")
            return made
    except (sqlite3.Error, OSError) as fault:
        raise _unusable(path, fault, "make room, or correct 'log' in the facility's file") from fault


def _make(path: Path) -> None:
    """Makes an empty chain, whole or not at all; where another process makes one too, the first stays."""
    with tempfile.TemporaryDirectory(prefix=".otiogate-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        with closing(sqlite3.connect(fresh)) as base:
            base.execute("PRAGMA journal_mode = WAL")  # the file itself remembers it
            base.executescript(_TABLES)
            base.execute(f"PRAGMA application_id = {_APPLICATION}")
            base.execute(f"PRAGMA user_version = {_VERSION}")
            base.execute("INSERT INTO log VALUES (?)", (f"LOG-{secrets.token_hex(8).upper()}",))
            base.commit()
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)


def _id(base: sqlite3.Connection, path: Path) -> str:
    """The id of the chain in an open file. Raises ``StoreError``, ``VersionError``."""
    [application] = base.execute("PRAGMA application_id").fetchone()
    [version] = base.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        raise StoreError("is another program's file", where=str(path), next_step="name a file that otiogate may make")
    if version != _VERSION:
        raise VersionError(f"is a log of version {version}", where=str(path), next_step="use a newer otiogate")
    ids = base.execute("SELECT id FROM log").fetchall()
    if len(ids) != 1:
        raise StoreError(f"is a log with {len(ids)} ids", where=str(path), next_step="begin a new one")
    return str(ids[0][0])


def _hash(log: str, before: str, entry: str) -> str:
    text = json.dumps([_DOMAIN, log, before, entry], ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def read(path: Path) -> Chain:
    """The chain in ``path``, a log or an export of one; not checked. Raises ``StoreError``, ``VersionError``."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # what has no end would be read without one
            raise StoreError("is no file, and so no log", where=str(path), next_step="name the log, or an export of it")
        with path.open("rb") as stream:
            is_base = stream.read(16) == b"SQLite format 3\0"
        if not is_base:
            return _exported(path)
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as base:
            log = _id(base, path)
            rows = base.execute("SELECT seq, entry, hash FROM entries ORDER BY seq").fetchall()
    except (sqlite3.Error, OSError) as fault:
        raise _unusable(path, fault, "name the log, or an export of it") from fault
    return Chain(log, tuple(Link(int(seq), str(entry), str(found)) for seq, entry, found in rows))


def exported(chain: Chain) -> Iterator[str]:
    """The lines of an export: what it is, and then each link as a JSON object."""
    yield json.dumps({"format": _DOMAIN, "log": chain.log}) + "\n"
    for link in chain.links:
        yield json.dumps({"seq": link.seq, "entry": link.entry, "hash": link.hash}) + "\n"


def _exported(path: Path) -> Chain:
    links: list[Link] = []
    log = ""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        where, step = f"{path}:{number}", "name the log, or an export of it"
        try:
            data = parse_json(line)
        except DocumentError as fault:
            raise StoreError(f"is no log: {fault.what}", where=where, next_step=step) from fault
        if number == 1:
            if not isinstance(data, dict) or data.get("format") != _DOMAIN or not isinstance(data.get("log"), str):
                raise StoreError("is no log, and no export of one", where=where, next_step=step)
            log = data["log"]
            continue
        try:
            links.append(Link(int(data["seq"]), str(data["entry"]), str(data["hash"])))
        except (KeyError, TypeError, ValueError) as fault:
            raise StoreError("is no entry of a log", where=where, next_step=step) from fault
    if not log:
        raise StoreError("is empty", where=str(path), next_step="name the log, or an export of it")
    return Chain(log, tuple(links))


def faults(chain: Chain, checkpoints: Iterable[tuple[str, Checkpoint]] = ()) -> Iterator[str]:
    """What is wrong with the chain, nothing where it is whole. ``checkpoints`` are held by others, each with
    the name of who holds it."""
    before, number = "", 0
    for link in chain.links:
        number += 1
        if link.seq != number:
            yield f"entry {number} is missing: {link.seq} comes in its place"
            number = link.seq
        if link.hash != _hash(chain.log, before, link.entry):
            yield f"entry {link.seq} is not what was written, or what stood before it is not"
        before = link.hash
    held = {link.seq: link.hash for link in chain.links}
    for holder, checkpoint in checkpoints:
        if checkpoint.log != chain.log:
            yield f"{holder} names the log {checkpoint.log}, and this is {chain.log}"
        elif checkpoint.seq not in held:
            yield f"{holder} names entry {checkpoint.seq}, but the log ends at {number}: its end was cut off"
        elif held[checkpoint.seq] != checkpoint.hash:
            yield f"{holder} names another entry {checkpoint.seq}: the log was written anew"


def _unusable(path: Path, fault: Exception, step: str) -> StoreError:
    what = getattr(fault, "strerror", None) or fault
    return StoreError(f"the log cannot be used: {what}", where=str(path), next_step=step)
