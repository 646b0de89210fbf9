"""The command as a whole: its help, its start, its version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import otiogate
from otiogate.cli import COMMANDS, main
from otiogate.cli.console import worst
from tests.cli.running import call, environment

HEAVY = ("opentimelineio", "jsonschema", "yaml", "requests", "referencing", "importlib.metadata", "asyncio")

START = """\
import contextlib, io, json, sys
from otiogate.cli import main
before = set(sys.modules)
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(json.loads(sys.argv[1]))
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(*arguments: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", START, json.dumps(arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["scan", "--help"], ["doctor", "--help"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    loaded = modules_after(*arguments, cwd=tmp_path)
    assert not loaded.intersection(HEAVY), loaded.intersection(HEAVY)
    assert not {name for name in loaded if name.startswith(("otiogate.gate", "otiogate.policy", "otiogate.host"))}


def test_an_edl_is_scanned_without_loading_opentimelineio_or_requests(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text("TITLE: A\n001  A001 V C 01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n")
    loaded = modules_after("scan", "cut.edl", cwd=tmp_path)
    assert not loaded.intersection({"opentimelineio", "requests"})


def test_importing_the_package_loads_none_of_it() -> None:
    text = "import sys, otiogate; print(sorted(each for each in sys.modules if each.startswith('otiogate')))"
    done = subprocess.run([sys.executable, "-c", text], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['otiogate']"


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "--version") == (0, f"otiogate {otiogate.__version__}\n", "")


def test_the_help_names_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "--help")
    assert ran.code == 0
    for name in COMMANDS:
        assert f"    {name}" in ran.out
    for code in ("0  allowed", "1  blocked", "2  usage", "3  could not judge", "4  nothing to scan", "70 a bug"):
        assert code in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, name, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"usage: otiogate {name} ")


def test_without_a_command_the_run_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "the following arguments are required: COMMAND" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scn", "cut.edl"], "COMMAND: there is no 'scn' (did you mean scan? see 'otiogate --help')"),
        (["--verison"], "there is no option --verison before the command (did you mean --version? see"),
        (["--config", "a.yaml", "scan", "cut.edl"], "there is no option --config before the command (see"),
        (["scan", "--inclde", "*.edl", "in"], "scan: there is no option --inclde (did you mean --include? see"),
        (["scan", "--inclde=*.edl", "in"], "scan: there is no option --inclde (did you mean --include? see"),
        (["scan", "--format", "csv", "in"], "scan: --format: there is no 'csv' (known: text, json, jsonl; see"),
        (["scan", "--jobs", "x", "in"], "scan: argument --jobs: invalid int value: 'x' (see 'otiogate scan --help')"),
        (["record", "lst"], "record: ACTION: there is no 'lst' (did you mean list? see 'otiogate record --help')"),
        (["record", "list", "--knd", "consent"], "record list: there is no option --knd (did you mean --kind? see"),
        (["scan", "--cache", "in"], "scan: the following arguments are required: PATH; --cache took in (see"),
        (["tag", "a.edl", "--event", "3", "--event=4"], "tag: --event is given twice, and takes one value (see"),
        (["scan", "in", "-o", "a.txt", "-ob.txt"], "scan: -o is given twice, and takes one value (see"),
        (["scan", "in", "--stage=temp", "--stage", "final"], "scan: --stage is given twice, and takes one value (see"),
        (["diff", "a.edl", "b.edl", "c.edl"], "diff: there is no place for c.edl (see 'otiogate diff --help')"),
        (["scan", "--\x1b[31m", "in"], "scan: there is no option --\\x1b[31m"),
    ],
)
def test_a_mistyped_call_is_one_line_that_says_what_may_have_been_meant(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"otiogate: {says}")


@pytest.mark.parametrize("name", ["otiogate", "otiogate verify"])
def test_a_help_wraps_its_text_and_keeps_the_lines_of_its_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = call(capsys, *name.split()[1:], "--help").out.splitlines()
    codes = next(number for number, line in enumerate(lines) if line.startswith("exit codes"))
    assert max(map(len, lines[:codes])) <= 80
    assert [line[:4].strip() for line in lines[codes + 1 :] if line][:2] == ["0", "1"]


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["scan", "cut.edl", ""], "scan: PATH"),
        (["cuesheet", ""], "cuesheet: TIMELINE"),
        (["verify", ""], "verify: FILE"),
        (["scan", "in", "--exclude", ""], "scan: --exclude"),
        (["scan", "in", "--exclude=x", "--exclude="], "scan: --exclude"),
        (["scan", "in", "--config", ""], "scan: --config"),
    ],
)
def test_an_empty_place_is_a_usage_error_and_not_the_working_folder(
    arguments: list[str], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"otiogate: {place} is empty, as of a variable that is not set (see")


def test_abbreviated_options_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    # An abbreviation that is unique today may mean another option tomorrow.
    assert call(capsys, "scan", "cut.edl", "--pol", "netflix").code == 2


def test_main_takes_its_arguments_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["otiogate", "schema", "consent"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Consent"


def test_a_bug_is_exit_code_70_and_says_that_it_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> list[str]:
        raise KeyError("\x1b[31m")

    monkeypatch.setattr("otiogate.documents.schemas.schema_names", broken)
    ran = call(capsys, "schema")
    assert (ran.code, ran.out) == (70, "")
    assert "KeyError" in ran.err
    assert "\x1b" not in ran.err
    assert ran.err.endswith(
        "otiogate: this is a bug in otiogate, not a verdict. Please report it with the lines above.\n"
    )


def test_of_several_exit_codes_the_worst_is_that_of_the_contract_not_the_highest() -> None:
    mild_to_worst = [0, 4, 1, 3, 2, 70]
    for place, code in enumerate(mild_to_worst):
        assert worst(mild_to_worst[: place + 1]) == worst(reversed(mild_to_worst[: place + 1])) == code
    assert worst(()) == 0
