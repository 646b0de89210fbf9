"""The chain: what is appended stays, and what was changed shows."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from otiogate.documents.chain import Checkpoint, append, exported, faults, read
from otiogate.errors import StoreError, VersionError


def filled(path: Path, number: int = 5) -> list[Checkpoint]:
    return [append(path, f"entry {each}") for each in range(1, number + 1)]


def meddle(path: Path, *statements: str) -> None:
    """What somebody does who may write the file: the triggers are nothing to them."""
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f"DROP TRIGGER {name}")
        for each in statements:
            base.execute(each)
        base.commit()


def test_what_was_appended_is_read_in_order_and_is_whole(tmp_path: Path) -> None:
    made = filled(tmp_path / "log")
    chain = read(tmp_path / "log")
    assert [link.entry for link in chain.links] == [f"entry {each}" for each in range(1, 6)]
    assert [Checkpoint(chain.log, link.seq, link.hash) for link in chain.links] == made
    assert list(faults(chain, [("a receipt", each) for each in made])) == []


def test_several_entries_are_appended_as_one_after_another_is(tmp_path: Path) -> None:
    one_by_one = filled(tmp_path / "log")
    append(tmp_path / "other", "entry 1")
    last = append(tmp_path / "other", *(f"entry {each}" for each in range(2, 6)))
    entries = [[link.entry for link in read(tmp_path / name).links] for name in ("log", "other")]
    assert entries[0] == entries[1]
    assert last.seq == one_by_one[-1].seq
    assert list(faults(read(tmp_path / "other"), [("a receipt", last)])) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET entry = 'other' WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 5",
        "INSERT INTO entries VALUES (9, 'x', 'y')",
        "INSERT OR REPLACE INTO entries VALUES (2, 'x', 'y')",
        "UPDATE log SET id = 'LOG-0000000000000000'",
        "DELETE FROM log",
    ],
)
def test_the_table_takes_appends_alone(tmp_path: Path, statement: str) -> None:
    filled(tmp_path / "log")
    with closing(sqlite3.connect(tmp_path / "log")) as base, pytest.raises(sqlite3.IntegrityError):
        base.execute(statement)


@pytest.mark.parametrize("seq", range(1, 6))
def test_an_entry_that_was_changed_shows(tmp_path: Path, seq: int) -> None:
    filled(tmp_path / "log")
    meddle(tmp_path / "log", f"UPDATE entries SET entry = 'other' WHERE seq = {seq}")
    assert f"entry {seq} is not what was written" in next(faults(read(tmp_path / "log")))


def test_an_entry_that_was_taken_out_shows(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    meddle(tmp_path / "log", "DELETE FROM entries WHERE seq = 2")
    assert "entry 2 is missing" in next(faults(read(tmp_path / "log")))


def test_entries_that_were_numbered_anew_after_one_was_taken_out_show(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    meddle(tmp_path / "log", "DELETE FROM entries WHERE seq = 2", "UPDATE entries SET seq = seq - 1 WHERE seq > 2")
    assert "entry 2 is not what was written" in next(faults(read(tmp_path / "log")))


def test_an_end_that_was_cut_off_shows_to_whoever_holds_a_checkpoint(tmp_path: Path) -> None:
    made = filled(tmp_path / "log")
    meddle(tmp_path / "log", "DELETE FROM entries WHERE seq > 3")
    chain = read(tmp_path / "log")
    assert list(faults(chain)) == []
    assert ["its end was cut off" in each for each in faults(chain, [("R", made[4]), ("S", made[2])])] == [True]


def test_an_end_that_was_cut_off_and_grown_again_shows(tmp_path: Path) -> None:
    made = filled(tmp_path / "log")
    meddle(tmp_path / "log", "DELETE FROM entries WHERE seq > 3")
    append(tmp_path / "log", "milder")
    append(tmp_path / "log", "milder")
    assert "the log was written anew" in next(faults(read(tmp_path / "log"), [("R", made[4])]))


def test_a_log_that_took_the_place_of_another_shows(tmp_path: Path) -> None:
    made = filled(tmp_path / "log")
    filled(tmp_path / "other")
    assert "names the log" in next(faults(read(tmp_path / "other"), [("R", made[0])]))


def test_an_export_is_checked_as_the_log_is(tmp_path: Path) -> None:
    made = filled(tmp_path / "log")
    lines = list(exported(read(tmp_path / "log")))
    (tmp_path / "out.jsonl").write_text("".join(lines), encoding="utf-8")
    assert read(tmp_path / "out.jsonl") == read(tmp_path / "log")
    (tmp_path / "out.jsonl").write_text("".join(lines).replace("entry 3", "entry x"), encoding="utf-8")
    assert "entry 3 is not" in next(faults(read(tmp_path / "out.jsonl"), [("R", made[4])]))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "otiogate/log/v1"}', "TITLE: A\n", "\0\0\0"])
def test_what_is_no_log_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError):
        read(tmp_path / "log")


def test_the_file_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "log")) as base:
        base.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, entry TEXT, hash TEXT)")
    before = (tmp_path / "log").read_bytes()
    with pytest.raises(StoreError, match="another program's"):
        append(tmp_path / "log", "x")
    assert (tmp_path / "log").read_bytes() == before


def test_a_log_of_a_newer_version_is_not_appended_to(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    with closing(sqlite3.connect(tmp_path / "log")) as base:
        base.execute("PRAGMA user_version = 2")
    with pytest.raises(VersionError):
        append(tmp_path / "log", "x")


def test_a_folder_that_is_not_there_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        append(tmp_path / "none" / "log", "x")


_WRITER = """
import sys
from pathlib import Path
from otiogate.documents.chain import append
for number in range(int(sys.argv[2])):
    print(append(Path(sys.argv[1]), f"{sys.argv[3]} {number}").seq, flush=True)
"""


def test_several_processes_that_begin_one_log_append_to_one_chain(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "log"), "25"]
    processes = [subprocess.Popen([*command, f"P{each}"], stdout=subprocess.PIPE) for each in range(4)]
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    chain = read(tmp_path / "log")
    assert sorted(int(each) for one in said for each in one) == list(range(1, 101))
    assert len(chain.links) == 100
    assert list(faults(chain)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_what_was_appended_when_a_process_is_killed_is_there(tmp_path: Path) -> None:
    for attempt in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path / "log"), "100000", f"A{attempt}"], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.05 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        last = int(([first, *process.stdout.read().split()])[-1])
        process.wait()
        process.stdout.close()
        chain = read(tmp_path / "log")
        assert len(chain.links) >= last
        assert list(faults(chain)) == []
