"""Names, credits and comments that sound like an AI tool: hints for people, which decide nothing.

Only whole words count, and words that are ordinary in a timeline only beside a neighbour or with a version: the table
is ``footprints.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from typing import Any

from otiogate.documents.strict import load_one
from otiogate.errors import CannotJudge
from otiogate.evidence.tag import is_tag
from otiogate.timeline.model import ClipUse, Snapshot, Subject, plain_key

_WORD = re.compile(r"[^\W_]+")
_SAID_IN = ("comment", "comments", "note", "notes", "credit", "credits", "description", "keyword", "keywords", "remark")
"""What a metadata key ends with, numbers apart, if its value is a remark."""

_ANYWHERE = re.compile(r"genai|trainedalgorithmic|compositesynthetic", re.IGNORECASE | re.ASCII)
"""What no value says by chance, whatever its key is."""


@dataclass(frozen=True)
class Hint:
    """``text`` is what sounds like the tool ``footprint``, on the use that ``node`` is. Of what is none, as a timeline
    or a caption, ``use`` has the address alone."""

    node: int
    use: ClipUse
    text: str
    footprint: str


Words = tuple[str, ...]


@dataclass(frozen=True)
class Footprints:
    """The table: phrases by their first word, and words with the neighbours of which they need one."""

    phrases: Mapping[str, tuple[tuple[Words, str], ...]]
    near: Mapping[str, tuple[frozenset[str], str]]

    def in_text(self, text: str) -> Iterator[str]:
        """The tools that ``text`` sounds like, each once."""
        words = words_of(text)
        found: dict[str, None] = {}
        for place, word in enumerate(words):
            for phrase, tool in self.phrases.get(word, ()):
                if words[place : place + len(phrase)] == phrase:
                    found[tool] = None
            neighbours, tool = self.near.get(word, (frozenset(), ""))
            if not neighbours.isdisjoint((*words[max(place - 1, 0) : place], *words[place + 1 : place + 2])):
                found[tool] = None
        yield from found

    @cached_property
    def triggers(self) -> tuple[bytes, ...]:
        """Words in ASCII lower case, one of which stands in every text that sounds like a tool."""
        return tuple(sorted(word.encode() for word in {*self.phrases, *self.near}))


def words_of(text: str) -> Words:
    """The words of ``text``, in lower case: runs of letters and digits."""
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=1)
def footprints() -> Footprints:
    """The shipped table."""
    with ExitStack() as stack:
        path = stack.enter_context(as_file(files("otiogate.evidence") / "footprints.yaml"))
        return _table(load_one(path, CannotJudge).value)


def _table(data: Any) -> Footprints:
    phrases: dict[str, list[tuple[Words, str]]] = {}
    near: dict[str, tuple[frozenset[str], str]] = {}
    for item in data["footprints"]:
        for phrase in item.get("phrases", ()):
            words = words_of(str(phrase))
            phrases.setdefault(words[0], []).append((words, item["tool"]))
        for word, neighbours in item.get("near", {}).items():
            near[word] = frozenset(neighbours), item["tool"]
    return Footprints({first: tuple(found) for first, found in phrases.items()}, near)


def hints(snapshot: Snapshot, known: Collection[int] = ()) -> Iterator[Hint]:
    """The hints of all uses, and of all that may speak of them, but the nodes ``known``, of which AI use is said
    already; in the order of the timeline."""
    table = footprints()
    there = snapshot.words  # many times faster than a search for every trigger
    patterns = [_whole(word) for word in table.triggers if word in there]
    for node in sorted(snapshot.holding(patterns) - set(known)) if patterns else ():
        subject = snapshot.subject(node)
        use = subject.use or ClipUse(subject.address, "")
        seen: set[str] = set()
        for text in _texts(use, subject):
            for tool in table.in_text(text):
                if tool not in seen:
                    seen.add(tool)
                    yield Hint(node, use, text, tool)


def _whole(word: bytes) -> bytes:
    """A pattern for ``word`` where no word goes on before or after it; begun by the word, since such patterns are found
    many times faster. In JSON, the letter of an escaped line break stands before the next word."""
    return word + rb"(?:(?<![0-9a-z]" + word + rb")|(?<=\\[nrtbf]" + word + rb"))(?![0-9a-z])"


def _texts(use: ClipUse, subject: Subject) -> Iterator[str]:
    """What the clip is called, what it points at, and what is remarked on it. A tag is no hint."""
    yield from (use.name, *use.media.references)
    for carrier in subject.carriers:
        yield from (text for text in carrier.texts if not is_tag(text))
        yield from _remarks(carrier.metadata)


def _remarks(metadata: Mapping[str, Any]) -> Iterator[str]:
    pending: list[tuple[str, Any]] = [("", metadata)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, Mapping):
            pending += ((plain_key(str(name)), item) for name, item in reversed(list(value.items())))
        elif isinstance(value, list):
            pending += ((key, item) for item in reversed(value))
        elif isinstance(value, str) and _is_remark(key, value):
            yield value


def _is_remark(key: str, value: str) -> bool:
    is_said = key.rstrip("0123456789").endswith(_SAID_IN) or _ANYWHERE.search(value)
    return bool(is_said) and not is_tag(value)
