"""What is being delivered, to whom and when: what the scope of a record is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Stage = Literal["temp", "final"]


@dataclass(frozen=True)
class Context:
    """Empty text, an empty tuple and ``None`` mean: not known. Territories and languages are codes as configured."""

    production: str = ""
    season: str = ""
    episode: str = ""
    cut: str = ""
    deliverable_type: str = ""
    medium: str = ""
    territories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    stage: Stage = "final"
    release_date: datetime | None = None
    licence_end: datetime | None = None
    requested_by: str = ""
