"""The ledger in a registry: read whole and rightly, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otiogate.errors import CannotJudge, StoreError, VersionError
from otiogate.records import registry as registry_module
from otiogate.records.access import Limits
from otiogate.records.faults import record_faults
from otiogate.records.registry import RegistryStore
from tests.builders import MEDIA, cleared, consent, decision, disclosure, notification, replica
from tests.registry.running import HASTY, PATIENT, Plan, Registry

SHA = "sha256:" + "a" * 64


def store(plan: Plan, limits: Limits = PATIENT, production: str = "MYSHOW", run: str = "") -> RegistryStore:
    return RegistryStore(plan.access(limits), production, run)


def refusal(plan: Plan, limits: Limits = PATIENT) -> CannotJudge:
    with pytest.raises(CannotJudge) as caught:
        store(plan, limits).fetch()
    assert caught.value.where.startswith(plan.url)
    return caught.value


def ledger() -> list[dict[str, Any]]:
    return cleared(disclosure(), "NFX-030")


# Rightly


def test_the_ledger_is_what_the_same_records_in_files_are(registry: Registry) -> None:
    found = store(registry.plan(*ledger())).fetch()
    assert {key: each.data for key, each in found.records.items()} == {each["id"]: each for each in ledger()}
    assert found.records["DIS-001"].where.endswith("#DIS-001")


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_all_pages_are_read_whatever_their_size(registry: Registry, page: int) -> None:
    plan = registry.plan(*ledger(), page=page)
    assert sorted(store(plan).fetch().records) == ["APR-001", "DIS-001", "NTF-001"]
    assert len(plan.asked) == -(-3 // page)


def test_what_takes_our_time_is_not_done_in_the_time_of_the_registry(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger(), page=1)
    asked: list[int] = []

    def looked_at(item: Any, place: Any) -> Any:
        asked.append(len(plan.asked))
        return record_faults(item, place)

    monkeypatch.setattr(registry_module, "record_faults", looked_at)
    store(plan).fetch()
    assert asked == [3, 3, 3]


def test_an_empty_ledger_is_an_answer(registry: Registry) -> None:
    assert store(registry.plan()).fetch().records == {}


def test_a_production_is_named_whole_whatever_its_letters(registry: Registry) -> None:
    name = "A/B ?&=#%\u00c5"
    plan = registry.plan(production=name)
    assert store(plan, production=name).fetch().sources == (f"{plan.url} ({name})",)


def test_without_a_production_nothing_is_asked(registry: Registry) -> None:
    plan = registry.plan()
    with pytest.raises(StoreError, match="none is configured"):
        store(plan, production="").fetch()
    assert plan.asked == []


def test_what_has_not_changed_is_not_sent_again(registry: Registry) -> None:
    plan = registry.plan(*ledger(), page=1)
    first = store(plan).fetch()
    plan.set(*ledger(), page=1)
    assert store(plan).fetch() is first
    assert [each["headers"]["if-none-match"] for each in plan.asked] == ['"r1"']


def test_what_has_changed_is_read_anew(registry: Registry) -> None:
    plan = registry.plan(*ledger())
    store(plan).fetch()
    plan.set(disclosure(), revision="r2")
    assert sorted(store(plan).fetch().records) == ["DIS-001"]


def test_one_run_asks_once(registry: Registry) -> None:
    plan = registry.plan(*ledger())
    assert store(plan, run="1").fetch() is store(plan, run="1").fetch()
    assert len(plan.asked) == 1
    store(plan, run="2").fetch()
    assert len(plan.asked) == 2


def test_one_run_looks_up_each_thing_once(registry: Registry) -> None:
    plan = registry.plan(elsewhere=[disclosure("DIS-900"), disclosure("DIS-901")])
    assert sorted(store(plan, run="1").look_up(["DIS-900"], []).records) == ["DIS-900"]
    assert sorted(store(plan, run="1").look_up(["DIS-900", "DIS-901"], []).records) == ["DIS-900", "DIS-901"]
    asks = [[ask["value"] for ask in json.loads(each["body"])["asks"]] for each in plan.asked]
    assert asks == [["DIS-900"], ["DIS-900"], ["DIS-901"], ["DIS-901"]], "itself, and what concerns it"
    store(plan, run="2").look_up(["DIS-900"], [])
    assert len(plan.asked) == 6


def test_how_the_registry_failed_a_run_it_fails_it_for_a_time(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger(), behaviours=["status:404", "good"])
    for _ in range(3):
        with pytest.raises(StoreError, match="answers 404") as caught:
            store(plan, run="1").fetch()
        assert caught.value.where.startswith(plan.url)
    with pytest.raises(StoreError, match="answers 404"):
        store(plan, run="1").look_up(["DIS-900"], [])
    assert len(plan.asked) == 1
    assert store(plan, run="2").fetch().records, "another run asks anew"
    monkeypatch.setattr(registry_module, "_GIVEN_UP", 0.0)
    plan.set(*ledger(), behaviours=["status:404", "good"])
    with pytest.raises(StoreError, match="answers 404"):
        store(plan, run="3").fetch()
    assert store(plan, run="3").fetch().records, "the time is over"


def test_a_ledger_that_cannot_be_used_is_asked_for_once_a_run(registry: Registry) -> None:
    plan = registry.plan(disclosure(schema_version=2))
    for _ in range(3):
        with pytest.raises(CannotJudge, match="schema_version 2"):
            store(plan, run="1").fetch()
    assert len(plan.asked) == 1


def test_after_an_answer_no_failure_is_taken_for_it(registry: Registry) -> None:
    plan = registry.plan(*ledger())
    store(plan).fetch()
    plan.set(behaviours=["status:503"])
    refusal(plan)


def test_a_ledger_that_changes_while_it_is_read_is_read_anew(registry: Registry) -> None:
    plan = registry.plan(*ledger(), page=1, behaviours=["good", 'changed:{"revision": "r0"}', "good"])
    assert len(store(plan).fetch().records) == 3
    assert len(plan.asked) == 5


@pytest.mark.parametrize("behaviour", ["status:503", "status:429,0", "status:500", "reset", "half", "half:reset"])
@pytest.mark.parametrize("times", [1, 2])
def test_what_may_pass_is_asked_again(registry: Registry, behaviour: str, times: int) -> None:
    plan = registry.plan(*ledger(), behaviours=[behaviour] * times + ["good"])
    assert len(store(plan).fetch().records) == 3
    assert len(plan.asked) == times + 1


# Not at all

BROKEN = {
    "status:503": "answers 503: Not today, 3 times",
    "status:500": "answers 500",
    "status:429,0": "answers 429",
    "status:400": "answers 400: Not today",
    "status:403": "answers 403",
    "status:404": "answers 404",
    "status:409": "answers 409",
    "status:204": "answers 204",
    "html:200": "answers 'text/html' where application/json belongs",
    "html:502": "answers 502, 3 times",
    "redirect:https://elsewhere.example/x?y=z": "answers 302, which leads to elsewhere.example",
    "redirect:/elsewhere": "answers 302, which leads to itself",
    "redirect:http://[bad": "answers 302, which leads to no host",
    "reset": "broke off",
    "garbage": "broke off",
    "half": "broke off",
    "half:reset": "broke off",
    "half_chunked": "broke off",
    "short_length": "cut off",
    "bomb": "compressed ('gzip'), which was not asked for",
    "not_modified": "answers 304",
    "etag:": "ETag that is not the revision",
    'etag:"r2"': "ETag that is not the revision",
    "text:": "cut off",
    "text:[]": "contract",
    "text:null": "contract",
    "text:{": "cut off",
    'text:{"a": 1, "a": 2}': "given twice",
    "text:NaN": "NaN is not JSON",
    "text:\xff\xfe": "not UTF-8",
    "text:" + "[" * 100 + "]" * 100: "nested more than",
    "text:" + "[" * 100_000: "nested",
    "text:1e999": "out of range",
    'text:"\\u0000"': "NUL",
    'changed:{"total": 4}': "gives 3 of the 4 records",
    'changed:{"total": 2}': "gives more records than the 2",
    'changed:{"total": -1}': "contract",
    'changed:{"total": 3.5}': "contract",
    'changed:{"format": 2}': "contract",
    'changed:{"revocations": []}': "contract",
    'changed:{"records": {}}': "contract",
    'changed:{"records": [null], "total": 1}': "a record is a mapping",
    'changed:{"production": "OTHER"}': "answers for the production 'OTHER', not 'MYSHOW'",
    'changed:{"production": "myshow"}': "answers for the production",
    'changed:{"total": 9, "next": "0"}': "lead in a circle",
    'changed:{"total": 9, "records": [], "next": "#"}': "lead in a circle",
    'changed:{"total": 999999, "next": "#"}': "lead in a circle",
    'changed:{"revision": "r#"}': "changed 3 times",
}


@pytest.mark.parametrize(("behaviour", "said"), BROKEN.items(), ids=[each[:40] for each in BROKEN])
def test_no_half_of_an_answer_is_taken_for_one(registry: Registry, behaviour: str, said: str) -> None:
    page = 1 if "revision" in behaviour else 100
    plan = registry.plan(*ledger(), behaviours=[behaviour], page=page)
    limits = Limits(total=60, pause=0.01)
    assert said in str(refusal(plan, limits))
    assert "Jane Doe" not in str(refusal(plan, limits)), "what a registry says in detail may name people"


@pytest.mark.parametrize("behaviour", ["stall", "drip_head", "drip_body"])
def test_what_stalls_or_drips_ends_with_the_time_that_it_has(registry: Registry, behaviour: str) -> None:
    assert "the registry" in str(refusal(registry.plan(behaviours=[behaviour]), HASTY))


def test_an_answer_without_end_is_too_large(registry: Registry) -> None:
    found = refusal(registry.plan(behaviours=["huge"]), Limits(total=60, size=1_000_000))
    assert "more than 1,000,000 bytes" in str(found)


def test_a_wait_beyond_the_time_that_is_left_is_not_waited_for(registry: Registry) -> None:
    plan = registry.plan(behaviours=["status:503,100000"])
    assert "503" in str(refusal(plan))
    assert len(plan.asked) == 1


def test_a_date_to_come_back_at_is_understood(registry: Registry) -> None:
    plan = registry.plan(behaviours=["status:503,Fri, 31 Dec 2199 23:59:59 GMT"])
    refusal(plan)
    assert len(plan.asked) == 1


def test_what_is_refused_for_good_is_asked_once(registry: Registry) -> None:
    for behaviour in ("status:401", "status:403", "status:404", "html:200", "redirect:/x"):
        plan = registry.plan(behaviours=[behaviour])
        refusal(plan)
        assert len(plan.asked) == 1, behaviour


def test_where_nobody_listens_there_is_no_answer(registry: Registry) -> None:
    plan = registry.plan()
    plan.url = "http://localhost:1"
    assert "cannot be reached" in str(refusal(plan))


def test_a_304_for_another_revision_is_no_answer(registry: Registry) -> None:
    plan = registry.plan(*ledger())
    store(plan).fetch()
    plan.set(behaviours=['not_modified:"r9"'])
    assert "another revision" in str(refusal(plan))
    plan.set(behaviours=['not_modified:W/"r1"'])
    assert len(store(plan).fetch().records) == 3, "a proxy may weaken an ETag"


def test_an_id_twice_is_an_error_on_whatever_pages(registry: Registry) -> None:
    same = [disclosure(), notification(disclosure()), disclosure()]
    assert "given twice" in str(refusal(registry.plan(*same, page=1)))
    assert "given twice" in str(refusal(registry.plan(disclosure("DIS-00A"), disclosure("dis-00a"), page=1)))


def test_a_record_that_is_broken_leaves_none(registry: Registry) -> None:
    broken = disclosure() | {"use_kind": ["gen.nonsense"]}
    found = refusal(registry.plan(*ledger()[1:], broken))
    assert (type(found), found.where.partition("#")[2]) == (StoreError, "DIS-001")


def test_a_record_of_a_newer_version_leaves_none(registry: Registry) -> None:
    assert isinstance(refusal(registry.plan(disclosure(schema_version=2))), VersionError)


def test_a_redirect_is_not_read(registry: Registry) -> None:
    plan = registry.plan(behaviours=["redirect_to_much"])
    assert "answers 302, which leads to elsewhere.example" in str(refusal(plan, Limits(total=60, size=1_000_000)))
    assert len(plan.asked) == 1


# Look-ups


def elsewhere() -> list[dict[str, Any]]:
    about = replica("DIS-900", production="OTHER", media={"sha256": SHA})
    return [about, consent(), decision("approval", about, ["NFX-020"])]


def test_what_a_timeline_names_beyond_the_ledger_is_looked_up_with_all_that_concerns_it(registry: Registry) -> None:
    plan = registry.plan(elsewhere=elsewhere())
    wanted = ["APR-001", "CON-001", "DIS-900"]
    assert sorted(store(plan).look_up(["dis-900", "DIS-901"], []).records) == wanted
    assert sorted(store(plan).look_up([], [SHA, SHA[:-1] + "b"]).records) == wanted
    assert len(plan.asked) == 4, "two batches each, whatever the number of things"


def test_where_nothing_is_unknown_nothing_is_looked_up(registry: Registry) -> None:
    plan = registry.plan()
    assert store(plan).look_up([], []).records == {}
    assert plan.asked == []


def test_more_things_than_a_batch_takes_are_several(registry: Registry) -> None:
    plan = registry.plan(elsewhere=elsewhere())
    assert "DIS-900" in store(plan).look_up([f"DIS-{number}" for number in range(900, 1700)], []).records
    assert [len(json.loads(each["body"])["asks"]) for each in plan.asked] == [500, 300, 2]


ANSWER = {"by": "id", "value": "DIS-900"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answers": []}, "does not answer what was asked"),
        ({"answers": [ANSWER | {"value": "DIS-901", "records": []}]}, "does not answer what was asked"),
        ({"answers": [ANSWER | {"records": ["DIS-900"]}] * 2}, "does not answer what was asked"),
        ({"records": []}, "names DIS-900 and does not give it"),
        ({"answers": [ANSWER | {"records": []}]}, "gives DIS-900, for which nobody asked"),
        ({"records": [disclosure("DIS-900"), disclosure("DIS-902")]}, "gives DIS-902, for which nobody asked"),
        ({"records": [disclosure("DIS-900"), disclosure("dis-900")]}, "gives an id twice"),
        (
            {"answers": [ANSWER | {"records": ["DIS-902"]}], "records": [disclosure("DIS-902")]},
            "gives DIS-902 for the id DIS-900, which it is not about",
        ),
        ({"format": 2}, "contract"),
    ],
)
def test_a_look_up_is_answered_one_by_one_or_not_at_all(registry: Registry, change: Any, said: str) -> None:
    plan = registry.plan(elsewhere=[disclosure("DIS-900")], behaviours=[f"changed:{json.dumps(change)}"])
    with pytest.raises(StoreError, match=said):
        store(plan).look_up(["DIS-900"], [])


@pytest.mark.parametrize("behaviour", ["status:500", "half", "reset", "html:200", "status:404"])
def test_a_look_up_without_an_answer_is_no_absence(registry: Registry, behaviour: str) -> None:
    with pytest.raises(StoreError):
        store(registry.plan(behaviours=[behaviour])).look_up(["DIS-900"], [])


def test_what_superseded_the_record_that_was_asked_for_belongs_to_the_answer(registry: Registry) -> None:
    newer = disclosure("DIS-902", supersedes=["DIS-900"], media=dict(MEDIA))
    plan = registry.plan(elsewhere=[disclosure("DIS-900"), newer])
    assert sorted(store(plan).look_up(["DIS-900"], []).records) == ["DIS-900", "DIS-902"]
