"""Adapter that writes the cue sheet of a timeline: every AI use, as CSV. It is asked for by name and reads nothing."""

from typing import Any


def write_to_file(input_otio: Any, filepath: str, **arguments: Any) -> None:
    """Writes ``filepath`` whole, or raises ``otiogate.ExportBlocked`` and leaves nothing."""
    from otiogate.hooks import write_cuesheet

    write_cuesheet(input_otio, filepath, **arguments)


def write_to_string(input_otio: Any, **arguments: Any) -> str:
    """The cue sheet as text."""
    from otiogate.hooks import cuesheet

    return cuesheet(input_otio, **arguments)
