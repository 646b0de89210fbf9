"""Reports as JSON: one document, or a line for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from textwrap import indent

from otiogate.errors import VersionError
from otiogate.report.base import ReportWriter
from otiogate.report.model import Report, from_data

FORMAT = "otiogate/scan/v1"


class JsonWriter(ReportWriter):
    """One object: its format, and the reports in the order of the inputs."""

    def pieces(self, reports: Iterable[Report]) -> Iterator[str]:
        """Stable: the same reports give the same text. Lone surrogates from broken names stay escaped."""
        yield f'{{\n  "format": {json.dumps(FORMAT)},\n  "reports": ['
        first = True
        for report in reports:
            text = json.dumps(report.to_data(), indent=2, ensure_ascii=True)
            yield ("\n" if first else ",\n") + indent(text, "    ")
            first = False
        yield "]\n}\n" if first else "\n  ]\n}\n"


class JsonLinesWriter(ReportWriter):
    """A line for each report, an object of the same form as in the one document, and its format in it."""

    def pieces(self, reports: Iterable[Report]) -> Iterator[str]:
        """Whoever reads along has each line whole."""
        for report in reports:
            yield json.dumps({"format": FORMAT, **report.to_data()}, ensure_ascii=True) + "\n"


def read_reports(text: str) -> list[Report]:
    """The reports that ``JsonWriter`` wrote; keys that this version does not know are passed over. Raises
    ``VersionError`` for a format of another major version."""
    data = json.loads(text)
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise VersionError(f"a scan of the format {found!r} is not known to this otiogate")
    return [from_data(each) for each in data["reports"]]
