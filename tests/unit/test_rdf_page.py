"""``docs/rdf.md``: its table is the code's, its questions have answers, its example is a reading."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pyoxigraph
import pytest

from kg.rdf import Namespaces, ontology
from tests.rdf_sample import exported, whole

PAGE = Path(__file__).parents[2] / "docs" / "rdf.md"
TABLE = re.compile(r"(?<=<!-- own terms -->\n).*?(?=<!-- end -->)", re.DOTALL)


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def own_terms() -> str:
    rows = ["| term | what it says | of | value |", "| --- | --- | --- | --- |"]
    for term in ontology.terms():
        parent = f" Specialises `{term.parent}`." if term.parent else ""
        of, value = (f"`{one}`" if one else "" for one in (term.domain, term.range))
        if term.type == ontology.CLASS:
            value = "*class*"
        rows.append(f"| `kg:{term.name}` | {term.comment}{parent} | {of} | {value} |")
    return "\n".join(rows).replace("|  |", "| |").replace("|  |", "| |") + "\n"


def test_the_table_of_own_terms_is_what_the_code_says() -> None:
    text = PAGE.read_text("utf-8")
    if os.environ.get("GOLDEN") == "write":
        PAGE.write_text(TABLE.sub(lambda _: own_terms(), text), "utf-8")
        text = PAGE.read_text("utf-8")
    found = TABLE.search(text)
    assert found is not None
    assert found[0] == own_terms()


@pytest.mark.parametrize("query", fences("sparql"))
def test_every_question_has_an_answer(query: str, tmp_path: Path) -> None:
    store = pyoxigraph.Store()
    with whole(tmp_path / "g.db") as sample:
        store.load(exported(sample).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    answers = store.query(query)
    assert isinstance(answers, pyoxigraph.QuerySolutions)
    assert list(answers)


def test_the_example_is_turtle() -> None:
    spaces = Namespaces("https://example.org/kg/").declared.items()
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in spaces)
    (example,) = fences("turtle")
    assert len(list(pyoxigraph.parse((head + example).encode(), format=pyoxigraph.RdfFormat.TURTLE))) == 20
