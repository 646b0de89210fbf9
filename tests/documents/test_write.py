"""Files are written whole or not at all: what goes wrong leaves the target as it was, and nothing beside it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from otiogate.documents.write import replacing, write_text

posix_modes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def no_space(*_: Any, **__: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture(params=["new", "old"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path that does not exist yet, and one that holds ``before``."""
    path = tmp_path / "report.json"
    if request.param == "old":
        path.write_text("before", encoding="utf-8")
    return path


def unchanged(target: Path, before: list[str]) -> bool:
    return names(target.parent) == before and (not target.exists() or target.read_text(encoding="utf-8") == "before")


def test_what_is_written_takes_the_place_of_the_target(target: Path) -> None:
    write_text(target, "after\n")
    assert target.read_bytes() == b"after\n"
    assert names(target.parent) == ["report.json"]


def test_text_is_written_as_utf8_and_half_characters_are_escaped(target: Path) -> None:
    write_text(target, "é🎬\ud800\r\n")
    assert target.read_bytes() == "é🎬\\ud800\r\n".encode()


def test_the_temporary_has_the_suffix_of_the_target_and_does_not_exist_yet(target: Path) -> None:
    with replacing(target) as temporary:
        assert temporary.suffix == ".json"
        assert temporary.name == target.name
        assert not temporary.exists()
        temporary.write_text("after", encoding="utf-8")
        assert not target.exists() or target.read_text(encoding="utf-8") == "before"
    assert target.read_text(encoding="utf-8") == "after"
    assert names(target.parent) == ["report.json"]


def test_a_relative_target_is_written_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_text(Path("report.json"), "after")
    assert names(tmp_path) == ["report.json"]


@pytest.mark.parametrize("error", [RuntimeError, OSError, KeyboardInterrupt, SystemExit])
def test_an_error_while_writing_leaves_everything_as_it_was(target: Path, error: type[BaseException]) -> None:
    before = names(target.parent)
    with pytest.raises(error), replacing(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise error
    assert unchanged(target, before)


def test_a_writer_that_writes_nothing_is_an_error(target: Path) -> None:
    before = names(target.parent)
    with pytest.raises(OSError), replacing(target):
        pass
    assert unchanged(target, before)


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_everything_as_it_was(target: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(target.parent)
    owner: Any = os if step == "fsync" else Path
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, no_space)
        with pytest.raises(OSError) as caught:
            write_text(target, "after")
    assert caught.value.errno == errno.ENOSPC
    assert unchanged(target, before)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_device_without_space_leaves_everything_as_it_was(target: Path) -> None:
    before = names(target.parent)
    with pytest.raises(OSError) as caught, replacing(target) as temporary:
        temporary.symlink_to("/dev/full")
        temporary.write_bytes(b"after" * 100_000)
    assert caught.value.errno == errno.ENOSPC
    assert unchanged(target, before)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "missing" / "report.json", "after")
    assert names(tmp_path) == []


def test_a_target_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError):
        write_text(tmp_path / "report.json", "after")
    assert names(tmp_path) == ["report.json"]


@posix_modes
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_of_the_target_is_kept(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "report.json"
    target.write_text("before", encoding="utf-8")
    target.chmod(mode)
    write_text(target, "after")
    assert target.stat().st_mode & 0o777 == mode


@posix_modes
def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("", encoding="utf-8")
    write_text(tmp_path / "new", "after")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode
