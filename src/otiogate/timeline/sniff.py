"""What the bytes of a file are, whatever it is called."""

from __future__ import annotations

import re

ZIP = "a zip archive"

_HEAD = 64 * 1024
_WORDS = {
    "compound": "a compound file, as AAF and older Office documents are",
    "xmeml": "FCP 7 XML",
    "fcpxml": "FCPXML",
    "ges": "a GES project",
    "mlt": "MLT XML, as Kdenlive and Shotcut write it",
    "m3u8": "a playlist",
    "ale": "an Avid Log Exchange",
    "edl": "an EDL",
    "json": "JSON",
    "nothing": "blank",
    "xml": "XML that does not say what it is",
    "text": "some other text",
    "binary": "binary data of no kind that is known here",
}
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"8BPS", "a Photoshop image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", ZIP),
    (b"\x1f\x8b", "gzip data"),
    (b"\x06\x0e\x2b\x34", "an MXF file"),
    (b"RIFF", "a RIFF file, as WAV and AVI are"),
    (b"DOMAIN", "an Avid bin"),
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PROLOG = re.compile(r"\A(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_EDL = re.compile(r"TITLE:|FCM:|\d{1,6}\s+\S+\s+\S+\s+[CDWK]", re.IGNORECASE)


def sniff(data: bytes) -> str:
    """What ``data`` is: ``compound``, the name of the outermost element of XML, ``m3u8``, ``ale``, ``edl``, ``json``,
    ``text``, ``binary``; or in words, where no timeline is like that."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp":
        return "an MP4 or QuickTime file"
    head = _decoded(data[:_HEAD])
    if "\0" in head:
        return "binary"
    text = head.lstrip()
    if text.startswith("<"):
        root = _ROOT.match(_PROLOG.sub("", text, count=1))
        return root[1] if root else "xml"
    first = re.split(r"[\r\n]", text, maxsplit=1)[0].strip()
    if not first:
        return "nothing"
    if first.startswith("#EXTM3U"):
        return "m3u8"
    if first.strip(' \t,;"').lower() in ("heading", "column"):  # a spreadsheet leaves blank cells behind it
        return "ale"
    if first.lower().startswith("samplitude edl"):
        return "an EDL of Samplitude"
    if text[0] in "{[":
        return "json"
    return "edl" if _EDL.match(text) else "text"


def described(kind: str) -> str:
    """``kind``, as ``sniff`` tells it, for people."""
    if kind in _WORDS:
        return _WORDS[kind]
    return kind if " " in kind else f"XML whose outermost element is {kind[:80]!r}"


def _decoded(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace").lstrip("\ufeff")
    if head[:2] in (b"<\0", b"\0<"):
        return head.decode("utf-16-le" if head[1] == 0 else "utf-16-be", "replace")
    return head.decode("utf-8", "replace")
