"""What the clips of an OTIO timeline point at, read from a clip, or found by search before any clip is built."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otiogate.timeline.media import REEL_KEYS, basenames, file_names, has_extension, names_nobody
from otiogate.timeline.model import Key, Media, plain_key


def media_of(data: Mapping[str, Any]) -> Media:
    """What a clip, as plain data, points at: by all its media references, active or not. Where none leads to a file,
    or where it ends as file names do, the name of the clip is one: lists of cuts know files by it."""
    references: set[str] = set()
    for reference in (data.get("media_references") or {}).values():
        if not reference:
            continue
        references.update(basenames(str(reference.get("target_url") or "")))
        if "name_prefix" in reference:
            references.update(sequence_names(reference))
        references.update(basenames(str(reference.get("name") or "")))
    name, files = str(data.get("name") or ""), _shown(data)
    if not files or has_extension(name):
        references.update(basenames(name))
    reels = {reel for reel in _reels(data) if not names_nobody(reel)}
    if not files and file_names(name):
        files = (file_names(name),)
    return Media(tuple(sorted(references)), tuple(sorted(reels)), files=files)


def _shown(data: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The file behind the active reference, by its names; its label is asked only where it points at none."""
    reference = (data.get("media_references") or {}).get(data.get("active_media_reference_key")) or {}
    names = sequence_names(reference) if "name_prefix" in reference else ()
    names = names or file_names(str(reference.get("target_url") or "")) or file_names(str(reference.get("name") or ""))
    return (names,) if names else ()


def sequence_names(reference: Mapping[str, Any]) -> tuple[str, ...]:
    """An image sequence as people write it: with ``%04d`` and with ``####``."""
    prefix, suffix = str(reference.get("name_prefix") or ""), str(reference.get("name_suffix") or "")
    digits = int(reference.get("frame_zero_padding") or 0)
    if not prefix and not suffix:
        return ()
    return f"{prefix}%0{digits}d{suffix}", f"{prefix}{'#' * max(digits, 1)}{suffix}"


def _reels(data: Any) -> Iterator[str]:
    pending: list[Any] = [data.get("metadata"), data.get("media_references")]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            for key, value in current.items():
                if isinstance(value, str):
                    if plain_key(key) in REEL_KEYS:
                        yield value.strip()
                else:
                    pending.append(value)
        elif isinstance(current, list):
            pending.extend(current)


_TEXT = rb'"((?:[^"\\]+|\\.)*)"'
_URL = re.compile(rb'"target_url":' + _TEXT)
_NAME = re.compile(rb'"name":' + _TEXT)
_SEQUENCE = re.compile(
    rb'"name_prefix":' + _TEXT + rb',"name_suffix":' + _TEXT + rb'[^{}]*?"frame_zero_padding":(-?\d+)'
)
_REEL_WORD = re.compile(rb"r[ _-]*e[ _-]*e[ _-]*l|t[ _-]*a[ _-]*p[ _-]*e")
_REEL = re.compile(rb'"([^"\\]*)":' + _TEXT)


def media_keys(text: bytes, begins: Sequence[int]) -> Iterator[Key]:
    """The names by which a ledger may know the media in ``text`` (compact OTIO JSON); more than the clips will bear
    out, never fewer."""

    def node_at(match: re.Match[bytes]) -> int:
        return bisect_right(begins, match.start()) - 1

    for match in _URL.finditer(text):
        for name in basenames(_decoded(match.group(1))):
            yield Key(node_at(match), "reference", name)
    for match in _NAME.finditer(text):
        if match.group(1):
            value = _decoded(match.group(1))
            yield Key(node_at(match), "name", value)
            for name in basenames(value):
                yield Key(node_at(match), "reference", name)
    for match in _SEQUENCE.finditer(text):
        reference = {
            "name_prefix": _decoded(match.group(1)),
            "name_suffix": _decoded(match.group(2)),
            "frame_zero_padding": int(match.group(3)),
        }
        for name in sequence_names(reference):
            yield Key(node_at(match), "reference", name)
    for match in _REEL_WORD.finditer(text.lower()):
        pair = _REEL.match(text, text.rfind(b'"', 0, match.start()))
        if pair and plain_key(pair.group(1).decode("utf-8", "replace")) in REEL_KEYS:
            yield Key(node_at(match), "reel", _decoded(pair.group(2)).strip())


def _decoded(literal: bytes) -> str:
    if b"\\" in literal:
        return str(json.loads(b'"' + literal + b'"'))
    return literal.decode("utf-8", "surrogatepass")
