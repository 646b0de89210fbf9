"""``otiogate verify``: does the receipt of a delivered file stand, here and today?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import say, sink, worst
from otiogate.cli.judging import add_options, judging, noting, refuse_output
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.scan.verifying import Verification

FORMAT = "otiogate/verify/v1"

_WORDS = {"verified": "VERIFIED", "refused": "REFUSED", "cannot_verify": "COULD NOT VERIFY"}

_CODES = """exit codes:
  0  every receipt stands            3  could not verify: no receipt, no trust file, a file that cannot be read
  1  a receipt is refused            2  usage or configuration
"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "verify",
        help="check the receipts of delivered files",
        description="Holds the receipt beside each file (NAME.receipt.json) against the file, its signature against "
        "the trust file of this facility, its rules and its delivery against what is asked for here, and judges the "
        "file again with the records of today, where some are configured. The facility's file, --config and the other "
        "options say what is asked for; an otiogate.yaml that is found near a file can only ask for more.",
        epilog=_CODES,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="an exported timeline with its receipt beside it")
    parser.add_argument("--receipt", metavar="FILE", help="the receipt, where it does not stand beside the one file")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that read at one time (1)")
    parser.add_argument(
        "--timeout", type=float, default=120.0, metavar="SECONDS", help="that one timeline may take (default: 120)"
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """The worst of all files: 70 over 2 over 3 over 1 over 0."""
    from otiogate.report.base import count, safe
    from otiogate.scan.verifying import Verification, verify
    from otiogate.scan.workers import Limits

    if arguments.receipt is not None and len(arguments.files) > 1:
        raise UsageError(
            "--receipt is for one file", next_step="verify the files one by one, or put receipts beside them"
        )
    if arguments.jobs < 1 or not arguments.timeout > 0:
        raise UsageError("--jobs and --timeout are numbers above 0")
    refuse_output(arguments.output, arguments.files, "result")
    if arguments.receipt is not None and arguments.output is not None and _same(arguments.receipt, arguments.output):
        raise UsageError("is the receipt, and the file for the result", where=arguments.output)
    receipt = Path(arguments.receipt) if arguments.receipt is not None else None
    limits = Limits(seconds=arguments.timeout)
    codes, made, noted, under = [], [], noting("verify"), judging(arguments)
    with sink(arguments.output) as write:
        for found in verify(arguments.files, under, receipt=receipt, jobs=arguments.jobs, limits=limits):
            if not isinstance(found, Verification):
                path, refused = found
                say(f"otiogate: {safe(path, 1000)}: not verified: {safe(refused.text, 2000)}")
                codes.append(refused.exit_code)
                continue
            noted.verified(found, under.now)
            codes.append(found.exit_code)
            made.append(found)
            if arguments.format == "text":
                write("".join(safe(line, 2000) + "\n" for line in _lines(found)))
        if arguments.format == "json":
            data = [asdict(each) | {"receipt": dict(each.receipt)} for each in made]
            write(json.dumps({"format": FORMAT, "files": data}, indent=2, ensure_ascii=True) + "\n")
    stands = sum(each.outcome == "verified" for each in made)
    say(f"otiogate: {stands:,} of {count(len(arguments.files), 'file')} verified")
    return worst(codes)


def _same(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False


def _lines(found: Verification) -> Iterator[str]:
    from otiogate.report.base import OVERRIDDEN, count

    said = found.receipt
    yield f"{_WORDS[found.outcome]}  {found.path}"
    for each in found.reasons:
        yield f"  {each}"
    if not said:
        return
    context = said["context"]
    names = [str(context[key]) for key in ("production", "season", "episode", "cut") if key in context]
    version = said["verifier"]["version"]["otiogate"]
    yield f"  judged {said['timeVerified']} by otiogate {version}, for a {said['stage']} delivery"
    about = " / ".join(names) or "(no production)"
    yield f"  of {about}; {count(said['uses'], 'use')} of media, {count(len(said['aiUses']), 'AI disclosure')}"
    yield f"  authority there: {said['authority']}; binding: {said['binding']}; records: {said['records']['trust']}"
    for waiver in found.waivers:
        yield f"  waived: {waiver}"
    if found.untold:
        yield f"  not held against what is known here, since the receipt does not state it: {', '.join(found.untold)}"
    yield f"  signed by {', '.join(found.signers) or 'nobody who counts here'}"
    yield f"  {_again(found)}"
    yield f"  decided here by {', '.join(found.config) or 'nothing but what is built in'}; authority: {found.authority}"
    if found.found:
        yield f"  found near, and so asked only for more: {', '.join(found.found)}"
    if found.advisory:
        yield f"  advisory: {OVERRIDDEN}"


def _again(found: Verification) -> str:
    if not found.again:
        return "not judged again: no records are configured here, so that a revocation since would go unseen"
    if found.near:
        return f"judged again, but only with records that a file found near names: {found.again} (see --config)"
    return f"judged again with the records of today: {found.again}"
