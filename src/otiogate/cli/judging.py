"""Under what a command judges: the options that say so, shared by every command that does."""

from __future__ import annotations

import argparse
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.scan.judging import Judging


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


def judging(arguments: argparse.Namespace) -> Judging:
    """The options of ``arguments``, read once for the whole run. Raises ``UsageError``."""
    from otiogate.config.mapping import read_map
    from otiogate.scan.judging import Judging

    now, as_of = _time(arguments.as_of)
    context_map = read_map(Path(arguments.context_map)) if arguments.context_map is not None else None
    return Judging(now, as_of, tuple(arguments.config), _command(arguments), context_map)


def refuse_output(output: str | None, names: list[str], what: str) -> None:
    """Raises ``UsageError`` where ``what`` a command writes would take the place of one of the timelines ``names``."""
    try:
        own = os.stat(output or "")  # noqa: PTH116 - thousands of files: no Path for each
    except (OSError, ValueError):
        return  # it takes the place of nothing
    for name in names:
        if _is(name, own):
            raise UsageError(f"is a timeline, and the file for the {what}", where=output or "")


def _is(name: str, other: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(name), other)  # noqa: PTH116 - as above
    except (OSError, ValueError):
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
    if getattr(arguments, "cache", None) is not None:
        found["cache"] = str(_cache_file(arguments.cache))
    if arguments.stage:
        found["stage"] = arguments.stage
    return found


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
