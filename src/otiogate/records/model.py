"""Records as the store hands them over: plain data, found by id, by the disclosure they are about, by the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from otiogate.documents.digest import digest
from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.matching import Matcher
from otiogate.timeline.media import fold

if TYPE_CHECKING:
    from otiogate.records.index import Index
    from otiogate.signing.envelope import Envelope

DECISIONS = (
    "approval",
    "legal_review",
    "incidental",
    "escalation",
    "exception",
    "consultation",
    "label_plan",
    "union_notice",
    "bargaining",
)
"""Records in which somebody entitled decides: they share an envelope and its checks."""

KINDS = ("disclosure", "consent", "clearance", *DECISIONS, "notice", "notification", "waiver")


@dataclass(frozen=True)
class Signature:
    """A signature that was held against the trust file: whose key it is of, and why it does not count, where it does
    not."""

    keyid: str
    owner: str = ""
    fault: str = ""

    def __str__(self) -> str:
        whose = f"{self.owner}'s key" if self.owner else "the key"
        return f"{whose} {self.keyid[:12]} {self.fault or 'counts'}"


@dataclass(frozen=True)
class Record:
    """One record; ``where`` is the file, and the line where known.

    ``envelope`` is what it was signed in. ``signatures`` and ``distrust``, why it answers nothing, are what
    ``records.trust.trusted`` makes of that; until then they are empty. What only takes away, such as a rejection, a
    revocation or that another record is superseded, counts in spite of any distrust. ``vouched``: somebody whom the
    trust file names stands for it, by a signature that counts or by an index.
    """

    kind: str
    id: str
    data: Mapping[str, Any]
    where: str = ""
    envelope: Envelope | None = field(default=None, repr=False)
    signatures: tuple[Signature, ...] = ()
    distrust: str = ""
    vouched: bool = False

    @property
    def signers(self) -> tuple[str, ...]:
        """The owners of the keys whose signatures count, sorted."""
        return tuple(sorted({each.owner for each in self.signatures if not each.fault})) if self.signatures else ()


@dataclass(frozen=True)
class RecordSet:
    """All records that a store found, ``sources`` being where it looked. Ids are in upper case.

    ``indexes`` are the indexes of the ledger that stood there. ``demanded`` are the kinds of record of which the trust
    file demands signatures; ``notes`` are what people should know of the ledger as such. ``is_held``: signatures were
    held against a trust file, whatever it demands.
    """

    records: Mapping[str, Record]
    sources: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    demanded: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    is_held: bool = False

    @cached_property
    def digest(self) -> str:
        """Changes with every change of any record, and of what is made of its signatures."""
        return digest(
            "otiogate/records/v1",
            [
                [
                    each.kind,
                    key,
                    dict(each.data),
                    *([[*each.signers, each.distrust]] if each.signatures or each.distrust else ()),
                ]
                for key, each in sorted(self.records.items())
            ],
        )

    @cached_property
    def disclosures(self) -> dict[str, Disclosure]:
        """The ledger's disclosures that stand, by id."""
        return {
            key: Disclosure(
                key,
                "ledger",
                dict(each.data) | {"use_kind": sorted(set(each.data["use_kind"]))},
                each.where,
                each.distrust,
            )
            for key, each in sorted(self.records.items())
            if each.kind == "disclosure" and key not in self.superseded
        }

    @cached_property
    def standing(self) -> dict[str, tuple[Disclosure, ...]]:
        """What stands for each id of a disclosure today: itself, or all that superseded it."""
        after: dict[str, list[str]] = {}
        for key, each in sorted(self.records.items()):
            for old in self._replaced_by(each):
                after.setdefault(old, []).append(key)
        found: dict[str, tuple[Disclosure, ...]] = {key: (each,) for key, each in self.disclosures.items()}
        for old in after:
            reached, pending = {old}, [old]
            while pending:
                newer = [each for each in after.get(pending.pop(), ()) if each not in reached]
                reached.update(newer)
                pending += newer
            stands = tuple(self.disclosures[each] for each in sorted(reached) if each in self.disclosures)
            if stands:
                found[old] = stands
        return found

    @cached_property
    def matcher(self) -> Matcher:
        """Finds disclosures by the media they are about."""
        return Matcher(self.disclosures.values())

    @cached_property
    def productions(self) -> dict[str, str]:
        """The productions that disclosures are of, folded -> as it is written."""
        written = (str(each.data.get("production", "")) for each in self.disclosures.values())
        return {fold(each): each for each in written if each}

    @cached_property
    def superseded(self) -> dict[str, str]:
        """Id of a record that was replaced -> id of the one that replaced it."""
        return {old: key for key, each in sorted(self.records.items()) for old in self._replaced_by(each)}

    def _replaced_by(self, record: Record) -> list[str]:
        """What ``record`` takes the place of. A disclosure that cannot be trusted takes the place of none, and one for
        which nobody stands of none for which somebody does: what it says may ask for less. Of any other kind it may,
        since that only takes away."""
        old = [str(each).upper() for each in record.data.get("supersedes", ())]
        if record.kind != "disclosure":
            return old
        return [] if record.distrust else [each for each in old if record.vouched or not self._is_vouched(each)]

    def _is_vouched(self, key: str) -> bool:
        return key in self.records and self.records[key].vouched

    @property
    def in_vain(self) -> Iterator[tuple[str, str]]:
        """Each disclosure that says that it supersedes another, and does not, and that other."""
        for key, record in sorted(self.records.items()):
            if record.kind == "disclosure":
                old = {str(each).upper() for each in record.data.get("supersedes", ())} & self.records.keys()
                yield from ((key, each) for each in sorted(old.difference(self._replaced_by(record))))

    @cached_property
    def _by_disclosure(self) -> dict[tuple[str, str], list[Record]]:
        found: dict[tuple[str, str], list[Record]] = {}
        for _, record in sorted(self.records.items()):
            for key in {str(entry["disclosure"]).upper() for entry in record.data.get("covers", ())}:
                found.setdefault((record.kind, key), []).append(record)
        return found

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Record]]:
        found: dict[tuple[str, str], list[Record]] = {}
        for _, record in sorted(self.records.items()):
            if record.kind in ("consent", "notice"):
                subject = record.data["subject"]
                key = subject["id"] if isinstance(subject, dict) else subject
                found.setdefault((record.kind, str(key).upper()), []).append(record)
        return found

    @cached_property
    def _numbers(self) -> Counter[str]:
        return Counter(each.kind for each in self.records.values())

    def number_of(self, kind: str) -> int:
        """How many records of ``kind`` there are."""
        return self._numbers[kind]

    def about(self, kind: str, disclosure: str) -> list[Record]:
        """The records of ``kind`` that name the disclosure ``disclosure``, by id."""
        return self._by_disclosure.get((kind, disclosure), [])

    def of(self, kind: str, subject: str) -> list[Record]:
        """The consents or notices of one person."""
        return self._by_subject.get((kind, subject.upper()), [])


def record_set(records: Iterable[Record], sources: Iterable[str] = (), indexes: Iterable[Index] = ()) -> RecordSet:
    """A set of ``records`` whose ids are known to differ."""
    return RecordSet({each.id: each for each in records}, tuple(sources), tuple(indexes))


def media_digests(data: Mapping[str, Any]) -> set[str]:
    """The digests of media that the disclosure in ``data`` is about."""
    return {str(each["sha256"]) for each in (data["media"], *data.get("match", ())) if "sha256" in each}
