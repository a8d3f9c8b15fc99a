"""What two graphs say differently, thing by thing, whether they stand in stores or in our own Turtle.

Both are read side by side in canonical order, so that memory holds one thing of each, at any size.
Compared is what the graph says: not the base and the title, which are settings, and not what
``--receipts`` and ``--abstracts`` add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from kg import rdf
from kg.errors import UsageError
from kg.graph import Graph
from kg.rdf import SECTIONS, Block, Namespaces
from kg.store import Store
from kg.vocabulary import Kind
from kg.workspace import Workspace

from .canonical import Turtle

KINDS = {kind.plural: kind for kind in Kind}
UNSAID = frozenset({"dataset"})  # title and base are settings, and the sources have a section of their own
_SQLITE = b"SQLite format 3\0"
_RECEIPTS = {
    "sources": frozenset({"pav:hasCurrentVersion"}),
    "evidence": frozenset("foaf:page kg:endLine kg:firstLine kg:firstSeenIn kg:line pav:retrievedOn".split()),
}

Triple = tuple[str, str, str]


class Side(Protocol):
    """A graph to compare: :class:`kg.rdf.View` is one, and :class:`exports.canonical.Turtle`."""

    @property
    def namespaces(self) -> Namespaces:
        """What its terms stand for."""

    def sections(self) -> Iterator[tuple[str, Iterator[Block]]]:
        """Its sections in canonical order, each with its blocks."""


@dataclass(slots=True)
class Thing:
    """A node with what is told behind it, or any other subject; ``id``: the slug, or the term."""

    section: str
    id: str
    key: tuple[str, ...]
    label: str
    blocks: list[Block]

    @property
    def triples(self) -> list[Triple]:
        """All that is said of it, in canonical order."""
        return [(subject, *pair) for subject, pairs in self.blocks for pair in pairs]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is said otherwise: ``before``, ``after``, or both; never none."""

    before: Thing | None
    after: Thing | None

    @property
    def action(self) -> str:
        """Added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def thing(self) -> Thing:
        """The thing, as it is after the change where it still is."""
        found = self.before if self.after is None else self.after
        assert found is not None
        return found

    @property
    def added(self) -> list[Triple]:
        """What is said after and was not before."""
        return _without(self.after, self.before)

    @property
    def removed(self) -> list[Triple]:
        """What was said before and is not after."""
        return _without(self.before, self.after)


def _without(one: Thing | None, other: Thing | None) -> list[Triple]:
    known = set(other.triples) if other is not None else set()
    return [triple for triple in one.triples if triple not in known] if one is not None else []


def is_receipt(triple: Triple) -> bool:
    """Whether a triple tells who says something, and nothing else."""
    return triple[1] == "prov:wasDerivedFrom" or triple[0].startswith(("stmt:", "ev:"))


@dataclass(slots=True)
class Counts:
    """How much differs: by section and action; which nodes are of another kind now (slug: both)."""

    actions: dict[str, Counter[str]] = field(default_factory=dict)
    kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    _gone: dict[str, str] = field(default_factory=dict)
    _come: dict[str, str] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Count a change. A node of another kind goes from one section and comes to another."""
        section, name = change.thing.section, change.thing.id
        self.actions.setdefault(section, Counter())[change.action] += 1
        if section in KINDS and change.action != "changed":
            here, there = (self._gone, self._come) if change.after is None else (self._come, self._gone)
            here[name] = KINDS[section].label
            if name in there:
                self.kinds[name] = self._gone.pop(name), self._come.pop(name)

    def __bool__(self) -> bool:
        return bool(self.actions)


def differences(before: Side, after: Side, counts: Counts, *, provenance: bool = True) -> Iterator[Change]:
    """What differs, in canonical order; ``counts`` fill on the way. Without ``provenance``: facts only.

    Raises: UsageError (a file is not ours), StoreError.
    """
    provenance = provenance and tells_provenance(before) and tells_provenance(after)
    left, right = _Sections(before, provenance=provenance), _Sections(after, provenance=provenance)
    for section in SECTIONS:
        for change in _merged(left.things(section), right.things(section)):
            counts.add(change)
            yield change


def tells_provenance(side: Side) -> bool:
    """Whether it says what its facts rest on; where there is no node, nothing is missing."""
    declared = side.namespaces.declared
    return "ev" in declared or "node" not in declared


def _merged(left: Iterator[Thing], right: Iterator[Thing]) -> Iterator[Change]:
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a.key < b.key):
            yield Change(a, None)
            a = next(left, None)
        elif a is None or b.key < a.key:
            yield Change(None, b)
            b = next(right, None)
        else:
            if a.blocks != b.blocks:
                yield Change(a, b)
            a, b = next(left, None), next(right, None)


class _Sections:
    """The sections of one side, asked for in canonical order."""

    def __init__(self, side: Side, *, provenance: bool) -> None:
        self.side = side
        self.provenance = provenance
        self._left = side.sections()
        self._next = next(self._left, None)

    def things(self, section: str) -> Iterator[Thing]:
        """The things of a section, none where there is no such section."""
        if self._next is None or self._next[0] != section:
            return
        key: tuple[str, ...] = ()
        for thing in self._things(section, self._next[1]):
            if thing.key <= key:
                name = getattr(self.side, "name", "the graph")
                raise UsageError(
                    f"{name}: {thing.id} is not in canonical order",
                    hint="Take a file that `kg export --turtle` wrote, as it wrote it.",
                )
            key = thing.key
            yield thing
        self._next = next(self._left, None)

    def _things(self, section: str, blocks: Iterable[Block]) -> Iterator[Thing]:
        thing: Thing | None = None
        for block in blocks:
            kept = self._kept(section, block)
            if kept is None:
                continue
            slug = self._slug(block[0])
            if thing is not None and section in KINDS and slug is None:
                thing.blocks.append(kept)
                continue
            if thing is not None:
                yield thing
            thing = self._thing(section, slug or block[0], kept)
        if thing is not None:
            yield thing

    def _thing(self, section: str, name: str, block: Block) -> Thing:
        said = dict(reversed(block[1]))
        label = self.side.namespaces.resolve(said["rdfs:label"])[0] if "rdfs:label" in said else ""
        # Evidence stands by source, then by name; all else by name.
        key = (said.get("dcterms:isPartOf", ""), name) if section == "evidence" else (name,)
        return Thing(section, name, key, label, [block])

    def _kept(self, section: str, block: Block) -> Block | None:
        """The block but for what is not compared; None where nothing is left."""
        subject, pairs = block
        if section in UNSAID or subject.startswith("rev:"):
            return None
        if not self.provenance and (section == "evidence" or subject.startswith("stmt:")):
            return None
        out = _RECEIPTS.get(section, frozenset())
        if section in KINDS:
            out = frozenset(
                {"dcterms:abstract"} if self.provenance else {"dcterms:abstract", "prov:wasDerivedFrom"}
            )
        return subject, [(name, term) for name, term in pairs if name not in out]

    def _slug(self, subject: str) -> str | None:
        """The slug of a node's term; None for any other term."""
        if subject.startswith("node:"):
            return subject[5:]
        space = self.side.namespaces.every["node"]
        return unquote(subject[1 + len(space) : -1]) if subject.startswith(f"<{space}") else None


@contextmanager
def opened(where: Path | None, stdin: BufferedReader) -> Iterator[Side]:
    """The graph there, to be compared: a workspace, a database, or Turtle of ours; None: ``stdin``.

    Raises: UsageError (nothing of the kind), StoreError.
    """
    if where is None:
        yield Turtle(stdin, "stdin")
        return
    if where.is_dir():
        where = Workspace(where).database
        if not where.exists():
            raise UsageError(f"there is no graph in {where.parent}", hint="Name a folder made by `kg init`.")
    try:
        file = where.open("rb")
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read: {error.strerror}",
            hint="Name a workspace, a graph.db or a file that `kg export --turtle` wrote.",
        ) from error
    with file:
        if not file.peek(len(_SQLITE)).startswith(_SQLITE):
            yield Turtle(file, str(where))
            return
    with Store(where, readonly=True) as store, of_graph(Graph(store), Workspace(where.parent)) as side:
        yield side


@contextmanager
def of_graph(graph: Graph, workspace: Workspace) -> Iterator[Side]:
    """A graph to be compared, in one read transaction."""
    with rdf.opened(graph, rdf.Options(base=workspace.settings().base)) as view:
        yield view
