"""Reports made by hand, each with one thing to be changed."""

from __future__ import annotations

from typing import Any

from otiogate.report.model import (
    Counts,
    CueLine,
    Finding,
    HintLine,
    InputLine,
    MissingLine,
    PackLine,
    ProblemLine,
    ReasonLine,
    Report,
    TriedLine,
    UseLine,
    WaiverLine,
)

SHA = "sha256:" + "0" * 64


def use(number: int = 3, **changes: Any) -> UseLine:
    """One use, event ``number`` of an EDL."""
    return UseLine(
        **{
            "address": f"event {number:03}, line {number * 2}",
            "name": f"SHOT_{number:04}.mov",
            "track": "V",
            "reel": f"R{number:03}",
            "record": f"01:00:{number:02}:00-01:00:{number + 1:02}:00",
            "source": "01:00:00:08-01:00:01:08",
            "event": f"{number:03}",
            "line": number * 2,
            "visible": True,
            "said": f"line {number * 2 + 1}",
            "outside": False,
        }
        | changes
    )


def finding(rule: str = "NFX-030", **changes: Any) -> Finding:
    """One finding that blocks for want of a consent."""
    return Finding(
        **{
            "rule": rule,
            "title": "A digital replica of a living person",
            "severity": "block",
            "effect": "block",
            "status": "open",
            "disclosure": "DIS-0042",
            "what": "",
            "uses": (use(),),
            "missing": ("consent of person-7f3a",),
            "tried": (TriedLine("CON-0007", "consent", (ReasonLine("expired at 2025-08-31Z", "SAG-011"),)),),
            "records": (),
            "remedy": "Get a consent.",
            "source": "Netflix",
            "fingerprint": "0123456789abcdef",
        }
        | changes
    )


def waiver(number: int = 1, **changes: Any) -> WaiverLine:
    """A waiver by studio legal."""
    told = {"reason": "It cannot be told from the plate.", "role": "studio_legal", "until": "2027-12-31Z"}
    return WaiverLine(f"WVR-{number:04}", **told | changes)


def cue(number: int = 3, **changes: Any) -> CueLine:
    """The AI use of ``use(number)``, which is open."""
    where = use(number)
    return CueLine(
        **{
            "disclosure": "DIS-0042",
            "digest": SHA,
            "media": f"{where.name}|{where.reel}",
            **{"address": where.address, "line": where.line, "track": "V", "clip": where.name, "reel": where.reel},
            "record_in": where.record[:11],
            "record_out": where.record[12:],
            "source_in": where.source[:11],
            "source_out": where.source[12:],
            "visible": True,
            "description": "replica.likeness",
            "tools": ("FaceKit 4.2 (Example FX)",),
            "inputs": ("plate.mov (owner production)",),
            "consents": (),
            "approvals": ("APR-0011",),
            "status": "open",
        }
        | changes
    )


def hint(**changes: Any) -> HintLine:
    """One name that sounds like AI."""
    held = {"address": "event 004, line 8", "clip": "sky.png", "record": "01:00:04:00-01:00:05:00"}
    return HintLine(**held | {"text": "sky_midjourney_v2.png", "footprint": "Midjourney"} | changes)


def report(*findings: Finding, **changes: Any) -> Report:
    """The report with ``findings``; its verdict and counts follow from them."""
    effects = [each.effect for each in findings]
    missing = tuple(
        MissingLine("consent", text, each.disclosure, "person-7f3a", (each.rule,))
        for each in findings
        for text in each.missing
    )
    return Report(
        **{
            "verdict": "block" if "block" in effects else "allow",
            "stage": "final",
            "judged_at": "2026-11-22T18:30:00+00:00",
            "authority": "project",
            "advisory": False,
            "input": InputLine("cut.edl", "edl", "in/cut.edl", SHA),
            "context": {
                **dict.fromkeys(("production", "season", "episode", "cut", "deliverable_type", "medium"), ""),
                **{"territories": [], "languages": [], "stage": "final", "release_date": None, "licence_end": None},
                "requested_by": "",
            },
            "counts": Counts(
                *(12, len({each for one in findings for each in one.uses})),
                *(effects.count(effect) for effect in ("block", "warn", "info")),
                sum(each.status == "met" for each in findings),
            ),
            "findings": findings,
            "missing": missing,
            "config": ("/show/otiogate.yaml",),
            "packs": (PackLine("core", "1.0.0", SHA), PackLine("netflix", "1.0.0", SHA)),
            "records_digest": SHA,
            "records_from": ("/show/records",),
            "tool_version": "0.1.0",
        }
        | changes
    )


def lost(what: str = "is empty", where: str = "in/cut.edl", next_step: str = "export it again") -> ProblemLine:
    """A reason why there is no verdict."""
    return ProblemLine("lost", what, where, next_step)
