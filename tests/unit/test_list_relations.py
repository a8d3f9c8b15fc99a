"""What the words, badges and columns of an entry say of other things, in small invented lists."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.fates import gold_rows, item_rows
from ingest.lists import read_list
from kg.model import Mention

REPO = "https://github.com/a/b"
PDF = "https://arxiv.org/abs/2301.00001"


def rows(text: str) -> list[dict[str, Any]]:
    read = read_list(text.encode(), name="t")
    return [row for row in item_rows("t.md", read.fates) if "name" in row]


def told(row: dict[str, Any]) -> set[tuple[str, str]]:
    away = ("in_section", "has_code", "mentions", "about")
    return {(e["rel"], e["target"]) for e in row["edges"] if e["rel"] not in away}


def said(heading: str, text: str, name: str = "Thing") -> set[tuple[str, str]]:
    return told(rows(f"## {heading}\n\n- [{name}]({REPO}) - {text}\n")[0])


@pytest.mark.parametrize(
    ("heading", "text", "edges"),
    [
        ("Tools", "fast inference engine for FooLM in C++", {("supports", "FooLM")}),
        ("Tools", "engine for QUUX models, in C", {("supports", "QUUX")}),
        ("Tools", "FooLM-2 inference in one file", {("supports", "FooLM-2")}),
        ("Tools", "an API for LLMs (FooLM, QUX and others)", {("supports", "FooLM"), ("supports", "QUX")}),
        ("Tools", "supporting FooLM-1 and old FooLM-2", {("supports", "FooLM-1"), ("supports", "FooLM-2")}),
        ("Tools", "chat using FooLM+BarDB", {("uses", "FooLM"), ("uses", "BarDB")}),
        ("Tools", "search using BarDB or local QuxDB", {("uses", "BarDB"), ("uses", "QuxDB")}),
        ("Tools", "a UI made with BarKit", {("uses", "BarKit")}),
        ("Tools", "fast inference for many users", set()),
        ("Tools", "Fast inference on the go", set()),
        ("Tools", "a serving framework for Large Language Models", set()),
        ("Tools", "supports Open-source Models", set()),
        ("Tools", "written in C++ using Ruby", set()),
        ("Tools", "an imitation of it, a Barfoo clone", set()),
        ("Models", "quantization of FooLM-7B", {("derived_from", "FooLM-7B")}),
        ("Models", "FooLM-7B model tuned for bars", {("derived_from", "FooLM-7B")}),
        ("Models", "written with care, based on the BarKit library", {("uses", "BarKit")}),
        ("Models", "trained with GRPO", {("uses", "GRPO")}),
        ("Models", "tunes made using Bar Baz and Qux (BBQ)", {("uses", "Bar Baz and Qux")}),
        ("Models", "code and data of Foo Lab's Thing", {("made_by", "Foo Lab")}),
        ("Models", "Google Large Language Model", {("made_by", "Google")}),
        ("Models", "made of words by Stanford Barfoo", set()),
        ("Datasets", "subset of BarSet", {("derived_from", "BarSet")}),
        ("Datasets", "借助gpt-3.5构建", {("generated_with", "gpt-3.5")}),
        ("Datasets", "对原始的bar_set做机器翻译", {("derived_from", "bar_set")}),
        ("Models", "基于FooLM微调的中文模型", {("derived_from", "FooLM")}),
        ("Tools", "runs on boards like Raspberry Pi", {("runs_on", "Raspberry Pi")}),
        ("Tools", "tensors with WebGPU", {("runs_on", "WebGPU")}),
        ("Tools", "through a browser interface", set()),
    ],
)  # fmt: skip
def test_what_a_description_says_of_other_things(
    heading: str, text: str, edges: set[tuple[str, str]]
) -> None:
    assert said(heading, text) == edges


def test_the_kinds_of_two_things_choose_among_the_cues_before_a_name() -> None:
    assert said("Datasets", "rows made using gpt-9") == {("generated_with", "gpt-9")}
    assert said("Tools", "talks using gpt-9") == {("uses", "gpt-9")}


def test_a_thing_may_use_what_its_own_name_ends_with() -> None:
    assert said("Tools", "a server using QUX", name="Rapid-QUX") == {("uses", "QUX")}
    assert said("Tools", "using QUX is easy", name="QUX Kit") == set()


def test_a_maker_stands_before_or_behind_a_name() -> None:
    assert said("Tools", "a kit", name="Google - FooKit") == {("made_by", "Google")}
    assert said("Tools", "a kit", name="Foo - Bar") == set()


def test_the_column_of_makers_silences_the_text() -> None:
    text = "## Datasets\n\n| Name | Maker | Description |\n|---|---|---|\n| Foo | Bar Lab | Google's rows |\n"
    assert told(rows(text)[0]) == {("made_by", "Bar Lab")}


def test_a_short_link_in_a_column_of_papers_is_the_paper() -> None:
    text = f"## Models\n\n| Model | Paper |\n|---|---|\n| Foo | [Bar Lab]({PDF}) |\n"
    assert ("has_paper", "arxiv:2301.00001") in told(rows(text)[0])


def test_a_column_of_model_families_beside_tools_is_what_they_support() -> None:
    text = "## Tools\n\n| Framework | Model Family |\n|---|---|\n| FooKit | Bar, Baz<br>Qux |\n"
    assert told(rows(text)[0]) == {("supports", "Bar"), ("supports", "Baz"), ("supports", "Qux")}


def test_as_many_bases_as_sizes_are_told_apart() -> None:
    head = "## Models\n\n| Model | Base | Size |\n|---|---|---|\n"
    foo, fox, *more = rows(
        f"{head}| Foo | BarLM QuxLM | 7B 6B |\n| Fox | Bar LM | 7B |\n"
        "| Gull | Bar-4 15B | 4B, 8B |\n| Tern | Bar 2 | 7B 13B |\n| Skua | Bar Base | 4B, 8B |\n"
    )
    assert told(foo) == {("derived_from", "BarLM"), ("derived_from", "QuxLM")}
    assert told(fox) == {("derived_from", "Bar LM")}
    bases = [told(one) for one in more]
    assert bases == [{("derived_from", name)} for name in ("Bar-4 15B", "Bar 2", "Bar Base")]


def test_the_small_one_of_two_tools_runs_the_models_of_the_large_one_which_is_no_model() -> None:
    text = b"## Tools\n\n- [FooFlow Lite](https://example.org/lite) - runs FooFlow models on phones.\n"
    claims = read_list(text, name="t").reading.claims
    found = [(c.predicate.word, c.object.kind.label) for c in claims if isinstance(c.object, Mention)]
    assert found == [("works_with", "Framework")]


# ------------------------------------------------------------------------------------ badges


def badge(text: str, colour: str) -> str:
    return f"![](https://img.shields.io/badge/{text}-{colour})"


def titled(title: str, *badges: str) -> str:
    return f"- **{title}** {' '.join(badges)}\n\n  *A. Bee*. [[pdf]({PDF})]\n\n"


LEGEND = f"{badge('Foo', 'blue')} Abbreviation\n\n{badge('ACL2020', 'orange')} Conference\n\n"


@pytest.mark.parametrize("legend", [LEGEND, ""])
def test_coloured_badges_are_names_venues_and_topics(legend: str) -> None:
    text = f"{legend}## Papers\n\n" + "".join(
        titled(
            f"Some words on the {word} of bars",
            badge(name, "blue"), badge(venue, "orange"), badge("NLU", "green"),
        )
        for word, name, venue in (
            ("ways", "Foo_Net", "ACL2020"),
            ("means", "BarTune", "ICML2021"),
            ("ends", "QUX", "EMNLP2022--findings"),
            ("gates", "Baz--Gate", "ACL2020"),
        )
    )  # fmt: skip
    found = [told(row) for row in rows(text)]
    assert found == [
        {("describes", "Foo Net"), ("published_in", "ACL 2020")},
        {("describes", "BarTune"), ("published_in", "ICML 2021")},
        {("describes", "QUX"), ("published_in", "EMNLP 2022")},
        {("describes", "Baz-Gate"), ("published_in", "ACL 2020")},
    ]


def test_several_badges_of_the_colour_of_names_are_topics() -> None:
    papers = "".join(titled(f"Some words on {w} of bars", badge(w, "blue")) for w in ("Aaa", "Bbb", "Ccc"))
    both = titled("Words on all of the bars", badge("Aaa", "blue"), badge("Bbb", "blue"))
    last = rows(f"{LEGEND}## Papers\n\n{papers}{both}")[-1]
    assert ("describes", "Aaa") not in told(last)
    assert {("about", "Aaa"), ("about", "Bbb")} <= {(e["rel"], e["target"]) for e in last["edges"]}


# ---------------------------------------------------------------------------- items, headings


def test_an_overview_within_a_section_of_things_holds_things() -> None:
    text = f"## Papers\n\n### Overview\n\n{titled('Some words on the ways of bars')}"
    assert [row["name"] for row in rows(text)] == ["Some words on the ways of bars"]
    assert rows(f"## Overview\n\n{titled('Some words on the ways of bars')}") == []


def test_what_licences_mean_and_what_is_to_be_done_is_about_the_list() -> None:
    for heading in ("What do the licences mean?", "Improvements", "To-do list"):
        assert rows(f"## Models\n\n### {heading}\n\n- [Foo]({REPO}): allows much\n") == []


def test_a_word_that_elsewhere_is_a_label_names_an_item_that_it_heads() -> None:
    text = (
        f"## Tools\n\n- [JAX]({REPO}) - arrays\n- [Tech Videos](https://a.org)\n- [httpfoo]({REPO}) - asks\n"
    )
    assert [row["name"] for row in rows(text)] == ["JAX", "Tech Videos", "httpfoo"]
    assert "Dataset Link" not in {
        row["name"] for row in rows("## Data\n\n- [Dataset Link](https://a.org/x)\n")
    }


def test_a_group_of_one_is_a_group() -> None:
    text = f"## Tools\n\n- Clients\n  - [httpfoo]({REPO}) - asks\n"
    assert [row["name"] for row in rows(text)] == ["httpfoo"]


# ------------------------------------------------------------------------- kinds by publication


@pytest.mark.parametrize(
    ("heading", "line", "kind", "venue"),
    [
        ("Tools", "[Foo: a kit for bars](https://a.org/x) [ASP-DAC '22]", "Paper", "ASP-DAC 2022"),
        ("Tools", "[Foo: a kit for bars](https://a.org/x) - serves them", "Framework", ""),
        ("Tutorials", "[Bars on small computers](https://a.org/slides.pdf)", "Tutorial", ""),
        ("Surveys", "[FooGathers](https://github.com/a/foo)", "Tutorial", ""),
        ("Surveys", "[FooGathers](https://github.com/a/foo) - a toolkit for bars", "Framework", ""),
    ],
)
def test_what_is_published_is_a_paper(heading: str, line: str, kind: str, venue: str) -> None:
    row = rows(f"## {heading}\n\n- {line}\n")[0]
    published = [e["target"] for e in row["edges"] if e["rel"] == "published_in"]
    assert (row["kind"], "".join(published)) == (kind, venue)


# -------------------------------------------------------------------------------------- rows


def test_lines_of_a_description_with_a_key_are_facts() -> None:
    head = "## Tools\n\n| Framework | Core Features |\n|---|---|\n"
    row = rows(f"{head}| FooKit | Backend: CPU, WebGPU<br>Device: Barphone 3<br>Features: fast |\n")[0]
    assert told(row) == {("runs_on", "CPU"), ("runs_on", "WebGPU"), ("runs_on", "Barphone 3")}


def test_words_behind_a_name_in_its_cell_describe_it() -> None:
    head = "## Tools\n\n| Framework | Maker |\n|---|---|\n"
    row = rows(f"{head}| [FooKit]({REPO})<br>(based on [BarKit](https://github.com/c/d)) | Foo Lab |\n")[0]
    assert told(row) == {("uses", "BarKit"), ("made_by", "Foo Lab")}


def test_a_last_word_stands_for_a_name_only_where_the_list_calls_it_a_tool() -> None:
    entries = f"- [Acme Kit Lathes]({REPO})\n"
    for heading, about in (("Tools", {"Acme Kit Lathes"}), ("Crafts", set())):
        text = f"## {heading}\n\n{entries}\n## Tutorials\n\n- [First steps on Lathes](https://d.org)\n"
        assert {e["target"] for e in rows(text)[-1]["edges"] if e["rel"] == "about"} == about


def test_a_name_in_small_letters_does_not_end_a_series() -> None:
    assert said("Tools", "works with FooTorch, scikit-bar, LightBar") == {
        ("supports", "FooTorch"),
        ("supports", "LightBar"),
    }


def test_a_title_is_told_from_what_stands_around_it() -> None:
    text = f"""## Papers

|Date|Title|Paper|
|---|---|---|
|2022.05|🔥[**FooBars**] Fast and Frugal Bars with Care(@Bar Lab etc)|[[pdf]]({PDF})|
|2023.10|[Evaluating] Counting Large Bars: A Long Way(@bar.edu)|[[pdf]]({PDF})|
"""
    first, second = rows(text)
    assert first["name"] == "Fast and Frugal Bars with Care"
    assert told(first) == {("describes", "FooBars"), ("made_by", "Bar Lab")}
    assert (second["name"], told(second)) == ("Counting Large Bars: A Long Way", set())


def test_a_badge_with_a_label_tells_a_venue() -> None:
    shown = "[![Publish](https://img.shields.io/badge/Conference-ICML'23-blue)]()"
    cell = f"{shown} <br> [Foo: bars for all and more]({PDF}) <br> A. Bee"
    table = f"## Papers\n\n| Title & Authors | Links |\n|---|---|\n| {cell} | [Paper]({PDF}) |\n"
    item = f"## Papers\n\n- [Foo: bars for all and more]({PDF}) {shown}\n"
    for text in (table, item):
        assert ("published_in", "ICML 2023") in told(rows(text)[0])


def test_papers_among_applications_without_a_link_and_with_facts_below_are_papers() -> None:
    text = f"""## Bars on Small Boards

**Application-specific**
* [AAAI 2025] E4: Frugal Bars for Small Boards [(Paper)](https://dl.acm.org/doi/1)
  * Bars; Small boards; GPU
* [MobiCom 2022] BarLens: Bars on the Edge [(Paper)]
  * Small boards; GPU

## Applications

* Counting of bars: [BarCount]({PDF})
"""
    found = [(row["kind"], row["name"]) for row in rows(text)]
    assert found == [
        ("Paper", "E4: Frugal Bars for Small Boards"),
        ("Paper", "BarLens: Bars on the Edge"),
        ("Application", "Counting of bars"),
    ]


def test_a_published_title_without_a_link_is_a_paper() -> None:
    line = "- **Bars: Hints for Thin Bars**, Ada Foo, Nic Bar, ICLR 2015"
    row = rows(f"## Distillation\n\n{line}\n")[0]
    assert (row["kind"], row["name"]) == ("Paper", "Bars: Hints for Thin Bars")


def test_what_a_repository_is_its_name_does_not_tell_against_the_host() -> None:
    row = rows(f"## Voices\n\n- [BarLLM]({REPO}) - Deploys everything (Android/iOS).\n")[0]
    assert row["kind"] == "Framework"
    assert told(row) == {("runs_on", "Android"), ("runs_on", "iOS")}


def test_a_series_may_begin_in_small_letters() -> None:
    assert said("Tools", "Supports foobars, QUX, BarLM") == {("supports", "QUX"), ("supports", "BarLM")}


# -------------------------------------------------------------------------------------- tiers


@pytest.mark.parametrize(
    ("heading", "line", "name", "memory", "covered"),
    [
        ("Hardware", "Small models (FooLM): 8 GB", "Small models", [8], ["FooLM"]),
        ("Hardware", "24GB+: FooLM-13B", "24+ GB RAM", [24], ["FooLM-13B"]),
        ("GPU requirements", "24 GB: FooLM", "24 GB VRAM", [24], ["FooLM"]),
        ("Hardware", "Tiny (<1B): runs on 2-4 GB RAM, e.g. FooLM", "Tiny (<1B)", [2, 4], ["FooLM"]),
        ("Hardware", "At least 16 GB RAM is needed for FooLM fine-tuning", "16+ GB RAM", [16], []),
    ],
)  # fmt: skip
def test_a_tier_in_other_words(
    heading: str, line: str, name: str, memory: list[int], covered: list[str]
) -> None:
    row = rows(f"## {heading}\n\n- {line}\n")[0]
    assert (row["kind"], row["name"], row["attrs"]["ram_gb"]) == ("HardwareTier", name, memory)
    assert [e["target"] for e in row["edges"] if e["rel"] == "covers"] == covered


def test_gigabytes_of_a_disk_or_elsewhere_are_no_tier() -> None:
    for heading, line in (("Hardware", "Storage: 5 GB of disk space"), ("Models", "FooLM: 8 GB")):
        assert all(row["kind"] != "HardwareTier" for row in rows(f"## {heading}\n\n- {line}\n"))


def test_a_row_below_hardware_names_the_tier_of_its_model() -> None:
    head = "## Hardware\n\n| Model | VRAM (4-bit) |\n|---|---|\n"
    row = rows(f"{head}| FooLM 7B | 6 GB |\n")[0]
    assert (row["name"], told(row)) == ("6 GB VRAM", {("covers", "FooLM 7B")})


# ------------------------------------------------------------------------------- more relations


def things(text: str) -> dict[str, str]:
    """The kinds by name of all that an entry makes of things beside itself."""
    read = read_list(f"## Tools\n\n- [Thing]({REPO}) - {text}\n".encode(), name="t").reading
    return {m.name: m.kind.label for m in read.mentions if m.name != "Thing"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("supports Llama 2, GPT-4o", {"Llama 2": "Model", "GPT-4o": "Model"}),
        ("supports the Foobar and Quxbar models", {"Foobar": "Model", "Quxbar": "Model"}),
        ("supports models like Foobar", {"Foobar": "Model"}),
        ("supports Foobar-7B", {"Foobar-7B": "Model"}),
        ("supports Ollama", {"Ollama": "Framework"}),
        ("supports Foobar", {"Foobar": "Framework"}),
        ("supports Paged Attention", {"Paged Attention": "Method"}),
        ("supports PDFs, FP8, XYZ", {}),
        ("supports OpenAI", {}),
        ("built using GPT-4", {"GPT-4": "Model"}),
        ("built using Foobar", {"Foobar": "Framework"}),
        ("built using QUX", {}),
    ],
)
def test_what_no_entry_explains_is_what_the_field_calls_so_or_nothing(
    text: str, kinds: dict[str, str]
) -> None:
    assert things(text) == kinds


def test_what_makes_no_node_is_still_told_of_the_item() -> None:
    assert said("Tools", "supports PDFs") == {("supports", "PDFs")}
    assert said("Tools", "built using QUX") == {("uses", "QUX")}


def test_a_size_is_no_base() -> None:
    assert said("Models", "based on 7B") == set()


def test_a_tool_for_a_model_of_the_list_supports_it() -> None:
    text = f"## Models\n\n- [Barlm](https://a.org)\n\n## Tools\n\n- [Kit]({REPO}) - a server for Barlm\n"
    assert told(rows(text)[1]) == {("supports", "Barlm")}
    assert said("Tools", "a server for Barlm") == set()


@pytest.mark.parametrize(
    ("heading", "text", "edges"),
    [
        ("Models", "7B model trained on 1,500B tokens of BarSet", {("trained_on", "BarSet")}),
        ("Models", "reproduction of Bar Lab's FooLM 7B", {("derived_from", "FooLM 7B")}),
        ("Datasets", "1M FooLM-4 completions", {("generated_with", "FooLM-4")}),
        ("Tools", "supports NVIDIA GPUs, AMD CPUs and GPUs",
         {("runs_on", "NVIDIA GPUs"), ("runs_on", "AMD CPUs"), ("runs_on", "GPUs")}),
        ("Tools", "runs them on GPUs", set()),
    ],
)  # fmt: skip
def test_what_a_description_says_with_numbers_and_devices(
    heading: str, text: str, edges: set[tuple[str, str]]
) -> None:
    assert said(heading, text) == edges


def test_a_maker_between_dashes_is_one() -> None:
    line = f"- **FooLM** - *Meta* - [Paper]({PDF})"
    assert ("made_by", "Meta") in told(rows(f"## Models\n\n{line}\n")[0])


def test_an_entry_that_stands_twice_is_told_to_the_scorer() -> None:
    entries = f"- [FooKit]({REPO}) - serves\n"
    fates = read_list(f"## Tools\n\n{entries}\n## Servers\n\n{entries}".encode(), name="t").fates
    first, second = gold_rows("t.md", fates)
    twice = {"rel": "same_as", "target": "FooKit"}
    assert twice not in first["edges"]
    assert twice in second["edges"]


@pytest.mark.parametrize(
    ("heading", "text", "edges"),
    [
        ("Tools", "Python bindings for BarLib", {("uses", "BarLib")}),
        ("Tools", "Template based installer for bars", set()),
        ("Tools", "built with an AI-powered platform", set()),
        ("Tools", "Serving Thousands of bars", set()),
        ("Tools", "powered by Ollama, FooKit and others", {("uses", "Ollama"), ("uses", "FooKit")}),
        ("Tools", "served on NVIDIA FasterBars", set()),
        ("Tools", "quantizes with FooQ & BarQ support", {("supports", "FooQ"), ("supports", "BarQ")}),
        ("Tools", "by Acme Labs: a kit", {("made_by", "Acme Labs")}),
        ("Models", "海滨大学提出的对话语言模型", {("made_by", "海滨大学")}),
    ],
)
def test_more_that_a_description_says(heading: str, text: str, edges: set[tuple[str, str]]) -> None:
    assert said(heading, text) == edges


def test_a_name_with_its_sizes_in_brackets_is_no_title() -> None:
    line = f"- FooLM 2 (7B, 13B, 70B): [paper]({PDF})"
    row = rows(f"## Models\n\n{line}\n")[0]
    assert (row["kind"], told(row)) == ("Model", {("has_paper", "arxiv:2301.00001")})


def test_the_bare_address_of_a_paper_behind_a_name_is_its_paper() -> None:
    row = rows(f"## Models\n\n- FooLM: <{PDF}>\n")[0]
    assert told(row) == {("has_paper", "arxiv:2301.00001")}


def test_a_price_is_no_count_of_tokens() -> None:
    head = "## Models\n\n| Model | Price per 1M tokens |\n|---|---|\n"
    assert "tokens" not in rows(f"{head}| FooLM | $1 / $14 |\n")[0]["attrs"]


def test_what_stands_under_papers_with_its_year_is_a_paper() -> None:
    line = "[Many-Bar Breaking](https://a.org/research/bars) [2024] - Scaling of bars."
    assert rows(f"## Papers\n\n- {line}\n")[0]["kind"] == "Paper"


def test_a_repository_under_other_lists_is_one() -> None:
    line = f"[Bars and More]({REPO}) - Keeping track of bars"
    assert rows(f"## Complement to this list\n\n- {line}\n")[0]["kind"] == "Tutorial"


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("leverages the power of Bar Lab's FooLM-3 model", {("uses", "FooLM-3")}),
        ("chat using FooChain | BarDB", {("uses", "FooChain"), ("uses", "BarDB")}),
        ("controls bars via RESTful APIs", set()),
    ],
)
def test_what_a_tool_uses_in_other_words(text: str, edges: set[tuple[str, str]]) -> None:
    assert said("Tools", text) == edges


def test_what_a_column_of_values_links_is_not_the_things_own() -> None:
    head = "## Models\n\n| Model | Context | Code |\n|---|---|---|\n"
    row = rows(f"{head}| FooLM | [2048](https://github.com/x/config) | [code]({REPO}) |\n")[0]
    assert [e["target"] for e in row["edges"] if e["rel"] == "has_code"] == ["github:a/b"]
    assert row["attrs"]["context"] == 2048


def test_an_account_among_tools_is_no_tool() -> None:
    kinds = [row["kind"] for row in rows(f"## Tools\n\n- [Our account](https://x.com/f)\n- [Kit]({REPO})\n")]
    assert kinds == ["Tutorial", "Framework"]


def test_a_name_with_its_abbreviation_before_a_colon_is_introduced() -> None:
    title = "Layered Bar Extraction (LBE): A Model for Bars"
    assert told(rows(f"## Papers\n\n- [{title}]({PDF})\n")[0]) == {("describes", "Layered Bar Extraction")}
