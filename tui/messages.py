"""What the screens say in sentences when there is nothing else to show."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kg.vocabulary import Kind

TOO_SMALL = (
    "kg needs a terminal of at least 60 columns and 16 lines.\n"
    "Make it larger, or ask `kg search` and `kg show`."
)
EMPTY = (
    "No sources yet.",
    "Press + to add the bundled starter list; nothing leaves this computer.",
    "Or leave with q and name a list of your own: kg add LIST.",
)
EMPTY_READONLY = ("No sources yet.", "Leave with q and name one: kg add starter, or kg add LIST.")
STARTER = (
    "It names small models, methods, frameworks and papers.\nIt is part of kg: nothing leaves this computer."
)


def nothing(text: str, ticked: Collection[Kind], near: Sequence[str]) -> tuple[str, ...]:
    """That nothing matches, what may have been meant, and what narrows the search.

    >>> print(*nothing("lroa", (), ["LoRA"]))
    Nothing matches ‘lroa’. Did you mean LoRA? ⏎ in the search box takes the first; esc clears.
    """
    meant = f"Did you mean {', '.join(near)}? ⏎ in the search box takes the first; " if near else ""
    kinds = ", ".join(kind.label for kind in Kind if kind in ticked)
    narrowed = f" Only {kinds} (f changes that)." if kinds else ""
    return (f"Nothing matches ‘{text}’. {meant}esc clears.{narrowed}",)
