"""``otiogate scan``: judges timelines and says why."""

from __future__ import annotations

import argparse
import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say, say_bug, say_fault
from otiogate.cli.judging import add_options, judging, refuse_output
from otiogate.errors import OtiogateError, UsageError

if TYPE_CHECKING:
    from otiogate.report.model import Report


NOTHING_TO_SCAN = 4


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "scan",
        help="judge timelines",
        description="Judges timelines (.otio, .otioz, .otiod, .edl, .fcpxml, .fcpxmld): the report on standard output, "
        "one line on standard error.",
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a timeline, or a pattern such as 'cuts/*.edl'")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the report (default: text)")
    parser.add_argument("-v", "--verbose", action="store_true", help="list findings that are met, too")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report there, whole or not at all")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scans every path, whatever becomes of the others; the worst exit code wins (70 over 2 over 3 over 1 over 0)."""
    from otiogate.report.base import ReportWriter
    from otiogate.report.json import JsonWriter
    from otiogate.report.text import TextWriter, summary

    under = judging(arguments)
    refuse_output(arguments.output, arguments.paths, "report")
    reports: list[Report] = []
    faults: dict[str, OtiogateError] = {}
    bugs = 0
    names = _matched(arguments.paths)
    if not names:
        say(f"otiogate: nothing to scan: no file matches {', '.join(arguments.paths)}")
        return NOTHING_TO_SCAN
    for name in names:
        try:
            reports.append(under.report(Path(name)))
        except OtiogateError as fault:
            faults[str(fault)] = fault
        except Exception:  # noqa: BLE001 - the edge around one timeline: a bug with one must not hide the others
            say(f"otiogate: {name!r}: not judged")
            say_bug()
            bugs += 1
    writer: ReportWriter = JsonWriter() if arguments.format == "json" else TextWriter(verbose=arguments.verbose)
    if reports:
        put(writer.write(reports), arguments.output)
    for each in faults.values():
        say_fault(each)
    if reports:
        say(summary(reports))
    if bugs:
        return OtiogateError.exit_code
    return UsageError.exit_code if faults else max(report.exit_code for report in reports)


def _matched(paths: list[str]) -> list[str]:
    """The paths, with patterns that the shell left as they are replaced by what they match, which may be nothing."""
    names: list[str] = []
    for path in paths:
        is_pattern = glob.has_magic(path) and not os.path.lexists(path)
        names += sorted(glob.glob(path, recursive=True)) if is_pattern else [path]  # noqa: PTH207 - Path has no such call
    return names
