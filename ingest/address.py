"""What LIST may be on the command line and in kg.toml, and the bytes behind it.

A LIST is a path, a URL, ``owner/repo`` on GitHub, ``starter`` (the list in the package),
``arxiv:ID`` or ``arxiv:QUERY``. ``resolve`` decides which without touching the network; ``fetch``
gets the bytes of a list and tells binary data, web pages and directories apart from Markdown.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from kg.errors import FetchError, NotAList, UsageError
from kg.identifiers import arxiv_id
from kg.names import slugify

from .arxiv.queries import is_query
from .github import present_name, raw_base, repository_of, standing
from .http import NOT_FOUND, OK, Http, NotModified, Response, check

FILE_LIMIT = 20_000_000
_READMES = ("README.md", "readme.md", "README.MD", "Readme.md")
_GENERIC = frozenset({"readme", "index", "list", "main", "awesome"})
_MARKDOWN = frozenset({".md", ".markdown", ".mkd", ".mdown", ".txt"})
_LIBRARY = frozenset({".bib", ".bibtex", ".json"})
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_SPELLED = re.compile(r"(?:github:|git@github\.com:|(?:www\.)?github\.com/)([^/\s]+/\S+)", re.IGNORECASE)
_LONGEST_QUERY = 1000
_STARTER_FILE = "starter/small-language-models.md"


class AddressKind(StrEnum):
    """What an address is."""

    FILE = "file"
    URL = "url"
    GITHUB = "github"
    STARTER = "starter"
    ARXIV = "arxiv"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is: its kind, the text that kg.toml keeps, and a name to propose for it.

    ``text`` resolves to the same address for ever, whatever files come and go: of a file a path
    relative to the workspace if it was given relative (``./`` in front where it would pass for
    something else), always with ``/``; of GitHub ``github:owner/repo``; of papers ``arxiv:``.
    """

    kind: AddressKind
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a list: the commit (empty: unknown), where they came from, a page for people, etag.

    ``moved``: the text of the address that the list has now, if that is not the one asked for.
    """

    content: bytes
    commit: str
    retrieved_from: str
    page: str
    etag: str
    moved: str = ""


# ----------------------------------------------------------------------------------------- resolve


def resolve(text: str, *, workspace: Path, cwd: Path | None = None) -> Address:
    """The address that a person means by ``text``, typed in ``cwd`` (default: the workspace).

    An existing file wins over ``owner/repo``; ``./starter`` names a file of that name. No network
    is used. Raises: UsageError for what can be nothing of this.
    """
    text = text.strip()
    if not text or any(ord(c) < ord(" ") for c in text):
        raise UsageError(f"{text!r} is no list", hint="Give a file, a URL, owner/repo, or starter.")
    if text == "starter":
        return Address(AddressKind.STARTER, text, text)
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() == "arxiv":
        return _arxiv(rest)
    if spelled := _SPELLED.fullmatch(text):
        return _url(f"https://github.com/{spelled[1]}")
    if re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        return _url(text)
    here = cwd or workspace
    if not _exists(here / _home(text)) and _looks_like_repository(text):
        return _github(text)
    return _file(text, workspace, here)


def _arxiv(text: str) -> Address:
    if not (found := arxiv_id(text)):
        query = " ".join(text.split())
        if is_query(query) and len(query) <= _LONGEST_QUERY:
            return Address(AddressKind.QUERY, f"arxiv:{query}", _name(f"arxiv-{query}"[:60]))
        if text.partition("/")[0] == "snapshot":
            raise UsageError(
                f"arxiv:{text} stands for papers that were imported",
                hint="Import the file of a snapshot: `kg import arxiv FILE`.",
            )
        raise UsageError(
            f"{text.strip() or 'nothing'} is no arXiv identifier and no query",
            hint="It looks like arxiv:2106.09685, arxiv:math/0309136 or 'arxiv:cat:cs.CL AND ti:small'.",
        )
    return Address(AddressKind.ARXIV, f"arxiv:{found[0]}", _name(f"arxiv-{found[0]}"))


def _looks_like_repository(text: str) -> bool:
    """Whether ``owner/repo`` is meant; a file that is missing should be called missing."""
    if not _REPOSITORY.fullmatch(text):
        return False
    return PurePosixPath(text).suffix.lower() not in _MARKDOWN | _LIBRARY and text.rpartition("/")[2] not in {
        ".",
        "..",
    }


def _github(text: str) -> Address:
    text = text.removesuffix(".git")
    return Address(AddressKind.GITHUB, f"github:{text}", _name(text))


def _url(text: str) -> Address:
    host = check(text)
    parts = urlsplit(text)
    words = [unquote(w) for w in parts.path.split("/") if w]
    if host.removeprefix("www.") == "github.com" and _REPOSITORY.fullmatch("/".join(words)):
        return _github("/".join(words))
    clean = text.partition("#")[0]
    if host in {"github.com", "www.github.com", "raw.githubusercontent.com"}:
        return Address(AddressKind.URL, clean, _name(_github_name(words)))
    if words and (stem := _stem(words.pop())).lower() not in _GENERIC:
        words.append(stem)
    return Address(AddressKind.URL, clean, _name("-".join([host.removeprefix("www."), *words])))


def _github_name(words: list[str]) -> str:
    stem = _stem(words[-1]) if words else "github"
    return "-".join([*words[:2], *([] if stem.lower() in _GENERIC or len(words) <= 2 else [stem])])  # noqa: PLR2004


def _file(text: str, workspace: Path, here: Path) -> Address:
    given = Path(text)
    path = here / _home(text)
    if given.is_absolute() or text.startswith("~"):
        kept = given.as_posix()
    else:
        kept = Path(os.path.relpath(path.absolute(), workspace.absolute())).as_posix()
        if kept == "starter" or _looks_like_repository(kept):
            kept = f"./{kept}"
    words = [_stem(path.name)]
    if words[0].lower() in _GENERIC:
        words = [path.absolute().resolve().parent.name or words[0]]
    return Address(AddressKind.FILE, kept, _name(words[0]))


def _stem(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in _MARKDOWN | _LIBRARY else name


def _name(text: str) -> str:
    """A name for kg.toml: letters, digits and dashes; told by a digest if nothing of that is left."""
    return slugify(text.replace(".", "-").replace("/", "-")) or (
        "list-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    )


# ------------------------------------------------------------------------------------------- fetch


def fetch(address: Address, http: Http, *, workspace: Path, etag: str = "") -> Fetched | NotModified:
    """The bytes of the list at ``address``; NotModified if a server says that ``etag`` still holds.

    Raises: NotAList (a directory, binary data, a web page, too large), UsageError (no such file),
    and whatever :meth:`ingest.http.Http.get` raises. A file is read whatever KG_OFFLINE says.
    """
    if address.kind is AddressKind.STARTER:
        return _starter()
    if address.kind is AddressKind.FILE:
        path = _place(address.text, workspace)
        content = _read(path, str(path))
        return Fetched(_markdown(content, address.text), "", address.text, "", "")
    if address.kind in {AddressKind.ARXIV, AddressKind.QUERY}:
        what = "a paper" if address.kind is AddressKind.ARXIV else "a query"
        raise UsageError(f"{address.text} is {what}, not a list", hint=f"Use kg add '{address.text}'.")
    answer, asked, page = _ask(address, http, etag)
    if isinstance(answer, NotModified):
        return answer
    content = _markdown(answer.content, address.text, answer.headers.get("content-type", ""))
    found = standing(answer.url, content, http)
    url, old = answer.url, repository_of(asked, http)
    new = found.renamed or repository_of(url, http)
    if not old or not new or new.casefold() == old.casefold():
        return Fetched(content, found.commit, url, page, answer.etag)
    url = url.replace(f"/{repository_of(url, http)}/", f"/{new}/", 1)
    page = page.replace(f"/{old}/", f"/{new}/", 1)
    return Fetched(content, found.commit, url, page, answer.etag, _moved(address, old, new))


def moved(address: Address, url: str, http: Http) -> str:
    """The text of the address that a list has now, if the place that answered (``url``) is not its own."""
    old, new = (repository_of(raw, http) for raw in (_places(address, raw_base(http))[0][0], url))
    return "" if not old or not new or new.casefold() == old.casefold() else _moved(address, old, new)


def _moved(address: Address, old: str, new: str) -> str:
    if address.kind is AddressKind.GITHUB:
        return f"github:{new}"
    return re.sub(rf"/{re.escape(old)}/", f"/{new}/", address.text, count=1, flags=re.IGNORECASE)


def host_of(address: Address, http: Http) -> str:
    """The host (and port) that is asked for a list; empty for one that needs none."""
    if address.kind not in {AddressKind.GITHUB, AddressKind.URL}:
        return ""
    return urlsplit(_places(address, raw_base(http))[0][0]).netloc


def _ask(address: Address, http: Http, etag: str) -> tuple[Response | NotModified, str, str]:
    """The first answer among the places where the list may be, that place, and the page that shows it."""
    places = _places(address, raw_base(http))
    repository = address.text.removeprefix("github:")
    for attempt in range(2):
        for raw, page in places:
            # An entity tag belongs to one address: asking the others with it does no harm.
            answer = http.get(raw, etag=etag, accept=(OK, NOT_FOUND))
            if isinstance(answer, NotModified) or answer.status == OK:
                return answer, _places(address, raw_base(http))[0][0], page
        if attempt or address.kind is not AddressKind.GITHUB:
            break
        if not (new := present_name(repository, http)):
            break
        places = _places(_github(new), raw_base(http))
    if address.kind is AddressKind.GITHUB:
        raise FetchError(
            f"GitHub shows no README.md of {repository}",
            hint="Check the spelling. A private repository needs GITHUB_TOKEN; a file needs its path.",
        )
    raise FetchError(f"{address.text}: HTTP {NOT_FOUND}", hint="Check the spelling; it may have moved.")


def _places(address: Address, base: str) -> list[tuple[str, str]]:
    """Pairs (address of the bytes, page for people), to be tried in order."""
    if address.kind is AddressKind.GITHUB:
        repository = address.text.removeprefix("github:")
        page = f"https://github.com/{repository}/blob/HEAD/"
        return [(f"{base}/{repository}/HEAD/{name}", page + name) for name in _READMES]
    parts = urlsplit(address.text)
    words = [w for w in parts.path.split("/") if w]
    if (parts.hostname or "").removeprefix("www.") == "github.com" and len(words) > 3:  # noqa: PLR2004
        owner, repo, view, *rest = words
        tail = "/".join(quote(unquote(w)) for w in rest)
        if view in {"blob", "raw"}:
            return [(f"{base}/{owner}/{repo}/{tail}", f"https://github.com/{owner}/{repo}/blob/{tail}")]
        if view == "tree":
            page = f"https://github.com/{owner}/{repo}/blob/{tail}/"
            return [(f"{base}/{owner}/{repo}/{tail}/{name}", page + name) for name in _READMES]
    return [(address.text, address.text)]


def _starter() -> Fetched:
    from importlib.resources import files

    try:
        content = files("kg").joinpath(_STARTER_FILE).read_bytes()
    except OSError:
        raise FetchError(
            "this installation of kg lacks its starter list", hint="Install kg-ledger again."
        ) from None
    return Fetched(content, "", "starter", "", "")


# ------------------------------------------------------------------------------------------- files


def _place(text: str, workspace: Path) -> Path:
    """Where the file is. By the letters of the path: the folders that it leaves need not exist."""
    return Path(os.path.normpath(workspace.absolute() / _home(text)))


def _home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~somebody: no such user
        return Path(text)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for the file system
        return False


def _read(path: Path, shown: str) -> bytes:
    try:
        if path.is_dir():
            raise NotAList(f"{shown} is a directory", hint=_markdown_in(path))
        if path.exists() and not path.is_file():
            raise NotAList(f"{shown} is no regular file", hint="A pipe or device cannot be read again later.")
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no file {shown}", hint=_nearest(path)) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a usable file name"
        raise UsageError(
            f"{shown} cannot be read: {str(why).lower()}", hint="Check its name and its permissions."
        ) from None
    if len(content) > FILE_LIMIT:
        raise NotAList(
            f"{shown} is larger than {FILE_LIMIT // 1_000_000} MB",
            hint="A list of that size is something else.",
        )
    return content


def _markdown_in(folder: Path) -> str:
    found = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in _MARKDOWN and p.is_file())
    return f"It holds {', '.join(found[:3])}." if found else "Name a Markdown file."


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f"There is no folder {path.parent.name} either."
    try:
        names = {p.name.casefold(): p.name for p in path.parent.iterdir()}
    except OSError:
        names = {}
    near = difflib.get_close_matches(path.name.casefold(), sorted(names), n=3, cutoff=0.6)
    return f"Nearest: {', '.join(names[n] for n in near)}." if near else "Check the spelling."


# ------------------------------------------------------------------------- what is Markdown at all

_SNIFFED = 8192
_UNDECODABLE = 0.3
_PAGE_START = re.compile(rb"<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]*>\s*", re.IGNORECASE)
_LOOSE_PAGE_START = re.compile(rb"\s*<(?:meta|title|script|body|link|style|!--)\b", re.IGNORECASE)


def _behind_remarks(head: bytes) -> bytes:
    """What follows a declaration of XML and remarks, if all of these end."""
    rest = _DECLARATION.sub(b"", head.lstrip(), count=1) if head.lstrip().startswith(b"<?") else head.lstrip()
    while rest.startswith(b"<!--") and (end := rest.find(b"-->")) >= 0:
        rest = rest[end + 3 :].lstrip()
    return rest


def _markdown(content: bytes, shown: str, media_type: str = "") -> bytes:
    """``content`` itself if it may be Markdown. Raises: NotAList."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAList(f"{shown} is UTF-16 text", hint="Save it as UTF-8.")
    if b"\0" in content[:_SNIFFED] or content.startswith(b"%PDF-"):
        raise NotAList(f"{shown} is binary data, not Markdown", hint="Name the Markdown file itself.")
    text = content.decode("utf-8", "replace")
    strange = text.count("\ufffd") - content.count(b"\xef\xbf\xbd")
    if strange > _UNDECODABLE * len(text):
        raise NotAList(f"{shown} is not UTF-8 text", hint="If it is text, save it as UTF-8.")
    head = content[:_SNIFFED].removeprefix(b"\xef\xbb\xbf")
    loose = "html" in media_type.lower() and _LOOSE_PAGE_START.match(head)
    if _PAGE_START.match(_behind_remarks(head)) or loose:
        raise NotAList(
            f"{shown} is a web page, not Markdown",
            hint="Use the address of the Markdown file itself (on GitHub: owner/repo, or the Raw button).",
        )
    return content
