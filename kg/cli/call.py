"""One call of ``kg``: what stands before the command, and its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from kg.errors import UsageError
from kg.place import workspace_folder

from .output import on_terminal

FORMATS = ("auto", "table", "json", "jsonl", "ids")


class Call:
    """What click hands to each command; :class:`kg.cli.context.Context` can do more, and loads more."""

    def __init__(
        self,
        chosen: Path | None = None,
        *,
        quiet: bool = False,
        is_whole: bool = False,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """``chosen``: the workspace that the call names; ``is_whole``: its process does nothing else."""
        self.chosen, self.quiet, self.is_whole, self.environment = chosen, quiet, is_whole, environment

    @property
    def folder(self) -> Path:
        """The folder of the workspace that this call is about."""
        return workspace_folder(self.environment, start=Path.cwd(), chosen=self.chosen)

    def end(self, code: int) -> int:
        """The code; where the process does nothing else it ends now, which spares taking all apart."""
        if self.is_whole:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
        return code

    def format(self, chosen: str = "auto", known: Sequence[str] = ("table", "json")) -> str:
        """A format that the command knows: as asked, else KG_FORMAT, else by the terminal."""
        named = chosen if chosen != "auto" else self.environment.get("KG_FORMAT", "auto")
        if named not in FORMATS:
            raise UsageError(f"KG_FORMAT is {named!r}", hint=f"One of: {', '.join(FORMATS)}.")
        if named not in known:
            return "table" if on_terminal() else "json"
        return named


pass_call = click.make_pass_decorator(Call)
