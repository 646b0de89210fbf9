"""``otiogate tag``: onto clips of an .otio or .edl, or into the ledger; and nothing where it cannot be done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
import yaml

from otiogate.documents.digest import sha256
from otiogate.records.store import FolderStore
from otiogate.scan.read import read_timeline
from otiogate.scan.sidecar import SUFFIX, read_sidecar
from tests.builders import clip, disclosure, timeline
from tests.cli.running import Ran, call, edl, held, project

TAG = "GENAI gen.shot stage=temp"


def cut(folder: Path, *clips: otio.schema.Clip, name: str = "cut.otio") -> Path:
    path = folder / name
    path.write_text(otio.core.serialize_json_to_string(timeline(*clips), {}, 4), encoding="utf-8")
    return path


def said(path: Path) -> list[Any]:
    """What stands in the ``genai`` of each clip."""
    clips = json.loads(path.read_text(encoding="utf-8"))["tracks"]["children"][0]["children"]
    return [each["metadata"].get("genai") for each in clips]


@pytest.fixture
def tag(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: str | Path) -> Ran:
        return call(capsys, "tag", *arguments)

    return ran


def test_the_clips_that_fit_get_the_tag_in_a_new_otio(tmp_path: Path, tag: Any) -> None:
    source = cut(tmp_path, clip(name="vfx_010"), clip(name="vfx_020"), clip(name="plate"))
    before = source.read_bytes()
    ran = tag(source, "-o", "new.otio", "--tag", TAG, "--name", "VFX_*")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == f"wrote new.otio: 2 clips tagged {TAG}"
    assert "'V1' / item 2  vfx_020" in ran.out
    assert said(tmp_path / "new.otio") == [[TAG], [TAG], None]
    assert source.read_bytes() == before


@pytest.mark.parametrize("stands", ["GENAI gen.sfx", ["GENAI gen.sfx"], {"id": "DIS-009"}, [{"id": "DIS-009"}]])
def test_it_is_added_to_what_stands_there(tmp_path: Path, tag: Any, stands: Any) -> None:
    cut(tmp_path, clip(stands))
    assert tag("cut.otio", "-o", "new.otio", "--tag", TAG, "--name", "*").code == 0
    assert said(tmp_path / "new.otio") == [[*(stands if isinstance(stands, list) else [stands]), TAG]]


def test_what_a_clip_says_already_is_not_said_twice(tmp_path: Path, tag: Any) -> None:
    source = cut(tmp_path, clip("genai: GEN.SHOT   stage=temp"), clip())
    ran = tag(source, "-o", "new.otio", "--tag", TAG, "--name", "*")
    assert "1 clip tagged" in ran.out
    assert ran.out.count("(said so already)") == 1
    assert tag("new.otio", "--in-place", "--tag", TAG, "--name", "*").out.startswith("new.otio: left as it is")


def test_an_id_alone_points_to_the_ledger_and_says_so_where_it_is_not_there(tmp_path: Path, tag: Any) -> None:
    project(tmp_path, one=yaml.safe_dump(disclosure("DIS-001")))
    cut(tmp_path, clip())
    known = tag("cut.otio", "-o", "new.otio", "--id", "dis-001", "--reel", "a001")
    assert (known.code, known.err) == (0, "")
    assert said(tmp_path / "new.otio") == [["GENAI id=dis-001"]]
    unknown = tag("cut.otio", "-o", "new.otio", "--id", "DIS-002", "--reel", "A001")
    assert unknown.code == 0
    assert "DIS-002 is not in the ledger yet" in unknown.err


def test_a_broken_ledger_does_not_keep_a_tag_from_being_written(tmp_path: Path, tag: Any) -> None:
    project(tmp_path, one="record: nothing\n")
    cut(tmp_path, clip())
    ran = tag("cut.otio", "-o", "new.otio", "--id", "DIS-001", "--name", "*")
    assert ran.code == 0
    assert "could not be told" in ran.err


def test_an_edl_gets_a_comment_line_and_is_otherwise_the_same(tmp_path: Path, tag: Any) -> None:
    text = edl(["* FROM CLIP NAME: vfx_010"], [], head=["* GENAI none"]).replace("\n", "\r\n")
    (tmp_path / "cut.edl").write_bytes(text.encode())
    assert tag("cut.edl", "-o", "new.edl", "--tag", TAG, "--event", "1").code == 0
    new = (tmp_path / "new.edl").read_bytes().decode()
    assert new.replace("* GENAI: gen.shot stage=temp\r\n", "") == text
    assert "* FROM CLIP NAME: vfx_010\r\n* GENAI: gen.shot stage=temp\r\n002" in new


def test_a_long_tag_goes_on_in_lines_of_80_columns(tmp_path: Path, tag: Any) -> None:
    long = 'GENAI gen.shot id=DIS-001 note="' + " ".join(["remark"] * 40) + '"'
    (tmp_path / "cut.edl").write_text(edl([], []))
    assert tag("cut.edl", "-o", "new.edl", "--tag", long, "--event", "002").code == 0
    rows = (tmp_path / "new.edl").read_text().splitlines()
    assert max(map(len, rows)) <= 80
    assert sum(each.startswith("* GENAI+ ") for each in rows) > 2
    [carrier] = read_timeline(tmp_path / "new.edl").subject(2).carriers
    assert carrier.texts == (long.replace("GENAI", "GENAI:", 1),)


def test_what_was_tagged_is_found_by_a_scan(tmp_path: Path, tag: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cut.edl").write_text(edl([], []))
    assert call(capsys, "scan", "cut.edl").code == 0
    assert tag("cut.edl", "--in-place", "--tag", "GENAI gen.shot", "--at", "01:00:02:10").code == 0
    ran = call(capsys, "scan", "cut.edl")
    assert ran.code == 1
    assert "event 002" in ran.out
    assert "event 001" not in ran.out


def test_writing_an_otio_does_not_ask_the_hook(tmp_path: Path, tag: Any) -> None:
    cut(tmp_path, clip("GENAI no.kind at all"))  # no export would get past that
    assert tag("cut.otio", "-o", "new.otio", "--tag", TAG, "--name", "*").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--name", "vfx_01"], "no clip fits --name vfx_01 (there is vfx_010"),
        (["--reel", "B001"], "no clip fits --reel B001 (there is A001"),
        (["--track", "V2"], "no clip fits --track V2 (there is V1)"),
        (["--event", "3"], "no clip fits --event 3 (no clip has anything for --event)"),
        (["--at", "02:00:00:00"], "no clip fits --at 02:00:00:00 (there is 01:00:00:00-01:00:02:00"),
        (["--at", "soon"], "--at soon: 'soon' is not a timecode"),
        (["--metadata", "reel=B001"], "no clip fits --metadata reel=B001 (there is reel=A001"),
        (["--metadata", "reel"], "--metadata 'reel' is not KEY=VALUE"),
        (["--name", "vfx_010", "--reel", "A002"], "each alone fits: --name vfx_010 1, --reel A002 1"),
        ([], "nothing says which clips are meant"),
    ],
)
def test_where_no_clip_fits_it_says_what_there_is(tmp_path: Path, tag: Any, arguments: list[str], says: str) -> None:
    cut(tmp_path, clip(), clip(name="plate", reel="A002"))
    ran = tag("cut.otio", "-o", "new.otio", "--tag", TAG, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert sorted(held(tmp_path)) == ["cut.otio"]


def test_timecodes_that_a_cut_has_are_told_in_the_order_of_the_cut(tmp_path: Path, tag: Any) -> None:
    (tmp_path / "cut.edl").write_text(edl(*[[]] * 9))
    ran = tag("cut.edl", "-o", "new.edl", "--tag", TAG, "--at", "02:00:00:00")
    assert "(there is 01:00:00:00-01:00:02:00, 01:00:02:00-01:00:04:00, 01:00:04:00-" in ran.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gen.shot", "does not begin with the word GENAI"),
        ("GENAI gen.shoot", "'gen.shoot' is not a use kind (did you mean gen.shot"),
        ("GENAI sora", "'sora' is not a use kind (use kinds: gen.shot, "),
        ("GENAI gen.shot id=x", "id=x is not an id"),
        ('GENAI gen.shot note="open', "a quote is left open"),
        ("GENAI gen.shot\n* GENAI none", "line break"),
        ("GENAI+ gen.shot", "none stands before it"),
    ],
)
def test_a_tag_that_would_not_be_understood_is_not_written(tmp_path: Path, tag: Any, text: str, says: str) -> None:
    cut(tmp_path, clip())
    ran = tag("cut.otio", "-o", "new.otio", "--tag", text, "--name", "*")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert sorted(held(tmp_path)) == ["cut.otio"]


def test_an_id_is_an_id_and_nothing_more(tmp_path: Path, tag: Any) -> None:
    cut(tmp_path, clip())
    ran = tag("cut.otio", "-o", "new.otio", "--id", "DIS-001 stage=temp", "--name", "*")
    assert ran.code == 2
    assert "is not an id" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "where to write is not said"),
        (["-o", "cut.otio"], "cut.otio: is the timeline itself"),
        (["-o", "./sub/../cut.otio"], "is the timeline itself"),
        (["-o", "new.otio", "--in-place"], "is another file than the timeline"),
        (["-o", "new.edl"], "is of another format"),
        (["-o", "none/new.otio"], "cannot be written"),
        (["-o", "new.otio", "--tool", "X"], "--tool is a field of a disclosure"),
        (["-o", "new.otio", "--ledger", "records"], "--ledger leaves the timeline alone"),
    ],
)
def test_where_it_may_write(tmp_path: Path, tag: Any, arguments: list[str], says: str) -> None:
    cut(tmp_path, clip())
    (tmp_path / "sub").mkdir()
    before = held(tmp_path)
    ran = tag("cut.otio", "--tag", TAG, "--name", "*", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert held(tmp_path) == before


def test_a_mark_that_an_edl_reads_otherwise_is_not_written(tmp_path: Path, tag: Any) -> None:
    (tmp_path / "cut.edl").write_text(edl([]))
    ran = tag("cut.edl", "-o", "new.edl", "--tag", 'GENAI gen.shot note="see |M: here"', "--event", "1")
    assert ran.code == 3
    assert "would not be read back from event 001" in ran.err
    assert sorted(held(tmp_path)) == ["cut.edl"]


def test_a_timeline_that_cannot_be_read_is_exit_code_3(tmp_path: Path, tag: Any) -> None:
    (tmp_path / "cut.otio").write_text("{")
    assert tag("cut.otio", "-o", "new.otio", "--tag", TAG, "--name", "*").code == 3


def test_nothing_it_prints_acts_on_a_terminal(tmp_path: Path, tag: Any) -> None:
    cut(tmp_path, clip(name="a\x1b[31mb"))
    ran = tag("cut.otio", "-o", "new.otio", "--tag", TAG, "--name", "*")
    assert "\x1b" not in ran.out
    assert "\x1b" not in tag("cut.otio", "-o", "new.otio", "--tag", TAG, "--name", "zzz").err


DISCLOSED = ("--id", "DIS-007", "--use-kind", "gen.shot", "--tool", "StudioGen", "--declared-by", "V-VENDOR")


def ledger(folder: Path, key: str = "DIS-007") -> dict[str, Any]:
    return dict(FolderStore((folder / "records",)).fetch().records[key].data)


def test_a_ledger_gets_a_disclosure_that_finds_the_clips(
    tmp_path: Path, tag: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path)
    (tmp_path / "cut.edl").write_text(edl(["* FROM CLIP NAME: vfx_010.mov"], []))
    before = (tmp_path / "cut.edl").read_bytes()
    ran = tag("cut.edl", "--ledger", "records", *DISCLOSED, "--name", "vfx*")
    assert ran.code == 0
    assert "output_stage, prominence, identity, fidelity: nobody answered" in ran.err
    made = ledger(tmp_path)
    assert made["production"] == "MYSHOW"
    assert made["match"] == [
        {"reference": "vfx_010.mov"},
        {"reel": "A001", "source_range": "01:00:00:00-01:00:02:00"},
    ]
    assert made["media"] == {"reference": "vfx_010.mov", "reel": "A001"}
    assert made["tools"] == [
        {"system": "StudioGen", "security_class": "unknown", "trains": "unsure", "retains": "unsure"}
    ]
    assert (tmp_path / "cut.edl").read_bytes() == before
    scanned = call(capsys, "scan", "cut.edl").out
    assert "event 001" in scanned
    assert "event 002" not in scanned


def test_other_clips_that_the_disclosure_finds_are_told_and_how_to_say_which_part_is_ai(
    tmp_path: Path, tag: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path)
    roll = ["* SOURCE FILE: B072_C036"]
    lines = edl(roll, ["* SOURCE FILE: B072_C037"], roll).splitlines()
    third = lines.index(next(each for each in lines if each.startswith("003")))
    lines[third] = lines[third].replace("01:00:00:00 01:00:02:00", "03:00:00:00 03:00:02:00", 1)
    (tmp_path / "cut.edl").write_text("\n".join(lines) + "\n")
    ran = tag("cut.edl", "--ledger", "records", *DISCLOSED, "--event", "1")
    assert "It is about:\n  event 001, line 4" in ran.out
    assert f"It finds these too, by the same file, reel or name:\n  event 003, line {third + 1}" in ran.out
    assert "event 002" not in ran.out
    assert "say which part of the media does: range= in --tag" in ran.err
    (tmp_path / "records" / "DIS-007.yaml").unlink()
    part = "GENAI gen.shot id=DIS-008 range=01:00:00:00-01:00:02:00"
    ran = tag("cut.edl", "--ledger", "records", "--tag", part, *DISCLOSED[4:], "--event", "1")
    assert (ran.code, "which part" in ran.err) == (0, False)
    third_use = call(capsys, "explain", "cut.edl", "3").out
    assert "AI use  DIS-008: gen.shot  [nothing is open]" in third_use


def test_clips_without_a_file_are_found_by_reel_and_source_range(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    (tmp_path / "cut.edl").write_text(edl(["* FROM CLIP NAME: harbour"], []))
    assert tag("cut.edl", "--ledger", "records", *DISCLOSED, "--event", "1").code == 0
    assert ledger(tmp_path)["match"] == [{"reel": "A001", "source_range": "01:00:00:00-01:00:02:00"}]


def test_clips_with_nothing_but_a_name_are_found_by_it(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    cut(tmp_path, clip(reference="", reel=""))
    assert tag("cut.otio", "--ledger", "records", *DISCLOSED, "--name", "vfx_010").code == 0
    assert ledger(tmp_path)["match"] == [{"clip_name": "vfx_010"}]


def test_a_form_states_the_rest_and_options_win(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    cut(tmp_path, clip())
    form = {key: each for key, each in disclosure("DIS-001").items() if key not in ("id", "media", "record")}
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(form))
    said = "GENAI gen.element id=DIS-007 prominence=featured"
    ran = tag("cut.otio", "--ledger", "records", "--tag", said, "--form", "form.yaml", "--stage", "temp", "--name", "*")
    assert (ran.code, ran.err) == (0, "")
    made = ledger(tmp_path)
    assert (made["use_kind"], made["prominence"], made["output_stage"]) == (["gen.element"], "featured", "temp")
    assert made["tools"] == form["tools"]
    assert made["declared_at"] == form["declared_at"]


def test_what_a_disclosure_lacks_is_named_with_its_option(tmp_path: Path, tag: Any) -> None:
    (tmp_path / "records").mkdir()
    cut(tmp_path, clip())
    ran = tag("cut.otio", "--ledger", "records", "--tag", "GENAI gen.shot", "--name", "*")
    assert ran.code == 2
    assert "lacks id, production, tools, declared_by (give --id, or id= in --tag, --production, --tool" in ran.err
    assert not held(tmp_path / "records")


def test_a_fault_in_the_form_is_said_with_its_line(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    cut(tmp_path, clip())
    (tmp_path / "form.yaml").write_text("union_impact: some\n\nflags:\n  real_event: maybe\n")
    ran = tag("cut.otio", "--ledger", "records", *DISCLOSED, "--form", "form.yaml", "--name", "*")
    assert ran.code == 2
    assert "form.yaml:1: disclosure DIS-007: union_impact: " in ran.err
    assert "form.yaml:4: disclosure DIS-007: flags.real_event: " in ran.err
    assert not held(tmp_path / "records")


def test_clips_of_two_media_need_two_disclosures(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    cut(tmp_path, clip(), clip(reference="other.mov"), clip())
    ran = tag("cut.otio", "--ledger", "records", *DISCLOSED, "--name", "*")
    assert ran.code == 2
    assert "are of 2 media, and a disclosure is about one: other.mov, vfx_010.mov" in ran.err


def test_an_id_that_the_ledger_has_is_refused(tmp_path: Path, tag: Any) -> None:
    project(tmp_path, one=yaml.safe_dump(disclosure("dis-007")))
    cut(tmp_path, clip())
    ran = tag("cut.otio", "--ledger", "records", *DISCLOSED, "--name", "*")
    assert ran.code == 2
    assert "the id DIS-007 is given twice" in ran.err


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, tag: Any) -> None:
    cut(tmp_path, clip())
    ran = tag("cut.otio", "--ledger", "recrods", *DISCLOSED, "--production", "P", "--name", "*")
    assert ran.code == 3
    assert "the folder of records does not exist" in ran.err


def test_an_id_of_another_folder_of_the_ledger_is_refused_too(tmp_path: Path, tag: Any) -> None:
    project(tmp_path, "format: 1\nproduction: MYSHOW\nrecords: [records, more]\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "one.yaml").write_text(yaml.safe_dump(disclosure("DIS-007")))
    cut(tmp_path, clip())
    ran = tag("cut.otio", "--ledger", "records", *DISCLOSED, "--name", "*")
    assert ran.code == 2
    assert "the id DIS-007 is given twice" in ran.err


def test_a_form_names_further_matches_and_the_media(tmp_path: Path, tag: Any) -> None:
    project(tmp_path)
    cut(tmp_path, clip(), clip(reference="other.mov"))
    (tmp_path / "form.yaml").write_text("media: {reel: A001}\nmatch:\n  - reference: third.mov\n")
    assert tag("cut.otio", "--ledger", "records", *DISCLOSED, "--form", "form.yaml", "--name", "*").code == 0
    made = ledger(tmp_path)
    assert made["media"] == {"reel": "A001"}
    assert made["match"] == [{"reference": "third.mov"}, {"reference": "vfx_010.mov"}, {"reference": "other.mov"}]


def test_what_could_not_be_read_is_said_since_it_was_not_looked_through(tmp_path: Path, tag: Any) -> None:
    (tmp_path / "cut.edl").write_text(edl([]) + "002  A002  V  C  01:00:00:00 01:00:02:00\n")
    ran = tag("cut.edl", "-o", "new.edl", "--tag", TAG, "--name", "*")
    assert ran.code == 0
    assert "note: cut.edl: line 5: this looks like an event but cannot be read" in ran.err


@pytest.mark.parametrize("fits", [True, False])
def test_a_sidecar_goes_on_fitting_the_timeline_that_was_tagged(tmp_path: Path, tag: Any, fits: bool) -> None:
    """One that did not fit goes on as it is: tagging a timeline heals nothing."""
    path = cut(tmp_path, clip(name="a"), clip(name="b"))
    use = {"name": "b", "disclosures": ["GENAI relight"]}
    subject = {"name": path.name, "sha256": sha256(path.read_bytes() if fits else b"another")}
    beside = {"format": 1, "subject": subject, "uses": [use]}
    path.with_name(path.name + SUFFIX).write_text(json.dumps(beside), encoding="utf-8")
    new = tmp_path / "new.otio"
    assert tag(path, "-o", new, "--tag", "GENAI gen.shot", "--name", "a").code == 0
    made = read_sidecar(new)
    assert made is not None
    assert (made.sha256 == sha256(new.read_bytes())) is fits
    assert [each.values for each in made.entries] == [("GENAI relight",)]
