"""Under what a command judges: the options that say so, shared by every command that does."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.report.model import Report
    from otiogate.scan.decision_log import Doing
    from otiogate.scan.judging import Judging
    from otiogate.scan.media import Opens
    from otiogate.scan.verifying import Verification


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options to the parser of one command."""
    group = parser.add_argument_group("what to judge under")
    group.add_argument(
        "--config", action="append", default=[], metavar="FILE", help="in place of the otiogate.yaml near each timeline"
    )
    group.add_argument("--context-map", metavar="FILE", help="what each timeline of a delivery of many productions is")
    group.add_argument(
        "--policy", action="append", default=[], metavar="PACK", help="a further rule pack: a name, or a YAML file"
    )
    group.add_argument(
        "--records",
        action="append",
        default=[],
        metavar="FOLDER",
        help="records in place of the configured ones (advisory)",
    )
    group.add_argument("--require-receipt", action="store_true", help="judge only what brings a receipt that stands")
    group.add_argument("--stage", choices=("temp", "final"), help="in place of the configured stage (advisory)")
    group.add_argument("--as-of", metavar="TIME", help="judge as of a time, such as 2027-03-01T12:00:00Z (advisory)")


def add_cache(group: Any) -> None:
    """Adds the option for what scans may take from a cache."""
    group.add_argument(
        "--cache",
        nargs="?",
        const="",
        metavar="FILE",
        help="keep there what is read, for the next scan; without FILE among your own caches (advisory)",
    )


def check_cache(under: Judging) -> None:
    """Raises ``UsageError`` where the cache that the command line names cannot be used."""
    from otiogate.scan.cache import Cache

    if "cache" in under.command:
        Cache(Path(under.command["cache"])).check()


def add_media_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of a command that opens media."""
    group = parser.add_argument_group("media")
    group.add_argument(
        "--media",
        action="append",
        default=[],
        metavar="ROOT",
        help="a folder that holds media: what AI uses point at below it is read, and held against the records",
    )
    group.add_argument(
        "--all-media",
        action="store_true",
        help="read the media of every clip, not of AI uses alone; of bundles also without ROOT",
    )


def seconds(arguments: argparse.Namespace) -> float:
    """How long one timeline may take: as it is said, else as is fair to the media that is read. Raises
    ``UsageError``."""
    from otiogate.config.layers import facility_settings

    if arguments.timeout is None:
        return 7200.0 if arguments.media or arguments.all_media or facility_settings().media else 120.0
    if not arguments.timeout > 0:
        raise UsageError(f"--timeout {arguments.timeout:g} leaves no time")
    return float(arguments.timeout)


def judging(arguments: argparse.Namespace) -> Judging:
    """The options of ``arguments``, read once for the whole run. Raises ``UsageError``."""
    from otiogate.config.mapping import read_map
    from otiogate.scan.judging import Judging

    now, as_of = _time(arguments.as_of)
    context_map = read_map(Path(arguments.context_map)) if arguments.context_map is not None else None
    return Judging(now, as_of, tuple(arguments.config), _command(arguments), context_map, opens=_opens(arguments))


def noting(doing: Doing) -> Noted:
    """What notes a report in the facility's log, where it keeps one. A verdict that cannot be noted is none: it raises
    ``StoreError``."""
    from otiogate.config.layers import facility_settings

    return Noted(facility_settings().log, doing)


@dataclass(frozen=True)
class Noted:
    """Keeps decisions in the file ``log``; none where there is none."""

    log: Path | None
    doing: Doing

    def entry(self, report: Report) -> str:
        """What is kept of ``report``; empty where nothing is."""
        if not self.log:
            return ""
        from otiogate.scan.decision_log import entry_of

        return entry_of(report, self.doing)

    def keep(self, entries: Sequence[str]) -> None:
        """Appends ``entries`` to the log, all of them or none."""
        if self.log and entries:
            from otiogate.documents.chain import append

            append(self.log, *entries)

    def note(self, report: Report) -> None:
        """Appends what is kept of ``report``."""
        self.keep([self.entry(report)])

    def verified(self, found: Verification, now: datetime) -> None:
        """Appends what is kept of a receipt that was verified at ``now``."""
        from otiogate.scan.decision_log import entry_of_receipt

        self.keep([entry_of_receipt(found, now)])


def refuse_output(output: str | None, names: list[str], what: str) -> None:
    """Raises ``UsageError`` where ``what`` a command writes would take the place of one of the timelines ``names``, or
    of the receipt or the sidecar of one."""
    try:
        own = os.stat(output or "")  # noqa: PTH116 - thousands of files: no Path for each
    except (OSError, ValueError):
        return  # it takes the place of nothing
    if not stat.S_ISREG(own.st_mode):
        return
    from otiogate import receipt
    from otiogate.scan import sidecar

    for name in names:
        if _is(name, own):
            raise UsageError(f"is a timeline, and the file for the {what}", where=output or "")
        for thing, suffix in (("receipt", receipt.SUFFIX), ("sidecar", sidecar.SUFFIX)):
            if _is(name.rstrip("/") + suffix, own):
                raise UsageError(f"is the {thing} of a timeline, and the file for the {what}", where=output or "")


def _is(name: str, other: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(name), other)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return False


def _command(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line sets, as a layer of configuration."""
    from otiogate.config.layers import one_spelling
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
        found["records"] = one_spelling(arguments.records)
    if getattr(arguments, "cache", None) is not None:
        found["cache"] = str(_cache_file(arguments.cache))
    if arguments.require_receipt:
        found["incoming"] = "receipt"
    media = getattr(arguments, "media", [])
    for each in media:
        if not os.path.isdir(each):  # noqa: PTH112 - as above
            raise UsageError(f"--media {each}: no such folder", next_step="name a folder that holds media, or mount it")
    if media:
        found["media"] = [str(Path(each).absolute()) for each in media]
    if arguments.stage:
        found["stage"] = arguments.stage
    return found


def _opens(arguments: argparse.Namespace) -> Opens:
    """Which media a command reads. Raises ``UsageError`` where all of it is asked for, and none can be found."""
    from otiogate.config.layers import facility_settings
    from otiogate.scan.read import MEDIA_INSIDE

    if not hasattr(arguments, "media"):
        return "nothing"
    if not arguments.all_media:
        return "declared"
    named = getattr(arguments, "paths", [""])
    ships = all(Path(each).suffix.lower() in MEDIA_INSIDE for each in named)
    if not (ships or arguments.media or facility_settings().media):
        step = "name one with --media; alone it is for bundles, " + " and ".join(MEDIA_INSIDE)
        raise UsageError("--all-media: no folder of media is known", next_step=step)
    return "all"


def _cache_file(name: str) -> Path:
    """The file that ``--cache`` means. Raises ``UsageError`` for a timeline or folder, which stands behind the option
    by mistake."""
    from otiogate.scan.cache import default_file
    from otiogate.timeline.formats import BY_SUFFIX

    if not name:
        return default_file().absolute()
    file = Path(name)
    if file.is_dir() or file.suffix.lower() in BY_SUFFIX:
        step = "write --cache=FILE, or --cache behind the timelines"
        raise UsageError("is a folder or a timeline, no file for a cache", where=name, next_step=step)
    return file.absolute()


def _time(text: str | None) -> tuple[datetime, bool]:
    """The time to judge at, and whether it is another than now."""
    from otiogate.records.dates import begin

    if text is None:
        return datetime.now(timezone.utc), False
    try:
        return begin(text).astimezone(timezone.utc), True
    except (ValueError, OverflowError) as fault:
        raise UsageError(f"--as-of {text!r} is no time with a zone", next_step="write 2027-03-01T12:00:00Z") from fault
