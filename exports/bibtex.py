r"""The papers as BibTeX: one entry a paper, by key, in text that LaTeX prints and never obeys."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from kg.graph import Graph
from kg.rdf import Notes

from . import Options
from .citations import Citation, Name, citations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Formulas that a title may keep: letters, digits, signs, and commands that only print something.
_PRINTS = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi"
    "|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|ell|infty|times|cdot|log|exp|to|rightarrow|leq|le|geq"
    "|ge|sim|approx|pm|mathcal|mathbb|mathbf|mathrm|sqrt|partial|nabla|star|ast|prime"
)
_FORMULA = re.compile(
    rf"\$((?:[A-Za-z0-9 ^_+\-*/=<>(),.:|!']|\\(?:{_PRINTS})(?![A-Za-z])|\{{[A-Za-z0-9 +\-]*\}})+)\$"
)


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: all papers are in ``file``, by slug.

    Source: Oren Patashnik, BibTeXing (1988), for entries and fields; eprint fields as arXiv gives them.
    Raises: UsageError (a pattern of keys), StoreError, OSError (the file).
    """
    options = options or Options()
    start = ""
    for citation in citations(graph, options.citation_key):
        file.write(f"{start}{entry(citation)}".encode())
        start = "\n"
    return Notes()


def entry(citation: Citation) -> str:
    """The entry of a paper, with its line end."""
    kind = "misc"
    if citation.is_published:
        kind = "article" if citation.journal or citation.doi else "inproceedings"
    lines = [f"  {name} = {value}," for name, value in _fields(citation, kind)]
    return "\n".join([f"@{kind}{{{citation.key},", *lines, "}", ""])


def _fields(citation: Citation, kind: str) -> Iterator[tuple[str, str]]:
    """The fields in the order in which people look for them; values with their braces."""
    # Braces twice: styles change the case of a title, and a name of a model must stay as it is.
    yield "title", f"{{{{{latex(citation.title)}}}}}"
    if citation.authors:
        yield "author", f"{{{' and '.join(map(_author, citation.authors))}}}"
    if citation.year:
        yield "year", f"{{{citation.year}}}"
    if citation.month:
        yield "month", _MONTHS[citation.month - 1]
    where = citation.journal or citation.venue
    if where:
        yield "booktitle" if kind == "inproceedings" else "journal", f"{{{latex(where)}}}"
    if citation.doi:
        yield "doi", f"{{{_bare(citation.doi)}}}"
    if citation.arxiv:
        yield "eprint", f"{{{citation.arxiv}}}"
        yield "archiveprefix", "{arXiv}"
    if citation.category:
        yield "primaryclass", f"{{{_bare(citation.category)}}}"
    notes = [f"Version {citation.version}"] if citation.version > 1 else []
    notes += ["Withdrawn"] if citation.withdrawn else []
    if notes:
        yield "note", f"{{{', '.join(notes)}}}"
    if citation.url:
        yield "url", f"{{{_bare(citation.url)}}}"


def _author(name: Name) -> str:
    if name.is_whole:
        return f"{{{latex(name.family)}}}"
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(latex(part) for part in (family, name.suffix, name.given) if part)


def latex(text: str) -> str:
    r"""The text so that LaTeX prints it: accents and signs as commands, formulas only if harmless.

    >>> print(latex(r"Gödel & $L_2$ of \input{/etc/passwd}"))
    G{\"o}del {\&} $L_2$ of {\textbackslash}input{\textbraceleft}/etc/passwd{\textbraceright}
    """
    pieces = _FORMULA.split("".join(c for c in text if c.isprintable()))
    return "".join(f"${piece}$" if n % 2 else _encoder()(piece) for n, piece in enumerate(pieces))


@cache
def _encoder() -> Callable[[str], str]:
    import logging

    from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]

    logging.getLogger("pylatexenc").setLevel(logging.ERROR)  # letters without a command stay: no trouble
    encoder = UnicodeToLatexEncoder(unknown_char_policy="keep", replacement_latex_protection="braces-all")

    def encode(text: str) -> str:
        # BibTeX counts braces, whether a backslash stands before them or not.
        found: str = encoder.unicode_to_latex(text)
        return found.replace(r"{\{}", r"{\textbraceleft}").replace(r"{\}}", r"{\textbraceright}")

    return encode


def _bare(text: str) -> str:
    """An identifier or a link, without what would end its braces or begin a command."""
    quoted = re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", text)
    return quoted.replace("%", "\\%")
