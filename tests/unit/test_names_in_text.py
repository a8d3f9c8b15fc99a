"""Names in running text: which are searched for, what counts as one, and what the store makes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.corrections import Anchor, Correction
from kg.finder import Finder, automaton, by_first_word
from kg.graph import Graph
from kg.lexicon import plain, spellings
from kg.model import Mention, Node, Reading
from kg.rdf import Options, opened
from kg.store import Store, occurrences
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention, record

NAMES = {
    Kind.MODEL: ("LLaMA", "Llama 2", "GPT-2", "Falcon", "Code Llama", "MobileBERT", "BERT"),
    Kind.METHOD: ("LoRA", "QLoRA", "RAG", "Knowledge Distillation", "Flash Attention"),
    Kind.FRAMEWORK: ("llama.cpp", "Semantic Kernel", "C++ Kit"),
}
KNOWN = [one for kind, names in NAMES.items() for one in spellings(kind, names)]


def found(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in Finder(KNOWN).find(text)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.PAPER, "LoRA"),
        (Kind.TOPIC, "Birdsong Zoo"),
        (Kind.MODEL, "T5"),
        (Kind.MODEL, "SAM"),
        (Kind.MODEL, "7B"),
        (Kind.MODEL, "GPUs"),
        (Kind.MODEL, "Embeddings"),
        (Kind.METHOD, "Scaling"),
        (Kind.METHOD, "LLM Inference"),
        (Kind.FRAMEWORK, "transformers"),
        (Kind.FRAMEWORK, "accelerate"),
        (Kind.FRAMEWORK, "owner/repository"),
        (Kind.MODEL, "通义千问"),
        (Kind.MODEL, "Naïve-BERT"),
        (Kind.BENCHMARK, "How well do ten small models do on nine tasks"),
    ],
)
def test_what_could_be_another_word_or_a_title_is_not_searched_for(kind: Kind, name: str) -> None:
    assert spellings(kind, [name]) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We tune LLaMA with LoRA.", ["LLaMA", "LoRA"]),
        ("LoRA-based, LoRA's, (LoRA), LoRA/QLoRA", ["LoRA", "LoRA", "LoRA", "LoRA", "QLoRA"]),
        ("the longest wins: Llama 2 and Code Llama", ["Llama 2", "Code Llama"]),
        ("Llama-2, Llama2 and GPT2", ["Llama-2", "Llama2", "GPT2"]),
        ("LLaMA 7B and LLaMA-13B and LLaMA (65 billion)", ["LLaMA"] * 3),
        ("runs on llama.cpp.", ["llama.cpp"]),
        ("tuned by knowledge distillation and retrieval", ["knowledge distillation"]),
        ("on Falcon, as before", ["Falcon"]),
        ("using Llama here", ["Llama"]),
        ("基于LLaMA的中文模型", ["LLaMA"]),
        ("LLaMA를, LoRA로", ["LLaMA", "LoRA"]),
        ("Meta LLaMA", ["LLaMA"]),
        ("Supports LoRA. Running LoRA. The LoRA", ["LoRA"] * 3),
        ("C++ Kit", ["C++ Kit"]),
    ],
)
def test_a_name_is_found_where_it_stands_for_the_thing(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "LoRAs and ALoRA and LoRA2",  # parts of words
        "LoRA-FA, Q-LoRA, LoRA_x, LoRA.x, x.LoRA",  # parts of other names
        "Llama 3, LLaMA 3.1, LLaMA v2, LLaMA (2)",  # other versions
        "GPT-2.5",
        "owner/LoRA lora/x https://lora.org @LoRA #LoRA",
        "Chinese LLaMA, Sparse LoRA, LoRA Land, BERT Large",  # longer names with capitals
        "lora, llama, rag and falcon",  # in small letters they are words
        "Falcon is a bird. Falcon, too: Falcon",  # a word at the beginning of a sentence
        "semantic kernel methods; SEMANTIC kernel",
        "a rag; Rag",
        "\uff2c\uff4f\uff32\uff21",  # in full width
        "LoRÁ, naïve LoRÀ, LoRA\u0301",
        "",
    ],
)
def test_what_may_be_something_else_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_longer_name_that_is_not_meant_hides_the_shorter_one_in_it() -> None:
    assert found("see Llama 2.5") == []


def test_a_plain_text_is_as_long_as_the_text_whatever_is_in_it() -> None:
    odd = "İSTANBUL ẞ ﬁ LoRA \U0001d538 😀 Åa\u030a 中文 한국어 \x00\u2028"
    assert len(plain(odd)) == len(odd)


def test_without_its_library_the_matcher_is_the_one_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert automaton(["llama 2", "llama"])("llama 2 llama") == [(0, 7), (8, 13)]
    assert by_first_word(["llama 2", "llama"])("llama 2 llama") == [(0, 7), (8, 13)]


# ---------------------------------------------------------------------------------- the store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "graph.db") as opened_store:
        yield opened_store


def described(name: str, text: str, kind: Kind = Kind.FRAMEWORK) -> tuple[Mention, Reading]:
    thing = mention(name, kind)
    return thing, listed(f"of-{name.lower()}", [thing], [claim(thing, Predicate.DESCRIPTION, text)])


LORA, ADAPTERS = mention("LoRA", Kind.METHOD), mention("LLaMA", Kind.MODEL)
TUNER, TUNING = described("Tuner", "Tunes LLaMA with LoRA.")


def named(store: Store, slug: str = "tuner") -> list[str]:
    graph = Graph(store)
    edges = [edge for edge in graph.edges(slug) if edge.predicate is Predicate.MENTIONS and not edge.id]
    every = [edge for edge in graph.statements() if edge.predicate is Predicate.MENTIONS and not edge.id]
    assert [edge for edge in edges if edge.subject.slug == slug] == [
        edge for edge in every if edge.subject.slug == slug
    ]
    assert all(isinstance(edge.object, Node) and edge in graph.edges(edge.object.slug) for edge in edges)
    return [edge.object.slug for edge in edges if isinstance(edge.object, Node)]


def test_names_in_a_description_are_mentions_with_the_receipt_of_the_description(store: Store) -> None:
    store.replace(TUNING, listed("things", [LORA, ADAPTERS]))
    assert named(store) == ["llama", "lora"]
    graph = Graph(store)
    edge = next(e for e in graph.edges("lora") if e.predicate is Predicate.MENTIONS)
    (receipt,) = graph.evidence(edge)
    assert (receipt.document, receipt.rule, receipt.words) == (
        "list:of-tuner",
        "name-in-text",
        "Tunes LLaMA with LoRA.",
    )
    assert receipt.spans[0] is not None


def test_names_in_an_abstract_are_mentions_with_the_record_as_receipt(store: Store) -> None:
    store.replace(record("2401.00001", "A paper", abstract="We compare LoRA with others."))
    store.replace(listed("things", [LORA]))
    assert named(store, "arxiv-2401.00001") == ["lora"]
    graph = Graph(store)
    edge = next(e for e in graph.edges("lora") if e.predicate is Predicate.MENTIONS)
    assert [(e.document, e.words) for e in graph.evidence(edge)] == [
        ("arxiv:2401.00001", "We compare LoRA with others.")
    ]
    store.replace(record("2401.00001", "A paper", version=2, abstract="We compare all."))
    assert named(store, "arxiv-2401.00001") == []


@pytest.mark.parametrize("scan", [0, 50])
def test_a_name_that_comes_or_goes_or_changes_concerns_old_texts(
    store: Store, monkeypatch: pytest.MonkeyPatch, scan: int
) -> None:
    monkeypatch.setattr(occurrences, "_SCAN", scan)  # 0: only those texts that the full text tells
    _, other = described("Other", "Nothing to see.")
    store.replace(TUNING, other)
    assert named(store) == []
    store.replace(listed("things", [LORA]))
    assert named(store) == ["lora"]
    longer = mention("LLaMA with LoRA", Kind.MODEL)
    store.replace(listed("things", [LORA, longer]))
    assert named(store) == ["llama-with-lora"]
    store.replace(listed("things", [LORA]))
    assert named(store) == ["lora"]
    store.replace(listed("things", [mention("LoRA", Kind.TOPIC)]))
    assert named(store) == []
    store.correct([Correction("rename", Anchor("LoRA", "Topic"), value="LLaMA"),
                   Correction("kind", Anchor("LoRA", "Topic"), value="Method")], b"1")  # fmt: skip
    assert [edge.object.label for edge in Graph(store).edges("tuner")
            if isinstance(edge.object, Node)] == ["LLaMA"]  # fmt: skip
    store.remove("list:things")
    assert named(store) == []
    assert store.unread == 0


def test_only_the_texts_that_a_new_name_may_stand_in_are_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occurrences, "_SCAN", 0)
    chinese = record("2401.00002", "Chinese", abstract="基于LoRA的模型")
    store.replace(TUNING, chinese, *(described(f"Other {n}", "No name, lorap.")[1] for n in range(5)))
    store.replace(listed("things", [LORA]), find_names=False)
    waiting = "SELECT slug FROM unread_text u JOIN node n ON n.id = u.node_id ORDER BY slug"
    assert [slug for (slug,) in store.db.execute(waiting)] == ["arxiv-2401.00002", "tuner"]


def test_a_name_of_two_things_or_of_an_organization_is_no_mention(store: Store) -> None:
    store.replace(TUNING, listed("things", [LORA, mention("LoRA", Kind.DATASET)]))
    assert named(store) == []
    store.replace(listed("things", [LORA, mention("LoRA", Kind.ORGANIZATION)]))
    assert named(store) == []
    store.replace(listed("things", [LORA]))
    assert named(store) == ["lora"]


def test_nothing_mentions_itself_even_where_two_nodes_bear_its_name(store: Store) -> None:
    paper = record("2401.00003", "LoRA", abstract="LoRA is LoRA.")
    _, app = described("lab/LoRA", "LoRA: an app.", Kind.APPLICATION)
    _, itself = described("LoRA", "Why LoRA works.", Kind.METHOD)
    store.replace(paper, app, itself)
    assert [edge for edge in Graph(store).statements() if not edge.id] == [
        edge for edge in Graph(store).statements() if edge.predicate is Predicate.AUTHOR
    ]


def test_where_a_statement_says_more_the_mention_is_not_shown(store: Store) -> None:
    uses = claim(TUNER, Predicate.USES, LORA)
    text = claim(TUNER, Predicate.DESCRIPTION, "Tunes LLaMA with LoRA.")
    store.replace(listed("things", [TUNER, LORA, ADAPTERS], [uses, text]))
    assert named(store) == ["llama"]
    store.replace(listed("things", [TUNER, LORA, ADAPTERS], [text]))
    assert named(store) == ["llama", "lora"]


def test_nodes_merge_and_split_without_a_text_being_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace(TUNING, listed("things", [LORA, mention("Low-Rank Zoo", Kind.METHOD)]))
    monkeypatch.setattr(occurrences, "_texts", lambda *_: iter(()))
    merged = Correction("merge", Anchor("Low-Rank Zoo", "Method"), Anchor("LoRA", "Method"))
    store.correct([merged], b"1")
    monkeypatch.undo()
    assert [edge.object.label for edge in Graph(store).edges("tuner")
            if isinstance(edge.object, Node)] == ["Low-Rank Zoo"]  # fmt: skip


def test_texts_wait_and_are_read_a_part_at_a_time(store: Store, tmp_path: Path) -> None:
    papers = [record(f"2401.{n:05}", f"Paper {n}", abstract="Uses LoRA.") for n in range(1, 8)]
    store.replace(listed("things", [LORA]))
    store.replace(*papers, find_names=False)
    assert (store.unread, named(store, "arxiv-2401.00001")) == (7, [])
    generation = Graph(store).generation
    assert store.find_names(limit=3) == 3
    with Store(tmp_path / "graph.db") as again:  # what is done is kept, what waits still waits
        assert again.unread == 4
        assert Graph(again).generation > generation
        assert [again.find_names(limit=3), again.find_names(limit=3), again.find_names(limit=3)] == [3, 1, 0]
    assert all(named(store, f"arxiv-2401.{n:05}") == ["lora"] for n in range(1, 8))


def test_a_mention_can_be_rejected_and_the_rejection_taken_back(store: Store) -> None:
    store.replace(TUNING, listed("things", [LORA, ADAPTERS]))
    wrong = Correction("reject", Anchor("Tuner", "Framework"), Anchor("LoRA", "Method"), "mentions")
    store.correct([wrong], b"1")
    assert named(store) == ["llama"]
    assert [matched for _, matched in Graph(store).corrections()] == [True]
    store.replace(described("Tuner", "Tunes LLaMA.")[1])
    assert [matched for _, matched in Graph(store).corrections()] == [False]
    store.replace(TUNING)
    store.correct([], b"2")
    assert named(store) == ["llama", "lora"]


def test_finding_names_makes_no_change_of_the_ledger(store: Store) -> None:
    store.replace(TUNING, find_names=False)
    store.replace(listed("things", [LORA]), find_names=False)
    before = store.db.execute("SELECT count(*) FROM change").fetchone()[0]
    assert store.find_names() == 1
    assert store.db.execute("SELECT count(*) FROM change").fetchone()[0] == before


def test_a_dry_run_finds_nothing_that_stays(store: Store) -> None:
    store.replace(listed("things", [LORA]))
    store.replace(TUNING, dry_run=True)
    assert occurrences.count(store.db) == 0


def test_a_path_runs_along_mentions_only_where_there_is_no_other(store: Store) -> None:
    _, reader = described("Reader", "Reads LoRA.")
    store.replace(TUNING, reader, listed("things", [LORA]))
    path = Graph(store).path("tuner", "reader")
    assert path is not None
    assert [(step.subject.slug, to.slug) for step, to in path] == [("tuner", "lora"), ("reader", "reader")]
    topic = mention("Zoo", Kind.TOPIC)
    both = [claim(mention(one, Kind.FRAMEWORK), Predicate.ABOUT, topic) for one in ("Tuner", "Reader")]
    store.replace(listed("topics", [topic], both))
    path = Graph(store).path("tuner", "reader")
    assert path is not None
    assert [to.slug for _, to in path] == ["zoo", "reader"]
    assert Graph(store).neighbourhood("lora", 3) == {"lora": 0}


def test_mentions_are_plain_triples_of_the_export(store: Store) -> None:
    store.replace(TUNING, listed("things", [LORA]))
    with opened(Graph(store), Options()) as view:
        triples = list(view.triples())
    assert ("node:tuner", "schema:mentions", "node:lora") in triples
    assert not [t for t in triples if t[1] == "rdf:predicate" and t[2] == "schema:mentions"]


def test_counts_tell_names_found_and_texts_that_wait(store: Store) -> None:
    store.replace(TUNING, find_names=False)
    store.replace(listed("things", [LORA]), find_names=False)
    assert Graph(store).counts().texts_unread == 1
    store.find_names()
    counts = Graph(store).counts()
    assert (counts.names_in_text, counts.texts_unread) == (1, 0)


def test_a_small_change_looks_up_only_names_that_begin_as_its_words_do(store: Store) -> None:
    things = [mention(f"Foo{n} Kit", Kind.FRAMEWORK) for n in range(20)]
    store.replace(listed("things", [LORA, *things]))
    known = occurrences._beginning(store.db, {"lora", "foo7"})  # noqa: SLF001 - how, not what
    assert sorted(one.words for one in known) == ["foo7 kit", "lora"]


def test_a_busy_node_is_not_asked_for_all_its_statements(store: Store) -> None:
    sql = "EXPLAIN QUERY PLAN " + occurrences._IN.format("?")  # noqa: SLF001 - its cost is the point
    plan = store.db.execute(sql, (1,)).fetchall()
    told = " ".join(str(row["detail"]) for row in plan)
    assert "SCAN" not in told
    assert "statement_object" not in told
