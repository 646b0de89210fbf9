"""What a digest of media is of, and what has none: whatever is no regular file, is not there, or is being written."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from otiogate.errors import ReadError
from otiogate.evidence import digests
from otiogate.evidence.digests import Stopped, Target, digest, leaf, root, stamp
from otiogate.evidence.facts import digest_of
from otiogate.evidence.locating import target_at
from otiogate.signing.memory import Memory


def written(path: Path, content: bytes = b"pictures") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def frames(folder: Path, *numbers: int) -> Path:
    for number in numbers:
        written(folder / f"shot.{number:04d}.exr", f"frame {number}".encode())
    return folder / "shot.####.exr"


def sha(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_file_has_the_digest_that_any_tool_computes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    assert digest(Target(written(tmp_path / "a.mov", content))) == sha(content)
    assert digest(Target(written(tmp_path / "empty.mov", b""))) == sha(b"")


def as_the_rfc_has_it(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    sides = as_the_rfc_has_it(leaves[:split]), as_the_rfc_has_it(leaves[split:])
    return hashlib.sha256(b"\1" + sides[0] + sides[1]).digest()


@pytest.mark.parametrize("number", [*range(1, 18), 31, 32, 33, 100])
def test_the_tree_over_frames_is_that_of_the_rfc(number: int) -> None:
    leaves = [leaf(each, hashlib.sha256(bytes([each])).digest()) for each in range(number)]
    assert root(leaves) == as_the_rfc_has_it(leaves)


def test_a_sequence_has_the_root_over_its_frames(tmp_path: Path) -> None:
    target = target_at(frames(tmp_path, 1001, 1002, 1003))
    contents = [hashlib.sha256(f"frame {number}".encode()).digest() for number in (1001, 1002, 1003)]
    leaves = [leaf(number, content) for number, content in zip((1001, 1002, 1003), contents, strict=True)]
    assert digest(target) == f"sha256:{root(leaves).hex()}"
    assert target.range == "1001-1003"


def test_a_node_is_no_leaf_and_a_leaf_is_no_content() -> None:
    one, other = leaf(1, b"a" * 32), leaf(2, b"b" * 32)
    joined = root([one, other])
    assert joined != leaf(1, one + other)
    assert joined != hashlib.sha256(one + other).digest()
    assert one != hashlib.sha256(b"a" * 32).digest()


def test_every_change_of_a_frame_changes_the_root(tmp_path: Path) -> None:
    known = set()
    for number, place in enumerate([(1, 2, 3), (1, 2), (2, 3), (1, 2, 3, 4), (2, 3, 4)]):
        known.add(digest(target_at(frames(tmp_path / str(number), *place))))
    folder = frames(tmp_path / "swapped", 1, 2, 3).parent
    (folder / "shot.0001.exr").write_bytes(b"frame 2")
    (folder / "shot.0002.exr").write_bytes(b"frame 1")
    known.add(digest(target_at(folder / "shot.####.exr")))
    # The same pictures, numbered otherwise.
    moved = tmp_path / "moved"
    for number in (1, 2, 3):
        written(moved / f"shot.{number + 1:04d}.exr", f"frame {number}".encode())
    known.add(digest(target_at(moved / "shot.####.exr")))
    assert len(known) == 7


@pytest.mark.parametrize("make", ["folder", "pipe", "device", "missing", "link"])
def test_what_is_no_regular_file_has_no_digest(tmp_path: Path, make: str) -> None:
    path = tmp_path / "a.mov"
    if make == "folder":
        path.mkdir()
    elif make == "pipe":
        os.mkfifo(path)
    elif make == "device":
        path = Path("/dev/zero")
    elif make == "link":
        path.symlink_to(written(tmp_path / "b.mov"))
    with pytest.raises(ReadError):
        digest(Target(path))


def test_a_file_that_changes_while_it_is_read_has_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.mov", b"x" * 100)
    real = os.fstat
    seen: list[int] = []

    def grows(handle: int) -> os.stat_result:
        if len(seen) == 1:
            with path.open("ab") as stream:
                stream.write(b"y")
        seen.append(handle)
        return real(handle)

    monkeypatch.setattr(digests.os, "fstat", grows)
    with pytest.raises(ReadError, match="changed while it was read"):
        digest(Target(path))


def test_a_file_that_another_took_the_place_of_while_it_was_read_has_no_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = written(tmp_path / "a.mov", b"x" * 100), written(tmp_path / "b.mov", b"y" * 100)
    real = os.fstat
    seen: list[int] = []

    def replaced(handle: int) -> os.stat_result:
        seen.append(handle)
        if len(seen) == 2:
            other.replace(path)
        return real(handle)

    monkeypatch.setattr(digests.os, "fstat", replaced)
    with pytest.raises(ReadError, match="changed while it was read"):
        digest(Target(path))


def test_whoever_does_not_want_a_digest_any_more_is_not_kept_waiting(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        digest(Target(written(tmp_path / "a.mov")), stop)
    with pytest.raises(Stopped):
        digest(target_at(frames(tmp_path, 1, 2)), stop)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read; and every file counts as settled."""
    found: list[Path] = []
    real = digests._content

    def told(path: Path, *further: Any) -> bytes:
        found.append(path)
        return real(path, *further)

    monkeypatch.setattr(digests, "_content", told)
    monkeypatch.setattr(digests, "_SETTLED", -(10**18))
    return found


def test_what_did_not_change_is_read_once_even_by_another_process(tmp_path: Path, reads: list[Path]) -> None:
    target, store = Target(written(tmp_path / "a.mov")), tmp_path / "state.sqlite3"
    first = digest_of(target, Memory(store))
    Memory._media.clear()  # as in another process
    assert digest_of(target, Memory(store)) == first == sha(b"pictures")
    assert reads == [target.path]


@pytest.mark.parametrize("change", ["content", "size", "time", "inode"])
def test_what_changed_is_read_again(tmp_path: Path, reads: list[Path], change: str) -> None:
    path, memory = written(tmp_path / "a.mov"), Memory(tmp_path / "state.sqlite3")
    digest_of(Target(path), memory)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    if change in ("content", "size"):
        path.write_bytes(b"PICTURES" if change == "content" else b"more pictures")
        os.utime(path, ns=times)  # set back: the time of the inode's change is not
    elif change == "time":
        os.utime(path, ns=(times[0], times[1] + 1000))
    else:
        written(tmp_path / "b.mov").replace(path)
        os.utime(path, ns=times)
    assert digest_of(Target(path), memory) == sha(path.read_bytes())
    assert reads == [path, path]


def test_a_sequence_of_which_one_frame_changed_is_read_again(tmp_path: Path, reads: list[Path]) -> None:
    memory, name = Memory(tmp_path / "state.sqlite3"), frames(tmp_path / "shot", 1, 2, 3)
    first = digest_of(target_at(name), memory)
    assert digest_of(target_at(name), memory) == first
    (tmp_path / "shot" / "shot.0002.exr").write_bytes(b"frame X")
    assert digest_of(target_at(name), memory) != first
    assert len(reads) == 6


def test_a_file_that_was_only_just_written_is_not_remembered(tmp_path: Path) -> None:
    target, store = Target(written(tmp_path / "a.mov")), tmp_path / "state.sqlite3"
    assert not stamp(target).is_settled
    digest_of(target, Memory(store))
    assert digest_of(target, Memory(store), opens=False) == ""


def test_without_opening_only_what_is_remembered_is_known(tmp_path: Path, reads: list[Path]) -> None:
    target, memory = Target(written(tmp_path / "a.mov")), Memory(tmp_path / "state.sqlite3")
    assert digest_of(target, memory, opens=False) == ""
    assert not reads
    known = digest_of(target, memory)
    assert digest_of(target, memory, opens=False) == known
