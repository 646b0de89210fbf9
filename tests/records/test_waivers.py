"""How one would waive what is not to be waived, and why it does not count."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.errors import StoreError
from otiogate.evidence.collect import collect
from otiogate.gate import Question, judge
from otiogate.host.read import snapshot_of
from otiogate.policy import load
from otiogate.policy.load import DEFAULT
from otiogate.records.binding import Terms
from otiogate.records.status import status
from otiogate.records.store import FolderStore
from otiogate.records.waivers import not_this_clip
from otiogate.report.model import InputLine, Report
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import ClipUse, Media, MediaFact
from tests.builders import (
    CONTEXT,
    NOW,
    clip,
    decision,
    digest_of,
    disclosure,
    finding,
    judged,
    raised,
    reasons,
    records,
    replica,
    time_range,
    timeline,
    waiver,
)
from tests.signing.keyring import Person, held, person, put, trust

ID = "WVR-001"
ABOUT = disclosure()
APPROVED = decision("approval", ABOUT, ["NFX-020"])
SHA, OTHER_SHA = "sha256:" + "a" * 64, "sha256:" + "b" * 64
LEGAL = {"id": "S-LEGAL", "organisation": "Studio", "role": "studio_legal"}


def report(*data: dict[str, Any], made: Any = None, about: dict[str, Any] = ABOUT, **others: Any) -> Report:
    """The report on an approved use of which the studio was not told (NFX-010); the waivers among ``data`` are
    signed."""
    approved = decision("approval", about, ["NFX-020"])
    signed = [each["id"] for each in data]
    return judged(timeline(made or clip({"id": "DIS-001"})), about, approved, *data, **{"signed": signed} | others)


def why(told: Report, id: str = ID, rule: str = "NFX-010") -> list[tuple[str, str]]:
    """(rule that says so, sentence) for each reason why the waiver ``id`` does not count."""
    assert finding(told, rule).status == "open"
    assert told.verdict == "block"
    return [(says, text) for record, says, text in reasons(told, rule) if record == id]


def test_what_the_others_here_change_counts() -> None:
    told = report(waiver("NFX-010"))
    assert (told.verdict, finding(told, "NFX-010").status) == ("allow", "waived")


@pytest.mark.parametrize(
    ("changes", "says", "text"),
    [
        ({"expires_at": "2027-01-14Z"}, "", "expired at 2027-01-14Z"),
        ({"expires_at": "2027-02-01Z"}, "", "expires at 2027-02-01Z, before the release"),
        ({"granted_at": "2027-02-01T00:00:00Z"}, "", "is granted only at 2027-02-01T00:00:00Z"),
        ({"revoked": {"at": "2027-01-01T00:00:00Z"}}, "", "was revoked at 2027-01-01T00:00:00Z"),
        ({"revoked": {"at": "2027-02-01T00:00:00Z"}}, "", "was revoked at 2027-02-01T00:00:00Z"),
        ({"production": "OTHER"}, "", "is for the production OTHER, not MYSHOW"),
        (
            {"approver": LEGAL | {"role": "production_legal"}},
            "TRUST-001",
            "is given by production_legal, where studio_legal may waive it",
        ),
        ({"requested_by": "S-LEGAL"}, "TRUST-001", "is given by S-LEGAL, who requested it"),
        ({"expires_at": "2099-12-31Z"}, "", "runs until 2099-12-31Z, and a waiver runs for five years at most"),
        ({"expires_at": "2032-06-01Z"}, "", "runs until 2032-06-01Z, and a waiver runs for five years at most"),
    ],
)
def test_a_waiver_that_does_not_count_is_named_with_the_reason(changes: Any, says: str, text: str) -> None:
    assert why(report(waiver("NFX-010", **changes))) == [(says, text)]


@pytest.mark.parametrize(
    ("approver", "requested_by"),
    [("s-legal", "S-LEGAL"), ("S-Ren\u00e9", "s-rene\u0301"), ("S-LEGAL", " s-legal ")],
    ids=["another letter case", "another form of an accent", "blanks"],
)
def test_whoever_asked_for_a_waiver_cannot_grant_it_however_the_id_is_written(approver: str, requested_by: str) -> None:
    assert unicodedata.is_normalized("NFC", approver)
    made = waiver("NFX-010", approver=LEGAL | {"id": approver}, requested_by=requested_by)
    assert why(report(made, check=False)) == [("TRUST-001", f"is given by {approver}, who requested it")]


def test_whoever_declared_the_use_or_exports_cannot_waive_it() -> None:
    about = disclosure(declared_by="s-legal")
    assert why(report(waiver("NFX-010"), about=about)) == [
        ("TRUST-001", "is given by S-LEGAL, who declared the AI use")
    ]
    exporting = replace(CONTEXT, requested_by="s-legal")
    told = report(waiver("NFX-010"), context=exporting)
    assert why(told) == [("TRUST-001", "is given by S-LEGAL, who requested it")]


def test_a_waiver_that_was_superseded_counts_no_more_than_one_that_supersedes_itself() -> None:
    told = report(waiver("NFX-010"), waiver("NFX-022", "WVR-002", supersedes=[ID]))
    assert why(told) == [("", "was superseded by WVR-002")]
    assert why(report(waiver("NFX-010", supersedes=["wvr-001"]))) == [("", "was superseded by WVR-001")]


def test_a_ledger_with_a_waiver_that_supersedes_itself_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, waiver("NFX-010", supersedes=[ID]))
    with pytest.raises(StoreError, match="supersedes itself"):
        FolderStore((tmp_path,)).fetch()


def test_a_rule_in_other_letters_is_no_rule_that_a_waiver_can_name(tmp_path: Path) -> None:
    put(tmp_path, waiver("nfx-010"))
    with pytest.raises(StoreError, match="does not fit: the id of a rule"):
        FolderStore((tmp_path,)).fetch()
    assert why(report(waiver("nfx-010"), check=False)) == []


def test_one_waiver_is_about_one_rule() -> None:
    told = judged(timeline(clip({"id": "DIS-001"})), ABOUT, waiver("NFX-010"), signed=[ID])
    assert finding(told, "NFX-010").status == "waived"
    assert finding(told, "NFX-020").status == "open"
    assert told.verdict == "block"


def test_waivers_that_hold_a_part_of_a_use_each_do_not_add_up() -> None:
    first = waiver("NFX-010", clip=waiver("")["clip"] | {"source_range": "00:00:00:00-00:00:01:00"})
    second = waiver("NFX-010", "WVR-002", clip=first["clip"] | {"source_range": "00:00:01:00-00:00:10:00"})
    told = report(first, second)
    for id, part in ((ID, "00:00:00:00-00:00:01:00"), ("WVR-002", "00:00:01:00-00:00:10:00")):
        [(_, text)] = why(told, id)
        assert text.startswith(f"is for {part}, but ")
        assert text.endswith("uses 00:00:00:10-00:00:02:10")


def test_of_two_waivers_the_one_that_counts_is_named() -> None:
    told = report(waiver("NFX-010", expires_at="2027-01-01Z"), waiver("NFX-010", "WVR-002"))
    assert finding(told, "NFX-010").records == ("WVR-002",)


# What is not to be waived at all


@pytest.mark.parametrize(
    ("rule", "about", "made"),
    [
        ("GEN-001", None, clip("GENAI", "other", "other.mov", "B009")),
        ("GEN-001", None, clip("GENAI id=DIS-404", "other", "other.mov", "B009")),
        ("GEN-002", None, clip("GENAI replica.vioce", "other", "other.mov", "B009")),
        ("GEN-002", disclosure(identity="unsure", use_kind=["gen.shot"]), None),
        ("GEN-002", disclosure(), clip("GENAI gen.element id=DIS-001")),
        ("NFX-012", disclosure(output_stage="temp"), None),
        ("NFX-030", replica(), None),
    ],
)
def test_what_is_not_described_or_not_understood_or_blocks_is_never_waived(rule: str, about: Any, made: Any) -> None:
    data = [about] if about else []
    named = {"reference": "other.mov", "reel": "B009"} if not about else {"reference": "vfx_010.mov", "reel": "A001"}
    waives = waiver(rule, clip=named | {"source_range": "00:00:00:00-00:00:10:00"})
    told = judged(timeline(made or clip({"id": "DIS-001"})), *data, waives, signed=[ID])
    assert told.verdict == "block"
    found = [each for each in told.findings if each.rule == rule]
    assert found
    assert {each.status for each in found} == {"open"}
    assert {why.text for each in found for tried in each.tried if tried.id == ID for why in tried.reasons} == {
        f"waives {rule}, which cannot be waived"
    }


@pytest.mark.parametrize("rule", ["TRUST-001", "SAG-011"])
def test_a_waiver_of_the_reason_why_a_record_does_not_count_makes_it_count_no_more(rule: str) -> None:
    self_approved = decision("approval", ABOUT, ["NFX-020"], requested_by="S-APPROVER")
    told = judged(timeline(clip({"id": "DIS-001"})), ABOUT, self_approved, waiver(rule), signed=[ID])
    assert finding(told, "NFX-020").status == "open"
    assert told.counts.waived == 0
    assert {each.id for each in finding(told, "TRUST-002").tried} == {ID}


def test_a_declaration_that_is_asked_for_can_be_waived_for_a_clip() -> None:
    asked = {"declaration_required": True, "signed": [ID]}
    told = judged(timeline(clip()), waiver("GEN-003"), **asked)
    assert (finding(told, "GEN-003").status, told.verdict) == ("waived", "allow")
    bound = waiver("GEN-003", covers=[{"disclosure": "DIS-404", "digest": SHA}])
    assert why(judged(timeline(clip()), bound, **asked), rule="GEN-003") == [
        ("TRUST-001", "was given for DIS-404, which is not here")
    ]


def test_what_could_not_be_read_is_not_waived() -> None:
    edl = read_edl(
        b"TITLE: X\n001  A001 V C 00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n00\x31 garbled V C 00\n", "x"
    )
    told = judged(edl, waiver("NFX-010"), waiver("GEN-001", "WVR-002"), signed=[ID, "WVR-002"])
    assert told.verdict == "cannot_judge"


# Why a waiver waives nothing here


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ({"reference": "vfx_010.mov", "reel": "B009"}, "is for the reel B009, but track 1 'V1' / item 1 uses A001"),
        (
            {"reference": "other.mov", "reel": "B009"},
            "is for the file other.mov, but track 1 'V1' / item 1 uses vfx_010.mov",
        ),
    ],
    ids=["of the same file", "of nothing here"],
)
def test_a_waiver_of_what_is_open_elsewhere_is_told_with_the_reason_why_it_does_not_fit(
    named: dict[str, str], text: str
) -> None:
    told = report(waiver("NFX-010", clip=named | {"source_range": "00:00:00:00-00:00:10:00"}))
    assert finding(told, "NFX-010").status == "open"
    assert reasons(told, "TRUST-002") == [(ID, "", text)]


def test_a_waiver_of_what_is_open_for_another_version_is_told_so() -> None:
    bound = waiver("NFX-010", covers=[{"disclosure": "DIS-001", "digest": SHA}])
    [(_, _, text)] = reasons(report(bound), "TRUST-002")
    assert text.startswith("was given for another version of DIS-001")


def test_a_waiver_of_what_is_not_open_is_said_to_be_needed_by_nothing() -> None:
    assert reasons(report(waiver("NFX-020")), "TRUST-002") == [(ID, "", "nothing here needs a waiver of NFX-020")]


# Other media, other ranges


def test_the_same_range_of_another_file_or_another_reel_is_not_waived() -> None:
    about = disclosure(media={"clip_name": "vfx_010"}, match=[{"clip_name": "vfx_010"}])
    for file, reel, text in (
        ("vfx_011.mov", "A001", "is for the file vfx_010.mov, but track 1 'V1' / item 1 uses vfx_011.mov"),
        ("vfx_010.mov", "A002", "is for the reel A001, but track 1 'V1' / item 1 uses A002"),
        ("vfx_010.mov", "", "is for the reel A001, and nothing in track 1 'V1' / item 1 tells that it uses that"),
    ):
        made = clip({"id": "DIS-001"}, "vfx_010", file, reel)
        told = judged(timeline(made), about, waiver("NFX-010"), signed=[ID])
        assert why(told) == [("", text)]


@pytest.mark.parametrize(
    "effect", [otio.schema.LinearTimeWarp(time_scalar=4.0), otio.schema.FreezeFrame(), otio.schema.TimeEffect()]
)
def test_a_use_that_is_retimed_lies_in_no_range(effect: Any) -> None:
    made = clip({"id": "DIS-001"})
    made.effects.append(effect)
    [(_, text)] = why(report(waiver("NFX-010"), made=made))
    assert text.endswith("shows of the media is not known (it may be retimed)")


def test_what_is_in_a_retimed_stack_lies_in_no_range() -> None:
    made = otio.schema.Stack("nested", children=[otio.schema.Track("V1", children=[clip({"id": "DIS-001"})])])
    made.effects.append(otio.schema.LinearTimeWarp(time_scalar=4.0))
    assert why(report(waiver("NFX-010"), made=made))[0][1].endswith("is not known (it may be retimed)")


def test_frames_that_a_transition_brings_into_sight_have_to_lie_in_the_range_too() -> None:
    made = timeline(clip({"id": "DIS-001"}), clip(None, "next", "next.mov", "B001"))
    made.tracks[0].insert(1, otio.schema.Transition("d", "SMPTE_Dissolve", *(time_range(0, 12).duration,) * 2))
    exact = waiver("NFX-010", clip=waiver("")["clip"] | {"source_range": "00:00:00:10-00:00:02:10"})
    told = judged(made, ABOUT, APPROVED, exact, signed=[ID])
    assert why(told) == [("", "is for 00:00:00:10-00:00:02:10, but track 1 'V1' / item 1 uses 00:00:00:10-00:00:02:22")]
    wider = judged(made, ABOUT, APPROVED, waiver("NFX-010"), signed=[ID])
    assert finding(wider, "NFX-010").status == "waived"


EDL = """TITLE: CUT
FCM: {fcm}
001  A001     V     C        {source}  01:00:00:00 01:00:02:00
* FROM CLIP NAME: vfx_010.mov
* COMMENT: GENAI id=DIS-001
{more}"""


def edl(source: str, source_range: str, fcm: str = "NON-DROP FRAME", more: str = "") -> Report:
    """The report on one event, with a waiver for ``source_range``."""
    cut = read_edl(EDL.format(fcm=fcm, source=source, more=more).encode(), "cut.edl")
    named = waiver("NFX-010", clip=waiver("")["clip"] | {"source_range": source_range})
    return judged(cut, ABOUT, APPROVED, named, signed=[ID])


def test_an_event_in_the_range_is_waived() -> None:
    told = edl("01:00:10:00 01:00:12:00", "01:00:10:00-01:00:12:00")
    assert (finding(told, "NFX-010").status, told.verdict) == ("waived", "allow")


@pytest.mark.parametrize(
    ("source", "source_range", "fcm"),
    [
        ("01:00:10;00 01:00:12;00", "01:00:10:00-01:00:12:00", "DROP FRAME"),
        ("01:00:10;00 01:00:12;00", "01:00:00:00-01:10:00:00", "DROP FRAME"),
        ("01:00:10:00 01:00:12:00", "01:00:10;00-01:00:12;00", "NON-DROP FRAME"),
    ],
)
def test_drop_frame_timecode_is_no_other_timecode_that_looks_alike(source: str, source_range: str, fcm: str) -> None:
    assert why(edl(source, source_range, fcm))[0][1].startswith(f"is for {source_range}, but ")


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("01:00:10:00 01:00:12:00", "M2   A001       048.0                01:00:10:00\n"),
        ("01:00:10:00 01:00:12:00", "m2   A001       -024.0               01:00:10:00\n"),
        ("01:00:10:00 01:00:11:00", ""),
    ],
    ids=["twice as fast", "backwards", "more is recorded than there is of the source"],
)
def test_an_event_with_a_motion_line_lies_in_no_range(source: str, more: str) -> None:
    assert why(edl(source, "01:00:00:00-01:10:00:00", more=more))[0][1].endswith("is not known (it may be retimed)")


# Media by digest


def use(*sha256: str, name: str = "vfx_010.mov", files: int = 1, more: MediaFact | None = None) -> ClipUse:
    """A use of media of which the digests are verified, under one name or several."""
    names = tuple((f"{number or ''}{name}",) for number in range(files))
    facts = [*(MediaFact(name, "verified", each) for each in sha256), *((more,) if more else ())]
    return ClipUse("V1, item 1", name, media=Media((name,), ("A001",), files=names).known_by(facts))


def test_a_waiver_by_digest_is_for_the_content_whatever_the_file_is_called() -> None:
    assert not_this_clip({"sha256": SHA}, use(SHA)) == ""
    assert not_this_clip({"sha256": SHA}, use(SHA.upper().replace("SHA256", "sha256"), name="renamed.mov")) == ""


@pytest.mark.parametrize(
    "made",
    [
        use(OTHER_SHA),
        use(),
        use(SHA, OTHER_SHA),
        use(SHA, files=2),
        use(more=MediaFact("", "declared", SHA)),
        use(SHA, more=MediaFact("vfx_010.mov", "offline", why="is not there")),
    ],
    ids=[
        "another file renamed over it",
        "no digest",
        "one of two contents",
        "one digest for two files",
        "what the timeline states of itself",
        "one of two files that was not opened",
    ],
)
def test_a_waiver_by_digest_is_for_nothing_else(made: ClipUse) -> None:
    assert not_this_clip({"sha256": SHA}, made)


def test_a_waiver_by_name_is_for_nothing_where_media_is_demanded() -> None:
    named = {"reference": "vfx_010.mov", "reel": "A001"}
    assert not_this_clip(named, use(SHA)) == ""
    why = "is for vfx_010.mov by name alone, and media is demanded: name its sha256"
    assert not_this_clip(named, use(SHA), Terms(by_media=True)) == why
    assert not_this_clip({"sha256": SHA}, use(SHA), Terms(by_media=True)) == ""


def test_a_waiver_by_digest_takes_the_use_of_that_content_out_of_the_rule_under_any_name() -> None:
    about = disclosure(media={"sha256": SHA})
    data = (about, decision("approval", about, ["NFX-020"]), waiver("NFX-010", clip={"sha256": SHA}))
    read = snapshot_of(timeline(clip({"id": "DIS-001"}, reference="renamed.mov")))
    [(node, made)] = [(node, read.subject(node).use) for node, each in enumerate(read.is_use) if each]
    assert made is not None
    for digest, expected in ((SHA, "waived"), (OTHER_SHA, "open")):
        shown = read.with_media({node: made.media.known_by([MediaFact("renamed.mov", "verified", digest)])})
        told = judged(shown, *data, signed=[ID], terms=Terms(by_media=True))
        assert finding(told, "NFX-010").status == expected
    assert finding(judged(read, *data, signed=[ID]), "NFX-010").status == "open"


def test_a_waiver_by_digest_says_why_its_media_is_not_verified() -> None:
    unread = use(more=MediaFact("vfx_010.mov", "offline", why="vfx_010.mov: is not there"))
    assert not_this_clip({"sha256": SHA}, unread).endswith("V1, item 1 is not verified: vfx_010.mov: is not there")


def test_a_reel_that_is_none_is_no_clip() -> None:
    named = {"reference": "vfx_010.mov", "reel": "AX", "source_range": "00:00:00:00-00:00:10:00"}
    assert not_this_clip(named, use()) == "names the reel AX, which is none"


# The disclosure after the waiver


def test_a_disclosure_that_was_declared_after_the_waiver_is_not_waived_by_it() -> None:
    later = disclosure(declared_at="2026-12-11T09:00:00Z")
    assert why(report(waiver("NFX-010"), about=later)) == [
        ("TRUST-001", "was granted at 2026-12-10T09:00:00Z, before DIS-001 was declared at 2026-12-11T09:00:00Z")
    ]


def test_a_disclosure_that_was_edited_after_the_waiver_is_not_waived_where_the_waiver_names_it() -> None:
    named = waiver("NFX-010", covers=[{"disclosure": "DIS-001", "digest": digest_of(ABOUT)}])
    assert finding(report(named), "NFX-010").status == "waived"
    edited = disclosure(prominence="featured")
    [(says, text)] = why(report(named, about=edited))
    assert says == "TRUST-001"
    assert text.startswith("was given for another version of DIS-001")
    [(says, text)] = why(report(named | {"covers": [{"disclosure": "DIS-002", "digest": digest_of(ABOUT)}]}))
    assert (says, text) == ("TRUST-001", "does not name DIS-001")


def test_what_an_edit_asks_for_besides_is_not_waived() -> None:
    edited = disclosure(use_kind=["gen.key_visual"], prominence="story_critical")
    told = report(waiver("NFX-010"), about=edited)
    assert finding(told, "NFX-023").effect == "block"


# Who signed it


def ledger(folder: Path, made: dict[str, Any], known: Any, *people: Person) -> Report:
    """The report with the waiver ``made``, signed by ``people``, for a facility with the trust file ``known``."""
    put(folder, made, *people)
    return of_ledger(folder, known)


def of_ledger(folder: Path, known: Any) -> Report:
    """The report with what stands in ``folder``, and an approved use of which the studio was not told."""
    for each in (ABOUT, APPROVED):
        put(folder, each)
    found = held(folder, known)
    collected = collect(snapshot_of(timeline(clip({"id": "DIS-001"}))), found.standing, found.matcher)
    question = Question(found, load.policy(DEFAULT), CONTEXT, NOW)
    return judge(collected, question, source=InputLine("cut", "otio", "", ""))


def test_a_waiver_signed_by_its_approver_counts_and_the_report_says_by_whom(tmp_path: Path) -> None:
    legal = person("S-LEGAL", "studio_legal")
    known = trust(tmp_path, legal, demands={"waiver": {"signatures": 1}})
    told = ledger(tmp_path / "records", waiver("NFX-010"), known, legal)
    assert (told.verdict, told.counts.waived) == ("allow", 1)
    assert (ID, ("S-LEGAL",)) in [(each.record, each.by) for each in told.signed]


@pytest.mark.parametrize("demands", [{}, {"waiver": {"signatures": 1}}], ids=["not demanded", "demanded"])
@pytest.mark.parametrize(
    ("signer", "knows", "text"),
    [
        (None, True, "is not signed"),
        (person("S-LEGAL", "studio_legal"), False, "is not in the trust file"),
        (person("S-LEGAL", "studio_contact"), True, "may not sign as studio_legal"),
        (person("S-LEGAL", "studio_legal", kinds=["approval"]), True, "may not sign records of the kind waiver"),
        (person("S-LEGAL", "studio_legal", productions=["OTHER"]), True, "may not sign for MYSHOW"),
        (person("S-OTHER", "studio_legal"), True, "S-LEGAL"),
        (person("E-COORDINATOR", "studio_legal"), True, " belongs to whoever requested it"),
        (
            person("S-LEGAL", "studio_legal", revoked={"at": "2026-12-01T00:00:00Z", "reason": "retired"}),
            True,
            "was revoked",
        ),
    ],
)
def test_a_waiver_counts_only_signed_by_its_approver_whatever_the_trust_file_demands(
    tmp_path: Path, demands: Any, signer: Any, knows: bool, text: str
) -> None:
    known = trust(tmp_path, *([signer] if signer and knows else [person("S-OTHERWISE")]), demands=demands)
    told = ledger(tmp_path / "records", waiver("NFX-010"), known, *([signer] if signer else []))
    [(says, said)] = why(told)
    assert says == "TRUST-001"
    assert text in said
    if signer and signer.owner == "E-COORDINATOR":
        assert f"E-COORDINATOR's key {signer.keyid[:12]} belongs to" in said


def test_a_signed_waiver_that_was_changed_counts_no_more(tmp_path: Path) -> None:
    legal = person("S-LEGAL", "studio_legal")
    shorter = put(tmp_path / "shorter", waiver("NFX-010", expires_at="2027-01-31Z"), legal)
    path = put(tmp_path / "records", waiver("NFX-010"), legal)
    signatures = json.loads(shorter.read_text(encoding="utf-8"))["signatures"]
    forged = json.loads(path.read_text(encoding="utf-8")) | {"signatures": signatures}
    path.write_text(json.dumps(forged), encoding="utf-8")
    told = of_ledger(tmp_path / "records", trust(tmp_path, legal))
    assert "was changed after it was signed" in why(told)[0][1]


def test_a_waiver_stands_as_in_force_only_where_it_is_signed() -> None:
    for signed, word in ((None, "inert"), ([], "inert"), ([ID], "expires on")):
        found = records(waiver("NFX-021"), signed=signed)
        assert status(found.records[ID], found, NOW).word == word


def test_without_a_trust_file_a_waiver_is_nothing() -> None:
    told = report(waiver("NFX-010"), signed=None)
    assert why(told) == []
    assert "TRUST-002" not in raised(told)
