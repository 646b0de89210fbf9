"""Disclosures carried onward: into the best place of a format, the rest beside it, and nothing lost in silence."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

import otiogate
from otiogate import hooks
from otiogate.config import layers
from otiogate.documents.chain import read as read_log
from otiogate.documents.schemas import faults
from otiogate.host.walk import compact
from otiogate.scan.decision_log import decisions
from otiogate.scan.read import read_timeline
from otiogate.scan.sidecar import SUFFIX, read_sidecar
from tests.builders import clip, disclosure, time_range, timeline
from tests.cli.running import ALONE
from tests.host.survival import claims_in

pytestmark = ALONE

REPORTED = "format: 1\nproduction: MYSHOW\nrecords: [records]\non_export: report\n"
WHOLE = disclosure("DIS-777")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, with a ledger of one disclosure, where nothing is stopped."""
    folder = tmp_path / "desk"
    (folder / "records").mkdir(parents=True)
    known = disclosure("DIS-001", media={"reference": "known.mov"})
    (folder / "records" / "ledger.json").write_text(json.dumps([known]), encoding="utf-8")
    (folder / "otiogate.yaml").write_text(REPORTED, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv(layers.FACILITY_VARIABLE, raising=False)
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "no facility.yaml")
    monkeypatch.setattr(hooks, "_JUDGED", threading.local())
    return folder


def write(thing: Any, name: str = "cut.edl", adapter: str | None = None) -> None:
    otio.adapters.write_to_file(thing, name, adapter)


def gated(thing: Any, name: str = "cut.edl") -> None:
    write(thing, name, "otiogate_gated")


def comments(name: str = "cut.edl") -> list[str]:
    return [line for line in Path(name).read_text(encoding="utf-8").splitlines() if "GENAI" in line]


def sidecar(name: str = "cut.edl") -> Any:
    return json.loads(Path(name + SUFFIX).read_text(encoding="utf-8"))


# Into the file


def test_a_tag_stands_in_the_comments_of_an_edl() -> None:
    write(timeline(clip("GENAI gen.shot id=DIS-404"), clip(name="b")))
    assert comments() == ["* GENAI: gen.shot id=DIS-404"]
    assert not Path("cut.edl" + SUFFIX).exists()


@pytest.mark.parametrize(
    "block", [None, {}, {"reel": "A001"}, {"comments": []}, {"comments": ["OK FOR TEMP"]}], ids=str
)
def test_whatever_stands_there_is_kept(block: Any) -> None:
    cut = timeline(clip("GENAI gen.shot", reel=""))
    if block is not None:
        cut.tracks[0][0].metadata["cmx_3600"] = block
    write(cut)
    assert comments() == ["* GENAI: gen.shot"]
    assert ("* OK FOR TEMP\n" in Path("cut.edl").read_text()) is bool((block or {}).get("comments"))


@pytest.mark.parametrize("block", ["text", 3, {"comments": "text"}, ["x"]], ids=str)
def test_where_something_else_stands_in_its_place_the_sidecar_has_it(block: Any) -> None:
    """The host's writer stumbles over some of these by itself; what it is given says so."""
    cut = timeline(clip("GENAI gen.shot", reel=""))
    cut.tracks[0][0].metadata["cmx_3600"] = block
    arguments: dict[str, Any] = {"_filepath": "cut.edl"}
    assert hooks.export_hook(cut, arguments) is cut
    assert [claim.tag for _, claims in arguments["otiogate_left"] for claim in claims] == ["GENAI gen.shot"]


def test_what_only_the_ledger_knew_travels_with_its_id_and_axes() -> None:
    for name in ("cut.otio", "cut.xml", "cut.edl"):
        write(timeline(clip(reference="known.mov"), clip(name="b", reference="b.mov")), name)
        assert "GENAI gen.environment id=DIS-001 stage=final" in Path(name).read_text().replace("GENAI: ", "GENAI ")
    assert comments() == [
        "* GENAI: gen.environment id=DIS-001 stage=final prominence=incidental",
        "* GENAI+ identity=none fidelity=not_performed",
    ]


def test_a_match_by_name_alone_is_a_guess_and_becomes_no_tag() -> None:
    guess = disclosure("DIS-002", media={"clip_name": "guess"})
    Path("records/more.json").write_text(json.dumps(guess), encoding="utf-8")
    write(timeline(clip(name="guess", reference="b.mov")))
    assert comments() == []


def test_a_tag_that_stands_there_already_is_not_put_twice() -> None:
    cut = timeline(clip(["GENAI gen.shot", "genai: gen.shot"]))
    cut.tracks[0][0].metadata["cmx_3600"]["comments"] = ["GENAI: gen.shot", "GENAI+ id=DIS-404"]
    write(cut)
    assert comments() == ["* GENAI: gen.shot", "* GENAI+ id=DIS-404", "* GENAI: gen.shot"]
    write(otio.adapters.read_from_file("cut.edl"), "again.edl")
    assert sorted(comments("again.edl")) == sorted(comments())


@pytest.mark.parametrize("name", ["cut.edl", "cut.xml", "cut.otio", "cut.ale"])
def test_the_timeline_of_the_caller_is_left_as_it_was(name: str) -> None:
    cut = timeline(clip(["GENAI gen.shot", WHOLE], reference="known.mov"), clip(name="b"))
    before = compact(cut)
    write(cut, name)
    assert compact(cut) == before


def test_a_timeline_that_says_nothing_is_handed_on_itself() -> None:
    for name in ("cut.edl", "cut.otio", "cut.xml", ""):
        cut = timeline(clip())
        assert hooks.export_hook(cut, {"_filepath": name}) is cut


def test_a_text_that_goes_to_no_file_carries_its_tags_too() -> None:
    text = otio.adapters.write_to_string(timeline(clip("GENAI gen.shot")), "cmx_3600")
    assert "* GENAI: gen.shot" in text
    assert "GENAI gen.shot" in otio.adapters.write_to_string(timeline(clip("GENAI gen.shot")), "fcp_xml")


def test_a_file_of_no_known_name_carries_its_tags_too() -> None:
    write(timeline(clip("GENAI gen.shot")), "cut.list", "cmx_3600")
    assert comments("cut.list") == ["* GENAI: gen.shot"]


def test_a_tag_that_an_edl_would_garble_goes_into_the_sidecar() -> None:
    garbled = 'GENAI gen.shot note="a |M:b |D:12"'
    write(timeline(clip(garbled)))
    assert comments() == []
    assert sidecar()["uses"][0]["disclosures"] == [garbled]


def test_one_cell_of_an_ale_holds_one_tag_and_the_sidecar_the_others() -> None:
    write(timeline(clip(["GENAI gen.shot", "GENAI relight"])), "cut.ale")
    assert "\tGENAI gen.shot\n" in Path("cut.ale").read_text(encoding="utf-8")
    assert sidecar("cut.ale")["uses"][0]["disclosures"] == ["GENAI relight"]


def test_comments_of_others_in_an_fcp_xml_are_kept() -> None:
    cut = timeline(clip("GENAI gen.shot"))
    cut.tracks[0][0].metadata["fcp_xml"] = {"comments": {"mastercomment1": "ok for temp mix", "mastercomment2": ""}}
    write(cut, "cut.xml")
    text = Path("cut.xml").read_text(encoding="utf-8")
    assert "<mastercomment1>ok for temp mix</mastercomment1>" in text
    assert "<mastercomment2>GENAI gen.shot</mastercomment2>" in text


# Beside it


def test_a_whole_disclosure_stands_in_the_sidecar_and_a_tag_of_it_in_the_file() -> None:
    write(timeline(clip(WHOLE, name="b"), clip(name="c")))
    assert comments()[0] == "* GENAI: gen.environment stage=final prominence=incidental identity=none"
    made = sidecar()
    assert faults("sidecar", made) == []
    [use] = made["uses"]
    assert (use["name"], use["reel"], use["source_range"]) == ("b", "A001", "00:00:00:10-00:00:02:10")
    assert use["disclosures"] == [WHOLE]
    assert read_sidecar(Path("cut.edl")) is not None


def test_without_its_sidecar_what_is_left_of_a_whole_disclosure_still_blocks() -> None:
    write(timeline(clip(WHOLE)))
    Path("cut.edl" + SUFFIX).unlink()
    assert otiogate.scan_path("cut.edl").verdict == "block"


@pytest.mark.parametrize("how", [write, gated])
def test_the_sidecar_of_an_earlier_export_is_replaced_or_removed(how: Any) -> None:
    how(timeline(clip(WHOLE)))
    first = sidecar()
    how(timeline(clip(disclosure("DIS-888"))))
    assert sidecar()["uses"] != first["uses"]
    assert sidecar()["subject"]["sha256"] == read_timeline(Path("cut.edl")).origin.digest
    how(timeline(clip()))
    assert not Path("cut.edl" + SUFFIX).exists()


def test_what_is_written_by_no_timeline_format_has_no_sidecar() -> None:
    write(timeline(clip(WHOLE)), "cues.csv", "otiogate_cuesheet")
    assert not list(Path().glob("*" + SUFFIX))


def test_what_the_host_writes_and_nobody_reads_has_its_sidecar_too() -> None:
    write(timeline(clip(WHOLE)), "cut.svg")
    assert [use["name"] for use in sidecar("cut.svg")["uses"]]
    write(timeline(clip("GENAI enhance.upscale")), "cut.svg")
    assert [use["disclosures"] for use in sidecar("cut.svg")["uses"]] == [["GENAI enhance.upscale"]]


def test_a_sidecar_that_cannot_be_written_is_an_error() -> None:
    Path("cut.edl" + SUFFIX).mkdir()
    with pytest.raises(otiogate.ExportBlocked, match="without it the export lacks disclosures"):
        write(timeline(clip(WHOLE)))
    with pytest.raises(otiogate.ExportBlocked):
        gated(timeline(clip(WHOLE)), "cut.edl")


def test_a_gated_export_that_is_ended_before_its_last_step_leaves_nothing_that_passes_for_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gated(timeline(clip()))
    old = Path("cut.edl").read_bytes()

    def ended(*_: Any) -> Any:
        raise KeyboardInterrupt

    def renaming(temporary: Path, target: Path) -> Any:
        return ended() if temporary.suffix == ".edl" else rename(temporary, target)

    rename = Path.replace
    monkeypatch.setattr(Path, "replace", renaming)
    with pytest.raises(KeyboardInterrupt):
        gated(timeline(clip(WHOLE)))
    assert Path("cut.edl").read_bytes() == old
    report = otiogate.scan_path("cut.edl")
    assert report.verdict == "block"
    assert any("is about another file" in each.what for each in report.findings)


def test_no_disclosure_is_softened_by_being_carried() -> None:
    """The evidence that a disclosure answers in the timeline is answered in the export, and no other is."""
    cut = timeline(clip(WHOLE), clip(name="b", reel="B002", reference="b.mov"))
    cut.tracks[0][1].metadata["dst"] = "trainedAlgorithmicMedia"
    write(cut)
    rules = {each.rule for each in otiogate.scan_object(cut).findings if each.status == "open"}
    assert rules == {each.rule for each in otiogate.scan_path("cut.edl").findings if each.status == "open"}


# Read back


def test_a_gated_export_that_loses_a_disclosure_is_stopped_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "facility.yaml").write_text("format: 1\nlog: log.sqlite\nreceipts: written\n", encoding="utf-8")
    monkeypatch.setenv(layers.FACILITY_VARIABLE, str(tmp_path / "facility.yaml"))
    nest = otio.schema.Stack("nest", source_range=time_range(0, 48))
    track = otio.schema.Track("V1", kind="Video")
    track.append(clip("GENAI relight stage=final", name="inner"))
    nest.append(track)
    cut = timeline(clip(name="b"))
    cut.tracks[0].append(nest)
    Path("otiogate.yaml").write_text("format: 1\nstage: temp\n", encoding="utf-8")
    with pytest.raises(otiogate.ExportBlocked, match="GENAI relight stage=final on track 1") as caught:
        gated(cut)
    assert caught.value.verdict == "cannot_judge"
    assert not Path("cut.edl").exists()
    Path("otiogate.yaml").write_text(REPORTED, encoding="utf-8")
    gated(cut)
    assert Path("cut.edl").exists()
    assert not Path("cut.edl.receipt.json").exists()
    kept = [each.data for each in decisions(read_log(tmp_path / "log.sqlite"))]
    written = [each for each in kept if each["verdict"] == "cannot_judge"]
    assert [each["passed_by"] for each in written] == ["", "on_export: report"]


def test_what_the_sidecar_says_is_on_the_clips_that_a_gated_reading_hands_on() -> None:
    cut = timeline(clip(WHOLE, name="b"), clip(name="c", reel="C003"))
    cut.tracks[0][0].metadata["dst"] = "trainedAlgorithmicMedia"
    gated(cut)
    read = otio.adapters.read_from_file("cut.edl", "otiogate_gated")
    gated(read, "again.edl")
    assert sidecar("again.edl")["uses"] == sidecar()["uses"]
    write(read, "cut.otio")
    assert {each.content for found in claims_in(read_timeline(Path("cut.otio"))) for each in found.claims} >= {
        each.content for found in claims_in(read_timeline(Path("cut.edl"))) for each in found.claims
    }


def test_a_clip_that_goes_by_another_name_in_the_file_is_known_by_its_reference() -> None:
    cut = timeline(clip("GENAI relight stage=final", name="shot 1"))
    otio.adapters.write_to_file(cut, "cut.edl", "otiogate_gated", style="premiere")
    assert "CLIP NAME:  vfx_010.mov" in Path("cut.edl").read_text(encoding="utf-8")


def test_a_clip_without_any_name_loses_nothing() -> None:
    Path("otiogate.yaml").write_text("format: 1\nstage: temp\n", encoding="utf-8")
    gated(timeline(clip("GENAI relight stage=temp", name="", reference="", reel="")))
    assert comments() == ["* GENAI: relight stage=temp"]


@pytest.mark.parametrize("how", [write, gated])
def test_a_link_in_the_place_of_the_sidecar_is_replaced_and_not_followed(how: Any) -> None:
    Path("precious.txt").write_text("precious", encoding="utf-8")
    Path("cut.edl" + SUFFIX).symlink_to("precious.txt")
    how(timeline(clip(WHOLE)))
    assert Path("precious.txt").read_text(encoding="utf-8") == "precious"
    assert read_sidecar(Path("cut.edl")) is not None
