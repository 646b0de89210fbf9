"""What one carrier says: tags, disclosures given whole, digital source types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from otiogate.evidence.disclosure import Disclosure, whole
from otiogate.evidence.tag import ID, Tag, is_tag, parse_tag
from otiogate.evidence.vocabulary import AMBIGUOUS_SOURCE_TYPES, GENAI_SOURCE_TYPES, source_type
from otiogate.timeline.model import Carrier, plain_key

_SEPARATED = rb"(?:[ _\-\t]|\\t)*"  # a tab stands in JSON as a backslash and a t

TRIGGERS: tuple[bytes, ...] = (
    _SEPARATED.join(bytes([char]) for char in b"genai"),
    b"trainedalgorithmic",
    b"compositesynthetic",
    b"digital" + _SEPARATED + b"source" + _SEPARATED + b"type",
    b"digsrctype",
)
"""Patterns in ASCII lower case, one of which stands in the text of every node whose carriers say anything."""


@dataclass(frozen=True)
class Evidence:
    """A digital source type that says, or may hide, that AI was used."""

    source_type: str
    ambiguous: bool


@dataclass(frozen=True)
class Invalid:
    """A statement that is not understood; ``shown`` is its text or id, for people, and ``said`` what stands there."""

    shown: str
    faults: tuple[str, ...]
    said: Any = field(default=None, compare=False)


Statement = Tag | Disclosure | Evidence | Invalid


def statements(carrier: Carrier) -> Iterator[Statement]:
    """Everything that ``carrier`` says, in order; nothing is passed over because something else is said too."""
    if carrier.faults:
        yield Invalid(carrier.where, carrier.faults)
    seen: set[str] = set()
    for text in carrier.texts:
        if is_tag(text) and text.strip() not in seen:
            seen.add(text.strip())
            yield parse_tag(text)
    if carrier.metadata:
        yield from _in_metadata(carrier.metadata, carrier.where)


def _in_metadata(metadata: Mapping[str, Any], where: str) -> Iterator[Statement]:
    pending: list[tuple[str, Any]] = [("", metadata)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, Mapping):
            for inner, item in value.items():
                plain = plain_key(inner)
                if plain == "genai":
                    yield from _stated(item, where)
                elif plain == "genaiid":
                    if item != "":
                        yield _pointer(item)
                else:
                    pending.append((plain, item))
        elif isinstance(value, list):
            pending.extend((key, item) for item in value)
        elif isinstance(value, str):
            found = source_type(value)
            if found and found[0] in GENAI_SOURCE_TYPES:
                yield Evidence(found[0], ambiguous=False)
            elif found and found[0] in AMBIGUOUS_SOURCE_TYPES and (found[1] or key.endswith("digitalsourcetype")):
                yield Evidence(found[0], ambiguous=True)


def _stated(value: Any, where: str) -> Iterator[Statement]:
    """What stands under a key that means GenAI. Blank text is an empty cell of a column, and says nothing."""
    if isinstance(value, str) and not value.strip():
        return
    if isinstance(value, list) and value:
        for item in value:
            yield from _stated(item, where)
    elif isinstance(value, str):
        yield parse_tag(value if is_tag(value) else f"GENAI {value}")
    elif isinstance(value, Mapping) and set(value) == {"id"}:
        yield _pointer(value["id"])
    elif isinstance(value, Mapping) and value:
        found = whole(dict(value), "timeline", where)
        if isinstance(found, list):
            yield Invalid(str(value.get("id", "disclosure"))[:80], tuple(found), dict(value))
        else:
            yield found
    else:
        yield Invalid(
            f"genai: {str(value)[:40]}",
            ("neither a disclosure nor a tag; where no AI was used, write 'GENAI none'",),
            value,
        )


def _pointer(value: Any) -> Statement:
    if isinstance(value, str) and ID.match(value.strip().upper()):
        return Tag(f"GENAI id={value.strip()}", id=value.strip().upper())
    what = "not an id: letters, digits, dots, dashes and underscores, 3 to 64"
    return Invalid(f"id {str(value)[:80]}", (what,), {"id": value})
