"""The contract of the command line: help, exit codes, streams, formats, pipes, terminals."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kg.__main__ import EXAMPLES, cli
from kg.cli.commands import COMMANDS
from kg.errors import (
    ConfigError,
    ExportError,
    FetchError,
    KgError,
    NotAList,
    Offline,
    RateLimited,
    SourceError,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreTooNew,
    UnknownNode,
    UsageError,
)
from tests.cli.command import Kg, on_a_terminal
from tests.cli.lists import NAMED_IN_EXAMPLES, TIDES
from tests.cli.test_import import SNAPSHOT
from tests.fakes.arxiv_server import ArxivServer
from tests.fakes.list_server import ListServer

# ------------------------------------------------------------------------------------ help


def _commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and every command below it, by its words."""
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        yield (name,), command
        if isinstance(command, click.Group):
            for below in sorted(command.commands):
                yield (name, below), command.commands[below]


_ALL = dict(_commands())


def test_kg_alone_is_short_help_and_exit_0(kg: Kg) -> None:
    told = kg()
    assert told.out.startswith("Usage: kg ")
    assert "kg add starter" in told.out
    assert "130 interrupted" in told.out
    assert not told.err
    assert len(told.out.splitlines()) <= 50


@pytest.mark.parametrize("words", _ALL, ids=" ".join)
def test_help_of_every_command_says_what_it_does_in_80_columns(kg: Kg, words: tuple[str, ...]) -> None:
    told = kg(*words, "--help")
    assert told.out.startswith(f"Usage: kg {' '.join(words)}")
    assert not told.err
    assert max(map(len, told.out.splitlines())) <= 80
    assert _ALL[words].get_short_help_str(200)
    assert kg(*words, "-h").out == told.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_tells_the_same_as_the_command(name: str) -> None:
    first = _ALL[(name,)].get_short_help_str(200).split(":")[0].rstrip(".")
    table = COMMANDS[name][1].rstrip(".")
    assert table.split()[0] == first.split()[0], (table, first)


def test_version_is_told(kg: Kg) -> None:
    assert re.fullmatch(r"kg \d+\.\d+\S*\n", kg("--version").out)


def _examples() -> list[str]:
    texts = [EXAMPLES, *(command.epilog or "" for command in _ALL.values())]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return sorted({line.partition("   ")[0] for line in lines if line.startswith("kg ")})


@pytest.fixture(scope="session")
def example_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose list names what the examples name; ``notes/`` and two lists on the desk."""
    from tests.conftest import clean_environment

    folder = tmp_path_factory.mktemp("examples")
    (folder / "desk" / "notes").mkdir(parents=True)
    kg = Kg(folder / "desk", folder / "ws", clean_environment(folder / "home"))
    kg.environment |= {"KG_WORKSPACE": str(folder / "ws"), "KG_OFFLINE": "1"}
    kg.write("my-list.md", NAMED_IN_EXAMPLES)
    kg.write("question.rq", "SELECT * { node:lora ?p ?o }")
    kg("add", "my-list.md")
    kg("correct", "rename", "bert-mini", "BERT Mini")
    for name in ("graph.ttl", "graph.trig.gz"):
        kg("export", "-o", name)
    for name in ("notes/list.md", "a.md", "b.md"):
        kg.write(name, TIDES)
    kg.write("references.bib", "@misc{a, title={A small study}, year=2024}")
    for name, open_ in (("arxiv-metadata-oai-snapshot.json", open), ("snapshot.json.gz", gzip.open)):
        with open_(folder / "desk" / name, "wb") as file:
            file.writelines(SNAPSHOT)
    kg.write("zotero.json", '[{"type": "article", "title": "Another small study"}]')
    return folder


_NOT_HERE = {
    "kg tui": "needs a terminal",
    "kg schedule install": "would install it on this machine",
    "kg serve": "serves until it is ended; tests/cli/test_serve.py does both",
}


@pytest.mark.parametrize("line", _examples())
def test_every_example_of_the_help_works(
    kg: Kg, web: ListServer, arxiv: ArxivServer, example_workspace: Path, line: str
) -> None:
    shutil.copytree(example_workspace / "desk", kg.desk, dirs_exist_ok=True)
    if not line.startswith("kg import graph"):  # what needs an empty one
        shutil.copytree(example_workspace / "ws", kg.workspace)
    assert arxiv.api == kg.environment["KG_ARXIV_API"]
    web.pages["/owner/awesome-list/HEAD/README.md"] = TIDES.encode()
    if reason := next((why for name, why in _NOT_HERE.items() if line.startswith(name)), ""):
        pytest.skip(reason)
    # example.org is out of reach, and said to be; everything else of the call is done.
    expected = 4 if "example.org/list" in line else 0
    if not re.search(r"[|<>]", line):
        kg(*shlex.split(line)[1:], code=expected)
        return
    home = Path(kg.environment["HOME"])
    (home / ".zfunc").mkdir(parents=True)
    (home / ".config" / "fish" / "completions").mkdir(parents=True)
    script = f'kg() {{ {shlex.quote(sys.executable)} -m kg "$@"; }}; set -eo pipefail; {line}'
    done = subprocess.run(["bash", "-c", script], cwd=kg.desk, env=kg.environment, check=False)
    assert done.returncode == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_the_shell_parses(kg: Kg, shell: str) -> None:
    script = kg("completion", shell).out
    assert "_KG_COMPLETE" in script
    if shutil.which(shell) is None:
        return
    done = subprocess.run([shell, "-n"], input=script.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_completion_completes_commands_from_the_table(kg: Kg) -> None:
    told = kg.process(
        environment={"_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg sea", "COMP_CWORD": "1"}
    )
    assert told.out.split() == ["plain,search"]
    assert not told.err


# ------------------------------------------------------------------------------ exit codes

_CODES: list[tuple[type[KgError], int]] = [
    (KgError, 2),
    (UsageError, 2),
    (ConfigError, 2),
    (NotAList, 2),
    (UnknownNode, 1),
    (SourceError, 3),
    (Offline, 3),
    (FetchError, 3),
    (RateLimited, 3),
    (StoreError, 5),
    (StoreLocked, 5),
    (StoreTooNew, 5),
    (StoreDamaged, 5),
    (ExportError, 2),
]


@pytest.mark.parametrize(("error", "code"), _CODES, ids=lambda x: getattr(x, "__name__", x))
def test_every_error_has_its_documented_exit_code(error: type[KgError], code: int) -> None:
    from kg.cli.output import exit_code

    assert exit_code(error("why")) == code


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["serach"], "search"),
        (["correct", "mrege", "lora", "brinewave"], "merge"),
        (["sources", "rmm", "tides"], "rm"),
        (["sources", "rm", "tide"], "tides"),
        (["refresh", "tidse"], "tides"),
        (["why", "brinewave", "derivd from"], "derived from"),
        (["why", "brinewave", "requirse"], "requires"),
        (["correct", "kind", "lora", "metod"], "Method"),
        (["correct", "add", "lora", "derivd_from", "brinewave"], "derived from"),
        (["correct", "reject", "lora", "brodaer", "fine-tuning"], "broader"),
        (["search", "lora", "--limt", "3"], "--limit"),
        (["search", "kind:metod"], "Method"),
        (["search", "in:tidse"], "tides"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else None,
)
def test_a_mistyped_word_is_told_with_the_nearest(tides: Kg, arguments: list[str], near: str) -> None:
    before = tides.stored()
    assert near in tides.refused(*arguments, code=2)
    assert tides.stored() == before


@pytest.mark.parametrize(
    "arguments",
    [["show", "brinwave"], ["why", "brinwave"], ["path", "brinwave", "lora"], ["path", "lora", "brinwave"]],
    ids=" ".join,
)
def test_an_unknown_node_is_exit_1_with_the_nearest_names(tides: Kg, arguments: list[str]) -> None:
    told = tides.refused(*arguments, code=1)
    assert told == "no node 'brinwave'\nDid you mean brinewave?"


@pytest.mark.parametrize("verb", ["kind {} Method", "rename {} X", "merge {} lora", "split {} list:tides"])
def test_correcting_an_unknown_node_is_exit_1_and_writes_nothing(tides: Kg, verb: str) -> None:
    before = tides.stored()
    assert "brinewave" in tides.refused("correct", *verb.format("brinwave").split(), code=1)
    assert tides.stored() == before


def test_no_path_is_exit_1_and_json_says_it_too(tides: Kg) -> None:
    tides.write("kelp.md", "# Kelp\n\n## Models\n- [Kelpnet](https://github.com/forest/kelpnet) - Kelp.\n")
    tides("add", "kelp.md")
    told = tides("path", "kelpnet", "lora", "--json", code=1)
    assert told.json["connected"] is False
    assert "no path from Kelpnet to LoRA" in told.err


def test_an_edge_that_nobody_states_is_exit_1(tides: Kg) -> None:
    told = tides.refused("why", "shoreling", "derived from", "lora", code=1)
    assert "kg show shoreling" in told
    assert "kg show shoreling" in tides.refused("why", "shoreling", "trained on", code=1)


def test_no_hits_is_exit_0(tides: Kg) -> None:
    told = tides("search", "zzzzz", "--json")
    assert told.json["count"] == 0
    assert told.json["nodes"] == []


def test_commands_that_read_say_what_to_do_where_there_is_no_graph(kg: Kg) -> None:
    for words in ("search x", "show x", "why x", "path x y", "stats", "correct --list", "backup"):
        assert "kg add starter" in kg.refused(*words.split()), words
    assert "kg add" in kg.refused("refresh")
    assert kg("sources", "--json").json["sources"] == []
    assert not kg.workspace.exists(), "reading makes nothing"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--bogus"],
        ["x", "--bogus"],
        ["x", "y", "z", "a"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", [n for n in COMMANDS if n not in {"serve", "tui"}])  # those go on
def test_a_wrong_call_of_any_command_is_told_in_the_contract(
    tides: Kg, name: str, arguments: list[str]
) -> None:
    """Whatever the mistake: no traceback, no bug, and where it is an error, one line and a hint."""
    before = tides.stored()
    from tests.cli.command import Told

    told: Told | None = None
    for code in (0, 1, 2, 4):
        try:
            told = tides(name, *arguments, code=code)
            break
        except AssertionError:
            continue
    assert told is not None
    if told.code == 2:
        assert told.error if name != "add" else told.errors  # one a list
        assert tides.stored() == before


# --------------------------------------------------------------------- streams and formats

READS = {
    "search": ["search", "e"],
    "show": ["show", "brinewave"],
    "show --depth": ["show", "brinewave", "--depth", "3"],
    "why": ["why", "brinewave"],
    "why edge": ["why", "brinewave", "requires", "8-16"],
    "path": ["path", "ebbformer", "lora"],
    "paper": ["paper", "2401.90001", "--history"],
    "changes": ["changes", "--cause", "all"],
    "stats": ["stats"],
    "sources": ["sources"],
    "doctor": ["doctor"],
    "items": ["items", "tides.md"],
    "correct --list": ["correct", "--list"],
}


@pytest.mark.parametrize("name", READS)
def test_every_read_is_json_with_a_schema_version_where_stdout_is_no_terminal(tides: Kg, name: str) -> None:
    told = tides(*READS[name])
    assert told.json
    assert not told.err
    assert "\x1b" not in told.out
    assert tides.process(*READS[name]).json == told.json


@pytest.mark.parametrize("name", READS)
def test_every_read_is_a_table_on_a_terminal(tides: Kg, name: str) -> None:
    tides("correct", "rename", "lora", "LoRA")
    lines = on_a_terminal(tides, *READS[name])
    assert not lines[0].startswith("{")
    assert len(lines) > 1


@pytest.mark.parametrize("name", ["search", "sources", "items", "correct --list", "doctor"])
@pytest.mark.parametrize("columns", [80, 30])
def test_tables_fit_the_terminal(tides: Kg, name: str, columns: int) -> None:
    tides("correct", "rename", "lora", "Low-Rank Adaptation " * 4, "--reason", "long " * 20)
    for line in on_a_terminal(tides, *READS[name], columns=columns):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert len(plain) <= columns or plain.startswith("Thank you"), plain


@pytest.mark.parametrize("columns", [200, 80, 60, 44])
def test_identifiers_are_whole_or_folded_in_a_narrow_table(tides: Kg, columns: int) -> None:
    lines = on_a_terminal(tides, "search", "foretelling", columns=columns)
    slug = "".join(line.split()[-1] for line in lines[1:])
    assert slug.endswith("foretelling-tides-with-driftkit"), lines


def test_kg_format_pins_the_format(tides: Kg) -> None:
    tides.environment["KG_FORMAT"] = "table"
    assert tides("stats").out.startswith("14 nodes")
    assert tides("stats", "--json").json
    tides.environment["KG_FORMAT"] = "tabel"
    assert "KG_FORMAT" in tides.refused("stats")


def test_search_gives_slugs_or_a_json_object_a_line_where_asked(tides: Kg) -> None:
    slugs = tides("search", "kind:model", "--ids").out.split()
    assert sorted(slugs) == ["brinewave", "ebbformer", "shoreling"]
    assert tides("search", "kind:model", "--format", "ids").out.split() == slugs
    lines = tides("search", "kind:model", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["slug"] for line in lines] == slugs


@pytest.mark.parametrize("format_", ["ids", "jsonl"])
def test_a_format_that_a_command_does_not_have_is_refused(tides: Kg, format_: str) -> None:
    assert "json" in tides.refused("stats", "--format", format_)
    tides.environment["KG_FORMAT"] = format_  # a preference: where it cannot be, the usual one is taken
    assert tides("stats").json


def test_what_was_left_out_is_said_on_stderr(tides: Kg) -> None:
    told = tides("search", "--limit", "2", "--json")
    assert len(told.json["nodes"]) == 2
    assert told.json["count"] == 14
    assert told.err == "note: 2 of 14 shown; --limit -1 for all\n"
    assert len(tides("search", "--limit", "-1", "--json").json["nodes"]) == 14
    assert tides("search", "--limit", "0", "--json").json["nodes"] == []


def test_quiet_add_says_nothing(kg: Kg) -> None:
    kg.write("tides.md", TIDES)
    told = kg("-q", "add", "tides.md", "--no-fetch")
    assert (told.out, told.err) == ("", "")


def test_add_and_refresh_report_in_json(kg: Kg) -> None:
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md", "--json", "--no-fetch").json
    assert told["sources"][0] | {"name": "tides", "error": None, "problems": []} == told["sources"][0]
    assert told["delta"]["nodes"]["added"] == 14
    assert told["papers"] is None
    told = kg("refresh", "--json", "--dry-run", code=4).json  # as of a refresh: no network
    assert told["delta"]["nodes"] == {"added": 0, "removed": 0, "changed": 0}


def test_nothing_is_coloured_off_a_terminal_even_when_forced(tides: Kg) -> None:
    tides.environment |= {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}
    assert "\x1b" not in tides.process("search", "lora", "--json").out


def test_no_color_is_obeyed_on_a_terminal(tides: Kg) -> None:
    tides.environment["NO_COLOR"] = "1"
    codes = re.findall(r"\x1b\[([0-9;]*)m", "\n".join(on_a_terminal(tides, "search", "lora")))
    assert not [code for code in codes if re.search(r"[349]\d", code)]


def test_the_interface_needs_a_terminal_and_names_its_twin(tides: Kg) -> None:
    assert "kg search" in tides.process("tui", code=2).error
    assert "kg show lora" in tides.process("tui", "lora", code=2).error


# ----------------------------------------------------------------------------------- pipes


def test_a_closed_pipe_ends_quietly(kg: Kg) -> None:
    entries = "".join(f"- [Gauge {n}](https://example.org/{n}) - {'long ' * 30}\n" for n in range(600))
    kg.write("many.md", f"# Many\n\n## Models\n{entries}")
    kg("add", "many.md")
    call = f"{shlex.quote(sys.executable)} -m kg"
    for command in ("search --limit -1", "search --limit -1 --format table", "stats", "items many.md"):
        script = f"set -o pipefail; {call} {command} | head -1"
        done = subprocess.run(
            ["bash", "-c", script], cwd=kg.desk, env=kg.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, (command, done)
        assert done.stderr == b"", (command, done)


def test_a_full_disk_behind_stdout_is_told(tides: Kg) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    script = f"{shlex.quote(sys.executable)} -m kg stats >/dev/full"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tides.desk, env=tides.environment, capture_output=True, check=False
    )
    assert done.returncode == 2, done
    (error, hint) = done.stderr.decode().splitlines()
    assert error == "kg: error: the output cannot be written: no space left on device"
    assert hint.startswith("  ")


@pytest.mark.parametrize("command", ["stats", "search lora", "search --format table", "show lora"])
def test_a_closed_stdout_is_no_bug(tides: Kg, command: str) -> None:
    script = f"{shlex.quote(sys.executable)} -m kg {command} >&-"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tides.desk, env=tides.environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_bug_is_told_in_one_line_with_its_log_and_code_70(tides: Kg, tmp_path: Path) -> None:
    script = (
        "import sys, kg.cli.commands as c; c.COMMANDS['bug'] = ('tests.cli.broken:bug', 'A bug.');"
        "from kg.__main__ import main; sys.argv = ['kg', 'bug']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tides.desk,
        env=tides.environment | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 70
    error, hint = done.stderr.decode().splitlines()
    assert error == "kg: error: a bug in kg (ZeroDivisionError); the graph is unharmed"
    log = Path(hint.split()[-1])
    assert log.parent == tmp_path
    assert "ZeroDivisionError" in log.read_text("utf-8")
