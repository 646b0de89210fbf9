"""``otiogate explain TIMELINE [CLIP]``: what made a clip AI, what is asked of it, or where nothing was said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.cli.running import Ran, call, edl, project

OLD = {"signed_at": "2020-01-01T00:00:00Z", "expires_at": "2021-01-01Z"}


def ledger(folder: Path, *records: dict[str, Any]) -> None:
    project(folder, builders.CONFIG, **{each["id"].lower(): json.dumps(each) for each in records})


def cut(folder: Path, *events: list[str]) -> Path:
    path = folder / "cut.edl"
    path.write_text(edl(*events), encoding="utf-8")
    return path


def explain(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return call(capsys, "explain", *arguments)


def test_the_trace_of_a_replica_tells_tag_record_rules_and_why_each_record_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = builders.replica(
        match=[{"reel": "A001", "source_range": "01:00:00:00-01:00:05:00"}], declared_at="2020-01-01T00:00:00Z"
    )
    told = builders.notification(about, at="2020-01-02T00:00:00Z")
    ledger(tmp_path, about, told, builders.consent(**OLD))
    ran = explain(capsys, cut(tmp_path, ["* GENAI id=DIS-001"], []))
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0] == "01:00:00:00-01:00:02:00  event 001, line 4  reel A001"
    assert lines[1] == "  AI use  DIS-001: replica.likeness  [stops this delivery]"
    assert lines[2] == "    said in     line 5: GENAI id=DIS-001"
    assert lines[3] == "    said in     ledger match: reel A001"
    assert lines[4].startswith("    stands in   ")
    assert "dis-001.yaml" in lines[4]
    for text in (
        "    rule        NFX-030 [block] ",
        "                  missing: consent of P-001",
        "                  tried:   consent CON-001: expired at 2021-01-01Z [SAG-011]",
        "    rule        NFX-010 [met] ",
        "                  met by:  NTF-001",
    ):
        assert any(line.startswith(text) for line in lines), text
    assert "A002" not in ran.out, "a clip without AI use is not listed"


def test_rules_that_only_may_apply_are_named_with_the_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(tmp_path, builders.disclosure(identity="unsure", use_kind=["replica.likeness"]))
    ran = explain(capsys, cut(tmp_path, ["* GENAI id=DIS-001"]))
    assert "    rule        GEN-002 [block] " in ran.out
    assert "                  unsure: identity; the answer decides on NFX-030" in ran.out


def test_a_tag_without_a_disclosure_is_traced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = explain(capsys, cut(tmp_path, ["* GENAI gen.shot tool=X"]))
    assert "  AI use  GENAI gen.shot tool=X: gen.shot  [stops this delivery]\n" in ran.out
    assert "    said in     line 5: GENAI gen.shot tool=X\n" in ran.out
    assert "missing: disclosure of the AI use, in full" in ran.out


@pytest.mark.parametrize("name", ["a002", "002", "2", "A00*", "event 002, line 5"])
def test_a_clip_without_ai_use_says_so_and_what_was_looked_at(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(tmp_path, builders.disclosure(match=[{"reference": "vfx_010.mov"}]))
    path = cut(tmp_path, [], ["* FROM CLIP NAME: SKY_MIDJOURNEY.MOV", "* GENAI none"])
    ran = explain(capsys, path, name)
    assert ran.code == 0
    assert "  No AI use is declared or found.\n" in ran.out
    assert "    looked at   line 6, line 7; and what stands on everything around it\n" in ran.out
    assert "    said there  GENAI none (line 7)\n" in ran.out
    assert "    known as    SKY_MIDJOURNEY.MOV, A002\n" in ran.out
    assert "    records     1 of 1 disclosure say which media they match; this is none of it\n" in ran.out
    assert "(a hint, which decides nothing): Midjourney: 'SKY_MIDJOURNEY.MOV'\n" in ran.out


def test_a_clip_is_found_by_name_and_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cut(
        tmp_path, ["* FROM CLIP NAME: SKY.MOV", "* GENAI gen.shot"], ["* FROM CLIP NAME: SEA.MOV", "* GENAI: gen.sfx"]
    )
    for name in ("sky.mov", "S?Y*", "A001"):
        out = explain(capsys, path, name).out
        assert "gen.shot" in out
        assert "gen.sfx" not in out


def test_a_clip_that_shows_none_of_the_ranges_that_are_ai_is_told_with_what_it_comes_to_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(
        tmp_path,
        builders.disclosure(ranges=["01:00:00:00-01:00:01:00"], media={"reference": "vfx.mov"}),
    )
    path = cut(tmp_path, *[["* FROM CLIP NAME: vfx.mov"]] * 2)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    second = lines.index(next(each for each in lines if each.startswith("002")))
    lines[second] = lines[second].replace("01:00:00:00 01:00:02:00", "01:30:00:00 01:30:02:00", 1)
    path.write_text("".join(lines), encoding="utf-8")
    for event, word, rule in (("1", "stops this delivery", "block"), ("2", "nothing is open", "info")):
        out = explain(capsys, path, event).out
        assert f"AI use  DIS-001: gen.environment  [{word}]\n" in out
        assert f"rule        NFX-020 [{rule}] Generated content in a final delivery\n" in out
    told = call(capsys, "scan", path).out.splitlines()
    marked = [each.split("  ")[-1] for each in told if each.strip().startswith("01:00:02:00-")]
    assert set(marked) == {"shows none of the ranges that are AI"}
    assert not any(each.endswith("ranges that are AI") for each in told if each.strip().startswith("01:00:00:00-"))


@pytest.mark.parametrize("number", ["2", "02", "002", "000002"])
def test_an_event_is_found_however_many_zeros_it_is_written_with(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = explain(capsys, cut(tmp_path, ["* GENAI gen.shot"], ["* GENAI gen.sfx"]), number).out
    assert "gen.sfx" in out
    assert "gen.shot" not in out


def test_a_folder_is_said_to_be_one_unless_it_is_called_like_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("delivery", "NFX-030"):
        (tmp_path / name).mkdir()
    ran = explain(capsys, "delivery")
    assert (ran.code, ran.err) == (2, "otiogate: delivery: is a folder (name a timeline in it)\n")
    assert explain(capsys, "NFX-030").out.startswith("NFX-030  A digital replica of a living person\n")


def test_no_such_clip_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = explain(capsys, cut(tmp_path, ["* GENAI gen.shot"]), "nobody")
    assert (ran.code, ran.out) == (2, "")
    assert "no clip, event, reel or file is called 'nobody'" in ran.err


def test_a_cut_without_ai_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = explain(capsys, cut(tmp_path, []))
    assert (ran.code, ran.out) == (0, "No AI use is declared or found in any clip.\n")


@pytest.mark.parametrize("text", [None, "", "not an edl"])
def test_what_cannot_be_read_is_exit_code_3(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.edl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    ran = explain(capsys, path)
    assert (ran.code, ran.out) == (3, "")


def test_what_is_read_in_part_is_traced_and_said_to_be_a_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(edl(["* GENAI gen.shot"]) + "002  A002 V C 01:00:00:00 01:00:0\n", encoding="utf-8")
    ran = explain(capsys, path)
    assert ran.code == 3
    assert "AI use  GENAI gen.shot" in ran.out
    assert ran.err.startswith("COULD NOT JUDGE  ")


def test_what_is_said_of_something_that_holds_no_clip_is_traced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import opentimelineio as otio

    empty = otio.schema.Timeline("empty")
    empty.metadata["genai"] = "GENAI gen.shot"
    path = tmp_path / "cut.otio"
    path.write_text(empty.to_json_string(), encoding="utf-8")
    assert "  AI use  GENAI gen.shot: gen.shot  [stops this delivery]\n" in explain(capsys, path).out


def test_a_rule_takes_no_clip_and_a_file_that_is_called_like_a_rule_is_a_timeline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(capsys, "NFX-030", "A001").code == 2
    (tmp_path / "NFX-030").write_text("x", encoding="utf-8")
    assert explain(capsys, "NFX-030").code == 3


def test_nothing_in_the_trace_acts_on_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cut(
        tmp_path, ["* FROM CLIP NAME: \x1b[31m\u202eX", "* GENAI gen.shot note=\x9b2J", "* COMMENT: midjourney \x07"]
    )
    out = explain(capsys, path).out
    assert out
    assert all(line.isprintable() for line in out.splitlines())
