"""``otiogate schema``: prints a JSON Schema."""

from __future__ import annotations

import argparse
from typing import Any

from otiogate.cli.console import put


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "schema",
        help="print the schema of a record, a configuration or a report",
        description="Prints a JSON Schema (2020-12); without a name, the names there are.",
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="such as disclosure, consent, approval, config, policy, report"
    )
    parser.add_argument("--form", action="store_true", help="as YAML to be filled in, with what each field means")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the schema, or the names."""
    import json

    from otiogate.documents.form import form
    from otiogate.documents.schemas import schema, schema_names

    if arguments.form and arguments.name is not None:
        put(form(arguments.name))
    elif arguments.name is None:
        put("\n".join(schema_names()) + "\n")
    else:
        put(json.dumps(schema(arguments.name), indent=2, ensure_ascii=False) + "\n")
    return 0
