"""What belongs to a timeline that was moved already and arrives after it: its receipt, or its sidecar.

Whose it is, is told by the digest that it names; the name alone may be that of a timeline that is still to come.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from otiogate.documents.digest import sha256
from otiogate.documents.strict import MAX_BYTES, DocumentError, decode, parse_json
from otiogate.documents.write import write_bytes
from otiogate.errors import OtiogateError
from otiogate.receipt import RECEIPT_TYPE
from otiogate.receipt import SUFFIX as RECEIPT
from otiogate.scan.delivery import watched
from otiogate.scan.read import content
from otiogate.scan.receipts import content_digest
from otiogate.scan.sidecar import SUFFIX as SIDECAR
from otiogate.signing.envelope import read_envelope
from otiogate.signing.statement import statement_in
from otiogate.timeline.formats import BUNDLES

_Mark = tuple[int, int, int]


class Late:
    """Takes what arrives late to the timelines below ``held`` and ``allowed``, which were moved there from below
    ``inbox``. What fits none is left where it is, and not looked at again while nothing about it changes."""

    def __init__(self, inbox: Path, held: Path | None, allowed: Path | None = None) -> None:
        self._inbox = inbox
        self._held = held
        self._allowed = allowed
        self._tried: set[tuple[Path, _Mark, Path, _Mark]] = set()
        self._told: set[tuple[Path, _Mark]] = set()
        self._open: dict[Path, _Mark] = {}

    def take_up(self, arrived: Iterable[Path], settled: Callable[[Path], bool]) -> tuple[list[Path], list[Path]]:
        """Copies each file of ``arrived`` to those timelines that it is for, once it is ``settled``, and removes it
        here: it is there before it is gone here, so that whatever comes between loses nothing.

        Gives the timelines that were allowed without it, and have to be judged again before ``done`` removes it; and
        the sidecars that are for none, each once.
        """
        again, without = [], []
        self._open.clear()
        for path in arrived:
            mark = _mark(path)
            if mark is None or not settled(path):
                continue
            found = self._taken_to(path, mark)
            allowed = [each for each in found if self._allowed and _is_below(each, self._allowed, self._held)]
            again += allowed
            if allowed:
                self._open[path] = mark
            elif found and _mark(path) == mark:
                path.unlink(missing_ok=True)
            elif not found and path.name.endswith(SIDECAR) and (path, mark) not in self._told:
                self._told.add((path, mark))
                without.append(path)
        return again, without

    def done(self) -> None:
        """Removes what was taken to timelines that were allowed, now that these are judged again."""
        for path, mark in self._open.items():
            if _mark(path) == mark:
                path.unlink(missing_ok=True)
        self._open.clear()

    def _taken_to(self, path: Path, mark: _Mark) -> list[Path]:
        """The timelines that ``path`` is for, beside each of which it now lies too."""
        near = self._near(path)
        if not near:
            return []
        suffix, data = _suffix(path.name), _data(path)
        named = _digests(data, suffix)
        found = [each for each in near if self._is_for(path, mark, each, named)]
        for each in found:
            target = each.with_name(each.name + suffix)
            if target.is_symlink():
                target.unlink()  # what it leads to is somebody else's
            if _data(target) != data:
                write_bytes(target, data)
        return found

    def _near(self, path: Path) -> list[Path]:
        """The timelines that were moved from beside ``path`` and had the name that it is for, whatever name they got
        where that was taken."""
        inner = path.parent.relative_to(self._inbox)
        folders = [each / inner for each in (self._held, self._allowed) if each]
        name = Path(path.name.removesuffix(_suffix(path.name)))
        wanted = re.compile(rf"{re.escape(name.stem)}(?:~[0-9]+)?{re.escape(name.suffix)}")
        there = (each for folder in folders if folder.is_dir() for each in folder.iterdir())
        return sorted({each for each in there if wanted.fullmatch(each.name)})

    def _is_for(self, path: Path, mark: _Mark, timeline: Path, named: set[str]) -> bool:
        own = _mark(timeline)
        if not named or own is None or (path, mark, timeline, own) in self._tried:
            return False
        try:
            fits = watched(content_digest if path.name.endswith(RECEIPT) else _sidecar_digest, timeline) in named
        except OtiogateError:
            fits = False
        if not fits:
            self._tried.add((path, mark, timeline, own))
        return fits


def _is_below(path: Path, folder: Path, other: Path | None) -> bool:
    """Whether ``path`` lies below ``folder``, and not below the ``other``, which may lie in it."""
    if other is not None and path.is_relative_to(other) and len(other.parts) > len(folder.parts):
        return False
    return path.is_relative_to(folder)


def orphans(inbox: Path, others: Iterable[Path]) -> Iterator[Path]:
    """The receipts and sidecars below ``inbox``, and not below any of the ``others``, beside which no timeline of
    theirs stands."""
    left_out = {each.resolve() for each in others}
    for base, folders, names in os.walk(inbox):
        folders[:] = [
            each
            for each in sorted(folders)
            if not (each.startswith(".") or each.lower().endswith(BUNDLES) or Path(base, each).resolve() in left_out)
        ]
        for each in sorted(names):
            path, suffix = Path(base, each), _suffix(each)
            if suffix and not each.startswith(".") and not os.path.lexists(path.with_name(each.removesuffix(suffix))):
                yield path


def _suffix(name: str) -> str:
    return next((each for each in (RECEIPT, SIDECAR) if name.endswith(each)), "")


def _mark(path: Path) -> _Mark | None:
    """What tells a file from what it was; ``None`` for what is no file or folder of its own."""
    try:
        found = path.lstat()
    except OSError:
        return None
    own = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return (found.st_ino, found.st_size, found.st_mtime_ns) if own else None


def _data(path: Path) -> bytes:
    """What stands in the file ``path``; nothing where it cannot be read, or is too large to be what it is called."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError:
        return b""
    return data if len(data) <= MAX_BYTES else b""


def _digests(data: bytes, suffix: str) -> set[str]:
    """The digests of what the receipt or sidecar ``data`` is about; none where it is neither."""
    try:
        if suffix == RECEIPT:
            statement = statement_in(read_envelope(data, least=0), RECEIPT_TYPE)
            return {each.digest for each in statement.subjects}
        return {str(parse_json(decode(data))["subject"]["sha256"])}
    except (DocumentError, KeyError, TypeError, ValueError):
        return set()


def _sidecar_digest(path: Path) -> str:
    return sha256(content(path))
