"""Plain data as YAML that ``strict`` reads back as it was."""

from __future__ import annotations

from typing import Any

import yaml

from otiogate.documents.strict import DocumentError, parse_yaml


class _Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice: strict reading takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def yaml_text(value: Any) -> str:
    """``value`` as one YAML document, keys in the order that they have. Raises ``ValueError`` for what would be read
    back as something else."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    try:
        [read] = parse_yaml(text)
    except DocumentError as fault:
        raise ValueError(fault.what) from fault
    if read.value != value:
        raise ValueError("it would be read back as something else")
    return text
