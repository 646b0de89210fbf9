"""What one carrier says: tags, disclosures given whole, digital source types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from otiogate.evidence.disclosure import Disclosure, whole
from otiogate.evidence.embedded import data_in
from otiogate.evidence.tag import ID, Tag, is_tag, parse_tag
from otiogate.evidence.vocabulary import AMBIGUOUS_SOURCE_TYPES, GENAI_SOURCE_TYPES, source_type
from otiogate.timeline.model import Carrier, plain_key
from otiogate.timeline.notes import tags_in

_SEPARATED = rb"(?:[ _\-\t]|\\t)*"  # a tab stands in JSON as a backslash and a t

TRIGGERS: tuple[bytes, ...] = (
    _SEPARATED.join(bytes([char]) for char in b"genai"),
    b"trainedalgorithmic",
    b"compositesynthetic",
    b"digital" + _SEPARATED + b"source" + _SEPARATED + b"type",
    b"digsrctype",
)
"""Patterns in ASCII lower case, one of which stands in the text of every node whose carriers say anything."""

_TRIGGER = re.compile(b"|".join(TRIGGERS).replace(rb"|\\t", b"").decode(), re.IGNORECASE | re.ASCII)
"""One of them in a text itself, in which a tab is a tab."""

_DEEPEST = 3
"""How often data may be text within data that is text."""

_LABEL = re.compile(
    r"(?:\w+[:.])?digital[ _\-\t]*source[ _\-\t]*type(?:[ \t]*[:=][ \t]*|[ \t]+)(?=\S)", re.IGNORECASE | re.ASCII
)
"""What calls the rest of a text a digital source type, as a key of metadata would."""

_LONGEST_TYPE = 300


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
        said = text.strip()
        if said in seen:
            continue
        if is_tag(text):
            seen.add(said)
            yield parse_tag(text)
            continue
        if not seen.issuperset(lines := _lines(text)):
            seen.update(lines)
            yield from map(parse_tag, lines)
        if len(said) <= _LONGEST_TYPE and (found := _typed(said)) is not None and found.source_type not in seen:
            seen.add(found.source_type)
            yield found
        elif data := _data(text):
            yield from _in_data(data, carrier.where, seen, within=1)
    if carrier.metadata:
        yield from _in_data(carrier.metadata, carrier.where, seen)


def saying(carrier: Carrier) -> Carrier | None:
    """``carrier`` without what says nothing: it makes the same statements. Nothing where it makes none."""
    texts = tuple(each for each in carrier.texts if any(statements(Carrier("", (each,)))))
    metadata = {key: item for key, item in carrier.metadata.items() if any(_in_data({key: item}, "", set()))}
    if not (texts or metadata or carrier.faults):
        return None
    return replace(carrier, texts=texts, metadata=metadata)


def _lines(text: str) -> list[str]:
    """The tags in a text of several lines, of which the first is none."""
    return tags_in(text) if "genai" in text.lower() and len(text.splitlines()) > 1 else []


def _typed(text: str) -> Evidence | None:
    """The digital source type that ``text`` is, alone or behind a label that says so; prose that has one is none."""
    label = _LABEL.match(text)
    return _evidence(text[label.end() :].strip("\"' ") if label else text, is_named=label is not None)


def _evidence(value: str, *, is_named: bool) -> Evidence | None:
    """What the digital source type ``value`` says, if it says something: one that may hide AI only as an address, or
    where it ``is_named`` a digital source type."""
    found = source_type(value)
    if found and found[0] in GENAI_SOURCE_TYPES:
        return Evidence(found[0], ambiguous=False)
    if found and found[0] in AMBIGUOUS_SOURCE_TYPES and (found[1] or is_named):
        return Evidence(found[0], ambiguous=True)
    return None


def _data(text: str) -> list[Any]:
    """What ``text`` holds as data, if that may say anything. A tag holds none, whatever stands in its quotes."""
    return data_in(text) if _TRIGGER.search(text) and not is_tag(text.lstrip("* ")) else []


def _in_data(data: Any, where: str, seen: set[str], within: int = 0) -> Iterator[Statement]:
    """What metadata says. Of data that was text, ``within`` other data, nobody has looked for tags yet: those are
    statements too, but for those ``seen``."""
    pending: list[tuple[str, Any, int]] = [("", data, within)]
    while pending:
        key, value, depth = pending.pop()
        if isinstance(value, Mapping):
            for inner, item in value.items():
                plain = plain_key(inner)
                if plain == "genai":
                    yield from _stated(item, where)
                elif plain == "genaiid":
                    if item != "":
                        yield _pointer(item)
                else:
                    pending.append((plain, item, depth))
        elif isinstance(value, list):
            pending.extend((key, item, depth) for item in reversed(value))
        elif isinstance(value, str):
            found = _evidence(value, is_named=key.endswith("digitalsourcetype"))
            if found is None and depth and len(value) <= _LONGEST_TYPE:
                found = _typed(value)
            if found is not None:
                if not (depth and found.source_type in seen):
                    seen.add(found.source_type)
                    yield found
                continue
            if depth and "genai" in value.lower():
                tags = tags_in(value)
                yield from (parse_tag(each) for each in tags if each not in seen)
                seen.update(tags)
            if depth < _DEEPEST and (held := _data(value)):
                pending.append((key, held, depth + 1))


def _stated(value: Any, where: str) -> Iterator[Statement]:
    """What stands under a key that means GenAI. Blank text is an empty cell of a column, and says nothing."""
    if isinstance(value, str) and not value.strip():
        return
    if isinstance(value, str) and value.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        value = data_in(value) or value
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
            if "record" not in value:
                found.insert(
                    0, "neither a tag, which is text such as 'GENAI gen.shot id=DIS-001', nor a whole disclosure"
                )
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
