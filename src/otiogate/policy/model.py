"""A rule, and the policy that the active packs make together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from otiogate.errors import PolicyError
from otiogate.evidence.disclosure import Disclosure
from otiogate.policy.conditions import Condition
from otiogate.policy.derived import Truth
from otiogate.records.context import Context
from otiogate.records.demands import Demand

Severity = Literal["block", "final", "warn", "info", "worst"]
Event = Literal["undisclosed", "invalid", "unsure", "differs", "undeclared", "untrusted", "not_in_force", "idle_waiver"]

SEVERITIES: tuple[Severity, ...] = ("info", "warn", "final", "block")
"""From the mildest to the strictest."""

_REMEMBERED = 50_000


@dataclass(frozen=True)
class Requirement:
    """A demand, and the condition under which the rule makes it; without one it always does."""

    demand: Demand
    when: Condition | None = None


@dataclass(frozen=True)
class Source:
    """Where a rule comes from."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule, or one of its variants: by date (``since`` and ``until``, both inclusive) or by event.

    A rule applies where ``when`` holds; one with an ``event`` is raised by the gate itself. ``kinds`` are the use
    kinds without one of which it cannot apply, ``None`` for any. ``waivable`` lists roles; empty means never.
    ``softens`` says that it only warns about uses that no viewer can reach, as every rule of severity ``final`` does.
    """

    id: str
    pack: str
    title: str
    severity: Severity
    why: str
    remedy: str
    source: Source
    when: Condition | None = None
    event: Event | None = None
    requires: tuple[Requirement, ...] = ()
    replaces: tuple[str, ...] = ()
    waivable: tuple[str, ...] = ()
    kinds: frozenset[str] | None = None
    softens: bool = False
    example: str = ""
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether this variant is in force on ``day``."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Pack:
    """A rule pack as loaded; ``digest`` is of the data in its file."""

    name: str
    version: str
    issued: str
    title: str
    digest: str
    rules: tuple[Rule, ...]
    where: str = ""


@dataclass(frozen=True)
class Policy:
    """The active packs, in the order of their names."""

    packs: tuple[Pack, ...]
    _by_kinds: dict[tuple[tuple[str, ...], date], tuple[Rule, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    _applied: dict[tuple[str, Context, date], tuple[tuple[Rule, Truth], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every pack, by id."""
        return tuple(sorted((rule for pack in self.packs for rule in pack.rules), key=lambda rule: rule.id))

    def on(self, event: Event, day: date) -> Rule:
        """The rule that is raised by ``event``: of several, the strictest, and of those core's own, so that no pack
        makes another's milder. Raises ``PolicyError`` where no pack has one: silence would let it pass."""
        found = [rule for rule in self.rules if rule.event == event and rule.holds_on(day)]
        if not found:
            raise PolicyError(f"no active pack has a rule on {event!r}", next_step="the pack core has to have one")
        order = (*SEVERITIES, "worst")
        return max(found, key=lambda rule: (order.index(rule.severity), rule.pack == "core"))

    def reasons(self, day: date) -> frozenset[str]:
        """The ids of the rules that are no findings of their own, but reasons why a record did not count."""
        return frozenset(
            rule.id for rule in self.rules if rule.event in ("untrusted", "not_in_force") and rule.holds_on(day)
        )

    def applicable(self, disclosure: Disclosure, context: Context, day: date) -> tuple[tuple[Rule, Truth], ...]:
        """The rules that apply to ``disclosure``, or may, and which of both; one that another replaces is left out.

        A rule that only may apply replaces nothing. What applies to a disclosure of the ledger is remembered: it is
        asked anew at every export.
        """
        if disclosure.origin != "ledger":
            return self._applying(disclosure, context, day)
        key = (disclosure.digest, context, day)
        found = self._applied.get(key)
        if found is None:
            if len(self._applied) >= _REMEMBERED:
                self._applied.clear()
            found = self._applied[key] = self._applying(disclosure, context, day)
        return found

    def _applying(self, disclosure: Disclosure, context: Context, day: date) -> tuple[tuple[Rule, Truth], ...]:
        found = [
            (rule, held)
            for rule in self._candidates(disclosure.kinds, day)
            if rule.when is not None and (held := rule.when(disclosure, context)) is not Truth.NO
        ]
        replaced = {each for rule, held in found if rule.replaces and held is Truth.YES for each in rule.replaces}
        return tuple((rule, held) for rule, held in found if rule.id not in replaced)

    def _candidates(self, kinds: tuple[str, ...], day: date) -> tuple[Rule, ...]:
        found = self._by_kinds.get((kinds, day))
        if found is None:
            own = frozenset(kinds)
            found = self._by_kinds[kinds, day] = tuple(
                rule
                for rule in self.rules
                if rule.when and rule.holds_on(day) and (rule.kinds is None or not rule.kinds.isdisjoint(own))
            )
        return found


def strictest(severities: Iterable[Severity]) -> Severity:
    """The strictest of ``severities``; ``info`` of none."""
    return max(severities, key=SEVERITIES.index, default="info")
