"""What differs between two graphs, as Markdown for people: what is new, what was published or withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.rdf import Namespaces
from kg.vocabulary import Kind

from .diff import KINDS, Change, Counts, Thing

_LINKS = ("foaf:page", "schema:codeRepository", "schema:sameAs")
_MARKS = re.compile(r"[\\`*_\[\]<>|~#&!$]|@(?=\S)|(?<=www)\.|:(?=//)|^(?:[-+=](?=\s|[-=]*$)|\d+(?=[.)]))")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SHORT = 200  # characters of a description

PUBLISHED, WITHDRAWN, RESTORED, REPLACED = "Published", "Withdrawn", "Restored", "New versions"


def written(changes: Iterable[Change], counts: Counts, spaces: Namespaces, *, title: str) -> Iterator[str]:
    """The lines of the notes; ``counts`` are those that fill while ``changes`` are read.

    Held in memory is a line for each node that came or went and for each paper with news.
    """
    lines: dict[str, list[str]] = {}
    for change in changes:
        for heading, line in _lines(change, spaces):
            lines.setdefault(heading, []).append(line)
    yield f"# {plain(title)}\n"
    order = [f"New {kind.plural}" for kind in Kind] + [
        PUBLISHED,
        REPLACED,
        WITHDRAWN,
        RESTORED,
        "Merged",
        "Gone",
    ]
    for heading in order:
        if heading in lines:
            yield f"\n## {heading}\n\n"
            yield from lines[heading]
    others = [
        f"- {many['changed']:,} {_counted(section, many['changed'])} with other facts or receipts.\n"
        for section, many in counts.actions.items()
        if section in KINDS and many["changed"]
    ]
    if others or counts.kinds:
        yield "\n## Changed\n\n"
        for slug, (before, after) in sorted(counts.kinds.items()):
            yield f"- {plain(slug)} is no {before.lower()} any more, but a {after.lower()}.\n"
        yield from others
    if not counts:
        yield "\nNothing has changed.\n"


def _counted(section: str, number: int) -> str:
    return KINDS[section].label.lower() if number == 1 else section


def _lines(change: Change, spaces: Namespaces) -> Iterator[tuple[str, str]]:
    """Headings, and the line that this change puts under each."""
    thing = change.thing
    if thing.section == "replaced" and change.after is not None:
        new = thing.triples[0][2].removeprefix("node:")
        yield "Merged", f"- {plain(thing.id)} is {plain(new)} now.\n"
    if thing.section not in KINDS:
        return
    shown = _linked(thing, spaces)
    if change.after is None:
        yield "Gone", f"- {shown} ({KINDS[thing.section].label.lower()})\n"
    elif change.before is None:
        yield f"New {thing.section}", f"- {shown}{_more(thing, spaces)}\n"
    if thing.section == Kind.PAPER.plural and change.after is not None:
        for heading, more in _news(change, spaces):
            yield heading, f"- {shown}{more}\n"


def _news(change: Change, spaces: Namespaces) -> Iterator[tuple[str, str]]:
    """What has happened to a paper; of one that is new here only that it is withdrawn."""
    own = (change.before or change.thing).triples[0][0]
    added = {p: o for s, p, o in change.added if s == own}
    removed = {p: o for s, p, o in change.removed if s == own}
    if "kg:withdrawn" in added:
        yield WITHDRAWN, ""
    if change.before is None:
        return
    if "kg:withdrawn" in removed:
        yield RESTORED, ""
    if "pav:version" in added and "pav:version" in removed:
        yield REPLACED, f": version {plain(spaces.resolve(added['pav:version'])[0])}"
    if "kg:journalReference" in added and "kg:journalReference" not in removed:
        yield PUBLISHED, f": {plain(spaces.resolve(added['kg:journalReference'])[0])}"
    elif (
        "owl:sameAs" in added and "owl:sameAs" not in removed and "10.48550/arxiv" not in added["owl:sameAs"]
    ):
        yield PUBLISHED, f": {_link(spaces.resolve(added['owl:sameAs'])[0])}"


def _more(thing: Thing, spaces: Namespaces) -> str:
    said = dict(thing.blocks[0][1])
    if "dcterms:issued" in said:
        return f" ({plain(spaces.resolve(said['dcterms:issued'])[0])})"
    text = spaces.resolve(said["dcterms:description"])[0] if "dcterms:description" in said else ""
    short = text if len(text) <= _SHORT else text[:_SHORT].rsplit(maxsplit=1)[0] + "…"
    return f": {plain(short)}" if short.strip() else ""


def _linked(thing: Thing, spaces: Namespaces) -> str:
    label = plain(thing.label) or plain(thing.id)
    for predicate in _LINKS:
        for name, term in thing.blocks[0][1]:
            if name == predicate and not (link := spaces.resolve(term))[1]:
                return f"[{label}]({_destination(link[0])})"
    return label


def _link(iri: str) -> str:
    return f"[{plain(iri)}]({_destination(iri)})"


def _destination(iri: str) -> str:
    return f"<{iri.replace('&', '&amp;')}>"


def plain(text: str) -> str:
    r"""The text so that Markdown shows it and obeys nothing in it: one line, its marks escaped.

    >>> print(plain("a [link](https://x.example) *here*\n# no"))
    a \[link\](https\://x.example) \*here\* \# no
    """
    return _MARKS.sub(lambda found: _escaped(found[0]), _BLANKS.sub(" ", text).strip())


def _escaped(mark: str) -> str:
    if mark == "@":
        return "@<!-- -->"  # addresses are made links of, and people called, behind any backslash
    # A digit cannot be escaped, but the mark behind it, which would make it a list, can.
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"
