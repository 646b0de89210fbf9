"""A registry in a process of its own, which answers as it is told: rightly, or as nobody should.

``python -m tests.registry.server FOLDER [CERTIFICATE]`` prints its port. The first part of a path names a plan,
``FOLDER/NAME.json``:

- ``records``: the ledger; ``elsewhere``: records of other productions, for look-ups; ``page``: records a page.
- ``production``, ``revision``, ``token``: what it goes by.
- ``behaviours``: what to do at the first request, the second, ...; the last holds for all others.

Every request is a line in ``FOLDER/NAME.log``.
"""

from __future__ import annotations

import gzip
import json
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = Any

_LOCK = threading.Lock()


class Handler(socketserver.BaseRequestHandler):
    """One connection, kept for as long as its requests are answered rightly."""

    request: socket.socket

    def handle(self) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                try:
                    more = self.request.recv(65536)
                except OSError:
                    return
                if not more:
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            first, *rows = head.decode("latin-1").split("\r\n")
            headers = {key.lower(): value.strip() for key, _, value in (row.partition(":") for row in rows)}
            length = int(headers.get("content-length", "0"))
            while len(data) < length:
                data += self.request.recv(65536)
            body, data = data[:length], data[length:]
            method, target, _ = first.split(" ")
            try:
                if not self._answer(method, target, headers, body):
                    return
            except OSError:
                return  # the client has left

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bool:
        parts = urlsplit(target)
        _, name, path = parts.path.split("/", 2)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        folder: Path = self.server.folder  # type: ignore[attr-defined]
        plan = json.loads((folder / f"{name}.json").read_text())
        said = {"method": method, "path": path, "query": query, "headers": headers, "body": body.decode()}
        said["client"] = self.client_address
        with _LOCK, (folder / f"{name}.log").open("a+") as log:
            log.seek(0)
            before = len(log.readlines())
            log.write(json.dumps(said) + "\n")
        behaviours = plan.get("behaviours", ["good"])
        behaviour, _, detail = behaviours[min(before, len(behaviours) - 1)].partition(":")
        act = getattr(self, f"_{behaviour}")
        return bool(act(detail, Asked(folder, name, plan, method, path, query, headers, body, before)))

    def _good(self, detail: str, asked: Asked) -> bool:
        status, data, more = asked.answer()
        self._send(status, data, more)
        return True

    def _send(self, status: int, data: Json, more: dict[str, str], kind: str = "") -> None:
        body = b"" if status == 304 else data if isinstance(data, bytes) else json.dumps(data).encode()
        kind = kind or ("application/json" if status < 400 else "application/problem+json")
        self.request.sendall(_head(status, {"Content-Type": kind, "Content-Length": str(len(body)), **more}) + body)

    # As nobody should

    def _stall(self, detail: str, asked: Asked) -> bool:
        self.request.recv(1)
        return False

    def _drip_head(self, detail: str, asked: Asked) -> bool:
        self.request.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        return self._drip()

    def _drip_body(self, detail: str, asked: Asked) -> bool:
        self.request.sendall(_head(200, {"Content-Type": "application/json", "Content-Length": "100000"}))
        return self._drip()

    def _drip(self) -> bool:
        while True:
            self.request.sendall(b" ")
            time.sleep(0.02)

    def _reset(self, detail: str, asked: Asked) -> bool:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()
        return False

    def _half(self, detail: str, asked: Asked) -> bool:
        _, data, more = asked.answer()
        body = json.dumps(data).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **more}
        self.request.sendall(_head(200, headers) + body[: len(body) // 2])
        return self._reset("", asked) if detail == "reset" else False

    def _half_chunked(self, detail: str, asked: Asked) -> bool:
        _, data, more = asked.answer()
        body = json.dumps(data).encode()
        headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", **more}
        self.request.sendall(_head(200, headers) + b"%x\r\n" % len(body) + body[:40])
        return False

    def _short_length(self, detail: str, asked: Asked) -> bool:
        _, data, more = asked.answer()
        body = json.dumps(data).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body) - 9), **more}
        self.request.sendall(_head(200, headers) + body)
        return False

    def _bomb(self, detail: str, asked: Asked) -> bool:
        self._send(200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"})
        return True

    def _huge(self, detail: str, asked: Asked) -> bool:
        self.request.sendall(_head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        return self._endless()

    def _endless(self) -> bool:
        while True:
            self.request.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")

    def _garbage(self, detail: str, asked: Asked) -> bool:
        self.request.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        return False

    def _status(self, detail: str, asked: Asked) -> bool:
        code, _, after = detail.partition(",")
        title = {"type": "about:blank", "title": "Not today", "detail": "Jane Doe is on holiday", "status": int(code)}
        self._send(int(code), title, {"Retry-After": after} if after else {})
        return True

    def _echo_status(self, detail: str, asked: Asked) -> bool:
        title = f"no such token: {asked.headers.get('authorization', '').removeprefix('Bearer ')}"
        self._send(int(detail), {"title": title}, {})
        return True

    def _html(self, detail: str, asked: Asked) -> bool:
        self._send(int(detail), b"<html><h1>Sign in</h1></html>", {}, "text/html; charset=utf-8")
        return True

    def _redirect(self, detail: str, asked: Asked) -> bool:
        self._send(302, {}, {"Location": detail})
        return True

    def _redirect_to_much(self, detail: str, asked: Asked) -> bool:
        headers = {"Location": "https://elsewhere.example", "Transfer-Encoding": "chunked"}
        self.request.sendall(_head(302, headers))
        return self._endless()

    def _text(self, detail: str, asked: Asked) -> bool:
        _, _, more = asked.answer()
        self._send(200, detail.encode("latin-1"), more)
        return True

    def _not_modified(self, detail: str, asked: Asked) -> bool:
        self._send(304, b"", {"ETag": detail} if detail else {})
        return True

    def _etag(self, detail: str, asked: Asked) -> bool:
        status, data, _ = asked.answer()
        self._send(status, data, {"ETag": detail} if detail else {})
        return True

    def _changed(self, detail: str, asked: Asked) -> bool:
        """The answer with some keys set otherwise: ``{"total": 9}``; ``#`` stands for the number of the request."""
        status, data, more = asked.answer()
        data |= json.loads(detail.replace("#", str(asked.number)))
        self._send(status, data, more | ({"ETag": f'"{data["revision"]}"'} if "revision" in data else {}))
        return True


class Asked:
    """One request, and the right answer to it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        plan: Json,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: bytes,
        number: int,
    ) -> None:
        self.folder, self.name, self.plan, self.number = folder, name, plan, number
        self.method, self.path, self.query, self.headers, self.body = method, path, query, headers, body

    def answer(self) -> tuple[int, Json, dict[str, str]]:
        if self.plan.get("token") and self.headers.get("authorization") != f"Bearer {self.plan['token']}":
            return 401, {"title": "Who are you?"}, {}
        kind = self.path.split("/")[1]
        if kind == "productions":
            return self._page()
        return self._answers() if kind == "lookup" else self._requested()

    def _page(self) -> tuple[int, Json, dict[str, str]]:
        production = unquote(self.path.split("/")[2])
        if production != self.plan["production"]:
            return 404, {"title": "No such production"}, {}
        revision, records, size = self.plan.get("revision", "r1"), self.plan["records"], self.plan.get("page", 100)
        etag = {"ETag": f'"{revision}"'}
        if self.headers.get("if-none-match") == f'"{revision}"':
            return 304, {}, etag
        first = int(self.query.get("cursor", "0"))
        page = {"format": 1, "production": production, "revision": revision, "total": len(records)}
        page["records"] = records[first : first + size]
        if "index" in self.plan and not first:
            page["index"] = self.plan["index"]
        if first + size < len(records):
            page["next"] = str(first + size)
        return 200, page, etag

    def _answers(self) -> tuple[int, Json, dict[str, str]]:
        held = (*self.plan["records"], *self.plan.get("elsewhere", ()))
        known = {each["id"]: each for each in held if "id" in each}  # what is in envelopes is not looked up
        answers, given = [], {}
        for ask in json.loads(self.body)["asks"]:
            found = [each for each in known.values() if ask["value"] in _about(each)[ask["by"]]]
            given |= {each["id"]: each for each in found}
            answers.append({**ask, "records": [each["id"] for each in found]})
        return 200, {"format": 1, "answers": answers, "records": list(given.values())}, {}

    def _requested(self) -> tuple[int, Json, dict[str, str]]:
        key = self.headers["idempotency-key"]
        kept = self.folder / f"{self.name}.requests"
        with _LOCK:
            known = json.loads(kept.read_text()) if kept.exists() else {}
            old, known[key] = known.get(key), json.loads(self.body)
            if old is not None and old != known[key]:
                return 409, {"title": "The key was used for another request"}, {}
            kept.write_text(json.dumps(known))
        number = list(known).index(key) + 1
        return 200 if old is not None else 201, {"format": 1, "key": key, "id": f"CR-{number}"}, {}


def _about(record: Json) -> dict[str, list[str]]:
    subject = record.get("subject", "")
    media = [record.get("media", {}), *record.get("match", ())]
    return {
        "id": [record["id"], *record.get("supersedes", ())],
        "media": [each["sha256"] for each in media if "sha256" in each],
        "disclosure": [each["disclosure"] for each in record.get("covers", ())],
        "subject": [subject["id"] if isinstance(subject, dict) else subject],
    }


def _head(status: int, headers: dict[str, str]) -> bytes:
    rows = [f"HTTP/1.1 {status} Said", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(rows) + "\r\n\r\n").encode("latin-1")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, certificate: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._tls:
            self._tls.load_cert_chain(certificate)

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            if self._tls:
                request = self._tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except OSError:
            pass  # the client does not like the certificate


def _arguments() -> Iterator[str]:
    yield from sys.argv[1:]
    yield ""


if __name__ == "__main__":
    place, chain = list(_arguments())[:2]
    with Server(Path(place), chain) as running:
        print(running.server_address[1], flush=True)
        running.serve_forever()
