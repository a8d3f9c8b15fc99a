"""A metadata snapshot of any size, invented: JSON lines as arXiv's public snapshot has them."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

SEED = 20260401
START = datetime(2007, 4, 1, 12, tzinfo=UTC)
A_MONTH = 9_000
SENTENCES = 40_000
NAMES = 300_000
CATEGORIES = """cs.LG cs.CL cs.CV cs.AI stat.ML math.AG math.CO math.PR hep-ph hep-th gr-qc quant-ph
astro-ph.GA astro-ph.CO cond-mat.mtrl-sci cond-mat.str-el physics.optics eess.SP cs.IT q-bio.QM""".split()
# The words that abstracts have most, the commonest first: what is slow to search for.
COMMON = """the of and a to in we for is that with on this are by as an from which our model be learning data
can results show method based using these methods models at it or not performance between approach
network two propose new has also system field state algorithm time large analysis study training
theory problem quantum language energy function information space number different deep structure
different high one neural more order general work present however both such where paper task case
set given first over image dynamics distribution class under than single local random matrix group
low optimal linear graph matter mass magnetic control design user domain transformer attention lora
quantization retrieval reasoning agent benchmark diffusion policy robust sparse kernel spectral
lattice gauge galaxy stellar black hole neutrino plasma phase transition spin wave photon""".split()
SYLLABLES = """ba ce di fo gu la me ni po ru sa te vi wo xa zu kre mol dran stil pen tor qui ash
eld ion ary stra phe nol""".split()
FIRST = """Ada Ben Chen Dana Eli Fatima Goro Hana Ivan Jun Kofi Lena Mei Noor Olga Pablo Qing Rosa
Sven Tara Uma Victor Wei Xin Yuki Zoé José Łukasz""".split()


def lines(papers: int) -> Iterator[bytes]:
    """The lines of the snapshot, the same for the same number, by id."""
    return (json.dumps(one).encode() + b"\n" for one in entries(papers))


def entries(papers: int) -> Iterator[dict[str, Any]]:
    """Records with the fourteen fields of the snapshot: abstracts of about 1,100 characters."""
    rng = random.Random(SEED)
    rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(60_000)]
    words = list(dict.fromkeys([*COMMON, *rare]))
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    sentences = [
        " ".join(rng.choices(words, cum_weights=weights, k=rng.randint(12, 26))).capitalize() + "."
        for _ in range(SENTENCES)
    ]
    names = [_name(rng) for _ in range(NAMES)]
    fame = list(accumulate(1 / (rank + 50) for rank in range(NAMES)))
    for number in range(papers):
        authors = rng.choices(names, cum_weights=fame, k=min(1 + int(rng.expovariate(0.3)), 40))
        title = rng.choices(words, cum_weights=weights, k=rng.randint(4, 13))
        yield _entry(rng, number, title, rng.choices(sentences, k=rng.randint(4, 11)), authors)


def _name(rng: random.Random) -> list[str]:
    last = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()
    first = rng.choice(FIRST) + (f" {rng.choice('ABCDEFGHJKLM')}." if rng.random() < 0.5 else "")
    return [last, first, "Jr." if rng.random() < 0.003 else ""]


def _entry(
    rng: random.Random, number: int, title: list[str], abstract: list[str], authors: list[list[str]]
) -> dict[str, Any]:
    month, serial = divmod(number, A_MONTH)
    first = START + timedelta(days=30 * month, minutes=4 * serial)
    year, digits = divmod(3 + month, 12)
    versions = [first + timedelta(days=97 * n) for n in range(1 + min(int(rng.expovariate(1)), 6))]
    given = [" ".join(part for part in (name[1], name[0], name[2]) if part) for name in authors]
    width = 4 if year + 7 < 15 else 5
    return {
        "id": f"{7 + year:02d}{digits + 1:02d}.{serial + 1:0{width}d}",
        "submitter": given[0],
        "authors": ", ".join(given),
        "title": "\n  ".join(" ".join(line) for line in (title[:9], title[9:]) if line).capitalize(),
        "comments": f"{number % 30 + 1} pages, {number % 7} figures" if number % 3 else None,
        "journal-ref": f"Invented Lett. {number % 90} ({first.year}) {number}" if number % 4 == 0 else None,
        "doi": f"10.5555/InvLet.{number}" if number % 5 < 2 else None,
        "report-no": f"INV-{number % 100}" if number % 12 == 0 else None,
        "categories": " ".join(dict.fromkeys(rng.choices(CATEGORIES, k=1 + number % 3))),
        "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/" if number % 4 else None,
        "abstract": "  " + "\n".join(abstract) + "\n",
        "versions": [
            {"version": f"v{n}", "created": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}
            for n, at in enumerate(versions, 1)
        ],
        "update_date": (versions[-1] + timedelta(days=1)).strftime("%Y-%m-%d"),
        "authors_parsed": authors,
    }


def write(path: Path, papers: int) -> int:
    """The bytes of lines written to ``path``; gzipped if its name ends in ``.gz``."""
    size = 0
    with gzip.open(path, "wb", 1) if path.suffix == ".gz" else path.open("wb") as file:
        for line in lines(papers):
            size += file.write(line)
    return size
