"""Rule packs from YAML: shipped ones by name, a facility's own by path. An invalid pack loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from otiogate.documents.digest import digest
from otiogate.documents.schemas import at, faults
from otiogate.documents.strict import Document, load_one
from otiogate.errors import PolicyError, UsageError, VersionError
from otiogate.policy.conditions import condition, kinds_of
from otiogate.policy.model import SEVERITIES, Pack, Policy, Requirement, Rule, Severity, Source
from otiogate.records.demands import demand

ALWAYS = "core"
DEFAULT = ("netflix", "sag_aftra", "cue_sheet")
"""What is active, beside ``core``, where no configuration names packs."""


def shipped() -> tuple[str, ...]:
    """The names of the packs that come with otiogate."""
    names = (entry.name for entry in files("otiogate.policy.packs").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def policy(
    packs: Iterable[str],
    paths: Iterable[Path] = (),
    *,
    severities: Mapping[str, Severity] | None = None,
    replaced: Mapping[str, Path] | None = None,
    pins: Mapping[str, str] | None = None,
) -> Policy:
    """The policy of ``core``, the named packs and the packs in ``paths``.

    ``severities`` can make a rule stricter, never milder; ``replaced`` reads a shipped pack from elsewhere; ``pins``
    are digests that packs must have. Raises ``UsageError`` for an unknown pack or rule, ``PolicyError`` for an
    invalid one.
    """
    files = tuple(sorted((replaced or {}).items()))
    further = tuple(paths)
    state = tuple(_state(path) for path in (*(path for _, path in files), *further))
    return _policy(
        tuple(sorted({ALWAYS, *packs})),
        further,
        tuple(sorted((severities or {}).items())),
        files,
        tuple(sorted((pins or {}).items())),
        state,
    )


def _state(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError as fault:
        raise PolicyError(f"cannot be read: {fault.strerror}", where=str(path)) from fault
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


@lru_cache(maxsize=16)
def _policy(
    names: tuple[str, ...],
    paths: tuple[Path, ...],
    severities: tuple[tuple[str, Severity], ...],
    files: tuple[tuple[str, Path], ...],
    pins: tuple[tuple[str, str], ...],
    state: tuple[tuple[int, int, int], ...],
) -> Policy:
    """The policy, read again only when one of its files has changed, which ``state`` tells."""
    replaced, stricter = dict(files), dict(severities)
    found = [_checked(read_pack(replaced[name]), name) if name in replaced else _shipped(name) for name in names]
    found += [read_pack(path) for path in paths]
    by_name: dict[str, Pack] = {}
    for pack in found:
        other = by_name.setdefault(pack.name, pack)
        if other is not pack and other.digest != pack.digest:
            raise UsageError(f"the pack {pack.name} is given twice: {other.where} and {pack.where}")
    _check_pins(by_name, dict(pins))
    known = _check_ids(by_name.values())
    for rule in sorted(set(stricter) - known):
        raise UsageError(f"'severity' names the rule {rule}, which no active pack has")
    return Policy(tuple(_stricter(by_name[name], stricter) for name in sorted(by_name)))


@lru_cache(maxsize=32)
def _shipped(name: str) -> Pack:
    if name not in shipped():
        raise UsageError(f"there is no pack {name!r}", next_step="shipped: " + ", ".join(shipped()))
    with ExitStack() as stack:
        path = stack.enter_context(as_file(files("otiogate.policy.packs") / f"{name}.yaml"))
        # A test holds that it fits the schema: to look at every start takes a quarter of the time of one.
        return replace(_pack(load_one(path, PolicyError), path), where=f"shipped pack {name}")


def _checked(pack: Pack, name: str) -> Pack:
    if pack.name != name:
        raise UsageError(f"stands in for the pack {name}, but is {pack.name}", where=pack.where)
    return pack


def read_pack(path: Path) -> Pack:
    """The pack in one YAML file. Raises ``PolicyError`` with file, line, field and what is allowed."""
    document = load_one(path, PolicyError)
    data = document.value
    if isinstance(data, dict) and isinstance(data.get("format"), int) and data["format"] != 1:
        raise VersionError(f"pack format {data['format']} is not known to this otiogate", where=str(path))
    if isinstance(data, dict) and data.get("rules") == []:
        raise UsageError(
            "an empty policy allows everything: 'rules' is empty", where=f"{path}:{document.line(('rules',))}"
        )
    for place, sentence in faults("policy", data):
        raise PolicyError(f"{at(place)}: {sentence}", where=f"{path}:{document.line(place)}")
    return _pack(document, path)


def _pack(document: Document, path: Path) -> Pack:
    """The pack in a ``document`` that fits the schema."""
    data = document.value
    rules = []
    for index, item in enumerate(data["rules"]):
        try:
            rules.append(_rule(data["pack"], item))
        except ValueError as fault:
            line = document.line(("rules", index))
            raise PolicyError(f"rule {item['id']}: {fault}", where=f"{path}:{line}") from fault
    own = {rule.id for rule in rules}
    for rule in rules:
        # Or a project could switch off a studio's rule with a rule of its own.
        if not own.issuperset(rule.replaces):
            raise PolicyError(f"rule {rule.id} replaces a rule of another pack", where=str(path))
    return Pack(
        data["pack"],
        data["version"],
        data["issued"],
        data.get("title", data["pack"]),
        digest("otiogate/policy/v1", data),
        tuple(rules),
        str(path),
    )


def _rule(pack: str, item: Mapping[str, Any]) -> Rule:
    when = item.get("when")
    severity: Severity = item["severity"]
    if severity == "worst" and item.get("on") != "unsure":
        raise ValueError("severity 'worst' is for a rule on 'unsure'")
    if severity == "block" and item.get("waivable"):
        raise ValueError("severity 'block' cannot be waived: leave 'waivable' out")
    kinds = kinds_of(when) if when else None
    default = () if severity == "block" else ("studio_legal",)
    return Rule(
        id=item["id"],
        pack=pack,
        title=item["title"],
        severity=severity,
        why=_line(item["why"]),
        remedy=_line(item["remedy"]),
        source=Source(_line(item["source"]["title"]), item["source"].get("url", "")),
        when=condition(when) if when else None,
        event=item.get("on"),
        requires=tuple(
            Requirement(demand(each), condition(each["when"]) if "when" in each else None) for each in item["require"]
        ),
        replaces=tuple(item.get("replaces", ())),
        waivable=tuple(item.get("waivable", default)),
        kinds=kinds,
        softens=severity == "final" or item.get("unseen") == "warn",
        example=_line(item.get("example", "")),
        since=date.fromisoformat(item["from"]) if "from" in item else None,
        until=date.fromisoformat(item["until"]) if "until" in item else None,
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _check_pins(packs: Mapping[str, Pack], pins: Mapping[str, str]) -> None:
    for name, wanted in sorted(pins.items()):
        pack = packs.get(name)
        if pack is None:
            raise UsageError(f"the pack {name} is pinned but not active")
        if pack.digest != wanted:
            what = f"the pack {name} is {pack.digest}, but pinned to {wanted}"
            raise PolicyError(what, where=pack.where, next_step="look at what changed in it, then set the pin anew")


def _check_ids(packs: Iterable[Pack]) -> set[str]:
    """The ids of all rules. An id belongs to one pack; its variants differ by event or by date."""
    seen: dict[str, Pack] = {}
    for pack in packs:
        for rule in pack.rules:
            other = seen.setdefault(rule.id, pack)
            if other is not pack:
                raise UsageError(f"the rule {rule.id} stands in the packs {other.name} and {pack.name}")
            for twin in pack.rules:
                if twin is not rule and twin.id == rule.id and twin.event == rule.event and _share_a_day(twin, rule):
                    raise PolicyError(f"two variants of {rule.id} hold on the same day", where=pack.where)
    if not seen:
        raise UsageError("the policy has no rule")
    return set(seen)


def _share_a_day(one: Rule, two: Rule) -> bool:
    return (one.since or date.min) <= (two.until or date.max) and (two.since or date.min) <= (one.until or date.max)


def _stricter(pack: Pack, severities: Mapping[str, Severity]) -> Pack:
    def changed(rule: Rule) -> Rule:
        wanted = severities.get(rule.id)
        if wanted is None or rule.severity == "worst" or SEVERITIES.index(wanted) <= SEVERITIES.index(rule.severity):
            return rule
        return replace(rule, severity=wanted, waivable=() if wanted == "block" else rule.waivable)

    return replace(pack, rules=tuple(changed(rule) for rule in pack.rules))
