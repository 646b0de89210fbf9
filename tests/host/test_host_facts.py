"""Facts about OpenTimelineIO, each held as a test: what the host does, and what otiogate does about it.

Numbered as in the maintainers' list of host facts. Those about reading EDLs (17, 18) stand in
test_host_facts_edl.py, the one about adapters (19) in test_hooks.py, the one about schemas (20) beside the schemas.
"""

from __future__ import annotations

import ast
import json
import logging
import os
import shutil
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from jsonschema import Draft202012Validator

import otiogate
from otiogate import hooks
from otiogate.cli import main
from otiogate.errors import ReadError
from otiogate.host.native import native_texts
from otiogate.host.read import parse_otio, snapshot_of
from otiogate.host.walk import plain
from otiogate.timeline.media import basenames
from otiogate.timeline.model import ClipUse
from tests.builders import clip, judged, time_range, timeline
from tests.cli.running import ALONE

pytestmark = ALONE

TAG = "GENAI gen.shot"
PLUGINS, SCHEMAS = (Path(str(find_spec(f"otiogate.{name}").origin)).parent for name in ("plugins", "schemas"))
HOOK_FILES = ("otiogate_export.py", "otiogate_gated.py", "otiogate_tags.py")

# Code for another interpreter: a tagged timeline, and whether a write of it was stopped.
PRELUDE = """
import opentimelineio as otio, os, sys
def made(genai="GENAI gen.shot"):
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Clip("shot", source_range=otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24))))
    timeline = otio.schema.Timeline("cut")
    timeline.tracks.append(track)
    if genai:
        track[0].metadata["genai"] = genai
    return timeline
def export(thing, name, **arguments):
    try:
        otio.adapters.write_to_file(thing, name, **arguments)
    except Exception as fault:
        return type(fault).__name__
    return "written" if os.path.exists(name) else "nothing"
"""


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where no configuration applies."""
    monkeypatch.chdir(tmp_path)
    for name in ("OTIOGATE_FACILITY", "OTIO_PLUGIN_MANIFEST_PATH", "OTIO_DISABLE_ENTRYPOINTS_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def hook_script(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Attaches a hook script of somebody else's to this process; gives its module."""
    attached: list[str] = []

    def attach(hook: str, body: str, name: str = "somebody_elses", place: int | None = None) -> Any:
        path = tmp_path / f"{name}.py"
        path.write_text("CALLS = []\n" + textwrap.dedent(body), encoding="utf-8")
        script = otio.hooks.HookScript(name, str(path))
        otio.plugins.ActiveManifest().hook_scripts.append(script)
        running = otio.hooks.scripts_attached_to(hook)
        running.insert(len(running) if place is None else place, name)
        attached.append(hook)
        return script.module()

    yield attach
    for hook in attached:
        running = otio.hooks.scripts_attached_to(hook)
        for index in reversed(range(len(running))):
            if not running[index].startswith("otiogate_"):
                del running[index]
    scripts = otio.plugins.ActiveManifest().hook_scripts
    for index in reversed(range(len(scripts))):
        if not scripts[index].name.startswith("otiogate_"):
            del scripts[index]


SPY = """
    def hook_function(in_timeline, argument_map=None):
        CALLS.append(dict(argument_map or {}))
        return in_timeline
"""


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the hook judges from here on: one entry a decision."""
    made: list[Any] = []
    judge = hooks.judged

    def counted(snapshot: Any, on: Any, *rest: Any, **more: Any) -> Any:
        made.append(on.settings)
        return judge(snapshot, on, *rest, **more)

    monkeypatch.setattr(hooks, "judged", counted)
    return made


def run(code: str, folder: Path, **environment: str) -> str:
    """The last line that ``code`` prints in another interpreter, after the prelude."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return (done.stdout.strip().splitlines() or [""])[-1]


def tagged() -> otio.schema.Timeline:
    return timeline(clip(TAG))


def uses(thing: Any) -> list[ClipUse]:
    snapshot = snapshot_of(thing)
    found = (snapshot.subject(node).use for node in range(len(snapshot.starts)))
    return [use for use in found if use is not None]


def stack_of(*items: Any, source_range: Any = None) -> otio.schema.Stack:
    track = otio.schema.Track("inner", kind="Video")
    track.extend(list(items))
    made = otio.schema.Stack("nest", source_range=source_range)
    made.append(track)
    return made


# 1. A hook that raises blocks every way of writing through the host


def with_media(folder: Path) -> otio.schema.Timeline:
    """A tagged timeline that a bundle can be made of."""
    media = folder / "vfx_010.mov"
    media.write_bytes(b"not really a picture")
    made = clip(TAG)
    made.media_reference = otio.schema.ExternalReference(str(media), time_range(0, 500))
    return timeline(made)


@pytest.mark.parametrize("suffix", ["otio", "edl", "xml", "otioz", "otiod"])
def test_fact_01_the_hook_stops_write_to_file_and_leaves_no_file(suffix: str, tmp_path: Path) -> None:
    cuts = with_media(tmp_path)
    target = tmp_path / f"cut.{suffix}"
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(cuts, str(target))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vfx_010.mov"]


def test_fact_01_fcpxml_is_stopped_too_where_its_adapter_is_installed(tmp_path: Path) -> None:
    """It is not in OpenTimelineIO-Plugins 0.18: then the host has nothing to write it with."""
    installed = "fcpxml" in otio.adapters.suffixes_with_defined_adapters(write=True)
    expected = otiogate.ExportBlocked if installed else otio.exceptions.NoKnownAdapterForExtensionError
    with pytest.raises(expected):
        otio.adapters.write_to_file(tagged(), str(tmp_path / "cut.fcpxml"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("adapter", ["otio_json", "cmx_3600", "fcp_xml"])
def test_fact_01_the_hook_stops_write_to_string(adapter: str) -> None:
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_string(tagged(), adapter)


@pytest.mark.parametrize("suffix", ["otio", "edl", "xml"])
def test_fact_01_a_pathlib_path_is_a_path_like_any_other(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(tagged(), tmp_path / f"cut.{suffix}")
    otio.adapters.write_to_file(timeline(clip()), tmp_path / f"cut.{suffix}")
    assert (tmp_path / f"cut.{suffix}").exists()


def test_fact_01_otioconvert_shows_the_text_of_the_exception_and_leaves_no_file(tmp_path: Path) -> None:
    tagged().to_json_file(str(tmp_path / "in.otio"))
    command = Path(sys.executable).with_name("otioconvert")
    done = subprocess.run(
        [str(command), "-i", "in.otio", "-o", "out.edl"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert not (tmp_path / "out.edl").exists()
    assert "Traceback" in done.stderr
    text = done.stderr[done.stderr.index("otiogate stopped this export: BLOCKED") :]
    for part in ("01:00:00:00", "reel A001", "'vfx_010'", "GEN-001", "missing", "Next: otiogate explain"):
        assert part in text, part


# 2. The hook runs twice where an adapter only writes strings


@pytest.mark.parametrize("suffix", ["edl", "xml"])
def test_fact_02_the_second_call_has_neither_path_nor_arguments(suffix: str, hook_script: Callable[..., Any]) -> None:
    spy = hook_script("pre_adapter_write", SPY)
    otio.adapters.write_to_file(timeline(clip()), f"cut.{suffix}", hook_function_argument_map={"asked": 1})
    first, second = spy.CALLS
    assert (first["_filepath"], first["asked"]) == (f"cut.{suffix}", 1)
    assert "_filepath" not in second
    assert "asked" not in second


@pytest.mark.parametrize("suffix", ["otio", "edl", "xml"])
def test_fact_02_one_export_is_one_decision(suffix: str, decisions: list[Any]) -> None:
    otio.adapters.write_to_file(timeline(clip()), f"cut.{suffix}")
    assert len(decisions) == 1


def test_fact_02_the_second_call_keeps_the_context_of_the_first(tmp_path: Path, decisions: list[Any]) -> None:
    """Judged anew, without path and arguments, it would be a final delivery of no production, and blocked."""
    config = tmp_path / "away" / "show.yaml"
    config.parent.mkdir()
    config.write_text("format: 1\nproduction: MYSHOW\n", encoding="utf-8")
    arguments = {"otiogate_config": str(config), "otiogate_stage": "temp"}
    otio.adapters.write_to_file(tagged(), "cut.edl", hook_function_argument_map=arguments)
    assert (tmp_path / "cut.edl").exists()
    (settings,) = decisions
    assert (settings.context.production, settings.context.stage) == ("MYSHOW", "temp")
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(tagged(), "cut.edl")


def test_fact_02_post_adapter_write_does_not_run_for_strings(hook_script: Callable[..., Any]) -> None:
    """So nothing that otiogate decides waits for it."""
    spy = hook_script("post_adapter_write", SPY)
    otio.adapters.write_to_string(timeline(clip()), "cmx_3600")
    assert spy.CALLS == []
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_string(tagged(), "cmx_3600")


# 3. What a hook gets, and must give back


def objects() -> dict[str, Any]:
    track = otio.schema.Track("V1", kind="Video")
    track.append(clip())
    return {
        "Timeline": timeline(clip()),
        "Track": track,
        "Clip": clip(),
        "Stack": stack_of(clip()),
        "SerializableCollection": otio.schema.SerializableCollection("bin", [timeline(clip())]),
        "list": [timeline(clip()), clip()],
    }


@pytest.mark.parametrize("kind", list(objects()))
def test_fact_03_the_hook_gives_back_the_very_object_that_it_got(kind: str) -> None:
    thing = objects()[kind]
    assert hooks.export_hook(thing, {"_filepath": "cut.otio"}) is thing
    assert hooks.tags_hook(thing, {}) is thing
    otio.adapters.write_to_file(thing, "cut.otio")
    assert otio.adapters.read_from_file("cut.otio") is not None


NONE = """
    def hook_function(in_timeline, argument_map=None):
        return None
"""


def test_fact_03_a_hook_that_gives_nothing_back_loses_the_timeline(hook_script: Callable[..., Any]) -> None:
    """Without an error where the adapter takes anything: the file then says null."""
    hook_script("pre_adapter_write", NONE)
    otio.adapters.write_to_file(timeline(clip()), "cut.otio")
    assert Path("cut.otio").read_text(encoding="utf-8") == "null"


def test_fact_03_after_a_hook_that_gives_nothing_back_nothing_can_be_judged(hook_script: Callable[..., Any]) -> None:
    hook_script("pre_adapter_write", NONE, place=0)
    with pytest.raises(otiogate.ExportBlocked, match="COULD NOT JUDGE"):
        otio.adapters.write_to_file(tagged(), "cut.otio")
    assert not Path("cut.otio").exists()


# 4. Under which name a hook file is loaded


def test_fact_04_a_hook_file_is_loaded_by_path_under_a_name_of_the_hosts() -> None:
    scripts = {each.name: each for each in otio.hooks.available_hookscripts()}
    assert scripts["otiogate_export"].module().__name__ == "opentimelineio.adapters.otiogate_export"


def test_fact_04_a_class_defined_in_a_hook_file_is_another_one_than_users_import(
    hook_script: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = hook_script("pre_adapter_write", "class Stopped(Exception): pass\n" + textwrap.dedent(SPY))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert __import__("somebody_elses").Stopped is not module.Stopped


def test_fact_04_what_is_raised_is_the_exception_that_users_import_and_one_of_the_hosts() -> None:
    with pytest.raises(otiogate.ExportBlocked) as caught:
        otio.adapters.write_to_string(tagged())
    assert type(caught.value) is otiogate.ExportBlocked
    assert isinstance(caught.value, otio.exceptions.OTIOError)
    assert isinstance(caught.value, otiogate.OtiogateError)
    assert (caught.value.verdict, caught.value.exit_code) == ("block", 1)


@pytest.mark.parametrize("name", HOOK_FILES)
def test_fact_04_hook_and_adapter_files_are_an_import_and_a_call(name: str) -> None:
    tree = ast.parse((PLUGINS / name).read_text(encoding="utf-8"))
    outside = [node for node in tree.body if not isinstance(node, (ast.Expr, ast.FunctionDef))]
    assert [ast.unparse(node) for node in outside] == ["from typing import Any"]
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        assert [type(node).__name__ for node in function.body[1:] if isinstance(node, ast.ImportFrom)] == ["ImportFrom"]
        assert len(function.body) <= 4


# 5. Where the hook fails open, and that doctor says so


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["doctor"])
    return code, capsys.readouterr().out


def test_fact_05_doctor_is_content_where_the_hook_guards(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run('print(export(made(), "cut.otio"))', tmp_path) == "ExportBlocked"
    code, text = doctor(capsys)
    assert (code, "FAIL" in text) == (0, False), text


def test_fact_05_open_when_entry_points_are_disabled(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTIO_DISABLE_ENTRYPOINTS_PLUGINS", "1")
    assert run('print(export(made(), "cut.otio"))', tmp_path) == "written"
    code, text = doctor(capsys)
    assert code == 1
    assert "OTIO_DISABLE_ENTRYPOINTS_PLUGINS is set" in text
    assert "NOT guarded" in text


def copied(folder: Path) -> Path:
    """The package as a wheel lays it out, in ``folder``, where it goes before the installed one."""
    package = Path(otiogate.__file__).parent
    target = folder / "site" / "otiogate"
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))
    for part in (PLUGINS, SCHEMAS):
        if not (target / part.name).exists():
            shutil.copytree(part, target / part.name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def test_fact_05_a_copy_of_the_package_guards_as_the_installed_one_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = copied(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    code, text = doctor(capsys)
    assert code == 0, text
    assert str(package) in text


def break_init(package: Path) -> None:
    (package / "__init__.py").write_text("import a_dependency_that_is_not_there\n", encoding="utf-8")


def break_plugins(package: Path) -> None:
    (package / "plugins" / "__init__.py").write_text("import a_dependency_that_is_not_there\n", encoding="utf-8")


def lose_plugins_init(package: Path) -> None:
    (package / "plugins" / "__init__.py").unlink()


@pytest.mark.parametrize("damage", [break_init, break_plugins, lose_plugins_init])
def test_fact_05_open_when_the_plugin_package_cannot_be_imported(
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The host logs it, and exports."""
    package = copied(tmp_path)
    damage(package)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    assert run('print(export(made(), "cut.otio"))', tmp_path) == "written"
    code, text = doctor(capsys)
    assert (code, "NOT guarded" in text) == (1, True), text


def test_fact_05_closed_when_a_dependency_of_the_hook_cannot_be_imported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The manifest needs only the standard library and the host; what the hook needs is imported when it runs."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "yaml.py").write_text("raise ImportError('broken')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    assert run('print(export(made(None), "cut.otio"))', tmp_path) == "ImportError"
    assert not (tmp_path / "cut.otio").exists()
    code, text = doctor(capsys)
    assert code == 1
    assert "broken" in text


def test_fact_05_the_manifest_imports_only_the_standard_library_and_the_host() -> None:
    tree = ast.parse((PLUGINS / "__init__.py").read_text(encoding="utf-8"))
    imported = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert imported == ["import json", "import opentimelineio as otio"]
    init = ast.parse(Path(otiogate.__file__).read_text(encoding="utf-8"))
    named = [ast.unparse(node) for node in init.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert named == ["from __future__ import annotations", "from typing import TYPE_CHECKING, Any"]


def manifest(folder: Path, **more: Any) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps({"OTIO_SCHEMA": "PluginManifest.1"} | more), encoding="utf-8")
    return path


def test_fact_05_a_manifest_path_that_does_not_exist_is_passed_over_in_silence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(tmp_path / "gone.json"))
    assert run("otio.plugins.ActiveManifest(); print('silent')", tmp_path) == "silent"
    code, text = doctor(capsys)
    assert code == 1
    assert "gone.json, which does not exist" in text


def test_fact_05_open_when_another_manifest_has_a_hook_script_of_the_same_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first of a name wins, and the environment comes first."""
    (tmp_path / "idle.py").write_text("def hook_function(in_timeline, argument_map=None):\n    return in_timeline\n")
    script = {"OTIO_SCHEMA": "HookScript.1", "name": "otiogate_export", "filepath": "idle.py"}
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(manifest(tmp_path, hook_scripts=[script])))
    assert run('print(export(made(), "cut.otio"))', tmp_path) == "written"
    code, text = doctor(capsys)
    assert code == 1
    assert "hook script otiogate_export is shadowed by" in text
    assert "a timeline with a broken tag was not stopped" in text


def test_fact_05_open_when_somebody_edits_the_live_list_of_hooks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = """
        running = otio.hooks.scripts_attached_to("pre_adapter_write")
        del running[0]
        print(export(made(), "cut.otio"))
    """
    assert run(code, tmp_path) == "written"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        'import opentimelineio as otio\notio.hooks.scripts_attached_to("pre_adapter_write").clear()\n'
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    code, text = doctor(capsys)
    assert code == 1
    assert "attached to pre_adapter_write: nothing" in text


def test_fact_05_open_for_writes_that_go_past_the_host_s_adapters(tmp_path: Path) -> None:
    """Nothing in a process can see these. What was delivered is scanned; the report says the same as the hook would."""
    code = """
        cuts = made()
        cuts.to_json_file("json.otio")
        otio.core.serialize_json_to_file(cuts, "core.otio", {}, 4)
        otio.adapters.from_name("otio_json").module().write_to_file(cuts, "module.otio")
        with open("module.edl", "w") as stream:
            stream.write(otio.adapters.from_name("cmx_3600").module().write_to_string(made()))
        print("done")
    """
    assert run(code, tmp_path) == "done"
    for name in ("json.otio", "core.otio", "module.otio"):
        assert otiogate.scan_path(tmp_path / name).verdict == "block", name
    assert (tmp_path / "module.edl").exists()


def test_fact_05_doctor_says_that_it_does_not_see_other_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert "does not see exports by other programs" in " ".join(doctor(capsys)[1].split())


# 6. Adapters fail closed; hooks that run after ours


def test_fact_06_a_gated_adapter_that_is_not_there_raises(tmp_path: Path) -> None:
    code = """
        for thing in (made(), made(None)):
            print(export(thing, "cut.otio", adapter_name="otiogate_gated"))
    """
    found = run(code, tmp_path, OTIO_DISABLE_ENTRYPOINTS_PLUGINS="1")
    assert found == "NotSupportedError"
    assert not (tmp_path / "cut.otio").exists()


def test_fact_06_a_gated_adapter_can_be_shadowed_and_doctor_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "idle.py").write_text("def write_to_file(input_otio, filepath):\n    open(filepath, 'w').close()\n")
    adapter = {"OTIO_SCHEMA": "Adapter.1", "name": "otiogate_gated", "filepath": "idle.py", "suffixes": []}
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(manifest(tmp_path, adapters=[adapter])))
    assert run('print(export(made(None), "cut.otio", adapter_name="otiogate_gated"))', tmp_path) == "written"
    assert (tmp_path / "cut.otio").read_bytes() == b""
    code, text = doctor(capsys)
    assert code == 1
    assert "adapter otiogate_gated is shadowed by" in text


LATE_TAG = """
    def hook_function(in_timeline, argument_map=None):
        in_timeline.tracks[0][0].metadata["genai"] = "GENAI gen.shot"
        return in_timeline
"""


def test_fact_06_a_hook_that_runs_after_ours_can_change_what_is_written(hook_script: Callable[..., Any]) -> None:
    hook_script("pre_adapter_write", LATE_TAG)
    otio.adapters.write_to_file(timeline(clip()), "cut.otio")
    assert TAG in Path("cut.otio").read_text(encoding="utf-8")
    assert otiogate.scan_path("cut.otio").verdict == "block"


def test_fact_06_doctor_names_hooks_that_run_after_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        'import opentimelineio as otio\notio.hooks.scripts_attached_to("pre_adapter_write").append("otiogate_tags")\n'
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    code, text = doctor(capsys)
    assert code == 1
    assert "hooks that run after otiogate_export can change what it judged: otiogate_tags" in text


def test_fact_06_read_hooks_are_told_neither_path_nor_adapter(hook_script: Callable[..., Any]) -> None:
    otio.adapters.write_to_file(timeline(clip()), "cut.edl")
    after_read = hook_script("post_adapter_read", SPY, name="after_read")
    after_link = hook_script("post_media_linker", SPY, name="after_link")
    otio.adapters.read_from_file("cut.edl", hook_function_argument_map={"asked": 1})
    (known,) = after_read.CALLS
    assert sorted(known) == ["adapter_arguments", "asked", "media_linker_argument_map"]
    assert after_link.CALLS == [{}]


@pytest.mark.parametrize("signature", ["timeline, argument_map=None", "in_timeline"])
def test_fact_06_hook_functions_must_name_their_parameters_as_the_host_does(
    signature: str, hook_script: Callable[..., Any]
) -> None:
    hook_script("pre_adapter_write", f"def hook_function({signature}):\n    return None\n")
    with pytest.raises(TypeError):
        otio.adapters.write_to_file(timeline(clip()), "cut.otio")


def test_fact_06_our_hooks_and_adapters_name_them_so() -> None:
    found = {}
    for name in HOOK_FILES:
        tree = ast.parse((PLUGINS / name).read_text(encoding="utf-8"))
        found |= {
            each.name: [it.arg for it in each.args.args] for each in tree.body if isinstance(each, ast.FunctionDef)
        }
    assert found == {
        "hook_function": ["in_timeline", "argument_map"],
        "write_to_file": ["input_otio", "filepath"],
        "read_from_file": ["filepath"],
    }


# 7. The entry point


def test_fact_07_the_entry_point_gives_a_manifest_with_both_hooks_and_the_adapter() -> None:
    (found,) = {each.value for each in entry_points(group="opentimelineio.plugins") if each.name == "otiogate"}
    assert found == "otiogate.plugins"
    active = otio.plugins.ActiveManifest()
    assert "otiogate_export" in otio.hooks.scripts_attached_to("pre_adapter_write")
    assert "otiogate_tags" in otio.hooks.scripts_attached_to("post_adapter_read")
    names = {each.name: each.module_abs_path() for each in (*active.hook_scripts, *active.adapters)}
    for name in HOOK_FILES:
        assert Path(names[name.removesuffix(".py")]).is_file()


# 8. What find_clips finds, and what it does not


def test_fact_08_find_clips_gives_disabled_hidden_and_trimmed_clips_alike() -> None:
    nest = stack_of(clip(name="kept"), clip(name="trimmed"), source_range=time_range(0, 48))
    cuts = timeline(clip(name="on"), clip(name="off"), nest)
    cuts.tracks[0][1].enabled = False
    hidden = otio.schema.Track("V2", kind="Video")
    hidden.append(clip(name="hidden"))
    hidden.enabled = False
    cuts.tracks.append(hidden)
    assert [each.name for each in cuts.find_clips()] == ["on", "off", "kept", "trimmed", "hidden"]
    assert hidden[0].enabled
    assert [(use.name, use.visible) for use in uses(cuts)] == [
        ("on", True),
        ("off", False),
        ("kept", True),
        ("trimmed", False),
        ("hidden", False),
    ]


def test_fact_08_metadata_of_what_find_clips_does_not_find_is_read_all_the_same() -> None:
    for place in ("effect", "transition", "gap", "marker", "stack", "track"):
        one, two = clip(name="one"), clip(name="two")
        joint = otio.schema.Transition("", "SMPTE_Dissolve", time_range(0, 6).duration, time_range(0, 6).duration)
        gap = otio.schema.Gap(source_range=time_range(0, 24))
        one.effects.append(otio.schema.Effect("blur"))
        cuts = timeline(one)
        cuts.tracks[0].extend([joint, two, gap])
        cuts.tracks[0].markers.append(otio.schema.Marker("note", time_range(0, 1)))
        owners = {"effect": one.effects[0], "transition": joint, "gap": gap, "marker": cuts.tracks[0].markers[0]}
        owners |= {"stack": cuts.tracks, "track": cuts.tracks[0]}
        owners[place].metadata["genai"] = TAG
        assert all("genai" not in each.metadata for each in cuts.find_clips())
        assert judged(cuts).verdict == "block", place


# 9, 10. Ranges


def test_fact_09_the_host_s_transform_does_not_stop_at_the_edges_of_a_grandparent() -> None:
    inner = stack_of(clip(name="one"), clip(name="two"))
    outer = stack_of(inner, source_range=time_range(0, 10))
    cuts = timeline(outer)
    two = inner[0][1]
    told = two.transformed_time_range(two.trimmed_range(), cuts.tracks)
    assert told.start_time.value >= outer.duration().value == 10
    found = {use.name: use for use in uses(cuts)}
    one = found["one"].record
    assert one is not None
    assert (one.start - 86400, one.duration) == (0, 10)
    assert not found["two"].visible


def test_fact_10_visible_range_reaches_under_transitions_and_trimmed_range_ignores_retimes() -> None:
    one, two = clip(name="one"), clip(name="two")
    two.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    cuts = timeline(one)
    joint = otio.schema.Transition("", "SMPTE_Dissolve", time_range(0, 6).duration, time_range(0, 8).duration)
    cuts.tracks[0].extend([joint, two])
    assert one.visible_range() == time_range(10, 48 + 8)
    assert two.trimmed_range() == time_range(10, 48)
    found = {use.name: use for use in uses(cuts)}
    shown = found["one"].visible_source
    assert shown is not None
    assert (shown.start, shown.duration) == (10, 48 + 8)
    assert found["two"].visible_source is None


# 11. Several media references


def with_two_references() -> otio.schema.Timeline:
    made = clip()
    other = otio.schema.ExternalReference("comp_v2.mov", time_range(0, 500))
    other.metadata["genai"] = TAG
    made.set_media_references({"DEFAULT_MEDIA": made.media_reference, "comp": other}, "DEFAULT_MEDIA")
    return timeline(made)


def test_fact_11_an_inactive_reference_is_read_and_said_to_be_not_visible() -> None:
    cuts = with_two_references()
    (use,) = uses(cuts)
    assert use.media.references == ("comp_v2.mov", "vfx_010.mov")
    (found,) = [each for each in judged(cuts).findings if each.rule == "GEN-001"]
    assert [(line.said, line.visible) for line in found.uses] == [("media reference 'comp' (inactive)", False)]
    assert judged(cuts, carries_media=True).verdict == "block"


def test_fact_11_writing_for_clip_1_drops_references_in_silence_but_not_before_the_hook(tmp_path: Path) -> None:
    cuts = with_two_references()
    text = otio.core.serialize_json_to_string(cuts, {"Clip": 1}, -1)
    assert "comp_v2.mov" not in text
    assert "vfx_010.mov" in text
    cuts.tracks[0][0].media_references()["comp"].metadata["genai"] = "GENAI doctor.probe"
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(cuts, "cut.otio", target_schema_versions={"Clip": 1})
    assert list(tmp_path.iterdir()) == []


# 12. Flattening


def test_fact_12_flatten_stack_keeps_a_disabled_bottom_clip_and_leaves_nests_alone() -> None:
    """So nothing is flattened to be judged."""
    cuts = timeline(clip(name="off"), stack_of(clip(TAG, name="nested")))
    cuts.tracks[0][0].enabled = False
    flat = otio.algorithms.flatten_stack(cuts.tracks)
    assert [each.schema_name() for each in flat] == ["Clip", "Stack"]
    assert [(use.name, use.visible) for use in uses(cuts)] == [("off", False), ("nested", True)]
    assert judged(cuts).verdict == "block"


# 13. Schemas that are not known


def with_child(child: str) -> str:
    """The text of a timeline whose one clip is another object."""
    data = json.loads(timeline(clip()).to_json_string())
    data["tracks"]["children"][0]["children"] = [{"OTIO_SCHEMA": child, "name": "x"}]
    return json.dumps(data)


@pytest.mark.parametrize(
    ("child", "error"),
    [("NobodysShot.1", ValueError), ("Clip.99", otio.exceptions.UnsupportedSchemaError)],
)
def test_fact_13_a_child_of_an_unknown_schema_cannot_be_judged(
    child: str, error: type[Exception], tmp_path: Path
) -> None:
    text = with_child(child)
    with pytest.raises(error) as caught:
        otio.adapters.read_from_string(text)
    assert isinstance(caught.value, otio.exceptions.OTIOError) == (child == "Clip.99")
    path = tmp_path / "cut.otio"
    path.write_text(text, encoding="utf-8")
    report = otiogate.scan_path(path)
    assert (report.verdict, report.exit_code) == ("cannot_judge", 3)
    assert "OpenTimelineIO cannot read it" in report.problems[0].what


# 14. Keys given twice


def test_fact_14_of_two_equal_keys_the_host_keeps_the_first_and_python_the_last(tmp_path: Path) -> None:
    """Two readers of one file, two timelines: so it cannot be judged."""
    text = timeline(clip()).to_json_string(indent=-1)
    twice = text.replace('"metadata":{"cmx_3600"', f'"metadata":{{"genai":"{TAG}","genai":"GENAI none","cmx_3600"')
    assert twice != text
    read = otio.adapters.read_from_string(twice)
    first = read.tracks[0][0].metadata["genai"]
    last = json.loads(twice)["tracks"]["children"][0]["children"][0]["metadata"]["genai"]
    assert (first, last) == (TAG, "GENAI none")
    path = tmp_path / "cut.otio"
    path.write_text(twice, encoding="utf-8")
    report = otiogate.scan_path(path)
    assert report.verdict == "cannot_judge"
    assert "the key 'genai' is given twice" in report.problems[0].what


# 15. Metadata is no dict


def test_fact_15_a_json_schema_without_a_type_passes_the_host_s_metadata_in_silence() -> None:
    made = clip({"id": "DIS-001"})
    held = made.metadata["genai"]
    assert not isinstance(held, dict)
    validator = Draft202012Validator({"required": ["use_kind"]})
    assert list(validator.iter_errors(held)) == []
    assert len(list(validator.iter_errors(plain(held)))) == 1
    made.metadata["nested"] = {"list": [{"a": 1}, None, True, 2.5]}
    assert plain(made.metadata)["nested"] == {"list": [{"a": 1}, None, True, 2.5]}


def test_fact_15_a_broken_disclosure_in_metadata_is_found_to_be_broken() -> None:
    """Held against its schema as it stands in the host's metadata, it would pass."""
    report = judged(timeline(clip({"id": "DIS-001", "use_kind": ["gen.shot"]})))
    assert report.verdict == "block"
    assert [each.rule for each in report.findings] == ["GEN-002"]


def test_fact_15_what_carriers_hold_is_plain_data() -> None:
    cuts = timeline(clip({"id": "DIS-001", "tools": [{"system": "x"}]}))
    cuts.metadata["deep"] = {"list": [{"a": [1]}]}
    snapshot = snapshot_of(cuts)
    pending: list[Any] = [each.metadata for node in range(4) for each in snapshot.subject(node).carriers]
    while pending:
        value = pending.pop()
        assert type(value) in (dict, list, str, int, float, bool, type(None))
        pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


# 16. The host's own reading of URLs


@pytest.mark.parametrize(
    ("url", "host_loses", "name"),
    [
        ("/show/frame.%04d.exr", "frame.%04d.exr", "frame.%04d.exr"),
        ("s3://bucket/key.mov", "s3:", "key.mov"),
        ("file:///show/take#3.mov", "take#3.mov", "take#3.mov"),
        ("file:///show/what?.mov", "what?.mov", "what?.mov"),
    ],
)
def test_fact_16_names_of_media_are_not_taken_from_the_host_s_paths(url: str, host_loses: str, name: str) -> None:
    assert host_loses not in otio.url_utils.filepath_from_url(url)
    assert name in basenames(url)


def test_fact_16_an_empty_url_names_nothing() -> None:
    with pytest.raises(Exception):  # noqa: B017 - which one is the host's own affair
        otio.url_utils.filepath_from_url("")
    assert basenames("") == ()


# What the hook adds to all of these: that a host which complains is heard


def test_no_warning_of_python_s_own_comes_from_the_hooks(caplog: pytest.LogCaptureFixture) -> None:
    Path("otiogate.yaml").write_text("format: 1\n", encoding="utf-8")
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        otio.adapters.write_to_file(timeline(clip()), "cut.edl")
        otio.adapters.read_from_file("cut.edl")
    assert caplog.records == []


def test_a_type_that_the_host_does_not_know_is_called_by_its_name() -> None:
    made = timeline(clip())
    made.tracks[0][0].effects.append(otio.schema.Effect("blur"))
    text = made.to_json_string().replace('"Effect.1"', '"Nothing.1"')
    with pytest.raises(ReadError, match="it knows no Nothing"):
        parse_otio(text, "cut.otio")


@pytest.mark.parametrize(
    ("keywords", "texts"),
    [
        ("GENAI gen.shot,alter.age", ["GENAI gen.shot,alter.age"]),
        ("day, GENAI/gen.shot, GenAI/alter.age, night", ["GENAI gen.shot", "GENAI alter.age"]),
        ('GENAI gen.shot tool="A, B",stage=final', ['GENAI gen.shot tool="A,B",stage=final']),
        ("GENAI none, day", ["GENAI none"]),
    ],
)
def test_a_comma_inside_of_a_tag_among_keywords_divides_nothing(keywords: str, texts: list[str]) -> None:
    assert native_texts({"fcpx": {"keywords": keywords}}) == texts


def test_texts_of_unknown_types_are_passed_over() -> None:
    for odd in (None, 3, "text", [1], {"cmx_3600": None}, {"cmx_3600": {"comments": 3}}):
        assert native_texts(odd) == []
    with pytest.raises(ReadError):
        snapshot_of(3)
