"""The two colour themes of kg: every colour on screen is a token of one of them.

A kind's colour belongs to its name group in the vocabulary, so a new kind has one at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from kg.vocabulary import Kind

GROUPS = tuple(dict.fromkeys(kind.group for kind in Kind))
"""The kinds' groups, in the order of the vocabulary."""

DARK = Theme(
    name="kg-dark",
    primary="#58c4b8",
    secondary="#93a8ff",
    accent="#f0b35e",
    warning="#f0b35e",
    error="#ff8088",
    success="#9ad27a",
    foreground="#d9dee8",
    background="#0f131a",
    surface="#151a23",
    panel="#1d2430",
    dark=True,
    variables={
        "kg-muted": "#9aa5b8",
        "kg-frame": "#3a4454",
        "kg-cursor": "#1f3a3f",
        "kg-cursor-blurred": "#1f2732",
        "kg-model": "#58c4b8",
        "kg-concept": "#93a8ff",
        "kg-software": "#f0b35e",
        "kg-tier": "#e79ac8",
        "kg-paper": "#9ad27a",
        "kg-tutorial": "#d2c36a",
        "kg-data": "#7fc3f0",
        "kg-organization": "#d1a7f2",
        "input-cursor-background": "#58c4b8",
        "input-cursor-foreground": "#0f131a",
        "input-selection-background": "#2c5a60",
    },
)

LIGHT = Theme(
    name="kg-light",
    primary="#00695f",
    secondary="#3545b5",
    accent="#8a4b00",
    warning="#8a4b00",
    error="#b3172b",
    success="#2b6a16",
    foreground="#1c2430",
    background="#fbfaf7",
    surface="#f4f2ed",
    panel="#e9e6df",
    dark=False,
    variables={
        "kg-muted": "#55606e",
        "kg-frame": "#b9b5ab",
        "kg-cursor": "#d3e8e4",
        "kg-cursor-blurred": "#e9e6df",
        "kg-model": "#00695f",
        "kg-concept": "#3545b5",
        "kg-software": "#8a4b00",
        "kg-tier": "#9c2a73",
        "kg-paper": "#2b6a16",
        "kg-tutorial": "#6b5a00",
        "kg-data": "#00598a",
        "kg-organization": "#6b2fa0",
        "input-cursor-background": "#00695f",
        "input-cursor-foreground": "#fbfaf7",
        "input-selection-background": "#b8dcd6",
    },
)

DEFAULTS: Mapping[str, str] = {
    "kg-muted": "foreground",
    "kg-frame": "panel-lighten-2",
    "kg-cursor": "primary-muted",
    "kg-cursor-blurred": "panel",
    **dict.fromkeys((f"kg-{group}" for group in GROUPS), "text-primary"),
}
"""The theme's own token that stands for one of ours, where a theme is not ours."""


def preferred(environment: Mapping[str, str]) -> str:
    """The theme to start with: TEXTUAL_THEME, else light where the terminal says it is light.

    >>> preferred({"COLORFGBG": "0;15"}), preferred({"COLORFGBG": "15;0"}), preferred({})
    ('kg-light', 'kg-dark', 'kg-dark')
    """
    if chosen := environment.get("TEXTUAL_THEME", ""):
        return chosen
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "15"} else DARK.name
