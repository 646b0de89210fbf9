"""Comment lines put into a CMX 3600 EDL: after the lines of an event, and nothing else in the file changes."""

from __future__ import annotations

import re
from bisect import bisect_left
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Sequence

from otiogate.errors import UsageError
from otiogate.timeline.edl import leads_in
from otiogate.timeline.edl_text import encoding, wide_encoding
from otiogate.timeline.model import Snapshot

WIDTH = 80
"""No line that is written is longer, unless one word is."""

_LINE_END = re.compile(rb"(?:\r\r?\n|\r|\n)?\x1a+|\r\r?\n|\r|\n")
_PLAIN_LINE_END = re.compile(rb"\r\r?\n|\r|\n")


def comment_lines(body: str) -> list[str]:
    """The comment lines of the tag ``GENAI body``. They are broken at single spaces, so that joined they are the tag
    again."""
    lines, head, rest = [], "* GENAI:", body
    while rest:
        room = WIDTH - len(head) - 1
        line = rest if len(rest) <= room else rest[: _break(rest, room)]
        lines.append(f"{head} {line}")
        head, rest = "* GENAI+", rest[len(line) + 1 :]
    return lines or [head]


def _break(text: str, room: int) -> int:
    """Where to break ``text``, which is longer than ``room``: the last fit single space, else the first."""
    places = [match.start() for match in re.finditer(r"(?<=\S) (?=\S)", text)]
    return max((each for each in places if each <= room), default=min(places, default=len(text)))


def with_comments(data: bytes, snapshot: Snapshot, nodes: Iterable[int], lines: Iterable[str]) -> bytes:
    """``data``, from which ``snapshot`` was read, with ``lines`` after the event of each of ``nodes``.

    They stand below the last line of an event that has several: strict readers take nothing between the two sides of a
    dissolve, and what stands below the lines of a split event is said of all of them. Raises ``UsageError`` where the
    file's encoding has no room for a character.
    """
    wide = wide_encoding(data)
    narrow = encoding(data)
    flat = data.decode(wide).encode("utf-8") if wide else data
    first_end = _PLAIN_LINE_END.search(flat)
    end = first_end.group() if first_end else b"\n"
    try:
        text = "".join(end.decode("ascii") + line for line in lines).encode("utf-8" if wide else narrow)
    except UnicodeEncodeError as fault:
        what = f"is in {narrow}, which has no {fault.object[fault.start]!r}"
        raise UsageError(what, where=snapshot.origin.path, next_step="write the tag in plain letters") from fault
    ends = _row_ends(flat)
    breaks = [match.start() for match in re.finditer(b"\n", snapshot.text)]
    leads = leads_in(snapshot.text)
    places = {ends[bisect_left(breaks, _last_said(snapshot, leads, node))] for node in nodes}
    pieces, done = [], 0
    for place in sorted(places):
        pieces += [flat[done:place], text]
        done = place
    made = b"".join([*pieces, flat[done:]])
    if not wide:
        return made
    if wide != "utf-16":
        return made.decode("utf-8").encode(wide)
    name, mark = ("utf-16-le", BOM_UTF16_LE) if data.startswith(BOM_UTF16_LE) else ("utf-16-be", BOM_UTF16_BE)
    return mark + made.decode("utf-8").encode(name)


def _row_ends(data: bytes) -> list[int]:
    """Where the text of each row ends, its line end and the NULs that old systems pad with left out."""
    found, start = [], 0
    for match in (*_LINE_END.finditer(data), None):
        stop = match.start() if match else len(data)
        padding = data.find(b"\0", start, stop)
        found.append(stop if padding < 0 else padding)
        start = match.end() if match else stop
    return found


def _last_said(snapshot: Snapshot, leads: Sequence[int], node: int) -> int:
    """Where, in the text that was read, the last row ends that says something about the event of ``node``."""
    last = node
    while last + 1 < len(leads) and leads[last + 1] == leads[node]:
        last += 1
    return len(_part(snapshot, last).rstrip()) + snapshot.starts[last]


def _part(snapshot: Snapshot, node: int) -> bytes:
    stop = snapshot.starts[node + 1] if node + 1 < len(snapshot.starts) else None
    return snapshot.text[snapshot.starts[node] : stop]
