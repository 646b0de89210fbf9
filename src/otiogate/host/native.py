"""What OpenTimelineIO's adapters make of tags written in other formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def native_texts(metadata: Any) -> Iterator[str]:
    """Comments that OpenTimelineIO's EDL reader keeps in metadata and does not understand."""
    block = metadata.get("cmx_3600") if isinstance(metadata, dict) else None
    comments = block.get("comments") if isinstance(block, dict) else None
    for comment in comments if isinstance(comments, list) else ():
        if isinstance(comment, str):
            text = comment.lstrip("* \t")
            yield text
            for prefix in ("COMMENT:", "NOTE:"):
                if text.upper().startswith(prefix):
                    yield text[len(prefix) :].strip()


def native_marker_texts(marker: Mapping[str, Any]) -> Iterator[str]:
    """What the host's EDL reader makes of ``* LOC: <timecode> GENAI ...``: it takes GENAI for the colour."""
    metadata = marker.get("metadata")
    block = metadata.get("cmx_3600") if isinstance(metadata, dict) else None
    colour = block.get("color") if isinstance(block, dict) else None
    if isinstance(colour, str) and colour.lower().startswith("genai"):
        yield f"{colour} {marker.get('name') or ''}".strip()
