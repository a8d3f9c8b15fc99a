"""A workspace: a folder with ``kg.toml``, ``corrections.toml``, ``marks.jsonl`` and ``graph.db``.

The text files are the user's: they are edited with comments kept, and their mistakes are told with
file, line and nearest key. The database can always be made again from them and the sources.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, Self

from .corrections import VERBS, Correction, from_table, settled, to_table
from .errors import ConfigError, UsageError

CONFIG, CORRECTIONS, MARKS, DATABASE = "kg.toml", "corrections.toml", "marks.jsonl", "graph.db"
DEFAULT_BASE = "https://example.org/kg/"

_HINT = "Edit that line; `kg doctor` checks the file."

_SETTINGS = {"title": str, "base": str, "contact": str}
_HOOKS = ("on_change", "on_failure")
_SOURCE_KEYS = {"address": str, "limit": int, "every": str}
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
    ``7d``, ``2w``). 0 and empty: as usual.
    """

    name: str
    address: str
    limit: int = 0
    every: str = ""

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
    """

    title: str = ""
    base: str = DEFAULT_BASE
    contact: str = ""
    sources: tuple[Source, ...] = field(default=())
    on_change: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()


class Workspace:
    """A folder and its files; none of them needs to exist before something is added."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet."""
        self.folder = folder
        self._edits = False

    @classmethod
    def find(cls, environment: Mapping[str, str], *, start: Path, chosen: Path | None = None) -> Self:
        """The workspace to use.

        ``chosen``, else the nearest ``kg.toml`` upwards from ``start``, else KG_WORKSPACE, else
        the user's own in the data folder.
        """
        if chosen is not None:
            return cls(chosen)
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                return cls(folder)
        if named := environment.get("KG_WORKSPACE"):
            return cls(Path(named).expanduser())
        from platformdirs import user_data_path

        return cls(user_data_path("kg"))

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
        table, text = _load(self.config)
        _known(table, ("kg", "sources", "hooks"), self.config, text)
        own = _table(table, "kg", self.config, text)
        _known(own, tuple(_SETTINGS), self.config, text)
        for key, value in own.items():
            if not isinstance(value, _SETTINGS[key]):
                _fail(self.config, text, key, f"{key!r} must be text")
        base = own.get("base", DEFAULT_BASE)
        if not _BASE.match(base):
            _fail(self.config, text, "base", f"base {base!r} is no http(s) address that ends in / or #")
        listed = _table(table, "sources", self.config, text)
        sources = [self._source(name, said, text) for name, said in listed.items()]
        hooks = self._hooks(_table(table, "hooks", self.config, text), text)
        return Settings(own.get("title", ""), base, own.get("contact", ""), tuple(sources), *hooks)

    def _hooks(self, listed: Mapping[str, object], text: str) -> Iterator[tuple[str, ...]]:
        _known(listed, _HOOKS, self.config, text)
        for key in _HOOKS:
            words = listed.get(key, [])
            texts = (
                [w for w in words if isinstance(w, str) and "\0" not in w] if isinstance(words, list) else []
            )
            if key in listed and (texts != words or not any(texts[:1])):
                _fail(self.config, text, key, f"{key!r} must be a list of texts: a program, its arguments")
            yield tuple(texts)

    def _source(self, name: str, said: object, text: str) -> Source:
        if not isinstance(said, dict):
            _fail(self.config, text, name, f"source {name!r} must be a table with an address")
        _known(said, tuple(_SOURCE_KEYS), self.config, text)
        address = said.get("address")
        if not isinstance(address, str) or not address:
            _fail(self.config, text, name, f"source {name!r} needs an address (text)")
        limit, every = said.get("limit", 0), said.get("every", "")
        if "limit" in said and (type(limit) is not int or not 1 <= limit <= _LARGEST):
            _fail(self.config, text, "limit", f"source {name!r}: limit must be a number, 1 to {_LARGEST}")
        if every and not (isinstance(every, str) and EVERY.fullmatch(every)):
            _fail(self.config, text, "every", f'source {name!r}: every must be like "12h", "7d" or "2w"')
        return Source(name, address, limit, every)

    def source(self, name: str) -> Source:
        """The source of that name. Raises: UsageError with the nearest name."""
        known = {source.name: source for source in self.settings().sources}
        if name not in known:
            near = _nearest(name, known)
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
            f"title = {_quoted(title)}",
            "# All addresses in exports begin with this. Choose it once, before publishing.",
            f"base = {_quoted(base)}",
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
            with _locked(self.folder):
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
        document = tomlkit.parse(_text(self.config))
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
        write_text(self.config, tomlkit.dumps(document))

    def remove_source(self, name: str) -> None:
        """Take a source out of kg.toml. Raises: UsageError with the nearest name."""
        with self.editing():
            self._remove_source(name)

    def _remove_source(self, name: str) -> None:
        import tomlkit

        self.source(name)
        document = tomlkit.parse(_text(self.config))
        listed: Any = document["sources"]
        del listed[name]
        write_text(self.config, tomlkit.dumps(document))

    # --------------------------------------------------------------------- corrections

    def load_corrections(self) -> tuple[tuple[Correction, ...], bytes]:
        """The corrections in file order and the file's bytes. Raises: ConfigError."""
        table, text = _load(self.corrections)
        _known(table, ("correction",), self.corrections, text)
        tables = table.get("correction", [])
        if not isinstance(tables, list) or not all(isinstance(said, dict) for said in tables):
            _fail(self.corrections, text, "correction", "write each correction as [[correction]]")
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
            near = _nearest(str(verb), VERBS)
            hint = f"Did you mean {near}?" if near else _HINT
            raise ConfigError(f"{where}: verb must be one of {', '.join(VERBS)}, not {verb!r}", hint=hint)
        try:
            return from_table(verb, table, line=line)
        except ValueError as error:
            message, *known = error.args
            close = _nearest(*known) if known else ""
            hint = f"Did you mean {close}?" if close else _HINT
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

        text = _text(self.corrections) if self.corrections.exists() else _PREFACE
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
        document = tomlkit.parse(_text(self.corrections))
        tables: Any = document["correction"]
        del tables[index]
        if not len(tables):
            del document["correction"]
        write_text(self.corrections, tomlkit.dumps(document))
        return corrections[index]


def write_text(path: Path, text: str) -> None:
    """Write beside and rename, so that nobody ever reads half a file. Raises: UsageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(text.encode())  # as bytes: line ends stay as they are
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise UsageError(
            f"{path} cannot be written: {error.strerror}",
            hint="Check the folder's permissions, or name another with --workspace.",
        ) from error


_PREFACE = "# Corrections outrank all rules. Written by `kg correct`; edit freely, comments are kept.\n\n"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """A lock on the folder itself, which leaves no file behind; none where the system has none."""
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield  # there is no folder yet, and nothing in it to lose
        return
    try:
        with suppress(OSError):  # a network drive may not know such locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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


def _text(path: Path) -> str:
    """The text with its line ends as they are, but without a byte order mark."""
    return path.read_bytes().decode("utf-8-sig")


def _load(path: Path) -> tuple[dict[str, Any], str]:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", hint="Check its permissions."
        ) from error
    try:
        text = content.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text", hint="Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")  # (at line 2, column 3), (at end of document)
        line = re.findall(r"\d+", place)[0] if "line" in place else len(text.splitlines())
        raise ConfigError(
            f"{path}, line {line}: {message}", hint="See https://toml.io for the format."
        ) from error


def _table(table: Mapping[str, Any], key: str, path: Path, text: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        _fail(path, text, key, f"{key!r} must be a table: [{key}]")
    return dict(value)


def _known(table: Mapping[str, object], known: tuple[str, ...], path: Path, text: str) -> None:
    for key in table:
        if key not in known:
            near = _nearest(key, known)
            hint = f"Did you mean {near}?" if near else f"Known here: {', '.join(known)}."
            _fail(path, text, key, f"unknown key {key!r}", hint)


def _fail(path: Path, text: str, key: str, message: str, hint: str = "") -> NoReturn:
    word = re.compile(rf"(?:^|[\s\[.\"']){re.escape(key)}(?:$|[\s\].\"'=])")
    line = next((n for n, line in enumerate(text.splitlines(), 1) if word.search(line)), 0)
    raise ConfigError(f"{path}, line {line}: {message}", hint=hint or _HINT)


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.5)), "")


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
