"""Whether a record was given for this very disclosure and this very media."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.timeline.media import fold, names_nobody, same_name
from otiogate.timeline.model import ClipUse


def misfit(covers: Iterable[Mapping[str, Any]], disclosure: Disclosure, uses: Iterable[ClipUse]) -> str:
    """Why none of the ``covers`` entries is about this version of the disclosure and its media; nothing where one is."""
    entries = [each for each in covers if str(each["disclosure"]).upper() == disclosure.id]
    if not entries:
        return f"does not name {disclosure.id}"
    reason = ""
    for entry in entries:
        wanted = entry.get("digest")
        if wanted is not None and wanted != disclosure.digest:
            reason = (
                reason or f"was given for another version of {disclosure.id} (its digest is now {disclosure.digest})"
            )
            continue
        media = entry.get("media")
        other = _other_media(media, disclosure, uses) if media else ""
        if not other:
            return ""
        reason = other
    return reason


def _other_media(media: Mapping[str, Any], disclosure: Disclosure, uses: Iterable[ClipUse]) -> str:
    own = disclosure.data.get("media", {})
    for key in set(media) & set(own):
        if fold(str(media[key])) != fold(str(own[key])):
            return f"was given for the {key} {media[key]}, but the disclosure is about {own[key]}"
    found = [_not_this_use(media, use) for use in uses]
    faults = [fault for fault in found if fault]
    if disclosure.data.get("effect") and len(faults) < len(found):
        return ""  # an effect or transition is about one of the uses that it touches
    return faults[0] if faults else ""


def _not_this_use(media: Mapping[str, Any], use: ClipUse) -> str:
    """Why ``use`` is not of ``media``: something that both name differs, or nothing is named by both.

    A clip may be renamed freely, so its name is asked only where the timeline names no file and no reel.
    """
    known = (("sha256", use.media.sha256), ("reference", use.media.references), ("reel", use.media.reels))
    agreed = False
    for key, names in known:
        wanted = str(media.get(key, ""))
        if not wanted or not names or (key == "reel" and names_nobody(wanted)):
            continue
        if not any(same_name(wanted, each) for each in names):
            return f"was given for the {key} {wanted}, but {use.address} uses {', '.join(names)}"
        agreed = True
    if agreed or (use.name and same_name(str(media.get("clip_name", "")), use.name)):
        return ""
    named = ", ".join(f"{key} {value}" for key, value in sorted(media.items()))
    return f"was given for {named}, and nothing in {use.address} tells that it uses that"
