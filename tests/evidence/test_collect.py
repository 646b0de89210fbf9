"""How what is said is brought together over a whole timeline."""

import opentimelineio as otio
import pytest

from tests.builders import clip, disclosure, finding, judged, replica, time_range, timeline


def whole(data):
    return {key: value for key, value in data.items() if key != "where"}


def test_two_bodies_of_one_id_in_a_timeline_are_both_judged_and_the_difference_is_named():
    mild, strict = disclosure("DIS-009"), replica("DIS-009")
    report = judged(timeline(clip(whole(mild), "one"), clip(whole(strict), "two")))
    assert report.verdict == "block"
    assert finding(report, "NFX-030").uses[0].name == "two"
    assert "two disclosures" in finding(report, "GEN-002").what


def test_the_order_of_two_bodies_of_one_id_changes_nothing():
    mild, strict = whole(disclosure("DIS-009")), whole(replica("DIS-009"))
    one = judged(timeline(clip(mild, "one"), clip(strict, "two")))
    other = judged(timeline(clip(strict, "two"), clip(mild, "one")))
    assert {(each.rule, each.effect) for each in one.findings} == {(each.rule, each.effect) for each in other.findings}


def test_a_tag_on_the_timeline_speaks_for_thousands_of_uses_at_once():
    made = timeline(*(clip(name=f"c{number}") for number in range(3000)))
    made.metadata["genai"] = "GENAI gen.shot"
    assert len(finding(judged(made), "GEN-001").uses) == 3000


def test_a_marker_on_a_track_speaks_for_the_uses_it_meets():
    made = timeline(*(clip(name=f"c{number}") for number in range(5)))
    marked = otio.opentime.TimeRange(otio.opentime.RationalTime(50, 24), otio.opentime.RationalTime(60, 24))
    made.tracks[0].markers.append(otio.schema.Marker(name="GENAI gen.shot", marked_range=marked))
    assert [use.name for use in finding(judged(made), "GEN-001").uses] == ["c1", "c2"]


def test_a_marker_that_meets_no_use_speaks_for_its_whole_track_and_is_called_odd():
    made = timeline(clip(name="a"), clip(name="b"))
    marked = otio.opentime.TimeRange(otio.opentime.RationalTime(5000, 24), otio.opentime.RationalTime(1, 24))
    made.tracks[0].markers.append(otio.schema.Marker(name="GENAI gen.shot", marked_range=marked))
    report = judged(made)
    assert [use.name for use in finding(report, "GEN-001").uses] == ["a", "b"]
    assert any("outside every use" in each.what for each in report.problems)


def test_an_empty_cell_of_a_column_says_nothing_and_an_empty_mark_is_a_fault():
    assert judged(timeline(clip({"id": "DIS-404"}), clip(""))).counts.ai_uses == 1
    blank = clip(None)
    blank.metadata["ale"] = {"GenAI": " ", "GenAI ID": ""}
    assert judged(timeline(blank)).verdict == "allow"
    for empty in ({}, [], None, False, 0):
        made = clip()
        made.metadata["genai"] = empty
        assert finding(judged(timeline(made)), "GEN-002").effect == "block"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x0b"])
def test_a_tag_on_a_further_line_of_a_note_is_a_tag_wherever_the_note_stands(end):
    note = f"take 3, good{end}GENAI gen.shot"
    noted, resolve, fcp = clip(), clip(), clip()
    noted.markers.append(otio.schema.Marker("vfx", time_range(10, 1), comment=note))
    resolve.metadata["Resolve_OTIO"] = {"Note": note}
    fcp.metadata["fcp_xml"] = {"comments": {"mastercomment1": note}}
    for each in (noted, resolve, fcp):
        report = judged(timeline(each))
        assert [cue.disclosure for cue in report.cues] == ["GENAI gen.shot"]
        assert finding(report, "GEN-001").uses[0].name == each.name


def test_prose_of_several_lines_that_speaks_of_the_tag_is_none():
    noted = clip()
    noted.metadata["note"] = "not tagged\nno GENAI here\nGENAIX"
    assert judged(timeline(noted)).verdict == "allow"
