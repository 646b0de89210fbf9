"""A folder that is watched: each timeline judged once it is whole, again when something changed, and none lost."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from otiogate.documents.digest import sha256
from otiogate.receipt import RECEIPT_TYPE
from otiogate.report.json import JsonWriter
from otiogate.report.model import ProblemLine, Report
from otiogate.scan import judging, moving, watching
from otiogate.scan.delivery import Refused
from otiogate.scan.judging import Judging
from otiogate.scan.receipts import receipt_of
from otiogate.scan.sidecar import SUFFIX
from otiogate.scan.watching import Places, Watch, last_report
from otiogate.signing.envelope import Envelope
from otiogate.signing.statement import Statement, Subject
from tests.builders import clip, timeline
from tests.cli.running import ALONE, call, command, edl, environment, project, run

TAGGED = "* GENAI gen.shot stage=final"
NOW = datetime.now(timezone.utc)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "clean.edl").write_text(edl([]))
    (folder / "tagged.edl").write_text(edl([TAGGED]))
    return folder


@pytest.fixture(autouse=True)
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LOOK_AGAIN", 0.0)


def watch(inbox: Path, *places: Path, settle: float = 0.0, now: Callable[[], datetime] = lambda: NOW) -> Watch:
    return Watch(Places(inbox, *places), lambda: Judging(now()), settle=settle)


def verdicts(watched: Watch) -> dict[str, str]:
    """One round: the names that were judged, and how."""
    found = {}
    for done in watched.step():
        assert isinstance(done.report, Report), done.report
        found[done.path.name] = done.report.verdict
    return found


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_each_timeline_is_judged_once_and_its_report_stands_beside_it(inbox: Path) -> None:
    watched = watch(inbox)
    assert verdicts(watched) == {"clean.edl": "allow", "tagged.edl": "block"}
    assert names(inbox) == ["clean.edl", "clean.edl.otiogate.json", "tagged.edl", "tagged.edl.otiogate.json"]
    assert verdicts(watched) == {}
    assert verdicts(watch(inbox)) == {}, "a watch that starts anew repeats nothing"


@pytest.mark.parametrize("running", [False, True], ids=["before the watch", "while it runs"])
def test_a_report_that_was_delivered_with_the_timeline_is_not_believed(
    inbox: Path, tmp_path: Path, running: bool
) -> None:
    tagged = inbox / "tagged.edl"
    forged = Judging(NOW).report(tagged)
    forged = replace(forged, verdict="allow", findings=(), missing=(), counts=replace(forged.counts, block=0))
    watched = watch(inbox)
    if running:
        verdicts(watched)
        tagged = tagged.rename(inbox / "again.edl")
        forged = replace(forged, input=replace(forged.input, name="again.edl", path=str(tagged)))
    watching.report_of(tagged).write_text(JsonWriter().write([forged]))
    assert verdicts(watched)[tagged.name] == "block"
    found = last_report(tagged)
    assert found is not None
    assert found.verdict == "block"


def test_what_is_written_anew_is_judged_anew(inbox: Path) -> None:
    watched = watch(inbox)
    verdicts(watched)
    (inbox / "clean.edl").write_text(edl([TAGGED, TAGGED]))
    assert verdicts(watched) == {"clean.edl": "block"}


def test_what_grows_is_left_until_it_has_stopped(inbox: Path) -> None:
    watched = watch(inbox, settle=0.3)
    assert verdicts(watched) == {}
    with (inbox / "tagged.edl").open("a") as stream:
        stream.write("* more\n")
    time.sleep(0.35)
    assert verdicts(watched) == {"clean.edl": "allow"}
    assert verdicts(watched) == {}
    time.sleep(0.35)
    assert verdicts(watched) == {"tagged.edl": "block"}


@pytest.mark.parametrize("held", ["held", "[held] now"])
def test_the_allowed_and_the_others_go_to_their_places_with_their_reports(
    inbox: Path, tmp_path: Path, held: str
) -> None:
    allowed, blocked = tmp_path / "ok", inbox / held
    (inbox / "broken.edl").write_text("")
    verdicts(watch(inbox, allowed, blocked))
    assert names(allowed) == ["clean.edl", "clean.edl.otiogate.json"]
    assert names(blocked) == [
        *("broken.edl", "broken.edl.otiogate.json"),
        *("tagged.edl", "tagged.edl.otiogate.json"),
    ]
    assert names(inbox) == [held]
    assert verdicts(watch(inbox, allowed, blocked)) == {}


def test_nothing_is_overwritten_by_a_name_that_comes_again(inbox: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "ok"
    watched = watch(inbox, allowed)
    verdicts(watched)
    (inbox / "clean.edl").write_text(edl([], []))
    assert verdicts(watched) == {"clean~2.edl": "allow"}
    assert names(allowed) == [
        *("clean.edl", "clean.edl.otiogate.json"),
        *("clean~2.edl", "clean~2.edl.otiogate.json"),
    ]
    assert (allowed / "clean.edl").read_text() == edl([])


def test_a_bundle_is_moved_whole(inbox: Path, tmp_path: Path) -> None:
    from tests.builders import clip, timeline

    bundle = inbox / "cut.otiod"
    (bundle / "media").mkdir(parents=True)
    timeline(clip()).to_json_file(str(bundle / "content.otio"))
    (bundle / "media" / "vfx_010.mov").write_bytes(b"media")
    verdicts(watch(inbox, tmp_path / "ok"))
    assert (tmp_path / "ok" / "cut.otiod" / "media" / "vfx_010.mov").read_bytes() == b"media"
    assert not bundle.exists()


DISCLOSED = "* GENAI gen.shot id=DIS-001"
PACK = "pack: mine\nformat: 1\nversion: '1'\nissued: '2026-01-01'\ntitle: Mine\nrules:\n- id: MIN-001\n  title: A\n"
PACK += "  severity: block\n  when: {disclosure: {use_kind: gen.*}}\n  require: [{record: disclosure}]\n"
PACK += "  why: A\n  remedy: A\n  source: {title: A}\n"
RECORD = """\
record: disclosure
schema_version: 1
id: DIS-001
production: MYSHOW
media: {reel: A001}
use_kind: [gen.shot]
output_stage: final
prominence: none
identity: none
fidelity: not_performed
tools: [{system: A, security_class: unknown, trains: "no", retains: "no"}]
declared_by: P-1
declared_at: 2026-01-01T00:00:00Z
"""


def test_what_is_blocked_is_judged_again_when_its_records_change(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(PACK)
    project(tmp_path, "format: 1\nproduction: MYSHOW\nrecords: [records]\npacks: [core]\npolicy: [pack.yaml]\n")
    (inbox / "tagged.edl").write_text(edl([DISCLOSED]))
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    assert verdicts(watched)["tagged.edl"] == "block"
    assert verdicts(watched) == {}
    (tmp_path / "records" / "DIS-001.yaml").write_text(RECORD)
    assert verdicts(watched) == {"tagged.edl": "allow"}
    assert names(tmp_path / "held") == []
    assert "tagged.edl" in names(tmp_path / "ok")


@pytest.mark.parametrize("sub", ["", "ep101"])
@pytest.mark.parametrize("held", ["held", "in/held"])
def test_what_was_put_away_is_judged_under_what_lies_near_the_inbox(tmp_path: Path, sub: str, held: str) -> None:
    """Elsewhere there may be no records that know the clip."""
    inbox = tmp_path / "in"
    project(inbox / sub, "format: 1\nproduction: MYSHOW\nrecords: [records]\n")
    (inbox / sub / "records" / "DIS-001.yaml").write_text(RECORD.replace("reel: A001", "reference: vfx_010.mov"))
    (inbox / sub / "cut.edl").write_text(edl(["* FROM CLIP NAME: vfx_010.mov"]))
    for day in range(3):
        watched = watch(inbox, tmp_path / "ok", tmp_path / held, now=lambda day=day: NOW + timedelta(days=day))
        assert verdicts(watched) == {"cut.edl": "block"}
        assert names(tmp_path / held / sub) == ["cut.edl", "cut.edl.otiogate.json"]
    (inbox / sub / "records" / "DIS-001.yaml").unlink()
    assert verdicts(watch(inbox, tmp_path / "ok", tmp_path / held)) == {"cut.edl": "allow"}
    assert names(tmp_path / "ok" / sub) == ["cut.edl", "cut.edl.otiogate.json"]


def test_of_a_link_that_goes_to_its_place_which_was_judged(inbox: Path, tmp_path: Path) -> None:
    """Else what it leads to could be another cut tomorrow, beside a report that allows it."""
    target = tmp_path / "outside.edl"
    (inbox / "clean.edl").rename(target)
    (inbox / "link.edl").symlink_to(target)
    assert verdicts(watch(inbox, tmp_path / "ok"))["link.edl"] == "allow"
    target.write_text(edl([TAGGED]))
    assert not (tmp_path / "ok" / "link.edl").is_symlink()
    assert (tmp_path / "ok" / "link.edl").read_text() == edl([])
    assert "link.edl" not in names(inbox)


def test_what_is_blocked_is_judged_again_every_day(inbox: Path) -> None:
    day = NOW
    watched = watch(inbox, now=lambda: day)
    verdicts(watched)
    assert verdicts(watched) == {}
    day = NOW + timedelta(days=1)
    assert verdicts(watched) == {"tagged.edl": "block"}
    assert verdicts(watched) == {}


def test_what_changes_while_it_is_judged_is_not_moved(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "tagged.edl").unlink()
    true = watching.scan

    def slow(*arguments: object, **options: object) -> object:
        for each in true(*arguments, **options):  # type: ignore[arg-type]
            (inbox / "clean.edl").write_text(edl([TAGGED]))
            yield each

    monkeypatch.setattr(watching, "scan", slow)
    assert verdicts(watch(inbox, tmp_path / "ok")) == {}
    assert names(inbox) == ["clean.edl"]
    assert not (tmp_path / "ok").exists()


def test_what_was_swapped_at_the_last_moment_is_put_back(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "tagged.edl").unlink()
    true = Path.rename

    def swap(path: Path, target: Path) -> Path:
        if path.name == "clean.edl" and path.parent == inbox:
            path.write_text(edl([TAGGED]))
        return true(path, target)

    monkeypatch.setattr(Path, "rename", swap)
    [done] = watch(inbox, tmp_path / "ok").step()
    assert isinstance(done.report, Refused)
    assert (names(inbox), names(tmp_path / "ok")) == (["clean.edl"], [])


def test_to_another_file_system_it_is_copied_first(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.parent == inbox:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return true(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held"))
    assert names(inbox) == []
    assert names(tmp_path / "ok") == ["clean.edl", "clean.edl.otiogate.json"]


def test_a_report_that_cannot_be_read_is_made_anew(inbox: Path) -> None:
    verdicts(watch(inbox))
    (inbox / "clean.edl.otiogate.json").write_text("{")
    assert verdicts(watch(inbox)) == {"clean.edl": "allow"}
    found = last_report(inbox / "clean.edl")
    assert found is not None
    assert found.verdict == "allow"


@ALONE
def test_a_watch_that_is_killed_at_any_moment_loses_and_repeats_nothing(inbox: Path, tmp_path: Path) -> None:
    for number in range(30):
        (inbox / f"cut{number:02}.edl").write_text(edl([TAGGED] if number % 3 == 0 else [f"* {number}"]))
    arguments = command("watch", "in", "--allowed", "ok", "--blocked", "held", "--settle", "0", "--interval", "0")
    for pause in (0.25, 0.35, 0.4, 0.45, 0.5, 0.6):
        process = subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
        time.sleep(pause)
        process.kill()
        process.wait()
    last = subprocess.run(
        command("watch", "in", "--allowed", "ok", "--blocked", "held", "--once", "--settle", "0"),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        timeout=120,
    )
    assert last.returncode == 0
    held = [each for each in names(tmp_path / "held") if each.endswith(".edl")]
    allowed = [each for each in names(tmp_path / "ok") if each.endswith(".edl")]
    assert held == [*(f"cut{number:02}.edl" for number in range(0, 30, 3)), "tagged.edl"]
    assert sorted(allowed) == sorted(["clean.edl", *(f"cut{number:02}.edl" for number in range(30) if number % 3)])
    assert names(inbox) == []
    for folder, kept in (("ok", allowed), ("held", held)):
        for each in kept:
            assert last_report(tmp_path / folder / each) is not None


@ALONE
def test_a_watch_ends_when_it_is_told_to(inbox: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        command("watch", "in", "--settle", "0", "--interval", "60"),
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert lines == [
        b"otiogate: in/clean.edl: allowed\n",
        b"otiogate: in/tagged.edl: blocked, 3 findings to resolve\n",
    ]


@ALONE
def test_one_round_leaves_what_still_grows(inbox: Path, tmp_path: Path) -> None:
    """An upload that ends in a tag: the first half of it is clean."""
    head, _, tail = edl([], [TAGGED]).partition("002")
    (inbox / "slow.edl").write_text(head)
    done = threading.Event()

    def upload() -> None:
        with (inbox / "slow.edl").open("a") as stream:
            while not done.wait(0.05):
                stream.write("\n")
                stream.flush()
            stream.write(f"002{tail}")

    uploading = threading.Thread(target=upload)
    uploading.start()
    arguments = "watch", "in", "--allowed", "ok", "--blocked", "held", "--once", "--settle", "1"
    ran = run(*arguments, cwd=tmp_path)
    done.set()
    uploading.join()
    assert (ran.code, names(tmp_path / "ok")) == (0, ["clean.edl", "clean.edl.otiogate.json"])
    assert ran.err.endswith("in/slow.edl: still grows, and is left for the next round\n")
    assert names(inbox) == ["slow.edl"]
    assert run(*arguments, cwd=tmp_path).code == 0
    assert names(inbox) == []
    assert "slow.edl" in names(tmp_path / "held")


def _until_watched(inbox: Path) -> None:
    folder = os.open(inbox, os.O_RDONLY)
    try:
        while True:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(folder, fcntl.LOCK_UN)
            time.sleep(0.05)
    except BlockingIOError:
        return
    finally:
        os.close(folder)


@ALONE
def test_one_round_that_is_stopped_says_so(inbox: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        command("watch", "in", "--once", "--settle", "60"), cwd=tmp_path, env=environment(), stderr=subprocess.PIPE
    ) as process:
        _until_watched(inbox)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[1]
    assert (process.returncode, names(inbox)) == (3, ["clean.edl", "tagged.edl"])
    assert said.endswith(b"otiogate: stopped: what is not judged is left for the next round\n")


def test_what_could_not_be_judged_for_its_records_is_judged_again_once_they_are_mended(
    inbox: Path, tmp_path: Path
) -> None:
    project(tmp_path, BROKEN="record: disclosure\n")
    watched = watch(inbox)
    assert set(verdicts(watched).values()) == {"cannot_judge"}
    assert verdicts(watched) == {}
    (tmp_path / "records" / "BROKEN.yaml").unlink()
    assert verdicts(watched) == {"clean.edl": "allow", "tagged.edl": "block"}


def test_a_broken_configuration_is_said_once_and_again_when_it_is_another(inbox: Path, tmp_path: Path) -> None:
    config = tmp_path / "otiogate.yaml"
    config.write_text("format: 1\nnothing: x\n")
    watched = watch(inbox)
    assert [type(done.report) for done in watched.step()] == [Refused, Refused]
    assert list(watched.step()) == []
    config.write_text("format: 1\nelse: x\n")
    assert [type(done.report) for done in watched.step()] == [Refused, Refused]
    (inbox / "clean.edl").write_text(edl([], []))
    assert [done.path.name for done in watched.step()] == ["clean.edl"], "it is another file now"
    config.unlink()
    assert verdicts(watched) == {"clean.edl": "allow", "tagged.edl": "block"}


def test_what_is_no_folder_cannot_be_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.chdir(tmp_path)
    ran = call(capsys, "watch", "nowhere", "--once", "--settle", "0")
    assert ran.code == 2
    assert "is no folder" in ran.err


# Sidecars


def sidecar(path: Path, said: str = "GENAI gen.shot stage=final", digest: str = "") -> Path:
    """Writes a sidecar of ``path``."""
    subject = {"name": path.name, "sha256": digest or sha256(path.read_bytes())}
    place = path.with_name(path.name + SUFFIX)
    place.write_text(json.dumps({"format": 1, "subject": subject, "uses": [{"disclosures": [said]}]}))
    return place


def test_a_sidecar_moves_along_with_its_timeline_and_is_taken_for_none(inbox: Path, tmp_path: Path) -> None:
    sidecar(inbox / "clean.edl")
    allowed, blocked = tmp_path / "ok", tmp_path / "held"
    assert verdicts(watch(inbox, allowed, blocked)) == {"clean.edl": "block", "tagged.edl": "block"}
    assert names(inbox) == []
    assert "clean.edl.genai.json" in names(blocked)
    assert Judging(NOW).report(blocked / "clean.edl").verdict == "block"


def test_a_timeline_is_judged_again_when_its_sidecar_comes_or_changes(inbox: Path) -> None:
    watched = watch(inbox)
    assert verdicts(watched)["clean.edl"] == "allow"
    place = sidecar(inbox / "clean.edl")
    assert verdicts(watched) == {"clean.edl": "block"}
    place.unlink()
    assert verdicts(watched) == {"clean.edl": "allow"}


def test_where_a_sidecar_lies_already_nothing_is_put_beside_it(inbox: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "ok"
    allowed.mkdir()
    sidecar(allowed / "clean.edl", digest=sha256(b"another"))
    watched = watch(inbox, allowed)
    assert verdicts(watched) == {"clean~2.edl": "allow", "tagged.edl": "block"}


def test_a_timeline_never_stands_in_its_new_place_without_its_sidecar(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar(inbox / "clean.edl")
    held = tmp_path / "held"
    there: list[bool] = []
    moved = moving.moved

    def looked(path: Path, target: Path, digest: str) -> bool:
        there.append(target.with_name(target.name + SUFFIX).exists())
        return moved(path, target, digest)

    monkeypatch.setattr(watching, "moved", looked)
    verdicts(watch(inbox, held, held))
    assert there == [True, False]


def test_a_sidecar_that_changes_while_its_timeline_moves_is_judged_again(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "tagged.edl").unlink()
    copied = moving.copy_companions

    def changed(path: Path, target: Path) -> None:
        copied(path, target)
        sidecar(path)

    monkeypatch.setattr(watching, "copy_companions", changed)
    [done] = watch(inbox, tmp_path / "ok").step()
    assert isinstance(done.report, Refused)
    assert names(inbox) == ["clean.edl", "clean.edl.genai.json"]
    assert names(tmp_path / "ok") == []


# What comes late


def receipt(path: Path, digest: str = "") -> Path:
    """Writes an unsigned statement about ``path``, in the form of a receipt."""
    subject = Subject(path.name, digest or sha256(path.read_bytes()))
    place = receipt_of(path)
    place.write_text(Envelope(Statement((subject,), RECEIPT_TYPE, {}).payload(), ()).text())
    return place


@pytest.fixture
def demanding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt is demanded; what has one beside it has one that stands."""
    project(tmp_path, "format: 1\nincoming: receipt\n")

    def demanded(report: Report, path: Path, *_: object) -> Report:
        if receipt_of(path).exists():
            return report
        missing = ProblemLine("lost", "there is no receipt", str(receipt_of(path)))
        return replace(report, verdict="cannot_judge", problems=(missing,))

    monkeypatch.setattr(judging, "demanded", demanded)


@pytest.mark.usefixtures("demanding")
@pytest.mark.parametrize("again", [False, True], ids=["the same watch", "another watch"])
@pytest.mark.parametrize("below", ["", "ep101"])
def test_a_receipt_that_arrives_after_its_timeline_was_moved_is_taken_to_it(
    inbox: Path, tmp_path: Path, again: bool, below: str
) -> None:
    (inbox / below).mkdir(exist_ok=True)
    (inbox / "tagged.edl").unlink()
    (inbox / "clean.edl").rename(inbox / below / "clean.edl")
    made = receipt(inbox / below / "clean.edl").rename(tmp_path / "clean.edl.receipt.json")
    allowed, blocked = tmp_path / "ok", tmp_path / "held"
    watched = watch(inbox, allowed, blocked)
    assert verdicts(watched) == {"clean.edl": "cannot_judge"}
    assert verdicts(watched) == {}
    made.rename(inbox / below / "clean.edl.receipt.json")
    watched = watch(inbox, allowed, blocked) if again else watched
    assert verdicts(watched) == {"clean.edl": "allow"}
    assert names(allowed / below) == ["clean.edl", "clean.edl.otiogate.json", "clean.edl.receipt.json"]
    assert (names(inbox / below), names(blocked / below)) == ([], [])
    assert verdicts(watched) == {}


@pytest.mark.usefixtures("demanding")
def test_a_receipt_that_somebody_puts_beside_what_was_moved_is_seen(inbox: Path, tmp_path: Path) -> None:
    allowed, blocked = tmp_path / "ok", tmp_path / "held"
    verdicts(watch(inbox, allowed, blocked))
    receipt(blocked / "clean.edl")
    assert verdicts(watch(inbox, allowed, blocked)) == {"clean.edl": "allow"}


def test_a_sidecar_that_arrives_late_is_judged_with_its_timeline(inbox: Path, tmp_path: Path) -> None:
    (inbox / "broken.edl").write_text("")
    made = sidecar(inbox / "tagged.edl", "GENAI id=DIS-404").rename(tmp_path / "late")
    blocked = tmp_path / "held"
    watched = watch(inbox, tmp_path / "ok", blocked)
    before = verdicts(watched)["tagged.edl"]
    made.rename(inbox / "tagged.edl.genai.json")
    assert verdicts(watched) == {"tagged.edl": before}
    found = last_report(blocked / "tagged.edl")
    assert found is not None
    assert "DIS-404" in {each.disclosure for each in found.findings}
    assert (names(inbox), verdicts(watched)) == ([], {})


@pytest.mark.parametrize(
    "blocked", ["held", "ok", ""], ids=["held", "one place for both", "no place for what is blocked"]
)
def test_a_sidecar_that_arrives_after_its_timeline_was_allowed_takes_it_back(
    inbox: Path, tmp_path: Path, blocked: str
) -> None:
    project(inbox, "format: 1\nproduction: MYSHOW\nstage: temp\n")
    made = sidecar(inbox / "clean.edl", "GENAI replica.voice identity=identifiable_living").rename(tmp_path / "late")
    places = [tmp_path / "ok", *([tmp_path / blocked] if blocked else [])]
    assert verdicts(watch(inbox, *places))["clean.edl"] == "allow"
    made.rename(inbox / "clean.edl.genai.json")
    watched = watch(inbox, *places)
    (now,) = verdicts(watched).items()
    assert now == ("clean.edl" if blocked else "clean~2.edl", "block")
    where = (tmp_path / blocked if blocked else inbox) / now[0]
    assert where.read_text() == edl([])
    found = last_report(where)
    assert found is not None
    assert found.config == (str(inbox / "otiogate.yaml"),), "it is judged under what lies near the inbox"
    assert not (inbox / "clean.edl.genai.json").exists()
    assert verdicts(watched) == {}


def test_a_sidecar_that_says_no_more_than_is_allowed_goes_to_what_was_allowed(inbox: Path, tmp_path: Path) -> None:
    made = sidecar(inbox / "clean.edl", "GENAI enhance.upscale").rename(tmp_path / "late")
    watched = watch(inbox, tmp_path / "ok")
    verdicts(watched)
    made.rename(inbox / "clean.edl.genai.json")
    assert verdicts(watched) == {"clean.edl": "allow"}
    assert "clean.edl.genai.json" in names(tmp_path / "ok")
    assert verdicts(watched) == {}


def test_a_watch_that_ends_before_what_was_allowed_is_judged_again_is_taken_up(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sidecar(inbox / "clean.edl").rename(tmp_path / "late")
    verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held"))
    made.rename(inbox / "clean.edl.genai.json")

    def ended(*_arguments: object, **_options: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(watching, "scan", ended)
        verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held"))
    assert verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held")) == {"clean.edl": "block"}
    assert names(tmp_path / "ok") == names(inbox) == []


def test_a_sidecar_of_which_no_timeline_is_here_is_said_once(inbox: Path, tmp_path: Path) -> None:
    made = sidecar(inbox / "clean.edl").rename(tmp_path / "late")
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    verdicts(watched)
    (tmp_path / "ok" / "clean.edl").unlink()
    made.rename(inbox / "clean.edl.genai.json")
    [done] = watched.step()
    assert isinstance(done.report, Refused)
    assert "is about no timeline that is here" in done.report.text
    assert done.path == inbox / "clean.edl.genai.json"
    assert list(watched.step()) == []


def test_content_of_the_same_size_and_date_is_judged_anew(inbox: Path) -> None:
    watched = watch(inbox)
    verdicts(watched)
    place = inbox / "clean.edl"
    before = place.stat()
    (inbox / "other").write_text(edl([TAGGED]))
    place.write_text((inbox / "tagged.edl").read_text().ljust(before.st_size)[: before.st_size])
    place.write_text(place.read_text()[:-8] + "\n*GENAI\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert place.stat().st_size == before.st_size
    assert verdicts(watched) == {"clean.edl": "block"}


@pytest.mark.parametrize("name", ["clean.edl", "cut.otiod"])
def test_what_was_allowed_is_no_other_name_of_a_file_elsewhere(inbox: Path, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    if name == "cut.otiod":
        (inbox / name).mkdir()
        elsewhere.write_text(timeline(clip()).to_json_string())
        os.link(elsewhere, inbox / name / "content.otio")
    else:
        os.link(inbox / name, elsewhere)
    assert verdicts(watch(inbox, tmp_path / "ok"))[name] == "allow"
    elsewhere.write_text(edl([TAGGED]))
    moved = tmp_path / "ok" / name
    assert "GENAI" not in (moved / "content.otio" if moved.is_dir() else moved).read_text()
    assert not (inbox / name).exists()


@pytest.mark.parametrize("where", ["place", "report"])
def test_a_place_that_cannot_be_used_is_said_and_ends_nothing(
    inbox: Path, tmp_path: Path, where: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ok").touch()
    if where == "report":
        monkeypatch.setattr(watching, "write_text", _full)
    ran = call(
        capsys, "watch", inbox, *(["--allowed", tmp_path / "ok"] if where == "place" else []), "--once", "--settle", "0"
    )
    assert ran.code == 3
    why = "File exists" if where == "place" else "No space left on device"
    assert f"{inbox / 'clean.edl'}: judged, but neither moved nor reported: {why}" in ran.err
    assert "Traceback" not in ran.err
    assert {"clean.edl", "tagged.edl"} <= set(names(inbox))
    assert ("tagged.edl.otiogate.json" in names(inbox)) is (where == "place")


def _full(path: Path, _text: str) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


def test_what_cannot_be_put_away_leaves_nothing_there_and_is_once_it_can(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar(inbox / "clean.edl", "GENAI enhance.upscale")
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    with monkeypatch.context() as patched:
        patched.setattr(watching, "write_text", _full)
        assert {done.path.name for done in watched.step() if isinstance(done.report, Refused)} == {
            "clean.edl",
            "tagged.edl",
        }
        assert names(tmp_path / "ok") == names(tmp_path / "held") == []
        assert list(watched.step()) == [], "it is said once"
    assert verdicts(watched) == {"clean.edl": "allow", "tagged.edl": "block"}


@pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX")
def test_two_watches_are_not_at_one_inbox(
    inbox: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr("otiogate.cli.watch._PATIENCE", 0.0)
    folder = os.open(inbox, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    ran = call(capsys, "watch", inbox, "--once", "--settle", "0")
    assert (ran.code, names(inbox)) == (3, ["clean.edl", "tagged.edl"])
    assert f"{inbox}: is watched already" in ran.err
    os.close(folder)
    assert call(capsys, "watch", inbox, "--once", "--settle", "0").code == 0


@pytest.mark.usefixtures("demanding")
def test_a_receipt_for_another_timeline_of_the_name_waits_for_that(inbox: Path, tmp_path: Path) -> None:
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    verdicts(watched)
    receipt(inbox / "clean.edl", sha256(edl([], []).encode()))
    for _ in range(2):
        assert verdicts(watched) == {}
        assert names(inbox) == ["clean.edl.receipt.json"]
    (inbox / "clean.edl").write_text(edl([], []))
    assert verdicts(watched) == {"clean.edl": "allow"}
    assert "clean.edl" in names(tmp_path / "held"), "the older one is still held"


@pytest.mark.usefixtures("demanding")
def test_of_several_of_one_name_the_receipt_is_for_the_one_whose_bytes_it_names(inbox: Path, tmp_path: Path) -> None:
    allowed, blocked = tmp_path / "ok", tmp_path / "held"
    watched = watch(inbox, allowed, blocked)
    verdicts(watched)
    (inbox / "clean.edl").write_text(edl([], []))
    assert verdicts(watched) == {"clean~2.edl": "cannot_judge"}
    receipt(inbox / "clean.edl", sha256(edl([], []).encode()))
    assert verdicts(watched) == {"clean~2.edl": "allow"}
    assert "clean.edl" in names(blocked)


@pytest.mark.usefixtures("demanding")
def test_a_late_receipt_is_not_taken_before_it_is_whole(inbox: Path, tmp_path: Path) -> None:
    whole = receipt(inbox / "clean.edl").read_bytes()
    receipt_of(inbox / "clean.edl").unlink()
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    verdicts(watched)
    place = inbox / "clean.edl.receipt.json"
    place.write_bytes(whole[:100])
    assert verdicts(watched) == {}
    place.write_bytes(whole)
    assert verdicts(watched) == {"clean.edl": "allow"}


@pytest.mark.usefixtures("demanding")
def test_what_is_ended_between_the_copy_and_the_removal_of_a_late_receipt_loses_nothing(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    verdicts(watched)
    place = receipt(tmp_path / "held" / "clean.edl").rename(inbox / "clean.edl.receipt.json")
    remove = Path.unlink

    def ended(path: Path, missing_ok: bool = False) -> None:
        if path == place:
            raise KeyboardInterrupt
        remove(path, missing_ok)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "unlink", ended)
        verdicts(watched)
    assert place.exists()
    assert verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held")) == {"clean.edl": "allow"}
    assert names(inbox) == []


@pytest.mark.usefixtures("demanding")
def test_links_and_pipes_are_no_late_receipts(inbox: Path, tmp_path: Path) -> None:
    watched = watch(inbox, tmp_path / "ok", tmp_path / "held")
    verdicts(watched)
    made = receipt(tmp_path / "held" / "clean.edl").rename(tmp_path / "elsewhere")
    (inbox / "clean.edl.receipt.json").symlink_to(made)
    os.mkfifo(inbox / "tagged.edl.receipt.json")
    assert verdicts(watched) == {}
    assert names(inbox) == ["clean.edl.receipt.json", "tagged.edl.receipt.json"]


def test_what_was_moved_with_its_sidecar_is_not_said_again_by_another_watch(inbox: Path, tmp_path: Path) -> None:
    for _ in range(3):
        (inbox / "new.edl").write_text(edl([TAGGED]))
        sidecar(inbox / "new.edl")
        verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held"))
        assert verdicts(watch(inbox, tmp_path / "ok", tmp_path / "held")) == {}
