"""From what a person names to readings for the store: each list resolved, fetched and read."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from kg.errors import KgError, NotAList, UsageError
from kg.model import Reading
from kg.workspace import Source

from .address import Address, AddressKind, fetch, resolve
from .http import Http, NotModified
from .lists import ListReading, read_list
from .worker import read_guarded

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of one source: its reading, the error that says why there is none, or neither.

    Neither: the server says that it still has what was read last.
    """

    source: Source
    reading: Reading | None = None
    error: KgError | None = None


def resolve_all(texts: Iterable[str], *, workspace: Path, cwd: Path) -> list[Address]:
    """The addresses that these texts mean, each once, sorted; so their order never matters.

    Raises: UsageError for one that can be no address.
    """
    found = {address.text: address for address in (resolve(t, workspace=workspace, cwd=cwd) for t in texts)}
    return [found[text] for text in sorted(found)]


def name_all(addresses: Sequence[Address], known: Sequence[Source], *, workspace: Path) -> list[Source]:
    """A source for each address: a known one stays what it is, new ones get the name they propose.

    Where two would have one name, each new one gets 8 hex digits of its address behind it.
    """
    by_place = {_place(source.address, workspace): source for source in known}
    found = [(address, by_place.get(_place(address.text, workspace))) for address in addresses]
    wanted = Counter(address.name for address, source in found if source is None)
    taken = {source.name for source in known}
    sources = []
    for address, source in found:
        name = address.name
        if wanted[name] > 1 or name in taken:
            name += "-" + hashlib.sha256(address.text.encode("utf-8", "replace")).hexdigest()[:8]
        sources.append(source or Source(name, address.text))
    return list(dict.fromkeys(sources))


def _place(address: str, workspace: Path) -> str:
    """What an address names: of a file its whole path, so that two spellings of it are one."""
    try:
        resolved = resolve(address, workspace=workspace)
    except UsageError:
        return address
    if resolved.kind is not AddressKind.FILE:
        return resolved.text
    return os.path.normpath(workspace.absolute() / Path(resolved.text).expanduser())


def gather(
    sources: Iterable[Source],
    http: Http,
    *,
    workspace: Path,
    tell: Tell,
    etags: Mapping[str, str] = MappingProxyType({}),
) -> list[Gathered]:
    """All sources read; one that fails stops no other.

    ``etags``: by name of source, what the server called the state that this reader read last.
    """
    gathered = []
    for source in sources:
        tell(source.name)
        try:
            listed = read_source(source, http, workspace=workspace, etag=etags.get(source.name, ""))
            gathered.append(Gathered(source, listed.reading if listed else None))
        except KgError as error:
            gathered.append(Gathered(source, error=error))
    return gathered


def read_source(source: Source, http: Http, *, workspace: Path, etag: str = "") -> ListReading | None:
    """A list as it reads today; None if it is still what ``etag`` stands for.

    Raises: UsageError, NotAList (also if it names nothing), SourceError.
    """
    listed = _read(source, http, workspace=workspace, etag=etag)
    if listed is not None and not listed.reading.mentions:
        why = f": {listed.reading.problems[0].message}" if listed.reading.problems else ""
        raise NotAList(
            f"{source.address} names nothing{why}",
            hint=f"`kg items {source.address}` shows how each of its lines is read.",
        )
    return listed


def read_any(source: Source, http: Http, *, workspace: Path) -> ListReading:
    """A document as it reads today, even if it names nothing; otherwise as :func:`read_source`."""
    listed = _read(source, http, workspace=workspace, etag="")
    assert listed is not None  # without an etag there is always an answer
    return listed


def _read(source: Source, http: Http, *, workspace: Path, etag: str) -> ListReading | None:
    address = resolve(source.address, workspace=workspace)
    fetched = fetch(address, http, workspace=workspace, etag=etag)
    if isinstance(fetched, NotModified):
        return None
    if address.kind in {AddressKind.FILE, AddressKind.STARTER}:
        read: Callable[..., ListReading] = read_list
    else:
        read = read_guarded
    listed = read(
        fetched.content,
        name=source.name,
        page=fetched.page,
        commit=fetched.commit,
        retrieved_from=fetched.retrieved_from,
    )
    revision = replace(listed.reading.revision, etag=fetched.etag)
    return replace(listed, reading=replace(listed.reading, revision=revision))
