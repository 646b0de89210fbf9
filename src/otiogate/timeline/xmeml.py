"""An FCP 7 XML as its adapter can read it, written again from what was parsed.

The adapter looks for the tracks of a nested sequence beside its ``media``, not in it, and so reads no clip of one. What
stands in the ``media`` of a sequence within a clip is therefore handed to it one level up.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from otiogate.timeline.fcpxml_xml import COMMENT, Element


def for_adapter(root: Element) -> bytes:
    """The document in UTF-8, without its comments. Its elements and texts are those that ``root`` holds."""
    return "".join(_written(root)).encode("utf-8", "surrogatepass")


def _written(root: Element) -> Iterator[str]:
    pending: list[Element | str] = [root]
    nested: set[int] = set()
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
            continue
        if id(each) not in nested:
            yield f"<{each.tag}{''.join(f' {name}={quoteattr(value)}' for name, value in each.attributes.items())}>"
            yield escape(each.text)
            pending.append(f"</{each.tag}>")
        if each.tag in ("clipitem", "generatoritem"):
            sequences = (inner for inner in each.children if inner.tag == "sequence")
            nested |= {id(media) for inner in sequences for media in inner.children if media.tag == "media"}
        pending += (inner for inner in reversed(each.children) if inner.tag != COMMENT)
