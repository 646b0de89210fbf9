"""Zip archives read strictly, as a listing of members and the content of one, without unpacking anything to a disk.

``zipfile`` forgives what another reader takes otherwise: members that the directory does not list, a size that is less
than what is there, two names for one member. Content that was approved must be what every reader finds, so here the
directory and the headers of the members have to say the same, and the members have to fill the archive without a gap.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from otiogate.documents.strict import DocumentError

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_HEADER = struct.Struct("<4s5H3L2H")

_ENCRYPTED, _DESCRIBED, _UTF_8 = 1 | 1 << 6 | 1 << 13, 1 << 3, 1 << 11
_STORED, _DEFLATED = 0, 8
_FULL, _SHORT = 0xFFFFFFFF, 0xFFFF
_LARGE, _SECOND_NAME = 1, 0x7075
"""Extra fields: the sizes that need more than four bytes, and another name for the member."""

_TWICE = "is there twice, by names that some system takes for one"

_CHUNK = 1024**2
_MOST = 256 * 1024**2
"""Bytes of a directory that is read: millions of members."""


@dataclass(frozen=True)
class Member:
    """One member of an archive: ``name``, the ``size`` of its content, ``packed`` bytes of which begin at ``start``.
    ``fault`` says why its content cannot be read, if it cannot."""

    name: str
    size: int
    packed: int
    start: int
    crc: int
    method: int
    fault: str = ""


@dataclass(frozen=True)
class _Entry:
    """What the directory says of a member whose header begins at ``at``."""

    raw: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int


def members(stream: BinaryIO) -> list[Member]:
    """The files in the archive ``stream``, which can be sought in. Raises ``DocumentError`` where two readers might not
    find the same in it."""
    end = stream.seek(0, 2)
    begin, entries = _directory(stream, end)
    found, position = list[Member](), 0
    for entry in sorted(entries, key=lambda each: each.at):
        if entry.at != position:
            raise DocumentError(f"does not have {entry.name} where the one before it ends")
        start, position = _extent(stream, entry, begin)
        if not entry.name.endswith("/"):
            made = Member(entry.name, entry.size, entry.packed, start, entry.crc, entry.method, _fault(entry))
            found.append(made)
        elif entry.size or entry.packed:
            raise DocumentError(f"has content in the folder {entry.name}")
    if position != begin:
        raise DocumentError("holds something that its directory does not list")
    names = Counter(_place(each.name) for each in found)
    return [replace(each, fault=_TWICE) if names[_place(each.name)] > 1 else each for each in found]


def unpacked(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The content of ``member``, piece by piece. Raises ``DocumentError`` where it is not as it is declared; what was
    given until then does not count."""
    if member.fault:
        raise DocumentError(member.fault)
    stream.seek(member.start)
    pieces = _stored(stream, member.packed) if member.method == _STORED else _inflated(stream, member.packed)
    size = crc = 0
    for piece in pieces:
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > member.size:
            raise DocumentError("is larger than the archive declares")
        yield piece
    if size != member.size:
        raise DocumentError("is smaller than the archive declares")
    if crc != member.crc:
        raise DocumentError("does not have the check sum that the archive declares")


def _directory(stream: BinaryIO, end: int) -> tuple[int, list[_Entry]]:
    """Where the directory begins, and its entries. ``end`` is the size of the archive."""
    at = end - _END.size
    mark, disk, first, here, number, size, begin, comment = _unpack(_END, _read(stream, at, _END.size))
    if mark != b"PK\5\6" or comment:
        raise DocumentError("is no zip archive, or does not end with its directory")
    wide = at - _LOCATOR.size
    if wide >= _END_64.size and (tail := _read(stream, wide, _LOCATOR.size)).startswith(b"PK\6\7"):
        at = wide - _END_64.size
        _, _, place, disks = _unpack(_LOCATOR, tail)
        found = _unpack(_END_64, _read(stream, at, _END_64.size))
        short = (disk, first, here, number, size, begin)
        mark, left, _, _, disk, first, here, number, size, begin = found
        fits = (one in (other, _SHORT, _FULL) for one, other in zip(short, found[4:], strict=True))
        if mark != b"PK\6\6" or left != _END_64.size - 12 or place != at or disks != 1 or not all(fits):
            raise DocumentError("says at its end two things of its directory")
    if disk or first or here != number:
        raise DocumentError("is a part of an archive")
    if begin + size != at or size > _MOST or number * _ENTRY.size > size:
        raise DocumentError("does not have its directory where it says")
    return begin, list(_entries(_read(stream, begin, size), number))


def _entries(data: bytes, number: int) -> Iterator[_Entry]:
    position = 0
    for _ in range(number):
        fields = _unpack(_ENTRY, data[position : position + _ENTRY.size])
        mark, _, _, flags, method, _, _, crc, packed, size, named, further, remark, disk, _, mode, at = fields
        begin = position + _ENTRY.size
        raw, extra = data[begin : begin + named], data[begin + named : begin + named + further]
        position = begin + named + further + remark
        if mark != b"PK\1\2" or position > len(data) or disk not in (0, _SHORT):
            raise DocumentError("has a directory that is broken")
        name = _name(raw, flags)
        kind = stat.S_IFMT(mode >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise DocumentError(f"holds a link or a device: {name}")
        size, packed, at = _large(extra, (size, packed, at), name)
        yield _Entry(raw, name, flags, method, crc, packed, size, at)
    if position != len(data):
        raise DocumentError("lists more in its directory than it says")


def _extent(stream: BinaryIO, entry: _Entry, limit: int) -> tuple[int, int]:
    """Where the content of ``entry`` begins, and where the next member does. Its own header has to say what the
    directory says; what stands behind the content, if its sizes were not known before, too."""
    fields = _unpack(_HEADER, _read(stream, entry.at, _HEADER.size))
    mark, _, flags, method, _, _, crc, packed, size, named, further = fields
    rest = _read(stream, entry.at + _HEADER.size, named + further)
    size, packed = _large(rest[named:], (size, packed), entry.name)
    start = entry.at + _HEADER.size + named + further
    end = start + entry.packed
    same = (mark, flags, method, rest[:named]) == (b"PK\3\4", entry.flags, entry.method, entry.raw)
    later = bool(flags & _DESCRIBED)
    wanted = zip((crc, packed, size), (entry.crc, entry.packed, entry.size), strict=True)
    told = all(one == other or (later and not one) for one, other in wanted)
    if not same or not told or end > limit:
        raise DocumentError(f"says two things of {entry.name}, one in its directory and one where it stands")
    return start, end + _described(stream, entry, end, limit) if later else end


def _described(stream: BinaryIO, entry: _Entry, at: int, limit: int) -> int:
    """The size of what says at ``at`` which sizes the content before it had."""
    found = _read(stream, at, min(24, limit - at))
    for form in ("<2L", "<2Q"):
        try:
            told = struct.pack("<L", entry.crc) + struct.pack(form, entry.packed, entry.size)
        except struct.error:
            continue
        for each in (b"PK\7\10" + told, told):
            if found.startswith(each) and _read(stream, at + len(each), 4) in (b"PK\3\4", b"PK\1\2"):
                return len(each)
    raise DocumentError(f"says two things of {entry.name}, one in its directory and one behind it")


def _large(extra: bytes, short: tuple[int, ...], name: str) -> tuple[int, ...]:
    """The sizes and places ``short``, those that need more than four bytes from the field for them."""
    wide, seen = b"", set()
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        data, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _SECOND_NAME and data[5:] != name.encode():
            raise DocumentError(f"has a second name for {name}")
        if len(data) != size or (kind in seen and kind in (_LARGE, _SECOND_NAME)):
            raise DocumentError(f"has extra fields of {name} that are broken")
        seen.add(kind)
        wide = data if kind == _LARGE else wide
    found = list(short)
    for number, each in enumerate(short):
        if each == _FULL and len(wide) >= 8:
            found[number], wide = struct.unpack_from("<Q", wide)[0], wide[8:]
    return tuple(found)


def _name(raw: bytes, flags: int) -> str:
    """The name of a member, which every system writes to the same place below a folder."""
    try:
        name = raw.decode("utf-8" if flags & _UTF_8 else "ascii")
    except UnicodeDecodeError as fault:
        raise DocumentError(f"holds a name that is not marked as UTF-8: {raw!r}") from fault
    odd = any(each in "\\:" or ord(each) < 32 or ord(each) == 127 for each in name)
    if odd or not all(part.strip(". ") for part in name.removesuffix("/").split("/")):
        raise DocumentError(f"holds a name that leads out of it, or elsewhere on another system: {name!r}")
    return name


def _place(name: str) -> str:
    """What is one for all names that some system writes to one place: without case, and without dots and blanks at the
    end of a part."""
    return unicodedata.normalize("NFC", "/".join(part.rstrip(". ") for part in name.split("/")).casefold())


def _fault(entry: _Entry) -> str:
    if entry.flags & _ENCRYPTED:
        return "is encrypted"
    if entry.method not in (_STORED, _DEFLATED):
        return "is packed in a way that is not read here"
    if entry.method == _STORED and entry.packed != entry.size:
        return "is said to be stored as it is, in another size"
    return ""


def _stored(stream: BinaryIO, packed: int) -> Iterator[bytes]:
    while packed:
        piece = stream.read(min(_CHUNK, packed))
        if not piece:
            raise DocumentError("is cut off")
        packed -= len(piece)
        yield piece


def _inflated(stream: BinaryIO, packed: int) -> Iterator[bytes]:
    """What ``packed`` bytes of ``stream`` hold, never more than a chunk of it at a time, and all of it."""
    source, inflate = _stored(stream, packed), zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflate.eof:
        piece = inflate.unconsumed_tail or next(source, b"")
        try:
            found = inflate.decompress(piece, _CHUNK)
        except zlib.error as fault:
            raise DocumentError(f"cannot be unpacked: {fault}") from fault
        if not found and not piece:
            raise DocumentError("is cut off")
        yield found
    if inflate.unused_data or next(source, b""):
        raise DocumentError("has something behind what is packed")


def _read(stream: BinaryIO, at: int, size: int) -> bytes:
    if at < 0:
        raise DocumentError("is no zip archive, or does not end with its directory")
    stream.seek(at)
    return stream.read(size)


def _unpack(form: struct.Struct, data: bytes) -> tuple[Any, ...]:
    if len(data) != form.size:
        raise DocumentError("is no zip archive, or is cut off")
    return form.unpack(data)
