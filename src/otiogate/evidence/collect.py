"""From a snapshot and the ledger's disclosures to what the gate judges: who says what about which uses.

The disclosures of a use are the union of its own and those of everything around and on it. Each is judged on its own;
nothing lowers another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from otiogate.evidence.disclosure import Disclosure, differences, from_tag
from otiogate.evidence.matching import Match, Matcher, is_elsewhere, is_of_other_media, swapped
from otiogate.evidence.statements import TRIGGERS, Evidence, Invalid, Statement, statements
from otiogate.evidence.tag import Tag, tag_body
from otiogate.evidence.vocabulary import (
    AMBIGUOUS_SOURCE_TYPES,
    GENAI_SOURCE_TYPES,
    GENERATES,
    WHOLLY_GENERATED,
    adds_nothing,
)
from otiogate.timeline.model import Carrier, ClipUse, Problem, Snapshot, Subject
from otiogate.timeline.time import Span, SpanIndex


@dataclass(frozen=True)
class UsePoint:
    """One place where a disclosure applies. ``visible`` is false where no viewer of this cut can see or hear it;
    ``outside`` where the cut does not reach the part of the media that the disclosure is about. ``said`` tells where
    it was said. ``sides`` are the transitions that it was said of, and ``alone`` whether it was said of this use
    too."""

    node: int
    use: ClipUse
    said: str
    visible: bool
    outside: bool = False
    sides: frozenset[int] = frozenset()
    alone: bool = True


@dataclass
class Declared:
    """A disclosure, and the uses it applies to. ``pointed`` are record ids that a tag names besides."""

    disclosure: Disclosure
    points: list[UsePoint] = field(default_factory=list)
    pointed: set[str] = field(default_factory=set)


@dataclass
class Raised:
    """A reason for one of the gate's own findings (GEN-001, GEN-002, GEN-003), and the uses it is about."""

    what: str
    points: list[UsePoint] = field(default_factory=list)
    disclosure: Disclosure | None = None


@dataclass(frozen=True)
class Said:
    """One statement as it was met, or a match by the ledger, and where it applies."""

    statement: Statement | Match
    points: list[UsePoint]


@dataclass
class Collected:
    """Everything that the evidence room hands to the gate; each list in a stable order. ``said`` is what it was made
    of."""

    declared: list[Declared] = field(default_factory=list)
    undisclosed: list[Raised] = field(default_factory=list)
    invalid: list[Raised] = field(default_factory=list)
    differs: list[Raised] = field(default_factory=list)
    undeclared: list[Raised] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    uses: int = 0
    said: list[Said] = field(default_factory=list)


def collect(
    snapshot: Snapshot,
    ledger: Mapping[str, tuple[Disclosure, ...]],
    matcher: Matcher,
    *,
    handles: int = 0,
    declaration_required: bool = False,
    everything: bool = False,
    shows_trimmed: bool = False,
) -> Collected:
    """Reads the nodes that can say something, or that the ledger knows. ``ledger`` has the disclosures that stand for
    each id: itself, or what superseded it. ``everything`` reads all nodes, to the same result. ``shows_trimmed``: in
    what is written, everything that is trimmed out comes back into sight."""
    nodes = range(len(snapshot.starts)) if everything else _nodes(snapshot, matcher)
    collector = _Collector(snapshot, ledger, handles, shows_trimmed)
    for node in nodes:
        collector.read(node, matcher)
    return collector.result(declaration_required)


def _nodes(snapshot: Snapshot, matcher: Matcher) -> list[int]:
    return sorted(snapshot.holding(TRIGGERS) | matcher.candidates(snapshot.keys))


@dataclass
class _OnUse:
    """What is known about one use, to tell whether what is said of it is disclosed."""

    point: UsePoint
    disclosures: list[Disclosure] = field(default_factory=list)
    said_none: bool = False
    said_more: bool = False


class _Collector:
    def __init__(
        self, snapshot: Snapshot, ledger: Mapping[str, tuple[Disclosure, ...]], handles: int, shows_trimmed: bool
    ) -> None:
        self.snapshot = snapshot
        self.ledger = ledger
        self.handles = handles
        self.shows_trimmed = shows_trimmed
        self.found = Collected(uses=snapshot.uses)
        self.problems: dict[Problem, None] = dict.fromkeys(snapshot.problems)
        self.on_use: dict[int, _OnUse] = {}
        self._declared: dict[tuple[str, str], Declared] = {}
        self._raised: dict[tuple[str, str], Raised] = {}
        self._records: dict[int, SpanIndex] = {}
        self._bodies: dict[str, dict[str, Declared]] = {}
        self._loose: list[tuple[Tag | Evidence, list[UsePoint]]] = []

    def read(self, node: int, matcher: Matcher) -> None:
        """Takes in what node ``node`` says, and what the ledger says of its media."""
        subject = self.snapshot.subject(node)
        said = False
        for carrier in subject.carriers:
            for statement in statements(carrier):
                said = True
                points = self._points(node, subject, carrier)
                self.found.said.append(Said(statement, points))
                self._take(statement, points)
        if subject.use is not None:
            for match in matcher.matches(subject.use):
                said = True
                point = self._point(node, subject.use, f"ledger match: {match.how}", True)
                self.found.said.append(Said(match, [point]))
                self._declare(match.disclosure, [point], strong=not match.weak, matched=True)
        if said:  # what is irregular about nodes that say nothing is not looked for
            self.problems.update(dict.fromkeys(subject.problems))

    def _points(self, node: int, subject: Subject, carrier: Carrier) -> list[UsePoint]:
        nodes = list(self._met_by(carrier.span, carrier.scope)) if carrier.span is not None else []
        if carrier.span is not None and not nodes:
            what = f"a tag in {carrier.where} stands outside every use; taken for {subject.address}"
            self.problems[Problem("odd", what, subject.address)] = None
        if not nodes:
            nodes = [each for its in (node, *carrier.also) for each in self.snapshot.uses_under(its)]
        points = []
        for each in nodes:
            use = self.snapshot.subject(each).use
            if use is not None:
                point = self._point(each, use, carrier.where, carrier.active)
                if carrier.also and carrier.span is None:
                    point = replace(point, sides=frozenset({node}), alone=False)
                points.append(point)
        if not points:
            stand_in = ClipUse(address=subject.address, name="", line=carrier.line, kind="other")
            points.append(UsePoint(node, stand_in, carrier.where, carrier.active))
        return points

    def _met_by(self, span: Span, scope: int) -> Iterator[int]:
        """The uses under ``scope`` whose record range meets ``span``."""
        index = self._records.get(scope)
        if index is None:
            uses = ((node, self.snapshot.subject(node).use) for node in self.snapshot.uses_under(scope))
            index = self._records[scope] = SpanIndex((use.record, node) for node, use in uses if use and use.record)
        return index.meeting(span)

    def _point(self, node: int, use: ClipUse, said: str, active: bool) -> UsePoint:
        place = said if use.line is None or said.startswith("line") else f"{said}, line {use.line}"
        return UsePoint(node, use, place, active and self._in_sight(use))

    def _in_sight(self, use: ClipUse) -> bool:
        return not use.disabled if self.shows_trimmed else use.visible

    def _ranged(self, point: UsePoint, disclosure: Disclosure) -> UsePoint:
        """``point``, marked where none of the disclosure's ranges is within the cut and its handles.

        Only the ledger says what is not AI: a range that the timeline states can lower nothing.
        """
        texts = disclosure.data.get("ranges") if disclosure.origin == "ledger" else None
        seen = point.use.visible_source if texts else None
        if not texts or seen is None:
            return point
        for part in (seen, point.use.source) if self.shows_trimmed and point.use.source else (seen,):
            reach = replace(part, start=part.start - self.handles, duration=part.duration + 2 * self.handles)
            if not all(is_elsewhere(text, reach, point.use.available) for text in texts):
                return point
        return replace(point, outside=True)

    def _take(self, statement: Statement, points: list[UsePoint]) -> None:
        if isinstance(statement, Invalid):
            self._raise("invalid", f"{statement.shown}: {'; '.join(statement.faults)}", points)
            self._says_more(points)
        elif isinstance(statement, Disclosure):
            self._take_whole(statement, points)
        elif isinstance(statement, Tag):
            self._take_tag(statement, points)
        else:
            self._loose.append((statement, points))
            self._says_more(points)

    def _take_whole(self, disclosure: Disclosure, points: list[UsePoint]) -> None:
        known = self.ledger.get(disclosure.id, ())
        for each in known:
            self._declare(each, points)
        if any(each.digest == disclosure.digest for each in known):
            return
        found = self._declare(disclosure, points, key=disclosure.digest)
        self._bodies.setdefault(disclosure.id, {})[disclosure.digest] = found
        for each in known:
            what = f"{disclosure.id}: the disclosure in the timeline is not the one in the ledger"
            if each.id != disclosure.id:
                what = f"{disclosure.id}: the disclosure in the timeline was superseded by {each.id} in the ledger"
            self._raise("differs", what, points, each)

    def _take_tag(self, tag: Tag, points: list[UsePoint]) -> None:
        if tag.faults:
            self._raise("invalid", f"{tag.text[:200]}: {'; '.join(tag.faults)}", points)
            self._says_more(points)
        if tag.none:
            for point in points:
                self._on(point).said_none = True
        known = self.ledger.get(tag.id, ()) if tag.id else ()
        for each in known:
            found = self._declare(each, points)
            found.pointed.update((*tag.consents, *tag.clearances, *tag.approvals))
            stated = from_tag(tag)
            apart = differences(stated, each)
            if each.id != tag.id:
                what = f"{tag.id} was superseded by {each.id}, which is judged in its place (tag with that one)"
                self.problems.update({Problem("odd", what, point.use.address): None for point in points})
            if apart:
                self._raise("differs", f"{each.id}: {'; '.join(apart)}", points, each)
                self._declare(stated, points, key=_key(tag), strong=False)
        if not known and (tag.id or tag.kinds or not (tag.none or tag.faults)):
            self._loose.append((tag, points))
            self._says_more(points)

    def _says_more(self, points: list[UsePoint]) -> None:
        for point in points:
            self._on(point).said_more = True

    def _on(self, point: UsePoint) -> _OnUse:
        return self.on_use.setdefault(point.node, _OnUse(point))

    def _declare(
        self,
        disclosure: Disclosure,
        points: list[UsePoint],
        *,
        key: str = "",
        strong: bool = True,
        matched: bool = False,
    ) -> Declared:
        """Attaches ``disclosure``. ``strong``: it stands for having disclosed, if it is about the media, as the ledger
        says where it ``matched``, and can be trusted."""
        found = self._declared.setdefault((disclosure.origin, key or disclosure.id), Declared(disclosure))
        if disclosure.distrust:
            self._raise("undisclosed", f"{disclosure.id} {disclosure.distrust}", points, disclosure)
        for point in points:
            found.points.append(self._ranged(point, disclosure))
            known = self._on(point)
            known.said_more = True
            other = swapped(disclosure, point.use) if disclosure.origin == "ledger" else ""
            if other:
                what = f"{disclosure.id} is about other media: what is called so here has the digest {other}"
                self._raise("differs", what, [point], disclosure)
            elif strong and not disclosure.distrust and (matched or not is_of_other_media(disclosure, point.use)):
                known.disclosures.append(disclosure)
        return found

    def _raise(
        self, kind: str, what: str, points: list[UsePoint], disclosure: Disclosure | None = None, key: str = ""
    ) -> None:
        found = self._raised.setdefault((kind, what + key), Raised(what, disclosure=disclosure))
        found.points.extend(points)

    def result(self, declaration_required: bool) -> Collected:
        """Everything said, once all is read: what is undisclosed can only be told then."""
        for statement, points in self._loose:
            answered: list[UsePoint] = []
            unanswered: list[UsePoint] = []
            for point in points:
                (answered if self._answered(statement, self.on_use[point.node]) else unanswered).append(point)
            if isinstance(statement, Evidence):
                self._undisclosed_source_type(statement, unanswered)
            else:
                self._loose_tag(statement, answered, unanswered)
        for known in self.on_use.values():
            if known.said_none and known.said_more:
                what = "'GENAI none' stands beside evidence or a disclosure of AI use"
                self._raise("differs", what, [known.point])
        self._two_bodies()
        if declaration_required:
            self._undeclared()
        self.found.declared = [_merged(each) for each in self._declared.values()]
        for (kind, _), raised in self._raised.items():
            raised.points = _unique(raised.points)
            getattr(self.found, kind).append(raised)
        self.found.problems = list(self.problems)
        return self.found

    def _answered(self, statement: Tag | Evidence, known: _OnUse) -> bool:
        """Whether a disclosure of the same use already says what a tag without id, or a source type, says."""
        if not known.disclosures or (isinstance(statement, Tag) and statement.id):
            return False
        if isinstance(statement, Tag):
            kinds = {kind for disclosure in known.disclosures for kind in disclosure.kinds}
            return bool(statement.kinds) and set(statement.kinds) <= kinds
        return any(_says(disclosure, statement) for disclosure in known.disclosures)

    def _undisclosed_source_type(self, evidence: Evidence, points: list[UsePoint]) -> None:
        if points:
            verb = "may hide GenAI" if evidence.ambiguous else "says GenAI"
            what = f"digital source type {evidence.source_type} {verb}, and no disclosure accounts for it"
            self._raise("undisclosed", what, points)

    def _loose_tag(self, tag: Tag, answered: list[UsePoint], unanswered: list[UsePoint]) -> None:
        stated, points = from_tag(tag), answered + unanswered
        if adds_nothing(tag.kinds) and tag.source_type not in GENAI_SOURCE_TYPES and not tag.id:
            self._declare(stated, points, key=_key(tag), strong=False)
            return
        if unanswered:
            what = f"{tag.id} is not in the ledger" if tag.id else "a tag without a disclosure"
            self._raise("undisclosed", what, unanswered, stated, key=_key(tag))
        apart = self._apart(stated, answered)
        if apart:
            self._raise("differs", f"{tag.text[:200]}: {'; '.join(apart)}", answered)
        if unanswered or apart:
            self._declare(stated, points, key=_key(tag), strong=False)

    def _apart(self, stated: Disclosure, answered: list[UsePoint]) -> list[str]:
        """What a tag states otherwise than every disclosure that answers it."""
        for point in answered:
            found = [differences(stated, each) for each in self.on_use[point.node].disclosures]
            if found and all(found):
                return min(found, key=len)
        return []

    def _two_bodies(self) -> None:
        """One id that stands for two things in the timeline, on every use of either."""
        for id, bodies in self._bodies.items():
            if len(bodies) > 1:
                points = [point for body in bodies.values() for point in body.points]
                first = bodies[min(bodies)].disclosure
                self._raise(
                    "differs", f"{id}: the timeline holds two disclosures of this id that differ", points, first
                )

    def _undeclared(self) -> None:
        for node, is_use in enumerate(self.snapshot.is_use):
            known = self.on_use.get(node)
            if is_use and not (known and (known.disclosures or known.said_none)):
                use = self.snapshot.subject(node).use
                if use is not None:
                    point = UsePoint(node, use, "nothing said", self._in_sight(use))
                    self._raise("undeclared", "a use without a declaration", [point])


def _says(disclosure: Disclosure, evidence: Evidence) -> bool:
    """Whether ``disclosure`` accounts for a digital source type. One that may hide GenAI is resolved by any disclosure
    that does not leave it as open; one that is GenAI by the same type, or by a kind that makes such media."""
    stated = disclosure.source_type
    if evidence.ambiguous:
        return stated not in AMBIGUOUS_SOURCE_TYPES
    if stated in GENAI_SOURCE_TYPES:
        return stated == evidence.source_type
    if evidence.source_type in WHOLLY_GENERATED:
        return any(kind.startswith(GENERATES) for kind in disclosure.kinds)
    return not adds_nothing(disclosure.kinds)


def _key(tag: Tag) -> str:
    """What a tag says, however its first word is written."""
    return tag_body(tag.text)


def _merged(declared: Declared) -> Declared:
    declared.points = _unique(declared.points)
    return declared


def _unique(points: list[UsePoint]) -> list[UsePoint]:
    """One point a node, in document order: visible if any of its points is, outside only if all are."""
    best: dict[int, UsePoint] = {}
    for point in points:
        held = best.setdefault(point.node, point)
        if held is point:
            continue
        merged = (
            held.visible or point.visible,
            held.outside and point.outside,
            held.sides | point.sides,
            held.alone or point.alone,
        )
        if merged != (held.visible, held.outside, held.sides, held.alone):
            visible, outside, sides, alone = merged
            best[point.node] = replace(held, visible=visible, outside=outside, sides=sides, alone=alone)
    return [best[node] for node in sorted(best)]
