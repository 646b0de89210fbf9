"""The command, run as its users run it: in a process of its own, or in this one where that tells as much."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from otiogate.cli import main
from otiogate.config import layers

TIMEOUT = 120

ALONE = pytest.mark.skipif(
    os.path.lexists(layers.facility_file()), reason="this machine has a facility file, which a process of its own loads"
)

EVENT = "{number:03}  {reel:<8} V     C        01:00:00:00 01:00:02:00 {first} {last}"


class Ran(NamedTuple):
    """What one run gave."""

    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    """This environment without what would change a verdict."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("OTIO", "PYTHON"))}
    return kept | {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"} | changes


def command(*arguments: str | Path) -> list[str]:
    """The command line of one run."""
    return [sys.executable, "-m", "otiogate", *map(str, arguments)]


_READS_PIPES = """\
import sys
from otiogate.scan import read
read._check_kind = lambda path: 0
from otiogate.cli import main
sys.exit(main())
"""


def held_up(*arguments: str | Path) -> list[str]:
    """The command line of one run that reads a pipe as if it were a file, and so waits until a test writes to it."""
    return [sys.executable, "-c", _READS_PIPES, *map(str, arguments)]


def run(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None, **options: Any) -> Ran:
    """One run of ``otiogate`` in a process of its own."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | options
    done = subprocess.run(command(*arguments), cwd=cwd, env=env or environment(), timeout=TIMEOUT, **streams)
    return Ran(done.returncode, (done.stdout or b"").decode("utf-8"), (done.stderr or b"").decode("utf-8"))


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """One run of ``otiogate`` in this process."""
    capsys.readouterr()
    try:
        code = main([str(each) for each in arguments])
    except SystemExit as left:
        code = int(left.code or 0)
    said = capsys.readouterr()
    return Ran(code, said.out, said.err)


def edl(*events: Iterable[str], title: str = "CUT", head: Iterable[str] = ()) -> str:
    """An EDL at 24 frames: two seconds for each of ``events``, which are the comment lines below it."""
    lines = [f"TITLE: {title}", "FCM: NON-DROP FRAME", *head, ""]
    for number, comments in enumerate(events, 1):
        first, last = (f"01:00:{2 * each:02}:00" for each in (number - 1, number))
        lines += [EVENT.format(number=number, reel=f"A{number:03}", first=first, last=last), *comments]
    return "\n".join(lines) + "\n"


def project(folder: Path, text: str = "", **records: str) -> Path:
    """A folder with a configuration and the record files ``name=text`` (``name`` without its suffix)."""
    (folder / "records").mkdir(parents=True, exist_ok=True)
    config = text or "format: 1\nproduction: MYSHOW\nrecords: [records]\n"
    (folder / "otiogate.yaml").write_text(config, encoding="utf-8")
    for name, body in records.items():
        (folder / "records" / f"{name}.yaml").write_text(body, encoding="utf-8")
    return folder


def held(folder: Path) -> dict[str, bytes | None]:
    """Everything below ``folder``, and what the files hold."""
    return {
        str(each.relative_to(folder)): each.read_bytes() if each.is_file() else None
        for each in sorted(folder.rglob("*"))
    }
