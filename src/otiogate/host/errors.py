"""The error that stops an export."""

from __future__ import annotations

import opentimelineio as otio

from otiogate.errors import OtiogateError


class ExportBlocked(OtiogateError, otio.exceptions.OTIOError):  # type: ignore[misc]
    """The export, or the reading, is stopped. Its text stands alone: OpenTimelineIO's tools show nothing else.

    ``verdict`` is ``block`` or ``cannot_judge``.
    """

    exit_code = 1

    def __init__(self, text: str, verdict: str = "block") -> None:
        super().__init__(text)
        self.verdict = verdict
