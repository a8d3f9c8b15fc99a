"""Our own Turtle read back: the canonical form of ``docs/rdf.md`` and nothing else, a subject at a time.

It is no parser of Turtle. Whatever ``kg export --turtle`` would not have written is refused with its line.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from io import BufferedReader
from itertools import pairwise
from typing import NoReturn

from kg.errors import UsageError
from kg.rdf import SECTIONS, Block, Namespaces, Pair, terms

_LONGEST = 1 << 24  # bytes of a line: an abstract has some thousand
_GZIP = b"\x1f\x8b"
_PREFIX = re.compile(r"@prefix ([a-z0-9]+): <([^<>]*)> \.")
_HEADING = re.compile(r"#### ([a-z ]+)")
_IRI = r'<[^\x00-\x20<>"{}|^`\\]*>'
_PLAIN = r'[^"\\\x00-\x1f\x7f-\x9f]*'
_TEXT = rf'"{_PLAIN}(?:\\(?:[btnfr"\\]|u00(?:0[1-7BEF]|1[0-9A-F]|7F|[89][0-9A-F])){_PLAIN})*"'
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?|true|false"


class Turtle:
    """One file of canonical Turtle: its prefixes are known at once, its sections come in their order."""

    def __init__(self, file: BufferedReader, name: str) -> None:
        """Read the prefixes of ``file``, plain or compressed; ``name``: what errors call it.

        Raises: UsageError.
        """
        self.name = name
        packed = file.peek(len(_GZIP)).startswith(_GZIP)
        self._file = gzip.GzipFile("", "rb", fileobj=file) if packed else file
        self._kept: str | None = None
        self._number = 0
        self._line = self._next()
        self.namespaces = self._header()
        prefixes = "|".join(self.namespaces.declared)
        named = rf"(?:{prefixes}):(?:{terms.LOCAL.pattern})?"
        self._subject = re.compile(rf"{named}|{_IRI}")
        self._pair = re.compile(
            rf"    (a|{named}) ({named}|{_IRI}|{_TEXT}(?:@[a-z]+(?:-[a-z0-9]+)*|\^\^{named})?|{_NUMBER}) ;"
        )

    def sections(self) -> Iterator[tuple[str, Iterator[Block]]]:
        """The sections that the file has, each with its blocks. Raises: UsageError."""
        left = iter(SECTIONS)
        while self._line is not None:
            if self._line or (heading := _HEADING.fullmatch(self._next() or "")) is None:
                self.fail()
            if heading[1] not in left:  # which also passes over those that come before it
                self.fail()
            self._line = self._next()
            if self._line is None:
                self.fail()
            yield heading[1], self._blocks()

    def fail(self, why: str = "") -> NoReturn:
        """Raises: UsageError for what stands at this line."""
        raise UsageError(
            f"{self.name}, line {self._number}: {why or 'not Turtle as `kg export --turtle` writes it'}",
            hint="Take a file that `kg export --turtle` wrote; pyoxigraph and rdflib read any other.",
        )

    def _blocks(self) -> Iterator[Block]:
        """The blocks up to the next heading, whose blank line stays in ``_line``."""
        count = 0
        while self._line is not None:
            if self._line:
                self.fail()
            subject = self._next()
            if subject is not None and count and subject.startswith("#"):
                self._kept = subject
                return
            if subject is None or not self._subject.fullmatch(subject):
                self.fail()
            yield subject, self._pairs()
            count += 1
            self._line = self._next()

    def _pairs(self) -> list[Pair]:
        found: list[Pair] = []
        while (line := self._next()) != ".":
            said = self._pair.fullmatch(line) if line is not None else None
            if said is None:
                self.fail()
            found.append((said[1], said[2]))
        if not found or any(a >= b for a, b in pairwise(map(_place, found))):
            self.fail("not in canonical order")
        return found

    def _header(self) -> Namespaces:
        found: dict[str, str] = {}
        while self._line and (said := _PREFIX.fullmatch(self._line)):
            if found and said[1] <= max(found):
                self.fail("not in canonical order")
            found[said[1]] = said[2]
            self._line = self._next()
        base = found.get("root", "")
        if terms.bracketed(base) != f"<{base}>" or base[-1] not in "/#":
            self.fail()
        spaces = Namespaces(base, frozenset(found))
        if found != spaces.declared or self._line != "":
            self.fail()
        return spaces

    def _next(self) -> str | None:
        """The next line without its end; None behind the last."""
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        self._number += 1
        try:
            line = self._file.readline(_LONGEST)
            if not line:
                return None
            if not line.endswith(b"\n"):
                self.fail("the line has no end")
            return line[:-1].decode()
        except UnicodeDecodeError:
            self.fail("not UTF-8")
        except (EOFError, OSError, zlib.error) as error:
            self.fail(f"cannot be read: {error}")


def _place(pair: Pair) -> tuple[int, Pair]:
    """Where a pair stands in its block: types, the label, all else as written."""
    return {"a": 0, "rdfs:label": 1}.get(pair[0], 2), pair
