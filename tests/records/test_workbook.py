"""A sheet of a workbook becomes records as a CSV file does, without a guess; and no workbook does harm."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from otiogate.documents.schemas import schema
from otiogate.errors import UsageError
from otiogate.records import package
from otiogate.records.faults import RecordFault
from otiogate.records.model import KINDS
from otiogate.records.table import read_table
from tests.records.test_table import cells, without_empty

CONSENT = {"record": "consent", "id": "CON-002"}


def book(
    path: Path, *rows: list[Any], sheet: str = "Consents", change: Callable[[Workbook], None] | None = None
) -> Path:
    """A workbook with ``rows`` in its one sheet, and ``change`` made to it."""
    made = Workbook()
    [page] = made.worksheets
    page.title = sheet
    for row in rows:
        page.append(row)
    if change:
        change(made)
    made.save(path)
    return path


def patched(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with ``old`` replaced in one of its parts: what openpyxl itself would not write."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    assert old in parts[part].decode(), parts[part]
    parts[part] = parts[part].decode().replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def replaced(path: Path, cell: str, new: str) -> Path:
    """The workbook with the XML of one cell replaced."""
    with zipfile.ZipFile(path) as archive:
        found = re.search(rf'<c r="{cell}".*?</c>', archive.read(SHEET).decode(), re.DOTALL)
    assert found
    return patched(path, SHEET, found[0], new)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.xlsx"


def one(path: Path, name: str, value: Any, form: str = "", zone: str = "") -> tuple[Any, str]:
    """What the cell C2, in the column ``name`` of a consent, becomes in the form; or the sentence of its fault."""

    def change(made: Workbook) -> None:
        if form:
            made.worksheets[0]["C2"].number_format = form

    book(path, [*CONSENT, name], [*CONSENT.values(), value], change=change)
    return told(path, name, zone=zone)


def told(path: Path, name: str, zone: str = "") -> tuple[Any, str]:
    forms, faults = read_table(path, zone=zone)
    if faults:
        [fault] = faults
        assert fault.where == f"{path} sheet 'Consents' C2"
        return None, f"{fault.what} ({fault.next_step})"
    [(form, place)] = forms
    assert place((name,)) == f"{path} sheet 'Consents' C2"
    return form[name], ""


def refusal(path: Path, **options: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_table(path, **options)
    assert str(path) in caught.value.where
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_goes_through_a_sheet_and_is_the_same(kind: str, path: Path) -> None:
    example = schema(kind)["examples"][0]
    columns = dict(cells(example))
    book(path, list(columns), list(columns.values()))
    forms, faults = read_table(path)
    assert (faults, [form for form, _ in forms]) == ([], [without_empty(example)])


def test_texts_that_a_workbook_keeps_apart_from_its_sheets_are_read(path: Path) -> None:
    book(path, [*CONSENT, "note"], [*CONSENT.values(), "x"])
    main, kind = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/texts.xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}"/>'
    patched(path, "[Content_Types].xml", "</Types>", f"{part}</Types>")
    replaced(path, "C2", '<c r="C2" t="s"><v>0</v></c>')
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/texts.xml", f'<sst xmlns="{main}"><si><r><t>two </t></r><r><t>parts</t></r></si></sst>')
    assert told(path, "note") == ("two parts", "")


# What is in a cell


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("note", 42, "42"),
        ("note", 42.0, "42"),
        ("note", -0.5, "-0.5"),
        ("creation", True, True),
        ("creation", False, False),
        ("creation", "yes", True),
        ("note", " two words ", "two words"),
        ("schema_version", 1, 1),
        ("supersedes", "CON-001; CON-003", ["CON-001", "CON-003"]),
    ],
)
def test_a_cell_says_what_the_same_text_says_in_csv(path: Path, name: str, value: Any, becomes: Any) -> None:
    assert one(path, name, value) == (becomes, "")


@pytest.mark.parametrize(
    ("value", "form"),
    [(42, "0000"), (0.5, "0%"), (1.5, "0"), (1234, "#,##0"), (12, "0.00")],
)
def test_a_number_that_is_shown_otherwise_is_not_guessed_at(path: Path, value: float, form: str) -> None:
    _, fault = one(path, "note", value, form)
    assert fault.startswith(f"note: the number {value!r}, shown in the format {form!r}")
    assert "format the cell as text" in fault


@pytest.mark.parametrize("value", [10**15, -(10**15), 1e300])
def test_a_number_of_which_digits_are_lost_is_a_fault(path: Path, value: float) -> None:
    assert "more digits than a spreadsheet keeps" in one(path, "note", value)[1]


def test_what_is_no_number_is_never_read_as_one(path: Path) -> None:
    book(path, [*CONSENT, "note"], [*CONSENT.values(), 7])
    patched(path, SHEET, "<v>7</v>", "<v>1E999</v>")
    assert "more digits than a spreadsheet keeps" in told(path, "note")[1]
    patched(path, SHEET, "<v>1E999</v>", "<v>NaN</v>")
    assert "cannot be read as an .xlsx workbook" in refusal(path).what


DAY, TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


@pytest.mark.parametrize(
    ("value", "form", "becomes"),
    [
        (date(2028, 12, 31), DAY, "2028-12-31-08:00"),
        (date(2028, 12, 31), "D/M/YYYY", "2028-12-31-08:00"),
        (datetime(2028, 12, 31), DAY, "2028-12-31-08:00"),
        (datetime(2028, 12, 31), TIME, "2028-12-31T00:00:00-08:00"),
        (datetime(2028, 12, 31, 18, 30), TIME, "2028-12-31T18:30:00-08:00"),
        (datetime(2028, 12, 31, 18, 30, 0, 250000), TIME, "2028-12-31T18:30:00.250-08:00"),
    ],
)
def test_a_date_cell_takes_the_zone_that_is_named(path: Path, value: date, form: str, becomes: str) -> None:
    assert one(path, "expires_at", value, form, zone="-08:00") == (becomes, "")


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [(date(2028, 12, 31), DAY, "2028-12-31"), (datetime(2028, 12, 31, 18, 30), TIME, "2028-12-31T18:30:00")],
)
def test_a_date_cell_without_a_zone_is_a_fault_that_says_how_to_write_it(
    path: Path, value: date, form: str, text: str
) -> None:
    _, fault = one(path, "expires_at", value, form)
    assert fault.startswith(f"consent: expires_at: {text} has no zone; name that of all date cells with --zone")
    assert f"write it as text, such as {text}Z" in fault


@pytest.mark.parametrize("name", ["note", "supersedes", "creation"])
def test_a_date_in_a_field_that_takes_none_is_a_fault(path: Path, name: str) -> None:
    _, fault = one(path, name, date(2026, 1, 3), DAY, zone="Z")
    assert f"{name}: the cell holds the date 2026-01-03, and this field takes none; format the cell as text" in fault


@pytest.mark.parametrize(
    ("value", "form", "says"),
    [
        (datetime(2028, 12, 31, 18, 30), DAY, "the time 2028-12-31T18:30:00, of which its format"),
        (date(2028, 12, 1), "mmm-yy", "the date 2028-12-01T00:00:00, of which its format 'mmm-yy' shows a part"),
        (date(2028, 12, 1), "d-mmm", "of which its format 'd-mmm' shows a part"),
        (date(2028, 12, 1), 'mmm "day" yy', "shows a part"),
        (time(18, 30), "hh:mm", "18:30:00: a time without a day"),
        (timedelta(hours=30), "[h]:mm", "a time without a day, or a length of time"),
    ],
)
def test_a_date_that_holds_other_than_it_shows_is_a_fault(path: Path, value: Any, form: str, says: str) -> None:
    assert says in one(path, "expires_at", value, form, zone="Z")[1]


def test_a_date_that_is_no_date_is_a_fault(path: Path) -> None:
    assert "the error #VALUE!" in one(path, "expires_at", 10**9, DAY, zone="Z")[1]


@pytest.mark.parametrize("zone", ["PST", "08:00", "-8:00", "+15:00", "z", "Z\n"])
def test_a_zone_is_z_or_an_offset(path: Path, zone: str) -> None:
    with pytest.raises(UsageError, match="is no zone") as caught:
        read_table(book(path, list(CONSENT), list(CONSENT.values())), zone=zone)
    assert "--zone=-08:00" in str(caught.value)


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_in_a_cell_is_a_fault(path: Path, error: str) -> None:
    assert f"note: the error {error} (correct the formula" in one(path, "note", error)[1]


def test_a_formula_without_a_value_is_a_fault(path: Path) -> None:
    fault = one(path, "note", '=CONCATENATE("a", "b")')[1]
    assert fault == (
        "note: a formula whose value is not in the file (open the file in a spreadsheet program and save it)"
    )


def computed(path: Path, form: str, value: str) -> None:
    """The consent with a formula in C2, and its value as a spreadsheet program writes it."""
    book(path, [*CONSENT, "note"], [*CONSENT.values(), "=A2"])
    replaced(path, "C2", f'<c r="C2"{form}><f>[1]Sheet1!A2</f>{value}</c>')


def test_a_formula_says_the_value_that_it_came_to_last(path: Path) -> None:
    computed(path, ' t="str"', "<v>From elsewhere.</v>")
    assert told(path, "note") == ("From elsewhere.", "")


def test_a_formula_that_came_to_an_error_is_a_fault(path: Path) -> None:
    computed(path, ' t="e"', "<v>#REF!</v>")
    assert "the error #REF!" in told(path, "note")[1]


def test_a_formula_that_came_to_an_empty_text_says_nothing(path: Path) -> None:
    computed(path, ' t="str"', "<v></v>")
    [(form, _)], faults = read_table(path)
    assert (form, faults) == (CONSENT, [])


def test_merged_cells_are_a_fault_wherever_they_stand(path: Path) -> None:
    def merge(made: Workbook) -> None:
        made.worksheets[0].merge_cells("B2:B3")
        made.worksheets[0].merge_cells("A5:C5")

    book(path, list(CONSENT), list(CONSENT.values()), change=merge)
    _, faults = read_table(path)
    assert {each.where for each in faults} == {f"{path} sheet 'Consents' {cell}" for cell in ("B2", "A5")}
    assert all("unmerge it" in each.next_step for each in faults)


def test_all_faults_of_all_cells_are_told_at_once(path: Path) -> None:
    book(
        path,
        ["record", "id", "signed_at", "note", "#REF!", "nonsense"],
        ["consent", "#N/A", date(2026, 1, 1), "=A1", None, "x"],
        ["#N/A", None, None, "=A1", None, None],
        ["consnt", None, None, "=A1", None, None],
    )
    _, faults = read_table(path)
    assert sorted(each.where.rpartition(" ")[2] for each in faults) == sorted(
        ["E1", "F1", "B2", "C2", "D2", "A3", "D3", "A4", "D4"]
    )


# Rows and sheets


def test_rows_that_are_empty_are_passed_over_and_rows_that_are_hidden_are_read(path: Path) -> None:
    def hide(made: Workbook) -> None:
        made.worksheets[0].row_dimensions[5].hidden = True
        made.worksheets[0].column_dimensions["A"].hidden = True

    ids = [f"CON-{number}" for number in range(3)]
    rows: list[list[Any]] = [["consent", each] for each in ids]
    book(path, list(CONSENT), rows[0], [], [None, "  "], *rows[1:], change=hide)
    forms, faults = read_table(path)
    assert not faults
    assert [(form["id"], place(()).rpartition(" ")[2]) for form, place in forms] == list(
        zip(ids, ["2", "5", "6"], strict=True)
    )


def with_sheets(path: Path, **states: str) -> Path:
    """A workbook in which each sheet holds the consent that is named after it, and an empty sheet before them."""

    def add(made: Workbook) -> None:
        for name, state in states.items():
            page = made.create_sheet(name)
            page.append(["record", "id"])
            page.append(["consent", f"CON-{name}"])
            page.sheet_state = state

    return book(path, sheet="Empty", change=add)


def ids(path: Path, sheet: str = "") -> list[str]:
    forms, faults = read_table(path, sheet=sheet)
    assert not faults
    return [form["id"] for form, _ in forms]


def test_the_only_sheet_that_holds_anything_is_read(path: Path) -> None:
    assert ids(with_sheets(path, One="visible")) == ["CON-One"]


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_of_several_sheets_one_is_named(path: Path, state: str) -> None:
    with_sheets(path, One="visible", Two=state)
    fault = refusal(path)
    assert fault.what == "several sheets hold something"
    mark = "" if state == "visible" else " (hidden)"
    assert fault.next_step == f"name one with --sheet: 'One', 'Two'{mark}"
    assert ids(path, "One") == ["CON-One"]
    assert ids(path, "Two") == ["CON-Two"]


def test_a_hidden_sheet_is_read_only_if_it_is_named(path: Path) -> None:
    with_sheets(path, One="hidden")
    assert "the only sheet that holds anything is hidden" in refusal(path).what
    assert ids(path, "One") == ["CON-One"]


def test_a_sheet_that_is_not_there_is_told_from_those_that_are(path: Path) -> None:
    fault = refusal(with_sheets(path, One="visible"), sheet="one")
    assert (fault.what, fault.next_step) == ("has no sheet 'one'", "sheets that hold anything: 'One'")


def test_a_sheet_that_could_be_missed_is_a_usage_error(path: Path) -> None:
    with_sheets(path, One="visible", Two="visible")
    assert "has two sheets of one name" in refusal(patched(path, "xl/workbook.xml", 'name="Two"', 'name="One"')).what
    with_sheets(path, One="visible", Two="visible")
    patched(path, "xl/_rels/workbook.xml.rels", "sheet3.xml", "sheet4.xml")
    assert "lacks the part that holds the sheet 'Two'" in refusal(path, sheet="One").what


def test_a_sheet_that_is_a_chart_is_no_table(path: Path) -> None:
    def add(made: Workbook) -> None:
        made.create_chartsheet("Chart").add_chart(BarChart())

    assert ids(book(path, list(CONSENT), list(CONSENT.values()), change=add)) == ["CON-002"]


def test_a_sheet_without_anything_is_no_table(path: Path) -> None:
    with_sheets(path, One="visible")
    assert "its first row names no columns" in refusal(path, sheet="Empty").what
    assert "holds nothing in any sheet" in refusal(book(path)).what
    assert "holds no records, only a header" in refusal(book(path, list(CONSENT))).what


# Files that are no workbooks, or not meant well


def test_without_openpyxl_the_command_that_installs_it_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book(path, list(CONSENT), list(CONSENT.values()))
    for name in [each for each in sys.modules if each.partition(".")[0] == "openpyxl"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "python -m pip install 'otiogate[xlsx]'" in refusal(path).next_step


@pytest.mark.parametrize("data", [b"", b"id,record\n", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_a_usage_error(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert "save it as .xlsx" in refusal(path).next_step


def test_an_old_or_a_locked_workbook_is_told_what_to_do(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)
    assert "save it as .xlsx without a password" in str(refusal(path))


@pytest.mark.parametrize("suffix", [".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".XLS"])
def test_a_spreadsheet_of_another_format_is_told_what_to_do(tmp_path: Path, suffix: str) -> None:
    fault = refusal(tmp_path / f"t{suffix}")
    assert "only CSV and .xlsx are" in fault.what
    assert "save it as .xlsx" in fault.next_step


def test_a_workbook_cut_off_anywhere_is_a_usage_error(path: Path) -> None:
    data = book(path, list(CONSENT), list(CONSENT.values())).read_bytes()
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end])
        refusal(path)


PARTS = [
    (SHEET, "<worksheet"),
    ("xl/workbook.xml", "<workbook"),
    ("xl/_rels/workbook.xml.rels", "<Relationships"),
    ("[Content_Types].xml", "<Types"),
    ("docProps/core.xml", "<cp:coreProperties"),
]


def test_a_part_that_is_broken_is_a_usage_error(path: Path) -> None:
    for name in (*(each for each, _ in PARTS), "xl/styles.xml"):
        book(path, list(CONSENT), list(CONSENT.values()))
        refusal(patched(path, name, "<", "<<"))


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(path: Path) -> None:
    with zipfile.ZipFile(book(path, list(CONSENT)), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (package.MAX_UNPACKED + 1))
    assert path.stat().st_size < 100_000
    assert "when unpacked, the limit" in refusal(path).what


def test_a_workbook_of_too_many_parts_is_not_read(path: Path) -> None:
    with zipfile.ZipFile(book(path, list(CONSENT)), "a") as archive:
        for number in range(package.MAX_PARTS):
            archive.writestr(f"x{number}", b"")
    assert "when unpacked, the limit" in refusal(path).what


@pytest.mark.parametrize(
    ("part", "before", "element", "limit"),
    [
        ("xl/styles.xml", "</cellXfs>", "<xf/>", "MAX_ELEMENTS_ASIDE"),
        (SHEET, "</sheetData>", "<row/>", "MAX_ELEMENTS"),
    ],
)
def test_a_part_of_too_many_elements_is_not_read(
    path: Path, part: str, before: str, element: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, limit, 500)
    book(path, list(CONSENT), list(CONSENT.values()))
    assert ids(path) == ["CON-002"]
    patched(path, part, before, element * 500 + before)
    assert "more XML elements than any sheet or style needs" in refusal(path).what


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("kind", [BOMB, OUTSIDE, "<!DOCTYPE x>"])
@pytest.mark.parametrize(("part", "root"), PARTS)
def test_a_part_with_a_document_type_is_not_read(path: Path, part: str, root: str, kind: str) -> None:
    book(path, list(CONSENT), list(CONSENT.values()))
    assert "a part with a document type" in refusal(patched(path, part, root, kind + root)).what


def test_a_document_type_is_found_in_every_encoding_and_in_parts_of_any_name(path: Path) -> None:
    book(path, list(CONSENT), list(CONSENT.values()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/worksheets/page", '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16")
        )
    assert "a part with a document type" in refusal(path).what


@pytest.mark.parametrize("cell", ["A10001", "IW1", "XFD1048576"])
def test_a_sheet_that_is_too_large_is_not_read(path: Path, cell: str) -> None:
    def add(made: Workbook) -> None:
        made.worksheets[0][cell] = "x"

    book(path, list(CONSENT), change=add)
    assert "reaches beyond row 10,000 or column 256, the limit" in refusal(path).what


def test_a_sheet_may_be_formatted_beyond_its_last_record(path: Path) -> None:
    def paint(made: Workbook) -> None:
        made.worksheets[0]["A20000"].number_format = "@"
        made.worksheets[0]["ZZ2"].number_format = "@"

    book(path, list(CONSENT), list(CONSENT.values()), change=paint)
    assert ids(path) == ["CON-002"]


def test_a_sheet_of_too_many_cells_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_CELLS", 5)
    assert ids(book(path, list(CONSENT), list(CONSENT.values()))) == ["CON-002"]
    assert "has more than 5 cells, the limit" in refusal(book(path, *[["id", "record"]] * 3)).what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="3"', '<row r="2"'),
        ('<row r="3"', '<row r="1"'),
        ('<row r="3"', '<row r="x"'),
        ('r="B2"', 'r="A2"'),
        ('r="B3"', 'r="B7"'),
        ('r="B3"', 'r="?"'),
    ],
)
def test_a_sheet_in_disorder_is_not_read_in_part(path: Path, old: str, new: str) -> None:
    book(path, list(CONSENT), list(CONSENT.values()), ["consent", "CON-003"])
    assert "in disorder" in refusal(patched(path, SHEET, old, new)).what


def test_a_sheet_that_says_it_is_smaller_is_read_whole(path: Path) -> None:
    book(path, list(CONSENT), list(CONSENT.values()), ["consent", "CON-003"])
    patched(path, SHEET, '<dimension ref="A1:B3"', '<dimension ref="A1:B2"')
    assert ids(path) == ["CON-002", "CON-003"]


def test_options_of_workbooks_are_refused_with_csv(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("record,id\nconsent,CON-002\n")
    assert "--sheet is for an .xlsx workbook" in refusal(path, sheet="One").what
    assert "--zone is for an .xlsx workbook" in refusal(path, zone="Z").what


def test_a_fault_is_one_of_the_ledger(path: Path) -> None:
    book(path, list(CONSENT), ["consent", "#N/A"])
    [fault] = read_table(path)[1]
    assert isinstance(fault, RecordFault)
    assert not fault.unknown_version
