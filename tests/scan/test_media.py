"""Records bound to media by its content: what is swapped, renamed, relinked, stripped of its tags, or not opened."""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate import hooks
from otiogate.cli.judging import seconds
from otiogate.config import layers
from otiogate.config.layers import settings
from otiogate.config.model import Settings
from otiogate.errors import UsageError
from otiogate.evidence import digests
from otiogate.evidence.locating import target_at
from otiogate.host import media as host_media
from otiogate.host.errors import ExportBlocked
from otiogate.records.access import Access
from otiogate.records.joined import joined
from otiogate.records.model import RecordSet
from otiogate.report.model import Report
from otiogate.scan import judging
from otiogate.scan.desk import Desk
from otiogate.scan.judging import Basis, Judging, judge_path, judged
from otiogate.scan.media import Opens
from otiogate.scan.read import read_timeline
from otiogate.signing.memory import Memory
from tests import builders
from tests.builders import CONFIG, NOW, cleared, clip, disclosure, finding, raised, reasons, timeline

APPROVED, OTHER = b"the approved pictures", b"other pictures"


def sha(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Show:
    """A project with its records, and a folder of media that the facility names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.media = folder / "media"
        self.facility = folder / "facility.yaml"
        (folder / "records").mkdir()
        (folder / "otiogate.yaml").write_text(CONFIG)
        self.configure()
        self.file("vfx_010.mov", APPROVED)

    def configure(self, binding: str = "reference") -> None:
        text = f"format: 1\nbinding: {binding}\nmedia: [media]\nstate: state.sqlite3\n"
        self.facility.write_text(text)

    def file(self, name: str, content: bytes) -> Path:
        path = self.media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def records(self, *data: dict[str, Any]) -> None:
        for each in data:
            (self.folder / "records" / f"{each['id']}.json").write_text(json.dumps(each))

    def cut(self, *clips: otio.schema.Clip) -> Path:
        path = self.folder / "cut.otio"
        timeline(*clips).to_json_file(str(path))
        return path

    def scan(self, *clips: otio.schema.Clip, opens: Opens = "declared") -> Report:
        path = self.cut(*clips)
        return judge_path(path, settings([str(path)]), NOW, opens=opens)


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "facility.yaml")
    monkeypatch.setattr(digests, "_SETTLED", -(10**18))
    monkeypatch.setattr(hooks, "_now", lambda: NOW)
    Memory._media.clear()
    return Show(tmp_path)


def shot(show: Show, name: str = "vfx_010.mov", tag: Any = None, **named: Any) -> otio.schema.Clip:
    made = clip(tag, **{"name": "sh010", "reference": name, "reel": ""} | named)
    made.media_reference.target_url = (show.media / name).as_uri()
    return made


TAG = {"id": "DIS-001"}
BY_CONTENT = {"sha256": sha(APPROVED), "reference": "vfx_010.mov"}
BY_NAME = {"reference": "vfx_010.mov"}


def bindings(report: Report, rule: str = "NFX-020") -> dict[str, str]:
    return {each.record: each.binding for each in finding(report, rule).bound}


def test_an_approval_of_this_content_is_bound_to_media(show: Show) -> None:
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    report = show.scan(shot(show, tag=TAG))
    assert report.verdict == "allow"
    assert bindings(report) == {"APR-001": "media"}
    assert [(each.file, each.state, each.digest) for each in report.media] == [
        ("vfx_010.mov", "verified", sha(APPROVED))
    ]


def test_an_approval_of_names_is_bound_by_reference(show: Show) -> None:
    show.records(*cleared(disclosure(media=BY_NAME)))
    report = show.scan(shot(show, tag=TAG))
    assert report.verdict == "allow"
    assert bindings(report) == {"APR-001": "reference"}


@pytest.mark.parametrize("binding", ["reference", "media"])
def test_media_swapped_under_the_same_name_is_not_approved(show: Show, binding: str) -> None:
    show.configure(binding)
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    show.file("vfx_010.mov", OTHER)
    report = show.scan(shot(show, tag=TAG))
    assert report.verdict == "block"
    [(record, rule, text)] = reasons(report, "NFX-020")
    assert (record, rule) == ("APR-001", "TRUST-001")
    assert f"was given for the sha256 {sha(APPROVED)}" in text
    assert "has the digest" in finding(report, "GEN-002").what


def test_media_swapped_under_the_same_name_is_found_though_nothing_has_to_be_approved(show: Show) -> None:
    mild = disclosure(media=BY_CONTENT, use_kind=["enhance.denoise"], fidelity="as_performed")
    show.records(mild, builders.notification(mild))
    assert "GEN-002" not in raised(show.scan(shot(show)))
    show.file("vfx_010.mov", OTHER)
    assert "GEN-002" in raised(show.scan(shot(show)))


def test_a_transcode_that_the_disclosure_knows_is_no_swap(show: Show) -> None:
    about = disclosure(media=BY_CONTENT, match=[{"sha256": sha(OTHER)}])
    approval = builders.decision("approval", about, ["NFX-020"])
    show.file("vfx_010.mov", OTHER)
    show.records(about, builders.notification(about), approval)
    report = show.scan(shot(show))
    assert "GEN-002" not in raised(report)
    assert report.verdict == "block", "the approval was given for the other file"


def test_renamed_media_meets_its_records_and_its_approval_holds(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    show.file("renamed.mov", APPROVED)
    report = show.scan(shot(show, "renamed.mov", TAG))
    assert report.verdict == "allow"
    assert bindings(report) == {"APR-001": "media"}


def test_an_untagged_renamed_clip_meets_its_records_by_its_content(show: Show) -> None:
    show.records(disclosure(media=BY_CONTENT))
    show.file("renamed.mov", APPROVED)
    bare = shot(show, "renamed.mov")
    assert show.scan(bare).counts.ai_uses == 0, "nothing points at it, and nobody asked to open it"
    report = show.scan(bare, opens="all")
    assert report.verdict == "block"
    assert "ledger match: media sha256:" in finding(report, "NFX-020").uses[0].said
    assert show.scan(bare).verdict == "block", "it was read before, and has not changed since"


def test_relinked_media_is_held_against_what_it_leads_to_now(show: Show) -> None:
    show.records(*cleared(disclosure(media={"sha256": sha(APPROVED)})))
    assert show.scan(shot(show, tag=TAG)).verdict == "allow"
    show.file("other.mov", OTHER)
    report = show.scan(shot(show, "other.mov", TAG))
    assert report.verdict == "block"
    assert {each.rule for each in report.findings if each.effect == "block"} >= {"NFX-020"}


def test_what_a_timeline_states_as_the_digest_of_its_media_proves_nothing(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media={"sha256": sha(APPROVED)})))
    made = shot(show, "missing.mov", TAG)
    made.media_reference.metadata["sha256"] = sha(APPROVED)
    report = show.scan(made)
    assert report.verdict == "block"
    assert {each.state for each in report.media} == {"offline", "declared"}
    assert "by name alone" in reasons(report, "NFX-020")[0][2]


def test_a_digest_that_a_timeline_states_finds_a_disclosure_and_stands_for_none(show: Show) -> None:
    show.records(disclosure(media={"sha256": sha(APPROVED)}))
    made = shot(show, "missing.mov", "GENAI gen.environment")
    made.media_reference.metadata["sha256"] = sha(APPROVED)[7:].upper()
    report = show.scan(made)
    assert {"GEN-001", "NFX-020"} <= {each.rule for each in report.findings if each.effect == "block"}
    assert "DIS-001" in {each.disclosure for each in report.findings}


@pytest.mark.parametrize("media", [BY_NAME, BY_CONTENT])
def test_where_media_is_demanded_a_name_alone_does_not_count(show: Show, media: dict[str, str]) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=media)))
    (show.media / "vfx_010.mov").unlink()
    report = show.scan(shot(show, tag=TAG))
    assert report.verdict == "block"
    assert report.binding == "media"
    [(record, rule, text)] = reasons(report, "NFX-020")
    assert (record, rule) == ("APR-001", "TRUST-001")
    assert "by name alone" in text
    assert ("otiogate media digest" in text) == (media is BY_NAME)


def test_an_approval_without_the_digest_counts_by_that_of_its_disclosure(show: Show) -> None:
    show.configure("media")
    about = disclosure(media=BY_CONTENT)
    covers = [{**builders.covers(about)[0], "media": BY_NAME}]
    show.records(about, builders.notification(about), builders.decision("approval", about, ["NFX-020"], covers=covers))
    report = show.scan(shot(show, tag=TAG))
    assert (report.verdict, bindings(report)) == ("allow", {"APR-001": "media"})


def test_two_files_of_one_name_are_not_verified(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    show.file("a/vfx_010.mov", APPROVED)
    (show.media / "vfx_010.mov").rename(show.file("b/vfx_010.mov", b""))
    made = shot(show, tag=TAG)
    made.media_reference.target_url = "vfx_010.mov"
    report = show.scan(made)
    assert report.verdict == "block"
    assert "2 are called so" in reasons(report, "NFX-020")[0][2]


def test_media_in_a_bundle_is_not_taken_for_a_file_of_its_name_elsewhere(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    made = shot(show, tag=TAG)
    made.media_reference.target_url = "media/vfx_010.mov"
    bundle = show.folder / "cut.otiod"
    (bundle / "media").mkdir(parents=True)
    timeline(made).to_json_file(str(bundle / "content.otio"))
    for content, verdict in ((OTHER, "block"), (APPROVED, "allow")):
        (bundle / "media" / "vfx_010.mov").write_bytes(content)
        assert judge_path(bundle, settings([str(bundle)]), NOW, opens="declared").verdict == verdict


def packed(show: Show, url: str, *files: tuple[str, bytes], tag: Any = TAG, **how: Any) -> Path:
    """A bundle in one file, the timeline of which has one clip, at ``url``."""
    made = clip(tag, name="sh010", reel="")
    made.media_reference.target_url = url
    path = show.folder / "cut.otioz"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", **how) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        archive.writestr("content.otio", timeline(made).to_json_string())
        for name, content in files:
            archive.writestr(name, content)
    return path


def scanned(path: Path, opens: Opens = "declared") -> Report:
    return judge_path(path, settings([str(path)]), NOW, opens=opens)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_media_swapped_in_a_zipped_bundle_is_found_as_it_is_in_a_folder(show: Show, method: int) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    inside = "media/vfx_010.mov"
    report = scanned(packed(show, inside, (inside, APPROVED), compression=method))
    assert (report.verdict, bindings(report)) == ("allow", {"APR-001": "media"})
    assert [(each.file, each.state, each.digest) for each in report.media] == [
        ("vfx_010.mov", "verified", sha(APPROVED))
    ]
    report = scanned(packed(show, inside, (inside, OTHER), compression=method))
    assert report.verdict == "block"
    assert "has the digest" in finding(report, "GEN-002").what


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("media/vfx_010.mov", APPROVED), ("media/vfx_010.mov", OTHER)], "is there twice"),
        ([("media/vfx_010.mov", APPROVED), ("media/VFX_010.MOV", OTHER)], "is there twice"),
        ([("media/vfx_010.mov", APPROVED), ("media/../media/vfx_010.mov", OTHER)], "leads out of it"),
        ([("media/vfx_010.mov", APPROVED), ("media\\vfx_010.mov", OTHER)], "leads out of it"),
        ([("media/vfx%5F010.mov", APPROVED)], "is not in the bundle"),
        ([("other/vfx_010.mov", APPROVED)], "is not in the bundle"),
    ],
)
def test_media_that_is_not_surely_the_one_in_a_zipped_bundle_is_not_verified(
    show: Show, files: list[tuple[str, bytes]], why: str
) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    report = scanned(packed(show, "media/vfx_010.mov", *files))
    assert report.verdict == "block"
    assert [each.state for each in report.media] == ["offline"]
    assert why in reasons(report, "NFX-020")[0][2]


def test_a_zipped_bundle_of_which_the_directory_says_another_thing_verifies_nothing(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    inside = "media/vfx_010.mov"
    path = packed(show, inside, (inside, APPROVED))
    whole = path.read_bytes()
    at = whole.index(inside.encode() + APPROVED)
    path.write_bytes(whole[: at + 6] + b"b" + whole[at + 7 :])
    assert "says two things of" in reasons(scanned(path), "NFX-020")[0][2]


def test_of_two_ways_to_write_a_file_in_a_zipped_bundle_neither_is_taken(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media={"sha256": sha(APPROVED)})))
    url, decoded = "media/vfx%20010.mov", "media/vfx 010.mov"
    assert scanned(packed(show, url, (decoded, APPROVED))).verdict == "allow"
    report = scanned(packed(show, url, (decoded, OTHER), (url, APPROVED)))
    assert "may be either of" in reasons(report, "NFX-020")[0][2]


@pytest.mark.parametrize("kind", [".otioz", ".otiod"])
@pytest.mark.parametrize("url", ["file:media/vfx_010.mov", "file://media/vfx_010.mov", "/old/vfx_010.mov", "{media}"])
def test_a_bundle_that_ships_a_file_of_the_name_is_not_judged_by_another_elsewhere(
    show: Show, kind: str, url: str
) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    path = packed(show, url.format(media=show.media / "vfx_010.mov"), ("media/vfx_010.mov", OTHER))
    if kind == ".otiod":
        with zipfile.ZipFile(path) as archive:
            path = show.folder / "cut.otiod"
            archive.extractall(path)
    report = scanned(path)
    assert report.verdict == "block"
    assert "ships a file of that name" in reasons(report, "NFX-020")[0][2]


def test_a_path_that_leads_out_of_a_zipped_bundle_is_not_followed(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    report = scanned(packed(show, "../media/vfx_010.mov"))
    assert "leads out of the bundle" in reasons(report, "NFX-020")[0][2]


def test_an_image_sequence_in_a_zipped_bundle_is_bound_by_all_its_frames(show: Show) -> None:
    show.configure("media")
    frames = [(f"media/sh010.{number}.exr", f"frame {number}".encode()) for number in range(1001, 1011)]
    for name, content in frames:
        show.file(f"copy/{name}", content)
    root = digests.digest(target_at(show.media / "copy" / "media" / "sh010.####.exr"))
    show.records(*cleared(disclosure(media={"sha256": root})))
    report = scanned(packed(show, "media/sh010.%04d.exr", *frames))
    assert (report.verdict, report.media[0].frames) == ("allow", "1001-1010")
    swapped = [*frames[:5], (frames[5][0], OTHER), *frames[6:]]
    for other in (swapped, frames[:-1], [*frames, ("media/sh010.1011.exr", OTHER)], [*frames, frames[3]]):
        assert scanned(packed(show, "media/sh010.%04d.exr", *other)).verdict == "block"


def test_what_was_read_of_a_zipped_bundle_is_remembered_until_the_bundle_changes(
    show: Show, unread: list[Path]
) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    inside = "media/vfx_010.mov"
    path = packed(show, inside, (inside, APPROVED))
    assert "was not opened" in reasons(scanned(path, opens="nothing"), "NFX-020")[0][2]
    for _ in range(2):
        assert scanned(path).verdict == "allow"
        Memory._media.clear()  # another process
    assert scanned(path, opens="nothing").verdict == "allow"
    assert unread == [path.resolve() / inside]
    path = packed(show, inside, (inside, OTHER))
    assert scanned(path, opens="nothing").verdict == "block"
    assert scanned(path).verdict == "block"
    assert len(unread) == 2


@pytest.mark.parametrize("cached", [False, True])
def test_an_untagged_clip_in_a_bundle_is_found_by_its_content_without_any_folder_of_media(
    show: Show, cached: bool
) -> None:
    show.facility.write_text("format: 1\n" + ("cache: kept.sqlite\n" if cached else ""))
    show.records(disclosure(media={"sha256": sha(APPROVED)}))
    inside = "media/renamed.mov"
    for content, verdict in ((OTHER, "allow"), (APPROVED, "block"), (OTHER, "allow")):
        path = packed(show, inside, (inside, content), tag=None)
        for opens in ("declared", "all"):
            with Desk(Judging(NOW, opens=opens)) as at:
                assert at.report(path).verdict == (verdict if opens == "all" else "allow")


def test_one_file_of_two_that_an_event_names_verifies_nothing(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    path = show.folder / "cut.edl"
    event = "001  AX       V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n* GENAI: id=DIS-001\n"
    path.write_text(event + "* SOURCE FILE: vfx_010.mov\n")
    assert judge_path(path, settings([str(path)]), NOW, opens="declared").verdict == "allow"
    path.write_text(event + "* SOURCE FILE: vfx_010.mov\n* SOURCE FILE: missing.mov\n")
    assert judge_path(path, settings([str(path)]), NOW, opens="declared").verdict == "block"


def test_an_approved_file_behind_an_inactive_reference_carries_nothing_over(show: Show) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    show.file("other.mov", OTHER)
    made = shot(show, "other.mov", TAG)
    left = otio.schema.ExternalReference((show.media / "vfx_010.mov").as_uri())
    made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "old": left}, "DEFAULT_MEDIA")
    assert show.scan(made).verdict == "block"


def test_an_image_sequence_is_bound_by_all_its_frames(show: Show) -> None:
    show.configure("media")
    for number in range(1001, 1101):
        show.file(f"frames/sh010.{number}.exr", f"frame {number}".encode())
    root = digests.digest(target_at(show.media / "frames" / "sh010.####.exr"))
    show.records(*cleared(disclosure(media={"sha256": root})))
    made = clip(TAG, name="sh010", reel="")
    made.media_reference = otio.schema.ImageSequenceReference(
        (show.media / "frames").as_uri(), "sh010.", ".exr", 1001, 1, 24, 4, available_range=builders.time_range(0, 100)
    )
    report = show.scan(made)
    assert (report.verdict, bindings(report)) == ("allow", {"APR-001": "media"})
    assert report.media[0].frames == "1001-1100"
    for frame in (1050, 1101):
        show.file(f"frames/sh010.{frame}.exr", OTHER)
        assert show.scan(made).verdict == "block", frame
        show.file("frames/sh010.1050.exr", b"frame 1050")
        (show.media / "frames" / "sh010.1101.exr").unlink(missing_ok=True)
    (show.media / "frames" / "sh010.1100.exr").unlink()
    assert "frames 1001-1100 are asked for" in reasons(show.scan(made), "NFX-020")[0][2]


def export(show: Show, made: otio.schema.Clip) -> None:
    cut = timeline(made)
    hooks.export_hook(cut, {"_filepath": str(show.folder / "out.otio")})


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files of media that are opened."""
    opened: list[Path] = []
    real = digests._content
    monkeypatch.setattr(digests, "_content", lambda path, *rest: opened.append(path) or real(path, *rest))
    return opened


def test_an_export_opens_no_media_and_goes_by_what_a_scan_remembered(show: Show, unread: list[Path]) -> None:
    show.configure("media")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    made = shot(show, tag=TAG)
    with pytest.raises(ExportBlocked, match="was not opened"):
        export(show, made)
    assert unread == []
    assert show.scan(made).verdict == "allow"
    assert len(unread) == 1
    Memory._media.clear()  # the editor's is another process
    export(show, made)
    show.file("vfx_010.mov", OTHER)
    with pytest.raises(ExportBlocked, match="was not opened"):
        export(show, made)
    assert len(unread) == 1


def test_an_export_where_names_are_enough_waits_for_no_media(show: Show, unread: list[Path]) -> None:
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    export(show, shot(show, tag=TAG))
    assert unread == []


def test_a_project_may_demand_media_and_neither_name_its_folders_nor_take_the_demand_back(show: Show) -> None:
    project = show.folder / "otiogate.yaml"
    project.write_text(CONFIG + "binding: media\n")
    assert settings([str(project)]).binding == "media"
    show.configure("media")
    project.write_text(CONFIG + "binding: reference\n")
    assert settings([str(project)]).binding == "media"
    project.write_text(CONFIG + "media: [media]\n")
    with pytest.raises(UsageError, match="only the facility may set 'media'"):
        settings([str(project)])


def test_folders_of_media_in_place_of_the_facilitys_make_a_report_advisory(show: Show) -> None:
    mine = {"media": [str(show.folder / "mine")]}
    assert settings([str(show.folder)], command=mine).advisory
    show.facility.write_text("format: 1\n")
    found = settings([str(show.folder)], command=mine)
    assert (found.advisory, found.media) == (False, (show.folder / "mine",))


def test_an_advisory_run_remembers_nothing_in_the_facilitys_store(show: Show) -> None:
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    path = show.cut(shot(show, tag=TAG))
    judge_path(path, replace(settings([str(path)]), advisory=True), NOW, opens="declared")
    assert not (show.folder / "state.sqlite3").exists()


# What is not done twice, and what is not cut short


@pytest.mark.parametrize("opens", ["nothing", "declared", "all"])
def test_a_run_with_folders_of_media_and_a_cache_says_what_each_timeline_judged_alone_says(
    show: Show, opens: Opens
) -> None:
    show.facility.write_text(show.facility.read_text() + "cache: kept.sqlite\n")
    show.records(*cleared(disclosure(media=BY_CONTENT)))
    path, under = show.cut(shot(show), shot(show, "x.mov")), Judging(NOW, opens=opens)
    show.file("x.mov", APPROVED)
    alone = []
    for content in (APPROVED, OTHER, APPROVED):
        show.file("vfx_010.mov", content)
        alone.append(under.report(path))
        with Desk(under) as at:
            assert [at.report(path), at.report(path)] == [alone[-1]] * 2
    assert alone[0].counts.ai_uses == (2 if opens == "all" else 1)
    assert (alone[0] == alone[1]) == (opens == "nothing")


def test_a_digest_that_a_timeline_states_is_kept_in_a_cache(show: Show) -> None:
    show.facility.write_text("format: 1\ncache: kept.sqlite\n")
    show.records(disclosure(media={"sha256": sha(APPROVED)}))
    made = shot(show, "renamed.mov")
    made.media_reference.metadata["sha256"] = sha(APPROVED)
    path, under = show.cut(made), Judging(NOW)
    for _ in range(2):
        with Desk(under) as at:
            assert at.report(path) == under.report(path)
            assert at.report(path).counts.ai_uses == 1


def test_an_export_without_ai_is_looked_at_once_and_asked_for_no_media(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []
    real = judging.collect
    monkeypatch.setattr(judging, "collect", lambda *data, **named: looks.append(data) or real(*data, **named))
    monkeypatch.setattr(host_media, "_places_of", lambda data: looks.append(data) or ())
    export(show, shot(show))
    assert len(looks) == 1


def test_a_registry_is_asked_for_what_the_media_turned_out_to_be(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    about, told = disclosure(media=BY_CONTENT), list[tuple[set[str], set[str]]]()

    def further(self: Settings, known: RecordSet, ids: set[str], media: set[str]) -> RecordSet:
        told.append((set(ids), set(media)))
        return joined([known, builders.records(about)]) if sha(APPROVED) in media else known

    monkeypatch.setattr(Settings, "further", further)
    show.file("renamed.mov", APPROVED)
    path = show.cut(shot(show, "renamed.mov", "GENAI gen.shot id=DIS-900"))
    found = replace(settings([str(path)]), registry=Access("https://registry.example"))
    on = Basis(found, found.policy(), builders.records())
    report = judged(read_timeline(path), on, NOW, opens="declared")[0]
    assert told == [({"DIS-900"}, set()), (set(), {sha(APPROVED)})], "each is asked for once"
    assert "DIS-001" in {each.disclosure for each in report.findings}


def test_a_timeline_may_take_as_long_as_the_media_of_the_facility(show: Show) -> None:
    asked = argparse.Namespace(timeout=None, media=[], all_media=False)
    assert seconds(asked) == 7200
    show.facility.write_text("format: 1\n")
    assert seconds(asked) == 120
