"""Two services of arXiv write one paper in two ways; which one was asked is no change of the paper."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.arxiv import feed as atom
from ingest.arxiv import oai
from ingest.arxiv.raw import names_of, record_of_raw, settled
from ingest.arxiv.records import canonical_json, record_of
from ingest.arxiv.tex import folded, unicode_of
from kg.model import PaperRecord
from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_server import FACTS, Paper, invented
from tests.fakes.oai import Oai, line_of

FULL = replace(
    invented("2401.90000"),
    title="Schrödinger Maps and the Erdős Problem",
    authors=("Gísli Guðnason", "E. J. Łukasz", "François Müller", "Søren Ångström"),
    abstract="On naïve maps. We show it by façade.",
    comment="12 pages, für Gauß",
    journal_ref="Fundamenta Invented 7 (2024) 1-12",
    doi="10.1234/Invented.7",
    categories=("cs.CL", "stat.ML", "math-ph"),
)
TYPED = (
    ("title", 'Schr\\"odinger Maps\n  and the Erd\\H{o}s Problem'),
    (
        "authors",
        r"G\'{\i}sli Gu{\dh}nason, E.J. {\L}ukasz, Fran\c{c}ois M\"{u}ller and S{\o}ren \AA ngstr\"om",
    ),
    ("abstract", '  On na\\"{\\i}ve maps. We show it\nby fa\\c{c}ade.\n'),
    ("comments", r"12 pages, f{\"u}r Gau{\ss}"),
)
SORTED = ("categories", "cs.CL math-ph stat.ML")


def by_atom(paper: Paper, dialect: str = "present") -> PaperRecord:
    entry = fake.entry(paper, len(paper.updated), dialect)
    (result,) = atom.read(fake.feed([entry], 1, 1, dialect).encode()).results
    return record_of(result)


def by_oai(paper: Paper) -> PaperRecord:
    said = Oai({paper.arxiv_id: paper}, now=datetime(2026, 11, 24, tzinfo=UTC)).answer(
        {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}
    )
    (raw,) = oai.read(said.body).records
    return record_of_raw(raw)


# -------------------------------------------------------------------------------- the same paper


@pytest.mark.row(34)
@pytest.mark.parametrize("paper", [*FACTS, FULL], ids=lambda paper: paper.arxiv_id)
def test_a_plain_paper_is_the_same_record_from_both_services(paper: Paper) -> None:
    assert by_oai(paper) == by_atom(paper)
    assert canonical_json(by_oai(paper)) == canonical_json(by_atom(paper, "classic"))


@pytest.mark.row(34)
def test_what_was_typed_in_tex_is_the_same_record() -> None:
    typed = by_oai(replace(FULL, raw=(*TYPED, SORTED)))
    assert typed.title == FULL.title
    assert typed.authors == FULL.authors
    assert typed.abstract == FULL.abstract
    assert typed.comment == FULL.comment
    assert settled(typed, by_atom(FULL), raw=True) == by_atom(FULL)
    assert settled(by_atom(FULL), typed, raw=False) == typed


@pytest.mark.row(34)
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (r"$\alpha$-stable \emph{maps}", "α-stable \\emph{maps}"),  # noqa: RUF001 - Greek is meant
        (r"{\it Wide} nets", r"{\it Wide} nets"),
        (r"An $O(n^{2})$ bound", "An $O(n^2)$ bound"),
        (r"\v{C}ech and Ho\v{r}ava", "Čech and Hořava"),
        (r"the \`a la mode ``quoted''", 'the à la mode "quoted"'),
        (r"Poincar\'{e}--Birkhoff", "Poincaré--Birkhoff"),
        (r"na\"ive", "na\u0131\u0308ve"),
        ("caf\u0065\u0301", "café"),
    ],
)
def test_notation_is_no_difference(typed: str, shown: str) -> None:
    assert folded(typed) == folded(shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8 pages", "9 pages"),
        ("A map", "A cap"),
        ("on maps", "On maps"),
        ("a, b", "a; b"),
        ("x - y", "x + y"),
    ],
)
def test_what_is_said_is_a_difference(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.row(34)
def test_a_change_of_service_is_no_change_for_any_text() -> None:
    @given(
        title=st.text(LETTERS, min_size=3),
        comment=st.text(LETTERS),
        names=st.lists(NAMES, min_size=1, max_size=6),
        forms=st.randoms(use_true_random=False),
    )
    def holds(title: str, comment: str, names: list[str], forms: object) -> None:
        paper = replace(FULL, title=f"On {title}", comment=comment, authors=tuple(names))
        typed = replace(
            paper,
            raw=(
                ("title", tex_of(paper.title, forms)),
                ("comments", tex_of(comment, forms)),
                ("authors", tex_of(line_of(names), forms)),
            ),
        )
        ours, theirs = by_oai(typed), by_atom(paper)
        assert settled(ours, theirs, raw=True) == theirs
        assert settled(theirs, ours, raw=False) == ours

    holds()


LETTERS = "abcxyzABZ 0189-,.:éèüñçšřőąØłßæåïÅÉ"
NAMES = st.builds(
    lambda first, last: f"{first} {last}",
    st.sampled_from(["Ada", "Élodie", "J. P.", "Łukasz", "Søren", "Zoë"]),
    st.sampled_from(["Brook", "Müller", "de la Peña", "Gauß", "Ångström", "O'Hara", "Nuñez-Díaz"]),
)
MARKS = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0308": '"', "\u0327": "c", "\u030c": "v",
         "\u030b": "H", "\u0328": "k", "\u030a": "r"}  # fmt: skip
SPECIAL = {"Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "ø": "o", "å": "aa", "Å": "AA"}


def tex_of(text: str, dice: object) -> str:
    """The text as somebody might have typed it in TeX."""
    typed = ""
    for c in text:
        form = getattr(dice, "randrange")(4)  # noqa: B009 - hypothesis gives no type for it
        pair = unicodedata.normalize("NFD", c)
        if c in SPECIAL and form:
            typed += [f"{{\\{SPECIAL[c]}}}", f"\\{SPECIAL[c]}{{}}", f"{{\\{SPECIAL[c]}}}"][form - 1]
        elif len(pair) == 2 and form:
            letter, mark = pair[0], MARKS[pair[1]]
            braced = f"\\{mark}{{{letter}}}"
            bare = braced if mark.isalpha() else f"\\{mark}{letter}"
            typed += [braced, bare, f"{{{bare}}}"][form - 1]
        else:
            typed += c
    return typed


# ------------------------------------------------------------------------------------- real changes


@pytest.mark.row(32)
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another Title"},
        {"abstract": "Another abstract."},
        {"comment": "13 pages"},
        {"journal_ref": "Elsewhere 8"},
        {"doi": "10.1234/other"},
        {"categories": ("stat.ML", "cs.CL", "math-ph")},
        {"categories": ("cs.CL", "stat.ML")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_real_change_is_seen_across_services(change: dict[str, object]) -> None:
    changed = replace(FULL, **change)  # type: ignore[arg-type]
    assert settled(by_oai(changed), by_atom(FULL), raw=True) == by_atom(changed)
    assert settled(by_atom(changed), by_oai(replace(FULL, raw=TYPED)), raw=False) == by_atom(changed)


@pytest.mark.row(31)
def test_a_new_version_is_seen_across_services() -> None:
    new = FULL.revised(authors=("Somebody Else",))
    assert settled(by_oai(new), by_atom(FULL), raw=True) == by_atom(new)


def test_authors_that_cannot_be_compared_stay_while_the_version_does() -> None:
    odd = replace(FULL, raw=(("authors", "G. G., for the whole of the Harbour Team [and others]"),))
    assert settled(by_oai(odd), by_atom(FULL), raw=True) == by_atom(FULL)


# --------------------------------------------------------------------------------------- withdrawn


@pytest.mark.row(35)
def test_a_withdrawal_that_only_the_source_type_tells() -> None:
    gone = replace(FULL, withdrawn=True)
    assert not by_atom(gone).withdrawn
    assert by_oai(gone).withdrawn
    known = settled(by_oai(gone), by_atom(FULL), raw=True)
    assert known == replace(by_atom(FULL), withdrawn=True)
    assert settled(by_atom(gone), known, raw=False) == known, "the API cannot know better"


@pytest.mark.row(36)
def test_a_later_version_lifts_a_withdrawal() -> None:
    gone = settled(by_oai(replace(FULL, withdrawn=True)), by_atom(FULL), raw=True)
    back = FULL.revised()
    assert not settled(by_atom(back), gone, raw=False).withdrawn
    assert not settled(by_oai(back), gone, raw=True).withdrawn


# ------------------------------------------------------------------------------------------ authors


@pytest.mark.parametrize(
    "line",
    [
        "Ada Aven, Brun Brook and Cleo Crane",
        "Ada Aven, Brun Brook, and Cleo Crane",
        "Ada Aven, Brun Brook, Cleo Crane",
        "Ada Aven and Brun Brook and Cleo Crane",
        "Ada Aven & Brun Brook & Cleo Crane",
        "Ada Aven (1), Brun Brook (1 and 2), Cleo Crane (2) ((1) Harbour Lab, (2) Tide House (North))",
        "Ada Aven(Harbour Lab),\n  Brun Brook (Tide House, and more),\n  Cleo Crane",
        "Ada Aven,, Brun Brook ,Cleo Crane, et al.",
        " Ada  Aven , Brun Brook,and Cleo Crane (Tide House",
    ],
)
def test_names_are_found_in_every_form_of_a_line(line: str) -> None:
    assert names_of(line) == ("Ada Aven", "Brun Brook", "Cleo Crane")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ()),
        ("Plato", ("Plato",)),
        ("Rand Sandoval", ("Rand Sandoval",)),  # "and" within a word divides nothing
        ("A.B. Aven, Jr., Sand Brook III", ("A. B. Aven Jr.", "Sand Brook III")),
        ("The Tide Collaboration: A. Aven and B. Brook", ("The Tide Collaboration", "A. Aven", "B. Brook")),
        ("((((", ()),
    ],
)
def test_odd_lines_of_authors(line: str, names: tuple[str, ...]) -> None:
    assert names_of(line) == names


@given(st.text(max_size=200))
def test_any_text_is_folded_and_split_without_a_fault(text: str) -> None:
    assert folded(text) == folded(unicode_of(text)) or "\\" in text
    assert all(name == " ".join(name.split()) for name in names_of(text))


def test_three_thousand_authors_are_split_in_no_time() -> None:
    names = tuple(f"Author {n} of Many" for n in range(3000))
    assert names_of(line_of(names)) == names
    assert names_of("(" * 20_000 + "A" + ")" * 20_000) in {(), ("A",)}


def test_dates_are_exact_and_utc() -> None:
    record = by_oai(replace(FACTS[0], modified=date(2026, 11, 1)))
    assert record.published == datetime(2021, 6, 17, 17, 37, 18, tzinfo=UTC)
    assert record.updated == datetime(2021, 10, 16, 18, 40, 34, tzinfo=UTC)
