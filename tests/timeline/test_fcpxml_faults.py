"""FCPXML that is broken, hostile or odd: refused with the line, or read with a problem; never passed over, never for
ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.evidence.collect import collect
from otiogate.evidence.matching import Matcher
from otiogate.scan.read import content, read_timeline
from otiogate.timeline import fcpxml, fcpxml_story, fcpxml_xml
from tests.timeline.fcpxmls import asset, clip, compound, cut, document, multicam, problems, project, read, uses

TAG = "<note>GENAI gen.shot</note>"
BOMB = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'


def refused(text: str | bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.next_step
    return caught.value


def lost(inside: str, resources: str = "") -> list[tuple[str, str]]:
    """The places and texts of what is lost of a cut, and nothing but losses."""
    found = problems(cut(inside, resources))
    assert {severity for severity, _, _ in found} <= {"lost"}
    return [(where, what) for _, where, what in found]


@pytest.mark.parametrize(
    ("doctype", "what"),
    [
        (f"<!DOCTYPE fcpxml [{BOMB}]>", "declares entities or attributes of its own"),
        ('<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "declares entities or attributes of its own"),
        ('<!DOCTYPE fcpxml [<!ENTITY % x SYSTEM "http://x.invalid/x.dtd"> %x;]>', "declares entities or attributes"),
        ('<!DOCTYPE fcpxml [<!ATTLIST asset-clip enabled CDATA "0">]>', "declares entities or attributes of its own"),
        ("<!DOCTYPE fcpxml []>", "declares entities or attributes of its own"),
    ],
)
def test_a_document_that_declares_anything_is_refused(doctype: str, what: str) -> None:
    fault = refused(document(project(clip(TAG))).replace("<!DOCTYPE fcpxml>", doctype))
    assert fault.what.startswith(what)
    assert fault.where == "cut.fcpxml:2"


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE fcpxml>", '<!DOCTYPE fcpxml SYSTEM "FCPXMLv1_8.dtd">', '<!DOCTYPE fcpxml PUBLIC "x" "y">', ""],
)
def test_a_doctype_alone_is_read_and_nothing_is_fetched_for_it(doctype: str) -> None:
    assert len(uses(read(document(project(clip())).replace("<!DOCTYPE fcpxml>", doctype)))) == 1


def test_an_entity_that_another_file_would_declare_is_refused_and_not_passed_over() -> None:
    text = document(project(clip("<note>&tag;</note>")))
    fault = refused(text.replace("<!DOCTYPE fcpxml>", '<!DOCTYPE fcpxml SYSTEM "x.dtd">'))
    assert (fault.what, fault.where) == ("uses the entity 'tag', which stands in another file", "cut.fcpxml:7")
    assert "undefined entity" in refused(text).what


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("", "no element found", 1),
        ("FCM: NON-DROP FRAME", "syntax error", 1),
        ("<fcpxml>\n<library>\n</fcpxml>", "mismatched tag", 3),
        ("<fcpxml/>\n<fcpxml/>", "junk after document element", 2),
        ("<fcpxml version='1.9'>\n<event>", "no element found", 2),
        ("<fcpxml a='1' a='2'/>", "duplicate attribute", 1),
        ("<fcpxml>\0</fcpxml>", "not well-formed (invalid token)", 1),
        ("\n<?xml version='1.0'?><fcpxml/>", "XML or text declaration not at start of entity", 2),
    ],
)
def test_what_is_no_xml_is_refused_with_the_line(text: str, what: str, line: int) -> None:
    fault = refused(text)
    assert fault.what.startswith("is no XML that can be read: ")
    assert what in fault.what
    assert fault.where == f"cut.fcpxml:{line}"


@pytest.mark.parametrize("cutting", [0.2, 0.5, 0.8, 0.99])
def test_a_file_that_was_cut_off_is_refused(cutting: float) -> None:
    text = document(project(clip() * 20))
    assert refused(text[: int(len(text) * cutting)]).where.startswith("cut.fcpxml:")


@pytest.mark.parametrize("name", ["xmeml", "FCPXML", "x:fcpxml", "asset-clip"])
def test_another_kind_of_document_is_refused(name: str) -> None:
    fault = refused(f"<{name} xmlns:x='y'/>")
    assert fault.what == f"is no FCPXML: its outermost element is {name!r}"
    assert fault.where == "cut.fcpxml:1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_document_is_read_in_the_encoding_that_it_states(encoding: str) -> None:
    stated = encoding.removesuffix("-sig")
    text = document(project(clip(TAG, name="Übergang")).replace("shot", "shot")).replace("UTF-8", stated)
    data = text.encode(encoding)
    snapshot = read(data)
    assert [use.name for use in uses(snapshot)] == ["Übergang"]
    assert snapshot.origin.digest == sha256(data)
    assert len(collect(snapshot, {}, Matcher(())).undisclosed) == 1


@pytest.mark.parametrize("encoding", ["utf-99", "utf-7", "shift_jis", "big5", "hex"])
def test_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    assert "is no XML that can be read" in refused(document("").replace("UTF-8", encoding)).what


def test_bytes_that_are_not_in_the_stated_encoding_are_refused() -> None:
    assert refused(document(project(clip(name="x\x80y"))).encode("latin-1")).where == "cut.fcpxml:7"


def test_what_is_nested_too_deep_is_refused() -> None:
    deepest = fcpxml_xml.DEEPEST
    assert refused("<fcpxml>" + "<event>" * 100_000).what == f"nested more than {deepest} deep"
    inside = clip()
    for _ in range(deepest - 10):
        inside = clip(inside, lane="1", offset="3601s")
    assert len(uses(cut(inside))) == deepest - 9


def test_a_file_that_is_too_large_or_has_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = document(project(clip() * 30))
    monkeypatch.setattr(fcpxml_xml, "MOST_ELEMENTS", 30)
    assert refused(text).what == "holds more than 30 elements"
    monkeypatch.setattr(fcpxml_xml, "MOST_BYTES", 100)
    assert refused(text).what == "is larger than 100 bytes"


def test_assets_that_say_more_than_can_be_searched_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcpxml, "MOST_TEXT", 10_000)
    wordy = asset("b", inside=f'<metadata><md key="x" value="{"y" * 1000}"/></metadata>')
    assert "says more than 10000 bytes" in refused(document(project(clip(ref="b") * 12), wordy)).what


def test_a_compound_clip_that_holds_itself_is_a_loss_and_does_not_go_on_for_ever() -> None:
    held = compound('<ref-clip ref="m" name="again" offset="0s" duration="2s"/>')
    shown = '<ref-clip ref="m" offset="3600s" duration="2s"/>'
    assert lost(shown, held) == [("line 5", "ref-clip 'again' holds itself")]
    one = compound('<ref-clip ref="n" name="to n" offset="0s" duration="2s"/>', id="m")
    other = compound('<ref-clip ref="m" name="to m" offset="0s" duration="2s"/>' + clip(TAG, offset="2s"), id="n")
    assert lost(shown, one + other) == [("line 5", "ref-clip 'to m' holds itself")]
    assert [use.visible for use in uses(cut(shown, one + other)) if use.name == "shot"] == [False]


def test_a_multicam_clip_that_holds_itself_is_a_loss() -> None:
    held = multicam({"A": '<mc-clip ref="m" name="again" offset="0s" duration="2s"/>'})
    [(where, what)] = lost('<mc-clip ref="m" offset="3600s" duration="2s"/>', held)
    assert (where, what) == ("line 5", "mc-clip 'again' holds itself")


def test_compound_clips_that_stand_for_more_than_can_be_read_are_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcpxml_story, "MOST_NODES", 2000)
    held = "".join(
        compound(f'<ref-clip ref="m{n + 1}" offset="0s" duration="9s"/>' * 10, id=f"m{n}") for n in range(30)
    )
    started = time.monotonic()
    found = lost('<ref-clip ref="m0" offset="3600s" duration="9s"/>', held + compound(clip(TAG, offset="0s"), id="m30"))
    assert time.monotonic() - started < 20
    assert found == [("", "its compound clips stand for more than 2000 clips, and not all of them were read")]


def test_a_large_compound_clip_used_very_often_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcpxml_story, "MOST_LOOKS", 5000)
    held = compound("".join(clip(offset=f"{2 * n}s") for n in range(1000)))
    [(_, what)] = lost('<ref-clip ref="m" start="0s" duration="2s"/>' * 50, held)
    assert "not all of them were read" in what


def test_compound_clips_nested_absurdly_deep_are_a_loss() -> None:
    most = fcpxml_story.DEEPEST_COMPOUND
    held = "".join(
        compound(f'<ref-clip ref="m{n + 1}" offset="0s" duration="2s"/>', id=f"m{n}") for n in range(most + 5)
    )
    shown = '<ref-clip ref="m0" offset="3600s" duration="2s"/>'
    [(_, what)] = lost(shown, held + compound(clip(offset="0s"), id=f"m{most + 5}"))
    assert what == f"compound clips nested more than {most} deep"


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ('<asset-clip ref="zz" name="x" duration="1s"/>', "'zz', which is no asset of this file"),
        ('<asset-clip name="x" duration="1s"/>', "'', which is no asset of this file"),
        ('<asset-clip ref="f" name="x" duration="1s"/>', "'f', which is no asset of this file"),
        ('<video ref="zz" name="x" duration="1s"/>', "'zz', which is no asset or effect of this file"),
        ('<ref-clip ref="a" name="x" duration="1s"/>', "'a', which is no media of this file"),
        ('<mc-clip ref="zz" name="x" duration="1s"/>', "'zz', which is no media of this file"),
    ],
)
def test_a_clip_of_a_resource_that_is_missing_or_another_thing_is_a_use_and_a_loss(inside: str, what: str) -> None:
    [(where, found)] = lost(inside)
    assert (where, found.split("refers to ")[1]) == ("line 7", what)
    assert [(use.name, use.visible) for use in uses(cut(inside))] == [("x", True)]


def test_a_title_of_an_effect_that_is_missing_is_odd() -> None:
    assert [severity for severity, _, _ in problems(cut('<title ref="zz" name="t" duration="1s"/>'))] == ["odd"]


def test_compound_media_that_the_file_only_mentions_is_a_loss() -> None:
    [(where, what)] = lost('<ref-clip ref="m" name="x" duration="1s"/>', '<media id="m" name="elsewhere" uid="x"/>')
    assert (where, what) == ("line 7", "ref-clip 'x' shows media that the file only mentions, 'elsewhere'")


def test_an_id_that_two_resources_have_is_a_loss() -> None:
    [(where, what)] = lost(clip(), "\n" + asset("a", "other"))
    assert (where, what) == ("line 6", "the id 'a' is taken by the resource in line 5: which of them is meant?")


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<Asset-Clip ref='a' duration='1s'/>", "an unknown element in spine: 'Asset-Clip'"),
        ("<x:asset-clip ref='a' duration='1s' xmlns:x='y'/>", "an unknown element in spine: 'x:asset-clip'"),
        ("<hologram duration='1s'/>", "an unknown element in spine: 'hologram'"),
        ("<caption-track/>", "an unknown element in spine: 'caption-track'"),
        (clip("<hologram/>"), "an unknown element in asset-clip 'shot': 'hologram'"),
        ('<gap duration="1s"><hologram/></gap>', "an unknown element in gap: 'hologram'"),
        ("<audition><hologram/></audition>", "an unknown element in audition: 'hologram'"),
        ('<transition duration="1s"><hologram/></transition>', "an unknown element in transition: 'hologram'"),
    ],
)
def test_an_element_that_is_not_known_is_a_loss(inside: str, what: str) -> None:
    assert lost(inside) == [("line 7", what)]


@pytest.mark.parametrize(
    "inside",
    [
        f'<filter-video ref="e">{clip(TAG, name="x")}</filter-video>',
        f"<metadata><md key='k'>{clip(TAG, name='x')}</md></metadata>",
        f"<note>{clip(TAG, name='x')}</note>",
        f"<keyword value='k'>{clip(TAG, name='x')}</keyword>",
    ],
)
def test_a_clip_where_none_is_expected_is_a_loss(inside: str) -> None:
    what = "asset-clip 'x' stands where none is expected, and was not read"
    assert lost(clip(inside)) == [("line 7", what)]


def test_a_resource_where_none_is_expected_is_a_loss() -> None:
    hidden = f'<metadata><md key="k"><effect id="x" name="n">{TAG}</effect></md></metadata>'
    assert lost(clip(hidden)) == [("line 7", "effect 'n' stands where none is expected, and was not read")]


def test_a_search_of_the_browser_where_none_is_expected_hides_no_tag() -> None:
    hidden = '<metadata><smart-collection name="x"><note>GENAI gen.shot</note></smart-collection></metadata>'
    assert len(collect(cut(clip(hidden)), {}, Matcher(())).undisclosed) == 1
    [(_, what)] = lost(clip('<smart-collection name="x"/>'))
    assert what == "an unknown element in asset-clip 'shot': 'smart-collection'"


@pytest.mark.parametrize("inside", [TAG, '<marker start="0s" value="GENAI gen.shot"/>', '<keyword value="GenAI"/>'])
@pytest.mark.parametrize("place", ["<spine>", "<event name=", "<project name=", "<library>"])
def test_what_is_said_of_a_storyline_or_of_what_holds_it_is_read_and_odd(inside: str, place: str) -> None:
    text = document(project(clip()))
    end = text.index(">", text.index(place)) + 1
    snapshot = read(text[:end] + inside + text[end:])
    assert [severity for severity, _, _ in problems(snapshot)] == ["odd"]
    [raised] = collect(snapshot, {}, Matcher(())).undisclosed
    assert [point.use.name for point in raised.points] == ["shot"]


@pytest.mark.parametrize(
    "end", ["<!DOCTYPE fcpxml>", "<resources>", "</resources>", "<spine>", "</spine>", "</fcpxml>"]
)
def test_a_comment_speaks_for_what_it_stands_in(end: str) -> None:
    text = document(project(clip())).replace(end, f"{end}<!-- GENAI gen.shot -->")
    snapshot = read(text)
    assert problems(snapshot) == []
    [raised] = collect(snapshot, {}, Matcher(())).undisclosed
    assert [point.said.partition(" (")[2] for point in raised.points] == ["#comment)"]


def test_a_comment_on_a_clip_says_nothing_of_another_and_what_it_hides_is_no_clip() -> None:
    said = clip(f"<!-- GENAI gen.shot -->\n<!-- {clip(TAG, name='out')} -->", name="one") + clip(name="two")
    snapshot = cut(said)
    assert [each.name for each in uses(snapshot)] == ["one", "two"]
    [raised] = collect(snapshot, {}, Matcher(())).undisclosed
    assert [point.use.name for point in raised.points] == ["one"]


def test_a_comment_in_the_midst_of_a_word_divides_no_text() -> None:
    [raised] = collect(cut(clip("<note>GEN<!-- x -->AI gen.shot</note>")), {}, Matcher(())).undisclosed
    assert [point.use.name for point in raised.points] == ["shot"]


def test_a_storyline_where_none_is_expected_is_a_loss() -> None:
    found = [what for _, what in lost(clip(f"<sequence format='f'><spine>{clip(name='x')}</spine></sequence>"))]
    assert len(found) == 3
    assert all(what.endswith("stands where none is expected, and was not read") for what in found)


def test_many_problems_are_counted_and_not_all_listed() -> None:
    found = problems(cut('<asset-clip ref="zz" duration="1s"/>\n' * 80))
    assert len(found) == 51
    assert found[-1] == ("lost", "", "30 more problems after the 50 before")


@pytest.mark.parametrize("offset", ["", "abc", "1/0s", "-5s", "9" * 40 + "s"])
def test_a_time_that_cannot_be_read_hides_no_clip(offset: str) -> None:
    snapshot = cut(clip(TAG, offset=offset, start=offset, duration=offset or "2s"))
    assert [use.visible for use in uses(snapshot)] == [True]
    assert len(collect(snapshot, {}, Matcher(())).undisclosed) == 1
    held = compound(clip(TAG, offset=offset, duration=offset))
    assert [use.visible for use in uses(cut('<ref-clip ref="m" offset="3600s" duration="2s"/>', held))] == [True]


def test_a_bundle_is_read_by_its_document_alone(tmp_path: Path) -> None:
    bundle = tmp_path / "cut.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_text(document(project(clip())))
    (bundle / "CurrentVersion.plist").write_text("<plist/>")
    snapshot = read_timeline(bundle)
    assert snapshot.uses == 1
    assert snapshot.origin.name == "cut.fcpxmld"
    assert snapshot.origin.digest == sha256(content(bundle)) == sha256((bundle / "Info.fcpxml").read_bytes())


def test_a_bundle_whose_document_is_a_link_or_missing_is_refused(tmp_path: Path) -> None:
    bundle = tmp_path / "cut.fcpxmld"
    bundle.mkdir()
    with pytest.raises(ReadError, match=r"holds no Info\.fcpxml, its timeline"):
        read_timeline(bundle)
    (tmp_path / "outside.fcpxml").write_text(document(project(clip())))
    (bundle / "Info.fcpxml").symlink_to(tmp_path / "outside.fcpxml")
    with pytest.raises(ReadError, match=r"Info\.fcpxml in it is a link to another file"):
        read_timeline(bundle)


def test_a_bundle_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.fcpxmld").write_text(document(project(clip())))
    with pytest.raises(ReadError, match=r"holds no Info\.fcpxml, its timeline"):
        read_timeline(tmp_path / "cut.fcpxmld")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(" \n")
    with pytest.raises(ReadError, match="is empty"):
        read_timeline(tmp_path / "cut.fcpxml")
