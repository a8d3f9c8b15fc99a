"""What the graph is made of: frozen values, no storage and no network.

Left of the store stand the values that a document *says* (``Mention``, ``Claim``), right of it
those that the graph *shows* (``Node``, ``Statement``, ``Evidence``). See ``docs/architecture.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .identifiers import Identifier
from .vocabulary import Kind, Predicate

HEADING_RULE = "topic-heading"  # by it readers make a mention of what a heading names: no entry
RESTORED = "export/1"  # the reader of what came back from an export: any other takes its place

# ----------------------------------------------------------------------------- what is said


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a document something is said, without any line number.

    ``heading``: the path of headings, outermost first, without the document title. ``digest``:
    16 hex digits of the SHA-256 of the item's own text (:func:`digest`). ``ordinal``: 0 for the
    first item of that text under that heading, 1 for the second ... An inserted line therefore
    moves no place.
    """

    heading: tuple[str, ...]
    digest: str
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of a place in one revision, 1-based, both ends included."""

    line: int
    end_line: int


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A value: canonical text and its datatype.

    Datatypes: ``string``, ``integer``, ``decimal``, ``iri``, ``date`` (YYYY, YYYY-MM or
    YYYY-MM-DD).
    """

    value: str
    datatype: str = "string"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a document: what it is called, where it points, what it seems to be.

    ``identifiers`` are those of the thing itself, not of everything linked beside it. An empty
    ``name`` means that the document gives only the identifier. ``rule`` names the reader's rule
    that guessed ``kind``; ``confidence`` is how often that rule is right, 0 to 1.
    """

    place: Place
    name: str
    kind: Kind
    rule: str
    confidence: float
    identifiers: tuple[Identifier, ...] = ()
    aliases: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.place, self.name))  # looked up all the time: what tells mentions apart is enough


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document says of a mention: subject, predicate, object, qualifiers.

    ``places``: the one place that says it, or all of several that say it only together.
    ``qualifiers`` narrow the claim and belong to its meaning: ``how`` (derived_from), ``with``
    (requires: a method that must be used), ``precision``.
    """

    subject: Mention
    predicate: Predicate
    object: Mention | Literal
    places: tuple[Place, ...]
    rule: str
    confidence: float
    qualifiers: tuple[tuple[str, Mention | Literal], ...] = ()

    def __hash__(self) -> int:
        what = self.object.value if isinstance(self.object, Literal) else self.object.name
        return hash((self.subject, self.places, self.rule, what))  # as for mentions


@dataclass(frozen=True, slots=True)
class Problem:
    """Trouble in a document, as data: 1-based line (0: the whole document) and what is wrong."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a document: the SHA-1 git gives its bytes, and where they came from.

    ``reader`` is the version of the rules that read it: the same blob read by a newer reader is
    read again. ``etag``: an address, and what its server calls this state. ``content`` is kept
    (compressed) for those documents whose lines are shown.
    """

    blob: str
    reader: str
    commit: str = ""
    retrieved_from: str = ""
    etag: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """arXiv's metadata of one paper, white space normalised. ``version`` 0: not known.

    ``published`` is the first version's submission time, ``updated`` this version's, both UTC.
    ``categories`` hold the primary one first; ``authors`` are name strings in order, no persons.
    """

    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """How fresh a paper is: when arXiv gave its record last, and when it answered for it at all.

    ``misses``: how many of its answers since have said that there is no such paper.
    """

    answered: datetime | None = None
    asked: datetime | None = None
    misses: int = 0


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """What is known of one version of a paper; None and "" where it is not.

    ``seen_at``: when it was first met as the latest one. ``withdrawn``: whether it says so.
    """

    version: int
    submitted: datetime | None = None
    seen_at: datetime | None = None
    withdrawn: bool | None = None
    size: str = ""
    source_type: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class PaperChange:
    """One dated change of one field of a paper's record, as people read both values.

    ``blob``: the revision of the record's document (``arxiv:ID``) that was the first to say so.
    """

    at: datetime
    field: str
    old: str
    new: str
    blob: str


class DocumentKind(StrEnum):
    """What a document is: the unit of ingestion and of replacement."""

    LIST = "list"
    ARXIV = "arxiv"
    CORRECTIONS = "corrections"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one revision of one document says; what :meth:`kg.store.Store.replace` takes.

    ``key`` names the document for ever (``list:NAME``, ``arxiv:ID``, ``corrections``); it never
    holds a path. ``spans`` gives the lines of every place used. ``record`` only for arXiv.
    """

    key: str
    kind: DocumentKind
    title: str
    revision: Revision
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()
    spans: Mapping[Place, Span] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    record: PaperRecord | None = None
    page: str = ""


# ---------------------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the graph: mentions that were resolved to one.

    ``slug`` is its address for ever. ``support`` counts the documents that mention it.
    ``dissent``: kinds that some documents say and that lost, best first.
    """

    slug: str
    kind: Kind
    label: str
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    support: int = 1
    dissent: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The receipt of one statement: which document, which entry of it, by which rule.

    ``places`` are several when only together they say it. ``spans`` stand for the same places in
    the current revision (None where the document has no lines). ``words``: where a name was found
    in running text, the words around it.
    """

    document: str
    places: tuple[Place, ...]
    rule: str
    confidence: float
    spans: tuple[Span | None, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Claims that say the same, resolved: subject, predicate, object, qualifiers, evidence.

    ``id`` is the store's number; 0 for an edge of a paper record and for a name found in a text
    (``mentions``), which are no statements of their own.
    """

    subject: Node
    predicate: Predicate
    object: Node | Literal
    qualifiers: tuple[tuple[str, Node | Literal], ...] = ()
    support: int = 1
    id: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the store knows it; times are UTC."""

    key: str
    kind: DocumentKind
    title: str
    page: str
    blob: str
    reader: str
    etag: str
    checked_at: datetime
    changed_at: datetime
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a document around a place: ``lines`` starts at ``first``; ``span`` is the place."""

    document: str
    first: int
    lines: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of the graph. ``papers_bare``: papers with an arXiv id but no record yet.

    ``names_in_text``: names found in descriptions and abstracts, each once a node; they are more
    than the edges that come of them. ``texts_unread``: nodes whose texts wait to be searched.
    """

    nodes: dict[Kind, int]
    statements: dict[Predicate, int]
    documents: dict[DocumentKind, int]
    papers_recorded: int
    papers_bare: int
    names_in_text: int = 0
    texts_unread: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One dated change, as the ledger keeps it.

    ``what``: paper, entry (of a list), list, node, statement, record (metadata that arrived).
    ``action``: of a paper new, replaced (by a later version), published, withdrawn, restored,
    retitled, recategorised, changed, removed; of an entry added, removed, moved, edited; of the others
    added, removed, changed, merged. ``cause``: first-import, source, rules (a newer reader), user (a
    correction, a removed source). ``subject``: the slug of the node that it is about, or "".
    ``old``, ``new``: what was and what is; of an entry the headings above it. ``id`` grows from change
    to change and is never used again.
    """

    at: datetime
    cause: str
    action: str
    what: str
    subject: str
    text: str
    document: str
    old: str = ""
    new: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """What one replacement changed, by number, and the changes themselves.

    ``receipts``: mentions and claims, so that a second list that says the same is a change, too.
    """

    nodes_added: int = 0
    nodes_removed: int = 0
    nodes_changed: int = 0
    statements_added: int = 0
    statements_removed: int = 0
    records_added: int = 0
    records_changed: int = 0
    receipts_added: int = 0
    receipts_removed: int = 0
    documents_unchanged: int = 0
    changes: tuple[Change, ...] = ()

    def __add__(self, other: Delta) -> Delta:
        """What both changed, one after the other."""
        return Delta(*(getattr(self, name) + getattr(other, name) for name in Delta.__dataclass_fields__))

    def __bool__(self) -> bool:
        """Whether anything in the graph is different now."""
        return bool(
            self.nodes_added
            or self.nodes_removed
            or self.nodes_changed
            or self.statements_added
            or self.statements_removed
            or self.records_added
            or self.records_changed
            or self.receipts_added
            or self.receipts_removed
        )


def digest(text: str) -> str:
    r"""16 hex digits that stand for an item's text, whatever its white space.

    >>> digest("- a  b\n") == digest("- a b")
    True
    """
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def blob_id(content: bytes) -> str:
    """The SHA-1 that git gives these bytes as a blob, 40 hex digits (also a SWHID ``cnt``).

    >>> blob_id(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def partial_date(value: str) -> date:
    """The first day that a date literal of one to three parts names. Raises: ValueError."""
    year, month, day = (*value.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))
