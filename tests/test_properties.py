"""Laws that hold for every timeline and ledger, not only for those that somebody thought of."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from otiogate.records.store import FolderStore
from otiogate.report.json import JsonWriter, read_reports
from otiogate.report.model import Report
from tests import builders
from tests.builders import (
    CONTEXT,
    EVIDENCE,
    SUBJECT,
    TEMP,
    clearance,
    consent,
    decision,
    disclosure,
    notice,
    notification,
    replica,
    scope,
    time_range,
)

Data = dict[str, Any]
CALM = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

# Ledgers

NAMES = ("vfx_010", "vfx 020", "caf\u00e9", "cafe\u0301", "STRASSE", "stra\u00dfe", "plate", "\u6620\u50cf_01", "x", "")
URLS = (
    "file:///show/vfx_010.mov",
    "file:///show/VFX%20020.MOV",
    "https://vault.example/a/caf%C3%A9.mov?v=2#t",
    "\\\\server\\show\\stra\u00dfe.mxf",
    "plate.0001.exr",
    "/show/100%.mov",
    'quo"ted.mov',
    "",
)
REELS = ("A001", "a001", "B \u00e9 2", "AX", "BL", 'quo"te', "")
REEL_KEYS = ("reel", "Reel Name", "tape_name", "TapeID", "source-reel", "Tape")
KINDS = (
    ["gen.environment"],
    ["gen.element"],
    ["gen.key_visual"],
    ["gen.music"],
    ["enhance.denoise"],
    ["gen.shot", "relight"],
    ["gen.factual"],
)
MATCHES = (
    *({"reference": each} for each in ("vfx_010.mov", "VFX 020.mov", "cafe\u0301.mov", "/x/stra\u00dfe.mxf", "plate")),
    *({"reel": each, "source_range": "00:00:00:00-00:01:00:00"} for each in ("A001", "b \u00c9 2", "AX")),
    *({"clip_name": each} for each in ("vfx_010", "caf\u00e9", "STRASSE", "\u6620\u50cf_01")),
    {"reference": "shot.%04d.exr"},
    {"reference": "shot.####.exr"},
    {"sha256": "sha256:" + "a" * 64},
)
FLAGS = ("input.proprietary", "input.personal_data", "input.third_party_ip", "real_event")
ANSWERS = ("yes", "no", "unsure")
SMALL = st.integers(0, 3)
rarely = SMALL.map(lambda number: number == 0)


@st.composite
def disclosures(draw: st.DrawFn, id: str = "DIS-001") -> Data:
    """A disclosure of anything, with a person in it or not, sure or not."""
    changes: Data = {"match": draw(st.lists(st.sampled_from(MATCHES), min_size=1, max_size=3))}
    if draw(st.booleans()):
        del changes["match"]
    if draw(SMALL) == 0:
        changes["flags"] = {draw(st.sampled_from(FLAGS)): draw(st.sampled_from(ANSWERS))}
    if draw(SMALL) == 0:
        changes["ranges"] = [draw(st.sampled_from(["00:00:00:00-00:00:01:00", "00:10:00:00-00:11:00:00"]))]
    changes["prominence"] = draw(st.sampled_from(["incidental", "featured", "story_critical", "unsure"]))
    changes["output_stage"] = draw(st.sampled_from(["final", "final", "final", "temp", "unsure"]))
    if draw(st.booleans()):
        changes["use_kind"] = draw(st.sampled_from(KINDS))
        changes["identity"] = draw(st.sampled_from(["none", "none", "nonidentifiable_human", "unsure"]))
        return disclosure(id, **changes)
    changes["use_kind"] = draw(st.sampled_from([["replica.likeness"], ["alter.age"], ["alter.intimate"]]))
    changes["identity"] = draw(st.sampled_from(["identifiable_living", "minor", "none", "unsure"]))
    changes["exceptions"] = draw(st.sampled_from([[], ["as_scripted"]]))
    return replica(id, **changes)


EVERY_RULE = [
    *(f"NFX-0{number}" for number in (20, 21, 22, 23, 30, 31, 33, 34, 40, 41, 42, 44, 50, 51)),
    "AUD-001",
    "SAG-014",
    "SAG-016",
    "GEN-002",
]
SPOILT: tuple[Data, ...] = (
    {},
    {},
    {},
    {},
    {"expires_at": "2026-12-31Z"},
    {"scope": scope("decision", episodes=["102"])},
    {"requested_by": "S-APPROVER"},
    {"answers": ["NFX-020"]},
    {"granted_at": "2027-06-01T09:00:00Z"},
    {"revoked": {"at": "2027-01-01T00:00:00Z"}},
)
RESOLVED = {
    "prominence": ["incidental", "story_critical"],
    "identity": ["none", "identifiable_living"],
    "output_stage": ["final", "temp"],
    **{key: ["yes", "no"] for key in FLAGS},
}


@st.composite
def grants(draw: st.DrawFn, about: Data, number: int = 1) -> list[Data]:
    """Some of what may be granted about a disclosure, most of it in order; nothing supersedes anything."""
    resolves = {key: draw(st.sampled_from(values)) for key, values in RESOLVED.items()}
    made = [
        notification(about, id=f"NTF-00{number}"),
        notice(id=f"NTC-00{number}"),
        *(
            clearance(about, id=f"CLR-0{place}{number}", rights_type=rights)
            for place, rights in enumerate(("third_party_ip", "music"))
        ),
        consent(id=f"CON-00{number}", kinds=tuple(about["use_kind"]), riders=["intimate"]),
        consent(
            id=f"CON-10{number}",
            kinds=tuple(about["use_kind"]),
            grantor={"kind": "guardian", "id": "P-PARENT", "authority": EVIDENCE},
        )
        | {"subject": {"id": SUBJECT, "status": "minor"}},
    ]
    for kind in ("approval", "legal_review", "incidental", "exception", "consultation", "label_plan", "escalation"):
        changes = {"answers": EVERY_RULE} | draw(st.sampled_from(SPOILT))
        if kind == "escalation":
            changes["resolves"] = resolves
        if kind == "exception":
            changes["kinds"] = ["as_scripted"]
        if kind == "approval":
            changes["names"] = ["input.personal_data", "input.proprietary"]
        made.append(decision(kind, about, id=f"{kind.upper()}-00{number}", **changes))
    absent = draw(st.sets(st.integers(0, len(made) - 1), max_size=3))
    return [each for place, each in enumerate(made) if place not in absent]


@st.composite
def cleared_ledgers(draw: st.DrawFn) -> list[Data]:
    """Two disclosures that ask for little, one of them of an effect, and all that they ask for."""
    found: list[Data] = []
    for number in (1, 2):
        kinds = draw(st.sampled_from([["gen.environment"], ["enhance.denoise"], ["gen.element"]]))
        changes: Data = {"use_kind": kinds}
        if draw(st.booleans()):
            changes["effect"] = "Fix"
        if draw(rarely):
            changes["match"] = [draw(st.sampled_from(MATCHES[:1] + MATCHES[8:9]))]
        if draw(rarely):
            changes["media"] = {"reference": "other.mov"}
        about = disclosure(f"DIS-00{number}", **changes)
        answers = ["NFX-020", "NFX-021"]
        found += [
            about,
            notification(about, f"NTF-00{number}"),
            decision("approval", about, answers, f"APR-00{number}"),
        ]
    return found


@st.composite
def ledgers(draw: st.DrawFn) -> list[Data]:
    """One to three disclosures, and some of what may be granted about them."""
    found: list[Data] = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        about = draw(disclosures(f"DIS-00{number}"))
        found.append(about)
        if draw(st.booleans()):
            found += draw(grants(about, number))
    return found


# Timelines, as plain descriptions, so that a test can change one and build it again

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TEXTS = (
    "GENAI id=DIS-001",
    "genai: ID=dis-002",
    "GENAI gen.environment id=DIS-001 prominence=incidental",
    "GENAI gen.shot id=DIS-003 identity=unsure approval=APR-404",
    "GENAI gen.shot",
    "GENAI alter.age stage=temp",
    "GENAI enhance.denoise",
    "GENAI none",
    "GENAI gen.shott",
    "GENAI+ id=DIS-001",
    "GENAI gen.music id=DIS-404 range=00:00:00:00-00:00:00:01",
    "\u00a0GENAI\u00a0relight",
    "GENAIX gen.shot",
    "NOT GENAI",
)
CLAIMS = (
    "GENAI gen.shot",
    "GENAI alter.age",
    "GENAI gen.element prominence=incidental identity=none stage=final fidelity=as_performed",
    "GENAI none",
    "GENAI",
    "GENAI enhance.denoise",
    "GENAI enhance.denoise dst=compositeSynthetic",
    "GENAI id=DIS-404",
    "GENAI gen.environment id=DIS-404 consent=CON-001 approval=APR-001 clearance=CLR-001",
    "GENAI gen.shott",
    "GENAI gen.shot stage=ideation range=23:00:00:00-23:00:01:00",
)
KEYS = ("genai", "GenAI", "Gen AI", "gen_ai", "GEN-AI", "g e n a i", "gen\tai", "GenAI ID", "genai_id")
TYPE_KEYS = ("DigitalSourceType", "digital source type", "Iptc4xmpExt:DigitalSourceType", "digital\tsource_type", "x")
SOURCE_TYPES = (
    "trainedAlgorithmicMedia",
    IPTC + "compositeSynthetic",
    "https" + IPTC[4:] + "compositeWithTrainedAlgorithmicMedia/",
    "digsrctype:composite",
    IPTC + "virtualRecording",
    "composite",
    "digitalCapture",
    IPTC.replace("iptc", "evil") + "trainedAlgorithmicMedia",
)
CARRIERS = ("metadata", "media", "inactive", "effect", "marker", "marker name", "marker comment")
WHOLE = disclosure("DIS-050", use_kind=["gen.element"])

said = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(["DIS-001", "dis-002", "DIS-404", "not an id"]).map(lambda id: {"id": id}),
    st.sampled_from([WHOLE, WHOLE | {"prominence": "featured"}, disclosure(), {"half": "a disclosure"}, [], 7, None]),
)


class Pool(NamedTuple):
    """What clips are made of and what they say: anything, or what can be allowed."""

    tags: Any
    texts: tuple[str, ...]
    source_types: tuple[str, ...]
    urls: tuple[str, ...]
    reels: tuple[str, ...]


WILD = Pool(st.one_of(said, st.lists(said, min_size=1, max_size=2)), TEXTS, SOURCE_TYPES, URLS, REELS)
KNOWN = (
    "GENAI id=DIS-001",
    "GENAI gen.environment id=DIS-001",
    "GENAI id=DIS-002",
    "GENAI enhance.denoise",
    "NOT GENAI",
)
MILD = Pool(
    st.sampled_from([*KNOWN[:4], {"id": "DIS-001"}]),
    KNOWN,
    (*SOURCE_TYPES[3:7], "trainedAlgorithmicMedia"),
    ("file:///show/vfx_010.mov", "file:///show/other.mov"),
    ("A001", "A001", "AX"),
)


@st.composite
def metadata(draw: st.DrawFn, pool: Pool = WILD) -> Data:
    """Nothing, a tag under some spelling of the key, a source type, or any of them deep inside something."""
    found: Data = {}
    if draw(rarely):
        found[draw(st.sampled_from(KEYS[:-2] if pool is MILD else KEYS))] = draw(pool.tags)
    if draw(rarely):
        found[draw(st.sampled_from(TYPE_KEYS))] = draw(st.sampled_from(pool.source_types))
    if found and draw(rarely):
        found = {"vendor": {"list": [{"\u00fcber": found}]}}
    return found


@st.composite
def clips(draw: st.DrawFn, pool: Pool = WILD, *, bare: bool = False) -> Data:
    """A clip; ``bare``: one that says nothing."""
    made: Data = {
        "what": "clip",
        "name": draw(st.sampled_from(NAMES)),
        "url": draw(st.sampled_from(pool.urls)),
        "reel": (draw(st.sampled_from(REEL_KEYS)), draw(st.sampled_from(pool.reels))),
        "sequence": draw(rarely),
        "start": draw(st.sampled_from([0, 10, 100])),
        "enabled": draw(SMALL) > 0,
    }
    for carrier in () if bare else CARRIERS:
        if draw(rarely):
            made[carrier] = draw(st.sampled_from(pool.texts) if carrier.startswith("marker ") else metadata(pool))
    return made


@st.composite
def items(draw: st.DrawFn, pool: Pool = WILD, depth: int = 0) -> list[Data]:
    """What stands on a track; a transition stands between two clips."""
    found: list[Data] = []
    for _ in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from(["clip", "clip", "clip", "gap", "transition", "stack"]))
        if what == "stack" and depth < 2:
            held = draw(st.lists(items(pool, depth + 1), min_size=1, max_size=2))
            found.append({"what": "stack", "tracks": held, "metadata": draw(metadata(pool)), "trimmed": draw(rarely)})
        elif what == "gap":
            found.append({"what": "gap", "metadata": draw(metadata(pool))})
        elif what == "transition":
            found += [draw(clips(pool)), {"what": "transition", "metadata": draw(metadata(pool))}, draw(clips(pool))]
        else:
            found.append(draw(clips(pool)))
    return found


@st.composite
def cuts(draw: st.DrawFn, pool: Pool = WILD) -> Data:
    """A timeline of one or two tracks, with anything said anywhere."""
    tracks = [
        {
            "items": draw(items(pool)),
            "metadata": draw(metadata(pool)),
            "marker": draw(st.sampled_from(pool.texts)) if draw(rarely) else "",
            "enabled": draw(SMALL) > 0,
        }
        for _ in range(draw(st.integers(1, 2)))
    ]
    return {"tracks": tracks, "metadata": draw(metadata(pool)), "stack": draw(metadata(pool))}


def media(made: Data) -> otio.core.MediaReference:
    carried = copy.deepcopy(made.get("media", {}))
    if made["sequence"]:
        return otio.schema.ImageSequenceReference(
            "file:///show/", "shot.", ".exr", 1, 1, 24, 4, available_range=time_range(0, 500), metadata=carried
        )
    if not made["url"]:
        return otio.schema.MissingReference(metadata=carried)
    return otio.schema.ExternalReference(made["url"], time_range(0, 500), carried)


def built_clip(made: Data) -> otio.schema.Clip:
    clip = otio.schema.Clip(made["name"], media(made), time_range(made["start"], 24))
    clip.metadata.update(copy.deepcopy(made.get("metadata", {})))
    key, reel = made["reel"]
    clip.metadata["cmx_3600"] = {key: reel}
    clip.enabled = made["enabled"]
    if "inactive" in made:
        old = otio.schema.ExternalReference("old.mov", time_range(0, 500), copy.deepcopy(made["inactive"]))
        clip.set_media_references({"DEFAULT_MEDIA": clip.media_reference, "old": old}, "DEFAULT_MEDIA")
    if "effect" in made:
        clip.effects.append(otio.schema.Effect("fix", "Fix", copy.deepcopy(made["effect"])))
    if any(each in made for each in ("marker", "marker name", "marker comment")):
        marker = otio.schema.Marker(made.get("marker name", ""), time_range(made["start"], 1))
        marker.comment = made.get("marker comment", "")
        marker.metadata.update(copy.deepcopy(made.get("marker", {})))
        clip.markers.append(marker)
    return clip


def built_item(made: Data) -> otio.core.Composable:
    if made["what"] == "clip":
        return built_clip(made)
    carried = copy.deepcopy(made["metadata"])
    if made["what"] == "gap":
        return otio.schema.Gap(source_range=time_range(0, 24), metadata=carried)
    if made["what"] == "transition":
        offset = otio.opentime.RationalTime(4, 24)
        return otio.schema.Transition("t", "SMPTE_Dissolve", offset, offset, carried)
    stack = otio.schema.Stack("nested", metadata=carried)
    for held in made["tracks"]:
        stack.append(built_track(held, {}))
    if made["trimmed"]:
        stack.source_range = time_range(0, 12)
    return stack


def built_track(held: list[Data], carried: Data) -> otio.schema.Track:
    track = otio.schema.Track("V1", kind="Video", metadata=copy.deepcopy(carried))
    track.extend([built_item(each) for each in held])
    return track


def built(cut: Data) -> otio.schema.Timeline:
    made = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(86400, 24))
    made.metadata.update(copy.deepcopy(cut["metadata"]))
    made.tracks.metadata.update(copy.deepcopy(cut["stack"]))
    for each in cut["tracks"]:
        track = built_track(each["items"], each["metadata"])
        track.enabled = each["enabled"]
        if each["marker"]:
            track.markers.append(otio.schema.Marker(each["marker"], time_range(4, 8)))
        made.tracks.append(track)
    return made


def clips_of(cut: Data) -> Iterator[Data]:
    pending = [each for track in cut["tracks"] for each in track["items"]]
    while pending:
        made = pending.pop()
        if made["what"] == "clip":
            yield made
        pending += [each for held in made.get("tracks", ()) for each in held]


contexts = st.sampled_from([CONTEXT, CONTEXT, TEMP])


def judged(thing: Any, *ledger: Data, **given: Any) -> Report:
    """As the builder's, but records made by the hundred are not checked each time; a test does it for some."""
    return builders.judged(thing, *ledger, check=False, **given)


@settings(CALM, max_examples=20)
@given(ledgers())
def test_the_records_of_these_tests_are_valid(ledger: list[Data]) -> None:
    assert builders.records(*ledger, check=True)
    assert len({each["id"] for each in ledger}) == len(ledger)


# The laws


@settings(CALM, max_examples=150)
@given(cuts(), ledgers(), contexts)
def test_the_prefilter_changes_no_report(cut: Data, ledger: list[Data], context: Any) -> None:
    made = built(cut)
    fast = judged(made, *ledger, context=context)
    slow = judged(made, *ledger, context=context, everything=True)
    assert fast.to_data() == slow.to_data()


@settings(CALM, max_examples=60)
@given(cuts(), ledgers())
def test_the_prefilter_changes_no_report_that_asks_for_declarations(cut: Data, ledger: list[Data]) -> None:
    made = built(cut)
    fast = judged(made, *ledger, declaration_required=True)
    assert fast.to_data() == judged(made, *ledger, declaration_required=True, everything=True).to_data()


@settings(CALM, max_examples=80)
@given(cuts(), ledgers(), contexts)
def test_a_report_goes_through_json_and_back(cut: Data, ledger: list[Data], context: Any) -> None:
    report = judged(built(cut), *ledger, context=context)
    text = JsonWriter().write([report, report])
    assert read_reports(text) == [report, report]
    assert JsonWriter().write(read_reports(text)) == text


@settings(CALM, max_examples=80)
@given(cuts(), ledgers(), contexts, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(
    cut: Data, ledger: list[Data], context: Any, shuffle: random.Random
) -> None:
    made = built(cut)
    before = judged(made, *ledger, context=context)
    mixed = shuffle.sample(ledger, len(ledger))
    assert judged(made, *mixed, context=context).to_data() == before.to_data()


@settings(CALM, max_examples=25)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_files_in_which_the_records_stand_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, ledger: list[Data], shuffle: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    one, many = folder / "one", folder / "many"
    one.mkdir()
    (one / "all.json").write_text(json.dumps(ledger), encoding="utf-8")
    for number, each in enumerate(shuffle.sample(ledger, len(ledger))):
        path = many / shuffle.choice("abc") / shuffle.choice("xyz") / f"{number}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(each), encoding="utf-8")
    whole, parts = FolderStore((one,)).fetch(), FolderStore((many,)).fetch()
    assert whole.digest == parts.digest
    assert [dict(each.data) for _, each in sorted(whole.records.items())] == [
        dict(each.data) for _, each in sorted(parts.records.items())
    ]
    assert whole.superseded == parts.superseded
    assert list(whole.disclosures) == list(parts.disclosures)


def without_places(report: Report) -> list[tuple[Any, ...]]:
    """The findings, without where in the cut they stand."""
    return sorted(
        (
            each.rule,
            each.disclosure,
            each.severity,
            each.effect,
            each.status,
            each.records,
            each.missing,
            sorted((use.name, use.reel, use.visible) for use in each.uses),
            each.fingerprint,
        )
        for each in report.findings
    )


@settings(CALM, max_examples=80)
@given(st.lists(clips(), min_size=2, max_size=5), ledgers(), contexts, st.randoms(use_true_random=False))
def test_the_order_of_the_clips_changes_no_finding(
    held: list[Data], ledger: list[Data], context: Any, shuffle: random.Random
) -> None:
    def report(order: list[Data]) -> Report:
        track = {"items": order, "metadata": {}, "marker": "", "enabled": True}
        return judged(built({"tracks": [track], "metadata": {}, "stack": {}}), *ledger, context=context)

    before, after = report(held), report(shuffle.sample(held, len(held)))
    assert (before.verdict, without_places(before)) == (after.verdict, without_places(after))
    assert (before.counts, before.missing) == (after.counts, after.missing)


@settings(CALM, max_examples=80)
@given(st.lists(said, min_size=2, max_size=4), ledgers(), contexts, st.randoms(use_true_random=False))
def test_the_order_of_what_one_clip_says_changes_nothing(
    statements: list[Any], ledger: list[Data], context: Any, shuffle: random.Random
) -> None:
    def report(order: list[Any]) -> Data:
        made = otio.schema.Clip("vfx_010", otio.schema.ExternalReference(URLS[0], time_range(0, 500)))
        made.metadata["genai"] = copy.deepcopy(order)
        track = otio.schema.Track("V1")
        track.append(made)
        whole = judged(track, *ledger, context=context).to_data()
        whole["input"]["digest"] = ""
        return whole

    assert report(statements) == report(shuffle.sample(statements, len(statements)))


GRANTING = (
    "consent",
    "clearance",
    "approval",
    "legal_review",
    "incidental",
    "exception",
    "consultation",
    "label_plan",
    "escalation",
    "notice",
    "notification",
)


@st.composite
def about_to_be_judged(draw: st.DrawFn) -> tuple[otio.schema.Timeline, list[Data]]:
    """A clip of one disclosure, and what was granted for it."""
    about = draw(disclosures())
    tag = draw(st.sampled_from([{"id": "DIS-001"}, "GENAI id=DIS-001", "GENAI id=DIS-001 stage=final"]))
    track = {
        "items": [draw(clips(bare=True)) | {"name": "vfx_010", "url": URLS[0], "reel": ("reel", "A001")}],
        "metadata": {},
        "marker": "",
        "enabled": True,
    }
    track["items"][0] |= {"metadata": {"genai": tag}, "enabled": True, "sequence": False}
    return built({"tracks": [track], "metadata": {}, "stack": {}}), [about, *draw(grants(about))]


@settings(CALM, max_examples=150)
@given(about_to_be_judged(), contexts, st.data())
def test_removing_a_granting_record_never_unblocks(
    case: tuple[otio.schema.Timeline, list[Data]], context: Any, data: st.DataObject
) -> None:
    made, ledger = case
    granting = [each for each in ledger if each["record"] in GRANTING and not each.get("supersedes")]
    assume(granting)
    taken = data.draw(st.sampled_from(granting))
    if judged(made, *[each for each in ledger if each is not taken], context=context).verdict == "allow":
        assert judged(made, *ledger, context=context).verdict == "allow"


@st.composite
def negatives(draw: st.DrawFn, ledger: list[Data]) -> list[Data]:
    """The ledger with one no more: a decision against, or a consent that was taken back."""
    about = ledger[0]
    consents = [each for each in ledger if each["record"] == "consent"]
    if consents and draw(st.booleans()):
        taken_back = draw(st.sampled_from(consents))
        at = draw(st.sampled_from(["2026-11-02T00:00:00Z", "2027-02-01T00:00:00Z", "2030-01-01T00:00:00Z"]))
        return [each | {"revoked": {"at": at}} if each is taken_back else each for each in ledger]
    kind = draw(st.sampled_from(["approval", "legal_review", "incidental", "exception", "escalation"]))
    decisions = [each["id"] for each in ledger if "decision" in each]
    changes: Data = {"resolves": {"identity": "none", "prominence": "incidental"}} if kind == "escalation" else {}
    if draw(st.booleans()) and decisions:
        changes["supersedes"] = draw(st.lists(st.sampled_from(decisions), max_size=2, unique=True))
    no = decision(
        kind,
        about,
        draw(st.sampled_from([EVERY_RULE, ["NFX-020"], ["NFX-010"]])),
        id="NO-001",
        decision=draw(st.sampled_from(["rejected", "withdrawn"])),
        granted_at=draw(st.sampled_from(["2026-11-01T09:00:00Z", "2026-12-10T09:00:00Z", "2027-06-01T09:00:00Z"])),
        **changes,
    )
    return [*ledger, no]


@settings(CALM, max_examples=150)
@given(about_to_be_judged(), contexts, st.data())
def test_adding_a_negative_record_never_unblocks(
    case: tuple[otio.schema.Timeline, list[Data]], context: Any, data: st.DataObject
) -> None:
    made, ledger = case
    worse = data.draw(negatives(ledger))
    if judged(made, *worse, context=context).verdict == "allow":
        assert judged(made, *ledger, context=context).verdict == "allow"


@settings(CALM, max_examples=120)
@given(cuts(MILD), cleared_ledgers(), contexts, clips(MILD, bare=True))
def test_adding_an_untagged_clip_never_unblocks(cut: Data, ledger: list[Data], context: Any, bare: Data) -> None:
    assume(list(clips_of({"tracks": cut["tracks"][-1:]})))  # what is said of no use at all becomes said of this one
    longer = copy.deepcopy(cut)
    longer["tracks"][-1]["items"].append(bare)
    if judged(built(longer), *ledger, context=context).verdict == "allow":
        assert judged(built(cut), *ledger, context=context).verdict == "allow"


@settings(CALM, max_examples=120)
@given(cuts(MILD), cleared_ledgers(), contexts, st.sampled_from(CLAIMS), st.data())
def test_a_claim_on_a_clip_never_unblocks(
    cut: Data, ledger: list[Data], context: Any, claim: str, data: st.DataObject
) -> None:
    tagged = copy.deepcopy(cut)
    found = list(clips_of(tagged))
    assume(found)
    made = data.draw(st.sampled_from(found))
    held = made.setdefault("metadata", {}).get("genai", [])
    made["metadata"]["genai"] = [*held, claim] if isinstance(held, list) and held else [held, claim] if held else claim
    if judged(built(tagged), *ledger, context=context).verdict == "allow":
        assert judged(built(cut), *ledger, context=context).verdict == "allow"


@settings(CALM, max_examples=60)
@given(cuts(MILD), cleared_ledgers() | ledgers())
def test_a_temp_delivery_is_never_judged_more_strictly_than_a_final_one(cut: Data, ledger: list[Data]) -> None:
    made = built(cut)
    if judged(made, *ledger).verdict == "allow":
        assert judged(made, *ledger, context=TEMP).verdict == "allow"


@settings(CALM, max_examples=60)
@given(cuts(MILD), cleared_ledgers() | ledgers(), contexts)
def test_an_export_that_carries_media_is_never_judged_more_mildly(cut: Data, ledger: list[Data], context: Any) -> None:
    made = built(cut)
    if judged(made, *ledger, context=context, carries_media=True).verdict == "allow":
        assert judged(made, *ledger, context=context).verdict == "allow"


@settings(CALM, max_examples=60)
@given(cuts(), ledgers(), contexts)
def test_an_otio_file_is_judged_as_the_object_that_it_was_written_from(
    tmp_path_factory: pytest.TempPathFactory, cut: Data, ledger: list[Data], context: Any
) -> None:
    made = built(cut)
    again = otio.core.deserialize_json_from_string(otio.core.serialize_json_to_string(made))
    one, two = (judged(each, *ledger, context=context).to_data() for each in (made, again))
    assert one == two
