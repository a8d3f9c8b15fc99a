"""``kg import graph``: a workspace thrown away comes back from the files that git keeps, or is left empty."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
from contextlib import suppress

import pytest

from exports.own import ENDINGS
from kg.checks import SOUNDNESS
from tests.cli.command import Kg, on_a_terminal
from tests.cli.lists import KELP, TIDES
from tests.cli.test_import import SNAPSHOT
from tests.fakes.arxiv_server import ArxivServer

NAMES = {".ttl": "turtle", ".trig": "trig", ".nt": "ntriples", ".nq": "nquads"}


def export(kg: Kg, name: str, *options: str) -> bytes:
    kg("export", "-o", name, *options)
    return (kg.desk / name).read_bytes()


def forget(kg: Kg) -> None:
    """Throw the database away; what stands in git stays."""
    for file in kg.workspace.glob("graph.db*"):
        file.unlink()


@pytest.fixture
def rich(kg: Kg, arxiv: ArxivServer) -> Kg:
    """A workspace of two lists, papers with records, and corrections of every sort."""
    assert arxiv.environment.items() <= kg.environment.items()
    kg.environment["KG_NOW"] = "2026-03-01T12:00:00Z"
    kg.write("tides.md", TIDES)
    kg.write("kelp.md", KELP)
    kg("init", kg.workspace, "--title", "Tides", "--base", "https://tides.example/")
    kg("add", "tides.md", "kelp.md")
    kg("correct", "merge", "kelpnet", "urchin-1b")
    kg("correct", "kind", "driftkit", "model")
    kg("correct", "rename", "ebbformer", "Ebb Former")
    kg("correct", "reject", "brinewave", "derived_from", "shoreling")
    kg("correct", "add", "brinewave", "suits", "Foretelling", "--kind", "application")
    return kg


@pytest.mark.parametrize("ending", [*ENDINGS, ".ttl.gz", ".nq.gz"])
@pytest.mark.parametrize("options", [(), ("--receipts",), ("--receipts", "--abstracts")])
def test_what_git_keeps_is_the_project_and_the_database_a_cache(
    rich: Kg, ending: str, options: tuple[str, ...]
) -> None:
    before = export(rich, f"graph{ending}", *options)
    forget(rich)
    told = rich("import", f"graph{ending}")
    assert "nodes are back" in told.out
    assert "note" not in told.err
    assert export(rich, f"again{ending}", *options) == before
    findings = rich("check", *SOUNDNESS, "--json", code=None).json["findings"]
    assert findings == []
    listed = rich("correct", "--list", "--json").json["corrections"]
    # What was rejected is in no export: it is found again by the next refresh.
    assert [one["applies"] or one["verb"] for one in listed] == [True, True, True, "reject", True]


def test_after_an_import_a_refresh_gives_the_graph_of_a_clean_build_and_no_news(rich: Kg) -> None:
    before = export(rich, "graph.ttl")
    whole = export(rich, "whole.ttl", "--receipts", "--abstracts")
    forget(rich)
    rich("import", "graph.ttl")
    rich("refresh")
    assert export(rich, "again.ttl") == before
    assert export(rich, "again.ttl", "--receipts", "--abstracts") == whole
    assert rich("changes", "--json").json["changes"] == []
    forget(rich)
    rich("import", "whole.ttl")
    tides = rich.desk / "tides.md"
    tides.write_text(
        TIDES.replace("- [Ebbformer]", "- [Newt](https://github.com/saltlab/newt) - New.\n- [Ebbformer]")
    )
    rich("refresh")
    found = rich("changes", "--json").json["changes"]
    assert [(one["action"], one["what"], one["text"]) for one in found] == [("added", "entry", "Newt")]
    rich("sources", "rm", "kelp")
    assert "Kelpnet" not in rich.labels()
    assert "Brinewave" in rich.labels()


def test_another_folder_gets_title_and_base_of_the_file_and_is_told_what_it_lacks(rich: Kg) -> None:
    before = export(rich, "graph.nt")
    other = Kg(rich.desk, rich.desk / "other", rich.environment | {"KG_WORKSPACE": str(rich.desk / "other")})
    told = other("import", "graph", "graph.nt")
    assert "kg.toml does not name kelp, tides" in told.err
    assert 'title = "Tides"' in other.config.read_text("utf-8")
    assert 'base = "https://tides.example/"' in other.config.read_text("utf-8")
    (other.workspace / "corrections.toml").write_bytes(rich.corrections.read_bytes())
    assert export(other, "again.nt") == before


def test_the_base_of_kg_toml_stands_and_the_graph_is_the_same_under_it(rich: Kg) -> None:
    there = export(rich, "there.ttl", "--base", "https://elsewhere.example/kg#")
    here = export(rich, "here.ttl")
    forget(rich)
    told = rich("import", "there.ttl")
    assert "IRIs begin with https://tides.example/, as kg.toml says" in told.err
    assert export(rich, "again.ttl") == here
    assert export(rich, "again.ttl", "--base", "https://elsewhere.example/kg#") == there


def test_stdin_and_json(rich: Kg) -> None:
    before = export(rich, "graph.nq")
    forget(rich)
    told = rich.process("import", "graph", "-", "--format", "nquads", "--json", stdin=before.decode())
    assert told.json["base"] == "https://tides.example/"
    assert told.json["nodes"] == len(rich.labels())
    assert told.json["sources_missing"] == []
    assert export(rich, "again.nq") == before


def test_what_texts_name_stays_until_the_texts_are_there_again(rich: Kg) -> None:
    mentions = [line for line in export(rich, "graph.nt").splitlines() if b"schema.org/mentions" in line]
    assert mentions
    forget(rich)
    rich("import", "graph.nt")
    rich.write("kelp.md", KELP + "- [Brine](https://github.com/forest/brine) - Salt.\n")
    rich.environment["KG_OFFLINE"] = "1"
    rich("refresh", "kelp", code=None)  # all texts are read again; the abstracts are not here
    assert set(mentions) <= set(export(rich, "again.nt").splitlines())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.ttl", b"", "is no export of kg"),
        ("other.ttl", b"<http://a.example/> a <http://b.example/> .\n", "is no export of kg"),
        ("broken.ttl", b"@prefix a: <http://a.example/> .\na:b a:c", "line 2, column"),
        ("text.nq", b"Dear reader\n", "line 1, column"),
        ("bytes.nt", b"\xff\xfe\x00", "bytes.nt"),
        ("torn.trig.gz", gzip.compress(b"# long\n" * 9999, mtime=0)[:60], "cannot be read"),
        ("false.nt.gz", b"\x1f\x8bnothing", "cannot be read"),
        ("graph.rdf", b"<rdf/>", "does not say by its ending what it is"),
        ("missing.ttl", None, "No such file"),
    ],
)
def test_what_is_no_export_is_refused_with_what_to_do(
    kg: Kg, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        kg.write(name, content)
    error = kg.refused("import", name)
    assert said in error
    assert "kg export" in error or ".trig" in error
    assert not kg.config.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kind", "model"), "says nothing of it"),
        (("--query", "lora", "--depth", "1"), "says nothing of it"),
        (("--no-provenance",), "is not what `kg export` says"),
    ],
)
def test_parts_and_bare_facts_are_refused_and_leave_the_workspace_empty(
    rich: Kg, options: tuple[str, ...], said: str
) -> None:
    export(rich, "part.ttl", *options)
    whole = export(rich, "whole.ttl")
    forget(rich)
    error = rich.refused("import", "part.ttl")
    assert said in error
    assert "kg export" in error
    rich("import", "whole.ttl")
    assert export(rich, "again.ttl") == whole


def test_a_graph_that_is_there_stays_as_it_is(rich: Kg) -> None:
    export(rich, "graph.ttl")
    before = rich.stored()
    assert "there is a graph in this workspace already" in rich.refused("import", "graph.ttl")
    assert rich.stored() == before


def test_texts_of_a_file_are_data(kg: Kg) -> None:
    odd = "[A\x1b[31m](https://x.example/a) - `'; DROP TABLE node; --` \\u0000 {}"
    kg.write("odd.md", f"## Models\n- {odd}\n")
    kg("add", "odd.md")
    before = export(kg, "graph.ttl")
    kg.write("huge.ttl", before.replace(b"DROP", b"DROP " + b"x" * 20_000_000))
    forget(kg)
    assert "longer than" in kg.refused("import", "huge.ttl")
    kg("import", "graph.ttl")
    assert export(kg, "again.ttl") == before


@pytest.mark.slow
def test_killed_in_the_middle_the_workspace_is_empty_and_can_be_filled(kg: Kg) -> None:
    kg.write("snapshot.json", b"".join(line for n in range(3000) for line in (_paper(n),)))
    kg("import", "arxiv", "snapshot.json")
    before = export(kg, "graph.nt")
    for delay in (0.6, 1.0, 1.5, 2.2):
        forget(kg)
        process = kg.start("import", "graph.nt")
        with suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if process.returncode:  # exit 2: it had just been kept, whole
            assert kg("import", "graph.nt", code=None).code in {0, 2}
        assert export(kg, "again.nt") == before


def _paper(number: int) -> bytes:
    return SNAPSHOT[1].replace(b"2401.00002", f"2401.{number + 10:05}".encode())


def test_a_bar_shows_on_a_terminal_alone(rich: Kg) -> None:
    export(rich, "graph.ttl")
    forget(rich)
    shown = "\n".join(on_a_terminal(rich, "import", "graph.ttl"))
    assert "%" in shown
    assert "nodes are back" in shown
