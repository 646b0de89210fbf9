"""What the reading of an FCPXML makes of each element: a node, and what holds for everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from otiogate.timeline.fcpxml_lines import Item, is_conformed
from otiogate.timeline.fcpxml_media import BOTH
from otiogate.timeline.fcpxml_time import Clock, Stretch
from otiogate.timeline.fcpxml_xml import Element


@dataclass(frozen=True)
class Around:
    """What holds for everything in a holder.

    Its children's time becomes record time by adding ``shift``, and only in ``window`` is anything seen; without a
    shift all that is known of them is that window. ``called`` is the clip of which they are the components, ``names``
    are what else encloses them is called. In the ``rest`` is what no cut reaches.
    """

    node: int = -1
    address: str = ""
    shift: Fraction | None = Fraction(0)
    window: Stretch | None = None
    clock: Clock | None = None
    enabled: bool = True
    rest: bool = False
    parts: frozenset[str] = BOTH
    lane: str = ""
    called: str = ""
    names: tuple[str, ...] = ()
    reels: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()


@dataclass(eq=False)
class Node:
    """One node of the snapshot. ``resource`` is what the element refers to, ``held`` what it shows in its place.

    ``whole`` is its place in record time as it would be without trims, ``local`` the same in its own time, which
    becomes record time by adding ``shift``.
    """

    item: Item
    around: Around
    address: str
    is_use: bool = False
    enabled: bool = True
    resource: Element | None = None
    held: Element | None = None
    parts: frozenset[str] = BOTH
    shift: Fraction | None = None
    whole: Stretch | None = None
    local: Stretch | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """What speaks for it: itself, and what it refers to."""
        return tuple(each for each in (self.item.element, self.resource, self.held) if each is not None)

    @property
    def asset(self) -> Element | None:
        """The media that it refers to, if it is a use of any; or that it is."""
        found = self.resource if self.resource is not None else self.item.element
        return found if found.tag == "asset" else None

    @property
    def media(self) -> Element | None:
        """The asset, or the compound or multicam media, that it refers to."""
        return self.resource if self.resource is not None and self.resource.tag in ("asset", "media") else None

    @property
    def lane(self) -> str:
        """Where it stands above or below the primary storyline of its cut."""
        return self.around.lane or lane_of(self.item.element)

    @property
    def is_retimed(self) -> bool:
        """Whether it plays its media otherwise than from first to last at its own speed."""
        return self.item.element.first("timeMap") is not None

    @property
    def is_conformed(self) -> bool:
        """Whether its media plays a little faster or slower, to fit the rate of the cut."""
        return is_conformed(self.item.element)

    @property
    def window(self) -> Stretch | None:
        """The record time in which something of it is seen."""
        if self.whole is None:
            return self.around.window
        return self.whole.wider(self.item.before, self.item.after).within(self.around.window)

    @property
    def is_trimmed_out(self) -> bool:
        """Whether what encloses it shows nothing of it, transitions included."""
        if self.whole is None or self.around.window is None or self.whole.begin == self.whole.end:
            return False
        return not self.whole.wider(self.item.before, self.item.after).meets(self.around.window)


def plus(one: Fraction | None, two: Fraction | None) -> Fraction | None:
    """The sum; ``None`` where one of the two is not known."""
    return None if one is None or two is None else one + two


def is_enabled(element: Element) -> bool:
    """Whether nobody switched ``element`` off."""
    return element.attributes.get("enabled") != "0"


def lane_of(element: Element) -> str:
    """The lane that ``element`` is in: ``lane -1``; nothing for what is contained in its parent."""
    lane = element.attributes.get("lane", "0").strip()
    return f"lane {lane}" if lane not in ("", "0") else ""


def names_of(element: Element | None) -> tuple[str, ...]:
    """The name of ``element``, if it has one."""
    return (element.name,) if element is not None and element.name else ()


def called(element: Element) -> str:
    """``asset-clip 'vfx_010'``, for people."""
    name = f" {element.name[:200]!r}" if element.name else ""
    return f"{element.tag}{name}"


def in_line(address: str, element: Element) -> str:
    """``address`` with the line of ``element``."""
    return f"{address}, line {element.line}"


def under(above: str, address: str) -> str:
    """The way down: ``above``, and ``address`` in it."""
    return f"{above} / {address}" if above and address else above or address
