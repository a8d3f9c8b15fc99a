from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.http import Broken, Http, Limits, NotModified, Response, TooLarge, check, next_hop, retry_after
from kg.errors import FetchError, Offline, RateLimited, UsageError
from tests.fakes import loopback
from tests.fakes.list_server import ListServer

LIST = b"# Things\n\n- [A](https://example.org/a) - the first\n"
ROOT = Path(__file__).parents[2]
QUICK = Limits(connect=2, read=0.3, total=1.0)


@pytest.fixture
def server() -> Iterator[ListServer]:
    with ListServer({"/list.md": LIST, "/hops/0": LIST}) as server:
        yield server


@pytest.fixture
def http() -> Http:
    return Http(environ={})


def body(answer: Response | NotModified) -> bytes:
    assert isinstance(answer, Response)
    return answer.content


def test_the_network_side_costs_no_heavy_import_until_it_is_used() -> None:
    code = (
        "import sys, ingest.http, ingest.address, ingest.arxiv\n"
        "print([m for m in ('requests', 'urllib3', 'arxiv', 'lxml', 'filelock', 'platformdirs') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_bytes_come_as_they_are(server: ListServer, http: Http) -> None:
    server.pages["/latin.md"] = b"caf\xe9 \xff\r\n"
    assert body(http.get(f"{server.url}/latin.md")) == b"caf\xe9 \xff\r\n"


def test_a_compressed_body_is_unpacked(server: ListServer, http: Http) -> None:
    packed = loopback.Fault(
        "gzip", lambda a: replace(a, body=gzip.compress(a.body), headers={"Content-Encoding": "gzip"})
    )
    server.script(packed)
    assert body(http.get(f"{server.url}/list.md")) == LIST


def test_the_user_agent_names_program_and_contact(server: ListServer) -> None:
    Http(environ={}, contact="mailto:a@b.example\r\nEvil: 1").get(f"{server.url}/list.md")
    Http(environ={}).get(f"{server.url}/list.md")
    agents = [seen.headers["user-agent"] for seen in server.log]
    assert agents[0].startswith("kg/")
    assert agents[0].endswith(" (mailto:a@b.exampleEvil: 1)")
    assert "(" not in agents[1]
    assert "evil" not in server.log[0].headers


def test_an_entity_tag_that_holds_gives_not_modified(server: ListServer, http: Http) -> None:
    first = http.get(f"{server.url}/list.md")
    again = http.get(f"{server.url}/list.md", etag=first.etag)
    assert isinstance(again, NotModified)
    assert again.etag == first.etag
    server.pages["/list.md"] = b"new"
    assert body(http.get(f"{server.url}/list.md", etag=first.etag)) == b"new"


def test_offline_opens_no_socket(server: ListServer) -> None:
    with pytest.raises(Offline, match="KG_OFFLINE"):
        Http(environ={"KG_OFFLINE": "1"}).get(f"{server.url}/list.md")
    assert server.connections == 0
    assert body(Http(environ={"KG_OFFLINE": "0"}).get(f"{server.url}/list.md")) == LIST


def test_nobody_listening_is_offline(http: Http) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Offline, match="cannot be reached"):
            http.get(f"http://127.0.0.1:{bound.getsockname()[1]}/list.md")


def test_an_unknown_host_is_offline(http: Http) -> None:
    with pytest.raises(Offline, match="no such name"):
        http.get("http://nobody.invalid/list.md")


def test_other_statuses_are_errors_with_their_number(server: ListServer, http: Http) -> None:
    with pytest.raises(FetchError, match="HTTP 404") as caught:
        http.get(f"{server.url}/gone.md")
    assert caught.value.hint
    server.script(loopback.status(503))
    with pytest.raises(FetchError, match="HTTP 503"):
        http.get(f"{server.url}/list.md")
    assert body(http.get(f"{server.url}/gone.md", accept=(404,))) == b"404: Not Found"


def test_429_says_how_long_to_wait(server: ListServer, http: Http) -> None:
    server.script(loopback.status(429, Retry_After="120"))
    with pytest.raises(RateLimited) as caught:
        http.get(f"{server.url}/list.md")
    assert caught.value.retry_after == 120
    assert len(server.log) == 1


def test_a_403_without_quota_is_a_limit_too(server: ListServer, http: Http) -> None:
    server.script(loopback.status(403, X_RateLimit_Remaining="0"))
    with pytest.raises(RateLimited):
        http.get(f"{server.url}/list.md")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7.5", 7.5),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2025 00:01:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:01:00", 60.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 40, None),
        ("Thu, 99 Jan 2026 00:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, datetime(2026, 1, 1, tzinfo=UTC)) == seconds


# ---------------------------------------------------------------------------------------- redirects


def test_redirects_are_followed_to_where_the_list_is(server: ListServer, http: Http) -> None:
    answer = http.get(f"{server.url}/hops/4")
    assert body(answer) == LIST
    assert answer.url == f"{server.url}/hops/0"


def test_redirects_end(server: ListServer, http: Http) -> None:
    with pytest.raises(FetchError, match="in a circle"):
        http.get(f"{server.url}/circle/a")
    assert len(server.log) == 2
    with pytest.raises(FetchError, match="more than 5 times"):
        http.get(f"{server.url}/hops/20")
    assert len(server.log) == 2 + 6


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        ("https://example.org/a", "http://example.org/a", "from https to http"),
        ("https://example.org/a", "https://127.0.0.1/a", "local network"),
        ("http://example.org/a", "http://localhost/a", "local network"),
        ("http://example.org/a", "http://169.254.169.254/latest", "local network"),
        ("http://example.org/a", "file:///etc/passwd", "no usable address"),
        ("http://example.org/a", "javascript:alert(1)", "no usable address"),
        ("http://example.org/a", "//user:pw@example.net/", "no usable address"),
        ("http://example.org/a", "http://[broken", "no usable address"),
        ("http://example.org/a", "", "does not say where"),
    ],
)
def test_redirects_that_are_not_followed(here: str, there: str, why: str) -> None:
    with pytest.raises(FetchError, match=why):
        next_hop(here, Response(here, 302, {"location": there}))


def test_a_redirect_may_be_relative_and_from_http_to_https() -> None:
    hop = next_hop("http://example.org/a/b", Response("", 301, {"location": "../c#top"}))
    assert hop == "http://example.org/c"
    upward = Response("", 307, {"location": "https://example.org/a"})
    assert next_hop("http://example.org/a", upward) == "https://example.org/a"


# -------------------------------------------------------------------------------- time and size


def test_silence_ends_at_the_read_timeout(server: ListServer, http: Http) -> None:
    server.script(loopback.silence())
    start = time.monotonic()
    with pytest.raises(Broken, match=r"silent for 0\.3 s"):
        http.get(f"{server.url}/list.md", limits=QUICK)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("head", [True, False], ids=["head", "body"])
def test_a_slow_drip_ends_at_the_total_deadline(server: ListServer, http: Http, *, head: bool) -> None:
    server.pages["/long.md"] = LIST * 100
    server.script(loopback.drip(head=head))
    start = time.monotonic()
    with pytest.raises(Broken, match="took longer than 1 s"):
        http.get(f"{server.url}/long.md", limits=QUICK)
    assert time.monotonic() - start < 10


def test_a_body_cut_at_the_deadline_never_passes_for_whole(server: ListServer, http: Http) -> None:
    def deliver(handler: loopback.Handler, answer: loopback.Answer) -> None:
        handler.head(answer, {"Connection": "close"})  # no length: the end of the connection is the end
        for _ in range(200):
            handler.wfile.write(b"- more\n")
            if server.closing.wait(0.05):
                return

    server.script(loopback.Fault("endless", deliver=deliver))
    with pytest.raises(Broken, match="took longer"):
        http.get(f"{server.url}/list.md", limits=QUICK)


def test_the_deadline_counts_all_hops_together(server: ListServer, http: Http) -> None:
    server.script(*[loopback.late(0.4)] * 6)
    start = time.monotonic()
    with pytest.raises(Broken):
        http.get(f"{server.url}/hops/5", limits=Limits(read=5, total=1.0))
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "fault", [loopback.reset(), loopback.short(), loopback.chunk_cut()], ids=lambda f: f.name
)
def test_a_broken_exchange_is_no_answer(server: ListServer, http: Http, fault: loopback.Fault) -> None:
    server.pages["/long.md"] = LIST * 100
    server.script(fault)
    with pytest.raises(Broken, match="broke off"):
        http.get(f"{server.url}/long.md")
    assert body(http.get(f"{server.url}/long.md")) == LIST * 100


def test_what_is_not_gzip_though_it_says_so_is_broken(server: ListServer, http: Http) -> None:
    server.script(
        loopback.Fault("liar", lambda a: replace(a, headers={"Content-Encoding": "gzip"})),
    )
    with pytest.raises(Broken):
        http.get(f"{server.url}/list.md")


def test_a_body_over_the_limit_is_thrown_away(server: ListServer, http: Http) -> None:
    server.pages["/large.md"] = b"x" * 10_000_001
    with pytest.raises(TooLarge, match="10,000,000 bytes"):
        http.get(f"{server.url}/large.md")
    server.pages["/large.md"] = b"x" * 10_000_000
    assert len(body(http.get(f"{server.url}/large.md"))) == 10_000_000


def test_a_bomb_of_gzip_meets_the_limit_of_what_it_unpacks_to(server: ListServer, http: Http) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    server.script(loopback.Fault("bomb", lambda _: loopback.Answer(200, bomb, {"Content-Encoding": "gzip"})))
    with pytest.raises(TooLarge):
        http.get(f"{server.url}/list.md")


def test_nothing_is_left_open(server: ListServer, http: Http) -> None:
    for _ in range(3):
        http.get(f"{server.url}/list.md")
    server.script(loopback.reset())
    with pytest.raises(Broken):
        http.get(f"{server.url}/list.md")
    assert server.peak == 1
    assert not [t for t in threading.enumerate() if isinstance(t, threading.Timer)]


# ------------------------------------------------------------------------------ addresses and keys


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "example.org/a",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        "https://example.org/\x1b[31m",
        "https://example.org:port/",
        "https://[::1/",
        "",
    ],
)
def test_what_is_no_web_address_is_refused_before_any_request(url: str, http: Http) -> None:
    with pytest.raises(UsageError) as caught:
        http.get(url)
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_host_may_be_an_address_of_numbers() -> None:
    assert check("http://[::1]:8080/x") == "::1"


def test_no_host_name_is_refused_clearly(http: Http) -> None:
    with pytest.raises(UsageError, match="no host name"):
        http.get("http://" + "a" * 70 + ".example/")


def test_a_token_goes_to_github_over_https_only() -> None:
    http = Http(environ={"GITHUB_TOKEN": "s3cret"})

    def sent(url: str) -> bool:
        return "Authorization" in http._headers(url, "")  # noqa: SLF001 - no socket shows what is not sent

    assert sent("https://raw.githubusercontent.com/a/b/HEAD/README.md")
    assert sent("https://api.github.com/repos/a/b")
    for url in (
        "http://raw.githubusercontent.com/a",
        "https://raw.githubusercontent.com.evil.example/a",
        "https://raw.githubusercontent.com:8443/a",
        "https://github.com/a/b",
        "https://example.org/",
    ):
        assert not sent(url)


def test_a_token_never_reaches_another_server(server: ListServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # loopback goes past every proxy
    Http(environ={"GITHUB_TOKEN": "s3cret"}).get(f"{server.url}/list.md")
    assert "authorization" not in server.log[0].headers


def test_neither_netrc_nor_token_goes_to_a_host_over_http(
    server: ListServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The user's proxy, which is used for every other host than this machine, sees what is sent."""
    (tmp_path / "netrc").write_text("machine raw.githubusercontent.com login me password s3cret\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    address = "http://raw.githubusercontent.com/list.md"
    server.pages[address] = LIST
    assert body(Http(environ={"GITHUB_TOKEN": "s3cret"}).get(address)) == LIST
    assert "authorization" not in server.log[0].headers
