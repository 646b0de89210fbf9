"""Tags put where the host's writer of a format takes them from, on a copy: nobody's timeline is changed.

Each place was found by looking at what the writer keeps; a test writes to every one and reads it back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio as otio

from otiogate.host.annotate import KEY, add_tags
from otiogate.host.native import native_texts
from otiogate.host.walk import plain, walk
from otiogate.timeline.edl_lines import carriers_of
from otiogate.timeline.edl_tags import comment_lines
from otiogate.timeline.model import plain_key

WHOLE = (".otio", ".otioz", ".otiod")
"""Formats that keep all metadata."""

_SLOTS = (*(f"mastercomment{number}" for number in range(1, 5)), "clipcommenta", "clipcommentb")
_WORD = "GENAI"


def carry(thing: Any, suffix: str, tags: Mapping[int, Sequence[str]]) -> tuple[Any, dict[int, list[str]]]:
    """``thing`` with ``tags``, by node in document order, where the writer of ``suffix`` takes them from: a copy, or
    itself where they stand there already. And the tags for which that format has no place.

    Nothing tells the format of a text that is not written to a file: it may be any."""
    objects = walk(thing).objects
    places = _PLACES.get(suffix, () if suffix else _TEXTS)
    left: dict[int, list[str]] = {}
    planned: list[tuple[_Place, int, list[str]]] = []
    for node, texts in tags.items():
        clip = objects[node]
        without = set(texts)
        for place in places if isinstance(clip, otio.schema.Clip) else ():
            new, full = place.room(clip, texts)
            without &= set(full)
            if new:
                planned.append((place, node, new))
        if without:
            left[node] = [text for text in texts if text in without]
    if not planned:
        return thing, left
    made = copy.deepcopy(thing)
    copies = walk(made).objects
    for place, node, new in planned:
        place.put(copies[node], new)
    return made, left


def add_claims(thing: Any, nodes: Iterable[int], values: Sequence[Any], source_types: Sequence[str]) -> None:
    """Adds what was said of ``nodes``, in document order, to the metadata of what was just read."""
    objects = walk(thing).objects
    for each in (objects[node] for node in nodes):
        if isinstance(each, otio.core.SerializableObjectWithMetadata):
            add_tags(each, values)
            add_tags(each, source_types, f"{KEY}_digital_source_type")


class _Place:
    """One place in the metadata of a clip. ``room`` tells which tags are new there, and which do not fit."""

    def __init__(
        self,
        room: Callable[[Any, Sequence[str]], tuple[list[str], list[str]]],
        put: Callable[[Any, list[str]], None],
    ) -> None:
        self.room = room
        self.put = put


def _block(clip: Any, key: str) -> Any:
    """What stands under ``key`` in the metadata of a clip, as plain data."""
    held = clip.metadata.get(key)
    return {} if held is None else plain(held) if isinstance(held, otio._otio.AnyDictionary) else None


def _missing(texts: Sequence[str], held: Any) -> list[str]:
    standing = {_said(text) for text in native_texts(held)}
    return [text for text in texts if _said(text) not in standing]


def _said(text: str) -> str:
    return text[len(_WORD) :].lstrip(": \t")


def _own_room(clip: Any, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    held = clip.metadata.get(KEY)
    known = held if isinstance(held, otio._otio.AnyVector) else [held]
    return [text for text in texts if text not in known], []


def _comment_room(clip: Any, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    held = _comments(clip)
    if held is None:
        return [], list(texts)
    new = _missing(texts, held) if held else texts
    return [text for text in new if _lines(text)], [text for text in new if not _lines(text)]


def _put_comments(clip: Any, texts: list[str]) -> None:
    lines = [line for text in texts for line in _lines(text)]
    held = _comments(clip) or []
    if "cmx_3600" not in clip.metadata:
        clip.metadata["cmx_3600"] = {}
    clip.metadata["cmx_3600"]["comments"] = [*held, *lines]


def _comments(clip: Any) -> list[Any] | None:
    """The comments that a clip has for an EDL; ``None`` where something else stands in their place."""
    block = clip.metadata.get("cmx_3600")
    if block is None:
        return []
    held = block.get("comments", []) if isinstance(block, otio._otio.AnyDictionary) else None
    return list(held) if isinstance(held, (list, otio._otio.AnyVector)) else None


@lru_cache(maxsize=4096)
def _lines(text: str) -> tuple[str, ...]:
    """The comments of an EDL that are the tag; none where they would not be read as it, as with Resolve's ``|M:``."""
    lines = comment_lines(_said(text))
    read, _ = carriers_of(lines, 1, Fraction(24), ())
    if len(read) != 1 or _said(text) not in map(_said, read[0].texts):
        return ()
    return tuple(line.removeprefix("* ") for line in lines)


def _xml_room(clip: Any, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    block = _block(clip, "fcp_xml")
    comments = block.get("comments") or {} if isinstance(block, dict) else None
    if not isinstance(comments, dict):
        return [], list(texts)
    new = _missing(texts, comments)
    room = len(list(_free(comments)))
    return new[:room], new[room:]


def _free(comments: Mapping[str, Any]) -> Iterator[str]:
    return (slot for slot in _SLOTS if not comments.get(slot))


def _put_xml(clip: Any, texts: list[str]) -> None:
    block = _block(clip, "fcp_xml")
    comments = block.get("comments") or {}
    filled = dict(zip(list(_free(comments)), texts, strict=False))
    clip.metadata["fcp_xml"] = {**block, "comments": {**comments, **filled}}


def _column_room(clip: Any, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """A column has one cell a clip, and one tag fits in it."""
    block = _block(clip, "ALE")
    if not isinstance(block, dict):
        return [], list(texts)
    held = next((value for key, value in block.items() if plain_key(key) == "genai" and value), None)
    if held is None:
        return list(texts[:1]), list(texts[1:])
    full = [text for text in texts if not isinstance(held, str) or _said(text) not in (held, _said(held))]
    return [], full


def _put_column(clip: Any, texts: list[str]) -> None:
    clip.metadata["ALE"] = {**_block(clip, "ALE"), "GenAI": texts[0]}


_OWN = _Place(_own_room, add_tags)
_COMMENTS = _Place(_comment_room, _put_comments)
_XML = _Place(_xml_room, _put_xml)
_COLUMN = _Place(_column_room, _put_column)
_TEXTS = (_COMMENTS, _XML)
_PLACES: Mapping[str, tuple[_Place, ...]] = {
    **dict.fromkeys(WHOLE, (_OWN,)),
    ".edl": (_COMMENTS,),
    ".xml": (_XML,),
    ".ale": (_COLUMN,),
}
