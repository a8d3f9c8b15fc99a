"""Tests of the documents: what they show is what happens."""

from __future__ import annotations

from collections.abc import Callable

from . import checks, commands, interface, vocabulary

GENERATED: dict[str, Callable[[], str]] = {
    "docs/checks.md": checks.page,
    "docs/commands.md": commands.page,
    "docs/interface.md": interface.page,
    "docs/vocabulary.md": vocabulary.page,
}
"""Pages that are made from the code, and what makes them."""
