"""The questions that come along: SPARQL here, SPARQL in another engine and SQL give the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rdflib

from exports.rdflib import to_rdflib
from exports.sparql.inquiry import ask
from exports.sparql.questions import Question, question, questions
from ingest.lists import read_list
from kg.errors import UsageError
from kg.graph import Graph
from kg.hardware import Memory
from kg.identifiers import parse
from kg.rdf import Namespaces, Options
from kg.rdf.sources import written
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed, mention, record
from tests.rdf_sample import MENTIONS, PAPER, WADE, north, paper, south

STARTER = Path(__file__).parents[2] / "kg" / "starter" / "small-language-models.md"
OPTIONS = Options(receipts=True)
SPACES = Namespaces(OPTIONS.base)

# Of a claim: what of it makes the statement node of its own (kg.rdf.nodes).
CLAIMS = """
WITH said AS (
    SELECT c.id, c.rule, c.confidence, c.document_id, s.id AS statement, s.subject_id, s.object_id,
        s.value, s.datatype, s.predicate,
        CASE WHEN s.predicate = 'REQUIRES' THEN s.id ELSE 0 END AS need,
        CASE WHEN s.predicate = 'DERIVED_FROM' AND EXISTS (
            SELECT 1 FROM statement_qualifier q WHERE q.statement_id = s.id
            AND q.name = 'how' AND q.value = 'fine-tuned') THEN 1 ELSE 0 END AS tuned,
        (SELECT group_concat(place_id) FROM
            (SELECT DISTINCT place_id FROM claim_place WHERE claim_id = c.id ORDER BY place_id)) AS places
    FROM claim c JOIN statement s ON s.id = c.statement_id
)
"""
NEED = """(
    SELECT s.id, m.label || coalesce(' with ' || (SELECT group_concat(label, ', ') FROM (
            SELECT n.label FROM statement_qualifier q JOIN node n ON n.id = q.node_id
            WHERE q.statement_id = s.id AND q.name = 'with' ORDER BY n.label)), '')
        || coalesce(' (' || (SELECT group_concat(value, ', ') FROM (
            SELECT q.value FROM statement_qualifier q
            WHERE q.statement_id = s.id AND q.name <> 'with' ORDER BY q.value)) || ')', '')
        || ': ' || t.label AS label
    FROM statement s JOIN node m ON m.id = s.subject_id JOIN node t ON t.id = s.object_id
    WHERE s.predicate = 'REQUIRES'
)"""
ARXIV = """(
    SELECT n.id, substr(j.value, 7) AS arxiv FROM node n, json_each(n.identifiers) j
    WHERE n.kind = 'PAPER' AND j.value LIKE 'arxiv:%'
)"""
ISSUED = f"""(
    SELECT a.id, substr(p.published, 1, 10) AS day FROM {ARXIV} a JOIN paper p ON p.arxiv_id = a.arxiv
    UNION SELECT subject_id, value FROM statement WHERE predicate = 'RELEASED'
)"""

TWINS = {
    "memory": """
        SELECT m.label, n.label, p.value, t.label FROM statement s
        JOIN node m ON m.id = s.subject_id JOIN node t ON t.id = s.object_id
        LEFT JOIN statement_qualifier q ON q.statement_id = s.id AND q.name = 'with'
        LEFT JOIN node n ON n.id = q.node_id
        LEFT JOIN statement_qualifier p ON p.statement_id = s.id AND p.name = 'precision'
        WHERE s.predicate = 'REQUIRES' AND least(t.identifiers) <= 16""",
    "methods": f"""
        SELECT m.label, p.label, i.day, a.arxiv FROM statement s
        JOIN node p ON p.id = s.subject_id JOIN node m ON m.id = s.object_id AND m.kind = 'METHOD'
        LEFT JOIN {ISSUED} i ON i.id = p.id LEFT JOIN {ARXIV} a ON a.id = p.id
        WHERE s.predicate = 'INTRODUCES'""",
    "newest": f"""
        SELECT substr(r.published, 1, 10), r.title, m.label, a.arxiv FROM statement s
        JOIN {ARXIV} a ON a.id = s.subject_id JOIN paper r ON r.arxiv_id = a.arxiv
        JOIN node m ON m.id = s.object_id AND m.kind = 'METHOD'
        WHERE s.predicate = 'INTRODUCES' ORDER BY 1 DESC, 4, 3 LIMIT 20""",
    "lora": f"""
        SELECT CASE s.predicate WHEN 'IMPLEMENTS' THEN 'framework' WHEN 'ABOUT' THEN 'tutorial'
            WHEN 'INTRODUCES' THEN 'paper' ELSE 'model' END, n.label, 'node/' || n.slug
        FROM statement s JOIN node n ON n.id = s.subject_id JOIN node o ON o.id = s.object_id
        WHERE o.slug = 'lora' AND (s.predicate IN ('IMPLEMENTS', 'INTRODUCES')
            OR s.predicate = 'ABOUT' AND n.kind = 'TUTORIAL' OR s.predicate = 'USES' AND n.kind = 'MODEL')
        UNION ALL SELECT 'requirement', r.label, NULL FROM {NEED} r
        JOIN statement_qualifier q ON q.statement_id = r.id AND q.name = 'with'
        JOIN node o ON o.id = q.node_id WHERE o.slug = 'lora'""",
    "lineage": CLAIMS
    + """
        SELECT DISTINCT m.label, CASE tuned WHEN 1 THEN 'fine-tuned from' ELSE 'based on' END, b.label
        FROM said JOIN node m ON m.id = subject_id JOIN node b ON b.id = object_id
        WHERE predicate = 'DERIVED_FROM' AND m.kind = 'MODEL' AND b.kind = 'MODEL'""",
    "receipts": CLAIMS
    + """
        SELECT term(predicate, tuned), coalesce('node/' || o.slug, value), d.title, heading(p.heading),
            p.line, rule, confidence
        FROM said JOIN node n ON n.id = subject_id LEFT JOIN node o ON o.id = object_id
        JOIN claim_place cp ON cp.claim_id = said.id JOIN place p ON p.id = cp.place_id
        JOIN document d ON d.id = p.document_id
        WHERE n.slug = 'alpaca' AND need = 0""",
    "corroborated": CLAIMS
    + f"""
        SELECT coalesce(r.label, n.label), term(predicate, tuned), coalesce('node/' || o.slug, value),
            count(DISTINCT statement || ' ' || places) AS times
        FROM said JOIN node n ON n.id = subject_id LEFT JOIN node o ON o.id = object_id
        LEFT JOIN {NEED} r ON r.id = need
        GROUP BY subject_id, need, predicate, tuned, object_id, value, datatype HAVING times > 1""",
    "gaps": f"""
        SELECT 'model without requirement', n.label, 'node/' || n.slug FROM node n
        WHERE n.kind = 'MODEL' AND NOT EXISTS
            (SELECT 1 FROM statement s WHERE s.subject_id = n.id AND s.predicate = 'REQUIRES')
        UNION ALL SELECT 'paper without record', n.label, 'node/' || n.slug FROM node n
        WHERE n.id IN (SELECT id FROM {ARXIV}) AND NOT EXISTS
            (SELECT 1 FROM mention m JOIN document d ON d.id = m.document_id
             WHERE m.node_id = n.id AND d.kind = 'arxiv')
        UNION ALL SELECT 'method in no framework', n.label, 'node/' || n.slug FROM node n
        WHERE n.kind = 'METHOD' AND NOT EXISTS
            (SELECT 1 FROM statement s WHERE s.object_id = n.id AND s.predicate = 'IMPLEMENTS')""",
    "headings": CLAIMS
    + """, told AS (
            SELECT place_id, node_id AS node, NULL AS statement FROM mention WHERE node_id IS NOT NULL
            UNION ALL SELECT cp.place_id, NULL, said.statement || ' ' || said.places
            FROM said JOIN claim_place cp ON cp.claim_id = said.id
        )
        SELECT d.title, heading(p.heading), count(DISTINCT p.id), count(DISTINCT told.node),
            count(DISTINCT told.statement)
        FROM told JOIN place p ON p.id = told.place_id JOIN document d ON d.id = p.document_id
        WHERE d.kind = 'list' AND p.heading <> '[]' GROUP BY d.id, p.heading""",
    "withdrawn": f"""
        SELECT r.arxiv_id, n.label, nullif(r.comment, ''), o.label,
            CASE WHEN o.id IS NULL THEN NULL WHEN EXISTS (SELECT 1 FROM statement x
                WHERE x.predicate = 'INTRODUCES' AND x.object_id = o.id AND x.subject_id <> n.id)
            THEN 'false' ELSE 'true' END
        FROM paper r JOIN {ARXIV} a ON a.arxiv = r.arxiv_id JOIN node n ON n.id = a.id
        LEFT JOIN statement s ON s.subject_id = n.id AND s.predicate = 'INTRODUCES'
        LEFT JOIN node o ON o.id = s.object_id WHERE r.withdrawn = 1""",
    "frameworks": """
        SELECT DISTINCT m.label, t.label, f.label FROM (
            SELECT subject_id AS model, object_id AS method FROM statement WHERE predicate = 'USES'
            UNION SELECT s.subject_id, q.node_id FROM statement s
            JOIN statement_qualifier q ON q.statement_id = s.id AND q.name = 'with'
            WHERE s.predicate = 'REQUIRES'
        ) JOIN node m ON m.id = model AND m.kind = 'MODEL' JOIN node t ON t.id = method AND t.kind = 'METHOD'
        JOIN statement i ON i.object_id = t.id AND i.predicate = 'IMPLEMENTS'
        JOIN node f ON f.id = i.subject_id""",
    "models": """
        SELECT m.label, p.value, l.value, c.value FROM node m
        LEFT JOIN statement p ON p.subject_id = m.id AND p.predicate = 'PARAMETERS'
        LEFT JOIN statement l ON l.subject_id = m.id AND l.predicate = 'LICENCE'
        LEFT JOIN statement c ON c.subject_id = m.id AND c.predicate = 'CONTEXT_LENGTH'
        WHERE m.kind = 'MODEL' AND (p.id IS NOT NULL OR l.id IS NOT NULL)""",
}
"""The questions in SQL over graph.db."""

ALL = questions()


def least(identifiers: str) -> float | None:
    """The least memory of a tier in GB; NULL for other units."""
    (one,) = [one for one in json.loads(identifiers) if one.startswith("tier:")]
    found = parse(one)
    assert found is not None
    memory = Memory.of(found)
    return float(memory.minimum or 0) if memory.unit == "GB" else None


def term(predicate: str, tuned: int) -> str:
    return SPACES.resolve("fair4ml:fineTunedFrom" if tuned else Predicate[predicate].rdf)[0]


def plain(value: Any) -> str:
    """A value as all three write it."""
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    text = text.removeprefix(OPTIONS.base)
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text


def by_sql(store: Store, name: str) -> list[tuple[str, ...]]:
    for function, arity in ((least, 1), (term, 2)):
        store.db.create_function(function.__name__, arity, function)
    store.db.create_function("heading", 1, lambda text: written(json.loads(text)) or None)
    return [tuple(map(plain, row)) for row in store.db.execute(TWINS[name])]


def by_engine(store: Store, asked: Question) -> list[tuple[str, ...]]:
    with ask(Graph(store), asked.query, OPTIONS).file as file:
        found = json.load(file)
    names = found["head"]["vars"]
    return [
        tuple(plain(row[one]["value"] if one in row else None) for one in names)
        for row in found["results"]["bindings"]
    ]


def by_rdflib(graph: rdflib.Graph, asked: Question) -> list[tuple[str, ...]]:
    found = graph.query(asked.query, initNs=SPACES.declared)
    return [tuple(map(plain, row)) for row in found]  # type: ignore[arg-type] # rows of a SELECT


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("starter") / "graph.db", clock=lambda: NOON) as store:
        store.replace(read_list(STARTER.read_bytes(), name="starter").reading)
        store.replace(
            record("2106.09685", "LoRA: Low-Rank Adaptation of Large Language Models"),
            record("2305.14314", "QLoRA", withdrawn=True, comment="Withdrawn, for a test"),
        )
        yield store


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The invented graph, in which each question has an answer."""
    lora = mention("LoRA", Kind.METHOD)
    alpaca = mention("Alpaca", Kind.MODEL)
    again = mention("WADE again", Kind.PAPER, "arxiv:2203.09999")
    said = (
        claim(alpaca, Predicate.USES, lora),
        claim(alpaca, Predicate.LICENCE, "MIT"),
        claim(again, Predicate.INTRODUCES, WADE),
        claim(PAPER, Predicate.INTRODUCES, lora),
    )
    east = listed("east", (*MENTIONS, lora, alpaca, again), said)
    with Store(tmp_path_factory.mktemp("sample") / "graph.db", clock=lambda: NOON) as store:
        store.replace(north(), south(), east, paper(withdrawn=True))
        yield store


def test_there_are_twelve_and_each_has_a_twin() -> None:
    assert sorted(TWINS) == [one.name for one in ALL]
    assert len(ALL) == 12
    assert all(one.text and not one.text.startswith("SELECT") for one in ALL)


@pytest.mark.parametrize("asked", ALL, ids=lambda one: one.name)
def test_sql_gives_the_same_rows(starter: Store, sample: Store, asked: Question) -> None:
    for store in (starter, sample):
        found, expected = by_engine(store, asked), by_sql(store, asked.name)
        if asked.name == "lora":  # the IRI of a requirement is a digest
            found = [row if row[0] != "requirement" else (*row[:2], "") for row in found]
        assert sorted(found) == sorted(expected)
        assert found


@pytest.mark.parametrize("asked", ALL, ids=lambda one: one.name)
def test_another_engine_gives_the_same_rows_in_the_same_order(sample: Store, asked: Question) -> None:
    assert by_rdflib(to_rdflib(Graph(sample), OPTIONS), asked) == by_engine(sample, asked)


@pytest.fixture(scope="module")
def in_rdflib(starter: Store) -> rdflib.Graph:
    return to_rdflib(Graph(starter), OPTIONS)


@pytest.mark.slow
@pytest.mark.parametrize("asked", ALL, ids=lambda one: one.name)
def test_another_engine_agrees_on_the_whole_starter_list(
    starter: Store, in_rdflib: rdflib.Graph, asked: Question
) -> None:
    assert sorted(by_rdflib(in_rdflib, asked)) == sorted(by_engine(starter, asked))


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        question("lineag")
    assert caught.value.hint == "Did you mean lineage?"
    for name in ("", "../queries/lora", "lora.rq", "/etc/passwd"):
        with pytest.raises(UsageError):
            question(name)
