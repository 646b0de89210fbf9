"""The media that a bundle ships, in its folder or in its zip archive, which is read without being unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from otiogate.errors import ReadError
from otiogate.evidence.digests import Archive, Target, archive_at
from otiogate.evidence.locating import Locator, paths_of, sequence_at
from otiogate.evidence.sequences import pattern_in, skeleton
from otiogate.timeline.media import file_names, fold
from otiogate.timeline.model import MediaPlace

_PLAYLIST = "content.otio"


class Bundle:
    """The bundle at ``path``: a folder, or a zip archive. It is listed once, when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, place: MediaPlace) -> Target:
        """The media at ``place``, which is told from where the playlist stands. Raises ``ReadError``."""
        if self.path.is_dir():
            return self._folder.find(place, str(self.path / _PLAYLIST))
        found = {each.path: each for each in self._packed(self._archive, place)}
        if not found:
            raise ReadError("is not in the bundle", where=place.url, next_step="export the bundle with its media")
        if len(found) > 1:
            listed = " and ".join(each.name for each in found)
            raise ReadError(f"may be either of {listed} in the bundle, and none is taken for it", where=place.url)
        return next(iter(found.values()))

    def ships(self, place: MediaPlace) -> bool:
        """Whether a file in it is called as that at ``place``, wherever that stands. Raises ``ReadError``."""
        names = file_names(place.url)
        wanted = {fold(each) for each in names}
        frames = {each.skeleton for each in map(pattern_in, names) if each is not None}
        return not (wanted.isdisjoint(self._names) and frames.isdisjoint(self._skeletons))

    def _packed(self, archive: Archive, place: MediaPlace) -> Iterator[Target]:
        for path in paths_of(place.url, str(archive.path / _PLAYLIST)):
            if archive.path not in path.parents:
                raise ReadError("leads out of the bundle", where=place.url)
            if path in archive.members:
                yield Target(path, archive=archive)
            elif (pattern := pattern_in(path.name)) is not None:
                names = [each.name for each in archive.members if each.parent == path.parent]
                found = sequence_at(path.parent, names, pattern, place)
                if found is not None:
                    yield Target(found.path, found.frames, archive)

    @cached_property
    def _folder(self) -> Locator:
        return Locator([self.path], by_name=False)

    @property
    def _archive(self) -> Archive:
        found = self._listed
        if isinstance(found, ReadError):
            raise found
        return found

    @cached_property
    def _listed(self) -> Archive | ReadError:
        try:
            return archive_at(self.path)
        except ReadError as fault:  # it is no other for the next clip
            return fault

    @cached_property
    def _names(self) -> set[str]:
        inside = self.path.rglob("*") if self.path.is_dir() else self._archive.members
        return {fold(each.name) for each in inside}

    @cached_property
    def _skeletons(self) -> set[str]:
        return {skeleton(each) for each in self._names}
