"""What an FCP 7 XML, a GES or a Kdenlive project says in its elements, and of which clips."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from otiogate.timeline.fcpxml_xml import COMMENT, Element
from otiogate.timeline.model import Problem
from otiogate.timeline.raw import Raw, RawClip, Said, carrier_of
from otiogate.timeline.xmeml import ITEMS, loose_clips, own_id

Owners = dict[int, tuple[int, ...]]
"""The clips that an element speaks of, by the ``id`` of the element. One that is not listed speaks of those of the
element around it."""


def raw_xmeml(root: Element) -> Raw:
    """An FCP 7 XML. A master clip and a file speak of every clip that points at them."""
    clips: list[Element] = []
    for track, dropped in _tracks(root):
        clips += [] if dropped else [each for each in track.children if _is_clip(each)]
    clips = clips or loose_clips(root)
    owners: Owners = {id(each): (number,) for number, each in enumerate(clips)}
    masters, files, names, angled = _numbers(), _numbers(), _numbers(), _numbers()
    for number, clip in enumerate(clips):
        names[_value(clip, "name")].append(number)
        masters[_value(clip, "masterclipid")].append(number)
        file, multiclip = clip.first("file"), clip.first("multiclip")
        if file is not None:
            files[own_id(file)].append(number)
        if multiclip is not None:
            angled[own_id(multiclip)].append(number)
    in_angles: set[int] = set()
    by_multiclip = _shared(angled)
    for element in root.every():
        if element.tag == "multiclip":
            owners[id(element)] = by_multiclip.get(own_id(element), ())
            for inner in element.every():
                in_angles.add(id(inner))
                if inner.tag == "file":
                    files[own_id(inner)] += owners[id(element)]
    by_file, by_master, by_name = _shared(files), _shared(masters), _shared(names)
    for element in root.every():
        if element.tag == "file" and own_id(element) in by_file:
            owners[id(element)] = by_file[own_id(element)]
        elif element.tag == "clip" and not (id(element) in owners or id(element) in in_angles):
            owners[id(element)] = by_master.get(own_id(element), ())
    for track, dropped in _tracks(root):
        for each in track.children if dropped else ():
            owners[id(each)] = by_name.get(_value(each, "name"), ())  # the other channel of a clip that is read
    ids = Counter(each.attributes.get("id", "") for each in clips)
    known = tuple(
        RawClip(_value(each, "name"), each.line, name if ids[name] == 1 else "")
        for each in clips
        for name in (each.attributes.get("id", ""),)
    )
    return Raw(known, tuple(_said(root, owners)), tuple(_repeated(root)))


def _numbers() -> defaultdict[str, list[int]]:
    return defaultdict(list)


def _shared(numbers: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """``numbers``, each once: one tuple for all that speak of the same clips, which may be thousands."""
    return {name: tuple(dict.fromkeys(each)) for name, each in numbers.items() if each}


def _tracks(root: Element) -> Iterator[tuple[Element, bool]]:
    """The tracks of the sequences, and whether a track is a further channel of the one before."""
    pending = [(root, False)]
    while pending:
        element, within = pending.pop()
        if element.tag == "track" and within:
            yield element, not _is_first_channel(element)
        inside = (within or element.tag == "sequence") and element.tag not in ("clip", "multiclip")
        pending.extend((each, inside) for each in reversed(element.children))


def _is_first_channel(track: Element) -> bool:
    of = track.attributes
    return of.get("currentExplodedTrackIndex", "0") == "0" or of.get("totalExplodedTrackCount", "1") == "1"


def _is_clip(element: Element) -> bool:
    """Whether it is a use of media, not of a sequence."""
    return element.tag in ("clipitem", "generatoritem") and element.first("sequence") is None


_DEFINED = frozenset({"clipitem", "generatoritem", "transitionitem", "sequence", "track", "media", "file", "filter"})


def _repeated(root: Element) -> Iterator[Problem]:
    """An id stands for the first element that has it; what a later one holds is passed over."""
    first: dict[str, Element] = {}
    for element in root.every():
        name = element.attributes.get("id")
        if name is None or element.tag not in _DEFINED:
            continue
        known = first.setdefault(name, element)
        holds = any(each.tag != COMMENT for each in element.children)
        if known.tag == element.tag in ("file", "sequence") and holds and not known.children:
            known = first[name] = element  # what was mentioned before it was told
        if known is not element and (known.tag != element.tag or holds):
            of = f"the {known.tag} in line {known.line}, which is read for it"
            same = known.tag == element.tag == "file" and _value(known, "pathurl") == _value(element, "pathurl")
            if known.tag in ITEMS and element.tag in ITEMS:
                of, same = f"the {known.tag} in line {known.line}", True
            what = f"the {element.tag} has the id {name[:40]!r} of {of}"
            yield Problem("odd" if same else "lost", what, f"line {element.line}")


def raw_ges(root: Element) -> Raw:
    """A GES project. A clip is a use on each kind of track that it is on."""
    uses: list[Element] = []
    owners: Owners = {}
    assets = _numbers()
    projects = {
        each.attributes.get("id")
        for each in root.every()
        if each.tag == "asset" and each.attributes.get("extractable-type-name") == "GESTimeline"
    }
    for layer in (each for each in root.every() if each.tag == "layer"):
        for clip in (each for each in layer.children if each.tag == "clip"):
            if clip.attributes.get("type-name") == "GESTransitionClip" or clip.attributes.get("asset-id") in projects:
                continue
            kinds = _kinds(clip.attributes.get("track-types", ""))
            owners[id(clip)] = tuple(range(len(uses), len(uses) + kinds))
            uses += [clip] * kinds
            assets[clip.attributes.get("asset-id", "")] += owners[id(clip)]
    for asset in (each for each in root.every() if each.tag == "asset"):
        owners[id(asset)] = tuple(assets.get(asset.attributes.get("id", ""), ()))
    # The adapter keeps a field with its type, ["string", "GENAI ..."], as if there were two tags.
    return Raw(_named(uses, _ges_name), tuple(_said(root, owners, _structures)), instead=True)


def _kinds(types: str) -> int:
    """On how many of the kinds of tracks, sound and picture, a clip is; one of neither is one use."""
    number = int(types) if types.isascii() and types.isdigit() and len(types) < 10 else 0
    return max(bool(number & 2) + bool(number & 4), 1)


_TEXT = r'"((?:[^"\\]|\\.)*)"'
_QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_LISTS = rf'\{{([^"}}]*(?:{_QUOTED}[^"}}]*)*)\}}|<([^">]*(?:{_QUOTED}[^">]*)*)>'
_FIELD = re.compile(rf"(?<![\w./-])([\w./-]+) *= *\([\w<>-]+\) *(?:{_TEXT}|{_LISTS}|([^,;]*))")
_ITEM = re.compile(rf"\s*(?:\([\w-]+\))?\s*(?:{_TEXT}|([^,]+))")
_DEEPEST = 8
"""Structures within structures, of which nobody writes more than two."""


def _structures(element: Element) -> Iterator[tuple[str, str]]:
    """The fields that GStreamer writes into an attribute: ``metadatas, author=(string)"..."``. Names that come again,
    as in the markers of a list, are numbered."""
    times: Counter[str] = Counter()
    for attribute, value in element.attributes.items():
        for name, said in list(_fields(value)) or [(attribute, value)]:
            times[name] += 1
            yield (name if times[name] == 1 else f"{name} {times[name]}"), said


def _fields(text: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The fields of a structure, those of structures within it in their place, and each item of a list."""
    for match in _FIELD.finditer(text):
        name, quoted, *lists, plain = match.groups()
        items = next((each for each in lists if each is not None), None)
        if items is not None:
            values = [_unescaped(item[1] if item[1] is not None else item[2]) for item in _ITEM.finditer(items.strip())]
        else:
            values = [_unescaped(quoted if quoted is not None else plain)]
        for value in values:
            inner = list(_fields(value, depth + 1)) if "=" in value and depth < _DEEPEST else []
            yield from inner or [(name, value)]


_ESCAPE = re.compile(rb"\\(?:([0-3][0-7]{2})|(.))")


def _unescaped(text: str) -> str:
    """``text`` without its backslashes, behind which a byte stands: line ends and letters beyond ASCII as three octal
    digits."""
    data = _ESCAPE.sub(lambda found: found[2] or bytes([int(found[1], 8)]), text.encode("utf-8", "surrogatepass"))
    return data.decode("utf-8", "replace").strip()


def _ges_name(clip: Element) -> str:
    return dict(_structures(clip)).get("name", "")


def raw_mlt(root: Element) -> Raw:
    """A Kdenlive project. A producer speaks of every clip that is made from it, and so does the one in the bin."""
    producers = {each.attributes.get("id", ""): each for each in root.every() if each.tag in ("producer", "chain")}
    clips = [
        entry
        for playlist in root.every()
        if playlist.tag == "playlist" and playlist.attributes.get("id") != "main_bin"
        for entry in playlist.children
        if entry.tag == "entry"
    ]
    owners: Owners = {id(each): (number,) for number, each in enumerate(clips)}
    made, binned = _numbers(), _numbers()
    for number, clip in enumerate(clips):
        name = clip.attributes.get("producer", "")
        made[name].append(number)
        binned[_property(producers.get(name), "kdenlive:id")].append(number)
    for name, producer in producers.items():
        owners[id(producer)] = tuple(dict.fromkeys([*made[name], *binned[_property(producer, "kdenlive:id")]]))
    return Raw(
        _named(clips, lambda each: _property(producers.get(each.attributes.get("producer", "")), "kdenlive:clipname")),
        tuple(_said(root, owners, _properties)),
    )


_OF_MEDIA = re.compile(r"meta\.attr\.(?:\d+\.stream\.)?(.+)\.markup")


def _properties(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes; ``meta.attr.comment.markup`` is the comment that stands in a media file itself."""
    for key, value in element.attributes.items():
        of_media = _OF_MEDIA.fullmatch(value) if element.tag == "property" and key == "name" else None
        yield key, of_media[1] if of_media else value


def _property(element: Element | None, name: str) -> str:
    for each in element.children if element is not None else ():
        if each.tag == "property" and each.attributes.get("name") == name:
            return each.text
    return ""


def _value(element: Element, tag: str) -> str:
    found = element.first(tag)
    return found.text if found is not None else ""


def _named(clips: Sequence[Element], name_of: Callable[[Element], str]) -> tuple[RawClip, ...]:
    return tuple(RawClip(name_of(each), each.line) for each in clips)


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    yield from element.attributes.items()


def _said(
    root: Element,
    owners: Mapping[int, tuple[int, ...]],
    fields: Callable[[Element], Iterator[tuple[str, str]]] = _attributes,
) -> Iterator[Said]:
    """Every element that has a text or attributes, in document order."""
    pending: list[tuple[Element, tuple[int, ...], str]] = [(root, (), "")]
    while pending:
        element, around, above = pending.pop()
        clips = owners.get(id(element), around)
        values = dict(fields(element))
        name = values.pop("name", element.tag) if element.tag == "property" else element.tag
        if element.text:
            values[name] = element.text
        if values:
            where = f"line {element.line} ({above}{element.tag})"
            yield Said(carrier_of(where, values, element.line), clips)
        inner = f"{element.tag}/" if element.tag in _GROUPS else ""
        pending.extend((each, clips, inner) for each in reversed(element.children))


_GROUPS = frozenset({"marker", "comments", "logginginfo", "labels", "file", "filter", "clip"})
"""Elements in which others stand whose names tell little alone."""
