"""Puts a tag on objects of a ``.otio`` timeline, past every hook: what is tagged is not being delivered."""

from __future__ import annotations

from collections.abc import Iterable

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.host.annotate import add_tags
from otiogate.host.read import parse_otio
from otiogate.host.walk import walk

_INDENT = 4  # as the host's own adapter writes


def tagged_otio(text: str, where: str, nodes: Iterable[int], tag: str) -> str:
    """The timeline in ``text`` with ``tag`` added to the ``metadata["genai"]`` of its ``nodes``, in document order.
    Raises ``ReadError``."""
    timeline = parse_otio(text, where)
    objects = walk(timeline).objects
    for node in nodes:
        add_tags(objects[node], [tag])
    try:
        return str(otio.core.serialize_json_to_string(timeline, {}, _INDENT))
    except (ValueError, otio.exceptions.OTIOError) as fault:
        raise ReadError(f"OpenTimelineIO cannot write it again: {fault}", where=where) from fault
