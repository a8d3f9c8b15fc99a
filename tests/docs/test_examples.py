"""Every call of kg that a document shows is made, and shows what the document says."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from kg.__main__ import cli
from tests.cli.command import Kg

from .pages import PAGES, Example, examples, inline, name

SKIPPED = {
    "kg tui": "takes over the terminal; tests/tui presses its keys",
    "kg schedule install": "would install it on this machine; tests/cli/test_schedule.py brings its own",
}
"""Examples that are not run, each with the reason."""

CODES = {
    "kg refresh": 4,  # no test reaches arXiv: the lists are read, the papers are not
}
"""Examples that do not end with 0 here."""

PLACEHOLDERS = {"--NAME"}
"""What stands for any option in running text."""

WITH_EXAMPLES = [page for page in PAGES if any(examples(page))]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_what_a_page_shows_is_what_happens(page: Path, kg: Kg) -> None:
    kg.environment["KG_FORMAT"] = "table"
    if not any(example.command.startswith("kg add") for example in examples(page)):
        kg("add", "starter")
    for example in examples(page):
        if example.command in SKIPPED:
            continue
        arguments = shlex.split(example.command, comments=True)[1:]
        told = kg(*arguments, code=CODES.get(example.command, 0))
        assert_shown(example, (told.out or told.err).splitlines())


def assert_shown(example: Example, told: list[str]) -> None:
    """Each line shown was told, in this order; ``...`` stands for lines, or the rest of one, left out."""
    lines = iter([" ".join(line.split()) for line in told])
    gap = False
    for shown in example.shown:
        wanted = " ".join(shown.split())
        if wanted == "...":
            gap = True
            continue
        start = wanted.removesuffix("...")
        for line in lines:
            if line == wanted or (start != wanted and line.startswith(start)):
                break
            assert gap, f"`{example.command}` tells {line!r} where the page shows {wanted!r}"
        else:
            pytest.fail(f"`{example.command}` does not tell {wanted!r}, but:\n" + "\n".join(told[:40]))
        gap = False
    if example.shown and not gap:
        rest = list(lines)
        assert not rest, f"`{example.command}` goes on: {rest[:5]}"


def test_only_what_stands_in_a_page_is_skipped() -> None:
    shown = {example.command for page in PAGES for example in examples(page)}
    assert {*SKIPPED, *CODES} <= shown


CALLS = sorted({(call, name(page)) for page in PAGES for call in inline(page)})


@pytest.mark.parametrize(("call", "page"), CALLS)
def test_what_running_text_names_is_there(call: str, page: str) -> None:
    command, rest = _called(shlex.split(call)[1:])
    assert command is not cli or rest[0].startswith("-"), f"{page}: `{call}`: there is no such command"
    options = {
        option
        for parameter in command.get_params(click.Context(command, **cli.context_settings))
        for option in parameter.opts
    }
    for word in rest:
        if word.startswith("-") and word not in PLACEHOLDERS:
            assert word in options, f"{page}: `{call}`: there is no such option"


def _called(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command, or the command of a command, that words call, and the words behind it."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command, **cli.context_settings), words[0])
        if found is None:
            break
        command, words = found, words[1:]
    return command, words
