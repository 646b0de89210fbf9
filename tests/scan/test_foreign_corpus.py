"""The real timelines that adapters read: every clip of them is a use, and what is written into one is found there."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import aaf2
import pytest

from otiogate.evidence.statements import statements
from otiogate.evidence.tag import Tag
from otiogate.scan.read import read_timeline
from otiogate.timeline.model import Carrier, Snapshot
from tests.scan.test_corpus import CORPUS, faults, files, judged, shown

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]

SUFFIXES = (".xml", ".aaf", ".ale", ".xges", ".kdenlive", ".m3u8")
UNREAD = {
    "OpenTimelineIO__otio-fcp-adapter__sample_just_track.xml": "holds no clip that can be read, "
    "so nothing in it was checked",
    "woutervroege__node-srt2xmeml__template.hbs.xml": "OpenTimelineIO's adapter fcp_xml cannot read it: "
    "ValueError: could not convert string to float: '{{timebase}}'",
}
"""A sequence without a clip, and a template into which a program fills numbers."""

READABLE = [each for each in files(*SUFFIXES) if each.name not in UNREAD]


@pytest.mark.parametrize("path", READABLE, ids=shown)
def test_every_file_that_an_adapter_reads_is_judged_without_a_finding(path: Path) -> None:
    report = judged(path)
    assert list(faults(report)) == []
    assert report.verdict == "allow"


@pytest.mark.parametrize("path", [each for each in files(*SUFFIXES) if each.name in UNREAD], ids=shown)
def test_the_others_are_refused_with_the_reason(path: Path) -> None:
    report = judged(path)
    assert report.verdict == "cannot_judge"
    assert [each.what for each in report.problems] == [UNREAD[path.name]]


def clips_in(path: Path) -> int:
    """The clips of a file, counted by what their format is, without a parser of ours or of the host."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".ale":
        return sum(bool(line.strip()) for line in re.split(r"\r\n|\r|\n", text.partition("\nData")[2])[1:])
    if path.suffix == ".m3u8":
        return text.count("#EXTINF")
    root = ElementTree.fromstring(text.encode())
    if path.suffix == ".xges":
        types = (int(each.attrib["track-types"]) for each in root.iter("clip") if "Uri" in each.attrib["type-name"])
        return sum((2 & each > 0) + (4 & each > 0) for each in types)
    return sum(len(each.findall("entry")) for each in root.iter("playlist") if each.get("id") != "main_bin")


def xmeml_clips(sequence: ElementTree.Element, defined: dict[str, ElementTree.Element]) -> int:
    """The uses that a sequence makes; of a pair of channels, one."""
    found = 0
    sequence = defined.get(sequence.get("id", ""), sequence)
    for track in (each for kind in ("video", "audio") for each in sequence.iterfind(f"media/{kind}/track")):
        if track.get("totalExplodedTrackCount", "1") == "1" or track.get("currentExplodedTrackIndex", "0") == "0":
            for clip in (*track.iterfind("clipitem"), *track.iterfind("generatoritem")):
                inner = clip.find("sequence")
                found += 1 if inner is None else xmeml_clips(inner, defined)
    return found


@pytest.mark.parametrize("path", READABLE, ids=shown)
def test_every_clip_of_the_file_is_a_use(path: Path) -> None:
    if path.suffix == ".aaf":
        expected = aaf_clips(path)
    elif path.suffix == ".xml":
        root = ElementTree.parse(path).getroot()
        defined = {each.attrib["id"]: each for each in root.iter("sequence") if len(each) and "id" in each.attrib}
        expected = sum(xmeml_clips(each, defined) for each in root.iterfind("sequence"))
    else:
        expected = clips_in(path)
    assert read_timeline(path).uses == expected


def aaf_clips(path: Path) -> int:
    """The places in the cuts of an AAF at which a master clip is used."""
    with aaf2.open(str(path)) as file:
        return sum(_used(slot.segment) for mob in file.content.toplevel() for slot in mob.slots)


def _used(component: aaf2.components.Component) -> int:
    if isinstance(component, aaf2.components.SourceClip):
        if isinstance(component.mob, aaf2.mobs.CompositionMob):
            return _used(component.slot.segment)
        return int(component.mob is not None)
    if isinstance(component, aaf2.components.Selector):
        selected = component["Selected"].value
        return _used(selected) or sum(map(_used, component.getvalue("Alternates") or ()))
    inner = (component.getvalue(name) for name in ("Components", "InputSegments", "OperationGroup"))
    found = [each for one in inner if one is not None for each in (one if hasattr(one, "__iter__") else (one,))]
    found += list(getattr(component, "slots", ()))
    return sum(map(_used, found))


SPOKEN = "GENAI gen.element tool=Foo note=there"
TAG = 'GENAI gen.element tool=Foo note="put here"'


def said(snapshot: Snapshot) -> dict[int, list[tuple[Carrier, Tag]]]:
    """What is said on each node."""
    found: dict[int, list[tuple[Carrier, Tag]]] = {}
    for node in range(len(snapshot.starts)):
        for carrier in snapshot.subject(node).carriers:
            tags = [(carrier, each) for each in statements(carrier) if isinstance(each, Tag)]
            found.setdefault(node, []).extend(tags)
    return {node: tags for node, tags in found.items() if tags}


def place_in_xml(path: Path, chooser: random.Random) -> tuple[bytes, int, str]:
    """The file with a tag at a place of a clip, the line of that place, and the name of the clip."""
    text = path.read_text("utf-8-sig")
    places = list(_PLACES[path.suffix](text))
    place, form, name = chooser.choice(places)
    spoken = re.sub("[ =]", r"\\\g<0>", SPOKEN) if path.suffix == ".xges" else SPOKEN  # as GStreamer writes it
    made = text[:place] + form.replace("TAG", spoken) + text[place:]
    return made.encode(), text.count("\n", 0, place) + 1, name


XMEML = (
    "<comments><mastercomment1>TAG</mastercomment1></comments>",
    "<logginginfo><lognote>TAG</lognote></logginginfo>",
    "<logginginfo><description>TAG</description><scene>1</scene></logginginfo>",
    "<labels><label2>TAG</label2></labels>",
    "<marker><name>TAG</name><comment/><in>1</in><out>-1</out></marker>",
    "<marker><name>M</name><comment>TAG</comment><in>1</in><out>-1</out></marker>",
    "<anything><at><all>TAG</all></at></anything>",
    "<link><label>x</label><mine note='TAG'/></link>",
)


def in_xmeml(text: str) -> Iterator[tuple[int, str, str]]:
    for clip in re.finditer(r"<clipitem\b.*?</clipitem>", text, re.DOTALL):
        inner = re.match(r"<clipitem[^>]*>\s*(?:<masterclipid>[^<]*</masterclipid>\s*)?<name>([^<]*)</name>", clip[0])
        track = text[text.rfind("<track", 0, clip.start()) :].partition(">")[0]
        if inner and "<sequence" not in clip[0] and 'currentExplodedTrackIndex="1"' not in track:
            yield from ((clip.start() + inner.end(), form, inner[1]) for form in XMEML)


def in_xges(text: str) -> Iterator[tuple[int, str, str]]:
    for clip in re.finditer(r"<clip [^>]*type-name='GESUriClip'[^>]*>", text):
        name = re.search(r"name=\(string\)([^,]+)", clip[0])
        assert name
        place = clip.start() + clip[0].index(" properties='properties") + len(" properties='properties")
        yield place, ", genai=(string)&quot;TAG&quot;", name[1]


def in_kdenlive(text: str) -> Iterator[tuple[int, str, str]]:
    for entry in re.finditer(r'<entry [^>]*producer="([^"]+)"[^>]*>(?!</entry>)', text):
        playlist = text[text.rfind("<playlist", 0, entry.start()) :].partition(">")[0]
        producer = re.search(
            rf'<(?:producer|chain) [^>]*id="{re.escape(entry[1])}".*?</(?:producer|chain)>', text, re.DOTALL
        )
        if "main_bin" in playlist or not producer or entry[0].endswith("/>"):
            continue
        name = re.search(r'name="kdenlive:clipname">([^<]*)<', producer[0])
        yield entry.end(), '<property name="kdenlive:note">TAG</property>', name[1] if name else ""
        yield (
            producer.end() - len("</chain>" if producer[0].endswith("</chain>") else "</producer>"),
            ('<property name="genai">TAG</property>'),
            name[1] if name else "",
        )


def in_m3u8(text: str) -> Iterator[tuple[int, str, str]]:
    for segment in re.finditer(r"^#EXTINF.*$", text, re.MULTILINE):
        yield segment.end(), "\n# TAG", ""
        yield segment.start(), '#EXT-X-DATERANGE:ID="x",X-GENAI=TAG\n', ""
        yield segment.end(), "TAG", ""


_PLACES: dict[str, Callable[[str], Iterator[tuple[int, str, str]]]] = {
    ".xml": in_xmeml,
    ".xges": in_xges,
    ".kdenlive": in_kdenlive,
}


def check_found(path: Path, name: str, line: int | None, only: int | None = None) -> None:
    """The tag stands on uses of that name alone, and says its line."""
    snapshot = read_timeline(path)
    found = said(snapshot)
    uses = [snapshot.subject(node).use for node in found]
    assert found, "the tag is lost"
    assert all(use is not None and use.name == name for use in uses), [use and use.name for use in uses]
    assert only is None or len(found) == only
    for tags in found.values():
        assert {tag.kinds for _, tag in tags} == {("gen.element",)}
        assert line is None or tags[0][0].line == line


MANY = pytest.mark.slow
EXAMPLES = pytest.mark.parametrize("seed", [*range(3), *(pytest.param(each, marks=MANY) for each in range(3, 20))])


@EXAMPLES
@pytest.mark.parametrize("suffix", [".xml", ".xges", ".kdenlive"])
def test_a_tag_put_into_any_clip_of_an_xml_is_found_on_that_clip_with_its_line(
    suffix: str, seed: int, tmp_path: Path
) -> None:
    chooser = random.Random(seed)
    path = chooser.choice([each for each in READABLE if each.suffix == suffix])
    data, line, name = place_in_xml(path, chooser)
    made = tmp_path / f"cut{suffix}"
    made.write_bytes(data)
    check_found(made, name, line)


@EXAMPLES
@pytest.mark.parametrize("column", ["GenAI", "gen_ai", "Comments", "Scene"])
def test_a_tag_put_into_any_row_of_an_ale_is_found_on_that_clip_with_its_line(
    column: str, seed: int, tmp_path: Path
) -> None:
    chooser = random.Random(seed)
    path = chooser.choice([each for each in READABLE if each.suffix == ".ale"])
    lines = re.split(r"\r\n|\r|\n", path.read_text("utf-8-sig"))
    heads = next(number for number, line in enumerate(lines) if line.strip() == "Column") + 1
    while not lines[heads].strip():
        heads += 1
    rows = [number for number in range(lines.index("Data") + 1, len(lines)) if lines[number].strip()]
    row = chooser.choice(rows)
    columns = lines[heads].split("\t")
    if column in columns:
        cells = lines[row].split("\t")
        cells[columns.index(column)] = TAG
        lines[row] = "\t".join(cells)
    else:
        lines[heads] += f"\t{column}"
        body = TAG.partition(" ")[2] if column.lower().startswith("gen") else TAG
        for number in rows:
            blank = "\t" * (len(columns) - lines[number].count("\t"))
            lines[number] += blank + (body if number == row else "")
    made = tmp_path / "cut.ale"
    made.write_text("\n".join(lines), "utf-8")
    name = dict(zip(columns, lines[row].split("\t"), strict=False)).get("Name", "")
    check_found(made, name, row + 1)


@EXAMPLES
def test_a_tag_put_beside_any_segment_of_a_playlist_is_found_on_that_segment(seed: int, tmp_path: Path) -> None:
    chooser = random.Random(seed)
    [path] = [each for each in READABLE if each.suffix == ".m3u8"]
    text = path.read_text("utf-8")
    place, form, _ = chooser.choice(list(in_m3u8(text)))
    made = tmp_path / "cut.m3u8"
    made.write_text(text[:place] + form.replace("TAG", f"'{TAG}'" if "X-GENAI" in form else TAG) + text[place:])
    snapshot = read_timeline(made)
    [(node, tags)] = said(snapshot).items()
    use = snapshot.subject(node).use
    uses = [each for each, is_use in enumerate(snapshot.is_use) if is_use]
    assert use is not None
    before = text[:place].count("#EXTINF") - ("#EXTINF" in text[:place] and "DATERANGE" not in form)
    assert uses.index(node) == before
    assert tags[0][0].line == text.count("\n", 0, place) + 1 + form.startswith("\n")


def tag_aaf(path: Path, carrier: str, chooser: random.Random) -> str:
    """Puts the tag into one mob that the cut uses, and gives the name of the clips that are made from it."""
    with aaf2.open(str(path), "rw") as file:
        masters = [mob for mob in file.content.mastermobs() if _is_used(file, mob)]
        mob = chooser.choice(sorted(masters, key=lambda each: str(each.mob_id)))
        if carrier == "UserComments":
            mob.comments["Comment"] = TAG
        elif carrier == "GenAI":
            mob.comments["Gen AI"] = TAG.partition(" ")[2]
        else:
            attributes = mob.getvalue("MobAttributeList") or []
            mob["MobAttributeList"].value = [*attributes, file.create.TaggedValue("_NOTE", TAG)]
        return str(mob.name or "")


def _is_used(file: aaf2.file.AAFFile, mob: aaf2.mobs.Mob) -> bool:
    return any(mob.mob_id in _mob_ids(slot.segment) for cut in file.content.toplevel() for slot in cut.slots)


def _mob_ids(component: aaf2.components.Component) -> set[object]:
    if isinstance(component, aaf2.components.SourceClip):
        inner = component.mob
        if isinstance(inner, aaf2.mobs.CompositionMob):
            return _mob_ids(component.slot.segment)
        return {component.mob_id}
    names = ("Components", "InputSegments", "OperationGroup", "Selected", "Alternates")
    inner = (component.getvalue(name) for name in names)
    found = [each for one in inner if one is not None for each in (one if hasattr(one, "__iter__") else (one,))]
    found += list(getattr(component, "slots", ()))
    return {each for one in found for each in _mob_ids(one)}


@EXAMPLES
@pytest.mark.parametrize("carrier", ["UserComments", "GenAI", "attributes"])
def test_a_tag_put_into_any_master_clip_of_an_aaf_is_found_on_its_clips(
    carrier: str, seed: int, tmp_path: Path
) -> None:
    chooser = random.Random(seed)
    made = tmp_path / "cut.aaf"
    shutil.copy(chooser.choice([each for each in READABLE if each.suffix == ".aaf" and aaf_clips(each)]), made)
    name = tag_aaf(made, carrier, chooser)
    check_found(made, name, None)


def _chain(mob: aaf2.mobs.Mob) -> Iterator[aaf2.mobs.SourceMob]:
    """The sources, files and tapes, that a master clip is made from."""
    for each in (slot.segment for slot in mob.slots):
        for one in (each, *(each.getvalue("Components") or ())):
            if isinstance(one, aaf2.components.SourceClip) and isinstance(one.mob, aaf2.mobs.SourceMob):
                yield one.mob
                yield from _chain(one.mob)


def copied(name: str, folder: Path) -> Path:
    """A copy of the AAF of the corpus that is called ``name``."""
    [found] = [each for each in READABLE if each.stem.endswith(f"__{name}") and each.suffix == ".aaf"]
    return Path(shutil.copy(found, folder / "cut.aaf"))


@EXAMPLES
def test_a_tag_on_any_source_of_an_aaf_is_said_of_what_the_cut_shows_of_it(seed: int, tmp_path: Path) -> None:
    chooser = random.Random(seed)
    names = ("nested_audio_dissolve", "simple", "nesting_test", "multiple_markers", "misc_speed_effects", "trims")
    made = copied(chooser.choice(names), tmp_path)
    with aaf2.open(str(made), "rw") as file:
        masters = [mob for mob in file.content.mastermobs() if _is_used(file, mob)]
        sources = {str(each.mob_id): each for mob in masters for each in _chain(mob)}
        source = sources[chooser.choice(sorted(sources))]
        made_from_it = {
            str(mob.name or "") for mob in masters if source.mob_id in {each.mob_id for each in _chain(mob)}
        }
        source.comments["Note"] = TAG
    snapshot = read_timeline(made)
    found = said(snapshot)
    assert {use.name for node in found if (use := snapshot.subject(node).use)} == made_from_it
    assert all(carrier.active for tags in found.values() for carrier, _ in tags)
    assert judged(made).verdict == "block"


@EXAMPLES
def test_a_comment_on_any_clip_of_the_cut_of_an_aaf_is_said_of_that_clip_alone(seed: int, tmp_path: Path) -> None:
    chooser = random.Random(seed)
    wanted = chooser.choice(("multiple_markers", "simple", "nesting_test", "transitions", "trims", "duplicates"))
    made = copied(wanted, tmp_path)
    with aaf2.open(str(made), "rw") as file:
        clips = [each for cut in file.content.toplevel() for slot in cut.slots for each in _shown(slot.segment)]
        clip = chooser.choice(clips)
        name, length = str(clip.mob.name or ""), clip.length
        comments = clip.getvalue("ComponentAttributeList") or []
        clip["ComponentAttributeList"].value = [*comments, file.create.TaggedValue("_COMMENT", TAG)]
    snapshot = read_timeline(made)
    [node] = said(snapshot)
    use = snapshot.subject(node).use
    assert use is not None
    assert use.source is not None
    cut_off = use.source.duration - length  # the adapter takes from a clip what is under a transition
    assert (use.name, cut_off) == (name, 0) or (use.name == name and wanted == "transitions" and cut_off < 0)


def _shown(component: aaf2.components.Component) -> Iterator[aaf2.components.Component]:
    """The clips in a cut itself that show a master clip."""
    if isinstance(component, aaf2.components.SourceClip):
        yield from [component] if isinstance(component.mob, aaf2.mobs.MasterMob) and component.length else []
    for each in (*(component.getvalue("Components") or ()), *getattr(component, "slots", ())):
        yield from _shown(each)


@EXAMPLES
def test_the_comment_of_any_marker_of_an_aaf_is_found_and_its_timecode_named(seed: int, tmp_path: Path) -> None:
    chooser = random.Random(seed)
    made = tmp_path / "cut.aaf"
    shutil.copy(chooser.choice([each for each in READABLE if "marker" in each.name and each.suffix == ".aaf"]), made)
    with aaf2.open(str(made), "rw") as file:
        markers = [each for mob in file.content.toplevel() for slot in mob.slots for each in _markers(slot.segment)]
        chooser.choice(markers)["Comment"].value = TAG
    found = said(read_timeline(made))
    assert found, "the tag is lost"
    wheres = {carrier.where for tags in found.values() for carrier, _ in tags}
    assert len(wheres) == 1
    assert re.match(r"marker at (\d\d[:;]\d\d[:;]\d\d[:;]\d\d|frame \d+) of the composition '", wheres.pop())


def _markers(component: aaf2.components.Component) -> list[aaf2.components.Component]:
    if isinstance(component, aaf2.components.DescriptiveMarker):
        return [component]
    return [each for one in component.getvalue("Components") or () for each in _markers(one)]
