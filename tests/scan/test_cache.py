"""The cache of scans: with it every report is what it is without, whoever wrote it and whatever changed since."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timezone
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings

from otiogate.config.laws import LAWS
from otiogate.documents.digest import sha256
from otiogate.documents.schemas import faults
from otiogate.errors import UsageError
from otiogate.evidence.matching import Matcher
from otiogate.report.cuesheet import CueSheetWriter
from otiogate.report.json import JsonWriter
from otiogate.report.model import Report
from otiogate.report.text import TextWriter
from otiogate.scan import cache, desk, read
from otiogate.scan.cache import Cache, default_file, key_of
from otiogate.scan.desk import Desk
from otiogate.scan.judging import Basis, Judging, judged
from otiogate.scan.stored import NotStored, Stored, restored, stored
from otiogate.timeline.edl import read_edl
from otiogate.timeline.formats import READ
from otiogate.timeline.model import Snapshot
from tests import builders
from tests.cli.running import ALONE, call, command, edl, environment, project
from tests.test_properties import CALM, Data, built, cuts, edls, ledgers
from tests.timeline.fcpxmls import clip, compound, document
from tests.timeline.fcpxmls import project as fcpx_project

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)
TAGGED = "* GENAI gen.shot id=DIS-001"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "scan.sqlite"


def under(kept: Path) -> Judging:
    Cache(kept).check()
    return Judging(NOW, command={"cache": str(kept)})


def scanned(paths: Iterable[Path], kept: Path) -> list[Report]:
    """The reports of one process of one scan."""
    with Desk(under(kept)) as at:
        return [at.report(path) for path in paths]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the timelines that were read, not only hashed."""
    found: list[str] = []
    true = desk.read_bytes

    def read(data: bytes, path: Path, rate: Fraction | None = None) -> Snapshot:
        found.append(path.name)
        return true(data, path, rate)

    monkeypatch.setattr(desk, "read_bytes", read)
    return found


# The same reports


def assert_same(snapshot: Snapshot, *ledgers: list[Data]) -> None:
    """What is stored under the first ledger gives the reports of the timeline under every one, or says that it
    cannot; and under the first it can."""
    first = report_on(snapshot, ledgers[0])
    found = stored(snapshot, builders.records(*ledgers[0]).matcher)
    if found is None:
        return
    path = Path(snapshot.origin.path or snapshot.origin.name)
    for number, ledger in enumerate(ledgers):
        expected = first if number == 0 else report_on(snapshot, ledger)
        try:
            again = report_on(restored(found, path, snapshot.origin.digest), ledger)
        except NotStored:
            assert number, "what was asked once can be asked again"
            continue
        assert again.to_data() | {"input": None} == expected.to_data() | {"input": None}


def report_on(snapshot: Snapshot, ledger: list[Data]) -> Report:
    settings = Judging(NOW, config=()).settings(Path())
    return judged(snapshot, Basis(settings, settings.policy(), builders.records(*ledger)), NOW)[0]


@settings(CALM, max_examples=50)
@given(cuts(), ledgers(), ledgers())
def test_a_cached_timeline_is_judged_as_the_timeline_whatever_the_ledger_has_become(
    cut: Data, before: list[Data], after: list[Data]
) -> None:
    from otiogate.host.read import snapshot_of

    assert_same(snapshot_of(built(cut)), before, after, [])
    assert_same(snapshot_of(built(cut)), [], before)


@settings(CALM, max_examples=50)
@given(edls(), ledgers(), ledgers())
def test_a_cached_edl_is_judged_as_the_edl_whatever_the_ledger_has_become(
    text: str, before: list[Data], after: list[Data]
) -> None:
    assert_same(read_edl(text.encode(), "cut.edl"), before, after, [])
    assert_same(read_edl(text.encode(), "cut.edl"), [], before)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_every_file_of_the_corpus_is_judged_alike_with_a_cache(kept: Path, reads: list[str]) -> None:
    paths = [each for each in sorted(CORPUS.rglob("*")) if each.is_file() and each.suffix.lower() in READ]
    without = [under(kept).report(path) for path in paths]
    read = [each for each in without if each.input.digest]  # why the host reads one not, it words otherwise each time
    assert [each for each in scanned(paths, kept) if each.input.digest] == read
    first = len(reads)
    assert [each for each in scanned(paths, kept) if each.input.digest] == read
    assert len(reads) - first <= len(paths) - 0.98 * len(read), "nearly every one of them came from the cache"


def delivery(folder: Path) -> list[Path]:
    """Timelines of every format, tagged and not, odd and with losses."""
    project(folder, DIS=json.dumps(builders.disclosure()), NTF=json.dumps(builders.notification(builders.disclosure())))
    texts = {
        "clean.edl": edl([], []),
        "tagged.edl": edl([], [TAGGED], ["* FROM CLIP NAME: vfx_010.mov"]),
        "odd.edl": edl([], []) + "what is this\n",
        "lost.edl": edl([]) + "002  A002 V C 01:00:00:00 01:00\n",
        "hint.edl": edl(["* FROM CLIP NAME: runway gen3 plate"]),
        "empty.edl": edl(),
        "game.edl": "EDL\0 this is no list of cuts",
        "broken.fcpxml": "<fcpxml version='1.10'><resources>",
        "tags.fcpxml": document(fcpx_project(clip("<note>GENAI gen.shot</note>"))),
        "none.fcpxml": document(fcpx_project(clip())),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    made = builders.timeline(builders.clip({"id": "DIS-001"}), builders.clip(name="b"), builders.clip(name="c"))
    made.metadata["genai"] = {"id": "DIS-002"}
    otio.adapters.otio_json.write_to_file(made, str(folder / "cut.otio"))
    return sorted(each for each in folder.iterdir() if each.suffix in READ)


def test_the_second_scan_says_what_the_first_says_and_reads_nothing(
    tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    paths = delivery(tmp_path)
    without = [under(kept).report(path) for path in paths]
    assert {each.verdict for each in without} == {"allow", "block", "cannot_judge"}
    assert scanned(paths, kept) == without
    assert len(reads) == len(paths)
    assert scanned(paths, kept) == without
    assert len(reads) == len(paths)


def test_where_a_timeline_lies_and_how_it_is_called_comes_from_its_path_alone(
    tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    paths = delivery(tmp_path)
    scanned(paths, kept)
    reads.clear()
    other = tmp_path / "elsewhere"
    other.mkdir()
    moved = [Path(shutil.copy(path, other / f"other_{path.name}")) for path in paths]
    assert scanned(moved, kept) == [under(kept).report(path) for path in moved]
    assert reads == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cut.ale", "Heading\nthis is no ALE\n"),
        ("cut.otio", '{"OTIO_SCHEMA": "Timeline.1", "name": '),
        ("cut.otio", '{"OTIO_SCHEMA": "SomebodysOwn.1", "name": "x"}'),
    ],
)
def test_why_the_host_or_an_adapter_gives_up_is_asked_anew(
    name: str, text: str, tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    """It may be for want of room, or of a plugin that knows a schema, and has to end with that."""
    path = tmp_path / name
    path.write_text(text)
    for number in (1, 2):
        [report] = scanned([path], kept)
        assert report.verdict == "cannot_judge"
        assert len(reads) == number


def test_one_content_under_two_suffixes_is_two_timelines(tmp_path: Path, kept: Path) -> None:
    [cut] = [path for path in delivery(tmp_path) if path.name == "cut.otio"]
    edl_of_it = Path(shutil.copy(cut, tmp_path / "cut.edl"))
    assert [each.verdict for each in scanned([cut, edl_of_it, cut], kept)] == ["block", "cannot_judge", "block"]
    digest = sha256(cut.read_bytes())
    assert len({key_of(".edl", digest), key_of(".otio", digest), key_of(".otio", digest, "24")}) == 3


# What changed since


def test_a_changed_content_is_read_whatever_its_size_and_time_say(tmp_path: Path, kept: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(edl(["* nothing is said here at all"]))
    assert scanned([path], kept)[0].verdict == "allow"
    before = path.stat()
    path.write_text(edl(["* GENAI gen.shot stage=final"[:29].ljust(29)]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert scanned([path], kept)[0].verdict == "block"


def test_a_large_file_is_hashed_by_pieces_and_read_only_where_it_is_not_known(
    tmp_path: Path, kept: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_LARGE", 1)
    monkeypatch.setattr(read, "_PIECE", 7)
    paths = delivery(tmp_path)
    expected = [under(kept).report(path) for path in paths]
    assert scanned(paths, kept) == expected
    reads.clear()
    assert scanned(paths, kept) == expected
    assert reads == []


@pytest.mark.parametrize("border", [0, 64 * 1024, 256 * 1024, 1024**2])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_the_digest_is_that_of_the_content_at_every_border(border: int, beyond: int, tmp_path: Path) -> None:
    path, data = tmp_path / "cut.edl", b"x" + os.urandom(max(border + beyond - 1, 0))
    path.write_bytes(data)
    digest, found = read.hashed(path, ".edl")
    assert digest == sha256(data)
    assert found == (None if len(data) >= 1024**2 else data)


def test_what_is_larger_than_any_timeline_is_not_hashed_by_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_LARGE", 10)
    monkeypatch.setattr(read, "_MAX_CONTENT", 100)
    path = tmp_path / "cut.edl"
    for size, is_held in ((9, True), (10, False), (100, False), (101, True)):
        path.write_bytes(b"x" * size)
        assert read.hashed(path, ".edl") == (sha256(b"x" * size), b"x" * size if is_held else None)


@pytest.mark.parametrize("data", [b"", b" \n" * 10, b"\0" * 20])
def test_a_large_file_without_a_timeline_is_refused_as_a_small_one_is(
    data: bytes, tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cut.edl"
    path.write_bytes(data)
    expected = under(kept).report(path)
    monkeypatch.setattr(read, "_LARGE", 1)
    assert expected.verdict == "cannot_judge"
    assert scanned([path], kept) == scanned([path], kept) == [expected]


def test_a_large_file_that_changes_between_the_looks_is_judged_by_what_was_parsed(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_LARGE", 1)
    path, clean, tagged = tmp_path / "cut.edl", edl(["* SHOT 1"]), edl(["* GENAI gen.shot stage=final"])
    path.write_text(clean)
    true = desk.hashed

    def swapped(place: str, suffix: str, *, light: bool) -> tuple[str, bytes | None]:
        found = true(place, suffix, light=light)
        path.write_text(tagged)
        return found

    with monkeypatch.context() as at_once:
        at_once.setattr(desk, "hashed", swapped)
        (report,) = scanned([path], kept)
    assert (report.verdict, report.input.digest) == ("block", sha256(path.read_bytes()))
    path.write_text(clean)
    assert scanned([path], kept)[0].verdict == "allow", "nothing is kept under the digest that was not parsed"


def test_what_the_ledger_has_learnt_since_is_found_by_reading_once(
    tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    project(tmp_path)
    path = tmp_path / "cut.edl"
    path.write_text(edl(["* FROM CLIP NAME: vfx_010.mov"], []))
    assert scanned([path], kept)[0].verdict == "allow"
    record = builders.disclosure(media={"reference": "vfx_010.mov"})
    (tmp_path / "records" / "DIS.json").write_text(json.dumps(record))
    for expected in (2, 2):
        [report] = scanned([path], kept)
        assert report.verdict == "block"
        assert report == under(kept).report(path)
        assert len(reads) == expected


def test_what_is_odd_and_in_the_ledger_is_told_as_both_wherever_it_lies(
    tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    project(tmp_path, DIS=json.dumps(builders.disclosure(media={"reference": "vfx_010.mov"})))
    (tmp_path / "a.edl").write_text(edl([], []))  # of which nothing is said
    paths = [tmp_path / "a.edl", tmp_path / "b.edl", tmp_path / "later" / "c.edl"]
    paths[2].parent.mkdir()
    for path in paths[1:]:
        path.write_text(edl(["* FROM CLIP NAME: vfx_010.mov"], []) + "what is this\n")
    expected = [under(kept).report(path) for path in paths]
    assert [each.verdict for each in expected] == ["allow", "block", "block"]
    assert [each.severity for report in expected for each in report.problems] == ["odd", "odd"]
    assert scanned(paths, kept) == scanned(paths[::-1], kept)[::-1] == expected
    assert reads == ["a.edl", "b.edl", "c.edl"]
    (tmp_path / "records" / "DIS.yaml").unlink()
    assert scanned(paths, kept) == [under(kept).report(path) for path in paths]
    assert len(reads) == 3


def test_a_name_with_a_blank_before_its_extension_is_kept_and_found(
    tmp_path: Path, kept: Path, reads: list[str]
) -> None:
    project(tmp_path)
    path = tmp_path / "cut.edl"
    path.write_text(edl(["* FROM CLIP NAME: vfx_010 .mov"], []))
    assert [scanned([path], kept)[0].verdict for _ in range(2)] == ["allow"] * 2
    assert len(reads) == 1
    (tmp_path / "records" / "DIS.json").write_text(json.dumps(builders.disclosure(media={"reference": "vfx_010"})))
    assert scanned([path], kept)[0].verdict == "block"


def test_a_record_that_has_expired_counts_on_a_cached_timeline(tmp_path: Path, kept: Path, reads: list[str]) -> None:
    about = builders.disclosure()
    project(
        tmp_path,
        "format: 1\nproduction: MYSHOW\nrecords: [records]\nstage: final\n",
        DIS=json.dumps(builders.cleared(about)),
    )
    path = tmp_path / "cut.edl"
    path.write_text(edl([TAGGED]))
    scanned([path], kept)
    for now in (NOW, NOW.replace(year=2199)):
        on = Judging(now, command={"cache": str(kept)})
        with Desk(on) as at:
            assert at.report(path) == on.report(path)
    assert len(reads) == 1


def test_another_reader_throws_out_what_was_read(
    tmp_path: Path, kept: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = delivery(tmp_path)
    scanned(paths, kept)
    monkeypatch.setattr(cache, "reader", lambda: b"another")
    scanned(paths, kept)
    assert len(reads) == 2 * len(paths)
    with closing(sqlite3.connect(kept)) as database, database:
        assert database.execute("SELECT count(*) FROM snapshot").fetchone() <= (len(paths),)


def test_the_version_of_the_reader_covers_all_that_reads() -> None:
    cache.reader.cache_clear()
    package = Path(cache.__file__).parents[1]
    covered = {*cache._ROOMS, *cache._FILES}
    assert {"timeline", "host", "evidence", "documents", "scan/read.py"} <= covered
    assert all((package / each).exists() for each in covered)
    assert len(cache.reader()) == 32


def test_where_declarations_are_required_every_use_is_read(tmp_path: Path, kept: Path) -> None:
    project(tmp_path, "format: 1\ndeclaration: required\n")
    path = tmp_path / "cut.edl"
    path.write_text(edl([], []))
    for _ in range(2):
        assert scanned([path], kept) == [under(kept).report(path)]


# A cache that is not what it was


@pytest.mark.parametrize("column", Stored._fields)
@pytest.mark.parametrize("value", ["", "{", "[]", "null", '{"uses": 0}', "[[1]]", b"\xff\0", 5])
def test_an_entry_that_is_broken_is_read_again(tmp_path: Path, kept: Path, column: str, value: object) -> None:
    paths = delivery(tmp_path)
    without = scanned(paths, kept)
    with closing(sqlite3.connect(kept)) as database, database:
        database.execute(f"UPDATE snapshot SET {column} = ?", (value,))
        (kind,) = database.execute(f"SELECT DISTINCT typeof({column}) FROM snapshot").fetchone()
    found = scanned(paths, kept)
    forged = column in ("format", "rate", "quiet", "names") or (column == "problems" and value in ("", "[]"))
    if forged and kind.upper() == cache._STORED[column]:  # an editor could have written it: such a scan is advisory
        assert all(each.advisory for each in found)
    else:
        assert found == without


def leaves(data: object, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each value of some JSON stands, lists and objects too."""
    yield place
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from leaves(value, (*place, key))


def changed(data: Any, place: tuple[Any, ...], value: object) -> object:
    if not place:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = changed(data[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("column", ["problems", "head", "subjects"])
def test_a_value_of_another_kind_in_an_entry_reaches_no_report(tmp_path: Path, kept: Path, column: str) -> None:
    """Whatever stands in it: the timeline is read again, or the report is one, in every format."""
    path = tmp_path / "cut.edl"
    tags = ["* GENAI gen.shot stage=final", "* FROM CLIP NAME: midjourney_sky.png", "* LOC: 01:00:01:00 RED    X"]
    path.write_text(edl(tags, ["* SHOT"], ["* FROM CLIP NAME: sora.mov"]) + "004 garbled\n")
    scanned([path], kept)
    with closing(sqlite3.connect(kept)) as database:
        (text,) = database.execute(f"SELECT {column} FROM snapshot").fetchone()
    before = json.loads(text)
    for place in leaves(before):
        for value in (5, -1.5, float("inf"), None, True, "x", "1/0", "1e99999999", [], {}, [[]]):
            with closing(sqlite3.connect(kept)) as database, database:
                database.execute(f"UPDATE snapshot SET {column} = ?", (json.dumps(changed(before, place, value)),))
            found = scanned([path], kept)
            assert faults("report", json.loads(JsonWriter().write(found))) == [], (place, value)
            assert TextWriter(verbose=True).write(found)
            assert CueSheetWriter().write(found)


def test_an_entry_of_another_content_is_not_taken_for_one_whose_key_begins_alike(tmp_path: Path, kept: Path) -> None:
    clean, tagged = tmp_path / "clean.edl", tmp_path / "tagged.edl"
    clean.write_text(edl(["* SHOT 1"]))
    tagged.write_text(edl(["* GENAI gen.shot stage=final"]))
    without = scanned([clean, tagged], kept)
    with closing(sqlite3.connect(kept)) as database, database:
        database.execute("UPDATE snapshot SET quiet = 1, head = '', subjects = ''")
        database.execute("UPDATE snapshot SET key = substr(key, 1, 63) || x'00'")
    assert scanned([clean, tagged], kept) == without


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"these are no pages of a database " * 99, "cannot be used as a cache: file is not a database"),
        ("CREATE TABLE t (a)", "is a database of something else, no cache of otiogate"),
        ("PRAGMA user_version = 9", "is a database of something else, no cache of otiogate"),
        (
            f"PRAGMA application_id = {cache._APPLICATION}; PRAGMA user_version = {cache._FORMAT + 1}",
            "is the cache of a newer otiogate",
        ),
    ],
)
def test_a_file_that_is_no_cache_is_said_to_be_none_and_left_as_it_is(
    content: bytes | str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [path] = [each for each in delivery(tmp_path) if each.name == "clean.edl"]
    file = tmp_path / "other.sqlite"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with closing(sqlite3.connect(file)) as database, database:
            database.executescript(content)
    before = file.read_bytes()
    ran = call(capsys, "scan", path, f"--cache={file}")
    assert ran.code == 2
    assert f"{file}: {said}" in ran.err
    assert file.read_bytes() == before


def test_a_cache_that_breaks_while_it_is_used_is_set_aside(tmp_path: Path, kept: Path) -> None:
    paths = delivery(tmp_path)
    without = scanned(paths, kept)
    with Desk(under(kept)) as at:
        at.report(paths[0])
        for each in kept.parent.iterdir():
            each.write_bytes(b"\0" * each.stat().st_size)
        assert [at.report(path) for path in paths] == without


def test_a_facility_cache_that_cannot_be_used_costs_time_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    broken = Cache(folder)
    broken.put(b"k" * 32, stored(read_edl(edl([]).encode(), "cut.edl"), Matcher(())))  # type: ignore[arg-type]
    broken.write()
    assert broken.get([b"k" * 32]) == {}


# Whose cache it is


def test_a_cache_that_the_command_line_names_makes_the_scan_advisory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery(tmp_path)
    ran = call(capsys, "scan", "clean.edl", "--cache=kept.sqlite", "--format", "json")
    [report] = json.loads(ran.out)["reports"]
    assert ran.code == 0
    assert report["advisory"] is True
    assert any("A cache was named for this run" in note for note in report["notes"])


def test_the_cache_of_the_facility_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]) -> None:
    paths = delivery(tmp_path)
    (tmp_path / "facility.yaml").write_text("format: 1\ncache: kept.sqlite\n")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(tmp_path / "facility.yaml"))
    without = [Judging(NOW).report(path) for path in paths]
    for _ in range(2):
        with Desk(Judging(NOW)) as at:
            assert [at.report(path) for path in paths] == without
    assert not any(each.advisory for each in without)
    assert (tmp_path / "kept.sqlite").is_file()
    assert len(reads) == len(paths)


def test_a_project_may_not_name_a_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    delivery(tmp_path)
    (tmp_path / "otiogate.yaml").write_text("format: 1\ncache: kept.sqlite\n")
    ran = call(capsys, "scan", "clean.edl")
    assert ran.code == 2
    assert "only the facility may set 'cache'" in ran.err
    assert "cache" in LAWS


@pytest.mark.parametrize("name", ["clean.edl", "records", "new.fcpxml"])
def test_a_timeline_behind_the_option_is_no_cache(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery(tmp_path)
    ran = call(capsys, "scan", "--cache", name, "tagged.edl")
    assert ran.code == 2
    assert f"{name}: is a folder or a timeline, no file for a cache" in ran.err


def test_without_a_name_it_stands_among_the_caches_of_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery(tmp_path)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "mine"))
    assert call(capsys, "scan", "clean.edl", "--cache").code == 0
    assert default_file().is_file()
    assert tmp_path in default_file().parents


# Processes


def test_a_file_without_content_is_not_kept(tmp_path: Path, kept: Path) -> None:
    empty = tmp_path / "empty.edl"
    empty.write_text("")
    scanned([tmp_path / "missing.otio", empty], kept)
    with closing(sqlite3.connect(kept)) as database, database:
        assert database.execute("SELECT count(*) FROM snapshot").fetchone() == (0,)


def test_a_cache_that_another_process_makes_between_two_looks_at_it_is_no_strangers(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meddled = []

    class Meddled(sqlite3.Connection):
        def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
            if "sqlite_master" in query and not meddled:
                monkeypatch.undo()
                monkeypatch.setattr(cache, "_WAIT", 0.1)
                meddled.append(query)
                with contextlib.suppress(UsageError):  # it cannot, where it is kept from it
                    Cache(kept).check()
            return super().execute(query, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Meddled))
    Cache(kept).check()
    assert len(meddled) == 1


def test_a_cache_that_another_process_makes_is_waited_for(kept: Path) -> None:
    kept.parent.mkdir(exist_ok=True)
    other = sqlite3.connect(kept, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waited = threading.Timer(0.3, other.close)
    waited.start()
    Cache(kept).check()
    waited.join()
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@ALONE
def test_several_scans_at_one_time_share_a_cache(tmp_path: Path, kept: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(200):
        (folder / f"cut{number:03}.edl").write_text(edl([TAGGED if number % 50 == 0 else "* cut", f"* {number}"]))
    arguments = command("scan", "in", f"--cache={kept}", "--format", "jsonl", "--as-of", "2027-01-01Z", "--jobs", "2")
    runs = [
        subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    first, *others = [run.communicate(timeout=120)[0] for run in runs]
    assert first.count(b"\n") == 200
    assert others == [first, first]
    with closing(sqlite3.connect(kept)) as database, database:
        assert database.execute("SELECT count(*) FROM snapshot").fetchone() == (200,)


@ALONE
@pytest.mark.parametrize("options", [(), ("--cache=kept.sqlite",)], ids=["without a cache", "with a cache"])
def test_a_scan_that_is_killed_at_any_moment_loses_nothing_it_told_and_the_next_completes(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(400):
        (folder / f"cut{number:03}.edl").write_text(edl([TAGGED] if number % 3 == 0 else [f"* {number}"] * 40))
    arguments = command("scan", "in", *options, "--format", "jsonl", "--as-of", "2027-01-01Z", "--jobs", "2")
    told = []
    for pause in (0.0, 0.05, 0.15):
        with subprocess.Popen(
            arguments, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(pause)
            process.kill()
            told.append(first + process.stdout.read())
    whole = subprocess.run(arguments, cwd=tmp_path, env=environment(), capture_output=True, timeout=120)
    assert whole.returncode == 1
    lines = whole.stdout.splitlines()
    assert [json.loads(each)["input"]["name"] for each in lines] == [f"cut{number:03}.edl" for number in range(400)]
    for each in told:
        assert each.splitlines()[:-1] == lines[: each.count(b"\n")][: len(each.splitlines()) - 1]
        assert whole.stdout.startswith(each)


def test_a_bomb_of_compound_clips_is_a_finding_and_the_others_have_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        (folder / f"cut{number}.edl").write_text(edl([]))
    held = "".join(
        compound(f'<ref-clip ref="m{n + 1}" offset="0s" duration="9s"/>' * 10, id=f"m{n}") for n in range(30)
    ) + compound(clip(offset="0s"), id="m30")
    bomb = document(fcpx_project('<ref-clip ref="m0" offset="3600s" duration="9s"/>'), held)
    (folder / "cut2a.fcpxml").write_text(bomb)
    for _ in range(2):
        ran = call(capsys, "scan", "in", f"--cache={kept}", "--format", "jsonl", "--timeout", "3")
        verdicts = {json.loads(line)["input"]["name"]: json.loads(line)["verdict"] for line in ran.out.splitlines()}
        assert verdicts == {f"cut{number}.edl": "allow" for number in range(4)} | {"cut2a.fcpxml": "cannot_judge"}
        assert ran.code == 3
