"""Work on input that nobody vouches for, in processes that are watched.

A file may bring down what reads it, or keep it busy for ever. Each item is worked on in a process of its own for as
long as it takes; one that dies, hangs or grows too large costs its own item, and a fresh process goes on with the next.
A pool of the standard library loses everything that is queued when one of its processes dies.

To tell of one small file would take as long as to work on it: an item may have several parts. One of them that fails
costs the others nothing, since each is then worked on alone.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 128
"""Parts a process that may be done before one that is still worked on: what bounds the memory of results that wait."""

_LOOK_UP = 1.0
"""Seconds after which a process looks whether its parent still lives, and the parent whether one hangs."""

_TRIES = 2
"""A process may be killed through no fault of its item, as by a machine short of memory."""

_TOGETHER = 30.0
"""Seconds that an item of several parts may take; each of them alone may take longer."""

_COLLECTED = 20_000
"""Objects after which a process looks for garbage: nearly all that an item leaves is free without that."""


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
    """Processes that do ``work``, which can be pickled, on items that can be. ``parts`` are the items that one of
    several parts falls into: it is worked on fast, and pickled it is short."""

    def __init__(
        self,
        work: Callable[[Item], Result],
        jobs: int = 1,
        limits: Limits | None = None,
        parts: Callable[[Item], Sequence[Item]] | None = None,
    ) -> None:
        self._work = work
        self._parts = parts
        self._jobs = max(1, jobs)
        self._limits = limits or Limits()
        # Forking is fast, and safe where no other thread holds a lock; elsewhere a fresh interpreter starts.
        forks = sys.platform == "linux" and threading.active_count() == 1
        self._processes: Any = multiprocessing.get_context("fork" if forks else "spawn")

    def results(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Failed]]:
        """Each item with its result, in the order of the items, each as soon as all before it are there; in the place
        of one of several parts that failed, its parts. The processes end with the iterator."""
        run = _Run(self, iter(items))
        try:
            yield from run.results()
        finally:
            run.end()

    def start(self) -> _Worker:
        """One more process."""
        ours, theirs = self._processes.Pipe()
        serving = (theirs, self._work, self._limits, os.getpid())
        process = self._processes.Process(target=_serve, args=serving, daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def parts(self, item: Item) -> Sequence[Item]:
        """What ``item`` falls into; itself where it has no parts."""
        return self._parts(item) if self._parts is not None else (item,)

    def seconds(self, task: _Task) -> float:
        """What ``task`` may take."""
        return min(self._limits.seconds, _TOGETHER) if task.parts > 1 else self._limits.seconds

    @property
    def jobs(self) -> int:
        """How many processes work at one time."""
        return self._jobs

    @property
    def limits(self) -> Limits:
        """What one item may take."""
        return self._limits


@dataclass(slots=True, eq=False)
class _Task:
    item: Any
    parts: int = 1
    deaths: int = 0
    outcome: Any = None
    done: bool = False


class _Worker:
    """A process, what it was given, in that order, and until when it has to tell of the first."""

    def __init__(self, process: Any, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.tasks: deque[_Task] = deque()
        self.deadline = 0.0

    def has_room(self, task: _Task) -> bool:
        """Whether ``task`` may be given to it: beside one of several parts another such, and else nothing."""
        return not self.tasks or (len(self.tasks) == 1 and self.tasks[0].parts > 1 and task.parts > 1)

    def give(self, task: _Task) -> None:
        self.tasks.append(task)
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
        self._items = items
        self._again: deque[_Task] = deque()
        self._waiting: deque[_Task] = deque()
        self._ahead = 0
        self._running: list[_Worker] = []
        self._begun: _Task | None = None

    def results(self) -> Iterator[tuple[Item, Result | Failed]]:
        self._fill()
        while self._waiting:
            while self._waiting and self._waiting[0].done:
                task = self._waiting.popleft()
                self._ahead -= task.parts
                yield task.item, task.outcome
            self._fill()
            if self._waiting and not self._waiting[0].done:
                self._listen()

    def end(self) -> None:
        for worker in self._running:
            worker.stop()

    def _fill(self) -> None:
        """Gives every process that is idle something to do, starts one where there is work and room for it, and gives
        what is left to those that have room for more."""
        for worker in self._running:
            if not worker.tasks:
                self._supply(worker)
        while len(self._running) < self._workers.jobs and self._next() is not None:
            self._running.append(self._workers.start())
            self._supply(self._running[-1])
        for worker in self._running:
            self._supply(worker)

    def _supply(self, worker: _Worker) -> None:
        task = self._next()
        if task is not None and worker.has_room(task):
            self._taken()
            if not worker.tasks:
                worker.deadline = time.monotonic() + self._workers.seconds(task)
            worker.give(task)

    def _next(self) -> _Task | None:
        """What is to be given next, and stays so until it is taken."""
        if self._again:
            return self._again[0]
        if self._begun is None and self._ahead < _AHEAD * self._workers.jobs:
            for item in self._items:
                self._begun = _Task(item, len(self._workers.parts(item)))
                self._ahead += self._begun.parts
                self._waiting.append(self._begun)
                break
        return self._begun

    def _taken(self) -> None:
        if self._again:
            self._again.popleft()
        else:
            self._begun = None

    def _listen(self) -> None:
        """Waits until a process has something to tell, has died, or has had its time."""
        busy = [each for each in self._running if each.tasks]
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
                seconds = self._workers.seconds(worker.tasks[0])
                self._drop(worker, Failed(f"took longer than {seconds:g} seconds to read"))

    def _take(self, worker: _Worker) -> None:
        try:
            outcome = worker.connection.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        self._settle(worker.tasks.popleft(), outcome)
        if worker.tasks:
            worker.deadline = time.monotonic() + self._workers.seconds(worker.tasks[0])

    def _died(self, worker: _Worker) -> None:
        worker.process.join()
        code = worker.process.exitcode
        why = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self._drop(worker, Failed(f"ended the process that read it ({why})"), tries=_TRIES)

    def _drop(self, worker: _Worker, outcome: Failed, tries: int = 1) -> None:
        """Ends a process. ``outcome`` is that of the item over which it ended so often: the first, since a process
        tells of each before it begins the next."""
        self._running.remove(worker)
        worker.stop()
        task = worker.tasks.popleft()
        task.deaths += 1
        if task.deaths < tries and task.parts == 1:
            self._again.append(task)
        else:
            self._settle(task, outcome)
        self._again += worker.tasks

    def _settle(self, task: _Task, outcome: Any) -> None:
        """Notes what became of ``task``. Where it has several parts of which one failed, each is worked on alone."""
        if task.parts == 1 or not isinstance(outcome, Failed):
            task.outcome, task.done = outcome, True
            return
        alone = [_Task(each) for each in self._workers.parts(task.item)]
        place = self._waiting.index(task)
        self._waiting.rotate(-place)
        self._waiting.popleft()
        self._waiting.extendleft(reversed(alone))
        self._waiting.rotate(place)
        self._again += alone


def _serve(connection: Connection, work: Callable[[Any], Any], limits: Limits, parent: int) -> None:
    """What runs in a process: one item after another, until nobody is there who could send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started the run decides what an interrupt ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_attend, args=(parent,), daemon=True).start()
    memory = _limit(limits.memory)
    gc.freeze()  # what the parent loaded is no garbage
    gc.set_threshold(_COLLECTED)
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(_outcome(work, connection.recv(), memory))


def _attend(parent: int) -> None:
    """Ends this process, whatever it is busy with, once its parent is gone: nobody waits for it any more. Does nothing
    else, for which it might have to wait: what is sent to a parent that takes nothing is never sent."""
    while os.getppid() == parent:
        time.sleep(_LOOK_UP)
    os._exit(1)


def _outcome(work: Callable[[Any], Any], item: Any, memory: int) -> Any:
    try:
        with contextlib.suppress(MemoryError):
            return work(item)
        gc.collect()  # what others left may have filled it
        return work(item)
    except MemoryError:
        return Failed(f"needs more than {memory // 1024**2:,} MiB of memory to read")
    except RecursionError:
        return Failed("is nested too deep to read")
    except Exception:  # noqa: BLE001 - the edge of a process: the parent tells what went wrong, and goes on
        return Failed(traceback.format_exc(), bug=True)


def _limit(memory: int) -> int:
    """Limits this process to ``memory``, and gives the limit that it has: a stricter one may be set already."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return memory
    before = [each for each in resource.getrlimit(resource.RLIMIT_AS) if each != resource.RLIM_INFINITY]
    strictest = min([memory, *before])
    with contextlib.suppress(ValueError, OSError):  # not every system takes it
        resource.setrlimit(resource.RLIMIT_AS, (strictest, strictest))
    return strictest
