"""Timelines judged with a registry: allowed, blocked or not judged, and never allowed for want of an answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.errors import CannotJudge, UsageError
from otiogate.records.joined import JoinedStore
from otiogate.records.registry import RegistryStore
from otiogate.records.store import FolderStore
from tests.builders import MEDIA, clip, decision, disclosure, notification, timeline
from tests.cli.running import Ran, call
from tests.registry.running import Plan, Registry

AS_OF = ("--as-of", "2027-01-15T12:00:00Z")
SHA = "sha256:" + "a" * 64
TAG = "GENAI gen.environment id=DIS-001"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    return written(tmp_path / "cut.otio")


def written(path: Path, *clips: otio.schema.Clip) -> Path:
    path.write_text(timeline(*(clips or [clip(TAG)])).to_json_string(), encoding="utf-8")
    return path


def facility(plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """The facility's file, which names the registry of ``plan``, and a project."""
    path = folder / "facility.yaml"
    path.write_text(json.dumps({"format": 1, "registry": {"url": plan.url, "timeout": 60}} | more), encoding="utf-8")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(path))
    (folder / "otiogate.yaml").write_text("format: 1\nproduction: MYSHOW\n", encoding="utf-8")


def ledger(**changes: Any) -> list[dict[str, Any]]:
    about = disclosure()
    return [about, notification(about), decision("approval", about, ["NFX-020"], **changes)]


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return call(capsys, "scan", *arguments, *AS_OF)


def test_what_the_registry_clears_is_allowed(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger())
    facility(plan, cut.parent, monkeypatch)
    ran = scanned(capsys, "--format", "json", cut)
    assert ran.code == 0, ran
    [report] = json.loads(ran.out)["reports"]
    assert report["records_from"] == [f"{plan.url} (MYSHOW)"]
    assert len(plan.asked) == 1


def test_what_it_does_not_clear_is_blocked(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility(registry.plan(*ledger()[:2]), cut.parent, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "NFX-020" in ran.out) == (1, True)


def test_a_revocation_on_the_last_page_counts(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    about = disclosure()
    revoked = {"at": "2027-01-02T00:00:00Z", "effect": "prospective"}
    records = [about, notification(about), decision("approval", about, ["NFX-020"], revoked=revoked)]
    plan = registry.plan(*records, page=1)
    facility(plan, cut.parent, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "revoked" in ran.out) == (1, True), ran
    assert len(plan.asked) >= 3


@pytest.mark.parametrize("change", [{"scope": {"production": "OTHER"}}, {"expires_at": "2027-01-01Z"}])
def test_an_approval_of_another_production_or_time_clears_nothing(
    registry: Registry,
    cut: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
) -> None:
    records = ledger()
    records[2] |= {"scope": records[2]["scope"] | change["scope"]} if "scope" in change else change
    facility(registry.plan(*records), cut.parent, monkeypatch)
    assert scanned(capsys, cut).code == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        *("status:503", "status:401", "status:404", "half", "reset", "html:200", "redirect:https://elsewhere.example"),
        *("not_modified", 'changed:{"total": 9}', 'changed:{"production": "OTHER"}', "text:{}", "etag:"),
    ],
)
def test_no_answer_is_no_verdict_even_where_nothing_says_ai(
    registry: Registry,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
) -> None:
    cut = written(tmp_path / "cut.otio", clip())
    facility(registry.plan(behaviours=[behaviour]), tmp_path, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "COULD NOT JUDGE" in ran.out) == (3, True), ran


def test_a_clip_without_a_tag_meets_its_disclosure(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = written(tmp_path / "cut.otio", clip())
    facility(registry.plan(disclosure(media=dict(MEDIA))), tmp_path, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "DIS-001" in ran.out) == (1, True)


def test_media_that_another_production_declared_are_met_by_their_digest(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = clip(name="x", reference="", reel="")
    named.metadata["genai"] = f"GENAI gen.environment id=DIS-900 note={SHA}"
    cut = written(tmp_path / "cut.otio", named)
    plan = registry.plan(elsewhere=[disclosure("DIS-900", production="OTHER", media={"sha256": SHA})])
    facility(plan, tmp_path, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "DIS-900" in ran.out) == (1, True)
    asks = json.loads(plan.asked[1]["body"])["asks"]
    assert {"by": "id", "value": "DIS-900"} in asks
    assert {"by": "media", "value": SHA} in asks


def test_a_look_up_that_fails_leaves_no_verdict(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility(registry.plan(behaviours=["good", "status:404"]), cut.parent, monkeypatch)
    assert scanned(capsys, cut).code == 3


def test_an_id_that_nobody_knows_is_blocked_as_ever(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility(registry.plan(), cut.parent, monkeypatch)
    ran = scanned(capsys, cut)
    assert (ran.code, "GEN-001" in ran.out) == (1, True)


def test_a_scan_of_many_timelines_asks_once(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger())
    facility(plan, tmp_path, monkeypatch)
    (tmp_path / "cuts").mkdir()
    for number in range(12):
        written(tmp_path / "cuts" / f"{number}.otio")
    assert scanned(capsys, "--jobs", "2", tmp_path / "cuts").code == 0
    assert len(plan.asked) <= (1 if sys.platform == "linux" else 2)


def test_what_many_timelines_name_is_looked_up_once_in_each_process(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(elsewhere=[disclosure("DIS-900", production="OTHER")])
    facility(plan, tmp_path, monkeypatch)
    (tmp_path / "cuts").mkdir()
    for number in range(12):
        written(tmp_path / "cuts" / f"{number}.otio", clip("GENAI gen.environment id=DIS-900"))
    assert scanned(capsys, "--jobs", "1", tmp_path / "cuts").code == 1
    looked_up = [json.loads(each["body"])["asks"] for each in plan.asked if each["path"] == "v1/lookup"]
    assert looked_up == [[{"by": "id", "value": "DIS-900"}], [{"by": "disclosure", "value": "DIS-900"}]]


def test_a_scan_waits_once_for_a_registry_that_is_down(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(behaviours=["status:503"] * 99)
    facility(plan, tmp_path, monkeypatch)
    (tmp_path / "cuts").mkdir()
    for number in range(12):
        written(tmp_path / "cuts" / f"{number}.otio")
    ran = scanned(capsys, "--jobs", "2", "--format", "json", tmp_path / "cuts")
    assert ran.code == 3
    assert all("answers 503" in each["problems"][0]["what"] for each in json.loads(ran.out)["reports"])
    assert len(plan.asked) <= (3 if sys.platform == "linux" else 6)


def test_an_export_is_stopped_while_the_registry_is_silent(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(behaviours=["status:503"])
    facility(plan, tmp_path, monkeypatch)
    target = tmp_path / "out.otio"
    with pytest.raises(otio.exceptions.OTIOError, match="503"):
        otio.adapters.write_to_file(timeline(clip()), str(target), hook_function_argument_map={})
    assert not target.exists()
    plan.set()
    otio.adapters.write_to_file(timeline(clip()), str(target))
    assert target.exists(), "and is asked for anew by the next export"


# Configuration


def test_only_the_facility_may_name_a_registry(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = registry.plan()
    config = {"format": 1, "production": "MYSHOW", "registry": {"url": plan.url}}
    (cut.parent / "otiogate.yaml").write_text(json.dumps(config), encoding="utf-8")
    ran = scanned(capsys, cut)
    assert (ran.code, "only the facility may set 'registry'" in ran.err) == (2, True)
    assert plan.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://clearance.example",
            "https://user:word@clearance.example",
            "https://clearance.example/?a=b",
            "ftp://a",
        ),
        *("https://clearance.example/#a", "http://localhost.evil.example", "http://localhost@evil.example", "//a", ""),
        *("http://127.0.0.1.evil.example/", "https://a b", "https://a\n", "http://LOCALHOST.example", "file:///etc"),
    ],
)
def test_a_url_that_would_tell_others_is_refused(
    cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    path = cut.parent / "facility.yaml"
    path.write_text(json.dumps({"format": 1, "registry": {"url": url}}), encoding="utf-8")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(path))
    assert scanned(capsys, cut).code == 2


def test_records_named_on_the_command_line_take_its_place(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger())
    facility(plan, cut.parent, monkeypatch)
    (cut.parent / "none").mkdir()
    ran = scanned(capsys, "--records", cut.parent / "none", cut)
    assert (ran.code, "advisory" in ran.out) == (1, True)
    assert plan.asked == []


def test_without_a_production_there_is_no_verdict(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility(registry.plan(*ledger()), cut.parent, monkeypatch)
    (cut.parent / "otiogate.yaml").unlink()
    ran = scanned(capsys, cut)
    assert (ran.code, "'production'" in ran.out) == (3, True)


def test_record_list_shows_what_the_registry_has(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility(registry.plan(*ledger()), cut.parent, monkeypatch)
    monkeypatch.chdir(cut.parent)
    ran = call(capsys, "record", "list")
    assert (ran.code, "APR-001" in ran.out) == (0, True)


# Folders and a registry together


def put(folder: Path, *records: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "records.json").write_text(json.dumps(list(records)), encoding="utf-8")
    return folder


def both(plan: Plan, folder: Path) -> JoinedStore:
    return JoinedStore([FolderStore((folder,)), RegistryStore(plan.access(), "MYSHOW")])


def test_a_registry_and_folders_are_one_ledger(registry: Registry, tmp_path: Path) -> None:
    about, told, approved = ledger()
    found = both(registry.plan(about, told), put(tmp_path / "records", approved, told)).fetch()
    assert sorted(found.records) == ["APR-001", "DIS-001", "NTF-001"]
    assert len(found.sources) == 2


def test_an_id_with_two_bodies_is_an_error(registry: Registry, tmp_path: Path) -> None:
    store = both(registry.plan(disclosure()), put(tmp_path / "records", disclosure(prominence="featured")))
    with pytest.raises(CannotJudge, match="given twice"):
        store.fetch()


def test_records_of_both_that_supersede_each_other_are_an_error(registry: Registry, tmp_path: Path) -> None:
    one, other = disclosure("DIS-001", supersedes=["DIS-002"]), disclosure("DIS-002", supersedes=["DIS-001"])
    with pytest.raises(CannotJudge, match="supersedes itself"):
        both(registry.plan(one), put(tmp_path / "records", other)).fetch()


def test_a_folder_does_not_stand_in_for_a_registry_that_is_silent(registry: Registry, tmp_path: Path) -> None:
    store = both(registry.plan(behaviours=["status:503"]), put(tmp_path / "records", *ledger()))
    with pytest.raises(CannotJudge, match="503"):
        store.fetch()


def test_a_broken_token_is_a_fault_of_the_environment(
    registry: Registry, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIOGATE_REGISTRY_TOKEN", "two words")
    with pytest.raises(UsageError):
        RegistryStore(registry.plan().access(), "MYSHOW").fetch()


def test_explain_shows_what_was_found_elsewhere(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = written(tmp_path / "cut.otio", clip("GENAI gen.environment id=DIS-900"))
    other = disclosure("DIS-900", production="OTHER")
    yes = decision("approval", other, ["NFX-020"], "APR-900", expires_at="2027-01-01Z")
    facility(registry.plan(elsewhere=[other, yes]), tmp_path, monkeypatch)
    ran = call(capsys, "explain", cut, *AS_OF)
    assert (ran.code, "APR-900" in ran.out) == (0, True), ran
    assert "#DIS-900" in ran.out, "and where it stands"
