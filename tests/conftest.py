"""No test here depends on the machine: on a facility file, on the environment, or on the folder it is run from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from otiogate.config import layers

# A token of SoftHSM: 'make token', which 'make test' runs too, installs it and names its module.
collect_ignore = [] if "OTIOGATE_PKCS11" in os.environ else ["signing/test_token.py"]

# The same examples on every machine, however slow: a red build that nobody can repeat helps nobody.
settings.register_profile("otiogate", deadline=None, derandomize=True)
settings.load_profile("otiogate")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(layers, "facility_file", lambda: tmp_path / "no" / "facility.yaml")
    monkeypatch.delenv("OTIOGATE_FACILITY", raising=False)
    monkeypatch.chdir(tmp_path)
