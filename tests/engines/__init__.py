"""Readers of RDF by others, the referees of an export: how many triples each finds in a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from . import virtuoso

RDF = ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")
"""The formats of an export that are RDF."""
QUADS = frozenset({"trig", "nquads"})
PATIENCE = 300.0  # seconds that one file may take

Count = Callable[[Path, str], int]


@dataclass(frozen=True)
class Engine:
    """A reader, opened for some files: then it gives the distinct triples of a file of that format.

    ``missing``: why it cannot be asked here. ``slow``: it takes seconds to start. ``value``: what a
    term is to it, where it takes different ones for the same.
    """

    name: str
    reads: frozenset[str]
    opened: Callable[[], AbstractContextManager[Count]]
    missing: str = ""
    slow: bool = False
    value: Callable[[str], str] = str


def engines() -> list[Engine]:
    """All of them, those that are not at hand with what is missing."""
    every, lines = frozenset(RDF), frozenset({"turtle", "ntriples", *QUADS})
    return [
        Engine("rdflib", every, lambda: nullcontext(_rdflib)),
        Engine("pyoxigraph", every, lambda: nullcontext(_pyoxigraph)),
        Engine("rapper", every - {"jsonld"}, lambda: nullcontext(_rapper), _needed("rapper")),
        Engine("serdi", lines, lambda: nullcontext(_serdi), _needed("serdi")),
        Engine("N3.js", lines, lambda: nullcontext(_n3), _needed("node") or _needed_n3()),
        Engine(
            "Virtuoso",
            every - {"jsonld"},
            virtuoso.server,
            _needed(virtuoso.SERVER),
            slow=True,
            value=virtuoso.value,
        ),
    ]


def _needed(program: str) -> str:
    return "" if shutil.which(program) else f"{program} is not installed"


# ------------------------------------------------------------------------------- libraries


def _rdflib(file: Path, form: str) -> int:
    import rdflib

    name = {"turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}.get(form, form)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib calls what it has deprecated
        read = (rdflib.Dataset() if form in QUADS else rdflib.Graph()).parse(file, format=name)
    return sum(1 for _ in read.quads()) if isinstance(read, rdflib.Dataset) else len(read)


def _pyoxigraph(file: Path, form: str) -> int:
    from pyoxigraph import RdfFormat, Store

    name = {"ntriples": "N_TRIPLES", "nquads": "N_QUADS", "jsonld": "JSON_LD", "rdfxml": "RDF_XML"}
    store = Store()
    store.bulk_load(path=str(file), format=getattr(RdfFormat, name.get(form, form.upper())))
    return len(store)


# -------------------------------------------------------------------------------- programs


def _rapper(file: Path, form: str) -> int:
    out = "nquads" if form in QUADS else "ntriples"
    return _lines("rapper", "-q", "-i", form, "-o", out, file)


def _serdi(file: Path, form: str) -> int:
    return _lines("serdi", "-i", form, "-o", "nquads" if form in QUADS else "ntriples", file)


def _lines(*command: str | Path) -> int:
    done = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    assert not done.stderr, done.stderr.decode()
    return len(set(done.stdout.splitlines()))


_N3 = Path(__file__).with_name("n3.js")
_MODULES = {"NODE_PATH": f"{os.environ.get('NODE_PATH', '')}:/usr/share/nodejs"}  # where Debian keeps them


def _n3(file: Path, form: str) -> int:
    name = {"turtle": "text/turtle", "ntriples": "N-Triples", "trig": "TriG", "nquads": "N-Quads"}[form]
    return int(_node(_N3, file, name))


def _needed_n3() -> str:
    try:
        _node("-e", "require('n3')")
    except subprocess.CalledProcessError:
        return "N3.js is not installed: set NODE_PATH to where n3 is"
    return ""


def _node(*arguments: str | Path) -> str:
    command = ["node", *arguments]
    environment = {**os.environ, **_MODULES}
    done = subprocess.run(
        command, env=environment, capture_output=True, check=True, text=True, timeout=PATIENCE
    )
    return done.stdout
