"""How media is named: basenames out of URLs and paths, reels that name nothing, text compared without case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import unquote

REEL_KEYS = frozenset({"reel", "reelname", "tape", "tapename", "tapeid", "sourcereel", "sourcetape"})
"""Metadata keys, without case, blanks, ``-`` and ``_``, whose value is a reel."""

_NOBODY = frozenset({"", "AX", "BL", "BLACK", "BARS", "NONE"})
_UNUSUAL = re.compile(r"[%?#\\]")
_SEPARATOR = re.compile(r"[/\\]")
_QUERY = re.compile(r"[?#]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def basenames(url: str) -> tuple[str, ...]:
    """Every way in which people would write the file name of ``url``, sorted: as it stands, with percent signs
    decoded, and without query and fragment. By these a record is found; they are more than ``file_names``.

    OpenTimelineIO's own decoding is not used: it turns ``frame.%04d.exr`` into a control character, cuts at ``#`` and
    loses Windows drives.
    """
    if not url:
        return ()
    if not _UNUSUAL.search(url):
        last = url.rpartition("/")[2]
        return (last,) if last else basenames(url.rstrip("/"))
    found = set()
    for form in (url, unquote(url), _QUERY.split(url, maxsplit=1)[0]):
        last = _last(form)
        found |= {last, unquote(last), _QUERY.split(last, maxsplit=1)[0]}
    return tuple(sorted(each for each in found if each))


def file_names(url: str) -> tuple[str, ...]:
    """How the one file at ``url`` is called, sorted: as it stands, and with percent signs decoded. To these an approval
    is bound, so that neither a query nor an encoded slash makes a name of its own."""
    if _SCHEME.match(url):
        url = _QUERY.split(url, maxsplit=1)[0]
    last = _last(url)
    decoded = unquote(last)
    return tuple(
        sorted({each for each in (last, decoded) if each and not (each == decoded and _SEPARATOR.search(each))})
    )


def _last(path: str) -> str:
    return _SEPARATOR.split(path.rstrip("/\\"))[-1]


def names_nobody(reel: str) -> bool:
    """Whether ``reel`` is one of the words that stand for no reel at all."""
    return reel.strip().upper() in _NOBODY


def fold(text: str) -> str:
    """``text`` as it is compared: trimmed, NFC, without case."""
    text = text.strip()
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def folded(texts: Collection[str]) -> set[str]:
    """The ``texts``, each as ``fold`` gives it; if all are ASCII, at once."""
    whole = "\n".join(texts)
    if not whole.isascii() or whole.count("\n") != len(texts) - 1:
        return set(map(fold, texts))
    return set(map(str.strip, whole.lower().split("\n")))


def same_name(one: str, two: str) -> bool:
    """Whether two file names are one, when a list of cuts may have dropped the extension of either."""
    if one != two:  # most that are one are written alike
        one, two = fold(one), fold(two)
    if one == two:
        return bool(one) and not one.isspace()
    return (_without_extension(one) == two) != (one == _without_extension(two))


def stem(folded: str) -> str:
    """``folded`` without its last dot and what follows, which may be an extension; nothing where there is none."""
    return folded.rpartition(".")[0].rstrip()


def has_extension(name: str) -> bool:
    """Whether a clip name ends as file names do."""
    return _EXTENSION.search(name.lower()) is not None


def _without_extension(name: str) -> str:
    return _EXTENSION.sub("", name).rstrip()


_EXTENSION = re.compile(r"\.(?!v\d+\Z)(?=[a-z0-9]*[a-z])[a-z0-9]{2,5}\Z", re.ASCII)
"""An ending that a list of cuts may drop; a version, such as ``.v2``, is none."""
