"""``otiogate record sign``, ``verify`` and ``index``: who stands for what is in a ledger."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put
from otiogate.cli.key import secret
from otiogate.cli.ledger import action, held_in, json_text, target_of, trust_here
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from otiogate.records.model import Record, RecordSet
    from otiogate.records.trust import Trust


def add_to(actions: Any) -> None:
    """Adds the actions to those of ``otiogate record``."""
    signing = action(actions, "sign", _sign, "sign records, each into an envelope beside its file")
    signing.add_argument(
        "ids",
        nargs="+",
        metavar="ID",
        help="records of the ledger, such as APR-0012; or a file with records, or envelope",
    )
    verify = action(actions, "verify", _verify, "say of each record who signed it, and whether it is trusted")
    verify.add_argument("ids", nargs="*", metavar="ID", help="these alone")
    verify.add_argument("--trust", metavar="FILE", help="whose signatures count, in place of the facility's trust file")
    verify.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    index = action(actions, "index", _index, "sign an index of the whole folder, so that a deleted record is missed")
    index.add_argument("--ledger", default="", metavar="NAME", help="name of the ledger, in its first index")
    index.add_argument("--production", default="", metavar="NAME", help="its production, or any, in its first index")
    index.add_argument(
        "--accept", action="append", default=[], metavar="ID", help="a record that is gone or was changed on purpose"
    )
    for each in (signing, index):
        each.add_argument("--key", required=True, metavar="URI", help="a PEM file, hsm:ID?label=TOKEN, or another URI")
        each.add_argument("--public", metavar="FILE", help="its public part (PEM), where it cannot be asked for that")
    for each in (signing, verify, index):
        each.add_argument("--records", metavar="FOLDER", help="in place of the configured folders")


def _signer(arguments: argparse.Namespace) -> Signer:
    from otiogate.signing.keys import load

    return load(arguments.key, secret, Path(arguments.public) if arguments.public is not None else None)


def _named(ids: list[str], held: RecordSet) -> list[Record]:
    wanted = [each.strip().upper() for each in ids]
    for each in wanted:
        if each not in held.records:
            step = "'otiogate record list' tells what there is"
            raise UsageError(f"there is no record {each!r}", where=", ".join(held.sources), next_step=step)
    return [held.records[each] for each in dict.fromkeys(wanted)]


def _sign(arguments: argparse.Namespace) -> int:
    """0: all are signed. 2: none is."""
    from otiogate.records.model import record_set
    from otiogate.records.signed import trusted
    from otiogate.records.signing import envelope_file, envelope_of, write_envelope
    from otiogate.report.base import count
    from otiogate.signing.keys import sign

    wanted = [(each, envelope_of(each)) for each in _meant(arguments)]
    signer = _signer(arguments)
    made = [(record, sign(envelope, signer)) for record, envelope in wanted]
    for record, envelope in made:
        write_envelope(envelope_file(record), envelope)
    trust, memory = trust_here()
    for record, envelope in made:
        put(f"wrote {envelope_file(record)}: {record.kind} {record.id}, {count(len(envelope.seals), 'signature')}\n")
        if trust is not None:
            known = trusted(record_set([replace(record, envelope=envelope)]), trust, memory)
            put("".join(f"  {line}\n" for line in _told(known.records[record.id])))
    return 0


def _meant(arguments: argparse.Namespace) -> list[Record]:
    """The records that are to be signed: those in the files that are named, and those of the ledger."""
    from otiogate.records.store import read_file

    files = [each for each in arguments.ids if Path(each).is_file()]
    ids = [each for each in arguments.ids if each not in files]
    found = [record for each in files for record in read_file(Path(each))]
    return found + (_named(ids, held_in(arguments.records)) if ids else [])


def _told(record: Record) -> Iterator[str]:
    from otiogate.report.base import safe

    for each in record.signatures:
        whose = f"{each.owner}, {each.keyid[:12]}" if each.owner else each.keyid[:12]
        yield safe(f"signed by {whose}" + (f": {each.fault}" if each.fault else ""), 500)
    if record.distrust:
        yield safe(f"NOT TRUSTED: {record.distrust}", 1000)


def _verify(arguments: argparse.Namespace) -> int:
    """0: every record is as the trust file demands. 1: one is not. 3: the index misses or contradicts one."""
    from otiogate.config.layers import settings
    from otiogate.records.ledger import with_index
    from otiogate.report.base import count
    from otiogate.signing.keys import sound

    trust, memory = trust_here(arguments.trust)
    if trust is None:
        step = "name one with --trust, or have 'trust' set in the facility's file"
        raise UsageError("there is no trust file, so nobody's signature is known", next_step=step)
    for key in trust.keys.values():
        if fault := sound(key.key):
            what = f"the key {key.key.keyid[:12]} of {key.owner} {fault}"
            raise UsageError(what, where="trust file", next_step="put in what 'otiogate key show' prints of it")
    held = held_in(arguments.records, arguments.trust)
    records = _named(arguments.ids, held) if arguments.ids else [each for _, each in sorted(held.records.items())]
    code = 1 if any(each.distrust for each in records) else 0
    if arguments.format == "json":
        put(json_text({"records": [_plain(each) for each in records]}))
    else:
        for record in records:
            if record.signatures or record.distrust or arguments.ids:
                put(f"{record.id}  {record.kind}: {'NOT TRUSTED' if record.distrust else 'trusted'}\n")
                put("".join(f"  {line}\n" for line in _told(record)))
        good = sum(1 for each in records if each.signers)
        bad = sum(1 for each in records if each.distrust)
        put(f"{count(len(records), 'record')}: {good:,} signed, {bad:,} not trusted\n")
    with_index(held, trust, memory.path, settings().context.production, datetime.now(timezone.utc))
    return code


def _plain(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "record": record.kind,
        "trusted": not record.distrust,
        "distrust": record.distrust,
        "signatures": [{"keyid": each.keyid, "owner": each.owner, "fault": each.fault} for each in record.signatures],
        "where": record.where,
    }


def _index(arguments: argparse.Namespace) -> int:
    """0: there is a new index. 2: the last one is contradicted, and it is not said that this is meant."""
    from otiogate.records.index import INDEX
    from otiogate.records.signing import new_index, unexplained, write_envelope
    from otiogate.report.base import count
    from otiogate.signing.keys import sign

    folders, target = target_of(arguments.records)
    if target not in folders or len(folders) > 1:
        folders = (target,)
    held = held_in(str(target))
    trust, memory = trust_here()
    before = held.indexes[0] if held.indexes else None
    if before is not None and before.distrust:
        step = "find out who made it; to begin anew, take it away"
        raise UsageError(
            f"the last index cannot be trusted: {before.distrust}", where=str(target / INDEX), next_step=step
        )
    left = unexplained(held, before, {each.strip().upper() for each in arguments.accept})
    if left:
        step = "put it back; or say with --accept ID, for each, that it is meant"
        raise UsageError(f"since the last index: {'; '.join(left[:10])}", where=str(target), next_step=step)
    ledger, production = _names(arguments, before)
    seen = memory.ledger(str(target.resolve()))
    serial = 1 + max(before.serial if before else 0, seen[1] if seen else 0)
    now = datetime.now(timezone.utc)
    envelope = sign(new_index(held, before, ledger, production, serial, now), _signer(arguments))
    write_envelope(target / INDEX, envelope)
    put(f"wrote {target / INDEX}: {count(len(held.records), 'record')}, number {serial} of {ledger}\n")
    return _as_seen(target, trust)


def _as_seen(target: Path, trust: Trust | None) -> int:
    """Says where the trust file does not let the new index count."""
    for index in held_in(str(target)).indexes if trust else ():
        if index.distrust:
            put(f"  NOT TRUSTED: {index.distrust}\n")
    return 0


def _names(arguments: argparse.Namespace, before: Any) -> tuple[str, str]:
    if before is None:
        if not arguments.ledger or not arguments.production:
            raise UsageError(
                "it is the first index of this folder", next_step="name it: --ledger NAME --production NAME"
            )
        return arguments.ledger, arguments.production
    for given, known, option in (
        (arguments.ledger, before.ledger, "--ledger"),
        (arguments.production, before.production, "--production"),
    ):
        if given and given != known:
            raise UsageError(
                f"{option} {given}: the index of this folder says {known}", next_step=f"leave {option} out"
            )
    return before.ledger, before.production
