"""``otiogate init``: a configuration and a folder of records to begin with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from otiogate.cli.console import put

_CONFIG = """\
# otiogate: what is delivered here, and which records answer for it. See 'otiogate schema config'.
format: 1

# What records are held against. A record that is limited on something not stated here does not count.
production: {production}
# season: "1"
# episode: "101"
deliverable:
  type: episode
  # medium: streaming
  # territories: [worldwide]
  # languages: [en]
# release_date: 2027-03-01Z

# temp or final. A final delivery is stopped by everything that a temp one is only warned about.
stage: final

# Rule packs; core is always active.
packs: [netflix, sag_aftra, cue_sheet]

# Folders with disclosures, consents, clearances and approvals, from this file. Keep them where editors cannot write.
records: [records]
"""

_README = """\
# Records

One YAML or JSON file a record, or a list of records in a file. Every record has `record`, `schema_version: 1` and an
`id`. `otiogate schema disclosure` (consent, clearance, approval, ...) tells the fields, and shows an example.

Records are taken as they stand, unsigned: whoever can write this folder can clear a clip. Give that right to the people
who may.
"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "init",
        help="begin: a configuration and a folder of records",
        description="Writes otiogate.yaml and records/ into a folder. What is there already is left alone.",
    )
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the working directory")
    parser.add_argument("--production", default="", metavar="NAME", help="as it stands in the records")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes what is missing."""
    from otiogate.config.layers import PROJECT_FILE
    from otiogate.documents.write import write_text
    from otiogate.errors import UsageError

    folder = Path(arguments.folder)
    if arguments.production and not _fits(arguments.production):
        raise UsageError(f"--production {arguments.production!r} is not one line of text")
    if folder.exists() and not folder.is_dir():
        raise UsageError("is no folder", where=arguments.folder, next_step="name the folder of the project")
    name = folder.resolve().name
    production = arguments.production or (name if _fits(name) else "UNTITLED")
    wanted = {folder / PROJECT_FILE: _config(production), folder / "records" / "README.md": _README}
    try:
        for path, text in wanted.items():
            if path.exists():
                put(f"kept   {path}\n")
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
            put(f"wrote  {path}\n")
    except OSError as fault:
        where, step = str(fault.filename or folder), "name a folder in which you may write"
        raise UsageError(f"cannot be written: {fault.strerror}", where=where, next_step=step) from fault
    put("Next: say in otiogate.yaml what is delivered, then 'otiogate scan TIMELINE' and 'otiogate doctor'.\n")
    return 0


def _config(production: str) -> str:
    escaped = production.replace("\\", "\\\\").replace('"', '\\"')
    return _CONFIG.format(production=f'"{escaped}"')


def _fits(production: str) -> bool:
    """Whether a configuration with this production is one, and says so."""
    from otiogate.documents.schemas import faults
    from otiogate.documents.strict import DocumentError, parse_yaml

    try:
        [document] = parse_yaml(_config(production))
    except DocumentError:
        return False
    return not faults("config", document.value) and document.value["production"] == production
