"""One conversation with a registry over HTTP. Nothing else imports requests, and this not before something is asked.

What the environment of an editor may not decide: it names proxies and holds the token, but it neither switches the
check of certificates off nor leads a conversation elsewhere.
"""

from __future__ import annotations

import json
import os
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

from otiogate.documents.strict import DocumentError, Json, decode, parse_json
from otiogate.errors import StoreError, UsageError
from otiogate.records.access import Access

if TYPE_CHECKING:
    import requests

TOKEN_VARIABLE = "OTIOGATE_REGISTRY_TOKEN"  # noqa: S105 - the name of a variable

Result = TypeVar("Result")

_CHUNK = 65536

_MAY_PASS = (408, 429, 500, 502, 503, 504)
"""Statuses that another try may change."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What RFC 6750 lets a bearer token be. Anything else would be a second header, or be shown in an error."""


class Answer(NamedTuple):
    """What was answered. ``data`` is ``None`` for 304, which says that nothing has changed."""

    status: int
    data: Json
    etag: str


class _Exchanged(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Silent(StoreError):
    """The registry is down, or busy, or too slow: it said nothing, and may at another time."""


class _Failed(Exception):
    """One try came to nothing. ``passing``: another may do better, ``after`` so many seconds."""

    def __init__(self, what: str, next_step: str = "", *, passing: bool = False, after: float = 0.0) -> None:
        self.what = what
        self.next_step = next_step
        self.passing = passing
        self.after = after
        super().__init__(what)


class Conversation:
    """Questions to one registry, and the time in which all of them have to be answered, from now on."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._until = time.monotonic() + access.limits.total
        self._token = _token(access.url)
        _check_authorities(access.ca)

    def get(self, path: str, query: Mapping[str, str], etag: str = "") -> Answer:
        """The answer to a GET below the registry's URL; 304 may be answered only where ``etag`` is given. Raises
        ``StoreError`` where there is none that can be used."""
        headers = {"If-None-Match": etag} if etag else {}
        return self._asked("GET", path, query, b"", headers, (200, 304) if etag else (200,))

    def post(self, path: str, data: Json, key: str = "") -> Answer:
        """The answer to a POST that may be repeated: it changes nothing, or ``key`` tells its repetitions. Raises
        ``StoreError``."""
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        body = json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        return self._asked("POST", path, {}, body, headers, (200, 201) if key else (200,))

    def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes,
        headers: Mapping[str, str],
        expected: tuple[int, ...],
    ) -> Answer:
        limits, url, tries = self._access.limits, f"{self._access.url}{path}", 0
        while True:
            tries += 1
            try:
                return self._read(self._exchange(method, url, query, body, headers), expected)
            except _Failed as fault:
                pause = max(fault.after, random.uniform(0.5, 1) * limits.pause * 2 ** (tries - 1))  # noqa: S311
                last = tries >= limits.tries or time.monotonic() + pause >= self._until
                if not fault.passing or last:
                    often = f", {tries} times" if tries > 1 else ""
                    step = fault.next_step or "try again; if it stays so, ask who keeps the registry"
                    kind = Silent if fault.passing else StoreError
                    raise kind(f"the registry {fault.what}{often}", where=url, next_step=step) from fault
            time.sleep(pause)

    def _exchange(
        self, method: str, url: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str]
    ) -> _Exchanged:
        """One try, all of it in a thread that is left alone when time is up: neither the look-up of a name nor headers
        that arrive byte by byte keep to a timeout."""
        import requests
        import urllib3.exceptions

        session = _session(self._access)
        left = self._until - time.monotonic()
        try:
            return _within(left, lambda: self._send(session, method, url, query, body, headers))
        except TimeoutError as fault:
            _sessions.pop((os.getpid(), self._access), None)
            what = f"did not answer in full within {self._access.limits.total:g} seconds"
            raise _Failed(what, passing=True) from fault
        except requests.exceptions.SSLError as fault:
            step = "ask who keeps the registry; an authority of your own is named under 'registry: {ca: FILE}'"
            raise _Failed(f"shows a certificate that is not accepted: {_certificate(fault)}", step) from fault
        except requests.exceptions.ProxyError as fault:
            step = "correct HTTPS_PROXY or NO_PROXY, or ask who keeps the proxy"
            raise _Failed("is not reached: the proxy that the environment names fails", step, passing=True) from fault
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL) as fault:
            raise _Failed("cannot be asked at this URL", "correct 'registry' or the proxy's URL") from fault
        except requests.exceptions.Timeout as fault:
            raise _Failed("does not answer in time", passing=True) from fault
        except urllib3.exceptions.ReadTimeoutError as fault:
            raise _Failed("stopped in the middle of its answer", passing=True) from fault
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as fault:
            raise _Failed(f"cannot be reached, or broke off ({_short(fault)})", passing=True) from fault

    def _send(
        self,
        session: requests.Session,
        method: str,
        url: str,
        query: Mapping[str, str],
        body: bytes,
        headers: Mapping[str, str],
    ) -> _Exchanged:
        import requests

        limits = self._access.limits
        auth = _Bearer(self._token) if self._token else None
        request = session.prepare_request(
            requests.Request(method, url, params=dict(query), data=body, headers=dict(headers), auth=auth)
        )
        # Not through the session: it reads the body of a redirect, of whatever size, even where it does not follow.
        response = session.get_adapter(url).send(
            request,
            stream=True,
            timeout=(limits.connect, limits.read),
            verify=self._access.ca or True,
            proxies=_proxies(url),
        )
        with response:
            coding = response.headers.get("Content-Encoding", "identity").strip().lower()
            if coding not in ("", "identity"):
                raise _Failed(f"answers compressed ({coding[:20]!r}), which was not asked for")
            parts: list[bytes] = []
            size = 0
            if _leads_on(response.status_code):
                return _Exchanged(response.status_code, response.headers, b"")
            while part := response.raw.read1(_CHUNK, decode_content=False):
                size += len(part)
                if size > limits.size:
                    raise _Failed(f"answers with more than {limits.size:,} bytes")
                if time.monotonic() > self._until:
                    raise TimeoutError
                parts.append(part)
            stated = response.headers.get("Content-Length", "")
            if stated and stated != str(size) and response.status_code in (200, 201):
                raise _Failed("answers with another length than it states", passing=True)
            return _Exchanged(response.status_code, response.headers, b"".join(parts))

    def _read(self, got: _Exchanged, expected: tuple[int, ...]) -> Answer:
        etag = got.headers.get("ETag", "")
        if got.status == 304 and 304 in expected:
            return Answer(304, None, etag)
        if got.status not in expected:
            raise self._refused(got)
        kind = _media_type(got.headers)
        if kind != "application/json":
            step = "is it the URL of a registry? A page to sign in, or a proxy, may answer in its place"
            raise _Failed(f"answers {kind[:60]!r} where application/json belongs", step)
        try:
            return Answer(got.status, parse_json(decode(got.body)), etag)
        except DocumentError as fault:
            raise _Failed(f"gives an answer that cannot be read: {fault.what}", _WRONG) from fault

    def _refused(self, got: _Exchanged) -> _Failed:
        """What an answer that says no comes to."""
        status = got.status
        if _leads_on(status):
            try:
                host = urlsplit(got.headers.get("Location", "")).hostname or "itself"
            except ValueError:
                host = "no host"
            step = "nothing was sent there; if it moved, have the facility's file name the new URL"
            return _Failed(f"answers {status}, which leads to {host[:253]}", step)
        title = self._title(got)
        said = f"answers {status}{f': {title}' if title else ''}"
        if status == 401:
            what = "the token was refused" if self._token else "no token was sent"
            step = f"set {TOKEN_VARIABLE}, or name the host in .netrc; ask who keeps the registry for a token"
            return _Failed(f"{said} ({what})", step)
        if status == 403:
            return _Failed(said, "ask who keeps the registry what this token may see")
        if status == 404:
            return _Failed(said, "correct 'production', or 'registry' in the facility's file")
        after = _seconds(got.headers.get("Retry-After", ""))
        return _Failed(said, passing=status in _MAY_PASS, after=after)

    def _title(self, got: _Exchanged) -> str:
        """The title of a problem (RFC 9457). The detail may name people, and is left where it is."""
        if _media_type(got.headers) != "application/problem+json":
            return ""
        try:
            data = parse_json(decode(got.body))
        except DocumentError:
            return ""
        title = data.get("title") if isinstance(data, dict) else None
        text = title if isinstance(title, str) else ""
        return (text.replace(self._token, "(token)") if self._token else text)[:120]


_WRONG = "nothing was taken from it; tell who keeps the registry"

_sessions: dict[tuple[int, Access], requests.Session] = {}
"""One session a process and registry: connections are kept, and none is shared with a process that was forked."""


def _session(access: Access) -> requests.Session:
    import requests

    key = (os.getpid(), access)
    if key not in _sessions:
        session = requests.Session()
        # Else .netrc would replace the token, and a cookie or REQUESTS_CA_BUNDLE might be taken up.
        session.trust_env = False
        session.headers.update({"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"})
        _sessions[key] = session
    return _sessions[key]


class _Bearer:
    """Puts the token on, and shows it nowhere."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _token(url: str) -> str:
    """The token from the environment, else the password that .netrc has for the host; empty where there is neither."""
    from requests.utils import get_netrc_auth

    token, place = os.environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
    if not token:
        found = get_netrc_auth(url)
        token, place = (str(found[1]) if found else ""), ".netrc"
    if token and not _TOKEN.fullmatch(token):
        raise UsageError("the token for the registry has characters that no token has", where=place)
    return token


def _check_authorities(path: str) -> None:
    """Refuses a file of authorities that cannot be used. Later on that would look as if the registry were down."""
    try:
        if path and not ssl.create_default_context(cafile=path).cert_store_stats()["x509"]:
            raise UsageError("holds no certificate", where=path, next_step=_CORRECT)
    except OSError as fault:  # ssl.SSLError is one
        what = f"cannot be read as certificates (PEM): {fault.strerror or 'it is something else'}"
        raise UsageError(what, where=path, next_step=_CORRECT) from fault


_CORRECT = "correct 'registry: {ca: FILE}' in the facility's file"


def _proxies(url: str) -> dict[str, str]:
    """The proxies of the environment. What is said to this machine without TLS goes through none, which could answer in
    its place."""
    from requests.utils import get_environ_proxies

    return {} if url.startswith("http://") else dict(get_environ_proxies(url))


def _within(seconds: float, work: Callable[[], Result]) -> Result:
    """What ``work`` gives. Raises ``TimeoutError`` after so many seconds, and what it raises."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as fault:  # noqa: BLE001 - raised again where the answer is waited for
            future.set_exception(fault)

    thread = threading.Thread(target=run, daemon=True, name="otiogate registry")
    thread.start()
    try:
        return future.result(timeout=max(seconds, 0.001))
    except FutureTimeout:  # before Python 3.11 it is no TimeoutError
        raise TimeoutError from None
    finally:
        if future.done():  # a process with two threads is not forked
            thread.join()


def _leads_on(status: int) -> bool:
    return 300 <= status < 400 and status != 304


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _seconds(text: str) -> float:
    """The seconds that a Retry-After asks for."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _certificate(fault: Exception) -> str:
    """What is wrong with a certificate, as OpenSSL has it; nothing else of the error, which repeats the URL."""
    found = re.search(r"certificate verify failed: ([^(]+)|hostname '[^']*' doesn't match|EOF occurred", str(fault))
    return (found[1] or found[0]).strip() if found else "the connection could not be secured"


def _short(fault: BaseException) -> str:
    """The innermost reason, without the URL and whatever else the outer ones repeat."""
    seen = fault
    for _ in range(10):
        seen = seen.__cause__ or seen.__context__ or seen
    text = getattr(seen, "strerror", None) or type(seen).__name__
    return str(text)[:80]
