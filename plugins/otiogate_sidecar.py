"""Hook script for ``post_adapter_write``: writes the sidecar of an export, for what its format has no place for."""

from typing import Any


def hook_function(in_timeline: Any, argument_map: Any = None) -> Any:
    """Hands the timeline on, or raises ``otiogate.ExportBlocked``."""
    from otiogate.hooks import sidecar_hook

    return sidecar_hook(in_timeline, argument_map)
