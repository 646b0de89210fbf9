"""What was verified once is remembered, in a store of the facility's own; nobody else's is ever believed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from otiogate.errors import CannotJudge
from otiogate.signing.envelope import Envelope, Seal

_TABLES = """
CREATE TABLE IF NOT EXISTS verified (mark BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledgers (folder TEXT PRIMARY KEY, ledger TEXT NOT NULL, serial INTEGER NOT NULL,
                                    issued_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (registry TEXT PRIMARY KEY, answered_at TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media (path TEXT PRIMARY KEY, mark TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
"""

_AT_ONCE = 500


def mark(envelope: Envelope, seal: Seal) -> bytes:
    """What stands for one verified signature: a digest of what was signed, of the signature, and of the id of the key,
    which is a digest of the key."""
    parts = (seal.keyid.encode("ascii"), hashlib.sha256(seal.signature).digest(), envelope.signed_bytes)
    return hashlib.sha256(b"\n".join(parts)).digest()


class Memory:
    """Remembers in the SQLite file ``path``; without one, only as long as the process lives. Where the file cannot be
    written to, what it has is still believed, and nothing is added."""

    _held: dict[Path | None, set[bytes]] = {}  # noqa: RUF012 - shared on purpose: every export asks anew
    _media: dict[Path | None, dict[str, tuple[str, str]]] = {}  # noqa: RUF012 - as above

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._known = self._held.setdefault(path, set())
        self._digests = self._media.setdefault(path, {})

    def known(self, marks: Collection[bytes]) -> set[bytes]:
        """Those of ``marks`` that were verified before."""
        found = self._known.intersection(marks)
        others = [each for each in marks if each not in found]
        for start in range(0, len(others), _AT_ONCE):
            some = others[start : start + _AT_ONCE]
            asked = ",".join("?" * len(some))
            found.update(row[0] for row in self._read(f"SELECT mark FROM verified WHERE mark IN ({asked})", some))  # noqa: S608
        self._known.update(found)
        return found

    def add(self, marks: Collection[bytes]) -> None:
        """Remembers that ``marks`` were verified."""
        self._known.update(marks)
        self._write("INSERT OR IGNORE INTO verified VALUES (?)", [(each,) for each in marks])

    def media(self, path: str, mark: str) -> str:
        """The digest that the media at ``path`` had when its ``mark``, of size, inode and times, was this one; else
        nothing."""
        if self._digests.get(path, ("",))[0] != mark:
            found = self._read("SELECT mark, digest FROM media WHERE path = ?", (path,))
            if found:
                self._digests[path] = str(found[0][0]), str(found[0][1])
        known = self._digests.get(path)
        return known[1] if known is not None and known[0] == mark else ""

    def read_media(self, path: str, mark: str, digest: str) -> None:
        """Remembers the digest of the media at ``path``, which was read."""
        self._digests[path] = mark, digest
        self._write("INSERT OR REPLACE INTO media VALUES (?, ?, ?)", [(path, mark, digest)])

    def ledger(self, folder: str) -> tuple[str, int, str] | None:
        """The ledger that stood in ``folder`` when its index was last looked at: its name, and the serial number and
        time of that index."""
        rows = self._read("SELECT ledger, serial, issued_at FROM ledgers WHERE folder = ?", (folder,))
        return (str(rows[0][0]), int(rows[0][1]), str(rows[0][2])) if rows else None

    def saw(self, folder: str, ledger: str, serial: int, issued_at: str) -> None:
        """Remembers an index that was accepted. A later one, which another process saw, is not written over."""
        self._write(
            "INSERT INTO ledgers VALUES (?, ?, ?, ?) ON CONFLICT (folder) DO UPDATE SET ledger = excluded.ledger,"
            " serial = excluded.serial, issued_at = excluded.issued_at WHERE excluded.serial > serial",
            [(folder, ledger, serial, issued_at)],
        )

    def answer(self, registry: str) -> tuple[str, str] | None:
        """When ``registry`` answered last, and what."""
        rows = self._read("SELECT answered_at, answer FROM answers WHERE registry = ?", (registry,))
        return (str(rows[0][0]), str(rows[0][1])) if rows else None

    def answered(self, registry: str, at: str, answer: str) -> None:
        """Remembers the last answer of ``registry``."""
        self._write("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", [(registry, at, answer)])

    def _read(self, query: str, values: Sequence[Any]) -> list[Any]:
        import sqlite3

        try:
            if self.path is None or not self.path.stat().st_size:
                return []
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as base:
                return base.execute(query, values).fetchall()
        except FileNotFoundError:
            return []
        except (OSError, sqlite3.Error) as fault:
            raise self._broken(fault) from fault

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        if self.path is None or not rows:
            return
        import sqlite3

        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as base, base:
                base.executescript(_TABLES)
                base.executemany(statement, rows)
        except sqlite3.OperationalError:
            return  # an editor's process may read the facility's store, and not write to it
        except sqlite3.Error as fault:
            raise self._broken(fault) from fault

    def _broken(self, fault: Exception) -> CannotJudge:
        step = "it can be deleted; then signatures are checked anew, and the serials of indexes begin anew"
        return CannotJudge(f"the facility's store cannot be used: {fault}", where=str(self.path), next_step=step)
