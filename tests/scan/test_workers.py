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
from types import SimpleNamespace
from typing import Any

import pytest

from otiogate.scan.workers import ALONE, Failed, Limits, Workers, _Run, _Task, _Worker


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
    assert len(taken) < 200


def light(item: str) -> float:
    return ALONE if item.startswith("sleep 60") else 0.0


def together(items: list[str], jobs: int = 2, **limits: float) -> list[str | Failed]:
    pairs = list(Workers(act, jobs, Limits(**limits), weight=light).results(items))  # type: ignore[arg-type]
    assert [item for item, _ in pairs] == items
    return [outcome for _, outcome in pairs]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The items that a process was given together, as often as one was given some."""
    found: list[list[Any]] = []
    give = _Worker.give

    def noted(worker: _Worker, tasks: list[_Task], seconds: float) -> None:
        found.append([each.item for each in tasks])
        give(worker, tasks, seconds)

    monkeypatch.setattr(_Worker, "give", noted)
    return found


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_light_items_that_are_given_together_keep_their_order(jobs: int) -> None:
    items = [f"sleep {0.02 * (number % 3)}" if number % 40 == 0 else str(number) for number in range(500)]
    assert together(items, jobs) == [f"did {each}" for each in items]


@pytest.mark.parametrize("bad", ["die", "segfault", "recurse"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_of_light_items_too_each_costs_itself_alone(bad: str, jobs: int) -> None:
    items = [bad if number in (3, 4, 20) else str(number) for number in range(60)]
    for item, outcome in zip(items, together(items, jobs), strict=True):
        assert isinstance(outcome, Failed) if item == bad else outcome == f"did {item}"


def test_a_light_item_that_hangs_is_given_up_and_what_waited_behind_it_is_done() -> None:
    items = ["a", "b", "hang", *map(str, range(20))]
    found = together(items, 1, seconds=0.5)
    assert found == [
        Failed("took longer than 0.5 seconds to read") if each == "hang" else f"did {each}" for each in items
    ]


def test_a_light_item_whose_process_was_killed_once_is_tried_again_alone(
    tmp_path: Path, given: list[list[str]]
) -> None:
    items = [f"once {tmp_path / str(number)}" if number % 7 == 0 else str(number) for number in range(40)]
    assert together(items) == [f"did {each}" for each in items]
    assert all([each] in given for each in items if each.startswith("once"))


def test_what_is_done_is_handed_on_while_a_light_item_takes_long() -> None:
    results = Workers(act, 1, weight=lambda _: 0.0).results(["a", "b", "hang"])
    began = time.monotonic()
    assert [next(results)[1], next(results)[1]] == ["did a", "did b"]
    results.close()
    assert time.monotonic() - began < 30


def test_nothing_waits_behind_an_item_that_is_not_light() -> None:
    results = Workers(act, 2, weight=light).results(["a", "sleep 60", "b", "c", "d", "sleep 60"])
    assert next(results)[1] == "did a"
    time.sleep(1.0)
    waiting = results.gi_frame  # type: ignore[attr-defined]
    run = waiting.f_locals["run"]
    assert all(len(worker.tasks) <= 1 for worker in run._running if worker.tasks and worker.tasks[0].weight)
    results.close()


def test_items_are_given_together_up_to_what_a_process_takes_at_one_go(given: list[list[int]]) -> None:
    weights = [0.6, 0.5, 0.5, 0.1, 1.0, 0.1, 1.5, *[0.0] * 40, 0.7, 0.4]
    numbers = range(len(weights))
    assert list(Workers(abs, 1, weight=weights.__getitem__).results(numbers)) == [(each, each) for each in numbers]
    assert [each for some in given for each in some] == list(numbers)
    assert given[:6] == [[0], [1, 2], [3], [4], [5], [6]]
    assert given[-1] == [numbers[-1]]
    assert all(len(some) == 1 or sum(weights[each] for each in some) <= ALONE for some in given)
    assert max(map(len, given)) == 32


def test_what_is_alone_is_given_to_a_process_that_is_idle() -> None:
    run = _Run(Workers(act, weight=light), iter(["a", "sleep 60"]))
    worker = _Worker(None, SimpleNamespace(send=list), SimpleNamespace(value=0))  # type: ignore[arg-type]
    for _ in range(2):
        run._supply(worker)
        assert [each.item for each in worker.tasks] == ["a"]
    worker.settle("did a")
    run._supply(worker)
    assert [each.item for each in worker.tasks] == ["sleep 60"]


@pytest.mark.parametrize(
    ("weights", "has_room"),
    [([], True), ([1.0], False), ([0.6], True), ([0.6, 0.5], False), ([0.0] * 32, True), ([0.0] * 33, False)],
)
def test_a_process_is_given_more_while_it_has_no_more_than_one_go(weights: list[float], has_room: bool) -> None:
    worker = _Worker(None, None, None)  # type: ignore[arg-type]
    worker.tasks.extend(_Task(number, weight) for number, weight in enumerate(weights))
    assert worker.has_room is has_room


class Noting:
    """Work that notes what it did, and writes it down when it is called for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[str] = []

    def __call__(self, item: str) -> str:
        self.done.append(item)
        return item

    def after(self) -> None:
        for each in self.done:
            (self.folder / each).touch()
        self.done = []


def test_what_is_to_be_done_after_some_items_is_done_before_the_last_is_told(tmp_path: Path) -> None:
    work = Noting(tmp_path)
    items = [str(number) for number in range(100)]
    assert [item for item, _ in Workers(work, 2, weight=lambda _: 0.0, after=work.after).results(items)] == items
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(items)


def stall() -> None:
    """Takes one result of many, each more than a pipe holds, and no other."""
    results = Workers(bytes, 2, weight=lambda _: 0.0).results([1024**2] * 200)
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
