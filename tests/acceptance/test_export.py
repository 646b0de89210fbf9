"""The installed command and OpenTimelineIO's own, run as an editor runs them.

``OTIOGATE_TEST_PYTHON`` names the interpreter to run, so that the same tests hold an environment in which only the
built wheel is installed: ``OTIOGATE_TEST_PYTHON=/path/to/python pytest tests/acceptance/test_export.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.builders import clip, time_range, timeline
from tests.cli.running import ALONE, TIMEOUT, Ran, environment, held

pytestmark = ALONE

PYTHON = os.environ.get("OTIOGATE_TEST_PYTHON") or sys.executable
TAG = "GENAI gen.shot id=DIS-001"
SUFFIXES = ("otio", "edl", "xml", "otioz", "otiod")


def run(*command: str | Path, cwd: Path, **changes: str) -> Ran:
    """One command in ``cwd``, with an environment that changes no verdict but by ``changes``."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def script(name: str) -> Path:
    """A command that is installed beside the interpreter."""
    found = shutil.which(name, path=str(Path(PYTHON).parent))
    assert found, f"{name} is not installed beside {PYTHON}"
    return Path(found)


def otiogate(*arguments: str | Path, cwd: Path, **changes: str) -> Ran:
    return run(PYTHON, "-m", "otiogate", *arguments, cwd=cwd, **changes)


def convert(source: str, target: str, *more: str, cwd: Path, **changes: str) -> Ran:
    return run(script("otioconvert"), "-i", source, "-o", target, *more, cwd=cwd, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tagged and an untagged timeline, the media that both use, and no configuration."""
    (tmp_path / "vfx_010.mov").write_bytes(b"a small picture")
    for name, tag in (("tagged", TAG), ("clean", None)):
        made = clip(tag)
        made.media_reference = otio.schema.ExternalReference(str(tmp_path / "vfx_010.mov"), time_range(0, 500))
        timeline(made).to_json_file(str(tmp_path / f"{name}.otio"))
    return tmp_path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_uncleared_clip_stops_otioconvert_and_leaves_no_file(suffix: str, folder: Path) -> None:
    before = held(folder)
    ran = convert("tagged.otio", f"./out.{suffix}", cwd=folder)
    assert ran.code != 0
    assert held(folder) == before
    text = ran.err[ran.err.index("otiogate stopped this export: BLOCKED") :]
    for part in ("01:00:00:00-01:00:02:00", "reel A001", "'vfx_010'", "DIS-001", "NFX-020", "Next: otiogate explain"):
        assert part in text, part


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_untagged_timeline_goes_through_otioconvert_and_is_allowed_on_arrival(suffix: str, folder: Path) -> None:
    (folder / "otiogate.yaml").write_text("format: 1\n", encoding="utf-8")
    ran = convert("clean.otio", f"./out.{suffix}", cwd=folder)
    assert ran.code == 0, ran.err
    assert "otiogate" not in ran.err
    out = folder / f"out.{suffix}"
    assert (out / "content.otio" if suffix == "otiod" else out).stat().st_size > 0
    if suffix != "xml":
        ran = otiogate("scan", f"out.{suffix}", cwd=folder)
        assert (ran.code, "ALLOWED" in ran.out) == (0, True), ran.out


@pytest.mark.parametrize("line", ["* COMMENT: GENAI gen.shot", "* LOC: 10:00:01:00 GENAI gen.shot"])
def test_a_tag_in_an_edl_stops_its_conversion_to_otio(line: str, folder: Path) -> None:
    event = "001  A001     V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00"
    (folder / "in.edl").write_text(f"TITLE: CUT\nFCM: NON-DROP FRAME\n{event}\n{line}\n", encoding="utf-8")
    ran = convert("in.edl", "out.otio", cwd=folder)
    assert ran.code != 0
    assert "otiogate stopped this export: BLOCKED" in ran.err
    assert not (folder / "out.otio").exists()


@pytest.mark.parametrize("suffix", ["edl", "otioz"])
def test_the_gated_adapter_stops_otioconvert_too(suffix: str, folder: Path) -> None:
    before = held(folder)
    ran = convert("tagged.otio", f"out.{suffix}", "-O", "otiogate_gated", cwd=folder)
    assert ran.code != 0
    assert "otiogate stopped this export: BLOCKED" in ran.err
    assert held(folder) == before
    ran = convert("clean.otio", f"out.{suffix}", "-O", "otiogate_gated", cwd=folder)
    assert ran.code == 0, ran.err
    assert (folder / f"out.{suffix}").stat().st_size > 0


def test_the_gated_adapter_reads_the_xml_that_it_wrote_back(folder: Path) -> None:
    ran = convert("tagged.otio", "out.xml", "-O", "otiogate_gated", cwd=folder)
    assert ran.code != 0
    assert not (folder / "out.xml").exists()
    ran = convert("clean.otio", "out.xml", "-O", "otiogate_gated", cwd=folder)
    assert ran.code == 0, ran.err
    assert (folder / "out.xml").stat().st_size > 0


def test_without_its_plugins_the_gated_adapter_is_an_error_and_the_hook_is_silent(folder: Path) -> None:
    off = {"OTIO_DISABLE_ENTRYPOINTS_PLUGINS": "1"}
    ran = convert("tagged.otio", "gated.otio", "-O", "otiogate_gated", cwd=folder, **off)
    assert ran.code != 0
    assert not (folder / "gated.otio").exists()
    assert convert("tagged.otio", "open.otio", cwd=folder, **off).code == 0
    assert (folder / "open.otio").exists()
    ran = otiogate("doctor", cwd=folder, **off)
    assert ran.code == 1
    assert "NOT guarded" in ran.out
    assert otiogate("scan", "open.otio", cwd=folder).code == 1


def test_a_hook_argument_makes_it_a_temp_delivery(folder: Path) -> None:
    ran = convert("tagged.otio", "out.edl", "-H", "otiogate_stage='temp'", cwd=folder)
    assert ran.code == 0, ran.err
    assert (folder / "out.edl").exists()


def test_report_mode_lets_it_through_and_says_so_on_standard_error(folder: Path) -> None:
    (folder / "otiogate.yaml").write_text("format: 1\non_export: report\n", encoding="utf-8")
    ran = convert("tagged.otio", "out.edl", cwd=folder)
    assert ran.code == 0
    assert "not stopped, by configuration: BLOCKED" in ran.err
    assert (folder / "out.edl").exists()
    assert otiogate("scan", "tagged.otio", cwd=folder).code == 1


@pytest.mark.parametrize(
    ("names", "code"),
    [(["clean", "tagged"], 1), (["broken", "tagged", "clean"], 3)],
    ids=["blocked", "could not judge"],
)
def test_scan_ends_with_the_exit_code_of_the_worst(names: list[str], code: int, folder: Path) -> None:
    (folder / "broken.otio").write_text("{", encoding="utf-8")
    ran = otiogate("scan", "--format", "json", *(f"{name}.otio" for name in names), cwd=folder)
    assert ran.code == code, ran.err
    verdicts = {"clean": "allow", "tagged": "block", "broken": "cannot_judge"}
    assert [each["verdict"] for each in json.loads(ran.out)["reports"]] == [verdicts[name] for name in names]


def test_the_installed_command_is_the_module(folder: Path) -> None:
    version = run(script("otiogate"), "--version", cwd=folder)
    assert (version.code, version.out) == (0, otiogate("--version", cwd=folder).out)
    assert run(script("otiogate"), "scan", "tagged.otio", cwd=folder).code == 1


def test_doctor_proves_that_the_hook_fires(folder: Path) -> None:
    ran = otiogate("doctor", cwd=folder)
    assert ran.code == 0, ran.out
    assert "FAIL" not in ran.out
    assert "a timeline with a broken tag is stopped, and leaves no file" in ran.out
    assert "an untagged timeline goes through" in ran.out


def test_doctor_examines_another_interpreter(folder: Path) -> None:
    ran = otiogate("doctor", "--python", PYTHON, cwd=folder)
    assert ran.code == 0, ran.out
    ran = otiogate("doctor", "--python", str(folder / "no python"), cwd=folder)
    assert ran.code == 3
    assert "cannot be run: No such file or directory (name the Python interpreter that the tool runs)" in ran.err
