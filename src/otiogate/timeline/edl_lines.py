"""What one line of a CMX 3600 EDL says: an event, a name for its media, or a text in which a tag may stand.

Nothing here knows of a whole EDL. Patterns that run over a file begin with the line end before their line,
which a search finds fast, so they are handed ``b"\\n" + text``: where one matches in that is where its line
begins in ``text``. No two neighbouring repeats in a pattern share a character, so that a line of megabytes
costs no more than its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from otiogate.timeline.media import basenames, names_nobody
from otiogate.timeline.model import Carrier, Known, Problem
from otiogate.timeline.time import Span, TimeError, frames_of

LINE = re.compile(
    rb"""\n(?![*\n])[^\S\n]*(?:
        (?P<number>\d[^\s:;]*)[ \t]+
        (?:(?P<reel>\S+(?:[ ]{1,2}(?!\d+[:;]\d)\S+){0,15}?)[ \t]+)?
        (?P<channel>[A-Za-z0-9/,+&-]{1,48})[ \t]+
        (?P<edit>[CcDd]|[Ww]\d{1,5}|[Kk](?:[ \t]{0,8}[BbOo])?(?:[ \t]{0,8}\([Ff]\))?)
        (?:[ \t]+(?P<length>\d{1,5}))?
        (?P<times>(?:[ \t]+(?:-?\d[\d:;.,]*|\d\d[:;]\d\d[ ]\d\d[:;]\d\d(?!\S))){4})
        [ \t]*(?:(?=\n|\Z)|(?<=[ \t])
            (?P<rest>(?![^\n]*(?:\d[:;]\d|(?i:NAME|PATH|CLIP|FILE|REEL|TAPE)[ \t]*:))[^\s\d][^\n]*)
        )
    |
        (?![*%\s]|\Z|>>>|\|[CMD]:
            |(?i:TITLE2?|FCM|M2|M/S|SPLIT|AUD|GPI|SWM|PEG|REM|LOC|DLEDL|COMMENT|NOTE|EFFECTS?[ ]NAME
                |ASC_SOP|ASC_SAT|(?:FINAL[ ]CUT[ ]PRO[ ])?(?:REEL|TAPE)
                |(?:FROM|TO|KEY|SOURCE)[ ](?:CLIP|FILE|REEL|TAPE)|CLIP[ ]NAME|FILE[ ](?:NAME|PATH)
            )(?![A-Za-z0-9_]))
        (?P<other>[^\n]+)
    )""",
    re.VERBOSE,
)
"""The event lines (``edit`` is set) and the lines that are nothing that an EDL has (``other`` is set). What stands
behind the times of an event (``rest``) is a remark, unless it holds a time, or names media: then the line may be more
than one.
"""

HEADER = re.compile(rb"\n[^\S\n]*(?:(?i:TITLE|FCM)\b|\*)")
FCM_DROP = re.compile(rb"\n[^\S\n]*(?i:FCM)[ \t]*:[ \t]*(?i:DROP)")
RETIMED = re.compile(rb"\n[\s*]*(?i:M2\b|FREEZE[ ]FRAME)")
_TIME = re.compile(r"\d\d[:;]\d\d \d\d[:;]\d\d(?!\S)|\S+")

_NAMED = re.compile(
    rb"""\n[ \t\v\f*]*(?i:
        (?:COMMENT[ \t]*:[ \t*]*)?
        (?:(?P<side>FROM|TO|KEY|SOURCE)[ \t]+)?(?:
            (?P<clip>CLIP[ \t]+NAME)|CLIP|FILE(?:[ \t]+(?:NAME|PATH))?
            |(?P<reel>(?:FINAL[ ]CUT[ ]PRO[ ])?(?:REEL|TAPE)(?:[ \t]+NAME)?)
        )
        |DLEDL:[ \t]*EDIT:[ \t]*\d{1,9}[ \t]+FILENAME
    )[ \t]*:(?P<value>[^\n]*)""",
    re.VERBOSE,
)
_SOURCE = re.compile(rb"\n[ \t]*>>>[ \t]*SOURCE[ \t]+(?P<reel>\S+)")
_CHANNEL = re.compile(r"NONE|B|(?:[AV]\d{0,2}[/,+&-]?)+", re.IGNORECASE | re.ASCII)
_EDIT = re.compile(r"[CDK]|W\d+|K[BO]", re.IGNORECASE | re.ASCII)
_TIMECODE = re.compile(r"\d{1,2}[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d", re.ASCII)
_LAST_SEPARATOR = re.compile(r"[:;.,](?=\d{2,3}\Z)", re.ASCII)
_REPLACED = re.compile(r"REPLACED BY:", re.IGNORECASE)

_STARS = re.compile(r"[\s*]*")
_TAG = re.compile(r"GENAI(?=[\s:]|\Z)", re.IGNORECASE)
_MORE = re.compile(r"GENAI\+\s*", re.IGNORECASE)
_LOCATOR = re.compile(r"LOC\s*:\s*", re.IGNORECASE)
_REMARK = re.compile(r"(?:(?:(?:FROM|TO)\s+)?(?:COMMENTS?|NOTES?|TITLE)\s*:|REM\b)\s*", re.IGNORECASE)
_PLACED = re.compile(r"\d\d:\d\d:\d\d[:;.,]\d\d(?=\s)", re.ASCII)
_LISTED = re.compile(r"\d{1,6}\s+([A-Za-z]+)(?=\s)", re.ASCII)
_COLUMNS = re.compile(r"(?:\s+[\d:;.,]{1,11}(?=\s)){0,2}\s+(?:[A-Z]{1,3}\d{0,2}\s+)?", re.ASCII)
_COLOURS = frozenset(
    [
        "RED",
        "GREEN",
        "BLUE",
        "CYAN",
        "MAGENTA",
        "YELLOW",
        "BLACK",
        "WHITE",
        "PINK",
        "PURPLE",
        "ORANGE",
        "GREY",
        "GRAY",
        "GOLD",
        "BROWN",
        "FOREST",
        "DENIM",
        "VIOLET",
        "PLUM",
        "OLIVE",
        "TEAL",
        "FUCHSIA",
        "ROSE",
        "LAVENDER",
        "SKY",
        "MINT",
        "LEMON",
        "SAND",
        "COCOA",
        "CREAM",
    ]
)
"""The marker colours of the usual editing systems. Any other first word is a word: ``NOT GENAI`` is no tag."""


@dataclass(frozen=True)
class EventLine:
    """One event line, as it stands. ``times`` are source in, source out, record in and record out; ``length`` is the
    transition's, in frames; ``rest`` is what stands behind the times."""

    number: str
    reel: str
    channel: str
    edit: str
    times: tuple[str, ...]
    length: int = 0
    rest: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether it is a cut, and no side of a transition that it comes in by."""
        return self.edit in "Cc"

    @property
    def is_black(self) -> bool:
        """Whether it shows no media."""
        return self.reel.upper() in ("BL", "BLACK")

    @property
    def shows_video(self) -> bool:
        """Whether its channels hold video, as far as they tell."""
        channel = self.channel.upper()
        return "V" in channel or channel in ("B", "NONE", "")


def event_of(match: re.Match[bytes]) -> EventLine:
    """The event of a match of ``LINE``."""
    number, channel, edit = (match[group].decode() for group in ("number", "channel", "edit"))
    reel = reel_of(match)
    if reel and match["reel"] is None:
        channel = ""
    length, rest = int(match["length"] or 0), (match["rest"] or b"").decode()
    return EventLine(number, reel, channel, edit, times_of(match["times"]), length, rest)


def reel_of(match: re.Match[bytes]) -> str:
    """The reel of a match of ``LINE``; empty where it has none. Where one word stands for reel and channel, its form
    tells which."""
    if match["reel"] is not None:
        return match["reel"].decode()
    word = match["channel"].decode()
    return "" if _CHANNEL.fullmatch(word) else word


def times_of(text: bytes) -> tuple[str, ...]:
    """The four times of an event line. One that has a blank in place of its middle colon is whole but for that."""
    times = tuple(text.decode().split())
    return times if len(times) == 4 else tuple(each.replace(" ", ":") for each in _TIME.findall(text.decode()))


def is_channel(word: str) -> bool:
    """Whether a word names channels: ``V``, ``A2``, ``AA/V``, ``NONE``, ..."""
    return _CHANNEL.fullmatch(word) is not None


def like_event(line: str) -> bool:
    """Whether a line that is no event was meant as one: cut off, garbled, or in a form that is not read."""
    words = line[:2000].split()
    timecodes = len(_TIMECODE.findall(line))
    if not words or not words[0][0].isdigit():
        return timecodes >= 3
    pairs = pairwise(words[1:])
    return timecodes >= 2 or any(_CHANNEL.fullmatch(a) and _EDIT.fullmatch(b) for a, b in pairs)


def is_marker(line: str) -> bool:
    """Whether a line ends as Resolve's markers do, whatever note it begins with."""
    return "|M:" in line or _unmarked(line) != line.strip()


@dataclass(frozen=True)
class Named:
    """A line that names media: by ``clip`` name, ``file`` or ``reel``.

    ``side`` is the side of a transition that it names, ``from`` or ``to``; empty where it does not tell.
    ``offset`` is where the line begins in the text that was searched.
    """

    field: str
    side: str
    value: str
    offset: int


def named_in(text: bytes, known: Known | None = None) -> Iterator[Named]:
    """Every line in ``text`` that names media, in order; empty ones and placeholders left out, and where the ``known``
    names are given, what surely is none of them."""
    matches = list(_NAMED.finditer(b"\n" + text))
    plain = _plain([match["value"] for match in matches]) if known else None
    if known and plain is not None:
        found = zip(matches, plain, strict=True)
        matches = [match for match, names in found if not known.all.isdisjoint(_forms(*names))]
    for match in matches:
        value = _unquoted(match["value"].decode().strip())
        if value and value.upper() != "(NULL)":
            field = "clip" if match["clip"] else "reel" if match["reel"] else "file"
            side = (match["side"] or b"").decode().upper()
            yield Named(field, {"FROM": "from", "TO": "to", "KEY": "to"}.get(side, ""), value, match.start())


def named_for(text: bytes, reels: Collection[str]) -> list[Named]:
    """Every line in the ``text`` of the last event that names media, but for what Avid lists below it: of each source
    its reel, and in the lines below that the file. Of that, what is said of ``reels`` counts."""
    sources = [(match.start(), match["reel"].decode() in reels) for match in _SOURCE.finditer(b"\n" + text)]
    if not sources:
        return list(named_in(text))
    starts = [start for start, _ in sources]
    above = ((item, bisect_right(starts, item.offset)) for item in named_in(text))
    return [item for item, count in above if not count or sources[count - 1][1]]


def names_in(text: bytes) -> set[str]:
    """What the lines in ``text`` name, the names of files without their folders too; and maybe more."""
    plain = _plain([match["value"] for match in _NAMED.finditer(b"\n" + text)])
    if plain is not None:
        return {each.decode("ascii") for names in plain for each in names}
    found: set[str] = set()
    for item in named_in(text):
        found.update((item.value, *basenames(item.value), *reels_of(item.value)))
    return found


def _plain(values: Sequence[bytes]) -> list[tuple[bytes, ...]] | None:
    """Each of ``values``, all of them folded at once, with what it is without its folder; nothing where one of them has
    to be decoded, split or unquoted first."""
    whole = b"\n".join(values)
    if not whole.isascii() or _ODD.search(whole):
        return None
    folded = [each.strip() for each in whole.lower().split(b"\n")] if values else []
    if b"/" not in whole:
        return [(each,) for each in folded]
    return [(each, each.rstrip(b"/").rpartition(b"/")[2].strip()) for each in folded]


_ODD = re.compile(rb"""[%?\#\\"'\x00-\x08\x0e-\x1f]|(?i:REPLACED BY:)""")
"""What makes of a value another name, or two. The controls are blanks to some and not to others."""


def _forms(*names: bytes) -> Iterator[bytes]:
    """``names``, with and without what may be their extension."""
    for each in names:
        yield each
        yield each.rpartition(b".")[0].rstrip()


def _unquoted(value: str) -> str:
    return value[1:-1].strip() if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def reels_of(value: str) -> tuple[str, ...]:
    """Both reels of ``006-I REPLACED BY: 006I``, the one that the event line has last; or the one reel."""
    parts = (part.strip() for part in _REPLACED.split(value, maxsplit=1))
    return tuple(part for part in parts if not names_nobody(part))


def carriers_of(
    rows: Sequence[str], first: int, rate: Fraction, also: tuple[int, ...], like: str = ""
) -> tuple[tuple[Carrier, ...], tuple[Problem, ...]]:
    """A carrier for each of ``rows`` that says something, and what is odd in them.

    ``first`` is the line number of the first row; ``also`` are the nodes that the carriers speak for too; ``like`` is
    a record time of the file, as which locators are counted.
    """
    texts: list[list[str]] = []
    places: list[tuple[int, Span | None]] = []
    problems = []
    for line, row in enumerate(rows, first):
        said = _STARS.sub("", row, count=1).rstrip()
        if not said:
            continue
        span, fault = None, ""
        locator = _LOCATOR.match(said)
        if locator:
            span, found, fault = _located(said[locator.end() :], rate, like)
        else:
            span, found = _marked(said, rate, like) if "*" in row[: len(row) - len(said)] else (None, [])
            found = found or _remarks(said)
        if fault:
            problems.append(Problem("odd", fault, f"line {line}"))
        if not _continues(found, texts):
            texts.append(found)
            places.append((line, span))
    carriers = tuple(
        Carrier(f"line {line}", tuple(found), line=line, span=span, also=also)
        for found, (line, span) in zip(texts, places, strict=True)
    )
    return carriers, tuple(problems)


def _continues(found: Sequence[str], texts: Sequence[list[str]]) -> bool:
    """Joins a continuation to the nearest tag before it; false if it is none, or has none."""
    more = next((text for text in found if _MORE.match(text)), None)
    if more is None:
        return False
    for earlier in reversed(texts):
        for place, text in enumerate(earlier):
            if _TAG.match(text):
                earlier[place] = f"{text} {_MORE.sub('', more, count=1)}".rstrip()
                return True
    return False


def _located(rest: str, rate: Fraction, like: str) -> tuple[Span | None, list[str], str]:
    """What follows ``LOC:``: its place in record time, its texts, and a fault if the place cannot be read.

    Whichever separator it is written with, it is drop-frame where the record time ``like`` is, and nowhere else.
    """
    word, after = _first_word(rest)
    try:
        return _place(word, rate, like), _colourless(after), ""
    except TimeError as error:
        texts = dict.fromkeys((*_colourless(rest), *_colourless(after)))
        return None, list(texts), f"a locator without a place: {error}"


def _place(word: str, rate: Fraction, like: str) -> Span:
    """A place in record time, counted as ``like`` is. Raises ``TimeError``."""
    separator = _LAST_SEPARATOR.search(like)
    frames, drop = frames_of(_LAST_SEPARATOR.sub(separator[0], word) if separator else word, rate)
    return Span(frames, 0, rate, drop)


def _marked(said: str, rate: Fraction, like: str) -> tuple[Span | None, list[str]]:
    """The place and the texts of a comment that is a marker, though nothing calls it a locator: Nucoda's, which begin
    with their timecode and may have a number, and those that Avid lists below the last event, in columns (number,
    colour, name, start, end, duration, track, part, comment). No texts where it is none.
    """
    listed = _LISTED.match(said)
    if listed is not None and listed[1].upper() not in _COLOURS:
        return None, []
    place = _PLACED.search(said, listed.end()) if listed is not None else _PLACED.match(said)
    if place is None:
        return None, []
    texts, after = [said], said[place.end() :]
    if listed is not None:
        columns = _COLUMNS.match(after)
        after = after[columns.end() :] if columns is not None else after
        texts += [said[listed.end() : place.start()].strip(), after.partition("  ")[2].strip()]
    number, behind = _first_word(after)
    texts += [*_colourless(after), behind if number.isdigit() else ""]
    found = list(dict.fromkeys(filter(None, texts)))
    try:
        return _place(place[0], rate, like), found
    except TimeError:
        return None, found


def _colourless(text: str) -> list[str]:
    """The text of a locator: as it is, and without a first word that may be its colour; many have none."""
    text = _unmarked(text)
    word, after = _first_word(text)
    return [text, after] if word.upper() in _COLOURS and after else [text]


def _remarks(said: str) -> list[str]:
    """A comment as it stands, and without a prefix that calls it one; a Resolve marker's note and name."""
    note, mark, name = said.partition("|M:")
    if mark:
        texts = [note.partition("|C:")[0].strip(), _unmarked(name)]
        return [text for text in texts if text] or [said]
    said = _unmarked(said)
    prefix = _REMARK.match(said)
    if prefix is None or prefix.end() == len(said):
        return [said]
    text = _STARS.sub("", said[prefix.end() :], count=1)
    place = _PLACED.match(text)
    return [said, text, text[place.end() :].lstrip()] if place else [said, text]


def _unmarked(text: str) -> str:
    """``text`` without the duration ``|D:97`` that Resolve puts at the end of a marker."""
    before, mark, duration = text.rpartition("|D:")
    return (before if mark and duration.strip().isdigit() else text).strip()


def _first_word(text: str) -> tuple[str, str]:
    words = text.split(maxsplit=1)
    return (words[0] if words else "", words[1].strip() if len(words) > 1 else "")
