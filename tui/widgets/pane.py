"""The pane of one node: the trail, what it is, its edges; it knows where someone walked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from kg.graph import Graph
from kg.model import Literal, Node, Statement
from kg.vocabulary import Predicate
from tui.asking import Asker
from tui.reading import Rarity, View, view
from tui.source import Source
from tui.text import count
from tui.trail import Stop, Trail

from .bars import TrailBar
from .edges import Edges
from .search import DEBOUNCE
from .summary import Summary, support_text


class NodePane(Vertical):
    """A node, followed from edge to edge."""

    class Looked(Message):
        """A search was asked for: an author's name or a category was followed."""

        def __init__(self, text: str, note: str) -> None:
            """What to search, and what to say about it."""
            super().__init__()
            self.text = text
            self.note = note

    class Page(Message):
        """A value that is an address was followed."""

        def __init__(self, url: str) -> None:
            """Which address."""
            super().__init__()
            self.url = url

    def __init__(self, source: Source, fail: Callable[[str, Exception], None], *, id: str) -> None:  # noqa: A002
        """Where nodes are read, and who is told of failures."""
        super().__init__(id=id)
        self._source = source
        self._asker = Asker(self, source, fail)
        self._rarity = Rarity()
        self._whole = False
        self._only_looking = False
        self._waiting: Timer | None = None
        self.trail = Trail()
        self.view: View | None = None

    def compose(self) -> ComposeResult:
        """Trail, summary, edges."""
        yield TrailBar(id="trail")
        yield Summary(id="summary", markup=False)
        yield Edges(id="edges")

    def on_mount(self) -> None:
        """Say what the pane is for."""
        self.query_one(Edges).border_title = "Edges"
        self.query_one(Edges).say("No node yet: Enter on a result opens it.")

    # ------------------------------------------------------------------------ asking

    def preview(self, slug: str) -> None:
        """Show a node soon, without going there."""
        self._wait()
        self._only_looking = True
        if self.view is None or self.view.node.slug != slug:
            self._waiting = self.set_timer(DEBOUNCE, partial(self._look_at, slug))

    def _look_at(self, slug: str) -> None:
        self._waiting = None
        self._ask(slug, visit=False)

    @property
    def is_waiting(self) -> bool:
        """Whether another node has yet to be asked for, or answered."""
        return self._waiting is not None or self._asker.is_open()

    def open(self, slug: str) -> None:
        """Go to a node."""
        self._wait()
        self._only_looking = False
        self._ask(slug, visit=True)

    def reload(self) -> None:
        """Show the present node again, as it is now."""
        if self.view is not None:
            self._ask(self.view.node.slug, visit=False)

    def _wait(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def _ask(self, slug: str, *, visit: bool) -> None:
        def question(graph: Graph) -> View | None:
            return view(graph, slug, self._rarity)

        self._asker.ask("node", question, partial(self._show, visit=visit), failed="The node cannot be read")

    def _show(self, found: View | None, *, visit: bool) -> None:
        if found is None:
            self.clear("This node is no longer in the graph. [ goes back, esc to the list.")
            return
        if visit:
            self.trail.visit(Stop(found.node.slug, found.node.label))
        if self.view is None or self.view.node.slug != found.node.slug:
            self._whole = False
        if self.view is None:
            # Textual loses the new height of what is updated while its first layout is under way.
            self.call_after_refresh(self.query_one(Summary).refresh, layout=True)
        self.view = found
        self._paint()
        edges = self.query_one(Edges)
        edges.show(found, height=max(4, self.size.height - self.query_one(Summary).outer_size.height - 3))
        edges.say("No edges: nothing that was read says more about it.")
        predicates = len(found.groups)
        edges.border_title = Content(f"Edges: {count(predicates, 'predicate')}")
        edges.border_subtitle = Content(support_text(found))

    def _paint(self) -> None:
        if self.view is not None:
            self.query_one(Summary).show(self.view, self._source.clock(), whole=self._whole)
        self.query_one(TrailBar).show(self.trail)

    def clear(self, message: str = "") -> None:
        """Show no node."""
        self._wait()
        self._asker.forget("node")
        self.view = None
        summary, edges = self.query_one(Summary), self.query_one(Edges)
        summary.border_title = None
        summary.update(Content(message))
        edges.clear()
        edges.border_title, edges.border_subtitle = Content("Edges"), None
        edges.say(message)

    # ----------------------------------------------------------------------- walking

    def back(self) -> bool:
        """One stop back, or to the stop where someone is if only another node is looked at."""
        stop = self.trail.here if self._only_looking else self.trail.back()
        self._only_looking = False
        if stop is not None:
            self._ask(stop.slug, visit=False)
        return stop is not None

    def forward(self) -> bool:
        """One stop forward."""
        stop = self.trail.forward()
        if stop is not None:
            self._ask(stop.slug, visit=False)
        return stop is not None

    def fold(self) -> None:
        """Fold or unfold the group under the cursor."""
        self.query_one(Edges).toggle()

    def follow(self) -> None:
        """Follow the edge under the cursor, unfold its group, or show more of it."""
        edges = self.query_one(Edges)
        line, other = edges.line, edges.other
        if line is not None and line.hidden:
            edges.show_more()
        elif isinstance(other, Node):
            if self.view is not None:
                self.trail.visit(Stop(self.view.node.slug, self.view.node.label))
            self.open(other.slug)
        elif isinstance(other, Literal) and edges.statement is not None:
            self._follow_value(edges.statement.predicate, other)
        else:
            edges.toggle()

    def _follow_value(self, predicate: Predicate, value: Literal) -> None:
        text = value.value.replace('"', " ")
        if predicate is Predicate.AUTHOR:
            self.post_message(self.Looked(f'author:"{text}"', "Same name, not surely the same person."))
        elif predicate is Predicate.CATEGORY:
            self.post_message(self.Looked(f'category:"{text}"', "Papers of this arXiv category."))
        elif value.datatype == "iri":
            self.post_message(self.Page(value.value))
        elif predicate is Predicate.DOI:
            self.post_message(self.Page(f"https://doi.org/{value.value}"))
        else:
            self.app.notify(
                "A value leads nowhere; p shows where it is said.", title="Nothing to follow", timeout=4
            )

    def toggle_whole(self) -> None:
        """Show all of a long description or abstract, or the beginning again."""
        self._whole = not self._whole
        self._paint()

    @property
    def statement(self) -> Statement | None:
        """The statement under the cursor."""
        return self.query_one(Edges).statement
