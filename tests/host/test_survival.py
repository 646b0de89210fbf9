"""What travels with an export comes back on the same clips, in every format that OpenTimelineIO writes here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otiogate.host.read import snapshot_of
from otiogate.scan.sidecar import attached, read_sidecar
from tests.builders import clip, time_range, timeline
from tests.cli.running import ALONE
from tests.host.survival import PAGE, PLACES, SAID, claims_in, desk, page, read_back

pytestmark = [ALONE, pytest.mark.filterwarnings("ignore:Did not find a GESEffect:UserWarning")]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where nothing is configured."""
    monkeypatch.chdir(tmp_path)


def test_the_page_is_what_happens_and_nothing_is_lost_in_silence() -> None:
    made = page()
    assert made == PAGE.read_text(encoding="utf-8"), "run python -m tests.host.survival --write"
    assert "| lost |" not in made


TAGS = st.sampled_from(
    [*SAID.values(), 'GENAI gen.shot note="a, b" tool=X', "GENAI enhance.denoise", {"id": "DIS-404"}]
)
PUT = st.tuples(
    st.integers(0, 4), st.sampled_from(sorted(set(PLACES) - {"gap", "nested stack", "transition", "timeline"})), TAGS
)


def random_cut(puts: list[tuple[int, str, Any]], transitions: set[int], folder: Path) -> otio.schema.Timeline:
    """Five clips of their own names and files, tagged here and there, some of them dissolved into."""
    made = timeline()
    for number in range(5):
        one = timeline(clip(name=f"shot {number}", reference=f"shot_{number}.mov", reel=f"R{number:03d}"))
        (folder / f"shot_{number}.mov").write_bytes(b"media")
        one.tracks[0][0].media_reference.target_url = str(folder / f"shot_{number}.mov")
        one.tracks[0][0].source_range = time_range(100, 48)
        for at, place, said in puts:
            if at == number and place != "track":
                PLACES[place](one, said)
        made.tracks[0].append(one.tracks[0][0].deepcopy())
    for place, said in ((place, said) for _, place, said in puts if place == "track"):
        PLACES[place](made, said)
    for number in sorted(transitions, reverse=True):
        offset = otio.opentime.RationalTime(6, 24)
        made.tracks[0].insert(number, otio.schema.Transition("dissolve", "SMPTE_Dissolve", offset, offset))
    return made


@pytest.mark.parametrize("suffix", ["otio", "otioz", "otiod", "edl", "xml", "ale", "xges"])
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(puts=st.lists(PUT, max_size=4), transitions=st.sets(st.integers(1, 4), max_size=2))
def test_reading_back_what_was_written_says_the_same_of_the_same_clips(
    suffix: str, puts: list[tuple[int, str, Any]], transitions: set[int]
) -> None:
    with desk() as folder:
        cut = random_cut(puts, transitions, folder)
        path = folder / f"cut.{suffix}"
        otio.adapters.write_to_file(cut, str(path))
        read = read_back(path)
        beside = read_sidecar(path)
        after: dict[str, set[Any]] = {}
        for found in claims_in(attached(read, beside) if beside else read):
            after.setdefault(found.use.name, set()).update(each.content for each in found.claims)
        for found in claims_in(snapshot_of(cut)):
            assert {each.content for each in found.claims} <= after.get(found.use.name, set()), found.use.name
