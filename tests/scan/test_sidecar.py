"""Sidecars: found beside a timeline, strict, and unable to lower anything."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.config.model import Settings
from otiogate.documents.digest import sha256
from otiogate.errors import CannotJudge
from otiogate.report.model import Report
from otiogate.scan.judging import judge_path
from otiogate.scan.read import read_timeline
from otiogate.scan.sidecar import SUFFIX, read_sidecar
from tests.builders import clip, decision, disclosure, finding, raised, timeline
from tests.cli.running import ALONE

pytestmark = ALONE

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)
EDL = """\
TITLE: CUT

001  A001     V     C        01:00:00:00 01:00:02:00 00:00:00:00 00:00:02:00
* FROM CLIP NAME: plate
002  A002     V     C        02:00:00:00 02:00:02:00 00:00:02:00 00:00:04:00
* FROM CLIP NAME: plate
003  A003     V     C        03:00:00:00 03:00:02:00 00:00:04:00 00:00:06:00
* FROM CLIP NAME: other
"""
TAG = "GENAI gen.shot"


def test_a_sidecar_called_after_another_file_speaks_for_the_timeline_that_it_is_about(tmp_path: Path) -> None:
    """Whoever renames a timeline and not its sidecar has taken nothing away."""
    path = tmp_path / "cut_final.edl"
    path.write_text(EDL)
    other = tmp_path / "next.edl"
    other.write_text(EDL.replace("plate", "other"))
    uses = [{"event": "002", "disclosures": [TAG]}]
    text = json.dumps({"format": 1, "subject": {"name": "cut.edl", "sha256": sha256(EDL.encode())}, "uses": uses})
    (tmp_path / "cut.edl.genai.json").write_text(text)
    report = judge_path(path, Settings(), NOW)
    assert report.verdict == "block"
    [problem] = [each for each in report.problems if "cut.edl.genai.json" in each.where]
    assert problem.what.startswith("is called after another file, and is about this one (sha256:")
    assert judge_path(other, Settings(), NOW).verdict == "allow"
    (tmp_path / "cut.edl").write_text(EDL)
    assert judge_path(path, Settings(), NOW).verdict == "allow"
    assert judge_path(tmp_path / "cut.edl", Settings(), NOW).verdict == "block"


def test_a_sidecar_without_its_timeline_that_cannot_be_read_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "cut_final.edl"
    path.write_text(EDL)
    (tmp_path / "cut.edl.genai.json").write_text("{")
    (tmp_path / "b.edl.genai.json").symlink_to(path)
    assert judge_path(path, Settings(), NOW).verdict == "allow"


@pytest.fixture
def edl(tmp_path: Path) -> Path:
    """Three events, two of them of clips of one name."""
    path = tmp_path / "cut.edl"
    path.write_text(EDL, encoding="utf-8")
    return path


def beside(path: Path, *uses: dict[str, Any], **changes: Any) -> Path:
    """Writes a sidecar of ``path``."""
    subject = {"name": path.name, "sha256": sha256(path.read_bytes())}
    place = path.with_name(path.name + SUFFIX)
    place.write_text(json.dumps({"format": 1, "subject": subject, "uses": list(uses)} | changes), encoding="utf-8")
    return place


def scanned(path: Path, **changes: Any) -> Report:
    return judge_path(path, Settings(**changes), NOW)


def found_on(report: Report, rule: str) -> list[str]:
    return [use.address for use in finding(report, rule).uses]


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ({"event": "002"}, ["event 002, line 5"]),
        ({"name": "other"}, ["event 003, line 7"]),
        ({"name": "OTHER ", "reel": "a003"}, ["event 003, line 7"]),
        ({"reel": "A001"}, ["event 001, line 3"]),
        ({"name": "plate"}, ["event 001, line 3", "event 002, line 5"]),
        ({"name": "plate", "reel": "A002"}, ["event 002, line 5"]),
        ({"name": "plate", "source_range": "02:00:00:12-02:00:01:00"}, ["event 002, line 5"]),
        ({"name": "plate", "reel": "NO SUCH", "source_range": "01:00:00:00-01:00:02:00"}, ["event 001, line 3"]),
    ],
    ids=str,
)
def test_a_use_is_told_by_event_name_reel_and_source_range(edl: Path, told: dict[str, str], events: list[str]) -> None:
    beside(edl, {**told, "disclosures": [TAG]})
    assert found_on(scanned(edl), "GEN-001") == events


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": "gone"},
        {"reel": "A009"},
        {"event": "9"},
        {"name": "other", "source_range": "09:00:00:00-09:00:01:00"},
    ],
    ids=str,
)
def test_what_is_said_of_a_use_that_is_not_found_is_said_of_the_whole_timeline(edl: Path, told: dict[str, str]) -> None:
    beside(edl, {**told, "disclosures": [TAG]})
    report = scanned(edl)
    assert len(found_on(report, "GEN-001")) == 3
    assert [each.where for each in report.problems] == (["cut.edl.genai.json, use 1"] if told else [])


def test_where_it_was_said_is_told_with_file_and_number(edl: Path) -> None:
    beside(edl, {"event": "003", "disclosures": [TAG]})
    [carrier] = [each for each in read_timeline(edl).subject(3).carriers if each.metadata]
    assert carrier.where == "cut.edl.genai.json, use 1"


@pytest.mark.parametrize(
    "value",
    [TAG, "gen.shot", {"id": "DIS-404"}, disclosure("DIS-777"), {"digital_source_type": "trainedAlgorithmicMedia"}],
    ids=str,
)
def test_every_form_in_which_something_is_said_is_judged(edl: Path, value: Any) -> None:
    assert scanned(edl).verdict == "allow"
    beside(edl, {"event": "001", "disclosures": [value]})
    assert scanned(edl).verdict == "block"


def test_another_file_or_one_that_was_changed_since_is_a_finding_and_still_counts(edl: Path) -> None:
    beside(edl, {"event": "001", "disclosures": [TAG]})
    edl.write_text(EDL + "* CHANGED\n", encoding="utf-8")
    report = scanned(edl)
    assert raised(report) >= {"GEN-001", "GEN-002"}
    assert "cut.edl.genai.json: is about another file" in finding(report, "GEN-002").what


def test_one_that_says_nothing_but_is_about_another_file_is_a_finding(edl: Path) -> None:
    beside(edl, subject={"name": "cut.edl", "sha256": sha256(b"another")})
    assert raised(scanned(edl)) == {"GEN-002"}


def test_a_file_that_was_renamed_with_its_sidecar_still_fits(edl: Path) -> None:
    place = beside(edl)
    edl.rename(edl.with_name("new.edl"))
    place.rename(edl.with_name("new.edl" + SUFFIX))
    assert scanned(edl.with_name("new.edl")).verdict == "allow"


SUBJECT = f'"subject": {{"name": "x", "sha256": "sha256:{"0" * 64}"}}'
BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "cut off": '{"format": 1, "subject": {',
    "a list": "[]",
    "a key twice": f'{{"format": 1, "format": 1, {SUBJECT}, "uses": []}}',
    "a further key": f'{{"format": 1, {SUBJECT}, "uses": [], "approvals": []}}',
    "a further key of a use": f'{{"format": 1, {SUBJECT}, "uses": [{{"disclosures": ["none"], "cleared": true}}]}}',
    "no digest": '{"format": 1, "subject": {"name": "x", "sha256": ""}, "uses": []}',
    "no text": b"\xff\xfe\x00\x01",
    "nested": "[" * 5000,
    "larger than any": " " * (9 * 1024 * 1024),
    "another version": '{"format": 2}',
    "a number": f'{{"format": 1, {SUBJECT}, "uses": 1e400}}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_is_broken_cannot_be_judged(edl: Path, name: str) -> None:
    text = BROKEN[name]
    place = edl.with_name(edl.name + SUFFIX)
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = scanned(edl)
    assert report.verdict == "cannot_judge"
    assert str(place) in report.problems[0].where


def test_a_link_or_a_folder_of_its_name_cannot_be_judged(edl: Path, tmp_path: Path) -> None:
    place = beside(edl)
    place.rename(tmp_path / "elsewhere.json")
    for made in (
        lambda: place.symlink_to(tmp_path / "elsewhere.json"),
        lambda: place.symlink_to("nowhere"),
        place.mkdir,
    ):
        made()
        with pytest.raises(CannotJudge, match="a link or a folder"):
            read_sidecar(edl)
        assert scanned(edl).verdict == "cannot_judge"
        place.unlink() if place.is_symlink() else place.rmdir()


@pytest.mark.parametrize("said", ["none", "GENAI none", "genai: NONE", "GENAI none note=checked"])
def test_that_no_ai_was_used_cannot_be_said_there(edl: Path, said: str) -> None:
    beside(edl, {"disclosures": [said]})
    report = scanned(edl, declaration_required=True)
    assert "GEN-003" in raised(report)
    assert any("cannot be said in a sidecar" in each.what for each in report.problems)


@pytest.mark.parametrize(
    "hidden",
    [{"digital_source_type": {"genai": "none"}}, {"genai": "none"}, {"digital_source_type": ["genai", "none"]}],
    ids=str,
)
def test_nor_can_it_be_hidden_in_another_form(edl: Path, hidden: Any) -> None:
    beside(edl, {"disclosures": [hidden]})
    assert {"GEN-002", "GEN-003"} <= raised(scanned(edl, declaration_required=True))
    beside(edl, {"disclosures": [["none"]]})
    assert scanned(edl, declaration_required=True).verdict == "cannot_judge"


def test_it_holds_no_approval(edl: Path) -> None:
    about = disclosure("DIS-777")
    beside(edl, {"event": "001", "disclosures": [about, decision("approval", about, ["NFX-020"])]})
    report = scanned(edl)
    assert report.verdict == "block"
    assert "GEN-002" in raised(report)


def test_a_sidecar_lowers_nothing_that_the_timeline_says(edl: Path) -> None:
    edl.write_text(
        EDL.replace("* FROM CLIP NAME: other", "* FROM CLIP NAME: other\n* GENAI: replica.voice"), encoding="utf-8"
    )
    before = raised(scanned(edl))
    beside(edl, {"event": "003", "disclosures": ["GENAI enhance.denoise"]}, {"disclosures": ["GENAI none"]})
    assert raised(scanned(edl)) >= before
    assert scanned(edl).verdict == "block"


@pytest.mark.parametrize("suffix", ["otio", "fcpxml"])
def test_it_is_found_beside_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut.{suffix}"
    if suffix == "otio":
        path.write_text(otio.adapters.otio_json.write_to_string(timeline(clip(), clip(name="b"))), encoding="utf-8")
    else:
        path.write_text(
            '<fcpxml version="1.9"><resources><format id="r1" frameDuration="1/24s"/>'
            '<asset id="r2" name="vfx_010" src="file:///show/vfx_010.mov" start="0s" duration="9s" hasVideo="1"/>'
            "</resources>"
            '<library><event><project name="cut"><sequence format="r1"><spine>'
            '<asset-clip ref="r2" name="vfx_010" offset="0s" duration="2s"/></spine></sequence></project></event>'
            "</library></fcpxml>",
            encoding="utf-8",
        )
    assert scanned(path).verdict == "allow"
    beside(path, {"name": "vfx_010", "disclosures": [TAG]})
    assert len(found_on(scanned(path), "GEN-001")) == 1
