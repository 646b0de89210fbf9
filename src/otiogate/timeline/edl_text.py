"""The text of an EDL, whatever system wrote its bytes."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from otiogate.errors import ReadError

NO_EDL = "export the timeline as a CMX 3600 EDL, or name the file for what it is"

_FEW = 64
_NUMBERED = re.compile(r"^[^\S\n]*\d[^\n]*", re.MULTILINE)


def text_of(data: bytes, where: str) -> bytes:
    """``data`` as UTF-8 with LF line ends, without the control-Z and NUL that old systems pad files with. Between the
    fields of an event all blanks are plain ones; in a name each stays as it is. Raises ``ReadError``."""
    text = _decoded(data, where).replace("\ufeff", "")
    if "\r" in text:  # to find that there is none takes a hundredth of the time of three replacements
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    text = text.rstrip("\0\x1a \t\v\f\n")
    if not text:
        raise ReadError("is empty", where=where, next_step="export the EDL again")
    if "\0" in text:
        raise ReadError("is binary data, not a CMX 3600 EDL", where=where, next_step=NO_EDL)
    if "\x1a" in text:
        text = re.sub("\n?\x1a+", "\n", text)
    if "\xa0" in text:
        text = _NUMBERED.sub(lambda line: line[0].replace("\xa0", " "), text)
    return text.encode("utf-8")


def wide_encoding(data: bytes) -> str:
    """The UTF-16 that ``data`` is, by its mark or by the zeros of its first letters; empty for any other text."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    even, odd = data[:_FEW:2].count(0), data[1:_FEW:2].count(0)
    few, most = len(data[:_FEW]) // 8, len(data[:_FEW]) // 4
    if odd > most and even <= few:
        return "utf-16-le"
    return "utf-16-be" if even > most and odd <= few else ""


def encoding(data: bytes) -> str:
    """The encoding of ``data``, which is not UTF-16: that of systems of today if it can be, else that of Windows."""
    try:
        _unpadded(data).decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _decoded(data: bytes, where: str) -> str:
    wide = wide_encoding(data)
    if wide:
        try:
            return data.decode(wide)
        except UnicodeDecodeError as error:
            what = f"begins as UTF-16 text but does not go on so: {error.reason}"
            raise ReadError(what, where=where, next_step="export the EDL again") from None
    data = _unpadded(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.removeprefix(BOM_UTF8).decode("windows-1252", errors="replace")


def _unpadded(data: bytes) -> bytes:
    """``data`` without the 0xFF that old systems write behind the control-Z at its end."""
    bare = data.rstrip(b"\x1a\xff")
    return bare if data[len(bare) :].startswith(b"\x1a") else data
