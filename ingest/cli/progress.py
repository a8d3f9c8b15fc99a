"""Progress on stderr, on a terminal only: one line while lists are read, a bar while papers come."""

from __future__ import annotations

import sys
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
    """A function that moves a bar on by so many; silent off a terminal or with ``--quiet``."""
    if context.quiet or not total or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)
