"""``kg sparql`` as people and programs call it: formats, exit codes, errors, two at once."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import time
from typing import Any

import pyoxigraph
import pytest
from lxml import etree

from tests.cli.command import Kg, finish, on_a_terminal, rows

MODELS = "SELECT ?name ?m { ?m a fair4ml:MLModel ; rdfs:label ?name } ORDER BY ?name LIMIT 3"
NAMES = ["Brinewave", "Ebbformer", "Shoreling"]
EVIL = 'x\x1b[31m\x9b"\n\t\r\u202e,<&é'
LITERAL = r'SELECT (?v AS ?x) { VALUES ?v { "x\u001B[31m\u009B\"\n\t\r\u202E,<&é" } }'
LINES = "SELECT ?e ?n { ?e kg:line ?n } ORDER BY ?e ?n"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a != ?d) }"


def solutions(text: str) -> list[dict[str, str]]:
    """The rows of an answer in the JSON of SPARQL 1.1."""
    found = json.loads(text)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def test_select_is_json_off_a_terminal_and_a_table_where_asked(tides: Kg) -> None:
    found = solutions(tides("sparql", MODELS).out)
    assert [row["name"] for row in found] == NAMES
    assert found[0]["m"] == "https://example.org/kg/node/brinewave"
    table = tides("sparql", MODELS, "--format", "table").out.splitlines()
    assert table[0].split() == ["name", "m"]
    assert table[1].split() == ["Brinewave", "node:brinewave"]


def test_a_terminal_gets_a_table(tides: Kg) -> None:
    shown = on_a_terminal(tides, "sparql", MODELS)
    assert any("node:brinewave" in line for line in shown)


def test_csv_tsv_and_xml_are_read_by_others(tides: Kg) -> None:
    table = list(csv.DictReader(io.StringIO(tides("sparql", MODELS, "--format", "csv").out, newline="")))
    assert [row["name"] for row in table] == NAMES
    lines = tides("sparql", MODELS, "--format", "tsv").out.splitlines()
    assert lines[0] == "?name\t?m"
    assert lines[1] == '"Brinewave"\t<https://example.org/kg/node/brinewave>'
    xml = etree.fromstring(tides("sparql", MODELS, "--format", "xml").out.encode())
    assert [one.text for one in xml.iter("{http://www.w3.org/2005/sparql-results#}literal")] == NAMES


@pytest.mark.parametrize("format_", ["json", "csv", "tsv", "xml", "table"])
def test_what_a_text_holds_is_never_obeyed(tides: Kg, format_: str) -> None:
    told = tides("sparql", LITERAL, "--format", format_).out
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)
    assert "é" in told
    if format_ == "json":
        assert solutions(told) == [{"x": EVIL}]
    elif format_ == "tsv":
        store = f"<http://a.example/> <http://a.example/> {told.splitlines()[1]} ."
        (triple,) = pyoxigraph.parse(store.encode(), format=pyoxigraph.RdfFormat.TURTLE)
        assert isinstance(triple, pyoxigraph.Quad)
        assert isinstance(triple.object, pyoxigraph.Literal)
        assert triple.object.value == EVIL
    elif format_ == "xml":  # which has no way to write the first
        (cell,) = etree.fromstring(told.encode()).iter("{http://www.w3.org/2005/sparql-results#}literal")
        assert cell.text == EVIL.replace("\x1b", "\ufffd")


def test_a_cell_that_a_spreadsheet_would_obey_is_told(tides: Kg) -> None:
    told = tides("sparql", 'SELECT * { VALUES (?a ?b) { ("=1+1" -5) } }', "--format", "csv")
    assert told.out == "a,b\r\n'=1+1,-5\r\n"
    assert "formulas" in told.err


def test_a_graph_is_turtle_or_ntriples(tides: Kg) -> None:
    turtle = tides("sparql", "DESCRIBE node:lora").out
    lines = tides("sparql", "DESCRIBE node:lora", "--format", "ntriples").out
    formats = pyoxigraph.RdfFormat
    read = {str(one) for one in pyoxigraph.parse(turtle.encode(), format=formats.TURTLE)}
    assert read == {str(one) for one in pyoxigraph.parse(lines.encode(), format=formats.N_TRIPLES)}
    assert len(read) == len(lines.splitlines()) > 3
    assert lines.splitlines() == sorted(lines.splitlines())
    tides.environment["KG_FORMAT"] = "json"
    assert tides("sparql", "DESCRIBE node:lora").out == turtle


def test_the_answer_of_ask_is_the_exit_code(tides: Kg) -> None:
    assert json.loads(tides("sparql", "ASK { node:lora ?p ?o }").out)["boolean"] is True
    assert json.loads(tides("sparql", "ASK { node:nothing ?p ?o }", code=1).out)["boolean"] is False
    assert tides("sparql", "ASK { node:nothing ?p ?o }", "--format", "table", code=1).out == "no\n"
    assert tides("sparql", "ASK { node:lora ?p ?o }", "--format", "csv").out == "answer\r\ntrue\r\n"


def test_no_solution_is_no_failure_and_is_told(tides: Kg) -> None:
    told = tides("sparql", "SELECT * { node:nothing ?p ?o }", "--format", "table")
    assert (told.out, told.err) == ("", "no solution\n")
    assert solutions(tides("sparql", "SELECT * { node:nothing ?p ?o }").out) == []


def test_a_query_comes_from_a_file_or_stdin(tides: Kg) -> None:
    tides.write("q.rq", "\ufeff# with a mark of Windows\n" + MODELS)
    expected = tides("sparql", MODELS).out
    assert tides("sparql", "-f", "q.rq").out == expected
    assert tides.process("sparql", "-", stdin=MODELS).out == expected
    assert tides.process("sparql", "-f", "-", stdin=MODELS).out == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give one query"),
        (("ASK {}", "--saved", "lora"), "give one query"),
        (("--saved", "lorra"), "Did you mean lora?"),
        (("-f", "nowhere.rq"), "nowhere.rq cannot be read: No such file"),
        (("-f", "."), "cannot be read: Is a directory"),
        (("-f", "latin.rq"), "latin.rq is not UTF-8"),
        (("-f", "long.rq"), "longer than 1,048,576 bytes"),
        (("",), "the query is empty"),
        (("SELECT * { ?s foo:p ?o }",), "line 1, column 15: the prefix foo: is not declared"),
        (("SELECT * { ?s ?p ?o",), "line 1, column"),
        (("INSERT DATA { node:a a node:b }",), "INSERT changes a graph"),
        (("SELECT * { SERVICE <http://127.0.0.1:9/> {} }",), "SERVICE asks another server"),
        (("ASK {}", "--format", "turtle"), "SELECT and ASK answer with a table"),
        (("DESCRIBE node:lora", "--json"), "answer with a graph"),
        (("ASK {}", "--timeout", "0"), "--timeout"),
        ((ENDLESS, "--timeout", "0.2"), "ended after 0.2 seconds"),
        (("ASK { <\x1b]0;evil\x07> ?p ?o }",), "line 1, column"),
    ],
)
def test_what_is_wrong_is_told_and_harms_nothing(tides: Kg, arguments: tuple[str, ...], said: str) -> None:
    tides.write("latin.rq", b"ASK { ?s ?p 'caf\xe9' }")
    tides.write("long.rq", b" " * (1 << 20) + b"ASK {}")
    before = rows(tides.database)
    told = tides.refused("sparql", *arguments)
    assert said in told
    assert "\x1b" not in told
    assert rows(tides.database) == before


def test_a_change_is_seen_by_the_next_question(tides: Kg) -> None:
    before = solutions(tides("sparql", MODELS).out)
    tides("correct", "rename", "brinewave", "Aardwave", "--reason", "a test")
    after = solutions(tides("sparql", MODELS).out)
    assert [row["name"] for row in after] == ["Aardwave", *NAMES[1:]]
    assert before[0]["m"] == after[0]["m"]


def test_the_base_of_kg_toml_is_that_of_the_answer(tides: Kg) -> None:
    tides("sparql", MODELS)
    text = tides.config.read_text()
    tides.config.write_text(text.replace("https://example.org/kg/", "https://birds.example/"))
    assert solutions(tides("sparql", MODELS).out)[0]["m"] == "https://birds.example/node/brinewave"


def test_two_at_once_give_the_same_and_leave_one_index(tides: Kg) -> None:
    running = [tides.start("sparql", MODELS) for _ in range(3)]
    told = [finish(one) for one in running]
    assert {one.code for one in told} == {0}, told
    assert len({one.out for one in told}) == 1
    home = tides.workspace / ".graph.rdf"
    assert len([one for one in home.iterdir() if one.is_dir()]) == 1


def test_questions_that_come_along_are_listed_and_answered(tides: Kg) -> None:
    listed: list[dict[str, Any]] = tides("sparql", "--saved", "--json").json["saved"]
    assert len(listed) == 12
    assert tides("sparql", "--saved", "--format", "table").out.count("\n") == 13
    for one in listed:
        assert solutions(tides("sparql", "--saved", one["name"]).out) == solutions(
            tides("sparql", one["query"]).out
        )


def test_a_query_is_no_part_of_the_graph(tides: Kg) -> None:
    """Reading makes no change, whatever is asked: the database is the same to the byte."""
    before = tides.database.read_bytes()
    tides("sparql", MODELS)
    tides("sparql", "DELETE WHERE { ?s ?p ?o }", code=2)
    assert tides.database.read_bytes() == before


# ----------------------------------------------------------------- an index that stands


LAST = ".graph.rdf/last.json"


def renamed(kg: Kg) -> None:
    kg("correct", "rename", "brinewave", "Saltwave")


def rename_by_editor(kg: Kg) -> None:
    renamed(kg)
    kg("sparql", MODELS)
    text = kg.corrections.read_text()
    kg.corrections.write_text(text.replace("Saltwave", "Sweetwave"))


def forget_corrections(kg: Kg) -> None:
    renamed(kg)
    kg("sparql", MODELS)
    kg.corrections.unlink()


def another_base(kg: Kg) -> None:
    kg.config.write_text(kg.config.read_text().replace("https://example.org/kg/", "https://tides.example/"))


def another_list(kg: Kg) -> None:
    kg(
        "add",
        kg.write("more.md", "# More\n\n## Models\n- [Ala](https://github.com/x/ala) - A small model.\n"),
    )


def moved_lines(kg: Kg) -> None:
    file = kg.desk / "tides.md"
    file.write_text("<!-- later -->\n\n" + file.read_text())
    kg("add", file)


def damaged(kg: Kg) -> None:
    for file in (kg.workspace / ".graph.rdf").glob("*/CURRENT"):
        file.write_text("MANIFEST-999999\n")


def index_gone(kg: Kg) -> None:
    shutil.rmtree(next((kg.workspace / ".graph.rdf").glob("*/")))


def nonsense_noted(kg: Kg) -> None:
    (kg.workspace / LAST).write_text('{"kg": []}')


CHANGES = [
    renamed,
    rename_by_editor,
    forget_corrections,
    another_base,
    another_list,
    moved_lines,
    damaged,
    index_gone,
    nonsense_noted,
]


@pytest.mark.parametrize(
    ("change", "own_process"), [*((one, False) for one in CHANGES), (renamed, True), (damaged, True)]
)
def test_what_is_answered_at_once_is_never_stale(tides: Kg, change: Any, own_process: bool) -> None:  # noqa: FBT001 - pytest names it
    ask = tides.process if own_process else tides
    tides("sparql", MODELS)
    change(tides)
    told = ask("sparql", MODELS).out, ask("sparql", LINES).out
    again = ask("sparql", MODELS).out, ask("sparql", LINES).out
    (tides.workspace / LAST).unlink()
    assert (tides("sparql", MODELS).out, tides("sparql", LINES).out) == told == again


def test_a_mistake_in_kg_toml_is_told_by_a_question_that_could_be_answered_at_once(tides: Kg) -> None:
    tides("sparql", MODELS)
    tides.config.write_text(tides.config.read_text() + "\n[odd]\n")
    assert "kg.toml" in tides.refused("sparql", MODELS)


def test_the_clock_ends_a_question_that_is_asked_at_once(tides: Kg) -> None:
    tides("sparql", MODELS)
    told = tides.process("sparql", ENDLESS, "--timeout", "0.3", code=2)
    assert "the query was ended after 0.3 seconds" in told.error
    assert told.out == ""


def test_ctrl_c_ends_a_question_that_is_asked_at_once(tides: Kg) -> None:
    tides("sparql", MODELS)
    process = tides.start("sparql", ENDLESS)
    time.sleep(1)
    told = finish(process, signal_=signal.SIGINT)
    assert told.code == 130
    assert "interrupted" in told.err


@pytest.mark.parametrize("depth", [400, 40_000])
def test_brackets_without_end_end_no_command(tides: Kg, depth: int) -> None:
    tides("sparql", MODELS)
    query = "SELECT * " + "{" * depth + "}" * depth
    told = tides.process("sparql", "-", stdin=query, code=0 if depth < 1000 else 2)
    assert depth < 1000 or "ended without an answer" in told.error


def test_the_answer_of_ask_is_the_exit_code_of_a_question_that_is_asked_at_once(tides: Kg) -> None:
    tides("sparql", MODELS)
    tides.process("sparql", "ASK { ?m a fair4ml:MLModel }")
    tides.process("sparql", "ASK { ?m a kg:Source ; a fair4ml:MLModel }", code=1)
    assert "is no SPARQL" in tides.process("sparql", "ASK {", code=2).error
