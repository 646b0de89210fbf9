"""How fast EDLs are read, against what else reads them, in one run.

    python -m pip install --group bench
    python benchmarks/edl.py FOLDER [--runs 9]

Reads the EDLs in FOLDER that all the readers below take, each from its bytes in memory. Runs alternate, so that a drift
of the machine's speed meets all; medians are compared. *Read* is the reading: events are found, counted and checked.
*Lazy* adds the search for tags that every scan makes, and builds the events that say something. *Whole* builds every
event.
The bare passes are one regular expression: over the whole text, events alone; and line by line, which keeps the fields
of every event by name and the comments below it, as anything that is to be a reader has to.
"""

from __future__ import annotations

import argparse
import io
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pycmx

from otiogate.evidence.collect import collect
from otiogate.evidence.matching import Matcher
from otiogate.timeline.edl import read_edl

_TIME = r"\d\d[:;]\d\d[:;]\d\d[:;]\d\d"
EVENT = re.compile(
    r"^\s*(?P<number>\d+)\s+(?P<reel>\S+)\s+(?P<channel>\S+)\s+(?P<edit>\S+)\s+(?:(?P<length>\d+)\s+)?"
    rf"(?P<first>{_TIME})\s+(?P<last>{_TIME})\s+(?P<begin>{_TIME})\s+(?P<end>{_TIME})",
    re.MULTILINE,
)
NOBODY = Matcher(())
CMX = otio.adapters.from_name("cmx_3600").module()


def read(data: bytes) -> Any:
    return read_edl(data, "cut.edl")


def lazy(data: bytes) -> Any:
    return collect(read_edl(data, "cut.edl"), {}, NOBODY)


def whole(data: bytes) -> Any:
    snapshot = read_edl(data, "cut.edl")
    return [snapshot.subject(node) for node in range(len(snapshot.starts))]


def bare_events(data: bytes) -> Any:
    return [match.groups() for match in EVENT.finditer(data.decode())]


def bare_lines(data: bytes) -> Any:
    found: list[tuple[dict[str, Any], list[str]]] = [({}, [])]
    for line in data.decode().splitlines():
        match = EVENT.match(line)
        if match:
            found.append((match.groupdict(), []))
        else:
            found[-1][1].append(line)
    return found


def cmx_3600(data: bytes) -> Any:
    return CMX.read_from_string(data.decode())


def with_pycmx(data: bytes) -> Any:
    return list(pycmx.parse_cmx3600(io.StringIO(data.decode())).events)


READERS: dict[str, Callable[[bytes], Any]] = {
    "otiogate, read": read,
    "otiogate, lazy": lazy,
    "otiogate, whole": whole,
    "bare expression, events alone": bare_events,
    "bare expression, line by line": bare_lines,
    "pycmx": with_pycmx,
    "otio-cmx3600-adapter": cmx_3600,
}


def read_by_all(folder: Path) -> list[bytes]:
    """The EDLs in ``folder`` that every reader takes."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() != ".edl":
            continue
        data = path.read_bytes().replace(b"\r\n", b"\n")
        try:
            for reader in READERS.values():
                reader(data)
        except Exception:  # noqa: BLE001 - the readers raise whatever comes
            continue
        found.append(data)
    return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    files = read_by_all(given.folder)
    events = sum(read_edl(data, "cut.edl").uses for data in files)
    times: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(given.runs):
        for name, reader in READERS.items():
            start = time.perf_counter()
            for data in files:
                reader(data)
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(each) for name, each in times.items()}
    print(f"Python {sys.version.split()[0]}, {len(files)} files, {events:,} events\n")
    print("| reader | events a second | read takes, of its time | lazy takes | whole takes |")
    print("| --- | --- | --- | --- | --- |")
    for name, median in medians.items():
        ratios = (medians[f"otiogate, {way}"] / median for way in ("read", "lazy", "whole"))
        print(f"| {name} | {events / median:,.0f} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")


if __name__ == "__main__":
    main()
