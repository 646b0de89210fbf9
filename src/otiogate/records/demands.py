"""What a rule demands, and whether the records answer it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otiogate.records.checks import (
    UNTRUSTED,
    Case,
    Reason,
    clearance_faults,
    consent_faults,
    decision_faults,
    is_deceased,
    is_minor,
    is_writer,
    notice_faults,
    notification_faults,
)
from otiogate.records.model import DECISIONS, Record
from otiogate.timeline.media import fold

ROLES: dict[str, tuple[str, ...]] = {
    "approval": ("studio_contact", "studio_legal"),
    "incidental": ("studio_contact", "studio_legal"),
    "escalation": ("studio_contact", "studio_legal"),
    "legal_review": ("studio_legal", "production_legal"),
    "exception": ("clearance", "production_legal", "studio_legal"),
    "clearance": ("clearance", "production_legal", "studio_legal"),
    "label_plan": ("clearance", "production_legal", "studio_legal"),
    "consultation": ("director",),
    "union_notice": ("union_rep",),
    "bargaining": ("union_rep",),
}
"""Who may grant what, unless the rule says otherwise. A post supervisor files and never grants."""


@dataclass(frozen=True)
class Missing:
    """Something that has to be there and is not. ``record`` is a kind of record, or ``statement`` for a field of the
    disclosure, or ``nothing`` where no record can help."""

    record: str
    text: str
    subject: str = ""


@dataclass(frozen=True)
class Tried:
    """A record that was looked at and did not count, and why."""

    id: str
    kind: str
    reasons: tuple[Reason, ...]


@dataclass
class Answer:
    """Whether a demand is met: by which records, and if not, what is missing and what was tried."""

    missing: list[Missing] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    def add(self, other: Answer) -> None:
        """Takes in what ``other`` found; both have to be met."""
        self.missing += other.missing
        self.tried += other.tried
        self.used += other.used


class Demand(ABC):
    """One thing that a rule demands."""

    @abstractmethod
    def answer(self, rule: str, case: Case) -> Answer:
        """Whether the records of ``case`` answer ``rule``."""


def _first(candidates: Iterable[tuple[Record, tuple[Reason, ...]]], missing: Missing) -> Answer:
    """Met by the first record without a fault; else everything that was tried."""
    answer = Answer()
    for record, reasons in candidates:
        if not reasons:
            return Answer(used=[record.id])
        answer.tried.append(Tried(record.id, record.kind, reasons))
    # What took its place is tried as well, and says more.
    left = [each for each in answer.tried if not all(reason.is_gone for reason in each.reasons)]
    answer.tried = left or answer.tried
    answer.missing.append(missing)
    return answer


def _people(case: Case, of: str) -> list[dict[str, Any]]:
    """The subjects whom a demand is about. Writers and performers never stand for one another; of performers, where a
    rule is about one sort of them, the others are left to the rules about them."""
    if of == "writer":
        return [each for each in case.disclosure.subjects if is_writer(each)]
    performers = [each for each in case.disclosure.subjects if not is_writer(each) or each["recognisable"] != "no"]
    sort = {"minor": is_minor, "deceased": is_deceased}.get(of)
    return [each for each in performers if sort and sort(each, case.disclosure)] or performers


def _others_trained_on(case: Case, subjects: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The people on whom a model was trained, and who are not in the picture themselves."""
    known = {fold(str(each["id"])) for each in subjects}
    people = (str(each) for model in case.disclosure.data.get("models", ()) for each in model.get("trained_on", ()))
    return [{"id": each, "capacity": "principal"} for each in dict.fromkeys(people) if fold(each) not in known]


@dataclass(frozen=True)
class ConsentDemand(Demand):
    """A consent of every person whose likeness, voice or performance is concerned: one person, one consent. Or of every
    writer, where the demand is about them."""

    wanted: Mapping[str, Any]

    def answer(self, rule: str, case: Case) -> Answer:
        """One consent for each subject of the disclosure."""
        of = self.wanted.get("of", "")
        subjects = _people(case, of)
        if self.wanted.get("model"):
            subjects = [*subjects, *_others_trained_on(case, subjects)]
        if not subjects:
            whose = "writer" if of == "writer" else "subject"
            return Answer(missing=[Missing("consent", f"consent: the disclosure names no {whose} whose it could be")])
        double = of != "writer" and case.disclosure.data.get("replica_class") == "double"
        answer = Answer()
        if double and len({str(each["id"]).upper() for each in _people(case, "")}) < 2:
            answer.missing.append(Missing("consent", "a double needs two consents: the disclosure names one subject"))
        for subject in subjects:
            candidates = (
                (record, tuple(consent_faults(record, subject, self.wanted, case)))
                for record in case.records.of("consent", subject["id"])
            )
            answer.add(_first(candidates, Missing("consent", self._text(subject["id"]), subject["id"])))
        return answer

    def _text(self, subject: str) -> str:
        what = "consent to the creation" if self.wanted.get("creation_only") else "consent"
        by = f" by {' or '.join(self.wanted['grantor'])}" if self.wanted.get("grantor") else ""
        rider = f" with a rider for {self.wanted['rider']} content" if self.wanted.get("rider") else ""
        model = " that names the model and permits training" if self.wanted.get("model") else ""
        counsel = ", represented by counsel (terms clear, separately signed) or a union"
        return f"{what} of {subject}{by}{rider}{model}{counsel if self.wanted.get('represented') else ''}"


@dataclass(frozen=True)
class DecisionDemand(Demand):
    """An approval, legal review or other decision by somebody entitled to it."""

    kind: str
    roles: tuple[str, ...]
    wanted: Mapping[str, Any]

    def answer(self, rule: str, case: Case) -> Answer:
        """One decision that answers ``rule`` for this disclosure."""
        wanted = dict(self.wanted)
        if self.kind == "exception" and "kinds" not in wanted:
            wanted["kinds"] = tuple(case.disclosure.data.get("exceptions", ()))
        candidates = (
            (record, tuple(decision_faults(record, rule, self.roles, wanted, case)))
            for record in case.records.about(self.kind, case.disclosure.id)
        )
        return _first(candidates, Missing(self.kind, self._text()))

    def _text(self) -> str:
        wanted = self.wanted
        names = f" naming {wanted['names']}" if wanted.get("names") else ""
        kinds = f" of kind {', '.join(wanted['kinds'])}" if wanted.get("kinds") else ""
        there = f" for {', '.join(wanted['territories'])}" if wanted.get("territories") else ""
        means = f" with {' and '.join(wanted['means'])}" if wanted.get("means") else ""
        window = " whose window for bargaining is over" if wanted.get("window_over") else ""
        return f"{self.kind.replace('_', ' ')}{names}{kinds}{there}{means}{window} by {' or '.join(self.roles)}"


@dataclass(frozen=True)
class ClearanceDemand(Demand):
    """A clearance of rights by their holder; of every work that the disclosure lists, where the demand is about each of
    them."""

    roles: tuple[str, ...]
    wanted: Mapping[str, Any]

    def answer(self, rule: str, case: Case) -> Answer:
        """One clearance that covers this disclosure, or one for each of its works."""
        works = case.disclosure.data.get("third_party_ip", ()) if self.wanted.get("each_work") else ()
        rights = f" of {' or '.join(self.wanted['rights'])} rights" if self.wanted.get("rights") else ""
        answer = Answer()
        for work in dict.fromkeys(str(each["work"]) for each in works) or [""]:
            candidates = (
                (record, tuple(clearance_faults(record, self.roles, self.wanted, case, work)))
                for record in case.records.about("clearance", case.disclosure.id)
            )
            text = f"clearance{rights}{f' in {work}' if work else ''} by the rights holder"
            answer.add(_first(candidates, Missing("clearance", text)))
        return answer


class NotificationDemand(Demand):
    """Word to the studio that AI was used."""

    def answer(self, rule: str, case: Case) -> Answer:
        """One notification that covers this disclosure."""
        candidates = (
            (record, tuple(notification_faults(record, case)))
            for record in case.records.about("notification", case.disclosure.id)
        )
        return _first(candidates, Missing("notification", "notification of the studio"))


@dataclass(frozen=True)
class NoticeDemand(Demand):
    """Notice to every performer, in time; or to every writer, ``of`` being ``writer``."""

    of: str = ""

    def answer(self, rule: str, case: Case) -> Answer:
        """A notice to each subject, in its consent or as a record of its own."""
        answer = Answer()
        subjects, writer = _people(case, self.of), self.of == "writer"
        if not subjects:
            whose = "writer" if writer else "subject"
            answer.missing.append(Missing("notice", f"notice: the disclosure names no {whose} who could have had it"))
        for subject in subjects:
            notices = (*case.records.of("consent", subject["id"]), *case.records.of("notice", subject["id"]))
            candidates = (
                (record, tuple(notice_faults(record, case, ahead=not writer)))
                for record in notices
                if record.kind == "notice" or "notice" in record.data
            )
            text = f"notice to {subject['id']}" + ("" if writer else ", 48 hours before the work or at engagement")
            answer.add(_first(candidates, Missing("notice", text, subject["id"])))
        return answer


_STATEMENTS = {
    "human_input": "statement of the human contribution ('human_input' in the disclosure)",
    "existing_agreement": "reference to the agreement that covers it ('existing_agreement' in the disclosure)",
    "value_rationale": "reason for a synthetic performer ('value_rationale' in the disclosure)",
    "preservation_note": "note on how the provenance mark is kept ('preservation_note' in the disclosure)",
    "tool_terms": "for every tool: its step, evidence of its terms, and whether it trains on or keeps inputs",
}


@dataclass(frozen=True)
class StatementDemand(Demand):
    """Something that the disclosure itself has to state."""

    statement: str

    def answer(self, rule: str, case: Case) -> Answer:
        """Whether the disclosure states it."""
        data = case.disclosure.data
        if self.statement == "tool_terms":
            sure = case.disclosure.principle("no_training_or_retention") != "unsure"
            stated = (
                sure
                and bool(data.get("tools"))
                and all(
                    tool.get("step") and tool.get("terms") and "unsure" not in (tool["trains"], tool["retains"])
                    for tool in data["tools"]
                )
            )
        else:
            stated = bool(str(data.get(self.statement, "")).strip())
        return Answer() if stated else Answer(missing=[Missing("statement", _STATEMENTS[self.statement])])


@dataclass(frozen=True)
class AnyOf(Demand):
    """One of several demands."""

    demands: tuple[Demand, ...]

    def answer(self, rule: str, case: Case) -> Answer:
        """Met by the first that is met."""
        found = [demand.answer(rule, case) for demand in self.demands]
        for answer in found:
            if answer.met:
                return answer
        text = ", or ".join(missing.text for answer in found for missing in answer.missing)
        tried = [tried for answer in found for tried in answer.tried]
        return Answer([Missing(found[0].missing[0].record, text)], tried)


@dataclass(frozen=True)
class Impossible(Demand):
    """What no record can allow."""

    text: str

    def answer(self, rule: str, case: Case) -> Answer:
        """Never met."""
        return Answer(missing=[Missing("nothing", self.text)])


class DisclosureDemand(Demand):
    """A disclosure in full; what a tag states of itself is none. Where disclosures have to be signed, neither is one
    that only the timeline has."""

    def answer(self, rule: str, case: Case) -> Answer:
        """Whether the disclosure stands in the ledger or, whole, in the timeline."""
        if case.disclosure.origin == "tag":
            return Answer(missing=[Missing("disclosure", "disclosure of the AI use, in full")])
        if "disclosure" not in case.records.demanded:
            return Answer()
        record = case.records.records.get(case.disclosure.id)
        if case.disclosure.origin == "ledger" and record is not None and not record.distrust:
            return Answer(used=[record.id])
        missing = Missing("disclosure", "disclosure of the AI use, in full and signed")
        tried = [Tried(record.id, record.kind, (Reason(record.distrust, UNTRUSTED),))] if record else []
        return Answer(missing=[missing], tried=[each for each in tried if each.reasons[0].text])


def demand(item: Mapping[str, Any]) -> Demand:
    """The demand that one ``require`` item of a rule pack means; the item fits the schema."""
    if "any_of" in item:
        return AnyOf(tuple(demand(each) for each in item["any_of"]))
    if "impossible" in item:
        return Impossible(item["impossible"])
    if "statement" in item:
        return StatementDemand(item["statement"])
    kind = item["record"]
    wanted = {key: value for key, value in item.items() if key not in ("record", "roles", "when")}
    roles = tuple(item.get("roles", ROLES.get(kind, ())))
    if kind in DECISIONS:
        return DecisionDemand(kind, roles, wanted)
    if kind == "clearance":
        return ClearanceDemand(roles, wanted)
    if kind == "consent":
        return ConsentDemand(wanted)
    if kind == "notification":
        return NotificationDemand()
    return NoticeDemand(item.get("of", "")) if kind == "notice" else DisclosureDemand()
