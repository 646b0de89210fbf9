"""The settings that a run is judged under, after all layers are combined."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from otiogate.policy.load import DEFAULT, policy
from otiogate.policy.model import Policy, Severity
from otiogate.records.binding import Terms
from otiogate.records.context import Context
from otiogate.records.ledger import held, trust_in, with_index
from otiogate.records.model import RecordSet
from otiogate.records.store import FolderStore


@dataclass(frozen=True)
class Settings:
    """``sources`` are the layers, from the weakest. ``advisory``: the command line overrode records, time, stage or
    media."""

    context: Context = field(default_factory=Context)
    packs: tuple[str, ...] = DEFAULT
    policy_files: tuple[Path, ...] = ()
    records: tuple[Path, ...] = ()
    severities: dict[str, Severity] = field(default_factory=dict)
    on_export: Literal["block", "report"] = "block"
    declaration_required: bool = False
    handles: int = 0
    working_paths: tuple[str, ...] = ()
    replaced_packs: dict[str, Path] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    binding: Literal["reference", "media"] = "reference"
    media: tuple[Path, ...] = ()
    trust: Path | None = None
    state: Path | None = None
    facility: bool = False
    advisory: bool = False
    sources: tuple[str, ...] = ()

    def policy(self) -> Policy:
        """The policy that these settings make active."""
        return policy(
            self.packs,
            self.policy_files,
            severities=self.severities,
            replaced=self.replaced_packs,
            pins=self.pins,
        )

    def terms(self, *, shows_trimmed: bool = False) -> Terms:
        """How closely records have to be bound to the media; ``shows_trimmed``: what is trimmed out comes back."""
        return Terms(self.binding == "media", self.handles, shows_trimmed)

    def store(self) -> FolderStore:
        """The store of records."""
        return FolderStore(self.records)

    def ledger(self, now: datetime) -> RecordSet:
        """The records as the facility trusts them at ``now``: as they stand where it has no trust file. Raises
        ``CannotJudge``."""
        found = self.store().fetch()
        if self.trust is None:
            return found
        trust = trust_in(self.trust)
        known = held(found, trust, self.state)
        return with_index(known, trust, self.state, self.context.production, None if self.advisory else now)

    def is_working_path(self, target: str) -> bool:
        """Whether saves to ``target`` are reported and never blocked."""
        if not target or not self.working_paths:
            return False
        # The real path: a link must not carry a delivery into a folder where nothing is stopped.
        path = Path(target).resolve().as_posix()
        return any(fnmatch(path, each) for each in self.working_paths)
