"""Whatever is done to a signed record, it is refused, or it answers nothing: nothing counts that was not signed."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otiogate.errors import OtiogateError
from otiogate.records.store import FolderStore
from otiogate.signing.envelope import PAYLOAD_TYPE
from tests.builders import decision, disclosure
from tests.signing.keyring import envelope, held, person, trust

WHO = person()
APPROVAL = decision("approval", disclosure(), ["NFX-020"])
SEALED = envelope(APPROVAL, WHO)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, item in inner for each in places(item, (*path, key)))]


def put_in(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of plain data with ``new`` at ``path``."""
    if not path:
        return new
    made = copy.copy(value)
    made[path[0]] = put_in(value[path[0]], path[1:], new)
    return made


STATEMENT = json.loads(SEALED.payload)
ENVELOPE = json.loads(SEALED.text())


@st.composite
def forged(draw: st.DrawFn) -> tuple[str, bool]:
    """The text of an envelope in which one thing is another, and whether it is the one that was signed."""
    inside = draw(st.booleans())
    whole = STATEMENT if inside else ENVELOPE
    made = put_in(whole, draw(st.sampled_from(places(whole))), draw(VALUES))
    if not inside:
        return json.dumps(made), made == ENVELOPE
    payload = json.dumps(made, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    said = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode()}
    return json.dumps(said | {"signatures": ENVELOPE["signatures"]}), payload == SEALED.payload


def counts_only_if_signed(tmp_path: Path, text: str, same: bool) -> None:
    (tmp_path / "ledger").mkdir(exist_ok=True)
    (tmp_path / "ledger" / "APR-001.dsse.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    FolderStore._read.clear()
    try:
        records = held(tmp_path / "ledger", trust(tmp_path, WHO)).records
    except OtiogateError:
        assert not same
        return
    trusted = [each for each in records.values() if each.signers and not each.distrust]
    assert bool(trusted) == same
    assert all(each.data == APPROVAL for each in trusted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forged())
def test_one_thing_changed_counts_for_nothing(tmp_path: Path, made: tuple[str, bool]) -> None:
    counts_only_if_signed(tmp_path, *made)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5_000)
@given(forged())
def test_one_thing_changed_counts_for_nothing_at_length(tmp_path: Path, made: tuple[str, bool]) -> None:
    counts_only_if_signed(tmp_path, *made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(SEALED.text()) - 1), char=st.characters(codec="utf-8"))
def test_one_character_changed_counts_for_nothing(tmp_path: Path, place: int, char: str) -> None:
    text = SEALED.text()
    text = text[:place] + char + text[place + 1 :]
    try:
        same = json.loads(text) == ENVELOPE
    except ValueError:
        same = False
    counts_only_if_signed(tmp_path, text, same)
