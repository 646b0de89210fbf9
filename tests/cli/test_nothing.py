"""Nothing to scan is an outcome of its own: never green."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.cli import main


def test_a_pattern_that_matches_nothing_is_exit_code_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(tmp_path / "*.edl")]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert "nothing to scan: no timeline in" in said.err


def test_a_pattern_that_the_shell_left_alone_scans_what_it_matches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("b.edl", "a.edl"):
        (tmp_path / name).write_text("TITLE: X\nFCM: NON-DROP FRAME\n", encoding="utf-8")
    assert main(["scan", str(tmp_path / "*.edl")]) == 0
    out = capsys.readouterr().out
    assert out.index("a.edl") < out.index("b.edl")


def test_a_file_that_is_missing_is_no_pattern(tmp_path: Path) -> None:
    assert main(["scan", str(tmp_path / "cut.edl")]) == 3


def test_a_pattern_that_matches_nothing_hides_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "bad.edl").write_text("", encoding="utf-8")
    assert main(["scan", str(tmp_path / "*.otio"), str(tmp_path / "bad.edl")]) == 3


def test_a_folder_without_a_timeline_is_exit_code_4_and_stays_so_beside_what_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "cut.edl").write_text("TITLE: X\nFCM: NON-DROP FRAME\n", encoding="utf-8")
    assert main(["scan", str(tmp_path / "empty")]) == 4
    assert main(["scan", str(tmp_path / "empty"), str(tmp_path / "cut.edl")]) == 4
    assert "nothing to scan in" in capsys.readouterr().err
    assert main(["scan", str(tmp_path / "empty"), str(tmp_path / "none.edl")]) == 3


def test_an_empty_policy_file_is_a_usage_error(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        'pack: mine\nformat: 1\nversion: "1"\nissued: "2026-01-01"\ntitle: Mine\nrules: []\n', encoding="utf-8"
    )
    cut = tmp_path / "cut.edl"
    cut.write_text("TITLE: X\nFCM: NON-DROP FRAME\n", encoding="utf-8")
    assert main(["scan", str(cut), "--policy", str(pack)]) == 2
