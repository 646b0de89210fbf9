"""Picking clips: every selector, alike in OTIO and EDL, and together."""

from __future__ import annotations

import opentimelineio as otio
import pytest

from otiogate.errors import UsageError
from otiogate.evidence.selecting import Selection, select
from otiogate.host.read import snapshot_of
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import Snapshot
from tests.builders import clip, timeline
from tests.cli.running import edl


def of_otio() -> Snapshot:
    first, second, third = clip(name="vfx_010"), clip(name="VFX_020", reel="A002"), clip(name="plate", reel="")
    first.metadata["shot"] = {"id": "010", "tags": ["night", "rain"], "hero": True}
    second.media_reference.metadata["com.studio.shot"] = "020"
    made = timeline(first, otio.schema.Gap(), second)
    track = otio.schema.Track("A1", kind="Audio")
    track.append(third)
    made.tracks.append(track)
    return snapshot_of(made)


def of_edl() -> Snapshot:
    text = edl(["* FROM CLIP NAME: vfx_010", "* SHOT ID: 010"], ["* FROM CLIP NAME: VFX_020"], ["* FROM CLIP NAME: p"])
    return read_edl(text.encode(), "cut.edl")


def names(snapshot: Snapshot, **asked: object) -> list[str]:
    found = [snapshot.subject(node).use for node in select(snapshot, Selection(**asked))]  # type: ignore[arg-type]
    return [each.name for each in found if each]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"name": "vfx_0?0"}, ["vfx_010", "VFX_020"]),
        ({"name": "*"}, ["vfx_010", "VFX_020", "plate"]),
        ({"name": "vfx"}, None),
        ({"reel": "a002"}, ["VFX_020"]),
        ({"track": "a1"}, ["plate"]),
        ({"at": "01:00:01:00"}, ["vfx_010", "plate"]),
        ({"at": "01:00:02:00"}, ["VFX_020"]),
        ({"at": "01:00:02:00", "track": "A1"}, None),
        ({"metadata": (("shot.id", "010"),)}, ["vfx_010"]),
        ({"metadata": (("ID", "010"),)}, ["vfx_010"]),
        ({"metadata": (("shot.tags", "Rain"),)}, ["vfx_010"]),
        ({"metadata": (("hero", "true"),)}, ["vfx_010"]),
        ({"metadata": (("com.studio.shot", "020"),)}, ["VFX_020"]),
        ({"metadata": (("tags", "rain"), ("hero", "false"))}, None),
        ({"event": "1"}, None),
    ],
)
def test_in_otio(asked: dict[str, object], wanted: list[str] | None) -> None:
    if wanted is None:
        with pytest.raises(UsageError):
            names(of_otio(), **asked)
    else:
        assert names(of_otio(), **asked) == wanted


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"event": "2"}, ["VFX_020"]),
        ({"event": "002", "name": "vfx*"}, ["VFX_020"]),
        ({"reel": "A003"}, ["p"]),
        ({"track": "V"}, ["vfx_010", "VFX_020", "p"]),
        ({"at": "01:00:01:23"}, ["vfx_010"]),
        ({"metadata": (("shot id", "010"),)}, ["vfx_010"]),
        ({"metadata": (("FROM CLIP NAME", "p"),)}, ["p"]),
    ],
)
def test_in_an_edl(asked: dict[str, object], wanted: list[str]) -> None:
    assert names(of_edl(), **asked) == wanted


def test_near_names_come_first_and_the_rest_is_counted() -> None:
    snapshot = snapshot_of(timeline(*(clip(name=f"clip_{number:03}") for number in range(40))))
    with pytest.raises(UsageError) as caught:
        names(snapshot, name="clip_39x")
    assert "clip_039" in caught.value.next_step
    assert caught.value.next_step.endswith(" more")


def test_a_timeline_without_clips() -> None:
    with pytest.raises(UsageError, match="has no clips"):
        names(snapshot_of(timeline()), name="*")
