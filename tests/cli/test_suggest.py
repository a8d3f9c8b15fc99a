"""``kg suggest``: git applies the patch, then nothing is left to say, and no other byte has changed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.patches import Edit, edited, patch, spans
from kg.graph import Graph
from kg.store import Store
from tests.documents import NOON, record

from .command import Kg

LIST = """# Tide papers

## Papers

- [Salt and Silt in Four Bits](https://arxiv.org/abs/2401.90001) - Quantizes.\t
- [Counting Kelp by Satellite Pictures](https://arxiv.org/pdf/2401.90002v1)
- [A Theory of All Tides and Waves](https://arxiv.org/abs/2401.90003) - Proves much.
- [Old Words on the Listing of Gulls](https://arxiv.org/abs/2401.90004)
- [Wading Birds on Very Small Devices](https://arxiv.org/abs/2401.90001)
- [Some Quite Unheard Title of Things](https://arxiv.org/abs/2401.90006)
-  *Untouched*,   with\todd blanks [x](https://arxiv.org/abs/2401.90009)

| Title | Paper |
|---|---|
| Foam and Spray in Eight Bits | [paper](https://arxiv.org/abs/2401.90007) |

## Models

- [Brinewave](https://github.com/saltlab/brinewave) - A model. [[Paper](https://arxiv.org/abs/2401.90002)]
- [Brinewave](https://github.com/saltlab/brinewave) - A model. [[Paper](https://arxiv.org/abs/2401.90002)]
- [Driftkit](https://github.com/old/driftkit) - A tool.
- [Sandkit](https://github.com/old/sandkit) - A tool.
"""
RECORDS = [
    record("2401.90001", "Salt and Silt in Four Bits"),
    record("2401.90002", "Counting Kelp by Satellite Pictures", doi="10.5555/Kelp.1", journal_ref="J. K. 3"),
    record(
        "2401.90003", "A Theory of All Tides and Waves", withdrawn=True,
        comment="Withdrawn: superseded by arXiv:2402.90003",
    ),
    record("2401.90004", "Old Words on the Listing of Gulls"),
    record("2401.90005", "Wading Birds on Very Small Devices"),
    record("2401.90006", "Entirely Other Matters"),
    record("2401.90007", "Foam and Spray in Eight Bits", doi="10.5555/foam"),
    record("2401.90008", "A Paper That No Entry Names", journal_ref="J. Waves 9"),
]  # fmt: skip


@pytest.fixture
def desk(kg: Kg) -> Kg:
    return kg


def prepared(kg: Kg, content: bytes, name: str = "list.md") -> Path:
    """A workspace whose graph knows more than the list."""
    path = kg.desk / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    kg("add", name)
    with Store(kg.workspace / "graph.db", clock=lambda: NOON) as store:
        store.replace(*RECORDS)
        store.replace(record("2401.90004", "New Words on the Listing of Gulls", version=2))
    return path


def applied(kg: Kg, name: str = "list.md") -> bytes:
    """The list after git has applied what kg suggests, and kg has read it again."""
    made = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"], cwd=kg.desk, input=suggested(kg, name), check=False,
        capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    kg("add", name)
    return (kg.desk / name).read_bytes()


def suggested(kg: Kg, name: str = "list.md") -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "--quiet", "suggest", name], cwd=kg.desk, env=kg.environment,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_each_change_has_its_reason_and_what_is_doubtful_is_only_told(desk: Kg) -> None:
    prepared(desk, LIST.encode())
    told = {
        (one["line"], one["what"], one["sure"])
        for one in desk("suggest", "list.md", "--json").json["suggestions"]
    }
    assert told == {
        (6, "published", True),
        (7, "withdrawn", True),
        (8, "retitled", True),
        (9, "title", True),
        (10, "title", False),
        (15, "published", True),
        (19, "published", False),
        (20, "duplicate", True),
    }
    err = desk("suggest", "list.md").err
    assert "line 7: withdrawn: arXiv:2401.90003 was withdrawn; in its place it names" in err
    assert "https://arxiv.org/abs/2402.90003" in err
    assert "line 10: title (doubtful): arXiv:2401.90006 is 'Entirely Other Matters'" in err
    assert "6 to change, 2 to look at" in err


def test_git_applies_the_patch_and_then_nothing_but_doubts_is_left(desk: Kg) -> None:
    prepared(desk, LIST.encode())
    after = applied(desk).decode()
    lines, before = after.splitlines(), LIST.splitlines()
    assert lines[5] == f"{before[5]} [[DOI](https://doi.org/10.5555/kelp.1)]"
    assert lines[6] == f"{before[6]} (withdrawn)"
    assert lines[7] == "- [New Words on the Listing of Gulls](https://arxiv.org/abs/2401.90004)"
    assert lines[8] == "- [Wading Birds on Very Small Devices](https://arxiv.org/abs/2401.90005)"
    assert "(https://arxiv.org/abs/2401.90007) [[DOI](https://doi.org/10.5555/foam)] |" in lines[14]
    untouched = [line for n, line in enumerate(before, 1) if n not in {6, 7, 8, 9, 15, 20}]
    assert [line for n, line in enumerate(lines, 1) if n not in {6, 7, 8, 9, 15}] == untouched
    assert suggested(desk) == b""
    told = desk("suggest", "list.md", "--json").json
    assert {(one["line"], one["what"]) for one in told["suggestions"]} == {(10, "title"), (19, "published")}
    assert told["patch"] == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("- [Driftkit]", "\t- [Driftkit]"),
        lambda text: text.replace("- [Old", "-\t[Old").replace("\n", "\r\n").removesuffix("\r\n"),
        lambda text: "\ufeff" + text,
    ],
)
def test_line_endings_tabs_and_a_missing_end_stay_as_they_are(desk: Kg, change: object) -> None:
    content = change(LIST).encode()  # type: ignore[operator]
    prepared(desk, content)
    after = applied(desk)
    assert suggested(desk) == b""
    assert after.count(b"\r\n") == content.count(b"\r\n") - (b"\r\n" in content)
    assert after.endswith(b"\n") == content.endswith(b"\n")
    assert after.count(b"\t") == content.count(b"\t")
    assert b"odd blanks" in after
    assert set(content.splitlines()) - set(after.splitlines()) == {
        line for line in content.splitlines() if any(one in line for one in CHANGED)
    }


CHANGED = (b"2401.90002v1", b"2401.90003", b"2401.90004", b"Wading Birds", b"2401.90007")


@pytest.mark.parametrize("name", ["notes/my list.md", "lists/l\u00eetes.md", 'a"b.md'])
def test_git_finds_a_file_of_any_name(desk: Kg, name: str) -> None:
    prepared(desk, LIST.encode(), name)
    assert b"(withdrawn)" in applied(desk, name)


def test_a_repository_that_a_correction_says_has_moved_is_changed_where_it_says_so(desk: Kg) -> None:
    more = "- [{0}](https://github.com/new/{1}) - A tool, again.\n"
    text = LIST + more.format("Driftkit", "driftkit") + more.format("Sandkit", "sandkit")
    prepared(desk, text.encode())
    with Store(desk.workspace / "graph.db") as store:
        graph = Graph(store)
        old, new = (graph.with_identifier(f"github:{owner}/driftkit")[0].slug for owner in ("old", "new"))
        others = [graph.with_identifier(f"github:{owner}/sandkit")[0].slug for owner in ("new", "old")]
    desk("correct", "merge", new, old, "--reason", "the repository has moved")
    desk("correct", "merge", *others, "--reason", "twins")
    told = desk("suggest", "list.md", "--json").json
    found = {(one["line"], one["sure"]) for one in told["suggestions"] if one["what"] == "repository"}
    assert found == {(21, True), (22, False)}
    assert "+- [Driftkit](https://github.com/new/driftkit) - A tool.\n" in told["patch"]


def test_where_nothing_is_known_nothing_is_said(desk: Kg) -> None:
    desk.write("list.md", LIST.replace(LIST.splitlines()[19] + "\n", "", 1))
    desk("add", "list.md")
    told = desk("suggest", "list.md")
    assert (told.out, told.err) == ("", "nothing to suggest\n")


def test_what_is_no_list_of_this_workspace_is_refused(desk: Kg) -> None:
    desk.write("list.md", LIST)
    desk.write("other.md", LIST)
    desk.write("papers.bib", "@article{a, title={A Title of Some Length}, doi={10.5555/x}}\n")
    desk("add", "list.md", "papers.bib")
    assert "no source of this workspace" in desk.refused("suggest", "other.md")
    assert "no Markdown list" in desk.refused("suggest", "papers.bib")


def test_a_file_that_has_changed_since_is_told(desk: Kg) -> None:
    path = prepared(desk, LIST.encode())
    path.write_bytes(b"# Else\n" + path.read_bytes())
    assert "has changed since it was read" in desk("suggest", "list.md").err


def test_text_of_records_is_never_markup_in_the_patch(desk: Kg) -> None:
    desk.write(
        "list.md",
        "# A\n\n## Papers\n\n- [Old Words on the Listing of Gulls](https://arxiv.org/abs/2401.90004)\n",
    )
    desk("add", "list.md")
    with Store(desk.workspace / "graph.db", clock=lambda: NOON) as store:
        store.replace(record("2401.90004", "Old Words on the Listing of Gulls"))
        evil = "Words](javascript:x) <script> `x` \x1b[31m"
        store.replace(record("2401.90004", evil, version=2, doi="10.5555/x)[evil](http://e.example)"))
    told = desk("suggest", "list.md")
    assert told.out == ""
    assert "\x1b" not in told.err
    assert json.loads(desk("suggest", "list.md", "--json").out)["patch"] == ""


def test_an_edit_that_would_make_an_entry_another_thing_is_only_told(desk: Kg) -> None:
    table = "| T | P |\n|---|---|\n| Foam and Spray in Bits | [paper](https://arxiv.org/abs/2401.90007) |\n"
    prepared(desk, f"# Tides\n\n## Papers\n\n{table}".encode())
    told = desk("suggest", "list.md", "--json").json
    assert [(one["what"], one["sure"]) for one in told["suggestions"]] == [("published", False)]
    assert told["patch"] == ""


# ------------------------------------------------------------------------------- patches

contents = st.lists(st.sampled_from((b"a", b"b c", b"\t", b"", b"x\r")), max_size=8).map(b"\n".join)


@given(contents, contents)
def test_git_makes_of_one_text_the_other(before: bytes, after: bytes) -> None:
    made = patch(before, after, "f.md")
    assert bool(made) == (before != after)
    if not made or not before or not after:
        return  # a file that comes or goes is no edit
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f.md").write_bytes(before)
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=made,
            check=True,
            capture_output=True,
        )
        assert (Path(folder) / "f.md").read_bytes() == after


@given(st.binary(max_size=30))
def test_lines_are_those_that_readers_of_lists_count(content: bytes) -> None:
    found = spans(content)
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert [content[start:end] for start, end in found] == text.removesuffix(b"\n").split(b"\n")[: len(found)]
    assert len(found) == len(text.removesuffix(b"\n").split(b"\n")) - (not text)
    assert edited(content, [Edit(0, 0, b"x")]) == b"x" + content
