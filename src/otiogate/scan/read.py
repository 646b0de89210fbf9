"""From a path to a snapshot, by what the file is. The bytes that are hashed are the bytes that are parsed."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

from otiogate.documents.digest import sha256, sha256_of
from otiogate.documents.strict import DocumentError, decode, parse_otio_json
from otiogate.errors import ReadError
from otiogate.scan.foreign import NAME_IT, read_foreign
from otiogate.scan.misnamed import LOOKED_AT, ZIP_FAULTS, holds_timeline, may_be_misnamed, packed_in
from otiogate.scan.sidecar import with_sidecar
from otiogate.timeline.edl import read_edl
from otiogate.timeline.fcpxml import read_fcpxml
from otiogate.timeline.formats import BUNDLES, BY_SUFFIX
from otiogate.timeline.model import Origin, Problem, Snapshot
from otiogate.timeline.sniff import described, sniff

MEDIA_INSIDE = (".otioz", ".otiod")

_AGAIN = "export it again, or ask who delivered it"

_CONTENT = "content.otio"
_INSIDE = {".otiod": _CONTENT, ".fcpxmld": "Info.fcpxml"}
"""The timeline in a bundle that is a folder."""

_MAX_CONTENT = 1024**3

_NAMES = ("edl", *(each.content for each in BY_SUFFIX.values() if each.content), "fcpxml")
"""What a file can be that has another name, as ``sniff`` tells."""

_PAGE = 4096
_LARGE = 1024**2
_PIECE = 256 * 1024

_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""To open what has become a pipe since it was looked at may never end."""


def read_timeline(path: Path, rate: Fraction | None = None) -> Snapshot:
    """The snapshot of the timeline in ``path``, with what the sidecar beside it says; ``rate`` is for EDLs that do not
    tell theirs. Raises ``ReadError``."""
    return with_sidecar(read_file(path, rate), path)


def read_file(path: Path, rate: Fraction | None = None) -> Snapshot:
    """The snapshot of the timeline in ``path`` alone. Raises ``ReadError``."""
    suffix = path.suffix.lower()
    where = str(path)
    form = BY_SUFFIX.get(suffix)
    if form is None:
        if os.path.isdir(path):  # noqa: PTH112 - Path's own raises for a name that is too long
            raise ReadError("is a folder", where=where, next_step="name the timelines in it")
        if not os.path.lexists(path):
            raise ReadError("cannot be read: No such file or directory", where=where, next_step="correct the path")
        _check_kind(path)
        if packed := packed_in(where):
            what = f"is an archive that holds {packed[-200:]}, which is not looked into"
            raise ReadError(what, where=where, next_step="unpack it, and scan what was in it")
        what, kind = f"is no timeline format that is known ({suffix or 'no suffix'})", sniff(_head(path))
        if kind in _NAMES:
            raise ReadError(f"{what}; by its content it is {described(kind)}", where=where, next_step=NAME_IT)
        raise ReadError(what, where=where, next_step="export the cut as .otio or .edl and scan that")
    if form.instead:
        what = f"{form.name} is not read, so nothing in it was checked"
        raise ReadError(what, where=where, next_step=form.instead)
    return read_bytes(content(path), path, rate)


def read_bytes(data: bytes, path: Path, rate: Fraction | None = None) -> Snapshot:
    """The snapshot of ``data``, as if it stood in the file ``path`` of a format that is read. Raises ``ReadError``."""
    suffix = path.suffix.lower()
    if suffix == ".edl":
        return _edl(data, path, rate)
    if suffix in (".fcpxml", ".fcpxmld"):
        return read_fcpxml(data, path.name, str(path))
    if suffix in BY_SUFFIX and BY_SUFFIX[suffix].adapter:
        return read_foreign(data, BY_SUFFIX[suffix], path)
    return _otio(data, path, carries_media=suffix in MEDIA_INSIDE)


def content(path: str | Path, suffix: str = "") -> bytes:
    """The bytes of the timeline itself in ``path``, of the format that its name, or ``suffix``, tells: of a bundle,
    those of its playlist. Raises ``ReadError``."""
    suffix = (suffix or os.path.splitext(path)[1]).lower()  # noqa: PTH122 - thousands of files: no Path for each
    if suffix == ".otioz":
        _check_kind(path)
        return _from_zip(Path(path))
    return _from_folder(Path(path), _INSIDE[suffix]) if suffix in _INSIDE else _bytes(path, _check_kind(path))


def hashed(path: str | Path, suffix: str, *, light: bool = False) -> tuple[str, bytes | None]:
    """The digest of the ``content`` of ``path``, and that; of a large file the digest alone. What is hashed is mostly
    known by that, and to hold much of it takes as long as to read it. One larger than any timeline is not hashed first:
    a file of holes takes hours, and what cannot be held fails at once. A ``light`` one was just seen to be a file, and
    not a large one. Raises ``ReadError``."""
    if suffix == ".otioz" or suffix in _INSIDE:
        data = content(path, suffix)
    elif light:
        data = _bytes(path)
    elif not _LARGE <= (size := _check_kind(path)) <= _MAX_CONTENT:
        data = _bytes(path, size)
    else:
        try:
            return sha256_of(_pieces(path)), None
        except OSError as fault:
            raise _unread(path, fault) from fault
    return sha256(data), data


def _check_kind(path: str | Path) -> int:
    """How many bytes ``path`` holds, as the folder says. Raises ``ReadError`` for what is no file: to open a device may
    do something, and to read a pipe may never end."""
    try:
        found = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return 0  # to open it tells why
    return _size_of(found, path)


def _size_of(found: os.stat_result, path: str | Path) -> int:
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        step = "deliver the timeline as a file"
        raise ReadError("is no file, but a pipe, a socket or a device", where=str(path), next_step=step)
    return found.st_size


def _edl(data: bytes, path: Path, rate: Fraction | None) -> Snapshot:
    try:
        return read_edl(data, path.name, str(path), rate=rate)
    except ReadError as fault:
        kind = sniff(data)
        if kind in ("edl", "text", "nothing"):
            raise
        raise ReadError(f"is no CMX 3600 EDL: it is {described(kind)}", where=str(path), next_step=NAME_IT) from fault


def _from_folder(path: Path, name: str) -> bytes:
    if (path / name).is_symlink():
        raise ReadError(f"{name} in it is a link to another file", where=str(path), next_step=_AGAIN)
    inside = [
        Path(base, each).relative_to(path).as_posix()
        for base, folders, names in os.walk(path)
        for each in (*names, *(each for each in folders if each.lower().endswith(BUNDLES)))
    ]
    if name not in inside and path.is_dir():
        raise ReadError(f"holds no {name}, its timeline", where=str(path), next_step=_AGAIN)
    _check_alone((each for each in inside if each != name), path, lambda each: _head(path / each))
    return _bytes(path / name, _check_kind(path / name))


def _check_alone(names: Iterable[str], bundle: Path, head: Callable[[str], bytes]) -> None:
    """Raises ``ReadError`` where a timeline is among ``names``, what a bundle holds beside its own: it would be
    delivered, and nobody would judge it. Of an XML, and of what is not called a timeline, the ``head`` tells."""
    for name in names:
        last = name.replace("\\", "/").rpartition("/")[2].rstrip(". ")
        suffix = os.path.splitext(last)[1].lower()  # noqa: PTH122 - a name, maybe of another system
        is_other = suffix in BY_SUFFIX and not last.startswith(".")
        if is_other and suffix == ".xml":
            is_other = sniff(head(name)) in ("xmeml", "fcpxml", "xml")
        if is_other or (may_be_misnamed(last) and holds_timeline(last, head(name))):
            what = f"holds another timeline beside its own, {name}, which nobody would judge"
            raise ReadError(what, where=str(bundle), next_step="have that delivered as a file of its own")


def _head(path: Path) -> bytes:
    _check_kind(path)
    try:
        with path.open("rb", buffering=0) as stream:
            return stream.read(LOOKED_AT)
    except OSError:
        return b"<"  # it may be a timeline


def _bytes(path: str | Path, size: int | None = None) -> bytes:
    """The content of the file ``path``, of about ``size`` bytes if somebody has looked."""
    try:
        data = _read(path, size)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        raise _unread(path, fault) from fault
    if not data or data.isspace():
        raise ReadError("is empty", where=str(path), next_step=_AGAIN)
    return data


def _read(path: str | Path, size: int | None) -> bytes:
    """The whole file, of about ``size`` bytes. A stream asks the system twice as often."""
    descriptor = os.open(path, _TO_READ if size is not None else _TO_READ | _AT_ONCE)
    try:
        if size is None:
            size = _size_of(os.fstat(descriptor), path)
        data = os.read(descriptor, size + 1)
        if len(data) == size:
            return data
        return data + b"".join(iter(partial(os.read, descriptor, max(size, _PAGE)), b""))
    finally:
        os.close(descriptor)


def _pieces(path: str | Path) -> Iterator[memoryview]:
    """What is in the file ``path``, piece by piece, each in the place of the last one."""
    buffer = memoryview(bytearray(_PIECE))
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - as above
        while size := stream.readinto(buffer):
            yield buffer[:size]


def _unread(path: str | Path, fault: Exception) -> ReadError:
    what = getattr(fault, "strerror", None) or fault
    return ReadError(f"cannot be read: {what}", where=str(path), next_step=_to_do(fault))


def _to_do(fault: Exception) -> str:
    if isinstance(fault, (FileNotFoundError, ValueError)):
        return "correct the path"
    if isinstance(fault, PermissionError):
        return "ask for the right to read it"
    return "name a timeline that can be read"


def _from_zip(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [each.casefold().replace("\\", "/").removeprefix("./") for each in archive.namelist()]
            if names.count(_CONTENT) > 1:  # one reader takes the first, another the last, or what was unpacked last
                raise ReadError(f"holds more than one {_CONTENT}", where=str(path), next_step=_AGAIN)
            if min((each.header_offset for each in archive.infolist()), default=0) > 0:
                what = "holds something before its first member, which other readers may take for the archive"
                raise ReadError(what, where=str(path), next_step=_AGAIN)
            others = (each for each in archive.namelist() if each != _CONTENT)
            _check_alone(others, path, lambda each: archive.open(each).read(LOOKED_AT))
            info = archive.getinfo(_CONTENT)
            if info.file_size > _MAX_CONTENT:
                what = f"{_CONTENT} in it is larger than {_MAX_CONTENT} bytes"
                raise ReadError(what, where=str(path), next_step=_AGAIN)
            with archive.open(info) as stream:
                return stream.read(_MAX_CONTENT)
    except FileNotFoundError as fault:
        raise ReadError(f"cannot be read: {fault.strerror}", where=str(path), next_step=_to_do(fault)) from fault
    except KeyError as fault:
        raise ReadError(f"holds no {_CONTENT}", where=str(path), next_step=_AGAIN) from fault
    except ZIP_FAULTS as fault:
        raise ReadError(f"is not a zip archive that can be read: {fault}", where=str(path), next_step=_AGAIN) from fault


def _otio(data: bytes, path: Path, *, carries_media: bool = False) -> Snapshot:
    from otiogate.host.read import parse_otio, snapshot_of

    where = str(path)
    try:
        text = decode(data)
        odd = parse_otio_json(text)
    except DocumentError as fault:
        place = f"{where}:{fault.line}" if fault.line else where
        raise ReadError(fault.what, where=place, next_step=_AGAIN) from fault
    origin = Origin(path.name, path.suffix.lower().removeprefix("."), sha256(data), where)
    try:
        snapshot = snapshot_of(parse_otio(text, where), carries_media=carries_media, origin=origin)
    except ReadError as fault:
        raise ReadError(fault.what, where=where, next_step=fault.next_step or _AGAIN) from fault
    return snapshot.with_problems(Problem("odd", each, where) for each in odd)
