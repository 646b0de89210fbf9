"""Which uses a waiver takes out of a rule, and why another waiver does not count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.matching import range_span
from otiogate.records.binding import BY_NAME, Terms, misfit, why_unverified
from otiogate.records.checks import UNTRUSTED, Case, Reason, in_force, own_part, superseded_by
from otiogate.records.dates import end, instant
from otiogate.records.model import Record, RecordSet
from otiogate.records.scope import other_production
from otiogate.records.status import not_signed, status
from otiogate.timeline.media import file_names, fold, names_nobody, same_name, stem
from otiogate.timeline.model import ClipUse

LONGEST = timedelta(days=5 * 366)
"""How long a waiver may run. One that runs for longer has no end to speak of."""

NOTHING = Disclosure("", "tag", {})
"""What a rule is about that is about no disclosure."""

_Clip = Mapping[str, Any]


@dataclass(frozen=True)
class Waivable:
    """A rule that is not met: whether it may be waived, and by which ``roles``. A rule that stops any delivery never
    is, whatever a pack says of it."""

    rule: str
    severity: str
    roles: tuple[str, ...]

    @property
    def by(self) -> tuple[str, ...]:
        """The roles that may waive it; none where nobody may."""
        return () if self.severity in ("block", "worst") else self.roles


def waiver_faults(record: Record, asked: Waivable, case: Case) -> Iterator[Reason]:
    """Why a waiver does not count for ``asked`` in ``case``, whichever clip it is for. The disclosure of ``case`` has
    no id where the rule is about none."""
    data, approver = record.data, record.data["approver"]
    if by := superseded_by(record, case):
        yield by
        return
    if not asked.by:
        yield Reason(f"waives {asked.rule}, which cannot be waived")
        return
    if unsigned := not_signed(record):
        yield Reason(unsigned, UNTRUSTED)
    if approver["role"] not in asked.by:
        yield Reason(f"is given by {approver['role']}, where {' or '.join(asked.by)} may waive it", UNTRUSTED)
    for what in own_part(approver["id"], data["requested_by"], case):
        yield Reason(f"is given by {approver['id']}, who {what}", UNTRUSTED)
    for text in other_production(data["production"], case.context):
        yield Reason(text)
    if against := _of_another_version(data, case):
        yield Reason(against, UNTRUSTED)
    granted = instant(data["granted_at"])
    if granted > case.now:
        yield Reason(f"is granted only at {data['granted_at']}")
    if end(data["expires_at"]) - granted > LONGEST:
        yield Reason(f"runs until {data['expires_at']}, and a waiver runs for five years at most")
    yield from in_force(data, None, case, "")


def _of_another_version(data: Mapping[str, Any], case: Case) -> str:
    """Why a waiver was not given for the disclosure as it is now; nothing where it was, or where there is none."""
    disclosure = case.disclosure
    if "covers" in data:
        ids = ", ".join(str(each["disclosure"]) for each in data["covers"])
        return misfit(data["covers"], disclosure, ()) if disclosure.id else f"was given for {ids}, which is not here"
    declared = disclosure.data.get("declared_at")
    if declared and instant(declared) > instant(data["granted_at"]):
        return f"was granted at {data['granted_at']}, before {disclosure.id} was declared at {declared}"
    return ""


def not_this_clip(clip: _Clip, use: ClipUse, terms: Terms = BY_NAME) -> str:
    """Why a waiver for ``clip`` is not for ``use``; nothing where the use is of that very media and lies in the range.

    It has to be sure: what a timeline does not tell, or tells in two ways, is not waived. One waiver has to hold all of
    the use; two that hold a part each do not add up. One that names a digest holds for content that was verified, and
    where ``terms`` demand that, no other does.
    """
    return _not_its_media(clip, use, terms) or _beyond(str(clip.get("source_range", "")), use)


def _not_its_media(clip: _Clip, use: ClipUse, terms: Terms) -> str:
    media = use.media
    if "sha256" in clip:
        if len(media.files) > 1:
            return f"is for one file, and {use.address} uses several"
        if not media.is_verified:
            return f"is for the media {clip['sha256']}, and {use.address} is not verified: {why_unverified(use)}"
        return _not_all("media", str(clip["sha256"]), [(each,) for each in media.sha256], use)
    if terms.by_media:
        return f"is for {clip['reference']} by name alone, and media is demanded: name its sha256"
    if names_nobody(str(clip["reel"])):
        return f"names the reel {clip['reel']}, which is none"
    named = _not_all("file", str(clip["reference"]), media.files, use)
    return named or _not_all("reel", str(clip["reel"]), [media.reels] if media.reels else [], use)


def _not_all(what: str, wanted: str, things: Iterable[tuple[str, ...]], use: ClipUse) -> str:
    """Why not each of ``things``, by one of its names, is ``wanted``."""
    forms = (wanted, *file_names(wanted)) if what == "file" else (wanted,)
    like = same_name if what == "file" else _same
    known = list(things)
    for names in known:
        if not any(like(form, each) for form in forms for each in names):
            return f"is for the {what} {wanted}, but {use.address} uses {', '.join(names)}"
    return "" if known else f"is for the {what} {wanted}, and nothing in {use.address} tells that it uses that"


def _same(one: str, two: str) -> bool:
    return fold(one) == fold(two)


def _beyond(text: str, use: ClipUse) -> str:
    """Why the use does not lie in the range ``text``, to the frame and as the timeline counts them."""
    if not text:
        return ""
    for part in (use.source, use.visible_source):
        if part is None:
            return f"is for {text}, and what {use.address} shows of the media is not known (it may be retimed)"
        span = range_span(text, part)
        inside = span is not None and span.start <= part.start and part.end <= span.end
        # Timecode with and without dropped numbers reads alike and means other frames.
        if span is None or not inside or span.drop != part.drop:
            return f"is for {text}, but {use.address} uses {part.first}-{part.last}"
    return ""


class Waivers:
    """The waivers of a ledger, found by rule and by the media that they name."""

    def __init__(self, records: RecordSet) -> None:
        self.all = sorted(
            (each for each in records.records.values() if each.kind == "waiver"), key=lambda each: each.id
        )
        self._by_file: dict[tuple[str, str], list[Record]] = {}
        self._by_reel: dict[tuple[str, str], list[Record]] = {}
        for record in self.all:
            rule, clip = str(record.data["rule"]), record.data["clip"]
            for form in _forms(clip.get("sha256", ""), *file_names(clip.get("reference", ""))):
                self._by_file.setdefault((rule, form), []).append(record)
            for form in _forms(clip.get("reel", "")):
                self._by_reel.setdefault((rule, form), []).append(record)

    def near(self, rule: str, use: ClipUse) -> list[Record]:
        """The waivers of ``rule`` for a file of ``use``; where there are none, some of those for its reel, which are
        for something else on it."""
        media = use.media
        files = _forms(*media.sha256, *(name for names in media.files for name in names))
        found = {each.id: each for form in files for each in self._by_file.get((rule, form), ())}
        if not found:
            reels = [each for form in _forms(*media.reels) for each in self._by_reel.get((rule, form), ())]
            found = {each.id: each for each in reels[:_OTHERS]}
        return [found[key] for key in sorted(found)]

    def apply(
        self, asked: Waivable, case: Case, uses: Sequence[ClipUse]
    ) -> tuple[dict[int, Record], dict[str, tuple[Reason, ...]]]:
        """Which of ``uses``, by number, are waived and by which record; and why others do not count for those that are
        left, by id."""
        waived: dict[int, Record] = {}
        tried: dict[str, tuple[Reason, ...]] = {}
        faults: dict[str, tuple[Reason, ...]] = {}
        for number, use in enumerate(uses):
            missed: dict[str, tuple[Reason, ...]] = {}
            for record in self.near(asked.rule, use):
                if record.id not in faults:
                    faults[record.id] = tuple(waiver_faults(record, asked, case))
                other = not_this_clip(record.data["clip"], use, case.terms)
                why = faults[record.id] or ((Reason(other),) if other else ())
                if not why:
                    waived[number] = record
                    break
                missed[record.id] = why
            else:
                tried = missed | tried
        return waived, dict(sorted(tried.items()))

    def idle(
        self,
        used: Collection[str],
        rules: Mapping[str, Sequence[Waivable]],
        case: Case,
        missed: Mapping[str, Reason],
        left: Mapping[str, ClipUse],
    ) -> Iterator[tuple[str, bool, Reason]]:
        """The waivers of this production that are not among the ``used``: the id, whether it has expired, and why: what
        keeps it from counting anywhere; else why it does not for the use that is nearest to its clip (``missed``, by
        id), or for one that is ``left`` with its rule. What was revoked or superseded was put away in order."""
        for record in self.all:
            word = status(record, case.records, case.now).word
            elsewhere = any(other_production(record.data["production"], case.context))
            if record.id in used or elsewhere or word in ("superseded", "revoked"):
                continue
            id = str(record.data["rule"])
            covered = (str(each["disclosure"]).upper() for each in record.data.get("covers", ()))
            about = next((case.records.disclosures[each] for each in covered if each in case.records.disclosures), None)
            its = replace(case, disclosure=about) if about else case
            ways = [list(waiver_faults(record, asked, its)) for asked in rules.get(id, ())]
            if not ways:
                yield record.id, word == "expired", Reason(f"waives {id}, which no active rule is")
            else:
                why = min(ways, key=len) or [self._elsewhere(record, id, case.terms, missed, left)]
                yield record.id, word == "expired", why[0]

    def _elsewhere(
        self, record: Record, rule: str, terms: Terms, missed: Mapping[str, Reason], left: Mapping[str, ClipUse]
    ) -> Reason:
        if record.id in missed:
            return missed[record.id]
        other = not_this_clip(record.data["clip"], left[rule], terms) if rule in left else ""
        return Reason(other or f"nothing here needs a waiver of {rule}")


_OTHERS = 5
"""How many waivers for other media of the same reel are told of."""


def _forms(*names: str) -> Iterator[str]:
    """Each name, and each without what may be its extension, as they are compared."""
    for name in names:
        folded = fold(name)
        yield from {each for each in (folded, stem(folded)) if each}
