"""How clips stand in a storyline of FCPXML, each after another, and how far what is connected to them reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from otiogate.timeline.fcpxml_media import Resources, contents_of
from otiogate.timeline.fcpxml_time import Stretch, told
from otiogate.timeline.fcpxml_xml import CLIPS, Element

CLIPPED = CLIPS | {"audition"}
"""What a storyline holds, transitions apart."""

_ZERO = Fraction(0)


@dataclass(eq=False)
class Item:
    """One element in its holder. ``begin`` is in the holder's time, and ``None`` where that is not told; ``before`` and
    ``after`` are what transitions show of it beside its cuts.

    ``sides`` are what a transition leads from and to. ``origin`` is where the time of a storyline begins. ``node`` is
    the item's in the snapshot, once it has one.
    """

    element: Element
    begin: Fraction | None = None
    before: Fraction = _ZERO
    after: Fraction = _ZERO
    origin: Fraction = _ZERO
    sides: Sequence[Item] = ()
    node: int = -1


def item_of(element: Element) -> Item:
    """What stands in a clip, or is connected to it, where its offset says."""
    return Item(element, told(element, "offset") or _ZERO)


def is_conformed(element: Element) -> bool:
    """Whether ``element`` plays a little faster or slower, to fit the rate of what it stands in: by how much is not
    told."""
    conformed = element.first("conform-rate")
    return conformed is not None and conformed.attributes.get("scaleEnabled") != "0"


class Extents:
    """How long the story elements of a document are. ``looks`` counts how often one was looked at."""

    def __init__(self, resources: Resources) -> None:
        self.looks = 0
        self._resources = resources
        self._known: dict[int, Stretch | None] = {}

    def start(self, element: Element) -> Fraction:
        """Where the own time of ``element`` begins. One that does not tell begins with what it refers to."""
        own = told(element, "start")
        if own is None:
            resource = self._resources.of(element, "asset", "media")
            contents = contents_of(resource)
            if resource is not None and resource.tag == "asset":
                own = told(resource, "start")
            elif contents is not None:
                own = told(contents, "tcStart")
        return own or _ZERO

    def local(self, element: Element) -> Stretch | None:
        """The stretch of its own time that ``element`` shows; of a split edit, all that is seen or heard. ``None``
        where it tells no duration."""
        duration = self._duration(element)
        if duration is None or duration < 0:
            return None
        start = self.start(element)
        shown = Stretch(start, start + duration)
        heard, length = told(element, "audioStart"), told(element, "audioDuration")
        if length is not None and length > 0:
            heard = start if heard is None else heard
            return Stretch(min(shown.begin, heard), max(shown.end, heard + length))
        return shown

    def _duration(self, element: Element) -> Fraction | None:
        if element.tag == "audition":
            active = element.first(*CLIPS)
            return self._duration(active) if active is not None else None
        own = told(element, "duration")
        if own is None:
            asset = self._resources.of(element, "asset")
            contents = contents_of(self._resources.of(element, "media"))
            refers = asset if asset is not None else contents
            own = told(refers, "duration") if refers is not None else None
        return own

    def of(self, element: Element) -> Stretch | None:
        """From where to where ``element`` and all that is connected to it reach, its own place being 0."""
        self.looks += 1
        key = id(element)
        if key not in self._known:
            self._known[key] = self._reach(element)
        return self._known[key]

    def _reach(self, element: Element) -> Stretch | None:
        if element.tag == "spine":
            places = [self._at(each.element, each.begin) for each in laid_out(element, _ZERO, self)]
        elif element.tag == "audition":
            places = [self.of(each) for each in element.children if each.tag in CLIPS]
        else:
            local, start = self.local(element), self.start(element)
            places = [local.moved(-start) if local is not None else None]
            beside = (each for each in element.children if each.tag in CLIPPED or each.tag in ("caption", "spine"))
            places += [self._at(each, (told(each, "offset") or _ZERO) - start) for each in beside]
            if is_conformed(element) and len(places) > 1:
                return None
        known = [each for each in places if each is not None]
        if len(known) < len(places):
            return None
        return Stretch(
            min((each.begin for each in known), default=_ZERO), max((each.end for each in known), default=_ZERO)
        )

    def _at(self, element: Element, begin: Fraction | None) -> Stretch | None:
        place = self.of(element)
        return place.moved(begin) if place is not None and begin is not None else None

    def meets(self, item: Item, shift: Fraction | None, window: Stretch | None) -> bool:
        """Whether ``item``, its time moved by ``shift``, meets ``window``; where that is not told, it may."""
        place = self._at(item.element, item.begin)
        if place is None or shift is None:
            return True
        return place.moved(shift).wider(item.before, item.after).meets(window)

    def any_meets(self, elements: Iterable[Element], shift: Fraction | None, window: Stretch | None) -> bool:
        """Whether any of ``elements`` meets ``window``, or there are none."""
        items = [item_of(each) for each in elements]
        return not items or any(self.meets(each, shift, window) for each in items)


def laid_out(line: Element, origin: Fraction, extents: Extents) -> list[Item]:
    """The items of a storyline whose time begins at ``origin``. One without an offset follows the one before it."""
    items: list[Item] = []
    ends: list[Fraction | None] = []
    position: Fraction | None = origin
    extents.looks += len(line.children)
    for child in line.children:
        if child.tag not in CLIPPED and child.tag not in ("caption", "transition"):
            continue
        local = extents.local(child)
        length = local.end - local.begin if local is not None else None
        begin = told(child, "offset")
        if begin is None and position is not None:
            begin = position - length / 2 if child.tag == "transition" and length is not None else position
        items.append(Item(child, begin))
        ends.append(begin + length if begin is not None and length is not None else None)
        if child.tag in CLIPPED:
            position = ends[-1]
    for number, item in enumerate(items):
        if item.element.tag == "transition":
            _lead(items, ends, number)
    return items


def _lead(items: list[Item], ends: list[Fraction | None], number: int) -> None:
    """What the transition shows of its two sides."""
    transition, end = items[number], ends[number]
    sides = []
    if number > 0 and items[number - 1].element.tag in CLIPPED:
        earlier, cut = items[number - 1], ends[number - 1]
        sides.append(earlier)
        if end is not None and cut is not None:
            earlier.after = max(earlier.after, end - cut)
    if number + 1 < len(items) and items[number + 1].element.tag in CLIPPED:
        later = items[number + 1]
        sides.append(later)
        if transition.begin is not None and later.begin is not None:
            later.before = max(later.before, later.begin - transition.begin)
    transition.sides = sides
