"""``otiogate explain``: what a rule asks, why, and what to do; or what made a clip AI, and what is asked of it."""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say, say_fault
from otiogate.cli.judging import add_options, judging

if TYPE_CHECKING:
    from otiogate.policy.model import Policy, Rule
    from otiogate.scan.judging import Judging


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "explain",
        help="what a rule asks, or why a clip is judged as it is",
        description="Explains a rule of any shipped pack, or of a pack that is configured here. Given a timeline, "
        "explains each clip with AI use, or the clips that CLIP names: what made them AI, which rules applied, which "
        "records were tried, and what is missing. It is no verdict: the exit code is 0 if the timeline can be judged.",
    )
    parser.add_argument("subject", metavar="RULE|TIMELINE", help="such as NFX-030, or a timeline")
    parser.add_argument("clip", nargs="?", metavar="CLIP", help="clip name, event, reel or file; * stands for anything")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the rule, or the trace of the clips."""
    from otiogate.errors import UsageError

    path = Path(arguments.subject)
    if _is_timeline(path):
        return _clips(path, arguments.clip or "", judging(arguments))
    if arguments.clip is not None:
        raise UsageError(f"{arguments.subject!r} is no timeline", next_step="name a file, or a rule alone")
    return _rule(arguments.subject, judging(arguments))


def _is_timeline(path: Path) -> bool:
    """Whether it is a file, or is called as timelines are: what is missing must not be said to be no rule."""
    from otiogate.timeline.formats import BY_SUFFIX

    return path.is_file() or path.suffix.lower() in BY_SUFFIX


def _clips(path: Path, wanted: str, under: Judging) -> int:
    """Prints the trace, and why a part of it may be missing."""
    from otiogate.errors import UsageError
    from otiogate.scan.delivery import watched

    lines, head, code = watched(partial(_traced, under, wanted), path)
    if wanted and not lines:
        say(head)
        raise UsageError(
            f"no clip, event, reel or file is called {wanted!r}",
            where=str(path),
            next_step="scan lists the clips with AI use; * stands for anything",
        )
    put("".join(f"{line}\n" for line in lines or ["No AI use is declared or found in any clip."]))
    say(head)
    return code


def _traced(under: Judging, wanted: str, path: Path) -> tuple[list[str], str, int]:
    """The trace, the verdict in a line, and the exit code."""
    from otiogate.report.text import headline
    from otiogate.report.trace import trace
    from otiogate.scan.judging import basis, judged, records_for
    from otiogate.scan.read import read_timeline
    from otiogate.scan.receipts import demanded

    settings = under.settings(path)
    snapshot = read_timeline(path, settings.frame_rate)
    on = basis(settings, under.now)
    report = demanded(judged(snapshot, on, under.now)[0], path, settings, under.now)
    lines = trace(snapshot, report, records_for(snapshot, on, under.now), wanted)
    return lines, headline(report), report.exit_code if report.verdict == "cannot_judge" else 0


def _rule(rule: str, under: Judging) -> int:
    """Prints every variant of the rule."""
    from otiogate.errors import UsageError
    from otiogate.report.base import safe

    wanted = rule.strip().upper()
    known = _known(under)
    rules = [each for each in known.rules if each.id == wanted]
    if not rules and Path(rule).is_dir():
        raise UsageError("is a folder", where=rule, next_step="name a timeline in it")
    if not rules:
        raise UsageError(f"there is no rule {rule!r}", next_step=_suggestion(wanted, known))
    put("\n".join("".join(safe(line, 10_000) + "\n" for line in _lines(each)) for each in rules))
    return 0


def _known(under: Judging) -> Policy:
    """Every rule that is shipped or configured here. Where the configuration is broken, which is when people ask, those
    that are shipped."""
    from otiogate.errors import OtiogateError
    from otiogate.policy.load import policy, shipped

    try:
        found = replace(under, context_map=None).settings(Path())  # a rule is no file of a delivery
        return policy(
            {*found.packs, *shipped()}, found.policy_files, severities=found.severities, replaced=found.replaced_packs
        )
    except OtiogateError as fault:
        say_fault(fault)
        say("otiogate: the rules are explained as they are shipped, without that configuration")
        return policy(shipped())


def _suggestion(wanted: str, known: Policy) -> str:
    """The rules that may have been meant; all, where nothing is like it."""
    ids = sorted({rule.id for rule in known.rules})
    family = [each for each in ids if wanted[4:] and each.startswith(wanted)]
    near = family or sorted(difflib.get_close_matches(wanted, ids, n=3))
    if re.fullmatch(r"(DIS|CON|CLR|APR|LGL|INC|ESC|EXC|CNS|LBL|UNO|BRG|NTC|NTF|WVR)-.*", wanted):
        return f"for a record: otiogate record show {wanted}"
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
    "idle_waiver": "a waiver of this production has expired, or waives nothing here",
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
