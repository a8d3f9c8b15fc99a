"""The documents as the tests read them: fenced blocks, the commands in them, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\bsrc=\"([^\"]+)\"")


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, and its text."""

    language: str
    text: str


@dataclass(frozen=True)
class Example:
    """A command as a page shows it, and the lines of output that stand below it."""

    command: str
    shown: tuple[str, ...] = ()


def name(page: Path) -> str:
    """The page's path in the project."""
    return page.relative_to(ROOT).as_posix()


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in order."""
    return [Fence(language, text) for language, text in _FENCE.findall(page.read_text("utf-8"))]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def examples(page: Path) -> Iterator[Example]:
    """The calls of kg in the blocks of a page: ``$ kg …`` with output, or bare ``kg …`` lines."""
    for fence in fences(page):
        if fence.language == "console":
            for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
                command, *shown = part.splitlines()
                yield Example(command, tuple(shown))
        elif fence.language == "sh":
            for line in fence.text.splitlines():
                if line.startswith("kg "):
                    yield Example(line)


def inline(page: Path) -> Iterator[str]:
    """The calls of kg that a page names in running text."""
    for found in re.findall(r"`(kg [^`]+)`", prose(page)):
        yield " ".join(found.split())


def links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page point, as written."""
    for link, picture in _LINK.findall(prose(page)):
        yield link or picture
