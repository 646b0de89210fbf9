"""Finding configuration files and combining them: built-in < facility < project < command line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from otiogate.config.laws import BUILT_IN, COMMAND, FACILITY, LAWS, PROJECT, Layer, Said
from otiogate.config.model import Settings
from otiogate.documents.schemas import at, located_faults
from otiogate.documents.strict import Document, load_one
from otiogate.errors import UsageError
from otiogate.policy.load import DEFAULT
from otiogate.records.access import Access, Limits
from otiogate.records.context import Context
from otiogate.records.dates import begin, end
from otiogate.records.trust import age

PROJECT_FILE = "otiogate.yaml"
FACILITY_VARIABLE = "OTIOGATE_FACILITY"

_PATHS = ("policy", "records", "media")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
"""Begins the URI of a key that is in no file; a single letter is a drive."""

_PATH_MAPS = ("replaced_packs",)
_ONE_PATH = ("cache", "log", "trust", "state")


def facility_file() -> Path:
    """Where the facility's file stands on this operating system; it always loads, whatever the environment says."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "otiogate" / "facility.yaml"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/otiogate/facility.yaml")
    return Path("/etc/otiogate/facility.yaml")


def settings(
    near: Iterable[str] = (),
    *,
    config: Iterable[str] = (),
    mapped: Iterable[Layer] = (),
    command: dict[str, Any] | None = None,
    as_of: bool = False,
) -> Settings:
    """The settings for work on the paths ``near`` (source, target), from the working directory.

    ``config`` names project files in place of those found; ``mapped`` is what a context map says; ``command`` is what
    the command line sets; ``as_of`` says that the time of judging is overridden. Raises ``UsageError`` for a broken
    file, ``CannotJudge`` where two that apply conflict.
    """
    layers = list(_facility_layers())
    chosen = [Path(each) for each in config]
    layers += [_layer(path, PROJECT) for path in chosen]
    if not chosen:
        layers += [replace(_layer(path, PROJECT), found=True) for path in _project_files([*near, "."])]
    layers += mapped
    if command:
        layers.append(Layer("command line", COMMAND, command))
    found = _combined(layers)
    return replace(found, advisory=True) if as_of else found


def named(settings: Settings) -> Settings:
    """``settings`` without the project files that were merely found: what the facility and whoever runs this say, and
    nothing that can have come with a timeline. Raises as ``settings`` does."""
    kept = [each for each in settings.layers if not each.found]
    if len(kept) == len(settings.layers):
        return settings
    alone = _combined(kept)
    return replace(alone, run=settings.run, advisory=alone.advisory or settings.advisory)


def facility_settings() -> Settings:
    """What the facility alone sets, the same for every timeline. Raises as ``settings`` does."""
    return _combined(list(_facility_layers()))


def _facility_layers() -> Iterator[Layer]:
    path = facility_file()
    fixed = _stands_there(path)
    if fixed:
        yield _layer(path, FACILITY)
    added = os.environ.get(FACILITY_VARIABLE)
    if added and not os.path.exists(added):  # noqa: PTH110 - as in _project_files
        step = "correct the variable, or take it away"
        raise UsageError("there is no such file", where=f"{FACILITY_VARIABLE}={added}", next_step=step)
    if added:
        yield replace(_layer(Path(added), FACILITY), added=fixed)


def _stands_there(path: Path) -> bool:
    """Whether the facility has its file. A link that leads nowhere, or a file that may not be read, is one: what it
    says is not optional."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as fault:
        step = "it holds for this machine; ask who keeps it"
        raise UsageError(f"cannot be read: {fault.strerror}", where=str(path), next_step=step) from fault
    return True


def _project_files(near: Iterable[str]) -> Iterator[Path]:
    """The nearest project file at or above each path, each once."""
    seen: set[Path] = set()
    for each in near:
        start = Path(os.path.abspath(each))  # noqa: PTH100 - resolve() would leave the folder in which a link stands
        for folder in (start, *start.parents):
            path = folder / PROJECT_FILE
            if os.path.isfile(path):  # noqa: PTH113 - Path's own raises for a name that is too long
                if path not in seen:
                    seen.add(path)
                    yield path
                break


def checked(path: Path, name: str) -> Document:
    """The one document in ``path``, which fits the schema ``name``. Raises ``UsageError`` with the line that does
    not."""
    document = load_one(path, UsageError)
    faults = [(document.line(fault.culprit) or 0, fault) for fault in located_faults(name, document.value)]
    faults.sort(key=lambda each: each[0])
    if faults:
        (first, fault), *others = faults
        said = [f"{at(each.path)}: {each.sentence}" if each.path else each.sentence for _, each in faults]
        more = (f"; line {line}: {text}" for (line, _), text in zip(others, said[1:], strict=True))
        raise UsageError(
            said[0] + "".join(more),
            where=f"{path}:{first}" if first else str(path),
            next_step=(f"did you mean {fault.meant!r}? " if fault.meant else "") + f"see 'otiogate schema {name}'",
        )
    return document


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` of a configuration by the keys that have laws: ``deliverable.type`` is one of them."""
    found = {key: value for key, value in data.items() if key not in ("format", "deliverable")}
    return found | {f"deliverable.{key}": value for key, value in data.get("deliverable", {}).items()}


def _layer(path: Path, rank: int) -> Layer:
    data = flat(checked(path, "config").value)
    for key in _PATHS:
        if key in data:
            data[key] = [str(_beside(path, each)) for each in data[key]]
    for key in _ONE_PATH:
        if key in data:
            data[key] = str(_beside(path, data[key]))
    if "receipt_key" in data and not _SCHEME.match(data["receipt_key"]):
        data["receipt_key"] = str(_beside(path, data["receipt_key"]))
    for key in _PATH_MAPS:
        if key in data:
            data[key] = {name: str(_beside(path, each)) for name, each in data[key].items()}
    if "ca" in data.get("registry", {}):
        data["registry"] = data["registry"] | {"ca": str(_beside(path, data["registry"]["ca"]))}
    return Layer(str(path), rank, data)


def _beside(path: Path, other: str) -> Path:
    try:
        return path.absolute().parent / Path(other).expanduser()
    except RuntimeError as fault:
        raise UsageError(f"{other!r}: {fault}", where=str(path), next_step="write the path without ~") from fault


def _combined(layers: list[Layer]) -> Settings:
    said: dict[str, Said] = {}
    for layer in sorted(layers, key=lambda each: each.rank):
        for key, value in layer.data.items():
            said.setdefault(key, []).append((layer, value))
    if _only_by_command("packs", said):
        # The command line adds packs; it must not take away those that apply where no configuration names any.
        said["packs"].insert(0, (Layer("built-in", BUILT_IN, {}), DEFAULT))
    found = {key: LAWS[key](key, values) for key, values in said.items()}
    stage = found.get("stage", "final")
    allowed = found.get("stages")
    if allowed and stage not in allowed:
        where = said["stage"][-1][0].name if "stage" in said else "built-in"
        raise UsageError(f"the facility allows the stage {' or '.join(allowed)}, not {stage}", where=where)
    context = Context(
        production=found.get("production", ""),
        season=found.get("season", ""),
        episode=found.get("episode", ""),
        cut=found.get("cut", ""),
        deliverable_type=found.get("deliverable.type", ""),
        medium=found.get("deliverable.medium", ""),
        territories=found.get("deliverable.territories", ()),
        languages=found.get("deliverable.languages", ()),
        stage=stage,
        release_date=begin(found["release_date"]) if "release_date" in found else None,
        licence_end=end(found["licence_end"]) if "licence_end" in found else None,
        requested_by=found.get("requested_by", ""),
    )
    return Settings(
        context=context,
        packs=found.get("packs", DEFAULT),
        policy_files=tuple(Path(each) for each in found.get("policy", ())),
        records=tuple(Path(each) for each in found.get("records", ())),
        registry=None if _named("records", said) else _access(found.get("registry")),
        severities=found.get("severity", {}),
        on_export=found.get("on_export", "block"),
        declaration_required=found.get("declaration") == "required",
        handles=found.get("handles", 0),
        frame_rate=Fraction(found["frame_rate"]) if "frame_rate" in found else None,
        working_paths=tuple(found.get("working_paths", ())),
        replaced_packs={name: Path(each) for name, each in found.get("replaced_packs", {}).items()},
        pins=found.get("pins", {}),
        log=Path(found["log"]) if "log" in found else None,
        receipts="written" if "receipt_key" in found else found.get("receipts", "off"),
        receipt_key=found.get("receipt_key", ""),
        incoming=found.get("incoming", "any"),
        binding=found.get("binding", "reference"),
        media=tuple(Path(each) for each in found.get("media", ())),
        trust=Path(found["trust"]) if "trust" in found else None,
        state=Path(found["state"]) if "state" in found else None,
        facility=any(layer.facility for layer in layers),
        advisory=_overrides(said, stage) or _named("cache", said),
        sources=tuple(layer.name for layer in layers),
        layers=tuple(layers),
        cache=Path(found["cache"]) if "cache" in found else None,
        cache_named=_named("cache", said),
    )


def _only_by_command(key: str, said: dict[str, Said]) -> bool:
    return key in said and all(layer.rank == COMMAND for layer, _ in said[key])


def _access(found: Mapping[str, Any] | None) -> Access | None:
    """The registry that is configured."""
    if found is None:
        return None
    limits = Limits(total=found["timeout"]) if "timeout" in found else Limits()
    kept = age(found["kept"]) if "kept" in found else None
    return Access(found["url"].rstrip("/"), found.get("ca", ""), kept, limits)


def _named(key: str, said: dict[str, Said]) -> bool:
    """Whether the command line sets ``key``."""
    return any(layer.rank == COMMAND for layer, _ in said.get(key, ()))


def _overrides(said: dict[str, Said], stage: str) -> bool:
    """Whether the command line changed what a receipt would have to rest on."""
    configured = [value for layer, value in said.get("stage", ()) if layer.rank != COMMAND]
    # Where the facility has no folders of media, naming some overrides nothing.
    media = _named("media", said) and not _only_by_command("media", said)
    return _named("records", said) or media or stage != (configured[-1] if configured else "final")
