"""A schema as a form to be filled in: YAML with what is required, and with everything else as comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from otiogate.documents.emit import yaml_text
from otiogate.documents.schemas import BASE, schema
from otiogate.errors import UsageError

_WIDTH = 110
_LONGEST = 45
"""How many values of a closed list are written out."""

_FILLED_IN = ("schema_version",)
"""What whoever reads the form fills in."""

_LATER = ("supersedes", "note", "conditions", "suspensions", "revoked")
"""What comes into the life of a record later, and is no part of a new one."""


def form(name: str) -> str:
    """The form of the schema ``name``: its first example, in the order of the schema. Raises ``UsageError`` for one
    without examples."""
    whole = _merged(schema(name))
    if not whole.get("examples"):
        raise UsageError(f"{name} is no document to be filled in", next_step=f"'otiogate schema {name}' prints it")
    example = _shortened(whole["examples"][0])
    fields = {key: whole["properties"][key] for key in ("record", "id") if key in whole["properties"]}
    fields |= {key: part for key, part in whole["properties"].items() if key not in _FILLED_IN}
    lines = [*_comment(f"{whole['title']}. {whole['description']}"), ""]
    for key in (key for key in fields if key in example):
        described = _described(fields[key], example[key])
        lines += [*_comment(described), *yaml_text({key: example[key]}).rstrip("\n").split("\n")]
    others = {key: part for key, part in fields.items() if key not in example}
    if others:
        lines += ["", "# What may be stated besides:"]
    for key, part in others.items():
        lines += _comment(f"{key}: {_described(part)}", "#   ")
    return "\n".join(lines) + "\n"


def _shortened(example: Mapping[str, Any]) -> dict[str, Any]:
    """The example as a new record, with what is covered named by ids alone: adding a record fills in the rest."""
    new = {key: value for key, value in example.items() if key not in _LATER}
    if new.get("decision") == "conditional":
        new["decision"] = "approved"
    if isinstance(new.get("covers"), list):
        new["covers"] = [each["disclosure"] for each in new["covers"]]
    return new


def _comment(text: str, after: str = "# ") -> Iterator[str]:
    for number, line in enumerate(wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)):
        yield f"{after if not number else after.ljust(6)}{line}"


def _described(part: Mapping[str, Any], value: Any = None) -> str:
    """What a field is for, what a closed list allows, and which of its keys ``value`` leaves out."""
    said = [str(part.get("description", ""))]
    whole = _merged(part)
    items = _merged(whole.get("items", {})) if isinstance(whole.get("items"), dict) else {}
    if 0 < len(whole.get("enum", ())) <= _LONGEST:
        said.append(f"One of: {', '.join(map(str, whole['enum']))}.")
    elif 0 < len(items.get("enum", ())) <= _LONGEST:
        said.append(f"Of: {', '.join(items['enum'])}.")
    held = value[0] if isinstance(value, list) and value else value
    if isinstance(held, dict):
        left = [key for key in (items or whole).get("properties", {}) if key not in held]
        said.append(f"Also: {', '.join(left)}." if left else "")
    return " ".join(filter(None, said))


def _merged(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a schema with what it refers to; what it states itself wins."""
    if "$ref" not in part:
        return dict(part)
    name, _, pointer = str(part["$ref"]).removeprefix(BASE).partition("#")
    target: Any = schema(name) if name else {}
    for step in filter(None, pointer.split("/")):
        target = target.get(step, {})
    found = _merged(target)
    return found | dict(part) | {"properties": found.get("properties", {}) | part.get("properties", {})}
