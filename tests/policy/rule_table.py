"""What every shipped rule comes to, judged: the table in docs/reference/rule-table.md.

Every cell is read from reports. ``python -m tests.policy.rule_table --write`` writes the page anew; without
``--write`` it prints the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from otiogate.policy.load import policy
from otiogate.report.model import EFFECTS, Finding, Report
from tests.policy.rows import AS_REASONS, DATED, IMPOSSIBLE, NEEDS_NOTHING, PACKS, ROWS, Row, changed, pile, report_on

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rule-table.md"
EARLY = datetime(2023, 7, 1, 12, tzinfo=timezone.utc)
"""Before every agreement and statute that the packs know."""

COLUMNS = ("rule", "title", "stopped without", "passes with", "on temp", "the day before", "the first day")
HEAD = """# Every rule, judged

Made by `python -m tests.policy.rule_table --write` from reports of the gate; a test compares this page with what the
gate says now. The situations are in `tests/policy/rows.py`.

- **stopped without**: what the rule comes to in a final delivery in which one of its records or statements is missing
  or wrong, and everything else is there. `block` stops the export; `warn` and `info` do not.
- **passes with**: the verdict with everything there, and the kinds of what the rule asks for; a `statement` is a field
  of the disclosure. `never`: the rule stays open, whatever is granted.
- **on temp**: what the rule comes to in a temp delivery with the same thing missing. `not raised`: it does not apply.
- **the day before**, **the first day**: what the rule comes to, with the same thing missing, on the two sides of the
  day from which it holds. A rule without such a day is judged in 2023 and in the month of the delivery.
- **at NFX-030**: the rule is the reason why a record does not count, beside the rule that demanded the record.

"""


class Line(NamedTuple):
    """A rule and its cells, in the order of the columns."""

    rule: str
    title: str
    stopped_without: str
    passes_with: str
    on_temp: str
    day_before: str
    first_day: str


class Way(NamedTuple):
    """One way in which a delivery lacks what a rule asks for: the kind of it, and the report on a row."""

    kind: str
    report: Callable[[Row], Report]


def concerned(report: Report, rule: str) -> list[Finding]:
    """The findings of ``rule``, and those in which a record does not count because of it."""
    return [
        each
        for each in report.findings
        if each.rule == rule or any(why.rule == rule for tried in each.tried for why in tried.reasons)
    ]


def is_open(report: Report, rule: str) -> bool:
    return any(each.status == "open" for each in concerned(report, rule))


def outcome(report: Report, rule: str) -> str:
    """The strictest effect of ``rule`` in ``report``, and where else it speaks."""
    found = concerned(report, rule)
    if not found:
        return "not raised"
    worst = max((each.effect for each in found), key=EFFECTS.index)
    elsewhere = sorted({each.rule for each in found} - {rule})
    return ("met" if worst == "none" else worst) + (f", at {' and '.join(elsewhere)}" if elsewhere else "")


def strictness(text: str) -> int:
    """How strict an ``outcome`` is."""
    return next((number for number, effect in enumerate(EFFECTS) if text.startswith(effect)), -1)


def ways(row: Row) -> Iterator[Way]:
    """Every way in which a delivery lacks one thing that the rule of ``row`` asks for, as the gate judges it."""
    records = row.clearing(row.about)
    kinds = {each["id"]: each["record"].replace("_", " ") for each in records}
    for ask in (*kinds, *(each for each in row.asks if not isinstance(each, str))):
        left = changed(records, ask)
        if is_open(report_on(row, row.about, left), row.rule):
            id = ask if isinstance(ask, str) else ask[0]
            yield Way(kinds[id], lambda row, left=left: report_on(row, row.about, left))
    for faulty in row.faulty:
        yield from unsaid(row, lambda row, faulty=faulty: report_on(row, faulty, row.clearing(faulty)))
    if row.open_tag is not None:
        yield from unsaid(row, lambda row: report_on(row, row.about, row.clearing(row.about), row.open_tag))


def unsaid(row: Row, report: Callable[[Row], Report]) -> Iterator[Way]:
    """A way in which the disclosure or the timeline does not say something, by the kind that the report names."""
    for missing in report(row).missing:
        if row.rule in missing.required_by:
            yield Way(missing.record, report)


def bare(row: Row) -> Report:
    """The report on a delivery without any record but the disclosure."""
    return report_on(row, row.about, [])


def line(rule: str, title: str) -> Line:
    """The cells of ``rule``, judged."""
    rows = [row for row in (*ROWS, *NEEDS_NOTHING, *AS_REASONS) if row.rule == rule]
    rows += [Row(rule, "block", about, lambda about: pile(about, rule)) for each, about in IMPOSSIBLE if each == rule]
    lacking = [(row, list(ways(row)) or [Way("", bare)]) for row in rows]

    def outcomes(of: Callable[[Row], Row]) -> list[str]:
        return [outcome(way.report(of(row)), rule) for row, each in lacking for way in each]

    before, first = dates(rule, outcomes)
    return Line(
        rule,
        title,
        stopped_without=distinct(outcomes(lambda row: staged(row, "final"))),
        passes_with=distinct(passes(row, each) for row, each in lacking),
        on_temp=max(outcomes(lambda row: staged(row, "temp")), key=strictness),
        day_before=before,
        first_day=first,
    )


def staged(row: Row, stage: str) -> Row:
    return row._replace(context=replace(row.context, stage=stage))


def distinct(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))


def passes(row: Row, lacking: list[Way]) -> str:
    """The verdict with everything there, and what of it the rule asks for."""
    report = report_on(row, row.about, row.clearing(row.about))
    if report.verdict == "block" and is_open(report, row.rule):
        return "never"
    asked = {way.kind for way in lacking if way.kind}
    asked |= {each for finding in concerned(report, row.rule) for each in finding.missing}
    status = distinct(each.status for each in concerned(report, row.rule))
    return f"{report.verdict}: {' + '.join(sorted(asked)) or f'nothing is asked ({status})'}"


def dates(rule: str, outcomes: Callable[[Callable[[Row], Row]], list[str]]) -> tuple[str, str]:
    """What the rule comes to before and on its first day; of a rule without one, in 2023 and at the row's own time."""
    for row, first, _ in DATED:
        if row.rule == rule:
            last = first - timedelta(seconds=1)
            before, after = (outcome(bare(row._replace(now=now)), rule) for now in (last, first))
            return f"{last.date()}: {before}", f"{first.date()}: {after}"
    early, late = distinct(outcomes(lambda row: row._replace(now=EARLY))), distinct(outcomes(lambda row: row))
    return f"{EARLY.date()}: {early}", "same" if early == late else late


@lru_cache(maxsize=1)
def table() -> tuple[Line, ...]:
    """A line for every rule of every shipped pack, in the order of their ids; variants of a rule share a line."""
    rules = [rule for pack in policy(PACKS).packs for rule in pack.rules]
    titles = {id: distinct(rule.title for rule in rules if rule.id == id) for id in sorted({rule.id for rule in rules})}
    return tuple(line(id, title) for id, title in titles.items())


def page() -> str:
    """The page, in Markdown."""
    rows = (COLUMNS, ("---",) * len(COLUMNS), *table())
    return HEAD + "".join(f"| {' | '.join(cell for cell in row)} |\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="The table of every rule, judged.")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} anew")
    if parser.parse_args().write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
