"""``otiogate record``: looking at a ledger, checking all of it, and adding to it whole or not at all."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from otiogate.records.store import FolderStore
from tests.builders import clearance, consent, decision, digest_of, disclosure, notification, replica, waiver, without
from tests.cli.running import Ran, call, held, project

AS_OF = ("--as-of", "2027-01-15T12:00:00Z")
SHA = "sha256:" + "0" * 64


@pytest.fixture
def record(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: str | Path) -> Ran:
        return call(capsys, "record", *arguments)

    return ran


def put(path: Path, *data: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = json.loads(json.dumps(data if len(data) > 1 else data[0]))
    path.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    project(tmp_path)
    about = replica()
    put(tmp_path / "records" / "all.yaml", about, consent(), decision("approval", about, ["NFX-020"]))
    return tmp_path / "records"


def fetched(folder: Path) -> dict[str, dict[str, Any]]:
    return {key: dict(each.data) for key, each in FolderStore((folder,)).fetch().records.items()}


def listed(record: Any, *arguments: str) -> list[dict[str, Any]]:
    ran = record("list", "--format", "json", *AS_OF, *arguments)
    assert (ran.code, ran.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(ran.out)["records"]
    return found


# list


def test_a_list_says_of_each_record_what_it_is_about_and_how_it_stands(ledger: Path, record: Any) -> None:
    ran = record("list", *AS_OF)
    assert (ran.code, ran.err) == (0, "")
    assert [each.split() for each in ran.out.splitlines()] == [
        ["ID", "RECORD", "ABOUT", "STATUS"],
        ["APR-001", "approval", "DIS-001", "expires", "on", "2028-12-31Z"],
        ["CON-001", "consent", "P-001", "expires", "on", "2028-12-31Z"],
        ["DIS-001", "disclosure", "vfx_010.mov,", "A001,", "P-001", "in", "force"],
        ["3", "records", "of", "3"],
    ]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--kind", "consent"], ["CON-001"]),
        (["--about", "p-001"], ["CON-001", "DIS-001"]),
        (["--about", "DIS-001"], ["APR-001", "DIS-001"]),
        (["--about", "vfx_010.mov"], ["APR-001", "DIS-001"]),
        (["--about", "vfx_010.mov", "--kind", "approval"], ["APR-001"]),
        (["--about", "nobody"], []),
    ],
)
def test_a_list_can_be_narrowed(ledger: Path, record: Any, arguments: list[str], ids: list[str]) -> None:
    assert [each["id"] for each in listed(record, *arguments)] == ids


def test_a_kind_that_does_not_exist_is_a_usage_error(ledger: Path, record: Any) -> None:
    ran = record("list", "--kind", "consents")
    assert ran.code == 2
    assert "known: disclosure, consent" in ran.err


def test_without_a_configured_folder_it_says_what_to_do(record: Any) -> None:
    ran = record("list")
    assert ran.code == 2
    assert "no folder of records is configured" in ran.err
    assert "otiogate init" in ran.err


def test_a_ledger_that_does_not_load_is_exit_code_3(ledger: Path, record: Any) -> None:
    put(ledger / "bad.yaml", {"record": "nothing"})
    for arguments in (["list"], ["show", "DIS-001"]):
        assert record(*arguments).code == 3


def test_a_waiver_is_listed_as_inert_and_found_by_its_rule_and_its_file(ledger: Path, record: Any) -> None:
    put(ledger / "two.yaml", waiver("NFX-021"))
    [row] = listed(record, "--kind", "waiver")
    assert row["about"] == ["NFX-021", "vfx_010.mov", "A001"]
    assert (row["status"], row["detail"]) == ("inert", "until it is signed, for a facility with a trust file")
    assert [row] == listed(record, "--about", "nfx-021")
    assert row in listed(record, "--about", "vfx_010.mov")
    assert (
        "  status      inert until it is signed, for a facility with a trust file\n"
        in record("show", "WVR-001", *AS_OF).out
    )
    assert record("check", *AS_OF).out == "4 good records in 2 files: 0 faults, 0 warnings\n"


# show


def test_a_disclosure_is_shown_with_its_digest_and_what_covers_it(ledger: Path, record: Any) -> None:
    ran = record("show", "dis-001", *AS_OF)
    assert (ran.code, ran.err) == (0, "")
    assert digest_of(replica()) in ran.out
    assert "covered by  APR-001 (approval)" in ran.out
    assert "all.yaml:1" in ran.out
    assert yaml.safe_load(ran.out.split("\n\n", 1)[1])["id"] == "DIS-001"


def test_what_a_record_covers_is_held_against_the_ledger(ledger: Path, record: Any) -> None:
    assert "DIS-001: as it stands" in record("show", "APR-001").out
    put(ledger / "two.yaml", decision("approval", replica(prominence="none"), ["NFX-020"], id="APR-002"))
    assert "DIS-001: OUTDATED" in record("show", "APR-002").out
    [cover] = json.loads(record("show", "APR-002", "--format", "json").out)["covers"]
    assert cover == {"disclosure": "DIS-001", "state": "outdated", "detail": digest_of(replica())}


def test_an_unknown_id_is_a_usage_error_that_knows_near_ones(ledger: Path, record: Any) -> None:
    ran = record("show", "DIS-01")
    assert ran.code == 2
    assert "did you mean DIS-001" in ran.err


def test_what_is_shown_does_not_act_on_a_terminal(ledger: Path, record: Any) -> None:
    put(ledger / "two.yaml", disclosure("DIS-002", media={"clip_name": "a\x1b[31mb"}))
    for arguments in (["list"], ["show", "DIS-002"]):
        assert "\x1b" not in record(*arguments).out


# check


def test_a_good_ledger_checks_out(ledger: Path, record: Any) -> None:
    ran = record("check", *AS_OF)
    assert (ran.code, ran.out) == (0, "3 good records in 1 file: 0 faults, 0 warnings\n")


def test_every_fault_is_said_with_its_file_and_line(ledger: Path, record: Any) -> None:
    (ledger / "broken.yaml").write_text("record: [\n")
    put(ledger / "bad.yaml", consent(id="CON-002", creation="maybe", signed_at="today"), {"record": "consnt"})
    put(ledger / "twice.yaml", disclosure("dis-001", supersedes=["CON-001"]))
    ran = record("check", "records", *AS_OF)
    assert ran.code == 3
    faults = [each for each in ran.out.splitlines() if each.startswith("FAULT")]
    assert len(faults) == 5
    for wanted in (
        "broken.yaml:2: not YAML",
        'creation: "maybe" is not true or false',
        'signed_at: "today" does not fit: a date and time with its zone',
        "'record' is 'consnt' (known: disclosure, consent",
        "the id DIS-001 is given twice, here and in",
    ):
        assert any(wanted in each for each in faults), wanted
    assert re.search(r"bad\.yaml:\d+: consent CON-002: creation", ran.out)
    assert ran.out.endswith("No record is used until the faults are gone.\n")


def test_a_record_that_supersedes_another_sort_is_a_fault(ledger: Path, record: Any) -> None:
    put(ledger / "two.yaml", disclosure("DIS-002", supersedes=["CON-001"]))
    ran = record("check")
    assert ran.code == 3
    assert "supersedes CON-001, which is of another sort: consent" in ran.out


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (consent(id="CON-002", expires_at="2027-02-01Z"), "consent CON-002 expires at 2027-02-01Z"),
        (
            clearance(replica(), term={"from": "2026-01-01Z", "until": "2027-01-31Z"}),
            "clearance CLR-001 expires at 2027-01-31Z",
        ),
        (notification(disclosure("DIS-404")), "covers DIS-404, which is not in the ledger"),
        (
            consent(id="CON-002", scope=consent()["scope"] | {"production": "MY SHOW"}),
            "consent CON-002 is for the production MY SHOW, of which there is no disclosure, but of MYSHOW",
        ),
        (
            decision("approval", replica(prominence="none"), ["NFX-020"], id="APR-002"),
            "approval APR-002 was given for another version of DIS-001",
        ),
        (disclosure("DIS-002", supersedes=["DIS-001"]), "covers DIS-001, which was superseded by DIS-002"),
        (
            decision("approval", replica(), ["NFX-020"], id="APR-002", requested_by="s-approver"),
            "approval APR-002 is given by S-APPROVER, who requested it, and so answers nothing",
        ),
    ],
)
def test_what_will_soon_be_wrong_is_a_warning(ledger: Path, record: Any, made: dict[str, Any], says: str) -> None:
    put(ledger / "two.yaml", made)
    ran = record("check", *AS_OF)
    assert ran.code == 0
    assert "1 warning\n" in ran.out
    assert says in ran.out


def test_what_no_longer_counts_is_not_warned_about(ledger: Path, record: Any) -> None:
    gone = decision("approval", disclosure("DIS-404"), ["NFX-020"], id="APR-002", expires_at="2027-01-01Z")
    put(ledger / "two.yaml", gone)
    assert "0 warnings" in record("check", *AS_OF).out


def test_a_folder_to_check_that_is_not_there(record: Any) -> None:
    assert record("check", "nowhere").code == 3


# add


def form(**changes: Any) -> dict[str, Any]:
    """An approval with as little as may be left out."""
    made = without(decision("approval", replica(), ["NFX-030"], id="APR-009"), "schema_version")
    return made | {"covers": ["dis-001"]} | changes


def test_what_a_form_leaves_out_is_filled_in(ledger: Path, record: Any, tmp_path: Path) -> None:
    put(tmp_path / "form.yaml", form(granted_at="2026-01-10T09:00:00Z"))
    ran = record("add", "form.yaml")
    assert (ran.code, ran.err) == (0, "")
    made = fetched(ledger)["APR-009"]
    assert made["schema_version"] == 1
    assert made["covers"] == [{"disclosure": "DIS-001", "digest": digest_of(replica()), "media": replica()["media"]}]
    assert ran.out.splitlines()[0] == f"wrote {ledger / 'APR-009.yaml'}: 1 record"
    assert ran.out.split("\n", 1)[1] == (ledger / "APR-009.yaml").read_text(encoding="utf-8")


def test_a_disclosure_may_come_with_what_covers_it(ledger: Path, record: Any, tmp_path: Path) -> None:
    new = disclosure("DIS-002")
    put(tmp_path / "a.yaml", form(covers=["DIS-002", "DIS-001"]), clearance(new) | {"covers": ["DIS-002"]})
    put(tmp_path / "b.yaml", new)
    assert record("add", "a.yaml", "b.yaml").code == 0
    assert (ledger / "DIS-002_and_2_more.yaml").exists()
    found = fetched(ledger)
    assert [each["digest"] for each in found["APR-009"]["covers"]] == [digest_of(new), digest_of(replica())]
    assert found["CLR-001"]["covers"] == [{"disclosure": "DIS-002", "digest": digest_of(new)}]


def test_what_a_form_states_stays(ledger: Path, record: Any, tmp_path: Path) -> None:
    stated = {"disclosure": "DIS-001", "digest": SHA, "media": {"reel": "B001"}}
    put(tmp_path / "form.yaml", form(covers=[stated]))
    assert record("add", "form.yaml").code == 0
    assert fetched(ledger)["APR-009"]["covers"] == [stated]


@pytest.mark.parametrize(
    "made",
    [waiver("NFX-030"), without(waiver("NFX-030"), "schema_version"), waiver("NFX-021", clip={"sha256": SHA})],
)
def test_a_waiver_is_added_as_it_stands(ledger: Path, record: Any, tmp_path: Path, made: dict[str, Any]) -> None:
    put(tmp_path / "form.yaml", made)
    assert record("add", "form.yaml").code == 0
    assert fetched(ledger)["WVR-001"] == {"schema_version": 1} | made


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"requested_by": "S-APPROVER"}, "is given by S-APPROVER, who requested it, and so answers nothing"),
        ({"answers": ["NFX-020", "NFX-222"]}, "answers NFX-222, which no rule pack has"),
        ({"supersedes": ["APR-404"]}, "supersedes APR-404, which is not in the ledger"),
        ({"granted_at": "2099-01-01T00:00:00Z", "expires_at": "2100-01-01Z"}, "counts only from 2099-01-01T00:00:00Z"),
    ],
)
def test_what_is_added_and_will_answer_nothing_is_said_at_once(
    ledger: Path, record: Any, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    put(tmp_path / "form.yaml", form(**{"granted_at": "2026-01-10T09:00:00Z"} | changes))
    ran = record("add", "form.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert says in ran.out.splitlines()[-1]
    assert says in record("check").out


def test_of_many_records_that_are_added_only_the_ids_are_listed(ledger: Path, record: Any, tmp_path: Path) -> None:
    put(tmp_path / "forms.yaml", disclosure("DIS-002"), disclosure("DIS-003"))
    ran = record("add", "forms.yaml")
    assert ran.out.splitlines()[1:] == ["  disclosure DIS-002", "  disclosure DIS-003"]


def test_what_covers_a_superseded_disclosure_is_told_what_took_its_place(
    ledger: Path, record: Any, tmp_path: Path
) -> None:
    put(tmp_path / "forms.yaml", disclosure("DIS-002", supersedes=["DIS-001"]), form(covers=["DIS-001"]))
    ran = record("add", "forms.yaml")
    assert ran.code == 2
    assert "covers[0]: 'DIS-001' was superseded by DIS-002 (name DIS-002)" in ran.err


def test_what_a_form_covers_wrongly_hides_nothing_else_that_is_wrong(ledger: Path, record: Any, tmp_path: Path) -> None:
    put(tmp_path / "form.yaml", form(covers=["DIS-404"], decision="aproved"))
    ran = record("add", "form.yaml")
    assert "covers[0]: 'DIS-404' is not in the ledger" in ran.err
    assert 'decision: "aproved" is not one of approved' in ran.err
    assert "2 faults, so nothing was added" in ran.err


@pytest.mark.parametrize("key", ["rule", "clip", "reason", "approver", "expires_at"])
def test_a_waiver_without_what_makes_it_one_is_not_added(ledger: Path, record: Any, tmp_path: Path, key: str) -> None:
    put(tmp_path / "form.yaml", without(waiver("NFX-021"), key))
    ran = record("add", "form.yaml")
    assert ran.code == 2
    assert f"waiver WVR-001: is missing {key!r}" in ran.err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"covers": ["DIS-404"]}, "covers[0]: 'DIS-404' is not in the ledger (add the disclosure first"),
        ({"answers": ["NFX20"]}, 'answers[0]: "NFX20" does not fit: the id of a rule'),
        ({"id": "con-001"}, "the id CON-001 is given twice"),
        ({"supersedes": ["CON-001"]}, "supersedes CON-001, which is of another sort"),
        ({"aproved_by": "me"}, "'aproved_by' is not known here"),
        ({"record": "aproval"}, "'record' is 'aproval' (known: disclosure"),
        ({"schema_version": 2}, "schema_version 2 is not known"),
    ],
)
def test_nothing_is_added_where_one_form_is_wrong(
    ledger: Path, record: Any, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    put(tmp_path / "good.yaml", disclosure("DIS-002"))
    put(tmp_path / "form.yaml", form(**changes))
    before = held(ledger)
    ran = record("add", "good.yaml", "form.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "form.yaml:" in ran.err
    assert says in ran.err
    assert "so nothing was added" in ran.err
    assert held(ledger) == before


def test_all_faults_of_all_forms_are_said(ledger: Path, record: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", form(granted_at="today", requested_by="me me"))
    put(tmp_path / "b.yaml", consent(id="x"))
    ran = record("add", "a.yaml", "b.yaml")
    assert ran.err.count("a.yaml:") == 2
    assert ran.err.count("b.yaml:") == 1
    assert "3 faults, so nothing was added" in ran.err


def test_one_id_in_two_forms_is_added_by_neither(ledger: Path, record: Any, tmp_path: Path) -> None:
    put(tmp_path / "form.yaml", disclosure("DIS-002"), disclosure("dis-002"))
    before = held(ledger)
    assert record("add", "form.yaml").code == 2
    assert held(ledger) == before


def test_a_file_that_is_there_is_not_replaced(ledger: Path, record: Any, tmp_path: Path) -> None:
    (ledger / "DIS-002.yaml").write_text("# a note\n")
    put(tmp_path / "form.yaml", disclosure("DIS-002"))
    ran = record("add", "form.yaml")
    assert ran.code == 2
    assert "exists already" in ran.err


@pytest.mark.parametrize("text", ["", "record: [", "- 1\n"])
def test_what_is_no_form_is_a_usage_error(ledger: Path, record: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "form.yaml").write_text(text)
    ran = record("add", "form.yaml")
    assert ran.code == 2
    assert "form.yaml" in ran.err


def test_of_several_folders_one_is_named(tmp_path: Path, record: Any) -> None:
    project(tmp_path, "format: 1\nproduction: MYSHOW\nrecords: [records, more]\n")
    put(tmp_path / "more" / "one.yaml", replica())
    put(tmp_path / "form.yaml", form())
    ran = record("add", "form.yaml")
    assert ran.code == 2
    assert "name one with --records" in ran.err
    # What it covers stands in another of the configured folders.
    assert record("add", "form.yaml", "--records", "records").code == 0
    assert (tmp_path / "records" / "APR-009.yaml").exists()


def test_text_that_looks_like_something_else_stays_text(ledger: Path, record: Any, tmp_path: Path) -> None:
    made = disclosure("DIS-002", scenes=["12", "0x1F", "no", "~", "1e3", "2027-01-01"], characters=["Åse: #1"])
    put(tmp_path / "form.yaml", made)
    assert record("add", "form.yaml").code == 0
    assert fetched(ledger)["DIS-002"] == made


# import


COLUMNS = {
    "record": "consent",
    "id": "CON-002",
    "subject.id": "P-002",
    "subject.status": "living",
    "grantor.kind": "self",
    "grantor.id": "P-002",
    "allowed_use_kinds": "replica.likeness; alter.age",
    "intended_use": "A double of the performer, in scene 12.",
    "scope.production": "MYSHOW",
    "scope.territories": "US;GB",
    "scope.languages": "any",
    "creation": "TRUE",
    "use": "yes",
    "signed_at": "2026-11-01T09:00:00Z",
    "expires_at": "2028-12-31Z",
    "evidence.uri": "https://vault.example/2",
    "evidence.sha256": SHA,
}


def table(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_row_becomes_a_record(ledger: Path, record: Any, tmp_path: Path) -> None:
    table(tmp_path / "t.csv", COLUMNS, COLUMNS | {"id": "CON-003", "scope.territories": ""})
    ran = record("import", "t.csv")
    assert (ran.code, ran.err) == (0, "")
    found = fetched(ledger)
    assert found["CON-002"] == {
        "record": "consent",
        "schema_version": 1,
        "id": "CON-002",
        "subject": {"id": "P-002", "status": "living"},
        "grantor": {"kind": "self", "id": "P-002"},
        "allowed_use_kinds": ["replica.likeness", "alter.age"],
        "intended_use": "A double of the performer, in scene 12.",
        "scope": {"production": "MYSHOW", "territories": ["US", "GB"], "languages": "any"},
        "creation": True,
        "use": True,
        "signed_at": "2026-11-01T09:00:00Z",
        "expires_at": "2028-12-31Z",
        "evidence": [{"uri": "https://vault.example/2", "sha256": SHA}],
    }
    assert "territories" not in found["CON-003"]["scope"]


def test_the_faults_of_a_table_come_in_the_order_of_its_rows(ledger: Path, record: Any, tmp_path: Path) -> None:
    table(tmp_path / "t2.csv", *[without(COLUMNS, "record")] * 11)
    rows = re.findall(r"t2\.csv row (\d+):", record("import", "t2.csv").err)
    assert rows == [str(each) for each in range(2, 13)]


def test_the_kind_may_be_said_for_all_rows(ledger: Path, record: Any, tmp_path: Path) -> None:
    table(tmp_path / "t.csv", without(COLUMNS, "record"))
    assert "row 2: which kind of record it is, is not said" in record("import", "t.csv").err
    assert record("import", "t.csv", "--kind", "consent").code == 0


def test_a_decision_is_bound_to_the_disclosures_that_it_names(ledger: Path, record: Any, tmp_path: Path) -> None:
    row = {
        "record": "approval",
        "id": "APR-009",
        "decision": "approved",
        "approver.id": "S-APPROVER",
        "approver.organisation": "Studio",
        "approver.role": "studio_contact",
        "requested_by": "E-COORDINATOR",
        "answers": "NFX-020;NFX-030",
        "covers": "DIS-001",
        "scope.production": "MYSHOW",
        "granted_at": "2026-12-10T09:00:00Z",
        "no_expiry_reason": "Given for good.",
        "evidence.uri": "https://vault.example/2",
        "evidence.sha256": SHA,
    }
    table(tmp_path / "t.csv", row)
    assert record("import", "t.csv").code == 0
    assert fetched(ledger)["APR-009"]["covers"][0]["digest"] == digest_of(replica())
    table(tmp_path / "t.csv", row | {"id": "APR-010", "covers": "DIS-404"})
    assert "t.csv I2: approval APR-010: covers[0]: 'DIS-404' is not in the ledger" in record("import", "t.csv").err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"creation": "maybe"}, 't.csv L3: consent CON-003: creation: "maybe" is not true or false'),
        ({"subject.status": "alive"}, 'D3: consent CON-003: subject.status: "alive" is not one of living, deceased'),
        ({"scope.territories": "US;UK"}, 'J3: consent CON-003: scope.territories[1]: "UK" does not fit: worldwide'),
        ({"evidence.uri": "here"}, "P3: consent CON-003: evidence[0].uri"),
        ({"record": "consnt"}, "A3: 'consnt' is no kind of record (known: disclosure"),
        ({"subject.id": ""}, "t.csv row 3: consent CON-003: subject: is missing 'id'"),
        ({"id": "CON-002"}, "the id CON-002 is given twice"),
        ({"scope.teritories": "US"}, "R1: consent: no field is called 'scope.teritories'; did you mean 'scope.terr"),
        ({"subject": "P-002"}, "R1: consent: 'subject' has fields of its own: subject.id, subject.status"),
        ({"id.x": "y"}, "R1: consent: 'id.x' has no field 'x'"),
        ({"evidence.3.uri": "https://x.example"}, "R3: consent: evidence.3.uri: item 3 is given, and item 2 is not"),
        ({"evidence.1.uri": "https://x.example"}, "R3: consent: evidence.1.uri: another column says this too"),
        ({"": "left over"}, "R3: 'left over' stands in a column without a name"),
    ],
)
def test_a_fault_names_the_cell_and_nothing_is_added(
    ledger: Path, record: Any, tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    table(tmp_path / "t.csv", COLUMNS, COLUMNS | {"id": "CON-003"} | changes)
    before = held(ledger)
    ran = record("import", "t.csv")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert held(ledger) == before


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "its first row names no columns"),
        (b"id,record\n", "holds no records, only a header"),
        (b"id;record\nCON-1;consent\n", "t.csv A1: its columns are not separated by commas"),
        (b'id,record\n"CON-1,consent\n', "not CSV"),
        (b"id,id\nCON-1,CON-2\n", "B1: the column 'id' is there twice, see A1"),
        (b"id,note\nCON-1,caf\xe9\n", "t.csv:2: not UTF-8 text"),
        (b"id,note\nCON-1,a\0b\n", "holds a NUL character"),
    ],
)
def test_what_is_no_table_is_a_usage_error(ledger: Path, record: Any, tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    ran = record("import", "t.csv")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def sheets(path: Path, **pages: list[dict[str, Any]]) -> Path:
    """A workbook with a sheet for each of ``pages``."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in pages.items():
        page = made.create_sheet(name)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        for row in [dict(zip(columns, columns, strict=True)), *rows]:
            page.append([row.get(key) for key in columns])
    made.save(path)
    return path


def test_a_sheet_of_a_workbook_gives_the_records_that_csv_gives(ledger: Path, record: Any, tmp_path: Path) -> None:
    table(tmp_path / "t.csv", COLUMNS)
    assert record("import", "t.csv").code == 0
    from_csv = fetched(ledger)["CON-002"]
    (ledger / "CON-002.yaml").unlink()
    sheets(tmp_path / "t.xlsx", Consents=[COLUMNS | {"creation": True, "expires_at": date(2028, 12, 31)}])
    ran = record("import", "t.xlsx", "--zone", "Z")
    assert (ran.code, ran.err) == (0, "")
    assert fetched(ledger)["CON-002"] == from_csv


def test_a_fault_names_file_sheet_cell_and_field_and_nothing_is_added(
    ledger: Path, record: Any, tmp_path: Path
) -> None:
    bad = COLUMNS | {"id": "CON-003", "creation": 1, "scope.territories": "UK", "expires_at": date(2028, 12, 31)}
    sheets(tmp_path / "t.xlsx", Consents=[COLUMNS, bad])
    before = held(ledger)
    ran = record("import", "t.xlsx", "--zone", "Z")
    assert (ran.code, ran.out) == (2, "")
    assert "t.xlsx sheet 'Consents' L3: consent CON-003: creation: \"1\" is not true or false" in ran.err
    assert (
        "t.xlsx sheet 'Consents' J3: consent CON-003: scope.territories[0]: \"UK\" does not fit: worldwide" in ran.err
    )
    assert "2 faults, so nothing was added" in ran.err
    assert held(ledger) == before


def test_of_several_sheets_the_one_to_import_is_named(ledger: Path, record: Any, tmp_path: Path) -> None:
    other = without(COLUMNS | {"id": "CON-003"}, "record")
    sheets(tmp_path / "t.xlsx", One=[COLUMNS], Two=[other])
    ran = record("import", "t.xlsx")
    assert (ran.code, ran.out) == (2, "")
    assert "name one with --sheet: 'One', 'Two'" in ran.err
    assert record("import", "t.xlsx", "--sheet", "Two", "--kind", "consent").code == 0
    assert "CON-002" not in fetched(ledger)
    assert "CON-003" in fetched(ledger)


def test_a_spreadsheet_of_another_format_says_how_to_save_it(ledger: Path, record: Any) -> None:
    ran = record("import", "t.ods")
    assert ran.code == 2
    assert "save it as .xlsx, or save the sheet as CSV" in ran.err


def test_a_table_of_a_spreadsheet_program_is_read(ledger: Path, record: Any, tmp_path: Path) -> None:
    table(tmp_path / "t.csv", COLUMNS)
    data = (tmp_path / "t.csv").read_bytes()
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbf" + data + b",,,\r\n\r\n")
    assert record("import", "t.csv").code == 0
