"""What stands where in an FCPXML: each construct of it in a few lines, and what is a use, when, of which media."""

from __future__ import annotations

from fractions import Fraction

import pytest

from otiogate.timeline.fcpxml_time import Stretch, rate_of, seconds, told
from otiogate.timeline.fcpxml_xml import Element
from otiogate.timeline.model import ClipUse
from otiogate.timeline.time import Span, TimeError
from tests.timeline.fcpxmls import (
    FORMAT,
    asset,
    clip,
    compound,
    cut,
    document,
    multicam,
    problems,
    project,
    read,
    subjects,
    uses,
)


def between(span: Span | None) -> str:
    return f"{span.first} {span.last}" if span is not None else ""


def record(use: ClipUse) -> str:
    return between(use.record)


def one(inside: str, resources: str = "") -> ClipUse:
    [use] = uses(cut(inside, resources))
    return use


def seen(inside: str, resources: str = "") -> list[str]:
    """The names of the uses that a viewer can reach."""
    return [use.name for use in uses(cut(inside, resources)) if use.visible]


def unseen(inside: str, resources: str = "") -> list[str]:
    return [use.name for use in uses(cut(inside, resources)) if not use.visible]


def test_a_clip_is_a_use_with_its_record_time_its_source_time_and_all_that_there_is_of_its_media() -> None:
    use = one(clip())
    assert record(use) == "01:00:00:00 01:00:02:00"
    assert between(use.source) == between(use.visible_source) == "01:00:01:00 01:00:03:00"
    assert between(use.available) == "01:00:00:00 02:00:00:00"
    assert (use.name, use.kind, use.track, use.visible, use.line) == ("shot", "video", "", True, 7)
    assert use.address == "event 'dailies' / project 'cut' / asset-clip 'shot'"


def test_media_are_called_by_their_files_decoded_and_by_the_name_of_the_asset() -> None:
    use = one(clip(ref="b"), asset("b", "VFX%20010"))
    assert use.media.references == ("VFX 010.mov", "VFX%20010.mov", "VFX 010", "VFX%20010")
    assert use.media.files == (("VFX 010.mov", "VFX%20010.mov"),)
    assert use.media.sha256 == ()


def test_an_asset_of_an_older_version_has_its_file_in_an_attribute() -> None:
    old = '<asset id="b" name="old" src="file:///x/old_v1.mov" start="0s" duration="5s"/>'
    assert one(clip(ref="b"), old).media.files == (("old_v1.mov",),)


def test_a_clip_that_is_called_as_files_are_is_found_by_that_name_too() -> None:
    assert "vfx_010.mov" in one(clip(name="vfx_010.mov")).media.references
    assert "vfx_010" not in one(clip(name="vfx_010")).media.references
    assert one(clip(name="vfx_010.mov")).media.files == (("plate.mov",),)


def test_a_proxy_and_the_file_it_stands_for_are_both_known_but_only_the_file_is_approved() -> None:
    both = (
        '<asset id="b" name="n" start="0s" duration="5s"><media-rep kind="proxy-media" src="file:///x/p.mov"/>'
        '<media-rep src="file:///x/abc.mov" suggestedFilename="shot_010.mov"/></asset>'
    )
    media = one(clip(ref="b"), both).media
    assert {"p.mov", "abc.mov", "shot_010.mov"} <= set(media.references)
    assert media.files == (("abc.mov", "shot_010.mov"),)


@pytest.mark.parametrize(
    ("metadata", "reels"),
    [
        ('<md key="com.apple.proapps.studio.reel" value="A001"/>', ("A001",)),
        ('<md key="com.apple.proapps.studio.reel" value="A001; 0304"/>', ("A001", "0304")),
        ('<md key="Tape Name"><array><string>A001</string></array></md>', ("A001",)),
        ('<md key="com.apple.proapps.studio.reel" value="AX"/>', ()),
        ('<md key="com.apple.proapps.studio.scene" value="A001"/>', ()),
    ],
)
def test_reels_stand_in_the_metadata_of_the_clip_and_of_the_asset(metadata: str, reels: tuple[str, ...]) -> None:
    inside = f"<metadata>{metadata}</metadata>"
    assert one(clip(inside)).media.reels == reels
    assert one(clip(ref="b"), asset("b", inside=inside)).media.reels == reels


def test_the_reel_of_a_clip_is_that_of_its_components() -> None:
    reel = '<metadata><md key="com.apple.proapps.studio.reel" value="A001"/></metadata>'
    video = (
        '<video ref="a" offset="3600s" start="3600s" duration="3600s"><title ref="e" lane="1" duration="1s"/></video>'
    )
    found = uses(cut(f'<clip name="x" offset="3600s" start="3601s" duration="2s">{video}{reel}</clip>'))
    assert [use.media.reels for use in found] == [("A001",), ()]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "video"),
        ({"hasVideo": "0"}, "audio"),
        ({"hasAudio": "0"}, "video"),
        ({"hasVideo": "0", "hasAudio": "0"}, "video"),
    ],
)
def test_what_an_asset_has_tells_video_from_audio(changes: dict[str, str], kind: str) -> None:
    assert one(clip(ref="b"), asset("b", **changes)).kind == kind


def test_of_a_clip_whose_picture_is_off_the_sound_is_used() -> None:
    assert one(clip(srcEnable="audio")).kind == "audio"
    assert not one(clip(ref="b", srcEnable="audio"), asset("b", hasAudio="0")).visible


def test_a_sequence_without_offsets_puts_each_clip_after_the_one_before() -> None:
    bare = '<asset-clip ref="a" name="n" duration="2s"/>'
    found = uses(cut(f'{bare}<gap name="Gap" duration="1s"/>{bare}'))
    assert [record(use) for use in found] == ["01:00:00:00 01:00:02:00", "01:00:03:00 01:00:05:00"]


def test_a_clip_without_a_start_begins_with_its_asset_and_one_without_a_duration_is_all_of_it() -> None:
    use = one('<asset-clip ref="a" name="n" offset="3600s"/>')
    assert between(use.source) == "01:00:00:00 02:00:00:00"
    assert record(use) == "01:00:00:00 02:00:00:00"


def test_drop_frame_timecode_is_that_of_the_sequence_for_record_and_that_of_the_clip_for_source() -> None:
    ntsc = '<format id="n" frameDuration="1001/30000s"/>' + asset("b", format="n", start="0s")
    inside = clip(ref="b", offset="216216/60s", start="0s", duration="1001/30s", tcFormat="DF")
    [use] = uses(read(document(project(inside, format="n", tcStart="216216/60s", tcFormat="DF"), ntsc)))
    assert use.record == Span(108000, 1000, Fraction(30000, 1001), drop=True)
    assert record(use) == "01:00:03;18 01:00:36;28"
    assert between(use.source) == "00:00:00;00 00:00:33;10"


def test_times_are_exact_and_may_lie_between_frames() -> None:
    use = one(clip(duration="1/3s"))
    assert use.record == Span(90000, Fraction(25, 3), Fraction(25))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1001/24000s", Fraction(1001, 24000)), ("5s", Fraction(5)), ("-2/4s", Fraction(-1, 2)), ("1.5s", Fraction(3, 2))],
)
def test_a_time_is_a_fraction_of_a_second(text: str, expected: Fraction) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "s", "1/0s", "1//2s", "ten", "1e9s", "NaN", "1/2/3s", "9" * 30 + "s", "٣s"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(TimeError):
        seconds(text)
    assert told(Element("clip", {"start": text}, 1), "start") is None


@pytest.mark.parametrize(
    ("attributes", "rate"),
    [
        ({"frameDuration": "1001/24000s"}, Fraction(24000, 1001)),
        ({"frameDuration": "15015/360000s"}, Fraction(24000, 1001)),
        ({"name": "FFVideoFormat1080p2997"}, Fraction(30000, 1001)),
        ({"name": "FFVideoFormat1080i5994"}, Fraction(30000, 1001)),
        ({"name": "FFVideoFormat1080i50"}, Fraction(25)),
        ({"name": "FFVideoFormatRateUndefined"}, None),
        ({"frameDuration": "0s"}, None),
        ({}, None),
    ],
)
def test_a_format_tells_its_rate_by_the_length_of_a_frame_or_by_its_name(
    attributes: dict[str, str], rate: Fraction | None
) -> None:
    assert rate_of(Element("format", attributes, 1)) == rate


def test_a_sequence_that_does_not_tell_its_rate_has_no_record_times_and_says_so() -> None:
    snapshot = read(document(project(clip(), format="none")))
    assert [use.record for use in uses(snapshot)] == [None]
    what = "the sequence does not tell its frame rate, so that no record times are known"
    assert problems(snapshot) == [("odd", "line 7", what)]


@pytest.mark.parametrize(
    ("one", "other", "within", "meets"),
    [
        ((0, 4), (2, 6), (2, 4), True),
        ((0, 2), (2, 6), (2, 2), False),
        ((0, 2), (5, 6), (2, 2), False),
        ((7, 9), (5, 6), (7, 7), False),
        ((3, 3), (2, 6), (3, 3), True),
    ],
)
def test_stretches_of_time_meet_where_they_share_some(
    one: tuple[int, int], other: tuple[int, int], within: tuple[int, int], meets: bool
) -> None:
    first, second = Stretch(*map(Fraction, one)), Stretch(*map(Fraction, other))
    assert first.within(second) == within
    assert first.meets(second) is meets


def test_a_clip_connected_to_another_stands_where_its_offset_says_in_the_time_of_that() -> None:
    over = clip(lane="1", offset="3602s", name="over", duration="10s")
    under, above = uses(cut(clip(over)))
    assert record(above) == "01:00:01:00 01:00:11:00"
    assert above.visible
    assert (under.track, above.track) == ("", "lane 1")


def test_a_connected_storyline_counts_from_its_own_begin() -> None:
    line = f'<spine lane="2" offset="3601s">{clip(offset="0s", name="x")}{clip(offset="2s", name="y")}</spine>'
    _, first, second = uses(cut(clip(line)))
    assert (record(first), record(second)) == ("01:00:00:00 01:00:02:00", "01:00:02:00 01:00:04:00")
    assert (first.track, second.track) == ("lane 2", "lane 2")


def test_what_is_connected_to_a_gap_stands_in_the_time_of_the_gap() -> None:
    over = clip(lane="1", offset="3605s")
    assert record(one(f'<gap name="Gap" offset="3600s" start="3600s" duration="9s">{over}</gap>')) == (
        "01:00:05:00 01:00:07:00"
    )


def test_a_disabled_clip_is_not_seen_but_what_is_connected_to_it_is() -> None:
    over = clip(lane="1", offset="3601s", name="over")
    assert seen(clip(over, enabled="0")) == ["over"]
    assert unseen(clip(over, enabled="0")) == ["shot"]


def test_the_components_of_a_clip_are_its_uses_under_its_name_trimmed_to_it() -> None:
    sound = '<audio ref="a" lane="-1" offset="3600s" start="3600s" duration="3600s" role="dialogue.MixL"/>'
    video = f'<video ref="a" offset="3600s" start="3600s" duration="3600s" name="raw">{sound}</video>'
    found = uses(cut(f'<clip name="shot" offset="3600s" start="3610s" duration="2s">{video}</clip>'))
    assert [(use.name, use.kind, record(use)) for use in found] == [
        ("shot", "video", "01:00:00:00 01:00:02:00"),
        ("shot", "audio", "01:00:00:00 01:00:02:00"),
    ]
    assert {between(use.source) for use in found} == {"01:00:10:00 01:00:12:00"}
    assert [use.other_names for use in found] == [("raw", "plate"), ("plate",)]


def test_a_clip_disabled_hides_its_components() -> None:
    video = '<video ref="a" offset="0s" duration="9s"/>'
    assert seen(f'<clip name="x" enabled="0" offset="3600s" duration="2s">{video}</clip>') == []


def test_components_that_do_not_stand_where_their_clip_is_are_seen_all_the_same() -> None:
    video = '<video ref="a" offset="0s" duration="9s"/>'
    assert seen(f'<clip name="x" offset="3600s" start="500s" duration="2s">{video}</clip>') == ["x"]


def test_what_is_in_a_synchronised_clip_and_outside_of_its_range_is_trimmed_out() -> None:
    inside = clip(offset="0s", name="early") + clip(lane="-1", offset="10s", name="late")
    sync = f'<sync-clip name="sync" offset="3600s" start="0s" duration="2s">{inside}</sync-clip>'
    early, late = uses(cut(sync))
    assert (early.visible, late.trimmed_out, late.disabled) == (True, True, False)
    assert early.other_names == ("plate", "sync")
    assert record(late) == "01:00:10:00 01:00:12:00"


def test_what_begins_in_a_synchronised_clip_in_a_lane_may_be_connected_to_it_and_is_seen_whole() -> None:
    inside = clip(offset="0s") + clip(lane="1", offset="1s", name="over", duration="9s")
    sync = '<sync-clip offset="3600s" start="0s" duration="2s"{}>' + inside + "</sync-clip>"
    _, over = uses(cut(sync.format("")))
    assert (record(over), over.visible) == ("01:00:01:00 01:00:10:00", True)
    assert seen(sync.format(' enabled="0"')) == ["over"]


def test_sound_that_began_before_a_synchronised_clip_is_trimmed_to_it() -> None:
    inside = clip(offset="0s", duration="90s") + clip(lane="-1", offset="0s", name="sound", duration="90s")
    _, sound = uses(cut(f'<sync-clip offset="3600s" start="5s" duration="2s">{inside}</sync-clip>'))
    assert (record(sound), between(sound.source)) == ("01:00:00:00 01:00:02:00", "01:00:06:00 01:00:08:00")


def test_what_is_connected_to_a_clip_with_components_outlasts_it() -> None:
    video = '<video ref="a" offset="3600s" start="3600s" duration="9s"/>'
    over = clip(lane="1", offset="3601s", name="over", duration="9s")
    music = '<audio ref="a" lane="-1" offset="3600s" name="music" start="3600s" duration="9s"/>'
    inside = f'<clip name="shot" offset="3600s" start="3600s" duration="2s" enabled="0">{video}{over}{music}</clip>'
    assert seen(inside) == ["over", "music"]
    assert [record(use) for use in uses(cut(inside))][1:] == ["01:00:01:00 01:00:10:00", "01:00:00:00 01:00:09:00"]


def test_a_compound_clip_shows_what_it_holds_in_its_place_trimmed_to_its_range() -> None:
    inside = clip(offset="0s", duration="4s") + clip(offset="4s", name="second", duration="4s")
    shown = '<ref-clip ref="m" name="comp" offset="3610s" start="3s" duration="2s"/>'
    first, second = uses(cut(shown, compound(inside)))
    assert [record(each) for each in (first, second)] == ["01:00:10:00 01:00:11:00", "01:00:11:00 01:00:12:00"]
    assert between(first.source) == "01:00:04:00 01:00:05:00"
    assert first.address == ("event 'dailies' / project 'cut' / ref-clip 'comp', line 7 / asset-clip 'shot'")
    assert first.other_names == ("plate", "comp", "compound m")


def test_what_no_use_of_a_compound_clip_reaches_is_a_use_once_and_not_seen() -> None:
    inside = clip(offset="0s") + clip(offset="2s", name="never")
    shown = '<ref-clip ref="m" name="comp" offset="{}s" start="0s" duration="2s"/>'
    found = uses(cut(shown.format(3600) + shown.format(3602), compound(inside)))
    assert [(use.name, use.visible) for use in found] == [("shot", True), ("shot", True), ("never", False)]
    assert found[2].record is None


def test_a_compound_clip_in_no_cut_is_read_and_not_seen() -> None:
    assert unseen(clip(), compound(clip(offset="0s", name="unused"))) == ["unused"]


def test_a_title_connected_to_a_clip_that_is_trimmed_out_may_still_be_seen() -> None:
    title = '<title ref="e" lane="1" offset="3601s" name="long" duration="9s"/>'
    inside = clip(title, offset="0s") + clip(offset="2s", name="second", duration="7s")
    shown = '<ref-clip ref="m" offset="3600s" start="5s" duration="2s"/>'
    assert seen(shown, compound(inside)) == ["long", "second"]
    assert unseen(shown, compound(inside)) == ["shot"]


def test_how_far_what_is_connected_to_a_conformed_clip_reaches_is_not_known() -> None:
    title = '<title ref="e" lane="1" offset="3601s" name="near" duration="1s"/>'
    inside = clip('<conform-rate srcFrameRate="24"/>' + title, offset="0s") + clip(offset="2s", name="second")
    found = uses(cut('<ref-clip ref="m" offset="3600s" start="2s" duration="2s"/>', compound(inside)))
    assert [(use.name, use.visible) for use in found] == [("shot", False), ("near", True), ("second", True)]
    assert all(use.address.startswith("event 'dailies' / project 'cut'") for use in found)


def test_a_compound_clip_without_a_start_begins_with_its_timecode() -> None:
    held = compound(clip(offset="500s"), tcStart="500s")
    assert record(one('<ref-clip ref="m" offset="3600s" duration="2s"/>', held)) == "01:00:00:00 01:00:02:00"


def test_a_range_outside_of_all_that_a_compound_clip_holds_is_odd_and_shows_all_of_it() -> None:
    snapshot = cut(
        '<ref-clip ref="m" name="c" offset="3600s" start="900s" duration="2s"/>', compound(clip(offset="0s"))
    )
    [use] = uses(snapshot)
    assert (use.visible, use.visible_source, record(use)) == (True, None, "01:00:00:00 01:00:02:00")
    what = "ref-clip 'c' begins outside of what it holds: all of that is taken to be shown"
    assert problems(snapshot) == [("odd", "line 7", what)]


def test_an_empty_compound_clip_is_a_use_itself() -> None:
    assert seen('<ref-clip ref="m" name="empty" offset="3600s" duration="2s"/>', compound("")) == ["empty"]


ANGLES = {name: clip(offset="0s", name=f"cam {name}", start="3600s", duration="100s") for name in "ABC"}


def test_of_a_multicam_clip_the_chosen_angles_are_seen() -> None:
    shown = (
        '<mc-clip ref="m" name="mc" offset="3600s" start="5s" duration="2s">'
        '<mc-source angleID="B" srcEnable="video"/><mc-source angleID="C" srcEnable="audio"/>'
        '<mc-source angleID="A" srcEnable="none"/></mc-clip>'
    )
    found = uses(cut(shown, multicam(ANGLES)))
    assert [(use.name, use.kind, use.visible) for use in found] == [
        ("cam B", "video", True),
        ("cam C", "audio", True),
        ("cam A", "video", False),
    ]
    assert between(found[0].source) == "01:00:05:00 01:00:07:00"


def test_a_multicam_clip_that_chooses_no_angle_may_show_any() -> None:
    shown = '<mc-clip ref="m" offset="3600s" duration="2s"/>'
    assert seen(shown, multicam(ANGLES)) == ["cam A", "cam B", "cam C"]


def test_a_multicam_clip_that_chooses_an_angle_that_is_not_there_may_show_any_and_says_so() -> None:
    snapshot = cut('<mc-clip ref="m" offset="3600s" duration="2s"><mc-source angleID="Z"/></mc-clip>', multicam(ANGLES))
    assert [use.visible for use in uses(snapshot)] == [True, True, True]
    what = "the angle 'Z' is none of its multicam clip: all of them are taken to be shown"
    assert problems(snapshot) == [("odd", "line 7", what)]


def test_the_first_clip_of_an_audition_is_the_one_that_is_seen() -> None:
    clips = "".join(f'<asset-clip ref="a" name="{name}" duration="2s"/>' for name in ("pick", "alt"))
    inside = f'<audition offset="3600s">{clips}</audition>'
    assert (seen(inside), unseen(inside)) == (["pick"], ["alt"])
    assert {record(use) for use in uses(cut(inside))} == {"01:00:00:00 01:00:02:00"}
    assert seen(clip(inside.replace("offset", 'lane="1" offset').replace("3600s", "3601s"))) == ["shot", "pick"]


def test_a_title_and_a_generator_are_uses_known_by_their_names_alone() -> None:
    title = '<title ref="e" name="t" offset="3600s" start="3600s" duration="2s"/>'
    found = uses(cut(title + '<video ref="e" name="g" duration="1s"/>'))
    assert [(use.name, use.kind, use.media.files, use.source, record(use)) for use in found] == [
        ("t", "video", (("t",),), None, "01:00:00:00 01:00:02:00"),
        ("g", "video", (("g",),), None, "01:00:02:00 01:00:03:00"),
    ]


def test_a_gap_and_a_caption_are_no_uses() -> None:
    caption = '<caption name="c" lane="1" offset="3600s" duration="1s" role="ITT?captionFormat=ITT.en"/>'
    assert uses(cut(f'<gap name="Gap" duration="2s">{caption}</gap>')) == []


def test_a_transition_shows_of_both_clips_what_lies_beside_the_cut() -> None:
    mix = '<transition name="Cross Dissolve" offset="180075/50s" duration="1s"/>'
    first, second = uses(cut(clip() + mix + clip(offset="3602s")))
    assert between(first.visible_source) == "01:00:01:00 01:00:03:12"
    assert between(second.visible_source) == "01:00:00:12 01:00:03:00"
    assert between(first.source) == between(second.source) == "01:00:01:00 01:00:03:00"


@pytest.mark.parametrize("inside", ["<timeMap><timept time='0s' value='0s'/></timeMap>"])
def test_which_part_of_its_media_a_retimed_clip_shows_is_not_known(inside: str) -> None:
    use = one(clip(inside))
    assert (use.source, use.visible_source, record(use)) == (None, None, "01:00:00:00 01:00:02:00")
    assert use.available is not None


def test_a_clip_conformed_to_another_rate_shows_a_little_more_or_less_than_it_says() -> None:
    assert one(clip('<conform-rate srcFrameRate="24"/>')).visible_source is None
    assert one(clip('<conform-rate srcFrameRate="24" scaleEnabled="0"/>')).visible_source is not None


@pytest.mark.parametrize("timing", ["<timeMap/>", '<conform-rate srcFrameRate="24"/>'])
def test_what_is_in_a_retimed_compound_clip_stands_somewhere_in_its_place(timing: str) -> None:
    inside = clip(offset="0s") + clip(offset="2s", name="second")
    slow = f'<ref-clip ref="m" offset="3600s" duration="1s">{timing}</ref-clip>'
    found = uses(cut(slow, compound(inside)))
    assert {(use.visible, record(use), use.visible_source) for use in found} == {
        (True, "01:00:00:00 01:00:01:00", None)
    }


def test_a_split_edit_is_seen_or_heard_from_the_first_of_both_to_the_last() -> None:
    use = one(clip(audioStart="3600s", audioDuration="4s"))
    assert record(use) == "00:59:59:00 01:00:03:00"
    assert between(use.visible_source) == "01:00:00:00 01:00:04:00"


def test_a_source_range_outside_of_all_that_there_is_tells_nothing() -> None:
    use = one(clip(start="10s"))
    assert (use.source, use.visible_source) == (None, None)


def test_a_still_does_not_tell_all_that_there_is() -> None:
    assert one(clip(ref="b"), asset("b", duration="0s")).available is None


def test_each_project_of_a_file_is_a_cut_of_its_own() -> None:
    snapshot = read(document(project(clip()) + project(clip(offset="7200s"), name="other", tcStart="7200s")))
    assert [record(use) for use in uses(snapshot)] == ["01:00:00:00 01:00:02:00", "02:00:00:00 02:00:02:00"]
    assert [use.address.split(" / ")[1] for use in uses(snapshot)] == ["project 'cut'", "project 'other'"]


def test_clips_of_the_browser_are_not_seen_beside_a_project_and_are_what_is_delivered_without_one() -> None:
    beside = uses(read(document(clip(name="browsed") + project(clip()))))
    alone = uses(read(document(clip(name="browsed"))))
    assert [(use.name, use.visible) for use in beside] == [("browsed", False), ("shot", True)]
    assert [(use.name, use.visible, use.record) for use in alone] == [("browsed", True, None)]
    assert between(alone[0].source) == "01:00:01:00 01:00:03:00"


def test_a_compound_clip_alone_in_a_file_is_what_is_delivered() -> None:
    assert [use.visible for use in uses(read(document("", compound(clip(offset="0s")))))] == [True]


@pytest.mark.parametrize("version", ["1.3", "1.6", "1.8", "1.9", "1.10", "1.13", "1.14"])
def test_versions_that_are_known_are_read(version: str) -> None:
    assert read(document(project(clip()), version=version)).problems == ()


def test_a_document_of_version_1_3_has_its_resources_in_its_project() -> None:
    text = (
        f'<fcpxml version="1.3"><project name="old"><resources>{FORMAT}{asset()}</resources>'
        f'<sequence format="f" tcStart="3600s"><spine>{clip()}</spine></sequence></project></fcpxml>'
    )
    assert [(record(use), use.media.files) for use in uses(read(text))] == [
        ("01:00:00:00 01:00:02:00", (("plate.mov",),))
    ]


@pytest.mark.parametrize("version", ["1.2", "1.15", "2.0", "", "one"])
def test_a_version_that_is_not_known_is_a_loss(version: str) -> None:
    [problem] = read(document(project(clip()), version=version)).problems
    assert problem.severity == "lost"
    assert problem.what == f"FCPXML of version {version!r} is not known (known: 1.3 to 1.14)"
    assert problem.where == "line 4"


def test_nodes_come_after_their_parents_and_their_texts_are_apart() -> None:
    inside = clip(clip(lane="1")) + '<ref-clip ref="m" name="c" duration="2s"/>'
    snapshot = cut(inside, compound(clip(offset="0s")))
    assert all(parent < node for node, parent in enumerate(snapshot.parents))
    assert sorted(snapshot.starts) == list(snapshot.starts)
    assert snapshot.uses == len(uses(snapshot)) == 3
    assert [subject.use is not None for subject in subjects(snapshot)] == list(snapshot.is_use)


def test_every_use_goes_by_the_keys_that_are_found_without_building_it() -> None:
    reel = '<metadata><md key="reel" value="A001"/></metadata>'
    inside = (
        clip(reel)
        + f'<ref-clip ref="m" name="c" offset="3602s" duration="2s">{clip(reel, lane="1", ref="b")}</ref-clip>'
    )
    snapshot = cut(inside, compound(clip(offset="0s")) + asset("b", "VFX%20010"))
    found = snapshot.keys()
    keys = {(key.node, key.field, key.text) for key in found}
    for node, subject in enumerate(subjects(snapshot)):
        if subject.use is not None:
            media = subject.use.media
            assert {(node, "reference", each) for each in media.references} <= keys
            assert {(node, "reel", each) for each in media.reels} <= keys
            assert {(node, "name", each) for each in (subject.use.name, *subject.use.other_names)} <= keys


def test_clips_of_one_name_in_one_line_are_told_apart() -> None:
    found = [use.address.rpartition(" / ")[2] for use in uses(cut(clip() + clip() + "\n" + clip() + clip()))]
    assert found == ["asset-clip 'shot'", "asset-clip 'shot' (2)", "asset-clip 'shot'", "asset-clip 'shot' (2)"]


@pytest.mark.parametrize("tag", ["clip", "sync-clip"])
@pytest.mark.parametrize("inside", ["", '<video ref="b" offset="3601s" duration="2s"/>'])
def test_a_clip_that_refers_to_its_media_itself_is_a_use_of_them(tag: str, inside: str) -> None:
    snapshot = cut(clip(inside).replace("asset-clip", tag), asset("b", "other"))
    use = uses(snapshot)[0]
    assert (use.name, use.visible) == ("shot", True)
    assert "plate.mov" in use.media.references
    assert between(use.source) == "01:00:01:00 01:00:03:00"
    assert len([each for each in uses(snapshot) if each.visible]) == (2 if inside else 1)
    assert problems(snapshot) == []


def test_assets_of_a_file_that_has_nothing_else_are_what_it_delivers() -> None:
    plate, voice = uses(read(document("", asset("b", "voice", hasVideo="0"))))
    assert (plate.visible, plate.kind, plate.record, plate.line) == (True, "video", None, 5)
    assert (voice.visible, voice.kind, voice.media.references[0]) == (True, "audio", "voice.mov")


@pytest.mark.parametrize("inside", [clip(), project(clip()), project("")])
def test_assets_beside_a_cut_or_a_clip_of_the_browser_are_no_uses(inside: str) -> None:
    assert all(use.name == "shot" for use in uses(read(document(inside, asset("b", "other")))))
