"""Work on input that nobody vouches for, in processes that are watched.

A file may bring down what reads it, or keep it busy for ever. Each item is worked on in a process of its own for as
long as it takes; one that dies, hangs or grows too large costs its own item, and a fresh process goes on with the next.
A pool of the standard library loses everything that is queued when one of its processes dies.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 32
"""Items a process that may be done before one that is still worked on: what bounds the memory of results that wait."""

_LOOK_UP = 1.0
"""Seconds after which a process looks whether its parent still lives, and the parent whether one hangs."""

_TRIES = 2
"""A process may be killed through no fault of its item, as by a machine short of memory."""


@dataclass(frozen=True)
class Limits:
    """What one item may take: ``seconds`` of time, and ``memory`` in bytes (address space of its process)."""

    seconds: float = 120.0
    memory: int = 4 * 1024**3


@dataclass(frozen=True)
class Failed:
    """An item that has no result. ``bug``: an error of our own, whose traceback ``why`` is."""

    why: str
    bug: bool = False


class Workers(Generic[Item, Result]):
    """Processes that do ``work``, a function of a module (or a partial of one), on items that can be pickled."""

    def __init__(self, work: Callable[[Item], Result], jobs: int = 1, limits: Limits | None = None) -> None:
        self._work = work
        self._jobs = max(1, jobs)
        self._limits = limits or Limits()
        # Forking is fast, and safe where no other thread holds a lock; elsewhere a fresh interpreter starts.
        forks = sys.platform == "linux" and threading.active_count() == 1
        self._processes: Any = multiprocessing.get_context("fork" if forks else "spawn")

    def results(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Failed]]:
        """Each item with its result, in the order of the items, each as soon as all before it are there. The processes
        end with the iterator."""
        run = _Run(self, iter(items))
        try:
            yield from run.results()
        finally:
            run.end()

    def start(self) -> _Worker:
        """One more process."""
        ours, theirs = self._processes.Pipe()
        process = self._processes.Process(
            target=_serve, args=(theirs, self._work, self._limits, os.getpid()), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    @property
    def jobs(self) -> int:
        """How many processes work at one time."""
        return self._jobs

    @property
    def limits(self) -> Limits:
        """What one item may take."""
        return self._limits


@dataclass
class _Task:
    number: int
    item: Any
    tries: int = 0
    outcome: Any = None
    done: bool = False


class _Worker:
    """A process, what it works on, and until when."""

    def __init__(self, process: Any, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.task: _Task | None = None
        self.deadline = 0.0

    def give(self, task: _Task, seconds: float) -> None:
        task.tries += 1
        self.task, self.deadline = task, time.monotonic() + seconds
        with contextlib.suppress(OSError):  # it has just died: its end tells
            self.connection.send(task.item)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Run(Generic[Item, Result]):
    """One pass over the items. ``self._waiting`` holds those that were begun and not handed on, in their order."""

    def __init__(self, workers: Workers[Item, Result], items: Iterator[Item]) -> None:
        self._workers = workers
        self._items = enumerate(items)
        self._again: deque[_Task] = deque()
        self._waiting: deque[_Task] = deque()
        self._running: list[_Worker] = []

    def results(self) -> Iterator[tuple[Item, Result | Failed]]:
        self._fill()
        while self._waiting:
            while self._waiting and self._waiting[0].done:
                task = self._waiting.popleft()
                yield task.item, task.outcome
                self._fill()
            if self._waiting:
                self._listen()

    def end(self) -> None:
        for worker in self._running:
            worker.stop()

    def _fill(self) -> None:
        """Gives every idle process something to do, and starts one where there is work and room for it."""
        while True:
            idle = next((each for each in self._running if each.task is None), None)
            if idle is None and len(self._running) >= self._workers.jobs:
                return
            task = self._next()
            if task is None:
                return
            if idle is None:
                idle = self._workers.start()
                self._running.append(idle)
            idle.give(task, self._workers.limits.seconds)

    def _next(self) -> _Task | None:
        if self._again:
            return self._again.popleft()
        if len(self._waiting) >= _AHEAD * self._workers.jobs:
            return None
        for number, item in self._items:
            task = _Task(number, item)
            self._waiting.append(task)
            return task
        return None

    def _listen(self) -> None:
        """Waits until a process has something to tell, has died, or has had its time."""
        busy = [each for each in self._running if each.task is not None]
        soonest = min((each.deadline for each in busy), default=0.0) - time.monotonic()
        ready = wait(
            [one for each in busy for one in (each.connection, each.process.sentinel)], min(max(soonest, 0.0), _LOOK_UP)
        )
        for worker in busy:
            if worker.connection in ready:
                self._take(worker)
            elif worker.process.sentinel in ready:
                self._died(worker)
            elif time.monotonic() >= worker.deadline:
                seconds = f"{self._workers.limits.seconds:g}"
                self._drop(worker, Failed(f"took longer than {seconds} seconds to read"))
        self._fill()

    def _take(self, worker: _Worker) -> None:
        try:
            outcome = worker.connection.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        _settle(worker, outcome)

    def _died(self, worker: _Worker) -> None:
        worker.process.join()
        task, code = worker.task, worker.process.exitcode
        if task is not None and task.tries < _TRIES:
            worker.task = None
            self._again.append(task)
            self._drop(worker, None)
            return
        why = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self._drop(worker, Failed(f"ended the process that read it ({why})"))

    def _drop(self, worker: _Worker, outcome: Failed | None) -> None:
        self._running.remove(worker)
        if outcome is not None:
            _settle(worker, outcome)
        worker.stop()


def _settle(worker: _Worker, outcome: Any) -> None:
    if worker.task is not None:
        worker.task.outcome, worker.task.done = outcome, True
    worker.task = None


def _serve(connection: Connection, work: Callable[[Any], Any], limits: Limits, parent: int) -> None:
    """What runs in a process: one item after another, until nobody is there who could send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started the run decides what an interrupt ends
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _limit(limits.memory)
    while True:
        try:
            item = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(_outcome(work, item, limits))


def _end_with(parent: int) -> None:
    """Ends this process, whatever it is busy with, once its parent is gone: nobody waits for it any more."""
    while os.getppid() == parent:
        time.sleep(_LOOK_UP)
    os._exit(1)


def _outcome(work: Callable[[Any], Any], item: Any, limits: Limits) -> Any:
    try:
        return work(item)
    except MemoryError:
        return Failed(f"needs more than {limits.memory // 1024**2:,} MiB of memory to read")
    except RecursionError:
        return Failed("is nested too deep to read")
    except Exception:  # noqa: BLE001 - the edge of a process: the parent tells what went wrong, and goes on
        return Failed(traceback.format_exc(), bug=True)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with contextlib.suppress(ValueError, OSError):  # a stricter limit is set already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
