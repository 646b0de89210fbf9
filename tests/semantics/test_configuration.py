"""What things mean exactly: configuration, paragraphs 19 and 20.

Paragraph 21, on the map of a delivery of many productions, stands in tests/config/test_mapping.py.
"""

from __future__ import annotations

import logging
from pathlib import Path

import opentimelineio as otio
import pytest

import otiogate
from otiogate.config import layers
from otiogate.config.laws import LAWS, agreed, facility_only, union
from otiogate.config.layers import settings
from otiogate.errors import CannotJudge, UsageError
from otiogate.scan.judging import Judging
from tests.builders import NOW, clip
from tests.cli.running import call
from tests.semantics.shared import cut

FACILITY_ONLY = (
    "stages: [final]",
    "working_paths: ['*']",
    f"pins: {{core: 'sha256:{'0' * 64}'}}",
    "replaced_packs: {core: house.yaml}",
)


@pytest.fixture
def facility(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the facility's file is looked for; nothing stands there yet."""
    path = tmp_path / "etc" / "facility.yaml"
    monkeypatch.setattr(layers, "facility_file", lambda: path)
    return path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"format: 1\n{text}\n", encoding="utf-8")
    return path


def tagged(path: Path = Path("cut.otio")) -> Path:
    cut(clip("GENAI gen.shot")).to_json_file(str(path))
    return path


# 19. Layers and their laws


def test_19_built_in_is_below_facility_below_project_below_command_line(facility: Path) -> None:
    assert settings().context.stage == "final"
    write(facility, "production: HOUSE\nstage: temp")
    assert (settings().context.production, settings().context.stage) == ("HOUSE", "temp")
    write(Path("otiogate.yaml"), "production: SHOW")
    assert (settings().context.production, settings().context.stage) == ("SHOW", "temp")
    assert settings(command={"stage": "final"}).context.stage == "final"


def test_19_every_key_has_its_law() -> None:
    assert {LAWS["packs"], LAWS["deliverable.territories"]} == {union}
    assert {LAWS[key] for key in ("registry", "stages", "working_paths", "replaced_packs", "pins")} == {facility_only}
    assert LAWS["stage"] is agreed


def test_19_packs_and_territories_add_up_and_the_strictest_severity_and_on_export_hold(facility: Path) -> None:
    write(facility, "packs: [netflix]\nseverity: {NFX-010: block}\non_export: block\ndeliverable: {territories: [US]}")
    text = "packs: [guilds]\nseverity: {NFX-010: final}\non_export: report\ndeliverable: {territories: [FR]}"
    write(Path("otiogate.yaml"), text)
    found = settings()
    assert (found.packs, found.context.territories) == (("guilds", "netflix"), ("FR", "US"))
    assert (found.severities, found.on_export) == ({"NFX-010": "block"}, "block")


def test_19_the_environment_only_adds_to_a_facility_that_has_its_file(
    facility: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(facility, "packs: [netflix]")
    monkeypatch.setenv(layers.FACILITY_VARIABLE, str(write(Path("other.yaml"), "packs: [guilds]")))
    assert settings().packs == ("guilds", "netflix")
    write(Path("other.yaml"), "working_paths: ['*']")
    with pytest.raises(UsageError, match="only the facility may set 'working_paths'"):
        settings()


def test_19_configurations_near_source_target_and_working_directory_all_apply_and_may_not_conflict() -> None:
    for folder, pack in (("source", "guilds"), ("target", "provenance"), (".", "netflix")):
        write(Path(folder) / "otiogate.yaml", f"packs: [{pack}]")
    assert settings(["source/a.edl", "target/b.edl"]).packs == ("guilds", "netflix", "provenance")
    write(Path("target/otiogate.yaml"), "production: OTHER")
    write(Path("source/otiogate.yaml"), "production: SHOW")
    with pytest.raises(CannotJudge, match="'production' is"):
        settings(["source/a.edl", "target/b.edl"])


def test_19_without_a_facility_file_the_project_decides_and_the_report_says_so(facility: Path) -> None:
    write(Path("otiogate.yaml"), "stage: temp")
    report = Judging(NOW).report(tagged())
    assert (report.authority, report.stage, report.verdict) == ("project", "temp", "allow")
    write(facility, "packs: [netflix]")
    assert Judging(NOW).report(tagged()).authority == "facility"


@pytest.mark.parametrize("line", FACILITY_ONLY)
def test_19_with_a_facility_its_keys_set_elsewhere_are_a_usage_error(line: str, facility: Path) -> None:
    write(facility, "packs: [netflix]")
    write(Path("otiogate.yaml"), line)
    with pytest.raises(UsageError, match="only the facility may set") as caught:
        settings()
    assert caught.value.where == str(Path("otiogate.yaml").absolute())


def test_19_records_are_the_facility_s_alone_once_it_sets_them(facility: Path) -> None:
    write(Path("otiogate.yaml"), "records: [mine]")
    assert [each.name for each in settings().records] == ["mine"]
    write(facility, "records: [house]")
    with pytest.raises(UsageError, match="only the facility may set 'records'"):
        settings()


@pytest.mark.parametrize("options", [["--as-of", "2027-01-15T12:00:00Z"], ["--records", "ledger"], ["--stage", "temp"]])
def test_19_another_time_other_records_and_a_changed_stage_mark_the_report_advisory(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ledger").mkdir()
    tagged()
    assert "advisory" not in call(capsys, "scan", "cut.otio").out
    assert (
        "advisory (time, records, stage, media or cache overridden)" in call(capsys, "scan", "cut.otio", *options).out
    )


def test_19_an_export_is_stopped_unless_a_configuration_says_report() -> None:
    with pytest.raises(otiogate.ExportBlocked):
        otio.adapters.write_to_file(cut(clip("GENAI gen.shot")), "out.edl")
    write(Path("otiogate.yaml"), "on_export: report")
    otio.adapters.write_to_file(cut(clip("GENAI gen.shot")), "out.edl")
    assert Path("out.edl").exists()


def test_19_report_mode_keeps_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    tagged()
    write(Path("otiogate.yaml"), "on_export: report")
    assert call(capsys, "scan", "cut.otio").code == 1
    assert call(capsys, "scan", "missing.otio").code == 3


# 20. Working paths


def test_20_a_save_in_a_working_path_is_reported_and_never_blocked(
    facility: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Path("wip").mkdir()
    write(facility, f"working_paths: ['{Path('wip').resolve().as_posix()}/*.otio']")
    otio.adapters.write_to_file(cut(clip("GENAI gen.shot")), "wip/cut.otio")
    assert Path("wip/cut.otio").exists()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "not stopped, by configuration: BLOCKED" in record.getMessage()
    for elsewhere in ("cut.otio", "wip/cut.edl"):
        with pytest.raises(otiogate.ExportBlocked):
            otio.adapters.write_to_file(cut(clip("GENAI gen.shot")), elsewhere)


def test_20_only_the_facility_names_working_paths() -> None:
    write(Path("otiogate.yaml"), "working_paths: ['*']")
    with pytest.raises(UsageError, match="only the facility may set 'working_paths'"):
        settings()


def test_20_what_otiogate_s_own_commands_write_does_not_ask_the_hook(capsys: pytest.CaptureFixture[str]) -> None:
    cut(clip()).to_json_file("cut.otio")
    tag = ("tag", "cut.otio", "--name", "vfx_010", "--tag", "GENAI gen.shot", "-o", "tagged.otio")
    assert call(capsys, *tag).code == 0
    assert call(capsys, "scan", "tagged.otio").code == 1
