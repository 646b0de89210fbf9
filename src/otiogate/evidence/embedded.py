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

_MOST_DIGITS = 400
"""Of a whole number that is kept as one: Python refuses to read those of thousands."""

_MOST_FAILURES = 1000
"""Braces in a text that may begin JSON and do not."""

_MOST_AGAIN = 10
"""How often a text is read again from such a brace on, counted in its length."""

_OPEN = re.compile(r"[{\[]")
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NAME = r"[\w:.-]*(?![\w:.-])"
_QUOTED = r""""[^"<]*"|'[^'<]*'"""
_TO_ITS_END = rf"(?:(?:[^<>\"']|{_QUOTED})*>|[^<>]*>)"  # what is in quotes may hold a >; not every quote is closed
_MARK = re.compile(rf"</?([A-Za-z!?]{_NAME}){_TO_ITS_END}")
_ELEMENT = re.compile(rf"<([A-Za-z]{_NAME}){_TO_ITS_END}([^<]+)</")
_BEGUN = re.compile(rf"<(?:[^<>\"']+|{_QUOTED}|[\"'])*")
_ATTRIBUTE = re.compile(rf"(?<![\w:.-])([A-Za-z]{_NAME})\s*=\s*({_QUOTED})")
_ENDLESS = re.compile(r"&#[0-9]{1000,};?")
_IN_LINE = frozenset({"a", "b", "em", "font", "i", "span", "strong", "u"})


def data_in(text: str) -> list[Any]:
    """What ``text`` holds: of JSON, wherever it begins, plain data; of markup its attributes and elements, mappings of
    one name, and the tags and other lines in it as it is shown. What is found both ways is there twice, and says the
    same."""
    found, rest = _json_in(text)
    return [*found, *_in_markup(rest)] if _MARK.search(rest) else found


def _json_in(text: str) -> tuple[list[Any], str]:
    """The JSON in ``text``, documents one after another with anything around them; and the text without those that hold
    markup of their own. What is nested deeper than any program writes it is left out."""
    found: list[Any] = []
    others: list[str] = []
    failures = again = behind = 0
    begin = _OPEN.search(text)
    while begin and failures < _MOST_FAILURES and again <= _MOST_AGAIN * len(text):
        start = begin.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
            if not _is_deep(value):
                found.append(_encodable(value) if _LONE_SURROGATE.search(text, start, end) else value)
                if "<" in text[start:end]:
                    others.append(text[behind:start])
                    behind = end
        except json.JSONDecodeError as fault:
            failures, again, end = failures + 1, again + fault.pos - start, begin.end()
        except RecursionError:
            failures, again, end = failures + 1, again + len(text), begin.end()
        begin = _OPEN.search(text, end)
    return found, "\n".join((*others, text[behind:]))


def _encodable(value: Any) -> Any:
    """``value``, with a question mark for each half of a pair of surrogates: no text can be written that holds one."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _every(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which a key that comes twice has all its values: none of them wins in silence."""
    found: dict[str, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


_DECODER = json.JSONDecoder(object_pairs_hook=_every, parse_int=_number)


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
    shown = _unescaped(_MARK.sub(_shown, text))
    yield from tags_in(shown)
    yield from (line.strip() for line in shown.splitlines() if line.strip() and not tags_in(line))
    for begun in _BEGUN.findall(text):  # in what is shown, quotes are those of a tag
        for name, quoted in _ATTRIBUTE.findall(begun):
            yield {_local(name): _unescaped(quoted[1:-1]).strip()}
    for name, inner in _ELEMENT.findall(text):
        said = _unescaped(inner).strip()
        if name.lower() not in _IN_LINE and not tags_in(said):  # a tag is shown, and may go on in the next element
            yield {_local(name): said}


def _unescaped(text: str) -> str:
    return unescape(_ENDLESS.sub("\ufffd", text))


def _local(name: str) -> str:
    """``name`` without the prefix of its namespace, which every document may choose."""
    return name.rpartition(":")[2]


def _shown(mark: re.Match[str]) -> str:
    """What a mark does to the text around it: where it does not only dress it, a line begins."""
    return "" if mark[1].lower() in _IN_LINE else "\n"
