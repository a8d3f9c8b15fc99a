"""The questions that come along: one file each in ``queries/``, its first line the question."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kg.errors import UsageError

_FOLDER = Path(__file__).with_name("queries")
_ENDING = ".rq"


class Question(NamedTuple):
    """A question: the name that ``kg sparql --saved`` knows it by, in words, and in SPARQL."""

    name: str
    text: str
    query: str


def questions() -> list[Question]:
    """All of them, by name."""
    return [_read(file) for file in sorted(_FOLDER.glob(f"*{_ENDING}"))]


def question(name: str) -> Question:
    """The one of that name. Raises: UsageError, with the nearest name."""
    names = [file.stem for file in sorted(_FOLDER.glob(f"*{_ENDING}"))]
    if name not in names:
        from difflib import get_close_matches

        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
        raise UsageError(f"no question that comes along is called {name!r}", hint=hint)
    return _read(_FOLDER / f"{name}{_ENDING}")


def _read(file: Path) -> Question:
    query = file.read_text("utf-8")
    return Question(file.stem, query.split("\n", 1)[0].removeprefix("# "), query)
