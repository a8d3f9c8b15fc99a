"""The context of the JSON-LD: plain names for its terms and the types of values; alone, to be published."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, BinaryIO

from kg.graph import Graph
from kg.rdf import Namespaces, Notes, Options
from kg.rdf.ontology import FOREIGN, OBJECT, terms

_CHOSEN = {
    "name": "rdfs:label",
    "creator": "dcterms:creator",
    "category": "dcterms:subject",
    "maker": "schema:creator",
    "sameAs": "schema:sameAs",
    "Dataset": "schema:Dataset",
}
"""Names where the last part of the term is not plain, or several terms have one."""

_LINKS = frozenset(
    """
    dcterms:creator dcterms:isPartOf dcterms:isReplacedBy dcterms:license dcterms:subject
    fair4ml:fineTunedFrom fair4ml:trainedOn foaf:page mls:implements owl:sameAs
    pav:hasCurrentVersion pav:retrievedFrom prov:specializationOf prov:wasDerivedFrom rdf:predicate
    rdf:subject rdfs:domain rdfs:isDefinedBy rdfs:range rdfs:subClassOf rdfs:subPropertyOf
    schema:about schema:codeRepository schema:creator schema:isBasedOn schema:mentions schema:sameAs
    skos:broader skos:exactMatch skos:inScheme void:vocabulary
    """.split()
)
"""The predicates of others whose objects are IRIs."""

_ALIASES = {"id": "@id", "type": "@type"}
_NUMBERS = "xsd:decimal"  # JSON would make it floating point: it is text, and the context tells the type


class Context:
    """The names and types of the terms that the prefixes in use can make."""

    def __init__(self, spaces: Namespaces) -> None:
        """Name all terms of declared prefixes; one whose last part is not its alone keeps its prefix."""
        self.spaces = spaces
        own = {f"kg:{term.name}": term for term in terms()}
        listed = [one for one in sorted({*FOREIGN, *own}) if one.partition(":")[0] in spaces.declared]
        chosen = {term: name for name, term in _CHOSEN.items() if term in listed}
        others = {one: one.partition(":")[2] for one in listed if one not in chosen and one != "rdf:type"}
        shared = Counter([*others.values(), *_CHOSEN, *_ALIASES, *spaces.every])
        self.names = {
            **chosen,
            **{term: name for term, name in others.items() if shared[name] == 1},
        }
        """The plain name of each term that has one, by prefixed name."""
        self.types = dict.fromkeys(_LINKS, "@id")
        """What the values of a predicate are, by prefixed name: ``@id`` for IRIs, or a datatype."""
        for term, said in own.items():
            if said.type == OBJECT:
                self.types[term] = "@id"
            elif said.range == _NUMBERS:
                self.types[term] = _NUMBERS
        self.types = {term: kind for term, kind in self.types.items() if term in listed}

    @property
    def entries(self) -> dict[str, Any]:
        """The context as JSON has it: aliases, prefixes, then names in order."""
        said: dict[str, Any] = {**_ALIASES, **self.spaces.declared}
        named = dict.fromkeys(self.types, "") | self.names
        for term, name in sorted(named.items(), key=lambda item: (item[1] or item[0], item[0])):
            kind = self.types.get(term)
            said[name or term] = {"@id": term, "@type": kind} if kind else term
        return said

    def text(self) -> str:
        """The entries as an object in JSON, one a line."""
        lines = (f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in self.entries.items())
        return "{\n" + ",\n".join(lines) + "\n}"


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: the context is in ``file``, the same for every graph of one base.

    Source: https://www.w3.org/TR/json-ld11/#the-context. Raises: UsageError (the base), OSError (the file).
    """
    del graph
    spaces = Namespaces((options or Options()).base)
    file.write(f'{{\n"@context": {Context(spaces).text()}\n}}\n'.encode())
    return Notes()
