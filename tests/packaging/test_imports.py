"""A command loads only what it needs: a fresh interpreter tells which libraries were loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.command import Kg

HEAVY = {"arxiv", "cmarkgfm", "lxml", "networkx", "pyoxigraph", "pyshacl", "rdflib", "requests", "textual"}
REPORT = """
import sys
from kg.__main__ import run
code = run(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def loaded(kg: Kg, call: str) -> set[str]:
    """The top-level names of all modules that a call of kg has loaded when it ends."""
    return {name.partition(".")[0] for name in modules(kg, call)}


def modules(kg: Kg, call: str) -> set[str]:
    """All modules that a call of kg has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *call.split()],
        cwd=kg.desk,
        env=kg.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("call", ["--help", "--version"])
def test_help_loads_no_library_but_click(kg: Kg, call: str) -> None:
    names = loaded(kg, call)
    assert "click" in names
    assert names & (HEAVY | {"filelock", "platformdirs", "rich", "sqlite3", "tomlkit"}) == set()


@pytest.mark.parametrize(
    "call",
    [
        "",
        "search ebbformer",
        "search ebbformer --format table",
        "show brinewave",
        "why brinewave",
        "path brinewave lora",
        "paper 2401.90001 --history",
        "changes --cause all",
        "changes --atom -",
        "stats",
        "sources",
        "correct --list",
        "export --turtle",
        "export --ntriples",
        "sparql --saved lora",
        "tui --help",
        "add --help",
    ],
)
def test_commands_that_read_load_no_heavy_library(tides: Kg, call: str) -> None:
    assert loaded(tides, call) & HEAVY == set()


def test_an_index_that_stands_is_asked_without_loading_the_graph(tides: Kg) -> None:
    tides("sparql", "--saved", "lora")
    found = modules(tides, "sparql --saved lora")
    assert "exports.sparql.engine" in found
    ours = {name for name in found if name.partition(".")[0] in {"kg", "ingest", "exports", "tui"}}
    few = "asking answers engine questions standing".split()
    commands = {"exports", "exports.cli", "exports.cli.sparql", "exports.sparql"}
    allowed = commands | {f"exports.sparql.{name}" for name in few}
    assert {name for name in ours if not name.startswith("kg")} == allowed
    assert not any(name.startswith(("kg.store", "kg.rdf")) for name in ours)
    assert ours & {"kg.graph", "kg.model", "kg.workspace", "kg.cli.context"} == set()
    assert found & {"dataclasses", "hashlib", "tempfile", "tomllib"} == set()


def test_a_table_is_what_loads_rich(tides: Kg) -> None:
    assert "rich" not in loaded(tides, "search ebbformer --json")
    assert "rich" in loaded(tides, "search ebbformer --format table")


def test_reading_a_list_loads_nothing_of_the_network(kg: Kg) -> None:
    names = loaded(kg, "add starter --no-fetch")
    assert {"cmarkgfm", "lxml"} <= names
    assert names & (HEAVY - {"cmarkgfm", "lxml"}) == set()
