"""``otiogate watch``: judges what arrives in a folder, as it arrives."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import say, say_fault, worst
from otiogate.cli.judging import add_cache, add_media_options, add_options, check_cache, judging, noting, seconds
from otiogate.errors import CannotJudge, OtiogateError, UsageError

if TYPE_CHECKING:
    from otiogate.scan.watching import Places, Watch


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "watch",
        help="judge what arrives in a folder, as it arrives",
        description="Judges each timeline in INBOX once it has stopped growing, and writes its report beside it "
        "(NAME.otiogate.json). What is not allowed is judged again when its records change, when its receipt or "
        "sidecar comes late, and daily. A run that was ended is taken up where it stopped. The exit code is no "
        "verdict: with --once it is 0 if every report and timeline has got to its place.",
    )
    parser.add_argument("inbox", metavar="INBOX", help="a folder; timelines in folders below it count too")
    parser.add_argument("--allowed", metavar="FOLDER", help="move what is allowed there, with its report")
    parser.add_argument("--blocked", metavar="FOLDER", help="move what is blocked or cannot be judged there")
    parser.add_argument("--once", action="store_true", help="one round over what has settled, and end: for a timer")
    parser.add_argument(
        "--settle",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="without growth, before a file is read (10)",
    )
    parser.add_argument("--interval", type=float, default=5.0, metavar="SECONDS", help="between two rounds (5)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that read at one time (1)")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="that one timeline may take (120; with media 7200)"
    )
    add_cache(parser)
    add_media_options(parser)
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Watches until it is told to stop. 0: stopped, or one round done, whatever its verdicts: they stand in the
    reports. 3: the inbox cannot be watched, or a report or timeline has not got to its place; 2: a configuration is
    broken; 70: a bug."""
    from dataclasses import replace

    from otiogate.scan.watching import Places, Watch
    from otiogate.scan.workers import Limits

    inbox = Path(arguments.inbox)
    if not inbox.is_dir():
        raise UsageError("is no folder", where=arguments.inbox, next_step="name the folder in which timelines arrive")
    for name in ("settle", "interval"):
        if getattr(arguments, name) < 0:
            raise UsageError(f"--{name} {getattr(arguments, name):g} is less than nothing")
    under = judging(arguments)
    check_cache(under)
    places = Places(inbox, *(Path(each) if each else None for each in (arguments.allowed, arguments.blocked)))
    _refuse_one_place_for_two(places)
    watch = Watch(
        places,
        (lambda: under) if under.as_of else (lambda: replace(under, now=datetime.now(timezone.utc))),
        settle=arguments.settle,
        jobs=arguments.jobs,
        limits=Limits(seconds=seconds(arguments)),
        noted=noting("watch").note,
    )
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    with _alone(inbox):
        if arguments.once:
            return _once(watch, stopped, arguments.settle)
        while not stopped.is_set():
            _round(watch, stopped)
            stopped.wait(arguments.interval)
    return 0


def _refuse_one_place_for_two(places: Places) -> None:
    """Raises ``UsageError`` where what is allowed would lie among what is not: whoever takes in the one would take in
    the other."""
    inbox, allowed, blocked = (each and each.resolve() for each in (places.inbox, places.allowed, places.blocked))
    for option, place in (("--allowed", allowed), ("--blocked", blocked)):
        if place is not None and place == inbox:
            what = f"{option} is the inbox, in which all else lies too"
            raise UsageError(what, where=str(place), next_step="name another folder, or leave the option out")
    if allowed and blocked and (allowed.is_relative_to(blocked) or blocked.is_relative_to(allowed)):
        what = "--allowed and --blocked are one folder, or one is in the other"
        raise UsageError(what, where=str(blocked), next_step="name two folders beside each other")


_NO_VERDICT = (UsageError.exit_code, OtiogateError.exit_code)
"""Where a configuration is broken, or we are."""

_PATIENCE = 5.0
"""Seconds for which another watch may go on ending."""


@contextlib.contextmanager
def _alone(inbox: Path) -> Iterator[None]:
    """Within it no other watch of this machine is at ``inbox``: two would take the same timeline at the same time, and
    one of them its report. Raises ``CannotJudge``. Where the system has no such locks there is none."""
    try:
        import fcntl

        folder = os.open(inbox, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    step = "one watch is enough: end one of them"
                    raise CannotJudge("is watched already", where=str(inbox), next_step=step) from None
                time.sleep(0.1)
                continue
            except OSError:  # as on some network drives
                pass
            break
        yield
    finally:
        os.close(folder)


def _once(watch: Watch, stopped: threading.Event, settle: float) -> int:
    """One round, after two looks at what is there: what grows between them is left."""
    from otiogate.report.base import safe

    if settle and watch.look():
        stopped.wait(settle)
    code = 0 if stopped.is_set() else _round(watch, stopped)
    for path in watch.growing():
        say(f"otiogate: {safe(path)}: still grows, and is left for the next round")
    if stopped.is_set():
        say("otiogate: stopped: what is not judged is left for the next round")
        code = worst((code, CannotJudge.exit_code))
    return code


def _round(watch: Watch, stopped: threading.Event) -> int:
    """One round; a line for each timeline."""
    from otiogate.report.base import safe
    from otiogate.report.text import Summary
    from otiogate.scan.delivery import Refused

    code = 0
    try:
        for done in watch.step():
            if isinstance(done.report, Refused):
                said = "not judged: " if done.report.exit_code in _NO_VERDICT else ""
                say(f"otiogate: {safe(str(done.path))}: {said}{safe(done.report.text, 2000)}")
                code = worst((code, done.report.exit_code))
            else:
                summary = Summary()
                summary.add(done.report)
                say(f"{summary}")
            if stopped.is_set():
                break
    except OtiogateError as fault:  # the next round may find it mended
        say_fault(fault)
        return CannotJudge.exit_code
    return code
