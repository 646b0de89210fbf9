"""The tag grammar: every key, every fault, and what is no tag at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from otiogate.evidence.tag import KEYS, MAX_LENGTH, Tag, is_tag, parse_tag
from otiogate.evidence.vocabulary import AXES, UNSURE, USE_KINDS

EVERY_KEY = (
    ("id=DIS-0042", "id", "DIS-0042"),
    ("id=dis-0042", "id", "DIS-0042"),
    ("ID=Dis.00_42", "id", "DIS.00_42"),
    ("stage=TEMP", "axes", (("output_stage", "temp"),)),
    ("prominence=Story_Critical", "axes", (("prominence", "story_critical"),)),
    ("identity=unsure", "axes", (("identity", "unsure"),)),
    ("fidelity=as_performed", "axes", (("fidelity", "as_performed"),)),
    ("dst=trainedAlgorithmicMedia", "source_type", "trainedAlgorithmicMedia"),
    ("dst=TRAINEDALGORITHMICMEDIA", "source_type", "trainedAlgorithmicMedia"),
    (
        "dst=http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
        "source_type",
        "compositeSynthetic",
    ),
    ("tool=StudioGen", "tool", "StudioGen"),
    ('tool="Studio Gen, Pro"', "tool", "Studio Gen, Pro"),
    ('version="3.1 beta"', "version", "3.1 beta"),
    ("range=01:00:10:00-01:00:12:12", "range", "01:00:10:00-01:00:12:12"),
    ("range=01:00:10;00-01:00:12;12", "range", "01:00:10;00-01:00:12;12"),
    ("range=01:00:10:000-01:00:12:112", "range", "01:00:10:000-01:00:12:112"),
    ("consent=CON-1", "consents", ("CON-1",)),
    ("consent=con-2,CON-1,con-2", "consents", ("CON-1", "CON-2")),
    ("clearance=CLR-1,CLR-2", "clearances", ("CLR-1", "CLR-2")),
    ("approval=APR-1", "approvals", ("APR-1",)),
    ('note="a=b, and GENAI none"', "note", "a=b, and GENAI none"),
    ("note=Ünïcode", "note", "Ünïcode"),
)


@pytest.mark.parametrize("kind", USE_KINDS)
def test_every_use_kind_is_read_in_any_case(kind: str) -> None:
    for text in (f"GENAI {kind}", f"genai: {kind.upper()}", f"  GenAI:{kind.title()} "):
        tag = parse_tag(text)
        assert (tag.kinds, tag.faults, tag.none) == ((kind,), (), False)


@pytest.mark.parametrize(("pair", "field", "value"), EVERY_KEY, ids=[each[0] for each in EVERY_KEY])
def test_every_key_is_read(pair: str, field: str, value: object) -> None:
    for text in (f"GENAI gen.shot {pair}", f"GENAI {pair}", f"genai: GEN.SHOT  {pair} "):
        tag = parse_tag(text)
        assert tag.faults == ()
        assert getattr(tag, field) == value


def test_the_table_has_every_key() -> None:
    assert {pair.partition("=")[0].lower() for pair, _, _ in EVERY_KEY} == set(KEYS)


@pytest.mark.parametrize(
    ("key", "axis"),
    [("stage", "output_stage"), ("prominence", "prominence"), ("identity", "identity"), ("fidelity", "fidelity")],
)
def test_every_answer_of_every_axis_is_taken_and_no_other(key: str, axis: str) -> None:
    for answer in (*AXES[axis], UNSURE):
        assert parse_tag(f"GENAI gen.shot {key}={answer.upper()}").axes == ((axis, answer),)
    assert parse_tag(f"GENAI gen.shot {key}=perhaps").faults


def test_all_keys_at_once() -> None:
    pairs = " ".join(
        [
            "id=dis-1",
            "stage=final",
            "prominence=featured",
            "identity=none",
            "fidelity=not_performed",
            "dst=compositeSynthetic",
            'tool="A B"',
            "version=2",
            "range=00:00:00:00-00:00:01:00",
            "consent=CON-1",
            "clearance=CLR-1",
            "approval=APR-1,APR-2",
            'note="all of it"',
        ]
    )
    assert parse_tag(f"GENAI gen.shot,extend.video {pairs}") == Tag(
        f"GENAI gen.shot,extend.video {pairs}",
        kinds=("extend.video", "gen.shot"),
        id="DIS-1",
        axes=(
            ("output_stage", "final"),
            ("prominence", "featured"),
            ("identity", "none"),
            ("fidelity", "not_performed"),
        ),
        source_type="compositeSynthetic",
        range="00:00:00:00-00:00:01:00",
        tool="A B",
        version="2",
        note="all of it",
        consents=("CON-1",),
        clearances=("CLR-1",),
        approvals=("APR-1", "APR-2"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "GENAI",
        "GENAI:",
        "genai",
        "GeNaI gen.shot",
        "GENAI:gen.shot",
        "  GENAI gen.shot",
        "\tGENAI\tgen.shot",
        "\nGENAI gen.shot\n",
        "\u00a0GENAI\u00a0gen.shot",
        "\ufeffGENAI gen.shot",
        "\u200bGENAI\u3000gen.shot",
    ],
)
def test_a_text_whose_first_word_is_genai_is_a_tag(text: str) -> None:
    assert is_tag(text)
    tag = parse_tag(text)
    assert not tag.faults
    assert tag.kinds in ((), ("gen.shot",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "GENAIX",
        "GENAIX gen.shot",
        "NOT GENAI",
        "the GENAI one",
        "GENAI_gen.shot",
        "GENAI-gen.shot",
        "GENAI.",
        "XGENAI",
        "GEN AI gen.shot",
        "* GENAI gen.shot",
        '"GENAI gen.shot"',
        "\uff27\uff25\uff2e\uff21\uff29 gen.shot",
        "G\u0415NAI gen.shot",
        "GENA\u0130 gen.shot",
        "GENAI=yes",
    ],
)
def test_any_other_text_is_no_tag(text: str) -> None:
    assert not is_tag(text)


def test_a_colon_after_a_blank_is_no_use_kind() -> None:
    assert parse_tag("GENAI : gen.shot").faults


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u2060", "\ufeff"])
def test_an_invisible_mark_after_the_word_does_not_hide_the_tag(mark: str) -> None:
    text = f"GENAI{mark}gen.shot"
    assert is_tag(text)
    assert parse_tag(text).faults


@pytest.mark.parametrize("text", ["GENAI+ id=DIS-1", "genai+", " GENAI+id=DIS-1"])
def test_a_continuation_that_continues_nothing_is_a_fault(text: str) -> None:
    assert is_tag(text)
    assert parse_tag(text).faults == ("GENAI+ continues a tag, but none stands before it",)


def test_none_alone_declares_that_no_ai_was_used() -> None:
    for text in ("GENAI none", "genai: NONE", 'GENAI none note="checked by the vendor"'):
        tag = parse_tag(text)
        assert (tag.none, tag.kinds, tag.faults) == (True, (), ())


@pytest.mark.parametrize(
    "rest",
    [
        "none,gen.shot",
        "gen.shot,none",
        "none id=DIS-1",
        "none dst=trainedAlgorithmicMedia",
        "none stage=final",
        "none tool=StudioGen",
        "none approval=APR-1",
    ],
)
def test_none_stands_alone(rest: str) -> None:
    (fault,) = parse_tag(f"GENAI {rest}").faults
    assert fault.startswith("'none' stands alone")


FAULTS = (
    ("GENAI gen.shott", "'gen.shott' is not a use kind (did you mean gen.shot?)"),
    ("GENAI gen_environment", "'gen_environment' is not a use kind (did you mean gen.environment?)"),
    ("GENAI gen.shot tool=Sky Maker", "a use kind (a value with blanks stands in double quotes)"),
    ("GENAI gen.shot id=DIS-001 Gen.Still", "a use kind (several use kinds have commas between them, and no blanks)"),
    ("GENAI gen", "'gen' is not a use kind"),
    ("GENAI gen.*", "'gen.*' is not a use kind"),
    ("GENAI gen.shot,", "'' is not a use kind"),
    ("GENAI gen.shot, gen.still", "'' is not a use kind"),
    ("GENAI gen.shot gen.still", "'gen.still' is neither a key=value nor in the place of a use kind"),
    ("GENAI shot made with AI", "'shot' is not a use kind"),
    ("GENAI gen.shot colour=red", "'colour' is not a key"),
    ("GENAI gen.shot aproval=APR-1", "'aproval' is not a key"),
    ("GENAI gen.shot id=DIS-1 id=DIS-2", "the key 'id' is given twice"),
    ("GENAI gen.shot id=DIS-1 ID=DIS-1", "the key 'id' is given twice"),
    ("GENAI gen.shot id=", "the key 'id' has no value"),
    ('GENAI gen.shot note=""', "the key 'note' has no value"),
    ('GENAI gen.shot note="  "', "the key 'note' has no value"),
    ("GENAI gen.shot id=D", "id=D is not an id"),
    ("GENAI gen.shot id=-DIS-1", "id=-DIS-1 is not an id"),
    ("GENAI gen.shot id=DIS/1", "id=DIS/1 is not an id"),
    ('GENAI gen.shot id="DIS 1"', "id=DIS 1 is not an id"),
    ("GENAI gen.shot id=DIS-1,DIS-2", "id=DIS-1,DIS-2 is not an id"),
    ("GENAI gen.shot id=DÏS-1", "id=DÏS-1 is not an id"),
    ("GENAI gen.shot consent=CON-1,", "consent= is not an id"),
    ("GENAI gen.shot consent=CON-1,,CON-2", "consent= is not an id"),
    ("GENAI gen.shot stage=late", "stage=late is not one of ideation, temp, final, unsure"),
    ('GENAI gen.shot stage="temp, final"', "stage=temp, final is not one of"),
    ("GENAI gen.shot dst=aiMedia", "dst=aiMedia is not an IPTC digital source type"),
    ("GENAI gen.shot dst=https://evil.example/compositeSynthetic", "is not an IPTC digital source type"),
    ("GENAI gen.shot range=all", "range=all is not hh:mm:ss:ff-hh:mm:ss:ff"),
    ("GENAI gen.shot range=01:00:10:00", "is not hh:mm:ss:ff-hh:mm:ss:ff"),
    ("GENAI gen.shot range=1:00:10:00-01:00:12:00", "is not hh:mm:ss:ff-hh:mm:ss:ff"),
    ('GENAI gen.shot note="open', "a quote is left open"),
    ('GENAI gen.shot note=open"', "a quote is left open"),
    ('GENAI gen.shot note="a"b', "is neither a key=value"),
    ('GENAI gen.shot note="a" b" c', "a quote is left open"),
    ("GENAI gen.shot note=“smart quotes”", "'quotes”' is neither a key=value"),
    ("GENAI gen.shot =x", "'=x' is neither a key=value"),
    ("GENAI gen.shot a==b", "'a' is not a key"),
    ("GENAI gen.shot id==DIS-1", "id==DIS-1 is not an id"),
)


@pytest.mark.parametrize(("text", "names"), FAULTS, ids=[each[0] for each in FAULTS])
def test_what_is_not_understood_is_a_fault_that_names_it(text: str, names: str) -> None:
    faults = parse_tag(text).faults
    assert any(names in each for each in faults), faults


def test_a_fault_does_not_hide_what_else_the_tag_says() -> None:
    tag = parse_tag("GENAI gen.shot,gen.shott id=DIS-1 colour=red stage=temp stage=final")
    assert (tag.kinds, tag.id, tag.axes) == (("gen.shot",), "DIS-1", (("output_stage", "temp"),))
    assert len(tag.faults) == 3


def test_an_unknown_key_is_told_which_are_known() -> None:
    assert all(key in parse_tag("GENAI gen.shot x=y").faults[0] for key in KEYS)


def test_kinds_are_sorted_and_named_once() -> None:
    assert parse_tag("GENAI relight,gen.shot,RELIGHT").kinds == ("gen.shot", "relight")


@pytest.mark.parametrize("blank", ["  ", "\t", "\u00a0", "\u2003", "\n"])
def test_any_blank_separates(blank: str) -> None:
    tag = parse_tag(f"GENAI{blank}gen.shot{blank}id=DIS-1{blank}stage=final{blank}")
    assert (tag.kinds, tag.id, tag.axes, tag.faults) == (("gen.shot",), "DIS-1", (("output_stage", "final"),), ())


def test_a_tag_as_long_as_allowed_is_read_and_a_longer_one_is_a_fault() -> None:
    head = 'GENAI gen.shot note="'
    fits = head + "x" * (MAX_LENGTH - len(head) - 1) + '"'
    assert not parse_tag(fits).faults
    (fault,) = parse_tag(fits.replace('"x', '"xx')).faults
    assert "longer than" in fault
    assert len(parse_tag("GENAI " + "x" * 100_000).text) < 100


def test_faults_do_not_repeat_text_without_bound() -> None:
    tag = parse_tag("GENAI " + "k" * 3000 + " " + "y" * 800 + "=1")
    assert tag.faults and all(len(each) < 400 for each in tag.faults)


WORDS = st.sampled_from(
    [*USE_KINDS[:4], "none", "id=DIS-1", "stage=temp", 'note="a b"', 'note="', "=", ",", '"', "x=y", "\u200b", "\u00a0"]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.lists(WORDS, max_size=8).map(" ".join))
@example("\u0130")
@example("none\u2028gen.shot")
def test_parsing_never_raises_and_what_it_says_is_of_the_vocabulary(text: str) -> None:
    for whole in (text, f"GENAI {text}", f"GENAI:{text}", f"GENAI+{text}"):
        tag = parse_tag(whole)
        assert set(tag.kinds) <= set(USE_KINDS)
        assert all(answer in (*AXES[axis], UNSURE) for axis, answer in tag.axes)
        assert not (tag.none and tag.kinds) or tag.faults


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_a_text_that_is_a_tag_holds_the_word_in_ascii(text: str) -> None:
    for whole in (text, f"{text} GENAI", f"{text}GENAI gen.shot"):
        if is_tag(whole):
            assert "genai" in whole.lower()
