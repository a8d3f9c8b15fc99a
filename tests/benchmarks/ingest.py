"""How fast lists become a graph: lists of a folder or variants of the starter list, against parsing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.lists import ListReading, read_list
from ingest.lists.blocks import Outline
from ingest.lists.document import outline
from ingest.lists.items import read_items
from kg.store import Store

from .figures import Figure

STARTER = Path(__file__).parents[2] / "kg" / "starter" / "small-language-models.md"
FLOOR = "cmarkgfm, then lxml"


def variants(count: int) -> list[bytes]:
    """The starter list under other names: the same shapes, but links, papers and rows differ."""
    text = STARTER.read_text("utf-8")

    def variant(number: int) -> str:
        changed = re.sub(r"arxiv\.org/abs/(\d{4})\.\d{2}", rf"arxiv.org/abs/\1.{number % 100:02d}", text)
        changed = re.sub(r"\[([^\]]+)\]\((https://(?:github|huggingface)[^)]+)\)",
                         rf"[\1 v{number}](\2-v{number})", changed)  # fmt: skip
        return re.sub(r"^\| ([A-Z][^|]*?) \|", rf"| \1 v{number} |", changed, flags=re.MULTILINE)

    return [variant(number).encode() for number in range(count)]


def run(lists: int = 20, corpus: Path | None = None) -> Iterator[Figure]:
    """Rates of reading, of storing, and of both, in CPU time; and where the time of reading goes."""
    contents = [path.read_bytes() for path in sorted(corpus.glob("*.md"))] if corpus else variants(lists)
    lists = len(contents)
    size = sum(map(len, contents)) / 1e6
    read_list(contents[0], name="warm")
    floor = _seconds(lambda: [_floor(content) for content in contents])
    readings: list[ListReading] = []

    def read() -> None:
        readings.extend(read_list(content, name=f"v{n}") for n, content in enumerate(contents))

    reading = _seconds(read)
    entries = sum(fate.fate == "used" and fate.item is not None for one in readings for fate in one.fates)
    with TemporaryDirectory() as folder:
        with Store(Path(folder) / "one-by-one.db") as store:
            storing = _seconds(lambda: [store.replace(one.reading) for one in readings])
        with Store(Path(folder) / "at-once.db") as store:
            batch = _seconds(lambda: store.replace(*(one.reading for one in readings)))
        with Store(Path(folder) / "one-by-one.db") as store:
            again = _seconds(lambda: [store.replace(one.reading) for one in readings])
    work = f"{lists} lists, {size:.1f} MB, {entries:,} entries"
    yield Figure(f"read {work}", size / reading, "MB/s", FLOOR, size / floor)
    yield from _stages(contents, reading, floor)
    yield Figure("read and store them, one by one", size / (reading + storing), "MB/s", FLOOR, size / floor)
    yield Figure("read and store them at once", size / (reading + batch), "MB/s", FLOOR, size / floor)
    yield Figure("read", entries / reading, "entries/s")
    yield Figure("store, one list a transaction", entries / storing, "entries/s")
    yield Figure("store, all lists in one", entries / batch, "entries/s")
    yield Figure("store again, nothing changed", 1e6 * again / lists, "us a list")


def _stages(contents: Sequence[bytes], reading: float, floor: float) -> Iterator[Figure]:
    """What each stage of reading takes of its time, in milliseconds for a megabyte."""
    docs: list[Outline] = []
    blocks = _seconds(lambda: docs.extend(outline(content) for content in contents))
    entries = _seconds(lambda: [read_items(doc) for doc in docs])
    per_megabyte = 1e9 / sum(map(len, contents))
    stages = {"bytes to blocks": blocks, "blocks to entries": entries}
    for stage, seconds in (*stages.items(), ("entries to claims, fates", reading - blocks - entries)):
        yield Figure(f"  of that: {stage}", seconds * per_megabyte, "ms/MB", FLOOR, floor * per_megabyte)


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _floor(content: bytes) -> object:
    """The bytes as a tree, as :mod:`ingest.lists.document` asks for it, and nothing more."""
    import cmarkgfm
    from cmarkgfm.cmark import Options
    from lxml import etree

    options = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_UNSAFE
    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    html: str = cmarkgfm.markdown_to_html_with_extensions(content.decode(), options, extensions)
    return etree.fromstring(
        b"<html><body>" + html.encode() + b"</body></html>",
        etree.HTMLParser(encoding="utf-8", huge_tree=True),
    )
