"""Receipts in files: one made beside an export that was allowed, and the one beside a delivered file checked."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from otiogate.config import layers
from otiogate.config.model import Settings
from otiogate.documents.chain import Checkpoint
from otiogate.documents.digest import digest, sha256, sha256_of
from otiogate.documents.strict import MAX_BYTES, DocumentError
from otiogate.documents.write import write_text
from otiogate.errors import CannotJudge, ReadError, UsageError
from otiogate.receipt import RECEIPT_TYPE, SUFFIX, Asked, Exported, Here, checked, receipt, refusals, untold
from otiogate.records.dates import instant
from otiogate.records.ledger import trust_in
from otiogate.records.trust import Trust
from otiogate.report.model import ProblemLine, Report
from otiogate.scan.read import content, read_file
from otiogate.scan.sidecar import SUFFIX as SIDECAR
from otiogate.scan.sidecar import sidecar_of
from otiogate.signing.envelope import Envelope, read_envelope
from otiogate.signing.keys import load, sign, signed_by
from otiogate.signing.statement import Statement, statement_in
from otiogate.timeline.cut import cut_digest
from otiogate.timeline.formats import BUNDLES

_KIND = "receipt"
"""What a key has to be trusted for, to sign one."""

_VARIABLE = "OTIOGATE_KEY_"
"""Begins the variables of the environment with the secrets of the key: ``OTIOGATE_KEY_PASSWORD``, ``..._PIN``."""


def receipt_of(path: Path) -> Path:
    """Where the receipt of the file in ``path`` stands."""
    return path.with_name(path.name + SUFFIX)


def exported(path: Path, *, cut: str | None = None) -> Exported:
    """The file in ``path`` as it stands there, with ``cut`` as the digest of its cut, where it is known. Raises
    ``ReadError``."""
    sidecar = sidecar_of(path)
    return Exported(
        path.name,
        content_digest(path),
        cut_digest(read_file(path)) if cut is None else cut,
        content_digest(sidecar) if os.path.lexists(sidecar) else "",
        sidecar.name,
    )


def content_digest(path: Path) -> str:
    """``sha256:<hex>`` of the bytes of a file; of a bundle, of the digests of all files in it. Raises ``ReadError``."""
    try:
        if not path.is_dir():
            return _of_file(path)
        files = sorted(each for each in path.rglob("*") if each.is_symlink() or not each.is_dir())
        linked = next((each for each in files if each.is_symlink()), None)
        if linked:
            raise ReadError("is a link, and no part of the delivery", where=str(linked), next_step="put the file there")
        return digest(
            "otiogate/bundle/v1", [[each.relative_to(path).as_posix(), content_digest(each)] for each in files]
        )
    except OSError as fault:
        raise ReadError(f"cannot be read: {fault.strerror}", where=str(path), next_step="correct the path") from fault


def _of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_of(iter(partial(stream.read, 1 << 20), b""))


def issue(path: Path, report: Report, settings: Settings, checkpoint: Checkpoint | None) -> Path:
    """Writes the receipt that the file in ``path`` was allowed by ``report``, which is on these bytes; signed where the
    facility names a key. Raises ``UsageError`` where the key cannot be used, ``ReadError``."""
    statement = receipt(
        report, settings.ledger(instant(report.judged_at)), exported(path), checkpoint, asked_by(settings)
    )
    _unchanged(path, report)
    envelope = Envelope(statement.payload(), ())
    if settings.receipt_key:
        envelope = sign(envelope, load(settings.receipt_key, _secret))
    target = receipt_of(path)
    try:
        write_text(target, envelope.text())
    except (OSError, ValueError) as fault:
        what = f"cannot be written: {getattr(fault, 'strerror', None) or fault}"
        raise UsageError(what, where=str(target), next_step="export elsewhere") from fault
    return target


def asked_by(settings: Settings) -> Asked:
    """What ``settings`` ask for beyond their rule packs."""
    own = replace(settings, severities={}).policy().rules
    raised = {
        each.id: settings.severities[each.id]
        for each, before in zip(settings.policy().rules, own, strict=True)
        if each.severity != before.severity
    }
    return Asked(settings.binding == "media", settings.declaration_required, settings.handles, raised)


def _unchanged(path: Path, report: Report) -> None:
    """Raises ``ReadError`` where the file is not any more what ``report`` is on."""
    if sha256(content(path)) != report.input.digest:
        raise ReadError("changed while it was looked at", where=str(path), next_step="look at it again")


def _secret(name: str) -> str:
    variable = _VARIABLE + name.upper()
    found = os.environ.get(variable)
    if found is None:
        raise UsageError(f"the key that signs receipts asks for its {name}", next_step=f"set {variable}")
    return found


@dataclass(frozen=True)
class Receipt:
    """The receipt of one file, read: what it states, and who signed it, as far as that counts here. ``refused`` are the
    reasons why it does not stand for the file, whose ``digest`` is that of its bytes; ``untold`` is what is known of
    the delivery here, and not stated."""

    statement: Statement
    signers: tuple[str, ...]
    refused: tuple[str, ...]
    untold: tuple[str, ...]
    digest: str


def verified(path: Path, settings: Settings, now: datetime, *, beside: Path | None = None) -> Receipt:
    """The receipt in ``beside``, else the one beside the file in ``path``, held against the file, the facility's trust
    and what is asked for here. Raises ``ReadError`` where there is none that can be read, ``CannotJudge`` where its
    signatures cannot be checked.

    A project file that was merely found may have come with the file: it can ask for more than the facility and the
    command line do, and not for less. So the receipt has to stand with it, and without it.
    """
    if path.name in ("", ".."):  # as of "." and "/"
        raise ReadError("is a folder, and no file that was exported", where=str(path), next_step="name the file")
    if not os.path.lexists(path):
        raise ReadError("there is no such file", where=str(path), next_step="correct the path")
    source = beside or receipt_of(path)
    if not os.path.lexists(source):
        _refuse_others(path)
    statement, envelope = _read(source)
    trust = trust_in(settings.trust) if settings.trust else None
    signers, why = _signers(statement, envelope, trust)
    asking = [_here(each, trust, now) for each in (layers.named(settings), settings)]
    try:
        found = exported(path)
    except ReadError:
        found = exported(path, cut="")  # other bytes are refused, whether they can be read or not
    refused = [*why, *(each for here in asking for each in refusals(statement, found, here))]
    unknown = [each for here in asking for each in untold(statement, here.context)]
    return Receipt(statement, signers, tuple(dict.fromkeys(refused)), tuple(dict.fromkeys(unknown)), found.digest)


def _refuse_others(path: Path) -> None:
    """Raises ``ReadError`` where what has no receipt is nothing that gets one: a receipt, a sidecar, or a folder that
    is no bundle."""
    for suffix, what in ((SUFFIX, "a receipt"), (SIDECAR, "a sidecar")):
        if path.name.endswith(suffix):
            step = f"name the file that it is for, {path.name.removesuffix(suffix)}"
            raise ReadError(f"is {what} itself, and gets none", where=str(path), next_step=step)
    if path.is_dir() and path.suffix.lower() not in BUNDLES:
        raise ReadError("is a folder, and no file that was exported", where=str(path), next_step="name the files in it")


def _here(settings: Settings, trust: Trust | None, now: datetime) -> Here:
    packs = {each.name: each.digest for each in settings.policy().packs}
    return Here(settings.context, packs, asked_by(settings), trust.demands if trust else {}, now)


def checkpoint_in(source: Path) -> Checkpoint | None:
    """The checkpoint of the exporting facility's log that the receipt ``source`` names, if it names one; nobody's
    signature is checked. Raises ``ReadError``."""
    named = _read(source)[0].predicate.get("log")
    return Checkpoint(named["id"], named["entry"], named["hash"]) if named else None


def _read(source: Path) -> tuple[Statement, Envelope]:
    step = "ask who delivered the file for its receipt"
    try:
        with source.open("rb") as stream:
            envelope = read_envelope(stream.read(MAX_BYTES + 1), least=0)
        return checked(statement_in(envelope, RECEIPT_TYPE)), envelope
    except FileNotFoundError as fault:
        raise ReadError("there is no receipt", where=str(source), next_step=step) from fault
    except (OSError, ValueError) as fault:
        what = f"cannot be read: {getattr(fault, 'strerror', None) or fault}"
        raise ReadError(what, where=str(source), next_step=step) from fault
    except DocumentError as fault:
        raise ReadError(f"is no receipt: {fault.what}", where=str(source), next_step=step) from fault


def _signers(statement: Statement, envelope: Envelope, trust: Trust | None) -> tuple[tuple[str, ...], list[str]]:
    """Whose signatures count on a receipt; and why it counts as nobody's, if it does."""
    if not envelope.seals:
        return (), ["is not signed"]
    if trust is None:
        raise CannotJudge(
            "its signatures cannot be held against anything: no trust file is configured",
            next_step="name one with 'trust' in the facility's file",
        )
    said = statement.predicate
    about = (_KIND, str(said["context"].get("production", "")), "", instant(said["timeVerified"]), None)
    signers, why = [], []
    for seal in envelope.seals:
        key = trust.keys.get(seal.keyid)
        if key is None:
            why.append(f"is signed with the key {seal.keyid[:12]}, which is not in the trust file")
        elif not signed_by(envelope, seal, key.key):
            why.append(f"was changed after {key.owner} signed it, or never was signed")
        elif faults := key.faults(*about):
            why += [f"is signed with {key.owner}'s key {seal.keyid[:12]}, which {each}" for each in faults]
        else:
            signers.append(key.owner)
    broken = any("was changed" in each for each in why)
    return tuple(signers), why if broken or not signers else []


def demanded(report: Report, path: Path, settings: Settings, now: datetime) -> Report:
    """``report``, or one that says why the receipt that ``settings`` demand does not stand for the file."""
    if settings.incoming != "receipt":
        return report
    try:
        found = verified(path, settings, now)
        if report.input.digest:
            _unchanged(path, report)
    except CannotJudge as fault:
        lost = [ProblemLine("lost", f"a receipt is demanded: {fault.what}", fault.where, fault.next_step)]
    else:
        step = "ask who delivered it for an export that was judged, and its receipt"
        lost = [ProblemLine("lost", f"its receipt {each}", str(receipt_of(path)), step) for each in found.refused]
    return replace(report, verdict="cannot_judge", problems=(*lost, *report.problems)) if lost else report
