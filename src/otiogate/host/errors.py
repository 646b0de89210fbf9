"""Errors that OpenTimelineIO's tools take for their own."""

from __future__ import annotations

import opentimelineio as otio

from otiogate.errors import CannotJudge, OtiogateError


class ExportBlocked(OtiogateError, otio.exceptions.OTIOError):  # type: ignore[misc]
    """The export, or the reading, is stopped. Its text stands alone: OpenTimelineIO's tools show nothing else.

    ``verdict`` is ``block`` or ``cannot_judge``.
    """

    exit_code = 1

    def __init__(self, text: str, verdict: str = "block") -> None:
        super().__init__(text)
        self.verdict = verdict


class EdlError(CannotJudge, otio.exceptions.OTIOError):  # type: ignore[misc]
    """An EDL of which something would be lost: on reading, an event; on writing, what no EDL can hold."""
