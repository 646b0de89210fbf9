"""Which configuration files apply, and what comes of them together."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from otiogate.config import layers
from otiogate.config.layers import settings
from otiogate.config.model import Settings
from otiogate.errors import CannotJudge, PolicyError, UsageError
from otiogate.policy.load import DEFAULT, read_pack, shipped
from otiogate.policy.model import SEVERITIES
from otiogate.scan.judging import Judging, judge_path

NOW = datetime(2027, 1, 15, 12, tzinfo=timezone.utc)
EDL = "TITLE: A\n\n001  A001 V C 01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n* GENAI gen.shot\n"

PACK = """\
pack: {pack}
format: 1
version: "1"
issued: "2026-11-22"
title: A pack of the house
rules:
  - id: {rule}
    title: Generated shots are seen by the house
    severity: final
    when:
      disclosure:
        use_kind: gen.shot
    require:
      - record: approval
    why: The house wants to see them.
    remedy: Ask the house.
    source:
      title: House rules
"""


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("format: 1", *lines)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the facility's file is looked for; nothing stands there yet."""
    path = tmp_path / "etc" / "facility.yaml"
    monkeypatch.setattr(layers, "facility_file", lambda: path)
    return path


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of the project in which the run stands; nothing stands there yet."""
    folder = tmp_path / "show"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / "otiogate.yaml"


def pack(path: Path, name: str = "house", rule: str = "HSE-001") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PACK.format(pack=name, rule=rule), encoding="utf-8")
    return path


# What applies


def test_without_any_file_the_defaults_hold(show: Path) -> None:
    assert settings() == Settings()
    found = settings()
    assert found.context.stage == "final"
    assert found.context.production == ""
    assert found.packs == DEFAULT == ("netflix", "sag_aftra", "cue_sheet")
    assert found.on_export == "block"
    assert not found.declaration_required
    assert found.handles == 0
    assert found.records == ()
    assert not found.facility
    assert not found.advisory
    assert found.sources == ()


def test_every_key_reaches_the_settings(show: Path, house: Path) -> None:
    write(house, "stages: [final]", "working_paths: ['/wip/**']", "pins: {core: 'sha256:" + "0" * 64 + "'}")
    write(
        show,
        *("production: MYSHOW", 'season: "1"', 'episode: "101"', "cut: v4", "stage: final", "handles: 12"),
        *("deliverable:", "  type: episode", "  medium: streaming", "  territories: [US, NO]", "  languages: [en]"),
        *("release_date: 2027-03-01Z", "licence_end: 2029-03-01-08:00", "requested_by: person-20aa"),
        *("packs: [netflix]", "policy: [house.yaml]", "records: [ledger]", "severity: {NFX-035: final}"),
        *("on_export: report", "declaration: required", "frame_rate: 24000/1001"),
    )
    found = settings()
    context = found.context
    assert (context.production, context.season, context.episode, context.cut) == ("MYSHOW", "1", "101", "v4")
    assert (context.deliverable_type, context.medium, context.stage) == ("episode", "streaming", "final")
    assert (context.territories, context.languages) == (("NO", "US"), ("en",))
    assert context.release_date == datetime(2027, 3, 1, tzinfo=timezone.utc)
    assert context.licence_end == datetime(2029, 3, 2, 8, tzinfo=timezone.utc), "the end of that day, in its zone"
    assert context.requested_by == "person-20aa"
    assert found.packs == ("netflix",)
    assert found.policy_files == (show.parent / "house.yaml",)
    assert found.records == (show.parent / "ledger",)
    assert found.severities == {"NFX-035": "final"}
    assert (found.on_export, found.declaration_required, found.handles) == ("report", True, 12)
    assert found.frame_rate == Fraction(24000, 1001)
    assert found.working_paths == ("/wip/**",)
    assert found.pins == {"core": "sha256:" + "0" * 64}
    assert found.facility
    assert found.sources == (str(house), str(show))


def test_the_nearest_project_file_wins_going_up(show: Path) -> None:
    write(show, "production: OUTER")
    inner = write(show.parent / "ep" / "otiogate.yaml", "production: INNER")
    deep = show.parent / "ep" / "edl" / "final"
    deep.mkdir(parents=True)
    os.chdir(deep)
    assert settings([str(deep / "cut.edl")]).sources == (str(inner),)
    assert settings().context.production == "INNER"
    os.chdir(show.parent)
    assert settings([str(show.parent / "cut.edl")]).sources == (str(show),), "one file is one layer"


def test_the_files_near_source_target_and_working_directory_all_apply(show: Path, tmp_path: Path) -> None:
    write(show, "packs: [netflix]")
    source = write(tmp_path / "in" / "otiogate.yaml", "packs: [us_states]")
    target = write(tmp_path / "out" / "otiogate.yaml", "packs: [provenance]")
    found = settings([str(tmp_path / "in" / "cut.edl"), str(tmp_path / "out" / "cut.otio")])
    assert found.packs == ("netflix", "provenance", "us_states")
    assert set(found.sources) == {str(show), str(source), str(target)}


def test_two_projects_that_conflict_leave_no_verdict(show: Path, tmp_path: Path) -> None:
    write(show, "production: HERE")
    write(tmp_path / "other" / "otiogate.yaml", "production: THERE")
    cut = tmp_path / "other" / "cut.edl"
    cut.write_text(EDL)
    with pytest.raises(CannotJudge, match=r"'production' is 'THERE' in .*other.*, but 'HERE' in .*show"):
        settings([str(cut)])
    report = Judging(NOW).report(cut)
    assert report.verdict == "cannot_judge"
    assert "'production' is 'THERE'" in report.problems[0].what
    assert report.findings == ()


def test_configurations_named_on_the_command_line_stand_in_for_those_found(show: Path, tmp_path: Path) -> None:
    write(show, "production: HERE")
    named = write(tmp_path / "elsewhere.yaml", "production: THERE", "records: [ledger]")
    found = settings([str(show.parent / "cut.edl")], config=[str(named)])
    assert found.context.production == "THERE"
    assert found.sources == (str(named),)
    assert found.records == (tmp_path / "ledger",)
    assert not found.advisory
    with pytest.raises(CannotJudge):
        settings(config=[str(named), str(show)])
    with pytest.raises(UsageError, match=r"none\.yaml: cannot be read: No such file"):
        settings(config=[str(tmp_path / "none.yaml")])


def test_paths_are_relative_to_the_file_that_names_them(show: Path, house: Path) -> None:
    write(house, "replaced_packs: {us_states: packs/us.yaml}", "records: [ledger]")
    write(show, "policy: [rules/house.yaml, /abs/rules.yaml]")
    (show.parent / "deep").mkdir()
    os.chdir(show.parent / "deep")
    found = settings()
    assert found.replaced_packs == {"us_states": house.parent / "packs" / "us.yaml"}
    assert found.records == (house.parent / "ledger",)
    assert set(found.policy_files) == {show.parent / "rules" / "house.yaml", Path("/abs/rules.yaml")}


def test_a_home_folder_is_filled_in_and_an_unknown_one_is_a_usage_error(
    show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(show, "records: [~/ledger]")
    assert settings().records == (tmp_path / "ledger",)
    write(show, "records: [~no-such-user-here/ledger]")
    with pytest.raises(UsageError, match="write the path without ~"):
        settings()


# The facility


def test_the_facility_file_stands_at_the_path_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for platform, path in (
        ("linux", "/etc/otiogate/facility.yaml"),
        ("darwin", "/Library/Application Support/otiogate/facility.yaml"),
    ):
        monkeypatch.setattr("sys.platform", platform)
        assert layers.facility_file() == Path(path)
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("PROGRAMDATA", "D:/Data")
    assert layers.facility_file() == Path("D:/Data/otiogate/facility.yaml")


def test_the_facility_file_always_loads(
    house: Path, show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house, "packs: [us_states]", "on_export: block", "severity: {NFX-035: final}", "declaration: required")
    named = write(
        tmp_path / "mild.yaml",
        *("packs: [cue_sheet]", "on_export: report", "severity: {NFX-035: info}", "declaration: 'off'"),
    )
    other = write(tmp_path / "added.yaml", "packs: [provenance]")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(other))
    found = settings(config=[str(named)], command={"packs": ["eu_ai_act"]})
    assert found.packs == ("cue_sheet", "eu_ai_act", "provenance", "us_states")
    assert found.on_export == "block"
    assert found.severities == {"NFX-035": "final"}
    assert found.declaration_required
    assert found.facility
    assert found.sources == (str(house), str(other), str(named), "command line")


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_facility_file_that_cannot_be_read_is_not_passed_over(
    house: Path, show: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.parent.mkdir()
    house.symlink_to("/mnt/not-mounted/facility.yaml")
    with pytest.raises(UsageError, match=r"facility\.yaml: cannot be read: No such file"):
        settings()

    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "lstat", refuse)
        with pytest.raises(UsageError, match=r"cannot be read: Permission denied .it holds for this machine"):
            settings()
    house.unlink()
    house.write_text("format: 1\nworkin_paths: []\n")
    with pytest.raises(UsageError, match=r"facility\.yaml:2: 'workin_paths' is not known here"):
        settings()


def test_the_environment_can_name_a_facility_file_where_there_is_none(
    house: Path, show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = write(tmp_path / "named.yaml", "stages: [final]", "records: [ledger]", "working_paths: ['/wip/**']")
    monkeypatch.setenv("OTIOGATE_FACILITY", str(named))
    found = settings()
    assert found.facility
    assert found.working_paths == ("/wip/**",)
    write(show, "records: [mine]")
    with pytest.raises(UsageError, match=r"otiogate\.yaml: only the facility may set 'records'"):
        settings()


def test_the_environment_only_adds_to_a_facility_that_has_a_file(
    house: Path, show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house, "packs: [netflix]", "on_export: block", "handles: 8")
    named = tmp_path / "named.yaml"
    monkeypatch.setenv("OTIOGATE_FACILITY", str(named))
    write(named, "packs: [us_states]", "on_export: report", "declaration: required")
    found = settings()
    assert found.packs == ("netflix", "us_states")
    assert found.on_export == "block"
    assert found.declaration_required
    # Anybody can set a variable: it opens no folder for saves, takes no pack's place, and allows no stage.
    for line in ("working_paths: ['/**']", "replaced_packs: {netflix: mild.yaml}", "stages: [temp]", "pins: {}"):
        write(named, line)
        with pytest.raises(UsageError, match=r"named\.yaml: only the facility may set"):
            settings()
    write(house, "records: [ledger]")
    write(named, "records: [mine]")
    with pytest.raises(UsageError, match=r"named\.yaml: only the facility may set 'records'"):
        settings()
    write(house, "handles: 8")
    write(named, "handles: 0")
    assert settings().handles == 8


def test_a_variable_that_names_nothing_is_a_usage_error(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTIOGATE_FACILITY", "/no/such/file.yaml")
    with pytest.raises(UsageError, match=r"OTIOGATE_FACILITY=/no/such/file\.yaml: there is no such file"):
        settings()
    monkeypatch.setenv("OTIOGATE_FACILITY", "")
    assert settings() == Settings()


def test_a_project_that_sets_a_key_of_the_facility_is_a_usage_error(show: Path, house: Path) -> None:
    lines = ("stages: [temp]", "working_paths: ['/**']", "replaced_packs: {netflix: mild.yaml}", "pins: {}")
    for have in (False, True):
        if have:
            write(house, "packs: [netflix]")
        for line in lines:
            write(show, line)
            with pytest.raises(UsageError, match=r"otiogate\.yaml: only the facility may set") as caught:
                settings()
            assert caught.value.exit_code == 2


def test_records_set_by_a_project_when_the_facility_sets_them_are_a_usage_error(show: Path, house: Path) -> None:
    write(house, "records: [ledger]")
    write(show, "records: [mine]")
    with pytest.raises(UsageError, match="only the facility may set 'records'"):
        settings()
    write(house, "packs: [netflix]")
    assert settings().records == (show.parent / "mine",)


def test_the_authority_of_a_report_is_the_facility_s_where_it_has_a_file(show: Path, house: Path) -> None:
    (show.parent / "cut.edl").write_text(EDL)
    write(show, "production: MYSHOW")
    assert Judging(NOW).report(Path("cut.edl")).authority == "project"
    write(house, "packs: [netflix]")
    report = Judging(NOW).report(Path("cut.edl"))
    assert report.authority == "facility"
    assert report.config == (str(house), str(show))


# Stage and what makes a report advisory


def test_the_stage_is_final_unless_somebody_says_temp(show: Path, house: Path) -> None:
    assert settings().context.stage == "final"
    write(show, "stage: temp")
    assert settings().context.stage == "temp"
    assert not settings().advisory
    write(house, "stage: final")
    assert settings().context.stage == "temp"
    write(house, "stages: [final, temp]")
    assert settings().context.stage == "temp"


@pytest.mark.parametrize("where", ["project", "command", "facility"])
def test_a_facility_that_allows_only_final_refuses_temp(where: str, show: Path, house: Path) -> None:
    write(house, "stages: [final]", *(["stage: temp"] if where == "facility" else []))
    write(show, *(["stage: temp"] if where == "project" else []))
    with pytest.raises(UsageError, match="the facility allows the stage final, not temp") as caught:
        settings(command={"stage": "temp"} if where == "command" else None)
    assert caught.value.where == {"project": str(show), "command": "command line", "facility": str(house)}[where]


def test_a_facility_that_allows_only_temp_refuses_the_default(show: Path, house: Path) -> None:
    write(house, "stages: [temp]")
    with pytest.raises(UsageError, match="the facility allows the stage temp, not final"):
        settings()


def test_what_the_command_line_overrides_makes_the_report_advisory(show: Path) -> None:
    write(show, "stage: temp", "records: [ledger]")
    assert not settings().advisory
    assert settings(as_of=True).advisory
    assert settings(command={"records": ["/draft"]}).advisory
    assert settings(command={"stage": "final"}).advisory
    assert not settings(command={"stage": "temp"}).advisory, "the stage it has anyway"
    assert not settings(command={"packs": ["us_states"], "policy": ["/house.yaml"]}).advisory
    show.unlink()
    assert settings(command={"stage": "temp"}).advisory
    assert not settings(command={"stage": "final"}).advisory


def test_the_report_says_that_it_is_advisory(show: Path) -> None:
    (show.parent / "cut.edl").write_text(EDL)
    (show.parent / "draft").mkdir()
    assert not Judging(NOW).report(Path("cut.edl")).advisory
    for changes in ({"as_of": True}, {"command": {"stage": "temp"}}, {"command": {"records": ["draft"]}}):
        assert Judging(NOW, **changes).report(Path("cut.edl")).advisory
    assert Judging(NOW, as_of=True).report(Path("missing.edl")).advisory


# Packs


def test_an_explicit_list_takes_the_place_of_the_default_and_core_is_always_active(show: Path) -> None:
    assert [each.name for each in settings().policy().packs] == ["core", "cue_sheet", "netflix", "sag_aftra"]
    write(show, "packs: [cue_sheet]")
    assert settings().packs == ("cue_sheet",)
    assert [each.name for each in settings().policy().packs] == ["core", "cue_sheet"]
    write(show, "packs: [core]")
    assert [each.name for each in settings().policy().packs] == ["core"]


def test_the_command_line_adds_packs_and_takes_none_away(show: Path) -> None:
    assert settings(command={"packs": ["cue_sheet"]}).packs == ("cue_sheet", "netflix", "sag_aftra")
    write(show, "packs: [netflix]")
    assert settings(command={"packs": ["cue_sheet"]}).packs == ("cue_sheet", "netflix")


def test_further_policy_files_add_to_the_packs(show: Path) -> None:
    pack(show.parent / "house.yaml")
    write(show, "policy: [house.yaml]")
    assert [each.name for each in settings().policy().packs] == ["core", "cue_sheet", "house", "netflix", "sag_aftra"]


def test_an_empty_policy_is_a_usage_error(show: Path) -> None:
    write(show, "packs: []")
    with pytest.raises(UsageError, match="packs: needs at least 1 in it") as caught:
        settings()
    assert caught.value.exit_code == 2


def test_an_unknown_pack_is_a_usage_error_that_names_the_shipped_ones(show: Path) -> None:
    write(show, "packs: [netflx]")
    with pytest.raises(UsageError, match="there is no pack 'netflx'") as caught:
        settings().policy()
    assert all(name in str(caught.value) for name in shipped())


def test_a_policy_file_that_cannot_be_read_leaves_no_verdict(show: Path) -> None:
    (show.parent / "cut.edl").write_text(EDL)
    write(show, "policy: [none.yaml]")
    with pytest.raises(PolicyError, match=r"none\.yaml: cannot be read"):
        settings().policy()
    report = Judging(NOW).report(Path("cut.edl"))
    assert report.verdict == "cannot_judge"
    assert "none.yaml" in report.problems[0].where
    assert report.packs == ()


def test_severity_can_only_get_stricter(show: Path) -> None:
    shipped_rules = {rule.id: rule for rule in settings().policy().rules}
    for rule, wanted in (("NFX-030", "info"), ("NFX-035", "block"), ("NFX-020", "warn"), ("CUE-001", "final")):
        write(show, f"severity: {{{rule}: {wanted}}}")
        found = next(each for each in settings().policy().rules if each.id == rule)
        before = shipped_rules[rule].severity
        assert found.severity == max(before, wanted, key=SEVERITIES.index)  # type: ignore[type-var]
    write(show, "severity: {NFX-020: block}")
    assert next(each for each in settings().policy().rules if each.id == "NFX-020").waivable == ()


def test_the_severity_of_an_unknown_rule_is_a_usage_error(show: Path) -> None:
    for rule in ("NFX-999", "CA-001"):  # one that does not exist, and one of a pack that is not active
        write(show, f"severity: {{{rule}: block}}")
        with pytest.raises(UsageError, match=f"'severity' names the rule {rule}, which no active pack has"):
            settings().policy()


def test_a_severity_that_is_none_is_a_usage_error_with_its_line(show: Path) -> None:
    write(show, "severity:", "  NFX-020: fatal")
    with pytest.raises(UsageError, match=r"otiogate\.yaml:3: severity\.NFX-020: \"fatal\" is not one of"):
        settings()
    write(show, "severity:", "  NFX-030: block", "  nfx-020: block")
    with pytest.raises(UsageError, match=r"otiogate\.yaml:4: severity: 'nfx-020' is not known here"):
        settings()


def test_a_pinned_pack_has_to_have_the_digest(show: Path, house: Path) -> None:
    own = {each.name: each.digest for each in settings().policy().packs}
    write(house, f"pins: {{netflix: '{own['netflix']}'}}")
    settings().policy()
    write(house, f"pins: {{netflix: 'sha256:{'0' * 64}'}}")
    with pytest.raises(PolicyError, match=f"the pack netflix is {own['netflix']}, but pinned to sha256:000"):
        settings().policy()
    write(house, f"pins: {{us_states: '{own['netflix']}'}}")
    with pytest.raises(UsageError, match="the pack us_states is pinned but not active"):
        settings().policy()
    write(house, "pins: {netflix: latest}")
    with pytest.raises(UsageError, match=r"facility\.yaml:2: pins\.netflix: \"latest\" does not fit"):
        settings()


def test_the_facility_can_replace_a_shipped_pack_by_one_of_the_same_name(show: Path, house: Path) -> None:
    pack(house.parent / "netflix.yaml", name="netflix", rule="NFX-020")
    write(house, "replaced_packs: {netflix: netflix.yaml}")
    found = {each.name: each for each in settings().policy().packs}
    assert [rule.id for rule in found["netflix"].rules] == ["NFX-020"]
    assert found["netflix"].where == str(house.parent / "netflix.yaml")
    pack(house.parent / "netflix.yaml", name="house")
    with pytest.raises(UsageError, match="stands in for the pack netflix, but is house"):
        settings().policy()


def test_a_pack_may_be_named_twice_if_it_is_one(show: Path, tmp_path: Path) -> None:
    pack(show.parent / "house.yaml")
    pack(tmp_path / "copy" / "house.yaml")
    write(show, "policy: [house.yaml, ../copy/house.yaml]")
    assert [each.name for each in settings().policy().packs].count("house") == 1
    pack(tmp_path / "copy" / "house.yaml", rule="HSE-002")
    with pytest.raises(UsageError, match="the pack house is given twice"):
        settings().policy()


def test_a_pack_is_read_again_when_its_file_has_changed(show: Path) -> None:
    path = pack(show.parent / "house.yaml")
    write(show, "policy: [house.yaml]")
    before = settings().policy()
    assert settings().policy() is before, "read once"
    pack(path, rule="HSE-002B")
    after = settings().policy()
    assert {rule.id for rule in after.rules} - {rule.id for rule in before.rules} == {"HSE-002B"}
    assert read_pack(path).digest in {each.digest for each in after.packs}


# Where nothing is stopped


def test_saves_in_working_paths_are_told_by_their_real_path(
    show: Path, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house, f"working_paths: ['{(tmp_path / 'wip').resolve().as_posix()}/**']")
    (tmp_path / "wip").mkdir()
    (tmp_path / "out").mkdir()
    found = settings()
    assert found.is_working_path(str(tmp_path / "wip" / "cut.otio"))
    assert not found.is_working_path(str(tmp_path / "out" / "cut.otio"))
    assert not found.is_working_path(str(tmp_path / "wip" / ".." / "out" / "cut.otio"))
    assert not found.is_working_path("")
    if os.name == "posix":
        (tmp_path / "wip" / "delivery").symlink_to(tmp_path / "out")
        assert not found.is_working_path(str(tmp_path / "wip" / "delivery" / "cut.otio"))
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "none.yaml")
    assert not settings().is_working_path(str(tmp_path / "wip" / "cut.otio"))


def test_a_timeline_that_cannot_be_read_asks_neither_policy_nor_records(show: Path) -> None:
    write(show, "records: [none]", "production: MYSHOW")
    report = judge_path(Path("missing.edl"), settings(), NOW)
    assert report.verdict == "cannot_judge"
    assert report.problems[0].what == "cannot be read: No such file or directory"
    assert report.problems[0].next_step == "correct the path"
    assert report.context["production"] == "MYSHOW"
    assert report.config == (str(show),)


def test_everything_that_is_wrong_with_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "otiogate.yaml"
    path.write_text("format: 1\nseason: 2\nepisode: 204\nstage: draft\n")
    with pytest.raises(UsageError, match=r"otiogate.yaml:2: season: 2 is not text.*line 3: episode.*line 4: stage"):
        settings([str(path)])


def test_two_spellings_of_one_folder_of_records_are_one(show: Path) -> None:
    (show.parent / "inbox").mkdir()
    (show.parent / "ledger").mkdir()
    (show.parent / "same").symlink_to("ledger")
    write(show, "records: [ledger, inbox/../ledger, ./ledger/, same]")
    assert settings().records == (show.parent / "ledger",)
    write(show.parent / "inbox" / "otiogate.yaml", "records: [../ledger]")
    assert settings([str(show.parent / "inbox")]).records == (show.parent / "ledger",)
    write(show.parent / "inbox" / "otiogate.yaml", "records: [../other]")
    with pytest.raises(CannotJudge, match="'records' is"):
        settings([str(show.parent / "inbox")])
