"""The command line: a file a command; the only room that prints and exits."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

from otiogate import __version__
from otiogate.cli.console import say, say_bug, say_fault
from otiogate.cli.parsing import Parser
from otiogate.errors import CannotJudge, OtiogateError

COMMANDS = (
    "scan",
    "watch",
    "verify",
    "init",
    "doctor",
    "explain",
    "rules",
    "diff",
    "cuesheet",
    "tag",
    "record",
    "request",
    "key",
    "media",
    "log",
    "schema",
)

EXIT_CODES = """exit codes, the same for every format and softened by no setting:
  0  allowed                   3  could not judge: as firm as a block
  1  blocked                   4  nothing to scan, or something left unseen
  2  usage or configuration    70 a bug in otiogate"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments)
    except OtiogateError as fault:
        say_fault(fault)
        return fault.exit_code
    except KeyboardInterrupt:
        # Not 130: who asks for a verdict has to learn that there is none, and the exit codes are a contract.
        say("otiogate: interrupted, so there is no verdict; run it again")
        return CannotJudge.exit_code
    except Exception:  # noqa: BLE001 - the outer edge: a bug is said to be one, and is not exit code 1
        say_bug()
        return OtiogateError.exit_code
    return code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="otiogate",
        description="Is every AI-generated or AI-altered clip of a timeline disclosed, consented to and approved?",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"otiogate {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"otiogate.cli.{name}").add_to(commands)
    return parser
