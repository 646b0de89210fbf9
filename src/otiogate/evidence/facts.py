"""What is known of the content of media: the one place where a ``MediaFact`` is made.

Only what was read is ``verified``, now, or before where path, size, inode and times are still the same. What a timeline
states of its media is ``declared``. Everything else is ``offline``, and says why.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from otiogate.errors import ReadError
from otiogate.evidence.bundles import Bundle
from otiogate.evidence.digests import Target, digest, stamp
from otiogate.evidence.locating import Locator, is_relative
from otiogate.signing.memory import Memory
from otiogate.timeline.media import file_names
from otiogate.timeline.model import Media, MediaFact, MediaPlace

NOT_OPENED = "its media was not opened; scan it with --media, naming a folder above it"


@dataclass
class Examiner:
    """Looks at the media of one timeline, which stands at ``beside``, or in the ``bundle`` that ships it. What was read
    is remembered in ``memory``."""

    locator: Locator
    memory: Memory
    beside: str = ""
    bundle: Bundle | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _seen: dict[tuple[MediaPlace, bool], MediaFact] = field(default_factory=dict)

    def known(self, media: Mapping[int, Media], opens: Iterable[int]) -> dict[int, Media]:
        """The ``media`` of each node with its facts. Those of the nodes ``opens`` are read where they are not
        remembered; of the others, only what is remembered is known."""
        wanted = set(opens)
        return {node: each.known_by(self._facts(each, node in wanted)) for node, each in media.items()}

    def _facts(self, media: Media, opens: bool) -> Iterator[MediaFact]:
        for place in media.places:
            key = (replace(place, active=True), opens)
            if key not in self._seen:
                self._seen[key] = self._fact(place, opens)
            yield replace(self._seen[key], active=place.active)
        for each in media.stated:
            yield MediaFact("", "declared", each, "the timeline states it of itself")

    def _fact(self, place: MediaPlace, opens: bool) -> MediaFact:
        name = next(iter(file_names(place.url)), place.url)
        try:
            target = self._find(place)
            found = digest_of(target, self.memory, opens=opens, stop=self.stop)
        except ReadError as fault:
            return MediaFact(name, "offline", why=f"{fault.where}: {fault.what}" if fault.where else fault.what)
        if not found:
            return MediaFact(name, "offline", why=NOT_OPENED)
        return MediaFact(target.path.name, "verified", found, frames=target.range)

    def _find(self, place: MediaPlace) -> Target:
        """The media at ``place``. Of what a bundle ships, a file of the same name elsewhere says nothing."""
        if self.bundle is not None and is_relative(place):
            return self.bundle.find(place)
        if self.bundle is not None and self.bundle.ships(place):
            step = "export the bundle again, so that its timeline names what it ships"
            raise ReadError("leads out of the bundle, which ships a file of that name", where=place.url, next_step=step)
        return self.locator.find(place, self.beside)


def digest_of(target: Target, memory: Memory, *, opens: bool = True, stop: threading.Event | None = None) -> str:
    """The digest of ``target``: as it is remembered, where nothing of it has changed since, else read anew, and then
    remembered; nothing where it would have to be read and is not to be. Raises ``ReadError``."""
    path, before = str(target.path), stamp(target)
    found = memory.media(path, before.mark)
    if found or not opens:
        return found
    found = digest(target, stop)
    if stamp(target) != before:
        raise ReadError("changed while it was read", where=path, next_step="wait until nobody writes to it")
    if before.is_settled:  # a change within the same step of the clock would not show
        memory.read_media(path, before.mark, found)
    return found
