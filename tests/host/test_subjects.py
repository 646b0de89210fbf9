"""From the host's objects to subjects: where a use stands in time, what it points at, what speaks on it, and that no
shape of timeline hides one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.errors import ReadError
from otiogate.evidence.statements import TRIGGERS, statements
from otiogate.host.read import parse_otio, snapshot_of
from otiogate.timeline.media import REEL_KEYS
from otiogate.timeline.model import ClipUse, Snapshot, Subject
from otiogate.timeline.time import Span
from tests.builders import clip, disclosure, finding, judged, time_range, timeline

TAG = "GENAI gen.shot"


def subjects(thing: Any) -> list[Subject]:
    snapshot = snapshot_of(thing)
    return [snapshot.subject(node) for node in range(len(snapshot.starts))]


def uses(thing: Any) -> list[ClipUse]:
    return [subject.use for subject in subjects(thing) if subject.use is not None]


def only_use(thing: Any) -> ClipUse:
    (found,) = uses(thing)
    return found


def named(thing: Any, name: str) -> ClipUse:
    (found,) = [use for use in uses(thing) if use.name == name]
    return found


def record(use: ClipUse) -> tuple[str, str]:
    assert use.record is not None
    return use.record.first, use.record.last


def frames(span: Span | None) -> tuple[Any, Any]:
    assert span is not None
    return span.start, span.duration


def moment(value: float, rate: float = 24) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(value, rate)


def cut(name: str, start: float, duration: float, rate: float = 24) -> otio.schema.Clip:
    """A clip of a file of its own name."""
    reference = otio.schema.ExternalReference(f"file:///show/{name}.mov", time_range(0, 10_000, rate))
    return otio.schema.Clip(name, reference, time_range(start, duration, rate))


def stack_of(*items: Any, name: str = "nest", source_range: Any = None) -> otio.schema.Stack:
    """A stack of one track that holds ``items``."""
    track = otio.schema.Track("inner", kind="Video")
    track.extend(list(items))
    made = otio.schema.Stack(name, source_range=source_range)
    made.append(track)
    return made


def dissolve(before: float, after: float) -> otio.schema.Transition:
    """A dissolve that begins ``before`` frames before the cut and ends ``after`` frames behind it."""
    return otio.schema.Transition("", "SMPTE_Dissolve", moment(before), moment(after))


# Record time


def test_record_time_counts_from_the_global_start_time() -> None:
    cuts = timeline(cut("one", 0, 24), cut("two", 0, 48))
    assert record(named(cuts, "one")) == ("01:00:00:00", "01:00:01:00")
    assert record(named(cuts, "two")) == ("01:00:01:00", "01:00:03:00")


def test_record_time_counts_from_zero_without_a_global_start_time() -> None:
    cuts = timeline(cut("one", 0, 24))
    cuts.global_start_time = None
    assert record(only_use(cuts)) == ("00:00:00:00", "00:00:01:00")


def test_a_global_start_time_at_another_rate_is_converted() -> None:
    cuts = timeline(cut("one", 0, 25, 25))
    cuts.global_start_time = moment(86400, 24)
    assert record(only_use(cuts)) == ("01:00:00:00", "01:00:01:00")


@pytest.mark.parametrize("rate", [23.976, 23.98, 23.976023976023978, 24000 / 1001])
def test_every_float_that_stands_for_23_976_is_one_exact_rate_without_drop_frame(rate: float) -> None:
    cuts = timeline(cut("one", 0, 48, rate))
    cuts.global_start_time = moment(86400, rate)
    found = only_use(cuts).record
    assert found is not None
    assert found.rate == Fraction(24000, 1001)
    assert (found.first, found.last) == ("01:00:00:00", "01:00:02:00")


@pytest.mark.parametrize("rate", [29.97, 29.97002997002997, 30000 / 1001])
def test_29_97_is_shown_as_drop_frame_timecode(rate: float) -> None:
    cuts = timeline(cut("one", 0, 1798, rate), cut("two", 0, 30, rate))
    cuts.global_start_time = moment(0, rate)
    assert record(named(cuts, "two")) == ("00:00:59;28", "00:01:01;00")


def test_59_94_drops_four_numbers_a_minute() -> None:
    cuts = timeline(cut("one", 0, 3600, 60000 / 1001), cut("two", 0, 60, 60000 / 1001))
    cuts.global_start_time = moment(0, 60000 / 1001)
    assert record(named(cuts, "two")) == ("00:01:00;04", "00:01:01;04")


def test_tracks_of_different_rates_stand_each_at_their_own() -> None:
    cuts = timeline(cut("picture", 0, 48))
    sound = otio.schema.Track("A1", kind="Audio")
    sound.append(cut("sound", 0, 96_000, 48_000))
    cuts.tracks.append(sound)
    found = named(cuts, "sound")
    assert found.record is not None
    assert found.record.at(Fraction(24)).duration == 48
    assert found.kind == "audio"


def test_gaps_and_transitions_move_nothing_that_the_host_does_not_move() -> None:
    cuts = timeline(cut("one", 100, 48), cut("two", 100, 48))
    cuts.tracks[0].insert(1, otio.schema.Gap(source_range=time_range(0, 24)))
    cuts.tracks[0].insert(1, dissolve(6, 6))
    assert record(named(cuts, "two")) == ("01:00:03:00", "01:00:05:00")


def test_a_timeline_inside_a_collection_keeps_its_own_start() -> None:
    collection = otio.schema.SerializableCollection("bin", [timeline(cut("one", 0, 24))])
    assert record(only_use(collection)) == ("01:00:00:00", "01:00:01:00")
    assert only_use(collection).address == "timeline 1 'cut' / track 1 'V1' / item 1"


def test_a_lone_clip_stands_at_its_own_source_time() -> None:
    assert record(only_use(cut("one", 240, 24))) == ("00:00:10:00", "00:00:11:00")


# Nested stacks


def test_a_nested_stack_is_placed_and_trimmed_where_it_stands() -> None:
    cuts = timeline(cut("before", 0, 24), stack_of(cut("in", 0, 100), source_range=time_range(10, 20)))
    found = named(cuts, "in")
    assert record(found) == ("01:00:01:00", "01:00:01:20")
    assert frames(found.visible_source) == (10, 20)
    assert found.visible


def test_ranges_are_intersected_at_every_level_and_not_only_at_the_next() -> None:
    """The host says frame 50 of a stack of 10."""
    inner = stack_of(cut("in", 0, 100), source_range=time_range(40, 40))
    outer = stack_of(inner, source_range=time_range(15, 10))
    found = named(timeline(outer), "in")
    assert record(found) == ("01:00:00:00", "01:00:00:10")
    assert frames(found.visible_source) == (55, 10)


def test_a_clip_that_only_a_grandparent_trims_away_is_not_visible() -> None:
    inner = stack_of(cut("kept", 0, 20), cut("gone", 0, 20))
    found = uses(timeline(stack_of(inner, source_range=time_range(0, 20))))
    assert [(use.name, use.visible) for use in found] == [("kept", True), ("gone", False)]


def test_a_clip_that_is_trimmed_away_still_tells_where_it_would_stand() -> None:
    cuts = timeline(cut("kept", 0, 24), cut("gone", 0, 24))
    cuts.tracks.source_range = time_range(0, 24)
    assert record(named(cuts, "gone")) == ("01:00:01:00", "01:00:02:00")


def test_the_part_of_a_clip_that_a_trim_leaves_is_what_is_visible_of_it() -> None:
    cuts = timeline(cut("one", 100, 48))
    cuts.tracks[0].source_range = time_range(12, 24)
    found = only_use(cuts)
    assert record(found) == ("01:00:00:00", "01:00:01:00")
    assert frames(found.visible_source) == (112, 24)
    assert frames(found.source) == (100, 48)


@pytest.mark.parametrize("start", [-86400, -1, 48, 86400])
def test_a_source_range_that_begins_outside_of_what_a_holder_has_hides_nothing(start: float) -> None:
    cuts = timeline(cut("one", 0, 24), cut("two", 0, 24))
    cuts.tracks[0].source_range = time_range(start, 1)
    assert [use.visible for use in uses(cuts)] == [True, True]


def test_a_trim_of_no_length_hides_everything() -> None:
    cuts = timeline(cut("one", 0, 24))
    cuts.tracks.source_range = time_range(0, 0)
    assert not only_use(cuts).visible


def test_a_clip_of_no_length_is_not_taken_for_one_that_was_trimmed_away() -> None:
    cuts = timeline(cut("one", 0, 24), cut("none", 0, 0))
    cuts.tracks.source_range = time_range(0, 24)
    assert named(cuts, "none").visible


def test_a_clip_that_a_dissolve_shows_is_visible_though_the_trim_ends_at_its_cut() -> None:
    """Twelve frames of the incoming clip are seen before the cut at which the track is trimmed."""
    cuts = timeline(cut("out", 100, 48), cut("in", 100, 48))
    cuts.tracks[0].insert(1, dissolve(12, 6))
    cuts.tracks[0].source_range = time_range(0, 48)
    assert named(cuts, "in").visible
    cuts.tracks[0].source_range = time_range(0, 36)
    assert not named(cuts, "in").visible


def test_a_clip_in_a_nest_is_visible_where_a_dissolve_runs_past_the_trim_of_the_nest() -> None:
    nest = stack_of(cut("kept", 0, 48), cut("tail", 0, 48), source_range=time_range(0, 48))
    cuts = timeline(nest, cut("next", 100, 48))
    assert not named(cuts, "tail").visible
    cuts.tracks[0].insert(1, dissolve(6, 12))
    assert named(cuts, "tail").visible


def test_a_transition_of_negative_length_hides_nothing() -> None:
    cuts = timeline(cut("out", 100, 48), cut("in", 100, 48))
    cuts.tracks[0].insert(1, dissolve(-47, -47))
    cuts.tracks[0].source_range = time_range(0, 60)
    assert named(cuts, "in").visible


def test_a_clip_in_a_retimed_nest_is_taken_for_visible_since_nobody_knows_its_place() -> None:
    """Twice as fast, 48 frames of the nest show 96 of it; the host does not reckon with it."""
    nest = stack_of(cut("one", 0, 48), cut("two", 0, 48), source_range=time_range(0, 48))
    assert not named(timeline(nest), "two").visible
    nest.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    nest = nest.deepcopy()
    assert named(timeline(nest), "two").visible
    assert named(timeline(nest.deepcopy()), "two").record is None


# What of the media is shown


def test_the_handles_of_transitions_on_both_sides_are_visible_source() -> None:
    cuts = timeline(cut("one", 100, 48), cut("two", 200, 48), cut("three", 300, 48))
    cuts.tracks[0].insert(2, dissolve(4, 8))
    cuts.tracks[0].insert(1, dissolve(12, 6))
    assert frames(named(cuts, "one").visible_source) == (100, 48 + 6)
    assert frames(named(cuts, "two").visible_source) == (200 - 12, 48 + 12 + 8)
    assert frames(named(cuts, "three").visible_source) == (300 - 4, 48 + 4)


def test_a_range_that_only_a_dissolve_shows_is_a_use_of_it() -> None:
    about = disclosure(ranges=["00:00:06:04-00:00:06:08"], match=[{"reference": "one.mov"}])
    cuts = timeline(cut("one", 100, 48), cut("two", 100, 48))
    assert [each.effect for each in judged(cuts, about).findings if each.rule == "NFX-020"] == ["info"]
    cuts.tracks[0].insert(1, dissolve(0, 6))
    assert [each.effect for each in judged(cuts, about).findings if each.rule == "NFX-020"] == ["block"]


@pytest.mark.parametrize(
    "effect",
    [otio.schema.LinearTimeWarp(time_scalar=2), otio.schema.LinearTimeWarp(time_scalar=-1), otio.schema.FreezeFrame()],
)
def test_what_a_retimed_clip_shows_of_its_media_is_unknown(effect: otio.schema.Effect) -> None:
    made = cut("one", 100, 48)
    made.effects.append(effect)
    found = only_use(timeline(made))
    assert found.visible_source is None
    assert frames(found.source) == (100, 48)
    assert record(found) == ("01:00:00:00", "01:00:02:00")


def test_an_effect_that_does_not_retime_leaves_the_visible_source_known() -> None:
    made = cut("one", 100, 48)
    made.effects.append(otio.schema.Effect("blur", "Blur"))
    assert frames(only_use(timeline(made)).visible_source) == (100, 48)


def test_a_clip_without_source_range_uses_all_that_its_media_has() -> None:
    made = otio.schema.Clip("one", otio.schema.ExternalReference("one.mov", time_range(1000, 240)))
    assert frames(only_use(timeline(made)).source) == (1000, 240)


def test_a_clip_of_which_nothing_tells_a_range_is_a_use_without_times() -> None:
    found = only_use(timeline(otio.schema.Clip("one")))
    assert (found.record, found.source, found.visible_source) == (None, None, None)
    assert found.visible


@pytest.mark.parametrize(
    ("start", "duration", "rate"),
    [
        (math.nan, 24, 24),
        (0, math.inf, 24),
        (0, 24, math.nan),
        (0, 24, 0),
        (0, 24, -24),
        (-math.inf, math.nan, math.inf),
    ],
)
def test_times_that_are_no_numbers_leave_a_visible_use_whose_tag_counts(
    start: float, duration: float, rate: float
) -> None:
    made = clip(TAG)
    made.source_range = otio.opentime.TimeRange(moment(start, rate), moment(duration, rate))
    cuts = timeline(made)
    found = only_use(cuts)
    assert found.visible
    assert found.source is None
    assert judged(cuts).verdict == "block"


def test_a_trim_that_is_no_number_hides_nothing() -> None:
    cuts = timeline(clip(TAG))
    cuts.tracks.source_range = otio.opentime.TimeRange(moment(math.nan), moment(0))
    assert only_use(cuts).visible
    assert judged(cuts).verdict == "block"


# Enabled


def test_what_is_disabled_anywhere_above_is_not_visible() -> None:
    nest = stack_of(cut("nested", 0, 24))
    cuts = timeline(cut("on", 0, 24), cut("off", 0, 24), nest)
    cuts.tracks[0][1].enabled = False
    nest[0].enabled = False
    assert [(use.name, use.visible) for use in uses(cuts)] == [("on", True), ("off", False), ("nested", False)]


# Markers


def marker(comment: str, start: float, duration: float = 0) -> otio.schema.Marker:
    return otio.schema.Marker(comment, time_range(start, duration))


def spans(thing: Any) -> list[tuple[str, Any]]:
    carriers = (carrier for subject in subjects(thing) for carrier in subject.carriers)
    return [(carrier.texts[0], carrier.span) for carrier in carriers if carrier.where.startswith("marker")]


def test_a_marker_on_a_clip_speaks_for_the_clip_wherever_it_stands() -> None:
    made = cut("one", 100, 48)
    made.markers.append(marker(TAG, 5000))
    assert spans(timeline(made)) == [(TAG, None)]


def test_markers_on_tracks_and_stacks_stand_in_record_time() -> None:
    cuts = timeline(cut("one", 0, 48))
    cuts.tracks[0].markers.append(marker("on the track", 24, 12))
    cuts.tracks.markers.append(marker("on the stack", 36))
    found = dict(spans(cuts))
    assert (found["on the track"].first, found["on the track"].last) == ("01:00:01:00", "01:00:01:12")
    assert (found["on the stack"].first, found["on the stack"].duration) == ("01:00:01:12", 0)


def test_a_marker_in_a_nest_is_moved_with_the_nest() -> None:
    nest = stack_of(cut("one", 0, 96), source_range=time_range(24, 48))
    nest[0].markers.append(marker(TAG, 30))
    ((_, span),) = spans(timeline(cut("before", 0, 48), nest))
    assert span.first == "01:00:02:06"


def test_a_marker_on_a_track_speaks_only_for_the_clips_that_it_meets() -> None:
    cuts = timeline(cut("one", 0, 48), cut("two", 0, 48), cut("three", 0, 48))
    cuts.tracks[0].markers.append(marker(TAG, 40, 10))
    report = judged(cuts)
    (found,) = [each for each in report.findings if each.rule == "GEN-001"]
    assert [use.name for use in found.uses] == ["one", "two"]


def test_a_marker_that_meets_nothing_speaks_for_all_below_its_owner() -> None:
    cuts = timeline(cut("one", 0, 48), cut("two", 0, 48))
    cuts.tracks.markers.append(marker(TAG, 5000))
    report = judged(cuts)
    (found,) = [each for each in report.findings if each.rule == "GEN-001"]
    assert [use.name for use in found.uses] == ["one", "two"]
    assert any("stands outside every use" in problem.what for problem in report.problems)


def test_a_marker_whose_time_is_no_number_speaks_for_all_below_its_owner() -> None:
    cuts = timeline(cut("one", 0, 48))
    cuts.tracks.markers.append(marker(TAG, math.nan))
    assert spans(cuts) == [(TAG, None)]
    assert judged(cuts).verdict == "block"


def test_a_marker_says_it_by_its_name_or_its_comment() -> None:
    for place in ("name", "comment"):
        made = cut("one", 0, 48)
        each = otio.schema.Marker("note", time_range(0, 1))
        setattr(each, place, TAG)
        made.markers.append(each)
        assert judged(timeline(made)).verdict == "block", place


# Whatever carries metadata


def carriers_of_a_timeline() -> Iterator[tuple[str, otio.schema.Timeline]]:
    """A timeline a place, with a tag in the metadata of that place alone."""
    for place in (
        "clip",
        "active reference",
        "inactive reference",
        "clip effect",
        "clip marker",
        "gap",
        "gap effect",
        "transition",
        "track",
        "track effect",
        "track marker",
        "nested stack",
        "top stack",
        "timeline",
        "generator parameters",
    ):
        one, two = cut("one", 0, 48), cut("two", 0, 48)
        nest = stack_of(two)
        gap = otio.schema.Gap(source_range=time_range(0, 24))
        joint = dissolve(6, 6)
        cuts = timeline(one)
        cuts.tracks[0].extend([joint, nest, gap])
        blur, note = otio.schema.Effect("blur", "Blur"), marker("note", 0)
        owner: Any = {
            "clip": one,
            "gap": gap,
            "transition": joint,
            "track": cuts.tracks[0],
            "nested stack": nest,
            "top stack": cuts.tracks,
            "timeline": cuts,
            "active reference": one.media_reference,
            "clip effect": blur,
            "gap effect": blur,
            "track effect": blur,
            "clip marker": note,
            "track marker": note,
        }.get(place)
        around: Any = {"clip": one, "gap": gap, "track": cuts.tracks[0]}.get(place.split()[0])
        if place.endswith("effect"):
            around.effects.append(blur)
        elif place.endswith("marker"):
            around.markers.append(note)
        elif place == "inactive reference":
            owner = otio.schema.ExternalReference("two.mov")
            one.set_media_references({"DEFAULT_MEDIA": one.media_reference, "low": owner}, "DEFAULT_MEDIA")
        elif place == "generator parameters":
            one.media_reference = otio.schema.GeneratorReference("bars", "SMPTEBars", parameters={"genai": TAG})
        if owner is not None:
            owner.metadata["genai"] = TAG
        yield place, cuts


@pytest.mark.parametrize(("place", "cuts"), [pytest.param(*each, id=each[0]) for each in carriers_of_a_timeline()])
def test_a_tag_in_the_metadata_of_anything_is_found(place: str, cuts: otio.schema.Timeline) -> None:
    report = judged(cuts)
    assert [each.rule for each in report.findings].count("GEN-001") == 1, place
    assert any(each.effect in ("block", "warn") for each in report.findings)


def test_a_tag_on_a_transition_speaks_for_both_sides_of_it() -> None:
    cuts = timeline(cut("one", 100, 48), cut("two", 100, 48), cut("three", 100, 48))
    joint = dissolve(6, 6)
    joint.metadata["genai"] = TAG
    cuts.tracks[0].insert(1, joint)
    (found,) = [each for each in judged(cuts).findings if each.rule == "GEN-001"]
    assert [use.name for use in found.uses] == ["one", "two"]


def test_a_tag_on_an_inactive_reference_is_said_to_be_not_visible() -> None:
    (cuts,) = [cuts for place, cuts in carriers_of_a_timeline() if place == "inactive reference"]
    (found,) = [each for each in judged(cuts).findings if each.rule == "GEN-001"]
    assert [use.visible for use in found.uses] == [False]


def test_the_mobs_of_an_aaf_that_a_clip_comes_from_are_no_alternatives_to_each_other() -> None:
    """The AAF adapter keeps the file and the tape behind a clip as two media references, of which one is active."""
    (cuts,) = [cuts for place, cuts in carriers_of_a_timeline() if place == "inactive reference"]
    [one] = [each for each in cuts.find_clips() if "low" in each.media_references()]
    one.media_references()["low"].metadata["AAF"] = {"ClassName": "SourceMob"}
    (found,) = [each for each in judged(cuts).findings if each.rule == "GEN-001"]
    assert (found.effect, [use.visible for use in found.uses]) == ("block", [True])


def test_a_tag_beside_metadata_instead_of_in_it_is_found_all_the_same() -> None:
    """The host keeps fields that a schema does not know, and writes them again."""
    for path in ((), ("media_references", "DEFAULT_MEDIA"), ("markers", 0), ("effects", 0)):
        made = cut("one", 0, 48)
        made.markers.append(marker("note", 0))
        made.effects.append(otio.schema.Effect("blur", "Blur"))
        data = json.loads(made.to_json_string())
        place: Any = data
        for step in path:
            place = place[step]
        place["genai"] = TAG
        read = parse_otio(json.dumps(data), "cut.otio")
        assert TAG in read.to_json_string()
        assert judged(timeline(read)).verdict == "block", path


def test_a_tag_beside_the_metadata_of_a_track_is_found_all_the_same() -> None:
    data = json.loads(timeline(cut("one", 0, 48)).to_json_string())
    data["tracks"]["children"][0]["genai"] = TAG
    assert judged(parse_otio(json.dumps(data), "cut.otio")).verdict == "block"


def test_the_fields_that_every_schema_has_are_no_evidence() -> None:
    made = cut("compositeSynthetic", 0, 48)
    made.media_reference.name = "trainedAlgorithmicMedia"
    made.effects.append(otio.schema.Effect("compositeSynthetic", "trainedAlgorithmicMedia"))
    assert judged(timeline(made)).verdict == "allow"


@pytest.mark.parametrize("field", ["name", "comment"])
def test_a_marker_that_says_a_genai_source_type_is_evidence(field: str) -> None:
    made = cut("one", 0, 48)
    made.markers.append(otio.schema.Marker(marked_range=time_range(0, 1)))
    setattr(made.markers[0], field, "Digital Source Type: trainedAlgorithmicMedia")
    assert finding(judged(timeline(made)), "GEN-001").uses


# What a clip points at


def references(reference: Any) -> tuple[str, ...]:
    return only_use(timeline(otio.schema.Clip("one", reference, time_range(0, 24)))).media.references


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("file:///show/vfx_010.mov", "vfx_010.mov"),
        ("/show/vfx_010.mov", "vfx_010.mov"),
        ("vfx_010.mov", "vfx_010.mov"),
        ("file:///show/my%20shot%5B1%5D.mov", "my shot[1].mov"),
        ("file:///show/my%20shot%5B1%5D.mov", "my%20shot%5B1%5D.mov"),
        ("file:///show/d%C3%A9tail.mov", "détail.mov"),
        (r"C:\show\vfx_010.mov", "vfx_010.mov"),
        (r"\\server\share\vfx_010.mov", "vfx_010.mov"),
        ("file://localhost/C%3a/show/vfx_010.mov", "vfx_010.mov"),
        ("s3://bucket/show/vfx_010.mov", "vfx_010.mov"),
        ("https://cdn.example/vfx_010.mov?signature=abc/def.xyz", "vfx_010.mov"),
        ("file:///show/take#3.mov", "take#3.mov"),
        ("file:///show/vfx_010.mov#t=10", "vfx_010.mov"),
        ("file:///show/what?.mov", "what?.mov"),
        ("/show/frame.%04d.exr", "frame.%04d.exr"),
        ("file:///show/vfx_010.mov/", "vfx_010.mov"),
    ],
)
def test_media_is_known_by_every_name_that_people_would_call_the_file(url: str, name: str) -> None:
    assert name in references(otio.schema.ExternalReference(url))


def test_an_image_sequence_is_known_by_both_of_its_patterns() -> None:
    sequence = otio.schema.ImageSequenceReference("file:///show/plates/", "frame.", ".exr", 1001, 1, 24, 4)
    assert references(sequence) == ("frame.####.exr", "frame.%04d.exr")


def test_an_image_sequence_of_which_the_padding_is_unknown_is_known_by_a_pattern_all_the_same() -> None:
    sequence = otio.schema.ImageSequenceReference("file:///show/plates/", "frame.", ".exr", 1, 1, 24, 0)
    assert "frame.#.exr" in references(sequence)


@pytest.mark.parametrize("url", ["", "/", "file://", "?", "#", "\\", "%", "%zz", "file:///%", "a\x04b"])
def test_no_url_fails(url: str) -> None:
    assert isinstance(references(otio.schema.ExternalReference(url)), tuple)


def test_all_media_references_count_whichever_is_active() -> None:
    made = otio.schema.Clip("one", source_range=time_range(0, 24))
    high, low = otio.schema.ExternalReference("high.mov"), otio.schema.ExternalReference("low.mov")
    made.set_media_references({"high": high, "low": low}, "low")
    assert only_use(timeline(made)).media.references == ("high.mov", "low.mov")


def test_one_reference_object_on_two_clips_is_known_on_both() -> None:
    shared = otio.schema.ExternalReference("vfx_010.mov")
    shared.metadata["genai"] = TAG
    cuts = timeline(
        *(otio.schema.Clip(name, shared, time_range(0, 24)) for name in ("one", "two")),
    )
    (found,) = [each for each in judged(cuts).findings if each.rule == "GEN-001"]
    assert [use.name for use in found.uses] == ["one", "two"]


@pytest.mark.parametrize("key", [*sorted(REEL_KEYS), "Reel Name", "reel_name", "TAPE-ID", "Tape"])
def test_a_reel_is_found_under_every_usual_key_at_any_depth(key: str) -> None:
    for metadata in ({key: "A001"}, {"fcp_xml": {"file": [{key: " A001 "}]}}):
        made = cut("one", 0, 24)
        made.metadata.update(metadata)
        snapshot = snapshot_of(timeline(made))
        assert snapshot.subject(3).use is not None
        assert only_use(timeline(made.deepcopy())).media.reels == ("A001",)
        assert (3, "reel", "A001") in set(snapshot.keys())


@pytest.mark.parametrize("reel", ["", " ", "AX", "bl", "BLACK", "Bars"])
def test_a_reel_that_stands_for_nothing_is_none(reel: str) -> None:
    assert only_use(timeline(clip(reel=reel))).media.reels == ()


# The search finds all that building finds

names = st.one_of(
    st.sampled_from(
        ["vfx_010.mov", "a b%20c.mov", 'quote".mov', "back\\slash.mov", "frame.%04d.exr", "é#1?.mov", "x/y"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
reel_keys = st.sampled_from(["reel", "Reel Name", "tape_id", "TAPE", "Source-Reel", "other", "re_el"])
sequences = st.builds(
    otio.schema.ImageSequenceReference, names, names, names, frame_zero_padding=st.integers(-3, 9), rate=st.just(24.0)
)


def _referring(url: str, name: str) -> otio.schema.ExternalReference:
    made = otio.schema.ExternalReference(url)
    made.name = name
    return made


media = st.one_of(
    st.builds(_referring, names, names),
    st.builds(otio.schema.ExternalReference, names),
    sequences,
    st.builds(otio.schema.MissingReference),
)
metadata_values = st.recursive(
    names,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(reel_keys, inner, max_size=2)),
    max_leaves=4,
)


@st.composite
def clips(draw: Any) -> otio.schema.Clip:
    made = otio.schema.Clip(draw(names), None, time_range(0, 24))
    found = draw(st.lists(media, min_size=1, max_size=2))
    made.set_media_references({str(index): each for index, each in enumerate(found)}, "0")
    made.metadata.update(draw(st.dictionaries(reel_keys, metadata_values, max_size=3)))
    if draw(st.booleans()):
        made.media_reference.metadata.update(draw(st.dictionaries(reel_keys, metadata_values, max_size=1)))
    if draw(st.integers(0, 3)) == 0:  # an object that only looks like one of the timeline's
        made.metadata["embedded"] = otio.schema.Clip("embedded")
    return made


@given(st.lists(clips(), max_size=4))
@settings(max_examples=150, deadline=None)
def test_the_keys_that_are_searched_for_hold_every_name_that_a_built_use_has(found: list[otio.schema.Clip]) -> None:
    snapshot = snapshot_of(timeline(*found))
    keys = set(snapshot.keys())
    for node in range(len(snapshot.starts)):
        use = snapshot.subject(node).use
        if use is None:
            continue
        assert {(node, "reference", each) for each in use.media.references} <= keys
        assert {(node, "reel", each) for each in use.media.reels} <= keys
        assert not use.name or (node, "name", use.name) in keys


# Objects that embed, repeat or hide others


@otio.core.register_type
class StudioClip(otio.schema.Clip):
    """A clip of a studio's own schema."""

    _serializable_label = "OtiogateTestClip.1"


@otio.core.register_type
class StudioTrack(otio.schema.Track):
    """A track of a studio's own schema."""

    _serializable_label = "OtiogateTestTrack.1"


def test_a_registered_subclass_of_clip_is_a_use_and_its_tag_counts() -> None:
    made = StudioClip("own", otio.schema.ExternalReference("vfx_010.mov"), time_range(0, 24))
    made.metadata["genai"] = TAG
    cuts = timeline(cut("before", 0, 24))
    cuts.tracks[0].append(made)
    assert '"OtiogateTestClip.1"' in cuts.to_json_string()
    assert named(cuts, "own").media.references == ("vfx_010.mov",)
    assert judged(cuts).verdict == "block"


def test_a_registered_subclass_of_track_is_walked() -> None:
    track = StudioTrack("own", kind="Video")
    track.append(clip(TAG))
    cuts = timeline()
    cuts.tracks.append(track)
    assert judged(cuts).verdict == "block"


def test_an_untrained_subclass_that_is_not_registered_is_a_use_too() -> None:
    class Unregistered(otio.schema.Clip):
        pass

    made = Unregistered("own", None, time_range(0, 24))
    made.metadata["genai"] = TAG
    assert judged(timeline(made)).verdict == "block"


def texts_of_nodes(snapshot: Snapshot) -> list[bytes]:
    ends = [*list(snapshot.starts)[1:], len(snapshot.text)]
    return [snapshot.text[start:end] for start, end in zip(snapshot.starts, ends, strict=True)]


def test_a_clip_embedded_in_metadata_does_not_misalign_the_nodes() -> None:
    one, two = cut("one", 0, 24), clip(TAG, name="two")
    one.metadata["spare"] = cut("spare", 0, 24)
    one.metadata["bin"] = timeline(cut("spare", 0, 24))
    snapshot = snapshot_of(timeline(one, two))
    for node, text in enumerate(texts_of_nodes(snapshot)):
        use = snapshot.subject(node).use
        assert use is None or f'"name":"{use.name}"'.encode() in text
    assert snapshot.uses == 2
    assert judged(timeline(one.deepcopy(), two.deepcopy())).verdict == "block"


def test_a_dictionary_that_claims_to_be_a_clip_does_not_misalign_the_nodes() -> None:
    one = cut("one", 0, 24)
    one.metadata["spare"] = {"OTIO_SCHEMA": "Clip.2", "name": "spare"}
    assert judged(timeline(one, clip(TAG))).verdict == "block"


def test_lists_in_lists_do_not_shift_a_tag_to_another_node() -> None:
    """Each inner list adds an object that the text does not show, each embedded clip a text that is no object."""
    one, two = clip(TAG, name="one"), cut("two", 0, 24)
    two.metadata["spare"] = cut("spare", 0, 24)
    nested: Any = [[one], two]
    snapshot = snapshot_of(nested)
    assert 2 in snapshot.holding(TRIGGERS)
    report = judged(nested)
    assert report.verdict == "block"
    assert [use.name for finding in report.findings for use in finding.uses] == ["one"] * len(report.findings)


_HELD = [
    *(json.dumps({"payload": {key: "gen.shot"}}) for key in ("genai", "Gen AI", "gen\tai")),
    '{"gen\tai": "gen.shot"}',
    '{"\\u0067enai": "gen.shot"}',
    "<p>GENAI gen.shot</p>",
    "<p>&#71;ENAI gen.shot</p>",
]


@st.composite
def trees(draw: Any, depth: int = 0) -> Any:
    """Any nesting of lists, collections, timelines, stacks, tracks and clips; some clips are tagged, some embed."""
    kinds = ["clip"] if depth == 3 else ["clip", "list", "collection", "timeline", "stack", "track"]
    kind = draw(st.sampled_from(kinds if depth else kinds[1:]))
    if kind == "clip":
        made = cut(draw(st.sampled_from("abc")), 0, 24)
        if draw(st.booleans()):
            made.metadata["embedded"] = draw(st.sampled_from([clip(name="inner"), timeline(), [clip()], {"a": clip()}]))
        if draw(st.booleans()):
            made.metadata["genai"] = TAG
        if draw(st.booleans()):
            made.metadata["pipeline"] = draw(st.sampled_from(_HELD))
        return made
    children = draw(st.lists(trees(depth=depth + 1), max_size=3))
    if kind == "list":
        return children
    children = [each for each in children if not isinstance(each, list)]
    if kind == "collection":
        return otio.schema.SerializableCollection("bin", children)
    children = [each for each in children if isinstance(each, otio.core.Composable)]
    if kind == "timeline":
        made = otio.schema.Timeline("cut")
        made.tracks.extend(children)
        return made
    made = otio.schema.Stack("stack") if kind == "stack" else otio.schema.Track("track")
    made.extend(children)
    return made


@given(trees())
@settings(max_examples=300, deadline=None)
def test_of_every_shape_of_input_the_search_finds_the_tags_that_reading_everything_finds(thing: Any) -> None:
    snapshot = snapshot_of(thing)
    saying = {
        node
        for node in range(len(snapshot.starts))
        if any(True for carrier in snapshot.subject(node).carriers for _ in statements(carrier))
    }
    assert saying <= snapshot.holding(TRIGGERS)
    assert judged(thing).findings == judged(thing, everything=True).findings


def test_a_clip_twice_in_a_list_is_two_uses() -> None:
    one = clip(TAG)
    assert len(uses([one, one])) == 2


def test_two_objects_of_different_content_never_share_a_digest() -> None:
    """Not even where the text is put together object by object."""
    one = cut("one", 0, 24)
    one.metadata["spare"] = cut("spare", 0, 24)
    cuts = timeline(one)
    before = snapshot_of(cuts).origin.digest
    for change in (
        lambda: setattr(cuts.tracks[0], "enabled", False),
        lambda: setattr(cuts.tracks, "source_range", time_range(0, 1)),
        lambda: setattr(cuts, "name", "other"),
        lambda: setattr(cuts.tracks[0], "kind", "Audio"),
        lambda: setattr(cuts, "global_start_time", moment(0)),
    ):
        change()
        after = snapshot_of(cuts).origin.digest
        assert after != before
        before = after


# What cannot be read


def lost(thing: Any) -> list[str]:
    return [problem.what for problem in snapshot_of(thing).problems if problem.severity == "lost"]


def unknown_object() -> Any:
    return otio.core.deserialize_json_from_string(
        '{"OTIO_SCHEMA": "NobodysShot.3", "metadata": {"genai": "GENAI gen.shot"}}'
    )


def test_an_unknown_schema_in_a_collection_is_lost_and_named() -> None:
    collection = otio.schema.SerializableCollection("bin", [timeline(cut("one", 0, 24)), unknown_object()])
    (what,) = lost(collection)
    assert "NobodysShot.3" in what
    assert judged(collection).verdict == "cannot_judge"


def test_an_unknown_schema_alone_is_a_read_error_that_names_it() -> None:
    with pytest.raises(ReadError, match=r"NobodysShot\.3, unknown to this OpenTimelineIO"):
        snapshot_of(unknown_object())


@pytest.mark.parametrize(
    "loose",
    [
        otio.schema.ExternalReference("vfx_010.mov"),
        otio.schema.MissingReference(),
        otio.schema.Marker("note"),
        otio.schema.Effect("blur"),
    ],
    ids=lambda each: each.schema_name(),
)
def test_a_loose_reference_marker_or_effect_in_a_collection_is_lost_and_named(loose: Any) -> None:
    collection = otio.schema.SerializableCollection("bin", [cut("one", 0, 24), loose])
    (what,) = lost(collection)
    assert loose.schema_name() in what
    assert judged(collection).verdict == "cannot_judge"


@pytest.mark.parametrize(
    "loose", [None, 3, "GENAI gen.shot", {"genai": TAG}, otio.opentime.RationalTime(1, 24)], ids=repr
)
def test_what_is_no_object_of_a_timeline_is_lost_in_a_list_and_alone_a_read_error(loose: Any) -> None:
    assert len(lost([cut("one", 0, 24), loose])) == 1
    with pytest.raises(ReadError, match="nothing in it can be judged"):
        snapshot_of(loose)


def test_a_timeline_without_tracks_in_its_text_is_lost() -> None:
    assert len(lost(parse_otio('{"OTIO_SCHEMA": "Timeline.1", "name": "x", "tracks": null}', "cut.otio"))) == 1


def test_a_cycle_through_metadata_is_a_read_error() -> None:
    one = cut("one", 0, 24)
    cuts = timeline(one)
    one.metadata["back"] = cuts
    try:
        with pytest.raises(ReadError, match="cycle"):
            snapshot_of(cuts)
    finally:
        del one.metadata["back"]


def test_a_collection_in_itself_is_a_read_error() -> None:
    collection = otio.schema.SerializableCollection("bin")
    collection.append(collection)
    try:
        with pytest.raises(ReadError, match="one and the same SerializableCollection in two places"):
            snapshot_of(collection)
    finally:
        del collection[0]


def test_a_list_in_itself_is_a_read_error() -> None:
    endless: list[Any] = [cut("one", 0, 24)]
    endless += [endless, endless]
    with pytest.raises(ReadError, match="in two places"):
        snapshot_of(endless)
    endless.clear()


def test_a_holder_that_stands_in_two_places_is_not_walked_twice() -> None:
    """Forty collections, each in the next twice, would be a million million objects."""
    inner = otio.schema.SerializableCollection("bin", [cut("one", 0, 24)])
    for _ in range(40):
        inner = otio.schema.SerializableCollection("bin", [inner, inner])
    with pytest.raises(ReadError, match="in two places"):
        snapshot_of(inner)


def nested(depth: int) -> Any:
    item: Any = clip(TAG)
    for _ in range(depth):
        stack = otio.schema.Stack()
        stack.append(item)
        item = stack
    return item


def test_nesting_six_hundred_deep_is_a_read_error() -> None:
    with pytest.raises(ReadError, match="nested more than"):
        snapshot_of(nested(600))


def test_nesting_as_deep_as_is_read_is_read_to_the_ground() -> None:
    report = judged(nested(150))
    assert report.verdict == "block"
    assert report.counts.uses == 1


@pytest.mark.parametrize("depth", [250, 900, 3000])
def test_metadata_too_deep_for_a_parser_is_a_read_error(depth: int) -> None:
    deep = "[" * depth + f'"{TAG}"' + "]" * depth
    text = f'{{"OTIO_SCHEMA": "Clip.1", "name": "a", "media_reference": null, "metadata": {{"genai": {deep}}}}}'
    made = otio.core.deserialize_json_from_string(text)
    for thing in (made, timeline(made)):
        with pytest.raises(ReadError, match="nested too deeply"):
            judged(thing)


def test_metadata_of_many_levels_and_many_lists_is_read() -> None:
    deep: Any = TAG
    for _ in range(150):
        deep = [deep]
    made = clip(deep)
    made.metadata["lists"] = [[number] for number in range(1000)]
    assert judged(timeline(made)).verdict == "block"


def test_an_empty_timeline_has_no_uses_and_is_allowed() -> None:
    for empty in (otio.schema.Timeline(), timeline(), otio.schema.SerializableCollection(), otio.schema.Track(), []):
        report = judged(empty)
        assert (report.verdict, report.counts.uses) == ("allow", 0)


# What is read from text


@pytest.mark.parametrize("escape", ["", "\\u0065"])
def test_a_reference_between_objects_in_a_text_is_a_read_error(escape: str) -> None:
    """The host follows such references and never writes them: a small file may be a boundless timeline."""
    name = f"S{escape or 'e'}rializableObjectRef.1"
    clip_text = '{"OTIO_SCHEMA": "Clip.1", "OTIO_REF_ID": "Clip-1", "name": "a", "media_reference": null}'
    again = f'{{"OTIO_SCHEMA": "{name}", "id": "Clip-1"}}'
    head = '"OTIO_SCHEMA": "SerializableCollection.1", "name": "x", "metadata": {}'
    text = f'{{{head}, "children": [{clip_text}, {again}]}}'
    assert len(otio.adapters.read_from_string(text)) == 2
    with pytest.raises(ReadError, match="a reference from object to object"):
        parse_otio(text, "cut.otio")


def test_a_nul_in_a_text_is_a_read_error_since_the_host_cuts_there() -> None:
    text = '{"OTIO_SCHEMA": "Clip.1", "name": "vfx_010.mov\\u0000.bak", "media_reference": null}'
    assert otio.adapters.read_from_string(text).name == "vfx_010.mov"
    with pytest.raises(ReadError, match="NUL"):
        parse_otio(text, "cut.otio")


def test_a_backslash_before_u0000_is_no_nul() -> None:
    text = '{"OTIO_SCHEMA": "Clip.1", "name": "C:\\\\u0000", "media_reference": null}'
    assert parse_otio(text, "cut.otio").name == "C:\\u0000"
