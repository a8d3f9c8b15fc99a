"""What the documents promise: the two commands, links, versions, code that runs, words explained."""

from __future__ import annotations

import dataclasses
import doctest
import enum
import inspect
import re
import subprocess
from pathlib import Path

import pytest

import kg
import kg.model

from . import GENERATED
from .pages import PAGES, ROOT, fences, links, name, prose

GLOSSARY = ROOT / "docs" / "glossary.md"


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    shown = [
        line
        for fence in fences(ROOT / "README.md")
        for line in fence.text.splitlines()
        if fence.language == "sh" and line.startswith("python3 -m venv")
    ]
    run = subprocess.run([ROOT / ".ci" / "run", "--commands"], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == shown
    assert [line.rpartition(" && ")[2] for line in shown] == [
        ".venv/bin/kg add starter",
        ".venv/bin/python -m pytest",
    ]


@pytest.mark.parametrize("path", GENERATED)
def test_pages_made_from_the_code_are_what_the_code_says(path: str) -> None:
    written = (ROOT / path).read_text("utf-8")
    assert written == GENERATED[path](), "run `python -m tests.docs` and look at the difference"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the project"
        if anchor:
            assert anchor in _anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:\.ci|docs|exports|ingest|kg|requirements|tests|tui)/[\w./-]*)`", prose(page))
    assert [one for one in named if not (ROOT / one).exists()] == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_in_a_page_runs_and_gives_what_it_shows(
    page: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "\n".join(fence.text for fence in fences(page) if fence.language == "pycon")
    if "kg.open()" in source:
        monkeypatch.setenv("KG_WORKSPACE", str(request.getfixturevalue("starter")))
    test = doctest.DocTestParser().get_doctest(source, {}, name(page), str(page), 0)
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert not result.failed, "".join(told)


def test_the_architecture_opens_with_code_that_is_run() -> None:
    page = ROOT / "docs" / "architecture.md"
    first = page.read_text("utf-8").split("\n## ")[1]
    assert first.count("```pycon") >= 1
    assert "view.triples()" in first


def test_the_changelog_opens_with_this_version_or_with_what_is_to_come() -> None:
    newest = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0]
    assert newest in {kg.__version__, "Unreleased"}


def _nouns() -> list[str]:
    return [
        word
        for word, value in vars(kg.model).items()
        if inspect.isclass(value)
        and value.__module__ == "kg.model"
        and not word.startswith("_")
        and (dataclasses.is_dataclass(value) or issubclass(value, enum.Enum))
    ]


@pytest.mark.parametrize("noun", _nouns())
def test_the_glossary_explains_every_noun_of_the_model(noun: str) -> None:
    assert re.search(rf"\*\*{noun}\*\*", GLOSSARY.read_text("utf-8"))


def test_the_glossary_explains_no_word_twice() -> None:
    words = re.findall(r"\*\*([^*]+)\*\*:", GLOSSARY.read_text("utf-8"))
    assert sorted({word.casefold() for word in words}) == sorted(word.casefold() for word in words)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_machine(page: Path) -> None:
    places = r"(?<![\w.])/(?:work|root|tmp|home|usr)/|pythonhosted|pypi\."
    assert not re.search(places, page.read_text("utf-8"))
