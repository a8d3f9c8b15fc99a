"""The file that people keep in git: an entry more is its own lines more, whatever way it came there."""

from __future__ import annotations

import re

import pytest

from tests.cli.command import Kg

ENTRIES = 1_000


def entries() -> str:
    """A list that begins with an entry: models, some made from the one before."""
    return "".join(
        f"- [Plover-{n}](https://github.com/birds/plover-{n}) - A small model"
        f"{f', fine-tuned from Plover-{n - 1}' if n % 3 == 1 else ''}. [Paper](https://arxiv.org/abs/2401.{n:05})\n"
        for n in range(1, ENTRIES + 1)
    )


NEW = (
    "- [Avocet-3B](https://github.com/birds/avocet) - A small model of 3B parameters,"
    " fine-tuned from Plover-7. [Paper](https://arxiv.org/abs/2402.00001)\n"
)
OWN = re.compile(
    r"node:(?:avocet-3b|arxiv-2402\.00001)|stmt:(?:avocet-3b|arxiv-2402\.00001)-\w+|ev:plovers-\w+"
)
"""The subjects that come of the new entry."""


def parts(text: str) -> list[str]:
    """The blocks and headings of an export, each whole."""
    return text.rstrip("\n").split("\n\n")


@pytest.mark.parametrize("options", [(), ("--no-provenance",)])
def test_an_entry_at_line_1_of_a_thousand_adds_its_own_lines_and_changes_none(
    kg: Kg, options: tuple[str, ...]
) -> None:
    file = kg.write("plovers.md", entries())
    kg("add", file)
    before = kg("export", *options).out
    file.write_text(NEW + entries())
    kg("add", file)
    after = kg("export", *options).out
    kg("--workspace", "other", "add", file)
    assert kg("--workspace", "other", "export", *options).out == after

    old = iter(parts(before))
    waiting, added = next(old), []
    for part in parts(after):
        if part == waiting:
            waiting = next(old, "")
        else:
            added.append(part)
    assert not waiting, "a block that was there has changed or moved"
    assert added
    assert all(OWN.fullmatch(part.partition("\n")[0]) for part in added)
    assert len(after.splitlines()) - len(before.splitlines()) == sum(part.count("\n") + 2 for part in added)


@pytest.mark.parametrize("seed", ["1", "42"])
def test_neither_hash_seed_nor_zone_shows_in_what_is_read_and_written(kg: Kg, seed: str) -> None:
    kg("add", "starter", "--no-fetch")
    other = {"PYTHONHASHSEED": seed, "TZ": "Pacific/Kiritimati", "KG_WORKSPACE": "other"}
    kg.process("add", "starter", "--no-fetch", environment=other)
    assert kg.process("export", environment=other).out == kg("export").out
