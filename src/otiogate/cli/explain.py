"""``otiogate explain``: what a rule asks, why, and what to do."""

from __future__ import annotations

import argparse
import difflib
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put

if TYPE_CHECKING:
    from otiogate.policy.model import Policy, Rule


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "explain",
        help="what a rule asks, why, and what to do",
        description="Explains a rule of any shipped pack, or of a pack that is configured here.",
        allow_abbrev=False,
    )
    parser.add_argument("rule", metavar="RULE", help="such as NFX-030")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints every variant of the rule."""
    from otiogate.config.layers import settings
    from otiogate.errors import UsageError
    from otiogate.policy.load import policy, shipped
    from otiogate.report.base import safe

    wanted = arguments.rule.strip().upper()
    found = settings()
    known = policy(
        {*found.packs, *shipped()}, found.policy_files, severities=found.severities, replaced=found.replaced_packs
    )
    rules = [rule for rule in known.rules if rule.id == wanted]
    if not rules:
        raise UsageError(f"there is no rule {arguments.rule!r}", next_step=_suggestion(wanted, known))
    put("\n".join("".join(safe(line, 10_000) + "\n" for line in _lines(rule)) for rule in rules))
    return 0


def _suggestion(wanted: str, known: Policy) -> str:
    """The rules that may have been meant; all, where nothing is like it."""
    ids = sorted({rule.id for rule in known.rules})
    family = [each for each in ids if wanted[4:] and each.startswith(wanted)]
    near = family or sorted(difflib.get_close_matches(wanted, ids, n=3))
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "known: " + ", ".join([each for each in ids if each.startswith(wanted.split("-")[0])] or ids)


_MEANS = {
    "block": "stops every delivery until it is met",
    "final": "stops a final delivery, warns on a temp one",
    "warn": "warns",
    "info": "is listed, and stops nothing",
    "worst": "as severe as the worst answer would be",
}

_EVENTS = {
    "undisclosed": "there is evidence of GenAI and no disclosure",
    "invalid": "a disclosure or tag is not understood",
    "unsure": "an answer is 'unsure'",
    "differs": "tag and ledger differ",
    "undeclared": "declarations are required, and a use has none",
    "untrusted": "a reason why a record did not count; never a finding of its own",
    "not_in_force": "a reason why a record did not count; never a finding of its own",
}


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}  {rule.title}"
    yield f"  pack      {rule.pack}"
    yield f"  severity  {rule.severity}: {_MEANS[rule.severity]}"
    if rule.event:
        yield f"  raised    {_EVENTS[rule.event]}"
    if rule.since or rule.until:
        yield f"  in force  {rule.since or 'always'} to {rule.until or 'further notice'}"
    yield from _field("waiver", f"by {' or '.join(rule.waivable)}" if rule.waivable else "never")
    yield from _field("why", rule.why)
    if rule.example:
        yield from _field("example", rule.example)
    yield from _field("to do", rule.remedy)
    yield from _field("source", f"{rule.source.title} {rule.source.url}".strip())


def _field(name: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, 96, break_long_words=False, break_on_hyphens=False)
    yield f"  {name:<9} {lines[0]}"
    for line in lines[1:]:
        yield f"            {line}"
