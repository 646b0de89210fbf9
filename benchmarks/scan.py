"""What scans of deliveries cost: with one process and two, in memory, and again with a cache.

    python benchmarks/scan.py            all tables (about ten minutes, 1.2 GB in a temporary folder)
    python benchmarks/scan.py --quick    a tenth of the files, fewer runs

The command itself is run, as its users run it. Runs that are compared alternate, so that a drift of the machine's
speed meets both, and medians are compared. A scan of one file tells what starting costs; "start-up apart" means
that this is taken off. A rescan is held against a loop in one process that opens, reads and hashes the same files: once
with all of them in memory, and, where the system lets us forget them, from the disk, as a second scan would on the next
day. Beside what a second process brings to a scan stands what it brings to a loop that does nothing but count, since
two virtual cores are not always two.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from operator import truediv
from pathlib import Path

import opentimelineio as otio

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import bench  # noqa: E402 - found through the line above
from otiogate.scan.find import timelines  # noqa: E402


def timecode(frames: int) -> str:
    """Timecode at 24 frames a second."""
    seconds, frame = divmod(frames, 24)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frame:02}"


def edl(number: int, events: int) -> str:
    """An untagged EDL of ``events`` events of two seconds."""
    lines = [f"TITLE: CUT_{number}", "FCM: NON-DROP FRAME", ""]
    for event in range(1, events + 1):
        first, last = (timecode(86400 + 48 * each) for each in (event - 1, event))
        lines += [
            f"{event:03}  A{event:03}C{number % 1000:03} V     C        {first} {last} {first} {last}",
            f"* FROM CLIP NAME: SH{number:05}_{event:04}_V003.MOV",
            f"* SOURCE FILE: SH{number:05}_{event:04}",
        ]
    return "\n".join(lines) + "\n"


def edls(folder: Path, files: int, events: int) -> Path:
    """A folder of ``files`` EDLs, a thousand in each folder below it."""
    for number in range(files):
        inner = folder / f"{number // 1000:02}"
        inner.mkdir(parents=True, exist_ok=True)
        (inner / f"cut{number:05}.edl").write_text(edl(number, events), encoding="utf-8")
    return folder


def otios(folder: Path, files: int, clips: int, every: int = 20) -> Path:
    """A folder of ``files`` timelines, one clip in ``every`` tagged by id, and a ledger that clears those."""
    folder.mkdir()
    bench.write_ledger(folder, clips, every)
    text = bench.timeline(clips, every).to_json_string(4)
    for number in range(files):
        (folder / f"cut{number:03}.otio").write_text(text.replace(f"{clips} clips", f"cut {number}", 1))
    return folder


def scan(*arguments: str | Path) -> float:
    """Seconds of one scan."""
    start = time.perf_counter()
    subprocess.run(_command(*arguments), check=False, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def _command(*arguments: str | Path) -> list[str]:
    scanning = ("-m", "otiogate", "scan", "--format", "jsonl", "-o", os.devnull)
    return [sys.executable, *scanning, *map(str, arguments)]


def bare(files: list[Path]) -> float:
    """Seconds of opening, reading and hashing ``files``."""
    start = time.perf_counter()
    for each in files:
        with each.open("rb") as stream:
            hashlib.sha256(stream.read()).hexdigest()
    return time.perf_counter() - start


def one_of(folder: Path) -> Path:
    """A file in ``folder``, of which a scan takes little more than starting does."""
    return next(each for each in sorted(folder.rglob("*")) if each.suffix in (".edl", ".otio"))


def _forgetting(cold: bool, run: Callable[[], float]) -> float:
    """What ``run`` gives, after the system has forgotten every file where ``cold``."""
    if cold:
        os.sync()
        _FORGET.write_text("3\n", encoding="ascii")
    return run()


_FORGET = Path("/proc/sys/vm/drop_caches")


def jobs(folder: Path, runs: int) -> None:
    """The first table: one process and two."""
    files = sum(each.suffix == ".edl" for each in folder.rglob("*"))
    print(f"\n{files:,} EDLs of 5 events, one process and two\n")
    bench.row("jobs", "seconds", "start-up", "files a second, start-up apart")
    bench.row(*["---"] * 4)
    one = one_of(folder)
    times: dict[int, list[float]] = {1: [], 2: []}
    starts: list[float] = []
    gains: list[float] = []
    for _ in range(runs):
        starts.append(scan(one))
        for number, found in times.items():
            found.append(scan(folder, "--jobs", str(number)) - starts[-1])
        gains.append(counting(1) / counting(2))
    first = statistics.median(starts)
    for number, found in times.items():
        median = statistics.median(found)
        bench.row(number, f"{median + first:.2f}", f"{first:.2f}", f"{files / median:,.0f}")
    ratios = [one / two for one, two in zip(times[1], times[2], strict=True)]
    print(f"\ntwo against one, run by run: {statistics.median(ratios):.2f}, best {max(ratios):.2f} (wanted: 1.7)")
    print(f"two processes that count, against one: {statistics.median(gains):.2f}, best {max(gains):.2f}")


def counting(processes: int) -> float:
    """Seconds in which ``processes`` share the same counting, start-up apart."""
    with multiprocessing.Pool(processes) as pool:
        pool.map(_count, [1] * processes)
        start = time.perf_counter()
        pool.map(_count, [_COUNTED // processes] * processes, chunksize=1)
        return time.perf_counter() - start


def _count(number: int) -> int:
    return sum(len(str(each)) for each in range(number))


_COUNTED = 6_000_000


def memory(folder: Path, small: Path) -> None:
    """The second table: peak memory. Linux only."""
    if not Path("/proc/self/status").exists():
        return
    print("\nPeak memory of a scan with two processes\n")
    bench.row("files", "the command", "all its processes")
    bench.row(*["---"] * 3)
    for each in (small, folder):
        files = sum(path.suffix == ".edl" for path in each.rglob("*"))
        own, whole = _peaks(each)
        bench.row(f"{files:,}", f"{own / 1024:.1f} MiB", f"{whole / 1024:.1f} MiB")


def _peaks(folder: Path) -> tuple[int, int]:
    """Peak memory in KiB of the command alone, and the sum of the peaks of all its processes, whose shared pages count
    in each."""
    peaks: dict[int, int] = {}
    with subprocess.Popen(_command(folder, "--jobs", "2"), stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for pid in (process.pid, *_children(process.pid)):
                with contextlib.suppress(OSError, ValueError, StopIteration):
                    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
                    found = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
                    peaks[pid] = max(peaks.get(pid, 0), int(found))
            time.sleep(0.02)
    return peaks[process.pid], sum(peaks.values())


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())


def rescans(folders: dict[str, Path], runs: int, kept: Path) -> None:
    """The third table: the same again with a cache."""
    print("\nA cached rescan against reading and hashing the files in one process\n")
    titles = ("files", "MiB", "from", "hashing", "scan", "filling the cache", "rescan", "start-up", "rescan / hashing")
    titles = (*titles, "start-up apart")
    bench.row(*titles, "wanted")
    bench.row(*["---"] * (len(titles) + 1))
    for number, (name, folder) in enumerate(folders.items()):
        cache = f"--cache={kept / str(number)}.sqlite"
        files = [Path(each) for each in timelines([str(folder)]) if Path(each).is_file()]
        one = one_of(folder)
        filling = scan(folder, cache)
        plain = statistics.median(scan(folder) for _ in range(3))
        for cold in (False, True) if os.access(_FORGET, os.W_OK) else (False,):
            starts, hashing, again = [], [], []
            for _ in range(runs):
                starts.append(_forgetting(cold, lambda: scan(one, cache)))  # noqa: B023 - run at once
                hashing.append(_forgetting(cold, lambda: bare(files)))  # noqa: B023
                again.append(_forgetting(cold, lambda: scan(folder, cache)))  # noqa: B023
            apart = [rescan - start for rescan, start in zip(again, starts, strict=True)]
            bench.row(
                f"{len(files):,} {name}",
                f"{sum(each.stat().st_size for each in files) / 2**20:.0f}",
                "the disk" if cold else "memory",
                f"{statistics.median(hashing):.3f} s",
                f"{plain:.2f} s",
                f"{filling:.2f} s",
                f"{statistics.median(again):.2f} s",
                f"{statistics.median(starts):.2f} s",
                f"{statistics.median(map(truediv, again, hashing)):.2f}",
                f"{statistics.median(map(truediv, apart, hashing)):.2f}",
                "<= 2",
            )


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    runs, part = (3, 10) if quick else (7, 1)
    print(f"Python {sys.version.split()[0]}, OpenTimelineIO {otio.__version__}, {os.cpu_count()} cores")
    print(f"load of the machine at the begin: {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, few = edls(folder / "many", 20_000 // part, 5), edls(folder / "few", 1_000 // part, 5)
        jobs(many, runs)
        memory(many, few)
        deliveries = {
            "EDLs of 5 events": many,
            "EDLs of 60 events": edls(folder / "long", 10_000 // part, 60),
            "EDLs of 1,000 events": edls(folder / "feature", 1_000 // part, 1_000),
            "timelines of 2,000 clips, 5 % of them AI": otios(folder / "otio", 200 // part, 2_000),
            "timelines of 2,000 clips, 0.2 % of them AI": otios(folder / "few_ai", 200 // part, 2_000, 500),
        }
        corpus = ROOT.parent / "shared" / "corpus"
        if corpus.is_dir():
            for number in range(20 // min(part, 4)):
                shutil.copytree(corpus, folder / "real" / str(number))
            deliveries["real files, copies of the corpus"] = folder / "real"
        rescans(deliveries, runs, folder)


if __name__ == "__main__":
    main()
