"""The search of the screen: what was typed and ticked, what it found, page by page."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.content import Content

from kg.graph import Graph
from kg.vocabulary import Kind
from tui import messages
from tui.asking import Asker
from tui.reading import Found, Overview, Row, find, near, overview, page
from tui.source import Source
from tui.widgets.bars import TitleBar
from tui.widgets.facets import FacetRow, Facets
from tui.widgets.results import Results
from tui.widgets.search import SearchBox

from .annotating import Annotating

NEAR_DELAY = 0.25  # seconds that a search without a match stands before similar names are looked for


class Searching(Annotating):
    """A screen with a search box, kinds to tick, and results."""

    def __init__(self, source: Source) -> None:
        """Nothing looked for yet: everything matches."""
        super().__init__(source)
        self._asker = Asker(self, source, self.fail)
        self._found: Found | None = None
        self._text = ""
        self._ticked: frozenset[Kind] = frozenset()
        self._counted = False  # the size of the graph is known; it is asked for after the first page
        self._near: tuple[str, ...] | None = ()  # names like what matches nothing; None: not known yet
        self._submitted = False  # Enter came before the answer to what was typed

    # ------------------------------------------------------------------ for the screen

    def go(self, slug: str) -> None:
        """Go to a node and show it."""
        raise NotImplementedError

    def found_changed(self) -> None:
        """Other results are shown, or another one has the cursor."""
        raise NotImplementedError

    def fail(self, title: str, error: Exception) -> None:
        """Tell what failed."""
        raise NotImplementedError

    @property
    def results(self) -> Results:
        """The list of matches."""
        return self.query_one("#results", Results)

    @property
    def facets(self) -> Facets:
        """The pane of kinds."""
        return self.query_one("#facets", Facets)

    @property
    def box(self) -> SearchBox:
        """The search box."""
        return self.query_one("#search", SearchBox)

    @property
    def is_searching(self) -> bool:
        """Whether the results are not yet those of what was typed."""
        return self.box.is_waiting or self._asker.is_open() or self._near is None

    # -------------------------------------------------------------------------- reading

    def load(self, *, keep: bool = False) -> None:
        """Read everything anew; ``keep`` leaves the cursor where it is."""
        if not self._source.exists:
            self._show_empty()
            return
        self._counted = False
        self.search(self._text, keep=keep)

    def search(self, text: str, *, keep: bool = False) -> None:
        """Show what matches ``text`` and the ticked kinds."""
        self._text = text
        if not self._source.exists:
            return
        kinds = tuple(kind for kind in Kind if kind in self._ticked)

        def question(graph: Graph) -> Found:
            return find(graph, text, kinds)

        self._asker.ask("search", question, partial(self._show_found, keep=keep), failed="The search failed")

    def _show_found(self, found: Found, *, keep: bool) -> None:
        self._found = found
        self._near = ()
        self.results.message = self._nothing_yet
        if self._text or self._ticked:
            self.results.message = messages.nothing(self._text, self._ticked, ())
            if not found.total and found.query.words:
                self._near = None
                self.set_timer(NEAR_DELAY, partial(self._look_near, found))
        self.results.show(found, keep=keep)
        whole = sum(found.facets.values())
        self.results.border_subtitle = Content(
            f"{found.total:,}" + (f" of {whole:,}" if whole > found.total else "")
        )
        self.facets.show(found.facets, self._ticked)
        self.query_one(FacetRow).show(found.facets, self._ticked)
        self.refresh_bindings()
        if not self._counted:
            self._counted = True
            self._asker.ask("overview", overview, self._show_overview, failed="The graph cannot be counted")
        if self._submitted:
            self._submitted = False
            self._submit(found)
        self.found_changed()

    def _look_near(self, found: Found) -> None:
        """Look for names like what was typed, once the fingers rest: it takes long in a large graph."""
        if self._found is found:

            def question(graph: Graph) -> tuple[str, ...]:
                return near(graph, found.query)

            self._asker.ask(
                "near", question, partial(self._show_near, found), failed="No names were looked for"
            )

    def _show_near(self, found: Found, names: tuple[str, ...]) -> None:
        if self._found is found:
            self._near = names
            self.results.say(*messages.nothing(self._text, self._ticked, names))
            if self._submitted:
                self._submitted = False
                self._submit(found)

    @property
    def _nothing_yet(self) -> tuple[str, ...]:
        return messages.EMPTY if self._source.add_starter else messages.EMPTY_READONLY

    def _show_empty(self) -> None:
        self.results.say(*self._nothing_yet)
        self.refresh_bindings()

    def _show_overview(self, found: Overview) -> None:
        self.query_one(TitleBar).show(found, self._source.clock())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to browse."""
        found = self._found
        return not self._source.exists or (found is not None and not found.facets and not self._text)

    @on(Results.Wanted)
    def _read_page(self, event: Results.Wanted) -> None:
        found = self._found
        if found is None:
            return

        def question(graph: Graph) -> tuple[int, tuple[Row, ...]]:
            return graph.generation, page(graph, found.query, event.number)

        def answer(read: tuple[int, tuple[Row, ...]]) -> None:
            generation, rows = read
            if self._found is not found:
                return
            if generation != found.generation:  # another kg wrote meanwhile: pages must fit together
                self.load(keep=True)
            else:
                self.results.add_page(event.number, rows)

        self._asker.ask(f"page {event.number}", question, answer, failed="The results cannot be read")

    # ------------------------------------------------------------------- typed, ticked

    def tick(self) -> None:
        """Tick or untick the kind under the cursor."""
        kind = self.facets.kind
        if kind is not None:
            self._ticked ^= {kind}
            self.search(self._text)

    def untick(self) -> None:
        """Tick no kind."""
        if self._ticked:
            self._ticked = frozenset()
            self.search(self._text)

    @on(SearchBox.Searched)
    def _searched(self, event: SearchBox.Searched) -> None:
        if event.text != self._text:
            self.search(event.text)

    def submit(self) -> None:
        """Enter in the box: act on what is found, or will have been."""
        if self.box.hurry() or self.box.value != self._text:  # its message may be on the way
            self.search(self.box.value)
        if self._asker.is_open("search"):
            self._submitted = True
        elif self._found is not None:
            self._submit(self._found)

    def _submit(self, found: Found) -> None:
        """What Enter does with an answer: open the one node meant, or take the nearest name."""
        if found.exact is not None:
            self.go(found.exact.slug)
        elif not found.total and self._near is None:
            self._submitted = True  # the names that look alike are still being looked for
        elif not found.total and self._near:
            self.box.value = self._near[0]
