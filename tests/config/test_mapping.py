"""The context map: a delivery of many productions, each file judged as what a line says it is (SEMANTICS 21)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from otiogate.config.layers import settings
from otiogate.config.mapping import read_map
from otiogate.errors import CannotJudge, UsageError
from tests.cli.running import call, edl

MAP = """\
format: 1
lines:
  - files: ["a/*"]
    context: {production: SHOW-A, deliverable: {territories: [US]}}
  - files: ["a/101_*", "a/ep101/*"]
    context: {episode: "101", deliverable: {territories: [CA]}}
  - files: ["b/*.edl"]
    context: {production: SHOW-B, stage: temp}
"""


@pytest.fixture(autouse=True)
def delivery(tmp_path: Path) -> Path:
    (tmp_path / "map.yaml").write_text(MAP)
    for name in ("a/101_v1.edl", "a/ep101/v2.edl", "a/other.edl", "b/trailer.edl", "c/stray.edl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edl(["* GENAI gen.shot stage=final"]))
    return tmp_path


def context(folder: Path, name: str) -> Any:
    return settings([str(folder / name)], mapped=read_map(folder / "map.yaml").layers(folder / name)).context


def test_21_every_line_that_fits_holds(delivery: Path) -> None:
    for name in ("a/101_v1.edl", "a/ep101/v2.edl"):
        found = context(delivery, name)
        assert (found.production, found.episode, found.territories) == ("SHOW-A", "101", ("CA", "US"))
    assert (context(delivery, "a/other.edl").production, context(delivery, "a/other.edl").episode) == ("SHOW-A", "")
    assert (context(delivery, "b/trailer.edl").production, context(delivery, "b/trailer.edl").stage) == (
        "SHOW-B",
        "temp",
    )


def test_21_a_file_that_no_line_fits_is_not_judged(delivery: Path) -> None:
    with pytest.raises(CannotJudge, match="no line of the context map fits"):
        context(delivery, "c/stray.edl")
    with pytest.raises(CannotJudge):
        context(delivery, "b/trailer.otio")


def test_21_patterns_are_from_the_folder_of_the_map_and_not_from_where_one_stands(
    delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(delivery / "a")
    assert read_map(Path("../map.yaml")).layers(Path("101_v1.edl"))[0].data["production"] == "SHOW-A"


def test_21_a_folder_may_be_called_as_patterns_are(tmp_path: Path) -> None:
    folder = tmp_path / "night [v2]"
    folder.mkdir()
    (folder / "map.yaml").write_text(MAP)
    assert read_map(folder / "map.yaml").layers(folder / "a" / "other.edl")[0].data["production"] == "SHOW-A"


def test_21_two_lines_that_contradict_each_other_are_no_verdict_and_are_both_named(delivery: Path) -> None:
    text = MAP + '  - files: ["a/ep101/*"]\n    context: {production: SHOW-B}\n'
    (delivery / "map.yaml").write_text(text)
    with pytest.raises(CannotJudge, match=r"map.yaml:3.*map.yaml:9"):
        context(delivery, "a/ep101/v2.edl")


def test_21_a_line_that_contradicts_the_configuration_near_the_file_is_no_verdict(delivery: Path) -> None:
    (delivery / "a" / "otiogate.yaml").write_text("format: 1\nproduction: SHOW-C\n")
    with pytest.raises(CannotJudge, match="'production' is 'SHOW-C'"):
        context(delivery, "a/other.edl")


def test_21_a_scan_of_a_whole_delivery(delivery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "--context-map", "map.yaml", "--format", "json", "*/*.edl")
    reports = {Path(each["input"]["path"]).as_posix(): each for each in json.loads(ran.out)["reports"]}
    verdicts = {name: each["verdict"] for name, each in reports.items()}
    assert verdicts == {
        "a/101_v1.edl": "block",
        "a/other.edl": "block",
        "b/trailer.edl": "allow",
        "c/stray.edl": "cannot_judge",
    }
    assert ran.code == 3
    assert reports["a/101_v1.edl"]["context"]["episode"] == "101"
    assert [each.rpartition("/")[2] for each in reports["a/101_v1.edl"]["config"]] == ["map.yaml:3", "map.yaml:5"]
    assert not reports["b/trailer.edl"]["advisory"]


def test_a_stage_that_the_facility_does_not_allow_is_refused_in_a_map_too(
    delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery / "facility.yaml").write_text("format: 1\nstages: [final]\n")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(delivery / "facility.yaml"))
    with pytest.raises(UsageError, match="the facility allows the stage final, not temp"):
        context(delivery, "b/trailer.edl")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("production: SHOW-A", "producton: SHOW-A", "map.yaml:4: lines[0].context: 'producton' is not known here"),
        ('["b/*.edl"]', "b/*.edl", 'map.yaml:7: lines[2].files: "b/*.edl" is not a list'),
        ("stage: temp", "records: [elsewhere]", "'records' is not known here"),
        ("stage: temp", "severity: {NFX-020: info}", "'severity' is not known here"),
        ("format: 1", "format: 2", "map.yaml:1: format: 2 is not 1"),
        ("lines:", "lines: []\nothers:", "lines"),
    ],
)
def test_a_broken_map_is_said_with_its_line(
    old: str, new: str, says: str, delivery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery / "map.yaml").write_text(MAP.replace(old, new))
    ran = call(capsys, "scan", "--context-map", "map.yaml", "a/other.edl")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_map_that_is_not_there_is_an_error_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "scan", "--context-map", "none.yaml", "a/other.edl").code == 2
