"""A disclosure: what was done with AI to one piece of media, on the axes of the domain.

It is stated in the ledger, given whole in a timeline, or stated in part by a tag; the policy reads all three the same
way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from otiogate.documents.digest import digest
from otiogate.documents.schemas import at, faults
from otiogate.evidence.tag import Tag
from otiogate.evidence.vocabulary import AXES, source_type

DIGEST_DOMAIN = "otiogate/disclosure/v1"

NOT_DIGESTED = (
    "note",
    "declared_at",
    "consents",
    "clearances",
    "approvals",
    "notification",
    "match",
    "supersedes",
)
"""What may be added later without voiding an approval."""

_DEFAULTS: dict[str, Any] = {
    "exceptions": [],
    "flags": {},
    "inputs": [],
    "labels": [],
    "models": [],
    "ranges": [],
    "subjects": [],
    "third_party_ip": [],
    "union_impact": "none",
}
_SETS = ("use_kind", "exceptions", "ranges", "scenes", "characters")

Origin = Literal["ledger", "timeline", "tag"]


@dataclass(frozen=True)
class Disclosure:
    """``data`` has the keys of the disclosure schema; of a tag, only those that it states. ``where`` is the file and
    line, the place in the timeline, or the tag itself, for people. ``distrust`` is why the ledger's cannot be trusted:
    then it asks for what it states, and discloses nothing."""

    id: str
    origin: Origin
    data: Mapping[str, Any]
    where: str = ""
    distrust: str = ""

    @cached_property
    def unsure(self) -> frozenset[str]:
        """The questions that it answers with ``unsure``."""
        data = self.data
        found = {key for key, value in data.items() if value == "unsure"}
        found |= {flag for flag, answer in data.get("flags", {}).items() if answer == "unsure"}
        found |= {f"principles.{key}" for key, answer in data.get("principles", {}).items() if answer == "unsure"}
        for items, name in (("subjects", "subject"), ("inputs", "input")):
            for item in data.get(items, ()):
                found |= {f"{name} {key}" for key, answer in item.items() if answer == "unsure"}
        return frozenset(found)

    @cached_property
    def digest(self) -> str:
        """What an approval is bound to: every field but those that may be added later."""
        return digest(DIGEST_DOMAIN, canonical_form(self.data))

    @property
    def label(self) -> str:
        """What people call it: its id, or the text of a tag without one."""
        return self.id or self.where

    @property
    def kinds(self) -> tuple[str, ...]:
        """The use kinds, sorted."""
        return tuple(self.data.get("use_kind", ()))

    @property
    def subjects(self) -> list[dict[str, Any]]:
        """The people whose likeness, voice or performance is concerned."""
        return list(self.data.get("subjects", ()))

    def flag(self, name: str) -> str:
        """The answer to one flag. Somebody's work that is listed, or that the result recreates by what is said of the
        principles, is third-party IP whether flagged or not."""
        said = str(self.data.get("flags", {}).get(name, ""))
        if name != "input.third_party_ip" or said == "yes":
            return said
        if self.data.get("third_party_ip"):
            return "yes"
        return {"no": "yes", "unsure": "unsure"}.get(self.principle("no_unowned_material"), said)

    def principle(self, name: str) -> str:
        """The answer to one of the studio's principles."""
        return str(self.data.get("principles", {}).get(name, ""))

    @property
    def source_type(self) -> str:
        """The digital source type as a bare key, or nothing."""
        found = source_type(str(self.data.get("digital_source_type", "")))
        return found[0] if found else ""

    def resolved(self, answers: Mapping[str, str]) -> Disclosure:
        """The disclosure with ``unsure`` answers replaced by ``answers`` (axis or flag -> answer); sure ones stay."""
        data = dict(self.data)
        flags = dict(data.get("flags", {}))
        for key, answer in answers.items():
            if data.get(key) == "unsure":
                data[key] = answer
            elif flags.get(key) == "unsure":
                flags[key] = answer
        if flags:
            data["flags"] = flags
        return replace(self, data=data)


def canonical_form(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with its defaults explicit, ids in upper case and sets sorted; without what is not digested."""
    form = dict(_DEFAULTS) | {key: value for key, value in data.items() if key not in NOT_DIGESTED}
    form["id"] = str(form.get("id", "")).upper()
    for key in _SETS:
        if key in form:
            form[key] = sorted(set(form[key]))
    if "digital_source_type" in form:
        found = source_type(str(form["digital_source_type"]))
        form["digital_source_type"] = found[0] if found else form["digital_source_type"]
    return form


def whole(data: Any, origin: Origin, where: str = "") -> Disclosure | list[str]:
    """``data`` as a disclosure given whole, or sentences about what is wrong with it."""
    found = [f"{at(path)}: {sentence}" if path else sentence for path, sentence in faults("disclosure", data)]
    if found:
        return found
    kinds = sorted(set(data["use_kind"]))
    return Disclosure(str(data["id"]).upper(), origin, dict(data) | {"use_kind": kinds}, where)


def from_tag(tag: Tag) -> Disclosure:
    """What a tag states, as a disclosure that states no more."""
    data: dict[str, Any] = dict(tag.axes)
    if tag.kinds:
        data["use_kind"] = list(tag.kinds)
    if tag.source_type:
        data["digital_source_type"] = tag.source_type
    if tag.range:
        data["ranges"] = [tag.range]
    return Disclosure(tag.id, "tag", data, tag.text)


def differences(tag: Disclosure, ledger: Disclosure) -> list[str]:
    """Where a tag contradicts the ledger's disclosure of the same id; what the tag leaves unsaid is no difference."""
    found = []
    if tag.kinds and not set(tag.kinds) <= set(ledger.kinds):
        extra = ", ".join(sorted(set(tag.kinds) - set(ledger.kinds)))
        found.append(f"the tag says {extra}, the ledger {', '.join(ledger.kinds)}")
    for axis in AXES:
        said, known = tag.data.get(axis), ledger.data.get(axis)
        if said is not None and said != known:
            found.append(f"{axis}: the tag says {said}, the ledger {known}")
    known = ledger.data.get("ranges", ())
    for text in tag.data.get("ranges", ()) if known else ():
        if not any(_is_within(text, each) for each in known):
            found.append(f"range: the tag says {text}, the ledger {', '.join(known)}")
    if tag.source_type and ledger.source_type and tag.source_type != ledger.source_type:
        found.append(f"digital source type: the tag says {tag.source_type}, the ledger {ledger.source_type}")
    return found


def _is_within(text: str, other: str) -> bool:
    """Whether the timecode range ``text`` lies within ``other``; both are ``in-out``."""
    (first, last), (begin, end) = (
        [[int(each) for each in re.findall("[0-9]+", part)] for part in (*each.split("-", 1), "")[:2]]
        for each in (text, other)
    )
    return begin <= first and last <= end
