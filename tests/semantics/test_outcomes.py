"""What things mean exactly: outcomes, paragraphs 23 to 25."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from otiogate.errors import UsageError
from otiogate.host.read import snapshot_of
from otiogate.policy.load import policy
from otiogate.records.model import record_set
from otiogate.report.json import JsonWriter, read_reports
from otiogate.report.model import EXIT_CODES
from otiogate.scan import judging
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Problem
from tests.builders import SUBJECT, cleared, clip, consent, disclosure, finding, judged, replica, timeline
from tests.cli.running import call
from tests.semantics.shared import TAGGED, cut


def test_23_each_verdict_has_its_exit_code() -> None:
    assert EXIT_CODES == {"allow": 0, "block": 1, "cannot_judge": 3}


def test_23_a_timeline_without_uses_is_allowed_and_says_so() -> None:
    report = judged(cut())
    empty = judged(timeline())
    assert (empty.verdict, empty.counts.uses) == ("allow", 0)
    assert "The timeline makes no use of media." in empty.notes
    assert "The timeline makes no use of media." not in report.notes


def test_23_an_unknown_pack_is_an_error_of_usage() -> None:
    with pytest.raises(UsageError):
        policy(("netflixx",))


CODES = {"clean.otio": 0, "tagged.otio": 1, "missing.otio": 3, "bad/cut.otio": 2, "bug.otio": 70}


@pytest.fixture
def inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeline for each exit code that a timeline can lead to."""
    Path("bad").mkdir()
    Path("bad/otiogate.yaml").write_text("format: 2\n", encoding="utf-8")
    for name in ("clean.otio", "bad/cut.otio", "bug.otio"):
        timeline(clip()).to_json_file(name)
    timeline(clip("GENAI gen.shot")).to_json_file("tagged.otio")
    real = judging.judge_path

    def broken(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == "bug.otio":
            raise ZeroDivisionError
        return real(path, *arguments, **named)

    monkeypatch.setattr(judging, "judge_path", broken)


@pytest.mark.parametrize("names", [*combinations(CODES, 1), *combinations(CODES, 2), tuple(CODES)], ids=" ".join)
def test_23_of_several_exit_codes_70_is_over_2_over_3_over_1_over_0(
    names: tuple[str, ...], inputs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    code = max((CODES[name] for name in names), key=[0, 1, 3, 2, 70].index)
    assert call(capsys, "scan", *names).code == code
    assert call(capsys, "scan", *reversed(names)).code == code


def test_23_where_no_input_matches_the_exit_code_is_4(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "scan", "*.edl").code == 4


def test_23_content_of_which_nothing_could_be_read_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cut.edl").write_text("The cut is in another mail.\n", encoding="utf-8")
    assert call(capsys, "scan", "cut.edl").code == 3


def test_23_an_empty_policy_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    timeline(clip()).to_json_file("cut.otio")
    pack = "pack: house\nformat: 1\nversion: '1'\nissued: '2026-11-22'\ntitle: House\nrules: []\n"
    Path("house.yaml").write_text(pack, encoding="utf-8")
    assert call(capsys, "scan", "cut.otio", "--policy", "house.yaml").code == 2


def test_23_a_timeline_that_is_well_formed_and_has_no_uses_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    timeline().to_json_file("cut.otio")
    ran = call(capsys, "scan", "cut.otio")
    assert (ran.code, "note: The timeline makes no use of media." in ran.out) == (0, True)


def test_24_what_was_lost_leaves_no_verdict_and_what_is_odd_changes_none() -> None:
    snapshot = snapshot_of(cut())
    odd = judged(snapshot.with_problems([Problem("odd", "bent")]), *cleared(disclosure()))
    lost = judged(snapshot.with_problems([Problem("lost", "cut off")]), *cleared(disclosure()))
    assert (odd.verdict, lost.verdict) == ("allow", "cannot_judge")


def test_24_something_lost_weighs_more_than_a_block() -> None:
    lost = snapshot_of(cut()).with_problems([Problem("lost", "cut off")])
    report = judged(lost, disclosure())
    assert (report.verdict, report.exit_code) == ("cannot_judge", 3)
    assert finding(report, "NFX-020").effect == "block"


def test_25_a_finding_is_one_rule_and_one_disclosure_with_its_uses() -> None:
    report = judged(cut(clip(TAGGED, name="one"), clip(TAGGED, name="two")), disclosure())
    keys = [(each.rule, each.disclosure) for each in report.findings]
    assert len(keys) == len(set(keys))
    line = finding(report, "NFX-020").uses[1]
    assert (line.name, line.reel, line.track) == ("two", "A001", "V1")
    assert (line.record, line.source) == ("01:00:02:00-01:00:04:00", "00:00:00:10-00:00:02:10")
    assert "item 2" in line.address


def test_25_an_edl_use_names_its_event_and_line() -> None:
    edl = (
        "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
        "007  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
        "* GENAI: gen.environment id=DIS-001\n"
    )
    line = finding(judged(read_edl(edl.encode(), "cut.edl"), disclosure()), "NFX-020").uses[0]
    assert (line.event, line.line) == ("007", 4)


def test_25_a_missing_record_is_named_once_with_all_that_ask_for_it() -> None:
    report = judged(cut(), replica())
    asked = {(each.record, each.subject): each.required_by for each in report.missing}
    assert asked["consent", SUBJECT] == ("NFX-030", "SAG-010")
    assert len(asked) == len(report.missing)


def test_25_a_report_survives_json() -> None:
    report = judged(cut(), replica(), consent(expires_at="2026-01-01Z"))
    assert read_reports(JsonWriter().write([report])) == [report]


def test_no_record_at_all_and_nothing_said_is_an_empty_report() -> None:
    report = judged(cut(clip()))
    assert (report.findings, report.missing, report.records_digest) == ((), (), record_set(()).digest)
