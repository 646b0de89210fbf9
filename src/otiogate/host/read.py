"""From a host's object, or a file that only the host can read, to a snapshot."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import opentimelineio as otio

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.host.media import media_keys
from otiogate.host.subjects import SubjectBuilder
from otiogate.host.walk import text_of, walk
from otiogate.timeline.model import Origin, Snapshot


def snapshot_of(
    thing: Any, *, name: str = "", path: str = "", carries_media: bool = False, origin: Origin | None = None
) -> Snapshot:
    """The snapshot of any OpenTimelineIO object: timeline, stack, track, clip, collection, or a list of them.

    ``origin`` says which bytes the object was read from; without it, its digest is that of the object's compact JSON.
    Raises ``ReadError``.
    """
    walked = walk(thing)
    text, begins, whole = text_of(walked)
    builder = SubjectBuilder(walked, text, begins)
    return Snapshot(
        origin=origin or Origin(name or str(getattr(thing, "name", "")), "otio object", sha256(whole), path),
        text=text,
        starts=begins,
        parents=walked.parents,
        is_use=walked.is_use,
        eager=walked.holders,
        build=builder.build,
        keys=partial(media_keys, text, begins),
        problems=tuple(walked.problems),
        carries_media=carries_media,
    )


_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\u00([0-7][0-9a-fA-F])")


def parse_otio(text: str, where: str) -> Any:
    """The object in a ``.otio`` text. Raises ``ReadError``, also for what others than OpenTimelineIO read otherwise."""
    bare = text
    if "\\u00" in text:
        bare = _ESCAPED.sub(lambda match: match[1] + chr(int(match[2], 16)), text)
    if "\0" in bare:
        raise ReadError("holds a NUL character, at which OpenTimelineIO cuts a text off", where=where)
    if "SerializableObjectRef" in bare:
        what = "holds a reference from object to object, which OpenTimelineIO reads but does not write"
        raise ReadError(what, where=where, next_step="read it with OpenTimelineIO and write it again")
    try:
        return otio.adapters.otio_json.read_from_string(text)
    except Exception as fault:
        unknown = _unknown_schemas(text)
        what, step = f"OpenTimelineIO cannot read it: {brief(fault)}", ""
        if isinstance(fault, otio.exceptions.UnsupportedSchemaError):
            step = f"it is of a newer OpenTimelineIO than {otio.__version__}: have it exported for this one"
        elif unknown and isinstance(fault, ValueError):  # which of them the host names is another from run to run
            what = f"OpenTimelineIO cannot read it: it knows no {', '.join(unknown)[:200]}"
            step = "name the plugin that defines it in OTIO_PLUGIN_MANIFEST_PATH, or have it exported without"
        raise ReadError(what, where=where, next_step=step) from fault


_VALUES = frozenset({"Box2d", "RationalTime", "TimeRange", "TimeTransform", "V2d"})
"""What is written as an object and is none."""

_SCHEMA = re.compile(r'"OTIO_SCHEMA"\s*:\s*"([^"\\]+)\.\d+"')


def _unknown_schemas(text: str) -> list[str]:
    """The names of the objects in ``text`` for which this host has no class."""
    return sorted(set(_SCHEMA.findall(text)) - set(otio.core.type_version_map()) - _VALUES)


_SYMBOL = re.compile(r"(?:N14opentimelineio\d+v[\d_]+|opentimelineio::v[\d_]+::)([A-Za-z]+?)(?:E\b|\b)")
"""What the host calls its types in some messages: the names that its compiler gives them, or their full ones."""


def brief(fault: Exception) -> str:
    """What the host, or an adapter of its, says went wrong: one line, not a long one."""
    text = _SYMBOL.sub(r"\1", " ".join(str(fault).split()))
    return (text[:297] + "...") if len(text) > 300 else text or type(fault).__name__
