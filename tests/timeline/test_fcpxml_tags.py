"""Where an FCPXML says that AI was used, each place that there is, and what it is said of."""

from __future__ import annotations

import pytest

from otiogate.evidence.collect import collect
from otiogate.evidence.footprints import hints
from otiogate.evidence.matching import Matcher
from otiogate.timeline.model import Snapshot
from tests import builders
from tests.timeline.fcpxmls import asset, clip, compound, cut, document, multicam, project, read, subjects

DST = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

Found = set[tuple[str, str, bool]]


def said(snapshot: Snapshot) -> Found:
    """What is said, of what, and whether a viewer can see that; the same however much is built."""
    found = [_said(snapshot, everything) for everything in (False, True)]
    assert found[0] == found[1]
    return found[0]


def _said(snapshot: Snapshot, everything: bool) -> Found:
    collected = collect(snapshot, {}, Matcher(()), everything=everything)
    return {
        (_kinds(raised.disclosure.kinds) if raised.disclosure else raised.what, point.use.name, point.visible)
        for raised in (*collected.undisclosed, *collected.invalid, *collected.differs)
        for point in raised.points
    }


def _kinds(kinds: tuple[str, ...]) -> str:
    return ",".join(kinds) or "no kind"


def places(snapshot: Snapshot) -> set[str]:
    """Where it was said."""
    collected = collect(snapshot, {}, Matcher(()))
    return {point.said for raised in (*collected.undisclosed, *collected.invalid) for point in raised.points}


CARRIERS = {
    "a keyword": ('<keyword start="3601s" duration="2s" value="day, GenAI/gen.shot"/>', "gen.shot"),
    "a keyword that is GenAI alone": ('<keyword start="3601s" duration="2s" value="GenAI"/>', "no kind"),
    "a keyword in capitals": ('<keyword value="GENAI/GEN.SHOT"/>', "gen.shot"),
    "a keyword that is a tag": ('<keyword value="GENAI gen.shot prominence=none"/>', "gen.shot"),
    "a tag that a comma divides": ('<keyword value="day, GENAI gen.shot, alter.age, night"/>', "alter.age,gen.shot"),
    "the note of a keyword": ('<keyword start="3601s" duration="2s" value="x" note="GENAI gen.shot"/>', "gen.shot"),
    "a note": ("<note>GENAI gen.shot</note>", "gen.shot"),
    "a later line of a note": ("<note>from Anna\nGENAI gen.shot\nprominence=none</note>", "gen.shot"),
    "a note that goes on": ("<note>GENAI gen.shot\nGENAI+ prominence=none</note>", "gen.shot"),
    "a note in CDATA": ("<note><![CDATA[GENAI gen.shot]]></note>", "gen.shot"),
    "a note with a letter written as a number": ("<note>&#71;ENAI gen.&#x73;hot</note>", "gen.shot"),
    "a note in two pieces": ("<note>GEN<!-- a comment -->AI gen.shot</note>", "gen.shot"),
    "a marker": ('<marker start="3601s" duration="1/25s" value="GENAI gen.shot"/>', "gen.shot"),
    "the note of a marker": ('<marker start="3601s" value="see note" note="GENAI gen.shot"/>', "gen.shot"),
    "a marker that is to be done": ('<marker start="3601s" value="GENAI gen.shot" completed="0"/>', "gen.shot"),
    "a chapter": ('<chapter-marker start="3601s" value="GENAI gen.shot" posterOffset="0s"/>', "gen.shot"),
    "a rating's note": ('<rating value="favorite" note="GENAI gen.shot"/>', "gen.shot"),
    "metadata": ('<metadata><md key="com.studio.genai" value="gen.shot"/></metadata>', "gen.shot"),
    "metadata with the word": ('<metadata><md key="com.studio.GenAI" value="GENAI gen.shot"/></metadata>', "gen.shot"),
    "metadata with a spaced key": ('<metadata><md key="com.studio.Gen AI" value="gen.shot"/></metadata>', "gen.shot"),
    "metadata under any key": ('<metadata><md key="com.x.remarks" value="GENAI gen.shot"/></metadata>', "gen.shot"),
    "an array": (
        '<metadata><md key="x.genai"><array><string>gen.shot</string></array></md></metadata>',
        "gen.shot",
    ),
    "the second text of an array": (
        '<metadata><md key="x"><array><string>a</string><string>GENAI gen.shot</string></array></md></metadata>',
        "gen.shot",
    ),
    "an audio role": ('<audio-channel-source srcCh="1" role="GenAI.gen-shot"/>', "gen.shot"),
    "a filter's parameter": (
        '<filter-video ref="e"><param name="Comment" value="GENAI gen.shot"/></filter-video>',
        "gen.shot",
    ),
}


@pytest.mark.parametrize(("inside", "kinds"), CARRIERS.values(), ids=CARRIERS)
def test_a_clip_says_it_in_many_places(inside: str, kinds: str) -> None:
    snapshot = cut(clip(inside) + clip(offset="3602s", name="other"))
    assert said(snapshot) == {(kinds, "shot", True)}
    [place] = places(snapshot)
    assert place.startswith("line 7 (")


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("GenAI", "no kind"),
        ("genai.genai-1", "no kind"),
        ("video.GenAI", "no kind"),
        ("dialogue.GenAI-2", "no kind"),
        ("GenAI.gen-shot", "gen.shot"),
        ("GenAI.gen-person-crowd", "gen.person.crowd"),
        ("GenAI.gen.shot", "gen.shot"),
        ("GenAI/gen-shot.GenAI/gen-shot-1", "gen.shot"),
        ("GENAI gen.shot", "gen.shot"),
        ("VFX.GenAI gen-shot", "gen.shot"),
        ("Gen-AI", "no kind"),
        ("dialogue,GenAI", "no kind"),
        ("SRT?captionFormat=GenAI", ""),
        ("GenAIX", ""),
        ("not GenAI", ""),
        ("video.video-1", ""),
    ],
)
def test_a_role_or_a_subrole_named_genai_says_it(role: str, kinds: str) -> None:
    expected = {(kinds, "shot", True)} if kinds else set()
    for attribute in ("audioRole", "videoRole"):
        assert said(cut(clip(**{attribute: role}))) == expected
    assert (
        said(cut(f'<video ref="a" offset="3600s" start="3601s" duration="2s" name="shot" role="{role}"/>')) == expected
    )


@pytest.mark.parametrize(
    "inside",
    [
        "<note>not GENAI gen.shot</note>",
        '<keyword value="GenAIX, the GenAI one"/>',
        '<marker start="3601s" value="GENAIgen.shot"/>',
        '<metadata><md key="com.studio.genaix" value="gen.shot"/></metadata>',
        '<metadata><md key="com.studio.genai" value=""/></metadata>',
        '<metadata><md key="com.studio.genai"/></metadata>',
    ],
)
def test_what_only_looks_like_a_tag_says_nothing(inside: str) -> None:
    assert said(cut(clip(inside))) == set()


@pytest.mark.parametrize(
    "inside",
    [
        f'<metadata><md key="x" value="{DST}"/></metadata>',
        f"<metadata><md key='x'><array><string>a</string><string>{DST}</string></array></md></metadata>",
        f"<note>{DST}</note>",
        f'<marker start="3601s" value="{DST}"/>',
        f'<keyword value="{DST}"/>',
        f'<filter-video ref="e" name="{DST}"/>',
        '<metadata><md key="Digital Source Type" value="compositeSynthetic"/></metadata>',
    ],
)
def test_a_digital_source_type_that_means_genai_is_found_in_any_value(inside: str) -> None:
    [(what, name, visible)] = said(cut(clip(inside)))
    assert what.endswith("says GenAI, and no disclosure accounts for it")
    assert (name, visible) == ("shot", True)


@pytest.mark.parametrize(
    "inside",
    [
        '<keyword value="GENAI gen.shto"/>',
        "<note>GENAI gen.shot\nshot by Bob</note>",
        '<keyword value="GENAI gen.shot note=&quot;a, b"/>',
        '<metadata><md key="com.studio.genai" value="something"/></metadata>',
    ],
)
def test_a_tag_that_is_not_understood_is_a_fault_and_never_passed_over(inside: str) -> None:
    collected = collect(cut(clip(inside)), {}, Matcher(()))
    assert [point.use.name for raised in collected.invalid for point in raised.points] == ["shot"]


def test_a_comma_in_a_quoted_value_of_a_keyword_divides_nothing() -> None:
    inside = '<keyword value="day, GENAI gen.shot note=&quot;sky, and rain&quot;, night"/>'
    assert said(cut(clip(inside))) == {("gen.shot", "shot", True)}


TAG = "<note>GENAI gen.shot</note>"


def test_a_tag_on_an_asset_speaks_for_every_use_of_it() -> None:
    tagged = asset("b", inside='<metadata><md key="x.genai" value="gen.shot"/></metadata>')
    inside = clip(ref="b", name="one") + clip(offset="3602s", name="two", ref="b", enabled="0") + clip(offset="3604s")
    snapshot = cut(inside, tagged)
    assert said(snapshot) == {("gen.shot", "one", True), ("gen.shot", "two", False)}
    assert places(snapshot) == {"line 5 (md)"}


def test_a_tag_on_an_asset_that_nothing_uses_is_reported_as_not_seen() -> None:
    tagged = asset("b", inside='<metadata><md key="x.genai" value="gen.shot"/></metadata>')
    assert said(cut(clip(), tagged)) == {("gen.shot", "", False)}


def test_a_tag_on_a_compound_clip_or_on_its_media_speaks_for_what_it_holds() -> None:
    held = clip(offset="0s", name="one") + clip(offset="2s", name="two")
    shown = '<ref-clip ref="m" offset="3600s" start="0s" duration="4s">{}</ref-clip>'
    everything = {("gen.shot", "one", True), ("gen.shot", "two", True)}
    assert said(cut(shown.format(TAG), compound(held))) == everything
    tagged = compound(held).replace("<spine>", f"{TAG}<spine>")
    assert said(cut(shown.format(""), tagged)) == everything
    assert said(cut(shown.format(""), compound(held, keywords="x, GenAI/gen.shot"))) == everything


def test_a_tag_in_a_nested_compound_clip_is_found_on_its_clip_in_every_use() -> None:
    inner = compound(clip('<marker start="3602s" value="GENAI gen.shot"/>', offset="0s", name="deep"), id="n")
    outer = compound('<ref-clip ref="n" offset="0s" duration="2s"/>' + clip(offset="2s"), id="m")
    shown = '<ref-clip ref="m" offset="3600s" duration="4s"/><ref-clip ref="m" offset="3604s" duration="4s"/>'
    snapshot = cut(shown, inner + outer)
    assert said(snapshot) == {("gen.shot", "deep", True)}
    collected = collect(snapshot, {}, Matcher(()))
    [raised] = collected.undisclosed
    assert [point.use.record.first for point in raised.points if point.use.record] == ["01:00:00:00", "01:00:04:00"]
    assert collected.problems == []


def test_a_tag_on_what_a_compound_clip_does_not_show_is_not_lost() -> None:
    held = compound(clip(offset="0s") + clip(TAG, offset="2s", name="hidden"))
    assert said(cut('<ref-clip ref="m" offset="3600s" duration="2s"/>', held)) == {("gen.shot", "hidden", False)}


def test_a_tag_on_the_clip_of_an_audition_that_is_not_chosen_is_not_seen() -> None:
    inside = f'<audition offset="3600s">{clip()}{clip(TAG, name="alt")}</audition>'
    assert said(cut(inside)) == {("gen.shot", "alt", False)}


def test_a_tag_on_an_angle_that_is_not_used_is_not_seen() -> None:
    angles = {"A": clip(offset="0s", name="cam A"), "B": clip(TAG, offset="0s", name="cam B")}
    shown = '<mc-clip ref="m" offset="3600s" duration="2s"><mc-source angleID="{}"/></mc-clip>'
    assert said(cut(shown.format("A"), multicam(angles))) == {("gen.shot", "cam B", False)}
    assert said(cut(shown.format("B"), multicam(angles))) == {("gen.shot", "cam B", True)}


def test_a_tag_on_a_role_of_an_angle_is_a_tag_on_the_multicam_clip() -> None:
    angles = {"A": clip(offset="0s", name="cam A")}
    source = '<mc-source angleID="A"><audio-role-source role="GenAI.replica-voice"/></mc-source>'
    shown = f'<mc-clip ref="m" offset="3600s" duration="2s">{source}</mc-clip>'
    assert said(cut(shown, multicam(angles))) == {("replica.voice", "cam A", True)}


def test_a_tag_on_a_clip_says_nothing_of_what_is_connected_to_it_nor_the_other_way_round() -> None:
    over = clip("{}", lane="1", offset="3601s", name="over")
    assert said(cut(clip(TAG + over.format("")))) == {("gen.shot", "shot", True)}
    assert said(cut(clip(over.format(TAG)))) == {("gen.shot", "over", True)}


def test_a_tag_on_a_gap_is_about_what_is_connected_to_it() -> None:
    over = clip(lane="1", name="over")
    assert said(cut(f'<gap name="Gap" duration="9s">{TAG}{over}</gap>{clip(offset="3609s")}')) == {
        ("gen.shot", "over", True)
    }


def test_a_tag_on_a_synchronised_clip_speaks_for_all_in_it() -> None:
    inside = clip(offset="0s", name="picture") + clip(lane="-1", offset="0s", name="sound")
    sync = f'<sync-clip offset="3600s" duration="2s">{TAG}{inside}</sync-clip>'
    assert said(cut(sync)) == {("gen.shot", "picture", True), ("gen.shot", "sound", True)}


def test_a_keyword_over_a_part_of_a_compound_clip_speaks_for_what_that_part_holds() -> None:
    held = compound(clip(offset="0s", name="one") + clip(offset="2s", name="two"))
    keyword = '<keyword start="{}s" duration="1s" value="GenAI/gen.shot"/>'
    shown = '<ref-clip ref="m" offset="3600s" start="0s" duration="4s">{}</ref-clip>'
    assert said(cut(shown.format(keyword.format(0)), held)) == {("gen.shot", "one", True)}
    assert said(cut(shown.format(keyword.format(3)), held)) == {("gen.shot", "two", True)}


def test_a_keyword_or_marker_outside_of_the_part_that_is_used_is_taken_for_the_clip_and_is_odd() -> None:
    for inside in (
        '<keyword start="3700s" duration="1s" value="GenAI/gen.shot"/>',
        '<marker start="3700s" value="GENAI gen.shot"/>',
    ):
        snapshot = cut(clip(inside))
        assert said(snapshot) == {("gen.shot", "shot", True)}
        [problem] = collect(snapshot, {}, Matcher(())).problems
        assert problem.severity == "odd"
        assert "stands outside every use; taken for" in problem.what


def test_a_tag_on_a_transition_speaks_for_both_sides_of_it() -> None:
    mix = '<transition name="Mix" offset="3601s" duration="2s"><marker start="0s" value="GENAI gen.shot"/></transition>'
    held = compound(clip(offset="0s", name="inner"))
    second = '<ref-clip ref="m" offset="3602s" duration="2s"/>'
    snapshot = cut(clip() + mix + second + clip(offset="3604s", name="third"), held)
    assert said(snapshot) == {("gen.shot", "shot", True), ("gen.shot", "inner", True)}
    points = [point for raised in collect(snapshot, {}, Matcher(())).undisclosed for point in raised.points]
    assert [(bool(point.sides), point.alone) for point in points] == [(True, False), (True, False)]


def test_a_tag_on_a_project_is_about_all_of_that_and_nothing_else() -> None:
    tagged = project(clip(name="one"), before=TAG) + project(clip(name="two"), name="other", keywords="GenAI/alter.age")
    assert said(read(document(tagged + project(clip(name="three"))))) == {
        ("gen.shot", "one", True),
        ("alter.age", "two", True),
    }


def test_a_tag_on_a_clip_of_the_browser_is_not_lost_beside_a_project() -> None:
    other = asset("b", "other")
    beside = project(clip(ref="b"))
    assert said(read(document(clip(TAG, name="browsed") + beside, other))) == {("gen.shot", "browsed", False)}
    assert said(read(document(clip(TAG, name="browsed")))) == {("gen.shot", "browsed", True)}


@pytest.mark.parametrize(
    "browsed",
    [
        clip(TAG, name="browsed", start="3600s", duration="3600s"),
        clip(TAG, name="browsed", start="5000s", duration="1s"),
        clip('<keyword start="3600s" duration="3600s" value="GenAI/gen.shot"/>', name="browsed"),
        clip('<keyword value="GenAI/gen.shot"/>', name="browsed"),
        clip('<marker start="3602s" duration="100/2500s" value="GENAI gen.shot"/>', name="browsed"),
        f'<clip name="browsed" start="0s" duration="9s">{TAG}<video ref="a" offset="0s"/></clip>',
        f'<sync-clip name="s" start="0s" duration="9s">{TAG}{clip(offset="0s", name="browsed")}</sync-clip>',
        f"<audition>{clip(ref='b', name='b')}{clip(TAG, name='browsed')}</audition>",
    ],
)
def test_a_tag_on_a_clip_of_the_browser_speaks_for_the_uses_of_its_asset(browsed: str) -> None:
    cuts = project(clip() + clip(ref="b", name="another", offset="3602s"))
    found = said(read(document(browsed + cuts, asset("b", "other"))))
    assert found == {("gen.shot", "browsed", False), ("gen.shot", "shot", True)}


def test_a_range_in_the_browser_speaks_for_the_uses_that_show_some_of_it() -> None:
    keyword = '<keyword start="3700s" duration="10s" value="GenAI/gen.shot"/>'
    marker = '<marker start="3800s" duration="1s" value="GENAI alter.age"/>'
    shown = [clip(name=name, start=start) for name, start in (("in", "3709s"), ("on", "3799s"), ("out", "3710s"))]
    cuts = project("".join(shown))
    assert said(read(document(clip(keyword + marker, name="browsed", start="3600s", duration="3600s") + cuts))) == {
        ("gen.shot", "browsed", False),
        ("alter.age", "browsed", False),
        ("gen.shot", "in", True),
        ("alter.age", "on", True),
    }


def test_a_range_in_the_browser_is_told_in_the_time_of_the_clip_that_holds_the_media() -> None:
    """Ten seconds in the clip are 3610 seconds in its asset."""
    keyword = '<keyword start="10s" duration="1s" value="GenAI/gen.shot"/>'
    video = '<video ref="a" offset="0s" start="3600s" duration="60s" name="browsed"/>'
    browsed = f'<clip name="holds" start="0s" duration="60s">{video}{keyword}</clip>'
    cuts = project(clip(name="in", start="3610s") + clip(name="out", start="3620s"))
    found = said(read(document(browsed + cuts)))
    assert ("gen.shot", "in", True) in found
    assert ("gen.shot", "out", True) not in found


def test_a_range_in_the_browser_may_mean_any_retimed_use() -> None:
    keyword = '<keyword start="3700s" duration="10s" value="GenAI/gen.shot"/>'
    retimed = clip('<timeMap><timept time="0s" value="0s"/><timept time="9s" value="900s"/></timeMap>')
    assert ("gen.shot", "shot", True) in said(read(document(clip(keyword, name="browsed") + project(retimed))))


def test_a_tag_on_a_compound_clip_of_the_browser_speaks_for_what_its_uses_hold() -> None:
    media = compound(clip(name="one", offset="0s") + clip(name="two", offset="2s"))
    keyword = '<keyword start="2s" duration="1s" value="GenAI/gen.shot"/>'
    browsed = f'<ref-clip ref="m" name="browsed" start="0s" duration="4s">{keyword}</ref-clip>'
    shown = '<ref-clip ref="m" name="used" offset="3600s" start="0s" duration="4s"/>'
    found = said(read(document(browsed + project(shown), media)))
    assert found == {("gen.shot", "browsed", False), ("gen.shot", "two", True)}


def test_what_no_cut_reaches_of_a_multicam_clip_is_no_clip_of_the_browser() -> None:
    media = multicam({"A": clip(name="one", offset="0s"), "B": clip(TAG, name="two", offset="0s")})
    shown = '<mc-clip ref="m" offset="3600s" duration="2s"><mc-source angleID="A" srcEnable="all"/></mc-clip>'
    assert said(cut(shown, media)) == {("gen.shot", "two", False)}


def test_a_tag_on_a_caption_is_reported_where_it_stands() -> None:
    caption = '<caption name="c" lane="1" offset="3601s" duration="1s"><note>GENAI gen.text</note></caption>'
    snapshot = cut(clip(caption))
    [raised] = collect(snapshot, {}, Matcher(())).undisclosed
    assert [point.use.address for point in raised.points] == ["event 'dailies' / project 'cut' / caption 'c'"]


@pytest.mark.parametrize(
    "collection",
    [
        '<keyword-collection name="GenAI"/>',
        '<collection-folder name="GENAI gen.shot"><keyword-collection name="GenAI"/></collection-folder>',
        '<smart-collection name="GenAI" match="all"><match-text value="GENAI gen.shot"/></smart-collection>',
    ],
)
def test_bins_and_searches_of_the_browser_say_nothing_of_a_clip(collection: str) -> None:
    snapshot = read(document(project(clip()) + collection))
    assert said(snapshot) == set()
    assert snapshot.problems == ()


def test_the_ledger_finds_a_clip_by_its_file_by_its_reel_and_by_what_encloses_it() -> None:
    reel = '<metadata><md key="com.apple.proapps.studio.reel" value="A001"/></metadata>'
    snapshot = cut(f'<sync-clip name="12A-3" offset="3600s" duration="2s">{clip(reel, offset="0s")}</sync-clip>')
    [use] = [each.use for each in subjects(snapshot) if each.use]
    for entry, weak in (
        ({"reference": "plate.mov"}, False),
        ({"reel": "a001", "source_range": "01:00:01:00-01:00:02:00"}, False),
        ({"clip_name": "shot"}, True),
        ({"clip_name": "12a-3"}, True),
    ):
        matcher = Matcher([*builders.records(builders.disclosure(match=[entry])).disclosures.values()])
        assert {match.weak for match in matcher.matches(use)} == {weak}, entry
        assert matcher.candidates(snapshot.keys) == {snapshot.is_use.index(True)}
    for entry in ({"reel": "A001", "source_range": "01:10:00:00-01:11:00:00"}, {"clip_name": "other"}):
        matcher = Matcher([*builders.records(builders.disclosure(match=[entry])).disclosures.values()])
        assert list(matcher.matches(use)) == []


def test_credits_that_name_an_ai_tool_are_a_hint_however_their_styles_divide_them() -> None:
    styles = '<text><text-style ref="t1">Sky by Mid</text-style>\n  <text-style ref="t2">journey</text-style></text>'
    lines = "<text><text-style>Voices</text-style></text><text><text-style>made with ElevenLabs</text-style></text>"
    for inside, tool in ((styles, "Midjourney"), (lines, "ElevenLabs")):
        snapshot = cut(f'<title ref="e" name="credits" offset="3600s" duration="2s">{inside}</title>')
        assert said(snapshot) == set()
        assert [(hint.use.name, hint.footprint) for hint in hints(snapshot)] == [("credits", tool)]


@pytest.mark.parametrize(
    "shown",
    [
        clip(name="runway gen3 sky"),
        clip("<note>upscaled in Topaz, voice by ElevenLabs</note>"),
        clip('<keyword value="Midjourney"/>'),
        clip('<marker start="3601s" value="made with AI"/>'),
        clip('<metadata><md key="com.apple.proapps.studio.description" value="Midjourney v6"/></metadata>'),
    ],
)
def test_names_keywords_and_remarks_that_sound_like_an_ai_tool_are_hints(shown: str) -> None:
    assert [hint.use.name for hint in hints(cut(shown))] != []


def test_what_a_title_shows_is_no_tag() -> None:
    shown = "<text><text-style>GENAI gen.shot</text-style></text>"
    assert said(cut(f'<title ref="e" name="t" offset="3600s" duration="2s">{shown}</title>')) == set()
