"""What the header of a column says of its cells: names of some kind, sizes, links, topics ..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.vocabulary import Kind

from .headings import bare

# Each role with its headers: whole ones, and words that may stand anywhere in a header.
_ROLES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "size",
        (
            r"#?\s*params?(?:eters?)?\b.*",
            r"(?:model[ _-]?)?sizes?(?:\s*\(.*\))?",
            r"#\s*of\s+param.*",
            r"architectures?",
            r"参数.*",
            r"大小",
            r"模型大小",
        ),
        (),
    ),
    ("active", (r"active\s+param.*", r"activated.*"), ()),
    ("context", (r"(?:max(?:imum)?\s+)?(?:context|ctx|seq(?:uence)?)\b.*", r"上下文.*"), ()),
    ("bits", (r"bits?", r"bit[ -]?widths?", r"precision"), ()),
    (
        "device",
        (
            r"(?:supported\s+|target\s+)?(?:hardware|devices?|backends?|os|processors?)(?:\s+\w+)?",
            r"accelerators?",
            r"runs?\s+on",
            r"chips?",
            r"硬件.*",
        ),
        (),
    ),
    ("memory", (r"显存.*", r"内存.*"), (r"v?ram", r"gpu\s+memory", r"memory")),
    ("licence", (r".*licen[cs]e.*", r"许可.*", r"协议"), ()),
    (
        "date",
        (r".*(?:时间|日期)", r"年份"),
        (r"dates?", r"years?", r"released?", r"time", r"published", r"updated?"),
    ),
    ("venue", (r"venues?", r"conference.*", r"journal", r"published\s+(?:in|at)", r"会议"), ()),
    (
        "maker",
        (r".*(?:机构|公司|单位|发布者|作者|团队|组织|来源).*",),
        (
            r"institut\w*",
            r"organi[sz]ations?",
            r"orgs?",
            r"providers?",
            r"makers?",
            r"affiliations?",
            r"compan(?:y|ies)",
            r"labs?",
            r"developers?",
            r"vendors?",
            r"creators?",
            r"publishers?",
            r"teams?",
            r"group",
        ),
    ),
    ("authors", (r"authors?", r"contributors?"), ()),
    (
        "base",
        (
            r"(?:base|backbone|foundation|parent|teacher)(?:[ _-]?models?)?",
            r"based\s+on",
            r"base\s+llms?",
            r"derived\s+from",
            r"基座.*",
            r"底座.*",
            r"基础模型",
        ),
        (),
    ),
    ("generator", (r".*(?:generated\s+(?:by|with)|generation\s+model|data\s+generation).*",), ()),
    (
        "training",
        (
            r"(?:training|train|fine-?tuning|pre-?training)[ _-]*(?:data|datasets?|corpus)",
            r"trained\s+on",
            r"训练数据.*",
        ),
        (),
    ),
    (
        "samples",
        (
            r"#?\s*(?:samples?|examples?|instances|rows|num\w*|data\s+size|count)",
            r"数据量",
            r"样本.*",
            r"规模",
        ),
        (),
    ),
    ("price", (), (r"prices?", r"pricing", r"costs?", r"\$.*")),
    ("tokens", (), (r"tokens?",)),
    ("language", (r"lang(?:uages?|s)?", r"语言", r"语种"), ()),
    ("examples", (r"examples?\b.*", r"representative.*", r"代表.*"), ()),
    (
        "paper",
        (
            (
                r"(?:.*\b)?(?:papers?|publications?|arxiv|pdf|reports?)"
                r"(?:[ _/&]+(?:links?|urls?|titles?|blogs?|name))?"
            ),
            r"论文.*",
            r"文献",
        ),
        (),
    ),
    (
        "code",
        (r"代码.*", r"源码.*", r"项目地址", r"仓库"),
        (r"code", r"github", r"repos?", r"repository", r"source"),
    ),
    (
        "model",
        (
            r"(?:hf|hugging\s*face|checkpoints?|weights?|hf\s+models?|hub)(?:\s+\w+)?",
            r"model\s+(?:links?|cards?|hub)",
            r".*(?:下载|模型地址).*",
        ),
        (),
    ),
    ("demo", (r"demos?", r"colab", r"playground", r"try\s*it.*", r"在线.*"), ()),
    ("blog", (r"blogs?", r"blog\s+posts?", r"announcements?"), ()),
    (
        "url",
        (
            r"(?:resources?\s+)?links?",
            r"urls?",
            r"websites?",
            r"(?:home|project)?\s?pages?",
            r"sites?",
            r"web",
            r"链接",
            r"地址",
            r"官网",
            r"网址",
            r"主页",
        ),
        (),
    ),
    (
        "description",
        (r"(?:说明|简介|描述|介绍|备注|特点|特色).*",),
        (
            r"descriptions?",
            r"desc",
            r"summar(?:y|ies)",
            r"notes?",
            r"comments?",
            r"introductions?",
            r"features?",
            r"details?",
            r"mechanisms?",
            r"significance",
            r"concepts?",
            r"limitations?",
            r"advantages?",
            r"what",
            r"remarks?",
            r"highlights?",
            r"usage",
            r"purpose",
        ),
    ),
    (
        "domain",
        (
            r"(?:application\s+)?(?:domains?|tasks?|fields?|topics?|areas?|focus)",
            r"领域",
            r"方向",
            r"任务",
            r"应用领域",
        ),
        (),
    ),
    (
        "keywords",
        (
            r"keywords?",
            r"key\s+words",
            r"types?",
            r"categor(?:y|ies)",
            r"tags?",
            r"paradigms?",
            r"modalit(?:y|ies)",
            r"architectures?",
            r"类型",
            r"类别",
            r"分类",
            r"结构",
            r"架构",
            r"标签",
        ),
        (),
    ),
    (
        "stars",
        (r"⭐.*", r"序号"),
        (r"stars?", r"rating", r"score", r"rank", r"no", r"id", r"index", r"status"),
    ),
)


def _role_pattern(whole: tuple[str, ...], within: tuple[str, ...]) -> re.Pattern[str]:
    parts = [*whole, *([rf".*\b(?:{'|'.join(within)})\b.*"] if within else [])]
    return re.compile("|".join(parts), re.IGNORECASE)


_COMPILED = tuple((role, _role_pattern(whole, within)) for role, whole, within in _ROLES)
_NAME_KINDS: tuple[tuple[Kind, str, str], ...] = (
    (Kind.DATASET, r"data\s?sets?|corpus|corpora", r"数据集.*"),
    (Kind.BENCHMARK, r"benchmarks?|metrics?|leaderboards?", r"评测.*|基准"),
    (
        Kind.MODEL,
        r"models?(?:\s+(?:famil(?:y|ies)|series))?|llms?|slms?|language\s+models?",
        r"模型|模型名称|系列",
    ),
    (Kind.PAPER, r"titles?", r"标题|论文题目|论文标题"),
    (Kind.METHOD, r"methods?|techniques?|algorithms?|approach(?:es)?|strateg(?:y|ies)", r"方法"),
    (
        Kind.FRAMEWORK,
        r"frameworks?|tools?|librar(?:y|ies)|software|engines?|packages?|platforms?|systems?",
        r"框架|工具|平台",
    ),
    (Kind.APPLICATION, r"applications?|use[- ]cases?|apps?", r"应用.*"),
    (Kind.TUTORIAL, r"tutorials?|courses?|guides?|books?|articles?", r"课程|教程"),
)
_COMPILED_NAMES = tuple(
    (kind, re.compile(rf"(?:[\w-]+\s){{0,3}}(?:{words})(?:[ _-]names?)?|{others}", re.IGNORECASE))
    for kind, words, others in _NAME_KINDS
)
_ANY_NAME = re.compile(
    r".*\b(?:names?|projects?|items?|resources?|entry|entries|variants?|era|product|title)\b.*|"
    r"名称|名字|项目|资源|项目名称",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column header says of its cells; ``kind`` for a column of names."""

    role: str
    kind: Kind | None = None


@lru_cache(maxsize=2048)
def column(header: str) -> Column:
    """What a header says of its column.

    >>> column("Model").role, column("#Params").role, column("HF Model").role, column("Base").role
    ('name', 'size', 'model', 'base')
    >>> column("Training data").role, column("Dataset").kind is Kind.DATASET
    ('training', True)
    """
    text = bare(header[:200]).replace("_", " ")
    if not text:
        return Column("")
    if re.fullmatch(r"(?:hf|hugging\s*face)\s+models?", text, re.IGNORECASE):
        return Column("model")
    for kind, pattern in _COMPILED_NAMES:
        if pattern.fullmatch(text) and column_role(text) not in (
            "training",
            "base",
            "size",
            "generator",
            "memory",
        ):
            return Column("name", kind)
    role = column_role(text)
    if role and not (role in ("code", "stars") and _ANY_NAME.fullmatch(text)):
        return Column(role)
    return Column("name") if _ANY_NAME.fullmatch(text) else Column("")


def column_role(text: str) -> str:
    """The role of a column that holds no names, or ""."""
    return next((role for role, pattern in _COMPILED if pattern.fullmatch(text)), "")
