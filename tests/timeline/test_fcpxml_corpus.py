"""Real FCPXML from Final Cut Pro and others: everything in it is read, and a tag put anywhere into it is found."""

from __future__ import annotations

import random
import re
import xml.sax
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.handler import ContentHandler

import pytest

from otiogate.errors import ReadError
from otiogate.evidence.collect import collect
from otiogate.evidence.matching import Matcher
from otiogate.timeline.fcpxml import read_fcpxml
from otiogate.timeline.model import Snapshot
from tests import builders
from tests.timeline.fcpxmls import subjects

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "fcpxml"
FILES = sorted(CORPUS.glob("*.fcpxml"))
MEDIA = ("asset-clip", "audio", "video", "title")
BROKEN = "one_wiki.fcpxml"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]

files = pytest.mark.parametrize("path", [each for each in FILES if BROKEN not in each.name], ids=lambda path: path.name)


def snapshot_of(path: Path) -> Snapshot:
    return read_fcpxml(path.read_bytes(), path.name)


class _Lines(ContentHandler):
    """The line of every element, in document order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []

    def startElement(self, name: str, attrs: object) -> None:
        self.lines.append(self._locator.getLineNumber())


def elements(path: Path) -> list[tuple[str, int, ElementTree.Element]]:
    """Every element of a file with its line, as the standard library's own readers have it."""
    lines = _Lines()
    xml.sax.parse(str(path), lines)
    return [(each.tag, line, each) for each, line in zip(ElementTree.parse(path).iter(), lines.lines, strict=True)]


def test_there_is_a_corpus() -> None:
    assert len(FILES) == 49


def test_the_one_file_that_is_no_xml_is_refused_with_its_line() -> None:
    [path] = [each for each in FILES if BROKEN in each.name]
    with pytest.raises(ReadError, match="junk after document element") as caught:
        snapshot_of(path)
    assert caught.value.where.endswith(".fcpxml:13")


@files
def test_every_element_that_uses_media_is_a_use_or_a_problem(path: Path) -> None:
    snapshot = snapshot_of(path)
    there = Counter(line for tag, line, _ in elements(path) if tag in MEDIA)
    # One element is read once for each place that shows it, so that places are not counted but lines.
    read = {each.use.line for each in subjects(snapshot) if each.use is not None}
    lost = {int(each.where.removeprefix("line ")) for each in snapshot.problems if each.where}
    assert set(there) <= read | lost
    assert snapshot.uses >= sum(there.values()) - len(lost)
    for tag, line, _ in elements(path):
        if tag in ("ref-clip", "mc-clip", "sync-clip", "clip"):
            assert any(carrier.line == line for each in subjects(snapshot) for carrier in each.carriers)


@files
def test_every_note_keyword_marker_role_and_metadata_value_is_in_a_carrier(path: Path) -> None:
    snapshot = snapshot_of(path)
    said: set[str] = set()
    for subject in subjects(snapshot):
        for carrier in subject.carriers:
            pending: list[object] = [*carrier.texts, dict(carrier.metadata)]
            while pending:
                value = pending.pop()
                if isinstance(value, dict):
                    pending += value.values()
                elif isinstance(value, list):
                    pending += value
                else:
                    said.add(str(value))
    for tag, line, element in elements(path):
        if tag in ("note", "string") and (element.text or "").strip():
            assert str(element.text).strip() in said, line
        elif tag == "keyword" or tag.endswith("marker"):
            assert {value for name, value in element.items() if name in ("value", "note")} <= said, line
            if tag == "keyword":
                assert {each.strip() for each in element.attrib["value"].split(",") if each.strip()} <= said, line
        elif tag == "md" and "value" in element.attrib:
            assert element.attrib["value"] in said, line
        for name in ("role", "audioRole", "videoRole", "keywords"):
            if name in element.attrib:
                assert element.attrib[name] in said, line


@files
def test_nothing_is_said_of_a_file_in_which_nobody_tagged_anything(path: Path) -> None:
    snapshot = snapshot_of(path)
    fast, slow = (builders.judged(snapshot, everything=everything) for everything in (False, True))
    assert fast.to_data() == slow.to_data()
    assert fast.findings == ()


@files
def test_times_of_what_is_seen_are_whole_and_stand_in_order(path: Path) -> None:
    for subject in subjects(snapshot_of(path)):
        use = subject.use
        if use is not None and use.visible and use.record is not None:
            assert use.record.duration > 0, use.address
            assert use.record.start >= 0, use.address
            if use.source is not None and use.visible_source is not None:
                assert use.visible_source.start <= use.source.start, use.address
                assert use.visible_source.end >= use.source.end, use.address


INSIDE = {
    "note": "<note>GENAI gen.shot</note>",
    "keyword": '<keyword value="day, GenAI/gen.shot"/>',
    "marker": '<marker start="0s" duration="1s" value="GENAI gen.shot"/>',
    "note of a marker": '<marker start="0s" value="x" note="GENAI gen.shot"/>',
    "metadata": '<metadata><md key="com.studio.genai" value="gen.shot"/></metadata>',
    "array": '<metadata><md key="x.genai"><array><string>gen.shot</string></array></md></metadata>',
    "role": '<audio-channel-source srcCh="1" role="GenAI.gen-shot"/>',
    "source type": '<metadata><md key="x" value="trainedAlgorithmicMedia"/></metadata>',
}
OPENING = re.compile(r"<(asset-clip|audio|video|title|asset)(?=[\s/>])[^>]*?(/?)>")


@files
@pytest.mark.parametrize("carrier", INSIDE)
def test_a_tag_put_anywhere_is_found_on_the_right_clip_with_its_line(path: Path, carrier: str) -> None:
    text = path.read_text(encoding="utf-8")
    places = list(OPENING.finditer(text))
    chosen = random.Random(f"{path.name} {carrier}").sample(places, min(4, len(places)))
    for place in chosen:
        tag, closed = place.group(1), place.group(2)
        inside = INSIDE[carrier]
        end = place.end()
        opening = text[place.start() : end - 2] + f">{inside}</{tag}>" if closed else place.group() + inside
        snapshot = read_fcpxml((text[: place.start()] + opening + text[end:]).encode(), path.name)
        line = text.count("\n", 0, end) + 1
        first = text.count("\n", 0, place.start()) + 1
        collected = collect(snapshot, {}, Matcher(()))
        [raised] = collected.undisclosed
        assert raised.points
        for point in raised.points:
            assert point.said.startswith(f"line {line} ("), point.said
        if tag != "asset":
            own = [point for point in raised.points if point.use.line in (first, line)]
            assert own
            # A clip of the browser speaks for the uses of its asset too, where a cut shows them.
            others = [point for point in raised.points if point not in own]
            assert not others or not any(point.visible for point in own)
            references = {each for point in own for each in point.use.media.references}
            assert all(references & set(point.use.media.references) for point in others)
        id = re.search(r'\bid="([^"]*)"', place.group())
        if tag == "asset" and id is not None:
            users = {
                number for name, number, each in elements(path) if each.get("ref") == id.group(1) and name in MEDIA
            }
            assert {point.use.line for point in raised.points if point.use.name} == users
