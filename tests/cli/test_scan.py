"""``otiogate scan``: its options, and where its words go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otiogate.documents.schemas import faults
from otiogate.report.json import read_reports
from tests.builders import waiver
from tests.cli.running import call, edl, project

SAMPLES = Path(__file__).parents[2] / "sample_timelines"
REPLICA = SAMPLES / "allow" / "approved_replica" / "tdw_103_sc12_v07.edl"
EXPIRED = SAMPLES / "block" / "expired_consent" / "tdw_103_sc12_v09.edl"

HOUSE = """\
pack: house
format: 1
version: "1"
issued: "2026-11-22"
title: House rules
rules:
  - id: HSE-001
    title: Nothing is generated here
    severity: block
    when: {disclosure: {use_kind: gen.*}}
    require: [{impossible: Nothing allows it.}]
    why: The house says so.
    remedy: Take it out.
    source: {title: House rules}
"""


@pytest.fixture(autouse=True)
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.edl"
    path.write_text(edl([], ["* GENAI gen.shot stage=final"]))
    (tmp_path / "clean.edl").write_text(edl([]))
    return path


def test_the_report_goes_to_standard_output_and_one_line_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "cut.edl")
    assert ran.code == 1
    assert ran.out.startswith("BLOCKED  cut.edl  (final delivery; 2 clips; 1 with declared or found AI use; ")
    assert ran.err == "otiogate: cut.edl: blocked, 3 findings to resolve\n"


def test_the_worst_exit_code_wins(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "scan", "clean.edl").code == 0
    assert call(capsys, "scan", "clean.edl", "cut.edl", "clean.edl").code == 1
    assert call(capsys, "scan", "none.edl", "cut.edl", "clean.edl").code == 3


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_exit_code_is_the_same_for_every_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [call(capsys, "scan", name, "--format", form).code for name in ("clean.edl", "cut.edl", "none.edl")]
    assert codes == [0, 1, 3]


def test_json_fits_its_schema_and_is_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "--format", "json", "clean.edl", "cut.edl", "none.edl", EXPIRED)
    assert faults("report", json.loads(ran.out)) == []
    assert [each.verdict for each in read_reports(ran.out)] == ["allow", "block", "cannot_judge", "block"]
    assert ran.err.startswith("otiogate: 4 timelines: 1 allowed, 2 blocked, 1 could not judge; first: none.edl: ")


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_the_report_can_go_to_a_file(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = call(capsys, "scan", "cut.edl")
    (tmp_path / "report.txt").write_text("an earlier and longer report" * 1000)
    ran = call(capsys, "scan", "cut.edl", option, "report.txt")
    assert (ran.code, ran.out, ran.err) == (1, "", shown.err)
    assert (tmp_path / "report.txt").read_text() == shown.out


def test_a_dash_is_standard_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, "scan", "cut.edl", "-o", "-") == call(capsys, "scan", "cut.edl")
    assert not (tmp_path / "-").exists()


def test_a_report_that_cannot_be_written_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "clean.edl", "-o", "none/report.txt")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "otiogate: none/report.txt: cannot be written: No such file or directory (write elsewhere)\n"


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_verbose_lists_what_is_met_too(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain, verbose = call(capsys, "scan", REPLICA), call(capsys, "scan", REPLICA, option)
    assert plain.code == verbose.code == 0
    assert "NFX-030" not in plain.out
    assert "NFX-030 [met]" in verbose.out
    assert "met by:  APR-0011, CON-0007, LGL-0005, NTC-0003" in verbose.out


# Policy


def test_a_further_pack_by_name_adds_to_those_that_apply_anyway(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "cut.edl", "--policy", "cue_sheet")
    assert ran.code == 1
    assert "policy: core 1.0.0, cue_sheet 1.0.0, netflix 1.0.0, sag_aftra 1.0.0;" in ran.out
    project(Path(), "format: 1\npacks: [cue_sheet]\n")
    assert "NFX-020" not in call(capsys, "scan", "cut.edl").out
    assert "NFX-020 [block]" in call(capsys, "scan", "cut.edl", "--policy", "netflix").out


def test_a_further_pack_by_file_adds_to_those_that_apply_anyway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE)
    ran = call(capsys, "scan", "cut.edl", "--policy", "house.yaml", "--policy", "cue_sheet")
    assert ran.code == 1
    assert "HSE-001 [block] Nothing is generated here" in ran.out
    assert "netflix 1.0.0" in ran.out
    assert "advisory" not in ran.out + ran.err


def test_a_pack_that_is_neither_shipped_nor_a_file_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "cut.edl", "--policy", "netflx")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "otiogate: --policy netflx: no pack of that name, and no such file (shipped packs: cn_labelling, core, "
    )


def test_a_pack_file_that_is_broken_leaves_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE.replace("severity: block", "severity: fatal"))
    ran = call(capsys, "scan", "clean.edl", "--policy", "house.yaml")
    assert ran.code == 3
    assert 'house.yaml:9: rules[0].severity: "fatal" is not one of block, final, warn, info, worst' in ran.err


# Records, stage and time


def test_other_records_stage_and_time_make_the_report_advisory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "draft").mkdir()
    for options in (("--records", "draft"), ("--stage", "temp"), ("--as-of", "2027-03-01T12:00:00Z")):
        ran = call(capsys, "scan", "clean.edl", *options)
        assert ran.code == 0
        assert "; advisory (time, records, stage, media or cache overridden), judged as of " in ran.out
        assert ran.err == "otiogate: clean.edl: allowed, advisory\n"
    assert "advisory" not in call(capsys, "scan", "clean.edl", "--stage", "final").out


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (
            ["WVR-001"],
            "1 waiver is on record; waivers have no effect until they are signed and the facility has a trust file.",
        ),
        (
            ["WVR-001", "WVR-002"],
            "2 waivers are on record; waivers have no effect until they are signed and the facility has a trust file.",
        ),
    ],
)
def test_waivers_on_record_are_said_to_have_no_effect(
    ids: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path)
    before = call(capsys, "scan", "cut.edl")
    assert "on record; waivers" not in before.out
    made = [waiver(rule, id) for rule, id in zip(("GEN-001", "NFX-020"), ids, strict=False)]
    (tmp_path / "records" / "waivers.json").write_text(json.dumps(made))
    ran = call(capsys, "scan", "cut.edl")
    assert (ran.code, ran.err) == (before.code, before.err)
    assert f"\n  note: {says}\n" in ran.out
    [report] = json.loads(call(capsys, "scan", "cut.edl", "--format", "json").out)["reports"]
    assert says in report["notes"]


def test_a_temp_delivery_is_only_warned(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "cut.edl", "--stage", "temp")
    assert ran.code == 0
    assert ran.err == "otiogate: cut.edl: allowed, 2 warnings, advisory\n"


def test_records_from_elsewhere_take_the_place_of_the_configured_ones(capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", EXPIRED, "--records", REPLICA.parent / "records")
    assert ran.code == 0
    assert ran.err.endswith("allowed, advisory\n")


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("2025-08-30T12:00:00Z", 0),
        ("2025-08-31Z", 0),
        ("2025-09-01T00:30:00+02:00", 0),
        ("2025-09-01Z", 1),
        ("2025-08-31T17:00:00-08:00", 1),
        ("2025-05-31Z", 1),
    ],
)
def test_a_cut_is_judged_as_of_another_time(time: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    # The consent of the sample ends with 2025-08-31Z, and its approval begins on 2025-06-02.
    config = (EXPIRED.parent / "otiogate.yaml").read_text()
    config = config.replace("release_date: ", "# ").replace("[records]", f"['{EXPIRED.parent / 'records'}']")
    Path("undated.yaml").write_text(config)
    ran = call(capsys, "scan", EXPIRED, "--as-of", time, "--config", "undated.yaml")
    assert ran.code == code
    assert "advisory (time, records, stage, media or cache overridden)" in ran.out


@pytest.mark.parametrize(
    "time",
    ["tomorrow", "2027-03-01", "2027-03-01T12:00:00", "2027-02-30Z", "", "0001-01-01T00:00:00+14:00", "9999-99-99Z"],
)
def test_a_time_without_a_zone_or_that_is_none_is_a_usage_error(time: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = call(capsys, "scan", "clean.edl", f"--as-of={time}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"otiogate: --as-of {time!r} is no time with a zone (write 2027-03-01T12:00:00Z)\n"


def test_a_configuration_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "delivery.yaml").write_text("format: 1\nstage: temp\n")
    ran = call(capsys, "scan", "cut.edl", "--config", "delivery.yaml")
    assert ran.code == 0
    assert "  configuration: delivery.yaml\n" in ran.out
    assert call(capsys, "scan", "cut.edl", "--config", "none.yaml").code == 2


def test_the_report_says_when_nothing_is_configured_or_no_records_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        "note: No configuration was found: built-in packs, no production, no records."
        in call(capsys, "scan", "clean.edl").out
    )
    named = (
        "note: No configuration was found: built-in packs, no production, no records but what the command line names."
    )
    for options in (["--cache"], ["--stage", "temp"], ["--policy", "core"]):
        assert named in call(capsys, "scan", "clean.edl", *options).out
    project(Path(), "format: 1\n")
    assert "note: No folder of records is configured: nothing can be cleared." in call(capsys, "scan", "clean.edl").out
    project(Path())
    assert "note:" not in call(capsys, "scan", "clean.edl").out
