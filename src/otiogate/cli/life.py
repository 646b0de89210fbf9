"""``otiogate record expiring`` and ``history``: what ends soon, and who approved what, when, for what."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put
from otiogate.cli.ledger import action, held_in, json_text, now_of, trust_here
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.records.history import Life

_SPAN = re.compile(r"([0-9]{1,7})d\Z", re.ASCII)


def add_to(actions: Any) -> None:
    """Adds the actions to those of ``otiogate record``."""
    ends = action(actions, "expiring", _expiring, "list the records that count today and end soon")
    ends.add_argument(
        "--within", default="30d", metavar="DAYS", help="such as 14d (default: 30d); keys of the trust file too"
    )
    told = action(actions, "history", _history, "tell who approved this, when and for what, and what became of it")
    told.add_argument("id", metavar="ID", help="a record; of a disclosure, all that was decided about it is told")
    for each in (ends, told):
        each.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
        each.add_argument("--as-of", metavar="TIME", help="as of a time, such as 2027-03-01T12:00:00Z")
        each.add_argument("--records", metavar="FOLDER", help="in place of the configured folders")


def _expiring(arguments: argparse.Namespace) -> int:
    """0, also where none does."""
    from otiogate.records.history import expiring
    from otiogate.records.overview import subjects
    from otiogate.report.base import count, safe

    span = _SPAN.match(arguments.within)
    if span is None:
        raise UsageError(f"--within {arguments.within!r} is no number of days", next_step="write 14d")
    now = now_of(arguments.as_of)
    try:
        until = now + timedelta(days=int(span[1]))
    except OverflowError as fault:
        raise UsageError(f"--within {arguments.within} reaches beyond every calendar", next_step="write 14d") from fault
    found = expiring(held_in(arguments.records), now, until)
    trust, _ = trust_here()
    keys = [] if trust is None else trust.ending(now, until)
    if arguments.format == "json":
        rows = [{"id": each.id, "record": each.kind, "ends": last, "where": each.where} for each, last in found]
        ends = [{"keyid": each.key.keyid, "owner": each.owner, "ends": last.isoformat()} for each, last in keys]
        put(json_text({"records": rows, "keys": ends}))
        return 0
    told = ("  ".join((last, each.id, each.kind, ", ".join(subjects(each)))) for each, last in found)
    put("".join(safe(line, 200).rstrip() + "\n" for line in told))
    put("".join(f"{last.isoformat()}  key {each.key.keyid[:12]} of {each.owner}\n" for each, last in keys))
    put(f"{count(len(found), 'record')} {'ends' if len(found) == 1 else 'end'} within {arguments.within}\n")
    return 0


def _history(arguments: argparse.Namespace) -> int:
    """0, where there is such a record."""
    from otiogate.records.history import described, history
    from otiogate.report.base import safe

    held, key = held_in(arguments.records), arguments.id.strip().upper()
    if key not in held.records:
        step = "'otiogate record list' tells what there is"
        raise UsageError(f"there is no record {arguments.id!r}", where=", ".join(held.sources), next_step=step)
    lives = history(key, held, now_of(arguments.as_of))
    if arguments.format == "json":
        put(json_text({"records": [described(each) for each in lives]}))
    else:
        put("\n".join("".join(safe(line, 1000) + "\n" for line in _lines(each)) for each in lives))
    return 0


def _lines(life: Life) -> Iterator[str]:
    yield f"{life.record.id}  {life.record.kind}  {life.status}"
    yield f"  {life.purpose}"
    for each in life.events:
        yield f"  {each.at or '-':<25}  {each.what}" + (f" by {each.by}" if each.by else "")
    if life.signed_by or life.record.signatures:
        yield f"  signed by {' and '.join(life.signed_by) or 'nobody whose signature counts'}"
