"""What was read before, kept in one file for the next scan, by the digest of the content and the version of the reader.

Content is always read and hashed anew, and the gate always decides anew: the cache saves the reading of what is in it,
and is asked for nothing else. It is SQLite, which several processes use at one time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.errors import UsageError
from otiogate.scan.stored import Stored

if TYPE_CHECKING:
    from importlib.abc import Traversable  # elsewhere from Python 3.11 on

_FORMAT = 3
_APPLICATION = 0x0716A7E1
"""By this the file says that it is ours."""

_WAIT = 5.0
"""Seconds to wait for another process that writes."""

_PAUSE = 0.02
"""Seconds after which a file is looked at again that another process makes."""

_MAPPED = 256 * 1024**2
"""Bytes of the file that are read without a call for each page."""

_PAGES = 8000
"""Pages that are written before they are put where they belong, which waits for the disk."""

_ROOMS = ("documents", "evidence", "host", "timeline")
_FILES = ("scan/foreign.py", "scan/read.py", "scan/second_look.py", "scan/stored.py")
"""Where the code stands that makes of a content what is stored."""

_PLUGINS = ("OTIO_PLUGIN_MANIFEST_PATH", "OTIO_DISABLE_ENTRYPOINTS_PLUGINS")
"""Variables of the environment by which the host finds other adapters of the same names."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")

_STORED = {
    "format": "TEXT",
    "rate": "TEXT",
    "quiet": "INTEGER",
    "problems": "TEXT",
    "head": "TEXT",
    "subjects": "TEXT",
    "names": "BLOB",
    "nodes": "TEXT",
}
"""The fields of what is stored."""

_TYPES = tuple({"TEXT": str, "INTEGER": int, "BLOB": bytes}[each] for each in _STORED.values())

_TABLES = {
    "reader": "digest BLOB NOT NULL",
    "snapshot": f"id INTEGER PRIMARY KEY, key BLOB NOT NULL, {', '.join(map(' '.join, _STORED.items()))}",
}
"""The id is made of the key, and found fast; the key is compared whole, so that nobody can make one id of two."""

_COLUMNS = ", ".join(_STORED)
_INSERT = f"INSERT OR REPLACE INTO snapshot (id, key, {_COLUMNS}) VALUES (?, ?{', ?' * len(_STORED)})"  # noqa: S608
_NEXT_STEP = "name another file, or remove this one"


class Cache:
    """The cache in ``file``, opened by the process that first asks. One that fails in use is set aside: what it held is
    read again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._database: sqlite3.Connection | None = None
        self._process = -1
        self._new: list[tuple[Any, ...]] = []

    def check(self) -> None:
        """Makes the file if it is not there. Raises ``UsageError`` where it cannot be made, is none of ours, or is that
        of a newer otiogate."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            database = self._opened()
        except (OSError, sqlite3.Error) as fault:
            raise UsageError(
                f"cannot be used as a cache: {fault}", where=str(self.file), next_step=_NEXT_STEP
            ) from fault
        database.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Stored]:
        """What is kept under ``keys``, a few at one time, each under its own."""
        try:
            database = self._asked()
            rows = database.execute(_select(len(keys)), list(map(_id, keys))).fetchall() if database is not None else ()
        except (UsageError, sqlite3.Error):
            self.close()
            return {}
        return {key: Stored._make(row) for key, *row in rows if tuple(map(type, row)) == _TYPES}

    def put(self, key: bytes, found: Stored) -> None:
        """Keeps ``found`` under ``key`` once ``write`` is called: several at one time, since others write too."""
        self._new.append((_id(key), key, *found))

    def write(self) -> None:
        """Writes what is to be kept. What cannot be written is read again by the next scan."""
        new, self._new = self._new, []
        try:
            database = self._asked() if new else None
            if database is not None:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_INSERT, new)
                database.execute("COMMIT")
        except (UsageError, sqlite3.Error):
            self.close()

    def close(self) -> None:
        """Sets the file aside: nothing more is found in it, and nothing kept."""
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.close()

    def _asked(self) -> sqlite3.Connection | None:
        """The database of this process: a connection must not outlive a fork."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._database = None
            self._database = self._opened()
        return self._database

    def _opened(self) -> sqlite3.Connection:
        """Open, and of our form. Where another process makes the file at this moment, SQLite does not wait for it."""
        until = time.monotonic() + _WAIT
        while True:
            database = sqlite3.connect(self.file, timeout=_WAIT, isolation_level=None)
            try:
                self._prepare(database)
            except BaseException as fault:
                database.close()
                if not _is_locked(fault) or time.monotonic() >= until:
                    raise
            else:
                return database
            time.sleep(_PAUSE)

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN")  # what another process makes meanwhile is seen whole or not at all
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (number,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        database.execute("COMMIT")
        where = str(self.file)
        if application != _APPLICATION and (application or number or tables):
            raise UsageError("is a database of something else, no cache of otiogate", where=where, next_step=_NEXT_STEP)
        if number > _FORMAT:
            raise UsageError("is the cache of a newer otiogate", where=where, next_step=_NEXT_STEP)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(f"PRAGMA wal_autocheckpoint = {_PAGES}")
        database.execute(f"PRAGMA mmap_size = {_MAPPED}")
        if not tables or database.execute("SELECT digest FROM reader").fetchone() != (reader(),):
            self._begin(database)

    def _begin(self, database: sqlite3.Connection) -> None:
        """Makes the tables and throws out what another reader left in them, if no other process has just done so."""
        database.execute("BEGIN IMMEDIATE")
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables or database.execute("SELECT digest FROM reader").fetchone() != (reader(),):
            for name, columns in _TABLES.items():
                database.execute(f"DROP TABLE IF EXISTS {name}")
                database.execute(f"CREATE TABLE {name} ({columns})")
            database.execute("INSERT INTO reader VALUES (?)", (reader(),))
            database.execute(f"PRAGMA application_id = {_APPLICATION}")
            database.execute(f"PRAGMA user_version = {_FORMAT}")
        database.execute("COMMIT")


def key_of(suffix: str, digest: str, rate: str = "") -> bytes:
    """The key of a timeline whose name ends with ``suffix``, whose content has the ``digest``, and which was read at
    the configured ``rate``, if it was."""
    return bytes.fromhex(digest.removeprefix("sha256:")) + _way(suffix.lower(), rate)


@lru_cache(maxsize=256)
def _way(suffix: str, rate: str) -> bytes:
    """How content was read: by this version of the reader, as this format, and at this rate."""
    return hashlib.sha256(reader() + f"{suffix}\0{rate}".encode("utf-8", "surrogateescape")).digest()


def _is_locked(fault: BaseException) -> bool:
    return isinstance(fault, sqlite3.OperationalError) and "locked" in str(fault)


@lru_cache(maxsize=64)
def _select(number: int) -> str:
    """What asks for that many ids."""
    return f"SELECT key, {_COLUMNS} FROM snapshot WHERE id IN ({', '.join('?' * number)})"  # noqa: S608 - as above


def _id(key: bytes) -> int:
    """Of the content and the way together: one content may be read in several ways."""
    return int.from_bytes(key[:8], "big", signed=True) ^ int.from_bytes(key[-8:], "big", signed=True)


@lru_cache(maxsize=1)
def reader() -> bytes:
    """The version of all that reads and detects: a digest of its code, so that nobody has to raise a number, and of
    what it stands on."""
    package = files("otiogate")
    whole = hashlib.sha256()
    for room in _ROOMS:
        for each in sorted(_code(package / room), key=lambda each: each.name):
            whole.update(f"{room}/{each.name}\0".encode() + hashlib.sha256(each.read_bytes()).digest())
    for name in _FILES:
        whole.update(hashlib.sha256((package / name).read_bytes()).digest())
    whole.update(f"{version('OpenTimelineIO')}\0{sys.version}\0{sqlite3.sqlite_version}".encode())
    whole.update("\0".join((*_adapters(), *(os.environ.get(each, "") for each in _PLUGINS))).encode())
    return whole.digest()


def _adapters() -> Iterator[str]:
    """The versions of the packages through which other formats are read."""
    for each in requires("otiogate") or ():
        name = _NAME.match(each)
        if name and 'extra == "formats"' in each.replace("'", '"'):
            try:
                yield f"{name[0]} {version(name[0])}"
            except PackageNotFoundError:
                yield f"{name[0]} is not there"


def _code(room: Traversable) -> Iterator[Traversable]:
    return (each for each in room.iterdir() if each.is_file() and each.name.endswith((".py", ".yaml")))


def default_file() -> Path:
    """Where a cache stands that nobody named: among the user's caches."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return folder / "otiogate" / "scan.sqlite"
