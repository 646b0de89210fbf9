"""``otiogate record expiring`` and ``history``: what ends soon, and who approved what, when, for what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.builders import consent, decision, replica, waiver
from tests.cli.running import Ran, call, project

ABOUT = replica()
FIRST = decision("approval", ABOUT, ["NFX-020"], "APR-001", expires_at="2027-02-01Z")
SECOND = decision(
    "approval",
    ABOUT,
    ["NFX-020", "NFX-030"],
    "APR-002",
    supersedes=["APR-001"],
    granted_at="2027-01-05T09:00:00Z",
    revoked={"at": "2027-01-10T09:00:00Z"},
)
NOW = ("--as-of", "2027-01-15T12:00:00Z")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    ends = decision("legal_review", ABOUT, ["NFX-030"], "LGL-001", expires_at="2027-01-28Z")
    over = decision("legal_review", ABOUT, ["NFX-030"], "LGL-000", expires_at="2027-01-14Z")
    held = {
        each["id"]: yaml.safe_dump(json.loads(json.dumps(each)))
        for each in (ABOUT, FIRST, SECOND, ends, over, consent(expires_at="2027-01-20Z"))
    }
    return project(tmp_path, **held)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    return call(capsys, "record", *arguments, *NOW)


def test_what_counts_today_and_ends_soon_is_listed_the_first_to_end_first(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = told(capsys, "expiring", "--within", "14d")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "2027-01-20Z  CON-001  consent  P-001\n2027-01-28Z  LGL-001  legal_review  DIS-001\n2 records end within 14d\n"
    )
    assert told(capsys, "expiring", "--within", "2d").out == "0 records end within 2d\n"
    rows = json.loads(told(capsys, "expiring", "--within", "6d", "--format", "json").out)["records"]
    assert [(each["id"], each["ends"]) for each in rows] == [("CON-001", "2027-01-20Z")]


@pytest.mark.parametrize("span", ["14", "d", "-1d", "two weeks", "99999999d", "\u0661d"])
def test_a_span_is_a_number_of_days(ledger: Path, capsys: pytest.CaptureFixture[str], span: str) -> None:
    ran = told(capsys, "expiring", f"--within={span}")
    assert (ran.code, "is no number of days (write 14d)" in ran.err) == (2, True)


def test_the_history_of_a_disclosure_says_who_approved_it_when_and_for_what(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = told(capsys, "history", "dis-001")
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "DIS-001  disclosure  in force",
        "  declares replica.likeness; in production MYSHOW",
        "  2026-12-01T09:00:00Z       declared by V-VENDOR",
        "APR-001  approval  superseded by APR-002",
        "  answers NFX-020; for DIS-001 (current); in production MYSHOW",
        "  2026-12-10T09:00:00Z       approved by S-APPROVER as studio_contact",
        "  -                          requested by E-COORDINATOR",
        "  2027-01-05T09:00:00Z       superseded by APR-002 by S-APPROVER",
        "APR-002  approval  revoked at 2027-01-10T09:00:00Z",
        "  2027-01-10T09:00:00Z       revoked",
        "CON-001  consent  expires on 2027-01-20Z",
        "  allows replica.likeness of P-001; in production MYSHOW",
    ):
        assert f"{line}\n" in ran.out
    assert ran.out.index("CON-001") < ran.out.index("DIS-001  disclosure") < ran.out.index("APR-002  approval")


def test_the_history_of_a_record_is_its_own(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [life] = json.loads(told(capsys, "history", "APR-002", "--format", "json").out)["records"]
    assert (life["status"], life["detail"]) == ("revoked", "at 2027-01-10T09:00:00Z")
    assert [each["what"] for each in life["events"]] == ["requested", "approved", "revoked", "ends"]
    assert (life["signed_by"], life["distrust"]) == ([], "")


def test_the_history_of_a_waiver_says_for_which_clip_and_why(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = waiver("NFX-021", clip=waiver("")["clip"] | {"reference": "vfx_011.mov"})
    (ledger / "records" / "WVR-001.json").write_text(json.dumps(made), encoding="utf-8")
    out = told(capsys, "history", "WVR-001").out
    assert "  waives NFX-021 for vfx_011.mov, reel A001, range 00:00:00:00-00:00:10:00; in production MYSHOW\n" in out
    assert "waived: It cannot be told from the plate. by S-LEGAL as studio_legal\n" in out


def test_what_does_not_count_today_is_not_listed_among_what_ends(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inert = waiver("NFX-021", expires_at="2027-01-20Z")
    open_ = decision(
        "legal_review", ABOUT, ["NFX-030"], "LGL-002", expires_at="2027-01-20Z", conditions=[{"text": "x"}]
    )
    for each in (inert, open_):
        (ledger / "records" / f"{each['id']}.json").write_text(json.dumps(each), encoding="utf-8")
    assert (
        told(capsys, "expiring", "--within", "6d").out
        == "2027-01-20Z  CON-001  consent  P-001\n1 record ends within 6d\n"
    )


def test_a_later_version_of_a_disclosure_brings_the_history_of_the_first(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = replica("DIS-002", supersedes=["DIS-001"])
    (ledger / "records" / "DIS-002.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(new))), encoding="utf-8")
    out = told(capsys, "history", "DIS-002").out
    assert "DIS-001  disclosure  superseded by DIS-002\n" in out
    assert "for DIS-001 (superseded)" in out


def test_what_is_not_there_has_no_history(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = told(capsys, "history", "APR-404")
    assert (ran.code, "there is no record 'APR-404'" in ran.err) == (2, True)
