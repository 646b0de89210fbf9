"""``otiogate log``: the decision log: whether it is whole, and what stands in it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.documents.chain import Checkpoint
    from otiogate.scan.decision_log import Decision

NOT_WHOLE = 1
EMPTY = 4


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "log",
        help="check, show and export the decision log",
        description="Works on the log that the facility's file names with 'log'.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    verify = _action(actions, "verify", _verify, "say whether nothing in the log was changed, taken out or put in")
    verify.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="CHECKPOINT",
        help="what the log must hold: LOG:SEQ:HASH, as 'log verify' prints it, or a receipt, which names one; without, "
        "an end cut off does not show",
    )
    show = _action(actions, "show", _show, "show the last decisions")
    show.add_argument("--last", type=int, default=20, metavar="N", help="how many (default: 20)")
    show.add_argument("--softened", action="store_true", help="only those that some setting softened")
    show.add_argument("--not-allowed", action="store_true", help="only blocked, and not judged")
    show.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    export = _action(actions, "export", _export, "write the whole log as JSON lines, which 'log verify' reads too")
    export.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")


def _action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.add_argument("log", nargs="?", metavar="LOG", help="a log, or an export of one, in place of the facility's")
    parser.set_defaults(run=run)
    return parser


def _file(given: str | None) -> Path:
    from otiogate.config.layers import facility_settings

    if given is not None:
        return Path(given)
    found = facility_settings().log
    if found is None:
        raise UsageError("the facility keeps no decision log", next_step="say 'log: FILE' in its file, or name one")
    return found


def _verify(arguments: argparse.Namespace) -> int:
    """0: whole. 1: not. 4: nothing stands in it."""
    from otiogate.documents.chain import faults, read
    from otiogate.report.base import count, safe
    from otiogate.scan.decision_log import oddities

    file = _file(arguments.log)
    held = [(f"--at {each}", _checkpoint(each)) for each in arguments.at]
    chain = read(file)
    wrong = list(faults(chain, held))
    for each in wrong:
        put(f"FAULT    {safe(each, 2000)}\n")
    for each in oddities(chain):
        put(f"warning  {safe(each, 2000)}\n")
    if wrong:
        say(f"otiogate: {file}: the log is not what was written: {count(len(wrong), 'fault')}")
        return NOT_WHOLE
    if not chain.links:
        say(f"otiogate: {file}: nothing stands in the log")
        return EMPTY
    last = chain.links[-1]
    put(f"{count(last.seq, 'decision')}, each as it was written; checkpoint {chain.log}:{last.seq}:{last.hash}\n")
    return 0


def _checkpoint(text: str) -> Checkpoint:
    """The checkpoint that ``text`` is, or that stands in the receipt of this name."""
    from otiogate.documents.chain import Checkpoint
    from otiogate.scan.receipts import checkpoint_in

    log, _, rest = text.partition(":")
    seq, _, found = rest.partition(":")
    if log and seq.isascii() and seq.isdigit() and found.startswith("sha256:"):
        return Checkpoint(log, int(seq), found)
    if not os.path.lexists(text):
        step = "write LOG:SEQ:sha256:..., as 'log verify' does, or name a receipt"
        raise UsageError(f"--at {text!r} is no checkpoint, and no file", next_step=step)
    named = checkpoint_in(Path(text))
    if named is None:
        step = "it shows an entry only where the facility that exported keeps a log"
        raise UsageError("this receipt names no entry of a log", where=text, next_step=step)
    return named


def _show(arguments: argparse.Namespace) -> int:
    """0, or 4 where nothing fits."""
    from otiogate.documents.chain import read
    from otiogate.scan.decision_log import decisions

    if arguments.last < 1:
        raise UsageError(f"--last {arguments.last}: at least one")
    found = [
        each
        for each in decisions(read(_file(arguments.log)))
        if (each.data["softened"] or not arguments.softened)
        and (each.data["verdict"] != "allow" or not arguments.not_allowed)
    ][-arguments.last :]
    if arguments.format == "json":
        data = [{"seq": each.seq, **each.data} for each in found]
        put(json.dumps({"decisions": data}, indent=2, ensure_ascii=True) + "\n")
    else:
        put("".join(line + "\n" for each in found for line in _lines(each)))
    return 0 if found else EMPTY


def _lines(decision: Decision) -> Iterator[str]:
    from otiogate.report.base import WORDS, safe

    data = decision.data
    verdict = WORDS[data["verdict"]] + (" (let through)" if data["passed_by"] else "")
    yield f"{decision.seq:>6}  {data['at']}  {data['doing']:<6}  {verdict}  {safe(data['target'], 300)}"
    for each in data["softened"]:
        yield f"        softened by {safe(each, 200)}"
    rules = sorted({each["rule"] for each in data["open"]})
    if rules:
        yield f"        open: {safe(', '.join(rules), 300)}"
    for each in data["waived"]:
        yield f"        waived: {safe(each['rule'], 40)} by {safe(', '.join(each['records']), 200)}"


def _export(arguments: argparse.Namespace) -> int:
    """0, also where nothing stands in it."""
    from otiogate.cli.console import sink
    from otiogate.documents.chain import exported, read

    chain = read(_file(arguments.log))
    with sink(arguments.output) as write:
        for line in exported(chain):
            write(line)
    return 0
