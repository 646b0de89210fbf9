"""What is said in a carrier, and the part of it that says it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otiogate.evidence.statements import saying, statements
from otiogate.timeline.model import Carrier

_TEXTS = st.sampled_from(
    [
        "GENAI gen.shot",
        "genai: none",
        "ok for temp mix\nGENAI gen.still",
        "GENAI gen.still\nGENAI gen.shot",
        "digital source type: composite",
        "trainedAlgorithmicMedia",
        "composite",
        "SOURCE FILE: SH010",
        "",
    ]
)
_KEYS = st.sampled_from(["GenAI", "gen_ai_id", "digitalSourceType", "notes", "reel"])
_VALUES = st.recursive(
    _TEXTS | st.sampled_from(["DIS-001", 7, None, {"id": "DIS-001"}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(_TEXTS, max_size=6), st.dictionaries(_KEYS, _VALUES, max_size=4), st.lists(st.just("broken"), max_size=1)
)
def test_the_part_that_says_something_says_all_of_it(
    texts: list[str], metadata: dict[str, object], faults: list[str]
) -> None:
    carrier = Carrier("clip metadata", tuple(texts), metadata, line=7, faults=tuple(faults))
    part = saying(carrier)
    assert list(statements(part) if part else ()) == list(statements(carrier))
    assert part is None or (part.where, part.line) == ("clip metadata", 7)


def test_what_says_nothing_is_left_out() -> None:
    carrier = Carrier("clip", ("SOURCE FILE: SH010", "GENAI gen.shot"), {"genai": {"id": "DIS-001"}, "note": "ok"})
    part = saying(carrier)
    assert part is not None
    assert (part.texts, dict(part.metadata)) == (("GENAI gen.shot",), {"genai": {"id": "DIS-001"}})
    assert saying(Carrier("clip", ("SOURCE FILE: SH010",), {"note": "ok"})) is None
