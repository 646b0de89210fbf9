"""What the clips of an OTIO timeline point at, read from a clip, or found by search before any clip is built."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from otiogate.timeline.media import REEL_KEYS, basenames, file_names, has_extension, names_nobody
from otiogate.timeline.model import Key, Known, Media, MediaPlace, plain_key


@lru_cache(maxsize=4096)
def is_reel(key: str) -> bool:
    """Whether a metadata key is one whose value is a reel; the word itself stands in it whole."""
    lowered = key.lower()
    return any(word in lowered for word in _REEL_WORDS) and plain_key(key) in REEL_KEYS


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
    called = not files and bool(file_names(name))
    if called:
        files = (file_names(name),)

    def places() -> tuple[MediaPlace, ...]:
        return (*_places_of(data), *((MediaPlace(name),) if called else ()))

    return Media(tuple(sorted(references)), tuple(sorted(reels)), files=files, stated=_stated(data), locate=places)


def _places_of(data: Mapping[str, Any]) -> Iterator[MediaPlace]:
    """Where the media references lead, active or not; a label leads somewhere only where there is nothing else."""
    active = data.get("active_media_reference_key")
    for key, reference in (data.get("media_references") or {}).items():
        names = sequence_names(reference) if reference and "name_prefix" in reference else ()
        if names:
            base = str(reference.get("target_url_base") or "")
            url = f"{base.rstrip('/')}/{names[0]}" if base else names[0]
            yield MediaPlace(url, key == active, _frames(reference))
        elif reference and (url := str(reference.get("target_url") or reference.get("name") or "")):
            yield MediaPlace(url, key == active)


def _frames(reference: Mapping[str, Any]) -> tuple[int, int] | None:
    """The first and the last frame that an image sequence is said to have, as the host counts them."""
    try:
        duration = reference["available_range"]["duration"]
        first = int(reference.get("start_frame") or 0)
        number = int(float(duration["value"]) / float(duration["rate"]) * float(reference["rate"]) + 0.5)
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return (first, first + number - 1) if number > 0 else None


def _stated(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The digests that the metadata of the media references gives, under ``sha256``."""
    found = []
    for reference in (data.get("media_references") or {}).values():
        metadata = reference.get("metadata") if reference else None
        if not metadata or "sha256" not in metadata:
            continue
        text = str(metadata["sha256"]).lower()
        if _DIGEST.fullmatch(text):
            found.append(f"sha256:{text.removeprefix('sha256:')}")
    return tuple(dict.fromkeys(found))


_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")


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
        if isinstance(current, list):
            pending += current
            continue
        for key, value in current.items() if isinstance(current, dict) else ():
            if isinstance(value, str):
                if is_reel(key):
                    yield value.strip()
            elif isinstance(value, dict):
                if is_reel(key) and isinstance(value.get("name"), str):
                    yield value["name"].strip()  # FCP 7 XML has a name in its reel
                pending.append(value)
            elif isinstance(value, list):
                pending += value


_TEXT = rb'"((?:[^"\\]+|\\.)*)"'
_LITERAL = re.compile(_TEXT)
_URL = re.compile(rb'"target_url":"([^"]+)')
_NAME = re.compile(rb'"name":"([^"]+)')
_SEQUENCE = re.compile(
    rb'"name_prefix":' + _TEXT + rb',"name_suffix":' + _TEXT + rb'[^{}]*?"frame_zero_padding":(-?\d+)'
)
_STATED = re.compile(rb'"sha256":"(?:sha256:)?([0-9a-f]{64})"', re.IGNORECASE)
_REEL_WORDS = ("reel", "tape")
_REELS = [re.compile(word.encode() + rb'[^"\\]*":(?:\{[^{}]*?"name":)?"([^"]+)') for word in _REEL_WORDS]
"""One after the other: what begins with a plain word is found many times faster than a choice of words."""


def media_keys(text: bytes, begins: Sequence[int], known: Known | None = None) -> Iterator[Key]:
    """The names by which a ledger may know the media in ``text`` (compact OTIO JSON); more than the clips will bear
    out, never fewer. What surely is none of the ``known`` names, folded, is passed over, which takes a fraction of the
    time of looking at it."""

    def node_at(place: int) -> int:
        return bisect_right(begins, place) - 1

    names = known.names if known else None
    for place in _places(_URL, text, names):
        for name in basenames(_decoded(text, place)):
            yield Key(node_at(place), "reference", name)
    for place in _places(_NAME, text, names):
        value = _decoded(text, place)
        yield Key(node_at(place), "name", value)
        for name in basenames(value):
            yield Key(node_at(place), "reference", name)
    for match in _SEQUENCE.finditer(text) if b'"name_prefix"' in text else ():
        reference = {
            "name_prefix": _decoded(text, match.start(1)),
            "name_suffix": _decoded(text, match.start(2)),
            "frame_zero_padding": int(match.group(3)),
        }
        for name in sequence_names(reference):
            yield Key(node_at(match.start()), "reference", name)
    for match in _STATED.finditer(text) if b'"sha256":"' in text else ():
        yield Key(node_at(match.start()), "sha256", f"sha256:{match.group(1).decode('ascii').lower()}")
    if known is not None and not known.reels:
        return
    lowered = text.lower()
    for place in (place for each in _REELS for place in _places(each, lowered, known.reels if known else None)):
        end = place - len(b'":"')
        if lowered.endswith(b'"name', 0, end):
            end = lowered.rfind(b'":{', 0, end)
        key = text[text.rfind(b'"', 0, end) + 1 : end]
        if is_reel(key.decode("utf-8", "replace")):
            yield Key(node_at(place), "reel", _decoded(text, place).strip())


def _places(pattern: re.Pattern[bytes], text: bytes, known: frozenset[bytes] | None) -> list[int]:
    """Where the texts begin that follow ``pattern`` and may be one of the ``known`` names, or a path to it. Plain ASCII
    is told without decoding, all of it at once."""
    found = list(pattern.finditer(text))
    if known is None or not found:
        return [match.start(1) for match in found]
    whole = b"\n".join([match.group(1) for match in found]).lower()  # JSON has no line break inside a text
    literals = whole.split(b"\n")
    if whole.isascii() and not any(each in b"\n%b\n" % whole for each in _ODD):
        lasts = [each.rpartition(b"/")[2] for each in literals] if b"/" in whole else literals
        return [
            match.start(1)
            for match, last, literal in zip(found, lasts, literals, strict=True)
            if last in known or last.rpartition(b".")[0].rstrip() in known or literal in known
        ]
    return [match.start(1) for match, literal in zip(found, literals, strict=True) if _may_be(literal, known)]


def _may_be(literal: bytes, known: frozenset[bytes]) -> bool:
    last = literal.rstrip(b"/ ").rpartition(b"/")[2].lstrip()
    if last in known or last.rpartition(b".")[0].rstrip() in known or literal.strip() in known:
        return True
    return not literal.isascii() or any(each in literal for each in _ODD)


_ODD = (b"%", b"?", b"#", b"\\", b"/\n", b" \n", b"\n ")
"""What is decoded, split or trimmed before it is compared. A text with a quote in it is cut before the quote, and so
ends with a backslash."""


def _decoded(text: bytes, place: int) -> str:
    """The text that begins at ``place``, behind its quote."""
    match = _LITERAL.match(text, place - 1)
    literal = match.group(1) if match else b""
    if b"\\" in literal:
        return str(json.loads(b'"' + literal + b'"'))
    return literal.decode("utf-8", "surrogatepass")
