"""What people read: the whole report, one line on standard error, and the text that stops an export."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otiogate.report.base import count, safe
from otiogate.report.model import MissingLine, PackLine, ProblemLine, ReasonLine, Report, TriedLine
from otiogate.report.text import Summary, TextWriter, blocking_text, headline, passed_text, use_text
from tests.report.reports import finding, lost, report, use, waiver

HOSTILE = "A\x1b[31m\x9b2J\u202eB\u2066\nC\r\n[/red]\ud800\u2028D"
SHOWN = "A\\x1b[31m\\x9b2J\\u202eB\\u2066 C  [/red]\\ud800 D"


def written(*reports: Report, verbose: bool = False) -> str:
    return TextWriter(verbose=verbose).write(reports)


def lines(*reports: Report, verbose: bool = False) -> list[str]:
    return written(*reports, verbose=verbose).split("\n")


# The layout


def test_a_report_has_a_fixed_order_of_parts() -> None:
    told = report(
        finding(records=("APR-0011", "NTC-0003")),
        finding("NFX-010", title="The studio is told", status="met", effect="none", missing=(), tried=()),
        problems=(ProblemLine("odd", "the source runs backwards", "line 9"),),
        notes=("'release_date' is not set",),
    )
    assert written(told) == (
        "BLOCKED  in/cut.edl  "
        "(final delivery; 12 clips; 1 with declared or found AI use; 1 finding to resolve; 1 met)\n"
        "\n"
        "  1. NFX-030 [block] A digital replica of a living person  DIS-0042\n"
        "       01:00:03:00-01:00:04:00  event 003 (line 6)  reel R003  'SHOT_0003.mov'\n"
        "     missing: consent of person-7f3a\n"
        "     tried:   consent CON-0007: expired at 2025-08-31Z [SAG-011]\n"
        "     counts:  APR-0011, NTC-0003\n"
        "     next:    Get a consent.\n"
        "\n"
        "  To be obtained, each once:\n"
        "    - consent of person-7f3a for DIS-0042  [NFX-030]\n"
        "\n"
        "  Problems:\n"
        "    odd: line 9: the source runs backwards\n"
        "\n"
        "  note: 'release_date' is not set\n"
        "  policy: core 1.0.0, netflix 1.0.0; authority: project; records: unsigned\n"
        "  configuration: /show/otiogate.yaml\n"
    )


def test_what_is_allowed_says_what_that_means() -> None:
    assert written(report(config=())) == (
        "ALLOWED  in/cut.edl  (final delivery; 12 clips; 0 with declared or found AI use)\n"
        "\n"
        "  policy: core 1.0.0, netflix 1.0.0; authority: project; records: unsigned\n"
        "  Allowed means: no uncleared AI use is declared or found. That there is none is not verified.\n"
    )


def test_what_cannot_be_judged_says_why_and_what_to_do() -> None:
    told = report(verdict="cannot_judge", problems=(lost(),), packs=(), config=())
    assert written(told) == (
        "COULD NOT JUDGE  in/cut.edl: is empty (export it again)\n"
        "\n"
        "  Problems:\n"
        "    lost: in/cut.edl: is empty (export it again)\n"
        "\n"
        "  policy: not asked; authority: project; records: unsigned\n"
    )


def test_findings_that_are_met_are_listed_only_on_demand() -> None:
    met = finding(status="met", effect="none", missing=(), tried=(), records=("CON-0007",))
    told = report(met)
    assert "NFX-030" not in written(told)
    assert "  1. NFX-030 [met] A digital replica of a living person  DIS-0042" in lines(told, verbose=True)
    assert "     met by:  CON-0007" in lines(told, verbose=True)
    assert "next:" not in written(told, verbose=True), "there is nothing to do"
    assert headline(told).endswith("; 1 met)")


def test_what_is_missing_is_named_once_with_every_rule_that_asks_for_it() -> None:
    told = report(
        finding(),
        missing=(
            MissingLine("consent", "consent of person-7f3a", "DIS-0042", "person-7f3a", ("NFX-030", "SAG-010")),
            MissingLine("disclosure", "declaration", "", "", ("GEN-003",)),
        ),
    )
    assert "    - consent of person-7f3a for DIS-0042  [NFX-030, SAG-010]" in lines(told)
    assert "    - declaration  [GEN-003]" in lines(told)


def test_nothing_is_to_be_obtained_where_nothing_stops_or_warns() -> None:
    assert "To be obtained" not in written(report(finding(effect="info")))
    assert "To be obtained" in written(report(finding(effect="warn")))


@pytest.mark.parametrize(
    ("uses", "listed", "more"), [(1, 1, ""), (10, 10, ""), (11, 10, "1 more use"), (500, 10, "490 more uses")]
)
def test_at_most_ten_uses_of_a_finding_are_listed(uses: int, listed: int, more: str) -> None:
    told = lines(report(finding(uses=tuple(use(number % 50) for number in range(uses)))))
    assert sum(line.startswith("       01:00") for line in told) == listed
    assert [line.strip() for line in told if "more use" in line] == ([f"... and {more}"] if more else [])


def test_every_reason_of_every_record_that_was_tried_has_a_line() -> None:
    tried = (
        TriedLine("APR-1", "approval", (ReasonLine("says rejected", ""), ReasonLine("is revoked", "TRUST-001"))),
        TriedLine("LGL-1", "legal_review", (ReasonLine("answers NFX-033, not NFX-030", ""),)),
    )
    told = lines(report(finding(tried=tried)))
    assert "     tried:   approval APR-1: says rejected" in told
    assert "     tried:   approval APR-1: is revoked [TRUST-001]" in told
    assert "     tried:   legal review LGL-1: answers NFX-033, not NFX-030" in told


def test_a_long_remedy_is_wrapped_below_itself() -> None:
    told = lines(report(finding(remedy="Ask the studio contact for an approval. " * 8)))
    first = next(index for index, line in enumerate(told) if line.startswith("     next:    Ask"))
    assert told[first + 1].startswith(" " * 14)
    assert all(len(line) < 120 for line in told[first : first + 4])


def test_the_footer_says_whose_word_it_is_and_what_it_rests_on() -> None:
    told = written(report(authority="facility", advisory=True, config=("/etc/f.yaml", "/show/otiogate.yaml")))
    assert (
        "  policy: core 1.0.0, netflix 1.0.0; authority: facility; records: unsigned; "
        "advisory (time, records, stage, media or cache overridden), judged as of 2026-11-22T18:30:00+00:00\n"
        "  configuration: /etc/f.yaml, /show/otiogate.yaml\n"
    ) in told


def test_several_reports_stand_apart_by_an_empty_line() -> None:
    told = written(report(), report(finding()))
    assert told.count("\n\nBLOCKED  ") == 1
    assert told.endswith("otiogate.yaml\n")
    assert written() == ""


def summary(reports: Iterable[Report]) -> str:
    found = Summary()
    for each in reports:
        found.add(each)
    return str(found)


def test_the_summaries_of_parts_come_to_that_of_the_whole() -> None:
    blocked, could_not = report(finding()), report(verdict="cannot_judge", problems=(lost(),))
    reports = [report(), blocked, report(advisory=True), could_not, report(finding("GEN-001"))]
    for length in range(1, len(reports) + 1):
        whole, several = Summary(), Summary()
        for first in range(0, len(reports), length):
            part = Summary()
            for each in reports[first : first + length]:
                whole.add(each)
                part.add(each)
            several.merge(part)
        several.merge(Summary())
        assert (str(several), several.exit_code) == (str(whole), whole.exit_code)
        assert several.number == len(reports)


# Headline and summary


def test_the_headline_counts_what_matters() -> None:
    told = report(finding(), finding("GEN-001"), finding("NFX-035", effect="warn"), stage="temp")
    assert headline(told) == (
        "BLOCKED  in/cut.edl  "
        "(temp delivery; 12 clips; 1 with declared or found AI use; 2 findings to resolve; 1 warning)"
    )


def test_the_headline_says_where_only_if_that_is_not_the_timeline_itself() -> None:
    def told(where: str) -> str:
        return headline(report(verdict="cannot_judge", problems=(lost(where=where), lost())))

    assert told("in/cut.edl") == "COULD NOT JUDGE  in/cut.edl: is empty (export it again) (and 1 more)"
    assert told("in/cut.edl:7") == "COULD NOT JUDGE  in/cut.edl: line 7: is empty (export it again) (and 1 more)"
    assert told("consents.yaml:7") == (
        "COULD NOT JUDGE  in/cut.edl: consents.yaml:7: is empty (export it again) (and 1 more)"
    )


def test_a_loss_without_a_next_step_of_its_own_gets_one_and_what_is_odd_gets_none() -> None:
    told = written(
        report(
            verdict="cannot_judge", problems=(lost("garbled", "line 9", ""), ProblemLine("odd", "no name", "line 2"))
        )
    )
    assert "lost: line 9: garbled (correct it there, or have it exported again)\n" in told
    assert "odd: line 2: no name\n" in told


def test_a_verdict_without_a_reason_says_so() -> None:
    assert headline(report(verdict="cannot_judge")).endswith(": no reason was given")


def test_one_timeline_is_summed_up_by_name() -> None:
    assert summary([report()]) == "otiogate: in/cut.edl: allowed"
    assert summary([report(finding(effect="warn"))]) == "otiogate: in/cut.edl: allowed, 1 warning"
    assert (
        summary([report(finding(), advisory=True)]) == "otiogate: in/cut.edl: blocked, 1 finding to resolve, advisory"
    )
    cannot = report(verdict="cannot_judge", problems=(lost(),))
    assert summary([cannot]) == "otiogate: in/cut.edl: could not judge: is empty (export it again)"


def test_several_timelines_are_counted_and_the_first_of_the_worst_is_named() -> None:
    cannot = report(verdict="cannot_judge", problems=(lost(),))
    assert summary([report(), report()]) == "otiogate: 2 timelines: 2 allowed"
    assert summary([report(), report(finding())]) == (
        "otiogate: 2 timelines: 1 allowed, 1 blocked; first: in/cut.edl: blocked, 1 finding to resolve"
    )
    assert summary([cannot, report(finding()), report()]) == (
        "otiogate: 3 timelines: 1 allowed, 1 blocked, 1 could not judge; "
        "first: in/cut.edl: could not judge: is empty (export it again)"
    )
    assert summary([]) == "otiogate: nothing to scan"


# What stops an export


def test_the_text_that_stops_an_export_stands_alone() -> None:
    assert blocking_text(report(finding(), finding("SAG-010"))) == (
        "otiogate stopped this export: BLOCKED, 2 findings on 1 clip (final delivery). Nothing was written.\n"
        "  01:00:03:00-01:00:04:00  event 003 (line 6)  reel R003  'SHOT_0003.mov'\n"
        "    NFX-030, SAG-010: missing consent of person-7f3a for DIS-0042\n"
        "      tried consent CON-0007: expired at 2025-08-31Z\n"
        "Next: otiogate explain NFX-030   (why, and what to do)\n"
        "      otiogate scan TIMELINE       (the whole report)"
    )


def test_the_text_that_stops_an_export_names_at_most_five_clips() -> None:
    for many, more in ((5, []), (6, ["  ... and 1 more clip"]), (40, ["  ... and 35 more clips"])):
        told = blocking_text(report(finding(uses=tuple(use(number) for number in range(many))))).split("\n")
        assert sum(line.startswith("  01:00") for line in told) == min(many, 5)
        assert [line for line in told if "more clip" in line] == more
        assert f"1 finding on {many} clips" in told[0]


def test_a_thing_found_without_a_disclosure_is_shown() -> None:
    told = blocking_text(report(finding("GEN-002", disclosure="", what="GENAI nonsense: 'nonsense' is not a use kind")))
    assert "GEN-002: missing consent of person-7f3a (GENAI nonsense: 'nonsense' is not a use kind)" in told


def test_warnings_do_not_appear_in_what_stops_an_export() -> None:
    told = blocking_text(report(finding(), finding("NFX-035", effect="warn", missing=("disclosure",))))
    assert "NFX-035" not in told
    assert "1 finding on 1 clip" in told


def test_an_export_that_cannot_be_judged_names_the_losses_and_what_to_do() -> None:
    problems = (*(lost(f"fault {number}", f"line {number}") for number in range(7)), ProblemLine("odd", "odd one", ""))
    told = blocking_text(report(verdict="cannot_judge", problems=problems), "import")
    assert told.startswith("otiogate stopped this import: COULD NOT JUDGE. Nothing was read in.\n")
    assert "  line 0: fault 0 (export it again)\n" in told
    assert told.endswith("  ... and 2 more")
    assert "odd one" not in told


# A use in one line


def test_a_use_is_told_by_what_the_timeline_knows() -> None:
    assert use_text(use(event="", line=0, address="track 1 'V1' / item 3")) == (
        "01:00:03:00-01:00:04:00  track 1 'V1' / item 3  reel R003  'SHOT_0003.mov'"
    )
    assert use_text(use(record="", reel="", name="", visible=False)) == (
        "no record timecode  event 003 (line 6)  not visible"
    )
    assert use_text(use(outside=True)).endswith("  'SHOT_0003.mov'  shows none of the ranges that are AI")


def test_a_stopped_export_names_no_use_that_shows_nothing_of_what_is_ai() -> None:
    told = blocking_text(report(finding(uses=(use(3), use(4, outside=True)))))
    assert "1 finding on 1 clip" in told
    assert "SHOT_0004.mov" not in told
    assert "SHOT_0004.mov" in blocking_text(report(finding(uses=(use(4, outside=True),))))


# Nothing acts on a terminal


def test_everything_that_comes_from_outside_is_shown_escaped() -> None:
    hostile = finding(
        title=HOSTILE,
        disclosure=HOSTILE,
        what=HOSTILE,
        uses=(use(name=HOSTILE, reel=HOSTILE, event=HOSTILE), use(event="", address=HOSTILE)),
        missing=(HOSTILE,),
        tried=(TriedLine(HOSTILE, "approval", (ReasonLine(HOSTILE, ""),)),),
        records=(HOSTILE,),
        remedy=HOSTILE,
    )
    told = report(
        hostile,
        input=type(report().input)(HOSTILE, "edl", HOSTILE, ""),
        problems=(ProblemLine("lost", HOSTILE, HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        config=(HOSTILE,),
        packs=(PackLine("core", HOSTILE, ""),),
    )
    texts = [written(told, verbose=True), headline(told), summary([told]), summary([told, told]), blocking_text(told)]
    cannot = report(hostile, verdict="cannot_judge", problems=told.problems, input=told.input)
    texts += [written(cannot), headline(cannot), summary([cannot]), blocking_text(cannot)]
    for text in texts:
        assert all(line.isprintable() for line in text.split("\n")), ascii(text)
        assert SHOWN in text


def test_safe_escapes_controls_and_keeps_one_line() -> None:
    assert safe(HOSTILE) == SHOWN
    assert safe("Ærø 東京 🎬 [red]x[/red]") == "Ærø 東京 🎬 [red]x[/red]"
    assert safe("a\u00a0b\u200bc\U000e0041") == "a\\xa0b\\u200bc\\U000e0041"


@given(
    st.text(st.characters(), max_size=80) | st.text("\x00\x1b\x9b\u202e\ud800\n\t a", max_size=40), st.integers(3, 60)
)
def test_safe_is_printable_and_within_its_limit_for_any_text(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    if text.isprintable() and len(text) <= limit:
        assert shown == text


def test_a_text_that_is_cut_says_so() -> None:
    assert safe("x" * 300) == "x" * 300
    assert safe("x" * 301) == "x" * 297 + "..."
    assert safe("\n" * 5_000_000) == " " * 297 + "..."


def test_numbers_agree_with_their_nouns() -> None:
    assert [count(number, "clip") for number in (0, 1, 2, 12_345)] == ["0 clips", "1 clip", "2 clips", "12,345 clips"]
    assert count(2, "entry", "entries") == "2 entries"


# Waivers


def test_an_export_that_passes_says_in_one_line_what_is_waived_and_of_many_how_many_more() -> None:
    by = tuple(waiver(number, reason=HOSTILE) for number in range(1, 8))
    told = report(finding("NFX-010", status="waived", effect="none", waivers=by))
    text = passed_text(told)
    assert text.isprintable()
    assert text.startswith(f"{headline(told)}; NFX-010 is waived by WVR-0001 (studio_legal) until 2027-12-31Z: A")
    assert text.endswith("; 2 more are waived")


def test_of_many_reasons_why_records_did_not_count_the_first_are_shown() -> None:
    tried = tuple(TriedLine(f"CON-{each:04}", "consent", (ReasonLine("is not in force", ""),)) for each in range(30))
    shown = lines(report(finding(tried=tried)))
    assert sum(each.startswith("     tried:") for each in shown) == 20
    assert "     ... and 10 more; --format json has all" in shown
