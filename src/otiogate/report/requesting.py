"""The clearance requests that a report comes to: one for each record that is missing, the same in every cut.

A request says nothing that changes with the cut or with who asks, so that its key, the digest of what it says, is the
same however often and by whomever it is made. What people wrote in tags stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from otiogate.documents.digest import digest
from otiogate.errors import UsageError
from otiogate.evidence.tag import ID
from otiogate.evidence.vocabulary import USE_KINDS
from otiogate.report.model import CueLine, MissingLine, Report


@dataclass(frozen=True)
class Request:
    """One request; ``data`` is as schemas/request.json has it."""

    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The digest of everything that it says."""
        return str(self.data["key"])


def requests(report: Report) -> tuple[Request, ...]:
    """What ``report`` misses and somebody can give, each once, in the order of the report. Raises ``UsageError`` where
    the production is not configured."""
    production = str(report.context.get("production", ""))
    found: dict[str, Request] = {}
    for line in report.missing:
        if line.record == "nothing" or not _presses(line, report):
            continue
        if not production:
            step = "set 'production' in otiogate.yaml"
            what = "a request is for a production, and none is configured"
            raise UsageError(what, where=report.input.path, next_step=step)
        common = {"format": 1, "production": production, "record": line.record, "what": line.text}
        common |= {"required_by": sorted(line.required_by)} | ({"subject": line.subject} if line.subject else {})
        for about in _about(line.disclosure, report):
            said = common | about
            key = digest("otiogate/request/v1", said)
            found.setdefault(key, Request({"format": 1, "key": key} | said))
    return tuple(found.values())


def _presses(line: MissingLine, report: Report) -> bool:
    """Whether any rule that asks for it stops or warns."""
    return any(
        each.effect in ("block", "warn")
        and each.rule in line.required_by
        and line.disclosure in (each.disclosure, each.what)
        for each in report.findings
    )


def _about(label: str, report: Report) -> Iterator[dict[str, Any]]:
    """What a request is about: each version of a disclosure, or each media of what has none."""
    cues = [each for each in report.cues if each.disclosure == label]
    named = {"disclosure": {"id": label}} if ID.match(label) else {}
    versions = sorted({each.digest for each in cues if each.digest})
    if named and versions:
        yield from ({"disclosure": {"id": label, "digest": each}} for each in versions)
    else:
        media = {each.media: each for each in cues if each.media}
        yield from ({**named, "media": key, **_kinds(each)} for key, each in sorted(media.items()))
        if not media:
            yield named


def _kinds(cue: CueLine) -> dict[str, Any]:
    """The use kinds, where the line has nothing else for a description."""
    kinds = sorted(set(cue.description.split(", ")))
    return {"use_kind": kinds} if set(kinds) <= set(USE_KINDS) else {}
