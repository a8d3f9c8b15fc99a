"""Questions to the graph from the screen: each in a thread, only the newest of its topic answered.

A late answer never overwrites a newer one: an older question of the same topic is interrupted in
the database, and what it still says is dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Lock
from typing import TypeVar

from textual.dom import DOMNode

from kg.errors import KgError
from kg.graph import Graph

from .source import Source

Answer = TypeVar("Answer")


class Asker:
    """Asks the graph of one source on behalf of one screen."""

    def __init__(self, owner: DOMNode, source: Source, fail: Callable[[str, Exception], None]) -> None:
        """Answers arrive in ``owner``'s message loop; ``fail`` is told what failed and why."""
        self._owner = owner
        self._source = source
        self._fail = fail
        self._serials = count(1)
        self._newest: dict[str, int] = {}
        self._running: dict[str, sqlite3.Connection] = {}
        self._lock = Lock()

    def ask(
        self,
        topic: str,
        question: Callable[[Graph], Answer],
        answer: Callable[[Answer], None],
        *,
        failed: str,
    ) -> None:
        """Have ``answer`` called with what ``question`` finds, unless a newer one of its topic comes.

        ``failed`` is the title of the message if it cannot be answered.
        """
        serial = self._newest[topic] = next(self._serials)
        with self._lock:
            if topic in self._running:
                self._running[topic].interrupt()
        work = partial(self._work, topic, serial, question, answer, failed)
        self._owner.run_worker(
            work, name=topic, group=topic, exclusive=True, thread=True, exit_on_error=False
        )

    def is_open(self, topic: str = "") -> bool:
        """Whether a question, of that topic if one is named, has not been answered yet."""
        return topic in self._newest if topic else bool(self._newest)

    def forget(self, topic: str) -> None:
        """Drop the answer to what was last asked on a topic."""
        self._newest.pop(topic, None)

    def _work(
        self,
        topic: str,
        serial: int,
        question: Callable[[Graph], Answer],
        answer: Callable[[Answer], None],
        failed: str,
    ) -> None:
        try:
            with self._source.graph() as graph:
                found = self._interruptible(topic, graph, question)
        except (KgError, sqlite3.Error, ArithmeticError, LookupError, TypeError, ValueError) as error:
            self._owner.call_later(self._deliver, topic, serial, partial(self._fail, failed, error))
        else:
            self._owner.call_later(self._deliver, topic, serial, partial(answer, found))

    def _interruptible(self, topic: str, graph: Graph, question: Callable[[Graph], Answer]) -> Answer:
        with self._lock:
            self._running[topic] = graph.db
        try:
            return question(graph)
        finally:
            with self._lock:
                if self._running.get(topic) is graph.db:
                    del self._running[topic]

    def _deliver(self, topic: str, serial: int, act: Callable[[], None]) -> None:
        if self._newest.get(topic) == serial:
            del self._newest[topic]
            act()
