"""The promised way in from Python: a graph that is open for reading. See ``docs/python.md``."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from .errors import UnknownNode, UsageError
from .filters import check_filters, kind_of
from .graph import Graph
from .listing import Nodes, Statements, cell, table
from .model import Evidence, Node, PaperRecord, Statement
from .place import DATABASE
from .query import Query
from .store import Store
from .store.schema import translated
from .vocabulary import Kind
from .workspace import Settings, Workspace

T = TypeVar("T")


class KnowledgeGraph:
    """A graph open for reading: what :func:`kg.open` gives. It sees what others write meanwhile.

    Iterating gives the nodes by slug, ``len`` counts them, ``in`` asks for a slug. Wherever a node is
    asked for, a *reference* is a slug, an identifier (``arxiv:2106.09685``), a URL, a name or an alias.
    One object serves one thread; it closes itself at the end of a ``with``, or when it is forgotten.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        """Open; see :func:`kg.open`."""
        workspace, database = _place(path)
        self._settings = workspace.settings()
        if not database.exists():
            raise UsageError(
                f"there is no graph in {workspace.folder} yet",
                hint="Make one with the command `kg add starter`, or name another folder.",
            )
        self._store = Store(database, readonly=True)
        self._graph: Graph | None = Graph(self._store)
        self._forget = weakref.finalize(self, self._store.close)

    def close(self) -> None:
        """Close the database; what is asked afterwards raises :class:`kg.KgError`."""
        self._graph = None
        self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --------------------------------------------------------------------------- nodes

    def nodes(self, *kinds: Kind | str) -> Nodes:
        """All nodes, or those of some kinds, by slug; read as they are gone through.

        Raises: UsageError for a kind that is none.

        >>> graph = kg.open()
        >>> graph.nodes("hardware tier")[0].label
        '12-20 GB VRAM'
        """
        wanted = [one if isinstance(one, Kind) else kind_of(one) for one in kinds]
        return Nodes(
            lambda: self._streamed(lambda graph: graph.nodes(wanted)),
            lambda: self._ask(lambda graph: graph.count(Query(kinds=tuple(wanted)))),
        )

    def search(self, query: str = "", *, limit: int = 50) -> Nodes:
        """The nodes that ``kg search`` finds, best first, at most ``limit`` (-1: all).

        Words are beginnings of words in names, descriptions and abstracts; all must occur. Filters:
        ``kind:``, ``author:``, ``category:``, ``in:SOURCE``, and marks such as ``is:starred``, ``tag:``.
        Raises: UsageError for a filter that names nothing.

        >>> kg.open().search("lora kind:method", limit=2)
        <2 nodes: lora, qa-lora>
        """

        def found(graph: Graph) -> list[Node]:
            parsed = Query.parse(query)
            check_filters(graph.db, parsed)
            return graph.search(parsed, limit=limit)

        return Nodes.of(self._ask(found))

    def node(self, reference: str) -> Node:
        """The one node that a reference means. Raises: UnknownNode, its hint with the nearest names.

        >>> kg.open().node("LoRA").slug
        'lora'
        """
        return self._ask(lambda graph: graph.find(reference))

    def paper(self, reference: str) -> PaperRecord | None:
        """The record that arXiv gives of a paper: title, abstract, authors in order; None if not fetched yet.

        Raises: UnknownNode, also for a node that is no paper.

        >>> kg.open().paper("arxiv:2106.09685") is None  # made without asking arXiv
        True
        """
        node = self.node(reference)
        if node.kind is not Kind.PAPER:
            raise UnknownNode(
                f"{node.slug} is a {node.kind.label}, no paper",
                hint='Find papers with `search("kind:paper ...")`.',
            )
        return self._ask(lambda graph: graph.record(node))

    # ---------------------------------------------------------------------- statements

    def statements(self) -> Statements:
        """All statements, by subject slug, predicate and object; read as they are gone through.

        Names found in texts (``mentions``) are among them. What arXiv's records say (authors, categories,
        DOIs) is with :meth:`edges` and :meth:`paper`.
        Predicates are in the order of ``docs/vocabulary.md``.

        >>> kg.open().statements()[0].predicate.label
        'about'
        """
        return Statements(lambda: self._streamed(lambda graph: graph.statements()))

    def edges(self, reference: str) -> Statements:
        """All statements that a node takes part in, and what its arXiv record says.

        By predicate, outgoing before incoming, best supported first, then the other end's name.
        Raises: UnknownNode.

        >>> graph = kg.open()
        >>> [edge.subject.slug for edge in graph.edges("lora") if edge.predicate.word == "introduces"]
        ['arxiv-2106.09685']
        """
        slug = self.node(reference).slug
        return Statements.of(self._ask(lambda graph: graph.edges(slug)))

    def path(self, start: str, end: str) -> Statements | None:
        """A shortest chain of edges between two nodes, in either direction; None if there is none.

        It passes no hub, and names found in texts only where there is no other way. Raises: UnknownNode.

        >>> kg.open().path("qlora", "dora")
        <2 statements: qlora broader fine-tuning, dora broader fine-tuning>
        """
        ends = self.node(start).slug, self.node(end).slug
        steps = self._ask(lambda graph: graph.path(*ends))
        return None if steps is None else Statements.of([statement for statement, _ in steps])

    def evidence(self, statement: Statement) -> list[Evidence]:
        """The receipts of a statement: which document says it, in which lines, by which rule.

        By document and place.

        >>> graph = kg.open()
        >>> [one.document for one in graph.evidence(graph.edges("alpaca")[0])]
        ['list:starter']
        """
        return self._ask(lambda graph: graph.evidence(statement))

    # ------------------------------------------------------------------- as a container

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes())

    def __len__(self) -> int:
        return len(self.nodes())

    def __bool__(self) -> bool:
        return True  # an open graph is one, also while it is empty

    def __contains__(self, slug: object) -> bool:
        return isinstance(slug, str) and self._ask(lambda graph: graph.node(slug)) is not None

    def __repr__(self) -> str:
        if self._graph is None:
            return "<KnowledgeGraph: closed>"
        title = f" {self._settings.title!r}" if self._settings.title else ""
        return f"<KnowledgeGraph{title}: {len(self):,} nodes>"

    def _repr_html_(self) -> str:
        counts = self._ask(lambda graph: graph.counts())
        nodes, said = counts.nodes, counts.statements
        rows = [(cell(kind.plural), cell(f"{number:,}")) for kind, number in nodes.items()]
        title = self._settings.title or "Knowledge graph"
        size = f"{sum(nodes.values()):,} nodes, {sum(said.values()):,} statements"
        return table(("Kind", "Nodes"), rows, f"{title}: {size}")

    # --------------------------------------------------------------------------- within

    def _ask(self, question: Callable[[Graph], T]) -> T:
        with self._told() as graph:
            return question(graph)

    def _streamed(self, question: Callable[[Graph], Iterator[T]]) -> Iterator[T]:
        with self._told() as graph:
            yield from question(graph)

    @contextmanager
    def _told(self) -> Iterator[Graph]:
        """The reader; what SQLite complains of is told as one of our errors."""
        if self._graph is None:
            raise UsageError("this graph is closed", hint="Open it again with kg.open().")
        try:
            yield self._graph
        except sqlite3.ProgrammingError as error:
            raise UsageError(
                f"this graph cannot be read here: {error}", hint="Open one with kg.open() in each thread."
            ) from error
        except sqlite3.Error as error:
            raise translated(error, self._store.path) from error


@contextmanager
def reading(graph: KnowledgeGraph | Graph) -> Iterator[Graph]:
    """The reader of an open graph, which stays open meanwhile; a reader is its own.

    Raises: UsageError if it is closed, StoreError.
    """
    if isinstance(graph, KnowledgeGraph):
        with graph._told() as found:  # noqa: SLF001 - a function of this module
            yield found
    else:
        yield graph


def settings(graph: KnowledgeGraph | Graph) -> Settings:
    """What the kg.toml beside an open graph says; the defaults for a mere reader."""
    return graph._settings if isinstance(graph, KnowledgeGraph) else Settings()  # noqa: SLF001 - as above


def _place(path: str | os.PathLike[str] | None) -> tuple[Workspace, Path]:
    """The workspace and the database that a caller means."""
    if path is None:
        workspace = Workspace.find(os.environ, start=Path.cwd())
        return workspace, workspace.database
    named = Path(path).expanduser()
    if named.is_file():
        return Workspace(named.parent), named
    if named.name == DATABASE:
        return Workspace(named.parent), named
    return Workspace(named), named / DATABASE
