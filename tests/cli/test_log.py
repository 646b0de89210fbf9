"""The decision log: what is kept of each decision, and what ``otiogate log`` says of it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import opentimelineio as otio
import pytest

from otiogate import scan_object, scan_path
from otiogate.documents.chain import read
from otiogate.errors import StoreError
from otiogate.scan.decision_log import decisions
from tests import builders
from tests.cli.running import call, edl, project

TAGGED = edl(["* GENAI: generate.element id=DIS-001"])


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the facility's file says that decisions are kept."""
    (tmp_path / "facility.yaml").write_text("format: 1\nlog: kept/decisions.sqlite\n", encoding="utf-8")
    (tmp_path / "kept").mkdir()
    monkeypatch.setenv("OTIOGATE_FACILITY", str(tmp_path / "facility.yaml"))
    return tmp_path / "kept" / "decisions.sqlite"


def cut(tmp_path: Path, text: str = TAGGED, config: str = "") -> Path:
    folder = project(tmp_path / "show", config)
    (folder / "cut.edl").write_text(text, encoding="utf-8")
    return folder / "cut.edl"


def said(log: Path) -> list[dict[str, object]]:
    return [each.data for each in decisions(read(log))]


def test_each_timeline_of_a_scan_is_one_entry(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cut(tmp_path)
    (path.parent / "plain.edl").write_text(edl([]), encoding="utf-8")
    ran = call(capsys, "scan", path.parent, "--format", "json")
    reports = json.loads(ran.out)["reports"]
    kept = said(log)
    assert [each["verdict"] for each in kept] == ["block", "allow"]
    assert [each["input"] for each in kept] == [each["input"]["digest"] for each in reports]
    assert [each["fingerprint"] for each in kept[0]["open"]] == [
        each["fingerprint"] for each in reports[0]["findings"] if each["effect"] in ("block", "warn")
    ]
    assert {each["doing"] for each in kept} == {"scan"}


@pytest.mark.parametrize(
    ("arguments", "softened"),
    [
        (["--stage", "temp"], ["stage: temp", "advisory: time, records, stage, media or cache overridden"]),
        (["--as-of", "2026-01-01T00:00:00Z"], ["advisory: time, records, stage, media or cache overridden"]),
        ([], []),
    ],
)
def test_whatever_softened_a_decision_stands_in_it(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], softened: list[str]
) -> None:
    call(capsys, "scan", cut(tmp_path), *arguments)
    assert [each["softened"] for each in said(log)] == [softened]


def exported(timeline: otio.schema.Timeline, path: Path) -> None:
    otio.adapters.write_to_file(timeline, str(path))


def test_an_export_that_is_stopped_is_noted(tmp_path: Path, log: Path) -> None:
    path = cut(tmp_path)
    with pytest.raises(otio.exceptions.OTIOError):
        exported(builders.timeline(builders.clip(genai="GENAI generate.element")), path.with_suffix(".otio"))
    [kept] = said(log)
    assert (kept["doing"], kept["verdict"], kept["passed_by"]) == ("export", "block", "")


def test_an_export_that_a_setting_lets_through_is_noted_with_the_setting(tmp_path: Path, log: Path) -> None:
    path = cut(tmp_path, config="format: 1\nproduction: MYSHOW\non_export: report\n")
    exported(builders.timeline(builders.clip(genai="GENAI generate.element")), path.with_suffix(".otio"))
    [kept] = said(log)
    assert (kept["verdict"], kept["passed_by"], kept["softened"]) == (
        "block",
        "on_export: report",
        ["on_export: report"],
    )


def test_an_export_whose_decision_cannot_be_noted_is_stopped(tmp_path: Path, log: Path) -> None:
    path = cut(tmp_path).with_suffix(".otio")
    log.parent.rmdir()
    with pytest.raises(otio.exceptions.OTIOError, match="the log cannot be used"):
        exported(builders.timeline(builders.clip()), path)
    assert not path.exists()


def test_a_scan_whose_decisions_cannot_be_noted_gives_no_verdict(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.parent.rmdir()
    ran = call(capsys, "scan", cut(tmp_path, edl([])))
    assert ran.code == 3
    assert "the log cannot be used" in ran.err


def test_a_project_cannot_name_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", cut(tmp_path, config="format: 1\nproduction: MYSHOW\nlog: mine.sqlite\n"))
    assert ran.code == 2
    assert "only the facility may set 'log'" in ran.err


def test_a_timeline_that_is_watched_is_noted_before_it_is_moved(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cut(tmp_path, edl([]))
    ran = call(capsys, "watch", path.parent, "--once", "--settle", "0", "--allowed", tmp_path / "allowed")
    assert ran.code == 0
    [kept] = said(log)
    assert (kept["doing"], kept["verdict"]) == ("watch", "allow")
    shutil.rmtree(log.parent)
    again = cut(tmp_path, edl([], []))
    assert call(capsys, "watch", again.parent, "--once", "--settle", "0", "--allowed", tmp_path / "allowed").code == 3
    assert again.exists()


def test_no_text_of_a_timeline_stands_in_the_log(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(
        capsys, "scan", cut(tmp_path, edl(['* GENAI: generate.element note="JANE DOE"', "* FROM CLIP NAME: JANE.MOV"]))
    )
    [kept] = said(log)
    assert kept["verdict"] == "block"
    assert "JANE" not in json.dumps(kept)


def test_verify_says_that_a_log_is_whole_and_how_far_it_came(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(capsys, "scan", cut(tmp_path))
    ran = call(capsys, "log", "verify")
    assert ran.code == 0
    checkpoint = ran.out.split()[-1]
    call(capsys, "scan", tmp_path / "show" / "cut.edl")
    assert call(capsys, "log", "verify", "--at", checkpoint).code == 0
    with closing(sqlite3.connect(log)) as base:
        base.execute("DROP TRIGGER entries_last")
        base.execute("DELETE FROM entries")
        base.commit()
    ran = call(capsys, "log", "verify", "--at", checkpoint)
    assert ran.code == 1
    assert "its end was cut off" in ran.out


def test_verify_says_which_entry_was_changed(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, "scan", cut(tmp_path))
    with closing(sqlite3.connect(log)) as base:
        base.execute("DROP TRIGGER entries_stay")
        base.execute("""UPDATE entries SET entry = replace(entry, '"block"', '"allow"')""")
        base.commit()
    ran = call(capsys, "log", "verify")
    assert ran.code == 1
    assert "entry 1 is not what was written" in ran.out


def test_verify_warns_of_a_clock_that_was_turned_back(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cut(tmp_path)
    call(capsys, "scan", path)
    call(capsys, "scan", path, "--as-of", "2026-01-01T00:00:00Z")
    ran = call(capsys, "log", "verify")
    assert ran.code == 0
    assert "was a clock turned back?" in ran.out


def test_an_empty_log_is_not_shown_as_whole(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text('{"format": "otiogate/log/v1", "log": "LOG-1"}\n', encoding="utf-8")
    assert call(capsys, "log", "verify", tmp_path / "out").code == 4
    assert call(capsys, "log", "show", tmp_path / "out").code == 4


def test_show_picks_what_is_asked_for(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cut(tmp_path)
    (path.parent / "plain.edl").write_text(edl([]), encoding="utf-8")
    call(capsys, "scan", path.parent)
    call(capsys, "scan", path.parent / "plain.edl", "--stage", "temp")
    assert [line.split()[0] for line in call(capsys, "log", "show").out.splitlines() if " scan " in line] == list("123")
    ran = call(capsys, "log", "show", "--not-allowed", "--format", "json")
    assert [each["seq"] for each in json.loads(ran.out)["decisions"]] == [1]
    ran = call(capsys, "log", "show", "--softened", "--format", "json")
    assert [each["seq"] for each in json.loads(ran.out)["decisions"]] == [3]
    ran = call(capsys, "log", "show", "--last", "1", "--format", "json")
    assert [each["seq"] for each in json.loads(ran.out)["decisions"]] == [3]


def test_an_export_of_the_log_is_checked_as_the_log_is(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(capsys, "scan", cut(tmp_path))
    assert call(capsys, "log", "export", "-o", tmp_path / "out.jsonl").code == 0
    assert call(capsys, "log", "verify", tmp_path / "out.jsonl").out == call(capsys, "log", "verify").out


@pytest.mark.parametrize("text", ["LOG", "LOG:1", "LOG:x:sha256:0", "LOG:1:md5:0"])
def test_what_is_no_checkpoint_is_a_usage_error(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    ran = call(capsys, "log", "verify", "--at", text)
    assert (ran.code, "is no checkpoint, and no file" in ran.err) == (2, True)


def test_exports_of_one_name_are_told_apart_by_where_they_went(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        exported(builders.timeline(builders.clip()), Path("turnover.otio"))
    assert [each["target"] for each in said(log)] == [str(tmp_path / name / "turnover.otio") for name in ("a", "b")]


def test_what_the_library_judges_is_noted_as_a_scan(tmp_path: Path, log: Path) -> None:
    path = cut(tmp_path)
    assert scan_path(path).verdict == "block"
    assert scan_object(builders.timeline(builders.clip()), near=path).verdict == "allow"
    assert scan_path(path, now=datetime(2027, 1, 15, tzinfo=timezone.utc)).advisory
    kept = said(log)
    assert [(each["doing"], each["verdict"]) for each in kept] == [
        ("scan", "block"),
        ("scan", "allow"),
        ("scan", "block"),
    ]
    assert (kept[0]["target"], [bool(each["softened"]) for each in kept]) == (str(path), [False, False, True])


def test_what_the_library_judges_and_cannot_note_is_no_verdict(tmp_path: Path, log: Path) -> None:
    path = cut(tmp_path, edl([]))
    log.parent.rmdir()
    with pytest.raises(StoreError, match="the log cannot be used"):
        scan_path(path)
    with pytest.raises(StoreError, match="the log cannot be used"):
        scan_object(builders.timeline(builders.clip()))


def test_what_has_no_end_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("/dev/zero", tmp_path / "pipe", tmp_path):
        for action in ("verify", "show", "export"):
            ran = call(capsys, "log", action, name)
            assert (ran.code, "is no file, and so no log" in ran.err) == (3, True)


def test_without_a_log_the_command_says_how_to_have_one(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "log", "verify")
    assert ran.code == 2
    assert "the facility keeps no decision log" in ran.err
