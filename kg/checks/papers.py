"""Findings about papers: titles of other papers, ids that arXiv does not know, withdrawals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kg.agreement import titles_agree
from kg.graph import Graph
from kg.identifiers import Identifier
from kg.model import Mention
from kg.names import words
from kg.papers import resting, successor, withdrawn
from kg.store.rows import place_of
from kg.store.said import mention_of
from kg.workspace import Settings

from . import Finding

_TITLE_WORDS = 3

_MENTIONS = """
SELECT m.*, d.key AS document, p.heading, p.digest, p.ordinal, p.line FROM mention_key k
JOIN mention m ON m.id = k.mention_id JOIN document d ON d.id = m.document_id AND d.kind = 'list'
JOIN place p ON p.id = m.place_id WHERE k.key = 'id:arxiv:' || ? AND m.kind = 'PAPER'
ORDER BY d.key, p.line, m.id
"""


def titles(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding wherever a list gives a title that its arXiv id never bore."""
    del settings
    for arxiv_id, known in titles_borne(graph).items():
        for row in graph.db.execute(_MENTIONS, (arxiv_id,)).fetchall():
            mention = mention_of(row, place_of(row))
            if mention.name and not any(fits(mention, title) for title in known):
                yield Finding(
                    "titles",
                    "error",
                    row["document"],
                    row["line"] or 0,
                    f"the list calls arXiv:{arxiv_id} {mention.name!r}; that paper is {known[0]!r}",
                    "Find the paper's own id, and write it into the list;"
                    f" https://arxiv.org/abs/{arxiv_id} is the one linked now.",
                )


def titles_borne(graph: Graph) -> dict[str, list[str]]:
    """The titles that each recorded paper bears and bore, by arXiv id; the present one first."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in graph.db.execute("SELECT arxiv_id, title FROM paper ORDER BY arxiv_id"):
        found[row["arxiv_id"]].append(row["title"])
    for row in graph.db.execute("SELECT arxiv_id, old FROM paper_change WHERE field = 'title' ORDER BY at"):
        found[row["arxiv_id"]].append(row["old"])
    return found


def fits(mention: Mention, title: str) -> bool:
    """Whether a name may be that of a paper; one or two words may be short for anything."""
    if len(words(mention.name)) < _TITLE_WORDS:
        return True
    record = replace(mention, name=title, aliases=())
    return any(titles_agree(replace(mention, name=n), record) for n in (mention.name, *mention.aliases))


def papers(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding wherever a list has an arXiv id for which arXiv has no paper."""
    del settings
    carried = graph.arxiv_ids()
    sql = "SELECT arxiv_id, asked_at FROM paper_lookup WHERE misses > 0 ORDER BY arxiv_id"
    for miss in graph.db.execute(sql).fetchall():
        arxiv_id = miss["arxiv_id"]
        if arxiv_id not in carried:
            continue
        for row in graph.db.execute(_MENTIONS, (arxiv_id,)).fetchall():
            named = f" ({row['name']!r})" if row["name"] else ""
            yield Finding(
                "papers",
                "error",
                row["document"],
                row["line"] or 0,
                f"arXiv knows no paper {arxiv_id}{named}; it was asked on {miss['asked_at'][:10]}",
                f"Is a digit wrong? {Identifier('arxiv', arxiv_id).url} is the page linked now.",
            )


def withdrawals(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding wherever a list names a withdrawn paper, with all that rests on it alone."""
    del settings
    for paper, record in withdrawn(graph):
        alone = ", ".join(node.label for node in resting(graph, paper))
        rests = f"; nothing else introduces {alone}" if alone else ""
        found = successor(record)
        hint = f"In its place it names {Identifier('arxiv', found).url}." if found else ""
        for row in graph.db.execute(_MENTIONS, (record.arxiv_id,)).fetchall():
            yield Finding(
                "withdrawn",
                "warning",
                row["document"],
                row["line"] or 0,
                f"arXiv:{record.arxiv_id} {record.title!r} was withdrawn{rests}",
                hint or f"`kg paper {paper.slug}` shows why; take it out, or say that it was withdrawn.",
            )
