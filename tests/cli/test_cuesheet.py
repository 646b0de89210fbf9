"""``otiogate cuesheet`` and the adapter ``otiogate_cuesheet``: the same table, from the shell and from the host."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import opentimelineio as otio
import pytest
from otiogate.plugins import otiogate_cuesheet as adapter

from otiogate.host.errors import ExportBlocked
from otiogate.report.cuesheet import COLUMNS
from tests import builders
from tests.cli.running import Ran, call, edl, project

TAGGED = edl(["* GENAI enhance.upscale tool=Topaz"], [], ["* GENAI: gen.shot"], ["* GENAI: enhance.denoise"])
NAME = "otiogate_cuesheet"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    project(tmp_path)
    path = tmp_path / "cut.edl"
    path.write_text(TAGGED, encoding="utf-8")
    return path


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def sheet(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return call(capsys, "cuesheet", *arguments)


def test_every_ai_use_is_a_row_and_the_exit_code_is_no_verdict(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "scan", cut).code == 1
    ran = sheet(capsys, cut)
    assert ran.code == 0
    assert [(row["Record In"], row["Description"], row["Status"]) for row in table(ran.out)] == [
        ("01:00:00:00", "enhance.upscale", "met"),
        ("01:00:04:00", "gen.shot", "open"),
        ("01:00:06:00", "enhance.denoise", "met"),
    ]
    assert table(ran.out)[0]["Tools"] == "Topaz"
    assert ran.err == "otiogate: 3 AI uses, 1 of them not cleared\n"


def test_the_file_is_written_whole_with_the_line_ends_of_the_standard(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "cues.csv"
    ran = sheet(capsys, cut, "-o", target)
    assert (ran.code, ran.out) == (0, "")
    data = target.read_bytes()
    assert data.startswith(b"Record In,")
    assert (data.count(b"\r\n"), data.count(b"\n")) == (4, 4)
    sheet(capsys, cut, "-o", target, "--bom")
    assert target.read_bytes() == b"\xef\xbb\xbf" + data


def test_a_cut_without_ai_has_the_header_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.edl"
    path.write_text(edl([], []), encoding="utf-8")
    ran = sheet(capsys, path)
    assert (ran.code, ran.out) == (0, ",".join(COLUMNS) + "\r\n")
    assert "0 AI uses, 0 of them not cleared" in ran.err


def test_what_is_not_read_whole_has_no_sheet(cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut.write_text(TAGGED + "005  A005 V C 01:00:00:00 01:00:0\n", encoding="utf-8")
    target = tmp_path / "cues.csv"
    for path in (cut, tmp_path / "missing.edl"):
        ran = sheet(capsys, path, "-o", target)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("otiogate: no cue sheet: COULD NOT JUDGE  ")
    assert not target.exists()


def test_the_timeline_is_not_overwritten(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sheet(capsys, cut, "-o", cut).code == 2
    assert cut.read_text(encoding="utf-8") == TAGGED


def test_names_that_are_formulas_are_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(edl(["* FROM CLIP NAME: =HYPERLINK(1)", "* GENAI gen.shot"]), encoding="utf-8")
    [row] = table(sheet(capsys, path).out)
    assert row["Clip"] == "'=HYPERLINK(1)"


# The adapter


def made(tag: str = "GENAI enhance.upscale") -> otio.schema.Timeline:
    return builders.timeline(builders.clip(), builders.clip(tag))


def test_the_adapter_writes_the_same_table_by_name(tmp_path: Path) -> None:
    target = tmp_path / "cues.csv"
    otio.adapters.write_to_file(made(), str(target), adapter_name=NAME)
    text = target.read_bytes().decode("utf-8")
    [row] = table(text)
    assert (row["Description"], row["Status"], row["Timeline"]) == ("enhance.upscale", "met", str(target))
    assert otio.adapters.write_to_string(made(), adapter_name=NAME, bom=True).startswith("\ufeffRecord In,")


def test_the_adapter_has_no_suffix(tmp_path: Path) -> None:
    assert list(otio.adapters.from_name(NAME).suffixes) == []
    with pytest.raises(otio.exceptions.NoKnownAdapterForExtensionError):
        otio.adapters.write_to_file(made(), str(tmp_path / "cues.csv"))


def test_the_adapter_reads_the_configuration_near_the_target(tmp_path: Path) -> None:
    folder = project(tmp_path / "show", "format: 1\nproduction: MYSHOW\nstage: temp\n")
    adapter.write_to_file(made("GENAI gen.shot"), str(folder / "cues.csv"))
    [row] = table((folder / "cues.csv").read_bytes().decode("utf-8"))
    assert row["Status"] == "warn"
    assert [each["Status"] for each in table(adapter.write_to_string(made("GENAI gen.shot")))] == ["open"]
    staged = adapter.write_to_string(made("GENAI gen.shot"), otiogate_stage="temp")
    assert [each["Status"] for each in table(staged)] == ["warn"]


def test_the_adapter_raises_and_leaves_nothing_where_there_is_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(ExportBlocked, match="is no argument of a cue sheet"):
        adapter.write_to_file(made(), str(tmp_path / "cues.csv"), colour="red")
    with pytest.raises(ExportBlocked, match="cannot be written"):
        adapter.write_to_file(made(), str(tmp_path / "no" / "cues.csv"))
    assert list(tmp_path.iterdir()) == []


def test_through_the_host_the_hook_guards_a_cue_sheet_too(tmp_path: Path) -> None:
    """The host tells a hook the path and not the adapter: what is let through for one would be for all."""
    with pytest.raises(ExportBlocked):
        otio.adapters.write_to_file(made("GENAI gen.shot"), str(tmp_path / "cues.csv"), adapter_name=NAME)
    assert not (tmp_path / "cues.csv").exists()
