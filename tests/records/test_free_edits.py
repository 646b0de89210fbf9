"""What an editor may change without voiding an approval, and what voids it: each changed, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.records.binding import Terms
from tests.builders import (
    cleared,
    clip,
    covers,
    decision,
    disclosure,
    judged,
    notification,
    reasons,
    replica,
    time_range,
    timeline,
)

Change = Callable[[otio.schema.Timeline], None]
TAG = {"id": "DIS-001"}
RANGES = ["00:00:00:00-00:00:04:00"]


def cut() -> otio.schema.Timeline:
    """The approved clip, and one that nothing is said of: frames 10 to 58 of each are shown."""
    return timeline(clip(TAG), clip(name="other", reference="other.mov", reel="B001"))


def approved() -> list[dict[str, Any]]:
    """Approved for the first four seconds of the media."""
    about = disclosure()
    looked_at = [{**covers(about)[0], "ranges": RANGES}]
    return [about, notification(about), decision("approval", about, ["NFX-020"], covers=looked_at)]


def moved(made: otio.schema.Timeline) -> None:
    first = made.tracks[0].pop(0)
    made.tracks[0].append(first)


def to_another_track(made: otio.schema.Timeline) -> None:
    track = otio.schema.Track("V2")
    track.append(made.tracks[0].pop(0))
    made.tracks.append(track)


def used_twice(made: otio.schema.Timeline) -> None:
    made.tracks[0].append(made.tracks[0][0].clone())


def trimmed(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].source_range = time_range(20, 10)


def as_long_as_approved(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].source_range = time_range(0, 96)


def coloured(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].metadata["clip_colour"] = "Teal"
    if hasattr(otio.core, "Color"):  # from OpenTimelineIO 0.18 on
        made.tracks[0][0].color = otio.core.Color.RED


def remarked(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].metadata["notes"] = "nice"
    made.tracks[0][0].markers.append(otio.schema.Marker("look here", time_range(20, 1)))


def renamed(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].name = "the good one"


def elsewhere_on_disk(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].media_reference.target_url = "D:\\online\\vfx_010.mov"


def switched_off(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].enabled = False


@pytest.mark.parametrize(
    "change",
    [
        moved,
        to_another_track,
        used_twice,
        trimmed,
        as_long_as_approved,
        coloured,
        remarked,
        renamed,
        elsewhere_on_disk,
        switched_off,
    ],
)
def test_an_editor_may_change_this_freely(change: Change) -> None:
    made = cut()
    change(made)
    assert judged(made, *approved()).verdict == "allow"


def one_frame_longer(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].source_range = time_range(0, 97)


def slipped_out(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].source_range = time_range(200, 10)


def dissolved_beyond(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].source_range = time_range(40, 56)
    fade = otio.schema.Transition(
        "x", "SMPTE_Dissolve", otio.opentime.RationalTime(5, 24), otio.opentime.RationalTime(5, 24)
    )
    made.tracks[0].insert(1, fade)


def retimed(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].effects.append(otio.schema.LinearTimeWarp(time_scalar=3.0))


def other_file(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].media_reference.target_url = "file:///show/vfx_010_v2.mov"


def other_reel(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].metadata["cmx_3600"]["reel"] = "A002"


def carried_to_another_clip(made: otio.schema.Timeline) -> None:
    made.tracks[0][1].metadata["genai"] = TAG


def tag_of_another_kind(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].metadata["genai"] = "GENAI alter.age id=DIS-001"


def tag_of_another_stage(made: otio.schema.Timeline) -> None:
    made.tracks[0][0].metadata["genai"] = "GENAI id=DIS-001 stage=temp"


@pytest.mark.parametrize(
    "change",
    [
        one_frame_longer,
        slipped_out,
        dissolved_beyond,
        retimed,
        other_file,
        other_reel,
        carried_to_another_clip,
        tag_of_another_kind,
        tag_of_another_stage,
    ],
)
def test_an_editor_may_not_change_this(change: Change) -> None:
    made = cut()
    change(made)
    assert judged(made, *approved()).verdict == "block"


@pytest.mark.parametrize(
    "changes",
    [
        {"use_kind": ["gen.creature"]},
        {"use_kind": ["gen.environment", "gen.element"]},
        {"prominence": "featured"},
        {"media": {"reference": "vfx_010.mov", "reel": "A001", "sha256": "sha256:" + "3" * 64}},
        {"ranges": ["00:00:00:00-00:00:05:00"]},
        {"tools": [{"system": "OtherGen", "security_class": "studio_enterprise", "trains": "no", "retains": "no"}]},
        {"identity": "nonidentifiable_human"},
        {"flags": {"real_event": "no"}},
        {"fidelity": "as_performed"},
        {"effect": "Relight"},
        {"models": [{"id": "M-1", "production": "MYSHOW"}]},
        {"inputs": [{"reference": "plate.mov", "owner": "R-HOLDER"}]},
        {"third_party_ip": [{"work": "A poster"}]},
        {"scenes": ["12"]},
        {"characters": ["Mara"]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_matters_in_a_disclosure_voids_what_was_given_for_it(changes: dict[str, Any]) -> None:
    about, *others = cleared(disclosure())
    report = judged(cut(), about | changes, *others)
    assert report.verdict == "block"
    assert ("APR-001", "TRUST-001") in {
        (each.id, why.rule) for one in report.findings for each in one.tried for why in each.reasons
    }


def test_temp_material_is_not_cleared_by_what_was_given_for_final() -> None:
    about, *others = cleared(disclosure())
    report = judged(cut(), about | {"output_stage": "temp"}, *others)
    assert "NFX-012" in {each.rule for each in report.findings if each.effect == "block"}


def test_another_subject_voids_what_was_given_for_a_replica() -> None:
    about, *others = cleared(replica(), "NFX-030")
    [subject] = about["subjects"]
    report = judged(cut(), about | {"subjects": [subject | {"id": "P-002"}]}, *others)
    assert any("another version of DIS-001" in text for _, _, text in reasons(report, "NFX-030"))


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "Seen by the director."},
        {"declared_at": "2026-12-02T09:00:00Z"},
        {"match": [{"reel": "A001", "source_range": "00:00:00:00-00:00:10:00"}]},
        {"approvals": ["APR-001"]},
        {"consents": ["CON-009"]},
        {"notification": ["NTF-001"]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_a_disclosure_may_gain_later_voids_nothing(changes: dict[str, Any]) -> None:
    about, *others = cleared(disclosure())
    assert judged(cut(), about | changes, *others).verdict == "allow"


def verdict(made: otio.schema.Timeline, terms: Terms, **options: Any) -> str:
    return judged(made, *approved(), terms=terms, **options).verdict


def test_handles_count_as_used() -> None:
    made = cut()
    made.tracks[0][0].source_range = time_range(20, 70)
    assert verdict(made, Terms(handles=6)) == "allow"
    assert verdict(made, Terms(handles=7)) == "block"


def test_handles_do_not_reach_beyond_what_there_is_of_the_media() -> None:
    made = cut()
    made.tracks[0][0].source_range = time_range(0, 80)
    assert verdict(made, Terms(handles=12)) == "allow"


def test_what_an_export_brings_back_into_sight_has_to_be_approved_too() -> None:
    made = cut()
    made.tracks[0][0].source_range = time_range(0, 120)
    stack = otio.schema.Stack(source_range=time_range(0, 48))
    track = otio.schema.Track("inner")
    track.append(made.tracks[0].pop(0))
    stack.append(track)
    made.tracks[0].insert(0, stack)
    assert verdict(made, Terms()) == "allow"
    assert verdict(made, Terms(shows_trimmed=True)) == "block"


def test_two_ranges_that_touch_are_one() -> None:
    about = disclosure()
    made = cut()
    for ranges, expected in (
        (["00:00:01:00-00:00:04:00", "00:00:00:00-00:00:01:00"], "allow"),
        (["00:00:01:01-00:00:04:00", "00:00:00:00-00:00:01:00"], "block"),
        (["10:00:00:00-10:00:04:00"], "block"),
    ):
        looked_at = [{**covers(about)[0], "ranges": ranges}]
        held = [about, notification(about), decision("approval", about, ["NFX-020"], covers=looked_at)]
        assert judged(made, *held).verdict == expected, ranges


def test_one_entry_for_each_range_is_enough_for_the_uses_of_each() -> None:
    about = disclosure()
    made = timeline(clip(TAG), clip(TAG))
    made.tracks[0][1].source_range = time_range(240, 24)
    entry = covers(about)[0]
    looked_at = [{**entry, "ranges": RANGES}, {**entry, "ranges": ["00:00:10:00-00:00:11:00"]}]
    held = [about, notification(about), decision("approval", about, ["NFX-020"], covers=looked_at)]
    assert judged(made, *held).verdict == "allow"
    assert judged(made, *held[:2], held[2] | {"covers": looked_at[:1]}).verdict == "block"


def test_a_tag_that_says_a_longer_range_than_the_ledger_differs_from_it() -> None:
    about, *others = cleared(disclosure(ranges=["00:00:00:10-00:00:02:00"]))
    for said, expected in (("00:00:00:10-00:00:01:00", "allow"), ("00:00:00:10-00:00:02:01", "block")):
        made = timeline(clip(f"GENAI id=DIS-001 range={said}"))
        assert judged(made, about, *others).verdict == expected, said
