"""Findings about what documents say as it is stored: revisions, places, mentions, claims, corrections."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from kg.graph import Graph
from kg.hardware import Memory
from kg.identifiers import Identifier, arxiv_id, doi, parse
from kg.model import DocumentKind, blob_id, partial_date
from kg.store.documents import correction_of
from kg.vocabulary import Kind, Predicate
from kg.workspace import Settings

from . import DATABASE, Finding
from .rules import HEX, LISTED, MOMENT, REMAKE, Rule, broken, first, names

_MENTION = "FROM mention m JOIN document d ON d.id = m.document_id LEFT JOIN place p ON p.id = m.place_id"
_CLAIM = "FROM claim c JOIN document d ON d.id = c.document_id"

_DOCUMENTS = (
    Rule(
        "{key} is no name of a document of the kind {kind}",
        f"SELECT key, kind, key AS document FROM document WHERE kind NOT IN {tuple(map(str, DocumentKind))}"
        " OR NOT CASE kind WHEN 'corrections' THEN key = kind ELSE key LIKE kind || ':_%' END",
    ),
    Rule(
        "the times of {key} make no sense: changed {changed_at}, checked {checked_at}",
        "SELECT key, changed_at, checked_at, key AS document FROM document"
        f" WHERE NOT ({MOMENT.format('changed_at')} AND {MOMENT.format('checked_at')})"
        " OR changed_at > checked_at",
    ),
    Rule(
        "the bytes of {key} have no name that could be theirs: {blob}",
        f"SELECT key, blob, key AS document FROM document WHERE NOT ({HEX.format('blob', 40)})",
    ),
    Rule(
        "{key} has no revision for the bytes that it was read from, {blob}",
        "SELECT d.key, d.blob, d.key AS document FROM document d WHERE NOT EXISTS"
        " (SELECT 1 FROM revision r WHERE r.document_id = d.id AND r.blob = d.blob)",
    ),
    Rule(
        "a problem of {key} cannot be read",
        f"SELECT key, key AS document FROM document WHERE NOT ({LISTED.format('problems')})",
    ),
)
_PLACES = (
    Rule(
        "a place of {document} is damaged: heading {heading}, digest {digest}, ordinal {ordinal}",
        "SELECT d.key AS document, p.line, p.heading, p.digest, p.ordinal FROM place p"
        f" JOIN document d ON d.id = p.document_id WHERE NOT ({LISTED.format('p.heading')}"
        f" AND {HEX.format('p.digest', 16)} AND p.ordinal >= 0)",
    ),
    Rule(
        "an entry of {document} stands on lines {line} to {end_line}",
        "SELECT d.key AS document, p.line, p.end_line FROM place p JOIN document d ON d.id = p.document_id"
        " WHERE (p.line IS NULL) <> (p.end_line IS NULL) OR p.end_line < p.line"
        " OR d.kind = 'list' AND min(p.line, p.first_line) < 1",
    ),
    Rule(
        "the revision {first_blob} of {document} is lost, in which an entry was first seen",
        "SELECT DISTINCT d.key AS document, p.first_blob FROM place p JOIN document d ON d.id = p.document_id"
        " WHERE NOT EXISTS (SELECT 1 FROM revision r WHERE r.document_id = d.id AND r.blob = p.first_blob)",
    ),
    Rule(
        "a place of {document} ({digest}) that nothing stands on",
        "SELECT d.key AS document, p.line, p.digest FROM place p JOIN document d ON d.id = p.document_id"
        " WHERE NOT EXISTS (SELECT 1 FROM mention m WHERE m.place_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM claim_place c WHERE c.place_id = p.id)",
    ),
)
_MENTIONS = (
    Rule(
        "the mention {id} of {name} is of no kind that there is: {kind}",
        f"SELECT m.id, m.name, m.kind, d.key AS document, p.line {_MENTION}"
        f" WHERE m.kind NOT IN ({names(Kind)})",
    ),
    Rule(
        "the mention {id} of {name} is sure by {confidence}, which is not between 0 and 1",
        f"SELECT m.id, m.name, m.confidence, d.key AS document, p.line {_MENTION}"
        " WHERE NOT m.confidence BETWEEN 0 AND 1",
    ),
    Rule(
        "the mention {id} of {name} stands in another document than its place",
        f"SELECT m.id, m.name, d.key AS document, p.line {_MENTION} WHERE p.document_id <> m.document_id",
    ),
    Rule(
        "the mention {id} of {name} has other names or identifiers that cannot be read",
        f"SELECT m.id, m.name, d.key AS document, p.line {_MENTION}"
        f" WHERE NOT ({LISTED.format('m.aliases')} AND {LISTED.format('m.identifiers')})",
    ),
    Rule(
        "the mention {id} of {name} can be found by nothing: it has lost its keys",
        f"SELECT m.id, m.name, d.key AS document, p.line {_MENTION}"
        " WHERE (m.name <> '' OR m.identifiers <> '[]')"
        " AND NOT EXISTS (SELECT 1 FROM mention_key k WHERE k.mention_id = m.id)",
    ),
)
_CLAIMS = (
    Rule(
        "the claim {id} has no predicate that there is: {predicate}",
        f"SELECT c.id, c.predicate, d.key AS document {_CLAIM} WHERE c.predicate NOT IN ({names(Predicate)})",
    ),
    Rule(
        "the claim {id} ({predicate}) is sure by {confidence}, which is not between 0 and 1",
        f"SELECT c.id, c.predicate, c.confidence, d.key AS document {_CLAIM}"
        " WHERE NOT c.confidence BETWEEN 0 AND 1",
    ),
    Rule(
        "the claim {id} ({predicate}) has both a value and another thing as its object, or neither",
        f"SELECT c.id, c.predicate, d.key AS document {_CLAIM}"
        " WHERE (c.object_id IS NULL) = (c.value IS NULL) OR (c.value IS NULL) <> (c.datatype IS NULL)",
    ),
    Rule(
        "the claim {id} ({predicate}) of {document} is about a mention of another document",
        f"SELECT c.id, c.predicate, d.key AS document {_CLAIM}"
        " JOIN mention s ON s.id = c.subject_id LEFT JOIN mention o ON o.id = c.object_id"
        " WHERE s.document_id <> c.document_id OR o.document_id <> c.document_id",
    ),
    Rule(
        "the claim {id} ({predicate}) stands nowhere in {document}",
        f"SELECT c.id, c.predicate, d.key AS document {_CLAIM}"
        " WHERE NOT EXISTS (SELECT 1 FROM claim_place p WHERE p.claim_id = c.id)",
    ),
    Rule(
        "a condition of the claim {id} ({predicate}) is lost",
        f"SELECT c.id, c.predicate, d.key AS document {_CLAIM} JOIN claim_qualifier q ON q.claim_id = c.id"
        " GROUP BY c.id HAVING max(q.position) <> count(*) - 1"
        " OR sum((q.mention_id IS NULL) = (q.value IS NULL)) > 0",
    ),
)
_CORRECTIONS = (
    Rule(
        "{count} corrections are stored, and the document that states them is not",
        "SELECT count(*) AS count FROM correction HAVING count > 0"
        " AND NOT EXISTS (SELECT 1 FROM document WHERE key = 'corrections')",
    ),
    Rule(
        "{count} corrections have the place {position}",
        "SELECT position, count(*) AS count FROM correction GROUP BY position HAVING count > 1",
    ),
)


def documents(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever of the documents cannot be as it is stored."""
    del settings
    yield from broken(graph, "documents", (*_DOCUMENTS, *_PLACES, *_MENTIONS, *_CLAIMS, *_CORRECTIONS))
    yield from first(_changed_bytes(graph))
    yield from first(_identifiers(graph))
    yield from first(_values(graph))
    yield from first(_corrections(graph))


def _finding(message: str, document: str = DATABASE, line: int = 0) -> Finding:
    return Finding("documents", "error", document, line, message, REMAKE)


def _changed_bytes(graph: Graph) -> Iterator[Finding]:
    """The kept bytes of lists that are not what their name says."""
    sql = (
        "SELECT d.key, r.blob, r.content FROM revision r JOIN document d ON d.id = r.document_id"
        " WHERE d.kind <> 'arxiv' AND r.content IS NOT NULL"
    )
    for key, blob, content in graph.db.execute(sql):
        try:
            same = blob_id(zlib.decompress(content)) == blob
        except zlib.error:
            same = False
        if not same:
            yield _finding(f"the bytes that are kept of {key}, {blob}, are not those that were read", key)


def _identifiers(graph: Graph) -> Iterator[Finding]:
    """The identifiers of mentions that are not in the one form that each has."""
    sql = "SELECT DISTINCT substr(key, 4) FROM mention_key WHERE key >= 'id:' AND key < 'id;'"
    for (text,) in graph.db.execute(sql):
        if not well_formed(text):
            yield _finding(f"{text} is no identifier in the form that the store keeps")


def well_formed(text: str) -> bool:
    """Whether a text is an identifier in its one form.

    >>> [well_formed(one) for one in ("arxiv:2106.09685", "arxiv:2106.09685v2", "tier:ram:8-4:GB")]
    [True, False, False]
    """
    scheme, colon, value = text.partition(":")
    if not colon or not value or value.split() != [value]:
        return False
    if scheme == "arxiv":
        return arxiv_id(value) == (value, None)
    if scheme == "doi":
        return doi(value) == Identifier(scheme, value)
    if scheme == "tier":
        return _is_tier(Identifier(scheme, value))
    if scheme in {"github", "gitlab", "hf"}:
        return parse(text) == Identifier(scheme, value)
    return scheme in {"openreview", "acl", "url"}


def _is_tier(one: Identifier) -> bool:
    try:
        memory = Memory.of(one)
    except (ValueError, InvalidOperation):
        return False
    ordered = memory.minimum is None or memory.maximum is None or memory.minimum <= memory.maximum
    bounded = memory.minimum is not None or memory.maximum is not None
    return memory.kind in {"ram", "vram", "unified"} and ordered and bounded and memory.identifier == one


def _values(graph: Graph) -> Iterator[Finding]:
    """The values that are not of the datatype that their predicate has."""
    sql = (
        "SELECT c.id, c.predicate, c.value, c.datatype, d.key FROM claim c"
        " JOIN document d ON d.id = c.document_id WHERE c.value IS NOT NULL"
    )
    for number, predicate, value, datatype, key in graph.db.execute(sql):
        row = Predicate.__members__.get(predicate)
        if row is None:
            continue  # told above
        if not row.is_literal or row.datatype != datatype:
            wanted = row.datatype if row.is_literal else "thing"
            yield _finding(f"the claim {number} ({predicate}) has a {datatype} where a {wanted} belongs", key)
        elif not _is_of(value, datatype):
            yield _finding(f"the claim {number} ({predicate}) says {value!r}, which is no {datatype}", key)


def _is_of(value: str, datatype: str) -> bool:
    try:
        if datatype == "integer":
            return str(int(value)) == value
        if datatype == "decimal":
            return Decimal(value).is_finite()
        if datatype == "date":
            return bool(partial_date(value))
    except (ValueError, InvalidOperation):
        return False
    return bool(value.strip())


def _corrections(graph: Graph) -> Iterator[Finding]:
    """The corrections that cannot be read, or are kept under a key of another."""
    for key, body, line in graph.db.execute("SELECT key, body, line FROM correction ORDER BY position"):
        try:
            same = correction_of(body, line).key == key
        except (ValueError, KeyError, TypeError, AttributeError):
            same = False
        if not same:
            yield _finding(f"a stored correction is not the one it was: {key}", "corrections", line)
