"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target``, with its suffix.

    It is renamed onto ``target``, or onto the file that a link of that name leads to, if the block ends well, and
    removed if not. The file does not exist yet when the block begins, since some writers refuse to overwrite.
    """
    real = Path(os.path.realpath(target))
    beside = tempfile.TemporaryDirectory(prefix=".otiogate-", dir=real.parent, ignore_cleanup_errors=True)
    with beside as folder:
        temporary = Path(folder) / target.name
        yield temporary
        temporary.replace(real)


def write_text(target: Path, text: str) -> None:
    """Writes ``text`` as UTF-8 to ``target``, as ``write_bytes`` does."""
    write_bytes(target, text.encode("utf-8", "backslashreplace"))


def write_bytes(target: Path, data: bytes) -> None:
    """Writes ``data`` to ``target``, as ``writing`` does."""
    with writing(target) as write:
        write(data)


@contextmanager
def writing(target: Path) -> Iterator[Callable[[bytes], object]]:
    """Gives what writes one piece after another to ``target``: all of them at the end of the block, or none where it
    does not end well; raises ``OSError``. A device or a pipe, which cannot be replaced, is written to as it is."""
    if _is_special(target):
        with target.open("wb") as stream:
            yield stream.write
        return
    with replacing(target) as temporary:
        with temporary.open("wb") as stream:
            yield stream.write
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(OSError):
            temporary.chmod(target.stat().st_mode & 0o777)


def _is_special(target: Path) -> bool:
    """Whether something stands there that is neither a file nor a folder: root could rename a file onto /dev/null."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
