"""Marks as a workspace keeps them, for tests of the interface."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kg.errors import StoreLocked
from kg.graph import Graph
from kg.marks import Mark, Marking, marked, merged, together
from kg.store import Store
from kg.store.marks import anchor_of, marks_of
from tests.tui import sample


class Shelf:
    """Marks as a workspace keeps them, without its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fails = False
        self.naps: list[float] = []

    def __call__(self, slug: str, change: Callable[[Mark | None], Sequence[Marking]]) -> str:
        if self.fails:
            raise StoreLocked("somebody writes", hint="Wait.")
        if self.naps:
            time.sleep(self.naps.pop())
        with Store(self.path, clock=sample.clock) as store:
            graph = Graph(store)
            node = graph.node(slug)
            assert node is not None
            here = together(marks_of(store.db, slug))
            remarks = marked(here.remarks if here else (), change(here), sample.NOW)
            others = [mark for mark, on in graph.marks() if on is None or on.slug != slug]
            made = Mark(anchor_of(store.db, node), remarks)
            store.mark(merged([*others, *([made] if remarks else [])]), "file")
            return str(made) or "no mark"

    @property
    def marks(self) -> dict[str, str]:
        """The mark of each node in words, by its name."""
        with Store(self.path, readonly=True) as store:
            return {mark.anchor.name: str(mark) for mark, _ in Graph(store).marks()}

    @property
    def notes(self) -> list[str]:
        """All notes."""
        with Store(self.path, readonly=True) as store:
            return [mark.note for mark, _ in Graph(store).marks() if mark.note]
