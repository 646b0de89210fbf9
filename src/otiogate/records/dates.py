"""Dates in records: RFC 3339 times, and days that begin and end in the zone they name."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)


@lru_cache(maxsize=4096)
def instant(text: str) -> datetime:
    """An RFC 3339 time with a zone. Raises ``ValueError``."""
    found = datetime.fromisoformat(text.strip().upper().replace("Z", "+00:00"))
    if found.tzinfo is None:
        raise ValueError(f"{text!r} names no zone")
    return found


@lru_cache(maxsize=4096)
def begin(text: str) -> datetime:
    """The instant at which ``text`` begins: a day begins at its midnight in the zone it names."""
    day = _DAY.match(text)
    if day is None:
        return instant(text)
    return datetime.combine(datetime.fromisoformat(day.group(1)).date(), time(), _zone(day.group(2)))


@lru_cache(maxsize=4096)
def end(text: str) -> datetime:
    """The instant at which ``text`` ends: a day ends when the next begins."""
    return begin(text) + timedelta(days=1) if _DAY.match(text) else instant(text)


def _zone(text: str) -> timezone:
    if text == "Z":
        return timezone.utc
    hours, minutes = int(text[1:3]), int(text[4:6])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
