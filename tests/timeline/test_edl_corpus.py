"""Real EDLs: every event line and every comment is accounted for, and a tag put anywhere into one is found."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otiogate.errors import ReadError
from otiogate.evidence.collect import collect
from otiogate.evidence.matching import Matcher
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Snapshot
from tests.timeline.edls import CARRIERS, CORPUS, FILES, Tagged, is_event, lines_of, tagged

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]
files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def snapshot_of(path: Path) -> Snapshot:
    return read_edl(path.read_bytes(), path.name)


def lines_read(snapshot: Snapshot) -> list[int]:
    """The line of every event that is a use, or is lost."""
    uses = [snapshot.subject(node).use for node in range(1, len(snapshot.starts))]
    lost = [each.where for each in snapshot.problems if each.severity == "lost"]
    return sorted([use.line or 0 for use in uses if use] + [int(where.removeprefix("line ")) for where in lost])


def test_there_is_a_corpus() -> None:
    assert len(FILES) == 107


@files
def test_every_event_line_is_a_use_or_a_problem(path: Path) -> None:
    assert lines_read(snapshot_of(path)) == [line for line, text in enumerate(lines_of(path), 1) if is_event(text)]


def test_event_lines_of_what_is_no_edl_are_uses_or_problems_too() -> None:
    for path in sorted((CORPUS / "negative").iterdir()):
        try:
            snapshot = snapshot_of(path)
        except ReadError:
            continue
        assert lines_read(snapshot) == [line for line, text in enumerate(lines_of(path), 1) if is_event(text)]


@files
def test_every_other_line_is_found_word_for_word_with_the_event_that_it_stands_below(path: Path) -> None:
    snapshot = snapshot_of(path)
    subjects = [snapshot.subject(node) for node in range(len(snapshot.starts))]
    said: dict[int, tuple[int, tuple[str, ...]]] = {}
    for node, subject in enumerate(subjects):
        said |= {each.line: (node, each.texts) for each in subject.carriers if each.line is not None}
    starts = {subject.use.line: node for node, subject in enumerate(subjects) if subject.use is not None}
    node = 0
    for line, text in enumerate(lines_of(path), 1):
        node = starts.get(line, node)
        words = re.sub(r"[\s*\x1a\0]+", " ", text).strip()
        if line in starts or not words:
            continue
        owner, texts = said[line]
        assert owner == node, line
        whole = re.sub(r"[\s*]+", " ", " ".join(texts))
        if "LOC" in words or "|M:" in words:  # the place, and the colour, are told apart from the text
            last = words.split("|M:")[-1].partition("|D:")[0].split()
            assert not last or last[-1] in whole, line
        else:
            assert words.partition("|D:")[0].strip() in whole, line


def assert_found(case: Tagged) -> None:
    """The tag is found, on the clip of the event that it stands below, and with its line."""
    snapshot = read_edl(case.text.encode(), "cut.edl")
    assert not [each for each in snapshot.problems if each.severity == "lost"]
    [raised] = collect(snapshot, {}, Matcher(())).undisclosed
    assert raised.points
    assert all(point.said == f"line {case.line}" for point in raised.points), raised.points
    # A locator stands where its event begins, and speaks for whatever else is there in the record.
    assert case.event in {point.use.line for point in raised.points}


# Few examples: a run over all files stands below, for whoever asks for slow tests.
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FILES or [Path()]), st.sampled_from(sorted(CARRIERS)), st.integers(0, 10**9))
def test_a_tag_put_anywhere_is_found_on_the_right_clip_with_its_line(path: Path, carrier: str, seed: int) -> None:
    assert_found(tagged(path, carrier, random.Random(seed)))


@pytest.mark.slow
@files
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_tag_of_every_carrier_is_found_in_every_file(path: Path, carrier: str) -> None:
    for seed in range(3):
        assert_found(tagged(path, carrier, random.Random(f"{path.name} {seed}")))
