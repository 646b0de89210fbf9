"""What comes back of what was tagged, by format: the table in docs/reference/survival.md.

Every cell is an export with the hooks, read back as a scan reads it. ``python -m tests.host.survival --write`` writes
the page anew; without ``--write`` it prints the page.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otiogate.evidence.claims import Claimed, claimed
from otiogate.evidence.collect import collect
from otiogate.host.read import snapshot_of
from otiogate.records.model import RecordSet
from otiogate.scan.carrying import lost
from otiogate.scan.read import read_file
from otiogate.scan.sidecar import attached, read_sidecar
from otiogate.timeline.model import Snapshot
from tests.builders import clip, disclosure, records, time_range, timeline

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "survival.md"
FORMATS = ("otio", "otioz", "otiod", "edl", "xml", "ale", "xges", "aaf", "kdenlive", "m3u8")
HEAD = """# What survives an export

Made by `python -m tests.host.survival --write`: every cell is an export by OpenTimelineIO with the hooks of otiogate,
read back without the ledger; a test compares this page with what happens now.

- **file**: it stands in the file, on the same clip.
- **sidecar**: it stands in `FILE.genai.json` beside the file, and is found on the same clip. What was said of a gap is
  found on the whole timeline.
- **both**: the file holds a tag with the use kinds and axes, the sidecar the whole disclosure.
- **lost, said**: the writer leaves out the clip itself, or the reader does. `otiogate_gated` refuses such an export and
  names the disclosure.
- **not written**: OpenTimelineIO does not write such a timeline to this format.

An id is that of a disclosure in the ledger; axes are `GENAI relight stage=final`; whole is a disclosure that no ledger
knows; a match is a disclosure of the ledger that finds the untagged clip by its file.

"""
KNOWN = disclosure("DIS-001", media={"reference": "known.mov"}, match=[{"reference": "known.mov"}])
SAID: dict[str, Any] = {
    "id": "GENAI id=DIS-001",
    "axes": "GENAI relight stage=final",
    "whole": disclosure("DIS-777"),
}


def _tag(thing: Any, said: Any) -> None:
    thing.metadata["genai"] = said


def _on_marker(cut: Any, said: Any) -> None:
    marker = otio.schema.Marker("note", time_range(10, 1))
    _tag(marker, said)
    cut.tracks[0][0].markers.append(marker)


def _on_effect(cut: Any, said: Any) -> None:
    effect = otio.schema.Effect("fx", "fx")
    _tag(effect, said)
    cut.tracks[0][0].effects.append(effect)


def _on_inactive(cut: Any, said: Any) -> None:
    other = otio.schema.ExternalReference(cut.tracks[0][0].media_reference.target_url, time_range(0, 500))
    _tag(other, said)
    held = cut.tracks[0][0].media_references()
    cut.tracks[0][0].set_media_references({**held, "other": other}, cut.tracks[0][0].active_media_reference_key)


def _on_transition(cut: Any, said: Any) -> None:
    offset = otio.opentime.RationalTime(5, 24)
    transition = otio.schema.Transition("dissolve", "SMPTE_Dissolve", offset, offset)
    _tag(transition, said)
    cut.tracks[0].insert(1, transition)


def _on_gap(cut: Any, said: Any) -> None:
    gap = otio.schema.Gap(source_range=time_range(0, 24))
    _tag(gap, said)
    cut.tracks[0].insert(1, gap)


def _on_stack(cut: Any, said: Any) -> None:
    nest, inner = otio.schema.Stack("nest", source_range=time_range(0, 48)), otio.schema.Track("V1", kind="Video")
    inner.append(cut.tracks[0][0].deepcopy())
    nest.append(inner)
    _tag(nest, said)
    cut.tracks[0][0] = nest


PLACES: dict[str, Callable[[Any, Any], None]] = {
    "clip": lambda cut, said: _tag(cut.tracks[0][0], said),
    "media reference": lambda cut, said: _tag(cut.tracks[0][0].media_reference, said),
    "inactive reference": _on_inactive,
    "marker": _on_marker,
    "effect": _on_effect,
    "transition": _on_transition,
    "gap": _on_gap,
    "nested stack": _on_stack,
    "track": lambda cut, said: _tag(cut.tracks[0], said),
    "timeline": _tag,
}
MOB = "urn:smpte:umid:060a2b34.01010105.01010f20.13000000.00000000.00000000.00000000."
ROWS = (*((place, said) for place in PLACES for said in SAID), ("nothing", "match"))


def cut_with(place: str, said: str, folder: Path) -> otio.schema.Timeline:
    """Two clips of files in ``folder``, tagged at ``place``."""
    made = timeline(clip(name="vfx_010"), clip(name="plate", reference="plate.mov", reel="B002"))
    for each in made.find_clips():
        name = "known.mov" if said == "match" and each.name == "vfx_010" else f"{each.name}.mov"
        (folder / name).write_bytes(b"media")
        each.media_reference.target_url = str(folder / name)
        each.metadata["AAF"] = {"SourceID": MOB + f"{len(each.name):08d}"}
    if place in PLACES:
        PLACES[place](made, SAID[said])
    return made


def read_back(path: Path) -> Snapshot:
    """The timeline in ``path`` as a scan reads it, without its sidecar."""
    return read_file(path)


def claims_in(snapshot: Snapshot, ledger: RecordSet | None = None) -> list[Claimed]:
    """What is said in a snapshot."""
    held = ledger or records()
    return claimed(collect(snapshot, held.standing, held.matcher), held.standing)


def cell(place: str, said: str, suffix: str, folder: Path) -> str:
    """What comes back, in a word."""
    cut, path = cut_with(place, said, folder), folder / f"cut.{suffix}"
    ledger = records(KNOWN)
    before = snapshot_of(cut)
    claims = claims_in(before, ledger)
    more = {"use_empty_mob_ids": True} if suffix == "aaf" else {}
    try:
        otio.adapters.write_to_file(cut, str(path), **more)
        bare = read_back(path)
    except Exception:  # noqa: BLE001 - adapters raise whatever comes
        return "not written"
    sidecar = read_sidecar(path)
    whole = attached(bare, sidecar) if sidecar else bare
    if lost(before, claims, whole, claims_in(whole)):
        return "lost, said"
    if not lost(before, claims, bare, claims_in(bare)):
        return "file"
    return "both" if any(each.claims for each in claims_in(bare)) else "sidecar"


@contextlib.contextmanager
def desk() -> Iterator[Path]:
    """A folder with a ledger in which nothing is stopped."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "records").mkdir()
        (folder / "records" / "ledger.json").write_text(json.dumps([KNOWN]), encoding="utf-8")
        (folder / "otiogate.yaml").write_text("format: 1\nproduction: MYSHOW\nrecords: [records]\non_export: report\n")
        yield folder


def table() -> Iterator[tuple[str, ...]]:
    """The rows of the table."""
    for place, said in ROWS:
        cells = []
        for suffix in FORMATS:
            with desk() as folder, Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
                cells.append(cell(place, said, suffix, folder))
        yield place, said, *cells


def page() -> str:
    """The page as it should stand in docs/."""
    head = ("tagged", "with", *(f".{each}" for each in FORMATS))
    lines = [head, tuple("---" for _ in head), *table()]
    return HEAD + "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main() -> None:
    """Prints the page, or writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    logging.getLogger("otiogate").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    text = page()
    if parser.parse_args().write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
