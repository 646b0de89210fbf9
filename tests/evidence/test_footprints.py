"""Names that sound like AI tools give hints; ordinary words of a cutting room give none, and no hint is a verdict."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from otiogate.config.layers import settings
from otiogate.evidence.footprints import footprints, hints, words_of
from otiogate.host.read import snapshot_of
from otiogate.report.model import HintLine
from otiogate.scan.judging import judge_path, judge_snapshot
from otiogate.timeline.edl import read_edl
from tests import builders
from tests.timeline import fcpxmls

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

SOUNDS = {
    "runway gen3 sky": "Runway",
    "Gen-3 Alpha Turbo 1404823": "Runway",
    "gen-3": "Runway",
    "bg_RunwayML_0034.mp4": "Runway",
    "midjourney": "Midjourney",
    "SKY_MIDJOURNEY_v2.png": "Midjourney",
    "stable diffusion": "Stable Diffusion",
    "StableDiffusion-XL.png": "Stable Diffusion",
    "plate_sdxl_001.exr": "Stable Diffusion",
    "ComfyUI_00001_.png": "ComfyUI",
    "VO_ElevenLabs_take2.wav": "ElevenLabs",
    "voice by Eleven Labs": "ElevenLabs",
    "veo3": "Veo",
    "insert-sora2.mp4": "Sora",
    "Luma AI - dream": "Luma Dream Machine",
    "luma_dream_machine_01.mov": "Luma Dream Machine",
    "Adobe Firefly": "Adobe Firefly",
    "kling_ai_20260101.mp4": "Kling",
    "Pika Labs": "Pika",
    "FLUX.1-dev": "FLUX",
    "flux1": "FLUX",
    "DALL·E 3": "DALL-E",
    "AI generated": "said to be AI",
    "made with AI": "said to be AI",
    "Backgrounds created using AI": "said to be AI",
    "voices by artificial intelligence": "said to be AI",
    "* FACE SWAP ON STUNT": "said to be AI",
    "AI tools: Runway, Kling, Suno": "said to be AI",
    "Bilder mit KI erstellt": "said to be AI",
    "Images générées par l'IA": "said to be AI",
    "Written with Claude (Anthropic)": "Claude",
}

ORDINARY = [
    *("luma", "AI", "runway", "sora", "flux", "firefly", "kling", "pika", "Luma Key", "luma_matte_v003.exr"),
    *("AI_010_0020.mov", "Sora_CU_take3", "runway lights", "fashion_runway_2", "Firefly S01E03", "SORA2NITE", "gen30"),
    *("RUNWAY 27L", "flux capacitor", "pikachu", "klingon", "aeon flux", "lumapix", "generation 3", "Gen 1", "gen2"),
    *("xmidjourneyx", "comfy ui couch", "stable horse", "diffusion filter", "stable, no diffusion", "veo", "la veo 3"),
    *(
        "eleven",
        "labs",
        "imagen 3",
        "wan 2",
        "suno",
        "udio",
        "dalle",
        "mai_generated",
        "topaz ring",
        "leonardo",
        "imagen3.png",
        "A1111.mov",
    ),
    *("PIKA_1_5", "KLING_2_1", "suno_v3", "veo_2_0", "Claude Monet", "Gemini Man", "KI_010", "com_ib", "con_i_a"),
    *("Composite", "A014C003_250514_R1QK.mov", "TDW_012_0450_comp_v004.mov", "DISSOLVE", "", "émail", "人工"),
]


@pytest.mark.parametrize(("text", "tool"), SOUNDS.items())
def test_a_footprint_is_found_whatever_stands_between_its_words(text: str, tool: str) -> None:
    assert tool in list(footprints().in_text(text))


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_word_gives_no_hint(text: str) -> None:
    assert list(footprints().in_text(text)) == []


def test_no_phrase_of_one_word_is_an_ordinary_word() -> None:
    ordinary = {"luma", "ai", "runway", "sora", "flux", "firefly", "kling", "pika", "veo", "gen", "wan", "suno", "udio"}
    single = {phrase[0] for found in footprints().phrases.values() for phrase, _ in found if len(phrase) == 1}
    assert single.isdisjoint(ordinary)


def test_words_end_at_what_is_no_letter_and_no_digit() -> None:
    assert words_of("A_b-C.d  e/F(1)") == ("a", "b", "c", "d", "e", "f", "1")


def test_clip_names_references_and_comments_are_read_and_other_metadata_is_not() -> None:
    named = builders.clip(name="midjourney sky", reference="a.mov")
    pointed = builders.clip(name="b", reference="b_comfyui.png")
    remarked = builders.clip(name="c", reference="c.mov")
    remarked.metadata["fcp_xml"] = {"comments": {"mastercomment1": "made in\nStable Diffusion"}}
    other = builders.clip(name="d", reference="d.mov")
    other.metadata["plugin"] = {"effect": "sdxl", "list": ["midjourney"]}
    found = hints(snapshot_of(builders.timeline(named, pointed, remarked, other)))
    assert [(each.use.name, each.text, each.footprint) for each in found] == [
        ("midjourney sky", "midjourney sky", "Midjourney"),
        ("b", "b_comfyui.png", "ComfyUI"),
        ("c", "made in\nStable Diffusion", "Stable Diffusion"),
    ]


def test_the_comments_of_an_edl_are_read() -> None:
    text = (
        "TITLE: X\n\n001  AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
        "* FROM CLIP NAME: SKY.MOV\n* COMMENT: made with runway gen3\n"
    )
    [hint] = hints(read_edl(text.encode(), "x.edl"))
    assert (hint.use.name, hint.text, hint.footprint) == ("SKY.MOV", "COMMENT: made with runway gen3", "Runway")


def test_what_is_remarked_on_a_whole_timeline_or_beside_its_clips_is_read() -> None:
    head, event = "TITLE: CUT\n* MADE WITH AI\n", "001  A001 V C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n"
    assert [(each.node, each.text) for each in hints(read_edl((head + event).encode(), "a.edl"))] == [
        (0, "MADE WITH AI")
    ]
    caption = '<caption name="c" lane="1" offset="3601s" duration="1s"><text>made with AI</text></caption>'
    for said in (
        fcpxmls.clip(caption),
        f'<sync-clip duration="2s"><note>made with AI</note>{fcpxmls.clip()}</sync-clip>',
    ):
        [found] = hints(fcpxmls.cut(said))
        assert found.text == "made with AI"
        assert found.use.address


def test_a_tool_is_named_once_for_a_clip_and_a_node_that_is_known_is_left_out() -> None:
    snapshot = snapshot_of(builders.timeline(builders.clip(name="midjourney", reference="midjourney.png")))
    [hint] = hints(snapshot)
    assert hint.text == "midjourney"
    assert list(hints(snapshot, range(len(snapshot.starts)))) == []


def test_hints_change_no_verdict_and_are_left_out_where_ai_is_declared_and_of_exports() -> None:
    cut = snapshot_of(builders.timeline(builders.clip(name="midjourney", reference="")))
    report = judge_snapshot(cut, settings(), builders.NOW)
    assert (report.verdict, report.findings, report.counts.ai_uses) == ("allow", (), 0)
    record = "01:00:00:00-01:00:02:00"
    assert report.hints == (HintLine("track 1 'V1' / item 1", "midjourney", record, "midjourney", "Midjourney"),)
    assert judge_snapshot(cut, settings(), builders.NOW, list_met=False).hints == ()
    tagged = snapshot_of(builders.timeline(builders.clip("GENAI gen.shot", name="midjourney", reference="")))
    assert judge_snapshot(tagged, settings(), builders.NOW).hints == ()


def test_a_tag_is_no_hint_but_a_clip_that_is_declared_free_of_ai_may_give_one() -> None:
    tagged = builders.clip("GENAI none note=genai", name="plain")
    assert list(hints(snapshot_of(builders.timeline(tagged)))) == []
    denied = snapshot_of(builders.timeline(builders.clip("GENAI none", name="midjourney")))
    assert len(judge_snapshot(denied, settings(), builders.NOW).hints) == 1


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_real_timelines_in_which_nobody_named_an_ai_tool_give_no_hint() -> None:
    found = []
    paths = [Path(base) / name for base, _, names in os.walk(CORPUS) for name in sorted(names)]
    paths = [path for path in paths if path.suffix.lower() in (".otio", ".otioz", ".edl")]
    for path in paths:
        found += [(path.name, each) for each in judge_path(path, settings([str(path)]), builders.NOW).hints]
    print(f"{len(found)} hints in {len(paths)} files")
    assert len(paths) > 100
    assert found == []
