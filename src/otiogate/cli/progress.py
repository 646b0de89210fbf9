"""How far a long run is, on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from otiogate.cli.console import say

_SECONDS = 10.0
"""Between two lines where there is no terminal."""

Step = Callable[[int], contextlib.AbstractContextManager[None]]

_FEW = 2
"""Timelines of which nobody wants to know how far they are."""


@contextlib.contextmanager
def progress(total: int, noun: str = "timelines") -> Iterator[Step]:
    """Gives what is to be called with how many of ``total`` are done, as often as that changes; in the block that it
    opens, the terminal is free for text."""
    if total <= _FEW or sys.stderr is None:
        yield lambda _done: contextlib.nullcontext()
    elif sys.stderr.isatty():
        yield from _bar(total, noun)
    else:
        yield _lines(total, noun)


def _bar(total: int, noun: str) -> Iterator[Step]:
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread: processes are forked while the bar is there
    with tqdm(total=total, unit=f" {noun}", file=sys.stderr, dynamic_ncols=True, leave=False, smoothing=0.1) as bar:

        @contextlib.contextmanager
        def step(done: int) -> Iterator[None]:
            bar.update(done - bar.n)
            with tqdm.external_write_mode(file=sys.stdout):
                yield

        yield step


def _lines(total: int, noun: str) -> Step:
    began = said = time.monotonic()

    def step(done: int) -> contextlib.AbstractContextManager[None]:
        nonlocal said
        now = time.monotonic()
        if now - said >= _SECONDS and done < total:
            said = now
            rate = done / (now - began)
            left = time.strftime("%H:%M:%S", time.gmtime((total - done) / rate))
            say(f"otiogate: {done:,} of {total:,} {noun}, {rate:,.1f} a second, {left} left")
        return contextlib.nullcontext()

    return step
