"""The one tree of errors: each says what failed and, in ``hint``, what to do next.

::

    KgError
    ├── UsageError            the call or a setting is wrong
    │   ├── ConfigError       a line of kg.toml or corrections.toml
    │   ├── UnknownNode       no node answers to that reference
    │   ├── NotAList          what was named is not a Markdown list
    │   └── QueryError        a SPARQL query is none, or asks for what is not given
    │       └── QueryTimeout  it took too long
    ├── SourceError           something outside could not be read
    │   ├── Offline           no network, or KG_OFFLINE is set
    │   ├── FetchError        the server answered, but not with what was asked
    │   └── RateLimited       the server asks to come back later
    ├── StoreError            the database cannot serve
    │   ├── StoreLocked       another process writes to it
    │   ├── StoreTooNew       a newer kg made it
    │   └── StoreDamaged      it is not a database, or no longer one
    └── ExportError           the graph could not be written out

Exit codes belong to the command line and are mapped in :mod:`kg.cli.output`.
"""

from __future__ import annotations


class KgError(Exception):
    """A failure told in two parts: ``message`` (what and why) and ``hint`` (what to do next)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep both parts; ``hint`` may be empty when the message already says it all."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            self.add_note(hint)  # so that Python's own traceback shows it, in a notebook or a script


class UsageError(KgError):
    """The call or a setting is wrong; nothing was done."""


class ConfigError(UsageError):
    """A mistake in a text file of the workspace, told with file and line."""


class UnknownNode(UsageError):
    """No node answers to a reference; the hint names the nearest ones."""


class NotAList(UsageError):
    """What was named is no Markdown list: a directory, binary data, a web page, too large."""


class QueryError(UsageError):
    """A SPARQL query is none, or asks for what is not given; told with line and column."""


class QueryTimeout(QueryError):
    """A SPARQL query took longer than it may."""


class SourceError(KgError):
    """Something outside the workspace could not be read; what is stored stays as it is."""


class Offline(SourceError):
    """There is no network, or KG_OFFLINE forbids using it."""


class FetchError(SourceError):
    """A server answered with something other than what was asked for."""


class RateLimited(SourceError):
    """A server asks to come back later; ``retry_after`` is in seconds when it said so."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        """Keep the wait the server asked for, in seconds, or None."""
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StoreError(KgError):
    """The database cannot serve the request."""


class StoreLocked(StoreError):
    """Another process is writing to the database."""


class StoreTooNew(StoreError):
    """The database was made by a newer version of kg."""


class StoreDamaged(StoreError):
    """The file is not a kg database, or has been damaged."""


class ExportError(KgError):
    """The graph could not be written out."""
