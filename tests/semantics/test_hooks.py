"""What things mean exactly: hooks, paragraph 22."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

import otiogate
from otiogate import hooks
from tests.builders import clip, timeline

TAG = "GENAI gen.shot"
EDL = (
    "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
    "001  A001     V     C        00:00:00:10 00:00:02:10 01:00:00:00 01:00:02:00\n{line}\n"
)


@pytest.fixture(autouse=True)
def nothing_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_JUDGED", threading.local())


def just_allowed(thing: Any) -> Any:
    """``thing`` as the hook hands it on, just let through as a temp delivery."""
    return hooks.export_hook(thing, {"_filepath": "cut.edl", "otiogate_stage": "temp"})


def again(thing: Any, arguments: dict[str, str] | None = None) -> bool:
    """Whether a further call, by itself without a path, lets ``thing`` through."""
    try:
        hooks.export_hook(thing, arguments or {})
    except otiogate.ExportBlocked:
        return False
    return True


def test_22_the_read_hook_works_on_the_object_and_its_arguments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*arguments: Any, **more: Any) -> Any:
        raise AssertionError("the read hook looked for a file")

    for name in ("settings", "judge_path", "judge_snapshot", "content"):
        monkeypatch.setattr(hooks, name, asked)
    Path("cut.edl").write_text(EDL.format(line=f"* {TAG}"), encoding="utf-8")
    read = otio.adapters.read_from_file("cut.edl")
    assert [list(each.metadata["genai"]) for each in read.find_clips()] == [[TAG]]
    by_itself = timeline(clip(TAG))
    assert hooks.tags_hook(by_itself) is by_itself


def test_22_the_raw_text_and_the_configuration_near_a_file_are_asked_by_the_gated_adapter() -> None:
    Path("cut.edl").write_text(EDL.format(line=f"* COMMENT: {TAG}"), encoding="utf-8")
    assert otio.adapters.read_from_file("cut.edl")
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.read_from_file("cut.edl", adapter_name="otiogate_gated")
    Path("otiogate.yaml").write_text("format: 1\nstage: temp\n", encoding="utf-8")
    assert otio.adapters.read_from_file("cut.edl", adapter_name="otiogate_gated")


def test_22_a_second_call_without_a_path_reuses_the_decision_and_its_context() -> None:
    assert again(just_allowed(timeline(clip(TAG))))
    assert not again(timeline(clip(TAG)))


def test_22_the_decision_is_told_by_the_content_and_never_by_the_object() -> None:
    judged = just_allowed(timeline(clip(TAG)))
    assert again(judged.deepcopy())
    just_allowed(judged)
    judged.tracks[0][0].metadata["genai"] = "GENAI alter.age"
    assert not again(judged)


def test_22_a_call_with_a_path_is_judged_anew() -> None:
    assert not again(just_allowed(timeline(clip(TAG))), {"_filepath": "other.edl"})


def test_22_the_decision_of_one_thread_is_none_of_another() -> None:
    judged, found = just_allowed(timeline(clip(TAG))), []
    other = threading.Thread(target=lambda: found.append(again(judged)))
    other.start()
    other.join()
    assert found == [False]
    assert again(judged)
