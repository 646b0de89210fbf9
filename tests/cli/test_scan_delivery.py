"""``otiogate scan`` of a delivery: many files, each judged in a process of its own, told as they are done."""

from __future__ import annotations

import faulthandler
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from otiogate.cli import progress
from otiogate.documents.chain import read as read_log
from otiogate.documents.schemas import faults
from otiogate.report.json import read_reports
from otiogate.scan import delivery as scanned
from tests.cli.running import ALONE, call, command, edl, environment, held, held_up, run

TAGGED = "* GENAI gen.shot stage=final"
DEEP = '{"OTIO_SCHEMA": "SerializableCollection.1", "children": [' * 50_000 + "]}" * 50_000


@pytest.fixture(autouse=True)
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"cut{number}.edl").write_text(edl([], [TAGGED] if number == 3 else []))
    return folder


@pytest.mark.parametrize("jobs", ["1", "2", "7"])
def test_a_folder_is_one_command_and_the_order_is_that_of_the_names(
    jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "scan", "in", "--jobs", jobs)
    assert ran.code == 1
    assert [line.split()[0:2] for line in ran.out.splitlines() if "delivery;" in line] == [
        ["BLOCKED" if number == 3 else "ALLOWED", f"in/cut{number}.edl"] for number in range(5)
    ]
    assert (
        ran.err == "otiogate: 5 timelines: 4 allowed, 1 blocked; first: in/cut3.edl: blocked, 3 findings to resolve\n"
    )


def test_json_lines_are_a_report_each_and_tell_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "in", "--format", "jsonl", "--as-of", "2027-01-01Z")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    whole = json.loads(call(capsys, "scan", "in", "--format", "json", "--as-of", "2027-01-01Z").out)
    assert lines == whole["reports"]
    assert faults("report", whole) == []
    assert [each.verdict for each in read_reports(json.dumps(whole))] == ["allow", "allow", "allow", "block", "allow"]


def test_a_list_comes_on_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    listed = b"in/cut0.edl\r\nin/cut3.edl\n\nin/none.edl"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(listed)))
    ran = call(capsys, "scan", "-", "in/cut1.edl")
    assert ran.code == 3
    assert ran.err.startswith("otiogate: 4 timelines: 2 allowed, 1 blocked, 1 could not judge; first: in/none.edl")


@pytest.mark.skipif(os.name != "posix", reason="needs names that only POSIX allows")
def test_in_a_list_that_nuls_part_a_name_may_hold_line_ends(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery / "[two\nlines\r.edl").write_text(edl([TAGGED]))
    listed = b"in/cut0.edl\0in/[two\nlines\r.edl\0"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(listed)))
    ran = call(capsys, "scan", "-")
    assert ran.code == 1
    assert ran.err.startswith("otiogate: 2 timelines: 1 allowed, 1 blocked; first: in/[two lines .edl: blocked")


def test_a_folder_that_cannot_be_listed_is_exit_code_3_and_ends_nothing_else(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery / "cut3.edl").unlink()
    (delivery / "lost").mkdir()
    true = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("lost"):
            raise PermissionError(13, "Permission denied", str(path))
        return true(path)

    monkeypatch.setattr(os, "scandir", refuse)
    ran = call(capsys, "scan", "in")
    assert (ran.code, ran.out.count("ALLOWED")) == (3, 4)
    assert ran.err.startswith("otiogate: in/lost: cannot be listed: Permission denied")
    assert call(capsys, "scan", "in", "--exclude", "lost").code == 0
    assert call(capsys, "scan", "in/lost").code == 3
    ran = call(capsys, "watch", "in", "--once", "--settle", "0")
    assert ran.code == 3
    assert "in/lost: cannot be listed: Permission denied: nothing in it is judged" in ran.err
    assert "in/cut0.edl: allowed" in ran.err


@pytest.mark.parametrize(
    ("allowed", "blocked", "says"),
    [
        ("in", "held", "in: --allowed is the inbox"),
        ("cleared", "in", "in: --blocked is the inbox"),
        ("out", "out", "out: --allowed and --blocked are one folder"),
        ("out", "cleared/../out", "out: --allowed and --blocked are one folder"),
        ("out", "out/held", "held: --allowed and --blocked are one folder, or one is in the other"),
        ("out/cleared", "out", "out: --allowed and --blocked are one folder, or one is in the other"),
    ],
)
def test_what_a_watch_allows_never_goes_where_the_rest_lies(
    delivery: Path, allowed: str, blocked: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = held(delivery)
    ran = call(capsys, "watch", "in", "--once", "--settle", "0", "--allowed", allowed, "--blocked", blocked)
    assert (ran.code, held(delivery)) == (2, before)
    assert says in ran.err


def test_a_timeline_that_is_not_called_one_cannot_be_judged(delivery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (delivery / "cut3.edl").rename(delivery / "cut3.edl.txt")
    ran = call(capsys, "scan", "in")
    assert ran.code == 3
    assert "1 could not judge; first: in/cut3.edl.txt: could not judge: is no timeline format that is known" in ran.err
    assert "by its content it is an EDL (name the file for what it is" in ran.err


def test_what_is_left_out_is_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "scan", "in", "--exclude", "cut3*").code == 0
    assert call(capsys, "scan", "in", "--include", "cut3*").code == 1
    none = call(capsys, "scan", "in", "--since", "2099-01-01Z")
    assert none.code == 4
    assert "no timeline in in, or none that --include, --exclude and --since leave" in none.err
    assert call(capsys, "scan", "in", "--since", "1h").code == 1
    assert call(capsys, "scan", "in", "--since", "yesterday").code == 2
    assert call(capsys, "scan", "in", "--jobs", "0").code == 2
    assert call(capsys, "scan", "in", "--timeout", "0").code == 2


def test_a_file_that_brings_its_reader_down_is_a_finding(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from otiogate.scan import desk

    true = desk.read_timeline

    def read(path: Path, rate: object) -> object:
        if path.name == "cut1.edl":
            faulthandler.disable()
            os.kill(os.getpid(), signal.SIGSEGV)
        if path.name == "cut2.edl":
            time.sleep(600)
        return true(path, rate)

    monkeypatch.setattr(desk, "read_timeline", read)
    ran = call(capsys, "scan", "in", "--format", "json", "--timeout", "2")
    reports = json.loads(ran.out)["reports"]
    assert [each["verdict"] for each in reports] == ["allow", "cannot_judge", "cannot_judge", "block", "allow"]
    assert [each["problems"][0]["what"] for each in reports[1:3]] == [
        "ended the process that read it (SIGSEGV)",
        "took longer than 2 seconds to read",
    ]
    assert ran.code == 3


def test_a_timeline_nested_without_end_ends_nothing_else(delivery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (delivery / "cut1.otio").write_text(DEEP)
    ran = call(capsys, "scan", "in", "--format", "json")
    verdicts = {each["input"]["name"]: each["verdict"] for each in json.loads(ran.out)["reports"]}
    assert verdicts["cut1.otio"] == "cannot_judge"
    assert list(verdicts.values()).count("allow") == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "in/cut9.otio"),
        ("explain", "in/cut9.otio", "shot"),
        ("cuesheet", "in/cut9.otio"),
        ("diff", "in/cut0.edl", "in/cut9.otio"),
        ("diff", "in/cut9.otio", "in/cut0.edl"),
        ("tag", "in/cut9.otio", "--name", "*", "--tag", "GENAI gen.shot", "--in-place"),
    ],
    ids=" ".join,
)
def test_a_timeline_that_brings_its_reader_down_is_exit_code_3_to_every_command(
    arguments: tuple[str, ...], delivery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery / "cut9.otio").write_text(DEEP)
    before = (delivery / "cut9.otio").read_bytes()
    ran = call(capsys, *arguments)
    assert ran.code == 3, ran.err
    assert "in/cut9.otio" in ran.err
    assert "Traceback" not in ran.err
    assert (delivery / "cut9.otio").read_bytes() == before


def test_a_link_to_a_folder_is_not_followed_and_that_is_said_once(
    delivery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = delivery.parent / "other"
    other.mkdir()
    (other / "more.edl").write_text(edl([]))
    (delivery / "sub").mkdir()
    (delivery / "sub" / "linked").symlink_to(other)
    (delivery / "linked").symlink_to(other)
    ran = call(capsys, "scan", "in")
    said = "otiogate: not followed: 2 links to folders: in/linked (name it too, or leave it out with --exclude)\n"
    assert ran.err.startswith(f"{said}otiogate: 5 timelines: ")
    assert call(capsys, "scan", "in/linked").err == "otiogate: in/linked/more.edl: allowed\n"
    ran = call(capsys, "scan", "in", "in/sub/linked/", "./in/linked")
    assert ran.err.startswith("otiogate: 7 timelines: "), "what is named too is no more left unseen"


def test_what_lies_behind_a_link_that_is_not_followed_is_not_green(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("show/ep101/cut.edl", "other/more.edl"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(edl([]))
    (tmp_path / "show" / "latest").symlink_to("ep101")
    assert call(capsys, "scan", "show").code == 0, "what it leads to is scanned where it lies"
    (tmp_path / "show" / "linked").symlink_to(tmp_path / "other")
    for further in ([], ["--include", "*.edl"], ["--since", "1d"], ["--exclude", "*.mov"]):
        ran = call(capsys, "scan", "show", *further)
        assert (ran.code, "not followed: 1 link to a folder: show/linked" in ran.err) == (4, True), ran.err
    for pattern in ("linked", "linked/*"):
        assert call(capsys, "scan", "show", "--exclude", pattern).code == 0
    (tmp_path / "show" / "cut.edl").write_text(edl(["* GENAI gen.shot stage=final"]))
    assert call(capsys, "scan", "show").code == 1, "the worst counts"


def test_a_bug_with_one_timeline_is_told_and_ends_nothing_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from otiogate.scan import desk

    true = desk.read_timeline

    def read(path: Path, rate: object) -> object:
        if path.name == "cut1.edl":
            raise KeyError("ours")
        return true(path, rate)

    monkeypatch.setattr(desk, "read_timeline", read)
    ran = call(capsys, "scan", "in", "--format", "json")
    assert ran.code == 70
    assert "'in/cut1.edl': not judged" in ran.err
    assert "KeyError: 'ours'" in ran.err
    assert "5 timelines: 3 allowed, 1 blocked, 1 could not judge" in ran.err
    reports = {each["input"]["path"]: each for each in json.loads(ran.out)["reports"]}
    assert reports["in/cut1.edl"]["verdict"] == "cannot_judge"
    assert reports["in/cut1.edl"]["problems"][0]["what"] == "a bug in otiogate, and no verdict"


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_what_a_broken_configuration_is_for_stands_in_every_report(
    delivery: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    inner = delivery / "vendor"
    inner.mkdir()
    (inner / "otiogate.yaml").write_text("format: 1\nstge: temp\n")
    for name in ("one.edl", "two.edl"):
        (inner / name).write_text(edl([TAGGED]))
    ran = call(capsys, "scan", "in", "--format", form)
    assert ran.code == 2
    summary, told = sorted(ran.err.splitlines(), key=lambda each: "timelines: " not in each)
    assert summary.startswith(
        "otiogate: 7 timelines: 4 allowed, 1 blocked, 2 could not judge; first: in/vendor/one.edl: "
    )
    assert "in/vendor/otiogate.yaml:2: 'stge' is not known here" in told
    assert all(f"in/vendor/{each}.edl" in ran.out for each in ("one", "two"))
    if form != "text":
        reports = (
            json.loads(ran.out)["reports"] if form == "json" else [json.loads(each) for each in ran.out.splitlines()]
        )
        refused = [each for each in reports if "vendor" in each["input"]["path"]]
        assert [each["verdict"] for each in refused] == ["cannot_judge"] * 2
        assert {each["problems"][0]["where"] for each in refused} == {f"{inner}/otiogate.yaml:2"}


def test_a_hidden_timeline_is_said_to_be_left_unseen(delivery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (delivery / "cut3.edl").unlink()  # the one that is blocked
    assert call(capsys, "scan", "in").code == 0
    (delivery / ".cut3.edl").write_text(edl([TAGGED]))
    ran = call(capsys, "scan", "in")
    assert ran.code == 4
    assert "not looked at: 1 hidden timeline or folder of such: in/.cut3.edl (name it too," in ran.err
    assert call(capsys, "scan", "in", "in/.cut3.edl").code == 1
    assert call(capsys, "scan", "in", "--exclude", ".*").code == 0


def test_results_are_told_as_they_come(delivery: Path) -> None:
    fifo = delivery / "cut9.edl"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        held_up("scan", "in", "--format", "jsonl"), cwd=delivery.parent, env=environment(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(5)]
    assert [json.loads(each)["input"]["name"] for each in lines] == [f"cut{number}.edl" for number in range(5)]
    fifo.write_text(edl([]))
    assert process.communicate(timeout=60)[0].count(b"\n") == 1
    assert process.returncode == 1


@ALONE
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_has_told_whole_lines_and_leaves_no_process(ending: signal.Signals, delivery: Path) -> None:
    os.mkfifo(delivery / "cut4a.edl")
    process = subprocess.Popen(
        held_up("scan", "in", "--format", "jsonl", "-o", "-"),
        cwd=delivery.parent,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background has a child begin with the interrupt ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(5)]
    process.send_signal(ending)
    rest, said = process.communicate(timeout=60)
    assert rest == b""
    assert all(json.loads(each) for each in lines)
    if ending is signal.SIGINT:
        assert process.returncode == 3
        assert b"otiogate: interrupted after 5 of 6; the others have no verdict\n" in said
    assert run("scan", "in/cut0.edl", cwd=delivery.parent).code == 0


@ALONE
@pytest.mark.parametrize("pause", [0.0, 0.05, 0.1, 0.2])
def test_what_an_interrupted_run_has_logged_it_has_told(pause: float, delivery: Path) -> None:
    for number in range(5, 600):
        (delivery / f"cut{number}.edl").write_text(edl([], [TAGGED] if number % 3 == 0 else []))
    facility, log = delivery.parent / "facility.yaml", delivery.parent / "log"
    facility.write_text(f"format: 1\nlog: {log}\n")
    with (delivery.parent / "told").open("wb") as out:
        process = subprocess.Popen(
            command("scan", "in", "--format", "json", "--jobs", "2"),
            cwd=delivery.parent,
            env=environment() | {"OTIOGATE_FACILITY": str(facility)},
            stdout=out,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - as above
        )
        while (delivery.parent / "told").stat().st_size < 1000:
            time.sleep(0.01)
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    told = json.loads((delivery.parent / "told").read_text())["reports"]
    if b"interrupted after" in said:
        assert process.returncode == 3
    else:  # it was done, and about to end
        assert len(told) == 600
    logged = [Path(json.loads(each.entry)["target"]).name for each in read_log(log).links]
    assert logged == [each["input"]["name"] for each in told]


def test_a_report_that_is_interrupted_is_not_half_written(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> object:
        yield from ()
        raise KeyboardInterrupt

    monkeypatch.setattr(scanned, "scan", interrupted)
    ran = call(capsys, "scan", "in", "-o", "report.txt")
    assert ran.code == 3
    assert ran.err == "otiogate: interrupted, so there is no verdict; run it again\n"
    assert not (delivery.parent / "report.txt").exists()


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_an_interrupted_run_writes_what_is_done_and_closes_it(
    form: str, delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanned, "_HANDFUL", 1)
    all_of_it = scanned.scan

    def interrupted(*arguments: Any, **named: Any) -> Any:
        for number, each in enumerate(all_of_it(*arguments, **named)):
            if number == 2:
                raise KeyboardInterrupt
            yield each

    monkeypatch.setattr(scanned, "scan", interrupted)
    ran = call(capsys, "scan", "in", "--format", form, "-o", "report")
    assert ran.code == 3
    assert "otiogate: interrupted after 2 of 5; the others have no verdict\n" in ran.err
    text = (delivery.parent / "report").read_text()
    assert all(f"cut{number}.edl" in text for number in range(2))
    if form == "json":
        assert len(json.loads(text)["reports"]) == 2
    if form == "jsonl":
        assert len([json.loads(line) for line in text.splitlines()]) == 2


def test_what_is_no_file_is_refused_at_once(delivery: Path) -> None:
    os.mkfifo(delivery / "cut9.edl")
    os.mkfifo(delivery / "cut9.xml")
    os.mkfifo(delivery / "cut9.otioz")
    ran = run("scan", "in", "--format", "jsonl", cwd=delivery.parent)
    assert ran.code == 3
    problems = [json.loads(line)["problems"] for line in ran.out.splitlines()][5:]
    assert [each["what"] for [each] in problems] == ["is no file, but a pipe, a socket or a device"] * 3


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system cannot be asked")
@pytest.mark.parametrize("fails", [False, True])
def test_a_large_timeline_of_a_format_that_is_read_is_fetched_before_its_turn(
    fails: bool, delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def advise(descriptor: int, begin: int, size: int, advice: int) -> None:
        asked.append(os.fstat(descriptor).st_size)
        if fails:
            raise OSError("no such advice")

    monkeypatch.setattr(os, "posix_fadvise", advise)
    large = edl([], [TAGGED]) + "* nothing\n" * 10_000
    (delivery / "cut1.edl").write_text(large)
    (delivery / "bin.avb").write_text(large)
    ran = call(capsys, "scan", "in", "--jobs", "2")
    assert "6 timelines: 3 allowed, 2 blocked, 1 could not judge" in ran.err
    assert asked == [len(large)]


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system cannot be asked")
def test_a_large_timeline_that_became_a_pipe_holds_nothing_up(delivery: Path) -> None:
    from otiogate.scan import delivery as scanned

    os.mkfifo(delivery / "cut9.edl")
    scanned._fetch(str(delivery / "cut9.edl"))
    scanned._fetch(str(delivery / "cut10.edl"))


def test_a_sidecar_without_its_timeline_is_said(delivery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (delivery / "cut.edl.genai.json").write_text("{}")
    ran = call(capsys, "scan", "in")
    assert ran.err.startswith("otiogate: without its timeline beside it: 1 sidecar: in/cut.edl.genai.json\n")


def test_now_and_then_a_line_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_SECONDS", 0.0)
    monkeypatch.setattr(scanned, "_HANDFUL", 1)
    ran = call(capsys, "scan", "in", "--jobs", "1")
    lines = [line for line in ran.err.splitlines() if " of 5 timelines, " in line]
    assert len(lines) == 4
    assert all(line.endswith(" left") and " a second, 00:00:0" in line for line in lines)


def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.progress(40) as step:
        for done in range(1, 41):
            with step(done):
                time.sleep(0.005)
    assert "/40 [" in terminal.getvalue()
    assert "timelines/s]" in terminal.getvalue()
