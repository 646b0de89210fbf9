"""What an Avid Log Exchange or a playlist says in its lines, and of which clips."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from otiogate.timeline.model import Carrier, Problem, plain_key
from otiogate.timeline.raw import Raw, RawClip, Said, carrier_of

_SECTIONS = ("Heading", "Column", "Data")


def raw_ale(text: str) -> Raw:
    """An Avid Log Exchange: every row below ``Data`` is a clip, and every cell of it may say something."""
    section, columns = "", [""]
    clips: list[RawClip] = []
    said: list[Said] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if line.strip() in _SECTIONS and section != "Data":
            section = line.strip()
        elif section == "Column":
            columns = line.split("\t")
            twice = sorted({each for each in columns if each.strip() and columns.count(each) > 1})
            if twice:
                what = f"two columns are called {', '.join(twice)[:200]}, of which OpenTimelineIO reads the last"
                problems.append(Problem("odd", what, f"line {number}"))
        elif section == "Data":
            said += [Said(each.carrier, (len(clips),)) for each in _cells(line.split("\t"), columns, number)]
            clips.append(RawClip(_cell(line, columns, "Name"), number))
        else:
            said += _cells(line.split("\t"), ("", ""), number)
    return Raw(tuple(clips), tuple(said), tuple(problems))


def _cells(cells: Sequence[str], columns: Sequence[str], line: int) -> Iterator[Said]:
    for place, cell in enumerate(cells):
        if cell.strip():
            column = columns[place].strip() if place < len(columns) else ""
            # A cell that holds a tag says all of it, so that the key would only repeat it.
            name = column or f"cell {place + 1}"
            where = f"line {line} ({name[:60]})"
            yield Said(carrier_of(where, {_key(name): cell.strip()}, line))


def _key(column: str) -> str:
    return plain_key(column) if plain_key(column) in ("genai", "genaiid", "digitalsourcetype") else column


def _cell(line: str, columns: Sequence[str], name: str) -> str:
    cells = line.split("\t")
    places = [place for place, column in enumerate(columns) if column == name and place < len(cells)]
    return cells[places[-1]] if places else ""


_TITLE = re.compile(r"#EXTINF:[^,]*,(.*)")
_ATTRIBUTE = re.compile(r'([A-Za-z0-9_-]+)=(?:"([^"]*)"|([^,]*))')
_LEAD = re.compile(r"#+\s*")
_WHOLE = ("#EXTM3U", "#EXT-X-VERSION", "#EXT-X-PLAYLIST-TYPE", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE")


def raw_m3u8(text: str) -> Raw:
    """A playlist: every address is a clip, of which the lines before it speak. What stands before the first segment
    speaks of all, and so does what stands after the last."""
    clips: list[RawClip] = []
    waiting: list[Said] = []
    said: list[Said] = []
    title, begun = "", False
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.strip()
        if not line:
            continue
        found = Said(_line_carrier(line, number))
        if not line.startswith("#"):
            clips.append(RawClip(title, number))
            said += [Said(each.carrier, (len(clips) - 1,)) for each in (*waiting, found)]
            title, waiting, begun = "", [], False
            continue
        match = _TITLE.match(line)
        begun = begun or bool(clips) or match is not None
        if match:
            title = match[1]
        (waiting if begun and not line.startswith(_WHOLE) else said).append(found)
    return Raw(tuple(clips), (*said, *waiting))


def _line_carrier(line: str, number: int) -> Carrier:
    values = {"line": _LEAD.sub("", line, count=1)}
    match = _TITLE.match(line)
    if match:
        values["title"] = match[1]
    for attribute in _ATTRIBUTE.finditer(line) if line.startswith("#EXT") else ():
        name = attribute[1].removeprefix("X-")
        values[name] = attribute[2] if attribute[2] is not None else attribute[3]
    return carrier_of(f"line {number}", values, number)
