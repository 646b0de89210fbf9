"""``otiogate init``: a beginning that loads, scans, and takes nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.config.layers import settings
from otiogate.documents.schemas import schema
from otiogate.policy.load import DEFAULT
from tests.cli.running import call, edl, held


def test_it_writes_a_configuration_and_a_folder_of_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "init", "show", "--production", "MYSHOW")
    assert (ran.code, ran.err) == (0, "")
    assert sorted(held(tmp_path / "show")) == ["otiogate.yaml", "records", str(Path("records") / "README.md")]
    assert ran.out.splitlines()[:2] == [
        f"wrote  {Path('show') / 'otiogate.yaml'}",
        f"wrote  {Path('show') / 'records' / 'README.md'}",
    ]
    assert "Next: " in ran.out


def test_a_file_is_no_folder_to_begin_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cut.edl").write_text(edl([]))
    ran = call(capsys, "init", "cut.edl")
    assert (ran.code, ran.err) == (2, "otiogate: cut.edl: is no folder (name the folder of the project)\n")


def test_what_it_writes_loads_and_scans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "init", "--production", "MYSHOW").code == 0
    found = settings()
    assert found.context.production == "MYSHOW"
    assert found.context.stage == "final"
    assert set(found.packs) == set(DEFAULT)
    assert found.records == (tmp_path / "records",)
    (tmp_path / "cut.edl").write_text(edl([]))
    assert call(capsys, "scan", "cut.edl").code == 0
    (tmp_path / "cut.edl").write_text(edl(["* GENAI gen.shot"]))
    assert call(capsys, "scan", "cut.edl").code == 1


def test_every_commented_line_of_it_is_a_key_that_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, "init", "--production", "MYSHOW")
    path = tmp_path / "otiogate.yaml"
    lines = path.read_text().splitlines()
    keys = (*schema("config")["properties"], *schema("config")["properties"]["deliverable"]["properties"])
    uncommented = [
        line.replace("# ", "", 1) if line.lstrip().removeprefix("# ").split(":")[0] in keys else line for line in lines
    ]
    assert uncommented != lines
    path.write_text("\n".join(uncommented) + "\n")
    found = settings().context
    assert (found.season, found.episode, found.medium, found.languages) == ("1", "101", "streaming", ("en",))
    assert found.release_date is not None


def test_what_is_there_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "otiogate.yaml").write_text("format: 1\nproduction: MINE\n")
    (tmp_path / "records" / "CON-1.yaml").write_text("# hers\n")
    before = held(tmp_path)
    ran = call(capsys, "init", "--production", "YOURS")
    assert ran.code == 0
    assert "kept   otiogate.yaml" in ran.out
    assert f"wrote  {Path('records') / 'README.md'}" in ran.out
    assert {key: value for key, value in held(tmp_path).items() if key in before} == before
    again = call(capsys, "init")
    assert again.out.count("kept ") == 2
    assert "wrote" not in again.out


def test_the_production_is_named_for_the_folder_where_none_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "init", "Night Harbour: S1").code == 0
    assert settings(config=["Night Harbour: S1/otiogate.yaml"]).context.production == "Night Harbour: S1"


@pytest.mark.parametrize("name", ['say "hello"', "back\\slash", "{braces}", "yes", "101", "Ærø #2", "'quoted'", "- x"])
def test_any_line_of_text_is_a_production(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "init", "--production", name).code == 0
    assert settings().context.production == name


@pytest.mark.parametrize("name", ["two\nlines", " blank", "\x1b[31m", "tab\there", "\ud800"])
def test_a_production_that_is_no_line_of_text_is_a_usage_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "init", "--production", name)
    assert (ran.code, ran.out) == (2, "")
    assert "is not one line of text" in ran.err
    assert held(tmp_path) == {}


def test_a_folder_whose_name_is_no_production_gets_one_that_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        (tmp_path / "two\nlines").mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    assert call(capsys, "init", tmp_path / "two\nlines").code == 0
    assert settings(config=[str(tmp_path / "two\nlines" / "otiogate.yaml")]).context.production == "UNTITLED"


def test_a_place_where_nothing_can_be_written_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    ran = call(capsys, "init", "file/show")
    assert ran.code == 2
    assert ran.err.startswith("otiogate: file")
    assert ran.err.count("\n") == 1
