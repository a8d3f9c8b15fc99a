"""``python -m tests.benchmarks``: every figure, its floor beside it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import click

from . import crash, importing, index, ingest, names, refresh, startup, turtle
from .figures import table


def main() -> None:
    """Measure, group by group, and print each as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "group",
        nargs="*",
        help="startup, ingest, import, refresh, turtle, index, names, crash; all if none is named",
    )
    parser.add_argument("--rounds", type=int, default=15, help="fresh processes of each kind")
    parser.add_argument("--lists", type=int, default=20, help="variants of the starter list")
    parser.add_argument("--corpus", type=Path, help="a folder of lists to read instead of these")
    parser.add_argument(
        "--papers", type=int, default=20_000, help="papers of the graph to export, texts to find names in"
    )
    parser.add_argument("--records", type=int, default=20_000, help="records of the snapshot to import")
    parser.add_argument("--kills", type=int, default=200, help="refreshes of 2,000 papers that are killed")
    options = parser.parse_args()
    groups: dict[str, Callable[[], str]] = {
        "startup": lambda: table(startup.run(options.rounds)),
        "ingest": lambda: table(ingest.run(options.lists, options.corpus)),
        "import": lambda: table(importing.run(options.records)),
        "refresh": lambda: table(refresh.run(options.papers)),
        "turtle": lambda: turtle.run(options.papers),
        "index": lambda: table(index.run(options.papers)),
        "names": lambda: table(names.run(options.papers)),
        "crash": lambda: str(crash.storm(options.kills)),
    }
    if unknown := set(options.group) - groups.keys():
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    click.echo(f"Python {sys.version.split()[0]}; CPU time; a ratio of 1 is the floor")
    for name in options.group or groups:
        click.echo(f"\n{groups[name]()}")


if __name__ == "__main__":
    main()
