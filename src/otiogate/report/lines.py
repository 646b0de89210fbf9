"""The lines of a report that are made of uses of media and of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.evidence.collect import UsePoint
from otiogate.evidence.disclosure import Disclosure
from otiogate.records.binding import Terms, bound
from otiogate.records.context import Context
from otiogate.records.model import DECISIONS, Record, RecordSet
from otiogate.report.model import BoundLine, UseLine, WaiverLine
from otiogate.timeline.model import ClipUse


def media_of(use: ClipUse) -> tuple[str, ...]:
    """What the use points at: its files, each by one of its names; else its reels, else its own name."""
    return tuple(names[0] for names in use.media.files if names) or use.media.reels or (use.name,)


def uses_of(points: Iterable[UsePoint]) -> tuple[tuple[ClipUse, ...], ...]:
    """The uses at ``points``: each alone, or the sides of a transition together where only that is known of them."""
    alone: list[tuple[ClipUse, ...]] = []
    transitions: dict[int, list[ClipUse]] = {}
    for point in points:
        if point.alone:
            alone.append((point.use,))
        for each in point.sides:
            transitions.setdefault(each, []).append(point.use)
    return (*alone, *(tuple(transitions[each]) for each in sorted(transitions)))


def use_line(point: UsePoint) -> UseLine:
    """The use as the report shows it."""
    use = point.use
    return UseLine(
        address=use.address,
        name=use.name,
        track=use.track,
        reel=", ".join(use.media.reels),
        record=f"{use.record.first}-{use.record.last}" if use.record else "",
        source=f"{use.source.first}-{use.source.last}" if use.source else "",
        event=use.event,
        line=use.line or 0,
        visible=point.visible,
        said=point.said,
    )


def waiver_line(record: Record) -> WaiverLine:
    """A waiver that takes uses out of a rule."""
    data = record.data
    return WaiverLine(record.id, str(data["reason"]), str(data["approver"]["role"]), str(data["expires_at"]))


def bound_lines(
    used: Iterable[str], records: RecordSet, disclosure: Disclosure | None, points: Iterable[UsePoint], terms: Terms
) -> Iterator[BoundLine]:
    """How each of the records ``used``, of those that are given for media, is bound to it."""
    uses = uses_of(points) if disclosure is not None else ()
    for record in (records.records[each] for each in sorted(set(used))):
        if disclosure is not None and record.kind in (*DECISIONS, "clearance"):
            yield BoundLine(record.id, bound(record.data["covers"], disclosure, uses, terms))


def context_data(context: Context) -> dict[str, Any]:
    """The delivery as plain data."""
    found: dict[str, Any] = {}
    for name, value in vars(context).items():
        if isinstance(value, datetime):
            found[name] = value.isoformat()
        elif isinstance(value, tuple):
            found[name] = list(value)
        else:
            found[name] = value
    return found


def fingerprint(*parts: str | list[str]) -> str:
    """What tells one finding from another, whenever and wherever it is found."""
    lines = (each if isinstance(each, str) else "\n".join(each) for each in parts)
    return sha256("\n".join(("otiogate/finding/v1", *lines)).encode("utf-8", "surrogatepass"))[7:23]
