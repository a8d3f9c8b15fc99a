"""Filters of a search that name nothing are refused, with the nearest that they may have meant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NoReturn

from .errors import UsageError
from .marks import STATES
from .query import Query
from .vocabulary import Kind


def kind_of(text: str) -> Kind:
    """The kind of that name. Raises: UsageError with the nearest."""
    try:
        return Kind.of(text)
    except KeyError:
        labels = {k.label.casefold(): k.label for k in Kind}
        near = _nearest(text.casefold(), labels)
        hint = f"Did you mean {labels[near[0]]}?" if near else f"One of: {', '.join(labels.values())}."
        raise UsageError(f"there is no kind {text!r}", hint=hint) from None


def check_filters(db: sqlite3.Connection, query: Query) -> None:
    """Nothing, if all filters name something. Raises: UsageError with the nearest name."""
    for name in query.unknown:
        kind_of(name)
    for name in query.unheard:
        _no_state(name)
    for name in query.documents:
        _check_document(db, name)


def _no_state(text: str) -> NoReturn:
    near = _nearest(text.casefold(), STATES)
    hint = f"Did you mean is:{near[0]}?" if near else f"One of: is:{', is:'.join(STATES)}."
    raise UsageError(f"nothing is {text!r}", hint=hint)


def _check_document(db: sqlite3.Connection, name: str) -> None:
    """Nothing, if there is such a document. Raises: UsageError with the nearest source."""
    sql = "SELECT key FROM document WHERE key IN (?, 'list:' || ?) OR key LIKE 'list:%'"
    keys = [key for (key,) in db.execute(sql, (name, name))]
    if not {name, f"list:{name}"} & set(keys):
        near = _nearest(name, [key.removeprefix("list:") for key in keys])
        hint = f"Did you mean in:{near[0]}?" if near else "See `kg sources`."
        raise UsageError(f"there is no source {name!r}", hint=hint)


def _nearest(text: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(text, list(known), n=1, cutoff=0.5)
