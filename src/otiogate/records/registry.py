"""Records that a registry keeps, asked for over HTTP: schemas/registry.openapi.yaml says how.

The whole ledger of a production comes in one conversation, so that a clip that names nothing still meets its records
and no revocation is left out; it is asked for again only where it has changed. What a timeline names beyond it is
looked up in one batch, in which the registry says of every single thing what it has or that it has nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from otiogate.documents.schemas import at, contract_faults
from otiogate.documents.strict import DocumentError, parse_json
from otiogate.errors import CannotJudge, StoreError
from otiogate.records.access import Access
from otiogate.records.client import Answer, Conversation, Silent
from otiogate.records.dates import instant
from otiogate.records.faults import record_faults
from otiogate.records.index import Index, read_index
from otiogate.records.model import Record, RecordSet, media_digests, record_set
from otiogate.records.signed import paired, record_in
from otiogate.records.store import RecordStore, checked_set, record_of, refusal
from otiogate.signing.envelope import Envelope
from otiogate.signing.memory import Memory

_PAGE = 500
"""Records that are asked for at once; a registry may give fewer."""

_BATCH = 500
"""Things that are looked up at once."""

_ROUNDS = 3
"""How often a ledger may change while it is read."""

_GIVEN_UP = 60.0
"""Seconds for which a run does not ask again after it had no answer."""

_TELL = "nothing was taken from it; tell who keeps the registry"


class _Changed(Exception):
    """The ledger changed between two of its pages."""


@dataclass(frozen=True)
class _Held:
    """A ledger as it was answered last, its revision, the run that asked, and the answer as text, where it is kept. One
    that was kept has no revision: what stands in for an answer is asked for anew."""

    revision: str
    run: str
    found: RecordSet
    text: str = ""


_Ask = tuple[str, str]
"""What is looked up: by what, and its value."""


@dataclass
class _Run:
    """What one run was told of what it looked up; and how the registry failed it, and until when, on the clock of
    ``time.monotonic``, it is not asked again."""

    name: str
    told: dict[_Ask, list[Record]] = field(default_factory=dict)
    failed: tuple[CannotJudge, float] | None = None


class RegistryStore(RecordStore):
    """The ledger of one production in a registry. What was answered to a ``run`` is not asked for again by it, nor for
    a time where there was no answer; without one, the registry is asked every time whether anything has changed.
    ``state`` is the facility's store, in which the last answer is kept for as long as ``access`` says; its index must
    be demanded by whoever uses it."""

    # Shared on purpose: every export asks anew, and a process that is forked knows what its parent was told.
    _held: dict[tuple[Access, str], _Held] = {}  # noqa: RUF012
    _runs: dict[tuple[Access, str], _Run] = {}  # noqa: RUF012

    def __init__(self, access: Access, production: str, run: str = "", state: Path | None = None) -> None:
        self.access = access
        self.production = production
        self.run = run
        self._memory = Memory(state) if access.kept and state else None

    def fetch(self) -> RecordSet:
        """The ledger of the production, whole."""
        if not self.production:
            raise StoreError(
                "a registry is asked for the ledger of a production, and none is configured",
                where=self.access.url,
                next_step="set 'production' in otiogate.yaml, as the registry knows it",
            )
        key = (self.access, self.production)
        held = self._held.get(key)
        if held is None or not self.run or held.run != self.run:
            with self._one_failure():
                held = self._held[key] = self._answered(held if held and held.revision else None)
        return held.found

    def _answered(self, held: _Held | None) -> _Held:
        try:
            found = self._asked(held)
            self._keep(found)
        except Silent as fault:
            return self._stand_in(fault)
        return found

    @contextmanager
    def _one_failure(self) -> Iterator[_Run]:
        """Gives what this run knows. How it fails in the block it fails again for a time, without a question: thousands
        of timelines must not wait for one registry that is down."""
        run = self._runs.get((self.access, self.production))
        if run is None or not self.run or run.name != self.run:
            run = self._runs[self.access, self.production] = _Run(self.run)
        if run.failed is not None and time.monotonic() < run.failed[1]:
            fault = run.failed[0]
            raise StoreError(fault.what, where=fault.where, next_step=fault.next_step)
        try:
            yield run
        except CannotJudge as fault:
            run.failed = fault, time.monotonic() + _GIVEN_UP
            raise

    def _asked(self, held: _Held | None) -> _Held:
        conversation = Conversation(self.access)
        for _ in range(_ROUNDS):
            try:
                return self._ledger(conversation, held)
            except _Changed:
                continue
        raise self._wrong(f"the ledger changed {_ROUNDS} times while it was read", "try again")

    def _ledger(self, conversation: Conversation, held: _Held | None) -> _Held:
        """All pages, of one revision. What they hold is looked at afterwards: that takes longer than to get it, and the
        registry has only so much time."""
        path = f"/v1/productions/{quote(self.production, safe='')}/records"
        query = {"limit": str(_PAGE)}
        answer = conversation.get(path, query, f'"{held.revision}"' if held else "")
        if held and answer.status == 304:
            if answer.etag and _revision(answer.etag) != held.revision:
                raise self._wrong("answers 304 for another revision than the one that was asked about")
            return replace(held, run=self.run)
        first = self._page(answer)
        items: list[Any] = []
        page, seen = first, set[str]()
        while True:
            items += page["records"]
            if len(items) > first["total"]:
                raise self._wrong(f"gives more records than the {first['total']:,} that it says it has")
            cursor = page.get("next", "")
            if not cursor:
                break
            if not page["records"] or cursor in seen:
                raise self._wrong("gives pages that lead in a circle")
            seen.add(cursor)
            page = self._page(conversation.get(path, {**query, "cursor": cursor}))
            if (page["revision"], page["total"]) != (first["revision"], first["total"]):
                raise _Changed
        if len(items) != first["total"]:
            raise self._wrong(f"gives {len(items):,} of the {first['total']:,} records that it says it has")
        text = json.dumps({"records": items, "index": first["index"]}) if self._memory and "index" in first else ""
        return _Held(first["revision"], self.run, self._set(items, self._index(first)), text)

    def _set(self, items: list[Any], indexes: list[Index]) -> RecordSet:
        return checked_set(paired(self._records(items)), (self._source,), indexes)

    def _keep(self, held: _Held) -> None:
        """Keeps an answer, for a time when there is none. Without a signed index nobody could tell what it left out."""
        if self._memory and held.text:
            self._memory.answered(self._source, _now().isoformat(timespec="seconds"), held.text)

    def _stand_in(self, fault: Silent) -> _Held:
        """The last answer in place of the one that does not come, if it is young enough and its index names all of it;
        else raises ``fault``."""
        answer = self._memory.answer(self._source) if self._memory else None
        if answer is None or self.access.kept is None:
            raise fault
        at, text = answer
        try:
            data, since = parse_json(text), _now() - instant(at)
        except (DocumentError, ValueError):
            raise fault from None
        whole = isinstance(data, dict) and isinstance(data.get("records"), list)
        if not whole or not timedelta(0) <= since <= self.access.kept:
            raise fault
        indexes = self._index(data)
        found = self._set(data["records"], indexes)
        if not indexes or not found.records.keys() <= indexes[0].entries.keys():
            raise fault
        note = f"{fault.where}: {fault.what}. Its last answer, of {at}, was used in place of one."
        return _Held("", self.run, replace(found, notes=(note,)))

    def _page(self, answer: Answer) -> dict[str, Any]:
        page = self._sound("Page", answer.data)
        if page["production"] != self.production:
            raise self._wrong(f"answers for the production {page['production'][:80]!r}, not {self.production!r}")
        if _revision(answer.etag) != page["revision"]:
            raise self._wrong("gives an ETag that is not the revision of the ledger")
        return page

    def look_up(self, ids: Iterable[str], media: Iterable[str]) -> RecordSet:
        """What the registry has of ``ids`` and ``media`` in any production, and what concerns the disclosures among
        it."""
        asks = [("id", each.upper()) for each in sorted(set(ids))] + [("media", each) for each in sorted(set(media))]
        if not asks:
            return RecordSet({})
        with self._one_failure() as run:
            conversation = Conversation(self.access)
            found = self._told(conversation, asks, run)
            about = [("disclosure", key) for key, each in sorted(found.items()) if each.kind == "disclosure"]
            people = {str(each["id"]) for record in found.values() for each in record.data.get("subjects", ())}
            more = self._told(conversation, [*about, *(("subject", each) for each in sorted(people))], run)
            return record_set(self._together([*found.values(), *more.values()]).values(), (self._source,))

    def _told(self, conversation: Conversation, asks: list[_Ask], run: _Run) -> dict[str, Record]:
        """What the registry has for ``asks``, by id; what ``run`` was told before is not asked for again."""
        for ask, answer in self._answers(conversation, [each for each in asks if each not in run.told]):
            run.told[ask] = answer
        return self._together(record for ask in asks for record in run.told[ask])

    def _together(self, records: Iterable[Record]) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for record in records:
            if found.setdefault(record.id, record).data != record.data:
                raise self._wrong(f"gives the id {record.id} with two bodies")
        return found

    def _answers(self, conversation: Conversation, asks: list[_Ask]) -> Iterator[tuple[_Ask, list[Record]]]:
        for first in range(0, len(asks), _BATCH):
            part = asks[first : first + _BATCH]
            question = {"format": 1, "production": self.production}
            data = question | {"asks": [{"by": by, "value": value} for by, value in part]}
            given = self._sound("Answers", conversation.post("/v1/lookup", data).data)
            listed = paired(self._records(given["records"]))
            records = {each.id: each for each in listed}
            if len(records) != len(listed):
                raise self._wrong("gives an id twice")
            self._compare(part, given["answers"], records)
            for ask, answer in zip(part, given["answers"], strict=True):
                yield ask, [records[str(each).upper()] for each in answer["records"]]

    def _compare(self, asks: list[_Ask], answers: list[dict[str, Any]], records: Mapping[str, Record]) -> None:
        """Refuses answers that leave something open, or are about something else."""
        if [(each["by"], each["value"]) for each in answers] != asks:
            raise self._wrong("does not answer what was asked, one by one and in order")
        named: set[str] = set()
        for answer in answers:
            for key in (str(each).upper() for each in answer["records"]):
                if key not in records:
                    raise self._wrong(f"names {key} and does not give it")
                if not _concerns(records[key], answer["by"], answer["value"], records):
                    raise self._wrong(f"gives {key} for the {answer['by']} {answer['value']}, which it is not about")
                named.add(key)
        if left := sorted(set(records) - named):
            raise self._wrong(f"gives {left[0]}, for which nobody asked")

    def _records(self, items: list[Any]) -> Iterator[Record]:
        """The records among ``items``, which stand there bare or in envelopes."""
        for number, item in enumerate(items):
            data, envelope = self._opened(item)
            name = str(data.get("id", ""))[:64] if isinstance(data, dict) else ""
            place = partial(_place, f"{self.access.url}#{name or number}")
            faults = record_faults(data, place)
            if faults:
                raise refusal(faults)
            yield record_of(data, place, envelope)

    def _opened(self, item: Any) -> tuple[Any, Envelope | None]:
        if not isinstance(item, dict) or "payloadType" not in item:
            return item, None
        try:
            return record_in(_text(item))
        except DocumentError as fault:
            raise self._wrong(f"gives an envelope that cannot be used: {fault.what}") from fault

    def _index(self, page: dict[str, Any]) -> list[Index]:
        """The index of the ledger, where the registry has one."""
        if "index" not in page:
            return []
        try:
            return [read_index(_text(page["index"]), self._source)]
        except DocumentError as fault:
            raise self._wrong(f"gives an index that cannot be used: {fault.what}") from fault

    def _sound(self, name: str, data: Any) -> dict[str, Any]:
        """``data``, which has the form ``name``; what its records hold is checked one by one."""
        bare = data | {"records": []} if isinstance(data, dict) and isinstance(data.get("records"), list) else data
        for path, sentence in contract_faults(name, bare):
            raise self._wrong(f"gives an answer that the contract does not know: {at(path)}: {sentence}")
        found: dict[str, Any] = data
        return found

    @property
    def _source(self) -> str:
        return f"{self.access.url} ({self.production})"

    def _wrong(self, what: str, step: str = _TELL) -> StoreError:
        return StoreError(f"the registry {what}" if step == _TELL else what, where=self.access.url, next_step=step)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _text(item: Any) -> bytes:
    """An envelope as it would stand in a file."""
    return json.dumps(item).encode("ascii")


def _place(where: str, path: tuple[str | int, ...]) -> str:
    return where


def _revision(etag: str) -> str:
    """The revision in an ETag; a proxy may have made it weak."""
    return etag.removeprefix("W/").strip('"')


def _concerns(record: Record, by: str, value: str, given: Mapping[str, Record]) -> bool:
    """Whether ``record``, one of those that were ``given``, is an answer to the question for ``value``."""
    data = record.data
    if by == "media":
        return record.kind == "disclosure" and value in media_digests(data)
    if by == "subject":
        subject = data.get("subject", "")
        return str(subject["id"] if isinstance(subject, dict) else subject).upper() == value.upper()
    itself = _successors(value, given)
    covered = _upper(each["disclosure"] for each in data.get("covers", ()))
    return record.id in itself or (by == "disclosure" and not covered.isdisjoint(itself))


def _successors(key: str, given: Mapping[str, Record]) -> set[str]:
    """``key``, and the records that superseded it by any way round."""
    found, before = {key}, 0
    while len(found) > before:
        before = len(found)
        found |= {each.id for each in given.values() if not found.isdisjoint(_upper(each.data.get("supersedes", ())))}
    return found


def _upper(ids: Iterable[Any]) -> set[str]:
    return {str(each).upper() for each in ids}
