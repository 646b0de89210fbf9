"""The decision: a pure function of what was said, what is on record, the rules, the delivery and the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from otiogate.evidence.collect import Collected, Declared, Raised, UsePoint
from otiogate.evidence.disclosure import Disclosure
from otiogate.policy.derived import UNANSWERED, Truth
from otiogate.policy.model import Event, Policy, Rule, Severity, strictest
from otiogate.records.binding import BY_NAME, Terms
from otiogate.records.checks import Case, Reason, decision_faults
from otiogate.records.context import Context
from otiogate.records.demands import ROLES, Answer, Missing, Tried
from otiogate.records.model import Record, RecordSet
from otiogate.records.waivers import NOTHING, Waivable, Waivers
from otiogate.report.cues import Cues
from otiogate.report.lines import bound_lines, context_data, fingerprint, media_of, use_line, uses_of, waiver_line
from otiogate.report.model import (
    EFFECTS,
    BasisLine,
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
    judging.idle_waivers()
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
        context=context_data(question.context),
        counts=_counts(collected, findings, judging.met),
        findings=findings,
        missing=tuple(judging.missing()),
        basis=tuple(judging.basis()),
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
    if not signed:
        return "none"
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
    points += [each.points for each in collected.invalid]
    effects = [each.effect for each in findings]
    return Counts(
        uses=max(collected.uses, 0),
        ai_uses=len({point.node for each in points for point in each}),
        block=effects.count("block"),
        warn=effects.count("warn"),
        info=effects.count("info"),
        met=met,
        waived=sum(each.status == "waived" for each in findings),
    )


@dataclass
class _Basis:
    """What one AI use rests on: its media by name, the records that met a rule, the digests that were verified, and the
    waivers that took it out of a rule."""

    media: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    verified: set[str] = field(default_factory=set)
    waivers: set[str] = field(default_factory=set)


@dataclass
class _Judging:
    """One run of the gate over one timeline."""

    question: Question
    list_met: bool
    met: int = 0
    used: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    _waiving: set[str] = field(default_factory=set)
    _missed: dict[str, Reason] = field(default_factory=dict)
    _left: dict[str, ClipUse] = field(default_factory=dict)
    _missing: dict[tuple[str, str, str, str], list[str]] = field(default_factory=dict)
    _basis: dict[tuple[str, str], _Basis] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._day = self.question.now.astimezone(timezone.utc).date()
        self._reasons = self.question.policy.reasons(self._day)
        self._lines: dict[int, tuple[UseLine, str]] = {}
        self.cues = Cues(self.question.records) if self.list_met else None
        records = self.question.records
        # A project cannot waive for itself: where the facility trusts no keys, waivers are nothing.
        self._waivers = Waivers(records) if records.is_held and records.number_of("waiver") else None

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
        uses = uses_of(declared.points)
        case = Case(stated, uses, question.context, question.now, question.records, question.terms)
        resolved = self._resolved(stated, case)
        # What the timeline says otherwise than the ledger of the same id is judged beside it, and told from it.
        said = stated.where[:200] if stated.origin == "tag" and stated.id else ""
        if stated.origin == "timeline" and stated.id in question.records.standing:
            said = f"as the timeline has it: {stated.digest[:19]}"
        basis = self._basis.setdefault((stated.id, stated.digest if stated.id else ""), _Basis())
        for point in declared.points:
            basis.media.update(media_of(point.use))
            basis.verified.update(point.use.media.sha256)
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
            basis.records.update(answer.used if answer.met else ())
            basis.waivers.update(self._add(rule, stated, said, declared.points, answer))
        unsure = sorted(resolved.unsure)
        if unsure or maybe:
            self._unsure(declared, unsure or [UNANSWERED], maybe)
        elif resolved is not stated:
            settled = question.policy.on("unsure", self._day)
            self._add(settled, stated, "answered by an escalation", declared.points, Answer(), "info")

    def _resolved(self, stated: Disclosure, case: Case) -> Disclosure:
        """The disclosure with what an escalation answered in place of ``unsure``."""
        if not stated.unsure:
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
    ) -> list[str]:
        """Takes down what ``rule`` comes to; the ids of the waivers that took uses out of it."""
        severity = severity or rule.severity
        self.used.update(answer.used)
        if answer.met:
            status: Status = "met" if rule.requires else "info"
            self.met += status == "met"
            if status == "info" or self.list_met:
                self._put(rule, severity, status, disclosure, what, points, answer)
            return []
        waived, tried = self._waived(rule, severity, disclosure, points)
        ids = [record.id for record in waived.values()]
        if waived:
            taken, by = [points[number] for number in waived], list(waived.values())
            self._waiving.update(ids)
            self.used.update(ids)
            self._put(rule, severity, "waived", disclosure, what, taken, replace(answer, used=ids), by)
        if len(waived) < len(points) or not points:
            left = [point for number, point in enumerate(points) if number not in waived]
            answer = replace(answer, tried=[*answer.tried, *tried])
            self._put(rule, severity, "open", disclosure, what, left, answer)
            for each in answer.missing:
                key = (each.record, each.text, disclosure.label if disclosure else what, each.subject)
                self._missing.setdefault(key, []).append(rule.id)
        return ids

    def _waived(
        self, rule: Rule, severity: Severity, disclosure: Disclosure | None, points: list[UsePoint]
    ) -> tuple[dict[int, Record], list[Tried]]:
        """Which of ``points``, by number, are waived by which record, and why others do not count for what is left."""
        if self._waivers is None:
            return {}, []
        asked = Waivable(rule.id, severity, rule.waivable)
        waived, tried = self._waivers.apply(asked, self._case(disclosure), [point.use for point in points])
        for each, why in tried.items():
            self._missed.setdefault(each, why[0])
        left = next((point.use for number, point in enumerate(points) if number not in waived), None)
        if left is not None:
            self._left.setdefault(rule.id, left)
        return waived, [Tried(each, "waiver", why) for each, why in tried.items()]

    def _case(self, disclosure: Disclosure | None) -> Case:
        question = self.question
        return Case(disclosure or NOTHING, (), question.context, question.now, question.records, question.terms)

    def idle_waivers(self) -> None:
        """Findings of the gate's own on waivers that waive nothing here: those that have expired, and the others."""
        if self._waivers is None:
            return
        policy, found = self.question.policy, dict[bool, list[Tried]]()
        rules: dict[str, list[Waivable]] = {}
        for rule in policy.rules:
            if rule.holds_on(self._day):
                rules.setdefault(rule.id, []).append(Waivable(rule.id, rule.severity, rule.waivable))
        for id, is_over, why in self._waivers.idle(self._waiving, rules, self._case(None), self._missed, self._left):
            found.setdefault(is_over, []).append(Tried(id, "waiver", (why,)))
        rule = policy.on("idle_waiver", self._day)
        for is_over, tried in sorted(found.items()):
            what = "waivers of this production that have expired" if is_over else "waivers that waive nothing here"
            self._put(rule, rule.severity, "info", None, what, [], Answer(tried=tried))

    def _put(
        self,
        rule: Rule,
        severity: Severity,
        status: Status,
        disclosure: Disclosure | None,
        what: str,
        points: list[UsePoint],
        answer: Answer,
        waivers: Sequence[Record] = (),
    ) -> None:
        """Takes down one finding. What is open comes to as much as its strictest use makes of it; what is waived is so
        by one of ``waivers`` for each of ``points``."""
        effect: Effect = "info" if status == "info" else "none"
        if status == "open":
            effect = self._effect(rule, severity, points)
        name = disclosure.label if disclosure else ""
        lines = [self._line(point) for point in points]
        by = [waiver_line(each) for each in waivers]
        if self.cues and points:
            effects = [(each, self._effect(rule, severity, [each]) if status == "open" else "none") for each in points]
            texts = {point.node: f"{rule.id} by {each}" for point, each in zip(points, by, strict=False)}
            self.cues.judged(disclosure, what, effects, answer.used, texts)
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
                bound=tuple(bound_lines(answer.used, self.question.records, disclosure, points, self.question.terms)),
                remedy=rule.remedy,
                source=rule.source.title,
                fingerprint=fingerprint(rule.id, name, what, sorted(mark for _, mark in lines)),
                waivers=tuple(sorted(set(by), key=lambda each: each.id)),
            )
        )

    def _line(self, point: UsePoint) -> tuple[UseLine, str]:
        """The use as the report shows it, and what tells it from others wherever in the cut it stands."""
        found = self._lines.get(id(point))
        if found is None:
            line, media = use_line(point), point.use.media
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

    def basis(self) -> Iterable[BasisLine]:
        """What each AI use rests on."""
        for (disclosure, digest), on in sorted(self._basis.items(), key=lambda each: each[0]):
            found = (tuple(sorted(each)) for each in (on.media, on.records, on.verified, on.waivers))
            yield BasisLine(disclosure, digest, *found)

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
