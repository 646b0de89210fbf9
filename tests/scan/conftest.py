"""The two facilities, and a cut that the one has sent to the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scan.houses import PROJECT, Houses, exported, ledger
from tests.signing.keyring import key_file, person, trust_file


@pytest.fixture
def houses(tmp_path: Path) -> Houses:
    key = person("EXPORTING-HOUSE", kinds=["receipt"])
    exporter, receiver = tmp_path / "exporter", tmp_path / "receiver"
    for each in (exporter, receiver):
        (each / "show" / "records").mkdir(parents=True)
        (each / "show" / "otiogate.yaml").write_text(PROJECT, encoding="utf-8")
    key_file(exporter / "key.pem", key)
    said = "format: 1\nreceipt_key: key.pem\nlog: log.sqlite\n"
    (exporter / "facility.yaml").write_text(said, encoding="utf-8")
    trust_file(receiver, key, demands={})
    (receiver / "facility.yaml").write_text("format: 1\ntrust: trust.json\n", encoding="utf-8")
    return Houses(exporter, receiver, key)


@pytest.fixture
def sent(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> Path:
    ledger(houses.exporter, houses.receiver)
    return exported(houses, monkeypatch)
