"""What is wrong with a rule pack beyond what keeps it from loading: conditions that no use can meet, variants that
overlap, and what its author would otherwise learn from a delivery that passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from otiogate.documents.schemas import at, faults
from otiogate.documents.strict import Document, load_one
from otiogate.errors import PolicyError
from otiogate.policy.conditions import expanded
from otiogate.policy.derived import DERIVED
from otiogate.policy.load import policy, read_pack, shipped

Place = tuple[str | int, ...]

_MOST = 20_000
"""Ways to meet one condition from which on they are not looked at."""

_SEVERAL = frozenset(
    {
        "disclosure.use_kind",
        "disclosure.flags",
        "disclosure.exceptions",
        "disclosure.sensitivity",
        "disclosure.security_class",
        "disclosure.trains",
        "disclosure.retains",
        "disclosure.capacity",
        "disclosure.minor",
        "disclosure.living",
        "disclosure.recognisable",
        "context.territory",
        "context.language",
    }
)
"""Fields of which a use may have several values at once, so that two that differ do not contradict each other."""


_ALWAYS: dict[str, frozenset[Any]] = {
    "context.stage": frozenset({"temp", "final"}),
    **{f"derived.{fact}": frozenset({True, False}) for fact in DERIVED},
}
"""Fields that always have one of their values; any other may be left unstated, and then has none."""


class Flaw(NamedTuple):
    """What is wrong, and where: the line of the file, the rule, the place in the file."""

    line: int
    rule: str
    text: str


def lint(path: Path) -> list[Flaw]:
    """What is wrong with the pack in ``path``, by line; nothing where it is sound. Raises nothing of its own."""
    try:
        document = load_one(path, PolicyError)
    except PolicyError as fault:
        return [Flaw(_line_in(fault.where, path), "", fault.what)]
    broken = [
        Flaw(document.line(place) or 0, _rule_at(document, place), f"{at(place)}: {what}")
        for place, what in faults("policy", document.value)
    ]
    if broken:
        return sorted(broken)  # what a condition means is not known before its form is right
    found = [*_conditions(document), *_dates(document), *_ids(document)]
    if not found:
        try:
            read_pack(path)
        except PolicyError as fault:
            found.append(Flaw(_line_in(fault.where, path), "", fault.what))
    return sorted(set(found))


def _line_in(where: str, path: Path) -> int:
    """The line in ``where``, which is ``path`` and, where it is known, ``:line``."""
    text = where.removeprefix(str(path)).removeprefix(":")
    return int(text) if text.isdecimal() else 0


def _rule_at(document: Document, place: Place) -> str:
    """The id of the rule that ``place`` lies in, where it has one."""
    if len(place) < 2 or place[0] != "rules":
        return ""
    rule = document.value["rules"][place[1]]
    return str(rule.get("id", "")) if isinstance(rule, dict) else ""


def _rules(document: Document) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(document.value["rules"]))


# Conditions


def _conditions(document: Document) -> Iterator[Flaw]:
    """Conditions that no use can meet, and parts of conditions and of demands that thereby do nothing."""
    for index, rule in _rules(document):
        for place, text in _dead(rule):
            path = ("rules", index, *place)
            yield Flaw(document.line(path) or 0, rule["id"], f"{at(path)}: {text}")


def _dead(rule: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    when: Mapping[str, Any] = rule.get("when", {})
    if not can_hold(when):
        yield ("when",), "this can never hold, so the rule never applies"
        return
    for number, one in enumerate(when.get("any_of", ())):
        if not can_hold(when, one):
            yield ("when", "any_of", number), "this can never hold beside the rest of the condition"
    for number, requirement in enumerate(rule["require"]):
        if not can_hold(when, requirement.get("when", {})):
            yield ("require", number), "this is never asked for: its condition cannot hold where the rule's does"


class _Literal(NamedTuple):
    """A field that has one of ``values``; or, where ``holds`` is false, that has none of them."""

    field: str
    values: frozenset[Any]
    holds: bool


_Way = tuple[_Literal, ...]
"""One way to meet a condition: what must be true together."""


class _TooMany(Exception):
    """There are more ways than are looked at."""


def can_hold(*conditions: Mapping[str, Any]) -> bool:
    """Whether any disclosure, in any delivery, can meet all ``conditions``, each of which fits the schema or is empty.

    What would take too long to find out counts as something that can hold.
    """
    try:
        return any(_consistent(way) for way in _together([_ways(each, True) for each in conditions]))
    except _TooMany:
        return True


def _ways(when: Mapping[str, Any], holds: bool) -> list[_Way]:
    """Every way in which ``when`` holds; or, where ``holds`` is false, in which it does not."""
    parts = [_ways_of_part(part, inner, holds) for part, inner in _parts(when)]
    return _together(parts) if holds else [way for part in parts for way in part]


def _parts(when: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in ("disclosure", "context", "derived"):
        for field, wanted in when.get(part, {}).items():
            yield f"{part}.{field}", wanted
    for part in ("any_of", "not"):
        if part in when:
            yield part, when[part]


def _ways_of_part(part: str, inner: Any, holds: bool) -> list[_Way]:
    if part == "not":
        return _ways(inner, not holds)
    if part == "any_of":
        each = [_ways(one, holds) for one in inner]
        return [way for ways in each for way in ways] if holds else _together(each)
    values = frozenset(inner if isinstance(inner, list) else [inner])
    return [(_Literal(part, expanded(sorted(values)) if part == "disclosure.use_kind" else values, holds),)]


def _together(parts: list[list[_Way]]) -> list[_Way]:
    """One way of each of ``parts``, in every combination."""
    if prod(len(part) for part in parts) > _MOST:
        raise _TooMany
    return [tuple(literal for way in combined for literal in way) for combined in product(*parts)]


def _consistent(way: _Way) -> bool:
    """Whether all of ``way`` can be true of one use."""
    refused: dict[str, frozenset[Any]] = {}
    for each in way:
        if not each.holds:
            refused[each.field] = refused.get(each.field, frozenset()) | each.values
    if any(refused.get(field, frozenset()) >= values for field, values in _ALWAYS.items()):
        return False
    wanted: dict[str, frozenset[Any]] = {}
    for each in way:
        if each.holds:
            left = each.values - refused.get(each.field, frozenset())
            if each.field not in _SEVERAL:
                left = wanted[each.field] = left & wanted.get(each.field, left)
            if not left:
                return False
    return not (_no_likeness(way) and _only_replicas(way))


def _no_likeness(way: _Way) -> bool:
    return any(each.field == "derived.likeness" and (True in each.values) != each.holds for each in way)


def _only_replicas(way: _Way) -> bool:
    """Whether a replica is asked for: it always concerns a likeness."""
    kinds = [each.values for each in way if each.field == "disclosure.use_kind" and each.holds]
    return any(all(kind.startswith("replica.") for kind in each) for each in kinds)


# Dates and ids


def _dates(document: Document) -> Iterator[Flaw]:
    """Variants that are in force on the same day, and those that never are."""
    seen: list[tuple[str, Any, str, str, int]] = []
    for index, rule in _rules(document):
        since, until = rule.get("from", "0001-01-01"), rule.get("until", "9999-12-31")
        line = document.line(("rules", index)) or 0
        if since > until:
            yield Flaw(line, rule["id"], f"rules[{index}]: ends on {until}, before it begins on {since}")
            continue
        for other, event, first, last, place in seen:
            if (other, event) == (rule["id"], rule.get("on")) and since <= last and first <= until:
                yield Flaw(
                    line, rule["id"], f"rules[{index}]: is in force on the same days as its variant rules[{place}]"
                )
        seen.append((rule["id"], rule.get("on"), since, until, index))


def _ids(document: Document) -> Iterator[Flaw]:
    """Rules that stand elsewhere already, and replacing of what is not there."""
    data = document.value
    own = {rule["id"] for _, rule in _rules(document)}
    elsewhere = {rule.id: rule.pack for rule in policy(shipped()).rules if rule.pack != data["pack"]}
    for index, rule in _rules(document):
        line = document.line(("rules", index)) or 0
        if rule["id"] in elsewhere:
            text = f"rules[{index}]: the shipped pack {elsewhere[rule['id']]} has a rule of this id"
            yield Flaw(line, rule["id"], text)
        for other in rule.get("replaces", ()):
            if other == rule["id"]:
                yield Flaw(line, rule["id"], f"rules[{index}]: replaces itself")
            elif other not in own:
                yield Flaw(line, rule["id"], f"rules[{index}]: replaces {other}, which this pack does not have")
