"""Where media is found below the media roots, and where it is not: nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from otiogate.errors import CannotJudge, ReadError
from otiogate.evidence.locating import Locator
from otiogate.timeline.model import MediaPlace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of media, with two files of one name in it, and a sequence."""
    for name in (
        "show/shots/vfx_010.mov",
        "show/shots/50% grey.mov",
        "show/proxies/a.mov",
        "show/originals/a.mov",
        "show/plates/plate_v2.mxf",
        "show/frames/sh010.1001.exr",
        "show/frames/sh010.1002.exr",
    ):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "root"


def found(root: Path, url: str, beside: str = "", frames: tuple[int, int] | None = None) -> str:
    target = Locator([root], by_name=True).find(MediaPlace(url, frames=frames), beside)
    return target.path.relative_to(root.resolve()).as_posix()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file://{root}/show/shots/vfx_010.mov", "show/shots/vfx_010.mov"),
        ("file://localhost{root}/show/shots/vfx_010.mov", "show/shots/vfx_010.mov"),
        ("{root}/show/shots/vfx_010.mov", "show/shots/vfx_010.mov"),
        ("{root}/show/plates/../shots/vfx_010.mov", "show/shots/vfx_010.mov"),
        ("file://{root}/show/shots/50%25%20grey.mov", "show/shots/50% grey.mov"),
        ("/Volumes/SAN/shots/vfx_010.mov", "show/shots/vfx_010.mov"),
        ("C:\\media\\vfx_010.mov", "show/shots/vfx_010.mov"),
        ("https://media.example/x/vfx_010.mov?version=2", "show/shots/vfx_010.mov"),
        ("VFX_010.MOV", "show/shots/vfx_010.mov"),
        ("vfx_010", "show/shots/vfx_010.mov"),
        ("/Volumes/SAN/proxies/a.mov", "show/proxies/a.mov"),
        ("D:\\show\\originals\\a.mov", "show/originals/a.mov"),
        ("/Volumes/SAN/sh010.%04d.exr", "show/frames/sh010.%04d.exr"),
        ("{root}/show/frames/sh010.####.exr", "show/frames/sh010.%04d.exr"),
        ("sh010.[1001-1002].exr", "show/frames/sh010.%04d.exr"),
    ],
)
def test_media_is_found_by_its_path_or_else_its_name(root: Path, url: str, path: str) -> None:
    assert found(root, url.format(root=root)) == path


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("/elsewhere/a.mov", "2 are called so, and none is taken for it"),
        ("a", "2 are called so"),
        ("vfx_010.mxf", "is not below the media roots"),
        ("plate", "is not below the media roots"),
        ("sh010.[1001-1003].exr", "frames 1001-1003 are asked for"),
        ("sh020.####.exr", "is not below the media roots"),
        ("", "is not below the media roots"),
    ],
)
def test_what_cannot_be_told_is_not_found(root: Path, url: str, fault: str) -> None:
    with pytest.raises(ReadError, match=fault):
        found(root, url)


def test_a_reference_may_use_a_part_of_a_sequence_and_no_more(root: Path) -> None:
    assert found(root, "sh010.%04d.exr", frames=(1002, 1002))
    with pytest.raises(ReadError, match="frames 1002-1003 are asked for, but 1001-1002 are there"):
        found(root, "sh010.%04d.exr", frames=(1002, 1003))


def test_a_path_that_leads_out_of_the_roots_is_not_replaced_by_a_name(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "vfx_010.mov"
    outside.parent.mkdir()
    outside.write_bytes(b"another")
    for url in (f"file://{outside}", f"{root}/../outside/vfx_010.mov"):
        with pytest.raises(ReadError, match="stands outside of the media roots"):
            found(root, url)


def test_a_link_that_leads_out_of_the_roots_is_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.mov"
    outside.write_bytes(b"another")
    (root / "show" / "linked.mov").symlink_to(outside)
    (root / "show" / "folder").symlink_to(tmp_path)
    (root / "show" / "frames" / "sh010.1003.exr").symlink_to(outside)
    for url in (f"{root}/show/linked.mov", "linked.mov", f"{root}/show/folder/outside.mov", "sh010.%04d.exr"):
        with pytest.raises(ReadError, match=r"leads out of|outside of the media roots"):
            found(root, url)


def test_a_link_within_the_roots_is_the_file_that_it_leads_to(root: Path) -> None:
    (root / "show" / "linked.mov").symlink_to(root / "show" / "shots" / "vfx_010.mov")
    assert found(root, "linked.mov") == "show/shots/vfx_010.mov"
    (root / "show" / "again").mkdir()
    (root / "show" / "again" / "vfx_010.mov").symlink_to(root / "show" / "shots" / "vfx_010.mov")
    assert found(root, "vfx_010.mov") == "show/shots/vfx_010.mov"


def test_a_path_from_the_folder_of_the_timeline_counts_too(root: Path) -> None:
    assert found(root, "proxies/a.mov", beside=str(root / "show" / "cut.otio")) == "show/proxies/a.mov"


def test_without_names_only_paths_are_looked_at(root: Path) -> None:
    locator = Locator([root], by_name=False)
    assert locator.find(MediaPlace(f"{root}/show/shots/vfx_010.mov"))
    with pytest.raises(ReadError, match="at no path below the media roots"):
        locator.find(MediaPlace("/Volumes/SAN/shots/vfx_010.mov"))


def test_a_root_that_is_not_there_leaves_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(CannotJudge, match="is no folder of media"):
        Locator([tmp_path / "unmounted"], by_name=True)
