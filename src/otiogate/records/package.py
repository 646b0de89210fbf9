"""What an .xlsx file is made of, looked at before anything of it is believed: a ZIP archive of XML parts.

openpyxl expands the entities of a part unless another library is installed beside it, reads as much as there is, and
drops what stands in a wrong order. So no part may have a document type, sizes are limited before anything is
unpacked, and a sheet is walked through for what openpyxl does not tell: merged cells, formulas without a value, order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZipFile

MAX_UNPACKED = 32 * 1024 * 1024
"""Bytes of all parts together."""

MAX_PARTS = 2_000

MAX_ELEMENTS, MAX_ELEMENTS_ASIDE = 2_000_000, 100_000
"""XML elements of one part: of a sheet or its texts, and of any other, of which openpyxl keeps each as an object."""

_LARGE = ("xl/worksheets/", "xl/sharedStrings")

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 10_000, 256, 500_000
"""Of one sheet; cells that have a format and no content count too."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z", re.ASCII)
_CHUNK = 1 << 16


class PackageError(Exception):
    """A file that is not read further; its text says why."""


def refuse_unsafe(archive: ZipFile) -> None:
    """Raises ``PackageError`` where the archive is too large, locked, or has a part with a document type."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(each.file_size for each in parts) > MAX_UNPACKED:
        raise PackageError(
            f"is larger than {MAX_UNPACKED // 1024 // 1024} MiB or {MAX_PARTS:,} parts when unpacked, the limit"
        )
    if any(each.flag_bits & 1 for each in parts):
        raise PackageError("is locked with a password")
    for each in parts:
        guard = _Guard(MAX_ELEMENTS if each.filename.startswith(_LARGE) else MAX_ELEMENTS_ASIDE)
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler, parser.StartElementHandler = guard.doctype, guard.element
        try:
            with archive.open(each) as stream:
                _feed(parser, stream)
        except (expat.ExpatError, LookupError):
            continue  # a picture, or broken: whoever needs the part will say so, and no document type went before


@dataclass
class _Guard:
    left: int

    def doctype(self, *_: Any) -> None:
        raise PackageError("has a part with a document type, which no spreadsheet program writes")

    def element(self, *_: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise PackageError("has a part with more XML elements than any sheet or style needs")


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    while data := stream.read(_CHUNK):
        parser.Parse(data, False)
    parser.Parse(b"", True)


@dataclass
class Look:
    """What one sheet holds. ``filled``: cells with content; ``rows`` and ``columns`` reach as far as these do, counted
    from 1. ``merged`` are ranges such as ``B7:C8``, and ``uncomputed`` the rows and columns of formulas without a
    value."""

    filled: int = 0
    rows: int = 0
    columns: int = 0
    merged: list[str] = field(default_factory=list)
    uncomputed: list[tuple[int, int]] = field(default_factory=list)


def look(stream: IO[bytes]) -> Look:
    """Walks through the XML of one sheet. Raises ``PackageError`` where it is too large or in disorder, and
    ``ExpatError`` where it is no XML."""
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    _feed(parser, stream)
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found = Look()
        self.cells = self.row = self.column = 0
        self.open = ""
        self.form = self.value = ""
        self.formula = self.has_value = self.inline = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not name.startswith(_MAIN):
            return
        self.open = name[len(_MAIN) :]
        if self.open == "row":
            self._row(attributes)
        elif self.open == "c":
            self._cell(attributes)
        elif self.open == "mergeCell":
            self.found.merged.append(attributes.get("ref", ""))
        self.formula |= self.open == "f"
        self.has_value |= self.open == "v"
        self.inline |= self.open == "is"

    def text(self, data: str) -> None:
        if self.open == "v" and not self.value:
            self.value = data

    def end(self, name: str) -> None:
        self.open = ""
        if name != _MAIN + "c":
            return
        if self.value or self.inline:
            self.found.filled += 1
        elif self.formula and not (self.has_value and self.form == "str"):  # a formula may come to an empty text
            self.found.filled += 1
            self.found.uncomputed.append((self.row, self.column))
        else:
            return
        self.found.rows, self.found.columns = self.row, max(self.found.columns, self.column)
        if self.row > MAX_ROWS or self.column > MAX_COLUMNS:
            raise PackageError(f"reaches beyond row {MAX_ROWS:,} or column {MAX_COLUMNS}, the limit")

    def _row(self, attributes: dict[str, str]) -> None:
        said = attributes.get("r", str(self.row + 1))
        if not (said.isascii() and said.isdigit() and len(said) < 9) or int(said) <= self.row:
            raise PackageError(f"has rows in disorder, at row {said[:20]}")
        self.row, self.column = int(said), 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise PackageError(f"has more than {MAX_CELLS:,} cells, the limit")
        column = self.column + 1
        if "r" in attributes:
            said = _CELL.match(attributes["r"])
            if said is None or int(said[2]) != self.row or _number(said[1]) < column:
                raise PackageError(f"has cells in disorder, at {attributes['r'][:20]}")
            column = _number(said[1])
        self.column = column
        self.form, self.value = attributes.get("t", "n"), ""
        self.formula = self.has_value = self.inline = False


def _number(letters: str) -> int:
    found = 0
    for each in letters:
        found = found * 26 + ord(each) - ord("A") + 1
    return found
