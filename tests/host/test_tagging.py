"""A tag put on objects of a .otio: what else the file holds stays."""

from __future__ import annotations

import json

import opentimelineio as otio

from otiogate.host.tagging import tagged_otio
from tests.builders import clip, timeline

TAG = "GENAI gen.shot"


def test_nothing_but_the_tag_is_new() -> None:
    made = timeline(clip(), clip())
    made.metadata["ours"] = {"unknown": {"OTIO_SCHEMA": "Studio.7", "x": [1, 2.5, None]}}
    made.tracks[0][1].markers.append(otio.schema.Marker("GENAI none"))
    text = otio.core.serialize_json_to_string(made, {}, 4)
    wanted = json.loads(text)
    wanted["tracks"]["children"][0]["children"][1]["metadata"]["genai"] = [TAG]
    assert json.loads(tagged_otio(text, "cut.otio", [4], TAG)) == wanted  # timeline, stack, track, clip, clip


def test_it_is_written_as_the_host_writes() -> None:
    text = otio.core.serialize_json_to_string(timeline(clip()), {}, 4)
    assert tagged_otio(text, "cut.otio", [], TAG) == text
