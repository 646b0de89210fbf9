"""A page for each JSON Schema: its fields, what each may hold, and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from generate.words import all_of, any_of, code, indented
from otiogate.documents.schemas import BASE, schema, schema_names

Schema = Mapping[str, Any]

GROUPS = {
    "What is declared": ("disclosure",),
    "What people granted": ("consent", "clearance"),
    "What was decided": (
        *("approval", "legal_review", "incidental", "escalation", "exception", "consultation", "label_plan"),
        *("union_notice", "bargaining", "waiver"),
    ),
    "Who was told": ("notice", "notification"),
    "Settings": ("config", "context_map", "policy", "trust"),
    "What otiogate prints and writes": ("report", "diff", "ledger_index"),
}
"""Every schema that is a document by itself, in the order of the navigation; ``common`` is none."""

_LONGEST = 60
"""How many values of a closed list are written out."""

_FORMS = {"string": "text", "integer": "a whole number", "boolean": "`true` or `false`"}


def names() -> list[str]:
    """The schemas that get a page."""
    return [name for group in GROUPS.values() for name in group]


def index() -> str:
    """The page that lists the schemas."""
    lines = ["# Schemas", ""]
    lines += ["JSON Schema 2020-12 of everything that is written or read. `otiogate schema NAME` prints one."]
    for group, members in GROUPS.items():
        lines += ["", f"## {group}", ""]
        lines += [f"[{schema(name)['title']}]({name}.md)\n:   {schema(name)['description']}\n" for name in members]
    left = sorted(set(schema_names()) - set(names()) - {"common"})
    if left:
        raise ValueError(f"schemas without a group in docs/generate/schemas.py: {', '.join(left)}")
    return "\n".join(lines)


def page(name: str) -> str:
    """The page of one schema."""
    whole = _document(name)
    lines = [f"# {whole['title']}", "", whole["description"], "", f"`otiogate schema {name}` prints the schema.", ""]
    lines += ["## Fields", "", *_object(whole, "")]
    for key, part in sorted(whole.get("$defs", {}).items()):
        if "properties" in part:
            lines += [f"## {key} {{ #{key} }}", "", f"{part['description'].capitalize()}.", "", *_object(part, "")]
    for number, example in enumerate(whole["examples"], 1):
        more = f" {number}" if len(whole["examples"]) > 1 else ""
        text = yaml.safe_dump(example, sort_keys=False, allow_unicode=True, width=80)
        lines += [f"## Example{more}", "", "```yaml", text.rstrip(), "```", ""]
    return "\n".join(lines)


def _object(part: Schema, path: str) -> list[str]:
    """The fields of an object, as definitions, and of the objects in it."""
    whole = _merged(part)
    lines = [f"{each}\n" for each in _together(whole)]
    for key, field in whole.get("properties", {}).items():
        needed = " *required*" if key in whole.get("required", ()) else ""
        lines += _field(f"{path}{key}", field, needed)
    for field in whole.get("patternProperties", {}).values():
        lines += _field(f"{path}*", field, "")
    return lines


def _field(path: str, field: Schema, needed: str) -> list[str]:
    return [f"`{path}`{needed}\n:   {indented(described(field)).lstrip()}\n", *_inside(field, path)]


def described(field: Schema) -> str:
    """What a field is for, and what it may hold."""
    said, value = field.get("description", ""), _value(field)
    if value and value.replace("`", "").removeprefix("the ").lower() not in said.lower():
        return f"{_ended(said)} Value: {_ended(value)}".strip()
    return _ended(said)


def _inside(field: Schema, path: str) -> list[str]:
    """The fields below a field: those of an object, or of the objects in a list. What has a section of its own is left
    to that."""
    if _section(field):
        return []
    whole = _merged(field)
    if whole.get("type") == "array" and isinstance(whole.get("items"), dict):
        return _inside(whole["items"], f"{path}[]")
    return _object(whole, f"{path}.") if "properties" in whole or "patternProperties" in whole else []


def _together(whole: Schema) -> Iterator[str]:
    """What holds of several fields at once."""
    for keyword, how in (("oneOf", "Exactly one"), ("anyOf", "At least one")):
        keys = [each["required"][0] for each in whole.get(keyword, ()) if set(each) == {"required"}]
        if keys:
            yield f"{how} of {all_of(keys)} is stated."
    for key, others in whole.get("dependentRequired", {}).items():
        yield f"{code(key)} is stated together with {all_of(others)}."
    for each in (whole, *whole.get("allOf", ())):
        if "if" in each:
            yield _where(each["if"], each["then"])


def _where(condition: Schema, then: Schema) -> str:
    if "not" in condition:
        where = f"Without {any_of(condition['not']['required'])}"
    else:
        [(key, value)] = condition["properties"].items()
        where = f"Where {code(key)} is {any_of(value.get('enum', [value.get('const')]))}"
    if "propertyNames" in then:
        return f"{where}, only these keys stand here: {all_of(then['propertyNames']['enum'])}."
    fixed = [f"{code(key)} is {code(value['const'])}" for key, value in then.get("properties", {}).items()]
    needed = [f"{code(key)} is stated" for key in then["required"] if key not in then.get("properties", {})]
    return f"{where}, {' and '.join([*needed, *fixed])}."


def _merged(part: Schema) -> dict[str, Any]:
    """A part with what it refers to; what it states itself comes last and wins."""
    if "$ref" not in part:
        return dict(part)
    target = _merged(_target(part["$ref"]))
    own = {key: value for key, value in part.items() if key != "$ref"}
    merged = target | own
    for key in ("properties", "required"):
        if key in target and key in own:
            merged[key] = target[key] | own[key] if key == "properties" else [*target[key], *own[key]]
    return merged


@cache
def _document(name: str) -> dict[str, Any]:
    """The schema, in which every reference names the schema that it leads to."""
    found: dict[str, Any] = _absolute(schema(name), f"{BASE}{name}")
    return found


def _absolute(part: Any, base: str) -> Any:
    if isinstance(part, list):
        return [_absolute(each, base) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"{base}{value}" if key == "$ref" and value.startswith("#") else _absolute(value, base)
        for key, value in part.items()
    }


def _target(reference: str) -> Schema:
    name, _, pointer = reference.removeprefix(BASE).partition("#")
    found: Any = _document(name)
    for step in filter(None, pointer.split("/")):
        found = found[step]
    target: Schema = found
    return target


def _section(part: Schema) -> str:
    """A link to the section that an object has, where it is one of a document's own definitions; else nothing."""
    reference = part.get("$ref", "")
    name, _, pointer = reference.removeprefix(BASE).partition("#/$defs/")
    if not pointer or name == "common" or "properties" not in _target(reference):
        return ""
    return f"[{pointer}]({name}.md#{pointer})"


def _value(part: Schema) -> str:
    """What a field may hold, in words; nothing where its fields below tell."""
    if section := _section(part):
        return f"see {section}"
    if "$ref" in part:
        target = _merged(_target(part["$ref"]))
        closed = _value(target) if "enum" in target and len(target["enum"]) <= _LONGEST else ""
        return closed or str(target.get("description", "")) or _value(target)
    if "const" in part:
        return code(part["const"])
    if "enum" in part:
        return f"one of {any_of(part['enum'])}" if len(part["enum"]) <= _LONGEST else ""
    if "anyOf" in part:
        return ", or ".join(filter(None, (_value(each) for each in part["anyOf"])))
    if part.get("type") == "array":
        inner = _value(part["items"])
        return f"a list; each entry: {inner}" if inner else "a list"
    least = f", {part['minimum']} or more" if "minimum" in part else ""
    return f"{_FORMS.get(str(part.get('type')), '')}{least}"


def _ended(text: str) -> str:
    """``text`` with a full stop. Without a capital: what begins without one may be a value."""
    return text if not text or text.endswith(".") else f"{text}."
