"""Terms of RDF as text: names, IRIs, values, each in its one canonical Turtle form.

A term is a ``str``: a prefixed name (``node:lora``), an IRI (``<https://example.org/>``), a
text (``"LoRA"``), a typed text (``"2021"^^xsd:gYear``) or a bare number or boolean (``4``,
``0.85``, ``true``). So a Turtle line is its terms joined, and equal terms are equal texts;
:meth:`Namespaces.resolve` gives what a term stands for to those who write another format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import quote

from kg.errors import UsageError
from kg.model import partial_date

Pair = tuple[str, str]
"""A predicate and an object, as terms; ``a`` stands for ``rdf:type``."""

Block = tuple[str, Sequence[Pair]]
"""A subject and all its pairs, in canonical order."""

VOCABULARIES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "mls": "http://www.w3.org/ns/mls#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pav": "http://purl.org/pav/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",  # http, never https: see docs/rdf.md
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Namespaces of others."""

OWN = {
    "author": "author/",
    "cat": "category/",
    "ev": "evidence/",
    "kg": "ns#",
    "node": "node/",
    "req": "requirement/",
    "rev": "revision/",
    "root": "",
    "scheme": "scheme/",
    "source": "source/",
    "stmt": "statement/",
}
"""Namespaces of ours, below the base."""

_DIGITS = 50  # more are a mistake, and some readers stop earlier

LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""What may stand after a prefix: read alike by every parser, never escaped."""


@dataclass(slots=True)
class Notes:
    """What could not be written as it stands: how often, by reason, and the first case of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, example: str) -> None:
        """One more case of this reason."""
        self.counts[reason] += 1
        self.examples.setdefault(reason, example)


class Namespaces:
    """The prefixes of one export; ``base`` begins every IRI of ours."""

    def __init__(self, base: str, prefixes: frozenset[str] | None = None) -> None:
        """Bind the fixed tables to ``base``; ``prefixes``: those declared (None: all).

        Raises: UsageError for a base that is no absolute http(s) IRI ending in / or #.
        """
        if bracketed(base) != f"<{base}>" or base[-1] not in "/#":
            raise UsageError(
                f"base {base!r} is no http(s) IRI that ends in / or #",
                hint="Example: https://example.org/kg/",
            )
        self.base = base
        own = {prefix: base + path for prefix, path in OWN.items()}
        if base.endswith("#"):
            own["kg"] = base + "ns/"  # an IRI has one fragment
        self.every = VOCABULARIES | own
        self.declared = {
            prefix: space
            for prefix, space in sorted(self.every.items())
            if prefixes is None or prefix in prefixes
        }
        self._spaces = tuple(self.declared.values())
        self._longest = sorted(self.declared.items(), key=lambda item: -len(item[1]))

    def own(self, prefix: str, local: str) -> str:
        """The term of an IRI of ours."""
        return f"{prefix}:{local}" if LOCAL.fullmatch(local) else f"<{self.every[prefix]}{quote(local)}>"

    def link(self, iri: str, notes: Notes) -> str | None:
        """The term of an IRI of others; None, and a note, if it cannot be one."""
        written = bracketed(iri)
        if written is None:
            notes.add("links left out: no absolute http(s) IRI", iri)
        elif written.startswith(self._spaces, 1):
            return self.shorten(written[1:-1])
        return written

    def shorten(self, iri: str) -> str:
        """The IRI as a prefixed name if one fits, the longest namespace first."""
        for prefix, space in self._longest:
            if iri.startswith(space) and (iri == space or LOCAL.fullmatch(iri, len(space))):
                return f"{prefix}:{iri[len(space) :]}"
        return f"<{iri}>"

    def resolve(self, term: str) -> tuple[str, str]:
        """What a term stands for: (IRI, ""), (value, IRI of its datatype) or (text, "@en").

        >>> Namespaces("https://example.org/").resolve('"2021"^^xsd:gYear')
        ('2021', 'http://www.w3.org/2001/XMLSchema#gYear')
        """
        if term[0] == '"':
            written, _, kind = term.rpartition('"')
            if not kind.startswith("@"):
                kind = self.resolve(kind[2:] or "xsd:string")[0]
            return _unescaped(written[1:]), kind
        if term[0] == "<":
            return term[1:-1], ""
        prefix, colon, local = term.partition(":")
        if colon:
            return self.every[prefix] + local, ""
        if term == "a":
            return self.every["rdf"] + "type", ""
        if term in {"true", "false"}:
            return term, self.every["xsd"] + "boolean"
        return term, self.every["xsd"] + ("decimal" if "." in term else "integer")


# ---------------------------------------------------------------------------------- texts

# Control characters, also those of C1, which a terminal may obey.
_SPECIAL = re.compile(r'[\x00-\x1f\x7f-\x9f"\\\ud800-\udfff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-F]{4})|(.))")
_PLAIN = {written[1]: character for character, written in _ESCAPES.items()}


def text(value: str) -> str:
    r"""A text as a term. NUL and lone surrogates, which no RDF tool reads, become U+FFFD.

    >>> print(text('He said "\\o/"\n'))
    "He said \"\\o/\"\n"
    """
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'  # nearly always, and cheaper to find out than by the pattern
    return f'"{_SPECIAL.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == "\0" or "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(character):04X}"


def _unescaped(written: str) -> str:
    if "\\" not in written:
        return written
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else _PLAIN[m[2]], written)


# ------------------------------------------------------------------------------------ IRIs

# RFC 3987, but for what no link of a list needs: a host of IPv6, private use, and blanks and marks
# of direction, which the grammar would let through and which people cannot see.
_UCS = "\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff"
_UCS += "\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef"
_UCS += "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
_FREE = rf"[A-Za-z0-9._~!$&'()*+,;=:{_UCS}-]|%[0-9A-Fa-f]{{2}}"
_HOST = rf"(?:[A-Za-z0-9._~!$&'()*+,;={_UCS}-]|%[0-9A-Fa-f]{{2}})+"
_IRI = re.compile(
    rf"https?://(?:(?:{_FREE})*@)?{_HOST}(?::[0-9]*)?"
    rf"(?:/(?:{_FREE}|[@/])*)?(?:\?(?:{_FREE}|[@/?])*)?(?:#(?:{_FREE}|[@/?])*)?"
)
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:(#)(.*))?", re.IGNORECASE | re.DOTALL)
_UNFIT = re.compile(rf"[^A-Za-z0-9._~!$&'()*+,;=:@/?%{_UCS}-]|%(?![0-9A-Fa-f]{{2}})")


def bracketed(iri: str) -> str | None:
    """The IRI between angle brackets, percent-encoded where it must be; None if it is none.

    An IRI is absolute, http or https, with a host and without . or .. as parts of its path.

    >>> bracketed("https://example.org/a b?[x]"), bracketed("https://example.org/50%")
    ('<https://example.org/a%20b?%5Bx%5D>', '<https://example.org/50%25>')
    >>> bracketed("mailto:a@example.org"), bracketed("/README.md"), bracketed("https://")
    (None, None, None)
    """
    if "/." not in iri and _IRI.fullmatch(iri):
        return f"<{iri}>"
    parts = _PARTS.fullmatch(iri.strip())
    if parts is None:
        return None
    scheme, host, path, query, mark, fragment = parts.groups(default="")
    path, query, fragment = (_UNFIT.sub(_percent, part) for part in (_straight(path), query, fragment))
    written = f"{scheme.lower()}://{host}{path}{query}{mark}{fragment}"
    return f"<{written}>" if _IRI.fullmatch(written) else None


def _straight(path: str) -> str:
    """The path without . and .. as parts, which some readers take out themselves (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if path.endswith(("/.", "/..")):
        kept.append("")
    return "/" + "/".join(kept)


def _percent(found: re.Match[str]) -> str:
    return quote(found[0], safe="", errors="replace")


# --------------------------------------------------------------------------------- values

_NUMERALS = re.compile(r"[+-]?[0-9]{1,50}")
_DATES = (
    (re.compile(r"[0-9]{4}"), "xsd:gYear"),
    (re.compile(r"[0-9]{4}-[0-9]{2}"), "xsd:gYearMonth"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "xsd:date"),
)


def integer(value: int) -> str:
    """A whole number as a term."""
    return str(value)


@lru_cache(maxsize=256)
def decimal(value: Decimal | float) -> str:
    """A decimal number as a term, in canonical form (XSD 1.1); bare where Turtle reads it so.

    >>> decimal(0.85), decimal(Decimal("1.50")), decimal(1.0)
    ('0.85', '1.5', '"1"^^xsd:decimal')
    """
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    written = f"{number:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    if written in {"-0", ""}:
        written = "0"
    return written if "." in written else f'"{written}"^^xsd:decimal'


def value(said: str, datatype: str, notes: Notes) -> str:
    """A literal of the graph (see :class:`kg.model.Literal`, but not ``iri``) as a term.

    A value that is not of its datatype is written as the text that it is, with a note.

    >>> [value(said, kind, Notes()) for said, kind in (("007", "integer"), ("2021-06", "date"))]
    ['7', '"2021-06"^^xsd:gYearMonth']
    """
    written = _typed(said.strip(), datatype)
    if written is None:
        if datatype != "string":
            notes.add(f"values written as text: no {datatype}", said)
        return text(said)
    return written


def _typed(said: str, datatype: str) -> str | None:
    if datatype == "integer" and said.isascii() and _NUMERALS.fullmatch(said):
        return integer(int(said))
    if datatype == "decimal":
        try:
            number = Decimal(said)
        except InvalidOperation:
            return None
        return decimal(number) if number.is_finite() and abs(number.adjusted()) < _DIGITS else None
    if datatype == "date":
        for form, kind in _DATES:
            if form.fullmatch(said):
                return f'"{said}"^^{kind}' if _is_date(said) else None
    return None


def _is_date(said: str) -> bool:
    try:
        partial_date(said)
    except ValueError:
        return False
    return True
