"""A timeline tagged: from its bytes, and what is picked in it, to the bytes of the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.documents.strict import decode
from otiogate.errors import CannotJudge, UsageError
from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.matching import Matcher
from otiogate.evidence.selecting import Selection, select
from otiogate.evidence.statements import statements
from otiogate.evidence.tag import Tag, is_tag, parse_tag, tag_body
from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.scan.read import MEDIA_INSIDE, content, read_bytes, read_file
from otiogate.timeline.edl_tags import comment_lines, with_comments
from otiogate.timeline.model import ClipUse, Snapshot

WRITTEN = (".otio", ".edl")
"""The formats into which tags are written."""


@dataclass(frozen=True)
class Picked:
    """A timeline that was read, and the nodes of the uses that are meant."""

    data: bytes
    snapshot: Snapshot
    nodes: tuple[int, ...]

    @property
    def uses(self) -> list[ClipUse]:
        """The uses that are meant."""
        return [use for node in self.nodes if (use := self.snapshot.subject(node).use) is not None]

    def found_too(self, stated: Mapping[str, Any]) -> list[ClipUse]:
        """The other uses of the timeline that the disclosure ``stated`` finds by what it says of its media."""
        matcher = Matcher([Disclosure(str(stated["id"]), "ledger", stated)])
        others = (node for node, is_use in enumerate(self.snapshot.is_use) if is_use and node not in self.nodes)
        uses = (self.snapshot.subject(node).use for node in others)
        return [use for use in uses if use is not None and any(matcher.matches(use))]


def checked_tag(text: str) -> Tag:
    """``text`` as a tag that every later step understands. Raises ``UsageError``."""
    said = text.strip()
    if not said.isprintable():
        raise UsageError("--tag holds a line break or another character that is no text")
    if not is_tag(said):
        raise UsageError(
            f"--tag {said[:80]!r} does not begin with the word GENAI", next_step='write "GENAI gen.shot id=DIS-001"'
        )
    tag = parse_tag(said)
    if tag.faults:
        raise UsageError(f"--tag {said[:200]!r}: {'; '.join(tag.faults)}", next_step=_mended(tag.faults))
    return tag


def _mended(faults: Sequence[str]) -> str:
    """What to write in place of what was to be a use kind and is like none."""
    if any(each.endswith(" is not a use kind") for each in faults):
        return f"use kinds: {', '.join(USE_KINDS)}"
    return "nothing was written"


def pick(path: Path, selection: Selection) -> Picked:
    """Reads ``path`` and finds the uses that fit. Raises ``ReadError``, or ``UsageError`` where there are none."""
    snapshot = read_file(path)
    data = content(path)
    if sha256(data) != snapshot.origin.digest:
        raise CannotJudge("changed while it was read", where=str(path), next_step="run it again")
    return Picked(data, snapshot, tuple(select(snapshot, selection)))


def tagged(path: Path, picked: Picked, tag: Tag) -> tuple[bytes, list[int]]:
    """The bytes of the timeline with ``tag`` on the uses that are meant, and the nodes that it was new to. Raises
    ``UsageError``, or ``CannotJudge`` where the tag could not be read back."""
    suffix = path.suffix.lower()
    if suffix not in WRITTEN:
        step = "export an .otio or .edl, or give --ledger FOLDER, which leaves the timeline alone"
        if suffix in MEDIA_INSIDE:
            step = "tag the .otio in it, or export an .otio or .edl"
        raise UsageError(
            f"tags are written into {' and '.join(WRITTEN)}, not {suffix}", where=str(path), next_step=step
        )
    new = [node for node in picked.nodes if not _says(picked.snapshot, node, tag)]
    if not new:
        return picked.data, []
    if suffix == ".edl":
        data = with_comments(picked.data, picked.snapshot, new, comment_lines(tag_body(tag.text)))
    else:
        from otiogate.host.tagging import tagged_otio

        data = tagged_otio(decode(picked.data), str(path), new, tag.text).encode("utf-8", "surrogatepass")
    _read_back(data, path, picked, tag)
    return data, new


def _says(snapshot: Snapshot, node: int, tag: Tag) -> bool:
    """Whether the use at ``node`` says just this already."""
    return any(_content(tag) == _content(each) for each in _tags_of(snapshot, node))


def _tags_of(snapshot: Snapshot, node: int) -> Iterator[Tag]:
    """The tags on the use at ``node``, or on another side of its transition."""
    around = range(max(node - _SIDES, 0), min(node + _SIDES + 1, len(snapshot.is_use)))
    for index in (each for each in around if snapshot.is_use[each]):
        for carrier in snapshot.subject(index).carriers:
            if index == node or node in carrier.also:
                yield from (each for each in statements(carrier) if isinstance(each, Tag))


_SIDES = 4  # of one event, at most


def _content(tag: Tag) -> tuple[object, ...]:
    """A tag without the way it was written."""
    return tuple(value for name, value in sorted(vars(tag).items()) if name != "text")


def _read_back(data: bytes, path: Path, picked: Picked, tag: Tag) -> None:
    """What was made is read as a scan will read it: every use that is meant says the tag, and none was lost."""
    snapshot = read_bytes(data, path)
    lost = [node for node in picked.nodes if not _says(snapshot, node, tag)]
    if len(snapshot.starts) != len(picked.snapshot.starts) or lost:
        shown = _addresses(picked.snapshot, lost[:3])
        raise CannotJudge(
            f"the tag would not be read back{shown}, so nothing was written",
            where=str(path),
            next_step="write it in plain words, without marks such as |M: or |D:",
        )


def _addresses(snapshot: Snapshot, nodes: Sequence[int]) -> str:
    return " from " + ", ".join(snapshot.subject(node).address for node in nodes) if nodes else ""
