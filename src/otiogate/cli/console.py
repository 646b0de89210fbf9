"""What commands share: standard error, and reports to a file or to standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from otiogate.documents.write import write_text
from otiogate.errors import CannotJudge


def say(text: str) -> None:
    """One message on standard error."""
    data = (text.rstrip("\n") + "\n").encode(sys.stderr.encoding or "utf-8", "backslashreplace")
    sys.stderr.write(data.decode(sys.stderr.encoding or "utf-8"))
    sys.stderr.flush()


def put(text: str, output: str | None = None) -> None:
    """``text`` to the file ``output``, whole or not at all, or to standard output. Raises ``CannotJudge`` where it
    cannot be written: a verdict that reached nobody is none."""
    try:
        if output is not None and output != "-":
            write_text(Path(output), text)
            return
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        where = output or "standard output"
        raise CannotJudge(f"the report cannot be written: {fault.strerror or fault}", where=where) from fault
