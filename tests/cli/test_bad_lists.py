"""Bad input, row by row: lists that are no lists, whatever the reason. Nothing stored is harmed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.http import Broken, Http, Limits
from kg.cli.output import Exit, exit_code
from tests.cli.command import Kg
from tests.cli.lists import KELP, TIDES
from tests.fakes import loopback
from tests.fakes.list_server import ListServer


@contextmanager
def unharmed(kg: Kg) -> Iterator[None]:
    """What was stored before the block is there after it, byte for byte."""
    before = kg.stored()
    assert before["stats"]["nodes"]
    yield
    assert kg.stored() == before


# ----------------------------------------------------------------------------------- files


def test_no_such_file_is_told_with_the_nearest_names(tides: Kg) -> None:
    with unharmed(tides):
        error = tides.refused("add", "tidez.md")
    assert error == f"there is no file {tides.desk / 'tidez.md'}\nNearest: tides.md."


@pytest.mark.parametrize(
    "text", ["nowhere/list.md", "/nowhere/at/all.md", "~nobody/list.md", "x" * 5000, "..", ".", "list.md/"]
)
def test_no_such_path_is_told(tides: Kg, text: str) -> None:
    with unharmed(tides):
        assert tides.refused("add", text)


@pytest.mark.parametrize("text", ["", "  ", "\n", "a\nb.md", "a\x1b[31mb.md"])
def test_a_name_that_can_be_no_file_is_refused_and_shown_harmlessly(tides: Kg, text: str) -> None:
    with unharmed(tides):
        assert "\x1b" not in tides.refused("add", text)


def test_a_directory_is_told_with_the_lists_in_it(tides: Kg) -> None:
    with unharmed(tides):
        assert tides.refused("add", ".") == f"{tides.desk} is a directory\nIt holds tides.md."


def test_an_empty_folder_is_told(tides: Kg) -> None:
    (tides.desk / "empty").mkdir()
    with unharmed(tides):
        assert "is a directory\nName a Markdown file." in tides.refused("add", "empty")


def test_a_pipe_is_refused_at_once(tides: Kg) -> None:
    os.mkfifo(tides.desk / "pipe.md")
    with unharmed(tides):
        assert "is no regular file" in tides.refused("add", "pipe.md")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_a_device_is_refused_at_once(tides: Kg, device: str) -> None:
    with unharmed(tides):
        assert "is no regular file" in tides.process("add", device, code=2).error


def test_a_file_name_that_is_no_utf8_is_refused_by_every_command(tides: Kg) -> None:
    name = b"caf\xe9.md"
    (tides.desk / os.fsdecode(name)).write_text(TIDES, "utf-8")
    with unharmed(tides):
        for words in (["add"], ["items"], ["show"], ["search"], ["why"], ["refresh"], ["sources", "rm"]):
            told = tides.process(*words, name, code=2)
            assert "is not UTF-8 text" in told.error, words
        assert "is not UTF-8 text" in tides.process("path", "lora", name, code=2).error
        assert "is not UTF-8 text" in tides.process("correct", "rename", "lora", name, code=2).error


def test_folders_whose_name_is_no_utf8_serve_as_workspace_and_desk(tides: Kg) -> None:
    folder = tides.desk / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    told = tides.process("--workspace", os.fsencode(folder), "add", "tides.md", "--no-fetch")
    assert "nodes +14" in told.out
    told = tides.process("--workspace", os.fsencode(folder), "backup", os.fsencode(folder))
    assert Path(told.out.strip()).parent == folder


# --------------------------------------------------------------------------------- content

_NAMES_NOTHING = {
    "an empty file": b"",
    "blank lines": b"\n\n \n",
    "a byte order mark": b"\xef\xbb\xbf",
    "no items": b"# A heading\n\nProse, and prose again.\n",
    "headings only": b"# A\n## B\n## C\n",
    "a table of contents": b"# A\n\n## Contents\n- [B](#b)\n- [C](#c)\n",
    "1 MB of quote marks": b"> " * 500_000,
    "only code": b"```\n- [A](https://example.org)\n```\n",
}


@pytest.mark.parametrize("content", _NAMES_NOTHING.values(), ids=_NAMES_NOTHING)
def test_a_list_that_names_nothing_is_told(tides: Kg, content: bytes) -> None:
    tides.write("bad.md", content)
    with unharmed(tides):
        error = tides.refused("add", "bad.md")
    assert "names nothing" in error
    assert "kg items" in error
    assert tides("items", "bad.md", "--json").json["items"] is not None


_NO_MARKDOWN = {
    "binary": (bytes(range(256)) * 40, "binary data"),
    "NUL": (b"# A\n- [B](https://example.org) - \0 x\n", "binary data"),
    "PDF": (b"%PDF-1.7\n" + b"x" * 1000, "binary data"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 100, "binary data"),
    "gzip": (b"\x1f\x8b\x08\0" + b"\x9c" * 100, "binary data"),
    "UTF-16": ("# A\n- [B](https://example.org)\n".encode("utf-16"), "UTF-16"),
    "another encoding": (b"\xd4\xc5\xcb\xd3\xd4\xd9 \xcd\xcf\xc4\xc5\xcc\xc5\xca\n" * 50, "not UTF-8"),
    "a web page": (b"<!DOCTYPE html>\n<html><head><title>x</title></head></html>", "web page"),
    "a page behind a remark": (b"<!-- x -->\n<html lang=en>", "web page"),
}


@pytest.mark.parametrize(("content", "why"), _NO_MARKDOWN.values(), ids=_NO_MARKDOWN)
def test_what_is_no_markdown_is_told(tides: Kg, content: bytes, why: str) -> None:
    tides.write("bad.md", content)
    with unharmed(tides):
        assert why in tides.refused("add", "bad.md")
        assert why in tides.refused("items", "bad.md")


def test_a_stray_bad_byte_is_replaced_and_listed_as_a_problem(tides: Kg) -> None:
    tides.write("kelp.md", KELP.encode().replace(b"Counts", b"Co\xffnts"))
    told = tides("add", "kelp.md", "--json", "--no-fetch")
    (source,) = told.json["sources"]
    assert source["problems"] == [{"line": 4, "message": "not UTF-8: unreadable bytes replaced"}]
    assert "note: kelp, line 4: not UTF-8" in told.err
    assert tides("sources", "--json").json["sources"][-1]["problems"] == source["problems"]
    assert "Kelpnet" in tides.labels()


def test_lone_surrogates_in_a_list_are_replaced(tides: Kg) -> None:
    spelled = b"# A\n## Models\n- [S&#xD800;n](https://example.org/s) - A model.\n"
    raw = "# A\n## Models\n- [S\ud800n](https://example.org/s) - A model.\n".encode("utf-8", "surrogatepass")
    for content in (spelled, raw):
        tides.write("s.md", content)
        tides("add", "s.md", "--no-fetch")
        (name,) = (label for label in tides.labels() if label.startswith("S") and label.endswith("n"))
        assert "\ufffd" in name


def test_20_mb_of_markdown_end_in_time_and_are_told(tides: Kg) -> None:
    entry = "- [Gauge](https://example.org/gauge) - A model of a gauge, which is told again and again.\n"
    tides.write("big.md", "# Big\n\n## Models\n" + entry * (20_500_000 // len(entry)))
    start = time.monotonic()
    with unharmed(tides):
        assert "is larger than 20 MB" in tides.refused("add", "big.md")
    assert time.monotonic() - start < 10


@pytest.mark.slow
def test_just_under_20_mb_are_read_in_time(tides: Kg) -> None:
    entry = "- [Gauge](https://example.org/gauge) - A model of a gauge, which is told again and again.\n"
    tides.write("big.md", "# Big\n\n## Models\n" + entry * (19_900_000 // len(entry)))
    start = time.monotonic()
    told = tides.process("add", "big.md", "--no-fetch")
    assert "Gauge" in tides.labels()
    assert "note: big" in told.err
    assert time.monotonic() - start < 60


def test_a_table_of_5000_columns_is_left_out_and_listed(tides: Kg) -> None:
    row = "|".join(["x"] * 5000)
    table = f"|{row}|\n|{'|'.join(['-'] * 5000)}|\n" + f"|{row}|\n" * 20
    tides.write(
        "wide.md", f"{KELP}\n{table}\n\n## More models\n- [Dulse](https://example.org/d) - A model.\n"
    )
    told = tides("add", "wide.md", "--no-fetch")
    assert "columns left out" in told.err
    assert {"Kelpnet", "Dulse"} <= tides.labels()


def test_10000_nested_lists_are_left_out_and_listed(tides: Kg) -> None:
    stairs = "".join(f"{'  ' * depth}- step\n" for depth in range(2500))
    line = "- " * 10_000 + "deep\n"
    tides.write(
        "deep.md", f"{KELP}\n{line}\n{stairs}\n\n## More models\n- [Dulse](https://example.org/d) - A.\n"
    )
    told = tides("add", "deep.md", "--no-fetch")
    assert "nested deeper than" in told.err
    assert {"Kelpnet", "Dulse"} <= tides.labels()


def test_a_megabyte_of_quote_marks_hides_nothing_around_it(tides: Kg) -> None:
    tides.write("quotes.md", KELP.encode() + b"\n" + b"> " * 500_000 + b"\n")
    start = time.monotonic()
    told = tides("add", "quotes.md", "--no-fetch")
    assert "nested deeper than" in told.err
    assert "Kelpnet" in tides.labels()
    assert time.monotonic() - start < 10


_ODD_LINKS = {
    "javascript:alert(1)": "javascript",
    "JavaScript&#58;alert(1)": "javascript",
    "file:///etc/passwd": "file",
    "data:text/html,<b>x</b>": "data:text",
    "vbscript:x": "vbscript",
    "../../etc/passwd": "etc/passwd",
    "docs/readme.md": "docs/readme",
    "//evil.example/x": "",
    "#anchor": "anchor",
    "": "",
}


@pytest.mark.parametrize("link", _ODD_LINKS)
def test_links_that_are_no_web_address_are_never_a_nodes_link(tides: Kg, link: str) -> None:
    tides.write(
        "odd.md",
        f"# Odd\n\n## Models\n- [Oddling]({link}) - A 7B model.\n"
        "- [Evenling](https://example.org/e) - A 7B model.\n",
    )
    told = tides("add", "odd.md", "--no-fetch", "--json")
    assert "Evenling" in tides.labels()
    forbidden = _ODD_LINKS[link]
    if "Oddling" in tides.labels():
        shown = tides("show", "Oddling", "--json")
        assert shown.json["node"]["identifiers"] == []
        assert not forbidden or forbidden not in shown.out.casefold()
    if ":" in link.replace("&#58;", ":"):
        (source,) = told.json["sources"]
        assert [p["line"] for p in source["problems"]] == [4], (
            "a link of another scheme is a problem to be listed"
        )


# ------------------------------------------------------------------------------------ URLs


def test_a_list_behind_a_url_is_read(kg: Kg, web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    told = kg("add", f"{web.url}/kelp.md", "--no-fetch")
    assert "nodes +" in told.out
    assert "Kelpnet" in kg.labels()
    assert kg("sources", "--json").json["sources"][0]["address"] == f"{web.url}/kelp.md"


def test_owner_repo_is_read_from_github(kg: Kg, web: ListServer) -> None:
    web.pages["/forest/awesome-kelp/HEAD/README.md"] = KELP.encode()
    kg("add", "forest/awesome-kelp", "--no-fetch")
    assert kg("sources", "--json").json["sources"][0]["address"] == "github:forest/awesome-kelp"
    assert "Kelpnet" in kg.labels()


def test_a_repository_that_is_not_there_is_exit_3(tides: Kg, web: ListServer) -> None:
    assert web.url
    with unharmed(tides):
        assert "no README.md of forest/nothing" in tides.refused("add", "forest/nothing", code=3)


_UNREACHABLE = {
    "gone": ("/gone.md", "HTTP 404"),
    "in a circle": ("/circle/a", "redirects in a circle"),
    "too many hops": ("/hops/20", "redirects more than 5 times"),
    "a web page": ("/page.md", "is a web page"),
    "binary": ("/binary.md", "binary data"),
    "too large": ("/large.md", "is larger than"),
    "empty": ("/empty.md", "names nothing"),
}


@pytest.mark.parametrize(("path", "why"), _UNREACHABLE.values(), ids=_UNREACHABLE)
def test_a_url_that_gives_no_list_is_told(tides: Kg, web: ListServer, path: str, why: str) -> None:
    web.pages |= {
        "/page.md": b"<!doctype html><html></html>",
        "/binary.md": bytes(range(256)) * 9,
        "/large.md": b"x" * 10_000_001,
        "/empty.md": b"",
    }
    is_list_at_fault = why in {"is a web page", "binary data", "names nothing"}
    with unharmed(tides):
        assert why in tides.refused("add", web.url + path, code=2 if is_list_at_fault else 3)


def test_a_server_that_is_down_is_exit_3(tides: Kg, web: ListServer) -> None:
    assert web.url
    with unharmed(tides):
        assert "cannot be reached" in tides.refused("add", "http://127.0.0.1:9/list.md", code=3)


def test_a_name_that_does_not_exist_is_exit_3(tides: Kg, web: ListServer) -> None:
    assert web.url
    with unharmed(tides):
        assert "cannot be reached" in tides.refused("add", "https://no.such.host.invalid/list.md", code=3)


def test_offline_is_exit_3_and_says_how_to_go_online(tides: Kg) -> None:
    with unharmed(tides):
        error = tides.refused("add", "https://example.org/list.md", code=3)
    assert error == "KG_OFFLINE is set: nothing is fetched\nUnset KG_OFFLINE to use the network."


@pytest.mark.parametrize("fault", ["reset", "short", "chunk_cut"])
def test_an_answer_that_breaks_off_is_exit_3(tides: Kg, web: ListServer, fault: str) -> None:
    web.pages["/kelp.md"] = KELP.encode() * 10
    web.script(getattr(loopback, fault)())
    with unharmed(tides):
        assert "broke off" in tides.refused("add", f"{web.url}/kelp.md", code=3)


def test_a_server_that_drips_is_given_up_at_its_deadline(web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    web.script(loopback.drip())
    with pytest.raises(Broken) as caught:
        Http(environ={}).get(f"{web.url}/kelp.md", limits=Limits(total=0.4))
    assert exit_code(caught.value) == Exit.UNREACHABLE
    assert "took longer than 0.4 s" in caught.value.message


@pytest.mark.slow
def test_a_silent_server_is_given_up_after_half_a_minute(tides: Kg, web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    web.script(loopback.silence(45))
    with unharmed(tides):
        assert "was silent for 30 s" in tides.refused("add", f"{web.url}/kelp.md", code=3)


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.org/list.md",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@example.org/list.md",
        "https://example.org:port/list.md",
        "https://exa mple.org/",
        "javascript://x/%0Aalert(1)",
    ],
)
def test_an_address_of_no_use_is_exit_2_and_its_password_is_not_shown(
    tides: Kg, web: ListServer, text: str
) -> None:
    with unharmed(tides):
        assert "secret" not in tides.refused("add", text)
    assert not web.log


def test_some_lists_failing_is_exit_4_and_the_others_are_kept(tides: Kg) -> None:
    tides.write("kelp.md", KELP)
    told = tides("add", "kelp.md", "missing.md", "--no-fetch", code=4)
    assert len(told.errors) == 1
    assert "Kelpnet" in tides.labels()
    assert [s["name"] for s in tides("sources", "--json").json["sources"]] == ["tides", "kelp"]


def test_all_lists_failing_tells_each_and_stores_nothing(tides: Kg) -> None:
    with unharmed(tides):
        told = tides("add", "missing.md", "gone.md", ".", code=2)
    assert len(told.errors) == 3


def test_a_failed_first_add_leaves_no_workspace_behind(kg: Kg) -> None:
    kg.refused("add", "missing.md")
    assert not kg.workspace.exists()


def test_a_relative_path_works_before_there_is_a_workspace(kg: Kg) -> None:
    kg.write("kelp.md", KELP)
    kg.environment["KG_WORKSPACE"] = str(kg.workspace / "deep" / "down")
    told = kg("add", "kelp.md", "--no-fetch")
    assert "nodes +" in told.out
    assert "no change" in kg("refresh").out
