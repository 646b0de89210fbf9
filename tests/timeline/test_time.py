"""Time: timecode there and back, rates snapped to what a host's float stands for, spans met and cut."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.timeline.time import Span, TimeError, exact_frames, exact_rate, frames_of, timecode, timecode_base

WHOLE = st.sampled_from([Fraction(base) for base in (24, 25, 30, 48, 50, 60, 100, 120)])
NTSC = st.sampled_from([Fraction(base * 1000, 1001) for base in (24, 30, 48, 60, 120)])
DROP = st.sampled_from([Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120000, 1001), Fraction(30)])
COUNTS = st.integers(0, 99 * 3600 * 24)
SPANS = st.builds(Span, st.integers(-50, 50), st.integers(0, 40), st.just(Fraction(24)))


@given(COUNTS, WHOLE | NTSC)
def test_timecode_comes_back_as_the_same_frames(count: int, rate: Fraction) -> None:
    assert frames_of(timecode(count, rate), rate) == (count, False)


@given(COUNTS, DROP)
def test_drop_frame_timecode_comes_back_as_the_same_frames(count: int, rate: Fraction) -> None:
    assert frames_of(timecode(count, rate, drop=True), rate) == (count, True)


@given(COUNTS, DROP)
def test_drop_frame_leaves_out_the_first_numbers_of_nine_minutes_in_ten(count: int, rate: Fraction) -> None:
    text = timecode(count, rate, drop=True)
    minute, second, frame = int(text[3:5]), int(text[6:8]), int(text[9:])
    assert second > 0 or minute % 10 == 0 or frame >= round(rate) // 15


@given(COUNTS, WHOLE | NTSC, st.booleans())
def test_timecode_rises_with_the_frames(count: int, rate: Fraction, drop: bool) -> None:
    first, second = (timecode(each, rate, drop).replace(";", ":").split(":") for each in (count, count + 1))
    assert list(map(int, first)) < list(map(int, second))


def test_drop_frame_keeps_pace_with_the_clock() -> None:
    rate = Fraction(30000, 1001)
    assert timecode(1799, rate, drop=True) == "00:00:59;29"
    assert timecode(1800, rate, drop=True) == "00:01:00;02"
    assert timecode(17982, rate, drop=True) == "00:10:00;00"
    assert timecode(107892, rate, drop=True) == "01:00:00;00"
    assert frames_of("01:00:00;00", rate) == (107892, True)
    assert frames_of("01:00:00:00", rate) == (108000, False)


def test_59_94_drops_four() -> None:
    assert timecode(3600, Fraction(60000, 1001), drop=True) == "00:01:00;04"


def test_a_rate_without_drop_frame_counts_every_number() -> None:
    assert frames_of("00:01:00;00", Fraction(25)) == (1500, True)


@pytest.mark.parametrize("text", ["01;00;10;02", "1:00:10;02", "01:00:10,02", "001:00:10;02"])
def test_drop_frame_is_written_in_several_ways(text: str) -> None:
    rate = Fraction(30000, 1001)
    assert frames_of(text, rate) == frames_of("01:00:10;02", rate)


def test_a_plain_number_is_a_frame_number() -> None:
    assert frames_of("1009", Fraction(24)) == (1009, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01:00:00",
        "01:60:00:00",
        "01:00:60:00",
        "01:00:00:24",
        "10:00.08:29",
        "-1",
        "\u0660\u0661",
        "1" * 16,
        "1:2:3:4",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TimeError):
        frames_of(text, Fraction(24))


@given(COUNTS, st.fractions(0, 1).filter(lambda part: part < 1), WHOLE | NTSC, st.booleans())
def test_a_part_of_a_frame_and_a_sign_change_nothing_else(
    count: int, part: Fraction, rate: Fraction, drop: bool
) -> None:
    assert timecode(count + part, rate, drop) == timecode(count, rate, drop)
    assert timecode(-1 - count - part, rate, drop) == f"-{timecode(count + 1, rate, drop)}"


@given(st.integers(0, 10**30), WHOLE | NTSC)
def test_hours_have_as_many_digits_as_they_need(count: int, rate: Fraction) -> None:
    hour, minute, second, frame = map(int, timecode(count, rate).split(":"))
    assert ((hour * 60 + minute) * 60 + second) * timecode_base(rate) + frame == count


def test_a_negative_count_carries_a_sign() -> None:
    assert timecode(-25, Fraction(24)) == "-00:00:01:01"


@given(st.fractions(-1000, 1000, max_denominator=100_000) | st.integers(-1000, 1000).map(Fraction))
def test_timecode_counts_the_nearest_whole_number_of_frames_and_at_least_one(rate: Fraction) -> None:
    assert timecode_base(rate) == max(1, math.floor(rate + Fraction(1, 2)))


@given(COUNTS, st.sampled_from([Fraction(0), Fraction(-24), Fraction(1, 3), Fraction(1)]), st.booleans())
def test_what_is_counted_once_a_second_or_at_no_rate_has_a_timecode(count: int, rate: Fraction, drop: bool) -> None:
    assert timecode(count, rate, drop).replace(";", ":") == timecode(count, Fraction(1))


def test_part_frames_are_cut_off() -> None:
    assert timecode(Fraction(49, 2), Fraction(24)) == "00:00:01:00"


@pytest.mark.parametrize(
    ("shown", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (23.976023976023978, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (25.0, Fraction(25)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_a_float_stands_for_an_exact_rate(shown: float, exact: Fraction) -> None:
    assert exact_rate(shown) == exact


@pytest.mark.parametrize("rate", [0.0, -24.0, 1e-9, float("nan"), float("inf")])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(TimeError):
        exact_rate(rate)


def test_what_float_arithmetic_left_over_is_snapped() -> None:
    assert exact_frames(0.1 * 3 * 10) == 3
    assert exact_frames(1.5) == Fraction(3, 2)
    with pytest.raises(TimeError):
        exact_frames(float("nan"))


@given(SPANS, SPANS)
def test_spans_overlap_where_a_part_of_one_lies_in_the_other(one: Span, other: Span) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    if one.duration and other.duration:
        assert one.overlaps(other) == (one.within(other).duration > 0)


@given(SPANS, SPANS)
def test_the_part_within_another_is_in_both(one: Span, other: Span) -> None:
    part = one.within(other)
    if part.duration:
        assert max(one.start, other.start) == part.start
        assert part.end == min(one.end, other.end)


@given(SPANS, WHOLE | NTSC)
def test_a_span_counted_at_another_rate_comes_back(span: Span, rate: Fraction) -> None:
    assert span.at(rate).at(span.rate) == span


def test_an_empty_span_counts_where_it_stands() -> None:
    rate = Fraction(24)
    use = Span(10, 5, rate)
    assert use.overlaps(Span(10, 0, rate))
    assert use.overlaps(Span(14, 0, rate))
    assert not use.overlaps(Span(15, 0, rate))
    assert Span(10, 0, rate).overlaps(Span(10, 0, rate))


def test_a_span_shows_its_out_point_as_an_edl_does() -> None:
    span = Span(86400, 24, Fraction(24))
    assert (span.first, span.last) == ("01:00:00:00", "01:00:01:00")
    assert span.moved(24).first == "01:00:01:00"
