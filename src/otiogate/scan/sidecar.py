"""``<file>.genai.json`` beside a timeline: the disclosures for which its format has no place.

A sidecar can only raise what is required. What it says of a use that is not found is said of the whole timeline, that
no AI was used it cannot say, and one that is about another file is a finding.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.documents.schemas import at, faults
from otiogate.documents.strict import load_one
from otiogate.errors import CannotJudge, ReadError, VersionError
from otiogate.evidence.claims import SOURCE_TYPE, Claim
from otiogate.evidence.matching import is_elsewhere
from otiogate.evidence.tag import is_tag, parse_tag
from otiogate.timeline.media import fold, names_nobody
from otiogate.timeline.model import Carrier, ClipUse, Problem, Snapshot, Subject

SUFFIX = ".genai.json"
"""What the name of a sidecar ends with; it begins with that of its timeline."""

FORMAT = 1
_TOLD = ("event", "name", "reel", "source_range")


@dataclass(frozen=True)
class Entry:
    """What is said of one use, and how it is told: by ``event``, ``name``, ``reel`` and ``source_range`` (``in-out``).
    One without any of these speaks for the whole timeline."""

    values: tuple[Any, ...]
    event: str = ""
    name: str = ""
    reel: str = ""
    source_range: str = ""


@dataclass(frozen=True)
class Sidecar:
    """``where`` is its file name, for people; ``sha256`` is of the timeline it is about."""

    where: str
    sha256: str
    entries: tuple[Entry, ...]


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of the timeline in ``path`` stands."""
    return path.with_name(path.name + SUFFIX)


def has_sidecar(path: str) -> bool:
    """Whether anything stands where the sidecar of the timeline in ``path`` would."""
    return os.path.lexists(path + SUFFIX)


def has_astray(folder: str) -> bool:
    """Whether a sidecar without its timeline lies in ``folder``."""
    return bool(_astray_in(folder or ".", _version_of(folder or ".")[0]))


def astray(names: Iterable[str]) -> list[str]:
    """Those of ``names``, of all that is in a folder, that are sidecars without their timeline."""
    found = sorted(each for each in names if each.endswith(SUFFIX) and each[0] != ".")
    there = frozenset(names) if found else frozenset()
    return [each for each in found if each.removesuffix(SUFFIX) not in there]


def entry_of(use: ClipUse, values: Iterable[Any] = ()) -> Entry:
    """``values`` said of ``use``."""
    name = use.name or next(iter(use.media.references), "")
    source = f"{use.source.first}-{use.source.last}" if use.source and use.kind != "other" else ""
    return Entry(tuple(values), use.event, name, next(iter(use.media.reels), ""), source)


def sidecar_for(path: Path, digest: str, left: Iterable[tuple[ClipUse, Sequence[Claim]]]) -> Sidecar:
    """The sidecar of the timeline in ``path`` that says what is ``left``; entries of one use are one."""
    found: dict[Entry, list[Any]] = {}
    for use, claims in left:
        values = [claim.value for claim in claims if not claim.says_none]
        if values:
            found.setdefault(entry_of(use), []).extend(values)
    entries = (replace(entry, values=tuple(values)) for entry, values in found.items())
    return Sidecar(sidecar_of(path).name, digest, tuple(entries))


def sidecar_text(sidecar: Sidecar) -> str:
    """The sidecar as its file holds it."""
    uses = []
    for entry in sidecar.entries:
        told = {name: getattr(entry, name) for name in _TOLD}
        uses.append({name: text for name, text in told.items() if text} | {"disclosures": list(entry.values)})
    subject = {"name": sidecar.where.removesuffix(SUFFIX), "sha256": sidecar.sha256}
    return json.dumps({"format": FORMAT, "subject": subject, "uses": uses}, indent=2, ensure_ascii=True) + "\n"


def renewed(sidecar: Sidecar, digest: str, path: Path, data: bytes) -> Sidecar:
    """``sidecar`` for ``data``, which was made from a timeline of ``digest`` and is written to ``path``. One that did
    not fit that timeline does not fit this one either."""
    fits = sidecar.sha256 == digest
    return replace(sidecar, where=sidecar_of(path).name, sha256=sha256(data) if fits else sidecar.sha256)


def write_sidecar(path: Path, sidecar: Sidecar) -> None:
    """Writes the sidecar of the timeline in ``path``, whole or not at all; one that would say nothing is removed.
    Raises ``CannotJudge``."""
    from otiogate.documents.write import write_text

    target = sidecar_of(path)
    try:
        if target.is_symlink():
            target.unlink()  # what it leads to is somebody else's
        if sidecar.entries:
            write_text(target, sidecar_text(sidecar))
        else:
            target.unlink(missing_ok=True)
    except OSError as fault:
        what = f"cannot be written: {fault.strerror or fault}; without it the export lacks disclosures"
        raise CannotJudge(what, where=str(target), next_step="write elsewhere") from fault


def read_sidecar(path: Path) -> Sidecar | None:
    """The sidecar of the timeline in ``path``, where there is one. Raises ``ReadError``, or ``VersionError``."""
    place = sidecar_of(path)
    if not os.path.lexists(place):
        return None
    step = "ask who delivered it for another, or take it away and have its clips tagged"
    if place.is_symlink() or not place.is_file():
        raise ReadError("is no file of its own, but a link or a folder", where=str(place), next_step=step)
    data = load_one(place, ReadError).value
    version = data.get("format") if isinstance(data, dict) else None
    if isinstance(version, int) and version != FORMAT:
        what = f"is a sidecar of format {version}; this version reads format {FORMAT}"
        raise VersionError(what, where=str(place), next_step="update otiogate")
    for wrong, sentence in faults("sidecar", data):
        raise ReadError(f"{at(wrong)}: {sentence}", where=str(place), next_step=step)
    entries = (Entry(tuple(use["disclosures"]), *(use.get(name, "") for name in _TOLD)) for use in data["uses"])
    return Sidecar(place.name, data["subject"]["sha256"], tuple(entries))


def with_sidecar(snapshot: Snapshot, path: Path) -> Snapshot:
    """The snapshot of the timeline in ``path`` with what its sidecar says. Raises as ``read_sidecar`` does."""
    sidecar = read_sidecar(path)
    found = attached(snapshot, sidecar) if sidecar else snapshot
    for place in _astray_beside(path):
        if _subject_of(place, *_version_of(place)) == snapshot.origin.digest:
            other = read_sidecar(place.with_name(place.name.removesuffix(SUFFIX)))
            if other is not None:
                what = f"is called after another file, and is about this one ({other.sha256}); it counts"
                found = attached(found, other).with_problems([Problem("odd", what, other.where)])
    return found


def _astray_beside(path: Path) -> list[Path]:
    """The sidecars without their timeline in the folder of ``path``."""
    folder = os.path.dirname(path) or "."  # noqa: PTH120 - thousands of files: no Path for each
    return [Path(folder, each) for each in _astray_in(folder, _version_of(folder)[0])]


@lru_cache(maxsize=64)
def _astray_in(folder: str, _changed: int) -> tuple[str, ...]:
    """Listed once for each state of the folder, not for each timeline in it."""
    try:
        return tuple(astray(os.listdir(folder)))  # noqa: PTH208 - as above
    except OSError:
        return ()


@lru_cache(maxsize=4096)
def _subject_of(place: Path, _changed: int, _size: int) -> str:
    """The digest of what a sidecar is about; nothing where it cannot be read."""
    try:
        found = read_sidecar(place.with_name(place.name.removesuffix(SUFFIX)))
    except CannotJudge:
        return ""
    return found.sha256 if found else ""


def _version_of(place: str | Path) -> tuple[int, int]:
    try:
        found = os.stat(place)  # noqa: PTH116 - as above
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return 0, 0
    return found.st_mtime_ns, found.st_size


def attached(snapshot: Snapshot, sidecar: Sidecar) -> Snapshot:
    """The snapshot with a carrier on every use, or on the whole, for each entry of ``sidecar``."""
    further: dict[int, list[Carrier]] = {}
    problems: list[Problem] = []
    roots = [node for node, parent in enumerate(snapshot.parents) if parent < 0]
    if sidecar.sha256 != snapshot.origin.digest:
        what = f"is about another file ({sidecar.sha256}), or this one was changed since"
        for node in roots:
            further.setdefault(node, []).append(Carrier(sidecar.where, faults=(what,)))
    finder = Finder(snapshot)
    for number, entry in enumerate(sidecar.entries, 1):
        where = f"{sidecar.where}, use {number}"
        carrier = Carrier(where, metadata=_metadata(entry.values))
        if len(entry.values) > len(_raising(entry.values)):
            problems.append(Problem("odd", "that no AI was used cannot be said in a sidecar; passed over", where))
        nodes = finder.find(entry)
        if not nodes and entry != Entry(entry.values):
            problems.append(Problem("odd", "its use is not found; taken for the whole timeline", where))
        for node in nodes or roots:
            further.setdefault(node, []).append(carrier)

    def build(node: int) -> Subject:
        subject = snapshot.subject(node)
        return replace(subject, carriers=(*subject.carriers, *further.get(node, ())))

    eager = sorted({*snapshot.eager, *further})
    return replace(snapshot, build=build, eager=eager, built={}).with_problems(problems)


def _raising(values: Sequence[Any]) -> list[Any]:
    return [each for each in values if not (isinstance(each, str) and _says_none(each))]


def _says_none(text: str) -> bool:
    tag = parse_tag(text if is_tag(text) else f"GENAI {text}")
    return tag.none and not tag.faults


def _metadata(values: Sequence[Any]) -> Mapping[str, Any]:
    """``values`` as the metadata of a carrier."""
    said, types = told_apart(values)
    return ({"genai": said} if said else {}) | ({SOURCE_TYPE: types} if types else {})


def told_apart(values: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """What raises something in ``values``: what is said, and digital source types, which are no disclosures."""
    kept = _raising(values)
    types = [each for each in kept if _is_source_type(each)]
    return [each for each in kept if each not in types], [each[SOURCE_TYPE] for each in types]


def _is_source_type(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {SOURCE_TYPE} and isinstance(value[SOURCE_TYPE], str)


@dataclass
class Finder:
    """Finds uses of a snapshot by what an entry tells of them."""

    snapshot: Snapshot
    _index: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def find(self, entry: Entry) -> list[int]:
        """The uses that agree with most of what ``entry`` tells, and are not of another part of the media; none where
        no name, reel or event of it is known."""
        self._build()
        score: dict[int, int] = {}
        told = (("name", entry.name), ("reel", entry.reel), ("event", entry.event))
        for key in ((what, fold(text)) for what, text in told if text):
            for node in self._index.get(key, ()):
                score[node] = score.get(node, 0) + 1
        fitting = {node: number for node, number in score.items() if self._fits(node, entry.source_range)}
        most = max(fitting.values(), default=0)
        return sorted(node for node, number in fitting.items() if number == most)

    def use(self, node: int) -> ClipUse:
        """The use at ``node``."""
        found = self.snapshot.subject(node).use
        assert found is not None
        return found

    def _fits(self, node: int, source_range: str) -> bool:
        use = self.use(node)
        return not source_range or use.source is None or not is_elsewhere(source_range, use.source, use.available)

    def _build(self) -> None:
        if self._index:
            return
        for node in (each for each, is_use in enumerate(self.snapshot.is_use) if is_use):
            for key in self._keys(self.use(node)):
                self._index.setdefault(key, []).append(node)

    def _keys(self, use: ClipUse) -> Iterator[tuple[str, str]]:
        names = {fold(each) for each in (use.name, *use.other_names, *use.media.references) if each}
        yield from (("name", each) for each in names)
        yield from {("reel", fold(each)) for each in use.media.reels if not names_nobody(each)}
        if use.event:
            yield "event", fold(use.event)
