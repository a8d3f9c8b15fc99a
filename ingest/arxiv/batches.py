"""Records of many papers, page by page, so that each page can be stored before the next is asked.

Answers are matched by id, never by position or count. A paper is called missing only on evidence:
the question for the absent ones carries a *witness*, an id that is known to exist; an answer with
the witness and without them speaks of them, an empty answer speaks of nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from kg.errors import FetchError, Offline, RateLimited, SourceError
from kg.identifiers import arxiv_id
from kg.model import PaperRecord

from .client import URL_BYTES, Client, Refused, TooLong, query_of
from .feed import ErrorEntry, Feed, search
from .records import record_of

_WITNESSES = ("2106.09685", "2305.14314")
_NAMED_ERRORS = 3
_QUESTIONS = 60
_FAILURES = 2


@dataclass(frozen=True, slots=True)
class Page:
    """What became of the ids ``requested``: records, those that arXiv does not know, trouble told.

    ``unanswered`` ids are neither: nothing is known of them now, what is stored of them stands.
    """

    records: tuple[PaperRecord, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The ids that got no usable answer."""
        known = {record.arxiv_id for record in self.records} | set(self.missing)
        return tuple(i for i in self.requested if i not in known)


def fetch_records(ids: Iterable[str], client: Client, *, doubted: Collection[str] = ()) -> Iterator[Page]:
    """Pages of records for ``ids``, in any spelling, each asked once, sorted, without version.

    ``doubted`` ones were not known the last time: that they are absent once more needs no second question.

    A chunk that fails is told in its page, and the next one is tried; the error is raised when
    asking on is of no use or nothing was answered at all: Offline, RateLimited, Refused, FetchError.
    """
    wanted, strange = canonical(ids)
    if strange and not wanted:
        yield Page(problems=strange)
    witness, failures, answered = "", 0, False
    while wanted:
        count = _fitting(wanted, client)
        chunk, wanted = wanted[:count], wanted[count:]
        batch = _Batch(client, chunk, witness, frozenset(doubted), problems=list(strange))
        error = batch.run()
        page, strange = batch.page(), ()
        if page.records or page.missing or page.problems:
            yield page
        answered = answered or bool(page.records or page.missing)
        witness = page.records[0].arxiv_id if page.records else witness
        failures = failures + 1 if error else 0
        fatal = isinstance(error, Offline | RateLimited | Refused) or failures >= _FAILURES
        if error and (fatal or not (wanted or answered)):
            raise error


def canonical(ids: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """The bare ids, sorted and once each; and a sentence for each text that is no arXiv id.

    >>> canonical(["arXiv:2106.09685v2", "2106.09685", "1501.0001"])
    (['2106.09685'], ('1501.0001 is no arXiv identifier',))
    """
    good, bad = set(), {}
    for text in ids:
        if found := arxiv_id(text):
            good.add(found[0])
        else:
            bad[f"{' '.join(text.split())[:80]} is no arXiv identifier"] = True
    return sorted(good), tuple(bad)


def _fitting(ids: list[str], client: Client) -> int:
    """How many of the ids go into one question: by number, and by the bytes of its address."""
    room = URL_BYTES - len(client.base or client.settings.endpoint) - len(query_of(search([]))) - 64
    count = 0
    for arxiv_id_ in ids[: client.batch]:
        room -= len(arxiv_id_) + 1
        if room < 0:
            break
        count += 1
    return max(count, 1)


@dataclass(slots=True)
class _Batch:
    """One chunk of ids on its way to being a page."""

    client: Client
    requested: list[str]
    witness: str
    doubted: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)
    records: dict[str, PaperRecord] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    questions: int = 0
    named: int = 0
    certain: bool = True

    def run(self) -> SourceError | None:
        """None, or the error that ended it; what was answered before stands."""
        try:
            self._begin()
            while pending := self._pending():
                if not self._again(pending):
                    break
        except SourceError as error:
            if not isinstance(error, Offline | RateLimited):
                self.problems.append(f"{len(self._pending())} papers got no answer: {error.message}")
            return error
        return None

    def _begin(self) -> None:
        """Ask for all; beside doubted ids alone a witness is asked for."""
        witness = next((i for i in (self.witness, *_WITNESSES) if i and i not in self.requested), "")
        alone = self.doubted.issuperset(self.requested)
        present = self._collect([*self.requested, witness] if alone and witness else self.requested)
        pending = self._pending()
        if present and self.certain and self.doubted.issuperset(pending):
            self.missing.update(pending)

    def page(self) -> Page:
        """The page as it stands."""
        records = tuple(self.records[i] for i in sorted(self.records))
        return Page(records, tuple(sorted(self.missing)), tuple(self.problems), tuple(self.requested))

    def _pending(self) -> list[str]:
        return [i for i in self.requested if i not in self.seen and i not in self.missing]

    def _again(self, pending: list[str]) -> bool:
        """Whether it is worth asking on: the absent ids are asked once more, beside a witness."""
        known = [*sorted(self.records), self.witness, *_WITNESSES]
        # Where all of them are pending themselves, they need no other: an empty page cannot be right.
        witness = next((i for i in known if i and i not in pending), "")
        present = self._collect([*pending, witness] if witness else pending, certain=True)
        if len(self._pending()) < len(pending):
            return True
        if witness in present and self.certain:
            self.missing.update(pending)
        else:
            self.problems.append(f"arXiv left {len(pending)} papers out; they stay as they are")
        return False

    def _collect(self, ids: list[str], *, certain: bool = False) -> set[str]:
        """The ids that the answers to a question for ``ids`` held; divided where the server asks for it."""
        self.questions += 1
        if self.questions > _QUESTIONS:
            raise FetchError("arXiv answers a few papers at a time; stopped", hint="Try again later.")
        try:
            return self._take(self.client.ask(search(ids), certain=certain), ids)
        except TooLong:
            if len(ids) == 1:
                raise
            self.client.batch = max(min(self.client.batch, len(ids)) // 2, 1)
        except ErrorEntry as error:
            bad = error.named if error.named in ids else (arxiv_id(error.named) or ("",))[0]
            if len(ids) == 1 or (bad in ids and self.named < _NAMED_ERRORS):
                self.named += 1
                return self._drop(bad if bad in ids else ids[0], ids)
        half = len(ids) // 2
        return self._collect(ids[:half]) | self._collect(ids[half:])

    def _drop(self, bad: str, ids: list[str]) -> set[str]:
        """The answer for the others: arXiv calls the form of one id wrong and fails them all for it."""
        if bad in self.requested:
            self.missing.add(bad)
            self.problems.append(f"arXiv takes {bad} for no identifier of its own")
        rest = [i for i in ids if i != bad]
        return self._collect(rest) if rest else set()

    def _take(self, feed: Feed, ids: list[str]) -> set[str]:
        """The ids in a page; its records are kept, the higher version where one comes twice."""
        self.problems += [p for p in feed.problems if p not in self.problems]
        self.seen.update(feed.rejected)
        self.certain = self.certain and "" not in feed.rejected  # it may have been any of them
        present = set()
        for result in feed.results:
            record = record_of(result)
            present.add(record.arxiv_id)
            if record.arxiv_id not in ids:
                self.problems.append(f"arXiv sent {record.arxiv_id}, which was not asked for; ignored")
            elif record.arxiv_id in self.requested:
                self.seen.add(record.arxiv_id)
                held = self.records.get(record.arxiv_id)
                if held is None or record.version >= held.version:
                    self.records[record.arxiv_id] = record
        return present
