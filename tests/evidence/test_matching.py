"""Which disclosures of the ledger meet which uses, tagged or not (SEMANTICS 5)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.matching import Match, Matcher, is_of_other_media, range_span
from otiogate.evidence.vocabulary import AMBIGUOUS_SOURCE_TYPES, GENAI_SOURCE_TYPES
from otiogate.report.model import Report
from otiogate.timeline.edl import read_edl
from otiogate.timeline.model import ClipUse, Media, Timing
from otiogate.timeline.time import Span
from tests.builders import (
    CONTEXT,
    ELSEWHERE,
    cleared,
    clip,
    disclosure,
    finding,
    judged,
    raised,
    time_range,
    timeline,
)

SHA = "sha256:" + "a" * 64
RANGE = "00:00:00:00-00:00:02:00"


def use(
    name: str = "vfx_010", references: Any = (), reels: Any = (), sha256: Any = (), source: Span | None = None
) -> ClipUse:
    return ClipUse(
        "item 1",
        name,
        media=Media(references, reels, sha256, (references,) if references else ()),
        timing=lambda: Timing(None, source, source),
    )


def span(start: int, duration: int, rate: int = 24) -> Span:
    return Span(start, duration, Fraction(rate))


def matches(entry: dict[str, Any], found: ClipUse) -> list[Match]:
    return list(Matcher([Disclosure("DIS-001", "ledger", disclosure(media=ELSEWHERE, match=[entry]))]).matches(found))


def met(entry: dict[str, Any], found: ClipUse) -> bool:
    return bool(matches(entry, found))


def stripped(report: Report) -> list[str]:
    return [line.said for line in finding(report, "NFX-020").uses]


def test_media_is_met_by_its_digest_in_any_case() -> None:
    assert met({"sha256": SHA}, use(sha256=(SHA,)))
    assert met({"sha256": SHA}, use(sha256=(SHA.upper(),)))
    assert not met({"sha256": SHA}, use(sha256=(SHA[:-1] + "b",)))


@pytest.mark.parametrize(
    ("entry", "reference", "meets"),
    [
        ("vfx_010.mov", "vfx_010.mov", True),
        ("VFX_010.MOV", "vfx_010.mov", True),
        (" vfx_010.mov ", "vfx_010.mov", True),
        ("file:///show/vfx/vfx_010.mov", "vfx_010.mov", True),
        ("/mnt/show/vfx_010.mov", "vfx_010.mov", True),
        ("\\\\server\\show\\vfx_010.mov", "vfx_010.mov", True),
        ("https://vault.example/a/vfx%20010.mov?v=2", "vfx 010.mov", True),
        ("vfx_010.mov", "vfx_010", True),
        ("vfx_010", "vfx_010.mov", True),
        ("vfx_010 .mov", "vfx_010", True),
        ("vfx_010", "vfx_010 .mov", True),
        ("vfx_010.mov", "vfx_010.mxf", False),
        ("vfx_010.mov", "vfx_010.mov.mov", True),
        ("vfx_010.mov", "vfx_011.mov", False),
        ("vfx_010.0001.exr", "vfx_010.0002.exr", False),
        ("plate.%04d.exr", "plate.%04d.exr", True),
        ("caf\u00e9.mov", "cafe\u0301.mov", True),
        ("stra\u00dfe.mov", "STRASSE.MOV", True),
    ],
)
def test_a_file_is_met_by_its_name_without_folder_and_case(entry: str, reference: str, meets: bool) -> None:
    assert met({"reference": entry}, use(references=(reference,))) == meets


def test_every_reference_of_a_use_is_asked() -> None:
    assert met({"reference": "b.mov"}, use(references=("a.mov", "b.mov")))


@pytest.mark.parametrize(
    ("reel", "source", "meets"),
    [
        ("A001", span(0, 48), True),
        ("a001", span(0, 48), True),
        ("A001", span(47, 1), True),
        ("A001", span(48, 48), False),
        ("A001", span(100, 10), False),
        ("A001", None, True),
        ("A002", span(0, 48), False),
    ],
)
def test_a_reel_is_met_where_the_source_range_overlaps(reel: str, source: Span | None, meets: bool) -> None:
    assert met({"reel": "A001", "source_range": RANGE}, use(reels=(reel,), source=source)) == meets


@pytest.mark.parametrize(
    "text",
    ["00:00:02:00-00:00:00:00", "00:00:05:00-00:00:05:00", "00:00:00:30-00:00:02:30"],
)
def test_a_range_that_tells_nothing_at_this_rate_meets_the_whole_reel(text: str) -> None:
    assert range_span(text, span(0, 1)) is None
    assert met({"reel": "A001", "source_range": text}, use(reels=("A001",), source=span(1000, 10)))


@pytest.mark.parametrize("reel", ["AX", "BL", "BLACK", "BARS", "ax", "Bars", " black "])
def test_reels_that_name_nobody_never_match(reel: str) -> None:
    assert not Matcher(
        [
            Disclosure(
                "DIS-001", "ledger", disclosure(media={"reel": reel}, match=[{"reel": reel, "source_range": RANGE}])
            )
        ]
    )
    assert not met({"reel": reel, "source_range": RANGE}, use(reels=(reel,), source=span(0, 10)))


def test_a_clip_name_is_a_weak_match_and_all_others_are_strong() -> None:
    both = use(references=("vfx_010.mov",), reels=("A001",), sha256=(SHA,), source=span(0, 10))
    for entry, weak in (
        ({"clip_name": "VFX_010"}, True),
        ({"reference": "vfx_010.mov"}, False),
        ({"reel": "A001", "source_range": RANGE}, False),
        ({"sha256": SHA}, False),
    ):
        assert {each.weak for each in matches(entry, both)} == {weak}


def test_a_clip_name_does_not_match_a_file_or_a_reel() -> None:
    assert not met({"clip_name": "A001"}, use(reels=("A001",), references=("A001.mov",)))


def test_a_disclosure_meets_the_media_that_it_says_it_is_about() -> None:
    assert raised(judged(timeline(clip()), disclosure())) == {"NFX-010", "NFX-020"}
    assert raised(judged(timeline(clip(name="VFX_010.MOV", reference="", reel="")), disclosure())) != set()
    assert raised(judged(timeline(clip(name="take 3", reference="other.mov")), disclosure())) == set()


def test_a_reel_is_enough_only_where_the_media_has_no_other_name() -> None:
    assert raised(judged(timeline(clip(name="", reference="")), disclosure())) == set()
    assert raised(judged(timeline(clip(name="take 3", reference="")), disclosure(media={"reel": "A001"}))) != set()


def test_an_effect_is_not_in_the_media_that_it_touches() -> None:
    assert raised(judged(timeline(clip()), disclosure(effect="Beauty"))) == set()


def test_a_disclosure_of_nothing_that_can_be_found_meets_nothing() -> None:
    assert not Matcher([Disclosure("DIS-001", "ledger", disclosure(effect="Beauty"))])


@pytest.mark.parametrize(
    "entry",
    [
        {"reference": "vfx_010.mov"},
        {"reference": "file:///elsewhere/vfx_010.mov"},
        {"reference": "vfx_010"},
        {"reel": "A001", "source_range": RANGE},
        {"clip_name": "vfx_010"},
    ],
)
def test_a_timeline_stripped_of_its_tags_still_meets_its_records(entry: dict[str, Any]) -> None:
    about = disclosure(match=[entry])
    report = judged(timeline(clip()), about)
    assert report.verdict == "block"
    assert finding(report, "NFX-020").effect == "block"
    assert stripped(report)[0].startswith("ledger match: ")
    assert judged(timeline(clip()), *cleared(about)).verdict == "allow"


@pytest.mark.parametrize("reference", ["vfx_010 .mov", "vfx_010\u3000.mov", " vfx_010 "])
def test_a_blank_before_the_extension_makes_no_other_file(reference: str) -> None:
    about = disclosure(media={"reference": "vfx_010"})
    found = judged(timeline(clip(name="x", reference=reference, reel="")), about)
    assert stripped(found)[0].startswith("ledger match: ")


@pytest.mark.parametrize(
    "entry",
    [
        {"reference": "vfx_010.mov"},
        {"reel": "A001", "source_range": "01:00:00:00-01:00:01:00"},
        {"clip_name": "vfx_010"},
    ],
)
def test_an_edl_without_ids_still_meets_its_records(entry: dict[str, Any]) -> None:
    edl = (
        "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
        "001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
        "* FROM CLIP NAME: vfx_010\n"
    )
    report = judged(read_edl(edl.encode(), "cut.edl"), disclosure(match=[entry]))
    assert finding(report, "NFX-020").effect == "block"


def test_a_weak_match_requires_but_does_not_clear_what_is_undisclosed() -> None:
    about = disclosure(match=[{"clip_name": "vfx_010"}])
    tagged = clip("GENAI gen.environment", reference="other.mov", reel="B001")
    report = judged(timeline(tagged), *cleared(about))
    assert finding(report, "GEN-001").effect == "block"
    assert "NFX-020" in raised(report)


def test_a_strong_match_discloses_what_a_tag_without_id_says() -> None:
    about = disclosure(match=[{"reference": "vfx_010.mov"}])
    report = judged(timeline(clip("GENAI gen.environment")), *cleared(about))
    assert "GEN-001" not in raised(report)
    assert report.verdict == "allow"


def test_a_reel_of_which_another_part_is_disclosed_is_not_met() -> None:
    about = disclosure(media=ELSEWHERE, match=[{"reel": "A001", "source_range": "00:00:15:00-00:00:16:00"}])
    assert raised(judged(timeline(clip()), about)) == set()


@pytest.mark.parametrize(
    ("times", "motion", "meets"),
    [
        ("01:09:58:00 01:09:59:00", "", False),
        ("01:09:58:00 01:09:59:00", "M2   R77   240.0   01:09:58:00\n", True),
        ("01:10:06:00 01:10:07:00", "M2   R77  -240.0   01:10:06:00\n", True),
        ("01:10:06:00 01:10:07:00", "M2   R77   024.0\nM2   R77  -240.0   01:10:06:00\n", True),
        ("01:09:58:00 01:09:59:00", "* M2   R77   240.0   01:09:58:00\n", True),
        ("01:09:58:00 01:09:59:12", "", True),
    ],
)
def test_the_stated_range_of_a_retimed_event_does_not_keep_it_from_a_record(
    times: str, motion: str, meets: bool
) -> None:
    edl = f"TITLE: CUT\nFCM: NON-DROP FRAME\n001  R77  V  C  {times} 01:00:00:00 01:00:01:00\n{motion}"
    snapshot = read_edl(edl.encode(), "cut.edl")
    found = snapshot.subject(1).use
    assert found is not None and found.source is not None
    assert found.source.first == times[:11]
    entry = {"reel": "R77", "source_range": "01:10:00:00-01:10:05:00"}
    assert met(entry, found) is meets


def test_an_image_sequence_is_met_in_both_spellings() -> None:
    reference = otio.schema.ImageSequenceReference(
        "file:///show/", "plate.", ".exr", 1001, 1, 24, 4, available_range=time_range(0, 100)
    )
    for spelling in ("plate.%04d.exr", "plate.####.exr"):
        about = disclosure(match=[{"reference": spelling}])
        made = timeline(otio.schema.Clip("plate", reference, time_range(0, 10)))
        assert "NFX-020" in raised(judged(made, about))


def test_an_inactive_reference_is_met_too() -> None:
    made = clip()
    active = made.media_reference
    proxy = otio.schema.ExternalReference("file:///show/generated.mov", time_range(0, 500))
    made.set_media_references({"DEFAULT_MEDIA": active, "proxy": proxy}, "DEFAULT_MEDIA")
    report = judged(timeline(made), disclosure(match=[{"reference": "generated.mov"}]))
    assert "NFX-020" in raised(report)


def test_every_production_is_met_since_a_match_only_raises() -> None:
    about = disclosure(production="OTHERSHOW", match=[{"reference": "vfx_010.mov"}])
    assert finding(judged(timeline(clip()), about, context=CONTEXT), "NFX-020").effect == "block"


# A disclosure says which media it is about; on other media it discloses nothing.


@pytest.mark.parametrize(
    ("media", "found", "other"),
    [
        ({"reference": "a.mov"}, use(references=("a.mov",)), False),
        ({"reference": "/x/a.mov"}, use(references=("a",)), False),
        ({"reference": "a.mov"}, use(references=("b.mov",)), True),
        ({"reference": "a.mov", "reel": "A001"}, use(references=("a.mov",), reels=("B001",)), False),
        ({"reference": "a.mov", "reel": "A001"}, use(reels=("A001",)), False),
        ({"reference": "a.mov", "reel": "A001"}, use(reels=("B001",)), True),
        ({"sha256": SHA, "reference": "a.mov"}, use(references=("a.mov",), sha256=(SHA[:-1] + "b",)), True),
        ({"reel": "AX"}, use(reels=("B001",)), False),
        ({"clip_name": "a"}, use(name="b"), False),
        ({"reference": "a.mov"}, use(), False),
    ],
)
def test_the_best_name_that_both_give_tells_whether_the_media_is_another(
    media: dict[str, str], found: ClipUse, other: bool
) -> None:
    assert is_of_other_media(Disclosure("DIS-001", "ledger", disclosure(media=media)), found) == other


def with_source_type(key: str, tag: Any, reference: str) -> otio.schema.Timeline:
    made = clip(tag, reference=reference, reel="")
    made.media_reference.metadata["DigitalSourceType"] = key
    return timeline(made)


@pytest.mark.parametrize("key", sorted(AMBIGUOUS_SOURCE_TYPES))
def test_the_disclosure_of_another_clip_does_not_resolve_an_ambiguous_source_type(key: str) -> None:
    about = disclosure(use_kind=["enhance.denoise"])
    own = judged(with_source_type(key, {"id": "DIS-001"}, "vfx_010.mov"), about)
    assert (own.verdict, "GEN-001" in raised(own)) == ("allow", False)
    other = judged(with_source_type(key, {"id": "DIS-001"}, "evil.mov"), about)
    assert finding(other, "GEN-001").effect == "block"


@pytest.mark.parametrize("key", sorted(GENAI_SOURCE_TYPES))
def test_an_enhancement_without_a_generative_source_type_does_not_disclose_one(key: str) -> None:
    plain = disclosure(use_kind=["enhance.upscale"])
    report = judged(with_source_type(key, {"id": "DIS-001"}, "vfx_010.mov"), plain)
    assert finding(report, "GEN-001").effect == "block"
    generative = disclosure(use_kind=["enhance.upscale"], digital_source_type=key)
    report = judged(with_source_type(key, {"id": "DIS-001"}, "vfx_010.mov"), *cleared(generative))
    assert "GEN-001" not in raised(report)
    assert report.verdict == "allow"


def test_what_the_ledger_matches_is_about_that_media_whatever_its_main_name_is() -> None:
    about = disclosure(use_kind=["enhance.denoise"], match=[{"reference": "proxy.mov"}])
    report = judged(with_source_type("composite", None, "proxy.mov"), about)
    assert report.verdict == "allow"
