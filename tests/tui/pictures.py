"""The pictures of README and docs, taken of the bundled starter list: ``python -m tests.tui.pictures``."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path

from kg.__main__ import run
from tests.tui import sample
from tests.tui.driving import NARROW, WIDE, Driver, drive
from tui.source import Source

IMAGES = Path(__file__).parents[2] / "docs" / "images"


async def _save(driver: Driver, name: str) -> None:
    await driver.settle()
    IMAGES.mkdir(parents=True, exist_ok=True)
    svg = driver.app.export_screenshot(title="kg tui")
    (IMAGES / name).write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")


async def browse(driver: Driver) -> None:
    """A search, its kinds, and the node under the cursor."""
    await driver.press("slash")
    await driver.type("quant")
    await driver.press("down")
    results = driver.browse.results
    while results.cursor + 1 < results.count and results.node and results.node.slug != "quantization":
        await driver.press("j")
    await _save(driver, "browse.svg")


async def node(driver: Driver) -> None:
    """A node with its edges both ways, reached from another."""
    driver.browse.go("lora")
    await _save(driver, "node.svg")


async def why(driver: Driver) -> None:
    """The receipt of a statement with a qualifier, or of the first there is."""
    edges = driver.browse.edges
    for _ in range(edges.count):
        if edges.statement is not None and edges.statement.qualifiers:
            break
        await driver.press("j")
    await driver.press("p")
    await _save(driver, "why.svg")


def take() -> None:
    """Write all pictures anew."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"KG_WORKSPACE": folder, "KG_OFFLINE": "1", "KG_NOW": sample.READ.isoformat()}
        with contextlib.redirect_stdout(io.StringIO()):
            assert run(["-q", "add", "starter", "--no-fetch"]) == 0
        source = Source(Path(folder) / "graph.db", "small models", correct=str, clock=sample.clock)
        drive(source, browse, size=WIDE)
        drive(source, node, size=NARROW, start="qlora")
        drive(source, why, size=NARROW, start="alpaca")


if __name__ == "__main__":
    take()
