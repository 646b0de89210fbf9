"""What is said of each use of a timeline, in the form in which it travels on: as a tag, or whole where no tag holds it.

A claim carried says the same as where it stood: it raises as much, and lowers no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from otiogate.evidence.collect import Collected, Said
from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.matching import Match, is_of_other_media
from otiogate.evidence.statements import Evidence, Invalid
from otiogate.evidence.tag import Tag, is_tag, parse_tag, tag_body
from otiogate.evidence.vocabulary import AXES
from otiogate.timeline.model import ClipUse

Ledger = Mapping[str, tuple[Disclosure, ...]]

SOURCE_TYPE = "digital_source_type"
"""The key of a claim that is a digital source type and nothing else."""

_KEYS = {"output_stage": "stage"}  # of a tag; the other axes are called alike
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Claim:
    """``tag`` is a text that says it, or as much of it as a tag can; nothing where no tag can. ``value`` is all of it,
    as ``metadata["genai"]`` or a sidecar has it. Two claims are one if their ``content`` is."""

    content: tuple[object, ...]
    tag: str = field(compare=False)
    value: Any = field(compare=False)
    new: bool = field(default=False, compare=False)
    """Whether nothing in the timeline says it: the ledger knows the media."""

    @property
    def is_held(self) -> bool:
        """Whether the tag says all of it."""
        return isinstance(self.value, str)

    @property
    def says_none(self) -> bool:
        """Whether it declares that no AI was used, which a sidecar cannot."""
        return self.is_held and parse_tag(self.tag).none

    @property
    def label(self) -> str:
        """What people call it."""
        return self.tag or str(self.content[1])


@dataclass(frozen=True)
class Claimed:
    """The claims of one node. It is no use of media where something was said of a part of the timeline without any."""

    node: int
    use: ClipUse
    claims: tuple[Claim, ...]


def claimed(collected: Collected, ledger: Ledger, *, only_new: bool = False) -> list[Claimed]:
    """The claims of every use, each once, in document order; or only those that nothing in the timeline makes."""
    uses: dict[int, ClipUse] = {}
    found: dict[int, dict[Claim, None]] = {}
    ids: dict[int, set[str]] = {}
    matches: list[tuple[int, Disclosure]] = []
    for said in collected.said:
        for point in said.points:
            uses[point.node] = point.use
            if isinstance(said.statement, Match):
                if not said.statement.weak:
                    matches.append((point.node, said.statement.disclosure))
                continue
            if not only_new:
                found.setdefault(point.node, {})[claim_of(said, point.use, ledger)] = None
            ids.setdefault(point.node, set()).add(getattr(said.statement, "id", ""))
    for node, disclosure in matches:
        if disclosure.id not in ids.get(node, ()):
            text = tag_of(disclosure)
            found.setdefault(node, {}).setdefault(Claim(content_of(text), text, text, new=True))
    return [Claimed(node, uses[node], tuple(found[node])) for node in sorted(found)]


def claim_of(said: Said, use: ClipUse, ledger: Ledger) -> Claim:
    """What was said of ``use``, as a claim."""
    statement = said.statement
    if isinstance(statement, Tag):
        text = in_one_line(statement.text)
        return Claim(content_of(text), text, text)
    if isinstance(statement, Evidence):
        return Claim(("source type", statement.source_type), "", {SOURCE_TYPE: statement.source_type})
    if isinstance(statement, Invalid):
        value = statement.said if isinstance(statement.said, dict) else {"said": statement.said}
        return Claim(("invalid", statement.shown), "", value)
    assert isinstance(statement, Disclosure)
    if any(each.digest == statement.digest for each in ledger.get(statement.id, ())):
        text = tag_of(statement)
        return Claim(content_of(text), text, text)
    # Without its id, which nobody's ledger may know: the disclosure beside it answers such a tag.
    text = "" if is_of_other_media(statement, use) else tag_of(statement, with_id=False)
    return Claim(("disclosure", statement.digest), text, dict(statement.data))


def tag_of(disclosure: Disclosure, *, with_id: bool = True) -> str:
    """A tag that states what ``disclosure`` is, as far as a tag can."""
    pairs = {"id": disclosure.id} if with_id else {}
    pairs |= {_KEYS.get(axis, axis): str(disclosure.data[axis]) for axis in AXES if axis in disclosure.data}
    if disclosure.source_type:
        pairs["dst"] = disclosure.source_type
    kinds = [",".join(disclosure.kinds)] if disclosure.kinds else []
    return " ".join(("GENAI", *kinds, *(f"{key}={value}" for key, value in pairs.items())))


def content_of(text: str) -> tuple[object, ...]:
    """What the tag ``text`` says, without the way it is written."""
    tag = parse_tag(text if is_tag(text) else f"GENAI {text}")
    return ("tag", *(value for name, value in sorted(vars(tag).items()) if name != "text"))


def in_one_line(text: str) -> str:
    """A tag as one line of text that begins with the plain word, which every carrier takes."""
    return f"GENAI {tag_body(_BREAKS.sub(' ', text))}".strip()
