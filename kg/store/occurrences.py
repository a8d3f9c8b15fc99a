"""Names of nodes that occur in texts: descriptions, and abstracts of arXiv records.

Which names occur in a text depends on the text and on the lexicon, and on nothing else; which node
a name stands for is looked up when someone asks. So nodes may merge, split and be renamed without
any text being read again, and the result is the same whatever came first.

A text that must be read (again) waits in ``unread_text``: it is new, or a name came or went that may
stand in it, which the full text tells without a scan.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from kg.corrections import Correction
from kg.finder import Finder, Hit, automaton, by_first_word, first_words
from kg.lexicon import BLOCKING, Spelling, own_words, spellings
from kg.vocabulary import Kind, Predicate

from .batches import SIZE, rows_in
from .documents import correction_of
from .statements import matching

AT_ONCE = 20_000
"""Nodes whose texts a change reads in its own transaction; what is more waits."""

_BATCH = 5_000  # nodes whose texts are in memory together
_FEW = 200  # nodes for which the names that may stand in their texts are looked up one by one
_SCAN = 50  # texts that are read in the time in which one name is looked up in the full text

Pair = tuple[int, int]
"""Subject and object of an edge, by number."""

# An edge is left out where a name stands for two nodes, where a statement says more of the same
# two, and where a correction rejects it. + keeps the index of busy objects out of it.
_PAIRS = """
SELECT DISTINCT o.node_id, l.node_id FROM {tables}
WHERE {condition} AND l.sought AND l.node_id <> o.node_id
AND NOT EXISTS (SELECT 1 FROM lexicon x WHERE x.words = o.words AND x.node_id <> l.node_id)
AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.subject_id = o.node_id AND +s.object_id = l.node_id)
AND NOT EXISTS (
    SELECT 1 FROM rejected_mention r WHERE r.subject_id = o.node_id AND r.object_id = l.node_id
)
"""
_OUT = _PAIRS.format(
    tables="occurrence o CROSS JOIN lexicon l ON l.words = o.words", condition="o.node_id IN ({})"
)
_IN = _PAIRS.format(
    tables="lexicon l CROSS JOIN occurrence o ON o.words = l.words", condition="l.node_id IN ({})"
)


# ------------------------------------------------------------------------------- what waits


def note(db: sqlite3.Connection, texts: Iterable[int], named: Collection[int]) -> None:
    """Let all texts wait that must be read after a change: of ``texts``, and those that names concern.

    ``texts``: nodes whose texts are different. ``named``: nodes that are new, different or gone.
    """
    db.executemany("INSERT OR IGNORE INTO unread_text VALUES (?)", [(node,) for node in texts])
    old = {tuple(row) for row in rows_in(db, "SELECT * FROM lexicon WHERE node_id IN ({})", sorted(named))}
    new = set(_rows(db, named))
    words = {row[0] for row in old ^ new}
    before = _meanings(db, words)
    db.executemany(
        "DELETE FROM lexicon WHERE words = ? AND node_id = ? AND written = ?", [r[:3] for r in old - new]
    )
    db.executemany("INSERT INTO lexicon VALUES (?, ?, ?, ?, ?)", sorted(new - old))
    after = _meanings(db, words)
    _wait(db, sorted(one for one in words if before.get(one) != after.get(one)))


def _rows(db: sqlite3.Connection, nodes: Iterable[int]) -> Iterator[tuple[str, int, str, int, int]]:
    for row in rows_in(db, "SELECT id, kind, label, aliases FROM node WHERE id IN ({})", sorted(nodes)):
        kind = Kind[row["kind"]]
        for one in spellings(kind, (row["label"], *json.loads(row["aliases"]))):
            yield one.words, row["id"], one.written, int(one.phrase), int(kind not in BLOCKING)


def names_of(db: sqlite3.Connection, nodes: Iterable[int]) -> set[tuple[str, int, str, int, int]]:
    """The rows of the lexicon that these nodes should have, by what they are called now."""
    return set(_rows(db, nodes))


def _meanings(db: sqlite3.Connection, words: Iterable[str]) -> dict[str, set[tuple[str, int]]]:
    """For each of these words the spellings that are searched for: what texts depend on."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    sql = "SELECT words, written, phrase FROM lexicon WHERE sought AND words IN ({})"
    for row in rows_in(db, sql, sorted(words)):
        found[row["words"]].add((row["written"], row["phrase"]))
    return found


def _wait(db: sqlite3.Connection, words: list[str]) -> None:
    """Let all texts wait in which one of these stands: whole words one after the other."""
    if not words:
        return
    (last,) = db.execute("SELECT ifnull(max(node_id), 0) FROM search_text").fetchone()
    if last < len(words) * _SCAN:
        db.execute(
            "INSERT OR IGNORE INTO unread_text SELECT node_id FROM search_text WHERE body || papers <> ''"
        )
        return
    sql = "INSERT OR IGNORE INTO unread_text SELECT rowid FROM search WHERE search MATCH ?"
    db.executemany(sql, [(f'body : "{one}"',) for one in words])


def waiting(db: sqlite3.Connection) -> int:
    """How many nodes have texts that are still to be read."""
    return int(db.execute("SELECT count(*) FROM unread_text").fetchone()[0])


def learn(db: sqlite3.Connection, nodes: Iterable[int]) -> None:
    """Take in the names of these nodes, which are new; no text is read for them."""
    db.executemany("INSERT INTO lexicon VALUES (?, ?, ?, ?, ?)", sorted(_rows(db, nodes)))


def recall(db: sqlite3.Connection, pairs: str) -> None:
    """Note that texts of these nodes name those: ``pairs`` is a query for both; all names are known.

    Of each name that is meant by one node alone, the first stands for the one that was found.
    """
    own = (
        "SELECT l.words FROM lexicon l WHERE l.node_id = pair.object_id AND l.sought AND NOT EXISTS"
        " (SELECT 1 FROM lexicon x WHERE x.words = l.words AND x.node_id <> l.node_id) ORDER BY l.words"
    )
    db.execute(
        f"INSERT OR IGNORE INTO occurrence SELECT pair.subject_id, ({own} LIMIT 1) FROM ({pairs}) pair"  # noqa: S608 - constants
    )


# ---------------------------------------------------------------------------------- reading


def read(db: sqlite3.Connection, limit: int) -> int:
    """How many nodes' texts were read, the newest nodes first, at most ``limit``."""
    sql = "SELECT node_id FROM unread_text ORDER BY node_id DESC LIMIT ?"
    nodes = [node for (node,) in db.execute(sql, (limit,))]
    finder = None
    for start in range(0, len(nodes), _BATCH):
        batch = nodes[start : start + _BATCH]
        texts = list(_texts(db, batch))
        if finder is None or len(nodes) <= _FEW:
            finder = _finder(db, [text for _, _, text in texts], few=len(nodes) <= _FEW)
        _read(db, batch, ((node, finder.find(text)) for node, _, text in texts))
    return len(nodes)


# What an export told of a paper and not its abstract: what was found there stays until arXiv is asked.
_UNKNOWN = (
    "SELECT m.node_id FROM mention m CROSS JOIN document d ON d.id = m.document_id"
    " CROSS JOIN paper p ON p.document_id = d.id"
    " WHERE d.reader = 'export/1' AND p.abstract = '' AND m.node_id IN ({})"
)


def _read(db: sqlite3.Connection, nodes: list[int], found: Iterable[tuple[int, list[Hit]]]) -> None:
    sql = "SELECT id, label, aliases FROM node WHERE id IN ({})"
    own = {row[0]: own_words((row[1], *json.loads(row[2]))) for row in rows_in(db, sql, nodes)}
    new = {(node, hit.words) for node, hits in found for hit in hits if hit.words not in own[node]}
    sql = "SELECT node_id, words FROM occurrence WHERE node_id IN ({})"
    old = {(row[0], row[1]) for row in rows_in(db, sql, nodes)}
    unknown = {row[0] for row in rows_in(db, _UNKNOWN, nodes)}
    old = {(node, words) for node, words in old if node not in unknown or (node, words) in new}
    db.executemany("DELETE FROM occurrence WHERE node_id = ? AND words = ?", old - new)
    db.executemany("INSERT INTO occurrence VALUES (?, ?)", sorted(new - old))
    db.executemany("DELETE FROM unread_text WHERE node_id = ?", [(node,) for node in nodes])


def _texts(db: sqlite3.Connection, nodes: Collection[int]) -> Iterator[tuple[int, str, str]]:
    """The texts of these nodes: node, the arXiv id of an abstract or "", and the text."""
    sql = "SELECT subject_id, '', value FROM statement WHERE predicate = 'DESCRIPTION' AND subject_id IN ({})"
    for row in rows_in(db, sql, nodes):
        yield tuple(row)
    sql = (
        "SELECT n.id, p.arxiv_id, p.abstract FROM node n CROSS JOIN json_each(n.identifiers) i"
        " CROSS JOIN paper p ON p.arxiv_id = substr(i.value, 7)"
        " WHERE n.kind = 'PAPER' AND i.value LIKE 'arxiv:%' AND n.id IN ({})"
    )
    for row in rows_in(db, sql, nodes):
        yield tuple(row)


def _finder(db: sqlite3.Connection, texts: Collection[str], *, few: bool) -> Finder:
    """A finder of all names that may stand in these texts."""
    if few:
        return Finder(_beginning(db, first_words(texts)), by_first_word)
    rows = db.execute("SELECT DISTINCT words, written, phrase FROM lexicon WHERE sought")
    return Finder((Spelling(row[0], row[1], bool(row[2])) for row in rows), automaton)


def _beginning(db: sqlite3.Connection, words: Iterable[str]) -> Iterator[Spelling]:
    """The names that begin with one of these words."""
    listed = sorted(words)
    for start in range(0, len(listed), SIZE):
        batch = listed[start : start + SIZE]
        marks = ", ".join(["(?)"] * len(batch))
        rows = db.execute(
            f"WITH first (word) AS (VALUES {marks}) SELECT DISTINCT l.words, l.written, l.phrase FROM first"  # noqa: S608 - marks for values
            " CROSS JOIN lexicon l ON l.words >= word AND l.words < word || '!' WHERE l.sought",
            batch,
        )
        # Between "lora" and "lora!" stand "lora" and what begins with "lora ": a blank sorts before all.
        yield from (Spelling(row[0], row[1], bool(row[2])) for row in rows.fetchall())


# -------------------------------------------------------------------------------- what is asked


def mentioned_by(db: sqlite3.Connection, nodes: Collection[int]) -> Iterator[Pair]:
    """The edges from these nodes to those that their texts name, each once, in no order."""
    return ((row[0], row[1]) for row in rows_in(db, _OUT, nodes))


def mentioning(db: sqlite3.Connection, node: int) -> Iterator[Pair]:
    """The edges to a node from those whose texts name it, each once, in no order."""
    return ((row[0], row[1]) for row in rows_in(db, _IN, [node]))


def count(db: sqlite3.Connection) -> int:
    """How many names were found in the texts of how many nodes, each name once a node."""
    return int(db.execute("SELECT count(*) FROM occurrence").fetchone()[0])


def passages(db: sqlite3.Connection, subject: int, object_: int) -> Iterator[tuple[str, str, Hit]]:
    """Where texts of a node name another: arXiv id or "", the text, and the first hit in it."""
    sql = "SELECT words FROM lexicon WHERE node_id = ?"
    names = {words for (words,) in db.execute(sql, (object_,))}
    texts = [(source, text) for _, source, text in _texts(db, [subject])]
    finder = _finder(db, [text for _, text in texts], few=True)
    for source, text in texts:
        hit = next((hit for hit in finder.find(text) if hit.words in names), None)
        if hit is not None:
            yield source, text, hit


# ------------------------------------------------------------------------------ corrections


def reject(db: sqlite3.Connection) -> None:
    """Bring what corrections reject up to date, and whether each of those finds anything."""
    db.execute("DELETE FROM rejected_mention")
    for row in db.execute("SELECT key, body, line FROM correction ORDER BY position").fetchall():
        correction = correction_of(row["body"], row["line"])
        if correction.verb == "reject" and Predicate.of(correction.predicate) is Predicate.MENTIONS:
            matched = _reject(db, correction)
            db.execute("UPDATE correction SET matched = ? WHERE key = ?", (int(matched), row["key"]))


def _reject(db: sqlite3.Connection, correction: Correction) -> bool:
    """Whether a text or a document says what this correction denies."""
    subjects, objects = matching(db, correction.node), matching(db, correction.other)
    pairs = [(a, b) for a in sorted(subjects) for b in sorted(objects)]
    db.executemany("INSERT OR IGNORE INTO rejected_mention VALUES (?, ?)", pairs)
    said = (
        "SELECT 1 FROM occurrence o JOIN lexicon l ON l.words = o.words WHERE o.node_id = ?1"
        " AND l.node_id = ?2 AND NOT EXISTS"
        " (SELECT 1 FROM lexicon x WHERE x.words = o.words AND x.node_id <> l.node_id)"
        " UNION ALL SELECT 1 FROM mention s CROSS JOIN claim c ON c.subject_id = s.id"
        " CROSS JOIN mention o ON o.id = c.object_id"
        " WHERE s.node_id = ?1 AND o.node_id = ?2 AND c.predicate = 'MENTIONS'"
    )
    return any(db.execute(said, pair).fetchone() for pair in pairs)
