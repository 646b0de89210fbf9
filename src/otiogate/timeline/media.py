"""How media is named: basenames out of URLs and paths, reels that name nothing, text compared without case."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_NOBODY = frozenset({"", "AX", "BL", "BLACK", "BARS", "NONE"})
_UNUSUAL = re.compile(r"[%?#\\]")
_SEPARATOR = re.compile(r"[/\\]")


def basenames(url: str) -> tuple[str, ...]:
    """Every way in which people would write the file name of ``url``, sorted: as it stands, with percent signs
    decoded, and without query and fragment.

    OpenTimelineIO's own decoding is not used: it turns ``frame.%04d.exr`` into a control character, cuts at ``#`` and
    loses Windows drives.
    """
    if not url:
        return ()
    if not _UNUSUAL.search(url):
        last = url.rpartition("/")[2]
        return (last,) if last else basenames(url.rstrip("/"))
    found = set()
    for form in (url, unquote(url)):
        last = _SEPARATOR.split(form.rstrip("/\\"))[-1]
        found.add(last)
        found.add(re.split(r"[?#]", last, maxsplit=1)[0])
    return tuple(sorted(each for each in found if each))


def names_nobody(reel: str) -> bool:
    """Whether ``reel`` is one of the words that stand for no reel at all."""
    return reel.strip().upper() in _NOBODY


def fold(text: str) -> str:
    """``text`` as it is compared: trimmed, NFC, without case."""
    text = text.strip()
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def same_name(one: str, two: str) -> bool:
    """Whether two file names are one, when a list of cuts may have dropped the extension of either."""
    one, two = fold(one), fold(two)
    if one == two:
        return bool(one)
    return (_without_extension(one) == two) != (one == _without_extension(two))


def _without_extension(name: str) -> str:
    return _EXTENSION.sub("", name)


_EXTENSION = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{2,5}\Z", re.ASCII)
