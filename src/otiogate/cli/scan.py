"""``otiogate scan``: judges timelines and says why."""

from __future__ import annotations

import argparse
import glob
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say, say_bug, say_fault
from otiogate.errors import OtiogateError, UsageError

if TYPE_CHECKING:
    from otiogate.report.model import Report


NOTHING_TO_SCAN = 4


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "scan",
        help="judge timelines",
        description="Judges timelines (.otio, .otioz, .otiod, .edl): the report on standard output, one line on "
        "standard error.",
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a timeline, or a pattern such as 'cuts/*.edl'")
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
    """Scans every path, whatever becomes of the others; the worst exit code wins (70 over 2 over 3 over 1 over 0)."""
    from otiogate.report.base import ReportWriter
    from otiogate.report.json import JsonWriter
    from otiogate.report.text import TextWriter, summary
    from otiogate.scan.judging import judge_near

    now, as_of = _time(arguments.as_of)
    command = _command(arguments)
    _check_output(arguments)
    reports: list[Report] = []
    faults: dict[str, OtiogateError] = {}
    bugs = 0
    names = _matched(arguments.paths)
    if not names:
        say(f"otiogate: nothing to scan: no file matches {', '.join(arguments.paths)}")
        return NOTHING_TO_SCAN
    for name in names:
        try:
            reports.append(judge_near(Path(name), now, config=arguments.config, command=command, as_of=as_of))
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


def _check_output(arguments: argparse.Namespace) -> None:
    """A report must not take the place of what it is about."""
    for name in arguments.paths:
        if arguments.output is not None and _same(Path(name), Path(arguments.output)):
            raise UsageError("is a timeline to scan, and the file for the report", where=arguments.output)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _command(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line sets, as a layer of configuration."""
    from otiogate.policy.load import shipped

    found: dict[str, Any] = {}
    names = [each for each in arguments.policy if each in shipped()]
    files = [each for each in arguments.policy if each not in names]
    for each in files:
        if not os.path.exists(each):  # noqa: PTH110 - Path's own raises for a name that is too long
            known = "shipped packs: " + ", ".join(shipped())
            raise UsageError(f"--policy {each}: no pack of that name, and no such file", next_step=known)
    if names:
        found["packs"] = names
    if files:
        found["policy"] = [str(Path(each).absolute()) for each in files]
    if arguments.records:
        found["records"] = [str(Path(each).absolute()) for each in arguments.records]
    if arguments.stage:
        found["stage"] = arguments.stage
    return found


def _time(text: str | None) -> tuple[datetime, bool]:
    """The time to judge at, and whether it is another than now."""
    from otiogate.records.dates import begin

    if text is None:
        return datetime.now(timezone.utc), False
    try:
        return begin(text).astimezone(timezone.utc), True
    except (ValueError, OverflowError) as fault:
        raise UsageError(f"--as-of {text!r} is no time with a zone", next_step="write 2027-03-01T12:00:00Z") from fault
