"""Which disclosures of the ledger are about which media: by digest, by file name, by reel and source range, by clip
name.

Every use is matched, tagged or not, so that a timeline stripped of its tags still meets its records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.timeline.media import fold, names_nobody
from otiogate.timeline.model import ClipUse, Snapshot
from otiogate.timeline.time import Span, TimeError, frames_of


@dataclass(frozen=True)
class Match:
    """``weak``: by clip name alone; it attaches the disclosure but does not stand for having disclosed."""

    disclosure: Disclosure
    how: str
    weak: bool


class Matcher:
    """The ``match`` entries of all disclosures, indexed."""

    def __init__(self, disclosures: Iterable[Disclosure]) -> None:
        self._index: dict[tuple[str, str], list[tuple[Disclosure, dict[str, Any]]]] = {}
        for disclosure in disclosures:
            for entry in disclosure.data.get("match", ()):
                for field, key in (
                    ("sha256", "sha256"),
                    ("reference", "reference"),
                    ("reel", "reel"),
                    ("clip_name", "name"),
                ):
                    text = entry.get(field)
                    if text and not (field == "reel" and names_nobody(text)):
                        self._index.setdefault((key, fold(text)), []).append((disclosure, entry))

    def __bool__(self) -> bool:
        return bool(self._index)

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(text for _, text in self._index)

    def candidates(self, snapshot: Snapshot) -> set[int]:
        """The nodes whose names stand in an entry; what they really match is told by ``matches``."""
        if not self._index:
            return set()
        texts = self._texts
        return {key.node for key in snapshot.keys() if key.node >= 0 and fold(key.text) in texts}

    def matches(self, use: ClipUse) -> Iterator[Match]:
        """The disclosures that are about the media of ``use``."""
        for sha in use.media.sha256:
            for disclosure, _ in self._index.get(("sha256", fold(sha)), ()):
                yield Match(disclosure, f"media {sha[:19]}", weak=False)
        for reference in use.media.references:
            for disclosure, _ in self._index.get(("reference", fold(reference)), ()):
                yield Match(disclosure, f"file {reference}", weak=False)
        for reel in use.media.reels:
            for disclosure, entry in self._index.get(("reel", fold(reel)), ()):
                if _overlaps(entry.get("source_range", ""), use.source):
                    yield Match(disclosure, f"reel {reel}", weak=False)
        if use.name:
            for disclosure, _ in self._index.get(("name", fold(use.name)), ()):
                yield Match(disclosure, f"clip name {use.name}", weak=True)


def _overlaps(text: str, source: Span | None) -> bool:
    """Whether the range ``in-out`` meets ``source``; where either cannot be told, it does."""
    return source is None or (span := range_span(text, source)) is None or span.overlaps(source)


def range_span(text: str, like: Span) -> Span | None:
    """The timecode range ``in-out`` at the rate of ``like``; ``None`` where it is none."""
    first, _, last = text.partition("-")
    try:
        start, drop = frames_of(first, like.rate)
        end, _ = frames_of(last, like.rate)
    except TimeError:
        return None
    return Span(start, end - start, like.rate, drop) if end >= start else None
