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
from otiogate.timeline.media import basenames, file_names, fold, names_nobody, same_name, stem
from otiogate.timeline.model import ClipUse, Keys, Known
from otiogate.timeline.time import Span, TimeError, frames_of


@dataclass(frozen=True)
class Match:
    """``weak``: by the clip's name, or a digest that the timeline states, alone; it attaches the disclosure but does
    not stand for having disclosed."""

    disclosure: Disclosure
    how: str
    weak: bool


class Matcher:
    """The ``match`` entries of all disclosures, and the media that they say they are about, indexed."""

    def __init__(self, disclosures: Iterable[Disclosure]) -> None:
        self._index: dict[tuple[str, str], list[tuple[Disclosure, dict[str, Any]]]] = {}
        self._files: dict[str, list[tuple[Disclosure, str]]] = {}
        for disclosure in disclosures:
            for entry in (*_implied(disclosure), *disclosure.data.get("match", ())):
                for field, key in (("sha256", "sha256"), ("reel", "reel"), ("clip_name", "name")):
                    text = entry.get(field)
                    if text and not (field == "reel" and names_nobody(text)):
                        self._index.setdefault((key, fold(text)), []).append((disclosure, entry))
                for name in _file_names(entry.get("reference", "")):
                    for form in _forms(name):
                        self._files.setdefault(form, []).append((disclosure, name))

    def __bool__(self) -> bool:
        return bool(self._index or self._files)

    @property
    def knows_digests(self) -> bool:
        """Whether any disclosure names a digest of its media."""
        return any(field == "sha256" for field, _ in self._index)

    @cached_property
    def _texts(self) -> frozenset[str]:
        """Every name that finds something, folded."""
        return frozenset(text for _, text in self._index) | self._files.keys()

    @cached_property
    def _known(self) -> Known:
        reels = {text for field, text in self._index if field == "reel"}
        names = {text for field, text in self._index if field != "reel"} | self._files.keys()
        return Known(frozenset(map(_encoded, names)), frozenset(map(_encoded, reels)))

    def candidates(self, keys: Keys) -> set[int]:
        """The nodes whose names, of those that ``keys`` finds, stand in an entry; what they really match is told by
        ``matches``."""
        return {node for node, _ in self.met(keys)}

    def met(self, keys: Keys) -> Iterator[tuple[int, str]]:
        """The nodes of ``candidates``, each with every such name, folded."""
        texts = self._texts
        for key in keys(self._known) if self else ():
            for form in _forms(key.text):
                if form in texts and key.node >= 0:
                    yield key.node, form

    def matches(self, use: ClipUse) -> Iterator[Match]:
        """The disclosures that are about the media of ``use``."""
        media = use.media
        verified = dict.fromkeys((*media.sha256, *(each.digest for each in media.facts if each.state == "verified")))
        for sha in verified:
            for disclosure, _ in self._index.get(("sha256", fold(sha)), ()):
                yield Match(disclosure, f"media {sha[:19]}", weak=False)
        for sha in media.stated:
            for disclosure, _ in self._index.get(("sha256", fold(sha)), ()) if sha not in verified else ():
                yield Match(disclosure, f"media {sha[:19]}, as the timeline says", weak=True)
        for reference in use.media.references:
            found = [each for form in _forms(reference) for each in self._files.get(form, ())]
            for disclosure in {id(each): each for each, name in found if same_name(reference, name)}.values():
                yield Match(disclosure, f"file {reference}", weak=False)
        for reel in use.media.reels:
            for disclosure, entry in self._index.get(("reel", fold(reel)), ()):
                # Where a use is retimed, what it plays is not told: its stated range excludes nothing.
                stated = use.source if use.visible_source is not None else None
                if stated is None or not is_elsewhere(entry.get("source_range", ""), stated, use.available):
                    yield Match(disclosure, f"reel {reel}", weak=False)
        for name in filter(None, (use.name, *use.other_names)):
            for disclosure, _ in self._index.get(("name", fold(name)), ()):
                yield Match(disclosure, f"clip name {name}", weak=True)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _implied(disclosure: Disclosure) -> Iterator[dict[str, Any]]:
    """The entries that ``media`` stands for: whoever says which media a disclosure is about need not say it twice.

    A tape has other takes on it, so that its reel counts only where nothing else is named. What an effect in the
    timeline does is not in the media.
    """
    media = disclosure.data.get("media", {})
    if disclosure.data.get("effect"):
        return
    named = {key: media[key] for key in ("sha256", "reference", "clip_name") if key in media}
    if named:
        yield named
    elif "reel" in media:
        yield from ({"reel": media["reel"], "source_range": part} for part in disclosure.data.get("ranges", ("",)))


def _file_names(reference: str) -> tuple[str, ...]:
    """What an entry names, as it stands and without its folder."""
    return tuple(dict.fromkeys((reference, *basenames(reference)))) if reference else ()


def _forms(name: str) -> tuple[str, ...]:
    """The name, and the name without what may be its extension: one form of a file's name in two lists agrees."""
    folded = fold(name)
    short = stem(folded)
    return (folded, short) if short else (folded,)


def is_of_other_media(disclosure: Disclosure, use: ClipUse) -> bool:
    """Whether ``disclosure`` says that it is about other media than ``use``: the best name that both give differs."""
    media = disclosure.data.get("media", {})
    for key, things in (
        ("sha256", [(each,) for each in use.media.sha256]),
        ("reference", use.media.files),
        ("reel", [use.media.reels] if use.media.reels else []),
    ):
        wanted = str(media.get(key, ""))
        if wanted and things and not (key == "reel" and names_nobody(wanted)):
            forms = (wanted, *file_names(wanted)) if key == "reference" else (wanted,)
            return not all(any(same_name(form, name) for form in forms for name in names) for names in things)
    return False


def swapped(disclosure: Disclosure, use: ClipUse) -> str:
    """The digest of the file that ``use`` shows, where that is called as the one that ``disclosure`` is about, and is
    verified to be none that it knows; else nothing."""
    own = disclosure.data.get("media", {})
    if disclosure.data.get("effect") or "sha256" not in own or "reference" not in own:
        return ""
    known = {fold(str(each.get("sha256", ""))) for each in (own, *disclosure.data.get("match", ()))}
    forms = (str(own["reference"]), *file_names(str(own["reference"])))
    named = any(same_name(form, name) for names in use.media.files for name in names for form in forms)
    return next((each for each in use.media.sha256 if named and fold(each) not in known), "")


def is_elsewhere(text: str, part: Span, available: Span | None) -> bool:
    """Whether the range ``in-out`` surely lies outside ``part`` of the media, of which ``available`` is all there is.

    A timeline may count the frames of a file from zero where a record counts the timecode of its tape, or the other way
    round: such times tell nothing. They are taken to count alike if both lie in the first hour or both after it, and if
    the range meets what there is of the media.
    """
    span = range_span(text, part)
    if span is None or span.overlaps(part):
        return False
    hour = 3600 * part.rate
    alike = (span.start >= hour) == (part.start >= hour)
    return alike and (available is None or span.overlaps(available))


def range_span(text: str, like: Span) -> Span | None:
    """The timecode range ``in-out`` at the rate of ``like``; ``None`` where it is none."""
    first, _, last = text.partition("-")
    try:
        start, drop = frames_of(first, like.rate)
        end, _ = frames_of(last, like.rate)
    except TimeError:
        return None
    return Span(start, end - start, like.rate, drop) if end > start else None
