"""``otiogate key``: a new key, and the stanza of one for the trust file."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put
from otiogate.cli.ledger import action
from otiogate.errors import UsageError

if TYPE_CHECKING:
    from otiogate.signing.keys import PublicKey

_VARIABLES = {"password": "OTIOGATE_KEY_PASSWORD", "pin": "OTIOGATE_KEY_PIN"}


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "key",
        help="make a key for signing records, or show its public part",
        description="Makes keys for signing, and prints their public part as the trust file has it.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = action(actions, "new", _new, "make an Ed25519 key, and print its stanza for the trust file")
    new.add_argument("owner", metavar="OWNER", help="opaque id of the person whose key it is, as in records")
    new.add_argument("-o", "--output", required=True, metavar="FILE", help="the private key (PEM), for its owner alone")
    new.add_argument("--encrypt", action="store_true", help="under a password, which is asked for")
    show = action(actions, "show", _show, "print the stanza of a key that there is")
    show.add_argument("key", nargs="?", metavar="URI", help="a PEM file, hsm:ID?label=TOKEN, or another known URI")
    show.add_argument("--public", metavar="FILE", help="its public part (PEM), where it cannot be asked for that")
    show.add_argument("--owner", default="OWNER", metavar="OWNER", help="opaque id of the person whose key it is")


def secret(name: str) -> str:
    """A password or PIN: from the environment, or from whoever sits there. Raises ``UsageError`` where neither is."""
    variable = _VARIABLES.get(name, "")
    if variable and variable in os.environ:
        return os.environ[variable]
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"the key asks for its {name}", next_step=f"set {variable}" if variable else "")
    return getpass.getpass(f"{name.capitalize()} of the key: ")


def _new(arguments: argparse.Namespace) -> int:
    """0: there is a key that was not there."""
    from otiogate.signing.keys import new, write_private

    password = ""
    if arguments.encrypt:
        password = secret("password")
        if not password:
            raise UsageError("the password is empty", next_step="leave --encrypt out, or choose one")
    pem, public = new(password)
    text = stanza(public, arguments.owner)
    write_private(Path(arguments.output), pem)
    put(text)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """0, where the key can be asked, or its public part is given."""
    from otiogate.signing.keys import load, public_from, public_of

    if arguments.key is None and arguments.public is None:
        raise UsageError("no key is named", next_step="name its URI, or its public part with --public")
    if arguments.key is None:
        public = public_from(Path(arguments.public))
    else:
        given = Path(arguments.public) if arguments.public is not None else None
        public = public_of(load(arguments.key, secret, given))
    put(stanza(public, arguments.owner))
    return 0


def stanza(public: PublicKey, owner: str) -> str:
    """What the trust file says of a key; what the key may sign is left to whoever keeps that file. Raises
    ``UsageError`` for an owner who is no opaque id."""
    import re

    from otiogate.documents.emit import yaml_text
    from otiogate.documents.schemas import schema

    if not re.search(schema("common")["$defs"]["person_id"]["pattern"], owner):
        raise UsageError(f"{owner!r} is no owner", next_step=schema("common")["$defs"]["person_id"]["description"])
    said = {"keyid": public.keyid, "scheme": public.scheme, "public": public.public, "owner": owner}
    lines = yaml_text([said]).splitlines()
    lines += ["  kinds: []  # what it may sign: records, such as [approval, waiver]; or [index], or [receipt]"]
    lines += ["  roles: []  # in which roles, such as [studio_contact]", "  productions: []  # or any"]
    return "\n".join(lines) + "\n"
