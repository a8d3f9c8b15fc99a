"""kg: a knowledge graph and paper ledger made from curated Markdown lists and arXiv."""

__version__ = "0.1.0"
