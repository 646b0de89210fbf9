"""What a receipt has to stand for here, who says so, and what ``verify`` tells of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from otiogate.receipt import SUFFIX
from otiogate.scan.receipts import receipt_of
from tests import builders
from tests.cli.running import call
from tests.scan.houses import ABOUT, EARLIER, PROJECT, Houses, at, closed, exported, ledger, opened, refused
from tests.signing.keyring import person, put, trust_file

FACILITY = "format: 1\ntrust: trust.json\n"
WAIVED = {"granted_at": EARLIER, "expires_at": "2029-12-31Z", "reason": "The studio sits in the cutting room."}


def says(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def changed(sent: Path, houses: Houses, **predicate: Any) -> None:
    """Puts ``predicate`` over that of the receipt of ``sent``, which the exporting house signs anew."""
    whole = opened(sent)
    whole["predicate"].update(predicate)
    closed(sent, whole, houses.key)


@pytest.fixture
def waived(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of which the studio was not told, which a signed waiver let through; the receiving house has no
    records."""
    legal = person("S-LEGAL", "studio_legal", kinds=["waiver"])
    approval = builders.decision("approval", ABOUT, ["NFX-020"], granted_at=EARLIER, expires_at="2099-01-01Z")
    for house in (houses.exporter, houses.receiver):
        records = house / "show" / "records"
        put(records, ABOUT)
        put(records, approval)
        put(records, builders.waiver("NFX-010", **WAIVED), legal)
    trust_file(houses.exporter, legal, demands={})
    trust_file(houses.receiver, legal, houses.key, demands={})
    says(houses.exporter / "facility.yaml", "format: 1\nreceipt_key: key.pem\ntrust: trust.json\n")
    sent = exported(houses, monkeypatch)
    says(houses.receiver / "show" / "otiogate.yaml", "format: 1\nproduction: MYSHOW\n")
    return sent


def test_a_receipt_names_every_waiver_that_let_something_through(waived: Path) -> None:
    said = opened(waived)["predicate"]
    assert said["waivers"] == [{"id": "WVR-001", "rule": "NFX-010", "role": "studio_legal", "until": "2029-12-31Z"}]
    assert [each["waivers"] for each in said["aiUses"]] == [["WVR-001"]]
    assert {"id": "WVR-001", "kind": "waiver", "signatures": 1, "until": "2029-12-31Z"} in said["records"]["used"]


def test_verify_tells_waivers_and_their_reasons_where_these_are_on_record(
    waived: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "verify", waived)
    assert ran.code == 0
    assert (
        "waived: NFX-010 by WVR-001 (studio_legal) until 2029-12-31Z: its reason is not on record here\n"
    ) in ran.out
    says(houses.receiver / "show" / "otiogate.yaml", PROJECT)
    ran = call(capsys, "verify", waived, "--config", houses.receiver / "show" / "otiogate.yaml")
    assert ran.code == 0, ran
    assert "(studio_legal) until 2029-12-31Z: The studio sits in the cutting room.\n" in ran.out


def test_a_waiver_that_expired_since_is_seen_without_a_ledger(waived: Path) -> None:
    assert refused(waived) == ()
    [why] = refused(waived, datetime(2030, 6, 1, tzinfo=timezone.utc))
    assert why == "rests on the waiver WVR-001, which expired at 2029-12-31Z"


def test_a_waiver_that_was_revoked_since_is_seen_and_named(
    waived: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    legal = person("S-LEGAL", "studio_legal", kinds=["waiver"])
    trust_file(houses.receiver, legal, houses.key, demands={})
    revoked = builders.waiver("NFX-010", **WAIVED, revoked={"at": "2026-02-01T00:00:00Z"})
    put(houses.receiver / "show" / "records", revoked, legal)
    says(houses.receiver / "show" / "otiogate.yaml", PROJECT)
    ran = call(capsys, "verify", waived)
    assert ran.code == 1
    assert "WVR-001 was revoked at 2026-02-01T00:00:00Z" in ran.out


@pytest.mark.parametrize("demand", ["verify", "scan"])
def test_a_delivered_configuration_makes_no_receipt_for_temp_stand(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], demand: str
) -> None:
    ledger(houses.exporter, houses.receiver)
    for house in (houses.exporter, houses.receiver):
        says(house / "show" / "otiogate.yaml", PROJECT + "stage: temp\n")
    sent = exported(houses, monkeypatch)
    asked = ("verify", sent) if demand == "verify" else ("scan", sent, "--require-receipt")
    ran = call(capsys, *asked)
    assert (ran.code, "is for a temp delivery, not for a final one" in ran.out) == (
        1 if demand == "verify" else 3,
        True,
    )
    assert call(capsys, *asked, "--config", houses.receiver / "show" / "otiogate.yaml").code == 0
    says(houses.receiver / "facility.yaml", FACILITY + "stage: temp\n")
    assert call(capsys, *asked).code == 0


def test_a_delivered_configuration_is_not_asked_for_which_production_a_receipt_may_be(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.exporter, houses.receiver)
    sent = exported(houses, monkeypatch)
    says(houses.receiver / "facility.yaml", FACILITY + "production: TIDEWATER\n")
    ran = call(capsys, "verify", sent)
    assert (ran.code, "is for the production MYSHOW, not for TIDEWATER" in ran.out) == (1, True)


def test_a_delivered_configuration_takes_no_rule_pack_away(sent: Path, houses: Houses) -> None:
    whole = opened(sent)
    packs = [each for each in whole["predicate"]["policy"] if each["pack"] != "netflix"]
    changed(sent, houses, policy=packs)
    says(houses.receiver / "show" / "otiogate.yaml", PROJECT + "packs: [sag_aftra, cue_sheet]\n")
    assert "was given without the rule pack netflix, which holds here" in refused(sent)


def test_delivered_records_can_refuse_and_never_reassure(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "verify", sent)
    assert ran.code == 0
    assert "judged again with the records of today" not in ran.out
    assert "judged again, but only with records that a file found near names: allow (see --config)\n" in ran.out
    ledger(houses.receiver, revoked={"at": "2026-02-01T00:00:00Z"})
    assert call(capsys, "verify", sent).code == 1


def test_the_delivery_is_judged_again_as_its_receipt_states_it(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    (houses.receiver / "show" / "otiogate.yaml").unlink()
    says(houses.receiver / "facility.yaml", FACILITY + "records: [show/records]\n")
    ran = call(capsys, "verify", sent)
    assert (ran.code, "judged again with the records of today: allow" in ran.out) == (0, True), ran


def test_verify_says_which_configuration_decided_and_which_was_only_found(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    facility, project = houses.receiver / "facility.yaml", houses.receiver / "show" / "otiogate.yaml"
    ran = call(capsys, "verify", sent)
    assert f"decided here by {facility}; authority: facility\n" in ran.out
    assert f"found near, and so asked only for more: {project}\n" in ran.out
    ran = call(capsys, "verify", sent, "--config", project)
    assert f"decided here by {facility}, {project}; authority: facility\n" in ran.out
    assert "found near" not in ran.out
    [told] = json.loads(call(capsys, "verify", sent, "--format", "json").out)["files"]
    assert (told["config"], told["found"], told["authority"]) == ([str(facility)], [str(project)], "facility")


@pytest.mark.parametrize(
    ("there", "here", "why"),
    [
        ({"episode": "103"}, "episode: '999'", "is for the episode 103, not for 999"),
        ({"season": "1"}, "season: '2'", "is for the season 1, not for 2"),
        ({"cut": "v07"}, "cut: v08", "is for the cut v07, not for v08"),
        ({"deliverable_type": "episode"}, "deliverable: {type: trailer}", "is for the deliverable episode, not for"),
        ({"medium": "svod"}, "deliverable: {medium: theatrical}", "is for the medium svod, not for theatrical"),
        ({"territories": ["US", "CA"]}, "deliverable: {territories: [CN, US]}", "the territories US, CA, not for CN"),
        ({"languages": ["en"]}, "deliverable: {languages: [de, en-GB]}", "is for the languages en, not for de"),
        (
            {"release_date": "2027-03-01T00:00:00+00:00"},
            "release_date: 2031-01-01Z",
            "is for a release on 2027-03-01T00:00:00+00:00, not on 2031-01-01T00:00:00+00:00",
        ),
        ({"licence_end": "2030-01-01T00:00:00+00:00"}, "licence_end: 2035-01-01Z", "is for a licence until 2030-01-01"),
    ],
)
def test_a_receipt_for_another_delivery_is_refused(
    sent: Path, houses: Houses, there: dict[str, Any], here: str, why: str
) -> None:
    for where in ("facility.yaml", "show/otiogate.yaml"):
        says(houses.receiver / "facility.yaml", FACILITY)
        says(houses.receiver / "show" / "otiogate.yaml", "format: 1\nproduction: MYSHOW\n")
        changed(sent, houses, context={"production": "MYSHOW"} | there)
        assert refused(sent) == ()
        with (houses.receiver / where).open("a", encoding="utf-8") as file:
            file.write(here + "\n")
        assert [why in each for each in refused(sent)] == [True], refused(sent)


def test_a_record_that_ends_before_the_release_here_is_seen_without_a_ledger(sent: Path, houses: Houses) -> None:
    says(houses.receiver / "facility.yaml", FACILITY + "release_date: 2100-01-01Z\n")
    assert [each for each in refused(sent) if each.endswith("expires at 2099-01-01Z, before the release")]


def test_what_a_receipt_does_not_state_of_the_delivery_is_said(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    says(houses.receiver / "facility.yaml", FACILITY + "deliverable: {medium: theatrical, territories: [CN]}\n")
    says(houses.receiver / "show" / "otiogate.yaml", "format: 1\nproduction: MYSHOW\n")
    ran = call(capsys, "verify", sent)
    assert "since the receipt does not state it: medium, territories\n" in ran.out


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("binding: media", "was given for media by its names, and is to be for its content here (binding: media)"),
        ("declaration: required", "was given without a declaration for every clip, which is required here"),
        ("handles: 24", "was given with handles of 0 frames, and 24 are asked for here"),
        ("severity: {NFX-021: block}", "was given with NFX-021 as its pack has it, which is block here"),
    ],
)
@pytest.mark.parametrize("where", ["facility.yaml", "show/otiogate.yaml"])
def test_a_receipt_under_milder_settings_is_refused(
    sent: Path, houses: Houses, said: str, why: str, where: str
) -> None:
    with (houses.receiver / where).open("a", encoding="utf-8") as file:
        file.write(said + "\n")
    assert refused(sent) == (why,)


def test_a_receipt_under_the_same_or_stricter_settings_stands(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    with (houses.exporter / "facility.yaml").open("a", encoding="utf-8") as file:
        file.write("handles: 24\nseverity: {NFX-021: block}\n")
    sent = exported(houses, monkeypatch)
    assert opened(sent)["predicate"]["asked"] == {
        "declaration": "off",
        "handles": 24,
        "severity": {"NFX-021": "block"},
    }
    says(houses.receiver / "facility.yaml", FACILITY + "handles: 12\nseverity: {NFX-021: final, NFX-010: warn}\n")
    assert refused(sent) == ()


def test_a_receipt_on_unsigned_records_is_refused_where_signatures_are_demanded(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "authority there: facility; binding: reference; records: unsigned\n" in call(capsys, "verify", sent).out
    trust_file(houses.receiver, houses.key, demands={"approval": {"signatures": 1}, "disclosure": {"signatures": 2}})
    approval = builders.decision("approval", ABOUT, ["NFX-020"])["id"]
    assert refused(sent) == (
        f"rests on the approval {approval}, which had no signature that counted there, and needs 1 here",
        "rests on the disclosure DIS-001, which had no signature that counted there, and needs 2 here",
    )


def test_a_refusal_by_the_records_of_today_names_rule_and_record(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.receiver, revoked={"at": "2026-02-01T00:00:00Z"})
    approval = builders.decision("approval", ABOUT, ["NFX-020"])["id"]
    ran = call(capsys, "verify", sent)
    assert f"  NFX-020 for DIS-001: {approval} was revoked at 2026-02-01T00:00:00Z\n" in ran.out


@pytest.mark.parametrize("name", [".", "/", "..", "gone.otio", "a\0b"])
def test_what_is_no_file_is_said_to_be_none(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    at(monkeypatch, houses.receiver)
    ran = call(capsys, "verify", name)
    assert ran.code == 3
    assert ("there is no such file" if name.strip("./") else "is a folder") in ran.out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "cut.edl.receipt.json",
            "cut.edl.receipt.json: is a receipt itself, and gets none (name the file that it is for",
        ),
        ("cut.edl.genai.json", "cut.edl.genai.json: is a sidecar itself, and gets none (name the file that it is for"),
        ("ep101", "ep101: is a folder, and no file that was exported (name the files in it)"),
        ("cut.otiod", "cut.otiod.receipt.json: there is no receipt (ask who delivered the file for its receipt)"),
    ],
)
def test_of_what_gets_no_receipt_none_is_asked_for(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    show = at(monkeypatch, houses.receiver)
    if name.endswith(".json"):
        (show / name).write_text("{}", encoding="utf-8")
    else:
        (show / name).mkdir()
    ran = call(capsys, "verify", name)
    assert ran.code == 3
    assert says in ran.out


@pytest.mark.parametrize("beside", [True, False])
def test_the_result_never_takes_the_place_of_a_receipt(
    sent: Path, capsys: pytest.CaptureFixture[str], beside: bool
) -> None:
    receipt, arguments = receipt_of(sent), list[str]()
    if not beside:
        receipt = receipt.rename(sent.with_name("elsewhere" + SUFFIX))
        arguments = ["--receipt", str(receipt)]
    before = receipt.read_bytes()
    ran = call(capsys, "verify", sent, *arguments, "-o", receipt)
    assert (ran.code, "receipt" in ran.err) == (2, True)
    assert receipt.read_bytes() == before


def test_a_waiver_that_a_verified_receipt_names_stands_in_the_log_of_who_verifies(
    houses: Houses, waived: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facility = houses.receiver / "facility.yaml"
    facility.write_text(facility.read_text(encoding="utf-8") + "log: log.sqlite\n", encoding="utf-8")
    assert call(capsys, "verify", waived).code == 0
    assert "waived: NFX-010 by WVR-001" in call(capsys, "log", "show").out
