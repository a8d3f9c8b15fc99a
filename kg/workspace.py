"""A workspace: a folder with ``kg.toml``, ``corrections.toml``, ``marks.jsonl`` and ``graph.db``.

The text files are the user's: they are edited with comments kept, and their mistakes are told with
file, line and nearest key. The database can always be made again from them and the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from .corrections import VERBS, Correction, from_table, settled, to_table
from .errors import ConfigError, UsageError
from .place import CONFIG, CORRECTIONS, DATABASE, MARKS, workspace_folder
from .textfile import HINT, check_keys, fail, load, locked, nearest, quoted, read_text, table_of, write_text

DEFAULT_BASE = "https://example.org/kg/"

_SETTINGS = {"title": str, "base": str, "contact": str}
_HOOKS = ("on_change", "on_failure")
_SOURCE_KEYS = {"address": str, "limit": int, "every": str, "since": str}
EVERY = re.compile(r"([1-9]\d{0,3})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_LARGEST = 30_000  # what arXiv gives to one query at most
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+[/#]$")


SNAPSHOT = "arxiv:snapshot"
"""The address of papers that came in bulk; ``/cs.CL+cs.LG`` behind it: those of these categories."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source: its name for ever, and the address it is read from.

    ``limit``: papers that a query brings at most; ``every``: how often a timer looks at it (``12h``,
    ``7d``, ``2w``); ``since``: of a snapshot only papers submitted from that day on (YYYY-MM-DD). 0 and
    empty: as usual.
    """

    name: str
    address: str
    limit: int = 0
    every: str = ""
    since: str = ""

    @property
    def snapshot(self) -> tuple[str, ...] | None:
        """The categories of arXiv's snapshot that it stands for, () for all; None if it is another source.

        >>> Source("x", "arxiv:snapshot/cs.CL+cs.LG").snapshot, Source("x", "arxiv:snapshot").snapshot
        (('cs.CL', 'cs.LG'), ())
        """
        address, _, categories = self.address.partition("/")
        return tuple(filter(None, categories.split("+"))) if address == SNAPSHOT else None

    @property
    def period(self) -> timedelta | None:
        """The time between two looks; None for the usual one."""
        found = EVERY.fullmatch(self.every)
        return timedelta(hours=int(found[1]) * _HOURS[found[2]]) if found else None


@dataclass(frozen=True, slots=True)
class Settings:
    """What kg.toml says. ``base`` ends in / or #; ``contact`` goes into the User-Agent.

    ``on_change`` and ``on_failure``: the programs to run after a refresh, with their arguments.
    ``citation_key``: the pattern of the keys of papers; empty for the slug.
    """

    title: str = ""
    base: str = DEFAULT_BASE
    contact: str = ""
    sources: tuple[Source, ...] = field(default=())
    on_change: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()
    citation_key: str = ""


class Workspace:
    """A folder and its files; none of them needs to exist before something is added."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet."""
        self.folder = folder
        self._edits = False

    @classmethod
    def find(cls, environment: Mapping[str, str], *, start: Path, chosen: Path | None = None) -> Self:
        """The workspace to use: see :func:`kg.place.workspace_folder`."""
        return cls(workspace_folder(environment, start=start, chosen=chosen))

    @property
    def config(self) -> Path:
        """The file of settings and sources."""
        return self.folder / CONFIG

    @property
    def corrections(self) -> Path:
        """The file of corrections."""
        return self.folder / CORRECTIONS

    @property
    def marks(self) -> Path:
        """The file of marks."""
        return self.folder / MARKS

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / DATABASE

    # ------------------------------------------------------------------------ settings

    def settings(self) -> Settings:
        """What kg.toml says; the defaults where there is none. Raises: ConfigError."""
        table, text = load(self.config)
        check_keys(table, ("kg", "sources", "hooks", "citations"), self.config, text)
        own = table_of(table, "kg", self.config, text)
        check_keys(own, tuple(_SETTINGS), self.config, text)
        for key, value in own.items():
            if not isinstance(value, _SETTINGS[key]):
                fail(self.config, text, key, f"{key!r} must be text")
        base = own.get("base", DEFAULT_BASE)
        if not _BASE.match(base):
            fail(self.config, text, "base", f"base {base!r} is no http(s) address that ends in / or #")
        listed = table_of(table, "sources", self.config, text)
        sources = [self._source(name, said, text) for name, said in listed.items()]
        hooks = self._hooks(table_of(table, "hooks", self.config, text), text)
        cited = table_of(table, "citations", self.config, text)
        check_keys(cited, ("key",), self.config, text)
        if not isinstance(cited.get("key", ""), str):
            fail(self.config, text, "key", "the pattern of citation keys must be text")
        told = own.get("title", ""), base, own.get("contact", ""), tuple(sources)
        on_change, on_failure = hooks
        return Settings(*told, on_change, on_failure, cited.get("key", ""))

    def _hooks(self, listed: Mapping[str, object], text: str) -> Iterator[tuple[str, ...]]:
        check_keys(listed, _HOOKS, self.config, text)
        for key in _HOOKS:
            words = listed.get(key, [])
            texts = (
                [w for w in words if isinstance(w, str) and "\0" not in w] if isinstance(words, list) else []
            )
            if key in listed and (texts != words or not any(texts[:1])):
                fail(self.config, text, key, f"{key!r} must be a list of texts: a program, its arguments")
            yield tuple(texts)

    def _source(self, name: str, said: object, text: str) -> Source:
        if not isinstance(said, dict):
            fail(self.config, text, name, f"source {name!r} must be a table with an address")
        check_keys(said, tuple(_SOURCE_KEYS), self.config, text)
        address = said.get("address")
        if not isinstance(address, str) or not address:
            fail(self.config, text, name, f"source {name!r} needs an address (text)")
        limit, every = said.get("limit", 0), said.get("every", "")
        if "limit" in said and (type(limit) is not int or not 1 <= limit <= _LARGEST):
            fail(self.config, text, "limit", f"source {name!r}: limit must be a number, 1 to {_LARGEST}")
        if every and not (isinstance(every, str) and EVERY.fullmatch(every)):
            fail(self.config, text, "every", f'source {name!r}: every must be like "12h", "7d" or "2w"')
        since = said.get("since", "")
        if since and not _is_day(since):
            fail(self.config, text, "since", f'source {name!r}: since must be a day like "2018-01-31"')
        return Source(name, address, limit, every, since)

    def source(self, name: str) -> Source:
        """The source of that name. Raises: UsageError with the nearest name."""
        known = {source.name: source for source in self.settings().sources}
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near}?" if near else "See `kg sources`."
            raise UsageError(f"there is no source {name!r}", hint=hint)
        return known[name]

    def create(self, *, title: str = "", base: str = DEFAULT_BASE) -> None:
        """Write a new kg.toml. Raises: UsageError if there is one, or the folder cannot be made."""
        if self.config.exists():
            raise UsageError(f"{self.config} exists already", hint="Edit it, or choose another folder.")
        lines = [
            "# A kg workspace. `kg add` writes sources here; comments are kept.",
            "",
            "[kg]",
            f"title = {quoted(title)}",
            "# All addresses in exports begin with this. Choose it once, before publishing.",
            f"base = {quoted(base)}",
            "",
        ]
        write_text(self.config, "\n".join(lines))

    @contextmanager
    def editing(self) -> Iterator[None]:
        """Alone with the text files: another kg that edits them waits, so that no edit is lost."""
        if self._edits:
            yield
            return
        self._edits = True
        try:
            with locked(self.folder):
                yield
        finally:
            self._edits = False

    def add_sources(self, sources: Iterable[Source]) -> None:
        """Put sources into kg.toml, made if missing; a known name gets the new address."""
        with self.editing():
            self._add_sources(sources)

    def _add_sources(self, sources: Iterable[Source]) -> None:
        import tomlkit

        if not self.config.exists():
            self.create()
        document = tomlkit.parse(read_text(self.config))
        for source in sources:
            if "sources" not in document:
                document["sources"] = tomlkit.table(is_super_table=True)
            listed: Any = document["sources"]
            if source.name not in listed:
                listed[source.name] = tomlkit.table()
            listed[source.name]["address"] = source.address
            if source.limit:
                listed[source.name]["limit"] = source.limit
            if source.every:
                listed[source.name]["every"] = source.every
            if source.since:
                listed[source.name]["since"] = source.since
            elif source.snapshot is not None:
                listed[source.name].pop("since", None)
        write_text(self.config, tomlkit.dumps(document))

    def remove_source(self, name: str) -> None:
        """Take a source out of kg.toml. Raises: UsageError with the nearest name."""
        with self.editing():
            self._remove_source(name)

    def _remove_source(self, name: str) -> None:
        import tomlkit

        self.source(name)
        document = tomlkit.parse(read_text(self.config))
        listed: Any = document["sources"]
        del listed[name]
        write_text(self.config, tomlkit.dumps(document))

    # --------------------------------------------------------------------- corrections

    def load_corrections(self) -> tuple[tuple[Correction, ...], bytes]:
        """The corrections in file order and the file's bytes. Raises: ConfigError."""
        table, text = load(self.corrections)
        check_keys(table, ("correction",), self.corrections, text)
        tables = table.get("correction", [])
        if not isinstance(tables, list) or not all(isinstance(said, dict) for said in tables):
            fail(self.corrections, text, "correction", "write each correction as [[correction]]")
        lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*correction", line)]
        found = []
        for number, said in enumerate(tables):
            line = lines[number] if number < len(lines) else 0
            found.append(self._correction(dict(said), line))
        return tuple(found), text.encode("utf-8", "surrogateescape")

    def _correction(self, table: dict[str, Any], line: int) -> Correction:
        verb = table.pop("verb", None)
        where = f"{self.corrections}, line {line}"
        if verb not in VERBS:
            near = nearest(str(verb), VERBS)
            hint = f"Did you mean {near}?" if near else HINT
            raise ConfigError(f"{where}: verb must be one of {', '.join(VERBS)}, not {verb!r}", hint=hint)
        try:
            return from_table(verb, table, line=line)
        except ValueError as error:
            message, *known = error.args
            close = nearest(*known) if known else ""
            hint = f"Did you mean {close}?" if close else HINT
            raise ConfigError(f"{where}: {message}", hint=hint) from error

    def add_correction(self, correction: Correction) -> None:
        """Append a correction to corrections.toml, made if missing; what stands there is kept.

        A node that an earlier correction renamed is anchored by the name that documents know.
        """
        with self.editing():
            before, _ = self.load_corrections()
            self._add_correction(settled([*before, correction])[-1])

    def _add_correction(self, correction: Correction) -> None:
        import tomlkit

        text = read_text(self.corrections) if self.corrections.exists() else _PREFACE
        table = tomlkit.table()
        table["verb"] = correction.verb
        for key, value in to_table(correction).items():
            if isinstance(value, dict):
                inline = tomlkit.inline_table()
                inline.update(value)
                table[key] = inline
            else:
                table[key] = value
        array = tomlkit.aot()
        array.append(table)
        added = tomlkit.document()
        added["correction"] = array
        gap = "" if text.endswith("\n\n") or not text else "\n" if text.endswith("\n") else "\n\n"
        write_text(self.corrections, text + gap + tomlkit.dumps(added))

    def remove_correction(self, number: int) -> Correction:
        """The correction taken out; ``number`` counts from 1, -1 is the last. Raises: UsageError."""
        with self.editing():
            return self._remove_correction(number)

    def _remove_correction(self, number: int) -> Correction:
        import tomlkit

        corrections, _ = self.load_corrections()
        if not corrections:
            raise UsageError(
                "there is no correction to take back", hint="`kg correct --help` shows how to make one."
            )
        index = number - 1 if number > 0 else len(corrections) + number
        if not 0 <= index < len(corrections):
            raise UsageError(
                f"there is no correction {number}", hint=f"There are {len(corrections)}: `kg correct --list`."
            )
        document = tomlkit.parse(read_text(self.corrections))
        tables: Any = document["correction"]
        del tables[index]
        if not len(tables):
            del document["correction"]
        write_text(self.corrections, tomlkit.dumps(document))
        return corrections[index]


_PREFACE = "# Corrections outrank all rules. Written by `kg correct`; edit freely, comments are kept.\n\n"


def now(environment: Mapping[str, str]) -> datetime:
    """The present in UTC, or KG_NOW where it is set (ISO 8601). Raises: ConfigError."""
    text = environment.get("KG_NOW")
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"KG_NOW is no ISO 8601 time: {text!r}", hint="Like 2026-01-31T06:00:00Z."
        ) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _is_day(text: object) -> bool:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
