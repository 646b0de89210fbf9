"""A table before its columns mean anything: rows of cells, each with its text or the reason why it has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from otiogate.documents.strict import MAX_BYTES, DocumentError, decode
from otiogate.errors import UsageError
from otiogate.records.faults import RecordFault


@dataclass(frozen=True)
class Cell:
    """One cell. ``form``: a ``day`` or a ``time`` that a spreadsheet holds as such has no zone; its text is in ISO form
    without one. ``fault`` and ``next_step`` say why the cell has no text, and what is to be done."""

    text: str = ""
    form: Literal["text", "day", "time"] = "text"
    fault: str = ""
    next_step: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, and nothing is wrong with it."""
        return not self.fault and not self.text.strip()


EMPTY = Cell()


@dataclass(frozen=True)
class Table:
    """``rows`` begin with the first row of the table, which names the columns. ``name`` is the file, and the sheet
    where it has several. ``faults`` are of the table itself."""

    name: str
    rows: Sequence[Sequence[Cell]]
    faults: tuple[RecordFault, ...] = ()

    def row(self, number: int) -> str:
        """Where the row ``number`` stands; the first is 1."""
        return f"{self.name} row {number}"

    def cell(self, number: int, place: int) -> str:
        """Where the cell of row ``number`` in the column ``place`` stands; the first row is 1, the first column 0."""
        return f"{self.name} {cell_name(number, place)}"


def cell_name(number: int, place: int) -> str:
    """``B7``, as spreadsheets call it."""
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{number}"


def content(file: Path) -> bytes:
    """The bytes of ``file``. Raises ``UsageError`` where it cannot be read or is too large."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        what = f"cannot be read: {getattr(fault, 'strerror', None) or fault}"
        raise UsageError(what, where=str(file), next_step="name a table that can be read") from fault
    if len(data) > MAX_BYTES:
        what = f"larger than {MAX_BYTES // 1024 // 1024} MiB, the limit for such a file"
        raise UsageError(what, where=str(file), next_step="divide it")
    return data


def csv_table(file: Path) -> Table:
    """The table in a CSV file. Raises ``UsageError`` where it is none."""
    try:
        text = decode(content(file))
    except DocumentError as fault:
        where = f"{file}:{fault.line}" if fault.line else str(file)
        raise UsageError(fault.what, where=where, next_step="save it as CSV in UTF-8") from fault
    if "\0" in text:
        raise UsageError("holds a NUL character", where=str(file), next_step="save it as CSV in UTF-8")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as fault:
        step = "save it as CSV again"
        raise UsageError(f"not CSV: {fault}", where=f"{file}:{reader.line_num}", next_step=step) from fault
    if rows and len(rows[0]) == 1 and any(each in rows[0][0] for each in ";\t"):
        raise UsageError("its columns are not separated by commas", where=f"{file} A1", next_step="save it with commas")
    return Table(str(file), [[Cell(each) for each in row] for row in rows])
