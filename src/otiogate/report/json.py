"""Reports as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from otiogate.errors import VersionError
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
    """The reports that ``JsonWriter`` wrote; keys that this version does not know are passed over. Raises
    ``VersionError`` for a format of another major version."""
    data = json.loads(text)
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise VersionError(f"a scan of the format {found!r} is not known to this otiogate")
    return [from_data(each) for each in data["reports"]]
