"""What an arXiv record says of its paper, as triples: dates, authors, categories, remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from kg.store.canonical import Record, listed

from . import names, terms
from .terms import Block, Pair


def pairs(slug: str, record: Record) -> tuple[list[Pair], list[Block]]:
    """What the record says of the paper of that slug, and the blocks of its authors.

    An author is one of this paper: the same name in two papers is no sign of the same person.
    """
    _, version, title, comment, journal, _, published, updated, withdrawn, *_, abstract = record
    subjects = [category(one) for one in categories(record)]
    said = [
        ("dcterms:issued", _day(published)),
        ("dcterms:modified", _day(updated)),
        ("dcterms:title", terms.text(title)),
        *[("dcterms:subject", one) for one in subjects],
    ]
    if subjects:
        said.append(("kg:primaryCategory", subjects[0]))
    if abstract:
        said.append(("dcterms:abstract", terms.text(abstract)))
    if comment:
        said.append(("kg:authorComment", terms.text(comment)))
    if journal:
        said.append(("kg:journalReference", terms.text(journal)))
    if withdrawn:
        said.append(("kg:withdrawn", "true"))
    if version:
        said.append(("pav:version", f'"{version}"'))
    authors = list(_authors(slug, listed(record[9])))
    said += [("dcterms:creator", author) for author, _ in authors]
    return said, authors


def identity(arxiv_id: str) -> list[Pair]:
    """What an arXiv id says of its paper: itself, its page, and the DOI that names the same."""
    return [
        ("fabio:hasArXivId", f'"{arxiv_id}"'),
        ("foaf:page", f"<https://arxiv.org/abs/{arxiv_id}>"),
        ("owl:sameAs", arxiv_doi(arxiv_id)),
    ]


def _day(instant: str) -> str:
    return f'"{instant[:10]}"^^xsd:date'


def _authors(slug: str, listed: Sequence[str]) -> Iterator[Block]:
    width = 2 if len(listed) < 100 else 4  # noqa: PLR2004 - two digits are enough below
    for position, name in enumerate(listed, 1):
        written = terms.text(name)
        yield (
            f"author:{slug}-{position:0{width}}",
            (
                ("a", "foaf:Person"),
                ("rdfs:label", written),
                ("foaf:name", written),
                ("kg:authorPosition", str(position)),
            ),
        )


def author(local: str, name: str) -> Block:
    """An author whose place among the others is not known."""
    written = terms.text(name)
    return f"author:{local}", (("a", "foaf:Person"), ("rdfs:label", written), ("foaf:name", written))


def categories(record: Record) -> list[str]:
    """The record's categories, the primary one first."""
    return listed(record[10])


@lru_cache(maxsize=1024)
def category(notation: str) -> str:
    """The term of an arXiv category.

    >>> category("cs.CL"), category("68T50 (Primary)")
    ('cat:cs.CL', 'cat:68t50-primary-a35eae0a')
    """
    return f"cat:{names.plain(notation)}"


def arxiv_doi(arxiv_id: str) -> str:
    """The term of the DOI that arXiv gives a paper, in lower case: IRIs are case-sensitive.

    >>> arxiv_doi("2106.09685")
    '<https://doi.org/10.48550/arxiv.2106.09685>'
    """
    return f"<https://doi.org/10.48550/arxiv.{arxiv_id.lower()}>"
