"""Reading through an adapter of OpenTimelineIO, which sees nothing but the bytes that are judged."""

from __future__ import annotations

import io
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otiogate.errors import ReadError
from otiogate.host.read import brief
from otiogate.timeline.formats import ADAPTED, ENTRY_POINTS_OFF, INSTALL, Format

_XML = ("xmeml", "ges", "mlt")


def read_with_adapter(form: Format, data: bytes, where: str) -> Any:
    """The object that the adapter of ``form`` reads from ``data``, a file that is at ``where``: of that path the
    adapter learns nothing, so that a path in the file which leads elsewhere leads nowhere. Raises ``ReadError``."""
    try:
        adapter = otio.adapters.from_name(form.adapter)
    except otio.exceptions.OTIOError as fault:
        raise missing(form, where) from fault
    except Exception as fault:  # a plugin manifest that is broken hides every adapter
        what = f"{form.name} is not read, since OpenTimelineIO loads no plugin: {type(fault).__name__}: {brief(fault)}"
        raise ReadError(what, where=where, next_step="mend the file that OTIO_PLUGIN_MANIFEST_PATH names") from fault
    with tempfile.TemporaryDirectory(prefix="otiogate-") as folder, quiet():
        try:
            from_text = adapter.has_feature("read_from_string")
        except Exception as fault:
            raise missing(form, where, f"{type(fault).__name__}: {brief(fault)}") from fault
        try:
            if from_text:
                # XML is handed on as bytes: what encoding they are in is told in them.
                text: Any = data if form.content in _XML else data.decode("utf-8")
                return adapter._execute_function("read_from_string", input_str=text)
            copy = Path(folder, f"timeline{form.suffix}")
            copy.write_bytes(data)
            return adapter._execute_function("read_from_file", filepath=str(copy))
        except ImportError as fault:
            raise missing(form, where, brief(fault)) from fault
        except Exception as fault:
            said = brief(fault).replace(folder, "")
            what = f"OpenTimelineIO's adapter {form.adapter} cannot read it: {type(fault).__name__}: {said}"
            raise ReadError(what, where=where, next_step="export it again, or as .otio or .edl") from fault


def readable_here() -> dict[str, str]:
    """The formats, by suffix, that no adapter reads here: why it does not load; nothing where it is not installed."""
    found = {}
    for form in ADAPTED:
        try:
            adapter = otio.adapters.from_name(form.adapter)
        except otio.exceptions.OTIOError:
            found[form.suffix] = ""
            continue
        except Exception as fault:  # noqa: BLE001 - as below
            found[form.suffix] = f"{type(fault).__name__}: {brief(fault)}"
            continue
        try:
            with quiet():
                adapter.has_feature("read_from_file")
        except Exception as fault:  # noqa: BLE001 - an adapter that does not load raises whatever comes
            found[form.suffix] = f"{type(fault).__name__}: {brief(fault)}"
    return found


def missing(form: Format, where: str, why: str = "") -> ReadError:
    """What is said of a file whose adapter is not there, or does not load."""
    state, step = f"does not load: {why}" if why else "is not installed", INSTALL
    if not why and os.environ.get(ENTRY_POINTS_OFF):
        state, step = f"is not looked for while {ENTRY_POINTS_OFF} is set", "take the variable away"
    what = f"{form.name} is read by OpenTimelineIO's adapter {form.adapter}, which {state}; nothing in it was checked"
    return ReadError(what, where=where, next_step=step)


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, nothing is printed, warned of or logged: adapters do, and a report is no place for that."""
    root, before = logging.getLogger(), logging.root.manager.disable
    nobody = logging.NullHandler()
    root.addHandler(nobody)
    logging.disable()
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        root.removeHandler(nobody)
