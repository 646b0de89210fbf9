"""What an Avid Log Exchange says in its lines, and the same as its adapter can read it.

Logs pass through spreadsheets on their way, which put cells in quotes, part them by commas and leave blank ones behind
the name of a section. The adapter reads what Avid writes and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from otiogate.errors import ReadError
from otiogate.timeline.model import Problem, plain_key
from otiogate.timeline.raw import Raw, RawClip, Said, carrier_of

_SECTIONS = ("heading", "column", "data")
_AROUND = ' \t,;"'
"""What a spreadsheet leaves around the name of a section."""

_LEADING_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)")
_BREAK = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
"""What parts cells and lines for the adapter."""

_MOST_CELLS = 10_000
"""How many cells a row may have: a log has dozens of columns."""

_MOST_LINES = 100
"""How many lines a row may take."""

_PARTED = {mark: re.compile(rf'[ ]*((?:"(?:[^"]|"")*")?[^{mark}]*){mark}') for mark in ",;"}
"""A cell up to the mark behind it, which may stand within quotes too."""

_Line = tuple[int, list[str]]
"""The number of a line, and its cells."""


@dataclass
class Log:
    """An Avid Log Exchange: the lines of its heading, the names of its columns, and its rows. ``columns_more`` are
    lines below the names of the columns, of which nobody can tell what they mean."""

    heading: list[_Line] = field(default_factory=list)
    columns: list[str] = field(default_factory=lambda: [""])
    columns_line: int = 0
    columns_more: list[int] = field(default_factory=list)
    rows: list[_Line] = field(default_factory=list)

    def named(self, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The cells that say something, each with the name of its column, or else its place."""
        for place, cell in enumerate(cells):
            if cell:
                name = self.columns[place] if place < len(self.columns) else ""
                yield name or f"cell {place + 1}", cell

    def cell(self, cells: Sequence[str], column: str) -> str:
        """What stands in ``column``; of several that are called so, in the last."""
        return dict(zip(self.columns, cells)).get(column, "")  # noqa: B905 - rows may be short


def is_section(line: str) -> bool:
    """Whether ``line`` is the name of a section, in any case."""
    return line.strip(_AROUND).lower() in _SECTIONS


def parse_ale(text: str, where: str) -> Log:
    """The log in ``text``, whose lines end with LF; other breaks stand in a cell, and LF in one in quotes. Raises
    ``ReadError`` for a row of thousands of cells."""
    log, section, mark = Log(), "", "\t"
    lines = text.split("\n")
    behind = 0
    for number, line in enumerate(lines, 1):
        if number <= behind or not line.strip(_AROUND):
            continue
        if section != "data" and is_section(line):
            section = line.strip(_AROUND).lower()
        elif section == "column" and log.columns_line:
            log.columns_more.append(number)
        elif section == "column":
            mark = _mark(line, "\t")
            log.columns, behind = _taken(lines, number, mark, _MOST_CELLS, where)
            log.columns_line = number
        elif section == "data":
            cells, behind = _taken(lines, number, mark, len(log.columns), where)
            log.rows.append((number, cells))
        else:
            log.heading.append((number, _cells(line, _mark(line, " "), f"{where}:{number}")))
    return log


def _mark(line: str, none: str) -> str:
    """What parts the cells of ``line``: a tab, else the first comma or semicolon, since a name or a number may hold the
    other."""
    return "\t" if "\t" in line else next((each for each in line if each in ",;"), none)


def _taken(lines: Sequence[str], number: int, mark: str, columns: int, where: str) -> tuple[list[str], int]:
    """The cells of the row that begins in line ``number``, and the line in which it ends: a further one, where a cell
    in quotes ends there and the row has a column for each cell."""
    line, place = lines[number - 1], f"{where}:{number}"
    cells = _cells(line, mark, place)
    if line.count('"') % 2 and any(each.lstrip().startswith('"') for each in line.split(mark)):
        for end, further in enumerate(lines[number : number + _MOST_LINES], number + 1):
            line = f"{line}\n{further}"
            if further.count('"') % 2:
                whole = _cells(line, mark, place)
                return (whole, end) if len(whole) <= columns else (cells, number)
    return cells, number


def _cells(line: str, mark: str, place: str) -> list[str]:
    if mark == " ":
        return [_bare(each) for each in line.split(None, 1)]
    if line.count(mark) >= _MOST_CELLS:  # each would be a carrier
        what = f"holds a row of more than {_MOST_CELLS:,} cells, as no log does"
        raise ReadError(what, where=place, next_step="export the log again, or ask who delivered it")
    cells = line.split(mark) if mark == "\t" else _PARTED[mark].findall(line + mark)
    return [_bare(each.strip()) for each in cells]


def _bare(cell: str) -> str:
    """``cell`` without the quotes that a spreadsheet puts around it."""
    return cell[1:-1].replace('""', '"').strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def raw_ale(log: Log) -> Raw:
    """Every row below ``Data`` is a clip, and every cell of it may say something; a heading speaks of all."""
    clips: list[RawClip] = []
    said: list[Said] = []
    for line, cells in log.heading:
        for place, cell in enumerate(cells):
            if cell:
                said.append(_said(f"cell {place + 1}", cell, line, ()))
    for line, cells in log.rows:
        said += [_said(name, cell, line, (len(clips),)) for name, cell in log.named(cells)]
        clips.append(RawClip(_in_one_line(log.cell(cells, "Name")), line))
    return Raw(tuple(clips), tuple(said), (*_twice(log), *_further(log)))


def _said(name: str, cell: str, line: int, clips: tuple[int, ...]) -> Said:
    """A cell that holds a tag says all of it, so that the key would only repeat it."""
    key = plain_key(name) if plain_key(name) in ("genai", "genaiid", "digitalsourcetype") else name
    return Said(carrier_of(f"line {line} ({name[:60]})", {key: cell}, line), clips)


def _twice(log: Log) -> Iterator[Problem]:
    twice = sorted({each for each in log.columns if each and log.columns.count(each) > 1})
    if twice:
        what = f"two columns are called {', '.join(twice)[:200]}, of which OpenTimelineIO reads the last"
        yield Problem("odd", what, f"line {log.columns_line}")


def _further(log: Log) -> Iterator[Problem]:
    for line in log.columns_more:
        yield Problem(
            "lost", "the names of the columns take more than one line, of which the first is read", f"line {line}"
        )
    for line, cells in log.rows:
        if is_section("".join(cells)):
            what = f"{''.join(cells)!r} stands below Data: another log may begin there, whose columns are not read"
            yield Problem("lost", what, f"line {line}")


def ale_for_adapter(log: Log) -> bytes:
    """The log as Avid writes one, in UTF-8: a rate that is a number, and rows that are as long as the columns are many.
    What a row tells of its length beside its two ends is left out, since the adapter reads nothing where they differ.
    """
    pairs = (pair for _, cells in log.heading for pair in zip(cells[::2], cells[1::2]))  # noqa: B905 - blanks behind
    head = (_entry(*pair) for pair in pairs if pair[0])
    rows = (_row(log, cells) for _, cells in log.rows)
    lines = ["Heading", *filter(None, head), "", "Column", _joined(log.columns), "", "Data", *rows, ""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _entry(key: str, value: str) -> str:
    if key.upper() != "FPS":
        return _joined((key, value))
    number = _LEADING_NUMBER.match(value)
    return _joined(("FPS", number[1].replace(",", ".") if number else value)) if value else ""


def _row(log: Log, cells: Sequence[str]) -> str:
    ends, spare = [_numbers(log.cell(cells, each)) for each in ("Start", "End")], ""
    if all(ends):
        is_past_midnight = ends[1] < ends[0] and log.cell(cells, "Duration")
        spare = "End" if is_past_midnight else "Duration"
    named = zip(log.columns, cells)  # noqa: B905 - rows may be long or short
    return _joined(["" if name == spare else cell for name, cell in named])


def _numbers(timecode: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d{1,9}", timecode)]


def _joined(cells: Sequence[str]) -> str:
    return "\t".join(map(_in_one_line, cells))


def _in_one_line(cell: str) -> str:
    return _BREAK.sub(" ", cell)
