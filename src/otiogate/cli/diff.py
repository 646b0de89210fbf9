"""``otiogate diff``: which AI uses are new, gone or changed between two cuts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from otiogate.cli.console import put, say
from otiogate.cli.judging import add_options, judging, refuse_output


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "diff",
        help="which AI uses are new, gone or changed between two cuts",
        description="Compares the AI uses of two cuts, and says what the new and changed ones now need. The exit code "
        "is that of a scan of NEW; 3 where OLD cannot be judged, since there is nothing to compare with.",
    )
    parser.add_argument("old", metavar="OLD", help="a timeline")
    parser.add_argument("new", metavar="NEW", help="a later cut of it")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judges both at one time, and compares."""
    import json

    from otiogate.errors import CannotJudge
    from otiogate.report.diff import as_data, as_text, difference
    from otiogate.report.text import headline
    from otiogate.scan.delivery import watched_report

    under, names = judging(arguments), [arguments.old, arguments.new]
    refuse_output(arguments.output, names, "difference")
    old, new = (watched_report(under, Path(name)) for name in names)
    unread = [each for each in (old, new) if each.verdict == "cannot_judge"]
    if unread:
        for each in unread:
            say(f"otiogate: nothing to compare: {headline(each)}")
        return CannotJudge.exit_code
    found = difference(old, new)
    if arguments.format == "json":
        text = json.dumps(as_data(old, new, found), indent=2, ensure_ascii=True) + "\n"
    else:
        text = as_text(old, new, found)
    put(text, arguments.output)
    say(f"otiogate: {headline(new)}")
    return new.exit_code
