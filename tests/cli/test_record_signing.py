"""``otiogate record sign``, ``verify`` and ``index``, as a coordinator and a facility use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from otiogate.signing.keys import PublicKey
from tests.builders import decision, disclosure
from tests.cli.running import Ran, call

ABOUT = disclosure()
APPROVAL = decision("approval", ABOUT, ["NFX-020"], granted_at="2026-01-10T09:00:00Z")
PERSON = "S-APPROVER"


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A facility whose trust file knows two approvers and a desk that signs indexes, and a ledger of two records."""
    keys = []
    for owner, name in ((PERSON, "own"), ("S-TWO", "two"), ("DESK", "desk")):
        [stanza] = yaml.safe_load(call(capsys, "key", "new", owner, "-o", f"{name}.pem").out)
        kinds = ["index"] if owner == "DESK" else ["approval"]
        keys.append(stanza | {"kinds": kinds, "roles": ["studio_contact"], "productions": "any"})
    trust(tmp_path, keys, 1)
    (tmp_path / "records").mkdir()
    for each in (ABOUT, APPROVAL):
        (tmp_path / "records" / f"{each['id']}.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(each))))
    facility = "format: 1\nproduction: MYSHOW\nrecords: [records]\ntrust: trust.yaml\nstate: state.sqlite3\n"
    (tmp_path / "facility.yaml").write_text(facility, encoding="utf-8")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(tmp_path / "facility.yaml"))
    return tmp_path


def trust(folder: Path, keys: list[object], wanted: int, **more: object) -> None:
    said = {"format": 1, "demands": {"approval": {"signatures": wanted}}, "keys": keys} | more
    (folder / "trust.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(said))), encoding="utf-8")


def changed(folder: Path, wanted: int, **more: object) -> None:
    trust(folder, yaml.safe_load((folder / "trust.yaml").read_text(encoding="utf-8"))["keys"], wanted, **more)


def sign(capsys: pytest.CaptureFixture[str], key: str, *ids: str) -> Ran:
    return call(capsys, "record", "sign", "--key", key, *(ids or ("apr-001",)))


def test_a_record_is_signed_and_then_trusted(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = call(capsys, "record", "verify")
    assert before.code == 1
    assert before.out == (
        "APR-001  approval: NOT TRUSTED\n"
        "  NOT TRUSTED: is not signed, where a signature is demanded\n"
        "2 records: 0 signed, 1 not trusted\n"
    )
    assert "not trusted it is not signed" in call(capsys, "record", "list").out
    assert (
        "APR-001 is not signed, where a signature is demanded, and so answers nothing"
        in call(capsys, "record", "check").out
    )
    ran = sign(capsys, "own.pem")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        f"wrote {house}/records/APR-001.dsse.json: approval APR-001, 1 signature\n  signed by {PERSON}, "
    )
    after = call(capsys, "record", "verify")
    assert after.code == 0
    assert after.out.startswith("APR-001  approval: trusted\n  signed by S-APPROVER, ")
    assert after.out.endswith("2 records: 1 signed, 0 not trusted\n")
    assert call(capsys, "record", "check").out == "2 good records in 3 files: 0 faults, 0 warnings\n"
    assert (house / "state.sqlite3").exists()


def test_a_key_in_the_trust_file_that_is_none_is_told(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its signatures would never verify, and nobody would know why."""
    keys = yaml.safe_load((house / "trust.yaml").read_text(encoding="utf-8"))["keys"]
    made = PublicKey("ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    broken = {"keyid": made.keyid, "scheme": made.scheme, "public": made.public}
    trust(house, [*keys[:1], keys[1] | broken], 1)
    ran = call(capsys, "record", "verify")
    assert (ran.code, f"the key {made.keyid[:12]} of S-TWO is no public key" in ran.err) == (2, True)


def test_two_sign_one_after_the_other(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(house, 2)
    assert "NOT TRUSTED: has 1 of its signers counting, where 2 signatures are demanded" in sign(capsys, "own.pem").out
    ran = sign(capsys, "two.pem")
    assert "APR-001, 2 signatures" in ran.out
    assert "NOT TRUSTED" not in ran.out
    told = json.loads(call(capsys, "record", "verify", "--format", "json").out)["records"][0]
    assert (told["id"], told["trusted"]) == ("APR-001", True)
    assert [each["owner"] for each in told["signatures"]] == [PERSON, "S-TWO"]
    again = sign(capsys, "two.pem")
    assert "APR-001, 2 signatures" in again.out


def test_a_key_that_does_not_count_signs_and_is_told_so(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sign(capsys, "desk.pem")
    assert ran.code == 0
    assert "signed by DESK" in ran.out
    assert "may not sign records of the kind approval" in ran.out
    assert "NOT TRUSTED: has no signature that counts" in ran.out


def test_nothing_is_signed_where_one_of_several_cannot_be(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sign(capsys, "own.pem", "APR-001", "APR-404")
    assert (ran.code, "there is no record 'APR-404'" in ran.err) == (2, True)
    assert not list(house.glob("records/*.dsse.json"))


def test_what_was_revoked_after_it_was_signed_is_not_signed_again(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(capsys, "own.pem")
    copy = house / "records" / "APR-001.yaml"
    copy.write_text(copy.read_text() + "revoked: {at: 2026-02-01T00:00:00Z}\n", encoding="utf-8")
    ran = sign(capsys, "two.pem")
    assert (ran.code, "was revoked or suspended after it was signed" in ran.err) == (2, True)


def test_an_edit_after_the_signature_stops_the_ledger(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sign(capsys, "own.pem")
    copy = house / "records" / "APR-001.yaml"
    copy.write_text(copy.read_text().replace("2028-12-31Z", "2099-12-31Z"), encoding="utf-8")
    ran = call(capsys, "record", "verify")
    assert (ran.code, "the id APR-001 is given twice" in ran.err) == (3, True)


def test_without_a_trust_file_nobody_is_known(
    house: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTIOGATE_FACILITY")
    ran = call(capsys, "record", "verify", "--records", "records")
    assert (ran.code, "nobody's signature is known" in ran.err) == (2, True)
    ran = call(capsys, "record", "verify", "--records", "records", "--trust", "trust.yaml")
    assert (ran.code, "1 not trusted" in ran.out) == (1, True)


def test_an_index_is_made_again_and_again_and_misses_what_is_gone(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(house, 1, index={"max_age": "7d"})
    sign(capsys, "own.pem")
    ran = call(capsys, "record", "verify")
    assert (ran.code, "there is no index, which the trust file demands" in ran.err) == (3, True)
    ran = call(capsys, "record", "index", "--key", "desk.pem")
    assert (ran.code, "it is the first index of this folder" in ran.err) == (2, True)
    ran = call(capsys, "record", "index", "--key", "desk.pem", "--ledger", "myshow", "--production", "MYSHOW")
    assert (ran.code, ran.out) == (0, f"wrote {house}/records/index.dsse.json: 2 records, number 1 of myshow\n")
    assert call(capsys, "record", "verify").code == 0
    assert "number 2 of myshow" in call(capsys, "record", "index", "--key", "desk.pem").out
    assert call(capsys, "record", "verify").code == 0
    (house / "records" / "DIS-001.yaml").unlink()
    ran = call(capsys, "record", "verify")
    assert (ran.code, "names records that are gone: DIS-001" in ran.err) == (3, True)
    assert "warning" in call(capsys, "record", "check").out
    ran = call(capsys, "record", "index", "--key", "desk.pem")
    assert (ran.code, "since the last index: DIS-001 is gone (put it back; or say with --accept ID" in ran.err) == (
        2,
        True,
    )
    assert call(capsys, "record", "index", "--key", "desk.pem", "--accept", "dis-001").code == 0
    assert call(capsys, "record", "verify").code == 0


def test_an_index_is_not_made_over_one_that_cannot_be_trusted(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "record", "index", "--key", "own.pem", "--ledger", "myshow", "--production", "MYSHOW")
    assert "NOT TRUSTED" in ran.out
    ran = call(capsys, "record", "index", "--key", "desk.pem")
    assert (ran.code, "the last index cannot be trusted" in ran.err) == (2, True)
    (house / "records" / "index.dsse.json").unlink()
    again = "record", "index", "--key", "desk.pem", "--production", "MYSHOW", "--ledger"
    assert call(capsys, *again, "myshow").code == 0
    assert "the index of this folder says myshow" in call(capsys, *again, "other").err


def test_a_scan_stops_where_the_ledger_is_not_as_its_index_says(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(house, 1, index={})
    call(capsys, "record", "index", "--key", "desk.pem", "--ledger", "myshow", "--production", "MYSHOW")
    (house / "records" / "APR-001.yaml").unlink()
    (house / "cut.edl").write_text("TITLE: CUT\n\n001  A001 V C 01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00\n")
    ran = call(capsys, "scan", "cut.edl")
    assert (ran.code, "names records that are gone: APR-001" in ran.out) == (3, True)


def test_a_text_report_says_who_signed(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sign(capsys, "own.pem")
    event = "001  A001 V C 00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: vfx_010.mov\n"
    (house / "cut.edl").write_text(f"TITLE: CUT\n\n{event}* GENAI id=DIS-001\n", encoding="utf-8")
    ran = call(capsys, "scan", "--verbose", "cut.edl")
    assert "APR-001 (signed by S-APPROVER)" in ran.out
    assert "records: signed" in ran.out
    assert "APR-001 by S-APPROVER" in call(capsys, "cuesheet", "cut.edl").out
    assert "APR-001 (signed by S-APPROVER)" in call(capsys, "explain", "cut.edl").out


def test_a_file_that_somebody_was_sent_is_signed_where_it_lies(
    house: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (house / "mail").mkdir()
    (house / "records" / "APR-001.yaml").rename(house / "mail" / "approval.yaml")
    assert sign(capsys, "own.pem", "mail/approval.yaml").out.startswith(
        "wrote mail/APR-001.dsse.json: approval APR-001, 1 "
    )
    assert "APR-001, 2 signatures" in sign(capsys, "two.pem", "mail/APR-001.dsse.json").out
    (house / "mail" / "APR-001.dsse.json").rename(house / "records" / "APR-001.dsse.json")
    assert call(capsys, "record", "verify").code == 0


def test_keys_that_end_soon_are_told_with_the_records(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = yaml.safe_load((house / "trust.yaml").read_text(encoding="utf-8"))["keys"]
    trust(house, [keys[0] | {"until": "2027-01-20Z"}, keys[1]], 1)
    ran = call(capsys, "record", "expiring", "--within", "14d", "--as-of", "2027-01-15T00:00:00Z")
    assert ran.out.startswith(f"2027-01-21T00:00:00+00:00  key {keys[0]['keyid'][:12]} of S-APPROVER\n")
