"""The sample timelines: the folder of each is the verdict that it gets, as .otio and as .edl, by scan and on export."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import opentimelineio as otio
import pytest

import otiogate
from otiogate.config import layers
from otiogate.documents.strict import load_one
from otiogate.errors import UsageError
from otiogate.host.errors import ExportBlocked
from otiogate.records.store import FolderStore
from otiogate.report.model import Report
from tests.cli.running import ALONE, command, environment

FOLDER = Path(__file__).parents[1] / "sample_timelines"
VERDICTS = {"allow": 0, "block": 1, "cannot_judge": 3}
FORMATS = (".otio", ".edl")


class Told(NamedTuple):
    """What the report on one sample has to hold: rule -> effect of each finding that is not met; the rules that are
    met; a text in its problems. ``flat``: what is open in the .edl, where that cannot hold what the .otio does.
    ``ai_uses``: clips with AI, where anything is told at all."""

    open: dict[str, str]
    met: tuple[str, ...] = ()
    problem: str = ""
    flat: dict[str, str] | None = None
    ai_uses: int = 1


REPLICA = ("NFX-010", "NFX-020", "NFX-030", "NFX-041", "SAG-010")
NO_CONSENT = {"NFX-030": "block", "SAG-010": "block"}

SAMPLES = {
    "allow/approved_replica": Told({}, REPLICA),
    "allow/clean": Told({}),
    "allow/crowd": Told({}, ("NFX-010", "NFX-020", "NFX-051")),
    "allow/extended_shot": Told({}, ("NFX-010", "NFX-020", "NFX-041")),
    "allow/temp_cut": Told({"GEN-001": "warn", "NFX-010": "warn"}),
    "allow/translated_dub": Told({}, ("NFX-010", "NFX-020", "SAG-030")),
    "allow/upscaled_archive": Told({"CUE-001": "info"}),
    "block/expired_consent": Told(NO_CONSENT, ("NFX-010", "NFX-020", "NFX-041")),
    "block/nested_trimmed_disabled": Told(
        NO_CONSENT | {"NFX-012": "warn", "NFX-020": "warn"},
        ("NFX-010", "NFX-010", "NFX-010", "NFX-011", "NFX-020", "NFX-041"),
        flat=NO_CONSENT | {"NFX-012": "block", "NFX-020": "block"},
        ai_uses=3,
    ),
    "block/one_consent_for_two": Told(NO_CONSENT, ("NFX-010", "NFX-020", "NFX-041")),
    "block/other_episode": Told(
        {"NFX-020": "block", "NFX-030": "block", "NFX-041": "block", "SAG-010": "block"}, ("NFX-010",)
    ),
    "block/stripped_tags": Told({"NFX-020": "block"}, ("NFX-010",)),
    "block/temp_left_in": Told({"NFX-012": "block"}, ("NFX-010", "NFX-011")),
    "block/undisclosed_tag": Told({"GEN-001": "block", "NFX-010": "block", "NFX-020": "block"}),
    "cannot_judge/broken_records": Told({}, problem="consent CON-0007: 'expires_on' is not known here"),
    "cannot_judge/truncated": Told({}, problem=""),
}

EVERY = [(sample, suffix) for sample in sorted(SAMPLES) for suffix in FORMATS]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "no" / "facility.yaml")
    monkeypatch.delenv("OTIOGATE_FACILITY", raising=False)
    monkeypatch.chdir(tmp_path)


def cut(sample: str, suffix: str, base: Path = FOLDER) -> Path:
    [path] = (base / sample).glob(f"*{suffix}")
    return path


def shown(report: Report) -> dict[str, str]:
    return {finding.rule: finding.effect for finding in report.findings if finding.status != "met"}


def test_every_sample_is_listed_here_and_in_the_readme() -> None:
    there = {f"{path.parent.name}/{path.name}" for verdict in VERDICTS for path in (FOLDER / verdict).iterdir()}
    assert there == set(SAMPLES)
    rows = [line for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert sorted(row.split("`")[1] for row in rows) == sorted(SAMPLES)
    for sample in SAMPLES:
        files = sorted(path.suffix for path in (FOLDER / sample).iterdir() if path.is_file())
        assert files == [".edl", ".otio", ".yaml"], sample
        assert cut(sample, ".otio").stem == cut(sample, ".edl").stem


@pytest.mark.parametrize(("sample", "suffix"), EVERY)
def test_each_sample_gets_the_verdict_that_its_folder_names(sample: str, suffix: str) -> None:
    report = otiogate.scan_path(cut(sample, suffix))
    told = SAMPLES[sample]
    assert report.verdict == sample.split("/")[0]
    assert report.exit_code == VERDICTS[report.verdict]
    assert not report.advisory
    assert shown(report) == (told.flat if told.flat and suffix == ".edl" else told.open)
    assert tuple(sorted(each.rule for each in report.findings if each.status == "met")) == told.met
    assert told.problem in "".join(each.what for each in report.problems)
    if report.verdict != "cannot_judge":
        assert report.problems == ()
        assert report.notes == ()
        assert report.counts.ai_uses == (told.ai_uses if told.open or told.met else 0)


@pytest.mark.parametrize(
    "sample", sorted(each for each in SAMPLES if not each.startswith("cannot_judge/") and not SAMPLES[each].flat)
)
def test_both_formats_tell_the_same_about_the_same_clips(sample: str) -> None:
    def told(report: Report) -> list[object]:
        return [
            (
                *(each.rule, each.status, each.disclosure, each.missing, each.tried, each.records),
                *((use.name, use.reel, use.record, use.source, use.visible) for use in each.uses),
            )
            for each in report.findings
        ]

    one, other = (otiogate.scan_path(cut(sample, suffix)) for suffix in FORMATS)
    assert told(one) == told(other)
    assert one.counts == other.counts
    assert one.missing == other.missing


def test_what_a_list_of_cuts_cannot_hold_counts_in_full_and_asks_for_the_same_records() -> None:
    nested, flat = (otiogate.scan_path(cut("block/nested_trimmed_disabled", suffix)) for suffix in FORMATS)
    assert [use.visible for each in nested.findings for use in each.uses] == [False] * len(nested.findings)
    assert all(use.visible for each in flat.findings for use in each.uses)
    assert nested.missing == flat.missing


def test_the_consent_of_one_of_two_performers_counts_for_that_one() -> None:
    for suffix in FORMATS:
        report = otiogate.scan_path(cut("block/one_consent_for_two", suffix))
        [missing] = report.missing
        assert missing.subject == "person-31bb"
        assert missing.required_by == ("NFX-030", "SAG-010")
        assert all("CON-0007" in each.records for each in report.findings if each.status == "open")


@ALONE
def test_the_installed_command_gives_every_sample_its_exit_code(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("otiogate")
    program = [str(script)] if script.exists() else command()
    for verdict, code in VERDICTS.items():
        paths = [str(cut(sample, suffix)) for sample, suffix in EVERY if sample.startswith(f"{verdict}/")]
        done = subprocess.run(
            [*program, "scan", *paths], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done.stderr
        assert done.stdout.count("\n  policy: ") == len(paths)
        word = {"allow": "allowed", "block": "blocked", "cannot_judge": "could not judge"}[verdict]
        assert done.stderr.startswith(f"otiogate: {len(paths)} timelines: {len(paths)} {word}")
        assert done.stderr.count("\n") == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The samples where an export may write beside them."""
    return Path(shutil.copytree(FOLDER, tmp_path / "samples"))


@pytest.mark.parametrize("sample", sorted(set(SAMPLES) - {"cannot_judge/truncated"}))
@pytest.mark.parametrize("suffix", FORMATS)
def test_exporting_a_sample_through_opentimelineio_ends_as_its_scan_does(
    sample: str, suffix: str, project: Path
) -> None:
    timeline = otio.adapters.read_from_file(str(cut(sample, ".otio", project)))
    target = project / sample / f"export{suffix}"
    verdict = sample.split("/")[0]
    if verdict == "allow":
        otio.adapters.write_to_file(timeline, str(target))
        assert target.exists()
        return
    with pytest.raises(ExportBlocked) as caught:
        otio.adapters.write_to_file(timeline, str(target))
    assert caught.value.verdict == verdict
    assert not target.exists()
    for rule, effect in SAMPLES[sample].open.items():
        assert effect != "block" or rule in str(caught.value)
    assert SAMPLES[sample].problem in str(caught.value)


def test_the_truncated_sample_cannot_even_be_read_for_an_export() -> None:
    with pytest.raises(ValueError, match="JSON parse error"):
        otio.adapters.read_from_file(str(cut("cannot_judge/truncated", ".otio")))


@pytest.mark.parametrize("sample", sorted(set(SAMPLES) - {"cannot_judge/truncated"}))
def test_the_cuts_are_contiguous_from_hour_one_and_stay_within_their_media(sample: str) -> None:
    timeline = otio.adapters.read_from_file(str(cut(sample, ".otio")))
    assert timeline.global_start_time == otio.opentime.RationalTime(86400, 24)
    clips = list(timeline.find_clips())
    assert 4 <= len(clips) <= 8
    for clip in clips:
        assert clip.available_range().contains(clip.source_range)
        handles = clip.source_range.start_time - clip.available_range().start_time
        assert handles.value >= 8
    record = 86400
    for event in (line.split() for line in cut(sample, ".edl").read_text().splitlines() if line[:3].isdigit()):
        first, last = (otio.opentime.from_timecode(each, 24).value for each in event[-2:])
        assert first == record
        record = int(last)


@pytest.mark.parametrize("sample", sorted(set(SAMPLES) - {"cannot_judge/broken_records"}))
def test_the_records_of_the_samples_hold_ids_and_no_names(sample: str) -> None:
    held = FolderStore((FOLDER / sample / "records",)).fetch().records
    for record in held.values():
        assert record.data.get("production", record.data.get("scope", {}).get("production")) == "TIDEWATER"
        for who in ("approver", "filed_by"):
            if who in record.data:
                assert record.data[who]["id"].startswith("person-")


def test_the_configurations_differ_in_little_more_than_the_cut() -> None:
    for sample in SAMPLES:
        data = load_one(FOLDER / sample / "otiogate.yaml", UsageError).value
        assert data["production"] == "TIDEWATER"
        assert data["stage"] == ("temp" if sample == "allow/temp_cut" else "final")
