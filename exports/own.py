"""Own exports read back: Turtle, TriG, N-Triples and N-Quads, as the terms of :mod:`kg.rdf`, streamed.

:func:`restore` writes what a file tells into an empty store, and then reads it a second time beside the
graph that came of it: they must tell the same, triple by triple, or nothing is kept. So whatever is no
whole export of ours, or was edited, is refused, and nothing is lost in silence.
"""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from kg.errors import UsageError
from kg.graph import Graph
from kg.rdf import Namespaces, Options, View, opened, terms
from kg.rdf.back import Back, Quad, things
from kg.store import Store

if TYPE_CHECKING:
    import pyoxigraph

ENDINGS = {".ttl": "TURTLE", ".trig": "TRIG", ".nt": "N_TRIPLES", ".nq": "N_QUADS"}
"""The endings of files that can be read back, and what pyoxigraph calls their formats."""

_GZIP = b"\x1f\x8b"
_WHOLE = "Take a file as `kg export` wrote it: whole, with provenance, of Turtle, TriG, N-Triples or N-Quads."


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what the file says of itself."""

    title: str
    base: str
    nodes: int


class Export:
    """A file of triples that says what it is: read as often as need be."""

    def __init__(
        self,
        path: Path,
        name: str = "",
        *,
        ending: str = "",
        done: Callable[[int], object] = lambda _: None,
    ) -> None:
        """``name``: what errors call it; ``ending``: what it is, where its own does not tell.

        ``done`` is told how many bytes were read. Raises: UsageError.
        """
        self.path = path
        self.name = name or str(path)
        self._format = _format(ending or self.name)
        self.quads = self._format in {"TRIG", "N_QUADS"}
        self._done: Callable[[int], object] = lambda _: None
        with self._told_errors(), self._open() as file:
            first = next(iter(self._parsed(file)), None)
        self.base = _base(first)
        if not self.base:
            raise UsageError(f"{self.name} is no export of kg", hint=_WHOLE)
        self._done = done

    def terms(self, spaces: Namespaces) -> Iterator[Quad]:
        """All quads in the order of the file, in terms of ``spaces``. Raises: UsageError."""
        named, valued = _writers(spaces)
        from pyoxigraph import DefaultGraph, Literal

        with self._told_errors(), self._open() as file:
            for quad in self._parsed(file):
                what, graph = quad.object, quad.graph_name
                yield (
                    named(quad.subject.value),
                    named(quad.predicate.value),
                    valued(what) if isinstance(what, Literal) else named(what.value),
                    "" if isinstance(graph, DefaultGraph) else named(graph.value),
                )

    def _parsed(self, file: BinaryIO) -> Iterable[Any]:
        from pyoxigraph import RdfFormat, parse

        return parse(input=file, format=getattr(RdfFormat, self._format))

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as file:
            counted = _Counted(file, self._done)
            packed = file.peek(len(_GZIP)).startswith(_GZIP)
            found = gzip.GzipFile("", "rb", fileobj=cast("BinaryIO", counted)) if packed else counted
            yield cast("BinaryIO", found)

    @contextmanager
    def _told_errors(self) -> Iterator[None]:
        try:
            yield
        except SyntaxError as error:
            where = f", line {error.lineno}, column {error.offset}" if error.lineno else ""
            raise UsageError(f"{self.name}{where}: {_plain(error)}", hint=_WHOLE) from error
        except MemoryError as error:
            raise UsageError(f"{self.name}: one of its texts is longer than 16 MB", hint=_WHOLE) from error
        except (EOFError, zlib.error, UnicodeDecodeError, AttributeError) as error:
            raise UsageError(f"{self.name} cannot be read: {error}", hint=_WHOLE) from error
        except OSError as error:
            why = error.strerror or error
            raise UsageError(f"{self.name} cannot be read: {why}", hint=_WHOLE) from error


class _Counted:
    """A file that tells how many bytes were read of it."""

    def __init__(self, file: BinaryIO, done: Callable[[int], object]) -> None:
        self._file = file
        self._done = done

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``."""
        found = self._file.read(size)
        self._done(len(found))
        return found


def _plain(error: SyntaxError) -> str:
    return str(error.msg).partition(": ")[2] or str(error.msg)


def _format(name: str) -> str:
    plain = name.lower().removesuffix(".gz")
    for ending, format_ in ENDINGS.items():
        if plain.endswith(ending):
            return format_
    raise UsageError(
        f"{name} does not say by its ending what it is", hint=f"One of {', '.join(ENDINGS)}, also with .gz."
    )


def _base(first: pyoxigraph.Quad | None) -> str:
    """The base of an export, whose first triple says what it is; "" for all else."""
    if first is None:
        return ""
    subject = getattr(first.subject, "value", "")
    base = subject.removesuffix("dataset")
    said = first.predicate.value, getattr(first.object, "value", "")
    known = said == (f"{terms.VOCABULARIES['rdf']}type", f"{terms.VOCABULARIES['dcat']}Dataset")
    return (
        base
        if known and base != subject and terms.bracketed(base) == f"<{base}>" and base[-1] in "/#"
        else ""
    )


def _writers(spaces: Namespaces) -> tuple[Callable[[str], str], Callable[[Any], str]]:
    """What gives the term of an IRI, and that of a literal."""
    named = lru_cache(maxsize=65_536)(spaces.shorten)
    xsd = spaces.every["xsd"]
    string = f"{xsd}string"

    def valued(literal: Any) -> str:
        datatype, value = literal.datatype.value, literal.value
        if datatype == string:
            return terms.text(value)
        if literal.language:
            return f"{terms.text(value)}@{literal.language}"
        if datatype == f"{xsd}integer" or (datatype == f"{xsd}decimal" and "." in value):
            return str(value)
        if datatype == f"{xsd}boolean":
            return str(value)
        return f"{terms.text(value)}^^{named(datatype)}"

    return named, valued


# ------------------------------------------------------------------------------- restoring


def restore(store: Store, export: Export, *, listed: Iterable[str] = ()) -> Restored:
    """What came back, after the store, which was empty, holds the graph that the export tells.

    ``listed``: the names of sources that kg.toml has. All or nothing, in one transaction.
    Raises: UsageError (not empty, no whole export of ours), StoreError.
    """
    spaces = Namespaces(export.base)
    try:
        with store.restoring() as rows:
            back = Back(spaces, rows, listed)
            for thing in things(export.terms(spaces)):
                back.take(thing)
            rows.finish(back.categories)
            options = Options(
                base=export.base, title=back.title, receipts=back.receipts, abstracts=back.abstracts
            )
            graph = Graph(store)
            with opened(graph, options) as view:
                _compare(export, view)
            count = _count(graph)
    except UsageError as error:
        if error.message.startswith((export.name, "there is")):
            raise
        raise UsageError(f"{export.name}: {error.message}", hint=error.hint or _WHOLE) from error
    except sqlite3.IntegrityError as error:
        raise UsageError(f"{export.name} says something twice: {error}", hint=_WHOLE) from error
    return Restored(back.title, export.base, count)


def _count(graph: Graph) -> int:
    """How many nodes there are. Raises: UsageError where there is none."""
    if not (count := sum(graph.counts().nodes.values())):
        raise UsageError("it tells of nothing")
    return count


def _compare(export: Export, view: View) -> None:
    """Nothing, if the file tells what the view tells. Raises: UsageError."""
    file = (quad for quad in export.terms(view.namespaces) if not _is_fixed(quad))
    graph = (quad for quad in _quads(view, named=export.quads) if not _is_fixed(quad))
    for said, told in zip_longest(file, graph):
        if said != told:
            subject = (said or told)[0]
            raise UsageError(
                f"what it says of {subject} is not what `kg export` says of a whole graph",
                hint=_WHOLE,
            )


def _is_fixed(quad: Quad) -> bool:
    """Whether it is the same in every export of one version of kg, or a setting."""
    return quad[0].startswith(("kg:", "root:", "scheme:")) and quad[1] != "prov:wasDerivedFrom"


def _quads(view: View, *, named: bool) -> Iterator[Quad]:
    """What a view tells, in the order in which it is written."""
    names = {"a": view.namespaces.shorten(f"{terms.VOCABULARIES['rdf']}type")}
    graphs = view.graphs() if named else ((section, [("", blocks)]) for section, blocks in view.sections())
    for _, parts in graphs:
        for graph, blocks in parts:
            for subject, pairs in blocks:
                for predicate, term in pairs:
                    yield subject, names.get(predicate, predicate), term, graph
