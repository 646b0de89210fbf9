"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target``, with its suffix.

    It is renamed onto ``target`` if the block ends well, and removed if not. The file does not exist yet when
    the block begins, since some writers refuse to overwrite.
    """
    beside = tempfile.TemporaryDirectory(prefix=".otiogate-", dir=target.parent, ignore_cleanup_errors=True)
    with beside as folder:
        temporary = Path(folder) / target.name
        yield temporary
        temporary.replace(target)


def write_text(target: Path, text: str) -> None:
    """Writes ``text`` as UTF-8 to ``target``, whole or not at all; raises ``OSError``."""
    with replacing(target) as temporary:
        data = text.encode("utf-8", "backslashreplace")
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(OSError):
            temporary.chmod(target.stat().st_mode & 0o777)
