"""Looks for what breaks a target, led by the code that each input reaches. Needs the dependency group ``fuzz``.

``python -m tests.fuzz [SECONDS]`` runs every target for so long, from what reached something new before, in
``build/fuzz/TARGET``. What breaks a target is named and kept in ``build/fuzz``; ``python -m tests.fuzz TARGET FILE``
shows what it does. Other arguments after TARGET are libFuzzer's.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import atheris

from tests.fuzz.changing import changed

KEPT = Path("build/fuzz")


def every(seconds: int) -> int:
    """Runs each target in a process of its own; 1 where one was broken."""
    from tests.fuzz.seeds import REFUSED, TARGETS

    broken = []
    for target, seeds in TARGETS.items():
        name, folder = target.__name__, KEPT / target.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate([*seeds, *REFUSED.get(target, ())]):
            (folder / f"seed{number}").write_bytes(data)
        print(f"{name}, {seconds} seconds:", flush=True)
        limits = [f"-max_total_time={seconds}", "-max_len=32768", "-timeout=30", "-rss_limit_mb=4096"]
        limits += [f"-artifact_prefix={KEPT}/{name}-", "-print_final_stats=1", "-verbosity=0"]
        # The process ends without tidying up.
        with tempfile.TemporaryDirectory() as temporary:
            ran = subprocess.run(
                [sys.executable, "-m", "tests.fuzz", name, *limits, str(folder)],
                env=os.environ | {"TMPDIR": temporary},
            )
        broken += [name] if ran.returncode else []
    print(f"Broken: {', '.join(broken)}" if broken else f"{len(TARGETS)} targets, none broken.")
    return bool(broken)


def one(name: str, arguments: list[str]) -> None:
    """Hands one target over to libFuzzer, which ends the process."""
    # It names every module that it takes up.
    with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["otiogate"]):
        from tests.fuzz.seeds import TARGETS
    targets: dict[str, Callable[[bytes], bool]] = {each.__name__: each for each in TARGETS}

    def run(data: bytes) -> None:
        targets[name](data)

    def mutated(data: bytes, size: int, seed: int) -> bytes:
        random = Random(seed)
        return changed(data, random)[:size] if random.randrange(4) else atheris.Mutate(data, size)

    atheris.Setup([f"tests.fuzz {name}", *arguments], run, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].isdigit():
        one(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(every(int(sys.argv[1]) if sys.argv[1:] else 60))
