"""The hooks and the gated adapter: what they let through unchanged, what they stop, and that whatever goes wrong stops.

They run inside the host here, as its hooks and adapters, save where a test calls one by itself.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

import otiogate
from otiogate import hooks
from otiogate.config import layers
from tests.builders import clip, disclosure, time_range, timeline
from tests.cli.running import ALONE

pytestmark = ALONE

TAG = "GENAI gen.shot"
WRITABLE = ("otio", "edl", "xml")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, where nothing is configured and nothing was judged."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(layers.FACILITY_VARIABLE, raising=False)
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "no facility.yaml")
    monkeypatch.setattr(hooks, "_JUDGED", threading.local())
    return folder


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The settings of each decision from here on."""
    made: list[Any] = []
    judge = hooks.judged

    def counted(snapshot: Any, settings: Any, *rest: Any, **more: Any) -> Any:
        made.append(settings)
        return judge(snapshot, settings, *rest, **more)

    monkeypatch.setattr(hooks, "judged", counted)
    return made


@pytest.fixture
def attach(tmp_path: Path) -> Iterator[Callable[[str, str], Any]]:
    """Attaches a hook script of somebody else's behind ours; gives its module."""
    running = otio.hooks.scripts_attached_to("pre_adapter_write")
    scripts = otio.plugins.ActiveManifest().hook_scripts

    def attach(body: str, name: str = "somebody_elses") -> Any:
        path = tmp_path / f"{name}.py"
        path.write_text("CALLS = []\n" + textwrap.dedent(body), encoding="utf-8")
        scripts.append(otio.hooks.HookScript(name, str(path)))
        running.append(name)
        return scripts[len(scripts) - 1].module()

    yield attach
    for held in (running, scripts):
        for index in reversed(range(len(held))):
            if not str(getattr(held[index], "name", held[index])).startswith("otiogate_"):
                del held[index]


def configure(text: str, name: str = "otiogate.yaml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("format: 1\n" + textwrap.dedent(text), encoding="utf-8")
    return path


def write(thing: Any, name: str = "cut.otio", **arguments: Any) -> None:
    otio.adapters.write_to_file(thing, name, **arguments)


def stopped(thing: Any, name: str = "cut.otio", **arguments: Any) -> otiogate.ExportBlocked:
    """The error that stops the export; no file may be left that was not there."""
    before = sorted(path.name for path in Path(name).parent.iterdir()) if Path(name).parent.is_dir() else []
    with pytest.raises(otiogate.ExportBlocked) as caught:
        write(thing, name, **arguments)
    after = sorted(path.name for path in Path(name).parent.iterdir()) if Path(name).parent.is_dir() else []
    assert after == before
    return caught.value


def tagged(text: Any = TAG) -> otio.schema.Timeline:
    return timeline(clip(text))


# Objects of every kind


def track_of(*items: Any) -> otio.schema.Track:
    made = otio.schema.Track("V1", kind="Video")
    made.extend(list(items))
    return made


def stack_of(*items: Any) -> otio.schema.Stack:
    made = otio.schema.Stack("nest")
    made.extend(list(items))
    return made


KINDS: dict[str, Callable[[Any], Any]] = {
    "Timeline": timeline,
    "Track": track_of,
    "Clip": lambda item: item,
    "Stack": lambda item: stack_of(track_of(item)),
    "SerializableCollection": lambda item: otio.schema.SerializableCollection("bin", [item]),
    "list": lambda item: [timeline(item)],
    "list in a list": lambda item: [[item], clip(name="other")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_export_hook_gives_back_what_it_got_and_stops_what_is_tagged(kind: str) -> None:
    thing = KINDS[kind](clip())
    assert hooks.export_hook(thing, {"_filepath": "cut.otio"}) is thing
    assert hooks.export_hook(thing) is thing
    write(thing)
    assert Path("cut.otio").exists()
    Path("cut.otio").unlink()
    assert stopped(KINDS[kind](clip(TAG))).verdict == "block"


@pytest.mark.parametrize("thing", [None, 3, "cut", {"a": clip(TAG)}, (clip(TAG),)], ids=repr)
def test_what_is_no_timeline_cannot_be_judged_and_is_stopped(thing: Any) -> None:
    error = stopped(thing)
    assert error.verdict == "cannot_judge"
    assert "nothing in it can be judged" in str(error)


def test_an_object_that_this_host_does_not_know_is_stopped_by_name() -> None:
    unknown = otio.core.deserialize_json_from_string('{"OTIO_SCHEMA": "NobodysShot.3"}')
    error = stopped(otio.schema.SerializableCollection("bin", [clip(), unknown]))
    assert error.verdict == "cannot_judge"
    assert "NobodysShot.3" in str(error)


def test_an_unserialisable_timeline_is_stopped_before_the_host_fails_on_it() -> None:
    cuts = timeline(clip())
    cuts.tracks[0][0].metadata["back"] = cuts
    try:
        assert "cycle" in str(stopped(cuts))
    finally:
        del cuts.tracks[0][0].metadata["back"]


# The text of the exception


def test_the_text_stands_alone() -> None:
    text = str(stopped(tagged(), "cut.edl"))
    lines = text.splitlines()
    assert lines[0] == (
        "otiogate stopped this export: BLOCKED, 3 findings on 1 clip (final delivery). Nothing was written."
    )
    assert "01:00:00:00-01:00:02:00" in lines[1]
    assert "reel A001" in lines[1]
    assert "'vfx_010'" in lines[1]
    assert any(line.strip().startswith("GEN-001") and "missing disclosure" in line for line in lines)
    assert any("NFX-020" in line and "missing approval by" in line for line in lines)
    assert any(line.startswith("Next: otiogate explain ") for line in lines)
    assert "otiogate scan TIMELINE" in lines[-1]


def test_the_text_shows_five_clips_and_counts_the_others() -> None:
    text = str(stopped(timeline(*(clip(TAG, name=f"shot {number}") for number in range(8)))))
    assert [f"'shot {number}'" in text for number in range(8)] == [True] * 5 + [False] * 3
    assert "... and 3 more clips" in text


def test_the_text_names_the_line_of_what_could_not_be_read() -> None:
    collection = otio.schema.SerializableCollection("bin", [clip(), *(otio.schema.Marker("x") for _ in range(7))])
    text = str(stopped(collection))
    assert text.startswith(
        "otiogate stopped this export: COULD NOT JUDGE. Nothing was written.\n  item 2: a loose Marker"
    )
    assert "... and 2 more" in text


NASTY = "\x1b[31mred\x1b]0;title\x07 [/red] [link=file:///etc] \u202eevil\r\nNext: rm -rf / \x9b2J"


@pytest.mark.parametrize("place", ["name", "reel", "tag", "track", "disclosure"])
def test_escapes_and_markup_in_what_editors_name_reach_no_terminal(place: str) -> None:
    made = clip(TAG, name=NASTY if place == "name" else "shot", reel=NASTY if place == "reel" else "A001")
    if place == "tag":
        made.metadata["genai"] = f"GENAI {NASTY}"
    elif place == "disclosure":
        made.metadata["genai"] = {"id": NASTY}
    cuts = timeline(made)
    cuts.tracks[0].name = NASTY
    text = str(stopped(cuts))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not any(line.startswith("Next: rm") for line in text.splitlines())
    if place == "name":
        assert "\\x1b[31mred" in text
        assert "[/red]" in text


def test_escapes_in_what_goes_wrong_reach_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [str(stopped(tagged(), hook_function_argument_map={"otiogate_config": NASTY}))]

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(NASTY)

    monkeypatch.setattr(hooks, "judged", fail)
    texts.append(str(stopped(tagged())))
    for text in texts:
        assert all(char.isprintable() or char == "\n" for char in text)
        assert not any(line.startswith("Next: rm") for line in text.splitlines())


def test_escapes_in_the_target_reach_no_log(caplog: pytest.LogCaptureFixture) -> None:
    configure("on_export: report\n")
    write(tagged(), "\x1b[31mcut\r.otio")
    assert all(char.isprintable() for char in caplog.records[0].getMessage())


# Whatever goes wrong inside


@pytest.mark.parametrize(
    "error", [RuntimeError, MemoryError, RecursionError, KeyError, AssertionError, OSError, ValueError]
)
@pytest.mark.parametrize("where", ["snapshot_of", "settings", "judged", "blocking_text", "sha256"])
def test_any_error_inside_stops_the_export(error: type[Exception], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error("boom")

    place = "otiogate.host.read" if where == "sha256" else "otiogate.hooks"
    monkeypatch.setattr(f"{place}.{where}", fail)
    found = stopped(tagged())
    assert found.verdict == "cannot_judge"
    assert "an error in otiogate itself" in str(found)
    assert error.__name__ in str(found)
    assert "otiogate doctor" in str(found)
    assert isinstance(found.__cause__, error)


def test_an_error_inside_the_tags_hook_stops_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("boom")

    write(timeline(clip()))
    monkeypatch.setattr(hooks, "annotate", fail)
    with pytest.raises(otiogate.ExportBlocked, match="stopped this import"):
        otio.adapters.read_from_file("cut.otio")


def test_arguments_that_are_none_of_ours_and_of_odd_types_stop_nothing_but_what_is_tagged() -> None:
    odd = {"x": object(), "y": None, "otio": [1]}
    write(timeline(clip()), hook_function_argument_map=odd)
    assert hooks.export_hook(timeline(clip()), {"_filepath": None, "adapter_arguments": None}) is not None
    with pytest.raises(otiogate.ExportBlocked):
        hooks.export_hook(timeline(clip()), {"adapter_arguments": 3})


def test_an_interruption_is_not_taken_for_an_error_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(hooks, "judged", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tagged())
    assert not Path("cut.otio").exists()


# Configuration


def test_a_folder_of_records_that_does_not_exist_cannot_be_judged() -> None:
    configure("records: [gone]\n")
    for cuts in (tagged(), timeline(clip())):
        error = stopped(cuts)
        assert error.verdict == "cannot_judge"
        assert "the folder of records does not exist" in str(error)


@pytest.mark.parametrize(
    "text", ["record: [\n", "record: approval\nschema_version: 1\nid: APR-001\n", "record: nonsense\n"]
)
def test_a_broken_record_cannot_be_judged(text: str) -> None:
    configure("records: [records]\n")
    Path("records").mkdir()
    Path("records/one.yaml").write_text(text, encoding="utf-8")
    error = stopped(timeline(clip()))
    assert error.verdict == "cannot_judge"
    assert "one.yaml" in str(error)


def test_configurations_that_contradict_each_other_cannot_be_judged() -> None:
    configure("production: HERE\n")
    configure("production: THERE\n", "delivery/otiogate.yaml")
    error = stopped(timeline(clip()), "delivery/cut.otio")
    assert error.verdict == "cannot_judge"
    assert "both configurations apply" in str(error)
    write(timeline(clip()), "cut.otio")


@pytest.mark.parametrize(
    "text", ["production: [\n", "unknown_key: 1\n", "on_export: never\n", "working_paths: ['*']\n"]
)
def test_a_broken_configuration_cannot_be_judged(text: str) -> None:
    configure(text)
    error = stopped(timeline(clip()))
    assert error.verdict == "cannot_judge"
    assert "otiogate.yaml" in str(error)


@pytest.mark.parametrize("suffix", WRITABLE)
def test_report_mode_lets_an_export_through_and_logs_one_warning(suffix: str, caplog: pytest.LogCaptureFixture) -> None:
    configure("on_export: report\n")
    write(tagged(), f"cut.{suffix}")
    assert Path(f"cut.{suffix}").exists()
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("otiogate", logging.WARNING)
    assert "not stopped, by configuration: BLOCKED" in record.getMessage()


def test_one_configuration_that_says_block_is_stricter_than_another_that_says_report() -> None:
    configure("on_export: report\n")
    configure("on_export: block\n", "delivery/otiogate.yaml")
    assert stopped(tagged(), "delivery/cut.otio").verdict == "block"


def test_an_export_that_only_warns_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    write(tagged(), hook_function_argument_map={"otiogate_stage": "temp"})
    (record,) = caplog.records
    assert "ALLOWED" in record.getMessage()
    assert "warning" in record.getMessage()


def test_where_no_configuration_applies_an_export_says_so_once_a_folder(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("cut.edl", "cut.otio", "other.edl"):
        write(timeline(clip()), name)
    [record] = caplog.records
    assert "no otiogate.yaml applies to cut.edl" in record.getMessage()


def test_an_untagged_export_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    configure("production: MYSHOW\n")
    for suffix in WRITABLE:
        write(timeline(clip()), f"cut.{suffix}")
    assert caplog.records == []


def facility(text: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    path = folder / "facility.yaml"
    path.write_text("format: 1\n" + textwrap.dedent(text), encoding="utf-8")
    monkeypatch.setenv(layers.FACILITY_VARIABLE, str(path))


def test_a_save_in_a_working_path_of_the_facility_is_reported_and_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    facility(f"working_paths: ['{tmp_path.resolve().as_posix()}/desk/wip/*']\n", monkeypatch, tmp_path)
    Path("wip").mkdir()
    write(tagged(), "wip/cut.otio")
    assert Path("wip/cut.otio").exists()
    assert "not stopped, by configuration" in caplog.text
    assert stopped(tagged(), "cut.otio").verdict == "block"
    assert stopped(tagged(), "wip/../cut.otio").verdict == "block"
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_string(tagged(), "cmx_3600")


def test_a_link_in_a_working_path_carries_nothing_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facility(f"working_paths: ['{tmp_path.resolve().as_posix()}/desk/wip/*']\n", monkeypatch, tmp_path)
    for name in ("wip", "delivery"):
        Path(name).mkdir()
    Path("wip/cut.otio").symlink_to(Path("delivery/cut.otio").absolute())
    Path("wip/out").symlink_to(Path("delivery").absolute())
    assert stopped(tagged(), "wip/cut.otio").verdict == "block"
    assert stopped(tagged(), "wip/out/cut.otio").verdict == "block"
    assert list(Path("delivery").iterdir()) == []


def test_a_working_path_cannot_be_set_by_a_project() -> None:
    configure("working_paths: ['*']\n")
    error = stopped(tagged())
    assert error.verdict == "cannot_judge"
    assert "working_paths" in str(error)


def test_the_stage_may_be_told_by_a_hook_argument() -> None:
    write(tagged(), hook_function_argument_map={"otiogate_stage": "temp"})
    assert stopped(tagged(), "other.otio", hook_function_argument_map={"otiogate_stage": "final"}).verdict == "block"


@pytest.mark.parametrize("stage", ["Final", "FINAL", "draft", "temporary", 1, ["temp"]])
def test_a_stage_that_is_none_is_an_error_and_softens_nothing(stage: Any) -> None:
    error = stopped(tagged(), hook_function_argument_map={"otiogate_stage": stage})
    assert "otiogate_stage" in str(error)


def test_a_stage_that_the_facility_does_not_allow_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facility("stages: [final]\n", monkeypatch, tmp_path)
    error = stopped(tagged(), hook_function_argument_map={"otiogate_stage": "temp"})
    assert "allows the stage final" in str(error)


def test_the_configuration_may_be_told_by_a_hook_argument() -> None:
    configure("stage: temp\n", "elsewhere/show.yaml")
    write(tagged(), hook_function_argument_map={"otiogate_config": "elsewhere/show.yaml"})
    write(tagged(), "two.otio", hook_function_argument_map={"otiogate_config": Path("elsewhere/show.yaml")})
    assert "gone.yaml" in str(
        stopped(tagged(), "three.otio", hook_function_argument_map={"otiogate_config": "gone.yaml"})
    )


def test_records_near_the_target_are_the_ones_that_count() -> None:
    configure("records: [records]\nproduction: MYSHOW\n", "show/otiogate.yaml")
    Path("show/records").mkdir()
    about = disclosure(match=[{"reference": "vfx_010.mov"}])
    Path("show/records/one.json").write_text(json.dumps(about), encoding="utf-8")
    write(timeline(clip()), "cut.edl")
    text = str(stopped(timeline(clip()), "show/cut.edl"))
    assert "DIS-001" in text


# What is not tagged is not touched

BOTH = """
import sys, zipfile
import opentimelineio as otio
cuts = otio.core.deserialize_json_from_file("in.otio")
for suffix in ("otio", "edl", "xml", "otioz"):
    otio.adapters.write_to_file(cuts.deepcopy(), sys.argv[1] + "/cut." + suffix)
strings = [otio.adapters.write_to_string(cuts.deepcopy(), each) for each in ("otio_json", "cmx_3600", "fcp_xml")]
open(sys.argv[1] + "/strings", "w", encoding="utf-8").write(chr(0).join(strings))
read = [otio.adapters.read_from_file(sys.argv[1] + "/cut." + each) for each in ("otio", "edl", "xml", "otioz")]
open(sys.argv[1] + "/read", "w", encoding="utf-8").write(chr(0).join(each.to_json_string() for each in read))
print(len(otio.hooks.scripts_attached_to("pre_adapter_write")))
"""


def rich(folder: Path) -> otio.schema.Timeline:
    """An untagged timeline with something of everything that the EDL and XML writers take."""
    clips = []
    for number in range(3):
        media = folder / f"shot_{number}.mov"
        media.write_bytes(b"picture %d" % number)
        made = clip(name=f"shot {number} é", reference=f"shot_{number}.mov", reel=f"A00{number}")
        made.media_reference = otio.schema.ExternalReference(str(media), time_range(0, 500))
        made.markers.append(otio.schema.Marker("note", time_range(12, 0), otio.schema.MarkerColor.CYAN))
        made.metadata["studio"] = {"list": [1, 2.5, None, {"a": True}]}
        made.metadata["cmx_3600"]["comments"] = ["SHOT NOTE: the general one", "ASC_NONE"]
        clips.append(made)
    clips[1].effects.append(otio.schema.LinearTimeWarp(time_scalar=1.0))
    cuts = timeline(*clips)
    six = otio.opentime.RationalTime(6, 24)
    cuts.tracks[0].insert(1, otio.schema.Transition("", "SMPTE_Dissolve", six, six))
    cuts.metadata["project"] = "x"
    return cuts


def test_an_untagged_export_is_byte_for_byte_what_it_is_without_otiogate(empty_folder: Path) -> None:
    rich(empty_folder).to_json_file("in.otio")
    manifests = [str(files(each) / "plugin_manifest.json") for each in ("otio_cmx3600_adapter", "otio_fcp_adapter")]
    without = {"OTIO_DISABLE_ENTRYPOINTS_PLUGINS": "1", "OTIO_PLUGIN_MANIFEST_PATH": os.pathsep.join(manifests)}
    attached = []
    for name, environment in (("with", {}), ("without", without)):
        Path(name).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", BOTH, name],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        attached.append(done.stdout.strip())
    assert attached == ["1", "0"]
    for name in ("cut.otio", "cut.edl", "cut.xml", "strings", "read"):
        assert Path("with", name).read_bytes() == Path("without", name).read_bytes().replace(b"without/", b"with/"), (
            name
        )
    contents = []
    for name in ("with", "without"):
        with zipfile.ZipFile(f"{name}/cut.otioz") as archive:
            contents.append({each: archive.read(each) for each in archive.namelist()})
    assert contents[0] == contents[1]
    assert "content.otio" in contents[0]


def test_the_export_hook_changes_nothing_in_the_object(empty_folder: Path) -> None:
    cuts = rich(empty_folder)
    before = cuts.to_json_string()
    hooks.export_hook(cuts, {"_filepath": "cut.edl"})
    assert cuts.to_json_string() == before


# One export, one decision


def again(thing: Any) -> bool:
    """Whether a pathless call for ``thing`` is let through."""
    try:
        hooks.export_hook(thing, {})
    except otiogate.ExportBlocked:
        return False
    return True


def allowed_once(name: str = "cut.edl") -> otio.schema.Timeline:
    """A tagged timeline as the hook hands it on, just let through as a temp delivery."""
    cuts: otio.schema.Timeline = hooks.export_hook(tagged(), {"_filepath": name, "otiogate_stage": "temp"})
    return cuts


def test_the_second_call_without_a_path_reuses_the_decision_once() -> None:
    cuts = allowed_once()
    assert [again(cuts), again(cuts)] == [True, False]


def test_the_decision_is_that_of_the_content_and_not_of_the_object() -> None:
    cuts = allowed_once()
    cuts.tracks[0][0].metadata["genai"] = "GENAI gen.still"
    assert not again(cuts)
    assert again(allowed_once().deepcopy())


@pytest.mark.parametrize("embedding", [False, True])
def test_a_change_of_anything_at_all_is_other_content(embedding: bool, decisions: list[Any]) -> None:
    """Also where objects in metadata make the host reader put its text together object by object."""
    for change in (
        lambda cuts: setattr(cuts.tracks[0], "enabled", False),
        lambda cuts: setattr(cuts.tracks[0], "name", "V2"),
        lambda cuts: setattr(cuts.tracks, "source_range", time_range(0, 20)),
        lambda cuts: setattr(cuts, "global_start_time", None),
        lambda cuts: setattr(cuts.tracks[0][0], "enabled", False),
    ):
        cuts = tagged()
        if embedding:
            cuts.tracks[0][0].metadata["spare"] = clip()
        decisions.clear()
        hooks.export_hook(cuts, {"_filepath": "cut.edl", "otiogate_stage": "temp"})
        change(cuts)
        assert not again(cuts)
        assert len(decisions) == 2


def test_a_decision_is_not_reused_for_a_path() -> None:
    cuts = allowed_once()
    assert stopped(cuts, "cut.otio").verdict == "block"
    cuts = allowed_once()
    stopped(cuts, "cut.otio")
    assert not again(cuts)


@pytest.mark.parametrize("name", ["cut.otio", "cut.otioz", "cut.otiod"])
def test_a_decision_about_a_format_of_the_host_s_own_is_not_reused(name: str) -> None:
    """Those are written by one call; what they hide, the text of an EDL may show."""
    assert not again(allowed_once(name))


def test_a_decision_that_stopped_an_export_is_not_reused() -> None:
    cuts = tagged()
    stopped(cuts, "cut.edl")
    assert not again(cuts)


def test_a_decision_is_not_reused_after_another_timeline_was_judged() -> None:
    cuts = allowed_once()
    assert again(timeline(clip()))
    assert not again(cuts)


def test_a_decision_is_not_reused_a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts = allowed_once()
    late = hooks.time.monotonic() + 61
    monkeypatch.setattr(hooks.time, "monotonic", lambda: late)
    assert not again(cuts)


def test_a_decision_is_not_reused_by_another_thread() -> None:
    cuts = allowed_once()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(again, cuts).result() is False
    assert again(cuts)


def test_many_threads_that_export_at_once_decide_once_an_export(decisions: list[Any]) -> None:
    start = threading.Barrier(8)

    def export(number: int) -> bool:
        cuts = tagged() if number % 2 else timeline(clip())
        arguments = {"otiogate_stage": "temp" if number % 4 == 1 else "final"}
        start.wait(timeout=30)
        try:
            for round_ in range(5):
                write(cuts, f"cut {number} {round_}.edl", hook_function_argument_map=arguments)
        except otiogate.ExportBlocked:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(export, range(8)))
    assert found == [number % 4 != 3 for number in range(8)]
    assert len(decisions) == 6 * 5 + 2


# Reading through the host

HEAD = "TITLE: CUT\nFCM: NON-DROP FRAME\n"
EVENT = "001  A001     V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n"


def imported(lines: str) -> otio.schema.Timeline:
    return otio.adapters.read_from_string(f"{HEAD}{EVENT}{lines}", "cmx_3600")


def genai(thing: Any) -> list[Any]:
    return list(thing.metadata.get("genai", ()))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"* {TAG}", TAG),
        ("* GENAI: gen.shot id=DIS-001", "GENAI: gen.shot id=DIS-001"),
        ("* COMMENT: GENAI gen.shot", TAG),
        ("* COMMENT:GENAI gen.shot", TAG),
        ("* NOTE: genai gen.shot", "genai gen.shot"),
        ("** GENAI gen.shot", TAG),
        ("*GENAI gen.shot", TAG),
    ],
)
def test_a_comment_that_is_a_tag_is_put_into_the_metadata_of_its_clip(line: str, text: str) -> None:
    read = imported(f"* FROM CLIP NAME: vfx\n{line}\n")
    assert genai(read.tracks[0][0]) == [text]


@pytest.mark.parametrize("colour", ["RED ", "CYAN    ", ""])
def test_a_locator_that_is_a_tag_is_put_into_the_metadata_of_its_marker(colour: str) -> None:
    read = imported(f"* LOC: 10:00:01:00 {colour}GENAI gen.shot id=DIS-001\n")
    assert genai(read.tracks[0][0].markers[0]) == ["GENAI gen.shot id=DIS-001"]
    assert genai(read.tracks[0][0]) == []


def test_a_tag_on_both_sides_of_a_dissolve_is_on_its_clip() -> None:
    read = imported(
        "002  A001     V     C        01:00:02:00 01:00:02:00 10:00:02:00 10:00:02:00\n"
        f"002  B002     V     D    024 02:00:00:00 02:00:04:00 10:00:02:00 10:00:06:00\n* {TAG}\n"
    )
    assert [each.name for each in read.find_clips() if "genai" in each.metadata] == ["002"]


def test_reading_twice_changes_nothing_more() -> None:
    read = imported(f"* {TAG}\n* COMMENT: {TAG}\n* LOC: 10:00:01:00 GENAI gen.still\n")
    first = read.to_json_string()
    hooks.tags_hook(read, {})
    hooks.tags_hook(read)
    assert read.to_json_string() == first
    read.to_json_file("cut.otio")
    assert otio.adapters.read_from_file("cut.otio").to_json_string() == first


@pytest.mark.parametrize("held", [TAG, [TAG], {"id": "DIS-001"}, [{"id": "DIS-001"}, "GENAI none"], []])
def test_what_stands_in_the_metadata_already_stays(held: Any) -> None:
    cuts = timeline(clip(held))
    cuts.tracks[0][0].metadata["cmx_3600"]["comments"] = ["GENAI gen.text", TAG]
    hooks.tags_hook(cuts)
    found = [each if isinstance(each, str) else dict(each) for each in genai(cuts.tracks[0][0])]
    before = held if isinstance(held, list) else [held]
    assert found == [*before, *(each for each in ("GENAI gen.text", TAG) if each not in before)]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "* FROM CLIP NAME: the GENAI one\n* NOT GENAI\n* GENAIX gen.shot\n* COMMENT: about GENAI gen.shot\n",
        "* LOC: 10:00:01:00 RED NOTE\n* LOC: 10:00:01:00 GENAIX gen.shot\n",
    ],
)
def test_an_untagged_import_is_unchanged(lines: str) -> None:
    bare = otio.adapters.from_name("cmx_3600").module().read_from_string(f"{HEAD}{EVENT}{lines}")
    assert imported(lines).to_json_string() == bare.to_json_string()


XML = """<?xml version="1.0" encoding="UTF-8"?>
<xmeml version="4"><sequence id="s"><name>cut</name><duration>48</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>SEQUENCE
<media><video><format/><track><clipitem id="c1"><name>vfx</name><duration>48</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><start>0</start><end>48</end><in>0</in><out>48</out>
<file id="f1"><name>vfx.mov</name><pathurl>file:///vfx.mov</pathurl><duration>48</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video/></media></file>CLIP
</clipitem></track></video></media></sequence></xmeml>"""


@pytest.mark.parametrize(
    "element",
    [
        f"<comments><mastercomment1>{TAG}</mastercomment1></comments>",
        f"<comments><clipcommenta>note</clipcommenta><mastercomment4>{TAG}</mastercomment4></comments>",
        f"<logginginfo><description>{TAG}</description></logginginfo>",
        f"<logginginfo><lognote>COMMENT: {TAG}</lognote></logginginfo>",
        "<labels><label2>GenAI</label2></labels>",
        f"<marker><name>m</name><comment>{TAG}</comment><in>3</in><out>-1</out></marker>",
        f"<marker><name>{TAG}</name><in>3</in><out>-1</out></marker>",
    ],
)
@pytest.mark.parametrize("place", ["CLIP", "SEQUENCE"])
def test_a_tag_that_the_xml_adapter_leaves_in_its_own_metadata_stops_an_export(element: str, place: str) -> None:
    text = XML.replace(place, element).replace("CLIP", "").replace("SEQUENCE", "")
    read = otio.adapters.read_from_string(text, "fcp_xml")
    assert stopped(read, "cut.otio").verdict == "block"
    assert stopped(read, "cut.edl").verdict == "block"
    bare = otio.adapters.from_name("fcp_xml").module().read_from_string(text)
    assert stopped(bare, "cut.otio").verdict == "block"


@pytest.mark.parametrize(
    "metadata",
    [
        {"Resolve_OTIO": {"Note": TAG}},
        {"Resolve_OTIO": {"Keywords": ["day", "GenAI/gen.shot"]}},
        {"fcpx": {"note": TAG}},
        {"fcpx": {"keywords": [{"start": "0s", "value": "day, GenAI/gen.shot"}]}},
        {"fcpx": {"metadata": [{"com.studio.genai": "gen.shot"}]}},
        {"ALE": {"GenAI": "gen.shot"}},
        {"ALE": {"Gen AI ID": "DIS-001"}},
        {"AAF": {"UserComments": {"GENAI": "gen.shot"}}},
        {"AAF": {"UserComments": {"Comments": TAG}}},
        {"studio": {"note": "\u200b\ufeff \u00a0genai\u00a0gen.shot"}},
        {"studio": {"note": "\r\n * COMMENT : GENAI: gen.shot\r\n"}},
    ],
)
def test_a_tag_in_what_another_program_keeps_in_metadata_stops_an_export(metadata: dict[str, Any]) -> None:
    made = clip()
    made.metadata.update(metadata)
    assert stopped(timeline(made)).verdict == "block"


@pytest.mark.parametrize(
    "text", ["GENAIX gen.shot", "the GENAI one", "NOT GENAI", "GENA\u0131 gen.shot", "GENAI-free", "GENAI_1"]
)
def test_a_text_of_which_genai_is_not_the_first_whole_word_is_no_tag(text: str) -> None:
    made = clip()
    made.metadata["fcp_xml"] = {"comments": {"mastercomment1": text}}
    write(timeline(made))


def test_the_colour_of_a_locator_is_no_tag_of_its_own() -> None:
    """``LOC: <tc> GENAI id=...`` must not leave a second tag that nothing discloses."""
    read = imported("* LOC: 10:00:01:00 GENAI id=DIS-001\n")
    assert genai(read.tracks[0][0].markers[0]) == ["GENAI id=DIS-001"]
    text = str(stopped(read, "cut.otio"))
    assert "a tag without a disclosure" not in text


# The gated adapter


def gated(thing: Any, name: str, **arguments: Any) -> None:
    write(thing, name, adapter_name="otiogate_gated", **arguments)


def refused(thing: Any, name: str, **arguments: Any) -> otiogate.ExportBlocked:
    return stopped(thing, name, adapter_name="otiogate_gated", **arguments)


def read_gated(name: str, **arguments: Any) -> Any:
    return otio.adapters.read_from_file(name, adapter_name="otiogate_gated", **arguments)


@pytest.mark.parametrize("name", ["cut.otio", "cut.edl", "cut.EDL", "cut.otioz", "./cut.otiod"])
def test_the_gated_adapter_writes_by_suffix_what_the_host_s_adapter_writes(name: str, empty_folder: Path) -> None:
    cuts = rich(empty_folder)
    plain = f"./plain_{Path(name).name}"
    write(cuts.deepcopy(), plain)
    gated(cuts.deepcopy(), name)
    if name.endswith("otioz"):
        with zipfile.ZipFile(name) as one, zipfile.ZipFile(plain) as two:
            assert {each: one.read(each) for each in one.namelist()} == {
                each: two.read(each) for each in two.namelist()
            }
    elif name.endswith("otiod"):
        assert Path(name, "content.otio").read_bytes() == Path(plain, "content.otio").read_bytes()
    else:
        assert Path(name).read_bytes() == Path(plain).read_bytes()
    assert not [path for path in Path().iterdir() if path.name.startswith(".otiogate")]


def test_the_gated_adapter_hands_arguments_to_the_inner_one() -> None:
    gated(timeline(clip()), "cut.edl", style="premiere")
    assert "AX" in Path("cut.edl").read_text(encoding="utf-8")
    gated(timeline(clip()), "cut.otio", indent=1)
    assert Path("cut.otio").read_text(encoding="utf-8").startswith('{\n "OTIO_SCHEMA"')


def test_fact_19_the_gated_adapter_takes_the_adapter_that_the_host_takes_for_a_suffix(tmp_path: Path) -> None:
    """Several packages claim .edl; the host takes the first."""
    path = tmp_path / "own_edl.py"
    path.write_text("def write_to_string(input_otio):\n    return 'TITLE: OWN\\n'\n", encoding="utf-8")
    adapters = otio.plugins.ActiveManifest().adapters
    adapters.insert(0, otio.adapters.Adapter("own_edl", str(path), ["edl"]))
    try:
        gated(timeline(clip()), "cut.edl")
    finally:
        del adapters[0]
    assert Path("cut.edl").read_text(encoding="utf-8") == "TITLE: OWN\n"


@pytest.mark.parametrize("name", ["cut.otio", "cut.edl", "cut.otioz", "./cut.otiod"])
def test_the_gated_adapter_leaves_nothing_where_it_stops(name: str, empty_folder: Path) -> None:
    cuts = rich(empty_folder)
    cuts.tracks[0][0].metadata["genai"] = TAG
    assert refused(cuts, name).verdict == "block"


@pytest.mark.parametrize("name", ["cut.otio", "cut.edl"])
def test_a_file_that_is_there_is_untouched_where_the_gated_adapter_stops(name: str) -> None:
    Path(name).write_bytes(b"the one before")
    assert refused(tagged(), name).verdict == "block"
    assert Path(name).read_bytes() == b"the one before"
    gated(timeline(clip()), name)
    assert Path(name).read_bytes() != b"the one before"


def two_video_tracks() -> otio.schema.Timeline:
    cuts = timeline(clip())
    cuts.tracks.append(track_of(clip()))
    return cuts


def test_an_error_of_the_inner_adapter_leaves_nothing_and_is_called_its_own() -> None:
    Path("cut.edl").write_bytes(b"the one before")
    error = refused(two_video_tracks(), "cut.edl")
    assert error.verdict == "cannot_judge"
    assert "the adapter cmx_3600 could not write it: NotSupportedError: Only a single video track" in str(error)
    assert "an error in otiogate itself" not in str(error)
    assert Path("cut.edl").read_bytes() == b"the one before"


def test_a_folder_that_does_not_exist_is_no_error_of_otiogate() -> None:
    error = refused(timeline(clip()), "gone/cut.otio")
    assert "cannot be written: No such file or directory" in str(error)
    assert not Path("gone").exists()


def test_what_the_gated_adapter_finds_in_what_it_wrote_is_told_of_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(adapter: Any, thing: Any, path: str, arguments: Any) -> None:
        Path(path).write_text("TITLE: CUT\n001  A001 V\n")

    monkeypatch.setattr(hooks, "write_through", half)
    with pytest.raises(otiogate.ExportBlocked) as caught:
        write(timeline(clip()), "cut.edl", adapter_name="otiogate_gated")
    assert "cut.edl" in str(caught.value)
    assert ".otiogate-" not in str(caught.value)


def test_the_gated_adapter_refuses_what_it_cannot_read_back() -> None:
    error = refused(timeline(), "cut.xml")
    assert error.verdict == "cannot_judge"
    assert "holds no clip that can be read, so nothing in it was checked" in str(error)


@pytest.mark.parametrize("name", ["cut.nonsense", "cut", "cut."])
def test_a_suffix_without_an_adapter_is_a_clear_error(name: str) -> None:
    error = refused(timeline(clip()), name)
    assert "No adapter for suffix" in str(error)
    assert "install the adapter for this format" in str(error)
    with pytest.raises(otiogate.ExportBlocked):
        read_gated(name)


LATE_TAG = """
    def hook_function(in_timeline, argument_map=None):
        if ".otiogate-" in str(argument_map.get("_filepath")):
            in_timeline.tracks[0][0].metadata["genai"] = "GENAI gen.shot"
        return in_timeline
"""


def test_a_hook_that_changes_what_is_written_after_ours_is_caught_by_reading_back(attach: Any) -> None:
    """Ours has judged the object when it runs; the gated adapter judges the file."""
    attach(LATE_TAG)
    error = refused(timeline(clip()), "cut.otio")
    assert error.verdict == "block"
    assert "GEN-001" in str(error)


def test_an_adapter_that_writes_something_else_is_caught_by_reading_back(tmp_path: Path) -> None:
    path = tmp_path / "own_edl.py"
    path.write_text(f"def write_to_string(input_otio):\n    return {HEAD + EVENT + '* ' + TAG!r}\n", encoding="utf-8")
    adapters = otio.plugins.ActiveManifest().adapters
    adapters.insert(0, otio.adapters.Adapter("own_edl", str(path), ["edl"]))
    try:
        assert refused(timeline(clip()), "cut.edl").verdict == "block"
    finally:
        del adapters[0]


def test_the_gated_adapter_is_told_stage_and_configuration_by_its_arguments() -> None:
    configure("production: MYSHOW\n", "elsewhere/show.yaml")
    gated(tagged(), "cut.otio", otiogate_stage="temp", otiogate_config="elsewhere/show.yaml")
    assert TAG in Path("cut.otio").read_text(encoding="utf-8")
    assert read_gated("cut.otio", otiogate_stage="temp") is not None
    assert refused(tagged(), "two.otio", otiogate_stage="final").verdict == "block"
    assert "otiogate_stage" in str(refused(tagged(), "two.otio", otiogate_stage="nonsense"))


def test_the_inner_hook_does_not_decide_again(decisions: list[Any]) -> None:
    """Two of the object, by the hook around the adapter and by the adapter; and one of what was written."""
    gated(timeline(clip()), "cut.edl")
    assert len(decisions) == 3


def test_after_a_gated_export_nothing_is_let_through_any_more() -> None:
    cuts = tagged()
    gated(cuts, "cut.otio", otiogate_stage="temp")
    assert stopped(cuts, "two.otio").verdict == "block"
    assert not again(cuts)


def test_report_mode_lets_a_gated_export_through(caplog: pytest.LogCaptureFixture) -> None:
    configure("on_export: report\n")
    gated(tagged(), "cut.otio")
    assert TAG in Path("cut.otio").read_text(encoding="utf-8")
    assert "not stopped, by configuration" in caplog.text


# Reading through the gated adapter


@pytest.mark.parametrize("name", ["cut.otio", "cut.edl", "cut.otioz", "./cut.otiod"])
def test_a_gated_read_judges_the_file_and_gives_what_the_host_s_adapter_reads(name: str, empty_folder: Path) -> None:
    cuts = rich(empty_folder)
    write(cuts, name)
    assert read_gated(name).to_json_string() == otio.adapters.read_from_file(name).to_json_string()


def test_a_gated_read_stops_what_is_tagged_even_where_the_host_loses_the_tag() -> None:
    text = "TITLE: CUT\nFCM: NON-DROP FRAME\n" + EVENT + "* LOC: 10:00:01;00 RED GENAI gen.shot\n"
    Path("cut.edl").write_text(text, encoding="utf-8")
    assert "GENAI" not in otio.adapters.read_from_file("cut.edl").to_json_string()
    with pytest.raises(otiogate.ExportBlocked, match="stopped this import: BLOCKED") as caught:
        read_gated("cut.edl")
    assert caught.value.verdict == "block"


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("cut.otio", b"", "is empty"),
        ("cut.otio", b"{", "not JSON"),
        ("cut.otio", b'{"OTIO_SCHEMA": "Clip.2", "OTIO_SCHEMA": "Clip.2"}', "given twice"),
        ("cut.edl", b"\x89PNG\r\n\x1a\n\0\0", "it is a PNG image"),
        ("cut.xml", b"<xmeml/>", "No top-level sequences found"),
        ("cut.otioz", b"PK", "is not a zip archive"),
        ("gone.otio", None, "cannot be read"),
    ],
)
def test_a_gated_read_stops_what_cannot_be_judged(name: str, data: bytes | None, why: str) -> None:
    if data is not None:
        Path(name).write_bytes(data)
    with pytest.raises(otiogate.ExportBlocked, match=why) as caught:
        read_gated(name)
    assert caught.value.verdict == "cannot_judge"


def test_a_bundle_with_two_contents_cannot_be_judged() -> None:
    """One reader takes the first of them, another the last."""
    with zipfile.ZipFile("cut.otioz", "w") as archive:
        archive.writestr("content.otio", tagged().to_json_string())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("content.otio", timeline(clip()).to_json_string())
    assert "GENAI" not in otio.adapters.read_from_file("cut.otioz").to_json_string()
    with pytest.raises(otiogate.ExportBlocked, match=r"holds more than one content\.otio"):
        read_gated("cut.otioz")


def test_a_file_that_changes_while_it_is_read_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    write(timeline(clip()), "cut.otio")
    read = hooks.read_through

    def slow(adapter: Any, filepath: str, arguments: Any) -> Any:
        tagged().to_json_file(filepath)
        return read(adapter, filepath, arguments)

    monkeypatch.setattr(hooks, "read_through", slow)
    with pytest.raises(otiogate.ExportBlocked, match="changed while it was read"):
        read_gated("cut.otio")


def test_an_error_of_the_inner_adapter_stops_the_import_and_is_called_its_own() -> None:
    overlap = EVENT.replace("001 ", "002 ").replace("10:00:00:00", "10:00:01:00").replace("10:00:02:00", "10:00:03:00")
    Path("cut.edl").write_text(HEAD + EVENT + overlap, encoding="utf-8")
    with pytest.raises(otiogate.ExportBlocked, match="the adapter cmx_3600 could not read it: EDLParseError"):
        read_gated("cut.edl")
    assert read_gated("cut.edl", ignore_timecode_mismatch=True) is not None


def test_report_mode_lets_a_gated_read_through_and_says_what_it_could_not_judge(
    caplog: pytest.LogCaptureFixture,
) -> None:
    configure("on_export: report\n")
    write(timeline(), "cut.xml")
    assert read_gated("cut.xml") is not None
    assert "COULD NOT JUDGE" in caplog.text


def test_tags_are_put_into_metadata_on_a_gated_read_too() -> None:
    Path("cut.edl").write_text(f"{HEAD}{EVENT}* {TAG}\n", encoding="utf-8")
    assert genai(read_gated("cut.edl", otiogate_stage="temp").tracks[0][0]) == [TAG]
