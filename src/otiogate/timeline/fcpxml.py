"""Reads FCPXML 1.3 to 1.14, a file or the document of a bundle, from its bytes alone, without OpenTimelineIO.

The whole document is read into elements, and every one of them that tells a story is a node, or a ``lost`` problem.
Subjects are built when something asks for them. What is searched for tags is not the file, in which a letter can be
written in several ways, but the texts that were read from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import accumulate

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.timeline.fcpxml_browser import Browsed, browsed
from otiogate.timeline.fcpxml_media import Resources, available, media_of, resources_of
from otiogate.timeline.fcpxml_nodes import Node
from otiogate.timeline.fcpxml_story import Story
from otiogate.timeline.fcpxml_tags import carriers_of, said_in
from otiogate.timeline.fcpxml_time import Clock, Stretch, rate_of
from otiogate.timeline.fcpxml_xml import RESOURCES, Element, parse
from otiogate.timeline.media import basenames, file_names, has_extension
from otiogate.timeline.model import Carrier, ClipUse, Key, Known, Media, Origin, Problem, Snapshot, Subject, Timing
from otiogate.timeline.time import Span

VERSIONS = tuple(f"1.{minor}" for minor in range(3, 15))
MOST_TEXT = 512 * 1024**2
"""What can be said of all uses together; an asset speaks once for each of its uses."""

_MOST_PROBLEMS = 50
_ZERO = Fraction(0)
_NO_FCPXML = "export the cut from Final Cut Pro as XML, or name the file for what it is"


def read_fcpxml(data: bytes, name: str, path: str = "") -> Snapshot:
    """The snapshot of an FCPXML document. Raises ``ReadError`` if ``data`` is none, or brings declarations."""
    where = path or name
    root = parse(data, where)
    if root.tag != "fcpxml":
        what = f"is no FCPXML: its outermost element is {root.tag[:80]!r}"
        raise ReadError(what, where=f"{where}:{root.line}", next_step=_NO_FCPXML)
    resources = resources_of(root)
    story = Story(root, resources)
    reader = _Reader(story.nodes, resources)
    parts = reader.texts(where)
    starts = list(accumulate((len(part) + 1 for part in parts), initial=0))
    return Snapshot(
        origin=Origin(name, "fcpxml", sha256(data), path),
        text=b"\n".join(parts),
        starts=starts[:-1],
        parents=[each.around.node for each in story.nodes],
        is_use=[each.is_use for each in story.nodes],
        eager=(0,),
        build=reader.build,
        keys=reader.keys,
        problems=_few((*_version_problems(root), *story.problems)),
    )


def _version_problems(root: Element) -> Iterator[Problem]:
    version = root.attributes.get("version", "")
    if version not in VERSIONS:
        what = f"FCPXML of version {version[:20]!r} is not known (known: {VERSIONS[0]} to {VERSIONS[-1]})"
        yield Problem("lost", what, f"line {root.line}")


def _few(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The first problems of each severity, losses first, and how many more there are."""
    unique = dict.fromkeys(problems)
    found: list[Problem] = []
    for severity in ("lost", "odd"):
        these = [each for each in unique if each.severity == severity]
        found += these[:_MOST_PROBLEMS]
        if len(these) > _MOST_PROBLEMS:
            more = f"{len(these) - _MOST_PROBLEMS} more problems after the {_MOST_PROBLEMS} before"
            found.append(Problem(these[0].severity, more))
    return tuple(found)


class _Reader:
    """Builds the subjects of one document on demand."""

    def __init__(self, nodes: Sequence[Node], resources: Resources) -> None:
        self._nodes = nodes
        self._resources = resources
        self._browsed = browsed(nodes)
        self._texts: dict[int, bytes] = {}

    def texts(self, where: str) -> list[bytes]:
        """What each node says, as it is searched. Raises ``ReadError`` where that is too much."""
        parts, size = [], 0
        for node in self._nodes:
            elements = (*node.elements, *(each.element for each in self._in_browser(node)))
            parts.append(b"\n".join([*map(self._text, elements), self._names(node)]))
            size += len(parts[-1])
            if size > MOST_TEXT:
                what = f"says more than {MOST_TEXT} bytes of its clips, each use of an asset counted"
                raise ReadError(what, where=where, next_step="deliver it in parts")
        return parts

    def _in_browser(self, node: Node) -> tuple[Browsed, ...]:
        """What speaks in the browser for the media of ``node``, which stands in a cut."""
        return () if node.around.rest or node.media is None else self._browsed.get(id(node.media), ())

    def _text(self, element: Element) -> bytes:
        found = self._texts.get(id(element))
        if found is None:
            found = "\n".join(said_in(element)).encode("utf-8", "surrogatepass")
            self._texts[id(element)] = found
        return found

    def _names(self, node: Node) -> bytes:
        if not node.is_use:
            return b""
        media = _media(node)
        return "\n".join((*media.references, *media.reels, *_called(node))).encode("utf-8", "surrogatepass")

    def keys(self, known: Known | None = None) -> Iterator[Key]:
        """Every name that a built use goes by."""
        for number, node in enumerate(self._nodes):
            if node.is_use:
                media = _media(node)
                yield from (Key(number, "reference", each) for each in media.references)
                yield from (Key(number, "reel", each) for each in media.reels)
                yield from (Key(number, "name", each) for each in _called(node))

    def build(self, number: int) -> Subject:
        """The subject at ``number``."""
        node = self._nodes[number]
        use = self._use(node) if node.is_use else None
        return Subject(node.address, tuple(self._carriers(node, number)), use)

    def _carriers(self, node: Node, number: int) -> Iterator[Carrier]:
        sides = tuple(each.node for each in node.item.sides if each.node >= 0)
        active = node.around.enabled or not node.around.rest
        for element in node.elements:
            is_own = element is node.item.element
            placing = partial(_in_record, node) if is_own and not sides else _nowhere
            of = f" {element.attributes.get('id', '')!r}" if element.tag in RESOURCES else ""
            for carrier in carriers_of(element, placing, number, of=of, active=active):
                yield replace(carrier, also=sides) if sides else carrier
        for each in self._in_browser(node):
            placing = _nowhere if node.is_use else partial(_in_record, node, later=each.later)
            yield from carriers_of(each.element, placing, number, reaches=partial(each.reaches, node))

    def _use(self, node: Node) -> ClipUse:
        names = _called(node)
        return ClipUse(
            address=node.address,
            name=names[0] if names else "",
            other_names=names[1:],
            kind="audio" if node.parts == {"audio"} else "video",
            track=node.lane,
            media=_media(node),
            timing=partial(self._timing, node),
            disabled=not node.enabled or not node.parts,
            trimmed_out=node.is_trimmed_out,
            line=node.item.element.line,
        )

    def _timing(self, node: Node) -> Timing:
        """Where the use stands. What is retimed shows a part of its media that is not worked out."""
        around, whole, local, asset = node.around, node.whole, node.local, node.asset
        shown = _shown(whole, around.window) if whole is not None else around.window
        record = shown.span(around.clock) if shown is not None and around.clock is not None else None
        if asset is None or local is None:
            return Timing(record)
        clock = self._clock(node, asset)
        there = available(asset)
        all_of_it = there.span(clock) if there is not None and clock is not None else None
        if clock is None or node.is_retimed or (there is not None and not local.meets(there)):
            return Timing(record, None, None, all_of_it)
        if whole is None or node.shift is None or shown is None:
            return Timing(record, local.span(clock), None, all_of_it)
        source = shown.moved(-node.shift).span(clock)
        seen = whole.wider(node.item.before, node.item.after).within(around.window).moved(-node.shift)
        return Timing(record, source, None if node.is_conformed else seen.span(clock), all_of_it)

    def _clock(self, node: Node, asset: Element) -> Clock | None:
        """How the media's own timecode counts: at the rate of its format, else of the clip's, else of the cut."""
        element = node.item.element
        rates = (rate_of(self._resources.format_of(each)) for each in (asset, element))
        rate = next((each for each in rates if each), node.around.clock.rate if node.around.clock else None)
        return Clock(rate, element.attributes.get("tcFormat") == "DF") if rate else None


def _shown(whole: Stretch, window: Stretch | None) -> Stretch:
    """The part of ``whole`` that is shown; all of it where nothing is."""
    shown = whole.within(window)
    return shown if shown.begin < shown.end else whole


def _in_record(node: Node, stretch: Stretch, later: Fraction | None = _ZERO) -> Span | None:
    """A stretch in a clip's own time, or in one to which that is ``later``, in record time."""
    if node.shift is None or node.around.clock is None or later is None:
        return None
    return stretch.moved(later + node.shift).span(node.around.clock)


def _nowhere(_stretch: Stretch) -> Span | None:
    return None


def _media(node: Node) -> Media:
    """What a use points at. Where none of it is a file, or where it ends as file names do, the name of the clip is one:
    lists of cuts know files by it."""
    media = media_of(node.item.element, node.asset, node.around.reels)
    named = tuple(each for each in (node.around.called, node.item.element.name) if each)
    also = [name for each in named if not media.files or has_extension(each) for name in basenames(each)]
    files = media.files or tuple(filter(None, map(file_names, named[:1])))
    return replace(media, references=tuple(dict.fromkeys((*media.references, *also))), files=files)


def _called(node: Node) -> tuple[str, ...]:
    """What a use is called: a component by the name of its clip; and by the name of whatever it stands in."""
    own = (node.around.called, node.item.element.name, *(each.name for each in (node.resource,) if each is not None))
    return tuple(dict.fromkeys(each for each in (*own, *node.around.names) if each))
