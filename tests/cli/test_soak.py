"""Thirty days of edits, faults, corrections and kills end where a clean build of the last day ends."""

from __future__ import annotations

import random
import re
import shutil
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.command import Kg, finish
from tests.fakes import arxiv_server, loopback
from tests.fakes.arxiv_server import ArxivServer, invented, invented_ids

# An entry moves only where it stays what it is: two things of one name share an address in the order
# in which they came, which is the one thing that a clean build may do otherwise.
_MOVES = {
    "Models": "Chat models",
    "Methods": "Training methods",
    "Frameworks": "Inference frameworks",
    "Datasets": "Text datasets",
}
_SECTIONS = (*_MOVES, *_MOVES.values())
_BACK = {there: here for here, there in _MOVES.items()}
_WORDS = "small open quick tidal coastal robust quiet layered frugal steady".split()
_FAULTS: tuple[Callable[[], loopback.Fault], ...] = (
    lambda: loopback.status(503),
    lambda: loopback.status(429, b"Rate exceeded."),
    lambda: loopback.says(b"<html>back soon</html>"),
    loopback.truncated,
    loopback.short,
    arxiv_server.empty_feed,
    arxiv_server.error_entry,
    arxiv_server.control_character,
)


class Desk:
    """Lists that are edited day by day, and the papers that they name."""

    def __init__(self, dice: random.Random, kg: Kg, server: ArxivServer) -> None:
        self.dice, self.kg, self.server = dice, kg, server
        self.lists: dict[str, list[tuple[str, str, str, str]]] = {"tides": [], "kelp": [], "gulls": []}
        self.ids = invented_ids(60)
        server.add(*map(invented, self.ids))
        self.number = 0
        for name in self.lists:
            for _ in range(12):
                self.grow(name)
        self.write()

    def grow(self, name: str) -> None:
        """A new entry, which another list may have as well."""
        known = [entry for other in self.lists.values() for entry in other]
        if known and self.dice.random() < 0.3:
            entry = self.dice.choice(known)
            if entry[1] not in {one[1] for one in self.lists[name]}:
                self.lists[name].append(entry)
            return
        self.number += 1
        section = self.dice.choice(_SECTIONS)
        self.lists[name].append((section, f"Skerry {self.number}", self.words(), self.dice.choice(self.ids)))

    def words(self) -> str:
        """A description."""
        return f"A {' '.join(self.dice.sample(_WORDS, 3))} thing."

    def edit(self) -> None:
        """One change of one list: an entry comes, goes, moves, is described anew or gets another paper."""
        name = self.dice.choice(list(self.lists))
        entries = self.lists[name]
        if not entries or self.dice.random() < 0.3:
            self.grow(name)
            return
        number = self.dice.randrange(len(entries))
        section, label, words, paper = entries[number]
        match self.dice.randrange(5):
            case 0:
                del entries[number]
            case 1:
                entries.insert(self.dice.randrange(len(entries)), entries.pop(number))
            case 2:
                entries[number] = ((_MOVES | _BACK)[section], label, words, paper)
            case 3:
                entries[number] = (section, label, self.words(), paper)
            case _:
                entries[number] = (section, label, words, self.dice.choice(self.ids))

    def write(self) -> None:
        """The lists as they stand now."""
        for name, entries in self.lists.items():
            lines = [f"# Awesome {name}"]
            for section in _SECTIONS:
                lines += ["", f"## {section}"]
                lines += [
                    f"- [{label}](https://github.com/lab/{label.lower().replace(' ', '-')}) - {words} "
                    f"[Paper](https://arxiv.org/abs/{paper})"
                    for where, label, words, paper in entries
                    if where == section
                ]
            self.kg.write(f"{name}.md", "\n".join([*lines, ""]))

    def papers(self) -> None:
        """arXiv has news: new versions, a journal, a withdrawal, a new title."""
        for one in self.dice.sample(self.ids, 3):
            paper = self.server.papers[one]
            self.server.add(
                self.dice.choice(
                    [
                        paper.revised(),
                        paper.revised(title=f"{paper.title}, Again"),
                        paper.revised(comment="This paper has been withdrawn by the authors"),
                        paper.revised(comment="", journal_ref="Journal of Tides 3 (2026)", doi="10.1000/t.1"),
                    ]
                )
            )

    def correct(self) -> None:
        """Somebody knows better, or takes it back."""
        known = [entry[1] for entries in self.lists.values() for entry in entries]
        label = self.dice.choice(known)
        slug = label.lower().replace(" ", "-")
        call = self.dice.choice(
            [
                ("kind", slug, self.dice.choice(["Model", "Framework", "Dataset"])),
                ("rename", slug, f"The {label}"),
                ("add", slug, "about", "tides", "--kind", "topic"),
                ("--undo",),
            ]
        )
        self.kg("correct", *call, code=None)


def statements(kg: Kg) -> str:
    """The export, without the signposts of slugs that were merged away: those remember the past."""
    text = kg("export", "--turtle").out
    return re.sub(r"\n\S+\n    dcterms:isReplacedBy [^\n]*\n\.\n", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3])
def test_thirty_days_of_trouble_end_like_a_clean_build(
    kg: Kg, arxiv: ArxivServer, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    desk = Desk(dice, kg, arxiv)
    day = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
    kg.environment["KG_NOW"] = day.isoformat()
    kg("add", "tides.md", "kelp.md", "gulls.md")
    kills = 0
    for _ in range(30):
        day += timedelta(days=1)
        kg.environment["KG_NOW"] = day.isoformat()
        for _ in range(dice.randrange(5)):
            desk.edit()
        desk.write()
        if dice.random() < 0.5:
            desk.papers()
        if dice.random() < 0.4:
            arxiv.script(*(dice.choice(_FAULTS)() for _ in range(dice.randint(1, 6))))
        if dice.random() < 0.2:
            process = kg.start("refresh")
            time.sleep(dice.uniform(0.2, 1.2))
            finish(process, signal_=signal.SIGKILL)
            kills += 1
        kg("refresh", "--due", code=None)
        if dice.random() < 0.4:
            desk.correct()
    arxiv.calm()
    kg("refresh", "--all")
    soaked = statements(kg)
    clean = tmp_path / "clean"
    clean.mkdir()
    for name in ("kg.toml", "corrections.toml"):
        if (kg.workspace / name).exists():
            shutil.copy(kg.workspace / name, clean / name)
    kg.environment["KG_WORKSPACE"] = str(clean)
    kg("refresh")
    assert kills
    assert kg.corrections.exists()
    assert statements(kg) == soaked
