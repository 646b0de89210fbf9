"""What the pages show is what happens: every command of every page is run, but for blocks that say why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import ALONE
from tests.docs import pages
from tests.docs.pages import ROOT, blocks, commands, sessions

WITH_COMMANDS = [each for each in pages.pages() if sessions(each)]
ELSEWHERE = [each for each in WITH_COMMANDS if each.parent.name != "how-to"]
"""test_how_to.py has the others: a file of tests is run by one process."""

SKIPPED = {"README.md": 2, "docs/tutorial.md": 1}
"""How many blocks a page shows and does not run: those that make an environment, which the tests have."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@ALONE
@pytest.mark.docs
@pytest.mark.parametrize("page", ELSEWHERE, ids=name)
def test_a_page_says_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    assert "\n".join(pages.faults(page, tmp_path)) == ""


def test_a_command_stands_nowhere_but_in_a_session() -> None:
    for page in pages.pages():
        known = {number for each in blocks(page) if each.type == "console" for number in _lines(each)}
        lines = page.read_text(encoding="utf-8").splitlines()
        prompts = {number for number, line in enumerate(lines) if line.lstrip().startswith("$ ")}
        assert prompts <= known, f"{name(page)}: lines {sorted(each + 1 for each in prompts - known)}"


def _lines(block: pages.Block) -> range:
    return range(block.first, block.first + len(block.lines))


def test_only_the_blocks_that_are_counted_here_are_not_run() -> None:
    skipped = {name(page): sum(bool(each.skipped) for each in blocks(page)) for page in pages.pages()}
    assert {page: count for page, count in skipped.items() if count} == SKIPPED


def test_a_mark_stands_before_a_session_and_gives_its_reason() -> None:
    for page in pages.pages():
        marks = page.read_text(encoding="utf-8").count("<!-- not run")
        assert marks == sum(bool(each.skipped) and each.type == "console" for each in blocks(page)), name(page)


def test_the_tutorial_and_every_how_to_show_commands() -> None:
    wanted = {"README.md", "docs/index.md", "docs/tutorial.md"}
    wanted |= {name(each) for each in (ROOT / "docs" / "how-to").glob("*.md")}
    assert {name(each) for each in WITH_COMMANDS} >= wanted


def test_the_links_of_the_readme_lead_to_files() -> None:
    found = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert "docs/tutorial.md" in found
    assert [each for each in found if not (ROOT / each).is_file()] == []


PAGE = """\
# A page

```yaml title="sub/one.yaml"
a: 1
```

```console
$ cd sub
$ cat one.yaml
a: 1
$ false
$ echo $?
1
```

Text.

<!-- not run: it would not end -->

```console
$ sleep inf
```

```console
$ pwd
/show/sub
$ echo one \\
    two
one two
```
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for each in ("sample_timelines", "run"):
        (tmp_path / each).mkdir()
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def change(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_files_folder_and_exit_code_last_through_a_page(page: Path) -> None:
    assert list(pages.faults(page, page.parent / "run")) == []
    assert [each.text for block in sessions(page) for each in commands(block)] == [
        *("cd sub", "cat one.yaml", "false", "echo $?"),
        *("pwd", "echo one \\\n    two"),
    ]


def test_a_page_that_says_something_else_is_told_with_its_line(page: Path) -> None:
    change(page, "a: 1\n$ false", "a: 2\n$ false")
    [fault] = pages.faults(page, page.parent / "run")
    assert fault.startswith("page.md:9: $ cat one.yaml\n")
    assert fault.endswith("--- the page says\na: 2\n--- it prints\na: 1\n")


def test_a_page_must_not_leave_a_failure_unsaid(page: Path) -> None:
    change(page, "$ echo $?\n1\n", "")
    [fault] = pages.faults(page, page.parent / "run")
    assert "ends with 1" in fault


def test_writing_puts_in_what_is_printed_and_the_exit_code(page: Path) -> None:
    change(page, "$ echo $?\n1\n", "")
    change(page, "/show/sub\n", "nowhere\nat all\n")
    assert pages.write(page, page.parent / "run")
    assert page.read_text(encoding="utf-8") == PAGE


def test_a_session_that_begins_with_no_command_is_refused(page: Path) -> None:
    change(page, "$ pwd\n", "")
    with pytest.raises(ValueError, match="a session begins with a command"):
        commands(sessions(page)[1])
