"""``kg export``: where it writes, which format it takes, and what it does when it cannot."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest

from tests.cli.command import Kg
from tests.rdf_sample import fill, north, paper

NOTE = "note: IRIs begin with https://example.org/kg/"


@pytest.fixture
def birds(kg: Kg) -> Kg:
    """The command with a workspace that holds one list and one record."""
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), paper())).close()
    (kg.workspace / "kg.toml").write_text('[kg]\ntitle = "Birds"\nbase = "https://birds.example/kg/"\n')
    return kg


def test_turtle_goes_to_stdout_and_is_the_default(birds: Kg) -> None:
    told = birds("export")
    assert told.out.startswith("@prefix author: <https://birds.example/kg/author/> .\n")
    assert 'dcterms:title "Birds"' in told.out
    assert told.err == ""
    for arguments in (["--turtle"], ["--format", "turtle"], ["-o", "-"], ["--turtle", "--format", "turtle"]):
        assert birds("export", *arguments).out == told.out


@pytest.mark.parametrize("arguments", [["--turtle", "--ntriples"], ["--turtle", "--format", "ntriples"]])
def test_two_formats_are_a_usage_error(birds: Kg, arguments: list[str]) -> None:
    told = birds("export", *arguments, code=2)
    assert "one format at a time, not ntriples and turtle" in told.errors[0]
    assert told.out == ""


def test_the_ending_of_the_file_tells_the_format(birds: Kg) -> None:
    birds("export", "-o", "g.ttl")
    birds("export", "-o", "g.nt")
    birds("export", "-o", "other.nt", "--turtle")
    birds("export", "-o", "bare")
    text = (birds.desk / "g.ttl").read_text()
    assert text == birds("export").out
    assert text == (birds.desk / "other.nt").read_text() == (birds.desk / "bare").read_text()
    lines = (birds.desk / "g.nt").read_bytes()
    assert set(pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES)) == set(
        pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    )
    told = birds("export", "-o", "g.docx", code=2)
    assert "no format of ours ends in .docx" in told.error
    assert not (birds.desk / "g.docx").exists()


def test_a_compressed_file_has_the_same_bytes_again(birds: Kg) -> None:
    birds("export", "-o", "a.ttl.gz")
    birds("export", "-o", "b.nt.gz")
    first = (birds.desk / "a.ttl.gz").read_bytes()
    assert gzip.decompress(first).decode() == birds("export").out
    assert (
        gzip.decompress((birds.desk / "b.nt.gz").read_bytes()).decode() == birds("export", "--ntriples").out
    )
    os.utime(birds.desk / "a.ttl.gz", (0, 0))
    birds("export", "-o", "c.ttl.gz")
    assert (birds.desk / "c.ttl.gz").read_bytes() == first


def test_the_file_is_there_whole_or_not_at_all(birds: Kg) -> None:
    target = birds.desk / "g.ttl"
    target.write_text("before")
    target.chmod(0o640)
    birds("export", "-o", "g.ttl", "--base", "nowhere", code=2)
    assert target.read_text() == "before"
    birds("export", "-o", "g.ttl")
    assert target.read_text().startswith("@prefix")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [one.name for one in birds.desk.iterdir()] == ["g.ttl"]


def test_a_link_is_written_through(birds: Kg) -> None:
    (birds.desk / "link.ttl").symlink_to(birds.desk / "real.ttl")
    birds("export", "-o", "link.ttl")
    assert (birds.desk / "link.ttl").is_symlink()
    assert (birds.desk / "real.ttl").read_text().startswith("@prefix")


@pytest.mark.parametrize("target", ["missing/g.ttl", "."])
def test_a_place_that_cannot_be_written_is_told(birds: Kg, target: str) -> None:
    told = birds("export", "-o", target, code=2)
    assert "cannot be written" in told.error
    assert list(birds.desk.iterdir()) == []


def test_a_device_is_written_as_it_is(birds: Kg) -> None:
    birds("export", "-o", "/dev/null")
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_leaves_what_was_there(birds: Kg) -> None:
    told = birds("export", "-o", "/dev/full", code=2)
    assert "cannot be written: No space left" in told.error


def test_the_base_can_be_chosen_and_must_be_one(birds: Kg) -> None:
    out = birds("export", "--base", "https://other.example/x/").out
    assert "birds.example/kg" not in out
    assert "@prefix node: <https://other.example/x/node/> ." in out
    assert "ends in / or #" in birds("export", "--base", "https://other.example", code=2).error


def test_the_placeholder_and_what_is_left_out_are_told_on_stderr(birds: Kg) -> None:
    (birds.workspace / "kg.toml").write_text("")
    assert birds("export").err.startswith(NOTE)
    assert birds("-q", "export").err == ""


def test_more_or_less_is_told_on_request(birds: Kg) -> None:
    plain = birds("export").out
    assert "dcterms:abstract" in birds("export", "--abstracts").out
    assert "kg:line" in birds("export", "--receipts").out
    assert "a rdf:Statement ;" not in birds("export", "--no-provenance").out
    assert "kg:line " not in plain
    assert "dcterms:abstract" not in plain
    assert "Choose one" in birds("export", "--receipts", "--no-provenance", code=2).error


def test_a_closed_pipe_ends_quietly(birds: Kg) -> None:
    command = f"{sys.executable} -m kg export; echo $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -n 1"],
        cwd=birds.desk, env=birds.environment, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert done.stdout.startswith("@prefix")
    assert done.stderr == "0\n"


def test_the_command_loads_no_heavy_library(birds: Kg) -> None:
    code = "import sys; from kg.__main__ import run; run(['export', '-o', 'g.ttl']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=birds.desk, env=birds.environment, capture_output=True, check=True
    )
    heavy = {"textual", "networkx", "rdflib", "arxiv", "requests", "lxml", "pyoxigraph", "rich"}
    assert not heavy & set(done.stdout.decode().split())
