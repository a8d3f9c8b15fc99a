"""From what a person names to readings for the store: each list resolved, fetched and read."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType

from kg.errors import KgError, NotAList, UsageError
from kg.graph import Graph
from kg.model import Delta, Reading
from kg.store import Store
from kg.workspace import Source

from .address import Address, AddressKind, Fetched, fetch, host_of, moved, resolve
from .errands import Errand, run_all
from .fates import Fate
from .http import Http, NotModified
from .lists import ListReading
from .readers import reader_for, reader_of
from .worker import Worker

FETCHES = 4
MUCH = 300_000
"""Bytes of lists from this machine from which on reading them side by side saves time."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of one source: its reading, the error that says why there is none, or neither.

    Neither: the server says that it still has what was read last, or it is another source by now.
    ``moved``: the address that it had, where ``source`` has a new one. ``note``: what to tell of
    that. ``fates``: those of its lines.
    """

    source: Source
    reading: Reading | None = None
    error: KgError | None = None
    moved: str = ""
    note: str = ""
    fates: tuple[Fate, ...] = ()


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
    known: Sequence[Source] = (),
) -> list[Gathered]:
    """All sources read, in their order; one that fails stops no other.

    At most FETCHES are fetched at once, never two from one host. What comes from outside is read by
    workers, and so is all else where it is much. ``etags``: by name of source, the address and what
    its server called the state that this reader read last. ``known``: all sources that there are
    already.
    """
    wanted = list(sources)
    fetching = [_fetching(s, http, workspace, _etag_of(s, etags), tell) for s in wanted]
    fetched = run_all(fetching, hands=FETCHES)
    total = sum(len(one.fetched.content) for one in fetched if one.fetched is not None)
    much = len(fetched) > 1 and total > MUCH
    with ExitStack() as stack:
        idle: SimpleQueue[Worker] = SimpleQueue()
        hands = min(os.cpu_count() or 1, FETCHES) if much else 1
        for _ in range(hands):
            idle.put(stack.enter_context(Worker()))
        reading = [_reading(one, idle, guarded=much or one.outside, tell=tell) for one in fetched]
        return _settled(run_all(reading, hands=hands), known)


def _settled(gathered: Sequence[Gathered], known: Iterable[Source]) -> list[Gathered]:
    """The same, but of lists that have moved to the place of another source only that one is read."""
    names = {source.address.casefold(): source.name for source in known}
    for one in gathered:
        if not one.moved:
            names.setdefault(one.source.address.casefold(), one.source.name)
    found = []
    for one in gathered:
        if one.moved:
            old, new = (text.removeprefix("github:") for text in (one.moved, one.source.address))
            note = f"{old} has moved to {new}"
            twin = names.setdefault(one.source.address.casefold(), one.source.name)
            if twin == one.source.name:
                found.append(replace(one, note=note))
            else:
                source = Source(one.source.name, one.moved)
                found.append(Gathered(source, note=f"{note}, which is the source {twin} already"))
        else:
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Fetched:
    """The bytes of a source, or what became of it instead; ``outside``: they come from elsewhere."""

    source: Source
    fetched: Fetched | None = None
    error: KgError | None = None
    moved: str = ""
    outside: bool = False


def _fetching(source: Source, http: Http, workspace: Path, etag: str, tell: Tell) -> Errand[_Fetched]:
    try:
        address = resolve(source.address, workspace=workspace)
        lane = host_of(address, http)
    except KgError as error:
        failed = error
        return Errand("", lambda: _Fetched(source, error=failed))

    def run() -> _Fetched:
        tell(source.name)
        try:
            answer = fetch(address, http, workspace=workspace, etag=etag)
            new = moved(address, answer.url, http) if isinstance(answer, NotModified) else answer.moved
        except KgError as error:
            return _Fetched(source, error=error)
        fetched = None if isinstance(answer, NotModified) else answer
        if not new:
            return _Fetched(source, fetched, outside=bool(lane))
        return _Fetched(Source(source.name, new), fetched, moved=source.address, outside=True)

    return Errand(lane, run)


def _reading(one: _Fetched, idle: SimpleQueue[Worker], *, guarded: bool, tell: Tell) -> Errand[Gathered]:
    def run() -> Gathered:
        if one.fetched is None:
            return Gathered(one.source, error=one.error, moved=one.moved)
        tell(one.source.name)
        worker = idle.get()
        try:
            listed = _listed(worker if guarded else None, one.fetched, one.source)
            _check(listed, one.source)
        except KgError as error:
            return Gathered(one.source, error=error)
        finally:
            idle.put(worker)
        return Gathered(one.source, listed.reading, moved=one.moved, fates=listed.fates)

    return Errand(one.source.name if guarded else "", run)


def _check(listed: ListReading, source: Source) -> None:
    """Nothing, if the list names anything. Raises: NotAList."""
    if not listed.reading.mentions:
        why = f": {listed.reading.problems[0].message}" if listed.reading.problems else ""
        raise NotAList(
            f"{source.address} names nothing{why}",
            hint=f"`kg items {source.address}` shows how each of its lines is read.",
        )


def read_any(source: Source, http: Http, *, workspace: Path) -> ListReading:
    """A document as it reads today, even if it names nothing.

    Raises: UsageError, NotAList, SourceError.
    """
    address = resolve(source.address, workspace=workspace)
    fetched = fetch(address, http, workspace=workspace)
    assert isinstance(fetched, Fetched)  # without an etag there is always an answer
    if not host_of(address, http):
        return _listed(None, fetched, source)
    with Worker() as worker:
        return _listed(worker, fetched, source)


def _listed(worker: Worker | None, fetched: Fetched, source: Source) -> ListReading:
    read = reader_for(source.address).read
    listed = (partial(worker.read, reader=read) if worker else read)(
        fetched.content,
        name=source.name,
        page=fetched.page,
        commit=fetched.commit,
        retrieved_from=fetched.retrieved_from,
    )
    etag = f"{source.address} {fetched.etag}" if fetched.etag else ""
    revision = replace(listed.reading.revision, etag=etag)
    return replace(listed, reading=replace(listed.reading, revision=revision))


def _etag_of(source: Source, etags: Mapping[str, str]) -> str:
    """The tag to send: none where the source had another address when it was given."""
    address, _, etag = etags.get(source.name, "").rpartition(" ")
    return etag if address == source.address else ""


def replace_all(store: Store, readings: Sequence[Reading], *, others: bool = False) -> Delta:
    """What changed, after these lists say what they say now.

    What an older reader read of them is read again first, from the stored bytes and in a transaction
    of its own: the ledger tells apart what a better reader sees and what the source has changed.
    ``others``: so are all other lists that an older reader read.
    """
    again = reread(store, None if others else {reading.key for reading in readings})
    return (store.replace(*again) if again else Delta()) + store.replace(*readings)


def reread(store: Store, only: Collection[str] | None = None) -> list[Reading]:
    """Stored lists that an older reader read, read again by this one; no network is needed.

    ``only``: of these keys.
    """
    graph = Graph(store)
    readings = []
    for document in graph.documents(records=False):
        reader = reader_of(document.reader)
        if reader is None or reader.version == document.reader:
            continue
        if only is not None and document.key not in only:
            continue
        if (content := graph.content(document.key)) is not None:
            name = document.key.removeprefix("list:")
            reading = reader.read(content, name=name, page=document.page).reading
            revision = replace(reading.revision, etag=document.etag)
            readings.append(replace(reading, revision=revision))
    return readings
