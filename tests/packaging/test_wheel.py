"""The wheel holds what it promises and nothing else, and kg runs from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

import kg

ROOT = Path(__file__).parents[2]
OURS = ("kg", "ingest", "exports", "tui")


def run(*command: str | Path, path: Path | None = None, **environment: str) -> str:
    """What a process says on stdout; ``path`` is where it looks for packages first."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    kept |= environment | ({} if path is None else {"PYTHONPATH": str(path)})
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def files(wheel: Path) -> list[str]:
    """The names of all files in the wheel."""
    with ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel: Path, files: list[str]) -> Message:
    """The wheel's metadata."""
    (name,) = (one for one in files if one.endswith(".dist-info/METADATA"))
    with ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed, without its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    run(*pip, "--no-index", "--no-deps", "--no-compile", "--target", folder, wheel)
    return folder


def test_the_top_level_is_the_four_packages(files: list[str]) -> None:
    assert {name.split("/")[0] for name in files} == {*OURS, f"kg_ledger-{kg.__version__}.dist-info"}


def test_every_module_of_the_tree_is_in_it(files: list[str]) -> None:
    tree = {path.relative_to(ROOT).as_posix() for name in OURS for path in (ROOT / name).rglob("*.py")}
    assert {name for name in files if name.endswith(".py")} == tree


def test_what_is_not_python_is_in_it(files: list[str]) -> None:
    styles = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tui").rglob("*.tcss")}
    assert styles
    assert {name for name in files if name.endswith(".tcss")} == styles
    assert {name for name in files if name.endswith("py.typed")} == {f"{name}/py.typed" for name in OURS}
    assert "kg/starter/small-language-models.md" in files
    assert not [name for name in files if "__pycache__" in name or name.endswith((".pyc", ".db"))]


def test_its_metadata_say_who_it_is(metadata: Message) -> None:
    assert metadata["Name"] == "kg-ledger"
    assert metadata["Version"] == kg.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_every_dependency_is_bounded_above(metadata: Message) -> None:
    needed = metadata.get_all("Requires-Dist", [])
    assert needed
    assert [one for one in needed if "<" not in one] == []


def test_the_four_names_belong_to_us_alone(installed: Path) -> None:
    code = "import importlib.metadata as m, json; print(json.dumps(m.packages_distributions()))"
    owners = json.loads(run(sys.executable, "-c", code, path=installed))
    assert {name: set(owners[name]) for name in OURS} == {name: {"kg-ledger"} for name in OURS}


def test_the_command_runs_from_it(installed: Path, tmp_path: Path) -> None:
    command = installed / "bin" / "kg"
    assert run(command, "--version", path=installed) == f"kg {kg.__version__}\n"
    workspace = {"KG_WORKSPACE": str(tmp_path / "ws"), "KG_STATE": str(tmp_path / "state"), "KG_OFFLINE": "1"}
    told = run(command, "add", "starter", path=installed, **workspace)
    assert "\nnext: " in told
    checks = {
        one["check"]: one for one in json.loads(run(command, "doctor", path=installed, **workspace))["checks"]
    }
    assert checks["package ingest"]["finding"] == f"beside kg in {installed}"
