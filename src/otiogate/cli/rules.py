"""``otiogate rules``: the rules that there are, and what is wrong with a pack of one's own."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put

if TYPE_CHECKING:
    from otiogate.policy.lint import Flaw
    from otiogate.policy.model import Rule


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "rules",
        usage="otiogate rules [-h] [--pack NAME]\n       otiogate rules lint FILE [FILE ...]",
        help="list rules, or check a rule pack",
        description="Lists the rules of every shipped pack and of every pack that is configured here; or checks packs.",
    )
    parser.add_argument("--pack", metavar="NAME", help="only the rules of this pack")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", prog="otiogate rules")
    lint = actions.add_parser(
        "lint",
        help="check rule packs",
        description="Says what is wrong with rule packs: what breaks the schema, conditions that can never hold, "
        "variants that overlap, ids that are taken. Exit code 2 if anything is.",
    )
    lint.add_argument("files", nargs="+", metavar="FILE", help="a rule pack in YAML or JSON")
    lint.set_defaults(run=run_lint)


def run(arguments: argparse.Namespace) -> int:
    """Lists the rules, a line each; variants have lines of their own."""
    from otiogate.config.layers import settings
    from otiogate.errors import UsageError
    from otiogate.policy.load import policy, shipped
    from otiogate.report.base import safe

    found = settings()
    known = policy(
        {*found.packs, *shipped()}, found.policy_files, severities=found.severities, replaced=found.replaced_packs
    )
    names = [pack.name for pack in known.packs]
    if arguments.pack is not None and arguments.pack not in names:
        raise UsageError(f"there is no pack {arguments.pack!r}", next_step="known: " + ", ".join(names))
    rules = [rule for rule in known.rules if arguments.pack in (None, rule.pack)]
    put("".join(safe(line, 10_000) + "\n" for line in _table(rules)))
    return 0


def _table(rules: list[Rule]) -> Iterator[str]:
    rows = [(rule.id, rule.severity, rule.pack, _dates(rule), rule.title) for rule in rules]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield "  ".join((*cells, row[-1]))


def _dates(rule: Rule) -> str:
    since = f"from {rule.since}" if rule.since else ""
    until = f"until {rule.until}" if rule.until else ""
    return f"{since} {until}".strip() or "always"


def run_lint(arguments: argparse.Namespace) -> int:
    """Checks every file, whatever is wrong with the others. Exit code 2 where anything is wrong with any."""
    from otiogate.errors import UsageError
    from otiogate.policy.lint import lint
    from otiogate.report.base import safe

    if arguments.pack is not None:
        raise UsageError("--pack is for the list of rules; lint is told its files")
    found = {name: lint(Path(name)) for name in arguments.files}
    lines = [safe(_line(name, flaw), 10_000) for name, flaws in found.items() for flaw in flaws]
    lines += [safe(f"{name}: nothing is wrong", 10_000) for name, flaws in found.items() if not flaws]
    put("".join(f"{line}\n" for line in lines))
    return UsageError.exit_code if any(found.values()) else 0


def _line(name: str, flaw: Flaw) -> str:
    where = f"{name}:{flaw.line}" if flaw.line else name
    return f"{where}: {flaw.rule}: {flaw.text}" if flaw.rule else f"{where}: {flaw.text}"
