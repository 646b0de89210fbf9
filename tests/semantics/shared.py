"""What the tests of the semantics share: a tagged cut, and the rules of the default packs by id."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otiogate.policy.load import policy
from otiogate.report.model import Report
from tests.builders import clip, timeline

Data = dict[str, Any]
TAGGED = {"id": "DIS-001"}
ALL_PACKS = ("core", "netflix", "sag_aftra", "cue_sheet")
RULES = {rule.id: rule for rule in policy(ALL_PACKS).rules}


def cut(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    """The clips on one track; without any, the clip that the disclosure DIS-001 is about, tagged with its id."""
    return timeline(*clips or (clip(TAGGED),))


def effects(report: Report) -> dict[str, str]:
    """The effect of each rule that has a finding."""
    return {each.rule: each.effect for each in report.findings}
