"""Which timelines a scan is of: files as they are named, and those in folders and under patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from otiogate.errors import ReadError
from otiogate.scan.sidecar import SUFFIX
from otiogate.timeline.formats import BUNDLES, BY_SUFFIX

_HEAD = 4096
_XML_TIMELINES = (b"<xmeml", b"<fcpxml")


@dataclass(frozen=True)
class Wanted:
    """What of a folder, or of what a pattern matches, is wanted. A file that is named is wanted whatever this says.

    ``include`` and ``exclude`` are patterns of paths from that folder, or of names, in which * stands for anything;
    ``since`` is a time of last change, in seconds of the epoch.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: float = 0.0

    def __call__(self, path: str, folder: str) -> bool:
        """Whether the file ``path``, found below ``folder``, is wanted."""
        if not (self.include or self.exclude or self.since):
            return True
        inner = os.path.relpath(path, folder).replace(os.sep, "/")
        if self.include and not _fits(inner, self.include):
            return False
        if _fits(inner, self.exclude):
            return False
        try:
            return os.stat(path).st_mtime >= self.since  # noqa: PTH116 - thousands of files: no Path for each
        except OSError:
            return True  # it is there and cannot be looked at: whoever reads it says so


def _fits(inner: str, patterns: Iterable[str]) -> bool:
    name = inner.rpartition("/")[2]
    return any(fnmatch(inner, each) or fnmatch(name, each) for each in patterns)


def timelines(
    paths: Iterable[str],
    wanted: Wanted | None = None,
    nothing: Callable[[str], object] | None = None,
    link: Callable[[str], object] | None = None,
) -> Iterator[str]:
    """The timelines that ``paths`` mean, each folder's in the order of their names.

    A folder means every timeline below it, also of formats that are not read: what is delivered and cannot be judged
    has to be said. Names that begin with a dot are left out, and links to folders are not followed. ``nothing`` is
    called with each path that means no timeline, and ``link`` with each link to a folder.
    Raises ``ReadError`` for a folder that cannot be listed.
    """
    for path in paths:
        empty = True
        for found in _meant(path, wanted or Wanted(), link or _pass):
            empty = False
            yield found
        if empty and nothing:
            nothing(path)


def _pass(_: str) -> None:
    """Tells nobody."""


def _meant(path: str, wanted: Wanted, link: Callable[[str], object]) -> Iterator[str]:
    if _is_folder(path):
        yield from (each for each in _below(path, link) if wanted(each, path))
    elif glob.has_magic(path) and not os.path.lexists(path):
        for each in sorted(glob.glob(path, recursive=True)):  # noqa: PTH207 - Path has no such call
            if _is_folder(each):
                yield from (found for found in _below(each, link) if wanted(found, each))
            elif not each.endswith(SUFFIX) and wanted(each, os.path.dirname(each) or "."):  # noqa: PTH120 - as above
                yield each
    else:
        yield path


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not path.rstrip("/\\").lower().endswith(BUNDLES)  # noqa: PTH112 - Path's own raises


def _below(folder: str, link: Callable[[str], object]) -> Iterator[str]:
    def fail(fault: OSError) -> None:
        raise ReadError(f"cannot be listed: {fault.strerror}", where=str(fault.filename)) from fault

    for base, folders, names in os.walk(folder, onerror=fail):
        found = [os.path.join(base, each) for each in names if _is_timeline(base, each)]  # noqa: PTH118 - as above
        found += [os.path.join(base, each) for each in folders if each.lower().endswith(BUNDLES) and each[0] != "."]  # noqa: PTH118
        folders[:] = sorted(each for each in folders if each[0] != "." and not each.lower().endswith(BUNDLES))
        for each in folders:
            path = os.path.join(base, each)  # noqa: PTH118 - as above
            if os.path.islink(path):  # noqa: PTH114 - as above
                link(path)
        yield from sorted(found)


def _is_timeline(base: str, name: str) -> bool:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - as above
    if name.startswith(".") or suffix not in BY_SUFFIX:
        return False
    if suffix != ".xml":
        return True
    try:
        with Path(base, name).open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return True  # whoever reads it says what is wrong
    return any(each in head.replace(b"\0", b"") for each in _XML_TIMELINES)  # UTF-16 has NULs between
