"""How timelines are shared out among the processes of a scan."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from otiogate.scan.delivery import _weight
from otiogate.scan.workers import ALONE

KIB = 1024


@pytest.mark.parametrize(
    ("name", "size", "weight"),
    [
        ("cut.edl", 0, 0.0),
        ("cut.edl", KIB, 1 / KIB),
        ("CUT.EDL", 512 * KIB, 0.5),
        ("cut.otio", 512 * KIB, 0.5),
        ("cut.fcpxml", 512 * KIB, 0.5),
        ("cut.edl", KIB * KIB, ALONE),
        ("cut.edl", 5 * KIB * KIB, ALONE),
        ("cut.xml", 64 * KIB, 1 / 16),
        ("cut.xml", 64 * KIB + 1, ALONE),
        ("cut.aaf", 512 * KIB, ALONE),
        ("cut.otioz", 512 * KIB, ALONE),
        ("c" * 200 + ".edl", KIB, ALONE),
    ],
)
def test_how_much_a_timeline_is_of_what_is_read_at_one_go(name: str, size: int, weight: float, tmp_path: Path) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(size)
    assert _weight(str(path)) == weight


def test_what_is_no_file_is_given_to_a_process_alone(tmp_path: Path) -> None:
    (tmp_path / "cut.otiod").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.edl")
    for name in ("cut.otiod", "pipe.edl", "none.edl", "nul\0.edl"):
        assert _weight(str(tmp_path / name)) == ALONE
