"""Clearance requests made: posted to a registry, or written into a folder, each once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from otiogate.documents.schemas import at, contract_faults, faults
from otiogate.documents.strict import load_one
from otiogate.documents.write import write_text
from otiogate.errors import StoreError, UsageError
from otiogate.records.access import Access


class Made(NamedTuple):
    """What became of a request: ``name`` is what the registry calls it, or its file; ``new``: nobody had asked."""

    name: str
    new: bool


class RegistryRequests:
    """Posts requests to a registry, which knows those it has by their keys."""

    def __init__(self, access: Access) -> None:
        from otiogate.records.client import Conversation

        self._access = access
        self._conversation = Conversation(access)

    def make(self, request: Mapping[str, Any]) -> Made:
        """Asks. Raises ``StoreError`` where it is not known to have been taken: it may be asked again."""
        answer = self._conversation.post("/v1/requests", dict(request), request["key"])
        for path, sentence in contract_faults("Asked", answer.data):
            raise self._wrong(f"{at(path)}: {sentence}")
        if answer.data["key"] != request["key"]:
            raise self._wrong("it is about another request")
        return Made(str(answer.data["id"]), answer.status == 201)

    def _wrong(self, what: str) -> StoreError:
        step = "ask again, which repeats nothing; tell who keeps the registry"
        return StoreError(
            f"the registry gives an answer to a request that cannot be used: {what}",
            where=self._access.url,
            next_step=step,
        )


class FolderRequests:
    """Writes each request as a file, whose name tells its key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, request: Mapping[str, Any]) -> Made:
        """Writes it, if it is not there. Raises ``UsageError`` where it cannot be, or where something else is there."""
        path = self._folder / f"REQ-{request['key'].removeprefix('sha256:')[:16]}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                self._compare(path, request)
                return Made(str(path), False)
            write_text(path, json.dumps(request, indent=2, ensure_ascii=False) + "\n")
        except OSError as fault:
            step = "ask for the right to write there, or name another folder"
            raise UsageError(f"cannot be written: {fault.strerror}", where=str(path), next_step=step) from fault
        return Made(str(path), True)

    def _compare(self, path: Path, request: Mapping[str, Any]) -> None:
        held = load_one(path, UsageError).value
        if faults("request", held) or held["key"] != request["key"]:
            raise UsageError("is not the request that its name tells", where=str(path), next_step="move it elsewhere")
