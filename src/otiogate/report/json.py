"""Reports as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from otiogate.report.base import ReportWriter
from otiogate.report.model import Report, from_data

FORMAT = "otiogate/scan/v1"


class JsonWriter(ReportWriter):
    """One object: its format, and the reports in the order of the inputs."""

    def write(self, reports: Sequence[Report]) -> str:
        """Stable: the same reports give the same text. Lone surrogates from broken names stay escaped."""
        data = {"format": FORMAT, "reports": [report.to_data() for report in reports]}
        return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def read_reports(text: str) -> list[Report]:
    """The reports that ``JsonWriter`` wrote. Raises ``VersionError`` for a format of another major version."""
    return [from_data(each) for each in json.loads(text)["reports"]]
