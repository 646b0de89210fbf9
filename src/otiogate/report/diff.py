"""What two cuts differ by in their AI uses, told from their reports alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from otiogate.report.base import WORDS, count, safe
from otiogate.report.model import CueLine, Report

FORMAT = "otiogate/diff/v1"

_Key = tuple[str, str]
_Range = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Change:
    """One disclosure, tag or thing found, on one piece of media. ``uses`` are those in the new cut, or, where it is
    gone, in the old one. ``how`` says what is different about it, ``needs`` what is missing for it now, and ``waived``
    what is waived."""

    disclosure: str
    media: str
    description: str
    uses: tuple[CueLine, ...]
    how: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """The AI uses that are new, gone and changed between two reports."""

    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    changed: tuple[Change, ...]


def difference(old: Report, new: Report) -> Difference:
    """The AI uses that differ between two reports with cues.

    An AI use is a disclosure, or tag, on one piece of media, wherever in the cut it stands. It is changed if more of
    the source is used, if it became visible or is so no more, if its disclosure or use kinds differ, or if something
    is needed for it that was not. A tag without an id, the only one on its media before and after, is one tag whose
    text differs.
    """
    before, after = _by_key(old.cues), _by_key(new.cues)
    _pair_tags(before, after)
    found: dict[str, list[Change]] = {"new": [], "gone": [], "changed": []}
    for key, cues in sorted(after.items()):
        needs = tuple(_needs(cues, new))
        how = [*_changes(before[key], cues)] if key in before else []
        if key in before and not how and not set(needs) <= set(_needs(before[key], old)):
            how = ["more is needed for it"]
        if how or key not in before:
            found["changed" if how else "new"].append(_change(cues, tuple(dict.fromkeys(how)), needs))
    found["gone"] = [_change(cues) for key, cues in sorted(before.items()) if key not in after]
    return Difference(*(tuple(found[each]) for each in ("new", "gone", "changed")))


def _by_key(cues: Iterable[CueLine]) -> dict[_Key, list[CueLine]]:
    found: dict[_Key, list[CueLine]] = {}
    for cue in cues:
        found.setdefault((cue.media, cue.disclosure), []).append(cue)
    return found


def _pair_tags(before: dict[_Key, list[CueLine]], after: Mapping[_Key, list[CueLine]]) -> None:
    """Gives a tag in ``before`` the key of the tag that took its place."""
    for media in {media for media, _ in after}:
        gone = [key for key, cues in before.items() if key[0] == media and not cues[0].digest]
        came = [key for key, cues in after.items() if key[0] == media and not cues[0].digest]
        if len(gone) == len(came) == 1 and media:
            before[came[0]] = before.pop(gone[0])


def _change(cues: list[CueLine], how: tuple[str, ...] = (), needs: tuple[str, ...] = ()) -> Change:
    first = cues[0]
    waived = tuple(dict.fromkeys(each for cue in cues for each in cue.waivers))
    return Change(first.disclosure, first.media, first.description, tuple(cues), how, needs, waived)


def _changes(old: list[CueLine], new: list[CueLine]) -> Iterator[str]:
    """What is different about one AI use, in sentences."""
    known = _joined(filter(None, map(_range, old)))
    for cue in new if known else ():
        span = _range(cue)
        if span and not any(first <= span[0] and span[1] <= last for first, last in known):
            yield f"more of the source is used: {cue.source_in}-{cue.source_out}"
    seen, sees = (any(cue.visible for cue in cues) for cues in (old, new))
    if seen != sees:
        yield "it is visible now" if sees else "it is not visible any more"
    if old[0].disclosure != new[0].disclosure:
        yield f"the tag was {old[0].disclosure}"
    elif old[0].description != new[0].description:
        yield f"the use kinds were {old[0].description}"
    if {cue.digest for cue in old} != {cue.digest for cue in new}:
        yield "the disclosure is another version: what was approved for the old one is void"


def _range(cue: CueLine) -> _Range | None:
    """The source range in numbers that compare as the timecodes do; ``None`` where it is not known."""
    first, last = (_numbers(each) for each in (cue.source_in, cue.source_out))
    return (first, last) if first and last else None


def _numbers(text: str) -> tuple[int, ...]:
    sign = -1 if text.startswith("-") else 1
    parts = text.lstrip("-").replace(";", ":").split(":")
    return tuple(sign * int(each) for each in parts) if all(each.isdecimal() for each in parts) else ()


def _joined(ranges: Iterable[_Range]) -> list[_Range]:
    """The ranges, those that overlap or touch made one."""
    found: list[_Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _needs(cues: list[CueLine], report: Report) -> Iterator[str]:
    """``consent of P-001 [NFX-030, SAG-010]``, each thing once. What is found on a use and is no AI use itself, such as
    a tag that contradicts another, is a need of each AI use there."""
    places = {(cue.address, cue.line) for cue in cues}
    listed = {cue.disclosure for cue in report.cues}
    asked: dict[str, list[str]] = {}
    name = cues[0].disclosure
    for finding in report.findings:
        if finding.disclosure:
            its_own = finding.disclosure == name
        else:
            its_own = finding.what.startswith(name[:200]) or finding.what not in listed
        here = any((use.address, use.line) in places for use in finding.uses)
        if finding.effect in ("block", "warn") and here and its_own:
            for text in finding.missing:
                asked.setdefault(text, []).append(finding.rule)
    yield from (f"{text} [{', '.join(sorted(set(rules)))}]" for text, rules in asked.items())


def as_data(old: Report, new: Report, found: Difference) -> dict[str, Any]:
    """The difference as plain data."""
    ends = {
        name: {"path": each.input.path, "digest": each.input.digest, "verdict": each.verdict}
        for name, each in (("old", old), ("new", new))
    }
    return {"format": FORMAT, **ends, **{f"{name}_uses": list(each) for name, each in asdict(found).items()}}


def as_text(old: Report, new: Report, found: Difference) -> str:
    """The difference for people."""
    names = [safe(each.input.path or each.input.name) for each in (old, new)]
    lines = [f"{names[0]} ({WORDS[old.verdict].lower()}) -> {names[1]} ({WORDS[new.verdict].lower()})"]
    for sign, word, changes in (("+", "new", found.new), ("-", "gone", found.gone), ("~", "changed", found.changed)):
        for change in changes:
            lines += ["", *_block(sign, word, change)]
    if not any((found.new, found.gone, found.changed)):
        lines += ["", "No AI use is new, gone or changed."]
    lines += ["", f"{count(len(new.cues), 'AI use')} in the new cut, {still_open(new)}."]
    return "\n".join(lines) + "\n"


def still_open(report: Report) -> str:
    """``2 of them not cleared``, and how many are only because something is waived."""
    status = [cue.status for cue in report.cues]
    waived = f", {status.count('waived'):,} waived" if "waived" in status else ""
    return f"{sum(each in ('open', 'warn') for each in status):,} of them not cleared{waived}"


def _block(sign: str, word: str, change: Change) -> Iterator[str]:
    kinds = f": {safe(change.description)}" if change.description != change.disclosure else ""
    yield f"{sign} {word}  {safe(change.disclosure)}{kinds}"
    for cue in change.uses[:_MOST_USES]:
        record = f"{cue.record_in}-{cue.record_out}" if cue.record_in else "no record timecode"
        parts = [record, safe(cue.address), *([f"'{safe(cue.clip, 80)}'"] if cue.clip else [])]
        yield "    " + "  ".join(parts) + ("" if cue.visible else "  not visible")
    if len(change.uses) > _MOST_USES:
        yield f"    ... and {count(len(change.uses) - _MOST_USES, 'more use')}"
    yield from (f"    how:   {safe(each)}" for each in change.how)
    yield from (f"    needs: {safe(each)}" for each in change.needs)
    yield from (f"    waived: {safe(each, 600)}" for each in change.waived if word != "gone")
    if word != "gone" and not change.needs:
        yield "    needs: nothing more"


_MOST_USES = 10
