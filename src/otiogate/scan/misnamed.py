"""Timelines that are not called so: text, a copy that was set aside, or a name such as ``cut.edl.txt``."""

from __future__ import annotations

import os
import re

from otiogate.timeline.formats import BY_SUFFIX
from otiogate.timeline.sniff import ZIP, sniff

LOOKED_AT = 64 * 1024
"""Bytes by which it is told what such a file is."""

_PLAIN = ("", ".txt", ".cmx", ".bak", ".old")
"""Suffixes under which a timeline may lie that is not called one."""

_KNOWN = re.compile(rf"\.(?:{'|'.join(each[1:] for each in BY_SUFFIX)})(?![a-z0-9])", re.IGNORECASE)
_SURE = ("xmeml", "fcpxml", "ale", "ges", "mlt")
_TIME = r"\d\d(?:[:;.,]\d\d){3}"
_EVENT = re.compile(rf"(?:\A|[\r\n])[ \t]*\d{{1,6}}[ \t]+\S[^\r\n]*?[ \t]{_TIME}(?:[ \t]{{1,8}}{_TIME}){{3}}".encode())
"""An event of an EDL, by its four times: what begins with a title may be any text."""


def may_be_misnamed(name: str) -> bool:
    """Whether the file ``name`` has no name of a timeline, and may still be one: what it is, its content tells."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - thousands of files: no Path for each
    return not name.startswith(".") and suffix not in BY_SUFFIX and (suffix in _PLAIN or names_one(name))


def names_one(name: str) -> bool:
    """Whether ``name`` has the suffix of a timeline within it."""
    return _KNOWN.search(name) is not None


def holds_timeline(name: str, data: bytes) -> bool:
    """Whether the file ``name``, which may be misnamed and begins with ``data``, is a timeline."""
    said = data.replace(b"\0", b"")  # UTF-16 has NULs between
    kind = sniff(data)
    is_packed = (kind == "compound" and names_one(name)) or (kind == ZIP and ".otioz" in name.lower())
    return kind in _SURE or is_packed or b'"OTIO_SCHEMA"' in said or bool(_EVENT.search(said))
