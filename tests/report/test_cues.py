"""The cue sheet in the report: a line for every AI use, cleared or not, with what is known of it."""

from __future__ import annotations

from typing import Any

from otiogate.evidence.collect import collect
from otiogate.gate import Question, judge
from otiogate.host.read import snapshot_of
from otiogate.policy.load import DEFAULT, policy
from otiogate.report.model import CueLine, InputLine, Report
from tests import builders


def lines(report: Report) -> list[tuple[str, str, str]]:
    return [(cue.clip, cue.disclosure, cue.status) for cue in report.cues]


def only(report: Report) -> CueLine:
    [cue] = report.cues
    return cue


def test_a_cleared_replica_is_listed_with_its_tools_consents_and_approvals() -> None:
    about = builders.replica(
        inputs=[{"reference": "plate.mov", "owner": "Example", "permission": "licence 4711"}, {"owner": "X"}]
    )
    legal = builders.decision("legal_review", about, ["NFX-030"])
    held = [*builders.cleared(about, "NFX-030"), legal, builders.consent()]
    report = builders.judged(
        builders.timeline(builders.clip(name="plate", reference="plate.mov"), builders.clip({"id": "DIS-001"})), *held
    )
    assert only(report) == CueLine(
        disclosure="DIS-001",
        digest=builders.digest_of(about),
        media="vfx_010.mov|A001",
        address="track 1 'V1' / item 2",
        line=0,
        track="V1",
        clip="vfx_010",
        reel="A001",
        record_in="01:00:02:00",
        record_out="01:00:04:00",
        source_in="00:00:00:10",
        source_out="00:00:02:10",
        visible=True,
        description="replica.likeness",
        tools=("StudioGen 3",),
        inputs=("plate.mov (owner Example, licence 4711)", "input (owner X)"),
        consents=("CON-001",),
        approvals=("APR-001", "LGL-001"),
        notices=("NTF-001",),
        status="met",
    )
    assert report.verdict == "allow"


def test_what_is_not_cleared_is_open_and_on_temp_a_warning() -> None:
    cut = builders.timeline(builders.clip({"id": "DIS-001"}))
    assert only(builders.judged(cut, builders.disclosure())).status == "open"
    assert only(builders.judged(cut, builders.disclosure(), context=builders.TEMP)).status == "warn"


def test_each_use_has_a_status_of_its_own() -> None:
    hidden = builders.clip({"id": "DIS-001"}, name="hidden")
    hidden.enabled = False
    report = builders.judged(builders.timeline(builders.clip({"id": "DIS-001"}), hidden), builders.disclosure())
    assert lines(report) == [("vfx_010", "DIS-001", "open"), ("hidden", "DIS-001", "warn")]
    assert [cue.visible for cue in report.cues] == [True, False]


def test_two_disclosures_of_one_clip_are_two_lines_and_one_of_two_clips_are_two() -> None:
    tags = [{"id": "DIS-002"}, {"id": "DIS-001"}]
    cut = builders.timeline(builders.clip(tags, name="a"), builders.clip({"id": "DIS-001"}, name="b"))
    held = [builders.disclosure(each, media=builders.ELSEWHERE) for each in ("DIS-001", "DIS-002")]
    report = builders.judged(cut, *held)
    assert [each[:2] for each in lines(report)] == [("a", "DIS-001"), ("a", "DIS-002"), ("b", "DIS-001")]


def test_tags_and_evidence_are_listed_under_what_they_say() -> None:
    named = builders.clip("GENAI enhance.upscale tool=Topaz version=5", name="up")
    typed = builders.clip(name="typed")
    typed.metadata["x"] = {"digital source type": "trainedAlgorithmicMedia"}
    broken = builders.clip("GENAI gen.sky", name="broken")
    report = builders.judged(builders.timeline(named, typed, broken, builders.clip("GENAI none")))
    up, source, sky = report.cues
    assert (up.description, up.tools, up.status, up.digest) == ("enhance.upscale", ("Topaz 5",), "met", "")
    assert source.disclosure.startswith("digital source type trainedAlgorithmicMedia says GenAI")
    assert source.description == source.disclosure
    assert (sky.clip, sky.status) == ("broken", "open")
    assert sky.disclosure == "GENAI gen.sky: 'gen.sky' is not a use kind"


def test_a_tag_of_which_a_part_is_not_understood_is_one_line() -> None:
    report = builders.judged(builders.timeline(builders.clip("GENAI gen.shot foo=1")), context=builders.TEMP)
    assert lines(report) == [("vfx_010", "GENAI gen.shot foo=1", "open")]


def test_a_tag_that_contradicts_the_records_weighs_on_the_line_of_the_disclosure() -> None:
    about = builders.disclosure()
    cut = builders.timeline(builders.clip({"id": "DIS-001"}))
    assert only(builders.judged(cut, *builders.cleared(about))).status == "met"
    cut.tracks[0][0].metadata["genai"] = [{"id": "DIS-001"}, "GENAI none"]
    assert only(builders.judged(cut, *builders.cleared(about))).status == "open"


def test_no_ai_use_is_no_line() -> None:
    report = builders.judged(builders.timeline(builders.clip(), builders.clip("GENAI none")))
    assert report.cues == ()
    assert builders.judged(builders.timeline(builders.clip()), declaration_required=True).cues == ()


def test_every_use_that_is_counted_as_ai_has_a_line_and_no_other() -> None:
    tags = [None, "GENAI", {"id": "DIS-001"}, "GENAI gen.shots", {"use_kind": 5}, "GENAI gen.shot foo=1"]
    cut = builders.timeline(*(builders.clip(tag, name=f"c{i}") for i, tag in enumerate(tags)))
    report = builders.judged(cut, builders.disclosure(media=builders.ELSEWHERE))
    assert {cue.clip for cue in report.cues} == {"c1", "c2", "c3", "c4", "c5"}
    assert report.counts.ai_uses == len({cue.address for cue in report.cues})


def test_an_export_makes_no_cues_and_nothing_else_is_different() -> None:
    snapshot = snapshot_of(builders.timeline(builders.clip({"id": "DIS-001"})))
    held = builders.records(builders.disclosure())
    question = Question(held, policy(DEFAULT), builders.CONTEXT, builders.NOW)

    def judged(**options: Any) -> Report:
        collected = collect(snapshot, held.standing, held.matcher)
        return judge(collected, question, source=InputLine("cut", "otio", "", ""), **options)

    full, short = judged(), judged(list_met=False)
    assert full.cues
    assert short.cues == short.hints == ()
    assert (full.verdict, full.counts, full.missing) == (short.verdict, short.counts, short.missing)
