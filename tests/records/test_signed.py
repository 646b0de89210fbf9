"""A signed record answers where somebody entitled signed exactly this; whatever else stands there answers nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner

from otiogate.errors import StoreError
from otiogate.evidence.collect import collect
from otiogate.gate import Question, judge
from otiogate.host.read import snapshot_of
from otiogate.policy import load
from otiogate.policy.load import DEFAULT
from otiogate.records.signed import enclosed, record_digest, tightened
from otiogate.records.store import FolderStore
from otiogate.report.model import InputLine, Report
from otiogate.signing.envelope import Envelope, Seal
from otiogate.signing.keys import sign
from otiogate.signing.statement import STATEMENT, Statement
from tests.builders import (
    CONTEXT,
    NOW,
    cleared,
    clip,
    consent,
    decision,
    disclosure,
    finding,
    reasons,
    timeline,
    waiver,
)
from tests.signing.keyring import Person, envelope, held, person, put, trust

ABOUT = disclosure()
APPROVAL = decision("approval", ABOUT, ["NFX-020"])


def report(folder: Path, known: Any) -> Report:
    """The report on a clip that ``ABOUT`` is about, with the ledger in ``folder``."""
    records = held(folder, known)
    collected = collect(snapshot_of(timeline(clip({"id": "DIS-001"}))), records.standing, records.matcher)
    question = Question(records, load.policy(DEFAULT), CONTEXT, NOW)
    return judge(collected, question, source=InputLine("cut", "otio", "", ""))


def ledger(folder: Path, *people: Person, **changes: Any) -> Path:
    """A ledger in which everything is there, the approval being signed by ``people``."""
    for each in cleared(ABOUT)[:2]:
        put(folder, each)
    put(folder, APPROVAL | changes, *people)
    return folder


def distrust(tmp_path: Path, signer: Person, *known: Person, **changes: Any) -> str:
    """Why the approval that ``signer`` signed is not trusted where ``known`` are."""
    records = held(ledger(tmp_path / "ledger", signer, **changes), trust(tmp_path, *(known or (signer,))))
    return records.records["APR-001"].distrust


def of(tmp_path: Path, sealed: Envelope, *known: Person) -> str:
    """Why the record in the envelope ``sealed`` is not trusted where ``known`` are."""
    (tmp_path / "ledger").mkdir(exist_ok=True)
    (tmp_path / "ledger" / "APR-001.dsse.json").write_text(sealed.text(), encoding="utf-8")
    return held(tmp_path / "ledger", trust(tmp_path, *known)).records["APR-001"].distrust


def test_what_somebody_entitled_signed_counts_and_the_report_says_who_signed_it(tmp_path: Path) -> None:
    who = person()
    told = report(ledger(tmp_path / "ledger", who), trust(tmp_path, who))
    assert told.verdict == "allow"
    assert finding(told, "NFX-020").status == "met"
    assert {each.record: each.by for each in told.signed} == {"APR-001": ("S-APPROVER",), "NTF-001": ()}
    assert told.trust == "mixed"
    assert told.cues[0].signed == ("APR-001 by S-APPROVER",)


def test_without_a_signature_an_approval_answers_nothing_where_one_is_demanded(tmp_path: Path) -> None:
    told = report(ledger(tmp_path / "ledger"), trust(tmp_path, person()))
    assert told.verdict == "block"
    assert reasons(told, "NFX-020") == [("APR-001", "TRUST-001", "is not signed, where a signature is demanded")]


def test_where_none_is_demanded_an_unsigned_approval_counts_and_the_report_says_unsigned(tmp_path: Path) -> None:
    told = report(ledger(tmp_path / "ledger"), trust(tmp_path, person(), demands={}))
    assert (told.verdict, told.trust) == ("allow", "unsigned")


def test_all_that_met_a_rule_being_signed_the_report_says_signed(tmp_path: Path) -> None:
    who = person("E-POST", "post_supervisor", "studio_contact")
    folder = tmp_path / "ledger"
    for each in cleared(ABOUT):
        put(folder, each | ({"approver": APPROVAL["approver"] | {"id": "E-POST"}} if "approver" in each else {}), who)
    assert report(folder, trust(tmp_path, who)).trust == "signed"


def test_where_no_record_met_a_rule_the_report_does_not_say_signed(tmp_path: Path) -> None:
    who = person()
    put(tmp_path / "ledger", ABOUT, who)
    assert report(tmp_path / "ledger", trust(tmp_path, who)).trust == "none"


def test_a_key_that_nobody_knows_counts_for_nothing(tmp_path: Path) -> None:
    who, other = person(), person()
    assert f"the key {who.keyid[:12]} is not in the trust file" in distrust(tmp_path, who, other)


def test_a_forged_role_is_refused(tmp_path: Path) -> None:
    director = person("S-APPROVER", "director")
    assert "may not sign as studio_contact" in distrust(tmp_path, director)


def test_somebody_entitled_cannot_sign_in_the_name_of_somebody_else(tmp_path: Path) -> None:
    other = person("S-OTHER")
    said = distrust(tmp_path, other, other, person())
    assert said == "is given by S-APPROVER, who has not signed it; it is signed by S-OTHER"


def test_who_requested_an_approval_cannot_sign_it(tmp_path: Path) -> None:
    requester = person("E-COORDINATOR")
    forged = APPROVAL["approver"] | {"id": "E-COORDINATOR"}
    assert "is of the one who requested it" in distrust(tmp_path, requester, approver=forged)


def test_a_key_signs_the_kinds_that_it_may_sign_and_no_others(tmp_path: Path) -> None:
    assert "may not sign records of the kind approval" in distrust(tmp_path, person(kinds=["consent"]))


def test_a_key_signs_for_its_productions_and_no_others(tmp_path: Path) -> None:
    assert "may not sign for MYSHOW" in distrust(tmp_path, person(productions=["OTHERSHOW"]))
    assert distrust(tmp_path, person(productions=["myshow"])) == ""


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"from": "2026-12-11Z"}, "counts only from"),
        ({"until": "2026-12-09Z"}, "counted only until"),
        ({"revoked": {"at": "2026-12-10T09:00:00Z", "reason": "retired"}}, "was revoked at"),
        ({"revoked": {"at": "2027-01-01T00:00:00Z", "reason": "compromised"}}, "is compromised since"),
    ],
)
def test_a_key_counts_in_its_time(tmp_path: Path, limit: dict[str, Any], said: str) -> None:
    assert said in distrust(tmp_path, person(**limit))


@pytest.mark.parametrize(
    "limit",
    [
        {"from": "2026-12-10Z", "until": "2026-12-10Z"},
        {"revoked": {"at": "2026-12-10T09:00:01Z", "reason": "retired"}},
    ],
)
def test_what_was_dated_in_the_time_of_a_key_goes_on_counting(tmp_path: Path, limit: dict[str, Any]) -> None:
    assert distrust(tmp_path, person(**limit)) == ""


def test_a_key_that_counts_only_for_a_time_signs_nothing_without_a_date(tmp_path: Path) -> None:
    who = person(until="2030-01-01Z")
    told = {
        "record": "notice",
        "schema_version": 1,
        "id": "NTC-001",
        "subject": "P-001",
        "production": "MYSHOW",
        "at_engagement": True,
        "evidence": APPROVAL["evidence"],
    }
    put(tmp_path / "ledger", told, who)
    records = held(tmp_path / "ledger", trust(tmp_path, who, demands={"notice": {"signatures": 1}}))
    assert "the record states none" in records.records["NTC-001"].distrust


def test_two_of_three_are_two_people_and_one_of_them_is_the_approver(tmp_path: Path) -> None:
    one, two, three = person(), person("S-TWO"), person("S-THREE")
    known = trust(tmp_path, one, two, three, demands={"approval": {"signatures": 2}})

    def said(*people: Person) -> str:
        put(tmp_path / "ledger", APPROVAL, *people)
        return held(tmp_path / "ledger", known).records["APR-001"].distrust

    assert said(one, three) == said(two, one) == said(one, two, three) == ""
    assert said(one).startswith("has 1 of its signers counting, where 2 signatures are demanded")
    assert said(two, three).startswith("is given by S-APPROVER, who has not signed it")


def test_two_keys_of_one_person_are_one_person(tmp_path: Path) -> None:
    old, new = person(), person("s-approver")
    known = trust(tmp_path, old, new, demands={"approval": {"signatures": 2}})
    put(tmp_path / "ledger", APPROVAL, old, new)
    assert "has 1 of its signers counting" in held(tmp_path / "ledger", known).records["APR-001"].distrust


def test_one_signature_that_does_not_verify_voids_the_others(tmp_path: Path) -> None:
    one, two = person(), person("S-TWO")
    good = envelope(APPROVAL, one, two)
    broken = replace(good, seals=(good.seals[0], Seal(two.keyid, good.seals[0].signature)))
    said = of(tmp_path, broken, one, two)
    assert said.startswith("was changed after it was signed, or never was signed: S-TWO's key")


def test_a_signature_over_another_record_is_none(tmp_path: Path) -> None:
    who = person()
    seal = envelope(APPROVAL | {"note": "Another."}, who).seals[0]
    forged = Envelope(enclosed(APPROVAL).payload(), (seal,))
    assert "does not verify" in of(tmp_path, forged, who)


def test_a_signature_over_the_bare_payload_is_none(tmp_path: Path) -> None:
    who = person()
    payload = enclosed(APPROVAL).payload()
    bare = bytes.fromhex(who.signer.sign(payload).signature)
    assert "does not verify" in of(tmp_path, Envelope(payload, (Seal(who.keyid, bare),)), who)


def test_a_key_of_another_algorithm_under_the_id_of_a_known_one_is_refused(tmp_path: Path) -> None:
    who = person()
    for other in (CryptoSigner.generate_ecdsa(who.keyid), CryptoSigner.generate_rsa(who.keyid)):
        plain = Envelope(enclosed(APPROVAL).payload(), ())
        seal = Seal(who.keyid, bytes.fromhex(other.sign(plain.signed_bytes).signature))
        assert "does not verify" in of(tmp_path, replace(plain, seals=(seal,)), who)


def test_keys_of_every_scheme_that_the_trust_file_takes_sign(tmp_path: Path) -> None:
    signers = [CryptoSigner.generate_ecdsa(scheme=f"ecdsa-sha2-nistp{bits}") for bits in (256, 384, 521)] + [
        CryptoSigner.generate_rsa()
    ]
    for each in signers:
        who = Person("S-APPROVER", {"roles": ["studio_contact"]}, each)
        assert distrust(tmp_path, who) == ""


def test_the_envelope_of_a_receipt_is_no_record_and_stops_the_ledger(tmp_path: Path) -> None:
    """Of what cannot be read as a record nobody knows whether it was a rejection."""
    said = enclosed(APPROVAL)
    other = Envelope(replace(said, predicate_type="https://otiogate.dev/receipt/v1").payload(), ())
    who = person()
    (tmp_path / "APR-001.dsse.json").write_text(sign(other, who.signer).text(), encoding="utf-8")
    with pytest.raises(
        StoreError, match=r"states 'https://otiogate.dev/receipt/v1', where https://otiogate.dev/record/v1"
    ):
        FolderStore((tmp_path,)).fetch()


def test_a_statement_about_another_record_than_the_one_in_it_is_refused(tmp_path: Path) -> None:
    said = enclosed(APPROVAL)
    other = Statement(enclosed(waiver("NFX-021")).subjects, said.predicate_type, said.predicate)
    text = sign(Envelope(other.payload(), ()), person().signer).text()
    (tmp_path / "APR-001.dsse.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="what it says to be about is not the record in it"):
        FolderStore((tmp_path,)).fetch()


def test_a_payload_in_which_a_key_stands_twice_is_refused(tmp_path: Path) -> None:
    payload = (
        enclosed(APPROVAL).payload().replace(b'"decision":"approved"', b'"decision":"rejected","decision":"approved"')
    )
    text = sign(Envelope(payload, ()), person().signer).text()
    (tmp_path / "APR-001.dsse.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="the key 'decision' is given twice"):
        FolderStore((tmp_path,)).fetch()


def test_a_record_that_breaks_its_schema_is_refused_however_well_it_is_signed(tmp_path: Path) -> None:
    put(tmp_path, APPROVAL | {"decision": "aproved"}, person())
    with pytest.raises(StoreError, match="did you mean approved"):
        FolderStore((tmp_path,)).fetch()


def test_an_id_with_two_bodies_is_an_error_be_they_signed_or_not(tmp_path: Path) -> None:
    who = person()
    put(tmp_path, APPROVAL, who)
    put(tmp_path, APPROVAL | {"note": "Another."})
    with pytest.raises(StoreError, match="the id APR-001 is given twice"):
        FolderStore((tmp_path,)).fetch()
    (tmp_path / "APR-001.json").unlink()
    (tmp_path / "other.dsse.json").write_text(envelope(APPROVAL | {"note": "Another."}, who).text(), encoding="utf-8")
    with pytest.raises(StoreError, match="the id APR-001 is given twice"):
        FolderStore((tmp_path,)).fetch()


def test_an_envelope_twice_is_an_id_twice(tmp_path: Path) -> None:
    put(tmp_path, APPROVAL, person())
    (tmp_path / "copy.dsse.json").write_bytes((tmp_path / "APR-001.dsse.json").read_bytes())
    with pytest.raises(StoreError, match="the id APR-001 is given twice"):
        FolderStore((tmp_path,)).fetch()


def test_an_unsigned_copy_beside_the_envelope_is_the_same_record(tmp_path: Path) -> None:
    who = person()
    put(tmp_path / "ledger", APPROVAL, who)
    put(tmp_path / "ledger", APPROVAL)
    found = held(tmp_path / "ledger", trust(tmp_path, who)).records
    assert list(found) == ["APR-001"]
    assert found["APR-001"].signers == ("S-APPROVER",)


def test_an_unsigned_copy_whose_envelope_is_gone_is_not_signed(tmp_path: Path) -> None:
    who = person()
    put(tmp_path / "ledger", APPROVAL)
    put(tmp_path / "ledger", APPROVAL, who).unlink()
    assert held(tmp_path / "ledger", trust(tmp_path, who)).records["APR-001"].distrust.startswith("is not signed")


def test_a_revocation_in_the_unsigned_copy_counts(tmp_path: Path) -> None:
    who = person()
    folder = ledger(tmp_path / "ledger", who)
    put(folder, APPROVAL | {"revoked": {"at": "2027-01-01T00:00:00Z"}})
    told = report(folder, trust(tmp_path, who))
    assert told.verdict == "block"
    assert reasons(told, "NFX-020") == [("APR-001", "", "was revoked at 2027-01-01T00:00:00Z")]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"prominence": "featured"}, False),
        ({"tools": [ABOUT["tools"][0] | {"version": "4"}]}, False),
        ({"media": {"reference": "vfx_010.mov", "reel": "A001", "sha256": "sha256:" + "2" * 64}}, False),
        ({"note": "Seen by the colourist."}, True),
        ({"approvals": ["APR-001"]}, True),
    ],
)
def test_a_signed_approval_is_for_what_the_disclosure_said(
    tmp_path: Path, change: dict[str, Any], counts: bool
) -> None:
    """The digest of the disclosure is in what was signed, so neither of the two can be changed for the other."""
    who = person()
    folder = ledger(tmp_path / "ledger", who)
    put(folder, ABOUT | change)
    told = report(folder, trust(tmp_path, who))
    assert (told.verdict == "allow") == counts
    if not counts:
        assert "was given for another version of DIS-001" in str(reasons(told, "NFX-020"))


def test_a_signed_revocation_is_not_taken_back_by_an_unsigned_copy(tmp_path: Path) -> None:
    put(tmp_path, APPROVAL | {"revoked": {"at": "2027-01-01T00:00:00Z"}}, person())
    for copy in (APPROVAL, APPROVAL | {"revoked": {"at": "2030-01-01T00:00:00Z"}}):
        put(tmp_path, copy)
        with pytest.raises(StoreError, match="the id APR-001 is given twice"):
            FolderStore((tmp_path,)).fetch()


def test_an_unsigned_rejection_counts_against_a_signed_approval(tmp_path: Path) -> None:
    who = person()
    folder = ledger(tmp_path / "ledger", who)
    put(
        folder,
        decision("approval", ABOUT, ["NFX-020"], "APR-002", decision="rejected", granted_at="2027-01-02T00:00:00Z"),
    )
    told = report(folder, trust(tmp_path, who))
    assert told.verdict == "block"
    assert "was rejected again by APR-002" in str(reasons(told, "NFX-020"))


def test_an_unsigned_disclosure_takes_the_place_of_no_signed_one(tmp_path: Path) -> None:
    """It could ask for less: a replica would become noise reduction."""
    who = person()
    folder = tmp_path / "ledger"
    put(folder, ABOUT, who)
    put(folder, disclosure("DIS-002", use_kind=["enhance.denoise"], supersedes=["DIS-001"]))
    records = held(folder, trust(tmp_path, who, demands={"disclosure": {"signatures": 1}}))
    assert sorted(records.disclosures) == ["DIS-001", "DIS-002"]
    assert [each.id for each in records.standing["DIS-001"]] == ["DIS-001"]
    undemanded = held(folder, trust(tmp_path, who, demands={}))
    assert [each.id for each in undemanded.standing["DIS-001"]] == ["DIS-001"]
    assert undemanded.notes == (
        "DIS-002 does not take the place of DIS-001: DIS-001 is signed or named by an index, and DIS-002 is neither.",
    )
    assert report(folder, trust(tmp_path, who, demands={})).verdict == "block"
    put(folder, disclosure("DIS-002", use_kind=["enhance.denoise"], supersedes=["DIS-001"]), who)
    assert [each.id for each in held(folder, trust(tmp_path, who, demands={})).standing["DIS-001"]] == ["DIS-002"]


def test_an_unsigned_disclosure_takes_the_place_of_an_unsigned_one(tmp_path: Path) -> None:
    put(tmp_path / "ledger", ABOUT)
    put(tmp_path / "ledger", disclosure("DIS-002", use_kind=["enhance.denoise"], supersedes=["DIS-001"]))
    records = held(tmp_path / "ledger", trust(tmp_path, person(), demands={}))
    assert [each.id for each in records.standing["DIS-001"]] == ["DIS-002"]
    assert records.notes == ()


def test_where_disclosures_have_to_be_signed_neither_an_unsigned_one_nor_the_timelines_own_answers(
    tmp_path: Path,
) -> None:
    who = person()
    known = trust(tmp_path, who, demands={"disclosure": {"signatures": 1}})
    folder = ledger(tmp_path / "ledger", who)
    told = report(folder, known)
    assert told.verdict == "block"
    assert ("DIS-001", "TRUST-001", "is not signed, where a signature is demanded") in reasons(told, "NFX-010")
    put(folder, ABOUT, who)
    assert report(folder, known).verdict == "allow"


def test_a_disclosure_that_has_to_be_signed_and_is_not_discloses_nothing_whatever_little_it_says(
    tmp_path: Path,
) -> None:
    """Else whoever writes the ledger would make noise reduction of a replica."""
    who = person()
    known = trust(tmp_path, who, demands={"disclosure": {"signatures": 1}})
    put(tmp_path / "ledger", disclosure(use_kind=["enhance.denoise"]))
    told = report(tmp_path / "ledger", known)
    assert told.verdict == "block"
    assert finding(told, "GEN-001").what == "DIS-001 is not signed, where a signature is demanded"
    put(tmp_path / "ledger", disclosure(use_kind=["enhance.denoise"]), who)
    assert report(tmp_path / "ledger", known).verdict == "allow"


def test_a_revocation_and_a_suspension_may_come_one_after_the_other() -> None:
    one = consent()
    two = one | {"suspensions": [{"from": "2027-01-01Z", "reason": "A strike."}]}
    three = two | {"revoked": {"at": "2027-01-02T00:00:00Z"}}
    for before, after in ((one, two), (one, three), (two, three)):
        assert tightened(after, record_digest(before), before)
        assert tightened(after, record_digest(before))
        assert not tightened(before, record_digest(after), after)
        assert not tightened(before, record_digest(after))


def test_ids_that_look_alike_are_not_taken_for_one_another(tmp_path: Path) -> None:
    """Ids are ASCII, so that no other alphabet looks like one."""
    put(tmp_path, APPROVAL | {"id": "APR-00\u0031\u200b"}, person())
    with pytest.raises(StoreError, match="an id of 3 to 64 letters"):
        FolderStore((tmp_path,)).fetch()
    (tmp_path / "APR-00\u0031\u200b.dsse.json").unlink()
    put(tmp_path, APPROVAL | {"id": "\u0410PR-001"}, person())
    with pytest.raises(StoreError, match="an id of 3 to 64 letters"):
        FolderStore((tmp_path,)).fetch()


def test_text_in_another_normal_form_is_another_record_to_nobody(tmp_path: Path) -> None:
    who = person()
    put(tmp_path / "ledger", APPROVAL | {"note": "Caf\u00e9"}, who)
    put(tmp_path / "ledger", APPROVAL | {"note": "Cafe\u0301"})
    assert held(tmp_path / "ledger", trust(tmp_path, who)).records["APR-001"].distrust == ""


def test_the_strict_profile_demands_consents_clearances_decisions_and_waivers(tmp_path: Path) -> None:
    known = trust(
        tmp_path, person(), profile="strict", demands={"waiver": {"signatures": 2}, "notice": {"signatures": 1}}
    )
    assert {each for each, number in known.demands.items() if number == 1} >= {
        "consent",
        "clearance",
        "approval",
        "notice",
    }
    assert known.demands["waiver"] == 2
    assert "disclosure" not in known.demands
    put(tmp_path / "ledger", consent())
    assert held(tmp_path / "ledger", known).records["CON-001"].distrust.startswith("is not signed")


def test_a_public_key_is_no_secret_that_signs(tmp_path: Path) -> None:
    """There is no algorithm with a shared secret, and no field that could ask for one."""
    who = person()
    plain = Envelope(enclosed(APPROVAL).payload(), ())
    key = bytes.fromhex(who.stanza()["public"])
    seal = Seal(who.keyid, hmac.new(key, plain.signed_bytes, hashlib.sha512).digest())
    assert "does not verify" in of(tmp_path, replace(plain, seals=(seal,)), who)


def test_what_is_in_the_envelope_is_what_in_toto_says(tmp_path: Path) -> None:
    who = person()
    said = json.loads(put(tmp_path, APPROVAL, who).read_text(encoding="utf-8"))
    statement = json.loads(base64.b64decode(said["payload"]))
    assert statement["_type"] == STATEMENT
    assert statement["predicate"] == APPROVAL
    assert statement["subject"][0]["name"] == "APR-001"
