"""Two facilities with configurations and keys of their own: one exports, the other verifies, and refuses whatever was
changed on the way."""

from __future__ import annotations

import base64
import copy
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate import hooks
from otiogate.documents.chain import read
from otiogate.errors import CannotJudge
from otiogate.evidence.digests import Target, stamp
from otiogate.scan.decision_log import decisions
from otiogate.scan.receipts import content_digest, receipt_of, verified
from otiogate.scan.sidecar import sidecar_of
from otiogate.signing.envelope import Envelope, read_envelope
from otiogate.signing.keys import sign
from otiogate.signing.memory import Memory
from tests import builders
from tests.cli.running import call
from tests.scan.houses import (
    ABOUT,
    DIGEST,
    PROJECT,
    Houses,
    at,
    closed,
    cut,
    exported,
    ledger,
    opened,
    refused,
    settings,
)
from tests.signing.keyring import Person, person, trust_file


def test_what_one_house_exports_the_other_verifies(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "verify", sent, "--config", "otiogate.yaml")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"VERIFIED  {sent}")
    assert "signed by EXPORTING-HOUSE" in ran.out
    assert "judged again with the records of today: allow" in ran.out


def test_the_receipt_says_what_was_let_out_by_which_rules_on_which_records(sent: Path) -> None:
    said = opened(sent)["predicate"]
    [use] = said["aiUses"]
    assert (use["disclosure"], use["digest"]) == ("DIS-001", builders.digest_of(ABOUT))
    assert {each["id"] for each in said["records"]["used"]} == set(use["records"]) != set()
    assert (said["stage"], said["authority"], said["context"]["episode"]) == ("final", "facility", "101")
    assert {each["pack"] for each in said["policy"]} >= {"core", "netflix"}
    assert said["log"]["entry"] == 1


def test_the_receipt_states_the_digests_of_media_that_were_verified(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger(houses.exporter)
    assert [each["verified"] for each in opened(exported(houses, monkeypatch))["predicate"]["aiUses"]] == [[]]
    facility = houses.exporter / "facility.yaml"
    facility.write_text(facility.read_text(encoding="utf-8") + "media: [.]\nstate: state.sqlite\n", encoding="utf-8")
    for file in houses.exporter.glob("*.mov"):
        memory = Memory(houses.exporter / "state.sqlite")
        memory.read_media(str(file), stamp(Target(file)).mark, DIGEST)
    said = opened(exported(houses, monkeypatch))["predicate"]
    assert said["binding"] == "reference"
    assert [each["verified"] for each in said["aiUses"]] == [[DIGEST]]


@pytest.mark.parametrize("name", ["cut.otio", "cut.otioz", "cut.edl"])
def test_each_byte_of_an_export_that_is_flipped_is_seen(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ledger(houses.exporter, houses.receiver)
    path = exported(houses, monkeypatch, name)
    data = path.read_bytes()
    found = settings(path)
    now = datetime.now(timezone.utc)
    assert verified(path, found, now).refused == ()
    for place in range(0, len(data), 1 if name.endswith("edl") else max(1, len(data) // 200)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :])
        try:
            assert verified(path, found, now).refused != (), f"byte {place}"
        except CannotJudge:
            continue
    path.write_bytes(data)
    assert verified(path, found, now).refused == ()


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from fields(item, (*path, key))


def changed(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1") if value else "x"
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    return [] if isinstance(value, list) and value else {} if value else ["x"]


def test_each_field_of_a_receipt_that_is_changed_or_left_out_is_seen(sent: Path) -> None:
    whole = opened(sent)
    kept = receipt_of(sent).read_bytes()
    places = list(fields(whole))
    assert len(places) > 60
    for place in places:
        for leave_out in (False, True):
            data = copy.deepcopy(whole)
            holder = data
            for key in place[:-1]:
                holder = holder[key]
            if leave_out:
                del holder[place[-1]]
            else:
                holder[place[-1]] = changed(holder[place[-1]])
            receipt_of(sent).write_bytes(kept)
            closed(sent, data)
            try:
                assert refused(sent) != (), place
            except CannotJudge:
                continue


def test_each_byte_of_a_receipt_that_is_flipped_is_seen(sent: Path) -> None:
    data = receipt_of(sent).read_bytes()
    found = settings(sent)
    for place in range(0, len(data), 7):
        receipt_of(sent).write_bytes(data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :])
        try:
            assert verified(sent, found, datetime.now(timezone.utc)).refused != (), f"byte {place}"
        except CannotJudge:
            continue


def test_a_receipt_that_somebody_else_signed_anew_is_refused(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed(sent, opened(sent), person("EXPORTING-HOUSE"))
    ran = call(capsys, "verify", sent)
    assert ran.code == 1
    assert "which is not in the trust file" in ran.out


def test_a_signature_beside_a_broken_one_does_not_mend_it(sent: Path, houses: Houses) -> None:
    before = read_envelope(receipt_of(sent).read_bytes())
    other = person("OTHER-HOUSE", kinds=["receipt"])
    trust_file(houses.receiver, houses.key, other, demands={})
    data = opened(sent)
    data["predicate"]["uses"] += 1
    forged = sign(Envelope(json.dumps(data).encode(), before.seals), other.signer)
    receipt_of(sent).write_text(forged.text(), encoding="utf-8")
    assert any("was changed after EXPORTING-HOUSE signed it" in each for each in refused(sent))


def test_a_receipt_of_another_file_is_refused(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    one = exported(houses, monkeypatch, "one.otio")
    other = exported(houses, monkeypatch, "other.edl")
    shutil.copy(receipt_of(one), receipt_of(other))
    assert any("is for other bytes than these" in each for each in refused(other))


def test_a_file_may_be_renamed_with_its_receipt(sent: Path) -> None:
    moved = sent.with_name("conformed.otio")
    sent.rename(moved)
    receipt_of(sent).rename(receipt_of(moved))
    assert refused(moved) == ()


def test_a_sidecar_that_was_left_behind_is_seen(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    sent = exported(houses, monkeypatch, "cut.xges")
    assert refused(sent) != ()
    shutil.copy(sidecar_of(houses.exporter / "show" / "cut.xges"), sidecar_of(sent))
    assert refused(sent) == ()
    sidecar_of(sent).unlink()
    assert refused(sent) == ("is for a sidecar that is gone",)


def test_a_file_that_was_saved_again_is_refused_and_said_to_be_the_same_cut(sent: Path) -> None:
    timeline = otio.adapters.otio_json.read_from_file(str(sent))
    timeline.metadata["seen"] = "in conform"
    sent.write_text(timeline.to_json_string(), encoding="utf-8")
    assert any("the cut is the same" in each for each in refused(sent))


@pytest.mark.parametrize("change", ["trim", "move", "disable", "effect", "relink", "retime", "reel"])
def test_a_cut_that_was_edited_is_said_to_be_another(sent: Path, change: str) -> None:
    timeline = otio.adapters.otio_json.read_from_file(str(sent))
    track = timeline.tracks[0]
    first = track[0]
    if change == "trim":
        first.source_range = builders.time_range(1, 5)
    elif change == "move":
        track.append(track[0].clone())
        del track[0]
    elif change == "disable":
        first.enabled = False
    elif change == "effect":
        first.effects.append(otio.schema.Effect(effect_name="Blur"))
    elif change == "relink":
        first.media_reference.target_url = "z.mov"
    elif change == "retime":
        first.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    else:
        first.metadata["cmx_3600"] = {"reel": "OTHER"}
    sent.write_text(timeline.to_json_string(), encoding="utf-8")
    assert any("and for another cut" in each for each in refused(sent))


def test_a_receipt_for_another_production_is_refused(sent: Path, houses: Houses) -> None:
    config = houses.receiver / "show" / "otiogate.yaml"
    config.write_text(PROJECT.replace("MYSHOW", "OTHERSHOW"), encoding="utf-8")
    assert any("is for the production MYSHOW, not for OTHERSHOW" in each for each in refused(sent))


def test_a_key_that_is_not_for_the_production_signs_no_receipt_of_it(sent: Path, houses: Houses) -> None:
    key = Person(houses.key.owner, houses.key.may | {"productions": ["OTHERSHOW"]}, houses.key.signer)
    trust_file(houses.receiver, key, demands={})
    assert any("may not sign for MYSHOW" in each for each in refused(sent))


def test_a_receipt_without_a_production_is_said_to_name_none(sent: Path, houses: Houses) -> None:
    whole = opened(sent)
    whole["predicate"]["context"] = {}
    closed(sent, whole, houses.key)
    key = Person(houses.key.owner, houses.key.may | {"productions": ["MYSHOW"]}, houses.key.signer)
    trust_file(houses.receiver, key, demands={})
    assert any(each.endswith("which may not sign for what names no production") for each in refused(sent))


def test_a_key_for_records_signs_no_receipt(sent: Path, houses: Houses) -> None:
    trust_file(
        houses.receiver,
        Person(houses.key.owner, houses.key.may | {"kinds": ["approval"]}, houses.key.signer),
        demands={},
    )
    assert any("may not sign records of the kind receipt" in each for each in refused(sent))


@pytest.mark.parametrize("reason", ["retired", "compromised"])
def test_a_receipt_of_a_revoked_key_is_refused(sent: Path, houses: Houses, reason: str) -> None:
    may = houses.key.may | {"revoked": {"at": "2026-01-01T00:00:00Z", "reason": reason}}
    trust_file(houses.receiver, Person(houses.key.owner, may, houses.key.signer), demands={})
    assert refused(sent) != ()


def test_a_receipt_under_older_rules_is_refused(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.exporter, houses.receiver)
    sent = exported(houses, monkeypatch)
    said = opened(sent)
    for each in said["predicate"]["policy"]:
        if each["pack"] == "netflix":
            each.update(version="0.9.0", digest="sha256:" + "0" * 64)
    closed(sent, said, houses.key)
    ran = call(capsys, "verify", sent)
    assert ran.code == 1
    assert "another version of the rule pack netflix (0.9.0)" in ran.out


def test_a_receipt_without_a_pack_that_holds_here_is_refused(sent: Path, houses: Houses) -> None:
    facility = houses.receiver / "facility.yaml"
    facility.write_text("format: 1\ntrust: trust.json\npacks: [netflix, guilds]\n", encoding="utf-8")
    assert any("without the rule pack guilds" in each for each in refused(sent))


def test_a_receipt_for_temp_never_stands_for_a_final_delivery(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    (houses.exporter / "show" / "otiogate.yaml").write_text(PROJECT + "stage: temp\n", encoding="utf-8")
    sent = exported(houses, monkeypatch)
    assert opened(sent)["predicate"]["stage"] == "temp"
    assert refused(sent) == ("is for a temp delivery, not for a final one",)


def test_a_receipt_from_the_future_is_refused(sent: Path) -> None:
    assert any("still to come" in each for each in refused(sent, datetime.now(timezone.utc) - timedelta(days=1)))


def test_an_approval_that_expired_since_is_seen_without_a_ledger(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger(houses.exporter)
    sent = exported(houses, monkeypatch)
    shutil.rmtree(houses.receiver / "show" / "records")
    (houses.receiver / "show" / "otiogate.yaml").write_text("format: 1\nproduction: MYSHOW\n", encoding="utf-8")
    assert refused(sent) == ()
    assert any(
        "which expired at 2099-01-01Z" in each for each in refused(sent, datetime(2099, 2, 1, tzinfo=timezone.utc))
    )


def test_an_approval_that_was_revoked_since_is_seen(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.receiver, revoked={"at": "2026-02-01T00:00:00Z"})
    ran = call(capsys, "verify", sent)
    assert ran.code == 1
    assert "judged again with the records of today: BLOCKED" in ran.out


def test_without_a_trust_file_nothing_is_verified(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    (houses.receiver / "facility.yaml").write_text("format: 1\n", encoding="utf-8")
    ran = call(capsys, "verify", sent)
    assert ran.code == 3
    assert "no trust file is configured" in ran.out


def test_a_receipt_from_which_the_signature_was_taken_is_refused(
    sent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    envelope = read_envelope(receipt_of(sent).read_bytes())
    receipt_of(sent).write_text(Envelope(envelope.payload, ()).text(), encoding="utf-8")
    ran = call(capsys, "verify", sent)
    assert ran.code == 1
    assert "its receipt is not signed" in ran.out


def test_a_file_without_a_receipt_is_not_verified(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    receipt_of(sent).unlink()
    assert call(capsys, "verify", sent).code == 3


def test_one_bad_file_of_a_batch_costs_the_others_nothing(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.exporter, houses.receiver)
    paths = [exported(houses, monkeypatch, f"{name}.otio") for name in ("a", "b", "c")]
    paths[1].write_text("{", encoding="utf-8")
    ran = call(capsys, "verify", *paths, "--format", "json")
    assert ran.code == 1
    assert [each["outcome"] for each in json.loads(ran.out)["files"]] == ["verified", "refused", "verified"]


def test_a_scan_can_demand_receipts(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(houses.exporter, houses.receiver)
    good, bad = (exported(houses, monkeypatch, name) for name in ("good.otio", "bad.otio"))
    receipt_of(bad).unlink()
    ran = call(capsys, "scan", good, bad, "--require-receipt", "--format", "json")
    assert ran.code == 3
    assert [each["verdict"] for each in json.loads(ran.out)["reports"]] == ["allow", "cannot_judge"]
    assert "a receipt is demanded: there is no receipt" in ran.out


def test_a_watch_holds_back_what_comes_without_a_receipt(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt_of(sent).unlink()
    allowed, held = (houses.receiver / "show" / each for each in ("allowed", "held"))
    call(
        capsys,
        "watch",
        sent.parent,
        "--once",
        "--settle",
        "0",
        "--require-receipt",
        "--allowed",
        allowed,
        "--blocked",
        held,
    )
    assert not (allowed / sent.name).exists()
    assert (held / sent.name).exists()


def test_an_older_receipt_that_cannot_be_taken_away_is_said(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    path = at(monkeypatch, houses.exporter) / "cut.otio"
    ledger(houses.exporter)
    receipt_of(path).mkdir()
    with pytest.raises(otio.exceptions.OTIOError, match="has no receipt of its own"):
        otio.adapters.write_to_file(cut(), str(path))


def test_a_timeline_that_is_watched_moves_with_its_receipt(
    sent: Path, houses: Houses, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed = houses.receiver / "show" / "allowed"
    assert (
        call(capsys, "watch", sent.parent, "--once", "--settle", "0", "--require-receipt", "--allowed", allowed).code
        == 0
    )
    assert call(capsys, "verify", allowed / sent.name).code == 0
    assert not receipt_of(sent).exists()


def test_reading_through_the_gated_adapter_can_demand_a_receipt(sent: Path, houses: Houses) -> None:
    facility = houses.receiver / "facility.yaml"
    facility.write_text("format: 1\ntrust: trust.json\nincoming: receipt\n", encoding="utf-8")
    assert otio.adapters.read_from_file(str(sent), "otiogate_gated").name == "cut"
    receipt_of(sent).unlink()
    with pytest.raises(otio.exceptions.OTIOError, match="a receipt is demanded"):
        otio.adapters.read_from_file(str(sent), "otiogate_gated")


def test_the_gated_adapter_writes_a_receipt_too(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    assert refused(exported(houses, monkeypatch, adapter_name="otiogate_gated")) == ()


def test_an_export_that_is_let_through_by_configuration_has_no_receipt(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = at(monkeypatch, houses.exporter)
    (show / "otiogate.yaml").write_text(PROJECT + "on_export: report\n", encoding="utf-8")
    receipt_of(show / "cut.otio").write_text("of an older export", encoding="utf-8")
    otio.adapters.write_to_file(cut(), str(show / "cut.otio"))
    assert (show / "cut.otio").exists()
    assert not receipt_of(show / "cut.otio").exists()


def test_a_receipt_is_of_what_stands_there_and_not_of_what_was_to_be_written(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = at(monkeypatch, houses.exporter) / "cut.otio"
    told = {"_filepath": str(path)}
    hooks.export_hook(builders.timeline(builders.clip()), told)
    builders.timeline(builders.clip(genai="GENAI gen.shot")).to_json_file(str(path))
    with pytest.raises(otio.exceptions.OTIOError, match="what was written is not what was allowed"):
        hooks.receipt_hook(None, told)
    assert not receipt_of(path).exists()


def test_a_project_cannot_name_the_key(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    show = at(monkeypatch, houses.exporter)
    (show / "otiogate.yaml").write_text(PROJECT + "receipt_key: mine.pem\n", encoding="utf-8")
    with pytest.raises(otio.exceptions.OTIOError, match="only the facility may set 'receipt_key'"):
        otio.adapters.write_to_file(cut(), str(show / "cut.otio"))


def test_without_a_key_a_receipt_that_is_asked_for_is_unsigned(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter, houses.receiver)
    (houses.exporter / "facility.yaml").write_text("format: 1\nreceipts: written\n", encoding="utf-8")
    sent = exported(houses, monkeypatch)
    assert json.loads(receipt_of(sent).read_text(encoding="utf-8"))["signatures"] == []
    assert refused(sent) == ("is not signed",)


def test_a_key_that_cannot_sign_is_said_and_leaves_no_receipt(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(houses.exporter)
    (houses.exporter / "key.pem").write_text("no key", encoding="utf-8")
    show = at(monkeypatch, houses.exporter)
    with pytest.raises(otio.exceptions.OTIOError, match="holds no private key"):
        otio.adapters.write_to_file(cut(), str(show / "cut.otio"))
    assert not receipt_of(show / "cut.otio").exists()


def test_a_payload_of_another_type_is_no_receipt(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(receipt_of(sent).read_text(encoding="utf-8"))
    payload = json.loads(base64.b64decode(data["payload"]))
    payload["predicateType"] = "https://otiogate.dev/record/v1"
    data["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    receipt_of(sent).write_text(json.dumps(data), encoding="utf-8")
    assert call(capsys, "verify", sent).code == 3


def test_each_verification_stands_in_the_log_of_the_house_that_verifies(
    houses: Houses, sent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facility = houses.receiver / "facility.yaml"
    facility.write_text(facility.read_text(encoding="utf-8") + "log: log.sqlite\n", encoding="utf-8")
    assert call(capsys, "verify", sent.name).code == 0
    digest = content_digest(sent)
    sent.write_text(sent.read_text(encoding="utf-8").replace("a.mov", "b.mov"), encoding="utf-8")
    assert call(capsys, "verify", sent).code == 1
    receipt_of(sent).unlink()
    assert call(capsys, "verify", sent).code == 3
    kept = [each.data for each in decisions(read(houses.receiver / "log.sqlite"))]
    assert [(each["doing"], each["verdict"]) for each in kept] == [
        ("verify", "allow"),
        ("verify", "block"),
        ("verify", "cannot_judge"),
    ]
    assert {each["target"] for each in kept} == {str(sent)}
    assert (kept[0]["input"], kept[0]["production"], kept[0]["signers"]) == (digest, "MYSHOW", ["EXPORTING-HOUSE"])
    assert (kept[1]["input"] != digest, kept[1]["production"]) == (True, ""), "what is refused may say anything"
    assert call(capsys, "log", "show").code == 0


def test_a_verification_that_cannot_be_noted_is_none(
    houses: Houses, sent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facility = houses.receiver / "facility.yaml"
    facility.write_text(facility.read_text(encoding="utf-8") + "log: none/log.sqlite\n", encoding="utf-8")
    ran = call(capsys, "verify", sent)
    assert (ran.code, ran.out, "the log cannot be used" in ran.err) == (3, "", True)


def test_a_receipt_shows_that_the_end_of_its_log_was_cut_off(
    houses: Houses, sent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = houses.exporter / "log.sqlite"
    ran = call(capsys, "log", "verify", log, "--at", receipt_of(sent))
    assert (ran.code, ran.err) == (0, "")
    with closing(sqlite3.connect(log)) as base:
        base.execute("DROP TRIGGER entries_last")
        base.execute("DELETE FROM entries")
        base.commit()
    ran = call(capsys, "log", "verify", log, "--at", receipt_of(sent))
    assert (ran.code, "its end was cut off" in ran.out) == (1, True)


def test_a_receipt_without_an_entry_of_a_log_is_no_checkpoint(
    houses: Houses, sent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statement = opened(sent)
    del statement["predicate"]["log"]
    closed(sent, statement, houses.key)
    ran = call(capsys, "log", "verify", houses.exporter / "log.sqlite", "--at", receipt_of(sent))
    assert (ran.code, "this receipt names no entry of a log" in ran.err) == (2, True)
    ran = call(capsys, "log", "verify", houses.exporter / "log.sqlite", "--at", sent)
    assert (ran.code, "is no receipt" in ran.err) == (3, True)


def test_explain_cannot_judge_what_lacks_a_demanded_receipt(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "explain", sent, "--require-receipt").code == 0
    receipt_of(sent).unlink()
    ran = call(capsys, "explain", sent, "--require-receipt")
    assert (ran.code, "a receipt is demanded: there is no receipt" in ran.err) == (3, True)
    assert "AI use  DIS-001" in ran.out, "what is known of the clips is told all the same"


def _round(inbox: Path, places: Path) -> tuple[str | Path, ...]:
    """One round over ``inbox`` that demands receipts, and moves what is judged."""
    moving = ("--allowed", places / "ok", "--blocked", places / "bad")
    return ("watch", inbox, "--once", "--settle", "0", "--require-receipt", *moving)


def test_a_watch_that_demands_receipts_takes_one_that_comes_late_and_says_everything_once(
    houses: Houses, sent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = houses.receiver / "show" / "in"
    inbox.mkdir()
    sent.rename(inbox / sent.name)
    watch = _round(inbox, tmp_path)
    assert "a receipt is demanded: there is no receipt" in call(capsys, *watch).err
    assert call(capsys, *watch).err == ""
    receipt_of(sent).rename(receipt_of(inbox / sent.name))
    assert "cut.otio: allowed" in call(capsys, *watch).err
    assert sorted(each.name for each in (tmp_path / "ok").iterdir()) == [
        "cut.otio",
        "cut.otio.otiogate.json",
        "cut.otio.receipt.json",
    ]
    assert [*inbox.iterdir(), *(tmp_path / "bad").iterdir()] == []
    assert call(capsys, *watch).err == ""


def test_a_watch_takes_a_receipt_that_is_put_in_the_place_of_one_that_was_refused(
    houses: Houses, sent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = houses.receiver / "show" / "in"
    inbox.mkdir()
    kept = receipt_of(sent).read_bytes()
    statement = opened(sent)
    statement["predicate"]["context"]["production"] = "OTHER"
    closed(sent, statement, houses.key)
    for each in (sent, receipt_of(sent)):
        each.rename(inbox / each.name)
    watch = _round(inbox, tmp_path)
    assert "is for the production OTHER" in call(capsys, *watch).err
    receipt_of(inbox / sent.name).write_bytes(kept)
    assert "allowed" in call(capsys, *watch).err
    assert (tmp_path / "ok" / "cut.otio").exists()
