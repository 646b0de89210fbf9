"""Adapter that reads and writes CMX 3600 EDLs, and loses nothing of them in silence. It is asked for by name."""

from typing import Any


def read_from_file(filepath: str, **arguments: Any) -> Any:
    """The timeline in ``filepath``. Arguments: ``rate``, in frames a second; ``allow_lost``."""
    from otiogate.host.edl import read_file

    return read_file(filepath, **arguments)


def read_from_string(input_str: str, **arguments: Any) -> Any:
    """The timeline in a text; arguments as for a file."""
    from otiogate.host.edl import read_text

    return read_text(input_str, **arguments)


def write_to_string(input_otio: Any, **arguments: Any) -> str:
    """The EDL of a timeline. Argument: ``rate``, in frames a second."""
    from otiogate.host.edl_write import edl_text

    return edl_text(input_otio, **arguments)
