from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.corrections import Anchor, Correction, from_table, settled, to_table
from kg.errors import ConfigError, UsageError
from kg.vocabulary import Kind, Predicate
from kg.workspace import Source, Workspace, now
from tests.documents import ids


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_the_nearest_kg_toml_upwards_wins_over_the_environment(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    elsewhere = {"KG_WORKSPACE": str(tmp_path / "elsewhere")}
    assert Workspace.find(elsewhere, start=inner).folder == tmp_path / "elsewhere"
    Workspace(tmp_path / "a").create()
    assert Workspace.find(elsewhere, start=inner).folder == tmp_path / "a"
    assert Workspace.find(elsewhere, start=inner, chosen=tmp_path).folder == tmp_path


def test_sources_are_added_and_removed_and_comments_stay(workspace: Workspace) -> None:
    workspace.create(title='A "title"')
    workspace.config.write_text(workspace.config.read_text() + "\n# mine\n")
    workspace.add_sources([Source("one", "owner/one"), Source("two.x", "b.md")])
    workspace.add_sources([Source("one", "owner/other")])
    assert workspace.settings().sources == (Source("one", "owner/other"), Source("two.x", "b.md"))
    assert workspace.settings().title == 'A "title"'
    workspace.remove_source("one")
    assert [source.name for source in workspace.settings().sources] == ["two.x"]
    assert "# mine" in workspace.config.read_text()
    with pytest.raises(UsageError) as told:
        workspace.remove_source("two.y")
    assert "two.x" in told.value.hint


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ('[kg]\ntitel = "x"\n', 2, "title"),
        ("[kg]\n\nbase = 3\n", 3, ""),
        ('[kg]\nbase = "ftp://x/"\n', 2, ""),
        ('[kg]\nbase = "https://example.org/kg"\n', 2, ""),
        ('[sourcs.a]\naddress = "x"\n', 1, "sources"),
        ('[sources.a]\nadress = "x"\n', 2, "address"),
        ("[sources.a]\naddress = 1\n", 1, ""),
        ("kg = 1\n", 1, ""),
        ("[kg\n", 1, ""),
    ],
)
def test_a_mistake_in_kg_toml_is_told_with_line_and_nearest_key(
    workspace: Workspace, text: str, line: int, hint: str
) -> None:
    workspace.config.write_text(text)
    with pytest.raises(ConfigError) as told:
        workspace.settings()
    assert str(workspace.config) in told.value.message
    assert f"line {line}" in told.value.message
    assert hint in told.value.hint
    assert workspace.config.read_text() == text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[correction]]\nverb = 'knd'\n", 1, "kind"),
        ("\n[[correction]]\nverb = 'kind'\nnode = {name = 'x'}\n", 2, "needs 'kind'"),
        ("[[correction]]\nverb = 'kind'\nnode = {name = 'x'}\nkind = 'Modl'\n", 1, "Model"),
        ("[[correction]]\nverb = 'rename'\nnode = {nme = 'x'}\nname = 'y'\n", 1, "name"),
        ("[[correction]]\nverb = 'rename'\nnode = {identifiers = ['??']}\nname = 'y'\n", 1, "identifier"),
        ("[[correction]]\nverb = 'merge'\nnode = {name = 'x'}\nothr = {name = 'y'}\n", 1, "other"),
        (
            "[[correction]]\nverb = 'add'\nsubject = {name = 'x'}\nobject = {name = 'y'}\npredicate = 'us'\n",
            1,
            "uses",
        ),
        (
            "[[correction]]\nverb = 'reject'\nsubject = {name = 'x'}\npredicate = 'uses'\nvalue = 'y'\n",
            1,
            "node",
        ),
        ("[[corection]]\nverb = 'kind'\n", 1, "correction"),
    ],
)
def test_a_mistake_in_corrections_toml_is_told_with_line_and_nearest_key(
    workspace: Workspace, text: str, line: int, words: str
) -> None:
    workspace.corrections.write_text(text)
    with pytest.raises(ConfigError) as told:
        workspace.load_corrections()
    assert f"line {line}" in told.value.message
    assert words in told.value.message + told.value.hint


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
anchors = st.builds(
    lambda name, kind, owned: Anchor(name, kind.label if kind else "", ids(*owned)),
    names,
    st.sampled_from([None, *Kind]),
    st.lists(
        st.sampled_from(("github:x/foo", "arxiv:2106.09685", "tier:ram:4-8:GB")), unique=True, max_size=2
    ),
)
nodes_said = [p for p in Predicate if not p.is_literal]
corrections = st.one_of(
    st.builds(
        lambda a, k, r: Correction("kind", a, value=k.label, reason=r), anchors, st.sampled_from(Kind), names
    ),
    st.builds(lambda a, n: Correction("rename", a, value=n), anchors, names),
    st.builds(lambda a, b: Correction("merge", a, b), anchors, anchors),
    st.builds(lambda a: Correction("split", a, away=("list:x", "item:0123456789abcdef")), anchors),
    st.builds(
        lambda a, b, p: Correction("reject", a, b, p.word), anchors, anchors, st.sampled_from(nodes_said)
    ),
    st.builds(lambda a, v: Correction("add", a, predicate="licence", value=v), anchors, names),
    st.just(Correction("ignore", items=("0123456789abcdef",))),
)


@given(corrections)
def test_a_correction_reads_back_from_its_table(correction: Correction) -> None:
    assert from_table(correction.verb, to_table(correction)) == correction


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(corrections, min_size=1, max_size=4), st.data())
def test_corrections_are_appended_read_and_taken_back(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Correction], data: st.DataObject
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("corrections"))
    for one in listed:
        workspace.add_correction(one)
    listed = list(settled(listed))
    found, _ = workspace.load_corrections()
    assert list(found) == listed
    assert [one.line for one in found] == sorted({one.line for one in found})
    number = data.draw(st.integers(1, len(listed)))
    assert workspace.remove_correction(number) == listed[number - 1]
    found, _ = workspace.load_corrections()
    assert list(found) == listed[: number - 1] + listed[number:]


def test_the_clock_is_the_environments_where_it_says_one() -> None:
    assert now({"KG_NOW": "2026-01-31T06:00:00+01:00"}) == datetime(2026, 1, 31, 5, tzinfo=UTC)
    assert now({"KG_NOW": "2026-01-31"}) == datetime(2026, 1, 31, tzinfo=UTC)
    with pytest.raises(ConfigError):
        now({"KG_NOW": "yesterday"})
