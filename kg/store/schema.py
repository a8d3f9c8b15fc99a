"""The tables of ``graph.db`` and how the file is opened: SQLite, WAL, one writer, many readers."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from kg.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew
from kg.lexicon import spaced

APPLICATION_ID = 0x6B67_6C31  # "kgl1": tells our file from any other SQLite database
BUSY_SECONDS = 5.0
_PAUSE = 0.01

# What documents say stands above the line, what is derived from it below, with a copy of the
# marks. ``mention.id`` grows with age and is never used again (AUTOINCREMENT), so that the oldest
# mention of a node is known.
# The ledger outlives what it is about: ``paper_version``, ``paper_change`` and ``change`` refer to
# nothing, for what happened cannot be fetched again.
# No trigger keeps the full text: it would write the index once a row, not once a transaction
# (kg/store/texts.py). ``hashsize`` is how much of the index is gathered in memory before,
# ``automerge`` how many pieces of one size are made one: fewer would be written again more often.
TABLES = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL,
    page TEXT NOT NULL, blob TEXT NOT NULL, reader TEXT NOT NULL, etag TEXT NOT NULL,
    problems TEXT NOT NULL,
    checked_at TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX document_kind ON document (kind) WHERE kind <> 'arxiv';
CREATE TABLE revision (
    document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, blob TEXT NOT NULL,
    commit_id TEXT NOT NULL, retrieved_from TEXT NOT NULL, retrieved_at TEXT NOT NULL,
    content BLOB, PRIMARY KEY (document_id, blob)
) STRICT, WITHOUT ROWID;
CREATE TABLE place (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    heading TEXT NOT NULL, digest TEXT NOT NULL, ordinal INTEGER NOT NULL,
    line INTEGER, end_line INTEGER, first_line INTEGER, first_blob TEXT NOT NULL,
    UNIQUE (document_id, heading, digest, ordinal)
) STRICT;
CREATE INDEX place_digest ON place (digest);
CREATE TABLE mention (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, key TEXT NOT NULL,
    place_id INTEGER NOT NULL REFERENCES place, name TEXT NOT NULL, kind TEXT NOT NULL,
    rule TEXT NOT NULL, confidence REAL NOT NULL, identifiers TEXT NOT NULL, aliases TEXT NOT NULL,
    node_id INTEGER, UNIQUE (document_id, key)
) STRICT;
CREATE INDEX mention_node ON mention (node_id);
CREATE INDEX mention_place ON mention (place_id);
CREATE TABLE mention_key (
    key TEXT NOT NULL, mention_id INTEGER NOT NULL REFERENCES mention ON DELETE CASCADE,
    PRIMARY KEY (key, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_key_mention ON mention_key (mention_id);
CREATE TABLE claim (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    key TEXT NOT NULL, subject_id INTEGER NOT NULL REFERENCES mention, predicate TEXT NOT NULL,
    object_id INTEGER REFERENCES mention, value TEXT, datatype TEXT,
    rule TEXT NOT NULL, confidence REAL NOT NULL, statement_id INTEGER, UNIQUE (document_id, key)
) STRICT;
CREATE INDEX claim_subject ON claim (subject_id);
CREATE INDEX claim_object ON claim (object_id);
CREATE INDEX claim_statement ON claim (statement_id);
CREATE TABLE claim_place (
    claim_id INTEGER NOT NULL REFERENCES claim ON DELETE CASCADE, position INTEGER NOT NULL,
    place_id INTEGER NOT NULL REFERENCES place, PRIMARY KEY (claim_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_place_place ON claim_place (place_id);
CREATE TABLE claim_qualifier (
    claim_id INTEGER NOT NULL REFERENCES claim ON DELETE CASCADE, position INTEGER NOT NULL,
    name TEXT NOT NULL, mention_id INTEGER REFERENCES mention, value TEXT, datatype TEXT,
    PRIMARY KEY (claim_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_qualifier_mention ON claim_qualifier (mention_id);
CREATE TABLE correction (
    key TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL, line INTEGER NOT NULL,
    matched INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE paper (
    arxiv_id TEXT PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    version INTEGER NOT NULL, title TEXT NOT NULL, abstract TEXT NOT NULL, comment TEXT NOT NULL,
    journal_ref TEXT NOT NULL, doi TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL,
    withdrawn INTEGER NOT NULL, authors TEXT NOT NULL, categories TEXT NOT NULL,
    retrieved_at TEXT NOT NULL
) STRICT;
CREATE INDEX paper_document ON paper (document_id);
CREATE INDEX paper_withdrawn ON paper (arxiv_id) WHERE withdrawn = 1;
CREATE TABLE paper_lookup (
    arxiv_id TEXT PRIMARY KEY, asked_at TEXT NOT NULL, misses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_lookup_asked ON paper_lookup (asked_at);
CREATE TABLE paper_version (
    arxiv_id TEXT NOT NULL, version INTEGER NOT NULL, submitted TEXT, seen_at TEXT,
    withdrawn INTEGER, size TEXT, source_type TEXT, licence TEXT, PRIMARY KEY (arxiv_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE paper_change (
    id INTEGER PRIMARY KEY, arxiv_id TEXT NOT NULL, at TEXT NOT NULL, field TEXT NOT NULL,
    old TEXT NOT NULL, new TEXT NOT NULL, blob TEXT NOT NULL
) STRICT;
CREATE INDEX paper_change_paper ON paper_change (arxiv_id);

CREATE TABLE node (
    id INTEGER PRIMARY KEY AUTOINCREMENT, slug TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
    kind TEXT NOT NULL, label TEXT NOT NULL, aliases TEXT NOT NULL, identifiers TEXT NOT NULL,
    dissent TEXT NOT NULL, support INTEGER NOT NULL
) STRICT;
CREATE INDEX node_kind ON node (kind, label COLLATE NOCASE) WHERE kind <> 'PAPER';
CREATE INDEX node_label ON node (label COLLATE NOCASE);
CREATE TABLE slug (
    slug TEXT PRIMARY KEY, node_key TEXT NOT NULL, node_id INTEGER, replaced_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX slug_node ON slug (node_id);
CREATE TABLE statement (
    id INTEGER PRIMARY KEY, subject_id INTEGER NOT NULL REFERENCES node, predicate TEXT NOT NULL,
    object_id INTEGER REFERENCES node, value TEXT NOT NULL, datatype TEXT NOT NULL,
    qualifiers TEXT NOT NULL, support INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX statement_said
    ON statement (subject_id, predicate, ifnull(object_id, 0), value, datatype, qualifiers);
CREATE INDEX statement_object ON statement (object_id);
CREATE TABLE statement_qualifier (
    statement_id INTEGER NOT NULL REFERENCES statement ON DELETE CASCADE,
    position INTEGER NOT NULL, name TEXT NOT NULL, node_id INTEGER REFERENCES node,
    value TEXT, datatype TEXT, PRIMARY KEY (statement_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_qualifier_node ON statement_qualifier (node_id);
CREATE TABLE change (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, cause TEXT NOT NULL, action TEXT NOT NULL,
    what TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, document TEXT NOT NULL,
    old TEXT NOT NULL, new TEXT NOT NULL
) STRICT;
CREATE INDEX change_news ON change (what) WHERE cause = 'source';
CREATE TABLE run (
    id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, process INTEGER NOT NULL, ended_at TEXT,
    code INTEGER, reason TEXT NOT NULL, changes INTEGER NOT NULL
) STRICT;
CREATE TABLE search_text (
    node_id INTEGER PRIMARY KEY REFERENCES node ON DELETE CASCADE, label TEXT NOT NULL,
    names TEXT NOT NULL, body TEXT NOT NULL, filters TEXT NOT NULL, papers TEXT NOT NULL
) STRICT;
CREATE VIEW searched AS -- all that the full text has of each node; names in JSON are the same words
    SELECT t.node_id, t.label, t.names, t.body || char(10) || ifnull((
        WITH RECURSIVE part (one, rest) AS ( -- no json_each: full text reads no virtual tables
            SELECT '', t.papers || ' ' UNION ALL
            SELECT substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
            FROM part WHERE rest <> ''
        )
        SELECT group_concat(spaced(p.abstract || char(10) || p.authors), char(10))
        FROM part CROSS JOIN paper p ON p.arxiv_id = one
    ), '') AS body, t.filters FROM search_text t;
CREATE VIRTUAL TABLE search USING fts5 (
    label, names, body, filters, content='searched', content_rowid='node_id',
    tokenize="unicode61 remove_diacritics 2 tokenchars '+#'"
);
CREATE VIRTUAL TABLE search_name USING fts5 (
    label, names, filters, content='search_text', content_rowid='node_id',
    tokenize="unicode61 remove_diacritics 2 tokenchars '+#'", prefix='1 2 3'
);
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);
INSERT INTO search (search, rank) VALUES ('automerge', 16);
INSERT INTO search_name (search_name, rank) VALUES ('hashsize', 4194304);
INSERT INTO search_name (search_name, rank) VALUES ('automerge', 16);
CREATE TABLE mark (id INTEGER PRIMARY KEY, line TEXT NOT NULL UNIQUE, node_id INTEGER) STRICT;
CREATE INDEX mark_node ON mark (node_id);
CREATE TABLE mark_key (
    key TEXT NOT NULL, mark_id INTEGER NOT NULL REFERENCES mark ON DELETE CASCADE,
    PRIMARY KEY (key, mark_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_key_mark ON mark_key (mark_id);
CREATE TABLE mark_remark (
    mark_id INTEGER NOT NULL REFERENCES mark ON DELETE CASCADE, field TEXT NOT NULL,
    value TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (mark_id, field, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_remark_value ON mark_remark (field, value);
CREATE VIEW marked AS -- what is marked of each node: of several readings the newest
    SELECT m.node_id, r.field, r.value FROM mark m JOIN mark_remark r ON r.mark_id = m.id
    WHERE m.node_id IS NOT NULL AND NOT (r.field = 'reading' AND EXISTS (
        SELECT 1 FROM mark o JOIN mark_remark s ON s.mark_id = o.id
        WHERE o.node_id = m.node_id AND s.field = 'reading'
            AND (s.at, s.value = 'read') > (r.at, r.value = 'read')
    ));
CREATE TABLE lexicon (
    words TEXT NOT NULL, node_id INTEGER NOT NULL, written TEXT NOT NULL, phrase INTEGER NOT NULL,
    sought INTEGER NOT NULL, PRIMARY KEY (words, node_id, written)
) STRICT, WITHOUT ROWID;
CREATE INDEX lexicon_node ON lexicon (node_id);
CREATE TABLE occurrence (
    node_id INTEGER NOT NULL REFERENCES node ON DELETE CASCADE, words TEXT NOT NULL,
    PRIMARY KEY (node_id, words)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_words ON occurrence (words);
CREATE TABLE unread_text (node_id INTEGER PRIMARY KEY REFERENCES node ON DELETE CASCADE) STRICT;
CREATE TABLE rejected_mention (
    subject_id INTEGER NOT NULL, object_id INTEGER NOT NULL, PRIMARY KEY (subject_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', '0'), ('state', '');
"""


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """An open connection to the database at ``path``; made if missing and not ``readonly``.

    Where the folder cannot be written, the file is opened ``immutable``, so that reading works on
    a read-only disk. Raises: StoreDamaged, StoreLocked, StoreError.
    """
    try:
        if readonly:
            writable = os.access(path.parent, os.W_OK)
            mode = "mode=ro" if writable else "immutable=1"
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
        else:
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA mmap_size = 268435456")
        # Some systems build SQLite so that it writes zeros over all that goes: here that is old index.
        connection.execute("PRAGMA secure_delete = OFF")
        connection.create_function("spaced", 1, spaced, deterministic=True)
        check_application(connection, path)  # before the first write: the journal mode stands in the file
        if not readonly:
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error as error:
        connection.close()
        raise translated(error, path) from error
    except StoreError:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log, unless it has one.

    SQLite does not wait for this lock by itself: two processes that make one file would collide.
    """
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
        else:
            return


def check_application(connection: sqlite3.Connection, path: Path) -> None:
    """Nothing, if the file is ours or empty. Raises: StoreDamaged for any other database."""
    connection.execute("BEGIN")  # one state of the file: another process may be making it just now
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
    finally:
        connection.execute("COMMIT")
    if application != APPLICATION_ID and tables:
        raise StoreDamaged(
            f"{path} is a database of another program",
            hint="Name another folder with --workspace, or move the file away.",
        )


def translated(error: sqlite3.Error, path: Path) -> StoreError:
    """The error of SQLite as one of ours, with what to do next."""
    text = str(error)
    if isinstance(error, sqlite3.OperationalError):
        if "locked" in text or "busy" in text:
            return StoreLocked(
                f"{path} is being written by another process",
                hint="Wait until it has finished, then try again.",
            )
        if "full" in text:
            return StoreError(
                f"{path} cannot grow: {text}", hint="Free some space; what was stored before is unharmed."
            )
        if "readonly" in text or "read-only" in text or "unable to open" in text:
            return StoreError(
                f"{path} cannot be written: {text}",
                hint="Reading works; to write, check the permissions of its folder and --workspace.",
            )
    if isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text):
        return StoreDamaged(
            f"{path} is damaged: {text}",
            hint="Move it away and run `kg refresh --all`: it is rebuilt from the text files "
            "beside it and the sources. Or put back a backup (`kg backup`).",
        )
    return StoreError(f"{path}: {text}", hint="Run `kg doctor`.")


def too_new(found: int, known: int, path: Path) -> StoreTooNew:
    """The error for a database of a later version."""
    return StoreTooNew(
        f"{path} was made by a newer kg (schema {found}; this one knows {known})",
        hint="Upgrade kg-ledger, or name another folder with --workspace.",
    )
