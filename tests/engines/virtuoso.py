"""OpenLink Virtuoso, a server of triples, started for a test in a folder and on a port of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

SERVER, CLIENT = "virtuoso-t", "isql-vt"
PATIENCE = 120.0  # seconds that a start, a file or the end may take

_INI = """\
[Database]
DatabaseFile = kg.db
ErrorLogFile = kg.log
LockFile = kg.lck
TransactionFile = kg.trx
xa_persistent_file = kg.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
DirsAllowed = {folder}
"""
_TTLP = {"turtle": 0, "ntriples": 0, "trig": 256, "nquads": 512}  # flags of its reader of lines
_ALL = "SELECT COUNT(*) FROM DB.DBA.RDF_QUAD"


_MONTH = re.compile(r'"(\d{4})(-\d\d)?"\^\^xsd:gYear(?:Month)?')


def value(term: str) -> str:
    """What a term is to it: a year, its first month and the first day of that are one value.

    See https://github.com/openlink/virtuoso-opensource/issues/1322.
    """
    found = _MONTH.fullmatch(term)
    return f'"{found[1]}{found[2] or "-01"}-01"^^xsd:date' if found else term


@contextmanager
def server() -> Iterator[Callable[[Path, str], int]]:
    """A running server, as what loads a file, counts its distinct quads and empties the server again."""
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        home = Path(folder)
        (home / "kg.ini").write_text(_INI.format(port=port, folder=folder))
        command = [SERVER, "+configfile", "kg.ini", "+foreground"]
        with subprocess.Popen(
            command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                _wait(process, port)
                try:
                    yield lambda file, form: _counted(port, home, file, form)
                finally:
                    _asked(port, "shutdown()")
                process.wait(PATIENCE)
            finally:
                with suppress(ProcessLookupError):  # it has ended, with all that it started
                    os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server takes connections; its log would tell only at the end."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < end, "the server does not listen"
            time.sleep(0.05)
        else:
            return


def _counted(port: int, home: Path, file: Path, form: str) -> int:
    here = home / file.name
    here.symlink_to(file)
    text = f"file_to_string_output('{here}')"
    load = (
        f"DB.DBA.RDF_LOAD_RDFXML_MT({text}, 'urn:kg', 'urn:kg')"
        if form == "rdfxml"
        else f"DB.DBA.TTLP_MT({text}, 'urn:kg', 'urn:kg', {_TTLP[form]})"
    )
    before = int(_asked(port, "DB.DBA.RDF_GLOBAL_RESET()", _ALL))
    after = int(_asked(port, load, _ALL))
    here.unlink()
    return after - before


def _asked(port: int, *statements: str) -> str:
    """The last line of the answers. Raises: AssertionError for an error of the server."""
    options = ["VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF", "ERRORS=STDOUT"]
    command = [CLIENT, f"127.0.0.1:{port}", "dba", "dba", *options, f"exec={';'.join(statements)};"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert "*** Error" not in done.stdout, done.stdout
    return (done.stdout.split() or [""])[-1]
