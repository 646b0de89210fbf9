"""``otiogate rules``: the list is whole, and a pack that cannot mean what it says is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.policy.load import policy, shipped
from tests.cli.running import call, project
from tests.policy.test_lint import PACK, rule

RULES = policy(shipped()).rules


def test_every_rule_of_every_shipped_pack_is_listed_with_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "rules")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) == len(RULES)
    for line, each in zip(lines, RULES, strict=True):
        assert line.split()[:3] == [each.id, each.severity, each.pack]
        assert line.endswith(each.title)
        assert all(str(day) in line for day in (each.since, each.until) if day)


def test_the_variants_of_a_rule_have_their_dates(capsys: pytest.CaptureFixture[str]) -> None:
    until, since = (line for line in call(capsys, "rules").out.splitlines() if line.startswith("SAG-030 "))
    assert "  until 2027-06-30  " in until
    assert "  from 2027-07-01  " in since


@pytest.mark.parametrize("pack", shipped())
def test_one_pack_can_be_asked_for(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "rules", "--pack", pack)
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == [each.id for each in RULES if each.pack == pack]


def test_an_unknown_pack_is_a_usage_error_that_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "rules", "--pack", "netflx")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"otiogate: there is no pack 'netflx' (known: {', '.join(shipped())})\n"


def test_a_configured_pack_is_listed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path, "format: 1\npolicy: [house.yaml]\n")
    (tmp_path / "house.yaml").write_text(PACK + rule("HSE-001"), encoding="utf-8")
    assert call(capsys, "rules", "--pack", "house").out.split()[:3] == ["HSE-001", "block", "house"]


def test_a_sound_pack_is_said_to_be_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "house.yaml").write_text(PACK + rule("HSE-001"), encoding="utf-8")
    assert call(capsys, "rules", "lint", "house.yaml") == (0, "house.yaml: nothing is wrong\n", "")


def test_every_file_is_checked_and_one_that_is_wrong_is_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(PACK + rule("HSE-001"), encoding="utf-8")
    twice = rule("HSE-002") + rule("HSE-002")
    (tmp_path / "bad.yaml").write_text(PACK + twice, encoding="utf-8")
    ran = call(capsys, "rules", "lint", "absent.yaml", "bad.yaml", "good.yaml")
    assert (ran.code, ran.err) == (2, "")
    absent, bad, good = ran.out.splitlines()
    assert absent.startswith("absent.yaml: cannot be read: ")
    assert bad.startswith("bad.yaml:13: HSE-002: ")
    assert good == "good.yaml: nothing is wrong"


def test_nothing_in_a_pack_acts_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text(PACK + rule("HSE-001").replace("block", '"\\e[31m"'), encoding="utf-8")
    ran = call(capsys, "rules", "lint", "bad.yaml")
    assert ran.code == 2
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("arguments", [["lint"], ["--pack", "core", "lint", "x.yaml"], ["lnt", "x.yaml"]])
def test_a_call_that_means_nothing_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "rules", *arguments)
    assert (ran.code, ran.out) == (2, "")
