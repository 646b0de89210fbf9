"""The wheel holds what the source tree tracks, and nothing else. Run by `make wheel`, which names both."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

WHEEL, TREE = os.environ.get("OTIOGATE_WHEEL"), os.environ.get("OTIOGATE_TREE")

pytestmark = pytest.mark.skipif(not (WHEEL and TREE), reason="only beside a built wheel: make wheel")

ROOMS = {"src/otiogate": "otiogate", "plugins": "otiogate/plugins", "schemas": "otiogate/schemas"}


def test_wheel_holds_every_tracked_file_of_the_package_and_nothing_else():
    tracked = subprocess.run(
        ["git", "ls-files", "--", *ROOMS], cwd=TREE, check=True, capture_output=True, text=True
    ).stdout.split()
    wanted = set()
    for name in tracked:
        room = next(each for each in ROOMS if name.startswith(f"{each}/"))
        wanted.add(ROOMS[room] + name.removeprefix(room))
    with zipfile.ZipFile(str(WHEEL)) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == wanted


def test_the_tests_import_the_wheel_and_not_the_tree():
    import otiogate

    assert Path(str(TREE)).resolve() / "src" not in Path(otiogate.__file__).resolve().parents
