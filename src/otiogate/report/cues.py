"""The cue sheet of a timeline: every AI use of every clip, with its tools, its inputs and what answers for it.

What it lists follows the cue sheet of the Archival Producers Alliance's best practices for generative AI: all uses,
cleared or not. Prompts and people stay in the records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from otiogate.evidence.collect import UsePoint
from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.tag import parse_tag
from otiogate.records.model import RecordSet
from otiogate.report.model import EFFECTS, CueLine, Effect

_STATUS: dict[Effect, Literal["met", "open", "warn"]] = {"block": "open", "warn": "warn", "info": "met", "none": "met"}
_Key = tuple[str, ...]


@dataclass
class _Entry:
    """A disclosure, a tag, or something found; what is known of each of its uses, by node."""

    what: str
    disclosure: Disclosure | None = None
    points: dict[int, UsePoint] = field(default_factory=dict)
    effects: dict[int, Effect] = field(default_factory=dict)
    records: set[str] = field(default_factory=set)
    waivers: dict[int, list[str]] = field(default_factory=dict)

    def take(self, node: int, effect: Effect, waivers: Iterable[str] = ()) -> None:
        """Another rule's effect on the use ``node``, and what waives it there."""
        self.effects[node] = max(self.effects.get(node, "none"), effect, key=EFFECTS.index)
        self.waivers.setdefault(node, []).extend(waivers)


class Cues:
    """Takes in what the gate declares, finds and judges, and makes a line of each use."""

    def __init__(self, records: RecordSet) -> None:
        self._records = records
        self._entries: dict[_Key, _Entry] = {}

    def declared(self, disclosure: Disclosure, points: Iterable[UsePoint]) -> None:
        """``disclosure`` holds for the uses at ``points``."""
        self._entry(disclosure, "").points.update({point.node: point for point in points})

    def found(self, what: str, points: Iterable[UsePoint]) -> None:
        """``what`` is evidence of AI, or a statement that is not understood, on the uses at ``points``."""
        self._entry(None, what).points.update({point.node: point for point in points})

    def judged(
        self,
        disclosure: Disclosure | None,
        what: str,
        effects: Iterable[tuple[UsePoint, Effect]],
        records: Iterable[str],
        waivers: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        """What one rule comes to for each use of ``disclosure``, or of ``what`` was found; and what answered it.
        ``waivers`` says of a use, by its node, what waives the rule for it."""
        entry = self._entry(disclosure, what)
        for point, effect in effects:
            if effect == "none" and not waivers:
                continue  # it weighs nothing
            entry.take(point.node, effect, [waivers[point.node]] if point.node in waivers else ())
        entry.records.update(records)

    def _entry(self, disclosure: Disclosure | None, what: str) -> _Entry:
        if disclosure is None:
            return self._entries.setdefault(("found", what), _Entry(what))
        version = "" if disclosure.origin == "tag" else disclosure.digest
        key = (disclosure.origin, disclosure.label, version)
        return self._entries.setdefault(key, _Entry(disclosure.label, disclosure))

    def lines(self) -> tuple[CueLine, ...]:
        """One line for each disclosure, tag or thing found and each of its uses, in the order of the timeline."""
        self._fold()
        found = [(node, entry) for entry in self._entries.values() for node in entry.points]
        found.sort(key=lambda each: (each[0], each[1].what, each[1].disclosure is None))
        return tuple(self._line(entry.points[node], entry, entry.effects.get(node, "none")) for node, entry in found)

    def _fold(self) -> None:
        """What was found and is no line of its own weighs on the lines of its uses. A tag that is not understood in
        part is one line."""
        on_node: dict[int, list[_Entry]] = {}
        for entry in self._entries.values():
            for node in entry.points:
                on_node.setdefault(node, []).append(entry)
        for remark in [each for each in self._entries.values() if not each.points]:
            for node, effect in remark.effects.items():
                for entry in on_node.get(node, ()):
                    entry.take(node, effect, remark.waivers[node])
        tags: dict[str, list[_Entry]] = {}
        for entry in self._entries.values():
            if entry.disclosure and entry.disclosure.origin == "tag":
                tags.setdefault(entry.what[:200], []).append(entry)
        for entry in [each for each in self._entries.values() if each.disclosure is None]:
            ends = (found.start() for found in re.finditer(": ", entry.what[:202]))
            for twin in [each for end in ends for each in tags.get(entry.what[:end], ())]:
                for node in [each for each in entry.points if each in twin.points]:
                    twin.take(node, entry.effects.get(node, "none"), entry.waivers.get(node, ()))
                    del entry.points[node]

    def _line(self, point: UsePoint, entry: _Entry, effect: Effect) -> CueLine:
        use, disclosure = point.use, entry.disclosure
        kinds = {each: self._records.records[each].kind for each in entry.records}
        consents = sorted(each for each, kind in kinds.items() if kind == "consent")
        notices = sorted(each for each, kind in kinds.items() if kind in ("notice", "notification"))
        cleared = sorted(each for each, kind in kinds.items() if kind == "clearance")
        waiving = {each for each, kind in kinds.items() if kind == "waiver"}
        waivers = tuple(dict.fromkeys(entry.waivers.get(point.node, ())))
        status = _STATUS[effect]
        return CueLine(
            disclosure=entry.what,
            digest=disclosure.digest if disclosure and disclosure.origin != "tag" else "",
            media="|".join((",".join(use.media.references) or use.name, ",".join(use.media.reels))).strip("|"),
            address=use.address,
            line=use.line or 0,
            track=use.track,
            clip=use.name,
            reel=", ".join(use.media.reels),
            record_in=use.record.first if use.record else "",
            record_out=use.record.last if use.record else "",
            source_in=use.source.first if use.source else "",
            source_out=use.source.last if use.source else "",
            visible=point.visible,
            description=", ".join(disclosure.kinds) if disclosure and disclosure.kinds else entry.what,
            tools=tuple(_tools(disclosure)),
            inputs=(*_inputs(disclosure), *(f"rights cleared by {each}" for each in cleared)),
            consents=tuple(consents),
            approvals=tuple(sorted(kinds.keys() - {*consents, *cleared, *waiving, *notices})),
            status="waived" if waivers and status == "met" else status,
            signed=tuple(
                f"{each} by {' and '.join(self._records.records[each].signers)}"
                for each in sorted(kinds)
                if self._records.records[each].signers
            ),
            waivers=waivers,
            notices=tuple(notices),
        )


def _tools(disclosure: Disclosure | None) -> Iterator[str]:
    """``StudioGen 3 (Vendor)``."""
    if disclosure is None:
        return
    if disclosure.origin == "tag":
        tag = parse_tag(disclosure.where)
        if tag.tool:
            yield f"{tag.tool} {tag.version}".rstrip()
    for tool in disclosure.data.get("tools", ()):
        vendor = f" ({tool['vendor']})" if tool.get("vendor") else ""
        yield f"{tool['system']} {tool.get('version', '')}".rstrip() + vendor


def _inputs(disclosure: Disclosure | None) -> Iterator[str]:
    """``plate.mov (owner R-1, licence 4711)``; what was put in, and what it resembles of the work of others."""
    data: dict[str, Any] = dict(disclosure.data) if disclosure else {}
    for item in data.get("inputs", ()):
        name = item.get("reference") or item.get("sha256", "")[:19] or "input"
        rights = [f"owner {item['owner']}"] if item.get("owner") else []
        rights += [item["permission"]] if item.get("permission") else []
        yield f"{name} ({', '.join(rights) or 'rights not stated'})"
    for item in data.get("third_party_ip", ()):
        holder = f"rights holder {item['rights_holder']}" if item.get("rights_holder") else "rights holder not stated"
        yield f"{item['work']} ({holder})"
