"""What a run opens of the media of a timeline, and what the report says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from otiogate.config.model import Settings
from otiogate.evidence.bundles import Bundle
from otiogate.evidence.collect import Collected, UsePoint
from otiogate.evidence.facts import Examiner
from otiogate.evidence.locating import Locator
from otiogate.evidence.matching import Matcher
from otiogate.report.model import MediaLine
from otiogate.signing.memory import Memory
from otiogate.timeline.model import Snapshot

Opens = Literal["nothing", "declared", "all"]
"""``nothing``: what is remembered is looked up, for AI uses and by their paths alone; an export must not wait for more.
``declared``: the media of AI uses is read, and what is remembered of all other media is looked up. ``all``: all is
read."""


def looks_at_media(settings: Settings, opens: Opens, *, ships: bool) -> bool:
    """Whether the media of a timeline is looked at: where folders of it are known, and where all is read of one that
    ``ships`` its own."""
    return bool(settings.media) or (opens == "all" and ships)


def with_media(
    snapshot: Snapshot, collected: Collected, matcher: Matcher, settings: Settings, now: datetime, opens: Opens
) -> Snapshot:
    """``snapshot`` with what is known of its media below the folders of ``settings``; itself where that changes nothing
    of what it says. ``collected`` is what it said without. Raises ``CannotJudge`` where such a folder is not there."""
    wanted = {point.node for point in _points(collected)}
    if opens == "nothing" and not wanted:
        return snapshot
    locator, nodes = _locator(settings.media, opens != "nothing", now), set(wanted)
    if opens == "all" or (opens == "declared" and (matcher.knows_digests or settings.registry is not None)):
        nodes.update(node for node, is_use in enumerate(snapshot.is_use) if is_use)
    uses = ((node, snapshot.subject(node).use) for node in sorted(nodes))
    media = {node: use.media for node, use in uses if use is not None and use.media.places}
    if not media:
        return snapshot
    memory = Memory(None if settings.advisory else settings.state)
    bundle = Bundle(Path(snapshot.origin.path)) if snapshot.carries_media else None
    examiner = Examiner(locator, memory, snapshot.origin.path, bundle)
    reads = {"nothing": set[int](), "declared": wanted, "all": nodes}[opens]
    known = examiner.known(media, reads)
    # Of what is no AI use so far, only its content can make it one.
    found = {node: each for node, each in known.items() if node in wanted or each.is_known}
    return snapshot.with_media(found) if found else snapshot


@lru_cache(maxsize=4)
def _locator(roots: tuple[Path, ...], by_name: bool, now: datetime) -> Locator:
    """One listing of the folders serves all timelines of a run, which are judged at the same time ``now``."""
    return Locator(roots, by_name=by_name)


def media_lines(collected: Collected) -> Iterator[MediaLine]:
    """What is known of the media of AI uses, each file once, by name."""
    facts = {fact for point in _points(collected) for fact in point.use.media.facts}
    lines = {MediaLine(each.key, each.state, each.digest, each.frames, each.why) for each in facts}
    yield from sorted(lines, key=lambda each: (each.file, each.state, each.digest, each.why))


def _points(collected: Collected) -> Iterator[UsePoint]:
    found = (collected.declared, collected.undisclosed, collected.invalid, collected.differs)
    yield from (point for raised in found for each in raised for point in each.points)
