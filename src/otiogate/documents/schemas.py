"""The JSON Schemas in ``schemas/``: found, built once, and put into sentences when a document breaks them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from otiogate.documents.strict import parse_yaml
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Path = tuple[str | int, ...]

BASE = "https://otiogate.dev/schemas/"


def schema_names() -> list[str]:
    """The names that ``otiogate schema`` knows, sorted."""
    found = (entry.name for entry in files("otiogate.schemas").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema ``name`` as plain data."""
    if name not in schema_names():
        raise UsageError(f"there is no schema {name!r}", next_step="known: " + ", ".join(schema_names()))
    text = (files("otiogate.schemas") / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


CONTRACT = "registry.openapi"


@cache
def contract() -> dict[str, Any]:
    """What a registry and otiogate agree on, as plain data."""
    text = (files("otiogate.schemas") / f"{CONTRACT}.yaml").read_text(encoding="utf-8")
    [document] = parse_yaml(text)
    found: dict[str, Any] = document.value
    return found


def contract_faults(name: str, value: Any) -> list[tuple[Path, str]]:
    """What is wrong with ``value`` under the part ``name`` of the contract: (path, sentence) pairs, by path."""
    return faults(f"{CONTRACT}#/components/schemas/{name}", value)


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    # A closed registry: a $ref that is not one of ours fails, and never reaches the network.
    documents = {each: schema(each) for each in schema_names()}
    if name.startswith(CONTRACT):
        documents[CONTRACT] = contract()
    registry: Any = Registry().with_resources(
        [(f"{BASE}{each}", DRAFT202012.create_resource(body)) for each, body in documents.items()]
    )
    root = {"$ref": f"{BASE}{name}"} if name.startswith(CONTRACT) else _resolved(schema(name), name, ())
    return Draft202012Validator(root, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _resolved(part: Any, name: str, within: tuple[str, ...]) -> Any:
    """``part`` of the schema ``name`` with what it refers to in the place of each ``$ref``, but where that leads into
    itself: to follow them anew for every value takes as long as all the rest."""
    if isinstance(part, list):
        return [_resolved(each, name, within) for each in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str) and part.keys() <= _SAYS_NOTHING:
        document, _, pointer = reference.removeprefix(BASE).partition("#")
        whole = f"{document or name}#{pointer}"
        if pointer and whole not in within:
            target = _pointed(schema(document or name), pointer)
            return _resolved(target, document or name, (*within, whole))
        return {"$ref": f"{BASE}{whole}"}
    return {key: _resolved(value, name, within) for key, value in part.items()}


_SAYS_NOTHING = {"$ref", "description", "title", "default", "examples"}
"""Keys that ask nothing of a value beside what is referred to."""


def _pointed(document: dict[str, Any], pointer: str) -> Any:
    """What the JSON pointer ``pointer`` means in ``document``."""
    found: Any = document
    for step in pointer.strip("/").split("/"):
        found = found[step]
    return found


class Fault(NamedTuple):
    """What is wrong with a document at ``path``. ``culprit`` is the path that a person has to look at and ``meant`` the
    key that may have been meant; they tell more than ``path`` where a key is not known."""

    path: Path
    sentence: str
    culprit: Path
    meant: str


def faults(name: str, value: Any) -> list[tuple[Path, str]]:
    """What is wrong with ``value`` under the schema ``name``: (path, sentence) pairs, by path."""
    return [(fault.path, fault.sentence) for fault in located_faults(name, value)]


def located_faults(name: str, value: Any) -> list[Fault]:
    """What is wrong with ``value`` under the schema ``name``, by path."""
    try:
        found = {_fault(each) for top in _validator(name).iter_errors(value) for each in _leaves(top)}
    except RecursionError:  # jsonschema takes the repr of what does not fit
        return [Fault((), "is nested too deeply", (), "")]
    return sorted(found, key=lambda each: ([(isinstance(part, str), part) for part in each.path], each.sentence))


def _fault(fault: Any) -> Fault:
    path: Path = tuple(fault.absolute_path)
    extra = _unknown_keys(fault)
    meant = get_close_matches(extra[0], _known(fault.schema), n=1, cutoff=0.75) if extra else []
    return Fault(path, _sentence(fault), (*path, *extra[:1]), meant[0] if meant else "")


def _unknown_keys(fault: Any) -> list[str]:
    """The keys, where the fault is that they are not known."""
    if "propertyNames" in fault.relative_schema_path:
        return [str(fault.instance)]
    if fault.validator not in ("additionalProperties", "unevaluatedProperties"):
        return []
    known = _known(fault.schema)
    patterns = fault.schema.get("patternProperties", {})
    others = (key for key in fault.instance if key not in known)
    return [key for key in others if not any(re.search(each, key) for each in patterns)]


def _leaves(fault: Any) -> list[Any]:
    """The faults inside a failed ``anyOf`` where the value has the form of one branch; else itself."""
    if _one_key_each(fault):
        return [fault] if isinstance(fault.instance, dict) else []  # where it is no object, that is the fault
    if not fault.context:
        return [fault]
    branches: dict[int, list[Any]] = {}
    for inner in fault.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    near = [branch for branch in branches.values() if not any(_other_form(inner) for inner in branch)]
    near = near or list(branches.values())[:1]
    return [leaf for inner in near[0] for leaf in _leaves(inner)] if len(near) == 1 else [fault]


def _other_form(inner: Any) -> bool:
    """Whether the value itself, not a part of it, is of another form (text, list, object) than the branch."""
    if inner.relative_path:
        return False
    if inner.context:
        return all(_other_form(each) for each in inner.context)
    return inner.validator == "type" or (
        inner.validator in ("enum", "const") and isinstance(inner.instance, (dict, list))
    )


def _one_key_each(fault: Any) -> list[str]:
    """The keys, where the branches of an ``anyOf``/``oneOf`` each demand one key and nothing else."""
    branches = fault.validator_value if fault.validator in ("anyOf", "oneOf") else []
    if any(set(branch) != {"required"} or len(branch["required"]) != 1 for branch in branches):
        return []
    return [branch["required"][0] for branch in branches]


_FORMS = {
    "string": "text",
    "array": "a list",
    "object": "an object of keys and values",
    "boolean": "true or false",
    "integer": "a whole number",
}


def _sentence(fault: Any) -> str:
    value, wanted, hint = _short(fault.instance), fault.validator_value, fault.schema.get("description")
    if "propertyNames" in fault.relative_schema_path:
        return f"{fault.instance!r} does not belong here; allowed: {_listed(wanted)}"
    if keys := _one_key_each(fault):
        count = "exactly one" if fault.validator == "oneOf" else "at least one"
        given = [key for key in keys if key in fault.instance]
        return f"needs {count} of {_listed(keys)}" + (f", not {' and '.join(given)}" if given else "")
    match fault.validator:
        case "additionalProperties" | "unevaluatedProperties":
            extra = _listed(map(repr, _unknown_keys(fault)))
            return f"{extra} is not known here" + _allowed("; allowed", _listed(_known(fault.schema)) or hint)
        case "required":
            return "is missing " + _listed(repr(key) for key in wanted if key not in fault.instance)
        case "dependentRequired":
            pairs = [(key, need) for key in wanted if key in fault.instance for need in wanted[key]]
            return "; ".join(f"{key!r} needs {need!r}" for key, need in pairs if need not in fault.instance)
        case "enum":
            near = get_close_matches(str(fault.instance), [str(each) for each in wanted], n=1, cutoff=0.75)
            return f"{value} is not one of {_listed(map(str, wanted))}" + (f"; did you mean {near[0]}?" if near else "")
        case "const":
            return f"{value} is not {json.dumps(wanted)}"
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            quotes = "string" in names and isinstance(fault.instance, (bool, int, float))
            forms = " or ".join(_FORMS.get(each, each) for each in names)
            meant = {"yes": "true", "no": "false"}.get(str(fault.instance)) if names == ["boolean"] else None
            return f"{value} is not {forms}" + ("; put it in quotes" if quotes else f"; write {meant}" if meant else "")
        case "minItems" | "minProperties":
            allowed = _listed(_known(fault.schema))
            return f"needs at least {wanted} of {allowed}" if allowed else f"needs at least {wanted} in it"
        case "not" if set(wanted) == {"required"}:
            return f"{_listed(map(repr, wanted['required']))} does not belong here"
        case "minLength":
            return f"{value} is too short: it needs at least {wanted} characters"
        case "minimum":
            return f"{value} is less than {wanted}"
        case "uniqueItems":
            return "names something twice"
        case "pattern" | "format" | "anyOf":
            return f"{value} does not fit" + (_allowed("", hint) or f" {wanted!r}")
        case _:
            return str(fault.message)[:300]


def _known(part: dict[str, Any]) -> list[str]:
    """The keys that a part of a schema names, itself or in what it refers to."""
    known = list(part.get("properties", {}))
    if "$ref" in part:
        name, _, pointer = part["$ref"].removeprefix(BASE).partition("#")
        known += _known(_pointed(schema(name), pointer))
    return known


def _allowed(before: str, words: str | None) -> str:
    return f"{before}: {words}" if words else ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def at(path: Path) -> str:
    """``path`` as people write it: ``scope.territories[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text or "(top)"
