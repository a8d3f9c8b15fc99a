"""The graph as an awesome list that kg reads back: entries by kind, each fact a bullet of its own.

The form is told in ``docs/reading-lists.md`` ("A list that states its facts") and read by
``ingest.lists.stated``. What stands between is Markdown for people: sections, links, anchors.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from kg.drafts import Seen, unnamed
from kg.graph import Graph
from kg.identifiers import CODE_HOSTS, DECISIVE, Identifier, identify
from kg.model import Literal, Mention, Node, Place, Statement, digest
from kg.rdf import Notes, Options
from kg.resolve import resolve
from kg.vocabulary import Kind, Predicate

BADGE = "[![Awesome](https://awesome.re/badge.svg)](https://awesome.re)"
MARKER = "<!-- kg:stated - each fact is a bullet and is read as it stands -->"
LONGEST = 3_000
"""Characters of a text at most: kg reads no longer ones out of one item of a list."""

_ESCAPED = re.compile(r"[\\`*\[\]<>~|&$]|(?<![^\W_])_|_(?![^\W_])")
_LEADING = re.compile(r"[#+=:>-]")
_ODD = re.compile(  # what Markdown, GitHub or a linter would not take for plain text
    r"^\d+[.)](?:\s|$)|www\.|://|mailto:|xmpp:|@|  |^\s|\s$|([\uff01!~\uff5e,\uff0c\xb7?\uff1f])\1",
    re.IGNORECASE,
)
_PAIRS = [("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u300e", "\u300f"), ("\uff08", "\uff09"),
          ("\u300a", "\u300b"), ("\u300c", "\u300d"), ("\u3010", "\u3011")]  # fmt: skip
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,=%-]+")
_QUALIFIER = re.compile(r"[a-z][a-z_]*")


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What a list cannot say, counted; all else is in ``file``, sections by kind, entries by name."""
    made = _List(graph, options or Options())
    file.writelines(f"{line}\n".encode() for line in made.lines())
    return made.notes


class _List:
    def __init__(self, graph: Graph, options: Options) -> None:
        self.notes = Notes()
        self.title = options.title or "Knowledge Graph"
        self.nodes = {node.slug: node for node in graph.nodes()}
        self.said: dict[str, list[Statement]] = defaultdict(list)
        self.named: dict[str, str] = {}  # slug -> label, of what a fact refers to
        self.linked: set[str] = set()  # addresses: one is linked once, elsewhere it is told
        for one in graph.statements():
            # What texts name is found in them again; an edge without a number is no statement.
            if one.id and one.subject.slug in self.nodes and self._sayable(one):
                self.said[one.subject.slug].append(one)
        self._read_back()

    def _sayable(self, one: Statement) -> bool:
        values = (one.object, *(value for _, value in one.qualifiers))
        away = [v.slug for v in values if isinstance(v, Node) and v.slug not in self.nodes]
        long = [v.value for v in values if isinstance(v, Literal) and len(v.value) > LONGEST]
        odd = [name for name, _ in one.qualifiers if not _QUALIFIER.fullmatch(name)]
        shown = f"{one.subject.slug} {one.predicate.word}"
        if away:
            self.notes.add("edges left out: they lead out of the part", f"{shown} {away[0]}")
        elif long or odd:
            self.notes.add("facts left out: a list has no room for them", shown)
        else:
            self.named |= {v.slug: v.label for v in values if isinstance(v, Node)}
        return not (away or long or odd)

    def _read_back(self) -> None:
        """Tell what would be read as another node: nothing but corrections keeps or names it so."""
        seen = [Seen(number, "list", _mention(node)) for number, node in enumerate(self.nodes.values())]
        nodes = list(self.nodes.values())
        for draft in resolve(seen).drafts:
            node = nodes[draft.members[0]]
            if len(draft.members) > 1:
                slugs = ", ".join(nodes[one].slug for one in draft.members)
                self.notes.add("things that are read back as one", slugs)
            elif (draft.label, draft.kind, draft.identifiers) != (node.label, node.kind, node.identifiers):
                self.notes.add("things that are read back under another name", node.slug)

    # --------------------------------------------------------------------------- lines

    def lines(self) -> Iterator[str]:
        """The lines of the list."""
        kinds = [kind for kind in Kind if any(node.kind is kind for node in self.nodes.values())]
        headings = [kind.plural.capitalize() for kind in kinds]
        yield from (f"# {_shown(self.title)} {BADGE}", "", MARKER, "")
        if headings:
            yield from ("## Contents", "")
            yield from (f"- [{one}](#{one.lower().replace(' ', '-')})" for one in headings)
        for kind, heading in zip(kinds, headings, strict=True):
            yield from ("", f"## {heading}", "")
            found = [node for node in self.nodes.values() if node.kind is kind]
            for node in sorted(found, key=lambda one: (one.label.casefold(), one.label, one.slug)):
                yield from self._entry(node)
        if self.named:
            yield ""
            yield from (f"[{slug}]: #{slug}" for slug in sorted(self.named))

    def _entry(self, node: Node) -> Iterator[str]:
        said = list(self.said[node.slug])
        main, told = self._main(node, said)
        if main:
            said = [one for one in said if one is not told]
        anchor = f'<a id="{node.slug}"></a>' if node.slug in self.named else ""
        name = _shown(node.label)
        first = f"{anchor}[{name}]({main})" if main else f"{_begun(name)}{anchor}"
        about = next((one for one in said if _is_about(one, node)), None)
        if about:
            assert isinstance(about.object, Literal)
            said.remove(about)
            first += f" - *{_shown(about.object.value)}*"
        yield f"- {first}"
        yield from (f"  - Also called: {_shown(alias)}" for alias in self._aliases(node))
        own = identify(main) if main else None
        yield from (f"  - Identifier: {_shown(str(one))}" for one in node.identifiers if one != own)
        for predicate in Predicate:
            yield from self._facts(predicate, [one for one in said if one.predicate is predicate])

    def _aliases(self, node: Node) -> Iterator[str]:
        for alias in node.aliases:
            if len(alias) > LONGEST:
                self.notes.add("names left out: a list has no room for them", node.slug)
            else:
                yield alias

    def _main(self, node: Node, said: Iterable[Statement]) -> tuple[str, Statement | None]:
        """The address that the name links to, and the statement that this link makes, if it makes one.

        A link gives its identifier, and but for papers also says where the code or the page is.
        """
        for one in node.identifiers:
            if one.scheme in DECISIVE:
                if self._may_link(one, one.url):
                    return one.url, None
                continue
            word = Predicate.HAS_CODE if one.scheme in CODE_HOSTS else Predicate.HOMEPAGE
            for statement in said:
                value = statement.object
                if (
                    statement.predicate is word
                    and isinstance(value, Literal)
                    and value.datatype == word.datatype
                    and not statement.qualifiers
                    and self._may_link(one, value.value)
                ):
                    return value.value, statement
        return "", None

    def _may_link(self, identifier: Identifier, address: str) -> bool:
        """Whether the address may be linked: it stands for the identifier, and here for the first time."""
        return bool(_ADDRESS.fullmatch(address)) and identify(address) == identifier and self._is_new(address)

    def _is_new(self, address: str) -> bool:
        """Whether an address can be linked and is not yet; then it is from here on."""
        key = address.partition("://")[2].partition("#")[0].rstrip("/").lower().removeprefix("www.")
        if key in self.linked or not _ADDRESS.fullmatch(address):
            return False
        self.linked.add(key)
        return True

    # --------------------------------------------------------------------------- facts

    def _facts(self, predicate: Predicate, said: list[Statement]) -> Iterator[str]:
        key = predicate.label.capitalize()
        values = sorted((one for one in said if isinstance(one.object, Literal)), key=_by_number)
        edges = [self._object(one) for one in said if isinstance(one.object, Node)]
        if edges:
            yield f"  - {key}: {', '.join(edges)}"
        for one in values:
            yield f"  - {key}: {self._object(one)}"

    def _object(self, one: Statement) -> str:
        value = one.object
        if isinstance(value, Node):
            return self._reference(value) + self._narrowed(one)
        usual = value.datatype == one.predicate.datatype
        if usual and not one.qualifiers:
            if value.datatype == "iri" and self._is_new(value.value):
                return f"<{value.value}>"
            return _shown(value.value)
        return _code(value.value) + ("" if usual else f" as {value.datatype}") + self._narrowed(one)

    def _narrowed(self, one: Statement) -> str:
        told = [
            f"{name}: {self._reference(v) if isinstance(v, Node) else self._literal(v)}"
            for name, v in one.qualifiers
        ]
        return f" ({', '.join(told)})" if told else ""

    def _literal(self, value: Literal) -> str:
        return _code(value.value) + ("" if value.datatype == "string" else f" as {value.datatype}")

    def _reference(self, node: Node) -> str:
        name = _shown(node.label)
        same = " ".join(name.split()).casefold() == node.slug  # the rest of the reference says nothing more
        return f"[{name}][]" if same else f"[{name}][{node.slug}]"


def _mention(node: Node) -> Mention:
    """The node as the list will name it."""
    name = "" if node.label == unnamed(node.identifiers) else node.label
    place = Place((), digest(node.slug))
    return Mention(place, name, node.kind, "stated", 1.0, node.identifiers, node.aliases)


def _by_number(one: Statement) -> tuple[int, str]:
    """Whole numbers by size, all else by its text; a sort that leaves equals in their order."""
    value = one.object
    assert isinstance(value, Literal)
    return (len(value.value), value.value) if value.value.isdecimal() else (0, value.value)


def _is_about(one: Statement, node: Node) -> bool:
    """Whether a description reads well behind the name."""
    value = one.object
    return (
        one.predicate is Predicate.DESCRIPTION
        and isinstance(value, Literal)
        and value.datatype == one.predicate.datatype
        and not one.qualifiers
        and _is_plain(value.value)
        and not value.value.casefold().startswith(node.label.casefold())
    )


# ---------------------------------------------------------------------------------- text


def _is_plain(text: str) -> bool:
    """Whether a text can stand in Markdown as it is, but for escapes."""
    return (
        bool(text)
        and text.isprintable()
        and not _ODD.search(text)
        and text.count('"') % 2 == 0
        and all(text.count(a) == text.count(b) for a, b in _PAIRS)
    )


def _shown(text: str) -> str:
    """A text as Markdown that shows it: escaped, or as code where that would not do."""
    return _ESCAPED.sub(r"\\\g<0>", text) if _is_plain(text) else _code(text)


def _begun(name: str) -> str:
    """A name that begins an item without beginning anything else."""
    return f"\\{name}" if _LEADING.match(name) else name


def _code(text: str) -> str:
    r"""A text as a span of code that nothing in it can end: as it stands, else as JSON.

    >>> _code("https://example.org"), _code("a`b\n")
    ('`https://example.org`', '`"a\\u0060b\\n"`')
    """
    if text and text.isprintable() and not _NO_CODE.search(text):
        return f"`{text}`"
    quoted = "".join(map(_quoted, json.dumps(text, ensure_ascii=False)))
    quoted = _BLANKS.sub(lambda found: _BLANK * len(found.group()), quoted)
    return f"`{quoted}`"


_BLANK = "\\u0020"
_NO_CODE = re.compile(r'^"|^ | $|  |[`<]')
_BLANKS = re.compile(r'  +|(?<=^") | (?="$)')


def _quoted(character: str) -> str:
    """A character of a JSON text, escaped where a span of code or a list would not keep it."""
    if character.isprintable() and character not in "`<":
        return character
    return json.dumps(character)[1:-1] if character not in "`<" else f"\\u{ord(character):04x}"
