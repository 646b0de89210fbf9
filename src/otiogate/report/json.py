"""Reports as JSON: one document, or a line for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import compress
from json.encoder import encode_basestring_ascii as quoted
from operator import attrgetter, is_not
from textwrap import indent
from typing import Any

from otiogate.errors import VersionError
from otiogate.report.base import ReportWriter
from otiogate.report.model import InputLine, Report, from_data

FORMAT = "otiogate/scan/v1"

_FIELDS = ("format", *(each.name for each in fields(Report) if each.name != "format"))
_VALUES = attrgetter(*_FIELDS)

_INPUT = f"{{{', '.join(f'{quoted(each.name)}: %s' for each in fields(InputLine))}}}"

_PLACES = range(len(_FIELDS))

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
        self._last: tuple[Any, ...] = (_NOTHING,) * len(_FIELDS)
        self._parts: list[str] = [""] * len(_FIELDS)

    def text(self, report: Report) -> str:
        """Whoever reads along has each line whole. Thousands of reports share most of what is in them, such as their
        packs: what is the same as in the last one is not written anew."""
        values = _VALUES(report)
        for place in compress(_PLACES, map(is_not, values, self._last)):
            self._parts[place] = f'"{_FIELDS[place]}": {_written(values[place])}'
        self._last = values
        return f"{{{', '.join(self._parts)}}}\n"


def _written(value: Any) -> str:
    """``value`` as JSON. What is of texts alone takes a third of the time of an encoder, which is made for each."""
    if isinstance(value, InputLine):
        return _INPUT % tuple(map(quoted, vars(value).values()))
    return _AS_DATA.encode(value)


def read_reports(text: str) -> list[Report]:
    """The reports that ``JsonWriter`` wrote; keys that this version does not know are passed over. Raises
    ``VersionError`` for a format of another major version."""
    data = json.loads(text)
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise VersionError(f"a scan of the format {found!r} is not known to this otiogate")
    return [from_data(each) for each in data["reports"]]
