"""One object of a timeline, built into a subject: its carriers, and the use that it makes of media."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import opentimelineio as otio

from otiogate.host.media import media_of
from otiogate.host.native import native_marker_texts, native_texts
from otiogate.host.place import Placed, Placer, handles, span_of
from otiogate.host.walk import Walked, first_value, plain
from otiogate.timeline.model import Carrier, ClipUse, Kind, Subject, Timing
from otiogate.timeline.time import Span, TimeError


class SubjectBuilder:
    """Builds the subjects of one walked timeline on demand."""

    def __init__(self, walked: Walked, text: bytes, begins: Sequence[int]) -> None:
        self._walked = walked
        self._text = text
        self._begins = begins
        self._holders = frozenset(walked.holders)
        self._placer = Placer(walked)
        self._siblings: dict[int, dict[int, int]] = {}
        self._arounds: dict[int, _Around] = {}

    def build(self, node: int) -> Subject:
        """The subject at ``node``."""
        thing = self._walked.objects[node]
        data = self._data(node, thing)
        also = self._sides(node) if isinstance(thing, otio.schema.Transition) else ()
        address = self._address(node) or _schema_word(thing)
        carriers = list(self._carriers(node, data, also))
        use = self._use(node, thing, data, address) if self._walked.is_use[node] else None
        return Subject(address, tuple(carriers), use)

    def _data(self, node: int, thing: Any) -> dict[str, Any]:
        """What the node itself carries, as plain data; of a holder, without its children."""
        if node not in self._holders:
            end = self._begins[node + 1] if node + 1 < len(self._begins) else len(self._text)
            return dict(first_value(self._text[self._begins[node] : end]))
        if not isinstance(thing, otio.core.SerializableObject):
            return {}
        names = ("metadata", "effects", "markers")
        others: dict[str, Any] = plain(thing._dynamic_fields)
        return others | {name: plain(getattr(thing, name)) for name in names if hasattr(thing, name)}

    def _sides(self, node: int) -> tuple[int, ...]:
        """The uses on both sides of the transition at ``node``."""
        parent, place = self._walked.parents[node], self._walked.places[node]
        if parent < 0:
            return ()
        siblings = self._siblings.get(parent)
        if siblings is None:
            found = (index for index, its in enumerate(self._walked.parents) if its == parent)
            siblings = self._siblings[parent] = {self._walked.places[index]: index for index in found}
        return tuple(siblings[each] for each in (place - 1, place + 1) if each in siblings)

    def _around(self, node: int) -> _Around:
        """What the holders around ``node`` say of everything in them; of -1, nothing."""
        if node < 0:
            return _NOTHING_AROUND
        found = self._arounds.get(node)
        if found is None:
            thing, outer = self._walked.objects[node], self._around(self._walked.parents[node])
            enabled = outer.enabled and getattr(thing, "enabled", True) is not False
            trimmed = outer.trimmed or getattr(thing, "source_range", None) is not None
            found = replace(outer, address=self._address(node), enabled=enabled, trimmed=trimmed)
            if isinstance(thing, otio.schema.Track):
                kind = _KINDS.get(thing.kind, "other")
                name = str(thing.name) or f"{str(thing.kind)[:1]}{self._walked.places[node] + 1}"
                found = replace(found, kind=kind, track=name)
            self._arounds[node] = found
        return found

    def _address(self, node: int) -> str:
        """The way down to the node, for people: ``track 2 'V2' / item 14``; of the outermost object, nothing."""
        thing, parent, place = self._walked.objects[node], self._walked.parents[node], self._walked.places[node]
        if parent < 0 or isinstance(self._walked.objects[parent], otio.schema.Timeline):
            return "" if parent < 0 else self._around(parent).address
        word = _WORDS.get(_schema_word(thing), "item")
        name = f" {thing.name!r}" if word in ("track", "timeline") and thing.name else ""
        above = self._around(parent).address
        return f"{above} / {word} {place + 1}{name}" if above else f"{word} {place + 1}{name}"

    def _carriers(self, node: int, data: Mapping[str, Any], also: tuple[int, ...]) -> Iterator[Carrier]:
        thing = self._walked.objects[node]
        what = _schema_word(thing)
        own = _stated(data)
        yield Carrier(f"{what} metadata", tuple(native_texts(own)), own, also=also)
        active = data.get("active_media_reference_key")
        for key, reference in (data.get("media_references") or {}).items():
            if reference:
                said = _stated(reference)
                is_shown = key == active or _is_of_chain(reference)
                where = f"media reference {key!r}" + ("" if is_shown else " (inactive)")
                yield Carrier(where, tuple(native_texts(said)), said, active=is_shown)
        for number, effect in enumerate(data.get("effects") or (), 1):
            if effect:
                said = _stated(effect)
                where = f"effect {number} {effect.get('effect_name') or ''}".rstrip()
                yield Carrier(where, tuple(native_texts(said)), said)
        for number, marker in enumerate(data.get("markers") or (), 1):
            if marker:
                yield self._marker(node, number, marker)

    def _marker(self, node: int, number: int, marker: Mapping[str, Any]) -> Carrier:
        said = _stated(marker)
        texts = [text for text in (marker.get("name"), marker.get("comment")) if isinstance(text, str) and text]
        texts += [*native_marker_texts(marker), *native_texts(said)]
        span = None
        if node in self._holders:
            span = self._marked(node, marker)
        return Carrier(f"marker {number}", tuple(texts), said, span=span, scope=node)

    def _marked(self, node: int, marker: Mapping[str, Any]) -> Span | None:
        try:
            time_range = otio.core.deserialize_json_from_string(json.dumps(marker.get("marked_range")))
            placed = self._placer.within(node, span_of(time_range))
        except (TimeError, ValueError, AttributeError, otio.exceptions.OTIOError):
            return None
        return placed.whole if placed else None

    def _use(self, node: int, clip: Any, data: Mapping[str, Any], address: str) -> ClipUse:
        around = self._around(self._walked.parents[node])
        return ClipUse(
            address=address,
            name=str(data.get("name") or ""),
            kind=around.kind,
            track=around.track,
            media=media_of(data),
            timing=lambda: self._timing(node, clip, data),
            disabled=not around.enabled or data.get("enabled") is False,
            trimmed_out=around.trimmed and self._is_trimmed_out(node),
        )

    def _is_trimmed_out(self, node: int) -> bool:
        placed = self._placer.record(node, with_handles=True)
        return placed is not None and placed.whole.duration > 0 and placed.shown.duration == 0

    def _timing(self, node: int, clip: Any, data: Mapping[str, Any]) -> Timing:
        placed = self._placer.record(node)
        try:
            source = span_of(clip.trimmed_range())
        except (TimeError, ValueError, otio.exceptions.OTIOError):
            source = None
        record = None
        if placed is not None:
            record = placed.shown if placed.shown.duration else placed.whole
        try:
            available = span_of(clip.available_range())
        except (TimeError, ValueError, otio.exceptions.OTIOError):
            available = None
        return Timing(record, source, self._visible_source(node, data, source, placed), available)

    def _visible_source(
        self, node: int, data: Mapping[str, Any], source: Span | None, placed: Placed | None
    ) -> Span | None:
        """The part of the media that the cut shows; unknown for a clip that is retimed."""
        if source is None or placed is None or any(_retimes(each) for each in data.get("effects") or ()):
            return None
        parent, place = self._walked.parents[node], self._walked.places[node]
        try:
            before, after = handles(self._walked.objects[parent], place, source.rate) if parent >= 0 else (0, 0)
        except TimeError:
            return None
        whole, shown = placed.whole.at(source.rate), placed.shown.at(source.rate)
        start = source.start + (shown.start - whole.start) - (before if shown.start == whole.start else 0)
        end = source.end - (whole.end - shown.end) + (after if shown.end == whole.end else 0)
        return Span(start, max(end - start, 0), source.rate, source.drop)


@dataclass(frozen=True)
class _Around:
    """What holds for everything in a holder."""

    address: str = ""
    kind: Kind = "video"
    track: str = ""
    enabled: bool = True
    trimmed: bool = False


_NOTHING_AROUND = _Around()
_KINDS: dict[str, Kind] = {"Video": "video", "Audio": "audio"}
_WORDS = {each: each for each in ("track", "timeline", "stack", "gap", "transition")}


_SCHEMAS = (
    otio.schema.Clip,
    otio.schema.Effect,
    otio.schema.ExternalReference,
    otio.schema.GeneratorReference,
    otio.schema.ImageSequenceReference,
    otio.schema.LinearTimeWarp,
    otio.schema.Marker,
    otio.schema.Timeline,
    otio.schema.Track,
    otio.schema.Transition,
)
_FIELDS = frozenset(name for each in _SCHEMAS for name in plain(each())) - {"parameters"}
"""What the host's schemas define, the parameters of a generator apart: that is where other programs put what they
like."""


def _stated(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of an object; and beside it, where there are such, fields that its schema does not know: the host
    keeps them and writes them again."""
    metadata = data.get("metadata") or {}
    others = {name: value for name, value in data.items() if name not in _FIELDS}
    return others | {"metadata": metadata} if others else metadata


def _is_of_chain(reference: Mapping[str, Any]) -> bool:
    """Whether a media reference is what the AAF adapter makes of one mob of a chain, such as the file or the tape that
    a clip comes from: those are no alternatives to each other."""
    metadata = reference.get("metadata")
    return isinstance(metadata, Mapping) and isinstance(metadata.get("AAF"), Mapping)


def _schema_word(thing: Any) -> str:
    return str(thing.schema_name()).lower() if isinstance(thing, otio.core.SerializableObject) else "list"


def _retimes(effect: Any) -> bool:
    return isinstance(effect, dict) and str(effect.get("OTIO_SCHEMA", "")).startswith(
        ("LinearTimeWarp", "FreezeFrame", "TimeEffect")
    )
