"""Puts tags that an adapter left in format-native places where every later step finds them: ``metadata["genai"]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.host.native import native_marker_texts, native_texts
from otiogate.host.walk import plain, walk

KEY = "genai"


def annotate(thing: Any, is_tag: Callable[[str], bool]) -> None:
    """Adds the tags of every object, and of its markers, to its ``metadata["genai"]``. What stands there already
    stays."""
    try:
        objects = walk(thing).objects
    except ReadError:
        return  # nothing that is part of a timeline; whoever writes or scans it is told
    for each in objects:
        if not isinstance(each, otio.core.SerializableObjectWithMetadata):
            continue
        if "cmx_3600" in each.metadata:
            _add(each, [text for text in native_texts(plain(each.metadata)) if is_tag(text)])
        for marker in getattr(each, "markers", ()):
            if "cmx_3600" in marker.metadata:
                _add(marker, [text for text in native_marker_texts(plain(marker)) if is_tag(text)])


def _add(thing: Any, tags: list[str]) -> None:
    held = thing.metadata.get(KEY)
    held = [] if held is None else plain(held) if isinstance(held, otio._otio.AnyVector) else [held]
    new = [tag for tag in dict.fromkeys(tags) if tag not in held]
    if new:
        thing.metadata[KEY] = [*held, *new]
