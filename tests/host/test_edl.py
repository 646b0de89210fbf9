"""The adapter ``otiogate_edl``: it lays out what it reads as ``cmx_3600`` does, loses nothing, and writes it again."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import otiogate
from otiogate.errors import CannotJudge
from otiogate.timeline.edl import read_edl
from tests.builders import clip, judged, time_range, timeline
from tests.timeline.edls import CARRIERS, CORPUS, FILES, tagged

HEAD = "TITLE: CUT\nFCM: NON-DROP FRAME\n"
TIMES = "01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00"
EVENT = f"001  A001     V     C        {TIMES}\n"
NEXT = "002  B002     V     C        02:00:00:00 02:00:02:00 10:00:02:00 10:00:04:00\n"
DISSOLVE = (
    "002  A001     V     C        01:00:02:00 01:00:02:00 10:00:02:00 10:00:02:00\n"
    "002  B002     V     D    024 02:00:00:00 02:00:04:00 10:00:02:00 10:00:06:00\n"
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OTIOGATE_FACILITY", raising=False)


def read(body: str, **arguments: Any) -> Any:
    """What the adapter makes of an EDL, without any hook."""
    module = otio.adapters.from_name("otiogate_edl").module()
    return module.read_from_string(body if body.startswith("TITLE") else HEAD + body, **arguments)


def written(thing: Any, **arguments: Any) -> str:
    return str(otio.adapters.from_name("otiogate_edl").module().write_to_string(thing, **arguments))


def clips(thing: Any) -> list[Any]:
    return list(thing.find_clips())


def plain(thing: Any) -> Any:
    return json.loads(thing.to_json_string())


def block(thing: Any) -> Any:
    return plain(thing)["metadata"]["cmx_3600"]


# Reading


def test_a_clip_has_its_name_reel_comments_and_ranges_where_cmx_3600_puts_them() -> None:
    body = f"{EVENT}* FROM CLIP NAME: SHOT_10\n* FROM FILE: /show/shot_10.mov\n* SOURCE FILE: X\n"
    whole = read(body)
    (made,) = clips(whole)
    assert (made.name, made.media_reference.target_url) == ("SHOT_10", "/show/shot_10.mov")
    assert block(made) == {"event": "001", "reel": "A001", "comments": ["SOURCE FILE: X"]}
    assert made.source_range == time_range(86400, 48)
    assert made.transformed_time_range(made.trimmed_range(), whole.tracks).start_time.to_timecode() == "10:00:00:00"


def test_what_stands_behind_the_times_of_an_event_is_a_comment_and_a_tag_in_it_a_tag() -> None:
    (remark, tagged_one) = clips(read(f"{EVENT.rstrip()} SHOT 12\n{NEXT.rstrip()} * GENAI: gen.shot\n"))
    assert block(remark)["comments"] == ["SHOT 12"]
    assert block(tagged_one)["comments"] == ["GENAI: gen.shot"]
    assert "GEN-001" in [each.rule for each in judged(tagged_one).findings]
    assert judged(remark).findings == ()


def test_a_dissolve_is_a_transition_and_the_clip_that_it_leads_to() -> None:
    names = "* FROM CLIP NAME: ONE\n* TO CLIP NAME: TWO\n"
    first, transition, second = list(read(EVENT + "* FROM CLIP NAME: ONE\n" + DISSOLVE + names).tracks[0])
    assert (first.name, second.name) == ("ONE", "TWO")
    assert (transition.transition_type, transition.in_offset.value, transition.out_offset.value) == (
        "SMPTE_Dissolve",
        0,
        24,
    )
    assert block(transition) == {"transition": "D", "transition_duration": 24.0}


def test_a_split_event_has_its_name_file_and_tags_on_each_of_its_tracks() -> None:
    sound = EVENT.replace(" V ", " A ")
    said = "* FROM CLIP NAME: ONE\n* FROM FILE: /show/one.mov\n* GENAI gen.shot\n"
    picture, other = clips(read(EVENT + sound + said))
    assert (picture.name, picture.media_reference.target_url) == ("ONE", "/show/one.mov")
    assert (other.name, other.media_reference.target_url) == ("ONE", "/show/one.mov")
    for each in (picture, other):
        assert "GENAI gen.shot" in each.to_json_string()


def test_a_name_that_cmx_3600_does_not_know_stays_a_comment_too() -> None:
    (made,) = clips(read(f"{EVENT}* CLIP NAME: ONE\n"))
    assert (made.name, block(made)["comments"]) == ("ONE", ["CLIP NAME: ONE"])


def test_a_wipe_keeps_its_code() -> None:
    transition = read(EVENT + DISSOLVE.replace("D    024", "W017 024")).tracks[0][1]
    assert (transition.transition_type, block(transition)["transition"]) == ("SMPTE_Wipe", "W017")


def test_a_side_that_nothing_else_shows_is_a_clip_without_duration() -> None:
    other = DISSOLVE.replace("A001", "C003", 1)
    assert [(each.name, block(each).get("reel")) for each in clips(read(EVENT + other))] == [
        ("001", "A001"),
        ("002", "C003"),
        ("002", "B002"),
    ]


def test_what_overlaps_or_stands_out_of_order_goes_to_a_further_track_and_is_told() -> None:
    early = NEXT.replace("10:00:02:00 10:00:04:00", "10:00:01:00 10:00:03:00")
    made = read(EVENT + early)
    assert [[each.name for each in track] for track in made.tracks] == [["001"], ["002"]]
    assert [track.name for track in made.tracks] == ["V", "V (2)"]
    (problem,) = plain(made)["metadata"]["otiogate"]["problems"]
    assert (problem["severity"], problem["where"]) == ("odd", "line 4")


def test_gaps_stand_where_the_record_has_nothing() -> None:
    later = NEXT.replace("10:00:02:00 10:00:04:00", "10:00:03:00 10:00:05:00")
    made = read(EVENT + later)
    assert [type(each).__name__ for each in made.tracks[0]] == ["Clip", "Gap", "Clip"]


def test_one_event_on_several_channels_is_a_clip_on_each() -> None:
    made = read(EVENT.replace(" V  ", " AA/V"))
    assert [(track.name, track.kind) for track in made.tracks] == [("V", "Video"), ("A1", "Audio"), ("A2", "Audio")]


def test_retimes_and_freezes_are_effects() -> None:
    fast = EVENT.replace("01:00:02:00", "01:00:04:00") + "M2   024       048.0                01:00:00:00\n"
    (made,) = clips(read(fast))
    assert made.effects[0].time_scalar == 2.0
    still = EVENT.replace("01:00:02:00", "01:00:00:01") + "* FROM CLIP NAME: ONE FF\n* * FREEZE FRAME\n"
    (made,) = clips(read(still))
    assert (made.name, made.effects[0].effect_name) == ("ONE", "FreezeFrame")


def test_markers_have_their_colour_and_their_whole_text() -> None:
    body = f"{EVENT}* LOC: 10:00:01:00 CYAN    FIX THIS\n* LOC: 10:00:01:00 VFX_010 no colour\n"
    (made,) = clips(read(body + " |C:ResolveColorBlue |M:a name |D:3\n"))
    assert [(each.name, each.color) for each in made.markers] == [
        ("FIX THIS", "CYAN"),
        ("VFX_010 no colour", "RED"),
        ("a name", "BLUE"),
    ]
    assert made.markers[2].marked_range.duration.value == 3


def test_a_locator_stands_with_the_clip_on_which_it_stands_not_with_the_event_above_it() -> None:
    first, second = clips(read(EVENT + "* LOC: 10:00:03:00 RED     NEXT ONE\n" + NEXT))
    assert [len(each.markers) for each in (first, second)] == [0, 1]


@pytest.mark.parametrize(
    ("row", "comments"),
    [
        ("10:00:03:00 GENAI gen.shot", []),
        ("1  Red     JO          10:00:03:00                V1            GENAI gen.shot", ["JO"]),
        ("1  Red     GENAI gen.shot   10:00:03:00           V1            wire", ["wire"]),
    ],
)
def test_a_tag_in_a_comment_that_has_a_place_stands_with_the_clip_there(row: str, comments: list[str]) -> None:
    first, second = clips(read(f"{NEXT}{EVENT}* {row}\n"))
    assert [[each.name for each in clip.markers] for clip in (first, second)] == [[], ["GENAI gen.shot"]]
    assert block(first).get("comments", []) == comments


def test_a_colour_decision_stands_in_cdl_and_one_that_cannot_be_read_in_the_comments() -> None:
    (made,) = clips(read(f"{EVENT}*ASC_SOP (1.1 1 1)(0 0 0)(1 1 1)\n*ASC_SAT 0.9\n*ASC_SAT x\n"))
    assert plain(made)["metadata"]["cdl"]["asc_sop"]["slope"] == [1.1, 1.0, 1.0]
    assert block(made)["comments"] == ["ASC_SAT x"]


def test_black_and_bars_are_generators() -> None:
    kinds = [clips(read(EVENT.replace("A001", reel)))[0].media_reference.generator_kind for reel in ("BL", "BARS")]
    assert kinds == ["black", "SMPTEBars"]


def test_of_two_names_none_wins_in_silence() -> None:
    made = read(f"{EVENT}* FROM CLIP NAME: ONE\n* FROM CLIP NAME: TWO\n")
    assert (clips(made)[0].name, block(clips(made)[0])["comments"]) == ("ONE", ["FROM CLIP NAME: TWO"])
    assert "2 clip names" in plain(made)["metadata"]["otiogate"]["problems"][0]["what"]


def test_an_event_that_is_lost_stops_the_reading_unless_it_is_asked_for() -> None:
    body = EVENT + "002  A001 V C 01:00:0\n"
    with pytest.raises(otio.exceptions.OTIOError, match="looks like an event"):
        read(body)
    made = read(body, allow_lost=True)
    assert len(clips(made)) == 1
    assert [each["severity"] for each in plain(made)["metadata"]["otiogate"]["problems"]] == ["lost"]


def test_what_is_no_edl_is_an_error_of_the_host_and_of_otiogate() -> None:
    with pytest.raises(otio.exceptions.OTIOError, match="nothing that a CMX 3600 EDL has") as caught:
        otio.adapters.from_name("otiogate_edl").module().read_from_string("beginScreenProperties")
    assert isinstance(caught.value, CannotJudge)


def test_an_event_whose_record_cannot_be_read_keeps_its_place_at_the_end() -> None:
    made = read(EVENT + NEXT.replace("10:00:02:00", "10:00:77:00"))
    assert [each.name for each in made.tracks[0]] == ["001", "002"]


def test_a_file_in_any_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_bytes(f"{HEAD}{EVENT}* FROM CLIP NAME: détail\n".encode("utf-16"))
    made = otio.adapters.read_from_file(str(path), adapter_name="otiogate_edl")
    assert [each.name for each in made.find_clips()] == ["détail"]


def test_the_rate_may_be_given() -> None:
    assert clips(read(EVENT, rate=25))[0].source_range.start_time == otio.opentime.RationalTime(90000, 25)


# Writing


BODIES = {
    "cuts": EVENT + NEXT,
    "names and files": f"{EVENT}* FROM CLIP NAME: SHOT_10\n* FROM FILE: /show/shot_10.mov\n* SOURCE FILE: X\n",
    "an image sequence": f"{EVENT}* FROM FILE: /show/shot.[1001-1048].exr\n",
    "a dissolve": EVENT + DISSOLVE,
    "a wipe": EVENT + DISSOLVE.replace("D    024", "W017 024"),
    "a fade from black": DISSOLVE.replace("A001", "BL  "),
    "a fade to black": EVENT + DISSOLVE.replace("B002", "BL  "),
    "a side of its own": EVENT + DISSOLVE.replace("A001", "C003", 1),
    "a retime": EVENT.replace("01:00:02:00", "01:00:03:23") + "M2   A001       047.5 01:00:00:00\n",
    "a freeze": EVENT.replace("01:00:02:00", "01:00:00:01") + "* FROM CLIP NAME: ONE FF\n* * FREEZE FRAME\n",
    "placed comments": f"{EVENT}* 10:00:01:00 GENAI gen.shot\n*  1  Red  JO  10:00:01:00   V1   a note\n",
    "locators": f"{EVENT}* LOC: 10:00:01:00 CYAN    Fix this\n* LOC: 10:00:01:00 no colour\n",
    "a marker of Resolve": f"{EVENT}* a note |C:ResolveColorBlue |M:a name |D:3\n",
    "colour": f"{EVENT}*ASC_SOP (1.1 1 1)(0 0 0)(1 1 1)\n*ASC_SAT 0.9\n",
    "tags": f"{EVENT}* GENAI: gen.shot\n* NOTE: GENAI gen.still\n* GENAI+ tool=X\n* LOC: 10:00:01:00 GENAI alter.age\n",
    "a tag for all of it": f"* GENAI gen.shot\n{EVENT}",
    "channels": EVENT.replace(" V  ", " AA/V") + NEXT.replace(" V ", " A2"),
    "an overlap": EVENT + NEXT.replace("10:00:02:00 10:00:04:00", "10:00:01:00 10:00:03:00"),
    "a gap": EVENT + NEXT.replace("10:00:02:00 10:00:04:00", "10:00:03:00 10:00:05:00"),
    "other durations": EVENT.replace("01:00:02:00", "01:00:05:00"),
    "black and bars": EVENT.replace("A001", "BL  ") + NEXT.replace("B002", "BARS"),
    "a long reel": EVENT.replace("A001", "A001C004_130917_R1AB.MOV_0129"),
    "a reel with blanks": EVENT.replace("A001", "MY OLD REEL"),
    "a key": EVENT + NEXT.replace("C  ", "K B"),
    "V1": EVENT.replace(" V ", " V1"),
    "numbers": EVENT.replace("001 ", "0014 ", 1) + NEXT,
}


@pytest.mark.parametrize("kind", BODIES)
def test_what_was_read_is_written_and_read_the_same(kind: str) -> None:
    made = read(BODIES[kind], rate=24)
    assert plain(read(written(made), rate=24)) == plain(made)


@pytest.mark.parametrize("kind", BODIES)
def test_otiogate_s_reader_loses_nothing_of_what_is_written(kind: str) -> None:
    snapshot = read_edl(written(read(BODIES[kind])).encode(), "cut.edl")
    assert [each for each in snapshot.problems if each.severity == "lost"] == []


def test_drop_frame_stays_drop_frame() -> None:
    body = f"TITLE: CUT\nFCM: DROP FRAME\n{EVENT.replace(':00 ', ';00 ').replace(':00' + chr(10), ';00' + chr(10))}"
    text = written(read(body))
    assert "FCM: DROP FRAME\n" in text
    assert "01:00:00;00 01:00:02;00 10:00:00;00 10:00:02;00" in text


def test_a_timeline_made_by_a_program_begins_at_its_own_start() -> None:
    assert "00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00" in written(timeline(clip()))


def test_the_handles_of_a_transition_are_taken_from_both_sides() -> None:
    made = timeline(clip(), clip(name="two", reel="B002"))
    six = otio.opentime.RationalTime(6, 24)
    made.tracks[0].insert(1, otio.schema.Transition("", "SMPTE_Dissolve", six, six))
    assert written(made).splitlines()[2:] == [
        "001  A001     V     C        00:00:00:10 00:00:02:04 01:00:00:00 01:00:01:18",
        "* FROM CLIP NAME: vfx_010",
        "* FROM FILE: file:///show/vfx_010.mov",
        "002  A001     V     C        00:00:02:04 00:00:02:04 01:00:01:18 01:00:01:18",
        "002  A001     V     D    012 00:00:00:04 00:00:02:10 01:00:01:18 01:00:04:00".replace("A001 ", "B002 "),
        "* FROM CLIP NAME: vfx_010",
        "* TO CLIP NAME: two",
        "* TO FILE: file:///show/vfx_010.mov",
    ]


def test_a_marker_in_the_time_of_the_media_is_written_where_it_stands_in_the_record() -> None:
    made = clip()
    made.markers.append(otio.schema.Marker("Fix", time_range(34, 0), otio.schema.MarkerColor.CYAN))
    assert "* LOC: 01:00:01:00 CYAN    Fix\n" in written(timeline(made))


def test_the_comment_of_a_marker_is_written_beside_its_name() -> None:
    made = clip()
    marker = otio.schema.Marker("note", time_range(10, 0))
    marker.comment = "GENAI gen.shot"
    made.markers.append(marker)
    text = written(timeline(made))
    assert "GENAI gen.shot\n" in text and " note\n" in text


@pytest.mark.parametrize("place", ["name", "comment", "marker", "reel", "title"])
def test_a_line_break_in_a_text_begins_no_event(place: str) -> None:
    forged = f"x\n099  Z999  V  C  {TIMES}\r* FROM CLIP NAME: y\u2028z"
    made = clip()
    if place == "name":
        made.name = forged
    elif place == "comment":
        made.metadata["cmx_3600"]["comments"] = [forged]
    elif place == "marker":
        made.markers.append(otio.schema.Marker(forged, time_range(10, 0)))
    elif place == "reel":
        made.metadata["cmx_3600"]["reel"] = forged
    whole = timeline(made)
    whole.name = forged if place == "title" else "cut"
    snapshot = read_edl(written(whole).encode(), "cut.edl")
    assert snapshot.uses == 1


def nested() -> Any:
    made = timeline(clip())
    made.tracks[0].append(otio.schema.Stack("inner"))
    return made


def trimmed() -> Any:
    made = timeline(clip(), clip())
    made.tracks[0].source_range = time_range(10, 20)
    return made


def trimmed_whole() -> Any:
    made = timeline(clip(), clip())
    made.tracks.source_range = time_range(0, 20)
    return made


def retimed_twice() -> Any:
    made = clip()
    made.effects.extend([otio.schema.LinearTimeWarp(time_scalar=2), otio.schema.FreezeFrame()])
    return timeline(made)


def without_length() -> Any:
    return timeline(otio.schema.Clip("x"))


@pytest.mark.parametrize("made", [nested, trimmed, trimmed_whole, retimed_twice, without_length, clip])
def test_what_no_edl_holds_is_not_written(made: Any) -> None:
    with pytest.raises(otio.exceptions.OTIOError, match=r":|EDL|trimmed"):
        written(made())


def test_what_is_disabled_is_not_written_even_behind_a_transition() -> None:
    made = timeline(clip(), clip(name="off", reel="Z999"))
    six = otio.opentime.RationalTime(6, 24)
    made.tracks[0].insert(1, otio.schema.Transition("", "SMPTE_Dissolve", six, six))
    made.tracks[0][2].enabled = False
    assert "Z999" not in written(made)
    made.tracks.enabled = False
    assert read_edl(written(made).encode(), "cut.edl").uses == 0


def test_exports_through_it_pass_the_hook(tmp_path: Path) -> None:
    made = timeline(clip("GENAI gen.shot"))
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(made, "cut.edl", adapter_name="otiogate_edl")
    assert not (tmp_path / "cut.edl").exists()
    otio.adapters.write_to_file(timeline(clip()), "cut.edl", adapter_name="otiogate_edl")
    assert otiogate.scan_path("cut.edl").counts.uses == 1


def test_tags_in_comments_and_markers_survive_a_round_through_it() -> None:
    made = read(BODIES["tags"])
    before, after = judged(read_edl((HEAD + BODIES["tags"]).encode(), "x.edl")), judged(made)
    assert findings(before) == findings(after) == findings(judged(read_edl(written(made).encode(), "x.edl")))


# Real files


def findings(report: Any) -> list[tuple[str, ...]]:
    return sorted((each.rule, each.severity, each.effect, each.disclosure, each.what) for each in report.findings)


def shown(made: Any) -> Iterator[tuple[Any, ...]]:
    """The clips: track, name, reel, source and record."""
    for track in made.tracks:
        for each in track.find_clips():
            at = each.transformed_time_range(each.trimmed_range(), made.tracks)
            source = each.source_range
            times = (source.start_time, source.duration, at.start_time, at.duration)
            reel = each.metadata.get("cmx_3600", {}).get("reel")
            yield track.name, each.name.removesuffix(" FF"), reel, *(round(time.value) for time in times)


DIFFERENT = {
    "dissolve_test_3.edl": "the side that the dissolve comes from is another clip than the one before",
    "dissolve_test_4.edl": "the same",
    "black_slug_avid2.edl": "black that cmx_3600 calls by the name of the clip before it",
    "INS4_R1_010417.edl": "two names, of which cmx_3600 takes the last",
}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_what_cmx_3600_reads_is_read_the_same() -> None:
    theirs = otio.adapters.from_name("cmx_3600").module()
    same = 0
    for path in FILES:
        try:
            made = theirs.read_from_string(path.read_text(encoding="utf-8"))
        except Exception:  # noqa: BLE001 - whatever it raises on what it does not read
            continue
        ours = otio.adapters.from_name("otiogate_edl").module().read_from_file(str(path), rate=24)
        if not any(path.name.endswith(name) for name in DIFFERENT):
            assert list(shown(ours)) == list(shown(made)), path.name
            same += 1
    assert same > 60


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_every_real_edl_is_written_and_read_the_same_but_for_numbers_that_several_events_have() -> None:
    module = otio.adapters.from_name("otiogate_edl").module()
    for path in FILES:
        made = module.read_from_file(str(path))
        rate = next(each.source_range.duration.rate for each in made.find_clips())
        back = read(written(made), rate=rate)
        assert list(without_numbers(back)) == list(without_numbers(made)), path.name


def without_numbers(made: Any) -> Iterator[Any]:
    yield made.name
    for track in made.tracks:
        yield track.name, str(track.source_range)
        for each in track:
            data = plain(each)
            own = data["metadata"].get("cmx_3600", {})
            number = own.pop("event", None)
            if isinstance(each, otio.schema.Transition) or data["name"] == number:
                data.pop("name")
            yield data


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FILES or [Path()]), st.sampled_from(sorted(CARRIERS)), st.integers(0, 10**9))
def test_no_tag_is_laundered_by_reading_or_by_writing(path: Path, carrier: str, seed: int) -> None:
    text = tagged(path, carrier, random.Random(seed)).text
    wanted = findings(judged(read_edl(text.encode(), "cut.edl")))
    assert wanted
    made = otio.adapters.from_name("otiogate_edl").module().read_from_string(text)
    assert findings(judged(made)) == wanted
    assert findings(judged(read_edl(written(made).encode(), "cut.edl"))) == wanted
    assert re.search("genai", written(made), re.IGNORECASE)
