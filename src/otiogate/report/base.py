"""The seam of the writers, and what they share: words for verdicts, and text that cannot act on a terminal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from otiogate.report.model import Report, Verdict

OVERRIDDEN = "time, records, stage, media or cache overridden"
"""What marks a report as advisory."""

WORDS: dict[Verdict, str] = {"allow": "ALLOWED", "block": "BLOCKED", "cannot_judge": "COULD NOT JUDGE"}


class ReportWriter(ABC):
    """Writes reports in one format. Every format tells the same. ``between`` stands between two reports."""

    between = ""

    @abstractmethod
    def text(self, report: Report) -> str:
        """What is written of one report, wherever among the others it stands."""

    def framed(self, texts: Iterable[str]) -> Iterator[str]:
        """The texts of reports, of single ones or of several with what stands between them, as one text, piece by
        piece, each as soon as it is there; it ends with a line break."""
        between = ""
        for text in texts:
            yield between + text
            between = self.between

    def pieces(self, reports: Iterable[Report]) -> Iterator[str]:
        """The same from the reports."""
        return self.framed(map(self.text, reports))

    def write(self, reports: Iterable[Report]) -> str:
        """All ``reports`` as one text."""
        return "".join(self.pieces(reports))


def safe(text: str, limit: int = 300) -> str:
    """``text`` on one line, without anything that a terminal would act on: escapes, controls and bidirectional marks
    are written out, and what is longer than ``limit`` characters is cut."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text[: limit * 2])
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _escaped(char: str) -> str:
    if char in "\n\r\t\x0b\x0c\u2028\u2029":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 clip``, ``2 clips``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
