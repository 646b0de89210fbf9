"""What an approval is bound to: the file that a cut shows, by its own name, and no other."""

from __future__ import annotations

from dataclasses import replace

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.evidence.disclosure import Disclosure, whole
from otiogate.records.binding import Terms, bound, misfit
from otiogate.timeline.edl import read_edl
from otiogate.timeline.media import basenames, file_names, fold, same_name
from otiogate.timeline.model import ClipUse, Media, MediaFact
from tests.builders import cleared, clip, disclosure, judged, timeline

TAG = {"id": "DIS-001"}
APPROVED = {"reference": "vfx_010.mov"}


def verdict_on_file(url: str) -> str:
    made = clip(TAG, name="evil", reel="")
    made.media_reference.target_url = url
    return judged(timeline(made), *cleared(disclosure(media=APPROVED))).verdict


@pytest.mark.parametrize(
    "url",
    [
        "file:///show/vfx_010.mov",
        "file:///show/vfx%5F010.mov",
        "file:///show/vfx_010.mov?version=1",
        "https://media.example/vfx_010.mov#t=1",
        "C:\\show\\vfx_010.mov",
        "/show/vfx_010.mov",
        "vfx_010.mov",
    ],
)
def test_a_file_is_the_approved_one_however_its_place_is_written(url: str) -> None:
    assert verdict_on_file(url) == "allow"


@pytest.mark.parametrize(
    "url",
    [
        "file:///show/evil.mov%3Fx%2Fvfx_010.mov",
        "file:///show/evil.mov%2Fvfx_010.mov",
        "file:///show/evil.mov%5Cvfx_010.mov",
        "https://media.example/evil.mov?x=/vfx_010.mov",
        "https://media.example/evil.mov#/vfx_010.mov",
        "/show/vfx_010.mov#evil.mov",
        "/show/vfx_010.mov?evil.mov",
        "file:///show/vfx_010.v2",
        "file:///show/vfx_010.mov.v2",
    ],
)
def test_no_spelling_of_another_file_carries_the_approval(url: str) -> None:
    assert verdict_on_file(url) == "block"


def test_a_record_is_found_by_every_spelling_that_a_person_may_have_meant() -> None:
    assert "b.mov" in basenames("file:///show/a.mov%3Fx%2Fb.mov")
    assert file_names("file:///show/a.mov%3Fx%2Fb.mov") == ("a.mov%3Fx%2Fb.mov",)


def test_a_label_on_another_reference_names_no_file() -> None:
    made = clip(TAG, name="evil", reference="", reel="")
    other = otio.schema.MissingReference(name="vfx_010.mov")
    made.set_media_references({"DEFAULT_MEDIA": otio.schema.MissingReference(), "old": other}, "DEFAULT_MEDIA")
    assert judged(timeline(made), *cleared(disclosure(media=APPROVED))).verdict == "block"


EVENT = "001  AX       V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n* GENAI: id=DIS-001\n"


@pytest.mark.parametrize(
    ("comments", "verdict"),
    [
        ("* SOURCE FILE: vfx_010.mov\n", "allow"),
        ("* SOURCE FILE: vfx_010.mov\n* SOURCE FILE: VFX_010.MOV\n", "allow"),
        ("* SOURCE FILE: vfx_010.mov\n* SOURCE FILE: evil.mov\n", "block"),
        ("* SOURCE FILE: evil.mov\n* FROM CLIP NAME: vfx_010.mov\n", "block"),
        ("* FROM CLIP NAME: vfx_010.mov\n", "allow"),
        ("* FROM CLIP NAME: vfx_010.mov\n* FROM CLIP NAME: evil.mov\n", "block"),
    ],
)
def test_an_event_that_names_several_files_is_held_against_each(comments: str, verdict: str) -> None:
    snapshot = read_edl((EVENT + comments).encode(), "cut.edl")
    assert judged(snapshot, *cleared(disclosure(media=APPROVED))).verdict == verdict


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("shot.mov", "shot", True),
        ("shot.v1", "shot", False),
        ("shot.v1", "shot.v2", False),
        ("shot.v2.mov", "shot.v2", True),
        ("shot.v2.mov", "shot", False),
        ("shot.0010.exr", "shot.0010", True),
    ],
)
def test_a_version_is_no_extension_that_may_be_dropped(one: str, two: str, same: bool) -> None:
    assert same_name(one, two) == same_name(two, one) == same


_PARTS = st.sampled_from(
    ["a", "A", " ", "\u00e9", "e\u0301", ".mov", ".MOV", ".v2", "\u3000", "\xa0", "\u0345", "\u00df", "ss"]
)
_FILES = st.lists(_PARTS, max_size=4).map("".join)


@given(_FILES, _FILES)
def test_a_name_is_itself_unless_it_is_blank_and_case_blanks_and_form_are_none_of_it(one: str, two: str) -> None:
    assert same_name(one, one) == bool(one.strip())
    assert same_name(one, two) == same_name(two, one) == same_name(fold(one), two) == same_name(fold(one), fold(two))


SHAS = ("sha256:" + "a" * 64, "sha256:" + "b" * 64)
_FACTS = st.builds(
    MediaFact,
    st.just("vfx_010.mov"),
    st.sampled_from(["verified", "declared", "offline"]),
    st.sampled_from(SHAS),
    active=st.booleans(),
)
_USES = st.lists(_FACTS, max_size=3).map(
    lambda facts: ClipUse("V1/1", "vfx_010", media=Media(files=(("vfx_010.mov",),)).known_by(facts))
)
_SIDES = st.lists(_USES, min_size=1, max_size=2).map(tuple)
_ENTRIES = st.fixed_dictionaries(
    {"disclosure": st.sampled_from(["DIS-001", "DIS-002"])},
    optional={
        "digest": st.sampled_from(["its own", "another"]),
        "media": st.fixed_dictionaries(
            {"reference": st.just("vfx_010.mov")}, optional={"sha256": st.sampled_from(SHAS)}
        ),
        "ranges": st.just(["00:00:00:00-00:00:01:00"]),
    },
)


@given(st.lists(_ENTRIES, max_size=3), st.lists(_SIDES, max_size=3), st.sampled_from(["ledger", "timeline", "tag"]))
def test_a_record_is_bound_to_media_where_it_would_fit_if_that_were_demanded(
    entries: list[dict[str, str]], uses: list[tuple[ClipUse, ...]], origin: str
) -> None:
    made = whole(disclosure(media={"sha256": SHAS[0], "reference": "vfx_010.mov"}), "ledger", "test")
    assert isinstance(made, Disclosure)
    about = replace(made, origin=origin)
    covers = [each | ({"digest": about.digest} if each.get("digest") == "its own" else {}) for each in entries]
    fits = not misfit(covers, about, uses, Terms(by_media=True))
    assert bound(covers, about, uses, Terms()) == ("media" if fits else "reference")
