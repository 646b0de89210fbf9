"""Facts about how OpenTimelineIO reads and writes EDLs and FCP 7 XML (17 and 18 of the host facts), each a test: what
the host loses, and that otiogate's own reader, which reads the text, does not."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

import otiogate
from otiogate.evidence.tag import is_tag
from otiogate.host.read import snapshot_of
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Snapshot
from tests.builders import clip, judged, time_range, timeline
from tests.cli.running import ALONE

pytestmark = ALONE

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
TAG = "GENAI gen.shot"
HEAD = "TITLE: CUT\nFCM: NON-DROP FRAME\n"
EVENT = "001  A001     V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n"
NEXT = "002  A002     V     C        01:00:00:00 01:00:02:00 10:00:02:00 10:00:04:00\n"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration applies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OTIOGATE_FACILITY", raising=False)


def bare(text: str, adapter: str = "cmx_3600", **arguments: Any) -> Any:
    """What the host's adapter makes of ``text`` without any hook."""
    return otio.adapters.from_name(adapter).module().read_from_string(text, **arguments)


def written(thing: Any, adapter: str = "cmx_3600") -> str:
    """What the host's adapter writes without any hook."""
    return str(otio.adapters.from_name(adapter).module().write_to_string(thing))


def ours(text: str | bytes) -> Snapshot:
    return read_edl(text.encode() if isinstance(text, str) else text, "cut.edl")


def tags(snapshot: Snapshot, node: int = 1) -> list[str]:
    return [text for each in snapshot.subject(node).carriers for text in each.texts if is_tag(text)]


def scanned(text: str | bytes, folder: Path) -> otiogate.Report:
    path = folder / "delivered.edl"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return otiogate.scan_path(path)


# 17. What the writers keep


@pytest.mark.parametrize("adapter", ["cmx_3600", "fcp_xml"])
def test_fact_17_writers_drop_custom_metadata_so_the_hook_stops_before_they_run(adapter: str) -> None:
    cuts = timeline(clip(TAG))
    cuts.tracks[0][0].media_reference.metadata["genai"] = TAG
    assert "GENAI" not in written(cuts.deepcopy(), adapter)
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_string(cuts, adapter)


def test_fact_17_a_marker_survives_with_its_name_in_upper_case_and_its_colour() -> None:
    made = clip()
    made.markers.append(
        otio.schema.Marker("GENAI gen.shot id=dis-001", time_range(10, 0), otio.schema.MarkerColor.CYAN)
    )
    text = written(timeline(made))
    assert "* LOC: 00:00:00:10 CYAN    GENAI GEN.SHOT ID=DIS-001" in text
    assert tags(ours(text)) == ["GENAI GEN.SHOT ID=DIS-001"]


def test_fact_17_comment_lines_that_the_reader_does_not_know_survive() -> None:
    text = written(bare(f"{HEAD}{EVENT}* {TAG}\n* COMMENT: {TAG}\n"))
    assert f"* {TAG}\n" in text
    assert f"* COMMENT: {TAG}\n" in text
    assert tags(ours(text)) == [TAG, TAG]


def test_fact_17_bundles_ship_the_media_so_nothing_in_them_is_hidden(tmp_path: Path) -> None:
    media = tmp_path / "vfx_010.mov"
    media.write_bytes(b"picture")
    made = clip()
    made.media_reference = otio.schema.ExternalReference(str(media), time_range(0, 500))
    made.enabled = False
    otio.adapters.write_to_file(timeline(made), "cut.otioz")
    with zipfile.ZipFile("cut.otioz") as archive:
        assert archive.read("media/vfx_010.mov") == b"picture"
    tagged = made.deepcopy()
    tagged.metadata["genai"] = TAG
    otio.adapters.write_to_file(timeline(tagged), "hidden.otio")  # a warning: a viewer of this cut does not see it
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(timeline(tagged.deepcopy()), "hidden.otioz")


def trimmed_away() -> otio.schema.Timeline:
    cuts = timeline(clip(name="seen"), clip(TAG, name="trimmed", reel="A002"))
    cuts.tracks.source_range = time_range(0, 48)
    return cuts


def off_behind_a_dissolve() -> otio.schema.Timeline:
    cuts = timeline(clip(name="seen"), clip(TAG, name="off", reel="A002"))
    cuts.tracks[0][1].enabled = False
    six = otio.opentime.RationalTime(6, 24)
    cuts.tracks[0].insert(1, otio.schema.Transition("", "SMPTE_Dissolve", six, six))
    return cuts


def off_with_all_tracks() -> otio.schema.Timeline:
    cuts = timeline(clip(name="seen"), clip(TAG, name="off", reel="A002"))
    cuts.tracks.enabled = False
    return cuts


def off_by_itself() -> otio.schema.Timeline:
    cuts = timeline(clip(name="seen"), clip(TAG, name="off", reel="A002"))
    cuts.tracks[0][1].enabled = False
    return cuts


def off_with_its_track() -> otio.schema.Timeline:
    cuts = timeline(clip(name="seen"))
    track = otio.schema.Track("V2", kind="Video")
    track.append(clip(TAG, name="off", reel="A002"))
    track.enabled = False
    cuts.tracks.append(track)
    return cuts


HIDDEN = [trimmed_away, off_behind_a_dissolve, off_with_all_tracks, off_by_itself, off_with_its_track]


@pytest.mark.parametrize("made", HIDDEN)
def test_fact_17_what_a_timeline_hides_stays_hidden_in_otio_and_only_warns(made: Any) -> None:
    assert judged(made()).verdict == "allow"
    otio.adapters.write_to_file(made(), "cut.otio")
    assert otiogate.scan_path("cut.otio").verdict == "allow"


@pytest.mark.parametrize("made", [trimmed_away, off_behind_a_dissolve, off_with_all_tracks])
def test_fact_17_the_edl_writer_shows_what_the_timeline_hides_so_it_is_not_softened(made: Any) -> None:
    """It asks clips and tracks whether they are enabled, but no stack, and no clip behind a transition; nor trims."""
    assert "A002" in written(made())
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(made(), "cut.edl")
    assert not Path("cut.edl").exists()


@pytest.mark.parametrize("made", [off_by_itself, off_with_its_track])
def test_fact_17_the_edl_writer_leaves_out_other_disabled_clips_so_they_only_warn(made: Any) -> None:
    assert "A002" not in written(made())
    otio.adapters.write_to_file(made(), "cut.edl")
    assert "A002" not in Path("cut.edl").read_text(encoding="utf-8")


@pytest.mark.parametrize("made", HIDDEN)
def test_fact_17_the_xml_writer_shows_all_that_the_timeline_hides_so_nothing_is_softened(made: Any) -> None:
    text = written(made(), "fcp_xml")
    assert "<name>off</name>" in text or "<name>trimmed</name>" in text
    assert "<enabled>" not in text
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(made(), "cut.xml")
    assert not Path("cut.xml").exists()


@pytest.mark.parametrize("adapter", ["otio_json", "cmx_3600", "fcp_xml"])
@pytest.mark.parametrize("made", HIDDEN)
def test_fact_17_without_a_path_nobody_knows_the_format_so_nothing_is_softened(made: Any, adapter: str) -> None:
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_string(made(), adapter)


@pytest.mark.parametrize("name", ["cut.ale", "cut.svg", "cut.unheard_of"])
def test_fact_17_of_a_format_that_is_not_known_to_hide_anything_nothing_is_softened(name: str) -> None:
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(off_by_itself(), name, adapter_name="otio_json")


# 18. Record time


@pytest.mark.parametrize("start", ["00:00:00:00", "00:00:00:10", "00:59:58:12", "10:00:00:00"])
def test_fact_18_the_host_puts_record_time_into_a_source_range_which_hides_nothing(start: str) -> None:
    """Taken for a trim, it would hide all of the EDL, or its end, and soften every rule for final deliveries."""
    begin = otio.opentime.from_timecode(start, 24)
    text = HEAD
    for number in range(3):
        first, last = (begin + otio.opentime.RationalTime(48 * each, 24) for each in (number, number + 1))
        times = f"01:00:00:00 01:00:02:00 {first.to_timecode()} {last.to_timecode()}"
        text += f"00{number + 1}  A00{number + 1}     V     C        {times}\n* {TAG}\n"
    read = otio.adapters.read_from_string(text, "cmx_3600")
    track = read.tracks[0]
    if start == "00:00:00:00":
        assert track.source_range is None
    else:
        assert track.source_range.start_time == -begin
    report = judged(read)
    assert report.verdict == "block"
    (found,) = [each for each in report.findings if each.rule == "GEN-001"]
    assert [use.visible for use in found.uses] == [True] * 3
    assert found.uses[0].record.startswith(start)
    otio.adapters.write_to_file(bare(text.replace(f"* {TAG}\n", "")), "cut.otio")
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(read, "cut.otio")


# 18. Locators


def test_fact_18_the_host_takes_genai_for_the_colour_of_a_locator_and_writes_a_red_marker() -> None:
    text = f"{HEAD}{EVENT}* LOC: 10:00:01:00 GENAI gen.shot\n"
    laundered = bare(text)
    (marker,) = laundered.tracks[0][0].markers
    assert (marker.name, marker.color, marker.metadata["cmx_3600"]["color"]) == ("gen.shot", "RED", "GENAI")
    assert "* LOC: 10:00:01:00 RED     GEN.SHOT" in written(laundered)
    assert "GENAI" not in written(laundered)


def test_fact_18_otiogate_s_reader_takes_no_tag_for_a_colour(tmp_path: Path) -> None:
    text = f"{HEAD}{EVENT}* LOC: 10:00:01:00 GENAI gen.shot\n* LOC: 10:00:01:00 RED GENAI gen.still\n"
    assert tags(ours(text)) == ["GENAI gen.shot", "GENAI gen.still"]
    assert scanned(text, tmp_path).verdict == "block"


def test_fact_18_the_hooks_mend_it_where_the_host_has_read_it() -> None:
    text = f"{HEAD}{EVENT}* LOC: 10:00:01:00 GENAI gen.shot\n"
    read = otio.adapters.read_from_string(text, "cmx_3600")
    assert list(read.tracks[0][0].markers[0].metadata["genai"]) == ["GENAI gen.shot"]
    assert judged(bare(text)).verdict == "block"


def test_fact_18_a_locator_in_drop_frame_vanishes_in_the_host_but_not_in_otiogate(tmp_path: Path) -> None:
    drop = EVENT.replace("10:00:00:00 10:00:02:00", "10:00:00;00 10:00:02;00")
    text = f"TITLE: CUT\nFCM: DROP FRAME\n{drop}* LOC: 10:00:01;00 RED GENAI gen.shot\n"
    read = bare(text.replace(";00 ", ":00 ").replace(";00\n", ":00\n").replace("10:00:01:00 RED", "10:00:01;00 RED"))
    assert list(read.tracks[0][0].markers) == []
    assert "GENAI" not in read.to_json_string()
    assert tags(ours(text)) == [TAG]
    assert scanned(text, tmp_path).verdict == "block"


@pytest.mark.parametrize("word", ["LOCATION: STAGE 4", "LOCKED", "LOCKED 2027-01-15", "LOCKED: GENAI checked"])
def test_fact_18_words_that_begin_with_loc_vanish_in_the_host_and_stay_texts_in_otiogate(word: str) -> None:
    text = f"{HEAD}{EVENT}* {word}\n"
    read = bare(text)
    assert list(read.tracks[0][0].markers) == []
    assert "comments" not in read.to_json_string()
    texts = [each for carrier in ours(text).subject(1).carriers for each in carrier.texts]
    assert texts == [word]
    assert ours(text).problems == ()


# 18. Names


def test_fact_18_the_host_keeps_the_last_of_two_clip_names_and_otiogate_both() -> None:
    text = f"{HEAD}{EVENT}* FROM CLIP NAME: VFX_010\n* FROM CLIP NAME: HARMLESS\n"
    assert [each.name for each in bare(text).find_clips()] == ["HARMLESS"]
    snapshot = ours(text)
    subject = snapshot.subject(1)
    assert subject.use is not None
    assert {"VFX_010", "HARMLESS"} <= set(subject.use.media.references)
    assert any("2 clip names" in problem.what for problem in subject.problems)
    assert {("name", "VFX_010"), ("name", "HARMLESS")} <= {(key.field, key.text) for key in snapshot.keys()}  # noqa: SIM118


# 18. Whole files


KEY = (
    "002  A002     V     K B      01:00:00:00 01:00:02:00 10:00:02:00 10:00:04:00\n"
    "002  A003     V     K    000 01:00:00:00 01:00:02:00 10:00:02:00 10:00:04:00\n"
)
REJECTED = {
    "a key": KEY,
    "an overlap": NEXT.replace("10:00:02:00 10:00:04:00", "10:00:01:00 10:00:03:00"),
    "mismatched durations": NEXT.replace("10:00:02:00 10:00:04:00", "10:00:02:00 10:00:05:00"),
    "a missing channel": "002  A002     C        01:00:00:00 01:00:02:00 10:00:02:00 10:00:04:00\n",
    "a tag before the first event": "",
}


@pytest.mark.parametrize("kind", REJECTED)
def test_fact_18_the_host_rejects_a_file_for_one_event_and_otiogate_reads_the_rest(kind: str, tmp_path: Path) -> None:
    text = f"{HEAD}{EVENT}* {TAG}\n{REJECTED[kind]}"
    if kind == "a tag before the first event":
        text = f"{HEAD}* {TAG}\n{EVENT}"
    with pytest.raises((otio.exceptions.OTIOError, AttributeError)):
        bare(text)
    report = scanned(text, tmp_path)
    assert report.verdict == "block"
    assert report.counts.uses == text.count(" V ") + text.count("A002     C")


NO_OTIO_ERRORS = [
    pytest.param(ValueError, f"{HEAD}{EVENT.replace('10:00:02:00', '10:00:02:77')}* {TAG}\n", id="ValueError"),
    pytest.param(
        AttributeError,
        f"{HEAD}{EVENT.replace('10:00:02:00', '10:00:03:00')}M2 A001 fast\n* {TAG}\n",
        id="AttributeError",
    ),
]


@pytest.mark.parametrize(("error", "text"), NO_OTIO_ERRORS)
def test_fact_18_failures_of_the_host_s_reader_are_not_all_errors_of_its_own(
    error: type[Exception], text: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        bare(text)
    assert not isinstance(caught.value, otio.exceptions.OTIOError)
    assert tags(ours(text)) == [TAG]
    assert scanned(text, tmp_path).verdict in ("block", "cannot_judge")


def test_fact_18_the_host_gives_up_on_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    data = f"{HEAD}{EVENT}* FROM CLIP NAME: détail\n* {TAG}\n".encode("latin-1")
    path = tmp_path / "cut.edl"
    path.write_bytes(data)
    with pytest.raises(UnicodeDecodeError):
        otio.adapters.read_from_file(str(path))
    assert tags(ours(data)) == [TAG]
    assert scanned(data, tmp_path).verdict == "block"


@pytest.mark.parametrize(("error", "text"), NO_OTIO_ERRORS)
def test_fact_18_whatever_the_host_s_reader_raises_the_gated_adapter_turns_into_one_error(
    error: type[Exception], text: str, tmp_path: Path
) -> None:
    untagged = text.replace(f"* {TAG}\n", "")
    (tmp_path / "cut.edl").write_text(untagged, encoding="utf-8")
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.read_from_file("cut.edl", adapter_name="otiogate_gated")


# 18. Tags that go on


def test_a_tag_that_goes_on_over_lines_is_one_tag_in_the_host_s_comments_too() -> None:
    lines = "* GENAI gen.shot\n* GENAI+ stage=final\n* COMMENT: GENAI+ tool=StudioGen\n"
    whole = "GENAI gen.shot stage=final tool=StudioGen"
    assert tags(ours(f"{HEAD}{EVENT}{lines}")) == [whole]
    read = otio.adapters.read_from_string(f"{HEAD}{EVENT}{lines}", "cmx_3600")
    assert list(read.tracks[0][0].metadata["genai"]) == [whole]
    assert [each.rule for each in judged(bare(f"{HEAD}{EVENT}{lines}")).findings].count("GEN-002") == 0


def test_a_continuation_of_nothing_is_a_fault_in_the_host_s_comments_too() -> None:
    report = judged(bare(f"{HEAD}{EVENT}* GENAI+ stage=final\n"))
    assert [each.rule for each in report.findings] == ["GEN-002"]
    assert report.verdict == "block"


# All of it, on real files


@pytest.mark.corpus
def test_no_clip_of_a_real_edl_is_hidden_where_the_host_has_read_it() -> None:
    if not CORPUS.is_dir():
        pytest.skip("no folder of real timelines beside the checkout")
    seen = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix.lower() != ".edl" or path.stat().st_size > 300_000:
            continue
        try:
            read = bare(path.read_text(encoding="utf-8"))
        except Exception:  # noqa: BLE001 - whatever the host's reader raises on it
            continue
        snapshot = snapshot_of(read)
        found = (snapshot.subject(node).use for node in range(len(snapshot.starts)))
        uses = [use for use in found if use is not None]
        assert all(use.visible for use in uses), path
        seen += len(uses)
    assert seen > 100
