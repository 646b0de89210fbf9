"""Reports as JSON: whole, stable, described by a schema, and read back by this version and by later ones."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from otiogate.documents.schemas import faults, schema
from otiogate.errors import VersionError
from otiogate.report import json as json_report
from otiogate.report.json import JsonLinesWriter, JsonWriter, read_reports
from otiogate.report.model import InputLine, MediaLine, Report, from_data
from tests import builders
from tests.report.reports import cue, finding, hint, lost, report, use, waiver

REPORTS: dict[str, Report] = {
    "allowed": report(),
    "blocked": report(finding(), finding("SAG-010", uses=(use(1), use(2)))),
    "met": report(finding(status="met", effect="none", missing=(), tried=(), records=("CON-0007",))),
    "waived": report(finding(status="waived", effect="none", tried=(), records=("WVR-0001",), waivers=(waiver(),))),
    "not judged": report(verdict="cannot_judge", problems=(lost(),), packs=()),
    "media": report(binding="media", media=(MediaLine("a.mov", "verified", "sha256:" + "0" * 64, "1-9", ""),)),
    "listed": report(cues=(cue(), cue(status="met", digest="", tools=("A", "B"))), hints=(hint(),)),
    "hostile": report(finding(disclosure="\x1b\u202e\ud800 [red]", what="\n\r\u2028", uses=(use(name="\udfff"),))),
}


def from_gate() -> list[Report]:
    """Reports that the gate itself made, on each of its paths."""
    about = builders.replica()
    consent = builders.consent(expires_at="2026-12-31Z", effective_from="2026-11-02Z")
    tagged = builders.timeline(builders.clip({"id": "DIS-001"}), builders.clip("GENAI gen.sky"), builders.clip("GENAI"))
    waivers = builders.waiver("NFX-020"), builders.waiver("NFX-010", "WVR-002", expires_at="2027-01-01Z")
    unsure = builders.disclosure(identity="unsure", flags={"input.personal_data": "unsure"})
    return [
        builders.judged(builders.timeline(builders.clip())),
        builders.judged(tagged, about, consent),
        builders.judged(tagged, *builders.cleared(about, "NFX-030"), consent),
        builders.judged(builders.timeline(builders.clip({"id": "DIS-001"})), unsure),
        builders.judged(builders.timeline(builders.clip()), declaration_required=True),
        builders.judged(tagged, builders.disclosure(), *waivers, signed=[each["id"] for each in waivers]),
        builders.judged(tagged, about, now=builders.NOW + timedelta(days=5000)),
    ]


def test_lines_are_what_one_document_says_whatever_stood_in_the_line_before() -> None:
    odd = InputLine('1%s "é\ud800', "edl", "100 %(a)s\\x/{0}", "sha256:0", "24 % \u2028")
    gated = from_gate()
    reports = [
        *REPORTS.values(),
        *gated,
        *(replace(each, input=odd) for each in gated),
        *(replace(gated[0], notes=(note,)) for note in ("100 %", "%s %%", "")),
        *(replace(gated[0], input=replace(odd, name=name)) for name in ("a", "a", "b %d")),
    ]
    writer = JsonLinesWriter()
    for each in (*reports, *reversed(reports)):
        line = writer.text(each)
        data = each.to_data()
        assert line == json.dumps({"format": data.pop("format"), **data}) + "\n"


def text_of(*reports: Report) -> str:
    return JsonWriter().write(reports)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_what_is_written_fits_the_schema_and_is_read_back_whole(name: str) -> None:
    told = REPORTS[name]
    text = text_of(told)
    assert faults("report", json.loads(text)) == []
    assert read_reports(text) == [told]


def test_what_the_gate_makes_fits_the_schema_and_is_read_back_whole() -> None:
    reports = from_gate()
    text = text_of(*reports)
    assert faults("report", json.loads(text)) == []
    assert read_reports(text) == reports
    assert {each.verdict for each in reports} == {"allow", "block"}


def test_the_example_of_the_schema_is_read(tmp_path: Path) -> None:
    [example] = schema("report")["examples"]
    [told] = read_reports(json.dumps(example))
    assert told.verdict == "block"
    assert told.to_data() == example["reports"][0]


def test_the_schema_knows_every_key_that_is_written() -> None:
    def keys(value: Any, place: str = "") -> set[str]:
        if isinstance(value, dict):
            return {f"{place}.{key}" for key in value} | {
                each for key, item in value.items() for each in keys(item, f"{place}.{key}")
            }
        return {each for item in value for each in keys(item, place)} if isinstance(value, list) else set()

    [example] = schema("report")["examples"]
    written = keys(json.loads(text_of(*REPORTS.values(), *from_gate())))
    assert written == keys(example), "the example shows every key, and no other"


def test_the_text_is_stable_ascii_and_ends_with_a_line_break() -> None:
    told = text_of(*REPORTS.values())
    assert told == text_of(*REPORTS.values())
    assert told.isascii()
    assert told.endswith("}\n")
    assert list(json.loads(told)) == ["format", "reports"]


def test_the_reports_stand_in_the_order_of_the_inputs() -> None:
    told = [REPORTS["blocked"], REPORTS["allowed"], REPORTS["blocked"]]
    assert [each["verdict"] for each in json.loads(text_of(*told))["reports"]] == ["block", "allow", "block"]
    assert json.loads(text_of()) == {"format": "otiogate/scan/v1", "reports": []}


def more(value: Any) -> Any:
    """``value`` with a key of a later version in every object, but not in the free-form context."""
    if isinstance(value, dict):
        return {key: item if key == "context" else more(item) for key, item in value.items()} | {"later": {"x": [1]}}
    return [more(item) for item in value] if isinstance(value, list) else value


def test_keys_of_a_later_version_are_passed_over() -> None:
    for told in REPORTS.values():
        assert read_reports(json.dumps(more(json.loads(text_of(told))))) == [told]


def test_a_report_of_an_earlier_version_without_the_newer_keys_is_read() -> None:
    data = REPORTS["not judged"].to_data()
    del data["problems"][0]["next_step"], data["cues"], data["hints"]
    assert from_data(data).problems[0].next_step == ""


@pytest.mark.parametrize("form", ["otiogate/report/v2", "otiogate/report/v10", "", None, 1])
def test_a_report_of_another_major_version_is_refused(form: Any) -> None:
    data = json.loads(text_of(REPORTS["allowed"]))
    data["reports"][0]["format"] = form
    with pytest.raises(VersionError, match="is not known to this otiogate") as caught:
        read_reports(json.dumps(data))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("whole", [{"format": "otiogate/scan/v2", "reports": []}, {"reports": []}, [], "x", 1, None])
def test_a_scan_of_another_major_version_or_form_is_refused(whole: Any) -> None:
    with pytest.raises(VersionError, match="is not known to this otiogate"):
        read_reports(json.dumps(whole))
    if whole:
        assert faults("report", whole)


def test_the_exit_code_follows_the_verdict_and_nothing_else() -> None:
    assert REPORTS["allowed"].exit_code == 0
    assert REPORTS["blocked"].exit_code == 1
    assert REPORTS["not judged"].exit_code == 3
    assert report(finding(), advisory=True).exit_code == 1
    assert report(finding(), verdict="allow").exit_code == 0


@pytest.mark.parametrize("failing", range(1, 30))
def test_a_report_that_cannot_be_written_leaves_nothing_in_the_next(
    failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is short of memory goes on with the next timeline."""
    first, second, third = (report(verdict=verdict) for verdict in ("block", "allow", "block"))
    third = replace(second, verdict="block", input=third.input)
    writer, calls = JsonLinesWriter(), iter(range(1, 1000))
    before = writer.text(first)

    class Failing:
        def encode(self, value: object) -> str:
            if next(calls) == failing:
                raise MemoryError
            return encoder.encode(value)

    encoder = json_report._AS_DATA
    with monkeypatch.context() as patched, contextlib.suppress(MemoryError):
        patched.setattr(json_report, "_AS_DATA", Failing())
        writer.text(second)
    for each in (third, first):
        assert json.loads(writer.text(each)) == json.loads(JsonLinesWriter().text(each))
    assert writer.text(first) == before
