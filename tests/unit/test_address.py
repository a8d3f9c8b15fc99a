from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.address import Address, AddressKind, Fetched, fetch, resolve
from ingest.http import Http, NotModified, TooLarge
from kg.errors import ConfigError, FetchError, NotAList, Offline, UsageError
from tests.fakes import loopback
from tests.fakes.list_server import ListServer

LIST = b"# Things\n\n- [A](https://example.org/a)\n"
OFFLINE = Http(environ={"KG_OFFLINE": "1"})


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "my-graph"
    folder.mkdir()
    return folder


@pytest.fixture
def server() -> Iterator[ListServer]:
    with ListServer({"/lists/small.md": LIST, "/owner/repo/HEAD/README.md": LIST}) as server:
        yield server


def github(server: ListServer) -> Http:
    return Http(environ={"KG_GITHUB_RAW": server.url})


def got(address: Address, http: Http, workspace: Path) -> Fetched:
    fetched = fetch(address, http, workspace=workspace)
    assert isinstance(fetched, Fetched)
    return fetched


# ---------------------------------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("text", "kind", "kept", "name"),
    [
        ("starter", AddressKind.STARTER, "starter", "starter"),
        ("arxiv:2106.09685v2", AddressKind.ARXIV, "arxiv:2106.09685", "arxiv-2106-09685"),
        ("arXiv:math.GT/0309136", AddressKind.ARXIV, "arxiv:math/0309136", "arxiv-math-0309136"),
        ("Owner/Repo", AddressKind.GITHUB, "github:Owner/Repo", "owner-repo"),
        ("ggml-org/llama.cpp", AddressKind.GITHUB, "github:ggml-org/llama.cpp", "ggml-org-llama-cpp"),
        ("github.com/owner/repo", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        ("git@github.com:owner/repo.git", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        ("github:owner/repo", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        ("https://github.com/owner/repo", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        ("https://github.com/owner/repo.git", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        ("https://www.github.com/owner/repo/#readme", AddressKind.GITHUB, "github:owner/repo", "owner-repo"),
        (
            "https://github.com/owner/repo/blob/main/docs/tools.md#x",
            AddressKind.URL,
            "https://github.com/owner/repo/blob/main/docs/tools.md",
            "owner-repo-tools",
        ),
        (
            "https://raw.githubusercontent.com/owner/repo/main/README.md",
            AddressKind.URL,
            "https://raw.githubusercontent.com/owner/repo/main/README.md",
            "owner-repo",
        ),
        (
            "https://www.example.org/lists/small.md?v=1#top",
            AddressKind.URL,
            "https://www.example.org/lists/small.md?v=1",
            "example-org-lists-small",
        ),
        (
            "https://example.org/a/README.md",
            AddressKind.URL,
            "https://example.org/a/README.md",
            "example-org-a",
        ),
        ("https://example.org", AddressKind.URL, "https://example.org", "example-org"),
        ("list.md", AddressKind.FILE, "list.md", "my-graph"),
        ("README.md", AddressKind.FILE, "README.md", "my-graph"),
        ("lists/Small Models.md", AddressKind.FILE, "lists/Small Models.md", "small-models"),
        ("lists/readme.markdown", AddressKind.FILE, "lists/readme.markdown", "lists"),
        ("../elsewhere/models.md", AddressKind.FILE, "../elsewhere/models.md", "models"),
        ("/srv/lists/models.md", AddressKind.FILE, "/srv/lists/models.md", "models"),
        ("~/models.md", AddressKind.FILE, "~/models.md", "models"),
        ("./starter", AddressKind.FILE, "./starter", "starter"),
        ("./owner/repo", AddressKind.FILE, "./owner/repo", "repo"),
        ("owner/list.md", AddressKind.FILE, "owner/list.md", "owner"),
    ],
)
def test_what_a_list_may_be(workspace: Path, text: str, kind: AddressKind, kept: str, name: str) -> None:
    address = resolve(text, workspace=workspace)
    assert address == Address(kind, kept, name)
    assert resolve(address.text, workspace=workspace) == address


def test_a_name_without_letters_of_ours_gets_a_digest(workspace: Path) -> None:
    name = resolve("模型.md", workspace=workspace).name
    assert name.startswith("list-")
    assert name != resolve("工具.md", workspace=workspace).name


def test_an_existing_file_wins_over_a_repository(workspace: Path) -> None:
    (workspace / "owner").mkdir()
    (workspace / "owner" / "repo").write_bytes(LIST)
    address = resolve("owner/repo", workspace=workspace)
    assert address == Address(AddressKind.FILE, "./owner/repo", "repo")
    (workspace / "owner" / "repo").unlink()
    # What was kept still means the file, and of GitHub still GitHub.
    assert resolve(address.text, workspace=workspace) == address
    assert resolve("owner/repo", workspace=workspace).text == "github:owner/repo"


def test_a_path_typed_elsewhere_is_kept_relative_to_the_workspace(workspace: Path) -> None:
    below = workspace / "docs" / "deep"
    below.mkdir(parents=True)
    (below / "models.md").write_bytes(LIST)
    address = resolve("models.md", workspace=workspace, cwd=below)
    assert address.text == "docs/deep/models.md"
    assert got(address, OFFLINE, workspace).content == LIST
    assert resolve("../../../x.md", workspace=workspace, cwd=below).text == "../x.md"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "arxiv:",
        "arxiv:abc",
        "arxiv:1501.0001",
        "ftp://a/b",
        "file:///etc/passwd",
        "https://",
        "a\nb",
    ],
)
def test_what_is_no_list_is_told_at_once(workspace: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(text, workspace=workspace)
    assert caught.value.hint
    assert "\n" not in caught.value.message


# -------------------------------------------------------------------------------------------- files


def test_a_file_is_read_as_it_is_even_offline(workspace: Path) -> None:
    (workspace / "l.md").write_bytes(b"\xef\xbb\xbf# caf\xe9\r\n" + LIST)
    fetched = got(resolve("l.md", workspace=workspace), OFFLINE, workspace)
    assert fetched == Fetched(b"\xef\xbb\xbf# caf\xe9\r\n" + LIST, "", "l.md", "", "")


def test_an_empty_file_is_a_list_without_items(workspace: Path) -> None:
    (workspace / "l.md").write_bytes(b"")
    assert got(resolve("l.md", workspace=workspace), OFFLINE, workspace).content == b""


def test_a_missing_file_names_the_nearest(workspace: Path) -> None:
    (workspace / "Awesome.md").write_bytes(LIST)
    with pytest.raises(UsageError, match=r"no file \S*awsome\.md") as caught:
        fetch(resolve("awsome.md", workspace=workspace), OFFLINE, workspace=workspace)
    assert caught.value.hint == "Nearest: Awesome.md."
    with pytest.raises(UsageError) as caught:
        fetch(resolve("no/where/a.md", workspace=workspace), OFFLINE, workspace=workspace)
    assert "no folder where" in caught.value.hint


def test_a_directory_is_told_apart(workspace: Path) -> None:
    (workspace / "docs").mkdir()
    (workspace / "docs" / "tools.md").write_bytes(LIST)
    with pytest.raises(NotAList, match="docs is a directory") as caught:
        fetch(resolve("docs", workspace=workspace), OFFLINE, workspace=workspace)
    assert caught.value.hint == "It holds tools.md."


def test_a_pipe_does_not_hang(workspace: Path) -> None:
    os.mkfifo(workspace / "pipe.md")
    with pytest.raises(NotAList, match="no regular file"):
        fetch(resolve("pipe.md", workspace=workspace), OFFLINE, workspace=workspace)


def test_a_name_that_no_file_can_have(workspace: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        fetch(resolve("a" * 300 + ".md", workspace=workspace), OFFLINE, workspace=workspace)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(workspace: Path) -> None:
    (workspace / "l.md").write_bytes(LIST)
    (workspace / "l.md").chmod(0)
    with pytest.raises(UsageError, match="permission denied"):
        fetch(resolve("l.md", workspace=workspace), OFFLINE, workspace=workspace)


def test_twenty_megabytes_are_read_and_one_byte_more_is_not(workspace: Path) -> None:
    path = workspace / "l.md"
    path.write_bytes(b"- x\n" * 5_000_000)
    address = resolve("l.md", workspace=workspace)
    assert len(got(address, OFFLINE, workspace).content) == 20_000_000
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(NotAList, match="larger than 20 MB"):
        fetch(address, OFFLINE, workspace=workspace)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00", "binary"),
        (b"%PDF-1.7\n% text only", "binary"),
        ("# Liste\n".encode("utf-16"), "UTF-16"),
        ("名单与模型清单\n".encode("gbk") * 20, "not UTF-8"),
        (bytes(range(128, 256)) * 10, "not UTF-8"),
        (b"<!DOCTYPE html>\n<html><body># no</body></html>", "web page"),
        (b"\xef\xbb\xbf\n  <HTML lang=en>", "web page"),
        (b"<!-- saved --><html>", "web page"),
    ],
)
def test_what_is_not_markdown(workspace: Path, content: bytes, why: str) -> None:
    (workspace / "l.md").write_bytes(content)
    with pytest.raises(NotAList, match=why) as caught:
        fetch(resolve("l.md", workspace=workspace), OFFLINE, workspace=workspace)
    assert caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        b"<h1 align='center'>Awesome</h1>\n\n- [A](https://example.org)\n",
        b"<!-- omit in toc -->\n# Awesome\n",
        b"<div>\n\n# Awesome\n\n</div>",
        b"<!---->" * 1000 + b"# Awesome",
        "# Modèles à 50 %\n".encode("latin-1") * 3,
        "# 模型 \ufffd\n".encode(),
        b"",
    ],
)
def test_what_may_be_markdown(workspace: Path, content: bytes) -> None:
    (workspace / "l.md").write_bytes(content)
    assert got(resolve("l.md", workspace=workspace), OFFLINE, workspace).content == content


def test_the_starter_list_is_in_the_package(workspace: Path) -> None:
    fetched = got(resolve("starter", workspace=workspace), OFFLINE, workspace)
    assert fetched.content.startswith(b"#")
    assert fetched.retrieved_from == "starter"


def test_a_paper_is_not_a_list(workspace: Path) -> None:
    with pytest.raises(UsageError, match="is a paper"):
        fetch(resolve("arxiv:2106.09685", workspace=workspace), OFFLINE, workspace=workspace)


# -------------------------------------------------------------------------------------- the network


def test_a_url_gives_bytes_page_and_tag(server: ListServer, workspace: Path) -> None:
    url = f"{server.url}/lists/small.md"
    address = resolve(url, workspace=workspace)
    fetched = got(address, Http(environ={}), workspace)
    assert (fetched.content, fetched.retrieved_from, fetched.page) == (LIST, url, url)
    again = fetch(address, Http(environ={}), workspace=workspace, etag=fetched.etag)
    assert isinstance(again, NotModified)


def test_github_gives_the_readme_of_the_default_branch(server: ListServer, workspace: Path) -> None:
    fetched = got(resolve("owner/repo", workspace=workspace), github(server), workspace)
    assert fetched.content == LIST
    assert fetched.page == "https://github.com/owner/repo/blob/HEAD/README.md"
    assert [seen.path for seen in server.log] == ["/owner/repo/HEAD/README.md"]


def test_github_tries_the_other_spellings(server: ListServer, workspace: Path) -> None:
    server.pages["/owner/old/HEAD/readme.md"] = LIST
    fetched = got(resolve("owner/old", workspace=workspace), github(server), workspace)
    assert fetched.page.endswith("/readme.md")
    with pytest.raises(FetchError, match=r"no README\.md of owner/none") as caught:
        fetch(resolve("owner/none", workspace=workspace), github(server), workspace=workspace)
    assert "private" in caught.value.hint


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def with_api(server: ListServer, commits: bytes, at_commit: bytes) -> Http:
    server.pages["/api/repos/owner/repo/commits"] = commits
    server.pages[f"/owner/repo/{COMMIT}/README.md"] = at_commit
    return Http(environ={"KG_GITHUB_RAW": server.url, "KG_GITHUB_API": f"{server.url}/api"})


def test_a_commit_of_github_is_proven_by_the_bytes(server: ListServer, workspace: Path) -> None:
    http = with_api(server, b'[{"sha": "%s"}]' % COMMIT.encode(), LIST)
    assert got(resolve("owner/repo", workspace=workspace), http, workspace).commit == COMMIT
    assert server.log[1].query == {"path": "README.md", "sha": "HEAD", "per_page": "1"}


@pytest.mark.parametrize(
    ("commits", "at_commit"),
    [
        (b'[{"sha": "%s"}]' % COMMIT.encode(), b"pushed in between"),
        (b'[{"sha": "../../x"}]', LIST),
        (b'[{"sha": 1}]', LIST),
        (b"[]", LIST),
        (b"{}", LIST),
        (b"<html>", LIST),
        (b"\xff", LIST),
    ],
)
def test_a_commit_that_is_not_proven_is_not_given(
    server: ListServer, workspace: Path, commits: bytes, at_commit: bytes
) -> None:
    http = with_api(server, commits, at_commit)
    fetched = got(resolve("owner/repo", workspace=workspace), http, workspace)
    assert (fetched.content, fetched.commit) == (LIST, "")


def test_without_the_api_a_list_is_read_all_the_same(server: ListServer, workspace: Path) -> None:
    http = with_api(server, b"", LIST)
    server.script(None, loopback.status(403, X_RateLimit_Remaining="0"))
    fetched = got(resolve("owner/repo", workspace=workspace), http, workspace)
    assert (fetched.content, fetched.commit) == (LIST, "")


def test_pages_of_github_are_read_raw(server: ListServer, workspace: Path) -> None:
    server.pages["/owner/repo/main/docs/tools%20a.md"] = b"- tools\n"
    blob = resolve("https://github.com/owner/repo/blob/main/docs/tools%20a.md", workspace=workspace)
    fetched = got(blob, github(server), workspace)
    assert fetched.content == b"- tools\n"
    assert fetched.page == "https://github.com/owner/repo/blob/main/docs/tools%20a.md"
    server.pages["/owner/repo/dev/sub/README.md"] = b"- sub\n"
    tree = resolve("https://github.com/owner/repo/tree/dev/sub", workspace=workspace)
    assert got(tree, github(server), workspace).content == b"- sub\n"


def test_the_raw_host_can_only_be_moved_to_this_machine(workspace: Path) -> None:
    http = Http(environ={"KG_GITHUB_RAW": "https://evil.example"})
    with pytest.raises(ConfigError, match="KG_GITHUB_RAW"):
        fetch(resolve("owner/repo", workspace=workspace), http, workspace=workspace)


@pytest.mark.parametrize(
    "start", [b"<!doctype html><html>", b"<script>1</script>", b"\n<meta charset=utf-8>"]
)
def test_a_web_page_is_not_a_list(server: ListServer, workspace: Path, start: bytes) -> None:
    server.pages["/page"] = start
    server.types["/page"] = "text/html; charset=utf-8"
    with pytest.raises(NotAList, match="web page") as caught:
        fetch(resolve(f"{server.url}/page", workspace=workspace), Http(environ={}), workspace=workspace)
    assert "Raw" in caught.value.hint


def test_markdown_that_a_server_calls_html_is_read(server: ListServer, workspace: Path) -> None:
    server.types["/lists/small.md"] = "text/html"
    address = resolve(f"{server.url}/lists/small.md", workspace=workspace)
    assert got(address, Http(environ={}), workspace).content == LIST


def test_a_url_that_is_gone_too_large_or_in_a_circle(server: ListServer, workspace: Path) -> None:
    http = Http(environ={})
    with pytest.raises(FetchError, match="HTTP 404"):
        fetch(resolve(f"{server.url}/gone.md", workspace=workspace), http, workspace=workspace)
    server.pages["/large.md"] = b"x" * 10_000_001
    with pytest.raises(TooLarge):
        fetch(resolve(f"{server.url}/large.md", workspace=workspace), http, workspace=workspace)
    with pytest.raises(FetchError, match="circle"):
        fetch(resolve(f"{server.url}/circle/a", workspace=workspace), http, workspace=workspace)


def test_offline_the_network_is_not_used(server: ListServer, workspace: Path) -> None:
    for text in (f"{server.url}/lists/small.md", "owner/repo"):
        with pytest.raises(Offline):
            fetch(resolve(text, workspace=workspace), OFFLINE, workspace=workspace)
    assert server.connections == 0
