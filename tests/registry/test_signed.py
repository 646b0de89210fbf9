"""Signed records from a registry, the index that shows what it leaves out, and answers that are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from otiogate.errors import CannotJudge, UsageError
from otiogate.records import registry as registry_module
from otiogate.records.access import Access
from otiogate.records.model import RecordSet
from otiogate.records.registry import RegistryStore
from otiogate.records.signing import new_index
from otiogate.records.store import FolderStore
from otiogate.signing.keys import sign
from otiogate.signing.memory import Memory
from tests.builders import CONTEXT, NOW, decision, disclosure, notification
from tests.registry.running import PATIENT, Plan, Registry
from tests.signing.keyring import envelope, person, put, trust_file

DESK = person("LEDGER-DESK", kinds=["index"])
WHO = person(kinds=["approval"])
ABOUT = disclosure()
TOLD = notification(ABOUT)
YES = decision("approval", ABOUT, ["NFX-020"])
NO = decision("approval", ABOUT, ["NFX-020"], "APR-002", decision="rejected", granted_at="2027-01-02T00:00:00Z")


def sealed(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(envelope(data, WHO).text())
    return found


def index(folder: Path, *records: dict[str, Any], serial: int = 1) -> dict[str, Any]:
    """The index of a ledger in which ``records`` stand, the approvals signed."""
    for each in records:
        put(folder / f"ledger{serial}", each, *([WHO] if each is YES else []))
    found = FolderStore((folder / f"ledger{serial}",)).fetch()
    made = new_index(found, None, "myshow", "MYSHOW", serial, NOW - timedelta(hours=1))
    text: dict[str, Any] = json.loads(sign(made, DESK.signer).text())
    return text


class House:
    """A facility with a trust file that demands an index, and a registry."""

    def __init__(self, folder: Path, plan: Plan, kept: str = "12h") -> None:
        self.folder, self.plan = folder, plan
        self.state = folder / "state.sqlite3"
        trust_file(folder, DESK, WHO, index={"max_age": "7d"}, demands={"approval": {"signatures": 1}})
        self.said = {"format": 1, "production": "MYSHOW", "trust": "trust.json", "state": "state.sqlite3"}
        self.said["registry"] = {"url": plan.url} | ({"kept": kept} if kept else {})

    def ledger(self) -> RecordSet:
        """The ledger, as an export would ask for it now."""
        from otiogate.config.layers import settings

        (self.folder / "facility.yaml").write_text(json.dumps(self.said), encoding="utf-8")
        found = settings([str(self.folder)])
        return found.ledger(NOW)


@pytest.fixture
def house(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("OTIOGATE_FACILITY", str(tmp_path / "facility.yaml"))
    records = [ABOUT, TOLD, sealed(YES), NO]
    plan = registry.plan(*records, index=index(tmp_path, ABOUT, TOLD, YES, NO))
    yield House(tmp_path, plan)


def anew() -> None:
    """As in a process that has asked nothing yet."""
    RegistryStore._held.clear()
    Memory._held.clear()


def down(plan: Plan, behaviour: str = "status:503") -> None:
    plan.set(behaviours=[behaviour])


def passes(monkeypatch: pytest.MonkeyPatch, time: timedelta) -> None:
    monkeypatch.setattr(registry_module, "_now", lambda: datetime.now(timezone.utc) + time)


def test_signed_records_of_a_registry_are_trusted_as_those_in_files(house: House) -> None:
    found = house.ledger()
    assert [each.owner for each in found.records["APR-001"].signatures] == ["S-APPROVER"]
    assert {each.distrust for each in found.records.values() if each.id != "APR-002"} == {""}
    assert "not signed" in found.records["APR-002"].distrust
    assert found.notes == ()


def test_an_unsigned_approval_of_a_registry_answers_nothing(house: House) -> None:
    house.plan.set(ABOUT, TOLD, YES, NO, index=index(house.folder, ABOUT, TOLD, YES, NO, serial=2))
    assert "not signed" in house.ledger().records["APR-001"].distrust


OTHER = sealed(decision("approval", ABOUT, ["NFX-020"], expires_at="2029-12-31Z"))


@pytest.mark.parametrize("change", [{"payload": OTHER["payload"]}, {"payloadType": "text/plain"}, {"payload": "e30="}])
def test_an_envelope_with_something_else_in_it_leaves_no_verdict(house: House, change: dict[str, Any]) -> None:
    house.plan.set(ABOUT, TOLD, sealed(YES) | change, NO, index=index(house.folder, ABOUT, TOLD, YES, NO))
    with pytest.raises(CannotJudge):
        house.ledger()


def test_an_envelope_with_the_signature_of_another_answers_nothing(house: House) -> None:
    forged = sealed(YES) | {"signatures": OTHER["signatures"]}
    house.plan.set(ABOUT, TOLD, forged, NO, index=index(house.folder, ABOUT, TOLD, YES, NO))
    assert house.ledger().records["APR-001"].distrust


def test_a_rejection_that_the_registry_leaves_out_is_missed(house: House) -> None:
    house.plan.set(ABOUT, TOLD, sealed(YES), index=index(house.folder, ABOUT, TOLD, YES, NO))
    with pytest.raises(CannotJudge, match="names records that are gone: APR-002"):
        house.ledger()


def test_an_index_that_the_registry_leaves_out_is_missed(house: House) -> None:
    house.plan.set(ABOUT, TOLD, sealed(YES), NO)
    with pytest.raises(CannotJudge, match="there is no index") as caught:
        house.ledger()
    assert caught.value.where.startswith(house.plan.url)


def test_an_older_index_is_refused_wherever_one_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = index(house.folder, ABOUT, TOLD, YES, NO, serial=2)
    house.plan.set(ABOUT, TOLD, sealed(YES), NO, index=newer, revision="r2")
    house.ledger()
    older = index(house.folder, ABOUT, TOLD, YES, serial=1)
    house.plan.set(ABOUT, TOLD, sealed(YES), index=older, revision="r3")
    (house.folder / "elsewhere").mkdir()
    monkeypatch.chdir(house.folder / "elsewhere")
    anew()
    with pytest.raises(CannotJudge, match="is number 1"):
        house.ledger()


# Answers that are kept


@pytest.mark.parametrize("behaviour", ["status:503", "reset", "half"])
def test_the_last_answer_stands_in_for_a_registry_that_is_down_and_that_is_said(house: House, behaviour: str) -> None:
    before = house.ledger()
    anew()
    down(house.plan, behaviour)
    found = house.ledger()
    assert found.records.keys() == before.records.keys()
    [note] = found.notes
    assert "was used in place of one" in note


@pytest.mark.parametrize("behaviour", ["status:401", "status:403", "status:404", "html:200", "text:{}", "redirect:/x"])
def test_it_stands_in_for_no_other_answer(house: House, behaviour: str) -> None:
    house.ledger()
    anew()
    down(house.plan, behaviour)
    with pytest.raises(CannotJudge, match="the registry"):
        house.ledger()


@pytest.mark.parametrize("hours", [13, 1000, -1])
def test_it_stands_in_for_as_long_as_is_stated_and_for_no_clock_turned_back(
    house: House, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger()
    anew()
    down(house.plan)
    passes(monkeypatch, timedelta(hours=hours))
    with pytest.raises(CannotJudge, match="503"):
        house.ledger()


def test_an_answer_that_has_not_changed_is_as_young_as_its_confirmation(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger()
    passes(monkeypatch, timedelta(hours=11))
    house.ledger()
    assert "if-none-match" in house.plan.asked[-1]["headers"]
    anew()
    down(house.plan)
    passes(monkeypatch, timedelta(hours=20))
    assert house.ledger().notes


def test_once_the_registry_is_back_it_is_asked_again(house: House) -> None:
    house.ledger()
    down(house.plan)
    assert house.ledger().notes
    house.plan.set(ABOUT, TOLD, NO, index=index(house.folder, ABOUT, TOLD, NO, serial=2))
    found = house.ledger()
    assert (found.notes, "APR-001" in found.records) == ((), False)


def test_what_was_changed_in_the_store_is_not_taken(house: House) -> None:
    house.ledger()
    source = f"{house.plan.url} (MYSHOW)"
    answer = Memory(house.state).answer(source)
    assert answer is not None
    at, text = answer
    down(house.plan)
    data = json.loads(text)
    without_no = data | {"records": data["records"][:-1]}
    more = data | {"records": [*data["records"], disclosure("DIS-009")]}
    bare = data | {"records": [ABOUT, TOLD, YES | {"expires_at": "2029-12-31Z"}, NO]}
    for changed in ({"records": data["records"]}, without_no, more, bare, {}, [], "cut off"):
        body = changed if isinstance(changed, str) else json.dumps(changed)
        Memory(house.state).answered(source, at, body)
        anew()
        with pytest.raises(CannotJudge):
            house.ledger()


def test_without_an_index_nothing_is_kept(registry: Registry, tmp_path: Path) -> None:
    plan = registry.plan(ABOUT, sealed(YES))
    access = Access(plan.url, kept=timedelta(hours=12), limits=PATIENT)
    RegistryStore(access, "MYSHOW", state=tmp_path / "state.sqlite3").fetch()
    assert Memory(tmp_path / "state.sqlite3").answer(f"{plan.url} (MYSHOW)") is None


@pytest.mark.parametrize("lacking", ["trust", "state"])
def test_keeping_needs_a_store_and_a_trust_file_that_demands_an_index(house: House, lacking: str) -> None:
    del house.said[lacking]
    with pytest.raises(UsageError, match="is kept only where"):
        house.ledger()


def test_keeping_needs_an_index_to_be_demanded(house: House) -> None:
    trust_file(house.folder, DESK, WHO)
    with pytest.raises(UsageError, match="is kept only where"):
        house.ledger()


def test_without_leave_to_keep_nothing_stands_in(registry: Registry, house: House) -> None:
    house.said["registry"] = {"url": house.plan.url}
    house.ledger()
    anew()
    down(house.plan)
    with pytest.raises(CannotJudge, match="503"):
        house.ledger()


def test_what_is_looked_up_elsewhere_is_held_against_the_trust_file(house: House) -> None:
    from otiogate.config.layers import settings

    other = disclosure("DIS-900", production="OTHER")
    yes = decision("approval", other, ["NFX-020"], "APR-900")
    house.plan.set(
        ABOUT, TOLD, sealed(YES), NO, index=index(house.folder, ABOUT, TOLD, YES, NO), elsewhere=[other, yes]
    )
    base = house.ledger()
    found = settings([str(house.folder)]).further(base, ["DIS-900"], [])
    assert found.records["DIS-900"].data["production"] == "OTHER" != CONTEXT.production
    assert "not signed" in found.records["APR-900"].distrust
    assert (found.demanded, found.indexes, found.is_held) == (base.demanded, base.indexes, True)
