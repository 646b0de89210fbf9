"""Receipts verified with the records that a registry has today."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from otiogate.config import layers
from tests import builders
from tests.cli.running import call
from tests.registry.running import Registry
from tests.signing.keyring import key_file, person, trust_file

EARLIER = "2026-01-01T00:00:00Z"


def test_a_revocation_that_only_the_registry_knows_is_seen(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    about = builders.disclosure(declared_at=EARLIER)
    approval = builders.decision("approval", about, ["NFX-020"], granted_at=EARLIER, expires_at="2099-01-01Z")
    records = [about, builders.notification(about, at=EARLIER), approval]
    house = person("EXPORTING-HOUSE", kinds=["receipt"])
    key_file(tmp_path / "key.pem", house)
    trust_file(tmp_path, house, demands={})
    (tmp_path / "otiogate.yaml").write_text("format: 1\nproduction: MYSHOW\n", encoding="utf-8")

    def speaks(name: str, **said: object) -> None:
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps({"format": 1, **said}), encoding="utf-8")
        monkeypatch.setenv(layers.FACILITY_VARIABLE, str(path))

    speaks("exporter", receipt_key="key.pem", registry={"url": registry.plan(*records).url})
    cut = tmp_path / "cut.otio"
    otio.adapters.write_to_file(builders.timeline(builders.clip({"id": "DIS-001"})), str(cut))
    speaks("receiver", trust="trust.json", registry={"url": registry.plan(*records).url})
    ran = call(capsys, "verify", cut)
    assert (ran.code, "judged again with the records of today: allow" in ran.out) == (0, True), ran
    revoked = approval | {"revoked": {"at": "2026-02-01T00:00:00Z"}}
    speaks("receiver", trust="trust.json", registry={"url": registry.plan(*records[:2], revoked).url})
    ran = call(capsys, "verify", cut)
    assert (ran.code, "judged again with the records of today: BLOCKED" in ran.out) == (1, True), ran
