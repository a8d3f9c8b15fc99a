"""``kg serve``: the SPARQL 1.1 Protocol by other clients, and what it refuses."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from exports.sparql.endpoint import LONGEST, Endpoint, accepted
from kg.graph import Graph
from kg.rdf import Options
from kg.store import Store
from tests.cli.command import Kg, finish

MODELS = "SELECT ?name { ?m a fair4ml:MLModel ; rdfs:label ?name } ORDER BY ?name LIMIT 2"
NAMES = ["Brinewave", "Ebbformer"]
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
HERE = "localhost:7878"


class Client:
    """Requests to an endpoint without a network between."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def __call__(
        self, method: str, path: str, body: bytes = b"", media: str = "", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """The status, headers and text of the reply."""
        place, _, fields = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": place,
            "QUERY_STRING": fields,
            "CONTENT_TYPE": media,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": HERE,
            "wsgi.input": BytesIO(body),
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told: list[Any] = []
        text = b"".join(self.endpoint(environ, lambda status, headers: told.extend((status, headers))))
        found = dict(told[1])
        assert found["Content-Length"] == str(len(text))
        assert found["X-Content-Type-Options"] == "nosniff"
        assert not any(name.lower().startswith("access-control") for name in found)
        return int(told[0].split()[0]), found, text.decode()

    def ask(self, query: str, accept: str = "*/*") -> tuple[int, dict[str, str], str]:
        """The reply to a query by GET."""
        return self("GET", f"/sparql?{urlencode({'query': query})}", accept=accept)


@pytest.fixture
def client(tides: Kg) -> Client:
    @contextmanager
    def reading() -> Iterator[Graph]:
        with Store(tides.database, readonly=True) as store:
            yield Graph(store)

    return Client(Endpoint(reading, Options(receipts=True), seconds=1))


def names(text: str) -> list[str]:
    return [row["name"]["value"] for row in json.loads(text)["results"]["bindings"]]


def test_a_query_comes_in_each_of_the_three_ways(client: Client) -> None:
    replies = [
        client.ask(MODELS),
        client("POST", "/sparql", urlencode({"query": MODELS}).encode(), FORM),
        client("POST", "/sparql", MODELS.encode(), f"{QUERY}; charset=utf-8"),
    ]
    for status, headers, text in replies:
        assert status == 200
        assert headers["Content-Type"] == "application/sparql-results+json; charset=utf-8"
        assert names(text) == NAMES


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/html,*/*;q=0.8", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("application/sparql-results+xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml"),
        ("TEXT/TAB-separated-values", "text/tab-separated-values"),
        ("application/json", "application/sparql-results+json"),
    ],
)
def test_the_client_chooses_the_format(client: Client, accept: str, media: str) -> None:
    status, headers, text = client.ask(MODELS, accept)
    assert (status, headers["Content-Type"]) == (200, f"{media}; charset=utf-8")
    assert "Brinewave" in text


def test_a_graph_comes_as_turtle_or_ntriples(client: Client) -> None:
    assert client.ask("DESCRIBE node:lora")[1]["Content-Type"].startswith("text/turtle")
    _, headers, text = client.ask("DESCRIBE node:lora", "application/n-triples")
    assert headers["Content-Type"].startswith("application/n-triples")
    assert "<https://example.org/kg/node/lora>" in text


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "text/turtle", "text/csv;q=high", ""])
def test_a_format_that_there_is_not_is_406(client: Client, accept: str) -> None:
    assert client.ask(MODELS, accept)[0] == 406


def test_what_is_wrong_with_a_query_is_told_with_400(client: Client) -> None:
    status, headers, text = client.ask("SELECT * { ?s foo:p ?o }")
    assert (status, headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "line 1, column 15: the prefix foo: is not declared" in text
    assert client.ask("SELECT * { SERVICE <http://127.0.0.1:9/> {} }")[0] == 400
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a != ?d) }"
    assert client.ask(slow)[0] == 503


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "status"),
    [
        ("GET", "/sparql", b"", "", 400),
        ("GET", "/sparql?query=a&query=b", b"", "", 400),
        ("GET", "/sparql?query=%ff", b"", "", 400),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=http://a.example/", b"", "", 400),
        ("GET", "/sparql?" + "&".join(["a=b"] * 50), b"", "", 400),
        ("GET", "/sparql?update=CLEAR+ALL", b"", "", 403),
        ("POST", "/sparql", b"update=CLEAR+ALL", FORM, 403),
        ("POST", "/sparql", b"CLEAR ALL", "application/sparql-update", 403),
        ("POST", "/sparql", b"CLEAR ALL", QUERY, 400),
        ("POST", "/sparql", b"\xff", QUERY, 400),
        ("POST", "/sparql", b"ASK {}", "text/plain", 415),
        ("POST", "/sparql", b" " * (LONGEST + 1), QUERY, 413),
        ("POST", "/", b"query=ASK+{}", FORM, 405),
        ("PUT", "/sparql", b"", "", 405),
        ("DELETE", "/sparql?graph=http://a.example/", b"", "", 405),
        ("OPTIONS", "/sparql", b"", "", 405),
        ("GET", "/graph.db", b"", "", 404),
        ("GET", "/../kg.toml", b"", "", 404),
        ("GET", "/?saved=../../kg", b"", "", 400),
    ],
)
def test_what_is_refused(
    client: Client, method: str, path: str, body: bytes, media: str, status: int
) -> None:
    assert client(method, path, body, media)[0] == status


@pytest.mark.parametrize("length", ["", "-1", "1e3", "٣", "9" * 5000])
def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/sparql",
        "QUERY_STRING": "",
        "CONTENT_TYPE": QUERY,
        "CONTENT_LENGTH": length,
        "HTTP_HOST": HERE,
        "wsgi.input": BytesIO(b"ASK {}"),
    }
    told: list[str] = []
    client.endpoint(environ, lambda status, _: told.append(status))
    assert told[0][:3] in {"411", "413"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7878", "localhost.evil.example", "", "127.0.0.1.nip.io"]
)
def test_another_name_for_this_machine_gets_nothing(client: Client, host: str) -> None:
    assert client("GET", "/sparql?query=ASK%7B%7D", host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:7878", "[::1]:7878", "[::1]"])
def test_names_of_this_machine_are_answered(client: Client, host: str) -> None:
    assert client("GET", "/sparql?query=ASK%7B%7D", host=host)[0] == 200


def test_a_page_of_others_gets_nothing(client: Client) -> None:
    assert client("GET", "/sparql?query=ASK%7B%7D", origin="https://evil.example")[0] == 403
    assert client("GET", "/sparql?query=ASK%7B%7D", origin="null")[0] == 403
    assert client("GET", "/sparql?query=ASK%7B%7D", origin=f"http://{HERE}")[0] == 200


def test_the_page_shows_questions_and_answers_as_text(client: Client) -> None:
    status, headers, text = client("GET", "/")
    assert status == 200
    assert "script" not in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    (saved,) = re.findall(r'href="(/\?saved=memory)"', text)
    assert "kg:HardwareRequirement" not in text
    assert "kg:needsTier" in client("GET", saved)[2]
    evil = 'SELECT ("<script>alert(1)</script>" AS ?x) {} # </textarea><b>'
    _, _, text = client("GET", f"/?{urlencode({'query': evil})}")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "node:lora" in client("GET", f"/?{urlencode({'query': 'DESCRIBE node:lora'})}")[2]
    assert "<pre>no</pre>" in client("GET", f"/?{urlencode({'query': 'ASK { node:nothing ?p ?o }'})}")[2]
    status, _, text = client("GET", f"/?{urlencode({'query': 'ASK { <b> }'})}")
    assert status == 400
    assert "&lt;b&gt;" in text


def test_a_header_that_likes_nothing_is_none() -> None:
    assert accepted("") == (None, None)
    assert accepted("text/turtle;q=0.5, */*;q=0.1") == ("json", "turtle")


@pytest.mark.parametrize("arguments", [["--bogus"], ["x"], ["--port", "65536"], ["--timeout", "0"]])
def test_a_wrong_call_is_told(tides: Kg, arguments: list[str]) -> None:
    assert tides.refused("serve", *arguments)


def test_other_clients_ask_a_server_that_ends_when_it_is_told_to(tides: Kg) -> None:
    before = tides.stored()
    server = tides.start("serve", "--port", "0")
    try:
        assert server.stdout is not None
        address = server.stdout.readline().decode().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        store = SPARQLStore(f"{address}sparql")
        rows = store.query("SELECT ?l WHERE { <https://example.org/kg/node/lora> rdfs:label ?l }")
        assert [str(row[0]) for row in rows] == ["LoRA"]  # type: ignore[index] # a row of a SELECT
        with urlopen(f"{address}sparql?{urlencode({'query': MODELS})}") as reply:
            assert names(reply.read().decode()) == NAMES
        port = int(address.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            assert b" 403 " in raw.recv(4096)
        assert "cannot be listened at" in tides.refused("serve", "--port", str(port))
    finally:
        told = finish(server, signal_=signal.SIGINT)
    assert told.code == 0
    assert told.err.splitlines() == ["listening; end it with Ctrl-C"]
    assert tides.stored() == before
