"""The pages of the reference, made from what otiogate itself holds: packs, schemas, the parser, the vocabulary.

Each module makes Markdown from data, and knows nothing of MkDocs. ``docs/hook.py`` puts the pages into the site.
"""
