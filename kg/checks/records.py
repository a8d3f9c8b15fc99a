"""Findings about what arXiv said as it is stored, and about the ledger of what happened."""

from __future__ import annotations

from collections.abc import Iterator

from kg.graph import Graph
from kg.identifiers import arxiv_id
from kg.ledger import ACTIONS, CAUSES, THINGS
from kg.workspace import Settings

from . import DATABASE, Finding
from .rules import HEX, LISTED, MOMENT, REMAKE, Rule, broken, first

_AGAIN = "`kg refresh --all` asks arXiv for it again; else put back a backup."
_FIELDS = (
    "version", "title", "abstract", "comment", "journal_ref", "doi", "withdrawn", "authors", "categories",
)  # fmt: skip

_PAPERS = (
    Rule(
        "the document of arXiv:{arxiv_id} is {document}",
        "SELECT p.arxiv_id, d.key AS document FROM paper p LEFT JOIN document d ON d.id = p.document_id"
        " WHERE d.kind IS NOT 'arxiv' OR d.key <> 'arxiv:' || p.arxiv_id",
    ),
    Rule(
        "{document} has no record",
        "SELECT d.key AS document FROM document d WHERE d.kind = 'arxiv'"
        " AND NOT EXISTS (SELECT 1 FROM paper p WHERE p.document_id = d.id)",
        _AGAIN,
    ),
    Rule(
        "{document} mentions no paper",
        "SELECT d.key AS document FROM document d WHERE d.kind = 'arxiv' AND NOT EXISTS"
        " (SELECT 1 FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " WHERE k.key = 'id:' || d.key AND m.document_id = d.id)",
    ),
    Rule(
        "the record of arXiv:{arxiv_id} has no title, no authors or no categories that can be read",
        "SELECT arxiv_id, 'arxiv:' || arxiv_id AS document FROM paper WHERE trim(title) = ''"
        f" OR NOT ({LISTED.format('authors')} AND {LISTED.format('categories')})",
        _AGAIN,
    ),
    Rule(
        "arXiv:{arxiv_id} was submitted {published} and changed {updated}",
        "SELECT arxiv_id, published, updated, 'arxiv:' || arxiv_id AS document FROM paper"
        f" WHERE NOT ({MOMENT.format('published')} AND {MOMENT.format('updated')}"
        f" AND {MOMENT.format('retrieved_at')}) OR updated < published",
        _AGAIN,
    ),
    Rule(
        "arXiv:{arxiv_id} is neither withdrawn nor not: {withdrawn}",
        "SELECT arxiv_id, withdrawn, 'arxiv:' || arxiv_id AS document FROM paper"
        " WHERE withdrawn NOT IN (0, 1)",
        _AGAIN,
    ),
    Rule(
        "arXiv:{arxiv_id} is at version {version}, and version {seen} was seen",
        "SELECT p.arxiv_id, p.version, max(v.version) AS seen, 'arxiv:' || p.arxiv_id AS document"
        " FROM paper p JOIN paper_version v ON v.arxiv_id = p.arxiv_id AND v.seen_at IS NOT NULL"
        " GROUP BY p.arxiv_id HAVING p.version <> 0 AND p.version < seen OR p.version < 0",
        _AGAIN,
    ),
    Rule(
        "of version {version} of arXiv:{arxiv_id} nothing is known",
        "SELECT p.arxiv_id, p.version, 'arxiv:' || p.arxiv_id AS document FROM paper p WHERE p.version > 0"
        " AND NOT EXISTS (SELECT 1 FROM paper_version v"
        " WHERE v.arxiv_id = p.arxiv_id AND v.version = p.version)",
        _AGAIN,
    ),
    Rule(
        "version {version} of arXiv:{arxiv_id} is none, or came at no time: {submitted}",
        "SELECT arxiv_id, version, submitted FROM paper_version WHERE version < 1"
        f" OR NOT ifnull({MOMENT.format('submitted')}, 1) OR NOT ifnull({MOMENT.format('seen_at')}, 1)"
        " OR withdrawn NOT IN (0, 1)",
        _AGAIN,
    ),
    Rule(
        "arXiv was asked for {arxiv_id} at no time: {asked_at} ({misses} misses)",
        f"SELECT arxiv_id, asked_at, misses FROM paper_lookup WHERE NOT ({MOMENT.format('asked_at')})"
        " OR misses < 0",
        _AGAIN,
    ),
)
_LEDGER = (
    Rule(
        "arXiv:{arxiv_id} changed in {field} from {old} to {new} at {at}: that is no change",
        f"SELECT arxiv_id, field, old, new, at FROM paper_change WHERE field NOT IN {_FIELDS} OR old = new"
        f" OR NOT ({MOMENT.format('at')}) OR NOT ({HEX.format('blob', 40)})",
    ),
    Rule(
        "arXiv:{arxiv_id} went back from version {old} to {new}",
        "SELECT arxiv_id, old, new FROM paper_change WHERE field = 'version'"
        " AND CAST(new AS INTEGER) < CAST(old AS INTEGER)",
    ),
    Rule(
        "the change {id} of the ledger is none: {cause}, {what} {action}, at {at}",
        f"SELECT id, cause, what, action, at FROM change WHERE cause NOT IN {CAUSES} OR what NOT IN {THINGS}"
        f" OR action NOT IN {ACTIONS} OR NOT ({MOMENT.format('at')})",
    ),
    Rule(
        "the change {id} of the ledger is about {subject}, which there never was",
        "SELECT id, subject FROM change WHERE subject <> '' AND subject NOT IN (SELECT slug FROM slug)",
    ),
    Rule(
        "the change {id} of the ledger, of {at}, stands behind one of {before}",
        "SELECT id, at, before FROM (SELECT id, at, lag(at) OVER (ORDER BY id) AS before FROM change)"
        " WHERE at < before",
        "If the clock of this machine was put back, all is well. Else put back a backup.",
    ),
    Rule(
        "the run {id} began {started_at} and ended {ended_at} with {code}",
        f"SELECT id, started_at, ended_at, code FROM run WHERE NOT ({MOMENT.format('started_at')})"
        " OR (ended_at IS NULL) <> (code IS NULL) OR ended_at < started_at OR changes < 0",
    ),
)


def records(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever of the records of papers cannot be as it is stored."""
    del settings
    yield from broken(graph, "records", _PAPERS)
    yield from first(_ids(graph))


def ledger(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever of the dated changes cannot have happened."""
    del settings
    yield from broken(graph, "ledger", _LEDGER)


def _ids(graph: Graph) -> Iterator[Finding]:
    sql = (
        "SELECT arxiv_id FROM paper UNION SELECT arxiv_id FROM paper_lookup"
        " UNION SELECT arxiv_id FROM paper_version"
    )
    for (text,) in graph.db.execute(sql):
        if arxiv_id(text) != (text, None):
            yield Finding("records", "error", DATABASE, 0, f"{text!r} is no arXiv id", REMAKE)
