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
from xml.parsers import expat

from otiogate.errors import ReadError
from otiogate.receipt import SUFFIX as RECEIPT
from otiogate.scan.sidecar import SUFFIX, astray
from otiogate.timeline.formats import BUNDLES, BY_SUFFIX

_HEAD = 4096
_MOST_HEAD = 1024**2
"""How much of an XML is looked at, in pieces, for its outermost element: comments may stand before it."""

_XML_TIMELINES = ("xmeml", "fcpxml")
_UNKNOWN_ENCODING = 18
"""What the parser calls an encoding that it does not know."""


@dataclass(frozen=True)
class Wanted:
    """What of a folder, or of what a pattern matches, is wanted. A file that is named is wanted whatever this says.

    ``include`` and ``exclude`` are patterns of paths from that folder, or of names, in which * stands for anything;
    ``since`` is a time of last change, in seconds of the epoch: of a bundle that of the last of what is in it, and of
    any timeline that of its sidecar and its receipt too.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: float = 0.0

    def __call__(self, path: str, folder: str) -> bool:
        """Whether the file ``path``, found below ``folder``, is wanted."""
        if not (self.include or self.exclude or self.since):
            return True
        inner = _inner(path, folder)
        if self.include and not _fits(inner, self.include):
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
        for base, _folders, names in os.walk(path):
            yield from (os.path.join(base, each) for each in names)  # noqa: PTH118 - thousands of files: no Path for each


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - as above
    except OSError:
        return math.inf  # it is there and cannot be looked at: whoever reads it says so


def _fits(inner: str, patterns: Iterable[str]) -> bool:
    name = inner.rpartition("/")[2]
    return any(fnmatch(inner, each) or fnmatch(name, each) for each in patterns)


def timelines(
    paths: Iterable[str],
    wanted: Wanted | None = None,
    nothing: Callable[[str], object] | None = None,
    link: Callable[[str], object] | None = None,
    alone: Callable[[str], object] | None = None,
) -> Iterator[str]:
    """The timelines that ``paths`` mean, each folder's in the order of their names.

    A folder means every timeline below it, also of formats that are not read: what is delivered and cannot be judged
    has to be said. Names that begin with a dot are left out, and links to folders are not followed. ``nothing`` is
    called with each path that means no timeline, ``link`` with each link that leads out of the folder to another, if
    that is not excluded, and ``alone`` with each sidecar in a folder that lies there without its timeline.
    Raises ``ReadError`` for a folder that cannot be listed.
    """
    met = _Met(link or _pass, alone or _pass)
    for path in paths:
        empty = True
        for found in _meant(path, wanted or Wanted(), met):
            empty = False
            yield found
        if empty and nothing:
            nothing(path)


@dataclass(frozen=True)
class _Met:
    """Who is told of what is met in a folder and is no timeline."""

    link: Callable[[str], object]
    alone: Callable[[str], object]


def _pass(_: str) -> None:
    """Tells nobody."""


def _meant(path: str, wanted: Wanted, met: _Met) -> Iterator[str]:
    if _is_folder(path):
        yield from (each for each in _below(path, wanted, met) if wanted(each, path))
    elif glob.has_magic(path) and not os.path.lexists(path):
        for each in sorted(glob.glob(path, recursive=True)):  # noqa: PTH207 - Path has no such call
            if _is_folder(each):
                yield from (found for found in _below(each, wanted, met) if wanted(found, each))
            elif not each.endswith(SUFFIX) and wanted(each, os.path.dirname(each) or "."):  # noqa: PTH120 - as above
                yield each
    else:
        yield path


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not path.rstrip("/\\").lower().endswith(BUNDLES)  # noqa: PTH112 - Path's own raises


def _below(folder: str, wanted: Wanted, met: _Met) -> Iterator[str]:
    def fail(fault: OSError) -> None:
        raise ReadError(f"cannot be listed: {fault.strerror}", where=str(fault.filename)) from fault

    for base, folders, names in os.walk(folder, onerror=fail):
        there = (*names, *folders)
        found = [os.path.join(base, each) for each in names if _is_timeline(base, each)]  # noqa: PTH118 - as above
        found += [os.path.join(base, each) for each in folders if each.lower().endswith(BUNDLES) and each[0] != "."]  # noqa: PTH118
        folders[:] = sorted(each for each in folders if each[0] != "." and not each.lower().endswith(BUNDLES))
        for each in folders:
            path = os.path.join(base, each)  # noqa: PTH118 - as above
            if os.path.islink(path) and _leads_out(path, folder) and not wanted.leaves_out(path, folder):  # noqa: PTH114
                met.link(path)
        for each in astray(there):
            met.alone(os.path.join(base, each))  # noqa: PTH118 - as above
        yield from sorted(found)


def _leads_out(path: str, folder: str) -> bool:
    """Whether the link ``path`` leads out of ``folder``, all of which is looked at anyway."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _is_timeline(base: str, name: str) -> bool:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - as above
    if name.startswith(".") or suffix not in BY_SUFFIX:
        return False
    return suffix != ".xml" or _is_timeline_xml(Path(base, name))


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
