"""Pages of the documentation, and what becomes of the commands that they show.

A page is a Markdown file. Two sorts of its fenced blocks are acted on, from the top to the bottom:

- A block with ``title="NAME"`` is a file. It is written into the folder in which the shell stands.
- A block of the type ``console`` is a session. A line that begins with ``$ `` is a command; a backslash at its end
  takes the next line in. The lines below are what it prints, both streams, and are compared verbatim.

Exit codes: a command that ends with another code than 0 is followed by ``$ echo $?`` in the same block, so that the
page says the code. A block below the comment ``<!-- not run: REASON -->`` is shown and not run.

Every page has a shell and a folder of its own, with a copy of sample_timelines/ in it. What differs from run to run is
replaced before the comparison (see ``_Names``): the folder of the page is ``/show``, Python stands in ``/venv``, today
is 2026-11-22, and the inside of a traceback is ``...``.

``python -m tests.docs.pages --write [PAGE ...]`` puts what is really printed into the pages.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import opentimelineio as otio

import otiogate
from otiogate import plugins
from tests.cli.running import environment

ROOT = Path(__file__).parents[2]
TIMEOUT = 120

_FENCE = re.compile(r"(`{3,})(\w*)(?:[ ]+(.*))?")
_TITLE = re.compile(r'title="([^"]+)"')
NOT_RUN = re.compile(r"<!-- not run: (\S.*\S) -->")
_PROMPT = "$ "
_ASKS = "echo $?"


class Block(NamedTuple):
    """A fenced block: the number of its first line inside, and its lines. ``type`` and ``title`` may be empty;
    ``skipped`` is the reason why it is not run."""

    first: int
    type: str
    title: str
    skipped: str
    lines: tuple[str, ...]


class Command(NamedTuple):
    """One command, as it is handed to the shell, and what the page says that it prints."""

    line: int
    text: str
    shown: str


class Ran(NamedTuple):
    """What one command did: what it printed, with the names that pages use, and its exit code."""

    printed: str
    code: int


def pages() -> list[Path]:
    """README.md and every page of docs/, in order."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page."""
    found: list[Block] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        if opened := _FENCE.fullmatch(lines[number]):
            first = number + 1
            last = lines.index(opened[1], first)
            title = _TITLE.search(opened[3] or "")
            before = next((line for line in reversed(lines[:number]) if line), "")
            reason = NOT_RUN.fullmatch(before)
            body = tuple(lines[first:last])
            found.append(Block(first, opened[2], title[1] if title else "", reason[1] if reason else "", body))
            number = last
        number += 1
    return found


def sessions(page: Path) -> list[Block]:
    """The blocks of a page whose commands are run."""
    return [each for each in blocks(page) if each.type == "console" and not each.skipped]


def commands(block: Block) -> list[Command]:
    """The commands of a session."""
    found: list[Command] = []
    for number, line in enumerate(block.lines, block.first):
        if line.startswith(_PROMPT):
            found.append(Command(number, line[len(_PROMPT) :], ""))
            continue
        if not found:
            raise ValueError(f"line {number + 1}: a session begins with a command")
        last = found[-1]
        if not last.shown and last.text.endswith("\\"):
            found[-1] = last._replace(text=f"{last.text}\n{line}")
        else:
            found[-1] = last._replace(shown=f"{last.shown}{line}\n")
    return found


def run(page: Path, folder: Path) -> list[tuple[Command, Ran]]:
    """Runs a page in the empty ``folder``: each command, with what it did."""
    show, files = folder / "show", folder / "files"
    show.mkdir()
    files.mkdir()
    shutil.copytree(ROOT / "sample_timelines", show / "sample_timelines")
    known: list[Command] = []
    script: list[str] = []
    for number, block in enumerate(blocks(page)):
        if block.title:
            (files / str(number)).write_text("".join(f"{line}\n" for line in block.lines), encoding="utf-8")
            name = shlex.quote(block.title)
            script.append(f'mkdir -p "$(dirname {name})" && cp {shlex.quote(str(files / str(number)))} {name}\n')
        elif block in sessions(page):
            known += commands(block)
            script += [_scripted(each.text) for each in commands(block)]
    done = subprocess.run(
        ["sh", "-c", "".join(script)],
        cwd=show,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
    )
    names = _Names(show)
    parts = re.split("\x1e([0-9]+)\n", done.stdout.decode("utf-8"))
    ran = [Ran(names.in_pages(text), int(code)) for text, code in zip(parts[::2], parts[1::2], strict=False)]
    return list(zip(known, ran, strict=True))


def _scripted(command: str) -> str:
    """The command, and after it its exit code behind a mark; ``$?`` stays what it was."""
    return f"{{ {command}\n}}\ncode=$?; printf '\\036%d\\n' $code; (exit $code)\n"


def _environment(folder: Path) -> dict[str, str]:
    """Nothing that changes a verdict, and ``otiogate`` and OpenTimelineIO's commands first on the path."""
    first = Path(sys.executable).parent
    path = os.pathsep.join([str(first), "/usr/local/bin", "/usr/bin", "/bin"])
    kept = {key: value for key, value in environment().items() if key in ("PYTHONUTF8", "PYTHONDONTWRITEBYTECODE")}
    return kept | {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "NO_COLOR": "1", "COLUMNS": "100"}


class _Names:
    """What differs from run to run, and the name that pages have for it."""

    def __init__(self, show: Path) -> None:
        package = Path(otiogate.__file__).parent
        now = datetime.now(timezone.utc)
        today = "|".join((now - timedelta(minutes=each)).strftime("%Y-%m-%d") for each in (0, 10))  # at midnight, both
        self._plain = {
            str(show): "/show",
            str(Path(plugins.__file__).parent): "/venv/lib/site-packages/otiogate/plugins",
            str(package): "/venv/lib/site-packages/otiogate",
            f"OpenTimelineIO {otio.__version__}": "OpenTimelineIO 0.18.1",
        }
        self._patterns = {
            rf"{re.escape(str(Path(sys.executable).parent))}/python[0-9.]*": "/venv/bin/python",
            rf"(?:{today})T[0-9:]{{8}}(Z|[+]00:00)": r"2026-11-22T18:30:00\1",
            r"LOG-[0-9A-F]{16}:([0-9]+):sha256:[0-9a-f]{64}": rf"LOG-04A2C61F7E93B58D:\1:sha256:{'5d' * 32}",
            r"(?m)^python 3[.][0-9.]+[a-z0-9]*": "python 3.12.3",
            r"(?m)^(Traceback .*)\n(?: .*\n)+": r"\1\n  ...\n",
        }

    def in_pages(self, text: str) -> str:
        """``text`` as pages show it."""
        for real, name in self._plain.items():
            text = text.replace(real, name)
        for pattern, name in self._patterns.items():
            text = re.sub(pattern, name, text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def faults(page: Path, folder: Path) -> Iterator[str]:
    """Where a page and what its commands do differ."""
    ran = run(page, folder)
    silent = _unsaid(page, ran)
    for command, did in ran:
        where = f"{page.relative_to(ROOT)}:{command.line + 1}: $ {command.text}"
        if did.printed != command.shown:
            yield f"{where}\n--- the page says\n{command.shown}--- it prints\n{did.printed}"
        if command in silent:
            yield f"{where}\nends with {did.code}, and no '{_PROMPT}{_ASKS}' below says so"


def _unsaid(page: Path, ran: list[tuple[Command, Ran]]) -> set[Command]:
    """The commands that fail, and whose exit code the page does not tell."""
    codes = dict(ran)
    found = set()
    for block in sessions(page):
        own = commands(block)
        for command, after in zip(own, [*own[1:], None], strict=True):
            if codes[command].code != 0 and (after is None or after.text != _ASKS):
                found.add(command)
    return found


def write(page: Path, folder: Path) -> bool:
    """Puts what is really printed into a page. Whether that changed anything."""
    old = page.read_text(encoding="utf-8")
    lines: list[str] = old.splitlines()
    ran = run(page, folder)
    silent = _unsaid(page, ran)
    for command, did in reversed(ran):
        begin = command.line + 1 + command.text.count("\n")
        end = begin + command.shown.count("\n")
        asked = [f"{_PROMPT}{_ASKS}", str(did.code)] if command in silent else []
        lines[begin:end] = [*did.printed.splitlines(), *asked]
    new = "".join(f"{line}\n" for line in lines)
    page.write_text(new, encoding="utf-8")
    return new != old


def main() -> None:
    """Writes the pages that are named, or all, and names those that changed."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs.pages", description=main.__doc__)
    parser.add_argument("--write", action="store_true", required=True, help="needed, since pages are changed")
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    chosen = parser.parse_args().pages
    for page in [each.resolve() for each in chosen] or pages():
        with tempfile.TemporaryDirectory(prefix="otiogate-page-") as folder:
            if sessions(page) and write(page, Path(folder).resolve()):
                print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
