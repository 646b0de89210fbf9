"""What the hook scripts and adapters in ``plugins/`` call.

The host tells a write hook the path but not the adapter, and runs it twice for adapters that only write strings: the
second time without path and arguments. So that one export is one decision, a second, pathless call for content that
was just judged on this thread reuses it; content is told by the digest of its compact JSON, never by the identity of
an object.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from otiogate.config.layers import settings
from otiogate.config.model import Settings
from otiogate.documents.chain import Checkpoint
from otiogate.documents.digest import sha256
from otiogate.documents.write import replacing, write_text
from otiogate.errors import CannotJudge, OtiogateError, UsageError
from otiogate.evidence.claims import claimed
from otiogate.evidence.collect import collect
from otiogate.evidence.tag import is_tag
from otiogate.host.adapters import edl_shows_disabled, inner_adapter, is_written, read_through, write_through
from otiogate.host.annotate import annotate
from otiogate.host.carrying import add_claims
from otiogate.host.errors import ExportBlocked
from otiogate.host.read import snapshot_of
from otiogate.host.walk import compact
from otiogate.report.base import count, safe
from otiogate.report.model import ProblemLine, Report
from otiogate.report.text import Doing, blocking_text, headline, passed_text, stopped_unjudged
from otiogate.scan.carrying import Export, Left, carried, lost
from otiogate.scan.decision_log import note
from otiogate.scan.judging import basis, judge_path, judge_snapshot, judged, unreadable
from otiogate.scan.read import MEDIA_INSIDE, content, read_file
from otiogate.scan.receipts import demanded, issue, receipt_of
from otiogate.scan.sidecar import Finder, Sidecar, attached, read_sidecar, sidecar_for, told_apart, write_sidecar
from otiogate.timeline.formats import BY_SUFFIX

_LOG = logging.getLogger("otiogate")
_JUDGED = threading.local()
_ARGUMENTS = ("otiogate_config", "otiogate_stage")
"""What an export may be told beside its path: hook arguments of the host, or arguments of the gated adapter."""

_LEFT = "otiogate_left"
"""The argument by which the hook before writing tells the one after it what is left for the sidecar."""

_SHOWN = 5

_STAGES = ("temp", "final")

_KEEP_TRIMS = (".otio", *MEDIA_INSIDE)
"""Formats in which what is trimmed out stays out: the host's EDL and XML writers write what an enclosing stack or track
trims away. Of a suffix that is not known, or none, nothing is known."""

_FRESH = 60.0
"""Seconds for which a decision may be reused: the second call of one export follows the first at once."""


def export_hook(in_timeline: Any, argument_map: Mapping[str, Any] | None = None) -> Any:
    """``pre_adapter_write``: hands on the timeline, or a copy that carries its disclosures where the format has a place
    for them; or raises ``ExportBlocked``. What is left for the sidecar is told to ``sidecar_hook``."""

    def judge() -> Any:
        arguments = dict(argument_map or {})
        given = {**(arguments.get("adapter_arguments") or {}), **arguments}
        asked = {name: given[name] for name in _ARGUMENTS if name in given}
        target = str(arguments.get("_filepath") or "")
        made = _judge_export(in_timeline, target, **asked)
        suffix = Path(target).suffix.lower()
        is_file = suffix in BY_SUFFIX or is_written(suffix)
        if isinstance(argument_map, dict) and made.claimed is not None and is_file:
            argument_map[_LEFT] = made.left
        return made.thing

    return _guarded("export", judge)


def sidecar_hook(in_timeline: Any, argument_map: Mapping[str, Any] | None = None) -> Any:
    """``post_adapter_write``: writes the sidecar of what was written, or removes the one of an earlier export. Raises
    ``ExportBlocked``."""
    arguments = argument_map or {}
    if _LEFT in arguments:
        target = Path(str(arguments["_filepath"]))
        _guarded("export", lambda: write_sidecar(target, _sidecar(target, target, arguments[_LEFT])))
    return in_timeline


def tags_hook(in_timeline: Any, argument_map: Mapping[str, Any] | None = None) -> Any:
    """``post_adapter_read``: puts tags that stand in format-native places into ``metadata["genai"]``."""
    _guarded("import", lambda: annotate(in_timeline, is_tag))
    return in_timeline


def write_gated(input_otio: Any, filepath: str, **arguments: Any) -> None:
    """Writes through the adapter that the suffix of ``filepath`` names: the object is judged, written to a temporary
    file, what was written is read back and judged, and only then renamed. Raises ``ExportBlocked``, also where a
    disclosure got lost on the way.

    The sidecar comes before the export: whatever ends this between the two leaves one that fits no file, which is a
    finding, and no export that passes for whole.
    """

    def write() -> None:
        adapter = inner_adapter(filepath)
        asked = {name: arguments.pop(name) for name in _ARGUMENTS if name in arguments}
        found = _settings(filepath, asked)
        made = _judge_export(input_otio, filepath, found)
        _JUDGED.within = _digest(made.thing)  # the hook inside need not decide again
        target = Path(filepath)
        try:
            with replacing(target) as temporary:
                write_through(adapter, made.thing, str(temporary), arguments)
                sidecar = _sidecar(target, temporary, made.left)
                report = _read_back(temporary, sidecar, input_otio, found)
                _act(_of(filepath, report, temporary), found, filepath, "export")
                let_out = _JUDGED.let_out
                if sidecar.entries:
                    write_sidecar(target, sidecar)
            if not sidecar.entries:
                write_sidecar(target, sidecar)
            _receipt(filepath, let_out)
        except OSError as fault:
            raise UsageError(f"cannot be written: {fault.strerror or fault}", where=filepath) from fault
        finally:
            _JUDGED.within = ""
            _JUDGED.let_out = None

    _guarded("export", write)


def read_gated(filepath: str, **arguments: Any) -> Any:
    """Reads through the adapter that the suffix of ``filepath`` names, after the file was judged. Raises
    ``ExportBlocked``."""

    def read() -> Any:
        asked = {name: arguments.pop(name) for name in _ARGUMENTS if name in arguments}
        found = _settings(filepath, asked)
        now = _now()
        report = judge_path(Path(filepath), found, now, list_met=False)
        report = demanded(report, Path(filepath), found, now)
        _act(report, found, filepath, "import")
        timeline = read_through(inner_adapter(filepath), filepath, arguments)
        _add_sidecar(timeline, Path(filepath))
        if report.input.digest and sha256(content(Path(filepath))) != report.input.digest:
            raise CannotJudge("changed while it was read", where=filepath, next_step="read it again")
        return timeline

    return _guarded("import", read)


def write_cuesheet(timeline: Any, filepath: str, **arguments: Any) -> None:
    """Writes the cue sheet of ``timeline`` to ``filepath``, whole or not at all. Raises ``ExportBlocked``."""
    text = cuesheet(timeline, filepath, **arguments)
    _guarded("export", lambda: _put(Path(filepath), text))


def cuesheet(timeline: Any, filepath: str = "", *, bom: bool = False, **arguments: Any) -> str:
    """The cue sheet of ``timeline`` as CSV, under the configuration near ``filepath``. It is no verdict: what is open
    is listed as such. Raises ``ExportBlocked`` where a part of the timeline is not read."""
    from otiogate.report.cuesheet import CueSheetWriter

    def made() -> str:
        for name in sorted(arguments.keys() - set(_ARGUMENTS)):
            raise UsageError(f"{name} is no argument of a cue sheet", next_step=f"known: bom, {', '.join(_ARGUMENTS)}")
        found = _settings(filepath, arguments)
        report = judge_snapshot(snapshot_of(timeline, name=Path(filepath).name, path=filepath), found, _now())
        if report.verdict == "cannot_judge":
            raise ExportBlocked(blocking_text(report), report.verdict)
        return CueSheetWriter(bom=bom).write([report])

    return str(_guarded("export", made))


def _sidecar(target: Path, written: Path, left: Left) -> Sidecar:
    """The sidecar of ``target``, about the bytes that stand in ``written``."""
    return sidecar_for(target, sha256(content(written)) if left else "", left)


def _read_back(written: Path, sidecar: Sidecar, thing: Any, found: Settings) -> Report:
    """The report on what was written, with its sidecar. That it lost a disclosure of ``thing`` leaves no verdict."""
    now = _now()
    try:
        on = basis(found, now)
        alone = read_file(written, found.frame_rate)
        after = attached(alone, sidecar) if sidecar.entries else alone
        report, collected = judged(after, on, now, list_met=False)
    except CannotJudge as fault:
        return unreadable(written, fault, found, now)
    ledger, before = on.records, snapshot_of(thing)
    said = claimed(collect(before, ledger.standing, ledger.matcher), ledger.standing)
    gone = lost(before, said, after, claimed(collected, ledger.standing)) if said else []
    if not gone:
        return report
    what = f"{count(len(gone), 'disclosure')} would not be in what is written: {'; '.join(gone[:_SHOWN])}"
    problem = ProblemLine("lost", what, str(written), "export to .otio, which keeps them all")
    return replace(report, verdict="cannot_judge", problems=(problem, *report.problems))


def _add_sidecar(timeline: Any, path: Path) -> None:
    """Puts what the sidecar says on the clips of what was read, so that it travels on."""
    sidecar = read_sidecar(path)
    if sidecar is not None:
        finder = Finder(snapshot_of(timeline))
        for entry in sidecar.entries:
            add_claims(timeline, finder.find(entry) or [0], *told_apart(entry.values))


def _digest(thing: Any) -> str:
    return sha256(compact(thing))


def _of(target: str, report: Report, temporary: Path) -> Report:
    """The report on what stands in ``temporary``, as one on ``target``: nobody else knows the other name."""
    source = replace(report.input, name=Path(target).name, path=target)
    problems = (replace(each, where=each.where.replace(str(temporary), target)) for each in report.problems)
    return replace(report, input=source, problems=tuple(problems))


def _put(target: Path, text: str) -> None:
    try:
        write_text(target, text)
    except (OSError, ValueError) as fault:
        what = f"cannot be written: {getattr(fault, 'strerror', None) or fault}"
        raise CannotJudge(what, where=str(target), next_step="write elsewhere") from fault


def _guarded(doing: Doing, act: Callable[[], Any]) -> Any:
    """Whatever goes wrong stops the export, with a text that stands alone."""
    try:
        return act()
    except ExportBlocked:
        raise
    except OtiogateError as fault:
        raise ExportBlocked(f"{stopped_unjudged(doing)}\n  {safe(str(fault), 600)}", "cannot_judge") from fault
    except Exception as fault:
        text = (
            f"otiogate stopped this {doing}: an error in otiogate itself; nothing was judged, so nothing passes.\n"
            f"  {type(fault).__name__}: {safe(str(fault), 600)}\n"
            "Next: otiogate doctor"
        )
        raise ExportBlocked(text, "cannot_judge") from fault


def _judge_export(timeline: Any, target: str, found: Settings | None = None, **asked: Any) -> Export:
    """Judges what is to be written to ``target``; gives it with its disclosures in place, or raises."""
    with _collector_at_rest():
        return _judged(timeline, target, found, asked)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Judging makes no reference cycles; a garbage collection in its midst would walk the host's whole heap for
    nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judged(timeline: Any, target: str, found: Settings | None, asked: Mapping[str, Any]) -> Export:
    if _just_judged(timeline, target):
        return Export(timeline)
    snapshot = snapshot_of(timeline, name=Path(target).name, path=target)
    found = found or _settings(target, asked)
    _say_unconfigured(found, target)
    suffix = Path(target).suffix.lower()
    # Bundles ship the media; the XML writer writes what is disabled as if it were not, the EDL writer some of it.
    hides = suffix == ".otio" or (suffix == ".edl" and not edl_shows_disabled(timeline))
    now = _now()
    on = basis(found, now)
    report, collected = judged(
        snapshot,
        on,
        now,
        carries_media=not hides,
        shows_trimmed=suffix not in _KEEP_TRIMS,
        list_met=False,
    )
    _act(report, found, target, "export")
    said = claimed(collected, on.records.standing, only_new=suffix in _KEEP_TRIMS)
    made = carried(timeline, suffix, said, leaves_out_disabled=suffix == ".edl" and hides)
    if suffix not in _KEEP_TRIMS:  # the host's own formats are written by one call
        _JUDGED.digest = snapshot.origin.digest if made.thing is timeline else _digest(made.thing)
        _JUDGED.at = time.monotonic()
    return made


def _just_judged(timeline: Any, target: str) -> bool:
    within, held = getattr(_JUDGED, "within", ""), getattr(_JUDGED, "digest", "")
    _JUDGED.digest = ""
    fresh = not target and held and time.monotonic() - getattr(_JUDGED, "at", 0.0) < _FRESH
    return bool(within or fresh) and _digest(timeline) in ((within, held) if fresh else (within,))


_UNCONFIGURED: set[str] = set()
"""Folders of which it was said that no configuration applies there."""


def _say_unconfigured(found: Settings, target: str) -> None:
    """Says, once a folder, that an export was judged without production and records: silence would pass for a check."""
    folder = str(Path(target).absolute().parent) if target else ""
    if found.sources or not target or folder in _UNCONFIGURED:
        return
    _UNCONFIGURED.add(folder)
    _LOG.warning(
        "no otiogate.yaml applies to %s: judged by its tags alone, without production or records; "
        "'otiogate init' makes one, and the hook argument otiogate_config names one",
        target,
    )


def _settings(target: str, arguments: Mapping[str, Any]) -> Settings:
    config = arguments.get("otiogate_config")
    stage = arguments.get("otiogate_stage")
    if stage and stage not in _STAGES:
        raise UsageError(f"otiogate_stage is {stage!r}", next_step=f"write {' or '.join(_STAGES)}")
    return settings(
        [target] if target else [],
        config=[str(config)] if config else [],
        command={"stage": str(stage)} if stage else None,
    )


def _act(report: Report, found: Settings, target: str, doing: Doing) -> None:
    """Stops the export, or says why it is let through although something is open or waived; and notes the decision,
    where the facility keeps a log."""
    passed_by = "" if report.verdict == "allow" else _passed_by(found, target)
    checkpoint = note(found.log, report, doing, passed_by=passed_by) if found.log else None
    _JUDGED.let_out = None
    if passed_by:
        _LOG.warning("not stopped, by configuration: %s", passed_text(report))
    elif report.verdict != "allow":
        raise ExportBlocked(blocking_text(report, doing), report.verdict)
    elif report.counts.warn or report.counts.waived:
        _LOG.warning("%s", passed_text(report))
    if doing == "export" and target:
        _JUDGED.let_out = _LetOut(target, report, found, checkpoint)


class _LetOut(NamedTuple):
    """An export that was judged and is being written."""

    target: str
    report: Report
    settings: Settings
    checkpoint: Checkpoint | None


def receipt_hook(in_timeline: Any, argument_map: Mapping[str, Any] | None = None) -> Any:
    """``post_adapter_write``: writes the receipt of what was just exported, where receipts are written. Raises
    ``ExportBlocked`` where it cannot: the export is there, and nobody can prove that it was judged."""
    target = str((argument_map or {}).get("_filepath") or "")
    let_out: _LetOut | None = getattr(_JUDGED, "let_out", None)
    _JUDGED.let_out = None
    _guarded("export", lambda: _receipt(target, let_out))
    return in_timeline


def _receipt(target: str, let_out: _LetOut | None) -> None:
    """Writes it for what is allowed, by nothing advisory, outside of working paths; an older one, of other bytes, goes
    away."""
    if let_out is None or let_out.target != target:
        return
    path, found = Path(target), let_out.settings
    due = let_out.report.verdict == "allow" and not let_out.report.advisory and not found.is_working_path(target)
    try:
        receipt_of(path).unlink(missing_ok=True)
        if found.receipts == "written" and due:
            # What stands there now is judged, and not what was to be written: other hooks and the writer came between.
            report = judge_path(path, found, _now(), list_met=False)
            if report.verdict != "allow":
                raise CannotJudge(f"what was written is not what was allowed: {headline(report)}", where=target)
            issue(path, report, found, let_out.checkpoint)
    except (OtiogateError, OSError) as fault:
        text = "otiogate: this export was let through and is written, but has no receipt of its own"
        raise ExportBlocked(f"{text}.\n  {safe(str(fault), 600)}", "cannot_judge") from fault


def _passed_by(found: Settings, target: str) -> str:
    """The setting by which what is not allowed goes through; nothing where it is stopped."""
    if found.on_export == "report":
        return "on_export: report"
    return "working_paths" if found.is_working_path(target) else ""


def _now() -> datetime:
    return datetime.now(timezone.utc)
