"""``otiogate scan``: judges timelines and says why."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from otiogate.cli.console import say, say_fault, sink, worst
from otiogate.cli.judging import (
    add_cache,
    add_media_options,
    add_options,
    check_cache,
    judging,
    noting,
    refuse_output,
    seconds,
)
from otiogate.cli.progress import progress
from otiogate.errors import CannotJudge, UsageError

if TYPE_CHECKING:
    from otiogate.cli.judging import Noted
    from otiogate.errors import ReadError
    from otiogate.report.base import ReportWriter
    from otiogate.report.text import Summary
    from otiogate.scan.delivery import Judged, Refused
    from otiogate.scan.find import Wanted

NOTHING_TO_SCAN = 4

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "scan",
        help="judge timelines, folders of them, whole deliveries",
        description="Judges timelines: the report on standard output, one line on standard error. A folder means "
        "every timeline below it. Files are read in processes of their own, so that a bad one ends nothing else.",
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a timeline, a folder, a pattern such as 'cuts/*.edl', or - for a list, parted by line ends or NULs",
    )
    parser.add_argument(
        "--format", choices=("text", "json", "jsonl"), default="text", help="of the report (default: text)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="list findings that are met, too")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report there, whole or not at all")
    group = parser.add_argument_group(
        "what of folders and patterns",
        "GLOB is a path from that folder, or a name. A file that is named, also in a list, is always scanned.",
    )
    group.add_argument("--include", action="append", default=[], metavar="GLOB", help="only these, such as 'ep101/*'")
    group.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="not these: 'ep102' or '*_wip.edl'"
    )
    group.add_argument("--since", metavar="TIME", help="changed since: 2026-11-22T08:00:00Z, or 30m, 12h, 7d, 2w ago")
    group = parser.add_argument_group("how")
    group.add_argument("--jobs", type=int, metavar="N", help="processes that read at one time (default: the cores)")
    group.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="that one timeline may take (default: 120; with media 7200)"
    )
    add_cache(group)
    add_media_options(parser)
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scans every path, whatever becomes of the others; the worst exit code wins (70 over 2 over 3 over 1 over 0)."""
    from otiogate.report.base import count, safe
    from otiogate.scan.delivery import scan
    from otiogate.scan.find import Met, Wanted, timelines
    from otiogate.scan.workers import Limits

    under = judging(arguments)
    check_cache(under)
    refuse_output(arguments.output, arguments.paths, "report")
    jobs = _jobs(arguments.jobs)
    limits = Limits(seconds=seconds(arguments))
    empty: list[str] = []
    links: list[str] = []
    hidden: list[str] = []
    alone: list[str] = []
    unlisted: list[ReadError] = []
    met = Met(empty.append, links.append, hidden.append, alone.append, unlisted.append)
    paths = list(_listed(arguments.paths))
    names = list(timelines(paths, _wanted(arguments), met, misnamed=True))
    if links or hidden:
        named = {os.path.abspath(each) for each in paths}  # noqa: PTH100 - resolve() would leave a link
        links, hidden = ([each for each in some if os.path.abspath(each) not in named] for some in (links, hidden))  # noqa: PTH100
    if links:
        said = count(len(links), "link to a folder", "links to folders")
        say(f"otiogate: not followed: {said}: {safe(links[0])} (name it too, or leave it out with --exclude)")
    if hidden:
        said = count(len(hidden), "hidden timeline or folder of such", "hidden timelines or folders of such")
        say(f"otiogate: not looked at: {said}: {safe(hidden[0])} (name it too, or leave it out with --exclude)")
    if alone:
        say(f"otiogate: without its timeline beside it: {count(len(alone), 'sidecar')}: {safe(alone[0])}")
    for fault in unlisted:
        say_fault(fault)
    refuse_output(arguments.output, names, "report")
    if not names and unlisted:
        return CannotJudge.exit_code
    if not names:
        left = ", or none that --include, --exclude and --since leave" if _wanted(arguments) != Wanted() else ""
        say(f"otiogate: nothing to scan: no timeline in {safe(', '.join(empty), 2000) or 'the list'}{left}")
        return NOTHING_TO_SCAN
    noted = noting("scan")
    tally = _Tally(len(names), tuple(empty), noted, is_whole=not (links or hidden))
    writer = _writer(arguments)
    pages = scan(names, under, partial(_page, writer, noted), jobs=min(jobs, len(names)), limits=limits)
    try:
        with (
            tally.interruptible(),
            contextlib.closing(pages),
            sink(arguments.output) as write,
            progress(len(names)) as step,
        ):
            for piece in writer.framed(tally.texts(pages)):
                with step(tally.done):
                    write(piece)
    except KeyboardInterrupt:
        tally.interrupted = True
    return worst((tally.told(), CannotJudge.exit_code if unlisted else 0))


class _Page(NamedTuple):
    """What came of a few timelines: what is written of them, what they came to, what the log keeps, and those that were
    not judged."""

    text: str
    summary: Summary
    entries: list[str]
    refused: list[tuple[str, Refused]]


def _page(writer: ReportWriter, noted: Noted, judged: Iterable[Judged]) -> _Page:
    """Made in the processes that judge, which leaves little to the one that writes."""
    from otiogate.report.text import Summary

    page = _Page("", Summary(), [], [])
    texts = []
    for path, report, refused in judged:
        if refused:
            page.refused.append((path, refused))
        texts.append(writer.text(report))
        page.summary.add(report)
        if entry := noted.entry(report):
            page.entries.append(entry)
    return page._replace(text=writer.between.join(texts))


class _Tally:
    """What a run came to, without holding its reports. ``is_whole``: nothing was left aside unseen."""

    def __init__(self, total: int, empty: tuple[str, ...], noted: Noted, *, is_whole: bool) -> None:
        from otiogate.report.text import Summary

        self.interrupted = False
        self.done = 0
        self._waits = False
        self._total = total
        self._empty = empty
        self._is_whole = is_whole and not empty
        self._noted = noted
        self._summary = Summary()
        self._refused: dict[str, Refused] = {}

    def texts(self, pages: Iterator[_Page]) -> Iterator[str]:
        """What is written of them. What is to be said besides of those that were not judged is kept until the end, each
        sentence once. An interrupt ends them, so that what frames them is closed."""
        for page in self._until_interrupted(pages):
            self._noted.keep(page.entries)
            for path, found in page.refused:
                self._refuse(path, found)
            self._summary.merge(page.summary)
            self.done += page.summary.number
            yield page.text

    def _refuse(self, path: str, found: Refused) -> None:
        from otiogate.report.base import safe

        if found.is_bug:
            text = "\n".join(safe(line, 2000) for line in found.text.splitlines())
            say(f"otiogate: {path!r}: not judged\n{text}")
        self._refused.setdefault("a bug" if found.is_bug else found.text, found)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within it an interrupt ends the run between two pages: what is decided is logged, counted and written, or
        nothing of it is. A second one ends it wherever it is, as where nobody takes what is written."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        again, self.interrupted = self.interrupted, True
        if self._waits or again:
            raise KeyboardInterrupt

    def _until_interrupted(self, pages: Iterator[_Page]) -> Iterator[_Page]:
        while (page := self._next(pages)) is not None:
            yield page
        if self.interrupted and not self._summary.number:
            raise KeyboardInterrupt

    def _next(self, pages: Iterator[_Page]) -> _Page | None:
        try:
            self._waits = True
            return None if self.interrupted else next(pages, None)
        except KeyboardInterrupt:
            self.interrupted = True
            return None
        finally:
            self._waits = False

    def told(self) -> int:
        """Says what it came to; gives the exit code."""
        from otiogate.report.base import safe

        summary = str(self._summary)
        for each in self._refused.values():
            if each.is_bug:
                say("otiogate: this is a bug in otiogate, not a verdict. Please report it with the lines above.")
            elif self._summary.number > 1 and (text := safe(each.text, 2000)) not in summary:
                say(f"otiogate: {text}")
        if self._empty:
            say(f"otiogate: nothing to scan in {safe(', '.join(self._empty), 2000)}")
        if self._summary.number:
            say(summary)
        codes = [self._summary.exit_code, *(each.exit_code for each in self._refused.values())]
        if self.interrupted and not self._summary.number:
            raise KeyboardInterrupt
        if self.interrupted:
            say(f"otiogate: interrupted after {self._summary.number:,} of {self._total:,}; the others have no verdict")
            codes.append(CannotJudge.exit_code)
        if not self._is_whole:
            codes.append(NOTHING_TO_SCAN)
        return worst(codes)


def _writer(arguments: argparse.Namespace) -> ReportWriter:
    from otiogate.report.json import JsonLinesWriter, JsonWriter
    from otiogate.report.text import TextWriter

    if arguments.format == "text":
        return TextWriter(verbose=arguments.verbose)
    return JsonWriter() if arguments.format == "json" else JsonLinesWriter()


def _listed(paths: list[str]) -> Iterator[str]:
    """The paths; in the place of ``-``, the lines of standard input, or what NULs part there, as names may hold line
    ends."""
    for path in paths:
        if path != "-":
            yield path
            continue
        if sys.stdin is None:
            raise UsageError("there is no standard input to read a list from")
        data = sys.stdin.buffer.read().removeprefix(BOM_UTF8)
        names = data.split(b"\0") if b"\0" in data else (line.rstrip(b"\r") for line in data.split(b"\n"))
        yield from (os.fsdecode(name) for name in names if name)


def _jobs(asked: int | None) -> int:
    if asked is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked < 1:
        raise UsageError(f"--jobs {asked}: at least one process has to read")
    return asked


def _wanted(arguments: argparse.Namespace) -> Wanted:
    from otiogate.scan.find import Wanted

    since = _since(arguments.since) if arguments.since is not None else 0.0
    return Wanted(tuple(arguments.include), tuple(arguments.exclude), since)


def _since(text: str) -> float:
    """A time, or how long ago, in seconds of the epoch."""
    from otiogate.records.dates import begin

    number, unit = text[:-1], text[-1:]
    try:
        if unit in _UNITS and number.isascii() and number.isdigit():
            return (datetime.now(timezone.utc) - timedelta(**{_UNITS[unit]: int(number)})).timestamp()
        return begin(text).timestamp()
    except (ValueError, OverflowError) as fault:
        step = "write 2026-11-22T08:00:00Z, or 30m, 12h, 7d or 2w"
        raise UsageError(f"--since {text!r} is no time with a zone, and no stretch of time", next_step=step) from fault
