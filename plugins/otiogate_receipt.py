"""Hook script for ``post_adapter_write``: writes the receipt of an export that is allowed, where that is asked."""

from typing import Any


def hook_function(in_timeline: Any, argument_map: Any = None) -> Any:
    """Hands the timeline on, or raises ``otiogate.ExportBlocked``."""
    from otiogate.hooks import receipt_hook

    return receipt_hook(in_timeline, argument_map)
