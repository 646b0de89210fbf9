"""``otiogate request``: what a scan misses is asked for, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from otiogate.documents.digest import digest
from otiogate.documents.schemas import faults
from tests.builders import SUBJECT, clip, disclosure, replica, without
from tests.cli.running import Ran, call
from tests.registry.running import Registry
from tests.registry.test_judging import AS_OF, facility, ledger, written

TAG = "GENAI replica.likeness id=DIS-001"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    return written(tmp_path / "cut.otio", clip(TAG))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return call(capsys, "request", *arguments, *AS_OF)


def project(folder: Path, *records: dict[str, Any], text: str = "") -> None:
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / "all.json").write_text(json.dumps(list(records)), encoding="utf-8")
    config = text or "format: 1\nproduction: MYSHOW\nrecords: [records]\n"
    (folder / "otiogate.yaml").write_text(config, encoding="utf-8")


def sound(requests: Any) -> list[dict[str, Any]]:
    """The requests, which fit their schema and have the keys that they should."""
    made = list(requests)
    for each in made:
        assert faults("request", each) == []
        assert each["key"] == digest("otiogate/request/v1", without(each, "key"))
    return made


def test_what_is_missing_is_posted_once_however_often_it_is_asked(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(replica())
    facility(plan, cut.parent, monkeypatch)
    first = asked(capsys, cut)
    assert first.code == 0, first
    made = sound(plan.requests.values())
    assert {each["record"] for each in made} >= {"consent", "approval", "notification"}
    assert first.out.count("asked ") == len(made)
    again = asked(capsys, cut)
    assert again.out.count("already ") == len(made)
    assert f"0 new requests, {len(made)} asked for before" in again.err
    assert sound(plan.requests.values()) == made


def test_another_cut_and_another_person_ask_for_the_same(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(replica())
    facility(plan, cut.parent, monkeypatch)
    asked(capsys, cut)
    before = plan.requests
    other = written(
        cut.parent / "v2.otio", clip(name="opener", reference="a.mov"), clip(TAG, name="renamed"), clip(TAG)
    )
    (cut.parent / "otiogate.yaml").write_text(
        "format: 1\nproduction: MYSHOW\nrequested_by: E-OTHER\nepisode: '102'\n", encoding="utf-8"
    )
    ran = asked(capsys, other, cut)
    assert (ran.code, "0 new requests" in ran.err) == (0, True), ran
    assert plan.requests == before


def test_a_changed_disclosure_is_asked_for_anew(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(replica())
    facility(plan, cut.parent, monkeypatch)
    asked(capsys, cut)
    before = plan.requests
    plan.set(replica(prominence="story_critical"), revision="r2")
    asked(capsys, cut)
    assert len(plan.requests) > len(before)
    assert len({each["disclosure"]["digest"] for each in plan.requests.values()}) == 2


def test_nothing_missing_is_nothing_asked(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(*ledger())
    facility(plan, tmp_path, monkeypatch)
    ran = asked(capsys, written(tmp_path / "cut.otio"))
    assert (ran.code, ran.out) == (0, "")
    assert plan.requests == {}


@pytest.mark.parametrize("behaviour", ["status:403", "status:409", "html:200", "half", 'changed:{"key": "x"}'])
def test_a_request_that_comes_to_nothing_is_said_to(
    registry: Registry,
    cut: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
) -> None:
    facility(registry.plan(replica(), behaviours=["good", behaviour]), cut.parent, monkeypatch)
    ran = asked(capsys, cut)
    assert (ran.code, "the registry" in ran.err) == (3, True), ran


def test_an_answer_for_another_request_is_none(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = json.dumps({"key": "sha256:" + "0" * 64})
    facility(registry.plan(replica(), behaviours=["good", f"changed:{other}"]), cut.parent, monkeypatch)
    ran = asked(capsys, cut)
    assert (ran.code, "another request" in ran.err) == (3, True), ran


def test_a_reset_after_the_request_was_taken_repeats_nothing(
    registry: Registry, cut: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = registry.plan(replica(), behaviours=["good", "half:reset", "good"])
    facility(plan, cut.parent, monkeypatch)
    ran = asked(capsys, cut)
    assert ran.code == 0, ran
    assert ran.out.count("already ") == 1, "it was taken at the first try, whose answer was lost"
    posted = [each["headers"]["idempotency-key"] for each in plan.asked if each["path"] == "v1/requests"]
    assert len(posted) == len(plan.requests) + 1


def test_without_a_registry_they_are_printed(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(cut.parent, replica())
    ran = asked(capsys, cut)
    assert ran.code == 0
    assert SUBJECT in {each.get("subject") for each in sound(json.loads(ran.out))}


def test_a_folder_takes_each_once(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(cut.parent, replica())
    folder = cut.parent / "requests" / "new"
    first = asked(capsys, cut, "-o", folder)
    files = sorted(folder.iterdir())
    made = sound(json.loads(each.read_text(encoding="utf-8")) for each in files)
    assert first.out.count("asked ") == len(made) > 2
    state = [each.stat().st_mtime_ns for each in files]
    assert asked(capsys, cut, "-o", folder).out.count("already ") == len(made)
    assert [each.stat().st_mtime_ns for each in sorted(folder.iterdir())] == state


def test_a_file_that_is_not_the_request_is_not_taken_for_it(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(cut.parent, replica())
    folder = cut.parent / "requests"
    asked(capsys, cut, "-o", folder)
    one, other, *_ = sorted(folder.iterdir())
    for text in ("", "{}", other.read_text(encoding="utf-8")):
        one.write_text(text, encoding="utf-8")
        assert asked(capsys, cut, "-o", folder).code == 2


def test_what_people_wrote_in_tags_stays_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path)
    tags = ("GENAI gen.shot tool=JaneDoe'sTool note=JaneDoe", "GENAI gen.nonsense note=JaneDoe", "GENAI JaneDoe")
    cut = written(tmp_path / "cut.otio", *(clip(each, reference=f"{n}.mov") for n, each in enumerate(tags)))
    ran = asked(capsys, cut)
    assert ran.code == 0
    made = sound(json.loads(ran.out))
    assert "0.mov|A001" in {each.get("media") for each in made}
    assert ["gen.shot"] in [each.get("use_kind") for each in made]
    assert "JaneDoe" not in ran.out


def test_what_cannot_be_judged_is_not_asked_for_and_ends_nothing_else(
    cut: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(cut.parent, replica())
    broken = cut.parent / "broken.otio"
    broken.write_text("{", encoding="utf-8")
    ran = asked(capsys, broken, cut)
    assert (ran.code, "nothing asked" in ran.err) == (3, True)
    assert sound(json.loads(ran.out))


def test_a_request_needs_a_production(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(cut.parent, replica(), text="format: 1\nrecords: [records]\n")
    ran = asked(capsys, cut)
    assert (ran.code, "'production'" in ran.err) == (2, True)
    assert f"otiogate: {cut}: a request is for a production" in ran.err


def test_what_only_informs_is_not_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path, disclosure(ranges=["00:00:10:00-00:00:11:00"]))
    cut = written(tmp_path / "cut.otio", clip("GENAI id=DIS-001"))
    [report] = json.loads(call(capsys, "scan", "--format", "json", cut, *AS_OF).out)["reports"]
    assert report["missing"]
    assert {each["effect"] for each in report["findings"]} == {"info"}
    assert asked(capsys, cut).out == ""


def test_no_timeline_is_nothing_to_ask_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert asked(capsys, tmp_path / "empty").code == 4
