"""The digest of a cut: of what it shows and when, and not of what is said about it.

A timeline that is saved again, tagged or coloured keeps its cut; one in which something is moved, trimmed, switched
off, retimed, relinked or given another effect does not. The digests of two formats never agree: each is of what its
own format has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.timeline.edl_lines import is_marker, named_in
from otiogate.timeline.model import Snapshot

_DOMAIN = "otiogate/cut/v1"
_SAID = frozenset({"metadata", "markers", "color", "OTIO_SCHEMA"})
"""Keys of an OTIO object that say something about it. The schema's version is the host's; its name is kept."""

_ABOUT = re.compile(r"TITLE\s*:", re.IGNORECASE)


def cut_digest(snapshot: Snapshot) -> str:
    """``sha256:<hex>`` of the cut in ``snapshot``."""
    if snapshot.origin.format == "edl":
        return _digest(list(_edl(snapshot.text)))
    try:
        whole = json.loads(snapshot.text)
    except ValueError:  # another format, or OTIO objects one after another
        return _digest(list(_uses(snapshot)))
    reels = [key.text for key in sorted(snapshot.keys(), key=lambda key: key.node) if key.field == "reel"]
    return _digest([_bare(whole), reels])


def _digest(value: Any) -> str:
    text = json.dumps([_DOMAIN, value], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii"))


def _edl(text: bytes) -> Iterator[str]:
    """The lines that are events or name media, each with single blanks."""
    naming = {item.offset for item in named_in(text)}
    offset = 0
    for row in text.split(b"\n"):
        line = " ".join(row.decode("utf-8", "surrogateescape").split())
        about = line.startswith("*") or is_marker(line) or _ABOUT.match(line)
        if line and (offset in naming or not about):
            yield line
        offset += len(row) + 1


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _bare(item) for key, item in value.items() if key not in _SAID}
        schema = value.get("OTIO_SCHEMA")
        return {"": schema.partition(".")[0], **kept} if isinstance(schema, str) else kept
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _uses(snapshot: Snapshot) -> Iterator[list[Any]]:
    """Every use of media: what it shows, and when."""
    for node, is_use in enumerate(snapshot.is_use):
        use = snapshot.subject(node).use if is_use else None
        if use is not None:
            spans = [each and str(each) for each in (use.record, use.source, use.visible_source)]
            yield [use.kind, use.track, use.name, use.visible, spans, use.media.references, use.media.reels]
