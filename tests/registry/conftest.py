"""A registry for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from otiogate.config import layers
from otiogate.records.access import Limits
from tests.registry.running import Registry, running


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is configured waits between tries as long as tests have time for."""
    monkeypatch.setattr(layers, "Limits", partial(Limits, pause=0.01))


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither token nor proxy of whoever runs the tests."""
    for name in ("OTIOGATE_REGISTRY_TOKEN", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path_factory.getbasetemp() / "no-netrc"))
