"""How timelines are shared out among the processes of a scan."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from otiogate.scan import delivery
from otiogate.scan.delivery import _handfuls, _size, _together
from otiogate.scan.judging import Judging

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)
KIB = 1024
ALONE = KIB * KIB


def timeline(path: Path, size: int) -> str:
    with path.open("wb") as stream:
        stream.truncate(size)
    return str(path)


@pytest.mark.parametrize(
    ("name", "size", "counted"),
    [
        ("cut.edl", 0, 1),
        ("cut.edl", KIB, KIB),
        ("CUT.EDL", 512 * KIB, 512 * KIB),
        ("cut.otio", 512 * KIB, 512 * KIB),
        ("cut.fcpxml", 512 * KIB, 512 * KIB),
        ("cut.edl", KIB * KIB, ALONE),
        ("cut.edl", 5 * KIB * KIB, ALONE),
        ("cut.xml", 64 * KIB, 64 * KIB),
        ("cut.xml", 64 * KIB + 1, ALONE),
        ("cut.aaf", 512 * KIB, ALONE),
        ("cut.otioz", 512 * KIB, ALONE),
        ("cut.otioz", KIB, ALONE),
        ("cut.otiod", KIB, ALONE),
        ("cut.edl.txt", KIB, KIB),
    ],
)
def test_how_much_a_timeline_is_of_a_handful(name: str, size: int, counted: int, tmp_path: Path) -> None:
    assert _size(timeline(tmp_path / name, size)) == counted


def test_what_is_no_file_is_given_to_a_process_alone(tmp_path: Path) -> None:
    (tmp_path / "cut.otiod").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.edl")
    for name in ("cut.otiod", "pipe.edl", "none.edl", "nul\0.edl"):
        assert _size(str(tmp_path / name)) == ALONE


def test_light_timelines_are_given_together_in_their_order(tmp_path: Path) -> None:
    sizes = [600, 500, 500, 100, 1024, 0, 2048, *[0] * 40, 700, 400]
    paths = [timeline(tmp_path / f"{number:02}.edl", size * KIB) for number, size in enumerate(sizes)]
    found = list(_handfuls(paths, 32))
    assert [path for handful in found for path in handful] == paths
    assert [len(handful) for handful in found] == [1, 2, 1, 1, 1, 1, 32, 9, 1]


def test_a_large_timeline_is_read_alone_whatever_stands_beside_it(tmp_path: Path) -> None:
    empty, large = timeline(tmp_path / "empty.edl", 0), timeline(tmp_path / "large.edl", 2 * KIB * KIB)
    assert list(_handfuls([empty, large, empty, empty], 32)) == [(empty,), (large,), (empty, empty)]


def test_where_media_is_read_or_a_registry_asked_each_timeline_is_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility = tmp_path / "facility.yaml"
    monkeypatch.setenv("OTIOGATE_FACILITY", str(facility))
    for text, alone in (
        ("format: 1\n", False),
        (f"format: 1\nmedia: [{tmp_path}]\n", True),
        ("format: 1\nregistry: {url: 'https://registry.example'}\n", True),
        ("format: 99\n", True),
    ):
        facility.write_text(text)
        assert (_together(Judging(NOW), 99) == 1) is alone, text
    facility.write_text("format: 1\n")
    assert _together(Judging(NOW, command={"media": [str(tmp_path)]}), 99) == 1
    assert _together(Judging(NOW, opens="all"), 99) == 1
    assert _together(Judging(NOW, opens="declared"), 99) > 1


def test_of_a_small_delivery_every_process_has_its_share() -> None:
    assert [_together(Judging(NOW), share) for share in (0, 1, 2, 7, 8, 64, 10_000)] == [1, 1, 1, 3, 4, 32, 32]


def test_paths_that_are_given_together_fit_any_pipe(tmp_path: Path) -> None:
    names = [f"{'c' * 150}{number:03}.edl" for number in range(60)] + [
        f"{'カ' * 70}{each:03}.edl" for each in range(60)
    ]
    paths = [timeline(tmp_path / each, 1) for each in names]
    found = list(_handfuls(paths, 32))
    assert [path for handful in found for path in handful] == paths
    assert max(len(os.fsencode("".join(each))) for each in found) <= 4096
    assert max(map(len, found)) > 5


def test_formats_that_an_adapter_reads_are_not_read_in_no_time() -> None:
    assert set(delivery._FAST) == {".edl", ".fcpxml", ".otio"}
