"""``kg add``: lists into the graph, then the metadata of the papers that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from ingest.address import Address, AddressKind
from ingest.arrivals import Arrivals, changes_expected
from ingest.arxiv.queries import LIMIT
from ingest.http import Http
from ingest.lookup import Lookup
from ingest.papers import PapersReport, due_papers, fetch_papers, find_papers
from ingest.sources import Gathered, gather, name_all, replace_all, resolve_all
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import complain, exit_code, narrate
from kg.errors import UnknownNode, UsageError
from kg.store import Store
from kg.workspace import EVERY, Source

from .progress import bar, steps
from .report import finish


@click.command(
    epilog="""\b
Examples:
  kg add starter
  kg add owner/awesome-list
  kg add notes/list.md https://example.org/list.md --no-fetch
  kg add owner/awesome-list --follow 20
  kg add arxiv:2106.09685
  kg add "arxiv:cat:cs.CL AND ti:small" --limit 50 --every 7d
  kg add references.bib zotero.json --no-fetch"""
)
@click.argument("addresses", metavar="LIST...", nargs=-1, required=True, type=TEXT)
@click.option("--name", type=TEXT, help="The name of the source (for one LIST only).")
@click.option(
    "--follow",
    type=click.IntRange(min=1),
    metavar="N",
    help="Add at most N of the lists that a list of lists names, too.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 30_000),
    metavar="N",
    help=f"Papers that a query brings at most ({LIMIT}).",
)
@click.option("--every", type=TEXT, metavar="TIME", help="How often a timer looks at it: 12h, 7d, 2w.")
@click.option("--no-fetch", is_flag=True, help="Do not fetch the metadata of papers.")
@click.option("--json", "format_", flag_value="json", default="table", help="The report as JSON.")
@pass_context
def add(  # noqa: PLR0913 - one an option
    context: Context,
    addresses: tuple[str, ...],
    name: str | None,
    follow: int | None,
    limit: int | None,
    every: str | None,
    format_: str,
    *,
    no_fetch: bool,
) -> int:
    """Add lists to the graph and fetch the papers they name.

    LIST is a Markdown file, a URL, owner/repo on GitHub, or starter (the bundled list); a library of
    papers (.bib, CSL-JSON); or arxiv:ID and arxiv:QUERY. Adding one again reads it again; what it no
    longer says leaves the graph.
    """
    if every is not None and not EVERY.fullmatch(every):
        raise UsageError(f"--every {every} is no time", hint="Like 12h, 7d or 2w.")
    workspace = context.workspace
    found = resolve_all(addresses, workspace=workspace.folder, cwd=Path.cwd())
    known = context.settings.sources
    sources = name_all(found, known, workspace=workspace.folder)
    if name is not None:
        if len(sources) != 1:
            raise UsageError("--name goes with one LIST", hint="Add the lists one by one.")
        sources = [Source(_checked(name, sources[0].address, known), sources[0].address)]
    kind_of = {source.address: a.kind for source, a in zip(sources, found, strict=True)}
    papers = {address for address, kind in kind_of.items() if kind is AddressKind.ARXIV}
    queries = [
        replace(source, limit=limit or source.limit, every=every or source.every)
        for source in sources
        if kind_of[source.address] is AddressKind.QUERY
    ]
    if limit is not None and not queries:
        raise UsageError("--limit is for queries to arXiv", hint="Like 'arxiv:cat:cs.CL AND ti:small'.")
    lists = [
        replace(source, every=every or source.every)
        for source in sources
        if kind_of[source.address] not in {AddressKind.ARXIV, AddressKind.QUERY}
    ]
    gathered = _gathered(context, lists, known)
    if follow is not None:
        gathered += _followed(context, gathered, follow)
    good = [one for one in gathered if one.reading is not None]
    if not good and not papers and not queries and any(one.error for one in gathered):
        return _nothing(gathered)
    with context.writing() as store:
        delta = replace_all(store, [one.reading for one in good if one.reading is not None])
        workspace.add_sources([one.source for one in good])
        wanted = tuple(address.removeprefix("arxiv:") for address in sorted(papers))
        workspace.add_sources(queries)
        report = None if no_fetch else look_up(context, store, extra=wanted, sources=queries)
        asked = [_asked(source, report) for source in sources if source.address in papers]
        workspace.add_sources([one.source for one in asked if one.error is None])
        context.forget_unnamed(store)
    return finish(context, [*gathered, *asked, *map(Gathered, queries)], delta, report, format_)


def _gathered(context: Context, lists: Sequence[Source], known: Sequence[Source]) -> list[Gathered]:
    """The lists as they read today; ``known`` are the sources that there are already."""
    http = Http(environ=context.environment, contact=context.settings.contact)
    with steps(context, "reading", len(lists)) as tell:
        return gather(lists, http, workspace=context.workspace.folder, tell=tell, known=known)


def _followed(context: Context, gathered: Sequence[Gathered], limit: int) -> list[Gathered]:
    """The first of the lists that these lists name and that are no sources yet, as they read today."""
    from ingest.follow import lists_named

    known = [*context.settings.sources, *(one.source for one in gathered)]
    taken = {source.address.casefold() for source in known}
    fresh: dict[str, Address] = {}
    for one in gathered:
        for address in lists_named(one.fates):
            if address.text.casefold() not in taken:
                fresh.setdefault(address.text.casefold(), address)
    found = list(fresh.values())
    if not context.quiet:
        more = f" of {len(found)} (--follow {len(found)} for all)" if len(found) > limit else ""
        count = min(limit, len(found))
        narrate(f"note: following {count} list{'' if count == 1 else 's'}{more}")
    chosen = sorted(found[:limit], key=lambda address: address.text)
    return _gathered(context, name_all(chosen, known, workspace=context.workspace.folder), known)


def _asked(source: Source, report: PapersReport | None) -> Gathered:
    """A paper that was asked for by its id: an error if arXiv says that there is none."""
    arxiv_id = source.address.removeprefix("arxiv:")
    if report is None or arxiv_id not in report.missing:
        return Gathered(source)
    report.missing.remove(arxiv_id)
    error = UnknownNode(f"arXiv knows no paper {arxiv_id}", hint="Check the identifier at https://arxiv.org.")
    return Gathered(source, error=error)


def _checked(name: str, address: str, known: Sequence[Source]) -> str:
    from kg.names import slugify

    for source in known:
        if source.name == name and source.address != address:
            raise UsageError(
                f"the source {name} is {source.address}",
                hint="Choose another name; if the list has moved, edit its address in kg.toml.",
            )
    if name != slugify(name):
        raise UsageError(
            f"{name!r} is no name for a source", hint=f"Small letters, digits, - and .: {slugify(name)!r}?"
        )
    return name


def _nothing(gathered: list[Gathered]) -> int:
    """Nothing could be read: one error is raised as it is, several are told one by one."""
    errors = [one.error for one in gathered if one.error is not None]
    if len(errors) == 1:
        raise errors[0]
    for error in errors:
        complain(error)
    return max(int(exit_code(error)) for error in errors)


def look_up(
    context: Context,
    store: Store,
    *,
    extra: Sequence[str] = (),
    sources: Sequence[Source] = (),
    everything: bool = False,
    due: Sequence[str] | None = None,
    dry_run: bool = False,
) -> PapersReport:
    """What is new in ``sources``, and what became of the papers that are due and of ``extra`` ids.

    ``sources``: queries, and snapshots whose categories are followed. ``due``: those that count as due,
    where it is not the graph that says so. That arXiv is out of reach is told, not raised. ``dry_run``:
    nothing is kept.
    """
    from ingest.arxiv import Client, Harvester

    report = PapersReport()
    tell = (lambda _: None) if context.quiet else narrate
    client = Client.from_environ(context.environment, contact=context.settings.contact, tell=tell)
    snapshots = [source for source in sources if source.snapshot is not None]
    for source in sources:
        if source.snapshot is None and report.error is None:
            with bar(context, source.name, source.limit or LIMIT) as done:
                find_papers(store, source, client, report=report, done=done, dry_run=dry_run)
    vouched: set[str] = set()
    if snapshots and report.error is None:
        arrivals = Arrivals(Lookup(store, client, report, dry_run=dry_run), Harvester.beside(client))
        with bar(context, "changes", changes_expected(store)) as arrivals.done:
            arrivals.run(snapshots)
        vouched = arrivals.vouched() if dry_run else vouched
    due = due_papers(store, everything=everything) if due is None else due
    ids = tuple(sorted({*due, *extra} - vouched))
    if not ids:
        return report
    if report.error is not None:
        report.asked += len(ids)
        report.unanswered += len(ids)
        return report
    with bar(context, "papers", len(ids)) as done:
        return fetch_papers(
            store,
            ids,
            client,
            harvester=Harvester.beside(client),
            by_id=everything,
            report=report,
            done=done,
            dry_run=dry_run,
        )


def find_names(context: Context, store: Store) -> None:
    """Search the texts that wait for names, a part at a time: what is done is kept."""
    with bar(context, "texts", store.unread) as done:
        while read := store.find_names():
            done(read)
