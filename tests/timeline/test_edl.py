"""The EDL reader: each of its rules by itself, what it refuses, and the real files beside the checkout."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Carrier, ClipUse, Snapshot
from otiogate.timeline.time import Span

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
HEAD = "TITLE: REEL 1\nFCM: NON-DROP FRAME\n"
TIMES = "01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00"
CUT = f"001  A001C002 V     C        {TIMES}\n"
DISSOLVE = (
    "002  A001     V     C        01:00:02:00 01:00:02:00 10:00:02:00 10:00:02:00\n"
    "002  B002     V     D    024 02:00:00:00 02:00:04:00 10:00:02:00 10:00:06:00\n"
)


def read(text: str, rate: Fraction | None = None) -> Snapshot:
    return read_edl(text.encode(), "cut.edl", rate=rate)


def use(snapshot: Snapshot, node: int = 1) -> ClipUse:
    found = snapshot.subject(node).use
    assert found is not None
    return found


def carrier(comments: str) -> Carrier:
    """The one carrier of an event that ``comments`` follow."""
    (found,) = read(HEAD + CUT + comments).subject(1).carriers
    return found


def tags(snapshot: Snapshot, node: int) -> list[str]:
    """The texts of a node that the tag grammar takes for tags."""
    texts = (text for each in snapshot.subject(node).carriers for text in each.texts)
    return [text for text in texts if re.match(r"genai(\+|:|\s|\Z)", text, re.IGNORECASE)]


def problems(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(problem.severity, problem.where) for problem in snapshot.problems]


def key_set(snapshot: Snapshot) -> set[tuple[int, str, str]]:
    found = snapshot.keys()
    return {(key.node, key.field, key.text) for key in found}


def assert_keys_hold_what_is_built(snapshot: Snapshot) -> None:
    keys = key_set(snapshot)
    for node in range(1, len(snapshot.starts)):
        built = use(snapshot, node)
        assert {(node, "reference", text) for text in built.media.references} <= keys
        assert {(node, "reel", text) for text in built.media.reels} <= keys
        assert not built.name or (node, "name", built.name) in keys


# The whole file


def test_every_event_line_is_a_use_below_the_whole_timeline() -> None:
    snapshot = read(HEAD + CUT + DISSOLVE)
    assert list(snapshot.parents) == [-1, 0, 0, 0]
    assert list(snapshot.is_use) == [False, True, True, True]
    assert list(snapshot.eager) == [0]
    assert snapshot.uses == 3
    assert snapshot.subject(0).address == "timeline"
    assert snapshot.problems == ()


def test_a_node_begins_with_its_event_line() -> None:
    snapshot = read(HEAD + CUT + "* NOTE: x\n" + DISSOLVE)
    assert [snapshot.text[start : start + 3] for start in snapshot.starts] == [b"TIT", b"001", b"002", b"002"]
    assert list(snapshot.starts)[1] == len(HEAD)


def test_a_file_that_begins_with_its_first_event_has_an_empty_header() -> None:
    snapshot = read(CUT + "* GENAI gen.shot\n")
    assert list(snapshot.starts) == [0, 0]
    assert snapshot.subject(0).carriers == ()
    assert snapshot.holding([b"genai"]) == {0, 1}


def test_the_digest_covers_the_bytes_as_delivered() -> None:
    data = (HEAD + CUT).replace("\n", "\r\n").encode("utf-16")
    origin = read_edl(data, "cut.edl", "/shows/cut.edl").origin
    assert (origin.name, origin.format, origin.path) == ("cut.edl", "edl", "/shows/cut.edl")
    assert origin.digest == sha256(data)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_one(end: str) -> None:
    snapshot = read_edl((HEAD + CUT + "* GENAI gen.shot\n").replace("\n", end).encode(), "cut.edl")
    assert snapshot.text == read(HEAD + CUT + "* GENAI gen.shot").text
    assert snapshot.subject(1).carriers[0].line == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_text_is_read_in_its_encoding(encoding: str) -> None:
    data = (HEAD + CUT + "* FROM CLIP NAME: Café “nuit”.mov\n").encode(encoding)
    assert use(read_edl(data, "cut.edl")).name == "Café “nuit”.mov"


def test_a_blank_that_does_not_break_stays_in_a_name() -> None:
    assert use(read(f"{HEAD}{CUT}* FROM CLIP NAME: a\u00a0b.mov\n")).media.references == ("a\u00a0b.mov",)


def test_bytes_that_no_encoding_has_do_not_stop_the_reading() -> None:
    snapshot = read_edl((HEAD + CUT).encode() + b"* FROM CLIP NAME: a\x81\xff\n* GENAI gen.shot", "cut.edl")
    assert tags(snapshot, 1) == ["GENAI gen.shot"]


@pytest.mark.parametrize("end", [b"\x1a\xff", b"\x1a" + b"\xff" * 100, b"\x1a\x1a\xff\x1a"])
def test_what_stands_behind_a_control_z_at_the_end_changes_no_letter(end: bytes) -> None:
    snapshot = read_edl(f"{HEAD}{CUT}* FROM CLIP NAME: M\u00fcller\r\n".encode() + end, "cut.edl")
    assert (use(snapshot).name, snapshot.problems) == ("M\u00fcller", ())


def test_the_last_letter_of_windows_1252_is_kept_where_no_control_z_stands() -> None:
    assert (
        use(read_edl(f"{HEAD}{CUT}* FROM CLIP NAME: Lou\u00ff".encode("windows-1252"), "cut.edl")).name == "Lou\u00ff"
    )


def test_control_z_and_padding_at_the_end_are_dropped() -> None:
    padded = (HEAD + CUT).encode() + b"\x1a\x1a" + b"\0" * 100
    assert read_edl(padded, "cut.edl").text == read(HEAD + CUT).text


def test_a_comment_after_control_z_is_read() -> None:
    snapshot = read(HEAD + CUT.rstrip() + "\x1a\x1a* GENAI gen.shot")
    assert tags(snapshot, 1) == ["GENAI gen.shot"]
    assert snapshot.problems == ()


def test_a_snapshot_can_be_sent_to_another_process() -> None:
    snapshot = pickle.loads(pickle.dumps(read(HEAD + CUT)))
    assert use(snapshot).event == "001"


# Events


@pytest.mark.parametrize(
    ("line", "reel", "track", "kind"),
    [
        (f"1 A V C {TIMES}", "A", "V", "video"),
        (f"000001  A001C004_130917_R1AB.MOV_0129 V C {TIMES}", "A001C004_130917_R1AB.MOV_0129", "V", "video"),
        (f"  001\tA001\tA2\tC\t{TIMES}  ", "A001", "A2", "audio"),
        (f"001A  A001 AA C {TIMES}", "A001", "AA", "audio"),
        (f"001  A001 AA/V C {TIMES}", "A001", "AA/V", "video"),
        (f"001  A001 A1V C {TIMES}", "A001", "A1V", "video"),
        (f"001  A001 V2 C {TIMES}", "A001", "V2", "video"),
        (f"001  A001 B C {TIMES}", "A001", "B", "video"),
        (f"001  A001 NONE C {TIMES}", "A001", "NONE", "video"),
        (f"001  A001 v c {TIMES}", "A001", "v", "video"),
        (f"001  MY REEL V C {TIMES}", "MY REEL", "V", "video"),
        ("001  MY OLD REEL A2 C 9 64 00:00:00:00 00:00:02:07", "MY OLD REEL", "A2", "audio"),
        (f"001  A001 V D 030 {TIMES}", "A001", "V", "video"),
        (f"001  A001 V W001 030 {TIMES}", "A001", "V", "video"),
        (f"001  A001 V K {TIMES}", "A001", "V", "video"),
        (f"001  A001 V K B {TIMES}", "A001", "V", "video"),
        (f"001  A001 V KB 030 {TIMES}", "A001", "V", "video"),
        (f"001  A001 V K O 030 {TIMES}", "A001", "V", "video"),
        (f"001  A001 V K B(F) 030 {TIMES}", "A001", "V", "video"),
        (f"001  A001 A1A2A3A4A5A6A7A8A9A10A11A12/V C {TIMES}", "A001", "A1A2A3A4A5A6A7A8A9A10A11A12/V", "video"),
        (f"\u00a0001\u00a0 A001 V C {TIMES}", "A001", "V", "video"),
        ("001  A001 V C 9 64 00:00:00:00 00:00:02:07", "A001", "V", "video"),
        ("001  A001 V C 01:00:00;00 01:00:02;00 10:00:00;00 10:00:02;00", "A001", "V", "video"),
    ],
)
def test_an_event_line_is_read_in_all_its_forms(line: str, reel: str, track: str, kind: str) -> None:
    snapshot = read(HEAD + line)
    assert snapshot.uses == 1
    assert snapshot.problems == ()
    found = use(snapshot)
    assert (found.media.reels, found.track, found.kind) == ((reel,), track, kind)


def test_a_use_says_where_it_stands() -> None:
    found = use(read(HEAD + CUT))
    assert (found.address, found.line, found.event, found.visible) == ("event 001, line 3", 3, "001", True)


def test_an_event_without_a_channel_or_without_a_reel_is_a_use() -> None:
    snapshot = read(f"{HEAD}001 A001 C {TIMES}\n002 V C {TIMES}\n")
    assert (use(snapshot, 1).media.reels, use(snapshot, 1).track) == (("A001",), "")
    assert (use(snapshot, 2).media.reels, use(snapshot, 2).track) == ((), "V")


@pytest.mark.parametrize("reel", ["AX", "BL", "BLACK", "BARS", "ax"])
def test_reels_that_name_nothing_identify_no_media(reel: str) -> None:
    snapshot = read(f"{HEAD}001  {reel} V C {TIMES}")
    assert snapshot.uses == 1
    assert use(snapshot).media.reels == ()
    assert key_set(snapshot) == set()


@pytest.mark.parametrize(
    "line",
    [
        f"001  A001 V Q {TIMES}",
        f"001  A001 V C {TIMES} 10:00:04:00",
        f"001  A001 V C {TIMES} | 002  A002 V C {TIMES}",
        f"001 V C {TIMES} 002 V C {TIMES}",
        f"001  A001 V C {TIMES} * FROM CLIP NAME: b.mov",
        f"001  A001 V C {TIMES} CLIP : b.mov",
        "001  A001 V C 01:00:00:00 01:00:02:00 10:00:00:00",
        "001  A001 V C 01:00:00:00 01:00:02:00 10:00:00:00 10 00 02:00",
        "001  A001 V C 01:00:0",
        f"#001  A001 V C {TIMES}",
    ],
)
def test_a_line_that_looks_like_an_event_is_never_passed_over(line: str) -> None:
    snapshot = read(f"{HEAD}{line}\n{CUT}")
    assert snapshot.uses == 1
    assert problems(snapshot) == [("lost", "line 3")]


@pytest.mark.parametrize("rest", ["* GENAI: gen.shot", "GENAI gen.shot", "  * COMMENT: GENAI gen.shot"])
def test_what_stands_behind_the_times_of_an_event_is_said_of_it(rest: str) -> None:
    snapshot = read(f"{HEAD}{CUT.rstrip()} {rest}\n* FROM CLIP NAME: a.mov\n{DISSOLVE}")
    assert snapshot.uses == 3
    assert snapshot.problems == ()
    assert use(snapshot).name == "a.mov"
    assert [each.line for each in snapshot.subject(1).carriers] == [3, 4]
    assert len(tags(snapshot, 1)) == 1


def test_an_event_with_a_time_below_zero_is_a_use_without_that_time() -> None:
    snapshot = read(f"{HEAD}001  AX AA/V C -1:59:59:16 00:00:00:22  00:00:00:00 00:00:01:05\n* FROM CLIP NAME: a.mp4\n")
    found = use(snapshot)
    assert (found.name, found.source, found.record) == ("a.mp4", None, Span(0, 29, Fraction(24), False))
    assert [problem.severity for problem in snapshot.subject(1).problems] == ["odd"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD.replace("\n", "") + CUT.replace("\n", "") * 3, 1),
        (HEAD.replace("\n", " ") + CUT + DISSOLVE, 1),
        (HEAD + "* " + CUT, 3),
        (HEAD + f"  *001 V C {TIMES}\n* FROM CLIP NAME: a.mov\n", 3),
    ],
)
def test_events_that_lost_their_line_ends_or_are_all_comments_are_lost(text: str, line: int) -> None:
    assert problems(read(text))[0] == ("lost", f"line {line}")


def test_an_event_that_is_made_a_comment_beside_others_is_a_comment() -> None:
    snapshot = read(f"{HEAD}* {CUT}{CUT}* {CUT}")
    assert (snapshot.uses, snapshot.problems) == (1, ())


@pytest.mark.parametrize(
    "line",
    [
        "* a comment",
        "*a comment",
        f"* 001  A001 V C {TIMES}",
        "M2   A001       048.0                01:00:00:00",
        "M/S  002                 001        -08:59:48:28 003        -00:00:00:09",
        "SPLIT:    AUDIO DELAY=  00:00:00:12",
        "AUD  3    4",
        "EFFECTS NAME IS CROSS DISSOLVE",
        "FINAL CUT PRO REEL: 006-I REPLACED BY: 006I",
        ">>> SOURCE 106770   106770           4919975f.793b8d33",
        "DLEDL: START TC: 10;00;00;00",
        "GPI  RLV001     PULSE    003   RI   +00:00:00:10",
        "PEG A R001 +00:00:01:00  R001",
        "TITLE2: A SECOND",
        "SWM  BANK 002   REG 004  MSTR  I    +00:00:00:15",
        "% 59A812A840A8",
        "REM a remark",
        "LOC: 10:00:00:00 RED a note",
        " |C:ResolveColorBlue |M:Marker 1 |D:1",
        "a note |C:ResolveColorBlue |M:Marker 1 |D:1",
        "DD509_0020|D:97",
        "FROM CLIP NAME: shot1",
        "fcm: drop frame",
        " \t ",
        "\f",
        "\u00a0",
    ],
)
def test_lines_that_edls_have_are_no_problem(line: str) -> None:
    snapshot = read(HEAD + CUT + line + "\n")
    assert snapshot.uses == 1
    assert snapshot.problems == ()


@pytest.mark.parametrize("line", ["THIS IS A USER NOTE", "TITLES by hand", "12 monkeys", "3 takes at 01:00:00:00"])
def test_a_line_that_no_edl_has_is_odd_and_its_text_kept(line: str) -> None:
    snapshot = read(HEAD + CUT + line)
    assert problems(snapshot) == [("odd", "line 4")]
    assert snapshot.subject(1).carriers[0].texts == (line,)


def test_many_problems_are_counted_not_listed() -> None:
    snapshot = read(HEAD + CUT + "a note\n" * 200)
    assert len(snapshot.problems) == 51
    assert snapshot.problems[-1].what == "150 more lines like the 50 before"


# Time


@pytest.mark.parametrize(
    ("frame", "rate"),
    [("00", 24), ("23", 24), ("24", 25), ("25", 30), ("29", 30), ("30", 50), ("50", 60), ("99", 100)],
)
def test_the_rate_follows_from_the_largest_frame_number(frame: str, rate: int) -> None:
    snapshot = read(f"{HEAD}001  A V C 01:00:00:00 01:00:01:{frame} 10:00:00:00 10:00:01:{frame}")
    assert use(snapshot).record == Span(36000 * rate, rate + int(frame), Fraction(rate))
    assert snapshot.problems == ()


def test_frame_numbers_in_comments_say_nothing_about_the_rate() -> None:
    found = use(read(HEAD + CUT + "* AUDIO LEVEL AT 00:00:00:29 IS -0.00 DB\n")).record
    assert found is not None and found.rate == 24


def test_fcm_drop_frame_means_29_97() -> None:
    source = use(read("FCM: DROP FRAME\n" + CUT)).source
    assert source == Span(108000, 60, Fraction(30000, 1001))


def test_semicolons_mean_drop_frame() -> None:
    found = use(read("001  A V C 01:00:00;00 01:00:02;00 10:00:00;00 10:00:02;00"))
    assert found.source == Span(107892, 60, Fraction(30000, 1001), drop=True)


def test_drop_frame_with_a_frame_number_beyond_29_is_read_at_59_94_and_odd() -> None:
    snapshot = read("FCM: DROP FRAME\n001  A V C 00:00:00;00 00:00:02;59 00:00:00;00 00:00:02;59")
    assert use(snapshot).source == Span(0, 179, Fraction(60000, 1001), drop=True)
    assert problems(snapshot) == [("odd", "")]


def test_a_rate_that_is_given_counts() -> None:
    source = use(read(HEAD + CUT, rate=Fraction(25))).source
    assert source == Span(90000, 50, Fraction(25))


def test_a_rate_that_is_given_but_lacks_a_frame_that_occurs_is_odd_and_not_taken() -> None:
    second = "002  A V C 01:00:00:00 01:00:01:29 10:00:02:00 10:00:03:29"
    snapshot = read(HEAD + CUT + second, rate=Fraction(24))
    assert problems(snapshot) == [("odd", "")]
    assert use(snapshot, 1).record is not None
    assert use(snapshot, 2).record == Span(36002 * 30, 59, Fraction(30))


def test_frame_numbers_stand_for_source_time_too() -> None:
    found = use(read(f"{HEAD}001  AX V C 1009 1064 00:00:00:00 00:00:02:07"))
    assert found.source == Span(1009, 55, Fraction(24))
    assert found.visible_source == found.source


def test_a_timecode_that_cannot_be_read_leaves_the_use_without_time() -> None:
    snapshot = read(f"{HEAD}001  A V C 01:00.00:00 01:00:02:00 10:00:00:00 10:00:02:00")
    assert use(snapshot).source is None
    assert use(snapshot).record is not None
    (problem,) = snapshot.subject(1).problems
    assert (problem.severity, problem.where) == ("odd", "line 3")


def test_time_goes_on_past_midnight() -> None:
    snapshot = read(f"{HEAD}001  A V C 23:59:59:00 00:00:01:00 10:00:00:00 10:00:02:00")
    assert use(snapshot).source == Span(86399 * 24, 48, Fraction(24))
    assert snapshot.subject(1).problems == ()


def test_a_source_that_runs_backwards_covers_the_same_frames() -> None:
    snapshot = read(f"{HEAD}001  A V C 01:00:02:00 01:00:00:00 10:00:00:00 10:00:02:00")
    assert use(snapshot).source == Span(86400, 48, Fraction(24))
    assert [problem.severity for problem in snapshot.subject(1).problems] == ["odd"]


def test_a_record_time_that_ends_before_it_begins_is_none() -> None:
    snapshot = read(f"{HEAD}001  A V C 01:00:00:00 01:00:02:00 01:00:02:00 01:00:00:00")
    assert use(snapshot).record is None
    assert [problem.severity for problem in snapshot.subject(1).problems] == ["odd"]


# Names of media


def test_a_clip_name_stands_for_the_file_if_nothing_else_does() -> None:
    found = use(read(f"{HEAD}001  AX V C {TIMES}\n* FROM CLIP NAME:  shot 10 \n"))
    assert (found.name, found.media.references, found.media.reels) == ("shot 10", ("shot 10",), ())


def test_a_clip_name_beside_a_source_file_is_a_reference_only_if_it_names_a_file() -> None:
    named = "* SOURCE FILE: /vol/show/A001.mxf\n"
    assert use(read(HEAD + CUT + "*FROM CLIP NAME: sc 10\n" + named)).media.references == ("A001.mxf",)
    both = use(read(HEAD + CUT + "*FROM CLIP NAME: sc10.mov\n" + named))
    assert (both.name, both.media.references) == ("sc10.mov", ("A001.mxf", "sc10.mov"))


def test_a_clip_name_that_is_a_path_is_a_reference_by_its_last_part_too() -> None:
    found = use(read(HEAD + CUT + "* FROM CLIP NAME: gen/out/shot.mov\n"))
    assert (found.name, found.media.references) == ("gen/out/shot.mov", ("gen/out/shot.mov", "shot.mov"))


@pytest.mark.parametrize("word", ["SOURCE FILE", "FROM FILE", "FROM CLIP", "source file", "SOURCE  FILE"])
def test_lines_that_name_files_are_references(word: str) -> None:
    assert use(read(HEAD + CUT + f"* {word}: S:\\path\\to\\A.0001.exr\n")).media.references == ("A.0001.exr",)


def test_a_flame_file_name_is_a_reference() -> None:
    assert use(read(HEAD + CUT + "DLEDL: EDIT:0 FILENAME: INTRO.dpx\n")).media.references == ("INTRO.dpx",)


def test_a_line_end_that_was_converted_twice_is_one() -> None:
    snapshot = read((HEAD + CUT + "* GENAI gen.shot\n").replace("\n", "\r\r\n"))
    assert (use(snapshot).line, snapshot.subject(1).carriers[0].line) == (3, 4)


@pytest.mark.parametrize(
    "reel",
    [
        "A",
        "MY REEL",
        "MY  REEL",
        "ONE TWO THREE FOUR FIVE",
        "A long name of a file from a phone, with the date in it (2) .mov",
    ],
)
def test_a_reel_may_have_blanks(reel: str) -> None:
    snapshot = read(f"{HEAD}001  {reel} V     C        {TIMES}\n")
    assert use(snapshot).media.reels == (reel,)
    assert problems(snapshot) == []


def test_a_placeholder_is_no_name() -> None:
    assert use(read(HEAD + CUT + "*SOURCE FILE: (NULL)\n* FROM CLIP NAME:\n")).media.references == ()


def test_a_clip_name_without_a_star_is_read() -> None:
    assert use(read(HEAD + CUT + "FROM CLIP NAME: shot1\n")).name == "shot1"


@pytest.mark.parametrize("star", ["* ", "*", "", "COMMENT:* ", "* COMMENT: "])
@pytest.mark.parametrize("value", ["shot.mov", '"shot.mov"', "'shot.mov' ", "  shot.mov"])
@pytest.mark.parametrize("label", ["CLIP NAME", "FROM CLIP NAME", "Clip Name "])
def test_every_spelling_of_a_clip_name_is_one(star: str, value: str, label: str) -> None:
    snapshot = read(f"{HEAD}{CUT}{star}{label}: {value}\n")
    assert (use(snapshot).name, use(snapshot).media.references) == ("shot.mov", ("shot.mov",))
    assert problems(snapshot) == []
    assert_keys_hold_what_is_built(snapshot)


@pytest.mark.parametrize("star", ["* ", ""])
@pytest.mark.parametrize("label", ["FILE NAME", "FILE PATH", "SOURCE FILE PATH", "SOURCE FILE NAME", "FROM FILE NAME"])
def test_every_spelling_of_a_file_is_one(star: str, label: str) -> None:
    snapshot = read(f'{HEAD}{CUT}{star}{label}: "/vol/a b/shot.mov"\n')
    assert use(snapshot).media.files == (("shot.mov",),)
    assert problems(snapshot) == []
    assert_keys_hold_what_is_built(snapshot)


@pytest.mark.parametrize("star", ["* ", ""])
@pytest.mark.parametrize("label", ["REEL", "REEL NAME", "TAPE", "TAPE NAME", "SOURCE TAPE", "SOURCE REEL NAME"])
def test_every_spelling_of_a_reel_is_one(star: str, label: str) -> None:
    snapshot = read(f"{HEAD}{CUT}{star}{label}: A002C001_110101\n")
    assert use(snapshot).media.reels == ("A001C002", "A002C001_110101")
    assert problems(snapshot) == []
    assert_keys_hold_what_is_built(snapshot)


def test_a_clip_name_without_a_side_stands_beside_the_one_that_has_it() -> None:
    snapshot = read(HEAD + CUT + "* FROM CLIP NAME: one.mov\n* CLIP NAME: two.mov\n* CLIP NAME: one.mov\n")
    assert use(snapshot).media.references == ("one.mov", "two.mov")


def test_a_clip_name_without_a_side_may_be_of_either_side_of_a_dissolve() -> None:
    snapshot = read(HEAD + DISSOLVE + "* CLIP NAME: a.mov\n")
    assert (use(snapshot, 1).name, use(snapshot, 2).name) == ("a.mov", "a.mov")
    first, second = DISSOLVE.splitlines()
    snapshot = read(f"{HEAD}{first}\n* CLIP NAME: a.mov\n{second}\n* CLIP NAME: b.mov\n")
    assert (use(snapshot, 1).name, use(snapshot, 2).name) == ("a.mov", "b.mov")


def test_both_reels_of_final_cut_pro_count() -> None:
    snapshot = read(f"{HEAD}001  006I V C {TIMES}\nFINAL CUT PRO REEL: 006-I REPLACED BY: 006I\n")
    assert use(snapshot).media.reels == ("006I", "006-I")


def test_a_replaced_reel_belongs_to_the_side_that_has_it() -> None:
    snapshot = read(HEAD + DISSOLVE + "FINAL CUT PRO REEL: B-002 REPLACED BY: B002\n")
    assert use(snapshot, 1).media.reels == ("A001",)
    assert use(snapshot, 2).media.reels == ("B002", "B-002")


def test_the_first_of_several_clip_names_wins_and_all_are_references() -> None:
    snapshot = read(HEAD + CUT + "* FROM CLIP NAME: one\n* SOURCE FILE: a.mov\n* FROM CLIP NAME: two\n")
    assert use(snapshot).name == "one"
    assert use(snapshot).media.references == ("a.mov", "one", "two")
    (problem,) = snapshot.subject(1).problems
    assert problem.severity == "odd" and "one, two" in problem.what


def test_both_sides_of_a_dissolve_have_their_names() -> None:
    snapshot = read(HEAD + DISSOLVE + "* FROM CLIP NAME: a.mov\n* TO CLIP NAME: b.mov\n* FROM FILE: x.mov\n")
    assert (use(snapshot, 1).name, use(snapshot, 1).media.references) == ("a.mov", ("x.mov", "a.mov"))
    assert (use(snapshot, 2).name, use(snapshot, 2).media.references) == ("b.mov", ("b.mov",))


def test_a_source_file_in_a_dissolve_may_be_of_either_side() -> None:
    snapshot = read(HEAD + DISSOLVE + "* SOURCE FILE: a.mov\n")
    assert use(snapshot, 1).media.references == use(snapshot, 2).media.references == ("a.mov",)


def test_a_fade_in_from_black_is_named_by_either_word() -> None:
    fade = DISSOLVE.replace("A001", "BL  ", 1)
    assert use(read(HEAD + fade + "* FROM CLIP NAME: b.mov\n"), 2).name == "b.mov"
    assert use(read(HEAD + fade + "* TO CLIP NAME: b.mov\n"), 2).name == "b.mov"


def test_each_line_of_a_dissolve_may_bring_its_own_from() -> None:
    first, second = DISSOLVE.splitlines()
    snapshot = read(f"{HEAD}{first}\n* FROM CLIP NAME: a.mov\n{second}\n* FROM CLIP NAME: b.mov\n")
    assert (use(snapshot, 1).name, use(snapshot, 2).name) == ("a.mov", "b.mov")


def test_the_foreground_of_a_key_has_the_key_clip_name() -> None:
    key = f"002  AX V K B {TIMES}\n002  AX V K 000 {TIMES}\n"
    snapshot = read(HEAD + key + "* FROM CLIP NAME: under.mov\n* KEY CLIP NAME: over.mov\n")
    assert (use(snapshot, 1).name, use(snapshot, 2).name) == ("under.mov", "over.mov")


def test_a_dissolve_line_by_itself_is_the_side_that_comes_in() -> None:
    line = DISSOLVE.splitlines()[1]
    assert use(read(f"{HEAD}{line}\n* FROM CLIP NAME: a\n* TO CLIP NAME: b\n")).name == "b"
    assert use(read(f"{HEAD}{line}\n* FROM CLIP NAME: a\n")).name == "a"


def test_keys_are_found_without_building() -> None:
    snapshot = read(HEAD + CUT + "* FROM CLIP NAME: dir/shot.mov\n* SOURCE FILE: /v/A.mxf\n")
    assert key_set(snapshot) >= {
        (1, "reel", "A001C002"),
        (1, "name", "dir/shot.mov"),
        (1, "reference", "dir/shot.mov"),
        (1, "reference", "shot.mov"),
        (1, "reference", "A.mxf"),
    }
    assert snapshot.built == {}


# Tags


@pytest.mark.parametrize(
    "line",
    [
        "* GENAI gen.shot",
        "*GENAI gen.shot",
        "* * GENAI gen.shot",
        "GENAI gen.shot",
        "\t* GENAI gen.shot  ",
        "* COMMENT: GENAI gen.shot",
        "* COMMENT : GENAI gen.shot",
        "* Comment:GENAI gen.shot",
        "COMMENT:* GENAI gen.shot",
        "* COMMENTS: GENAI gen.shot",
        "* FROM COMMENT: GENAI gen.shot",
        "* TO COMMENT: GENAI gen.shot",
        "* NOTE: GENAI gen.shot",
        "* COMMENT: 10:00:01:00 GENAI gen.shot",
        "REM GENAI gen.shot",
        "* LOC: 10:00:01:00 RED     GENAI gen.shot",
        "* LOC: 10:00:01:00 GENAI gen.shot",
        "*LOC: 10:00:01:00 Denim GENAI gen.shot",
        "LOC: 10:00:01;00 RED GENAI gen.shot",
        "LOC: 1:00:01:00 RED GENAI gen.shot|D:97",
        "* LOC: 1020 YELLOW GENAI gen.shot",
        "* LOC: nowhere RED GENAI gen.shot",
        "* LOC: RED GENAI gen.shot",
        "* 10:00:01:00 GENAI gen.shot",
        "* 10:00:01:00 red   GENAI gen.shot",
        "* 10:00:01:00 2   GENAI gen.shot",
        "* 99:99:99:99 GENAI gen.shot",
        "*  1  Red   JO    10:00:01:00                           V1              GENAI gen.shot",
        "*  1  Red   JO    10:00:01:00                           V1    1 of 2    GENAI gen.shot",
        "*  1  Red   JO    10:00:01:00  10:00:02:00  00:00:01:00  V1             GENAI gen.shot",
        "*  1  Red   JO    10:00:01:00  10:00:02:00  24           TC1            GENAI gen.shot",
        "*  1  Red         10:00:01:00                                           GENAI gen.shot",
        "*  1  Red   GENAI gen.shot   10:00:01:00                V1              a note",
        " |C:ResolveColorBlue |M:GENAI gen.shot |D:1",
        "GENAI gen.shot |C:ResolveColorBlue |M:Marker 1 |D:1",
        "GENAI gen.shot|D:97",
    ],
)
def test_a_tag_is_found_wherever_it_may_stand(line: str) -> None:
    assert tags(read(f"{HEAD}{CUT}{line}\n"), 1) == ["GENAI gen.shot"]


@pytest.mark.parametrize(
    "line",
    [
        "* NOT GENAI",
        "* GENAIX",
        "* LOCATION: 10:00:00:00 GENAI",
        "* LOC: 10:00:00:00 RED not the GENAI one",
        "* 10:00:00:00 not the GENAI one",
        "* 2 shots 10:00:00:00 V1 GENAI",
    ],
)
def test_what_is_no_tag_is_not_made_one(line: str) -> None:
    assert tags(read(f"{HEAD}{CUT}{line}\n"), 1) == []


def test_a_comment_is_a_carrier_with_its_line() -> None:
    found = carrier("\n* COMMENT: GENAI gen.shot\n")
    assert found == Carrier("line 5", ("COMMENT: GENAI gen.shot", "GENAI gen.shot"), line=5)


def test_a_tag_before_the_first_event_belongs_to_the_timeline() -> None:
    snapshot = read(f"{HEAD}* GENAI none\n{CUT}")
    assert [each.texts for each in snapshot.subject(0).carriers] == [
        ("TITLE: REEL 1", "REEL 1"),
        ("FCM: NON-DROP FRAME",),
        ("GENAI none",),
    ]
    assert tags(snapshot, 1) == []


def test_a_locator_stands_in_record_time() -> None:
    found = carrier("* LOC: 10:00:01:12 RED GENAI gen.shot\n")
    assert found.span == Span(864036, 0, Fraction(24))
    assert found.scope == 0
    assert found.texts == ("RED GENAI gen.shot", "GENAI gen.shot")


@pytest.mark.parametrize(("events", "place"), [(":", ";"), (";", ":"), (";", ";"), (":", ":"), (";", ".")])
def test_a_locator_is_counted_as_the_events_are_whatever_its_separator(events: str, place: str) -> None:
    times = [f"01:10:{second:02d}{events}00" for second in range(0, 14, 2)]
    rows = (f"{n:03d}  A001 V C {a} {b} {a} {b}" for n, (a, b) in enumerate(pairwise(times), 1))
    snapshot = read(
        "TITLE: A\nFCM: DROP FRAME\n" + "\n".join(rows) + f"\n* LOC: 01:10:07{place}12 RED GENAI gen.shot\n"
    )
    (locator,) = snapshot.subject(6).carriers
    assert locator.span is not None
    held = [use(snapshot, node).record for node in range(1, 7)]
    assert [each is not None and each.overlaps(locator.span) for each in held] == [n == 4 for n in range(1, 7)]


def test_a_locator_above_the_first_event_is_counted_as_the_events_are() -> None:
    cut = CUT.replace("10:00:00:00", "10:10:06;00").replace("10:00:02:00", "10:10:08;00")
    snapshot = read(f"TITLE: A\nFCM: DROP FRAME\n* LOC: 10:10:07:12 RED GENAI gen.shot\n{cut}")
    span, record = snapshot.subject(0).carriers[-1].span, use(snapshot).record
    assert span is not None and record is not None and record.overlaps(span)


def test_a_locator_without_a_readable_place_is_odd_and_stands_nowhere() -> None:
    snapshot = read(f"{HEAD}{CUT}* LOC: 10:00:61:00 RED GENAI gen.shot\n")
    assert snapshot.subject(1).carriers[0].span is None
    assert [(each.severity, each.where) for each in snapshot.subject(1).problems] == [("odd", "line 4")]


MARKERS = """*
* ============================================================
* Marker Metadata
* ------------------------------------------------------------
* Sequence name: REEL 1
* Number  Color   Marker Name              Start TC    End TC      Duration    Track  Part        Comment
*      1  White   JO                       10:00:01:12                         V1                 GENAI gen.shot
*      2  White   JO                       10:00:05:00                         V1                 clean up the wire
>>> SOURCE A001C002   A001C002 060a2b34
"""


def test_the_markers_that_are_listed_below_the_last_event_stand_in_record_time() -> None:
    snapshot = read(HEAD + CUT + DISSOLVE + MARKERS)
    assert snapshot.problems == ()
    listed = [each for each in snapshot.subject(3).carriers if each.span is not None]
    assert [(each.line, each.span, each.texts[1:]) for each in listed] == [
        (12, Span(864036, 0, Fraction(24)), ("JO", "GENAI gen.shot")),
        (13, Span(864120, 0, Fraction(24)), ("JO", "clean up the wire")),
    ]


SOURCES = """>>> SOURCE B007     B007_LONG_NAME   060a2b34
*SOURCE FILE: other.mov
* GENAI gen.shot
>>> SOURCE A001C002 A001C002_LONG    060a2b34
*SOURCE FILE: own.mov
"""


def test_the_list_of_sources_below_the_last_event_names_no_media_of_other_reels() -> None:
    snapshot = read(f"{HEAD}{CUT}* FROM CLIP NAME: shot.mov\n{SOURCES}")
    assert use(snapshot).media.references == ("own.mov", "shot.mov")
    assert tags(snapshot, 1) == ["GENAI gen.shot"]
    assert_keys_hold_what_is_built(snapshot)


def test_a_file_that_is_named_above_the_list_of_sources_is_the_event_s_whatever_its_reel() -> None:
    assert use(read(f"{HEAD}{CUT}* SOURCE FILE: shot.mov\n{SOURCES}")).media.references == ("shot.mov", "own.mov")


def test_what_stands_below_another_event_is_no_list_of_sources() -> None:
    """Else a line above the file of a clip would hide it from the ledger."""
    snapshot = read(f"{HEAD}{CUT}{SOURCES}{DISSOLVE}")
    assert "other.mov" in use(snapshot).media.references
    assert_keys_hold_what_is_built(snapshot)


def test_a_comment_that_begins_with_its_timecode_stands_there() -> None:
    found = carrier("* 10:00:01:12 GENAI gen.shot\n")
    assert (found.span, found.texts) == (
        Span(864036, 0, Fraction(24)),
        ("10:00:01:12 GENAI gen.shot", "GENAI gen.shot"),
    )


def test_a_marker_of_resolve_may_begin_with_a_note_of_many_lines() -> None:
    snapshot = read(HEAD + CUT + "@Jo, Apr 22\nGENAI gen.shot\n\nmore |C:ResolveColorBlue |M:Jo |D:1\n" + DISSOLVE)
    assert tags(snapshot, 1) == ["GENAI gen.shot"]
    assert snapshot.problems == ()


@pytest.mark.parametrize("above", [True, False])
def test_a_line_is_no_note_of_a_marker_that_another_event_has(above: bool) -> None:
    marker = " |C:ResolveColorBlue |M:Jo |D:1\n"
    text = f"{CUT}a note\n{DISSOLVE}{marker}" if above else f"a note\n{CUT}{marker}"
    assert problems(read(HEAD + text)) == [("odd", "line 4" if above else "line 3")]


def test_an_event_that_cannot_be_read_is_lost_in_the_note_of_a_marker_too() -> None:
    snapshot = read(f"{HEAD}{CUT}002  A001 V C 01:00:0\nnote |C:ResolveColorBlue |M:Jo |D:1\n")
    assert problems(snapshot) == [("lost", "line 4")]


def test_a_marker_of_resolve_belongs_to_its_event() -> None:
    found = carrier("GENAI gen.still |C:ResolveColorBlue |M:GENAI gen.shot |D:1\n")
    assert found.texts == ("GENAI gen.still", "GENAI gen.shot")
    assert found.span is None


@pytest.mark.parametrize("node", [1, 2])
def test_a_tag_on_either_line_of_a_dissolve_speaks_for_both_sides(node: int) -> None:
    lines = DISSOLVE.splitlines()
    lines.insert(node, "* GENAI gen.shot")
    (found,) = read(HEAD + "\n".join(lines)).subject(node).carriers
    assert found.also == (3 - node,)


def test_a_tag_on_a_cut_speaks_for_no_other_event() -> None:
    assert carrier("* GENAI gen.shot\n").also == ()
    again = read(HEAD + CUT + CUT + "* GENAI gen.shot\n")
    assert again.subject(2).carriers[0].also == ()


SPLIT = f"001  AX V  C {TIMES}\n001  AX A  C {TIMES}\n001  AX A2 C {TIMES}\n"
BELOW = "* FROM CLIP NAME: a.mov\n* SOURCE FILE: /v/b.mxf\n* REEL NAME: R7\n"


def test_what_stands_below_a_split_event_is_said_of_all_its_lines() -> None:
    snapshot = read(f"{HEAD}{SPLIT}{BELOW}* GENAI gen.shot\n{CUT.replace('001 ', '002 ', 1)}")
    for node in (1, 2, 3):
        found = use(snapshot, node)
        assert (found.name, found.media.references, found.media.reels) == ("a.mov", ("b.mxf", "a.mov"), ("R7",))
    assert snapshot.subject(3).carriers[-1].also == (1, 2)
    assert use(snapshot, 4).media.references == ()
    assert_keys_hold_what_is_built(snapshot)


@pytest.mark.parametrize(
    "above",
    [CUT, CUT.replace(" V ", " A ") + "* a comment of its own\n", CUT.replace("001 ", "000 ", 1).replace(" V ", " A ")],
)
def test_a_cut_that_is_another_event_says_nothing_of_the_one_above(above: str) -> None:
    snapshot = read(f"{HEAD}{above}{CUT}* FROM CLIP NAME: a.mov\n* GENAI gen.shot\n")
    assert use(snapshot, 1).name == ""
    assert snapshot.subject(2).carriers[-1].also == ()


def test_the_sides_of_a_dissolve_may_be_split_too() -> None:
    lines = "\n".join(f"{each}\n{each.replace(' V ', ' A ')}" for each in DISSOLVE.splitlines())
    snapshot = read(f"{HEAD}{lines}\n* FROM CLIP NAME: a.mov\n* TO CLIP NAME: b.mov\n* GENAI gen.shot\n")
    assert [use(snapshot, node).name for node in (1, 2, 3, 4)] == ["a.mov", "a.mov", "b.mov", "b.mov"]
    assert snapshot.subject(4).carriers[-1].also == (1, 2, 3)


def test_an_event_has_no_more_lines_than_channels_of_a_program() -> None:
    lines = "".join(CUT.replace(" V ", f" A{number} ") for number in range(99))
    snapshot = read(HEAD + lines + "* GENAI gen.shot\n")
    assert len(snapshot.subject(99).carriers[0].also) < 24


def test_an_event_has_no_more_than_four_lines() -> None:
    snapshot = read(HEAD + CUT + CUT.replace(" C ", " D ") * 50 + "* GENAI gen.shot\n")
    assert max(len(snapshot.subject(node).carriers) for node in range(1, 52)) == 1
    assert len(snapshot.subject(51).carriers[0].also) < 4


def test_a_tag_goes_on_in_the_next_line() -> None:
    snapshot = read(f"{HEAD}{CUT}* GENAI gen.shot id=DIS-1\n* genai+ tool=x\n* GENAI+note=y\n")
    assert tags(snapshot, 1) == ["GENAI gen.shot id=DIS-1 tool=x note=y"]
    assert len(snapshot.subject(1).carriers) == 1


def test_a_locator_goes_on_in_the_next_locator() -> None:
    loc = "* LOC: 10:00:01:00 RED GENAI gen.shot\n* LOC: 10:00:01:01 RED GENAI+ id=DIS-1\n"
    assert tags(read(HEAD + CUT + loc), 1) == ["GENAI gen.shot id=DIS-1"]


def test_a_tag_goes_on_past_other_comments() -> None:
    between = "* FROM CLIP NAME: x\n"
    snapshot = read(f"{HEAD}{CUT}* COMMENT: GENAI gen.shot\n{between}* COMMENT: GENAI+ id=DIS-1\n")
    assert tags(snapshot, 1) == ["GENAI gen.shot id=DIS-1"]


def test_a_continuation_of_nothing_stays_to_be_reported() -> None:
    assert tags(read(f"{HEAD}* GENAI none\n{CUT}* a comment\n* GENAI+ id=DIS-1\n"), 1) == ["GENAI+ id=DIS-1"]


# What is no EDL


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b" \r\n\x1a\0", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04\x14\0\0\0rest", "binary"),
        ("TITLE: x".encode("utf-32"), "binary"),
        (b"\xff\xfeT\0I\0T", "UTF-16"),
        (b"4 0 0\nbeginScreenProperties\nmajor 4\n", "no EDL event"),
        (b"# mpv EDL v0\nf1.mkv,10,20\n", "no EDL event"),
        (b"10.5 20.5 0\n", "no EDL event"),
        (b"M2   A001       048.0                01:00:00:00\n", "no EDL event and no EDL header"),
        (b"TITLE: cut off\nFCM: NON-DROP FRAME\n001  AX", "its line 3"),
    ],
)
def test_what_is_no_edl_is_refused_with_a_reason(data: bytes, what: str) -> None:
    with pytest.raises(ReadError, match=what) as caught:
        read_edl(data, "cut.edl", "/shows/cut.edl")
    assert caught.value.where == "/shows/cut.edl"
    assert caught.value.next_step


def test_a_header_without_events_is_a_timeline_without_uses() -> None:
    snapshot = read(HEAD + "* nothing yet\n")
    assert (snapshot.uses, snapshot.problems) == (0, ())
    assert len(snapshot.subject(0).carriers) == 3


def test_a_file_of_which_every_event_is_lost_says_so() -> None:
    snapshot = read(f"{HEAD}001  A001 V C 01:00:0\n")
    assert (snapshot.uses, problems(snapshot)) == (0, [("lost", "line 3")])


@pytest.mark.parametrize(
    "line",
    [
        "* " + "x" * 5_000_000,
        "* LOC:" + " " * 5_000_000 + "x",
        "001" + " " * 5_000_000 + "x",
        "001 AX V K" + " " * 5_000_000 + "x",
        "001 AX V C " + "1:" * 2_500_000,
        "1" * 5_000_000,
        " " * 5_000_000 + "x",
        "* FROM CLIP NAME: " + ".a" * 2_500_000,
        "*" * 5_000_000,
        "* x" + "|D:" * 1_600_000,
        "* 1 Red" + " " * 5_000_000 + "x",
        "* 1 Red 10:00:00:00" + " " * 5_000_000,
        "* 1 Red 10:00:00:00" + " 1" * 2_500_000,
    ],
    ids=lambda line: line[:12].strip(),
)
def test_a_line_of_megabytes_is_read_like_any_other(line: str) -> None:
    """A pattern that backtracks over it would hang here."""
    snapshot = read(f"{HEAD}{CUT}{line}\n")
    assert use(snapshot).event == "001"
    assert_keys_hold_what_is_built(snapshot)


# Anything at all

EVENT_WORDS = ["001", "002", "AX", "BL", "A B", "V", "A2", "C", "D", "K B", "W001", "030", "9", "x"]
NAME_WORDS = [
    "FROM CLIP NAME:",
    "TO CLIP NAME:",
    "SOURCE FILE:",
    "FINAL CUT PRO REEL:",
    "REPLACED BY:",
    "a/b.mov",
]
OTHER_WORDS = ["* ", "* 1 Red", "GENAI", "GENAI+", "LOC:", "FCM: DROP", "|M:", "#%41", "\t", "\x1a", "\f", "\xa0"]
WORDS = st.sampled_from([*EVENT_WORDS, "01:00:00:00", "01:00:02;00", *NAME_WORDS, *OTHER_WORDS])
LINES = st.lists(WORDS, max_size=10).map(" ".join) | st.sampled_from(CUT.splitlines() + DISSOLVE.splitlines())


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_no_line_with_an_event_number_and_two_timecodes_vanishes(body: str) -> None:
    snapshot = read(f"{HEAD}{CUT}{body}")
    assert_no_event_vanished(snapshot)
    assert_keys_hold_what_is_built(snapshot)


@given(st.binary(max_size=400) | st.lists(LINES, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-16")))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        snapshot = read_edl(data, "cut.edl")
    except ReadError:
        return
    for node in range(len(snapshot.starts)):
        snapshot.subject(node)
    assert_keys_hold_what_is_built(snapshot)


def assert_no_event_vanished(snapshot: Snapshot) -> None:
    events = {use(snapshot, node).line for node in range(1, len(snapshot.starts))}
    lost = {int(where.removeprefix("line ")) for severity, where in problems(snapshot) if severity == "lost"}
    for number, line in enumerate(snapshot.text.decode().split("\n"), 1):
        if re.match(r"\s*\d", line) and len(re.findall(r"\d\d:\d\d:\d\d[:;]\d\d", line)) >= 2:
            assert number in events or number in lost, line


# Real files


def corpus(folder: str) -> Iterator[Path]:
    if not CORPUS.is_dir():
        pytest.skip("the folder of real timelines is not beside the checkout")
    return (path for path in sorted((CORPUS / folder).iterdir()) if path.is_file())


@pytest.mark.corpus
def test_every_real_edl_is_read_and_nothing_in_it_vanishes() -> None:
    for path in corpus("edl"):
        snapshot = read_edl(path.read_bytes(), path.name)
        assert snapshot.uses > 0, path.name
        for node in range(len(snapshot.starts)):
            snapshot.subject(node)
        assert_no_event_vanished(snapshot)


@pytest.mark.corpus
def test_real_edls_lose_no_event() -> None:
    lost = [
        (path.name, problem.where)
        for path in corpus("edl")
        for problem in read_edl(path.read_bytes(), path.name).problems
        if problem.severity == "lost"
    ]
    assert lost == []


@pytest.mark.corpus
def test_keys_of_real_edls_hold_what_is_built() -> None:
    for path in corpus("edl"):
        assert_keys_hold_what_is_built(read_edl(path.read_bytes(), path.name))


@pytest.mark.corpus
def test_files_that_are_no_edl_are_refused() -> None:
    for path in corpus("negative"):
        with pytest.raises(ReadError):
            read_edl(path.read_bytes(), path.name)


def test_the_outgoing_side_of_a_dissolve_is_seen_through_all_of_it():
    snapshot = read_edl(
        b"TITLE: X\nFCM: NON-DROP FRAME\n"
        b"001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
        b"002  A001     V     C        01:00:02:00 01:00:02:00 01:00:02:00 01:00:02:00\n"
        b"002  B002     V     D    024 05:00:00:00 05:00:03:00 01:00:02:00 01:00:05:00\n",
        "x.edl",
    )
    outgoing = snapshot.subject(2).use
    assert outgoing is not None and outgoing.source is not None and outgoing.record is not None
    assert (outgoing.source.first, outgoing.source.last) == ("01:00:02:00", "01:00:03:00")
    assert (outgoing.record.first, outgoing.record.last) == ("01:00:02:00", "01:00:03:00")
