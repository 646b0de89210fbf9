"""``otiogate tag``: says on clips of a timeline, or in the ledger, that AI was used."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otiogate.cli.console import put, say, say_fault
from otiogate.errors import OtiogateError, UsageError

if TYPE_CHECKING:
    from otiogate.documents.strict import Document
    from otiogate.evidence.selecting import Selection
    from otiogate.evidence.tag import Tag
    from otiogate.scan.tagging import Picked
    from otiogate.timeline.model import ClipUse

_SHOWN = 20

_OF_A_DISCLOSURE = {
    "production": "production",
    "stage": "output_stage",
    "prominence": "prominence",
    "identity": "identity",
    "fidelity": "fidelity",
    "declared_by": "declared_by",
}
"""Options that state one field of a disclosure."""

_OF_A_TOOL = ("tool", "tool_version", "security_class", "trains", "retains")

_NEEDED = {
    "id": "--id, or id= in --tag",
    "production": "--production",
    "use_kind": "--use-kind",
    "tools": "--tool",
    "declared_by": "--declared-by",
}
"""What a disclosure cannot do without, and no answer of ``unsure`` stands in for."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "tag",
        help="say on clips, or in the ledger, that AI was used",
        description="Writes a tag onto the clips that fit every selector, into a new .otio or .edl; or with --ledger "
        "leaves the timeline alone and writes a disclosure that finds those clips.",
    )
    parser.add_argument("timeline", metavar="TIMELINE", help="an .otio or .edl; with --ledger any that is read")
    parser.add_argument("-o", "--output", metavar="NEW", help="the timeline to write, whole or not at all")
    parser.add_argument("--in-place", action="store_true", help="write TIMELINE itself")
    parser.add_argument("--ledger", metavar="FOLDER", help="write a disclosure there, and no timeline")
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("--tag", metavar="TEXT", help='such as "GENAI gen.shot stage=temp id=DIS-001"')
    said.add_argument("--id", metavar="ID", help="of a disclosure: short for --tag 'GENAI id=ID'")
    which = parser.add_argument_group("selectors; a clip has to fit all that are given")
    which.add_argument("--name", default="", metavar="GLOB", help="clip name, such as 'vfx_*'; '*' is every clip")
    which.add_argument("--reel", default="", metavar="R", help="reel or tape")
    which.add_argument("--track", default="", metavar="T", help="name of the track, or channel of an EDL")
    which.add_argument("--event", default="", metavar="N", help="event number of an EDL")
    which.add_argument("--at", default="", metavar="TIMECODE", help="record timecode that the clip shows")
    which.add_argument(
        "--metadata", action="append", default=[], metavar="KEY=VALUE", help="such as shot.id=010; may be repeated"
    )
    _add_disclosure_options(parser.add_argument_group("fields of the disclosure, with --ledger"))
    parser.set_defaults(run=run)


def _add_disclosure_options(group: Any) -> None:
    from otiogate.evidence.vocabulary import AXES, UNSURE

    answers = ("yes", "no", UNSURE)
    group.add_argument("--form", metavar="FILE", help="YAML with further fields")
    group.add_argument("--production", metavar="NAME", help="default: the configured one")
    group.add_argument("--use-kind", action="append", metavar="KIND", help="such as gen.shot; may be repeated")
    group.add_argument("--stage", choices=(*AXES["output_stage"], UNSURE), help="default, as of all axes: unsure")
    for axis in ("prominence", "identity", "fidelity"):
        group.add_argument(f"--{axis}", choices=(*AXES[axis], UNSURE))
    group.add_argument("--tool", metavar="NAME", help="name of the AI tool")
    group.add_argument("--tool-version", metavar="VERSION")
    group.add_argument("--security-class", metavar="CLASS", help="such as studio_enterprise; default: unknown")
    group.add_argument("--trains", choices=answers, help="whether the vendor trains on it; default: unsure")
    group.add_argument("--retains", choices=answers, help="whether the vendor keeps it; default: unsure")
    group.add_argument("--declared-by", metavar="ID", help="opaque id of who declares this; never a name")


def run(arguments: argparse.Namespace) -> int:
    """0: written. 2: nothing was, since something was asked that cannot be."""
    from otiogate.evidence.selecting import Selection
    from otiogate.report.base import safe
    from otiogate.scan.delivery import watched
    from otiogate.scan.tagging import checked_tag, pick

    target = _target(arguments)
    tag = checked_tag(arguments.tag if arguments.tag is not None else f"GENAI id={_id(arguments.id)}")
    selection = Selection(
        name=arguments.name,
        reel=arguments.reel,
        track=arguments.track,
        event=arguments.event,
        at=arguments.at,
        metadata=tuple(_pair(each) for each in arguments.metadata),
    )
    watched(partial(_can_pick, selection), Path(arguments.timeline))  # what brings a process down ends that one
    picked = pick(Path(arguments.timeline), selection)
    for problem in picked.snapshot.problems:
        if problem.severity == "lost":  # what was not read was not looked through
            say(safe(f"note: {arguments.timeline}: {problem.where}: {problem.what}", 500))
    if target is None:
        return _disclose(arguments, picked, tag)
    return _write(Path(arguments.timeline), target, picked, tag)


def _can_pick(selection: Selection, path: Path) -> None:
    from otiogate.scan.tagging import pick

    pick(path, selection)


def _id(text: str) -> str:
    from otiogate.evidence.tag import ID

    if not ID.match(text.strip().upper()):
        step = "write 3 to 64 letters, digits, dots, dashes and underscores, such as DIS-001"
        raise UsageError(f"--id {text[:80]!r} is not an id", next_step=step)
    return text.strip()


def _target(arguments: argparse.Namespace) -> Path | None:
    """The timeline to write; none where the ledger is written."""
    given = [option for option in ("form", "use_kind", *_OF_A_DISCLOSURE, *_OF_A_TOOL) if getattr(arguments, option)]
    if arguments.ledger is not None:
        if arguments.output is not None or arguments.in_place:
            raise UsageError("--ledger leaves the timeline alone", next_step="leave out -o and --in-place")
        return None
    if given:
        raise UsageError(f"--{given[0].replace('_', '-')} is a field of a disclosure", next_step="give --ledger FOLDER")
    source, output = Path(arguments.timeline), arguments.output
    if output is None:
        if not arguments.in_place:
            raise UsageError("where to write is not said", next_step="give -o NEW, --in-place or --ledger FOLDER")
        return source
    if _same(source, Path(output)) != arguments.in_place:
        what = "is another file than the timeline" if arguments.in_place else "is the timeline itself"
        raise UsageError(what, where=output, next_step="give -o NEW, or --in-place alone")
    if Path(output).suffix.lower() != source.suffix.lower():
        step = "tag into a file of the same format, where it takes tags, and convert that; or use --ledger"
        raise UsageError(f"is of another format than {source.name}", where=output, next_step=step)
    return Path(output)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return one.absolute() == other.absolute()


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise UsageError(f"--metadata {text!r} is not KEY=VALUE", next_step="write it as shot.id=010")
    return key.strip(), value


def _write(source: Path, target: Path, picked: Picked, tag: Tag) -> int:
    from otiogate.documents.write import write_bytes
    from otiogate.report.base import count, safe
    from otiogate.scan.sidecar import read_sidecar, renewed, write_sidecar
    from otiogate.scan.tagging import tagged

    data, new = tagged(source, picked, tag)
    if not new and _same(source, target):
        put(f"{safe(str(target))}: left as it is, since every selected clip says so already\n")
        return 0
    sidecar = read_sidecar(source)
    try:
        if sidecar is not None:  # first, so that the timeline never stands there without it
            write_sidecar(target, renewed(sidecar, picked.snapshot.origin.digest, target, data))
        write_bytes(target, data)
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(target), next_step="write elsewhere"
        ) from fault
    put(f"wrote {safe(str(target))}: {count(len(new), 'clip')} tagged {safe(tag.text)}\n")
    _list(picked.uses, [node in new for node in picked.nodes])
    if tag.id:
        _look_up(tag.id, source, target)
    return 0


def _list(uses: Sequence[ClipUse], new: Sequence[bool]) -> None:
    from otiogate.report.base import count, safe

    lines = []
    for use, is_new in list(zip(uses, new, strict=True))[:_SHOWN]:
        name = f"  {use.name}" if use.name else ""
        lines.append(safe(f"  {use.address}{name}{'' if is_new else '  (said so already)'}"))
    if len(uses) > _SHOWN:
        lines.append(f"  and {count(len(uses) - _SHOWN, 'more clip')}")
    put("\n".join(lines) + "\n")


def _look_up(key: str, *near: Path) -> None:
    """Says so where the id is not in the ledger: the tag is written, but a scan will not accept it."""
    from otiogate.config.layers import settings

    try:
        found = settings(map(str, near))
        known = found.store().fetch().standing if found.has_records else None
    except OtiogateError as fault:
        say(f"note: whether {key} is in the ledger could not be told")
        say_fault(fault)
        return
    if known is not None and key in known and known[key][0].id != key:
        newer = " and ".join(each.id for each in known[key])
        say(f"note: {key} was superseded by {newer}, which a scan judges in its place; better tag with that")
    elif known is not None and key not in known:
        say(f"note: {key} is not in the ledger yet, so a scan says GEN-001; add it with 'otiogate record add'")


def _disclose(arguments: argparse.Namespace, picked: Picked, tag: Tag) -> int:
    from otiogate.cli.ledger import folders_with
    from otiogate.records.adding import prepared, write_records
    from otiogate.records.skeleton import disclosure_form
    from otiogate.records.store import FolderStore
    from otiogate.report.base import safe

    folder = Path(arguments.ledger)
    held = FolderStore(folders_with(folder)).fetch()
    document = _form(arguments.form)
    stated = _stated(arguments, tag, document.value if document else {})
    form, unsure = disclosure_form(picked.uses, stated)

    def place(path: Sequence[str | int]) -> str:
        line = document.line(tuple(path)) if document and path and path[0] in document.value else None
        return f"{arguments.form}:{line}" if line else "the new disclosure"

    made, faults = prepared([(form, place)], held)
    if faults:
        for each in faults:
            say_fault(UsageError(each.what, where=each.where, next_step=each.next_step))
        return UsageError.exit_code
    path, text = write_records(folder, made)
    put(f"wrote {safe(str(path))}\n" + "".join(safe(line, 500) + "\n" for line in text.splitlines()))
    put("It is about:\n")
    _list(picked.uses, [True] * len(picked.nodes))
    if others := picked.found_too(made[0].data):
        put("It finds these too, by the same file, reel or name:\n")
        _list(others, [True] * len(others))
        if "ranges" not in made[0].data:
            say("note: where those show no AI, say which part of the media does: range= in --tag, or ranges in --form")
    if unsure:
        say(f"note: {', '.join(unsure)}: nobody answered, so it says unsure, which asks for more")
    return 0


def _form(file: str | None) -> Document | None:
    from otiogate.documents.strict import load_one

    if file is None:
        return None
    document = load_one(Path(file), UsageError)
    if not isinstance(document.value, dict):
        raise UsageError("is no mapping of fields", where=file, next_step="write one, such as 'union_impact: none'")
    return document


def _stated(arguments: argparse.Namespace, tag: Tag, form: Mapping[str, Any]) -> dict[str, Any]:
    """What the form, the tag and the options state; the later of them wins."""
    from otiogate.records.skeleton import from_tag_text

    named = {key: getattr(arguments, option) for option, key in _OF_A_DISCLOSURE.items()}
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    stated = {"declared_at": now} | dict(form) | from_tag_text(tag) | {key: each for key, each in named.items() if each}
    if arguments.use_kind:
        stated["use_kind"] = [kind.strip().lower() for each in arguments.use_kind for kind in each.split(",")]
    tool = _tool(arguments, tag)
    if tool and (arguments.tool or "tools" not in stated):
        stated["tools"] = [tool]
    if "production" not in stated and (production := _production(arguments)):
        stated["production"] = production
    missing = [key for key in _NEEDED if key not in stated]
    if missing:
        step = "give " + ", ".join(_NEEDED[key] for key in missing) + "; or a --form that states them"
        raise UsageError(f"the disclosure lacks {', '.join(missing)}", next_step=step)
    first = ("id", "production", "use_kind", "tools")
    return {key: stated[key] for key in first} | stated


def _tool(arguments: argparse.Namespace, tag: Tag) -> dict[str, str]:
    system = arguments.tool or tag.tool
    if not system:
        if any(getattr(arguments, option) for option in _OF_A_TOOL):
            raise UsageError("which tool is not said", next_step="give --tool NAME")
        return {}
    version = arguments.tool_version or ("" if arguments.tool else tag.version)
    return (
        {"system": system}
        | ({"version": version} if version else {})
        | {
            "security_class": arguments.security_class or "unknown",
            "trains": arguments.trains or "unsure",
            "retains": arguments.retains or "unsure",
        }
    )


def _production(arguments: argparse.Namespace) -> str:
    from otiogate.config.layers import settings

    return settings([arguments.timeline, arguments.ledger]).context.production
