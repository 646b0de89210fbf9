"""The folder of records: read strictly and whole, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from otiogate.errors import StoreError, VersionError
from otiogate.records.model import DECISIONS, KINDS, RecordSet
from otiogate.records.store import FolderStore
from tests.builders import (
    clearance,
    clip,
    consent,
    decision,
    disclosure,
    judged,
    notice,
    notification,
    replica,
    timeline,
    waiver,
    without,
)

Data = dict[str, Any]


def put(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value)
    if path.suffix.lower() != ".json":
        text = yaml.safe_dump(json.loads(text), sort_keys=False)  # parsed anew: an object used twice would be an alias
    path.write_text(text, encoding="utf-8")
    return path


def fetched(*folders: Path) -> RecordSet:
    return FolderStore(folders).fetch()


def refusal(folder: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        fetched(folder)
    return caught.value


def one_of_each() -> list[Data]:
    about = replica()
    made = [about, consent(), clearance(about), notice(), notification(about), waiver("NFX-021")]
    for kind in sorted(set(DECISIONS) - {"escalation"}):
        made.append(decision(kind, about, ["NFX-030"]))
    made.append(decision("escalation", about, ["GEN-002"], resolves={"identity": "minor"}))
    return made


def test_every_kind_of_record_is_read(tmp_path: Path) -> None:
    for each in one_of_each():
        put(tmp_path / f"{each['id']}.yaml", each)
    found = fetched(tmp_path)
    assert {each.kind for each in found.records.values()} == set(KINDS)
    assert found.sources == (str(tmp_path),)


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json", ".YAML", ".Json"])
@pytest.mark.parametrize("listed", [False, True])
def test_yaml_and_json_hold_one_record_or_a_list(tmp_path: Path, suffix: str, listed: bool) -> None:
    about = disclosure()
    if listed:
        put(tmp_path / f"all{suffix}", [about, notification(about)])
    else:
        put(tmp_path / f"one{suffix}", about)
        put(tmp_path / f"two{suffix}", notification(about))
    assert sorted(fetched(tmp_path).records) == ["DIS-001", "NTF-001"]


def test_a_yaml_file_holds_several_documents(tmp_path: Path) -> None:
    about = disclosure()
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all([about, notification(about)]), encoding="utf-8")
    assert sorted(fetched(tmp_path).records) == ["DIS-001", "NTF-001"]


def test_folders_below_are_read_and_hidden_ones_and_other_files_are_not(tmp_path: Path) -> None:
    put(tmp_path / "a" / "b" / "one.json", disclosure())
    put(tmp_path / ".git" / "two.json", disclosure("DIS-002"))
    put(tmp_path / ".three.json", disclosure("DIS-003"))
    (tmp_path / "notes.txt").write_text("remember the milk", encoding="utf-8")
    (tmp_path / "DIS-004.yaml.bak").write_text("}{", encoding="utf-8")
    assert sorted(fetched(tmp_path).records) == ["DIS-001"]


def test_a_folder_that_is_linked_in_is_read(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "one.json", disclosure())
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    assert sorted(fetched(folder).records) == ["DIS-001"]


def test_ids_are_held_in_upper_case(tmp_path: Path) -> None:
    put(tmp_path / "one.json", disclosure("dis-001"))
    assert sorted(fetched(tmp_path).disclosures) == ["DIS-001"]


def test_an_empty_folder_holds_no_records(tmp_path: Path) -> None:
    assert fetched(tmp_path).records == {}


@pytest.mark.parametrize("name", ["missing", "file.json"])
def test_a_folder_that_is_missing_or_none_is_an_error(tmp_path: Path, name: str) -> None:
    put(tmp_path / "file.json", disclosure())
    fault = refusal(tmp_path / name)
    assert "does not exist" in fault.what and fault.where.endswith(name) and fault.next_step


def test_a_missing_folder_beside_a_good_one_gives_nothing(tmp_path: Path) -> None:
    put(tmp_path / "good" / "one.json", disclosure())
    with pytest.raises(StoreError):
        fetched(tmp_path / "good", tmp_path / "missing")


BROKEN = (
    ("an unknown key", lambda data: data | {"aproved": True}, "aproved"),
    ("a missing key", lambda data: without(data, "declared_by"), "declared_by"),
    ("a wrong id", lambda data: data | {"id": "D"}, "id"),
    ("an id with blanks", lambda data: data | {"id": "DIS 001"}, "id"),
    ("an id of a number", lambda data: data | {"id": 42}, "id"),
    ("an id with a line break", lambda data: data | {"id": "DIS-001\n"}, "id"),
    ("an unknown use kind", lambda data: data | {"use_kind": ["gen.shott"]}, "use_kind"),
    ("no use kind", lambda data: data | {"use_kind": []}, "use_kind"),
    ("a use kind that is text", lambda data: data | {"use_kind": "gen.shot"}, "use_kind"),
    ("an answer that is none", lambda data: data | {"identity": "nobody"}, "identity"),
    ("an answer in another case", lambda data: data | {"identity": "None"}, "identity"),
    ("an answer that is a list", lambda data: data | {"identity": ["none"]}, "identity"),
    ("a flag that is true", lambda data: data | {"flags": {"real_event": True}}, "real_event"),
    ("an unknown flag", lambda data: data | {"flags": {"real_evnt": "yes"}}, "real_evnt"),
    ("no tools", lambda data: data | {"tools": []}, "tools"),
    ("a time without a zone", lambda data: data | {"declared_at": "2026-12-01T09:00:00"}, "declared_at"),
    ("a day that is none", lambda data: data | {"declared_at": "2026-02-30T09:00:00Z"}, "declared_at"),
    ("a source type that is none", lambda data: data | {"digital_source_type": "aiMedia"}, "digital_source_type"),
    ("a range that is none", lambda data: data | {"ranges": ["all of it"]}, "ranges"),
    ("no version", lambda data: without(data, "schema_version"), "schema_version"),
    ("a version that is text", lambda data: data | {"schema_version": "1"}, "schema_version"),
    ("a version that is true", lambda data: data | {"schema_version": True}, "schema_version"),
    ("an unknown kind", lambda data: data | {"record": "waiverr"}, "record"),
    ("no kind", lambda data: without(data, "record"), "record"),
    ("a kind that is a list", lambda data: data | {"record": ["disclosure"]}, "record"),
)


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
@pytest.mark.parametrize(("what", "broken", "names"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_record_names_its_file_and_field_and_nothing_is_loaded(
    tmp_path: Path, what: str, broken: Any, names: str, suffix: str
) -> None:
    put(tmp_path / "a-good.yaml", disclosure("DIS-100"))
    put(tmp_path / f"broken{suffix}", [disclosure("DIS-200"), broken(disclosure())])
    fault = refusal(tmp_path)
    assert f"broken{suffix}" in fault.where
    assert names in str(fault)
    if suffix == ".yaml":
        line = fault.where.rpartition(":")[2]
        assert line.isdigit() and int(line) > 10


def test_the_line_is_the_one_of_the_field(tmp_path: Path) -> None:
    text = yaml.safe_dump(disclosure(prominence="huge"), sort_keys=False)
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    line = next(number for number, row in enumerate(text.split("\n"), 1) if row.startswith("prominence"))
    assert refusal(tmp_path).where == f"{tmp_path / 'one.yaml'}:{line}"


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_version_that_is_not_known_is_refused_as_such(tmp_path: Path, version: int) -> None:
    put(tmp_path / "one.yaml", disclosure(schema_version=version))
    with pytest.raises(VersionError, match=f"schema_version {version}"):
        fetched(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.json", "{"),
        ("one.json", '{"id": "A", "id": "B"}'),
        ("one.json", "[NaN]"),
        ("one.json", '"just text"'),
        ("one.json", "[[]]"),
        ("one.json", "[null]"),
        ("one.yaml", "a: b: c"),
        ("one.yaml", "record: disclosure\nrecord: consent\n"),
        ("one.yaml", "&a [*a]"),
        ("one.yaml", "- just text"),
        ("one.yaml", "id: !!python/object:os.system x"),
    ],
)
def test_a_file_that_is_not_well_formed_stops_everything(tmp_path: Path, name: str, text: str) -> None:
    put(tmp_path / "good.json", disclosure())
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert name in refusal(tmp_path).where


def test_a_file_that_is_not_utf_8_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(b"id: \xff\xfe")
    assert "one.yaml" in refusal(tmp_path).where


@pytest.mark.parametrize("second", ["DIS-001", "dis-001", "Dis-001"])
@pytest.mark.parametrize("layout", ["one file", "two files", "two folders"])
def test_one_id_twice_is_an_error_that_names_both_places(tmp_path: Path, layout: str, second: str) -> None:
    records = [disclosure(), disclosure(second)]
    if layout == "one file":
        put(tmp_path / "a" / "all.yaml", records)
        folders = [tmp_path / "a"]
    else:
        last = "a" if layout == "two files" else "b"
        put(tmp_path / "a" / "one.yaml", records[0])
        put(tmp_path / last / "two.yaml", records[1])
        folders = sorted({tmp_path / "a", tmp_path / last})
    with pytest.raises(StoreError, match="given twice") as caught:
        fetched(*folders)
    first, _, again = caught.value.where.rpartition(":")
    assert again.isdigit()
    assert str(tmp_path) in caught.value.what and str(tmp_path) in first


def test_one_id_for_two_kinds_of_record_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "all.yaml", [disclosure("X-001"), consent(id="x-001")])
    assert "given twice" in refusal(tmp_path).what


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    put(tmp_path / "one.json", disclosure())
    before = fetched(tmp_path)
    assert fetched(tmp_path) is before
    put(tmp_path / "one.json", disclosure(prominence="featured"))
    after = fetched(tmp_path)
    assert after.digest != before.digest
    put(tmp_path / "two.json", disclosure("DIS-002"))
    assert sorted(fetched(tmp_path).records) == ["DIS-001", "DIS-002"]
    (tmp_path / "one.json").unlink()
    assert sorted(fetched(tmp_path).records) == ["DIS-002"]


def test_a_file_that_breaks_later_is_an_error_and_not_what_was_read_before(tmp_path: Path) -> None:
    put(tmp_path / "one.json", disclosure())
    fetched(tmp_path)
    (tmp_path / "one.json").write_text("{", encoding="utf-8")
    refusal(tmp_path)
    refusal(tmp_path)


def test_the_digest_is_of_what_the_records_say_wherever_they_stand(tmp_path: Path) -> None:
    about = disclosure()
    put(tmp_path / "a" / "all.yaml", [about, notification(about)])
    put(tmp_path / "b" / "one.json", notification(about))
    put(tmp_path / "b" / "two.json", about)
    assert fetched(tmp_path / "a").digest == fetched(tmp_path / "b").digest


@pytest.mark.parametrize(
    ("records", "names"),
    [
        ([disclosure(supersedes=["DIS-001"])], "supersedes itself"),
        ([disclosure(supersedes=["dis-001"])], "supersedes itself"),
        ([disclosure(supersedes=["DIS-002"]), disclosure("DIS-002", supersedes=["DIS-001"])], "supersedes itself"),
        (
            [
                disclosure(supersedes=["DIS-002"]),
                disclosure("DIS-002", supersedes=["DIS-003"]),
                disclosure("DIS-003", supersedes=["DIS-001"]),
            ],
            "supersedes itself",
        ),
        ([disclosure(), notification(disclosure(), supersedes=["DIS-001"])], "another sort"),
        ([disclosure(), decision("approval", disclosure(), ["NFX-020"], supersedes=["dis-001"])], "another sort"),
        ([consent(), clearance(disclosure(), supersedes=["CON-001"])], "another sort"),
    ],
)
def test_a_disclosure_does_not_vanish_by_what_supersedes_it(tmp_path: Path, records: list[Data], names: str) -> None:
    put(tmp_path / "all.yaml", records)
    fault = refusal(tmp_path)
    assert names in fault.what and "all.yaml" in fault.where


def test_a_record_supersedes_records_of_its_sort_and_those_that_were_put_away(tmp_path: Path) -> None:
    about = disclosure("DIS-003", supersedes=["DIS-001", "DIS-002"])
    put(
        tmp_path / "all.yaml",
        [
            disclosure(),
            about,
            decision("approval", about, ["NFX-020"], supersedes=["APR-000", "INC-001"]),
            decision("incidental", about, ["NFX-021"]),
        ],
    )
    found = fetched(tmp_path)
    assert sorted(found.disclosures) == ["DIS-003"]
    assert found.superseded["INC-001"] == "APR-001"


def test_who_superseded_a_record_does_not_hang_on_the_order_of_the_files(tmp_path: Path) -> None:
    new = [disclosure("DIS-002", supersedes=["DIS-001"]), disclosure("DIS-003", supersedes=["DIS-001"])]
    put(tmp_path / "a" / "all.json", [disclosure(), *new])
    put(tmp_path / "b" / "all.json", [disclosure(), *reversed(new)])
    assert fetched(tmp_path / "a").superseded == fetched(tmp_path / "b").superseded


def test_records_as_they_are_loaded_clear_a_clip(tmp_path: Path) -> None:
    about = disclosure()
    put(tmp_path / "all.yaml", [about, notification(about), decision("approval", about, ["NFX-020"])])
    data = [dict(each.data) for each in fetched(tmp_path).records.values()]
    assert judged(timeline(clip({"id": "DIS-001"})), *data).verdict == "allow"
