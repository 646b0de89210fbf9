"""Where the media of a timeline stands below the media roots: by the path that the timeline gives, else by its name.

What cannot be told is not guessed: of two files of one name, neither is taken for the one that is meant.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from otiogate.errors import CannotJudge, ReadError
from otiogate.evidence.digests import Target
from otiogate.evidence.sequences import Pattern, frames_of, has_all, pattern_in, skeleton
from otiogate.timeline.media import file_names, fold, same_name, stem
from otiogate.timeline.model import MediaPlace

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)


class Locator:
    """Finds media below ``roots``. ``by_name``: all that stands there is listed once, and media is found by its name
    too; raises ``CannotJudge`` for a root that is no folder. Without it only the paths that a timeline gives are looked
    at."""

    def __init__(self, roots: Sequence[Path], *, by_name: bool) -> None:
        for root in roots if by_name else ():
            if not root.is_dir():
                raise CannotJudge("is no folder of media", where=str(root), next_step="mount it, or correct 'media'")
        self._roots = tuple(Path(os.path.realpath(root)) for root in roots)
        self._by_name = by_name
        self._files: dict[str, list[Path]] | None = None

    def find(self, place: MediaPlace, beside: str = "") -> Target:
        """The media at ``place`` of the timeline ``beside``. Raises ``ReadError`` that says why it is not found."""
        outside = ""
        for path in paths_of(place.url, beside):
            found = self._at(path, place)
            if found is not None and self._is_below(found.path.parent):
                return self._real(found, place)
            outside = outside or (str(path) if found is not None else "")
        name = _name(place)
        if outside:
            raise ReadError("stands outside of the media roots", where=outside, next_step="name the root of it, too")
        if not self._by_name:
            raise ReadError("is at no path below the media roots", where=name)
        return self._real(self._named(place), place)

    def _at(self, path: Path, place: MediaPlace) -> Target | None:
        """What stands at ``path``: the file, or the sequence that its name means."""
        if os.path.lexists(path):
            return Target(path)
        pattern = pattern_in(path.name)
        if pattern is None or not path.parent.is_dir():
            return None
        try:
            names = os.listdir(path.parent)  # noqa: PTH208 - names are what is asked for
        except OSError as fault:
            raise ReadError(f"cannot be listed: {fault.strerror}", where=str(path.parent)) from fault
        return sequence_at(path.parent, names, pattern, place)

    def _named(self, place: MediaPlace) -> Target:
        """The file or sequence that is called as ``place`` is. Where several are, the one whose folders are called as
        those around ``place`` are, if they tell one from all others."""
        index = self._index()
        names = file_names(place.url)
        files = [path for name in names for path in index.get(fold(name), ()) if fold(path.name) == fold(name)]
        if not files:
            files = [path for name in names for path in index.get(fold(name), ()) if same_name(path.name, name)]
        if files:
            return Target(_only({os.path.realpath(path): path for path in reversed(files)}.values(), place))
        for pattern in filter(None, map(pattern_in, names)):
            folders: dict[Path, list[str]] = {}
            for path in index.get(pattern.skeleton, ()):
                folders.setdefault(path.parent, []).append(path.name)
            whole = {folder / pattern.name: names for folder, names in folders.items() if _has(names, pattern)}
            if whole:
                path = _only(whole, place)
                found = sequence_at(path.parent, whole[path], pattern, place)
                if found is not None:
                    return found
        raise ReadError("is not below the media roots", where=_name(place), next_step="put it there, or name its root")

    def _index(self) -> dict[str, list[Path]]:
        """Every file below the roots, by its name, its name without an ending, and its name without digits. Links to
        folders are not followed."""
        if self._files is None:
            self._files = {}
            for root in self._roots:
                for base, folders, names in os.walk(root):
                    folders[:] = sorted(each for each in folders if not each.startswith("."))
                    for name in sorted(each for each in names if not each.startswith(".")):
                        path, folded = Path(base) / name, fold(name)
                        for key in {folded, stem(folded) or folded, skeleton(name)}:
                            self._files.setdefault(key, []).append(path)
        return self._files

    def _real(self, found: Target, place: MediaPlace) -> Target:
        """``found`` by the real paths of its files, all of which stand below a root."""
        real = [Path(os.path.realpath(path)) for path in found.files]
        for path, end in zip(found.files, real, strict=True):
            if not self._is_below(end):
                raise ReadError("is a link that leads out of the media roots", where=str(path))
        if not found.frames:
            return Target(real[0])
        frames = zip((number for number, _ in found.frames), real, strict=True)
        return Target(Path(os.path.realpath(found.path.parent)) / found.path.name, tuple(frames))

    def _is_below(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))
        return any(real == root or root in real.parents for root in self._roots)


def target_at(path: Path) -> Target:
    """The file ``path``, or the image sequence that its name means. Raises ``ReadError``; of a sequence that states its
    frames, also where there are others beside them."""
    real = Path(os.path.realpath(path))
    if real.exists():
        return Target(real)
    pattern = pattern_in(path.name)
    if pattern is None:
        raise ReadError("is not there", where=str(path), next_step="correct the path")
    folder = Path(os.path.realpath(path.parent))
    try:
        names = os.listdir(folder)  # noqa: PTH208 - as above
    except OSError as fault:
        raise ReadError(f"cannot be listed: {fault.strerror}", where=str(folder)) from fault
    found = sequence_at(folder, names, pattern, MediaPlace(path.name))
    if found is None:
        raise ReadError("has no frame there", where=str(path), next_step="correct the path, or the name of the frames")
    if pattern.stated and found.range != f"{pattern.stated[0]}-{pattern.stated[1]}":
        what = f"frames {found.range} are there, and all of them count"
        raise ReadError(what, where=str(path), next_step="write their range, or take away what is not of it")
    return found


def sequence_at(folder: Path, names: Sequence[str], pattern: Pattern, place: MediaPlace) -> Target | None:
    """The frames of ``pattern`` among the files ``names`` of ``folder``, if there are any. Raises ``ReadError`` where
    they are not those that ``place`` and ``pattern`` ask for."""
    frames = frames_of(names, pattern)
    if not frames:
        return None
    for wanted in filter(None, (place.frames, pattern.stated)):
        has_all(frames, wanted, pattern)
    return Target(folder / pattern.name, tuple((number, folder / name) for number, name in frames))


def _has(names: Sequence[str], pattern: Pattern) -> bool:
    """Whether a folder with the files ``names`` has a frame of ``pattern``; what is wrong with them is told later."""
    try:
        return bool(frames_of(names, pattern))
    except ReadError:
        return True


def _only(paths: Iterable[Path], place: MediaPlace) -> Path:
    """The one of ``paths`` that is meant. Raises ``ReadError`` where two may be."""
    known = list(paths)
    if len(known) == 1:
        return known[0]
    wanted = [fold(each) for each in re.split(r"[/\\]", unquote(place.url))[:-1]]
    ranked = sorted(((_alike(path, wanted), path) for path in known), reverse=True)
    if ranked[0][0] > ranked[1][0]:
        return ranked[0][1]
    listed = ", ".join(str(path) for path in sorted(known)[:3]) + (", ..." if len(known) > 3 else "")
    step = "name a root that holds the one that is meant, or have the timeline give its path"
    raise ReadError(
        f"{len(known)} are called so, and none is taken for it: {listed}", where=_name(place), next_step=step
    )


def _alike(path: Path, wanted: Sequence[str]) -> int:
    """How many of the folders around ``path`` are called as those that are ``wanted``, from the innermost."""
    number = 0
    for own, other in zip(map(fold, reversed(path.parent.parts)), reversed(wanted)):  # noqa: B905 - the shorter ends it
        if own != other:
            break
        number += 1
    return number


def paths_of(url: str, beside: str) -> Iterator[Path]:
    """The paths that ``url`` may mean on this machine: as it stands and with percent signs decoded."""
    scheme = _SCHEME.match(url)
    path = url
    if scheme is not None:
        if scheme[1].lower() != "file":
            return
        path = re.sub(r"\A(//localhost(?=/)|//(?=/))", "", url[scheme.end() :])
    for form in dict.fromkeys((path, unquote(path))):
        if "\0" in form or not re.search(r"[/\\]", form):
            continue
        if Path(form).is_absolute():
            yield Path(os.path.normpath(form))
        elif beside and scheme is None:
            yield Path(os.path.normpath(Path(beside).absolute().parent / form))


def is_relative(place: MediaPlace) -> bool:
    """Whether ``place`` is told from where the timeline stands."""
    return _SCHEME.match(place.url) is None and not re.match(r"[/\\]|[a-z]:", place.url, re.IGNORECASE)


def _name(place: MediaPlace) -> str:
    return next(iter(file_names(place.url)), place.url)
