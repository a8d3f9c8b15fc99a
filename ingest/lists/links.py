"""The links of an item by role: paper, code, model, dataset, page ...; and the text between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from kg.identifiers import Identifier
from kg.identifiers import identify as _identify

from .blocks import BREAK, Piece, plain

_ROLE_WORDS = {
    "paper": """paper papers pdf arxiv openreview publication preprint abs acl anthology report tech
        technical proceedings ieee acm nature springer biorxiv paperlink 论文 论文地址
        论文链接 技术报告 文章""",
    "code": """code codes github gitlab repo repository implementation source official pytorch jax
        tensorflow repo. codebase git 代码 源码 代码地址 项目 项目地址 仓库 开源地址""",
    "model": """model models checkpoint checkpoints weights weight hf huggingface hub modelscope
        ckpt 模型 模型下载 模型地址 魔搭""",
    "dataset": """dataset datasets data datalink datalinks corpus 数据 数据集 数据地址 下载地址 下载""",
    "demo": """demo demos colab space spaces playground notebook try live app 在线体验 演示""",
    "page": """project page website homepage home site webpage web url link links official 官网 官方网站
        主页 链接 地址 网址 查看""",
    "blog": """blog blogpost post article medium announcement news blogs 博客 介绍""",
    "video": """video videos youtube talk slides poster tweet twitter podcast presentation slide x
        bilibili 视频""",
    "docs": """docs documentation doc readme wiki manual guide tutorial 文档""",
    "other": """semantic scholar bib bibtex citation tldr summary clients ref review reviews discord
        slack license leaderboard supplementary supp appendix mirror download backup
        more here this stars""",
}
_ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
_FILLERS = frozenset(
    "the and or & / new old our full main paper's in on of for 1 2 3 4 5 en cn zh 中文 英文".split()
)
_PAPER_HOSTS = re.compile(
    r"(?:^|\.)(?:arxiv\.org|openreview\.net|aclanthology\.org|aclweb\.org|openaccess\.thecvf\.com|"
    r"dl\.acm\.org|"
    r"(?:papers\.|proceedings\.)?(?:neurips|nips)\.cc|semanticscholar\.org|ieeexplore\.ieee\.org|mlr\.press|"
    r"link\.springer\.com|nature\.com|sciencedirect\.com|doi\.org|biorxiv\.org|jmlr\.org|ojs\.aaai\.org|"
    r"ijcai\.org|isca-speech\.org|isca-archive\.org|ecva\.net|usenix\.org|mlsys\.org|hal\.science|"
    r"direct\.mit\.edu|science\.org|icml\.cc|iclr\.cc|papers\.ssrn\.com|mdpi\.com|papers\.cool|"
    r"onlinelibrary\.wiley\.com|(?:www\.)?computer\.org|frontiersin\.org|academic\.oup\.com|pnas\.org|alphaxiv\.org)$"
)
_BADGE = re.compile(
    r"shields\.io|badge|/stars/|star-history|\.svg(?:\?|$)|img\.io|githubusercontent|visitor|camo\.",
    re.IGNORECASE,
)
_STARS = re.compile(
    r"/github/(?:stars|forks|last-commit|license)/([\w.-]+)/([\w.-]+?)(?:\.svg)?(?:[?#].*)?$", re.IGNORECASE
)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//|www\.", re.IGNORECASE)
_HYPHENATED = re.compile(r"[^\W\d][-_.][^\W\d]")
_WORD = re.compile(r"[^\W_\d]+|\d+")
_SHIELD = re.compile(r"/badge/-?((?:[^-/?]|--)+)-(\w+)$")
_VENUE_BADGE = re.compile(
    r"/badge/(?:conference|venue|journal|publish(?:ed)?|publication|accepted)-((?:[^-/?]|--)+)-\w+",
    re.IGNORECASE,
)
_LINK_WITHIN = re.compile(r"(?:%5D|\])\((https?://[^()\s]+)\)?$", re.IGNORECASE)
_MAX_LABEL = 4


identify = lru_cache(maxsize=16384)(_identify)
"""What an address stands for; a list asks the same of most of its addresses several times."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an item. ``role``: what its label or, failing that, its host says; ``label``: by label."""

    text: str
    url: str
    role: str
    label: bool
    identifier: Identifier


class Unit(NamedTuple):
    """A stretch of an item's text: a link, a badge, a break, or text of one style.

    ``href``: where it links to, whatever that is; ``link``: the same, understood, if it is usable;
    ``source``: the image of a badge that links to something.
    """

    kind: str
    text: str
    style: str = ""
    href: str = ""
    link: Link | None = None
    source: str = ""


_PROPER = frozenset(
    """huggingface modelscope github gitlab openreview arxiv discord slack jax pytorch tensorflow colab
    medium bilibili wiki x hub spaces""".split()
) | {"hugging face"}


def is_proper(text: str) -> bool:
    """Whether a label is also the name of a site: "HuggingFace: a hub for models" is about it."""
    return " ".join(re.findall(r"[^\W\d]+", text.casefold())) in _PROPER


@lru_cache(maxsize=8192)
def label_role(text: str) -> str:
    """The role that a link's text names if it is nothing but a label, else "".

    >>> label_role("[Paper PDF]"), label_role("Code 2"), label_role("Foo: a paper"), label_role("HF Model")
    ('paper', 'code', '', 'model')
    """
    if _HYPHENATED.search(text):
        return ""  # "gguf-docs" is a name
    words = _WORD.findall(text.casefold())
    if not words or len(words) > _MAX_LABEL:
        return ""
    roles = [_ROLES.get(word, "") for word in words]
    if not all(role or word in _FILLERS or word.isdigit() for role, word in zip(roles, words, strict=True)):
        return ""
    named = [role for role in roles if role]
    best = [role for role in named if role not in ("page", "other")] or named
    # "HF Model", "Paper Link": the kind of thing; "Model Page": the word that is not "page".
    return best[-1] if best and best[-1] != "other" else (named[0] if named else "")


def has_paper_host(identifier: Identifier) -> bool:
    """Whether an address is of a place that publishes papers, and not just some PDF."""
    return identifier.scheme in ("arxiv", "doi", "openreview", "acl") or bool(
        _PAPER_HOSTS.search(identifier.value.split("/")[0])
    )


def host_role(identifier: Identifier) -> str:  # noqa: PLR0911 - one return a kind of host
    """The role that a link's address tells: paper, code, model, dataset, demo, video or page."""
    scheme, value = identifier.scheme, identifier.value
    if scheme in ("arxiv", "doi", "openreview", "acl"):
        return "paper"
    if scheme in ("github", "gitlab"):
        return "code"
    if scheme == "hf":
        return {"datasets": "dataset", "spaces": "demo"}.get(value.split("/")[0], "model")
    host = value.split("/")[0]
    if _PAPER_HOSTS.search(host):
        return "paper"
    if re.search(r"(?:^|\.)(?:youtube\.com|youtu\.be|bilibili\.com|twitter\.com|x\.com)$", host):
        return "video"
    if value.startswith("huggingface.co/collections"):
        return "model"
    if value.startswith("huggingface.co/blog") or re.search(r"(?:^|\.)(?:medium\.com|substack\.com)$", host):
        return "blog"
    return "paper" if value.endswith(".pdf") else "page"


@lru_cache(maxsize=8192)
def link_of(text: str, href: str) -> Link | None:
    """The link with its role, or None where the address is not one of the web."""
    address, identifier = _address(href)
    if identifier is None:
        return None
    label = label_role(text)
    by_host = host_role(identifier)
    if label in ("page", "other", "") or (label == "code" and by_host in ("paper", "dataset")):
        role = by_host if by_host != "page" or not label else label
    elif label == "paper" and by_host in ("code", "model", "dataset"):
        role = by_host
    else:
        role = by_host if label == "model" and by_host in ("code", "dataset") else label
    return Link(text, address, role, bool(label), identifier)


def relabelled(link: Link, key: str) -> Link:
    """The link with the role that the key before it gives: if it has no label, and its address allows it."""
    if link.label:
        return link
    role = label_role(key)
    if role in ("", "other", "page") or (
        link.role in ("paper", "code", "model", "dataset") and link.role != role
    ):
        return replace(link, label=True)
    return replace(link, role=role, label=True)


@lru_cache(maxsize=16384)
def _address(href: str) -> tuple[str, Identifier | None]:
    """An address repaired, and what it stands for; a list asks the same of one address several times."""
    address = repaired(href)
    return address, identify(address)


def is_address(href: str) -> bool:
    """Whether an address is one of the web, so that :func:`link_of` makes a link of it."""
    return _address(href)[1] is not None


def repaired(href: str) -> str:
    """An address without what copying glued to it: a second address, brackets, blanks around.

    Of a whole link of Markdown the address that it leads to is taken.

    >>> repaired("https://a.org/xhttps://b.org/y"), repaired(" https://a.org/x) ")
    ('https://a.org/x', 'https://a.org/x')
    >>> repaired("%5Bhttps://a.org/x"), repaired("%5Bhttps://a.org/x%5D(https://b.org/y)")
    ('https://a.org/x', 'https://b.org/y')
    """
    href = href.strip().strip("<>[]").removeprefix("%5B")
    if inner := _LINK_WITHIN.search(href):
        href = inner[1]
    if (
        (second := re.search(r"https?://", href[8:]))
        and "web.archive.org" not in href
        and "?" not in href[: second.start() + 8]
    ):
        before = href[: 8 + second.start()]
        if not before.endswith(("/", "=")):
            href = before
    if href.endswith(")") and href.count(")") > href.count("("):
        href = href[:-1]
    return href.rstrip("%20") if href.endswith("%20") else href


def is_relative(href: str) -> bool:
    """Whether an address points into the list itself or its repository."""
    return not _ABSOLUTE.match(href.strip())


def within_repository(parts: Sequence[Unit]) -> str:
    """The first link as it is written, if it leads to another file of the list's repository, else ""."""
    first = next((unit for unit in parts if unit.kind == "link"), None)
    if first is None or not first.text or first.href.startswith("#") or not is_relative(first.href):
        return ""
    return first.href


def resolved(href: str, page: str) -> str:
    """The address of another file of the repository in which a page stands; "" where it leads out of it.

    >>> resolved("docs/x.md", "https://github.com/o/r/blob/HEAD/a/README.md")
    'https://github.com/o/r/blob/HEAD/a/docs/x.md'
    >>> resolved("/x.md", "https://github.com/o/r/blob/HEAD/a/README.md"), resolved("../x", "https://a.org/b")
    ('https://github.com/o/r/blob/HEAD/x.md', 'https://a.org/x')
    """
    repository, blob, path = page.partition("/blob/")
    if not blob:
        return urljoin(page, href)
    home = f"{repository}{blob}{path.partition('/')[0]}/"
    found = urljoin(home, href.lstrip("/")) if href.startswith("/") else urljoin(page, href)
    return found if found.startswith(home) else ""


def starred_repository(src: str) -> str:
    """The page of the repository whose stars a badge counts, or "".

    >>> starred_repository("https://img.shields.io/github/stars/owner/name?style=social")
    'https://github.com/owner/name'
    """
    found = _STARS.search(src)
    return f"https://github.com/{found[1]}/{found[2]}" if found else ""


def units(pieces: Sequence[Piece]) -> list[Unit]:
    """The stretches of an item's text in order; pieces of one link are one unit."""
    out: list[Unit] = []
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        if piece.link:
            j = i
            while j < len(pieces) and pieces[j].link == piece.link:
                j += 1
            out.append(_linked(pieces[i:j]))
            i = j
            continue
        i += 1
        if piece.text == BREAK:
            out.append(Unit("break", "\n"))
        elif piece.image:
            out.append(Unit("badge", piece.text, href=piece.image))
        else:
            out.append(Unit("text", piece.text, piece.style))
    return out


def _linked(pieces: Sequence[Piece]) -> Unit:
    first = pieces[0]
    href = first.href
    if len(pieces) == 1 and not first.image:  # nearly every link
        text = " ".join(first.text.split())
        return Unit("link", text, first.style if text else "", href, link_of(text, href))
    text = plain(pieces)
    style = "".join(sorted(set("".join(p.style for p in pieces if p.text.strip()))))
    images = [p for p in pieces if p.image]
    if not text and images:
        # A badge's link counts, its image does not; its alt text is the label.
        alt = " ".join("".join(p.text for p in images).split())
        words = alt if label_role(alt) else _badge_label(images[0].image)
        return Unit("badge", alt, style, href, link_of(words or alt, href), images[0].image)
    return Unit("link", text, style, href, link_of(text, href))


def _badge_label(src: str) -> str:
    """The words on a shields.io badge ("arXiv-Paper-red"): its label if they are one."""
    path = urlsplit_path(src)
    words = re.split(r"[-_]", path.rsplit("/", 1)[-1])
    return next((w for w in words if label_role(w) not in ("", "other")), "")


def badge_text(src: str) -> str:
    """The words that a static badge without a label shows, or "".

    >>> badge_text("https://img.shields.io/badge/-Foo--Net%20v2-blue")
    'Foo-Net v2'
    """
    found = _SHIELD.search(src.split("?", maxsplit=1)[0])
    if not found:
        return ""
    # shields.io: _ is a blank, __ is _, -- is -
    text = unquote(found[1]).replace("--", "-").replace("__", "\0").replace("_", " ")
    return text.replace("\0", "_").strip()


def badge_venue(src: str) -> str:
    """The venue that a badge with a label shows, or "".

    >>> badge_venue("https://img.shields.io/badge/Conference-ICML'23-blue"), badge_venue("x.svg")
    ("ICML'23", '')
    """
    found = _VENUE_BADGE.search(src) if "/badge/" in src else None
    return unquote(found[1]).replace("--", "-").replace("_", " ").strip() if found else ""


def badge_colour(src: str) -> str:
    """The colour of a static badge without a label, or "".

    >>> badge_colour("https://img.shields.io/badge/Foo-Blue")
    'blue'
    """
    found = _SHIELD.search(src.split("?", maxsplit=1)[0])
    return found[2].casefold() if found else ""


def urlsplit_path(src: str) -> str:
    """The path of an address, or "" where it has none."""
    try:
        return urlsplit(src).path
    except ValueError:
        return ""


def asides(rest: list[Unit]) -> tuple[Link, ...]:
    """The links in running text: what they point to is mentioned, it is not the item's own."""
    out = []
    before = ""
    for unit in rest:
        if unit.kind == "text":
            before += unit.text
        elif unit.kind == "break":
            before = ""
        elif unit.kind == "link":
            bracketed = unit.text.startswith(("[", "(")) or bool(
                re.search(r"(?:^|[\[(|,·/])\s*\\?[\[(]?\s*$", before[-20:])
            )
            pointer = label_role(unit.text) == "other" and re.search(r"\w", before)
            if unit.link and (
                pointer or (not unit.link.label and not bracketed and re.search(r"\w", before))
            ):
                out.append(unit.link)
            before += unit.text
    return tuple(out)


def is_described(items: list[Unit], at: int) -> bool:
    """Whether a separator and a text follow a link."""
    behind = items[at + 1].text if at + 1 < len(items) and items[at + 1].kind == "text" else ""
    return bool(re.match(r"\s*(?:[:：]|\s[-–—])\s*\w", behind))  # noqa: RUF001
