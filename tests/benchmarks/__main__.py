"""``python -m tests.benchmarks``: every figure, its floor beside it."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys

import click

from . import ingest, startup
from .figures import table


def main() -> None:
    """Measure, group by group, and print each as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("group", nargs="*", help="startup, ingest, turtle; all if none is named")
    parser.add_argument("--rounds", type=int, default=15, help="fresh processes of each kind")
    parser.add_argument("--lists", type=int, default=20, help="variants of the starter list")
    parser.add_argument("--papers", type=int, default=20_000, help="papers of the graph to export")
    options = parser.parse_args()
    wanted = set(options.group or ("startup", "ingest", "turtle"))
    click.echo(f"Python {sys.version.split()[0]}; CPU time; a ratio of 1 is the floor")
    if "startup" in wanted:
        click.echo(f"\n{table(startup.run(options.rounds))}")
    if "ingest" in wanted:
        click.echo(f"\n{table(ingest.run(options.lists))}")
    if "turtle" in wanted and importlib.util.find_spec("tests.benchmarks.turtle"):
        turtle = importlib.import_module("tests.benchmarks.turtle")
        click.echo(f"\n{turtle.run(options.papers)}")


if __name__ == "__main__":
    main()
