"""What the gate decided, and why: one model from which every format is written, and which JSON gives back whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from otiogate.errors import VersionError

FORMAT = "otiogate/report/v1"

Verdict = Literal["allow", "block", "cannot_judge"]
Effect = Literal["block", "warn", "info", "none"]
Status = Literal["open", "met", "waived", "info"]
Binding = Literal["reference", "media"]
Trust = Literal["none", "unsigned", "mixed", "signed"]

EFFECTS: tuple[Effect, ...] = ("none", "info", "warn", "block")
"""From the mildest to the strictest."""

EXIT_CODES: dict[Verdict, int] = {"allow": 0, "block": 1, "cannot_judge": 3}


@dataclass(frozen=True)
class UseLine:
    """One use in a finding. Timecodes are ``in-out``, or empty where the timeline does not tell; ``line`` is 0 where
    there is none; ``said`` is where the timeline or the ledger said that AI was used; ``outside``: it shows
    none of the ranges of its media that the ledger's disclosure says are AI."""

    address: str
    name: str
    track: str
    reel: str
    record: str
    source: str
    event: str
    line: int
    visible: bool
    said: str
    outside: bool = False


@dataclass(frozen=True)
class ReasonLine:
    """Why a record did not count; ``rule`` is empty, or SAG-011 (not in force) or TRUST-001 (not to be trusted for
    this)."""

    text: str
    rule: str


@dataclass(frozen=True)
class TriedLine:
    """A record that was looked at for a finding and did not count."""

    id: str
    kind: str
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True)
class MissingLine:
    """A record, or a statement in the disclosure, that is missing: named once, with every rule that asks for it."""

    record: str
    text: str
    disclosure: str
    subject: str
    required_by: tuple[str, ...]


@dataclass(frozen=True)
class WaiverLine:
    """A waiver that takes uses out of a rule: its id, why it was granted, in which role, and until when, as it was
    written."""

    id: str
    reason: str
    role: str
    until: str

    def __str__(self) -> str:
        return f"{self.id} ({self.role}) until {self.until}: {self.reason}"


@dataclass(frozen=True)
class BoundLine:
    """A record that counted, and what it is bound to: ``media``, content that was verified, or ``reference``, names."""

    record: str
    binding: Binding


@dataclass(frozen=True)
class Finding:
    """One rule and one disclosure. ``severity`` is the rule's, ``effect`` what it comes to here and now; ``records``
    are the ids that met it, or that waive it, and ``bound`` what those are bound to that are given for media;
    ``fingerprint`` is the same in every run over the same uses. Where some of its uses are waived and others are not,
    they are two findings."""

    rule: str
    title: str
    severity: str
    effect: Effect
    status: Status
    disclosure: str
    what: str
    uses: tuple[UseLine, ...]
    missing: tuple[str, ...]
    tried: tuple[TriedLine, ...]
    records: tuple[str, ...]
    remedy: str
    source: str
    fingerprint: str
    waivers: tuple[WaiverLine, ...] = ()
    bound: tuple[BoundLine, ...] = ()


@dataclass(frozen=True)
class ProblemLine:
    """Something about the delivered file, or why there is no verdict on it. ``lost``: a part of it was not read.
    ``odd``: read whole, but irregular."""

    severity: Literal["lost", "odd"]
    what: str
    where: str
    next_step: str = ""


@dataclass(frozen=True)
class InputLine:
    """What was judged; ``digest`` is of exactly the bytes that were parsed. ``rate`` is the frame rate that an EDL was
    read at, and where that was taken from; it is empty for formats that state theirs."""

    name: str
    format: str
    path: str
    digest: str
    rate: str = ""


@dataclass(frozen=True)
class PackLine:
    """A rule pack that was active."""

    pack: str
    version: str
    digest: str


@dataclass(frozen=True)
class MediaLine:
    """What is known of the content of one file that AI uses are of. ``frames`` of a sequence are ``first-last``, and
    ``why`` says why it is not verified."""

    file: str
    state: Literal["verified", "declared", "offline"]
    digest: str
    frames: str
    why: str


@dataclass(frozen=True)
class SignedLine:
    """A record that met a rule, and the opaque ids of those who signed it, as the trust file knows them; none where it
    is not signed."""

    record: str
    kind: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class CueLine:
    """One AI use of one clip, as the cue sheet lists it.

    ``disclosure`` is its id, the text of a tag without one, or what was found; ``digest`` tells two versions of a
    disclosure apart and is empty for a tag; ``media`` names what the clip points at, the same in every cut.
    ``description`` are the use kinds. ``consents``, ``approvals`` and ``notices`` are the records that met a rule;
    ``signed`` says who signed them. ``status`` is ``open`` where something stops this delivery, ``warn`` where it is
    only warned, ``waived`` where neither is and something is waived, else ``met``; ``waivers`` says by which, until
    when and why.
    """

    disclosure: str
    digest: str
    media: str
    address: str
    line: int
    track: str
    clip: str
    reel: str
    record_in: str
    record_out: str
    source_in: str
    source_out: str
    visible: bool
    description: str
    tools: tuple[str, ...]
    inputs: tuple[str, ...]
    consents: tuple[str, ...]
    approvals: tuple[str, ...]
    status: Literal["met", "waived", "warn", "open"]
    signed: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class BasisLine:
    """What one AI use rests on: the id of its disclosure (empty for a tag without one) and its digest, the media that
    it is of, by name, the records that met a rule for it, the digests of that media that were verified, and the waivers
    that took it out of a rule."""

    disclosure: str
    digest: str
    media: tuple[str, ...]
    records: tuple[str, ...]
    verified: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class HintLine:
    """A name, credit or comment that sounds like an AI tool. It decides nothing."""

    address: str
    clip: str
    record: str
    text: str
    footprint: str


@dataclass(frozen=True)
class Counts:
    """Uses of media in the timeline, uses that AI findings are about, and findings by what they come to."""

    uses: int
    ai_uses: int
    block: int
    warn: int
    info: int
    met: int
    waived: int = 0


@dataclass(frozen=True)
class Report:
    """``allow`` reads: no uncleared AI use declared or found; that there is none at all is not verified.

    ``authority`` tells whose configuration decided; ``advisory`` that time, records, stage or media were overridden, or
    a cache was named, so that the verdict is no proof; ``trust`` whether the records that met a rule were signed:
    ``unsigned`` where no signature is demanded and they are taken as they stand, else ``none`` where no record met any,
    ``signed`` where every one is, and ``mixed``.
    ``cues`` are all AI uses, and ``hints`` what sounds like one; both are left out where an export is stopped or let
    through, which asks for neither. ``binding`` is what is demanded of records that are given for media, and ``media``
    what is known of the content of that which AI uses are of.
    """

    verdict: Verdict
    stage: str
    judged_at: str
    authority: Literal["facility", "project"]
    advisory: bool
    input: InputLine
    context: Mapping[str, Any]
    counts: Counts
    findings: tuple[Finding, ...] = ()
    missing: tuple[MissingLine, ...] = ()
    basis: tuple[BasisLine, ...] = ()
    cues: tuple[CueLine, ...] = ()
    hints: tuple[HintLine, ...] = ()
    problems: tuple[ProblemLine, ...] = ()
    notes: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    packs: tuple[PackLine, ...] = ()
    records_digest: str = ""
    records_from: tuple[str, ...] = ()
    trust: Trust = "unsigned"
    signed: tuple[SignedLine, ...] = ()
    binding: Binding = "reference"
    media: tuple[MediaLine, ...] = ()
    tool: str = "otiogate"
    tool_version: str = ""
    format: str = FORMAT

    @property
    def exit_code(self) -> int:
        """0 allowed, 1 blocked, 3 could not judge."""
        return EXIT_CODES[self.verdict]

    def to_data(self) -> dict[str, Any]:
        """The report as plain data."""
        return {name: plain(item) for name, item in vars(self).items()}


def plain(value: Any) -> Any:
    """``value`` as plain data; many times faster than ``dataclasses.asdict``, which copies every text."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in (value if isinstance(value, Mapping) else vars(value)).items()}


def from_data(data: Mapping[str, Any]) -> Report:
    """The report in plain data; keys that this version does not know are passed over. Raises ``VersionError``."""
    if data.get("format") != FORMAT:
        raise VersionError(f"a report of the format {data.get('format')!r} is not known to this otiogate")
    kept = _known(Report, data)
    kept["input"] = InputLine(**_known(InputLine, data["input"]))
    kept["counts"] = Counts(**_known(Counts, data["counts"]))
    kept["findings"] = tuple(_finding(each) for each in data["findings"])
    kept["missing"] = tuple(
        MissingLine(**_known(MissingLine, each) | {"required_by": tuple(each["required_by"])})
        for each in data["missing"]
    )
    kept["basis"] = tuple(_basis(each) for each in data.get("basis", ()))
    kept["cues"] = tuple(_cue(each) for each in data.get("cues", ()))
    kept["hints"] = tuple(HintLine(**_known(HintLine, each)) for each in data.get("hints", ()))
    kept["problems"] = tuple(ProblemLine(**_known(ProblemLine, each)) for each in data["problems"])
    kept["packs"] = tuple(PackLine(**_known(PackLine, each)) for each in data["packs"])
    kept["signed"] = tuple(
        SignedLine(each["record"], each["kind"], tuple(each["by"])) for each in data.get("signed", ())
    )
    kept["media"] = tuple(MediaLine(**_known(MediaLine, each)) for each in data.get("media", ()))
    for name in ("notes", "config", "records_from"):
        kept[name] = tuple(data[name])
    return Report(**kept)


def _finding(data: Mapping[str, Any]) -> Finding:
    kept = _known(Finding, data)
    kept["uses"] = tuple(UseLine(**_known(UseLine, each)) for each in data["uses"])
    kept["tried"] = tuple(
        TriedLine(
            each["id"], each["kind"], tuple(ReasonLine(**_known(ReasonLine, reason)) for reason in each["reasons"])
        )
        for each in data["tried"]
    )
    kept["waivers"] = tuple(WaiverLine(**_known(WaiverLine, each)) for each in data.get("waivers", ()))
    kept["bound"] = tuple(BoundLine(**_known(BoundLine, each)) for each in data.get("bound", ()))
    for name in ("missing", "records"):
        kept[name] = tuple(data[name])
    return Finding(**kept)


def _basis(data: Mapping[str, Any]) -> BasisLine:
    kept = _known(BasisLine, data)
    for name in ("media", "records", "verified", "waivers"):
        kept[name] = tuple(data.get(name, ()))
    return BasisLine(**kept)


def _cue(data: Mapping[str, Any]) -> CueLine:
    kept = _known(CueLine, data)
    for name in ("tools", "inputs", "consents", "approvals", "signed", "waivers", "notices"):
        kept[name] = tuple(data.get(name, ()))
    return CueLine(**kept)


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {key: value for key, value in data.items() if key in names}
