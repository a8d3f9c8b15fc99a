"""The text files of a workspace: TOML read with the line of each mistake, written whole or not at all."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from .errors import ConfigError, UsageError

HINT = "Edit that line; `kg doctor` checks the file."


def read_text(path: Path) -> str:
    """The text with its line ends as they are, but without a byte order mark."""
    return path.read_bytes().decode("utf-8-sig")


def load(path: Path) -> tuple[dict[str, Any], str]:
    """What a TOML file says, and its text; nothing for one that is not there. Raises: ConfigError."""
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


def table_of(table: Mapping[str, Any], key: str, path: Path, text: str) -> dict[str, Any]:
    """The table of that key; empty where there is none. Raises: ConfigError for another value."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        fail(path, text, key, f"{key!r} must be a table: [{key}]")
    return dict(value)


def check_keys(table: Mapping[str, object], known: tuple[str, ...], path: Path, text: str) -> None:
    """Nothing, if all keys are known. Raises: ConfigError with the nearest."""
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f"Did you mean {near}?" if near else f"Known here: {', '.join(known)}."
            fail(path, text, key, f"unknown key {key!r}", hint)


def fail(path: Path, text: str, key: str, message: str, hint: str = "") -> NoReturn:
    """Nothing is given back. Raises: ConfigError with the line on which the key stands first."""
    word = re.compile(rf"(?:^|[\s\[.\"']){re.escape(key)}(?:$|[\s\].\"'=])")
    line = next((n for n, line in enumerate(text.splitlines(), 1) if word.search(line)), 0)
    raise ConfigError(f"{path}, line {line}: {message}", hint=hint or HINT)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like it; empty for none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.5)), "")


def quoted(text: str) -> str:
    """The text as a TOML string."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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


@contextmanager
def locked(folder: Path) -> Iterator[None]:
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
