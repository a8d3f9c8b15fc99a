"""The graph out: one file a format, in the table of :mod:`exports.formats`."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the names; `kg sparql` needs none of them
if TYPE_CHECKING:
    from .formats import DEFAULT_KEY, FORMATS, Format, Options, Writer, writer

__all__ = ["DEFAULT_KEY", "FORMATS", "Format", "Options", "Writer", "writer"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What is imported only when it is asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import formats

        return getattr(formats, name)
