"""What examples in docstrings find: the package, and a workspace that holds the starter list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import kg
from kg.__main__ import run


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the starter list as it comes, without metadata; made once, only to be read."""
    folder = tmp_path_factory.mktemp("starter") / "ws"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_STATE", str(folder.parent / "state"))
        assert run(["--quiet", "--workspace", str(folder), "add", "starter", "--no-fetch"]) == 0
    return folder


@pytest.fixture(autouse=True)
def _example(request: pytest.FixtureRequest) -> None:
    """An example that opens a graph opens that of the starter list."""
    if isinstance(request.node, pytest.DoctestItem):
        names: dict[str, Any] = request.getfixturevalue("doctest_namespace")
        names["kg"] = kg
        if "kg.open(" in (request.node.dtest.docstring or ""):
            request.getfixturevalue("monkeypatch").setenv(
                "KG_WORKSPACE", str(request.getfixturevalue("starter"))
            )
