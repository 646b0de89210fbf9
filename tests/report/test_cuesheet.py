"""The cue sheet as CSV: what a reader gets back is what was told, and no spreadsheet takes a cell for a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.report.cuesheet import COLUMNS, CueSheetWriter, cell
from tests.report.reports import cue, report


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def written(*cues: Any, bom: bool = False) -> str:
    return CueSheetWriter(bom=bom).write([report(cues=cues)])


def test_a_cue_is_a_row_below_the_header() -> None:
    told = cue(consents=("CON-0007", "CON-0008"), notices=("NTC-0003",), signed=("APR-0011 by person-51c2",))
    assert rows(written(told)) == [
        list(COLUMNS),
        [
            *("01:00:03:00", "01:00:04:00", "01:00:00:08", "01:00:01:08", "V", "SHOT_0003.mov", "R003"),
            *("replica.likeness", "FaceKit 4.2 (Example FX)", "plate.mov (owner production)"),
            *(
                "CON-0007 | CON-0008",
                "APR-0011",
                "NTC-0003",
                "APR-0011 by person-51c2",
                "",
                "open",
                "DIS-0042",
                "in/cut.edl",
            ),
        ],
    ]


def test_without_cues_there_is_the_header_alone() -> None:
    assert written() == ",".join(COLUMNS) + "\r\n"


def test_rows_end_as_rfc_4180_says_and_quotes_are_doubled() -> None:
    text = written(cue(clip='a "b", c'))
    assert text.count("\r\n") == 2
    assert text.count("\n") == 2
    assert '"a ""b"", c"' in text


def test_a_byte_order_mark_comes_only_where_it_is_asked_for() -> None:
    assert written(cue(), bom=True) == "\ufeff" + written(cue())
    assert not written(cue()).startswith("\ufeff")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-00:00:01:00", "'-00:00:01:00"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\tx", "' x"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ("", ""),
        ("x\x1b[31m\x00\u202e", "x\\x1b[31m\\x00\\u202e"),
        ("a\r\nb", "a  b"),
        ("\ud800", "\\ud800"),
    ],
)
def test_a_cell_is_text_to_every_spreadsheet(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(st.text(st.characters(), max_size=30))
def test_no_text_makes_a_formula_a_further_row_or_a_control(text: str) -> None:
    told = rows(written(cue(clip=text, source_in=text, tools=(text, text), disclosure=text)))
    assert [len(row) for row in told] == [len(COLUMNS)] * 2
    for each in told[1]:
        assert not each.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert each.isprintable()


def test_what_is_too_long_for_a_spreadsheet_is_cut() -> None:
    assert len(cell("x" * 100_000)) == 32_000
