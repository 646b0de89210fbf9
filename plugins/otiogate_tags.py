"""Hook script for ``post_adapter_read``: puts tags from format-native places into ``metadata["genai"]``."""

from typing import Any


def hook_function(in_timeline: Any, argument_map: Any = None) -> Any:
    """Hands the timeline on, annotated."""
    from otiogate.hooks import tags_hook

    return tags_hook(in_timeline, argument_map)
