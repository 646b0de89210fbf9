"""Adapter that writes and reads through the adapter which the suffix names, and judges what it wrote or is to read.

Unlike a hook it fails closed: asked for by name where otiogate is not installed, it raises.
"""

from typing import Any


def write_to_file(input_otio: Any, filepath: str, **arguments: Any) -> None:
    """Writes ``filepath`` whole and judged, or raises ``otiogate.ExportBlocked`` and leaves nothing."""
    from otiogate.hooks import write_gated

    write_gated(input_otio, filepath, **arguments)


def read_from_file(filepath: str, **arguments: Any) -> Any:
    """The timeline in ``filepath``, judged, or raises ``otiogate.ExportBlocked``."""
    from otiogate.hooks import read_gated

    return read_gated(filepath, **arguments)
