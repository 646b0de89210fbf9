"""Whatever is handed in, a run ends with an exit code of the contract, one clear line, and nothing written.

0 allowed, 1 blocked, 2 usage or configuration, 3 could not judge, 70 a bug; the worst of several wins.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import opentimelineio as otio
import pytest

from tests import builders
from tests.cli.running import ALONE, Ran, call, edl, environment, held, held_up, project, run

pytestmark = ALONE

CLEAN = edl([], ["* FROM CLIP NAME: A.MOV"])
TAGGED = edl([], ["* GENAI gen.shot", "* FROM CLIP NAME: B.MOV"])
posix = pytest.mark.skipif(os.name != "posix", reason="needs the streams and signals of POSIX")


def one_line(ran: Ran) -> str:
    """The one line on standard error, which begins with the name of the program and is no traceback."""
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1, ran.err
    assert ran.err.startswith("otiogate: ")
    return ran.err.removesuffix("\n")


def otio_text(*clips: otio.schema.Clip) -> str:
    return str(builders.timeline(*(clips or (builders.clip(),))).to_json_string())


# Timelines that cannot be judged


def _zip(path: Path, text: str | None, name: str = "content.otio") -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("version.txt", "1.0.0")
        if text is not None:
            archive.writestr(name, text)
    return path.read_bytes()


def _garbled(data: bytes) -> bytes:
    """An archive whose directory is whole and whose content is not."""
    place = data.index(b"content.otio") + len("content.otio") + 4
    return data[:place] + b"\xff" * 40 + data[place + 40 :]


def _otio(schema: str, **more: Any) -> str:
    return json.dumps({"OTIO_SCHEMA": schema, "name": "x", "metadata": {}} | more)


UNREAD: dict[str, tuple[str | bytes | None, str]] = {
    "missing.edl": (None, "No such file or directory (correct the path)"),
    "missing.otioz": (None, "No such file or directory (correct the path)"),
    "empty.otio": ("", "is empty"),
    "blank.edl": (" \r\n\t\n", "is empty"),
    "zeros.edl": ("\0" * 600, "is no CMX 3600 EDL: it is binary data"),
    "cut_off.otio": (otio_text()[:900], "ends in the middle, as if it were cut off"),
    "cut_off.edl": (CLEAN[: CLEAN.index("002") + 30], "looks like an event but cannot be read"),
    "no_event.edl": ("Dear all,\nplease find the cut attached.\n", "holds no EDL event"),
    "twice.otio": (otio_text().replace('"name": "cut"', '"name": "a", "name": "cut"'), "'name' is given twice"),
    "latin.otio": (otio_text().encode().replace(b"cut", b"c\xfct"), "not UTF-8"),
    "unknown.otio": (_otio("Mystery.1"), "Mystery.1, unknown to this OpenTimelineIO"),
    "effect.otio": (
        otio_text().replace('"effects": []', '"effects": [{"OTIO_SCHEMA": "StudioGrade.1"}]'),
        "it knows no StudioGrade (name the plugin that defines it in OTIO_PLUGIN_MANIFEST_PATH",
    ),
    "newer.otio": (_otio("Timeline.99"), "have it exported for this one"),
    "marker.otio": (str(otio.schema.Marker().to_json_string()), "holds no timeline, track or clip, only Marker"),
    "number.otio": ("1", "holds no timeline, track or clip"),
    "bare.otio": ("{}", "holds no timeline, track or clip"),
    "deep.otio": ("[" * 200_000, "nested too deeply"),
    "object_in_time.otio": (
        otio_text().replace('"value": 10.0', '"value": 10.0, "x": {"OTIO_SCHEMA": "Clip.1"}'),
        "a RationalTime.1 holds an object, which OpenTimelineIO cannot read",
    ),
    "object_in_reference.otio": (
        otio_text().replace(
            '"metadata": {}',
            '"metadata": {"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "", "x": [{"OTIO_SCHEMA": []}]}',
        ),
        "a SerializableObjectRef.1 holds an object, which OpenTimelineIO cannot read",
    ),
    "no_archive.otioz": ("plain text", "is not a zip archive that can be read"),
    "hollow.otioz": (b"ZIP", "holds no content.otio"),
    "garbled.otioz": (b"GARBLED", "is not a zip archive that can be read"),
    "cut_off.otioz": (b"HALF", "is not a zip archive that can be read"),
    "bundle.otiod": (b"FOLDER", "holds no content.otio, its timeline"),
    "notes.txt": ("A cut.", "no timeline format that is known (.txt)"),
    "cut": (
        CLEAN,
        "no timeline format that is known (no suffix); by its content it is an EDL (name the file for what it is",
    ),
    "nowhere": (None, "No such file or directory (correct the path)"),
    "no_version.fcpxml": ("<fcpxml/>", "FCPXML of version '' is not known"),
    "no_xml.fcpxml": ("A cut.", "line 1: is no XML that can be read: syntax error"),
    "other.fcpxml": ("<xmeml/>", "is no FCPXML: its outermost element is 'xmeml'"),
    "entities.fcpxml": ('<!DOCTYPE fcpxml [<!ENTITY a "b">]><fcpxml/>', "declares entities or attributes of its own"),
    "cut_off.fcpxml": ('<fcpxml version="1.9">\n<library>', "line 2: is no XML that can be read"),
    "bundle.fcpxmld": (b"FOLDER", "holds no Info.fcpxml, its timeline"),
    "cut.aaf": ("AAF", "is no AAF: it is some other text"),
    "cut_off.aaf": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is no AAF that can be read"),
    "picture.aaf": (b"\x89PNG\r\n\x1a\n", "is no AAF: it is a PNG image"),
    "cut.ale": ("Heading", "holds no clip that can be read, so nothing in it was checked"),
    "cut.xml": (
        "<xmeml/>",
        "OpenTimelineIO's adapter fcp_xml cannot read it: ValueError: No top-level sequences found",
    ),
    "page.xml": ("<html><body/></html>", "is no FCP 7 XML: it is XML whose outermost element is 'html'"),
    "entities.xml": ('<!DOCTYPE xmeml [<!ENTITY a "b">]><xmeml/>', "declares entities or attributes of its own"),
    "cut.kdenlive": ("<ges/>", "is no Kdenlive project: it is a GES project"),
    "cut.xges": ("[]", "is no GES project: it is JSON"),
    "cut.m3u8": ("TITLE: CUT", "is no HLS playlist: it is an EDL"),
    "many.m3u8": (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8",
        "is a playlist of playlists: there is no clip in it",
    ),
    "cut.mlt": ("<mlt/>", "MLT is not read, so nothing in it was checked"),
}


def _make(folder: Path, name: str) -> Path:
    body, path = UNREAD[name][0], folder / name
    if body == b"FOLDER":
        path.mkdir()
        return path
    if name.endswith(".otioz") and isinstance(body, bytes):
        whole = _zip(path, None if body == b"ZIP" else otio_text())
        makers = {b"ZIP": lambda: whole, b"GARBLED": lambda: _garbled(whole), b"HALF": lambda: whole[: len(whole) // 2]}
        body = makers[body]()
    if body is not None:
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_what_cannot_be_read_is_exit_code_3_and_says_why_and_what_to_do(name: str, tmp_path: Path) -> None:
    path = _make(tmp_path, name)
    before = held(tmp_path)
    ran = run("scan", path, cwd=tmp_path)
    assert ran.code == 3
    line = one_line(ran)
    assert f"{name}: could not judge: " in line
    assert UNREAD[name][1] in line
    assert line.endswith(")"), "the next step stands in brackets at the end"
    assert ran.out.startswith(f"COULD NOT JUDGE  {path}: ")
    assert held(tmp_path) == before


def test_a_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    paths = [_make(tmp_path, name) for name in sorted(UNREAD)]
    for name, text in (("clean.edl", CLEAN), ("tagged.edl", TAGGED)):
        (tmp_path / name).write_text(text)
        paths.insert(len(paths) // 2, tmp_path / name)
    ran = run("scan", "--format", "json", *paths, cwd=tmp_path)
    reports = json.loads(ran.out)["reports"]
    assert [report["input"]["path"] for report in reports] == [str(path) for path in paths]
    verdicts = {Path(report["input"]["path"]).name: report["verdict"] for report in reports}
    assert verdicts == dict.fromkeys(UNREAD, "cannot_judge") | {"clean.edl": "allow", "tagged.edl": "block"}
    assert ran.code == 3
    assert f"{len(paths)} timelines: 1 allowed, 1 blocked, {len(UNREAD)} could not judge; first: " in one_line(ran)


def test_without_a_timeline_the_run_is_a_usage_error(tmp_path: Path) -> None:
    for arguments in (
        (),
        ("scan",),
        ("scan", "--format", "xml", "a.edl"),
        ("judge", "a.edl"),
        ("scan", "a.edl", "--x"),
    ):
        ran = run(*arguments, cwd=tmp_path)
        assert ran.code == 2
        assert ran.out == ""
        assert " --help')" in one_line(ran)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_timeline_without_the_right_to_read_it_cannot_be_judged(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(CLEAN)
    path.chmod(0)
    ran = run("scan", path, cwd=tmp_path)
    path.chmod(0o600)
    assert ran.code == 3
    assert "Permission denied (ask for the right to read it)" in one_line(ran)


@pytest.mark.parametrize("name", ["cut.edl", "cut.otio", "cut.otioz"])
def test_a_timeline_that_the_system_refuses_cannot_be_judged(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    (tmp_path / name).write_text("TITLE: CUT\n", encoding="utf-8")
    opened = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *a, **k: refuse() if Path(path).name == name else opened(path, *a, **k)
    )
    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    ran = call(capsys, "scan", tmp_path / name)
    assert ran.code == 3
    assert "Permission denied" in one_line(ran)


def test_an_archive_that_would_unpack_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("otiogate.scan.read._MAX_CONTENT", 10_000)
    _zip(tmp_path / "cut.otioz", " " * 1_000_000 + otio_text())
    ran = call(capsys, "scan", tmp_path / "cut.otioz")
    assert ran.code == 3
    assert "content.otio in it is larger than 10000 bytes" in one_line(ran)


@pytest.mark.parametrize("other", ["CONTENT.otio", "Content.OTIO", "./content.otio", ".\\content.otio"])
def test_a_second_timeline_that_takes_the_place_of_the_first_when_unpacked_is_refused(
    other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.otioz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("content.otio", other):
            archive.writestr(name, otio_text())
    ran = call(capsys, "scan", path)
    assert ran.code == 3
    assert "holds more than one content.otio" in one_line(ran)


_IN_A_BUNDLE = [("otiod", each) for each in ("cut.edl", "sub/content.otio", "content.otio ", "a.XML", "cut.edl.bak")]
_IN_AN_ARCHIVE = [("otioz", each) for _, each in _IN_A_BUNDLE] + [
    ("otioz", each) for each in ("/content.otio", "x/../content.otio", "in.otiod/content.otio")
]


@pytest.mark.parametrize(("kind", "other"), _IN_A_BUNDLE + _IN_AN_ARCHIVE)
def test_a_timeline_that_a_bundle_holds_beside_its_own_is_refused(
    kind: str, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"cut.{kind}"
    inside = {"content.otio": otio_text(), other: "<xmeml/>", "media/C0001M01.XML": "<NonRealTimeMeta/>", "a.mov": ""}
    inside["version.txt"] = "1.0.0"
    if kind == "otioz":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in inside.items():
                archive.writestr(name, text)
    else:
        for name, text in inside.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
    ran = call(capsys, "scan", path)
    assert ran.code == 3
    assert f"holds another timeline beside its own, {other}, which nobody would judge" in one_line(ran)


def test_an_archive_before_the_archive_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = _zip(tmp_path / "first.otioz", otio_text(builders.clip("GENAI gen.shot")))
    path = tmp_path / "cut.otioz"
    path.write_bytes(first + _zip(path, otio_text()))
    ran = call(capsys, "scan", path)
    assert ran.code == 3
    assert "holds something before its first member" in one_line(ran)


def test_nan_in_a_timeline_is_odd_and_no_reason_to_refuse_it(tmp_path: Path) -> None:
    # OpenTimelineIO itself writes it.
    (tmp_path / "cut.otio").write_text(otio_text().replace('"metadata": {}', '"metadata": {"gain": NaN}', 1))
    ran = run("scan", "cut.otio", cwd=tmp_path)
    assert ran.code == 0
    assert "odd: cut.otio: holds NaN, which is not JSON" in ran.out
    one_line(ran)


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".edl", "x" * 300 + "/cut.otio", "x" * 9000 + ".otioz"])
def test_a_name_that_is_too_long_cannot_be_judged(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path))
    ran = call(capsys, "scan", name)
    assert ran.code == 3
    assert len(one_line(ran)) < 1500
    (tmp_path / "cut.edl").write_text(CLEAN)
    assert call(capsys, "scan", "cut.edl", "--records", name).code == 3
    assert call(capsys, "scan", "cut.edl", "--policy", name).code == 2
    assert call(capsys, "scan", "cut.edl", "--config", name).code == 2
    assert call(capsys, "scan", "cut.edl", "-o", name).code == 3


# Records that cannot be used

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

RECORDS: dict[str, tuple[str, str]] = {
    "bomb.yaml": (BOMB, "bomb.yaml:1: YAML anchors and aliases are not accepted"),
    "deep.yaml": ("[" * 500_000, "deep.yaml:1: nested more than 64 deep"),
    "huge.yaml": ("# " + "x" * 9 * 1024 * 1024, "larger than 8 MiB"),
    "twice.yaml": ("record: consent\nid: CON-1\nid: CON-2\n", "twice.yaml:3: the key 'id' is given twice"),
    "open.yaml": ("record: consent\nid: [CON-1\n", "open.yaml:"),
    "tagged.yaml": ("record: !!python/object:os.system ls\n", "tagged.yaml:1: YAML tags are not accepted"),
    "nan.json": ('{"record": "consent", "schema_version": NaN}', "NaN is not JSON"),
    "twice.json": ('{"record": "consent", "id": "A-1", "id": "A-2"}', "the key 'id' is given twice"),
    "half.json": ('{"record": "consent", "id": "CON', "half.json:1: not JSON: ends in the middle"),
    "kind.yaml": ("record: permit\nid: PER-001\n", "kind.yaml:1: 'record' is 'permit' (known: disclosure, consent"),
    "none.yaml": ("recrod: consent\n", "none.yaml:1: 'record' is missing"),
    "prose.yaml": ("She said yes.\n", "prose.yaml:1: a record is a mapping"),
    "newer.yaml": ("record: consent\nschema_version: 2\n", "schema_version 2 is not known to this otiogate"),
    "misspelt.yaml": (
        "record: consent\nschema_version: 1\nid: CON-001\nexpires_on: 2099-01-01Z\n",
        "misspelt.yaml:4: consent CON-001: 'expires_on' is not known here",
    ),
}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_file_of_records_that_is_not_understood_is_exit_code_3_and_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path))
    (tmp_path / "cut.edl").write_text(CLEAN)
    (tmp_path / "records" / name).write_text(RECORDS[name][0])
    before = held(tmp_path)
    ran = call(capsys, "scan", "cut.edl")
    assert ran.code == 3
    line = one_line(ran)
    assert "cut.edl: could not judge: " in line
    assert RECORDS[name][1] in line
    assert line.endswith(")")
    assert len(line) < 1200
    assert held(tmp_path) == before


def test_broken_records_are_told_in_the_same_way_by_the_command_itself(tmp_path: Path) -> None:
    project(tmp_path, bomb=BOMB)
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = run("scan", "cut.edl", cwd=tmp_path)
    assert ran.code == 3
    assert "YAML anchors and aliases are not accepted (nothing was taken from this file)" in one_line(ran)


def test_a_folder_of_records_that_is_not_there_is_exit_code_3(tmp_path: Path) -> None:
    project(tmp_path, "format: 1\nrecords: [ledger]\n")
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = run("scan", "cut.edl", cwd=tmp_path)
    assert ran.code == 3
    assert "ledger: the folder of records does not exist (create it, or correct 'records'" in one_line(ran)


# A configuration that cannot be used

CONFIGS: dict[str, tuple[str, str]] = {
    "unknown key": (
        "format: 1\nproduction: X\nstagee: temp\n",
        "otiogate.yaml:3: 'stagee' is not known here; allowed: format, ",
    ),
    "bad value": ("format: 1\nstage: rough\n", 'otiogate.yaml:2: stage: "rough" is not one of temp, final'),
    "key given twice": ("format: 1\nstage: temp\nstage: final\n", "otiogate.yaml:3: the key 'stage' is given twice"),
    "number for text": ("format: 1\nepisode: 101\n", "otiogate.yaml:2: episode: 101 is not text; put it in quotes"),
    "bomb": (BOMB, "otiogate.yaml:1: YAML anchors and aliases are not accepted"),
    "empty": ("", "otiogate.yaml: holds no documents where one belongs"),
    "no yaml": ("format: [1\n", "otiogate.yaml:2: not YAML"),
    "facility only": ("format: 1\nworking_paths: ['/**']\n", "only the facility may set 'working_paths'"),
    "no pack": ("format: 1\npacks: [netflx]\n", "there is no pack 'netflx' (shipped: "),
    "no policy": ("format: 1\npacks: []\n", "otiogate.yaml:2: packs: needs at least 1 in it"),
}


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_a_broken_configuration_is_exit_code_2_with_its_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path, CONFIGS[name][0] or "# nothing\n"))
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = call(capsys, "scan", "cut.edl")
    assert ran.code == 2
    assert ran.out.startswith("COULD NOT JUDGE  cut.edl: ")
    assert CONFIGS[name][1] in one_line(ran)
    assert CONFIGS[name][1] in ran.out


def test_a_broken_configuration_is_told_in_the_same_way_by_the_command_itself(tmp_path: Path) -> None:
    project(tmp_path, CONFIGS["unknown key"][0])
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = run("scan", "cut.edl", cwd=tmp_path)
    assert ran.code == 2
    line = one_line(ran)
    assert f"{tmp_path / 'otiogate.yaml'}:3: 'stagee' is not known here" in line
    assert line.endswith("(did you mean 'stage'? see 'otiogate schema config')")


def test_two_configurations_that_conflict_leave_no_verdict(tmp_path: Path) -> None:
    for show in ("one", "two"):
        project(tmp_path / show, f"format: 1\nproduction: {show.upper()}\n")
    (tmp_path / "one" / "cut.edl").write_text(CLEAN)
    ran = run("scan", "../one/cut.edl", cwd=tmp_path / "two")
    assert ran.code == 3
    line = one_line(ran)
    assert "'production' is 'ONE' in " in line
    assert "but 'TWO' in " in line
    assert line.endswith("(both configurations apply; make them agree, or pass --config)")
    assert run("scan", "../one/cut.edl", "--config", "../one/otiogate.yaml", cwd=tmp_path / "two").code == 0


def test_a_broken_configuration_does_not_hide_the_timelines_of_another_project(tmp_path: Path) -> None:
    project(tmp_path / "good", "format: 1\n")
    project(tmp_path / "bad", "format: 2\n")
    for name, text in (("good/clean", CLEAN), ("good/tagged", TAGGED), ("bad/clean", CLEAN)):
        (tmp_path / f"{name}.edl").write_text(text)
    ran = run(
        *("scan", "--format", "json", "bad/clean.edl", "good/tagged.edl", "good/clean.edl", "good/none.edl"),
        cwd=tmp_path,
    )
    told = [each["verdict"] for each in json.loads(ran.out)["reports"]]
    assert told == ["cannot_judge", "block", "allow", "cannot_judge"]
    assert ran.code == 2, "2 over 3 over 1 over 0"
    line = one_line(ran)
    assert line.startswith("otiogate: 4 timelines: 1 allowed, 1 blocked, 2 could not judge; first: bad/clean.edl: ")
    assert f"{Path('bad') / 'otiogate.yaml'}:1: format: 2 is not 1" in line


def test_a_bug_with_one_timeline_is_exit_code_70_and_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from otiogate.scan import desk

    real = desk.read_timeline

    def broken(path: Path, rate: Any = None) -> Any:
        if path.name == "odd.edl":
            raise ZeroDivisionError("by \x1b[31m zero")
        return real(path, rate)

    monkeypatch.setattr(desk, "read_timeline", broken)
    monkeypatch.chdir(tmp_path)
    for name in ("clean.edl", "odd.edl"):
        (tmp_path / name).write_text(CLEAN)
    ran = call(capsys, "scan", "clean.edl", "odd.edl", "missing.edl")
    assert ran.code == 70, "70 over 3"
    assert "ALLOWED  clean.edl" in ran.out
    assert "ZeroDivisionError: by \\x1b[31m zero" in ran.err
    assert "this is a bug in otiogate, not a verdict" in ran.err
    assert "'odd.edl'" in ran.err
    assert ran.err.splitlines()[-1].startswith("otiogate: 3 timelines: 1 allowed, 2 could not judge")


# Names that act on a terminal, and texts of megabytes

HOSTILE = {
    "escape": "\x1b[2J\x1b]0;owned\x07A.MOV",
    "C1 controls": "\x9b31mA\x85B\x90.MOV",
    "bidirectional marks": "\u202etxt.MOV\u2066\u200f",
    "rich markup": "[red]A[/red] [/bold] [link=x]",
    "line breaks": "A\r\nALLOWED  forged.otio  (final delivery)\u2028B\x0bC",
    "zero width": "A\u200b\u2060\ufeffB\u00ad",
    "lone surrogates": "A\ud800B\udfff",
    "no-break": "A\u00a0\u3000B",
}


def only_printable(text: str) -> None:
    for line in text.split("\n"):
        assert line.isprintable(), ascii(line)


def hostile_timeline(name: str) -> str:
    """A timeline in which everything that a report shows is called ``name``."""
    clip = builders.clip(name="NAME", reference="NAME", reel="NAME", genai="GENAI gen.shot note=NAME")
    clip.markers.append(otio.schema.Marker("GENAI nonsense NAME", builders.time_range(12, 1)))
    made = builders.timeline(clip)
    made.tracks[0].name = "NAME"
    return str(made.to_json_string()).replace("NAME", json.dumps(name)[1:-1])


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_nothing_that_acts_on_a_terminal_reaches_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.otio").write_text(hostile_timeline(HOSTILE[kind]))
    ran = call(capsys, "scan", "cut.otio", "--verbose")
    only_printable(ran.out)
    one_line(ran)
    assert ran.code == (1 if kind != "lone surrogates" else ran.code)
    assert not any(line.startswith("ALLOWED") for line in ran.out.split("\n"))
    told = call(capsys, "scan", "cut.otio", "--format", "json")
    assert told.out.isascii()
    assert json.loads(told.out)["reports"][0]["verdict"] in ("block", "cannot_judge")
    assert told.code == ran.code


@posix
def test_hostile_names_of_files_events_and_keys_do_not_reach_the_terminal_either(tmp_path: Path) -> None:
    name = "cut\x1b[31m\n\u202e.edl"
    project(tmp_path, "format: 1\n")
    (tmp_path / name).write_text(
        edl(["* GENAI gen.shot", "* FROM CLIP NAME: \x1b[2JA\x9b\u202e[/red]"], ["* COMMENT: GENAI \x1b[31m"])
        + "003 \x1b[31mgarbled V C 01:00:00:00 01:00:\n"
    )
    ran = run("scan", name, cwd=tmp_path)
    assert ran.code == 3
    assert "cut\\x1b[31m" in one_line(ran)
    only_printable(ran.out)
    only_printable(ran.err)
    (tmp_path / "otiogate.yaml").write_text('format: 1\n"\\e]0;owned\\a": 1\n')
    ran = run("scan", name, cwd=tmp_path)
    assert ran.code == 2
    only_printable(one_line(ran))


@posix
def test_a_file_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    name = b"cut\xff\xfe.edl"
    try:
        (tmp_path / os.fsdecode(name)).write_text(TAGGED)
    except OSError:
        pytest.skip("this file system has no such names")
    for form in ("text", "json"):
        ran = run("scan", os.fsdecode(name), "--format", form, cwd=tmp_path)
        assert ran.code == 1
        assert "cut\\udcff\\udcfe.edl" in one_line(ran)
        assert "cut\\udcff\\udcfe.edl" in ran.out
    assert json.loads(ran.out)["reports"][0]["verdict"] == "block"


LONG = "x" * 5_000_000


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("marker.otio", lambda: _marked(LONG), 0),
        ("tag.otio", lambda: _marked(f"GENAI gen.shot note={LONG}"), 1),
        ("comment.edl", lambda: edl([f"* COMMENT: {LONG}"]), 0),
        ("tag.edl", lambda: edl([f"* GENAI gen.shot note={LONG}"]), 1),
        ("stars.edl", lambda: edl(["* " * 2_500_000]), 0),
        ("name.edl", lambda: edl([f"* FROM CLIP NAME: {LONG}", "* GENAI gen.shot"]), 1),
    ],
)
def test_a_text_of_five_megabytes_is_judged_and_not_repeated(
    name: str,
    make: Callable[[], str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(make())
    ran = call(capsys, "scan", name)
    assert ran.code == code
    assert len(ran.out) < 20_000


def _marked(text: str) -> str:
    made = builders.timeline(builders.clip())
    made.tracks[0][0].markers.append(otio.schema.Marker(text, builders.time_range(12, 1)))
    return str(made.to_json_string())


# Reports that cannot be delivered


def full() -> Path:
    path = Path("/dev/full")
    if not path.exists():
        pytest.skip("there is no /dev/full")
    return path


@posix
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_standard_output_is_exit_code_3(form: str, tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    with full().open("wb") as stream:
        ran = run("scan", "cut.edl", "--format", form, cwd=tmp_path, stdout=stream)
    assert ran.code == 3
    assert one_line(ran) == (
        "otiogate: standard output: cannot be written: No space left on device (make room, or write elsewhere)"
    )


@posix
def test_a_full_device_as_output_is_exit_code_3_and_stays_a_device(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = run("scan", "cut.edl", "-o", full(), cwd=tmp_path)
    assert ran.code == 3
    assert one_line(ran) == (
        "otiogate: /dev/full: cannot be written: No space left on device (make room, or write elsewhere)"
    )
    assert full().is_char_device()


@posix
@pytest.mark.parametrize("times", [1, 20])
def test_a_disk_that_fills_up_leaves_the_earlier_report_as_it_was(times: int, tmp_path: Path) -> None:
    import resource

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    (tmp_path / "cut.edl").write_text(TAGGED)
    (tmp_path / "report.txt").write_text("before")
    before = held(tmp_path)
    ran = run("scan", *["cut.edl"] * times, "-o", "report.txt", cwd=tmp_path, preexec_fn=limited)
    assert ran.code == 3
    assert one_line(ran).startswith("otiogate: report.txt: cannot be written: ")
    assert held(tmp_path) == before


@posix
def test_standard_error_that_is_full_or_closed_changes_no_exit_code(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    (tmp_path / "tagged.edl").write_text(TAGGED)
    for name, code, word in (("cut.edl", 0, "ALLOWED"), ("tagged.edl", 1, "BLOCKED")):
        with full().open("wb") as stream:
            ran = run("scan", name, cwd=tmp_path, stderr=stream)
        assert ran.code == code
        assert ran.out.startswith(word)
    ran = run("scan", "cut.edl", cwd=tmp_path, stderr=None, preexec_fn=lambda: os.close(2))
    assert ran.code == 0


@posix
def test_standard_output_that_is_closed_is_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    ran = run("scan", "cut.edl", cwd=tmp_path, stdout=None, preexec_fn=lambda: os.close(1))
    assert ran.code == 3
    assert "standard output: cannot be written" in one_line(ran)


@posix
def test_a_reader_that_has_gone_is_exit_code_3_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    read, write = os.pipe()
    os.close(read)
    try:
        ran = run("scan", "cut.edl", cwd=tmp_path, stdout=write)
    finally:
        os.close(write)
    assert ran.code == 3
    assert one_line(ran) == "otiogate: standard output: cannot be written: Broken pipe (write elsewhere)"


@posix
def test_an_interrupted_run_has_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    os.mkfifo(path)
    running = subprocess.Popen(
        held_up("scan", "cut.edl"),
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background has a child begin with the interrupt ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
    )
    writer = _when_read(path, running)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    os.close(writer)
    assert running.returncode == 3
    assert out == b""
    assert err.decode() == "otiogate: interrupted, so there is no verdict; run it again\n"


def _when_read(path: Path, running: subprocess.Popen[bytes]) -> int:
    """The writing end of the pipe ``path``, as soon as somebody reads it."""
    for _ in range(600):
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
    raise AssertionError("nobody reads it")


def test_a_report_does_not_take_the_place_of_its_timeline(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(CLEAN)
    os.link(tmp_path / "cut.edl", tmp_path / "same.edl")
    before = held(tmp_path)
    for output in ("cut.edl", "./cut.edl", "same.edl"):
        ran = run("scan", "cut.edl", "-o", output, cwd=tmp_path)
        assert ran.code == 2
        assert "is a timeline, and the file for the report" in one_line(ran)
    assert held(tmp_path) == before


def test_the_module_and_the_script_are_one_command(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("otiogate")
    if not script.exists():
        pytest.skip("otiogate is not installed as a script beside this interpreter")
    (tmp_path / "cut.edl").write_text(TAGGED)
    done = subprocess.run([script, "scan", "cut.edl"], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    ran = run("scan", "cut.edl", cwd=tmp_path)
    assert done.returncode == ran.code == 1
    assert (done.stdout, done.stderr) == (ran.out, ran.err)
