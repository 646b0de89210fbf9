"""The ``when`` of a rule, compiled: fields of disclosure, context and derived facts, ``any_of`` and ``not``; nothing
more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.vocabulary import UNSURE, USE_KINDS
from otiogate.policy.derived import DERIVED, Truth, truth
from otiogate.records.context import Context
from otiogate.records.scope import territories_meet
from otiogate.timeline.media import fold

Condition = Callable[[Disclosure, Context], Truth]


def condition(when: Mapping[str, Any]) -> Condition:
    """``when`` (which fits the schema) as a function; everything in it must hold."""
    parts: list[Condition] = []
    for field, wanted in when.get("disclosure", {}).items():
        parts.append(_disclosure_field(field, _list(wanted)))
    for field, wanted in when.get("context", {}).items():
        parts.append(_context_field(field, _list(wanted)))
    for field, wanted in when.get("derived", {}).items():
        parts.append(_derived(field, wanted))
    if "any_of" in when:
        parts.append(_any([condition(each) for each in when["any_of"]]))
    if "not" in when:
        parts.append(_not(condition(when["not"])))
    return parts[0] if len(parts) == 1 else _all(parts)


def kinds_of(when: Mapping[str, Any]) -> frozenset[str] | None:
    """The use kinds without one of which ``when`` cannot hold; ``None`` where it may hold for any kind, or none."""
    found: frozenset[str] | None = None
    wanted = when.get("disclosure", {}).get("use_kind")
    if wanted is not None:
        found = expanded(_list(wanted))
    if "any_of" in when:
        each = [kinds_of(one) for one in when["any_of"]]
        if None not in each:
            union = frozenset(kind for kinds in each if kinds is not None for kind in kinds)
            # Not what both name: a disclosure of two kinds can meet the one with one kind, the other with the other.
            found = union if found is None else min(found, union, key=len)
    return found


def expanded(patterns: list[str]) -> frozenset[str]:
    """The use kinds that ``patterns`` mean: exact, or a prefix such as ``replica.*``."""
    return frozenset(
        kind
        for kind in USE_KINDS
        for pattern in patterns
        if kind == pattern or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))
    )


def _list(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _all(parts: list[Condition]) -> Condition:
    def hold(disclosure: Disclosure, context: Context) -> Truth:
        found = Truth.YES
        for part in parts:
            found = min(found, part(disclosure, context))
            if found is Truth.NO:
                break
        return found

    return hold


def _any(parts: list[Condition]) -> Condition:
    def hold(disclosure: Disclosure, context: Context) -> Truth:
        found = Truth.NO
        for part in parts:
            found = max(found, part(disclosure, context))
            if found is Truth.YES:
                break
        return found

    return hold


def _not(part: Condition) -> Condition:
    return lambda disclosure, context: Truth(2 - part(disclosure, context))


def _derived(field: str, wanted: bool) -> Condition:
    fact = DERIVED[field]
    return fact if wanted else _not(fact)


_MANY: dict[str, tuple[str, str]] = {
    "sensitivity": ("inputs", "sensitivity"),
    "security_class": ("tools", "security_class"),
    "capacity": ("subjects", "capacity"),
    "minor": ("subjects", "minor"),
    "living": ("subjects", "living"),
    "recognisable": ("subjects", "recognisable"),
}
"""Condition field -> (list in the disclosure, key of its items); one item that fits is enough."""

_SAID = ("trains", "retains")
"""Fields of tools in which ``unsure`` is an answer of its own: a rule asks for it by name."""


def _disclosure_field(field: str, wanted: list[str]) -> Condition:
    if field == "use_kind":
        kinds = expanded(wanted)
        return lambda disclosure, context: truth(not kinds.isdisjoint(disclosure.data.get("use_kind", ())))
    if field == "flags":
        return lambda disclosure, context: max(
            (_one(disclosure.flag(flag), ["yes"]) for flag in wanted), default=Truth.NO
        )
    if field == "digital_source_type":
        return lambda disclosure, context: truth(disclosure.source_type in wanted)
    if field == "exceptions":
        return lambda disclosure, context: truth(not set(wanted).isdisjoint(disclosure.data.get("exceptions", ())))
    if field in _SAID:
        # That the principle was not kept is as good as a tool that says so.
        return lambda disclosure, context: truth(
            any(tool[field] in wanted for tool in disclosure.data.get("tools", ()))
            or ("yes" in wanted and disclosure.principle("no_training_or_retention") == "no")
        )
    if field in _MANY:
        items, key = _MANY[field]
        return lambda disclosure, context: max(
            (_one(item.get(key), wanted) for item in disclosure.data.get(items, ())), default=Truth.NO
        )
    return lambda disclosure, context: _one(disclosure.data.get(field), wanted)


def _one(value: Any, wanted: list[str]) -> Truth:
    """A value not stated meets no condition; ``unsure`` may meet any."""
    if value in wanted:
        return Truth.YES
    return Truth.MAYBE if value == UNSURE else Truth.NO


def _context_field(field: str, wanted: list[str]) -> Condition:
    if field == "territory":
        # Where the delivery goes is not known: every rule of a territory holds.
        return lambda disclosure, context: truth(
            not context.territories or any(territories_meet(each, wanted) for each in context.territories)
        )
    if field == "language":
        return lambda disclosure, context: truth(
            not context.languages or not {fold(each) for each in wanted}.isdisjoint(map(fold, context.languages))
        )
    folded = {fold(each) for each in wanted}
    # What is delivered is not known: as with territories, every rule about it holds.
    return lambda disclosure, context: truth(fold(str(getattr(context, field))) in {*folded, ""})
