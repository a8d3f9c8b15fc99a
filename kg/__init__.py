"""kg: a knowledge graph and paper ledger made from curated Markdown lists and arXiv.

From Python, ``kg.open()`` opens a graph for reading; that, what it gives, and the three functions that
``docs/python.md`` names are the promised interface. All else may change with any version.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the name; `import typing` would be the most of `import kg`
if TYPE_CHECKING:
    import os

    from .api import KnowledgeGraph
    from .errors import KgError

__all__ = ["KgError", "KnowledgeGraph", "open"]
__version__ = "0.1.0"


def open(path: str | os.PathLike[str] | None = None) -> KnowledgeGraph:  # noqa: A001 - read as kg.open
    """The graph of a workspace, open for reading: see :class:`kg.api.KnowledgeGraph`.

    ``path``: the folder of a workspace, or its ``graph.db``. Without it that workspace which the command
    line would use: the nearest kg.toml upwards, else KG_WORKSPACE, else your own. Nothing is written, no
    network is asked, and edits of text files count once the command line has taken them in.

    >>> with kg.open() as graph:
    ...     graph.node("lora").kind.label
    'Method'

    Raises: UsageError where there is no graph, ConfigError for a mistake in kg.toml, StoreError.
    """
    from .api import KnowledgeGraph

    return KnowledgeGraph(path)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What is imported only when it is asked for: ``import kg`` loads nothing else."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .api import KnowledgeGraph
        from .errors import KgError

        return {"KgError": KgError, "KnowledgeGraph": KnowledgeGraph}[name]
