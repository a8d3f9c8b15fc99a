"""A loopback arXiv: both dialects of the feed, the API's real rules, and faults by script.

By hand: ``python -m tests.fakes.arxiv_server --port 8080`` prints the addresses to export. Its
OAI-PMH side is :mod:`tests.fakes.oai`.
The records are invented, but for title, authors and dates of four papers, which are facts.
"""

from __future__ import annotations

import argparse
import random
import re
import textwrap
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from tests.fakes.loopback import Answer, Fault, LoopbackServer, Seen, rewrites, says
from tests.fakes.oai import Oai

_FILLER = (
    "This abstract was invented for a test server. It speaks of a small model, a method and a "
    "measurement, and it is long enough to be wrapped & to hold a <sign> that must be escaped."
)
_LONGEST_URL = 8000
_LARGEST_PAGE = 2000


@dataclass(frozen=True)
class Paper:
    """One paper of the fake; ``updated`` holds the submission time of each version.

    For OAI-PMH: the day of the last edit, licence, the last version is withdrawn, the record deleted,
    and the fields that are typed otherwise there.
    """

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    updated: tuple[datetime, ...]
    categories: tuple[str, ...] = ("cs.CL",)
    abstract: str = _FILLER
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    modified: date | None = None
    license: str = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    withdrawn: bool = False
    deleted: bool = False
    raw: tuple[tuple[str, str], ...] = ()

    @property
    def stamp(self) -> date:
        """The day on which its metadata was last edited."""
        return self.modified or self.updated[-1].date()

    def revised(self, **changes: Any) -> Paper:
        """A new version, a week after the last one, with these changes."""
        return replace(self, updated=(*self.updated, self.updated[-1] + timedelta(days=7)), **changes)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


FACTS = (
    Paper(
        "2106.09685",
        "LoRA: Low-Rank Adaptation of Large Language Models",
        tuple(
            "Edward J. Hu;Yelong Shen;Phillip Wallis;Zeyuan Allen-Zhu;Yuanzhi Li;Shean Wang;Lu Wang;"
            "Weizhu Chen".split(";")
        ),
        (_utc("2021-06-17T17:37:18Z"), _utc("2021-10-16T18:40:34Z")),
        ("cs.CL", "cs.AI", "cs.LG"),
    ),
    Paper(
        "2305.14314",
        "QLoRA: Efficient Finetuning of Quantized LLMs",
        ("Tim Dettmers", "Artidoro Pagnoni", "Ari Holtzman", "Luke Zettlemoyer"),
        (_utc("2023-05-23T17:50:33Z"),),
        ("cs.LG",),
    ),
    Paper(
        # The times of day, and the dates of versions 2 and 3, are invented.
        "2110.07602",
        "P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally Across Scales and Tasks",
        tuple("Xiao Liu;Kaixuan Ji;Yicheng Fu;Weng Lam Tam;Zhengxiao Du;Zhilin Yang;Jie Tang".split(";")),
        (_utc("2021-10-14T12:00:00Z"), _utc("2021-10-18T12:00:00Z"), _utc("2022-03-20T12:00:00Z")),
        ("cs.CL",),
    ),
    Paper(
        "1902.00751",
        "Parameter-Efficient Transfer Learning for NLP",
        tuple(
            "Neil Houlsby;Andrei Giurgiu;Stanislaw Jastrzebski;Bruna Morrone;Quentin de Laroussilhe;"
            "Andrea Gesmundo;Mona Attariyan;Sylvain Gelly".split(";")
        ),
        (_utc("2019-02-02T16:29:47Z"), _utc("2019-06-13T17:48:30Z")),
        ("cs.LG", "cs.CL", "stat.ML"),
    ),
)

_VIRTUES = "Bounded Cheap Frugal Gentle Lazy Modest Patient Quiet Sparse Tiny".split()
_THINGS = "Adapters Caches Decoders Embeddings Gradients Kernels Probes Prompts Routers Tokens".split()
_PLACES = "on Phones;at the Edge;without Labels;in One Pass;under Noise;by Halves".split(";")
_NAMES = "Ada Brun Cleo Dov Ezra Fay Gus Hana Ivo Jun".split()
_FAMILIES = "Amberly Brookfen Castell Dunmore Eastley Farrow Glenholm Hartwick".split()


def invented(arxiv_id: str) -> Paper:
    """A paper that nobody wrote, always the same for the same id."""
    dice = random.Random(arxiv_id)
    year, month = (int(arxiv_id[:2]), int(arxiv_id[2:4])) if arxiv_id[:4].isdigit() else (5, 1)
    first = datetime(2000 + year, month, dice.randint(1, 28), dice.randint(0, 23), 5, 7, tzinfo=UTC)
    title = f"{dice.choice(_VIRTUES)} {dice.choice(_THINGS)} {dice.choice(_PLACES)}: Study {arxiv_id}"
    people = tuple(f"{dice.choice(_NAMES)} {dice.choice(_FAMILIES)}" for _ in range(dice.randint(1, 5)))
    versions = tuple(first + timedelta(days=30 * n) for n in range(dice.randint(1, 3)))
    return Paper(arxiv_id, title, people, versions, tuple(dice.sample(["cs.CL", "cs.LG", "stat.ML"], 2)))


def invented_ids(count: int) -> list[str]:
    """Ids far above what arXiv gave out in that month."""
    return [f"2401.{number:05d}" for number in range(90000, 90000 + count)]


class ArxivServer(LoopbackServer):
    """``papers`` by id; ``dialect`` classic or present; ``cap`` entries a page whatever is asked.

    ``any_id``: every well-formed id names a paper, invented on the spot.
    """

    def __init__(
        self,
        papers: Iterable[Paper] = FACTS,
        *,
        dialect: str = "present",
        port: int = 0,
        any_id: bool = False,
    ) -> None:
        super().__init__(port)
        self.papers = {paper.arxiv_id: paper for paper in papers}
        self.dialect, self.any_id = dialect, any_id
        self.cap = _LARGEST_PAGE
        self.longest_url = _LONGEST_URL
        self.arrange: Callable[[list[str]], list[str]] = list
        """Changes the entries of every page, as XML: dropped, doubled, shuffled, spoilt."""
        self.harvest = Oai(self.papers)

    @property
    def environment(self) -> dict[str, str]:
        """What kg must see to ask this server, without delay."""
        return {"KG_ARXIV_API": self.api, "KG_ARXIV_OAI": self.oai, "KG_ARXIV_DELAY": "0", "KG_OFFLINE": ""}

    @property
    def oai(self) -> str:
        """The value for KG_ARXIV_OAI."""
        return f"{self.url}/oai"

    @property
    def api(self) -> str:
        """The value for KG_ARXIV_API."""
        return f"{self.url}/api/query"

    @property
    def asked(self) -> list[list[str]]:
        """The ids of each question to the API, in order."""
        return [s.query.get("id_list", "").split(",") for s in self._seen("/api/query")]

    @property
    def listed(self) -> list[dict[str, str]]:
        """Each question to the OAI-PMH side, in order."""
        return [s.query for s in self._seen("/oai")]

    def _seen(self, path: str) -> list[Seen]:
        seen = sorted(self.log, key=lambda s: s.start)
        return [s for s in seen if s.path.partition("?")[0].endswith(path)]

    def add(self, *papers: Paper) -> None:
        """More papers, or the same ones changed."""
        self.papers.update({paper.arxiv_id: paper for paper in papers})

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        del headers
        self.harvest.papers = self.papers
        if path.partition("?")[0].endswith("/oai"):
            return self.harvest.answer(query)
        if path.partition("?")[0].endswith("/api/query"):
            return self._query(path, query)
        return Answer(404, b"no such page")

    def _query(self, path: str, query: dict[str, str]) -> Answer:
        """What the query API says."""
        if len(path) > self.longest_url:
            return Answer(414, b"Request-URI Too Long")
        ids = [i for i in query.get("id_list", "").split(",") if i]
        start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
        if size == 0:
            return Answer(500, b"Internal Server Error")
        if size > _LARGEST_PAGE:
            return _xml(400, error_feed("max_results", self.dialect))
        if bad := next((i for i in ids if not _FORM.fullmatch(i)), None):
            return _xml(400, error_feed(bad, self.dialect))
        if ids:
            found = self._found(ids)
        else:
            wanted = query.get("search_query", "")
            found = [(p, len(p.updated)) for p in self.papers.values() if fits(p, wanted)]
        by_submission = query.get("sortBy") == "submittedDate"
        found.sort(
            key=lambda f: (f[0].updated[0 if by_submission else f[1] - 1], f[0].arxiv_id), reverse=True
        )
        page = found[start : start + min(size, self.cap)]
        entries = self.arrange([entry(paper, version, self.dialect) for paper, version in page])
        total = len(set(ids)) if ids and self.dialect == "classic" else len(found)
        return _xml(200, feed(entries, total, size, self.dialect))

    def _found(self, ids: list[str]) -> list[tuple[Paper, int]]:
        """The papers whose id is exactly one of the strings, with the version asked for."""
        found = {}
        for text in ids:
            bare, _, version = text.partition("v")
            paper = self.papers.get(bare) or (invented(bare) if self.any_id else None)
            number = int(version or len(paper.updated)) if paper else 0
            if paper and number <= len(paper.updated):
                found[paper.arxiv_id, number] = (paper, number)
        return list(found.values())


def fits(paper: Paper, query: str) -> bool:
    """Whether a paper is what a query asks for: terms ``cat:`` and ``ti:`` joined by AND."""

    def holds(term: str) -> bool:
        field, _, value = term.strip().partition(":")
        return value in paper.categories if field == "cat" else value.casefold() in paper.title.casefold()

    return all(holds(term) for term in query.split(" AND ")) if query else True


_FORM = re.compile(r"(?:arXiv:)?(?:\d{4}\.\d{4,5}|[A-Za-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_ARXIV_NS = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
_SEARCH_NS = 'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'


def _xml(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "application/atom+xml; charset=utf-8"})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(entries: list[str], total: int, size: int, dialect: str) -> str:
    """The document around the entries."""
    if dialect == "classic":
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            '  <link href="http://arxiv.org/api/query?x" rel="self" type="application/atom+xml"/>\n'
            '  <title type="html">ArXiv Query: search_query=&amp;id_list=x</title>\n'
            "  <id>http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>\n"
            "  <updated>2024-03-07T00:00:00-05:00</updated>\n"
        )
        counts = "".join(
            f"  <opensearch:{name} {_SEARCH_NS}>{value}</opensearch:{name}>\n"
            for name, value in (("totalResults", total), ("startIndex", 0), ("itemsPerPage", size))
        )
    else:
        head = (
            f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {_SEARCH_NS} {_ARXIV_NS} "
            'xmlns="http://www.w3.org/2005/Atom">\n  <id>https://arxiv.org/api/x</id>\n'
            "  <title>arXiv Query: search_query=&amp;id_list=x</title>\n"
            f"  <updated>{_instant(datetime.now(UTC))}</updated>\n"
            '  <link href="https://arxiv.org/api/query?x" type="application/atom+xml"/>\n'
        )
        counts = (
            f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>\n"
            f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
            "  <opensearch:startIndex>0</opensearch:startIndex>\n"
        )
    return f"{head}{counts}{''.join(entries)}</feed>\n"


def entry(paper: Paper, version: int, dialect: str) -> str:
    """One paper as the dialect writes it."""
    return (_classic if dialect == "classic" else _present)(paper, version)


def _if(text: str, markup: str) -> str:
    return markup.format(escape(text)) if text else ""


def _classic(paper: Paper, version: int) -> str:
    named, scheme = f"{paper.arxiv_id}v{version}", 'scheme="http://arxiv.org/schemas/atom"'
    wrapped = "\n  ".join(textwrap.wrap(escape(paper.title), 60))
    summary = "\n".join(textwrap.wrap(escape(paper.abstract), 80))
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{named}</id>",
        f"    <updated>{_instant(paper.updated[version - 1])}</updated>",
        f"    <published>{_instant(paper.updated[0])}</published>",
        f"    <title>{wrapped}</title>",
        f"    <summary>  {summary}\n</summary>",
        *(f"    <author>\n      <name>{escape(name)}</name>\n    </author>" for name in paper.authors),
        _if(paper.doi, f"    <arxiv:doi {_ARXIV_NS}>{{0}}</arxiv:doi>"),
        _if(paper.doi, '    <link title="doi" href="http://dx.doi.org/{0}" rel="related"/>'),
        _if(paper.comment, f"    <arxiv:comment {_ARXIV_NS}>{{0}}</arxiv:comment>"),
        _if(paper.journal_ref, f"    <arxiv:journal_ref {_ARXIV_NS}>{{0}}</arxiv:journal_ref>"),
        f'    <link href="http://arxiv.org/abs/{named}" rel="alternate" type="text/html"/>',
        f'    <link title="pdf" href="http://arxiv.org/pdf/{named}" rel="related" type="application/pdf"/>',
        f'    <arxiv:primary_category {_ARXIV_NS} term="{paper.categories[0]}" {scheme}/>',
        *(f'    <category term="{c}" {scheme}/>' for c in (*paper.categories, "05C30, 05A16", "I.2.7")),
        "  </entry>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _present(paper: Paper, version: int) -> str:
    named, scheme = f"{paper.arxiv_id}v{version}", 'scheme="http://arxiv.org/schemas/atom"'
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{named}</id>",
        f"    <title>{escape(paper.title)}</title>",
        f"    <updated>{_instant(paper.updated[version - 1])}</updated>",
        f'    <link href="https://arxiv.org/abs/{named}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{named}" rel="related" type="application/pdf" title="pdf"/>',
        f"    <summary>{escape(paper.abstract)}</summary>",
        *(f'    <category term="{c}" {scheme}/>' for c in paper.categories),
        f"    <published>{_instant(paper.updated[0])}</published>",
        _if(paper.comment, "    <arxiv:comment>{0}</arxiv:comment>"),
        f'    <arxiv:primary_category term="{paper.categories[0]}"/>',
        _if(paper.journal_ref, "    <arxiv:journal_ref>{0}</arxiv:journal_ref>"),
        *(f"    <author>\n      <name>{escape(name)}</name>\n    </author>" for name in paper.authors),
        _if(paper.doi, "    <arxiv:doi>{0}</arxiv:doi>"),
        _if(paper.doi, '    <link rel="related" href="https://doi.org/{0}" title="doi"/>'),
        "  </entry>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def error_feed(bad: str, dialect: str = "present") -> str:
    """The answer to an id of wrong form."""
    host = "http" if dialect == "classic" else "https"
    item = (
        f"  <entry>\n    <id>{host}://arxiv.org/api/errors#incorrect_id_format_for_{escape(bad)}</id>\n"
        f"    <title>Error</title>\n    <updated>2026-04-01T00:00:00Z</updated>\n"
        f"    <summary>incorrect id format for {escape(bad)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n"
    )
    return feed([item], 1, 1, dialect)


# ------------------------------------------------------------------------------------------ faults


def error_entry(bad: str = "abc") -> Fault:
    """An error in the place of papers, under a 200."""
    return says(error_feed(bad).encode(), "application/atom+xml")


def empty_feed(total: int = 0) -> Fault:
    """A valid feed of nothing."""
    return says(feed([], total, 10, "present").encode(), "application/atom+xml")


def control_character() -> Fault:
    """A byte that XML does not allow, in the first abstract."""
    return rewrites(lambda body: body.replace(b"invented", b"inv\x08ented", 1))


def bad_utf8() -> Fault:
    """A byte that UTF-8 does not allow."""
    return rewrites(lambda body: body.replace(b"invented", b"inv\xffented", 1))


def undefined_entity() -> Fault:
    """A reference to nothing."""
    return rewrites(lambda body: body.replace(b"invented", b"inv&eacute;nted", 1))


def bomb() -> Fault:
    """A billion laughs, and a file of this machine."""
    text = '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY x SYSTEM "file:///etc/passwd">'
    text += "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    text += ']><feed xmlns="http://www.w3.org/2005/Atom"><title>&i;&x;</title></feed>'
    return says(text.encode(), "application/atom+xml")


def padded(size: int) -> Fault:
    """A good feed with so many blanks in it."""
    return rewrites(lambda body: body.replace(b"</feed>", b" " * size + b"</feed>"))


def main() -> None:
    """Serve until interrupted; every well-formed id names a paper."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dialect", choices=["classic", "present"], default="present")
    parser.add_argument("--strict", action="store_true", help="only the four papers of fact exist")
    options = parser.parse_args()
    with ArxivServer(dialect=options.dialect, port=options.port, any_id=not options.strict) as server:
        print(f"export KG_ARXIV_API={server.api} KG_ARXIV_OAI={server.oai} KG_ARXIV_DELAY=0", flush=True)  # noqa: T201
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
