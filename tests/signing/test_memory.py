"""What was verified is remembered in the facility's store, and in no other."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from otiogate.errors import CannotJudge
from otiogate.records import signed
from otiogate.records.signed import trusted
from otiogate.records.store import FolderStore
from otiogate.signing.envelope import Envelope, Seal
from otiogate.signing.memory import Memory, mark
from tests.builders import decision, disclosure
from tests.signing.keyring import person, put, trust


def test_a_mark_stands_for_one_signature_of_one_key_over_one_payload() -> None:
    one = Envelope(b"a", ()), Seal("0" * 64, b"s")
    others = [
        (Envelope(b"b", ()), one[1]),
        (one[0], Seal("1" * 64, b"s")),
        (one[0], Seal("0" * 64, b"t")),
    ]
    assert len({mark(*one), *(mark(*each) for each in others)}) == 4


def test_what_one_process_verified_another_believes(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    Memory(path).add([b"one", b"two"])
    text = (
        "from pathlib import Path; from otiogate.signing.memory import Memory;"
        f"print(len(Memory(Path({str(path)!r})).known([b'one', b'two', b'three'])))"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"


def test_a_signature_that_was_verified_is_not_verified_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = person()
    put(tmp_path / "ledger", decision("approval", disclosure(), ["NFX-020"]), who)
    known, state = trust(tmp_path, who), tmp_path / "state.sqlite3"
    calls: list[str] = []
    real = signed.signed_by
    monkeypatch.setattr(signed, "signed_by", lambda *each: calls.append("") or real(*each))
    for _ in range(2):
        found = trusted(FolderStore((tmp_path / "ledger",)).fetch(), known, Memory(state))
        assert found.records["APR-001"].signers == ("S-APPROVER",)
        Memory._held.clear()
    assert len(calls) == 1


def test_what_did_not_verify_is_not_remembered(tmp_path: Path) -> None:
    who, state = person(), tmp_path / "state.sqlite3"
    path = put(tmp_path / "ledger", decision("approval", disclosure(), ["NFX-020"]), who)
    text = path.read_text(encoding="utf-8")
    sig = text.rpartition('"sig": "')[2][:8]
    path.write_text(text.replace(f'"sig": "{sig}', '"sig": "AAAAAAAA'), encoding="utf-8")
    found = trusted(FolderStore((tmp_path / "ledger",)).fetch(), trust(tmp_path, who), Memory(state))
    assert "does not verify" in found.records["APR-001"].distrust
    assert not state.exists()


def test_a_store_that_cannot_be_written_to_is_believed_and_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "state.sqlite3"
    memory = Memory(path)
    memory.add([b"one"])
    assert memory.known([b"one"]) == {b"one"}
    assert not path.exists()


def test_a_store_that_is_broken_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotJudge, match="the facility's store cannot be used"):
        Memory(path).known([b"one"])
    with pytest.raises(CannotJudge, match="the facility's store cannot be used"):
        Memory(path).add([b"one"])


def test_an_older_index_takes_the_place_of_none(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state.sqlite3")
    assert memory.ledger("/ledger") is None
    memory.saw("/ledger", "myshow", 2, "2027-01-02T00:00:00Z")
    memory.saw("/ledger", "myshow", 1, "2027-01-01T00:00:00Z")
    assert memory.ledger("/ledger") == ("myshow", 2, "2027-01-02T00:00:00Z")


def test_many_marks_are_asked_for_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    marks = [str(each).encode() for each in range(1_200)]
    Memory(path).add(marks[:-1])
    Memory._held.clear()
    assert len(Memory(path).known(marks)) == 1_199
    with sqlite3.connect(path) as base:
        assert base.execute("SELECT count(*) FROM verified").fetchone() == (1_199,)
    base.close()
