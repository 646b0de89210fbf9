"""What OpenTimelineIO's adapters, and programs that write .otio themselves, make of tags written in other formats.

They keep what they do not understand as text in metadata: ``cmx_3600.comments``, ``fcp_xml.comments.mastercomment1``,
``fcpx.keywords``, ``Resolve_OTIO.Note``. There is no list of such places that would stay true, so every text counts
of which the first word is GENAI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from otiogate.timeline.model import plain_key
from otiogate.timeline.notes import keywords_in, tags_in

# ASCII letters alone, so that a plain search for "genai" finds every node that says it. Blanks of any script, invisible
# marks and the stars of an EDL may stand before it.
_LEAD = re.compile("[\\s*\u200b-\u200f\u2060\ufeff]*")
_WORD = "[Gg][Ee][Nn][Aa][Ii]"
_TAG = re.compile(_WORD + r"(?=[\s:]|\Z)")
_MORE = re.compile(_WORD + r"\+\s*")
_KEYWORD = re.compile(_WORD + "/")
_REMARK = re.compile(r"(?:COMMENT|NOTE)\s*:\s*", re.IGNORECASE | re.ASCII)


def native_texts(metadata: Any) -> list[str]:
    """The texts in ``metadata`` that may be tags, in order, continuations joined to what they continue."""
    found: list[str] = []
    for text in _texts(metadata):
        if "genai" not in text.lower():
            continue  # many times faster than a look at how it begins
        said = _REMARK.sub("", _LEAD.sub("", text, count=1), count=1)
        more = _MORE.match(said)
        if more and found:
            found[-1] = f"{found[-1]} {said[more.end() :]}".rstrip()
        elif more or _TAG.match(said):
            found.append(said)
        elif _KEYWORD.match(said):
            found.append(_KEYWORD.sub("GENAI ", said, count=1))
        elif len(text.splitlines()) > 1:
            found += tags_in(text)
    return found


def _texts(metadata: Any) -> Iterator[str]:
    """Every text in ``metadata``; what stands under a key that means GenAI is left to whoever reads the metadata, and
    the colour of a locator to ``native_marker_texts``."""
    pending: list[tuple[str, Any]] = [("", metadata)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, str):
            if key.endswith(".genai") and value.strip():  # Final Cut's <md key="com.studio.genai">
                yield value if _TAG.match(value) else f"GENAI {value}"
            elif key != "columns" or plain_key(value) not in _LEFT:  # an ALE's list of its columns says nothing
                yield from keywords_in(value) if key == "keywords" else (value,)
        elif isinstance(value, list):
            pending += ((key, item) for item in reversed(value))
        elif isinstance(value, dict):
            inner = [(name.lower(), item) for name, item in value.items() if plain_key(name) not in _LEFT]
            pending += (("keywords" if key == "keywords" else name, item) for name, item in reversed(inner))


_LEFT = ("genai", "genaiid", "color")


def native_marker_texts(marker: Mapping[str, Any]) -> Iterator[str]:
    """What the host's EDL reader makes of a locator: the name of a marker, and of one without a colour, such as
    ``* LOC: <timecode> GENAI ...``, GENAI becomes the colour."""
    metadata = marker.get("metadata")
    block = metadata.get("cmx_3600") if isinstance(metadata, dict) else None
    colour = block.get("color") if isinstance(block, dict) else None
    if isinstance(colour, str):
        name = str(marker.get("name") or "")
        yield f"{colour} {name}".strip() if colour.lower().startswith("genai") else name
