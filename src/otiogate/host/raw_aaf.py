"""What an AAF says in the comments, attributes and markers of its mobs, read without OpenTimelineIO's adapter."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    """An object of a mob: what it is, what it stands in, the texts in it by their names, and the mobs whose clips
    stand in it."""

    object: Any
    slot: Any
    holder: _Thing | None = None
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
                shown = list(_clips(file))
                return Raw(tuple(RawClip(name) for name, _ in shown), tuple(_said(file, [way for _, way in shown])))
        except Exception as fault:
            what = f"is no AAF that can be read: {type(fault).__name__}: {brief(fault).replace(folder, '')}"
            raise ReadError(what, where=where, next_step="export it again, or ask who delivered it") from fault


_HOLDERS = frozenset({"Sequence", "OperationGroup", "NestedScope", "Transition"})
_DEEPEST = 50


def _clips(file: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """The clips of the cuts in their order, one for each place in which something is used: its name, and through which
    objects it is reached. What is not selected is no use."""
    mobs = {str(mob.mob_id): mob for mob in file.content.mobs}
    segments = [slot.segment for mob in file.content.toplevel() for slot in mob.slots]
    pending: list[tuple[Any, tuple[str, ...]]] = [(each, ()) for each in reversed(segments)]
    while pending:
        one, above = pending.pop()
        kind = type(one).__name__
        if len(above) > _DEEPEST:
            raise ReadError(f"nested more than {_DEEPEST} deep")
        way, inner = (*above, _key(one)), []
        if kind == "SourceClip" and one.length and one.mob_id.int != 0:
            mob = mobs.get(str(one.mob_id))
            slots = mob.slots if mob and _is_cut(mob) else ()
            inner = [each.segment for each in slots if each.slot_id == one.slot_id][:1]
            if not inner:
                yield (str(mob.name or "") if mob else ""), frozenset(way)
        elif kind == "Selector":
            selected = one["Selected"].value
            muted = type(selected).__name__ in ("Filler", "ScopeReference")
            inner = list(one.getvalue("Alternates") or ()) if muted else [selected]
        elif kind in _HOLDERS:
            inner = _parts(one)[1]
        pending += [(each, way) for each in reversed(inner)]


def _key(one: Any) -> str:
    """Where an object stands in its file, which no other does."""
    return str(one.dir.path()) if getattr(one, "dir", None) is not None else ""


def _said(file: Any, ways: Sequence[frozenset[str]]) -> Iterator[Said]:
    mobs = {str(mob.mob_id): mob for mob in file.content.mobs}
    things = {name: list(_things(mob)) for name, mob in mobs.items()}
    cuts = {str(mob.mob_id) for mob in file.content.toplevel()}
    through: dict[str, list[int]] = defaultdict(list)
    for number, way in enumerate(ways):
        for key in way:
            through[key].append(number)
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
                clips = _clips_with(thing, through) if _is_cut(mob) else ()
                yield Said(carrier, clips, marks=(name, *sorted(inner | _made_from(name, users, mobs))))


def _clips_with(thing: _Thing, through: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """The clips of the cuts that are reached through ``thing``, or through what it stands in; none where that is all
    of a cut."""
    each: _Thing | None = thing
    while each is not None and not each.is_of_all:
        found = through.get(_key(each.object))
        if found:
            return tuple(found)
        each = each.holder
    return ()


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
        thing = _Thing(one, slot, above[-1] if above else None, texts)
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
