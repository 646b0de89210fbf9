"""Why the gate says what it says of a clip: what made it AI, which rules applied, and what each record did for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from otiogate.evidence.disclosure import Disclosure
from otiogate.evidence.selecting import event_number
from otiogate.evidence.statements import Evidence, Statement, statements
from otiogate.evidence.tag import Tag
from otiogate.records.model import RecordSet
from otiogate.report.base import count, safe
from otiogate.report.model import EFFECTS, CueLine, Effect, Finding, Report
from otiogate.report.text import by_media, reasons_of, signers
from otiogate.timeline.media import fold
from otiogate.timeline.model import ClipUse, Snapshot, Subject

_WORDS = {
    "met": "nothing is open",
    "waived": "nothing is open, and something is waived",
    "warn": "warns",
    "open": "stops this delivery",
}
_AT_MOST: dict[str, Effect] = {"met": "info", "waived": "info", "warn": "warn", "open": "block"}
"""What a rule comes to at most on a use of this status."""

_WORD = {"block": "block", "warn": "warn", "info": "info", "none": "met"}


def trace(snapshot: Snapshot, report: Report, records: RecordSet, wanted: str = "") -> list[str]:
    """The lines on every clip with AI use, or on every clip that ``wanted`` names, by clip name, event, reel or file;
    none where there is no such clip. ``report`` is on ``snapshot``, with everything that is met."""
    cues: dict[tuple[str, int], list[CueLine]] = {}
    for cue in report.cues:
        cues.setdefault((cue.address, cue.line), []).append(cue)
    lines: list[str] = []
    for subject, use in _uses(snapshot):
        said = cues.pop((use.address, use.line or 0), [])
        if _is_meant(use, wanted) if wanted else said:
            lines += ["", _headline(use), *(_of_clip(said, subject, use, report, records))]
    for (address, _), said in cues.items() if not wanted else ():  # said of something that holds no clip
        lines += ["", safe(address or "timeline")]
        for cue in said:
            lines += _of_cue(cue, [], report, records)
    return lines[1:]


def _uses(snapshot: Snapshot) -> Iterator[tuple[Subject, ClipUse]]:
    for node, is_use in enumerate(snapshot.is_use):
        subject = snapshot.subject(node) if is_use else None
        if subject is not None and subject.use is not None:
            yield subject, subject.use


def _is_meant(use: ClipUse, wanted: str) -> bool:
    """Whether one of the names of ``use`` is ``wanted``, or fits it as a pattern with ``*``."""
    if use.event and event_number(use.event) == event_number(wanted):
        return True
    names = (use.name, use.event, *use.media.reels, *use.media.references, use.address)
    return any(name and (fold(name) == fold(wanted) or fnmatchcase(fold(name), fold(wanted))) for name in names)


def _headline(use: ClipUse) -> str:
    record = f"{use.record.first}-{use.record.last}" if use.record else "no record timecode"
    parts = [record, safe(use.address)]
    parts += [f"reel {safe(', '.join(use.media.reels), 60)}"] if use.media.reels else []
    parts += [f"'{safe(use.name, 80)}'"] if use.name else []
    return "  ".join(parts) + ("" if use.visible else "  not visible")


def _of_clip(said: list[CueLine], subject: Subject, use: ClipUse, report: Report, records: RecordSet) -> Iterator[str]:
    if not said:
        yield "  No AI use is declared or found."
        yield from _looked_at(subject, use, records)
    for cue in said:
        yield from _of_cue(cue, list(_places(cue, subject, use, records)), report, records)
    for hint in report.hints:
        if hint.address == use.address:
            yield f"  Sounds like AI (a hint, which decides nothing): {safe(hint.footprint)}: '{safe(hint.text, 120)}'"


def _looked_at(subject: Subject, use: ClipUse, records: RecordSet) -> Iterator[str]:
    """Where something could have been said, and against which names the records were held."""
    places = ", ".join(dict.fromkeys(carrier.where for carrier in subject.carriers))
    yield f"    looked at   {safe(places or 'nothing', 400)}; and what stands on everything around it"
    for carrier in subject.carriers:
        for statement in statements(carrier):
            yield f"    said there  {safe(_shown(statement))} ({safe(carrier.where)})"
    names = (*use.media.references, *use.media.reels, *use.media.sha256, use.name)
    listed = ", ".join(safe(each, 80) for each in dict.fromkeys(names) if each)
    yield f"    known as    {listed or 'nothing: it has no file, no reel and no name'}"
    number = sum(1 for each in records.disclosures.values() if each.data.get("match"))
    of = f"{number:,} of {count(len(records.disclosures), 'disclosure')}"
    yield f"    records     {of} say which media they match; this is none of it"


def _of_cue(cue: CueLine, places: list[str], report: Report, records: RecordSet) -> Iterator[str]:
    about = [each for each in report.findings if _is_about(each, cue)]
    word = _WORDS[cue.status]
    kinds = f": {safe(cue.description)}" if cue.description != cue.disclosure else ""
    yield f"  AI use  {safe(cue.disclosure)}{kinds}  [{word}]"
    said = [use.said for each in about for use in each.uses if (use.address, use.line) == (cue.address, cue.line)]
    said = [text for text in said if not any(each.startswith(text.partition(", line ")[0]) for each in places)]
    for text in dict.fromkeys((*said, *places)):
        yield f"    said in     {safe(text)}"
    record = records.records.get(cue.disclosure)
    if record is not None:
        yield f"    stands in   {safe(record.where or 'the records')}"
    elif cue.digest:
        yield "    stands in   the timeline itself, whole; the records do not have it"
    if not about:
        yield "    rules       no active rule applies to it"
    for finding in about:
        yield from _of_finding(finding, _AT_MOST[cue.status], signers(report))


def _is_about(finding: Finding, cue: CueLine) -> bool:
    """Whether ``finding`` is about what ``cue`` is about, on this use."""
    here = any((use.address, use.line) == (cue.address, cue.line) for use in finding.uses)
    if finding.disclosure:
        return here and finding.disclosure == cue.disclosure
    return here and finding.what.startswith(cue.disclosure[:200])


def _of_finding(finding: Finding, most: Effect, signers: Mapping[str, str]) -> Iterator[str]:
    """``most`` is the worst that any rule comes to on this use; the finding tells what its own comes to on any."""
    effect = min(finding.effect, most, key=EFFECTS.index)
    word = finding.status if finding.status in ("met", "waived") else _WORD[effect]
    yield f"    rule        {finding.rule} [{word}] {safe(finding.title)}"
    if finding.what:
        yield f"                  {safe(finding.what)}"
    for text in finding.missing:
        yield f"                  missing: {safe(text)}"
    for text in reasons_of(finding):
        yield f"                  tried:   {text}"
    for waiver in finding.waivers:
        yield f"                  waived:  {safe(str(waiver), 600)}{signers.get(waiver.id, '')}"
    if finding.records and not finding.waivers:
        label = "met by: " if finding.status == "met" else "counts: "
        told = (safe(each) + by_media(finding, each) + signers.get(each, "") for each in finding.records)
        yield f"                  {label} {', '.join(told)}"


def _places(cue: CueLine, subject: Subject, use: ClipUse, records: RecordSet) -> Iterator[str]:
    """Where else the same is said: on the clip itself, or by the records."""
    for carrier in subject.carriers:
        for statement in statements(carrier):
            shown = _shown(statement)
            if cue.disclosure in (shown, getattr(statement, "id", "")):
                yield f"{carrier.where}: {shown}"
    for match in records.matcher.matches(use):
        if match.disclosure.id == cue.disclosure:
            yield f"ledger match: {match.how}" + (" (by name alone: it discloses nothing)" if match.weak else "")


def _shown(statement: Statement) -> str:
    if isinstance(statement, Tag):
        return statement.text
    if isinstance(statement, Disclosure):
        return statement.id
    return f"digital source type {statement.source_type}" if isinstance(statement, Evidence) else statement.shown
