"""``otiogate scan``: judges timelines and says why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from otiogate.cli.console import put, say


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "scan",
        help="judge timelines",
        description="Judges timelines (.otio, .otioz, .otiod, .edl): the report on standard output, one line on standard error.",
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a timeline")
    parser.add_argument(
        "--config", action="append", default=[], metavar="FILE", help="in place of the otiogate.yaml near each timeline"
    )
    parser.add_argument(
        "--policy", action="append", default=[], metavar="PACK", help="a further rule pack: a name, or a YAML file"
    )
    parser.add_argument(
        "--records",
        action="append",
        default=[],
        metavar="FOLDER",
        help="records in place of the configured ones (advisory)",
    )
    parser.add_argument("--stage", choices=("temp", "final"), help="in place of the configured stage (advisory)")
    parser.add_argument("--as-of", metavar="TIME", help="judge as of a time, such as 2027-03-01T12:00:00Z (advisory)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the report (default: text)")
    parser.add_argument("-v", "--verbose", action="store_true", help="list findings that are met, too")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report there, whole or not at all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scans every path; the worst exit code wins (3 over 1 over 0)."""
    from otiogate.config.layers import settings
    from otiogate.report.base import ReportWriter
    from otiogate.report.json import JsonWriter
    from otiogate.report.text import TextWriter, summary
    from otiogate.scan.judging import judge_path

    now, as_of = _time(arguments.as_of)
    reports = []
    for name in arguments.paths:
        found = settings([name], config=arguments.config, command=_command(arguments), as_of=as_of)
        reports.append(judge_path(Path(name), found, now))
    writer: ReportWriter = JsonWriter() if arguments.format == "json" else TextWriter(verbose=arguments.verbose)
    put(writer.write(reports), arguments.output)
    say(summary(reports))
    return max(report.exit_code for report in reports)


def _command(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line sets, as a layer of configuration."""
    from otiogate.policy.load import shipped

    found: dict[str, Any] = {}
    names = [each for each in arguments.policy if each in shipped()]
    files = [each for each in arguments.policy if each not in names]
    if names:
        found["packs"] = names
    if files:
        found["policy"] = [str(Path(each).absolute()) for each in files]
    if arguments.records:
        found["records"] = [str(Path(each).absolute()) for each in arguments.records]
    if arguments.stage:
        found["stage"] = arguments.stage
    return found


def _time(text: str | None) -> tuple[Any, bool]:
    from datetime import datetime, timezone

    from otiogate.errors import UsageError
    from otiogate.records.dates import begin

    if text is None:
        return datetime.now(timezone.utc), False
    try:
        return begin(text), True
    except ValueError as fault:
        raise UsageError(f"--as-of {text!r} is no time with a zone", next_step="write 2027-03-01T12:00:00Z") from fault
