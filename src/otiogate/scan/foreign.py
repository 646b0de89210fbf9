"""A timeline that an adapter of OpenTimelineIO reads: checked before, and looked at again after."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path

from otiogate.documents.digest import sha256
from otiogate.errors import ReadError
from otiogate.scan.second_look import with_raw
from otiogate.timeline.ale import ale_for_adapter, parse_ale, raw_ale
from otiogate.timeline.fcpxml import read_fcpxml
from otiogate.timeline.fcpxml_xml import Element, parse
from otiogate.timeline.formats import Format
from otiogate.timeline.model import Origin, Snapshot
from otiogate.timeline.raw import Raw
from otiogate.timeline.raw_lines import raw_m3u8
from otiogate.timeline.raw_xml import raw_ges, raw_mlt, raw_xmeml
from otiogate.timeline.sniff import described, sniff
from otiogate.timeline.xmeml import for_adapter

_XML: dict[str, Callable[[Element], Raw]] = {"xmeml": raw_xmeml, "ges": raw_ges, "mlt": raw_mlt}
_LINES = ("ale", "m3u8")
_LINE_END = re.compile(r"\r\n?")
NAME_IT = "name the file for what it is, or ask who delivered it for another export"


def read_foreign(data: bytes, form: Format, path: Path) -> Snapshot:
    """The snapshot of ``data``, a file of the format ``form`` at ``path``. Raises ``ReadError`` where it is none of
    that format, and where its adapter is missing or cannot read it."""
    where = str(path)
    kind = sniff(data)
    if form.content == "xmeml" and kind == "fcpxml":
        return read_fcpxml(data, path.name, where)
    text, raw = _raw(data, form, kind, where)

    from otiogate.host.foreign import read_with_adapter
    from otiogate.host.read import snapshot_of

    origin = Origin(path.name, form.suffix.removeprefix("."), sha256(data), where)
    try:
        snapshot = snapshot_of(read_with_adapter(form, text, where), origin=origin)
    except ReadError as fault:
        raise ReadError(fault.what, where=fault.where or where, next_step=fault.next_step or NAME_IT) from fault
    if not snapshot.uses and not raw.clips:
        what = "holds no clip that can be read, so nothing in it was checked"
        raise ReadError(what, where=where, next_step="scan the cut itself, or have it exported again")
    return with_raw(snapshot, raw, where)


def _raw(data: bytes, form: Format, kind: str, where: str) -> tuple[bytes, Raw]:
    """What the adapter is to read, and what stands in the file itself."""
    if form.content in _XML and data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t")[:1] == b"<":
        root = parse(data, where)
        if root.tag != form.content:
            raise _other(form, root.tag, f"{where}:{root.line}")
        return for_adapter(root) if root.tag == "xmeml" else data, _XML[form.content](root)
    if kind != form.content:
        raise _other(form, kind, where)
    if form.content not in _LINES:
        from otiogate.host.raw_aaf import raw_aaf

        return data, raw_aaf(data, where)
    text = _decoded(data)
    if form.content == "m3u8" and "#EXT-X-STREAM-INF" in text:
        what = "is a playlist of playlists: there is no clip in it"
        raise ReadError(what, where=where, next_step="scan the playlists that it names")
    text = _LINE_END.sub("\n", text)  # the adapters know no lone CR
    if form.content == "ale":
        log = parse_ale(text, where)
        return ale_for_adapter(log), raw_ale(log)
    return text.encode(), raw_m3u8(text)


def _decoded(data: bytes) -> str:
    """Text in UTF-8 or UTF-16, else in the code page of Windows, as older systems write it: no tag is spelt otherwise
    there."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def _other(form: Format, kind: str, where: str) -> ReadError:
    return ReadError(f"is no {form.name}: it is {described(kind)}", where=where, next_step=NAME_IT)
