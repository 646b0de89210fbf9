"""``otiogate cuesheet``: every AI use of a timeline, as a table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from otiogate.cli.console import put, say
from otiogate.cli.judging import add_options, judging, refuse_output


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "cuesheet",
        help="list every AI use of a timeline as CSV",
        description="Writes a line for each AI use of each clip, cleared or not: timecodes, tools, inputs and their "
        "rights, consents, approvals. It is no verdict: the exit code is 0 once the sheet is written.",
    )
    parser.add_argument("timeline", metavar="TIMELINE", help="a timeline")
    parser.add_argument(
        "--bom", action="store_true", help="begin with a byte order mark, for spreadsheets that need it"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the sheet, or nothing where a part of the timeline was not read: a line less would go unnoticed."""
    from otiogate.errors import CannotJudge
    from otiogate.report.base import OVERRIDDEN, count
    from otiogate.report.cuesheet import CueSheetWriter
    from otiogate.report.diff import still_open
    from otiogate.report.text import headline
    from otiogate.scan.delivery import watched_report

    refuse_output(arguments.output, [arguments.timeline], "cue sheet")
    report = watched_report(judging(arguments), Path(arguments.timeline))
    if report.verdict == "cannot_judge":
        say(f"otiogate: no cue sheet: {headline(report)}")
        return CannotJudge.exit_code
    put(CueSheetWriter(bom=arguments.bom).write([report]), arguments.output)
    advisory = f" (advisory: {OVERRIDDEN})" if report.advisory else ""
    say(f"otiogate: {count(len(report.cues), 'AI use')}, {still_open(report)}{advisory}")
    return 0
