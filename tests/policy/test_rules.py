"""Every shipped rule: open without its records, met with exactly the right ones, and what it comes to on temp."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from otiogate.evidence.vocabulary import GENAI_SOURCE_TYPES, USE_KINDS
from otiogate.policy.load import DEFAULT, policy
from tests.builders import (
    CONTEXT,
    SUBJECT,
    TEMP,
    cleared,
    clip,
    consent,
    decision,
    disclosure,
    finding,
    judged,
    notification,
    raised,
    reasons,
    replica,
    timeline,
)
from tests.policy.rows import (
    AS_REASONS,
    DATED,
    IMPOSSIBLE,
    NEEDS_NOTHING,
    PACKS,
    ROWS,
    Data,
    Row,
    by,
    changed,
    named,
    person,
    pile,
    report_on,
)

EFFECTS = {"block": "block", "final": "block", "warn": "warn", "info": "info"}

OPEN = [
    pytest.param(row, ask, id=f"{named(row)}-{ask if isinstance(ask, str) else ask[0] + str(sorted(ask[1]))}")
    for row in ROWS
    for ask in row.asks
]


def test_the_table_has_an_entry_for_every_rule_of_every_shipped_pack() -> None:
    rules = {rule.id for pack in policy(PACKS).packs for rule in pack.rules}
    held = {row.rule for row in (*ROWS, *NEEDS_NOTHING, *AS_REASONS)} | {rule for rule, _ in IMPOSSIBLE}
    assert rules == held
    assert len(rules) == 46


def test_only_the_packs_that_are_meant_to_be_are_active_by_default() -> None:
    assert {pack.name for pack in policy(DEFAULT).packs} == {"core", "netflix", "sag_aftra", "cue_sheet"}
    assert set(PACKS) - {"core", *DEFAULT} == {"guilds", "us_states", "eu_ai_act", "cn_labelling", "provenance"}


def test_every_rule_with_a_date_is_in_the_table_of_dates() -> None:
    dated = {(rule.id, rule.since) for rule in policy(PACKS).rules if rule.since}
    assert dated == {(row.rule, first.date()) for row, first, _ in DATED}
    ends = {(rule.id, rule.until) for rule in policy(PACKS).rules if rule.until}
    assert ends == {(row.rule, first.date() - timedelta(days=1)) for row, first, before in DATED if before}


@pytest.mark.parametrize(("row", "first", "before"), [pytest.param(*each, id=each[0].rule) for each in DATED])
def test_a_dated_rule_holds_from_its_first_day_on(row: Row, first: datetime, before: bool) -> None:
    def on(now: datetime) -> list[str]:
        found = report_on(row._replace(now=now), row.about, [])
        return [each.status for each in found.findings if each.rule == row.rule]

    assert on(first - timedelta(seconds=1)) == (["met"] if before else [])
    assert on(first) == on(first + timedelta(days=3650)) == ["open"]


def test_the_table_names_the_severity_that_the_pack_has() -> None:
    severities = {rule.id: rule.severity for rule in policy(PACKS).rules if rule.id != "GEN-002"}
    assert {row.rule: row.severity for row in ROWS if row.rule != "GEN-002"}.items() <= severities.items()


@pytest.mark.parametrize(("row", "ask"), OPEN)
def test_a_rule_is_open_while_one_of_its_records_is_missing_or_wrong(row: Row, ask: Any) -> None:
    report = report_on(row, row.about, changed(row.clearing(row.about), ask))
    found = finding(report, row.rule)
    assert (found.severity, found.status, found.effect) == (row.severity, "open", EFFECTS[row.severity])
    assert found.missing and found.remedy
    assert report.verdict == ("block" if EFFECTS[row.severity] == "block" else "allow")


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_exactly_the_right_records_meet_the_rule_and_allow_the_delivery(row: Row) -> None:
    report = report_on(row, row.about, row.clearing(row.about))
    assert [each for each in report.findings if each.effect not in ("none", "info")] == []
    assert report.verdict == "allow"
    assert all(each.status in ("met", "info") for each in report.findings if each.rule == row.rule)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_no_record_but_the_disclosure_leaves_the_rule_open(row: Row) -> None:
    if row.asks:
        assert finding(report_on(row, row.about, []), row.rule).status == "open"


@pytest.mark.parametrize(
    ("row", "faulty"), [pytest.param(row, each, id=named(row)) for row in ROWS for each in row.faulty]
)
def test_a_statement_that_the_disclosure_lacks_leaves_the_rule_open(row: Row, faulty: Data) -> None:
    found = finding(report_on(row, faulty, row.clearing(faulty)), row.rule)
    assert (found.severity, found.status, found.effect) == (row.severity, "open", EFFECTS[row.severity])


@pytest.mark.parametrize("row", [row for row in ROWS if row.open_tag is not None], ids=named)
def test_what_the_timeline_says_raises_the_rule(row: Row) -> None:
    report = report_on(row, row.about, row.clearing(row.about), row.open_tag)
    found = finding(report, row.rule)
    assert (found.severity, found.status, found.effect) == (row.severity, "open", EFFECTS[row.severity])
    assert report.verdict == ("block" if EFFECTS[row.severity] == "block" else "allow")


@pytest.mark.parametrize(("row", "ask"), [each for each in OPEN if each.values[0].severity in ("final", "block")])
def test_on_a_temp_delivery_a_final_rule_warns_at_most_and_a_block_rule_still_blocks(row: Row, ask: Any) -> None:
    report = report_on(
        row, row.about, changed(row.clearing(row.about), ask), context=replace(row.context, stage="temp")
    )
    if row.severity == "block":
        assert finding(report, row.rule).effect == "block"
        assert report.verdict == "block"
        return
    effects = {each.effect for each in report.findings if each.rule == row.rule and each.status == "open"}
    assert effects == ({"warn"} if row.on_temp == "warn" else set())
    others = {each.severity for each in report.findings if each.status == "open"}
    assert report.verdict == ("block" if "block" in others else "allow")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.severity == "final" and row.open_tag is not None], ids=named
)
def test_on_a_temp_delivery_what_the_timeline_says_only_warns_where_the_rule_is_final(row: Row) -> None:
    report = report_on(row, row.about, row.clearing(row.about), row.open_tag, TEMP)
    assert finding(report, row.rule).effect == "warn"
    assert report.verdict == "allow"


@pytest.mark.parametrize(("rule", "about"), IMPOSSIBLE)
def test_no_pile_of_granting_records_unblocks_what_nothing_can_satisfy(rule: str, about: Data) -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), about, *pile(about, rule))
    found = finding(report, rule)
    assert (found.severity, found.status, found.effect) == ("block", "open", "block")
    assert report.verdict == "block"


def test_nudity_with_a_minor_blocks_a_temp_delivery_and_a_hidden_clip_too() -> None:
    about = IMPOSSIBLE[3][1]
    hidden = clip({"id": "DIS-001"})
    hidden.enabled = False
    for thing, context in ((timeline(clip({"id": "DIS-001"})), TEMP), (timeline(hidden), CONTEXT)):
        report = judged(thing, about, *pile(about, "SAG-015"), context=context)
        assert finding(report, "SAG-015").effect == "block"


def test_nudity_with_a_minor_asks_for_no_papers() -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), IMPOSSIBLE[3][1])
    assert "SAG-016" not in raised(report)
    assert [each.record for each in report.missing if "SAG-015" in each.required_by] == ["nothing"]


def test_no_rule_that_nothing_satisfies_can_be_waived() -> None:
    rules = {rule.id: rule for rule in policy(PACKS).rules}
    assert rules["NFX-012"].waivable == rules["SAG-015"].waivable == ()


def test_temp_material_is_no_finding_on_a_temp_delivery() -> None:
    about = disclosure(output_stage="temp")
    report = judged(timeline(clip({"id": "DIS-001"})), about, notification(about), context=TEMP)
    assert "NFX-012" not in raised(report)
    assert report.verdict == "allow"


@pytest.mark.parametrize("kind", [kind for kind in USE_KINDS if kind.startswith(("enhance.", "assist."))])
def test_what_adds_no_content_is_an_entry_of_the_cue_sheet_and_asks_for_nothing(kind: str) -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), disclosure(use_kind=[kind]))
    assert raised(report) == {"CUE-001"}
    found = finding(report, "CUE-001")
    assert (found.severity, found.status, found.effect) == ("info", "info", "info")
    assert report.verdict == "allow"


@pytest.mark.parametrize("source_type", sorted(GENAI_SOURCE_TYPES))
@pytest.mark.parametrize("kind", ["enhance.upscale", "assist.matte"])
def test_a_generative_source_type_makes_an_enhancement_generated_content(kind: str, source_type: str) -> None:
    about = disclosure(use_kind=[kind], digital_source_type=source_type)
    report = judged(timeline(clip({"id": "DIS-001"})), about)
    assert {"NFX-010", "NFX-020", "CUE-001"} <= raised(report)
    assert report.verdict == "block"


@pytest.mark.parametrize("kind", [kind for kind in USE_KINDS if not kind.startswith(("enhance.", "assist."))])
@pytest.mark.parametrize("stage", ["final", "temp"])
def test_every_generated_kind_is_notified_and_approved_on_final(kind: str, stage: Literal["final", "temp"]) -> None:
    about = disclosure(use_kind=[kind], prominence="none")
    report = judged(timeline(clip({"id": "DIS-001"})), about, context=TEMP if stage == "temp" else CONTEXT)
    assert "NFX-010" in raised(report)
    assert ("NFX-020" in raised(report)) == (stage == "final")
    if stage == "final":
        assert report.verdict == "block"


@pytest.mark.parametrize("second", ["enhance.upscale", "gen.element", "alter.cosmetic", "assist.matte"])
@pytest.mark.parametrize("kind", USE_KINDS)
def test_a_second_kind_on_a_disclosure_takes_no_rule_away(kind: str, second: str) -> None:
    alone = judged(timeline(clip({"id": "DIS-001"})), disclosure(use_kind=[kind], prominence="incidental"))
    beside = sorted({kind, second})
    both_kinds = judged(timeline(clip({"id": "DIS-001"})), disclosure(use_kind=beside, prominence="incidental"))
    assert raised(alone) <= raised(both_kinds)


@pytest.mark.parametrize("pack", ["netflix", "sag_aftra"])
@pytest.mark.parametrize("identity", ["none", "nonidentifiable_human", "identifiable_living", "minor", "public_figure"])
@pytest.mark.parametrize("kind", ["replica.likeness", "replica.voice", "replica.performance"])
def test_a_replica_needs_consent_whatever_living_identity_is_stated_beside_it(
    kind: str, identity: str, pack: str
) -> None:
    about = disclosure(use_kind=[kind], identity=identity)
    report = judged(timeline(clip({"id": "DIS-001"})), about, context=TEMP, packs=(pack,))
    assert any(each.effect == "block" and "consent" in each.missing[0] for each in report.findings)


@pytest.mark.parametrize(
    "kind",
    [
        "gen.shot",
        "gen.still",
        "gen.key_visual",
        "gen.person.synthetic",
        "gen.person.crowd",
        "gen.voice.synthetic",
        "alter.identity_mask",
    ],
)
@pytest.mark.parametrize("identity", ["identifiable_living", "minor", "public_figure"])
def test_a_real_person_who_is_generated_whole_is_a_replica_whatever_kind_it_is_filed_under(
    kind: str, identity: str
) -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), disclosure(use_kind=[kind], identity=identity), context=TEMP)
    assert {"NFX-030", "SAG-010"} <= raised(report)


@pytest.mark.parametrize("changes", [{"subjects": [person(living="no")]}, {"identity": "identifiable_deceased"}])
def test_a_dead_performer_is_met_by_the_estate_rule_however_it_is_said(changes: Data) -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), replica(**changes), context=TEMP)
    assert finding(report, "SAG-012").effect == "block"


def test_an_incidental_determination_answers_nothing_but_the_incidental_rule() -> None:
    about = disclosure(use_kind=["gen.element", "gen.shot"])
    incidental = decision("incidental", about, ["NFX-020", "NFX-021", "NFX-050"])
    report = judged(timeline(clip({"id": "DIS-001"})), about, notification(about), incidental)
    assert finding(report, "NFX-021").status == "met"
    assert finding(report, "NFX-020").effect == "block"


def test_a_claimed_exception_takes_nothing_from_the_rule_about_replicas() -> None:
    about = replica(exceptions=["as_scripted"])
    exception = decision("exception", about, ["NFX-031", "NFX-030"])
    report = judged(timeline(clip({"id": "DIS-001"})), about, exception, consent(use=False))
    assert finding(report, "NFX-031").status == "met"
    assert finding(report, "NFX-030").effect == "block"


def test_a_model_of_another_production_of_which_nobody_says_what_it_was_trained_on_is_a_question_that_blocks() -> None:
    about = disclosure(models=[{"id": "M-9", "production": "OTHER"}])
    report = judged(timeline(clip({"id": "DIS-001"})), *cleared(about))
    found = finding(report, "GEN-002")
    assert (found.severity, found.effect) == ("block", "block")
    assert "NFX-032" in found.what and "model.trained_on_performer" in found.what


@pytest.mark.parametrize("trained", ["yes", "no"])
def test_a_model_of_another_production_asks_for_consent_only_if_it_was_trained_on_a_performer(trained: str) -> None:
    about = disclosure(models=[{"id": "M-9", "production": "OTHER"}], flags={"model.trained_on_performer": trained})
    report = judged(timeline(clip({"id": "DIS-001"})), *cleared(about))
    assert ("NFX-032" in raised(report)) == (trained == "yes")
    assert report.verdict == ("block" if trained == "yes" else "allow")


def test_a_tag_alone_never_meets_a_rule_that_asks_for_a_disclosure() -> None:
    report = judged(timeline(clip("GENAI gen.shot stage=final prominence=none identity=none fidelity=not_performed")))
    assert finding(report, "NFX-010").missing[0].startswith("disclosure")


UNTRUSTED = (
    ("by the requester", {"requested_by": "S-APPROVER"}),
    ("by the requester, in another case", {"requested_by": "s-approver"}),
    ("by who declared the use", {"approver": by("studio_contact", "v-vendor")}),
    ("by a role that may not", {"approver": by("post_supervisor")}),
    ("by the director", {"approver": by("director")}),
    (
        "for another version",
        {"covers": [{"disclosure": "DIS-001", "digest": "sha256:" + "9" * 64, "media": {"reference": "vfx_010.mov"}}]},
    ),
)


@pytest.mark.parametrize(("rule", "about"), [("NFX-020", disclosure()), ("NFX-030", replica())])
@pytest.mark.parametrize(("why", "changes"), UNTRUSTED)
def test_trust_001_is_the_reason_beside_the_rule_that_demanded_the_approval(
    rule: str, about: Data, why: str, changes: Data
) -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), about, decision("approval", about, [rule], **changes))
    found = finding(report, rule)
    assert ("APR-001", "TRUST-001") in [(id, says) for id, says, _ in reasons(report, rule)]
    assert found.severity == ("block" if rule == "NFX-030" else "final")
    assert found.effect == "block"
    assert "TRUST-001" not in raised(report)


def test_trust_001_is_the_reason_where_the_approval_is_for_other_media() -> None:
    about = disclosure()
    other = clip({"id": "DIS-001"}, reference="other.mov", reel="B002")
    report = judged(timeline(other), *cleared(about))
    assert ("APR-001", "TRUST-001") in [(id, says) for id, says, _ in reasons(report, "NFX-020")]
    assert report.verdict == "block"


NOT_IN_FORCE = (
    ("expired", {"expires_at": "2026-12-31Z"}),
    ("expires before the release", {"expires_at": "2027-02-28Z"}),
    ("not valid yet", {"effective_from": "2027-06-01Z"}),
    ("not signed yet", {"signed_at": "2027-01-15T12:00:01Z"}),
    ("revoked", {"revoked": {"at": "2027-01-01T00:00:00Z"}}),
    ("to be revoked before the release", {"revoked": {"at": "2027-02-01T00:00:00Z"}}),
    ("suspended", {"suspensions": [{"from": "2027-01-10Z", "reason": "Strike."}]}),
    ("suspended at the release", {"suspensions": [{"from": "2027-02-01Z", "reason": "Strike."}]}),
)


@pytest.mark.parametrize(("why", "changes"), NOT_IN_FORCE)
def test_sag_011_is_the_reason_beside_the_rule_that_demanded_the_consent(why: str, changes: Data) -> None:
    about = replica(exceptions=["as_scripted"])
    report = judged(timeline(clip({"id": "DIS-001"})), about, consent(**changes))
    for rule, severity in (("NFX-030", "block"), ("SAG-010", "block"), ("NFX-031", "final")):
        assert ("CON-001", "SAG-011") in [(id, says) for id, says, _ in reasons(report, rule)]
        assert finding(report, rule).severity == severity
    assert "SAG-011" not in raised(report)
    assert report.verdict == "block"


def test_without_the_union_pack_the_reason_names_no_rule_that_is_not_active() -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), replica(), consent(expires_at="2026-12-31Z"), packs=("netflix",))
    assert {says for id, says, _ in reasons(report, "NFX-030") if id == "CON-001"} == {""}
    assert report.verdict == "block"


def test_every_missing_record_is_named_once_with_all_rules_that_ask_for_it() -> None:
    report = judged(timeline(clip({"id": "DIS-001"})), replica())
    consents = [each for each in report.missing if each.record == "consent"]
    assert [(each.subject, each.required_by) for each in consents] == [(SUBJECT, ("NFX-030", "SAG-010"))]


@pytest.mark.parametrize("severity", ["info", "warn", "final", "block"])
@pytest.mark.parametrize(
    ("event", "said", "rule"),
    [
        ("undisclosed", "GENAI gen.shot", "GEN-001"),
        ("invalid", "GENAI gen.shott", "GEN-002"),
        ("differs", ["GENAI none", {"id": "DIS-001"}], "GEN-002"),
    ],
)
def test_a_pack_cannot_switch_off_what_the_gate_raises_itself(
    tmp_path: Path, event: str, said: Any, rule: str, severity: str
) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "pack: aaa\nformat: 1\nversion: '1'\nissued: '2026-11-22'\ntitle: House\nrules:\n"
        f"  - {{id: AAA-001, title: t, severity: {severity}, on: {event}, require: [], why: w, remedy: r,"
        " source: {title: s}}\n",
        encoding="utf-8",
    )
    active = policy(("netflix",), [path])
    report = judged(timeline(clip(said)), *cleared(disclosure()), policy=active)
    stricter = severity == "block" and event != "invalid"
    assert finding(report, "AAA-001" if stricter else rule).effect == "block"
    assert report.verdict == "block"


def test_a_pack_cannot_settle_what_is_unsure(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(
        "pack: aaa\nformat: 1\nversion: '1'\nissued: '2026-11-22'\ntitle: House\nrules:\n"
        "  - {id: AAA-001, title: t, severity: info, on: unsure, require: [], why: w, remedy: r, source: {title: s}}\n",
        encoding="utf-8",
    )
    active = policy(("netflix",), [path])
    about = disclosure(use_kind=["gen.shot"], identity="unsure")
    report = judged(timeline(clip({"id": "DIS-001"})), *cleared(about), policy=active)
    assert finding(report, "GEN-002").effect == "block"
