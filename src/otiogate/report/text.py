"""Reports for people: on a terminal, and in the exception that stops an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Literal

from otiogate.report.base import OVERRIDDEN, WORDS, ReportWriter, count, safe
from otiogate.report.model import Finding, HintLine, MediaLine, ProblemLine, Report, UseLine, Verdict

_MOST_USES = 10
_MOST_CLIPS = 5
_MOST_TRIED = 5
_MOST_REASONS = 20
_WIDTH = 100
_LONGEST_HEADLINE = 200
"""Characters of a reason on the one line; the report has all of it."""


class TextWriter(ReportWriter):
    """Plain text. Findings that are met are counted, and listed only with ``verbose``. An empty line stands between two
    blocks."""

    between = "\n"

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose

    def text(self, report: Report) -> str:
        """One block of lines."""
        return "\n".join(self._lines(report)) + "\n"

    def _lines(self, report: Report) -> Iterator[str]:
        yield headline(report)
        shown = [each for each in report.findings if self.verbose or each.status != "met"]
        for number, finding in enumerate(shown, 1):
            yield ""
            yield from _finding(number, finding, _hopeless(report), signers(report))
        obtainable = [each for each in report.missing if each.record != "nothing"]
        if obtainable and any(each.effect in ("block", "warn") for each in report.findings):
            yield ""
            yield "  To be obtained, each once:"
            for missing in obtainable:
                of = f" for {safe(missing.disclosure)}" if missing.disclosure else ""
                yield f"    - {safe(missing.text)}{of}  [{', '.join(missing.required_by)}]"
        if report.problems:
            yield ""
            yield "  Problems:"
            for problem in report.problems:
                yield f"    {problem.severity}: {_problem(problem, problem.where, limit=2000)}"
        if report.hints:
            yield ""
            yield from _hints(report.hints)
        if report.media:
            yield ""
            yield from _media(report.media)
        yield ""
        yield from _footer(report)


def _hints(hints: Sequence[HintLine]) -> Iterator[str]:
    yield "  Sounds like AI, though nothing says so (a hint, which decides nothing):"
    for hint in hints[:_MOST_USES]:
        place = f"{hint.record or 'no record timecode'}  {safe(hint.address)}"
        yield f"    {place}  {safe(hint.footprint)}: '{safe(hint.text, 120)}'"
    if len(hints) > _MOST_USES:
        yield f"    ... and {count(len(hints) - _MOST_USES, 'more hint')}"


def _media(media: Sequence[MediaLine]) -> Iterator[str]:
    yield "  Media of AI uses:"
    for each in media[:_MOST_USES]:
        frames = f", frames {each.frames}" if each.frames else ""
        said = each.digest + frames if each.state == "verified" else safe(each.why, 400)
        yield f"    {each.state}  {safe(each.file or each.digest)}: {said}"
    if len(media) > _MOST_USES:
        yield f"    ... and {count(len(media) - _MOST_USES, 'more file')}"


def headline(report: Report) -> str:
    """The verdict in one line."""
    name = safe(report.input.path or report.input.name or "timeline")
    if report.verdict == "cannot_judge":
        return f"{WORDS[report.verdict]}  {name}: {_first_loss(report)}"
    counts = report.counts
    parts = [
        f"{report.stage} delivery",
        count(counts.uses, "clip"),
        f"{counts.ai_uses:,} with declared or found AI use",
    ]
    if counts.block:
        parts.append(f"{count(counts.block, 'finding')} to resolve")
    if counts.warn:
        parts.append(count(counts.warn, "warning"))
    if counts.met:
        parts.append(f"{counts.met:,} met")
    if counts.waived:
        parts.append(f"{counts.waived:,} waived")
    return f"{WORDS[report.verdict]}  {name}  ({'; '.join(parts)})"


def _first_loss(report: Report) -> str:
    """Why there is no verdict, and where, unless that is the timeline as such."""
    lost = [each for each in report.problems if each.severity == "lost"]
    if not lost:
        return "no reason was given"
    path, where = report.input.path, lost[0].where
    if path and where.startswith(f"{path}:"):
        where = f"line {where.removeprefix(f'{path}:')}"
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    place = "" if where in (path, report.input.name) else where
    return f"{_problem(lost[0], place, _LONGEST_HEADLINE)}{more}"


def _problem(problem: ProblemLine, where: str, limit: int = 300) -> str:
    """``line 12: this looks like an event but cannot be read (correct it there, or have it exported again)``."""
    place = f"{safe(where)}: " if where else ""
    step = problem.next_step or ("correct it there, or have it exported again" if problem.severity == "lost" else "")
    return f"{place}{safe(problem.what, limit)}" + (f" ({safe(step)})" if step else "")


def _finding(number: int, finding: Finding, hopeless: frozenset[str], signers: Mapping[str, str]) -> Iterator[str]:
    effect = finding.status if finding.status in ("met", "waived") else finding.effect
    about = f"  {safe(finding.disclosure)}" if finding.disclosure else ""
    yield f"  {number}. {finding.rule} [{effect}] {safe(finding.title)}{about}"
    if finding.what:
        yield f"     {safe(finding.what)}"
    for use in finding.uses[:_MOST_USES]:
        yield f"       {use_text(use)}"
    if len(finding.uses) > _MOST_USES:
        yield f"       ... and {count(len(finding.uses) - _MOST_USES, 'more use')}"
    for text in finding.missing:
        yield f"     {'never:  ' if text in hopeless else 'missing:'} {safe(text)}"
    reasons = list(reasons_of(finding))
    yield from (f"     tried:   {text}" for text in reasons[:_MOST_REASONS])
    if len(reasons) > _MOST_REASONS:
        yield f"     ... and {len(reasons) - _MOST_REASONS} more; --format json has all"
    for waiver in finding.waivers:
        yield f"     waived:  {safe(str(waiver), 600)}{signers.get(waiver.id, '')}"
    if finding.records and not finding.waivers:
        label = "met by:" if finding.status == "met" else "counts:"
        told = (safe(each) + by_media(finding, each) + signers.get(each, "") for each in finding.records)
        yield f"     {label}  {', '.join(told)}"
    if finding.effect in ("block", "warn"):
        lines = wrap(safe(finding.remedy, 1000), _WIDTH, break_long_words=False, break_on_hyphens=False)
        yield from (f"     {'next:' if not number else '':<8} {line}" for number, line in enumerate(lines))


def by_media(finding: Finding, record: str) -> str:
    """What stands behind the id of a record that is bound to media whose content was verified."""
    return (
        " (media verified)" if any(each.record == record and each.binding == "media" for each in finding.bound) else ""
    )


def signers(report: Report) -> dict[str, str]:
    """What stands behind the id of each record that met a rule: who signed it, where signatures are demanded."""
    if report.trust == "unsigned":
        return {}
    return {
        each.record: f" ({safe('signed by ' + ' and '.join(each.by)) if each.by else 'unsigned'})"
        for each in report.signed
    }


def reasons_of(finding: Finding) -> Iterator[str]:
    """``consent CON-0007: expired at 2025-08-31Z [SAG-011]``, for every reason of every record that was tried."""
    for tried in finding.tried:
        for reason in tried.reasons:
            rule = f" [{reason.rule}]" if reason.rule else ""
            yield f"{tried.kind.replace('_', ' ')} {safe(tried.id)}: {safe(reason.text)}{rule}"


def use_text(use: UseLine) -> str:
    """One use in one line: record timecode, where it stands, reel, name."""
    place = f"event {safe(use.event)}" if use.event else safe(use.address)
    if use.line:
        place += f" (line {use.line})"
    parts = [use.record or "no record timecode", place]
    if use.reel:
        parts.append(f"reel {safe(use.reel, 60)}")
    if use.name:
        parts.append(f"'{safe(use.name, 80)}'")
    if not use.visible:
        parts.append("not visible")
    if use.outside:
        parts.append("shows none of the ranges that are AI")
    return "  ".join(parts)


def passed_text(report: Report) -> str:
    """What is said, in one line, of an export that passes although something is open or waived: the verdict, and what
    is waived, by which waiver, until when and why."""
    waived = [(each, waiver) for each in report.findings for waiver in each.waivers]
    parts = [f"{each.rule} is waived by {safe(str(waiver), 600)}" for each, waiver in waived[:_MOST_CLIPS]]
    more = [f"{len(waived) - _MOST_CLIPS} more are waived"] if len(waived) > _MOST_CLIPS else []
    return "; ".join((headline(report), *parts, *more))


def _footer(report: Report) -> Iterator[str]:
    for note in report.notes:
        yield f"  note: {safe(note)}"
    packs = ", ".join(safe(f"{each.pack} {each.version}") for each in report.packs)
    parts = [f"policy: {packs or 'not asked'}", f"authority: {report.authority}", f"records: {report.trust}"]
    if report.media or report.binding == "media":
        parts.append(f"binding: {report.binding}")
    if report.advisory:
        parts.append(f"advisory ({OVERRIDDEN}), judged as of {report.judged_at}")
    yield f"  {'; '.join(parts)}"
    if report.config:
        yield f"  configuration: {', '.join(safe(each) for each in report.config)}"
    if report.input.rate:
        yield f"  frame rate: {safe(report.input.rate)}"
    if report.verdict == "allow":
        but = ", but for what is waived" if report.counts.waived else ""
        yield f"  Allowed means: no uncleared AI use is declared or found{but}. That there is none is not verified."


Doing = Literal["export", "import"]

_NOTHING: dict[Doing, str] = {"export": "Nothing was written.", "import": "Nothing was read in."}


def stopped_unjudged(doing: Doing) -> str:
    """The first line about an export, or a gated read, that could not be judged."""
    return f"otiogate stopped this {doing}: COULD NOT JUDGE. {_NOTHING[doing]}"


def blocking_text(report: Report, doing: Doing = "export") -> str:
    """What an editor reads when an export stops: verdict, at most five clips, what is missing, and what to run next."""
    if report.verdict == "cannot_judge":
        return "\n".join((stopped_unjudged(doing), *_losses(report)))
    blocking = [each for each in report.findings if each.effect == "block"]
    uses = [(each, use) for each in blocking for use in _showing_ai(each)]
    clips = count(len({(use.address, use.line) for _, use in uses}), "clip")
    lines = [
        f"otiogate stopped this {doing}: BLOCKED, {count(len(blocking), 'finding')} on {clips} "
        f"({report.stage} delivery). {_NOTHING[doing]}"
    ]
    shown: dict[tuple[str, int], list[Finding]] = {}
    lookup: dict[tuple[str, int], UseLine] = {}
    for finding, use in uses:
        shown.setdefault((use.address, use.line), []).append(finding)
        lookup[use.address, use.line] = use
    for key in list(shown)[:_MOST_CLIPS]:
        lines.append(f"  {use_text(lookup[key])}")
        lines += [f"    {text}" for text in _by_missing(shown[key], _hopeless(report))]
    if len(shown) > _MOST_CLIPS:
        lines.append(f"  ... and {count(len(shown) - _MOST_CLIPS, 'more clip')}")
    if blocking:
        lines.append(f"Next: otiogate explain {blocking[0].rule}   (why, and what to do)")
    lines.append("      otiogate scan TIMELINE       (the whole report)")
    return "\n".join(lines)


def _showing_ai(finding: Finding) -> Sequence[UseLine]:
    """The uses of ``finding`` without those that show nothing of what is AI, unless all are such."""
    return [each for each in finding.uses if not each.outside] or finding.uses


def _hopeless(report: Report) -> frozenset[str]:
    """What stands in the place of something missing where nothing can answer the rule."""
    return frozenset(each.text for each in report.missing if each.record == "nothing")


def _by_missing(findings: list[Finding], hopeless: frozenset[str]) -> Iterator[str]:
    """``NFX-030, SAG-010: missing consent of P-001`` - what is missing once, with the rules that ask for it."""
    asked: dict[str, list[str]] = {}
    for finding in findings:
        about = f" for {safe(finding.disclosure, 80)}" if finding.disclosure else ""
        if finding.what and not finding.disclosure:
            about = f" ({safe(finding.what, 120)})"
        for text in finding.missing or ("a record",):
            said = f"{about.strip()}: {safe(text)}" if text in hopeless else f"missing {safe(text)}{about}"
            asked.setdefault(said, []).append(finding.rule)
    for text, rules in asked.items():
        named = ", ".join(sorted(set(rules)))
        yield f"{named} {text}" if text.startswith("for ") else f"{named}: {text}"
    tried = {(each.id, reason.text): each for finding in findings for each in finding.tried for reason in each.reasons}
    for (record, reason), each in list(tried.items())[:_MOST_TRIED]:
        yield f"  tried {each.kind.replace('_', ' ')} {safe(record)}: {safe(reason, 160)}"


def _losses(report: Report) -> Iterator[str]:
    lost = [each for each in report.problems if each.severity == "lost"]
    for problem in lost[:_MOST_CLIPS]:
        yield f"  {_problem(problem, problem.where)}"
    if len(lost) > _MOST_CLIPS:
        yield f"  ... and {len(lost) - _MOST_CLIPS} more"


class Summary:
    """All reports in one line, for standard error; it holds none of them."""

    def __init__(self) -> None:
        self.exit_code = 0
        self._verdicts: dict[Verdict, int] = {}
        self._advisory = False
        self._worst = ""

    def add(self, report: Report) -> None:
        """Takes one report in."""
        if not self._worst or report.exit_code > self.exit_code:
            self.exit_code, self._worst = report.exit_code, _outcome(report)
        self._advisory = self._advisory or report.advisory
        self._verdicts[report.verdict] = self._verdicts.get(report.verdict, 0) + 1

    def merge(self, later: Summary) -> None:
        """Takes in the reports that ``later`` took in."""
        if not self._worst or later.exit_code > self.exit_code:
            self.exit_code, self._worst = later.exit_code, later._worst
        self._advisory = self._advisory or later._advisory
        for verdict, number in later._verdicts.items():
            self._verdicts[verdict] = self._verdicts.get(verdict, 0) + number

    @property
    def number(self) -> int:
        """How many reports there were."""
        return sum(self._verdicts.values())

    def __str__(self) -> str:
        if not self.number:
            return "otiogate: nothing to scan"
        advisory = ", advisory" if self._advisory else ""
        if self.number == 1:
            return f"otiogate: {self._worst}{advisory}"
        parts = [f"{self._verdicts[each]:,} {word.lower()}" for each, word in WORDS.items() if each in self._verdicts]
        text = f"otiogate: {count(self.number, 'timeline')}: {', '.join(parts)}{advisory}"
        return f"{text}; first: {self._worst}" if self.exit_code else text


def _outcome(report: Report) -> str:
    """What one report came to: ``cut.edl: could not judge: is empty (export it again)``."""
    name = safe(report.input.path or report.input.name or "timeline")
    word = WORDS[report.verdict].lower()
    if report.verdict == "cannot_judge":
        return f"{name}: {word}: {_first_loss(report)}"
    counts = report.counts
    parts = [word]
    if counts.block:
        parts.append(f"{count(counts.block, 'finding')} to resolve")
    if counts.warn:
        parts.append(count(counts.warn, "warning"))
    if counts.waived:
        parts.append(f"{counts.waived:,} waived")
    return f"{name}: {', '.join(parts)}"
