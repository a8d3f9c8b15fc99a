"""Every shape of item in one invented list, against a golden file; and single shapes one by one.

``python -m tests.unit.test_list_shapes`` writes the golden file anew: look at the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.fates import RELATIONS, gold_rows, item_rows
from ingest.lists import READER, read_list
from kg.model import DocumentKind, Literal, Mention, blob_id
from kg.vocabulary import Kind, Predicate

GOLDEN = Path(__file__).parents[1] / "golden" / "lists"


def rows(text: str) -> list[dict[str, Any]]:
    read = read_list(text.encode(), name="t")
    return [row for row in item_rows("t.md", read.fates) if "name" in row]


def one(text: str) -> dict[str, Any]:
    found = rows(text)
    assert len(found) == 1, found
    return found[0]


def told(row: dict[str, Any]) -> set[tuple[str, str]]:
    return {(e["rel"], e["target"]) for e in row["edges"] if e["rel"] != "in_section"}


def reasons(text: str) -> list[str]:
    return [f.reason for f in read_list(text.encode(), name="t").fates if f.fate == "ignored"]


def recorded() -> str:
    read = read_list((GOLDEN / "shapes.md").read_bytes(), name="shapes")
    now = {
        "problems": [[p.line, p.message] for p in read.reading.problems],
        "items": item_rows("shapes.md", read.fates),
    }
    return json.dumps(now, ensure_ascii=False, indent=1) + "\n"


def test_the_list_of_all_shapes_reads_as_recorded() -> None:
    assert recorded() == (GOLDEN / "shapes.json").read_text(encoding="utf-8")


def test_a_reading_says_what_it_is_of() -> None:
    content = b"# Foo\n\n## Models\n\n- [BarLM](https://github.com/bar/lm) - x\n"
    read = read_list(
        content, name="foo", page="https://example.org", commit="abc", retrieved_from="u"
    ).reading
    assert (read.key, read.kind, read.title, read.page) == (
        "list:foo",
        DocumentKind.LIST,
        "Foo",
        "https://example.org",
    )
    revision = read.revision
    assert (revision.blob, revision.reader, revision.content) == (blob_id(content), READER, content)
    assert (revision.commit, revision.retrieved_from) == ("abc", "u")


def test_a_list_without_a_heading_is_called_by_its_name() -> None:
    assert read_list(b"- x\n", name="foo").reading.title == "foo"


# ---------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("- [FooKit](https://github.com/a/b) - fast tool", "FooKit"),
        ("- [FooKit](https://github.com/a/b) a tool that works", "FooKit"),
        ("- [FooKit](https://github.com/a/b): serves", "FooKit"),
        ("- **[FooKit](https://github.com/a/b)** – serves", "FooKit"),
        ("- **FooKit** [[code]](https://github.com/a/b)", "FooKit"),
        ("- :rocket: 🔥 [FooKit](https://github.com/a/b)", "FooKit"),
        (
            "- [![stars](https://img.shields.io/x.svg)](https://github.com/a/b) [FooKit](https://a.org)",
            "FooKit",
        ),
        ("- [FooKit (Foo Omnibus Kit)](https://a.org)", "FooKit"),
        ("- [FooKit (beta)](https://a.org)", "FooKit (beta)"),
        ("- FooKit: [[GitHub]](https://github.com/a/b)", "FooKit"),
        ("- [ ] [FooKit](https://a.org) - to do", "FooKit"),
        ("- <a href='https://a.org'>FooKit</a> is HTML", "FooKit"),
        ("- https://github.com/a/FooKit", "FooKit"),
    ],
)
def test_the_name_of_an_item_is_found(line: str, name: str) -> None:
    assert one(f"## Tools\n\n{line}\n")["name"] == name


PDF = "https://arxiv.org/abs/2301.00001"


@pytest.mark.parametrize(
    ("line", "venue"),
    [
        (f'- "Foo: bars for all", NeurIPS, 2023. [[paper]({PDF})]', "NeurIPS 2023"),
        (f"- Foo: bars for all <br> arXiv 2024 [[Paper]]({PDF})", "arXiv 2024"),
        (f"- [2023/05] **Foo: bars for all.** *A. Bee.* ICML'23 [[paper]({PDF})]", "ICML 2023"),
        (f"- \\[ACL'25\\] Foo: bars for all - \\[[PDF]({PDF})\\]", "ACL 2025"),
        (f"- [**Foo: bars for all.**]({PDF}) *A. Bee, C. Dee.* ACL 2024.", "ACL 2024"),
    ],
)
def test_a_paper_has_its_title_and_its_venue(line: str, venue: str) -> None:
    row = one(f"## Papers\n\n{line}\n")
    assert (row["name"], row["kind"], row["arxiv"]) == ("Foo: bars for all", "Paper", ["2301.00001"])
    assert {("published_in", venue), ("describes", "Foo")} <= told(row)


@pytest.mark.parametrize(
    "title",
    [
        "Small Models: A Survey",
        "Scaling Laws: what they say of us",
        "Towards Better Tables: chairs",
        "Tables are Chairs: a proof that none needs",
    ],
)
def test_words_before_a_colon_that_are_no_name_introduce_nothing(title: str) -> None:
    row = one(f"## Papers\n\n- [{title}](https://arxiv.org/abs/2301.00001)\n")
    assert not any(rel == "describes" for rel, _ in told(row))


# ---------------------------------------------------------------------------------- kinds


def test_a_label_before_a_linked_title_is_no_name() -> None:
    titles = ("Tidal Caches for Long Memories in Small Boats", "Rowing: A Study of Slow Decoding at Sea")
    entries = "".join(
        f"  - Paper: [{t}](https://arxiv.org/abs/2601.0000{n})\n" for n, t in enumerate(titles, 1)
    )
    found = rows(f"# Boats\n## Weekly\n- **[2026.01.02]**\n{entries}")
    assert [row["name"] for row in found] == list(titles)
    introduced = {target for row in found for rel, target in told(row) if rel == "describes"}
    assert introduced == {"Rowing"}


@pytest.mark.parametrize(
    ("heading", "line", "kind"),
    [
        ("Open LLMs", "- [Foo](https://foo.org)", "Model"),
        ("Serving frameworks", "- [Foo](https://foo.org)", "Framework"),
        ("Anything", "- [Foo](https://huggingface.co/datasets/a/foo)", "Dataset"),
        ("Anything", "- [Foo](https://huggingface.co/a/foo)", "Model"),
        ("Anything", "- [Foo: bars for everyone](https://arxiv.org/abs/2301.00001)", "Paper"),
        ("Quantization", "- [Foo](https://arxiv.org/abs/2301.00001)", "Method"),
        ("Tools", "- [awesome-foo](https://github.com/a/awesome-foo)", "Tutorial"),
        ("Tools", "- [Foo](https://foo.org) - a benchmark of bars", "Benchmark"),
        ("Tools", "- [Foo](https://foo.org) - run models at home", "Framework"),
        ("Use Cases", "- Reading aloud", "Application"),
        ("Videos and Tutorials", "- [Foo](https://foo.org)", "Tutorial"),
        ("数据集", "- [Foo](https://foo.org)", "Dataset"),
    ],
)
def test_the_kind_of_an_item(heading: str, line: str, kind: str) -> None:
    assert one(f"## {heading}\n\n{line}\n")["kind"] == kind


# ------------------------------------------------------------------------------ relations


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("fine-tuned from Bar-7B-Instruct on talk", ("derived_from", "Bar-7B-Instruct")),
        ("Bar-7B based model", ("derived_from", "Bar-7B")),
        ("trained on the LongTalk dataset", ("trained_on", "LongTalk")),
        ("a small model by Microsoft", ("made_by", "Microsoft")),
        ("基于 BarLM2 的模型", ("derived_from", "BarLM2")),
    ],
)
def test_what_a_description_says_of_a_model(text: str, edge: tuple[str, str]) -> None:
    assert edge in told(one(f"## Models\n\n- [Foo](https://huggingface.co/a/foo) - {text}\n"))


def test_known_names_are_typed_by_their_cue() -> None:
    text = """## Models
- [BarLM](https://huggingface.co/a/barlm)
## Methods
- [Sift](https://arxiv.org/abs/2301.00001)
## Tools
- [FooKit](https://github.com/a/foo) - supports BarLM, implements Sift, uses Sift
"""
    assert {("supports", "BarLM"), ("implements", "Sift")} <= told(rows(text)[-1])


def test_a_part_of_a_longer_name_is_not_that_name() -> None:
    model = "## Models\n- [T9](https://huggingface.co/a/t9)\n"
    text = f"{model}## Tools\n- [Kit](https://k.org) - loads FLAN-T9 only\n"
    assert not any(target == "T9" for _, target in told(rows(text)[-1]))


# -------------------------------------------------------------------------------- ignored


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("## Tools\n- [A](#a)\n", "table of contents"),
        ("## Tools\n- [Add your tool here!]\n", "placeholder"),
        ("## License\n- MIT\n", "section about the list itself"),
        ("## Tools\n\n```\n- [A](https://a.org)\n```\n", "code block"),
        ("## Tools\n\n<!--\n- [A](https://a.org)\n-->\n", "comment"),
        ("## Tools\n\n- [A](docs/a.md)\n", "link within the repository"),
        ("[a]: https://a.org\n", "link definition"),
        ("## Tools\n\n|A|B|C|\n|-|-|-|\n|2024|||\n", "group row"),
    ],
)
def test_what_is_no_item_says_why(text: str, reason: str) -> None:
    assert reason in reasons(text)
    assert rows(text) == []


def test_a_link_that_is_no_address_of_the_web_is_left_out_and_told() -> None:
    read = read_list(b"## Tools\n\n- [Foo](javascript:alert(1)) [x](file:///etc/passwd) - a tool\n", name="t")
    assert [p.message for p in read.reading.problems] == [
        "link left out: javascript:alert(1)",
        "link left out: file:///etc/passwd",
    ]
    assert all(not isinstance(c.object, Literal) or c.object.datatype != "iri" for c in read.reading.claims)


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        ("- [A]([https://github.com/a/a) - a tool\n", "github:a/a"),
        ("- [A]([https://x.org](https://github.com/a/a)) - a tool\n", "github:a/a"),
        ("1. [A](https://a.org): a tool\n\n- made beside [B](https://github.com/b/b)\n", None),
        ("1. [A](https://a.org): a tool\n\n- Code: as of [A](https://github.com/a/a)\n", "github:a/a"),
        ("|Model|Licence|\n|-|-|\n|[A](https://a.org)|[MIT](https://github.com/b/b/LICENSE)|\n", None),
        ("|Model|Context|\n|-|-|\n|[A](https://a.org)|[4096](https://huggingface.co/b/b)|\n", None),
        ("|Model|Example|\n|-|-|\n|[A](https://a.org)|[chat](https://github.com/b/b)|\n", None),
        ("|Model|Weights|\n|-|-|\n|[A](https://a.org)|[hub](https://huggingface.co/a/a)|\n", "hf:a/a"),
    ],
)
def test_a_repository_is_the_things_own_or_none_of_it(text: str, repository: str | None) -> None:
    row = one(f"## Tools\n\n{text}")
    assert row["repo"] == repository
    own = {i for i in (row["repo"],) if i}
    assert {edge["target"] for edge in row["edges"] if edge["rel"] == "has_code"} <= own


PAGE = "https://github.com/o/r/blob/HEAD/lists/README.md"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("a.md", "https://github.com/o/r/blob/HEAD/lists/a.md"),
        ("./a.md#x", "https://github.com/o/r/blob/HEAD/lists/a.md#x"),
        ("../docs/a.md", "https://github.com/o/r/blob/HEAD/docs/a.md"),
        ("/docs/a.md", "https://github.com/o/r/blob/HEAD/docs/a.md"),
        ("../../../../../../evil/x", None),
    ],
)
@pytest.mark.parametrize("text", ["- [**A**]({}) - a tool\n", "|Tool|What|\n|-|-|\n|[A]({})|a tool|\n"])
def test_a_link_within_the_repository_leads_to_its_page_and_is_no_identity(
    text: str, link: str, address: str | None
) -> None:
    read = read_list(f"## Tools\n\n{text.format(link)}".encode(), name="t", page=PAGE).reading
    pages = {
        c.object.value for c in read.claims if isinstance(c.object, Literal) and c.object.datatype == "iri"
    }
    assert [m.name for m in read.mentions if m.kind is Kind.FRAMEWORK] == ["A"]
    assert pages == ({address} if address else set())
    assert all(not m.identifiers for m in read.mentions)


def test_a_list_without_a_page_has_no_pages_beside_it() -> None:
    read = read_list(b"## Tools\n\n- [A](a.md) - a tool\n", name="t").reading
    assert all(not isinstance(c.object, Literal) or c.object.datatype != "iri" for c in read.claims)


def test_escapes_and_marks_of_direction_leave_names() -> None:
    row = one("## Tools\n\n- [\x1b[31mFoo\u202eBar\x1b[0m](https://a.org) - [red]x[/red]\n")
    assert "\x1b" not in row["name"]
    assert "\u202e" not in row["name"]


# ----------------------------------------------------------------------------------- table


def test_a_table_of_models_is_read_column_by_column() -> None:
    text = """## Models

| Model | Sizes | Licence | Base | Paper | Link |
|---|---|---|---|---|---|
| Foo | 0.5B, 2B | MIT | BarLM | [Paper](https://arxiv.org/abs/2301.00001) | [HF](https://hf.co/a/foo) |
"""
    row = one(text)
    assert told(row) == {("derived_from", "BarLM"), ("has_paper", "arxiv:2301.00001")}
    assert row["attrs"]["params"] == [5e8, 2e9]
    assert row["attrs"]["licence"] == "MIT"
    assert row["repo"] == "hf:a/foo"


def test_sizes_may_stand_in_a_column_of_architectures() -> None:
    text = "|Model|Architecture|\n|-|-|\n|Foo|109B MoE / 17B active|\n|Bar|Dense|\n"
    assert [row["attrs"] for row in rows(f"## Models\n\n{text}")] == [
        {"params": [109e9], "active_params": [17e9]},
        {},
    ]


def test_every_predicate_between_things_has_a_relation_of_the_labels() -> None:
    assert {p for p in Predicate if not p.is_literal} <= set(RELATIONS)


def test_the_records_for_the_scorer_hold_no_more_than_it_reads() -> None:
    read = read_list((GOLDEN / "workshop.md").read_bytes(), name="w")
    row = gold_rows("w.md", read.fates)[0]
    assert set(row) == {
        "file", "line", "end_line", "name", "aliases", "kind", "url", "arxiv", "repo", "edges", "attrs",
    }  # fmt: skip


def test_every_claim_keeps_to_the_vocabulary() -> None:
    for name in ("workshop.md", "shapes.md"):
        for claim in read_list((GOLDEN / name).read_bytes(), name="x").reading.claims:
            assert claim.subject.kind in claim.predicate.domain
            if isinstance(claim.object, Mention):
                assert claim.object.kind in claim.predicate.range
            else:
                assert claim.predicate.is_literal
                assert claim.object.datatype == claim.predicate.datatype


def test_only_papers_own_the_identifiers_of_papers() -> None:
    for name in ("workshop.md", "shapes.md"):
        for mention in read_list((GOLDEN / name).read_bytes(), name="x").reading.mentions:
            schemes = {i.scheme for i in mention.identifiers}
            assert mention.kind is Kind.PAPER or not schemes & {"arxiv", "doi", "openreview", "acl"}


if __name__ == "__main__":
    (GOLDEN / "shapes.json").write_text(recorded(), encoding="utf-8")
