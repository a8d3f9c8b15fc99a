"""Names that try to command a terminal, a markup, a shell or SQL: everywhere they are data."""

from __future__ import annotations

import json
import re

import pyoxigraph
import pytest

from tests.cli.command import Kg, on_a_terminal
from tests.cli.test_contract import READS

NAMES = {
    "an escape": "Evil \x1b[31mRed\x1b[0m",
    "an escape in one character": "Evil \x9b31mRed",
    "a title": "Evil \x1b]0;owned\x07Title",
    "a bell and backspaces": "Evil \x07\x08\x08\x08Bell",
    "rich markup": "Evil [red]markup[/red] [/]",
    "a link of rich": "Evil [link=https://evil.example]x[/link]",
    "an emoji code": "Evil :smile: code",
    "quotes": "Evil \"quoted\" 'name' `tick`",
    "right to left": "Evil \u202egnp.exe",
    "marks": "Evil \u200f\u061c\u2066marks\u2069",
    "no width": "Ev\u200bil no width",
    "a line separator": "Evil line\u2028separator",
    "SQL": "Evil'); DROP TABLE node;--",
    "FTS": 'Evil" OR NEAR(* kind:method',
    "a percent": "Evil 100%s {0} %(x)s",
    "a shell": "Evil $(touch owned) `touch owned`",
    "Turtle": 'Evil """ . <x> <y> <z> .',
    "HTML": "Evil <script>alert(1)</script>",
    "a backslash": "Evil \\u001b[31m \\N{BELL}",
    "Chinese": "邪恶模型",
    "combining": "Evil Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d",
    "emoji": "Evil 👩‍👩‍👧‍👦 family",
    "very long": "Evil " + "long" * 200,
}
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
STYLES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def evil(kg: Kg, request: pytest.FixtureRequest) -> Kg:
    """A workspace with one evil name, which a correction has put there as it is."""
    kg.write("e.md", "# E\n\n## Models\n- [Plain](https://example.org/p) - A 7B model, like Other.\n")
    kg("add", "e.md", "--no-fetch")
    kg("correct", "rename", "plain", request.param)
    kg("correct", "add", "plain", "derived_from", request.param + " too", "--kind", "model")
    return kg


def harmless(text: str) -> None:
    """Nothing in it would be obeyed by a terminal."""
    found = OBEYED.search(text.replace("\n", ""))
    assert not found, repr(found)


@pytest.mark.parametrize("evil", NAMES.values(), ids=NAMES, indirect=True)
def test_evil_names_are_shown_by_every_command_and_obeyed_by_none(evil: Kg) -> None:
    (name,) = [n["label"] for n in evil("search", "--json").json["nodes"] if n["slug"] == "plain"]
    calls = [
        ["search"],
        ["search", name],
        ["show", "plain"],
        ["show", name],
        ["why", "plain"],
        ["why", name, "derived from"],
        ["path", name, name + " too"],
        ["correct", "--list"],
        ["doctor"],
        ["stats"],
        ["sources"],
        ["search", name, "--format", "jsonl"],
    ]
    for call in calls:
        for format_ in ("table", "json"):
            evil.environment["KG_FORMAT"] = format_
            told = evil(*call)
            harmless(told.out)
            harmless(told.err)
            if told.out.startswith("{"):
                for line in told.out.splitlines() if "jsonl" in call else [told.out]:
                    json.loads(line)
    evil.environment["KG_FORMAT"] = "json"
    assert evil("show", "plain").json["node"]["label"] == name, "the name itself is kept"


@pytest.mark.parametrize("evil", [NAMES["an escape"]], ids=[""], indirect=True)
def test_errors_and_notes_show_evil_names_harmlessly(evil: Kg) -> None:
    for name in NAMES.values():
        for call in (
            ["show", name + "x"],
            ["why", "plain", name],
            ["why", "plain", "derived from", name + "x"],
            ["path", "plain", name + "x"],
            ["correct", "kind", "plain", name],
            ["correct", "add", "plain", name, "x"],
            ["correct", "split", "plain", name],
            ["correct", "ignore", name],
            ["add", name],
            ["add", "e.md", "--name", name],
            ["items", name],
            ["sources", "rm", name],
            ["refresh", name],
            [name],
            ["search", "kind:" + name.replace(" ", "")],
            ["search", f"in:{name.split()[-1]}"],
            ["init", "--base", name],
        ):
            for code in (2, 1):
                try:
                    told = evil(*call, code=code)
                    break
                except AssertionError:
                    if code == 1:
                        raise
            harmless(told.err)
            assert len(told.errors) == 1
            assert len(told.err.splitlines()) <= 2


@pytest.mark.parametrize(
    "evil", [NAMES["an escape"], NAMES["rich markup"], NAMES["right to left"]], indirect=True
)
def test_nothing_of_a_name_is_obeyed_on_a_real_terminal(evil: Kg) -> None:
    for call in (["search"], ["show", "plain"], ["correct", "--list"], ["show", "plain", "--json"]):
        text = "\n".join(on_a_terminal(evil, *call, columns=120))
        plain = STYLES.sub(lambda m: "" if m[0] in {"\x1b[1m", "\x1b[0m"} else m[0], text)
        harmless(plain)
        assert "Evil" in plain
        if "[red]" in text:
            assert "[red]markup[/red]" in plain


def _list(name: str) -> str:
    one_line = name.replace("\n", " ")
    return f"# {one_line}\n\n## {one_line}\n- [{one_line}](https://example.org/e) - A 7B model. {one_line}.\n"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_evil_names_in_a_list_are_read_and_shown_harmlessly(kg: Kg, name: str) -> None:
    kg.write("evil.md", _list(name))
    told = kg("add", "evil.md", "--no-fetch")
    harmless(told.out + told.err)
    for words in (["search"], ["items", "evil.md"], ["sources"]):
        for format_ in ("table", "json"):
            kg.environment["KG_FORMAT"] = format_
            told = kg(*words)
            harmless(told.out)
            harmless(told.err)
    kg.environment["KG_FORMAT"] = "json"
    for slug in kg("search", "--ids").out.split():
        for command in ("show", "why"):
            told = kg(command, slug)
            assert told.json
            harmless(told.out)
    kg("-q", "export", "-o", "evil.ttl")
    assert not {"\x1b", "\x9b", "\x07"} & set((kg.desk / "evil.ttl").read_text("utf-8"))
    assert list(pyoxigraph.parse(path=str(kg.desk / "evil.ttl")))
    assert not (kg.desk / "owned").exists()


def test_an_evil_file_name_is_told_harmlessly(kg: Kg) -> None:
    kg.write("a \u202e[red]b.md", "# E\n\n## Models\n- [Plain](https://example.org/p) - A 7B model.\n")
    told = kg("add", "a \u202e[red]b.md", "--no-fetch")
    harmless(told.out + told.err)
    assert "no change" in kg("refresh").out
    for format_ in ("table", "json"):
        harmless(kg("sources", "--format", format_).out)


def test_text_that_stdout_cannot_encode_is_escaped_and_json_stays_json(tides: Kg) -> None:
    tides("correct", "rename", "lora", "LoRA → 👩 Ω")
    latin = {"PYTHONIOENCODING": "iso-8859-1"}
    for name in ("search", "show", "items"):
        assert tides.process(*READS[name], environment=latin).json
        assert tides.process(*READS[name], environment=latin | {"KG_FORMAT": "table"}).out
    assert tides.process("show", "lora", environment=latin).json["node"]["label"] == "LoRA → 👩 Ω"
