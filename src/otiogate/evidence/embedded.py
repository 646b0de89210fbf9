"""Data that metadata holds as text: JSON, as pipelines pass it on, and markup, such as XMP packets and notes in HTML.

Markup is not parsed as a document: packets come cut off, notes have no outermost element, and what is found can only
raise what is required. Nothing is fetched or expanded, and each pattern takes time in proportion to the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from otiogate.timeline.notes import tags_in

_DEEPEST = 100
"""How deep JSON may be nested."""

_MOST_FAILURES = 10
"""Braces in a text that may begin JSON and do not."""

_OPEN = re.compile(r"[{\[]")
_MARK = re.compile(r"</?([A-Za-z!?][\w:.-]{0,200})[^<>]*>")
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)[^<>]*>([^<>]+)</")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([A-Za-z][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_IN_LINE = frozenset({"a", "b", "em", "font", "i", "span", "strong", "u"})


def data_in(text: str) -> list[Any]:
    """What ``text`` holds: of JSON, wherever it begins, plain data; of markup its attributes and elements, mappings of
    one name, and the tags in it as it is shown. What is found both ways is there twice, and says the same."""
    found = list(_json_in(text)) if _OPEN.search(text) else []
    return [*found, *_in_markup(text)] if _MARK.search(text) else found


def _json_in(text: str) -> Iterator[Any]:
    """The JSON in ``text``, documents one after another with anything around them. What is nested deeper than any
    program writes it is left out."""
    failures = 0
    begin = _OPEN.search(text)
    while begin and failures < _MOST_FAILURES:
        try:
            value, end = _DECODER.raw_decode(text, begin.start())
            if not _is_deep(value):
                yield value
        except (ValueError, RecursionError):
            failures, end = failures + 1, begin.end()
        begin = _OPEN.search(text, end)


def _every(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which a key that comes twice has all its values: none of them wins in silence."""
    found: dict[str, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


_DECODER = json.JSONDecoder(object_pairs_hook=_every)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _held(each)]
        if not level:
            return False
    return True


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _in_markup(text: str) -> Iterator[Any]:
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    yield from tags_in(unescape(_MARK.sub(_shown, text)))
    for name, *values in _ATTRIBUTE.findall(text):
        yield {_local(name): unescape("".join(values)).strip()}
    for name, inner in _ELEMENT.findall(text):
        if name.lower() not in _IN_LINE:
            yield {_local(name): unescape(inner).strip()}


def _local(name: str) -> str:
    """``name`` without the prefix of its namespace, which every document may choose."""
    return name.rpartition(":")[2]


def _shown(mark: re.Match[str]) -> str:
    """What a mark does to the text around it: where it does not only dress it, a line begins."""
    return "" if mark[1].lower() in _IN_LINE else "\n"
