"""Why one record does not answer a demand, in sentences; a record that answers it gives none.

Three things are held apart: what the record does not cover, that it is not in force (SAG-011), and that it cannot be
trusted for this (TRUST-001). The last two name their rule; the rule that demanded the record keeps its severity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.records.binding import BY_NAME, Terms, misfit
from otiogate.records.context import Context
from otiogate.records.dates import begin, end, instant
from otiogate.records.model import Record, RecordSet
from otiogate.records.scope import beyond, delivered_of, other_production, outside
from otiogate.timeline.media import fold
from otiogate.timeline.model import ClipUse

NOT_IN_FORCE = "SAG-011"
UNTRUSTED = "TRUST-001"

NOTICE = timedelta(hours=48)

DESCRIBED = 20
"""Characters of an intended use from which it counts as reasonably specific."""


@dataclass(frozen=True)
class Reason:
    """Why a record did not count. ``rule`` is the rule that says so, where one does; ``is_gone``: another record took
    its place."""

    text: str
    rule: str = ""
    is_gone: bool = False


@dataclass(frozen=True)
class Case:
    """What a record is held against: one disclosure, the uses it applies to, the delivery, and the time of judging.

    Each of ``uses`` is one use, or the sides of one transition. ``terms`` say how closely a record has to be bound to
    them.
    """

    disclosure: Disclosure
    uses: tuple[tuple[ClipUse, ...], ...]
    context: Context
    now: datetime
    records: RecordSet
    terms: Terms = BY_NAME


def consent_faults(
    record: Record, subject: Mapping[str, Any], wanted: Mapping[str, Any], case: Case
) -> Iterator[Reason]:
    """Why a consent does not cover ``subject`` in ``case``; ``wanted`` are the conditions of the demand."""
    data = record.data
    if by := superseded_by(record, case):
        yield by
        return
    yield from _distrusted(record)
    creation_only = wanted.get("creation_only", False)
    if not data["creation"]:
        yield Reason("does not consent to the creation of the replica or alteration")
    if not data["use"] and not creation_only:
        yield Reason("does not consent to its use; creation and use are consented to separately")
    missing = sorted(set(_kinds_of_person(case.disclosure, subject)) - set(data["allowed_use_kinds"]))
    if missing:
        yield Reason(f"does not allow {', '.join(missing)}")
    yield from _person(data, subject, case.disclosure)
    yield from _grantor(data, subject, wanted, case.disclosure)
    if not is_writer(subject):
        yield from _replica_class(data, subject, case.disclosure)
    if wanted.get("represented"):
        yield from _represented(data)
    if wanted.get("rider") and wanted["rider"] not in data.get("riders", ()):
        yield Reason(f"has no {wanted['rider']} rider")
    if wanted.get("model"):
        yield from _model(data, _of_person(case.disclosure, subject))
    for text in outside("consent", data["scope"], _of_person(case.disclosure, subject), case.context):
        yield Reason(text)
    for suspension in data.get("suspensions", ()):
        since, until = begin(suspension["from"]), suspension.get("until")
        for what, at in (("is suspended", case.now), ("is suspended at the release", case.context.release_date)):
            if at is not None and since <= at and (until is None or at < end(until)):
                yield Reason(f"{what}, since {suspension['from']}: {suspension['reason']}", NOT_IN_FORCE)
                break
    if instant(data["signed_at"]) > case.now:
        yield Reason(f"is signed only at {data['signed_at']}", NOT_IN_FORCE)
    yield from in_force(data, data.get("effective_from"), case, NOT_IN_FORCE)


_OF_A_PERSON = ("replica.", "alter.", "gen.person.synthetic", "gen.voice.synthetic")
_SHOWS_A_PERSON = (
    "gen.shot",
    "gen.still",
    "gen.element",
    "gen.environment",
    "gen.key_visual",
    "gen.creature",
    "gen.person.",
    "gen.music",
    "gen.factual",
)


def _kinds_of_person(disclosure: Disclosure, subject: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds that ``subject`` consents to; all kinds, where none of them is of a person.

    What is generated whole is of a person where somebody can be recognised in it: consent to a touch-up that stands
    beside it is not consent to it. A writer consents to the text.
    """
    if is_writer(subject):
        return tuple(kind for kind in disclosure.kinds if kind == "gen.text") or disclosure.kinds
    nobody = disclosure.data.get("identity") in (None, "none", "nonidentifiable_human")
    wanted = _OF_A_PERSON if nobody else _OF_A_PERSON + _SHOWS_A_PERSON
    return tuple(kind for kind in disclosure.kinds if kind.startswith(wanted)) or disclosure.kinds


def _of_person(disclosure: Disclosure, subject: Mapping[str, Any]) -> Disclosure:
    """What of the disclosure is about ``subject``: the character that they play, and the models that were trained on
    them, where it says so; else all of them."""
    data = dict(disclosure.data)
    played, characters = subject.get("character"), data.get("characters", ())
    if played:
        # One that the disclosure does not know adds to those that it does.
        data["characters"] = [played] if not characters or played in characters else [played, *characters]
    if "models" in data:
        data["models"] = [each for each in data["models"] if _trained_on(each, subject)]
    return replace(disclosure, data=data)


def _trained_on(model: Mapping[str, Any], subject: Mapping[str, Any]) -> bool:
    people = model.get("trained_on")
    return people is None or fold(str(subject["id"])) in map(fold, people)


def is_writer(subject: Mapping[str, Any]) -> bool:
    """Whether the subject wrote, and does not perform."""
    return bool(subject.get("capacity") == "writer")


def is_minor(subject: Mapping[str, Any], disclosure: Disclosure) -> bool:
    """Whether the subject is, or may be, a minor."""
    unstated = "yes" if disclosure.data.get("identity") == "minor" else "no"
    return bool(subject.get("minor", unstated) != "no")


def is_deceased(subject: Mapping[str, Any], disclosure: Disclosure) -> bool:
    """Whether the subject is dead, as the disclosure says."""
    dead = disclosure.data.get("identity") == "identifiable_deceased" or "replica.deceased" in disclosure.kinds
    return bool(subject.get("living", "no" if dead else "yes") == "no")


def _person(data: Mapping[str, Any], subject: Mapping[str, Any], disclosure: Disclosure) -> Iterator[Reason]:
    """Where the consent and the disclosure contradict each other about who the person is: one of them is wrong."""
    status = data["subject"]["status"]
    if status == "minor" and not is_minor(subject, disclosure):
        yield Reason("is for a minor, but the disclosure says that the person is none", UNTRUSTED)
    if status == "deceased" and not is_deceased(subject, disclosure):
        yield Reason("is for somebody deceased, but the disclosure does not say that the person has died", UNTRUSTED)


def _grantor(
    data: Mapping[str, Any], subject: Mapping[str, Any], wanted: Mapping[str, Any], disclosure: Disclosure
) -> Iterator[Reason]:
    grantor, status = data["grantor"]["kind"], data["subject"]["status"]
    if wanted.get("grantor") and grantor not in wanted["grantor"]:
        yield Reason(f"is granted by {grantor}, where {' or '.join(wanted['grantor'])} is asked", UNTRUSTED)
    if grantor == "self" and fold(data["grantor"]["id"]) != fold(data["subject"]["id"]):
        yield Reason(f"says that the person grants it, but is signed by {data['grantor']['id']}", UNTRUSTED)
    if grantor == "estate" and not is_deceased(subject, disclosure):
        yield Reason("is granted by an estate, but the disclosure does not say that the person has died", UNTRUSTED)
    if (wanted.get("authority") or grantor != "self") and not data["grantor"].get("authority"):
        yield Reason(f"the {grantor} who grants it proves no authority", UNTRUSTED)
    if (status == "minor" or is_minor(subject, disclosure)) and grantor != "guardian":
        yield Reason(f"is for a minor, but granted by {grantor}, not by a guardian", UNTRUSTED)
    dead = status == "deceased" or is_deceased(subject, disclosure)
    if dead and grantor not in ("estate", "agent", "union") and not data.get("survives_death"):
        yield Reason(
            f"is for somebody deceased, but granted by {grantor}, and does not say that it survives death", UNTRUSTED
        )


def _replica_class(data: Mapping[str, Any], subject: Mapping[str, Any], disclosure: Disclosure) -> Iterator[Reason]:
    asked, given = disclosure.data.get("replica_class"), data.get("replica_class")
    replica = any(kind.startswith("replica.") for kind in disclosure.kinds)
    if asked != given and (asked or replica):
        stated = asked or "(none stated in the disclosure)"
        yield Reason(f"is for the replica class {given or '(none stated)'}, not {stated}")
    if given == "background" and subject.get("capacity") == "principal":
        yield Reason("is for a background replica, which is used as a principal here")


def _represented(data: Mapping[str, Any]) -> Iterator[Reason]:
    """A union whose agreement covers replicas, or counsel and terms that are clear and separately signed."""
    if len(" ".join(data["intended_use"].split())) < DESCRIBED:
        yield Reason("does not describe the intended use in a reasonably specific way")
    by = data.get("representation", {})
    if by.get("union"):
        return
    if not by.get("counsel"):
        yield Reason("names neither counsel nor a union that represented the person")
    for key, what in (("clear_and_conspicuous", "clear and conspicuous"), ("separately_signed", "signed separately")):
        if not data.get(key):
            yield Reason(f"does not say that its terms are {what}, and names no union")


def _model(data: Mapping[str, Any], disclosure: Disclosure) -> Iterator[Reason]:
    if not data.get("training"):
        yield Reason("does not permit training")
    named = data["scope"].get("models", [])
    for model in disclosure.data.get("models", ()):
        if named != "any" and model["id"] not in named:
            yield Reason(f"does not name the model {model['id']}")
    if not disclosure.data.get("models"):
        yield Reason("cannot be held against a model: the disclosure names none")


def decision_faults(
    record: Record, rule: str, roles: tuple[str, ...], wanted: Mapping[str, Any], case: Case
) -> Iterator[Reason]:
    """Why an approval, legal review or other decision does not answer ``rule`` in ``case``."""
    data = record.data
    if by := superseded_by(record, case):
        yield by
        return
    yield from _distrusted(record)
    if data["decision"] in ("rejected", "withdrawn"):
        yield Reason(f"says {data['decision']}")
    for condition in data.get("conditions", ()):
        if "met_at" not in condition or instant(condition["met_at"]) > case.now:
            yield Reason(f"its condition is not met: {condition['text']}")
    answers = wanted.get("answers", (rule,))
    if set(answers).isdisjoint(data["answers"]):
        yield Reason(f"answers {', '.join(data['answers'])}, not {' or '.join(answers)}")
    yield from _authority(data, roles, case)
    against = misfit(data["covers"], case.disclosure, case.uses, case.terms)
    if against:
        yield Reason(against, UNTRUSTED)
    yield from _particulars(record, wanted, case)
    for text in outside("decision", data["scope"], case.disclosure, case.context):
        yield Reason(text)
    granted = instant(data["granted_at"])
    if granted > case.now:
        yield Reason(f"is granted only at {data['granted_at']}")
    yield from in_force(data, None, case, "")
    for other in case.records.about(record.kind, case.disclosure.id):
        if other.id != record.id and _overrides(other, record, answers, granted):
            yield Reason(f"was {other.data['decision']} again by {other.id} at {other.data['granted_at']}")
    if record.kind == "incidental":  # that no approval is needed: a refused one says otherwise, whatever it answers
        for other in case.records.about("approval", case.disclosure.id):
            if _overrides(other, record, other.data["answers"], granted):
                yield Reason(f"the approval {other.id} was {other.data['decision']} at {other.data['granted_at']}")


def _particulars(record: Record, wanted: Mapping[str, Any], case: Case) -> Iterator[Reason]:
    """What the demand asks of the body of a decision."""
    data = record.data
    if wanted.get("names") and wanted["names"] not in data.get("names", ()):
        yield Reason(f"does not name {wanted['names']}")
    for kind in wanted.get("kinds", ()):
        if kind not in data.get("kinds", ()):
            yield Reason(f"does not grant {kind}")
    if "territories" in data:  # where it states none it is for all of its scope, which is held against the delivery
        everywhere = case.context.territories or ("worldwide",)
        there = delivered_of(wanted["territories"], everywhere) if wanted.get("territories") else everywhere
        for each in beyond(there, data["territories"]):
            yield Reason(f"is not for {each}")
    for each in wanted.get("means", ()):
        if each not in data.get("means", ()):
            yield Reason(f"plans no {each}")
    if wanted.get("window_over"):
        yield from _window(record, case)


def _window(record: Record, case: Case) -> Iterator[Reason]:
    """Whether the time in which a union may ask to bargain has gone by. Where it bargains and does not agree, that it
    has gone by no longer counts."""
    data = record.data
    ends = data.get("window_ends")
    if ends is None:
        yield Reason("does not say when its window for bargaining ends")
    elif end(ends) > case.now:
        yield Reason(f"its window for bargaining ends only at {ends}")
    for other in case.records.about("bargaining", case.disclosure.id):
        if _overrides(other, record, data["answers"], instant(data["granted_at"])):
            yield Reason(f"the union did not agree: {other.id} says {other.data['decision']}")


def _overrides(other: Record, record: Record, answers: Sequence[str], granted: datetime) -> bool:
    """Whether ``other`` is a no, at the same time or later, to what ``record`` granted, for whatever episode or cut."""
    data = other.data
    return (
        data["decision"] in ("rejected", "withdrawn")
        and not set(answers).isdisjoint(data["answers"])
        and instant(data["granted_at"]) >= granted
        and fold(str(data["scope"]["production"])) == fold(str(record.data["scope"]["production"]))
    )


def _authority(data: Mapping[str, Any], roles: tuple[str, ...], case: Case) -> Iterator[Reason]:
    approver = data["approver"]
    if approver["role"] not in roles:
        yield Reason(f"is given by {approver['role']}, where {' or '.join(roles)} is asked", UNTRUSTED)
    for what in own_part(approver["id"], data.get("requested_by"), case):
        yield Reason(f"is given by {approver['id']}, who {what}", UNTRUSTED)


def own_part(who: str, requester: str | None, case: Case) -> Iterator[str]:
    """What ``who`` has done in the matter that leaves them no say in it."""
    for other, what in (
        (requester, "requested it"),
        (case.context.requested_by, "requested it"),
        (case.disclosure.data.get("declared_by"), "declared the AI use"),
        (case.disclosure.data.get("requested_by"), "requested the AI use"),
    ):
        if other and fold(str(other)) == fold(who):
            yield what


def clearance_faults(
    record: Record, roles: tuple[str, ...], wanted: Mapping[str, Any], case: Case, work: str = ""
) -> Iterator[Reason]:
    """Why a clearance does not cover ``case``, or one ``work`` in it (its id or title)."""
    data = record.data
    if by := superseded_by(record, case):
        yield by
        return
    yield from _distrusted(record)
    if work and fold(work) not in {fold(str(each)) for each in data["work"].values()}:
        yield Reason(f"clears {data['work'].get('title', data['work']['id'])}, not {work}")
    if data["status"] != "granted":
        yield Reason(f"its status is {data['status']}")
    if wanted.get("rights") and data["rights_type"] not in wanted["rights"]:
        yield Reason(f"clears {data['rights_type']}, where {' or '.join(wanted['rights'])} is asked")
    for each in wanted.get("permits", ()):
        if not data["permits"][each]:
            yield Reason(f"does not permit {each}")
    if data["reviewed"]["by"]["role"] not in roles:
        yield Reason(
            f"was reviewed by {data['reviewed']['by']['role']}, where {' or '.join(roles)} is asked", UNTRUSTED
        )
    for what in own_part(data["reviewed"]["by"]["id"], None, case):
        yield Reason(f"was reviewed by {data['reviewed']['by']['id']}, who {what}", UNTRUSTED)
    if instant(data["reviewed"]["at"]) > case.now:
        yield Reason(f"is reviewed only at {data['reviewed']['at']}")
    against = misfit(data["covers"], case.disclosure, case.uses, case.terms)
    if against:
        yield Reason(against, UNTRUSTED)
    for text in outside("clearance", data["scope"], case.disclosure, case.context):
        yield Reason(text)
    yield from _term(data["term"], case)
    yield from _revoked(data, case, "")


def _term(term: Mapping[str, Any], case: Case) -> Iterator[Reason]:
    """A term holds from the release (or the export, where that is all that is known) to the end of the licence."""
    release, licence_end = case.context.release_date, case.context.licence_end
    if begin(term["from"]) > (release or case.now):
        yield Reason(f"its term begins only at {term['from']}")
    until = term.get("until")
    if until is None:
        return
    if end(until) <= case.now:
        yield Reason(f"its term ended at {until}")
    elif (release and end(until) <= release) or (licence_end and end(until) < licence_end):
        yield Reason(f"its term ends at {until}, before the release or the end of the licence")


def notification_faults(record: Record, case: Case) -> Iterator[Reason]:
    """Why a notification to the studio does not stand for ``case``."""
    data = record.data
    if by := superseded_by(record, case):
        yield by
        return
    yield from _distrusted(record)
    for text in other_production(data["production"], case.context):
        yield Reason(text)
    digests = [each.get("digest") for each in data["covers"] if str(each["disclosure"]).upper() == case.disclosure.id]
    if None not in digests and case.disclosure.digest not in digests:
        yield Reason(f"was given for another version of {case.disclosure.id}", UNTRUSTED)
    if instant(data["at"]) > case.now:
        yield Reason(f"is sent only at {data['at']}")
    yield from _revoked(data, case, "")


def notice_faults(record: Record, case: Case, ahead: bool = True) -> Iterator[Reason]:
    """Why the notice to a performer, of its own or in a consent, is not enough: 48 hours before the work, or at
    engagement, in this production. ``ahead``: whether the hours are asked for; a writer only has to know."""
    data = record.data
    if by := superseded_by(record, case):
        yield by
        return
    yield from _distrusted(record)
    notice, about = (data["notice"], data["scope"]) if record.kind == "consent" else (data, data)
    for text in other_production(about["production"], case.context):
        yield Reason(text)
    if notice.get("at_engagement"):
        return
    started = case.disclosure.data.get("work_started_at")
    given = instant(notice["given_at"])
    if given > case.now:
        yield Reason(f"the notice is given only at {notice['given_at']}")
    if not ahead:
        return
    if started is None:
        yield Reason("the notice cannot be held against 'work_started_at', which the disclosure does not state")
    elif instant(started) - given < NOTICE:
        yield Reason(f"the notice was given at {notice['given_at']}, less than 48 hours before the work began")


def _distrusted(record: Record) -> Iterator[Reason]:
    """That its signatures are not what the trust file demands."""
    if record.distrust:
        yield Reason(record.distrust, UNTRUSTED)


def superseded_by(record: Record, case: Case) -> Reason | None:
    """That a newer record took its place, which is all that there is to say of it."""
    by = case.records.superseded.get(record.id)
    return Reason(f"was superseded by {by}", is_gone=True) if by else None


def in_force(data: Mapping[str, Any], effective: str | None, case: Case, rule: str) -> Iterator[Reason]:
    """Whether a record holds at the export, and still at the release."""
    if effective and begin(effective) > case.now:
        yield Reason(f"is in force only from {effective}", rule)
    expires = data.get("expires_at")
    if expires:
        ends = end(expires)
        if ends <= case.now:
            yield Reason(f"expired at {expires}", rule)
        elif case.context.release_date and ends <= case.context.release_date:
            yield Reason(f"expires at {expires}, before the release", rule)
    yield from _revoked(data, case, rule)


def _revoked(data: Mapping[str, Any], case: Case, rule: str) -> Iterator[Reason]:
    revoked = data.get("revoked")
    if revoked:
        at = instant(revoked["at"])
        if at <= case.now or (case.context.release_date and at <= case.context.release_date):
            yield Reason(f"was revoked at {revoked['at']}", rule)
