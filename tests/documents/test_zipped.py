"""Zip archives that two readers might read in two ways are refused; of all others, each member has one content."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest

from otiogate.documents.strict import DocumentError
from otiogate.documents.zipped import Member, members, unpacked

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
FILES = {"version.txt": b"1.0.0", "content.otio": b"{}" * 5000, "media/vfx_010.mov": bytes(range(256)) * 40}


def made(files: dict[str, bytes] | None = None, method: int = STORED, **named: Any) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", method) as archive:
        for name, content in (FILES if files is None else files).items():
            with archive.open(zipfile.ZipInfo(name), "w", **named) as stream:
                stream.write(content)
    return found.getvalue()


def listed(data: bytes) -> dict[str, Member]:
    return {each.name: each for each in members(io.BytesIO(data))}


def contents(data: bytes) -> dict[str, bytes]:
    stream = io.BytesIO(data)
    return {each.name: b"".join(unpacked(stream, each)) for each in members(stream)}


def entry(
    name: bytes, packed: bytes, *, size: int = -1, crc: int = -1, flags: int = 0, method: int = 0, extra: bytes = b"",
    mode: int = 0,
) -> tuple[bytes, bytes]:  # fmt: skip
    """What stands in an archive of one member: at its place, and in the directory but for the place."""
    told = (crc if crc >= 0 else zlib.crc32(packed), len(packed), size if size >= 0 else len(packed))
    common = struct.pack("<4H3L2H", flags, method, 0, 33, *told, len(name), len(extra))
    local = b"PK\3\4" + struct.pack("<H", 20) + common + name + extra + packed
    return local, b"PK\1\2" + struct.pack("<2H", 20, 20) + common + struct.pack("<3HL", 0, 0, 0, mode << 16)


def joined(*entries: tuple[bytes, bytes], hidden: bytes = b"", before: bytes = b"") -> bytes:
    """An archive of ``entries``, with something in it that its directory does not list."""
    body, directory = before, b""
    for local, central in entries:
        named = sum(struct.unpack("<2H", local[26:30]))
        directory += central + struct.pack("<L", len(body)) + local[30 : 30 + named]
        body += local
    body += hidden
    return (
        body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[len(entries)] * 2, len(directory), len(body), 0)
    )


def squeezed(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


class Pipe(io.BytesIO):
    """What a zip is written to that cannot be sought in: sizes stand behind what they are of."""

    def tell(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("wide", [False, True])
def test_what_the_standard_library_packs_is_read(method: int, wide: bool) -> None:
    assert contents(made(method=method, force_zip64=wide)) == FILES


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("wide", [False, True])
def test_sizes_that_stand_behind_what_is_packed_are_read(method: int, wide: bool) -> None:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        for name, content in FILES.items():
            with archive.open(name, "w", force_zip64=wide) as stream:
                stream.write(content)
    assert contents(pipe.getvalue()) == FILES


def test_a_directory_for_large_archives_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    data = made(force_zip64=True)
    assert b"PK\6\7" in data
    assert contents(data) == FILES


def test_an_archive_without_members_and_folders_in_one_are_no_fault() -> None:
    assert contents(made({})) == {}
    assert contents(made({"media/": b"", "media/a.mov": b"a"})) == {"media/a.mov": b"a"}


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_a_byte_that_is_changed_anywhere_changes_no_content_unseen(method: int) -> None:
    files = {"content.otio": b"{}", "media/a.mov": b"pictures" * 4}
    whole, kept = made(files, method), 0
    for at in range(len(whole)):
        for flip in (1, 8, 128, 255):
            data = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
            try:
                assert contents(data) == files, (at, flip)
                kept += 1
            except DocumentError:
                continue
    assert kept, "such as a time"


def test_an_archive_that_ends_early_is_refused_wherever_it_ends() -> None:
    whole = made(method=DEFLATED)
    for end in range(len(whole)):
        with pytest.raises(DocumentError):
            members(io.BytesIO(whole[:end]))


def test_a_member_that_the_directory_does_not_list_is_seen() -> None:
    shown, hidden = entry(b"media/a.mov", b"approved"), entry(b"media/a.mov", b"others")
    assert contents(joined(shown)) == {"media/a.mov": b"approved"}
    for data in (joined(shown, hidden=hidden[0]), joined(shown, before=hidden[0]), joined(shown, hidden=b"\0")):
        with pytest.raises(DocumentError, match=r"does not list|where the one before it ends"):
            listed(data)


def test_members_that_share_their_bytes_are_refused() -> None:
    inner = entry(b"media/b.mov", b"b" * 10)
    local, central = entry(b"media/a.mov", inner[0])
    data = bytearray(joined((local, central), inner))
    first, second = (data.index(b"PK\1\2"), data.rindex(b"PK\1\2"))
    data[second + 42 : second + 46] = struct.pack("<L", 30 + len("media/a.mov"))
    assert first < second
    with pytest.raises(DocumentError, match="where the one before it ends"):
        listed(bytes(data))


@pytest.mark.parametrize(
    ("at", "what"), [(6, "flags"), (8, "method"), (14, "crc"), (18, "packed"), (22, "size"), (30, "name")]
)
def test_a_directory_that_says_another_thing_than_the_member_is_seen(at: int, what: str) -> None:
    data = bytearray(made({"media/a.mov": b"pictures"}))
    data[at] ^= 2
    with pytest.raises(DocumentError, match=r"two things of media/a\.mov"):
        listed(bytes(data))


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("size", [4, 12])
def test_a_size_that_lies_is_seen_though_the_check_sum_fits_what_it_says(method: int, size: int) -> None:
    content = b"pictures"
    packed = squeezed(content) if method else content
    told = content[:size].ljust(size, b"\0")
    data = joined(entry(b"media/a.mov", packed, size=size, crc=zlib.crc32(told), method=method))
    with pytest.raises(DocumentError, match=r"larger|smaller|another size"):
        contents(data)


def test_what_unpacks_to_more_than_is_declared_is_given_up_at_once() -> None:
    bomb = squeezed(b"\0" * (200 * 1024**2))
    data, given = joined(entry(b"media/a.mov", bomb, size=1000, crc=0, method=DEFLATED)), 0
    stream = io.BytesIO(data)
    with pytest.raises(DocumentError, match="larger than the archive declares"):
        for piece in unpacked(stream, members(stream)[0]):
            given += len(piece)
    assert given <= 1000


def test_what_stands_behind_the_packed_content_is_seen() -> None:
    content = b"pictures"
    for further in (squeezed(b"others"), b"\0" * (3 * 1024**2)):
        packed = squeezed(content) + further
        data = joined(entry(b"a.mov", packed, size=len(content), crc=zlib.crc32(content), method=DEFLATED))
        with pytest.raises(DocumentError, match="behind what is packed"):
            contents(data)


@pytest.mark.parametrize(
    "name",
    [
        "../a.mov", "media/../../a.mov", "media/../media/a.mov", "/media/a.mov", "./a.mov", "media//a.mov", "...",
        "media/ /a", "media\\a.mov", "..\\a.mov", "C:a.mov", "media/a.mov::$DATA", "media/a.mov\0.txt", "media/a\n.mov",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_on_any_system_is_refused(name: str) -> None:
    with pytest.raises(DocumentError, match="leads out of it, or elsewhere"):
        listed(joined(entry(name.encode(), b"pictures")))


def test_a_name_is_utf_8_where_it_says_so_and_ascii_elsewhere() -> None:
    assert contents(made({"media/Höhle.mov": b"a"})) == {"media/Höhle.mov": b"a"}
    with pytest.raises(DocumentError, match="not marked as UTF-8"):
        listed(joined(entry("media/Höhle.mov".encode(), b"a")))


@pytest.mark.parametrize("other", ["media/a.mov", "MEDIA/A.mov", "media/a.mov.", "media/a.mov ", "media./a.mov"])
def test_of_two_members_that_some_system_writes_to_one_place_neither_is_read(other: str) -> None:
    data = joined(entry(b"media/a.mov", b"approved"), entry(other.encode(), b"others"), entry(b"b.mov", b"b"))
    stream = io.BytesIO(data)
    *twice, alone = members(stream)
    for each in twice:
        with pytest.raises(DocumentError, match="is there twice"):
            list(unpacked(stream, each))
    assert list(unpacked(stream, alone)) == [b"b"]


def test_accents_composed_or_not_make_one_name() -> None:
    data = made({"media/H\u00f6hle.mov": b"approved", "media/Ho\u0308hle.mov": b"others"})
    assert {each.fault for each in members(io.BytesIO(data))} == {
        "is there twice, by names that some system takes for one"
    }


@pytest.mark.parametrize("flags", [1, 1 << 6, 1 << 13])
def test_what_is_encrypted_is_said_to_be(flags: int) -> None:
    [member] = members(io.BytesIO(joined(entry(b"a.mov", b"pictures", flags=flags))))
    assert member.fault == "is encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 93])
def test_a_further_way_of_packing_is_not_read(method: int) -> None:
    [member] = members(io.BytesIO(joined(entry(b"a.mov", b"pictures", method=method))))
    assert member.fault == "is packed in a way that is not read here"


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644])
def test_links_and_devices_are_refused(mode: int) -> None:
    with pytest.raises(DocumentError, match="a link or a device: media"):
        listed(joined(entry(b"media", b"/elsewhere", mode=mode), entry(b"b.mov", b"b")))


def test_a_second_name_in_an_extra_field_is_seen() -> None:
    name = b"media/b.mov"
    field = b"\1" + struct.pack("<L", zlib.crc32(b"media/a.mov")) + name
    further = struct.pack("<2H", 0x7075, len(field)) + field
    assert listed(joined(entry(name, b"b", extra=further)))
    with pytest.raises(DocumentError, match="second name"):
        listed(joined(entry(b"media/a.mov", b"a", extra=further)))


def test_sizes_behind_what_is_packed_that_say_another_thing_are_seen() -> None:
    content = b"pictures"
    for told in ((zlib.crc32(content), 8, 8), (zlib.crc32(content), 4, 4), (0, 8, 8)):
        local, central = entry(b"a.mov", content, flags=8)
        data = joined((local + b"PK\7\10" + struct.pack("<3L", *told), central))
        if told[:2] == (zlib.crc32(content), 8):
            assert contents(data) == {"a.mov": content}
            continue
        with pytest.raises(DocumentError, match="one in its directory and one behind it"):
            listed(data)


@pytest.mark.parametrize("kind", ["remark", "tail", "two directories", "count", "place", "disk"])
def test_an_end_that_two_readers_might_take_otherwise_is_refused(kind: str) -> None:
    one, other = joined(entry(b"a.mov", b"approved")), joined(entry(b"a.mov", b"others"))
    end = bytearray(one[-22:])
    if kind == "remark":
        end[20:] = struct.pack("<H", len(other)) + other
    elif kind == "tail":
        end += b"\0"
    elif kind == "two directories":
        end += other
    elif kind == "count":
        end[8:12] = struct.pack("<2H", 0, 0)
    elif kind == "place":
        end[16] ^= 1
    else:
        end[4] = 1
    with pytest.raises(DocumentError):
        listed(one[:-22] + bytes(end))


def test_an_end_for_large_archives_that_says_another_thing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    data = made()
    assert contents(data) == FILES
    at = data.rindex(b"PK\5\6")
    for place in (8, 10, 12, 16):
        changed = bytearray(data)
        changed[at + place] = 0
        changed[at + place + 1] = 0
        with pytest.raises(DocumentError, match="two things of its directory"):
            listed(bytes(changed))
