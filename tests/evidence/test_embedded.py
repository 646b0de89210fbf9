"""Data that metadata holds as text: JSON, XMP and notes in HTML."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.embedded import data_in
from otiogate.evidence.statements import Evidence, Invalid, Statement, statements
from otiogate.evidence.tag import Tag
from otiogate.timeline.model import Carrier
from tests.builders import disclosure

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_GENERATED = Evidence("trainedAlgorithmicMedia", ambiguous=False)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{}</rdf:RDF>'
    '</x:xmpmeta>   <?xpacket end="w"?>'
)


def said_in(text: str) -> list[Statement]:
    return list(statements(Carrier("clip metadata", (), {"pipeline": text})))


def texts_of(found: list[Statement]) -> list[str]:
    return [each.text if isinstance(each, Tag) else type(each).__name__ for each in found]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"genai": {"id": "DIS-001"}}, ["GENAI id=DIS-001"]),
        ({"a": [{"GenAI": "gen.shot"}]}, ["GENAI gen.shot"]),
        ({"gen_ai_id": "DIS-001"}, ["GENAI id=DIS-001"]),
        ({"note": "GENAI gen.shot"}, ["GENAI gen.shot"]),
        (["ok", "fine\nGENAI gen.shot\nGENAI+ id=DIS-001"], ["GENAI gen.shot id=DIS-001"]),
        ({"genai": disclosure("DIS-001")}, ["Disclosure"]),
        ({"genai": True}, ["Invalid"]),
        ({"note": "no GENAI here"}, []),
        ({"note": "plain"}, []),
    ],
)
@pytest.mark.parametrize("within", [0, 1])
@pytest.mark.parametrize("before", ["", "\ufeff", " \n"])
def test_json_is_read_as_metadata_is(before: str, within: int, data: Any, said: list[str]) -> None:
    text = json.dumps(data)
    for _ in range(within):
        text = json.dumps({"payload": text})
    assert texts_of(said_in(before + text)) == said
    assert texts_of(list(statements(Carrier("note", (before + text,))))) == said


@pytest.mark.parametrize(
    "text",
    [
        'NOTE: {"genai": "gen.shot"}',
        '[pipeline] wrote {"genai": "gen.shot"}, and that was that',
        '{"reel": "A001"}\n{"genai": "gen.shot"}\n',
        '<script type="application/json">{"genai": "gen.shot"}</script>',
        '<a data="{&quot;genai&quot;: &quot;gen.shot&quot;}">',
    ],
)
def test_json_is_read_wherever_it_stands_in_a_text(text: str) -> None:
    assert set(texts_of(said_in(text))) == {"GENAI gen.shot"}
    assert set(texts_of(list(statements(Carrier("note", (text,)))))) == {"GENAI gen.shot"}


def test_a_disclosure_that_is_text_under_its_key_is_one() -> None:
    [said] = statements(Carrier("clip", (), {"genai": json.dumps(disclosure("DIS-001"))}))
    assert isinstance(said, Disclosure)
    several = [{"id": "DIS-001"}, "gen.shot"]
    assert texts_of(list(statements(Carrier("clip", (), {"genai": json.dumps(several)})))) == [
        "GENAI id=DIS-001",
        "GENAI gen.shot",
    ]


def test_of_a_key_that_comes_twice_both_values_count() -> None:
    assert texts_of(said_in('{"genai": "gen.shot", "genai": "none"}')) == ["GENAI gen.shot", "GENAI none"]


def test_a_manifest_of_content_credentials_is_evidence() -> None:
    manifest = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [{"digitalSourceType": f"{_IPTC}x"}]}}]}
    assert said_in(json.dumps(manifest)) == []
    assert said_in(json.dumps(manifest).replace(f"{_IPTC}x", f"{_IPTC}trainedAlgorithmicMedia")) == [_GENERATED]


@pytest.mark.parametrize(
    "described",
    [
        f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{_IPTC}trainedAlgorithmicMedia"/>',
        f"<rdf:Description Iptc4xmpExt:DigitalSourceType = '{_IPTC}trainedAlgorithmicMedia' />",
        f"<Iptc4xmpExt:DigitalSourceType>\n {_IPTC}trainedAlgorithmicMedia </Iptc4xmpExt:DigitalSourceType>",
        f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{_IPTC}trainedAlgorithmicMedia"/>',
        "<s:DigitalSourceType><![CDATA[trainedAlgorithmicMedia]]></s:DigitalSourceType>",
    ],
)
@pytest.mark.parametrize("whole", [_PACKET, "{}", _PACKET[:-40]])
def test_an_xmp_packet_is_read_even_where_it_is_cut_off(whole: str, described: str) -> None:
    assert said_in(whole.format(described)) == [_GENERATED]


@pytest.mark.parametrize("said", ["trainedAlgorithmicMedia", "Digital Source Type: trainedAlgorithmicMedia"])
@pytest.mark.parametrize(
    "note", ["<p>{}</p>", "<p>fine</p><p><span style='x'><b>{}</b></span></p>", "fine<br>{}<br>fine"]
)
def test_a_line_of_a_note_in_html_is_evidence_as_a_note_is(note: str, said: str) -> None:
    assert said_in(note.format(said)) == [_GENERATED]
    assert said_in(note.format(f"no {said}")) == []


def test_a_source_type_that_may_hide_ai_is_known_by_its_name_in_xmp() -> None:
    said = '<rdf:Description Iptc4xmpExt:DigitalSourceType="composite" tiff:Make="composite"/>'
    assert said_in(_PACKET.format(said)) == [Evidence("composite", ambiguous=True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<p>GENAI gen.shot</p>", ["GENAI gen.shot"]),
        ("<p>fine</p><p><b>GENAI</b> gen.shot tool=&quot;Foo&quot;</p>", ['GENAI gen.shot tool="Foo"']),
        ("<ul><li>GENAI gen.shot<li>GENAI gen.sfx</ul>", ["GENAI gen.shot", "GENAI gen.sfx"]),
        ("<clip genai='id=DIS-001'>", ["GENAI id=DIS-001"]),
        ("<x:GenAI>gen.shot</x:GenAI>", ["GENAI gen.shot"]),
        ("<p>GENAI gen.shot</p>\n<!-- genai -->", ["GENAI gen.shot"]),
        ("fine<br/>GENAI gen.shot", ["GENAI gen.shot"]),
        ('<p title="a > b">GENAI gen.shot</p>', ["GENAI gen.shot"]),
        ("<p title=don't>GENAI gen.shot</p><!-- don't -->", ["GENAI gen.shot"]),
        ("<p>There is no <b>GENAI</b> in it</p>", []),
        ("< genai is small", []),
    ],
)
def test_markup_is_read_as_it_is_shown(text: str, said: list[str]) -> None:
    assert texts_of(said_in(text)) == said


def test_a_tag_that_goes_on_in_the_next_element_is_one_tag() -> None:
    assert texts_of(said_in("<p>GENAI gen.shot</p><p>GENAI+ id=DIS-001</p>")) == ["GENAI gen.shot id=DIS-001"]
    assert texts_of(said_in("<td>GENAI</td><td>gen.shot id=DIS-001</td>")) == ["GENAI gen.shot id=DIS-001"]


def test_the_quotes_of_a_tag_hold_no_attributes_and_no_markup() -> None:
    tag = 'GENAI gen.shot tool="GenAI Studio" note="trainedAlgorithmicMedia"'
    assert texts_of(said_in(f"<p>{tag}</p>")) == [tag]
    marked = 'GENAI gen.shot note="<see the brief>"'
    for said in (marked, f"* {marked}"):
        assert said_in(said) == []
    assert texts_of(list(statements(Carrier("note", (marked,), {"note": marked})))) == [marked]


@pytest.mark.parametrize("before", ["", "fine\n"])
def test_a_tag_on_a_line_of_its_own_does_not_hide_what_stands_in_the_markup_around_it(before: str) -> None:
    text = f'{before}<rdf:Description s:DigitalSourceType="{_IPTC}trainedAlgorithmicMedia"/>\nGENAI none'
    for carrier in (Carrier("note", (text,)), Carrier("clip", ("GENAI none",), {"xmp": text})):
        found = list(statements(carrier))
        assert texts_of(found) == ["GENAI none", "Evidence"]
        assert _GENERATED in found


def test_a_text_that_is_no_tag_where_it_stands_hides_none_elsewhere() -> None:
    metadata = {"payload": '{"note": "GENAI gen.shot"}', "color": "GENAI gen.shot"}
    assert texts_of(list(statements(Carrier("clip", (), metadata)))) == ["GENAI gen.shot"]


@pytest.mark.parametrize("attributes", ['t="a > b" {}', "t='a > b' {}", 't="a < b" {}', 't=5" {}', '{} t="cut o'])
def test_attributes_are_read_beside_any_others(attributes: str) -> None:
    said = f'Iptc4xmpExt:DigitalSourceType="{_IPTC}trainedAlgorithmicMedia"'
    assert said_in(f"<p/><rdf:Description {attributes.format(said)}/>") == [_GENERATED]


@pytest.mark.parametrize(
    "note", ["<p>GENAI gen.shot</p>", '<p>GENAI gen.shot tool="Foo"</p>', "<p>a</p>\nGENAI gen.shot"]
)
def test_markup_in_json_is_read_without_the_quotes_of_json(note: str) -> None:
    tag = note.partition("GENAI")[2].removesuffix("</p>")
    for text in (
        json.dumps({"note": note}),
        f"by hand: {json.dumps([note])}",
        json.dumps({"a": json.dumps({"note": note})}),
    ):
        assert texts_of(said_in(text)) == [f"GENAI{tag}"]


def test_json_in_an_element_is_what_its_name_says() -> None:
    assert texts_of(said_in('<x:GenAI>{"id": "DIS-001"}</x:GenAI>')) == ["GENAI id=DIS-001"]


def test_brackets_that_begin_no_json_hide_none() -> None:
    assert texts_of(said_in("[info] {shot} " * 40 + '{"genai": "gen.shot"}')) == ["GENAI gen.shot"]


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF"])
def test_half_a_pair_of_surrogates_stops_nothing(half: str) -> None:
    text = json.dumps(disclosure("DIS-001", production="@")).replace("@", f"{half}\\ud83d\\ude00")
    [said] = said_in(f'{{"genai": {text}}}')
    assert isinstance(said, Disclosure)
    assert said.data["production"] == "?\U0001f600"
    assert said.digest
    assert texts_of(said_in(f'{{"genai": "gen.shot note={half}"}}')) == ["GENAI gen.shot note=?"]


def test_numbers_without_end_hide_nothing_and_stop_nothing() -> None:
    endless = "9" * 5000
    assert texts_of(said_in(f'{{"n": {endless}, "genai": "gen.shot"}}')) == ["GENAI gen.shot"]
    assert texts_of(said_in(f"<p>GENAI gen.shot</p><p>GENAI none</p>&#{endless};")) == [
        "GENAI gen.shot",
        "GENAI none \ufffd",
    ]


@pytest.mark.parametrize("begun", ["<{}", "<a {}", "<a b='{}", '<a b="{}', "<a>{}", "&#{}", "&{}", "[{}", "{{{}"])
@pytest.mark.parametrize(
    "repeated",
    ["a", " ", "1", "'", "'\"", "a=", "<a", "<a>", "<a b='", ">", "&#", "[", "[[a ", '{"a":', '{"a":1,', "[1,"],
)
def test_a_long_text_is_read_in_time_that_grows_as_it_does(begun: str, repeated: str) -> None:
    text = begun.format(repeated * 100_000)  # in quadratic time, this takes minutes
    assert said_in(f"<p>fine, no genai</p>{text}") == []


@pytest.mark.parametrize(
    "text", ["{'genai': 'gen.shot'}", '{"genai": ', '{"genai":' * 100_000, "[GENAI] gen.shot", "{genai}", "", "<"]
)
def test_what_is_no_data_says_nothing(text: str) -> None:
    assert said_in(text) == []


@pytest.mark.parametrize(("deep", "is_read"), [(90, True), (110, False), (900, False), (100_000, False)])
def test_data_that_is_deeper_than_any_program_writes_it_is_a_text(deep: int, is_read: bool) -> None:
    lists = "[" * deep + "]" * deep
    whole = '{"a":' * deep + '{"genai":1}' + "}" * deep
    for text in (f'{{"genai": {{"id": {lists}}}}}', f'{{"genai": {lists}}}', whole):
        assert [type(each) for each in said_in(text)] == ([Invalid] if is_read else [])
    twice = "{" + ",".join(['"genai": ""'] * deep) + "}"
    assert said_in(twice) == []


@given(st.text(alphabet="<>/=\"'&;![]{}:?- \nagenidt", max_size=60))
def test_no_text_stops_the_reading(text: str) -> None:
    data_in(text)
    list(statements(Carrier("clip", (text, f"<genai {text}"), {"genai": f"<{text}", "note": '{"genai": ' + text})))
