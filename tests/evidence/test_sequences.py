"""Image sequences: how their names are written, and which frames make one."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.errors import ReadError
from otiogate.evidence.locating import target_at
from otiogate.evidence.sequences import frames_of, pattern_in

NAMES = ["shot.1001.exr", "shot.1002.exr", "shot.1003.exr"]


@pytest.mark.parametrize(
    "name",
    [
        "shot.####.exr",
        "shot.%04d.exr",
        "shot.@@@@.exr",
        "shot.[1001-1003].exr",
        "SHOT.####.EXR",
        "shot.%d.exr",
        "shot.%00d.exr",
    ],
)
def test_people_write_a_sequence_in_many_ways(name: str) -> None:
    pattern = pattern_in(name)
    assert pattern is not None
    assert [number for number, _ in frames_of([*NAMES, "other.1004.exr", "shot.exr"], pattern)] == [1001, 1002, 1003]


@pytest.mark.parametrize("name", ["shot.exr", "A001C003.mov", "shot.1001.exr", "50%.mov", "shot [v2].mov"])
def test_the_name_of_one_file_is_no_sequence(name: str) -> None:
    assert pattern_in(name) is None


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([NAMES[0], NAMES[2]], "frames are missing: 1002"),
        ([NAMES[0], "shot.1005.exr"], "frames are missing: 1002-1004"),
        ([*NAMES, "shot.1002.EXR"], "frame 1002 is there twice"),
        ([*NAMES, "shot.01002.exr"], "is there twice|is not numbered with 4 digits"),
        (["shot.999.exr", "shot.1000.exr"], "shot.999.exr is not numbered with 4 digits"),
        (["shot.09999.exr", "shot.10000.exr"], "shot.09999.exr is not numbered with 4 digits"),
    ],
)
def test_a_sequence_with_a_gap_or_a_double_is_none(names: list[str], fault: str) -> None:
    pattern = pattern_in("shot.####.exr")
    assert pattern is not None
    with pytest.raises(ReadError, match=fault):
        frames_of(names, pattern)


def test_numbers_may_outgrow_their_padding() -> None:
    pattern = pattern_in("shot.####.exr")
    assert pattern is not None
    assert [number for number, _ in frames_of(["shot.10000.exr", "shot.9999.exr"], pattern)] == [9999, 10000]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("shot.[1001-1004].exr", "1001-1004 are asked for, but 1001-1003 are there"),
        ("shot.[1000-1003].exr", "1000-1003 are asked for"),
        ("shot.[1001-1002].exr", "frames 1001-1003 are there, and all of them count"),
    ],
)
def test_a_range_that_a_name_states_has_to_be_what_is_there(tmp_path: Path, name: str, fault: str) -> None:
    for each in NAMES:
        (tmp_path / each).write_bytes(b"")
    with pytest.raises(ReadError, match=fault):
        target_at(tmp_path / name)
    assert target_at(tmp_path / "shot.[1001-1003].exr").range == "1001-1003"


def test_a_file_with_a_mark_in_its_name_is_that_file(tmp_path: Path) -> None:
    for name in ("take #1.mov", "take 1.mov"):
        (tmp_path / name).write_bytes(b"")
    assert target_at(tmp_path / "take #1.mov").frames == ()
