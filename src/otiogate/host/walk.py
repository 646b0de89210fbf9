"""The objects of a timeline in document order, and where each stands in its compact JSON.

Serialising 10,000 clips in one call takes a fraction of what 10,000 calls take. The text of the whole is therefore
cut at the places where its objects begin. An object embedded in metadata begins the same way, and a list inside a
list begins with nothing of its own; where beginnings and objects cannot be paired, the text is put together object by
object instead.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.timeline.model import Problem

_MAX_DEPTH = 200


@dataclass
class Walked:
    """Objects in document order, each with the position of its parent (-1 for the first) and its place among its
    siblings."""

    objects: list[Any] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)
    is_use: list[bool] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def walk(root: Any) -> Walked:
    """``root`` and all below it: a timeline, track, clip, collection, ..., or a list of them. Raises ``ReadError``."""
    walked = Walked()
    roles: dict[type, tuple[bool, bool, bool]] = {}
    held: set[int] = set()
    pending: list[tuple[Any, int, int, int]] = [(root, -1, 0, 0)]
    while pending:
        thing, parent, place, depth = pending.pop()
        role = roles.get(type(thing))
        if role is None:
            role = roles[type(thing)] = _role(thing)
        is_part, is_holder, is_use = role
        if not is_part:
            _note_unread(walked, thing, place)
            continue
        node = len(walked.objects)
        walked.objects.append(thing)
        walked.parents.append(parent)
        walked.places.append(place)
        walked.is_use.append(is_use)
        if is_holder:
            if depth == _MAX_DEPTH:
                raise ReadError(f"nested more than {_MAX_DEPTH} deep")
            if id(thing) in held:  # a few such, each in the other twice, would be walked for ever
                raise ReadError(f"holds one and the same {_schema(thing)} in two places", next_step="copy it")
            held.add(id(thing))
            walked.holders.append(node)
            children = [thing.tracks] if isinstance(thing, otio.schema.Timeline) else list(thing)
            for child in {type(child): child for child in children}.values():
                if type(child) not in roles:
                    roles[type(child)] = _role(child)
            if _take_leaves(walked, children, node, roles):
                continue
            last = len(children) - 1
            pending.extend((child, node, last - index, depth + 1) for index, child in enumerate(reversed(children)))
    if not walked.objects:
        raise ReadError(
            f"holds no timeline, track or clip, only {_schema(root)}", next_step="nothing in it can be judged"
        )
    walked.labels = {str(each.schema_name()) for each in _one_of_each(walked.objects)}
    return walked


def _take_leaves(walked: Walked, children: list[Any], parent: int, roles: dict[type, tuple[bool, bool, bool]]) -> bool:
    """Takes all of ``children`` at once if none of them holds others, as on nearly every track; else none."""
    found = {kind: roles.get(kind) for kind in set(map(type, children))}
    if any(role is None or not role[0] or role[1] for role in found.values()):
        return False
    walked.objects += children
    walked.parents += [parent] * len(children)
    walked.places += range(len(children))
    uses = {kind for kind, role in found.items() if role is not None and role[2]}
    walked.is_use += [type(child) in uses for child in children]
    return True


_HOLDERS = (
    otio.core.Composition,
    otio.schema.Timeline,
    otio.schema.SerializableCollection,
    list,
    otio._otio.AnyVector,
)


def _role(thing: Any) -> tuple[bool, bool, bool]:
    """Whether objects of this type are parts of a timeline, hold others, are uses of media."""
    is_holder = isinstance(thing, _HOLDERS)
    return is_holder or isinstance(thing, otio.core.Composable), is_holder, isinstance(thing, otio.schema.Clip)


def _one_of_each(objects: list[Any]) -> list[Any]:
    found = {type(each): each for each in objects}
    return [each for each in found.values() if isinstance(each, otio.core.SerializableObject)]


def _note_unread(walked: Walked, thing: Any, place: int) -> None:
    if isinstance(thing, otio.core.SerializableObject) and isinstance(
        thing, (otio.core.MediaReference, otio.schema.Marker, otio.schema.Effect)
    ):
        what = f"a loose {_schema(thing)} in a collection is not judged"
    else:
        what = f"an object that is no part of a timeline ({_schema(thing)}) was not read"
    walked.problems.append(Problem("lost", what, f"item {place + 1}"))


def _schema(thing: Any) -> str:
    if isinstance(thing, otio._otio.UnknownSchema):
        return f"{thing.original_schema_name}.{thing.original_schema_version}, unknown to this OpenTimelineIO"
    if isinstance(thing, otio.core.SerializableObject):
        return str(thing.schema_name())
    return type(thing).__name__


class Text(NamedTuple):
    """The text in which things are searched, the offset at which each object's part of it begins, and the compact
    JSON of the whole, which is the same text in nearly every case."""

    text: bytes
    begins: list[int]
    whole: bytes


def text_of(walked: Walked) -> Text:
    """The compact JSON of the whole as UTF-8, cut into one part an object. Raises ``ReadError``."""
    text = compact(walked.objects[0])
    begins = _beginnings(walked, text)
    if begins is not None:
        return Text(text, begins, text)
    holders = set(walked.holders)
    parts = [b"\n".join(pieces(each)) if node in holders else compact(each) for node, each in enumerate(walked.objects)]
    begins, offset = [], 0
    for part in parts:
        begins.append(offset)
        offset += len(part) + 1
    return Text(b"\n".join(parts), begins, text)


def _beginnings(walked: Walked, text: bytes) -> list[int] | None:
    """Offsets of the objects in ``text``, or ``None`` where they cannot be told from objects embedded in metadata."""
    lists = [node for node in walked.holders if not isinstance(walked.objects[node], otio.core.SerializableObject)]
    if any(lists):
        return None
    first = len(lists)
    if not walked.labels:
        return [0] * first
    names = "|".join(re.escape(label) for label in sorted(walked.labels))
    opening = re.compile(rb'\{"OTIO_SCHEMA":"(?:' + names.encode() + rb")\.\d")
    begins = [0] * first + [match.start() for match in opening.finditer(text)]
    return begins if len(begins) == len(walked.objects) else None


def compact(thing: Any) -> bytes:
    """``thing`` as compact JSON; raises ``ReadError`` where the host cannot write it (a cycle, text that is not
    Unicode)."""
    try:
        return str(otio.core.serialize_json_to_string(thing, {}, -1)).encode("utf-8", "surrogatepass")
    except (ValueError, otio.exceptions.OTIOError) as fault:
        raise ReadError(f"OpenTimelineIO cannot serialise it: {fault}") from fault
    except RecursionError as fault:
        raise ReadError("nested too deeply") from fault


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


def plain(thing: Any) -> Any:
    """Plain data, not the host's look-alikes: a JSON Schema that says ``object`` is passed in silence by those."""
    return first_value(compact(thing))


def first_value(text: bytes) -> Any:
    """The value that begins ``text``, which the host wrote; NaN and infinity become ``None``. Raises ``ReadError``."""
    written = text.decode("utf-8", "surrogatepass")
    try:
        value, end = _DECODER.raw_decode(written)
    except RecursionError as fault:
        raise ReadError("nested too deeply") from fault
    # How deep the decoder goes is another matter with every Python, and what reads the value goes less deep.
    if written.count("[", 0, end) + written.count("{", 0, end) > _MAX_DEPTH and _is_deeper(value):
        raise ReadError("nested too deeply")
    return value


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        inner = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [each for each in inner if isinstance(each, (dict, list))]
    return bool(level)


def pieces(holder: Any) -> list[bytes]:
    """The compact JSON of what a holder carries itself, without its children."""
    names = ("metadata", "effects", "markers")
    return [compact(getattr(holder, name)) for name in names if hasattr(holder, name)]
