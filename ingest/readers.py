"""The readers of documents that people curate, by how an address ends: Markdown unless it says otherwise.

A new format is one module with a reader, and one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from . import lists
from .libraries import bibtex, csl
from .lists import ListReading


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read documents: its version (``family/number``), the endings it is for, and what reads."""

    version: str
    suffixes: tuple[str, ...]
    read: Callable[..., ListReading]

    @property
    def family(self) -> str:
        """The rules without their number."""
        return self.version.partition("/")[0]


READERS = (
    Reader(lists.READER, (".md", ".markdown", ".mkd", ".mdown", ".txt"), lists.read_list),
    Reader(bibtex.READER, (".bib", ".bibtex"), bibtex.read_bibtex),
    Reader(csl.READER, (".json",), csl.read_csl),
)


def reader_for(address: str) -> Reader:
    """The reader for what stands at an address.

    >>> reader_for("https://example.org/library.bib?raw=1").version, reader_for("github:owner/repo").family
    ('bibtex/1', 'list')
    """
    path = urlsplit(address).path if "://" in address else address
    suffix = PurePosixPath(path).suffix.lower()
    return next((reader for reader in READERS if suffix in reader.suffixes), READERS[0])


def reader_of(version: str) -> Reader | None:
    """The reader that reads today what one of that version has read; None for another kind of document.

    >>> reader_of("bibtex/0").version, reader_of("arxiv/1")
    ('bibtex/1', None)
    """
    family = version.partition("/")[0]
    return next((reader for reader in READERS if reader.family == family), None)
