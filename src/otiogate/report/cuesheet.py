"""The cue sheet as CSV (RFC 4180): every AI use with its timecodes, tools, inputs and what answers for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from otiogate.report.base import ReportWriter, safe
from otiogate.report.model import CueLine, Report

COLUMNS = (
    "Record In",
    "Record Out",
    "Source In",
    "Source Out",
    "Track",
    "Clip",
    "Reel",
    "Description",
    "Tools",
    "Inputs and Rights",
    "Consents",
    "Approvals",
    "Notices",
    "Signed",
    "Waivers",
    "Status",
    "Disclosure",
    "Timeline",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With what a cell begins that a spreadsheet takes for a formula: the wide forms are taken for it in some locales."""

_LONGEST = 32_000
"""Characters of a cell: spreadsheets take 32,767."""


class CueSheetWriter(ReportWriter):
    """One header, and a row for each cue of each report. ``bom``: begins with a byte order mark, which some
    spreadsheets need to tell UTF-8."""

    def __init__(self, *, bom: bool = False) -> None:
        self.bom = bom

    def text(self, report: Report) -> str:
        """Rows end with CR and LF."""
        name = report.input.path or report.input.name
        return _csv([cell(each) for each in (*_row(cue), name)] for cue in report.cues)

    def framed(self, texts: Iterable[str]) -> Iterator[str]:
        """The header stands first."""
        yield ("\ufeff" if self.bom else "") + _csv([COLUMNS])
        yield from texts


def _csv(rows: Iterable[Iterable[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def _row(cue: CueLine) -> tuple[str, ...]:
    return (
        cue.record_in,
        cue.record_out,
        cue.source_in,
        cue.source_out,
        cue.track,
        cue.clip,
        cue.reel,
        cue.description,
        *map(" | ".join, (cue.tools, cue.inputs, cue.consents, cue.approvals, cue.notices, cue.signed, cue.waivers)),
        cue.status,
        cue.disclosure,
    )


def cell(text: str) -> str:
    """``text`` as a cell that is text to every spreadsheet, without anything that acts on a terminal. What would begin
    a formula, negative timecodes too, stands behind an apostrophe."""
    shown = safe(text, _LONGEST)
    formula = text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA)
    return f"'{shown}" if formula else shown
