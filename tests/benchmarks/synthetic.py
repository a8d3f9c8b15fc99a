"""Graphs of any size for benchmarks: invented papers and lists, the same for the same number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from kg.identifiers import Identifier
from kg.model import (
    Claim,
    DocumentKind,
    Literal,
    Mention,
    PaperRecord,
    Place,
    Reading,
    Revision,
    Span,
    blob_id,
    digest,
)
from kg.store import Store
from kg.vocabulary import Kind, Predicate

SEED = 20260301
START = datetime(2018, 1, 1, 12, tzinfo=UTC)
CATEGORIES = "cs.CL cs.LG cs.CV cs.AI stat.ML cs.IR cs.RO cs.SE eess.AS cs.NE".split()
SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi wo xa zu kre mol dran stil pen".split()
PAPERS_A_LIST = 400
ENTRIES_A_LIST = 60


def paper_id(number: int) -> str:
    """An id of the new style that no other number has."""
    months, serial = divmod(number, 20_000)
    return f"{18 + months // 12:02d}{1 + months % 12:02d}.{serial + 1:05d}"


def records(papers: int) -> Iterator[Reading]:
    """Records of arXiv, invented: title, abstract of eight sentences, one to nine authors."""
    rng = random.Random(SEED)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(5_000)]
    sentences = [" ".join(rng.choices(words, k=18)).capitalize() + "." for _ in range(2_000)]
    names = [" ".join(rng.choices(words, k=2)).title() for _ in range(20_000)]
    for number in range(papers):
        first = START + timedelta(hours=number // 8)
        record = PaperRecord(
            paper_id(number),
            1 + number % 4,
            " ".join(rng.choices(words, k=8)).capitalize(),
            " ".join(rng.choices(sentences, k=8)),
            tuple(rng.choices(names, k=1 + rng.randrange(9))),
            tuple(dict.fromkeys(rng.choices(CATEGORIES, k=2))),
            first,
            first + timedelta(days=number % 300),
            f"{number % 30} pages, {number % 7} figures" if number % 3 else "",
            f"Invented Letters {number % 90} ({first.year})" if number % 5 == 0 else "",
            f"10.5555/il.{number}" if number % 5 == 0 else "",
        )
        yield reading_of(record)


def reading_of(record: PaperRecord) -> Reading:
    """A record as a document, as :mod:`ingest.arxiv.records` makes it."""
    content = repr(record).encode()
    identifiers = [Identifier("arxiv", record.arxiv_id)]
    identifiers += [Identifier("doi", record.doi)] if record.doi else []
    place = Place((), digest(content.decode()))
    paper = Mention(place, record.title, Kind.PAPER, "arxiv-record", 1.0, tuple(identifiers))
    revision = Revision(blob_id(content), "synthetic/1", retrieved_from=identifiers[0].url)
    key = f"arxiv:{record.arxiv_id}"
    return Reading(key, DocumentKind.ARXIV, record.title, revision, (paper,), record=record)


def lists(papers: int) -> Iterator[Reading]:
    """Lists that name some of the papers, with what they introduce and what is built on that."""
    rng = random.Random(SEED + 1)
    for number in range(max(1, papers // PAPERS_A_LIST)):
        mentions: list[Mention] = []
        claims: list[Claim] = []
        for entry in range(ENTRIES_A_LIST):
            said, stated = _entry(rng, papers, number, entry)
            mentions += said
            claims += stated
        places = dict.fromkeys(mention.place for mention in mentions)
        spans = {place: Span(line, line) for line, place in enumerate(places, 5)}
        content = f"# List {number}\n".encode()
        revision = Revision(blob_id(content), "synthetic/1", content=content)
        yield Reading(
            f"list:synthetic-{number}",
            DocumentKind.LIST,
            f"Synthetic list {number}",
            revision,
            tuple(mentions),
            tuple(claims),
            spans,
            page=f"https://github.com/example/synthetic-{number}/blob/HEAD/README.md",
        )


def _entry(rng: random.Random, papers: int, number: int, entry: int) -> tuple[list[Mention], list[Claim]]:
    place = Place(("Models", f"Part {entry % 5}"), digest(f"{number} {entry}"))
    arxiv = Identifier("arxiv", paper_id(rng.randrange(papers)))
    owned = (Identifier("github", f"example/model-{number}-{entry}"),)
    model = Mention(place, f"Model {number}-{entry}B", Kind.MODEL, "entry", 0.9, owned)
    method = Mention(place, f"Method {rng.randrange(50 + papers // 20)}", Kind.METHOD, "entry", 0.8)
    paper = Mention(place, "", Kind.PAPER, "link", 0.9, (arxiv,))
    size = Literal(str(rng.randrange(1, 15) * 10**9), "integer")
    text = Literal(f"an invented model, number {entry}")
    claims = [
        Claim(paper, Predicate.INTRODUCES, model, (place,), "link", 0.9),
        Claim(model, Predicate.USES, method, (place,), "cue", 0.75),
        Claim(model, Predicate.PARAMETERS, size, (place,), "column", 0.95),
        Claim(model, Predicate.DESCRIPTION, text, (place,), "text", 0.9),
    ]
    return [model, method, paper], claims


def build(path: Path, papers: int) -> Store:
    """An open store with that many papers and a list for each 400, made by the store's own door."""
    store = Store(path, clock=lambda: START)
    store.replace(*lists(papers))
    readings = records(papers)
    while batch := tuple(islice(readings, 2_000)):
        store.replace(*batch)
    return store
