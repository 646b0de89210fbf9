"""``otiogate media digest``, and the options of a scan that opens media."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from otiogate.config import layers
from otiogate.documents.schemas import faults
from otiogate.documents.strict import parse_yaml
from otiogate.evidence import digests
from tests.builders import clip, timeline
from tests.cli.running import call

Capture = pytest.CaptureFixture[str]


def sha(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def media(folder: Path) -> None:
    (folder / "a.mov").write_bytes(b"a")
    (folder / "b.mov").write_bytes(b"b")
    for number in (1001, 1002):
        (folder / f"shot.{number}.exr").write_bytes(b"%d" % number)


def test_digests_are_printed_in_the_order_of_the_files(tmp_path: Path, capsys: Capture) -> None:
    media(tmp_path)
    ran = call(capsys, "media", "digest", "b.mov", "a.mov", "shot.####.exr")
    assert ran.code == 0
    *files, sequence = ran.out.splitlines()
    assert files == [f"{sha(b'b')}  b.mov", f"{sha(b'a')}  a.mov"]
    assert sequence.endswith("  shot.####.exr  frames 1001-1002")


def test_a_digest_as_yaml_is_the_media_of_a_disclosure(tmp_path: Path, capsys: Capture) -> None:
    media(tmp_path)
    ran = call(capsys, "media", "digest", "--yaml", "shot.%04d.exr")
    [document] = parse_yaml(ran.out)
    held = document.value["media"]
    assert held["reference"] == "shot.%04d.exr"
    assert ran.out.startswith("# frames 1001-1002\n")
    assert not [each for each in faults("disclosure", {"media": held}) if each[0][:1] == ("media",)]


@pytest.mark.parametrize("command", ["scan", "watch"])
def test_all_media_without_a_folder_of_it_is_a_wrong_call(tmp_path: Path, capsys: Capture, command: str) -> None:
    cut = tmp_path / "cut.otio"
    timeline(clip()).to_json_file(str(cut))
    named = [tmp_path, "--once"] if command == "watch" else [cut, tmp_path]
    ran = call(capsys, command, *named, "--all-media")
    assert ran.code == 2
    assert "--all-media: no folder of media is known" in ran.err
    assert "name one with --media" in ran.err
    assert call(capsys, command, *named, "--all-media", "--media", tmp_path).code == 0


def test_all_media_of_bundles_needs_no_folder_of_it(tmp_path: Path, capsys: Capture) -> None:
    made, cut = clip(), tmp_path / "cut.otioz"
    made.media_reference.target_url = "media/a.mov"
    with zipfile.ZipFile(cut, "w") as archive:
        archive.writestr("content.otio", timeline(made).to_json_string())
        archive.writestr("media/a.mov", b"pictures")
    assert call(capsys, "scan", cut, "--all-media").code == 0


def test_all_media_below_the_folders_of_the_facility_needs_no_other(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility, cut = tmp_path / "facility.yaml", tmp_path / "cut.otio"
    monkeypatch.setattr(layers, "facility_file", lambda: facility)
    facility.write_text("format: 1\nmedia: [.]\n")
    timeline(clip()).to_json_file(str(cut))
    assert call(capsys, "scan", cut, "--all-media").code == 0


def test_a_file_without_a_digest_ends_none_of_the_others(tmp_path: Path, capsys: Capture) -> None:
    media(tmp_path)
    ran = call(capsys, "media", "digest", "missing.mov", "a.mov", tmp_path)
    assert (ran.code, ran.out) == (3, f"{sha(b'a')}  a.mov\n")
    assert "missing.mov: is not there" in ran.err
    assert "is no regular file" in ran.err


def test_what_the_facility_remembers_is_not_read_again(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    media(tmp_path)
    (tmp_path / "facility.yaml").write_text("format: 1\nstate: state.sqlite3\n")
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "facility.yaml")
    monkeypatch.setattr(digests, "_SETTLED", -(10**18))
    first = call(capsys, "media", "digest", "a.mov")
    assert (tmp_path / "state.sqlite3").exists()

    def fails(*_: object) -> bytes:
        raise AssertionError("read again")

    monkeypatch.setattr(digests, "_content", fails)
    assert call(capsys, "media", "digest", "a.mov") == first


def test_an_interrupt_ends_the_reading(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    media(tmp_path)

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(digests, "_content", interrupted)
    ran = call(capsys, "media", "digest", "a.mov", "b.mov")
    assert (ran.code, ran.out) == (3, "")


def test_a_scan_reads_the_media_below_the_folder_that_is_named(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "vfx_010.mov").write_bytes(b"pictures")
    timeline(clip("GENAI gen.shot"), clip(name="x", reference="x.mov")).to_json_file(str(tmp_path / "cut.otio"))
    told = []
    for options in ((), ("--media", "media")):
        ran = call(capsys, "scan", "cut.otio", "--format", "json", *options)
        assert ran.code == 1
        told.append(json.loads(ran.out)["reports"][0]["media"])
    assert told[0] == []
    assert [(each["file"], each["state"], each["digest"]) for each in told[1]] == [
        ("vfx_010.mov", "verified", sha(b"pictures"))
    ]
    text = call(capsys, "scan", "cut.otio", "--media", "media").out
    assert f"verified  vfx_010.mov: {sha(b'pictures')}" in text


@pytest.mark.parametrize(
    ("options", "fault"),
    [(("--media", "missing"), "no such folder"), (("--timeout", "0"), "leaves no time")],
)
def test_what_cannot_be_is_a_usage_error(tmp_path: Path, capsys: Capture, options: tuple[str, str], fault: str) -> None:
    timeline(clip()).to_json_file(str(tmp_path / "cut.otio"))
    ran = call(capsys, "scan", "cut.otio", *options)
    assert ran.code == 2
    assert fault in ran.err
