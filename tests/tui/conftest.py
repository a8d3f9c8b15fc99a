from __future__ import annotations

from pathlib import Path

import pytest

from kg.corrections import Correction
from tests.tui import sample
from tui.source import Source


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented graph, for tests that only read."""
    path = tmp_path_factory.mktemp("graph") / "graph.db"
    sample.fill(path)
    return path


@pytest.fixture(scope="session")
def bad_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with names that would do harm if a screen obeyed them."""
    path = tmp_path_factory.mktemp("bad") / "graph.db"
    sample.fill(path, bad=True)
    return path


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingers that rest at once."""
    monkeypatch.setattr("tui.widgets.search.DEBOUNCE", 0.005)
    monkeypatch.setattr("tui.widgets.pane.DEBOUNCE", 0.005)
    monkeypatch.setattr("tui.screens.searching.NEAR_DELAY", 0.005)


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the tester's own terminal decides what is seen."""
    for name in ("NO_COLOR", "COLORFGBG", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def source(database: Path) -> Source:
    return sample.source(database, correct=_refuse)


def _refuse(correction: Correction) -> str:
    raise AssertionError(f"this test corrects nothing, but it was asked to {correction}")
