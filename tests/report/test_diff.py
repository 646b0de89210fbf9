"""What two cuts differ by: AI uses that are new, gone or changed, and what they need now."""

from __future__ import annotations

import json

import pytest

from otiogate.documents.schemas import faults, schema
from otiogate.report.diff import Change, as_data, as_text, difference
from otiogate.report.model import CueLine
from tests.report.reports import SHA, cue, finding, report, use

OTHER = "sha256:" + "1" * 64


def changes(old: list[CueLine], new: list[CueLine]) -> tuple[int, int, list[str]]:
    """(how many are new, how many are gone, what is different about the changed ones)."""
    found = difference(report(cues=tuple(old)), report(cues=tuple(new)))
    return len(found.new), len(found.gone), [how for each in found.changed for how in each.how]


def test_a_new_use_says_what_it_needs() -> None:
    new = report(finding(), finding("SAG-010"), finding("NFX-010", uses=(use(9),)), cues=(cue(),))
    found = difference(report(), new)
    assert found.new == (
        Change(
            "DIS-0042",
            "SHOT_0003.mov|R003",
            "replica.likeness",
            (cue(),),
            (),
            ("consent of person-7f3a [NFX-030, SAG-010]",),
        ),
    )
    assert (found.gone, found.changed) == ((), ())


def test_what_is_met_needs_nothing() -> None:
    met = finding(status="met", effect="none", missing=())
    [change] = difference(report(), report(met, cues=(cue(status="met"),))).new
    assert change.needs == ()


def test_a_use_that_is_gone_is_said_to_be_gone() -> None:
    assert changes([cue(3), cue(4)], [cue(4)]) == (0, 1, [])


def test_the_same_use_elsewhere_in_the_cut_is_no_change() -> None:
    moved = cue(address="event 019, line 40", line=40, record_in="01:09:00:00", record_out="01:09:01:00")
    assert changes([cue()], [moved]) == (0, 0, [])
    assert changes([cue()], [cue(), moved]) == (0, 0, [])


@pytest.mark.parametrize(
    ("first", "last", "grew"),
    [
        ("01:00:00:08", "01:00:01:08", False),
        ("01:00:00:10", "01:00:01:00", False),
        ("01:00:00:07", "01:00:01:08", True),
        ("01:00:00:08", "01:00:01:09", True),
        ("02:00:00:00", "02:00:00:01", True),
        ("-00:00:00:01", "01:00:00:10", True),
        ("", "", False),
        ("nonsense", "01:00:00:10", False),
    ],
)
def test_it_is_changed_where_more_of_the_source_is_used(first: str, last: str, grew: bool) -> None:
    _, _, how = changes([cue()], [cue(source_in=first, source_out=last)])
    assert how == ([f"more of the source is used: {first}-{last}"] if grew else [])


def test_two_old_ranges_that_touch_cover_one_across_both() -> None:
    first = cue(source_in="00:00:00:00", source_out="00:00:01:00")
    second = cue(source_in="00:00:01:00", source_out="00:00:02:00")
    across = cue(source_in="00:00:00:12", source_out="00:00:01:12")
    assert changes([first, second], [across]) == (0, 0, [])
    assert len(changes([first], [across])[2]) == 1


def test_ranges_before_zero_compare_by_time() -> None:
    old = cue(source_in="-00:00:02:00", source_out="-00:00:01:00")
    assert changes([old], [cue(source_in="-00:00:01:12", source_out="-00:00:01:00")])[2] == []
    assert len(changes([old], [cue(source_in="-00:00:02:01", source_out="-00:00:01:00")])[2]) == 1


def test_it_is_changed_where_visibility_kinds_or_disclosure_differ() -> None:
    assert changes([cue(visible=False)], [cue()])[2] == ["it is visible now"]
    assert changes([cue()], [cue(visible=False)])[2] == ["it is not visible any more"]
    assert changes([cue()], [cue(), cue(visible=False)])[2] == []
    other = cue(description="gen.shot", digest=OTHER)
    assert changes([other], [cue(digest=SHA)])[2] == [
        "the use kinds were gen.shot",
        "the disclosure is another version: what was approved for the old one is void",
    ]


def test_a_tag_whose_text_was_edited_is_one_tag_that_changed() -> None:
    old, new = (cue(disclosure=f"GENAI {kind}", description=kind, digest="") for kind in ("gen.shot", "gen.still"))
    assert changes([old], [new]) == (0, 0, ["the tag was GENAI gen.shot"])
    assert changes([old], [old, new]) == (1, 0, [])
    assert changes([old], [cue()]) == (1, 1, []), "a disclosure in its place is another thing"


def test_the_order_of_the_cues_does_not_count() -> None:
    old, new = [cue(1), cue(2)], [cue(5), cue(4), cue(2)]
    assert difference(report(cues=tuple(old)), report(cues=tuple(new))) == difference(
        report(cues=tuple(old[::-1])), report(cues=tuple(new[::-1]))
    )


def test_the_data_fit_the_schema_and_the_example_shows_the_same_keys() -> None:
    old, new = report(cues=(cue(1),)), report(finding(), cues=(cue(3),))
    data = json.loads(json.dumps(as_data(old, new, difference(old, new))))
    assert faults("diff", data) == []
    [example] = schema("diff")["examples"]
    assert faults("diff", example) == []
    assert (data.keys(), data["new_uses"][0].keys()) == (example.keys(), example["new_uses"][0].keys())
    assert faults("diff", data | {"format": "otiogate/diff/v2"})


def test_the_text_says_what_is_new_gone_and_changed() -> None:
    old = report(cues=(cue(1), cue(4, visible=False)))
    new = report(finding(), cues=(cue(3), cue(4, status="met")))
    assert as_text(old, new, difference(old, new)) == (
        "in/cut.edl (allowed) -> in/cut.edl (blocked)\n"
        "\n"
        "+ new  DIS-0042: replica.likeness\n"
        "    01:00:03:00-01:00:04:00  event 003, line 6  'SHOT_0003.mov'\n"
        "    needs: consent of person-7f3a [NFX-030]\n"
        "\n"
        "- gone  DIS-0042: replica.likeness\n"
        "    01:00:01:00-01:00:02:00  event 001, line 2  'SHOT_0001.mov'\n"
        "\n"
        "~ changed  DIS-0042: replica.likeness\n"
        "    01:00:04:00-01:00:05:00  event 004, line 8  'SHOT_0004.mov'\n"
        "    how:   it is visible now\n"
        "    needs: nothing more\n"
        "\n"
        "2 AI uses in the new cut, 1 of them not cleared.\n"
    )
    same = as_text(new, new, difference(new, new))
    assert "\nNo AI use is new, gone or changed.\n" in same


def test_nothing_in_the_text_acts_on_a_terminal() -> None:
    hostile = cue(clip="\x1b[31m\u202e", disclosure="\x9b2J", description="\x07", address="\x1b]0;x\x07")
    new = report(cues=(hostile,))
    text = as_text(report(), new, difference(report(), new))
    assert all(line.isprintable() for line in text.split("\n"))
