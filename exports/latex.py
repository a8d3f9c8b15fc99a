r"""Text so that LaTeX prints it and never obeys it.

A character becomes a command only where LaTeX has that command without a package (but for T1 fonts, and
``\mathbb``); all others stay as they are, which LuaLaTeX and XeLaTeX print. So no text from outside can
stop a document with a command that nobody has defined.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]

# Formulas that a title may keep: letters, digits, signs, and commands that only print something.
_PRINTS = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi"
    "|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|ell|infty|times|cdot|log|exp|to|rightarrow|leq|le|geq"
    "|ge|sim|approx|pm|mathcal|mathbb|mathbf|mathrm|sqrt|partial|nabla|star|ast|prime"
)
_FORMULA = re.compile(
    rf"\$((?:[A-Za-z0-9 ^_+\-*/=<>(),.:|!']|\\(?:{_PRINTS})(?![A-Za-z])|\{{[A-Za-z0-9 +\-]*\}})+)\$"
)

# Commands that LaTeX has by itself; each was compiled. Source: the fonts T1 and TS1 of LaTeX 2020 and newer.
_TEXT = frozenset(
    """" ' . = ^ ` ~ AE DH DJ H IJ L NG O OE TH ae c d dh dj guillemotleft guillemotright guilsinglleft
    guilsinglright i ij j k l ng o oe quotedblbase quotesinglbase r ss textbullet textcelsius textcent
    textcopyright textdagger textdaggerdbl textdegree textdiv textellipsis textemdash textendash texteuro
    textexclamdown textleftarrow textlnot textmu textnumero textonehalf textonequarter textonesuperior
    textordfeminine textordmasculine textparagraph textperiodcentered textpertenthousand textperthousand
    textquestiondown textquotedblleft textquotedblright textquoteleft textquoteright textregistered
    textrightarrow textsection textsterling textthreequarters textthreesuperior texttimes texttrademark
    texttwosuperior textuparrow textdownarrow textyen th u v""".split()
)
_MATH = frozenset(
    """Delta Downarrow Gamma Lambda Leftarrow Leftrightarrow Omega Phi Pi Psi Rightarrow Sigma Theta Uparrow
    Upsilon Vert Xi aleph alpha amalg angle approx asymp beta bigcap bigcup bigvee bigwedge bowtie bullet cap
    cdot cdots chi circ cong coprod cup dashv delta diamond ell ensuremath epsilon equiv eta exists forall
    gamma geq gg hookleftarrow hookrightarrow in infty int iota kappa lambda langle lceil leftrightarrow leq
    lfloor ll longleftarrow longleftrightarrow longrightarrow mapsto mathbb mid mp mu nabla nearrow neq ni
    notin nu nwarrow odot oint omega ominus oplus oslash otimes parallel partial perp phi pi pm prec preceq
    prod propto psi rangle rceil rfloor rho rightleftharpoons searrow sigma sim simeq sqcap sqcup sqrt
    sqsubseteq sqsupseteq star subset subseteq succ succeq sum supset supseteq swarrow tau theta times top
    triangleleft triangleright uplus upsilon varepsilon varphi varpi varrho varsigma vartheta vdash vee wedge
    wp wr xi zeta""".split()
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")


def latex(text: str) -> str:
    r"""The text as LaTeX prints it on one line: accents and signs as commands, formulas only if harmless.

    >>> print(latex(r"Gödel & $L_2$ of \input{/etc/passwd}"))
    G{\"o}del {\&} $L_2$ of {\textbackslash}input{\textbraceleft}/etc/passwd{\textbraceright}
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split()))  # accents one by one have no command
    pieces = _FORMULA.split("".join(c for c in composed if c.isprintable()))
    return "".join(f"${piece}$" if n % 2 else "".join(map(_command, piece)) for n, piece in enumerate(pieces))


@cache
def _command(character: str) -> str:
    """The character in braces as LaTeX has it; the character itself where it has none."""
    found: str = _encoder().unicode_to_latex(character)
    if character.isascii():
        # BibTeX counts braces, whether a backslash stands before them or not.
        return found.replace(r"{\{}", r"{\textbraceleft}").replace(r"{\}}", r"{\textbraceright}")
    known = _MATH if found.startswith(r"{\ensuremath{") else _TEXT
    return found if found.isascii() and known.issuperset(_COMMAND.findall(found)) else character


@cache
def _encoder() -> UnicodeToLatexEncoder:
    import logging

    from pylatexenc.latexencode import UnicodeToLatexEncoder

    logging.getLogger("pylatexenc").setLevel(logging.ERROR)  # letters without a command stay: no trouble
    return UnicodeToLatexEncoder(unknown_char_policy="keep", replacement_latex_protection="braces-all")
