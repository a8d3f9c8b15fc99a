"""An invented graph of two lists and three arXiv records, the same on every day and machine.

All names are made up; the last list holds names that would do harm if a screen obeyed them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg.corrections import Correction
from kg.identifiers import Identifier, parse
from kg.marks import Mark, Marking
from kg.model import (
    Claim,
    DocumentKind,
    Literal,
    Mention,
    PaperRecord,
    Place,
    Reading,
    Revision,
    Span,
    blob_id,
    digest,
)
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import listed, mention
from tui.source import Source

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
READ = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def clock() -> datetime:
    """Noon of a day that never passes."""
    return NOW


def _read_clock() -> datetime:
    return READ


@dataclass
class Writer:
    """A list that is written line by line, and what its entries say."""

    key: str
    title: str
    lines: list[str] = field(default_factory=list)
    heading: tuple[str, ...] = ()
    spans: dict[Place, Span] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    seen: Counter[tuple[tuple[str, ...], str]] = field(default_factory=Counter)

    def section(self, name: str) -> None:
        """Begin a section."""
        self.lines += ["", f"## {name}", ""]
        self.heading = (name,)

    def entry(self, text: str) -> Place:
        """One entry; its place."""
        self.lines.append(text)
        self.seen[self.heading, text] += 1
        place = Place(self.heading, digest(text), self.seen[self.heading, text] - 1)
        self.spans[place] = Span(len(self.lines), len(self.lines))
        return place

    def mention(
        self,
        place: Place,
        name: str,
        kind: Kind,
        *identifiers: str,
        aliases: tuple[str, ...] = (),
        sure: float = 0.95,
    ) -> Mention:
        """Something that an entry names."""
        parsed = tuple(one for one in map(_identifier, identifiers) if one is not None)
        made = Mention(place, name, kind, "entry", sure, parsed, aliases)
        self.mentions.append(made)
        return made

    def claim(
        self,
        subject: Mention,
        predicate: Predicate,
        object_: Mention | Literal,
        place: Place | None = None,
        **qualifiers: Mention | Literal,
    ) -> None:
        """Something that an entry says."""
        where = place or subject.place
        named = tuple(qualifiers.items())
        self.claims.append(Claim(subject, predicate, object_, (where,), "entry-text", 0.9, named))

    def reading(self) -> Reading:
        """The list as a document."""
        content = "\n".join(self.lines).encode("utf-8", "replace")
        revision = Revision(blob_id(content), "sample/1", content=content)
        page = f"https://github.com/example/{self.key.removeprefix('list:')}/blob/main/README.md"
        return Reading(
            self.key, DocumentKind.LIST, self.title, revision, tuple(self.mentions), tuple(self.claims),
            self.spans, page=page,
        )  # fmt: skip


def _identifier(text: str) -> Identifier | None:
    return parse(text)


MODELS = (
    # name, identifier, base, how, parameters, licence
    ("Wren", "hf:aviary/wren-1b", "", "", 1_100_000_000, "Apache-2.0"),
    ("Wren Chat", "hf:aviary/wren-1b-chat", "Wren", "fine-tuned", 1_100_000_000, "Apache-2.0"),
    ("Wren Mini", "hf:aviary/wren-mini", "Wren", "distilled", 280_000_000, "Apache-2.0"),
    ("Heron", "hf:aviary/heron-7b", "", "", 7_200_000_000, "Aviary Community License"),
    ("Heron Coder", "hf:aviary/heron-coder-7b", "Heron", "fine-tuned", 7_200_000_000, ""),
    ("Siskin", "hf:songbird/siskin-3b", "Heron", "smaller", 3_000_000_000, "MIT"),
    ("Siskin Vision", "hf:songbird/siskin-vision", "Siskin", "fine-tuned", 3_400_000_000, "MIT"),
    ("Tern", "hf:lakeside/tern-2b", "", "", 2_000_000_000, "Apache-2.0"),
    ("Tern Medical", "hf:lakeside/tern-medical", "Tern", "fine-tuned", 2_000_000_000, ""),
    ("山雀 (Tit)", "hf:songbird/tit-1b", "Wren", "fine-tuned", 1_000_000_000, "Apache-2.0"),
)
METHODS = (
    ("Feather Adapters", "adds a few trained vectors to each layer and leaves the rest alone", "2301.04567"),
    ("Moulting", "drops the layers that the output hardly notices", "2305.11111"),
    ("Nesting", "keeps a small model inside a large one, cut out on demand", ""),
    ("Four-bit Packing", "stores each weight in four bits, in groups of sixty-four", "2307.22222"),
    ("Flocking", "lets a small model draft and a large one check", ""),
)
FRAMEWORKS = (
    ("Perch", "github:example/perch", "runs models on a laptop, in C", ("Four-bit Packing",)),
    ("Roost", "github:example/roost", "serves many chats from one card", ("Flocking", "Four-bit Packing")),
    ("Fledge", "github:example/fledge", "trains adapters", ("Feather Adapters", "Nesting")),
    ("Murmuration", "github:example/murmuration", "spreads one model over several machines", ()),
)
TIERS = (
    ("Pocket", "tier:ram:2-4:GB", "2-4 GB RAM", ("Wren", "Wren Mini", "Tern")),
    ("Desk", "tier:ram:8-16:GB", "8-16 GB RAM", ("Siskin", "Heron")),
)
AUTHORS = (
    "Ida Falk",
    "Tomás Río",
    "Chen Yu",
    "Aoife Byrne",
    "Kofi Mensah",
    "Lena Roth",
    "Ravi Nair",
    "Mai Sato",
)


def _models(writer: Writer) -> dict[str, Mention]:
    writer.section("Models")
    named: dict[str, Mention] = {}
    maker = {"aviary": "Aviary Labs", "songbird": "Songbird Collective", "lakeside": "Lakeside Institute"}
    for name, identifier, base, how, parameters, licence in MODELS:
        description = f"{how.capitalize()} from {base}" if base else "Trained from nothing"
        place = writer.entry(
            f"- [{name}](https://huggingface.co/{identifier[3:]}) - {description}; {licence or 'unknown'}"
        )
        model = named[name] = writer.mention(place, name, Kind.MODEL, identifier)
        writer.claim(
            model,
            Predicate.DESCRIPTION,
            Literal(f"{description}, {parameters / 1e9:.1f} billion parameters."),
        )
        writer.claim(model, Predicate.PARAMETERS, Literal(str(parameters), "integer"))
        if licence:
            writer.claim(model, Predicate.LICENCE, Literal(licence))
        if base:
            writer.claim(model, Predicate.DERIVED_FROM, named[base], how=Literal(how))
        owner = writer.mention(place, maker[identifier[3:].partition("/")[0]], Kind.ORGANIZATION)
        writer.claim(model, Predicate.MADE_BY, owner)
    return named


def _methods(writer: Writer) -> dict[str, Mention]:
    writer.section("Methods")
    named: dict[str, Mention] = {}
    for name, text, paper in METHODS:
        link = f" ([paper](https://arxiv.org/abs/{paper}))" if paper else ""
        place = writer.entry(f"- **{name}** {text}{link}")
        method = named[name] = writer.mention(place, name, Kind.METHOD)
        writer.claim(method, Predicate.DESCRIPTION, Literal(f"{text[0].upper()}{text[1:]}."))
        if paper:
            writer.claim(
                writer.mention(place, "", Kind.PAPER, f"arxiv:{paper}"), Predicate.INTRODUCES, method
            )
    return named


def _rest(writer: Writer, models: dict[str, Mention], methods: dict[str, Mention]) -> None:
    writer.section("Frameworks")
    for name, identifier, text, used in FRAMEWORKS:
        place = writer.entry(f"- [{name}](https://github.com/{identifier[7:]}) {text}")
        framework = writer.mention(place, name, Kind.FRAMEWORK, identifier)
        writer.claim(framework, Predicate.DESCRIPTION, Literal(f"{text[0].upper()}{text[1:]}."))
        for method in used:
            writer.claim(framework, Predicate.IMPLEMENTS, methods[method])
        for model in ("Wren", "Heron"):
            writer.claim(framework, Predicate.SUPPORTS, models[model])
    writer.section("Hardware")
    for name, identifier, label, fitting in TIERS:
        place = writer.entry(f"- {name}: {label} (for example {', '.join(fitting)})")
        tier = writer.mention(place, label, Kind.HARDWARE_TIER, identifier, aliases=(name,))
        for model in fitting:
            writer.claim(models[model], Predicate.REQUIRES, tier, place)
    place = writer.entry("- Heron with Feather Adapters: 8-16 GB RAM")
    tier = writer.mention(place, "8-16 GB RAM", Kind.HARDWARE_TIER, "tier:ram:8-16:GB")
    writer.claim(models["Heron"], Predicate.REQUIRES, tier, place, **{"with": methods["Feather Adapters"]})
    writer.section("Reading and data")
    place = writer.entry(
        "- [Growing feathers on a laptop](https://example.org/feathers): adapters for Wren, step by step"
    )
    tutorial = writer.mention(
        place, "Growing feathers on a laptop", Kind.TUTORIAL, "https://example.org/feathers"
    )
    writer.claim(tutorial, Predicate.ABOUT, methods["Feather Adapters"])
    writer.claim(tutorial, Predicate.ABOUT, models["Wren"])
    place = writer.entry(
        "- [Dawn Chorus](https://huggingface.co/datasets/aviary/dawn-chorus): 90 billion tokens of notes"
    )
    data = writer.mention(place, "Dawn Chorus", Kind.DATASET, "hf:datasets/aviary/dawn-chorus")
    writer.claim(models["Wren"], Predicate.TRAINED_ON, data)
    writer.claim(data, Predicate.TOKENS, Literal("90 billion"))
    place = writer.entry("- Birdwatch: 400 questions about what is seen and what is not")
    writer.claim(
        writer.mention(place, "Birdwatch", Kind.BENCHMARK), Predicate.EVALUATES, models["Siskin Vision"]
    )
    place = writer.entry("- Field notes without a network: Wren Mini on a phone")
    field_notes = writer.mention(place, "Field notes", Kind.APPLICATION)
    writer.claim(models["Wren Mini"], Predicate.SUITS, field_notes)


def birds() -> Reading:
    """The first list: models, methods, frameworks, hardware, reading."""
    writer = Writer(
        "list:birds",
        "Awesome Small Birds",
        ["# Awesome Small Birds", "", "Small models, and what one needs for them."],
    )
    models = _models(writer)
    _rest(writer, models, _methods(writer))
    return writer.reading()


def second() -> Reading:
    """The second list: says some things again, and calls one framework a model."""
    writer = Writer("list:small-things", "Small Things", ["# Small Things", ""])
    writer.section("Worth a look")
    place = writer.entry("- [Wren Chat](https://huggingface.co/aviary/wren-1b-chat), made from Wren")
    chat = writer.mention(place, "Wren Chat", Kind.MODEL, "hf:aviary/wren-1b-chat", aliases=("WrenChat",))
    wren = writer.mention(place, "Wren", Kind.MODEL)
    writer.claim(chat, Predicate.DERIVED_FROM, wren, how=Literal("fine-tuned"))
    place = writer.entry("- [Fledge](https://github.com/example/fledge), a model zoo?")
    writer.mention(place, "Fledge", Kind.MODEL, "github:example/fledge", sure=0.5)
    place = writer.entry("- Feather Adapters, see https://arxiv.org/abs/2301.04567")
    adapters = writer.mention(place, "Feather Adapters", Kind.METHOD)
    writer.claim(writer.mention(place, "", Kind.PAPER, "arxiv:2301.04567"), Predicate.INTRODUCES, adapters)
    return writer.reading()


HARMFUL = (
    "[red]x[/red]",
    "\x1b[31mred\x1b[0m \x07bell",
    "\u202egnp.exe\u202c right to left",
    "two\nlines\r\nand a\ttab",
    "[@click=app.quit]click me[/]",
    "$primary {brace} %s \\",
    "lone \udc80 surrogate".encode("utf-8", "replace").decode(),
)


def harmful() -> Reading:
    """A list whose names would do harm if a screen obeyed them."""
    writer = Writer("list:bad", "[b]Bad[/b] \x1b[7mnames", ["# Bad", ""])
    writer.section("[blink]Names[/blink]")
    previous: Mention | None = None
    for name in HARMFUL:
        place = writer.entry(f"- {name}")
        model = writer.mention(place, name, Kind.MODEL, aliases=(f"alias {name}",))
        writer.claim(model, Predicate.DESCRIPTION, Literal(f"It is called {name}."))
        if previous is not None:
            writer.claim(model, Predicate.DERIVED_FROM, previous, how=Literal(name))
        previous = model
    return writer.reading()


def record(number: str, title: str, abstract: str, *, withdrawn: bool = False) -> Reading:
    """An arXiv record of one paper."""
    at = int(number[5:7]) % 5
    identifier = Identifier("arxiv", number)
    published = datetime(2000 + int(number[:2]), int(number[2:4]), 17, tzinfo=UTC)
    paper = PaperRecord(
        number, 2, title, abstract, AUTHORS[at : at + 4], ("cs.CL", "cs.LG"), published, published,
        comment="Withdrawn: superseded by arXiv:2301.04567" if withdrawn else "12 pages, 3 figures",
        journal_ref="Journal of Small Models 4 (2024)" if at else "",
        withdrawn=withdrawn,
    )  # fmt: skip
    mention = Mention(Place((), digest(number)), title, Kind.PAPER, "arxiv-record", 1.0, (identifier,))
    return Reading(
        f"arxiv:{number}", DocumentKind.ARXIV, title, Revision(blob_id(title.encode()), "arxiv/1"),
        (mention,), record=paper, page=f"https://arxiv.org/abs/{number}",
    )  # fmt: skip


def papers() -> Iterable[Reading]:
    """Three records; the third paper was withdrawn."""
    yield record(
        "2301.04567",
        "Feather Adapters: Tuning Small Models with a Handful of Vectors",
        "We add to each layer of a frozen model a few trained vectors, the feathers, and find that a handful "
        "is enough: on nine tasks a model of one billion parameters with forty thousand trained ones comes "
        "within a point of full fine-tuning. Feathers can be swapped at run time, mixed, and read: each of "
        "them turns out to stand for something that a person can name. We say where this fails, and why.",
    )
    yield record("2305.11111", "Moulting: Which Layers Can a Model Spare?", "Fewer than one thinks.")
    yield record("2307.22222", "Four Bits Are Enough", "They are not.", withdrawn=True)


def fill(path: Path, *, bad: bool = False, many: int = 0) -> None:
    """Write the invented graph to a new database; ``many`` adds so many numbered methods."""
    with Store(path, clock=_read_clock) as store:
        looked_up = {paper.record.arxiv_id: True for paper in papers() if paper.record}
        store.replace(birds(), second(), *papers(), *([harmful()] if bad else []), lookups=looked_up)
        if many:
            store.replace(_many(many))


def live(path: Path) -> None:
    """Two days later: a list has changed in three places, a paper was published, another withdrawn."""
    owl, wren = mention("Eagle Owl"), mention("Nest Wren", heading=("Models", "Tiny"))
    heron, gone = mention("Night Heron"), mention("Dodo")
    moved = replace(wren, place=replace(wren.place, heading=("Models",)))
    first, other, _ = papers()
    with Store(path, clock=_read_clock) as store:
        store.replace(listed("walks", [gone, moved, heron]))
    with Store(path, clock=lambda: READ + timedelta(days=2)) as store:
        published, withdrawn = _changed(first, doi="10.1234/feathers"), _changed(other, withdrawn=True)
        store.replace(listed("walks", [owl, wren, heron]), published, withdrawn)


def _changed(reading: Reading, **changes: object) -> Reading:
    assert reading.record is not None
    comment = "Withdrawn: the count of layers was wrong" if "withdrawn" in changes else reading.record.comment
    record = replace(reading.record, comment=comment, **changes)  # type: ignore[arg-type] # by name
    return replace(reading, record=record, revision=Revision(blob_id(repr(record).encode()), "arxiv/1"))


def _many(number: int) -> Reading:
    writer = Writer("list:many", "Many", ["# Many", ""])
    for n in range(number):
        writer.mention(writer.entry(f"- Variation {n:05}"), f"Variation {n:05}", Kind.METHOD)
    return writer.reading()


def source(
    path: Path,
    *,
    add_starter: Callable[[], str] | None = None,
    correct: Callable[[Correction], str] | None = None,
    browse: Callable[[str], bool] = lambda _url: True,
    mark: Callable[[str, Callable[[Mark | None], Sequence[Marking]]], str] | None = None,
) -> Source:
    """The graph at ``path`` as the interface wants it, on a day that never passes."""
    return Source(path, "field-notes", add_starter, correct, browse, clock, mark)
