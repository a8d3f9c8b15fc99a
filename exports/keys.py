"""Citation keys: a pattern makes the key of a paper, a file of the workspace keeps it for ever.

``citations.toml`` has a line for each paper that was given a key: ``"slug" = "key"``. What stands there
holds, whatever becomes of titles, authors and other papers, and a person may put another key. It belongs
in git, like the other text files of a workspace.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kg.errors import UsageError
from kg.textfile import fail, load, quoted, read_text, write_text

FIELDS = ("slug", "author", "year", "word", "arxiv")
FILE = "citations.toml"
_PREFACE = "# Citation keys that `kg export` has given, for ever. Edit freely, comments are kept.\n\n"
_HINT = "Edit that line, or delete it: then `kg export` gives the paper a key anew."
_NOT_KEY = re.compile(r"[^A-Za-z0-9.:_-]+")
_LINE = re.compile(r'\s*(?:"([^"\\]*)"|([A-Za-z0-9_-]+))\s*=')


def check(pattern: str) -> None:
    """Nothing, if every field of a pattern of keys is known. Raises: UsageError."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
    except ValueError:
        fields = [pattern]
    unknown = [name for name in fields if name not in FIELDS]
    if unknown or not fields:
        raise UsageError(
            f"the citation key {pattern!r} has no such field",
            hint=f"Known: {', '.join(f'{{{name}}}' for name in FIELDS)}. Like {{author}}{{year}}{{word}}.",
        )


class Keys:
    """The keys that are given: no two papers ever get one, also not where only the case differs."""

    def __init__(self, pattern: str, kept: Mapping[str, str]) -> None:
        """Give keys by ``pattern``; papers whose slug is in ``kept`` have theirs. Raises: UsageError."""
        check(pattern)
        self.pattern = pattern
        self.kept = kept
        self._taken = {key.lower() for key in kept.values()}  # BibTeX takes keys that differ in case for one

    def of(self, words: Mapping[str, str]) -> str:
        """The key of a paper: the kept one, else by the pattern; if that is taken with the slug behind it.

        >>> keys = Keys("{author}{year}", {"a": "hu2021"})
        >>> [keys.of({"slug": slug, "author": "hu", "year": "2021"}) for slug in ("a", "b", "c")]
        ['hu2021', 'hu2021-b', 'hu2021-c']
        """
        if words["slug"] in self.kept:
            return self.kept[words["slug"]]
        for key in self._wanted(words):
            if key.lower() not in self._taken:
                self._taken.add(key.lower())
                return key
        raise AssertionError("numbers do not end")

    def _wanted(self, words: Mapping[str, str]) -> Iterator[str]:
        yield _NOT_KEY.sub("-", self.pattern.format(**words))
        longer = _NOT_KEY.sub("-", f"{self.pattern}-{{slug}}".format(**words))
        yield longer
        number = 2
        while True:
            yield f"{longer}-{number}"
            number += 1


def kept_in(path: Path) -> dict[str, str]:
    """The keys of a file by slug, in its order; none where there is no file. Raises: ConfigError."""
    table, text = load(path)
    seen: dict[str, str] = {}
    for slug, key in table.items():
        if not isinstance(key, str) or _NOT_KEY.search(key) or not key:
            fail(path, text, slug, f"the key of {slug!r} must be text of letters, digits and . : _ -", _HINT)
        if key.lower() in seen:
            fail(path, text, slug, f"{key!r} is the key of {seen[key.lower()]!r} already", _HINT)
        seen[key.lower()] = slug
    return dict(table)


def keep(path: Path, given: Mapping[str, str]) -> None:
    """Put new keys into the file, made if missing, sorted among what stands there, which stays as it is.

    Raises: UsageError where it cannot be written.
    """
    text = read_text(path) if path.exists() else _PREFACE
    write_text(path, "".join(_merged(text.splitlines(keepends=True), given)))


def _merged(lines: Iterable[str], given: Mapping[str, str]) -> Iterator[str]:
    """The lines with a new one for each key, before the first line of a later slug and its comments."""
    new = [(slug, f"{quoted(slug)} = {quoted(key)}\n") for slug, key in sorted(given.items(), reverse=True)]
    waiting: list[str] = []  # comments, which belong to the line behind them
    for line in lines:
        found = _LINE.match(line)
        whole = line if line.endswith("\n") else f"{line}\n"
        if not line.strip():
            yield from (*waiting, whole)
            waiting = []
        elif found is None:
            waiting.append(whole)
        else:
            while new and new[-1][0] < (found[1] or found[2]):
                yield new.pop()[1]
            yield from (*waiting, whole)
            waiting = []
    yield from waiting
    yield from (line for _, line in reversed(new))
