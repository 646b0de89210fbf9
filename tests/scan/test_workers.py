"""Processes that work on untrusted items: one that dies, hangs or grows costs its own item, and nothing is lost."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from otiogate.scan.workers import Failed, Limits, Workers


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


def test_no_process_is_left_behind() -> None:
    results = Workers(os.getpgid, 2).results([0] * 10)
    next(results)
    results.close()
    time.sleep(0.1)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_no_items_are_no_results() -> None:
    assert done([]) == []
