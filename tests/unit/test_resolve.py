from __future__ import annotations

import random

import pytest

from kg.corrections import Anchor, Correction
from kg.drafts import Draft, Seen
from kg.model import Mention
from kg.resolve import resolve
from kg.ties import ties
from kg.vocabulary import Kind
from tests.documents import ids, mention


def seen(*mentions: Mention | tuple[str, Mention]) -> list[Seen]:
    pairs = [("list:a", one) if isinstance(one, Mention) else one for one in mentions]
    return [Seen(n, document, one) for n, (document, one) in enumerate(pairs, 1)]


def drafts(*mentions: Mention | tuple[str, Mention], corrections: tuple[Correction, ...] = ()) -> list[Draft]:
    return list(resolve(seen(*mentions), corrections).drafts)


def labels(found: list[Draft]) -> list[str]:
    return sorted(draft.label for draft in found)


def test_one_repository_under_agreeing_names_is_one_node() -> None:
    (node,) = drafts(
        mention("Transformers", Kind.FRAMEWORK, "github:huggingface/transformers"),
        mention("Hugging Face Transformers", Kind.FRAMEWORK, "github:huggingface/transformers"),
    )
    assert {node.label, *node.aliases} == {"Transformers", "Hugging Face Transformers"}


def test_one_repository_under_two_names_is_two_nodes() -> None:
    found = drafts(
        mention("Vicuna", Kind.MODEL, "github:lm-sys/fastchat"),
        mention("FastChat", Kind.FRAMEWORK, "github:lm-sys/fastchat"),
    )
    assert labels(found) == ["FastChat", "Vicuna"]


@pytest.mark.parametrize(
    ("first", "second"), [("Foo 7B", "Foo 13B"), ("Foo", "Foo 2"), ("Foo", "Foo Chat"), ("Foo 2", "Foo 2.5")]
)
def test_digits_and_variants_in_a_name_keep_things_of_one_repository_apart(first: str, second: str) -> None:
    found = drafts(
        mention(first, Kind.MODEL, "github:maker/repository"),
        mention(second, Kind.MODEL, "github:maker/repository"),
    )
    assert labels(found) == sorted([first, second])


def test_a_digit_counts_even_where_the_repository_bears_it() -> None:
    found = drafts(
        mention("Foo", Kind.MODEL, "github:maker/foo-2"), mention("Foo 2", Kind.MODEL, "github:maker/foo-2")
    )
    assert labels(found) == ["Foo", "Foo 2"]


def test_the_same_name_with_compatible_kinds_is_one_node_whatever_its_spelling() -> None:
    (node,) = drafts(
        mention("Question-Answering", Kind.TOPIC), ("list:b", mention("question answering", Kind.APPLICATION))
    )
    assert node.support == 2


def test_the_same_name_with_incompatible_kinds_is_two_nodes() -> None:
    found = drafts(mention("Alpaca", Kind.MODEL), mention("Alpaca", Kind.DATASET))
    assert len(found) == 2


@pytest.mark.parametrize("other", ["github:b/other", "github:b/nimbus"])
def test_two_repositories_contradict_each_other_also_if_they_have_one_name(other: str) -> None:
    found = drafts(
        mention("Nimbus", Kind.FRAMEWORK, "github:a/nimbus"),
        ("list:b", mention("Nimbus", Kind.FRAMEWORK, other)),
    )
    assert len(found) == 2


def test_a_list_that_links_both_repositories_joins_them() -> None:
    (node,) = drafts(
        mention("Nimbus", Kind.FRAMEWORK, "github:old/nimbus"),
        ("list:b", mention("Nimbus", Kind.FRAMEWORK, "github:new/nimbus")),
        ("list:c", mention("Nimbus", Kind.FRAMEWORK, "github:old/nimbus", "github:new/nimbus")),
    )
    assert node.support == 3


def test_a_mention_without_a_link_joins_the_best_supported_of_contradicting_nodes() -> None:
    found = drafts(
        mention("Nimbus", Kind.FRAMEWORK, "github:a/one"),
        ("list:b", mention("Nimbus", Kind.FRAMEWORK, "github:a/one")),
        ("list:c", mention("Nimbus", Kind.FRAMEWORK, "github:b/two")),
        ("list:d", mention("Nimbus", Kind.FRAMEWORK)),
    )
    assert {draft.identifiers: draft.support for draft in found} == {
        ids("github:a/one"): 3,
        ids("github:b/two"): 1,
    }


def test_a_paper_and_the_method_it_introduces_are_always_two() -> None:
    found = drafts(mention("LoRA", Kind.METHOD), mention("LoRA", Kind.PAPER, "arxiv:2106.09685"))
    assert len(found) == 2


def test_a_nameless_paper_takes_the_title_of_its_record() -> None:
    (node,) = drafts(
        mention("", Kind.PAPER, "arxiv:2106.09685"),
        mention("LoRA paper", Kind.PAPER, "arxiv:2106.09685"),
        ("arxiv:2106.09685", mention("LoRA: The Title", Kind.PAPER, "arxiv:2106.09685", rule="arxiv-record")),
    )
    assert (node.label, node.slug) == ("LoRA: The Title", "arxiv-2106.09685")


def test_a_title_that_does_not_fit_its_arxiv_id_is_not_merged_and_loses_the_id() -> None:
    found = drafts(
        (
            "arxiv:2110.07602",
            mention("P-Tuning v2: Prompts", Kind.PAPER, "arxiv:2110.07602", rule="arxiv-record"),
        ),
        mention("Compacter: Hypercomplex Layers", Kind.PAPER, "arxiv:2110.07602"),
    )
    assert {draft.label: draft.identifiers for draft in found} == {
        "P-Tuning v2: Prompts": ids("arxiv:2110.07602"),
        "Compacter: Hypercomplex Layers": (),
    }


def test_a_tier_is_its_range_and_the_names_of_lists_are_aliases() -> None:
    found = drafts(
        mention("Small models", Kind.HARDWARE_TIER, "tier:ram:4-8:GB"),
        ("list:b", mention("Laptops", Kind.HARDWARE_TIER, "tier:ram:4-8:GB")),
        ("list:c", mention("Small models", Kind.HARDWARE_TIER, "tier:ram:1-2:GB")),
    )
    assert {draft.label: draft.aliases for draft in found} == {
        "4-8 GB RAM": ("Laptops", "Small models"),
        "1-2 GB RAM": ("Small models",),
    }


def test_kinds_are_summed_over_documents_and_dissent_is_kept() -> None:
    (node,) = drafts(
        mention("Foo", Kind.MODEL, "github:x/foo", confidence=0.9),
        ("list:b", mention("Foo", Kind.FRAMEWORK, "github:x/foo", confidence=0.5)),
        ("list:c", mention("Foo", Kind.FRAMEWORK, "github:x/foo", confidence=0.5)),
    )
    assert (node.kind, node.dissent) == (Kind.FRAMEWORK, (Kind.MODEL,))


def test_a_document_votes_once_however_often_it_repeats_itself() -> None:
    often = [mention("Foo", Kind.MODEL, "github:x/foo", confidence=0.5, text=str(n)) for n in range(9)]
    (node,) = drafts(*often, ("list:b", mention("Foo", Kind.FRAMEWORK, "github:x/foo", confidence=0.6)))
    assert node.kind is Kind.FRAMEWORK


def test_equal_evidence_is_decided_by_the_order_of_the_vocabulary() -> None:
    (node,) = drafts(
        mention("Foo", Kind.FRAMEWORK, "github:x/foo"), ("list:b", mention("Foo", Kind.MODEL, "github:x/foo"))
    )
    assert node.kind is Kind.MODEL


def test_a_heading_never_outvotes_what_an_entry_says() -> None:
    headings = [(f"list:{n}", mention("LoRA", Kind.TOPIC)) for n in range(5)]
    (node,) = drafts(*headings, ("list:x", mention("LoRA", Kind.METHOD, confidence=0.5)))
    assert (node.kind, node.dissent) == (Kind.METHOD, (Kind.TOPIC,))


def test_the_order_of_mentions_never_shows() -> None:
    names = ["Foo", "foo", "Foo 2", "Bar", "Bar Kit", "BAR"]
    repositories = ["github:x/foo", "github:x/bar", "github:y/foo", "github:y/other"]
    shuffled = random.Random(7)
    mentions = [
        (
            f"list:{n % 4}",
            mention(
                shuffled.choice(names),
                shuffled.choice([Kind.MODEL, Kind.FRAMEWORK, Kind.TOPIC]),
                *shuffled.sample(repositories, shuffled.randrange(3)),
                text=str(n),
            ),
        )
        for n in range(40)
    ]

    def told(order: list[tuple[str, Mention]]) -> list[tuple[object, ...]]:
        return [
            (d.key, d.kind, d.label, d.aliases, d.identifiers, d.dissent, d.support, d.slug)
            for d in drafts(*order)
        ]

    expected = told(mentions)
    for _ in range(20):
        shuffled.shuffle(mentions)
        assert told(mentions) == expected


# ----------------------------------------------------------------------------- corrections


def test_merge_joins_two_nodes_that_no_rule_would_join() -> None:
    merge = Correction("merge", Anchor("ONNX Runtime", "Framework"), Anchor("ORT", "Framework"))
    result = resolve(seen(mention("ONNX Runtime", Kind.FRAMEWORK), mention("ORT", Kind.FRAMEWORK)), (merge,))
    assert [draft.label for draft in result.drafts] == ["ONNX Runtime"]
    assert merge.key in result.matched


def test_split_sets_mentions_apart_that_a_rule_had_joined() -> None:
    split = Correction("split", Anchor("Orca", "Model"), away=("list:b",))
    found = drafts(mention("Orca"), ("list:b", mention("Orca")), corrections=(split,))
    assert [(draft.label, draft.support) for draft in found] == [("Orca", 1), ("Orca", 1)]
    assert found[0].key != found[1].key


def test_kind_and_rename_win_over_evidence_but_keep_the_address() -> None:
    kind = Correction("kind", Anchor("Foo", "Model"), value="Framework")
    rename = Correction("rename", Anchor("Foo", "Model"), value="Foo Server")
    (node,) = drafts(mention("Foo"), corrections=(kind, rename))
    assert (node.kind, node.label, node.aliases, node.slug) == (
        Kind.FRAMEWORK,
        "Foo Server",
        ("Foo",),
        "foo",
    )
    assert node.dissent == (Kind.MODEL,)


def test_the_last_of_two_kind_corrections_wins_whatever_the_first_made_of_the_node() -> None:
    first = Correction("kind", Anchor("Foo", "Model"), value="Framework")
    second = Correction("kind", Anchor("Foo", "Framework"), value="Dataset")
    (node,) = drafts(mention("Foo"), corrections=(first, second))
    assert node.kind is Kind.DATASET


def test_ignore_takes_the_mentions_of_an_item_out() -> None:
    one, other = mention("Foo"), mention("Bar")
    ignore = Correction("ignore", items=(one.place.digest,))
    result = resolve(seen(one, other), (ignore,))
    assert labels(list(result.drafts)) == ["Bar"]
    assert ignore.key in result.matched


def test_a_correction_that_matches_nothing_is_told() -> None:
    rename = Correction("rename", Anchor("Gone", "Model"), value="Back")
    assert resolve(seen(mention("Foo")), (rename,)).matched == frozenset()


def test_an_anchor_holds_on_to_an_identifier_when_the_name_changes() -> None:
    rename = Correction("rename", Anchor("Foo", "Model", ids("github:x/foo")), value="Right")
    (node,) = drafts(mention("Foo-Chat", Kind.MODEL, "github:x/foo"), corrections=(rename,))
    assert node.label == "Right"


# ------------------------------------------------------------------------------------ ties


def test_every_mention_of_a_node_is_explained() -> None:
    longer = mention("Hugging Face Transformers", Kind.FRAMEWORK, "github:huggingface/transformers")
    found = ties(
        seen(
            mention("Transformers", Kind.FRAMEWORK, "github:huggingface/transformers"),
            ("list:b", longer),
            ("list:c", mention("transformers", Kind.FRAMEWORK)),
            ("list:d", mention("Transformers", Kind.FRAMEWORK, "github:huggingface/transformers")),
        )
    )
    assert [(tie.name, tie.documents, tie.reason) for tie in found] == [
        ("Transformers", ("list:a", "list:d"), ""),
        (
            "Hugging Face Transformers",
            ("list:b",),
            "both have github:huggingface/transformers and the names agree",
        ),
        ("transformers", ("list:c",), "the names are one spelling apart"),
    ]


def test_a_merge_by_correction_is_explained_with_its_reason() -> None:
    merge = Correction("merge", Anchor("A"), Anchor("B"), reason="one was renamed")
    found = ties(seen(mention("A"), mention("B")), [merge])
    assert found[1].reason == "a correction merges them: one was renamed"
