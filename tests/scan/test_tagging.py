"""Every real timeline that is read can be tagged, and of an EDL nothing else changes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from otiogate.errors import OtiogateError
from otiogate.evidence.selecting import Selection
from otiogate.evidence.tag import tag_body
from otiogate.scan.tagging import checked_tag, pick, tagged
from otiogate.timeline.edl_tags import comment_lines

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
TAG = checked_tag('GENAI gen.shot id=DIS-001 note="a remark that goes on, beyond what has room in eighty columns"')
LINES = re.compile(
    b"".join(rb"(?:\r\n|\r|\n)" + re.escape(each.encode()) for each in comment_lines(tag_body(TAG.text)))
)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]


def files() -> list[Path]:
    found = (Path(base) / name for base, _, names in os.walk(CORPUS) for name in names)
    return sorted(path for path in found if path.suffix.lower() in (".edl", ".otio"))


def test_every_clip_of_every_timeline() -> None:
    done = 0
    for path in files():
        try:
            picked = pick(path, Selection(name="*"))
        except OtiogateError:
            continue  # not read, or without clips
        data, new = tagged(path, picked, TAG)  # reads back what it made
        assert len(new) == len(picked.nodes), path.name
        if path.suffix.lower() == ".edl":
            assert LINES.sub(b"", data) == picked.data, path.name
        done += 1
    assert done > 100
