"""What one process keeps between timelines: the reports are those of each timeline judged alone."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from otiogate.config.mapping import read_map
from otiogate.documents.digest import sha256
from otiogate.errors import OtiogateError, UsageError
from otiogate.report.model import Report
from otiogate.scan import desk
from otiogate.scan.desk import Desk
from otiogate.scan.judging import Judging
from otiogate.scan.sidecar import Entry, Sidecar, write_sidecar
from tests.cli.running import edl, project
from tests.timeline.fcpxmls import clip, document
from tests.timeline.fcpxmls import project as fcpx_project

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)


@pytest.fixture
def cuts(tmp_path: Path) -> list[Path]:
    """Three timelines in each of two projects, one of them untagged, and one that cannot be read."""
    found = []
    for name in ("one", "two"):
        folder = project(tmp_path / name, f"format: 1\nproduction: {name.upper()}\n")
        for number, event in enumerate(([], ["* GENAI gen.shot stage=final"], ["* FROM CLIP NAME: x"])):
            found.append(folder / f"cut{number}.edl")
            found[-1].write_text(edl(event, event))
        found.append(folder / "empty.edl")
        found[-1].write_text("")
    return found


def test_the_reports_are_those_of_each_timeline_alone(cuts: list[Path]) -> None:
    under = Judging(NOW)
    at = Desk(under)
    alone = [under.report(path) for path in cuts]
    assert [at.report(path) for path in (*cuts, *cuts)] == [*alone, *alone]
    assert {each.context["production"] for each in alone} == {"ONE", "TWO"}


@pytest.fixture
def garbage_lies() -> Iterator[None]:
    """Nobody looks for garbage."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cut.edl", edl(["* GENAI gen.shot stage=final"])),
        ("cut.otio", '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}}'),
        ("cut.fcpxml", document(fcpx_project(clip("<note>GENAI gen.shot stage=final</note>")))),
        ("broken.fcpxml", "<fcpxml><!-- " + "x" * 100),
    ],
)
@pytest.mark.usefixtures("garbage_lies")
def test_a_timeline_that_is_judged_leaves_no_garbage_behind(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    at = Desk(Judging(NOW))
    at.report(tmp_path / name)
    gc.collect()
    at.report(tmp_path / name)
    assert gc.collect() == 0


def test_a_configuration_that_has_changed_counts(cuts: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_LOOK_AGAIN", 0.0)
    at, config = Desk(Judging(NOW)), cuts[0].parent / "otiogate.yaml"
    assert at.report(cuts[0]).context["production"] == "ONE"
    config.write_text("format: 1\nproduction: OTHER\n")
    assert at.report(cuts[0]).context["production"] == "OTHER"
    config.write_text("format: 1\nnothing: x\n")
    with pytest.raises(UsageError):
        at.report(cuts[0])
    config.write_text("format: 1\nrecords: [nowhere]\n")
    assert at.report(cuts[0]) == Judging(NOW).report(cuts[0])
    assert at.report(cuts[0]).verdict == "cannot_judge"


def test_what_cannot_be_read_is_told_before_what_is_wrong_with_the_rules(cuts: list[Path]) -> None:
    (cuts[0].parent / "otiogate.yaml").write_text("format: 1\npacks: [no_such_pack]\n")
    empty = cuts[0].parent / "empty.edl"
    assert Desk(Judging(NOW)).report(empty) == Judging(NOW).report(empty)
    with pytest.raises(UsageError):
        Desk(Judging(NOW)).report(cuts[0])


def test_each_timeline_has_its_own_line_of_a_context_map(cuts: list[Path], tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        "format: 1\nlines:\n"
        "  - {files: ['*/cut0.edl'], context: {episode: '101'}}\n"
        "  - {files: ['*/cut1.edl'], context: {episode: '102'}}\n"
    )
    under = Judging(NOW, context_map=read_map(tmp_path / "map.yaml"))
    at = Desk(under)
    found = [at.report(path) for path in cuts]
    assert found == [under.report(path) for path in cuts]
    assert {each.context["episode"] for each in found} == {"101", "102", ""}


def test_a_bundle_may_bring_a_configuration_that_is_not_that_of_its_neighbours(cuts: list[Path]) -> None:
    bundle = cuts[0].parent / "cut.fcpxmld"
    bundle.mkdir()
    (bundle / "otiogate.yaml").write_text("format: 1\nproduction: BUNDLE\n")
    at = Desk(Judging(NOW))
    for path in (cuts[0], bundle, cuts[0], bundle):
        assert at.report(path) == Judging(NOW).report(path)


@pytest.mark.parametrize("cached", [False, True])
def test_a_path_is_judged_as_it_is_written(cuts: list[Path], monkeypatch: pytest.MonkeyPatch, cached: bool) -> None:
    monkeypatch.chdir(cuts[0].parent)
    under = Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")} if cached else {})
    names = ("cut0.edl", "../two/cut2.edl", str(cuts[2]), "no.edl", "./cut2.edl", ".//../one/./cut2.edl", "")
    with Desk(under) as at:
        for _ in range(3):
            for text in names:
                assert at.report(text) == under.report(Path(text))
            assert at.report(f"{cuts[2]}/") == under.report(cuts[2])
            at.write()


def test_a_timeline_that_comes_with_its_sidecar_is_not_judged_without_it(
    cuts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_LOOK_AGAIN", 60.0)
    cut, later = cuts[2], edl([], ["* FROM CLIP NAME: z"])
    true = desk.hashed

    def come(place: str, suffix: str, *, light: bool) -> tuple[str, bytes | None]:
        told = Sidecar(cut.name, sha256(later.encode()), (Entry(("GENAI gen.shot stage=final",)),))
        write_sidecar(cut, told)
        cut.write_text(later)
        return true(place, suffix, light=light)

    with Desk(Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")})) as at:
        assert at.report(cut).verdict == "allow"
        at.write()
        monkeypatch.setattr(desk, "hashed", come)
        assert at.report(cut).verdict == "block"


def test_a_sidecar_that_comes_without_its_timeline_counts_once_the_folder_is_looked_at_again(
    cuts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_LOOK_AGAIN", 0.0)
    cut = cuts[2]
    with Desk(Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")})) as at:
        for _ in range(3):
            assert at.report(cut).verdict == "allow"
            at.write()
        told = Sidecar("other.edl", sha256(cut.read_bytes()), (Entry(("GENAI gen.shot stage=final",)),))
        write_sidecar(cut.parent / "other.edl", told)
        assert at.report(cut).verdict == Judging(NOW).report(cut).verdict == "block"


def test_what_is_opened_together_is_judged_as_each_alone(cuts: list[Path]) -> None:
    under = Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")})
    paths = [*map(str, cuts), str(cuts[0].parent / "none.edl"), str(cuts[0])]
    alone = [under.report(Path(path)) for path in paths]
    for _ in range(2):
        with Desk(under) as at:
            assert list(at.reports(paths)) == alone
            at.write()
            assert list(at.reports(paths)) == alone


@pytest.mark.parametrize("cached", [False, True])
def test_what_has_changed_since_they_were_opened_together_counts(
    cuts: list[Path], monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    """Those before it may take half a minute."""
    monkeypatch.setattr(desk, "_LOOK_AGAIN", 0.0)
    under = Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")} if cached else {})
    for _ in range(2):
        (cuts[0].parent / "otiogate.yaml").write_text("format: 1\nproduction: ONE\n")
        with Desk(under) as at:
            reports = at.reports(list(map(str, cuts[:3])))
            assert next(reports) == under.report(cuts[0])
            (cuts[0].parent / "otiogate.yaml").write_text("format: 1\nproduction: ONE\nstage: temp\n")
            rest = list(reports)
        assert rest == [under.report(each) for each in cuts[1:3]]
        assert [each.stage for each in rest if isinstance(each, Report)] == ["temp"] * 2


def test_a_broken_configuration_is_that_of_its_folder_alone(cuts: list[Path]) -> None:
    (cuts[0].parent / "otiogate.yaml").write_text("format: 99\n")
    reports = list(Desk(Judging(NOW)).reports(list(map(str, cuts))))
    assert [isinstance(each, OtiogateError) for each in reports] == [each.parent.name == "one" for each in cuts]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_what_has_become_a_pipe_since_it_was_looked_at_holds_up_nobody(cuts: list[Path]) -> None:
    cuts[1].unlink()
    os.mkfifo(cuts[1])
    with Desk(Judging(NOW, command={"cache": str(cuts[0].parent / "kept.sqlite")})) as at:
        reports = list(at.reports(list(map(str, cuts[:3]))))
    assert [each.verdict for each in reports if isinstance(each, Report)] == ["allow", "cannot_judge", "allow"]
    assert isinstance(reports[1], Report)
    assert reports[1].problems[0].what == "is no file, but a pipe, a socket or a device"
