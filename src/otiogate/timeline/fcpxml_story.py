"""From the elements of an FCPXML to the nodes of a snapshot: what stands where in its cuts, and what does not.

Storylines hold clips one after another, clips hold what is connected to them, and compound and multicam clips show what
stands among the resources: that is taken in their place, as far as a use of them reaches it. What no cut reaches - an
angle that nobody chose, the rest of a compound clip, the clips of a browser beside a project - is a use too, once and
not visible, so that a tag on it is not lost. A file without any project delivers its clips, which are then visible.

What is connected to a clip is not in it: a tag on the one says nothing of the other. What stands in a ``clip`` or
``sync-clip`` is, and so is what is connected to a gap, which has nothing else to say anything about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from otiogate.timeline.fcpxml_lines import CLIPPED, Extents, Item, item_of, laid_out
from otiogate.timeline.fcpxml_media import BOTH, Resources, contents_of, enabled_parts, parts_of, reels_of
from otiogate.timeline.fcpxml_nodes import (
    Around,
    Node,
    called,
    in_line,
    is_enabled,
    lane_of,
    names_of,
    plus,
    under,
)
from otiogate.timeline.fcpxml_time import told
from otiogate.timeline.fcpxml_xml import COLLECTIONS, COMMENT, HOLDERS, RESOURCES, STORY, Element
from otiogate.timeline.model import Problem

MOST_NODES = 250_000
MOST_LOOKS = 2_000_000
DEEPEST_COMPOUND = 40
"""Compound clips in compound clips can stand for more than any machine could read; what is beyond these is lost."""

_ZERO = Fraction(0)
_LEAVES = frozenset({"asset-clip", "audio", "video", "title", "live-drawing"})
_RESOURCES = {
    "asset-clip": ("asset",),
    "audio": ("asset", "effect"),
    "video": ("asset", "effect"),
    "title": ("effect",),
    "ref-clip": ("media",),
    "mc-clip": ("media",),
}
"""What each kind of story element refers to."""

_MAY_REFER = {"clip": ("asset",), "sync-clip": ("asset",)}
"""Those that refer to nothing in what Final Cut Pro writes, and to their media in what scripts write."""

_OWN = frozenset(
    [
        COMMENT,
        *("audio-aux-source", "audio-channel-source", "audio-role-source", "audio-source", "bookmark", "conform-rate"),
        *("info-asc-cdl", "keyword", "marker", "mc-source", "metadata", "mute", "note", "object-tracker", "param"),
        *("rating", "reserved", "sync-source", "text", "text-style-def", "timeMap"),
    ]
)


@dataclass(eq=False)
class _Task:
    item: Item
    around: Around


class Story:
    """The nodes of one document, in the order in which they are met, and what could not be read."""

    def __init__(self, root: Element, resources: Resources) -> None:
        self.nodes: list[Node] = []
        self.problems: list[Problem] = list(resources.problems)
        self._resources = resources
        self._met: set[int] = set()
        self._extents = Extents(resources)
        self._taken: Counter[tuple[str, int]] = Counter()
        self._is_full = False
        held = [each.tag for holder in root.every() if holder.tag in HOLDERS for each in holder.children]
        self._has_project = "sequence" in held
        self._has_clips = any(tag in CLIPPED for tag in held)
        self._read(root, Around())
        left = [each for holder in root.every() if holder.tag == "resources" for each in holder.children]
        for media in sorted(left, key=lambda each: each.tag != "media"):  # which may show assets
            if media.tag in RESOURCES and not self._is_met(media):
                delivered = not (self._has_project or self._has_clips)
                self._read(media, Around(0, "resources", shift=None, enabled=delivered, rest=True))
        for element in root.every():
            if element.tag in STORY | HOLDERS | RESOURCES and id(element) not in self._met:
                self._lose(element, f"{called(element)} stands where none is expected, and was not read")

    def _is_met(self, resource: Element) -> bool:
        """Whether some cut refers to ``resource`` and reaches all that is in it."""
        contents = contents_of(resource)
        inside = [each for each in contents.every() if each.tag in STORY] if contents is not None else []
        return id(resource) in self._met and all(id(each) in self._met for each in inside)

    def _read(self, element: Element, around: Around) -> None:
        pending = [_Task(Item(element), around)]
        while pending:
            task = pending.pop()
            self._met.add(id(task.item.element))
            pending.extend(reversed(list(self._take(task.item, task.around))))

    def _take(self, item: Item, around: Around) -> Iterator[_Task]:
        """Makes the node of ``item``; gives what is in it."""
        tag = item.element.tag
        if tag in HOLDERS:
            return self._holder(item, around)
        if tag in RESOURCES:
            return self._left_in(item, around)
        if tag == "sequence":
            return self._sequence(item, around)
        if tag in ("spine", "mc-angle"):
            return self._line(item, around)
        if tag == "audition":
            return self._audition(item, around)
        if tag in ("transition", "caption"):
            return self._remark(item, around)
        return self._clip(item, around)

    def _add(self, node: Node) -> int:
        node.item.node = len(self.nodes)
        self.nodes.append(node)
        return node.item.node

    def _address(self, item: Item, around: Around) -> str:
        """The way down to a clip, for people. Where several of one name stand in one line, they are counted."""
        address = under(around.address, called(item.element))
        before = self._taken[address, item.element.line]
        self._taken[address, item.element.line] += 1
        return f"{address} ({before + 1})" if before else address

    def _holder(self, item: Item, around: Around) -> Iterator[_Task]:
        element = item.element
        address = around.address
        if element.tag in ("event", "project") and element.name:
            address = under(address if element.tag == "project" else "", f"{element.tag} {element.name!r}")
        inner = replace(around, node=self._add(Node(item, around, address or element.tag)), address=address)
        beside = replace(inner, enabled=not self._has_project, rest=self._has_project)
        for child in element.children if element.tag != "resources" else ():
            if child.tag in HOLDERS or child.tag == "sequence":
                yield _Task(Item(child), inner)
            elif child.tag in CLIPPED:
                yield _Task(Item(child, _ZERO), beside)
            elif _is_own(child):
                self._misplaced(child, element)
            elif child.tag not in COLLECTIONS | STORY | {"import-options"}:
                self._lose(child, f"an unknown element in {called(element)}: {child.tag[:80]!r}")

    def _left_in(self, item: Item, around: Around) -> Iterator[_Task]:
        """What no cut has met of a resource. Where it would stand in a cut is not known. An asset of a file that has
        nothing else is what it delivers."""
        element = item.element
        contents = contents_of(element)
        address = under(around.address, called(element))
        is_use = around.enabled and element.tag == "asset"
        parts = parts_of(element, element)
        node = self._add(Node(item, around, address, is_use, around.enabled, held=contents, parts=parts))
        if contents is not None:
            inner = replace(around, node=node, address=address, names=names_of(element))
            yield from self._lines(contents, inner, {})

    def _sequence(self, item: Item, around: Around) -> Iterator[_Task]:
        element = item.element
        clock = self._resources.clock_of(element)
        if clock is None:
            what = "the sequence does not tell its frame rate, so that no record times are known"
            self.problems.append(Problem("odd", what, f"line {element.line}"))
        node = self._add(Node(item, around, around.address or "sequence"))
        yield from self._lines(element, replace(around, node=node, clock=clock), {})

    def _lines(self, contents: Element, around: Around, angles: dict[str, frozenset[str]]) -> Iterator[_Task]:
        """The storylines of a sequence, or those of a multicam's that are among ``angles``; all of them if it is
        empty."""
        self._met.add(id(contents))
        self._check(contents, frozenset({"spine", "mc-angle"}))
        origin = told(contents, "tcStart") or _ZERO
        for line in (each for each in contents.children if each.tag in ("spine", "mc-angle")):
            parts = angles.get(line.attributes.get("angleID", ""), frozenset()) if angles else BOTH
            if parts:
                yield _Task(Item(line, _ZERO, origin=origin), replace(around, parts=around.parts & parts))

    def _line(self, item: Item, around: Around) -> Iterator[_Task]:
        element = item.element
        for child in element.children:
            if _is_own(child):
                self._misplaced(child, element)
            elif child.tag not in CLIPPED and child.tag not in ("transition", "caption"):
                self._lose(child, f"an unknown element in {called(element)}: {child.tag[:80]!r}")
        node = self._add(Node(item, around, around.address))
        lane = around.lane or lane_of(element)
        inner = replace(around, node=node, lane=lane, shift=plus(around.shift, item.begin))
        for each in laid_out(element, item.origin, self._extents):
            if self._is_reached(each, inner):
                yield _Task(each, inner)

    def _is_reached(self, item: Item, around: Around) -> bool:
        """Whether a compound clip around ``item`` shows some of it; or in the rest, whether no cut has."""
        if around.rest:
            return id(item.element) not in self._met
        if not around.compounds:
            return True
        if self._extents.looks > MOST_LOOKS:
            self._fill()
        return self._extents.meets(item, around.shift, around.window)

    def _audition(self, item: Item, around: Around) -> Iterator[_Task]:
        """The first clip in an audition is the one that is shown."""
        address = self._address(item, around)
        lane = around.lane or lane_of(item.element)
        node = self._add(Node(item, around, address))
        inner = replace(around, node=node, address=in_line(address, item.element), lane=lane)
        self._check(item.element, CLIPPED)
        clips = [each for each in item.element.children if each.tag in CLIPPED]
        for number, clip in enumerate(clips):
            shown = inner if number == 0 else replace(inner, enabled=False)
            yield _Task(replace(item, element=clip, node=-1), shown)

    def _remark(self, item: Item, around: Around) -> Iterator[_Task]:
        """A transition or a caption: no media, but it may say something."""
        self._check(item.element, frozenset())
        address = self._address(item, around)
        node = self._placed(Node(item, around, address, enabled=around.enabled and is_enabled(item.element)))
        self._add(node)
        return iter(())

    def _placed(self, node: Node) -> Node:
        """``node`` with its times, as far as they are told."""
        element = node.item.element
        node.local = self._extents.local(element)
        node.shift = plus(plus(node.around.shift, node.item.begin), -self._extents.start(element))
        if node.local is not None and node.shift is not None:
            node.whole = node.local.moved(node.shift)
        return node

    def _clip(self, item: Item, around: Around) -> Iterator[_Task]:
        element, tag = item.element, item.element.tag
        self._check(element, CLIPPED | {"caption", "spine"})
        resource = self._resource(element)
        address = self._address(item, around)
        node = self._placed(Node(item, around, address, tag in _LEAVES, resource=resource))
        node.enabled = around.enabled and is_enabled(element)
        node.parts = parts_of(element, resource) & around.parts
        self._add(node)
        others = [each for each in element.children if each.tag in CLIPPED or each.tag in ("caption", "spine")]
        if tag in ("ref-clip", "mc-clip"):
            shown = list(self._in_place(node, _within(node)))
            node.is_use = not shown
            yield from shown
        elif tag in ("clip", "sync-clip"):
            inside = [each for each in others if tag == "sync-clip" or not lane_of(each)]
            others = [each for each in others if tag == "clip" and lane_of(each)]
            node.is_use = resource is not None or not any(each.tag in CLIPPED or each.tag == "spine" for each in inside)
            inner = _within(node)
            if not self._extents.any_meets(inside, inner.shift, inner.window):
                inner = replace(inner, shift=None)
            for each in map(item_of, inside):
                yield _Task(each, _if_connected(each, node, inner) if lane_of(each.element) else inner)
        if others:
            beside = _beside(node)
            yield from (_Task(item_of(each), beside) for each in others)

    def _in_place(self, node: Node, around: Around) -> Iterator[_Task]:
        """What a compound or multicam clip shows, in its place. In the rest it stands for itself."""
        element, media = node.item.element, node.resource
        contents = contents_of(media)
        if media is None:
            return
        if contents is None:
            self._lose(element, f"{called(element)} shows media that the file only mentions, {media.name[:80]!r}")
            return
        node.held = contents
        angles = self._angles(element, contents)
        known = media.attributes.get("id", "")
        if len(self.nodes) > MOST_NODES:
            self._fill()
        elif known in around.compounds:
            self._lose(element, f"{called(element)} holds itself")
            return
        elif len(around.compounds) == DEEPEST_COMPOUND:
            self._lose(element, f"compound clips nested more than {DEEPEST_COMPOUND} deep")
            return
        if around.rest or self._is_full:
            return
        inner = replace(around, compounds=(*around.compounds, known))
        origin = told(contents, "tcStart") or _ZERO
        lines = [each for each in contents.children if each.tag in ("spine", "mc-angle")]
        inside = [each for line in lines for each in laid_out(line, origin, self._extents)]
        if inside and not any(self._is_reached(each, inner) for each in inside):
            what = f"{called(element)} begins outside of what it holds: all of that is taken to be shown"
            self.problems.append(Problem("odd", what, f"line {element.line}"))
            inner = replace(inner, shift=None)
        if inside:
            yield from self._lines(contents, inner, angles)

    def _angles(self, element: Element, contents: Element) -> dict[str, frozenset[str]]:
        """Which parts of which angles a multicam clip shows; nothing where it does not tell, and may show any."""
        there = {each.attributes.get("angleID", "") for each in contents.children if each.tag == "mc-angle"}
        found: dict[str, frozenset[str]] = {}
        for source in (each for each in element.children if each.tag == "mc-source"):
            angle = source.attributes.get("angleID", "")
            if angle not in there:
                what = f"the angle {angle[:80]!r} is none of its multicam clip: all of them are taken to be shown"
                self.problems.append(Problem("odd", what, f"line {source.line}"))
                return {}
            found[angle] = found.get(angle, frozenset()) | enabled_parts(source)
        return found

    def _resource(self, element: Element) -> Element | None:
        wanted = _RESOURCES.get(element.tag, ())
        if "ref" in element.attributes:
            wanted = wanted or _MAY_REFER.get(element.tag, ())
        found = self._resources.of(element, *wanted)
        if found is not None:
            self._met.add(id(found))
        elif wanted:
            ref = element.attributes.get("ref", "")
            what = f"{called(element)} refers to {ref[:80]!r}, which is no {' or '.join(wanted)} of this file"
            where = f"line {element.line}"
            self.problems.append(Problem("odd" if element.tag == "title" else "lost", what, where))
        return found

    def _check(self, element: Element, others: Iterable[str]) -> None:
        """Every child is known; one that is not may be anything."""
        for child in element.children:
            if not (_is_own(child) or child.tag in others or child.tag in STORY):
                self._lose(child, f"an unknown element in {called(element)}: {child.tag[:80]!r}")

    def _misplaced(self, child: Element, element: Element) -> None:
        """What speaks for what it stands in, though Final Cut Pro would not have it there: all of that is meant."""
        if child.tag != COMMENT:
            what = f"{called(child)} stands in {called(element)}, where none is expected"
            self.problems.append(Problem("odd", what, f"line {child.line}"))

    def _fill(self) -> None:
        if not self._is_full:
            self._is_full = True
            what = f"its compound clips stand for more than {MOST_NODES} clips, and not all of them were read"
            self.problems.append(Problem("lost", what))

    def _lose(self, element: Element, what: str) -> None:
        self._met.add(id(element))
        self.problems.append(Problem("lost", what, f"line {element.line}"))


def _is_own(element: Element) -> bool:
    """Whether ``element`` says something of what it stands in."""
    tag = element.tag
    return tag in _OWN or tag.endswith("-marker") or tag.startswith(("adjust-", "filter-"))


def _within(node: Node) -> Around:
    """What holds for what the clip ``node`` contains."""
    element, around = node.item.element, node.around
    return replace(
        around,
        node=node.item.node,
        address=in_line(node.address, element),
        shift=None if node.is_retimed or node.is_conformed else node.shift,
        window=node.window,
        enabled=node.enabled and not node.is_trimmed_out,
        parts=node.parts,
        lane=node.lane,
        called=element.name if element.tag == "clip" else "",
        names=tuple(dict.fromkeys((*names_of(element), *names_of(node.resource), *around.names))),
        reels=reels_of(element) or around.reels,
    )


def _beside(node: Node) -> Around:
    """What holds for what is connected to the clip ``node``.

    Where a conformed clip has what is connected to it is not quite told, which must not decide what is seen.
    """
    around = node.around
    known = around.window is None or not node.is_conformed
    is_gap = node.item.element.tag == "gap"
    return replace(around, shift=node.shift if known else None, node=node.item.node if is_gap else around.node)


def _if_connected(item: Item, node: Node, inner: Around) -> Around:
    """What holds for a child of the synchronised clip ``node`` in a lane: it may be one of the synchronised, or be
    connected to them. Where it begins in the clip it is taken to be shown as if it were connected, whatever becomes of
    the clip; one of the synchronised would be trimmed to it."""
    around, begin = node.around, plus(node.shift, item.begin)
    if node.whole is None or begin is None or inner.shift is None:
        return replace(inner, enabled=around.enabled, parts=around.parts)
    if node.whole.begin <= begin < node.whole.end:
        return replace(inner, enabled=around.enabled, parts=around.parts, window=around.window)
    return inner
