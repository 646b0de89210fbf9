"""``otiogate doctor``: proves that the hook of an interpreter is attached, is ours, and blocks."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from otiogate.cli.console import put

_TIMEOUT = 120
_NAME_PYTHON = "name the Python interpreter that the tool runs"

# Run by the interpreter that is examined, in an empty folder, with its own environment. It prints one line of JSON.
_PROBE = r"""
import json, os, sys
found = {"python": sys.version.split()[0]}
try:
    import opentimelineio as otio
    found["otio"] = otio.__version__
    manifest = otio.plugins.ActiveManifest()
    found["manifests"] = [str(each) for each in manifest.source_files]
    found["attached"] = [str(each) for each in otio.hooks.scripts_attached_to("pre_adapter_write")]
    found["afterwards"] = [str(each) for each in otio.hooks.scripts_attached_to("post_adapter_write")]
    scripts = [each for each in otio.hooks.available_hookscripts() if each.name == "otiogate_export"]
    found["scripts"] = [each.module_abs_path() for each in scripts]
    found["gated"] = [each.module_abs_path() for each in manifest.adapters if each.name == "otiogate_gated"]
    import otiogate, otiogate.hooks
    found["otiogate"] = otiogate.__version__
    found["package"] = os.path.dirname(otiogate.__file__)
except Exception as fault:
    found["fault"] = type(fault).__name__ + ": " + str(fault)
else:
    def export(tagged):
        track = otio.schema.Track("V1")
        track.append(otio.schema.Clip("probe", source_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24))))
        timeline = otio.schema.Timeline("otiogate doctor")
        timeline.tracks.append(track)
        if tagged:
            track[0].metadata["genai"] = "GENAI doctor.probe"  # no use kind: stopped at every stage
        target = os.path.join(os.getcwd(), "tagged.otio" if tagged else "plain.otio")
        try:
            otio.adapters.write_to_file(timeline, target)
        except Exception as fault:
            return {"raised": type(fault).__name__, "text": str(fault), "file": os.path.exists(target)}
        return {"raised": "", "text": "", "file": os.path.exists(target)}
    found["tagged"] = export(True)
    found["plain"] = export(False)
print("\n" + json.dumps(found))
"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "doctor",
        help="prove that the hook is attached and blocks",
        description="Exports an uncleared timeline from a child process, in which the hook has to stop it.",
    )
    parser.add_argument(
        "--python", default=sys.executable, metavar="PATH", help="another interpreter, such as your editorial tool's"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: the hook guards. 1: exports pass unjudged. 3: the interpreter could not be examined."""
    found = _examined(arguments.python)
    checks = list(_checks(found, arguments.python))
    put(f"python {found.get('python', '?')} at {arguments.python}, OpenTimelineIO {found.get('otio', '?')}\n")
    for good, text in checks:
        put(f"  {'ok  ' if good else 'FAIL'}  {text}\n")
    _put_formats()
    if all(good for good, _ in checks):
        put("The hook guards exports through OpenTimelineIO from this interpreter. It does not see exports by other\n")
        put("programs: scan what they deliver.\n")
        return 0
    put("Exports from this interpreter are NOT guarded.\n")
    return 1


def _put_formats() -> None:
    """What this otiogate can scan: it is no part of whether the hook guards."""
    from otiogate.host.foreign import readable_here
    from otiogate.timeline.formats import ENTRY_POINTS_OFF, FORMATS, INSTALL

    why = readable_here()
    read = [each.suffix for each in FORMATS if not each.instead and each.suffix not in why]
    put(f"Timelines that can be scanned here: {' '.join(read)}\n")
    missing = [suffix for suffix, fault in why.items() if not fault]
    if missing and os.environ.get(ENTRY_POINTS_OFF):
        put(f"  not {' '.join(missing)}, whose adapters are not looked for while {ENTRY_POINTS_OFF} is set\n")
    elif missing:
        put(f"  not {' '.join(missing)}, whose adapters are not installed: {INSTALL}\n")
    for suffix, fault in why.items():
        if fault:
            put(f"  not {suffix}, whose adapter does not load: {fault}\n")


def _examined(python: str) -> dict[str, Any]:
    import tempfile

    from otiogate.errors import CannotJudge

    with tempfile.TemporaryDirectory(prefix="otiogate-doctor-") as folder:
        try:
            done = subprocess.run(
                [python, "-c", _PROBE],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            why = getattr(fault, "strerror", None) or fault
            raise CannotJudge(f"cannot be run: {why}", where=python, next_step=_NAME_PYTHON) from fault
    lines = done.stdout.strip().splitlines()
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, ValueError) as fault:
        text = " ".join(done.stderr.split())[-300:]
        what = f"ended with {done.returncode} and no answer{': ' if text else ''}{text}"
        raise CannotJudge(what, where=python, next_step=_NAME_PYTHON) from fault
    return found


def _checks(found: dict[str, Any], python: str) -> Any:
    from otiogate.timeline.formats import ENTRY_POINTS_OFF

    if "fault" in found:
        yield False, f"import: {found['fault']}"
        yield False, f"install otiogate there: {python} -m pip install otiogate"
        return
    if os.environ.get(ENTRY_POINTS_OFF):
        yield False, f"{ENTRY_POINTS_OFF} is set: OpenTimelineIO loads no plugin that is installed"
    missing = [
        each
        for each in os.environ.get("OTIO_PLUGIN_MANIFEST_PATH", "").split(os.pathsep)
        if each and not Path(each).exists()
    ]
    if missing:
        yield (
            False,
            f"OTIO_PLUGIN_MANIFEST_PATH names {', '.join(missing)}, which does not exist and is passed over in silence",
        )
    yield True, f"import: otiogate {found['otiogate']} from {found['package']}"
    yield (
        "otiogate_export" in found["attached"],
        f"attached to pre_adapter_write: {', '.join(found['attached']) or 'nothing'}",
    )
    yield (
        {"otiogate_sidecar", "otiogate_receipt"} <= set(found["afterwards"]),
        f"attached to post_adapter_write: {', '.join(found['afterwards']) or 'nothing'}",
    )
    yield from _ours("hook script otiogate_export", found["scripts"], found["package"])
    yield from _ours("adapter otiogate_gated", found["gated"], found["package"])
    after = (
        found["attached"][found["attached"].index("otiogate_export") + 1 :]
        if "otiogate_export" in found["attached"]
        else []
    )
    if after:
        yield False, f"hooks that run after otiogate_export can change what it judged: {', '.join(after)}"
    tagged, plain = found["tagged"], found["plain"]
    blocked = tagged["raised"] == "ExportBlocked" and not tagged["file"] and "doctor.probe" in tagged["text"]
    yield (
        blocked,
        "a timeline with a broken tag is stopped, and leaves no file"
        if blocked
        else f"a timeline with a broken tag was not stopped: {_end(tagged)}",
    )
    passed = not plain["raised"] and plain["file"]
    yield (
        passed,
        "an untagged timeline goes through" if passed else f"an untagged timeline was stopped: {plain['text'][:300]}",
    )


def _end(export: dict[str, Any]) -> str:
    """How an export ended that was not to go through."""
    if export["raised"]:
        return f"{export['raised']}: {export['text'][:200]}"
    return "it was exported" if export["file"] else "no error came, and no file"


def _ours(what: str, paths: list[str], package: str) -> Any:
    """The first manifest that lists a name wins, so the first path has to be the one beside the package."""
    if not paths:
        yield False, f"{what} is not known to OpenTimelineIO"
        return
    first = Path(paths[0]).resolve()
    own = [Path(package).resolve() / "plugins", *(base / "plugins" for base in Path(package).resolve().parents[:3])]
    yield first.parent in own, f"{what}: {paths[0]}" if first.parent in own else f"{what} is shadowed by {paths[0]}"
