"""Where the interface reads the graph and whom it asks to write: the seam to the workspace.

The screens know no workspace, no ingestion and no file of corrections: the command that starts
them hands over this one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kg.corrections import Correction
from kg.graph import Graph
from kg.marks import Mark, Marking
from kg.store import Store, utc_now


def _no_browser(_url: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Source:
    """One graph: its file, its name on screen, and the acts that the command allows on it.

    ``add_starter``, ``correct`` and ``mark`` run in a thread of their own and return the line that
    tells what they did; None where nothing may be written. ``mark`` takes a slug and what makes of
    the mark that stands there the markings to be made. ``browse`` opens an http(s) page and says
    whether it could.
    """

    database: Path
    title: str
    add_starter: Callable[[], str] | None = None
    correct: Callable[[Correction], str] | None = None
    browse: Callable[[str], bool] = _no_browser
    clock: Callable[[], datetime] = utc_now
    mark: Callable[[str, Callable[[Mark | None], Sequence[Marking]]], str] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a database at all; an empty workspace has none yet."""
        return self.database.exists()

    @contextmanager
    def graph(self) -> Iterator[Graph]:
        """A reader with a connection of its own, for the thread that opens it.

        Raises: StoreError and its kinds.
        """
        with Store(self.database, readonly=True) as store:
            yield Graph(store)
