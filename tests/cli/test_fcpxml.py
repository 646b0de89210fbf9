"""A cut from Final Cut Pro goes through every command that judges: scanned, explained, listed, compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import call
from tests.timeline.fcpxmls import asset, clip, document, project

TAGGED = clip('<keyword start="3601s" duration="2s" value="GenAI/gen.shot"/>', name="vfx_010")
CLEAN = clip(offset="3602s", name="vfx_020", ref="b")


def written(folder: Path, name: str, *clips: str) -> Path:
    path = folder / name
    text = document(project("\n".join(clips)), asset("b", "other"))
    if path.suffix == ".fcpxmld":
        path.mkdir()
        (path / "Info.fcpxml").write_text(text)
    else:
        path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["cut.fcpxml", "cut.fcpxmld", "CUT.FCPXML"])
def test_a_cut_is_blocked_for_its_tag_and_allowed_without_it(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = call(capsys, "scan", written(tmp_path, name, TAGGED, CLEAN))
    assert blocked.code == 1
    assert "01:00:00:00-01:00:02:00" in blocked.out
    assert "'vfx_010'" in blocked.out
    assert "'vfx_020'" not in blocked.out
    (tmp_path / "clean").mkdir()
    allowed = call(capsys, "scan", written(tmp_path / "clean", name, CLEAN))
    assert (allowed.code, "1 clip; 0 with declared or found AI use" in allowed.out) == (0, True)


def test_a_report_tells_the_line_and_the_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "--format", "json", written(tmp_path, "cut.fcpxml", CLEAN, TAGGED))
    [report] = json.loads(ran.out)["reports"]
    [use] = next(each["uses"] for each in report["findings"] if each["rule"] == "GEN-001")
    assert use["address"] == "event 'dailies' / project 'cut' / asset-clip 'vfx_010'"
    assert use["record"] == "01:00:00:00-01:00:02:00"
    assert report["input"]["format"] == "fcpxml"


def test_a_cut_is_explained_listed_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = written(tmp_path, "v1.fcpxml", CLEAN), written(tmp_path, "v2.fcpxml", TAGGED, CLEAN)
    explained = call(capsys, "explain", new, "vfx_010")
    assert "GENAI gen.shot" in explained.out
    assert "line 7 (keyword)" in explained.out
    listed = call(capsys, "cuesheet", new)
    assert "vfx_010" in listed.out
    assert "vfx_020" not in listed.out
    compared = call(capsys, "diff", old, new)
    assert "vfx_010" in compared.out
    assert call(capsys, "diff", old, old).code == 0


def test_no_tag_is_written_into_an_fcpxml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = written(tmp_path, "cut.fcpxml", CLEAN)
    ran = call(capsys, "tag", cut, "-o", tmp_path / "new.fcpxml", "--tag", "GENAI gen.shot", "--name", "*")
    assert ran.code == 2
    assert "tags are written into .otio and .edl, not .fcpxml" in ran.err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cut.fcpxml"]


@pytest.mark.parametrize("name", ["cut.fcpxml", "cut.fcpxmld"])
def test_where_a_tag_can_be_written_in_its_place_is_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = written(tmp_path, name, CLEAN)
    ran = call(capsys, "tag", cut, "-o", tmp_path / f"new{cut.suffix}", "--id", "DIS-001", "--name", "*")
    assert ran.code == 2
    assert "(export an .otio or .edl, or give --ledger FOLDER, which leaves the timeline alone)" in ran.err
