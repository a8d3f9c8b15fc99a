"""``kg serve``: the graph as a SPARQL endpoint, read-only, for programs and people on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import click

from exports.sparql.asking import SECONDS
from exports.sparql.endpoint import Endpoint
from kg.cli.context import Context, pass_context
from kg.cli.output import narrate
from kg.errors import UsageError
from kg.graph import Graph
from kg.rdf import Options
from kg.store import Store

PORT = 7878
_SILENCE = 30.0  # seconds that a client may keep silent


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Take the address as it is given: the library would ask the network for its name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment] # texts
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _SILENCE

    def log_message(self, *_: Any) -> None:
        """Questions are nobody's business."""


@click.command(
    epilog="""\b
Examples:
  kg serve
  kg serve --port 8000 --timeout 10"""
)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86400, min_open=True),
    default=SECONDS,
    show_default=True,
    help="End a query after this many seconds.",
)
@pass_context
def serve(context: Context, port: int, host: str, timeout: float) -> None:
    """Answer SPARQL queries over HTTP until interrupted: /sparql for programs, / to try it.

    By default only this machine can ask. Nothing can be changed, and no page of others gets an answer.
    Elsewhere put a server in front that knows who may ask: this one does not, and has no TLS.
    """
    settings = context.settings
    options = Options(base=settings.base, title=settings.title, receipts=True)
    with context.reading():  # what is wrong is told now, and changed corrections are taken in
        database = context.workspace.database

    @contextmanager
    def reading() -> Iterator[Graph]:
        with Store(database, readonly=True, clock=context.clock) as store:
            yield Graph(store)

    endpoint = Endpoint(reading, options, seconds=timeout, local=_is_local(host))
    try:
        server = (_Server6 if ":" in host else _Server)((host, port), _Handler)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened at: {error.strerror}", hint="Try another --port, or --port 0."
        ) from error
    with server:
        server.set_app(endpoint)
        name = f"[{host}]" if ":" in host else host
        click.echo(f"http://{name}:{server.server_port}/")
        if not context.quiet:
            narrate("listening; end it with Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def _is_local(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
