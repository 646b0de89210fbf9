"""The context map: what each timeline of a delivery of many productions is."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from otiogate.config.laws import PROJECT, Layer
from otiogate.config.layers import checked, flat
from otiogate.errors import CannotJudge


@dataclass(frozen=True)
class ContextMap:
    """The lines of one file: patterns of absolute paths, and the layer of configuration that each brings."""

    name: str
    lines: tuple[tuple[tuple[str, ...], Layer], ...]

    def layers(self, path: Path) -> list[Layer]:
        """The layers that hold for the timeline in ``path``: of every line that fits. Raises ``CannotJudge`` where none
        does: what a file is, is not guessed."""
        wanted = _plain(os.path.abspath(path))  # noqa: PTH100 - resolve() would leave the folder in which a link stands
        found = [layer for patterns, layer in self.lines if any(fnmatchcase(wanted, each) for each in patterns)]
        if not found:
            step = "add a line whose 'files' fit it, or scan it without the map"
            raise CannotJudge("no line of the context map fits this timeline", where=self.name, next_step=step)
        return found


def read_map(file: Path) -> ContextMap:
    """The context map in ``file``. Raises ``UsageError`` for one that is broken."""
    document = checked(file, "context_map")
    folder = Path(glob.escape(os.path.abspath(file))).parent  # noqa: PTH100 - as above
    lines = []
    for number, each in enumerate(document.value["lines"]):
        line = document.line(("lines", number))
        layer = Layer(f"{file}:{line}" if line else str(file), PROJECT, flat(each["context"]))
        lines.append((tuple(_plain(os.path.normpath(folder / pattern)) for pattern in each["files"]), layer))
    return ContextMap(str(file), tuple(lines))


def _plain(path: str) -> str:
    return os.path.normcase(path).replace("\\", "/") if os.name == "nt" else path
