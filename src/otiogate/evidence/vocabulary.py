"""The words of the domain: use kinds, the axes and their answers, input flags, IPTC digital source types.

Sources: IPTC Digital Source Type NewsCodes, the C2PA digital source types, and the studio and union guidance that
docs/reference names per rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

USE_KINDS = (
    "gen.shot",
    "gen.still",
    "gen.element",
    "gen.environment",
    "gen.key_visual",
    "gen.creature",
    "gen.person.synthetic",
    "gen.person.crowd",
    "gen.voice.synthetic",
    "gen.music",
    "gen.sfx",
    "gen.text",
    "gen.factual",
    "replica.likeness",
    "replica.voice",
    "replica.performance",
    "replica.deceased",
    "alter.age",
    "alter.lipsync.new_dialogue",
    "alter.lipsync.translation",
    "alter.performance",
    "alter.voice",
    "alter.identity_mask",
    "alter.intimate",
    "alter.cosmetic",
    "alter.wardrobe",
    "alter.archive",
    "extend.video",
    "extend.audio",
    "remove.object",
    "reframe.outpaint",
    "relight",
    "enhance.upscale",
    "enhance.denoise",
    "enhance.interpolate",
    "assist.matte",
    "assist.transcribe",
    "assist.search",
)

UNSURE = "unsure"

AXES: dict[str, tuple[str, ...]] = {
    "output_stage": ("ideation", "temp", "final"),
    "prominence": ("none", "incidental", "featured", "story_critical"),
    "identity": (
        "none",
        "nonidentifiable_human",
        "identifiable_living",
        "identifiable_deceased",
        "minor",
        "public_figure",
    ),
    "fidelity": ("as_performed", "non_substantive", "substantive", "not_performed"),
}
"""The axes beside ``use_kind``, with their closed answers; ``unsure`` is an answer to each."""

FLAGS = (
    "input.proprietary",
    "input.personal_data",
    "input.third_party_ip",
    "input.artist_style",
    "model.trained_on_performer",
    "model.unowned_training_data",
    "prompt.names_person",
    "prompt.names_facial_feature",
    "real_event",
)

ADDS_NOTHING = ("enhance.", "assist.")
"""Kinds that add no content of their own, unless a GenAI digital source type says otherwise."""

IPTC_BASE = "cv.iptc.org/newscodes/digitalsourcetype/"
_C2PA = "c2pa.org/digitalsourcetype/trainedAlgorithmicData"

GENAI_SOURCE_TYPES = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "trainedAlgorithmicData",
    }
)
AMBIGUOUS_SOURCE_TYPES = frozenset({"composite", "virtualRecording", "screenCapture"})
OTHER_SOURCE_TYPES = frozenset(
    {
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "dataDrivenMedia",
        "computationalCapture",
        "digitalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "compositeCapture",
        "humanEdits",
        "digitalCreation",
    }
)
_RETIRED = {"minorHumanEdits": "humanEdits", "digitalArt": "digitalCreation", "softwareImage": "digitalCreation"}
SOURCE_TYPES = GENAI_SOURCE_TYPES | AMBIGUOUS_SOURCE_TYPES | OTHER_SOURCE_TYPES

_PREFIX = re.compile(r"(?:https?://(?:www\.)?|digsrctype:)", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=4096)
def source_type(text: str) -> tuple[str, bool] | None:
    """The digital source type that ``text`` exactly is, and whether it was written as a URI; ``None`` for any other
    text.

    http and https, a trailing slash, ``digsrctype:key`` and the bare key are taken; any other host is not. Case
    counts in the registry, but not here: a misspelt case must not hide a generated clip.
    """
    if len(text) > 120:
        return None
    body = text.strip().removesuffix("/")
    match = _PREFIX.match(body)
    key = body[match.end() :] if match else body
    uri = match is not None
    if uri:
        lowered = key.lower()
        if lowered == _C2PA.lower():
            return "trainedAlgorithmicData", True
        if lowered.startswith(IPTC_BASE):
            key = key[len(IPTC_BASE) :]
        elif not body.lower().startswith("digsrctype:"):
            return None
    found = _BY_LOWER.get(key.lower())
    return (found, uri) if found else None


_BY_LOWER = {key.lower(): key for key in SOURCE_TYPES} | {old.lower(): new for old, new in _RETIRED.items()}


def adds_nothing(kinds: tuple[str, ...] | list[str]) -> bool:
    """Whether every kind is one that adds no content of its own."""
    return bool(kinds) and all(kind.startswith(ADDS_NOTHING) for kind in kinds)
