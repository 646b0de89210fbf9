"""A disclosure of clips that were picked in a timeline: what they show by themselves, beside what is stated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from otiogate.errors import UsageError
from otiogate.evidence.tag import Tag
from otiogate.evidence.vocabulary import AXES, UNSURE
from otiogate.timeline.media import fold, has_extension, same_name
from otiogate.timeline.model import ClipUse

_RANGE = re.compile(r"\d{2}:\d{2}:\d{2}[:;]\d{2,3}-\d{2}:\d{2}:\d{2}[:;]\d{2,3}\Z", re.ASCII)


def disclosure_form(uses: Sequence[ClipUse], stated: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A form of a disclosure of ``uses``, and the axes that nobody answered: they are ``unsure``, which is treated as
    the answer that asks for more. Raises ``UsageError`` where the uses are of several media and none is stated."""
    open_axes = [axis for axis in AXES if axis not in stated]
    form = {"record": "disclosure"} | dict(stated) | dict.fromkeys(open_axes, UNSURE)
    if "media" not in form:
        form["media"] = _one_media(uses)
    stated_match = form.get("match", [])
    if isinstance(stated_match, list):  # what is no list is left to the schema
        found = _distinct(entry for use in uses for entry in _match(use))
        form["match"] = [*stated_match, *(each for each in found if each not in stated_match)]
    return form, open_axes


def from_tag_text(tag: Tag) -> dict[str, Any]:
    """What a tag states, in the fields of a disclosure; its tool apart."""
    found: dict[str, Any] = dict(tag.axes)
    if tag.id:
        found["id"] = tag.id
    if tag.kinds:
        found["use_kind"] = list(tag.kinds)
    if tag.source_type:
        found["digital_source_type"] = tag.source_type
    if tag.range:
        found["ranges"] = [tag.range.replace(".", ":").replace(",", ";")]
    if tag.note:
        found["note"] = tag.note
    lists = {"consents": tag.consents, "clearances": tag.clearances, "approvals": tag.approvals}
    return found | {key: list(ids) for key, ids in lists.items() if ids}


def _file_of(use: ClipUse) -> str:
    """The file that ``use`` points at. A list of cuts without file names has only the clip's name there."""
    files = [each for each in use.media.references if has_extension(each) or not same_name(each, use.name)]
    return min(files, key=lambda each: (not has_extension(each), "%2" in each, each)) if files else ""


def _media(use: ClipUse) -> dict[str, str]:
    found = {"sha256": use.media.sha256[0]} if use.media.sha256 else {}
    if _file_of(use):
        found["reference"] = _file_of(use)
    if use.media.reels:
        found["reel"] = use.media.reels[0]
    return found or {"clip_name": use.name}


def _one_media(uses: Sequence[ClipUse]) -> dict[str, str]:
    found = [_media(use) for use in uses]
    strongest = _distinct({key: fold(each[key])} for each in found for key in list(each)[:1])
    if len(strongest) > 1:
        names = ", ".join(sorted({next(iter(each.values())) for each in found}))
        raise UsageError(
            f"the selected clips are of {len(strongest)} media, and a disclosure is about one: {names[:300]}",
            next_step="select the clips of one, or state 'media' in the form",
        )
    return {key: value for key, value in found[0].items() if all(each.get(key) == value for each in found)} or found[0]


def _match(use: ClipUse) -> list[dict[str, str]]:
    """Every strong name that finds ``use`` again: one format keeps the file, another the reel. Its own name, which is a
    weak one, where there is no other. Beside a file, a range that may count from zero tells nothing of a tape."""
    found: list[dict[str, str]] = []
    if use.media.sha256:
        found.append({"sha256": use.media.sha256[0]})
    if _file_of(use):
        found.append({"reference": _file_of(use)})
    span = f"{use.source.first}-{use.source.last}" if use.source else ""
    if use.media.reels and _RANGE.match(span) and not (found and span.startswith("00:")):
        found.append({"reel": use.media.reels[0], "source_range": span})
    if not found and not use.name:
        raise UsageError(
            "names no file, no reel with a source range, and has no name: nothing would find it again",
            where=use.address,
            next_step="name the clip, or leave it out",
        )
    return found or [{"clip_name": use.name}]


def _distinct(found: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({tuple(each.items()): each for each in found}.values())
