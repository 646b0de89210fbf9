"""What the gate costs, against the bare host, in one run.

    python benchmarks/bench.py            the whole table (about five minutes)
    python benchmarks/bench.py --quick    fewer runs, no 10,000-event EDL

Exports of timelines of which 5 % of the clips are tagged by id, each with its own disclosure, notification and
approval on record, so that every tagged clip is judged through all its rules, those of every shipped pack, and
allowed. Imports and records are warm; runs with and without the gate alternate, so that a drift of the machine's speed
meets both. Ratios of medians are what counts; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import builders  # noqa: E402 - found through the line above

HOOK = "pre_adapter_write"
CONFIG = """\
format: 1
production: MYSHOW
season: "1"
episode: "101"
cut: v4
deliverable: {type: episode, medium: streaming, territories: [US], languages: [en]}
release_date: 2027-03-01Z
records: [records]
packs: [netflix, sag_aftra, cue_sheet, guilds, us_states, eu_ai_act, cn_labelling, provenance]
"""


def timeline(clips: int, every: int = 20) -> otio.schema.Timeline:
    """``clips`` clips on one track, every twentieth tagged by id."""
    made = otio.schema.Timeline(f"{clips} clips", global_start_time=otio.opentime.RationalTime(86400, 24))
    track = otio.schema.Track("V1", kind="Video")
    for number in range(clips):
        name = f"sh{number:05d}_v003"
        clip = builders.clip(name=name, reference=f"{name}.mov", reel=f"R{number % 9999:04d}")
        clip.metadata["cmx_3600"]["comments"] = [f"SOURCE FILE: SH{number:05d}_V003"]
        clip.metadata["editorial"] = {"scene": str(number // 10), "take": number % 10, "notes": "ok for temp mix"}
        if number % every == 0:
            clip.metadata["genai"] = {"id": f"DIS-{number:05d}"}
        track.append(clip)
    made.tracks.append(track)
    return made


def write_ledger(folder: Path, clips: int, every: int = 20) -> None:
    """A configuration, and records that clear every tagged clip."""
    (folder / "otiogate.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "records").mkdir()
    records: list[dict[str, Any]] = []
    for number in range(0, clips, every):
        media = {"reference": f"sh{number:05d}_v003.mov", "reel": f"R{number % 9999:04d}"}
        about = builders.disclosure(f"DIS-{number:05d}", media=media)
        dates = {"expires_at": "2099-12-31Z", "granted_at": "2026-01-01T00:00:00Z"}
        records += [
            about,
            builders.notification(about, f"NTF-{number:05d}", at="2026-01-01T00:00:00Z"),
            builders.decision("approval", about, ["NFX-020"], f"APR-{number:05d}", **dates),
        ]
    (folder / "records" / "ledger.json").write_text(json.dumps(records), encoding="utf-8")


class Switch:
    """Attaches and detaches the export hook of this process."""

    def __init__(self) -> None:
        self._attached = otio.hooks.scripts_attached_to(HOOK)
        self._names = list(self._attached)
        assert "otiogate_export" in self._names, "the hook is not attached: run otiogate doctor"

    def set(self, on: bool) -> None:
        """On or off."""
        del self._attached[:]
        self._attached.extend(self._names if on else [])


def pairs(
    without: Callable[[], Any], with_gate: Callable[[], Any], switch: Switch, runs: int
) -> tuple[float, float, float]:
    """Medians: seconds without the gate, with it, and of what it adds, run by run."""
    bare, gated = [], []
    for _ in range(runs):
        for on, act, times in ((False, without, bare), (True, with_gate, gated)):
            switch.set(on)
            start = time.perf_counter()
            act()
            times.append(time.perf_counter() - start)
    added = statistics.median(one - other for one, other in zip(gated, bare, strict=True))
    return statistics.median(bare), statistics.median(gated), added


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def exports(quick: bool, folder: Path, switch: Switch) -> None:
    """The first table: exports with and without the gate."""
    print("\nExports, 5 % of the clips tagged by id and cleared\n")
    row(
        "clips",
        "format",
        "bare",
        "gated",
        "the gate adds",
        "in bare writes of this format",
        "in bare .otio writes",
        "wanted",
    )
    row(*["---"] * 8)
    for clips in (1_000, 10_000):
        made = timeline(clips)
        bare_otio = 0.0
        for suffix in ("otio", "edl"):
            slow = suffix == "edl" and clips == 10_000
            if slow and quick:
                continue
            target = str(folder / f"cut.{suffix}")

            def write(made: otio.schema.Timeline = made, target: str = target) -> None:
                otio.adapters.write_to_file(made, target)

            switch.set(True)
            write()
            bare, gated, added = pairs(write, write, switch, 3 if slow else 7 if quick else 15)
            bare_otio = bare if suffix == "otio" else bare_otio
            wanted = "" if (clips, suffix) == (1_000, "otio") else "<= 1.00 .otio writes"
            if suffix == "edl":
                wanted = "<= 0.10" if clips == 10_000 else "<= 0.25"
            row(
                f"{clips:,}",
                f".{suffix}",
                f"{bare:.4f} s",
                f"{gated:.4f} s",
                f"{added:.4f} s",
                f"{added / bare:.3f}",
                f"{added / bare_otio:.3f}",
                wanted,
            )


def own_time(quick: bool, switch: Switch, folder: Path) -> None:
    """The second table: the gate alone, and how its time grows."""
    from otiogate.hooks import export_hook

    print("\nThe gate alone\n")
    row("clips", "seconds", "microseconds a clip", "a clip, against 1,000 clips")
    row(*["---"] * 4)
    first = 0.0
    for clips in (1_000, 10_000, 50_000):
        made = timeline(clips)
        target = {"_filepath": str(folder / "cut.otio")}
        export_hook(made, target)
        times = []
        for _ in range(5 if quick else 9):
            start = time.perf_counter()
            export_hook(made, target)
            times.append(time.perf_counter() - start)
        each = statistics.median(times) / clips
        first = first or each
        row(f"{clips:,}", f"{each * clips:.4f}", f"{each * 1e6:.1f}", f"{each / first:.2f}")


_CHILD = """
import sys
sys.path.insert(0, {root!r})
from benchmarks import bench
import opentimelineio as otio
switch = bench.Switch()
switch.set({on})
made = bench.timeline({clips})
otio.adapters.write_to_file(made, {target!r})
# Not getrusage: a child inherits its parent's peak there.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def memory(folder: Path) -> None:
    """The third table: peak memory of a whole process that makes a timeline and exports it. Linux only."""
    if not Path("/proc/self/status").exists():
        return
    print("\nPeak memory of a process that exports .otio\n")
    row("clips", "bare", "gated", "ratio")
    row(*["---"] * 4)
    for clips in (1_000, 10_000, 50_000):
        found = {}
        for on in (False, True):
            code = _CHILD.format(root=str(ROOT), on=on, clips=clips, target=str(folder / "memory.otio"))
            done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
            found[on] = int(done.stdout.split()[-1]) / 1024
        row(f"{clips:,}", f"{found[False]:.0f} MiB", f"{found[True]:.0f} MiB", f"{found[True] / found[False]:.2f}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    print(f"Python {sys.version.split()[0]}, OpenTimelineIO {otio.__version__}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_ledger(folder, 50_000)
        os.chdir(folder)
        switch = Switch()
        exports(quick, folder, switch)
        switch.set(True)
        own_time(quick, switch, folder)
        memory(folder)


if __name__ == "__main__":
    main()
