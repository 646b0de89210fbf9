"""In-toto statements: what is said (the predicate), in which sense (its type), and of what (the subjects)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otiogate.documents.digest import canonical
from otiogate.documents.strict import DocumentError, decode, parse_json
from otiogate.signing.envelope import Envelope

STATEMENT = "https://in-toto.io/Statement/v1"

_SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """One thing that a statement is about; ``digest`` is ``sha256:<hex>``."""

    name: str
    digest: str
    annotations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """Of these ``subjects``, in the sense of ``predicate_type``, ``predicate`` is said."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Any]

    def payload(self) -> bytes:
        """The statement as it is signed. Raises ``ValueError`` for what has no canonical form."""
        return canonical(
            {
                "_type": STATEMENT,
                "subject": [_subject_data(each) for each in self.subjects],
                "predicateType": self.predicate_type,
                "predicate": dict(self.predicate),
            }
        )


def _subject_data(subject: Subject) -> dict[str, Any]:
    data: dict[str, Any] = {"name": subject.name, "digest": {"sha256": subject.digest.removeprefix("sha256:")}}
    return data | ({"annotations": dict(subject.annotations)} if subject.annotations else {})


def statement_in(envelope: Envelope, predicate_type: str) -> Statement:
    """The statement of ``predicate_type`` in ``envelope``. Raises ``DocumentError`` for any other: a receipt is not
    taken for a record, nor a record for a receipt."""
    found = parse_json(decode(envelope.payload))
    keys = {"_type", "subject", "predicateType", "predicate"}
    if not isinstance(found, dict) or set(found) != keys:
        raise DocumentError(f"a statement is an object with the keys {', '.join(sorted(keys))}, and no other")
    if found["_type"] != STATEMENT:
        raise DocumentError(f"the _type is {str(found['_type'])[:80]!r}, not {STATEMENT}")
    if found["predicateType"] != predicate_type:
        raise DocumentError(f"states {str(found['predicateType'])[:80]!r}, where {predicate_type} belongs")
    if not isinstance(found["predicate"], dict) or not isinstance(found["subject"], list):
        raise DocumentError("the predicate of a statement is an object, and its subject a list")
    return Statement(tuple(_subjects(found["subject"])), predicate_type, found["predicate"])


def _subjects(items: Iterable[Any]) -> Iterable[Subject]:
    for item in items:
        keys = set(item) if isinstance(item, dict) else set()
        digest = item.get("digest") if keys else None
        sha256 = digest.get("sha256") if isinstance(digest, dict) and set(digest) == {"sha256"} else None
        annotations = item.get("annotations", {}) if keys else None
        if (
            keys - {"annotations"} != {"name", "digest"}
            or not (isinstance(item["name"], str) and isinstance(sha256, str) and _SHA256.match(sha256))
            or not isinstance(annotations, dict)
        ):
            raise DocumentError("a subject is an object with a name, one sha256, and perhaps annotations")
        yield Subject(item["name"], f"sha256:{sha256}", annotations)
