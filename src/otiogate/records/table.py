"""Records out of a table (CSV): a row is a record, a column a field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path as File
from typing import Any

from otiogate.documents.schemas import Path
from otiogate.documents.strict import MAX_BYTES, DocumentError, decode
from otiogate.errors import UsageError
from otiogate.records.columns import ColumnError, Field, field, value
from otiogate.records.faults import Place, RecordFault
from otiogate.records.model import KINDS

_KIND = "record"


def read_table(file: File, kind: str = "") -> tuple[list[tuple[dict[str, Any], Place]], list[RecordFault]]:
    """The forms in ``file``, each with the cell of each of its values; or everything that cannot be read in it.

    ``kind`` is that of rows that have nothing in the column ``record``. Raises ``UsageError`` where it is no table.
    """
    rows = _rows(file)
    header = [each.strip() for each in rows[0]]
    faults = list(_header_faults(file, header))
    forms: list[tuple[dict[str, Any], Place]] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(each.strip() for each in row):
            continue
        form, wrong, columns = _form(file, header, number, row, kind)
        faults += wrong
        forms.append((form, partial(_cell_of, file, number, columns)))
    if not forms and not faults:
        raise UsageError("holds no records, only a header", where=str(file))
    return ([], list(dict.fromkeys(faults))) if faults else (forms, [])


def _rows(file: File) -> list[list[str]]:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        raise UsageError(f"cannot be read: {getattr(fault, 'strerror', None) or fault}", where=str(file)) from fault
    try:
        if len(data) > MAX_BYTES:
            raise DocumentError(f"larger than {MAX_BYTES // 1024 // 1024} MiB, the limit for such a file")
        text = decode(data)
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
    if not rows or not any(each.strip() for each in rows[0]):
        raise UsageError("its first row names no columns", where=str(file), next_step="write id, record, ... there")
    if len(rows[0]) == 1 and any(each in rows[0][0] for each in ";\t"):
        raise UsageError("its columns are not separated by commas", where=f"{file} A1", next_step="save it with commas")
    return rows


def _header_faults(file: File, header: Sequence[str]) -> Iterator[RecordFault]:
    seen: dict[str, int] = {}
    for place, name in enumerate(header):
        if name and seen.setdefault(name, place) != place:
            yield RecordFault(_cell(file, 1, place), f"the column {name!r} is there twice, see {_name(1, seen[name])}")


def _form(
    file: File, header: Sequence[str], number: int, row: Sequence[str], kind: str
) -> tuple[dict[str, Any], list[RecordFault], list[tuple[Path, int]]]:
    """One row as a form, what in it cannot be read, and the column of each value."""
    own = row[header.index(_KIND)].strip() if _KIND in header and header.index(_KIND) < len(row) else ""
    which = own or kind
    if which not in KINDS:
        what = f"{which[:80]!r} is no kind of record" if which else "which kind of record it is, is not said"
        where = _cell(file, number, header.index(_KIND)) if _KIND in header else f"{file} row {number}"
        step = ("" if which else "fill in a column 'record', or give --kind; ") + "known: " + ", ".join(KINDS)
        return {}, [RecordFault(where, what, step)], []
    form: dict[str, Any] = {_KIND: which}
    faults: list[RecordFault] = []
    columns: list[tuple[Path, int]] = []
    for place, cell in enumerate(row):
        name = header[place] if place < len(header) else ""
        if not cell.strip() or name == _KIND:
            continue
        if not name:
            faults.append(RecordFault(_cell(file, number, place), f"{cell[:80]!r} stands in a column without a name"))
            continue
        try:
            found = field(which, name)
        except ColumnError as fault:
            faults.append(RecordFault(_cell(file, 1, place), f"{which}: {fault}"))
            continue
        columns.append((found.path, place))
        try:
            _put(form, found, value(found, cell))
        except ColumnError as fault:
            faults.append(RecordFault(_cell(file, number, place), f"{which}: {name}: {fault}"))
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


def _cell_of(file: File, number: int, columns: Sequence[tuple[Path, int]], path: Path) -> str:
    """The cell that the value at ``path`` of row ``number`` came from; the row, where it came from none."""
    within = [(len(own), place) for own, place in columns if path[: len(own)] == own]
    return _cell(file, number, max(within)[1]) if path and within else f"{file} row {number}"


def _cell(file: File, number: int, place: int) -> str:
    return f"{file} {_name(number, place)}"


def _name(number: int, place: int) -> str:
    """``B7``, as spreadsheets call it."""
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{number}"
