"""What the gate decided, kept: an entry for each decision, with whatever softened it, in a chain that shows changes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from otiogate import __version__
from otiogate.documents.chain import Chain, Checkpoint, Link, append
from otiogate.documents.strict import DocumentError, parse_json
from otiogate.evidence.tag import ID
from otiogate.report.base import OVERRIDDEN
from otiogate.report.model import Finding, Report

if TYPE_CHECKING:
    from otiogate.scan.verifying import Verification

FORMAT = "otiogate/decision/v1"

Doing = Literal["export", "import", "scan", "watch", "verify"]

_DRIFT = timedelta(minutes=5)
"""Clocks of several machines that write one log differ."""


def note(path: Path, report: Report, doing: Doing, *, passed_by: str = "") -> Checkpoint:
    """Appends the decision that ``report`` is to the log in ``path``. ``passed_by`` is the setting that let it through
    although it was not allowed. Raises ``StoreError``, ``VersionError``."""
    return append(path, entry_of(report, doing, passed_by))


def entry_of(report: Report, doing: Doing, passed_by: str = "") -> str:
    """What the log keeps of ``report``, as JSON: no name and no text of the timeline, only ids, digests and the
    path, which is absolute."""
    entry = {
        "format": FORMAT,
        "at": report.judged_at,
        "doing": doing,
        "verdict": report.verdict,
        "passed_by": passed_by,
        "softened": list(_softened(report.stage, report.advisory, passed_by)),
        "target": _absolute(report.input.path) or report.input.name,
        "input": report.input.digest,
        "stage": report.stage,
        "authority": report.authority,
        "production": report.context.get("production", ""),
        "episode": report.context.get("episode", ""),
        "cut": report.context.get("cut", ""),
        "config": list(report.config),
        "packs": [f"{each.pack} {each.digest}" for each in report.packs],
        "records": report.records_digest,
        "open": list(_lines(each for each in report.findings if each.effect in ("block", "warn"))),
        "waived": list(_lines(each for each in report.findings if each.status == "waived")),
        "tool": report.tool_version,
    }
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


_VERDICTS = {"verified": "allow", "refused": "block", "cannot_verify": "cannot_judge"}


def entry_of_receipt(found: Verification, now: datetime) -> str:
    """What the log keeps of a receipt that was held against its file at ``now``. What it states is kept only where it
    stands: else anybody may have written it."""
    said = found.receipt if found.outcome == "verified" else {}
    context, stage = said.get("context", {}), said.get("stage", "")
    entry = {
        "format": FORMAT,
        "at": now.astimezone(timezone.utc).isoformat(timespec="seconds"),
        "doing": "verify",
        "verdict": _VERDICTS[found.outcome],
        "passed_by": "",
        "softened": list(_softened(stage, found.advisory, "")),
        "target": _absolute(found.path),
        "input": found.digest,
        "stage": stage,
        "authority": found.authority,
        "production": context.get("production", ""),
        "episode": context.get("episode", ""),
        "cut": context.get("cut", ""),
        "config": list(found.config),
        "packs": [f"{each['pack']} {each['digest']}" for each in said.get("policy", ())],
        "records": said.get("records", {}).get("digest", ""),
        "open": [],
        "waived": [{"rule": each["rule"], "records": [each["id"]]} for each in said.get("waivers", ())],
        "signers": list(found.signers),
        "tool": __version__,
    }
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def _absolute(path: str) -> str:
    """``path`` as it can be told from others of its name, wherever the process ran."""
    return os.path.abspath(path) if path else ""  # noqa: PTH100 - resolve() would lose the name that was asked for


def _softened(stage: str, advisory: bool, passed_by: str) -> Iterator[str]:
    if stage == "temp":
        yield "stage: temp"
    if advisory:
        yield f"advisory: {OVERRIDDEN}"
    if passed_by:
        yield passed_by


def _lines(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for each in findings:
        yield {
            "rule": each.rule,
            "effect": each.effect,
            "disclosure": each.disclosure if ID.match(each.disclosure) else "",  # else it is the text of a tag
            "fingerprint": each.fingerprint,
            "records": list(each.records),
        }


@dataclass(frozen=True)
class Decision:
    """One entry of a log that was read: its number and its data."""

    seq: int
    data: dict[str, Any]

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return datetime.fromisoformat(self.data["at"])


def decisions(chain: Chain) -> Iterator[Decision]:
    """The entries of ``chain`` that are decisions, in order."""
    for link in chain.links:
        found = _decision(link)
        if found is not None:
            yield found


def _decision(link: Link) -> Decision | None:
    try:
        data = parse_json(link.entry)
    except DocumentError:
        return None
    return Decision(link.seq, data) if isinstance(data, dict) and data.get("format") == FORMAT else None


def oddities(chain: Chain) -> Iterator[str]:
    """What is strange about a chain that is whole: entries that are no decisions, and a clock that was turned back."""
    latest: Decision | None = None
    for link in chain.links:
        found = _decision(link)
        if found is None:
            yield f"entry {link.seq} is no decision that this otiogate knows"
            continue
        if latest and found.at < latest.at - _DRIFT:
            times = f"dated {found.data['at']}, and entry {latest.seq} before it {latest.data['at']}"
            yield f"entry {found.seq} is {times}: was a clock turned back?"
        if latest is None or found.at > latest.at:
            latest = found
