"""``kg refresh``: every source read again, then the papers that arXiv may have news of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import click

from ingest.arxiv.queries import is_query
from ingest.http import Http
from ingest.papers import PapersReport, due_papers, due_queries
from ingest.readers import READERS
from ingest.sources import Gathered, gather, replace_all, reread
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import Exit, complain, narrate, safe
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Delta
from kg.store import Store
from kg.store.harvest import carried
from kg.workspace import Source

from .add import find_names, look_up
from .progress import steps
from .report import as_json, finish, reason, told, unanswered
from .run import Outcome, attended

_SHOWN = 10
_DAY = timedelta(hours=20)  # less than a day, so that a daily timer never skips one


@click.command(
    epilog="""\b
Examples:
  kg refresh
  kg -q refresh --due
  kg refresh --dry-run"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, type=TEXT)
@click.option("--due", "only_due", is_flag=True, help="Only lists not read since yesterday (for a timer).")
@click.option("--all", "everything", is_flag=True, help="Ask arXiv for all papers, not only those due.")
@click.option(
    "--dry-run", is_flag=True, help="Read the lists, ask arXiv, tell what would change; keep nothing."
)
@click.option("--json", "format_", flag_value="json", default="table", help="The report as JSON.")
@pass_context
def refresh(
    context: Context,
    names: tuple[str, ...],
    format_: str,
    *,
    only_due: bool,
    everything: bool,
    dry_run: bool,
) -> int:
    """Read the sources again and bring paper metadata up to date.

    A list that cannot be read now stays as it was. NAME picks sources; see `kg sources`.
    """
    plan = _Plan(names, only_due=only_due, everything=everything, dry_run=dry_run, format_=format_)
    if dry_run:
        return _refresh(context, plan).code
    return attended(context, lambda: _refresh(context, plan), whole=not names, due=only_due)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the call asks for."""

    names: tuple[str, ...]
    only_due: bool
    everything: bool
    dry_run: bool
    format_: str


def _refresh(context: Context, plan: _Plan) -> Outcome:
    workspace = context.workspace
    sources = _chosen(context, plan.names)
    http = Http(environ=context.environment, contact=context.settings.contact)
    with context.writing() as store:
        lists = [source for source in sources if not source.address.startswith("arxiv:")]
        if plan.only_due:
            lists = _due(store, lists)
        with steps(context, "reading") as tell:
            etags = _etags(store)
            known = context.settings.sources
            gathered = gather(lists, http, workspace=workspace.folder, tell=tell, etags=etags, known=known)
        readings = [one.reading for one in gathered if one.reading is not None]
        if plan.dry_run:
            return Outcome(_rehearse(context, plan, store, sources, gathered))
        delta = replace_all(store, readings, others=True)
        workspace.add_sources([one.source for one in gathered if one.moved])
        same = [one for one in gathered if one.reading is None and one.error is None]
        store.checked(*(f"list:{one.source.name}" for one in same))
        if not plan.names:
            _forget(context, store)
        context.forget_unnamed(store)
        queries = due_queries(store, sources, everything=plan.everything)
        extra = _not_carried(store, sources)
        snapshots = [source for source in sources if source.snapshot is not None]
        wanted = [*queries, *snapshots]
        report = look_up(context, store, extra=extra, sources=wanted, everything=plan.everything)
        find_names(context, store)
    code = finish(context, gathered, delta, report, plan.format_, strict=True)
    code = _with_papers(code, report, alone=not (readings or same))
    return Outcome(code, reason(gathered, report) if code else "", as_json(gathered, delta, report))


def _chosen(context: Context, names: tuple[str, ...]) -> list[Source]:
    known = context.settings.sources
    if not known:
        raise UsageError("there are no sources yet", hint="Add one: `kg add starter`, or `kg add LIST`.")
    return [context.workspace.source(name) for name in names] or list(known)


def _etags(store: Store) -> dict[str, str]:
    """What servers call the states that were read last, unless by an older reader: those are read again."""
    documents = Graph(store).documents(records=False)
    current = {reader.version for reader in READERS}
    return {d.key.removeprefix("list:"): d.etag for d in documents if d.etag and d.reader in current}


def _due(store: Store, sources: list[Source]) -> list[Source]:
    checked = {document.key: document.checked_at for document in Graph(store).documents(records=False)}
    now = store.clock()

    def due(source: Source) -> bool:
        last = checked.get(f"list:{source.name}")
        return last is None or last <= now - (source.period or _DAY)

    return [source for source in sources if due(source)]


def _forget(context: Context, store: Store) -> None:
    """Lists that kg.toml no longer names leave the graph: the file is the authority."""
    named = {f"list:{source.name}" for source in context.settings.sources}
    stored = [d.key for d in Graph(store).documents(records=False) if d.key.startswith("list:")]
    gone = [key for key in stored if key not in named]
    if gone:
        delta = store.remove(*gone)
        narrate(f"note: no longer in kg.toml: {', '.join(gone)}: {told(delta)}")


def _not_carried(store: Store, sources: list[Source]) -> list[str]:
    """The arXiv ids that are sources and that no node of the graph carries yet."""
    listed = [source for source in sources if source.snapshot is None and not is_query(source.address)]
    addresses = [source.address for source in listed if source.address.startswith("arxiv:")]
    ids = [address.removeprefix("arxiv:") for address in addresses]
    there = carried(store.db, ids)
    return [one for one in ids if one not in there]


def _rehearse(
    context: Context, plan: _Plan, store: Store, sources: list[Source], gathered: list[Gathered]
) -> int:
    """The exit code of a dry run: all is read and asked for as in a refresh, and nothing kept."""
    readings = {one.reading.key: one.reading for one in gathered if one.reading is not None}
    readings = {reading.key: reading for reading in reread(store)} | readings
    due: list[str] = []
    extra: list[str] = []

    def look() -> None:
        """What the graph as it would be then asks of arXiv."""
        due.extend(due_papers(store, everything=plan.everything))
        extra.extend(_not_carried(store, sources))

    delta = store.replace(*readings.values(), dry_run=True, look=look)
    queries = due_queries(store, sources, everything=plan.everything)
    wanted = [*queries, *(source for source in sources if source.snapshot is not None)]
    report = look_up(context, store, extra=extra, sources=wanted, due=due, dry_run=True)
    return _would(context, gathered, delta, report, plan.format_)


def _would(
    context: Context, gathered: list[Gathered], delta: Delta, papers: PapersReport, format_: str
) -> int:
    """The exit code of a dry run, after what would change has been told."""
    if format_ == "json":
        code = finish(context, gathered, delta, papers, format_, strict=True)
        return _with_papers(code, papers, alone=not gathered)
    failed = [one.error for one in gathered if one.error is not None]
    for error in failed:
        complain(error)
    if papers.error is not None:
        complain(unanswered(papers))
    counts = f"{papers.asked - papers.unanswered} looked up, {papers.new} new, {papers.changed} changed"
    click.echo(f"would change: {told(delta)}; papers: {counts}")
    changed = [change for change in papers.changes if change.action != "new"]
    for change in changed[:_SHOWN]:
        what = f": {change.old} → {change.new}" if change.old and change.new else ""
        click.echo(safe(f"  {change.document} {change.text}: {change.action}{what}"))
    if len(changed) > _SHOWN:
        click.echo(f"  and {len(changed) - _SHOWN} more (--json has all)")
    return _with_papers(Exit.PARTLY if failed else Exit.DONE, papers, alone=not gathered)


def _with_papers(code: int, papers: PapersReport, *, alone: bool) -> int:
    """The exit code that papers without an answer mean; ``alone``: nothing else was reached either."""
    if code != Exit.DONE or papers.error is None:
        return code
    answered = papers.asked - papers.unanswered
    return Exit.UNREACHABLE if alone and not answered else Exit.PARTLY
