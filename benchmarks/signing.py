"""What signatures cost, in one run.

    python benchmarks/signing.py            10,000 signed records, and a gate over 10,000 clips
    python benchmarks/signing.py --quick    a tenth of each

Checking means everything that a trust file adds to reading records: the envelopes, their digests, whose keys they are,
and the signatures. It is held against verifying the same signatures with securesystemslib and nothing else. Records are
in memory, since an unsigned ledger is read from files too. The gate judges every tagged clip through all its rules.
Ratios are what counts; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from securesystemslib.dsse import Envelope as Reference
from securesystemslib.signer import SSlibKey

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.bench import CONFIG, row, timeline, write_ledger  # noqa: E402 - found through the line above
from otiogate.config.layers import settings  # noqa: E402
from otiogate.host.read import snapshot_of  # noqa: E402
from otiogate.records.ledger import _held  # noqa: E402
from otiogate.records.model import Record, record_set  # noqa: E402
from otiogate.records.signed import record_in, trusted  # noqa: E402
from otiogate.records.trust import read_trust  # noqa: E402
from otiogate.scan.judging import judge_snapshot  # noqa: E402
from otiogate.signing.memory import Memory  # noqa: E402
from tests import builders  # noqa: E402
from tests.signing.keyring import envelope, person, trust_file  # noqa: E402

AGAIN = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from benchmarks.signing import checked, read_trust, Memory
texts = Path({texts!r}).read_bytes().split(b"\\0")
known = read_trust(Path({trust!r}))
start = time.perf_counter()
checked(texts, known, Memory(Path({state!r})))
print(time.perf_counter() - start)
"""


def seconds(act: Callable[[], Any]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def checked(texts: list[bytes], known: Any, memory: Memory) -> None:
    """Reads the envelopes and holds their records against the trust file."""
    records = []
    for text in texts:
        data, sealed = record_in(text)
        records.append(Record(data["record"], data["id"], data, "", sealed))
    found = trusted(record_set(records), known, memory)
    assert not any(each.distrust for each in found.records.values())


def bare(texts: list[bytes], key: SSlibKey) -> None:
    """Verifies the signatures, as the library does by itself."""
    for text in texts:
        Reference.from_dict(json.loads(text)).verify([key], 1)


def records(number: int, folder: Path) -> None:
    """The first table: checking signed records against verifying alone."""
    who = person()
    about = builders.disclosure()
    made = (builders.decision("approval", about, ["NFX-020"], f"APR-{each:05d}") for each in range(number))
    texts = [envelope(each, who).text().encode() for each in made]
    known = read_trust(trust_file(folder, who))
    key: Any = who.signer.public_key
    first, alone = [], []
    for run in range(3):
        alone.append(seconds(lambda: bare(texts, key)))
        state = folder / f"state{run}.sqlite3"
        Memory._held.clear()
        first.append(seconds(lambda state=state: checked(texts, known, Memory(state))))
    (folder / "texts").write_bytes(b"\0".join(texts))
    script = AGAIN.format(
        root=str(ROOT),
        texts=str(folder / "texts"),
        trust=str(folder / "trust.json"),
        state=str(folder / "state0.sqlite3"),
    )
    second = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    base = statistics.median(alone)
    print(f"\n{number:,} signed records, checked\n")
    row("", "seconds", "in verifications alone", "wanted")
    row(*["---"] * 4)
    row("the signatures alone, once", f"{base:.2f}", "1.00", "")
    for what, times, wanted in (
        ("checked, for the first time", first, "<= 2.50"),
        ("checked by a second process", second, ""),
    ):
        took = statistics.median(times)
        row(what, f"{took:.2f}", f"{took / base:.2f}", wanted)


def gate(clips: int, folder: Path) -> None:
    """The second table: a gate with signed approvals against the same with unsigned ones."""
    made = timeline(clips)
    who = person("S-APPROVER", "studio_contact")
    trust = trust_file(folder, who)
    times: dict[str, list[float]] = {}
    projects = {}
    for name in ("unsigned", "signed"):
        project = folder / name
        project.mkdir()
        write_ledger(project, clips)
        facility = CONFIG.replace("records: [records]", f"records: [{project}/records]")
        if name == "signed":
            facility += f"trust: {trust}\nstate: {folder}/gate.sqlite3\n"
            _seal(project / "records", who)
        (project / "facility.yaml").write_text(facility, encoding="utf-8")
        (project / "otiogate.yaml").unlink()
        projects[name] = project
    from datetime import datetime, timezone

    now = datetime.now(timezone.utc)
    for _ in range(8):
        for name, project in projects.items():
            os.environ["OTIOGATE_FACILITY"] = str(project / "facility.yaml")

            def judge() -> None:
                report = judge_snapshot(snapshot_of(made), settings([str(folder)]), now, list_met=False)
                assert report.verdict == "allow", report.findings[:1]

            times.setdefault(name, []).append(seconds(judge))
    print(f"\nA gate over {clips:,} clips, {clips // 20:,} of them approved\n")
    row("approvals", "first, seconds", "afterwards, seconds", "in unsigned ones, afterwards", "wanted")
    row(*["---"] * 5)
    base = statistics.median(times["unsigned"][1:])
    for name, wanted in (("unsigned", ""), ("signed", "<= 1.50")):
        after = statistics.median(times[name][1:])
        row(name, f"{times[name][0]:.2f}", f"{after:.3f}", f"{after / base:.2f}", wanted)
    assert _held, "the trust file was asked"


def _seal(folder: Path, who: Any) -> None:
    """Puts the approvals of a ledger into envelopes."""
    held = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    for each in held:
        if each["record"] == "approval":
            (folder / f"{each['id']}.dsse.json").write_text(envelope(each, who).text(), encoding="utf-8")
    kept = [each for each in held if each["record"] != "approval"]
    (folder / "ledger.json").write_text(json.dumps(kept), encoding="utf-8")


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    few = 10 if parser.parse_args().quick else 1
    with tempfile.TemporaryDirectory() as folder:
        records(10_000 // few, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        gate(10_000 // few, Path(folder))


if __name__ == "__main__":
    main()
