"""Where the graph comes from, as triples: sources, their revisions, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from kg.store.canonical import Line, Snapshot, Source, listed
from kg.store.exported import LONG_AGO, UNKNOWN

from . import names, terms
from .nodes import block
from .terms import Block, Namespaces, Notes, Pair

ARXIV = "source:arxiv"
_ARXIV: tuple[Pair, ...] = (
    # https://info.arxiv.org/help/api/tou.html: metadata are free of rights under CC0.
    ("dcterms:license", "<https://creativecommons.org/publicdomain/zero/1.0/>"),
    ("foaf:page", "<https://arxiv.org/>"),
)
_EVIDENCE = {"list": "kg:ListItem", "corrections": "kg:CorrectionEntry"}
DIGEST = "sha-256-64"  # RFC 6920: the first 64 bits of SHA-256


class Sources:
    """Turns documents and their places into blocks."""

    def __init__(self, rows: Snapshot, spaces: Namespaces, notes: Notes, *, receipts: bool) -> None:
        """Read from ``rows``; ``receipts``: with revisions, lines, links and times."""
        self.rows = rows
        self.spaces = spaces
        self.notes = notes
        self.receipts = receipts
        self.listed = {f"source:{names.source(one.kind, one.key)}": one for one in rows.sources()}
        self.has_records = rows.has_records()

    @property
    def terms(self) -> list[str]:
        """The terms of all sources, in canonical order."""
        return sorted({*self.listed, *([ARXIV] if self.has_records else [])})

    def blocks(self) -> Iterator[Block]:
        """Each source, and behind it the revisions that evidence points to."""
        for subject in self.terms:
            if subject not in self.listed:
                yield block(subject, ("kg:Source",), '"arXiv"', _ARXIV)
                continue
            source = self.listed[subject]
            link = self.spaces.link(source.page, self.notes) if source.page else None
            pairs = [("foaf:page", link)] if link else []
            if self.receipts and source.blob != UNKNOWN:
                pairs.append(("pav:hasCurrentVersion", _revision(source, source.blob)))
            yield block(subject, ("kg:Source",), terms.text(source.title or subject[7:]), pairs)
            if self.receipts:
                yield from self._revisions(subject, source)

    def _revisions(self, subject: str, source: Source) -> Iterator[Block]:
        for blob, commit, address, moment in source.revisions:
            if blob == UNKNOWN:
                continue  # it came from an export that did not tell
            pairs = [
                ("dcterms:identifier", terms.text(f"swh:1:cnt:{blob}")),
                ("pav:retrievedOn", _instant(moment)),
                ("prov:specializationOf", subject),
            ]
            if commit:
                pairs.append(("pav:version", terms.text(commit)))
            if address and (link := terms.bracketed(address)):
                pairs.append(("pav:retrievedFrom", link))  # a path of this machine stays here
            label = terms.text(f"{source.title or subject[7:]}, {blob[:12]}")
            yield block(_revision(source, blob), ("kg:SourceRevision",), label, pairs)

    # ------------------------------------------------------------------------- evidence

    def evidence(self) -> Iterator[Block]:
        """All evidence, by source, then by IRI."""
        for subject in self.terms:
            if subject in self.listed:
                source = self.listed[subject]
                lines = {names.evidence(one.place): one for one in self.rows.lines(source.key)}
                for name in sorted(lines):
                    yield name, self._line(subject, source, lines[name])
            else:
                yield from self._records()

    def _records(self) -> Iterator[Block]:
        for key, digest, address, moment in self.rows.records(receipts=self.receipts):
            pairs = [("a", "kg:ArxivRecord"), ("dcterms:isPartOf", ARXIV)]
            if self.receipts and (link := terms.bracketed(address)):
                pairs.append(("foaf:page", link))
            if digest:
                pairs.append(("kg:textDigest", f'"{DIGEST}:{digest}"'))
            if moment not in {"", LONG_AGO}:
                pairs.append(("pav:retrievedOn", _instant(moment)))
            yield f"ev:{names.record(key)}", pairs

    def _line(self, subject: str, source: Source, line: Line) -> list[Pair]:
        _, _, heading, digest, ordinal = line.place
        pairs = [
            ("a", _EVIDENCE.get(source.kind, "kg:Evidence")),
            ("dcterms:isPartOf", subject),
            ("kg:textDigest", terms.text(f"{DIGEST}:{digest}")),
        ]
        if path := listed(heading):
            pairs.append(("kg:heading", terms.text(written(path))))
        if ordinal:
            pairs.append(("kg:ordinal", str(ordinal)))
        if self.receipts:
            pairs += self._receipt(source, line)
        return sorted(pairs)

    def _receipt(self, source: Source, line: Line) -> Iterator[Pair]:
        if line.first_blob != UNKNOWN:
            yield "kg:firstSeenIn", _revision(source, line.first_blob)
        for name, number in (
            ("kg:line", line.line),
            ("kg:endLine", line.end_line),
            ("kg:firstLine", line.first_line),
        ):
            if number is not None:
                yield name, str(number)
        if link := self._permalink(source, line):
            yield "foaf:page", link

    def _permalink(self, source: Source, line: Line) -> str | None:
        """The page that shows the item's lines; None where the source has no page."""
        if not source.page or line.line is None:
            return None
        page = (terms.bracketed(source.page) or "<>")[1:-1]
        commits = [commit for blob, commit, _, _ in source.revisions if blob == source.blob and commit]
        if commits:
            page = page.replace("/blob/HEAD/", f"/blob/{commits[0]}/")
        plain = "?plain=1" if page.startswith("https://github.com/") else ""
        return terms.bracketed(f"{page}{plain}#L{line.line}")


def written(path: list[str]) -> str:
    r"""A heading path as one text that can be taken apart again.

    >>> written(["Models", "A > B"])
    'Models > A \\> B'
    """
    return " > ".join(one.replace("\\", "\\\\").replace(">", "\\>") for one in path)


def _revision(source: Source, blob: str) -> str:
    return f"rev:{names.source(source.kind, source.key)}-{blob[:12]}"


def _instant(moment: str) -> str:
    """A stored moment, always UTC, as a term."""
    return f'"{moment[:19]}Z"^^xsd:dateTime'
