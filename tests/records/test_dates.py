"""Times and days in records: instants, and days that begin and end in the zone they name."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.documents.schemas import faults
from otiogate.records.dates import begin, end, instant
from tests.builders import consent, disclosure


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2027-03-01T18:00:00Z", utc(2027, 3, 1, 18)),
        ("2027-03-01T18:00:00+00:00", utc(2027, 3, 1, 18)),
        ("2027-03-01T10:00:00-08:00", utc(2027, 3, 1, 18)),
        ("2027-03-02T03:00:00+09:00", utc(2027, 3, 1, 18)),
        ("2027-03-01t18:00:00z", utc(2027, 3, 1, 18)),
        ("2027-03-01T18:00:00.500Z", utc(2027, 3, 1, 18, 0, 0, 500000)),
        ("2027-03-01T18:00:00.123456Z", utc(2027, 3, 1, 18, 0, 0, 123456)),
    ],
)
def test_an_instant_is_the_same_in_every_zone(text: str, same: datetime) -> None:
    assert instant(text) == begin(text) == end(text) == same


@pytest.mark.parametrize("text", ["2027-03-01T18:00:00", "2027-03-01", "soon", "", "2027-13-01T00:00:00Z"])
def test_a_time_without_a_zone_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        instant(text)


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        ("2027-03-01Z", utc(2027, 3, 1), utc(2027, 3, 2)),
        ("2027-03-01-08:00", utc(2027, 3, 1, 8), utc(2027, 3, 2, 8)),
        ("2027-03-01+09:00", utc(2027, 2, 28, 15), utc(2027, 3, 1, 15)),
        ("2027-03-01+05:30", utc(2027, 2, 28, 18, 30), utc(2027, 3, 1, 18, 30)),
        ("2027-03-01-03:30", utc(2027, 3, 1, 3, 30), utc(2027, 3, 2, 3, 30)),
        ("2027-03-01+14:00", utc(2027, 2, 28, 10), utc(2027, 3, 1, 10)),
        ("2028-02-29Z", utc(2028, 2, 29), utc(2028, 3, 1)),
        ("2027-12-31Z", utc(2027, 12, 31), utc(2028, 1, 1)),
        ("2199-12-31-14:00", utc(2199, 12, 31, 14), utc(2200, 1, 1, 14)),
    ],
)
def test_a_day_begins_at_its_midnight_and_ends_when_the_next_begins(day: str, first: datetime, after: datetime) -> None:
    assert (begin(day), end(day)) == (first, after)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01T18:00:00",
        "2027-03-01T24:00:00Z",
        "2027-03-01T23:59:60Z",
        "2027-02-29T00:00:00Z",
        "2027-03-01T18:00Z",
        "2027-03-01T18:00:00.5Z",
        "2027-03-01 18:00:00Z",
        "2027-03-01T18:00:00+15:00",
        "2027-03-01",
        "1899-12-31T00:00:00Z",
        "2027-03-01T18:00:00Z\n",
    ],
)
def test_what_the_dates_do_not_read_the_schema_refuses(text: str) -> None:
    assert faults("disclosure", disclosure(declared_at=text))
    assert faults("consent", consent(expires_at=text))


@pytest.mark.parametrize("text", ["2027-02-29Z", "2027-04-31Z", "2027-03-01+15:00", "2027-3-1Z", "2027-03-01z"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    assert faults("consent", consent(expires_at=text))


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(deadline=None, derandomize=True)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=ZONES))
def test_every_time_that_the_schema_takes_is_read_as_that_instant(moment: datetime) -> None:
    text = moment.isoformat(timespec="microseconds")
    assert not faults("consent", consent(signed_at=text))
    assert instant(text) == begin(text) == end(text) == moment


@settings(deadline=None, derandomize=True)
@given(st.dates(datetime(1900, 1, 2).date(), datetime(2199, 12, 30).date()), ZONES)
def test_every_day_that_the_schema_takes_lasts_24_hours(day: object, zone: timezone) -> None:
    text = f"{day}{datetime(2027, 1, 1, tzinfo=zone).isoformat()[19:]}"
    assert not faults("consent", consent(expires_at=text))
    assert end(text) - begin(text) == timedelta(days=1)
    assert begin(text).utcoffset() == zone.utcoffset(None)
