"""Comment lines put into an EDL: where they belong, and not one other byte of the file changes."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.errors import UsageError
from otiogate.timeline.edl import read_edl
from otiogate.timeline.edl_tags import WIDTH, comment_lines, with_comments

ONE = "001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00"
TWO = "002  A002     V     C        01:00:00:00 01:00:02:00 01:00:02:00 01:00:04:00"
INTO = "002  A003     V     D    012 01:00:00:00 01:00:02:00 01:00:04:00 01:00:06:00"
LINE = "* GENAI: gen.shot"


def tagged(data: bytes, *nodes: int, lines: tuple[str, ...] = (LINE,)) -> bytes:
    return with_comments(data, read_edl(data, "cut.edl"), nodes, lines)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_below_the_last_line_that_says_something_with_the_file_s_own_line_end(end: str) -> None:
    rows = ["TITLE: A", "", ONE, "* FROM CLIP NAME: a", "", TWO, ""]
    wanted = [*rows[:4], LINE, *rows[4:]]
    assert tagged(end.join(rows).encode(), 1) == end.join(wanted).encode()


def test_several_events_each_once() -> None:
    data = f"{ONE}\n{TWO}\n".encode()
    assert tagged(data, 1, 2, 1) == f"{ONE}\n{LINE}\n{TWO}\n{LINE}\n".encode()


@pytest.mark.parametrize("node", [2, 3])
def test_a_dissolve_is_not_taken_apart(node: int) -> None:
    data = f"{ONE}\n{TWO}\n{INTO}\n* TO CLIP NAME: b\n\n003{TWO[3:]}\n".encode()
    wanted = f"{ONE}\n{TWO}\n{INTO}\n* TO CLIP NAME: b\n{LINE}\n\n003{TWO[3:]}\n".encode()
    assert tagged(data, node) == wanted
    assert tagged(data, 2, 3) == wanted


@pytest.mark.parametrize("node", [1, 2])
def test_a_split_event_is_not_taken_apart(node: int) -> None:
    sound = ONE.replace(" V ", " A ")
    data = f"{ONE}\n{sound}\n* FROM CLIP NAME: a\n{TWO}\n".encode()
    assert tagged(data, node) == f"{ONE}\n{sound}\n* FROM CLIP NAME: a\n{LINE}\n{TWO}\n".encode()


def test_a_new_event_of_the_same_number_is_another() -> None:
    data = f"{ONE}\n{ONE}\n".encode()
    assert tagged(data, 1) == f"{ONE}\n{LINE}\n{ONE}\n".encode()


@pytest.mark.parametrize(
    "tail", [b"", b"\n", b"  ", b"\r\n\r\n\x1a", b"\x1a\x1a", b"\0\0\0", b"\n\0\x1a\0", b" \n \n", b"\r\n\x1a\xff"]
)
def test_what_old_systems_pad_with_stays_at_the_end(tail: bytes) -> None:
    data = ONE.encode() + tail
    made = tagged(data, 1)
    assert made.endswith(tail.lstrip(b" "))
    assert len(read_edl(made, "cut.edl").subject(1).carriers) == 1
    assert _without_lines(made) == data


def _without_lines(made: bytes) -> bytes:
    for end in (b"\r\n", b"\n"):
        made = made.replace(end + LINE.encode(), b"")
    return made


def test_a_control_z_in_the_midst_does_not_shift_the_rows() -> None:
    data = f"{ONE}\n\x1a\n* a\x1a{TWO}\n\x1a{INTO.replace('002', '003')}\n".encode()
    made = tagged(data, 2)
    assert made == data.replace(TWO.encode(), f"{TWO}\n{LINE}".encode())


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-8", b""),
        ("windows-1252", b""),
    ],
)
def test_the_encoding_of_the_file_is_kept(encoding: str, mark: bytes) -> None:
    def encoded(*rows: str) -> bytes:
        return mark + "\r\n".join(rows).encode(encoding)

    data = encoded("TITLE: Café", ONE, "* FROM CLIP NAME: Mühle", TWO, "")
    line = '* GENAI: gen.shot note="für Mühle"'
    wanted = encoded("TITLE: Café", ONE, "* FROM CLIP NAME: Mühle", line, TWO, "")
    assert tagged(data, 1, lines=(line,)) == wanted


def test_a_character_that_the_encoding_has_not_is_refused() -> None:
    data = f"* Café\n{ONE}\n".encode("windows-1252")
    with pytest.raises(UsageError, match="windows-1252"):
        tagged(data, 1, lines=("* GENAI: gen.shot note=猫",))


def test_a_byte_that_is_no_character_stays_as_it_is() -> None:
    data = f"{ONE}\n* \x81\n".encode("latin-1")
    assert tagged(data, 1) == data.replace(b"\x81", b"\x81\n" + LINE.encode())


def test_a_word_longer_than_a_line_stays_whole() -> None:
    long = "x" * 100
    assert comment_lines(f"gen.shot note={long} tool=a") == [
        "* GENAI: gen.shot",
        f"* GENAI+ note={long}",
        "* GENAI+ tool=a",
    ]


WORDS = st.lists(st.text("abc=,.", min_size=1, max_size=30), min_size=1, max_size=30)


@given(WORDS)
def test_lines_joined_are_the_tag_again(words: list[str]) -> None:
    body = " ".join(words)
    lines = comment_lines(body)
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].startswith("* GENAI: ")
    assert " ".join(line.split(" ", 2)[2] for line in lines) == body
    data = f"{ONE}\n{TWO}\n".encode()
    made = with_comments(data, read_edl(data, "cut.edl"), [1], lines)
    [carrier] = read_edl(made, "cut.edl").subject(1).carriers
    assert carrier.texts == (f"GENAI: {body}",)


def test_blanks_that_count_are_not_broken_at() -> None:
    body = "gen.shot note=" + '"' + "a  b " * 30 + '"'
    data = f"{ONE}\n".encode()
    made = with_comments(data, read_edl(data, "cut.edl"), [1], comment_lines(body))
    [carrier] = read_edl(made, str(Path("cut.edl"))).subject(1).carriers
    assert carrier.texts == (f"GENAI: {body}",)
