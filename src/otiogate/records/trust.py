"""The trust file: which keys may sign which records, and of which records that is demanded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from otiogate.documents.schemas import at, located_faults
from otiogate.documents.strict import load_one
from otiogate.errors import UsageError
from otiogate.records.dates import begin, end, instant
from otiogate.records.model import DECISIONS
from otiogate.signing.keys import PublicKey
from otiogate.timeline.media import fold

STRICT = ("consent", "clearance", *DECISIONS, "waiver")
"""The kinds of record that the profile ``strict`` demands one signature of."""

INDEX_KIND = "index"
"""The kind that a key needs to sign the index of a ledger."""

_AGE = re.compile(r"([0-9]+)([dh])\Z", re.ASCII)


@dataclass(frozen=True)
class Key:
    """A key, whose it is, and what it may sign. ``productions`` is ``None`` for any. Times have a zone;
    ``revoked_at`` goes with ``compromised``, or without it where the key was put away in good order."""

    key: PublicKey
    owner: str
    kinds: frozenset[str]
    roles: frozenset[str]
    productions: frozenset[str] | None
    since: datetime | None = None
    until: datetime | None = None
    revoked_at: datetime | None = None
    compromised: bool = False

    def faults(
        self, kind: str, production: str, role: str, when: datetime | None, named_at: datetime | None
    ) -> list[str]:
        """Why a signature of this key does not count on something of ``kind`` for ``production``, which was given in
        ``role`` (if in any) at ``when``, and which an index named with this signature since ``named_at``."""
        found = []
        if kind not in self.kinds:
            found.append(f"may not sign records of the kind {kind}")
        if self.productions is not None and fold(production) not in self.productions:
            found.append(f"may not sign for {production or 'what names no production'}")
        if role and role not in self.roles:
            found.append(f"may not sign as {role}")
        limited = self.since or self.until or self.revoked_at
        if limited and when is None:
            return [*found, "counts only for a time, and the record states none"]
        if when is None:
            return found
        if self.since and when < self.since:
            found.append(f"counts only from {self.since.isoformat()}")
        if self.until and when >= self.until:
            found.append(f"counted only until {self.until.isoformat()}")
        if self.compromised and self.revoked_at and (named_at is None or named_at >= self.revoked_at):
            found.append(
                f"is compromised since {self.revoked_at.isoformat()}, and no index from before names this record"
            )
        elif self.revoked_at and when >= self.revoked_at:
            found.append(f"was revoked at {self.revoked_at.isoformat()}")
        return found


@dataclass(frozen=True)
class Trust:
    """``demands`` are the numbers of signatures by kind of record. ``max_age`` is how old an index may be; with
    ``wants_index`` and without it, as old as it likes."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    demands: Mapping[str, int] = field(default_factory=dict)
    wants_index: bool = False
    max_age: timedelta | None = None

    def ending(self, now: datetime, by: datetime) -> list[tuple[Key, datetime]]:
        """The keys that count at ``now`` and no longer at ``by``, the first to end first."""
        found = [(each, each.until) for each in self.keys.values() if each.until and each.revoked_at is None]
        return sorted(
            ((key, last) for key, last in found if now < last <= by), key=lambda each: (each[1], each[0].owner)
        )


def read_trust(path: Path) -> Trust:
    """The trust file ``path``. Raises ``UsageError`` with the line that is wrong."""
    document = load_one(path, UsageError)
    found = located_faults("trust", document.value)
    if found:
        fault = found[0]
        line = document.line(fault.culprit)
        what = f"{at(fault.path)}: {fault.sentence}" if fault.path else fault.sentence
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        where = f"{path}:{line}" if line else str(path)
        raise UsageError(what + more, where=where, next_step="see 'otiogate schema trust'")
    data = document.value
    keys: dict[str, Key] = {}
    for number, each in enumerate(data["keys"]):
        line = document.line(("keys", number))
        key = _key(each, f"{path}:{line}" if line else str(path))
        if key.key.keyid in keys:
            raise UsageError(f"the key {key.key.keyid} stands there twice", where=f"{path}:{line}")
        keys[key.key.keyid] = key
    demands = dict.fromkeys(STRICT, 1) if data.get("profile") == "strict" else {}
    for kind, demand in data.get("demands", {}).items():
        # A profile is a floor: what is demanded besides can only ask for more.
        demands[kind] = max(demand["signatures"], demands.get(kind, 0))
    index = data.get("index")
    return Trust(keys, demands, index is not None, age((index or {}).get("max_age")))


def _key(data: Mapping[str, Any], where: str) -> Key:
    key = PublicKey(data["scheme"], data["public"])
    if key.keyid != data["keyid"]:
        what = f"the keyid of {data['owner']}'s key is {data['keyid'][:16]}..., but the key is {key.keyid[:16]}..."
        raise UsageError(what, where=where, next_step="take the stanza as 'otiogate key show' prints it")
    revoked, productions = data.get("revoked", {}), data["productions"]
    return Key(
        key,
        data["owner"],
        frozenset(data["kinds"]),
        frozenset(data.get("roles", ())),
        None if productions == "any" else frozenset(map(fold, productions)),
        begin(data["from"]) if "from" in data else None,
        end(data["until"]) if "until" in data else None,
        instant(revoked["at"]) if revoked else None,
        revoked.get("reason") == "compromised",
    )


def age(text: str | None) -> timedelta | None:
    """How long ``7d`` or ``36h`` is."""
    found = _AGE.match(text or "")
    if found is None:
        return None
    return timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))
