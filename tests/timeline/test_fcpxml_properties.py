"""Whatever stands in an FCPXML: building all of it says no more than building what a search finds, and no bytes crash
the reader."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from otiogate.errors import ReadError
from otiogate.evidence.collect import collect
from otiogate.evidence.matching import Matcher
from otiogate.timeline.model import Snapshot
from tests import builders
from tests.timeline.fcpxmls import asset, clip, compound, document, multicam, problems, project, read, subjects, uses

CALM = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])

WORDS = [
    *(
        "GENAI",
        "GenAI",
        "genai",
        "gen-ai",
        "Gen AI",
        "GEN_AI",
        "GENAI+",
        "* GENAI",
        "\u200bGENAI",
        "GENAIX",
        "g\u0435nai",
    ),
    *("/", ".", ":", ",", ", ", " ", "\n", "-", "=", '"', "&", "<", "com.studio.", "?captionFormat=", "id", "DIS-001"),
    *(
        "gen.shot",
        "gen-shot",
        "alter.age",
        "none",
        "id=DIS-001",
        "note=",
        "gen.shto",
        "DigitalSourceType",
        "digsrctype",
    ),
    *("trainedAlgorithmicMedia", "composite", "http://cv.iptc.org/newscodes/digitalsourcetype/", "compositeSynthetic"),
    *("plate.mov", "A001", "shot", "dialogue"),
]
texts = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)
quoted = texts.map(lambda text: quoteattr(text.replace("\n", " ")))


@st.composite
def remarks(draw: st.DrawFn) -> str:
    """What can stand in a clip beside its media."""
    kinds = ["note", "keyword", "marker", "md", "array", "data", "role", "filter", "rating", "text"]
    kind = draw(st.sampled_from(kinds))
    one, other = draw(quoted), draw(quoted)
    start = draw(st.integers(0, 7300))
    return {
        "note": f"<note>{escape(draw(texts))}</note>",
        "keyword": f'<keyword start="{start}s" duration="1s" value={one} note={other}/>',
        "marker": f'<marker start="{start}s" duration="1s" value={one} note={other}/>',
        "md": f"<metadata><md key={one} value={other}/></metadata>",
        "array": f"<metadata><md key={one}><array><string>{escape(draw(texts))}</string></array></md></metadata>",
        "data": f"<metadata><md key={one}><data>{escape(draw(texts))}</data>{escape(draw(texts))}</md></metadata>",
        "role": f'<audio-channel-source srcCh="1" role={one}/>',
        "filter": f'<filter-video ref="e" name={one}><param name="p" value={other}/></filter-video>',
        "rating": f'<rating value="favorite" note={one}/>',
        "text": f"<text><text-style>{escape(draw(texts))}</text-style></text>",
    }[kind]


@st.composite
def clips(draw: st.DrawFn, depth: int = 2) -> str:
    """A story element and what is in it."""
    inside = "".join(draw(st.lists(remarks(), max_size=2)))
    if depth:
        inside += "".join(draw(st.lists(clips(depth - 1), max_size=2)))
    offset, duration = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    told = f'offset="{3600 * (depth == 2) + offset}s" duration="{duration}s" name={draw(quoted)}'
    told += draw(st.sampled_from(["", ' lane="1"', ' lane="-1"', ' enabled="0"', ' start="3601s"', ' start="2s"']))
    tag, ref = draw(
        st.sampled_from(
            [
                *(("asset-clip", "a"), ("asset-clip", "b"), ("video", "a"), ("audio", "b"), ("title", "e")),
                *(("ref-clip", "m"), ("mc-clip", "c"), ("clip", ""), ("sync-clip", ""), ("gap", "")),
            ]
        )
    )
    return f"<{tag} ref={quoteattr(ref)} {told}>{inside}</{tag}>" if ref else f"<{tag} {told}>{inside}</{tag}>"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document with a cut, a clip of the browser, a compound and a multicam clip, an asset that says something."""
    resources = asset("b", inside=f"<metadata><md key={draw(quoted)} value={draw(quoted)}/></metadata>")
    resources += compound("".join(draw(st.lists(clips(1), max_size=2))))
    resources += multicam({name: draw(clips(0)) for name in "AB"}, id="c")
    inside = project("\n".join(draw(st.lists(clips(), min_size=1, max_size=3))))
    return document(inside + draw(st.just("") | clips(1).filter(lambda text: not text.startswith("<gap"))), resources)


@CALM
@given(documents())
def test_building_everything_says_no_more_than_building_what_a_search_finds(text: str) -> None:
    ledger = [
        builders.disclosure(
            match=[
                {"reference": "plate.mov"},
                {"clip_name": "shot"},
                {"reel": "A001", "source_range": "01:00:00:00-02:00:00:00"},
            ]
        )
    ]
    fast, slow = (builders.judged(read(text), *ledger, everything=everything) for everything in (False, True))
    assert fast.to_data() == slow.to_data()


@CALM
@given(documents())
def test_every_element_that_takes_media_is_a_use_or_a_loss_and_parents_come_first(text: str) -> None:
    snapshot = read(text)
    there = sum(text.count(f"<{tag} ") for tag in ("asset-clip", "video", "audio", "title"))
    lost = [each for each in problems(snapshot) if each[0] == "lost"]
    assert len(uses(snapshot)) + len(lost) >= there
    assert all(parent < node for node, parent in enumerate(snapshot.parents))
    assert [each.use is not None for each in subjects(snapshot)] == list(snapshot.is_use)


@CALM
@given(documents(), st.sampled_from(["\n", "\t", "<!-- x -->", "<?x y?>"]))
def test_white_space_and_comments_between_elements_change_nothing_but_lines(text: str, between: str) -> None:
    plain, spaced = read(text), read(text.replace("><", f">{between}<"))
    assert [(each.name, each.record, each.visible) for each in uses(plain)] == [
        (each.name, each.record, each.visible) for each in uses(spaced)
    ]
    assert _said(plain) == _said(spaced)


def _said(snapshot: Snapshot) -> list[tuple[str, int]]:
    collected = collect(snapshot, {}, Matcher(()))
    raised = (*collected.undisclosed, *collected.invalid, *collected.differs)
    return [(each.what, len(each.points)) for each in raised]


WHOLE = document(
    project(clip("<note>GENAI gen.shot</note>") + '<ref-clip ref="m" name="c" duration="2s"/>'),
    compound(clip(offset="0s")),
).encode()


@CALM
@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=8) | texts.map(str.encode))
@example(0, len(WHOLE), b"")
def test_a_file_in_which_bytes_are_lost_or_changed_is_read_or_refused(start: int, length: int, put: bytes) -> None:
    try:
        snapshot = read(WHOLE[:start] + put + WHOLE[start + length :])
    except ReadError as fault:
        assert fault.what and fault.where and fault.next_step
    else:
        assert len(subjects(snapshot)) == len(snapshot.starts)
