"""``kill -9`` at any moment of a refresh: nothing is lost, nothing doubled, nothing asked for twice."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.command import Kg, finish
from tests.cli.lists import long_list
from tests.conftest import clean_environment
from tests.fakes.arxiv_server import ArxivServer

_STARTED = 0.25
"""The share of a refresh that Python takes to start: there is little to interrupt."""

_NOW = "2026-03-02T12:00:00Z"
_COMPARED = {
    "paper": "SELECT * FROM paper ORDER BY arxiv_id",
    "paper_version": "SELECT * FROM paper_version ORDER BY 1, 2",
    "paper_lookup": "SELECT * FROM paper_lookup ORDER BY 1",
    "document": "SELECT key, kind, title, blob, reader FROM document ORDER BY key",
    "change": "SELECT DISTINCT cause, action, what, subject, text FROM change ORDER BY 1, 2, 3, 4, 5",
}
"""What must be as if nothing had happened; row numbers are left out."""


@dataclass(slots=True)
class Storm:
    """What a storm of kills left: how many there were, what was stored at each, and what went wrong."""

    kills: int
    rounds: int
    stored: list[int]
    faults: list[str]

    def __str__(self) -> str:
        spread = f"{min(self.stored)}-{max(self.stored)}" if self.stored else "none"
        some = f"{sum(map(bool, self.stored)) / (len(self.stored) or 1):.0%}"
        told = (
            f"{self.kills} kills, {self.rounds} refreshes; papers stored when killed: {spread}, in {some} any"
        )
        good = "nothing lost, nothing doubled, nothing asked for twice"
        return "\n".join([told, *(self.faults or [good])])


def storm(kills: int, *, papers: int = 2000, seed: int = 1) -> Storm:
    """Refreshes of so many papers, killed at random moments, each then run to its end and compared."""
    dice = random.Random(seed)
    with TemporaryDirectory() as name, ArxivServer(any_id=True) as server:
        folder = Path(name)
        kg = _prepared(folder, server, papers)
        began = time.monotonic()
        kg.process("refresh")
        length = time.monotonic() - began
        expected = _state(kg)
        left = Storm(0, 0, [], [])
        while left.kills < kills:
            _reset(folder)
            left.rounds += 1
            for _ in range(min(dice.randint(1, 3), kills - left.kills)):
                _killed(kg, server, dice.uniform(_STARTED, 1) * length, left)
            stored, seen = set(_stored(kg)), len(server.log)
            kg.process("refresh")
            _no_second_question(server, seen, stored, left)
            left.faults += [f"round {left.rounds}: {name}" for name in _differences(_state(kg), expected)]
        return left


def _prepared(folder: Path, server: ArxivServer, papers: int) -> Kg:
    """A workspace whose list is read and whose papers are not yet asked for, and a copy of it."""
    desk = folder / "desk"
    desk.mkdir()
    kg = Kg(desk, folder / "ws", clean_environment(folder / "home"))
    kg.environment |= {
        "KG_WORKSPACE": str(kg.workspace),
        "KG_ARXIV_API": server.api,
        "KG_ARXIV_DELAY": "0",
        "KG_NOW": _NOW,
    }
    kg.write("gauges.md", long_list(papers))
    kg.process("add", "gauges.md", "--no-fetch")
    shutil.copytree(kg.workspace, folder / "before")
    return kg


def _reset(folder: Path) -> None:
    shutil.rmtree(folder / "ws")
    shutil.copytree(folder / "before", folder / "ws")


def _killed(kg: Kg, server: ArxivServer, wait: float, left: Storm) -> None:
    """One refresh, killed after ``wait`` seconds; what was stored is not asked for by the next one."""
    stored, seen = set(_stored(kg)), len(server.log)
    process = kg.start("refresh")
    time.sleep(wait)
    finish(process, signal_=signal.SIGKILL)
    left.kills += 1
    left.stored.append(len(_stored(kg)))
    _no_second_question(server, seen, stored, left)
    if len(_stored(kg)) < len(stored):
        left.faults.append(f"round {left.rounds}: papers were lost")


def _no_second_question(server: ArxivServer, seen: int, stored: set[str], left: Storm) -> None:
    again = {one for asked in server.asked[seen:] for one in asked} & stored
    if again:
        left.faults.append(f"round {left.rounds}: {len(again)} papers that were stored were asked for again")


def _stored(kg: Kg) -> list[str]:
    with closing(sqlite3.connect(kg.database)) as db:
        return [row[0] for row in db.execute("SELECT arxiv_id FROM paper")]


def _state(kg: Kg) -> dict[str, object]:
    """All that must not depend on kills: rows, the export, and that the file is whole."""
    with closing(sqlite3.connect(kg.database)) as db:
        found: dict[str, object] = {name: db.execute(sql).fetchall() for name, sql in _COMPARED.items()}
        found["integrity"] = db.execute("PRAGMA integrity_check").fetchall()
        found["foreign keys"] = db.execute("PRAGMA foreign_key_check").fetchall()
    return found | {"turtle": kg.process("export", "--turtle", "--receipts").out}


def _differences(found: dict[str, object], expected: dict[str, object]) -> list[str]:
    return [f"{name} differs" for name in expected if found[name] != expected[name]]
