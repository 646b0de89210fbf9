"""A file looked at twice: what an adapter made of it, and what stands in the file itself."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.statements import Evidence, Statement, statements
from otiogate.evidence.tag import Tag
from otiogate.report.base import count
from otiogate.timeline.model import Carrier, Problem, Snapshot, Subject
from otiogate.timeline.raw import Raw, Said


def with_raw(snapshot: Snapshot, raw: Raw, where: str) -> Snapshot:
    """``snapshot``, in which everything that the file says is said of the right clip, with its line.

    Nothing that the adapter kept is dropped, and what it lost is put back: onto the clips that it was said of, or,
    where that cannot be told, onto the whole, where it can raise what is required and never lower it.
    """
    look = _Look(snapshot, raw)
    problems = [*raw.problems, *look.lost(where)]
    for each in raw.said:
        for statement in {_content(found): found for found in statements(each.carrier)}.values():
            look.place(each, statement)
    return replace(
        snapshot,
        build=look.build,
        eager=tuple(sorted({*snapshot.eager, *look.added})),
        problems=(*snapshot.problems, *problems),
        built={},
    )


_ID = re.compile(rb'"@id":"((?:[^"\\]|\\.)*)"')


@dataclass
class _Kept:
    """A statement that the adapter kept, in which carrier of its node, and whether it was found in the file too."""

    carrier: int
    statement: Statement
    found: bool = False


class _Look:
    def __init__(self, snapshot: Snapshot, raw: Raw) -> None:
        self._snapshot = snapshot
        self._raw = raw
        self.added: dict[int, list[Carrier]] = defaultdict(list)
        self._kept: dict[int, list[_Kept]] = {}

    def place(self, said: Said, statement: Statement) -> None:
        """Puts one statement of the file where the adapter has it, or should have it."""
        nodes = sorted({node for clip in said.clips for node in self._nodes[clip]} or self._marked(said.marks))
        for node in nodes:
            self._put(node, self._of_node(node, statement), said, statement)
        if not nodes:
            elsewhere = range(len(self._snapshot.starts)) if said.marks else self._others
            found = ((node, kept) for node in elsewhere if (kept := self._of_node(node, statement)))
            node, kept = next(found, (0, None))
            self._put(node, kept, said, statement)

    def lost(self, where: str) -> Iterator[Problem]:
        """The clips of the file that the adapter did not read."""
        if len(self._raw.clips) > self._snapshot.uses:
            clips = count(len(self._raw.clips), "clip")
            yield Problem("lost", f"OpenTimelineIO reads {self._snapshot.uses} of the {clips} in the file", where)
        for clip in self._raw.clips:
            if clip.id and _literal(clip.id) not in self._ids:
                yield Problem("lost", f"OpenTimelineIO does not read the clip {clip.name[:80]!r}", f"line {clip.line}")

    def _put(self, node: int, kept: _Kept | None, said: Said, statement: Statement) -> None:
        carrier = said.carrier
        if kept is not None:
            kept.found = True
            own = self._snapshot.subject(node).carriers[kept.carrier]
            carrier = replace(own, where=carrier.where, line=carrier.line, texts=(), metadata=carrier.metadata)
            statement = kept.statement
        if isinstance(statement, Tag):
            carrier = replace(carrier, texts=(statement.text,), metadata={})
        self.added[node].append(carrier)

    def _of_node(self, node: int, statement: Statement) -> _Kept | None:
        """The first statement of the node that says the same and was not found in the file yet."""
        kept = self._kept.get(node)
        if kept is None:
            carriers = self._snapshot.subject(node).carriers
            kept = self._kept[node] = [
                _Kept(number, each) for number, carrier in enumerate(carriers) for each in statements(carrier)
            ]
        content = _content(statement)
        return next((each for each in kept if not each.found and _content(each.statement) == content), None)

    @cached_property
    def _others(self) -> list[int]:
        """The nodes that are no uses and say something."""
        return [node for node, is_use in enumerate(self._snapshot.is_use) if not is_use]

    @cached_property
    def _nodes(self) -> list[list[int]]:
        """The nodes of each clip in the file: those called as it is, in their order; all of them, where there are
        others than the file has clips of that name."""
        named: dict[str, list[int]] = defaultdict(list)
        for node, is_use in enumerate(self._snapshot.is_use):
            use = self._snapshot.subject(node).use if is_use else None
            if use is not None:
                named[use.name.strip()].append(node)
        clips: dict[str, list[int]] = defaultdict(list)
        for number, clip in enumerate(self._raw.clips):
            clips[clip.name.strip()].append(number)
        found: list[list[int]] = [[] for _ in self._raw.clips]
        for name, numbers in clips.items():
            nodes = named.get(name, [])
            for place, number in enumerate(numbers):
                found[number] = [nodes[place]] if len(nodes) == len(numbers) else nodes
        for number, clip in enumerate(self._raw.clips):
            found[number] = self._ids.get(_literal(clip.id), []) or found[number]
        return found

    @cached_property
    def _ids(self) -> dict[bytes, list[int]]:
        """The uses by the id that the adapter keeps with them: one for each place in which a clip is shown."""
        found: dict[bytes, list[int]] = defaultdict(list)
        if any(each.id for each in self._raw.clips):
            for match in _ID.finditer(self._snapshot.text):
                node = bisect_right(self._snapshot.starts, match.start()) - 1
                if self._snapshot.is_use[node] and node not in found[match[1]]:
                    found[match[1]].append(node)
        return found

    @cached_property
    def _lines(self) -> dict[int, int | None]:
        """The line of each node that is surely one clip of the file."""
        found: dict[int, int | None] = {}
        for nodes, clip in zip(self._nodes, self._raw.clips, strict=True):
            for node in nodes:
                found[node] = None if node in found else clip.line  # of one that may be several, none
        return found

    def _marked(self, marks: Iterable[str]) -> set[int]:
        """The nodes in whose text one of ``marks`` stands, but for the outermost."""
        text, starts = self._snapshot.text, self._snapshot.starts
        found = set()
        for mark in marks:
            place = text.find(mark.encode())
            while place >= 0:
                found.add(bisect_right(starts, place) - 1)
                place = text.find(mark.encode(), place + 1)
        return {node for node in found if self._snapshot.is_use[node]}

    def build(self, node: int) -> Subject:
        """The subject at ``node``, with what stands in the file first, by which a finding says its line."""
        subject = self._snapshot.subject(node)
        use = subject.use
        if use is not None and use.line is None and self._raw.clips and self._raw.clips[0].line is not None:
            use = replace(use, line=self._lines.get(node))
        if not self.added.get(node) and not self._raw.instead:
            return replace(subject, use=use)
        return replace(subject, use=use, carriers=(*self.added[node], *self._rest(node, subject.carriers)))

    def _rest(self, node: int, carriers: tuple[Carrier, ...]) -> Iterator[Carrier]:
        """The carriers of the adapter that say more than what was found in the file."""
        kept = self._kept.get(node, [])
        for number, carrier in enumerate(() if self._raw.instead else carriers):
            these = [each for each in kept if each.carrier == number]
            if not these or not all(each.found for each in these):
                yield carrier


def _literal(text: str) -> bytes:
    """``text`` as it stands in JSON, without the quotes."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")


def _content(statement: Statement) -> object:
    """A statement without the way it was written."""
    if isinstance(statement, Tag):
        return tuple(value for name, value in sorted(vars(statement).items()) if name != "text")
    if isinstance(statement, Disclosure):
        return statement.digest
    if isinstance(statement, Evidence):
        return statement
    return "".join(statement.shown.split()).lower()
