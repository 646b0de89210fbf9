"""``otiogate media``: the digests by which records are bound to media."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say_fault
from otiogate.errors import CannotJudge, ReadError

if TYPE_CHECKING:
    from otiogate.evidence.digests import Target

_AT_ONCE = 2
"""Files at one time; a sequence reads several of its frames besides."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "media",
        help="digests of media files and image sequences",
        description="The digests by which records are bound to the content of media.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    digest = actions.add_parser(
        "digest",
        help="print the digest of each file",
        description="Reads each file to its end and prints its digest: sha256 of its content, as sha256sum does; of an "
        "image sequence, named 'shot.####.exr', 'shot.%%04d.exr' or 'shot.[1001-1100].exr', one over all its frames. "
        "Where the facility has a 'state' file, what did not change since it was read is not read again.",
    )
    digest.add_argument("files", nargs="+", metavar="FILE", help="a media file, or an image sequence")
    digest.add_argument("--yaml", action="store_true", help="as the 'media' of a disclosure")
    digest.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: every digest was printed. 3: there is none of some file."""
    from otiogate.config.layers import settings
    from otiogate.signing.memory import Memory

    code = 0
    for name, made in _digests(arguments.files, Memory(settings().state)):
        try:
            target, digest = made()
        except ReadError as fault:
            say_fault(fault)
            code = CannotJudge.exit_code
        else:
            put(_yaml(target, digest) if arguments.yaml else _line(name, target, digest))
    return code


_Made = Callable[[], "tuple[Target, str]"]


def _digests(names: list[str], memory: Any) -> Iterator[tuple[str, _Made]]:
    """Each name, in order, with what gives its media and digest, or raises; an interrupt ends all reading."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from otiogate.evidence.facts import digest_of
    from otiogate.evidence.locating import target_at

    stop = threading.Event()

    def made(name: str) -> tuple[Target, str]:
        target = target_at(Path(name))
        return target, digest_of(target, memory, stop=stop)

    with ThreadPoolExecutor(min(_AT_ONCE, len(names))) as readers:
        try:
            for name, future in [(name, readers.submit(made, name)) for name in names]:
                yield name, future.result
        except BaseException:
            stop.set()
            readers.shutdown(cancel_futures=True)
            raise


def _line(name: str, target: Target, digest: str) -> str:
    from otiogate.report.base import safe

    return f"{digest}  {safe(name, 2000)}{f'  frames {target.range}' if target.frames else ''}\n"


def _yaml(target: Target, digest: str) -> str:
    from otiogate.documents.emit import yaml_text

    frames = f"# frames {target.range}\n" if target.frames else ""
    return frames + yaml_text({"media": {"sha256": digest, "reference": target.path.name}})
