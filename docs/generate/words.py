"""Lists and values as Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def code(value: object) -> str:
    """``value`` as it is written in a file."""
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else "nothing"


def any_of(values: Iterable[object], last: str = "or") -> str:
    """``a, b or c``, each as it is written in a file."""
    *first, end = [code(each) for each in values]
    return f"{', '.join(first)} {last} {end}" if first else end


def all_of(values: Iterable[object]) -> str:
    """``a, b and c``."""
    return any_of(values, "and")


def indented(text: str, depth: int = 1) -> str:
    """``text`` inside a list item or a definition: four spaces a level."""
    return "\n".join(f"{'    ' * depth}{line}" if line else "" for line in text.split("\n"))
