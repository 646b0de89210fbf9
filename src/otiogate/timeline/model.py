"""What was delivered, as plain data: a snapshot of nodes, each built into a subject only when something asks for it.

A timeline of 10,000 clips, few of them tagged, is judged by building few of them: the snapshot keeps the text of
every node (compact OTIO JSON, or the raw lines of an EDL event), finds by plain search which nodes hold a word of
interest, and builds those. A property test holds that this shortcut changes no report.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple, Protocol
from zlib import crc32

from otiogate.timeline.time import Span

Kind = Literal["video", "audio", "other"]


_NO_SEPARATORS = str.maketrans("", "", " -_\t")


@lru_cache(maxsize=1024)
def plain_key(key: str) -> str:
    """A metadata key or column name as it is compared: without case, blanks, ``-`` and ``_``; cut where no key is as
    long."""
    return key[:200].translate(_NO_SEPARATORS).lower()


@dataclass(frozen=True)
class Problem:
    """Something about the delivered file itself. ``lost``: a part was not read. ``odd``: read whole, but irregular."""

    severity: Literal["lost", "odd"]
    what: str
    where: str = ""


@dataclass(frozen=True)
class Carrier:
    """One place where something can say that AI was used, on one object of the timeline.

    ``texts`` are free texts in which a tag must come first (comments, marker names); ``metadata`` is plain JSON data.
    A carrier speaks for its owner and all below it, and for the nodes in ``also`` (the two sides of a transition).
    One with a ``span`` (record time) speaks only for the uses under node ``scope`` that the span meets, or for its
    owner where it meets none. ``active`` is false on a media reference that is not the active one. ``faults`` are
    what is wrong with the carrier itself.
    """

    where: str
    texts: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    span: Span | None = None
    scope: int = 0
    also: tuple[int, ...] = ()
    active: bool = True
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class MediaPlace:
    """Where a timeline says that media is: ``url`` as it stands, a path or a mere file name; of an image sequence with
    ``%04d`` where the number of the frame belongs, and ``frames`` (first, last) that are said to be there. ``active``
    is false of what the cut does not show."""

    url: str
    active: bool = True
    frames: tuple[int, int] | None = None


@dataclass(frozen=True)
class MediaFact:
    """What is known of the content of the media at one place of a timeline. ``digest`` is ``sha256:<hex>``: of the file
    that was opened where ``verified``, what the timeline states of itself where ``declared``, and nothing where
    ``offline``; ``why`` says why it is that. ``key`` is the name of the file, ``frames`` of a sequence ``first-last``.
    """

    key: str
    state: Literal["verified", "declared", "offline"]
    digest: str = ""
    why: str = ""
    frames: str = ""
    active: bool = True


@dataclass(frozen=True)
class Media:
    """What a use points at. ``references`` are the basenames that a person or an EDL would call its files by.

    ``files`` are the file that the cut shows, by all its names; several where the timeline names several for the one
    use. Approvals are held against each of them. ``places`` are where all its files are said to be, and ``stated`` the
    digests that the timeline gives for them, which prove nothing. ``facts`` is what opening them told, and ``sha256``
    the digests verified by that of what the cut shows.
    """

    references: tuple[str, ...] = ()
    reels: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    files: tuple[tuple[str, ...], ...] = ()
    stated: tuple[str, ...] = ()
    facts: tuple[MediaFact, ...] = ()
    locate: Callable[[], tuple[MediaPlace, ...]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def places(self) -> tuple[MediaPlace, ...]:
        """Where all its files are said to be; worked out when it is first asked for."""
        return self.locate()

    @property
    def is_known(self) -> bool:
        """Whether the content is known of anything that it names, shown or not."""
        return any(each.state == "verified" for each in self.facts)

    @property
    def is_verified(self) -> bool:
        """Whether the content is known of everything that the cut shows."""
        states = [each.state for each in self.facts if each.active and each.state != "declared"]
        return bool(self.sha256 and states) and all(each == "verified" for each in states)

    def known_by(self, facts: Iterable[MediaFact]) -> Media:
        """The same media, of which ``facts`` are known."""
        found = tuple(facts)
        shown = (each.digest for each in found if each.active and each.state == "verified")
        return replace(self, sha256=tuple(dict.fromkeys(shown)), facts=found)


class Timing(NamedTuple):
    """Where one use stands in time; ``None`` where the file does not tell.

    ``record`` is in the time of the outermost timeline, ``source`` in the time of the media. ``visible_source`` is the
    part of the media that the cut shows, transitions included; ``available`` all of it that there is.
    """

    record: Span | None = None
    source: Span | None = None
    visible_source: Span | None = None
    available: Span | None = None


@dataclass(frozen=True)
class ClipUse:
    """One use of media in one place of the cut.

    A viewer of this cut cannot reach a use that is ``disabled``, itself or by its track, or ``trimmed_out`` by
    something around it. Its ``timing`` is worked out when it is first asked for: most uses never are. Its
    ``other_names`` are what people call it besides, such as the compound clip that it stands in.
    """

    address: str
    name: str
    kind: Kind = "video"
    track: str = ""
    media: Media = Media()
    timing: Callable[[], Timing] = Timing
    disabled: bool = False
    trimmed_out: bool = False
    line: int | None = None
    event: str = ""
    other_names: tuple[str, ...] = ()

    @property
    def visible(self) -> bool:
        """Whether a viewer of this cut can see or hear it."""
        return not (self.disabled or self.trimmed_out)

    @cached_property
    def _times(self) -> Timing:
        return self.timing()

    @property
    def record(self) -> Span | None:
        """Where it stands in the cut."""
        return self._times.record

    @property
    def source(self) -> Span | None:
        """The part of the media that it uses."""
        return self._times.source

    @property
    def visible_source(self) -> Span | None:
        """The part of the media that the cut shows."""
        return self._times.visible_source

    @property
    def available(self) -> Span | None:
        """All of the media that there is, in its own time."""
        return self._times.available


@dataclass(frozen=True)
class Subject:
    """A node, built: what can carry a tag on it, and the use it makes of media if it is one. ``problems`` are what
    building met."""

    address: str
    carriers: tuple[Carrier, ...]
    use: ClipUse | None = None
    problems: tuple[Problem, ...] = ()


class Key(NamedTuple):
    """A media key found by search, before its node is built: the field it stood in and its text."""

    node: int
    field: Literal["reference", "reel", "name", "sha256"]
    text: str


@dataclass(frozen=True)
class Known:
    """The names of files and clips that a ledger knows, and the reels, as they are compared: folded, in UTF-8."""

    names: frozenset[bytes]
    reels: frozenset[bytes] = frozenset()

    @cached_property
    def all(self) -> frozenset[bytes]:
        """Both."""
        return self.names | self.reels

    @cached_property
    def by_sum(self) -> Mapping[int, tuple[bytes, ...]]:
        """All of them by their check sums, of which those of names that are equal are equal."""
        found: dict[int, tuple[bytes, ...]] = {}
        for each in self.all:
            found[crc32(each)] = (*found.get(crc32(each), ()), each)
        return found


_IN_WORDS = bytes(ord(chr(each).lower()) if each < 128 and chr(each).isalnum() else 32 for each in range(256))
"""Makes a letter of an ASCII letter in either case, and a blank of what is none and no digit."""


class Keys(Protocol):
    """The media keys of a timeline, found by search. What surely is none of ``known`` may be left out, where it is
    given."""

    def __call__(self, known: Known | None = None) -> Iterable[Key]:
        """The keys, of nodes in any order."""


@dataclass(frozen=True)
class Origin:
    """Where a snapshot came from. ``digest`` covers exactly the bytes that were parsed. ``rate`` is the frame rate
    of its timecodes and where that was taken from, of a format that does not state it."""

    name: str
    format: str
    digest: str
    path: str = ""
    rate: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The nodes of one delivered timeline in document order; a node's parent comes before it.

    ``starts[i]`` is where node ``i`` begins in ``text``; it ends where the next begins. ``eager`` nodes are always
    built: they are the few that hold others. ``uses`` counts the nodes that are uses of media, and ``is_use[i]``
    tells which. ``built`` and ``asked`` are what was asked of it so far: nodes, and the uses under nodes. ``names``
    tells, where it is faster than ``keys``, the texts of all keys, and maybe more.
    """

    origin: Origin
    text: bytes
    starts: Sequence[int]
    parents: Sequence[int]
    is_use: Sequence[bool]
    eager: Sequence[int]
    build: Callable[[int], Subject]
    keys: Keys
    problems: tuple[Problem, ...] = ()
    carries_media: bool = False
    built: dict[int, Subject] = field(default_factory=dict, repr=False, compare=False)
    asked: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    names: Callable[[], set[str]] | None = None

    @property
    def uses(self) -> int:
        """How many uses of media the timeline makes."""
        return sum(self.is_use)

    def with_problems(self, problems: Iterable[Problem]) -> Snapshot:
        """The snapshot with further problems of its file."""
        return replace(self, problems=(*self.problems, *problems))

    def with_media(self, found: Mapping[int, Media]) -> Snapshot:
        """The snapshot in which the uses at the nodes ``found`` are of that media, and are found by its digests."""

        def build(node: int) -> Subject:
            subject, media = self.subject(node), found.get(node)
            if media is None or subject.use is None:
                return subject
            return replace(subject, use=replace(subject.use, media=media))

        def keys(known: Known | None = None) -> Iterator[Key]:
            yield from self.keys(known)
            for node, media in found.items():
                yield from (Key(node, "sha256", each.digest) for each in media.facts if each.digest)

        return replace(self, build=build, keys=keys, names=None, built={})

    def subject(self, node: int) -> Subject:
        """The node, built; once."""
        found = self.built.get(node)
        if found is None:
            found = self.built[node] = self.build(node)
        return found

    @cached_property
    def _lowered(self) -> bytes:
        return self.text.lower()

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The runs of ASCII letters and digits in its text, in lower case; and each without the letter that begins it
        in JSON where it follows an escaped line break."""
        found = set(self.text.translate(_IN_WORDS).split())
        found.update([each[1:] for each in found if each[:1] in b"nrtbf"])
        return frozenset(found)

    def holding(self, triggers: Iterable[bytes]) -> set[int]:
        """The nodes whose text, in ASCII lower case, matches one of the patterns; and the eager ones."""
        found = set(self.eager)
        for trigger in triggers:
            if trigger.isalpha() and trigger not in self._lowered:
                continue  # a plain search, twice as fast as a pattern's
            for match in re.finditer(trigger, self._lowered):
                found.add(bisect_right(self.starts, match.start()) - 1)
        found.discard(-1)
        return found

    def digests(self) -> set[str]:
        """Everything in the text that is written as a SHA-256, the digests of media among it, and those of media that
        are known."""
        written = re.findall(rb"sha256:[0-9a-f]{64}(?![0-9a-f])", self._lowered)
        return {each.decode("ascii") for each in written} | {key.text for key in self.keys() if key.field == "sha256"}

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                children.setdefault(parent, []).append(node)
        return children

    def uses_under(self, node: int) -> tuple[int, ...]:
        """Every use that is the node itself or lies below it, in document order."""
        found = self.asked.get(node)
        if found is None:
            found = self.asked[node] = tuple(self._uses_under(node))
        return found

    def _uses_under(self, node: int) -> Iterator[int]:
        pending = [node]
        while pending:
            current = pending.pop()
            if self.is_use[current]:
                yield current
            pending.extend(reversed(self._children.get(current, ())))
