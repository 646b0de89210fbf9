"""What the times of a whole EDL tell: its rate and where that is from, and which events are irregular."""

from __future__ import annotations

from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.config.layers import settings
from otiogate.report.json import JsonWriter, read_reports
from otiogate.report.text import TextWriter
from otiogate.scan.judging import judge_path
from otiogate.timeline.edl import read_edl
from otiogate.timeline.edl_times import irregular, stretch
from otiogate.timeline.model import Snapshot
from otiogate.timeline.time import timecode

HEAD = "TITLE: REEL 1\nFCM: NON-DROP FRAME\n"
NTSC = Fraction(30000, 1001)


def event(number: int, times: str, channel: str = "V", edit: str = "C") -> str:
    return f"{number:03d}  A001     {channel}     {edit}        {times}\n"


def read(body: str, rate: Fraction | None = None) -> Snapshot:
    return read_edl((HEAD + body).encode(), "cut.edl", rate=rate)


def said(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(each.what, each.where) for each in snapshot.problems if each.severity == "odd"]


FIRST = event(1, "01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00")


# The rate


def test_the_configured_rate_is_taken_where_the_file_tells_none() -> None:
    assert read(FIRST, Fraction(25)).origin.rate == "25, as configured"


def test_a_file_that_tells_is_believed_before_the_configuration() -> None:
    snapshot = read("FCM: DROP FRAME\n" + FIRST, Fraction(24))
    assert snapshot.origin.rate == "30000/1001, drop-frame by FCM"
    (problem,) = said(snapshot)
    assert "the times are drop-frame" in problem[0]


@pytest.mark.parametrize("rate", [Fraction(60000, 1001), Fraction(30), NTSC])
def test_a_configured_rate_that_has_drop_frame_is_what_drop_frame_is_read_at(rate: Fraction) -> None:
    assert read(FIRST.replace(":00 ", ";00 "), rate).origin.rate == f"{rate}, as configured"


def test_without_a_configuration_the_rate_is_inferred_and_says_from_what() -> None:
    assert read(FIRST).origin.rate == "24, inferred from the frames that occur, up to 0"
    assert read(FIRST.replace("01:00:02:00", "01:00:02:24")).origin.rate.startswith("25, inferred")


def test_the_report_says_which_rate_and_where_it_is_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cut.edl"
    path.write_text(HEAD + FIRST)
    (tmp_path / "otiogate.yaml").write_text("format: 1\nframe_rate: 24000/1001\n")
    report = judge_path(path, settings([str(path)]), datetime(2027, 1, 15, tzinfo=timezone.utc))
    assert report.input.rate == "24000/1001, as configured"
    assert "  frame rate: 24000/1001, as configured\n" in TextWriter().write([report])
    assert read_reports(JsonWriter().write([report])) == [report]


# Irregular events


def test_an_event_that_overlaps_the_one_above_is_kept_and_reported() -> None:
    snapshot = read(FIRST + event(2, "01:00:00:00 01:00:02:00 10:00:01:00 10:00:03:00"))
    assert snapshot.uses == 2
    what = "event 002 begins in the record before the one above ends: they overlap, or stand out of order"
    assert said(snapshot) == [(what, "line 4")]


def test_events_on_different_channels_do_not_overlap() -> None:
    assert said(read(FIRST + event(2, "01:00:00:00 01:00:02:00 10:00:01:00 10:00:03:00", "A"))) == []


def test_a_record_that_goes_on_past_midnight_is_in_order() -> None:
    body = event(1, "01:00:00:00 01:00:02:00 23:59:58:00 00:00:00:00")
    assert said(read(body + event(2, "01:00:00:00 01:00:02:00 00:00:00:00 00:00:02:00"))) == []


def test_an_event_without_duration_is_kept_and_reported_but_not_the_first_line_of_a_dissolve() -> None:
    empty = event(2, "01:00:02:00 01:00:02:00 10:00:02:00 10:00:02:00")
    assert said(read(FIRST + empty)) == [("event 002 lasts no frame in the record", "line 4")]
    other = event(2, "02:00:00:00 02:00:02:00 10:00:02:00 10:00:04:00", edit="D    024")
    assert said(read(FIRST + empty + other)) == []


@pytest.mark.parametrize("times", ["01:00:00:00 01:00:02:01", "01:00:00:00 01:01:02:00", "100 149"])
def test_durations_that_differ_without_an_m2_are_reported(times: str) -> None:
    body = event(1, f"{times} 10:00:00:00 10:00:02:00")
    (problem,) = said(read(body))
    assert problem == ("event 001 is not as long in its source as in the record, and no M2 says why", "line 3")
    assert said(read(body + "M2   A001       048.0                01:00:00:00\n")) == []
    assert said(read(body + "* * FREEZE FRAME\n")) == []


def test_many_events_of_one_kind_are_one_problem() -> None:
    body = "".join(
        event(number, "01:00:00:00 01:00:03:00 10:00:00:00 10:00:02:00", f"A{number}") for number in (1, 2, 3)
    )
    (problem,) = said(read(body))
    assert problem[0].endswith("the first of 3 such events")


def test_a_timecode_with_a_blank_for_its_colon_is_read_and_reported() -> None:
    snapshot = read(event(1, "01:00:00:00 01:00:02:00 10:00:00:00 10:00 02:00"))
    assert said(snapshot) == [("a timecode has a blank in place of a colon", "line 3")]
    use = snapshot.subject(1).use
    assert use is not None and use.record is not None
    assert use.record.last == "10:00:02:00"


@given(
    st.lists(st.tuples(*[st.integers(0, 5_000_000)] * 4), min_size=1, max_size=6),
    st.sampled_from([Fraction(24), Fraction(25), NTSC, Fraction(60), Fraction(100)]),
    st.booleans(),
)
def test_comparing_digits_finds_what_counting_frames_finds(
    events: list[tuple[int, ...]], rate: Fraction, drop: bool
) -> None:
    events += [(a, a + abs(c - b) % 5000, c, c + abs(c - b) % 5000) for a, b, c, _ in events]
    times = [timecode(each, rate, drop).encode() for row in events for each in row]
    found = irregular(times, [b"V"] * len(events), lambda place: False, rate)
    unequal = []
    for place in range(len(events)):
        first, last, begin, end = (each.decode() for each in times[4 * place : 4 * place + 4])
        if abs(stretch(first, last, rate)[1]) != abs(stretch(begin, end, rate)[1]):
            unequal.append(place)
    assert found.unequal == unequal
