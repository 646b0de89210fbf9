"""Small FCPXML documents for tests: cuts of clips of two seconds, at 25 frames a second."""

from __future__ import annotations

from otiogate.timeline.fcpxml import read_fcpxml
from otiogate.timeline.model import ClipUse, Snapshot, Subject

FORMAT = '<format id="f" name="FFVideoFormat1080p25" frameDuration="100/2500s" width="1920" height="1080"/>'
TITLE = '<effect id="e" name="Basic Title" uid=".../Basic Title.moti"/>'


def asset(id: str = "a", name: str = "plate", inside: str = "", **changes: str) -> str:
    """An asset of an hour, from 01:00:00:00, with picture and sound."""
    attributes = {"start": "3600s", "duration": "3600s", "hasVideo": "1", "hasAudio": "1", "format": "f"} | changes
    told = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    source = f'<media-rep kind="original-media" src="file:///Volumes/x/{name}.mov"/>'
    return f'<asset id="{id}" name="{name}" {told}>{source}{inside}</asset>'


def clip(inside: str = "", **changes: str) -> str:
    """Two seconds of an asset from its second second, at the begin of the cut."""
    attributes = {"ref": "a", "offset": "3600s", "name": "shot", "start": "3601s", "duration": "2s"} | changes
    told = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"<asset-clip {told}>{inside}</asset-clip>"


def compound(inside: str, id: str = "m", **changes: str) -> str:
    """A compound clip whose time begins at 0."""
    attributes = {"format": "f", "tcStart": "0s", "tcFormat": "NDF"} | changes
    told = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f'<media id="{id}" name="compound {id}"><sequence {told}><spine>{inside}</spine></sequence></media>'


def multicam(angles: dict[str, str], id: str = "m") -> str:
    """A multicam clip whose time begins at 0, with what stands in each of its angles."""
    found = "".join(f'<mc-angle name="{name}" angleID="{name}">{inside}</mc-angle>' for name, inside in angles.items())
    return f'<media id="{id}" name="multicam"><multicam format="f" tcStart="0s">{found}</multicam></media>'


def project(inside: str, name: str = "cut", before: str = "", **changes: str) -> str:
    """A project whose primary storyline, which begins at 01:00:00:00, holds ``inside``."""
    attributes = {"format": "f", "tcStart": "3600s", "tcFormat": "NDF"} | changes
    told = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f'<project name="{name}"><sequence {told}>{before}<spine>{inside}</spine></sequence></project>'


def document(inside: str, resources: str = "", version: str = "1.11") -> str:
    """A document with the asset ``a``, the title ``e``, ``resources``, and ``inside`` in its event."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n<fcpxml version="{version}">\n'
        f"<resources>{FORMAT}{TITLE}{asset()}{resources}</resources>\n"
        f'<library><event name="dailies">\n{inside}\n</event></library></fcpxml>\n'
    )


def cut(inside: str, resources: str = "") -> Snapshot:
    """The snapshot of a document with one project that holds ``inside``."""
    return read(document(project(inside), resources))


def read(text: str | bytes) -> Snapshot:
    """The snapshot of ``text``."""
    return read_fcpxml(text if isinstance(text, bytes) else text.encode(), "cut.fcpxml")


def subjects(snapshot: Snapshot) -> list[Subject]:
    """Every node, built."""
    return [snapshot.subject(node) for node in range(len(snapshot.starts))]


def uses(snapshot: Snapshot) -> list[ClipUse]:
    """Every use, in the order of the nodes."""
    return [each.use for each in subjects(snapshot) if each.use is not None]


def problems(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Severity, place and text of every problem."""
    return [(each.severity, each.where, each.what) for each in snapshot.problems]
