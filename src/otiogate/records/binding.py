"""Whether a record was given for this very disclosure and this very media."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.timeline.media import file_names, fold, names_nobody, same_name
from otiogate.timeline.model import ClipUse


def misfit(covers: Iterable[Mapping[str, Any]], disclosure: Disclosure, uses: Iterable[Sequence[ClipUse]]) -> str:
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
    named: list[Mapping[str, Any]] = []
    for entry in entries:
        wanted, media = entry.get("digest"), entry.get("media")
        if wanted is not None and wanted != disclosure.digest:
            reason = (
                reason or f"was given for another version of {disclosure.id} (its digest is now {disclosure.digest})"
            )
            continue
        if not media:
            return ""
        other = _not_its_own(media, disclosure)
        if other:
            reason = other
        else:
            named.append(media)
    if not named:
        return reason
    # A record that names the reel alone is for the file that the disclosure names.
    own = {} if disclosure.data.get("effect") else disclosure.data.get("media", {})
    for sides in uses:
        faults = [_of_none(named, own, use) for use in sides]
        if all(faults):
            return faults[0]
    return ""


def _not_its_own(media: Mapping[str, Any], disclosure: Disclosure) -> str:
    """Why ``media`` is not what the disclosure is about. One of an effect is about whatever the effect touches."""
    own = disclosure.data.get("media", {})
    for key in () if disclosure.data.get("effect") else sorted(set(media) & set(own)):
        if not any(_same(key, str(media[key]), each) for each in _names(key, str(own[key]))):
            return f"was given for the {key} {media[key]}, but the disclosure is about {own[key]}"
    return ""


def _of_none(named: Sequence[Mapping[str, Any]], own: Mapping[str, Any], use: ClipUse) -> str:
    """Why ``use`` is of none of the media ``named``; nothing where it is of one."""
    faults = [_not_this_use(media, own, use) for media in named]
    return faults[0] if all(faults) else ""


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
    unlike = [names for names in use.media.files if not any(same_name(each, use.name) for each in names)]
    by_name = use.name and same_name(str(media.get("clip_name", "")), use.name)
    if agreed or (by_name and not (unlike or use.media.reels or use.media.sha256)):
        return ""
    told = ", ".join(f"{key} {value}" for key, value in sorted(media.items()))
    return f"was given for {told}, and nothing in {use.address} tells that it uses that"


@lru_cache(maxsize=4096)
def _names(key: str, text: str) -> tuple[str, ...]:
    """The forms of what a record names; of a file, the folder does not count."""
    return tuple(dict.fromkeys((text, *file_names(text)))) if key == "reference" else (text,)


def _same(key: str, wanted: str, name: str) -> bool:
    """Whether ``name`` is what a record calls ``wanted``."""
    if key == "sha256":
        return fold(wanted) == fold(name)
    return any(same_name(each, name) for each in _names(key, wanted))
