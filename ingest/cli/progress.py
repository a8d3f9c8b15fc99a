"""Progress on stderr, on a terminal only: one line while lists are read, a bar while papers come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kg.cli.context import Context
from kg.cli.output import safe


@contextmanager
def steps(context: Context, verb: str, total: int = 1) -> Iterator[Callable[[str], None]]:
    """A function that shows what is being worked on; silent off a terminal or with ``--quiet``.

    ``total``: of how many; each is counted when it is named for the first time.
    """
    if context.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    named: dict[str, None] = {}
    with Console(stderr=True).status(Text(verb)) as status:

        def tell(what: str) -> None:
            named[what] = None
            count = f"{len(named)} of {total}: " if total > 1 else ""
            status.update(Text(safe(f"{verb} {count}{what}")))

        yield tell


@contextmanager
def bar(context: Context, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A function that moves a bar on by so many; silent off a terminal or with ``--quiet``.

    The time left is told from the first step on: steps are few and far apart.
    """
    if context.quiet or not total or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from ingest.arxiv.throttle import duration

    columns = ("{task.description}", BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, left="")
        begun = time.monotonic()

        def advance(count: int) -> None:
            progress.advance(task, count)
            done = min(progress.tasks[0].completed, total)
            seconds = (time.monotonic() - begun) * (total - done) / max(done, 1)
            progress.update(task, left=f"about {duration(seconds)} left" if done < total else "")

        yield advance
