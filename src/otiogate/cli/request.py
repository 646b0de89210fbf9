"""``otiogate request``: asks for the records that a scan misses."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say, say_fault, worst
from otiogate.cli.judging import add_options, judging
from otiogate.errors import CannotJudge, OtiogateError

if TYPE_CHECKING:
    from otiogate.records.asking import FolderRequests, RegistryRequests
    from otiogate.report.requesting import Request
    from otiogate.scan.judging import Judging


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "request",
        help="ask for the records that timelines miss",
        description="Posts a request for each record that is missing to the configured registry, or writes it into a "
        "folder, or without either prints all as JSON. What was asked before is not asked again, whatever the cut. It "
        "is no verdict: the exit code is 0 once all is asked, and 3 where a timeline or a request came to nothing.",
    )
    parser.add_argument("timelines", nargs="+", metavar="TIMELINE", help="a timeline, or a folder of them")
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", help="write a file for each there, and ask no registry for them"
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Asks for what each timeline misses, whatever becomes of the others."""
    from otiogate.cli.scan import NOTHING_TO_SCAN
    from otiogate.scan.find import Met, timelines

    under = judging(arguments)
    empty: list[str] = []
    names = list(timelines(arguments.timelines, met=Met(empty.append)))
    if not names:
        say(f"otiogate: nothing to ask for: no timeline in {', '.join(empty)}")
        return NOTHING_TO_SCAN
    asking = _Asking(arguments.output)
    codes = [_ask(name, under, asking) for name in names]
    asking.tell()
    return worst((*codes, NOTHING_TO_SCAN if empty else 0))


def _ask(name: str, under: Judging, asking: _Asking) -> int:
    """Asks for what one timeline misses; gives the exit code for it."""
    from otiogate.report.requesting import requests
    from otiogate.report.text import headline

    report = under.report(Path(name))
    if report.verdict == "cannot_judge":
        say(f"otiogate: nothing asked: {headline(report)}")
        return CannotJudge.exit_code
    try:
        for request in requests(report):
            asking.ask(request, under, Path(name))
    except OtiogateError as fault:
        say_fault(fault)
        return fault.exit_code
    return 0


class _Asking:
    """What was asked for so far, in one run."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._asked: dict[str, Request] = {}
        self._printed: list[Any] = []
        self._new = 0
        self._routes: dict[Any, RegistryRequests] = {}

    def ask(self, request: Request, under: Judging, path: Path) -> None:
        """Asks, if this run has not."""
        from otiogate.report.base import safe

        if request.key in self._asked:
            return
        route = self._route(under, path)
        if route is None:
            self._printed.append(dict(request.data))
            self._new += 1
        else:
            made = route.make(request.data)
            self._new += made.new
            word = "asked  " if made.new else "already"
            put(safe(f"{word}  {made.name}  {' '.join(_words(request))}", 1000) + "\n")
        self._asked[request.key] = request

    def _route(self, under: Judging, path: Path) -> FolderRequests | RegistryRequests | None:
        from otiogate.records.asking import FolderRequests, RegistryRequests

        if self._folder is not None:
            return FolderRequests(Path(self._folder))
        access = under.settings(path).registry
        if access is None:
            return None
        if access not in self._routes:
            self._routes[access] = RegistryRequests(access)
        return self._routes[access]

    def tell(self) -> None:
        """Prints what nobody takes, and says what the run came to."""
        import json

        from otiogate.report.base import count

        if self._printed:
            put(json.dumps(self._printed, indent=2, ensure_ascii=False) + "\n")
        known = len(self._asked) - self._new
        say(f"otiogate: {count(self._new, 'new request')}, {known:,} asked for before")


def _words(request: Request) -> Iterator[str]:
    data = request.data
    yield str(data["what"])
    if "disclosure" in data:
        yield f"for {data['disclosure']['id']}"
    elif "media" in data:
        yield f"for {data['media']}"
    yield f"[{', '.join(data['required_by'])}]"
