"""What is sent to a registry, to whom, and what is said of it when it fails."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from otiogate.errors import OtiogateError, UsageError
from otiogate.records.client import TOKEN_VARIABLE, Conversation
from otiogate.records.registry import RegistryStore
from tests.builders import disclosure
from tests.cli.running import environment
from tests.registry.running import PATIENT, Plan, Registry, running

TOKEN = "s3cret-token.of~this+test/=="


def fetched(plan: Plan, ca: str = "") -> list[str]:
    return sorted(RegistryStore(plan.access(ca=ca), "MYSHOW").fetch().records)


def refusal(plan: Plan, ca: str = "") -> OtiogateError:
    with pytest.raises(OtiogateError) as caught:
        fetched(plan, ca)
    return caught.value


# Tokens


def test_the_token_of_the_environment_is_sent(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert fetched(registry.plan(disclosure(), token=TOKEN)) == ["DIS-001"]


def test_the_token_of_netrc_is_sent_and_the_environment_goes_first(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine localhost login otiogate password {TOKEN}\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    assert fetched(registry.plan(disclosure(), token=TOKEN)) == ["DIS-001"]
    monkeypatch.setenv(TOKEN_VARIABLE, "another")
    assert fetched(registry.plan(disclosure(), token="another")) == ["DIS-001"]


def test_without_a_token_none_is_sent(registry: Registry) -> None:
    plan = registry.plan()
    fetched(plan)
    assert "authorization" not in plan.asked[0]["headers"]
    assert "cookie" not in plan.asked[0]["headers"]


@pytest.mark.parametrize(("sent", "said"), [("", "no token was sent"), ("wrong", "the token was refused")])
def test_what_is_wrong_with_the_token_is_said(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, sent: str, said: str
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, sent)
    found = refusal(registry.plan(token=TOKEN))
    assert said in found.what
    assert TOKEN_VARIABLE in found.next_step


@pytest.mark.parametrize("token", ["two words", "line\r\nX-Evil: 1", "caf\u00e9", "\u2028"])
def test_what_cannot_be_a_token_is_refused_and_not_repeated(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, f"x{token}x")
    plan = registry.plan()
    found = refusal(plan)
    assert isinstance(found, UsageError)
    assert token not in str(found)
    assert plan.asked == []


@pytest.mark.parametrize("behaviour", ["echo_status:400", "echo_status:401", "echo_status:503", "reset", "html:200"])
def test_no_failure_shows_the_token(registry: Registry, monkeypatch: pytest.MonkeyPatch, behaviour: str) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    found: BaseException | None = refusal(registry.plan(behaviours=[behaviour]))
    while found is not None:
        assert TOKEN not in f"{found} {found!r} {vars(found) if isinstance(found, OtiogateError) else ''}"
        found = found.__cause__


def test_a_redirect_takes_nothing_along(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    other = registry.plan(disclosure())
    refusal(registry.plan(behaviours=[f"redirect:{other.url}/v1/productions/MYSHOW/records"]))
    assert other.asked == []


# Certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def certificate(authority: trustme.CA, name: str, folder: Path) -> str:
    path = folder / "server.pem"
    authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def secure(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("secure")
    with running(folder, certificate(authority, "localhost", folder)) as found:
        yield found


def test_an_authority_of_ones_own_is_believed(secure: Registry, ca: str) -> None:
    assert fetched(secure.plan(disclosure()), ca) == ["DIS-001"]


def test_without_it_the_certificate_is_refused(secure: Registry) -> None:
    plan = secure.plan(disclosure())
    assert "certificate that is not accepted" in refusal(plan).what
    assert plan.asked == []


def test_the_environment_cannot_change_what_is_believed(
    secure: Registry, ca: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = secure.plan(disclosure())
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, ca)
    assert "certificate" in refusal(plan).what
    for value in ("", "0", "false"):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", value)
        assert "certificate" in refusal(plan).what
    assert plan.asked == []


def test_another_authority_and_another_host_are_refused(
    authority: trustme.CA, secure: Registry, ca: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert "certificate" in refusal(secure.plan(), str(other)).what
    with running(tmp_path, certificate(authority, "elsewhere.example", tmp_path)) as found:
        assert "certificate" in refusal(found.plan(), ca).what


def test_a_file_of_authorities_that_cannot_be_used_is_a_fault_of_the_configuration(
    secure: Registry, tmp_path: Path
) -> None:
    plan = secure.plan(disclosure())
    for name, text in {"empty": "", "other": "no certificate", "broken": "-----BEGIN CERTIFICATE-----\nx\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("missing", "empty", "other", "broken", "."):
        found = refusal(plan, str(tmp_path / name))
        assert isinstance(found, UsageError), name
        assert found.where == str(tmp_path / name)
    assert plan.asked == []


# Proxies


class Proxy:
    """Takes connections, notes how they begin, and answers none."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    found = Proxy()
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://user:pass-word@127.0.0.1:{found.port}")
    yield found
    found.close()


def test_what_is_said_without_tls_goes_through_no_proxy(
    registry: Registry, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert fetched(registry.plan(disclosure(), token=TOKEN)) == ["DIS-001"]
    assert proxy.heard == []


def test_a_proxy_carries_what_it_cannot_read_and_speaks_for_nobody(
    secure: Registry, ca: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    found = refusal(secure.plan(disclosure()), ca)
    assert proxy.heard[0].startswith(b"CONNECT localhost:")
    assert not any(TOKEN.encode() in each for each in proxy.heard)
    assert "pass-word" not in str(found)


def test_a_proxy_that_is_not_there_is_said_to_be_so(secure: Registry, ca: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pass-word@127.0.0.1:1")
    found = refusal(secure.plan(disclosure()), ca)
    assert "proxy" in found.what
    assert "pass-word" not in str(found)
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert fetched(secure.plan(disclosure()), ca) == ["DIS-001"]


# Time, and what is kept


def test_pages_come_over_one_connection(registry: Registry) -> None:
    plan = registry.plan(*(disclosure(f"DIS-{number:03}") for number in range(20)), page=1)
    fetched(plan)
    assert len(plan.asked) == 20
    assert len({str(each["client"]) for each in plan.asked}) == 1


def test_a_body_is_sent_as_it_is_and_its_repetition_is_known_by_its_key(registry: Registry) -> None:
    plan = registry.plan(behaviours=["reset", "good"])
    key = "sha256:" + "0" * 64
    answer = Conversation(plan.access(PATIENT)).post("/v1/requests", {"a": "\u00e9"}, key)
    assert (answer.status, answer.data["id"]) == (201, "CR-1")
    assert [each["headers"]["idempotency-key"] for each in plan.asked] == [key, key]
    assert plan.asked[1]["body"] == '{"a":"\\u00e9"}'


def test_nothing_of_http_is_loaded_where_no_registry_is_configured(tmp_path: Path) -> None:
    code = (
        "import sys, otiogate; from otiogate.cli import main; main(['record', 'list', '--records', '.']);"
        "from otiogate.config.layers import settings; settings().store().fetch();"
        "sys.exit(bool({'requests', 'urllib3', 'otiogate.records.client'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
