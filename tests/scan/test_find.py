"""Which timelines a scan is of."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from otiogate.errors import ReadError
from otiogate.scan import misnamed
from otiogate.scan.find import Met, Wanted, timelines
from otiogate.scan.read import read_file
from tests.cli.running import edl

LATER = 4e9
"""A time that is still to come: when a file came where it is cannot be set."""

DELIVERY = (
    "a/cut.edl",
    "a/CUT.EDL",
    "a/cut.otio",
    "a/cut.otioz",
    "a/bundle.otiod/content.otio",
    "a/bundle.otiod/media/inner.edl",
    "a/deep/er/cut.aaf",
    "a/notes.txt",
    "a/.hidden.edl",
    "a/.trash/cut.edl",
    "b/cut.edl",
)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    for name in DELIVERY:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.chdir(tmp_path)
    return lambda *paths, **wanted: list(timelines(paths, Wanted(**wanted)))


OF_A = ["a/CUT.EDL", "a/bundle.otiod", "a/cut.edl", "a/cut.otio", "a/cut.otioz", "a/deep/er/cut.aaf"]


def test_a_folder_means_every_timeline_below_it_read_or_not(found: Callable[..., list[str]]) -> None:
    assert found("a") == OF_A
    assert found("a", "b") == [*OF_A, "b/cut.edl"]
    assert found("b", "a") == ["b/cut.edl", *OF_A]


def test_a_bundle_is_a_timeline_and_no_folder(found: Callable[..., list[str]]) -> None:
    assert found("a/bundle.otiod") == ["a/bundle.otiod"]
    assert found("a/bundle.otiod/") == ["a/bundle.otiod/"]


def test_what_is_named_is_taken_whatever_it_is(found: Callable[..., list[str]]) -> None:
    names = ["a/notes.txt", "a/.hidden.edl", "nowhere.edl", ""]
    assert found(*names, include=("x",), exclude=("*",), since=LATER) == names


def test_a_pattern_means_what_it_matches_and_what_is_in_folders_that_it_matches(
    found: Callable[..., list[str]],
) -> None:
    assert found("*/cut.edl") == ["a/cut.edl", "b/cut.edl"]
    assert found("[ab]") == [*OF_A, "b/cut.edl"]
    assert found("*.edl") == []


def test_a_pattern_of_a_suffix_means_it_in_capitals_too(found: Callable[..., list[str]]) -> None:
    assert found("a/*.edl") == found("a/*.EDL") == ["a/CUT.EDL", "a/cut.edl"]
    assert found("a", include=("*.edl",)) == found("a", include=("CUT.edl",)) == ["a/CUT.EDL", "a/cut.edl"]
    assert "a/CUT.EDL" in found("a", exclude=("*.edl",))


def test_what_means_no_timeline_is_told(found: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    empty: list[str] = []
    assert list(timelines(["c", "b", "*.edl", "none.edl"], met=Met(empty.append))) == ["b/cut.edl", "none.edl"]
    assert empty == ["c", "*.edl"]


def test_a_file_whose_name_is_a_pattern_is_that_file(found: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "cut[1].edl").write_text("")
    (tmp_path / "cut1.edl").write_text("")
    assert found("cut[1].edl") == ["cut[1].edl"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"include": ("*.otio*",)}, ["a/cut.otio", "a/cut.otioz", "a/bundle.otiod"]),
        ({"include": ("deep/*",)}, ["a/deep/er/cut.aaf"]),
        ({"include": ("*.edl", "*.otio"), "exclude": ("cut.otio",)}, ["a/cut.edl"]),
        ({"exclude": ("*cut*", "bundle*")}, ["a/CUT.EDL"]),
    ],
)
def test_include_and_exclude_are_patterns_of_paths_or_names(
    found: Callable[..., list[str]], wanted: dict[str, tuple[str, ...]], names: list[str]
) -> None:
    assert set(found("a", **wanted)) >= set(names)
    left_out = set(OF_A) - set(found("a", **wanted))
    assert not left_out & set(names)


def test_since_leaves_out_what_did_not_change(found: Callable[..., list[str]], tmp_path: Path) -> None:
    for name in ("a/cut.edl", "b/cut.edl"):
        os.utime(tmp_path / name, (LATER, LATER))
    assert found("*/cut.edl", since=LATER) == ["a/cut.edl", "b/cut.edl"]
    assert found("*/cut.edl", since=LATER + 1) == []


def test_since_takes_what_arrived_with_the_date_that_it_had_elsewhere(
    found: Callable[..., list[str]], tmp_path: Path
) -> None:
    os.utime(tmp_path / "b" / "cut.edl", (1000, 1000))
    assert found("b", since=time.time() - 3600) == ["b/cut.edl"]


def test_xml_is_a_timeline_if_it_says_so(found: Callable[..., list[str]], tmp_path: Path) -> None:
    texts = {
        "fcp7": b'<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5">',
        "wide": '<?xml version="1.0"?><xmeml version="5">'.encode("utf-16"),
        "sidecar": b"<?xml version='1.0'?><media/>",
    }
    for name, data in texts.items():
        (tmp_path / "b" / f"{name}.xml").write_bytes(data)
    assert found("b") == ["b/cut.edl", "b/fcp7.xml", "b/wide.xml"]
    assert found("b/sidecar.xml") == ["b/sidecar.xml"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_stands_before_the_outermost_element_hides_no_timeline(
    found: Callable[..., list[str]], tmp_path: Path, encoding: str
) -> None:
    """The first of them was passed over in silence: 4,096 bytes were looked at."""
    form = "<?xml version='1.0' encoding='" + encoding + "'?>{}<!DOCTYPE {}>{}"
    texts = {
        "far": form.format("<!--" + " " * 4100 + "-->", "xmeml", "<xmeml version='5'/>"),
        "far_other": form.format("<!--" + " " * 4100 + "-->", "config", "<config/>"),
        "hidden": form.format("", 'xmeml [<!ENTITY a "]><config>">]', " " * 4100 + "<xmeml version='5'/>"),
        "too_far": form.format("<!--" + " " * 2_000_000 + "-->", "xmeml", "<xmeml version='5'/>"),
        "empty": "",
        "broken": "<a <b",
    }
    for name, text in texts.items():
        (tmp_path / "b" / f"{name}.xml").write_bytes(text.encode(encoding))
    assert found("b") == ["b/cut.edl", "b/far.xml", "b/hidden.xml", "b/too_far.xml"]


@pytest.mark.parametrize("name", ["no-such-encoding", "utf-7"])
def test_an_xml_in_an_encoding_that_is_not_read_may_be_a_timeline(
    found: Callable[..., list[str]], tmp_path: Path, name: str
) -> None:
    (tmp_path / "b" / "odd.xml").write_bytes(f"<?xml version='1.0' encoding='{name}'?>+ADw-xmeml+AD4-".encode())
    assert found("b") == ["b/cut.edl", "b/odd.xml"]


def test_since_asks_for_what_is_in_a_bundle_and_for_what_belongs_to_a_timeline(
    found: Callable[..., list[str]], tmp_path: Path
) -> None:
    os.utime(tmp_path / "a" / "bundle.otiod" / "content.otio", (LATER, LATER))
    for name in ("cut.edl.genai.json", "cut.otio.receipt.json"):
        (tmp_path / "a" / name).write_text("{}")
        os.utime(tmp_path / "a" / name, (LATER, LATER))
    assert found("a", since=LATER) == ["a/bundle.otiod", "a/cut.edl", "a/cut.otio"]


def test_a_sidecar_without_its_timeline_is_told(found: Callable[..., list[str]], tmp_path: Path) -> None:
    for name in ("cut.edl", "lost.edl", "bundle.otiod", "notes.txt"):
        (tmp_path / "a" / f"{name}.genai.json").write_text("{}")
    alone: list[str] = []
    assert list(timelines(["a"], met=Met(alone=alone.append))) == OF_A
    assert alone == ["a/lost.edl.genai.json"]


def test_a_link_to_a_folder_is_not_followed_and_a_link_to_a_file_is(
    found: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "b" / "other.edl").symlink_to(tmp_path / "a" / "cut.edl")
    assert found("b") == ["b/cut.edl", "b/other.edl"]


def test_a_link_to_what_is_not_looked_at_is_told(tmp_path: Path) -> None:
    for name in ("in/ep101", "in/.held/ep102", "other"):
        (tmp_path / name).mkdir(parents=True)
    for name, there in (("latest", "ep101"), ("hidden", ".held/ep102"), ("out", "../other"), ("all", ".")):
        (tmp_path / "in" / name).symlink_to(there)
    links: list[str] = []
    assert list(timelines([str(tmp_path / "in")], met=Met(link=links.append))) == []
    assert links == [str(tmp_path / "in" / name) for name in ("hidden", "out")]


def test_a_junction_of_windows_is_told_as_a_link_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "out").mkdir(parents=True)
    true = os.path.realpath
    monkeypatch.setattr(os.path, "isjunction", lambda path: path.endswith("out"), raising=False)
    monkeypatch.setattr(os.path, "realpath", lambda path: true(tmp_path) if path.endswith("out") else true(path))
    links: list[str] = []
    assert list(timelines([str(tmp_path / "in")], met=Met(link=links.append))) == []
    assert links == [str(tmp_path / "in" / "out")]


def test_what_is_hidden_is_told_where_it_is_a_timeline_or_holds_one(tmp_path: Path) -> None:
    held = (".cut.edl", ".Reel.OTIOD/content.otio", ".bin/deep/cut.otio", "a/.cut.xml", ".git/objects/ab", ".DS_Store")
    for name in (*held, "cut.edl", ".notes.xml", "a/._cut.edl", "a/._odd.edl", "b/.wip/cut.edl", "b/.wip/cut.aaf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<xmeml/>" if name == "a/.cut.xml" else "<notes/>")
    (tmp_path / "a/._cut.edl").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    (tmp_path / "elsewhere").symlink_to(tmp_path.parent)
    (tmp_path / ".elsewhere").symlink_to(tmp_path.parent)
    os.mkfifo(tmp_path / "b/._pipe.edl")

    def told(**wanted: object) -> list[str]:
        hidden: list[str] = []
        assert list(timelines([str(tmp_path)], Wanted(**wanted), Met(hidden=hidden.append)))  # type: ignore[arg-type]
        return [os.path.relpath(each, tmp_path) for each in hidden]

    assert told() == [".Reel.OTIOD", ".bin", ".cut.edl", "a/._odd.edl", "a/.cut.xml", "b/._pipe.edl", "b/.wip"]
    assert told(include=("*.edl",)) == [".cut.edl", "a/._odd.edl", "b/._pipe.edl", "b/.wip"]
    assert len(told(exclude=("", "./", "/"))) == 7, "a pattern of nothing leaves nothing out"
    assert told(exclude=("b/*", ".bin", "*.xml", "./.cut.edl", ".Reel*/", "a/._odd.edl")) == []


def test_a_pattern_of_a_folder_holds_for_all_below_it(found: Callable[..., list[str]]) -> None:
    for pattern in ("deep", "deep/", "./deep", "deep/er", "d*", "er"):
        assert found("a", exclude=(pattern,)) == [each for each in OF_A if "deep" not in each]
        assert found("a", include=(pattern,)) == ["a/deep/er/cut.aaf"]


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ReadError, match="cannot be listed: Permission denied"):
        list(timelines([str(tmp_path)]))


def test_one_folder_that_cannot_be_listed_ends_nothing_where_somebody_is_told_of_it(
    found: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("deep"):
            raise PermissionError(13, "Permission denied", path)
        return true(path)

    monkeypatch.setattr(os, "scandir", refuse)
    faults: list[ReadError] = []
    assert list(timelines(["a", "b"], met=Met(unlisted=faults.append))) == [*OF_A[:-1], "b/cut.edl"]
    assert [each.where for each in faults] == ["a/deep"]
    for exclude in ("deep", "deep/*"):
        assert found("a", exclude=(exclude,)) == OF_A[:-1], "what is left out need not be looked into"


def test_a_sidecar_is_no_timeline_whatever_the_pattern(tmp_path: Path) -> None:
    (tmp_path / "a.edl").write_text("TITLE: A\n")
    (tmp_path / "a.edl.genai.json").write_text("{}")
    assert list(timelines([str(tmp_path / "*")])) == [str(tmp_path / "a.edl")]
    assert list(timelines([str(tmp_path)])) == [str(tmp_path / "a.edl")]


def test_events_are_known_however_their_lines_end_and_their_times_are_parted(tmp_path: Path) -> None:
    for name, line_end, blank in (("cr.txt", "\r", " "), ("wide.txt", "\n", "  "), ("tabs.txt", "\r\n", "\t")):
        text = edl(["* a remark"]).replace(" 0", f"{blank}0").replace("\n", line_end)
        (tmp_path / name).write_bytes(text.encode())
    assert len(list(timelines([str(tmp_path)], misnamed=True))) == 3


def test_a_packed_timeline_that_was_set_aside_is_found_and_an_archive_of_another_name_is_none(tmp_path: Path) -> None:
    for name in ("cut.otioz.bak", "cut.otioz.old", "notes.bak"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("content.otio", otio.schema.Timeline("cut").to_json_string())
    assert list(timelines([str(tmp_path)], misnamed=True)) == [
        str(tmp_path / name) for name in ("cut.otioz.bak", "cut.otioz.old")
    ]


def zipped(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", ".").replace("_in_", "/"), content)


def test_an_archive_that_holds_a_timeline_is_found_and_not_looked_into(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", notes__txt="x", cuts_in_CUT__EDL=edl([]))
    zipped(tmp_path / "b.ZIP", cut__fcpxmld_in_Info__fcpxml="<fcpxml/>")
    zipped(tmp_path / "c.zip", cut__xml="<!DOCTYPE xmeml>\n<xmeml version='5'/>")
    for name in ("d.zip", "d.edl.zip"):
        (tmp_path / name).write_bytes(b"PK\3\4 cut off, and mended by another program")
    for name in ("e.edl.gz", "f.otio.7z", "g.EDL.RAR", "h.edl.tgz", "i.edl.tar"):
        (tmp_path / name).write_bytes(b"packed")
    zipped(tmp_path / "j.zip", cut__edl__txt=edl([]))
    zipped(tmp_path / "k.zip", cut__xml=f"<!--{' ' * 100_000}--><xmeml version='5'/>")
    zipped(tmp_path / "l.zip", **{"cut__edl ": edl([]), "a\\b__png": "x"})
    expected = sorted(str(each) for each in tmp_path.iterdir())
    zipped(tmp_path / "still.zip", still__png="x", about__xml="<note/>", __MACOSX_in__cut__edl="x")
    zipped(tmp_path / "notes.zip", cut__edl__pdf="%PDF-1.4", cut__edl__md5="d41d8cd98f00b204e9800998ecf8427e  cut.edl")
    zipped(tmp_path / "mac.zip", __cut__edl="x")
    (tmp_path / "notes.gz").write_bytes(b"packed")
    assert list(timelines([str(tmp_path)])) == []
    assert list(timelines([str(tmp_path)], misnamed=True)) == expected
    for path in expected:
        with pytest.raises(ReadError, match=r"is an archive that holds .*, which is not looked into"):
            read_file(Path(path))


def test_a_pipe_that_is_called_an_archive_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cut.edl.zip")
    with pytest.raises(ReadError, match="is no file, but a pipe"):
        read_file(tmp_path / "cut.edl.zip")


def test_an_archive_that_cannot_be_opened_without_a_password_may_hold_one(tmp_path: Path) -> None:
    path = tmp_path / "turnover.zip"
    zipped(path, cut__xml="<note/>")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # of the file, that it is encrypted
    data[data.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert list(timelines([str(tmp_path)], misnamed=True)) == [str(path)]


def test_a_list_of_files_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads the list holds all of it, before any limit of memory."""
    path = tmp_path / "stills.zip"
    zipped(path, **{f"still{number:04}__png": "" for number in range(20)})
    assert list(timelines([str(tmp_path)], misnamed=True)) == []
    monkeypatch.setattr(misnamed, "_LARGEST_DIRECTORY", 1000)
    assert list(timelines([str(tmp_path)], misnamed=True)) == [str(path)]


@pytest.mark.parametrize(
    "name", ["cut.edl.txt", "cut.txt", "cut.cmx", "cut", "cut.edl~", "cut.edl ", "cut.edl.v2", "c.otio.bak"]
)
def test_what_is_a_timeline_and_has_no_name_of_one_is_found_where_it_is_asked_for(tmp_path: Path, name: str) -> None:
    made = otio.schema.Timeline("cut").to_json_string() if "otio" in name else edl([])
    (tmp_path / name).write_text(made, encoding="utf-16" if name == "cut.txt" else "utf-8")
    (tmp_path / "cut.aaf.md5").write_text("d41d8cd98f00b204e9800998ecf8427e  cut.aaf")
    (tmp_path / "cut.edl.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "notes.txt").write_text("TITLE: notes\n001 is cut at 01:00:00:00, 002 at 01:00:05:00\n")
    (tmp_path / ".cut.txt").write_text(edl([]))
    assert list(timelines([str(tmp_path)])) == []
    assert list(timelines([str(tmp_path)], misnamed=True)) == [str(tmp_path / name)]
