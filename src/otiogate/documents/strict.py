"""JSON and YAML read strictly: no key twice, no NaN, no alias, bounded size and depth, nothing guessed.

PyYAML by itself turns the territory ``NO`` into ``False``, keeps the last of two equal keys in silence and
expands aliases without bound; Python's ``json`` keeps the last of two equal keys and takes ``NaN``. A
clearance cannot rest on either.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from otiogate.errors import OtiogateError

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64

Json = Any
"""Plain data: ``dict`` with text keys, ``list``, ``str``, ``int``, ``float``, ``bool``, ``None``."""

Pairs = list[tuple[str, Json]]
"""The keys and values of one object, as they stand."""


class DocumentError(Exception):
    """A document is not well formed. ``line`` counts from 1, or is ``None``."""

    def __init__(self, what: str, line: int | None = None) -> None:
        self.what = what
        self.line = line
        super().__init__(what)


@dataclass(frozen=True)
class Document:
    """One document, and the line on which each of its values begins.

    ``lines`` maps a path such as ``("records", 0, "id")`` to a line that counts from 1; it is empty for JSON.
    """

    value: Json
    lines: dict[tuple[str | int, ...], int]

    def line(self, path: tuple[str | int, ...]) -> int | None:
        """The line of the value at ``path``, or of the nearest value around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def load_documents(path: Path, error: type[OtiogateError]) -> list[Document]:
    """Every document in the JSON or YAML file ``path``; raises ``error`` with file, line and next step."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        what = getattr(fault, "strerror", None) or fault
        raise error(f"cannot be read: {what}", where=str(path), next_step=_to_do(fault)) from fault
    try:
        if len(data) > MAX_BYTES:
            raise DocumentError(f"larger than {MAX_BYTES // 1024 // 1024} MiB, the limit for such a file")
        text = decode(data)
        if path.suffix.lower() == ".json":
            return [Document(parse_json(text), {})]
        return list(parse_yaml(text))
    except DocumentError as fault:
        where = f"{path}:{fault.line}" if fault.line else str(path)
        raise error(fault.what, where=where, next_step="nothing was taken from this file") from fault


def _to_do(fault: Exception) -> str:
    return "ask for the right to read it" if isinstance(fault, PermissionError) else "correct the path"


def load_one(path: Path, error: type[OtiogateError]) -> Document:
    """The only document in ``path``."""
    documents = load_documents(path, error)
    if len(documents) != 1:
        step = "part them into files" if documents else "fill it, or take it away"
        raise error(f"holds {len(documents) or 'no'} documents where one belongs", where=str(path), next_step=step)
    return documents[0]


def decode(data: bytes) -> str:
    """``data`` as UTF-8, with or without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise DocumentError(f"not UTF-8 text (byte {fault.start})", line) from fault


def parse_json(text: str) -> Json:
    """Strict JSON: a repeated key, NaN, Infinity or a number out of range is an error."""
    value = _load(text, _no_constant)
    if "\\u" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth_and_text(value)
    return value


def _check_depth_and_text(value: Json) -> None:
    level: list[Json] = [value]
    depth = 0
    while level:
        below: list[Json] = []
        for each in level:
            if isinstance(each, str):
                _check_text(each)
            elif isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
        depth += any(isinstance(each, (dict, list)) for each in level)
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested more than {MAX_DEPTH} deep")
        level = below


_BAD = re.compile("[\0\ud800-\udfff]")


def _check_text(text: str, line: int | None = None) -> None:
    """Refuses what no text has, though an escape can write it."""
    bad = _BAD.search(text)
    if bad:
        what = "a NUL character" if bad.group() == "\0" else "half of a character (a lone surrogate)"
        raise DocumentError(f"holds {what}", line)


def _load(text: str, constant: Callable[[str], Json], pairs: Callable[[Pairs], dict[str, Json]] | None = None) -> Json:
    try:
        return json.loads(text, object_pairs_hook=pairs or _unique, parse_constant=constant, parse_float=_finite)
    except json.JSONDecodeError as fault:
        if fault.pos >= len(text.rstrip()) or fault.msg.startswith("Unterminated string"):
            raise DocumentError("not JSON: ends in the middle, as if it were cut off", fault.lineno) from fault
        raise DocumentError(f"not JSON: {fault.msg} (column {fault.colno})", fault.lineno) from fault
    except RecursionError as fault:
        raise DocumentError("nested too deeply") from fault
    except ValueError as fault:  # an integer of more digits than Python converts
        raise DocumentError(f"not JSON that can be used: {fault}") from fault


def parse_otio_json(text: str) -> list[str]:
    """Checks the JSON of a timeline that another parser will read: that parser keeps the first of two equal
    keys, others the last, so a repeated key is an error, and it crashes on an object inside a time. OpenTimelineIO
    writes NaN, so that is only odd; what is odd is returned."""
    odd: dict[str, None] = {}

    def constant(name: str) -> Json:
        odd[f"holds {name}, which is not JSON"] = None

    _load(text, constant, _otio_object)
    return list(odd)


_PLAIN = {
    "RationalTime.1": 3,
    "TimeRange.1": 3,
    "TimeTransform.1": 4,
    "V2d.1": 3,
    "Box2d.1": 3,
    "Color.1": 6,
    "SerializableObjectRef.1": 2,
}
"""What OpenTimelineIO reads as a plain value, and how many keys that has. Where there are more, and one of them holds
an object, OpenTimelineIO 0.18.1 ends the whole process."""


def _otio_object(pairs: Pairs) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        return _unique(pairs)
    schema = found.get("OTIO_SCHEMA")
    if schema.__class__ is str and len(found) > _PLAIN.get(schema, len(found)) and any(map(_object, found.values())):
        raise DocumentError(f"a {schema} holds an object, which OpenTimelineIO cannot read")
    return found


def _object(value: Json) -> bool:
    """Whether ``value`` is, or holds, an object that is no plain value."""
    if isinstance(value, dict):
        schema = value.get("OTIO_SCHEMA")
        return (schema is not None and str(schema) not in _PLAIN) or any(map(_object, value.values()))
    return isinstance(value, list) and any(map(_object, value))


def _unique(pairs: Pairs) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DocumentError(f"the key {key!r} is given twice in one object")
            seen.add(key)
    return found


def _no_constant(name: str) -> Json:
    raise DocumentError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise DocumentError(f"the number {text} is out of range")
    return value


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes only: what they mean is said below, not by PyYAML's resolvers."""


_Loader.yaml_implicit_resolvers = {}


def parse_yaml(text: str) -> Iterator[Document]:
    """The YAML documents in ``text``: JSON's data model, quoted or plain; only ``true``, ``false``, ``null``
    and decimal numbers are not text. Times and country codes stay text."""
    if _BAD.search(text):
        for number, row in enumerate(text.split("\n"), 1):
            _check_text(row, number)
    try:
        _refuse_aliases_and_tags(text)
        for node in yaml.compose_all(text, Loader=_Loader):
            if node is not None:
                lines: dict[tuple[str | int, ...], int] = {}
                yield Document(_value(node, (), lines), lines)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else None
        raise DocumentError(f"not YAML: {fault.problem or fault.context}", line) from fault
    except yaml.reader.ReaderError as fault:
        raise DocumentError(f"not YAML: {fault.reason}", _line_of(text, fault.character)) from fault
    except yaml.YAMLError as fault:
        raise DocumentError(f"not YAML: {fault}") from fault


def _refuse_aliases_and_tags(text: str) -> None:
    """Anchors and aliases have no use here, and are how a small file becomes a large one. A tag would change
    what a value means."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DocumentError("YAML anchors and aliases are not accepted", _line(event))
        tag = getattr(event, "tag", None)
        if tag:
            raise DocumentError(f"YAML tags are not accepted: {tag}", _line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise DocumentError(f"nested more than {MAX_DEPTH} deep", _line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(event: yaml.Event) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None


def _line_of(text: str, character: int | str) -> int | None:
    place = text.find(chr(character) if isinstance(character, int) else character)
    return text.count("\n", 0, place) + 1 if place >= 0 else None


def _value(node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Json:
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Json] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise DocumentError("a key must be text", key_line)
            key = str(key_node.value)
            _check_text(key, key_line)
            if key in found:
                raise DocumentError(f"the key {key!r} is given twice", key_line)
            place = (*path, key)
            found[key] = _value(value_node, place, lines)
            lines[place] = key_line
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), lines) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, line)


def _scalar(node: yaml.ScalarNode, line: int) -> Json:
    text = str(node.value)
    _check_text(text, line)
    if node.style:  # quoted or a block; the C parser says "" of plain text, the Python one None
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    digits = text.removeprefix("-")
    whole = digits.isascii() and digits.isdigit() and len(digits) < 19
    return int(text) if whole and (digits == "0" or not digits.startswith("0")) else text
