"""A section for each rule of each shipped pack: why it is there, when it applies, what it asks, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from typing import Any

from generate.words import all_of, any_of, code, indented
from otiogate.cli.explain import _EVENTS, _MEANS
from otiogate.documents.schemas import schema
from otiogate.documents.strict import load_one
from otiogate.errors import PolicyError
from otiogate.policy.load import ALWAYS, DEFAULT, policy, shipped
from otiogate.policy.model import Pack, Rule
from otiogate.records.demands import ROLES

Data = Mapping[str, Any]

_BEGIN = """\
# Rules

One section a rule, by pack. Its id is its address: `rules.html#nfx-030`. `otiogate explain NFX-030` prints the same,
and `otiogate rules` lists them. Rules are engineering input and no legal advice.

Who may waive a rule is said with it; a [waiver](schemas/waiver.md) counts where it is signed and
the facility has a [trust file](schemas/trust.md).

Rules add up: the most severe that is not met decides. The severity says what an open finding does:
"""

_FIELDS = {
    "of": {
        "deceased": "of each subject who has died, or of all where nobody has",
        "minor": "of each subject who is a minor, or of all where nobody is",
        "writer": "of each subject who is a writer",
    },
    "rider": {"intimate": "with a rider for nudity or sexual content"},
}
"""Words for the values of a requirement's fields."""

_WORDS = {
    "authority": "with proof that the grantor may speak for the person",
    "creation_only": "to the creation alone",
    "model": "that names the model and permits training",
    "represented": "with counsel, terms clear and separately signed, or with a union",
    "window_over": "whose window for bargaining is over, and no bargaining refused",
    "grantor": "granted by {or}",
    "kinds": "of the kind {or}",
    "territories": "for {and}",
    "means": "with {and}",
    "names": "that names {or} expressly",
    "answers": "that answers {or} in place of this rule",
    "rights": "of the rights {or}",
    "permits": "that permits {and}",
    "each_work": "for each work that the disclosure lists under `third_party_ip`",
}
"""Words for the fields of a requirement; ``{or}`` and ``{and}`` are its values."""

_WHOSE = {"consent": "of each performer", "notice": "to each performer"}
"""Whose record it is, where a requirement does not say."""

_ELSEWHERE = ("record", "roles", "when")


def page() -> str:
    """The page of all rules."""
    lines = [_BEGIN]
    lines += [f"`{severity}`\n:   {_sentence(means)}\n" for severity, means in _MEANS.items()]
    for pack in sorted(policy(shipped()).packs, key=_order):
        lines += _pack(pack)
    return "\n".join(lines)


def rule_ids() -> set[str]:
    """The ids of all shipped rules."""
    return {rule.id for rule in policy(shipped()).rules}


def _order(pack: Pack) -> tuple[bool, int, str]:
    """``core`` first, then what is active by default, then the others."""
    default = DEFAULT.index(pack.name) if pack.name in DEFAULT else len(DEFAULT)
    return pack.name != ALWAYS, default, pack.name


def _pack(pack: Pack) -> Iterator[str]:
    active = "always active" if pack.name == ALWAYS else "active by default"
    named = active if pack.name in (ALWAYS, *DEFAULT) else f"active where a configuration names `{pack.name}`"
    yield f"## Pack {pack.name} {{ #pack-{pack.name} }}\n"
    yield f"{_sentence(pack.title)} Version {pack.version}, issued {pack.issued}; {named}. Digest, for a pin:\n"
    yield f"`{pack.digest}`\n"
    with as_file(files("otiogate.policy.packs") / f"{pack.name}.yaml") as path:
        items: list[Data] = load_one(path, PolicyError).value["rules"]
    for key in dict.fromkeys(rule.id for rule in pack.rules):
        variants = [(rule, item) for rule, item in zip(pack.rules, items, strict=True) if rule.id == key]
        yield f"### {key} {{ #{key.lower()} }}\n"
        for rule, item in variants:
            yield from _rule(rule, item)


def _rule(rule: Rule, item: Data) -> Iterator[str]:
    yield f"**{rule.title}**\n"
    yield f"{rule.why}\n"
    yield f"Severity\n:   `{rule.severity}`: {_MEANS[rule.severity]}.\n"
    yield f"Applies\n:   {indented(_applies(rule, item)).lstrip()}\n"
    if rule.since or rule.until:
        since = f"from {rule.since}" if rule.since else ""
        yield f"In force\n:   {' '.join(filter(None, (since, f'until {rule.until}' if rule.until else '')))}.\n"
    yield f"Required\n:   {indented(_required(item['require'])).lstrip()}\n"
    if rule.replaces:
        others = ", ".join(f"[{each}](#{each.lower()})" for each in rule.replaces)
        yield f"In place of\n:   {others}: not asked where this rule applies.\n"
    yield f"Waiver\n:   {f'by {any_of(rule.waivable)}' if rule.waivable else 'never'}.\n"
    yield f"Example\n:   {rule.example}\n"
    yield f"Remedy\n:   {rule.remedy}\n"
    source = f"[{rule.source.title}]({rule.source.url})" if rule.source.url else rule.source.title
    yield f"Source\n:   {source}\n"


def _applies(rule: Rule, item: Data) -> str:
    if rule.event:
        return f"Raised by the gate itself: {_EVENTS[rule.event]}."
    return "Where all of this holds:\n\n" + "\n".join(_condition(item["when"]))


def _condition(when: Data) -> Iterator[str]:
    """A condition as a list in which everything has to hold."""
    for part, about in (("disclosure", "the disclosure's"), ("context", "the delivery's")):
        for field, values in when.get(part, {}).items():
            each = values if isinstance(values, list) else [values]
            yield f"- {about} {code(field)} is {any_of(each)}"
    for fact, wanted in when.get("derived", {}).items():
        words = _derived()[fact]["description"].rstrip(".")
        yield f"- {code(fact)} is {code(wanted)} ({words[0].lower()}{words[1:]})"
    if "any_of" in when:
        yield "- any of:"
    for each in when.get("any_of", ()):
        inner = list(_condition(each))
        yield from (_together(inner) if len(inner) > 1 else [indented(inner[0])])
    if "not" in when:
        yield "- and this does not hold:"
        yield from (indented(line) for line in _condition(when["not"]))


def _together(inner: list[str]) -> Iterator[str]:
    yield indented("- together:")
    yield from (indented(line, 2) for line in inner)


def _derived() -> dict[str, Any]:
    found: dict[str, Any] = schema("policy")["$defs"]["condition"]["properties"]["derived"]["properties"]
    return found


def _required(items: list[Data]) -> str:
    if not items:
        return "Nothing: it is listed."
    return "\n".join(line for item in items for line in _requirement(item))


def _requirement(item: Data) -> Iterator[str]:
    if "any_of" in item:
        yield "- one of:"
        for each in item["any_of"]:
            yield from (indented(line) for line in _requirement(each))
    elif "impossible" in item:
        yield f"- nothing can answer it: {' '.join(item['impossible'].split())}"
    elif "statement" in item:
        field = "tools" if item["statement"] == "tool_terms" else item["statement"]
        what = "step, terms and sure answers of every tool, under" if field == "tools" else "the statement"
        yield f"- {what} {code(field)} in the [disclosure](schemas/disclosure.md)"
    else:
        yield f"- {_record(item)}"
    if "when" in item:
        yield indented("- asked for only where all of this holds:")
        yield from (indented(line, 2) for line in _condition(item["when"]))


def _record(item: Data) -> str:
    kind = item["record"]
    words = [_WHOSE[kind]] if kind in _WHOSE and "of" not in item else []
    for field, value in item.items():
        if field not in _ELSEWHERE:
            values = value if isinstance(value, list) else [value]
            form = _FIELDS[field][value] if field in _FIELDS else _WORDS[field]
            words.append(form.replace("{or}", any_of(values)).replace("{and}", all_of(values)))
    roles = item.get("roles", ROLES.get(kind, ()))
    by = f"by {any_of(roles)}" if roles else ""
    return ", ".join([" ".join(filter(None, (f"[{kind.replace('_', ' ')}](schemas/{kind}.md)", by))), *words])


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
