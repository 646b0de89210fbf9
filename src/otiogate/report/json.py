"""Reports as JSON: one document, or a line for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from json.encoder import encode_basestring_ascii as quoted
from operator import attrgetter, is_not
from textwrap import indent
from typing import Any

from otiogate.errors import VersionError
from otiogate.report.base import ReportWriter
from otiogate.report.model import InputLine, Report, from_data

FORMAT = "otiogate/scan/v1"

_FIELDS = ("format", *(each.name for each in fields(Report) if each.name != "format"))
_SHARED = tuple(name for name in _FIELDS if name != "input")
"""What two reports may have in common."""

_BEFORE, _AFTER = _FIELDS[: _FIELDS.index("input")], _FIELDS[_FIELDS.index("input") + 1 :]

_VALUES = attrgetter(*_SHARED)

_NOTHING = object()

_AS_DATA = json.JSONEncoder(ensure_ascii=True, default=vars)
"""Writes what ``plain`` would make of a part of a report, without making it."""


class JsonWriter(ReportWriter):
    """One object: its format, and the reports in the order of the inputs."""

    between = ",\n"

    def text(self, report: Report) -> str:
        """Stable: the same report gives the same text. Lone surrogates from broken names stay escaped."""
        return indent(json.dumps(report.to_data(), indent=2, ensure_ascii=True), "    ")

    def framed(self, texts: Iterable[str]) -> Iterator[str]:
        """The reports are the items of a list."""
        yield f'{{\n  "format": {json.dumps(FORMAT)},\n  "reports": ['
        some = False
        for text in super().framed(texts):
            yield text if some else f"\n{text}"
            some = True
        yield "\n  ]\n}\n" if some else "]\n}\n"


class JsonLinesWriter(ReportWriter):
    """A line for each report, an object of the same form as in the one document, and its format in it."""

    def __init__(self) -> None:
        self._last: tuple[Any, ...] = (_NOTHING,) * len(_SHARED)
        self._parts = dict.fromkeys(_SHARED, "")
        self._begin = self._end = ""

    def text(self, report: Report) -> str:
        """Whoever reads along has each line whole. Thousands of reports share all but their input, or most of it, such
        as their packs: what is the same as in the last one is not written anew."""
        values = _VALUES(report)
        if any(map(is_not, values, self._last)):
            parts = dict(self._parts)
            for name, value, last in zip(_SHARED, values, self._last, strict=True):
                if value is not last:
                    parts[name] = f'"{name}": {_AS_DATA.encode(value)}'
            begin = f"{{{''.join(f'{parts[name]}, ' for name in _BEFORE)}" + '"input": '
            end = f"{''.join(f', {parts[name]}' for name in _AFTER)}}}\n"
            # At once: what ends halfway, as for want of memory, must leave nothing of one report in that of another.
            self._parts, self._last, self._begin, self._end = parts, values, begin, end
        return f"{self._begin}{_written(report.input)}{self._end}"


def _written(source: InputLine) -> str:
    """``source`` as JSON, in a fourth of the time of an encoder, which is made for each."""
    name, form, path = quoted(source.name), quoted(source.format), quoted(source.path)
    digest, rate = quoted(source.digest), quoted(source.rate)
    return f'{{"name": {name}, "format": {form}, "path": {path}, "digest": {digest}, "rate": {rate}}}'


def read_reports(text: str) -> list[Report]:
    """The reports that ``JsonWriter`` wrote; keys that this version does not know are passed over. Raises
    ``VersionError`` for a format of another major version."""
    data = json.loads(text)
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise VersionError(f"a scan of the format {found!r} is not known to this otiogate")
    return [from_data(each) for each in data["reports"]]
