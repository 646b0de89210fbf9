"""What a playlist says in its lines, and of which clips."""

from __future__ import annotations

import re

from otiogate.timeline.model import Carrier
from otiogate.timeline.raw import Raw, RawClip, Said, carrier_of

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
