"""One sheet of an .xlsx workbook as a table. openpyxl reads it, and is an extra: ``otiogate[xlsx]``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from otiogate.errors import UsageError
from otiogate.records.cells import EMPTY, Cell, Table, content
from otiogate.records.faults import RecordFault
from otiogate.records.package import Look, PackageError, look, refuse_unsafe

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "save it as .xlsx without a password, or save the sheet as CSV in UTF-8"
_ANEW = "copy the rows into a new workbook and save that, or save the sheet as CSV in UTF-8"
_AS_TEXT = "format the cell as text, and write what it is to say"

_PLAIN = ("General", "0", "@")
"""Formats in which a spreadsheet shows all digits of a whole number, and no others."""

_EXACT = 10**15
"""From here on a spreadsheet no longer keeps every digit."""

_NO_LETTERS = re.compile(r'"[^"]*"|\[[^]]*\]|\\.')
"""In the format of a number: what stands for itself."""


@dataclass(frozen=True)
class _Sheet:
    name: str
    is_hidden: bool
    look: Look
    source: Any


def xlsx_table(file: Path, sheet: str = "") -> Table:
    """The table in one sheet of the workbook ``file``: the one called ``sheet``, or the only one that holds anything.

    Rows and columns that are hidden are read like others. A hidden sheet is read if it is named. Raises ``UsageError``.
    """
    data = content(file)
    if data.startswith(_OLE):
        raise UsageError("an .xls of old, or locked with a password", where=str(file), next_step=_SAVE)
    try:
        from openpyxl.reader.excel import ExcelReader
    except ImportError as fault:
        step = "python -m pip install 'otiogate[xlsx]', or save the sheet as CSV in UTF-8"
        raise UsageError(
            "reading .xlsx needs openpyxl, which is not installed", where=str(file), next_step=step
        ) from fault
    try:
        with ZipFile(BytesIO(data)) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations, which say nothing about records
            refuse_unsafe(archive)
            reader = ExcelReader(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            reader.read()
            chosen = _chosen(file, sheet, list(_sheets(archive, reader)))
            name = f"{file} sheet {chosen.name!r}"
            return Table(name, list(_rows(chosen)), tuple(_merged(name, chosen.look)))
    except UsageError:
        raise
    except PackageError as fault:
        raise UsageError(str(fault), where=str(file), next_step=_ANEW) from fault
    except BadZipFile as fault:
        raise UsageError("no .xlsx workbook, or a broken one", where=str(file), next_step=_SAVE) from fault
    except Exception as fault:  # on a broken workbook openpyxl and zipfile raise whatever they trip over
        what = f"cannot be read as an .xlsx workbook: {type(fault).__name__}: {str(fault)[:200]}"
        raise UsageError(what, where=str(file), next_step=_SAVE) from fault


def _sheets(archive: ZipFile, reader: Any) -> Iterator[_Sheet]:
    """Every sheet of cells. openpyxl passes over one whose part is not there."""
    read = {each.title: each for each in reader.wb.worksheets}
    if len(read) < len(reader.wb.worksheets):
        raise PackageError("has two sheets of one name")
    for entry, relation in reader.parser.find_sheets():
        if "chartsheet" in relation.Type:
            continue
        if entry.name not in read:
            raise PackageError(f"lacks the part that holds the sheet {entry.name!r}")
        with archive.open(relation.target) as stream:
            yield _Sheet(entry.name, entry.state != "visible", look(stream), read[entry.name])


def _chosen(file: Path, name: str, sheets: list[_Sheet]) -> _Sheet:
    """The sheet to read. Nothing is guessed: what else might be meant is listed."""
    filled = [each for each in sheets if each.look.filled]
    known = ", ".join(f"{each.name!r}{' (hidden)' if each.is_hidden else ''}" for each in filled)
    if name:
        for each in sheets:
            if each.name == name:
                return each
        raise UsageError(f"has no sheet {name!r}", where=str(file), next_step=f"sheets that hold anything: {known}")
    if not filled:
        raise UsageError("holds nothing in any sheet", where=str(file), next_step="write id, record, ... in row 1")
    if len(filled) > 1:
        raise UsageError("several sheets hold something", where=str(file), next_step=f"name one with --sheet: {known}")
    if filled[0].is_hidden:
        what = "the only sheet that holds anything is hidden"
        raise UsageError(what, where=str(file), next_step=f"name it with --sheet: {known}")
    return filled[0]


def _rows(sheet: _Sheet) -> Iterator[list[Cell]]:
    found, uncomputed = sheet.look, set(sheet.look.uncomputed)
    if not found.filled:
        return
    rows = sheet.source.iter_rows(min_row=1, min_col=1, max_row=found.rows, max_col=found.columns)
    for number, row in enumerate(rows, 1):
        yield [_NO_VALUE if (number, place) in uncomputed else _cell(each) for place, each in enumerate(row, 1)]


_NO_VALUE = Cell(
    fault="a formula whose value is not in the file", next_step="open the file in a spreadsheet program and save it"
)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type == "e":
        return Cell(fault=f"the error {value}", next_step="correct the formula, or write the value")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, str):
        return Cell(value)
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format)
    if isinstance(value, date):
        return _date(value, cell.number_format)
    return Cell(fault=f"{value}: a time without a day, or a length of time", next_step=_AS_TEXT)


def _number(value: float, form: str) -> Cell:
    """The digits of a number, where they are what the sheet shows."""
    if not abs(value) < _EXACT:
        return Cell(fault="a number with more digits than a spreadsheet keeps", next_step=_AS_TEXT)
    is_whole = value == int(value)
    if form not in _PLAIN or (form == "0" and not is_whole):
        return Cell(fault=f"the number {value!r}, shown in the format {form!r}", next_step=_AS_TEXT)
    return Cell(str(int(value) if is_whole else value))


def _date(value: date, form: str) -> Cell:
    """A day, or a time of a day, where the format shows all of what is held."""
    letters = _NO_LETTERS.sub("", form.partition(";")[0].lower())
    is_time = isinstance(value, datetime) and ("h" in letters or form in _PLAIN)
    if form not in _PLAIN and not {"d", "y"} <= set(letters):
        return Cell(
            fault=f"the date {value.isoformat()}, of which its format {form!r} shows a part", next_step=_AS_TEXT
        )
    if isinstance(value, datetime) and is_time:
        return Cell(value.isoformat(timespec="milliseconds" if value.microsecond else "seconds"), "time")
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
        return Cell(
            fault=f"the time {value.isoformat()}, of which its format {form!r} shows the day", next_step=_AS_TEXT
        )
    return Cell(value.isoformat()[:10], "day")


def _merged(name: str, found: Look) -> Iterator[RecordFault]:
    for span in dict.fromkeys(found.merged):
        what = f"is merged ({span}), so that it is open which rows and columns it speaks for"
        yield RecordFault(f"{name} {span.partition(':')[0]}", what, "unmerge it, and fill in each cell by itself")
