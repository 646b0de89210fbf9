"""The digest of media: of a file, sha256 of its content, as any other tool computes it; of an image sequence, the root
of a Merkle tree over its frames.

Nothing but a regular file is read, to its end, and only while nobody writes to it. What lies in a zip archive is read
where it lies.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from otiogate.documents.strict import DocumentError
from otiogate.documents.zipped import Member, members, unpacked
from otiogate.errors import ReadError

_CHUNK = 1024**2
_AT_ONCE = 4
"""Files that are read at one time: the digest takes a core each, and what holds media serves a few at once."""

_SETTLED = 2 * 10**9
"""Nanoseconds since the last change after which a further one surely shows in the times of a file."""

_NOT_WRITTEN = "wait until nobody writes to it"
_AGAIN = "export the bundle again, or deliver its media beside the timeline"


class Stopped(Exception):
    """Whoever asked for a digest does not want it any more."""


@dataclass(frozen=True)
class Archive:
    """A zip archive whose stamp was ``mark`` when it was listed: its ``members`` by where they would stand if it were a
    folder."""

    path: Path
    mark: str
    members: Mapping[Path, Member]


@dataclass(frozen=True)
class Target:
    """Media that is there: the one file ``path``; or a sequence, ``path`` being its name in its folder with ``%04d``,
    and ``frames`` its numbers with their files, in order. All of them lie in ``archive``, where there is one."""

    path: Path
    frames: tuple[tuple[int, Path], ...] = ()
    archive: Archive | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of it."""
        return tuple(path for _, path in self.frames) or (self.path,)

    @property
    def range(self) -> str:
        """``first-last`` of a sequence; of a file, nothing."""
        return f"{self.frames[0][0]}-{self.frames[-1][0]}" if self.frames else ""


@dataclass(frozen=True)
class Stamp:
    """What tells a version of media without reading it: ``mark`` changes with size, inode and times. ``changed`` is
    the last change in nanoseconds of the epoch."""

    mark: str
    changed: int

    @property
    def is_settled(self) -> bool:
        """Whether any change from now on changes the mark: the times of files have steps."""
        return time.time_ns() - self.changed > _SETTLED


def stamp(target: Target) -> Stamp:
    """The stamp of ``target`` as it stands there now. Raises ``ReadError``."""
    if target.archive is not None:
        return _stamp(_look(target.archive.path))
    found = [_stamp(_look(path)) for path in target.files]
    if not target.frames:
        return found[0]
    lines = (f"{number} {each.mark}" for (number, _), each in zip(target.frames, found, strict=True))
    mark = hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()
    return Stamp(mark, max(each.changed for each in found))


def digest(target: Target, stop: threading.Event | None = None) -> str:
    """``sha256:<hex>`` of ``target``. Raises ``ReadError`` where it is not there, is no file, or changes meanwhile, and
    ``Stopped`` soon after ``stop`` is set."""
    stop = stop or threading.Event()
    if not target.frames:
        return f"sha256:{_content(target.path, stop, target.archive).hex()}"
    paths = target.files
    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1, len(paths))) as readers:
        try:
            found = list(readers.map(lambda path: _content(path, stop, target.archive), paths))
        except BaseException:
            stop.set()
            raise
    leaves = [leaf(number, content) for (number, _), content in zip(target.frames, found, strict=True)]
    return f"sha256:{root(leaves).hex()}"


def leaf(number: int, content: bytes) -> bytes:
    """The hash of frame ``number``, whose content has the digest ``content``: a leaf of RFC 6962, 2.1."""
    return hashlib.sha256(b"\0" + f"{number} ".encode("ascii") + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree over ``leaves``, of which there is at least one, as in RFC 6962, 2.1: a node hashes its two
    sides behind a byte that no leaf begins with, and what has no neighbour goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2])  # noqa: B905 - the last may have no neighbour
        joined = [hashlib.sha256(b"\1" + one + other).digest() for one, other in pairs]
        level = joined + level[2 * len(joined) :]
    return level[0]


def archive_at(path: Path) -> Archive:
    """The zip archive at ``path``, listed. Raises ``ReadError``, also where two readers might not find the same in
    it."""
    real = Path(os.path.realpath(path))
    with _opened(real) as (stream, found):
        try:
            return Archive(real, _stamp(found).mark, {real / each.name: each for each in members(stream)})
        except DocumentError as fault:
            raise ReadError(fault.what, where=str(real), next_step=_AGAIN) from fault


def _content(path: Path, stop: threading.Event, archive: Archive | None = None) -> bytes:
    """The sha256 of what stands in ``path``, which is a real path, or lies in ``archive``."""
    found = hashlib.sha256()
    with _opened(path if archive is None else archive.path) as (stream, now):
        if archive is not None and _stamp(now).mark != archive.mark:
            raise ReadError("changed while it was read", where=str(archive.path), next_step=_NOT_WRITTEN)
        try:
            for piece in _pieces(stream) if archive is None else unpacked(stream, archive.members[path]):
                if stop.is_set():
                    raise Stopped
                found.update(piece)
        except DocumentError as fault:
            raise ReadError(fault.what, where=str(path), next_step=_AGAIN) from fault
    return found.digest()


def _pieces(stream: FileIO) -> Iterator[memoryview]:
    buffer = memoryview(bytearray(_CHUNK))
    while size := stream.readinto(buffer):
        yield buffer[:size]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[FileIO, os.stat_result]]:
    """The regular file ``path`` to be read, and what is known of it. Raises ``ReadError``, at the end where it changed
    meanwhile."""
    before = _look(path)
    flags = os.O_RDONLY
    for each in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):  # a pipe that takes its place must not hang us
        flags |= getattr(os, each, 0)
    try:
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as stream:
            _same(path, before, os.fstat(stream.fileno()))
            yield stream, before
            _same(path, before, os.fstat(stream.fileno()))
    except OSError as fault:
        raise ReadError(f"cannot be read: {fault.strerror}", where=str(path), next_step=_to_do(fault)) from fault
    _same(path, before, _look(path))


def _look(path: Path) -> os.stat_result:
    try:
        found = path.lstat()
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        what = getattr(fault, "strerror", None) or fault
        raise ReadError(f"cannot be read: {what}", where=str(path), next_step=_to_do(fault)) from fault
    if not stat.S_ISREG(found.st_mode):
        raise ReadError("is no regular file", where=str(path), next_step="name the media file itself")
    return found


def _to_do(fault: Exception) -> str:
    return "ask for the right to read it" if isinstance(fault, PermissionError) else "put it there, or correct the path"


def _same(path: Path, one: os.stat_result, other: os.stat_result) -> None:
    if _stamp(one) != _stamp(other):
        raise ReadError("changed while it was read", where=str(path), next_step=_NOT_WRITTEN)


def _stamp(found: os.stat_result) -> Stamp:
    mark = f"{found.st_size} {found.st_ino} {found.st_mtime_ns} {found.st_ctime_ns}"
    return Stamp(mark, max(found.st_mtime_ns, found.st_ctime_ns))
