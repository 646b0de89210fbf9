"""The settings that a run is judged under, after all layers are combined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path
from typing import Literal

from otiogate.config.laws import Layer
from otiogate.errors import UsageError
from otiogate.policy.load import DEFAULT, policy
from otiogate.policy.model import Policy, Severity
from otiogate.records.access import Access
from otiogate.records.binding import Terms
from otiogate.records.context import Context
from otiogate.records.joined import JoinedStore, joined
from otiogate.records.ledger import held, trust_in, with_index
from otiogate.records.model import RecordSet
from otiogate.records.signed import trusted
from otiogate.records.store import FolderStore, RecordStore
from otiogate.signing.memory import Memory


@dataclass(frozen=True)
class Settings:
    """``sources`` are the names of the ``layers``, from the weakest. ``advisory``: the command line overrode records,
    time, stage or media, or named the cache (``cache_named``). ``run`` is the same for all that is judged together:
    within it, a registry is asked once."""

    context: Context = field(default_factory=Context)
    packs: tuple[str, ...] = DEFAULT
    policy_files: tuple[Path, ...] = ()
    records: tuple[Path, ...] = ()
    registry: Access | None = None
    run: str = ""
    severities: dict[str, Severity] = field(default_factory=dict)
    on_export: Literal["block", "report"] = "block"
    declaration_required: bool = False
    handles: int = 0
    frame_rate: Fraction | None = None
    working_paths: tuple[str, ...] = ()
    replaced_packs: dict[str, Path] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    log: Path | None = None
    receipts: Literal["off", "written"] = "off"
    receipt_key: str = ""
    incoming: Literal["any", "receipt"] = "any"
    binding: Literal["reference", "media"] = "reference"
    media: tuple[Path, ...] = ()
    trust: Path | None = None
    state: Path | None = None
    facility: bool = False
    advisory: bool = False
    sources: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    cache: Path | None = None
    cache_named: bool = False

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

    @property
    def has_records(self) -> bool:
        """Whether anything is configured that could hold records."""
        return bool(self.records or self.registry)

    def store(self) -> RecordStore:
        """The store of records."""
        folders = FolderStore(self.records)
        if self.registry is None:
            return folders
        from otiogate.records.registry import RegistryStore

        if self.registry.kept and not (self.trust and self.state and trust_in(self.trust).wants_index):
            what = "an answer of the registry is kept only where 'state' says where and 'trust' demands an index"
            step = "set both, or take 'kept' out of 'registry'"
            raise UsageError(what, where=", ".join(self.sources), next_step=step)
        registry = RegistryStore(self.registry, self.context.production, self.run, self.state)
        return JoinedStore([folders, registry]) if self.records else registry

    def ask_ahead(self) -> None:
        """Asks the registry for the ledger, so that the processes of a scan need not, each for itself. Raises
        ``CannotJudge``."""
        if self.registry is not None:
            replace(self, records=()).store().fetch()

    def ledger(self, now: datetime) -> RecordSet:
        """The records as the facility trusts them at ``now``: as they stand where it has no trust file. Raises
        ``CannotJudge``."""
        found = self.store().fetch()
        if self.trust is None:
            return found
        trust = trust_in(self.trust)
        known = held(found, trust, self.state)
        return with_index(known, trust, self.state, self.context.production, None if self.advisory else now)

    def further(self, records: RecordSet, ids: Iterable[str], media: Iterable[str]) -> RecordSet:
        """``records``, and what is on record elsewhere of the ``ids`` and digests of ``media`` that a timeline names,
        as the facility trusts it. Raises ``CannotJudge``."""
        found = self.store().look_up(ids, media)
        if not found.records:
            return records
        if self.trust is not None:
            found = trusted(found, trust_in(self.trust), Memory(self.state))
        return joined([records, found])

    def is_working_path(self, target: str) -> bool:
        """Whether saves to ``target`` are reported and never blocked."""
        if not target or not self.working_paths:
            return False
        # The real path: a link must not carry a delivery into a folder where nothing is stopped.
        path = Path(target).resolve().as_posix()
        return any(fnmatch(path, each) for each in self.working_paths)
