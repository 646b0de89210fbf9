"""A registry without a network: each question is answered with the next of some bodies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from otiogate.records.access import Access, Limits
from otiogate.records.client import TOKEN_VARIABLE, Conversation, _Exchanged
from otiogate.records.registry import RegistryStore

ACCESS = Access("https://registry.example", limits=Limits(tries=1, pause=0))

PLAIN = {"Content-Type": "application/json", "ETag": '"r1"'}


@contextmanager
def told(bodies: list[bytes], headers: Mapping[str, str] = PLAIN, status: int = 200) -> Iterator[list[bytes]]:
    """The registry at ``ACCESS`` answers with ``bodies``, one after the other, and then with the last of them. Gives
    those that it answered with, from the first page on where a ledger was asked for again."""
    left, given = list(bodies), list[bytes]()

    def exchange(self: Conversation, method: str, url: str, query: Mapping[str, str], *_: object) -> _Exchanged:
        if method == "GET" and "cursor" not in query:
            given.clear()
        given.append(left.pop(0) if len(left) > 1 else left[0])
        return _Exchanged(status, headers, given[-1])

    RegistryStore._held.clear()
    with mock.patch.object(Conversation, "_exchange", exchange), mock.patch.dict(os.environ, {TOKEN_VARIABLE: "t"}):
        yield given
