"""How many of the real timelines beside the checkout are read: the table in docs/reference/formats.md.

``python -m tests.scan.corpus_table --write`` writes the page anew; without ``--write`` it prints the page.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.scan.read import read_timeline

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "formats.md"
HEAD = """# Formats, on real files

Made by `python -m tests.scan.corpus_table --write`, and compared by a test where the files are at hand: timelines
gathered from public repositories, as editing systems, scripts and their tests wrote them. A file counts as *read whole*
where nothing in it is lost; *in part* where something is, which makes the verdict `cannot_judge` and names the line.
*OpenTimelineIO* is the adapter that it takes for the suffix, with OpenTimelineIO-Plugins installed; its EDL adapter is
asked at 24, 25 and 30 frames a second, and counts if one of them does. That a file is read there does not mean that
nothing in it was dropped. One of the EDLs is named `.txt`, and one FCPXML is no XML.

"""


class Line(NamedTuple):
    """A format: files of it, how many are read whole and in part, and by OpenTimelineIO."""

    format: str
    files: int
    whole: int
    in_part: int
    otio: int


@lru_cache(maxsize=1)
def table() -> tuple[Line, ...]:
    """A line for every format of the corpus, by name."""
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["format"], CORPUS / row["file"]) for row in csv.DictReader(stream)]
    found: dict[str, Counter[str]] = {}
    for name, path in rows:
        if path.parent.name == "negative" or not path.exists():
            continue
        counts = found.setdefault(name, Counter())
        counts["files"] += 1
        counts[how(path)] += 1
        counts["otio"] += host_reads(path)
    return tuple(
        Line(name, counts["files"], counts["whole"], counts["in part"], counts["otio"])
        for name, counts in sorted(found.items())
    )


def how(path: Path) -> str:
    """Whether a file is read ``whole``, ``in part`` or ``not`` at all."""
    try:
        snapshot = read_timeline(path)
    except ReadError:
        return "not"
    return "in part" if any(each.severity == "lost" for each in snapshot.problems) else "whole"


def host_reads(path: Path) -> bool:
    """Whether OpenTimelineIO's own adapter gives a timeline, without any hook."""
    try:
        adapter = otio.adapters.from_filepath(str(path).lower())
    except otio.exceptions.OTIOError:
        return False
    tries = [{"rate": rate} for rate in (24, 25, 30)] if path.suffix.lower() == ".edl" else [{}]
    for arguments in tries:
        try:
            if adapter.has_feature("read_from_file"):
                adapter._execute_function("read_from_file", filepath=str(path), **arguments)
            else:
                text = path.read_text(encoding="utf-8")
                adapter._execute_function("read_from_string", input_str=text, **arguments)
        except Exception:  # noqa: BLE001 - adapters raise whatever comes
            continue
        return True
    return False


def page() -> str:
    """The page, in Markdown."""
    rows = [("format", "files", "read whole", "in part", "OpenTimelineIO"), ("---",) * 5, *table()]
    return HEAD + "".join(f"| {' | '.join(str(cell) for cell in row)} |\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="The table of formats, on real files.")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} anew")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
