"""What the screens ask the graph: pure questions in, frozen values out; they run in a thread.

Nothing here knows of widgets. Text is passed on as it is stored: whoever paints it cleans it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kg.corrections import KEY as CORRECTIONS
from kg.errors import UnknownNode
from kg.graph import Graph
from kg.identifiers import parse
from kg.marks import Mark
from kg.model import Change, Evidence, Excerpt, Literal, Lookup, Node, PaperRecord, Statement
from kg.papers import lookup, lookup_of, only_withdrawn, resting, told
from kg.search import Query
from kg.vocabulary import Kind, Predicate

PAGE = 64
"""Rows that are read at a time."""

_NEWS = 300
_SOURCED = 300  # edges of one node whose first receipt is looked up; busier nodes have `p`


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results: a node, the year of a paper or "", whether it was withdrawn, its mark."""

    node: Node
    year: str = ""
    withdrawn: bool = False
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: how many, of which kinds, and the first page.

    ``exact``: the search was an identifier and this is its node.
    """

    query: Query
    total: int
    facets: Mapping[Kind, int]
    rows: tuple[Row, ...]
    generation: int
    exact: Node | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The size of the graph, and the oldest look at arXiv that it rests on."""

    nodes: int
    statements: int
    documents: int
    recorded: int
    bare: int
    fetched: datetime | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One edge seen from a node: the other end, its qualifiers as text, its first receipt."""

    statement: Statement
    other: Node | Literal
    notes: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """Edges of one predicate and direction: ``→`` from the node, ``←`` to it, ``↔`` as qualifier."""

    arrow: str
    predicate: Predicate
    leaves: tuple[Leaf, ...]

    @property
    def label(self) -> str:
        """The predicate as it reads from this side."""
        if self.arrow == "←":
            return self.predicate.inverse
        return f"in {self.predicate.label}" if self.arrow == "↔" else self.predicate.label


@dataclass(frozen=True, slots=True)
class View:
    """A node with all that is shown of it.

    ``withdrawn_papers``: those that introduce it, if each of them is withdrawn. ``resting``: what a
    withdrawn paper introduces and no other does.
    """

    node: Node
    descriptions: tuple[str, ...]
    groups: tuple[Group, ...]
    record: PaperRecord | None = None
    looked: Lookup | None = None
    withdrawn_papers: tuple[Node, ...] = ()
    resting: tuple[Node, ...] = ()
    mark: Mark | None = None

    @property
    def edges(self) -> int:
        """How many edges are shown."""
        return sum(len(group.leaves) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One evidence with what it points to: the document, the lines there, or the arXiv record."""

    evidence: Evidence
    title: str
    page: str
    looked: Lookup | None
    excerpts: tuple[Excerpt | None, ...] = ()
    record: PaperRecord | None = None

    @property
    def is_list(self) -> bool:
        """Whether it is an entry of a list, which a correction may ignore."""
        return self.evidence.document.startswith("list:")


# -------------------------------------------------------------------------------- browsing


def overview(graph: Graph) -> Overview:
    """The size and age of the graph."""
    counts = graph.counts()
    return Overview(
        sum(counts.nodes.values()),
        sum(counts.statements.values()),
        sum(number for kind, number in counts.documents.items() if kind.value != CORRECTIONS),
        counts.papers_recorded,
        counts.papers_bare,
        graph.oldest_lookup() if counts.papers_recorded else None,
    )


def find(graph: Graph, text: str, kinds: Sequence[Kind]) -> Found:
    """The nodes that match what someone typed, narrowed to ``kinds`` where there are any."""
    exact = _exact(graph, text)
    if exact is not None:
        facets = {exact.kind: 1}
        return Found(Query.parse(text), 1, facets, (_row(graph, exact),), graph.generation, exact=exact)
    query = Query.parse(text)
    facets = graph.facets(query)
    if kinds:  # a typed kind: and the ticked ones must both hold
        query = replace(query, kinds=tuple(kind for kind in kinds if kind in query.kinds or not query.kinds))
    total = sum(number for kind, number in facets.items() if not kinds or kind in query.kinds)
    rows = page(graph, query, 0) if total else ()
    return Found(query, total, facets, rows, graph.generation)


def _exact(graph: Graph, text: str) -> Node | None:
    if parse(text) is None:
        return None
    try:
        return graph.find(text.strip())
    except UnknownNode:
        return None


def near(graph: Graph, query: Query) -> tuple[str, ...]:
    """Names that look like the words of a search, best first; slow in a large graph."""
    nodes = [graph.node(slug) for slug in graph.nearest(" ".join(query.words))] if query.words else []
    return tuple(dict.fromkeys(node.label for node in nodes if node is not None))


def page(graph: Graph, query: Query, number: int) -> tuple[Row, ...]:
    """The rows of one page of the results, from 0."""
    return tuple(_row(graph, node) for node in graph.search(query, limit=PAGE, offset=number * PAGE))


def _row(graph: Graph, node: Node) -> Row:
    mark = graph.mark(node)
    if node.kind is not Kind.PAPER:
        return Row(node, mark=mark)
    record = graph.record(node)
    if record is not None:
        return Row(node, str(record.published.year), record.withdrawn, mark)
    years = (year for one in node.identifiers if (year := _year(one.scheme, one.value)))
    return Row(node, next(years, ""), mark=mark)


def _year(scheme: str, value: str) -> str:
    """The year in an arXiv id, which is the year of its first version."""
    digits = value.rpartition("/")[2][:2]
    if scheme != "arxiv" or not digits.isdigit():
        return ""
    return f"{'19' if digits > '90' else '20'}{digits}"


# -------------------------------------------------------------------------------- one node


class Rarity:
    """How often each predicate is used in the graph, counted once a generation."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._counted: tuple[int, Mapping[Predicate, int]] = (-1, {})

    def of(self, graph: Graph) -> Mapping[Predicate, int]:
        """Uses by predicate; what arXiv records say counts as the most common of all."""
        generation = graph.generation
        if self._counted[0] != generation:
            self._counted = (generation, graph.counts().statements)
        return self._counted[1]


def view(graph: Graph, slug: str, rarity: Rarity) -> View | None:
    """The node of that slug with its edges, rarest predicate first; None where it is gone."""
    node = graph.node(slug)
    if node is None:
        return None
    uses = rarity.of(graph)
    grouped: dict[tuple[str, Predicate], list[Leaf]] = {}
    descriptions: list[str] = []
    for number, statement in enumerate(graph.edges(node.slug)):
        if statement.predicate is Predicate.DESCRIPTION and isinstance(statement.object, Literal):
            descriptions.append(statement.object.value)
        arrow, other = _seen_from(node, statement)
        source = _source(graph, statement) if number < _SOURCED else ""
        leaf = Leaf(statement, other, _notes(statement, node), source)
        grouped.setdefault((arrow, statement.predicate), []).append(leaf)
    groups = [Group(arrow, predicate, tuple(leaves)) for (arrow, predicate), leaves in grouped.items()]
    groups.sort(key=lambda g: (_place(g.predicate, uses), g.predicate.rank, g.arrow != "→"))
    record = graph.record(node)
    return View(
        node,
        tuple(descriptions),
        tuple(groups),
        record,
        lookup_of(graph, node),
        tuple(only_withdrawn(graph, node)),
        tuple(resting(graph, node)) if record is not None and record.withdrawn else (),
        graph.mark(node),
    )


def _place(predicate: Predicate, uses: Mapping[Predicate, int]) -> tuple[int, int]:
    """Edges to nodes first, rarest first; then values, descriptions last: they stand above."""
    if predicate is Predicate.DESCRIPTION:
        return 3, 0
    if predicate.is_literal:
        return (1 if predicate in uses else 2), predicate.rank
    if predicate is Predicate.MENTIONS:  # the weakest that is said of two nodes
        return 0, sum(uses.values()) + 1
    return 0, uses.get(predicate, 0)


def _seen_from(here: Node, statement: Statement) -> tuple[str, Node | Literal]:
    if statement.subject.slug == here.slug:
        return "→", statement.object
    if isinstance(statement.object, Node) and statement.object.slug == here.slug:
        return "←", statement.subject
    return "↔", statement.subject


def _notes(statement: Statement, here: Node) -> str:
    """The qualifiers as people read them; for a qualifier's own view also what is qualified."""
    notes = []
    for name, value in statement.qualifiers:
        if isinstance(value, Node) and value.slug == here.slug:
            continue
        text = value.label if isinstance(value, Node) else value.value
        notes.append(f"with {text}" if name == "with" else f"{name}: {text}")
    arrow, _ = _seen_from(here, statement)
    if arrow == "↔":
        end = statement.object.label if isinstance(statement.object, Node) else statement.object.value
        notes.insert(0, f"→ {end}")
    return "; ".join(notes)


def _source(graph: Graph, statement: Statement) -> str:
    for evidence in graph.evidence(statement):
        return short_source(evidence)
    return ""


def short_source(evidence: Evidence) -> str:
    """The document and line of an evidence in few letters: ``starter:L212``, ``arXiv``."""
    name = evidence.document.removeprefix("list:")
    if name.startswith("arxiv:"):
        return "arXiv"
    spans = [span for span in evidence.spans if span is not None]
    return f"{name}:L{spans[0].line}" if spans else name


# ------------------------------------------------------------------------------------ news


@dataclass(frozen=True, slots=True)
class Happened:
    """One change of a list or a paper, in words, and the slug of its node now ("": it is gone)."""

    change: Change
    detail: str
    slug: str


def happened(graph: Graph) -> tuple[Happened, ...]:
    """What lists and papers have done, the latest first; the last some hundred changes."""
    found = []
    for change in graph.news(limit=_NEWS):
        node = graph.node(change.subject) if change.subject else None
        found.append(Happened(change, told(graph, change), node.slug if node else ""))
    return tuple(found)


# -------------------------------------------------------------------------------- receipts


def receipts(graph: Graph, about: Statement | str) -> tuple[Receipt, ...]:
    """The receipts of a statement, or of a node's being there (its slug), in the store's order."""
    found = graph.mentioned(about) if isinstance(about, str) else graph.evidence(about)
    return tuple(_receipt(graph, evidence) for evidence in found)


def _receipt(graph: Graph, evidence: Evidence) -> Receipt:
    title, page_ = _document(graph, evidence.document)
    record = looked = None
    if evidence.document.startswith("arxiv:"):
        record = _record(graph, evidence.document)
        looked = lookup(graph, evidence.document.removeprefix("arxiv:"))
    excerpts = tuple(
        None if span is None else graph.excerpt(evidence.document, span) for span in evidence.spans
    )
    return Receipt(evidence, title, page_, looked, excerpts if record is None else (), record)


def _record(graph: Graph, reference: str) -> PaperRecord | None:
    try:
        return graph.record(graph.find(reference))
    except UnknownNode:
        return None


def _document(graph: Graph, key: str) -> tuple[str, str]:
    """Title and page of one document; read by its key, for there may be a million."""
    row = graph.db.execute("SELECT title, page FROM document WHERE key = ?", (key,)).fetchone()
    return (key, "") if row is None else (row["title"], row["page"])
