"""The folder of real timelines beside the checkout: each is scanned to a verdict, or says why there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from otiogate.config.layers import settings
from otiogate.report.model import Report
from otiogate.report.text import TextWriter
from otiogate.scan.judging import judge_path
from otiogate.timeline.formats import FORMATS
from tests.cli.running import call

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]


def files(*suffixes: str) -> list[Path]:
    found = (Path(base) / name for base, _, names in os.walk(CORPUS) for name in names)
    return sorted(path for path in found if path.suffix.lower() in suffixes and path.parent.name != "negative")


def shown(path: Path) -> str:
    return str(path.relative_to(CORPUS))


def judged(path: Path) -> Report:
    return judge_path(path, settings([str(path)]), NOW)


def faults(report: Report) -> Iterator[str]:
    """What must not be said of a real timeline in which nobody used AI, or tagged it."""
    if any(finding.effect != "none" for finding in report.findings):
        yield f"findings: {sorted({(each.rule, each.what) for each in report.findings})}"
    lost = [each for each in report.problems if each.severity == "lost"]
    if (report.verdict == "cannot_judge") != bool(lost):
        yield f"{report.verdict} with {len(lost)} losses"
    if not all(each.what and (each.where or report.input.path) for each in report.problems):
        yield "a problem without a reason or a place"
    if not all(line.isprintable() for line in TextWriter(verbose=True).write([report]).split("\n")):
        yield "text that may act on a terminal"


@pytest.mark.parametrize("path", files(".otio"), ids=shown)
def test_every_otio_file_is_scanned_to_a_verdict(path: Path) -> None:
    report = judged(path)
    assert list(faults(report)) == []
    assert report.input.digest or report.verdict == "cannot_judge"


@pytest.mark.parametrize("path", files(".edl"), ids=shown)
def test_every_edl_file_is_scanned_to_a_verdict(path: Path) -> None:
    report = judged(path)
    assert list(faults(report)) == []
    assert report.counts.uses or report.verdict == "cannot_judge"


@pytest.mark.parametrize("path", files(".fcpxml"), ids=shown)
def test_every_fcpxml_file_is_scanned_to_a_verdict(path: Path) -> None:
    report = judged(path)
    assert list(faults(report)) == []
    assert report.input.digest or report.verdict == "cannot_judge"


def test_most_of_the_files_are_judged() -> None:
    verdicts = [judged(path).verdict for path in files(".otio", ".edl", ".fcpxml")]
    assert len(verdicts) > 100
    assert verdicts.count("allow") > 0.8 * len(verdicts), f"{verdicts.count('cannot_judge')} of {len(verdicts)}"


CLOSED = {each.suffix: each for each in FORMATS if each.instead}


@pytest.mark.parametrize("path", sorted(each for each in CORPUS.rglob("*") if each.suffix in CLOSED), ids=shown)
def test_a_format_that_is_not_read_is_refused_with_what_to_deliver_instead(path: Path) -> None:
    report = judged(path)
    [problem] = report.problems
    assert report.verdict == "cannot_judge"
    assert problem.what == f"{CLOSED[path.suffix].name} is not read, so nothing in it was checked"
    assert problem.next_step == CLOSED[path.suffix].instead
    assert report.findings == ()


def test_the_command_ends_with_a_code_of_the_contract_on_every_file_and_never_with_70(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    codes = {}
    for path in paths:
        ran = call(capsys, "scan", path)
        codes[shown(path)] = ran.code
        assert "Traceback" not in ran.err
        assert ran.err.count("\n") == 1
    assert {path: code for path, code in codes.items() if code not in (0, 3)} == {}
    assert call(capsys, "scan", "--format", "json", *paths).code == 3
