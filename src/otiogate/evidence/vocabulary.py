"""The words of the domain: use kinds, the axes and their answers, input flags, IPTC digital source types.

Sources: IPTC Digital Source Type NewsCodes, the C2PA digital source types, and the studio and union guidance that
docs/reference names per rule.
"""

from __future__ import annotations

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

GENERATES = ("gen.", "replica.")
"""Kinds that can make a whole picture or sound; the others work on one that was there before."""

_IPTC = tuple(f"{scheme}://cv.iptc.org/newscodes/digitalsourcetype/" for scheme in ("http", "https"))
_C2PA = tuple(f"{scheme}://c2pa.org/digitalsourcetype/" for scheme in ("http", "https"))

GENAI_SOURCE_TYPES = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "trainedAlgorithmicData",
    }
)
WHOLLY_GENERATED = frozenset({"trainedAlgorithmicMedia", "trainedAlgorithmicData"})
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


def source_type(text: str) -> tuple[str, bool] | None:
    """The digital source type that ``text`` exactly is, and whether it was written as a URI; ``None`` for any other
    text.

    http and https, a trailing slash, ``digsrctype:key`` and the bare key are taken; any other host is not. Case
    counts in the registry, but not here: a misspelt case must not hide a generated clip.
    """
    body = text.strip().removesuffix("/")
    key = body[max(body.rfind("/"), body.rfind(":")) + 1 :]
    found = _BY_LOWER.get(key.lower()) if len(key) < 60 else None
    if found is None:
        return None
    before = body[: len(body) - len(key)].lower()
    if found == "trainedAlgorithmicData":
        return (found, bool(before)) if before in ("", "digsrctype:", *_C2PA) else None
    return (found, bool(before)) if before in ("", "digsrctype:", *_IPTC) else None


_BY_LOWER = {key.lower(): key for key in SOURCE_TYPES} | {old.lower(): new for old, new in _RETIRED.items()}


def adds_nothing(kinds: tuple[str, ...] | list[str]) -> bool:
    """Whether every kind is one that adds no content of its own."""
    return bool(kinds) and all(kind.startswith(ADDS_NOTHING) for kind in kinds)
