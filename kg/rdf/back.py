"""The way back: triples of an own export as what a store is written from.

The triples come as terms, a thing after the other, as an export has them; :class:`Back` turns each into
values of :mod:`kg.store.restoring`. What it does not know it leaves out: whoever restores an export looks
whether the restored graph tells the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from kg.corrections import KEY as CORRECTIONS
from kg.errors import UsageError
from kg.model import DocumentKind
from kg.store.exported import UNKNOWN, Line, Where
from kg.store.restoring import Restoration

from . import names
from .restored import NodeOf, Thing, local
from .sources import ARXIV, DIGEST
from .terms import Namespaces

Quad = tuple[str, str, str, str]
"""Subject, predicate, object and graph as terms; "" for the default graph."""

_BEHIND = ("author:", "req:", "stmt:")
_ESCAPED = re.compile(r"\\(.)|( > )", re.DOTALL)
_HASHED = 17  # a hyphen and 16 hex digits


def things(quads: Iterable[Quad]) -> Iterator[Thing]:
    """The quads by thing: authors, requirements and statements stand with the node before them."""
    thing: Thing | None = None
    for subject, predicate, term, graph in quads:
        if thing is None or (subject != thing.head and not subject.startswith(_BEHIND)):
            if thing is not None:
                yield thing
            thing = Thing(subject)
        thing.pairs.setdefault(subject, {}).setdefault((predicate, term), set()).add(graph)
    if thing is not None:
        yield thing


class Back:
    """Takes in things in the order of an export; what it has seen tells the options of that export."""

    def __init__(self, spaces: Namespaces, rows: Restoration, listed: Iterable[str] = ()) -> None:
        """Write to ``rows``; ``spaces``: all prefixes; ``listed``: names of sources, as kg.toml has them."""
        self.spaces = spaces
        self.rows = rows
        self.receipts = False
        self.abstracts = False
        self.title = ""
        self.categories: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._named = {names.source("list", f"list:{one}"): f"list:{one}" for one in listed}
        self._current: set[str] = set()
        self._blobs: dict[str, str] = {}

    def take(self, thing: Thing) -> None:
        """Write what is told of a thing. Raises: UsageError where it cannot be what an export tells."""
        takers: dict[str, Callable[[Thing], None]] = {
            "root": self._dataset,
            "source": self._source,
            "rev": self._revision,
            "node": self._node,
            "cat": self._category,
            "ev": self._evidence,
        }
        taker = takers.get(thing.head.partition(":")[0])
        try:
            if taker is not None:
                taker(thing)
        except (LookupError, ValueError, ArithmeticError) as error:
            raise UsageError(f"what it says of {thing.head} is not what `kg export` says") from error

    def _text(self, term: str) -> str:
        return self.spaces.resolve(term)[0]

    def _texts(self, terms: Iterable[str]) -> list[str]:
        return [self._text(term) for term in terms]

    # --------------------------------------------------------------------------- sources

    def _dataset(self, thing: Thing) -> None:
        self.title = self._text(thing.own["dcterms:title"][0])

    def _source(self, thing: Thing) -> None:
        if thing.head == ARXIV:
            return
        name, own = local(thing.head), thing.own
        kind = DocumentKind.CORRECTIONS if name == CORRECTIONS else DocumentKind.LIST
        key = CORRECTIONS if kind is DocumentKind.CORRECTIONS else self._named.get(name, f"list:{name}")
        self._keys[name] = key
        self._current.update(own.get("pav:hasCurrentVersion", ()))
        page = "".join(self._texts(own.get("foaf:page", ())))
        self.rows.document(kind, key, self._text(own["rdfs:label"][0]), page)

    def _revision(self, thing: Thing) -> None:
        self.receipts = True
        own = thing.own
        key = self._keys[local(own["prov:specializationOf"][0])]
        blob = self._text(own["dcterms:identifier"][0]).removeprefix("swh:1:cnt:")
        self._blobs[thing.head] = blob
        commit, address = (
            "".join(self._texts(own.get(name, ()))) for name in ("pav:version", "pav:retrievedFrom")
        )
        revision = blob, commit, address, self._moment(own["pav:retrievedOn"][0])
        self.rows.revision(key, revision, current=thing.head in self._current)

    def _moment(self, term: str) -> str:
        return self._text(term).replace("Z", "+00:00")

    def _where(self, term: str) -> Where:
        """The place that a piece of evidence stands for."""
        name = local(term)
        key = self._keys.get(name[:-_HASHED])
        return (names.key_of_record(name) if key is None else key), name

    def _evidence(self, thing: Thing) -> None:
        own, where = thing.own, self._where(thing.head)
        digest = "".join(self._texts(own.get("kg:textDigest", ()))).removeprefix(f"{DIGEST}:")
        if "kg:ArxivRecord" in own["rdf:type"]:
            self.rows.line(Line(where, (), digest))
            if "pav:retrievedOn" in own or "foaf:page" in own:
                self.receipts = True
                address = "".join(self._texts(own.get("foaf:page", ())))
                self.rows.retrieved(where[0], address, self._moment(own["pav:retrievedOn"][0]))
            return
        headings = self._texts(own.get("kg:heading", ()))
        first = own.get("kg:firstSeenIn")
        self.receipts = self.receipts or first is not None or "kg:line" in own
        self.rows.line(
            Line(
                where,
                taken_apart(headings[0]) if headings else (),
                digest,
                _number(own.get("kg:ordinal")) or 0,
                (
                    _number(own.get("kg:line")),
                    _number(own.get("kg:endLine")),
                    _number(own.get("kg:firstLine")),
                ),
                self._blobs[first[0]] if first else UNKNOWN,
            )
        )

    def _category(self, thing: Thing) -> None:
        self.categories[local(thing.head)] = self._text(thing.own["skos:notation"][0])

    # ----------------------------------------------------------------------------- nodes

    def _node(self, thing: Thing) -> None:
        if replaced := thing.own.get("dcterms:isReplacedBy"):
            self.rows.replaced(local(thing.head), local(replaced[0]))
            return
        told = NodeOf(thing, self.spaces, self._where).told
        self.abstracts = self.abstracts or bool(told.record and told.record.abstract)
        self.rows.node(told)


def _number(terms: list[str] | None) -> int | None:
    return int(terms[0]) if terms else None


def taken_apart(written: str) -> tuple[str, ...]:
    r"""A heading path from its one text; the inverse of :func:`kg.rdf.sources.written`.

    >>> taken_apart("Models > A \\> B")
    ('Models', 'A > B')
    """
    parts = [""]
    last = 0
    for found in _ESCAPED.finditer(written):
        parts[-1] += written[last : found.start()] + (found[1] or "")
        if found[2]:
            parts.append("")
        last = found.end()
    parts[-1] += written[last:]
    return tuple(parts)
