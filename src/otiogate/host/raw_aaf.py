"""What an AAF says in the comments, attributes and markers of its mobs, read without OpenTimelineIO's adapter."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from otiogate.errors import ReadError
from otiogate.host.foreign import missing, quiet
from otiogate.host.read import brief
from otiogate.timeline.formats import BY_SUFFIX
from otiogate.timeline.raw import Raw, RawClip, Said, carrier_of
from otiogate.timeline.time import TimeError, timecode

_KINDS = {"CompositionMob": "the composition", "MasterMob": "the master clip", "SourceMob": "the source"}
_ALL = frozenset({"CompositionMob", "MasterMob", "SourceMob", "TimelineMobSlot", "EventMobSlot", "Sequence"})
"""Objects of a cut that speak of all of it, not of the clips in them alone."""


@dataclass
class _Thing:
    """An object of a mob: what it is, the texts in it by their names, and the mobs whose clips stand in it."""

    object: Any
    slot: Any
    texts: Mapping[str, str] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)

    @property
    def is_of_all(self) -> bool:
        return type(self.object).__name__ in _ALL


def raw_aaf(data: bytes, where: str) -> Raw:
    """An AAF. What a mob says, it says of every clip that is made from it. Raises ``ReadError``."""
    try:
        import aaf2
    except ImportError as fault:
        raise missing(BY_SUFFIX[".aaf"], where, brief(fault)) from fault
    with tempfile.TemporaryDirectory(prefix="otiogate-") as folder, quiet():
        copy = Path(folder, "timeline.aaf")
        copy.write_bytes(data)
        try:
            with aaf2.open(str(copy)) as file:
                return Raw(tuple(_clips(file)), tuple(_said(file)))
        except Exception as fault:
            what = f"is no AAF that can be read: {type(fault).__name__}: {brief(fault).replace(folder, '')}"
            raise ReadError(what, where=where, next_step="export it again, or ask who delivered it") from fault


_HOLDERS = frozenset({"Sequence", "OperationGroup", "NestedScope", "Transition"})
_DEEPEST = 50


def _clips(file: Any) -> Iterator[RawClip]:
    """The clips of the cuts, one for each place in which something is used; what is not selected is no use."""
    mobs = {str(mob.mob_id): mob for mob in file.content.mobs}
    pending = [(slot.segment, 0) for mob in file.content.toplevel() for slot in mob.slots]
    while pending:
        one, depth = pending.pop()
        kind = type(one).__name__
        if depth > _DEEPEST:
            raise ReadError(f"nested more than {_DEEPEST} deep")
        if kind == "SourceClip" and one.length and one.mob_id.int != 0:
            mob = mobs.get(str(one.mob_id))
            slot = (
                next((each for each in mob.slots if each.slot_id == one.slot_id), None)
                if mob and _is_cut(mob)
                else None
            )
            if slot is not None:
                pending.append((slot.segment, depth + 1))
            else:
                yield RawClip(str(mob.name or "") if mob else "")
        elif kind == "Selector":
            selected = one["Selected"].value
            muted = type(selected).__name__ in ("Filler", "ScopeReference")
            others = one.getvalue("Alternates") or () if muted else ()
            pending += [(each, depth + 1) for each in (*others, *(() if muted else (selected,)))]
        elif kind in _HOLDERS:
            pending += [(each, depth + 1) for each in _parts(one)[1]]


def _said(file: Any) -> Iterator[Said]:
    mobs = {str(mob.mob_id): mob for mob in file.content.mobs}
    things = {name: list(_things(mob)) for name, mob in mobs.items()}
    cuts = {str(mob.mob_id) for mob in file.content.toplevel()}
    users: dict[str, set[str]] = defaultdict(set)
    for name, found in things.items():
        for source in found[0].sources - {name}:
            users[source].add(name)
    for name, found in things.items():
        mob = mobs[name]
        for thing in found:
            if thing.texts:
                # A subclip speaks of what it is made of; a cut, where not one clip in it does, of the whole.
                inner = thing.sources if not (thing.is_of_all and name in cuts) and _is_cut(mob) else set()
                carrier = carrier_of(_place(mob, thing), thing.texts)
                yield Said(carrier, marks=(name, *sorted(inner | _made_from(name, users, mobs))))


def _is_cut(mob: Any) -> bool:
    return type(mob).__name__ == "CompositionMob"


def _made_from(name: str, users: Mapping[str, set[str]], mobs: Mapping[str, Any]) -> set[str]:
    """The master clips and sources that are made from the mob ``name``, at any remove."""
    found: set[str] = set()
    pending = [name]
    while pending:
        for each in users.get(pending.pop(), ()):
            if each not in found and not _is_cut(mobs[each]):
                found.add(each)
                pending.append(each)
    return found


def _things(mob: Any) -> Iterator[_Thing]:
    """Every object of ``mob``, itself first."""
    found: list[_Thing] = []
    pending: list[tuple[Any, tuple[_Thing, ...], Any]] = [(mob, (), None)]
    while pending:
        one, above, slot = pending.pop()
        slot = one if type(one).__name__.endswith("MobSlot") else slot
        texts, inner = _parts(one)
        thing = _Thing(one, slot, texts)
        found.append(thing)
        source = getattr(one, "mob_id", None) if one is not mob else None
        around = (*above, thing)
        if source is not None:
            for each in around:
                each.sources.add(str(source))
        pending += [(each, around, slot) for each in reversed(inner)]
    yield from found


def _parts(one: Any) -> tuple[dict[str, str], list[Any]]:
    """The texts that stand in an object of an AAF, by their names, and the objects that it holds."""
    from aaf2 import misc, properties

    texts: dict[str, str] = {}
    inner: list[Any] = []
    for each in one.properties():
        if isinstance(each, properties.StrongRefProperty):
            inner.append(each.value)
        elif isinstance(each, (properties.StrongRefVectorProperty, properties.StrongRefSetProperty)):
            inner += each.value.values() if hasattr(each.value, "values") else each.value
        elif not isinstance(each, properties.WeakRefProperty) and isinstance(each.value, str) and each.value.strip():
            texts[str(each.name)] = each.value
    if isinstance(one, misc.TaggedValue) and "Value" in texts:
        texts = {texts.get("Name", "Value"): texts["Value"]}
    return texts, [each for each in inner if each is not None]


def _place(mob: Any, thing: _Thing) -> str:
    """Where it is said, for people; of a marker with the record timecode."""
    of = f"{_KINDS.get(type(mob).__name__, 'the mob')} {str(mob.name or mob.mob_id)[:80]!r}"
    position = thing.object.getvalue("Position") if hasattr(thing.object, "getvalue") else None
    if isinstance(position, int):
        return f"marker at {_timecode(mob, thing.slot, position)} of {of}"
    return f"{next(iter(thing.texts))[:60]} of {of}"


def _timecode(mob: Any, slot: Any, position: int) -> str:
    """A position on ``slot`` in the mob's own timecode; in frames, where it has none."""
    for each in mob.slots:
        segment = each.segment
        parts = [segment, *(getattr(segment, "components", None) or ())]
        start = next((part for part in parts if type(part).__name__ == "Timecode"), None)
        if start is not None:
            try:
                return timecode(int(start.start) + position, Fraction(slot.edit_rate), bool(start.drop))
            except (TimeError, AttributeError, TypeError, ValueError):
                break
    return f"frame {position}"
