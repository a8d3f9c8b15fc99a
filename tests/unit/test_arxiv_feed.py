"""Whatever bytes arrive: papers, or an error of ours; and the fake speaks as arXiv does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.arxiv.batches import canonical
from ingest.arxiv.feed import BadAnswer, ErrorEntry, Feed, Malformed, read
from ingest.arxiv.records import record_of
from kg.identifiers import arxiv_id
from kg.model import PaperRecord
from tests.fakes.arxiv_server import ArxivServer, entry, error_feed, feed, invented, invented_ids

IDS = invented_ids(3)
BODIES = {
    dialect: feed([entry(invented(i), 1, dialect) for i in IDS], 3, 10, dialect).encode()
    for dialect in ("present", "classic")
}
RECORDS = {dialect: [record_of(result) for result in read(body).results] for dialect, body in BODIES.items()}


def records(page: Feed) -> list[PaperRecord]:
    return [record_of(result) for result in page.results]


SPLINTERS = (
    b"< > & ]]> <!-- <entry> </entry> </feed> <title/> <id> <![CDATA[ <?x &#x0; &#xD800; "
    b"0001-01-01T00:00:00+14:00 \x00 \xff \xed\xa0\x80"
).split()
PIECES = st.sampled_from(SPLINTERS)


@given(
    dialect=st.sampled_from(["present", "classic"]),
    start=st.floats(0, 1),
    length=st.integers(0, 60),
    piece=PIECES | st.binary(max_size=8),
    salvage=st.booleans(),
)
@example(dialect="present", start=0.0, length=60, piece=b"", salvage=True)
def test_spoilt_bytes_give_papers_as_they_are_or_an_error_of_ours(
    dialect: str, start: float, length: int, piece: bytes, *, salvage: bool
) -> None:
    body = BODIES[dialect]
    at = int(start * len(body))
    try:
        page = read(body[:at] + piece + body[at + length :], salvage=salvage)
    except (BadAnswer, ErrorEntry):
        return
    assert len(page.problems) == len(page.rejected)
    held = records(page)
    assert len(held) <= 4
    # One cut spoils two neighbours at most: a paper that is neither is as it was, or absent.
    assert sum(record not in RECORDS[dialect] for record in held) <= 2


@pytest.mark.parametrize("salvage", [False, True])
@pytest.mark.parametrize("dialect", ["present", "classic"])
def test_no_prefix_of_a_page_is_believed(dialect: str, *, salvage: bool) -> None:
    body = BODIES[dialect].rstrip()
    for end in range(0, len(body), 7):
        with pytest.raises(BadAnswer):
            read(body[:end], salvage=salvage)


def test_dates_beyond_the_calendar_cost_only_their_entry() -> None:
    body = (
        BODIES["present"]
        .replace(b"<updated>2024", b"<updated>0001", 2)
        .replace(b"Z</updated>", b"+14:00</updated>")
    )
    page = read(body)
    assert len(page.results) + len(page.rejected) == 3


def test_two_links_to_a_pdf_say_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    link = b'<link href="https://arxiv.org/pdf/x" title="pdf"/>'
    page = read(BODIES["present"].replace(b"</entry>", link + b"</entry>"))
    assert len(page.results) == 3
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("dialect", ["present", "classic"])
def test_an_error_entry_names_the_id(dialect: str) -> None:
    with pytest.raises(ErrorEntry) as caught:
        read(error_feed("math/abc", dialect).encode())
    assert caught.value.named == "math/abc"


def test_many_unclosed_entries_are_read_in_linear_time() -> None:
    with pytest.raises(Malformed):
        read(b"<feed>" + b"<entry>" * 200_000 + b"\x00</feed>", salvage=True)


@given(st.lists(st.text(max_size=30)))
def test_any_text_is_an_id_or_a_sentence(texts: list[str]) -> None:
    good, bad = canonical(texts)
    assert good == sorted(set(good))
    assert all(arxiv_id(i) == (i, None) for i in good)
    assert all("\n" not in sentence for sentence in bad)


# ------------------------------------------------------------------- the fake, by arXiv's own rules


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(map(invented, invented_ids(20))) as server:
        yield server


def ask(server: ArxivServer, method: str = "GET", **fields: str) -> requests.Response:
    where = {"params": fields} if method == "GET" else {"data": fields}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, server.api, timeout=10, **where)  # type: ignore[arg-type]


def test_the_fake_gives_ten_unless_asked(server: ArxivServer) -> None:
    ids = ",".join(invented_ids(20))
    assert ask(server, id_list=ids).text.count("<entry>") == 10
    assert ask(server, id_list=ids, max_results="15").text.count("<entry>") == 15
    assert ask(server, id_list=ids, start="15", max_results="15").text.count("<entry>") == 5
    assert ask(server, id_list=ids, max_results="2001").status_code == 400
    assert ask(server, id_list=ids, max_results="0").status_code == 500


def test_the_fake_takes_long_questions_only_by_post(server: ArxivServer) -> None:
    ids = ",".join(invented_ids(700))
    assert ask(server, id_list=ids).status_code == 414
    assert ask(server, "POST", id_list=ids, max_results="100").text.count("<entry>") == 20


def test_the_fake_matches_ids_as_strings(server: ArxivServer) -> None:
    for text in ("arXiv:2401.90000", "2401.90099", "2401.90000v9"):
        assert "<entry>" not in ask(server, id_list=text).text
    both = ask(server, id_list="2401.90000,2401.90000v1").text
    assert both.count("<entry>") in {1, 2}
    bad = ask(server, id_list="2401.90000,abc")
    assert bad.status_code == 400
    assert "incorrect_id_format_for_abc" in bad.text


@pytest.mark.parametrize(("dialect", "total"), [("present", 1), ("classic", 2)])
def test_the_fake_counts_as_its_dialect_does(server: ArxivServer, dialect: str, total: int) -> None:
    server.dialect = dialect
    assert read(ask(server, id_list="2401.90000,2401.90099").content).total == total
