"""Mutated lists, read for as long as you like: ``python -m tests.fuzz.read_list CORPUS [OPTION ...]``.

Run by hand; it needs atheris (``pip install atheris``), which the project itself does not. CORPUS is
a folder that keeps what was found; it starts with the sections of the project's own lists. Any
exception, a line without a fate, and what libFuzzer takes for a hang or for too much memory end the
run and leave the bytes in a file. The options are libFuzzer's; these have served well:
``-max_len=3000 -timeout=10 -rss_limit_mb=2048 -max_total_time=3600``. What it finds becomes the
smallest case that shows it, in ``tests/unit/test_list_hostile.py``.
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEDS = (*(ROOT / "tests" / "golden" / "lists").glob("*.md"), *(ROOT / "kg" / "starter").glob("*.md"))
FRAGMENTS = [
    mark.encode()
    for mark in (
        "- ", "1. ", "# ", "## Models\n", "## Guide\n", "### Papers\n", "> ", "  - ", "|", "**", "__", "*",
        "`", "```\n", "~~", "[", "](", ")", "[x](https://a.org/b)", "![x](https://img.shields.io/badge/-Foo-blue)",
        "(https://github.com/a/b)", "https://arxiv.org/abs/2106.09685", "https://huggingface.co/a/b",
        "<details><summary>", "</details>", "<table><tr><td>", "<br>", "<!--", "-->", '<a href="', "<ul><li>",
        "&amp;", "\\", "\u2014", ": ", "\uff0c", "\u201c", "\u201d", "\uff08", "\uff09", "7B ", "4-bit ",
        "128K context", "16 GB RAM", "(e.g., ", "ICML 2024", "2024.05", "by Google", "based on ",
        "fine-tuned ", "trained on ", "using ", "forked from ", " and ", "MIT license",
        "et al.",
        "\u57fa\u4e8e", "\u7531", "\u017f", "\u0131", "\u0130", "\u200b", "\u200d", "\x00", "\x85",
        "\U0001f525",
        "Paper: ", "code: ", "TBD",
        "awesome-", "leaderboard", "technical report", "|Model|Base|\n|-|-|\n",
    )
]  # fmt: skip


def mutated(data: bytes, seed: int) -> bytes:
    """The list with some lines moved, joined, indented or repeated, and fragments of lists put in."""
    rng = random.Random(seed)
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        other = lines[rng.randrange(len(lines))]
        cut = rng.randrange(len(lines[at]) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            lines.insert(at, other)
        elif kind == 1:
            del lines[at]
        elif kind == 2:
            lines[at] = lines[at][:cut] + other[rng.randrange(len(other) + 1) :]
        elif kind == 3:
            lines[at] = b" " * rng.randrange(9) + lines[at]
        else:
            lines[at] = (
                lines[at][:cut] + rng.choice(FRAGMENTS) * rng.choice((1, 1, 1, 3, 40)) + lines[at][cut:]
            )
        lines = lines or [b""]
    return b"\n".join(lines)


def main() -> None:
    """Fuzz until something is found or the time is over."""
    import atheris

    with atheris.instrument_imports(include=["ingest", "kg"]):
        from ingest.lists import read_list

    def test_one(data: bytes) -> None:
        read = read_list(data, name="fuzz")
        told = {line for fate in read.fates for line in range(fate.line, fate.end_line + 1)}
        lines = re.split("\r\n|\r|\n", data.decode("utf-8", "replace"))
        silent = [n for n, line in enumerate(lines, 1) if n not in told and re.search("[A-Za-z0-9]", line)]
        if silent:
            raise AssertionError(f"no fate for the lines {silent}")

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        if seed % 3 == 0:
            return bytes(atheris.Mutate(data, size))
        return mutated(data, seed)[:size]

    corpus = Path(sys.argv[1])
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        for number, section in enumerate(re.split(r"\n(?=#)", seed.read_text("utf-8"))):
            (corpus / f"seed-{seed.stem}-{number}").write_text(section, "utf-8")
    atheris.Setup(sys.argv, test_one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
