"""What is said of the clips in the browser of Final Cut Pro, where people tag, and of which uses in the projects of the
document: those of the same asset, or compound or multicam media, as far as a range that is marked reaches them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from otiogate.timeline.fcpxml_nodes import Node, plus
from otiogate.timeline.fcpxml_time import Stretch
from otiogate.timeline.fcpxml_xml import HOLDERS, RESOURCES, Element


class Browsed(NamedTuple):
    """An element of the browser that speaks for a resource. Its own time becomes that of the resource by adding
    ``later``; ``None`` where that is not known."""

    element: Element
    later: Fraction | None

    def reaches(self, node: Node, stretch: Stretch) -> bool:
        """Whether ``stretch``, in the time of ``element``, meets what the use ``node`` shows of the resource; where
        that is not known, it may."""
        seen = _seen(node)
        return self.later is None or seen is None or stretch.moved(self.later).meets(seen)


def browsed(nodes: Sequence[Node]) -> Mapping[int, tuple[Browsed, ...]]:
    """What in the browser speaks for each resource, by the ``id()`` of that."""
    found: dict[int, dict[tuple[int, Fraction | None], Browsed]] = defaultdict(dict)
    for node in nodes:
        if node.around.rest and node.media is not None:
            for each in _speakers(node, nodes):
                known = plus(each.shift, None if node.shift is None else -node.shift)
                later = None if node.is_retimed or node.is_conformed else known
                element = each.item.element
                found[id(node.media)][id(element), later] = Browsed(element, later)
    return {key: tuple(these.values()) for key, these in found.items()}


def _speakers(node: Node, nodes: Sequence[Node]) -> Iterator[Node]:
    """``node`` and the clips that it is in, up to the event; nothing, where it is no clip of the browser."""
    ways = [node]
    while ways[-1].around.node >= 0 and ways[-1].item.element.tag not in HOLDERS | RESOURCES:
        ways.append(nodes[ways[-1].around.node])
    if ways[-1].item.element.tag in HOLDERS:
        yield from ways[:-1]


def _seen(node: Node) -> Stretch | None:
    """The part of its resource that ``node`` shows, with what transitions show of it; ``None`` where it is not
    known."""
    if node.local is None or node.is_retimed or node.is_conformed:
        return None
    wider = node.local.wider(node.item.before, node.item.after)
    window = node.around.window
    if window is None or node.shift is None:
        return wider
    return wider.within(window.moved(-node.shift))
