"""What a reference manager wants to know of a paper; BibTeX and CSL-JSON are two ways to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.graph import Graph
from kg.model import Literal, Node, PaperRecord
from kg.names import slugify
from kg.vocabulary import Kind, Predicate

from . import Options
from .keys import Keys

_SMALL = frozenset(
    "a an and are as at by for from how in is of on or the to via what when where why with".split()
)
_PARTICLES = frozenset(
    "al bin da dal de del della den der di do dos du el la le ten ter van von zu zum zur".split()
)
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_GROUP = re.compile(
    r"\b(?:team|collaborations?|consortium|group|project|initiative|institute|laborator(?:y|ies)|labs?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """An author's name as styles sort it; ``family`` alone for a group or a name of one word."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""

    @classmethod
    def of(cls, text: str) -> Name:
        """The parts of a name as it is printed, by the rules of BibTeX; a guess, as every such split is.

        >>> Name.of("Edward J. Hu")
        Name(family='Hu', given='Edward J.', particle='', suffix='')
        >>> Name.of("Laurens van der Maaten").particle, Name.of("The Wren Team").family
        ('van der', 'The Wren Team')
        """
        words = text.split()
        suffix = words.pop().rstrip(",") if len(words) > 2 and words[-1].lower() in _SUFFIXES else ""  # noqa: PLR2004
        if len(words) < 2 or _GROUP.search(text):  # noqa: PLR2004 - a first and a last name
            return cls(text)
        start = len(words) - 1
        first = next((n for n, word in enumerate(words[1:-1], 1) if word in _PARTICLES), start)
        last = first
        while last < start and words[last] in _PARTICLES:
            last += 1
        return cls(
            " ".join(words[last:]).rstrip(","), " ".join(words[:first]), " ".join(words[first:last]), suffix
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing was taken apart."""
        return not self.given


@dataclass(frozen=True, slots=True)
class Citation:
    """A paper under its citation key. ``year`` and ``month`` are those of its first version; 0: unknown.

    ``journal`` is what the record says of its publication, ``venue`` what lists say; ``doi`` is the
    publisher's.
    """

    key: str
    node: Node
    title: str
    authors: tuple[Name, ...] = ()
    year: int = 0
    month: int = 0
    arxiv: str = ""
    version: int = 0
    category: str = ""
    doi: str = ""
    journal: str = ""
    venue: str = ""
    url: str = ""
    withdrawn: bool = False

    @property
    def is_published(self) -> bool:
        """Whether somebody but arXiv has published it."""
        return bool(self.doi or self.journal or self.venue)


def citations(graph: Graph, options: Options | None = None) -> Iterator[Citation]:
    """All papers, by slug. Where a pattern gives several papers one key, all but the first add their slug.

    A pattern holds ``{slug}``, ``{author}`` (family name of the first author), ``{year}``, ``{word}``
    (first word of the title that says something) or ``{arxiv}``; papers of ``options.citation_keys`` have
    theirs. Raises: UsageError for another field.
    """
    options = options or Options()
    keys = Keys(options.citation_key, options.citation_keys)
    for node in graph.nodes([Kind.PAPER]):
        yield _citation(graph, node, keys)


def given(graph: Graph, pattern: str, kept: Mapping[str, str]) -> dict[str, str]:
    """The keys by slug of those papers of the graph that have none in ``kept``.

    Raises: UsageError for a field that is none.
    """
    keys = Keys(pattern, kept)
    papers = (node for node in graph.nodes([Kind.PAPER]) if node.slug not in kept)
    return {node.slug: _citation(graph, node, keys).key for node in papers}


def _citation(graph: Graph, node: Node, keys: Keys) -> Citation:
    record = graph.record(node)
    said = _said(graph, node)
    title = record.title if record else node.label
    authors = tuple(map(Name.of, record.authors if record else said.get(Predicate.AUTHOR, [])))
    year, month = _date(record, said)
    arxiv = next((i.value for i in node.identifiers if i.scheme == "arxiv"), "")
    doi = record.doi if record else ""
    doi = doi or next((i.value for i in node.identifiers if i.scheme == "doi"), "")
    url = next((i.url for i in node.identifiers if i.scheme in {"arxiv", "openreview", "acl", "url"}), "")
    words = {
        "slug": node.slug,
        "author": _plain(authors[0].family) if authors else "anon",
        "year": str(year or "nd"),
        "word": _word(title),
        "arxiv": arxiv or node.slug,
    }
    return Citation(
        keys.of(words),
        node,
        title,
        authors,
        year,
        month,
        arxiv,
        record.version if record else 0,
        record.categories[0] if record and record.categories else "",
        doi,
        record.journal_ref if record else "",
        next(iter(said.get(Predicate.PUBLISHED_IN, [])), ""),
        url,
        bool(record and record.withdrawn),
    )


def _said(graph: Graph, node: Node) -> dict[Predicate, list[str]]:
    """The literals that lists say of a paper, best supported first."""
    found: dict[Predicate, list[str]] = {}
    for edge in graph.edges(node.slug):
        if edge.subject.slug == node.slug and isinstance(edge.object, Literal):
            found.setdefault(edge.predicate, []).append(edge.object.value)
    return found


def _date(record: PaperRecord | None, said: dict[Predicate, list[str]]) -> tuple[int, int]:
    if record is not None:
        return record.published.year, record.published.month
    stated = re.match(r"(\d{4})(?:-(\d\d))?", next(iter(said.get(Predicate.RELEASED, [])), ""))
    return (int(stated[1]), int(stated[2] or 0)) if stated else (0, 0)


def _plain(text: str) -> str:
    return slugify(text).replace("-", "").replace(".", "") or "anon"


def _word(title: str) -> str:
    words = [slugify(word).partition("-")[0] for word in title.split()]
    return next((word for word in words if word and word not in _SMALL), "untitled")
