"""A waiver from its form to the export that it lets through, as a coordinator, a studio and an editor see it."""

from __future__ import annotations

import csv
import json
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
import yaml

import otiogate
from otiogate.config import layers
from otiogate.documents.schemas import faults
from tests.builders import clip, decision, disclosure, timeline, waiver
from tests.cli.running import Ran, call

TODAY = datetime.now(timezone.utc)
YESTERDAY = (TODAY - timedelta(days=1)).isoformat(timespec="seconds")
UNTIL = f"{(TODAY + timedelta(days=300)).date()}Z"
ABOUT = disclosure(declared_at="2026-01-05T09:00:00Z")
APPROVAL = decision("approval", ABOUT, ["NFX-020"], granted_at="2026-01-10T09:00:00Z", expires_at=UNTIL)
WAIVER = waiver("NFX-010", granted_at=YESTERDAY, expires_at=UNTIL, reason="The studio sits in the cutting room.")
SAID = f"NFX-010 by WVR-001 (studio_legal) until {UNTIL}: The studio sits in the cutting room."


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A facility that trusts the key of S-LEGAL, a ledger with a waiver that nobody has signed yet, and a cut."""
    monkeypatch.chdir(tmp_path)
    [stanza] = yaml.safe_load(call(capsys, "key", "new", "S-LEGAL", "-o", "legal.pem").out)
    stanza |= {"kinds": ["waiver"], "roles": ["studio_legal"], "productions": ["MYSHOW"]}
    put(tmp_path / "trust.yaml", {"format": 1, "demands": {"waiver": {"signatures": 1}}, "keys": [stanza]})
    for each in (ABOUT, APPROVAL, WAIVER):
        put(tmp_path / "records" / f"{each['id']}.yaml", each)
    put(
        tmp_path / "facility.yaml",
        {"format": 1, "production": "MYSHOW", "records": ["records"], "trust": "trust.yaml"},
    )
    monkeypatch.delenv(layers.FACILITY_VARIABLE, raising=False)
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "facility.yaml")
    (tmp_path / "cut.otio").write_text(timeline(clip({"id": "DIS-001"})).to_json_string(), encoding="utf-8")
    return tmp_path


def put(path: Path, data: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(json.loads(json.dumps(data))), encoding="utf-8")


def signed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "record", "sign", "--key", "legal.pem", "WVR-001").code == 0


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    return call(capsys, "scan", "cut.otio", *arguments)


def test_a_waiver_counts_from_its_signature_on_and_is_said_in_every_format(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = scanned(capsys)
    assert before.code == 1
    assert "tried:   waiver WVR-001: is not signed, where a signature is demanded [TRUST-001]\n" in before.out
    signed(capsys)
    ran = scanned(capsys)
    assert ran.code == 0
    assert ran.out.startswith("ALLOWED  cut.otio  (final delivery; 1 clip; 1 with declared or found AI use; ")
    assert "; 1 waived)\n" in ran.out
    assert "1. NFX-010 [waived] The studio is told of every GenAI use  DIS-001\n" in ran.out
    assert f"waived:  {SAID.removeprefix('NFX-010 by ')} (signed by S-LEGAL)\n" in ran.out
    assert "To be obtained" not in ran.out
    assert "no uncleared AI use is declared or found, but for what is waived." in ran.out
    assert ran.err == "otiogate: cut.otio: allowed, 1 waived\n"
    for form in ("json", "jsonl"):
        told = json.loads(scanned(capsys, "--format", form).out)
        whole = told if form == "json" else {"format": told.pop("format"), "reports": [told]}
        [one] = whole["reports"]
        [found] = [each for each in one["findings"] if each["status"] == "waived"]
        assert (one["verdict"], one["counts"]["waived"], found["effect"]) == ("allow", 1, "none")
        assert found["waivers"] == [
            {"id": "WVR-001", "reason": WAIVER["reason"], "role": "studio_legal", "until": UNTIL}
        ]
        assert one["cues"][0]["waivers"] == [SAID]
        if form == "json":
            assert not faults("report", whole)


def test_the_cue_sheet_the_diff_and_explain_say_it_too(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signed(capsys)
    sheet = call(capsys, "cuesheet", "cut.otio")
    [row] = csv.DictReader(sheet.out.splitlines())
    assert (row["Waivers"], row["Status"], row["Approvals"]) == (SAID, "waived", "APR-001")
    assert sheet.err == "otiogate: 1 AI use, 0 of them not cleared, 1 waived\n"
    (house / "old.otio").write_text(timeline().to_json_string(), encoding="utf-8")
    compared = call(capsys, "diff", "old.otio", "cut.otio")
    assert f"    waived: {SAID}\n" in compared.out
    assert "1 AI use in the new cut, 0 of them not cleared, 1 waived.\n" in compared.out
    data = json.loads(call(capsys, "diff", "old.otio", "cut.otio", "--format", "json").out)
    assert data["new_uses"][0]["waived"] == [SAID]
    assert not faults("diff", data)
    explained = call(capsys, "explain", "cut.otio").out
    assert "[nothing is open, and something is waived]" in explained
    assert "rule        NFX-010 [waived]" in explained
    assert f"waived:  {SAID.removeprefix('NFX-010 by ')} (signed by S-LEGAL)" in explained


def test_an_export_that_passes_by_a_waiver_says_so_in_one_line(
    house: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cut = timeline(clip({"id": "DIS-001"}))
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(cut, "out.otio")
    signed(capsys)
    otio.adapters.write_to_file(cut, "out.otio")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("ALLOWED  out.otio")
    assert f"NFX-010 is waived by {SAID.removeprefix('NFX-010 by ')}" in record.getMessage()
    assert record.getMessage().isprintable()


def test_a_project_cannot_waive_for_itself(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signed(capsys)
    put(house / "facility.yaml", {"format": 1, "production": "MYSHOW", "records": ["records"]})
    ran = scanned(capsys)
    assert ran.code == 1
    said = "1 waiver is on record; waivers have no effect until they are signed and the facility has a trust file."
    assert said in ran.out
    put(house / "otiogate.yaml", {"format": 1, "trust": "trust.yaml"})
    ran = scanned(capsys)
    assert ran.code == 2
    assert "only the facility may set 'trust'" in ran.err


def test_ending_a_waiver_needs_no_signature(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signed(capsys)
    put(house / "records" / "WVR-001.yaml", WAIVER | {"revoked": {"at": YESTERDAY}})
    ran = scanned(capsys)
    assert ran.code == 1
    assert f"waiver WVR-001: was revoked at {YESTERDAY}" in ran.out


def test_a_report_says_what_a_waiver_that_waives_nothing_is(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "cut.otio").write_text(timeline().to_json_string(), encoding="utf-8")
    signed(capsys)
    ran = scanned(capsys)
    assert ran.code == 0
    assert "1. TRUST-002 [info] A waiver that waives nothing\n     waivers that waive nothing here\n" in ran.out
    assert "tried:   waiver WVR-001: nothing here needs a waiver of NFX-010\n" in ran.out


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "NFX-030"}, "waives NFX-030, which cannot be waived, and so does nothing"),
        ({"rule": "TRUST-001"}, "waives TRUST-001, which cannot be waived, and so does nothing"),
        ({"rule": "NFX-999"}, "waives NFX-999, which no rule pack has"),
        (
            {"approver": WAIVER["approver"] | {"role": "clearance"}},
            "is given by clearance, where studio_legal may waive NFX-010",
        ),
        ({"expires_at": "2099-01-01Z"}, "runs until 2099-01-01Z, longer than the five years that a waiver may"),
        ({"requested_by": "S-LEGAL"}, "is given by S-LEGAL, who requested it, and so answers nothing"),
    ],
)
def test_a_waiver_that_will_do_nothing_is_said_when_it_is_added_and_checked(
    house: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], says: str
) -> None:
    put(house / "form.yaml", WAIVER | {"id": "WVR-009"} | changes)
    ran = call(capsys, "record", "add", "form.yaml")
    assert ran.code == 0
    assert f"waiver WVR-009 {says}" in ran.out
    assert f"waiver WVR-009 {says}" in call(capsys, "record", "check").out


def test_the_form_of_a_waiver_names_a_disclosure_and_its_digest_is_filled_in(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(house / "form.yaml", WAIVER | {"id": "WVR-009", "covers": ["DIS-001"]})
    assert call(capsys, "record", "add", "form.yaml").code == 0
    [added] = [each for each in (house / "records").iterdir() if "WVR-009" in each.name]
    [entry] = yaml.safe_load(added.read_text(encoding="utf-8"))["covers"]
    assert set(entry) == {"disclosure", "digest"}
