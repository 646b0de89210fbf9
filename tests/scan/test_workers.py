"""Processes that work on untrusted items: one that dies, hangs or grows costs its own item, and nothing is lost."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otiogate.scan import workers
from otiogate.scan.workers import Failed, Limits, Workers, _Task, _Worker


def act(item: str) -> str:
    """Does what its item says."""
    what, _, more = item.partition(" ")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "segfault":
        faulthandler.disable()
        ctypes.string_at(0)
    if what == "hang":
        time.sleep(600)
    if what == "grow":
        bytearray(8 * 1024**3)
    if what == "litter":  # what holds itself is free only when garbage is looked for
        litter: list[object] = [bytes(int(more) * 1024**2)]
        litter.append(litter)
    if what == "recurse":
        return act(item)
    if what == "fault":
        raise ValueError(more)
    if what == "once":  # the first process that gets it is killed, as by a machine short of memory
        path = Path(more)
        if not path.exists():
            path.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if what == "sleep":
        time.sleep(float(more))
    return f"did {item}"


def done(items: list[str], jobs: int = 2, **limits: float) -> list[str | Failed]:
    pairs = list(Workers(act, jobs, Limits(**limits)).results(items))  # type: ignore[arg-type]
    assert [item for item, _ in pairs] == items
    return [outcome for _, outcome in pairs]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_the_order_of_the_items_whoever_is_first(jobs: int) -> None:
    items = [f"sleep {0.05 * (5 - number)}" for number in range(5)] + [str(number) for number in range(200)]
    assert done(items, jobs) == [f"did {each}" for each in items]


def test_each_result_is_handed_on_before_later_items_are_done() -> None:
    results = Workers(act, 1).results(["a", "b", "sleep 60"])
    began = time.monotonic()
    assert [next(results)[1], next(results)[1]] == ["did a", "did b"]
    results.close()
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("die", "ended the process that read it (SIGKILL)"),
        ("segfault", "ended the process that read it (SIGSEGV)"),
        ("grow", "needs more than 4,096 MiB of memory to read"),
        ("recurse", "is nested too deep to read"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_item_that_brings_its_process_down_costs_itself_alone(bad: str, why: str, jobs: int) -> None:
    assert done(["a", bad, "b", bad, "c"], jobs) == ["did a", Failed(why), "did b", Failed(why), "did c"]


def test_what_other_items_left_behind_takes_no_memory_from_the_next() -> None:
    assert done(["litter 1500"] * 9, 1) == ["did litter 1500"] * 9


def test_an_item_that_hangs_is_given_up() -> None:
    found = done(["a", "hang", "b", "c"], 2, seconds=0.5)
    assert found == ["did a", Failed("took longer than 0.5 seconds to read"), "did b", "did c"]


def test_an_item_whose_process_was_killed_once_is_tried_again(tmp_path: Path) -> None:
    assert done([f"once {tmp_path / str(number)}" for number in range(5)]) == [
        f"did once {tmp_path / str(number)}" for number in range(5)
    ]


def test_an_error_of_our_own_is_told_with_its_traceback() -> None:
    (found,) = done(["fault of mine"])
    assert isinstance(found, Failed)
    assert found.bug
    assert "ValueError: of mine" in found.why


def test_items_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[str]:
        for number in range(100_000):
            taken.append(number)
            yield str(number)

    results = Workers(act, 2).results(items())
    next(results)
    results.close()
    assert len(taken) <= 2 * workers._AHEAD + 1


Handful = tuple[str, ...]


def act_on(handful: Handful) -> list[str]:
    return [act(item) for item in handful]


def each_of(handful: Handful) -> list[Handful]:
    return [(item,) for item in handful]


def handfuls(items: list[str], size: int = 8) -> list[Handful]:
    return [tuple(items[first : first + size]) for first in range(0, len(items), size)]


def together(items: list[str], jobs: int = 2, **limits: float) -> list[str | Failed]:
    """What becomes of ``items`` that are given eight at a time."""
    on = Workers(act_on, jobs, Limits(**limits), parts=each_of)  # type: ignore[arg-type]
    done: list[tuple[str, str | Failed]] = []
    for handful, outcome in on.results(handfuls(items)):
        if isinstance(outcome, Failed):
            assert len(handful) == 1
            done.append((handful[0], outcome))
        else:
            done += zip(handful, outcome, strict=True)
    assert [item for item, _ in done] == items
    return [outcome for _, outcome in done]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What processes were given, in that order."""
    found: list[Any] = []
    give = _Worker.give

    def noted(worker: _Worker, task: _Task) -> None:
        found.append(task.item)
        give(worker, task)

    monkeypatch.setattr(_Worker, "give", noted)
    return found


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_items_of_several_parts_keep_their_order(jobs: int) -> None:
    items = [f"sleep {0.02 * (number % 3)}" if number % 40 == 0 else str(number) for number in range(500)]
    assert together(items, jobs) == [f"did {each}" for each in items]


@pytest.mark.parametrize("bad", ["die", "segfault", "recurse", "grow", "fault of mine"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_of_several_parts_too_each_costs_itself_alone(bad: str, jobs: int) -> None:
    items = [bad if number in (3, 4, 20) else str(number) for number in range(60)]
    for item, outcome in zip(items, together(items, jobs), strict=True):
        assert isinstance(outcome, Failed) if item == bad else outcome == f"did {item}"


def test_a_part_that_hangs_is_given_up_and_the_others_are_done() -> None:
    items = ["a", "b", "hang", *map(str, range(20))]
    found = together(items, 1, seconds=0.5)
    assert found == [
        Failed("took longer than 0.5 seconds to read") if each == "hang" else f"did {each}" for each in items
    ]


def test_a_part_has_the_whole_time_once_it_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_TOGETHER", 0.5)
    assert together(["a", "sleep 2", "b"]) == ["did a", "did sleep 2", "did b"]


def test_a_part_whose_process_was_killed_once_is_done_alone(tmp_path: Path, given: list[Handful]) -> None:
    items = [f"once {tmp_path / str(number)}" if number % 7 == 0 else str(number) for number in range(40)]
    assert together(items) == [f"did {each}" for each in items]
    assert all((each,) in given for each in items if each.startswith("once"))


def test_the_parts_of_what_failed_stand_where_it_stood() -> None:
    work: Workers[Handful, list[str]] = Workers(act_on, 2, parts=each_of)
    found = list(work.results([("sleep 0.5", "a"), ("b", "die"), ("c",), ("fault of mine", "d"), ("e", "f")]))
    assert [handful for handful, _ in found] == [
        *(("sleep 0.5", "a"), ("b",), ("die",), ("c",)),
        *(("fault of mine",), ("d",), ("e", "f")),
    ]
    assert [isinstance(outcome, Failed) for _, outcome in found] == [False, False, True, False, True, False, False]


def test_a_process_is_given_the_next_beside_one_of_several_parts_and_beside_no_other() -> None:
    alone, several = _Task("a"), _Task("bc", 2)
    for tasks, task, has_room in (
        ([], alone, True),
        ([], several, True),
        ([several], several, True),
        ([several], alone, False),
        ([alone], several, False),
        ([alone], alone, False),
        ([several, several], several, False),
    ):
        worker = _Worker(None, None)  # type: ignore[arg-type]
        worker.tasks.extend(tasks)
        assert worker.has_room(task) is has_room


def test_no_more_results_wait_than_are_held_for_each_process() -> None:
    taken: list[Handful] = []

    def items() -> Iterator[Handful]:
        for each in [("sleep 60",), *handfuls([str(number) for number in range(10_000)], 32)]:
            taken.append(each)
            yield each

    run = workers._Run(Workers(act_on, 2, parts=each_of), items())
    run._fill()
    for _ in range(20):
        run._listen()
        run._fill()
    assert sum(map(len, taken)) <= 2 * workers._AHEAD + 32
    run.end()


@pytest.mark.parametrize(("number", "shared"), [(1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (4, [2, 1, 1]), (9, [2, 2, 2])])
def test_none_is_given_a_second_item_while_another_has_none(number: int, shared: list[int]) -> None:
    run = workers._Run(Workers(act_on, 3, parts=each_of), iter([("sleep 60", "sleep 60")] * number))
    run._fill()
    assert [len(each.tasks) for each in run._running] == shared
    run.end()


def stall() -> None:
    """Takes one result of many, each more than a pipe holds, and no other."""
    results = Workers(bytes, 2, parts=range).results([1024**2] * 200)
    next(results)
    print("took one", flush=True)
    time.sleep(600)


def test_a_process_that_cannot_tell_what_it_did_ends_with_its_parent() -> None:
    root = Path(__file__).parents[2]
    code = "from tests.scan.test_workers import stall; stall()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"took one\n"
        time.sleep(0.5)
        parent.kill()
        assert parent.communicate(timeout=60)[0] == b""  # it ends once no process holds the other end


def test_no_process_is_left_behind() -> None:
    results = Workers(os.getpgid, 2).results([0] * 10)
    next(results)
    results.close()
    time.sleep(0.1)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_no_items_are_no_results() -> None:
    assert done([]) == []
