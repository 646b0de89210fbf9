"""Strict reading: what other readers take, guess or drop in silence is an error here, with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from otiogate.documents import strict
from otiogate.documents.strict import (
    MAX_BYTES,
    MAX_DEPTH,
    DocumentError,
    decode,
    load_documents,
    load_one,
    parse_json,
    parse_otio_json,
    parse_yaml,
)
from otiogate.errors import PolicyError, StoreError


class PurePython(yaml.SafeLoader):
    """Stands in where PyYAML was built without its C parser."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


@pytest.fixture(params=["c", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs a test with both of PyYAML's parsers."""
    if request.param == "c":
        assert issubclass(strict._Loader, yaml.CSafeLoader)
    else:
        monkeypatch.setattr(strict, "_Loader", PurePython)
    yield request.param


both_parsers = pytest.mark.usefixtures("parser")


def value(text: str) -> Any:
    [document] = parse_yaml(text)
    return document.value


def refused(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        list(parse_yaml(text))
    return caught.value


def refused_json(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse_json(text)
    return caught.value


def file_error(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        load_documents(path, StoreError)
    return str(caught.value)


# YAML: what a plain value means


@both_parsers
def test_only_true_false_null_and_decimal_numbers_are_not_text() -> None:
    assert value("[true, false, null, ~, 0, -0, -1, 12]") == [True, False, None, None, 0, 0, -1, 12]
    assert value("key:") == {"key": None}
    assert [type(each) for each in value("[true, 1]")] == [bool, int]


@both_parsers
@pytest.mark.parametrize(
    "text",
    [
        *("NO", "no", "No", "yes", "on", "off", "y", "True", "TRUE", "Null", "NULL"),
        *("2026-01-31", "2026-01-31T10:00:00Z", "12:30:45", "01:00:00:00", "1.5", "1e3", "1e400", ".inf", ".nan"),
        *("NaN", "Infinity", "-Infinity", "0x10", "0o7", "007", "012", "1_000", "+1", "--1", "=", "<<"),
        *("١٢", "1" * 19, "gen.*"),
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert value(f"[{text}, {text}]") == [text, text]
    assert value(f"key: {text}") == {"key": text}


@both_parsers
@pytest.mark.parametrize("text", ["true", "null", "12", "", "~"])
def test_what_is_quoted_or_a_block_is_text(text: str) -> None:
    assert value(f"['{text}', \"{text}\"]") == [text, text]
    assert value(f"key: |-\n  {text}\n") == {"key": text}
    assert value(f"key: >-\n  {text}\n") == {"key": text}


@both_parsers
def test_keys_are_text_whatever_they_look_like() -> None:
    assert value("{1: a, true: b, null: c, NO: d, 2026-01-01: e}") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "NO": "d",
        "2026-01-01": "e",
    }


@both_parsers
def test_a_merge_key_merges_nothing() -> None:
    assert value("{<<: {a: 1}, b: 2}") == {"<<": {"a": 1}, "b": 2}


# YAML: what is refused


@both_parsers
def test_a_key_given_twice_is_refused_with_its_line() -> None:
    fault = refused("id: A\nscope:\n  territories: [US]\n  episodes: any\n  territories: [CN]\n")
    assert fault.what == "the key 'territories' is given twice"
    assert fault.line == 5
    assert refused("- {a: 1, a: 1}").line == 1
    assert refused("1: a\n'1': b").line == 2


@both_parsers
def test_a_key_that_is_no_text_is_refused() -> None:
    assert refused("a: 1\n? [b, c]\n: d\n").what == "a key must be text"


@both_parsers
@pytest.mark.parametrize(
    ("text", "line"),
    [("a: &one 1\nb: *one\n", 1), ("a: 1\nb: &two [x]\n", 2), ("a: 1\nb: *none\n", 2), ("&k a: 1", 1)],
)
def test_anchors_and_aliases_are_refused(text: str, line: int) -> None:
    fault = refused(text)
    assert fault.what == "YAML anchors and aliases are not accepted"
    assert fault.line == line


@both_parsers
def test_an_alias_bomb_is_refused_at_once() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "anchors" in refused("\n".join(rows)).what


@both_parsers
@pytest.mark.parametrize(
    "text",
    [
        *("a: !!python/object/apply:os.system ['true']", "a: !!binary aGk=", "a: !!str 5", "a: ! 5", "!!set {a, b}"),
        *("a: !local {}", "!!int 5: a", "- !!omap [a: 1]", "a: !<tag:yaml.org,2002:int> '5'"),
    ],
)
def test_tags_are_refused(text: str) -> None:
    assert refused(text).what.startswith("YAML tags are not accepted: ")
    assert refused(f"x: 1\n---\n{text}").line == 3


@both_parsers
def test_nesting_is_bounded() -> None:
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for deep in ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "[" * 100_000, "{a: " * 100_000):
        assert refused(deep).what == f"nested more than {MAX_DEPTH} deep"
    block = "".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 5))
    assert refused(block).line == MAX_DEPTH + 1


@both_parsers
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", None),
        ("a: 1\nb: c: d\n", 2),
        ("a:\n\tb: 1\n", 2),
        ("a: 1\n---\nb: @x\n", 3),
        ("a: 1\nb: \x01\n", 2),
        ("a: 1\nb: \x7f\n", 2),
        ("a: 1\nb: \0\n", 2),
        ("a: 1\nb: \ud800\n", 2),
        ('a: 1\nb: "\\0"\n', 2),
        ('a: 1\nb: "\\ud800"\n', 2),
        ('a: 1\n"\\0": b\n', 2),
        ("%YAML 3.0\n---\na: 1\n", 1),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, line: int | None) -> None:
    fault = refused(text)
    assert fault.line is not None
    assert line in (None, fault.line)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@#,?~ \n\t\0\x85\ud800é"), max_size=40))
def test_any_text_is_read_or_refused_but_never_crashes(text: str) -> None:
    for loader in (strict._Loader, PurePython):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(strict, "_Loader", loader)
            try:
                list(parse_yaml(text))
            except DocumentError as fault:
                assert fault.what


# Lines


@both_parsers
def test_the_line_of_every_nested_value_is_known() -> None:
    text = "# head\nrules:\n  - id: A\n    when:\n      stage: final\n\n  - id: B\n    list: [x,\n           y]\n"
    [document] = parse_yaml(text)
    assert document.line(()) == 2
    assert document.line(("rules",)) == 2
    assert document.line(("rules", 0)) == 3
    assert document.line(("rules", 0, "when", "stage")) == 5
    assert document.line(("rules", 1, "id")) == 7
    assert document.line(("rules", 1, "list", 0)) == 8
    assert document.line(("rules", 1, "list", 1)) == 9


@both_parsers
def test_the_line_of_what_is_missing_is_that_of_the_nearest_value_around_it() -> None:
    [document] = parse_yaml("a: 1\nb:\n  c: 2\n")
    assert document.line(("b", "missing", 3)) == 2
    assert document.line(("nothing",)) == 1


@both_parsers
def test_each_of_several_documents_has_the_lines_of_the_file() -> None:
    first, second, third = parse_yaml("a: 1\n---\nb: 2\n---\n- c\n")
    assert (first.value, second.value, third.value) == ({"a": 1}, {"b": 2}, ["c"])
    assert (first.line(("a",)), second.line(("b",)), third.line((0,))) == (1, 3, 5)


def test_json_has_no_lines() -> None:
    assert strict.Document({"a": 1}, {}).line(("a",)) is None


# JSON


def test_json_values_are_taken_as_they_are() -> None:
    text = '{"a": ["NO", true, null, 1, -0, 1.5], "\\u00e9": "\\ud83c\\udfac"}'
    assert parse_json(text) == {"a": ["NO", True, None, 1, 0, 1.5], "é": "🎬"}


def test_a_key_given_twice_in_json_is_refused() -> None:
    assert refused_json('{"a": 1, "b": {"c": 1, "c": 1}}').what == "the key 'c' is given twice in one object"
    assert refused_json('{"a": 1, "\\u0061": 2}').what == "the key 'a' is given twice in one object"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": NaN}', "NaN is not JSON"),
        ("[Infinity]", "Infinity is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("[1e400]", "the number 1e400 is out of range"),
        ("[-1e400]", "the number -1e400 is out of range"),
        (f"[{'9' * 5000}]", "not JSON that can be used"),
        ('["\\u0000"]', "holds a NUL character"),
        ('{"\\u0000": 1}', "holds a NUL character"),
        ('["\\ud800"]', "holds half of a character"),
        ('["\\udc00\\ud800"]', "holds half of a character"),
        ('["\0"]', "not JSON"),
        ("", "not JSON"),
        ("[1,]", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ("[1] [2]", "not JSON"),
        ("// no\n[1]", "not JSON"),
    ],
)
def test_what_is_not_strict_json_is_refused(text: str, what: str) -> None:
    assert refused_json(text).what.startswith(what)


def test_a_fault_in_json_has_its_line() -> None:
    assert refused_json('{\n "a": 1,\n "b": nope\n}').line == 3


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_in_json_is_bounded(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    assert parse_json(opening * (MAX_DEPTH - 1) + "[1]" + closing * (MAX_DEPTH - 1))
    for depth in (MAX_DEPTH + 1, 900, 5000, 200_000):
        what = refused_json(opening * (depth - 1) + "[1]" + closing * (depth - 1)).what
        assert what in (f"nested more than {MAX_DEPTH} deep", "nested too deeply")


def test_brackets_in_text_are_no_nesting() -> None:
    assert parse_json('["' + "[{" * 500 + '"]') == ["[{" * 500]
    assert len(parse_json("[" + ",".join(["[]"] * 500) + "]")) == 500


def test_the_json_of_a_timeline_may_hold_what_opentimelineio_writes_but_no_key_twice() -> None:
    assert parse_otio_json('{"a": [NaN, NaN, -Infinity]}') == [
        "holds NaN, which is not JSON",
        "holds -Infinity, which is not JSON",
    ]
    assert parse_otio_json('{"a": 1.5}') == []
    with pytest.raises(DocumentError, match="given twice"):
        parse_otio_json('{"a": 1, "a": 2}')
    with pytest.raises(DocumentError, match="nested too deeply"):
        parse_otio_json("[" * 200_000)


# Bytes and files


def test_text_is_utf8_with_or_without_a_byte_order_mark() -> None:
    assert decode("é: 1".encode("utf-8-sig")) == "é: 1"
    assert decode("é: 1".encode()) == "é: 1"
    with pytest.raises(DocumentError, match=r"not UTF-8 text \(byte 9\)") as caught:
        decode(b"a: 1\nb: \n\xff")
    assert caught.value.line == 3
    with pytest.raises(DocumentError, match="not UTF-8"):
        decode("a: 1".encode("utf-16"))


@pytest.mark.parametrize(("name", "text"), [("r.yaml", "a: NO\n"), ("r.yml", "a: NO\n"), ("r.JSON", '{"a": "NO"}')])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_files_are_read_by_their_suffix(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    assert load_one(path, StoreError).value == {"a": "NO"}


@pytest.mark.parametrize(
    ("name", "data", "where", "what"),
    [
        ("r.yaml", b"a: 1\na: 2\n", ":2", "the key 'a' is given twice"),
        ("r.yaml", b"a: 1\nb: \xff\n", ":2", "not UTF-8 text"),
        ("r.yaml", b"a: 1\nb: \0\n", ":2", "holds a NUL character"),
        ("r.yaml", b"a: &x 1\n", ":1", "anchors and aliases"),
        ("r.yaml", b"[" * 100_000, ":1", "nested more than"),
        ("r.yaml", b"a: \x01\n", ":1", "not YAML"),
        ("r.json", b'{"a": 1, "a": 2}', "", "the key 'a' is given twice"),
        ("r.json", b'{"a": NaN}', "", "NaN is not JSON"),
        ("r.json", b"[1e400]", "", "out of range"),
        ("r.json", b"[" * 100_000, "", "nested too deeply"),
        ("r.json", b"[" * 100 + b"]" * 100, "", "nested more than"),
        ("r.json", b"[\n1,\n}", ":3", "not JSON"),
        ("r.json", b"", ":1", "not JSON"),
        ("r.json", b"\xff\xfe[\0]\0", ":1", "not UTF-8 text"),
    ],
)
def test_a_broken_file_raises_the_given_error_with_file_and_line(
    tmp_path: Path, name: str, data: bytes, where: str, what: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    message = file_error(path)
    assert message.startswith(f"{path}{where}: ")
    assert what in message
    with pytest.raises(PolicyError):
        load_documents(path, PolicyError)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert "No such file" in file_error(tmp_path / "missing.yaml")
    assert "cannot be read" in file_error(tmp_path)
    assert "cannot be read" in file_error(Path("nul\0.yaml"))


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a" * MAX_BYTES)
    assert load_one(path, StoreError).value == "a" * MAX_BYTES
    path.write_bytes(b"a" * (MAX_BYTES + 1))
    assert "larger than 8 MiB" in file_error(path)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "\ufeff"])
def test_an_empty_file_holds_no_document(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_documents(path, StoreError) == []
    with pytest.raises(StoreError, match="holds no documents where one belongs"):
        load_one(path, StoreError)


def test_several_documents_are_all_read_and_refused_where_one_belongs(tmp_path: Path) -> None:
    path = tmp_path / "several.yaml"
    path.write_text("a: 1\n---\nb: 2\n", encoding="utf-8")
    assert [each.value for each in load_documents(path, StoreError)] == [{"a": 1}, {"b": 2}]
    with pytest.raises(StoreError, match="holds 2 documents where one belongs"):
        load_one(path, StoreError)


def test_a_fault_in_a_later_document_takes_the_whole_file_down(tmp_path: Path) -> None:
    path = tmp_path / "several.yaml"
    path.write_text("a: 1\n---\nb: [\n", encoding="utf-8")
    assert "not YAML" in file_error(path)
