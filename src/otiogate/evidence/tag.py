"""The tag grammar: ``GENAI[:] [use_kind[,use_kind...]] [key=value ...]``.

A tag is a claim. It can raise what is required, never lower it, and it approves nothing. What cannot be understood is
kept as a fault, never ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from otiogate.evidence.vocabulary import AXES, UNSURE, USE_KINDS, source_type

ID_PATTERN = r"^[A-Z0-9][A-Z0-9._-]{2,63}\Z"
ID = re.compile(ID_PATTERN, re.ASCII)

MAX_LENGTH = 4000
"""Longer tags are a fault: no person wrote them."""

# ASCII letters in either case and nothing else, so that the snapshot's plain search for "genai" finds every tag. Blanks
# of any script and invisible marks may stand around it.
_BLANK = "[\\s\u200b-\u200f\u2060\ufeff]"
_HEAD = re.compile(_BLANK + r"*[Gg][Ee][Nn][Aa][Ii](?=:|\Z|" + _BLANK + "):?")
_CONTINUATION = re.compile(_BLANK + r"*[Gg][Ee][Nn][Aa][Ii]\+")
_PAIR = re.compile(r"""([^\s="]+)=(?:"([^"]*)"(?=\s|\Z)|([^\s"]*)(?=\s|\Z))""")
_RANGE = re.compile(r"\d{2}:\d{2}:\d{2}[:;.,]\d{2,3}-\d{2}:\d{2}:\d{2}[:;.,]\d{2,3}\Z", re.ASCII)

_AXIS_KEYS = {
    "stage": "output_stage",
    "prominence": "prominence",
    "identity": "identity",
    "fidelity": "fidelity",
}
_ID_LISTS = ("consent", "clearance", "approval")
_TEXT_KEYS = ("tool", "version", "note")
KEYS = ("id", *_AXIS_KEYS, "dst", "range", *_TEXT_KEYS, *_ID_LISTS)


@dataclass(frozen=True)
class Tag:
    """What one tag text says. ``faults`` are sentences about what in it is not understood.

    ``none`` is true for a declaration that no AI was used. ``axes`` holds only what is stated. ``range`` is verbatim
    source timecodes, ``in-out``.
    """

    text: str
    kinds: tuple[str, ...] = ()
    none: bool = False
    id: str = ""
    axes: tuple[tuple[str, str], ...] = ()
    source_type: str = ""
    range: str = ""
    tool: str = ""
    version: str = ""
    note: str = ""
    consents: tuple[str, ...] = ()
    clearances: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def is_tag(text: str) -> bool:
    """Whether the first word of ``text`` is GENAI, whole, in any case; or a continuation that continues nothing."""
    return _HEAD.match(text) is not None or _CONTINUATION.match(text) is not None


def tag_body(text: str) -> str:
    """What a tag says, without the word GENAI; ``is_tag(text)`` holds."""
    head = _HEAD.match(text)
    return text[head.end() :].strip() if head else text.strip()


@lru_cache(maxsize=4096)
def parse_tag(text: str) -> Tag:
    """Parses a tag text; ``is_tag(text)`` holds. Never raises."""
    shown = text.strip()
    head = _HEAD.match(text)
    if head is None:
        return Tag(shown[:MAX_LENGTH], faults=("GENAI+ continues a tag, but none stands before it",))
    if len(shown) > MAX_LENGTH:
        return Tag(shown[:80] + "...", faults=(f"the tag is longer than {MAX_LENGTH} characters",))
    return _Parser(shown, text[head.end() :].strip()).parse()


class _Parser:
    def __init__(self, shown: str, rest: str) -> None:
        self.shown = shown
        self.rest = rest
        self.faults: list[str] = []
        self.kinds: list[str] = []
        self.none = False
        self.values: dict[str, str] = {}

    def parse(self) -> Tag:
        rest = self.rest
        first = re.match(r"""[^\s="]+(?=\s|\Z)""", rest)
        if first:
            self._kinds(first.group())
            rest = rest[first.end() :].strip()
        while rest:
            pair = _PAIR.match(rest)
            if pair is None:
                self.faults.append(self._complaint(rest))
                break
            self._pair(pair.group(1).lower(), pair.group(2) if pair.group(2) is not None else pair.group(3))
            rest = rest[pair.end() :].strip()
        if self.none and (self.kinds or self.values.keys() - {"note"}):
            beside = ", ".join((*sorted(set(self.kinds)), *sorted(self.values.keys() - {"note"})))
            self.faults.append(f"'none' stands alone, but {beside} is given beside it")
        return Tag(
            self.shown,
            kinds=tuple(sorted(set(self.kinds))),
            none=self.none,
            id=self.values.get("id", ""),
            axes=tuple((axis, self.values[key]) for key, axis in _AXIS_KEYS.items() if key in self.values),
            source_type=self.values.get("dst", ""),
            range=self.values.get("range", ""),
            tool=self.values.get("tool", ""),
            version=self.values.get("version", ""),
            note=self.values.get("note", ""),
            consents=_ids(self.values.get("consent", "")),
            clearances=_ids(self.values.get("clearance", "")),
            approvals=_ids(self.values.get("approval", "")),
            faults=tuple(self.faults),
        )

    def _complaint(self, rest: str) -> str:
        if rest.count('"') % 2:
            return "a quote is left open"
        word = rest.split()[0]
        said = f"{word[:60]!r} is neither a key=value nor in the place of a use kind"
        if word.lower() in USE_KINDS:
            return f"{said} (several use kinds have commas between them, and no blanks)"
        return f"{said} (a value with blanks stands in double quotes)" if self.values else said

    def _kinds(self, word: str) -> None:
        for kind in word.lower().split(","):
            if kind == "none":
                self.none = True
            elif kind in USE_KINDS:
                self.kinds.append(kind)
            else:
                near = get_close_matches(kind[:60], USE_KINDS, n=2, cutoff=0.75)
                meant = f" (did you mean {' or '.join(near)}?)" if near else ""
                self.faults.append(f"{kind[:60]!r} is not a use kind{meant}")

    def _pair(self, key: str, value: str) -> None:
        if key not in KEYS:
            self.faults.append(f"{key[:60]!r} is not a key (known: {', '.join(KEYS)})")
            return
        if key in self.values:
            self.faults.append(f"the key {key!r} is given twice")
            return
        if not value.strip():
            self.faults.append(f"the key {key!r} has no value")
            return
        checked, fault = _checked(key, value)
        if fault:
            self.faults.append(fault)
        else:
            self.values[key] = checked


def _checked(key: str, value: str) -> tuple[str, str]:
    """(the value in its stored form, a fault or nothing)."""
    if key in _AXIS_KEYS:
        answers = (*AXES[_AXIS_KEYS[key]], UNSURE)
        lowered = value.lower()
        return lowered, "" if lowered in answers else f"{key}={value[:60]} is not one of {', '.join(answers)}"
    if key == "id":
        return value.upper(), "" if ID.match(value.upper()) else f"id={value[:80]} is not an id"
    if key in _ID_LISTS:
        bad = [each for each in value.upper().split(",") if not ID.match(each)]
        return value.upper(), f"{key}={bad[0][:80]} is not an id" if bad else ""
    if key == "dst":
        found = source_type(value)
        return (found[0], "") if found else ("", f"dst={value[:80]} is not an IPTC digital source type")
    if key == "range":
        fault = "" if _RANGE.match(value) else f"range={value[:60]} is not hh:mm:ss:ff-hh:mm:ss:ff"
        return value, fault
    return value, ""


def _ids(value: str) -> tuple[str, ...]:
    return tuple(sorted({each for each in value.split(",") if each}))
