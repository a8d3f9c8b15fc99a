"""The notebook among the documents: its cells run, warn of nothing and show what it shows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from .pages import ROOT

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
BEHIND = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def run(folder: str) -> dict[str, Any]:
    """The notebook after its cells were run in a kernel of their own."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.reads(NOTEBOOK.read_text("utf-8"), 4)  # type: ignore[no-untyped-call] # as it ships
    client = NotebookClient(book, kernel_name="python3", timeout=60, record_timing=False)
    client.execute(cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found: dict[str, Any] = json.loads(nbformat.writes(book))  # type: ignore[no-untyped-call] # as above
    return found


def written(book: dict[str, Any]) -> str:
    """The notebook as it is kept: in one form, without what tells of the machine that ran it."""
    kept = {**book, "metadata": {**BEHIND, "language_info": {"name": "python"}}}
    return json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.mark.slow
def test_the_notebook_shows_what_its_cells_give(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOLDEN=write in the environment runs it anew and keeps that; look at the difference."""
    monkeypatch.setenv("KG_WORKSPACE", str(starter))
    with TemporaryDirectory() as home:
        for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
            monkeypatch.setenv(name, home)
        found = run(home)
    outputs = [one for cell in found["cells"] for one in cell.get("outputs", [])]
    assert len(outputs) > 6
    assert [one for one in outputs if one.get("name") == "stderr"] == []
    text = written(found)
    if os.environ.get("GOLDEN") == "write":
        NOTEBOOK.write_text(text, encoding="utf-8")
    assert text == NOTEBOOK.read_text("utf-8")


def test_the_notebook_was_run_from_its_first_cell_to_its_last_and_names_no_machine() -> None:
    text = NOTEBOOK.read_text("utf-8")
    book = json.loads(text)
    assert text == written(book)
    counts = [cell["execution_count"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    for place in ("/tmp/", "/home/", "/root/", "/work/", "/usr/"):
        assert place not in text
