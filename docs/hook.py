"""What MkDocs calls: puts the generated reference among the pages, so that nothing generated is checked in."""

from __future__ import annotations

from generate import commands, configuration, rules, schemas, vocabulary
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of reference/."""
    made = {
        "rules": rules.page(),
        "commands": commands.page(),
        "configuration": configuration.page(),
        "vocabulary": vocabulary.page(),
        "schemas/index": schemas.index(),
        **{f"schemas/{name}": schemas.page(name) for name in schemas.names()},
    }
    for name, text in made.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files
