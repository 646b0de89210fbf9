"""What belongs to a timeline that is held back and arrives after it: its receipt, or its sidecar.

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
    """Takes what arrives late to the timelines below ``held``, which were moved there from below ``inbox``. What fits
    none is left where it is, and not looked at again while nothing about it changes."""

    def __init__(self, inbox: Path, held: Path) -> None:
        self._inbox = inbox
        self._held = held
        self._tried: set[tuple[Path, _Mark, Path, _Mark]] = set()

    def take_up(self, arrived: Iterable[Path], settled: Callable[[Path], bool]) -> None:
        """Moves each file of ``arrived`` to those timelines that it is for, once it is ``settled``. It is there before
        it is gone here, so that whatever comes between loses nothing."""
        for path in arrived:
            near, mark = self._near(path), _mark(path)
            if not near or mark is None or not settled(path):
                continue
            suffix, data = _suffix(path.name), _data(path)
            named = _digests(data, suffix)
            found = [each for each in near if self._is_for(path, mark, each, named)]
            for each in found:
                target = each.with_name(each.name + suffix)
                if target.is_symlink():
                    target.unlink()  # what it leads to is somebody else's
                if _data(target) != data:
                    write_bytes(target, data)
            if found and _mark(path) == mark:
                path.unlink(missing_ok=True)

    def _near(self, path: Path) -> list[Path]:
        """The timelines that were moved from beside ``path`` and had the name that it is for, whatever name they got
        where that was taken."""
        folder = self._held / path.parent.relative_to(self._inbox)
        name = Path(path.name.removesuffix(_suffix(path.name)))
        wanted = re.compile(rf"{re.escape(name.stem)}(?:~[0-9]+)?{re.escape(name.suffix)}")
        return sorted(each for each in folder.iterdir() if wanted.fullmatch(each.name)) if folder.is_dir() else []

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
