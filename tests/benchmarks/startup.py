"""What it costs to start kg: CPU time of whole fresh processes, medians of interleaved rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .figures import Figure

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-c")
CLICK = "python -c 'import click'"
STORE = "python -c 'import click, sqlite3'"
ENGINE = "python -c 'import click, sqlite3, pyoxigraph'"

CASES: dict[str, tuple[str, ...]] = {
    "python -c pass": (*PYTHON, "pass"),
    ENGINE: (*PYTHON, "import click, sqlite3, pyoxigraph"),
    CLICK: (*PYTHON, "import click"),
    STORE: (*PYTHON, "import click, sqlite3"),
    "kg --version": (sys.executable, "-m", "kg", "--version"),
    "kg --help": (sys.executable, "-m", "kg", "--help"),
    "kg search lora": (sys.executable, "-m", "kg", "search", "lora"),
    "kg sparql --saved lora": (sys.executable, "-m", "kg", "sparql", "--saved", "lora"),
}
FLOORS = {
    "kg --version": CLICK,
    "kg --help": CLICK,
    "kg search lora": STORE,
    "kg sparql --saved lora": ENGINE,
}


def run(rounds: int = 15) -> Iterator[Figure]:
    """Milliseconds of CPU time of each case against its floor; one round before them warms up."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "KG_WORKSPACE": folder, "KG_STATE": folder, "KG_OFFLINE": "1"}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": f"{folder}/pyc"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nothing is compiled where kg is installed
        adding = [sys.executable, "-m", "kg", "--quiet", "add", "starter", "--no-fetch"]
        subprocess.run(adding, env=environment, check=True, stdout=subprocess.DEVNULL)
        times: dict[str, list[float]] = {name: [] for name in CASES}
        for _ in range(rounds + 1):
            for name, command in CASES.items():
                times[name].append(_cpu(command, environment))
    median = {name: statistics.median(found[1:]) for name, found in times.items()}
    for name, floor in FLOORS.items():
        yield Figure(name, median[name], "ms CPU", floor, median[floor])
    yield Figure(CLICK, median[CLICK], "ms CPU", "python -c pass", median["python -c pass"])


def _cpu(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Milliseconds of CPU time, user and system, that a process takes from start to end."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return 1000 * (usage.ru_utime + usage.ru_stime)
