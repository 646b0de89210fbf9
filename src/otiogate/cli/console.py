"""What commands share: standard error, and reports to a file or to standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from otiogate.documents.write import writing as write_pieces
from otiogate.errors import CannotJudge, OtiogateError

_FROM_THE_MILDEST = (0, 4, 1, 3, 2, 70)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a run of which the parts have ``codes``: 70 wins over 2 over 3 over 1 over 4 over 0."""
    return max(codes, key=_FROM_THE_MILDEST.index, default=0)


def say(text: str) -> None:
    """One message on standard error. Where nobody can be told, the exit code still stands."""
    if sys.stderr is None:
        return
    try:
        _write(sys.stderr, text.rstrip("\n") + "\n")
    except (OSError, ValueError):
        _give_up(sys.stderr)


def say_fault(fault: OtiogateError) -> None:
    """What went wrong, in one line in which nothing acts on a terminal."""
    from otiogate.report.base import safe

    say(f"otiogate: {safe(str(fault), 2000)}")


def say_bug() -> None:
    """The exception that is being handled, said to be a bug. To be called at the outer edges."""
    import traceback

    from otiogate.report.base import safe

    say("\n".join(safe(line, 2000) for line in traceback.format_exc().splitlines()))
    say("otiogate: this is a bug in otiogate, not a verdict. Please report it with the lines above.")


def put(text: str, output: str | None = None) -> None:
    """``text`` to the file ``output``, whole or not at all, or to standard output. Raises ``CannotJudge`` where it
    cannot be written: a verdict that reached nobody is none."""
    with sink(output) as write:
        write(text)


@contextlib.contextmanager
def sink(output: str | None = None) -> Iterator[Callable[[str], None]]:
    """Gives what puts one piece of text after another where ``put`` puts it: to standard output at once, to a file all
    of them at the end of the block. Raises ``CannotJudge`` where they cannot be written."""
    if output is None or output == "-":
        yield _put_out
        return
    file = Path(output)
    writing = write_pieces(file)
    try:
        write = writing.__enter__()
    except _FAULTS as fault:
        raise _unwritten(str(file), fault) from fault

    def put_in(text: str) -> None:
        try:
            write(text.encode("utf-8", "backslashreplace"))
        except _FAULTS as fault:
            raise _unwritten(str(file), fault) from fault

    try:
        yield put_in
    except BaseException:
        with contextlib.suppress(OSError):  # what is full at the first write is full at the last
            writing.__exit__(*sys.exc_info())
        raise
    try:
        writing.__exit__(None, None, None)
    except _FAULTS as fault:
        raise _unwritten(str(file), fault) from fault


def _put_out(text: str) -> None:
    try:
        _write(sys.stdout, text)
    except _FAULTS as fault:
        _give_up(sys.stdout)
        raise _unwritten("standard output", fault) from fault


_FAULTS = (OSError, ValueError)
"""What is raised where nothing can be written; ``ValueError``: the stream is closed."""


def _unwritten(where: str, fault: Exception) -> CannotJudge:
    """What cannot be written is said to be so."""
    return CannotJudge(
        f"cannot be written: {getattr(fault, 'strerror', None) or fault}",
        where=where,
        next_step="make room, or write elsewhere" if _is_full(fault) else "write elsewhere",
    )


def _is_full(fault: Exception) -> bool:
    return isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # it was closed before Python started
        raise ValueError("it is closed")
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _give_up(stream: TextIO | None) -> None:
    """Leads ``stream`` nowhere. Python flushes it once more at its exit, and would change the exit code."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)
