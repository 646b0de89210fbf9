"""What an EDL calls its media is found fast, and never less of it than by looking at every event."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.errors import ReadError
from otiogate.timeline.edl import read_edl
from otiogate.timeline.media import fold, folded, stem
from otiogate.timeline.model import Known, Snapshot
from tests.test_properties import CALM
from tests.timeline.edls import CORPUS

VALUES = (
    "",
    "(NULL)",
    "a.mov",
    " A.MOV\t",
    ".mov",
    "a.",
    "a .mov",
    "b.v002.mov",
    "/show/a.mov",
    "/show/a.mov/",
    "/show/ a.mov /",
    "//",
    "C:\\show\\a.mov",
    "a%2Emov",
    "a.mov?x=1",
    "a.mov#t",
    '"a.mov"',
    "'/show/a.mov'",
    "A001 REPLACED BY: B002",
    "a001 replaced by: AX",
    "\x1ca.mov\x1f",
    "\x0ba.mov\x0c",
    "É.mov",
    "e\u0301.MOV",
    "\u00a0a.mov",
)
LINES = (
    "* FROM CLIP NAME: ",
    "* TO CLIP NAME:",
    "*SOURCE FILE: ",
    "* KEY CLIP NAME : ",
    "CLIP NAME: ",
    "* FROM FILE: ",
    "FINAL CUT PRO REEL: ",
    "* TAPE NAME:",
    "DLEDL: EDIT:0001 FILENAME: ",
)
REELS = ("A001", "a001", "AX", "BL", "B002 .mov", "a.mov", "V", "A001C002_X")


@st.composite
def lists(draw: st.DrawFn) -> str:
    rows = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        first, last = f"01:00:0{number}:00", f"01:00:0{number + 1}:00"
        reel, edit = draw(st.sampled_from(REELS)), draw(st.sampled_from(["C        ", "D    012 "]))
        rows.append(f"{(number + 1) // 2:03d}  {reel}  V  {edit}{first} {last} {first} {last}")
        for _ in range(draw(st.integers(0, 3))):
            rows.append(draw(st.sampled_from(LINES)) + draw(st.sampled_from(VALUES)))
    return "\n".join(["TITLE: CUT", *rows, ""])


@given(st.lists(st.text(st.sampled_from("aAİß. \t\n\x1c\u2028e\u0301"), max_size=4), max_size=4))
def test_many_names_are_folded_together_as_each_is_alone(texts: list[str]) -> None:
    assert folded(texts) == set(map(fold, texts))


def forms(text: str) -> set[str]:
    """How a ledger may call what a timeline calls ``text``."""
    return {fold(text), stem(fold(text))} - {""}


def assert_found(snapshot: Snapshot, choose: st.DataObject | None = None) -> None:
    every = {(key.node, form) for key in snapshot.keys() for form in forms(key.text)}  # noqa: SIM118
    names = sorted({name for _, name in every})
    assert snapshot.names is not None
    assert set(names) <= {form for name in snapshot.names() for form in forms(name)}
    for name in names:
        known = {name, *(choose.draw(st.lists(st.sampled_from(names))) if choose else ())}
        found = snapshot.keys(Known(frozenset(each.encode() for each in known)))
        met = {(key.node, form) for key in found for form in forms(key.text) if form in known}
        assert met == {each for each in every if each[1] in known}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("line", LINES)
def test_whatever_it_is_called(line: str, value: str) -> None:
    event = "001  A001  V  C        01:00:01:00 01:00:02:00 01:00:01:00 01:00:02:00"
    assert_found(read_edl(f"TITLE: CUT\n{event}\n{line}{value}\n".encode(), "cut.edl"))


@settings(CALM, max_examples=200)
@given(lists(), st.data())
def test_a_search_for_known_names_passes_over_none(text: str, data: st.DataObject) -> None:
    assert_found(read_edl(text.encode(), "cut.edl"), data)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_nor_in_any_edl_of_the_corpus() -> None:
    number = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix.lower() == ".edl" and path.stat().st_size < 20_000:
            try:
                snapshot = read_edl(path.read_bytes(), path.name)
            except ReadError:
                continue
            assert_found(snapshot)
            number += 1
    assert number > 50
