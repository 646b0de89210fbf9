"""Whether a record was given for this very disclosure and this very media."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.facts import NOT_OPENED
from otiogate.evidence.matching import range_span
from otiogate.timeline.media import file_names, fold, names_nobody, same_name
from otiogate.timeline.model import ClipUse

Bound = Literal["media", "reference"]


@dataclass(frozen=True)
class Terms:
    """How closely a record has to be bound. ``by_media``: by a digest that was verified; else names are enough.
    ``handles`` are frames beyond the visible range that count as used; ``shows_trimmed``: what is trimmed away around a
    clip counts as used, too."""

    by_media: bool = False
    handles: int = 0
    shows_trimmed: bool = False


BY_NAME = Terms()


def misfit(
    covers: Iterable[Mapping[str, Any]],
    disclosure: Disclosure,
    uses: Iterable[Sequence[ClipUse]],
    terms: Terms = BY_NAME,
) -> str:
    """Why the ``covers`` entries are not about this version of the disclosure and its media; nothing where they are.

    Each of ``uses`` is one use, or the sides of one transition, of which one is enough: what a transition does is said
    of both its sides. An entry may name one of several media.
    """
    entries = [each for each in covers if str(each["disclosure"]).upper() == disclosure.id]
    if not entries:
        return f"does not name {disclosure.id}"
    if disclosure.origin == "tag":
        return f"was given for {disclosure.id}, not for what a tag says otherwise"
    reason = ""
    fitting: list[Mapping[str, Any]] = []
    for entry in entries:
        wanted = entry.get("digest")
        if wanted is not None and wanted != disclosure.digest:
            reason = (
                reason or f"was given for another version of {disclosure.id} (its digest is now {disclosure.digest})"
            )
            continue
        other = _not_its_own(entry.get("media", {}), disclosure)
        if other:
            reason = other
        else:
            fitting.append(entry)
    if not fitting:
        return reason
    if any(each.keys().isdisjoint(("media", "ranges")) for each in fitting) and not terms.by_media:
        return ""  # for whatever media the disclosure is of
    for sides in uses:
        faults = [_of_none(fitting, disclosure, use, terms) for use in sides]
        if all(faults):
            return faults[0]
    return ""


def bound(
    covers: Iterable[Mapping[str, Any]], disclosure: Disclosure, uses: Sequence[Sequence[ClipUse]], terms: Terms
) -> Bound:
    """How the ``covers`` of a record that fits are bound to ``uses``: to their verified content, or to their names."""
    if any(not any(use.media.is_verified for use in sides) for sides in uses):
        return "reference"  # whatever the record names
    return "reference" if misfit(covers, disclosure, uses, replace(terms, by_media=True)) else "media"


def _not_its_own(media: Mapping[str, Any], disclosure: Disclosure) -> str:
    """Why ``media`` is not what the disclosure is about. One of an effect is about whatever the effect touches."""
    own = disclosure.data.get("media", {})
    for key in () if disclosure.data.get("effect") else sorted(set(media) & set(own)):
        if not any(_same(key, str(media[key]), each) for each in _names(key, str(own[key]))):
            return f"was given for the {key} {media[key]}, but the disclosure is about {own[key]}"
    return ""


def _of_none(entries: Sequence[Mapping[str, Any]], disclosure: Disclosure, use: ClipUse, terms: Terms) -> str:
    """Why none of the ``entries`` covers ``use``; nothing where one does."""
    faults = [next(_uncovered(entry, disclosure, use, terms), "") for entry in entries]
    return faults[0] if all(faults) else ""


def _uncovered(entry: Mapping[str, Any], disclosure: Disclosure, use: ClipUse, terms: Terms) -> Iterator[str]:
    """Why ``entry`` does not cover ``use``. A digest that was verified decides, whatever the file is called."""
    media = entry.get("media", {})
    # What an entry leaves unsaid of the media is what the disclosure says of it.
    own = {} if disclosure.data.get("effect") else disclosure.data.get("media", {})
    sha = str(media.get("sha256") or (own.get("sha256", "") if "digest" in entry else ""))
    if sha and use.media.is_verified:
        other = next((each for each in use.media.sha256 if not _same("sha256", sha, each)), "")
        if other:
            yield f"was given for the sha256 {sha}, but {use.address} uses {other}"
    elif terms.by_media:
        yield f"is bound to {use.address} by name alone, and media is demanded: {_unbound(sha, use)}"
    elif media and (other := _not_this_use(media, own, use)):
        yield other
    if "ranges" in entry and (beyond := _beyond(entry["ranges"], use, terms)):
        yield beyond


def _unbound(sha: str, use: ClipUse) -> str:
    if not sha:
        return "neither it nor the disclosure names a sha256 of the media; 'otiogate media digest' tells it"
    return why_unverified(use)


def why_unverified(use: ClipUse) -> str:
    """Why the content of what ``use`` shows is not verified."""
    found = [each.why for each in use.media.facts if each.active and each.state == "offline"]
    return found[0] if found else NOT_OPENED


def _beyond(ranges: Sequence[str], use: ClipUse, terms: Terms) -> str:
    """Why ``use`` shows more of its media than ``ranges``; nothing where it does not."""
    told = ", ".join(ranges)
    part = use.source if terms.shows_trimmed else use.visible_source
    if part is None:
        return f"was given for {told}, and which part of its media {use.address} shows is not told"
    part = replace(part, start=part.start - terms.handles, duration=part.duration + 2 * terms.handles)
    part = part.within(use.available) if use.available is not None and use.available.overlaps(part) else part
    reached = part.start
    for span in sorted(filter(None, (range_span(each, part) for each in ranges)), key=lambda each: each.start):
        if span.start <= reached:
            reached = max(reached, span.end)
    if reached < part.end:
        return f"was given for {told}, but {use.address} shows {part.first}-{part.last}"
    return ""


def _not_this_use(media: Mapping[str, Any], own: Mapping[str, Any], use: ClipUse) -> str:
    """Why ``use`` is not of ``media``: something that both name differs, or nothing is named by both.

    A clip may be renamed freely, so its name is asked only where the timeline names no file and no reel. The file that
    is the disclosure's ``own`` may differ from the use's no more than one that ``media`` names.
    """
    known = (
        ("sha256", [(each,) for each in use.media.sha256]),
        ("reference", use.media.files),
        ("reel", [use.media.reels] if use.media.reels else []),
    )
    agreed = False
    for key, things in known:
        wanted = str(media.get(key, "" if key == "reel" else own.get(key, "")))
        if not wanted or not things or (key == "reel" and names_nobody(wanted)):
            continue
        for names in things:
            if not any(_same(key, wanted, each) for each in names):
                return f"was given for the {key} {wanted}, but {use.address} uses {', '.join(names)}"
        agreed = agreed or key in media
    if agreed:
        return ""
    unlike = [names for names in use.media.files if not any(same_name(each, use.name) for each in names)]
    by_name = use.name and same_name(str(media.get("clip_name", "")), use.name)
    if by_name and not (unlike or use.media.reels or use.media.sha256):
        return ""
    told = ", ".join(f"{key} {value}" for key, value in sorted(media.items()))
    return f"was given for {told}, and nothing in {use.address} tells that it uses that"


@lru_cache(maxsize=4096)
def _names(key: str, text: str) -> tuple[str, ...]:
    """The forms of what a record names; of a file, the folder does not count."""
    return tuple(dict.fromkeys((text, *file_names(text)))) if key == "reference" else (text,)


def _same(key: str, wanted: str, name: str) -> bool:
    """Whether ``name`` is what a record calls ``wanted``."""
    if wanted == name and name.strip():
        return True  # most are written alike
    if key == "sha256":
        return fold(wanted) == fold(name)
    return any(same_name(each, name) for each in _names(key, wanted))
