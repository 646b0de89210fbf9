"""Hook script for ``pre_adapter_write``: stops an export that would let uncleared AI material out."""

from typing import Any


def hook_function(in_timeline: Any, argument_map: Any = None) -> Any:
    """Hands the timeline on, or raises ``otiogate.ExportBlocked``."""
    from otiogate.hooks import export_hook

    return export_hook(in_timeline, argument_map)
