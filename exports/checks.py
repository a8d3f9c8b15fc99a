"""Findings about the graph as RDF: where an export would not conform to the shapes that come with it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kg.checks import DATABASE, Finding
from kg.errors import UsageError
from kg.graph import Graph
from kg.rdf import Namespaces, Options
from kg.workspace import Settings

from .rdflib import to_rdflib
from .shapes import SHACL, shapes

if TYPE_CHECKING:
    import rdflib

_SEVERITIES = {"Violation": "error", "Warning": "warning"}
_LONGEST = 100


def conformance(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding wherever the export, with its receipts, breaks a shape; a warning where kinds do not fit.

    The whole graph is held in memory, and read at some thousand triples a second.
    Raises: UsageError where pySHACL is not installed, or for a base that is none.
    """
    _installed()
    options = Options(settings.base, settings.title, receipts=True)
    yield from broken(to_rdflib(graph, options), settings.base)


def _installed() -> None:
    if find_spec("pyshacl") is None:
        raise UsageError(
            "validating against shapes needs pySHACL, which is not installed",
            hint='Install it beside kg: `pip install "kg-ledger[rdf]"`.',
        )


def broken(data: rdflib.Graph, base: str) -> Iterator[Finding]:
    """A finding for each result of validating ``data``, an export of that base; nothing if it conforms."""
    import pyshacl
    import rdflib

    rules = rdflib.Graph().parse(data=shapes(base), format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=rules, inplace=True, inference="none")
    assert isinstance(report, rdflib.Graph)
    sh = rdflib.Namespace(SHACL)
    spaces = Namespaces(base)
    for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
        shape = report.value(result, sh.sourceShape)
        if isinstance(shape, rdflib.BNode):  # a property of a named shape
            shape = rules.value(predicate=sh.property, object=shape)
        severity = _SEVERITIES[str(report.value(result, sh.resultSeverity)).removeprefix(SHACL)]
        focus, value = report.value(result, sh.focusNode), report.value(result, sh.value)
        said = str(report.value(result, sh.resultMessage))
        here = f" (here: {_shown(value, spaces)})" if value not in {None, focus} else ""
        hint = f"The rule is shape:{str(shape).rpartition('#')[2]} of `kg export --shapes`."
        if severity == "error":
            hint += " If `kg check` finds the database sound, it is a fault of kg: please report it."
        message = f"{_shown(focus, spaces)}: {said.rstrip('.')}{here}"
        yield Finding("shapes", severity, DATABASE, 0, message, hint)


def _shown(term: object, spaces: Namespaces) -> str:
    import rdflib

    text = spaces.shorten(str(term)) if isinstance(term, rdflib.URIRef) else f"{str(term)!r}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
