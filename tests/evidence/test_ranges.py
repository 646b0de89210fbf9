"""Ranges of a disclosure, and of its match entries, held against a timeline that may count from another start."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.evidence.matching import is_elsewhere
from otiogate.timeline.time import Span
from tests.builders import ELSEWHERE, cleared, clip, disclosure, finding, judged, raised, time_range, timeline

TAG = {"id": "DIS-001"}
HOUR = 86400


def cut(start: int, tag: Any = TAG, available: otio.opentime.TimeRange | None = None) -> otio.schema.Timeline:
    """Two seconds of the tape A001 from frame ``start``."""
    made = clip(tag)
    made.source_range = time_range(start, 48)
    made.media_reference.available_range = available
    return timeline(made)


@pytest.mark.parametrize("available", [None, time_range(0, 500)], ids=["extent unknown", "extent known"])
def test_a_range_in_timecode_is_in_reach_of_a_clip_that_counts_from_zero(available: Any) -> None:
    about = disclosure(ranges=["01:00:10:00-01:00:12:00"])
    assert finding(judged(cut(10, available=available), about), "NFX-020").effect == "block"


def test_a_range_that_counts_from_zero_is_in_reach_of_a_clip_in_timecode() -> None:
    about = disclosure(ranges=["00:00:10:00-00:00:12:00"])
    assert finding(judged(cut(HOUR + 10), about), "NFX-020").effect == "block"


def test_a_range_beyond_all_that_there_is_of_the_media_is_in_reach() -> None:
    about = disclosure(ranges=["01:30:00:00-01:30:02:00"])
    known = time_range(HOUR, 500)
    assert finding(judged(cut(HOUR + 10, available=known), about), "NFX-020").effect == "block"


@pytest.mark.parametrize("available", [None, time_range(HOUR, 5000)], ids=["extent unknown", "extent known"])
def test_a_range_elsewhere_on_the_same_tape_is_out_of_reach(available: Any) -> None:
    about = disclosure(ranges=["01:00:10:00-01:00:12:00"])
    assert finding(judged(cut(HOUR + 10, available=available), about), "NFX-020").effect == "info"


@pytest.mark.parametrize(
    ("start", "matched"), [(HOUR + 10, True), (HOUR + 2000, False), (10, True)], ids=["meets", "elsewhere", "from zero"]
)
def test_a_reel_and_a_range_match_what_cannot_be_told_to_be_elsewhere(start: int, matched: bool) -> None:
    entry = {"reel": "A001", "source_range": "01:00:00:00-01:00:02:00"}
    about = disclosure(media=ELSEWHERE, match=[entry])
    assert ("NFX-020" in raised(judged(cut(start, None), about))) == matched


def test_an_approved_range_is_allowed_wherever_it_stands() -> None:
    about = disclosure(ranges=["01:00:10:00-01:00:12:00"])
    assert judged(cut(10), *cleared(about)).verdict == "allow"


@pytest.mark.parametrize("text", ["", "01:00:00:00", "01:00:02:00-01:00:00:00", "a-b", "01:00:00:99-01:00:01:00"])
def test_a_range_that_is_none_is_never_elsewhere(text: str) -> None:
    assert not is_elsewhere(text, Span(HOUR * 2, 48, Fraction(24)), None)
