"""The rows of a table as entries: which column holds the name, and what the others say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kg.vocabulary import Kind

from .blocks import BREAK, Block, Piece, plain
from .headings import bare
from .links import Link, Unit, asides, is_relative, link_of, starred_repository, units
from .titles import cleaned, find_title, is_title

_ROLES: tuple[tuple[str, str], ...] = (
    (
        "size",
        (
            r"#?\s*params?(?:eters?)?\b.*|(?:model[ _-]?)?sizes?(?:\s*\(.*\))?|#\s*of\s+param.*|参数.*|大小|"
            r"模型大小"
        ),
    ),
    ("active", r"active\s+param.*|activated.*"),
    ("context", r"(?:max(?:imum)?\s+)?(?:context|ctx|seq(?:uence)?)\b.*|上下文.*"),
    ("bits", r"bits?|bit[ -]?widths?|precision"),
    (
        "device",
        (
            r"(?:supported\s+|target\s+)?(?:hardware|devices?|backends?|os|processors?|"
            r"accelerators?)(?:\s+\w+)?|硬件.*"
        ),
    ),
    ("memory", r".*\b(?:v?ram|gpu\s+memory|memory)\b.*|显存.*|内存.*"),
    ("licence", r".*licen[cs]e.*|许可.*|协议"),
    ("date", r".*\b(?:dates?|years?|released?|time|published|updated?)\b.*|.*(?:时间|日期)|年份"),
    ("venue", r"venues?|conference.*|journal|published\s+(?:in|at)|会议"),
    (
        "maker",
        (
            r".*\b(?:institut\w*|organi[sz]ations?|orgs?|providers?|makers?|affiliations?|compan(?:y|"
            r"ies)|labs?|"
            r"developers?|vendors?|creators?|publishers?|teams?|group)\b.*|.*(?:机构|公司|单位|发布者|作者|团队|组织|"
            r"来源).*"
        ),
    ),
    ("authors", r"authors?|contributors?"),
    (
        "base",
        (
            r"(?:base|backbone|foundation|parent|teacher)(?:[ _-]?models?)?|based\s+on|base\s+llms?|"
            r"derived\s+from|基座.*|底座.*|基础模型"
        ),
    ),
    ("generator", r".*(?:generated\s+(?:by|with)|generation\s+model|data\s+generation).*"),
    (
        "training",
        (
            r"(?:training|train|fine-?tuning|pre-?training)[ _-]*(?:data|datasets?|corpus)|"
            r"trained\s+on|训练数据.*"
        ),
    ),
    ("samples", r"#?\s*(?:samples?|examples?|instances|rows|num\w*|data\s+size|count)|数据量|样本.*|规模"),
    ("tokens", r".*\btokens?\b.*"),
    ("language", r"lang(?:uages?|s)?|语言|语种"),
    ("examples", r"examples?\b.*|representative.*|代表.*"),
    (
        "paper",
        (
            r"(?:.*\b)?(?:papers?|publications?|arxiv|pdf|reports?|"
            r"tech(?:nical)?\s+reports?)(?:[ _/&]+(?:links?|urls?|titles?|blogs?|name))?|论文.*|文献"
        ),
    ),
    ("code", r".*\b(?:code|github|repos?|repository|source)\b.*|代码.*|源码.*|项目地址|仓库"),
    (
        "model",
        (
            r"(?:hf|hugging\s*face|checkpoints?|weights?|model\s+(?:links?|cards?|hub)|hf\s+models?|"
            r"hub)(?:\s+\w+)?|.*(?:下载|模型地址).*"
        ),
    ),
    ("demo", r"demos?|colab|playground|try\s*it.*|在线.*"),
    ("blog", r"blogs?|blog\s+posts?|announcements?"),
    (
        "url",
        (
            r"links?|urls?|websites?|home\s?pages?|project\s+pages?|sites?|web|pages?|"
            r"resources?\s+links?|链接|地址|官网|网址|主页"
        ),
    ),
    (
        "description",
        (
            r".*\b(?:descriptions?|desc|summary|summaries|notes?|comments?|introductions?|"
            r"features?|details?|"
            r"mechanisms?|significance|concepts?|limitations?|advantages?|what|remarks?|"
            r"highlights?|usage|purpose)\b.*|"
            r"说明.*|简介.*|描述.*|介绍.*|备注.*|特点.*|特色.*"
        ),
    ),
    (
        "domain",
        r"(?:application\s+)?(?:domains?|tasks?|fields?|topics?|areas?|focus)|领域|方向|任务|应用领域",
    ),
    (
        "keywords",
        (
            r"keywords?|key\s+words|types?|categor(?:y|ies)|tags?|paradigms?|"
            r"modalit(?:y|ies)|architectures?|类型|类别|分类|结构|架构|标签"
        ),
    ),
    ("stars", r".*\b(?:stars?|rating|score|rank|#|no|id|index|status)\b.*|⭐.*|序号"),
)
_COMPILED = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
_NAME_KINDS: tuple[tuple[Kind | None, str], ...] = (
    (Kind.DATASET, r"(?:[\w-]+\s){0,3}(?:data\s?sets?|corpus|corpora)(?:[ _-]names?)?|数据集.*"),
    (Kind.BENCHMARK, r"(?:[\w-]+\s){0,3}(?:benchmarks?|metrics?|leaderboards?)(?:[ _-]names?)?|评测.*|基准"),
    (
        Kind.MODEL,
        r"(?:[\w-]+\s){0,3}(?:models?|llms?|slms?|language\s+models?)(?:[ _-]names?)?|模型|模型名称|系列",
    ),
    (Kind.PAPER, r"(?:paper\s+)?titles?|标题|论文题目|论文标题"),
    (
        Kind.METHOD,
        (
            r"(?:[\w-]+\s){0,3}(?:methods?|techniques?|algorithms?|approach(?:es)?|strateg(?:y|"
            r"ies))(?:[ _-]names?)?|方法"
        ),
    ),
    (
        Kind.FRAMEWORK,
        (
            r"(?:[\w-]+\s){0,3}(?:frameworks?|tools?|librar(?:y|ies)|software|engines?|"
            r"packages?|platforms?|systems?)(?:[ _-]names?)?|框架|工具|平台"
        ),
    ),
    (Kind.APPLICATION, r"(?:[\w-]+\s){0,3}(?:applications?|use[- ]cases?|apps?)(?:[ _-]names?)?|应用.*"),
    (
        Kind.TUTORIAL,
        (
            r"(?:[\w-]+\s){0,3}(?:tutorials?|courses?|guides?|books?|articles?)(?:[ _-]names?)?|"
            r"课程|教程"
        ),
    ),
    (
        None,
        (
            r".*\b(?:names?|projects?|items?|resources?|entry|entries|variants?|era|product|title)\b.*|名称|"
            r"名字|项目|资源|项目名称"
        ),
    ),
)
_COMPILED_NAMES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _NAME_KINDS)
_MAX_NAME_WORDS = 12
_MORE = re.compile(r"\W*(?:查看|view|see|browse|show|read)(?:\b|全|完)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column header says of its cells; ``kind`` for a column of names."""

    role: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell beside the name: its column, text and links."""

    role: str
    header: str
    text: str
    links: tuple[Link, ...]


@lru_cache(maxsize=2048)
def column(header: str) -> Column:
    """What a header says of its column.

    >>> column("Model").role, column("#Params").role, column("HF Model").role, column("Base").role
    ('name', 'size', 'model', 'base')
    >>> column("Training data").role, column("Dataset").kind is Kind.DATASET
    ('training', True)
    """
    text = bare(header).replace("_", " ")
    if not text:
        return Column("")
    if re.fullmatch(r"(?:hf|hugging\s*face)\s+models?", text, re.IGNORECASE):
        return Column("model")
    for kind, pattern in _COMPILED_NAMES[:-1]:
        if pattern.fullmatch(text) and column_role(text) not in (
            "training",
            "base",
            "size",
            "generator",
            "memory",
        ):
            return Column("name", kind)
    role = column_role(text)
    if role and not (role in ("code", "stars") and _COMPILED_NAMES[-1][1].fullmatch(text)):
        return Column(role)
    return Column("name") if _COMPILED_NAMES[-1][1].fullmatch(text) else Column("")


def column_role(text: str) -> str:
    """The role of a column that holds no names, or ""."""
    return next((role for role, pattern in _COMPILED if pattern.fullmatch(text)), "")


@dataclass(slots=True)
class Row:
    """A row read: name cell found, other cells by role. ``reason``: why it holds no item, or ""."""

    reason: str = ""
    name: str = ""
    form: str = ""
    kind: Kind | None = None
    main: Link | None = None
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()
    rest: tuple[Unit, ...] = ()
    prefix: str = ""


def read_row(block: Block) -> Row:  # noqa: PLR0911 - one return a reason
    """The name, main link and other cells of a table row."""
    texts = [plain(cell) for cell in block.cells]
    filled = [i for i, text in enumerate(texts) if text or any(p.href for p in block.cells[i])]
    if not filled:
        return Row("empty row")
    columns = [column(header) for header in block.columns] + [Column("")] * len(block.cells)
    hrefs = [p.href for cell in block.cells for p in cell if p.href]
    if hrefs and all(h.startswith("#") for h in hrefs):
        return Row("table of contents")
    if any(_MORE.match(plain(c)) and any(is_relative(p.href) for p in c if p.href) for c in block.cells):
        return Row("index row")
    if len(filled) == 1 and len(block.cells) > 2 and not hrefs:  # noqa: PLR2004 - a row across the table
        return Row("group row")
    if all(not re.search(r"\w", t) for t in texts) and not hrefs:
        return Row("empty row")
    at = _name_column(block, columns, texts)
    if at < 0:
        return Row("row without a name")
    row = _named(block.cells[at], columns[at])
    if not row.name:
        return Row("row without a name")
    row.cells = tuple(
        Cell(
            _beside(columns[i], columns[at]),
            block.columns[i] if i < len(block.columns) else "",
            texts[i] if columns[i].role == "description" else _listed(block.cells[i]),
            tuple(_in_column(link, columns[i].role) for link in _links(block.cells[i])),
        )
        for i in range(len(block.cells))
        if i != at
    )
    return row


def _in_column(link: Link, role: str) -> Link:
    """The link with the role of its column: a repository under "Try it" is no code of the row's thing."""
    fixed = role in ("demo", "blog", "model") and link.role in ("code", "page", "paper")
    return replace(link, role=role) if fixed and not (link.label and link.role == "paper") else link


def _listed(cell: tuple[Piece, ...]) -> str:
    """The text of a cell with its lines told apart."""
    lines: list[list[Piece]] = [[]]
    for piece in cell:
        if piece.text == BREAK:
            lines.append([])
        else:
            lines[-1].append(piece)
    return "; ".join(text for line in lines if (text := plain(line)))


def _beside(other: Column, name: Column) -> str:
    """The role of a second column of names: data beside models is what they were trained on."""
    if other.role == "name" and other.kind is Kind.DATASET and name.kind is Kind.MODEL:
        return "training"
    if other.role == "name" and other.kind is Kind.MODEL and name.kind is not Kind.MODEL:
        return "supports"
    return other.role


def _name_column(block: Block, columns: list[Column], texts: list[str]) -> int:
    """The index of the cell that holds the row's name, or -1."""
    count = len(block.cells)
    named = [i for i in range(count) if columns[i].role == "name" and texts[i]]
    if named:
        return named[0]
    if columns[0].role in ("", "domain", "maker") and re.search(r"\w", texts[0]) and _marked(block.cells[0]):
        return 0
    for i in range(count):
        if columns[i].role == "paper" and _titled(block.cells[i], texts[i]):
            return i
    for i in range(count):
        if columns[i].role in ("", "url", "code", "model", "stars") and any(
            not link.label and not re.match(r"https?:", link.text) for link in _links(block.cells[i])
        ):
            return i
    for i in range(count):
        if (
            texts[i]
            and columns[i].role in ("", "keywords", "domain", "examples", "paper")
            and len(texts[i].split()) <= _MAX_NAME_WORDS
        ):
            return i
    return -1


_TITLE_WORDS = 3


def _titled(cell: tuple[Piece, ...], text: str) -> bool:
    """Whether a cell under "Paper" holds a title and not only a label."""
    return is_title(text) or any(
        not link.label and len(link.text.split()) >= _TITLE_WORDS for link in _links(cell)
    )


def _marked(cell: tuple[Piece, ...]) -> bool:
    """Whether a cell is short and all of it bold or linked, wherever the link goes."""
    said = [p for p in cell if p.text.strip() and not p.image]
    words = sum(len(p.text.split()) for p in said)
    return 0 < words <= _MAX_NAME_WORDS and all(p.href or "b" in p.style for p in said)


def _named(cell: tuple[Piece, ...], head: Column) -> Row:
    parts = units(cell)
    title = find_title(list(parts))
    whole = _whole(parts)
    name = cleaned(title.name)
    if whole and (title.form in ("text", "link", "bold") and not is_title(name)):
        name = whole
    kind = head.kind or {"paper": Kind.PAPER, "maker": Kind.ORGANIZATION}.get(head.role)
    others = asides(title.rest)
    links = tuple(u.link for u in (*title.head, *title.rest) if u.link and u.link not in others)
    main = title.main or next((link for link in links if not link.label), None)
    return Row(
        "",
        name,
        title.form,
        kind,
        main,
        (),
        tuple(x for x in links if x is not main),
        tuple(title.rest),
        title.prefix,
    )


def _whole(parts: list[Unit]) -> str:
    """The text of a short cell without labels and badges, up to the first break."""
    text = ""
    for unit in parts:
        if unit.kind == "break" and text.strip():
            break
        if unit.kind == "text" or (unit.kind == "link" and not (unit.link and unit.link.label)):
            text += unit.text
    name = cleaned(re.sub(r"\[\s*\]|\(\s*\)", "", text))
    return name if len(name.split()) <= _MAX_NAME_WORDS else ""


def _links(cell: tuple[Piece, ...]) -> tuple[Link, ...]:
    found = []
    for unit in units(cell):
        if unit.link:
            found.append(unit.link)
        elif unit.kind == "badge" and (page := starred_repository(unit.href)) and (link := link_of("", page)):
            found.append(link)
    return tuple(found)
