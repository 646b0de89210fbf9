"""Two facilities with configurations and keys of their own, and what goes from the one to the other."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import opentimelineio as otio
import pytest

from otiogate.config import layers
from otiogate.config.model import Settings
from otiogate.scan.receipts import receipt_of, verified
from otiogate.signing.envelope import Envelope, read_envelope
from otiogate.signing.keys import sign
from tests import builders
from tests.signing.keyring import Person

PROJECT = "format: 1\nproduction: MYSHOW\nseason: '1'\nepisode: '101'\nrecords: [records]\n"


DIGEST = "sha256:" + "5d" * 32
EARLIER = "2026-01-01T00:00:00Z"
ABOUT = builders.disclosure("DIS-001", declared_at=EARLIER)


class Houses(NamedTuple):
    """The facility that exports, the one that receives, and the key of the first."""

    exporter: Path
    receiver: Path
    key: Person


def at(monkeypatch: pytest.MonkeyPatch, house: Path) -> Path:
    """The show of ``house``, whose facility speaks from now on."""
    monkeypatch.setenv(layers.FACILITY_VARIABLE, str(house / "facility.yaml"))
    monkeypatch.chdir(house / "show")
    return house / "show"


def ledger(*houses: Path, **dates: Any) -> None:
    """A disclosure and what clears it, at each of ``houses``."""
    dates = {"granted_at": EARLIER, "expires_at": "2099-01-01Z"} | dates
    found = [
        ABOUT,
        builders.notification(ABOUT, at=EARLIER),
        builders.decision("approval", ABOUT, ["NFX-020"], **dates),
    ]
    for house in houses:
        (house / "show" / "records" / "ledger.json").write_text(json.dumps(found), encoding="utf-8")


def cut() -> otio.schema.Timeline:
    made = builders.timeline(
        builders.clip(name="a", reference="a.mov"), builders.clip(name="b", genai={"id": "DIS-001"})
    )
    made.name = "cut"
    return made


def exported(houses: Houses, monkeypatch: pytest.MonkeyPatch, name: str = "cut.otio", **arguments: Any) -> Path:
    """An export of the first house, as it arrives at the second, with its receipt."""
    show = at(monkeypatch, houses.exporter)
    made = cut()
    for each in made.find_clips():
        media = houses.exporter / Path(each.media_reference.target_url).name
        if not media.exists():
            media.write_bytes(b"pictures")
        each.media_reference.target_url = str(media)
    otio.adapters.write_to_file(made, str(show / name), **arguments)
    there = at(monkeypatch, houses.receiver) / name
    shutil.copy(show / name, there)
    shutil.copy(receipt_of(show / name), receipt_of(there))
    return there


def settings(path: Path) -> Settings:
    return layers.settings([str(path)])


def refused(path: Path, now: datetime | None = None) -> tuple[str, ...]:
    return verified(path, settings(path), now or datetime.now(timezone.utc)).refused


def opened(path: Path) -> dict[str, Any]:
    """The statement in the receipt of ``path``."""
    found: dict[str, Any] = json.loads(read_envelope(receipt_of(path).read_bytes(), least=0).payload)
    return found


def closed(path: Path, statement: dict[str, Any], *who: Person) -> None:
    """Puts ``statement`` into the receipt of ``path``, signed by ``who``, or under the signature it had."""
    before = read_envelope(receipt_of(path).read_bytes(), least=0)
    envelope = Envelope(json.dumps(statement).encode(), () if who else before.seals)
    for each in who:
        envelope = sign(envelope, each.signer)
    receipt_of(path).write_text(envelope.text(), encoding="utf-8")
