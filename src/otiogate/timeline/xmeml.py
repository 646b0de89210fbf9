"""An FCP 7 XML as its adapter can read it, written again from what was parsed.

The adapter looks for the tracks of a nested sequence beside its ``media``, not in it, and so reads no clip of one. What
stands in the ``media`` of a sequence within a clip is therefore handed to it one level up. It gives up where an item
leaves out what others tell, as cuts written by scripts do; that is added here, and never anything that a file says
changed: a time that is not told, a file that a clip does not name, the contents of a multiclip, a sequence around clips
that stand in none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from otiogate.timeline.fcpxml_xml import COMMENT, Element

ITEMS = ("clipitem", "generatoritem", "transitionitem")
"""What stands in a track. Others point at it by its id, so that an id that comes again is no other's content."""

_NEEDED = {"transitionitem": ("alignment", "effect"), "filter": ("effect",)}
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d*)?")


def for_adapter(root: Element) -> bytes:
    """The document in UTF-8, without its comments. Its elements and texts are those that ``root`` holds."""
    return "".join(_written(root)).encode("utf-8", "surrogatepass")


def loose_clips(root: Element) -> list[Element]:
    """The clips of a document without a sequence, as logs and bins are; none, where there is one."""
    every = list(root.every())
    if any(each.tag == "sequence" for each in every):
        return []
    within = {id(inner) for each in every if each.tag == "clip" for inner in each.every() if inner is not each}
    return [each for each in every if each.tag == "clip" and id(each) not in within]


def contents_by_id(root: Element, tag: str) -> dict[str, Element]:
    """The first element ``tag`` of each id that holds anything."""
    found: dict[str, Element] = {}
    for each in root.every():
        if each.tag == tag and each.children and "id" in each.attributes:
            found.setdefault(each.attributes["id"], each)
    return found


def own_id(element: Element) -> str:
    """The id of ``element``; of one without, what no other has."""
    return element.attributes.get("id") or f"{id(element)} "


def _written(root: Element) -> Iterator[str]:
    told = _told_late(root)
    known = {tag: contents_by_id(root, tag) for tag in ("file", "multiclip")}
    loose = loose_clips(root)
    pending: list[Element | str] = [replace(root, children=[_around(loose)]) if loose else root]
    nested: set[int] = set()
    heard: set[int] = set()
    used: set[str] = set()
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
            continue
        if id(each) not in nested:
            each = told.get(id(each), each)
            yield f"<{each.tag}{''.join(f' {name}={quoteattr(value)}' for name, value in each.attributes.items())}>"
            yield escape(each.text)
            pending.append(f"</{each.tag}>")
        children = each.children
        if each.tag == "track":
            angle = "activeaudioangle" if id(each) in heard else "activevideoangle"
            children = list(_laid_out(children, known, used, angle))
        elif each.tag == "audio":
            heard |= {id(inner) for inner in children}
        elif each.tag in ("clipitem", "generatoritem"):
            sequences = [told.get(id(inner), inner) for inner in children if inner.tag == "sequence"]
            nested |= {id(media) for inner in sequences for media in inner.children if media.tag == "media"}
        elif each.tag == "marker":
            children = [*children, *(_text(tag, "-1") for tag in ("in", "out") if not _told(each, tag))]
        elif each.tag in _NEEDED:
            children = [*children, *(Element(tag, {}, each.line) for tag in _missing(each))]
        pending += (inner for inner in reversed(children) if inner.tag != COMMENT and not _is_blank(inner))


def _told_late(root: Element) -> dict[int, Element]:
    """The contents of sequences that are mentioned before they are told, by the ``id()`` of the element that mentions
    them first; and for what tells them, a mention."""
    found: dict[int, Element] = {}
    contents = contents_by_id(root, "sequence")
    seen: set[str] = set()
    for each in root.every():
        name = each.attributes.get("id", "")
        if each.tag == "sequence" and name in contents and name not in seen:
            seen.add(name)
            if each is not contents[name]:
                found[id(each)] = contents[name]
                found[id(contents[name])] = Element("sequence", {"id": name}, contents[name].line)
    return found


def _missing(element: Element) -> list[str]:
    return [tag for tag in _NEEDED[element.tag] if element.first(tag) is None]


def _is_blank(element: Element) -> bool:
    """Whether it is a timecode that tells none."""
    return element.tag == "timecode" and not any(_told(element, tag) for tag in ("frame", "string"))


def _told(element: Element, tag: str) -> str:
    found = element.first(tag)
    return found.text if found is not None else ""


def _text(tag: str, text: str) -> Element:
    return Element(tag, {}, 0, [text])


def _laid_out(
    children: Iterable[Element], known: Mapping[str, Mapping[str, Element]], used: set[str], angle: str
) -> Iterator[Element]:
    """What stands in a track, each item with all that the adapter asks for: it knows no file that a bin tells, nor one
    that a later item does. ``known`` are files and multiclips by their ids, ``used`` the ids of items that were met,
    ``angle`` what marks that of a multiclip which is shown."""
    items = [each for each in children if each.tag != COMMENT]
    end = 0
    for place, each in enumerate(items):
        if each.tag not in ITEMS or not each.children:
            yield each
            continue
        before = any(other.tag == "transitionitem" for other in items[max(place - 1, 0) : place])
        after = any(other.tag == "transitionitem" for other in items[place + 1 : place + 2])
        times = _times(each, end, before, after)
        end = times["end"] if times["end"] >= 0 else end
        others = [_in_full(inner, known["file"]) for inner in each.children if inner.tag not in times]
        added = [_text(tag, str(value)) for tag, value in times.items()]
        attributes = dict(each.attributes)
        if attributes.get("id", "") in used:
            del attributes["id"]
        used |= {attributes.get("id", "")} - {""}
        yield replace(each, attributes=attributes, children=[*added, *others, *_media(each, known, angle)])


def _times(item: Element, end_before: int, before: bool, after: bool) -> dict[str, int]:
    """The whole frames at which ``item`` stands. One that tells no start, or that only a transition could tell where
    there is none ``before`` it, follows what was there; its end likewise."""
    numbers = {tag: _frames(_told(item, tag)) for tag in ("start", "end", "in", "out", "duration")}
    start, end, begin, out = (numbers[tag] for tag in ("start", "end", "in", "out"))
    begin = 0 if begin in (None, -1) else begin  # -1 is said of a clip without an in point
    length = out - begin if out is not None and out > begin else numbers["duration"] or 0
    if end is None or (end == -1 and not after):
        end = None
    if start is None or (start == -1 and not before):
        start = end_before if end in (None, -1) else max((end or 0) - length, 0)
    if end is None:
        end = (end_before if start == -1 else start) + length
    return {"start": start, "end": end, "in": begin}


def _frames(text: str) -> int | None:
    return round(float(text)) if _NUMBER.fullmatch(text) else None


def _in_full(element: Element, files: Mapping[str, Element]) -> Element:
    """A file that is mentioned, as it is told elsewhere."""
    is_mention = element.tag == "file" and not element.children
    return files.get(element.attributes.get("id", ""), element) if is_mention else element


def _media(item: Element, known: Mapping[str, Mapping[str, Element]], angle: str) -> Iterator[Element]:
    """A file for an item that tells none: of a multiclip, that of the angle that is seen or heard."""
    if item.tag == "transitionitem" or item.first("file", "sequence") is not None:
        return
    if item.tag == "generatoritem" and any(_told(each, "effecttype") == "generator" for each in item.children):
        return
    multiclip = item.first("multiclip")
    if multiclip is not None:
        told = known["multiclip"].get(multiclip.attributes.get("id", ""), multiclip)
        angles = [each for each in told.children if each.tag == "angle"]
        active = [each for each in angles if each.first(angle) is not None] or angles
        files = (inner for each in active for inner in each.every() if inner.tag == "file")
        yield _in_full(next(files, Element("file", {}, item.line)), known["file"])
    else:
        yield Element("file", {}, item.line)


def _around(clips: Iterable[Element]) -> Element:
    """A sequence of ``clips``, one behind another; of a merged clip, an item for each of its files."""
    items = []
    rate = Element("rate", {}, 0, children=[_text("timebase", "25")])
    for each in clips:
        files: dict[str, Element] = {}
        for inner in each.every():
            if inner.tag == "file":
                files.setdefault(own_id(inner), inner)
        own = [inner for inner in each.children if inner.tag not in ("media", "file", "start", "end")]
        for held in [[file] for file in files.values()] or [[]]:
            items.append(replace(each, tag="clipitem", children=[*own, *held]))
        rate = each.first("rate") or rate
    media = Element("track", {}, 0, children=items)
    for tag in ("video", "media"):
        media = Element(tag, {}, 0, children=[media])
    return Element("sequence", {}, 0, children=[rate, media])
