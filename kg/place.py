"""Where a workspace is, and what its files are called; light, for commands that must start at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CONFIG, CORRECTIONS, MARKS, DATABASE = "kg.toml", "corrections.toml", "marks.jsonl", "graph.db"


def workspace_folder(environment: Mapping[str, str], *, start: Path, chosen: Path | None = None) -> Path:
    """The folder of the workspace to use.

    ``chosen``, else the nearest ``kg.toml`` upwards from ``start``, else KG_WORKSPACE, else
    the user's own in the data folder.
    """
    if chosen is not None:
        return chosen
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    if named := environment.get("KG_WORKSPACE"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("kg")
