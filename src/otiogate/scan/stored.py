"""What was read from a timeline, as plain data that a cache can hold, and a snapshot made of it again.

Stored is what the evidence room asked of the snapshot: the nodes that say something or that the ledger knew, and every
name by which a ledger may know others. Whatever else is asked of the restored snapshot is not answered but raises
``NotStored``, upon which the timeline is read. So a ledger that has changed never meets half a timeline.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar, get_args
from zlib import crc32

from otiogate.errors import ReadError
from otiogate.evidence.footprints import hints
from otiogate.evidence.matching import Matcher
from otiogate.evidence.statements import TRIGGERS, saying
from otiogate.report.model import HintLine
from otiogate.timeline.media import fold, folded, stem
from otiogate.timeline.model import (
    Carrier,
    ClipUse,
    Key,
    Kind,
    Known,
    Media,
    Origin,
    Problem,
    Snapshot,
    Subject,
    Timing,
)
from otiogate.timeline.time import Frames, Span

T = TypeVar("T")

LONGEST_HINT = 500
"""Characters of a remark that a hint repeats."""

MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""What comes of data that is not of this form: a cache may have been written by others."""


class NotStored(Exception):
    """Something was asked of a restored snapshot that only the timeline can tell."""


class Stored(NamedTuple):
    """``format`` and ``rate`` are those of the origin. ``quiet`` is how many uses a timeline makes that is whole and
    says nothing of any of them, and 0 of any other. ``names`` are check sums of the folded names of media, of four
    bytes each: one that is met by chance costs a reading. ``problems``, ``head``, ``subjects`` and ``nodes``, the nodes
    that go by each name that the ledger knew, are JSON, or nothing."""

    format: str
    rate: str
    quiet: int
    problems: str
    head: str
    subjects: str
    names: bytes
    nodes: str

    def is_quiet(self, matcher: Matcher) -> bool:
        """Whether neither the timeline nor the ledger says anything of it but how many uses it makes."""
        return self.quiet > 0 and not (matcher and matcher.candidates(_Names(self).keys))

    def met(self, path: str) -> tuple[Problem, ...]:
        """What is irregular about the timeline, or was not read of it, when it stands in ``path``."""
        return tuple(_problem_of(each, path) for each in json.loads(self.problems)) if self.problems else ()


def hint_lines(snapshot: Snapshot, known: Iterable[int]) -> Iterator[tuple[int, HintLine]]:
    """What sounds like AI on other nodes than the ``known``, as reports show it, each with its node."""
    apart = set(known)
    if isinstance(snapshot, Restored):
        yield from ((node, line) for node, line in snapshot.hints if node not in apart)
        return
    for hint in hints(snapshot, apart):
        record = f"{hint.use.record.first}-{hint.use.record.last}" if hint.use.record else ""
        line = HintLine(hint.use.address, hint.use.name, record, hint.text[:LONGEST_HINT], hint.footprint)
        yield hint.node, line


def stored(snapshot: Snapshot, matcher: Matcher) -> Stored | None:
    """What to store of ``snapshot``, once its evidence was collected with ``matcher``; nothing where it cannot be given
    back exactly."""
    path = snapshot.origin.path
    asked = dict(snapshot.asked)
    built = dict(snapshot.built)
    held = snapshot.holding(TRIGGERS)
    said_by = {node: tuple(filter(None, map(saying, snapshot.subject(node).carriers))) for node in held}
    head = {
        "uses": snapshot.uses,
        "media": snapshot.carries_media,
        "saying": sorted(node for node, carriers in said_by.items() if carriers),
        "asked": [[node, list(uses)] for node, uses in sorted(asked.items())],
        "hints": [[node, *vars(line).values()] for node, line in hint_lines(snapshot, ())],
    }
    subjects = {
        str(node): _subject(replace(each, carriers=said_by.get(node, ())))
        for node, each in built.items()
        if said_by.get(node) or each.use is not None or node not in held
    }
    names, nodes = _names(snapshot), dict[str, list[int]]()
    for node, name in sorted(set(matcher.met(snapshot.keys))):
        nodes.setdefault(name, []).append(node)
    if not ("".join(names).isascii() or names == set(map(fold, names))):
        return None  # a name that is not found again by what is kept of it
    problems = [_problem(each, path) for each in dict.fromkeys(snapshot.problems)]
    texts = [_text(problems) if problems else "", _text(head), _text(subjects), _text(nodes)]
    if None in texts or any(path and json.dumps(path)[1:-1] in (each or "") for each in texts):
        return None
    said = head["saying"] or head["hints"] or any(each.severity == "lost" for each in snapshot.problems)
    return Stored(
        snapshot.origin.format,
        snapshot.origin.rate,
        0 if said else snapshot.uses,
        texts[0] or "",
        texts[1] or "",
        texts[2] or "",
        _packed({crc32(each.encode("utf-8", "surrogatepass")) for each in names}),
        texts[3] or "",
    )


def refused(fault: ReadError, path: Path) -> Stored:
    """What to store of the timeline in ``path``, which cannot be read for its content alone."""
    where = _place(fault.where, str(path))
    return Stored("", "", 0, "", json.dumps({"fault": [fault.what, *where, fault.next_step]}), "", b"", "")


def _names(snapshot: Snapshot) -> set[str]:
    """Every name by which a ledger may know media, folded, with and without what may be its extension."""
    texts = {key.text for key in snapshot.keys()} if snapshot.names is None else snapshot.names()  # noqa: SIM118
    names = folded(texts)
    names.update([stem(each) for each in names])
    names.discard("")
    return names


def _packed(sums: set[int]) -> bytes:
    return struct.pack(f"<{len(sums)}I", *sorted(sums))


def _text(data: Any) -> str | None:
    """``data`` as JSON, if it is the same when it is read again."""
    try:
        text = json.dumps(data, separators=(",", ":"))
        return text if json.loads(text) == data else None
    except (TypeError, ValueError, RecursionError):
        return None


@dataclass(frozen=True)
class Restored(Snapshot):
    """A snapshot that answers what was asked of the timeline before, and raises ``NotStored`` for anything else."""

    count: int = 0
    saying: tuple[int, ...] = ()
    under: tuple[tuple[int, tuple[int, ...]], ...] = ()
    hints: tuple[tuple[int, HintLine], ...] = ()

    @property
    def uses(self) -> int:
        """How many uses of media the timeline makes."""
        return self.count

    def holding(self, triggers: Iterable[bytes]) -> set[int]:
        """The nodes that say something."""
        if tuple(triggers) != TRIGGERS:
            raise NotStored
        return set(self.saying)

    def uses_under(self, node: int) -> tuple[int, ...]:
        """Every use that is the node itself or lies below it."""
        for each, uses in self.under:
            if each == node:
                return uses
        raise NotStored


class _Unknown(Sequence[Any]):
    """Stands where a restored snapshot holds nothing."""

    def __getitem__(self, _: Any) -> NoReturn:
        raise NotStored

    def __len__(self) -> NoReturn:
        raise NotStored


def restored(found: Stored, path: Path, digest: str) -> Restored:
    """The snapshot of what was stored, as if it were read from ``path``, of which ``digest`` is. Raises ``ReadError``
    where it could not be read, and one of ``MALFORMED`` for what was not written by ``stored`` or ``refused``."""
    head = json.loads(found.head)
    if "fault" in head:
        what, place, here, next_step = head["fault"]
        raise ReadError(str(what), where=_place_of(place, here, str(path)), next_step=str(next_step))
    origin = Origin(path.name, found.format, digest, str(path), found.rate)
    subjects = _Subjects(found.subjects)
    unknown = _Unknown()
    return Restored(
        origin=origin,
        text=b"",
        starts=unknown,
        parents=unknown,
        is_use=unknown,
        eager=unknown,
        build=subjects.build,
        keys=_Names(found).keys,
        problems=found.met(origin.path),
        carries_media=head["media"],
        count=_is(int, head["uses"]),
        saying=tuple(head["saying"]),
        under=tuple((node, tuple(uses)) for node, uses in head["asked"]),
        hints=tuple((node, HintLine(*(_is(str, each) for each in line))) for node, *line in head["hints"]),
    )


def _not_stored() -> NoReturn:
    """Where media stands is asked only of a timeline that is read."""
    raise NotStored


class _Subjects:
    """The nodes that are stored, decoded when the first is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._data: dict[str, Any] | None = None

    def build(self, node: int) -> Subject:
        if self._data is None:
            self._data = json.loads(self._text)
        try:
            data = self._data[str(node)]
        except KeyError:
            raise NotStored from None
        return _subject_of(data)


class _Names:
    """The names of media that are stored."""

    def __init__(self, found: Stored) -> None:
        self._found = found

    def keys(self, known: Known | None = None) -> list[Key]:
        """Those that are ``known``."""
        if known is None:
            raise NotStored
        sums = struct.unpack(f"<{len(self._found.names) // 4}I", self._found.names)
        met = [name for each in known.by_sum.keys() & sums for name in known.by_sum[each]]
        nodes = json.loads(self._found.nodes) if met else {}
        try:
            found = [(name, nodes[name]) for name in (each.decode("utf-8", "surrogatepass") for each in sorted(met))]
        except KeyError:  # a name that the ledger did not know when this was stored
            raise NotStored from None
        return [Key(node, "name", name) for name, its in found for node in its]


def _is(kind: type[T], value: Any) -> T:
    """``value``, if it is of that kind. What others wrote into a cache has to be found out here, and not by whoever
    writes the report."""
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _are(kind: type[T], values: Any) -> tuple[T, ...]:
    return tuple(_is(kind, each) for each in _is(list, values))


def _line(value: Any) -> int | None:
    return None if value is None else _is(int, value)


def _place(where: str, path: str) -> tuple[str, bool]:
    """``where``, without ``path`` if it begins with that: the same timeline may lie elsewhere the next time."""
    here = bool(path) and where.startswith(path)
    return (where.removeprefix(path) if here else where), here


def _place_of(place: str, here: bool, path: str) -> str:
    return path + place if here else place


def _problem(problem: Problem, path: str) -> list[Any]:
    return [problem.severity, problem.what, *_place(problem.where, path)]


def _problem_of(data: list[Any], path: str) -> Problem:
    severity, what, place, here = data
    if severity not in ("odd", "lost"):
        raise ValueError(severity)
    return Problem(severity, _is(str, what), _place_of(_is(str, place), here, path))


def _subject(subject: Subject) -> list[Any]:
    use = subject.use
    return [
        subject.address,
        [_carrier(each) for each in subject.carriers],
        [[each.severity, each.what, each.where] for each in subject.problems],
        _use(use) if use else None,
    ]


def _subject_of(data: list[Any]) -> Subject:
    address, carriers, problems, use = data
    return Subject(
        _is(str, address),
        tuple(map(_carrier_of, carriers)),
        _use_of(use) if use else None,
        tuple(_problem_of([*each, False], "") for each in problems),
    )


def _carrier(each: Carrier) -> list[Any]:
    return [
        each.where,
        list(each.texts),
        each.metadata,
        each.line,
        _span(each.span),
        each.scope,
        list(each.also),
        each.active,
        list(each.faults),
    ]


def _carrier_of(data: list[Any]) -> Carrier:
    where, texts, metadata, line, span, scope, also, active, faults = data
    return Carrier(
        _is(str, where),
        _are(str, texts),
        _is(dict, metadata),
        _line(line),
        _span_of(span),
        _is(int, scope),
        _are(int, also),
        _is(bool, active),
        _are(str, faults),
    )


def _use(use: ClipUse) -> list[Any]:
    media = use.media
    return [
        use.address,
        use.name,
        use.kind,
        use.track,
        [list(media.references), list(media.reels), [list(each) for each in media.files], list(media.stated)],
        [_span(each) for each in (use.record, use.source, use.visible_source, use.available)],
        use.disabled,
        use.trimmed_out,
        use.line,
        use.event,
        list(use.other_names),
    ]


def _use_of(data: list[Any]) -> ClipUse:
    address, name, kind, track, media, times, disabled, trimmed_out, line, event, others = data
    references, reels, files, stated = media
    timing = Timing(*map(_span_of, times))
    if kind not in get_args(Kind):
        raise ValueError(kind)
    return ClipUse(
        _is(str, address),
        _is(str, name),
        kind,
        _is(str, track),
        Media(
            _are(str, references),
            _are(str, reels),
            files=tuple(_are(str, each) for each in files),
            stated=_are(str, stated),
            locate=_not_stored,
        ),
        lambda: timing,
        _is(bool, disabled),
        _is(bool, trimmed_out),
        _line(line),
        _is(str, event),
        _are(str, others),
    )


def _span(span: Span | None) -> list[Any] | None:
    if span is None:
        return None
    return [_frames(span.start), _frames(span.duration), str(span.rate), span.drop]


def _span_of(data: list[Any] | None) -> Span | None:
    if data is None:
        return None
    start, duration, rate, drop = data
    return Span(_frames_of(start), _frames_of(duration), _rate_of(rate), _is(bool, drop))


_NUMBER = re.compile(r"-?[0-9]{1,18}(/[0-9]{1,18})?\Z", re.ASCII)
"""What a fraction is written as; ``1e99999999`` is another way, which takes for ever."""


def _fraction(text: str) -> Fraction:
    if not _NUMBER.match(text):
        raise ValueError(text)
    return Fraction(text)


_rate_of = lru_cache(maxsize=16)(_fraction)  # one timeline has few


def _frames(frames: Frames) -> int | str:
    return frames if isinstance(frames, int) else str(frames)


def _frames_of(data: int | str) -> Frames:
    return data if type(data) is int else _fraction(_is(str, data))
