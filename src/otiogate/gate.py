"""The decision: a pure function of what was said, what is on record, the rules, the delivery and the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from otiogate.documents.digest import sha256
from otiogate.evidence.collect import Collected, Declared, Raised, UsePoint
from otiogate.evidence.disclosure import Disclosure
from otiogate.policy.derived import UNANSWERED, Truth
from otiogate.policy.model import Event, Policy, Rule, Severity, strictest
from otiogate.records.binding import BY_NAME, Terms, bound
from otiogate.records.checks import Case, Reason, decision_faults
from otiogate.records.context import Context
from otiogate.records.demands import ROLES, Answer, Missing, Tried
from otiogate.records.model import DECISIONS, RecordSet
from otiogate.report.cues import Cues
from otiogate.report.model import (
    EFFECTS,
    BoundLine,
    Counts,
    Effect,
    Finding,
    HintLine,
    InputLine,
    MediaLine,
    MissingLine,
    PackLine,
    ProblemLine,
    ReasonLine,
    Report,
    SignedLine,
    Status,
    TriedLine,
    Trust,
    UseLine,
    Verdict,
)
from otiogate.timeline.model import ClipUse


@dataclass(frozen=True)
class Question:
    """Everything that a verdict depends on, beside what was collected from the timeline.

    ``carries_media``: the export ships the media, so that nothing in it is hidden from its receiver. ``now`` has a
    zone. ``terms`` say how closely records have to be bound to the media.
    """

    records: RecordSet
    policy: Policy
    context: Context
    now: datetime
    carries_media: bool = False
    terms: Terms = BY_NAME


def judge(
    collected: Collected,
    question: Question,
    *,
    source: InputLine,
    notes: Iterable[str] = (),
    config: Iterable[str] = (),
    facility: bool = False,
    advisory: bool = False,
    tool_version: str = "",
    list_met: bool = True,
    hints: Iterable[HintLine] = (),
    media: Iterable[MediaLine] = (),
) -> Report:
    """The report on what was collected from one timeline. No input, no output, no clock.

    Without ``list_met``, findings that are met are counted and not listed, and there are no cues; nothing else is
    different. ``hints`` and ``media`` are passed on.
    """
    judging = _Judging(question, list_met)
    for event, raised in _raised(collected):
        judging.raise_(event, raised)
    for declared in collected.declared:
        judging.declared(declared)
    findings = tuple(sorted(judging.findings, key=_order))
    problems = tuple(ProblemLine(each.severity, each.what, each.where) for each in collected.problems)
    said = list(notes)
    if collected.uses == 0:
        said.append("The timeline makes no use of media.")
    if question.context.release_date is None and collected.declared:
        said.append("'release_date' is not set: records were held against the day of the export only.")
    return Report(
        verdict=_verdict(findings, problems),
        stage=question.context.stage,
        judged_at=question.now.astimezone(timezone.utc).isoformat(timespec="seconds"),
        authority="facility" if facility else "project",
        advisory=advisory,
        input=source,
        context=_context_data(question.context),
        counts=_counts(collected, findings, judging.met),
        findings=findings,
        missing=tuple(judging.missing()),
        cues=judging.cues.lines() if judging.cues else (),
        hints=tuple(hints),
        binding="media" if question.terms.by_media else "reference",
        media=tuple(media),
        problems=problems,
        notes=tuple(said),
        config=tuple(config),
        packs=tuple(PackLine(each.name, each.version, each.digest) for each in question.policy.packs),
        records_digest=question.records.digest,
        records_from=question.records.sources,
        trust=_trust(question.records, judging.used),
        signed=tuple(judging.signed()),
        tool_version=tool_version,
    )


def _trust(records: RecordSet, used: Iterable[str]) -> Trust:
    """Whether all of the records ``used`` were signed; without a demand for signatures, none is taken to be."""
    if not records.demanded:
        return "unsigned"
    signed = {bool(records.records[each].signers) for each in used}
    return "mixed" if len(signed) > 1 else "unsigned" if signed == {False} else "signed"


def _raised(collected: Collected) -> Iterable[tuple[Event, Raised]]:
    lists: tuple[tuple[Event, list[Raised]], ...] = (
        ("undisclosed", collected.undisclosed),
        ("invalid", collected.invalid),
        ("differs", collected.differs),
        ("undeclared", collected.undeclared),
    )
    return ((event, each) for event, found in lists for each in found)


def _verdict(findings: Iterable[Finding], problems: Iterable[ProblemLine]) -> Verdict:
    if any(each.severity == "lost" for each in problems):
        return "cannot_judge"
    return "block" if any(each.effect == "block" for each in findings) else "allow"


def _order(finding: Finding) -> tuple[Any, ...]:
    return -EFFECTS.index(finding.effect), finding.rule, finding.disclosure, finding.what, finding.fingerprint


def _counts(collected: Collected, findings: tuple[Finding, ...], met: int) -> Counts:
    points = [each.points for each in collected.declared + collected.undisclosed]
    effects = [each.effect for each in findings]
    return Counts(
        uses=max(collected.uses, 0),
        ai_uses=len({point.node for each in points for point in each}),
        block=effects.count("block"),
        warn=effects.count("warn"),
        info=effects.count("info"),
        met=met,
    )


def _context_data(context: Context) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in vars(context).items():
        if isinstance(value, datetime):
            found[name] = value.isoformat()
        elif isinstance(value, tuple):
            found[name] = list(value)
        else:
            found[name] = value
    return found


@dataclass
class _Judging:
    """One run of the gate over one timeline."""

    question: Question
    list_met: bool
    met: int = 0
    used: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    _missing: dict[tuple[str, str, str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._day = self.question.now.astimezone(timezone.utc).date()
        self._reasons = self.question.policy.reasons(self._day)
        self._lines: dict[int, tuple[UseLine, str]] = {}
        self.cues = Cues(self.question.records) if self.list_met else None

    def raise_(self, event: Event, raised: Raised, severity: Severity | None = None) -> None:
        """A finding of the gate's own: the rule that is on ``event``, about what was raised."""
        rule = self.question.policy.on(event, self._day)
        missing = Missing("disclosure", _ASKED[event])
        if self.cues and raised.disclosure is None and event in ("undisclosed", "invalid"):
            self.cues.found(raised.what, raised.points)
        self._add(rule, raised.disclosure, raised.what, raised.points, Answer(missing=[missing]), severity)

    def declared(self, declared: Declared) -> None:
        """Every rule that applies to one disclosure."""
        question, stated = self.question, declared.disclosure
        if self.cues:
            self.cues.declared(stated, declared.points)
        uses = _uses(declared.points)
        case = Case(stated, uses, question.context, question.now, question.records, question.terms)
        resolved = self._resolved(stated, case)
        # What the timeline says otherwise than the ledger of the same id is judged beside it, and told from it.
        said = stated.where[:200] if stated.origin == "tag" and stated.id else ""
        if stated.origin == "timeline" and stated.id in question.records.standing:
            said = f"as the timeline has it: {stated.digest[:19]}"
        maybe: list[Rule] = []
        for rule, held in question.policy.applicable(resolved, question.context, self._day):
            if held is Truth.MAYBE:
                maybe.append(rule)
                continue
            answer = Answer()
            for requirement in rule.requires:
                if requirement.when is None or requirement.when(resolved, question.context) is not Truth.NO:
                    answer.add(requirement.demand.answer(rule.id, case))
            self._note_absent(declared, answer)
            self._add(rule, stated, said, declared.points, answer)
        unsure = sorted(_unsure(resolved.data))
        if unsure or maybe:
            self._unsure(declared, unsure or [UNANSWERED], maybe)
        elif resolved is not stated:
            settled = question.policy.on("unsure", self._day)
            self._add(settled, stated, "answered by an escalation", declared.points, Answer(), "info")

    def _resolved(self, stated: Disclosure, case: Case) -> Disclosure:
        """The disclosure with what an escalation answered in place of ``unsure``."""
        if not _unsure(stated.data):
            return stated
        answers: dict[str, str] = {}
        rule = self.question.policy.on("unsure", self._day)
        for record in self.question.records.about("escalation", stated.id):
            if not any(decision_faults(record, rule.id, ROLES["escalation"], {}, case)):
                for key, answer in record.data["resolves"].items():
                    # Two escalations that answer otherwise leave the question open.
                    answers[key] = answer if answers.get(key, answer) == answer else "unsure"
        return stated.resolved(answers) if answers else stated

    def _unsure(self, declared: Declared, unsure: list[str], maybe: list[Rule]) -> None:
        """One finding for all that is unsure, as severe as the worst answer would be."""
        severity = strictest(rule.severity for rule in maybe if rule.severity != "worst")
        rules = ", ".join(sorted({rule.id for rule in maybe}))
        what = f"unsure: {', '.join(unsure)}" + (f"; the answer decides on {rules}" if rules else "")
        self.raise_("unsure", Raised(what, declared.points, declared.disclosure), severity)

    def _note_absent(self, declared: Declared, answer: Answer) -> None:
        """Records that the tag or the disclosure names and the ledger does not know are said to be absent."""
        if answer.met:
            return
        data = declared.disclosure.data
        named = set(declared.pointed)
        for key in ("consents", "clearances", "approvals", "notification"):
            named.update(str(each).upper() for each in data.get(key, ()))
        answer.tried += [
            Tried(each, "record", (_NOT_THERE,)) for each in sorted(named - set(self.question.records.records))
        ]

    def _add(
        self,
        rule: Rule,
        disclosure: Disclosure | None,
        what: str,
        points: list[UsePoint],
        answer: Answer,
        severity: Severity | None = None,
    ) -> None:
        severity = severity or rule.severity
        self.used.update(answer.used)
        status: Status = "open"
        effect: Effect = "none"
        if answer.met:
            status = "met" if rule.requires else "info"
            effect = "none" if rule.requires else "info"
            self.met += status == "met"
            if status == "met" and not self.list_met:
                return
        else:
            effect = self._effect(rule, severity, points)
        if self.cues:
            met = answer.met
            effects = [(point, "none" if met else self._effect(rule, severity, [point])) for point in points]
            self.cues.judged(disclosure, what, effects, answer.used)
        name = disclosure.label if disclosure else ""
        lines = [self._line(point) for point in points]
        for each in answer.missing:
            key = (each.record, each.text, name or what, each.subject)
            self._missing.setdefault(key, []).append(rule.id)
        self.findings.append(
            Finding(
                rule=rule.id,
                title=rule.title,
                severity=severity,
                effect=effect,
                status=status,
                disclosure=name,
                what=what,
                uses=tuple(line for line, _ in lines),
                missing=tuple(each.text for each in answer.missing),
                tried=tuple(self._tried(each) for each in answer.tried),
                records=tuple(sorted(set(answer.used))),
                bound=tuple(self._bound(disclosure, points, answer)),
                remedy=rule.remedy,
                source=rule.source.title,
                fingerprint=_fingerprint(rule.id, name, what, sorted(mark for _, mark in lines)),
            )
        )

    def _bound(self, disclosure: Disclosure | None, points: list[UsePoint], answer: Answer) -> Iterable[BoundLine]:
        """How each record that counted, of those that are given for media, is bound to it."""
        for record in (self.question.records.records[each] for each in sorted(set(answer.used))):
            if disclosure is not None and record.kind in (*DECISIONS, "clearance"):
                how = bound(record.data["covers"], disclosure, _uses(points), self.question.terms)
                yield BoundLine(record.id, how)

    def _line(self, point: UsePoint) -> tuple[UseLine, str]:
        """The use as the report shows it, and what tells it from others wherever in the cut it stands."""
        found = self._lines.get(id(point))
        if found is None:
            line, media = _use_line(point), point.use.media
            mark = f"{','.join(media.references) or line.name}|{line.reel}|{line.source}"
            found = self._lines[id(point)] = line, mark
        return found

    def _effect(self, rule: Rule, severity: Severity, points: list[UsePoint]) -> Effect:
        """What an unmet rule comes to here and now: as much as its strictest use makes of it."""
        whole: dict[Severity, Effect] = {"block": "block", "warn": "warn", "info": "info", "worst": "block"}
        full = whole.get(severity, "block" if self.question.context.stage == "final" else "warn")
        found: Effect = "info"
        for point in points:
            each: Effect = full
            if self.question.carries_media:
                pass  # its receiver gets all of the media: nothing is out of sight
            elif point.outside:
                each = "info"
            elif not point.visible and (severity == "final" or rule.softens):
                each = "warn" if full == "block" else full
            found = max(found, each, key=EFFECTS.index)
            if found == full:
                break
        return found if points else full

    def _tried(self, tried: Tried) -> TriedLine:
        reasons = tuple(
            ReasonLine(each.text, each.rule if each.rule in self._reasons else "") for each in tried.reasons
        )
        return TriedLine(tried.id, tried.kind, reasons)

    def signed(self) -> Iterable[SignedLine]:
        """Each record that met a rule, and who signed it."""
        for record in (self.question.records.records[each] for each in sorted(self.used)):
            yield SignedLine(record.id, record.kind, record.signers)

    def missing(self) -> Iterable[MissingLine]:
        """Each missing record once, with the rules that demand it."""
        for (record, text, disclosure, subject), rules in sorted(self._missing.items()):
            yield MissingLine(record, text, disclosure, subject, tuple(sorted(set(rules))))


_ASKED: dict[Event, str] = {
    "undisclosed": "disclosure of the AI use, in full",
    "invalid": "corrected disclosure or tag",
    "unsure": "a sure answer, or an escalation that gives it",
    "differs": "correction of the tag, or of the disclosure in the ledger",
    "undeclared": "declaration: a disclosure, or 'GENAI none'",
}

_NOT_THERE = Reason("is named here, but is not in the ledger")


def _uses(points: list[UsePoint]) -> tuple[tuple[ClipUse, ...], ...]:
    """The uses at ``points``: each alone, or the sides of a transition together where only that is known of them."""
    alone = [(point.use,) for point in points if point.alone]
    transitions = sorted({each for point in points for each in point.sides})
    return (*alone, *(tuple(point.use for point in points if each in point.sides) for each in transitions))


def _unsure(data: Any) -> set[str]:
    """The questions that a disclosure answers with ``unsure``."""
    found = {key for key, value in data.items() if value == "unsure"}
    found |= {flag for flag, answer in data.get("flags", {}).items() if answer == "unsure"}
    found |= {f"principles.{key}" for key, answer in data.get("principles", {}).items() if answer == "unsure"}
    for items, name in (("subjects", "subject"), ("inputs", "input")):
        for item in data.get(items, ()):
            found |= {f"{name} {key}" for key, answer in item.items() if answer == "unsure"}
    return found


def _use_line(point: UsePoint) -> UseLine:
    use = point.use
    return UseLine(
        address=use.address,
        name=use.name,
        track=use.track,
        reel=", ".join(use.media.reels),
        record=f"{use.record.first}-{use.record.last}" if use.record else "",
        source=f"{use.source.first}-{use.source.last}" if use.source else "",
        event=use.event,
        line=use.line or 0,
        visible=point.visible,
        said=point.said,
    )


def _fingerprint(*parts: str | list[str]) -> str:
    lines = (each if isinstance(each, str) else "\n".join(each) for each in parts)
    return sha256("\n".join(("otiogate/finding/v1", *lines)).encode("utf-8", "surrogatepass"))[7:23]
