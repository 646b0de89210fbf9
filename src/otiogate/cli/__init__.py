"""The command line: a file a command; the only room that prints and exits."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from otiogate import __version__
from otiogate.cli.console import say
from otiogate.errors import OtiogateError

COMMANDS = ("scan", "init", "doctor", "explain", "schema")

EXIT_CODES = """exit codes, the same for every format and softened by no setting:
  0  allowed            3  could not judge
  1  blocked            4  nothing to scan
  2  usage or           70 a bug in otiogate
     configuration"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except OtiogateError as fault:
        say(f"otiogate: {fault}")
        return fault.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        say("otiogate: interrupted; nothing was judged")
        return 130
    except Exception:  # noqa: BLE001 - the outer edge: a bug is said to be one, and is not exit code 1
        say(traceback.format_exc())
        say("otiogate: this is a bug in otiogate, not a verdict. Please report it with the lines above.")
        return 70
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="otiogate",
        description="Is every AI-generated or AI-altered clip of a timeline disclosed, consented to and approved?",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"otiogate {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"otiogate.cli.{name}").add_to(commands)
    return parser
