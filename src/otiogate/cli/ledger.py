"""What the commands on a ledger share: which folders, as of when, and whose signatures count."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.records.model import RecordSet
    from otiogate.records.trust import Trust
    from otiogate.signing.memory import Memory


def action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    """Adds one action of a command, which ``run`` does."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    return parser


def folders(given: str | None) -> tuple[Path, ...]:
    """The folders of records. Raises ``UsageError`` where there are none."""
    from otiogate.config.layers import settings

    if given is not None:
        return (Path(given),)
    found = settings()
    if not found.records:
        where = found.sources[-1] if found.sources else ""
        step = "say 'records: [FOLDER]' in otiogate.yaml, name the folder here, or begin with 'otiogate init'"
        raise UsageError("no folder of records is configured", where=where, next_step=step)
    return found.records


def trust_here(given: str | None = None) -> tuple[Trust | None, Memory]:
    """Whose signatures count here, or by the trust file ``given``, and what was verified before."""
    from otiogate.config.layers import settings
    from otiogate.records.trust import read_trust
    from otiogate.signing.memory import Memory

    found = settings()
    path = Path(given) if given is not None else found.trust
    return (read_trust(path) if path else None), Memory(None if given is not None else found.state)


def held_in(given: str | None, trust_file: str | None = None) -> RecordSet:
    """The records in the folder ``given``, or where they are configured to be, as they are trusted here."""
    from otiogate.config.layers import settings
    from otiogate.records.signed import trusted
    from otiogate.records.store import FolderStore

    configured = settings() if given is None else None
    asked = configured is not None and configured.registry is not None
    found = (configured.store() if configured and asked else FolderStore(folders(given))).fetch()
    trust, memory = trust_here(trust_file)
    return found if trust is None else trusted(found, trust, memory)


def now_of(text: str | None) -> datetime:
    """The time that ``--as-of`` names, or now."""
    from otiogate.records.dates import begin

    if text is None:
        return datetime.now(timezone.utc)
    try:
        return begin(text).astimezone(timezone.utc)
    except (ValueError, OverflowError) as fault:
        raise UsageError(f"--as-of {text!r} is no time with a zone", next_step="write 2027-03-01T12:00:00Z") from fault


def target_of(given: str | None) -> tuple[tuple[Path, ...], Path]:
    """The folders whose ids have to differ, and the one to write into."""
    if given is not None:
        return folders_with(Path(given)), Path(given)
    places = folders(None)
    if len(places) > 1:
        listed = ", ".join(map(str, places))
        raise UsageError(f"several folders of records are configured: {listed}", next_step="name one with --records")
    return places, places[0]


def folders_with(target: Path) -> tuple[Path, ...]:
    """The folders of records that make one ledger with ``target``: those configured, if it is one of them."""
    from otiogate.config.layers import settings

    configured = settings([str(target)]).records
    is_one = any(each.resolve() == target.resolve() for each in configured)
    return configured if is_one else (target,)


def json_text(value: Any) -> str:
    """``value`` as it is printed."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
