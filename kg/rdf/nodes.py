"""A node as triples: its block, and behind it what is named after it.

Behind a node stand its authors (a paper's), its hardware requirements (a model's) and the
``rdf:Statement`` nodes that tell which evidence says each of its edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from kg.hardware import Memory
from kg.identifiers import Identifier, doi, identify
from kg.store.canonical import Derivation, Entry, Said, listed
from kg.vocabulary import Kind, Predicate

from . import names, papers, terms
from .terms import Block, Namespaces, Notes, Pair

SCHEMES = {
    Kind.METHOD: "scheme:methods",
    Kind.APPLICATION: "scheme:applications",
    Kind.TOPIC: "scheme:topics",
}
TIERS = {"ram": "kg:RamTier", "vram": "kg:VramTier", "unified": "kg:UnifiedMemoryTier"}
GIGABYTE = "E34"  # UN/CEFACT Common Code; no other unit of our lists has one that means the same
FINE_TUNED = ("kg:how", '"fine-tuned"')

_TITLED = frozenset({Kind.PAPER, Kind.TUTORIAL})
_IDENTITY = frozenset({Kind.PAPER, Kind.DATASET, Kind.BENCHMARK})  # a DOI names these themselves
_IN_DOI = "/:;()!$&'*+,=@~"
LINKS = {"github": "schema:codeRepository", "gitlab": "schema:codeRepository", "hf": "schema:sameAs"}


def block(subject: str, types: Iterable[str], label: str, pairs: Iterable[Pair]) -> Block:
    """A block in canonical order: types, label, then predicates and objects as written, each once."""
    head = [("a", one) for one in sorted(set(types))]
    return subject, [*head, ("rdfs:label", label), *sorted(set(pairs))]


class Edge(NamedTuple):
    """An edge as it is written, and what narrows it and says it."""

    subject: str
    predicate: str
    object: str
    conditions: list[Pair]
    derivations: list[Derivation]


class Nodes:
    """Turns nodes into blocks; gathers ``categories`` on the way, which come later in the file."""

    def __init__(self, spaces: Namespaces, notes: Notes, *, provenance: bool) -> None:
        """Write IRIs with ``spaces`` and tell trouble to ``notes``."""
        self.spaces = spaces
        self.notes = notes
        self.provenance = provenance
        self._categories: set[str] = set()
        self._listed: set[str] = set()  # as records hold them: some thousand combinations at most

    def blocks(self, kind: Kind, entry: Entry) -> list[Block]:
        """The node's own block, then those behind it, by IRI (authors in their order)."""
        subject = self.spaces.own("node", entry.slug)
        pairs: list[Pair] = []
        authors: list[Block] = []
        if entry.record is not None:
            pairs, authors = papers.pairs(entry.slug, entry.record)
            self._listed.add(entry.record[10])
        edges, needs = self._edges(subject, entry, authors) if entry.statements else ([], [])
        pairs += [(edge.predicate, edge.object) for edge in edges]
        types = self._identities(kind, entry, edges, pairs)
        found = [self._node(kind, entry, subject, types, pairs), *authors]
        behind: dict[str, Block] = {}
        for need in needs:
            self._requirement(entry, subject, need, behind)
        for edge in edges:
            self._statements(entry.slug, edge, behind)
        found += [behind[name] for name in sorted(behind)]
        return found

    def recorded(self, entry: Entry) -> set[Pair]:
        """What the node's arXiv record says of it, as far as nothing else says it by itself."""
        if entry.record is None:
            return set()
        found = set(papers.pairs(entry.slug, entry.record)[0])
        stated = entry.record[5]
        if stated and f"doi:{stated}" not in entry.identifiers and (link := self._doi(stated)):
            found.add(("owl:sameAs", link))
        return found

    def _node(self, kind: Kind, entry: Entry, subject: str, types: Iterable[str], pairs: list[Pair]) -> Block:
        label = terms.text(entry.label)
        pairs += [("skos:altLabel", terms.text(alias)) for alias in entry.aliases]
        if kind in SCHEMES:
            pairs += [("skos:prefLabel", label), ("skos:inScheme", SCHEMES[kind])]
        if kind in _TITLED and entry.record is None and entry.label != _unnamed(entry):
            pairs.append(("dcterms:title", label))
        if self.provenance:
            pairs += [("prov:wasDerivedFrom", names.evidence(place)) for place in entry.places]
        return block(subject, (*kind.rdf_types, *types), label, pairs)

    @property
    def categories(self) -> set[str]:
        """The arXiv categories of the papers that have been written."""
        return self._categories.union(*map(listed, self._listed))

    # ---------------------------------------------------------------------------- edges

    def _edges(self, subject: str, entry: Entry, authors: list[Block]) -> tuple[list[Edge], list[Said]]:
        """Statements as edges, and those that are a node of their own."""
        edges, needs = [], []
        for said in entry.statements:
            predicate = Predicate[said.predicate]
            if predicate is Predicate.REQUIRES and said.object is not None:
                needs.append(said)
                continue
            what = self._object(entry, predicate, said, authors)
            if what is not None:
                conditions = sorted(set(self._conditions(said))) if said.qualifiers else []
                term = predicate.rdf
                if predicate is Predicate.DERIVED_FROM and FINE_TUNED in conditions:
                    term = "fair4ml:fineTunedFrom"
                edges.append(Edge(subject, term, what, conditions, said.derivations))
        return edges, needs

    def _object(self, entry: Entry, predicate: Predicate, said: Said, authors: list[Block]) -> str | None:
        if predicate.is_literal != (said.object is None):
            reason = "statements left out: a value where a node should stand, or the other way round"
            self.notes.add(reason, f"{entry.slug} {predicate.word}")
            return None
        if said.object is not None:
            return self.spaces.own("node", said.object)
        return self._value(entry, predicate, said, authors)

    def _value(self, entry: Entry, predicate: Predicate, said: Said, authors: list[Block]) -> str | None:
        """The term of a value; what an arXiv record says, a correction may say as well."""
        if predicate is Predicate.DOI:
            return self._doi(said.value)
        if predicate is Predicate.CATEGORY:
            self._categories.add(said.value)
            return papers.category(said.value)
        if predicate is Predicate.AUTHOR:
            author = papers.author(names.behind(entry.slug, [said.value]), said.value)
            if author not in authors:  # said twice, under two conditions: still one author
                authors.append(author)
            return author[0]
        if said.datatype == "iri":
            bare = None if "://" in said.value else identify(said.value)  # "github.com/owner/name"
            return self.spaces.link(bare.url if bare else said.value, self.notes)
        return terms.value(said.value, said.datatype, self.notes)

    def _conditions(self, said: Said) -> Iterator[Pair]:
        for name, slug, _, value, datatype in said.qualifiers:
            if name == "with" and slug is not None:
                yield "kg:withMethod", self.spaces.own("node", slug)
            elif name in {"how", "precision"} and slug is None:
                yield f"kg:{name}", terms.value(value, datatype, self.notes)
            else:
                yield "kg:condition", terms.text(f"{name}: {slug or value}")

    def _doi(self, value: str) -> str | None:
        found = doi(value)
        if found is None:
            self.notes.add("DOIs left out: not in the form of one", value)
            return None
        if found.scheme == "arxiv":
            return papers.arxiv_doi(found.value)
        # A DOI may hold what an IRI may not; its own rules say to percent-encode that.
        return self.spaces.link(f"https://doi.org/{quote(found.value, safe=_IN_DOI)}", self.notes)

    def _identities(self, kind: Kind, entry: Entry, edges: list[Edge], pairs: list[Pair]) -> set[str]:
        """Add what the identifiers say of their node; the types that they give."""
        types: set[str] = set()
        told = {(edge.predicate, identify(edge.object[1:-1])) for edge in edges if edge.object[0] == "<"}
        for one in entry.identifiers:
            scheme, _, value = one.partition(":")
            if scheme == "arxiv" and kind is Kind.PAPER:
                pairs += papers.identity(value)
                types.add("fabio:Preprint")
            elif scheme == "tier":
                types |= self._tier(Identifier(scheme, value), pairs) if kind is Kind.HARDWARE_TIER else set()
            else:
                pairs += self.link(kind, Identifier(scheme, value), told)
        stated = entry.record[5] if entry.record is not None else ""
        if stated and f"doi:{stated}" not in entry.identifiers and (link := self._doi(stated)):
            pairs.append(("owl:sameAs", link))
        return types

    def link(self, kind: Kind, one: Identifier, told: set[tuple[str, Identifier | None]]) -> list[Pair]:
        """Where an identifier leads; nothing where a document has given that very link (``told``)."""
        if one.scheme == "doi" and kind in _IDENTITY:
            predicate, link = "owl:sameAs", self._doi(one.value)
        else:
            predicate = LINKS.get(one.scheme, "foaf:page")
            link = None if (predicate, one) in told else self.spaces.link(one.url, self.notes)
        return [] if link is None else [(predicate, link)]

    def _tier(self, one: Identifier, pairs: list[Pair]) -> set[str]:
        memory = Memory.of(one)
        for predicate, bound in (("schema:minValue", memory.minimum), ("schema:maxValue", memory.maximum)):
            if bound is not None:
                whole = bound == bound.to_integral_value()
                pairs.append((predicate, terms.integer(int(bound)) if whole else terms.decimal(bound)))
        pairs.append(("schema:unitText", terms.text(memory.unit)))
        if memory.unit == "GB":
            pairs.append(("schema:unitCode", terms.text(GIGABYTE)))
        return {TIERS[memory.kind]} if memory.kind in TIERS else set()

    # ------------------------------------------------------------ requirements, statements

    def _requirement(self, entry: Entry, model: str, need: Said, behind: dict[str, Block]) -> None:
        """A model's need of a tier under its conditions: one node, so that none is lost."""
        assert need.object is not None
        tier = self.spaces.own("node", need.object)
        conditions = sorted(set(self._conditions(need)))
        name = names.behind(entry.slug, [model, *(" ".join(pair) for pair in conditions), tier])
        subject = self.spaces.own("req", name)
        methods = ", ".join(sorted(label for kind, _, label, _, _ in need.qualifiers if kind == "with"))
        others = ", ".join(sorted(v or label for kind, _, label, v, _ in need.qualifiers if kind != "with"))
        whole = entry.label + (f" with {methods}" if methods else "") + (f" ({others})" if others else "")
        pairs = {("kg:forModel", model), ("kg:needsTier", tier), *conditions}
        if self.provenance:
            places = [place for one in need.derivations for place in one.places]
            pairs |= {("prov:wasDerivedFrom", names.evidence(place)) for place in places}
        label = terms.text(f"{whole}: {need.label}")
        behind[subject] = block(subject, ("kg:HardwareRequirement",), label, pairs)
        self._statements(entry.slug, Edge(subject, "kg:needsTier", tier, [], need.derivations), behind)

    def _statements(self, slug: str, edge: Edge, behind: dict[str, Block]) -> None:
        """One node a derivation: places that say it only together stand in one, others apart."""
        best: dict[tuple[str, ...], Derivation] = {}
        for one in edge.derivations:
            places = tuple(sorted({names.evidence(place) for place in one.places}))
            known = best.get(places)
            if known is None or (-one.confidence, one.rule) < (-known.confidence, known.rule):
                best[places] = one
        conditions = [" ".join(pair) for pair in edge.conditions]
        for places, one in best.items():
            said = [edge.subject, edge.predicate, edge.object, *conditions, *places]
            subject = self.spaces.own("stmt", names.behind(slug, said))
            source = [
                *edge.conditions,
                ("kg:confidence", terms.decimal(one.confidence)),
                ("kg:rule", terms.text(one.rule)),
            ]
            behind[subject] = (
                subject,
                [
                    ("a", "rdf:Statement"),
                    *sorted(source),
                    *[("prov:wasDerivedFrom", place) for place in places],
                    ("rdf:object", edge.object),
                    ("rdf:predicate", edge.predicate),
                    ("rdf:subject", edge.subject),
                ],
            )


def _unnamed(entry: Entry) -> str:
    """The label that a paper bears for want of a title."""
    return next((f"arXiv:{one[6:]}" for one in entry.identifiers if one.startswith("arxiv:")), "")
