"""A timeline moved with all that belongs to it: whole to where it goes, or left as it was."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from otiogate.documents.digest import sha256
from otiogate.errors import OtiogateError
from otiogate.scan.read import content
from otiogate.scan.receipts import receipt_of
from otiogate.scan.sidecar import sidecar_of

State = tuple[int, int, int, int]
"""How many files there are, how large they are together, and when they were changed, by their dates and in place."""


def companions(path: Path) -> tuple[Path, ...]:
    """Where what belongs to the timeline in ``path`` stands: its sidecar, and its receipt."""
    return sidecar_of(path), receipt_of(path)


def state_of(path: Path) -> State | None:
    """What changes while a file, or a bundle, still grows, or what belongs to it does; ``None`` where it is
    gone."""
    try:
        paths = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
        paths += [each for each in companions(path) if os.path.lexists(each)]
        found = [each.lstat() if each.is_symlink() and each != path else each.stat() for each in paths]
    except OSError:
        return None
    # The time of change in its place cannot be set: content of the same size and date is seen.
    changed = sum(each.st_ctime_ns for each in found)
    return len(found), sum(each.st_size for each in found), max(each.st_mtime_ns for each in found), changed


def free(target: Path) -> Path:
    """``target``, or a name beside it that nothing has yet."""
    number = 1
    found = target
    while found.exists() or any(map(os.path.lexists, companions(found))):
        number += 1
        found = target.with_name(f"{target.stem}~{number}{target.suffix}")
    return found


def copy_companions(path: Path, target: Path) -> None:
    """Copies what belongs to ``path``, so that it belongs to ``target``; a link stays a link."""
    for own, other in zip(companions(path), companions(target), strict=True):
        if os.path.lexists(own) and not own.is_dir():
            shutil.copy2(own, other, follow_symlinks=False)


def moved(path: Path, target: Path, digest: str) -> bool:
    """Moves ``path`` to ``target``, there whole or not at all, if it still is what ``digest`` is of. Of a link that is
    what it leads to, and of a file with further names a copy: others could change that later on."""
    if path.is_symlink() or _has_further_names(path):
        return _copied(path, target, digest)
    try:
        path.rename(target)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        return _copied(path, target, digest)
    if digest and _digest(target) != digest:
        target.rename(path)
        return False
    return True


def _has_further_names(path: Path) -> bool:
    files = path.rglob("*") if path.is_dir() else [path]
    return any(stat.S_ISREG(found.st_mode) and found.st_nlink > 1 for found in (each.lstat() for each in files))


def _copied(path: Path, target: Path, digest: str) -> bool:
    """The same to another file system. A copy that breaks off has a name that no scan takes, and the next replaces
    it."""
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "nothing can be taken from there", str(path.parent))
    held = target.with_name(f".{target.name}.part")
    if held.is_dir():
        shutil.rmtree(held)
    if path.is_dir():
        shutil.copytree(path, held, symlinks=True)
    else:
        shutil.copy2(path, held)
    whole = not digest or _digest(held, path.suffix) == digest
    if not whole:
        shutil.rmtree(held) if held.is_dir() else held.unlink()
        return False
    held.rename(target)
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return True


def _digest(path: Path, suffix: str = "") -> str:
    """The digest of the timeline in ``path``, of the format ``suffix`` where its name does not tell; nothing where it
    cannot be read."""
    try:
        return sha256(content(path, suffix))
    except OtiogateError:
        return ""
