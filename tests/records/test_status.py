"""How a record stands at one time."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from otiogate.records.status import status
from tests.builders import NOW, clearance, consent, decision, disclosure, notification, records, replica, waiver

ABOUT = replica()


def said(data: dict[str, Any], *others: dict[str, Any], now: datetime = NOW) -> str:
    held = records(data, *others)
    return str(status(held.records[data["id"].upper()], held, now))


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (disclosure(), "in force"),
        (notification(ABOUT), "in force"),
        (notification(ABOUT, at="2027-02-01T09:00:00Z"), "not yet in force until 2027-02-01T09:00:00Z"),
        (notification(ABOUT, revoked={"at": "2027-01-01T09:00:00Z"}), "revoked at 2027-01-01T09:00:00Z"),
        (consent(), "expires on 2028-12-31Z"),
        (consent(expires_at="2027-01-15Z"), "expires on 2027-01-15Z"),
        (consent(expires_at="2027-01-14Z"), "expired at 2027-01-14Z"),
        (consent(effective_from="2027-02-01Z"), "not yet in force until 2027-02-01Z"),
        (consent(revoked={"at": "2027-01-01T00:00:00Z"}, expires_at="2027-01-02Z"), "revoked at 2027-01-01T00:00:00Z"),
        (consent(revoked={"at": "2027-02-01T00:00:00Z"}), "expires on 2028-12-31Z"),
        (consent(suspensions=[{"from": "2027-01-01Z", "reason": "Strike."}]), "suspended since 2027-01-01Z"),
        (
            consent(suspensions=[{"from": "2027-01-01Z", "until": "2027-01-02Z", "reason": "Strike."}]),
            "expires on 2028-12-31Z",
        ),
        (clearance(ABOUT), "expires on 2030-12-31Z"),
        (clearance(ABOUT, term={"from": "2026-01-01Z", "perpetual_reason": "Bought."}), "in force"),
        (clearance(ABOUT, status="pending"), "pending"),
        (clearance(ABOUT, status="refused"), "rejected at 2026-12-05T09:00:00Z"),
        (decision("approval", ABOUT, ["NFX-020"], decision="rejected"), "rejected at 2026-12-10T09:00:00Z"),
        (decision("approval", ABOUT, ["NFX-020"], decision="withdrawn"), "withdrawn at 2026-12-10T09:00:00Z"),
        (
            decision("approval", ABOUT, ["NFX-020"], decision="conditional", conditions=[{"text": "Not at night."}]),
            "conditions open",
        ),
        (waiver("NFX-021"), "inert until it is signed, for a facility with a trust file"),
        (waiver("NFX-021", expires_at="2027-01-14Z"), "expired at 2027-01-14Z"),
        (waiver("NFX-021", revoked={"at": "2027-01-01T00:00:00Z"}), "revoked at 2027-01-01T00:00:00Z"),
        (waiver("NFX-021", granted_at="2027-02-01T00:00:00Z"), "not yet in force until 2027-02-01T00:00:00Z"),
    ],
)
def test_what_a_record_says_of_itself(data: dict[str, Any], wanted: str) -> None:
    assert said(data) == wanted


def test_what_was_superseded_says_by_what() -> None:
    assert said(consent(), consent(id="CON-002", supersedes=["con-001"])) == "superseded by CON-002"


def test_only_what_is_in_force_counts() -> None:
    held = records(consent(), consent(id="CON-002", expires_at="2027-01-01Z"))
    assert status(held.records["CON-001"], held, NOW).counts
    assert not status(held.records["CON-002"], held, NOW).counts
    late = datetime(2029, 1, 1, tzinfo=timezone.utc)
    assert not status(held.records["CON-001"], held, late).counts


def test_a_waiver_never_counts() -> None:
    held = records(waiver("NFX-021"))
    assert not status(held.records["WVR-001"], held, NOW).counts
