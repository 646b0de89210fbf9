"""The options that say under what to judge: the same for every command that does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Ran, call, edl, project

SAMPLES = Path(__file__).parents[2] / "sample_timelines"
CLEARED = SAMPLES / "allow" / "approved_replica" / "tdw_103_sc12_v07.edl"
COMMANDS = (("scan",), ("explain",), ("cuesheet",), ("diff", CLEARED))


@pytest.fixture(params=COMMANDS, ids=lambda each: each[0])
def judged(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    return lambda *options: call(capsys, *request.param, CLEARED, *options)


Judged = Callable[..., Ran]


def said(ran: Ran) -> str:
    return ran.out + ran.err


def test_each_judges_as_of_another_time(judged: Judged) -> None:
    cleared, before = judged(), judged("--as-of", "2020-01-01T12:00:00Z")
    assert said(cleared) != said(before)


def test_each_judges_with_other_records(judged: Judged, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert said(judged("--records", tmp_path / "none")) != said(judged())


def test_each_judges_as_another_stage(judged: Judged) -> None:
    assert judged("--stage", "temp").code in (0, 1)
    assert judged("--stage", "rough").code == 2


def test_each_refuses_a_time_without_a_zone(judged: Judged) -> None:
    ran = judged("--as-of", "2026-01-01")
    assert (ran.code, ran.out) == (2, "")
    assert "write 2027-03-01T12:00:00Z" in ran.err


def test_each_takes_a_context_map(judged: Judged, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("format: 1\nlines:\n  - {files: ['*'], context: {cut: v1}}\n")
    ran = judged("--context-map", tmp_path / "map.yaml")
    assert ran.code == 3
    assert "no line of the context map fits" in said(ran)


def test_a_rule_is_explained_where_the_configuration_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path, "format: 1\nproducton: MYSHOW\n")
    ran = call(capsys, "explain", "NFX-030")
    assert ran.code == 0
    assert ran.out.startswith("NFX-030  A digital replica of a living person")
    assert "did you mean 'production'" in ran.err
    assert "explained as they are shipped" in ran.err


@pytest.mark.parametrize("name", ["scan", "cuesheet", "diff"])
def test_nothing_is_written_over_the_timeline(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "cut.edl"
    cut.write_text(edl([]))
    names = [cut, cut] if name == "diff" else [cut]
    ran = call(capsys, name, *names, "-o", cut)
    assert (ran.code, cut.read_text()) == (2, edl([]))
