"""A list of the seed list's shapes is read whole: the invented one here, and the seed list itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.fates import gold_rows
from ingest.lists import ListReading, read_list
from kg.model import Claim, Literal, Mention
from kg.vocabulary import Kind, Predicate

GOLDEN = Path(__file__).parents[1] / "golden" / "lists"
SEED = Path(__file__).parents[3] / "shared" / "corpus" / "seed-awesome-small-language-models.md"


@pytest.fixture(scope="module")
def workshop() -> ListReading:
    return read_list((GOLDEN / "workshop.md").read_bytes(), name="workshop")


@pytest.fixture(scope="module")
def seed() -> ListReading:
    if not SEED.exists():
        pytest.skip("the seed list is not part of the repository")
    return read_list(SEED.read_bytes(), name="seed")


def named(thing: Mention | Literal) -> str:
    if isinstance(thing, Literal):
        return thing.value
    return thing.name or str(thing.identifiers[0])


def edges(read: ListReading, predicate: Predicate, rule: str = "") -> set[tuple[str, str]]:
    return {
        (named(c.subject), named(c.object))
        for c in read.reading.claims
        if c.predicate is predicate and (not rule or c.rule == rule)
    }


def names(read: ListReading, kind: Kind) -> set[str]:
    return {m.name for m in read.reading.mentions if m.kind is kind}


def reason(read: ListReading, line: int) -> str:
    return next(f.reason for f in read.fates if f.line <= line <= f.end_line)


def requirements(read: ListReading) -> set[tuple[str, str, str]]:
    tiers = [c for c in read.reading.claims if c.predicate is Predicate.REQUIRES]
    return {
        (named(c.subject), str(c.object.identifiers[0]), " ".join(named(v) for _, v in c.qualifiers))
        for c in tiers
        if isinstance(c.object, Mention)
    }


# ------------------------------------------------------------------------- the invented list


def test_models_keep_what_they_derive_from_and_how(workshop: ListReading) -> None:
    how = {
        (named(c.subject), named(c.object), named(c.qualifiers[0][1]))
        for c in workshop.reading.claims
        if c.predicate is Predicate.DERIVED_FROM
    }
    assert how == {
        ("Ferra", "Orbis", "fine-tuned"),
        ("Kestrel", "Orbis", "fine-tuned"),
        ("Tinder-T9 Small", "Tinder-T9", "smaller"),
        ("PicoWren2", "Wren-2", "distilled"),
        ("Moth-Mini", "Moth", "smaller"),
    }


def test_a_method_does_not_own_its_paper_but_is_introduced_by_it(workshop: ListReading) -> None:
    glur = next(m for m in workshop.reading.mentions if m.name == "GLUR" and m.kind is Kind.METHOD)
    assert glur.identifiers == ()
    assert glur.aliases == ("Gently Lowered Update Ranks",)
    title = "GLUR: Gently Lowered Update Ranks of Large Models"
    introduced = edges(workshop, Predicate.INTRODUCES)
    assert {("arxiv:2301.00001", "GLUR"), (title, "GLUR"), ("arxiv:2301.00003", "Nudge v2")} <= introduced
    assert ("Ferra: a Small and Honest Bench Hand", "Ferra") in introduced


def test_a_tier_is_a_range_and_a_model_with_a_method_needs_it_only_with_it(workshop: ListReading) -> None:
    assert requirements(workshop) == {
        ("Moth-Mini", "tier:ram:4-8:GB", ""),
        ("PicoWren2", "tier:ram:4-8:GB", ""),
        ("Tinder-T9 Small", "tier:ram:8-16:GB", ""),
        ("Ferra", "tier:ram:16-32:GB", "GLUR"),
    }


def test_the_steps_of_a_guide_say_edges_together(workshop: ListReading) -> None:
    claims = [c for c in workshop.reading.claims if c.rule == "guide"]
    assert ("Tinder-T9 Small", "QGLUR") in edges(workshop, Predicate.USES, "guide")
    assert ("Acme Kit Lathes", "PicoWren2") in edges(workshop, Predicate.SUPPORTS, "guide")
    assert ("Bevel", "GLUR") in edges(workshop, Predicate.IMPLEMENTS, "guide")
    assert {len(c.places) for c in claims} == {2}
    lines = {tuple(workshop.reading.spans[p].line for p in c.places) for c in claims}
    assert lines == {(33, 35), (33, 36), (35, 36), (33, 37)}


def test_hints_at_the_end_of_a_guide_weigh_less(workshop: ListReading) -> None:
    sure = {c.confidence for c in workshop.reading.claims if c.rule == "guide" and named(c.object) == "GLUR"}
    hint = {
        c.confidence for c in workshop.reading.claims if c.rule == "guide" and named(c.object) == "Thinning"
    }
    assert max(hint) < min(sure)


def test_tutorials_are_about_what_their_titles_name(workshop: ListReading) -> None:
    assert edges(workshop, Predicate.ABOUT, "name-in-title") == {
        ("Fine-tuning with GLUR using Acme Kit Lathes", "Fine-tuning"),
        ("Fine-tuning with GLUR using Acme Kit Lathes", "GLUR"),
        ("Fine-tuning with GLUR using Acme Kit Lathes", "Acme Kit Lathes"),
        ("Rounding for Lathes with Chisel Runtime", "Rounding"),
        ("Rounding for Lathes with Chisel Runtime", "Acme Kit Lathes"),
        ("Rounding for Lathes with Chisel Runtime", "Chisel Runtime"),
    }


def test_a_heading_that_names_a_topic_gathers_what_stands_below(workshop: ListReading) -> None:
    assert {("GLUR", "Fine-tuning"), ("Rounding", "Inference Optimization")} <= edges(
        workshop, Predicate.BROADER
    )
    assert ("Rasp", "Inference Optimization") in edges(workshop, Predicate.ABOUT, "section")
    assert names(workshop, Kind.TOPIC) == set()


def test_applications_keep_their_abbreviation(workshop: ListReading) -> None:
    assert names(workshop, Kind.APPLICATION) == {"Offline note taking", "Part Number Lookup"}
    assert any(m.aliases == ("PNL",) for m in workshop.reading.mentions)


def test_what_is_no_item_is_ignored_with_a_reason(workshop: ListReading) -> None:
    assert [reason(workshop, n) for n in (1, 3, 7, 10, 70, 74)] == [
        "title", "prose", "table of contents", "heading", "placeholder", "prose",
    ]  # fmt: skip


def test_the_title_is_no_place_and_no_topic(workshop: ListReading) -> None:
    assert workshop.reading.title == "Awesome Workshop Models"
    assert all("Awesome Workshop Models" not in p.heading for p in workshop.reading.spans)


def test_the_record_of_a_tier_covers_its_models_and_uses_its_methods(workshop: ListReading) -> None:
    rows = {row["line"]: row for row in gold_rows("workshop.md", workshop.fates)}
    told = {(e["rel"], e["target"]) for e in rows[43]["edges"]}
    assert told == {("in_section", "Hardware Requirements"), ("covers", "Ferra"), ("uses", "GLUR")}
    assert rows[43]["attrs"] == {"ram_gb": [16, 32]}
    assert all(e["rel"] != "requires" for e in rows[12]["edges"])


# ------------------------------------------------------------------------------ the seed list


def test_the_seed_list_gives_its_models(seed: ListReading) -> None:
    assert {
        ("Alpaca", "LLaMA"),
        ("Vicuna", "LLaMA"),
        ("FLAN-T5 Small", "FLAN-T5"),
        ("DistilGPT2", "GPT-2"),
        ("BERT-Mini", "BERT"),
    } == edges(seed, Predicate.DERIVED_FROM)


def test_the_seed_list_gives_its_frameworks_with_one_of_them_twice(seed: ListReading) -> None:
    assert names(seed, Kind.FRAMEWORK) == {
        "Hugging Face Transformers", "Peft", "Periflow", "bitsandbytes", "TensorFlow Lite",
        "ONNX Runtime", "TensorRT", "OpenVINO", "TensorFlow",
    }  # fmt: skip
    twice = [m.identifiers for m in seed.reading.mentions if m.name == "ONNX Runtime"]
    assert len(twice) == 2
    assert twice[0] == twice[1] != ()


def test_the_seed_list_ties_its_methods_to_their_papers(seed: ListReading) -> None:
    assert {
        ("arxiv:2106.09685", "LoRA"),
        ("arxiv:2305.14314", "QLoRA"),
        ("arxiv:2110.07602", "P-tuning v2"),
        ("arxiv:1902.00751", "Adapter Tuning"),
        ("LoRA: Low-Rank Adaptation of Large Language Models", "LoRA"),
        ("QLoRA: Efficient Finetuning of Quantized LLMs", "QLoRA"),
        ("Alpaca: A Strong, Replicable Instruction-Following Model", "Alpaca"),
    } <= edges(seed, Predicate.INTRODUCES)
    assert {"Quantization", "Pruning", "Knowledge Distillation", "Caching"} <= names(seed, Kind.METHOD)


def test_the_seed_list_gives_its_tiers(seed: ListReading) -> None:
    assert requirements(seed) == {
        ("BERT-Mini", "tier:ram:4-8:GB", ""),
        ("DistilGPT2", "tier:ram:4-8:GB", ""),
        ("FLAN-T5 Small", "tier:ram:8-16:GB", ""),
        ("Alpaca", "tier:ram:16-32:GB", "LoRA"),
    }


def test_the_seed_list_gives_its_applications_and_tutorials(seed: ListReading) -> None:
    assert len(names(seed, Kind.APPLICATION)) == 6
    about = edges(seed, Predicate.ABOUT, "name-in-title")
    assert len({subject for subject, _ in about}) == 4
    title = "Quantization for Transformers with ONNX Runtime"
    assert {(title, "Quantization"), (title, "ONNX Runtime"), (title, "Hugging Face Transformers")} <= about


def test_the_seed_list_gives_the_edges_of_its_guide(seed: ListReading) -> None:
    assert {("FLAN-T5 Small", "LoRA"), ("DistilGPT2", "QLoRA")} <= edges(seed, Predicate.USES, "guide")
    assert ("Peft", "DistilGPT2") in edges(seed, Predicate.SUPPORTS, "guide")
    assert ("Hugging Face Transformers", "LoRA") in edges(seed, Predicate.IMPLEMENTS, "guide")
    guide = [c for c in seed.reading.claims if c.rule == "guide"]
    assert all(lines_of(seed, c) <= {47, 49, 50, 53} for c in guide)


def lines_of(read: ListReading, claim: Claim) -> set[int]:
    return {read.reading.spans[place].line for place in claim.places}


def test_the_seed_list_ignores_its_placeholder_and_contents(seed: ListReading) -> None:
    assert reason(seed, 101) == "placeholder"
    assert {reason(seed, n) for n in range(6, 20)} == {"table of contents"}
    assert seed.reading.problems == ()
