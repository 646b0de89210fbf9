"""The page of the command line: what ``--help`` says of every command, and the exit codes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from unittest.mock import patch

from otiogate.cli import _parser

_BEGIN = """\
# Command line

What `--help` prints, of every command. `python -m otiogate` is the same as `otiogate`.

## Exit codes { #exit-codes }

The same for every format, and softened by no setting. Where several apply, 70 wins over 2 over 3 over 1 over 0.

| code | meaning |
| --- | --- |
| 0 | allowed |
| 1 | blocked: something that is required is missing |
| 2 | usage or configuration: the call, `otiogate.yaml`, or a form is wrong |
| 3 | could not judge, as firm as a block: the timeline or the records could not be read, whole |
| 4 | nothing to scan: no file matches, or a link to a folder was not followed; what was scanned is allowed |
| 70 | a bug in otiogate: no verdict |

Commands that give no verdict, such as `cuesheet`, `explain`, `record list` and `watch`, end with 0 where they did what
they were asked. `doctor` ends with 1 where exports are not guarded.
"""

_WIDTH = "88"


def page() -> str:
    """The page of all commands."""
    lines = [_BEGIN]
    # argparse wraps to the terminal, and may colour: here it is told of neither.
    with patch.dict(os.environ, {"COLUMNS": _WIDTH, "NO_COLOR": "1"}):
        for name, parser in parsers():
            level = "##" if name.count(" ") < 2 else "###"
            lines += [f"{level} {name} {{ #{name.replace(' ', '-')} }}", "", "```text"]
            lines += [parser.format_help().rstrip(), "```", ""]
    return "\n".join(lines)


def parsers() -> list[tuple[str, argparse.ArgumentParser]]:
    """Every command and its parser, such as ``otiogate record add``; the command itself first."""
    return list(_below("otiogate", _parser()))


def _below(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each, inner in action.choices.items():
                yield from _below(f"{name} {each}", inner)
