"""Citation keys of a workspace: by the pattern of kg.toml, kept for ever in citations.toml."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.keys import Keys, _merged
from ingest.arxiv import reading_of
from kg.model import PaperRecord
from kg.store import Store
from tests.cli.command import Kg
from tests.documents import NOON

PATTERN = '[citations]\nkey = "{author}{year}{word}"\n'
LORA = PaperRecord(
    "2106.09685", 1, "LoRA: low rank", "", ("Edward J. Hu",), ("cs.CL",), NOON.replace(year=2021), NOON
)
SAME = replace(LORA, arxiv_id="2101.00001", title="LoRA, or another paper of that word")
OTHER = replace(LORA, arxiv_id="2301.00002", title="Quantized", authors=("Ada Zeta",))


def hold(kg: Kg, *records: PaperRecord) -> None:
    kg.workspace.mkdir(exist_ok=True)
    if not (kg.workspace / "kg.toml").exists():
        (kg.workspace / "kg.toml").write_text(PATTERN)
    with Store(kg.database) as store:
        store.replace(*map(reading_of, records))


def keys(kg: Kg, *options: str) -> dict[str, str]:
    """The keys by arXiv id, the same in both formats."""
    told = kg("export", "--bibtex", *options).out
    entries = [
        (re.findall(r"@\w+\{(.*),", e)[0], re.findall(r"eprint = \{(.*)\}", e)[0]) for e in told.split("\n\n")
    ]
    items = json.loads(kg("export", "--csl", *options).out)
    assert [item["id"] for item in items] == [key for key, _ in entries]
    return {arxiv: key for key, arxiv in entries}


def test_no_paper_and_no_title_that_comes_later_changes_a_key(kg: Kg) -> None:
    hold(kg, LORA)
    assert keys(kg) == {"2106.09685": "hu2021lora"}
    hold(kg, SAME, OTHER)  # one of the same key, whose slug comes first
    after = keys(kg)
    assert after["2106.09685"] == "hu2021lora"
    assert after["2101.00001"] == "hu2021lora-arxiv-2101.00001"
    assert after["2301.00002"] == "zeta2021quantized"
    hold(kg, replace(LORA, title="Another title", authors=("Somebody Else",), version=2))
    assert keys(kg) == after
    kg.database.unlink()  # made again from nothing, in one go
    hold(kg, SAME, OTHER, replace(LORA, title="Another title"))
    assert keys(kg) == after


def test_a_part_has_the_keys_of_the_whole_and_another_pattern_of_one_call_is_not_kept(kg: Kg) -> None:
    hold(kg, LORA, SAME, OTHER)
    whole = keys(kg)
    kept = (kg.workspace / "citations.toml").read_text()
    assert keys(kg, "--query", "quantized") == {"2301.00002": whole["2301.00002"]}
    assert keys(kg, "--key", "{year}{arxiv}")["2106.09685"] == "20212106.09685"
    assert (kg.workspace / "citations.toml").read_text() == kept


def test_a_paper_that_another_was_merged_into_goes_on_under_its_key(kg: Kg) -> None:
    hold(kg, LORA, OTHER)
    assert keys(kg, "--query", "quantized") == {"2301.00002": "zeta2021quantized"}
    kg("correct", "merge", "arxiv-2106.09685", "arxiv-2301.00002")
    assert list(keys(kg).values()) == ["zeta2021quantized"]


def test_keys_that_differ_in_case_only_are_one_to_bibtex() -> None:
    words = {"slug": "s", "author": "a", "year": "", "word": "", "arxiv": ""}
    assert Keys("X{author}", {"k": "xa"}).of(words) == "Xa-s"


def test_without_a_pattern_no_file_is_written(kg: Kg) -> None:
    kg.workspace.mkdir()
    (kg.workspace / "kg.toml").write_text("")
    hold(kg, LORA)
    assert keys(kg) == {"2106.09685": "arxiv-2106.09685"}
    assert not (kg.workspace / "citations.toml").exists()


def test_a_person_may_choose_a_key_and_their_comments_stay(kg: Kg) -> None:
    hold(kg, LORA)
    file = kg.workspace / "citations.toml"
    file.write_text('# Mine.\n\n# as in the thesis\n"arxiv-2106.09685" = "Hu:LoRA"  # so\n')
    hold(kg, SAME, OTHER)
    assert keys(kg) == {
        "2106.09685": "Hu:LoRA",
        "2101.00001": "hu2021lora",
        "2301.00002": "zeta2021quantized",
    }
    assert file.read_text() == (
        '# Mine.\n\n"arxiv-2101.00001" = "hu2021lora"\n# as in the thesis\n'
        '"arxiv-2106.09685" = "Hu:LoRA"  # so\n'
        '"arxiv-2301.00002" = "zeta2021quantized"\n'
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"a" = "x"\n"b" = "X"\n', "line 2: 'X' is the key of 'a' already"),
        ('"a" = "x y"\n', "line 1: the key of 'a' must be text"),
        ('\n"a" = "}"\n', "line 2: the key of 'a' must be text"),
        ("[a]\n", "line 1: the key of 'a' must be text"),
        ("a = \n", "line 1"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line_and_nothing_is_written(
    kg: Kg, text: str, told: str
) -> None:
    hold(kg, LORA)
    file = kg.workspace / "citations.toml"
    file.write_text(text)
    error = kg.refused("export", "--bibtex")
    assert told in error
    assert "kg doctor" not in error  # which does not look at this file
    assert file.read_text() == text


def test_a_mistake_in_the_pattern_is_told(kg: Kg) -> None:
    hold(kg, LORA)
    (kg.workspace / "kg.toml").write_text('[citations]\nkey = "{autor}"\n')
    assert "kg.toml: the citation key '{autor}' has no such field" in kg.refused("export", "--bibtex")
    (kg.workspace / "kg.toml").write_text("[citations]\nkey = 1\n")
    assert "line 2: the pattern of citation keys must be text" in kg.refused("stats")
    (kg.workspace / "kg.toml").write_text('[citations]\nkye = ""\n')
    assert "Did you mean key?" in kg.refused("stats")


def test_where_keys_cannot_be_kept_one_is_told_and_gets_them(kg: Kg) -> None:
    hold(kg, LORA)
    (kg.workspace / f".citations.toml.{os.getpid()}").mkdir()  # in the way of what is written beside
    told = kg("export", "--bibtex")
    assert "new citation keys could not be kept" in told.err
    assert "@misc{hu2021lora," in told.out


_WORDS = st.text("ab中É -", min_size=1, max_size=3)


@given(st.lists(_WORDS, max_size=8), st.sampled_from(["{author}", "{word}x", "{year}{slug}"]))
def test_no_two_papers_ever_get_one_key(words: list[str], pattern: str) -> None:
    given_ = Keys(pattern, {"kept": "A"})
    found = [
        given_.of({"slug": f"{w}", "author": w, "year": w, "word": w, "arxiv": w}).lower() for w in words
    ]
    assert len({*found, "a"}) == len(found) + 1
    assert all(re.fullmatch(r"[a-z0-9.:_-]+", key) for key in found)


@given(
    st.lists(st.sampled_from(["# c\n", "\n", '"b" = "1"\n', 'd = "2"\n']), max_size=6),
    st.sets(st.sampled_from("abcde")),
)
def test_no_line_is_lost_when_keys_are_put_in(lines: list[str], new: set[str]) -> None:
    merged = list(_merged(lines, dict.fromkeys(new, "k")))
    ours = [f'"{slug}" = "k"\n' for slug in sorted(new)]
    rest = list(merged)
    for line in ours:
        rest.remove(line)
    assert rest == lines
    assert [line for line in merged if line in ours] == ours
