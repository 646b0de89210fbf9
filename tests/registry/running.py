"""The registry of the tests: started once a module, with a plan for every test."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otiogate.records.access import Access, Limits
from tests.cli.running import environment

ROOT = Path(__file__).parents[2]

PATIENT = Limits(connect=20, read=20, total=60, pause=0.01)
"""For answers that come: a machine with much else to do is no reason to fail."""

HASTY = Limits(connect=1, read=0.2, total=0.8, pause=0.01)
"""For answers that do not."""


class Registry:
    """A server that runs, and the plans that it goes by."""

    def __init__(self, folder: Path, port: int, scheme: str) -> None:
        self._folder = folder
        self._base = f"{scheme}://localhost:{port}"
        self._plans = 0

    def plan(self, *records: Any, **plan: Any) -> Plan:
        """A ledger of its own, and how it is answered for."""
        self._plans += 1
        found = Plan(self._folder, f"plan{self._plans}", self._base)
        found.set(*records, **plan)
        return found


class Plan:
    """What one test has the server do."""

    def __init__(self, folder: Path, name: str, base: str) -> None:
        self._folder, self._name = folder, name
        self.url = f"{base}/{name}"

    def set(self, *records: Any, **plan: Any) -> None:
        """Replaces it, and forgets what was asked."""
        data = {"production": "MYSHOW", "records": list(records)} | plan
        (self._folder / f"{self._name}.json").write_text(json.dumps(data), encoding="utf-8")
        (self._folder / f"{self._name}.log").write_text("", encoding="utf-8")

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests that came since."""
        text = (self._folder / f"{self._name}.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def requests(self) -> dict[str, Any]:
        """The clearance requests that it has, by key."""
        kept = self._folder / f"{self._name}.requests"
        found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        return found

    def access(self, limits: Limits = PATIENT, ca: str = "") -> Access:
        """How it is reached."""
        return Access(self.url, ca, limits=limits)


@contextlib.contextmanager
def running(folder: Path, certificate: str = "") -> Iterator[Registry]:
    """A server in a process of its own, for as long as the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.registry.server", str(folder), certificate],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        yield Registry(folder, int(process.stdout.readline()), "https" if certificate else "http")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
