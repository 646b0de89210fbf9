"""The one exception tree.

    OtiogateError                 something otiogate says in one line; anything else that escapes is a bug (exit 70)
    |-- UsageError                the call or the configuration is wrong (exit 2)
    `-- CannotJudge               the facts for a verdict are missing (exit 3)
        |-- ReadError             a timeline could not be read
        |-- StoreError            the records could not be read or asked
        |-- PolicyError           a rule pack could not be read
        `-- VersionError          a document of a version that this otiogate does not know

``otiogate.host.ExportBlocked`` (exit 1) stands in the host room, since it is an ``OTIOError`` too.
"""

from __future__ import annotations


class OtiogateError(Exception):
    """A failure with a plain message: what happened, where, and what to do next."""

    exit_code = 70

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.next_step})" if self.next_step else text


class UsageError(OtiogateError):
    """The command line or a configuration file asks for something that cannot be."""

    exit_code = 2


class CannotJudge(OtiogateError):
    """No verdict is possible; it stops an export as firmly as a block."""

    exit_code = 3


class ReadError(CannotJudge):
    """A timeline is unreadable, empty, truncated, or not what its suffix says."""


class StoreError(CannotJudge):
    """The store of records is missing, broken, or contradicts itself."""


class PolicyError(CannotJudge):
    """A rule pack is missing or broken."""


class VersionError(CannotJudge):
    """A document names a version that this otiogate does not know."""
