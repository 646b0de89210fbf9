"""What is said in a carrier, and the part of it that says it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otiogate.evidence.statements import Invalid, saying, statements
from otiogate.timeline.model import Carrier
from tests.builders import disclosure

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
        '{"genai": "gen.still"}',
        '["ok", "GENAI gen.shot"]',
        "<p>GENAI gen.shot</p>",
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


def test_fields_that_are_no_whole_disclosure_are_told_how_a_tag_is_written() -> None:
    [said] = statements(Carrier("clip", (), {"genai": {"id": "DIS-001", "use_kind": ["gen.shot"]}}))
    assert isinstance(said, Invalid)
    assert said.shown == "DIS-001"
    told, missing, *_ = said.faults
    assert told == "neither a tag, which is text such as 'GENAI gen.shot id=DIS-001', nor a whole disclosure"
    assert missing.startswith("is missing 'record', 'schema_version', ")


def test_of_a_disclosure_that_lacks_a_field_nothing_but_that_is_said() -> None:
    about = {key: each for key, each in disclosure("DIS-001").items() if key != "tools"}
    [said] = statements(Carrier("clip", (), {"genai": about}))
    assert isinstance(said, Invalid)
    assert said.faults == ("is missing 'tools'",)
