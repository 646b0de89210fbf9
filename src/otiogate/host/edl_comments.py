"""What the comment lines of one EDL event come to in OpenTimelineIO: names, files, markers, colour, and the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import opentimelineio as otio

from otiogate.host.native import native_texts
from otiogate.timeline.model import Carrier
from otiogate.timeline.time import Span

_NAME = re.compile(r"(FROM|TO) CLIP NAME:\s*(\S.*)", re.IGNORECASE)
_FILE = re.compile(r"(?:(FROM|TO) (?:CLIP|FILE)|OTIO REFERENCE (FROM|TO)):\s*(\S.*)", re.IGNORECASE)
_MOTION = re.compile(r"M2\s", re.IGNORECASE)
_FREEZE = re.compile(r"FREEZE FRAME:?\Z", re.IGNORECASE)
_SAT = re.compile(r"ASC_SAT:?\s*([-+]?[\d.]+)\Z", re.IGNORECASE)
_SOP = re.compile(r"ASC_SOP:?\s*" + r"\s*".join([r"\(([^()]*)\)"] * 3) + r"\Z", re.IGNORECASE)
_LOCATOR = re.compile(r"LOC\s*:\s*(\S+)", re.IGNORECASE)
_PLACE = re.compile(r"\d\d:\d\d:\d\d[:;.,]\d\d", re.ASCII)
_RESOLVE = re.compile(r"(.*?)\s*\|C:(\S*)\s*\|M:(.*?)\s*(?:\|D:\s*(\d+)\s*)?\Z")
_STARS = re.compile(r"[\s*]*")
_COLOURS = frozenset(name for name in dir(otio.schema.MarkerColor) if name.isupper())


@dataclass(frozen=True)
class Locator:
    """A ``LOC`` line or a marker line of Resolve; ``span`` is where it stands in the record, ``None`` where its event
    does. ``frames`` are its duration."""

    name: str
    colour: str
    place: str = ""
    span: Span | None = None
    note: str = ""
    frames: int = 0

    @property
    def tags(self) -> list[str]:
        """The tags that it says."""
        return native_texts([self.name, self.note])

    def marker(self, record: Span | None, rate: float) -> Any:
        """The marker, in the time of the record, as ``cmx_3600`` has it; ``record`` is its event's."""
        span = self.span or record
        start = otio.opentime.RationalTime(int(span.start) if span else 0, rate)
        length = otio.opentime.RationalTime(self.frames, rate) if self.frames else otio.opentime.RationalTime()
        colour = self.colour.upper().removeprefix("RESOLVECOLOR")
        return otio.schema.Marker(
            name=self.name,
            marked_range=otio.opentime.TimeRange(start, length),
            color=colour if colour in _COLOURS else otio.schema.MarkerColor.RED,
            metadata={"cmx_3600": {"color": self.colour}},
            comment=self.note,
        )


@dataclass
class Said:
    """The comments of one event, each in its place: ``file`` and ``to_file`` are what its sides point at, ``motion``
    its M2, ``comments`` all lines that have no place of their own, without their stars. ``other_tags`` are tags that
    nobody would find in those."""

    names: set[str] = field(default_factory=set)
    file: str = ""
    to_file: str = ""
    motion: str = ""
    is_frozen: bool = False
    cdl: dict[str, Any] = field(default_factory=dict)
    locators: list[Locator] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    other_tags: list[str] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        """The tags in comments and locators."""
        return [*self.own_tags, *(tag for each in self.locators if each.span is not None for tag in each.tags)]

    @property
    def own_tags(self) -> list[str]:
        """Those of them that are said of the event, wherever it stands in time."""
        located = [tag for each in self.locators if each.span is None for tag in each.tags]
        return [*native_texts(self.comments), *self.other_tags, *located]

    @property
    def is_remark(self) -> bool:
        """Whether nothing is said but comments."""
        return not (self.names or self.file or self.to_file or self.motion or self.is_frozen or self.locators)


def said_of(carriers: Sequence[Carrier], rows: Sequence[str], first: int, *, is_transition: bool = False) -> Said:
    """What ``carriers`` say, which were read from ``rows``, the first of them line ``first``."""
    said = Said()
    tags: list[str] = []
    for carrier in carriers:
        row = _STARS.sub("", rows[(carrier.line or first) - first], count=1).strip()
        if _locator(said, row, carrier):
            continue
        said_here = [text for text in carrier.texts if native_texts([text]) == [text]]
        placed = _PLACE.search(row) if carrier.span is not None else None
        if placed and said_here:  # a marker that nothing calls a locator
            said.locators += [Locator(tag, "", placed[0], carrier.span) for tag in said_here]
            said.comments += [text for text in carrier.texts if text not in (row, *said_here)]
            continue
        tags += said_here
        if said_here and said_here[0] not in row:  # it goes on over several lines
            said.comments.append(said_here[0])
        elif not _taken(said, row, is_transition):
            said.comments.append(row)
    found = native_texts(said.comments)
    said.other_tags = [tag for tag in tags if tag not in found]
    return said


def file_of(reference: Any) -> str:
    """The file that a media reference leads to, as an EDL names it; of an image sequence, with the frames it has."""
    if isinstance(reference, otio.schema.ExternalReference):
        return str(reference.target_url or "")
    if isinstance(reference, otio.schema.ImageSequenceReference) and reference.available_range is not None:
        first = f"{reference.start_frame:0{reference.frame_zero_padding}d}"
        last = reference.start_frame + reference.number_of_images_in_sequence() - 1
        return str(reference.abstract_target_url(f"[{first}-{last:0{reference.frame_zero_padding}d}]"))
    return ""


def _locator(said: Said, row: str, carrier: Carrier) -> bool:
    place = _LOCATOR.match(row)
    if place and carrier.span is not None:
        words = row[place.end() :].split(maxsplit=1)
        alone = len(words) == 1 and words[0].upper() in _COLOURS
        colour = words[0] if alone or (words and len(carrier.texts) > 1) else ""
        said.locators.append(Locator("" if alone else carrier.texts[-1], colour, place[1], carrier.span))
        return True
    mark = _RESOLVE.match(row)
    if mark and not place:
        note, colour, name, frames = mark.groups()
        # Its texts are those that a continuation was joined to.
        texts = [*carrier.texts, name][-2:] if note else ["", *carrier.texts, name][:2]
        said.locators.append(
            Locator(texts[-1] if name else "", colour, note=texts[0] if note else "", frames=int(frames or 0))
        )
        return True
    return False


def _taken(said: Said, row: str, is_transition: bool) -> bool:
    """Takes a line that has a place of its own; of two that have the same, the first."""
    name = _NAME.match(row)
    if name:
        side = name[1].upper()
        if side in said.names or (side == "TO" and not is_transition) or name[2].upper() == "(NULL)":
            return False
        said.names.add(side)
        return True
    file = _FILE.match(row)
    if file:
        return _take_file(said, (file[1] or file[2]).upper(), file[3].strip(), is_transition)
    if _MOTION.match(row) and not said.motion:
        said.motion = row
        return True
    if _FREEZE.match(row) and not said.is_frozen:
        said.is_frozen = True
        return True
    return _take_colour(said, row)


def _take_file(said: Said, side: str, file: str, is_transition: bool) -> bool:
    if side == "TO" and is_transition and not said.to_file:
        said.to_file = file
        return True
    if side == "FROM" and not is_transition and not said.file:
        said.file = file
        return True
    return False


def _take_colour(said: Said, row: str) -> bool:
    decisions = said.cdl or {
        "asc_sat": 1.0,
        "asc_sop": {"slope": [1.0] * 3, "offset": [0.0] * 3, "power": [1.0] * 3},
    }
    sat, sop = _SAT.match(row), _SOP.match(row)
    try:
        if sat and "asc_sat" not in said.names:
            decisions["asc_sat"] = float(sat[1])
            said.names.add("asc_sat")
        elif sop and "asc_sop" not in said.names:
            triples = [[float(each) for each in triple.replace(",", " ").split()] for triple in sop.groups()]
            if any(len(triple) != 3 for triple in triples):
                return False
            decisions["asc_sop"] = dict(zip(("slope", "offset", "power"), triples, strict=True))
            said.names.add("asc_sop")
        else:
            return False
    except ValueError:
        return False
    said.cdl = decisions
    return True
