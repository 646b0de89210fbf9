"""Where a registry is, and how long it may take to answer. What asks it is loaded only where one is configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Limits:
    """How long a conversation may take, and how much may be answered. ``connect`` and ``read`` are seconds for one step
    on the network, ``total`` seconds for everything, waits and repetitions too; ``size`` is bytes of one answer."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 30.0
    size: int = 64 * 1024 * 1024
    tries: int = 3
    pause: float = 0.5


@dataclass(frozen=True)
class Access:
    """Where a registry is: its ``url`` without a slash at its end, and a file of certificate authorities that takes the
    place of the usual ones. ``kept`` is for how long its last answer may stand in for one."""

    url: str
    ca: str = ""
    kept: timedelta | None = None
    limits: Limits = field(default_factory=Limits)
