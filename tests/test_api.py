"""The library: two calls that give a report, and names that cost nothing until they are used."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import opentimelineio as otio
import pytest

import otiogate
from otiogate.config import layers
from tests import builders
from tests.cli.running import edl, environment, project

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "no" / "facility.yaml")
    monkeypatch.delenv("OTIOGATE_FACILITY", raising=False)
    monkeypatch.chdir(tmp_path)


# The names


def test_every_public_name_is_there_and_listed() -> None:
    for name in otiogate.__all__:
        assert getattr(otiogate, name) is not None
        assert name in dir(otiogate)
    assert sorted(otiogate.__all__) == otiogate.__all__
    assert set(otiogate.__all__) == {*otiogate._HOMES, "__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'otiogate' has no attribute 'scan_paths'"):
        otiogate.scan_paths  # noqa: B018 - asking for it is the test


def test_the_names_are_loaded_when_they_are_first_used() -> None:
    text = (
        "import sys, otiogate\n"
        "print('opentimelineio' in sys.modules, 'otiogate.errors' in sys.modules)\n"
        "otiogate.UsageError, otiogate.Report\n"
        "print('opentimelineio' in sys.modules, 'otiogate.errors' in sys.modules)\n"
        "from otiogate import *\n"
        "print('opentimelineio' in sys.modules, scan_path.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", text], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False", "True", "True", "scan_path"]


def test_the_errors_are_one_tree_with_exit_codes() -> None:
    assert issubclass(otiogate.UsageError, otiogate.OtiogateError)
    assert issubclass(otiogate.CannotJudge, otiogate.OtiogateError)
    assert issubclass(otiogate.ExportBlocked, (otiogate.OtiogateError, otio.exceptions.OTIOError))
    codes = {each: each.exit_code for each in (otiogate.UsageError, otiogate.CannotJudge, otiogate.ExportBlocked)}
    assert list(codes.values()) == [2, 3, 1]


# scan_path


def test_a_path_gives_a_report(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(edl([], ["* GENAI gen.shot"]))
    for given in (path, str(path), "cut.edl"):
        report = otiogate.scan_path(given)
        assert isinstance(report, otiogate.Report)
        assert (report.verdict, report.exit_code, report.counts.uses) == ("block", 1, 2)
        assert report.input.path == str(given)
        assert all(isinstance(each, otiogate.Finding) for each in report.findings)


def test_what_cannot_be_read_or_judged_is_a_report_that_says_so(tmp_path: Path) -> None:
    for name in ("missing.edl", "cut.aaf", "nul\0.edl", str(tmp_path)):
        report = otiogate.scan_path(name)
        assert (report.verdict, report.exit_code) == ("cannot_judge", 3), name
        assert report.problems[0].what
        assert report.problems[0].next_step
    project(tmp_path, broken="recrod: consent\n")
    (tmp_path / "cut.edl").write_text(edl([]))
    assert otiogate.scan_path("cut.edl").problems[0].what == "'record' is missing"
    project(tmp_path / "other", "format: 1\nproduction: OTHER\n")
    (tmp_path / "other" / "cut.edl").write_text(edl([]))
    assert "'production' is 'OTHER'" in otiogate.scan_path("other/cut.edl").problems[0].what


def test_a_broken_configuration_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(edl([]))
    project(tmp_path, "format: 1\npacks: [none]\n")
    with pytest.raises(otiogate.UsageError, match="there is no pack 'none'"):
        otiogate.scan_path("cut.edl")
    with pytest.raises(otiogate.UsageError, match=r"none\.yaml: cannot be read"):
        otiogate.scan_path("cut.edl", config=tmp_path / "none.yaml")


def test_a_configuration_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(edl(["* GENAI gen.shot"]))
    (tmp_path / "temp.yaml").write_text("format: 1\nstage: temp\n")
    for config in ("temp.yaml", tmp_path / "temp.yaml"):
        assert otiogate.scan_path("cut.edl", config=config).verdict == "allow"


def test_another_time_marks_the_report_advisory_and_has_to_have_a_zone(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(edl([]))
    report = otiogate.scan_path("cut.edl", now=NOW)
    assert report.advisory
    assert report.judged_at == "2027-01-15T12:00:00+00:00"
    assert not otiogate.scan_path("cut.edl").advisory
    for call in (
        lambda: otiogate.scan_path("cut.edl", now=datetime(2027, 1, 15)),
        lambda: _object(datetime(2027, 1, 15)),
    ):
        with pytest.raises(otiogate.UsageError, match="'now' names no zone"):
            call()


# scan_object


def _object(now: datetime | None = None) -> otiogate.Report:
    return otiogate.scan_object(builders.timeline(builders.clip()), now=now)


@pytest.mark.parametrize(
    "part",
    [
        lambda whole: whole,
        lambda whole: whole.tracks,
        lambda whole: whole.tracks[0],
        lambda whole: whole.tracks[0][0],
        lambda whole: otio.schema.SerializableCollection(children=[whole]),
        lambda whole: [whole],
    ],
)
def test_every_object_that_holds_clips_gives_a_report(part: object) -> None:
    assert callable(part)
    assert otiogate.scan_object(part(builders.timeline(builders.clip()))).verdict == "allow"
    report = otiogate.scan_object(part(builders.timeline(builders.clip("GENAI gen.shot"))))
    assert report.verdict == "block"
    assert {each.rule for each in report.findings} == {"GEN-001", "NFX-010", "NFX-020"}


def test_a_scan_changes_nothing_in_the_object() -> None:
    timeline = builders.timeline(builders.clip("GENAI gen.shot"))
    before = timeline.to_json_string()
    otiogate.scan_object(timeline)
    assert timeline.to_json_string() == before


def test_an_object_in_which_nothing_can_be_read_raises() -> None:
    for thing in (otio.schema.Marker("GENAI gen.shot"), otio.opentime.RationalTime(1, 24), "cut.otio", None, 3):
        with pytest.raises(otiogate.CannotJudge):
            otiogate.scan_object(thing)


def test_the_configuration_near_a_path_applies_to_an_object(tmp_path: Path) -> None:
    project(tmp_path / "show", "format: 1\nstage: temp\n")
    tagged = builders.timeline(builders.clip("GENAI gen.shot"))
    assert otiogate.scan_object(tagged).verdict == "block"
    for near in (tmp_path / "show" / "export.otio", "show/export.otio"):
        assert otiogate.scan_object(tagged, near=near).verdict == "allow"
    assert otiogate.scan_object(tagged, config="show/otiogate.yaml").verdict == "allow"


def test_records_that_cannot_be_read_raise_for_an_object(tmp_path: Path) -> None:
    project(tmp_path, broken="record: consent\n")
    with pytest.raises(otiogate.CannotJudge, match=r"broken\.yaml:1"):
        _object()


def test_another_time_marks_the_report_on_an_object_advisory() -> None:
    assert _object(NOW).advisory
    assert not _object().advisory
