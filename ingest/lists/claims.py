"""An entry while it speaks: its own identifiers, and what its links and words claim of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.identifiers import CODE_HOSTS, Identifier
from kg.model import Claim, Literal, Mention, Place
from kg.vocabulary import Kind, Predicate

from .devices import devices_in
from .draft import Draft, folded
from .entries import Entry
from .links import Link, link_of, resolved
from .organizations import beside_name, is_organization, maker_of_models, makers_in

PAPER_SCHEMES = frozenset({"arxiv", "doi", "openreview", "acl"})
CODE_KINDS = frozenset({Kind.MODEL, Kind.FRAMEWORK, Kind.DATASET, Kind.BENCHMARK, Kind.METHOD})


@dataclass(slots=True)
class Said:
    """An entry while it speaks: its place and mention, and the claims that came of it."""

    entry: Entry
    place: Place
    mention: Mention
    claims: list[Claim] = field(default_factory=list)

    def add(  # noqa: PLR0913 - as Draft.claim
        self,
        draft: Draft,
        predicate: Predicate,
        what: Mention | Literal | str,
        rule: str,
        confidence: float,
        *,
        subject: Mention | None = None,
        qualifiers: tuple[tuple[str, Mention | Literal], ...] = (),
        beyond: bool = False,
    ) -> bool:
        """Claim something of the entry's thing, or of another one at the entry's place.

        ``beyond``: what the vocabulary has no room for is kept in the item's record all the same.
        """
        who = subject or self.mention
        made = draft.claim(
            who, predicate, what, rule, confidence, places=(self.place,), qualifiers=qualifiers
        )
        if made and made not in self.claims:
            self.claims.append(made)
        elif beyond and made is None and who != what:
            thing = Literal(folded(what)) if isinstance(what, str) else what
            self.claims.append(Claim(who, predicate, thing, (self.place,), rule, confidence, qualifiers))
        return made is not None


def own_identifiers(entry: Entry, kind: Kind) -> tuple[Identifier, ...]:
    """The identifiers of the thing itself, by its kind: never those of a paper about it."""
    links = entry.all_links
    if kind is Kind.PAPER:
        papers = [
            x.identifier
            for x in links
            if x.identifier.scheme in PAPER_SCHEMES and (x is entry.main or x.role == "paper")
        ]
        return tuple(dict.fromkeys(papers))
    out: list[Identifier] = []
    if entry.main and entry.main.identifier.scheme not in PAPER_SCHEMES:
        out.append(entry.main.identifier)
    if kind in CODE_KINDS:
        # A repository or hub page behind a label counts as its own if there is only one such.
        for role, schemes in (("code", CODE_HOSTS), ("model", {"hf"}), ("dataset", {"hf", "github"})):
            found = {x.identifier for x in links_of(entry, role) if x.identifier.scheme in schemes}
            if len(found) == 1 and (role != "dataset" or kind in (Kind.DATASET, Kind.BENCHMARK)):
                out += found
    return tuple(dict.fromkeys(out))


def say_links(said: Said, draft: Draft) -> None:
    """The pages and repositories that the entry links."""
    entry, kind = said.entry, said.mention.kind
    beside = link_of("", resolved(entry.within, draft.page)) if draft.page and entry.within else None
    if beside:
        said.add(draft, Predicate.HOMEPAGE, beside.url, "link-within", 0.9)
    for link in entry.all_links:
        if link.identifier.scheme in CODE_HOSTS and (
            link is entry.main or link.role in ("code", "page", "dataset")
        ):
            said.add(draft, Predicate.HAS_CODE, link.url, "link", 0.95)
        elif link is entry.main or link.role == "page":
            if link.identifier.scheme not in ("arxiv", "doi"):
                said.add(draft, Predicate.HOMEPAGE, link.url, "link", 0.9)
        elif link.role in ("model", "demo", "dataset") and kind is not Kind.PAPER:
            said.add(draft, Predicate.HOMEPAGE, link.url, "link", 0.7)


def say_hardware(said: Said, draft: Draft) -> None:
    """The devices that a title or description says the thing runs on."""
    for device in devices_in(f"{said.mention.name}. {said.entry.description}"):
        subject = said.mention
        said.add(draft, Predicate.RUNS_ON, device, "device-words", 0.85, subject=subject, beyond=True)


def say_makers(said: Said, draft: Draft) -> None:
    """The organizations that made the thing: by phrases of the description."""
    if said.mention.kind is Kind.PAPER:
        return
    entry = said.entry
    if said.mention.kind is Kind.TUTORIAL and entry.prefix and len(entry.prefix.split()) <= 4:  # noqa: PLR2004
        maker = draft.mention(said.place, entry.prefix, Kind.ORGANIZATION, "short-name", 0.7)
        said.add(draft, Predicate.MADE_BY, maker, "short-name", 0.7, beyond=True)
    if any(cell.role == "maker" and cell.text for cell in entry.cells):
        return  # the column knows better
    beyond = said.mention.kind is Kind.TUTORIAL
    for name in dict.fromkeys(_makers(said)):
        maker = draft.mention(said.place, name, Kind.ORGANIZATION, "cue", 0.8)
        said.add(draft, Predicate.MADE_BY, maker, "cue-maker", 0.87, beyond=beyond)


def _makers(said: Said) -> list[str]:
    """The organizations that the name and the description of an entry call its makers."""
    name, text = said.mention.name, said.entry.description
    of_model = maker_of_models(text, name) if said.mention.kind is Kind.MODEL else ""
    parts = [text.strip(" -–—|()[]·,.") for text in said.entry.tail[:4]]
    alone = [part for part in parts if part != "MIT" and is_organization(part)]  # "MIT" is a licence, too
    return [maker for maker in (*makers_in(text, name), of_model, beside_name(name), *alone[:1]) if maker]


def links_of(entry: Entry, role: str) -> list[Link]:
    """The links of one role."""
    return [x for x in entry.all_links if x.role == role]
