"""What things mean exactly: EDL, paragraph 26."""

from __future__ import annotations

import pytest

from otiogate.timeline.edl import read_edl
from tests.builders import ELSEWHERE, cleared, disclosure, finding, judged, raised


def test_26_a_tag_before_the_first_event_speaks_for_the_whole_timeline() -> None:
    edl = (
        "TITLE: CUT\nFCM: NON-DROP FRAME\n* GENAI id=DIS-001\n\n"
        "001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n"
        "002  A001     V     C        00:00:00:10 00:00:02:10 01:00:02:00 01:00:04:00\n"
    )
    report = judged(read_edl(edl.encode(), "cut.edl"), disclosure())
    assert len(finding(report, "NFX-020").uses) == 2


DISSOLVE = (
    "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
    "001  PLATE    V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
    "002  PLATE    V     C        00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00\n"
    "002  {reel}     V     D    024 00:00:00:10 00:00:02:10 01:00:02:00 01:00:04:00\n"
    "* FROM CLIP NAME: plate.mov\n* TO CLIP NAME: {name}\n* GENAI: gen.environment id=DIS-001\n"
)


def test_26_a_tag_in_a_dissolve_speaks_for_both_sides_and_its_approval_for_the_one_that_it_is_about() -> None:
    about = disclosure()
    right = read_edl(DISSOLVE.format(reel="A001", name="vfx_010.mov").encode(), "cut.edl")
    report = judged(right, *cleared(about))
    assert len(finding(report, "NFX-020").uses) == 2
    assert report.verdict == "allow"
    wrong = read_edl(DISSOLVE.format(reel="B009", name="evil.mov").encode(), "cut.edl")
    assert judged(wrong, *cleared(about)).verdict == "block"


TWO = (
    "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
    "001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n"
    "002  A001     V     C        00:00:00:10 00:00:02:10 01:00:02:00 01:00:04:00\n"
)


@pytest.mark.parametrize(
    ("place", "events", "odd"),
    [
        ("01:00:00:00", ["001"], False),
        ("01:00:01:23", ["001"], False),
        ("01:00:02:00", ["002"], False),
        ("01:00:03:23", ["002"], False),
        ("01:00:09:00", ["002"], True),
    ],
)
def test_26_a_locator_speaks_for_the_use_that_holds_it_else_for_the_event_it_follows(
    place: str, events: list[str], odd: bool
) -> None:
    report = judged(
        read_edl(f"{TWO}* LOC: {place} RED GENAI id=DIS-001\n".encode(), "cut.edl"), disclosure(media=ELSEWHERE)
    )
    assert [line.event for line in finding(report, "NFX-020").uses] == events
    assert [each.severity for each in report.problems] == ["odd"] * odd


def test_26_a_locator_speaks_for_every_use_that_holds_it() -> None:
    over = "003  A001     V2    C        00:00:00:10 00:00:04:10 01:00:00:00 01:00:04:00\n"
    edl = f"{TWO}{over}* LOC: 01:00:01:00 RED GENAI id=DIS-001\n"
    report = judged(read_edl(edl.encode(), "cut.edl"), disclosure(media=ELSEWHERE))
    assert [line.event for line in finding(report, "NFX-020").uses] == ["001", "003"]


@pytest.mark.parametrize(
    "said",
    [
        "* DIGITAL SOURCE TYPE: http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "* http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "* COMMENT: trainedAlgorithmicMedia",
        "* LOC: 01:00:03:00 MAGENTA DIGITAL SOURCE TYPE: TRAINEDALGORITHMICMEDIA",
        " |C:ResolveColorBlue |M:compositeSynthetic |D:1",
    ],
)
def test_a_comment_that_is_a_genai_source_type_is_evidence(said: str) -> None:
    report = judged(read_edl(f"{TWO}{said}\n".encode(), "cut.edl"))
    assert [line.event for line in finding(report, "GEN-001").uses] == ["002"]
    assert raised(report) == {"GEN-001"}


@pytest.mark.parametrize("tag", ["GENAI gen.shot", "GENAI gen.shot note={}", "GENAI gen.shot colour={}"])
def test_a_thousand_tagged_dissolves_of_one_number_are_each_reported(tag: str) -> None:
    event = "001  A{:04d}  V  D 012  01:00:00:00 01:00:02:00 01:00:02:00 01:00:04:00\n* {}\n"
    rows = "".join(event.format(number, tag.format(number)) for number in range(1000))
    report = judged(read_edl(f"TITLE: CUT\n{rows}".encode(), "cut.edl"))
    rule = "GEN-002" if "colour" in tag else "GEN-001"
    nodes = {line.address for each in report.findings if each.rule == rule for line in each.uses}
    assert len(nodes) == 1000
