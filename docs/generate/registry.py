"""The page of the contract with a registry: its operations, and the whole of it."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from generate.words import code
from otiogate.documents.schemas import CONTRACT, contract


def page() -> str:
    """The page."""
    whole = contract()
    lines = ["# The contract with a registry", "", whole["info"]["description"], "## Operations", ""]
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            lines += [f"{code(f'{method.upper()} {path}')}\n:   {_told(operation)}\n"]
    text = (files("otiogate.schemas") / f"{CONTRACT}.yaml").read_text(encoding="utf-8")
    lines += [
        "## The whole",
        "",
        f"As `schemas/{CONTRACT}.yaml` has it (OpenAPI 3.1).",
        "",
        "```yaml",
        text.rstrip(),
        "```",
        "",
    ]
    return "\n".join(lines)


def _told(operation: dict[str, Any]) -> str:
    told = " ".join(str(operation.get("description", "")).split())
    return f"{operation['summary']} {told}".rstrip()
