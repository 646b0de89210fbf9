"""Timelines that are not called so: text, a copy that was set aside, a name such as ``cut.edl.txt``, or an archive."""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from lzma import LZMAError

from otiogate.timeline.formats import BY_SUFFIX
from otiogate.timeline.sniff import ZIP, sniff

LOOKED_AT = 64 * 1024
"""Bytes by which it is told what such a file is."""

_PLAIN = ("", ".txt", ".cmx", ".bak", ".old")
"""Suffixes under which a timeline may lie that is not called one."""

_ZIPPED = ".zip"
_PACKED = (_ZIPPED, ".gz", ".bz2", ".xz", ".zst", ".lz4", ".7z", ".rar", ".tar", ".tgz")
"""Suffixes of archives, and of single files that are packed."""

_LARGEST_DIRECTORY = 64 * 1024**2
_TAIL = 128 * 1024
"""What stands behind the list of files of a zip: less than this."""

ZIP_FAULTS = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, LZMAError, struct.error)
"""What the standard library raises for archives that are broken, cut off, encrypted, or packed in an unknown way."""

_KNOWN = re.compile(rf"\.(?:{'|'.join(each[1:] for each in BY_SUFFIX)})(?![a-z0-9])", re.IGNORECASE)
_SURE = ("xmeml", "fcpxml", "ale", "ges", "mlt")
_TIME = r"\d\d(?:[:;.,]\d\d){3}"
_EVENT = re.compile(rf"(?:\A|[\r\n])[ \t]*\d{{1,6}}[ \t]+\S[^\r\n]*?[ \t]{_TIME}(?:[ \t]{{1,8}}{_TIME}){{3}}".encode())
"""An event of an EDL, by its four times: what begins with a title may be any text."""


def may_be_misnamed(name: str) -> bool:
    """Whether the file ``name`` has no name of a timeline, and may still be one: what it is, its content tells."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - thousands of files: no Path for each
    if name.startswith(".") or suffix in BY_SUFFIX:
        return False
    return suffix in (*_PLAIN, _ZIPPED) or names_one(name)


def names_one(name: str) -> bool:
    """Whether ``name`` has the suffix of a timeline within it."""
    return _KNOWN.search(name) is not None


def holds_timeline(name: str, data: bytes) -> bool:
    """Whether the file ``name``, which may be misnamed and begins with ``data``, is a timeline."""
    said = data.replace(b"\0", b"")  # UTF-16 has NULs between
    kind = sniff(data)
    is_packed = (kind == "compound" and names_one(name)) or (kind == ZIP and ".otioz" in name.lower())
    return kind in _SURE or is_packed or b'"OTIO_SCHEMA"' in said or bool(_EVENT.search(said))


def packed_in(path: str) -> str:
    """The name of a timeline that the archive ``path`` holds, or that it cannot be told; nothing where it is none, or
    holds none. Of archives but zip only the name is asked."""
    name = os.path.basename(path)  # noqa: PTH119 - thousands of files: no Path for each
    root, suffix = os.path.splitext(name)  # noqa: PTH122 - as above
    if suffix.lower() not in _PACKED:
        return ""
    if suffix.lower() != _ZIPPED:
        return root if names_one(root) else ""
    try:
        return _zipped_in(path)
    except ZIP_FAULTS:
        return "what cannot be listed"  # another program may unpack it


def _zipped_in(path: str) -> str:
    if _directory_size(path) > _LARGEST_DIRECTORY:
        return "more files than are listed here"
    with zipfile.ZipFile(path) as archive:
        return next((each for each in archive.namelist() if _is_timeline(archive, each)), "")


def _directory_size(path: str) -> int:
    """How many bytes the archive says that its list of files takes: what reads the list reads all of it at once."""
    with open(path, "rb") as stream:  # noqa: PTH123 - as above
        stream.seek(max(stream.seek(0, os.SEEK_END) - _TAIL, 0))
        tail = stream.read()
    end, end_64 = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    sizes = [tail[end + 12 : end + 16] if end >= 0 else b"", tail[end_64 + 40 : end_64 + 48] if end_64 >= 0 else b""]
    return max(0 if each == b"\xff\xff\xff\xff" else int.from_bytes(each, "little") for each in sizes)


def _is_timeline(archive: zipfile.ZipFile, member: str) -> bool:
    name = member.replace("\\", "/").rpartition("/")[2].rstrip(". ")  # which Windows drops
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - as above
    if name.startswith(".") or not (suffix in BY_SUFFIX or names_one(name)):
        return False
    if suffix in BY_SUFFIX and suffix != ".xml":
        return True
    try:
        with archive.open(member) as stream:
            head = stream.read(LOOKED_AT)
    except ZIP_FAULTS:
        return True
    return sniff(head) in (*_SURE, "xml") if suffix == ".xml" else holds_timeline(name, head)
