"""What the how-to pages show is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import ALONE
from tests.docs import pages
from tests.docs.test_pages import ELSEWHERE, WITH_COMMANDS, name


@ALONE
@pytest.mark.docs
@pytest.mark.parametrize("page", sorted(set(WITH_COMMANDS) - set(ELSEWHERE)), ids=name)
def test_a_how_to_says_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    assert "\n".join(pages.faults(page, tmp_path)) == ""
