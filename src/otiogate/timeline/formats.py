"""The timeline formats that are known, each with who reads it."""

from __future__ import annotations

from dataclasses import dataclass

ENTRY_POINTS_OFF = "OTIO_DISABLE_ENTRYPOINTS_PLUGINS"
"""The variable with which OpenTimelineIO loads no plugin that is installed."""

INSTALL = "pip install 'otiogate[formats]'"


@dataclass(frozen=True)
class Format:
    """One format. ``adapter`` is the name of the adapter of OpenTimelineIO that reads it, where we do not read it
    ourselves; ``content`` is what such a file is, as ``sniff`` tells. ``instead`` says of a format that nobody reads
    here what to deliver in its place."""

    suffix: str
    name: str
    adapter: str = ""
    content: str = ""
    instead: str = ""


_CONVERT = "export the cut as .otio or .edl and scan that"

FORMATS = (
    Format(".otio", "OpenTimelineIO"),
    Format(".otioz", "OpenTimelineIO, zipped"),
    Format(".otiod", "OpenTimelineIO, folder"),
    Format(".edl", "CMX 3600 EDL"),
    Format(".fcpxml", "FCPXML"),
    Format(".fcpxmld", "FCPXML, folder"),
    Format(".xml", "FCP 7 XML", "fcp_xml", "xmeml"),
    Format(".aaf", "AAF", "AAF", "compound"),
    Format(".ale", "ALE", "ale", "ale"),
    Format(".xges", "GES project", "xges", "ges"),
    Format(".kdenlive", "Kdenlive project", "kdenlive", "mlt"),
    Format(".m3u8", "HLS playlist", "hls_playlist", "m3u8"),
    Format(".mlt", "MLT", instead="export the cut from Shotcut or Kdenlive as .edl or .otio and scan that"),
    Format(".drp", "a Resolve project", instead=_CONVERT),
    Format(".prproj", "a Premiere project", instead=_CONVERT),
    Format(".avb", "an Avid bin", instead=_CONVERT),
)

BY_SUFFIX = {each.suffix: each for each in FORMATS}
READ = tuple(each.suffix for each in FORMATS if not each.instead)
BUNDLES = (".otiod", ".fcpxmld")
"""Timelines that are folders."""

ADAPTED = tuple(each for each in FORMATS if each.adapter)
