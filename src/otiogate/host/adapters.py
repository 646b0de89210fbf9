"""Writing and reading through the host's other adapters."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otiogate.errors import CannotJudge, UsageError
from otiogate.host.errors import ExportBlocked
from otiogate.host.walk import walk

GATED = "otiogate_gated"


def inner_adapter(filepath: str) -> Any:
    """The adapter that the host takes for the suffix of ``filepath``. Raises ``UsageError``."""
    try:
        adapter = otio.adapters.from_filepath(filepath)
    except otio.exceptions.OTIOError as fault:
        raise UsageError(str(fault), where=filepath, next_step="install the adapter for this format") from fault
    if adapter.name == GATED:
        raise UsageError(f"the suffix belongs to {GATED} itself", where=filepath)
    return adapter


def is_written(suffix: str) -> bool:
    """Whether an adapter of the host writes files of ``suffix``: a picture of a timeline (``.svg``) too is one."""
    return suffix.removeprefix(".") in otio.adapters.suffixes_with_defined_adapters(write=True)


def write_through(adapter: Any, thing: Any, filepath: str, arguments: Mapping[str, Any]) -> None:
    """Writes ``thing`` to ``filepath`` with ``adapter``, hooks and all. Raises ``CannotJudge``, or ``ExportBlocked``
    from the hook."""
    try:
        adapter.write_to_file(thing, filepath, **arguments)
    except ExportBlocked:
        raise
    except Exception as fault:
        raise _failed(adapter, "write", fault) from fault


def read_through(adapter: Any, filepath: str, arguments: Mapping[str, Any]) -> Any:
    """What ``adapter`` itself makes of the file; the hooks run around the gated adapter already. Raises
    ``CannotJudge``."""
    try:
        if adapter.has_feature("read_from_file"):
            return adapter._execute_function("read_from_file", filepath=filepath, **arguments)
        text = Path(filepath).read_text(encoding="utf-8")
        return adapter._execute_function("read_from_string", input_str=text, **arguments)
    except Exception as fault:
        raise _failed(adapter, "read", fault) from fault


def edl_shows_disabled(thing: Any) -> bool:
    """Whether the host's EDL writer would write something of ``thing`` that is disabled: it asks clips and tracks, but
    no stack, and no clip that a transition leads into."""
    for each in walk(thing).objects:
        if isinstance(each, otio.schema.Stack) and not each.enabled:
            return True
        if isinstance(each, otio.schema.Track) and any(
            isinstance(one, otio.schema.Transition) and not getattr(other, "enabled", True)
            for one, other in pairwise(each)
        ):
            return True
    return False


def _failed(adapter: Any, verb: str, fault: Exception) -> CannotJudge:
    """Adapters raise whatever comes: ``ValueError``, ``AttributeError``, ..."""
    what = f"the adapter {adapter.name} could not {verb} it: {type(fault).__name__}: {fault}"
    return CannotJudge(what, next_step=f"{verb} it with {adapter.name} alone to see why")
