"""Our own terms: the closed list of what ``kg:`` names, each with its definition.

Terms of kinds and predicates come from the vocabulary table; those of structure (evidence,
sources, requirements) stand here. What is written is what is defined: a test says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.vocabulary import Kind, Predicate

from .terms import text

CLASS, OBJECT, DATA = "owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty"
DATATYPES = {"string": "xsd:string", "integer": "xsd:integer", "decimal": "xsd:decimal"}


@dataclass(frozen=True, slots=True)
class Term:
    """One own term. ``parent``: what it specialises; domain and range only where there is one."""

    name: str
    type: str
    label: str
    comment: str
    domain: str = ""
    range: str = ""
    parent: str = ""

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """The definition but for type and label, in canonical order."""
        if self.comment:
            yield "rdfs:comment", f"{text(self.comment)}@en"
        if self.domain:
            yield "rdfs:domain", self.domain
        yield "rdfs:isDefinedBy", "kg:"
        if self.range:
            yield "rdfs:range", self.range
        if self.parent:
            yield ("rdfs:subClassOf" if self.type == CLASS else "rdfs:subPropertyOf"), self.parent


_CLASSES = """
Application | application | skos:Concept
    Something that models are used for.
ArxivRecord | arXiv record | kg:Evidence
    What arXiv says of one paper.
Benchmark | benchmark | schema:Dataset
    A data set with a task and a measure by which things are compared.
CorrectionEntry | correction | kg:Evidence
    A statement of the keepers of this graph.
Evidence | evidence | prov:Entity
    The smallest citable piece of a source that says something.
HardwareRequirement | hardware requirement | -
    The claim that a model, under all the conditions given, runs or trains within a hardware tier.
    It holds for the whole combination, never for the model alone unless no condition is given.
HardwareTier | hardware tier | schema:QuantitativeValue
    A range of one kind of memory by which sources grade models.
ListItem | list item | kg:Evidence
    One item of a curated list, wherever in the list it stands.
RamTier | RAM tier | kg:HardwareTier
    A hardware tier of main memory.
Source | source | prov:Entity
    A curated list or a metadata service: the same one while its content changes.
SourceRevision | source revision | prov:Entity
    The exact bytes of a source at one time, named by their content.
UnifiedMemoryTier | unified memory tier | kg:HardwareTier
    A hardware tier of memory that processor and graphics share.
VramTier | VRAM tier | kg:HardwareTier
    A hardware tier of graphics memory.
"""
"""Name, label, parent; below it the comment."""

_STRUCTURE = """
authorComment | DatatypeProperty | author comment | fabio:Preprint | xsd:string
    What the authors remark on the paper at arXiv.
authorPosition | DatatypeProperty | author position | foaf:Person | xsd:integer
    The place of this author among those of the one paper that it belongs to, from 1.
condition | DatatypeProperty | condition | - | xsd:string
    The claim holds only under this condition: its name, a colon, its value.
confidence | DatatypeProperty | confidence | - | xsd:decimal
    How often the rule is right, from 0 to 1.
endLine | DatatypeProperty | end line | kg:Evidence | xsd:integer
    The last line of the item in the current revision.
firstLine | DatatypeProperty | first seen at line | kg:Evidence | xsd:integer
    The first line of the item in the revision in which it was first seen.
firstSeenIn | ObjectProperty | first seen in | kg:Evidence | kg:SourceRevision
    The revision in which the item was first seen.
forModel | ObjectProperty | for model | kg:HardwareRequirement | -
    What is said to need the tier.
heading | DatatypeProperty | heading | kg:Evidence | xsd:string
    The headings above the item, outermost first, without the title of the document, joined by a
    greater-than sign between spaces. Within a heading a backslash stands before that sign and
    before a backslash.
how | DatatypeProperty | how | - | xsd:string
    The way in which the subject of the statement was derived from its object.
journalReference | DatatypeProperty | journal reference | fabio:Preprint | xsd:string
    Where the paper appeared, as its authors say at arXiv.
line | DatatypeProperty | line | kg:Evidence | xsd:integer
    The first line of the item in the current revision, from 1.
needsTier | ObjectProperty | needs tier | kg:HardwareRequirement | kg:HardwareTier
    The hardware tier that is said to be needed.
ordinal | DatatypeProperty | ordinal | kg:Evidence | xsd:integer
    How many items of the same text stand before this one under its heading.
precision | DatatypeProperty | precision | - | xsd:string
    The claim holds only at this numeric precision.
primaryCategory | ObjectProperty | primary category | fabio:Preprint | skos:Concept
    The category that arXiv gives the paper first.
rule | DatatypeProperty | rule | - | xsd:string
    The rule by which the claim was read in its source.
textDigest | DatatypeProperty | text digest | kg:Evidence | xsd:string
    The name of the algorithm (RFC 6920), a colon, and in hexadecimal the digest of the text with
    its white space made single spaces.
withMethod | ObjectProperty | with method | - | -
    The claim holds only together with this.
withdrawn | DatatypeProperty | withdrawn | fabio:Preprint | xsd:boolean
    Whether the paper has been withdrawn.
"""
"""Name, type, label, domain, range; below it the comment.

No domain is ``rdf:Statement``: OWL 2 DL reserves that name.
"""

_COMMENTS = {
    "introduces": "The paper is the one that a source gives as the origin of the thing.",
    "uses": "A source presents the thing as made with the method or software, or as run with it.",
    "supports": "A source presents the model as one that the software can load, train or serve.",
    "worksWith": "A source presents the two pieces of software as working together.",
    "generatedWith": "The data were made with the model.",
    "evaluates": "The benchmark measures this.",
    "suits": "A source presents the thing as suitable for the application.",
    "runsOn": "A device or a backend on which it runs.",
    "publishedIn": "A venue, as a source writes it.",
    "parameters": "The number of parameters.",
    "activeParameters": "The number of parameters that take part in computing one token.",
    "bits": "Bits for one weight.",
    "contextLength": "The longest input, in tokens.",
    "licence": "A licence, as a source names it.",
    "samples": "How many samples the data hold, as a source writes it.",
    "tokens": "How many tokens of text the data hold or the model has seen, as a source writes it.",
}
_PARENTS = {"introduces": "schema:about"}


def terms() -> list[Term]:
    """All own terms, by name in code point order."""
    found: dict[str, Term] = {}
    for name, label, parent, comment in _rows(_CLASSES):
        found[name] = Term(name, CLASS, label, comment, parent=parent)
    for name, kind, label, domain, range_, comment in _rows(_STRUCTURE):
        found[name] = Term(name, f"owl:{kind}", label, comment, domain, range_)
    for predicate in Predicate:
        name = predicate.rdf.removeprefix("kg:")
        if name != predicate.rdf:
            found.setdefault(name, _of(predicate, name))
    return [found[name] for name in sorted(found)]


def _rows(table: str) -> Iterator[list[str]]:
    for entry in re.split(r"\n(?! )", table.strip()):
        head, _, comment = entry.partition("\n")
        yield [*("" if cell == "-" else cell for cell in head.split(" | ")), " ".join(comment.split())]


def _of(predicate: Predicate, name: str) -> Term:
    is_link = not predicate.is_literal or predicate.datatype == "iri"
    return Term(
        name,
        OBJECT if is_link else DATA,
        predicate.label,
        _COMMENTS.get(name, ""),
        _single(predicate.domain),
        _single(predicate.range) if is_link else DATATYPES.get(predicate.datatype, ""),
        _PARENTS.get(name, ""),
    )


def _single(kinds: tuple[Kind, ...]) -> str:
    """The class of the one kind there is; several have no common one that says more than nothing."""
    return kinds[0].rdf_types[0] if len(kinds) == 1 else ""


FOREIGN = frozenset(
    """
    dcat:Dataset dcterms:abstract dcterms:creator dcterms:description dcterms:identifier dcterms:isPartOf
    dcterms:isReplacedBy dcterms:issued dcterms:license dcterms:modified dcterms:subject dcterms:title
    fabio:Preprint fabio:hasArXivId fair4ml:MLModel fair4ml:fineTunedFrom fair4ml:trainedOn foaf:Organization
    foaf:Person foaf:name foaf:page mls:Algorithm mls:Model mls:Software mls:implements owl:Class
    owl:DatatypeProperty owl:ObjectProperty owl:Ontology owl:sameAs pav:hasCurrentVersion pav:retrievedFrom
    pav:retrievedOn pav:version prov:Entity prov:specializationOf prov:wasDerivedFrom rdf:Statement rdf:object
    rdf:predicate rdf:subject rdf:type rdfs:comment rdfs:domain rdfs:isDefinedBy rdfs:label rdfs:range
    rdfs:subClassOf rdfs:subPropertyOf schema:Dataset schema:LearningResource schema:QuantitativeValue
    schema:ScholarlyArticle schema:SoftwareApplication schema:about schema:codeRepository schema:creator
    schema:isBasedOn schema:maxValue schema:mentions schema:minValue schema:sameAs schema:unitCode
    schema:unitText skos:Concept skos:ConceptScheme skos:altLabel skos:broader skos:exactMatch skos:inScheme
    skos:notation skos:prefLabel vann:preferredNamespacePrefix void:Dataset
    void:vocabulary
    """.split()
)
"""The classes and predicates of others that an export may hold; with :func:`terms`, all of them."""
