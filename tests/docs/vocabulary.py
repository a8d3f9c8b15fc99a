"""The page of kinds and predicates, written from the table that the code uses."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.fates import RELATIONS
from kg.vocabulary import Kind, Predicate

_TOP = """\
# Vocabulary

The kinds of nodes and the predicates between them. This page is written from `kg/vocabulary.py` by
`python -m tests.docs`; a new row there appears everywhere by itself.
"""
_KINDS = """\
## Kinds

Kinds of one group may name the same thing: a topic of one list is a method in another. The letter
stands for the kind on narrow screens.
"""
_PREDICATES = """\
## Predicates

Each is stored in one direction. The inverse is how it reads from the other end; a predicate without
one has a value as its object.
"""
_RELATIONS = """\
## Relations in `kg items`

`kg items --json` and `--jsonl` tell what one entry says with the names that labelled lists use. An
entry may be the subject or the object of a predicate.
"""


def page() -> str:
    """The page as it should be now."""
    kinds = ((k.label, k.plural, k.glyph, k.group, " ".join(_code(k.rdf_types))) for k in Kind)
    relations = ((_word(p), *_code((said, answered))) for p, (said, answered) in RELATIONS.items())
    return "\n".join(
        (
            *(_TOP, _KINDS, _table(("kind", "many", "letter", "group", "RDF types"), kinds)),
            *(_PREDICATES, _table(("predicate", "inverse", "from", "to", "RDF"), map(_predicate, Predicate))),
            *(_RELATIONS, _table(("predicate", "from its subject", "from its object"), relations)),
        )
    )


def _predicate(predicate: Predicate) -> tuple[str, ...]:
    to = f"*{predicate.datatype}*" if predicate.is_literal else _kinds(predicate.range)
    return (_word(predicate), predicate.inverse, _kinds(predicate.domain), to, f"`{predicate.rdf}`")


def _word(predicate: Predicate) -> str:
    return f"`{predicate.word}`"


def _kinds(kinds: tuple[Kind, ...]) -> str:
    return "any" if kinds == tuple(Kind) else ", ".join(kind.label for kind in kinds)


def _code(texts: Iterable[str]) -> list[str]:
    return [f"`{text}`" if text else "" for text in texts]


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "".join(f"| {' | '.join(cells)} |\n".replace("|  |", "| |") for cells in lines)
