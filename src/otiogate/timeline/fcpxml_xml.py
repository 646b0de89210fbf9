"""The elements of an FCPXML document, each with its line: XML that declares nothing of its own, and fetches nothing.

What an entity or a default attribute would make of a document is told by its declarations, and two readers may differ
about those. A document that brings declarations is refused, and so nothing in it can grow or be swapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from otiogate.errors import ReadError

MOST_BYTES = 256 * 1024**2
MOST_ELEMENTS = 2_000_000
DEEPEST = 100
"""No cutting room writes a larger file, with more elements, or nests them deeper."""

_AGAIN = "export it again, or ask who delivered it"

CLIPS = frozenset(
    {"asset-clip", "audio", "clip", "live-drawing", "mc-clip", "ref-clip", "sync-clip", "title", "video", "gap"}
)
"""What may stand in a storyline, and have something connected to it."""

STORY = CLIPS | {"audition", "caption", "mc-angle", "multicam", "sequence", "spine", "transition"}
HOLDERS = frozenset({"fcpxml", "library", "event", "project", "resources"})
RESOURCES = frozenset({"asset", "effect", "media"})
"""What speaks for itself, wherever it stands."""

COLLECTIONS = frozenset({"collection-folder", "keyword-collection", "smart-collection"})
"""Bins and searches of the browser, which are about the library, not about a clip."""

COMMENT = "#comment"
"""What stands for a comment, which belongs to the element that it is in; one beside the outermost belongs to that."""

NO_WORDS = frozenset({"bookmark", "data"})
"""Elements whose text is data of a machine."""


@dataclass(eq=False, slots=True)
class Element:
    """One element. ``text`` is what stands directly in it, without the text of its children."""

    tag: str
    attributes: dict[str, str]
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it, blanks around it left out."""
        return "".join(self.pieces).strip()

    @property
    def name(self) -> str:
        """What people call it."""
        return self.attributes.get("name", "")

    def first(self, *tags: str) -> Element | None:
        """Its first child with one of ``tags``."""
        return next((each for each in self.children if each.tag in tags), None)

    def every(self) -> Iterator[Element]:
        """It and all below it, in document order."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(reversed(element.children))


def own(element: Element) -> Iterator[Element]:
    """The elements that belong to ``element``, in document order; not those that speak for themselves."""
    apart = STORY | HOLDERS | RESOURCES | (COLLECTIONS if element.tag in HOLDERS else frozenset())
    pending = list(reversed(element.children))
    while pending:
        each = pending.pop()
        if each.tag not in apart:
            yield each
            pending.extend(reversed(each.children))


def parse(data: bytes, where: str) -> Element:
    """The outermost element of ``data``, in any encoding that XML allows. Raises ``ReadError``, with the line."""
    if len(data) > MOST_BYTES:
        raise ReadError(f"is larger than {MOST_BYTES} bytes", where=where, next_step=_AGAIN)
    builder = _Builder(where)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as fault:
        what = f"is no XML that can be read: {expat.ErrorString(fault.code)}"
        raise ReadError(what, where=f"{where}:{fault.lineno}", next_step=_AGAIN) from fault
    except (ValueError, LookupError) as fault:  # what a decoder raises for an encoding that it does not know
        raise ReadError(f"is no XML that can be read: {fault}", where=where, next_step=_AGAIN) from fault
    finally:
        del builder.parser  # the two hold each other, and what was read
    beside = [each for each in builder.outermost.children if each.tag == COMMENT]
    root = next(each for each in builder.outermost.children if each.tag != COMMENT)
    root.children[:0] = beside
    return root


class _Builder:
    def __init__(self, where: str) -> None:
        self.outermost = Element("", {}, 0)
        self._open = [self.outermost]
        self._where = where
        self._count = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise self._refusal(f"nested more than {DEEPEST} deep")
        self._open.append(self._add(tag, attributes))

    def _add(self, tag: str, attributes: dict[str, str]) -> Element:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise self._refusal(f"holds more than {MOST_ELEMENTS} elements")
        element = Element(tag, attributes, self.parser.CurrentLineNumber)
        self._open[-1].children.append(element)
        return element

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _comment(self, text: str) -> None:
        self._add(COMMENT, {}).pieces.append(text)

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_declarations: int) -> None:
        if has_declarations:
            raise self._refusal(
                "declares entities or attributes of its own, which a document may use to mean two things"
            )

    def _entity(self, name: str, *_rest: object) -> None:
        raise self._refusal(f"declares the entity {name[:80]!r}")

    def _skipped(self, name: str, _is_parameter: bool) -> None:
        raise self._refusal(f"uses the entity {name[:80]!r}, which stands in another file")

    def _refusal(self, what: str) -> ReadError:
        return ReadError(what, where=f"{self._where}:{self.parser.CurrentLineNumber}", next_step=_AGAIN)
