"""``otiogate record``: the ledger of disclosures, consents, clearances and approvals: looked at, checked, added to."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli import life, signing
from otiogate.cli.console import put, say_fault
from otiogate.cli.ledger import action, folders, held_in, json_text, now_of, target_of, trust_here
from otiogate.errors import CannotJudge, OtiogateError, UsageError

if TYPE_CHECKING:
    from otiogate.records.faults import Place, RecordFault
    from otiogate.records.model import Record, RecordSet
    from otiogate.records.overview import Row

_NAMED = 3
"""How many of the things that a record is about a list names."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "record",
        help="list, show, check and add records",
        description="Works on the folders of records that the configuration near the working directory names.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = action(actions, "list", _list, "list records and how they stand today")
    listing.add_argument("--kind", default="", metavar="KIND", help="such as consent or approval")
    listing.add_argument("--about", default="", metavar="WHAT", help="a disclosure, a person's id, or a file or reel")
    show = action(actions, "show", _show, "show one record, how it stands, and what it covers")
    show.add_argument("id", metavar="ID", help="such as DIS-001")
    for each in (listing, show):
        each.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    check = action(actions, "check", _check, "say everything that is wrong with the records")
    check.add_argument("folder", nargs="?", metavar="FOLDER", help="in place of the configured folders")
    for each in (listing, show, check):
        each.add_argument("--as-of", metavar="TIME", help="as of a time, such as 2027-03-01T12:00:00Z")
    add = action(actions, "add", _add, "add records from forms, all of them or none")
    add.add_argument(
        "forms",
        nargs="+",
        metavar="FORM",
        help="YAML or JSON; schema_version may be left out, and 'covers: [DIS-001]' is enough",
    )
    take = action(actions, "import", _import, "add records from a table (CSV or .xlsx), all of them or none")
    take.add_argument(
        "table",
        metavar="FILE",
        help="columns are fields such as scope.territories; lists have ; in them; hidden rows are read like others",
    )
    take.add_argument("--kind", default="", metavar="KIND", help="of rows with nothing in the column 'record'")
    take.add_argument(
        "--sheet", default="", metavar="NAME", help="of a workbook in which several sheets hold something"
    )
    take.add_argument(
        "--zone", default="", metavar="ZONE", help="of the date cells of a workbook, such as --zone=Z or --zone=-08:00"
    )
    for each in (listing, show, add, take):
        each.add_argument("--records", metavar="FOLDER", help="in place of the configured folders")
    signing.add_to(actions)
    life.add_to(actions)


def _known_kind(kind: str) -> str:
    from otiogate.records.model import KINDS

    if kind and kind not in KINDS:
        raise UsageError(f"--kind {kind}: there is no such kind of record", next_step="known: " + ", ".join(KINDS))
    return kind


def _list(arguments: argparse.Namespace) -> int:
    """0, also where nothing fits."""
    from otiogate.records.overview import listed, rows
    from otiogate.report.base import count

    kind = _known_kind(arguments.kind)
    held = held_in(arguments.records)
    found = rows(held, now_of(arguments.as_of), kind=kind, about=arguments.about)
    if arguments.format == "json":
        put(json_text({"records": [listed(each) for each in found]}))
        return 0
    table = [("ID", "RECORD", "ABOUT", "STATUS"), *map(_cells, found)] if found else []
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
    put("\n".join([*lines, f"{count(len(found), 'record')} of {len(held.records):,}"]) + "\n")
    return 0


def _cells(row: Row) -> tuple[str, str, str, str]:
    from otiogate.report.base import safe

    more = f" and {len(row.about) - _NAMED} more" if len(row.about) > _NAMED else ""
    about = safe(", ".join(row.about[:_NAMED]), 60) + more
    return row.record.id, row.record.kind, about, safe(str(row.status), 60)


def _show(arguments: argparse.Namespace) -> int:
    from otiogate.records.overview import described, rows
    from otiogate.report.base import safe

    held, key = held_in(arguments.records), arguments.id.strip().upper()
    if key not in held.records:
        near = difflib.get_close_matches(key, list(held.records), n=3, cutoff=0.8)
        step = f"did you mean {' or '.join(near)}?" if near else "'otiogate record list' tells what there is"
        raise UsageError(f"there is no record {arguments.id!r}", where=", ".join(held.sources), next_step=step)
    [row] = (each for each in rows(held, now_of(arguments.as_of)) if each.record.id == key)
    if arguments.format == "json":
        put(json_text(described(row, held)))
    else:
        put("".join(safe(line, 1000) + "\n" for line in _lines(row, held)))
    return 0


def _lines(row: Row, held: RecordSet) -> Iterator[str]:
    from otiogate.documents.emit import yaml_text
    from otiogate.records.overview import covers, named_by

    record = row.record
    yield f"{record.id}  {record.kind}"
    yield f"  stands in   {record.where}"
    yield f"  status      {row.status}"
    yield f"  about       {', '.join(row.about) or '(nothing)'}"
    if record.kind == "disclosure":
        disclosure = held.disclosures.get(record.id)
        yield f"  digest      {disclosure.digest if disclosure else '(superseded)'}"
        naming = ", ".join(f"{each.id} ({each.kind})" for each in named_by(record.id, held))
        yield f"  covered by  {naming or 'nothing'}"
    for cover in covers(record, held):
        yield f"  covers      {cover.disclosure}: {_STATES[cover.state]} {cover.detail}".rstrip()
    yield ""
    try:
        yield from yaml_text(dict(record.data)).splitlines()
    except ValueError:  # a number that only JSON has
        yield from json_text(dict(record.data)).splitlines()


_STATES = {
    "current": "as it stands",
    "outdated": "OUTDATED, given for another version; its digest is now",
    "any version": "in any version",
    "superseded": "superseded",
    "unknown": "UNKNOWN, not in the ledger",
}


def _check(arguments: argparse.Namespace) -> int:
    """0: the records can be used. 3: they cannot, any of them."""
    from otiogate.records.checking import checked
    from otiogate.report.base import count

    trust, memory = trust_here()
    found = checked(folders(arguments.folder), now_of(arguments.as_of), _rules(), trust, memory)
    for each in found.faults:
        put(f"FAULT    {_said(each)}\n")
    for each in found.warnings:
        put(f"warning  {_said(each)}\n")
    put(f"{count(found.records, 'good record')} in {count(found.files, 'file')}: ")
    put(f"{count(len(found.faults), 'fault')}, {count(len(found.warnings), 'warning')}\n")
    if not found.faults:
        return 0
    put("No record is used until the faults are gone.\n")
    return CannotJudge.exit_code


def _rules() -> dict[str, set[str]]:
    """Every rule that is shipped or configured here, by id, and the roles that may waive it; none, where the
    configuration does not say."""
    from otiogate.config.layers import settings
    from otiogate.policy.load import policy, shipped

    try:
        found = settings()
        known = policy({*found.packs, *shipped()}, found.policy_files, replaced=found.replaced_packs)
    except OtiogateError:
        return {}
    roles: dict[str, set[str]] = {}
    for each in known.rules:
        roles.setdefault(each.id, set()).update(each.waivable)
    return roles


def _said(fault: RecordFault) -> str:
    from otiogate.report.base import safe

    return safe(str(UsageError(fault.what, where=fault.where, next_step=fault.next_step)), 2000)


def _add(arguments: argparse.Namespace) -> int:
    """0: all are added. 2: none is."""
    from otiogate.records.store import items_in

    forms: list[tuple[Any, Place]] = []
    for name in arguments.forms:
        try:
            found = list(items_in(Path(name)))
        except CannotJudge as fault:  # as a form it is the call that is wrong; the ledger may be as it should
            raise UsageError(fault.what, where=fault.where, next_step=fault.next_step) from fault
        if not found:
            raise UsageError("holds no record", where=name, next_step="'otiogate schema approval' shows one")
        forms += found
    return _take_in(forms, [], arguments.records)


def _import(arguments: argparse.Namespace) -> int:
    """0: all are added. 2: none is."""
    from otiogate.records.table import read_table

    kind = _known_kind(arguments.kind)
    forms, faults = read_table(Path(arguments.table), kind, sheet=arguments.sheet, zone=arguments.zone)
    return _take_in(forms, faults, arguments.records)


def _take_in(forms: Iterable[tuple[Any, Place]], faults: Sequence[RecordFault], given: str | None) -> int:
    """Adds ``forms``, if there are no ``faults`` and none comes up."""
    from otiogate.records.adding import prepared, write_records
    from otiogate.records.checking import warnings_of
    from otiogate.records.faults import by_line
    from otiogate.records.store import FolderStore
    from otiogate.report.base import count, safe

    made: list[Record] = []
    if not faults:
        places, target = target_of(given)
        made, faults = prepared(forms, FolderStore(places).fetch())
    if faults:
        for each in sorted(faults, key=by_line):
            say_fault(UsageError(each.what, where=each.where, next_step=each.next_step))
        say_fault(UsageError(f"{count(len(faults), 'fault')}, so nothing was added"))
        return UsageError.exit_code
    path, text = write_records(target, made)
    put(f"wrote {safe(str(path), 1000)}: {count(len(made), 'record')}\n")
    if len(made) == 1:
        put("".join(safe(line, 1000) + "\n" for line in text.splitlines()))
    else:
        put("".join(f"  {each.kind} {each.id}\n" for each in made))
    new, ledger = {each.id for each in made}, FolderStore(places).fetch()
    for _, record in sorted(ledger.records.items()):
        if record.id in new:
            for each in warnings_of(record, ledger, datetime.now(timezone.utc), _rules()):
                put(f"warning  {_said(each)}\n")
    return 0
