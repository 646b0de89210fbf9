"""The index of a ledger: what it names and is gone, changed, rolled back or of another ledger leaves no verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from otiogate.errors import StoreError
from otiogate.records.index import INDEX, INDEX_TYPE
from otiogate.records.ledger import held as remembered
from otiogate.records.ledger import with_index
from otiogate.records.model import RecordSet
from otiogate.records.signing import new_index, unexplained
from otiogate.records.store import FolderStore
from otiogate.records.trust import Trust
from otiogate.signing.envelope import Envelope
from otiogate.signing.keys import sign
from otiogate.signing.statement import Statement, Subject
from tests.builders import NOW, decision, disclosure
from tests.signing.keyring import Person, held, person, put, trust

ABOUT = disclosure()
YES = decision("approval", ABOUT, ["NFX-020"])
NO = decision("approval", ABOUT, ["NFX-020"], "APR-002", decision="rejected", granted_at="2027-01-02T00:00:00Z")
DESK = person("LEDGER-DESK", kinds=["index"])
WHO = person(kinds=["approval"])


@pytest.fixture
def known(tmp_path: Path) -> Trust:
    return trust(tmp_path, DESK, WHO, index={"max_age": "7d"}, demands={"approval": {"signatures": 1}})


@pytest.fixture
def ledger(tmp_path: Path, known: Trust) -> Path:
    folder = tmp_path / "ledger"
    put(folder, ABOUT)
    put(folder, YES, WHO)
    put(folder, NO)
    indexed(folder, known)
    return folder


def indexed(
    folder: Path, known: Trust, serial: int = 1, at: datetime = NOW - timedelta(days=1), by: Person = DESK, **said: Any
) -> None:
    """Writes the index of ``folder``, as it stands."""
    found = held(folder, known)
    before = found.indexes[0] if found.indexes else None
    names = {"ledger": "myshow", "production": "MYSHOW"} | said
    made = new_index(found, before, names["ledger"], names["production"], serial, at)
    (folder / INDEX).write_text(sign(made, by.signer).text(), encoding="utf-8")


def asked(folder: Path, known: Trust, state: Path | None = None, now: datetime | None = NOW) -> RecordSet:
    found = remembered(FolderStore((folder,)).fetch(), known, state)
    return with_index(found, known, state, "MYSHOW", now)


def refusal(folder: Path, known: Trust, state: Path | None = None, now: datetime = NOW) -> str:
    with pytest.raises(StoreError) as caught:
        asked(folder, known, state, now)
    return str(caught.value)


def test_a_ledger_that_is_as_its_index_says_is_used(ledger: Path, known: Trust) -> None:
    assert asked(ledger, known).notes == ()


def test_a_rejection_that_somebody_deleted_is_missed(ledger: Path, known: Trust) -> None:
    (ledger / "APR-002.json").unlink()
    assert "names records that are gone: APR-002" in refusal(ledger, known)


def test_a_record_that_was_changed_is_missed(ledger: Path, known: Trust) -> None:
    put(ledger, NO | {"decision": "approved"})
    assert "names records that were changed since: APR-002" in refusal(ledger, known)


def test_a_revocation_that_was_taken_out_is_missed(ledger: Path, known: Trust) -> None:
    put(ledger, YES | {"revoked": {"at": "2027-01-03T00:00:00Z"}})
    indexed(ledger, known, 2)
    asked(ledger, known)
    (ledger / "APR-001.json").unlink()
    assert "names records that were changed since: APR-001" in refusal(ledger, known)


def test_a_revocation_counts_before_there_is_a_new_index(ledger: Path, known: Trust) -> None:
    put(ledger, YES | {"revoked": {"at": "2027-01-03T00:00:00Z"}})
    assert "revoked" in asked(ledger, known).records["APR-001"].data


def test_a_new_record_is_a_note(ledger: Path, known: Trust) -> None:
    put(ledger, YES | {"id": "APR-003"})
    assert asked(ledger, known).notes == ("No index names APR-003 yet.",)


def test_a_new_disclosure_that_no_index_names_takes_the_place_of_none_that_one_does(
    ledger: Path, known: Trust, tmp_path: Path
) -> None:
    """Whoever can write the folder and holds no key must not make noise reduction of a replica."""
    put(ledger, disclosure("DIS-900", use_kind=["enhance.denoise"], supersedes=["DIS-001"]))
    found = asked(ledger, known)
    assert sorted(found.disclosures) == ["DIS-001", "DIS-900"]
    assert any(each.startswith("DIS-900 does not take the place of DIS-001") for each in found.notes)
    indexed(ledger, known, 2, NOW)
    assert sorted(asked(ledger, known).disclosures) == ["DIS-900"]


def test_where_one_is_demanded_its_absence_leaves_no_verdict(ledger: Path, known: Trust) -> None:
    (ledger / INDEX).unlink()
    assert "there is no index, which the trust file demands" in refusal(ledger, known)
    assert with_index(held(ledger, replace(known, wants_index=False)), replace(known, wants_index=False), None, "", NOW)


def test_an_index_by_a_key_that_may_not_sign_it_is_refused(ledger: Path, known: Trust) -> None:
    indexed(ledger, known, 2, by=WHO)
    assert "may not sign records of the kind index" in refusal(ledger, known)
    indexed(ledger, known, 3, by=person("LEDGER-DESK"))
    assert "is not in the trust file" in refusal(ledger, known)


def test_an_index_of_another_production_is_refused(ledger: Path, known: Trust) -> None:
    indexed(ledger, known, 2, production="OTHERSHOW")
    assert "is the index of OTHERSHOW, not of MYSHOW" in refusal(ledger, known)
    indexed(ledger, known, 3, production="any")
    asked(ledger, known)


def test_an_index_of_another_ledger_is_refused(ledger: Path, known: Trust, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    asked(ledger, known, state)
    indexed(ledger, known, 2, ledger="another")
    assert "is the index of another; the ledger that stood here was myshow" in refusal(ledger, known, state)


def test_an_index_that_was_rolled_back_is_refused(ledger: Path, known: Trust, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    old = (ledger / INDEX).read_bytes()
    put(ledger, YES | {"id": "APR-003", "decision": "rejected"})
    indexed(ledger, known, 2, NOW - timedelta(hours=1))
    asked(ledger, known, state)
    (ledger / "APR-003.json").unlink()
    (ledger / INDEX).write_bytes(old)
    assert "is number 1 of 2027-01-14T12:00:00Z, but number 2 of 2027-01-15T11:00:00Z was seen" in refusal(
        ledger, known, state
    )


def test_two_indexes_of_one_number_are_one_too_many(ledger: Path, known: Trust, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    asked(ledger, known, state)
    indexed(ledger, known, 1, NOW - timedelta(hours=2))
    assert "but number 1 of 2027-01-14T12:00:00Z was seen" in refusal(ledger, known, state)


def test_an_index_that_is_too_old_or_still_to_come_is_refused(ledger: Path, known: Trust) -> None:
    assert "longer ago than the trust file allows" in refusal(ledger, known, now=NOW + timedelta(days=7))
    turned_back = refusal(ledger, known, now=NOW - timedelta(days=2))
    assert "which is still to come: a clock is wrong" in turned_back
    asked(ledger, known, now=None)


def test_what_a_compromised_key_signed_counts_where_an_index_from_before_names_it(ledger: Path, tmp_path: Path) -> None:
    late = {"revoked": {"at": "2027-01-14T18:00:00Z", "reason": "compromised"}}
    people = DESK, Person(WHO.owner, WHO.may | late, WHO.signer)
    after = trust(tmp_path, *people, index={})
    assert held(ledger, after).records["APR-001"].distrust == ""
    put(ledger, YES | {"id": "APR-003"}, WHO)
    indexed(ledger, after, 2, NOW)
    found = held(ledger, after).records
    assert found["APR-001"].distrust == ""
    assert "is compromised since" in found["APR-003"].distrust


def test_an_index_speaks_for_a_signature_only_since_it_was_there(ledger: Path, tmp_path: Path, known: Trust) -> None:
    """Else a thief would sign what the index named unsigned."""
    put(ledger, YES | {"id": "APR-003"})
    indexed(ledger, known, 2, NOW - timedelta(hours=20))
    (ledger / "APR-003.json").unlink()
    put(ledger, YES | {"id": "APR-003"}, WHO)
    late = {"revoked": {"at": "2027-01-15T00:00:00Z", "reason": "compromised"}}
    after = trust(tmp_path, DESK, Person(WHO.owner, WHO.may | late, WHO.signer), index={})
    assert "is compromised since" in held(ledger, after).records["APR-003"].distrust


def test_a_record_with_another_body_is_not_the_one_that_the_index_named(ledger: Path, tmp_path: Path) -> None:
    put(ledger, YES | {"note": "Other."}, WHO)
    late = {"revoked": {"at": "2027-01-15T00:00:00Z", "reason": "compromised"}}
    after = trust(tmp_path, DESK, Person(WHO.owner, WHO.may | late, WHO.signer), index={})
    assert "is compromised since" in held(ledger, after).records["APR-001"].distrust


def test_an_index_by_a_compromised_key_vouches_for_nothing_afterwards(ledger: Path, tmp_path: Path) -> None:
    late = {"revoked": {"at": "2027-01-14T00:00:00Z", "reason": "compromised"}}
    after = trust(tmp_path, Person(DESK.owner, DESK.may | late, DESK.signer), WHO, index={})
    assert "is compromised since" in refusal(ledger, after)


def test_a_new_index_is_not_made_over_what_is_gone_or_changed(ledger: Path, known: Trust) -> None:
    (ledger / "APR-002.json").unlink()
    put(ledger, disclosure(note="Other."))
    found = held(ledger, known)
    left = unexplained(found, found.indexes[0])
    assert left == {"APR-002": "APR-002 is gone", "DIS-001": "DIS-001 was changed"}
    assert unexplained(found, None) == {}


@pytest.mark.parametrize(
    ("said", "subjects", "what"),
    [
        ({"serial": 0}, [], "serial: 0 is less than 1"),
        ({"serial": "1"}, [], 'serial: "1" is not a whole number'),
        ({"issued_at": "today"}, [], "issued_at"),
        ({"more": 1}, [], "'more' is not known here"),
        ({}, ["APR-001", "APR-001"], "names 'APR-001' twice"),
        ({}, ["apr-001"], "names 'apr-001' twice, or not in upper case"),
    ],
)
def test_an_index_of_another_form_is_refused(
    tmp_path: Path, said: dict[str, Any], subjects: list[str], what: str
) -> None:
    plain = {"ledger": "myshow", "production": "MYSHOW", "serial": 1, "issued_at": "2027-01-01T00:00:00Z"} | said
    named = tuple(Subject(each, "sha256:" + "0" * 64) for each in subjects)
    made = sign(Envelope(Statement(named, INDEX_TYPE, plain).payload(), ()), DESK.signer)
    (tmp_path / INDEX).write_text(made.text(), encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        FolderStore((tmp_path,)).fetch()
    assert what in str(caught.value)


@pytest.mark.parametrize(
    "annotations", [{"signed_by": []}, {"signed_by": {"a": "now"}}, {"signed_by": {"a": 1}}, {"x": 1}]
)
def test_annotations_that_are_not_understood_are_refused(tmp_path: Path, annotations: dict[str, Any]) -> None:
    plain = {"ledger": "myshow", "production": "MYSHOW", "serial": 1, "issued_at": "2027-01-01T00:00:00Z"}
    named = (Subject("APR-001", "sha256:" + "0" * 64, annotations),)
    made = sign(Envelope(Statement(named, INDEX_TYPE, plain).payload(), ()), DESK.signer)
    (tmp_path / INDEX).write_text(made.text(), encoding="utf-8")
    with pytest.raises(StoreError, match="an annotation of an index is signed_by"):
        FolderStore((tmp_path,)).fetch()


def test_an_index_is_no_record_and_a_record_no_index(ledger: Path, tmp_path: Path) -> None:
    below = tmp_path / "other"
    below.mkdir()
    (below / "APR-009.dsse.json").write_bytes((ledger / INDEX).read_bytes())
    with pytest.raises(StoreError, match=r"where https://otiogate.dev/record/v1 belongs"):
        FolderStore((below,)).fetch()
    (below / "APR-009.dsse.json").unlink()
    (below / INDEX).write_bytes((ledger / "APR-001.dsse.json").read_bytes())
    with pytest.raises(StoreError, match=r"where https://otiogate.dev/index/v1 belongs"):
        FolderStore((below,)).fetch()


def test_an_index_in_a_folder_below_is_read_as_a_record_and_refused(ledger: Path) -> None:
    (ledger / "below").mkdir()
    (ledger / "below" / INDEX).write_bytes((ledger / INDEX).read_bytes())
    with pytest.raises(StoreError, match="belongs"):
        FolderStore((ledger,)).fetch()


def test_what_an_index_names_is_what_stands_there(ledger: Path) -> None:
    [index] = FolderStore((ledger,)).fetch().indexes
    assert sorted(index.entries) == ["APR-001", "APR-002", "DIS-001"]
    assert list(index.entries["APR-001"].signed_by) == [WHO.keyid]
    assert index.entries["APR-002"].signed_by == {}
    assert json.loads(index.envelope.payload)["predicateType"] == INDEX_TYPE
    assert datetime.fromisoformat(index.issued_at.replace("Z", "+00:00")).tzinfo == timezone.utc
