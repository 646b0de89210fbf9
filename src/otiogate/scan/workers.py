"""Work on input that nobody vouches for, in processes that are watched.

A file may bring down what reads it, or keep it busy for ever. Each item is worked on in a process of its own for as
long as it takes; one that dies, hangs or grows too large costs its own item, and a fresh process goes on with the next.
A pool of the standard library loses everything that is queued when one of its processes dies.

Items that weigh little are given several at a time, and their results taken several at a time, since to tell of one
would take as long as to work on it. A process counts the items that it begins, so that the one over which it ends is
known.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
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
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 64
"""Items a process that may be done before one that is still worked on: what bounds the memory of results that wait."""

_LOOK_UP = 1.0
"""Seconds after which a process looks whether its parent still lives, and the parent whether one hangs."""

_TRIES = 2
"""A process may be killed through no fault of its item, as by a machine short of memory."""

ALONE = 1.0
"""The weight of an item that is given to a process alone; lighter ones are given together up to this weight."""

_BATCH = 32
"""Items that are given to a process together, at most. It is given more as soon as it has no more than that."""

_COLLECTED = 20_000
"""Objects after which a process looks for garbage: nearly all that an item leaves is free without that."""

_HOLD_BACK = 0.01
"""Seconds for which a process may keep a result, to send it with the next ones."""


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
    """Processes that do ``work``, which can be pickled, on items that can be. ``weight`` tells how light an item is:
    one that is not ``ALONE`` is done fast and is short when pickled. ``after`` is called in a process when it has done
    the items that it was given together, before it tells of the last of them."""

    def __init__(
        self,
        work: Callable[[Item], Result],
        jobs: int = 1,
        limits: Limits | None = None,
        weight: Callable[[Item], float] | None = None,
        after: Callable[[], object] | None = None,
    ) -> None:
        self._work = work
        self._after = after
        self._weight = weight
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
        begun = self._counter()
        serving = (theirs, begun, self._work, self._after, self._limits, os.getpid())
        process = self._processes.Process(target=_serve, args=serving, daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, begun)

    def _counter(self) -> Any:
        """A number that a process and its parent share; between forked ones no file stands behind it, for which a disk
        may be too full."""
        if self._processes.get_start_method() == "fork":
            return ctypes.c_uint64.from_buffer(mmap.mmap(-1, ctypes.sizeof(ctypes.c_uint64)))
        return self._processes.RawValue("Q", 0)

    def weight(self, item: Item) -> float:
        """How much ``item`` weighs, of what is given to a process together."""
        return min(self._weight(item), ALONE) if self._weight is not None else ALONE

    @property
    def jobs(self) -> int:
        """How many processes work at one time."""
        return self._jobs

    @property
    def limits(self) -> Limits:
        """What one item may take."""
        return self._limits


@dataclass(slots=True)
class _Task:
    item: Any
    weight: float
    deaths: int = 0
    outcome: Any = None
    done: bool = False


class _Worker:
    """A process, what it was given, in that order, and until when it has to tell of the first. ``begun`` is how many
    items it began, which it writes itself."""

    def __init__(self, process: Any, connection: Connection, begun: Any) -> None:
        self.process = process
        self.connection = connection
        self._begun = begun
        self._settled = 0
        self.tasks: deque[_Task] = deque()
        self.deadline = 0.0

    @property
    def has_room(self) -> bool:
        """Whether it may be given something more: beside one batch another, and beside what is alone nothing."""
        return not self.tasks or (len(self.tasks) <= _BATCH and sum(each.weight for each in self.tasks) < ALONE)

    def give(self, tasks: list[_Task], seconds: float) -> None:
        if not self.tasks:
            self.deadline = time.monotonic() + seconds
        self.tasks += tasks
        with contextlib.suppress(OSError):  # it has just died: its end tells
            self.connection.send([each.item for each in tasks])

    def settle(self, outcome: Any) -> None:
        """Notes what became of the first."""
        task = self.tasks.popleft()
        task.outcome, task.done = outcome, True
        self._settled += 1

    def taken(self) -> _Task | None:
        """What it began last, taken from it; nothing where that cannot be told."""
        place = self._begun.value - self._settled - 1
        if len(self.tasks) == 1:
            place = 0
        if not 0 <= place < len(self.tasks):
            return None
        found = self.tasks[place]
        del self.tasks[place]
        return found

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
        self._running: list[_Worker] = []
        self._begun: _Task | None = None

    def results(self) -> Iterator[tuple[Item, Result | Failed]]:
        self._fill()
        while self._waiting:
            while self._waiting and self._waiting[0].done:
                task = self._waiting.popleft()
                yield task.item, task.outcome
            self._fill()
            if self._waiting and not self._waiting[0].done:
                self._listen()

    def end(self) -> None:
        for worker in self._running:
            worker.stop()

    def _fill(self) -> None:
        """Gives every process that has room something to do, and starts one where there is work and room for it."""
        for worker in self._running:
            self._supply(worker)
        while len(self._running) < self._workers.jobs and self._next() is not None:
            self._running.append(self._workers.start())
            self._supply(self._running[-1])

    def _supply(self, worker: _Worker) -> None:
        if not worker.has_room:
            return
        given: list[_Task] = []
        weight = 0.0
        while len(given) < _BATCH and (task := self._next()) is not None:
            weight += task.weight
            if weight > ALONE or (task.weight == ALONE and (given or worker.tasks)):
                break
            given.append(task)
            self._taken()
            if task.weight == ALONE:
                break
        if given:
            worker.give(given, self._workers.limits.seconds)

    def _next(self) -> _Task | None:
        """What is to be given next, and stays so until it is taken."""
        if self._again:
            return self._again[0]
        if self._begun is None and len(self._waiting) < _AHEAD * self._workers.jobs:
            for item in self._items:
                self._begun = _Task(item, self._workers.weight(item))
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
                seconds = f"{self._workers.limits.seconds:g}"
                self._drop(worker, Failed(f"took longer than {seconds} seconds to read"))

    def _take(self, worker: _Worker) -> None:
        try:
            outcomes = worker.connection.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        for outcome in outcomes:
            worker.settle(outcome)
        worker.deadline = time.monotonic() + self._workers.limits.seconds

    def _died(self, worker: _Worker) -> None:
        worker.process.join()
        code = worker.process.exitcode
        why = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self._drop(worker, Failed(f"ended the process that read it ({why})"), tries=_TRIES)

    def _drop(self, worker: _Worker, outcome: Failed, tries: int = 1) -> None:
        """Ends a process. ``outcome`` is that of the item over which it ended so often; what else it was given is done
        again."""
        self._running.remove(worker)
        task = worker.taken()  # before it is stopped: it may be done just now, and busy with the next
        worker.stop()
        if task is None:  # it wrote what cannot be: each is done again alone
            for each in worker.tasks:
                each.weight = ALONE
        else:
            task.deaths += 1
            if task.deaths < tries:
                task.weight = ALONE
                self._again.append(task)
            else:
                task.outcome, task.done = outcome, True
        self._again += worker.tasks


class _Outbox:
    """The results of a process that are not sent yet. They are sent together where they come fast."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._held: list[Any] = []
        self._sent = 0.0

    def put(self, outcome: Any) -> None:
        with self._lock:
            self._held.append(outcome)
        if time.monotonic() - self._sent >= _HOLD_BACK:
            self.flush()

    def flush(self) -> None:
        with self._lock:
            if self._held:
                self._connection.send(self._held)
                self._held = []
        self._sent = time.monotonic()

    def attend(self) -> None:
        """Sends what is held back while an item takes long, for ever."""
        while True:
            time.sleep(_LOOK_UP)
            with contextlib.suppress(OSError):
                self.flush()


def _serve(
    connection: Connection,
    begun: Any,
    work: Callable[[Any], Any],
    after: Callable[[], object] | None,
    limits: Limits,
    parent: int,
) -> None:
    """What runs in a process: one item after another, until nobody is there who could send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started the run decides what an interrupt ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    outbox = _Outbox(connection)
    for attended in (partial(_attend, parent), outbox.attend):
        threading.Thread(target=attended, daemon=True).start()
    _limit(limits.memory)
    gc.freeze()  # what the parent loaded is no garbage
    gc.set_threshold(_COLLECTED)
    with contextlib.suppress(EOFError, OSError):
        while True:
            items = connection.recv()
            for number, item in enumerate(items, 1):
                begun.value += 1
                outcome = _outcome(work, item, limits)
                if number == len(items) and after is not None:
                    after()
                outbox.put(outcome)
            outbox.flush()


def _attend(parent: int) -> None:
    """Ends this process, whatever it is busy with, once its parent is gone: nobody waits for it any more. Does nothing
    else, for which it might have to wait: what is sent to a parent that takes nothing is never sent."""
    while os.getppid() == parent:
        time.sleep(_LOOK_UP)
    os._exit(1)


def _outcome(work: Callable[[Any], Any], item: Any, limits: Limits) -> Any:
    try:
        with contextlib.suppress(MemoryError):
            return work(item)
        gc.collect()  # what others left may have filled it
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
