"""``otiogate explain``: every rule that can stop somebody can be explained to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.policy.load import policy, shipped
from tests.cli.running import call, project

RULES = policy(shipped()).rules
IDS = sorted({rule.id for rule in RULES})


@pytest.mark.parametrize("rule", IDS)
def test_every_shipped_rule_is_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "explain", rule)
    assert (ran.code, ran.err) == (0, "")
    variants = [each for each in RULES if each.id == rule]
    words = " ".join(ran.out.split())
    for each in variants:
        assert f"{rule}  {each.title}\n" in ran.out
        for text in (each.why, each.remedy, each.source.title, each.source.url, each.example):
            assert text in words
        assert f"  pack      {each.pack}\n" in ran.out
    assert ran.out.count("\n  why       ") == len(variants)
    assert ran.out.count("\n  to do     ") == len(variants)
    assert ran.out.count("\n  waiver    ") == len(variants)
    assert all(len(line) <= 120 or "http" in line for line in ran.out.splitlines())


@pytest.mark.parametrize("text", ["nfx-030", "Nfx-030", " NFX-030 "])
def test_case_and_blanks_do_not_count(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "explain", text) == call(capsys, "explain", "NFX-030")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("NFX-03", "did you mean NFX-030"),
        ("NFX030", "did you mean NFX-030"),
        ("NFX-999", "NFX-0"),
        ("GEN-1", "GEN-001"),
        ("quux", "known: AUD-001, "),
        ("?", "known: AUD-001, "),
    ],
)
def test_an_unknown_rule_is_a_usage_error_with_suggestions(
    text: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = call(capsys, "explain", text)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"otiogate: there is no rule {text!r} (")
    assert hint in ran.err
    assert ran.err.count("\n") == 1


def test_each_severity_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    for rule, words in (
        ("NFX-030", "severity  block: stops every delivery until it is met"),
        ("NFX-020", "severity  final: stops a final delivery, warns on a temp one"),
        ("NFX-035", "severity  warn: warns"),
        ("CUE-001", "severity  info: is listed, and stops nothing"),
        ("GEN-002", "severity  worst: as severe as the worst answer would be"),
    ):
        assert words in call(capsys, "explain", rule).out


def test_a_rule_of_a_configured_pack_is_explained_with_the_severity_it_has_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.cli.test_scan import HOUSE

    assert call(capsys, "explain", "HSE-001").code == 2
    project(tmp_path, "format: 1\npolicy: [house.yaml]\nseverity: {NFX-035: block}\n")
    (tmp_path / "house.yaml").write_text(HOUSE.replace("The house says so.", '"The \\e[31m house says so."'))
    ran = call(capsys, "explain", "HSE-001")
    assert ran.code == 0
    assert "The \\x1b[31m house says so." in ran.out
    assert "severity  block: " in call(capsys, "explain", "NFX-035").out


def test_a_pack_that_is_not_active_is_explained_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path, "format: 1\npacks: [cue_sheet]\n")
    assert call(capsys, "explain", "NFX-030").code == 0
