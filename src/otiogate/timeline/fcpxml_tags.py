"""Where an FCPXML says that AI was used: notes, keywords, markers, metadata, roles, comments; and any other value.

An element speaks by what stands in it, up to the next story element or resource: those speak for themselves. Bins and
searches of the browser (``keyword-collection``, ``smart-collection``) are about the library, not about a clip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from otiogate.timeline.fcpxml_media import last_key, values_of
from otiogate.timeline.fcpxml_time import Stretch, told
from otiogate.timeline.fcpxml_xml import COMMENT, NO_WORDS, Element, own
from otiogate.timeline.model import Carrier, plain_key
from otiogate.timeline.notes import KIND_FAMILIES, keywords_in, tags_in
from otiogate.timeline.time import Span

_NUMBERED = re.compile(r"genai\d*")
_HYPHENED = re.compile(rf"(?<!\S)(?:{KIND_FAMILIES})(?:-[a-z_]+)+", re.IGNORECASE)

Placing = Callable[[Stretch], Span | None]
"""Turns a stretch in a clip's own time into record time, where that is known."""


def said_in(element: Element) -> Iterator[str]:
    """Every text in ``element`` and its own, as its carriers will have it: in this a tag is found without building
    them."""
    for each in (element, *own(element)):
        for name, value in each.attributes.items():
            yield name
            yield value
        if each.pieces and each.tag not in NO_WORDS:
            yield each.text
        if each.tag == "text":
            yield from _shown_text(each)


def carriers_of(
    element: Element,
    placing: Placing,
    scope: int,
    of: str = "",
    active: bool = True,
    reaches: Callable[[Stretch], bool] | None = None,
) -> Iterator[Carrier]:
    """A carrier for each thing of ``element`` that can say something. ``of`` names the resource that ``element`` is.
    What has a place in time speaks for the uses under node ``scope`` that it meets, and is left out where it does not
    reach (``reaches``)."""

    def carrier(each: Element, texts: Iterable[str], metadata: dict[str, Any], span: Span | None = None) -> Carrier:
        where = f"line {each.line} ({each.tag}{of if each is element else ''})"
        said = tuple(dict.fromkeys(text for text in texts if text))
        return Carrier(where, said, metadata, each.line, span, scope, active=active)

    texts = (*_roles(element), *keywords_in(element.attributes.get("keywords", "")))
    yield carrier(element, texts, dict(element.attributes))
    shown: list[str] = []
    for each in own(element):
        stretch = _stretch(each)
        if stretch is not None and reaches is not None and not reaches(stretch):
            continue
        span = None if stretch is None else placing(stretch)
        if each.tag in ("note", COMMENT):
            yield carrier(each, tags_in(each.text) or [each.text], {each.tag: each.text})
        elif each.tag == "keyword":
            texts = (*keywords_in(each.attributes.get("value", "")), *_remark(each))
            yield carrier(each, texts, _beside_value(each, "keywords"), span)
        elif _is_marker(each):
            value = each.attributes.get("value", "")
            texts = (*(tags_in(value) or [value]), *_remark(each))
            yield carrier(each, texts, _beside_value(each, "marker comment"), span)
        elif each.tag == "md":
            yield _metadata(carrier, each)
        elif each.tag == "text":
            shown += _shown_text(each)
        elif each.tag not in ("array", "string"):  # they are in what md says
            metadata: dict[str, Any] = dict(each.attributes)
            if each.text and each.tag not in (*NO_WORDS, "text-style"):
                metadata[each.tag] = each.text
            said = [text for name, value in metadata.items() if name != "name" for text in tags_in(value)]
            if metadata:
                yield carrier(each, (*_roles(each), *said), metadata)
    if shown:
        yield carrier(element, (), {"credits": shown})


def _beside_value(element: Element, key: str) -> dict[str, Any]:
    """The attributes of ``element``, its value under a ``key`` that tells what it is."""
    return {key if name == "value" else name: value for name, value in element.attributes.items()}


def _remark(element: Element) -> list[str]:
    note = element.attributes.get("note", "")
    return tags_in(note) or [note]


def _metadata(carrier: Callable[..., Carrier], md: Element) -> Carrier:
    key = md.attributes.get("key", "")
    values = list(values_of(md))
    last = last_key(key)
    others = {name: value for name, value in md.attributes.items() if name not in ("key", "value")}
    metadata: dict[str, Any] = {"md": others} if others else {}
    if values:
        metadata[last if last in ("genai", "genaiid") else key] = values[0] if len(values) == 1 else values
    texts = [] if last in ("genai", "genaiid") else [text for value in values for text in tags_in(value)]
    return carrier(md, texts, metadata)


def _is_marker(element: Element) -> bool:
    return element.tag == "marker" or element.tag.endswith("-marker")


def _stretch(element: Element) -> Stretch | None:
    """Where a keyword or marker stands, in the time of its clip; ``None`` where it is about the whole clip, as anything
    else is."""
    if element.tag != "keyword" and not _is_marker(element):
        return None
    start = told(element, "start")
    duration = told(element, "duration")
    if start is None or (element.tag == "keyword" and duration is None):
        return None
    return Stretch(start, start + max(duration or Fraction(0), Fraction(0)))


def _roles(element: Element) -> Iterator[str]:
    """The tags in the roles of ``element``: a role or subrole named GenAI, and what stands beside that name. The dot
    parts a role from its subrole, so that ``gen-shot`` stands there for ``gen.shot``."""
    for name in ("role", "audioRole", "videoRole"):
        for role in element.attributes.get(name, "").split(","):
            main, _, sub = role.partition("?")[0].partition(".")
            if plain_key(main) == "genai":
                yield f"GENAI {'' if _NUMBERED.fullmatch(plain_key(sub)) else _dotted(sub.strip())}".strip()
            elif _NUMBERED.fullmatch(plain_key(sub)):
                yield "GENAI"
            else:
                # A subrole that nobody named is called as its role is, with a number.
                yield from map(_dotted, tags_in(main if sub.startswith(main) else role) or tags_in(sub))


def _dotted(text: str) -> str:
    return _HYPHENED.sub(lambda kind: kind[0].replace("-", "."), text)


def _shown_text(text: Element) -> list[str]:
    """What a title shows. Its styles may divide a word, or two lines, so that both readings are given."""
    runs = [each.text for each in text.every() if each.text and each.tag in ("text", "text-style")]
    return list(dict.fromkeys(("".join(runs), " ".join(runs)))) if runs else []
