"""Disclosures carried onward on export: into the best place of the format, and what is left into the sidecar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from otiogate.evidence.claims import Claim, Claimed
from otiogate.scan.sidecar import Finder, entry_of
from otiogate.timeline.formats import BY_SUFFIX
from otiogate.timeline.model import ClipUse, Snapshot

Left = Sequence[tuple[ClipUse, Sequence[Claim]]]


@dataclass(frozen=True)
class Export:
    """What is written in place of a timeline, which is the timeline itself where nothing has to be added; what was
    claimed in it (``None`` where it was not asked again); and what its format has no place for."""

    thing: Any
    claimed: Sequence[Claimed] | None = None
    left: Left = ()


def carried(thing: Any, suffix: str, claimed: Sequence[Claimed], *, leaves_out_disabled: bool) -> Export:
    """``thing`` as it is written to a file of ``suffix``. One that is no timeline's, or none, may be of any format."""
    from otiogate.host.carrying import WHOLE, carry

    keeps_all = suffix in WHOLE
    tags = {
        each.node: texts
        for each in claimed
        if (texts := [claim.tag for claim in each.claims if claim.tag and (claim.new or not keeps_all)])
    }
    if not tags and (keeps_all or not claimed):
        return Export(thing, claimed)
    made, without = carry(thing, suffix if suffix in BY_SUFFIX else "", tags)
    left = []
    for each in claimed if not keeps_all else ():
        if leaves_out_disabled and each.use.disabled:
            continue
        homeless = without.get(each.node, ())
        # Of a format that is not known here nobody can tell what its writer keeps.
        unsure = suffix not in BY_SUFFIX
        claims = [claim for claim in each.claims if unsure or not claim.is_held or claim.tag in homeless]
        if claims:
            left.append((each.use, claims))
    return Export(made, claimed, left)


def lost(before: Snapshot, said: Sequence[Claimed], after: Snapshot, read: Iterable[Claimed]) -> list[str]:
    """What was claimed in ``before`` and is not in ``after``, which is what was written from it, with its use.

    That no AI was used is no disclosure, and what a viewer of the cut cannot reach may be left out.
    """
    kept = {each.node: {claim.content for claim in each.claims} for each in read}
    claims = {each.node: {claim.content for claim in each.claims} for each in said}
    everywhere = set().union(*kept.values())
    old, new = Finder(before), Finder(after)
    found: dict[str, None] = {}
    for each in said:
        for claim in (claim for claim in each.claims if each.use.visible and not claim.says_none):
            there = [claim.content in kept.get(node, ()) for node in _same(new, each.use)]
            # Where all that go by one name said it, all of them still do; else one of them.
            every = all(claim.content in claims.get(node, ()) for node in _same(old, each.use))
            nameless = not there and not _names(each.use)
            if not (claim.content in everywhere if nameless else there and (all if every else any)(there)):
                found[f"{claim.label[:200]} on {each.use.address}"] = None
    return list(found)


def _same(finder: Finder, use: ClipUse) -> list[int]:
    """The uses that are ``use`` in another timeline, by the first of its names that is known there."""
    entry = entry_of(use)
    found = (finder.find(replace(entry, name=name)) for name in _names(use) or [""])
    return next((nodes for nodes in found if nodes), [])


def _names(use: ClipUse) -> list[str]:
    return [each for each in (use.name, *use.media.references, *use.media.reels) if each]
