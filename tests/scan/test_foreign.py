"""Timelines that an adapter of OpenTimelineIO reads: nothing that stands in the file is lost on the way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from fractions import Fraction
from importlib.metadata import requires
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import opentimelineio as otio
import pytest

from otiogate.errors import ReadError
from otiogate.evidence.statements import statements
from otiogate.scan.read import read_timeline
from otiogate.timeline.fcpxml_xml import parse
from otiogate.timeline.formats import ADAPTED
from otiogate.timeline.model import Carrier, Snapshot
from otiogate.timeline.raw_xml import raw_ges, raw_xmeml
from tests.builders import clip, timeline
from tests.cli.running import call, environment, run

RATE = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"


def item(name: str, inner: str = "", id: str = "", file: str = "") -> str:
    """A clip of a sequence, a line long."""
    start = 100 * int(name[-1:]) if name[-1:].isdigit() else 0
    file = file or f"<file id='file-{name}'><name>{name}.mov</name><pathurl>file:///m/{name}.mov</pathurl>{RATE}</file>"
    return (
        f"<clipitem id='{id or f'clipitem-{name}'}'><name>{name}</name>{RATE}<start>{start}</start>"
        f"<end>{start + 50}</end><in>0</in><out>50</out>{file}{inner}</clipitem>\n"
    )


def sequence(*items: str, inner: str = "", kind: str = "video", track: str = "") -> str:
    return (
        f"<sequence id='sequence-{abs(hash((items, inner))) % 10000}'><name>cut</name>{RATE}{inner}\n<media><{kind}>"
        f"<track>\n{''.join(items)}{track}</track></{kind}></media></sequence>\n"
    )


def xmeml(*sequences: str, head: str = "") -> str:
    body = f"<xmeml version='4'>{head}\n{''.join(sequences)}</xmeml>"
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE xmeml>\n{body}"


def read(tmp_path: Path, text: str | bytes, name: str = "cut.xml") -> Snapshot:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_timeline(path)


def said(snapshot: Snapshot) -> list[tuple[str, Carrier]]:
    """What is said, and of which clips by their names; of the whole, by nothing."""
    found = []
    for node in range(len(snapshot.starts)):
        subject = snapshot.subject(node)
        for carrier in subject.carriers:
            found += [(subject.use.name if subject.use else "", carrier) for _ in statements(carrier)]
    return found


def lost(snapshot: Snapshot) -> list[str]:
    return [each.what for each in snapshot.problems if each.severity == "lost"]


TAG = "GENAI gen.shot tool=Foo"


def test_an_ale_whose_lines_end_with_a_lone_return_is_read(tmp_path: Path) -> None:
    lines = ["Heading", "FIELD_DELIM\tTABS", "FPS\t25", "", "Column", "Name\tTracks\tStart\tEnd\tComments", "", "Data"]
    lines += [f"A{each}\tV\t01:00:00:00\t01:00:02:00\t{TAG if each == 2 else ''}" for each in (1, 2)]
    snapshot = read(tmp_path, "\r".join(lines) + "\r", "cut.ale")
    assert snapshot.uses == 2
    assert [(name, carrier.line) for name, carrier in said(snapshot)] == [("A2", 10)]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(100), "a JPEG image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a compound file, as AAF and older Office documents are"),
        (b'Samplitude EDL File Format Version 1.5\nTitle: "x"\n', "an EDL of Samplitude"),
        (b'{"OTIO_SCHEMA": "Timeline.1"}', "JSON"),
        (b"<?xml version='1.0'?><xmeml/>", "FCP 7 XML"),
    ],
)
def test_what_is_called_an_edl_and_is_none_is_said_to_be_what_it_is(data: bytes, what: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=re.escape(f"is no CMX 3600 EDL: it is {what}")):
        read(tmp_path, data, "cut.edl")


@pytest.mark.parametrize(
    "carrier",
    [
        f"<comments><mastercomment1>{TAG}</mastercomment1></comments>",
        f"<logginginfo><lognote>{TAG}</lognote></logginginfo>",
        f"<labels><label2>{TAG}</label2></labels>",
        f"<marker><name>{TAG}</name><comment/><in>1</in><out>-1</out></marker>",
        f"<marker><name>m</name><comment>{TAG}</comment><in>1</in><out>-1</out></marker>",
        f"<comments><genai>{TAG}</genai></comments>",
        f"<comments><mastercomment2>a remark\n{TAG}</mastercomment2></comments>",
        f"<itemhistory note='{TAG}'/>",
        f"<!-- {TAG} -->",
    ],
)
def test_a_tag_in_any_carrier_of_a_clip_is_said_of_that_clip_with_its_line(carrier: str, tmp_path: Path) -> None:
    found = said(read(tmp_path, xmeml(sequence(item("A1"), item("A2", carrier), item("A3")))))
    assert {name for name, _ in found} == {"A2"}
    assert found[0][1].line in (7, 8)


def test_a_tag_on_a_file_is_said_of_every_clip_that_uses_it(tmp_path: Path) -> None:
    file = f"<file id='f'><name>a</name><pathurl>file:///a.mov</pathurl>{RATE}<comments><c>{TAG}</c></comments></file>"
    cut = sequence(item("A1", file=file), item("A2"), item("A3", file="<file id='f'/>"))
    assert {name for name, _ in said(read(tmp_path, xmeml(cut)))} == {"A1", "A3"}


def test_comments_of_an_fcp_7_xml_change_nothing_of_what_is_read(tmp_path: Path) -> None:
    again = item("A3", file="<file id='file-A1'><!-- as above --></file>")
    cut = xmeml(sequence("<!-- by hand -->", item("A1", "<!-- a < b -->"), again), head="<!-- reel one -->")
    snapshot = read(tmp_path, cut.replace("<!DOCTYPE", "<!-- an export -->\n<!DOCTYPE"))
    assert (snapshot.uses, lost(snapshot), said(snapshot)) == (2, [], [])


def test_a_tag_on_a_master_clip_is_said_of_every_clip_that_is_made_from_it(tmp_path: Path) -> None:
    master = f"<clip id='m-1'><name>A</name><comments><c>{TAG}</c></comments></clip>"
    cut = sequence(item("A1", "<masterclipid>m-1</masterclipid>"), item("A2", "<masterclipid>m-2</masterclipid>"))
    assert {name for name, _ in said(read(tmp_path, xmeml(cut, head=master)))} == {"A1"}


def test_what_no_clip_can_be_told_for_is_said_of_the_whole(tmp_path: Path) -> None:
    """The host reads no master clips."""
    master = f"<clip id='m-9'><name>A</name><comments><c>{TAG}</c></comments></clip>"
    assert {name for name, _ in said(read(tmp_path, xmeml(sequence(item("A1")), head=master)))} == {""}


def test_the_reel_of_a_file_is_a_reel_of_its_clips(tmp_path: Path) -> None:
    timecode = (
        f"<timecode>{RATE}<string>01:00:00:00</string><frame>90000</frame><reel><name>A001</name></reel></timecode>"
    )
    file = f"<file id='f'><name>a</name><pathurl>file:///a.mov</pathurl>{RATE}{timecode}</file>"
    snapshot = read(tmp_path, xmeml(sequence(item("A1", file=file))))
    [node] = [each for each, is_use in enumerate(snapshot.is_use) if is_use]
    use = snapshot.subject(node).use
    assert use is not None
    assert use.media.reels == ("A001",)
    found = list(snapshot.keys())
    assert [each.text for each in found if each.field == "reel"] == ["A001"]


def test_a_nested_sequence_is_read(tmp_path: Path) -> None:
    """The host's adapter looks for its tracks in the wrong place, and reads none of its clips."""
    tagged = item("B1", f"<comments><c>{TAG}</c></comments>")
    nest = item("A2", file=sequence(tagged, item("B2")).strip())
    snapshot = read(tmp_path, xmeml(sequence(item("A1"), nest)))
    assert snapshot.uses == 3
    assert {name for name, _ in said(snapshot)} == {"B1"}
    assert lost(snapshot) == []


COMMENTS = f"<comments><mastercomment1>{TAG}</mastercomment1></comments>"


def test_a_clip_that_has_the_id_of_another_is_read_as_itself(tmp_path: Path) -> None:
    """The host's adapter reads the first element of an id for every later one."""
    cut = sequence(item("A1", id="clipitem-1"), item("A2", COMMENTS, id="clipitem-1"))
    snapshot = read(tmp_path, xmeml(cut))
    assert lost(snapshot) == []
    assert any("has the id 'clipitem-1'" in each.what for each in snapshot.problems)
    uses = [snapshot.subject(node).use for node in snapshot.uses_under(0)]
    assert [use.media.references for use in uses if use] == [("A1.mov",), ("A2.mov",)]
    assert {name for name, _ in said(snapshot)} == {"A2"}


def test_a_file_that_has_the_id_of_another_is_a_loss(tmp_path: Path) -> None:
    files = [f"<file id='f'><name>{name}</name><pathurl>file:///m/{name}.mov</pathurl>{RATE}</file>" for name in "ab"]
    assert lost(read(tmp_path, xmeml(sequence(item("A1", file=files[0]), item("A2", file=files[1])))))


ANGLES = "".join(
    f"<angle>{seen}<clip id='c{name}'><name>{name}</name><file id='{name}'><name>{name}.mov</name>"
    f"<pathurl>file:///m/{name}.mov</pathurl>{RATE}</file>{COMMENTS if name == 'x' else ''}</clip></angle>"
    for name, seen in (("x", ""), ("y", "<activevideoangle/>"))
)


@pytest.mark.parametrize(
    "tagged",
    [
        item("A1", COMMENTS, file=" "),
        item("A1", COMMENTS).replace("<start>100</start><end>150</end>", ""),
        item("A1", COMMENTS).replace("<start>100<", "<start>-1<"),
        item("A1", COMMENTS).replace("<start>100</start><end>150<", "<start>100.0</start><end>149.6<"),
        item("A1", COMMENTS).replace("<in>0</in><out>50</out>", ""),
        item("A1", f"<marker><name>{TAG}</name></marker>"),
        item("A1", f"<filter><name>{TAG}</name></filter>"),
        item("A1", COMMENTS, file=f"<file id='f'><name>f</name><timecode>{RATE}</timecode></file>"),
        item("A1", file=f"<multiclip id='m'><name>M</name>{ANGLES}</multiclip>"),
        item("A1", COMMENTS).replace("clipitem", "generatoritem").replace("<file", "<other").replace("/file", "/other"),
        "<transitionitem><start>90</start><end>110</end></transitionitem>" + item("A1", COMMENTS),
    ],
)
def test_what_a_script_leaves_out_of_an_item_does_not_stop_the_reading(tagged: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, xmeml(sequence(item("A0"), tagged)))
    assert snapshot.uses == 2
    assert lost(snapshot) == []
    assert {name for name, _ in said(snapshot)} == {"A1"}


def test_a_multiclip_is_of_the_angle_that_is_seen(tmp_path: Path) -> None:
    multiclips = [item("A1", file=f"<multiclip id='m'>{ANGLES}</multiclip>"), item("A2", file="<multiclip id='m'/>")]
    snapshot = read(tmp_path, xmeml(sequence(*multiclips)))
    uses = [snapshot.subject(node).use for node in snapshot.uses_under(0)]
    assert ["y.mov" in use.media.references for use in uses if use] == [True, True]
    assert {name for name, _ in said(snapshot)} == {"A1", "A2"}


def test_a_multiclip_in_a_track_of_sound_is_of_the_angle_that_is_heard(tmp_path: Path) -> None:
    heard = f"<file id='z'><name>z.wav</name><pathurl>file:///m/z.wav</pathurl>{RATE}</file>"
    angles = f"{ANGLES}<angle><activeaudioangle/><clip id='z'><name>z</name>{heard}</clip></angle>"
    clips = item("A1", file=f"<multiclip id='m'>{angles}</multiclip>"), item("A2", file="<multiclip id='m'/>")
    snapshot = read(tmp_path, xmeml(sequence(clips[0]), sequence(clips[1], kind="audio")))
    assert {name: files for name, files, _ in shown(snapshot)} == {"A1": ("y.mov",), "A2": ("z.wav",)}


def test_a_sequence_and_a_file_may_be_mentioned_before_they_are_told(tmp_path: Path) -> None:
    told = sequence(item("A2", COMMENTS, file="<file id='f'/>")).replace("<sequence id='", "<sequence id='n' was='")
    mention = item("A1", file="<sequence id='n'/>")
    late = item("A3", file=f"<file id='f'><name>f</name><pathurl>file:///m/f.mov</pathurl>{RATE}</file>")
    snapshot = read(tmp_path, xmeml(sequence(mention, late), told))
    assert lost(snapshot) == []
    uses = [snapshot.subject(node).use for node in snapshot.uses_under(0)]
    assert {use.name: "f.mov" in use.media.references for use in uses if use} == {"A2": True, "A3": True}
    assert "A2" in {name for name, _ in said(snapshot)}


def test_a_file_that_a_bin_tells_is_that_of_the_clips_that_mention_it(tmp_path: Path) -> None:
    """As Premiere writes a project: the file stands in the master clip."""
    file = f"<file id='f'><name>f</name><pathurl>file:///m/f.mov</pathurl>{RATE}</file>"
    master = f"<clip id='m'><name>f</name><media><video><track>{item('m', file=file)}</track></video></media></clip>"
    cut = sequence(item("A1", file="<file id='f'/>"), item("A2", file="<file id='f'/>"))
    text = xmeml(f"<project><children><bin><children>{master}</children></bin>{cut}</children></project>")
    snapshot = read(tmp_path, text)
    uses = [snapshot.subject(node).use for node in snapshot.uses_under(0)]
    assert ["f.mov" in use.media.references for use in uses if use] == [True, True]


def test_clips_in_no_sequence_are_what_is_delivered(tmp_path: Path) -> None:
    clips = "".join(
        f"<clip id='{name}'><name>{name}</name>{RATE}<duration>50</duration>{inner}<media><video><track>"
        f"{item(name)}</track></video></media></clip>"
        for name, inner in (("A1", ""), ("A2", COMMENTS))
    )
    snapshot = read(tmp_path, xmeml(f"<bin><name>b</name><children>{clips}</children></bin>"))
    assert snapshot.uses == 2
    assert {name for name, _ in said(snapshot)} == {"A2"}


def test_the_second_channel_of_a_clip_speaks_of_the_clip(tmp_path: Path) -> None:
    """The host's adapter reads the first of two channels alone."""
    second = item("A1", f"<comments><c>{TAG}</c></comments>", id="clipitem-2", file="<file id='file-A1'/>")
    channels = "<track currentExplodedTrackIndex='1' totalExplodedTrackCount='2'>" + second
    cut = sequence(item("A1"), item("A2"), kind="audio").replace("</track>", f"</track>{channels}</track>", 1)
    snapshot = read(tmp_path, xmeml(cut))
    assert snapshot.uses == 2
    assert {name for name, _ in said(snapshot)} == {"A1"}


def test_a_marker_of_the_sequence_speaks_of_the_clip_below_it(tmp_path: Path) -> None:
    marker = f"<marker><name>{TAG}</name><comment/><in>110</in><out>-1</out></marker>"
    [(name, carrier)] = said(read(tmp_path, xmeml(sequence(item("A0"), item("A1"), inner=marker))))
    assert name == ""
    assert carrier.span is not None
    assert carrier.span.start == 110
    assert carrier.line == 4


@pytest.mark.parametrize(
    ("column", "cell"), [("GenAI", "gen.shot"), ("gen-ai", TAG), ("Note", TAG), ("GenAI ID", "DIS-1")]
)
def test_a_cell_of_an_ale_speaks_of_its_row(column: str, cell: str, tmp_path: Path) -> None:
    text = f"Heading\nFPS\t25\n\nColumn\nName\t{column}\tTape\n\nData\nA1\t\tR1\nA2\t{cell}\tR2\n"
    snapshot = read(tmp_path, text, "bin.ale")
    found = said(snapshot)
    assert {name for name, _ in found} == {"A2"}
    assert found[0][1].line == 9
    use = snapshot.subject(2).use
    assert use is not None
    assert use.media.reels == ("R2",)


def test_a_column_that_an_ale_has_twice_is_read_twice(tmp_path: Path) -> None:
    """The host's adapter keeps the last of both."""
    text = f"Heading\nFPS\t25\n\nColumn\nName\tNote\tNote\n\nData\nA1\t{TAG}\tfine\n"
    snapshot = read(tmp_path, text, "bin.ale")
    assert {name for name, _ in said(snapshot)} == {"A1"}
    assert "two columns are called Note" in snapshot.problems[0].what


ROWS = f"A1\t01:00:00:00\t01:00:02:00\t\nA2\t01:00:00:00\t01:00:02:00\t{TAG}\n"
ALE = f"Heading\nFIELD_DELIM\tTABS\nFPS\t25\n\nColumn\nName\tStart\tEnd\tNote\n\nData\n{ROWS}"


@pytest.mark.parametrize(
    "text",
    [
        ALE.replace(TAG, f'"{TAG} note=""a b"""'),
        ALE.replace("\t", ","),
        ALE.replace("\t", ";"),
        ALE.replace(TAG, f'"{TAG}, note=""a;b,c"""').replace("\t", ","),
        ALE.replace("Heading", "Heading\t\t\t").replace("Column", "Column\t\t").replace("Data", "Data  "),
        ALE.replace("Heading", "HEADING").replace("Column", "COLUMN").replace("Data", "DATA"),
        ALE.replace("FPS\t25", "FPS  25").replace("FIELD_DELIM\tTABS", "FIELD_DELIM"),
        ALE.replace("FPS\t25", "FPS\t"),
        ALE.replace("FPS\t25", "FPS\t25p"),
        ALE.replace(f"\t{TAG}", f"\t\t\t{TAG}"),
        ALE.replace("Name\t", '"Name"\t').replace("A1\t", "A1 \x0b \x1c\u2028b\t"),
        ALE.replace(TAG, f"fine\x0b{TAG}"),
        ALE.replace("End\tNote", "End\tDuration\tNote").replace(":02:00\t", ":02:00\t00:00:09:00\t"),
    ],
)
def test_an_ale_is_read_as_spreadsheets_leave_it(text: str, tmp_path: Path) -> None:
    """Cells in quotes or parted by commas, blank ones behind the name of a section, breaks in a cell."""
    snapshot = read(tmp_path, text, "bin.ale")
    assert snapshot.uses == 2
    assert {(name, carrier.line) for name, carrier in said(snapshot)} == {("A2", 10)}
    assert not lost(snapshot)
    for node in snapshot.uses_under(0):
        use = snapshot.subject(node).use
        assert use is not None
        assert use.source is not None


def shown(snapshot: Snapshot) -> list[tuple[str, tuple[str, ...], str]]:
    """Of each use its name, its files and where its source begins and ends."""
    uses = [use for node in snapshot.uses_under(0) if (use := snapshot.subject(node).use) is not None]
    return [
        (each.name, each.media.references, f"{each.source.first}-{each.source.last}" if each.source else "")
        for each in uses
    ]


def test_names_in_an_ale_keep_their_blanks_and_their_rows_what_is_said_of_them(tmp_path: Path) -> None:
    text = (
        f"Heading\nFPS\t25\n\nColumn\nName\tSource File\tNote\n\nData\nA  1\t/m/x  y.mov\t{TAG}\nB\x0bC\tz.mov\t{TAG}\n"
    )
    snapshot = read(tmp_path, text, "bin.ale")
    assert shown(snapshot) == [("A  1", ("x  y.mov",), ""), ("B C", ("z.mov",), "")]
    assert {(name, carrier.line) for name, carrier in said(snapshot)} == {("A  1", 8), ("B C", 9)}


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
@pytest.mark.parametrize("cell", [f"fine\n{TAG}", f"fine\n\n\n{TAG}", f'the ""best""\n{TAG}'])
def test_a_cell_in_quotes_may_have_lines_of_its_own(cell: str, mark: str, tmp_path: Path) -> None:
    rows = f'A1\t"{cell}"\tx.mov\nA2\t\ty.mov\n'
    text = f"Heading\nFPS\t25\n\nColumn\nName\tNote\tSource File\n\nData\n{rows}".replace("\t", mark)
    snapshot = read(tmp_path, text, "bin.ale")
    assert shown(snapshot) == [("A1", ("x.mov",), ""), ("A2", ("y.mov",), "")]
    assert {(name, carrier.line) for name, carrier in said(snapshot)} == {("A1", 8)}


@pytest.mark.parametrize("name", ['"A1', '5" A1', 'A1"'])
def test_a_quote_that_stands_alone_takes_no_further_row_with_it(name: str, tmp_path: Path) -> None:
    text = f'Heading\nFPS\t25\n\nColumn\nName\tNote\n\nData\n{name}\tfine\nA2\t{TAG}\nA3"\tfine\n'
    snapshot = read(tmp_path, text, "bin.ale")
    assert [each[0] for each in shown(snapshot)] == [name, "A2", 'A3"']
    assert {name for name, _ in said(snapshot)} == {"A2"}


@pytest.mark.parametrize(("fps", "rate"), [("FPS;29,97;;", Fraction(30000, 1001)), ("Fps;25", Fraction(25))])
def test_a_semicolon_parts_cells_that_hold_commas(fps: str, rate: Fraction, tmp_path: Path) -> None:
    rows = f"A1;01:00:00:00;01:00:01:00;x\nA2;01:00:00:00;01:00:01:00;{TAG}\n"
    text = f"Heading;;;\n{fps}\n\nColumn\nName;Start;End;Comments, notes\n\nData\n{rows}"
    snapshot = read(tmp_path, text, "bin.ale")
    assert [each[0] for each in shown(snapshot)] == ["A1", "A2"]
    use = snapshot.subject(1).use
    assert use is not None
    assert use.source is not None
    assert (use.source.rate, use.source.duration) == (rate, round(rate))
    assert {name for name, _ in said(snapshot)} == {"A2"}


@pytest.mark.parametrize("head", ["FPS\t30", "FIELD_DELIM\tTABS\tVIDEO_FORMAT\t1080\tFPS\t30", "A\tB\tFPS\t30\t\t\t"])
def test_the_heading_of_an_ale_may_stand_on_one_line(head: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, ALE.replace("FPS\t25", head), "bin.ale")
    use = snapshot.subject(1).use
    assert use is not None
    assert use.source is not None
    assert use.source.rate == 30


def test_a_rate_that_is_no_number_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot read it"):
        read(tmp_path, ALE.replace("FPS\t25", "FPS\tfilm"), "bin.ale")


def test_a_take_past_midnight_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    rows = "A1\t23:59:59:00\t00:00:01:00\t00:00:02:00\n"
    text = f"Heading\nFPS\t25\n\nColumn\nName\tStart\tEnd\tDuration\n\nData\n{rows}"
    assert shown(read(tmp_path, text, "bin.ale")) == [("A1", ("A1",), "23:59:59:00-24:00:01:00")]


def test_the_name_of_a_column_may_have_a_break_in_quotes_and_else_is_a_loss(tmp_path: Path) -> None:
    text = f"Heading\nFPS\t25\n\nColumn\nName\t@\tNote\n\nData\nA1\tx\t{TAG}\n"
    snapshot = read(tmp_path, text.replace("@", '"Shoot\nDate"'), "bin.ale")
    assert lost(snapshot) == []
    assert {name for name, _ in said(snapshot)} == {"A1"}
    assert "take more than one line" in lost(read(tmp_path, text.replace("@", "Shoot\nDate"), "bin.ale"))[0]


def test_a_log_behind_another_is_a_loss(tmp_path: Path) -> None:
    log = "Heading\nFPS\t25\n\nColumn\nName\t{}\n\nData\nA1\tgen.shot\n"
    assert lost(read(tmp_path, log.format("Note"), "bin.ale")) == []
    assert any(
        "another log" in each for each in lost(read(tmp_path, log.format("Note") + log.format("GenAI"), "bin.ale"))
    )


@pytest.mark.parametrize("types", ["²", "9" * 5000, "", "-4"])
def test_kinds_of_tracks_that_are_no_number_stop_no_reading(types: str) -> None:
    clip = f'<clip asset-id="a" type-name="GESUriClip" track-types="{types}"/>'
    raw = raw_ges(parse(f"<ges><layer>{clip}</layer></ges>".encode(), "cut.xges"))
    assert len(raw.clips) == 1


def test_a_column_in_quotes_that_means_genai_is_one(tmp_path: Path) -> None:
    text = 'Heading\nFPS\t25\n\nColumn\nName\t"Gen AI"\n\nData\nA1\tgen.shot\n'
    assert {name for name, _ in said(read(tmp_path, text, "bin.ale"))} == {"A1"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_an_ale_is_read_in_the_encodings_that_are_written(encoding: str, tmp_path: Path) -> None:
    text = f"Heading\nFPS\t25\n\nColumn\nName\tNote\n\nData\nCafé\t{TAG}\n"
    assert {name for name, _ in said(read(tmp_path, text.encode(encoding), "bin.ale"))} == {"Café"}


def test_a_file_without_an_id_speaks_of_its_own_clip(tmp_path: Path) -> None:
    files = [f"<file><name>{each}.mov</name><pathurl>{each}.mov</pathurl>{{}}</file>" for each in ("a", "b")]
    tagged = f"<comments><mastercomment1>{TAG}</mastercomment1></comments>"
    items = item("A0", file=files[0].format(tagged)), item("A1", file=files[1].format(""))
    assert {name for name, _ in said(read(tmp_path, xmeml(sequence(*items))))} == {"A0"}
    angles = "<multiclip><angle>{}</angle></multiclip>"
    items = item("A0", file=angles.format(files[0].format(tagged))), item("A1", file=angles.format(files[1].format("")))
    assert {name for name, _ in said(read(tmp_path, xmeml(sequence(*items))))} == {"A0"}


def test_a_clip_of_a_bin_without_an_in_point_begins_where_its_file_does(tmp_path: Path) -> None:
    media = f"<media><video><track>{item('A0', id='inner')}</track></video></media>"
    loose = f"<clip id='m1'><name>A0</name>{RATE}<duration>50</duration><in>-1</in><out>-1</out>{media}</clip>"
    assert shown(read(tmp_path, xmeml(loose))) == [("A0", ("A0.mov",), "00:00:00:00-00:00:02:00")]


def test_a_merged_clip_of_a_bin_is_known_by_each_of_its_files(tmp_path: Path) -> None:
    heard = item("A1", f"<comments><c>{TAG}</c></comments>") + item("A2", file="<file id='file-A0'/>")
    media = f"<video><track>{item('A0')}</track></video><audio><track>{heard}</track></audio>"
    loose = f"<clip id='m1'><name>A0</name>{RATE}<duration>50</duration><media>{media}</media></clip>"
    snapshot = read(tmp_path, xmeml(loose))
    assert [each[:2] for each in shown(snapshot)] == [("A0", ("A0.mov",)), ("A0", ("A1.mov",))]
    assert {name for name, _ in said(snapshot)} == {"A0"}


def test_a_mark_before_an_xml_changes_nothing(tmp_path: Path) -> None:
    text = xmeml(sequence(item("A1", f"<comments><c>{TAG}</c></comments>")))
    assert said(read(tmp_path, text.encode("utf-8-sig"))) == said(read(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ALE.replace("FPS\t25", "FPS\t25" + "\tA" * 9_999), 3),
        (ALE.replace("Column\n", "Column\n" + "A;" * 10_000 + "A\n"), 6),
        (ALE + "A\t" * 10_000_000, 11),
        (ALE + '"A\nB"\t' + "A\t" * 10_000, 11),
    ],
    ids=["heading", "columns", "row", "row of two lines"],
)
def test_a_row_of_an_ale_that_never_ends_is_refused_with_its_line(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="holds a row of more than 10,000 cells, as no log does") as caught:
        read(tmp_path, text, "bin.ale")
    assert caught.value.where == f"{tmp_path / 'bin.ale'}:{line}"


def test_a_row_of_an_ale_may_have_thousands_of_cells(tmp_path: Path) -> None:
    text = ALE + "A3\t01:00:00:00\t01:00:02:00\t" + "A\t" * 9_996 + "GENAI gen.shot\n"
    assert {name for name, _ in said(read(tmp_path, text, "bin.ale"))} == {"A2", "A3"}


def test_what_stands_in_the_heading_of_an_ale_speaks_of_all(tmp_path: Path) -> None:
    text = f"Heading\nFPS\t25\nNOTE\t{TAG}\n\nColumn\nName\n\nData\nA1\n"
    assert {name for name, _ in said(read(tmp_path, text, "bin.ale"))} == {""}


def test_a_digital_source_type_is_evidence_in_any_column(tmp_path: Path) -> None:
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    for column in ("Digital Source Type", "Note"):
        text = f"Heading\nFPS\t25\n\nColumn\nName\t{column}\n\nData\nA1\t\nA2\t{uri}\n"
        assert {name for name, _ in said(read(tmp_path, text, "bin.ale"))} == {"A2"}


@pytest.mark.parametrize(
    ("line", "clip"),
    [
        (f"#EXTINF:1.0,{TAG}\nb.ts", "b"),
        (f"# {TAG}\n#EXTINF:1.0,\nb.ts", "b"),
        (f'#EXT-X-DATERANGE:ID="x",X-GENAI="{TAG}"\n#EXTINF:1.0,\nb.ts', "b"),
        (f"#EXTINF:1.0,\nb.ts\n#EXT-X-ENDLIST\n# {TAG}", "all"),
    ],
)
def test_a_line_of_a_playlist_speaks_of_the_segment_behind_it(line: str, clip: str, tmp_path: Path) -> None:
    text = f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\na.ts\n{line}\n"
    snapshot = read(tmp_path, text, "cut.m3u8")
    nodes = {
        node for node in range(len(snapshot.starts)) for each in snapshot.subject(node).carriers if [*statements(each)]
    }
    assert nodes == ({4} if clip == "b" else {0})


def test_addresses_in_a_playlist_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.otio"
    secret.write_text(TAG)
    inner = tmp_path / "in"
    inner.mkdir()
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n../secret.otio\n#EXTINF:1.0,\n/etc/passwd\n#EXTINF:1.0,\nhttp://127.0.0.1:9/a.ts\n"
    snapshot = read(inner, text, "cut.m3u8")
    assert snapshot.uses == 3
    assert said(snapshot) == []


def test_xml_of_another_kind_is_said_to_be_that_and_fcpxml_is_read(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is no FCP 7 XML: it is XML whose outermost element is 'plist'"):
        read(tmp_path, "<?xml version='1.0'?><plist/>")
    assert read(tmp_path, '<fcpxml version="1.9"><resources/></fcpxml>').origin.format == "fcpxml"


@pytest.mark.parametrize("bundle", ["cut.otiod", "cut.fcpxmld"])
def test_a_bundle_whose_timeline_is_a_link_is_refused(bundle: str, tmp_path: Path) -> None:
    name = "content.otio" if bundle.endswith("otiod") else "Info.fcpxml"
    (tmp_path / "outside").write_text("{}")
    (tmp_path / bundle).mkdir()
    (tmp_path / bundle / name).symlink_to(tmp_path / "outside")
    with pytest.raises(ReadError, match="in it is a link to another file"):
        read_timeline(tmp_path / bundle)


_MISSING = """
import opentimelineio as otio
from pathlib import Path
otio.plugins.ActiveManifest().adapters[:] = []
from otiogate.cli import main
raise SystemExit(main(["scan", "cut.xml", "bin.ale"]))
"""


def test_where_the_adapter_is_missing_the_report_says_which_and_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(xmeml(sequence(item("A1"))))
    (tmp_path / "bin.ale").write_text("Heading\nFPS\t25\n\nColumn\nName\n\nData\nA1\n")
    ran = subprocess.run([sys.executable, "-c", _MISSING], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 3, ran.stderr
    assert "FCP 7 XML is read by OpenTimelineIO's adapter fcp_xml, which is not installed" in ran.stdout
    assert "ALE is read by OpenTimelineIO's adapter ale, which is not installed" in ran.stdout
    assert "pip install 'otiogate[formats]'" in ran.stdout


def test_an_adapter_that_is_not_looked_for_is_not_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(xmeml(sequence(item("one"))))
    off = environment(OTIO_DISABLE_ENTRYPOINTS_PLUGINS="1")
    ran = run("scan", "cut.xml", cwd=tmp_path, env=off)
    assert ran.code == 3
    assert "is not looked for while OTIO_DISABLE_ENTRYPOINTS_PLUGINS is set" in ran.err
    assert "(take the variable away)" in ran.err
    told = run("doctor", cwd=tmp_path, env=off).out
    assert "whose adapters are not looked for while OTIO_DISABLE_ENTRYPOINTS_PLUGINS is set" in told
    assert "not installed" not in told


def test_a_plugin_manifest_that_is_broken_leaves_no_verdict_and_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(xmeml(sequence(item("one"))))
    (tmp_path / "manifest.json").write_text('{"OTIO_SCHEMA": "PluginManif')
    broken = environment(OTIO_PLUGIN_MANIFEST_PATH=str(tmp_path / "manifest.json"))
    ran = run("scan", "cut.xml", cwd=tmp_path, env=broken)
    assert ran.code == 3
    assert "FCP 7 XML is not read, since OpenTimelineIO loads no plugin: ValueError: JSON parse error" in ran.err
    assert "(mend the file that OTIO_PLUGIN_MANIFEST_PATH names)" in ran.err
    assert "not .xml, whose adapter does not load" in run("doctor", cwd=tmp_path, env=broken).out


def test_an_adapter_whose_library_is_missing_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aaf2", None)
    with pytest.raises(ReadError, match="AAF is read by OpenTimelineIO's adapter AAF, which does not load") as caught:
        read(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cut.aaf")
    assert caught.value.next_step == "pip install 'otiogate[formats]'"


def test_the_extra_and_the_tests_ask_for_the_same_adapters() -> None:
    asked = [each.partition(";")[0].strip() for each in requires("otiogate") or () if "formats" in each]
    names = {re.split("[<>=]", each)[0] for each in asked}
    assert len(names) == len(ADAPTED) + 1  # pyaaf2, which is asked directly too
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    groups = text[text.index("[dependency-groups]") :]
    assert {name: sorted(re.findall(f'"({name}[<>=][^"]*)"', text)) for name in names} == {
        name: sorted(re.findall(f'"({name}[<>=][^"]*)"', groups)) * 2 for name in names
    }


def test_of_which_clips_a_file_speaks_is_held_once_however_often_it_is_told() -> None:
    told = f'<file id="f"><name>{TAG}</name></file>'
    root = parse(xmeml(sequence(*(item(f"A{number}", file=told) for number in range(50)))).encode(), "cut.xml")
    said = [each.clips for each in raw_xmeml(root).said if TAG in each.carrier.texts]
    assert said == [tuple(range(50))] * 50
    assert len(set(map(id, said))) == 1


def test_no_bad_file_ends_the_scan_of_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lol = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    deep = "[" * 50_000
    (tmp_path / "a_bomb.xml").write_text(f'<!DOCTYPE xmeml [<!ENTITY l0 "lol">{lol}]><xmeml>&l9;</xmeml>')
    (tmp_path / "b_deep.otio").write_text(deep)
    (tmp_path / "c_deep.xml").write_text("<xmeml>" * 50_000)
    (tmp_path / "d_line.ale").write_text("Heading\nFPS\t25\n\nColumn\nName\n\nData\n" + "A\t" * 10_000_000)
    (tmp_path / "e_cut_off.aaf").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))
    (tmp_path / "f_sizes.aaf").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xfe" * 40_000)
    with zipfile.ZipFile(tmp_path / "g_bomb.otioz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.otio", b" " * 300_000_000)
    with zipfile.ZipFile(tmp_path / "h_out.otioz", "w") as archive:
        archive.writestr("../content.otio", "{}")
        archive.writestr("/content.otio", "{}")
    (tmp_path / "z_fine.xml").write_text(xmeml(sequence(item("A1"))))
    ran = call(capsys, "scan", tmp_path, "--format", "jsonl", "--jobs", "2")
    assert ran.code == 3
    reports = [json.loads(line) for line in ran.out.splitlines()]
    verdicts = {each["input"]["name"]: each["verdict"] for each in reports}
    assert len(verdicts) == 9
    assert verdicts.pop("z_fine.xml") == "allow"
    assert set(verdicts.values()) == {"cannot_judge"}


_MARKED = (
    r'markers=(GESMarkerList)"EMPTY, flags=(int)0; marker-times, position=(guint64)1; metadatas, comment=(string)'
    r'\"GENAI\\ gen.shot\"; marker-times, position=(guint64)9; metadatas, comment=(string)vfx"'
)


@pytest.mark.parametrize(
    "field",
    [
        _MARKED,
        r'notes=(string){ "take 3", "GENAI\ gen.shot" }',
        r'notes=(GstValueArray)< (string)x, (string)"GENAI\ gen.shot" >',
        r'comment=(string)"GENAI\ gen.shot", comment=(string)vfx',
        r'notes=(string){ "take } 3", "GENAI\ gen.shot" }',
        r'notes=(GstValueArray)< "a > b", "GENAI\ gen.shot" >',
        r'comment = (string) "GENAI\ gen.shot"',
        r'comment=(string)"take\ 3\012GENAI\ gen.shot"',
    ],
    ids=["marker", "list", "array", "again", "brace in a list", "bracket in an array", "blanks", "further line"],
)
def test_a_tag_in_a_marker_or_list_of_a_ges_project_is_found(field: str, tmp_path: Path) -> None:
    adapter = otio.adapters.from_name("xges")
    text = adapter._execute_function("write_to_string", input_otio=timeline(clip(reel="")))
    assert text.count("<timeline ") == 1
    written = quoteattr(f"metadatas, {field};")
    path = tmp_path / "cut.xges"
    path.write_text(re.sub(r'(<timeline [^>]*metadatas=)"[^"]*"', lambda found: found[1] + written, text))
    [(_, carrier)] = said(read_timeline(path))
    assert [each.text for each in statements(carrier)] == ["GENAI gen.shot"]


def kdenlive(notes: str = "", clip: str = "") -> str:
    """A project of the clip A1, with a property of the project and one of the clip."""
    entry = '<entry producer="p" in="00:00:00.000" out="00:00:04.000"/>'
    of_clip = {"length": "250", "resource": "/m/A1.mov", "kdenlive:clipname": "A1", "kdenlive:id": "2"}
    properties = "".join(f'<property name="{name}">{value}</property>' for name, value in of_clip.items())
    return (
        '<mlt LC_NUMERIC="C" producer="main_bin"><profile frame_rate_num="25" frame_rate_den="1"/>\n'
        f'<producer id="p" in="00:00:00.000" out="00:00:10.000">{properties}{clip}</producer>\n'
        f'<playlist id="main_bin"><property name="kdenlive:docproperties.version">1.04</property>{notes}{entry}'
        "</playlist>\n"
        f'<producer id="black_track"/><playlist id="v1">{entry}</playlist><playlist id="v2"/>\n'
        '<tractor id="t1"><track producer="v1"/><track producer="v2"/></tractor>\n'
        '<tractor id="t2"><track producer="black_track"/><track producer="t1"/></tractor></mlt>'
    )


@pytest.mark.parametrize(
    "notes",
    [
        f"<p>{TAG}</p>",
        f"<!DOCTYPE HTML><html><head><style>p {{}}</style></head><body><p style='x'>fine</p><p>{TAG}</p></body></html>",
        f"fine<br/>{TAG}",
        "<ul><li><b>GENAI</b> gen.shot tool=<span class='x'>Foo</span></li></ul>",
        "<p>GENAI&nbsp;gen.shot tool=&quot;Foo&quot;</p>",
    ],
)
def test_the_notes_of_a_kdenlive_project_are_read_as_they_are_shown(notes: str, tmp_path: Path) -> None:
    written = f'<property name="kdenlive:documentnotes">{escape(notes)}</property>'
    assert [name for name, _ in said(read(tmp_path, kdenlive(written), "cut.kdenlive"))] == [""]


def test_prose_in_html_that_mentions_genai_is_no_tag(tmp_path: Path) -> None:
    written = f'<property name="kdenlive:documentnotes">{escape("<p>No <b>GENAI</b> here, a < b</p>")}</property>'
    assert said(read(tmp_path, kdenlive(written), "cut.kdenlive")) == []


@pytest.mark.parametrize("key", ["genai", "0.stream.genai", "GenAI"])
def test_a_key_of_a_media_file_in_a_kdenlive_project_is_read_by_its_own_name(key: str, tmp_path: Path) -> None:
    written = f'<property name="meta.attr.{key}.markup">gen.shot</property>'
    assert [name for name, _ in said(read(tmp_path, kdenlive(clip=written), "cut.kdenlive"))] == ["A1"]
