r"""TeX in metadata: OAI-PMH hands it over as it was typed, the query API with most of it converted.

``unicode_of`` writes accents and letters as the query API does; ``folded`` forgets all that the two
may write differently, so that only what was really changed differs.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a",
}  # fmt: skip
_LETTERS = {
    "AA": "Å", "aa": "å", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "O": "Ø", "o": "ø", "L": "Ł",
    "l": "ł", "ss": "ß", "DH": "Ð", "dh": "ð", "DJ": "Đ", "dj": "đ", "TH": "Þ", "th": "þ",
    "NG": "Ŋ", "ng": "ŋ", "i": "i", "j": "j",
}  # fmt: skip
_GREEK_NAMES = (
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega alpha beta gamma delta epsilon zeta eta"
    " theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega"
).split()
_GREEK = {
    name: unicodedata.lookup(
        f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER"
        f" {name.upper().replace('LAMBDA', 'LAMDA')}"
    )
    for name in _GREEK_NAMES
}
_ACCENT = re.compile(r"""\\([`'^~"=.])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\(?=[ij]\b)([ij])|([A-Za-z]))""")
_LETTERED = re.compile(r"\\([uvHckr])\s*\{\s*\\?([A-Za-z])\s*\}")
_LETTER = re.compile(rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}|\s)?")
_GREEK_LETTER = re.compile(rf"\\(?:var)?({'|'.join(sorted(_GREEK, key=len, reverse=True))})(?![A-Za-z])")
_BRACED = re.compile(r"\{([^\W\d_])\}")
_SYNTAX = re.compile(r"""[\s{}$\\~^_"'`\u00b4\u2018\u2019\u201c\u201d]+""")


def unicode_of(text: str) -> str:
    r"""The text with TeX's accents and letters as Unicode; formulas stay as they are.

    >>> unicode_of(r"Schr\"odinger, Erd\H{o}s, G\'{\i}slad\'ottir, {\L}ukasz")
    'Schrödinger, Erdős, Gísladóttir, Łukasz'
    """
    if "\\" not in text:
        return text
    text = _ACCENT.sub(lambda m: _accented(m[1], m[2] or m[3] or m[4]), text)
    text = _LETTERED.sub(lambda m: _accented(m[1], m[2]), text)
    text = _LETTER.sub(lambda m: _LETTERS[m[1]], text)
    return _BRACED.sub(r"\1", text)


def folded(text: str) -> str:
    r"""What is left when notation is taken away: accents, braces, dollars, quotes and blanks.

    >>> folded(r"The {\pi}-Schr\"{o}dinger map") == folded("The \u03c0-Schrödinger  map")
    True
    """
    text = _GREEK_LETTER.sub(lambda m: _GREEK[m[1]], unicode_of(text))
    plain = unicodedata.normalize("NFKD", text.replace("\u0131", "i"))
    return _SYNTAX.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def _accented(mark: str, letter: str) -> str:
    return unicodedata.normalize("NFC", letter + _MARKS[mark])
