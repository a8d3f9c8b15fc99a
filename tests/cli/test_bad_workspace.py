"""Bad input, row by row: mistakes in the text files, a damaged or locked database, a full disk."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.store import schema
from tests.cli.command import Kg, rows
from tests.cli.lists import KELP
from tests.cli.test_contract import READS

# ------------------------------------------------------------------- kg.toml, corrections.toml

_CONFIGS = {
    "an unknown table": ("[kgg]\ntitle = 'x'\n", "line 1: unknown key 'kgg'", "kg"),
    "an unknown key": ("# hi\n[kg]\ntitel = 'x'\n", "line 3: unknown key 'titel'", "title"),
    "a wrong type": ("[kg]\ntitle = 3\n", "line 2: 'title' must be text", ""),
    "a table that is none": ("kg = 1\n", "line 1: 'kg' must be a table", ""),
    "a bad base": ("[kg]\nbase = 'nonsense'\n", "line 2: base 'nonsense'", ""),
    "a base without an end": ("[kg]\n\nbase = 'https://example.org/kg'\n", "line 3: base", ""),
    "a script as base": ("[kg]\nbase = 'javascript:alert(1)/'\n", "line 2: base", ""),
    "a source without address": ("[sources.x]\n", "line 1: source 'x' needs an address", ""),
    "a source of a wrong type": ("[sources]\nx = 'y'\n", "line 2: source 'x' must be a table", ""),
    "an address of a wrong type": ("[sources.x]\naddress = 1\n", "source 'x' needs an address", ""),
    "an unknown key of a source": ("[sources.x]\nadress = 'y'\n", "line 2: unknown key 'adress'", "address"),
    "an evil key": ('[kg]\n"a\\u001b[31m" = 1\n', "unknown key", ""),
    "bad syntax": ("[kg]\ntitle = \n", "line 2", ""),
    "a key twice": ("[kg]\ntitle = 'a'\ntitle = 'b'\n", "line 3", ""),
    "a cut file": ("[kg]\ntitle = 'a", "line 2", ""),
}


@pytest.mark.parametrize(("text", "where", "near"), _CONFIGS.values(), ids=_CONFIGS)
def test_a_mistake_in_kg_toml_is_told_with_file_line_and_nearest_key(
    tides: Kg, text: str, where: str, near: str
) -> None:
    graph = rows(tides.database)
    tides.config.write_text(text, "utf-8")
    calls = [["add", "tides.md"], ["refresh"], ["sources"], ["search", "x"], ["stats"], ["export"]]
    calls += [
        ["correct", "rename", "lora", "x"],
        ["sources", "rm", "x"],
        ["show", "lora"],
        ["items", "tides.md"],
    ]
    for call in calls:
        for format_ in ("table", "json"):
            tides.environment["KG_FORMAT"] = format_
            error = tides.refused(*call)
            assert error.startswith(f"{tides.config}"), call
            assert where in error, call
            assert "\x1b" not in error
            assert near in error.splitlines()[1]
    assert tides.config.read_text("utf-8") == text
    assert rows(tides.database) == graph
    assert not tides.corrections.exists()
    tides.environment["KG_FORMAT"] = "json"
    told = tides("doctor", code=1)
    assert where in next(c["finding"] for c in told.json["checks"] if not c["ok"])


def test_a_kg_toml_that_is_no_utf8_is_told_with_its_line(tides: Kg) -> None:
    content = tides.config.read_bytes() + b"# caf\xe9\n"
    tides.config.write_bytes(content)
    error = tides.refused("add", "tides.md")
    assert f"{tides.config}, line {content.count(10)}: not UTF-8 text" in error
    assert tides.config.read_bytes() == content


def test_a_kg_toml_that_is_a_folder_is_told(tides: Kg) -> None:
    tides.config.unlink()
    tides.config.mkdir()
    assert "is a directory" in tides.refused("add", "tides.md").casefold()


def test_a_byte_order_mark_in_kg_toml_is_read_over_or_told(tides: Kg) -> None:
    tides.config.write_bytes(b"\xef\xbb\xbf" + tides.config.read_bytes())
    assert [s["name"] for s in tides("sources").json["sources"]] == ["tides"]
    tides.write("kelp.md", KELP)
    tides("add", "kelp.md")
    assert [s["name"] for s in tides("sources").json["sources"]] == ["tides", "kelp"]


def test_windows_line_ends_and_comments_of_kg_toml_are_kept(tides: Kg) -> None:
    lines = [
        "# mine",
        "[kg] # here",
        'title = "T"',
        "",
        "[sources.tides]",
        'address = "../desk/tides.md" # and here',
    ]
    tides.config.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    tides.write("kelp.md", KELP)
    tides("add", "kelp.md")
    now = tides.config.read_bytes().decode()
    for comment in ("# mine\r\n", "# here\r\n", "# and here\r\n"):
        assert comment in now
    tides("sources", "rm", "kelp")
    assert "kelp" not in tides.config.read_text("utf-8")
    assert "# mine" in tides.config.read_text("utf-8")


_CORRECTIONS = {
    "an unknown table": ("[[corection]]\nverb = 'kind'\n", "line 1: unknown key 'corection'", "correction"),
    "no list": ("[correction]\nverb = 'kind'\n", "line 1: write each correction as [[correction]]", ""),
    "no verb": ("[[correction]]\nname = 'x'\n", "line 1: verb must be one of", ""),
    "an unknown verb": ("\n[[correction]]\nverb = 'renam'\n", "line 2: verb must be one of", "rename"),
    "a verb of a wrong type": ("[[correction]]\nverb = 3\n", "line 1: verb must be one of", ""),
    "a verb that is a list": ("[[correction]]\nverb = ['kind']\n", "line 1: verb must be one of", ""),
    "an unknown key": (
        "[[correction]]\nverb = 'rename'\nnode = {name = 'LoRA'}\nname = 'x'\nreson = 'y'\n",
        "line 1: rename has no key 'reson'",
        "reason",
    ),
    "a missing key": ("[[correction]]\nverb = 'rename'\nname = 'x'\n", "line 1: rename needs 'node'", ""),
    "a wrong type": (
        "[[correction]]\nverb='rename'\nnode={name='LoRA'}\nname=3\n",
        "'name' must be text",
        "",
    ),
    "a node of a wrong type": (
        "[[correction]]\nverb='rename'\nnode='LoRA'\nname='x'\n",
        "a node is a table",
        "",
    ),
    "an empty node": ("[[correction]]\nverb='rename'\nnode={}\nname='x'\n", "a node is a table", ""),
    "an unknown kind": (
        "[[correction]]\nverb='kind'\nnode={name='LoRA'}\nkind='Metod'\n",
        "'Metod'",
        "Method",
    ),
    "an unknown key of a node": (
        "[[correction]]\nverb='rename'\nnode={nam='LoRA'}\nname='x'\n",
        "a node has no key 'nam'",
        "name",
    ),
    "no identifier": (
        "[[correction]]\nverb='rename'\nnode={identifiers=['nonsense']}\nname='x'\n",
        "'nonsense' is no identifier",
        "",
    ),
    "an unknown predicate": (
        "[[correction]]\nverb='add'\nsubject={name='LoRA'}\npredicate='use'\nobject={name='X'}\n",
        "there is no predicate 'use'",
        "uses",
    ),
    "a literal for a node": (
        "[[correction]]\nverb='add'\nsubject={name='LoRA'}\npredicate='uses'\nvalue='X'\n",
        "uses takes a node",
        "",
    ),
    "both object and value": (
        "[[correction]]\nverb='add'\nsubject={name='LoRA'}\npredicate='uses'\nvalue='X'\nobject={name='X'}\n",
        "either 'object'",
        "",
    ),
    "a scalar in the list": ("correction = [1]\n", "[[correction]]", ""),
    "bad syntax": ("[[correction]]\nverb =\n", "line 2", ""),
}


@pytest.mark.parametrize(("text", "where", "near"), _CORRECTIONS.values(), ids=_CORRECTIONS)
def test_a_mistake_in_corrections_toml_is_told_with_file_line_and_nearest_key(
    tides: Kg, text: str, where: str, near: str
) -> None:
    graph, config = rows(tides.database), tides.config.read_bytes()
    tides.corrections.write_text(text, "utf-8")
    tides.write("kelp.md", KELP)
    for call in (["search", "x"], ["add", "kelp.md"], ["refresh"], ["correct", "rename", "lora", "x"]):
        error = tides.refused(*call)
        assert error.startswith(f"{tides.corrections}"), call
        assert where in error
        assert near in error.splitlines()[1]
    assert tides.corrections.read_text("utf-8") == text
    assert rows(tides.database) == graph
    assert tides.config.read_bytes() == config


def test_a_corrections_toml_that_is_no_utf8_is_told_with_its_line(tides: Kg) -> None:
    tides.corrections.write_bytes(b"# one\n# caf\xe9\n")
    assert f"{tides.corrections}, line 2: not UTF-8 text" in tides.refused("search", "x")


def test_the_line_is_that_of_the_correction_with_the_mistake(tides: Kg) -> None:
    tides("correct", "rename", "lora", "One")
    tides("correct", "rename", "shoreling", "Two")
    text = tides.corrections.read_text("utf-8")
    text += "\n[[correction]]\nverb = 'rename'\nnode = {name = 'x'}\n"
    tides.corrections.write_text(text, "utf-8")
    line = text.splitlines().index("[[correction]]", text[: text.rindex("[[")].count("\n")) + 1
    assert f"line {line}: rename needs 'name'" in tides.refused("stats")


def test_a_correction_that_fails_leaves_the_file_as_it_was(tides: Kg) -> None:
    tides("correct", "rename", "lora", "One")
    before = tides.stored()
    tides.refused("correct", "merge", "lora", "lora")
    tides.refused("correct", "kind", "lora", "nonsense")
    tides.refused("correct", "--undo", "7")
    tides.refused("correct", "--undo", "0")
    tides.refused("correct", "ignore", "tides:9999")
    tides.refused("correct", "add", "lora", "author", "Somebody")
    assert tides.stored() == before


# -------------------------------------------------------------------------------- database


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for a fifth of a second, not five."""
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.2)


@pytest.fixture
def writer(tides: Kg) -> Iterator[sqlite3.Connection]:
    """Another program that holds the lock for writing."""
    other = sqlite3.connect(tides.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.usefixtures("_hurried", "writer")
def test_a_locked_database_is_exit_5_for_writers_and_readers_go_on(tides: Kg) -> None:
    before = tides.stored()
    tides.write("kelp.md", KELP)
    for call in (
        ["add", "kelp.md"],
        ["refresh"],
        ["refresh", "--dry-run"],
        ["correct", "rename", "lora", "x"],
        ["sources", "rm", "tides"],
    ):
        error = tides.refused(*call, code=5)
        assert error == (
            f"{tides.database} is being written by another process\n"
            "Wait until it has finished, then try again."
        ), call
        assert tides.stored() == before, call
    for words in READS.values():
        assert tides(*words).json
    assert tides("export", "--turtle").out if hasattr(sys.stdout, "buffer") else True
    assert tides("backup", "copy.db").out == "copy.db\n"


@pytest.mark.usefixtures("_hurried", "writer")
def test_a_changed_corrections_toml_is_told_as_not_taken_in_while_locked(tides: Kg) -> None:
    tides.corrections.write_text(
        "[[correction]]\nverb='rename'\nnode={name='LoRA'}\nname='Renamed'\n", "utf-8"
    )
    told = tides("show", "lora")
    assert told.json["node"]["label"] == "LoRA"
    assert "could not be taken in" in told.err


@pytest.mark.slow
def test_a_real_second_process_waits_and_then_says_so(tides: Kg) -> None:
    script = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, tides.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    holder.stdout.readline()
    try:
        assert "another process" in tides.process("correct", "rename", "lora", "x", code=5).error
        assert tides.process("show", "lora").json
    finally:
        holder.communicate()
    assert tides.process("correct", "rename", "lora", "x").code == 0


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("This is no database.\n" * 1000, "utf-8")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garbage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    path.write_bytes(content)


def _torn_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[20:40] = b"\xff" * 20
    path.write_bytes(content)


def _other(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE moz_places (id INTEGER)")
    db.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


_DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "text": (_text, "is damaged"),
    "cut": (_cut, "is damaged"),
    "garbage": (_garbage, "is damaged"),
    "torn header": (_torn_header, "is damaged"),
    "another program's": (_other, "is a database of another program"),
    "a folder": (_folder, "graph.db"),
}


@pytest.mark.parametrize(("damage", "why"), _DAMAGE.values(), ids=_DAMAGE)
def test_a_database_that_is_none_is_exit_5_and_left_alone(
    tides: Kg, damage: Callable[[Path], None], why: str
) -> None:
    for suffix in ("-wal", "-shm"):
        tides.database.with_name("graph.db" + suffix).unlink(missing_ok=True)
    damage(tides.database)
    before = tides.database.read_bytes() if tides.database.is_file() else b""
    tides.write("kelp.md", KELP)
    config = tides.config.read_bytes()
    for call in (
        ["search", "--limit", "-1"],
        ["show", "lora"],
        ["why", "lora"],
        ["stats"],
        ["path", "lora", "brinewave"],
        ["correct", "--list"],
        ["export", "-o", "x.ttl"],
        ["add", "kelp.md"],
        ["refresh"],
        ["correct", "rename", "lora", "x"],
        ["sources", "rm", "tides"],
        ["backup", "copy.db"],
    ):
        if damage in {_cut, _garbage} and call[0] in {"correct", "show", "stats", "why", "sources", "backup"}:
            continue  # what the call reads may be whole; see the next test
        error = tides.refused(*call, code=5)
        assert why in error, call
        assert any(word in error for word in ("Move", "--workspace", "kg doctor")), call
        assert tides.config.read_bytes() == config, call
    if before:
        assert tides.database.read_bytes() == before
    assert not (tides.desk / "x.ttl").exists()
    told = tides("doctor", code=1)
    assert [c["check"] for c in told.json["checks"] if not c["ok"]] == ["graph.db"]


@pytest.mark.parametrize("damage", [_cut, _garbage])
def test_no_command_takes_a_damaged_database_for_a_bug(tides: Kg, damage: Callable[[Path], None]) -> None:
    damage(tides.database)
    for call in [
        *READS.values(),
        ["correct", "rename", "lora", "x"],
        ["sources", "rm", "tides"],
        ["backup", "b.db"],
    ]:
        told = None
        for code in (5, 0, 1):
            try:
                told = tides(*call, code=code)
                break
            except AssertionError:
                continue
        assert told is not None, call
        assert "a bug in kg" not in told.err


def test_a_damaged_graph_is_made_again_as_the_hint_says(tides: Kg) -> None:
    before = tides.labels()
    tides("correct", "rename", "lora", "Renamed")
    _garbage(tides.database)
    tides.database.with_name("graph.db-wal").unlink(missing_ok=True)
    assert "kg refresh --all" in tides.refused("search", "x", code=5)
    tides.database.rename(tides.desk / "old.db")
    for suffix in ("-wal", "-shm"):
        tides.database.with_name("graph.db" + suffix).unlink(missing_ok=True)
    tides("refresh", "--all", code=4)  # 4: offline, so that papers have no metadata
    assert tides.labels() == before - {"LoRA"} | {"Renamed"}


def test_an_empty_file_in_its_place_is_told_by_readers_and_filled_by_writers(tides: Kg) -> None:
    for suffix in ("-wal", "-shm"):
        tides.database.with_name("graph.db" + suffix).unlink(missing_ok=True)
    _empty(tides.database)
    assert tides.refused("stats", code=5)
    tides("add", "tides.md")
    assert "LoRA" in tides.labels()


def test_a_database_of_a_newer_kg_is_exit_5_for_all_and_left_alone(tides: Kg) -> None:
    with sqlite3.connect(tides.database) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = rows(tides.database)
    for call in (
        ["show", "lora"],
        ["stats"],
        ["add", "tides.md"],
        ["refresh"],
        ["correct", "rename", "lora", "x"],
    ):
        error = tides.refused(*call, code=5)
        assert "was made by a newer kg (schema 99" in error
        assert "Upgrade kg-ledger" in error
    assert rows(tides.database) == before


# ------------------------------------------------------------------------------------ disk


def _no_room(limit: int) -> Callable[[], None]:
    import resource

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return prepare


def _many(kg: Kg) -> None:
    entries = "".join(f"- [Gauge {n}](https://example.org/{n}) - A model of gauge {n}.\n" for n in range(800))
    kg.write("many.md", f"# Many\n\n## Models\n{entries}")


def test_a_disk_that_is_full_is_exit_5_and_what_was_stored_is_whole(tides: Kg) -> None:
    before = tides.stored()
    _many(tides)
    room = tides.database.stat().st_size + 8192
    told = tides.process("add", "many.md", code=5, preexec_fn=_no_room(room))
    assert str(tides.database) in told.error
    assert tides.stored() == before
    tides("add", "many.md")
    assert "Gauge 799" in tides.labels()


def test_a_real_full_disk_is_exit_5_and_what_was_stored_is_whole(tides: Kg) -> None:
    """On a file system of 1.5 MB in a name space of its own, where that is allowed."""
    mount = "mount -t tmpfs -o size=1500k none"
    probe = subprocess.run(["unshare", "-m", "sh", "-c", f"{mount} /mnt"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("no file system may be mounted here")
    _many(tides)
    before = tides.stored()
    (folder := tides.desk / "small").mkdir()
    kg = f"{sys.executable} -m kg --workspace {folder}"
    script = (
        f"{mount} {folder}; cp {tides.workspace}/kg.toml {tides.workspace}/graph.db {folder};"
        f" {kg} add many.md; echo $? >&2; {kg} stats --json"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=tides.desk,
        env=tides.environment,
        capture_output=True,
        check=False,
    )
    error, hint, code = done.stderr.decode().splitlines()
    assert code == "5"
    assert "cannot grow" in error
    assert "Free some space" in hint
    import json

    stats = json.loads(done.stdout)
    del stats["refreshed_at"]
    assert stats == before["stats"]


def test_a_full_disk_under_the_text_files_leaves_them_whole(tides: Kg) -> None:
    before = tides.stored()
    told = tides.process("correct", "rename", "lora", "x" * 50_000, code=2, preexec_fn=_no_room(40_000))
    assert "corrections.toml cannot be written" in told.error
    assert tides.stored() == before
    assert sorted(p.name for p in tides.workspace.glob(".*")) == []


@pytest.fixture
def shelf(tides: Kg) -> Iterator[Kg]:
    """A workspace in a folder that nobody may write, asked by somebody who is not root."""
    folder = Path(tempfile.mkdtemp(prefix="kg-shelf-"))
    folder.chmod(0o755)
    shutil.copytree(tides.workspace, folder / "ws")
    with sqlite3.connect(folder / "ws" / "graph.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for suffix in ("-wal", "-shm"):
        (folder / "ws" / f"graph.db{suffix}").unlink(missing_ok=True)
    (folder / "desk").mkdir()
    shutil.copy(tides.desk / "tides.md", folder / "desk")
    for path in (folder / "ws").iterdir():
        path.chmod(0o444)
    (folder / "ws").chmod(0o555)
    environment = tides.environment | {"KG_WORKSPACE": str(folder / "ws"), "HOME": str(folder / "desk")}
    yield Kg(folder / "desk", folder / "ws", environment | {"KG_STATE": str(folder / "state")})
    (folder / "ws").chmod(0o755)
    shutil.rmtree(folder)


def _without_powers() -> tuple[str, ...]:
    """What starts a command as somebody whom permissions bind: root only without root's powers."""
    if os.getuid():
        return ()
    wrap = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    if shutil.which("setpriv") is None or subprocess.run([*wrap, "true"], check=False).returncode:
        pytest.skip("root's powers cannot be put away here")
    return wrap


def test_a_workspace_in_a_read_only_folder_is_read_and_left_alone(shelf: Kg) -> None:
    before = {p.name: p.read_bytes() for p in shelf.workspace.iterdir()}
    wrap = _without_powers()
    for name in ("search", "show", "why edge", "stats"):
        assert shelf.process(*READS[name], wrap=wrap).json, name
    for call in (
        ["add", "tides.md"],
        ["refresh"],
        ["correct", "rename", "lora", "x"],
        ["sources", "rm", "tides"],
        ["backup"],
    ):
        assert "cannot be written" in shelf.process(*call, code=5, wrap=wrap).error, call
    assert {p.name: p.read_bytes() for p in shelf.workspace.iterdir()} == before


def test_a_workspace_on_a_disk_mounted_read_only_is_read(tides: Kg) -> None:
    probe = ["unshare", "-m", "sh", "-c", "mount --bind /mnt /mnt && mount -o remount,ro,bind /mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    before = tides.stored()
    kg = f"{sys.executable} -m kg"
    folder = tides.workspace
    script = (
        f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder};"
        f" {kg} show lora --format table && {kg} refresh; echo $? >&2"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=tides.desk,
        env=tides.environment,
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode().startswith("LoRA  (Method")
    error, _, code = done.stderr.decode().splitlines()
    assert "cannot be written" in error
    assert code == "5"
    assert tides.stored() == before


@pytest.mark.parametrize("name", ["/dev/null/ws", "/proc/nowhere"])
def test_a_workspace_that_cannot_be_made_is_told(kg: Kg, name: str) -> None:
    kg.write("kelp.md", KELP)
    kg.environment["KG_WORKSPACE"] = name
    assert "cannot be made" in kg.refused("add", "kelp.md")
    assert kg.refused("stats")
