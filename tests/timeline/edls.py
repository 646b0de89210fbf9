"""The real EDLs beside the checkout, looked at without the reader's own patterns; and tags put into them."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(path for path in (CORPUS / "edl").glob("*") if path.suffix.lower() == ".edl")
TIME = re.compile(r"\b\d\d[:;.]\d\d[:;. ]\d\d[:;.]\d\d\b")
PLAIN = re.compile(r"\s*\d+\s+\S+\s+\S+\s+C\s+\d+\s+\d+\s+\d+\s+\d+\s*$")


def text_of(data: bytes) -> str:
    """The text of an EDL, as an editor of text shows it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def lines_of(path: Path) -> list[str]:
    """Its lines, whatever system wrote them."""
    return re.split("\r\n|\r|\n", text_of(path.read_bytes()))


def is_event(line: str) -> bool:
    """Whether a line is an event: a number, and timecodes after it."""
    return bool(re.match(r"\s*\d+\s+", line)) and (len(TIME.findall(line)) >= 2 or bool(PLAIN.match(line)))


TAG = "GENAI gen.shot tool=TestGen"
CARRIERS = {
    "comment": "* GENAI: gen.shot tool=TestGen",
    "bare comment": f"* {TAG}",
    "COMMENT": f"* COMMENT: {TAG}",
    "NOTE": f"* NOTE: {TAG}",
    "two lines": "* GENAI gen.shot\n* GENAI+ tool=TestGen",
    "LOC": "* LOC: {place} GREEN   {tag}",
    "LOC without colour": "* LOC: {place} {tag}",
    "LOC in upper case": "* LOC: {place} RED     GENAI GEN.SHOT TOOL=TESTGEN",
    "LOC without a place": "* LOC: somewhere GENAI gen.shot tool=TestGen",
    "Resolve": " |C:ResolveColorBlue |M:GENAI gen.shot tool=TestGen |D:1",
    "no star": TAG,
}


@dataclass(frozen=True)
class Tagged:
    """An EDL with a tag in it: ``event`` is the line of the event that the tag stands below, ``line`` its own."""

    text: str
    event: int
    line: int


def tagged(path: Path, carrier: str, choice: random.Random) -> Tagged:
    """The EDL in ``path`` with a tag below one of its events, among the comments of that."""
    lines = lines_of(path)
    events = [number for number, line in enumerate(lines) if is_event(line)]
    event = choice.choice(events)
    end = next((number for number in events if number > event), len(lines))
    above = choice.randint(event + 1, end)
    times = re.findall(r"\d+[:;.]\d\d[:;.]\d\d[:;.]\d\d", lines[event])
    place = times[2] if len(times) == 4 else "01:00:00:00"
    said = CARRIERS[carrier].format(place=place, tag=TAG)
    made = [*lines[:above], *said.split("\n"), *lines[above:]]
    return Tagged("\n".join(made), event + 1, above + 1)
