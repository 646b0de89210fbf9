"""Puts tags that an adapter left in format-native places where every later step finds them: ``metadata["genai"]``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.host.native import native_marker_texts, native_texts
from otiogate.host.walk import plain, text_of, walk

KEY = "genai"


def annotate(thing: Any, is_tag: Callable[[str], bool]) -> None:
    """Adds the tags of every object, of its media references, effects and markers, to its ``metadata["genai"]``. What
    stands there already stays."""
    try:
        walked = walk(thing)
        text, begins, _ = text_of(walked)
    except ReadError:
        return  # nothing that is part of a timeline; whoever writes or scans it is told
    named = {bisect_right(begins, match.start()) - 1 for match in re.finditer(b"genai", text.lower())}
    for node in sorted(named.union(walked.holders)):
        for each in _with_metadata(walked.objects[node]):
            data = plain(each.metadata)
            texts = native_texts(data)
            if isinstance(each, otio.schema.Marker):
                texts += native_marker_texts({"name": each.name, "metadata": data})
            add_tags(each, [text for text in texts if is_tag(text)])


def _with_metadata(thing: Any) -> Iterator[Any]:
    if not isinstance(thing, otio.core.SerializableObjectWithMetadata):
        return
    yield thing
    if isinstance(thing, otio.schema.Clip):
        yield from (each for each in thing.media_references().values() if each is not None)
    for name in ("effects", "markers"):
        yield from (each for each in getattr(thing, name, ()) if each is not None)


def add_tags(thing: Any, tags: Iterable[Any], key: str = KEY) -> None:
    """Adds ``tags``, or disclosures, to what stands under ``key`` in the metadata of ``thing``, each once."""
    held = thing.metadata.get(key)
    held = [] if held is None else plain(held) if isinstance(held, otio._otio.AnyVector) else [held]
    said = list(held)
    for tag in tags:
        if tag not in said:
            said.append(tag)
    if len(said) > len(held):
        thing.metadata[key] = said
