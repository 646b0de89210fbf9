"""Records out of a table, CSV or a sheet of a workbook: a row is a record, a column a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path as File
from typing import Any

from otiogate.documents.schemas import Path
from otiogate.errors import UsageError
from otiogate.records.cells import Cell, Table, cell_name, csv_table
from otiogate.records.columns import ColumnError, Field, dated, field, value, zone_of
from otiogate.records.faults import Place, RecordFault
from otiogate.records.model import KINDS
from otiogate.records.workbook import xlsx_table

WORKBOOK = ".xlsx"

_UNREAD = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".numbers")
_KIND = "record"


def read_table(
    file: File, kind: str = "", *, sheet: str = "", zone: str = ""
) -> tuple[list[tuple[dict[str, Any], Place]], list[RecordFault]]:
    """The forms in ``file``, each with the cell of each of its values; or everything that cannot be read in it.

    ``kind`` is that of rows that have nothing in the column ``record``. In a workbook, ``sheet`` is the one to read,
    and ``zone``, such as ``-08:00``, that of dates. Raises ``UsageError`` where it is no table.
    """
    table = _table(file, sheet, zone)
    if not table.rows or all(each.is_empty for each in table.rows[0]):
        raise UsageError("its first row names no columns", where=table.name, next_step="write id, record, ... there")
    header = [each.text.strip() for each in table.rows[0]]
    faults = [*table.faults, *_header_faults(table, header)]
    forms: list[tuple[dict[str, Any], Place]] = []
    for number, row in enumerate(table.rows[1:], 2):
        if all(each.is_empty for each in row):
            continue
        form, wrong, columns = _form(table, header, number, kind, zone)
        faults += wrong
        forms.append((form, partial(_cell_of, table, number, columns)))
    if not forms and not faults:
        raise UsageError("holds no records, only a header", where=table.name)
    return ([], list(dict.fromkeys(faults))) if faults else (forms, [])


def _table(file: File, sheet: str, zone: str) -> Table:
    suffix = file.suffix.lower()
    if suffix == WORKBOOK:
        zone_of(zone)
        return xlsx_table(file, sheet)
    if suffix in _UNREAD:
        step = "save it as .xlsx, or save the sheet as CSV in UTF-8"
        raise UsageError(f"a {suffix} file is not read, only CSV and .xlsx are", where=str(file), next_step=step)
    if sheet or zone:
        what = f"--{'sheet' if sheet else 'zone'} is for an .xlsx workbook, and this is read as CSV"
        raise UsageError(what, where=str(file), next_step="leave it out")
    return csv_table(file)


def _header_faults(table: Table, header: Sequence[str]) -> Iterator[RecordFault]:
    seen: dict[str, int] = {}
    for place, name in enumerate(header):
        if table.rows[0][place].fault:
            yield _unread(table, 1, place)
        if name and seen.setdefault(name, place) != place:
            first = cell_name(1, seen[name])
            yield RecordFault(table.cell(1, place), f"the column {name!r} is there twice, see {first}")


def _unread(table: Table, number: int, place: int, name: str = "") -> RecordFault:
    """The fault of a cell that has no text."""
    cell = table.rows[number - 1][place]
    return RecordFault(table.cell(number, place), f"{name}: {cell.fault}" if name else cell.fault, cell.next_step)


def _form(
    table: Table, header: Sequence[str], number: int, kind: str, zone: str
) -> tuple[dict[str, Any], list[RecordFault], list[tuple[Path, int]]]:
    """One row as a form, what in it cannot be read, and the column of each value."""
    row = table.rows[number - 1]
    names = [*header, *[""] * (len(row) - len(header))]
    faults = [_unread(table, number, place, names[place]) for place, each in enumerate(row) if each.fault]
    own = row[header.index(_KIND)] if _KIND in header and header.index(_KIND) < len(row) else Cell()
    which = own.text.strip() or kind
    if own.fault:
        return {}, faults, []
    if which not in KINDS:
        what = f"{which[:80]!r} is no kind of record" if which else "which kind of record it is, is not said"
        where = table.cell(number, header.index(_KIND)) if _KIND in header else table.row(number)
        step = ("" if which else "fill in a column 'record', or give --kind; ") + "known: " + ", ".join(KINDS)
        return {}, [*faults, RecordFault(where, what, step)], []
    form: dict[str, Any] = {_KIND: which}
    columns: list[tuple[Path, int]] = []
    for place, cell in enumerate(row):
        name = names[place]
        if not cell.text.strip() or name == _KIND:
            continue
        if not name:
            what = f"{cell.text[:80]!r} stands in a column without a name"
            faults.append(RecordFault(table.cell(number, place), what))
            continue
        try:
            found = field(which, name)
        except ColumnError as fault:
            faults.append(RecordFault(table.cell(1, place), f"{which}: {fault}"))
            continue
        columns.append((found.path, place))
        try:
            text = cell.text if cell.form == "text" else dated(found, cell.text, zone)
            _put(form, found, value(found, text))
        except ColumnError as fault:
            faults.append(RecordFault(table.cell(number, place), f"{which}: {name}: {fault}"))
    return form, faults, columns


def _put(form: dict[str, Any], found: Field, said: Any) -> None:
    """Sets the field, and makes what it stands in. Raises ``ColumnError`` where another column has set it, or where
    items of a list are left out."""
    holder: Any = form
    for step, following in zip(found.path, found.path[1:], strict=False):
        if not _has(holder, step):
            _set(holder, step, [] if isinstance(following, int) else {})
        holder = holder[step]
    _set(holder, found.path[-1], said)


def _has(holder: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(holder, list) and step < len(holder)
    return isinstance(holder, dict) and step in holder


def _set(holder: Any, step: str | int, said: Any) -> None:
    if _has(holder, step):
        raise ColumnError("another column says this too")
    if isinstance(step, str) and isinstance(holder, dict):
        holder[step] = said
    elif isinstance(step, int) and isinstance(holder, list):
        if step > len(holder):
            raise ColumnError(f"item {step + 1} is given, and item {len(holder) + 1} is not")
        holder.append(said)
    else:
        raise ColumnError("another column says this too")


def _cell_of(table: Table, number: int, columns: Sequence[tuple[Path, int]], path: Path) -> str:
    """The cell that the value at ``path`` of row ``number`` came from; the row, where it came from none."""
    within = [(len(own), place) for own, place in columns if path[: len(own)] == own]
    return table.cell(number, max(within)[1]) if path and within else table.row(number)
