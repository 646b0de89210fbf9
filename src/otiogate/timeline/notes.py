"""Tags in texts that hold more than one: a note of several lines, a list of keywords."""

from __future__ import annotations

import re

KIND_FAMILIES = "gen|replica|alter|extend|remove|reframe|enhance|assist"
"""What use kinds begin with, as part of a pattern."""

_LEAD = "[\\s*\u200b-\u200f\u2060\ufeff]*"
_WORD = "[Gg][Ee][Nn][Aa][Ii]"
_SAID = re.compile(f"{_LEAD}(?={_WORD}(?:[\\s:+/\u200b-\u200f\u2060\ufeff]|\\Z))")
_MORE = re.compile(_WORD + r"\+\s*")
_SLASH = re.compile(_WORD + r"/\s*")
_GOES_ON = re.compile(rf"\s*(?:(?:{KIND_FAMILIES})\.|relight\b|none\b|[a-z]+=)", re.IGNORECASE)


def tags_in(text: str) -> list[str]:
    """The tags in a text of several lines: each begins a line, and goes on to the next. ``GENAI+`` continues the one
    before it."""
    found: list[list[str]] = []
    for line in text.splitlines():  # old systems part lines by CR, Final Cut by U+2028
        lead = _SAID.match(line)
        if lead is None:
            if found and line.strip():
                found[-1].append(line.strip())
            continue
        said = line[lead.end() :].strip()
        more = _MORE.match(said)
        if more and found:
            found[-1].append(said[more.end() :])
        else:
            found.append([_SLASH.sub("GENAI ", said, count=1)])
    return [" ".join(each) for each in found]


def keywords_in(value: str) -> list[str]:
    """The keywords in ``value``, which commas divide. A comma inside of a tag divides nothing."""
    found: list[str] = []
    for piece in value.split(","):
        tags = tags_in(piece)
        if tags:
            found += tags
        elif found and _SAID.match(found[-1]) and (_GOES_ON.match(piece) or found[-1].count('"') % 2):
            found[-1] += f"{',' if ' ' in found[-1] else ' '}{piece.strip()}"
        elif piece.strip():
            found.append(piece.strip())
    return found
