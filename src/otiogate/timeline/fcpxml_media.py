"""What an FCPXML keeps apart from its cuts: assets, effects, compound and multicam media, formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from otiogate.timeline.fcpxml_time import Clock, Stretch, rate_of, told
from otiogate.timeline.fcpxml_xml import COMMENT, NO_WORDS, Element, own
from otiogate.timeline.media import REEL_KEYS, basenames, file_names, names_nobody
from otiogate.timeline.model import Media, MediaPlace, Problem, plain_key

BOTH = frozenset({"video", "audio"})
_RESOURCES = ("asset", "effect", "format", "media", "locator", "projectRef")


@dataclass(frozen=True)
class Resources:
    """The resources of one document by their id, and what is wrong with them."""

    by_id: Mapping[str, Element] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def of(self, element: Element, *tags: str) -> Element | None:
        """The resource that ``element`` refers to, if it is one of ``tags``."""
        found = self.by_id.get(element.attributes.get("ref", ""))
        return found if found is not None and found.tag in tags else None

    def format_of(self, element: Element) -> Element | None:
        """The format that ``element`` names."""
        found = self.by_id.get(element.attributes.get("format", ""))
        return found if found is not None and found.tag == "format" else None

    def clock_of(self, element: Element) -> Clock | None:
        """How timecode counts in ``element``, a sequence or clip with a format; ``None`` where that is not told."""
        rate = rate_of(self.format_of(element))
        return Clock(rate, element.attributes.get("tcFormat") == "DF") if rate else None


def resources_of(root: Element) -> Resources:
    """Every resource of the document. An id that two of them have means two things, which is a loss."""
    found: dict[str, Element] = {}
    problems = []
    for holder in (each for each in root.every() if each.tag == "resources"):
        for resource in (each for each in holder.children if each.tag != COMMENT):
            where = f"line {resource.line}"
            if resource.tag not in _RESOURCES:
                problems.append(Problem("odd", f"an unknown kind of resource: {resource.tag[:80]!r}", where))
            id = resource.attributes.get("id", "")
            if id and id in found:
                what = f"the id {id[:80]!r} is taken by the resource in line {found[id].line}: which of them is meant?"
                problems.append(Problem("lost", what, where))
            elif id:
                found[id] = resource
    return Resources(found, tuple(problems))


def contents_of(media: Element | None) -> Element | None:
    """The ``sequence`` of a compound clip, or the ``multicam``; ``None`` of what the document only mentions."""
    return media.first("sequence", "multicam") if media is not None else None


def parts_of(element: Element, resource: Element | None) -> frozenset[str]:
    """Which of video and audio a story element brings, as far as it and its ``resource`` tell."""
    if element.tag == "audio":
        return frozenset({"audio"})
    if element.tag in ("video", "title", "live-drawing"):
        return frozenset({"video"})
    parts = BOTH
    if resource is not None and resource.tag == "asset":
        has = {part for part in BOTH if resource.attributes.get(f"has{part.capitalize()}") == "1"}
        parts = frozenset(has) or BOTH
    return parts & enabled_parts(element)


def enabled_parts(element: Element) -> frozenset[str]:
    """Which of video and audio ``srcEnable`` lets through."""
    chosen = element.attributes.get("srcEnable", "all")
    return {"all": BOTH, "none": frozenset()}.get(chosen, frozenset({chosen}) & BOTH or BOTH)


def available(asset: Element) -> Stretch | None:
    """All that there is of the media of ``asset``, in its own time; a still has no duration, and tells none."""
    duration = told(asset, "duration")
    if not duration or duration < 0:
        return None
    start = told(asset, "start") or duration * 0
    return Stretch(start, start + duration)


def media_of(element: Element, asset: Element | None, around: tuple[str, ...]) -> Media:
    """What a story element points at. ``around`` are the reels of the clip that it is a component of, which count
    where neither it nor its asset names one."""
    if asset is None:
        return Media(reels=reels_of(element))
    reels = tuple(dict.fromkeys((*reels_of(element), *reels_of(asset)))) or around
    sources = [each for each in (asset, *asset.children) if each.tag in ("asset", "media-rep") and _source(each)]
    references: dict[str, None] = {}
    for source in sources:
        references |= dict.fromkeys((*basenames(_source(source)), *basenames(_suggested(source))))
    references |= dict.fromkeys(basenames(asset.name))
    originals = [each for each in sources if each.attributes.get("kind") != "proxy-media"] or sources
    files = [tuple(dict.fromkeys((*file_names(_source(each)), *file_names(_suggested(each))))) for each in originals]
    places = [MediaPlace(_source(each), each in originals) for each in sources]
    if not sources and asset.name:
        files = [file_names(asset.name)]
        places = [MediaPlace(asset.name)]
    shown = tuple(dict.fromkeys(filter(None, files)))
    return Media(tuple(references), reels, files=shown, locate=lambda: tuple(dict.fromkeys(places)))


def _source(element: Element) -> str:
    return element.attributes.get("src", "").strip()


def _suggested(element: Element) -> str:
    return element.attributes.get("suggestedFilename", "").strip()


def reels_of(element: Element) -> tuple[str, ...]:
    """The reels in the metadata of ``element`` itself; a synchronised clip names several in one text."""
    found: dict[str, None] = {}
    for metadata in (each for each in element.children if each.tag == "metadata"):
        for each in metadata.children:
            if last_key(each.attributes.get("key", "")) in REEL_KEYS:
                named = (reel.strip() for text in values_of(each) for reel in text.split(";"))
                found |= dict.fromkeys(reel for reel in named if not names_nobody(reel))
    return tuple(found)


def last_key(key: str) -> str:
    """The last word of a metadata key, as keys are compared: ``com.apple.proapps.studio.reel`` is ``reel``."""
    return plain_key(key.rpartition(".")[2])


def values_of(md: Element) -> Iterator[str]:
    """What an ``md`` element says: its value, and the texts in it."""
    if "value" in md.attributes:
        yield md.attributes["value"]
    yield from (each.text for each in (md, *own(md)) if each.text and each.tag not in NO_WORDS)
