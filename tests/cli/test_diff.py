"""``otiogate diff``: what is new, gone or changed between two cuts, and the verdict on the later one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otiogate.documents.schemas import faults
from tests.cli.running import Ran, call, edl, project


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> None:
    project(tmp_path)


def cut(folder: Path, name: str, *tags: str) -> Path:
    path = folder / name
    path.write_text(edl(*([f"* GENAI {tag}"] if tag else [] for tag in tags)), encoding="utf-8")
    return path


def diff(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return call(capsys, "diff", *arguments)


def test_what_is_new_blocks_and_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = cut(tmp_path, "v1.edl", "enhance.upscale", "")
    new = cut(tmp_path, "v2.edl", "enhance.upscale", "gen.shot")
    ran = diff(capsys, old, new)
    assert ran.code == 1
    assert f"{old} (allowed) -> {new} (blocked)\n" in ran.out
    assert "+ new  GENAI gen.shot: gen.shot\n" in ran.out
    assert "    needs: disclosure of the AI use, in full [GEN-001" in ran.out
    assert "enhance.upscale" not in ran.out
    assert ran.err.startswith("otiogate: BLOCKED  ")


def test_the_exit_code_is_that_of_the_new_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean, open_ = cut(tmp_path, "v1.edl", "", ""), cut(tmp_path, "v2.edl", "", "gen.shot")
    assert diff(capsys, open_, clean).code == 0
    assert "- gone  GENAI gen.shot" in diff(capsys, open_, clean).out
    same = diff(capsys, open_, open_)
    assert same.code == 1
    assert "No AI use is new, gone or changed.\n" in same.out
    assert "1 AI use in the new cut, 1 of them not cleared.\n" in same.out


def test_a_use_of_which_more_is_asked_is_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, clean = (cut(tmp_path, f"{name}.edl", "gen.shot" if name != "c" else "", "gen.sky") for name in "anc")
    new.write_text(new.read_text().replace("* GENAI gen.shot", "* GENAI gen.shot\n* GENAI none"))
    ran = diff(capsys, old, new)
    assert "~ changed  GENAI gen.shot: gen.shot\n" in ran.out
    assert "    how:   more is needed for it\n" in ran.out
    contradicts = "    needs: correction of the tag, or of the disclosure in the ledger [GEN-002]\n"
    assert contradicts in ran.out
    assert "gen.sky" not in ran.out
    assert contradicts in diff(capsys, clean, new).out
    assert "No AI use is new, gone or changed.\n" in diff(capsys, new, old).out, "less is needed"


def test_what_a_use_needs_is_not_asked_of_one_whose_name_begins_like_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (cut(tmp_path, f"{name}.edl", "enhance.upscale") for name in "an")
    new.write_text(new.read_text() + "* GENAI enhance.upscale,gen.shot\n")
    ran = diff(capsys, old, new)
    assert "+ new  GENAI enhance.upscale,gen.shot: " in ran.out
    assert "changed" not in ran.out


def test_a_cut_that_cannot_be_judged_is_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = cut(tmp_path, "v1.edl", ""), tmp_path / "missing.edl"
    for pair in ((good, bad), (bad, good)):
        ran = diff(capsys, *pair)
        assert (ran.code, ran.out) == (3, "")
        assert "otiogate: nothing to compare: COULD NOT JUDGE  " in ran.err


def test_json_fits_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (
        cut(tmp_path, "v1.edl", "gen.shot", "gen.still"),
        cut(tmp_path, "v2.edl", "gen.shot,gen.sfx", "", "gen.sfx"),
    )
    target = tmp_path / "diff.json"
    ran = diff(capsys, old, new, "--format", "json", "-o", target)
    assert (ran.code, ran.out) == (1, "")
    data = json.loads(target.read_text(encoding="utf-8"))
    assert faults("diff", data) == []
    assert [len(data[f"{name}_uses"]) for name in ("new", "gone", "changed")] == [1, 1, 1]
    assert data["changed_uses"][0]["how"] == ["the tag was GENAI gen.shot"]


def test_neither_cut_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = cut(tmp_path, "v1.edl", ""), cut(tmp_path, "v2.edl", "")
    assert [diff(capsys, old, new, "-o", each).code for each in (old, new)] == [2, 2]
