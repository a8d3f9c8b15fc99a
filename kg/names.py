"""Names of things: when two spellings are one name, and how a name becomes part of an address."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SLUG_LENGTH = 60
_POSSESSIVE = re.compile(r"[’'`]s\b")
_NO_VERSION = re.compile(r"\.(?!\d)|(?<!\w)\.")  # dots that no digit follows or no letter goes before
_DROPPED = re.compile(r"[^\w.+#]|_", re.UNICODE)


def name_key(name: str) -> str:
    """The spelling-free form of a name; equal keys mean the same name.

    Case, dashes, blanks, quotes and a possessive 's do not count; digits, the dot of a version,
    ``+`` and ``#`` do. Never empty for a non-blank name.

    >>> name_key("GPT-2") == name_key("gpt2"), name_key("Peft") == name_key("PEFT")
    (True, True)
    >>> name_key("Hugging Face's Transformers") == name_key("Hugging Face Transformers")
    True
    >>> name_key("Phi-3.5") == name_key("Phi 35"), name_key("C++") == name_key("C")
    (False, False)
    """
    return _plain_key(name) if _PLAIN.fullmatch(name) else _key(name)


# Most names are letters, digits and blanks: what the whole way does to them is one translation.
_PLAIN = re.compile(r"(?a:[\w \-:,()/]*[a-zA-Z0-9][\w \-:,()/]*)")
_LOWER = {ord(c): None for c in " -:,()/_"} | {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _plain_key(name: str) -> str:
    return name.translate(_LOWER)


@lru_cache(maxsize=20_000)
def _key(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _POSSESSIVE.sub("", text)
    if "." in text:
        text = _NO_VERSION.sub(lambda m: "." if text[m.end() : m.end() + 1].isalnum() else " ", text)
    key = _DROPPED.sub("", text)
    return key or re.sub(r"\s+", "", text) or text


def words(name: str) -> list[str]:
    """The words of a name in order, folded: letters, digits and version dots.

    >>> words("Stanford_Alpaca 7B (v1.5)")
    ['stanford', 'alpaca', '7b', 'v1.5']
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _POSSESSIVE.sub("", text)
    return re.findall(r"[^\W_]+(?:\.[^\W_]+)*[+#]*", text)


def slugify(name: str) -> str:
    """The ASCII form of a name for an address, at most SLUG_LENGTH characters; may be empty.

    >>> slugify("LLaMA 3.2 (1B)"), slugify("llama.cpp"), slugify("Čeština!"), slugify("通义")
    ('llama-3.2-1b', 'llama.cpp', 'cestina', '')
    """
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"'s\b", "", text)
    text = re.sub(r"[^a-z0-9.]+", "-", text)
    text = re.sub(r"\.(?![a-z0-9])|(?<![a-z0-9])\.", "", text)
    return re.sub(r"-+", "-", text).strip("-.")[:SLUG_LENGTH].strip("-.")


def initials(phrase: str) -> str:
    """The abbreviation that the words of a phrase would make, lower case.

    >>> initials("Named Entity Recognition"), initials("Low-Rank Adaptation")
    ('ner', 'lra')
    """
    return "".join(word[0] for word in words(phrase))
