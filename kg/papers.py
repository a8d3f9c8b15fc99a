"""What a paper's record means: how old it is, why it was withdrawn, what takes its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from .announcements import next_announcement
from .graph import Graph
from .identifiers import arxiv_id
from .ledger import detail
from .model import Change, Lookup, Node, PaperRecord
from .store.exported import LONG_AGO
from .store.rows import node_of, record_of
from .vocabulary import Kind

_SENTENCES = 300  # characters of an abstract that may say why a paper was withdrawn

# ------------------------------------------------------------------------------------- age


def lookup(graph: Graph, paper: str) -> Lookup:
    """When arXiv was asked for the paper of that arXiv id."""
    sql = (
        "SELECT (SELECT nullif(checked_at, :never) FROM document WHERE key = 'arxiv:' || :id) AS answered,"
        " (SELECT asked_at FROM paper_lookup WHERE arxiv_id = :id) AS asked,"
        " (SELECT misses FROM paper_lookup WHERE arxiv_id = :id) AS misses"
    )
    row = graph.db.execute(sql, {"id": paper, "never": LONG_AGO}).fetchone()
    answered, asked = (row[n] and datetime.fromisoformat(row[n]) for n in ("answered", "asked"))
    return Lookup(answered, asked, row["misses"] or 0)


def lookup_of(graph: Graph, node: Node) -> Lookup | None:
    """When arXiv was asked for a paper; None for what arXiv cannot be asked about."""
    found = [one.value for one in node.identifiers if one.scheme == "arxiv" and node.kind is Kind.PAPER]
    return lookup(graph, found[0]) if found else None


def stale_since(looked: Lookup, now: datetime) -> datetime | None:
    """From when on arXiv may have had news of a paper that were not asked for; None if there are none."""
    if looked.answered is None:
        return None
    news = next_announcement(looked.answered)
    return news if news <= now else None


def freshness(looked: Lookup, now: datetime) -> str:
    """How old a paper's data is, in words; THE words for it, wherever a paper is shown.

    >>> from datetime import UTC
    >>> monday, friday = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 9, 12, tzinfo=UTC)
    >>> freshness(Lookup(monday, monday), friday)
    'as of 4 days ago, stale since 2026-01-06'
    >>> freshness(Lookup(monday, friday, 2), friday)
    'as of 4 days ago, stale since 2026-01-06; not found since, 2 times'
    >>> freshness(Lookup(None, friday, 1), friday), freshness(Lookup(), friday)
    ('not found, 1 time, asked just now', 'never looked up')
    """
    times = "1 time" if looked.misses == 1 else f"{looked.misses} times"
    if looked.answered is None:
        return f"not found, {times}, asked {ago(looked.asked, now)}" if looked.asked else "never looked up"
    stale = stale_since(looked, now)
    found = f"as of {ago(looked.answered, now)}" + (f", stale since {stale:%Y-%m-%d}" if stale else "")
    return f"{found}; not found since, {times}" if looked.misses else found


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, in the largest unit that fits.

    >>> now = datetime(2026, 1, 3)
    >>> ago(datetime(2026, 1, 1), now), ago(datetime(2026, 1, 2, 23), now), ago(now, now)
    ('2 days ago', '1 hour ago', 'just now')
    """
    passed = now - then
    for unit, name in (
        (timedelta(days=1), "day"),
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=1), "minute"),
    ):
        if passed >= unit:
            number = passed // unit
            return f"{number:,} {name}{'' if number == 1 else 's'} ago"
    return "just now"


# ------------------------------------------------------------------------------ withdrawal


def reason(record: PaperRecord) -> str:
    """Why a paper was withdrawn, in the words of whoever did it; empty for one that was not."""
    if not record.withdrawn:
        return ""
    beginning = record.abstract[:_SENTENCES]
    if "withdr" not in record.comment.lower() and "withdr" in beginning.lower():
        return beginning
    return record.comment


_ID = r"""(?:https?://(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf)/|arxiv\s*:\s*)?
    (?P<id>\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?!\d)"""
_LATER = "new|newer|later|updated|corrected|revised|improved|extended|complete|full|final|merged|better"
_WORK = "paper|article|preprint|e-?print|submission|manuscript|version|work|report|note"
_LEADING = (  # what may stand between a cue and the id; bounded, for a comment may be hostile
    rf"""(?:[\s,:(\["]*\b(?:an?|the|our|another|other|this|its|longer|more|general|published|joint|and|
    combined|which|that|is|can|be|found|available|appears?|posted|by|to|at|as|in|into|with|under|on|
    instead|number|id|identifier|{_LATER}|{_WORK})\b){{0,12}}"""
)
_SUCCESSION = re.compile(
    rf"""\b(?:
      (?:superseded|replaced|subsumed|supplanted|covered|obsoleted)\s+by
    | (?:merged|incorporated|absorbed|included|integrated|subsumed|combined)\s+(?:in(?:to)?|with)
    | (?:duplicate|copy|version)\s+of
    | (?:{_LATER})\s+(?:\w+\s+)?(?:{_WORK})
    | (?P<see>see|refer\s+to|use|cite)(?:\s+(?:also|instead))?
    )\b{_LEADING}[\s,:("'\[]*(?:"[^"]{{1,200}}"[\s,:(]*)?{_ID}
    (?P<after>[\])"']*\s+(?:for|where|which|that)\b(?:\s+\w+){{0,3}})?""",
    re.IGNORECASE | re.VERBOSE,
)
_ANOTHER = re.compile(rf"\b(?:{_LATER}|version|instead)\b", re.IGNORECASE)


def successor(record: PaperRecord) -> str:
    """The arXiv id of the paper that a withdrawn one names in its place; empty where it names none.

    Conservative: "see X for a counterexample" names none, nor does a paper ever succeed itself.
    """
    for found in _SUCCESSION.finditer(reason(record)):
        bare = arxiv_id(found["id"])
        if bare is None or bare[0] == record.arxiv_id:
            continue
        if found["see"] and found["after"] and not _ANOTHER.search(found["after"]):
            continue
        return bare[0]
    return ""


def withdrawn(graph: Graph) -> Iterator[tuple[Node, PaperRecord]]:
    """The withdrawn papers of the graph with their records, by arXiv id."""
    sql = "SELECT * FROM paper WHERE withdrawn = 1 ORDER BY arxiv_id"
    for row in graph.db.execute(sql).fetchall():
        record = record_of(row)
        sql = (
            "SELECT DISTINCT n.* FROM mention_key k JOIN mention m ON m.id = k.mention_id"
            " JOIN node n ON n.id = m.node_id WHERE k.key = ? AND n.kind = 'PAPER' ORDER BY n.slug"
        )
        for node in graph.db.execute(sql, (f"id:arxiv:{record.arxiv_id}",)).fetchall():
            yield node_of(node), record


def introduced(graph: Graph, paper: Node) -> list[Node]:
    """What a paper introduces, by slug."""
    return _introductions(graph, "subject_id", "object_id", paper)


def only_withdrawn(graph: Graph, node: Node) -> list[Node]:
    """The papers that introduce a node, if there are any and each of them is withdrawn; by slug."""
    papers = _introductions(graph, "object_id", "subject_id", node)
    records = [graph.record(paper) for paper in papers]
    return papers if all(record is not None and record.withdrawn for record in records) else []


def resting(graph: Graph, paper: Node) -> list[Node]:
    """What a withdrawn paper introduces and nothing but withdrawn papers does; by slug."""
    return [node for node in introduced(graph, paper) if only_withdrawn(graph, node)]


def _introductions(graph: Graph, here: str, there: str, node: Node) -> list[Node]:
    sql = (
        f"SELECT DISTINCT other.* FROM statement s JOIN node n ON n.id = s.{here}"  # noqa: S608 - names above
        f" JOIN node other ON other.id = s.{there}"
        " WHERE n.slug = ? AND s.predicate = 'INTRODUCES' ORDER BY other.slug"
    )
    return [node_of(row) for row in graph.db.execute(sql, (node.slug,)).fetchall()]


# --------------------------------------------------------------------------------- changes


def aftermath(graph: Graph, change: Change) -> list[Node]:
    """What rests alone on the paper that a change says was withdrawn; by slug."""
    paper = graph.node(change.subject) if (change.what, change.action) == ("paper", "withdrawn") else None
    return resting(graph, paper) if paper else []


def told(graph: Graph, change: Change) -> str:
    """What happened, beside the name of what it happened to, with what rests on it alone now."""
    alone = ", ".join(node.label for node in aftermath(graph, change))
    return f"{detail(change)}{f'; rests on it alone: {alone}' if alone else ''}"


def page_of(graph: Graph, change: Change) -> str:
    """The web page that a change is about: the paper's, else the list's; empty where there is none."""
    node = graph.node(change.subject) if change.what == "paper" else None
    if node is not None:
        return next((one.url for one in node.identifiers if one.url), "")
    row = graph.db.execute("SELECT page FROM document WHERE key = ?", (change.document,)).fetchone()
    return row["page"] if row else ""
