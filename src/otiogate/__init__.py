"""otiogate: is every AI-generated or AI-altered clip of this timeline disclosed, consented to and approved?

The public names are loaded when they are first used, so that importing otiogate costs nothing.

    >>> import otiogate
    >>> report = otiogate.scan_path("cut.otio")
    >>> report.verdict
    'allow'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otiogate.api import scan_object, scan_path
    from otiogate.errors import CannotJudge, OtiogateError, UsageError
    from otiogate.host.errors import ExportBlocked
    from otiogate.report.model import Finding, Report

__version__ = "0.1.0"

__all__ = [
    "CannotJudge",
    "ExportBlocked",
    "Finding",
    "OtiogateError",
    "Report",
    "UsageError",
    "__version__",
    "scan_object",
    "scan_path",
]

_HOMES = {
    "CannotJudge": "otiogate.errors",
    "ExportBlocked": "otiogate.host.errors",
    "Finding": "otiogate.report.model",
    "OtiogateError": "otiogate.errors",
    "Report": "otiogate.report.model",
    "UsageError": "otiogate.errors",
    "scan_object": "otiogate.api",
    "scan_path": "otiogate.api",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'otiogate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
