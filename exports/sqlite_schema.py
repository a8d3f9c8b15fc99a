"""The tables and views of the SQLite copy, for people who read SQL; our own store has others.

What the table of kinds and predicates says makes the views: one a kind, with a column for each
predicate that such a node may have.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.vocabulary import Kind, Predicate

VERSION = 1
"""``PRAGMA user_version`` of the file: it grows when a table or a column gets another meaning."""

# Datasette shows the column called name or title in place of a key that refers to its row.
TABLES = """\
CREATE TABLE kind (
  name TEXT PRIMARY KEY,  -- HardwareTier
  plural TEXT NOT NULL,   -- hardware tiers
  nodes INTEGER NOT NULL  -- how many there are
);
CREATE TABLE predicate (
  word TEXT PRIMARY KEY,  -- derived_from
  name TEXT NOT NULL,     -- as people read it: derived from
  inverse TEXT,           -- seen from the object: base of; null where the object is a value
  rdf TEXT NOT NULL       -- its term in the RDF exports
);
CREATE TABLE document (
  key TEXT PRIMARY KEY,   -- list:NAME, arxiv (all records), corrections
  name TEXT NOT NULL,     -- its title
  kind TEXT NOT NULL,     -- list, arxiv, corrections
  page TEXT               -- where it can be read
);
CREATE TABLE node (
  slug TEXT PRIMARY KEY,  -- the last part of its address; never changes
  name TEXT NOT NULL,     -- the label that it is shown under
  kind TEXT NOT NULL REFERENCES kind (name),
  aliases TEXT,           -- other names, joined by " | "
  description TEXT,       -- what lists say of it, joined by " | "
  page TEXT,              -- where the first of its identifiers leads
  iri TEXT NOT NULL,      -- its address in the RDF exports
  documents INTEGER NOT NULL -- how many documents name it
);
CREATE TABLE identifier (
  node TEXT NOT NULL REFERENCES node (slug),
  scheme TEXT NOT NULL,   -- arxiv, doi, github, gitlab, hf, openreview, acl, url, tier
  value TEXT NOT NULL,
  page TEXT               -- where it leads
);
CREATE TABLE memory (     -- what the hardware tiers stand for
  node TEXT PRIMARY KEY REFERENCES node (slug),
  memory TEXT NOT NULL,   -- ram, vram, unified
  minimum REAL, maximum REAL, -- null: open to that side
  unit TEXT NOT NULL
);
CREATE TABLE record (     -- what arXiv says of a paper
  paper TEXT PRIMARY KEY REFERENCES node (slug),
  arxiv_id TEXT NOT NULL,
  version INTEGER,        -- null: not known
  title TEXT NOT NULL,
  published TEXT NOT NULL, -- the first version, UTC
  updated TEXT NOT NULL,  -- this version, UTC
  withdrawn INTEGER NOT NULL, -- 1: by its authors or by arXiv
  comment TEXT, journal_ref TEXT, doi TEXT,
  abstract TEXT           -- null but for kg export --abstracts
);
CREATE TABLE statement (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL REFERENCES node (slug),
  predicate TEXT NOT NULL REFERENCES predicate (word),
  object TEXT REFERENCES node (slug), -- or null, and then
  value,                  -- a number or a text; of a node outside this file its IRI
  datatype TEXT,          -- string, integer, decimal, iri, date; node: outside this file
  documents INTEGER NOT NULL -- how many documents say it
);
CREATE TABLE qualifier (  -- what narrows a statement and belongs to its meaning
  statement INTEGER NOT NULL REFERENCES statement (id),
  name TEXT NOT NULL,     -- how, with, precision
  object TEXT REFERENCES node (slug),
  value, datatype TEXT
);
CREATE TABLE mention (    -- the entries that name a node
  node TEXT NOT NULL REFERENCES node (slug),
  document TEXT NOT NULL REFERENCES document (key),
  heading TEXT,           -- the headings above, joined by " > "
  digest TEXT NOT NULL    -- tells entries apart
);
CREATE TABLE evidence (   -- the entries that say a statement
  statement INTEGER NOT NULL REFERENCES statement (id),
  receipt INTEGER NOT NULL, -- entries of one receipt say it only together
  document TEXT NOT NULL REFERENCES document (key),
  heading TEXT,
  digest TEXT NOT NULL,
  rule TEXT NOT NULL,     -- why kg reads it so
  confidence REAL NOT NULL -- how often that rule is right
);
CREATE TABLE replaced (   -- slugs that were merged away
  slug TEXT PRIMARY KEY,
  node TEXT NOT NULL REFERENCES node (slug)
);
"""

# Made when all rows are in: faster, and the file holds no gaps.
INDICES = """\
CREATE INDEX node_kind ON node (kind);
CREATE INDEX identifier_node ON identifier (node);
CREATE INDEX identifier_value ON identifier (scheme, value);
CREATE INDEX record_arxiv_id ON record (arxiv_id);
CREATE INDEX statement_subject ON statement (subject, predicate);
CREATE INDEX statement_object ON statement (object, predicate);
CREATE INDEX qualifier_statement ON qualifier (statement);
CREATE INDEX mention_node ON mention (node);
CREATE INDEX evidence_statement ON evidence (statement);
CREATE VIRTUAL TABLE node_fts USING fts5 (
  name, aliases, description, content="node", tokenize="unicode61 remove_diacritics 2 tokenchars '+#'"
);
CREATE VIRTUAL TABLE record_fts USING fts5 (
  title, abstract, comment, content="record", tokenize="unicode61 remove_diacritics 2 tokenchars '+#'"
);
INSERT INTO node_fts (node_fts) VALUES ('rebuild');
INSERT INTO node_fts (node_fts) VALUES ('optimize');
INSERT INTO record_fts (record_fts) VALUES ('rebuild');
INSERT INTO record_fts (record_fts) VALUES ('optimize');
"""

EDGE = """\
CREATE VIEW edge AS -- statements as people read them
SELECT s.id, s.subject, a.name AS subject_name, s.predicate, s.object, b.name AS object_name,
  s.value, s.datatype,
  (SELECT group_concat(name || '=' || ifnull(object, value), ' | ') FROM
    (SELECT name, object, value FROM qualifier WHERE statement = s.id ORDER BY rowid)) AS qualifiers,
  s.documents
FROM statement s JOIN node a ON a.slug = s.subject LEFT JOIN node b ON b.slug = s.object;
"""

_NAMED = {  # the column in which a view shows the identifiers of a scheme
    "arxiv": "arxiv_id",
    "doi": "doi",
    "openreview": "openreview",
    "acl": "acl",
    "github": "github",
    "gitlab": "gitlab",
    "hf": "hugging_face",
}
_NUMBERS = frozenset({"integer", "decimal"})
_RECORD = "version title published updated withdrawn comment journal_ref abstract".split()


def views() -> str:
    """The views, one a kind, as SQL."""
    return EDGE + "".join(map(_view, Kind))


def view_of(kind: Kind) -> str:
    """The name of a kind's view: ``hardware_tier``."""
    return kind.name.lower()


def _view(kind: Kind) -> str:
    columns = ",\n  ".join(f'{sql} AS "{name}"' for name, sql in _columns(kind).items())
    joined = {
        Kind.PAPER: " LEFT JOIN record r ON r.paper = n.slug",
        Kind.HARDWARE_TIER: " LEFT JOIN memory m ON m.node = n.slug",
    }.get(kind, "")
    return (
        f'CREATE VIEW "{view_of(kind)}" AS\nSELECT {columns}\n'
        f"FROM node n{joined} WHERE n.kind = '{kind.label}';\n"
    )


def _columns(kind: Kind) -> dict[str, str]:
    """What the view of a kind shows: the name of each column and its SQL, in order."""
    found = {one: f"n.{one}" for one in ("slug", "name", "aliases", "description", "page", "iri")}
    if kind is Kind.HARDWARE_TIER:
        found |= {one: f"m.{one}" for one in ("memory", "minimum", "maximum", "unit")}
    else:
        found |= {
            column: _joined("value", f"identifier WHERE node = n.slug AND scheme = '{scheme}'", "rowid")
            for scheme, column in _NAMED.items()
        }
    if kind is Kind.PAPER:
        found["doi"] = f"coalesce({found['doi']}, r.doi)"
        found |= {one: f"r.{one}" for one in _RECORD}
    found |= dict(_said(kind))
    found["documents"] = "n.documents"
    return found


def _said(kind: Kind) -> Iterator[tuple[str, str]]:
    """A column a predicate: the value that most documents say for a number, else all that is said."""
    for predicate in Predicate:
        said = f"statement WHERE subject = n.slug AND predicate = '{predicate.word}'"
        if predicate is Predicate.DOI or predicate is Predicate.DESCRIPTION or kind not in predicate.domain:
            continue  # shown already
        if predicate.datatype in _NUMBERS:
            best = f"{said} ORDER BY documents DESC, id LIMIT 1"
            yield predicate.word, f"(SELECT value FROM {best})"  # noqa: S608 - of our own table
        elif predicate.is_literal:
            yield predicate.word, _joined("value", said, "id")
        elif len(predicate.domain) < len(Kind):  # those of any kind say little; they are in edge
            named = f"edge WHERE subject = n.slug AND predicate = '{predicate.word}'"
            yield predicate.word, _joined("ifnull(object_name, value)", named, "id")
    if kind in Predicate.INTRODUCES.range:
        papers = f"statement WHERE object = n.slug AND predicate = '{Predicate.INTRODUCES.word}'"
        yield "paper", _joined("subject", papers, "id")


def _joined(value: str, source: str, order: str) -> str:
    """What is there, each once and in order, as one text."""
    each = f"SELECT {value} AS v FROM {source} GROUP BY 1 ORDER BY min({order})"  # noqa: S608 - as above
    return f"(SELECT group_concat(v, ' | ') FROM ({each}))"  # noqa: S608
