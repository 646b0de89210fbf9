"""The page of the vocabulary: use kinds, axes, flags and digital source types."""

from __future__ import annotations

from generate.words import code
from otiogate.evidence.vocabulary import (
    ADDS_NOTHING,
    AMBIGUOUS_SOURCE_TYPES,
    AXES,
    FLAGS,
    GENAI_SOURCE_TYPES,
    OTHER_SOURCE_TYPES,
    USE_KINDS,
)

MEANS = {
    "gen.shot": "a whole shot, generated",
    "gen.still": "a still, generated",
    "gen.element": "a prop, sign, poster, document or insert",
    "gen.environment": "a set extension, matte painting or world",
    "gen.key_visual": "a main character, key visual, or setting central to the story",
    "gen.creature": "a character that is not human",
    "gen.person.synthetic": "a synthetic performer who is nobody, in a principal part",
    "gen.person.crowd": "synthetic people in the background",
    "gen.voice.synthetic": "a voice of nobody who can be identified",
    "gen.music": "music",
    "gen.sfx": "sound effects",
    "gen.text": "text, on screen or in a script",
    "gen.factual": "what may be taken for fact: news, archive-like footage, a real event, person or statement",
    "replica.likeness": "the face or figure of an identifiable person",
    "replica.voice": "the voice of an identifiable person",
    "replica.performance": "the performance of an identifiable person",
    "replica.deceased": "any of these, of somebody who has died",
    "alter.age": "a performer made older or younger",
    "alter.lipsync.new_dialogue": "lips moved to new dialogue",
    "alter.lipsync.translation": "lips moved to a dub; `target_language` says which",
    "alter.performance": "expression, delivery or body",
    "alter.voice": "timbre, accent or a line",
    "alter.identity_mask": "a face swapped or made anonymous",
    "alter.intimate": "nudity or sexual content",
    "alter.cosmetic": "beauty work and continuity",
    "alter.wardrobe": "clothes",
    "alter.archive": "archive material colourised or restored with generated content",
    "extend.video": "generated frames before or after a real clip",
    "extend.audio": "generated sound before or after a real clip",
    "remove.object": "something taken out, and the hole filled",
    "reframe.outpaint": "the picture made wider",
    "relight": "new light",
    "enhance.upscale": "more resolution, without added content",
    "enhance.denoise": "less noise",
    "enhance.interpolate": "frames in between",
    "assist.matte": "mattes and masks",
    "assist.transcribe": "transcripts",
    "assist.search": "searches",
}
"""What each use kind means."""

FLAG_MEANS = {
    "input.proprietary": "material of the studio or the production went into the tool",
    "input.personal_data": "personal data went into the tool",
    "input.third_party_ip": "somebody else's work went into the tool",
    "input.artist_style": "the style of an identifiable artist was asked for",
    "model.trained_on_performer": "a model was trained on a performer",
    "model.unowned_training_data": "a model was trained on data that nobody here has the rights to",
    "prompt.names_person": "the prompt names a person",
    "prompt.names_facial_feature": "the prompt names a feature of somebody's face",
    "real_event": "a real event is shown",
}
"""What each flag means where it is answered with yes."""

_AXES = {
    "output_stage": "What the result is meant for. Not the stage of the delivery: that stands in the configuration.",
    "prominence": "How much the story rests on it.",
    "identity": "Who can be recognised in it.",
    "fidelity": "How far it departs from what was performed.",
}

_SOURCE_TYPES = {
    "These mean GenAI": GENAI_SOURCE_TYPES,
    "These may hide GenAI: a disclosure says which": AMBIGUOUS_SOURCE_TYPES,
    "These mean none": OTHER_SOURCE_TYPES,
}


_BEGIN = """\
# Vocabulary

A [disclosure](schemas/disclosure.md) says on five axes what was done: the use kinds, and four more. Every axis but the
first may be answered `unsure`, which counts as the answer that asks for more.

## Use kinds

One or several. In a rule, a family such as `replica.*` means all of its kinds.
"""

_SOURCES = """\
## Digital source types

Of IPTC, and one of C2PA. Those that mean GenAI count anywhere in the metadata: as a full URI, as `digsrctype:KEY` or as
the bare key. Those that may hide it count as a full URI, or under a key that means digital source type, since real
timelines have effects named Composite.
"""


def page() -> str:
    """The page of all words."""
    lines = [_BEGIN]
    lines += [f"`{kind}`\n:   {MEANS[kind]}\n" for kind in USE_KINDS]
    families = " and ".join(f"`{family}*`" for family in ADDS_NOTHING)
    lines += [f"Kinds of {families} add no content of their own, unless the digital source type says otherwise.", ""]
    lines += ["## Axes", ""]
    for axis, answers in AXES.items():
        lines += [f"`{axis}`\n:   {_AXES[axis]} One of {', '.join(map(code, answers))}.\n"]
    lines += ["## Flags", "", "Facts about what went into the tool, each answered `yes`, `no` or `unsure`.", ""]
    lines += [f"`{flag}`\n:   {FLAG_MEANS[flag]}\n" for flag in FLAGS]
    lines += [_SOURCES]
    for title, keys in _SOURCE_TYPES.items():
        lines += [f"{title}\n:   {', '.join(code(key) for key in sorted(keys))}\n"]
    return "\n".join(lines)
