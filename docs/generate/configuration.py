"""The page of configuration: each key, and the law by which layers combine."""

from __future__ import annotations

from collections.abc import Iterator

from generate.schemas import described
from otiogate.config import laws
from otiogate.config.laws import LAWS, Law
from otiogate.documents.schemas import schema

_BEGIN = """\
# Configuration

`otiogate.yaml` of a project, and the facility's file. Both have the same form: the [schema](schemas/config.md) has
examples.

## Layers

From the weakest to the strongest: built-in, facility, project, command line.

- The facility's file is `/etc/otiogate/facility.yaml`, on macOS `/Library/Application Support/otiogate/facility.yaml`,
  on Windows `%PROGRAMDATA%\\otiogate\\facility.yaml`. It always loads. The variable `OTIOGATE_FACILITY` names one more;
  where the machine has a file of its own, the one that is named adds to it and does not speak for the facility.
- A project's file is the nearest `otiogate.yaml` at or above the timeline, at or above the target of an export, and at
  or above the working directory. All that are found apply. `--config FILE` is read in their place.
- How two layers combine is said by the *law* of the key:
"""

_LAWS = {
    "agreed": (
        "strongest layer",
        "One value: the strongest layer's. Two files of the same rank that differ leave no verdict: could not judge.",
    ),
    "union": ("union", "All that any layer names."),
    "strictest": ("strictest", "The strictest that any layer sets."),
    "strictest_of_each": ("strictest of each", "The strictest for each rule."),
    "largest": ("largest", "The largest number that any layer sets."),
    "facility_only": ("facility only", "An error in a project's file."),
    "facility_or_command": (
        "facility or command line",
        "The command line's, or else the facility's; an error in a project's file. A cache that the command line names "
        "marks the report as advisory, and so do folders of media where the facility names some.",
    ),
    "facility_first": (
        "facility first",
        "The facility's, where it sets it, and then no project may; else the project's. The command line may look "
        "elsewhere, which marks the report as advisory.",
    ),
}
"""Name of a law in ``otiogate.config.laws`` -> what people call it, and what it does."""


def page() -> str:
    """The page of all keys."""
    lines = [_BEGIN]
    lines += [f"{name.capitalize()}\n:   {text}\n" for name, text in _LAWS.values()]
    lines += ["## Keys", "", "`format`, always 1, is the only one that has to be there.", ""]
    for key in LAWS:
        lines += _key(key)
    return "\n".join(lines)


def _key(key: str) -> Iterator[str]:
    part = schema("config")
    for step in key.split("."):
        part = part["properties"][step]
    yield f"### {key} {{ #{key.replace('.', '-')} }}\n"
    yield f"{described(part)}\n"
    yield f"Law: {law_of(LAWS[key])}.\n"


def law_of(law: Law) -> str:
    """What people call ``law``."""
    for name, (called, _) in _LAWS.items():
        known = getattr(laws, name)
        # Some laws are made by a call that is told the order: those are known by the function that made them.
        if law is known or law.__qualname__.startswith(f"{name}."):
            return called
    raise ValueError(f"docs/generate/configuration.py has no words for the law {law.__qualname__}")
