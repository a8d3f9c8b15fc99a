"""A megabyte of anything is read by a worker within ten seconds of its time and two gigabytes."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import resource
from collections.abc import Callable

import pytest

from ingest.worker import Worker

SIZE = 1_000_000
SECONDS = 10  # of the processor: a machine may have other work to do
START = 2  # what the worker itself may need
BYTES = 2 << 30

ITEM = "- [Foo](https://github.com/a/b) - {}\n"
HEADER = "|Model|Base|Notes|Params|Paper|License|Hardware|Date|\n|-|-|-|-|-|-|-|-|\n"
THINGS = "- [LoRA](https://a.org/l)\n- [Foo](https://huggingface.co/a/foo)\n"


def filled(unit: str, head: str = "") -> str:
    """A megabyte of one text, over and over."""
    return head + unit * (SIZE // len(unit.encode()))


def numbered(line: str, head: str = "") -> str:
    """A megabyte of lines that differ by their number."""
    out, size = [head], 0
    for number in itertools.count():
        out.append(line.replace("#", str(number)))
        size += len(out[-1])
        if size > SIZE:
            return "\n".join(out)
    raise AssertionError


def tag(separator: str, attribute: str, name: str = "a") -> str:
    """One tag with very many attributes."""
    return f"<{name} {separator.join(attribute.replace('#', str(n)) for n in range(80_000))}>x</{name}>\n"


def noise(alphabet: str, line: int) -> str:
    rng = random.Random(7)
    return "\n".join("- " + "".join(rng.choices(alphabet, k=line)) for _ in range(SIZE // line))


def described(unit: str) -> str:
    """Entries with a description as long as any rule looks at, of one text over and over."""
    return filled(ITEM.format(unit * (2000 // len(unit))), "## Models\n\n")


def table(columns: int) -> str:
    return filled("|b" * columns + "\n", "|a" * columns + "\n" + "|-" * columns + "\n")


def rows(unit: str) -> str:
    return filled(("|" + unit * (60 // len(unit) + 1)) * 8 + "|\n", HEADER)


WORST: dict[str, Callable[[], str]] = {
    "brackets": lambda: filled("["),
    "open links": lambda: filled("[a]("),
    "open images": lambda: filled("![["),
    "backticks": lambda: filled("` `` "),
    "emphasis": lambda: filled("*a **b _c "),
    "strikes": lambda: filled("~~a "),
    "entities": lambda: filled("&amp;&#x41;&lt"),
    "backslashes": lambda: filled("\\"),
    "zero-width joins": lambda: filled("a\u200d\u0301"),
    "turned text": lambda: filled("\u202e"),
    "links on one line": lambda: filled("[x](https://a.org/b) ", "- "),
    "addresses on one line": lambda: filled("https://a.org/x ", "- "),
    "one long address": lambda: filled("a/", "- https://a.org/"),
    "one long host": lambda: filled("a.", "- https://"),
    "references": lambda: numbered("[#]: https://a.org/#\n- [#]\n"),
    "the same heading": lambda: filled("## A\n- [x](https://a.org/b)\n"),
    "other headings": lambda: numbered("### T# tools for training\n\n- [x#](https://a.org/#)"),
    "headings with links": lambda: filled("###### a [x](https://y.org)\n"),
    "bold lines": lambda: filled("**Foo**\n\n- code: x\n\n"),
    "paragraphs with labels": lambda: filled("p [code](https://github.com/a/b)\n\n", "## T\n\n"),
    "items that nest": lambda: filled("- " * 150 + "x\n"),
    "items that nest, then blank lines": lambda: "- " * 150 + "x" + "\n" * SIZE,
    "quotes that nest": lambda: filled("> " * 150 + "x\n"),
    "HTML that nests": lambda: filled("<div><p><b><ul><li>"),
    "summaries that nest": lambda: filled("<details><summary>x</summary>\n\n"),
    "rows without a table": lambda: filled("<tr>"),
    "cells on one line": lambda: filled("<td>x" * 10_000 + "<tr>", "<table><tr>"),
    "cells that span": lambda: filled("<tr>" + "<td rowspan=200>x" * 100, "<table>"),
    "a table of 2 columns": lambda: table(2),
    "a table of 199 columns": lambda: table(199),
    "a table of 10,000 columns": lambda: table(10_000),
    "equal rows": lambda: rows("[a]("),
    "rows of names": lambda: rows("Foo, "),
    "attributes": lambda: tag(" ", "a#=b"),
    "attributes in quotes": lambda: tag(" ", 'a#=">"'),
    "attributes on lines": lambda: tag("\n\n", "a#", "pre"),
    "attributes with brackets": lambda: tag("/", "<a#", "div"),
    "an attribute": lambda: filled("x", '- <img alt="y" src="') + '">',
    "comments": lambda: filled("a <!-- "),
    "badges": lambda: numbered("- ![x](https://img.shields.io/badge/-Foo#-blue) [a#](https://github.com/a/b)"),
    "a badge of dashes": lambda: filled("- ![x](https://img.shields.io/badge/-" + "--" * 3000 + ") [a](https://a.org)\n"),
    "guides": lambda: filled("1. Use model Foo with LoRA\n" * 39 + "\n## Guide\n\n", THINGS + "## Guide\n\n"),
    "a guide": lambda: filled("1. " + "Use model Foo with LoRA " * 50 + "\n", THINGS + "## Guide\n\n"),
    "names in texts": lambda: numbered("- [Foo Bar#](https://a.org/#) - Foo Bar1 Foo Bar2 Foo Foo Foo"),
    "names of many words": lambda: numbered("- [" + "Foo " * 11 + "B#](https://a.org/#) - " + "Foo " * 200),
    "notes": lambda: filled("- [Foo](https://a.org)\n" + "  - code: [x](https://github.com/a/b)\n" * 50),
    "noise": lambda: noise("[]()*_`<>|#-+. abAB01:/!&;\"'\\", 60),
    "noise on long lines": lambda: noise("[]()*_`<>|#-+. abAB01:/!&;\"'\\", 9000),
    **{
        f"described as {unit!r}": lambda unit=unit: described(unit)  # type: ignore[misc] # the text of now
        for unit in (
            "A", "a-", "a.", "1.", "7B/", "4-bit ", "128K ", "2024-", "16 GB ", "(e.g., ", "Foo and ",
            "FooBar-", "fine-tuned version of ", "based on Foo, ", "by Google, ", "trained on the ",
            "NVIDIA a ", "IEEE Foo ", "Foo/1", "\u200b", "\u4e2d", "\u7531", "on the iOS ", "<ul><li>", "<p>",
        )
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", WORST)
def test_a_megabyte_is_read_within_time_and_memory(name: str) -> None:
    content = WORST[name]().encode()
    with Worker() as worker:
        worker.read(b"", name="none", page="", commit="", retrieved_from="")
        (process,) = multiprocessing.active_children()
        assert process.pid
        resource.prlimit(process.pid, resource.RLIMIT_AS, (BYTES, BYTES))
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (START + SECONDS, START + SECONDS))
        assert worker.read(content, name="worst", page="", commit="", retrieved_from="").fates
