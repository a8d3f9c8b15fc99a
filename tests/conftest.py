"""What all tests share: a clean environment, no way to the network, a workspace, the command."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import ROOT, Kg
from tests.cli.lists import TIDES
from tests.fakes.arxiv_server import ArxivServer
from tests.fakes.list_server import ListServer

_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
_NOWHERE = "http://127.0.0.1:9"  # the port of discard: nobody listens
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NetworkForbidden(OSError):
    """A test tried to leave this machine."""


def _is_here(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return text == "localhost" or ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Sockets of this process reach this machine only; a name of another host has no address."""
    with pytest.MonkeyPatch.context() as patch:

        def guard(name: str) -> None:
            plain: Callable[..., Any] = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any) -> Any:
                if self.family != socket.AF_UNIX and not _is_here(address[0]):
                    raise NetworkForbidden(f"a test connects to {address[0]}")
                return plain(self, address)

            patch.setattr(socket.socket, name, guarded)

        guard("connect")
        guard("connect_ex")
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
            if not _is_here(host):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return resolve(host, *arguments, **options)

        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


def clean_environment(home: Path) -> dict[str, str]:
    """An environment without a trace of the user's own: no KG_*, no token, an empty home."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "KG_STATE": str(home / "state")}
    return environment | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of the host's settings is seen: no KG_*, no token, no proxy, no terminal's width."""
    for name in list(os.environ):
        if name.startswith(("KG_", "XDG_")) or name in {"GITHUB_TOKEN", "COLUMNS", "LINES", *_PROXIES}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "home"))
    monkeypatch.setenv("KG_STATE", str(tmp_path_factory.getbasetemp() / "state"))


@pytest.fixture
def kg(tmp_path: Path) -> Kg:
    """The command on an empty desk, offline, with a workspace that does not exist yet."""
    desk = tmp_path / "desk"
    desk.mkdir()
    environment = clean_environment(tmp_path / "home")
    # Whatever a process asks of another machine ends at a closed port of this one.
    environment |= dict.fromkeys(_PROXIES, _NOWHERE)
    environment |= {"KG_WORKSPACE": str(tmp_path / "ws"), "KG_OFFLINE": "1", "KG_ARXIV_API": f"{_NOWHERE}/q"}
    return Kg(desk, tmp_path / "ws", environment)


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the list of tides, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("prepared")
    desk = folder / "desk"
    desk.mkdir()
    command = Kg(desk, folder / "ws", clean_environment(folder / "home"))
    command.environment |= {"KG_WORKSPACE": str(folder / "ws"), "KG_OFFLINE": "1"}
    command.write("tides.md", TIDES)
    command("add", "tides.md")
    return folder


@pytest.fixture
def tides(kg: Kg, _prepared: Path) -> Kg:
    """The command with a workspace that holds ``tides.md``, which lies on the desk."""
    shutil.copytree(_prepared / "desk", kg.desk, dirs_exist_ok=True)
    shutil.copytree(_prepared / "ws", kg.workspace)
    return kg


@pytest.fixture
def arxiv(kg: Kg) -> Iterator[ArxivServer]:
    """An arXiv on this machine, which ``kg`` may ask without delay."""
    with ArxivServer(any_id=True) as server:
        kg.environment |= server.environment
        yield server


@pytest.fixture
def web(kg: Kg) -> Iterator[ListServer]:
    """A host of lists on this machine, which also stands in for GitHub's raw files."""
    with ListServer() as server:
        kg.environment |= {"KG_GITHUB_RAW": server.url, "KG_OFFLINE": ""}
        yield server
