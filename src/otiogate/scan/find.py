"""Which timelines a scan is of: files as they are named, and those in folders and under patterns."""

from __future__ import annotations

import glob
import math
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from otiogate.errors import ReadError
from otiogate.receipt import SUFFIX as RECEIPT
from otiogate.scan.misnamed import LOOKED_AT, holds_timeline, may_be_misnamed, names_one, packed_in
from otiogate.scan.sidecar import SUFFIX, astray
from otiogate.timeline.formats import BUNDLES, BY_SUFFIX

_HEAD = 4096
_MOST_HEAD = 1024**2
"""How much of an XML is looked at, in pieces, for its outermost element: comments may stand before it."""

_SUFFIXES = tuple(BY_SUFFIX)

_SHADOW = b"\x00\x05\x16\x07"
"""With what an AppleDouble file begins."""

_XML_TIMELINES = ("xmeml", "fcpxml")
_UNKNOWN_ENCODING = 18
"""What the parser calls an encoding that it does not know."""


@dataclass(frozen=True)
class Wanted:
    """What of a folder, or of what a pattern matches, is wanted. A file that is named is wanted whatever this says.

    ``include`` and ``exclude`` are patterns of paths from that folder, or of names, in which * stands for anything, and
    one of a folder holds for all below it. ``*.edl`` includes ``CUT.EDL``, and excludes it only where the system does.
    ``since`` is a time of last change, or of arrival, in seconds of the epoch: of a bundle that of the last of what is
    in it, and of any timeline that of its sidecar and its receipt too.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: float = 0.0

    def __call__(self, path: str, folder: str) -> bool:
        """Whether the file ``path``, found below ``folder``, is wanted."""
        if not (self.include or self.exclude or self.since):
            return True
        inner = _inner(path, folder)
        if self.include and not _fits(inner.lower(), [each.lower() for each in self.include]):
            return False
        if _fits(inner, self.exclude):
            return False
        return not self.since or any(_changed(each) >= self.since for each in _all_of(path))

    def leaves_out(self, path: str, folder: str) -> bool:
        """Whether ``exclude`` names the folder ``path``, found below ``folder``, or all that is in it."""
        return _fits(_inner(path, folder), self.exclude) or _fits(f"{_inner(path, folder)}/", self.exclude)


def _inner(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _all_of(path: str) -> Iterator[str]:
    """The timeline in ``path``, what is in it if it is a bundle, and what belongs to it."""
    yield path
    yield from (each for each in (path + SUFFIX, path + RECEIPT) if os.path.lexists(each))
    if path.lower().endswith(BUNDLES):
        yield from _files(path)


def _files(folder: str) -> Iterator[str]:
    for base, _folders, names in os.walk(folder):
        yield from (os.path.join(base, each) for each in names)  # noqa: PTH118 - thousands of files: no Path for each


def _changed(path: str) -> float:
    """When it was changed, or came there: what is copied or unpacked may keep the date that it had elsewhere."""
    try:
        found = os.stat(path)  # noqa: PTH116 - as above
        return max(found.st_mtime, found.st_ctime)
    except OSError:
        return math.inf  # it is there and cannot be looked at: whoever reads it says so


def _fits(inner: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the path ``inner``, its name, or one of those of the folders that it is in."""
    parts = inner.split("/")
    places = {inner, *parts, *("/".join(parts[:number]) for number in range(1, len(parts)))}
    clean = [each.removeprefix("./").rstrip("/") for each in patterns]
    return any(fnmatch(place, each) for each in clean if each for place in places)


def _pass(_: str) -> None:
    """Tells nobody."""


def _raise(fault: ReadError) -> NoReturn:
    raise fault


@dataclass(frozen=True)
class Met:
    """Who is told of what means no timeline: ``nothing`` of each path without one, ``link`` of each link to a folder,
    ``hidden`` of each timeline whose name begins with a dot, and each folder of such a name that holds one, ``alone``
    of each sidecar in a folder that lies there without its timeline, and ``unlisted`` of each folder below which nobody
    can look; that raises, where nobody wants to be told."""

    nothing: Callable[[str], object] = _pass
    link: Callable[[str], object] = _pass
    hidden: Callable[[str], object] = _pass
    alone: Callable[[str], object] = _pass
    unlisted: Callable[[ReadError], object] = _raise


def timelines(
    paths: Iterable[str], wanted: Wanted | None = None, met: Met | None = None, *, misnamed: bool = False
) -> Iterator[str]:
    """The timelines that ``paths`` mean, each folder's in the order of their names.

    A folder means every timeline below it, also of formats that are not read: what is delivered and cannot be judged
    has to be said. With ``misnamed`` that is also what is a timeline by its content and no name of one, such as
    ``cut.edl.txt``. What has a name that begins with a dot is told and left out, and links to folders are not followed.
    Raises ``ReadError`` for a folder that cannot be listed, unless ``met`` is told of it.
    """
    look = _Look(met or Met(), is_misnamed if misnamed else _never)
    for path in paths:
        empty = True
        for found in _meant(path, wanted or Wanted(), look):
            empty = False
            yield found
        if empty:
            look.met.nothing(path)


@dataclass(frozen=True)
class _Look:
    """How folders are looked through."""

    met: Met
    is_misnamed: Callable[[str, str], bool]


def _never(_base: str, _name: str) -> bool:
    return False


def _meant(path: str, wanted: Wanted, look: _Look) -> Iterator[str]:
    if _is_folder(path):
        yield from (each for each in _below(path, look, wanted) if wanted(each, path))
    elif glob.has_magic(path) and not os.path.lexists(path):
        for each in sorted(glob.glob(_in_any_case(path), recursive=True)):  # noqa: PTH207 - Path has no such call
            if _is_folder(each):
                yield from (found for found in _below(each, look, wanted) if wanted(found, each))
            elif not each.endswith(SUFFIX) and wanted(each, os.path.dirname(each) or "."):  # noqa: PTH120 - as above
                yield each
    else:
        yield path


def _in_any_case(pattern: str) -> str:
    """``pattern``, in which the suffix of a timeline means that in capitals too: some systems write ``CUT.EDL``."""
    root, suffix = os.path.splitext(pattern)  # noqa: PTH122 - as above
    if suffix.lower() not in BY_SUFFIX:
        return pattern
    return f"{root}.{''.join(f'[{each.lower()}{each.upper()}]' for each in suffix[1:])}"


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not path.rstrip("/\\").lower().endswith(BUNDLES)  # noqa: PTH112 - Path's own raises


def _below(folder: str, look: _Look, wanted: Wanted) -> Iterator[str]:
    def fail(fault: OSError) -> None:
        where = str(fault.filename)
        if not wanted.leaves_out(where, folder):
            step = "ask for the right to look into it, or leave it out with --exclude"
            look.met.unlisted(ReadError(f"cannot be listed: {fault.strerror}", where=where, next_step=step))

    for base, folders, names in os.walk(folder, onerror=fail):
        there = (*names, *folders)
        begin = os.path.join(base, "")  # noqa: PTH118 - as above
        found = [begin + each for each in names if _is_timeline(base, each) or look.is_misnamed(base, each)]
        found += [begin + each for each in folders if each.lower().endswith(BUNDLES) and each[0] != "."]
        for each in sorted(each for each in there if each[0] == "."):
            if _holds_hidden(begin + each, folder, wanted):
                look.met.hidden(begin + each)
        folders[:] = sorted(each for each in folders if each[0] != "." and not each.lower().endswith(BUNDLES))
        for each in folders:
            path = begin + each
            if _is_link(path) and not _leads_within(path, folder) and not wanted.leaves_out(path, folder):
                look.met.link(path)
        for each in astray(there):
            look.met.alone(begin + each)
        yield from sorted(found)


def _holds_hidden(path: str, folder: str, wanted: Wanted) -> bool:
    """Whether ``path``, found below ``folder`` and with a name that begins with a dot, is a timeline that is wanted, or
    a folder in which one lies. That is looked through until one is found: such folders may hold a whole history."""
    if wanted.leaves_out(path, folder) or (_is_folder(path) and _is_link(path)):
        return False
    return any(
        _is_named_one(*os.path.split(each)) and wanted(each, folder) and not _is_shadow(each)
        for each in (_files(path) if _is_folder(path) else [path])
    )


def _is_shadow(path: str) -> bool:
    """Whether ``path`` is what macOS writes beside a file, on drives of others, for what it knows of it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # it may be a pipe
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            return stream.read(len(_SHADOW)) == _SHADOW
    except OSError:
        return False


def _is_link(path: str) -> bool:
    """Whether ``path`` is what a walk does not follow: a link or, on Windows and from Python 3.12 on, a junction."""
    return os.path.islink(path) or getattr(os.path, "isjunction", os.path.islink)(path)  # noqa: PTH114 - as above


def _leads_within(path: str, folder: str) -> bool:
    """Whether the link ``path`` leads to what is looked at in ``folder`` anyway, and not below a name with a dot."""
    place, top = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    return place.is_relative_to(top) and not any(each.startswith(".") for each in place.relative_to(top).parts)


def _is_timeline(base: str, name: str) -> bool:
    return name[0] != "." and _is_named_one(base, name)


def _is_named_one(base: str, name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_SUFFIXES) and (not lower.endswith(".xml") or _is_timeline_xml(Path(base, name)))


def is_misnamed(base: str, name: str) -> bool:
    """Whether the file ``name`` in the folder ``base`` is a timeline that is not called one."""
    if not may_be_misnamed(name):
        return False
    path = os.path.join(base, name)  # noqa: PTH118 - as above
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - as above
            return False
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - as above
            return holds_timeline(name, stream.read(LOOKED_AT)) or bool(packed_in(path))
    except OSError:
        return names_one(name)


class _Root(Exception):
    """The outermost element of an XML was met."""


def _is_timeline_xml(path: Path) -> bool:
    """Whether the outermost element of an XML is that of a timeline. Where that cannot be told, because it lies too
    deep, or the file cannot be read, it is: whoever reads it says what is wrong."""
    found: list[str] = []

    def begin(tag: str, _attributes: object) -> None:
        found.append(tag.lower())
        raise _Root

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    data = b""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return True  # to open a pipe may never end
        with path.open("rb", buffering=0) as stream:
            while len(data) < _MOST_HEAD and (piece := stream.read(_HEAD)):
                data += piece
                parser.Parse(piece, False)
    except _Root:
        pass
    except expat.ExpatError as fault:
        if len(data) >= _MOST_HEAD or fault.code == _UNKNOWN_ENCODING:
            return True
    except (OSError, ValueError, LookupError):  # what a decoder raises for an encoding that it does not know
        return True
    if not found and len(data) >= _MOST_HEAD:
        return True
    said = data.replace(b"\0", b"")  # UTF-16 has NULs between
    return bool(found and found[0] in _XML_TIMELINES) or any(b"<%b" % each.encode() in said for each in _XML_TIMELINES)
