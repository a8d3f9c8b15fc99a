"""The checks of the store itself: a sound one has no finding, and each small corruption has one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.lists import read_list
from kg.checks import CHECKS, SOUNDNESS, Finding, findings
from kg.checks.documents import well_formed
from kg.checks.rules import SHOWN
from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.marks import Mark, Remark
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from kg.workspace import Settings
from tests.documents import NOON, claim, listed, mention, record
from tests.rdf_sample import BARE, CORRECTIONS, NEST, north, paper, south

POND = b"""# Pond birds

## Models
- [Teal 1B](https://github.com/birds/teal) - A model, fine-tuned from Egret. [Paper](https://arxiv.org/abs/2203.01234)

## Hardware
- **8-16 GB RAM**: Teal 1B with WADE
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every table has rows, with some history."""
    path = tmp_path_factory.mktemp("sound") / "graph.db"
    ignored = mention("Advert")
    with Store(path, clock=iter(NOON + timedelta(hours=n) for n in range(99)).__next__) as store:
        run = store.begin_run(7)
        store.replace(north(), paper(version=1), versions={"2203.01234": ()}, lookups={"2203.01234": True})
        store.replace(south(), paper(), record("2203.09999", "Gulls"))
        store.replace(read_list(POND, name="pond").reading)
        said = claim(NEST, Predicate.DESCRIPTION, "runs the Heron 7B model with perch.cpp inside")
        store.replace(listed("west", [NEST, BARE, ignored], [said]))
        ignore = Correction("ignore", items=(ignored.place.digest,))
        store.correct((*CORRECTIONS, ignore), b"the corrections")
        star = (Remark("star", "", NOON), Remark("tag", "wading", NOON))
        store.mark([Mark(Anchor("Heron 7B", "Model"), star)], "f" * 40)
        store.end_run(run, 0, "", 9)
    return path


def found(path: Path, *names: str) -> list[Finding]:
    with Store(path, readonly=True) as store:
        return findings(Graph(store), Settings(), names or SOUNDNESS)


def test_a_sound_store_has_no_findings_and_rows_in_every_table(sound: Path) -> None:
    assert found(sound, *SOUNDNESS, "thorough") == []
    with sqlite3.connect(sound) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        plain = [name for name in tables if not name.startswith(("search", "sqlite"))]
        empty = [name for name in plain if not db.execute(f"SELECT 1 FROM {name}").fetchone()]
    db.close()
    assert set(empty) <= {"rejected_mention", "unread_text"}


@dataclass(frozen=True)
class Mutation:
    """One small corruption: the check that must find it, and the statements of SQL that make it."""

    check: str
    what: str
    sql: str

    def __str__(self) -> str:
        return self.what


ROWS = {
    "heron": "(SELECT id FROM node WHERE slug = 'heron-7b')",
    "edge": "(SELECT min(id) FROM statement WHERE predicate = 'TRAINED_ON')",
    "claim": "(SELECT min(id) FROM claim WHERE predicate = 'TRAINED_ON')",
}
TABLE = """
database | an index is gone
    DROP INDEX mention_node
database | a table of another program
    CREATE TABLE notes (text TEXT)
database | an object that is gone
    UPDATE statement SET object_id = 999 WHERE id = {edge}
database | a subject that is gone
    UPDATE statement SET subject_id = 999 WHERE id = {edge}
database | a claim on a mention that is gone
    UPDATE claim SET object_id = 999 WHERE id = {claim}
database | a mention of a document that is gone
    DELETE FROM document WHERE key = 'list:south'
database | a condition that is gone
    UPDATE statement_qualifier SET node_id = 999 WHERE name = 'with'
database | a generation that is no number
    UPDATE meta SET value = 'x' WHERE key = 'generation'
database | no state
    DELETE FROM meta WHERE key = 'state'
documents | a document of no kind
    UPDATE document SET kind = 'blog' WHERE key = 'list:south'
documents | a list under the key of a record
    UPDATE document SET key = 'arxiv:1' WHERE key = 'list:south'
documents | a document that changed after it was looked at
    UPDATE document SET checked_at = '2020-01-01T00:00:00+00:00' WHERE key = 'list:pond'
documents | a moment in another form
    UPDATE document SET changed_at = '1 March' WHERE key = 'list:pond'
documents | a document without its revision
    DELETE FROM revision WHERE blob = (SELECT blob FROM document WHERE key = 'list:pond')
documents | kept bytes that are not those read
    UPDATE revision SET content = x'789c030000000001' WHERE content IS NOT NULL
documents | a first revision that is lost
    UPDATE place SET first_blob = 'a' WHERE id = 1
documents | a digest that is none
    UPDATE place SET digest = 'XYZ' WHERE id = 1
documents | a heading that cannot be read
    UPDATE place SET heading = 'Things' WHERE id = 1
documents | an entry that ends before it begins
    UPDATE place SET end_line = 0 WHERE line = 3
documents | a place of nothing
    INSERT INTO place (document_id, heading, digest, ordinal, first_blob) SELECT id, '[]',
    '0123456789abcdef', 0, blob FROM document WHERE key = 'list:pond'
documents | a mention of no kind
    UPDATE mention SET kind = 'MODLE' WHERE name = 'Egret'
documents | a mention surer than sure
    UPDATE mention SET confidence = 1.5 WHERE name = 'Egret'
documents | a claim less sure than not at all
    UPDATE claim SET confidence = -0.1 WHERE id = {claim}
documents | a mention without keys
    DELETE FROM mention_key WHERE mention_id = (SELECT min(id) FROM mention)
documents | other names that cannot be read
    UPDATE mention SET aliases = '["Heron' WHERE name = 'Heron 7B'
documents | a mention at a place of another document
    UPDATE mention SET place_id = (SELECT p.id FROM place p JOIN document d ON d.id = p.document_id
    WHERE d.key = 'list:south') WHERE id = 1
documents | a version in an arXiv id
    UPDATE mention_key SET key = 'id:arxiv:2203.01234v2' WHERE key = 'id:arxiv:2203.01234'
documents | a DOI in capitals
    UPDATE mention_key SET key = 'id:doi:10.5555/EGGS' WHERE key = 'id:doi:10.5555/eggs'
documents | a repository without a name
    UPDATE mention_key SET key = 'id:github:birds' WHERE key = 'id:github:birds/heron'
documents | a claim of no predicate
    UPDATE claim SET predicate = 'LIKES' WHERE id = {claim}
documents | a claim with two objects
    UPDATE claim SET value = 'x', datatype = 'string' WHERE id = {claim}
documents | a claim that stands nowhere
    DELETE FROM claim_place WHERE claim_id = {claim}
documents | a claim about a mention of another document
    UPDATE claim SET object_id = (SELECT m.id FROM mention m JOIN document d ON d.id = m.document_id
    WHERE d.key = 'list:south') WHERE id = {claim}
documents | a condition lost
    DELETE FROM claim_qualifier WHERE position = 0 AND name = 'with'
documents | a number that is none
    UPDATE claim SET value = '7B' WHERE predicate = 'PARAMETERS'
documents | a date that never was
    UPDATE claim SET value = '2022-02-30' WHERE predicate = 'RELEASED'
documents | a value of another datatype
    UPDATE claim SET datatype = 'string' WHERE predicate = 'BITS'
documents | corrections without their document
    UPDATE document SET key = 'list:corrections', kind = 'list' WHERE key = 'corrections'
documents | a correction that is another
    UPDATE correction SET body = replace(body, 'Heron', 'Haron')
documents | a correction that cannot be read
    UPDATE correction SET body = '{' WHERE position = 0
nodes | a mention of a node that is gone
    UPDATE mention SET node_id = 999 WHERE id = 1
nodes | a mention of nothing
    UPDATE mention SET node_id = NULL WHERE name = 'Egret'
nodes | a node that nothing mentions
    UPDATE mention SET node_id = (SELECT id FROM node WHERE slug = 'nest') WHERE name = 'Race'
nodes | a node in more documents than it is in
    UPDATE node SET support = support + 1 WHERE id = {heron}
nodes | a node of no kind
    UPDATE node SET kind = 'BIRD' WHERE id = {heron}
nodes | a node without a name
    UPDATE node SET label = ' ' WHERE id = {heron}
nodes | identifiers that cannot be read
    UPDATE node SET identifiers = 'github:birds/heron' WHERE id = {heron}
nodes | a kind against itself
    UPDATE node SET dissent = '["MODEL"]' WHERE id = {heron}
nodes | an identifier from nowhere
    UPDATE node SET identifiers = '["doi:10.1/x"]' WHERE slug = 'egret'
nodes | an identifier of two nodes
    UPDATE node SET identifiers = (SELECT identifiers FROM node WHERE slug = 'arxiv-2203.01234') WHERE
    slug = 'arxiv-2203.09999'
nodes | a node whose address is not kept
    DELETE FROM slug WHERE node_id = {heron}
nodes | an address of two nodes
    UPDATE slug SET node_id = {heron} WHERE slug = 'egret'
nodes | an address of a node that is gone
    UPDATE slug SET node_id = 999 WHERE slug = 'egret'
nodes | a node that was replaced
    UPDATE slug SET replaced_by = 'wade' WHERE slug = 'egret'
nodes | a successor that never was
    UPDATE slug SET replaced_by = 'plunge' WHERE slug = 'dive'
nodes | successors in a circle
    INSERT INTO slug VALUES ('ebb', 'k', NULL, 'flow'), ('flow', 'k', NULL, 'ebb')
nodes | a slug that is none
    UPDATE node SET slug = 'Heron 7B' WHERE id = {heron}
nodes | a range of memory upside down
    UPDATE node SET identifiers = '["tier:ram:32-16:GB"]' WHERE slug = '16-32-gb-ram'
statements | a statement that nothing says
    UPDATE claim SET statement_id = NULL WHERE id = {claim}
statements | a claim for a statement that is gone
    DELETE FROM statement WHERE id = {edge}
statements | a claim for another statement
    UPDATE claim SET statement_id = {edge} WHERE predicate = 'SUITS'
statements | a claim for no statement
    UPDATE claim SET statement_id = NULL WHERE predicate = 'DERIVED_FROM'
statements | an object that no claim has
    UPDATE statement SET object_id = (SELECT id FROM node WHERE slug = 'race') WHERE id = {edge}
statements | a value that no claim has
    UPDATE statement SET value = '8000000000' WHERE predicate = 'PARAMETERS'
statements | more support than there is
    UPDATE statement SET support = 5 WHERE id = {edge}
statements | a statement of no predicate
    UPDATE statement SET predicate = 'LIKES' WHERE id = {edge}
statements | a value of another datatype
    UPDATE statement SET datatype = 'string' WHERE predicate = 'PARAMETERS'
statements | a thing that is made of itself
    UPDATE statement SET object_id = subject_id WHERE predicate = 'DERIVED_FROM' AND qualifiers LIKE
    '%quantized%'
statements | a condition that is lost
    DELETE FROM statement_qualifier WHERE name = 'precision'
statements | a condition that is another
    UPDATE statement_qualifier SET value = 'int8' WHERE name = 'precision'
domains | an edge that its predicate does not allow
    UPDATE node SET kind = 'TOPIC' WHERE slug = 'perch.cpp'
records | a record without a document
    UPDATE paper SET document_id = (SELECT id FROM document WHERE key = 'list:south') WHERE arxiv_id =
    '2203.01234'
records | a document without a record
    DELETE FROM paper WHERE arxiv_id = '2203.09999'
records | an id that is none
    UPDATE paper SET arxiv_id = '2213.01234' WHERE arxiv_id = '2203.01234'
records | a version that goes back
    UPDATE paper SET version = 1 WHERE arxiv_id = '2203.01234'
records | a version that was never seen
    UPDATE paper SET version = 3 WHERE arxiv_id = '2203.01234'
records | a version before the first
    UPDATE paper_version SET version = 0 WHERE version = 1
records | a change before the submission
    UPDATE paper SET updated = '2020-01-01T00:00:00+00:00'
records | a paper withdrawn twice
    UPDATE paper SET withdrawn = 2
records | authors that cannot be read
    UPDATE paper SET authors = 'Ada Example'
records | a paper without a title
    UPDATE paper SET title = ''
records | a question at no time
    UPDATE paper_lookup SET asked_at = ''
ledger | a change of nothing
    UPDATE paper_change SET new = old
ledger | a version that went back
    UPDATE paper_change SET old = '2', new = '1' WHERE field = 'version'
ledger | a change for no reason
    UPDATE change SET cause = 'weather' WHERE id = 3
ledger | a change that cannot happen
    UPDATE change SET action = 'exploded' WHERE id = 3
ledger | a change of what never was
    UPDATE change SET subject = 'gull' WHERE id = 3
ledger | a change before the one before
    UPDATE change SET at = '2020-01-01T00:00:00+00:00' WHERE id = 30
ledger | a run that ends before it begins
    UPDATE run SET ended_at = '2020-01-01T00:00:00+00:00'
search | a node that is not searched
    DELETE FROM search_text WHERE node_id = {heron}
search | a node found by an old name
    UPDATE node SET label = 'Grey Heron' WHERE id = {heron}
search | a node not found by another name
    UPDATE search_text SET names = '' WHERE node_id = {heron}
search | a node found as another kind
    UPDATE search_text SET filters = 'kpaper' WHERE node_id = {heron}
search | a text that the index lacks
    DELETE FROM search_docsize WHERE id = 1
search | a name that the index lacks
    DELETE FROM search_name_docsize WHERE id = 1
search | a name of a node that is gone
    UPDATE lexicon SET node_id = 999 WHERE words = 'heron 7b'
search | a mention of nobody
    UPDATE OR REPLACE occurrence SET words = 'cuckoo'
marks | a mark on a node that is gone
    UPDATE mark SET node_id = 999
marks | a mark on another node
    UPDATE mark SET node_id = (SELECT id FROM node WHERE slug = 'egret')
marks | a mark that cannot be read
    UPDATE mark SET line = '{'
marks | a tag that is lost
    DELETE FROM mark_remark WHERE field = 'tag'
marks | a mark that is found by nothing
    DELETE FROM mark_key
thorough | a mention under another name
    UPDATE mention SET name = 'Grey Heron' WHERE name = 'Heron 7B'
thorough | a mention that is surer than it was
    UPDATE mention SET confidence = 0.99 WHERE name = 'Egret'
thorough | a mention under the key of another
    UPDATE mention_key SET key = 'name:gull' WHERE key = 'name:egret'
thorough | a mention with a node of another
    UPDATE mention SET node_id = {heron} WHERE name = 'Egret' AND id = (SELECT max(id) FROM mention WHERE name
    = 'Egret')
thorough | a node of another kind, wherever it is kept
    UPDATE node SET kind = 'DATASET' WHERE slug = 'race'
thorough | a node that has lost a name
    UPDATE node SET aliases = '[]' WHERE id = {heron}
thorough | a node that has lost its identifiers
    UPDATE node SET identifiers = '[]' WHERE id = {heron}
thorough | a node under another key
    UPDATE node SET key = 'model|gull|' WHERE id = {heron}
thorough | a text that nobody has
    UPDATE search_text SET body = 'gulls and terns' WHERE node_id = {heron}
thorough | a name that is not searched for
    DELETE FROM lexicon WHERE words = 'heron 7b'
thorough | a name that is searched for as another
    UPDATE lexicon SET written = 'HERON' WHERE written = 'Heron'
corrections | a correction that matches nothing
    UPDATE correction SET matched = 0 WHERE position = 0
"""


def mutations() -> Iterator[Mutation]:
    for entry in re.split(r"\n(?! )", TABLE.strip()):
        head, _, sql = entry.partition("\n")
        check, _, what = head.partition(" | ")
        for name, value in ROWS.items():
            sql = sql.replace(f"{{{name}}}", value)
        yield Mutation(check, what, " ".join(sql.split()))


MUTATIONS = list(mutations())


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    with Store(sound, readonly=True) as store:
        store.back_up(tmp_path / "graph.db")
    return tmp_path / "graph.db"


def mutate(path: Path, sql: str) -> int:
    """How many rows a statement of SQL changes, with nothing in its way."""
    with sqlite3.connect(path) as db:
        changed = db.execute(sql).rowcount
    db.close()
    return changed


def test_there_are_enough_corruptions_of_every_check() -> None:
    assert sum(one.check in SOUNDNESS for one in MUTATIONS) >= 40
    assert {one.check for one in MUTATIONS} >= {*SOUNDNESS, "thorough"}
    assert len({one.sql for one in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_every_small_corruption_is_found_and_no_check_stumbles_over_it(
    mutation: Mutation, copy: Path
) -> None:
    assert mutate(copy, mutation.sql) != 0
    names = [name for name in CHECKS if name not in {"shapes", "thorough"} - {mutation.check}]
    told = found(copy, *names)
    assert mutation.check in {one.check for one in told}
    assert all(one.hint and one.message for one in told)


def test_of_many_alike_the_first_are_told_and_how_many_more(copy: Path) -> None:
    rows = mutate(copy, "UPDATE statement SET support = 9")
    told = found(copy, "statements")
    assert len(told) == SHOWN + 1
    assert any(f"and {rows - SHOWN} more alike" in one.message for one in told)


def test_a_full_text_of_other_words_is_found_by_a_thorough_look(copy: Path) -> None:
    mutate(copy, "INSERT INTO search (rowid, label, names, body, filters) VALUES (1, 'gull', '', '', '')")
    told = found(copy, "thorough")
    assert any("the index 'search'" in one.message for one in told)


def test_slow_checks_are_left_out_where_none_is_named(copy: Path) -> None:
    mutate(copy, "UPDATE mention SET confidence = 0.99 WHERE name = 'Egret'")
    with Store(copy, readonly=True) as store:
        assert findings(Graph(store), Settings(), SOUNDNESS) == []
        assert all(one.check != "thorough" for one in findings(Graph(store), Settings()))


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("arxiv:hep-th/9901001", True),
        ("arxiv:9901001", False),
        ("doi:10.5555/eggs", True),
        ("doi:eggs", False),
        ("doi:10.48550/arxiv.2203.01234", False),  # that is an arXiv id
        ("github:birds/heron", True),
        ("github:Birds/heron", False),
        ("hf:datasets/birds/eggs", True),
        ("tier:vram:7.5-:GiB", True),
        ("tier:disk:1-2:GB", False),
        ("tier:ram:-:GB", False),
        ("tier:ram", False),
        ("url:nest.example/start", True),
        ("url:", False),
        ("url:a b", False),
        ("isbn:1", False),
        ("heron", False),
    ],
)
def test_identifiers_have_one_form(text: str, *, well: bool) -> None:
    assert well_formed(text) == well


def test_a_corrected_kind_makes_no_identifier_that_of_two(tmp_path: Path) -> None:
    foo, bar = mention("Foo", Kind.MODEL, "arxiv:2106.09685"), mention("Bar", Kind.PAPER, "arxiv:2106.09685")
    with Store(tmp_path / "graph.db") as store:
        store.replace(listed("one", [foo, bar]))
        store.correct([Correction("kind", Anchor("Foo", "Model"), value="Paper")], b"x")
    assert found(tmp_path / "graph.db", *SOUNDNESS, "thorough") == []
