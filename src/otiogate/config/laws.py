"""How the layers of one key combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from otiogate.errors import CannotJudge, UsageError


@dataclass(frozen=True)
class Layer:
    """One configuration file (or the command line), its data flat: ``deliverable.type`` is a key.

    ``added``: named by the environment although the facility has a file of its own. Anybody can set an environment, so
    such a layer adds, and does not speak for the facility. ``found``: a project file that nobody named; it stood near
    the timeline, and may have come with it.
    """

    name: str
    rank: int
    data: dict[str, Any]
    added: bool = False
    found: bool = False

    @property
    def facility(self) -> bool:
        """Whether the facility speaks."""
        return self.rank == FACILITY and not self.added


BUILT_IN, FACILITY, PROJECT, COMMAND = range(4)

Said = list[tuple[Layer, Any]]
"""Every layer that sets a key, from the weakest, and what it sets."""

Law = Callable[[str, Said], Any]


def union(key: str, said: Said) -> Any:
    """All that any layer names, sorted."""
    return tuple(sorted({each for _, values in said for each in values}, key=str))


def strictest(order: tuple[str, ...]) -> Law:
    """The strictest that any layer sets; ``order`` runs from the mildest."""

    def law(key: str, said: Said) -> Any:
        return max((value for _, value in said), key=order.index)

    return law


def largest(key: str, said: Said) -> Any:
    """The largest number: of handles, the longest bring the most of the media into the question."""
    return max(value for _, value in said)


def strictest_of_each(order: tuple[str, ...]) -> Law:
    """The strictest for each key of a mapping."""

    def law(key: str, said: Said) -> Any:
        found: dict[str, str] = {}
        for _, values in said:
            for name, value in values.items():
                found[name] = max(found.get(name, value), value, key=order.index)
        return found

    return law


def facility_only(key: str, said: Said) -> Any:
    """Only the facility may set it."""
    for layer, _ in said:
        if not layer.facility:
            step = "take it out, or have it set in the facility's file"
            raise UsageError(f"only the facility may set {key!r}", where=layer.name, next_step=step)
    return said[-1][1]


def facility_first(key: str, said: Said) -> Any:
    """The facility's where it sets it, and then no project may; else the project's. The command line may look
    elsewhere, which marks the report advisory."""
    own = [each for each in said if each[0].rank != COMMAND]
    if any(layer.facility for layer, _ in own):
        facility_only(key, own)
    return agreed(key, said)


def facility_or_command(key: str, said: Said) -> Any:
    """The command line's, which may mark the report advisory; else only the facility may set it."""
    own = [each for each in said if each[0].rank != COMMAND]
    if own:
        facility_only(key, own)
    return said[-1][1]


def agreed(key: str, said: Said) -> Any:
    """One value: the strongest layer's. Two of the same rank that differ leave no verdict possible."""
    (first, value), *others = [each for each in said if each[0].rank == said[-1][0].rank]
    for layer, other in others:
        if other != value:
            raise CannotJudge(
                f"{key!r} is {_shown(value)} in {first.name}, but {_shown(other)} in {layer.name}",
                next_step="both configurations apply; make them agree, or pass --config",
            )
    return value


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, (str, int)) else str(value)


SEVERITY_ORDER = ("info", "warn", "final", "block")

LAWS: dict[str, Law] = {
    "production": agreed,
    "season": agreed,
    "episode": agreed,
    "cut": agreed,
    "deliverable.type": agreed,
    "deliverable.medium": agreed,
    "deliverable.territories": union,
    "deliverable.languages": union,
    "stage": agreed,
    "release_date": agreed,
    "licence_end": agreed,
    "requested_by": agreed,
    "packs": union,
    "policy": union,
    "records": facility_first,
    "registry": facility_only,
    "severity": strictest_of_each(SEVERITY_ORDER),
    "on_export": strictest(("report", "block")),
    "binding": strictest(("reference", "media")),
    "media": facility_or_command,
    "declaration": strictest(("off", "required")),
    "frame_rate": agreed,
    "handles": largest,
    "stages": facility_only,
    "working_paths": facility_only,
    "replaced_packs": facility_only,
    "pins": facility_only,
    "cache": facility_or_command,
    "log": facility_only,
    "receipts": strictest(("off", "written")),
    "receipt_key": facility_only,
    "incoming": strictest(("any", "receipt")),
    "trust": facility_only,
    "state": facility_only,
}
"""Configuration key -> the law by which its layers combine."""
