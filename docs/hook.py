"""What MkDocs calls: puts the generated reference among the pages, so that nothing generated is checked in."""

from __future__ import annotations

import re

from generate import commands, configuration, registry, rules, schemas, vocabulary
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_FETCHED = re.compile(r"""<(?:script|img|iframe|link rel="stylesheet")[^>]* (?:src|href)="(?:https?:)?//[^"]*""")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of reference/."""
    made = {
        "rules": rules.page(),
        "commands": commands.page(),
        "configuration": configuration.page(),
        "vocabulary": vocabulary.page(),
        "registry": registry.page(),
        "schemas/index": schemas.index(),
        **{f"schemas/{name}": schemas.page(name) for name in schemas.names()},
    }
    for name, text in made.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Refuses what a reader's browser would fetch from elsewhere: the site works offline, and tells nobody of its
    readers."""
    if found := _FETCHED.search(output):
        raise PluginError(f"{page.file.src_uri}: the page fetches {found[0]}")
    return output
